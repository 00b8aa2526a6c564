"""How long it took: from one step to the next, and how long cases have stood where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from atlas.model.dates import PartialDate
from atlas.model.programme import Programme, Stage, StageKind
from atlas.model.states import State

QUANTILE = 0.75
"""Where a programme sets no limit, a case is late that has taken longer than three in four."""
FEW = 8
"""Below so many observed cases a percentile says little, and the reader is told."""
LEAST = 5
"""Below so many it says nothing, and there is no limit."""
STANDING = (str(State.PLANNED), str(State.IN_FORCE), str(State.REACHED))
"""States in which a case stands somewhere: nobody is late in what is over, or is documented only later."""
_MONTH = pd.Timedelta(days=31)


@dataclass(frozen=True)
class Passage:
    """From one instrument to the next on the programme's path: how long it took those that made it."""

    start: str
    goal: str
    """Instrument keys."""
    days: tuple[int, ...]
    """One number per municipality whose two dates are known to the month at least, ascending."""

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

    ``episodes`` are what `atlas.analysis.episodes.episodes` returned; nothing later than ``as_of`` counts. Without a
    path there is nothing to measure.
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
    """After how many days a case in a stage counts as late."""

    days: int | None
    """None if nothing can be said: no limit is set, and fewer than `LEAST` cases have been observed to move on."""
    observed: int
    """How many cases moved on; 0 if the programme sets the limit."""
    is_set: bool
    """Whether the programme sets it."""


def limits(spans_: pd.DataFrame, programme: Programme) -> dict[tuple[str, str], Limit]:
    """Return the limit of every stage that has a next one, by instrument and stage.

    The programme's own where it sets one; else the 75th percentile of the time that cases spent in the stage before they
    went on to the next. Only those are observed of which both days are known to the month.

    ``spans_`` are what `spans` returned.
    """
    observed = _observed(spans_)
    found = {}
    for instrument in programme.instruments:
        for stage in _passing(instrument.stages):
            seen = observed.get((instrument.key, stage.key), np.empty(0))
            if stage.dwell_days is not None:
                found[instrument.key, stage.key] = Limit(stage.dwell_days, 0, is_set=True)
            else:
                days = int(np.quantile(seen, QUANTILE)) if len(seen) >= LEAST else None
                found[instrument.key, stage.key] = Limit(days, len(seen), is_set=False)
    return found


def is_known(earliest: Any, latest: Any) -> Any:  # noqa: ANN401 - days or columns of them
    """Return whether a first day is known to the month."""
    return latest - earliest <= _MONTH


def _observed(spans_: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    """Return how many days finished cases spent in each stage, by instrument and stage."""
    told = spans_[(spans_["basis"] == "direct") & spans_["state"].isin(STANDING)]
    told = told[is_known(told["begin"], told["since_day"])]
    columns = ["case", "instrument", "stage", "since_day"]
    further = told[told["kind"] == str(StageKind.STEP)][["case", "since_day"]]
    moved = told[told["ends"] == ""][[*columns, "until_day"]]
    moved = moved.merge(further, left_on=["case", "until_day"], right_on=["case", "since_day"], suffixes=("", "_next"))
    took = (moved["until_day"] - moved["since_day"]).dt.days
    groups = took.groupby([moved["instrument"], moved["stage"]])
    return {(str(instrument), str(stage)): days.to_numpy() for (instrument, stage), days in groups}


def _passing(stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages one is meant to leave: plans and steps before the last, but for those that may last."""
    steps = [stage for stage in stages if stage.kind is StageKind.STEP]
    passing = [stage for stage in stages if stage.kind is StageKind.PLAN or stage in steps[:-1]]
    return [stage for stage in passing if not stage.may_last]


def joint_lines(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the municipalities' own cases with those of one arrangement in one stage as one line.

    ``cases`` are what `cases_as_of` returned, or some of its rows.

    Returns
    -------
    pandas.DataFrame
        RangeIndex. The columns of ``cases``, told by the member of which the stage has been documented longest, with the
        newest ``last_proof`` of all; ``members`` (tuple of positions, in their order).
    """
    own = cases[cases["basis"] == "direct"].rename_axis("position").reset_index()
    own = own.sort_values(["since_day", "position"], kind="stable")
    groups = own.groupby(["arrangement", "instrument", "stage", "state"], sort=False)
    lines = own[~own.duplicated(["arrangement", "instrument", "stage", "state"])].reset_index(drop=True)
    number = groups.ngroup().to_numpy()
    members: list[list[int]] = [[] for _ in range(len(lines))]
    for place, position in zip(number, own["position"], strict=True):
        members[place].append(int(position))
    proof = own.groupby(number)["last_proof"].max().to_numpy()
    told = pd.Series([tuple(sorted(set(each))) for each in members], index=lines.index, dtype=object)
    return lines.drop(columns="position").assign(last_proof=proof, members=told)


def waiting(lines: pd.DataFrame, spans_: pd.DataFrame, programme: Programme, as_of: date) -> pd.DataFrame:
    """Return every case that stands in a stage it is meant to leave, longest first.

    ``lines`` are what `joint_lines` returned for ``as_of``, ``spans_`` what `spans` did.

    Returns
    -------
    pandas.DataFrame
        RangeIndex. The columns of `joint_lines`, ``days`` (so far; at least, where the beginning is not known; -1 where
        nothing is dated), ``limit`` (days, -1 if nothing can be said), ``observed`` (see `Limit`), ``is_set``, ``is_late``.
    """
    known = limits(spans_, programme)
    rows = lines[lines["state"].isin(STANDING)]
    keep = [(i, s) in known for i, s in zip(rows["instrument"], rows["stage"], strict=True)]
    rows = rows[np.asarray(keep, dtype=bool)]
    stages = [known[i, s] for i, s in zip(rows["instrument"], rows["stage"], strict=True)]
    days = (pd.Timestamp(as_of) - rows["since_day"]).dt.days.astype("int64")
    table = rows.assign(
        days=days.where(rows["since_means"] != "undated", -1),
        limit=np.asarray([-1 if each.days is None else each.days for each in stages], dtype=np.int64),
        observed=np.asarray([each.observed for each in stages], dtype=np.int64),
        is_set=np.asarray([each.is_set for each in stages], dtype=bool),
    )
    table["is_late"] = (table["limit"] >= 0) & (table["days"] > table["limit"])
    return table.sort_values(["days", "name", "instrument"], ascending=[False, True, True], ignore_index=True)
