"""OS::Heat::SoftwareComponent."""

from __future__ import annotations

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.heat.software_component import SoftwareComponent
from tests.unit.resources.driver import request

KIND = SoftwareComponent()


def test_kept_as_one_config_of_its_own_group() -> None:
    given = {"configs": [{"actions": ["CREATE"], "config": "a", "tool": "script"}]}
    body = KIND.body(request(KIND, given))
    assert (body["group"], body["config"]) == ("component", given)


@pytest.mark.parametrize(
    ("actions", "wrong"),
    [
        ([["CREATE"], ["UPDATE"]], False),
        ([["CREATE", "UPDATE"], ["UPDATE"]], True),
        ([["CREATE", "CREATE"]], True),
        ([UNKNOWN, ["CREATE"]], False),
    ],
)
def test_one_config_for_an_action(actions: list[object], wrong: bool) -> None:
    configs = [{"actions": item, "tool": "script"} for item in actions]
    assert bool(KIND.problems("r", {"configs": configs})) == wrong
    assert KIND.problems("r", {"configs": UNKNOWN}) == ()
