"""Functions that stand in the rules of a CloudFormation template only (section 3.6)."""

from __future__ import annotations

from typing import Any

from heat_engine.language.functions.base import (
    ENTRY_COST,
    Function,
    Resolution,
    fault,
    items_of,
)
from heat_engine.language.functions.extensions import Refused
from heat_engine.language.unknown import UNKNOWN


def _text(value: Any) -> str:
    """A value as CloudFormation compares it: all values of parameters are texts there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


class Contains(Function):
    """``Fn::Contains: [list, value]``."""

    __slots__ = ()
    form = "[list, value]"

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise self._usage()

    def _usage(self) -> Exception:
        return fault(f'Arguments to "{self.name}" must be of the form {self.form}')

    def texts(self, value: Any, resolution: Resolution) -> list[str]:
        """The texts of a list argument. Raises StackValidationFailed."""
        if not isinstance(value, list):
            raise self._usage()
        resolution.charge(ENTRY_COST * len(value))
        return [_text(item) for item in value]

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        values, wanted = arguments
        return _text(wanted) in self.texts(values, resolution)


class EachMemberEquals(Contains):
    """``Fn::EachMemberEquals: [list, value]``."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        values, wanted = arguments
        return set(self.texts(values, resolution)) <= {_text(wanted)}


class EachMemberIn(Contains):
    """``Fn::EachMemberIn: [list, list]``: whether the second has all members of the first."""

    __slots__ = ()
    form = "[list, list]"

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        values, allowed = (self.texts(argument, resolution) for argument in arguments)
        return set(values) <= set(allowed)


class RefAll(Function):
    """``Fn::RefAll: type``: the values of all parameters that are declared of a type."""

    __slots__ = ()

    def construct(self) -> None:
        if not isinstance(self.arguments, str):
            raise fault(f'Argument to "{self.name}" must be a type of parameters')

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        parameters = self.binding.parameters
        values: list[Any] = []
        for name, schema in parameters.schemas.items():
            if schema.shown_type not in (arguments, f"List<{arguments}>"):
                continue
            resolution.charge(parameters.weight(name))
            value = parameters.value(name)
            if value is UNKNOWN:
                resolution.unknown = True
                return UNKNOWN
            values.extend(value if isinstance(value, list) else [value])
        return values


class LookedUp(Refused):
    """``Fn::ValueOf`` and ``Fn::ValueOfAll``."""

    __slots__ = ()
    reason = "is not supported: rules do not look up attributes of what a parameter names"
