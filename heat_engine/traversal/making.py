"""What a resource's row says before its thing is made, or taken over."""

from __future__ import annotations

import secrets
from typing import Any

from common import errors
from common.context import GUEST_ACCESS, GUEST_TOKEN
from common.identifiers import new_id
from heat_engine.commands import planning
from heat_engine.commands.mask import GUEST
from heat_engine.language import properties
from heat_engine.resources.granting import GrantingType
from heat_engine.store.resources import ResourceRecord
from heat_engine.traversal.work import Work


def wanted(work: Work, record: ResourceRecord) -> dict[str, Any]:
    """What the resource shall be made from, resolved now. Raises StackValidationFailed."""
    definition = work.definitions[record.name]
    kind = work.kind(record)
    made = planning.definition_of(definition, work.scope, work.kinds)
    if definition.external_id is not None:
        return made
    problems = properties.check(
        kind.properties,
        made["properties"],
        ("Properties",),
        open=kind.open_properties,
    )
    if not problems and definition.references:
        # What a type itself has to say about values that were not known before.
        given = work.requests.complete(kind, made["properties"])
        told = kind.validate(given, work.timeout)
        problems = [errors.Problem(message) for message in told]
    if problems:
        raise errors.StackValidationFailed(problems=problems)
    return made


def describe(work: Work, record: ResourceRecord) -> None:
    """Put what a new resource shall be into its row."""
    definition = work.definitions[record.name]
    made = wanted(work, record)
    record.define(made)
    record.requires = tuple(sorted(definition.requires(work.definitions.keys())))
    record.deletion_policy = made["fingerprint"]["deletion_policy"]
    if record.definition and record.definition["metadata"] and record.metadata is None:
        record.metadata = record.definition["metadata"]


def invite(work: Work, record: ResourceRecord) -> None:
    """Make the credential, if one is wanted, that reaches this resource and what its type opens."""
    kind = work.kind(record)
    if not kind.wants_guest(record.properties) or GUEST in record.data:
        return
    abroad = work.core.identity.keeps_guests
    given = kind.guest_secret(record.properties) if isinstance(kind, GrantingType) else None
    guest = {
        "user_id": new_id(),
        "access": ("" if abroad else GUEST_ACCESS) + secrets.token_hex(16),
        "secret": given or secrets.token_hex(16),
        "token": GUEST_TOKEN + secrets.token_urlsafe(32),
    }
    record.outcome = {**(record.outcome or {}), "data": {**record.data, GUEST: guest}}
    work.journal.guest(
        {
            **guest,
            "project_id": work.stack.project_id,
            "stack_id": record.stack_id,
            "resource_id": record.id,
            "resource_name": record.name,
        }
    )
