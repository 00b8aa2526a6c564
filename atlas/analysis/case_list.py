"""The list of cases: every grant, analysis or council by itself, with its term and its state on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.days import iso_days
from atlas.analysis.status import cases_as_of, held_on
from atlas.model.boundaries import BoundaryChange, BoundaryVersion
from atlas.model.keys import is_district_key
from atlas.model.programme import Programme
from atlas.model.states import State

_OVER = [str(state) for state in State if state.is_over]
_OF_STATE = [str(state) for state in State if state.holds or state is State.PLANNED]


def case_list(
    spans_: pd.DataFrame, programme: Programme, edition: BoundaryVersion, changes: Iterable[BoundaryChange], as_of: date
) -> pd.DataFrame:
    """Return the cases of every instrument that repeats, and of every participant that has several in one instrument.

    The arguments are those of `status_as_of`.

    Returns
    -------
    pandas.DataFrame
        RangeIndex; districts before their municipalities, instruments in order, cases by their beginning. Columns,
        all text, days in ISO form, empty where there is nothing to say: ``ags`` (five digits for a district), ``name``,
        ``district`` (name), ``instrument``, ``case`` (short name), ``stage``, ``begin_earliest`` to ``begin_latest``
        (range of the first day of its first counted stage), ``end_earliest`` to ``end_latest`` (range of the first day on
        which it no longer held, empty while it does), ``until`` (as known), ``last_proof``, ``state`` (see `State`),
        ``joint_with``, ``arrangement`` (the same for members of one: key, instrument and number of a member's case),
        ``source``.
    """
    found = pd.concat([cases_as_of(spans_, edition, changes, as_of), _of_districts(spans_, edition, as_of)])
    found = found[found["basis"] == "direct"]
    repeating = [each.key for each in programme.instruments if each.repeats]
    several = found.duplicated(["ags", "instrument"], keep=False)
    found = found[found["instrument"].isin(repeating) | several]
    over = found["state"].isin(_OVER).to_numpy(dtype=bool)
    end = _ends(spans_, as_of).reindex(found["case"])
    # An exit that ends nothing documented has a range of its own, and says nothing of a time in which something held.
    first = pd.Series(np.where(end["until_day"].notna(), end["end_earliest"], found["begin"]))
    last = end["until_day"].reset_index(drop=True).fillna(found["since_day"].reset_index(drop=True))
    place = {each.key: number for number, each in enumerate(programme.instruments)}
    table = pd.DataFrame(
        {
            "ags": found["ags"].to_numpy(),
            "name": found["name"].to_numpy(),
            "district": found["district"].map(edition.districts["name"]).fillna("").to_numpy(),
            "instrument": found["instrument"].to_numpy(),
            "case": found["case_name"].to_numpy(),
            "stage": found["stage"].to_numpy(),
            "begin_earliest": iso_days(found["case_begin"]),
            "begin_latest": iso_days(found["case_since"]),
            "end_earliest": np.where(over, iso_days(first), ""),
            "end_latest": np.where(over, iso_days(last), ""),
            "until": _either(found["until"].to_numpy(), end["until"].fillna("").to_numpy()),
            "last_proof": _either(iso_days(found["last_proof"]), iso_days(end["last_proof"])),
            "state": found["state"].to_numpy(),
            "joint_with": found["joint_with"].to_numpy(),
            "arrangement": found["arrangement"].map(_names(spans_)).to_numpy(),
            "source": found["source"].to_numpy(),
        },
        dtype=object,
    )
    order = table.assign(instrument=table["instrument"].map(place))
    order = order.sort_values(["ags", "instrument", "begin_latest", "begin_earliest", "arrangement"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def _of_districts(spans_: pd.DataFrame, edition: BoundaryVersion, as_of: date) -> pd.DataFrame:
    """Return the cases of districts as `cases_as_of` does those of municipalities."""
    own = spans_[spans_["participant"].map(is_district_key).astype(bool)]
    own = held_on(own[own["participant"].isin(edition.districts.index)], as_of)
    own = own.sort_values("strength", kind="stable").drop_duplicates("case")
    key = own["participant"].to_numpy()
    return own.assign(ags=key, name=edition.districts["name"].reindex(key).to_numpy(), district=key)


def _ends(spans_: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return, by case, the last stretch in which it held, or was planned, if that has ended by the day."""
    gone = spans_[
        (spans_["case"] >= 0)
        & spans_["state"].isin(_OF_STATE)
        & (spans_["ends"] != "")
        & (spans_["until_day"] <= pd.Timestamp(as_of))
    ]
    gone = gone.sort_values("until_day", kind="stable").drop_duplicates("case", keep="last")
    return gone.set_index("case")[["end_earliest", "until_day", "until", "last_proof"]]


def _names(spans_: pd.DataFrame) -> pd.Series:
    """Return a name for each arrangement that does not depend on the rest of the record: of the first member's case."""
    own = spans_[spans_["case"] >= 0].drop_duplicates("case")
    own = own.sort_values(["participant", "instrument", "case_since", "case_begin", "case_name", "case"], kind="stable")
    number = own.groupby(["participant", "instrument"]).cumcount() + 1
    name = own["participant"] + "-" + own["instrument"] + "-" + number.astype(str)
    return name.groupby(own["arrangement"]).first()


def _either(own: npt.NDArray[np.object_], other: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.asarray(np.where(own != "", own, other), dtype=object)
