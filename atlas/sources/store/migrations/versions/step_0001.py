"""The first schema: changes and versions that can only be added, follow-ups, reports, ended logins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_FIELDS = (
    "ags", "municipality", "instrument", "status", "date", "date_means", "joint_with", "note", "source_url", "source_date",
)  # fmt: skip
_KEPT = ("change", "version", "follow_up", "answer")
"""Tables nothing is ever changed in or deleted from."""


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "change",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("recorded_at", moment, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("actor", "programme", "kind", "reason")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("file", "file_sum")),
        sa.Column("undoes", sa.BigInteger, sa.ForeignKey("change.number")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("added", "corrected", "withdrawn")),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_table(
        "version",
        sa.Column("entry", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("change", sa.BigInteger, sa.ForeignKey("change.number"), nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _FIELDS),
    )
    op.create_index("version_participant", "version", ["programme", "ags"])
    op.create_index("version_change", "version", ["change"])
    op.create_table(
        "follow_up",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("programme", "ags")),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("recorded_at", moment, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("actor", "note", "step", "due")),
    )
    op.create_table(
        "report",
        sa.Column("receipt", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("programme", "ags")),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("report_place", "report", ["programme", "ags"])
    op.create_table(
        "answer",
        sa.Column("receipt", sa.Text, sa.ForeignKey("report.receipt"), primary_key=True),
        sa.Column("answered_at", moment, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("is_accepted", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "login_end",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("ended_at", moment, primary_key=True),
    )
    _forbid_changes()


def _forbid_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _KEPT:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION only_ever_added() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: rows are only ever added', TG_TABLE_NAME; END $$"
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added()"
        )
