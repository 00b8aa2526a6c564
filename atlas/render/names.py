"""The names on a picture's map: which are set, which get a number, which are left out. Lengths are points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from atlas.model.keys import state_of
from atlas.present.picture import Name, Picture
from atlas.render.labels import Box, PlacedLabel, Room, Wish
from atlas.render.outlines import Frame, Land

_MOST_KEYED = 15
"""Of so many names without room each gets a number; of more none does: their list would be larger than the map."""
_ROUNDS = 5


@dataclass(frozen=True)
class Number:
    """A number that stands for a name without room."""

    x: float
    y: float
    size: float
    number: int


@dataclass(frozen=True)
class MapNames:
    """What is written on a map, where it has its place."""

    labels: tuple[PlacedLabel, ...]
    district_labels: tuple[PlacedLabel, ...]
    numbers: tuple[Number, ...]
    """Of municipalities without room for their name."""
    keys: tuple[tuple[int, str], ...]
    """Number and name of each of these."""


def set_names(
    picture: Picture, frame: Frame, land: Land, text: float, bar: Box | None, bare: tuple[int, ...] = ()
) -> MapNames:
    """Return the names of a map; they keep off ``bar``, the box of its scale if it has one, and off the middle of areas kept ``bare``.

    Where numbers are wanted they stand on their municipality, so they are set before the names; which these are shows
    only when all names have been tried. So it goes in rounds, until every name is set or has its number.
    """
    keyed: list[Name] = []
    for _ in range(_ROUNDS):
        room = _room(picture, frame, land, text, bar, bare)
        numbers = [_number(name, each, room, (frame, land, text)) for each, name in enumerate(keyed, 1)]
        wishes = [
            (name, _wish(name, (*picture.points, *bare), frame, land, text))
            for name in picture.names
            if name not in keyed
        ]
        tries = [(name, _set(wish, room, is_own=name.is_own)) for name, wish in wishes]
        without = [name for name, label in tries if label is None and _is_on(frame, land, name)]
        if not (picture.keyed and without) or len(keyed) + len(without) > _MOST_KEYED:
            break
        keyed = [name for name in picture.names if name in keyed or name in without]
    if without and keyed:  # too many for a list after all
        return set_names(replace(picture, keyed=False), frame, land, text, bar, bare)
    keys = tuple((number.number, name.text) for number, name in zip(numbers, keyed, strict=True))
    labels = tuple(label for _, label in tries if label)
    return MapNames(labels, _district_labels(picture, frame, land, text, room), tuple(numbers), keys)


def dot_radius(text: float) -> float:
    """Return the radius of a point on the map for a size of text."""
    return text * 0.27


def _room(picture: Picture, frame: Frame, land: Land, text: float, bar: Box | None, bare: tuple[int, ...]) -> Room:
    """Return the map with what names must not cover: scale, dots, and one's own municipality if it is small."""

    def shares(position: int | str, boxes: Sequence[Box]) -> list[float]:
        places = [(*frame.place((x0, y0)), *frame.place((x1, y1))) for x0, y0, x1, y1 in boxes]
        return land.shares(position, places)

    room = Room(frame.box, shares)
    if bar:
        room.take(bar)
    rings = [place for key in picture.district_points if (place := land.district_place(key))]
    for x, y in map(frame.point, [*(land.place(position) for position in (*picture.points, *bare)), *rings]):
        radius = dot_radius(text) * 1.2
        room.take((x - radius, y - radius, x + radius, y + radius))
    if picture.own is not None:
        left, top, right, bottom = land.bounds([picture.own])
        box = (*frame.point((left, top)), *frame.point((right, bottom)))
        if max(box[2] - box[0], box[3] - box[1]) < text * 4:
            room.take(box)
    return room


def _is_on(frame: Frame, land: Land, name: Name) -> bool:
    x, y = frame.point(land.place(name.position))
    return frame.box[0] < x < frame.box[2] and frame.box[1] < y < frame.box[3]


def _wish(name: Name, dotted: tuple[int, ...], frame: Frame, land: Land, text: float) -> Wish:
    x, y = frame.point(land.place(name.position))
    size = text * (0.95 if name.is_own else 0.86)
    return Wish(
        key=name.position, x=x, y=y, text=name.text, size=size, bold=name.is_own, has_dot=name.position in dotted
    )


def _set(wish: Wish, room: Room, *, is_own: bool) -> PlacedLabel | None:
    """Return the name where there is room for it, a little smaller if need be."""
    return room.set(wish, far=is_own) or room.set(replace(wish, size=wish.size * 0.84), far=wish.has_dot)


def _number(name: Name, number: int, room: Room, drawn_on: tuple[Frame, Land, float]) -> Number:
    frame, land, text = drawn_on
    x, y = frame.point(land.place(name.position))
    label = room.set(Wish(key=name.position, x=x, y=y, text=str(number), size=text * 1.2, least_width=text * 1.15))
    if label:
        x, y = label.x, (label.box[1] + label.box[3]) / 2
    return Number(x, y, text * 0.72, number)


def _district_labels(picture: Picture, frame: Frame, land: Land, text: float, room: Room) -> tuple[PlacedLabel, ...]:
    found = []
    for key, told in picture.district_names.items():
        place = land.district_place(key)
        if place is None:
            continue
        x, y = frame.point(place)
        wish = Wish(key=key, x=x, y=y, text=told, size=text)
        is_state = key == state_of(key)  # its name stands in it, off its borders, or nowhere
        sizes = (0.9, 0.75, 0.64) if is_state else (0.9, 0.75)
        tries = (room.set(replace(wish, size=text * size), far=True, inside=is_state) for size in sizes)
        found.append(next(filter(None, tries), None))
    return tuple(label for label in found if label)
