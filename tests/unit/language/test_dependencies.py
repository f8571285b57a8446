from __future__ import annotations

from time import process_time
from typing import Any

from heat_engine.language import dependencies, template
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.parameters import Parameters


def definitions(**requires: list[str]) -> dict[str, ResourceDefinition]:
    resources: dict[str, Any] = {
        name: {"type": "OS::Heat::TestResource", "depends_on": needed}
        for name, needed in requires.items()
    }
    parsed = template.parse({"heat_template_version": "2018-08-31", "resources": resources})
    return dict(parsed.bind(Parameters.resolve({}, {})).resources)


def test_no_cycle() -> None:
    assert dependencies.cycle(definitions(a=["b", "c"], b=["c"], c=[])) is None


def test_a_resource_that_needs_itself() -> None:
    found = dependencies.cycle(definitions(a=["a"]))
    assert found is not None
    assert str(found[1]) == ('Circular Dependency Found: {TestResource "a": {TestResource "a"}}')


def test_a_cycle_says_who_needs_whom() -> None:
    found = dependencies.cycle(definitions(a=["b"], b=["c"], c=["a"], d=["a"]))
    assert found is not None
    text = str(found[1])
    for pair in ("ab", "bc", "ca"):
        assert f'TestResource "{pair[0]}": {{TestResource "{pair[1]}"}}' in text
    assert '"d"' not in text


def test_five_thousand_resources_in_one_circle() -> None:
    size = 5000
    circle = definitions(**{f"r{n}": [f"r{(n + 1) % size}"] for n in range(size)})
    began = process_time()
    found = dependencies.cycle(circle)
    assert process_time() - began < 1
    assert found is not None
    assert len(str(found[1])) < 5000
    assert "and 4950 more" in str(found[1])


def test_a_chain_of_five_thousand_is_no_circle() -> None:
    size = 5000
    chain = definitions(**{f"r{n}": [f"r{n + 1}"] for n in range(size)})
    began = process_time()
    assert dependencies.cycle(chain) is None
    assert process_time() - began < 1
