"""The gate to the record: what is read, what is refused, and what is said of it."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from atlas.analysis.difference import StepKind
from atlas.analysis.values import Finding
from atlas.errors import AtlasError, Severity
from atlas.export.tables import excel_csv, plain_csv
from atlas.intake.gate import ImportedTable, Terms, read_intake
from atlas.intake.templates import TEMPLATES
from atlas.model.edits import Add, Correct, Withdraw
from atlas.model.records import RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.present.wording import Words
from atlas.sources.spreadsheets import ON_SCREEN
from tests.conftest import TODAY
from tests.faulty_files import FAULTS, REFUSED, Faulty
from tests.table_files import (
    GOOD_ROWS,
    HEADINGS,
    LINE,
    SHEET,
    SOURCE,
    as_excel,
    csv_file,
    in_sheet,
    patched,
    planted,
    xlsx_file,
)

GOOD = csv_file()


@pytest.fixture(scope="session")
def gate(mini: Snapshot) -> Callable[..., ImportedTable]:
    """Return what reads a file for the invented state."""

    def read(body: bytes, **mapping: str) -> ImportedTable:
        return read_intake(body, "liste.csv", mini, Terms(TODAY, mapping=mapping))

    return read


def _first_lines(findings: list[Finding]) -> list[str]:
    return [f"{each.problem.sentence()} | {each.suggestion}" for each in findings[:5]]


def _found(delivery: ImportedTable, fault: Faulty) -> list[Finding]:
    return [
        each
        for each in delivery.intake.findings
        if (each.line, each.column, each.severity) == (fault.line, fault.column, fault.severity)
        and fault.reason in each.text
        and fault.suggestion in each.suggestion
    ]


# ---- the corpus -------------------------------------------------------------------------------------------------------


def test_the_corpus_is_large_enough() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len(FAULTS) >= 60


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_planted_fault_is_named_with_its_line(fault: Faulty, mini: Snapshot, real: Snapshot) -> None:
    snapshot = real if fault.is_real else mini
    delivery = read_intake(fault.body, "liste", snapshot, Terms(TODAY, mapping=fault.mapping))
    assert _found(delivery, fault), _first_lines(delivery.intake.of(fault.severity))
    for finding in delivery.intake.findings:
        assert "{" not in Words("en").problem(finding.problem).replace("{{", "")
    if fault.severity is Severity.BLOCKER:
        others = [each for each in delivery.intake.of(Severity.BLOCKER) if each.line not in {fault.line, 0}]
        assert not others, _first_lines(others)
        with pytest.raises(AtlasError):
            delivery.edits()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_in_a_sentence(name: str, gate: Callable[..., ImportedTable]) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(AtlasError) as caught:
        gate(make())
    (problem,) = caught.value.problems
    assert reason in problem.text
    assert Words("en").problem(problem)


def test_files_without_faults_pass(gate: Callable[..., ImportedTable]) -> None:
    for body in (GOOD, xlsx_file()):
        delivery = gate(body)
        assert not delivery.intake.is_blocked, _first_lines(delivery.intake.of(Severity.BLOCKER))
        assert not delivery.intake.of(Severity.WARNING), _first_lines(delivery.intake.of(Severity.WARNING))
        assert len(delivery.edits()) == len(GOOD_ROWS)


def test_all_faults_are_said_at_once(gate: Callable[..., ImportedTable]) -> None:
    row = ("00021029", "Bergen", "nichts", "besteht", "31.02.2025", "circa", "", "x" * 3_000, "", "2027")
    findings = gate(csv_file([row, *GOOD_ROWS])).intake.of(Severity.BLOCKER)
    assert [each.column for each in findings] == [
        "AGS", "Baustein", "Datum", "Datum bedeutet", "Anmerkung", "Quelle", "Datum der Quelle",
    ]  # fmt: skip
    assert {each.line for each in findings} == {2}


def test_a_date_written_the_german_way_is_no_american_one(gate: Callable[..., ImportedTable]) -> None:
    (step,) = [each for each in gate(GOOD).intake.difference.steps if each.line == 3]
    assert step.new is not None
    assert step.new.date == "2025-02-01"


def test_what_people_write_is_stored_as_the_record_writes_it(gate: Callable[..., ImportedTable]) -> None:
    added = gate(GOOD).intake.difference.of(StepKind.ADDED)
    told = [(each.new.instrument, each.new.status, each.new.date, each.new.date_means) for each in added if each.new]
    assert told == [
        ("pact", "signed", "2024-01-31", "reached"),
        ("talk", "held", "2025-02-01", "reached"),
        ("council", "active", "2021-06", "reached"),
        ("council", "active", "2021-06", "known_by"),
        ("talk", "held", "2022", "reached"),
        ("talk", "held", "", ""),
    ]


# ---- separators, encodings, line ends ---------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_usual_csv_is_read_and_its_lines_counted(
    separator: str, encoding: str, end: str, gate: Callable[..., ImportedTable]
) -> None:
    rows = planted("Datum", "31.02.2025")
    delivery = gate(csv_file(rows, separator=separator, encoding=encoding, end=end))
    (fault,) = delivery.intake.of(Severity.BLOCKER)
    assert (fault.line, fault.column, fault.given) == (LINE, "Datum", "31.02.2025")
    names = [step.new.municipality for step in delivery.intake.difference.steps if step.new and step.line]
    assert names == [row[1] for at, row in enumerate(rows, 2) if at != LINE]


def test_utf_16_of_either_order_is_read(gate: Callable[..., ImportedTable]) -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert not gate(mark + GOOD.decode().encode(encoding)).intake.is_blocked


def test_lines_are_counted_as_an_editor_does(gate: Callable[..., ImportedTable]) -> None:
    rows = planted("Datum", "31.02.2025", line=5)
    lines = csv_file(rows).decode().replace("Zwei; mit Zeichen.", "Zwei\r\nmit Zeile").split("\r\n00021050")
    body = f"sep=;\r\n\r\n{lines[0]}\r\n\r\n;;;;;;;;;\r\n00021050{lines[1]}".encode()
    (fault,) = gate(body).intake.of(Severity.BLOCKER)
    assert body.decode().split("\r\n")[fault.line - 1].startswith("00021050")


def test_a_broken_line_does_not_hide_the_others(gate: Callable[..., ImportedTable]) -> None:
    text = csv_file(planted("Datum", "31.02.2025", line=6)).decode().replace("Eins.", '"Eins".')
    faults = gate(text.encode()).intake.of(Severity.BLOCKER)
    assert [each.line for each in faults] == [2, 6]


# ---- Excel ------------------------------------------------------------------------------------------------------------


def test_cells_of_excel_mean_what_they_show(gate: Callable[..., ImportedTable]) -> None:
    def prepare(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for cell, day, form in (
            ("E2", date(2021, 6, 1), "mmm yy"),
            ("E3", date(2021, 1, 1), "yyyy"),
            ("E4", date(2021, 6, 1), "dd.mm.yyyy"),
            ("E5", date(2021, 6, 1), "[$-407]mmmm yyyy;@"),
        ):
            sheet[cell] = day
            sheet[cell].number_format = form
        sheet["E6"] = 2022

    delivery = gate(xlsx_file(prepare))
    dates = [step.new.date for step in delivery.intake.difference.of(StepKind.ADDED) if step.new]
    assert dates[:5] == ["2021-06", "2021", "2021-06-01", "2021-06", "2022"]


def test_texts_are_read_wherever_a_workbook_keeps_them(gate: Callable[..., ImportedTable]) -> None:
    """Excel keeps texts in a list of their own, other programs in the cells; both may be in pieces, with how to say them."""
    pieces = "<r><t>Ber</t></r><r><t>gen</t></r><rPh sb='0' eb='1'><t>falsch</t></rPh>"
    within = in_sheet("<t>Bergen</t>", pieces)
    assert gate(within).edits() == gate(GOOD).edits()
    listed = as_excel(within)
    assert b"Ber" not in zipfile.ZipFile(io.BytesIO(listed)).read(SHEET)
    assert gate(listed).edits() == gate(GOOD).edits()


def test_days_are_counted_as_the_workbook_says(gate: Callable[..., ImportedTable]) -> None:
    def prepare(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["E2"] = date(2024, 1, 31)
        assert sheet.parent is not None
        sheet.parent.epoch = CALENDAR_MAC_1904

    body = xlsx_file(prepare)
    assert b"date1904" in zipfile.ZipFile(io.BytesIO(body)).read("xl/workbook.xml")
    assert gate(body).edits() == gate(GOOD).edits()


def test_blank_lines_of_a_workbook_do_not_matter(gate: Callable[..., ImportedTable]) -> None:
    def prepare(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["A9"] = "  "
        sheet["B12"] = "\u00a0"

    assert gate(xlsx_file(prepare)).edits() == gate(GOOD).edits()


def test_formulas_and_merged_cells_beside_the_columns_read_do_not_matter(gate: Callable[..., ImportedTable]) -> None:
    def prepare(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["L1"] = "Summe"
        sheet["L2"] = "=1+1"
        sheet.merge_cells("L3:L5")

    assert not gate(xlsx_file(prepare)).intake.is_blocked


def test_a_claimed_dimension_is_not_believed(gate: Callable[..., ImportedTable]) -> None:
    for claimed in (b"A1:A1", b"A1:XFD1048576"):
        sheet = {"xl/worksheets/sheet1.xml": lambda part, to=claimed: part.replace(b"A1:J7", to)}
        body = patched(xlsx_file(), sheet)
        assert body != xlsx_file()
        assert len(gate(body).edits()) == len(GOOD_ROWS)


def test_a_workbook_is_read_in_a_process_that_may_die(monkeypatch: pytest.MonkeyPatch, mini: Snapshot) -> None:
    """Neither memory nor time asked for by a file is that of the server."""
    poor = replace(ON_SCREEN, memory_bytes=20_000_000)
    with pytest.raises(AtlasError, match="beschädigt oder verlangt zu viel"):
        read_intake(xlsx_file(), "x.xlsx", mini, Terms(TODAY, limits=poor))
    monkeypatch.setattr("atlas.sources.apart.sys.executable", "/bin/false")
    with pytest.raises(AtlasError, match="beschädigt oder verlangt zu viel"):
        read_intake(xlsx_file(), "x.xlsx", mini, Terms(TODAY))


def test_what_reads_a_workbook_loads_nothing_from_the_environment(
    gate: Callable[..., ImportedTable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openpyxl.py").write_text("raise SystemExit(3)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert len(gate(xlsx_file()).edits()) == len(GOOD_ROWS)


def test_reading_a_workbook_does_not_start_the_main_module_again(miniland_root: Path, tmp_path: Path) -> None:
    body = tmp_path / "liste.xlsx"
    body.write_bytes(xlsx_file())
    program = tmp_path / "script.py"
    program.write_text(
        "from pathlib import Path\n"
        "print('main')\n"
        "from atlas.sources.spreadsheets import read_sheet\n"
        f"print(len(read_sheet(Path({str(body)!r}).read_bytes(), 'x').rows))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
    )
    assert done.stdout.split() == ["main", "7"]


# ---- columns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headings",
    [
        RECORD_COLUMNS,
        (*(name.upper() for name in HEADINGS), "BIS", "FALL", "GELESEN AM", "ERSCHLOSSEN"),
        ("Amtlicher Gemeindeschlüssel", "Kommune", "Maßnahme", "Phase", "seit", "Art des Datums", "gemeinsam", "Bemerkung", "Beleg", "Quelle vom", "gültig bis", "Vorgang", "Abrufdatum", "Erschlossen (ja)"),
        ("Municipality key", "Municipality", "Instrument", "Stage", "Date", "Date means", "Joint with", "Note", "Source", "Date of source", "Valid until", "Case", "Retrieved on", "Inferred"),
        ("AGS (8-stellig)", "gemeinde ", "Bau-stein", "Stufe*", " Datum", "datum_bedeutet", "Gemeinsam  mit", "anmerkung:", "QUELLE", "Datum_der_Quelle", "bis:", "Fall", "gelesen_am", "erschlossen"),
    ],
)  # fmt: skip
def test_columns_are_matched_by_name(headings: tuple[str, ...], gate: Callable[..., ImportedTable]) -> None:
    intake = gate(csv_file([(*row, "31.12.2027", "A", "1.10.2026", "ja") for row in GOOD_ROWS], headings)).intake
    assert tuple(column.field for column in intake.columns) == RECORD_COLUMNS
    assert not intake.is_blocked


def test_a_mapping_goes_before_names(gate: Callable[..., ImportedTable]) -> None:
    headings = [*HEADINGS[:7], "Quelle", "Anmerkung", HEADINGS[9]]  # the two are mixed up
    intake = gate(csv_file(headings=headings), Quelle="note", Anmerkung="source_url").intake
    assert not intake.is_blocked
    assert intake.difference.steps[0].new is not None
    assert intake.difference.steps[0].new.note == "Eins."


def test_columns_in_any_order(gate: Callable[..., ImportedTable]) -> None:
    turned = gate(csv_file([row[::-1] for row in GOOD_ROWS], HEADINGS[::-1]))
    assert turned.edits() == gate(GOOD).edits()


def test_the_empty_templates_are_what_the_gate_expects(gate: Callable[..., ImportedTable], mini: Snapshot) -> None:
    for lang in ("de", "en"):
        for make in TEMPLATES.values():
            intake = gate(make(mini.programme(""), Words(lang))).intake
            assert tuple(column.field for column in intake.columns) == RECORD_COLUMNS
            assert [each.text for each in intake.of(Severity.BLOCKER)] == [
                "Unter der Kopfzeile steht nichts. Bitte eine Zeile je Eintrag ausfüllen."
            ]


def test_a_filled_in_template_passes_and_loses_no_zero(gate: Callable[..., ImportedTable], mini: Snapshot) -> None:
    book = openpyxl.load_workbook(io.BytesIO(TEMPLATES["xlsx"](mini.programme(""), Words("de"))))
    sheet = book.worksheets[0]
    assert sheet.column_dimensions["A"].number_format == "@"
    for row in GOOD_ROWS:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    assert gate(written.getvalue()).edits() == gate(GOOD).edits()


# ---- the difference to the record -------------------------------------------------------------------------------------


KNOWN_SOURCE = "https://beispiel.invalid/quelle"


def _table(mini: Snapshot) -> list[tuple[str, ...]]:
    table = mini.records["mini"].table
    return list(table[list(RECORD_COLUMNS)].itertuples(index=False, name=None))


def test_the_record_itself_changes_nothing(mini: Snapshot, real: Snapshot) -> None:
    for snapshot in (mini, real):
        programme = snapshot.programme("")
        table = snapshot.records[programme.key].table
        for body in (plain_csv(table[list(RECORD_COLUMNS)]), excel_csv(table[list(RECORD_COLUMNS)])):
            delivery = read_intake(body, "bestand.csv", snapshot, Terms(TODAY))
            assert not delivery.intake.is_blocked, _first_lines(delivery.intake.of(Severity.BLOCKER))
            assert delivery.edits(is_whole=True) == []
            assert len(delivery.intake.difference.of(StepKind.UNCHANGED)) == len(table)


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("note", "Neu.", StepKind.ERASING),
        ("source_url", "Ein Heft", StepKind.ERASING),
        ("source_date", "2020", StepKind.ERASING),
        ("until", "2030", StepKind.CHANGED),
        ("inferred", "yes", StepKind.CHANGED),
    ],
)
def test_a_changed_cell_is_a_correction_of_that_entry(
    gate: Callable[..., ImportedTable], mini: Snapshot, column: str, value: str, kind: StepKind
) -> None:
    """Without a number what is known already is replaced only if that is confirmed; what was empty is filled."""
    rows = _table(mini)
    at = RECORD_COLUMNS.index(column)
    changed = [*rows[:4], (*rows[4][:at], value, *rows[4][at + 1 :]), *rows[5:]]
    delivery = gate(csv_file(changed, RECORD_COLUMNS))
    assert len(delivery.edits()) == (kind is StepKind.CHANGED)
    (edit,) = delivery.edits(may_erase=True)
    assert isinstance(edit, Correct)
    assert getattr(edit.record, column) == value
    difference = delivery.intake.difference
    for step in difference.of(kind):
        assert step.entry == mini.records["mini"].table["line"][4]
        assert step.fields == (column,)
        assert len(difference.of(StepKind.UNCHANGED)) == len(rows) - 1


def test_a_more_exact_date_corrects_the_entry(gate: Callable[..., ImportedTable]) -> None:
    row = ("00021050", "Erlen", "talk", "held", "2020-06-15", "reached", "", "Monat bekannt.", KNOWN_SOURCE, "")
    (edit,) = gate(csv_file([row])).edits()
    assert isinstance(edit, Correct)
    assert edit.record.date == "2020-06-15"


def test_another_date_is_another_entry(gate: Callable[..., ImportedTable]) -> None:
    row = ("00021080", "Hafen", "council", "paused", "2024-06-15", "reached", "", "", SOURCE, "")
    (edit,) = gate(csv_file([row])).edits()
    assert isinstance(edit, Add)


def test_the_number_of_an_entry_says_which_it_is(gate: Callable[..., ImportedTable], mini: Snapshot) -> None:
    table = mini.records["mini"].table
    row = ("00021020", "Bergen", "pact", "signed", "2022-02-02", "reached", "", "", SOURCE, "")
    number = int(table["line"][3])
    (edit,) = gate(csv_file([(str(number), *row)], ("Eintrag", *HEADINGS))).edits()
    assert isinstance(edit, Correct)
    assert (edit.entry, edit.record.status) == (number, "signed")


def test_what_a_file_lacks_is_withdrawn_only_from_a_whole_record(
    gate: Callable[..., ImportedTable], mini: Snapshot
) -> None:
    rows = _table(mini)
    delivery = gate(csv_file(rows[1:], RECORD_COLUMNS))
    assert delivery.edits() == []
    assert delivery.edits(is_whole=True) == [Withdraw(int(mini.records["mini"].table["line"][0]), 0)]


def test_a_column_the_file_lacks_stays_as_it_is(gate: Callable[..., ImportedTable], mini: Snapshot) -> None:
    at = [RECORD_COLUMNS.index(name) for name in ("ags", "municipality", "instrument", "status", "date", "source_url")]
    rows = [tuple(row[each] for each in at) for row in _table(mini)]
    delivery = gate(csv_file(rows, [RECORD_COLUMNS[each] for each in at]))
    assert delivery.edits(is_whole=True) == []


def test_what_was_compared_with_an_older_record_is_not_saved(
    gate: Callable[..., ImportedTable], mini: Snapshot
) -> None:
    delivery = gate(GOOD)
    delivery.require_current(mini)
    with pytest.raises(AtlasError, match="inzwischen geändert"):
        delivery.require_current(replace(mini, fingerprint="another"))


def test_joint_measures_are_an_entry_for_each_municipality(gate: Callable[..., ImportedTable]) -> None:
    row = ("pact", "signed", "2025-03-01", "reached", "Bund", "", SOURCE, "")
    edits = gate(csv_file([("00021010", "Neustadt", *row), ("00021020", "Bergen", *row)])).edits()
    assert [edit.record.ags for edit in edits if isinstance(edit, Add)] == ["00021010", "00021020"]


def test_formula_like_texts_come_back_as_they_were(gate: Callable[..., ImportedTable]) -> None:
    delivery = gate(csv_file(planted("Anmerkung", "'=1+1")))
    (step,) = [each for each in delivery.intake.difference.steps if each.line == LINE]
    assert step.new is not None
    assert step.new.note == "=1+1"
