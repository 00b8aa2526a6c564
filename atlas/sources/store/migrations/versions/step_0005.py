"""Reports: which somebody has looked at, and how many came from where within a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables; what there is stays as it is."""
    op.create_table(
        "report_look",
        sa.Column("receipt", sa.Text, sa.ForeignKey("report.receipt"), primary_key=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "report_sender",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("sender", "ags")),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
    )
