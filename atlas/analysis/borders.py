"""Shared borders: who meets whom along a line or in a point, from geometry, once, when a boundary set is built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from atlas.analysis.coverage import Shapes
from atlas.analysis.days import Ints, run_begins

_Hashes: TypeAlias = npt.NDArray[np.uint64]
_Floats: TypeAlias = npt.NDArray[np.float64]

_Points: TypeAlias = npt.NDArray[np.complex128]
"""Places as complex numbers, x + yi: one value to fetch and to compare."""

_MIX = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
"""Odd constants of golden-ratio hashing; they only have to spread bits, not to be secret."""
_FOLD = np.uint64(31)
"""So far high bits are folded down onto low ones."""


def shared_borders(shapes: Shapes, valid_from: pd.Series, valid_to: pd.Series) -> pd.DataFrame:
    """Return every pair of areas that touch and were there at the same time.

    In a clean coverage (`atlas.analysis.coverage` makes one) areas that touch have vertices in common, and areas that
    share a line have segments in common, exactly. So no geometry operation is needed: equal ends are found by sorting
    their hashes, and compared in full, so that two that merely hash alike are never taken for one.

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
    points, owner, follows = _vertices(shapes)
    size = np.int64(max(len(shapes), 1))
    hashes = _hashed(points)
    pairs, border_m = _line_pairs(points, owner, follows, hashes, size)
    touching = _point_pairs(points, owner, hashes, size)
    found = np.union1d(pairs, touching)
    metres = np.zeros(len(found))
    metres[np.searchsorted(found, pairs)] = border_m
    a, b = found // size, found % size
    until = valid_to.fillna(pd.Timestamp.max.floor("s")).to_numpy()
    since = valid_from.to_numpy()
    together = (since[a] < until[b]) & (since[b] < until[a])
    return pd.DataFrame({"a": a[together], "b": b[together], "border_m": metres[together]})


def _vertices(shapes: Shapes) -> tuple[_Points, Ints, Ints]:
    """Return all vertices, the area each belongs to, and the vertices that another one of the same ring follows."""
    parts, area = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    points = np.ascontiguousarray(coordinates + 0.0).view(np.complex128)[:, 0]  # + 0.0: -0.0 and 0.0 are one place
    follows = np.flatnonzero(ring[1:] == ring[:-1])
    return points, np.asarray(area[part][ring], dtype=np.int64), follows


def _hashed(points: _Points) -> _Hashes:
    """Return one number for each point, from the bits of its coordinates."""
    bits: _Hashes = np.asarray(points.view(np.uint64), dtype=np.uint64).reshape(-1, 2)
    x, y = bits[:, 0], bits[:, 1]
    mixed: _Hashes = np.multiply(x, _MIX[0]) + np.multiply(np.bitwise_xor(y, np.right_shift(y, _FOLD)), _MIX[1])
    return np.multiply(np.bitwise_xor(mixed, np.right_shift(mixed, _FOLD)), _MIX[2])


def _line_pairs(points: _Points, owner: Ints, follows: Ints, hashes: _Hashes, size: np.int64) -> tuple[Ints, _Floats]:
    """Return each pair with segments in common, as ``a * size + b`` in order, and the metres they share."""
    begin, end, own = points[follows], points[follows + 1], owner[follows]
    found, metres = [], []
    for one, other in _alike((hashes[follows] + hashes[follows + 1]) * _MIX[0]):  # the same in both directions
        there = end[other], begin[other]
        same = (begin[one] == there[0]) & (end[one] == there[1])
        same |= (begin[one] == there[1]) & (end[one] == there[0])
        across = np.full(len(own), -1, dtype=np.int64)
        across[one[same]] = own[other[same]]
        # In order of the rings again, a border is a run of segments: few runs instead of many segments to sort.
        shared = np.flatnonzero((across >= 0) & (across != own))
        pair = _encoded(own[shared], across[shared], size)
        starts = run_begins(pair)
        found.append(pair[starts])
        lengths = np.abs(end[shared] - begin[shared])
        metres.append(np.add.reduceat(lengths, starts) if len(starts) else lengths)
    pairs, place = np.unique(np.concatenate(found), return_inverse=True)
    summed = np.bincount(place, weights=np.concatenate(metres), minlength=len(pairs))
    return pairs, np.asarray(summed, dtype=np.float64)


def _point_pairs(points: _Points, owner: Ints, hashes: _Hashes, size: np.int64) -> Ints:
    """Return each pair with vertices in common, as ``a * size + b`` in order."""
    found = []
    for one, other in _alike(hashes):
        here, there = owner[one], owner[other]
        same = np.flatnonzero((points[one] == points[other]) & (here != there))
        across = np.full(len(owner), -1, dtype=np.int64)
        across[one[same]] = _encoded(here[same], there[same], size)
        met = across[across >= 0]
        found.append(met[run_begins(met)])
    return np.unique(np.concatenate(found))


def _alike(hashes: _Hashes) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of places that hash alike, each pair once, no place twice in the first of an answer.

    Most lines have two sides. More meet where extents of several dates lie on each other, and in corners: sorted,
    first neighbours are compared, then those two apart, and so on until nothing is equal. The place rides in the low
    bits of its hash: plain values sort twice as fast as an order does.
    """
    low = np.uint64((1 << len(hashes).bit_length()) - 1)
    packed = (hashes & ~low) | np.arange(len(hashes), dtype=np.uint64)
    packed.sort()
    place = (packed & low).astype(np.int64)
    key = packed & ~low
    apart = 1
    here = np.flatnonzero(key[1:] == key[:-1])
    yield place[here], place[here + 1]
    while len(here):
        apart += 1
        here = here[here + apart < len(key)]
        here = here[key[here + apart] == key[here]]
        yield place[here], place[here + apart]


def _encoded(a: Ints, b: Ints, size: np.int64) -> Ints:
    return np.asarray(np.minimum(a, b) * size + np.maximum(a, b), dtype=np.int64)
