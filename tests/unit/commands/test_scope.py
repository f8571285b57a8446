from __future__ import annotations

from typing import Any, cast

import pytest

from common import errors
from heat_engine.commands.scope import StackScope
from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.heat.random_string import RandomString
from tests.unit.resources.driver import request

NOTHING = cast("Any", None)


class Exports:
    """Answers as the requests of a stack do."""

    def import_value(self, name: str) -> Any:
        if name != "net-id":
            raise errors.ExportNotFound(name=name)
        return {"id": 1}


def test_what_other_stacks_export_is_asked_for() -> None:
    scope = StackScope(NOTHING, cast("Any", Exports()), {})
    assert scope.import_value("net-id") == {"id": 1}
    with pytest.raises(errors.ExportNotFound, match="No export named x found"):
        scope.import_value("x")


def planned(stand_in: str | None, verb: str) -> StackScope:
    """A scope in which the random string ``r`` will be made, or updated."""
    scope = StackScope(NOTHING, NOTHING, {}, planning=True, stand_in=stand_in)
    asked = request(RandomString(), verb=verb, attributes={"value": "old"})
    scope.planned["r"] = (RandomString(), asked)
    return scope


def test_what_is_planned_is_foreseen() -> None:
    assert planned(None, "update").attribute("r", "value") == "old"
    assert planned("x", "update").attribute("r", "value") == "old"


def test_what_will_be_like_nothing_before_has_a_stand_in() -> None:
    assert planned(None, "create").attribute("r", "value") is UNKNOWN
    assert planned("x", "create").attribute("r", "value") == "x-r-value"
    assert planned(None, "create").reference_id("r") is UNKNOWN
    assert planned("x", "create").reference_id("r") == "x-r"
    assert planned("x", "create").attribute("r", "show") is UNKNOWN
    assert planned("x", "create").attribute("s", "value") is UNKNOWN
