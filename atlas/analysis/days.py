"""Stretches of days as numbers, so that thousands of them are counted at once.

Stretches are half-open throughout: from the first day on which something holds until the first on which it no longer
does. Days are ordinals, so that a case and a day together make one sortable number.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

DAYS = 1 << 22
"""More than there are days: the ordinal of 9999-12-31 is 3 652 059."""
NEVER = DAYS - 1
RANKS = 1 << 5
"""More than a ladder has stages."""
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, eq=False, kw_only=True)
class Arrays:
    """Some arrays of the same length: a value in each for every row."""

    def only(self, which: Bools | Ints) -> Self:
        """Return some rows."""
        return type(self)(**{name: values[which] for name, values in vars(self).items()})


def run_begins(values: npt.NDArray[np.generic], *others: npt.NDArray[np.generic]) -> Ints:
    """Return where each run of rows begins that are equal in all of these arrays."""
    opens = np.ones(len(values), dtype=bool)
    opens[1:] = values[1:] != values[:-1]
    for each in others:
        opens[1:] |= each[1:] != each[:-1]
    return np.flatnonzero(opens)


def run_ends(begins: Ints, size: int) -> Ints:
    """Return the last row of each run, of ``size`` rows in all."""
    return np.append(begins[1:], size)[: len(begins)] - 1


def month_ends(first: date, last: date) -> list[date]:
    """Return the last day of every month from that of ``first`` up to ``last``.

    The final one is ``last`` itself where it lies before its month's end; none where ``last`` lies before ``first``.
    """
    if last < first:
        return []
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ends = (date(at // 12, at % 12 + 1, calendar.monthrange(at // 12, at % 12 + 1)[1]) for at in months)
    return [min(end, last) for end in ends]


def joined(first: Ints, last: Ints, winner: Ints, same: Sequence[Ints]) -> tuple[Ints, Ints, Ints]:
    """Join stretches that follow each other without a gap and are alike in all of ``same``."""
    opens = np.ones(len(first), dtype=bool)
    opens[1:] = first[1:] != last[:-1]
    for values in same:
        opens[1:] |= values[1:] != values[:-1]
    at = np.flatnonzero(opens)
    return first[at], last[run_ends(at, len(first))], winner[at]


def united(case: Ints, begin: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the days covered by any stretch of a case: case, first day and end, without overlaps."""
    first, last = case * DAYS + begin, case * DAYS + end
    order = np.argsort(first, kind="stable")
    # A case's numbers all lie below the next one's, so one running maximum serves all.
    first, reach = first[order], np.maximum.accumulate(last[order])
    at = np.flatnonzero(np.append(True, first[1:] > reach[:-1])[: len(first)])
    return first[at] // DAYS, first[at] % DAYS, reach[run_ends(at, len(first))] % DAYS


def running(column: Ints, begin: Ints, end: Ints, at: Ints, size: int, weight: Ints | None = None) -> Ints:
    """Return how many stretches of each column hold on each day of ``at``, or their weight; days by columns."""
    heavy = np.ones(len(column), dtype=np.int64) if weight is None else weight
    steps = np.zeros((len(at) + 1, size), dtype=np.int64)
    np.add.at(steps, (np.searchsorted(at, begin), column), heavy)
    np.subtract.at(steps, (np.searchsorted(at, end), column), heavy)
    return np.asarray(np.cumsum(steps, axis=0)[:-1], dtype=np.int64)


def table_of(columns: Mapping[str, npt.NDArray[np.generic]]) -> pd.DataFrame:
    """Return a table with texts as plain objects, as in `status_as_of`: it is filtered often."""
    made = {name: pd.Series(values, dtype=values.dtype, copy=False) for name, values in columns.items()}
    return pd.DataFrame(made, copy=False)


def ordinals(days: pd.Series) -> Ints:
    """Return days as Python counts them, 1 for 0001-01-01, and `NEVER` for NaT."""
    values = days.to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(values), NEVER, values.astype(np.int64) + _EPOCH)


def as_days(ordinals: Ints) -> npt.NDArray[np.datetime64]:
    """Return the reverse of `ordinals`, as ``datetime64[s]``."""
    days = (ordinals - _EPOCH).astype("datetime64[D]").astype("datetime64[s]")
    days[ordinals == NEVER] = np.datetime64("NaT")
    return days


def iso_days(days: pd.Series) -> npt.NDArray[np.object_]:
    """Return days as ISO texts, empty for NaT."""
    texts = np.datetime_as_string(days.to_numpy(dtype="datetime64[D]")).astype(object)
    texts[texts == "NaT"] = ""
    return np.asarray(texts, dtype=object)


def ranges(starts: npt.NDArray[np.integer], stops: npt.NDArray[np.integer]) -> tuple[Ints, Ints]:
    """Return all numbers from each start up to before its stop, and in front of them which range each is from."""
    sizes = np.maximum(stops - starts, 0)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return owner, starts[owner] + offset


def places_of(keys: pd.Series, known: Sequence[str]) -> Ints:
    """Return the place of each key among those known, -1 for others."""
    code, found = pd.factorize(keys.to_numpy(dtype=object))
    place = {key: number for number, key in enumerate(known)}
    return np.asarray([*(place.get(key, -1) for key in found), -1], dtype=np.int64)[code]
