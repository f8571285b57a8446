"""One resource, one output of a bound template (templates.md sections 5.1-5.4 and 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import HearthError, Problem, StackValidationFailed
from heat_engine.language import document
from heat_engine.language.functions.base import (
    Binding,
    Budget,
    Expression,
    Function,
    ListExpression,
    MapExpression,
    Path,
    Resolution,
)
from heat_engine.language.functions.parser import Parser
from heat_engine.language.functions.references import Reference
from heat_engine.language.problems import Unplaced
from heat_engine.language.scope import Scope, Static
from heat_engine.language.unknown import ABSENT, UNKNOWN, contains_unknown
from heat_engine.language.versions import Version, Words

_POLICIES = {"Delete": "Delete", "Retain": "Retain", "Snapshot": "Snapshot"}
_AWS_POLICIES = {**_POLICIES, "RetainExceptOnCreate": "Retain"}
_LOWER_POLICIES = {**_POLICIES, "delete": "Delete", "retain": "Retain", "snapshot": "Snapshot"}


@dataclass(frozen=True, slots=True)
class ResourceDefinition:
    """What a template says of one enabled resource.

    deletion_policy: what becomes of the resource when it is deleted; outer_policy: the snippet of
    one that hangs on the resource that the stack is nested in. update_replace_policy: the
    same for the one that a replacement leaves behind, None: its deletion policy holds.
    retain_except_on_create: "Retain" does not hold when the creation is rolled back.
    properties, metadata, update_policy: snippets for ``functions.resolve``. references: the
    functions in properties and metadata that name a resource.
    """

    name: str
    type: str
    path: Path
    properties: Any = None
    metadata: Any = None
    update_policy: Any = None
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    outer_policy: Any = None
    update_replace_policy: str | None = None
    retain_except_on_create: bool = False
    external_id: str | None = None
    description: str = ""
    condition: Any = None
    references: tuple[Reference, ...] = ()

    def requires(self, names: Collection[str]) -> frozenset[str]:
        """Those of ``names`` that must be there first: depends_on and what functions refer to."""
        if self.external_id is not None:
            return frozenset()
        required = {name for name in self.depends_on if name in names}
        for reference in self.references:
            if isinstance(reference.target, str) and reference.target in names:
                required.add(reference.target)
        return frozenset(required)

    def policy(self, scope: Scope) -> str:
        """The deletion policy as the living stack makes it. Raises StackValidationFailed."""
        if self.outer_policy is None:
            return self.deletion_policy
        value = Resolution(scope).resolve(self.outer_policy)
        if value is UNKNOWN:
            return self.deletion_policy
        if not isinstance(value, str) or value not in _LOWER_POLICIES:
            raise StackValidationFailed(
                problems=[Problem(f'Invalid deletion policy "{value}"', self.outer_policy.path)]
            )
        return _LOWER_POLICIES[value]

    def fingerprint(self, deletion_policy: str | None = None) -> dict[str, Any]:
        """JSON-able rendering of everything but the properties, to compare definitions.

        deletion_policy: that of ``policy``, where the stack lives. Metadata and update policy
        appear as a digest: they may hold values that must not be stored in the open.
        """
        rendered: dict[str, Any] = {
            "type": self.type,
            "depends_on": sorted(self.depends_on),
            "deletion_policy": deletion_policy or self.deletion_policy,
            "external_id": self.external_id,
            "description": self.description,
            "metadata": _digest(self.metadata),
            "update_policy": _digest(self.update_policy),
        }
        if self.update_replace_policy not in (None, "Delete"):
            rendered["update_replace_policy"] = self.update_replace_policy
        if self.retain_except_on_create:
            rendered["retain_except_on_create"] = True
        return rendered


@dataclass(frozen=True, slots=True)
class OutputDefinition:
    """One output. ``value``: a snippet; not ``enabled``: it reads as null.

    export: the name under which other stacks of the project may import it.
    """

    name: str
    value: Any
    description: str
    enabled: bool
    path: Path
    references: tuple[Reference, ...] = ()
    export: str | None = None


def _digest(snippet: Any) -> str:
    if not isinstance(snippet, Expression) and not snippet:
        return ""
    rendered = document.canonical(_rendered(snippet, Budget()))
    return hashlib.sha256(rendered.encode()).hexdigest()


def _rendered(node: Any, budget: Budget) -> Any:
    """A snippet with all that is known without resources worked out."""
    if isinstance(node, MapExpression):
        return {str(key): _rendered(item, budget) for key, item in node.entries.items()}
    if isinstance(node, ListExpression):
        return [_rendered(item, budget) for item in node.items]
    if not isinstance(node, Function):
        return repr(node) if isinstance(node, Expression) else node
    value = Resolution(Static(), collect=True, shared=budget).resolve(node)
    if not contains_unknown(value):
        return None if value is ABSENT else value
    return {node.name: _rendered(node.arguments, budget)}


class ResourceReader:
    """Builds the definitions of one template; faults go to ``binding.problems``."""

    def __init__(self, version: Version, parser: Parser) -> None:
        self._version = version
        self._words = version.words
        self._parser = parser
        self._binding: Binding = parser.binding
        self._problems = parser.binding.problems

    def read(self, name: str, body: Mapping[Any, Any], condition: Any) -> ResourceDefinition:
        words: Words = self._words
        path: Path = (words.resources, name)
        references: list[Function] = []
        self._binding.references = references
        properties = self._section(name, body, words.properties, path)
        metadata = self._section(name, body, words.metadata, path)
        self._binding.references = []
        update_policy = self._section(name, body, words.update_policy, path)
        if "CreationPolicy" in body and self._version.is_aws:
            self._section(name, body, "CreationPolicy", path)
        external_id = self._external_id(name, body, path)
        deletion_policy = "Delete" if external_id is None else "Retain"
        outer_policy, outer = None, len(self._binding.facades)
        if external_id is None and words.deletion_policy in body:
            node = self._parsed_text(name, body, words.deletion_policy, path, facade=True)
            known = self._deletion_policies()
            deletion_policy = self._policy(node, words.deletion_policy, path, known)
            if len(self._binding.facades) > outer and node is not UNKNOWN:
                outer_policy = node
        replace_policy: str | None = None
        if "UpdateReplacePolicy" in body and self._version.is_aws:
            node = self._parsed_text(name, body, "UpdateReplacePolicy", path)
            replace_policy = self._policy(node, "UpdateReplacePolicy", path, _POLICIES)
        depends_on = self._depends_on(name, body)
        if external_id is not None and depends_on:
            self._report(
                f"Invalid dependency with external {body[words.type]} resource: {external_id}",
                (*path, words.depends_on),
            )
        return ResourceDefinition(
            name=name,
            type=body[words.type],
            path=path,
            properties=properties,
            metadata=metadata,
            update_policy=update_policy,
            depends_on=depends_on,
            deletion_policy=_LOWER_POLICIES.get(deletion_policy, "Retain"),
            outer_policy=outer_policy,
            update_replace_policy=replace_policy,
            retain_except_on_create=deletion_policy == "RetainExceptOnCreate",
            external_id=external_id,
            description=self._description(name, body),
            condition=condition,
            references=tuple(r for r in references if isinstance(r, Reference)),
        )

    def _report(self, message: str, path: Path, error: str = "") -> None:
        self._problems.append(Problem(message, path, error))

    def _wrong_type(self, name: str, key: str, word: str) -> None:
        place = (self._words.resources, name, key)
        self._problems.append(Unplaced(f"Resource {name} {key} type must be {word}", place))

    def _section(self, name: str, body: Mapping[Any, Any], key: str, path: Path) -> Any:
        if key not in body:
            return {}
        raw = body[key]
        if isinstance(raw, dict):
            return self._parser.parse(raw, (*path, key)) if raw else raw
        self._wrong_type(name, key, "object")
        return {}

    def _depends_on(self, name: str, body: Mapping[Any, Any]) -> tuple[str, ...]:
        key = self._words.depends_on
        if key not in body:
            return ()
        raw = body[key]
        if isinstance(raw, str):
            return (raw,)
        if not isinstance(raw, list):
            self._wrong_type(name, key, "list or string")
            return ()
        if not all(isinstance(item, str) for item in raw):
            place = (self._words.resources, name, key)
            self._problems.append(
                Unplaced(f"Resource {name} {key} must be a list of strings", place)
            )
        return tuple(dict.fromkeys(item for item in raw if isinstance(item, str)))

    def _description(self, name: str, body: Mapping[Any, Any]) -> str:
        key = self._words.description
        value = body.get(key, "")
        if isinstance(value, str):
            return value
        self._wrong_type(name, key, "string")
        return ""

    def _parsed_text(
        self,
        name: str,
        body: Mapping[Any, Any],
        key: str,
        path: Path,
        *,
        facade: bool = False,
    ) -> Any:
        """The text, or the functions that make it, under a key; UNKNOWN when it is at fault.

        They may read parameters, and with ``facade`` the resource that the stack is nested in.
        """
        raw = body[key]
        if not isinstance(raw, (str, dict)):
            self._wrong_type(name, key, "string")
            return UNKNOWN
        binding = self._binding
        references: list[Function] = []
        binding.references = references
        imported, outer = len(binding.imports), len(binding.facades)
        node = self._parser.parse(raw, (*path, key))
        if not isinstance(node, (str, Expression)):
            self._wrong_type(name, key, "string")
            return UNKNOWN
        living = references or len(binding.imports) > imported
        if living or (len(binding.facades) > outer and not facade):
            self._report("functions in it can read parameters only", (*path, key))
            return UNKNOWN
        return node

    def _resolved(self, node: Any, path: Path) -> Any:
        """The text that a parsed node gives without the living stack; UNKNOWN when it failed."""
        if node is UNKNOWN:
            return UNKNOWN
        try:
            return Resolution(Static(), shared=self._binding.budget).resolve(node)
        except HearthError as error:
            if not (isinstance(error, StackValidationFailed) and error.problems[0].path):
                self._report(error.message, path)
            return UNKNOWN

    def _deletion_policies(self) -> Mapping[str, str]:
        if self._version.is_aws:
            return _AWS_POLICIES
        return _LOWER_POLICIES if self._version.at_least("2016-10-14") else _POLICIES

    def _policy(self, node: Any, key: str, path: Path, known: Mapping[str, str]) -> str:
        """One of the known policies as it is written; Delete for one that is faulty."""
        value = self._resolved(node, (*path, key))
        if value is UNKNOWN or value is ABSENT:
            return "Delete"
        if not isinstance(value, str) or value not in known:
            word = "update replace" if key == "UpdateReplacePolicy" else "deletion"
            self._report(f'Invalid {word} policy "{value}"', (*path, key))
            return "Delete"
        return value

    def _external_id(self, name: str, body: Mapping[Any, Any], path: Path) -> str | None:
        if not self._version.at_least("2016-10-14") or "external_id" not in body:
            return None
        node = self._parsed_text(name, body, "external_id", path)
        value = self._resolved(node, (*path, "external_id"))
        if value is UNKNOWN or value is ABSENT or value is None:
            return None
        return str(value)
