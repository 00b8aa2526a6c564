"""Streamlit's own page and its frontend files, served in the visitor's language and compressed."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from atlas.model.languages import LANGUAGES, SOURCE_LANGUAGE
from atlas.present.context import SingleFlightCache
from atlas.present.wording import Words
from atlas.web.delivery import accepts_gzip, in_front, whole
from atlas.web.scripts import script

_STREAMLIT_ROOTS: Final = ("component", "static", "media", "app")
_SCRIPT: Final = re.compile(rb"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_SERVICE_LINK: Final = re.compile(
    r'(?:<!--(?:(?!-->).)*agent API(?:(?!-->).)*-->\s*)?<link rel="service-desc"[^>]*>\s*',
    re.DOTALL,
)
_OWN_SCRIPT: Final = "shell/main.js"
_FIRST_SCRIPT: Final = re.compile(r'<script type="module" crossorigin src="\./static/')
_MEDIA_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FOREVER: Final = "public, max-age=31536000, immutable"


def inline_script_hashes(index_html: bytes) -> tuple[str, ...]:
    """Return the CSP source ``'sha256-…'`` of each inline script, in the order of the document."""
    digests = (hashlib.sha256(script).digest() for script in _SCRIPT.findall(index_html))
    return tuple(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)


def page_predicate(own: Collection[str], base_path: str = "") -> Callable[[str], bool]:
    """Return the test for "Streamlit answers this path by its index.html".

    A page has no dot in its last segment, no trailing slash (Streamlit redirects those) and does not lie
    below one of Streamlit's own routes.

    ``own`` are the first segments of our own routes: ``("atlas", "healthz", "readyz")``; ``base_path`` is what
    ``server.baseUrlPath`` says, with or without slashes.
    """
    base = in_front(base_path)
    taken = {*_STREAMLIT_ROOTS, *(name.strip("/") for name in own)}

    def is_page(path: str) -> bool:
        if path in {base, f"{base}/"}:
            return True
        if not path.startswith(f"{base}/"):
            return False
        segments = path.removeprefix(f"{base}/").split("/")
        return (
            "" not in segments
            and "_stcore" not in segments
            and segments[0] not in taken
            and "\\" not in path
            and ".." not in path
            and "." not in segments[-1]
        )

    return is_page


class PageFrame:
    """ASGI middleware that answers page requests with Streamlit's index.html, made ours.

    Language of the document by the query parameter ``lang``, title, description, a sentence for browsers
    without JavaScript, and no pointers to the agent API. The inline script stays as it is, byte for byte, so
    that its hash in the policy holds. A script of our own comes before Streamlit's and makes it speak the document's
    language; it is answered here, too, below ``atlas``, by a name that contains its hash.

    ``texts`` are title and description for each of `LANGUAGES`, plain; escaped here. Which paths are pages says
    ``is_page`` (see `page_predicate`); for everything else ``app`` is asked. Raises `ValueError` if ``index_html`` is
    not built as expected. An upgrade of Streamlit fails here, loudly.
    """

    def __init__(
        self,
        app: ASGIApp,
        index_html: bytes,
        texts: Mapping[str, tuple[str, str]],
        is_page: Callable[[str], bool],
        base_path: str = "",
    ) -> None:
        self.app = app
        self._script_path = f"{in_front(base_path)}/{own_script_name()}"
        self._is_page = is_page
        self._plain = {lang: framed_page(index_html, lang, *texts[lang]) for lang in LANGUAGES}
        self._gzipped = {lang: gzip.compress(body, 9, mtime=0) for lang, body in self._plain.items()}

    def _language(self, query: bytes) -> str:
        try:
            asked = parse_qs(query.decode("ascii"), max_num_fields=100).get("lang", [""])[-1]
        except ValueError:
            return SOURCE_LANGUAGE
        return asked if asked in LANGUAGES else SOURCE_LANGUAGE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a page request, pass on everything else."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
        elif scope["path"] == self._script_path:
            await _own_script(scope)(scope, receive, send)
        elif self._is_page(scope["path"]):
            await self._page(scope)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _page(self, scope: Scope) -> Response:
        lang = self._language(scope.get("query_string", b""))
        gzipped = accepts_gzip(Headers(scope=scope))
        headers = {
            "content-type": "text/html; charset=utf-8",
            "content-language": lang,
            "cache-control": "no-cache",
            "vary": "Accept-Encoding",
        }
        if gzipped:
            headers["content-encoding"] = "gzip"
        body = (self._gzipped if gzipped else self._plain)[lang]
        return whole(Request(scope), body, 200, headers)


def own_script_name() -> str:
    """Return where our own script for Streamlit's page is, below the base path; the name contains its hash."""
    return f"atlas/shell.{hashlib.sha256(script(_OWN_SCRIPT)).hexdigest()[:10]}.js"


@cache
def _own_script_gzipped() -> bytes:
    return gzip.compress(script(_OWN_SCRIPT), 9, mtime=0)


def _own_script(scope: Scope) -> Response:
    headers = {"content-type": _MEDIA_TYPES[".js"], "cache-control": FOREVER, "vary": "Accept-Encoding"}
    if not accepts_gzip(Headers(scope=scope)):
        return whole(Request(scope), script(_OWN_SCRIPT), 200, headers)
    return whole(Request(scope), _own_script_gzipped(), 200, headers | {"content-encoding": "gzip"})


def framed_page(index_html: bytes, lang: str, title: str, description: str) -> bytes:
    """Return Streamlit's page in ``lang`` with this title and description (plain text, escaped here)."""
    page = index_html.decode("utf-8")
    head = f'<title>{escape(title)}</title>\n    <meta name="description" content="{escape(description)}" />'
    needs = Words(lang).say("Diese Anwendung braucht JavaScript. Bitte schalten Sie es in Ihrem Browser ein.")
    noscript = f"<noscript>\n      <p>{escape(needs)}</p>\n    </noscript>"
    page = _replace_once(re.compile(r'<html lang="en">'), f'<html lang="{lang}">', page)
    page = _replace_once(re.compile(r"<title>.*?</title>", re.DOTALL), head, page)
    page = _replace_once(_SERVICE_LINK, "", page)
    own = f'<script defer src="./{own_script_name()}"></script>\n    '
    page = _replace_once(_FIRST_SCRIPT, f'{own}<script type="module" crossorigin src="./static/', page)
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
        headers = {
            "content-type": _MEDIA_TYPES[file.suffix],
            "content-encoding": "gzip",
            "cache-control": FOREVER,
            "vary": "Accept-Encoding",
        }
        await whole(Request(scope), body, 200, headers)(scope, receive, send)


def _compress(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 6, mtime=0)


def _wants_compressed(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return scope["method"] in {"GET", "HEAD"} and "range" not in headers and accepts_gzip(headers)
