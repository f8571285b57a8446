"""Functions over lists (section 3.4)."""

from __future__ import annotations

import json
from typing import Any

from heat_engine.language.document import parse_json
from heat_engine.language.functions.base import (
    ENTRY_COST,
    Function,
    Resolution,
    fault,
    items_of,
)


class Select(Function):
    """``Fn::Select: [index or key, collection]``; what is not there reads as ''."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise fault(f'Arguments to "{self.name}" must be of the form [index, collection]')

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        index, collection = arguments
        if isinstance(collection, str) and collection:
            resolution.charge(ENTRY_COST * len(collection))
            try:
                collection = parse_json(collection)
            except ValueError as error:
                raise fault(f'"{self.name}": {error}') from None
        if collection is None or collection == "":
            return ""
        if isinstance(collection, dict):
            if not isinstance(index, str):
                raise fault(f'Index to "{self.name}" must be a string')
            return resolution.charged(collection.get(index, ""))
        if isinstance(collection, list):
            return resolution.charged(self._item(index, collection))
        raise fault(f"Arguments to {self.name} not fully resolved")

    def _item(self, index: Any, collection: list[Any]) -> Any:
        try:
            return collection[int(index)]
        except IndexError:
            return ""
        except (TypeError, ValueError, OverflowError):
            raise fault(f'Index to "{self.name}" must be an integer') from None


class Concat(Function):
    """``list_concat: [list, list...]``; nulls among them are left out."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, list):
            raise fault(
                f'Incorrect arguments to "{self.name}" should be: '
                f'"{self.name}" : [ [ "value1", "value2" ], [ "value3" ] ]'
            )
        joined: list[Any] = []
        for items in arguments:
            if items is None:
                continue
            if not isinstance(items, list):
                raise fault(
                    "Incorrect arguments: Items to concat must be lists. "
                    f"{json.dumps(arguments, default=str)} contains an item that is not a list: "
                    f"{json.dumps(items, default=str)}"
                )
            joined.extend(resolution.charged(items))
        return joined


class ConcatUnique(Concat):
    """As before, of equal members the first only."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        seen = set()
        unique = []
        joined = super().compute(arguments, resolution)
        resolution.charge(2 * ENTRY_COST * len(joined))
        for item in joined:
            mark = json.dumps(item, sort_keys=True, default=str)
            if mark not in seen:
                seen.add(mark)
                unique.append(item)
        return unique


class Filter(Function):
    """``filter: [values, list]``: the list without the values."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None:
            raise fault(f'Argument to "{self.name}" must be a list')
        if len(items) != 2:
            raise fault(
                f'"{self.name}" expected 2 arguments of the form [values, sequence] '
                f"but got {len(items)} arguments instead"
            )

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        values, sequence = arguments
        if not sequence:
            return sequence
        if not isinstance(sequence, list):
            raise fault(f'"{self.name}" only works with lists')
        if not values:
            return sequence
        if not isinstance(values, list):
            raise fault(f'"{self.name}" filters a list of values')
        resolution.charge(len(values) * len(sequence) // _COMPARISONS)
        return [item for item in sequence if item not in values]


_COMPARISONS = 64
"""Comparisons of list members that cost as much as one character."""


class Contains(Function):
    """``contains: [value, sequence]``; a text contains its parts."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise fault(
                f'Arguments to "{self.name}" must be of the form: [value1, [value1, value2]]'
            )

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        value, sequence = arguments
        if not isinstance(sequence, list | str):
            raise fault(f'Second argument to "{self.name}" should be a sequence.')
        return value in sequence
