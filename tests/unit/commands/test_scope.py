from __future__ import annotations

from typing import Any, cast

import pytest

from common import errors
from heat_engine.commands.scope import StackScope

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
