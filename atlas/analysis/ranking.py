"""Districts in the order of how many of their municipalities an instrument has reached."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from atlas.analysis.counting import PEOPLE_COLUMNS, by_district
from atlas.analysis.population import Weights
from atlas.model.boundaries import INDEPENDENT_CITIES, BoundaryVersion
from atlas.model.place_names import german_key

RANKING_COLUMNS = ("district", "name", "kind", "instrument", "rank", "municipalities", "total", "share")
"""Columns of ``python -m atlas districts``: a contract; after them `PEOPLE_COLUMNS`, where there is a register."""


def rank_districts(
    status: pd.DataFrame,
    boundaries: BoundaryVersion,
    instruments: Iterable[str],
    weights: Weights | None = None,
    *,
    is_for_all: bool,
) -> pd.DataFrame:
    """Return every district of the day for each instrument, the best first.

    ``status`` is what `status_as_of` returned for the boundaries. A city that is a district of its own has one municipality:
    such cities are ranked among themselves, after the districts.

    Returns
    -------
    pandas.DataFrame
        RangeIndex. Columns `RANKING_COLUMNS`: ``district`` (5 digits), ``kind`` (of the boundary set), ``instrument`` (key),
        ``rank`` (1 is the largest share, or number where the programme is not for all; equal ones have the same),
        ``municipalities`` (covered by their own doing), ``total`` (that existed), ``share`` (0 to 1); with ``weights`` also `PEOPLE_COLUMNS`.
    """
    return pd.concat(
        [_ranked(status, boundaries, each, weights, is_for_all=is_for_all) for each in instruments], ignore_index=True
    )


def _ranked(
    status: pd.DataFrame, boundaries: BoundaryVersion, instrument: str, weights: Weights | None, *, is_for_all: bool
) -> pd.DataFrame:
    table = by_district(status, instrument, boundaries.district_keys, weights)
    table = table[table["total"] > 0]
    place = boundaries.districts.loc[table["district"]]
    table = table.assign(name=place["name"].to_numpy(), kind=place["kind"].to_numpy(), instrument=instrument)
    is_city = table["kind"].isin(INDEPENDENT_CITIES)
    by = "share" if is_for_all else "municipalities"
    rank = table.groupby(is_city)[by].rank(method="min", ascending=False).astype("int64")
    order = table.assign(rank=rank, is_city=is_city).sort_values(["is_city", "rank", "name"], key=german_key)
    return order[[*RANKING_COLUMNS, *(PEOPLE_COLUMNS if weights else ())]]
