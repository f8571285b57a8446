"""Functions that read parameters, files, mappings and other resources (sections 3.1 and 3.2)."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from common import errors
from heat_engine.language.functions.base import (
    Function,
    MapExpression,
    Path,
    Resolution,
    SnippetParser,
    fault,
    items_of,
)
from heat_engine.language.scope import Selectable, Static, follow
from heat_engine.language.unknown import UNKNOWN, contains_unknown


class GetParam(Function):
    """``get_param: name`` or ``[name, key or index, ...]``; what the path misses reads as ''."""

    __slots__ = ()

    def construct(self) -> None:
        if isinstance(self.arguments, (dict, MapExpression)) and self.arguments:
            raise fault(f'Argument to "{self.name}" must be string or list')
        if self.arguments in (None, "", [], {}):
            raise fault(f'Function "{self.name}" must have arguments')

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        name, *steps = arguments if isinstance(arguments, list) else [arguments]
        if not isinstance(name, str):
            raise fault(f'Parameter name in "{self.name}" must be string')
        value = self.binding.parameters.value(name)
        if value is UNKNOWN:
            resolution.unknown = True
        if not steps:
            resolution.charge(self.binding.parameters.weight(name))
            return value
        for step in steps:
            if value is UNKNOWN:
                return UNKNOWN
            value = _step_loosely(value, step)
            if value is _MISSED:
                return ""
        return resolution.charged(value)


_MISSED = object()


def _step_loosely(value: Any, step: Any) -> Any:
    """One step of get_param's path: a numeric text is an index too."""
    try:
        if isinstance(value, dict):
            return value[step]
        if isinstance(value, (list, str)):
            return value[int(step)]
    except (KeyError, IndexError, TypeError, ValueError):
        return _MISSED
    return _MISSED


class ParameterReference(Function):
    """What ``Ref`` of a parameter becomes."""

    __slots__ = ()

    def construct(self) -> None:
        if not isinstance(self.arguments, str):
            raise fault(f'Argument to "{self.name}" must be a string')

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if arguments not in self.binding.parameters:
            raise errors.InvalidTemplateReference(resource=arguments, key="unknown")
        resolution.charge(self.binding.parameters.weight(arguments))
        value = self.binding.parameters.value(arguments)
        if value is UNKNOWN:
            resolution.unknown = True
        return value


class Reference(Function):
    """A function that names a resource. ``target`` and ``attribute``: None when not known."""

    __slots__ = ("attribute", "target")

    def construct(self) -> None:
        self.attribute: Any = None
        self.target = self.find_target()
        if self.target is not None and not isinstance(self.target, str):
            raise fault(f'The resource name in "{self.name}" must be a string')
        self.binding.references.append(self)

    def find_target(self) -> Any:
        raise NotImplementedError

    def _constant(self, node: Any) -> Any:
        """The value of an argument that needs no resource to be known, else None."""
        value = Resolution(Static(), collect=True, shared=self.binding.budget).resolve(node)
        return None if contains_unknown(value) else value


class GetResource(Reference):
    """The reference id of a resource."""

    __slots__ = ()

    def find_target(self) -> Any:
        return self._constant(self.arguments)

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, str) or arguments not in self.binding.enabled:
            raise errors.InvalidTemplateReference(resource=arguments, key="unknown")
        return resolution.charged(resolution.scope.reference_id(arguments))


class Ref(Function):
    """``Ref``: of a resource where the template has one of that name, else of a parameter."""

    __slots__ = ()
    macro = True

    @classmethod
    def expand(cls, parser: SnippetParser, name: str, arguments: Any, path: Path) -> Any:
        return cls.of(parser, name, parser.parse(arguments, path), path)

    @staticmethod
    def of(parser: SnippetParser, name: str, node: Any, path: Path) -> Function:
        """The reference to what a name stands for."""
        if isinstance(node, str) and node in parser.binding.resources:
            return GetResource(name, node, path[:-1], parser.binding)
        return ParameterReference(name, node, path[:-1], parser.binding)


class GetAttribute(Reference):
    """``get_attr: [resource, attribute, path...]`` of the versions before 2015-10-15."""

    __slots__ = ()

    def find_target(self) -> Any:
        self.check_form()
        items = items_of(self.arguments) or []
        if len(items) > 1:
            self.attribute = self._constant(items[1])
        return self._constant(items[0])

    def check_form(self) -> None:
        items = items_of(self.arguments)
        if items is None:
            raise fault(f'Argument to "{self.name}" must be a list')
        if len(items) < 2:
            raise fault(
                f'Arguments to "{self.name}" must be of the form '
                "[resource_name, attribute, (path), ...]"
            )

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        resource, *rest = arguments
        if not isinstance(resource, str) or resource not in self.binding.enabled:
            raise errors.InvalidTemplateReference(resource=resource, key="unknown")
        if not rest:
            return resolution.charged(resolution.scope.attributes(resource))
        if not isinstance(rest[0], str):
            raise errors.InvalidTemplateAttribute(resource=resource, key=rest[0])
        value = resolution.scope.attribute(resource, rest[0])
        if isinstance(value, Selectable):
            return resolution.charged(value.select(rest[1:]))
        return resolution.charged(follow(value, rest[1:]))


class GetAttributes(GetAttribute):
    """As before, and the attribute's name may be left out: then all attributes are given."""

    __slots__ = ()

    def check_form(self) -> None:
        items = items_of(self.arguments)
        if not items:
            if self.arguments is not None and items is None:
                raise fault(f'Argument to "{self.name}" must be a list')
            raise fault(
                f'Arguments to "{self.name}" can be of the next forms: [resource_name] or '
                "[resource_name, attribute, (path), ...]"
            )


class GetAtt(GetAttribute):
    """``Fn::GetAtt: [resource, attribute]``."""

    __slots__ = ()

    def check_form(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise fault(
                f'Arguments to "{self.name}" must be of the form [resource_name, attribute]'
            )


class GetAttOrText(GetAtt):
    """As before, and ``Fn::GetAtt: resource.attribute``."""

    __slots__ = ()

    def check_form(self) -> None:
        if isinstance(self.arguments, str) and "." in self.arguments:
            self.arguments = split_attribute(self.arguments, self.binding.resources)
        super().check_form()


_LONGEST_NAME = 255


def split_attribute(text: str, resources: Container[str]) -> list[str]:
    """``resource.attribute`` in two: at the first dot that ends a resource's name.

    Where no part is a resource's name, the first dot of all divides.
    """
    position = text.index(".")
    while 0 <= position <= _LONGEST_NAME:
        if text[:position] in resources:
            return [text[:position], text[position + 1 :]]
        position = text.find(".", position + 1)
    resource, _, attribute = text.partition(".")
    return [resource, attribute]


class GetFile(Function):
    """The text of a file sent with the template."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, str):
            raise fault(f'Argument to "{self.name}" must be a string')
        content = self.binding.files.get(arguments)
        if content is None:
            raise fault(
                f'No content found in the "files" section for {self.name} path: {arguments}'
            )
        return resolution.charged(content)


class FindInMap(Function):
    """``Fn::FindInMap: [map, key, key]``; keys are compared with their types."""

    __slots__ = ()

    def construct(self) -> None:
        if isinstance(self.arguments, str) and len(self.arguments) == 3:
            self.arguments = list(self.arguments)
        items = items_of(self.arguments)
        if items is None:
            raise fault("'not enough values to unpack (expected 3, got 0)'")
        if len(items) < 3:
            raise fault(f"'not enough values to unpack (expected 3, got {len(items)})'")
        if len(items) > 3:
            raise fault("'too many values to unpack (expected 3)'")

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        found, value = self.look_up(arguments)
        if not found:
            raise fault(f'{value!r} is not a key that "{self.name}" finds in the mappings')
        return resolution.charged(value)

    def look_up(self, keys: list[Any]) -> tuple[bool, Any]:
        """True and the value, or False and the first key that is not there."""
        value: Any = self.binding.mappings
        for key in keys:
            if not isinstance(value, dict) or isinstance(key, (dict, list)) or key not in value:
                return False, key
            value = value[key]
        return True, value


class GetAvailabilityZones(Function):
    """``Fn::GetAZs``: the argument does not matter."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        return resolution.charged(resolution.scope.availability_zones())


class ImportValue(Function):
    """``Fn::ImportValue: name`` of what another stack exports."""

    __slots__ = ()

    def construct(self) -> None:
        self.binding.imports.append(self)

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, str) or not arguments:
            raise fault(f'Argument to "{self.name}" must be the name of an export')
        return resolution.charged(resolution.scope.import_value(arguments))


class ResourceFacade(Function):
    """Reads the resource of the parent stack that this template provides."""

    __slots__ = ()
    keys = ("metadata", "deletion_policy", "update_policy")

    def construct(self) -> None:
        if not isinstance(self.arguments, str) or self.arguments not in self.keys:
            raise fault(
                f'Incorrect arguments to "{self.name}" should be one of: {", ".join(self.keys)}'
            )
        self.binding.facades.append(self)

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        key = ResourceFacade.keys[self.keys.index(arguments)]
        return resolution.charged(resolution.scope.facade(key))


class CfnResourceFacade(ResourceFacade):
    __slots__ = ()
    keys = ("Metadata", "DeletionPolicy", "UpdatePolicy")
