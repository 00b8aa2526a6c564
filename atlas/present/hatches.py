"""What a ground is drawn over with, in one table: pictures take it from here, the map in the browser with its index."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from atlas.model.programme import Hatch

Pattern = Hatch | Literal["rings", "plus", "bars", "dashes"]
"""The last four belong to what does not hold: hollow rings, crosses, broken lines."""

TILE: Final = 6
"""Side of a tile, in pixels on a screen."""


class Lines(NamedTuple):
    """Lines of a tile as the data of an SVG path, and how wide they are."""

    path: str
    width: float = 1


class Dots(NamedTuple):
    """Dots of a tile: their middles and their radius."""

    middles: tuple[tuple[float, float], ...]
    radius: float


DOTS: Final = Dots(((1.5, 1.5), (4.5, 4.5)), 0.85)
LINES: Final[dict[Pattern, Lines]] = {
    "diagonal": Lines("M-1.5 1.5L1.5 -1.5M0 6L6 0M4.5 7.5L7.5 4.5"),
    "antidiagonal": Lines("M-1.5 4.5L1.5 7.5M0 0L6 6M4.5 -1.5L7.5 1.5"),
    "cross": Lines("M-1.5 1.5L1.5 -1.5M0 6L6 0M4.5 7.5L7.5 4.5M-1.5 4.5L1.5 7.5M0 0L6 6M4.5 -1.5L7.5 1.5", 0.8),
    "horizontal": Lines("M0 1.5H6M0 4.5H6"),
    "vertical": Lines("M1.5 0V6M4.5 0V6"),
    "rings": Lines("M1.3 3a1.7 1.7 0 1 0 3.4 0a1.7 1.7 0 1 0 -3.4 0", 0.8),
    "plus": Lines("M1 3h4M3 1v4"),
    "bars": Lines("M1.5 0v4M4.5 3v3M4.5 0v1"),
    "dashes": Lines("M0 1.5h4M3 4.5h3M0 4.5h1"),
}
