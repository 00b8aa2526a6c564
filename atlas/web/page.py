"""Streamlit's own page and its frontend files, served in the visitor's language and compressed."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from atlas.model.view import LANGUAGES

_STREAMLIT_ROOTS: Final = ("component", "static", "media", "app")
_NOSCRIPT: Final = {
    "de": "Diese Anwendung braucht JavaScript. Bitte schalten Sie es in Ihrem Browser ein.",
    "en": "This application needs JavaScript. Please switch it on in your browser.",
}
_SCRIPT: Final = re.compile(rb"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_SERVICE_LINK: Final = re.compile(
    r'(?:<!--(?:(?!-->).)*agent API(?:(?!-->).)*-->\s*)?<link rel="service-desc"[^>]*>\s*',
    re.DOTALL,
)
_MEDIA_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOREVER: Final = "public, max-age=31536000, immutable"


def inline_script_hashes(index_html: bytes) -> tuple[str, ...]:
    """Return the CSP source ``'sha256-…'`` of each inline script, in the order of the document."""
    digests = (hashlib.sha256(script).digest() for script in _SCRIPT.findall(index_html))
    return tuple(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)


def accepts_gzip(headers: Headers) -> bool:
    """Return whether the client takes gzip (``gzip;q=0`` says it does not)."""
    for offer in headers.get("accept-encoding", "").lower().split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip() == "gzip":
            return re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality) is None
    return False


def page_predicate(own: Collection[str] = (), base_path: str = "") -> Callable[[str], bool]:
    """Return the test for "Streamlit answers this path by its index.html".

    A page has no dot in its last segment, no trailing slash (Streamlit redirects those) and does not lie
    below one of Streamlit's own routes.

    Parameters
    ----------
    own
        First segments of our own routes: ``("atlas", "healthz", "readyz")``.
    base_path
        What ``server.baseUrlPath`` says, with or without slashes.
    """
    base = f"/{base_path.strip('/')}" if base_path.strip("/") else ""
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
    that its hash in the policy holds.

    Parameters
    ----------
    app
        What is wrapped; asked for everything that is not a page.
    index_html
        Streamlit's file.
    default_lang
        What is served when ``lang`` is missing or unknown.
    title_by_lang, description_by_lang
        Plain text for each of `LANGUAGES`; escaped here.
    is_page
        Which paths are pages; see `page_predicate`.

    Raises
    ------
    ValueError
        If ``index_html`` is not built as expected. An upgrade of Streamlit fails here, loudly.
    """

    def __init__(
        self,
        app: ASGIApp,
        index_html: bytes,
        default_lang: str,
        title_by_lang: Mapping[str, str],
        description_by_lang: Mapping[str, str],
        is_page: Callable[[str], bool] | None = None,
    ) -> None:
        if default_lang not in LANGUAGES:
            raise ValueError(f"default_lang is {default_lang!r}; expected one of {LANGUAGES}")
        self.app = app
        self._default_lang = default_lang
        self._is_page = is_page or page_predicate()
        self._plain = {
            lang: framed_page(index_html, lang, title_by_lang[lang], description_by_lang[lang]) for lang in LANGUAGES
        }
        self._gzipped = {lang: gzip.compress(body, 9, mtime=0) for lang, body in self._plain.items()}

    def _language(self, query: bytes) -> str:
        try:
            asked = parse_qs(query.decode("ascii"), max_num_fields=100).get("lang", [""])[-1]
        except ValueError:
            return self._default_lang
        return asked if asked in LANGUAGES else self._default_lang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a page request, pass on everything else."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or not self._is_page(scope["path"]):
            await self.app(scope, receive, send)
            return
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
        await _answer(scope, send, headers, (self._gzipped if gzipped else self._plain)[lang])


def framed_page(index_html: bytes, lang: str, title: str, description: str) -> bytes:
    """Return Streamlit's page in ``lang`` with this title and description (plain text, escaped here)."""
    page = index_html.decode("utf-8")
    head = f'<title>{escape(title)}</title>\n    <meta name="description" content="{escape(description)}" />'
    noscript = f"<noscript>\n      <p>{escape(_NOSCRIPT[lang])}</p>\n    </noscript>"
    page = _replace_once(re.compile(r'<html lang="en">'), f'<html lang="{lang}">', page)
    page = _replace_once(re.compile(r"<title>.*?</title>", re.DOTALL), head, page)
    page = _replace_once(_SERVICE_LINK, "", page)
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

    Parameters
    ----------
    app
        What is wrapped.
    folder
        The folder that ``prefix`` stands for: ``<streamlit>/static/static``.
    prefix
        Path of ``folder`` on the site, base path included.
    memory_bytes
        How much compressed text is kept.
    """

    def __init__(
        self, app: ASGIApp, folder: Path, prefix: str = "/static", memory_bytes: int = 4 * 1024 * 1024
    ) -> None:
        self.app = app
        self._memory_bytes = memory_bytes
        self._files = {
            f"{prefix.rstrip('/')}/{file.relative_to(folder).as_posix()}": file
            for file in sorted(folder.rglob("*"))
            if file.suffix in _MEDIA_TYPES and file.is_file()
        }
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = asyncio.Lock()

    @property
    def kept_bytes(self) -> int:
        """Return how much compressed text is held now."""
        return sum(map(len, self._kept.values()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a known file, pass on everything else."""
        file = self._files.get(scope["path"]) if scope["type"] == "http" else None
        if file is None or not _wants_compressed(scope):
            await self.app(scope, receive, send)
            return
        headers = {
            "content-type": _MEDIA_TYPES[file.suffix],
            "content-encoding": "gzip",
            "cache-control": _FOREVER,
            "vary": "Accept-Encoding",
        }
        await _answer(scope, send, headers, await self._compressed(scope["path"], file))

    async def _compressed(self, path: str, file: Path) -> bytes:
        if path not in self._kept:
            async with self._lock:  # one at a time: many first visitors ask for the same files at once
                if path not in self._kept:
                    self._keep(path, await asyncio.to_thread(_compress, file))
        body = self._kept.get(path)
        if body is None:  # too big to be kept, or gone again while we waited
            return await asyncio.to_thread(_compress, file)
        self._kept.move_to_end(path)
        return body

    def _keep(self, path: str, body: bytes) -> None:
        if len(body) > self._memory_bytes:
            return
        self._kept[path] = body
        while self.kept_bytes > self._memory_bytes:
            self._kept.popitem(last=False)


def _compress(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 6, mtime=0)


def _wants_compressed(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return scope["method"] in {"GET", "HEAD"} and "range" not in headers and accepts_gzip(headers)


async def _answer(scope: Scope, send: Send, headers: Mapping[str, str], body: bytes) -> None:
    """Send a 200 with ``body``; for HEAD the headers of it only."""
    raw = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
