"""What a picture of the map is of, and how large: the order a reader places, parsed at the door."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from atlas.errors import AtlasError, Problem
from atlas.model.keys import is_ags, is_district_key
from atlas.model.programme import Label
from atlas.phrases import N_

MOST_CHOSEN = 60
"""How many municipalities a free selection may have: more is a district, or the state."""
MOST_TITLE = 120
"""Characters of a title of one's own."""


class Form(StrEnum):
    """Format of a picture's file."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


class Size(StrEnum):
    """Size of a picture; what that is stands in `MEASURES`."""

    SLIDE = "slide"
    SQUARE = "square"
    A4 = "a4"
    A4_PORTRAIT = "a4-portrait"
    A3 = "a3"
    A3_PORTRAIT = "a3-portrait"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    FILM = "film"
    """A frame of the animation."""


class Measures(NamedTuple):
    """A size of picture: page in points, dots for each point in a PNG, size of its text in points, what it is called."""

    width: float
    height: float
    dots: float
    text: float
    label: Label | None = None


_PRINT_DOTS = 300 / 72
MEASURES = {
    Size.SLIDE: Measures(960, 540, 4, 13.5, Label(de="Folie 16 : 9", en="Slide 16 : 9")),
    Size.SQUARE: Measures(540, 540, 2, 13, Label(de="Quadrat", en="Square")),
    Size.A4: Measures(841.89, 595.28, _PRINT_DOTS, 11, Label(de="A4 quer", en="A4 landscape")),
    Size.A4_PORTRAIT: Measures(595.28, 841.89, _PRINT_DOTS, 11, Label(de="A4 hoch", en="A4 portrait")),
    Size.A3: Measures(1190.55, 841.89, _PRINT_DOTS, 14, Label(de="A3 quer", en="A3 landscape")),
    Size.A3_PORTRAIT: Measures(841.89, 1190.55, _PRINT_DOTS, 14, Label(de="A3 hoch", en="A3 portrait")),
    Size.SMALL: Measures(480, 480, 2, 13, Label(de="klein", en="small")),
    Size.MEDIUM: Measures(800, 600, 2, 14, Label(de="mittel", en="medium")),
    Size.LARGE: Measures(1200, 800, 2, 17, Label(de="groß", en="large")),
    Size.FILM: Measures(1200, 750, 1, 19),
}
PRINTED = (Size.SLIDE, Size.SQUARE, Size.A4, Size.A4_PORTRAIT, Size.A3, Size.A3_PORTRAIT)
"""Sizes to take home."""
WEBSITE = (Size.SMALL, Size.MEDIUM, Size.LARGE)
LIVE = (*WEBSITE, Size.SLIDE, Size.SQUARE)
"""Sizes a website may ask for."""


class ExcerptKind(StrEnum):
    """What a picture shows."""

    STATE = "land"
    DISTRICT = "kreis"
    MUNICIPALITY = "gemeinde"
    """One with its neighbours."""
    SELECTION = "auswahl"

    @property
    def is_whole(self) -> bool:
        """Whether it is the state or a district."""
        return self in {ExcerptKind.STATE, ExcerptKind.DISTRICT}


@dataclass(frozen=True)
class Excerpt:
    """The order of a picture; layer, date, language and the municipality to mark are the view's."""

    places: tuple[str, ...] = ()
    """Nothing for the state; the key of a district; the key of a municipality, shown with its neighbours; several of
    municipalities for a free selection."""
    size: Size = Size.SLIDE
    labels: bool = True
    """Whether municipalities are named; the marked one is always."""
    title: str = ""
    """The reader's own; empty for the proposed one."""

    @property
    def kind(self) -> ExcerptKind:
        """Return what the picture shows."""
        if not self.places:
            return ExcerptKind.STATE
        if len(self.places) > 1:
            return ExcerptKind.SELECTION
        return ExcerptKind.DISTRICT if is_district_key(self.places[0]) else ExcerptKind.MUNICIPALITY


def parse_places(text: str) -> tuple[str, ...]:
    """Return the places ``land``, a district's key, or one or more municipal keys separated by commas stand for.

    Raises
    ------
    AtlasError
        One problem for every part that is not a key.
    """
    text = text.strip()
    if text in {"", ExcerptKind.STATE.value}:
        return ()
    parts = list(dict.fromkeys(part for part in text.replace(",", " ").split() if part))
    if len(parts) == 1 and is_district_key(parts[0]):
        return (parts[0],)
    problems = [_not_a_key(part) for part in parts if not is_ags(part)]
    if len(parts) > MOST_CHOSEN:
        told = N_(
            "Es sind {n} Gemeinden gewählt, höchstens {most} gehen auf ein Bild. Bitte weniger wählen, oder einen Kreis."
        )
        problems = [Problem("ausschnitt", told, {"n": len(parts), "most": MOST_CHOSEN})]
    if problems:
        raise AtlasError(*problems[:10])
    return tuple(parts)


def _not_a_key(part: str) -> Problem:
    told = N_(
        "„{given}“ ist kein Schlüssel. Erwartet wird „land“, ein Kreisschlüssel (5 Ziffern) oder ein oder mehrere Gemeindeschlüssel (8 Ziffern)."
    )
    return Problem("ausschnitt", told, {"given": part[:40]})


def excerpt_to_query(excerpt: Excerpt, municipality: str | None, district: str | None) -> dict[str, str]:
    """Return the parameters of an order beside those of its view: only what differs from the default."""
    places = ",".join(excerpt.places) or ExcerptKind.STATE.value
    query = {
        "ausschnitt": "" if places == (municipality or district or ExcerptKind.STATE.value) else places,
        "groesse": "" if excerpt.size is Size.SLIDE else excerpt.size.value,
        "namen": "" if excerpt.labels else "0",
        "titel": excerpt.title,
    }
    return {key: value for key, value in query.items() if value}
