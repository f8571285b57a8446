from __future__ import annotations

from heat_engine.resources.heat.placeholder import Placeholder
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.driver import request

KIND = Placeholder()


def test_any_property_is_taken_and_each_creation_has_its_own_id() -> None:
    first = KIND.create(request(KIND, {"whatever": {"deep": 1}}))
    second = KIND.create(request(KIND))
    assert first.outcome is second.outcome is Outcome.DONE
    assert first.physical_id
    assert first.physical_id != second.physical_id


def test_every_attribute_is_null() -> None:
    assert KIND.interface().open_attributes
    assert KIND.read(request(KIND, attributes={"a": 1}), "a") is None


def test_nothing_ever_replaces_it() -> None:
    call = request(KIND, {"a": 1}, changed=frozenset({"a"}))
    assert not KIND.must_replace(call)
    assert not KIND.replace_failed(call)
    assert KIND.update(call).outcome is KIND.delete(call).outcome is Outcome.DONE
