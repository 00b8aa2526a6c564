"""Headers of every answer, errors included: security, validators, and what they vary with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atlas.web.delivery import accepts_gzip, in_front, is_known, refusal, refused

FOLIUM_PATH: Final = "/component/streamlit_folium.st_folium/"
"""The one document that builds its scripts from text and can't live under the strict policy."""

PUBLIC_PATHS: Final = ("/api/", "/bild/")
"""What other sites may fetch and show: open data and live images. Everything else is for our own pages."""

_FIXED: Final = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": (
        b"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        b"microphone=(), midi=(), payment=(), usb=()"
    ),
}
_PUBLIC: Final = {b"cross-origin-resource-policy": b"cross-origin"}


def content_security_policy(*script_sources: str) -> str:
    """Return the policy with these sources beside ``'self'`` for scripts. No other host is named."""
    directives = {
        "default-src": "'self'",
        "script-src": " ".join(("'self'", *script_sources)),
        "style-src": "'self' 'unsafe-inline'",  # emotion writes its rules into <style> at run time
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",  # includes the websocket of the same host
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "frame-ancestors": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class SecurityHeaders:
    """ASGI middleware that sets the security headers; the outermost one.

    An exception that nobody below answered becomes a 500 here: Starlette's own error answer is made
    outside of all user middleware and would go out without the headers. The exception is raised again, for
    the log.

    ``script_hashes`` are CSP sources such as ``'sha256-…'`` (quotes included), see
    `atlas.web.page.inline_script_hashes`; ``base_path`` is what ``server.baseUrlPath`` says, with or without slashes.
    Where visitors come by https every cookie is made ``Secure``: Streamlit leaves that out.
    """

    def __init__(
        self, app: ASGIApp, script_hashes: Sequence[str], base_path: str = "", *, is_https: bool = False
    ) -> None:
        self.app = app
        self._is_https = is_https
        base = in_front(base_path)
        self._loose_prefix = f"{base}{FOLIUM_PATH}"
        self._public_prefixes = tuple(f"{base}{path}" for path in PUBLIC_PATHS)
        self._strict = content_security_policy(*script_hashes).encode("ascii")
        # A hash in the list would switch 'unsafe-inline' off, so the loose one has none.
        self._loose = content_security_policy("'unsafe-inline'", "'unsafe-eval'").encode("ascii")

    def _headers(self, path: str) -> dict[bytes, bytes]:
        is_loose = path.startswith(self._loose_prefix) and ".." not in path
        is_public = path.startswith(self._public_prefixes) and ".." not in path
        policy = self._loose if is_loose else self._strict
        return _FIXED | (_PUBLIC if is_public else {}) | {b"content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers of ``scope``'s path."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = self._headers(scope["path"])
        scope, send = as_takes_it(scope), checked(scope, send)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in added]
                if self._is_https:
                    kept = [(name, _secure(value) if name.lower() == b"set-cookie" else value) for name, value in kept]
                message = {**message, "headers": [*kept, *added.items()]}
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if not started:
                await refused(Request(scope), refusal(500))(scope, receive, send_with_headers)
            raise


def as_takes_it(scope: Scope) -> Scope:
    """Return the request with `Accept-Encoding` that says gzip or nothing: Starlette packs for ``gzip;q=0`` too."""
    others = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
    taken = [(b"accept-encoding", b"gzip")] if accepts_gzip(Headers(scope=scope)) else []
    return {**scope, "headers": [*others, *taken]}


def checked(scope: Scope, send: Send) -> Send:
    """Return ``send`` that gives an answer to GET, if it may be kept, an ETag, and 304 to a client that has it.

    An answer that comes in pieces has one only from where it is made. What an answer varies with is named once: Starlette's
    compression names it again.
    """
    begun: Message = {}

    async def send_checked(message: Message) -> None:
        nonlocal begun
        if message["type"] == "http.response.start":
            message = {**message, "headers": list(message.get("headers", ()))}
            headers = MutableHeaders(raw=message["headers"])
            if "vary" in headers:
                headers["vary"] = ", ".join(dict.fromkeys(each.strip() for each in headers["vary"].split(",")))
            is_kept = message["status"] == HTTPStatus.OK and "no-store" not in headers.get("cache-control", "no-store")
            if scope["method"] == "GET" and is_kept:
                begun = message
                return
        elif begun:
            if not message.get("more_body"):
                message = _validated(scope, begun, message)
            start, begun = begun, {}
            await send(start)
        await send(message)

    return send_checked


def _validated(scope: Scope, begun: Message, body: Message) -> Message:
    """Give an answer its ETag; where the client has it already, make it 304. Return its body."""
    headers = MutableHeaders(raw=begun["headers"])
    tag = headers.setdefault("etag", f'"{hashlib.sha256(body.get("body", b"")).hexdigest()[:32]}"')
    if not is_known(Headers(scope=scope).get("if-none-match", ""), {tag}):
        return body
    begun["status"] = HTTPStatus.NOT_MODIFIED
    del headers["content-length"]  # the type stays: by it nginx knows a page, which brings the cookie of the replica
    return {"type": "http.response.body", "body": b""}


def _secure(cookie: bytes) -> bytes:
    flags = {part.strip().lower() for part in cookie.split(b";")[1:]}
    return cookie if b"secure" in flags else cookie + b"; Secure"
