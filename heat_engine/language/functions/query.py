"""``yaql`` (section 3.4)."""

from __future__ import annotations

from typing import Any

from heat_engine.language.functions import sandbox
from heat_engine.language.functions.base import Expression, Function, Resolution, entries_of, fault


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
        return sandbox.parse(expression)

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        statement = self._statement(arguments.get("expression"))
        return sandbox.evaluate(statement, arguments.get("data", {}), resolution)
