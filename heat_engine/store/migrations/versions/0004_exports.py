"""What stacks export to one another."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import Column, DateTime, MetaData, String, Table, Text
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
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

BINARY_NAMES: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_nopad_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}

stack_export = Table(
    "stack_export",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("name", Name, primary_key=True),
    Column("stack_id", Identifier, nullable=False, index=True),
    Column("value", LongText),
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)

stack_import = Table(
    "stack_import",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("name", Name, primary_key=True),
    Column("stack_id", Identifier, primary_key=True, index=True),
    **BINARY_NAMES,
)


def upgrade() -> None:
    """Create both tables."""
    metadata.create_all(op.get_bind())
