"""Own routes: immutable payloads and health."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atlas.errors import AtlasError
from atlas.model.snapshot import Snapshot
from atlas.web.payloads import PREFIX, PayloadStore

_FOREVER = "public, max-age=31536000, immutable"


def build_routes(payloads: PayloadStore, current: Callable[[], Snapshot]) -> list[Route]:
    """Return the routes: ``/atlas/{name}``, ``/healthz`` (the process lives), ``/readyz`` (the data can be used)."""

    async def payload(request: Request) -> Response:
        found = payloads.get(request.path_params["name"])
        if found is None:
            return Response("not found", 404, media_type="text/plain")
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.gzipped, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(found.body, media_type=found.media_type, headers=headers)

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
        Route(f"{PREFIX}/{{name}}", payload),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
    ]


def _json(body: dict[str, object], status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(body), status, media_type="application/json", headers=headers)
