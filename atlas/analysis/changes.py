"""What is different between two days, and between two records on one day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from atlas.analysis.events import CHANGED, ENDINGS, FLOWS, RECORD
from atlas.analysis.status import NO_DATA
from atlas.model.place_names import german_key
from atlas.model.states import State

CHANGE_COLUMNS = (
    "what",
    "because",
    "ags",
    "name",
    "district",
    "instrument",
    "stage_before",
    "stage",
    "stage_was",
    "day",
    "earliest",
    "since",
    "since_means",
    "read_on",
    "until",
    "last_proof",
    "source",
    "joint_with",
)
GAINED, LOST = "gained", "lost"
"""What another record would make of a municipality: counted, or no longer."""


def changes_between(
    before: pd.DataFrame,
    after: pd.DataFrame,
    happened: pd.DataFrame,
    names: Iterable[tuple[str, str]],
    key: str = "ags",
) -> pd.DataFrame:
    """Return what happened between two days, municipality by municipality, or arrangement by arrangement.

    In each instrument, what is counted after is what was counted before, plus the beginnings, less the ends; what begins
    and ends in between is in both.

    ``before`` and ``after`` are what `status_as_of` returned for an earlier and a later day (for arrangements
    `cases_as_of`), ``happened`` what `in_period` did for the days between. ``names`` are key and name of every
    municipality there has been; of several with one key the last is told. ``key`` tells one from another: ``ags`` or
    ``arrangement``.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by instrument (as they appear in the tables), then in the order of `FLOWS`, ``changed`` last, then name
        and AGS. Columns `CHANGE_COLUMNS`: ``what`` (one of `FLOWS`, or ``changed``: counted on both days or on neither,
        and the documented stage another), ``because`` (``boundary`` where only a merger made the difference, else
        ``record``); ``ags`` to ``district`` of the municipality concerned; ``stage_before`` and ``stage`` (`NO_DATA` where
        nothing of its own was documented), ``stage_was`` (of what happened, as in `events`); ``day`` and ``earliest`` (``datetime64[s]``, the range of the day; NaT of what
        is ``changed``); ``since`` to ``joint_with`` of the record that says so.
    """
    slot = [key, "instrument"]
    was, now = (_own_rows(rows).drop_duplicates(slot) for rows in (before, after))
    stages = was.set_index(slot)["stage"]
    known = dict(names)
    ends = happened["what"].isin(ENDINGS).to_numpy(dtype=bool)
    by_record = (happened["because"] == RECORD).to_numpy(dtype=bool)
    place = pd.MultiIndex.from_frame(happened[slot])
    earlier = stages.reindex(place).fillna(NO_DATA).to_numpy(dtype=object)
    moved = happened.assign(
        name=[known[each] for each in happened["ags"]],
        stage_before=np.where(ends, happened["stage_was"], earlier),
        stage=np.where(
            ends & by_record & (happened["stage"] == happened["stage_was"]).to_numpy(), NO_DATA, happened["stage"]
        ),
    )
    both = now.merge(was[[*slot, "stage", "counted"]], on=slot, how="left", suffixes=("", "_before"))
    # A municipality that was not there yet has what its parts had, unless an entry says so that spoke of nobody before.
    is_young = both["stage_before"].isna().to_numpy()
    spoke = pd.MultiIndex.from_frame(both[["instrument", "row"]]).isin(
        pd.MultiIndex.from_frame(was[["instrument", "row"]])
    )
    both = both.assign(
        stage_before=both["stage_before"].fillna(NO_DATA), counted_before=both["counted_before"].isin([True])
    )
    differs = both["stage_before"] != both["stage"]
    changed = both[differs & (both["counted_before"] == both["counted"]) & ~(is_young & spoke)]
    changed = changed[~pd.MultiIndex.from_frame(changed[slot]).isin(place)]
    nat = np.datetime64("NaT", "s")
    changed = changed.assign(what=CHANGED, because=RECORD, stage_was=changed["stage_before"], day=nat, earliest=nat)
    table = pd.concat([moved[list(CHANGE_COLUMNS)], changed[list(CHANGE_COLUMNS)]], ignore_index=True)
    return _in_order(table, [*after["instrument"], *before["instrument"]], (*FLOWS, CHANGED))


def effect_of(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what is different on one day in another record.

    ``before`` and ``after`` are what `status_as_of` returned for the one record and for the other, on the same day.

    Returns
    -------
    pandas.DataFrame
        As `changes_between`, ``what`` being ``gained`` (then counted), ``lost`` (then no longer) or ``changed``.
    """
    was, now = (_with_own(rows).set_index(["ags", "instrument"], drop=False) for rows in (before, after))
    differs = (was["own_stage"] != now["own_stage"]) | (was["own_state"] != now["own_state"])
    begins, ends = now["own_counted"] & ~was["own_counted"], was["own_counted"] & ~now["own_counted"]
    what = np.select([begins, ends, differs], [GAINED, LOST, CHANGED], "")
    told = pd.concat([now[what != LOST], was[what == LOST]]).loc[now.index]
    nat = np.datetime64("NaT", "s")
    told = told.assign(
        what=what,
        because=RECORD,
        stage_before=was["own_stage"],
        stage=now["own_stage"],
        stage_was=was["own_stage"],
        day=nat,
        earliest=nat,
    )
    table = told[what != ""].reset_index(drop=True)[list(CHANGE_COLUMNS)]
    return _in_order(table, after["instrument"].tolist(), (GAINED, LOST, CHANGED))


def _with_own(status: pd.DataFrame) -> pd.DataFrame:
    """Return a status with what is of a municipality's own in it."""
    own = status["basis"].isin(["direct", "derived"])
    stage, state = status["stage"].where(own, NO_DATA), status["state"].where(own, "")
    return status.assign(own_stage=stage, own_state=state, own_counted=status["counted"] & own)


def _own_rows(status: pd.DataFrame) -> pd.DataFrame:
    """Return what is said of a municipality's own on the day, `NO_DATA` where nothing is; what is documented only later is not."""
    said = status["basis"].isin(["direct", "derived"])
    said &= ~status["state"].isin([State.DOCUMENTED_LATER, State.PERIOD_UNKNOWN])
    return status.assign(
        stage=status["stage"].where(said, NO_DATA), counted=status["counted"] & said, row=status["row"].where(said, -1)
    )


def _in_order(table: pd.DataFrame, instruments: Sequence[str], whats: Sequence[str]) -> pd.DataFrame:
    place = {key: number for number, key in enumerate(dict.fromkeys(instruments))}
    rank = {what: number for number, what in enumerate(whats)}
    order = table.assign(instrument=table["instrument"].map(place), what=table["what"].map(rank))
    order = order.sort_values(["instrument", "what", "name", "ags"], kind="stable", key=german_key)
    return table.loc[order.index].reset_index(drop=True)
