"""What type a resource is of: the engine's types, and templates used as types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from common import errors
from common.errors import Problem
from heat_engine.language import document, template
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.document import SourceMap
from heat_engine.language.environment import Environment
from heat_engine.language.problems import in_file
from heat_engine.language.registry_map import RegistryMap, Target, is_template
from heat_engine.language.schema import TypeInterface
from heat_engine.language.template import Template
from heat_engine.resources.heat.provider_template import GENERIC, ProviderTemplate
from heat_engine.resources.protocol import ResourceType
from heat_engine.resources.registry import Registry
from heat_engine.store.resources import ResourceRecord

# Where a definition keeps what its type stood for, if that is something else.
IMPLEMENTATION = "implementation"
TEMPLATE = "template"


def made(registry: Registry, record: ResourceRecord) -> ResourceType:
    """The type that a resource was made as. Raises EntityNotFound when the engine has lost it."""
    name = implementation(record)
    if is_template(name) or (record.definition is None and registry.interface(name) is None):
        return GENERIC
    return registry.get(name)


def implementation(record: ResourceRecord) -> str:
    """The name of that type, or of the template."""
    return str((record.definition or {}).get(IMPLEMENTATION, record.type))


def family(name: str) -> str:
    """A change of a resource within a family of implementations needs no new resource."""
    return TEMPLATE if is_template(name) else name


def is_another(record: ResourceRecord, target: Target) -> bool:
    """Whether what a type stands for now can only be had by a new resource."""
    return family(implementation(record)) != family(target.name)


@dataclass(slots=True)
class Kinds:
    """The types of one goal's resources, by its environment and files. Templates are read once."""

    registry: Registry
    environment: Environment
    files: Mapping[str, str]
    _map: RegistryMap = field(init=False)
    _read: dict[str, Template | errors.HearthError] = field(default_factory=dict)
    _kinds: dict[tuple[str, Target], ResourceType] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._map = RegistryMap(
            self.environment.resource_registry,
            lambda name: self.registry.interface(name) is not None,
        )

    def target(self, definition: ResourceDefinition) -> Target:
        """What the type's name leads to. Raises EntityNotFound."""
        found = self._map.resolve(definition.type, definition.name)
        if found is None:
            raise errors.EntityNotFound(entity="Resource Type", name=definition.type)
        return found

    def wanted(self, definition: ResourceDefinition) -> ResourceType:
        """The type a resource shall be of. Raises HearthError when that cannot be told."""
        target = self.target(definition)
        if not target.is_template:
            return self.registry.get(target.name)
        key = (definition.type, target)
        if key not in self._kinds:
            self._kinds[key] = ProviderTemplate(
                definition.type,
                self._template(target.name),
                mapping=target.key,
                defaults=self.environment.parameter_defaults.keys(),
            )
        return self._kinds[key]

    def source(self, definition: ResourceDefinition) -> SourceMap | None:
        """Where things stand in the file that a resource's template is. Raises as ``wanted``."""
        target = self.target(definition)
        return self._template(target.name).source if target.is_template else None

    def interfaces(
        self, definitions: Mapping[str, ResourceDefinition]
    ) -> tuple[dict[str, TypeInterface], list[Problem]]:
        """Interfaces, by resource, of types that are not the engine's own; and what is wrong."""
        own: dict[str, TypeInterface] = {}
        problems: list[Problem] = []
        for name, definition in definitions.items():
            target = self._map.resolve(definition.type, name)
            if target is None and (astray := self._astray(definition)) is not None:
                own[name] = GENERIC.interface()
                problems.append(astray)
                continue
            plain = target is None or target == Target(definition.type)
            if plain and not is_template(definition.type):
                continue
            try:
                own[name] = self.wanted(definition).interface()
                problems.extend(self._strangeness(definition))
            except errors.HearthError as error:
                own[name] = GENERIC.interface()
                problems.append(self._unreadable(definition, error))
        return own, problems

    def unadoptable(self, definitions: Mapping[str, ResourceDefinition]) -> list[Problem]:
        """What is to be adopted by an id and is a stack: its parts would belong to two stacks."""
        problems: list[Problem] = []
        for definition in definitions.values():
            if definition.external_id is None:
                continue
            target = self._map.resolve(definition.type, definition.name)
            if target is None or not (target.is_template or self.registry.get(target.name).nested):
                continue
            message = (
                f"A nested stack ({definition.type}) cannot be adopted by its id. "
                "Give the things in it an external_id each, or adopt it as a stack of its own."
            )
            problems.append(Problem(message, (*definition.path, "external_id")))
        return problems

    def _astray(self, definition: ResourceDefinition) -> Problem | None:
        """The fault of a type that the registry maps to nothing; None where it has no entry."""
        found = self._map.mapping(definition.type, definition.name)
        if found is None:
            return None
        message = errors.EntityNotFound(entity="Resource Type", name=definition.type).message
        reason = f'The resource_registry maps it to "{found[0]}"{self._origin(found[1])}.'
        return Problem(f"{message} {reason}", ("resources", definition.name, "type"))

    def _origin(self, key: tuple[str, ...]) -> str:
        """Where an entry of the registry stands, in brackets, if a file has it."""
        found = self.environment.mapping(key) if key else None
        return "" if found is None else f" ({found})"

    def _unreadable(self, definition: ResourceDefinition, error: errors.HearthError) -> Problem:
        target = self.target(definition)
        if not target.is_template:
            return Problem(error.message, ("resources", definition.name))
        message = error.message
        if isinstance(error, errors.StackValidationFailed):
            text = self.files.get(target.name)
            message = "\n".join(str(in_file(found, target.name, text)) for found in error.problems)
        message += self._origin(target.key)
        return Problem(message, ("resources", f"{definition.name}<{target.name}>"))

    def _strangeness(self, definition: ResourceDefinition) -> list[Problem]:
        """Where a template does not look like the type of the engine that it stands for."""
        facade = self.registry.interface(definition.type)
        target = self.target(definition)
        if facade is None or not target.is_template:
            return []
        found = compare(facade, self.wanted(definition).interface())
        return [Problem(text, ("resources", definition.name)) for text in found]

    def _template(self, name: str) -> Template:
        if name not in self._read:
            try:
                self._read[name] = self._parse(name)
            except errors.HearthError as error:
                self._read[name] = error
        found = self._read[name]
        if isinstance(found, errors.HearthError):
            raise found
        return found

    def _parse(self, name: str) -> Template:
        text = self.files.get(name)
        if text is None:
            raise errors.StackValidationFailed(
                f'Failed to retrieve template data: "{name}" is not among the files'
            )
        if isinstance(text, Mapping):
            return template.parse(text, self.files)
        body, source = document.load(text, name=name)
        return template.parse(body, self.files, source)


def compare(facade: TypeInterface, provider: TypeInterface) -> list[str]:
    """How a provider differs from the type it stands for (contract section 7.2)."""
    found: list[str] = []
    for name, prop in facade.properties.items():
        offered = provider.properties.get(name)
        if offered is None:
            if prop.required:
                found.append(
                    f"Required property {name} for facade {facade.name} missing in provider"
                )
        elif offered.kind != prop.kind and (prop.kind, offered.kind) != ("integer", "number"):
            found.append(
                f"Property {name} type mismatch between facade {facade.name} "
                f"({prop.kind.capitalize()}) and provider ({offered.kind.capitalize()})"
            )
    found.extend(
        f"Provider requires property {name} unknown in facade {facade.name}"
        for name, prop in provider.properties.items()
        if prop.required and name not in facade.properties
    )
    missing = [name for name in facade.attributes if name not in provider.attributes]
    if missing:
        found.append(f"Attribute {missing[0]} for facade {facade.name} missing in provider")
    return found
