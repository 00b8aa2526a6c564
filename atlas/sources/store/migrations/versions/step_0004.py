"""The chain of acts: each row that is kept is named in one. What there is already is taken in by `chain.take_in`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table; what there is stays as it is."""
    op.create_table(
        "act",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("what", "key", "sum", "digest", "signature")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER act_no_{verb.lower()} BEFORE {verb} ON act "
                "BEGIN SELECT RAISE(ABORT, 'act: rows are only ever added'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER act_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON act "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added()"
    )
