"""A picture laid out on its page: where map, legend, names and lines of text stand. Lengths are points.

SVG, PNG and PDF are written from the same `PictureLayout`, so they cannot differ.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from atlas import phrases
from atlas.model.excerpt import MEASURES, PRINTED, ExcerptKind, Measures, Size
from atlas.present.looks import LegendClass, has_dot, is_small
from atlas.present.picture import LegendLine, Picture
from atlas.present.wording import Words
from atlas.render.fonts import lines_of, text_width
from atlas.render.labels import Box
from atlas.render.names import MapNames, set_names
from atlas.render.outlines import Bounds, Frame, Land, Lands

INK, QUIET = "#1d2430", "#575e6a"
Role = Literal["title", "subtitle", "legend", "key", "credit"]


@dataclass(frozen=True, kw_only=True)
class Text:
    """A line of text with its baseline at ``y``."""

    x: float
    y: float
    text: str
    size: float
    role: Role
    bold: bool = False
    colour: str = INK
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True)
class Swatch:
    """The sign in front of a line of the legend."""

    x: float
    y: float
    width: float
    height: float
    line: LegendLine


@dataclass(frozen=True)
class ScaleBar:
    """A bar as long as its text says."""

    x: float
    y: float
    width: float
    text: str
    size: float

    @property
    def box(self) -> Box:
        """What it takes of the map: left, top, right, bottom."""
        return self.x - 4, self.y - self.size * 2, self.x + max(self.width, self.size * 6) + 4, self.y + self.size


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What of a map is drawn one by one, and what is one piece of ground below it.

    Where most municipalities are too small to be seen, their lines would be a grey haze: those of the most frequent
    fill then become ground, and small ones with an entry of their own get a dot beside their area.
    """

    window: Bounds
    """Where lines and ground are drawn, metres from the corner of the whole."""
    is_one: bool
    """Whether there is such a ground; without it every municipality is drawn with its line."""
    look: LegendClass | None
    """Fill of the ground; None for the paler one of what the picture is not about."""
    context: tuple[int, ...]
    """Positions drawn one by one that the picture is not about."""
    areas: tuple[int, ...]
    """Positions drawn one by one that it is about."""
    dots: tuple[int, ...]
    """Positions marked by a dot."""
    bare: tuple[int, ...]
    """Positions whose middle no name may cover: these, and those hardly larger."""


@dataclass(frozen=True, kw_only=True)
class PictureLayout:
    """A picture laid out."""

    picture: Picture
    measures: Measures
    land: Land
    frame: Frame
    names: MapNames
    scale_bar: ScaleBar | None
    """None where nothing is to scale."""
    ground: Ground
    texts: tuple[Text, ...] = ()
    swatches: tuple[Swatch, ...] = ()


def lay_out(picture: Picture, size: Size, lands: Lands, words: Words) -> PictureLayout:
    """Return a picture laid out on a page of some size."""
    measures = MEASURES[size]
    margin = measures.text * 1.7
    head, below = _head(picture, measures, margin)
    foot, above = _foot(picture, measures, margin)
    # Of a part of the state a picture to print is drawn from the full geometry, however small: it may be enlarged.
    is_sharp = size in PRINTED and picture.keyed
    # Which names have no room is known only when the map stands, and their list needs room of its own, which makes
    # the map smaller: laid out again until the list fits into what was kept for it.
    keys: tuple[tuple[int, str], ...] = ()
    for _ in range(_TRIES):
        legend = _LegendBox(picture, measures, margin, (below, above), keys, words)
        sheet = _map_in(picture, measures, _frame(picture, legend.room, lands), lands, words, is_sharp=is_sharp)
        fits = len(sheet.names.keys) <= len(keys)
        keys = sheet.names.keys
        if fits:
            break
    legend = _LegendBox(picture, measures, margin, (below, above), keys, words)
    return replace(sheet, texts=(*head, *legend.texts, *foot), swatches=tuple(legend.swatches))


def lay_out_map(picture: Picture, measures: Measures, lands: Lands, words: Words) -> PictureLayout:
    """Return the map alone with its names, as large as the page: whoever sets it into a document does the rest."""
    return _map_in(picture, measures, _frame(picture, _whole(measures), lands), lands, words)


def lay_out_in_step(pictures: Sequence[tuple[Picture, Lands]], measures: Measures, words: Words) -> list[PictureLayout]:
    """Return maps alone, as `lay_out_map` does, all in the scale of the largest area."""
    room = _whole(measures)
    scale = min(_frame(picture, room, lands).scale for picture, lands in pictures)
    return [
        _map_in(picture, measures, _frame(picture, room, lands, scale), lands, words) for picture, lands in pictures
    ]


def _whole(measures: Measures) -> Box:
    inset = measures.text * 0.05
    return inset, inset, measures.width - inset, measures.height - inset


def _map_in(
    picture: Picture, measures: Measures, frame: Frame, lands: Lands, words: Words, *, is_sharp: bool = False
) -> PictureLayout:
    land = lands(0 if is_sharp else 1 / (frame.scale * measures.dots))
    is_bare = picture.kind is ExcerptKind.STATE
    bar = None if picture.is_tiled else _scale_bar(frame, measures.text, words, bare=is_bare)
    ground = _ground(picture, frame, land, measures.text)
    names = set_names(picture, frame, land, measures.text, bar.box if bar else None, ground.bare)
    return PictureLayout(
        picture=picture, measures=measures, land=land, frame=frame, names=names, scale_bar=bar, ground=ground
    )


def _ground(picture: Picture, frame: Frame, land: Land, text: float) -> Ground:
    """Return how the municipalities of a map are drawn at its scale."""
    present = land.within(frame.window)
    looks = {position: area.look if (area := picture.areas.get(position)) else None for position in present}
    sides = {position: land.side(position) * frame.scale for position in present}
    is_one = is_small(median(sides.values()), text)
    look = Counter(looks.values()).most_common(1)[0][0] if is_one else None
    drawn = [position for position in present if not is_one or looks[position] is not look]

    def marked(size: float) -> tuple[int, ...]:
        """Return the positions of those smaller than letters of some size that have entries of their own."""
        each = [(position, looks[position]) for position in drawn if is_one]
        return tuple(position for position, look in each if look and has_dot(look, sides[position], size))

    return Ground(
        window=frame.window,
        is_one=is_one,
        look=look,
        context=tuple(position for position in drawn if looks[position] is None),
        areas=tuple(position for position in drawn if looks[position] is not None),
        dots=marked(text),
        bare=marked(text * _HARDLY_LARGER),
    )


def _head(picture: Picture, measures: Measures, margin: float) -> tuple[list[Text], float]:
    """Return title and subtitle, and where the space below them begins. A long title is set smaller, then in lines."""
    text, width = measures.text, measures.width - 2 * margin
    size = text * 1.85
    while size > text * 1.45 and text_width(picture.title, size, bold=True) > width:
        size -= text * 0.1
    y = margin + size * 0.75
    texts = []
    for line in lines_of(picture.title, width, size, bold=True):
        texts.append(Text(x=margin, y=y, text=line, size=size, role="title", bold=True))
        y += size * 1.15
    y += text * 0.35
    texts.append(Text(x=margin, y=y, text=picture.subtitle, size=text * 1.08, role="subtitle", colour=QUIET))
    return texts, y + text * 0.9


def _foot(picture: Picture, measures: Measures, margin: float) -> tuple[list[Text], float]:
    """Return the lines of the foot, and where the space above them ends."""
    size = max(measures.text * 0.66, 6.5)
    width = measures.width - 2 * margin
    told = [picture.address] if picture.address else []
    lines = _flowing([*picture.credits, *told], " · ", width, size)
    top = measures.height - margin * 0.85 - (len(lines) - 1) * size * 1.25
    texts = [
        Text(x=margin, y=top + i * size * 1.25, text=line, size=size, role="credit", colour=QUIET)
        for i, line in enumerate(lines)
    ]
    return texts, top - size * 1.6


_WIDE = 1.12
_HARDLY_LARGER = 4
_TRIES = 8
_LARGER = (1.4, 1.25, 1.1, 1.0)
_FULL = 0.85
_ANY_M = 1000.0
"""Extents are taken from the coarse geometry: what a generalised outline loses is less than the margin."""


class _LegendBox:
    """The legend: beside the map on a wide page, below it on a high one."""

    def __init__(
        self,
        picture: Picture,
        measures: Measures,
        margin: float,
        between: tuple[float, float],
        keys: tuple[tuple[int, str], ...],
        words: Words,
    ) -> None:
        self.texts: list[Text] = []
        self.swatches: list[Swatch] = []
        self._size = measures.text
        self._keys = keys
        self._note: list[str] = []
        self._words = words
        top, bottom = between
        if measures.width > measures.height * _WIDE:
            width = min(max(measures.width * 0.255, measures.text * 15), measures.width * 0.36)
            left = measures.width - margin - width
            self._grow(picture, width, bottom - top)
            self._fill(picture, [(left, width)], top + measures.text * 0.6, bottom)
            self.room: Box = (margin, top, left - measures.text * 1.4, bottom)
            return
        gap = measures.text * 1.6
        width = (measures.width - 2 * margin - gap) / 2
        columns = [(margin, width), (margin + width + gap, width)]
        height = self._height(picture, width)
        start = bottom - height
        self._fill(picture, columns, start, bottom)
        self.room = (margin, top, measures.width - margin, start - measures.text * 0.9)

    def _grow(self, picture: Picture, width: float, room: float) -> None:
        """Set the letters of a legend that would leave its side empty larger; what the layer shows stands below it."""
        text = self._size
        for size in (text * factor for factor in _LARGER):
            self._size, self._note = size, lines_of(picture.note, width, size * 0.85)
            blocks = [lines for _, lines in self._blocks(picture, width)]
            heights = sum(map(self._block_height, blocks))
            widest = max((text_width(line, size) for lines in blocks for line in lines), default=0.0)
            below = (len(self._note) + len(self._key_lines(width)) + 3) * size * 1.1
            if heights + below < room * _FULL and widest <= width - size * (2.1 + 1.6):
                return
        self._size, self._note = text, []

    def _blocks(self, picture: Picture, width: float) -> list[tuple[LegendLine, list[str]]]:
        """Return the lines of the legend, each with its lines of text, beside room for sign and count."""
        size = self._size
        return [(line, lines_of(line.label, width - size * (2.1 + 2.6), size)) for line in picture.legend]

    def _key_lines(self, width: float) -> list[str]:
        return _flowing([f"{number} {name}" for number, name in self._keys], "   ", width, self._size * 0.85)

    def _height(self, picture: Picture, width: float) -> float:
        heights = [self._block_height(lines) for _, lines in self._blocks(picture, width)]
        half = _split(heights)
        both = max(sum(heights[:half]), sum(heights[half:]))
        keys = self._key_lines(width * 2)
        return both + (len(keys) * self._size * 1.1 + self._size * 0.5 if keys else 0)

    def _block_height(self, lines: Sequence[str]) -> float:
        return self._size * (1.12 * (len(lines) - 1) + 1.62)

    def _fill(self, picture: Picture, columns: list[tuple[float, float]], top: float, bottom: float) -> None:
        size = self._size
        blocks = self._blocks(picture, columns[0][1])
        heights = [self._block_height(lines) for _, lines in blocks]
        cut = _split(heights) if len(columns) > 1 else len(blocks)
        ends = []
        for (x, width), part in zip(columns, (blocks[:cut], blocks[cut:]), strict=False):
            y = top
            for line, lines in part:
                self._line(line, lines, (x, y), width)
                y += self._block_height(lines)
            ends.append(y)
        y = max(ends) + size * 0.5
        across = columns[-1][0] + columns[-1][1] - columns[0][0]
        for number, told in enumerate((*(keys := self._key_lines(across)), *self._note)):
            y += size * 0.6 if keys and number == len(keys) else 0
            self.texts.append(
                Text(x=columns[0][0], y=y + size * 0.6, text=told, size=size * 0.85, role="key", colour=QUIET)
            )
            y += size * 1.1

    def _line(self, line: LegendLine, lines: list[str], at: tuple[float, float], width: float) -> None:
        (x, y), size = at, self._size
        self.swatches.append(Swatch(x, y, size * 1.5, size * 1.05, line))
        base = y + size * 0.87
        for i, told in enumerate(lines):
            self.texts.append(Text(x=x + size * 2.1, y=base + i * size * 1.12, text=told, size=size, role="legend"))
        if line.count is not None:
            count = self._words.number(line.count)
            self.texts.append(Text(x=x + width, y=base, text=count, size=size, role="legend", bold=True, anchor="end"))


def _split(heights: list[float]) -> int:
    """Return how many blocks go into the first of two columns, so that both are about as high."""
    total, so_far = sum(heights), 0.0
    for number, height in enumerate(heights):
        if so_far + height / 2 >= total / 2:
            return max(number, 1)
        so_far += height
    return len(heights)


def _flowing(parts: Sequence[str], between: str, width: float, size: float) -> list[str]:
    """Return parts in lines no wider than ``width``, broken between them, and inside only those that are too long."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{between}{part}" if lines else part
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines += lines_of(part, width, size)
    return lines


def _frame(picture: Picture, room: Box, lands: Lands, most: float = math.inf) -> Frame:
    """Return the map as large as its room allows and in no larger a scale than ``most``, in the middle of it."""
    focus = [*picture.areas] or list(picture.spec.classes)
    left, top, right, bottom = lands(_ANY_M).bounds(focus)
    if picture.kind is not ExcerptKind.STATE:
        around = 0.04 * max(right - left, bottom - top) + 300
        left, top, right, bottom = left - around, top - around, right + around, bottom + around
    width, height = room[2] - room[0], room[3] - room[1]
    scale = min(width / (right - left), height / (bottom - top)) * (0.96 if picture.kind is ExcerptKind.STATE else 1)
    scale = min(scale, most)
    spare_x, spare_y = width / scale - (right - left), height / scale - (bottom - top)
    window = (left - spare_x / 2, top - spare_y / 2, right + spare_x / 2, bottom + spare_y / 2)
    return Frame(room, window, scale)


_BARS_KM = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)


def _scale_bar(frame: Frame, text: float, words: Words, *, bare: bool) -> ScaleBar:
    """Return the longest round bar that takes no more than a fifth of the map's width."""
    left, _, right, bottom = frame.box
    widths = [(km, km * 1000 * frame.scale) for km in _BARS_KM]
    km, width = next(((km, w) for km, w in reversed(widths) if w <= (right - left) / 5), widths[0])
    told = words.say(phrases.KILOMETRES, km=words.number(km, 0 if km >= 1 else 1))
    inset = 0.0 if bare else text * 0.6
    return ScaleBar(left + inset, bottom - text * 0.2 - inset, width, told, text * 0.72)
