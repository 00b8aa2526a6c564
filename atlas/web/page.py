"""Streamlit's own page and its frontend files, served in the visitor's language and compressed."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from atlas import phrases
from atlas.model.languages import LANGUAGES, SOURCE_LANGUAGE
from atlas.phrases import N_
from atlas.present.context import SingleFlightCache
from atlas.present.page_heads import PageHead, nothing_here
from atlas.present.wording import Words
from atlas.render.templates import drawn
from atlas.web.addresses import Finder
from atlas.web.delivery import File, accepts_gzip, filed, in_front, site_below, whole
from atlas.web.scripts import asset, script

_STREAMLIT_ROOTS: Final = ("component/", "media/")
_KEPT_BYTES: Final = 4_000_000
_SCRIPT: Final = re.compile(rb"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_SERVICE_LINK: Final = re.compile(
    r'(?:<!--(?:(?!-->).)*agent API(?:(?!-->).)*-->\s*)?<link rel="service-desc"[^>]*>\s*',
    re.DOTALL,
)
_OWN: Final[Mapping[str, Callable[[], bytes]]] = {
    ".js": lambda: script("shell/main.js"),
    ".css": lambda: asset("page.css"),
}
"""What makes Streamlit's page ours, by suffix."""
_FIRST_SCRIPT: Final = re.compile(r'<script type="module" crossorigin src="\./static/')
_MEDIA_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FOREVER: Final = "public, max-age=31536000, immutable"


def inline_script_hashes(index_html: bytes) -> tuple[str, ...]:
    """Return the CSP source ``'sha256-…'`` of each inline script, in the order of the document."""
    digests = (hashlib.sha256(script).digest() for script in _SCRIPT.findall(index_html))
    return tuple(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)


def page_paths(
    routes: Sequence[BaseRoute], files: Collection[str], base_path: str = "", more: Collection[str] = ()
) -> Callable[[Scope], str | None]:
    """Return what gives the path of a page below the application; None for what others answer: our routes, Streamlit's.

    ``files`` are those of Streamlit's frontend, by their paths; ``more`` is what else is Streamlit's; ``base_path`` is what
    ``server.baseUrlPath`` says, with or without slashes. What is neither a page nor anything else is a page that does not
    exist: Streamlit would answer with its own page, and 200.
    """
    base = in_front(base_path)
    taken = {*files, *more}

    def path_of(scope: Scope) -> str | None:
        path: str = scope["path"]
        if path in {base, f"{base}/"}:
            return ""
        below = path.removeprefix(f"{base}/")
        is_streamlits = below in taken or below.startswith(_STREAMLIT_ROOTS) or "_stcore" in below.split("/")
        if not path.startswith(f"{base}/") or is_streamlits:
            return None
        is_ours = any(route.matches(scope)[0] is not Match.NONE for route in routes)
        return None if is_ours else below

    return path_of


class PageFrame:
    """ASGI middleware that answers page requests with Streamlit's index.html, made ours.

    Language of the document by the query parameter ``lang``, title, description and preview of the page, a sentence for
    browsers without JavaScript, and no pointers to the agent API. The inline script stays as it is, byte for byte, so
    that its hash in the policy holds. Where an address leads to another one, that is said with 308; where to nothing, with
    404 and a page that shows ways on. A script of our own comes before Streamlit's and makes it speak the document's language;
    our style sheet comes with the page, not with what is drawn on it, which would move when it came. Both are answered here,
    too, below ``atlas``, by names that contain their hashes.

    What a path leads to says ``find``, which paths are looked at ``path_of`` (see `page_paths`); for everything else ``app``
    is asked. ``address`` is that of the application as its visitors know it, else the request says it. Raises `ValueError`
    if ``index_html`` is not built as expected. An upgrade of Streamlit fails here, loudly.
    """

    def __init__(
        self,
        app: ASGIApp,
        index_html: bytes,
        find: Finder,
        path_of: Callable[[Scope], str | None],
        base_path: str = "",
        address: str = "",
    ) -> None:
        self.app = app
        self._index_html = index_html
        self._find = find
        self._path_of = path_of
        self._base = in_front(base_path)
        self._address = address
        self._own = {f"{self._base}/{own_name(suffix)}": suffix for suffix in _OWN}
        self._kept: SingleFlightCache[File] = SingleFlightCache(_KEPT_BYTES, len)
        for lang in LANGUAGES:
            framed_page(index_html, lang, "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a page request, pass on everything else."""
        is_asked = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        if is_asked and (suffix := self._own.get(scope["path"])):
            await _answer(Request(scope), _own_file(suffix), _kept_for_good(suffix))(scope, receive, send)
            return
        path = self._path_of(scope) if is_asked else None
        if path is None:
            await self.app(scope, receive, send)
            return
        response = await to_thread.run_sync(self._answer, Request(scope), path)
        await response(scope, receive, send)

    def _answer(self, request: Request, path: str) -> Response:
        # Whatever is not ASCII is no parameter of ours, nor worth more than the page as it is without.
        query = request.scope.get("query_string", b"").decode("ascii", "replace")
        found = self._find(path, query)
        if request.scope["path"] == self._base:  # what its page names beside itself lies below
            return RedirectResponse(f"{self._base}/{query and '?'}{query}", 308)
        if found.leads_to is not None:
            return RedirectResponse(f"{self._base}/{found.leads_to}", 308)
        if found.head is None:
            return self._sent(request, filed(_not_found(found.lang, self._base)), found.lang, 404)
        site, head = self._site(request), found.head
        key = (head.lang, head.title, head.address, head.is_listed, site, found.files)
        file = self._kept.get(
            key,
            lambda: filed(framed_page(self._index_html, head.lang, head_of(head, site, found.files))),
        )
        return self._sent(request, file, head.lang, 200)

    def _site(self, request: Request) -> str:
        """Return the address of the application; empty if the request does not name one."""
        return self._address or site_below(request, self._base)

    def _sent(self, request: Request, file: File, lang: str, status: int) -> Response:
        headers = {"content-type": "text/html; charset=utf-8", "content-language": lang, "cache-control": "no-cache"}
        return _answer(request, file, headers, status)


def _answer(request: Request, file: File, headers: Mapping[str, str], status: int = 200) -> Response:
    """Answer with a file, packed where the client takes that."""
    packed = file.packed if accepts_gzip(request.headers) else None
    coded = {} if packed is None else {"content-encoding": "gzip"}
    return whole(request, packed or file.body, status, {**headers, **coded, "vary": "Accept-Encoding"})


def _kept_for_good(suffix: str) -> dict[str, str]:
    """Return the headers of a file whose name changes with its content."""
    return {"content-type": _MEDIA_TYPES[suffix], "cache-control": FOREVER}


def own_name(suffix: str) -> str:
    """Return where our own script or style sheet for Streamlit's page is, below the base path; the name contains its hash."""
    return f"atlas/page.{_own_file(suffix).tag[:10]}{suffix}"


@cache
def _own_file(suffix: str) -> File:
    return filed(_OWN[suffix](), 9)


def head_of(head: PageHead, site: str, files: Collection[str] = ()) -> str:
    """Return what the head of a page says, as HTML; without the address of the ``site`` no previews.

    ``files`` are addresses below the application of what the page fetches first.
    """
    locale = LANGUAGES[head.lang].locale.replace("-", "_")
    site = site if head.address or head.languages else ""
    return drawn("page_head.html", head=head, site=site, locale=locale, files=files)


def _not_found(lang: str, base: str) -> bytes:
    say = Words(lang).say
    suffix = "" if lang == SOURCE_LANGUAGE else f"?lang={lang}"
    ways = [
        (suffix, say(phrases.TO_THE_MAP)),
        (suffix, say(N_("Gemeinde oder Kreis auf der Karte suchen"))),
        (f"kreis{suffix}", say(phrases.DISTRICTS)),
        (f"ueber{suffix}", say(phrases.DATA_AND_SOURCES)),
    ]
    title, text = nothing_here(Words(lang))
    page = drawn("not_found.html", lang=lang, base=base, title=title, text=text, ways=ways)
    return page.encode()


def framed_page(index_html: bytes, lang: str, head: str) -> bytes:
    """Return Streamlit's page in ``lang`` with ``head``, HTML, in the place of its title, and our icon."""
    page = index_html.decode("utf-8")
    needs = Words(lang).say("Diese Anwendung braucht JavaScript. Bitte schalten Sie es in Ihrem Browser ein.")
    noscript = f"<noscript>\n      <p>{escape(needs)}</p>\n    </noscript>"
    page = _replace_once(re.compile(r'<html lang="en">'), f'<html lang="{lang}">', page)
    page = _replace_once(re.compile(r"<title>.*?</title>", re.DOTALL), head, page)
    page = _replace_once(re.compile(r'href="./favicon.png"'), 'href="./favicon.ico"', page)
    page = _replace_once(_SERVICE_LINK, "", page)
    own = f'<script defer src="./{own_name(".js")}"></script>\n    '
    page = _replace_once(_FIRST_SCRIPT, f'{own}<script type="module" crossorigin src="./static/', page)
    style = f'<body>\n    <link rel="stylesheet" href="./{own_name(".css")}">'  # not in the head: after Streamlit's own rules
    page = _replace_once(re.compile(r"<body>"), style, page)
    page = _replace_once(re.compile(r"<noscript>.*?</noscript>", re.DOTALL), noscript, page)
    framed = page.encode("utf-8")
    if inline_script_hashes(framed) != inline_script_hashes(index_html):
        raise ValueError("the inline script of Streamlit's index.html was changed; its hash would not hold")
    return framed


def _replace_once(pattern: re.Pattern[str], new: str, page: str) -> str:
    found = len(pattern.findall(page))
    if found != 1:
        raise ValueError(f"Streamlit's index.html has {found} places like {pattern.pattern!r}; expected one")
    return pattern.sub(lambda _: new, page)


class CompressedAssets:
    """ASGI middleware that serves Streamlit's JavaScript and CSS gzip-compressed.

    Streamlit sends them as they are, some 4 MB for a first visit. Each file is compressed when first asked
    for, in a worker thread, and kept; the least recently used go when ``memory_bytes`` is exceeded. Only the
    names found in ``folder`` at the start are ever opened. Everything else, and clients without gzip, go on
    to Streamlit.

    ``folder`` is ``<streamlit>/static/static``, ``prefix`` its path on the site, base path included.
    """

    def __init__(
        self, app: ASGIApp, folder: Path, prefix: str = "/static", memory_bytes: int = 4 * 1024 * 1024
    ) -> None:
        self.app = app
        self._files = {
            f"{prefix.rstrip('/')}/{file.relative_to(folder).as_posix()}": file
            for file in sorted(folder.rglob("*"))
            if file.suffix in _MEDIA_TYPES and file.is_file()
        }
        self._kept: SingleFlightCache[bytes] = SingleFlightCache(memory_bytes, len)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a known file, pass on everything else."""
        file = self._files.get(scope["path"]) if scope["type"] == "http" else None
        if file is None or not _wants_compressed(scope):
            await self.app(scope, receive, send)
            return
        body = await asyncio.to_thread(self._kept.get, file, lambda: _compress(file))
        headers = _kept_for_good(file.suffix) | {"content-encoding": "gzip", "vary": "Accept-Encoding"}
        await whole(Request(scope), body, 200, headers)(scope, receive, send)


def _compress(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 6, mtime=0)


def _wants_compressed(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return scope["method"] in {"GET", "HEAD"} and "range" not in headers and accepts_gzip(headers)
