"""Which row is which entry: certain, or asked for; and nothing known is lost unless somebody says so."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace

import openpyxl
import pytest

from atlas.analysis.difference import NO_ANSWERS, Answer, StepKind, Tie, entries_of
from atlas.errors import Severity
from atlas.export.tables import plain_csv
from atlas.intake.gate import ImportedTable, Terms, difference_table, read_intake
from atlas.intake.templates import TEMPLATES
from atlas.model.edits import Add, Correct, Record
from atlas.model.programme import FOR_GOOD
from atlas.model.records import RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.present.wording import Words
from tests.conftest import TODAY
from tests.table_files import HEADINGS, csv_file

SOURCE = "https://beispiel.invalid/quelle"
ERLEN = ("00021050", "Erlen", "talk", "held", "2020-06", "reached", "", "Monat bekannt.", SOURCE, "")
GUERTEL = (
    "00021060",
    "Gürtel",
    "pact",
    "signed",
    "2021-03-01",
    "reached",
    "Zweckverband Ring",
    "Gemeinsam.",
    SOURCE,
    "",
)
ILM = ("00022010", "Ilm", "pact", "signed", "2018-01-01", "reached", "", "Vor dem Zusammenschluss.", SOURCE, "")

Gate = Callable[..., ImportedTable]


@pytest.fixture(scope="module")
def repeating(mini: Snapshot) -> Snapshot:
    """Return the invented state where a municipality may have several talks."""
    programme = mini.programmes["mini"]
    instruments = tuple(each.model_copy(update={"repeats": each.key == "talk"}) for each in programme.instruments)
    return replace(mini, programmes={"mini": programme.model_copy(update={"instruments": instruments})})


@pytest.fixture(scope="module")
def gate(repeating: Snapshot) -> Gate:
    def read(
        *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS, answers: Mapping[int, Answer] = NO_ANSWERS
    ) -> ImportedTable:
        return read_intake(csv_file(rows, headings), "liste.csv", repeating, Terms(TODAY, answers=answers))

    return read


def changed(row: tuple[str, ...], **cells: str) -> tuple[str, ...]:
    """Return a row with some cells, by field, as they are not in the record."""
    return tuple(cells.get(field, cell) for field, cell in zip(RECORD_COLUMNS, row, strict=False))


def number_of(snapshot: Snapshot, ags: str) -> int:
    return next(n for n, (_, record) in entries_of(snapshot.records["mini"].table).items() if record.ags == ags)


@pytest.mark.parametrize(
    "row",
    [
        changed(ERLEN, date="", date_means=""),
        changed(ERLEN, date="2020"),
        changed(ERLEN, date="2020-06-15", source_url="Ein Heft"),
        changed(ERLEN, date="2020-06-15", note="Tag bekannt."),
        changed(ERLEN, date="2022"),
        changed(ERLEN, joint_with="Bund"),
        changed(GUERTEL, joint_with=""),
        changed(GUERTEL, joint_with="Bund"),
        changed(GUERTEL, date="", date_means=""),
    ],
)
def test_what_only_resembles_an_entry_is_new_until_somebody_says_otherwise(
    gate: Gate, mini: Snapshot, row: tuple[str, ...]
) -> None:
    (edit,) = gate(row).edits(may_erase=True)
    assert isinstance(edit, Add)
    (question,) = gate(row).intake.difference.questions
    entry = number_of(mini, row[0])
    assert (question.line, list(question.near), question.answer) == (2, [entry], None)
    assert Answer(Tie.SAME, entry) in question.choices
    answered = gate(row, answers={2: Answer(Tie.SAME, entry)})
    assert answered.intake.difference.open_questions == []
    for edit in answered.edits(may_erase=True):
        assert isinstance(edit, Correct)
        old = question.near[entry]
        assert all(getattr(edit.record, name) for name in RECORD_COLUMNS if getattr(old, name))  # nothing is emptied


def test_another_case_by_its_name_is_not_asked_for(gate: Gate, mini: Snapshot) -> None:
    headings = (*HEADINGS, "Fall")
    one, other = (*ERLEN, "Nacht"), (*ERLEN, "Tag")
    entry = number_of(mini, "00021050")
    delivery = gate(one, other, headings=headings, answers={2: Answer(Tie.SAME, entry)})
    assert [type(edit) for edit in delivery.edits()] == [Correct, Add]


def test_further_evidence_gives_both_one_case(gate: Gate, mini: Snapshot) -> None:
    row = changed(ERLEN, date="2023", note="Noch einmal.")
    entry = number_of(mini, "00021050")
    (question,) = gate(row).intake.difference.questions
    assert question.choices == (Answer(Tie.SAME, entry), Answer(Tie.FURTHER, entry))
    added, corrected = gate(row, answers={2: Answer(Tie.FURTHER, entry)}).edits()
    assert isinstance(added, Add)
    assert isinstance(corrected, Correct)
    assert (added.record.case, added.record.date) == (f"Fall {entry}", "2023")
    assert corrected.record == replace(question.near[entry], case=f"Fall {entry}")
    named = gate((*row, "Nacht"), headings=(*HEADINGS, "Fall"), answers={2: Answer(Tie.FURTHER, entry)}).edits()
    assert [edit.record.case for edit in named if not isinstance(edit, int)] == ["Nacht", "Nacht"]  # type: ignore[union-attr]
    (pact,) = gate(changed(GUERTEL, date="2023")).intake.difference.questions
    assert {each.tie for each in pact.choices} == {Tie.SAME}  # it is reached once


@pytest.mark.parametrize("answer", [Answer(Tie.SAME, 3), Answer(Tie.FURTHER, 8), Answer(Tie.SAME, 9999)])
def test_answer_nobody_asked_for_stops(gate: Gate, answer: Answer) -> None:
    delivery = gate(changed(GUERTEL, date="2023"), answers={2: answer})
    assert [each.line for each in delivery.intake.of(Severity.BLOCKER)] == [2]


def test_two_rows_are_not_one_entry(gate: Gate, mini: Snapshot) -> None:
    rows = [changed(GUERTEL, date=day) for day in ("2023", "2024")]
    same = Answer(Tie.SAME, number_of(mini, "00021060"))
    (fault,) = gate(*rows, answers={2: same, 3: same}).intake.of(Severity.BLOCKER)
    assert fault.line == 3


def test_empty_cell_empties_nothing_without_the_number(gate: Gate, mini: Snapshot) -> None:
    bare = changed(GUERTEL, note="")
    assert gate(bare).edits(may_erase=True) == []
    entry = number_of(mini, "00021060")
    told = gate((str(entry), *bare), headings=("Eintrag", *HEADINGS))
    assert told.edits() == []
    (step,) = told.intake.difference.erasing
    assert step.erased == ("note",)
    (edit,) = told.edits(may_erase=True)
    assert isinstance(edit, Correct)
    assert edit.record.note == ""
    assert list(difference_table(told.intake.difference)["what"]) == ["erasing"]


def test_what_erases_does_not_hold_up_what_does_not(gate: Gate, mini: Snapshot) -> None:
    row = (str(number_of(mini, "00021060")), *changed(GUERTEL, note="", source_date="2021-03"))
    delivery = gate(row, headings=("Eintrag", *HEADINGS))
    (edit,) = delivery.edits()
    assert isinstance(edit, Correct)
    assert (edit.record.note, edit.record.source_date) == ("Gemeinsam.", "2021-03")
    assert list(difference_table(delivery.intake.difference)["what"]) == ["erasing", "changed"]


def test_successor_is_the_participant_and_its_entry_stays_what_it_is(gate: Gate, mini: Snapshot) -> None:
    delivery = gate(("00022015", "Neu-Ilm", *ILM[2:]))
    assert delivery.edits(may_erase=True) == []
    (step,) = delivery.intake.difference.of(StepKind.UNCHANGED)
    assert step.entry == number_of(mini, "00022010")


@pytest.mark.parametrize(
    "row",
    [
        ("14626110", "Görlitz", "funding", "granted", "", "", "", "Andere Förderung ohne Jahr.", SOURCE, ""),
        ("14521035", "Aue-Bad Schlema", "agreement", "signed", "", "", "Anderer Verbund", "Zweite.", SOURCE, ""),
        ("14521035", "Aue-Bad Schlema", "agreement", "signed", "", "", "", "Zweite, eigene.", SOURCE, ""),
    ],
)
def test_undated_rows_change_nothing(real: Snapshot, row: tuple[str, ...]) -> None:
    records = real.records["asskomm"]
    table = records.table[records.table["retrieved"] == "2026-11-23"].reset_index(drop=True)
    before = replace(real, records=real.records | {"asskomm": replace(records, table=table)})
    delivery = read_intake(csv_file([row]), "liste.csv", before, Terms(TODAY))
    assert [type(edit) for edit in delivery.edits(may_erase=True)] == [Add]
    assert len(delivery.intake.difference.open_questions) == 1


def test_whole_record_with_and_without_numbers_changes_nothing(real: Snapshot) -> None:
    for programme in real.programmes.values():
        table = real.records[programme.key].table
        for columns in (RECORD_COLUMNS, ("entry", *RECORD_COLUMNS)):
            body = plain_csv(table.rename(columns={"line": "entry"})[list(columns)])
            delivery = read_intake(body, "x.csv", real, Terms(TODAY, programme.key))
            assert not delivery.intake.is_blocked
            assert delivery.edits(is_whole=True, may_erase=True) == []
            assert len(delivery.intake.difference.of(StepKind.UNCHANGED)) == len(table)


def test_four_columns_are_read_as_people_write_them(gate: Gate) -> None:
    headings = (*HEADINGS, "Bis", "Fall", "Gelesen am", "Erschlossen")
    new = ("00011000", "Ministadt", "talk", "held", "2024", "reached", "", "", SOURCE, "")
    marks = {"ja": "yes", "x": "yes", "TRUE": "yes", "yes": "yes", "nein": "", "no": "", "": ""}
    for said, mark in marks.items():
        (edit,) = gate((*new, "31.12.2031", "Nacht", "1.10.2026", said), headings=headings).edits()
        assert isinstance(edit, Add)
        record: Record = edit.record
        assert (record.until, record.case, record.retrieved, record.inferred) == (
            "2031-12-31",
            "Nacht",
            "2026-10-01",
            mark,
        )


def test_doubtful_ends_and_names_of_cases_are_said(repeating: Snapshot) -> None:
    programme = repeating.programmes["mini"]
    talk = next(each for each in programme.instruments if each.key == "talk")
    act = talk.model_copy(update={"stages": tuple(each.model_copy(update={"lasts": FOR_GOOD}) for each in talk.stages)})
    instruments = tuple(act if each.key == "talk" else each for each in programme.instruments)
    table = repeating.records["mini"].table
    named = table.assign(case=["Nacht" if ags == "00021050" else "" for ags in table["ags"]])
    snapshot = replace(
        repeating,
        programmes={"mini": programme.model_copy(update={"instruments": instruments})},
        records={"mini": replace(repeating.records["mini"], table=named)},
    )
    rows = [
        (*changed(ERLEN, date="2022"), "2030", "nacht"),
        ("00021080", "Hafen", "council", "paused", "2024", "reached", "", "", SOURCE, "", "2025", ""),
    ]
    body = csv_file(rows, (*HEADINGS, "Bis", "Fall"))
    said = [
        (each.line, each.column, each.suggestion)
        for each in read_intake(body, "liste.csv", snapshot, Terms(TODAY)).intake.of(Severity.WARNING)
    ]
    assert said == [(2, "Bis", ""), (2, "Fall", "Nacht"), (3, "Bis", "")]


def test_template_explains_the_four_columns(mini: Snapshot) -> None:
    book = openpyxl.load_workbook(io.BytesIO(TEMPLATES["xlsx"](mini.programme(""), Words("de"))))
    sheet, told = book.worksheets
    headings = [cell.value for cell in sheet[1]]
    assert headings[-4:] == ["Bis", "Fall", "Gelesen am", "Erschlossen"]
    explained = {row[0].value: row[2].value for row in told.iter_rows(max_row=len(headings) + 1)}
    assert all(explained[heading] for heading in headings)
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert lists["N2:N20001"] == '"ja,nein"'
