"""How it went, in numbers: what was in force on each of some days, and what began and ended in between.

What is covered only through a district takes no part: it is never part of a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from atlas.analysis.days import Ints, as_days, ordinals, places_of, running, table_of, united
from atlas.analysis.events import DORMANT, ENDED, NEW, REVIVED
from atlas.model.boundaries import Edition

PROGRESS_COLUMNS = (
    "date",
    "instrument",
    "municipalities",
    "arrangements",
    "new",
    "ended",
    "revived",
    "dormant",
    "total",
    "share",
    "area_share",
)


def progress(  # noqa: PLR0913 - what is counted, for which days, where: none of it has a sensible default
    episodes_: pd.DataFrame,
    events_: pd.DataFrame,
    edition: Edition,
    instruments: Sequence[str],
    days: Sequence[date],
    *,
    since: date,
    district: str | None = None,
) -> pd.DataFrame:
    """Return for each day what was in force then and what began and ended since the day before it in ``days``.

    Parameters
    ----------
    episodes_, events_
        What `episodes` and `events` returned.
    edition
        Municipalities that existed.
    instruments
        Keys, in the order wanted.
    days
        Days to report, each later than the one before.
    since
        Where the first row's time begins; what happened on this day itself is not in it.
    district
        Five-digit key to count in one district only.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, each day with all instruments. Columns `PROGRESS_COLUMNS`: ``date`` (``datetime64[s]``);
        ``municipalities``, ``arrangements`` (a joint one once) and ``total`` (municipalities that existed) on that
        day, as in `counting.figure`; ``new`` (with ``revived``) and ``ended`` (with ``dormant``) since the day before;
        ``share`` (0 to 1; 0.0 where there are no municipalities); ``area_share`` (of the land they have, 0 to 1).

    Raises
    ------
    ValueError
        If the days are not in order or the first is not later than ``since``.
    """
    at = np.asarray([since.toordinal(), *(day.toordinal() for day in days)], dtype=np.int64)
    if (np.diff(at) <= 0).any():
        raise ValueError("days must follow each other, the first after since")
    stock, held = _stocks(episodes_, instruments, at[1:], district)
    flow = _flows(events_, instruments, at, district)
    total = running(*_existence(edition, district), at[1:], 1)
    columns = {
        "date": np.repeat(as_days(at[1:]), len(instruments)),
        "instrument": np.tile(np.asarray(instruments, dtype=object), len(days)),
        "municipalities": stock.ravel(),
        "arrangements": held.ravel(),
        "new": (flow[NEW] + flow[REVIVED]).ravel(),
        "ended": (flow[ENDED] + flow[DORMANT]).ravel(),
        "revived": flow[REVIVED].ravel(),
        "dormant": flow[DORMANT].ravel(),
        "total": np.repeat(total.ravel(), len(instruments)),
    }
    columns["share"] = columns["municipalities"] / np.maximum(columns["total"], 1)
    land = running(*_existence(edition, district), at[1:], 1, _land(edition, district))
    covered = _land_covered(episodes_, edition, instruments, at[1:], district)
    columns["area_share"] = (covered / np.maximum(land, 1)).ravel()
    return table_of(columns, PROGRESS_COLUMNS)


def _stocks(episodes_: pd.DataFrame, instruments: Sequence[str], at: Ints, district: str | None) -> tuple[Ints, Ints]:
    """Return municipalities and arrangements counted, days by instruments."""
    kept = episodes_["counted"].to_numpy(dtype=bool)
    if district is not None:
        kept = kept & (episodes_["district"] == district).to_numpy(dtype=bool)
    code = places_of(episodes_["instrument"], instruments)
    kept = kept & (code >= 0)
    begin, end = ordinals(episodes_["from_day"]), ordinals(episodes_["until_day"])
    joint = kept & ((episodes_["joint_with"] != "") & (episodes_["basis"] == "direct")).to_numpy(dtype=bool)
    size = len(instruments)
    stock = running(code[kept], begin[kept], end[kept], at, size)
    together = running(code[joint], begin[joint], end[joint], at, size)
    body, _ = pd.factorize(episodes_["joint_with"].to_numpy(dtype=object)[joint])
    case, first, last = united(body * max(size, 1) + code[joint], begin[joint], end[joint])
    bodies = running(case % max(size, 1), first, last, at, size)
    return stock, stock - together + bodies


def _flows(events_: pd.DataFrame, instruments: Sequence[str], at: Ints, district: str | None) -> dict[str, Ints]:
    """Return events by kind, days by instruments; ``at`` begins with the day after which the first row counts."""
    code, day = places_of(events_["instrument"], instruments), ordinals(events_["day"])
    kept = (code >= 0) & (day > at[0]) & (day <= at[-1])
    if district is not None:
        kept = kept & (events_["district"] == district).to_numpy(dtype=bool)
    what, row = events_["what"].to_numpy(dtype=object), np.searchsorted(at, day) - 1
    flow = {}
    for kind in (NEW, REVIVED, ENDED, DORMANT):
        chosen = kept & (what == kind)
        flow[kind] = np.zeros((len(at) - 1, len(instruments)), dtype=np.int64)
        np.add.at(flow[kind], (row[chosen], code[chosen]), 1)
    return flow


def _existence(edition: Edition, district: str | None) -> tuple[Ints, Ints, Ints]:
    """Return a column 0, first day and end of every row of the edition, of one district if it is given."""
    rows = edition.municipalities
    if district is not None:
        rows = rows[rows["district"] == district]
    return np.zeros(len(rows), dtype=np.int64), ordinals(rows["valid_from"]), ordinals(rows["valid_to"])


def _land(edition: Edition, district: str | None) -> Ints:
    """Return the area of every row of the edition, of one district if it is given, in thousands of square metres.

    Whole numbers: sums of them are exact in any order.
    """
    rows = edition.municipalities
    if district is not None:
        rows = rows[rows["district"] == district]
    return np.asarray(np.rint(rows["area_km2"].to_numpy() * 1000), dtype=np.int64)


def _land_covered(
    episodes_: pd.DataFrame, edition: Edition, instruments: Sequence[str], at: Ints, district: str | None
) -> Ints:
    """Return the area of the municipalities counted, days by instruments, as in `_land`.

    A municipality that took in another has had several areas, each for its time.
    """
    kept = episodes_[episodes_["counted"]]
    if district is not None:
        kept = kept[kept["district"] == district]
    extents = edition.municipalities[["ags", "valid_from", "valid_to"]].assign(land=_land(edition, None))
    both = kept[["ags", "instrument", "from_day", "until_day"]].merge(extents, on="ags")
    code = places_of(both["instrument"], instruments)
    begin = np.maximum(ordinals(both["from_day"]), ordinals(both["valid_from"]))
    end = np.minimum(ordinals(both["until_day"]), ordinals(both["valid_to"]))
    real = (code >= 0) & (begin < end)
    weight = both["land"].to_numpy(dtype=np.int64)[real]
    return running(code[real], begin[real], end[real], at, len(instruments), weight)
