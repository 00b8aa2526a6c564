"""Read the cells of one sheet of an XLSX file, within limits.

Run by `atlas.sources.spreadsheets` as a process of its own (`atlas.sources.apart`): the file is its input, the cells its output.
It imports nothing of this project.

The answer is JSON: ``{"refused": …, "where": …}`` or ``{"sheet", "others", "rows": [[line, [text, …]], …], "formulas":
[[line, column, has_value], …], "merged": [[line, line_to, column, column_to, "A5:A7"], …], "hidden": [line, …]}``.
Lines count from 1 as in Excel, columns from 0.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_HEADER_ROOM = 50
"""Rows allowed above the first one that counts."""
_LITERAL = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.")


class UnsafeWorkbookError(Exception):
    """The file asks for more than the limits allow, or for what no table needs. Arguments: reason, place."""


def main() -> None:
    """Read standard input, answer on standard output."""
    limits = json.loads(sys.argv[1])
    try:
        answer = read(sys.stdin.buffer.read(), limits)
    except UnsafeWorkbookError as refusal:
        reason, where = refusal.args
        answer = {"refused": reason, "where": where}
    json.dump(answer, sys.stdout)


def read(body: bytes, limits: dict[str, int]) -> dict[str, Any]:
    """Return the answer for a file."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                raise UnsafeWorkbookError("doctype", part)
    sys.modules["numpy"] = None  # type: ignore[assignment] # openpyxl would load it, 30 MB for nothing
    import openpyxl

    # The second argument: no cell is kept after it was read. Values, not formulas: as Excel saw them last.
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    visible = [name for name in book.sheetnames if book[name].sheet_state == "visible"]
    for name in visible:
        sheet: Any = book[name]
        if not hasattr(sheet, "_worksheet_path"):  # a chart has a sheet, too
            continue
        scan = Scan(limits, Texts(book, sheet._shared_strings))
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            scan.run(archive.read(sheet._worksheet_path.lstrip("/")))
        if scan.cells:
            others = [each for each in visible if each != name]
            return {"sheet": name, "others": others} | scan.found()
    raise UnsafeWorkbookError("empty", "")


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
    if "d" in shown or "y" not in shown or day.day != 1:
        return day.isoformat()
    if "m" in shown:
        return f"{day.year:04d}-{day.month:02d}"
    return f"{day.year:04d}" if day.month == 1 else day.isoformat()


class Scan:
    """One look through the XML of a sheet: its cells, and what a table of values does not say.

    openpyxl's own reader takes four times as long, and is lost in a sheet that claims a cell in the far corner.

    ``cells`` are texts by line and column; those with a formula also if they are empty.
    """

    def __init__(self, limits: dict[str, int], texts: Texts) -> None:
        self.cells: dict[int, dict[int, str]] = {}
        self._formulas: list[tuple[int, int]] = []
        self._merged: list[tuple[int, int, int, int, str]] = []
        self._hidden: list[int] = []
        self._texts = texts
        self._most_lines = limits["rows"] + _HEADER_ROOM
        self._most_columns = limits["columns"]
        self._line = 0
        self._column = -1
        self._letters: dict[str, int] = {}
        self._kind = ""
        self._style = 0
        self._said: list[str] = []
        self._is_read = False
        self._is_spelled = False

    def run(self, part: bytes) -> None:
        """Look through the XML of a sheet."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.Parse(part, True)  # noqa: FBT003 - expat's own

    def found(self) -> dict[str, Any]:
        """Return what there is, in order of lines, all of them as long as the longest."""
        width = max((max(cells) for cells in self.cells.values()), default=-1) + 1
        rows = [(line, [cells.get(at, "") for at in range(width)]) for line, cells in sorted(self.cells.items())]
        formulas = [(line, at, bool(self.cells[line][at])) for line, at in self._formulas]
        return {"rows": rows, "formulas": formulas, "merged": self._merged, "hidden": self._hidden}

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
            self._keep("")
            self._formulas.append((self._line, self._column))
        elif local == "rPh":  # how to pronounce it: not what it says
            self._is_spelled = True
        elif local == "row":
            self._line = int(attributes.get("r", self._line + 1))
            self._column = -1
            if attributes.get("hidden") in {"1", "true"}:
                self._hidden.append(self._line)
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _say(self, text: str) -> None:
        if self._is_read:
            self._said.append(text)

    def _end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if local in {"v", "t"}:
            self._is_read = False
        elif local == "rPh":
            self._is_spelled = False
        elif local == "c" and (said := "".join(self._said)) and (text := self._texts.of(self._kind, self._style, said)):
            self._keep(text)

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

    def _keep(self, text: str) -> None:
        if self._line > self._most_lines:
            raise UnsafeWorkbookError("rows", str(self._line))
        if self._column >= self._most_columns:
            raise UnsafeWorkbookError("columns", str(self._column + 1))
        self.cells.setdefault(self._line, {})[self._column] = text

    def _merge(self, reference: str) -> None:
        match = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", reference)
        if match:
            left, top, right, bottom = match.groups()
            self._merged.append((int(top), int(bottom), self._position(left), self._position(right), reference))


if __name__ == "__main__":
    main()
