"""Stacks know the project that their guests are users in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Of older stacks it is the project that they have shown until now: theirs."""
    op.add_column("stack", sa.Column("user_project_id", sa.String(64)))
    op.execute("UPDATE stack SET user_project_id = project_id")
