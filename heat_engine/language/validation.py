"""All that can be said against a bound template before anything is made of it (part B)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from common import errors
from common.errors import HearthError, Problem, StackValidationFailed
from heat_engine.language import dependencies, properties
from heat_engine.language.definition import OutputDefinition, ResourceDefinition
from heat_engine.language.functions.base import Budget, MapExpression, Path, Resolution
from heat_engine.language.functions.references import GetAttribute, Reference
from heat_engine.language.problems import LimitProblem, ReferenceProblem, Unplaced, failure
from heat_engine.language.schema import TypeInterface
from heat_engine.language.scope import Static
from heat_engine.language.template import BoundTemplate
from heat_engine.language.unknown import ABSENT

__all__ = ["failure", "static", "static_properties", "validate"]

Types = Callable[[str], TypeInterface | None]
_NONE: Mapping[str, TypeInterface] = {}


def validate(
    bound: BoundTemplate, types: Types, own: Mapping[str, TypeInterface] = _NONE
) -> list[Problem]:
    """Every problem, with line and column where the source is known; none: an empty list.

    ``own``: the types of resources, by their names, where it is not ``types`` that tells them.
    ``failure(problems)`` is the error to raise for them.
    """
    return _Validation(bound, types, own).run()


def static_properties(definition: ResourceDefinition, interface: TypeInterface) -> dict[str, Any]:
    """The properties as far as they are known without any resource, completed; rest UNKNOWN.

    For the checks of a type itself, on a definition that ``validate`` found no fault with.
    """
    given = static(definition.properties)
    return properties.lenient(interface.properties, given, open=interface.open_properties)


def static(written: Any) -> Any:
    """What is written in a bound template as far as it is known without any resource."""
    return Resolution(Static(), collect=True).resolve(written)


class _Validation:
    def __init__(
        self, bound: BoundTemplate, types: Types, own: Mapping[str, TypeInterface]
    ) -> None:
        self._bound = bound
        self._words = bound.template.version.words
        self._declared = bound.template.section(self._words.resources)
        self._types: dict[str, TypeInterface | None] = {}
        self._find = types
        self._own = own
        self._budget = Budget()
        self._current: ResourceDefinition | None = None
        self._found: dict[tuple[Path, str], Problem] = {}

    def run(self) -> list[Problem]:
        for problem in self._bound.problems:
            self._add(problem)
        self._duplicates()
        for definition in self._bound.resources.values():
            self._resource(definition)
            if self._budget.left < 0:
                return list(self._found.values())
        found = dependencies.cycle(self._bound.resources)
        if found is not None:
            self._add(found[1], (self._words.resources, found[0]))
        for output in self._bound.outputs.values():
            self._output(output)
        return list(self._found.values())

    def _add(self, problem: Problem, place: Path | None = None) -> None:
        source = self._bound.template.source
        if source is not None:
            problem = source.locate(problem, place)
        key = (problem.path, problem.message)
        shown = problem.shown() if isinstance(problem, Unplaced) else problem
        self._found.setdefault(key, shown)

    def _interface(self, definition: ResourceDefinition) -> TypeInterface | None:
        if definition.name in self._own:
            return self._own[definition.name]
        name = definition.type
        if name not in self._types:
            self._types[name] = self._find(name)
        return self._types[name]

    def _duplicates(self) -> None:
        shared = [name for name in self._declared if name in self._bound.template.parameters]
        if shared:
            names = ", ".join(repr(name) for name in shared)
            self._add(Unplaced(f"Duplicate names {{{names}}}", (self._words.resources, shared[0])))

    def _resource(self, definition: ResourceDefinition) -> None:
        self._current = definition
        interface = self._interface(definition)
        for name in definition.depends_on:
            if name not in self._declared:
                self._bad_reference(
                    name, definition.name, (*definition.path, self._words.depends_on)
                )
        for reference in definition.references:
            self._reference(reference, definition)
        if interface is None:
            message = errors.EntityNotFound(entity="Resource Type", name=definition.type).message
            self._add(Problem(message, (*definition.path, self._words.type)))
            return
        self._snapshots(definition, interface)
        if definition.external_id is None:
            self._properties(definition, interface)
        self._metadata(definition)
        if interface.update_policy:
            self._update_policy(definition, interface)

    def _snapshots(self, definition: ResourceDefinition, interface: TypeInterface) -> None:
        policies = (definition.deletion_policy, definition.update_replace_policy)
        if interface.deletion_snapshot or "Snapshot" not in policies:
            return
        for word, key, policy in (
            ("deletion", self._words.deletion_policy, definition.deletion_policy),
            ("update replace", "UpdateReplacePolicy", definition.update_replace_policy),
        ):
            if policy == "Snapshot":
                message = f'"Snapshot" {word} policy not supported'
                self._add(Problem(message, (*definition.path, key)))

    def _properties(self, definition: ResourceDefinition, interface: TypeInterface) -> None:
        path = (*definition.path, self._words.properties)
        given = self._static(definition.properties, path)
        for problem, place in properties.placed(
            interface.properties, given, path, open=interface.open_properties
        ):
            self._add(problem, place)

    def _update_policy(self, definition: ResourceDefinition, interface: TypeInterface) -> None:
        path = (*definition.path, self._words.update_policy)
        given = self._static(definition.update_policy, path)
        for problem, place in properties.placed(interface.update_policy, given, path):
            self._add(problem, place)

    def _resolution(self) -> Resolution:
        return Resolution(Static(), collect=True, shared=self._budget)

    def _metadata(self, definition: ResourceDefinition) -> None:
        resolution = self._resolution()
        resolution.resolve(definition.metadata)
        self._faults(resolution, (*definition.path, self._words.metadata), "")

    def _static(self, snippet: Any, path: Path) -> Any:
        """The snippet resolved as far as it can be; faults are added at the entry they spoil."""
        resolution = self._resolution()
        if not isinstance(snippet, MapExpression):
            value = resolution.resolve(snippet)
            self._faults(resolution, path)
            return {} if value is ABSENT else value
        given = {}
        for name, node in snippet.entries.items():
            value = resolution.resolve(node)
            if resolution.faults:
                self._faults(resolution, (*path, str(name)))
                resolution.faults = []
            if value is not ABSENT:
                given[name] = value
        return given

    def _faults(self, resolution: Resolution, path: Path, word: str = properties.ERROR) -> None:
        for place, error in resolution.faults or ():
            if isinstance(error, errors.InvalidTemplateReference):
                if place not in self._referring():
                    # The function does not know whose property it is in.
                    name = self._current.name if self._current else "unknown"
                    where = errors.dotted((name, "Properties", *place[3:]))
                    self._bad_reference(error.fields["resource"], where, place)
                continue
            for problem in _problems(error):
                named = isinstance(problem, LimitProblem) or problem.path
                self._add(problem if named else Problem(problem.message, path, word), place)

    def _referring(self) -> frozenset[Path]:
        """Places of the functions that name a resource: what they name is reported already."""
        definition = self._current
        return frozenset(r.path for r in definition.references) if definition else frozenset()

    def _bad_reference(self, target: Any, where: str, place: Path) -> None:
        message = errors.InvalidTemplateReference(resource=target, key=where).message
        self._add(ReferenceProblem(message), place)

    def _reference(self, reference: Reference, definition: ResourceDefinition) -> None:
        target = reference.target
        if target is None:
            return
        if target not in self._bound.resources:
            where = errors.dotted((definition.name, "Properties", *reference.path[3:]))
            self._bad_reference(target, where, reference.path)
            return
        self._attribute(reference)

    def _attribute(self, reference: Reference) -> None:
        if not isinstance(reference, GetAttribute) or reference.attribute is None:
            return
        interface = self._interface(self._bound.resources[reference.target])
        if interface is None or interface.open_attributes:
            return
        known = isinstance(reference.attribute, str)
        if not known or reference.attribute not in interface.attributes:
            message = errors.InvalidTemplateAttribute(
                resource=reference.target, key=reference.attribute
            ).message
            self._add(Problem(message, (*reference.path, reference.name)))

    def _output(self, output: OutputDefinition) -> None:
        """References, and what its functions may make; other faults show when it is read."""
        resolution = self._resolution()
        resolution.resolve(output.value)
        for place, error in resolution.faults or ():
            if isinstance(error, errors.RequestLimitExceeded):
                self._add(LimitProblem(error.message), place)
        for reference in output.references:
            if not isinstance(reference, GetAttribute) or reference.target is None:
                continue
            if reference.target in self._bound.resources:
                self._attribute(reference)
            else:
                message = errors.InvalidTemplateReference(
                    resource=reference.target, key="unknown"
                ).message
                self._add(Problem(message, (*reference.path, reference.name)))


def _problems(error: HearthError) -> Iterable[Problem]:
    if isinstance(error, StackValidationFailed):
        return error.problems
    if isinstance(error, errors.RequestLimitExceeded):
        return (LimitProblem(error.message),)
    return (Problem(error.message),)
