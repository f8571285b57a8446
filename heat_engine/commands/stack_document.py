"""A stack as a document: what a snapshot keeps, and what abandon and export give.

The shape is that of contract/native-api.md section 8.8. Secrets are left out: values of hidden
parameters, credentials of guests, and whatever holds one of them. What is kept for a snapshot has
the environment with all its values besides, and is encrypted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from heat_engine.commands import ancestors, kinds, mask
from heat_engine.commands import goal as goals
from heat_engine.commands.core import Core
from heat_engine.commands.mask import GUEST
from heat_engine.commands.requests import signals_of
from heat_engine.graph.states import Action
from heat_engine.store import documents, resources, signals, snapshots, stacks
from heat_engine.store.records import SnapshotRecord, StackRecord, StackSummary
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session

Document = dict[str, Any]
# What an entry of a snapshot says of a resource besides; not for its readers.
_OWN = ("id", "implementation", "saved", "child")


def whole(session: Session, core: Core, stack: StackRecord) -> Document:
    """The document of a stack as it is, with those of the stacks nested in it."""
    document = {**_head(stack), **_contents(session, core, stack)}
    rows = _current(session, stack)
    secrets = _secrets(session, core, stack, rows)
    document["resources"] = {}
    for row in rows:
        entry = _entry(session, core, row, secrets)
        child = stacks.get(session, row.child_id) if row.child_id else None
        if child is not None and child.deleted_at is None:
            inner = whole(session, core, child)
            entry = {**inner, "type": row.type, "resource_data": entry["resource_data"]}
        document["resources"][row.name] = entry
    return document


def taken(session: Session, core: Core, stack: StackRecord, rows: list[ResourceRecord]) -> Document:
    """What a snapshot begins with: all that it needs besides template, files and copies."""
    secrets = _secrets(session, core, stack, rows)
    entries = {
        row.name: {
            **_entry(session, core, row, secrets),
            "id": row.id,
            "implementation": kinds.implementation(row),
            "child": row.child_id is not None,
        }
        for row in _settled(rows)
    }
    return {**_head(stack), "environment": stack.environment, "resources": entries}


def of_snapshot(session: Session, core: Core, record: SnapshotRecord) -> Document:
    """The document that a snapshot shows; resources are in it when it is complete."""
    document = {key: value for key, value in record.data.items() if key != "resources"}
    document["template"] = documents.get(session, record.template_hash)
    document["files"] = documents.get(session, record.files_hash)
    parsed = core.templates.get(session, record.template_hash, record.files_hash)
    stack = stacks.get(session, record.stack_id)
    secrets = ancestors.secrets(session, core, stack) if stack else set()
    hidden = {name for name, schema in parsed.parameters.items() if schema.hidden}
    document["environment"] = _shown_environment(record.data["environment"], hidden, secrets)
    document["status"] = record.status
    if record.status == "COMPLETE":
        document["resources"] = {
            name: _shown_entry(session, core, record, entry)
            for name, entry in record.data["resources"].items()
        }
    return document


def tree(session: Session, stack: StackSummary) -> list[StackSummary]:
    """The stack and all living ones nested in it, the innermost first."""
    inside = stacks.descendants(session, stack, stack.depth + 10_000)
    return [*reversed(inside), stack]


def _shown_entry(
    session: Session, core: Core, record: SnapshotRecord, entry: Mapping[str, Any]
) -> Document:
    part = (
        snapshots.get(session, snapshots.part(record.id, entry["id"])) if entry["child"] else None
    )
    data = {**entry["resource_data"], **entry.get("saved", {})}
    if part is not None:
        inner = of_snapshot(session, core, part)
        return {**inner, "type": entry["type"], "resource_data": data}
    shown = {key: value for key, value in entry.items() if key not in _OWN}
    return {**shown, "resource_data": data}


def _head(stack: StackSummary) -> Document:
    return {
        "name": stack.name,
        "id": stack.id,
        "action": stack.action,
        "status": stack.status,
        "project_id": stack.project_id,
        "stack_user_project_id": stack.user_project_id,
        "tags": list(stack.tags),
    }


def _contents(session: Session, core: Core, stack: StackRecord) -> Document:
    parsed = core.templates.get(session, stack.template_hash, stack.files_hash)
    hidden = {name for name, schema in parsed.parameters.items() if schema.hidden}
    secrets = ancestors.secrets(session, core, stack)
    return {
        "template": documents.get(session, stack.template_hash),
        "files": documents.get(session, stack.files_hash),
        "environment": _shown_environment(stack.environment, hidden, secrets),
    }


def _shown_environment(
    environment: Mapping[str, Any], hidden: Collection[str], secrets: Collection[str]
) -> Document:
    """Without the values that are hidden: whoever adopts the stack gives them again."""
    shown = dict(environment)
    for section in ("parameters", "parameter_defaults"):
        given = {
            name: value for name, value in (shown.get(section) or {}).items() if name not in hidden
        }
        shown[section] = _without(given, secrets)
    return shown


def _secrets(
    session: Session, core: Core, stack: StackRecord, rows: list[ResourceRecord]
) -> set[str]:
    goal = goals.load(core, session, stack)
    found = mask.of_parameters(goal.parameters) | mask.of_guests(rows)
    return found | ancestors.secrets(session, core, stack)


def _current(session: Session, stack: StackRecord) -> list[ResourceRecord]:
    return _settled(resources.load(session, stack.id))


def _settled(rows: list[ResourceRecord]) -> list[ResourceRecord]:
    return [row for row in rows if not row.obsolete and row.action != Action.INIT]


def _entry(session: Session, core: Core, row: ResourceRecord, secrets: Collection[str]) -> Document:
    """What a document says of a resource. What was made from a credential is made anew."""
    invited = GUEST in row.data
    metadata = row.metadata or {}
    if invited:
        metadata = (row.definition or {}).get("metadata") or {}
    kind = kinds.made(core.registry, row)
    if kind.is_handle:
        metadata = kind.signal_metadata(signals_of(signals.list(session, row.id))) or metadata
    entry = {
        "name": row.name,
        "resource_id": row.physical_id,
        "type": row.type,
        "action": row.action,
        "status": row.status,
        "metadata": _without(metadata, secrets),
        "resource_data": _without({k: v for k, v in row.data.items() if k != GUEST}, secrets),
    }
    if not invited:
        entry["attributes"] = _without(row.attributes, secrets)
        reference = (row.outcome or {}).get("reference_id")
        if reference is not None and mask.masked_within(reference, secrets) == reference:
            entry["reference_id"] = reference
    return entry


def _without(values: Mapping[str, Any], secrets: Collection[str]) -> Document:
    """The entries that hold no secret."""
    return {
        key: value for key, value in values.items() if mask.masked_within(value, secrets) == value
    }
