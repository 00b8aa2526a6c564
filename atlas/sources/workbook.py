"""Read the cells of one sheet of an XLSX file, within limits.

Run as a process of its own by `atlas.sources.spreadsheets`: ``python -I workbook.py LIMITS < file > cells``. A file of
5 kB can ask for gigabytes, so what reads it must be allowed to die. The process imports nothing of this project and does
not see the main module of its parent, so it starts the same way under pytest, Streamlit and the command line.

The answer is JSON: ``{"refused": …, "where": …}`` or ``{"sheet", "others", "rows": [[line, [text, …]], …], "formulas":
[[line, column, has_value], …], "merged": [[line, line_to, column, column_to, "A5:A7"], …], "hidden": [line, …]}``.
Lines count from 1 as in Excel, columns from 0.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_HEADER_ROOM = 50
"""Rows allowed above the first one that counts."""
_LITERAL = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.")


class RefusedError(Exception):
    """The file asks for more than the limits allow, or for what no table needs. Arguments: reason, place."""


def main() -> None:
    """Read standard input, answer on standard output; die where a limit says so."""
    limits = json.loads(sys.argv[1])
    _limit(limits)
    try:
        answer = read(sys.stdin.buffer.read(), limits)
    except RefusedError as refusal:
        reason, where = refusal.args
        answer = {"refused": reason, "where": where}
    json.dump(answer, sys.stdout)


def _limit(limits: dict[str, int]) -> None:
    import resource  # not there on Windows

    for kind, most in ((resource.RLIMIT_AS, limits["memory_bytes"]), (resource.RLIMIT_CPU, limits["cpu_s"])):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
            resource.setrlimit(kind, (most, most))


def read(body: bytes, limits: dict[str, int]) -> dict[str, Any]:
    """Return the answer for a file."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                raise RefusedError("doctype", part)
    sys.modules["numpy"] = None  # type: ignore[assignment] # openpyxl would load it, 30 MB for nothing
    import openpyxl

    # The second argument: no cell is kept after it was read. Values, not formulas: as Excel saw them last.
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    visible = [name for name in book.sheetnames if book[name].sheet_state == "visible"]
    for name in visible:
        scan = Scan(limits)
        sheet = book[name]
        if hasattr(sheet, "_worksheet_path"):  # a chart has a sheet, too
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                scan.run(archive.read(sheet._worksheet_path.lstrip("/")))
        if scan.last_line:
            others = [each for each in visible if each != name]
            return {"sheet": name, "others": others} | _cells(book, name, scan)
    raise RefusedError("empty", "")


def _cells(book: Workbook, name: str, scan: Scan) -> dict[str, Any]:
    sheet: Any = book[name]
    sheet.reset_dimensions()  # the file may claim any
    rows: list[tuple[int, list[str]]] = []
    found = sheet.iter_rows(min_row=1, max_row=scan.last_line, max_col=scan.last_column + 1)
    for line, cells in enumerate(found, 1):
        texts = [_text(cell) for cell in cells]
        if any(texts) or line in scan.formula_lines:
            rows.append((line, texts))
    by_line = {line: texts for line, texts in rows if line in scan.formula_lines}
    formulas = [(line, at, bool(at < len(by_line[line]) and by_line[line][at])) for line, at in scan.formulas]
    return {"rows": rows, "formulas": formulas, "merged": scan.merged, "hidden": scan.hidden}


def _text(cell: Any) -> str:  # noqa: ANN401 - openpyxl has a class for each kind of cell
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "WAHR" if value else "FALSCH"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return shown_date(day, str(cell.number_format))
    return str(value)


def shown_date(day: date, number_format: str) -> str:
    """Return a date as far as its cell shows it: Excel keeps ``06/2021`` as the first of June, shown as ``Jun 21``."""
    shown = _LITERAL.sub("", number_format).lower()
    if "d" in shown or "y" not in shown or day.day != 1:
        return day.isoformat()
    if "m" in shown:
        return f"{day.year:04d}-{day.month:02d}"
    return f"{day.year:04d}" if day.month == 1 else day.isoformat()


class Scan:
    """One look through a sheet before its cells are read: how far they reach, and what a table of values does not say."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.last_line = 0
        self.last_column = 0
        self.formulas: list[tuple[int, int]] = []
        self.formula_lines: set[int] = set()
        self.merged: list[tuple[int, int, int, int, str]] = []
        self.hidden: list[int] = []
        self._most_lines = limits["rows"] + _HEADER_ROOM
        self._most_columns = limits["columns"]
        self._line = 0
        self._column = -1
        self._letters: dict[str, int] = {}

    def run(self, part: bytes) -> None:
        """Look through the XML of a sheet."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = self._start
        parser.Parse(part, True)  # noqa: FBT003 - expat's own

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "c":
            self._begin_cell(attributes.get("r", ""))
        elif local in {"v", "is"}:
            self._reach()
        elif local == "f":
            self._reach()
            self.formulas.append((self._line, self._column))
            self.formula_lines.add(self._line)
        elif local == "row":
            self._line = int(attributes.get("r", self._line + 1))
            self._column = -1
            if attributes.get("hidden") in {"1", "true"}:
                self.hidden.append(self._line)
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))

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

    def _reach(self) -> None:
        if self._line > self._most_lines:
            raise RefusedError("rows", str(self._line))
        if self._column >= self._most_columns:
            raise RefusedError("columns", str(self._column + 1))
        self.last_line = max(self.last_line, self._line)
        self.last_column = max(self.last_column, self._column)

    def _merge(self, reference: str) -> None:
        match = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", reference)
        if match:
            left, top, right, bottom = match.groups()
            self.merged.append((int(top), int(bottom), self._position(left), self._position(right), reference))


if __name__ == "__main__":
    main()
