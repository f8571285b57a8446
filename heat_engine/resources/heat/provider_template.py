"""A template used as a resource type (contract/engine-semantics.md section 7.2)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from common import errors
from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.parameter_types import JSON, LIST
from heat_engine.language.schema import Attribute, Kind, Property
from heat_engine.language.scope import follow
from heat_engine.language.template import Template
from heat_engine.language.unknown import contains_unknown
from heat_engine.resources.child import ChildStack
from heat_engine.resources.nested import NestedStack
from heat_engine.resources.protocol import Progress, Request, done

KINDS = {
    "String": Kind.STRING,
    "Number": Kind.NUMBER,
    "Boolean": Kind.BOOLEAN,
    LIST: Kind.LIST,
    JSON: Kind.MAP,
}
STACK_ID = "OS::stack_id"


class ProviderTemplate(NestedStack):
    """Properties are the template's parameters, attributes its outputs.

    Without a template it stands for any of them: for what is done to stacks that exist already.
    """

    name = "provider template"
    description = "A stack nested in another one."
    open_properties = True

    def __init__(
        self,
        type_name: str = "",
        template: Template | None = None,
        *,
        mapping: tuple[str, ...] = (),
        defaults: Collection[str] = (),
    ) -> None:
        """``mapping``: the entry of the registry that led here; ``defaults``: names of parameters
        that the environment has a default for."""
        self._template = template
        self._mapping = mapping
        if template is None:
            return
        self.name = type_name
        self.description = template.description
        self.open_properties = False
        self.properties = {
            name: _property(schema, name in defaults)
            for name, schema in template.parameters.items()
        }
        declared = template.section(template.version.words.outputs)
        self.attributes = {
            str(name): Attribute(str((body or {}).get("description") or ""), Kind.ANY, live=True)
            for name, body in declared.items()
        }

    def wanted(self, request: Request) -> ChildStack:
        made = self.sample(request.properties, {})
        if made is None:
            raise LookupError(request.type)
        return made

    def sample(
        self, properties: Mapping[str, Any], files: Mapping[str, Any], *, whole: bool = False
    ) -> ChildStack | None:
        if self._template is None:
            return None
        return ChildStack(
            "CREATE",
            self._template.document,
            {
                name: _passed(value, self._template.parameters[name])
                for name, value in properties.items()
                if value is not None and name in self._template.parameters
            },
            self._mapping,
        )

    def made(self, request: Request) -> Progress:
        child = request.child
        if child is None:
            return done()
        reference = child.output(STACK_ID) if STACK_ID in child.outputs() else child.arn
        return done(reference_id=reference)

    def attribute_names(self, request: Request) -> Sequence[str]:
        return request.child.outputs() if request.child else ()

    def own(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        if request.child is None or attribute == "show":
            return None
        try:
            return follow(request.child.output(attribute), path)
        except KeyError:
            raise errors.InvalidTemplateAttribute(resource=request.name, key=attribute) from None


GENERIC = ProviderTemplate()


def _property(schema: ParameterSchema, has_default: bool) -> Property:
    return Property(
        KINDS[schema.type],
        schema.description,
        required=not schema.has_default and not has_default,
        updatable=True,
        constraints=schema.constraints,
        converts=True,
    )


def _passed(value: Any, schema: ParameterSchema) -> Any:
    """A property's value as the nested template's parameter takes it."""
    if contains_unknown(value):
        return value
    if schema.type == JSON and isinstance(value, list):
        return json.dumps(value)
    if schema.type == LIST and isinstance(value, list):
        return ",".join(_items(value))
    return value


def _items(value: list[Any]) -> list[str]:
    """The items of a list; maps are spread out as ``.member.<index>.<key>=<value>``."""
    if value and isinstance(value[0], Mapping):
        return [
            f".member.{index}.{key}={item}"
            for index, entry in enumerate(value)
            if isinstance(entry, Mapping)
            for key, item in entry.items()
        ]
    return ["" if item is None else str(item) for item in value]
