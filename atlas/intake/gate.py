"""The gate to the record: a file as somebody sends it, read, checked and compared. For page and command line alike."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from atlas.analysis.difference import TOUCHING, Answer, Difference, StepKind
from atlas.analysis.intake import Intake, check_sheet
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.edits import ChangeKind, Edit, Occasion
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_
from atlas.sources.spreadsheets import ON_SCREEN, SpreadsheetLimits, read_sheet

DIFFERENCE_COLUMNS = (
    "what", "line", "entry", "ags", "municipality", "instrument", "status", "date", "field", "before", "after",
)  # fmt: skip
"""Columns of what ``python -m atlas import`` writes: a contract."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ImportedTable:
    """A file at the gate. Nothing of it is in the record. Its name and sum stand in the log."""

    name: str
    """Without folders."""
    sum: str
    """SHA-256."""
    programme: str
    fingerprint: str
    """Of the snapshot it was compared with; ``head`` likewise."""
    head: int
    intake: Intake
    """What was found in it: columns, findings, difference."""

    def edits(self, *, is_whole: bool = False, may_erase: bool = False) -> list[Edit]:
        """Return what to save.

        ``is_whole`` says that the file is the whole record, so that what it lacks is withdrawn; without ``may_erase``
        every known value stays. Raises `AtlasError` if something stops the import.
        """
        if self.intake.is_blocked:
            raise AtlasError(*(each.problem for each in self.intake.of(Severity.BLOCKER)))
        return self.intake.difference.edits(is_whole=is_whole, may_erase=may_erase)

    def require_current(self, snapshot: Snapshot) -> None:
        """Do nothing if the record is still the one it was compared with: what is saved must be what was shown.

        Raises `AtlasError` otherwise.
        """
        if snapshot.fingerprint != self.fingerprint:
            text = N_("Der Bestand wurde inzwischen geändert. Bitte die Datei noch einmal prüfen lassen.")
            raise AtlasError(Problem(self.name, text))

    def occasion(self, reason: str) -> Occasion:
        """Return what the log is to say."""
        return Occasion(ChangeKind.IMPORT, reason, self.name, self.sum)


@dataclass(frozen=True)
class Terms:
    """How a file is to be read."""

    today: date
    """Dates after it are faults."""
    programme: str = ""
    """Whose record it is for; empty means the first."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Field for a heading where the heading does not say it, or says another; an empty field leaves a column out."""
    limits: SpreadsheetLimits = ON_SCREEN
    answers: Mapping[int, Answer] = field(default_factory=dict)
    """What somebody has said of rows that resemble entries, by line; without an answer such a row is a new entry."""


def read_intake(body: bytes, name: str, snapshot: Snapshot, terms: Terms) -> ImportedTable:
    """Return everything a person has to see before a file may become part of the record. Nothing is written here.

    Of its ``intake``, ``columns`` says which column is read as which field (what is changed there comes back as
    ``terms.mapping``), ``findings`` everything about lines and cells, ``difference`` what would be added, changed, left
    alone, and what is missing in the file. To save, ask ``require_current`` and pass ``edits()`` and ``occasion(reason)``
    to `atlas.sources.snapshot.SnapshotStore.save`, with ``head``. Raises `AtlasError` if no table can be read from the
    file at all.
    """
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if sign.isprintable())[:200] or "–"
    known = snapshot.programme(terms.programme)
    sheet = read_sheet(body, name, terms.limits)
    intake = check_sheet(sheet, snapshot, known, terms.mapping, terms.today, terms.answers)
    return ImportedTable(
        name=name,
        sum=hashlib.sha256(body).hexdigest(),
        programme=known.key,
        fingerprint=snapshot.fingerprint,
        head=snapshot.head,
        intake=intake,
    )


def difference_table(difference: Difference, *, is_whole: bool = False) -> pd.DataFrame:
    """Return what would change as a table: a row for each new entry, for each changed field, for each entry withdrawn.

    Returns
    -------
    pandas.DataFrame
        `DIFFERENCE_COLUMNS`, all text. ``what`` is ``added``, ``changed``, ``erasing`` (a known value would be lost: it
        stays unless that is allowed) or, with ``is_whole``, ``missing``; ``line`` is that of the file, ``entry`` the
        number in the record. ``field``, ``before`` and ``after`` are empty unless something changed; the columns
        between say what the entry is now.
    """
    rows: list[tuple[str, ...]] = []
    for step in difference.of(StepKind.ADDED, *TOUCHING, *([StepKind.MISSING] if is_whole else [])):
        now = step.old or step.new
        assert now is not None  # noqa: S101 - every step has one; tells mypy so
        about = (
            str(step.line or ""),
            str(step.entry or ""),
            now.ags,
            now.municipality,
            now.instrument,
            now.status,
            now.date,
        )
        for name in step.fields:
            kind = StepKind.ERASING if name in step.erased else StepKind.CHANGED
            rows.append((str(kind), *about, name, getattr(step.old, name), getattr(step.new, name)))
        if not step.fields:
            rows.append((str(step.kind), *about, "", "", ""))
    return pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS), dtype=object)
