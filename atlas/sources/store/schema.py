"""Tables of the store. Changes and versions are only ever added; triggers of the migrations see to that."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

from atlas.model.records import RECORD_COLUMNS

metadata = MetaData()
ADDED_LATER = ("until", "case", "retrieved", "inferred")
"""Columns of step 0002. What was written before has none, and its digests know nothing of them."""


class Utc(TypeDecorator[datetime]):
    """A moment, always in UTC: SQLite forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what is stored."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class IsoDay(TypeDecorator[date]):
    """A day as text, ``YYYY-MM-DD``; empty where there is none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str:
        """Return what is stored."""
        return value.isoformat() if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Return the day."""
        return date.fromisoformat(value) if value else None


change = Table(
    "change",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("recorded_at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("file_sum", Text, nullable=False),
    Column("undoes", BigInteger, ForeignKey("change.number")),
    Column("added", Integer, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("withdrawn", Integer, nullable=False),
    # SHA-256 over the former change's digest and all this one wrote: nothing can be altered unnoticed.
    Column("digest", Text, nullable=False),
)

version = Table(
    "version",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    # The key makes the second of two editors fail who both write version 3.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("change", BigInteger, ForeignKey("change.number"), nullable=False),
    Column("programme", Text, nullable=False),
    Column("is_withdrawn", Boolean, nullable=False),
    *(
        Column(name, Text, nullable=False, server_default="" if name in ADDED_LATER else None)
        for name in RECORD_COLUMNS
    ),
    Index("version_participant", "programme", "ags"),
    Index("version_change", "change"),
)

follow_up = Table(
    "follow_up",
    metadata,
    Column("programme", Text, primary_key=True),
    Column("ags", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("due", IsoDay, nullable=False),
)
"""Internal: what is to be done next in a municipality. A later version supersedes."""

report = Table(
    "report",
    metadata,
    Column("receipt", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("ags", Text, nullable=False),
    Column("received_at", Utc, nullable=False),
    # Emptied some time after the answer: free text may hold personal data.
    Column("text", Text, nullable=False),
    Index("report_place", "programme", "ags"),
)
"""Errors reported from outside."""

answer = Table(
    "answer",
    metadata,
    Column("receipt", Text, ForeignKey("report.receipt"), primary_key=True),
    Column("answered_at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("is_accepted", Boolean, nullable=False),
    Column("text", Text, nullable=False),
)
"""Answers to reports."""

report_look = Table(
    "report_look",
    metadata,
    Column("receipt", Text, ForeignKey("report.receipt"), primary_key=True),
    Column("looked_at", Utc, nullable=False),
)
"""Reports somebody of the office has looked at and means to answer: until then pages say nothing of them."""

report_sender = Table(
    "report_sender",
    metadata,
    Column("sender", Text, nullable=False),
    Column("ags", Text, nullable=False),
    Column("hour", Utc, nullable=False),
)
"""How many reports came from where within a day, by three bytes of a sum of the address: many share each of them."""

target_list = Table(
    "target_list",
    metadata,
    Column("programme", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", Text, nullable=False),
)
"""Targets of a programme, all of them as CSV. A later version supersedes."""

login_end = Table(
    "login_end",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("ended_at", Utc, primary_key=True),
)
"""Logins that were ended: a copied cookie of an earlier one counts no more. ``subject`` is a SHA-256 of who it was."""

act = Table(
    "act",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("sum", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("signature", Text, nullable=False),
)
"""The chain all rows hang on, but for ended logins, which are to be forgotten: see `atlas.sources.store.chain`."""
