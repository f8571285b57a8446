"""Nested stacks that are retained become stacks of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LongText = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    """Let stacks name the tree that they come from, and keep what it hides."""
    op.add_column("stack", sa.Column("released_from", sa.String(36)))
    op.add_column("stack", sa.Column("withheld", LongText))
    op.create_index("ix_stack_released_from", "stack", ["released_from"])
