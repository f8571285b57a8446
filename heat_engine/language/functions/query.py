"""``yaql`` (section 3.4)."""

from __future__ import annotations

import pkgutil
from typing import Any

from heat_engine.language.functions.base import Expression, Function, Resolution, entries_of, fault


def _sandbox() -> Any:
    """The module ``sandbox``, by name: its library takes 2 MiB, and few templates ask for it."""
    return pkgutil.resolve_name("heat_engine.language.functions.sandbox")


class Yaql(Function):
    """``{expression: text, data: any}``; the expression sees the data as ``$.data``."""

    __slots__ = ()

    def construct(self) -> None:
        entries = entries_of(self.arguments)
        if entries is None:
            raise fault(f'Arguments to "{self.name}" must be a map.')
        if "expression" not in entries or set(entries) - {"expression", "data"}:
            raise fault(
                f'"{self.name}" syntax should be {self.name}:\n'
                "  expression: $.data.var1.sum()\n"
                "  data: {var1: [1, 2]}"
            )
        if not isinstance(entries["expression"], Expression):
            self._statement(entries["expression"])

    def _statement(self, expression: Any) -> Any:
        if not isinstance(expression, str):
            raise fault(f'The "expression" argument to {self.name} must contain a string.')
        return _sandbox().parse(expression)

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        statement = self._statement(arguments.get("expression"))
        return _sandbox().evaluate(statement, arguments.get("data", {}), resolution)
