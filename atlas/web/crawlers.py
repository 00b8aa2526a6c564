"""What search engines and browsers ask every site for: robots.txt, sitemap.xml, favicon.ico."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.open_data import ROOT
from atlas.present.page_heads import listed_addresses
from atlas.web.delivery import site_of
from atlas.web.endpoints import Endpoint
from atlas.web.scripts import asset

_CLOSED: Final = ("pflege", "intern/")
"""What is for those with a right to it."""
_DAILY: Final = {"Cache-Control": "public, max-age=86400"}


def build_crawler_routes(contexts: ViewContexts, address: str = "") -> list[Route]:
    """Return the routes; ``address`` is that of the application as its visitors know it, else the request says it."""
    own = _ForCrawlers(contexts, address)
    answers = {"/robots.txt": own.robots, "/sitemap.xml": own.sitemap, "/favicon.ico": own.icon}
    return [Route(path, Endpoint(answer)) for path, answer in answers.items()]


def sitemap(site: str, addresses: Iterable[str]) -> str:
    """Return ``sitemap.xml`` of a site: the addresses of its pages, below its own."""
    lines = (f"<url><loc>{escape(f'{site}/{each}')}</loc></url>" for each in addresses)
    opening = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', opening, *lines, "</urlset>", ""))


@dataclass(frozen=True)
class _ForCrawlers:
    """The answers."""

    _contexts: ViewContexts
    _address: str

    def robots(self, request: Request) -> Response:
        path = str(request.scope["path"]).removesuffix("robots.txt")
        lines = ["User-agent: *", *(f"Disallow: {path}{each}" for each in _CLOSED)]
        lines.append(f"Sitemap: {self._site(request, '/robots.txt')}/sitemap.xml")
        return Response("\n".join([*lines, ""]), media_type="text/plain; charset=utf-8", headers=_DAILY)

    def sitemap(self, request: Request) -> Response:
        site = self._site(request, "/sitemap.xml")
        addresses = [*listed_addresses(self._contexts.of(ViewState())), f"{ROOT.lstrip('/')}/"]
        return Response(sitemap(site, addresses), media_type="application/xml", headers=_DAILY)

    def icon(self, _: Request) -> Response:
        body = asset("favicon.ico")
        return Response(body, media_type="image/x-icon", headers=_DAILY)

    def _site(self, request: Request, path: str) -> str:
        return self._address or site_of(request, path)
