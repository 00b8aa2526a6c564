"""Routes and middleware around Streamlit."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from starlette.routing import Route

from atlas.web.guard import Guard
from atlas.web.headers import SecurityHeaders
from atlas.web.page import CompressedAssets, PageFrame, inline_script_hashes, page_predicate
from atlas.web.routes import build_routes
from ui.cache import payloads, scenes, store

_TITLES = {"de": "Präventionsatlas", "en": "Prevention atlas"}
_DESCRIPTIONS = {
    "de": "Karte der kommunalen Prävention: welche Gemeinden teilnehmen, seit wann, mit Quelle.",
    "en": "Map of municipal prevention: which municipalities take part, since when, with sources.",
}


def routes(base_path: str = "") -> list[Route]:
    """Return our own routes; below the base path too, if there is one: a check of health may ask either way."""
    own = build_routes(payloads(), store().current, scenes(), store().settings.address)
    base = base_path.strip("/")
    below = [Route(f"/{base}{each.path}", each.endpoint, methods=each.methods, name=each.name) for each in own]
    return [*own, *(below if base else [])]


def middleware(static: Path, base_path: str) -> list[Middleware]:
    """Return the middleware, outermost first.

    Parameters
    ----------
    static
        Folder of Streamlit's frontend: its ``index.html`` and, below ``static``, its scripts.
    base_path
        What ``server.baseUrlPath`` says.
    """
    index_html = (static / "index.html").read_bytes()
    own = tuple({route.path.strip("/").split("/")[0] for route in routes()})
    base = f"/{base_path.strip('/')}" if base_path.strip("/") else ""
    return [
        Middleware(SecurityHeaders, inline_script_hashes(index_html), base_path),
        Middleware(Guard, base_path),
        Middleware(PageFrame, index_html, "de", _TITLES, _DESCRIPTIONS, page_predicate(own, base_path)),
        Middleware(CompressedAssets, static / "static", f"{base}/static"),
    ]
