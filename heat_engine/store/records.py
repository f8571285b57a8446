"""What the store hands out: rows with their secrets decrypted. Datetimes are naive UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSummary:
    """A stack without what is secret or large. ``live_name`` is None once it is deleted."""

    id: str
    project_id: str
    name: str
    live_name: str | None
    owner_id: str | None
    parent_resource: str | None
    root_id: str
    depth: int
    user_id: str | None
    user_name: str | None
    description: str
    template_hash: str
    files_hash: str
    action: str
    status: str
    status_reason: str
    created_at: datetime
    updated_at: datetime | None
    deleted_at: datetime | None
    timeout_mins: int | None
    disable_rollback: bool
    converge: bool | None
    traversal_id: str | None
    released_from: str | None = None
    user_project_id: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRecord(StackSummary):
    """A whole stack. The dictionaries may hold secrets and stay out of its repr."""

    environment: dict[str, Any] = field(repr=False)
    previous: dict[str, Any] | None = field(repr=False)
    credentials: dict[str, Any] = field(repr=False)
    withheld: list[str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRecord:
    """An exported value. ``published``: it is there; otherwise the name is only taken."""

    name: str
    stack_id: str
    published: bool
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """``sequence`` grows in the order of writing. ``properties`` is None in lists."""

    sequence: int
    id: str
    stack_id: str
    created_at: datetime
    resource_name: str
    resource_type: str
    physical_id: str | None
    action: str
    status: str
    status_reason: str
    properties: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlace:
    """Which stack, and where in a tree of stacks."""

    id: str
    project_id: str
    name: str
    owner_id: str | None
    root_id: str
    depth: int


@dataclass(frozen=True, slots=True)
class SignalRecord:
    id: str
    status: str
    reason: str
    data: Any = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRecord:
    """The credential of one resource. ``secret`` signs the URLs that its server calls back."""

    user_id: str
    access: str
    secret: str = field(repr=False)
    project_id: str
    stack_id: str
    resource_id: str
    resource_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalUser:
    """A user of the embedded user store. ``access`` and ``secret``: the EC2 key pair."""

    id: str
    name: str
    project_id: str
    project_name: str
    roles: tuple[str, ...]
    access: str | None
    secret: str | None = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecord:
    """An engine. ``up``: it reported within twice its interval, by the database's clock."""

    id: str
    binary: str
    host: str
    topic: str
    report_interval: int
    created_at: datetime
    updated_at: datetime | None
    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareConfigSummary:
    """A software config without what it holds."""

    id: str
    project_id: str
    name: str | None
    group: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareConfigRecord(SoftwareConfigSummary):
    """``body``: ``{config, inputs, outputs, options}``; may hold secrets.

    withheld: what was hidden in the stack that it was made for, which may be no more.
    """

    body: dict[str, Any] = field(repr=False)
    withheld: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareDeploymentRecord:
    """A software config on a server. The values and the reason may hold secrets."""

    id: str
    project_id: str
    stack_user_project_id: str | None
    server_id: str
    config_id: str | None
    action: str
    status: str
    created_at: datetime
    updated_at: datetime | None
    input_values: dict[str, Any] | None = field(repr=False)
    output_values: dict[str, Any] | None = field(repr=False)
    status_reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRecord:
    """What a stack was at one time. ``data`` may hold secrets (see ``commands.stack_document``)."""

    id: str
    root_id: str
    stack_id: str
    name: str | None
    action: str
    status: str
    status_reason: str
    template_hash: str
    files_hash: str
    created_at: datetime
    data: dict[str, Any] = field(repr=False)
