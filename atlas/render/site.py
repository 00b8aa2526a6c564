"""Pages of the static site as HTML, from ``site.html`` and ``site_parts.html``. They stand for themselves without scripts.

All addresses are relative to the root of the site, which every page names in its ``<base>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

from atlas.model.view import ViewState
from atlas.present.district import DistrictPage
from atlas.present.figures import Card
from atlas.present.looks import Legend
from atlas.present.municipality import MunicipalityPage
from atlas.present.site import Links, SiteFrame, SiteTable
from atlas.render.templates import drawn, drawn_part

_FRAME_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'"
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'none'"
)


def page(
    frame: SiteFrame, heading: str, body: Markup, *, scripts: Sequence[str] = (), expected: Sequence[str] = ()
) -> str:
    """Return a whole page; ``expected`` are files its scripts will ask for, which the browser may fetch at once."""
    return drawn(
        "site.html", frame=frame, heading=heading, body=body, scripts=scripts, expected=expected, policy=_POLICY
    )


def map_frame(script: str, style: str, urls: str, expected: Iterable[str]) -> str:
    """Return the page in the frame: the map alone; ``urls`` is the JSON its script reads."""
    return drawn("site_map.html", script=script, style=style, urls=urls, expected=expected, policy=_FRAME_POLICY)


def map_body(heading: str, as_of: str, layers: Markup, **parts: Markup) -> Markup:
    """Return the map page's content; ``parts`` (figures, map, legend, table) stand until its script fills their places."""
    return drawn_part("site_parts.html", "map_body", heading=heading, as_of=as_of, layers=layers, parts=parts)


def layers(label: str, chosen: str, options: Iterable[tuple[str, str, str]]) -> Markup:
    """Return the choice of layers as links: key, label, address."""
    return drawn_part("site_parts.html", "layers", label=label, chosen=chosen, options=options)


def cards(shown: Iterable[Card]) -> Markup:
    """Return key figures as they are on the map page, their numbers plain."""
    return drawn_part("site_parts.html", "cards", shown=shown)


def legend(title: str, definition: str, shown: Legend) -> Markup:
    """Return the legend with counts."""
    return drawn_part("site_parts.html", "legend", title=title, definition=definition, shown=shown)


def table(shown: SiteTable) -> Markup:
    """Return the municipalities as a table."""
    return drawn_part("site_parts.html", "table", shown=shown)


def picture(address: str, alt: str, size: tuple[int, int], below: str = "") -> Markup:
    """Return a map as a picture, and what is said below it."""
    return drawn_part("site_parts.html", "picture", address=address, alt=alt, size=size, below=below)


def links(heading: str, items: Links) -> Markup:
    """Return a list of addresses with their labels below a heading."""
    return drawn_part("site_parts.html", "links", heading=heading, items=items)


def titled(heading: str, *parts: Markup) -> Markup:
    """Return the headline of a page and what stands below it."""
    return drawn_part("site_parts.html", "titled", heading=heading, parts=parts)


def about(data: Markup) -> Markup:
    """Return what a page tells its script: JSON in which nothing can end the element."""
    return drawn_part("site_parts.html", "about", data=data)


def municipality(page: MunicipalityPage, picture: Markup, address: Callable[[str], str]) -> Markup:
    """Return the content of the page of a municipality; ``address`` gives that of another one, by key."""
    return drawn_part("site_parts.html", "municipality", page=page, picture=picture, address=address)


def district(page: DistrictPage, picture: Markup, table: SiteTable, address: Callable[[str, ViewState], str]) -> Markup:
    """Return the content of the page of a district."""
    return drawn_part("site_parts.html", "district", page=page, picture=picture, shown=table, address=address)
