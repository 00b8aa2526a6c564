"""The history of one municipality in one instrument as bars on an axis of years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from atlas.analysis.status import successors
from atlas.model.keys import is_district_key
from atlas.model.programme import StageKind
from atlas.model.states import State
from atlas.present.context import ViewContext
from atlas.present.looks import LegendClass, look_keys, looks_by_key

_EDGE = 0.07
"""Part of the axis at its end in which no year is written."""
_STEPS, _MOST = (1, 2, 5, 10, 20, 50), 9
"""Years between two that are written, and how many are at most: more do not fit side by side on a phone."""


@dataclass(frozen=True)
class Bar:
    """One stretch of time in one stage, from ``begin`` to ``end``: parts of the axis, 0 to 1."""

    look: LegendClass
    """Of the stage and its state: what is documented only later, or presumed over, has its own."""
    begin: float
    end: float
    lane: int
    """Each case has its own; 0 is the first."""
    has_ended: bool = False
    """Whether what held is over at its end."""

    @property
    def width(self) -> float:
        """Part of the axis it takes as drawn: a moment is still seen."""
        return max(self.end - self.begin, 0.006)


@dataclass(frozen=True)
class Axis:
    """The axis all timelines of a page share: from the programme's launch to the as-of date.

    ``years`` are the new years on it with their places: each, or of many every second, fifth, …; one too close to the end
    to be written is left out.
    """

    first: date
    last: date
    years: tuple[tuple[int, float], ...]

    def place(self, day: date) -> float:
        """Return where a day lies, 0 to 1; what lies outside is drawn at the end."""
        share = (day - self.first) / (self.last - self.first)
        return min(1.0, max(0.0, share))


def axis(context: ViewContext) -> Axis:
    """Return the axis of the view: at least a year long."""
    launched = date(context.programme.launched.year, 1, 1)
    last = context.as_of + timedelta(days=1)
    first = min(launched, date(last.year - 1, 1, 1))
    bare = Axis(first, last, ())
    step = next((each for each in _STEPS if (last.year - first.year) / each < _MOST), _STEPS[-1])
    marks = ((year, bare.place(date(year, 1, 1))) for year in range(-(-first.year // step) * step, last.year + 1, step))
    return Axis(first, last, tuple((year, place) for year, place in marks if place < 1 - _EDGE))


def bars(context: ViewContext, ags: str, district: str, scale: Axis) -> dict[str, tuple[Bar, ...]]:
    """Return the bars of a municipality by instrument: its own, those of what was merged into it, its district's."""
    successor = successors(context.changes, context.as_of)
    rows = context.spans
    mine = [successor.get(key, key) == ags for key in rows["participant"]]
    through = (rows["participant"] == district) & rows["in_force"]
    begun = rows["since_day"] <= pd.Timestamp(context.as_of)
    here = rows[(pd.Series(mine, index=rows.index, dtype=bool) | through) & begun]
    return {str(key): _lanes(context, str(key), group, scale) for key, group in here.groupby("instrument", sort=False)}


def _lanes(context: ViewContext, instrument: str, rows: pd.DataFrame, scale: Axis) -> tuple[Bar, ...]:
    """Return the bars of an instrument: a case per lane, what is derived or the district's where there is room."""
    rows = rows.assign(basis=rows["basis"].where(~rows["participant"].map(is_district_key).astype(bool), "district"))
    definition = context.programme.instrument(instrument)
    looks = looks_by_key(context.programme, instrument)
    rows = rows.assign(look=look_keys(rows, definition))
    is_own = rows["basis"] == "direct"
    first = rows.groupby("case")["since_day"].transform("min")
    rows = rows.assign(order=first, aside=~is_own).sort_values(["aside", "order", "case", "since_day", "rank"])
    lanes: list[list[tuple[float, float]]] = []
    all_bars: list[Bar] = []
    for _, case in rows.groupby("case", sort=False):
        drawn = _bars_of(case, looks, scale)
        if not drawn:
            continue
        begin, end = drawn[0].begin, max(bar.end for bar in drawn)
        is_aside = bool(case["aside"].iloc[0])
        free = (i for i, taken in enumerate(lanes) if is_aside and all(end <= b or e <= begin for b, e in taken))
        lane = next(free, len(lanes))
        lanes[lane : lane + 1] = [[*(lanes[lane] if lane < len(lanes) else []), (begin, end)]]
        all_bars += [replace(bar, lane=lane) for bar in drawn]
    return tuple(all_bars)


def _bars_of(case: pd.DataFrame, looks: Mapping[str, LegendClass], scale: Axis) -> list[Bar]:
    """Return the bars of a case one after the other; an end that only ends has a mark and no bar of its own."""
    shown = case[(case["state"] != State.ENDED) | (case["kind"] == str(StageKind.EXIT))]
    begins = [scale.place(day) for day in shown["since_day"].dt.date]
    ends = [scale.place(day) for day in shown["until_day"].fillna(pd.Timestamp(scale.last)).dt.date]
    ends = [min(end, later) for end, later in zip(ends, [*begins[1:], 1.0], strict=True)]
    over = (shown["ends"] != "") & (shown["until_day"] <= pd.Timestamp(scale.last))
    keys = shown["look"]
    made = [
        Bar(looks[key], begin, end, 0, bool(ended))
        for key, begin, end, ended in zip(keys, begins, ends, over, strict=True)
    ]
    return [bar for bar in made if bar.begin < bar.end]
