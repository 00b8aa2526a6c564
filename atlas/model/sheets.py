"""A table as somebody sent it: texts in lines, before anyone knows what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from atlas.errors import Problem


class Merged(NamedTuple):
    """Cells that were merged into one; lines as in Excel, columns from 0, the last ones included."""

    line: int
    last_line: int
    column: int
    last_column: int
    reference: str
    """As Excel writes it: ``A5:A7``."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Sheet:
    """What a file holds."""

    rows: Sequence[tuple[int, tuple[str, ...]]]
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
