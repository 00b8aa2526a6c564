"""Laws of the gate: whatever comes, a sentence; a planted fault is named with its line; nothing of it is saved."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atlas.analysis.difference import StepKind, entries_of
from atlas.errors import AtlasError, Problem, Severity
from atlas.intake.gate import ImportedTable, Terms, read_intake
from atlas.model.dates import PartialDate
from atlas.model.edits import Add, Correct, Record
from atlas.model.records import RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.present.wording import Words
from atlas.sources.spreadsheets import tidy
from tests.conftest import TODAY
from tests.lanes import law
from tests.table_files import GOOD_ROWS, HEADINGS, as_excel, csv_file, patched, planted, xlsx_file

_WORDS = Words("en")

BAD = {
    "AGS": st.one_of(
        st.text("0123456789", min_size=9, max_size=11),
        st.text("0123456789abcXYZ", min_size=1, max_size=4).map(lambda text: f"{text}?"),
        st.integers(1_000_000, 9_999_999).map(lambda n: f"9{n}"),
    ),
    "Baustein": st.text("bcdfgh", max_size=8),
    "Stufe": st.text("bcdfgh", max_size=8),
    "Datum": st.one_of(
        st.dates(TODAY.replace(year=2027)).map(lambda day: day.strftime("%d.%m.%Y")),
        st.dates(TODAY.replace(year=2027)).map(str),
        st.tuples(st.integers(32, 99), st.integers(1, 12)).map(lambda two: f"{two[0]}.{two[1]:02}.2021"),
        st.tuples(st.integers(1, 28), st.integers(13, 99)).map(lambda two: f"2021-{two[1]}-{two[0]:02}"),
        st.text("?!bcdfg", min_size=1, max_size=12),
    ),
    "Datum bedeutet": st.text("bcdfgh", min_size=1, max_size=8),
    "Anmerkung": st.integers(2_001, 2_100).map("x".__mul__),
    "Quelle": st.sampled_from(["", " ", "-", "?", "k.A.", "N/A", "#NV", "x" * 2_001]),
    "Datum der Quelle": st.text("?!bcdfg", min_size=1, max_size=12),
}  # fmt: skip
"""By column: texts that no entry may have there."""


def _read(body: bytes, snapshot: Snapshot) -> ImportedTable | None:
    """Return what the gate makes of a file, None if it is refused; every sentence must be sayable in both languages."""
    problems: tuple[Problem, ...] = ()
    delivery = None
    try:
        delivery = read_intake(body, "x", snapshot, Terms(TODAY))
    except AtlasError as error:
        problems = error.problems
    if delivery is None:
        assert all(_WORDS.problem(problem) and problem.sentence() for problem in problems)
        return None
    for finding in delivery.intake.findings:
        assert finding.problem.sentence()
        assert _WORDS.problem(finding.problem)
    if delivery.intake.is_blocked:
        with pytest.raises(AtlasError):
            delivery.edits(is_whole=True)
    return delivery


@st.composite
def _planted(draw: st.DrawFn) -> tuple[str, str, int, str, str]:
    column = draw(st.sampled_from(sorted(BAD)))
    return (
        column,
        draw(BAD[column]),
        draw(st.integers(2, len(GOOD_ROWS) + 1)),
        draw(st.sampled_from([";", ",", "\t", "|"])),
        draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
    )


@law(300)
@given(_planted())
def test_a_planted_fault_is_named_with_its_line(mini: Snapshot, fault: tuple[str, str, int, str, str]) -> None:
    column, value, line, separator, encoding = fault
    rows = planted(column, value, line=line)
    delivery = _read(csv_file(rows, separator=separator, encoding=encoding), mini)
    assert delivery is not None
    blockers = delivery.intake.of(Severity.BLOCKER)
    assert {each.line for each in blockers} == {line}
    assert column in {each.column for each in blockers}


@law(100)
@given(st.lists(st.tuples(st.sampled_from(sorted(BAD)), st.data()), min_size=2, max_size=6))
def test_many_faults_are_all_named(mini: Snapshot, wanted: list[tuple[str, st.DataObject]]) -> None:
    rows = [list(row) for row in GOOD_ROWS]
    places = set()
    for at, (column, data) in enumerate(wanted):
        rows[at][HEADINGS.index(column)] = data.draw(BAD[column])
        places.add((at + 2, column))
    delivery = _read(csv_file(rows), mini)
    assert delivery is not None
    assert places <= {(each.line, each.column) for each in delivery.intake.of(Severity.BLOCKER)}


_CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from([cell for row in GOOD_ROWS for cell in row]),
    st.sampled_from(
        [
            "=1+1",
            "'=1+1",
            "{x}",
            "{",
            "{0}",
            "%s",
            "1e999",
            "9" * 400,
            "00",
            "\ud800".encode("utf-8", "replace").decode(),
        ]
    ),
)


@law(200)
@given(st.lists(st.lists(_CELLS, max_size=14), max_size=8), st.booleans())
def test_any_table_gets_an_answer(mini: Snapshot, rows: list[list[str]], has_headings: bool) -> None:
    _read(csv_file(rows, HEADINGS if has_headings else ("x", "AGS", "Datum")), mini)


@law(200)
@given(st.binary(max_size=400))
@example(b'"')
@example(b"sep=;")
@example(b"sep=;\n")
@example(b"\xff\xfe;")
def test_any_bytes_get_an_answer(mini: Snapshot, body: bytes) -> None:
    _read(body, mini)


@law(150)
@given(st.data())
def test_a_damaged_csv_gets_an_answer(mini: Snapshot, data: st.DataObject) -> None:
    body = bytearray(csv_file())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b";", b"\n", b"\r"])
        )
    _read(bytes(body), mini)


@law(25)
@given(st.data())
def test_a_damaged_workbook_gets_an_answer(mini: Snapshot, data: st.DataObject) -> None:
    part = data.draw(
        st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
    )
    cut, put = (
        data.draw(st.integers(0, 3_000)),
        data.draw(st.binary(max_size=6) | st.sampled_from([b"<c r='ZZ9'>", b"9" * 30])),
    )

    def damage(content: bytes) -> bytes:
        at = cut % len(content)
        return content[:at] + put + content[at + len(put) :]

    _read(patched(as_excel(xlsx_file()), {part: damage}), mini)


@law(200)
@given(
    st.dates(PartialDate.parse("1990-01-01").first_day(), TODAY),
    st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%Y-%m-%d 00:00:00", "%d.%m.%Y 00:00"]),
)
def test_a_day_is_read_as_the_same_day_in_every_spelling(mini: Snapshot, day, form: str) -> None:
    delivery = _read(csv_file(planted("Datum", day.strftime(form))), mini)
    assert delivery is not None
    (step,) = [each for each in delivery.intake.difference.steps if each.line == 4]
    assert step.new is not None
    assert step.new.date == day.isoformat()


def _known(record: Record) -> dict[str, str]:
    return {name: getattr(record, name) for name in RECORD_COLUMNS if getattr(record, name)}


@st.composite
def _like_the_record(draw: st.DrawFn, records: list[Record]) -> list[Record]:
    """Return rows that say almost what the record says: some cells are empty, others another's, dates less or more exact."""
    rows = []
    for record in draw(st.lists(st.sampled_from(records), min_size=1, max_size=6, unique=True)):
        other = draw(st.sampled_from(records))
        cells = {
            name: draw(st.sampled_from(["", getattr(other, name), *_OTHER.get(name, [])]))
            for name in draw(st.lists(st.sampled_from(_VARIED), max_size=4, unique=True))
        }
        dated = replace(record, **cells)
        dated = replace(dated, date=dated.date[: draw(st.sampled_from([0, 4, 7, 10]))])
        rows.append(replace(dated, date_means=(dated.date_means or "reached") if dated.date else ""))
    return rows


_VARIED = ("date", "joint_with", "note", "source_url", "source_date", "until", "case", "retrieved", "inferred")
_OTHER = {
    "date": ["2021-06-15", "2019"], "joint_with": ["Bund"], "note": ["Anders."], "source_url": ["Ein Heft"],
    "until": ["2031"], "case": ["Nacht"], "retrieved": ["2026-11-01"], "inferred": ["yes"],
}  # fmt: skip


@law(300)
@given(st.data(), st.booleans())
def test_without_numbers_and_confirmation_nothing_known_changes(
    mini: Snapshot, data: st.DataObject, is_whole: bool
) -> None:
    """But for a date that becomes more exact."""
    before = {number: record for number, (_, record) in entries_of(mini.records["mini"].table).items()}
    rows = data.draw(_like_the_record(list(before.values())))
    columns = data.draw(st.lists(st.sampled_from(RECORD_COLUMNS[5:]), unique=True))
    names = [name for name in RECORD_COLUMNS if name in {*RECORD_COLUMNS[:5], "source_url", *columns}]
    delivery = _read(csv_file([[getattr(row, name) for name in names] for row in rows], names), mini)
    if delivery is None or delivery.intake.is_blocked:
        return
    for edit in delivery.edits(is_whole=is_whole):
        if isinstance(edit, Correct):
            old, new = _known(before[edit.entry]), _known(edit.record)
            assert new.pop("date", "").startswith(old.pop("date", ""))
            assert old.items() <= new.items()
    added = [edit for edit in delivery.edits() if isinstance(edit, Add)]
    paired = delivery.intake.difference.of(StepKind.CHANGED, StepKind.ERASING, StepKind.UNCHANGED)
    assert len(added) + len(paired) == len(rows)


@law(200)
@given(st.text(max_size=60))
def test_a_note_comes_through_as_it_is(mini: Snapshot, note: str) -> None:
    """But for what nobody sees. A note that is damaged is refused, not changed."""
    delivery = _read(csv_file(planted("Anmerkung", note)), mini)
    if delivery is None or delivery.intake.is_blocked:
        return
    (step,) = [each for each in delivery.intake.difference.steps if each.line == 4]
    assert step.new is not None
    given_note = tidy(next(csv.reader(io.StringIO(f'"{note.replace(chr(34), chr(34) * 2)}"', newline="")), [""])[0])
    assert step.new.note in {given_note, given_note.removeprefix("'")}
