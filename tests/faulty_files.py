"""Files with planted faults, made by code: each with the line, the column and the reason that must be named.

`FAULTS` are tables that can be read, with one fault each; `REFUSED` is what no table can be read from. All but those that
say ``real`` are for the invented state of `tests.miniland`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from atlas.errors import Severity
from tests.table_files import (
    GOOD_ROWS,
    HEADINGS,
    LINE,
    SHEET,
    SOURCE,
    csv_file,
    in_sheet,
    ods_cell,
    ods_file,
    patched,
    planted,
    saved,
    xlsx_file,
)

BLOCKER, WARNING, NOTE = Severity.BLOCKER, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True)
class Faulty:
    """A file with one fault.

    Attributes
    ----------
    name
        What the fault is.
    body
        The file.
    reason
        Part of the sentence that must be said, with its places unfilled.
    line, column
        Where; 0 and empty for the table as a whole.
    suggestion
        Part of what must be suggested.
    """

    name: str
    body: bytes = field(repr=False)
    reason: str
    line: int = LINE
    column: str = ""
    severity: Severity = BLOCKER
    suggestion: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    is_real: bool = False


def _cell(name: str, column: str, value: str, reason: str, **more: Any) -> Faulty:
    """Return a CSV with one wrong cell; ``with_…`` changes another cell of the row."""
    others = {key.removeprefix("with_"): more.pop(key) for key in list(more) if key.startswith("with_")}
    return Faulty(name, csv_file(planted(column, value, **others)), reason, column=column, **more)


def _keys() -> Iterable[Faulty]:
    digits = "nicht acht Ziffern"
    unknown = "hat und hatte keine Gemeinde und kein Kreis"
    yield _cell("no key", "AGS", "", "nach dem Namen „{given}“ ist er ergänzt", severity=WARNING)
    yield _cell(
        "no key, name of two", "AGS", "", "heißen mehrere", with_Gemeinde="Neustadt", suggestion="00022040 Neustadt ("
    )
    yield _cell("no key, name of nobody", "AGS", "", "heißt hier keine Gemeinde", with_Gemeinde="Bergenheim")
    yield _cell("no key, no name", "AGS", "", "Der Schlüssel fehlt.", with_Gemeinde="")
    yield _cell("unknown key, known name", "AGS", "00021029", unknown, suggestion="00021020 Bergen")
    yield _cell("unknown key, no name", "AGS", "00021011", unknown, with_Gemeinde="", suggestion="00021010 Neustadt")
    yield _cell("swapped digits", "AGS", "00021002", unknown, with_Gemeinde="", suggestion="00021020 Bergen")
    yield _cell("digits of another district", "AGS", "00012020", unknown, with_Gemeinde="")
    yield _cell("letter for digit", "AGS", "O0021020", digits, suggestion="00021020 Bergen")
    yield _cell("six digits", "AGS", "021020", digits, suggestion="00021020 Bergen")
    yield _cell("nine digits", "AGS", "000210200", digits, suggestion="00021020 Bergen")
    yield _cell("full-width digits", "AGS", "０００２１０２０", digits, suggestion="00021020 Bergen")
    yield _cell("two zeros lost, which is no district", "AGS", "21020", unknown, suggestion="00021020 Bergen")
    yield _cell("zero lost from an unknown key", "AGS", "0021029", digits, suggestion="00021020 Bergen")
    yield _cell("rounded by Excel", "AGS", "2,1E+04", "gekürzt", suggestion="00021020 Bergen")
    yield _cell("of another state", "AGS", "14511000", unknown, with_Gemeinde="Chemnitz")
    yield _cell("district with zeros", "AGS", "00021000", unknown, with_Gemeinde="", suggestion="00021 Landkreis Nord")
    yield _cell("words in the key", "AGS", "Bergen", digits, suggestion="00021020 Bergen")
    yield _cell("fault value of Excel", "AGS", "#NV", "Fehlerwert von Excel")
    yield _cell("lost zero mended", "AGS", "0021020", "führende Null fehlte", severity=NOTE)
    yield _cell(
        "lost zero of a district", "AGS", "0021", "führende Null", with_Gemeinde="Landkreis Nord", severity=NOTE
    )
    yield _cell("decimals", "AGS", "00021020,0", "ist als {key} gelesen", severity=NOTE)
    yield _cell("spaces between the digits", "AGS", "00 021 020", "ist als {key} gelesen", severity=NOTE)
    yield _cell("regional key", "AGS", "000210000020", "Regionalschlüssel", severity=NOTE)
    old = {"with_Gemeinde": "Ilm", "suggestion": "00022015 Neu-Ilm"}
    yield _cell("abolished key", "AGS", "00022010", "gibt es nicht mehr", with_Datum="2018", severity=NOTE, **old)
    yield _cell("abolished before the date", "AGS", "00022010", "der Eintrag ist jünger", severity=WARNING, **old)


def _names() -> Iterable[Faulty]:
    apart = "Schlüssel und Name widersprechen sich"
    yield _cell("name of another", "Gemeinde", "Hafen", apart, suggestion="00021080 Hafen")
    yield _cell("name of two others", "Gemeinde", "Neustadt", apart, suggestion="00022040")
    yield _cell("name of the district", "Gemeinde", "Landkreis Nord", apart, suggestion="00021 ")
    unknown = "Bitte Schlüssel und Namen vergleichen"
    yield _cell("unknown name", "Gemeinde", "Nirgendwo", unknown, severity=WARNING, suggestion="Bergen")
    yield _cell("no name", "Gemeinde", "", "Der Name fehlt", severity=NOTE)
    yield _cell("broken umlauts", "Gemeinde", "BÃ¤rgen", "Sonderzeichen sind zerstört", suggestion="Bärgen")
    yield _cell("lost umlauts", "Anmerkung", "Gr\ufffd\ufffde", "Sonderzeichen sind zerstört")


def _stages() -> Iterable[Faulty]:
    yield _cell(
        "mistyped instrument",
        "Baustein",
        "Vereinbahrung",
        "kein Baustein",
        with_Stufe="signed",
        suggestion="Vereinbarung",
    )
    yield _cell("no instrument", "Baustein", "", "kein Baustein")
    yield _cell("mistyped stage", "Stufe", "bestehd", "keine Stufe von {instrument}", suggestion="besteht")
    yield _cell("stage of another instrument", "Stufe", "signed", "keine Stufe von {instrument}")
    yield _cell("no stage", "Stufe", "", "keine Stufe von {instrument}")


def _dates() -> Iterable[Faulty]:
    none = "Das Datum „{given}“ gibt es nicht"
    future = "liegt in der Zukunft"
    for given, nearest in (("31.02.2025", "2025-02"), ("32.01.2025", "2025-01"), ("29.02.2023", "2023-02")):
        yield _cell(f"no such day {given}", "Datum", given, none, suggestion=nearest)
    for given in (
        "2025-13",
        "2025-00",
        "2025-02-30",
        "13/2024",
        "45.689.000",
        "99999",
        "12:30:00",
        "２０２１",
        "2021.5",
    ):
        yield _cell(f"no such date {given}", "Datum", given, none)
    yield _cell("season", "Datum", "Frühjahr 2021", none, suggestion="2021")
    yield _cell("about", "Datum", "ca. 2021", none, suggestion="2021")
    yield _cell("two digits for the year", "Datum", "01.02.25", "nur zwei Ziffern", suggestion="2025-02-01")
    yield _cell("English or American", "Datum", "02/03/2025", "kann zwei Tage bedeuten", suggestion="2025-03-02")
    for given in ("3/25/2025", "25/03/2025", "25-03-2025", "3/3/2025", "20250325"):
        yield _cell(f"one reading {given}", "Datum", given, "ist als {day} gelesen", severity=NOTE)
    for given in ("2025-02-06T00:00:00Z", "2025-02-05T23:00:00+00:00", "20250206T003000+0200"):
        yield _cell(f"moment {given}", "Datum", given, "ist ein Zeitpunkt", severity=NOTE)
    for given in ("März 21", "Mrz-21", "Aug. '21"):
        yield _cell(f"month with two digits {given}", "Datum", given, "als Monat gelesen", severity=WARNING)
    yield _cell("state of a day", "Datum", "Stand: 31.12.2020", "wann es spätestens so war", severity=NOTE)
    yield Faulty(
        "state of a day said to be reached",
        csv_file(planted("Datum", "Stand: 31.12.2020", Datum_bedeutet="erreicht")),
        "sagt etwas anderes",
        column="Datum bedeutet",
    )
    yield _cell("no day either way", "Datum", "31/02/2025", none, suggestion="2025")
    yield _cell("words for nothing", "Datum", "unbekannt", "kein Datum")
    yield _cell("NA is a text", "Datum", "NA", "kein Datum")
    for given in ("01.12.2026", "12/2026", "2027", "2026-12-01", "Dezember 2026", "46357"):
        yield _cell(f"future {given}", "Datum", given, future)
    yield _cell("future plan", "Datum", "2027", "Datum eines Plans", with_Stufe="geplant", severity=NOTE)
    yield _cell("future source", "Datum der Quelle", "2027-01-01", future)
    yield _cell("source with another date", "Datum der Quelle", "gestern", none)
    yield _cell("long ago", "Datum", "1024", "sehr weit zurück", severity=WARNING)
    yield _cell("year shown as a day", "Datum", "14.07.1905", "hat Excel den {given} gemacht", suggestion="2022")
    yield _cell("day as Excel counts", "Datum", "45689", "ein Tag, wie Excel ihn zählt", severity=NOTE)
    yield _cell("unknown meaning", "Datum bedeutet", "circa", "passt nicht")
    yield _cell("meaning without a date", "Datum bedeutet", "reached", "passt nicht", with_Datum="")
    yield _cell("date without a meaning", "Datum bedeutet", "", "Nicht ausgefüllt", severity=NOTE)


def _texts() -> Iterable[Faulty]:
    yield _cell("no source", "Quelle", "", "Die Quelle fehlt")
    yield _cell("words for no source", "Quelle", "k. A.", "ist keine Quelle")
    yield _cell(
        "half an address",
        "Quelle",
        "www.beispiel.invalid/x",
        "keine vollständige Adresse",
        severity=WARNING,
        suggestion="https://www",
    )
    yield _cell(
        "another protocol", "Quelle", "javascript://beispiel.invalid", "keine vollständige Adresse", severity=WARNING
    )
    yield _cell("long source", "Quelle", "x" * 2_001, "erlaubt sind {most}")
    yield _cell("long note", "Anmerkung", "x" * 2_001, "erlaubt sind {most}")
    yield _cell("control characters", "Anmerkung", "Klingel \a", "Steuerzeichen")
    yield _cell("formula as a text", "Anmerkung", '=HYPERLINK("http://x")', "beginnt wie eine Formel", severity=WARNING)


def _rows() -> Iterable[Faulty]:
    yield Faulty("the same twice", csv_file([*GOOD_ROWS, GOOD_ROWS[1]]), "Dieselbe Angabe steht schon in Zeile", 8)
    written_otherwise = (
        "0021010",
        "Stadt Neustadt",
        "talk",
        "held",
        "2025-02-01",
        "reached",
        "",
        "Zwei; mit Zeichen.",
        SOURCE,
        "",
    )
    yield Faulty("the same twice, written otherwise", csv_file([*GOOD_ROWS, written_otherwise]), "Dieselbe Angabe", 8)
    other_note = (*GOOD_ROWS[1][:7], "Anders.", *GOOD_ROWS[1][8:])
    yield Faulty(
        "the same with another note", csv_file([*GOOD_ROWS, other_note]), "Dieselbe Stufe", 8, severity=WARNING
    )
    yield Faulty("headings again", csv_file([*GOOD_ROWS[:2], HEADINGS, *GOOD_ROWS[2:]]), "Kopfzeile wiederholt sich")
    yield Faulty(
        "too few fields", csv_file([*GOOD_ROWS[:2], ("00021020", "Bergen"), *GOOD_ROWS[3:]]), "Die Zeile hat {count}"
    )
    yield Faulty(
        "too many fields", csv_file([*GOOD_ROWS[:2], (*GOOD_ROWS[2], "x"), *GOOD_ROWS[3:]]), "Die Zeile hat {count}"
    )
    good = csv_file().decode()
    yield Faulty("quote not closed", good.replace("Drei.", '"Drei.').encode(), "kein gültiges CSV")
    yield Faulty("sign after a quote", good.replace("Drei.", '"Drei".').encode(), "kein gültiges CSV")
    yield Faulty(
        "quote within a cell of lines", good.replace("Drei.", '"Drei\nund "mehr"."').encode(), "kein gültiges CSV"
    )
    known = ("00021060", "Gürtel", "pact", "signed", "2021", "reached", "Zweckverband Ring", "Gemeinsam.", SOURCE, "")
    numbered = csv_file([("8", *known)], ("Eintrag", *HEADINGS))
    yield Faulty("less exact than the record", numbered, "ungenauer als im Bestand", 2, "Datum", WARNING, "2021-03-01")


def _later_columns() -> Iterable[Faulty]:
    def with_column(heading: str, value: str, line: int = LINE) -> bytes:
        rows = [(*row, value if at == line else "") for at, row in enumerate(GOOD_ROWS, 2)]
        return csv_file(rows, (*HEADINGS, heading))

    for name, heading, value, reason in (
        ("end that is no date", "Bis", "bald", "gibt es nicht"),
        ("end before the beginning", "Bis", "2020", "liegt vor dem Beginn"),
        ("read to the month", "Gelesen am", "10/2026", "wird als Tag angegeben"),
        ("read in the future", "Gelesen am", "1.1.2031", "in der Zukunft"),
        ("dated after the reading", "Gelesen am", "1.1.2020", "nachdem die Quelle gelesen wurde"),
        ("neither yes nor no", "Erschlossen", "vielleicht", "ist hier nicht erlaubt"),
        ("case with a long name", "Fall", "x" * 81, "erlaubt sind"),
    ):
        column = "Datum" if "nachdem" in reason else heading
        yield Faulty(name, with_column(heading, value), reason, column=column)


def _entries() -> Iterable[Faulty]:
    headings = ("Eintrag", *HEADINGS)

    def numbered(*numbers: str) -> bytes:
        return csv_file([(n, *row) for n, row in zip(numbers, GOOD_ROWS, strict=False)], headings)

    unknown = "gibt es im Bestand nicht"
    yield Faulty("unknown entry", numbered("", "", "99999"), unknown, column="Eintrag")
    yield Faulty("entry that is no number", numbered("", "", "neu"), unknown, column="Eintrag")
    yield Faulty("number of an entry beyond all numbers", numbered("", "", "9" * 5_000), unknown, column="Eintrag")
    yield Faulty("the same entry twice", numbered("2", "", "2"), "Nummer dieses Eintrags", column="Eintrag")
    yield Faulty("entry of another", numbered("", "", "2"), "ist bisher von", column="Eintrag", severity=WARNING)


def _heads() -> Iterable[Faulty]:
    def without(*headings: str) -> bytes:
        at = [HEADINGS.index(each) for each in HEADINGS if each not in headings]
        return csv_file([[row[each] for each in at] for row in GOOD_ROWS], [HEADINGS[each] for each in at])

    def renamed(old: str, new: str) -> bytes:
        return csv_file(headings=[new if each == old else each for each in HEADINGS])

    missing = "fehlt in der Kopfzeile"
    once = "Bitte für alle Zeilen angeben"
    yield Faulty("neither key nor name", without("AGS", "Gemeinde"), missing, 0)
    yield Faulty("no stage at all", without("Stufe"), once, 0)
    yield Faulty("neither instrument nor stage", without("Baustein", "Stufe"), once, 0)
    yield Faulty("no instrument, which its stage says", without("Baustein"), "folgt aus der Stufe", severity=NOTE)
    yield Faulty("no column of sources", without("Quelle"), "als Quelle gilt die Datei", 0, severity=WARNING)
    yield Faulty("mistyped heading", renamed("Quelle", "Quele"), once, 0, suggestion="Quele")
    yield Faulty("no names", without("Gemeinde"), "Ohne Spalte mit Namen", 0, severity=WARNING)
    yield Faulty("no meanings", without("Datum bedeutet"), "Ein Datum gilt", 0, severity=NOTE)
    yield Faulty("two columns for one", renamed("Anmerkung", "Beleg"), "Mehrere Spalten passen", 0)
    yield Faulty("unknown column", renamed("Anmerkung", "Farbe"), "wird nicht gelesen", 0, "Farbe", NOTE)
    yield Faulty(
        "title above", b"Meldung 2026;\r\n\r\n" + csv_file(planted("Datum", "2027")), "Zukunft", LINE + 2, "Datum"
    )
    yield Faulty("headings only", csv_file(()), "Unter der Kopfzeile steht nichts", 0)
    yield Faulty("one word", b"Hallo", missing, 0)
    yield Faulty("prose", b"Sehr geehrte Damen und Herren,\nanbei die Liste.\n", missing, 0)
    yield Faulty("no headings", csv_file(GOOD_ROWS[1:], GOOD_ROWS[0]), "keine Überschriften", 0, severity=NOTE)
    yield Faulty("mapping of no column", csv_file(), "Die Spalte „{given}“ gibt es nicht", 0, mapping={"Fabre": "note"})
    yield Faulty(
        "mapping to no field",
        csv_file(),
        "Das Feld „{given}“ gibt es nicht",
        0,
        "Anmerkung",
        mapping={"Anmerkung": "farbe"},
    )


def _set(cell: str, value: object, number_format: str = "") -> Callable[[Worksheet], None]:
    def prepare(sheet: Worksheet) -> None:
        sheet[cell] = value
        if number_format:
            sheet[cell].number_format = number_format

    return prepare


def _merge(cells: str) -> Callable[[Worksheet], None]:
    return lambda sheet: sheet.merge_cells(cells)


def _hide(sheet: Worksheet) -> None:
    sheet.row_dimensions[LINE].hidden = True


def _second(sheet: Worksheet) -> None:
    assert sheet.parent is not None
    sheet.parent.create_sheet("Noch mehr").append(["x"])


def _excel() -> Iterable[Faulty]:
    yield Faulty(
        "formula without a result", xlsx_file(_set("E4", "=TODAY()")), "ohne gespeichertes Ergebnis", column="Datum"
    )
    calculated = in_sheet(
        '(<c r="E4"[^>]*><f>[^<]*</f>)<v ?(?:/>|></v>)', r"\1<v>45689</v>", xlsx_file(_set("E4", "=TODAY()"))
    )
    yield Faulty(
        "formula with a result", calculated, "zuletzt gespeichertes Ergebnis", column="Datum", severity=WARNING
    )
    yield Faulty("merged below each other", xlsx_file(_merge("G4:G5")), "sind verbunden", column="Gemeinsam mit")
    yield Faulty("merged beside each other", xlsx_file(_merge("G4:H4")), "sind verbunden", column="Gemeinsam mit")
    yield Faulty("hidden line", xlsx_file(_hide), "Ausgeblendete Zeilen", 0, severity=WARNING)
    yield Faulty("more sheets", xlsx_file(_second), "nicht: {others}", 0, severity=NOTE)
    yield Faulty(
        "key as a number", xlsx_file(_set("A4", 14511000)), "hat und hatte keine Gemeinde und kein Kreis", column="AGS"
    )
    yield Faulty("key as a broken number", xlsx_file(_set("A4", 21020.5)), "nicht acht Ziffern", column="AGS")
    yield Faulty(
        "zero lost in a number",
        xlsx_file(_set("A4", 21020)),
        "hat und hatte keine",
        column="AGS",
        suggestion="00021020",
    )
    yield Faulty("truth for a key", xlsx_file(_set("A4", value=True)), "nicht acht Ziffern", column="AGS")
    yield Faulty("day in the future", xlsx_file(_set("E4", date(2027, 1, 1))), "liegt in der Zukunft", column="Datum")
    yield Faulty(
        "year formatted as a day",
        xlsx_file(_set("E4", date(1905, 7, 14))),
        "Aus dem Jahr {year}",
        column="Datum",
        suggestion="2022",
    )
    yield Faulty("time", xlsx_file(_set("E4", time(12, 30))), "Das Datum „{given}“ gibt es nicht", column="Datum")
    yield Faulty("serial", xlsx_file(_set("E4", 45689)), "wie Excel ihn zählt", column="Datum", severity=NOTE)
    yield Faulty("fault value", xlsx_file(_set("I4", "#REF!")), "Fehlerwert von Excel", column="Quelle")
    yield Faulty("source missing", xlsx_file(_set("I4", None)), "Die Quelle fehlt", column="Quelle")
    yield Faulty("fault far down", xlsx_file(_set("B900", "verirrt")), "Der Schlüssel fehlt", 900, "AGS")
    yield Faulty(
        "spaces around",
        xlsx_file(_set("D4", " \u00a0Bestehd\u00a0 ")),
        "keine Stufe von",
        column="Stufe",
        suggestion="besteht",
    )


def _order() -> Iterable[Faulty]:
    """Impossible orders: the invented programme has no ladder with two steps, so these are of the real one."""
    late = ("14521420", "Niederdorf", "agreement", "preliminary", "2024-05-01", "reached", "", "", SOURCE, "")
    early = ("14521420", "Niederdorf", "agreement", "signed", "2020-05-01", "reached", "", "", SOURCE, "")
    after = "liegt nach der höheren Stufe"
    yield Faulty("lower stage after a higher one", csv_file([early, late]), after, 3, "Datum", WARNING, is_real=True)
    recorded = ("14521035", "Aue-Bad Schlema", "agreement", "preliminary", "2023", "reached", "", "", SOURCE, "")
    yield Faulty("lower stage after one on record", csv_file([recorded]), after, 2, "Datum", WARNING, is_real=True)
    yield Faulty("the other way round", csv_file([late, early]), after, 2, "Datum", WARNING, is_real=True)


FAULTS: tuple[Faulty, ...] = (
    *_keys(), *_names(), *_stages(), *_dates(), *_texts(), *_rows(), *_later_columns(), *_entries(), *_heads(), *_excel(),
    *_order(),
)  # fmt: skip


# ---- what no table can be read from -----------------------------------------------------------------------------------


def _zip(parts: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def _with_doctype(declared: str, used: str) -> bytes:
    doctype = f'<!DOCTYPE worksheet [{declared}]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{used}</t></is></c></row></sheetData></worksheet>'
    return patched(xlsx_file(), {SHEET: lambda _: doctype.encode()})


def _entity_bomb() -> bytes:
    declared = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    return _with_doctype(declared, "&i;")


def million_rows() -> bytes:
    """Return an XLSX of 5 MB with a million lines."""
    row = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'
    data = "<sheetData>" + "".join(row.format(n) for n in range(1, 1_000_001)) + "</sheetData>"
    return in_sheet("(?s)<sheetData>.*</sheetData>", data)


def _hidden_only() -> bytes:
    book = openpyxl.Workbook()
    book.create_sheet("versteckt").append(HEADINGS)
    book.worksheets[1].sheet_state = "hidden"
    return saved(book)


def _many_parts() -> bytes:
    return patched(xlsx_file(), {}, {f"xl/media/{n}.png": b"x" for n in range(500)})


def _encrypted() -> bytes:
    """Return an XLSX whose parts claim to be encrypted: bit 0 of the flags, in both headers of each."""
    body = bytearray(xlsx_file())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = body.find(mark)
        while begin >= 0:
            body[begin + at] |= 1
            begin = body.find(mark, begin + 4)
    return bytes(body)


def _lying() -> bytes:
    """Return an XLSX whose list of contents says that the sheet is small, while it unpacks to 30 MB."""
    body = bytearray(patched(xlsx_file(), {SHEET: lambda part: part + b" " * 30_000_000}))
    begin = body.find(b"PK\x01\x02")
    while begin >= 0:
        size = int.from_bytes(body[begin + 24 : begin + 28], "little")
        if size > 1_000_000:
            body[begin + 24 : begin + 28] = (1_000).to_bytes(4, "little")
        begin = body.find(b"PK\x01\x02", begin + 4)
    return bytes(body)


def _far_cell(address: str) -> bytes:
    row = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return in_sheet("</sheetData>", f'<row r="{row}"><c r="{address}"><v>1</v></c></row></sheetData>')


def _repeated(what: str) -> str:
    many = 'table:number-{}-repeated="1048576"'
    row, cell = (many.format("rows"), "") if what == "row" else ("", many.format("columns"))
    return f"<table:table-row {row}>{ods_cell('x', more=cell)}</table:table-row>"


GV100AD = f"{'102023113000':<22}{'Miniland':<198}\r\n{'60202311300002102000':<22}{'Bergen':<198}\r\n"
BIG = "ist größer als {most} MB"
UNREADABLE = "beschädigt oder verlangt zu viel"
REFUSED: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "Die Datei ist leer"),
    "mark of UTF-8 only": (lambda: b"\xef\xbb\xbf", "Die Datei ist leer"),
    "mark of UTF-16 only": (lambda: b"\xff\xfe\r\0\n\0", "Die Datei ist leer"),
    "blank lines": (lambda: b"\r\n \r\n\t\r\n", "Die Datei ist leer"),
    "PDF": (lambda: b"%PDF-1.7 ...", "keine Tabelle"),
    "page called .xls": (lambda: b"\r\n<html><table><tr><td>1</td></tr></table></html>", "keine Tabelle"),
    "XML table of 2003": (lambda: b'<?xml version="1.0"?><Workbook/>', "keine Tabelle"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "keine Tabelle"),
    "gzip": (lambda: b"\x1f\x8b\x08" + bytes(20), "keine Tabelle"),
    "old Excel, or a password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "alte Excel-Datei"),
    "UTF-16 without its mark": (lambda: csv_file().decode().encode("utf-16-le"), "Zeichensatz"),
    "zeros in a CSV": (lambda: csv_file() + b"\0\0\0", "Zeichensatz"),
    "bytes of no encoding": (lambda: csv_file() + b"\x81\x8d\x90", "Zeichensatz"),
    "half a UTF-16 sign": (lambda: csv_file(encoding="utf-16")[:-1], "Zeichensatz"),
    "ZIP": (lambda: _zip({"liste.csv": csv_file()}), "keine Tabelle"),
    "Word": (lambda: _zip({"word/document.xml": b"<x/>"}), "keine Tabelle"),
    "PowerPoint": (lambda: _zip({"ppt/presentation.xml": b"<x/>"}), "keine Tabelle"),
    "text of LibreOffice": (lambda: _zip({"mimetype": b"application/vnd.oasis.opendocument.text"}), "keine Tabelle"),
    "JSON": (lambda: b'[{"ags": "00021020", "name": "Bergen"}]', "keine Tabelle"),
    "GeoJSON": (lambda: b'\xef\xbb\xbf{"type": "FeatureCollection", "features": []}', "keine Tabelle"),
    "GV100AD": (GV100AD.encode, "keine Tabelle"),
    "GeoPackage": (lambda: b"SQLite format 3\0" + bytes(100), "keine Tabelle"),
    "addresses": (lambda: b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "keine Tabelle"),
    "ODS with a password": (
        lambda: ods_file({"A": [HEADINGS]}, {"META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
        "Kennwort",
    ),
    "ODS with macros": (lambda: ods_file({"A": [HEADINGS]}, {"Basic/script-lc.xml": b"<x/>"}), "Makros"),
    "ODS without content": (lambda: ods_file({"A": []}), "steht nichts"),
    "ODS, hidden sheet only": (lambda: ods_file({"hidden": [HEADINGS]}), "steht nichts"),
    "ODS of broken XML": (lambda: ods_file({"A": "<"}), UNREADABLE),
    "ODS with a doctype": (lambda: ods_file({}, {"content.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}), UNREADABLE),
    "ODS without its content": (lambda: ods_file({}, {"content.xml": b""}), UNREADABLE),
    "ODS, a row a million times": (lambda: ods_file({"A": _repeated("row")}), "mehr als {most} Zeilen"),
    "ODS, a cell a million times": (lambda: ods_file({"A": _repeated("columns")}), "über Spalte {most} hinaus"),
    "half a workbook": (lambda: xlsx_file()[:3_000], UNREADABLE),
    "ZIP in name only": (lambda: b"PK\x03\x04" + bytes(200), UNREADABLE),
    "sheet of broken XML": (lambda: in_sheet("</sheetData>", "<"), UNREADABLE),
    "no sheet behind its name": (lambda: _zip({"xl/workbook.xml": b"<workbook/>"}), UNREADABLE),
    "number that is none": (lambda: in_sheet("</sheetData>", '<row r="x"/></sheetData>'), UNREADABLE),
    "macros": (lambda: patched(xlsx_file(), {}, {"xl/vbaProject.bin": b"x"}), "Makros"),
    "links to other files": (
        lambda: patched(xlsx_file(), {}, {"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        "Makros",
    ),
    "password of a ZIP": (_encrypted, "Kennwort"),
    "empty sheet": (lambda: saved(openpyxl.Workbook()), "steht nichts"),
    "hidden sheets only": (_hidden_only, "steht nichts"),
    "entities that grow": (_entity_bomb, UNREADABLE),
    "harmless entity": (lambda: _with_doctype('<!ENTITY x "AGS">', "&x;"), UNREADABLE),
    "entity that reads a file": (lambda: _with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"), UNREADABLE),
    "cell at the far corner": (lambda: _far_cell("XFD1048576"), "mehr als {most} Zeilen"),
    "cell far to the right": (lambda: _far_cell("XFD8"), "über Spalte {most} hinaus"),
    "cell beyond any sheet": (lambda: _far_cell("ABCDEFG99999999999"), "mehr als {most} Zeilen"),
    "a million lines": (million_rows, "mehr als {most} Zeilen"),
    "packed a thousandfold": (lambda: patched(xlsx_file(), {}, {"xl/x.xml": bytes(50_000_000)}), "ausgepackt zu groß"),
    "many parts": (_many_parts, "besteht aus {count} Teilen"),
    "lying about its size": (_lying, UNREADABLE),
    "large XLSX": (lambda: b"PK" + bytes(10_000_000), BIG),
    "large CSV": (lambda: csv_file() + b";;;;;;;;;\r\n" * 1_000_000, BIG),
    "many lines": (lambda: csv_file(GOOD_ROWS[:1] * 20_001), "mehr als {most} Zeilen"),
    "many columns": (lambda: csv_file([["x"] * 101]), "über Spalte {most} hinaus"),
}
"""By what they are: maker of the file, part of the sentence."""
