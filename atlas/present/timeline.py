"""The history of one municipality in one instrument as bars on an axis of years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from atlas.analysis.status import successors
from atlas.model.dates import PartialDate
from atlas.model.keys import is_district_key
from atlas.model.programme import StageKind
from atlas.present.looks import Look, look_key, looks_of
from atlas.present.scene import Scene

_BLUR = 0.035
"""Part of the axis over which a bar fades in whose beginning is not known."""
_STEPS, _MOST = (1, 2, 5, 10, 20, 50), 9
"""Years between two that are written, and how many are at most: more do not fit side by side on a phone."""


@dataclass(frozen=True)
class Bar:
    """One stretch of time in one stage. Places are parts of the axis, 0 to 1.

    Attributes
    ----------
    look
        Of the stage.
    begin, end
        From where to where; ``begin`` is the first day its date can mean.
    sure
        From where on it is certain: the day from which it counts.
    lane
        Bars of one lane never overlap where they are sure; 0 is the first.
    """

    look: Look
    begin: float
    sure: float
    end: float
    lane: int


@dataclass(frozen=True)
class Axis:
    """The axis all timelines of a page share: from the programme's launch to the as-of date.

    Attributes
    ----------
    first, last
        Days at both ends.
    years
        New years on it with their places: each, or of many years every second, fifth, …; one too close to the end to be
        written is left out.
    """

    first: date
    last: date
    years: tuple[tuple[int, float], ...]

    def place(self, day: date) -> float:
        """Return where a day lies, 0 to 1; what lies outside is drawn at the end."""
        share = (day - self.first) / (self.last - self.first)
        return min(1.0, max(0.0, share))


def axis(source: Scene) -> Axis:
    """Return the axis of the view: at least a year long."""
    launched = date(source.programme.launched.year, 1, 1)
    last = source.as_of + timedelta(days=1)
    first = min(launched, date(last.year - 1, 1, 1))
    bare = Axis(first, last, ())
    step = next((each for each in _STEPS if (last.year - first.year) / each < _MOST), _STEPS[-1])
    marks = ((year, bare.place(date(year, 1, 1))) for year in range(-(-first.year // step) * step, last.year + 1, step))
    return Axis(first, last, tuple((year, place) for year, place in marks if place < 1 - 2 * _BLUR))


def bars(source: Scene, ags: str, district: str, scale: Axis) -> dict[str, tuple[Bar, ...]]:
    """Return the bars of a municipality by instrument: its own, those of what was merged into it, its district's.

    What is only derived is left out from the day on which something direct is documented.
    """
    heir = successors(source.changes, source.as_of)
    rows = source.spans
    mine = [heir.get(key, key) == ags for key in rows["participant"]]
    through = (rows["participant"] == district) & rows["counted"]
    begun = rows["since_day"] <= pd.Timestamp(source.as_of)
    here = rows[(pd.Series(mine, index=rows.index, dtype=bool) | through) & begun]
    return {str(key): _lanes(source, str(key), group, scale) for key, group in here.groupby("instrument", sort=False)}


def _lanes(source: Scene, instrument: str, rows: pd.DataFrame, scale: Axis) -> tuple[Bar, ...]:
    looks = {look.key: look for look in looks_of(source.programme, instrument)}
    steps = (rows["basis"] == "direct") & (rows["kind"] == str(StageKind.STEP))
    direct_from = rows["since_day"][steps].min()
    ends: list[float] = []
    found = []
    ordered = rows.sort_values(["since_day", "basis", "row"])
    again = (ordered["basis"] == "derived") & ordered.duplicated(["stage", "basis"])  # what is implied stays implied
    ordered = ordered[~again]
    until_days = ordered["until_day"].fillna(pd.Timestamp(scale.last))
    if pd.notna(direct_from):
        until_days = until_days.where(ordered["basis"] != "derived", until_days.clip(upper=direct_from))
    for row, begun, until in zip(
        ordered.to_dict("records"), ordered["since_day"].dt.date, until_days.dt.date, strict=True
    ):
        basis = "district" if is_district_key(row["participant"]) else row["basis"]
        begin, sure = _beginning(row["since"], row["since_means"], begun, scale)
        end = scale.place(until)
        if end <= sure:
            continue
        lane = next((i for i, taken in enumerate(ends) if taken <= sure), len(ends))
        ends[lane : lane + 1] = [end]
        found.append(Bar(looks[look_key(row["stage"], basis)], begin, sure, end, lane))
    return tuple(found)


def _beginning(since: str, means: str, counts_from: date, scale: Axis) -> tuple[float, float]:
    """Return from where a bar may begin and from where it is sure; the two are one where the day is known."""
    sure = scale.place(counts_from)
    if means == "reached":
        return scale.place(PartialDate.parse(since).first_day()), sure
    return max(0.0, sure - _BLUR), sure
