"""Snapshots of stacks, and turns within a project."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The tables as they were then, not as they are: this file does not change once it is released.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Identifier = sa.String(36)
LongText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Time = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")

BINARY_NAMES: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_nopad_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("root_id", Identifier, nullable=False, index=True),
    sa.Column("stack_id", Identifier, nullable=False, index=True),
    sa.Column("name", sa.String(255)),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("status_reason", LongText, nullable=False),
    sa.Column("template_hash", sa.String(64), nullable=False),
    sa.Column("files_hash", sa.String(64), nullable=False),
    sa.Column("data", LongText, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Index("ix_snapshot_action", "action"),
    **BINARY_NAMES,
)

turn = sa.Table(
    "turn",
    metadata,
    sa.Column("purpose", sa.String(32), primary_key=True),
    sa.Column("project_id", sa.String(64), primary_key=True),
    sa.Column("taken_at", Time, nullable=False),
    **BINARY_NAMES,
)


def upgrade() -> None:
    """Create the tables, and let traversals name a snapshot."""
    metadata.create_all(op.get_bind())
    op.add_column("traversal", sa.Column("snapshot_id", Identifier))
