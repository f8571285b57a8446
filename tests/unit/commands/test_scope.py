from __future__ import annotations

from typing import Any, cast

import pytest

from common import errors
from heat_engine.commands.scope import StackScope

NOTHING = cast("Any", None)


def test_no_stack_exports_anything() -> None:
    scope = StackScope(NOTHING, NOTHING, {})
    with pytest.raises(errors.Invalid) as caught:
        scope.import_value("net-id")
    assert caught.value.message == 'Data supplied was not valid: no stack exports "net-id"'
