"""Environments: parameters' values and the mapping of types (templates.md section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.errors import Problem
from heat_engine.language import document, registry_map
from heat_engine.language.limits import DEFAULT, Limits
from heat_engine.language.merging import Strategies, merged
from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.problems import Unplaced, in_file, raise_any

SECTIONS = (
    "parameters",
    "parameter_defaults",
    "resource_registry",
    "encrypted_param_names",
    "event_sinks",
    "parameter_merge_strategies",
)
_LISTS = ("encrypted_param_names", "event_sinks")


@dataclass(frozen=True, slots=True)
class Environment:
    """What a user says next to a template. All values are plain data."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_defaults: Mapping[str, Any] = field(default_factory=dict)
    resource_registry: Mapping[str, Any] = field(default_factory=dict)
    encrypted_param_names: list[str] = field(default_factory=list)
    event_sinks: list[dict[str, Any]] = field(default_factory=list)

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
    """
    result: dict[str, Any] = {}
    strategies = Strategies()
    for position, text in enumerate(texts):
        name = names[position] if position < len(names) else ""
        data = load(text, name=name, limits=limits)
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
        elif section:
            result[key] = section
    return parse({"parameters": {}, **result})


_MERGED = ("parameters", "parameter_defaults")


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
    data, source = document.load(text, what="environment", name=name, limits=limits)
    problems = [source.locate(found) for found in _shape(data) or _strict(data)]
    raise_any([in_file(problem, name) for problem in problems] if name else problems)
    return dict(data)


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
