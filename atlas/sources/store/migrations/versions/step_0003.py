"""Targets of programmes: every version of a programme's list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table; what there is stays as it is."""
    op.create_table(
        "target_list",
        sa.Column("programme", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER target_list_no_{verb.lower()} BEFORE {verb} ON target_list "
                "BEGIN SELECT RAISE(ABORT, 'target_list: rows are only ever added'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER target_list_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON target_list "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added()"
    )
