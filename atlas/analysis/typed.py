"""Entries typed by hand, in a form or a table: checked by the rules of the import gate, made into edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from atlas.analysis.columns import ENTRY, FIELDS, HEADINGS
from atlas.analysis.difference import TOUCHING, Answer, Question, Step, StepKind
from atlas.analysis.intake import check_sheet
from atlas.analysis.presets import Guide
from atlas.analysis.values import Finding, is_blocked
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.edits import Add, Correct, Edit, Record, Withdraw
from atlas.model.programme import Programme
from atlas.model.records import RECORD_COLUMNS
from atlas.model.sheets import Sheet
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_

_FIRST_LINE = 2
"""Of the table the typed entries are checked as: below the headings."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One entry as somebody typed it: nothing in it is checked."""

    record: Record
    """Dates may be written as people write them."""
    entry: int = 0
    version: int = 0
    """Which entry it corrects and the version that was looked at; 0 for a new one."""
    answer: Answer | None = None
    """What somebody has said of a new one that resembles others."""


@dataclass(frozen=True)
class Checked:
    """What comes of typed entries."""

    edits: tuple[Edit, ...]
    """To be saved; empty if something is blocked or nothing would change."""
    findings: tuple[Finding, ...]
    """Those of the gate; ``line`` is the number of the typed entry, from 1."""
    questions: tuple[Question, ...] = ()
    """What is to be asked of new entries that resemble others; ``line`` likewise."""

    @property
    def is_blocked(self) -> bool:
        """Whether something must be mended before anything is saved."""
        return is_blocked(self.findings)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What somebody should look at before it is saved."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)


def check_typed(
    rows: Sequence[Typed],
    withdrawn: Iterable[Withdraw],
    snapshot: Snapshot,
    programme: Programme,
    today: date,
    lang: str = "de",
) -> Checked:
    """Return the edits that typed entries are, and everything there is to say about them.

    ``rows`` are new or correct an entry, ``withdrawn`` is to count no more. Dates after ``today`` are faults; ``lang``
    is what the findings call the fields in.
    """
    gone = tuple(withdrawn)
    if not rows:
        return Checked(gone, ())
    headings = tuple(HEADINGS[field].in_language(lang) for field in FIELDS)
    cells = [(line, _cells(row)) for line, row in enumerate(rows, _FIRST_LINE)]
    answers = {line: row.answer for line, row in enumerate(rows, _FIRST_LINE) if row.answer}
    sheet = Sheet(rows=[(_FIRST_LINE - 1, headings), *cells])
    intake = check_sheet(sheet, snapshot, programme, Guide(header=_FIRST_LINE - 1), today, answers)
    findings = [replace(each, line=max(each.line - _FIRST_LINE + 1, 0)) for each in intake.findings]
    edits: list[Edit] = []
    leaving = {each.entry for each in gone}
    questions = [
        replace(each, line=each.line - _FIRST_LINE + 1)
        for each in intake.difference.questions
        if not leaving.issuperset(each.near)
    ]
    answered = {each.answer.entry for each in questions if each.answer}
    versions = {each.entry: each.version for each in rows}
    for step in intake.difference.of(StepKind.ADDED, *TOUCHING, StepKind.UNCHANGED):
        assert step.new is not None  # noqa: S101 - these kinds have one; tells mypy so
        number = step.line - _FIRST_LINE + 1
        is_new = step.line and not rows[number - 1].entry and step.entry not in answered
        if is_new and step.entry:
            assert step.said is not None  # noqa: S101 - it has a line
            edits.append(Add(step.said))
            if step.entry not in leaving:
                findings.append(_known(step, number, lang))
        elif step.kind is StepKind.ADDED:
            edits.append(Add(step.new))
        elif step.kind in TOUCHING:
            edits.append(Correct(step.entry, versions.get(step.entry, step.version), step.new))
    checked = Checked((*edits, *gone), tuple(findings), tuple(questions))
    return replace(checked, edits=()) if checked.is_blocked else checked


def _cells(typed: Typed) -> tuple[str, ...]:
    record = typed.record
    texts = {name: getattr(record, name).strip() for name in RECORD_COLUMNS}
    return tuple(texts[field] if field != ENTRY else str(typed.entry or "") for field in FIELDS)


def _known(step: Step, line: int, lang: str) -> Finding:
    """Return what there is to say of a new entry that is one of the record."""
    if step.kind is StepKind.UNCHANGED:
        return Finding(line=line, text=N_("Genau das steht schon im Bestand."))
    text = N_("Fast dasselbe steht schon im Bestand; anders ist nur: {fields}. Soll das berichtigt werden, bitte dort.")
    names = ", ".join(HEADINGS[name].in_language(lang) for name in step.fields)
    return Finding(line=line, text=text, values={"fields": names}, severity=Severity.WARNING)


# ---- the editable table -----------------------------------------------------------------------------------------------


_NOTHING = Record("", "", "", "")


@dataclass(frozen=True)
class TableEdits:
    """What somebody did to an editable table."""

    rows: tuple[Typed, ...] = ()
    withdrawn: tuple[Withdraw, ...] = ()


def from_table(
    base: Sequence[Typed],
    state: Mapping[str, object],
    read: Mapping[str, Callable[[str], Mapping[str, str]]],
    given: Mapping[str, str],
) -> TableEdits:
    """Return what somebody did to an editable table.

    What comes from a browser is not believed: it may name rows that are not there and columns that were locked.

    ``base`` are the entries, in the order of the rows; ``state`` is what Streamlit says of ``st.data_editor``:
    ``edited_rows`` by position, ``added_rows``, ``deleted_rows``. ``read`` says for each column that may be changed
    what gives the fields of the record a cell stands for, ``given`` the fields of every new entry.

    Raises
    ------
    AtlasError
        If it is not what the table allows.
    """
    edited, added, deleted = state.get("edited_rows", {}), state.get("added_rows", []), state.get("deleted_rows", [])
    if not (isinstance(edited, Mapping) and isinstance(added, list) and isinstance(deleted, list)):
        raise _no_table()
    if not all(isinstance(row, int) and 0 <= row < len(base) for row in (*edited, *deleted)):
        raise _no_table()
    changed = [
        (base[row], replace(base[row].record, **_fields(edited[row], read))) for row in edited if row not in deleted
    ]
    new = [replace(_NOTHING, **_fields(cells, read)) for cells in added]
    return TableEdits(
        (
            *(replace(typed, record=record) for typed, record in changed if record != typed.record),
            *(Typed(replace(record, **given)) for record in new if record != _NOTHING),
        ),
        tuple(Withdraw(base[row].entry, base[row].version) for row in sorted(set(deleted)) if base[row].entry),
    )


def _fields(cells: object, read: Mapping[str, Callable[[str], Mapping[str, str]]]) -> dict[str, str]:
    if not isinstance(cells, Mapping) or not cells.keys() <= read.keys():
        raise _no_table()
    found: dict[str, str] = {}
    for column, value in cells.items():
        found |= read[column]("" if value is None else str(value))
    return found


def _no_table() -> AtlasError:
    return AtlasError(Problem("", "Die Änderungen passen nicht zu der Tabelle, die angezeigt war. Bitte neu laden."))
