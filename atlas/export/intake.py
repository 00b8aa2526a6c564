"""The gate to the record: a file as somebody sends it, read, checked and compared. For page and command line alike."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date

import pandas as pd

from atlas import phrases
from atlas.analysis.columns import ENTRY, HEADINGS, REQUIRED
from atlas.analysis.difference import TOUCHING, Answer, Difference, StepKind
from atlas.analysis.intake import Intake, check_sheet
from atlas.errors import AtlasError, Problem, Severity
from atlas.export.tables import excel_csv, neutral
from atlas.model.edits import Change, ChangeKind, Edit, Occasion
from atlas.model.programme import Programme, StageKind
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_
from atlas.present.wording import Words
from atlas.sources.spreadsheets import ON_SCREEN, SpreadsheetLimits, read_sheet

DIFFERENCE_COLUMNS = (
    "what", "line", "entry", "ags", "municipality", "instrument", "status", "date", "field", "before", "after",
)  # fmt: skip
"""Columns of what ``python -m atlas import`` writes: a contract."""


@dataclass(frozen=True, eq=False)
class ImportedTable:
    """A file at the gate. Nothing of it is in the record.

    Attributes
    ----------
    name, sum
        Of the file: its name without folders, its SHA-256. Both stand in the log.
    programme
        Key of the programme whose record it is for.
    fingerprint, head
        Of the snapshot it was compared with.
    intake
        What was found in it: columns, findings, difference.
    """

    name: str
    sum: str
    programme: str
    fingerprint: str
    head: int
    intake: Intake

    def edits(self, *, is_whole: bool = False, may_erase: bool = False) -> list[Edit]:
        """Return what to save.

        ``is_whole`` says that the file is the whole record, so that what it lacks is withdrawn; without ``may_erase``
        every known value stays.

        Raises
        ------
        AtlasError
            If something stops the import.
        """
        if self.intake.is_blocked:
            raise AtlasError(*(each.problem for each in self.intake.of(Severity.BLOCKER)))
        return self.intake.difference.edits(is_whole=is_whole, may_erase=may_erase)

    def require_current(self, snapshot: Snapshot) -> None:
        """Do nothing if the record is still the one it was compared with: what is saved must be what was shown.

        Raises
        ------
        AtlasError
            Otherwise.
        """
        if snapshot.fingerprint != self.fingerprint:
            text = N_("Der Bestand wurde inzwischen geändert. Bitte die Datei noch einmal prüfen lassen.")
            raise AtlasError(Problem(self.name, text))

    def occasion(self, reason: str) -> Occasion:
        """Return what the log is to say."""
        return Occasion(ChangeKind.IMPORT, reason, self.name, self.sum)


@dataclass(frozen=True)
class Terms:
    """How a file is to be read.

    Attributes
    ----------
    today
        Dates after it are faults.
    programme
        Whose record it is for; empty means the first.
    mapping
        Field for a heading where the heading does not say it, or says another; an empty field leaves a column out.
    limits
        What the file may ask for.
    answers
        What somebody has said of rows that resemble entries, by line; without an answer such a row is a new entry.
    """

    today: date
    programme: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    limits: SpreadsheetLimits = ON_SCREEN
    answers: Mapping[int, Answer] = field(default_factory=dict)


def read_intake(body: bytes, name: str, snapshot: Snapshot, terms: Terms) -> ImportedTable:
    """Return everything a person has to see before a file may become part of the record.

    ``delivery.intake.columns`` says which column is read as which field (for the mapping step; what is changed there comes
    back as ``terms.mapping``), ``.findings`` everything about lines and cells, ``.difference`` what would be added,
    changed, left alone, and what is missing in the file. To save, ask ``delivery.require_current(…)`` and
    pass ``delivery.edits()`` and ``delivery.occasion(reason)`` to `atlas.sources.snapshot.SnapshotStore.save`, with ``delivery.head``. Nothing is
    written here.

    Raises
    ------
    AtlasError
        If no table can be read from the file at all.
    """
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if sign.isprintable())[:200] or "–"
    known = snapshot.programme(terms.programme)
    sheet = read_sheet(body, name, terms.limits)
    intake = check_sheet(sheet, snapshot, known, terms.mapping, terms.today, terms.answers)
    return ImportedTable(name, hashlib.sha256(body).hexdigest(), known.key, snapshot.fingerprint, snapshot.head, intake)


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


LOG_COLUMNS = (
    "number", "recorded_at", "actor", "programme", "kind", "added", "corrected", "withdrawn", "reason", "file",
    "file_sum", "undoes",
)  # fmt: skip
"""Columns of what ``python -m atlas log`` writes, and names in ``/intern/aenderungen.json``: a contract."""


def changes_log(changes: Sequence[Change]) -> pd.DataFrame:
    """Return changes of the record in the order given.

    Columns `LOG_COLUMNS`; ``recorded_at`` in UTC, exact, so that it can be asked for, ``undoes`` is the number of the change taken back, empty for others.
    """
    rows = [
        (
            change.number, change.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"), change.actor,
            change.programme, str(change.occasion.kind), change.added, change.corrected, change.withdrawn,
            change.occasion.reason, change.occasion.file, change.occasion.file_sum, change.occasion.undoes or "",
        )
        for change in changes
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(LOG_COLUMNS), dtype=object)


# ---- empty tables to fill in ------------------------------------------------------------------------------------------


def _headings(words: Words) -> dict[str, str]:
    return {name: words.label(label) for name, label in HEADINGS.items() if name != ENTRY}


def _explained(programme: Programme, words: Words) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the second sheet: what belongs into each column; then the stages, with the instruments beside."""
    yield words.say(phrases.COLUMN), words.say("Pflicht"), words.say("Was hinein gehört")
    explanations = {
        "ags": words.say("Schlüssel mit acht Ziffern (Gemeinde) oder fünf (Kreis); führende Nullen gehören dazu."),
        "municipality": words.say("Name; er hilft, einen vertippten Schlüssel zu erkennen."),
        "instrument": words.say("Einer der Bausteine unten, mit Namen oder Kürzel."),
        "status": words.say("Eine Stufe dieses Bausteins, siehe unten."),
        "date": words.say(
            "31.12.2025, 2025-12-31, 12/2025 oder 2025; leer, wenn keines belegt ist. Nicht in der Zukunft."
        ),
        "date_means": words.say("„erreicht“ oder „spätestens“ (an diesem Tag schon bekannt); leer heißt erreicht."),
        "joint_with": words.say("Die Stelle, über die es mehrere gemeinsam tun; eine Zeile je Gemeinde."),
        "note": words.say(phrases.NOTE_HINT),
        "source_url": words.say("Adresse im Netz oder Titel der Quelle."),
        "source_date": words.say("Datum der Quelle, in denselben Schreibweisen."),
        "until": words.say(
            "Letzter Tag, Monat oder letztes Jahr, für das es galt oder bewilligt war; darf in der Zukunft liegen. Leer, "
            "wenn kein Ende belegt ist."
        ),
        "case": words.say(
            "Kurzer Name, der mehrere Fälle einer Gemeinde in einem Baustein auseinanderhält, etwa der des geförderten "
            "Projekts; leer, wenn es nur einen gibt."
        ),
        "retrieved": words.say(
            "Tag, an dem die Quelle gelesen wurde; leer heißt: der Tag, an dem die Tabelle eingelesen wird."
        ),
        "inferred": words.say(
            "„ja“, wenn die Angabe aus einem allgemeinen Satz erschlossen ist und nicht über diese Gemeinde zu lesen war; "
            "sonst leer."
        ),
    }
    for name, heading in _headings(words).items():
        yield heading, words.say(phrases.YES) if name in REQUIRED else "", explanations[name]
    yield ()
    kinds = {
        StageKind.PLAN: words.say(phrases.PLANNED_DOES_NOT_COUNT),
        StageKind.STEP: words.say(phrases.REACHED),
        StageKind.EXIT: words.say("ruht oder ist beendet"),
    }
    yield (
        words.say(phrases.INSTRUMENT),
        words.say(phrases.STAGE),
        words.say("Bedeutung"),
        words.say(phrases.ALL_INSTRUMENTS),
    )
    labels = [words.label(each.label) for each in programme.instruments]
    stages = [
        (label, stage) for label, each in zip(labels, programme.instruments, strict=True) for stage in each.stages
    ]
    for at, (label, stage) in enumerate(stages):
        yield label, words.label(stage.label), kinds[stage.kind], labels[at] if at < len(labels) else ""


def csv_template(_: Programme, words: Words) -> bytes:
    """Return a CSV for German Excel with the headings and nothing else."""
    return excel_csv(pd.DataFrame(columns=list(_headings(words).values())))


def xlsx_template(programme: Programme, words: Words) -> bytes:
    """Return a workbook: a sheet to fill in, all of its cells text, and a sheet that says what may stand in it."""
    import openpyxl
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    bold = Font(bold=True)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = words.say(phrases.ENTRIES)
    sheet.freeze_panes = "A2"
    headings = _headings(words)
    for at, heading in enumerate(headings.values(), 1):
        sheet.cell(1, at, heading).font = bold
        column = sheet.column_dimensions[get_column_letter(at)]
        column.number_format = "@"  # text: no zero is lost, no date becomes a number
        column.width = 24
    told = book.create_sheet(words.say("Erklärung"))
    for letter, width in zip("ABCD", (28, 28, 100, 28), strict=True):
        told.column_dimensions[letter].width = width
    for row in _explained(programme, words):
        told.append([neutral(text) for text in row])
    for title in (1, len(headings) + 3):
        for cell in told[title]:
            cell.font = bold
    first = len(headings) + 4
    choices = {
        "instrument": f"'{told.title}'!$D${first}:$D${first + len(programme.instruments) - 1}",
        "date_means": f'"{words.say(phrases.REACHED)},{words.say(phrases.AT_THE_LATEST)}"',
        "inferred": f'"{words.say(phrases.YES)},{words.say(phrases.NO)}"',
    }
    for name, formula in choices.items():
        allowed = DataValidation("list", formula1=formula, allow_blank=True)
        letter = get_column_letter(list(headings).index(name) + 1)
        allowed.add(f"{letter}2:{letter}20001")
        sheet.add_data_validation(allowed)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


TEMPLATES: Mapping[str, Callable[[Programme, Words], bytes]] = {"xlsx": xlsx_template, "csv": csv_template}
"""Makers of an empty table, by the ending of its file."""
