"""Around Streamlit's own routes for logging in: what a login keeps in the browser, and that every way out ends it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from http.cookies import SimpleCookie
from typing import Final

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_auth_routes import (
    _clear_auth_cookie,
    _create_signed_value_wrapper,
    _set_single_cookie,
)
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME

from atlas.errors import Problem
from atlas.model.logins import Login
from atlas.phrases import N_
from atlas.web.delivery import RefusedError, in_front, refused
from ui.login import cookie_claims, door, end_login

_LOG = logging.getLogger(__name__)
_MOST_BYTES: Final = 3_000
"""So long each of both cookies may be: with more than 8,000 bytes of them no websocket opens."""


class LoginRoutes:
    """ASGI middleware for ``auth/login``, ``auth/logout`` and ``oauth2callback``, below the base path.

    A login whose cookie is cleared or becomes somebody else's has ended, whatever the way. Of a new one only the claims
    that are needed go into the cookie, and the token that ends the provider's session if it is short. Who comes back from
    the provider without a login is told so: Streamlit shows the page as if nothing had been tried.
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self.app = app
        self._callback = f"{in_front(base_path)}/oauth2callback"
        self._paths = {self._callback, *(f"{in_front(base_path)}/auth/{each}" for each in ("login", "logout"))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self.app(scope, receive, send)
            return
        request, messages = Request(scope), list[Message]()

        async def kept(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, kept)
        answer = await self._judged(request, MutableHeaders(raw=messages[0]["headers"]))
        if answer is not None:
            await answer(scope, receive, send)
            return
        for message in messages:
            await send(message)

    async def _judged(self, request: Request, headers: MutableHeaders) -> Response | None:
        """End the login that is over, make the cookies of a new one small; return an answer instead if there can't be one."""
        given = _cookies(headers.getlist("set-cookie"))
        before, claims = cookie_claims(request.cookies), cookie_claims(given)
        login = Login.from_claims(claims)
        is_over = USER_COOKIE_NAME in given and (login is None or login.subject != before.get("sub"))
        if before and is_over:
            await to_thread.run_sync(end_login, before)
        if not claims:
            has_failed = request.scope["path"] == self._callback and (is_over or not before)
            return _told_of_failure(request, headers) if has_failed else None
        fresh = Response()
        _clear_auth_cookie(fresh, request)
        kept = await to_thread.run_sync(door().kept, login) if login else {}
        for_streamlit = {name: claims[name] for name in ("origin", "is_logged_in", "provider")}
        if not kept or not _set(fresh, USER_COOKIE_NAME, kept | for_streamlit):
            _LOG.warning("a login was refused: the provider says %s", "too much" if kept else "neither who nor when")
            text = N_(
                "Der Anmeldedienst gibt zu viel oder zu wenig über Sie mit; so ist keine Anmeldung möglich. Bitte sagen Sie den "
                "Betreibern dieser Anwendung Bescheid. Die Karte geht auch ohne."
            )
            return refused(request, RefusedError(Problem("", text), status=403))
        tokens = cookie_claims(given, TOKENS_COOKIE_NAME)
        _set(fresh, TOKENS_COOKIE_NAME, {name: tokens[name] for name in tokens if name == "id_token"})
        others = [each for each in headers.getlist("set-cookie") if not each.startswith(USER_COOKIE_NAME)]
        del headers["set-cookie"]
        for each in (*others, *fresh.headers.getlist("set-cookie")):
            headers.append("set-cookie", each)
        return None


def _told_of_failure(request: Request, headers: MutableHeaders) -> Response:
    text = N_(
        "Die Anmeldung ist nicht zustande gekommen: abgebrochen, zu alt oder vom Anmeldedienst nicht bestätigt. Bitte auf der Seite "
        "„Pflege“ noch einmal anmelden. Die Karte geht auch ohne."
    )
    told = refused(request, RefusedError(Problem("", text), status=403))
    for each in headers.getlist("set-cookie"):
        told.headers.append("set-cookie", each)
    return told


def _cookies(headers: Iterable[str]) -> dict[str, str]:
    """Return the cookies that an answer sets; empty ones are cleared."""
    return {name: morsel.value for each in headers for name, morsel in SimpleCookie(each).items()}


def _set(response: Response, name: str, said: dict[str, object]) -> bool:
    """Set a signed cookie; return whether it was short enough for that."""
    content = json.dumps(said)
    is_short = len(_create_signed_value_wrapper(name, content)) <= _MOST_BYTES
    if is_short:
        _set_single_cookie(response, name, content)
    return is_short
