"""Tables as files, made by code: CSV, XLSX and ODS, and pieces of them changed. All are for the invented state of `tests.miniland`."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

HEADINGS = (
    "AGS", "Gemeinde", "Baustein", "Stufe", "Datum", "Datum bedeutet", "Gemeinsam mit", "Anmerkung", "Quelle",
    "Datum der Quelle",
)  # fmt: skip
SOURCE = "https://beispiel.invalid/neu"
GOOD_ROWS = (
    ("00011000", "Ministadt", "pact", "signed", "2024-01-31", "reached", "", "Eins.", SOURCE, "2024"),
    ("00021010", "Neustadt", "Gespräch", "geführt", "01.02.2025", "erreicht", "", "Zwei; mit Zeichen.", SOURCE, ""),
    ("00021020", "Bergen", "council", "active", "06/2021", "", "", "Drei.", "Ein Heft", "2021"),
    ("00021050", "Erlen", "Rat", "besteht", "Juni 2021", "spätestens", "", "", SOURCE, "2021-07"),
    ("00021", "Landkreis Nord", "talk", "held", "2022", "reached", "", "Fünf.", SOURCE, ""),
    ("00021060", "Gürtel", "talk", "held", "", "", "Zweckverband Ring", "Größe: ß.", SOURCE, ""),
)
"""Lines 2 to 7 of a file without faults. None of them is in the record."""
LINE = 4
"""Where the fault is planted unless something else is said."""


def csv_file(
    rows: Iterable[Sequence[str]] = GOOD_ROWS,
    headings: Sequence[str] = HEADINGS,
    *,
    separator: str = ";",
    encoding: str = "utf-8",
    end: str = "\r\n",
) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator=end).writerows([headings, *rows])
    return written.getvalue().encode(encoding)


def planted(column: str, value: str, *, line: int = LINE, **others: str) -> list[tuple[str, ...]]:
    """Return the good rows with one cell changed; ``others`` change more cells of the same row."""
    rows = [list(row) for row in GOOD_ROWS]
    for heading, text in {column: value, **others}.items():
        rows[line - 2][HEADINGS.index(heading.replace("_", " "))] = text
    return [tuple(row) for row in rows]


def xlsx_file(
    prepare: Callable[[Worksheet], object] = lambda _: None, rows: Iterable[Sequence[Any]] = GOOD_ROWS
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in [HEADINGS, *rows]:
        sheet.append([value if value != "" else None for value in row])
    prepare(sheet)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><office:automatic-styles><style:style style:name="hidden"
 style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"""


def ods_cell(value: object, shown: str = "", more: str = "") -> str:
    """Return a cell as LibreOffice writes it; ``shown`` is what a date looks like."""
    if isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value}"'
    elif isinstance(value, int):
        kind = f'office:value-type="float" office:value="{value}"'
    elif not value:
        return f"<table:table-cell {more}/>"
    else:
        kind = 'office:value-type="string"'
    text = "</text:p><text:p>".join(escape(shown or str(value)).split("\n"))
    return f"<table:table-cell {kind} {more}><text:p>{text}</text:p></table:table-cell>"


def ods_file(sheets: Mapping[str, str | Iterable[Sequence[object]]], parts: Mapping[str, bytes] | None = None) -> bytes:
    """Return an ODS; a sheet is its rows, or the XML of them. One called ``hidden`` is."""
    tables = []
    for name, rows in sheets.items():
        inner = rows if isinstance(rows, str) else "".join(
            f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows
        )  # fmt: skip
        tables.append(f'<table:table table:name="{name}" table:style-name="{name}">{inner}</table:table>')
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_MIME, zipfile.ZIP_STORED)
        content = {"META-INF/manifest.xml": b"<manifest/>", "content.xml": _ODS.format("".join(tables)).encode()}
        for part, body in (content | dict(parts or {})).items():
            archive.writestr(part, body)
    return written.getvalue()


def patched(
    body: bytes, changed: Mapping[str, Callable[[bytes], bytes]], added: Mapping[str, bytes] | None = None
) -> bytes:
    """Return an XLSX with some of its parts changed or added."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name, bytes)(old.read(name)))
        for name, content in (added or {}).items():
            new.writestr(name, content)
    return written.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def in_sheet(old: str, new: str, body: bytes | None = None) -> bytes:
    """Return an XLSX whose sheet has one piece of XML replaced; ``old`` is a pattern."""

    def change(part: bytes) -> bytes:
        text, count = re.subn(old, new, part.decode(), count=1)
        assert count == 1, old
        return text.encode()

    return patched(xlsx_file() if body is None else body, {SHEET: change})


def as_excel(body: bytes) -> bytes:
    """Return an XLSX with its texts where Excel keeps them, in a list of their own; openpyxl writes them into the cells."""
    items: dict[str, int] = {}

    def share(part: bytes) -> bytes:
        def one(match: re.Match[str]) -> str:
            return f'<c r="{match[1]}" t="s"><v>{items.setdefault(match[2], len(items))}</v></c>'

        return re.sub(r'(?s)<c r="(\w+)" t="inlineStr"><is>(.*?)</is></c>', one, part.decode()).encode()

    def declare(part: bytes) -> bytes:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        declared = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
        return part.replace(b"</Types>", declared.encode())

    shared = patched(body, {SHEET: share, "[Content_Types].xml": declare})
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return patched(
        shared,
        {},
        {"xl/sharedStrings.xml": f'<sst xmlns="{main}">{"".join(f"<si>{each}</si>" for each in items)}</sst>'.encode()},
    )
