"""The rows. Times that people read are naive UTC datetimes; times that leases and deadlines compare
are seconds since the epoch by the database's own clock (see ``clock``). Columns marked encrypted
hold what ``common.crypt`` made. Names compare byte by byte, on every database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql, sqlite

from heat_engine.store.text import Line, LongText

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Identifier = Line(36)
Name = Line(255)
Time = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
# SQLite counts up by itself only for a column of its own INTEGER type.
Sequence = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")

BINARY_NAMES: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_nopad_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}

# A template, or a map of files, stored once whoever uses it. hash: sha256 of kind and body.
document = Table(
    "document",
    metadata,
    Column("hash", Line(64), primary_key=True),
    Column("body", LongText, nullable=False),  # JSON
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

# live_name is the name while the stack lives and NULL after: one live stack a name and project,
# decided by the database. Nested stacks have owner_id, root_id and depth.
stack = Table(
    "stack",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("project_id", Line(64), nullable=False),
    Column("name", Name, nullable=False),
    Column("live_name", Name),
    Column("owner_id", Identifier, index=True),
    Column("parent_resource", Name),
    Column("root_id", Identifier, nullable=False, index=True),
    Column("depth", Integer, nullable=False, default=0),
    Column("user_id", Line(64)),
    Column("user_name", Name),
    Column("description", LongText, nullable=False, default=""),
    Column("template_hash", Line(64), nullable=False),
    Column("files_hash", Line(64), nullable=False),
    Column("environment", LongText, nullable=False),  # encrypted JSON
    Column("previous", LongText),  # encrypted JSON: template, files, environment to roll back to
    Column("credentials", LongText),  # encrypted JSON: for work done after the request
    Column("action", Line(16), nullable=False),
    Column("status", Line(16), nullable=False),
    Column("status_reason", LongText, nullable=False, default=""),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time),
    Column("deleted_at", Time),
    Column("timeout_mins", Integer),
    Column("disable_rollback", Boolean(create_constraint=False), nullable=False, default=True),
    Column("traversal_id", Identifier),  # the latest one
    # Whether its updates look at the real things first.
    Column("converge", Boolean(create_constraint=False)),
    # Of a stack that was nested until it was retained: the root it comes from.
    Column("released_from", Identifier, index=True),
    # Encrypted JSON: what readers are not told besides the hidden values of its goals: those of the
    # stacks that were around it, and of goals that were given up and not replaced by one reached.
    Column("withheld", LongText),
    # Where the guests of its tree are users; NULL until the first is made in a domain for guests.
    Column("user_project_id", Line(64)),
    UniqueConstraint("project_id", "live_name"),
    Index("ix_stack_project_id_created_at", "project_id", "created_at"),
    Index("ix_stack_deleted_at", "deleted_at"),
    **BINARY_NAMES,
)

stack_tag = Table(
    "stack_tag",
    metadata,
    Column("stack_id", Identifier, primary_key=True),
    Column("tag", Line(80), primary_key=True),
    Column("position", Integer, nullable=False, default=0),
    **BINARY_NAMES,
)

# What a stack exports under a name of its project. value: encrypted JSON; NULL while the name is
# only taken: the stack that shall have it is not there yet.
stack_export = Table(
    "stack_export",
    metadata,
    Column("project_id", Line(64), primary_key=True),
    Column("name", Name, primary_key=True),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("value", LongText),
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

# A stack that needs what is exported under a name.
stack_import = Table(
    "stack_import",
    metadata,
    Column("project_id", Line(64), primary_key=True),
    Column("name", Name, primary_key=True),
    Column("stack_id", Identifier, primary_key=True, index=True),
    **BINARY_NAMES,
)

# One incarnation of a resource. A replacement is a new row that names the old one in `replaces`;
# the old row stays, with `obsolete` set, until it is deleted. The row's id is also the token of its
# creation. definition: what it is made from, {type, properties, metadata, fingerprint}, properties
# as given and resolved. outcome: what was made, {reference_id, attributes, data}.
resource = Table(
    "resource",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("name", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("action", Line(16), nullable=False),
    Column("status", Line(16), nullable=False),
    Column("status_reason", LongText, nullable=False, default=""),
    Column("physical_id", Name, index=True),
    Column("definition", LongText),  # encrypted JSON
    Column("outcome", LongText),  # encrypted JSON
    Column("metadata", LongText),  # encrypted JSON
    Column("requires", LongText, nullable=False),  # JSON list of resource names
    Column("deletion_policy", Line(16), nullable=False, default="Delete"),
    Column("replaces", Identifier),
    Column("obsolete", Boolean(create_constraint=False), nullable=False, default=False),
    Column("child_id", Identifier),  # the nested stack
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time),
    **BINARY_NAMES,
)

# One change of a stack. status: PENDING (not planned yet), ACTIVE, CANCELLED and SUPERSEDED (its
# owner, if any, still has to let go), COMPLETE, FAILED. waits_for: the superseded traversal that
# must be let go first. Claiming it raises `fence`; every write of its owner carries the fence.
# snapshot_id: the snapshot that it makes, or restores from.
traversal = Table(
    "traversal",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("action", Line(16), nullable=False),
    Column("status", Line(16), nullable=False),
    Column("waits_for", Identifier),
    Column("deadline", Double, nullable=False),
    Column("owner", Identifier),
    Column("lease_until", Double, nullable=False, default=0.0),
    Column("fence", Integer, nullable=False, default=0),
    Column("created_at", Time, nullable=False),
    Column("snapshot_id", Identifier),
    Index("ix_traversal_status_lease_until", "status", "lease_until"),
    **BINARY_NAMES,
)

# One verb on one resource. requires: JSON list of the numbers of the steps to be finished before.
# status: WAITING, STARTED, PAUSED (at its hook), CLEARED (whoever owns it may go on), DONE, FAILED.
# progress: what the verb saved, encrypted JSON. reason: the failure to report, if it has one.
step = Table(
    "step",
    metadata,
    Column("traversal_id", Identifier, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("resource_id", Identifier, nullable=False),
    Column("resource_name", Name, nullable=False),
    Column("verb", Line(16), nullable=False),
    Column("requires", LongText, nullable=False),
    Column("status", Line(16), nullable=False),
    Column("token", Line(64), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("started_at", Double),
    Column("progress", LongText),
    Column("waiting_for", LongText),
    Column("waiting_until", Double),
    Column("hook", Line(16)),
    Column("reason", LongText),
    **BINARY_NAMES,
)

# What a stack was at one time. root_id: the snapshot of the root stack that this one is part of;
# that one names itself. action: CREATE, DELETE, or ABANDON for the document of an abandoned stack.
# data: encrypted JSON, see commands/stack_document.
snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("root_id", Identifier, nullable=False, index=True),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("name", Name),
    Column("action", Line(16), nullable=False),
    Column("status", Line(16), nullable=False),
    Column("status_reason", LongText, nullable=False, default=""),
    Column("template_hash", Line(64), nullable=False),
    Column("files_hash", Line(64), nullable=False),
    Column("data", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    Index("ix_snapshot_action", "action"),
    **BINARY_NAMES,
)

event = Table(
    "event",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("id", Identifier, nullable=False, unique=True),
    Column("stack_id", Identifier, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("resource_name", Name, nullable=False),
    Column("resource_type", Name, nullable=False),
    Column("physical_id", Name),
    Column("action", Line(16), nullable=False),
    Column("status", Line(16), nullable=False),
    Column("status_reason", LongText, nullable=False, default=""),
    Column("properties", LongText),  # encrypted JSON, shaped as resource.definition
    Index("ix_event_stack_id_sequence", "stack_id", "sequence"),
    **BINARY_NAMES,
)

# One signal of a wait-condition handle; the same id again overwrites.
signal = Table(
    "signal",
    metadata,
    Column("resource_id", Identifier, primary_key=True),
    Column("signal_id", Name, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("status", Line(16), nullable=False),
    Column("reason", LongText, nullable=False),
    Column("data", LongText),  # encrypted JSON
    Column("received_at", Time, nullable=False),
    **BINARY_NAMES,
)

# The number of the last transaction that used this slot, see ``receipts``.
receipt = Table(
    "receipt",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("written_at", Time, nullable=False),
    **BINARY_NAMES,
)

# Whoever counts what a project has before adding to it writes this row first, see ``turns``.
turn = Table(
    "turn",
    metadata,
    Column("purpose", Line(32), primary_key=True),
    Column("project_id", Line(64), primary_key=True),
    Column("taken_at", Time, nullable=False),
    **BINARY_NAMES,
)

# The credential of one resource: what its server may use to call back, and nothing else.
guest = Table(
    "guest",
    metadata,
    Column("user_id", Identifier, primary_key=True),
    Column("access", Line(64), nullable=False, unique=True),
    Column("secret", LongText, nullable=False),  # encrypted
    Column("token_hash", Line(64), nullable=False, unique=True),
    Column("project_id", Line(64), nullable=False),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("resource_id", Identifier, nullable=False, index=True),
    Column("resource_name", Name, nullable=False),
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

# What an identity service has to be given back. kind: see ``revocations``. body: encrypted JSON.
# due_at: not before.
revocation = Table(
    "revocation",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("kind", Line(16), nullable=False),
    Column("body", LongText, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Double, nullable=False, default=0.0, index=True),
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

# What is to be run on a server. body: encrypted JSON {config, inputs, outputs, options}.
# withdrawn_at: nobody may make it any more; all else of such a row says nothing.
software_config = Table(
    "software_config",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("project_id", Line(64), nullable=False),
    Column("name", Name),
    Column("group_name", Name),
    Column("body", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("withdrawn_at", Time, index=True),
    Index("ix_software_config_project_id_created_at", "project_id", "created_at"),
    **BINARY_NAMES,
)

# A software config on a server, and what came of it. body: encrypted JSON {input_values,
# output_values, status_reason}. withdrawn_at: as above.
software_deployment = Table(
    "software_deployment",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("project_id", Line(64), nullable=False),
    Column("stack_user_project_id", Line(64), index=True),
    Column("server_id", Name, nullable=False, index=True),
    Column("config_id", Identifier, index=True),
    Column("action", Name, nullable=False),
    Column("status", Name, nullable=False),
    Column("body", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time),
    Column("withdrawn_at", Time, index=True),
    Index("ix_software_deployment_project_id_created_at", "project_id", "created_at"),
    **BINARY_NAMES,
)

# The embedded users of the custombackend flavor. roles: JSON list.
local_user = Table(
    "local_user",
    metadata,
    Column("id", Line(64), primary_key=True),
    Column("name", Name, nullable=False, unique=True),
    Column("password_hash", LongText, nullable=False),
    Column("project_id", Line(64), nullable=False),
    Column("project_name", Name, nullable=False),
    Column("roles", LongText, nullable=False),
    Column("access", Line(64), unique=True),
    Column("secret", LongText),  # encrypted
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

service = Table(
    "service",
    metadata,
    Column("id", Identifier, primary_key=True),  # also the engine's id
    Column("binary", Name, nullable=False),
    Column("host", Name, nullable=False),
    Column("topic", Name, nullable=False),
    Column("report_interval", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time),
    Column("seen_at", Double, nullable=False),
    **BINARY_NAMES,
)
