"""How it went, in numbers: what was in force on each of some days, and what began and ended in between.

What is covered only through a district takes no part: it is never part of a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.counting import with_people
from atlas.analysis.days import Arrays, Ints, as_days, ordinals, places_of, running, table_of
from atlas.analysis.episodes import episodes
from atlas.analysis.events import BEGINNINGS, BOUNDARY, FLOWS, events, seen_from
from atlas.analysis.population import Floats, Weights, people_of
from atlas.model.boundaries import BoundaryChange, BoundaryVersion
from atlas.model.programme import Unit
from atlas.model.states import State


@dataclass(frozen=True, eq=False)
class Line:
    """What `episodes` and `events` give for one unit."""

    episodes: pd.DataFrame
    events: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Course:
    """Everything that ever held and happened in a state, or in one of its districts."""

    edition: BoundaryVersion
    municipalities: Line
    arrangements: Line
    """In either unit."""
    district: str | None
    """Five-digit key; None for all."""
    weights: Weights | None = None
    """The people of the municipalities, where there is a register."""

    @property
    def places(self) -> pd.DataFrame:
        """The rows of the edition's table it is about."""
        rows = self.edition.municipalities
        return rows if self.district is None else rows[rows["district"] == self.district]

    def line(self, unit: Unit) -> Line:
        """Return the line of a unit."""
        return self.municipalities if unit == "municipalities" else self.arrangements


def course(
    spans_: pd.DataFrame,
    edition: BoundaryVersion,
    changes: Iterable[BoundaryChange],
    district: str | None = None,
    weights: Weights | None = None,
) -> Course:
    """Return the course of what `spans` returned."""
    changes = tuple(changes)

    def line(unit: Unit) -> Line:
        held = episodes(spans_, edition, changes, unit, district)
        return Line(held, events(held, changes, unit))

    return Course(edition, line("municipalities"), line("arrangements"), district, weights)


def progress(
    course_: Course,
    instruments: Sequence[str],
    days: Sequence[date],
    *,
    since: date,
    unit: Unit = "municipalities",
) -> pd.DataFrame:
    """Return for each day what counted then and what began and ended since the day before it in ``days``.

    ``instruments`` are keys in the order wanted; each of the ``days`` is later than the one before. The first row's
    time begins after ``since``: what happened on that day itself is not in it. Flows and the numbers beside are of
    ``unit``.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, each day with all instruments. Columns ``date`` (``datetime64[s]``), ``instrument``;
        ``municipalities``, ``arrangements`` (a joint one once) on that day, as in `counting.figure`; the flows since
        the day before (``begun`` to ``presumed_over``, and ``boundary_in`` and ``boundary_out`` for what only a merger
        did): the number of the unit is that of the day before plus what came in less what went out; beside it
        ``in_force`` (of those counted), ``documented_later`` and ``period_unknown`` (not counted); ``total``
        (municipalities that existed), ``share`` (0 to 1; 0.0 where there are no municipalities) and ``area_share`` (of
        the land they have, 0 to 1); with a register of inhabitants also `PEOPLE_COLUMNS`.

    Raises
    ------
    ValueError
        If the days are not in order or the first is not later than ``since``.
    """
    at = np.asarray([since.toordinal(), *(day.toordinal() for day in days)], dtype=np.int64)
    if (np.diff(at) <= 0).any():
        raise ValueError("days must follow each other, the first after since")
    existence = _existence(course_)
    total = running(*existence, at[1:], 1)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "date": np.repeat(as_days(at[1:]), len(instruments)),
        "instrument": np.tile(np.asarray(instruments, dtype=object), len(days)),
        "municipalities": _stock(course_, "municipalities", "counted", instruments, at),
        "arrangements": _stock(course_, "arrangements", "counted", instruments, at),
        **_flows(course_.line(unit).events, instruments, at),
        "in_force": _stock(course_, unit, "in_force", instruments, at),
        "documented_later": _stock(course_, unit, State.DOCUMENTED_LATER, instruments, at),
        "period_unknown": _stock(course_, unit, State.PERIOD_UNKNOWN, instruments, at),
        "total": np.repeat(total.ravel(), len(instruments)),
    }
    columns["share"] = columns["municipalities"] / np.maximum(columns["total"], 1)
    land = running(*existence, at[1:], 1, _land(course_.places))
    held = _held(course_, instruments)
    covered = running(
        held.code, held.begin, held.end, at[1:], len(instruments), _land(course_.edition.municipalities)[held.place]
    )
    columns["area_share"] = (covered / np.maximum(land, 1)).ravel()
    table = table_of(columns)
    if course_.weights is None:
        return table
    return with_people(table, *_people(course_, held, at[1:], len(instruments)))


def _stock(course_: Course, unit: Unit, what: str, instruments: Sequence[str], at: Ints) -> Ints:
    """Return how many of a unit are counted, in force, or in a state, days by instruments, in one row."""
    rows = course_.line(unit).episodes
    flag = rows[what].to_numpy(dtype=bool) if what in rows.columns else (rows["state"] == what).to_numpy(dtype=bool)
    code = places_of(rows["instrument"], instruments)
    kept = flag & (code >= 0)
    begin, end = ordinals(rows["from_day"]), ordinals(rows["until_day"])
    return running(code[kept], begin[kept], end[kept], at[1:], len(instruments)).ravel()


def _flows(events_: pd.DataFrame, instruments: Sequence[str], at: Ints) -> dict[str, Ints]:
    """Return events by kind, days by instruments; ``at`` begins with the day after which the first row counts."""
    code, day = places_of(events_["instrument"], instruments), ordinals(events_["day"])
    kept = np.flatnonzero((code >= 0) & (day > at[0]) & (day <= at[-1]))
    row = np.searchsorted(at, day[kept]) - 1
    what = seen_from(events_.iloc[kept], at[row])
    by_boundary = (events_["because"].to_numpy(dtype=object) == BOUNDARY)[kept]
    what[by_boundary] = np.where(np.isin(what[by_boundary], BEGINNINGS), "boundary_in", "boundary_out")
    flow = {}
    for kind in (*FLOWS, "boundary_in", "boundary_out"):
        chosen = what == kind
        number = np.zeros((len(at) - 1, len(instruments)), dtype=np.int64)
        np.add.at(number, (row[chosen], code[kept][chosen]), 1)
        flow[kind] = number.ravel()
    return flow


def _existence(course_: Course) -> tuple[Ints, Ints, Ints]:
    """Return a column 0, first day and end of every row of the places."""
    rows = course_.places
    return np.zeros(len(rows), dtype=np.int64), ordinals(rows["valid_from"]), ordinals(rows["valid_to"])


def _land(rows: pd.DataFrame) -> Ints:
    """Return areas in thousands of square metres: sums of whole numbers are exact in any order."""
    return np.asarray(np.rint(rows["area_km2"].to_numpy() * 1000), dtype=np.int64)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Held(Arrays):
    """Stretches that count: place of the instrument, position of the municipality, first day and end."""

    code: Ints
    place: Ints
    begin: Ints
    end: Ints


def _held(course_: Course, instruments: Sequence[str]) -> _Held:
    """Return what counts of each row of the edition: a municipality that took in another has had several extents, each for its time."""
    held = course_.municipalities.episodes
    kept = held[held["counted"]]
    places = course_.edition.municipalities
    extents = places[["ags", "valid_from", "valid_to"]].assign(place=places.index)
    both = kept[["ags", "instrument", "from_day", "until_day"]].merge(extents, on="ags")
    found = _Held(
        code=places_of(both["instrument"], instruments),
        place=both["place"].to_numpy(dtype=np.int64),
        begin=np.maximum(ordinals(both["from_day"]), ordinals(both["valid_from"])),
        end=np.minimum(ordinals(both["until_day"]), ordinals(both["valid_to"])),
    )
    return found.only((found.code >= 0) & (found.begin < found.end))


def _people(course_: Course, held: _Held, at: Ints, size: int) -> tuple[Floats, Floats]:
    """Return who lives in the municipalities counted and in all, days by instruments, as `people_of` counts them on each day."""
    weights, rows = course_.weights, course_.places
    assert weights is not None  # noqa: S101 - the caller has looked
    covered, total = [], []
    begin, end = ordinals(rows["valid_from"]), ordinals(rows["valid_to"])
    place = rows.index.to_numpy()
    for day in at:
        there = place[(begin <= day) & (day < end)]
        now = held.only((held.begin <= day) & (day < held.end))
        counted = np.zeros((size, len(course_.edition.municipalities)), dtype=bool)
        counted[now.code, now.place] = True
        group = np.repeat(np.arange(size), len(there))
        each = people_of(weights, np.tile(there, size), counted[:, there].ravel(), group, size)
        covered.append(each[0])
        total.append(each[1])
    return np.concatenate(covered), np.concatenate(total)
