"""How long it took: from one step to the next, and how long cases have stood where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from atlas.analysis.status import NO_DATA, held_on
from atlas.model.dates import PartialDate
from atlas.model.programme import Programme, Stage, StageKind

QUANTILE = 0.75
"""Where a programme sets no limit, a case is late that has taken longer than three in four."""
FEW = 8
"""Below so many observed cases a percentile says little, and the reader is told."""


@dataclass(frozen=True)
class Passage:
    """From one instrument to the next on the programme's path: how long it took those that made it.

    Attributes
    ----------
    start, goal
        Instrument keys.
    days
        One number per municipality whose two dates are known to the month at least, ascending.
    """

    start: str
    goal: str
    days: tuple[int, ...]

    @property
    def median(self) -> float:
        """Median in days; NaN if nobody made it."""
        return float(np.median(self.days)) if self.days else float("nan")


def _since_by_case(episodes: pd.DataFrame, as_of: date) -> dict[tuple[str, str], date]:
    """Return since when each municipality is counted in each instrument by a record of its own, where that is known.

    ``reached`` dates only, known to the month at least: "at the latest" says nothing about how long it took.
    """
    holds = episodes[episodes["counted"] & (episodes["basis"] == "direct") & (episodes["since_means"] == "reached")]
    found: dict[tuple[str, str], date] = {}
    for ags, instrument, since in zip(holds["ags"], holds["instrument"], holds["since"], strict=True):
        known = PartialDate.parse(since)
        if known.month is None or known.last_day() > as_of:
            continue
        case = (str(ags), str(instrument))
        found[case] = min(found.get(case, date.max), known.last_day())
    return found


def passages(episodes: pd.DataFrame, programme: Programme, as_of: date) -> tuple[Passage, ...]:
    """Return how long it took from each step of the programme's path to the next one in order.

    Parameters
    ----------
    episodes
        What `atlas.analysis.progress.episodes` returned.
    programme
        Its path; without one there is nothing to measure.
    as_of
        Nothing later counts.
    """
    since = _since_by_case(episodes, as_of)
    ordered = [step.instrument for step in programme.path if not step.any_order]
    found = []
    for start, goal in pairwise(ordered):
        took = [
            (since[ags, goal] - day).days
            for (ags, instrument), day in since.items()
            if instrument == start and (ags, goal) in since and since[ags, goal] >= day
        ]
        found.append(Passage(start, goal, tuple(sorted(took))))
    return tuple(found)


@dataclass(frozen=True)
class Limit:
    """After how many days a case in a stage counts as late.

    Attributes
    ----------
    days
        None if nothing can be said: no limit is set and nobody has been observed to move on.
    observed
        How many cases moved on, if the limit is their 75th percentile; 0 if the programme sets it.
    is_set
        Whether the programme sets it.
    """

    days: int | None
    observed: int
    is_set: bool


def limits(episodes: pd.DataFrame, programme: Programme) -> dict[tuple[str, str], Limit]:
    """Return the limit of every stage that has a next one, by instrument and stage.

    The programme's own where it sets one; else the 75th percentile of the time that ended cases spent in the stage.
    """
    over = episodes[episodes["until_day"].notna() & (episodes["basis"] == "direct")]
    took = (over["until_day"] - over["from_day"]).dt.days
    observed = {key: group.to_numpy() for key, group in took.groupby([over["instrument"], over["stage"]])}
    found = {}
    for instrument in programme.instruments:
        for stage in _passing(instrument.stages):
            seen = observed.get((instrument.key, stage.key), np.empty(0))
            if stage.dwell_days is not None:
                found[instrument.key, stage.key] = Limit(stage.dwell_days, 0, is_set=True)
            else:
                days = int(np.quantile(seen, QUANTILE)) if len(seen) else None
                found[instrument.key, stage.key] = Limit(days, len(seen), is_set=False)
    return found


def _passing(stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages one is meant to leave: plans and steps before the last, but for those that may last.

    Nobody is late in what has ended.
    """
    steps = [stage for stage in stages if stage.kind is StageKind.STEP]
    passing = [stage for stage in stages if stage.kind is StageKind.PLAN or stage in steps[:-1]]
    return [stage for stage in passing if not stage.may_last]


def waiting(status: pd.DataFrame, episodes: pd.DataFrame, programme: Programme, as_of: date) -> pd.DataFrame:
    """Return every case that stands in a stage it is meant to leave, longest first.

    Parameters
    ----------
    status
        What `status_as_of` returned for ``as_of``.
    episodes
        What `atlas.analysis.progress.episodes` returned.
    programme
        Stages and limits.
    as_of
        The day.

    Returns
    -------
    pandas.DataFrame
        RangeIndex. Columns ``ags``, ``name``, ``district``, ``instrument``, ``stage``, ``since``, ``since_means``,
        ``source``, ``joint_with``, ``days`` (so far; at least, where the date is "at the latest"), ``limit`` (days, -1
        if nothing can be said), ``observed`` (see `Limit`), ``is_set``, ``is_late``.
    """
    known = limits(episodes, programme)
    rows = status[(status["basis"] == "direct") & (status["stage"] != NO_DATA)]
    keep = [(i, s) in known for i, s in zip(rows["instrument"], rows["stage"], strict=True)]
    rows = rows[np.asarray(keep, dtype=bool)].reset_index(drop=True)
    begun = held_on(episodes, as_of, "from_day").set_index(["ags", "instrument"])["from_day"]
    begun = begun[~begun.index.duplicated()]
    cases = list(zip(rows["ags"], rows["instrument"], strict=True))
    stages = [known[i, s] for i, s in zip(rows["instrument"], rows["stage"], strict=True)]
    days = [(pd.Timestamp(as_of) - begun[case]).days for case in cases]
    limit = [-1 if each.days is None else each.days for each in stages]
    table = rows[["ags", "name", "district", "instrument", "stage", "since", "since_means", "source", "joint_with"]]
    table = table.assign(
        days=np.asarray(days, dtype=np.int64),
        limit=np.asarray(limit, dtype=np.int64),
        observed=np.asarray([each.observed for each in stages], dtype=np.int64),
        is_set=np.asarray([each.is_set for each in stages], dtype=bool),
    )
    table["is_late"] = (table["limit"] >= 0) & (table["days"] > table["limit"])
    return table.sort_values(["days", "name", "instrument"], ascending=[False, True, True], ignore_index=True)
