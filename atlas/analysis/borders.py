"""Neighbours: who shares a border line with whom, and how much of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from atlas.analysis.coverage import Shapes


def shared_borders(shapes: Shapes, valid_from: pd.Series, valid_to: pd.Series) -> pd.DataFrame:
    """Return every pair of areas that touch and were there at the same time.

    In a clean coverage a shared border is the same segments in both rings, so it is found by their end points,
    without geometry operations: in 0.04 s for Saxony, where intersecting boundaries takes 0.17 s.

    Parameters
    ----------
    shapes
        Polygons of a clean, unsimplified coverage in metres, any number of dates in one.
    valid_from, valid_to
        From when until when each was there (``valid_to`` NaT: still).

    Returns
    -------
    pandas.DataFrame
        RangeIndex, sorted. ``a``, ``b`` (positions, a < b), ``border_m`` (0.0: they meet in points only).
    """
    lines = _line_neighbours(shapes)
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    touching = pd.DataFrame({"a": left, "b": right}).query("a < b")
    pairs = touching.merge(lines, on=["a", "b"], how="left").fillna({"border_m": 0.0})
    until = valid_to.fillna(pd.Timestamp.max.floor("s")).to_numpy()
    since = valid_from.to_numpy()
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    together = pd.DataFrame(pairs[(since[a] < until[b]) & (since[b] < until[a])])
    return together.sort_values(["a", "b"]).reset_index(drop=True).astype({"a": "int64", "b": "int64"})


def _line_neighbours(shapes: Shapes) -> pd.DataFrame:
    """Return a, b, border_m of every two areas that have segments in common; an extent may share with many."""
    rings, owner = _rings(shapes)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    begin, end = points[:-1][follows], points[1:][follows]
    swap = (begin[:, 0] > end[:, 0]) | ((begin[:, 0] == end[:, 0]) & (begin[:, 1] > end[:, 1]))
    low, high = np.where(swap[:, None], end, begin), np.where(swap[:, None], begin, end)
    segments = pd.DataFrame(
        {
            "x1": low[:, 0],
            "y1": low[:, 1],
            "x2": high[:, 0],
            "y2": high[:, 1],
            "owner": owner[ring[1:][follows]],
            "border_m": np.hypot(*(end - begin).T),
        }
    )
    key = ["x1", "y1", "x2", "y2"]
    shared = segments[segments.duplicated(key, keep=False)]
    pairs = shared.merge(shared.drop(columns="border_m"), on=key, suffixes=("", "_other"))
    pairs = pairs[pairs["owner"] < pairs["owner_other"]].rename(columns={"owner": "a", "owner_other": "b"})
    return pairs.groupby(["a", "b"])["border_m"].sum().reset_index()


def _rings(shapes: Shapes) -> tuple[Shapes, npt.NDArray[np.intp]]:
    """Return all rings and, for each, the position of the area it belongs to."""
    parts, area = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    return rings, area[part]
