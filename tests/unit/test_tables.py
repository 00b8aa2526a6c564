"""Tables as other people have them: mere lists of members, with covers, double headings, in any file; and what is said of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from atlas.__main__ import main
from atlas.analysis.difference import StepKind
from atlas.analysis.values import Finding
from atlas.errors import AtlasError, Severity
from atlas.intake.gate import ImportedTable, Terms, findings_table, read_intake
from atlas.model.records import RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.present.intake import group_rows, grouped
from atlas.present.wording import Words
from tests.conftest import TODAY
from tests.table_files import GOOD_ROWS, HEADINGS, csv_file, ods_cell, ods_file

DE, EN = Words("de"), Words("en")
MEMBERS = (("00021010", "Neustadt", "01.02.2025"), ("00021020", "Bergen", "06/2021"), ("00021050", "Erlen", ""))
HEAD = ("Schlüssel", "Gemeinde", "Beitritt")
LIST = (HEAD, *MEMBERS)
COUNCIL = {"status": "council:active", "source_url": "Verzeichnis"}


def taken(delivery: ImportedTable) -> list[tuple[str, ...]]:
    """Return what would be added, if nothing stops it."""
    assert not delivery.intake.is_blocked, [each.problem.sentence() for each in delivery.intake.of(Severity.BLOCKER)]
    added = delivery.intake.difference.of(StepKind.ADDED)
    return [(each.new.ags, each.new.instrument, each.new.status, each.new.date) for each in added if each.new]


EXPECTED = [
    ("00021010", "council", "active", "2025-02-01"),
    ("00021020", "council", "active", "2021-06"),
    ("00021050", "council", "active", ""),
]


def lines(rows: Sequence[Sequence[str]], separator: str = ";", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def book(
    rows: Sequence[Sequence[object]], *merged: str, before: Mapping[str, Sequence[Sequence[object]]] = {}
) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, content in {**before, "Liste": rows}.items():
        sheet = made.create_sheet(name)
        for row in content:
            sheet.append([value if value != "" else None for value in row])
    for cells in merged:
        made["Liste"].merge_cells(cells)
    if "versteckt" in made.sheetnames:
        made["versteckt"].sheet_state = "hidden"
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def with_column(heading: str, *cells: str, at: int = 3) -> list[tuple[str, ...]]:
    return [(*row[:at], cell, *row[at:]) for row, cell in zip(LIST, (heading, *cells), strict=True)]


@dataclass(frozen=True)
class Kind:
    """A table as somebody may send it, and what has to be said of how to read it."""

    body: bytes = field(repr=False)
    terms: Mapping[str, Any] = field(default_factory=lambda: {"settings": COUNCIL})
    said: str = ""
    """Part of what must be said."""


TITLE = [("Mitglieder des Netzwerks", "", ""), ("Stand: November 2026", "", "")]
SPANS = ods_cell("Mitglieder", more='table:number-columns-spanned="3"') + "<table:covered-table-cell/>" * 2
DATED = "".join(
    f"<table:table-row>{''.join(row)}</table:table-row>"
    for row in (
        (SPANS,),
        tuple(map(ods_cell, HEAD)),
        (ods_cell("00021010"), ods_cell("Neustadt"), ods_cell(date(2025, 2, 1), "1. Februar 2025")),
        (ods_cell("00021020"), ods_cell("Bergen"), ods_cell(date(2021, 6, 1), "Jun 21")),
        (ods_cell("00021050"), ods_cell("Erlen"), "<table:table-cell table:number-columns-repeated='16382'/>"),
    )
) + "<table:table-row table:number-rows-repeated='1048000'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>"  # fmt: skip
COMMENTED = DATED.replace(
    "<text:p>Bergen", "<office:annotation><text:p>Bitte prüfen</text:p></office:annotation><text:p>Bergen"
)
DOUBLE = [
    ("Mitglied", "", "Zeit", ""),
    ("Schlüssel", "Name", "Beitritt", "Zuständig"),
    *((*row, "Amt 3") for row in MEMBERS),
]
KINDS: Mapping[str, Kind] = {
    "semicolons": Kind(lines(LIST)),
    "tabs": Kind(lines(LIST, "\t")),
    "commas": Kind(lines(LIST, ",")),
    "Windows": Kind(lines(LIST, encoding="cp1252")),
    "UTF-16 of Excel": Kind(lines(LIST, "\t", "utf-16")),
    "line that names the separator": Kind(b"sep=;\r\n" + lines(LIST)),
    "title above": Kind(lines([*TITLE, ("", "", ""), *LIST]), said="Die Kopfzeile ist Zeile"),
    "block of headings far down": Kind(lines([("Absender:", "Amt", "")] * 40 + list(LIST)), said="Die Kopfzeile ist Zeile"),
    "cover sheet": Kind(book(LIST, before={"Deckblatt": [["Amt für Beispiele"]]}), said="nicht: {others}"),
    "hidden sheet before": Kind(book(LIST, before={"versteckt": [HEADINGS]})),
    "sheet of explanations before": Kind(book(LIST, before={"Hinweise": [["Spalte", "Bedeutung"], ["Gemeinde", "Name"]]})),
    "sheet said": Kind(book(LIST, before={"Alt": LIST[:2]}), {"settings": COUNCIL, "sheet": "Liste"}),
    "merged title": Kind(book([*TITLE, *LIST], "A1:C1", "A2:C2"), said="Die Kopfzeile ist Zeile"),
    "two rows of headings": Kind(book(DOUBLE, "A1:B1", "C1:D1")),
    "two rows, merged downwards": Kind(
        book([("Schlüssel", "Mitglied", "Zeit"), ("", "Name", "Beitritt"), *MEMBERS], "A1:A2"), said="in den Zeilen {first} bis",
    ),
    "two rows in a CSV": Kind(lines([("Schlüssel", "", ""), ("", "Gemeinde", "Beitritt"), *MEMBERS]), said="in den Zeilen {first} bis"),
    "one heading over key and name": Kind(book([("Gemeinde", "", "Beitritt"), *MEMBERS], "A1:B1"), said="das sagt der Inhalt"),
    "explained below the headings": Kind(lines([HEAD, ("(8-stellig)", "(amtlich)", "(TT.MM.JJJJ)"), *MEMBERS])),
    "numbered below the headings": Kind(lines([HEAD, ("1", "2", "3"), *MEMBERS])),
    "remark below": Kind(lines([*LIST, ("Quelle: Meldung der Kreise", "", "")]), said="unter der Tabelle"),
    "sum below": Kind(lines([*LIST, ("Summe", "", "3")]), said="unter der Tabelle"),
    "table in a corner": Kind(book([("",) * 5, ("",) * 5, *(("", "", *row) for row in LIST)])),
    "blank rows between": Kind(lines([LIST[0], ("", "", ""), LIST[1], ("", "", ""), *LIST[2:]])),
    "more columns": Kind(lines(with_column("Telefon", "0123", "0456", "0789")), said="wird nicht gelesen"),
    "running numbers": Kind(lines(with_column("Lfd. Nr.", "1", "2", "3", at=0))),
    "person called Name": Kind(lines(with_column("Name", "Anna Muster", "Berta Muster", "Carl Muster"))),
    "key and long key": Kind(lines(with_column("ARS", "000210000010", "000210000020", "000210000050"))),
    "long key before the key": Kind(
        lines([("ARS", "AGS", "GEN", "BEZ", "Beitritt"), *((f"{row[0][:5]}0000{row[0][5:]}", *row[:2], "Gemeinde", row[2]) for row in MEMBERS)])
    ),
    "line of signs and remarks below": Kind(lines([*LIST, ("______", "", ""), ("© Amt für Beispiele, 2026", "", "")]), said="unter der Tabelle"),
    "long key only": Kind(lines([("RS", *HEAD[1:]), *((f"{row[0][:5]}0000{row[0][5:]}", *row[1:]) for row in MEMBERS)])),
    "key called id": Kind(lines([("id", "Regionale Bezeichnung", "Beitritt"), *MEMBERS]), said="das sagt der Inhalt"),
    "key called Gemeinde": Kind(lines([("Gemeinde", "Bezeichnung der Stelle", "Mitglied seit"), *MEMBERS]), said="das sagt der Inhalt"),
    "heading of several lines": Kind(b'"Amtlicher\r\nSchl\xfcssel";"Name der\r\nGemeinde";Beitritt\r\n' + lines(MEMBERS, encoding="cp1252")),
    "English headings": Kind(lines([("Municipality key", "Municipality", "Since"), *MEMBERS])),
    "no headings": Kind(lines(MEMBERS), {"settings": COUNCIL, "mapping": {"Spalte C": "date"}}, "keine Überschriften"),
    "no headings, said": Kind(lines(MEMBERS), {"settings": COUNCIL, "mapping": {"Spalte C": "date"}, "header": 0}),
    "headings said": Kind(lines([("Gemeinde", "Stufe", "AGS"), *LIST]), {"settings": COUNCIL, "header": 2}),
    "stage beside": Kind(lines(with_column("Stufe", *["besteht"] * 3)), {"settings": {"source_url": "Verzeichnis"}}, "folgt aus der Stufe"),
    "instrument and stage in one": Kind(lines(with_column("Status", *["Rat: besteht"] * 3)), {"settings": {"source_url": "Verzeichnis"}}),
    "stage known by its cells": Kind(lines(with_column("Lage", *["besteht"] * 3)), {"settings": {"source_url": "Verzeichnis"}}, "das sagt der Inhalt"),
    "instrument set, stage beside": Kind(lines(with_column("Stufe", *["active"] * 3)), {"settings": {"instrument": "Rat", "source_url": "Verzeichnis"}}),
    "ODS": Kind(ods_file({"Liste": LIST})),
    "ODS with a cover": Kind(ods_file({"Deckblatt": [("Amt",)], "hidden": LIST[:2], "Liste": LIST}), said="nicht: {others}"),
    "ODS with dates and a merged title": Kind(ods_file({"Liste": DATED})),
    "ODS with a comment": Kind(ods_file({"Liste": COMMENTED})),
}  # fmt: skip
"""The invented keys begin with four zeros, so that they are none any more."""


@pytest.fixture(scope="session")
def gate(mini: Snapshot) -> Callable[..., ImportedTable]:
    """Return what reads a file for the invented state."""

    def read(body: bytes, name: str = "liste.csv", **terms: Any) -> ImportedTable:
        return read_intake(body, name, mini, Terms(TODAY, **terms))

    return read


@pytest.mark.parametrize("name", list(KINDS))
def test_a_list_of_members_is_read_whatever_it_looks_like(name: str, gate: Callable[..., ImportedTable]) -> None:
    kind = KINDS[name]
    delivery = gate(kind.body, **kind.terms)
    assert taken(delivery) == EXPECTED
    assert any(kind.said in each.text for each in delivery.intake.findings)
    for each in delivery.intake.findings:
        assert "{" not in EN.problem(each.problem)


# ---- what is set for all rows -----------------------------------------------------------------------------------------


def added(delivery: ImportedTable, name: str) -> list[str]:
    return [getattr(each.new, name) for each in delivery.intake.difference.of(StepKind.ADDED)]


def said(delivery: ImportedTable, severity: Severity) -> list[str]:
    return [each.problem.sentence() for each in delivery.intake.of(severity)]


@pytest.mark.parametrize("status", ["council:active", "Rat: besteht", "Council: active", "besteht", "active"])
def test_one_setting_makes_a_list_of_members_entries(status: str, gate: Callable[..., ImportedTable]) -> None:
    delivery = gate(lines(LIST), "mitglieder.csv", settings={"status": status})
    assert taken(delivery) == EXPECTED
    assert set(added(delivery, "source_url")) == {"mitglieder.csv"}
    assert any("als Quelle gilt die Datei „mitglieder.csv“" in each for each in said(delivery, Severity.WARNING))


def test_a_stage_nobody_knows_is_answered_with_those_there_are(gate: Callable[..., ImportedTable]) -> None:
    """In one sentence: nothing is said of the instrument, which nobody has given."""
    assert said(gate(lines(LIST), settings={"status": "Mitglied"}), Severity.BLOCKER) == [
        "Für alle Zeilen, Stufe: „Mitglied“ ist keine Stufe eines Bausteins; es gibt geführt, geplant, unterzeichnet, "
        "besteht, ruht."
    ]


def test_settings_are_read_as_cells_are_and_cells_go_first(gate: Callable[..., ImportedTable]) -> None:
    settings = {
        "status": "council:active", "source_url": "Verzeichnis", "source_date": "30.11.2025", "retrieved": "1.10.2026",
        "joint_with": "Bund", "date": "Dezember 2019", "date_means": "spätestens",
    }  # fmt: skip
    delivery = gate(lines(with_column("Quelle", "Heft 1", "", "Heft 3")), settings=settings)
    assert [key[3] for key in taken(delivery)] == ["2025-02-01", "2021-06", "2019-12"]
    assert added(delivery, "source_url") == ["Heft 1", "Verzeichnis", "Heft 3"]
    for name, value in {"source_date": "2025-11-30", "retrieved": "2026-10-01", "joint_with": "Bund", "date_means": "known_by"}.items():  # fmt: skip
        assert set(added(delivery, name)) == {value}


def test_what_a_date_means_is_set_only_where_there_is_one(gate: Callable[..., ImportedTable]) -> None:
    delivery = gate(lines(LIST), settings={**COUNCIL, "date_means": "known_by"})
    assert taken(delivery) == EXPECTED
    assert added(delivery, "date_means") == ["known_by", "known_by", ""]


def test_a_word_before_a_date_goes_before_what_is_set(gate: Callable[..., ImportedTable]) -> None:
    """Set for all rows it says what that date means; in a cell it says so of that row."""
    delivery = gate(lines([row[:2] for row in LIST]), settings={**COUNCIL, "date": "Stand: 31.12.2024"})
    assert [each[3] for each in taken(delivery)] == ["2024-12-31"] * 3
    assert added(delivery, "date_means") == ["known_by"] * 3
    rows = [HEAD, (*MEMBERS[0][:2], "Stand: 2020"), *MEMBERS[1:]]
    delivery = gate(lines(rows), settings={**COUNCIL, "date_means": "erreicht"})
    assert not delivery.intake.is_blocked
    assert added(delivery, "date_means") == ["known_by", "reached", ""]


def test_names_alone_are_enough(gate: Callable[..., ImportedTable]) -> None:
    rows = [("Mitglied", "Kreis", "seit"), ("Bergen", "Nord", "06/2021"), ("Erlen, Stadt", "Nord", "")]
    assert taken(gate(lines(rows), settings=COUNCIL)) == EXPECTED[1:]
    assert taken(gate(lines([(row[0], row[2]) for row in rows[1:]]), settings=COUNCIL)) == [
        (*each[:3], "") for each in EXPECTED[1:]
    ]


def test_a_setting_that_every_row_says_itself_is_said_to_be_unused(gate: Callable[..., ImportedTable]) -> None:
    delivery = gate(lines(with_column("Quelle", "Heft 1", "Heft 2", "Heft 3")), settings=COUNCIL)
    assert taken(delivery) == EXPECTED
    assert [each for each in said(delivery, Severity.NOTE) if "gilt nirgends" in each] == [
        "Für alle Zeilen, Quelle: Die Angabe für alle Zeilen gilt nirgends: jede Zeile hat ihre eigene."
    ]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"status": "planned"}, "„planned“ haben mehrere Bausteine: Vereinbarung, Rat"),
        ({"status": "council:signed"}, "„council:signed“ ist keine Stufe"),
        ({"status": "erfunden"}, "ist keine Stufe"),
        ({"instrument": "Ra", "status": "active"}, "kein Baustein"),
        ({"status": "active", "date": "31.02.2020"}, "gibt es nicht"),
        ({"status": "active", "date": "1.1.2031"}, "in der Zukunft"),
        ({"status": "active", "source_url": "k. A."}, "keine Quelle"),
        ({"status": "active", "retrieved": "2020"}, "wird als Tag angegeben"),
        ({"status": "active", "date_means": "circa"}, "passt nicht"),
        ({"status": "active", "ags": "00021010"}, "nicht für alle Zeilen angeben"),
        ({"status": "active", "farbe": "rot"}, "nicht für alle Zeilen angeben"),
    ],
)
def test_a_wrong_setting_is_said_once(
    settings: dict[str, str], reason: str, gate: Callable[..., ImportedTable]
) -> None:
    delivery = gate(lines(LIST), settings=settings)
    (fault,) = [each for each in delivery.intake.of(Severity.BLOCKER) if reason in each.problem.sentence()]
    assert (fault.line, fault.column) == (0, "")
    assert fault.problem.sentence().startswith("Für alle Zeilen, ")
    assert EN.problem(fault.problem).startswith("For all rows, ")
    assert not any(each.line for each in delivery.intake.findings)


def test_the_file_as_a_source_takes_no_known_source_away(gate: Callable[..., ImportedTable], mini: Snapshot) -> None:
    table = mini.records["mini"].table
    at = [
        RECORD_COLUMNS.index(name)
        for name in ("ags", "municipality", "instrument", "status", "date", "joint_with", "case")
    ]
    rows = [[row[each] for each in at] for row in table[list(RECORD_COLUMNS)].itertuples(index=False, name=None)]
    delivery = gate(csv_file(rows, [RECORD_COLUMNS[each] for each in at]), "neu.csv")
    assert delivery.edits(may_erase=True) == []
    assert len(delivery.intake.difference.of(StepKind.UNCHANGED)) == len(table)


def test_a_sheet_or_a_line_that_is_not_there_is_said(gate: Callable[..., ImportedTable]) -> None:
    with pytest.raises(AtlasError, match="Das Blatt „Neu“ gibt es nicht; vorhanden: Alt, Liste"):
        gate(book(LIST, before={"Alt": LIST}), sheet="Neu")
    assert any("In Zeile 9 steht nichts" in each for each in said(gate(lines(LIST), header=9), Severity.BLOCKER))


def test_a_remark_is_no_row_but_a_row_is(gate: Callable[..., ImportedTable]) -> None:
    """A row that says one thing only is a fault, not left out, unless it is a remark below everything."""
    rows = [*LIST, ("Stand: heute", "", ""), ("", "Verirrt", "")]
    findings = gate(lines(rows), settings=COUNCIL).intake.of(Severity.BLOCKER)
    assert {each.line for each in findings} == {5, 6}


def test_a_name_is_no_heading(gate: Callable[..., ImportedTable]) -> None:
    """A list without headings and keys does not lose its first row."""
    intake = gate(lines([row[1:] for row in MEMBERS]), settings=COUNCIL).intake
    assert (intake.header_line, intake.row_count) == (0, 3)
    assert [each.field for each in intake.columns] == ["municipality", ""]


def test_dates_of_an_unknown_column_are_only_guessed(gate: Callable[..., ImportedTable]) -> None:
    """That a column holds dates does not say what happened on them: it may be when somebody left."""
    delivery = gate(lines([(*HEAD[:2], "Austritt"), *MEMBERS]), settings=COUNCIL)
    assert [each[3] for each in taken(delivery)] == ["", "", ""]
    (note,) = [each for each in delivery.intake.findings if each.column == "Austritt"]
    assert note.suggestion == "Datum"


# ---- the cases that were brought --------------------------------------------------------------------------------------


SAXON = (("Gemeindeschlüssel", "Gemeinde", "Beitritt"), ("14628270", "Pirna, Stadt", "15.03.2021"), ("14625020", "Bautzen", "01.02.2020"))  # fmt: skip


def test_the_saxon_list_of_members_goes_in_with_one_setting(real: Snapshot) -> None:
    delivery = read_intake(lines(SAXON), "mitglieder.csv", real, Terms(TODAY, settings={"Stufe": "signed"}))
    assert delivery.intake.is_blocked
    delivery = read_intake(lines(SAXON), "mitglieder.csv", real, Terms(TODAY, settings={"status": "signed"}))
    assert taken(delivery) == [
        ("14628270", "agreement", "signed", "2021-03-15"),
        ("14625020", "agreement", "signed", "2020-02-01"),
    ]


def test_the_workbook_with_a_cover_is_read(real: Snapshot) -> None:
    rows = [
        ("AGS", "Gemeinde", "Baustein", "Stufe", "Quelle"),
        ("14628270", "Pirna", "Erstgespräch", "geführt", "Liste X"),
    ]
    delivery = read_intake(book(rows, before={"Deckblatt": [["Amt für Beispiele"]]}), "x.xlsx", real, Terms(TODAY))
    assert taken(delivery) == [("14628270", "first_consultation", "held", "")]


# ---- one line for a kind ----------------------------------------------------------------------------------------------


def many(mini: Snapshot) -> list[Finding]:
    """Return what is said of 40 rows without their zeros among six with other faults."""
    rows = [("0021010", "Neustadt", "Rat", "besteht", f"{1 + at % 28:02}.01.{1990 + at}", "reached", "", "", "Heft", "") for at in range(30)]  # fmt: skip
    faulty = [(*GOOD_ROWS[2][:3], "bestehd", *GOOD_ROWS[2][4:]), (*GOOD_ROWS[3][:3], "xx", *GOOD_ROWS[3][4:])]
    return list(read_intake(csv_file([*rows, *faulty]), "x.csv", mini, Terms(TODAY)).intake.findings)


def test_one_kind_is_one_line_with_its_count_blockers_first(mini: Snapshot) -> None:
    groups = grouped(many(mini))
    severities = [each.common.severity for each in groups]
    assert severities == sorted(severities, key=list(Severity).index)
    (zeros,) = [each for each in groups if "führende Null" in each.common.text]
    assert zeros.problem.sentence() == (
        "30 Zeilen (2–31), Spalte „AGS“: Die führende Null fehlte: 0021010 ist als 00021010 gelesen."
    )
    stages = groups[0]
    assert stages.problem.sentence().startswith("2 Zeilen (32–33), Spalte „Stufe“: „[…]“ ist keine Stufe von Rat")
    assert (stages.suggestion, [each.suggestion for each in stages.examples]) == ("", ["besteht", ""])
    assert not zeros.examples
    assert sum(len(each.members) for each in groups) == len(many(mini))


def test_stages_are_suggested_as_the_reader_calls_them(mini: Snapshot) -> None:
    programme = mini.programme("")
    for words, name, count in ((DE, "besteht", "30 Zeilen"), (EN, "active", "30 lines")):
        stages, *others = group_rows(grouped(many(mini)), words, programme, 1)
        assert ([each.suggestion for each in stages.members], stages.is_open) == ([name], True)
        assert stages.more
        (zeros,) = [each for each in others if each.count == count]
        assert (zeros.members, zeros.lines) == ([], "2–31")


def test_columns_not_read_are_one_line(mini: Snapshot) -> None:
    body = csv_file([(*row, "1", "2") for row in GOOD_ROWS], (*HEADINGS, "Telefon", "Fax"))
    groups = grouped(read_intake(body, "x.csv", mini, Terms(TODAY)).intake.findings)
    assert [each.common.column for each in groups if "wird nicht gelesen" in each.common.text] == ["Telefon, Fax"]


def test_the_file_of_findings_keeps_every_line(mini: Snapshot) -> None:
    findings = many(mini)
    table = findings_table(findings, DE, mini.programme(""))
    assert len(table) == len(findings)
    assert (table["Zeile"] == 2).sum() == sum(each.line == 2 for each in findings)


# ---- the command ------------------------------------------------------------------------------------------------------


def test_the_command_takes_a_list_of_members(
    miniland_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))
    monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{tmp_path}/x.sqlite3")
    file, singly = tmp_path / "mitglieder.ods", tmp_path / "befunde.csv"
    file.write_bytes(ods_file({"Deckblatt": LIST[:1], "Liste": [("Titel", "", ""), *LIST]}))
    order = ["import", str(file), "--set", "Stufe=Rat: besteht", "--sheet", "Liste", "--header", "2"]
    assert main([*order, "--findings", str(singly)]) == 0
    told = capsys.readouterr()
    assert "3 neu" in told.err
    assert [row["ags"] for row in csv.DictReader(io.StringIO(told.out))] == [row[0] for row in MEMBERS]
    assert "als Quelle gilt die Datei „mitglieder.ods“" in singly.read_text(encoding="utf-8-sig")
    with pytest.raises(SystemExit):
        main([*order[:-1], "zwei"])
    assert "„zwei“ ist keine Zeile" in capsys.readouterr().err
    assert main([*order[:-3], "Rat: im Bau"]) == 1


# ---- the district beside a name ---------------------------------------------------------------------------------------

NAMED = (("Neustadt", "00021"), ("Neustadt", "00022"), ("Bergen", "00021"), ("Ministadt", "00011"))
PLACES = ["00021010", "00022040", "00021020", "00011000"]


def places(delivery: ImportedTable) -> list[str]:
    assert not delivery.intake.is_blocked, said(delivery, Severity.BLOCKER)
    return [each.new.ags for each in delivery.intake.difference.steps if each.new and each.line]


@pytest.mark.parametrize("heading", ["Kreis-Nr.", "Landkreis", "Nr. des Kreises (5-stellig)", "Schlüssel", "AGS"])
def test_a_district_key_beside_a_name_says_which_of_its_namesakes_is_meant(
    heading: str, gate: Callable[..., ImportedTable]
) -> None:
    delivery = gate(lines([("Gemeinde", heading), *NAMED]), settings=COUNCIL)
    assert places(delivery) == PLACES
    assert said(delivery, Severity.WARNING) == []


def test_a_district_may_be_named_as_well(gate: Callable[..., ImportedTable]) -> None:
    names = {"00021": "Landkreis Nord", "00022": "Süd", "00011": "Ministadt"}
    delivery = gate(lines([("Kreis", "Ort"), *((names[key], name) for name, key in NAMED)]), settings=COUNCIL)
    assert places(delivery) == PLACES


def test_a_name_that_is_not_in_its_district_is_a_fault(gate: Callable[..., ImportedTable]) -> None:
    delivery = gate(lines([("Gemeinde", "Kreis-Nr."), *NAMED, ("Bergen", "00022")]), settings=COUNCIL)
    assert said(delivery, Severity.BLOCKER) == [
        "Zeile 6: „Bergen“ gibt es nicht in 00022 Landkreis Süd. Bitte Name oder Kreis berichtigen."
    ]


def test_a_district_that_does_not_fit_or_is_none_is_a_warning(gate: Callable[..., ImportedTable]) -> None:
    rows = [("Gemeinde", "AGS", "Kreis"), ("Neustadt", "00021010", "Süd"), ("Bergen", "00021020", "Landkreis Nord")]
    rows += [("Erlen", "", "Ost"), ("Gürtel", "", "")]
    delivery = gate(lines(rows), settings=COUNCIL)
    assert [row[0] for row in taken(delivery)] == ["00021010", "00021020", "00021050", "00021060"]
    assert said(delivery, Severity.WARNING) == [
        "Zeile 2, Spalte „AGS“: Schlüssel und Kreis widersprechen sich: 00021010 Neustadt (Landkreis Nord), daneben steht "
        "„Süd“. Bitte prüfen.",
        "Zeile 4, Spalte „AGS“: Der Schlüssel fehlt; nach dem Namen „Erlen“ ist er ergänzt: 00021050 Erlen (Landkreis Nord). "
        "Bitte prüfen.",
        "Zeile 4, Spalte „AGS“: Den Kreis „Ost“ gibt es hier nicht; die Angabe ist nicht beachtet.",
        "Zeile 5, Spalte „AGS“: Der Schlüssel fehlt; nach dem Namen „Gürtel“ ist er ergänzt: 00021060 Gürtel (Landkreis Nord). "
        "Bitte prüfen.",
    ]


def test_a_column_said_to_be_keys_is_read_as_keys(gate: Callable[..., ImportedTable]) -> None:
    delivery = gate(lines([("Gemeinde", "Nr."), *NAMED]), mapping={"Nr.": "ags"}, settings=COUNCIL)
    assert "Schlüssel und Name widersprechen sich" in said(delivery, Severity.BLOCKER)[0]


@pytest.mark.parametrize("rows", [[("Landkreis",), ("Nord",), ("Süd",)], [("Kreis-Nr.",), ("00021",), ("00022",)]])
def test_a_list_of_districts_alone_is_one_of_districts(
    rows: list[tuple[str]], gate: Callable[..., ImportedTable]
) -> None:
    assert places(gate(lines(rows), settings=COUNCIL)) == ["00021", "00022"]


def test_dates_under_a_heading_nobody_knows_are_a_warning(gate: Callable[..., ImportedTable]) -> None:
    delivery = gate(lines([(*HEAD[:2], "Ereignis"), *MEMBERS]), settings=COUNCIL)
    (warning,) = said(delivery, Severity.WARNING)
    assert warning.startswith("Spalte „Ereignis“: Diese Spalte wird nicht gelesen, und „Datum“ bleibt leer.")
    assert said(gate(lines([(*HEAD[:2], "beigetreten am"), *MEMBERS]), settings=COUNCIL), Severity.WARNING) == []
