from __future__ import annotations

from common.errors import Problem
from heat_engine.language import dynamic_references

RESOLVE = "{{resolve:ssm-secure:/prod/db:5}}"


def test_every_place_is_named() -> None:
    document = {
        "Resources": {
            "a": {"Properties": {"p": [1, {"q": f"x{RESOLVE}y"}], "r": f"{RESOLVE}{RESOLVE}"}},
            "b": {"Properties": {"script": "{{ resolve: }} {resolve:x}"}},
        },
        "Outputs": {"o": {"Value": {"Fn::Sub": "{{resolve:secretsmanager:${a}:x}}"}}},
        "Metadata": {"m": RESOLVE},
    }
    assert dynamic_references.check(document, ("Parameters", "Resources", "Outputs")) == [
        Problem(
            f'The dynamic reference "{RESOLVE}" is not supported',
            ("Resources", "a", "Properties", "p", 1, "q"),
        ),
        Problem(
            f'The dynamic reference "{RESOLVE}" is not supported',
            ("Resources", "a", "Properties", "r"),
        ),
        Problem(
            'The dynamic reference "{{resolve:secretsmanager:${a}:x}}" is not supported',
            ("Outputs", "o", "Value", "Fn::Sub"),
        ),
    ]


def test_sections_of_any_form() -> None:
    for section in (None, 5, RESOLVE, [RESOLVE]):
        found = dynamic_references.check({"Resources": section}, ("Resources", "Outputs"))
        assert len(found) == (section in (RESOLVE, [RESOLVE]))
    (problem,) = dynamic_references.check({"o": "{{resolve:" + "x" * 9999}, ("o",))
    assert len(problem.message) < 200
