"""Where names stand on a map: the most important first, none over another, near the point they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from atlas.render.fonts import text_width

Box = tuple[float, float, float, float]
_LEADING = 1.05
_MOVES = ((0.0, 0.0), (0.0, -0.75), (0.0, 0.75), (0.32, -0.75), (-0.32, -0.75), (0.32, 0.75), (-0.32, 0.75))
_FAR_MOVES = (
    *_MOVES,
    (0.55, 0.0), (-0.55, 0.0), (0.0, -1.3), (0.0, 1.3), (0.5, -1.0), (-0.5, -1.0), (0.5, 1.0), (-0.5, 1.0),
    (0.0, -2.2), (0.0, 2.2), (0.85, 0.0), (-0.85, 0.0),
)  # fmt: skip
"""Tries, in order: shares of the name's width sideways, of its size up and down."""
_LONG, _SHORTEST = 13, 3
_WHOLE = 0.999


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A name that wants to stand at a point. All lengths are in the page's unit."""

    key: int | str
    """What it is of."""
    x: float
    y: float
    text: str
    size: float
    """Of the letters."""
    bold: bool = False
    has_dot: bool = False
    """Whether a dot stands on the point, which the name must not cover."""
    least_width: float = 0.0


@dataclass(frozen=True)
class PlacedLabel:
    """A name that has its place: its lines, centred on ``x``, the first baseline at ``y``, and the box it fills."""

    wish: Wish
    lines: tuple[str, ...]
    x: float
    y: float
    box: Box

    def baselines(self) -> Iterator[tuple[str, float]]:
        """Yield each line with its baseline."""
        for number, line in enumerate(self.lines):
            yield line, self.y + number * self.wish.size * _LEADING


Shares = Callable[[int | str, Sequence[Box]], list[float]]
"""Gives, for what a key stands for, which share of each box lies in it."""


class Room:
    """What is still free of a map.

    Names stay inside ``frame``: left, top, right, bottom. ``shares`` says how much of a box lies in what it names: of
    several free places the one that lies in it most is taken.
    """

    def __init__(self, frame: Box, shares: Shares) -> None:
        self._frame = frame
        self._shares = shares
        self._taken: list[Box] = []

    def take(self, box: Box) -> None:
        """Keep names off a box."""
        self._taken.append(box)

    def set(self, wish: Wish, *, far: bool = False, inside: bool = False) -> PlacedLabel | None:
        """Return the name at the best place that is free, which is then taken; None if there is none.

        With ``inside`` no place will do that is not wholly in what it names.
        """
        moves = _FAR_MOVES if far else _MOVES
        tries = [(lines, *_place(wish, lines, move)) for lines in _breaks(wish.text) for move in moves]
        free = [each for each in tries if self._is_free(each[1])]
        if not free:
            return None
        best = 0
        if inside or isinstance(wish.key, int):  # a district is wider than its name
            shares = self._shares(wish.key, [box for _, box, _ in free])
            best = max(range(len(free)), key=lambda number: (round(shares[number], 3 if inside else 1), -number))
            if inside and shares[best] < _WHOLE:
                return None
        lines, box, y = free[best]
        self.take(box)
        return PlacedLabel(wish, lines, (box[0] + box[2]) / 2, y, box)

    def _is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if left < self._frame[0] or top < self._frame[1] or right > self._frame[2] or bottom > self._frame[3]:
            return False
        return not any(left < r and right > x and top < b and bottom > t for x, t, r, b in self._taken)


def _place(wish: Wish, lines: tuple[str, ...], move: tuple[float, float]) -> tuple[Box, float]:
    """Return the box of a name moved off its point, and its first baseline."""
    across, down = move
    width = max(wish.least_width, *(text_width(line, wish.size, bold=wish.bold) for line in lines))
    height = wish.size * (_LEADING * (len(lines) - 1) + 0.95)
    if wish.has_dot and abs(down) * wish.size < height / 2 + wish.size * 0.25:
        down = (-1 if down < 0 else 1) * (height / 2 / wish.size + 0.42)  # off the dot
    x, middle = wish.x + across * width, wish.y + down * wish.size
    box = (x - width / 2 - 1, middle - height / 2, x + width / 2 + 1, middle + height / 2)
    return box, middle - height / 2 + wish.size * 0.76


def _breaks(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the ways a name may be set: long ones in two lines first, near the middle, behind a hyphen, slash or space."""
    cuts = [i + 1 for i, letter in enumerate(text) if letter in "-/ " and _SHORTEST <= i < len(text) - _SHORTEST]
    two = []
    if cuts:
        at = min(cuts, key=lambda cut: abs(cut - len(text) / 2))
        two = [(text[:at].rstrip(), text[at:].lstrip())]
    one = [(text,)]
    yield from (*two, *one) if len(text) > _LONG else (*one, *two)
