"""A table as somebody sent it: texts in lines, before anyone knows what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from atlas.errors import Problem

Rows = Sequence[tuple[int, tuple[str, ...]]]
"""Lines, and the texts of their cells."""


class Merged(NamedTuple):
    """Cells that were merged into one; lines as in Excel, columns from 0, the last ones included."""

    line: int
    last_line: int
    column: int
    last_column: int

    @property
    def reference(self) -> str:
        """As Excel writes it: ``A5:A7``."""
        return f"{letters(self.column)}{self.line}:{letters(self.last_column)}{self.last_line}"


def letters(position: int) -> str:
    """Return how a spreadsheet calls a column: ``A``, ``Z``, ``AA``."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(frozen=True, eq=False, kw_only=True)
class Sheet:
    """What a file holds."""

    rows: Rows
    """Line, counted from 1 as Excel or an editor counts (of a cell with several lines, the first), and the texts of
    its cells, trimmed. Empty lines are left out."""
    formulas: Mapping[tuple[int, int], bool] = field(default_factory=dict)
    """Cells (line, column from 0) that are calculated: whether the file holds the result."""
    merged: tuple[Merged, ...] = ()
    """Cells merged into one: only the first of them has a text."""
    hidden: tuple[int, ...] = ()
    """Lines that Excel does not show."""
    broken: tuple[tuple[int, str], ...] = ()
    """Lines that could not be read, and why (in English, from the library)."""
    notes: tuple[Problem, ...] = ()
    """How the file was read."""
    name: str = ""
    """Of the sheet in its workbook; ``names`` are those of all visible sheets with content. Empty for a CSV."""
    names: tuple[str, ...] = ()
