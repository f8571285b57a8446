"""The first schema."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql, sqlite

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The tables as they were then, not as they are: this file does not change once it is released.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Identifier = String(36)
Name = String(255)
LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Time = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
Sequence = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")

BINARY_NAMES: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_nopad_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}

document = Table(
    "document",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("body", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

stack = Table(
    "stack",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("project_id", String(64), nullable=False),
    Column("name", Name, nullable=False),
    Column("live_name", Name),
    Column("owner_id", Identifier, index=True),
    Column("parent_resource", Name),
    Column("root_id", Identifier, nullable=False, index=True),
    Column("depth", Integer, nullable=False, default=0),
    Column("user_id", String(64)),
    Column("user_name", Name),
    Column("description", LongText, nullable=False, default=""),
    Column("template_hash", String(64), nullable=False),
    Column("files_hash", String(64), nullable=False),
    Column("environment", LongText, nullable=False),
    Column("previous", LongText),
    Column("credentials", LongText),
    Column("action", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_reason", LongText, nullable=False, default=""),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time),
    Column("deleted_at", Time),
    Column("timeout_mins", Integer),
    Column("disable_rollback", Boolean(create_constraint=False), nullable=False, default=True),
    Column("traversal_id", Identifier),
    UniqueConstraint("project_id", "live_name"),
    Index("ix_stack_project_id_created_at", "project_id", "created_at"),
    Index("ix_stack_deleted_at", "deleted_at"),
    **BINARY_NAMES,
)

stack_tag = Table(
    "stack_tag",
    metadata,
    Column("stack_id", Identifier, primary_key=True),
    Column("tag", String(80), primary_key=True),
    Column("position", Integer, nullable=False, default=0),
    **BINARY_NAMES,
)

resource = Table(
    "resource",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("name", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("action", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_reason", LongText, nullable=False, default=""),
    Column("physical_id", Name, index=True),
    Column("definition", LongText),
    Column("outcome", LongText),
    Column("metadata", LongText),
    Column("requires", LongText, nullable=False),
    Column("deletion_policy", String(16), nullable=False, default="Delete"),
    Column("replaces", Identifier),
    Column("obsolete", Boolean(create_constraint=False), nullable=False, default=False),
    Column("child_id", Identifier),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time),
    **BINARY_NAMES,
)

traversal = Table(
    "traversal",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("waits_for", Identifier),
    Column("deadline", Double, nullable=False),
    Column("owner", Identifier),
    Column("lease_until", Double, nullable=False, default=0.0),
    Column("fence", Integer, nullable=False, default=0),
    Column("created_at", Time, nullable=False),
    Index("ix_traversal_status_lease_until", "status", "lease_until"),
    **BINARY_NAMES,
)

step = Table(
    "step",
    metadata,
    Column("traversal_id", Identifier, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("resource_id", Identifier, nullable=False),
    Column("resource_name", Name, nullable=False),
    Column("verb", String(16), nullable=False),
    Column("requires", LongText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("token", String(64), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("started_at", Double),
    Column("progress", LongText),
    Column("waiting_for", LongText),
    Column("waiting_until", Double),
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
    Column("action", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_reason", LongText, nullable=False, default=""),
    Column("properties", LongText),
    Index("ix_event_stack_id_sequence", "stack_id", "sequence"),
    **BINARY_NAMES,
)

signal = Table(
    "signal",
    metadata,
    Column("resource_id", Identifier, primary_key=True),
    Column("signal_id", Name, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", LongText, nullable=False),
    Column("data", LongText),
    Column("received_at", Time, nullable=False),
    **BINARY_NAMES,
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("written_at", Time, nullable=False),
    **BINARY_NAMES,
)

guest = Table(
    "guest",
    metadata,
    Column("user_id", Identifier, primary_key=True),
    Column("access", String(64), nullable=False, unique=True),
    Column("secret", LongText, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("project_id", String(64), nullable=False),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("resource_id", Identifier, nullable=False, index=True),
    Column("resource_name", Name, nullable=False),
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

local_user = Table(
    "local_user",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Name, nullable=False, unique=True),
    Column("password_hash", LongText, nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("project_name", Name, nullable=False),
    Column("roles", LongText, nullable=False),
    Column("access", String(64), unique=True),
    Column("secret", LongText),
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

service = Table(
    "service",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("binary", Name, nullable=False),
    Column("host", Name, nullable=False),
    Column("topic", Name, nullable=False),
    Column("report_interval", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time),
    Column("seen_at", Double, nullable=False),
    **BINARY_NAMES,
)


def upgrade() -> None:
    """Create every table."""
    metadata.create_all(op.get_bind())
