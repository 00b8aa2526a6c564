"""Read a table from what somebody uploads: CSV in any usual form, XLSX or ODS. Whatever it is, a sentence comes of it.

What the cells mean is not known here: see `atlas.analysis.intake`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from atlas.errors import AtlasError, Problem, Severity
from atlas.model.sheets import Merged, Rows, Sheet
from atlas.phrases import N_
from atlas.sources.apart import run_apart

_CHILD = "atlas.sources.workbook"
_MB = 1_000_000
_SEPARATORS = {";": ";", ",": ",", "\t": "Tab", "|": "|"}
_SAMPLE_LINES = 20
_MOST_PARTS = 500
_MOST_RATIO = 200
_RATIO_FROM = 5 * _MB
"""Below this size unpacked, a file may be packed as tightly as it likes."""
_HEAD = 60
"""Rows of each sheet that are looked at to choose one."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_PASSWORD = N_("Die Datei hat ein Kennwort. Bitte ohne Kennwort speichern.")
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD])


@dataclass(frozen=True, kw_only=True)
class SpreadsheetLimits:
    """What a file may ask for; rows and columns with content, time and memory for reading a workbook."""

    body_bytes: int
    unpacked_bytes: int
    """Size of a workbook unpacked."""
    rows: int
    cpu_s: int
    columns: int = 100
    memory_bytes: int = 1_000 * _MB


ON_SCREEN = SpreadsheetLimits(body_bytes=10 * _MB, unpacked_bytes=60 * _MB, rows=20_000, cpu_s=15)
COMMAND_LINE = SpreadsheetLimits(body_bytes=60 * _MB, unpacked_bytes=200 * _MB, rows=200_000, cpu_s=120)


Choose = Callable[[Mapping[str, Rows]], str]
"""Says which sheet is meant, by the first rows of each."""


def _first(heads: Mapping[str, Rows]) -> str:
    return next(iter(heads))


def read_sheet(body: bytes, name: str, limits: SpreadsheetLimits = ON_SCREEN, choose: Choose = _first) -> Sheet:
    """Return the table in a file; what kind of file it is says its content, not its name.

    ``choose`` is asked if a workbook has several sheets with content. Raises `AtlasError` if it is too large, or no table can be read from it at all.
    """
    if len(body) > limits.body_bytes:
        text = N_(
            "Die Datei ist größer als {most} MB. Bitte nur das Blatt mit den Einträgen speichern oder die Datei teilen."
        )
        raise AtlasError(Problem(name, text, {"most": limits.body_bytes // _MB}))
    if body.startswith(b"PK"):
        return _read_workbook(body, name, limits, choose)
    _refuse_other_kinds(body, name)
    return _read_csv(body, name, limits)


_KINDS = {
    "PDF": rb"%pdf", "HTML": rb"<!doctype html|<html|<table", "XML": rb"<\?xml|<!doctype", "RTF": rb"\{\\rtf",
    "PNG": rb"\x89png", "JPEG": rb"\xff\xd8\xff", "GIF": rb"gif8", "gzip": rb"\x1f\x8b", "7z": rb"7z\xbc\xaf",
    "SQLite": rb"sqlite format 3\0", "Parquet": rb"par1", "vCard": rb"begin:vcard", "iCalendar": rb"begin:vcalendar",
    "JSON": rb"""\{\s*["}]|\[\s*[\[{]|\[\s*"[^"\n]*"\s*[,\]]""", "GV100AD": rb"[1-6]0(?:19|20)[0-9]{8}[^;\t|\n]{150}",
}  # fmt: skip
"""How files begin that are no tables, by what they are; without capitals."""
_ARCHIVES = {"Word": "word/", "PowerPoint": "ppt/", "Numbers": "index/document.iwa"}


def _no_table(name: str, kind: str) -> Problem:
    text = N_("Das ist keine Tabelle, sondern {kind}. Gelesen werden CSV, Excel (.xlsx) und LibreOffice (.ods).")
    return Problem(name, text, {"kind": kind})


def _refuse_other_kinds(body: bytes, name: str) -> None:
    start = body[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not body.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise AtlasError(Problem(name, "Die Datei ist leer."))
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        text = N_(
            "Das ist eine alte Excel-Datei (.xls) oder eine mit Kennwort. Bitte als .xlsx ohne Kennwort speichern."
        )
        raise AtlasError(Problem(name, text))
    if kind := next((kind for kind, begin in _KINDS.items() if re.match(begin, start)), ""):
        raise AtlasError(_no_table(name, kind))


# ---- CSV --------------------------------------------------------------------------------------------------------------


def _read_csv(body: bytes, name: str, limits: SpreadsheetLimits) -> Sheet:
    text, encoding = _decoded(body, name)
    separator, text, skipped = _separator(text)
    broken: list[tuple[int, str]] = []
    rows: list[tuple[int, tuple[str, ...]]] = []
    known: dict[str, str] = {}  # the same text once, however often it stands in the file
    for line, cells in _csv_rows(text, separator, broken):
        if len(rows) >= limits.rows + 1:
            raise AtlasError(_refusal(name, "rows", limits))
        if len(cells) > limits.columns and any(cells[limits.columns :]):
            raise AtlasError(_refusal(name, "columns", limits))
        rows.append((line + skipped, tuple(known.setdefault(cell, cell) for cell in map(tidy, cells))))
    told = N_("Gelesen als CSV: Zeichensatz {encoding}, Trennzeichen „{separator}“.")
    values = {"encoding": encoding, "separator": _SEPARATORS[separator]}
    return Sheet(
        rows=rows,
        broken=tuple((line + skipped, why) for line, why in broken),
        notes=(Problem("", told, values, Severity.NOTE),),
    )


def _decoded(body: bytes, name: str) -> tuple[str, str]:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = {"utf-16": "UTF-16"}
    else:
        encodings = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
    for encoding, called in encodings.items():
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, called
    told = N_(
        "Der Zeichensatz ist nicht zu erkennen, oder das ist keine Tabelle. Bitte als CSV in UTF-8 oder als .xlsx speichern."
    )
    raise AtlasError(Problem(name, told))


def _separator(text: str) -> tuple[str, str, int]:
    """Return what stands between the cells, the text without a line that says so, and how many lines that is."""
    first, _, rest = text.partition("\n")
    first = first.strip().strip('"')
    if first.lower().startswith("sep=") and first[4:] in _SEPARATORS:  # Excel's own way to say it
        return first[4:], rest, 1
    sample = text[:100_000].splitlines(keepends=True)[:_SAMPLE_LINES]
    return max(_SEPARATORS, key=lambda each: _agreement(sample, each)), text, 0


def _agreement(lines: list[str], separator: str) -> tuple[int, int]:
    """Return how many cells lines have that are equally long, and how long the longest is."""
    widths = Counter[int]()
    try:
        widths.update(len(row) for row in csv.reader(lines, delimiter=separator) if any(row))
    except csv.Error:
        return 0, 0
    wide = {width: (width - 1) * count for width, count in widths.items()}
    return max(wide.values(), default=0), max(wide, default=0)


def _csv_rows(text: str, separator: str, broken: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that can be read, with the line each begins in; the others go to ``broken``."""
    lines = (match[0] for match in _LINE.finditer(text))  # a StringIO would copy the text, with four bytes a letter
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            broken.append((line, str(error)))
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def tidy(text: str) -> str:
    """Return the text of a cell without what nobody sees: spaces around it, invisible signs, split umlauts."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize(
        "NFC", text.replace("\u00a0", " ").replace("\u202f", " ").translate(_INVISIBLE)
    ).strip()


# ---- XLSX and ODS -----------------------------------------------------------------------------------------------------


def _read_workbook(body: bytes, name: str, limits: SpreadsheetLimits, choose: Choose) -> Sheet:
    _check_parts(body, name, limits)
    answer = _read_in_child(body, name, limits)
    sheets = {str(each.get("sheet", "")): each for each in answer.get("sheets", [answer])}
    heads = {
        each: [(line, tuple(map(tidy, cells))) for line, cells in sheet.get("rows", [])[:_HEAD]]
        for each, sheet in sheets.items()
    }
    chosen = choose(heads) if len(heads) > 1 else _first(heads)
    answer = sheets[chosen]
    if "refused" in answer:
        raise AtlasError(_refusal(name, str(answer["refused"]), limits, str(answer["where"])))
    known: dict[str, str] = {}
    formulas = {(line, column): has_value for line, column, has_value in answer["formulas"]}
    calculated = {line for line, _ in formulas}
    read = (
        (int(line), tuple(known.setdefault(cell, cell) for cell in map(tidy, cells))) for line, cells in answer["rows"]
    )
    rows = [(line, cells) for line, cells in read if any(cells) or line in calculated]
    told = N_("Gelesen wird das Blatt „{sheet}“.")
    values = {"sheet": chosen}
    if others := [each for each in sheets if each != chosen]:
        told = N_("Gelesen wird nur das Blatt „{sheet}“, nicht: {others}.")
        values["others"] = ", ".join(others)
    return Sheet(
        rows=rows,
        formulas=formulas,
        merged=tuple(Merged(*each) for each in answer["merged"]),
        hidden=tuple(answer["hidden"]),
        notes=(Problem("", told, values, Severity.NOTE),),
        name=chosen,
        names=tuple(sheets),
    )


def _check_parts(body: bytes, name: str, limits: SpreadsheetLimits) -> None:
    """Refuse an archive by its list of contents, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise AtlasError(_unreadable(name)) from error
    names = {part.filename.lower() for part in parts}
    unpacked = sum(part.file_size for part in parts)
    is_ods = body[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
    if "xl/workbook.xml" not in names and not is_ods:
        kinds = (kind for kind, begin in _ARCHIVES.items() if any(each.startswith(begin) for each in names))
        raise AtlasError(_no_table(name, next(kinds, "ZIP")))
    if any("vbaproject" in each or each.startswith(("xl/externallinks/", "basic/", "scripts/")) for each in names):
        text = N_("Die Datei enthält Makros oder Verknüpfungen zu anderen Dateien. Bitte ohne sie als .xlsx speichern.")
        raise AtlasError(Problem(name, text))
    is_tight = unpacked > _RATIO_FROM and unpacked > _MOST_RATIO * len(body)
    if len(parts) > _MOST_PARTS:
        text = N_(
            "Die Datei besteht aus {count} Teilen, wie eine mit vielen Bildern. Bitte nur die Zeilen mit Einträgen in eine neue Datei kopieren."
        )
        raise AtlasError(Problem(name, text, {"count": len(parts)}))
    if unpacked > limits.unpacked_bytes or is_tight:
        text = N_(
            "Die Datei ist ausgepackt zu groß ({size} MB). Bitte nur die Zeilen mit Einträgen in eine neue Datei kopieren."
        )
        raise AtlasError(Problem(name, text, {"size": unpacked // _MB}))
    if any(part.flag_bits & 1 for part in parts):
        raise AtlasError(Problem(name, _PASSWORD))


def _read_in_child(body: bytes, name: str, limits: SpreadsheetLimits) -> dict[str, Any]:
    """Return the answer of `atlas.sources.workbook`, run as a process that may fail or be stopped."""
    bounds = {"memory_bytes": limits.memory_bytes, "cpu_s": limits.cpu_s}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        given.write(body)
        given.seek(0)
        if not run_apart(_CHILD, json.dumps(asdict(limits)), **bounds, given=given, answer=answer):
            raise AtlasError(_unreadable(name))
        answer.seek(0)
        found: dict[str, Any] = json.loads(answer.read())
        return found


def _refusal(name: str, reason: str, limits: SpreadsheetLimits, where: str = "") -> Problem:
    if reason == "empty":
        return Problem(name, "In der Datei steht nichts: kein sichtbares Blatt hat Zellen mit Inhalt.")
    if reason == "columns":
        text = N_(
            "Die Tabelle reicht über Spalte {most} hinaus. Bitte nur die Spalten mit Einträgen in eine neue Datei kopieren."
        )
        return Problem(name, text, {"most": limits.columns})
    if reason == "rows":
        text = N_(
            "Die Tabelle hat mehr als {most} Zeilen. Bitte die Datei teilen, oder leere Zeilen mit Inhalt weit unten löschen."
        )
        return Problem(f"{name}, Zeile {where}" if where else name, text, {"most": limits.rows})
    if reason == "password":
        return Problem(name, _PASSWORD)
    return _unreadable(name)


def _unreadable(name: str) -> Problem:
    text = N_(
        "Die Datei ist beschädigt oder verlangt zu viel beim Lesen. Bitte öffnen und neu als .xlsx oder CSV speichern."
    )
    return Problem(name, text)
