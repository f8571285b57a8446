"""What an identity service still has to be given back."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import Column, DateTime, Double, Integer, MetaData, String, Table, Text
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
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

revocation = Table(
    "revocation",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("body", LongText, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Double, nullable=False, index=True),
    Column("created_at", Time, nullable=False),
    **BINARY_NAMES,
)


def upgrade() -> None:
    """Create the table."""
    metadata.create_all(op.get_bind())
