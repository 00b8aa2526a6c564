"""The open data under ``/api/v1/``: tables, areas, catalogue, description."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from atlas.errors import Problem
from atlas.export.open_data import boundaries_file, cases_file, file_name, records_file, status_file
from atlas.model.records import newest_source_day
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.catalogue import build_catalogue
from atlas.present.context import SingleFlightCache, ViewContexts
from atlas.present.open_data import OFFERS, ROOT, Content, Offer
from atlas.present.open_data_page import build_open_data
from atlas.present.wording import Words
from atlas.render.templates import drawn
from atlas.web.delivery import FileAnswer, RefusedError, attached, compact, filed, site_of
from atlas.web.endpoints import Costly, Endpoint, Queue, kept_or_costly
from atlas.web.openapi import describe
from atlas.web.request_parameters import Asked, parse_asked

_SMALL, _BIG = 8_000_000, 32_000_000
"""So many bytes of tables and of areas are kept, packed forms included."""
_ROWS = 64_000
"""So many rows of status tables are kept for them; see `ViewContexts`."""
_AT_ONCE = 2
"""Threads of this interface, so that a burst of requests leaves those of the pages alone."""


def build_api(current: Callable[[], Snapshot], contexts: ViewContexts) -> list[Route]:
    """Return the routes of the open data: one for each of `OFFERS`, and those that refuse every other path.

    An `AtlasError` of ``current`` means 503; ``contexts`` say what day it is.
    """
    # Contexts of its own: a program that asks for day after day must not push the days of the pages out.
    api = _Api(current, contexts.apart(_ROWS))
    unknown = Endpoint(_unknown, is_shared=True)
    return [
        *(Route(f"{ROOT}/{offer.path}", api.endpoint(offer), include_in_schema=True) for offer in OFFERS),
        Route(ROOT, Endpoint(_to_page, is_shared=True), include_in_schema=False),
        *(Route(path, unknown, include_in_schema=False) for path in ("/api", "/api/{rest:path}")),
    ]


async def _unknown(_: Request) -> Response:
    raise RefusedError(
        Problem("", "Diese Adresse gibt es nicht. Alle Adressen nennt {page}.", {"page": f"{ROOT}/"}), status=404
    )


async def _to_page(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{ROOT.rpartition('/')[2]}/{query}", 308)


class _Api:
    """The answers, with the bodies made last."""

    def __init__(self, current: Callable[[], Snapshot], contexts: ViewContexts) -> None:
        self._current = current
        self._contexts = contexts
        self._small: SingleFlightCache[FileAnswer] = SingleFlightCache(_SMALL, len)
        self._big: SingleFlightCache[FileAnswer] = SingleFlightCache(_BIG, len)
        self._queue = Queue(_AT_ONCE, 60)

    def endpoint(self, offer: Offer) -> Endpoint:
        return Endpoint(partial(self._answer, offer), is_shared=True)

    def _answer(self, offer: Offer, request: Request) -> FileAnswer | Costly:
        snapshot = self._current()
        asked = parse_asked(offer, request, snapshot, self._contexts.today())
        # Only what is about the interface itself knows its own address; data files are the same everywhere.
        base = site_of(request, ROOT) if offer.content is Content.ABOUT else ""
        key = (snapshot.fingerprint, offer.path, *_content(offer, asked, snapshot), base)
        cache = self._big if offer.ending in {"geojson", "gpkg"} else self._small

        def make() -> FileAnswer:
            file = filed(self._made(offer, asked, snapshot, base))
            return FileAnswer(file, offer.media_type, _about(offer, asked, snapshot))

        return kept_or_costly(cache, key, self._queue, make)

    def _made(self, offer: Offer, asked: Asked, snapshot: Snapshot, base: str) -> bytes:
        words = Words(asked.lang)
        programme = snapshot.programme(asked.programme)
        if offer.content in {Content.STATUS, Content.CASES}:
            context = self._contexts.of(ViewState(programme=asked.programme, as_of=asked.as_of))
            if offer.content is Content.CASES:
                return cases_file(context, offer.ending, district=asked.district, is_excel=asked.is_excel)
            return status_file(context, offer.ending, words, district=asked.district, is_excel=asked.is_excel)
        if offer.content is Content.RECORDS:
            return records_file(snapshot.records[asked.programme].table, is_excel=asked.is_excel)
        if offer.content is Content.BOUNDARIES:
            return boundaries_file(snapshot, programme, asked.as_of, words)
        if not offer.path:
            return drawn("open_data.html", page=build_open_data(snapshot, asked.as_of, words)).encode()
        said = build_catalogue(snapshot, base) if offer.ending == "jsonld" else describe(snapshot, base, words)
        return compact(said).encode()


def _content(offer: Offer, asked: Asked, snapshot: Snapshot) -> tuple[Hashable, ...]:
    """Return what decides a file of an offer: boundaries are the same for all programmes on one set."""
    if offer.content is Content.BOUNDARIES:
        return snapshot.programme(asked.programme).boundary_set, asked.as_of, asked.lang
    return (asked,)


def _about(offer: Offer, asked: Asked, snapshot: Snapshot) -> dict[str, str]:
    """Return the headers that say what a file is: its name, and where it is described."""
    if not offer.path:
        return {"Content-Language": asked.lang}
    depth = "../" * offer.path.count("/")
    headers = {"Link": f'<{depth}catalog.jsonld>; rel="describedby", <{depth}openapi.json>; rel="service-desc"'}
    if offer.content is Content.ABOUT:
        return headers
    day = (
        newest_source_day(snapshot.records[asked.programme].table) if offer.content is Content.RECORDS else asked.as_of
    )
    name = file_name(
        offer.content,
        offer.ending,
        asked.programme,
        day.isoformat() if isinstance(day, date) else "",
        asked.district or "",
        "excel" if asked.is_excel else "",
    )
    return headers | attached(name)
