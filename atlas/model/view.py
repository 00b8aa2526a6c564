"""What a reader looks at, and its form in the address bar.

``ViewState`` and the query string are the same thing in two forms: `atlas.model.parameters.read_view` reads any query,
also a nonsensical one, into a usable view; `view_to_query` writes only what differs from the default.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from atlas.model.languages import SOURCE_LANGUAGE
from atlas.model.population import SizeClass
from atlas.model.programme import OVERVIEW

EARLIEST = date(2016, 1, 1)
"""Boundaries of municipalities are known from here on."""
LATEST = date(2099, 12, 31)


@dataclass(frozen=True, kw_only=True)
class ViewState:
    """One view of one page; the default is the overview of the whole state today, in German."""

    programme: str = ""
    """Key of the programme; empty means the first one there is."""
    layer: str = OVERVIEW
    as_of: date | None = None
    """Cut-off date; None means today."""
    district: str | None = None
    municipality: str | None = None
    looks: frozenset[str] = frozenset()
    """Keys of the classes shown; empty means all."""
    documented_only: bool = False
    size: SizeClass | None = None
    """Only municipalities of this size; None means all."""
    since: date | None = None
    """First day of a comparison of two days; None means a year before the cut-off date."""
    area: str | None = None
    """Key of an area of responsibility."""
    film: str | None = None
    """Month at which the time-lapse stands, ``2021-06``; None means it is not open."""
    tiles: bool = False
    """Whether the map has one tile for each municipality, all of the same size."""
    lang: str = SOURCE_LANGUAGE

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves out municipalities for what they are, not for where they lie."""
        return bool(self.looks) or self.documented_only or self.size is not None

    def on_layer(self, layer: str) -> ViewState:
        """Return the view of a layer; classes that were chosen of another one are left out."""
        return self.but(layer=layer, looks=self.looks if layer == self.layer else frozenset())

    def but(self, **changes: object) -> ViewState:
        """Return a copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def view_to_query(view: ViewState) -> dict[str, str]:
    """Return the query parameters of a view: only what differs from the default, values as text."""
    query = {
        "programm": view.programme,
        "ebene": "" if view.layer == OVERVIEW else view.layer,
        "stichtag": view.as_of.isoformat() if view.as_of else "",
        "kreis": view.district or "",
        "gemeinde": view.municipality or "",
        "stufe": " ".join(sorted(view.looks)),
        "belegt": "1" if view.documented_only else "",
        "einwohner": view.size or "",
        "von": view.since.isoformat() if view.since else "",
        "bereich": view.area or "",
        "verlauf": view.film or "",
        "ansicht": "kacheln" if view.tiles else "",
        "lang": "" if view.lang == SOURCE_LANGUAGE else view.lang,
    }
    return {key: value for key, value in query.items() if value}


def page_address(page: str, view: ViewState, **more: str) -> str:
    """Return the address of a page in a view: ``gemeinde?gemeinde=14521450``; ``page`` may be a whole address."""
    query = urlencode(view_to_query(view) | more, safe=",")
    return f"{page}?{query}" if query else page
