"""What a template has under ``Transform: AWS::LanguageExtensions``, and what no template has."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from heat_engine.language.functions.base import (
    Choice,
    Expression,
    Function,
    Path,
    Resolution,
    SnippetParser,
    entries_of,
    fault,
    items_of,
)
from heat_engine.language.functions.references import FindInMap, ParameterReference, Ref
from heat_engine.language.scope import Static
from heat_engine.language.unknown import UNKNOWN
from heat_engine.language.versions import EXTENSIONS


class Length(Function):
    """The number of members of a list."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, list):
            raise fault(f'Argument to "{self.name}" must be a list')
        return len(arguments)


class ToJsonString(Function):
    """JSON text of a map or list, keys in their order."""

    __slots__ = ()

    def construct(self) -> None:
        if items_of(self.arguments) is None and not isinstance(self.arguments, dict | Expression):
            raise fault(f'Argument to "{self.name}" must be a map or a list')

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, dict | list):
            raise fault(f'Argument to "{self.name}" must be a map or a list')
        text = json.dumps(arguments, separators=(",", ":"))
        resolution.charge(len(text))
        return text


class RefOfName(Ref):
    """``Ref``, also of a name that functions of parameters make."""

    __slots__ = ()

    @classmethod
    def expand(cls, parser: SnippetParser, name: str, arguments: Any, path: Path) -> Any:
        binding = parser.binding
        before = len(binding.references)
        node = parser.parse(arguments, path)
        if not isinstance(node, Expression):
            return cls.of(parser, name, node, path)
        if len(binding.references) > before:
            raise fault(f'The name in "{name}" may depend on parameters only')
        value = Resolution(Static(), shared=binding.budget).resolve(node)
        return Choice([node], path) if value is UNKNOWN else cls.of(parser, name, value, path)


class ParameterOfName(RefOfName):
    """The same where resources are not known."""

    __slots__ = ()

    @staticmethod
    def of(parser: SnippetParser, name: str, node: Any, path: Path) -> Function:
        return ParameterReference(name, node, path[:-1], parser.binding)


class FindInMapOrDefault(FindInMap):
    """``Fn::FindInMap: [map, key, key, {DefaultValue: value}]``."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 4:
            super().construct()
            return
        entries = entries_of(items[3])
        if entries is None or list(entries) != ["DefaultValue"]:
            raise fault(
                f'The fourth argument to "{self.name}" must be of the form {{DefaultValue: value}}'
            )

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        *keys, last = arguments
        if not isinstance(last, dict):
            return super().compute(arguments, resolution)
        found, value = self.look_up(keys)
        return resolution.charged(value if found else last.get("DefaultValue"))


class Refused(Function):
    """A function known only to say why it is not there."""

    __slots__ = ()
    reason: ClassVar[str] = ""

    def construct(self) -> None:
        raise fault(f'The function "{self.name}" {self.reason}')


class NeedsExtensions(Refused):
    __slots__ = ()
    reason = f'needs "Transform: {EXTENSIONS}" at the top of the template'


class Macro(Refused):
    __slots__ = ()
    reason = "is not supported: there are no macros here"
