"""Pictures over our own routes: the excerpt of the export page, and live images for the websites of municipalities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.routing import Route

from atlas.errors import AtlasError, Problem
from atlas.export.comparison import DrawnComparison, comparison_file, comparison_stem, draw_comparison
from atlas.export.pictures import MEDIA_TYPES, draw, page_of, picture_stem, written
from atlas.export.sheets import place_key, sheet_pdf, sheet_stem
from atlas.model.comparison import Comparison
from atlas.model.excerpt import Excerpt, ExcerptKind, Form, Size, parse_places
from atlas.model.parameters import (
    COMPARED,
    LIVE_SIZE,
    NAMES,
    PROGRAMME,
    Given,
    Parameter,
    choice,
    read_excerpt,
    read_view,
    shown,
)
from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.model.view import LATEST, ViewState, page_address
from atlas.phrases import N_
from atlas.present.address import not_in_tiles, unknown_things
from atlas.present.comparison import compared_view, proposed_comparison
from atlas.present.context import SingleFlightCache, ViewContexts
from atlas.present.detail import absent, position_or_successor
from atlas.present.picture import picture_view
from atlas.present.wording import Words
from atlas.render.svg import svg
from atlas.web.delivery import File, FileAnswer, RefusedError, attached, filed, refusal, site_of
from atlas.web.endpoints import DRAWING, Costly, Endpoint, kept_or_costly
from atlas.web.payloads import PREFIX
from atlas.web.request_parameters import accept, given_by, view_asked

IMAGES = "/bild"
MAX_AGE_S = 300
"""How long a browser may keep an image without asking again."""
_KEPT_BYTES = 48_000_000
_ENDING = choice("Endung", {"svg": Form.SVG, "png": Form.PNG})
_ComparisonKey = tuple[str, date, ViewState, Comparison]
_PARAMETERS = ("programm", "ebene", "stichtag", "lang", "groesse", "namen", "gemeinde", "ansicht")


@dataclass(frozen=True)
class ImageOrder:
    """A live image, asked for properly."""

    view: ViewState
    excerpt: Excerpt
    form: Form


def parse_order(place: str, form: str, query: Sequence[tuple[str, str]], snapshot: Snapshot) -> ImageOrder:
    """Return the order of an address.

    Raises `RefusedError`: a problem for every part that is not as it should be.
    """
    given = Given.of(query, _PARAMETERS)
    # The foot of an image names the programme as the address does, also the first one.
    view = read_view(given, snapshot.layers).but(programme=given.query.get(PROGRAMME.name, ""))
    places = Parameter("Adresse", lambda text: _places(text, snapshot.programme(view.programme)))
    excerpt = Excerpt(
        given.value(places, place, ()), given.read(LIVE_SIZE, Size.MEDIUM), given.read(NAMES, otherwise=True)
    )
    edition = snapshot.edition(snapshot.programme(view.programme), view.as_of or LATEST)
    given.problems += not_in_tiles(view, edition, excerpt)
    order = ImageOrder(view, excerpt, given.value(_ENDING, form, Form.SVG))
    accept(given)
    return order


def _places(text: str, programme: Programme) -> tuple[str, ...]:
    state = programme.territory.de.lower()
    if text.lower() in {state, ExcerptKind.STATE.value}:
        return ()
    if text.isascii() and text.isdigit():
        return parse_places(text)
    told = N_(
        "„{given}“ gibt es nicht. Erwartet wird „{state}“, ein Kreisschlüssel (5 Ziffern) oder ein Gemeindeschlüssel (8 Ziffern)."
    )
    raise AtlasError(Problem("Adresse", told, {"given": shown(text), "state": state}))


class Images:
    """Answers with pictures, drawn once for as long as nothing they show has changed.

    ``address`` is that of this application as its visitors know it, for the foot of the images; empty if not
    configured. Never taken from the request: whoever sends a false Host header must not get it into an image others are
    shown.
    """

    def __init__(self, current: Callable[[], Snapshot], contexts: ViewContexts, address: str = "") -> None:
        self._current = current
        self._contexts = contexts
        self._address = address
        self._drawn: SingleFlightCache[FileAnswer] = SingleFlightCache(_KEPT_BYTES, len)
        self._compared: SingleFlightCache[DrawnComparison] = SingleFlightCache(40_000, lambda each: each.page.areas)

    def routes(self) -> list[Route]:
        """Return the routes.

        ``/bild/{place}.{form}``, strict; ``/atlas/ausschnitt.{form}`` for a view of the export page; sheets; of a comparison
        ``/atlas/vergleich.{form}`` and, one map alone, ``/atlas/vergleich/{number}.svg``.
        """
        return [
            Route(f"{IMAGES}/{{name:path}}", Endpoint(self.image)),
            Route(f"{PREFIX}/ausschnitt.{{form}}", Endpoint(self.excerpt)),
            Route(f"{PREFIX}/steckbrief.pdf", Endpoint(self.sheet)),
            Route(f"{PREFIX}/vergleich.{{form}}", Endpoint(self.comparison)),
            Route(f"{PREFIX}/vergleich/{{number}}.svg", Endpoint(self.compared_map)),
        ]

    def image(self, request: Request) -> FileAnswer | Costly:
        """Return an image; 400 with a sentence for what can't be drawn."""
        snapshot = self._current()
        place, _, form = request.path_params["name"].rpartition(".")
        order = parse_order(place, form, request.query_params.multi_items(), snapshot)
        order = replace(order, view=order.view.but(as_of=order.view.as_of or self._contexts.today()))

        def make() -> FileAnswer:
            if own := order.view.municipality:
                context = self._contexts.of(picture_view(order.view, order.excerpt))
                if position_or_successor(context, own) is None:
                    raise RefusedError(absent(context, own, "gemeinde", Words(order.view.lang)))
            headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}"}
            return FileAnswer(self._made(order, self._address), MEDIA_TYPES[order.form], headers)

        return kept_or_costly(self._drawn, (snapshot.fingerprint, order), DRAWING, make)

    def excerpt(self, request: Request) -> FileAnswer | Costly:
        """Return the picture an address of the export page asks for, as a file with a good name."""
        form, given = request.path_params["form"], given_by(request)
        if form not in list(Form):
            raise refusal(404)
        excerpt, snapshot, today = read_excerpt(given), self._current(), self._contexts.today()
        view = view_asked(given, snapshot, today)
        order = ImageOrder(picture_view(view.but(as_of=view.as_of or today), excerpt), excerpt, Form(form))
        # Nobody else is shown what this reader's Host header says: here it may stand in the foot.
        address = self._address or site_of(request, f"{PREFIX}/ausschnitt.{form}")

        def make() -> FileAnswer:
            name = f"{picture_stem(self._contexts.of(order.view), excerpt)}.{form}"
            return FileAnswer(self._made(order, address), MEDIA_TYPES[order.form], attached(name))

        return kept_or_costly(self._drawn, (snapshot.fingerprint, order, address), DRAWING, make)

    def sheet(self, request: Request) -> FileAnswer | Costly:
        """Return the sheet of the municipality or the district that an address names, as a file with a good name."""
        snapshot, today = self._current(), self._contexts.today()
        asked = view_asked(given_by(request), snapshot, today)
        view = ViewState(
            programme=asked.programme,
            as_of=asked.as_of or today,
            municipality=asked.municipality,
            district=None if asked.municipality else asked.district,
            lang=asked.lang,
        )
        address = self._address or site_of(request, f"{PREFIX}/steckbrief.pdf")

        def make() -> FileAnswer:
            context = self._contexts.of(view)
            place = position_or_successor(context, view.municipality) if view.municipality else context.district
            if place is None:
                text = N_(
                    "Einen Steckbrief gibt es von einer Gemeinde oder einem Kreis. Bitte „gemeinde“ oder „kreis“ angeben."
                )
                raise RefusedError(Problem("", text))
            file = filed(sheet_pdf(self._contexts, view, place, address), None)
            name = sheet_stem(context, place_key(context, place), view.lang)
            return FileAnswer(file, MEDIA_TYPES[Form.PDF], attached(f"{name}.pdf"))

        return kept_or_costly(self._drawn, (snapshot.fingerprint, view, address), DRAWING, make)

    def comparison(self, request: Request) -> FileAnswer | Costly:
        """Return a comparison on one page, as a file with a good name."""
        form = request.path_params["form"]
        if form not in {Form.PDF, Form.PNG}:
            raise refusal(404)
        key = self._comparison(request, least=2)
        _, _, view, asked = key
        address = self._address or site_of(request, f"{PREFIX}/vergleich.{form}")
        page = page_address(f"{address.partition('://')[2]}/vergleich", view, **{COMPARED.name: asked.text})

        def make() -> FileAnswer:
            body = comparison_file(self._drawn_comparison(key), Form(form), page)
            name = f"{comparison_stem(self._contexts.of(view), asked)}.{form}"
            return FileAnswer(filed(body, None), MEDIA_TYPES[Form(form)], attached(name))

        return kept_or_costly(self._drawn, (*key, page, form), DRAWING, make)

    def compared_map(self, request: Request) -> FileAnswer | Costly:
        """Return one map of a comparison, without its legend."""
        key, number = self._comparison(request), request.path_params["number"]

        def make() -> FileAnswer:
            maps = {str(number): each for number, each in enumerate(self._drawn_comparison(key).maps, start=1)}
            if number not in maps:
                raise refusal(404)
            return FileAnswer(filed(svg(maps[number]).encode(), 3), MEDIA_TYPES[Form.SVG], {})

        return kept_or_costly(self._drawn, (*key, number), DRAWING, make)

    def _comparison(self, request: Request, least: int = 1) -> _ComparisonKey:
        """Return what a comparison of at least so many things depends on: data, today, view, what is compared."""
        given, snapshot, today = given_by(request), self._current(), self._contexts.today()
        plain = read_view(given, snapshot.layers)
        programme = snapshot.programme(plain.programme)
        asked = given.read(COMPARED, None) or proposed_comparison(plain, programme)
        given.problems += unknown_things(asked, snapshot, programme)
        view = compared_view(view_asked(given, snapshot, today), asked, today)
        if len(asked.things) < least:
            raise RefusedError(COMPARED.problem(asked.text))
        return snapshot.fingerprint, today, view, asked

    def _drawn_comparison(self, key: _ComparisonKey) -> DrawnComparison:
        _, _, view, asked = key

        def draw() -> DrawnComparison:
            try:
                return draw_comparison(self._contexts, view, asked, Words(view.lang))
            except AtlasError as error:  # places there are none of on the day
                raise RefusedError(*(replace(each, place=COMPARED.name) for each in error.problems)) from error

        return self._compared.get(key, draw)

    def _made(self, order: ImageOrder, address: str) -> File:
        page = page_of(address, order.view, order.excerpt)
        try:
            drawn = draw(self._contexts, order.view, order.excerpt, Words(order.view.lang), page)
        except AtlasError as error:  # places there are none of on the day
            raise RefusedError(*error.problems) from error
        # Dots and documents are compressed already.
        return filed(written(drawn, order.form), 3 if order.form is Form.SVG else None)
