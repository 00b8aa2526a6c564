"""What is different between two days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.events import BOUNDARY, CHANGED, ENDED, NEW, RECORD
from atlas.analysis.status import NO_DATA, successors
from atlas.model.boundaries import Change, mergers
from atlas.model.dates import PartialDate

CHANGE_COLUMNS = (
    "what",
    "because",
    "ags",
    "name",
    "district",
    "instrument",
    "stage_before",
    "stage",
    "since",
    "since_means",
    "source",
    "joint_with",
)


def changes_between(
    before: pd.DataFrame, after: pd.DataFrame, changes: Iterable[Change], after_day: date
) -> pd.DataFrame:
    """Return what is different between two days, municipality by municipality.

    What is counted after is what was counted before, plus ``new``, less ``ended``, in each instrument.

    Parameters
    ----------
    before, after
        What `status_as_of` returned for an earlier and a later day.
    changes
        Mergers of all editions of the state.
    after_day
        The later day: municipalities of the earlier one stand for their heirs then.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by instrument (as they appear in the tables), then ``new``, ``ended``, ``changed``, then name and
        AGS. Columns `CHANGE_COLUMNS`: ``what`` (``changed``: the documented stage is another, and counted on both days
        or on neither), ``because`` (``boundary`` where only a merger made the difference, else ``record``); ``ags`` to
        ``district`` and ``since`` to ``joint_with`` as on the later day, where something ``ended`` as on the earlier;
        ``stage_before`` and ``stage`` (`NO_DATA` where nothing of its own was documented). Of several counted
        municipalities that merged into a counted one all but one have ended, as in `events`.
    """
    changes = tuple(changes)
    heir = successors(changes, after_day)
    was, now = _own_rows(before), _own_rows(after)
    was["heir"] = was["ags"].map(heir).where(was["ags"].isin(list(heir)), was["ags"]).astype(object)
    was["moved"] = was["ags"] != was["heir"]
    was = was.sort_values(["heir", "instrument", "counted", "moved", "ags"], ascending=[True, True, False, True, True])
    was["place"] = was.groupby(["heir", "instrument"]).cumcount()
    both = was.merge(
        now.assign(heir=now["ags"]), on=["heir", "instrument"], how="outer", suffixes=("_before", "_after")
    )
    counted = {side: both[f"counted_{side}"].isin([True]).to_numpy(dtype=bool) for side in ("before", "after")}
    stage = {side: both[f"stage_{side}"].where(both[f"ags_{side}"].notna(), NO_DATA) for side in ("before", "after")}
    first = (both["place"].fillna(0) == 0).to_numpy(dtype=bool)
    new = first & ~counted["before"] & counted["after"]
    ended = counted["before"] & ~(first & counted["after"])
    differs = (stage["before"] != stage["after"]).to_numpy(dtype=bool)
    changed = first & (counted["before"] == counted["after"]) & differs
    by_record = _by_record(both, was) & ~_waited(both, set(before["ags"]), changes)
    both = both.assign(
        what=np.select([new, ended, changed], [NEW, ENDED, CHANGED], ""),
        because=np.where(by_record & ~(ended & counted["after"]), RECORD, BOUNDARY),
        stage_before=stage["before"],
        stage=stage["after"],
    )
    both = both[both["what"] != ""]
    return _in_order(_told(both), [*after["instrument"], *before["instrument"]])


def _own_rows(status: pd.DataFrame) -> pd.DataFrame:
    told = ["ags", "name", "district", "stage", "since", "since_means", "source", "joint_with"]
    is_own = status["basis"].isin(["direct", "derived"])
    return status.loc[is_own, ["instrument", *told, "counted", "participant", "row"]].copy()


def _by_record(both: pd.DataFrame, was: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return whether a record speaks on the later day that did not speak of anybody on the earlier."""
    spoke = pd.MultiIndex.from_frame(was[["instrument", "row"]])
    speaks = pd.MultiIndex.from_frame(both[["instrument", "row_after"]])
    return np.asarray(both["row_after"].notna().to_numpy(dtype=bool) & ~speaks.isin(spoke), dtype=bool)


def _waited(both: pd.DataFrame, there: set[object], changes: tuple[Change, ...]) -> npt.NDArray[np.bool_]:
    """Return whether the record is older than the municipality it names, which was not there yet on the earlier day."""
    formed = {
        change.new_ags: change.effective for change in sorted(mergers(changes), key=lambda each: each.effective)[::-1]
    }
    waited = np.zeros(len(both), dtype=bool)
    young = both["ags_after"].isin(set(formed) - there) & (both["participant_after"] == both["ags_after"])
    for at in np.flatnonzero(young.to_numpy(dtype=bool)):
        since, key = both["since_after"].iloc[at], both["ags_after"].iloc[at]
        waited[at] = bool(since) and PartialDate.parse(since).last_day() < formed[key]
    return waited


def _told(both: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the result, each from the day it is told of."""
    earlier = (both["what"] == ENDED) | both["ags_after"].isna()
    told = {
        column: both[f"{column}_before"].where(earlier, both[f"{column}_after"])
        for column in ("ags", "name", "district", "since", "since_means", "source", "joint_with")
    }
    return both.assign(**told)[list(CHANGE_COLUMNS)].astype(object)


def _in_order(table: pd.DataFrame, instruments: Sequence[str]) -> pd.DataFrame:
    place = {key: number for number, key in enumerate(dict.fromkeys(instruments))}
    whats = {NEW: 0, ENDED: 1, CHANGED: 2}
    order = table.assign(instrument=table["instrument"].map(place), what=table["what"].map(whats))
    order = order.sort_values(["instrument", "what", "name", "ags"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)
