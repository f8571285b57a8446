"""``Fn::Sub``: names in a text replaced by what they stand for (section 3.6)."""

from __future__ import annotations

from typing import Any

from heat_engine.language.functions.base import (
    ENTRY_COST,
    Function,
    ListExpression,
    MapExpression,
    Resolution,
    entries_of,
    fault,
    items_of,
)
from heat_engine.language.functions.references import (
    GetAttOrText,
    GetResource,
    ParameterReference,
)


def pieces(text: str) -> tuple[list[str], list[str]]:
    """A text cut at ``${name}``: the texts around the names, one more than names; and the names.

    ``${!name}`` is text and reads ``${name}``. Linear in the text's length.

    >>> pieces("a ${b} ${!c}")
    (['a ', ' ${c}'], ['b'])
    """
    texts: list[str] = []
    names: list[str] = []
    current: list[str] = []
    position = 0
    while (start := text.find("${", position)) >= 0:
        end = text.find("}", start)
        if end < 0:
            break
        current.append(text[position:start])
        name = text[start + 2 : end]
        if name.startswith("!"):
            current.append(f"${{{name[1:]}}}")
        else:
            texts.append("".join(current))
            names.append(name.strip())
            current = []
        position = end + 1
    texts.append("".join([*current, text[position:]]))
    return texts, names


class Substitute(Function):
    """``Fn::Sub: text`` or ``[text, {name: value}]``.

    A name that the map lacks is a resource's or a parameter's, or ``resource.attribute``. The
    references become arguments, so dependencies are seen as with Ref and Fn::GetAtt.
    """

    __slots__ = ("names", "texts")

    def construct(self) -> None:
        text, given = self._form()
        self.texts, self.names = pieces(text)
        values: dict[Any, Any] = dict(given)
        for name in self.names:
            if not name:
                raise fault(f'A name is missing in the text of "{self.name}"')
            if name not in values:
                values[name] = self._reference(name)
        self.arguments = ListExpression([text, MapExpression(values, self.path)], self.path)

    def _form(self) -> tuple[str, dict[Any, Any]]:
        text = self.arguments
        given: dict[Any, Any] | None = {}
        items = items_of(text)
        if items is not None and len(items) == 2:
            text, given = items[0], entries_of(items[1])
        if not isinstance(text, str) or given is None:
            raise fault(
                f'Arguments to "{self.name}" must be a text, or of the form [text, {{name: value}}]'
            )
        return text, given

    def _reference(self, name: str) -> Function:
        binding = self.binding
        if name in binding.resources:
            return GetResource(self.name, name, self.path, binding)
        if "." in name and name not in binding.parameters:
            return GetAttOrText(self.name, name, self.path, binding)
        return ParameterReference(self.name, name, (*self.path, self.name), binding)

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        values = {name: self._text(name, arguments[1].get(name)) for name in set(self.names)}
        parts = [self.texts[0]]
        for name, text in zip(self.names, self.texts[1:], strict=True):
            resolution.charge(len(values[name]) + len(text) + ENTRY_COST)
            parts.append(values[name])
            parts.append(text)
        return "".join(parts)

    def _text(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float):
            raise fault(f'The value of "{name}" in "{self.name}" must be a string')
        return str(value)


class SubstituteParameters(Substitute):
    """``Fn::Sub`` where resources are not known: names are those of parameters."""

    __slots__ = ()

    def _reference(self, name: str) -> Function:
        return ParameterReference(self.name, name, (*self.path, self.name), self.binding)
