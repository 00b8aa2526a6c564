"""Tiles: every municipality one hexagon of the same size, near its place and beside its neighbours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import numpy.typing as npt
import shapely

FARTHEST = 3.0
"""So many tiles from its place is a municipality at most, where that can be."""
_LEAST_SHARE = 0.15
"""A cell with less of the land in it gets no tile, unless there are too few cells."""
_CORNERS = np.array([(1, 1), (0, 2), (-1, 1), (-1, -1), (0, -2), (1, -1)])
_ROUNDS, _NOISE = 120, 0.8
_SAME_DISTRICT, _PLACE = 1.0, 0.05
"""What it counts for that neighbours of one district touch, beside 1 for any; and a squared tile of distance."""
_ON_LAND, _INNER, _RAISE = 4.0, 12.0, 1.0
"""What it counts in the auction that a cell lies on land, and amid other cells; and the least raise of a bid."""
_ALWAYS, _NEVER = 100.0, 1000.0
"""That inner cells are taken, and that nobody moves too far, counts more than all else."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tiling:
    """Where the tiles lie, in steps: half a ``pitch`` to the east, its sqrt(12)th part to the north, from ``origin`` on.

    In whole steps all corners are exact: tiles that touch share them.
    """

    middles: Ints
    """One row for each municipality, in the order they were given: steps to the east and to the north."""
    pitch: float
    """Metres between the middles of tiles that touch: the size of a tile."""
    origin: tuple[float, float]
    """Metres in the CRS of the places."""

    @property
    def corners(self) -> Ints:
        """Steps of the six corners of every tile, counter-clockwise: tiles, corners, east and north."""
        return np.asarray(self.middles[:, None] + _CORNERS)

    def metres(self, steps: npt.ArrayLike) -> Floats:
        """Return where some steps lead, in metres."""
        return np.asarray(self.origin + np.asarray(steps) * _step(self.pitch))

    def distances(self, places: Floats) -> Floats:
        """Return how far each tile is from a place, in tiles."""
        return np.asarray(np.hypot(*(self.metres(self.middles) - places).T) / self.pitch)

    def touching(self, pairs: Ints) -> npt.NDArray[np.bool_]:
        """Return for pairs of municipalities whether their tiles have a side in common."""
        return np.asarray(_square(self.middles[pairs[:, 0]], self.middles[pairs[:, 1]]) == 1)


def lay_tiles(outline: shapely.Geometry, places: Floats, pairs: Ints, districts: Sequence[str]) -> Tiling:
    """Return a tile for each municipality, always the same for the same.

    ``outline`` is that of all together, ``places`` are points in them (rows of east and north), both in a metric CRS;
    ``pairs`` are the neighbours, each pair once, as numbers of rows; ``districts`` says to which district each belongs.

    As many cells as there are municipalities cover the outline; which of the cells at its edge are taken is free. An
    auction puts everybody near their place, swaps then bring neighbours together.
    """
    cells, on_land, pitch, origin = _cells(outline, len(places))
    near = _square(cells[:, None], cells[None]) <= 1
    is_inner = near.sum(axis=1) == 1 + len(_CORNERS)
    square = ((places[:, None] - (origin + cells * _step(pitch))) ** 2).sum(axis=2) / pitch**2
    away = square * (1 + square / FARTHEST**2)
    start = _auction(_ON_LAND * on_land + _INNER * is_inner - away)
    too_far = square > np.maximum(FARTHEST**2, np.take_along_axis(square, start[:, None], axis=1))
    cost = _PLACE * (away - _ON_LAND * on_land) - _ALWAYS * is_inner + _NEVER * too_far
    return Tiling(cells[_swapped(start, near, cost, *_bonds(pairs, districts))], pitch, origin)


def _step(pitch: float) -> Floats:
    return np.array([pitch / 2, pitch / math.sqrt(12)])


def _square(ones: Ints, others: Ints) -> Floats:
    """Return the squares of the distances of steps, in tiles."""
    between = (ones - others) ** 2
    return np.asarray((3 * between[..., 0] + between[..., 1]) / 12)


def _cells(outline: shapely.Geometry, count: int) -> tuple[Ints, Floats, float, tuple[float, float]]:
    """Return the cells that may get a tile, how much of each is land, the pitch, and where steps are counted from."""
    pitch = math.sqrt(shapely.area(outline) / count * 2 / math.sqrt(3))
    west, south, east, north = shapely.bounds(outline).tolist()
    wide, tall = _step(pitch)
    columns = np.arange(-2, int((east - west) / (2 * wide)) + 3)
    rows = np.arange(-2, int((north - south) / (3 * tall)) + 3)
    column, row = (each.ravel() for each in np.meshgrid(columns, rows))
    steps = np.stack([2 * column + row % 2, 3 * row], axis=1)
    hexagons = shapely.polygons((west, south) + (steps[:, None] + _CORNERS) * _step(pitch))
    share = shapely.area(shapely.intersection(hexagons, outline)) / shapely.area(hexagons[0])
    most = np.argsort(-share, kind="stable")[: max(count, int((share > _LEAST_SHARE).sum()))]
    return steps[most], share[most], pitch, (west, south)


def _auction(gain: Floats) -> Ints:
    """Return the cell that everybody gets, all together gaining nearly as much as can be.

    Who has none bids for the best one at its price, as much as it is better than the second best; the highest bid gets it
    (Bertsekas 1979). Cells nobody wants are never bid for.
    """
    prices, owners = np.zeros(gain.shape[1]), np.full(gain.shape[1], -1)
    cells = np.full(len(gain), -1)
    while len(free := np.flatnonzero(cells < 0)):
        values = gain[free] - prices
        everyone, best = np.arange(len(free)), values.argmax(axis=1)
        most = values[everyone, best]
        values[everyone, best] = -np.inf
        bids = prices[best] + most - values.max(axis=1) + _RAISE
        order = np.argsort(-bids, kind="stable")
        won, first = np.unique(best[order], return_index=True)
        winners = free[order][first]
        prices[won] = bids[order][first]
        cells[owners[won][owners[won] >= 0]] = -1
        owners[won], cells[winners] = winners, won
    return cells


def _bonds(pairs: Ints, districts: Sequence[str]) -> tuple[Ints, Floats]:
    """Return the neighbours of everybody, and what each counts; the rows are filled up with nobody, who has one, too."""
    nobody = len(districts)
    own: list[list[int]] = [[] for _ in range(nobody + 1)]
    for one, other in pairs.tolist():
        own[one].append(other)
        own[other].append(one)
    others = np.array([*zip_longest(*own, fillvalue=nobody)], dtype=np.int64).reshape(-1, nobody + 1).T
    belongs = np.array([*districts, ""])
    counts = np.where(others < nobody, 1 + _SAME_DISTRICT * (belongs[others] == belongs[:, None]), 0)
    return others, counts


def _swapped(start: Ints, near: npt.NDArray[np.bool_], cost: Floats, others: Ints, counts: Floats) -> Ints:
    """Return better cells than those to start with: in rounds those of adjacent cells swap whom it helps most.

    At first chance has a say, less and less, else it would stop at the first best. Nobody, the last of ``others``, stands
    for empty cells; beside nobody's own cell there is none.
    """
    count, size = len(start), len(near)
    chance = np.random.default_rng(0)
    ones, two = np.nonzero(np.triu(near, 1))
    near, cost = np.pad(near, (0, 1)), np.pad(cost, (0, 1))
    cells, owners = np.append(start, size), np.full(size + 1, count)
    owners[start] = np.arange(count)

    def worth(who: Ints, where: Ints) -> Floats:
        return np.asarray((counts[who] * near[where[:, None], cells[others[who]]]).sum(axis=1) - cost[who, where])

    best: Ints = start
    most = -np.inf
    for left in np.maximum(np.linspace(_NOISE, -_NOISE / 4, _ROUNDS), 0).tolist():
        here, there = owners[ones], owners[two]
        gained = worth(here, two) + worth(there, ones) - worth(here, ones) - worth(there, two)
        gained += left * (chance.gumbel(size=len(ones)) - 1.5)
        swaps = _apart(np.argsort(-gained, kind="stable")[: int((gained > 0).sum())], ones, two)
        here, there = owners[ones[swaps]], owners[two[swaps]]
        owners[ones[swaps]], owners[two[swaps]] = there, here
        cells[here], cells[there], cells[count] = two[swaps], ones[swaps], size
        if (now := float(worth(np.arange(count), cells[:count]).sum())) > most:
            best, most = cells[:count].copy(), now
    return best


def _apart(swaps: Ints, ones: Ints, two: Ints) -> Ints:
    """Return the best of the swaps, a fifth of those no cell of which has a better one: they hardly touch each other."""
    rank = np.arange(len(swaps))  # every cell's best swap; of two cells the second has the greater number
    first = np.full(int(two.max(initial=0)) + 1, len(swaps))
    np.minimum.at(first, ones[swaps], rank)
    np.minimum.at(first, two[swaps], rank)
    lead = swaps[(first[ones[swaps]] == rank) & (first[two[swaps]] == rank)]
    return np.asarray(lead[: max(1, len(lead) // 5)])
