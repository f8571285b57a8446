"""Make a stack over things that are there already (contract/native-api.md section 8.8).

What the document of a stack has is taken over, anything else in its template is made. Until all of
it has succeeded nothing that was taken over is deleted with the new stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from common import errors
from heat_engine.commands.core import Core
from heat_engine.language import document, environment
from heat_engine.language.limits import DEFAULT
from heat_engine.resources.protocol import Signal
from heat_engine.store import resources, stacks
from heat_engine.store import signals as stored_signals
from heat_engine.store.records import StackSummary
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session

DATA = "adopt_stack_data"
LONGEST_ID = 255
# Such a document may be that many times as large as a template: it has templates in it.
SIZE = 4
_MAPPINGS = ("metadata", "resource_data", "attributes", "resources")


def read(core: Core, text: Any) -> Mapping[str, Any]:
    """The document that a request brings. Raises ``NotSupported``, ``Invalid`` with all faults."""
    if not core.settings.enable_stack_adopt:
        raise errors.NotSupported(feature="Stack Adopt")
    if not isinstance(text, str):
        raise errors.Invalid(reason=f"{DATA} is not text")
    limits = replace(DEFAULT, size=SIZE * core.settings.max_template_size)
    found, _ = document.load(text, name=DATA, limits=limits)
    if not isinstance(found, Mapping) or not found.get("template"):
        raise errors.Invalid(reason=f"{DATA} has no template")
    problems = [
        errors.Problem(f"{key} is not a mapping", (DATA, key))
        for key in ("environment", "files", "resources")
        if not isinstance(found.get(key) or {}, Mapping)
    ]
    problems = problems or list(_faults(found.get("resources") or {}, (DATA, "resources")))
    if problems:
        raise errors.StackValidationFailed(problems=problems)
    return dict(found)


def environment_of(found: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The document's environment with the request's own over it."""
    held, own = (environment.parse(item or {}) for item in (found.get("environment"), given))
    return replace(
        held,
        parameters={**held.parameters, **own.parameters},
        parameter_defaults={**held.parameter_defaults, **own.parameter_defaults},
        resource_registry={**held.resource_registry, **own.resource_registry},
    ).to_dict()


def check_types(found: Mapping[str, Any], types: Mapping[str, str]) -> None:
    """Raises unless each resource is of the type (by name) that the document has it of."""
    problems = [
        errors.Problem(
            f'is of type "{types[name]}" in the template and of "{entry["type"]}" in {DATA}',
            ("resources", name),
        )
        for name, entry in adoptable(found).items()
        if name in types and entry.get("type") not in (None, types[name])
    ]
    if problems:
        raise errors.StackValidationFailed(problems=problems)


def adoptable(found: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What can be taken over of a document's resources; anything else is made."""
    entries: Mapping[str, Mapping[str, Any]] = found.get("resources") or {}
    return {
        name: entry
        for name, entry in entries.items()
        if entry.get("resource_id") or _is_stack(entry) or entry.get("status") == "COMPLETE"
    }


def take(record: ResourceRecord, entry: Mapping[str, Any]) -> None:
    """Put what the document says of a resource into its row."""
    if not _is_stack(entry):
        record.physical_id = entry.get("resource_id")
    outcome: dict[str, Any] = {
        "data": dict(entry.get("resource_data") or {}),
        "attributes": dict(entry.get("attributes") or {}),
    }
    if entry.get("reference_id") is not None:
        outcome["reference_id"] = entry["reference_id"]
    record.outcome = outcome
    record.metadata = dict(entry.get("metadata") or {}) or None


def signals(entry: Mapping[str, Any]) -> Iterable[Signal]:
    """The signals of a handle, which a document has as its metadata."""
    entries = (entry.get("metadata") or {}).items()
    for key, item in islice(entries, stored_signals.MAX_SIGNALS):
        if isinstance(item, Mapping) and "status" in item:
            yield Signal(
                str(key)[:LONGEST_ID],
                str(item["status"]),
                str(item.get("reason") or ""),
                item.get("data"),
            )


def own(session: Session, stack: StackSummary) -> None:
    """An adoption has succeeded: what was taken over is the stack's, as its template says."""
    changed = []
    for member in stacks.tree(session, stack.root_id):
        for row in resources.load(session, member.id):
            fingerprint = (row.definition or {}).get("fingerprint") or {}
            policy = fingerprint.get("deletion_policy", row.deletion_policy)
            if row.deletion_policy != policy and not row.obsolete:
                row.deletion_policy = policy
                changed.append(row)
    resources.save(session, changed)


def _is_stack(entry: Mapping[str, Any]) -> bool:
    """Whether the entry is the document of a nested stack."""
    return "resources" in entry or "template" in entry


def _faults(entries: Any, path: tuple[str | int, ...]) -> Iterable[errors.Problem]:
    for name, entry in entries.items():
        place = (*path, str(name))
        if not isinstance(entry, Mapping):
            yield errors.Problem("is not a mapping", place)
            continue
        bad = [key for key in _MAPPINGS if not isinstance(entry.get(key) or {}, Mapping)]
        yield from (errors.Problem("is not a mapping", (*place, key)) for key in bad)
        resource_id = entry.get("resource_id")
        if resource_id is not None and not isinstance(resource_id, str):
            yield errors.Problem("is not text", (*place, "resource_id"))
        elif len(resource_id or "") > LONGEST_ID:
            yield errors.Problem(f"has more than {LONGEST_ID} characters", (*place, "resource_id"))
        if "resources" not in bad:
            yield from _faults(entry.get("resources") or {}, (*place, "resources"))
