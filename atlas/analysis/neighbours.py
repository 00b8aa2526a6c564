"""Neighbours on one day: who borders on whom, who lies behind them, and how far it is to the next active one.

Everything is looked up in the borders stored with the edition; `atlas.analysis.borders` made them from the geometry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from atlas.model.boundaries import BoundaryVersion

_EDGE_M = 1.0
"""Below this an outline has no part without a neighbour: borders are stored to the millimetre, and rounded one by one."""


class Neighbour(NamedTuple):
    """A municipality next door."""

    position: int
    border_m: float


@dataclass(frozen=True)
class Chain:
    """The shortest way from municipality to municipality over shared borders."""

    steps: int
    """Borders crossed: 1 for a neighbour."""
    ends: tuple[int, ...]
    """Every municipality looked for that is this near, by position."""
    path: tuple[int, ...]
    """Positions from the start to one of ``ends``, both included; over the longest borders where several ways are as
    short."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Who borders on whom on one day. Positions are those of the edition's municipalities."""

    lines: Mapping[int, tuple[Neighbour, ...]]
    """For each municipality of the day those that share a line with it, longest border first."""
    corners: Mapping[int, tuple[int, ...]]
    """Those it meets in points only."""
    outline_m: Mapping[int, float]
    """Length of its whole outline, metres."""
    edge_m: Mapping[int, float]
    """The part of it that is the state's own edge: what lies beyond is not in the edition. 0.0 for most."""

    def second_ring(self, position: int) -> tuple[int, ...]:
        """Return the neighbours of the neighbours that are neither neighbours nor the municipality itself."""
        first = {each.position for each in self.lines[position]}
        behind = {each.position for near in first for each in self.lines[near]}
        return tuple(sorted(behind - first - {position}))

    def chain(self, position: int, wanted: Collection[int]) -> Chain | None:
        """Return the shortest way to the nearest other municipality in ``wanted``; None if none can be reached."""
        came_from = {position: position}
        ring = [position]
        steps = 0
        while ring:
            steps += 1
            following = []
            for here in ring:
                for each in self.lines[here]:
                    if each.position not in came_from:
                        came_from[each.position] = here
                        following.append(each.position)
            if found := [each for each in following if each in wanted]:
                return Chain(steps, tuple(sorted(found)), _way_back(came_from, found[0]))
            ring = following
        return None


def _way_back(came_from: Mapping[int, int], end: int) -> tuple[int, ...]:
    path = [end]
    while came_from[path[-1]] != path[-1]:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))


def neighbourhood(edition: BoundaryVersion, day: date) -> Neighbourhood:
    """Return who borders on whom among the municipalities of ``day``."""
    valid = edition.valid_at(day)
    borders = edition.borders
    there = borders[valid[borders["a"].to_numpy()] & valid[borders["b"].to_numpy()]]
    positions = valid.nonzero()[0].tolist()
    lines: dict[int, list[Neighbour]] = {position: [] for position in positions}
    corners: dict[int, list[int]] = {position: [] for position in positions}
    for a, b, border_m in zip(there["a"].tolist(), there["b"].tolist(), there["border_m"].tolist(), strict=True):
        for here, other in ((a, b), (b, a)):
            if border_m > 0:
                lines[here].append(Neighbour(other, border_m))
            else:
                corners[here].append(other)
    outline_m = dict(zip(positions, edition.municipalities["outline_m"].to_numpy()[positions].tolist(), strict=True))
    edge_m = {each: outline_m[each] - sum(m for _, m in lines[each]) for each in positions}
    return Neighbourhood(
        {here: tuple(sorted(near, key=lambda each: (-each.border_m, each.position))) for here, near in lines.items()},
        {here: tuple(sorted(met)) for here, met in corners.items()},
        outline_m,
        {here: left if left > _EDGE_M else 0.0 for here, left in edge_m.items()},
    )


def components(positions: Collection[int], near: Callable[[int], Collection[Neighbour]]) -> list[tuple[int, ...]]:
    """Return the groups of ``positions`` that hang together over shared borders, largest first, then by position.

    ``near`` gives a municipality's neighbours by line.
    """
    left = set(positions)
    found = []
    while left:
        group, waiting = set(), [min(left)]
        while waiting:
            here = waiting.pop()
            if here in left:
                left.remove(here)
                group.add(here)
                waiting += [each.position for each in near(here)]
        found.append(tuple(sorted(group)))
    return sorted(found, key=lambda group: (-len(group), group))
