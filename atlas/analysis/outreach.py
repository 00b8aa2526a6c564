"""Where the next talk is likely to be welcome: white spots with warm borders, and groups that already hang together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from atlas.analysis.neighbours import Neighbour, Neighbourhood, components


@dataclass(frozen=True, kw_only=True)
class WhiteSpot:
    """A municipality without documented activity of its own, and what lies around it."""

    position: int
    """Of the municipality."""
    active: tuple[Neighbour, ...]
    """Its active neighbours, longest border first: those to name in a letter."""
    neighbours: int
    """How many neighbours it has in all."""
    active_m: float
    outline_m: float
    edge_m: float
    """Metres of its outline shared with active neighbours; all of it; the part that is the state's edge."""

    @property
    def share(self) -> float:
        """Part of the whole outline shared with active neighbours, 0 to 1.

        Of the whole outline, the state's edge included: what lies beyond it is unknown, and unknown is not active.
        """
        return self.active_m / self.outline_m


@dataclass(frozen=True)
class Group:
    """Active municipalities that hang together over shared borders."""

    members: tuple[int, ...]
    """Positions."""
    arrangements: int
    """In force among them: joint ones count once."""
    bodies: tuple[str, ...]
    """Names of the joint bodies among them."""


def active_positions(status: pd.DataFrame) -> frozenset[int]:
    """Return the municipalities in which something is in force by a record of their own, whatever the instrument."""
    return frozenset(status.index[status["in_force"] & (status["basis"] == "direct")].tolist())


def documented_positions(status: pd.DataFrame) -> frozenset[int]:
    """Return the municipalities of which anything of their own is documented, also what is planned, ended or documented only later."""
    return frozenset(status.index[status["basis"] == "direct"].tolist())


def white_spots(status: pd.DataFrame, hood: Neighbourhood, district: str | None = None) -> tuple[WhiteSpot, ...]:
    """Return the municipalities without documented activity of their own that have an active neighbour.

    By share of the outline that touches active ones, largest first. What the district does is not their own.

    ``status`` is what `status_as_of` returned, ``hood`` the neighbours on the same day. With a five-digit ``district``
    only its municipalities are told of; their neighbours may lie outside.
    """
    active, documented = active_positions(status), documented_positions(status)
    places = status["district"][~status.index.duplicated()]
    spots = []
    for position in places.index.tolist():
        if position in documented or district not in (None, places.at[position]):
            continue
        near = hood.lines[position]
        warm = tuple(each for each in near if each.position in active)
        if warm:
            metres = sum(each.border_m for each in warm)
            outline, edge = hood.outline_m[position], hood.edge_m[position]
            spots.append(
                WhiteSpot(
                    position=position,
                    active=warm,
                    neighbours=len(near),
                    active_m=metres,
                    outline_m=outline,
                    edge_m=edge,
                )
            )
    return tuple(sorted(spots, key=lambda spot: (-spot.share, spot.position)))


def groups(cases: pd.DataFrame, hood: Neighbourhood, instrument: str | None = None) -> tuple[Group, ...]:
    """Return the groups of active municipalities, largest first; a single municipality is no group.

    ``cases`` are what `cases_as_of` returned, ``hood`` the neighbours on the same day; with an ``instrument`` only what
    is in force of it counts.
    """
    rows = cases[cases["in_force"] & (cases["basis"] == "direct")]
    if instrument is not None:
        rows = rows[rows["instrument"] == instrument]
    clusters = [group for group in components(set(rows.index.tolist()), hood.lines.__getitem__) if len(group) > 1]
    return tuple(_group(members, rows[rows.index.isin(members)]) for members in clusters)


def _group(members: tuple[int, ...], rows: pd.DataFrame) -> Group:
    bodies = sorted(set(rows["joint_with"]) - {""})
    return Group(members, rows["arrangement"].nunique(), tuple(bodies))
