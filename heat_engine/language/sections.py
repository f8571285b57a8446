"""The shape of a document's sections (templates.md sections 1.3, 4, 5.1 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.errors import Problem
from heat_engine.language import dynamic_references, rules
from heat_engine.language.problems import Unplaced
from heat_engine.language.versions import EXTENSIONS, LOOP, Version, transforms

_NEWER_KEYS = frozenset({"external_id", "condition"})


def check(document: Mapping[Any, Any], version: Version) -> list[Problem]:
    """Faults of shape in all sections but the declarations of parameters."""
    words = version.words
    problems: list[Problem] = []
    for name in (words.parameters, *(() if version.is_hot else ("Mappings",))):
        section = document.get(name)
        if section is not None and not isinstance(section, Mapping):
            problems.append(Problem(f'The "{name}" section must be a map.', (name,)))
    conditions = document.get(words.conditions) if version.has_conditions else None
    if conditions is not None and not isinstance(conditions, Mapping):
        problems.append(
            Unplaced(
                "Conditions validation error: Condition definitions must be a map. "
                f"Found a {type(conditions).__name__} instead",
                (words.conditions,),
            )
        )
    if version.is_aws:
        problems.extend(_of_aws(document, version))
    problems.extend(_resources(document.get(words.resources), version))
    problems.extend(_outputs(document.get(words.outputs), version))
    return problems


def _resources(section: Any, version: Version) -> list[Problem]:
    if section is None:
        return []
    name = version.words.resources
    if not isinstance(section, Mapping):
        message = f'"{name}" must contain a map of resource maps. {_found(section)}'
        return [Unplaced(message, (name,))]
    problems: list[Problem] = []
    for resource, body in section.items():
        path = (name, str(resource))
        if version.extensions and _is_loop(resource):
            continue
        problems.extend(Unplaced(message, path) for message in _resource(resource, body, version))
    return problems


def _is_loop(name: Any) -> bool:
    """Whether an entry is to be written out first, and is of no form to check before."""
    return isinstance(name, str) and name.startswith(LOOP)


def _of_aws(document: Mapping[Any, Any], version: Version) -> list[Problem]:
    """Faults of what CloudFormation's language has beyond the others."""
    words = version.words
    problems = _transform(document)
    if not isinstance(document.get("Metadata") or {}, Mapping):
        problems.append(Problem('The "Metadata" section must be a map.', ("Metadata",)))
    problems.extend(rules.check(document.get(rules.SECTION)))
    places = (words.parameters, words.resources, words.outputs)
    problems.extend(dynamic_references.check(document, places))
    return problems


def _transform(document: Mapping[Any, Any]) -> list[Problem]:
    path = ("Transform",)
    return [
        Problem(f'The transform "{name}" is not supported; there is {EXTENSIONS} only', path)
        for name in transforms(document)
        if name != EXTENSIONS
    ]


def _found(value: Any) -> str:
    return f"Found a [{type(value)}] instead"


def _resource(resource: Any, body: Any, version: Version) -> list[str]:
    words = version.words
    messages = []
    if not isinstance(resource, str):
        messages.append(f"Resource name must be a string, not {resource!r}")
    elif "/" in resource:
        messages.append('Resource name may not contain "/"')
    if not isinstance(body, Mapping):
        if version.is_aws and _is_loop(resource):
            return [f'{resource} needs "Transform: {EXTENSIONS}" at the top of the template']
        start = (
            '"resources" must contain a map of resource maps.'
            if version.is_hot
            else "Resources must contain Resource."
        )
        return [*messages, f"{start} {_found(body)}"]
    if words.type not in body:
        word = "resource must contain a type" if version.is_hot else "Resource must contain a Type"
        messages.append(f"Each {word} key.")
    elif not isinstance(body[words.type], str):
        messages.append(f"Resource {resource} {words.type} type must be string")
    elif not body[words.type]:
        messages.append("Each Resource must contain a Type key.")
    return [*messages, *(_keywords(body, version) if version.is_hot else ())]


def _keywords(body: Mapping[Any, Any], version: Version) -> list[str]:
    words = version.words
    known = {
        words.type,
        words.properties,
        words.metadata,
        words.depends_on,
        words.deletion_policy,
        words.update_policy,
        words.description,
        *_NEWER_KEYS,
    }
    messages = [
        f'"{key}" is not a valid keyword inside a resource definition'
        for key in body
        if key not in known
    ]
    if not version.at_least("2016-10-14"):
        newer = [key for key in body if key in _NEWER_KEYS]
        if newer:
            messages.append(f"Invalid keyword(s) inside a resource definition: {', '.join(newer)}")
    return messages


def _outputs(section: Any, version: Version) -> list[Problem]:
    if section is None:
        return []
    words = version.words
    error = "Output validation error"
    if not isinstance(section, Mapping):
        return [
            Problem(
                f"Output definitions must be a map. Found a {type(section).__name__} instead",
                (words.outputs,),
                error,
            )
        ]
    problems = []
    for name, body in section.items():
        path = (words.outputs, str(name))
        if version.extensions and _is_loop(name):
            continue
        if not isinstance(name, str):
            problems.append(Problem("An output's name must be a string.", path, error))
        if not isinstance(body, Mapping):
            found = f"Output definitions must be a map. Found a {type(body).__name__} instead"
            problems.append(Problem(found, path, error))
        elif words.value not in body:
            message = f"Each output definition must contain a {words.value} key."
            problems.append(Problem(message, path, error))
    return problems
