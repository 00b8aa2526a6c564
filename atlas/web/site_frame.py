"""What all pages of the static site share: the data they show, the frame around them, scripts, styles and fonts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from markupsafe import Markup

from atlas.export.pictures import Drawn, draw
from atlas.model.excerpt import Excerpt, Size
from atlas.model.languages import LANGUAGES
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.page_heads import PageHead, describe
from atlas.present.site import SiteFrame, SiteTable, place_path, prefix, site_frame, site_table
from atlas.present.wording import Words
from atlas.render.fonts import web_font
from atlas.render.templates import Pieces, drawn
from atlas.sources.settings import Settings
from atlas.web.page import head_of
from atlas.web.payloads import PayloadStore
from atlas.web.scripts import asset, script

NOTHING_HERE = "404.html"
Files = Iterator[tuple[str, bytes]]
"""Paths below the folder of the site, and what is written there."""
SCRIPTS = {"site.js": "site/main.js", "site_lookup.js": "site/lookup.js", "site_frame.js": "site/frame.js"}
"""By name: the module each is made of."""


@dataclass(frozen=True)
class Order:
    """What is published: data (and where the site will be reached, if that is known), programme, day."""

    settings: Settings
    programme: str
    as_of: date


class Site:
    """The data of a site, and what its pages have in common.

    View and context are of the day of the site: the whole state, German. ``places`` and ``districts`` are the names of
    those that have a page, by key; ``urls`` and ``assets`` name the map's data, script and style sheet among
    ``payloads``.
    """

    def __init__(self, order: Order, contexts: ViewContexts) -> None:
        self.order = order
        self.contexts = contexts
        self.view = ViewState(programme=order.programme, as_of=order.as_of)
        self.context = contexts.of(self.view)
        lines = self.context.day.lines
        self.places = {lines[position][0].ags: lines[position][0].name for position in self.context.addressed}
        status = self.context.status
        with_page = set(status["district"][status["basis"] != "none"])
        self.districts = {
            key: self.context.edition.district_name(key)
            for key in self.context.edition.district_keys
            if self.context.programme.has_shares or key in with_page
        }
        self.payloads = PayloadStore("../app/fonts/regular.woff")
        self.urls = self.payloads.map_urls(self.context.snapshot, self.context.programme, self.context.edition)
        self.assets = self.payloads.map_assets()

    @property
    def state(self) -> str:
        """Return the name of the pictures of the whole."""
        return self.context.programme.territory.de.lower()

    def files(self) -> Files:
        """Yield scripts, styles, fonts, geometry, and the frame of the map."""
        for name in ("page.css", "site.css", "favicon.svg"):
            yield f"app/{name}", asset(name)
        yield "favicon.ico", asset("favicon.ico")
        for name, entry in SCRIPTS.items():
            yield f"app/{name}", script(entry)
        for name in ("regular", "bold"):
            yield f"app/fonts/{name}.woff", web_font(bold=name == "bold")
        for name in (*self.assets, self.urls.index, self.urls.overview, *self.urls.details.values()):
            yield f"atlas/{name}", self.body(name)
        yield "atlas/karte.html", self._map_frame().encode()

    def _map_frame(self) -> str:
        script, style = self.assets
        urls = json.dumps(self.urls.told(""))
        expected = (self.urls.index, self.urls.overview)
        return drawn("site_map.html", script=script, style=style, urls=urls, expected=expected)

    def body(self, name: str) -> bytes:
        """Return a file of the map by name."""
        found = self.payloads.get(name)
        if found is None:
            raise KeyError(name)
        return found.body

    def frame(self, words: Words, path: str) -> SiteFrame:
        """Return the frame of the page at ``path``, from the root of its language."""
        return site_frame(self.context, self.order.as_of, path, words)

    def path(self, kind: str, key: str, words: Words) -> str:
        """Return the path of the page of a municipality or district, from the root; of one without a page, the map's with it."""
        if key in (self.places if kind == "gemeinde" else self.districts):
            return place_path(kind, key, words)
        return f"{prefix(words)}index.html?{kind}={key}"

    def layer_path(self, layer: str) -> str:
        """Return the path of a layer's map, from the root of a language."""
        return "index.html" if layer == self.context.programme.layers[0] else f"ebene/{layer}/index.html"

    def page(
        self,
        path: str,
        heading: str,
        body: Markup,
        words: Words,
        *scripts: str,
        expected: Iterable[str] = (),
        description: str = "",
    ) -> tuple[str, bytes]:
        """Return the page at ``path``, from the root of its language.

        ``expected`` are files its scripts will ask for, which the browser may fetch at once.
        """
        frame, place = self.frame(words, path), _place_of(path)
        head = PageHead(
            lang=words.lang,
            title=f"{heading} – {frame.title}",
            description=description or describe(heading if place else "", self.context, words),
            address=prefix(words) + path,
            languages={lang: prefix(Words(lang)) + path for lang in LANGUAGES},
            picture=f"bild/{place or self.state}.png",
            is_listed=path != NOTHING_HERE,
        )
        if not head.is_listed:  # it is shown for any address
            below = urlsplit(self.order.settings.address).path
            frame, head = replace(frame, root=f"{below}/", others=()), replace(head, address="", languages={})
        told = drawn(
            "site.html",
            frame=frame,
            head=head_of(head, self.order.settings.address),
            body=body,
            scripts=scripts,
            expected=expected,
        )
        return prefix(words) + path, told.encode()

    def drawn(self, places: tuple[str, ...], size: Size, words: Words, layer: str | None = None) -> Drawn:
        """Return the picture of a place on the day of the site."""
        view = self.view.but(lang=words.lang, **({"layer": layer} if layer else {}))
        return draw(self.contexts, view, Excerpt(places, size), words)

    def table(self, context: ViewContext, words: Words) -> SiteTable:
        """Return the municipalities of a context's district, or of all, as `site_table` does."""
        return site_table(context, lambda ags: self.path("gemeinde", ags, words), words)


def _place_of(path: str) -> str:
    """Return the key of the place the page at a path is about; empty for other pages."""
    folder, *rest = path.split("/")
    return rest[0] if folder in {"gemeinde", "kreis"} and len(rest) > 1 else ""


def picture(address: str, drawn: Drawn, below: str = "") -> Markup:
    """Return a picture for a page, and what is said below it."""
    measures = drawn.sheet.measures
    return Pieces("site_parts.html").picture(
        address, drawn.picture.alt, (round(measures.width), round(measures.height)), below
    )
