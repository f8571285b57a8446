"""Software configs and deployments."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import Column, DateTime, Index, MetaData, String, Table, Text
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
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

software_config = Table(
    "software_config",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("project_id", String(64), nullable=False),
    Column("name", Name),
    Column("group_name", Name),
    Column("body", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("withdrawn_at", Time, index=True),
    Index("ix_software_config_project_id_created_at", "project_id", "created_at"),
    **BINARY_NAMES,
)

software_deployment = Table(
    "software_deployment",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("project_id", String(64), nullable=False),
    Column("stack_user_project_id", String(64), index=True),
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


def upgrade() -> None:
    """Create both tables."""
    metadata.create_all(op.get_bind())
