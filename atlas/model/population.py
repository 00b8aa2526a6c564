"""How many people live in each municipality, as one register says, and how municipalities are grouped by that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

POPULATION_COLUMNS = ("ags", "inhabitants", "date", "source", "retrieved", "name")
"""Columns of ``data/population/<boundary set>.csv``. A key of two or five digits is the sum that the register states."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Population:
    """One register of inhabitants, cut to a boundary set."""

    boundary_set: str
    as_of: date
    """Day whose municipalities the register lists; of when it counts them, its source may say."""
    source: str
    retrieved: date | None
    inhabitants: Mapping[str, int]
    """By key of the municipality."""
    sums: Mapping[str, int]
    """What the register states itself for states (two digits) and districts (five)."""
    names: Mapping[str, str]
    """The official names by key: ``Bautzen / Budyšin, Stadt``."""


class SizeClass(StrEnum):
    """The political size classes of municipalities (Politische Gemeindegrößenklassen, GKPOL, of the official statistics and BBSR).

    Their two uppermost, from 100,000 and from 500,000, are one here: few states have any of the second.
    """

    UNDER_2000 = "unter-2000"
    UNDER_5000 = "2000-5000"
    UNDER_20000 = "5000-20000"
    UNDER_50000 = "20000-50000"
    UNDER_100000 = "50000-100000"
    OVER = "ab-100000"

    @property
    def bounds(self) -> tuple[int, int | None]:
        """Return the fewest inhabitants of the class, and how many are too many; None for the uppermost."""
        steps = (0, 2_000, 5_000, 20_000, 50_000, 100_000, None)
        place = list(SizeClass).index(self)
        return steps[place] or 0, steps[place + 1]


def other_names(official: str) -> tuple[str, ...]:
    """Return the names of a municipality with two: the part before and after `` / ``, without what it is called beside."""
    halves = [each.partition(",")[0].strip() for each in official.split(" / ")]
    return tuple(halves) if len(halves) > 1 else ()
