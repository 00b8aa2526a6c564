"""The gate to the record: a file as somebody sends it, read, checked and compared. For page and command line alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import pandas as pd

from atlas.analysis.columns import header_score
from atlas.analysis.difference import TOUCHING, Answer, Difference, StepKind
from atlas.analysis.intake import Intake, check_sheet
from atlas.analysis.presets import Guide
from atlas.analysis.values import Finding
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.edits import ChangeKind, Edit, Occasion
from atlas.model.programme import Programme
from atlas.model.sheets import Rows
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_
from atlas.present.intake import finding_rows, finding_titles
from atlas.present.wording import Words
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
    sheet: str = ""
    """That was read, of ``sheets``; empty for a CSV."""
    sheets: tuple[str, ...] = ()

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
    """As of `atlas.analysis.presets.Guide`; ``settings`` and ``header`` likewise."""
    limits: SpreadsheetLimits = ON_SCREEN
    answers: Mapping[int, Answer] = field(default_factory=dict)
    """What somebody has said of rows that resemble entries, by line; without an answer such a row is a new entry."""
    settings: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    """Of a workbook; empty to find the one with the table."""
    header: int | None = None


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
    sheet = read_sheet(body, name, terms.limits, partial(_chosen, name, terms.sheet))
    guide = Guide(terms.mapping, terms.settings, terms.header, name)
    intake = check_sheet(sheet, snapshot, known, guide, terms.today, terms.answers)
    return ImportedTable(
        name=name,
        sum=hashlib.sha256(body).hexdigest(),
        programme=known.key,
        fingerprint=snapshot.fingerprint,
        head=snapshot.head,
        intake=intake,
        sheet=sheet.name,
        sheets=sheet.names,
    )


def _chosen(file: str, wanted: str, heads: Mapping[str, Rows]) -> str:
    """Return which sheet is read: the one asked for, else the first of those with the most columns that are known."""
    if wanted and wanted not in heads:
        text = N_("Das Blatt „{given}“ gibt es nicht; vorhanden: {known}.")
        raise AtlasError(Problem(file, text, {"given": wanted, "known": ", ".join(heads)}))
    return wanted or max(heads, key=lambda each: header_score(heads[each]))


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


def findings_table(findings: Iterable[Finding], words: Words, programme: Programme) -> pd.DataFrame:
    """Return every finding with its place, as the file that names them all."""
    titles = finding_titles(words)
    rows = [[getattr(each, name) or "" for name in titles] for each in finding_rows(findings, words, programme)]
    return pd.DataFrame(rows, columns=list(titles.values()), dtype=object)
