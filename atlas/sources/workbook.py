"""Read the cells of the sheets of an XLSX or ODS file, within limits.

Run by `atlas.sources.spreadsheets` as a process of its own (`atlas.sources.apart`): the file is its input, the cells its output.
It imports nothing of this project.

The answer is JSON: ``{"refused": …, "where": …}`` or ``{"sheets": [sheet, …]}``, the visible ones with content. A sheet is
``{"sheet": its name, "rows": [[line, [text, …]], …], "formulas": [[line, column, has_value], …], "merged": [[line, line_to,
column, column_to], …], "hidden": [line, …]}``, one that is too large ``{"sheet", "refused", "where"}``.
Lines count from 1 as in Excel, columns from 0.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_HEADER_ROOM = 50
"""Rows allowed above the first one that counts."""
_DISPLAY = re.compile(r"[0-9]+|[^\W\d_]{3,}")
_LITERAL = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.")


class UnsafeWorkbookError(Exception):
    """The file asks for more than the limits allow, or for what no table needs. Arguments: reason, place."""

    def answer(self) -> dict[str, Any]:
        """Return what is said of it instead of cells."""
        reason, where = self.args
        return {"refused": reason, "where": where}


def main() -> None:
    """Read standard input, answer on standard output."""
    limits = json.loads(sys.argv[1])
    try:
        answer = read(sys.stdin.buffer.read(), limits)
    except UnsafeWorkbookError as refusal:
        answer = refusal.answer()
    json.dump(answer, sys.stdout)


def read(body: bytes, limits: dict[str, int]) -> dict[str, Any]:
    """Return the answer for a file."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                raise UnsafeWorkbookError("doctype", part)
        is_ods = "xl/workbook.xml" not in archive.namelist()
        sheets = list(_ods_sheets(archive, limits) if is_ods else _xlsx_sheets(body, archive, limits))
    if not sheets:
        raise UnsafeWorkbookError("empty", "")
    return {"sheets": sheets}


def _xlsx_sheets(body: bytes, archive: zipfile.ZipFile, limits: dict[str, int]) -> Iterator[dict[str, Any]]:
    sys.modules["numpy"] = None  # type: ignore[assignment] # openpyxl would load it, 30 MB for nothing
    import openpyxl

    # The second argument: no cell is kept after it was read. Values, not formulas: as Excel saw them last.
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    visible = [name for name in book.sheetnames if book[name].sheet_state == "visible"]
    for name in visible:
        sheet: Any = book[name]
        if not hasattr(sheet, "_worksheet_path"):  # a chart has a sheet, too
            continue
        cells = SheetCells(limits)
        try:
            XlsxScan(cells, Texts(book, sheet._shared_strings)).run(archive.read(sheet._worksheet_path.lstrip("/")))
        except UnsafeWorkbookError as refusal:
            yield {"sheet": name} | refusal.answer()
            continue
        if cells.texts:
            yield {"sheet": name} | cells.answer()


def _ods_sheets(archive: zipfile.ZipFile, limits: dict[str, int]) -> Iterator[dict[str, Any]]:
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnsafeWorkbookError("password", "")
    scan = OdsScan(limits)
    scan.run(archive.read("content.xml"))
    yield from scan.sheets


class Texts:
    """What the cells of a workbook say, as texts."""

    def __init__(self, book: Workbook, shared: Sequence[str]) -> None:
        from openpyxl.utils.datetime import from_excel

        styles: Any = book
        self._shared = shared
        self._from_excel = from_excel
        self._epoch = book.epoch
        self._dates = styles._date_formats | styles._timedelta_formats
        self._spans = styles._timedelta_formats
        self._formats = {at: str(_format_of(styles, at)) for at in self._dates}

    def of(self, kind: str, style: int, value: str) -> str:
        """Return what a cell says; ``kind`` and ``style`` are its ``t`` and ``s`` in the XML, ``value`` what it holds."""
        if kind == "s":
            return self._shared[int(value)]
        if kind == "b":
            return "WAHR" if value == "1" else "FALSCH"
        if kind != "n":
            return value
        number = float(value)
        if style in self._dates:
            return self._day(number, style)
        return str(int(number)) if number.is_integer() else repr(number)

    def _day(self, number: float, style: int) -> str:
        try:
            day = self._from_excel(number, self._epoch, timedelta=style in self._spans)
        except (OverflowError, ValueError):  # Excel itself shows such a number as ####
            return "#VALUE!"
        if isinstance(day, datetime):
            return shown_date(day.date(), self._formats[style])
        return str(day)


def _format_of(book: Any, style: int) -> str:  # noqa: ANN401 - openpyxl does not say it has these
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    number = book._cell_styles[style].numFmtId
    own = number - BUILTIN_FORMATS_MAX_SIZE
    return book._number_formats[own] if own >= 0 else BUILTIN_FORMATS.get(number, "")


def shown_date(day: date, number_format: str) -> str:
    """Return a date as far as its cell shows it: Excel keeps ``06/2021`` as the first of June, shown as ``Jun 21``."""
    shown = _LITERAL.sub("", number_format).lower()
    return _as_far(day, 3 if "d" in shown or "y" not in shown else 2 if "m" in shown else 1)


def _as_far(day: date, parts: int) -> str:
    """Return year, month and day, or as many of these as are shown, unless that would hide something."""
    shown = day.isoformat()[: {1: 4, 2: 7}.get(parts, 10)]
    return shown if f"{shown}-01-01"[:10] == day.isoformat() else day.isoformat()


class SheetCells:
    """What is found in a sheet, within the limits: its cells, and what a table of values does not say.

    ``texts`` are by line and column; those of cells with a formula also if they are empty.
    """

    def __init__(self, limits: dict[str, int]) -> None:
        self.texts: dict[int, dict[int, str]] = {}
        self.merged: list[tuple[int, int, int, int]] = []
        self.hidden: list[int] = []
        self._formulas: list[tuple[int, int]] = []
        self._most_lines = limits["rows"] + _HEADER_ROOM
        self._most_columns = limits["columns"]

    def put(self, line: int, column: int, text: str) -> None:
        """Keep what a cell says. Raises `UnsafeWorkbookError` beyond the limits."""
        if line > self._most_lines:
            raise UnsafeWorkbookError("rows", str(line))
        if column >= self._most_columns:
            raise UnsafeWorkbookError("columns", str(column + 1))
        self.texts.setdefault(line, {})[column] = text

    def put_formula(self, line: int, column: int, text: str = "") -> None:
        """Keep that a cell is calculated, and what it says."""
        self.put(line, column, text)
        self._formulas.append((line, column))

    def answer(self) -> dict[str, Any]:
        """Return what there is, in order of lines, all of them as long as the longest."""
        width = max((max(texts) for texts in self.texts.values()), default=-1) + 1
        rows = [(line, [texts.get(at, "") for at in range(width)]) for line, texts in sorted(self.texts.items())]
        formulas = [(line, at, bool(self.texts[line][at])) for line, at in self._formulas]
        return {"rows": rows, "formulas": formulas, "merged": self.merged, "hidden": self.hidden}


class Scan:
    """One look through the XML of a part; what is read of a cell is collected in ``_said`` while ``_is_read``."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._is_read = False

    def run(self, part: bytes) -> None:
        """Look through it."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self._said.append(text) if self._is_read else None
        parser.Parse(part, True)  # noqa: FBT003 - expat's own

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self, name: str) -> None:
        raise NotImplementedError


class XlsxScan(Scan):
    """One look through a sheet of an XLSX, into ``cells``.

    openpyxl's own reader takes four times as long, and is lost in a sheet that claims a cell in the far corner.
    """

    def __init__(self, cells: SheetCells, texts: Texts) -> None:
        super().__init__()
        self._cells = cells
        self._texts = texts
        self._line = 0
        self._column = -1
        self._letters: dict[str, int] = {}
        self._kind = ""
        self._style = 0
        self._is_spelled = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "c":
            self._begin_cell(attributes.get("r", ""))
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            self._said.clear()
        elif local in {"v", "t"}:
            self._is_read = not self._is_spelled
        elif local == "f":
            self._cells.put_formula(self._line, self._column)
        elif local == "rPh":  # how to pronounce it: not what it says
            self._is_spelled = True
        elif local == "row":
            self._line = int(attributes.get("r", self._line + 1))
            self._column = -1
            if attributes.get("hidden") in {"1", "true"}:
                self._cells.hidden.append(self._line)
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if local in {"v", "t"}:
            self._is_read = False
        elif local == "rPh":
            self._is_spelled = False
        elif local == "c" and self._said and (text := self._texts.of(self._kind, self._style, "".join(self._said))):
            self._cells.put(self._line, self._column, text)

    def _begin_cell(self, reference: str) -> None:
        if reference:
            letters = reference.rstrip("0123456789")
            self._column = self._position(letters)
            self._line = int(reference[len(letters) :])
        else:
            self._column += 1

    def _position(self, letters: str) -> int:
        if letters not in self._letters:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - 64
            self._letters[letters] = number - 1
        return self._letters[letters]

    def _merge(self, reference: str) -> None:
        match = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", reference)
        if match:
            left, top, right, bottom = match.groups()
            self._cells.merged.append((int(top), int(bottom), self._position(left), self._position(right)))


class OdsScan(Scan):
    """One look through the ``content.xml`` of an ODS: its visible ``sheets`` with content, as the answer has them.

    A cell or row may say that it is repeated a million times; only those with content are, and within the limits.
    """

    def __init__(self, limits: dict[str, int]) -> None:
        super().__init__()
        self.sheets: list[dict[str, Any]] = []
        self._limits = limits
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._cells: SheetCells | None = None
        self._name = ""
        self._line = self._column = self._unread = 0
        self._row: dict[str, str] = {}
        self._cell: dict[str, str] = {}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        given = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        if self._unread or local in {"annotation", "shapes", "frame", "custom-shape", "ruby-text"}:
            self._unread += 1  # no text of the cell
        elif local == "style":
            self._style = given.get("name", "")
        elif local == "table-properties" and given.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif local == "table":
            self._name, self._line = given.get("name", ""), 0
            self._cells = None if given.get("style-name") in self._hidden_styles else SheetCells(self._limits)
        elif local == "table-row":
            self._row, self._column = given, 0
        elif local in {"table-cell", "covered-table-cell"}:
            self._cell = given
            self._said.clear()
        elif local == "p":
            self._said += ["\n"] if self._said else []
            self._is_read = True
        elif local in {"s", "tab", "line-break"}:
            self._said.append(" " * min(int(given.get("c", 1)), 100))

    def _end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if self._unread:
            self._unread -= 1
        elif local == "p":
            self._is_read = False
        elif self._cells:
            try:
                self._end_part(local, self._cells)
            except UnsafeWorkbookError as refusal:
                self.sheets.append({"sheet": self._name} | refusal.answer())
                self._cells = None

    def _end_part(self, local: str, cells: SheetCells) -> None:
        if local in {"table-cell", "covered-table-cell"}:
            self._end_cell(cells)
        elif local == "table-row":
            self._end_row(cells)
        elif local == "table":
            if cells.texts:
                self.sheets.append({"sheet": self._name} | cells.answer())
            self._cells = None

    def _end_cell(self, cells: SheetCells) -> None:
        count = int(self._cell.get("number-columns-repeated", 1))
        text = self._text()
        put = cells.put_formula if "formula" in self._cell else cells.put
        for column in range(self._column, self._column + count) if text or "formula" in self._cell else ():
            put(self._line + 1, column, text)
        right = self._column + int(self._cell.get("number-columns-spanned", 1)) - 1
        below = self._line + int(self._cell.get("number-rows-spanned", 1))
        if (right, below) != (self._column, self._line + 1):
            cells.merged.append((self._line + 1, below, self._column, right))
        self._column += count

    def _end_row(self, cells: SheetCells) -> None:
        first = self._line + 1
        self._line += int(self._row.get("number-rows-repeated", 1))
        texts = cells.texts.get(first, {})
        lines = range(first, (self._line if any(texts.values()) else first) + 1) if texts else range(0)
        for line in lines[1:]:
            for column, text in texts.items():
                cells.put(line, column, text)
        if self._row.get("visibility") in {"collapse", "filter"}:
            cells.hidden += lines

    def _text(self) -> str:
        said = "".join(self._said)
        kind = self._cell.get("value-type", "")
        if kind == "date":
            day = date.fromisoformat(self._cell["date-value"][:10])
            shown = _DISPLAY.findall(said)
            numbers = sum(each.isdecimal() for each in shown)
            return _as_far(day, numbers + (numbers < len(shown)))  # 1. Juni 2021, 06/2021, 2021
        if kind == "boolean":
            return "WAHR" if self._cell["boolean-value"] == "true" else "FALSCH"
        if kind in {"float", "currency", "percentage"} and "value" in self._cell:
            number = float(self._cell["value"])
            return str(int(number)) if number.is_integer() else repr(number)
        return said


if __name__ == "__main__":
    main()
