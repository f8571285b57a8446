"""Copies of a template for every member of lists (section 3.4)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from heat_engine.language.functions.base import (
    ENTRY_COST,
    Function,
    Resolution,
    entries_of,
    fault,
    items_of,
)
from heat_engine.language.unknown import UNKNOWN, contains_unknown


class Repeat(Function):
    """``{template, for_each: {placeholder: list}}``: one copy of the template a combination."""

    __slots__ = ()
    maps_allowed = False
    has_permutations = False

    def construct(self) -> None:
        entries = entries_of(self.arguments)
        if entries is None:
            raise fault(f'Arguments to "{self.name}" must be a map')
        if "template" not in entries or "for_each" not in entries:
            raise fault(
                f'"{self.name}" syntax should be {self.name}:\n'
                "  template: This is %var%\n"
                "  for_each:\n    %var%: ['a', 'b', 'c']"
            )
        if items_of(entries["for_each"]) is not None or isinstance(
            entries["for_each"], str | int | float
        ):
            raise fault(f'The "for_each" argument to "{self.name}" must contain a map')

    def result(self, resolution: Resolution) -> Any:
        entries = entries_of(self.arguments) or {}
        loops = resolution.resolve(entries["for_each"])
        template = resolution.resolve(entries["template"])
        nested = resolution.resolve(entries.get("permutations", True))
        if resolution.unknown and (contains_unknown(loops) or nested is UNKNOWN):
            return UNKNOWN
        return self.expand_all(template, loops, nested, resolution)

    def expand_all(
        self, template: Any, loops: Any, nested: Any, resolution: Resolution
    ) -> list[Any]:
        if not isinstance(loops, dict):
            raise fault(f'The "for_each" argument to "{self.name}" must contain a map')
        if not loops:
            raise fault(f'The "for_each" argument to "{self.name}" must contain a variable')
        if not self.has_permutations:
            nested = True
        if not isinstance(nested, bool):
            raise fault(f'"permutations" should be boolean type for {self.name} function.')
        values = [self._values(value, nested) for value in loops.values()]
        keys = [str(key) for key in loops]
        sizes = [len(items) for items in values]
        if not nested and len(set(sizes)) > 1:
            raise fault(
                f"For {self.name}, the length of for_each values should be equal if no nested loop."
            )
        budget = _Copier(template, keys, resolution)
        return budget.combinations(values, nested)

    def _values(self, value: Any, nested: bool) -> list[Any]:
        if value is None:
            return []
        if isinstance(value, list):
            return value
        if isinstance(value, dict) and self.maps_allowed and nested:
            return list(value)
        wanted = "lists or maps" if self.maps_allowed and nested else "lists"
        raise fault(f'The values of the "for_each" argument to "{self.name}" must be {wanted}')


class _Copier:
    """Makes the copies of one template, each paid for before it is made."""

    def __init__(self, template: Any, keys: list[str], resolution: Resolution) -> None:
        self._template = template
        self._keys = keys
        self._resolution = resolution

    def combinations(self, values: list[list[Any]], nested: bool) -> list[Any]:
        total = 1 if nested else len(values[0])
        if nested:
            for items in values:
                total *= len(items)
        self._resolution.charge(total * (ENTRY_COST + len(values)))
        return [self._copy(self._template, choice) for choice in _choices(values, nested)]

    def _copy(self, template: Any, choice: tuple[Any, ...]) -> Any:
        if isinstance(template, str):
            return self._replace(template, choice)
        if isinstance(template, list):
            self._resolution.charge(ENTRY_COST * len(template))
            return [self._copy(item, choice) for item in template]
        if isinstance(template, dict):
            self._resolution.charge(2 * ENTRY_COST * len(template))
            return {
                self._copy(key, choice): self._copy(item, choice) for key, item in template.items()
            }
        return template

    def _replace(self, text: str, choice: tuple[Any, ...]) -> str:
        for key, value in zip(self._keys, choice, strict=True):
            if not isinstance(value, str):
                raise fault(
                    f"replace() argument 2 must be str, not {type(value).__name__}: "
                    'what "for_each" lists must be strings'
                )
            if key and key in text:
                self._resolution.charge(text.count(key) * len(value))
                text = text.replace(key, value)
        self._resolution.charge(len(text) + ENTRY_COST)
        return text


def _choices(values: list[list[Any]], nested: bool) -> Iterable[tuple[Any, ...]]:
    return itertools.product(*values) if nested else zip(*values, strict=True)


class RepeatMaps(Repeat):
    """As before; a map stands for its keys."""

    __slots__ = ()
    maps_allowed = True


class RepeatPermutations(RepeatMaps):
    """As before; ``permutations: false`` takes the lists side by side."""

    __slots__ = ()
    has_permutations = True
