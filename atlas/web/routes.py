"""Own routes: immutable payloads and health."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atlas.errors import AtlasError
from atlas.export.tables import TABLES, excel_csv, file_stem, plain_csv
from atlas.model.snapshot import Snapshot
from atlas.model.view import view_from_query
from atlas.present.scene import Scenes
from atlas.present.wording import Words
from atlas.web.page import accepts_gzip
from atlas.web.payloads import PREFIX, PayloadStore

_FOREVER = "public, max-age=31536000, immutable"


def build_routes(payloads: PayloadStore, current: Callable[[], Snapshot], scenes: Scenes) -> list[Route]:
    """Return the routes.

    ``/atlas/{table}.csv`` a table of `TABLES`, by the page's own query parameters and ``form=excel``;
    ``/atlas/{name}`` immutable payloads; ``/healthz`` the process lives; ``/readyz`` the data can be used.
    """

    async def payload(request: Request) -> Response:
        found = payloads.get(request.path_params["name"])
        if found is None:
            return Response("not found", 404, media_type="text/plain")
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if accepts_gzip(request.headers):
            return Response(found.gzipped, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(found.body, media_type=found.media_type, headers=headers)

    def table(request: Request) -> Response:  # not async: Starlette runs it in a thread, it computes
        return _table(request, current, scenes)

    async def healthz(_: Request) -> Response:
        return Response("ok", media_type="text/plain", headers={"Cache-Control": "no-store"})

    async def readyz(_: Request) -> Response:
        try:
            snapshot = current()
        except AtlasError as error:
            body: dict[str, object] = {"ready": False, "problems": len(error.problems)}
            return _json(body, 503)
        return _json({"ready": True, "fingerprint": snapshot.fingerprint, "programmes": list(snapshot.programmes)}, 200)

    return [
        Route(f"{PREFIX}/{{table}}.csv", table),
        Route(f"{PREFIX}/{{name}}", payload),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
    ]


def _table(request: Request, current: Callable[[], Snapshot], scenes: Scenes) -> Response:
    name = request.path_params["table"]
    if name not in TABLES:
        return Response("not found", 404, media_type="text/plain")
    try:
        snapshot = current()
    except AtlasError:
        return Response("data not ready", 503, media_type="text/plain")
    layers = {key: each.layers for key, each in snapshot.programmes.items()}
    scene = scenes.of(view_from_query(dict(request.query_params), layers))
    shown = TABLES[name](scene, Words(scene.view.lang))
    if shown is None:
        return Response("no such municipality on this day", 404, media_type="text/plain")
    is_excel = request.query_params.get("form") == "excel"
    file = f"{file_stem(name, scene)}{'-excel' if is_excel else ''}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-cache"}
    body = excel_csv(shown) if is_excel else plain_csv(shown)
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def _json(body: dict[str, object], status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(body), status, media_type="application/json", headers=headers)
