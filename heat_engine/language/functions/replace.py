"""Replacement of placeholders in text (section 3.3)."""

from __future__ import annotations

from itertools import chain
from typing import Any

from heat_engine.language.functions.base import (
    ENTRY_COST,
    Function,
    ListExpression,
    Resolution,
    entries_of,
    fault,
    items_of,
)
from heat_engine.language.functions.strings import to_json

_COMPARISONS = 256
"""Comparisons of a placeholder with a place in the text that cost as much as one character."""

_PASS_COST = 4
"""Characters whose copying costs as much as the search of one piece of the text."""


def replace_all(text: str, replacements: dict[str, str], resolution: Resolution) -> str:
    """Every placeholder replaced once, longer ones first; what is put in is not looked at again."""
    resolution.charge(2 * ENTRY_COST * len(replacements))
    placeholders = sorted(filter(None, replacements), key=lambda name: (-len(name), name))
    if not placeholders:
        resolution.charge(len(text))
        return text
    resolution.charge(len(text) + len(text) * len(placeholders) // _COMPARISONS)
    rest = [text]
    put: list[str] = []
    for placeholder in placeholders:
        if placeholder in text:
            resolution.charge(_PASS_COST * len(rest))
            rest, put = _cut(rest, put, placeholder, replacements[placeholder])
    resolution.charge(sum(map(len, put)))
    return "".join(chain.from_iterable(zip(rest, [*put, ""], strict=True)))


def _cut(
    rest: list[str], put: list[str], placeholder: str, replacement: str
) -> tuple[list[str], list[str]]:
    """The texts still to be searched, cut at a placeholder too, and what goes between them."""
    pieces: list[str] = []
    between: list[str] = []
    for text, following in zip(rest, [*put, ""], strict=True):
        found = text.split(placeholder)
        pieces.extend(found)
        between.extend([replacement] * (len(found) - 1))
        between.append(following)
    between.pop()
    return pieces, between


class Replace(Function):
    """``str_replace: {template, params}`` with texts, numbers and booleans for placeholders."""

    __slots__ = ()

    def construct(self) -> None:
        entries = entries_of(self.arguments)
        if entries is None:
            raise fault(f'Arguments to "{self.name}" must be a map')
        if "template" not in entries or "params" not in entries:
            raise fault(
                f'"{self.name}" syntax should be {self.name}:\n'
                "  template: This is var1 template var2\n"
                "  params:\n    var1: a\n    var2: string"
            )
        if isinstance(entries["params"], (list, ListExpression)):
            raise fault(f'"{self.name}" parameters must be a mapping')

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        return self.replace(arguments.get("template"), arguments.get("params"), resolution)

    def replace(self, template: Any, params: Any, resolution: Resolution) -> str:
        if not isinstance(template, str):
            raise fault(f'"{self.name}" template must be a string')
        if not isinstance(params, dict):
            raise fault(f'"{self.name}" params must be a map')
        texts = {}
        for placeholder, value in params.items():
            if not isinstance(placeholder, str):
                raise fault(f'"{self.name}" param placeholders must be strings')
            texts[placeholder] = self.text(placeholder, value)
        self.check(template, texts)
        return replace_all(template, texts, resolution)

    def text(self, placeholder: str, value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, (str, int, float)):
            raise fault(
                f'"{self.name}" params must be strings or numbers, param {placeholder} is not valid'
            )
        return str(value)

    def check(self, template: str, texts: dict[str, str]) -> None:
        """What a strict form asks of the placeholders."""


class ReplaceJson(Replace):
    """As before; maps and lists are put in as JSON."""

    __slots__ = ()

    def text(self, placeholder: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, (dict, list)):
            return to_json(value)
        if not isinstance(value, (str, int, float)):
            raise fault(f'"{self.name}" params must be strings, numbers, list or map.')
        return str(value)


class ReplaceStrict(ReplaceJson):
    """Every placeholder must occur."""

    __slots__ = ()

    def check(self, template: str, texts: dict[str, str]) -> None:
        missing = [placeholder for placeholder in texts if placeholder not in template]
        if missing:
            missing.sort(key=lambda name: (-len(name), name))
            raise fault(f"The following params were not found in the template: {','.join(missing)}")


class ReplaceVeryStrict(ReplaceStrict):
    """And every placeholder must have a value that is not empty."""

    __slots__ = ()

    def text(self, placeholder: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            raise fault(
                f"{self.name} has an undefined or empty value for param {placeholder}, "
                "must be a defined non-empty value"
            )
        return super().text(placeholder, value)


class ReplacePair(Replace):
    """``Fn::Replace: [{placeholder: value}, text]``."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise fault(
                f'Incorrect arguments to "{self.name}" should be: '
                f'{{"{self.name}": [ {{"$var1": "foo", "%var2%": "bar"}}, '
                '"$var1 is %var2%" ]}'
            )

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        params, template = arguments
        return self.replace(template, params, resolution)
