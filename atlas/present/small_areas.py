"""When an area is too small on a map to be found by its colour. One rule for paper and screen."""

from __future__ import annotations

from atlas.analysis.status import NO_DATA
from atlas.present.looks import Look

LEAST_SIDE = 0.7
"""Side of a square, in heights of the map's letters: about 3 mm on paper, 11 pixels on a screen."""


def is_small(side: float, text: float) -> bool:
    """Return whether an area is too small: ``side`` of a square as large, ``text`` the size of letters, in one unit."""
    return side < LEAST_SIDE * text


def has_dot(look: Look, side: float, text: float) -> bool:
    """Return whether a dot in the colour of its class marks an area: a small one with an entry of its own."""
    return look.key != NO_DATA and not look.is_through_district and is_small(side, text)
