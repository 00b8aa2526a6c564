"""Own routes: immutable payloads, tables, charts, the time-lapse, and health."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atlas.errors import AtlasError, Problem
from atlas.export.charts import chart_png, chart_stem, chart_svg
from atlas.export.film import film_gif
from atlas.export.lists import list_behind
from atlas.export.open_data import written_table
from atlas.export.pictures import MEDIA_TYPES
from atlas.export.tables import TABLES, file_stem, list_said
from atlas.model.excerpt import Form
from atlas.model.parameters import FORM, Given, choice
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.charts import Chart, Use
from atlas.present.context import SingleFlightCache, ViewContext, ViewContexts
from atlas.present.film import build_film, packed_film
from atlas.present.progress import Curve, build_curves
from atlas.present.wording import Words
from atlas.web.api import build_api
from atlas.web.crawlers import build_crawler_routes
from atlas.web.delivery import FileAnswer, RefusedError, accepts_gzip, attached, compact, filed, refusal
from atlas.web.endpoints import DRAWING, FILMS, HEALTH, Costly, Endpoint, kept_or_costly
from atlas.web.images import Images
from atlas.web.page import FOREVER
from atlas.web.payloads import PREFIX, PayloadStore
from atlas.web.request_parameters import given_by, view_asked

_SAID = 20
"""Places of problems that the answer to a check names."""
_USE = choice("fuer", {each.value: each for each in Use})
_ROWS = 60_000
"""So many rows of status tables are kept for pictures; see `ViewContexts`."""
_CHECKED = {"Cache-Control": "no-cache"}


def build_routes(
    payloads: PayloadStore,
    current: Callable[[], Snapshot],
    contexts: ViewContexts,
    address: str = "",
    rights_problems: Callable[[], int] = lambda: 0,
    about: Callable[[], dict[str, object]] = dict,
) -> list[Route]:
    """Return the routes. Views are asked for by the page's own query parameters.

    ``/atlas/{table}.csv`` a table of `TABLES`, ``/atlas/liste/{list}.csv`` the list behind a number (`list_behind`), both
    with ``form=excel`` for German Excel; ``/atlas/diagramm/{chart}.svg`` and
    ``.png`` a chart of `Chart`, with ``fuer`` for its `Use`; ``/atlas/verlauf.json`` the months of a layer, ``.gif`` the
    same as an animation;
    see `Images` for pictures; ``/atlas/{name}`` immutable payloads; ``/healthz`` the process lives; ``/readyz`` the data
    can be used, and ``about`` them; what crawlers ask for, see `build_crawler_routes`; ``/api/v1/`` the
    open data, see `build_api`.
    """
    own = _OwnRoutes(payloads, current, contexts, rights_problems, about)
    return [
        Route(f"{PREFIX}/{{table}}.csv", Endpoint(own.table)),
        Route(f"{PREFIX}/liste/{{list}}.csv", Endpoint(own.list_behind)),
        Route(f"{PREFIX}/verlauf.json", Endpoint(own.film)),
        Route(f"{PREFIX}/verlauf.gif", Endpoint(own.animation)),
        Route(f"{PREFIX}/diagramm/{{chart}}.{{form}}", Endpoint(own.chart)),
        *Images(current, contexts.apart(_ROWS), address).routes(),
        Route(f"{PREFIX}/{{name}}", Endpoint(own.payload)),
        Route("/healthz", Endpoint(own.healthz)),
        Route("/readyz", Endpoint(own.readyz, queue=HEALTH)),
        *build_crawler_routes(contexts, address),
        *build_api(current, contexts),
    ]


@dataclass(frozen=True)
class _OwnRoutes:
    """The answers. Those that compute are not async: see `Endpoint`."""

    _payloads: PayloadStore
    _current: Callable[[], Snapshot]
    _contexts: ViewContexts
    _rights_problems: Callable[[], int]
    _about: Callable[[], dict[str, object]]
    _films: SingleFlightCache[FileAnswer] = field(default_factory=lambda: SingleFlightCache(8_000_000, len))
    _animations: SingleFlightCache[FileAnswer] = field(default_factory=lambda: SingleFlightCache(32_000_000, len))
    _curves: SingleFlightCache[tuple[Curve, ...]] = field(default_factory=lambda: SingleFlightCache(32))
    _charts: SingleFlightCache[FileAnswer] = field(default_factory=lambda: SingleFlightCache(16_000_000, len))

    async def payload(self, request: Request) -> Response:
        found = self._payloads.get(request.path_params["name"])
        if found is None:
            raise refusal(404)
        tag = request.path_params["name"]
        headers, body = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding", "ETag": f'"{tag}"'}, found.body
        if accepts_gzip(request.headers):
            headers, body = headers | {"Content-Encoding": "gzip", "ETag": f'"{tag}-gzip"'}, found.gzipped
        return Response(body, media_type=found.media_type, headers=headers)

    def table(self, request: Request) -> Response:
        name = request.path_params["table"]
        if name not in TABLES:
            raise refusal(404)
        return self._csv(request, name, TABLES[name])

    def list_behind(self, request: Request) -> Response:
        key = request.path_params["list"]

        def made(contexts: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame | None:
            rows = list_behind(key, contexts, context, words)
            return None if rows is None else list_said(rows, words)

        return self._csv(request, key, made)

    def _csv(
        self,
        request: Request,
        name: str,
        make: Callable[[ViewContexts, ViewContext, Words], pd.DataFrame | None],
    ) -> Response:
        given = given_by(request, FORM.name)
        is_excel = given.read(FORM, otherwise=False)
        context = self._context(given)
        shown = make(self._contexts, context, Words(context.view.lang))
        if shown is None:
            raise RefusedError(Problem("", "Dazu gibt es in dieser Ansicht keine Liste."), status=404)
        file = f"{file_stem(name, context)}{'-excel' if is_excel else ''}.csv"
        body = written_table(shown, "csv", is_excel=is_excel)
        return Response(body, media_type="text/csv; charset=utf-8", headers=_CHECKED | attached(file))

    def film(self, request: Request) -> FileAnswer | Costly:
        key = _, view = self._whole(request, lang="de")

        def make() -> FileAnswer:
            film = build_film(self._contexts, self._contexts.of(view))
            return FileAnswer(filed(compact(packed_film(film)).encode()), "application/json", {})

        return kept_or_costly(self._films, key, FILMS, make)

    def animation(self, request: Request) -> FileAnswer | Costly:
        key = _, view = self._whole(request)

        def make() -> FileAnswer:
            context = self._contexts.of(view)
            made = filed(film_gif(self._contexts, context, Words(view.lang)), None)
            return FileAnswer(made, "image/gif", attached(f"{file_stem('verlauf', context)}.gif"))

        return kept_or_costly(self._animations, key, FILMS, make)

    def chart(self, request: Request) -> FileAnswer | Costly:
        form = request.path_params["form"]
        if form not in {"svg", "png"} or request.path_params["chart"] not in list(Chart):
            raise refusal(404)
        given, which = given_by(request, _USE.name), Chart(request.path_params["chart"])
        use = given.read(_USE, Use.LIGHT)
        fingerprint, view = self._asked(given)
        drawn = ViewState(
            programme=view.programme, layer=view.layer, as_of=view.as_of, district=view.district, lang=view.lang
        )

        def make() -> FileAnswer:
            context = self._contexts.of(drawn)
            body = self._drawn(context, which, use, form, Words(drawn.lang))
            headers = attached(f"{chart_stem(context, which)}.{form}") if use is Use.FILE else {}
            return FileAnswer(filed(body, None if form == "png" else 6), MEDIA_TYPES[Form(form)], headers)

        return kept_or_costly(self._charts, (fingerprint, drawn, which, use, form), DRAWING, make)

    def _drawn(self, context: ViewContext, which: Chart, use: Use, form: str, words: Words) -> bytes:
        course = self._contexts.course(context)
        key = (*context.key, context.district, words.lang)
        curves = self._curves.get(key, lambda: build_curves(context, course, words))
        if form == "png":
            return chart_png(context, course, curves, which, words)
        return chart_svg(context, course, curves, which, use, words)

    async def healthz(self, _: Request) -> Response:
        return Response("ok", media_type="text/plain", headers={"Cache-Control": "no-store"})

    def readyz(self, _: Request) -> Response:
        try:
            snapshot = self._current()
        except AtlasError as error:
            places = [problem.place for problem in error.problems[:_SAID]]
            told = {"ready": False, "problems": len(error.problems), "places": places, **self._about()}
            return _json(told, 503)
        ready: dict[str, object] = {
            "ready": True,
            "fingerprint": snapshot.fingerprint,
            "programmes": list(snapshot.programmes),
            **self._about(),
        }
        if broken := self._rights_problems():  # the public map stands; nobody can edit
            ready["rights_problems"] = broken
        return _json(ready, 200)

    def _asked(self, given: Given) -> tuple[str, ViewState]:
        """Return the state of the data, and the view asked for, of the first programme and of today if it names none."""
        snapshot, today = self._current(), self._contexts.today()
        view = view_asked(given, snapshot, today)
        view = view.but(programme=snapshot.programme(view.programme).key, as_of=view.as_of or today)
        return snapshot.fingerprint, view

    def _whole(self, request: Request, **changes: str) -> tuple[str, ViewState]:
        fingerprint, view = self._asked(given_by(request))
        return fingerprint, view.but(municipality=None, film=None, tiles=False, since=None, area=None, **changes)

    def _context(self, given: Given) -> ViewContext:
        return self._contexts.of(view_asked(given, self._current(), self._contexts.today()))


def _json(body: dict[str, object], status: int) -> Response:
    return Response(json.dumps(body), status, media_type="application/json", headers={"Cache-Control": "no-store"})
