"""Steps that pause at hooks and that keep a reason; stacks that observe before they update."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, String, Text
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    """Add the columns; running traversals go on as they were."""
    op.add_column("step", Column("hook", String(16)))
    op.add_column("step", Column("reason", LongText))
    op.add_column("stack", Column("converge", Boolean(create_constraint=False)))
