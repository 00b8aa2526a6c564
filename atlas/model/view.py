"""What a reader looks at, and its form in the address bar.

``ViewState`` and the query string are the same thing in two forms: `view_from_query` reads any query, also a
nonsensical one, into a usable view; `view_to_query` writes only what differs from the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from atlas.model.keys import parse_ags, parse_district_key
from atlas.model.languages import SOURCE_LANGUAGE, known_language
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
    since: date | None = None
    """First day of a comparison of two days; None means a year before the cut-off date."""
    area: str | None = None
    """Key of an area of responsibility."""
    film: str | None = None
    """Month at which the time-lapse stands, ``2021-06``; None means it is not open."""
    lang: str = SOURCE_LANGUAGE

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
        "von": view.since.isoformat() if view.since else "",
        "bereich": view.area or "",
        "verlauf": view.film or "",
        "lang": "" if view.lang == SOURCE_LANGUAGE else view.lang,
    }
    return {key: value for key, value in query.items() if value}


def page_address(page: str, view: ViewState) -> str:
    """Return the address of a page in a view: ``gemeinde?gemeinde=14521450``; ``page`` may be a whole address."""
    query = urlencode(view_to_query(view))
    return f"{page}?{query}" if query else page


def view_from_query(query: Mapping[str, str], layers: Mapping[str, tuple[str, ...]]) -> ViewState:
    """Return the view a query asks for; what it asks for wrongly is left at the default.

    Parameters
    ----------
    query
        Parameters as they stand in the address, last value of each.
    layers
        Layer keys by programme key, default programme first: what may be asked for. Whether a municipality,
        district or class exists is for the caller to check: that depends on the data, not on the form.
    """
    programme = query.get("programm", "")
    known = layers.get(programme) or next(iter(layers.values()), ())
    layer = query.get("ebene", OVERVIEW)
    lang = query.get("lang", SOURCE_LANGUAGE)
    looks = frozenset(key for key in query.get("stufe", "")[:400].split() if _is_plain_key(key))
    return ViewState(
        programme=programme if programme in layers and programme != next(iter(layers)) else "",
        layer=layer if layer in known else OVERVIEW,
        as_of=parse_day(query.get("stichtag", "")),
        district=_key(query.get("kreis", ""), parse_district_key),
        municipality=_key(query.get("gemeinde", ""), parse_ags),
        looks=looks,
        documented_only=query.get("belegt") == "1",
        since=parse_day(query.get("von", "")),
        area=query["bereich"] if _is_plain_key(query.get("bereich", "")) else None,
        film=_month(query.get("verlauf", "")),
        lang=known_language(lang),
    )


def _is_plain_key(key: str) -> bool:
    return key.isascii() and key.replace("_", "").replace("~", "").isalpha()


def parse_day(text: str) -> date | None:
    """Return the day for ``YYYY-MM-DD`` from `EARLIEST` to `LATEST`, None for anything else."""
    if not (text.isascii() and len(text) == len("2022-12-31")):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _month(text: str) -> str | None:
    return text if parse_day(f"{text}-01") else None


def _key(text: str, parse: object) -> str | None:
    try:
        return str(parse(text))  # type: ignore[operator]
    except ValueError:
        return None
