"""Environments: parameters' values and the mapping of types (templates.md section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from common import errors
from common.errors import Problem, dotted
from heat_engine.language import document, registry_map
from heat_engine.language.document import SourceMap
from heat_engine.language.limits import DEFAULT, Limits
from heat_engine.language.merging import Strategies, merged
from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.problems import Unplaced, in_file, is_of_a_program, raise_any

PARAMETERS, DEFAULTS, REGISTRY = "parameters", "parameter_defaults", "resource_registry"
SECTIONS = (
    PARAMETERS,
    DEFAULTS,
    REGISTRY,
    "encrypted_param_names",
    "event_sinks",
    "parameter_merge_strategies",
)
_LISTS = ("encrypted_param_names", "event_sinks")

MAX_MERGED = 4_000_000
"""Characters of all environment files of a request together."""
_LEAST = 100  # what any file counts for: it costs even where it says nothing


@dataclass(frozen=True, slots=True)
class Origin:
    """The place in an environment file where something was said; its text is for messages."""

    file: str
    path: tuple[str, ...]
    source: SourceMap = field(repr=False)

    def __str__(self) -> str:
        told = not is_of_a_program(self.source.text)
        place = self.source.position(self.path) if told else None
        line = "" if place is None else f"line {place[0]}, column {place[1]}, "
        return f"{line}{dotted(self.path)} of {self.file}"


@dataclass(frozen=True, slots=True)
class Environment:
    """What a user says next to a template. All values are plain data.

    origins: where files said what stands in their sections, by section and key.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_defaults: Mapping[str, Any] = field(default_factory=dict)
    resource_registry: Mapping[str, Any] = field(default_factory=dict)
    encrypted_param_names: list[str] = field(default_factory=list)
    event_sinks: list[dict[str, Any]] = field(default_factory=list)
    origins: Mapping[tuple[str, str], Origin] = field(
        default_factory=dict, repr=False, compare=False
    )

    def origin(self, parameter: str) -> Origin | None:
        """Which file gave a parameter its value, where one did."""
        section = PARAMETERS if self.parameters.get(parameter) is not None else DEFAULTS
        return self.origins.get((section, parameter))

    def mapping(self, key: tuple[str, ...]) -> Origin | None:
        """Which file has an entry of the registry, whose path begins below that section."""
        found = self.origins.get((REGISTRY, key[0]))
        return None if found is None else replace(found, path=(REGISTRY, *key))

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; ``parse`` of it gives an equal environment."""
        return {
            "parameters": dict(self.parameters),
            "parameter_defaults": dict(self.parameter_defaults),
            "resource_registry": dict(self.resource_registry),
            "encrypted_param_names": list(self.encrypted_param_names),
            "event_sinks": list(self.event_sinks),
        }


def parse(value: Mapping[str, Any] | str | None, limits: Limits = DEFAULT) -> Environment:
    """An environment from text or data.

    A text may hold known sections only; data without a ``parameters`` key may be the old flat form,
    a map of parameters. Raises StackValidationFailed with all faults, RequestLimitExceeded.
    """
    if value is None:
        return Environment()
    data: Mapping[str, Any]
    if isinstance(value, str):
        data = load(value, limits=limits)
    else:
        data = value
        raise_any(_shape(data))
        if "parameters" not in data:
            flat = {key: item for key, item in data.items() if key not in SECTIONS}
            data = {**{key: data[key] for key in SECTIONS if key in data}, "parameters": flat}
        raise_any(_sections(data))
    return Environment(
        parameters=_texts(data.get("parameters")),
        parameter_defaults=_texts(data.get("parameter_defaults")),
        resource_registry=dict(data.get("resource_registry") or {}),
        encrypted_param_names=list(data.get("encrypted_param_names") or []),
        event_sinks=list(data.get("event_sinks") or []),
    )


def merge(
    texts: Sequence[str],
    *,
    over: Environment | None = None,
    schemas: Mapping[str, ParameterSchema] | None = None,
    names: Sequence[str] = (),
    limits: Limits = DEFAULT,
) -> Environment:
    """Environment files merged in order, later ones win; ``over`` wins over all of them.

    ``schemas``: parameters of the template; they decide how values merge, and what they do not name
    is skipped once there is something to merge into. ``names``: the files' names, for messages.
    Raises as ``parse``, and InvalidMergeStrategyForParam, ConflictingMergeStrategyForParam.
    A text counts as often as it stands in the list, which is how often it is read and joined.
    """
    _check_length(texts)
    result: dict[str, Any] = {}
    origins: dict[tuple[str, str], Origin] = {}
    strategies = Strategies()
    for position, text in enumerate(texts):
        name = names[position] if position < len(names) else ""
        data, source = _read(text, name, limits)
        for key in _SAID.intersection(data):
            said = map(str, data[key])
            origins.update({(key, item): Origin(name, (key, item), source) for item in said})
        stated = data.pop("parameter_merge_strategies", {})
        for key, section in data.items():
            if key in _MERGED:
                result[key] = _merge_parameters(
                    result.get(key, {}), _texts(section), stated, strategies, schemas, name
                )
            elif key in _LISTS:
                result[key] = section
            else:
                result[key] = {**result.get(key, {}), **_members(section)}
    held = (over or Environment()).to_dict()
    for key, section in held.items():
        if isinstance(section, dict):
            result[key] = {**result.get(key, {}), **_members(section)}
            for item in _members(section):
                origins.pop((key, item), None)
        elif section:
            result[key] = section
    return replace(parse({"parameters": {}, **result}), origins=origins)


def _check_length(texts: Sequence[str]) -> None:
    if sum(max(len(text), _LEAST) for text in texts) > MAX_MERGED:
        raise errors.RequestLimitExceeded(
            limit=f"The environment files have more than {MAX_MERGED} characters together."
        )


_MERGED = (PARAMETERS, DEFAULTS)
_SAID = frozenset((PARAMETERS, DEFAULTS, REGISTRY))


def _members(section: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if value is not None}


def _merge_parameters(
    held: dict[str, Any],
    new: dict[str, Any],
    stated: Mapping[str, Any],
    strategies: Strategies,
    schemas: Mapping[str, ParameterSchema] | None,
    file: str,
) -> dict[str, Any]:
    joined = dict(held)
    for name, value in new.items():
        strategy = strategies.of(name, stated, file)
        if held and schemas is not None and name not in schemas:
            continue
        schema = None if schemas is None else schemas.get(name)
        joined[name] = merged(name, held.get(name), value, strategy, schema)
    return joined


def load(text: str, *, name: str = "", limits: Limits = DEFAULT) -> dict[str, Any]:
    """The data of an environment's text, its sections checked. Raises as ``parse``.

    Faults have the line and column in the text, and tell those of a file by its ``name``.
    """
    return _read(text, name, limits)[0]


def _read(text: str, name: str, limits: Limits) -> tuple[dict[str, Any], SourceMap]:
    data, source = document.load(text, what="environment", name=name, limits=limits)
    problems = [source.locate(found) for found in _shape(data) or _strict(data)]
    raise_any([_told(problem, name, text) for problem in problems] if name else problems)
    return dict(data), source


def _told(problem: Problem, name: str, text: str) -> Problem:
    """The problem with the file's name in its message, and the place in it where it has lines."""
    found = in_file(problem, name, text)
    if name in found.message:
        return found
    return replace(found, message=f"{found.message} (in {name})")


def _texts(section: Mapping[Any, Any] | None) -> dict[str, Any]:
    return {str(name): value for name, value in (section or {}).items()}


def _shape(data: Any) -> list[Problem]:
    if isinstance(data, Mapping):
        return []
    return [Problem("The environment is not a valid YAML mapping data type.")]


def _strict(data: Mapping[Any, Any]) -> list[Problem]:
    problems: list[Problem] = []
    for key, section in data.items():
        if key not in SECTIONS:
            problems.append(Unplaced(f'environment has wrong section "{key}"', (str(key),)))
        elif section is None:
            problems.append(Unplaced(f'environment has empty section "{key}"', (str(key),)))
    return [*problems, *_sections(data)]


def _sections(data: Mapping[Any, Any]) -> list[Problem]:
    problems: list[Problem] = []
    for key in SECTIONS:
        section = data.get(key)
        if section is None:
            continue
        if key in _LISTS:
            if not isinstance(section, list):
                problems.append(Unplaced(f'environment section "{key}" must be a list', (key,)))
        elif not isinstance(section, Mapping):
            problems.append(Unplaced(f'environment section "{key}" must be a map', (key,)))
    return problems or [*_registry(data), *_sinks(data)]


def _registry(data: Mapping[str, Any]) -> list[Problem]:
    problems = []
    for key, value in (data.get("resource_registry") or {}).items():
        path = ("resource_registry", str(key))
        if key == "resources":
            if not isinstance(value, Mapping):
                problems.append(Problem("rules bound to resource names must be a map", path))
            else:
                problems.extend(registry_map.rule_problems(value, path))
        elif value is not None and not isinstance(value, str):
            problems.append(Problem("must be the name of a type or of a template", path))
    return problems


def _sinks(data: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem("must be a map with a type", ("event_sinks", position))
        for position, sink in enumerate(data.get("event_sinks") or ())
        if not isinstance(sink, Mapping) or not isinstance(sink.get("type"), str)
    ]
