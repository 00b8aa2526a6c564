"""How many: municipalities and arrangements, side by side, with the list behind each number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from atlas.analysis.days import places_of
from atlas.analysis.population import Floats, People, Weights, people, people_of
from atlas.analysis.spans import counting
from atlas.analysis.status import held_on, successors
from atlas.model.boundaries import BoundaryChange
from atlas.model.keys import is_district_key
from atlas.model.programme import Counts, Unit
from atlas.model.states import State

PEOPLE_COLUMNS = ("inhabitants", "inhabitants_total", "inhabitants_share")
"""Of tables with numbers of municipalities, where there is a register: who lives in those covered, in all, and the share
(0 to 1). NaN where nobody can say."""


def with_people(table: pd.DataFrame, covered: Floats, total: Floats) -> pd.DataFrame:
    """Return a table with `PEOPLE_COLUMNS`."""
    share = covered / np.where(total > 0, total, np.nan)
    return table.assign(**dict(zip(PEOPLE_COLUMNS, (covered, total, share), strict=True)))


@dataclass(frozen=True)
class Arrangement:
    """Something held, signed or founded once, for one municipality or for several together."""

    body: str
    """The joint body; empty for a municipality's own."""
    members: tuple[int, ...]
    """Positions of the municipalities, by the earliest."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What counts of one instrument on one day in one area, and what stands beside it."""

    instrument: str
    """Its key."""
    municipalities: pd.DataFrame
    """Rows of the status table: counted by their own doing. Its length is the number shown."""
    derived: int
    """How many of them are so only by implication."""
    inferred: int
    """How many of them by an entry that was concluded, not read."""
    cases: pd.DataFrame
    """Rows of the table of cases: those counted."""
    arrangements: tuple[Arrangement, ...]
    """Each of them once, a joint one once."""
    in_force: pd.DataFrame
    """Those of ``municipalities`` in which it holds on the day; all of them unless the instrument counts all so far."""
    documented_later: pd.DataFrame
    period_unknown: pd.DataFrame
    """Rows of the status table that stand beside the number: documented only later, of a time nobody knows."""
    through_district: int
    """How many are covered only by a record of their district; never part of the number."""
    total: int
    """Municipalities of the area on the day."""
    people: People | None
    """Who lives in those of ``municipalities`` and in all; None without a register, or where nobody can say."""

    @property
    def share(self) -> float:
        """Share of municipalities covered, 0 to 1; 0 where there are none at all."""
        return len(self.municipalities) / self.total if self.total else 0.0

    @property
    def people_share(self) -> float:
        """Share of inhabitants who live in those covered, 0 to 1; NaN where there is none."""
        return self.people.share if self.people else np.nan


def figure(
    status: pd.DataFrame,
    cases: pd.DataFrame,
    instrument: str,
    district: str | None = None,
    weights: Weights | None = None,
) -> Figure:
    """Return the figure of an instrument.

    ``status`` and ``cases`` are what `status_as_of` and `cases_as_of` returned; with a five-digit ``district`` only
    what lies in it counts. ``weights`` are what `weigh` returned, where there is a register of inhabitants.
    """
    rows = status[status["instrument"] == instrument]
    every = cases[cases["instrument"] == instrument]
    if district is not None:
        rows, every = rows[rows["district"] == district], every[every["district"] == district]
    counted = rows[rows["counted"] & (rows["basis"] != "district")]
    counted_cases = every[every["counted"]]
    return Figure(
        instrument=instrument,
        municipalities=counted,
        derived=int((counted["basis"] == "derived").sum()),
        inferred=int(counted["inferred"].sum()),
        cases=counted_cases,
        arrangements=_arrangements(counted_cases),
        in_force=counted[counted["in_force"]],
        documented_later=rows[rows["state"] == State.DOCUMENTED_LATER],
        period_unknown=rows[rows["state"] == State.PERIOD_UNKNOWN],
        through_district=int((rows["basis"] == "district").sum()),
        total=len(rows),
        people=None if weights is None else people(weights, rows.index.to_numpy(), rows.index.isin(counted.index)),
    )


def by_district(
    status: pd.DataFrame, instrument: str, districts: Iterable[str], weights: Weights | None = None
) -> pd.DataFrame:
    """Return how far an instrument has come in each district.

    ``status`` is what `status_as_of` returned; ``districts`` are five-digit keys, in the order wanted; ``weights`` as in
    `figure`.

    Returns
    -------
    pandas.DataFrame
        RangeIndex. Columns ``district``, ``municipalities`` (covered by their own doing, as in `figure`), ``total``
        (that existed), ``share`` (0 to 1; 0.0 where there are none); with ``weights`` also `PEOPLE_COLUMNS`.
    """
    keys = [str(key) for key in districts]
    rows = status[status["instrument"] == instrument]
    covered = rows[rows["counted"] & (rows["basis"] != "district")]
    number = covered["district"].value_counts().reindex(keys, fill_value=0).to_numpy(dtype="int64")
    total = rows["district"].value_counts().reindex(keys, fill_value=0).to_numpy(dtype="int64")
    table = pd.DataFrame(
        {"district": keys, "municipalities": number, "total": total, "share": number / total.clip(min=1)}
    )
    if weights is None:
        return table
    rows = rows[rows["district"].isin(keys)]
    group = places_of(rows["district"], keys)
    at = rows.index.to_numpy()
    return with_people(table, *people_of(weights, at, rows.index.isin(covered.index), group, len(keys)))


def _arrangements(counted: pd.DataFrame) -> tuple[Arrangement, ...]:
    """Group cases by arrangement.

    What is nobody's jointly stands alone, and so does what is only derived: that five towns signed together does
    not say that they were consulted together.
    """
    columns = zip(
        counted["arrangement"], counted["joint_with"], counted["since"], counted["ags"], counted.index, strict=True
    )
    grouped: dict[int, list[tuple[str, str, str, int]]] = {}
    for arrangement, body, since, ags, position in columns:
        grouped.setdefault(int(arrangement), []).append((str(since), str(ags), str(body), int(position)))
    found = []
    for members in grouped.values():
        ordered = sorted(members)
        found.append(Arrangement(ordered[0][2], tuple(dict.fromkeys(position for *_, position in ordered))))
    return tuple(found)


@dataclass(frozen=True)
class Beside:
    """What is documented by name beside a published total."""

    documented: int
    """By that day, in the unit of the total."""
    later: int
    """Of whom it is documented only later, so that nobody knows whether the total counts them."""
    municipalities: int
    districts: int
    """Of ``documented``, those that take part; districts only where the total counts them."""


def beside(  # noqa: PLR0913 - what is counted, how, and on which day: none of it has a sensible default
    spans_: pd.DataFrame,
    instrument: str,
    changes: Iterable[BoundaryChange],
    day: date,
    *,
    unit: Unit,
    counts: Counts,
    with_districts: bool,
    stage: str = "",
) -> Beside:
    """Return what is documented of an instrument on a day, whatever boundaries there were, as a published total counts.

    ``changes`` are the mergers of all editions of the state: what has merged by ``day``, the last that the total can
    mean, is one municipality. With a ``stage`` only what has reached it counts.
    """
    held = held_on(counting(spans_, counts), day)
    held = held[held["instrument"] == instrument]
    if stage:
        held = held[held["stage"] == stage]
    is_district = held["participant"].map(is_district_key).astype(bool)
    held = held if with_districts else held[~is_district]
    successor = successors(changes, day)
    held = held.assign(holder=[successor.get(key, key) for key in held["participant"]])
    key = "holder" if unit == "municipalities" else "arrangement"
    counted = held[held["counted"]]
    later = held[(held["state"] == State.DOCUMENTED_LATER) & ~held[key].isin(counted[key])]
    places = set(counted["holder"])
    districts = sum(is_district_key(str(place)) for place in places)
    return Beside(counted[key].nunique(), later[key].nunique(), len(places) - districts, districts)
