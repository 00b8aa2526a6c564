"""Who is using a session: asked anew by every function that reads or writes something internal.

Streamlit reads the cookie when a websocket connects and never again; callbacks and fragments run without a page's
gate. So a page decides nothing: whoever writes calls `current_actor` for that very write.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

import httpx
import streamlit as st
from starlette.requests import HTTPConnection
from starlette.types import Scope
from streamlit import config, runtime
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.model.logins import LoginEnds, LoginEndsInMemory
from atlas.model.loopback import Connection
from atlas.model.rights import VISITOR, Actor, Right, Role
from atlas.phrases import N_
from atlas.present.wording import Words
from atlas.sources.login import LoginSettings
from atlas.sources.rights import Rights
from atlas.sources.store import StoreUnreachableError
from atlas.web.authenticator import Authenticator, Reason, Standing
from ui import blocks
from ui.cache import store
from ui.state import words

_LOG = logging.getLogger(__name__)
_PATIENCE_S = 5.0
_STARTED = datetime.now(UTC).replace(microsecond=0)


@cache
def ends_in_memory() -> LoginEnds:
    """Return the ended logins of a process without a database: it is the only one, and no earlier login holds."""
    return LoginEndsInMemory(_STARTED)


def login_ends() -> LoginEnds:
    """Return the logins that have ended, those of all processes on one database.

    Raises
    ------
    AtlasError
        If the database can't be opened.
    """
    kept = store().store
    return kept.login_ends if kept else ends_in_memory()


@cache
def door() -> Authenticator:
    """Return the one door of this process.

    Raises
    ------
    AtlasError
        If what the environment says about logging in does not fit together.
    """
    settings = LoginSettings.from_environment(store().settings.address)
    if settings.provider is not None and config.get_option("server.trustedUserHeaders"):
        text = N_(
            "Mit einer Anmeldung geht das nicht: Diesen Kopfzeilen würde mehr geglaubt als der Anmeldung. Bitte löschen."
        )
        raise AtlasError(Problem("server.trustedUserHeaders", text))
    bound = config.get_option("server.address")
    return Authenticator(settings, Rights(settings.rights), login_ends, bound, lambda: datetime.now(UTC))


def current_actor() -> Actor:
    """Return who is using this session, looked up now. Call it for each write; keep it for nothing else.

    A visitor while the database does not answer: whether a login was ended is not known then, and public pages go on.
    """
    standing = _standing_if_known()
    return standing.actor if standing else VISITOR


def current_standing() -> Standing:
    """Return who is using this session, and why they are what they are.

    Raises
    ------
    StoreUnreachableError
        If somebody is logged in, and the database does not answer.
    """
    return door().standing(_claims(), connection())


def _standing_if_known() -> Standing | None:
    try:
        return current_standing()
    except StoreUnreachableError:
        return None


def actor_of(scope: Scope) -> Actor:
    """Return who sends a request, or has opened a websocket, looked up now."""
    asking = HTTPConnection(scope)
    client = asking.client.host if asking.client else None
    return door().standing(cookie_claims(asking.cookies), Connection.of(client, asking.headers.items())).actor


def may_upload(scope: Scope) -> bool:
    """Return whether the one who sends a request, or has opened a websocket, may upload files."""
    try:
        return actor_of(scope).may(Right.EDIT)
    except StoreUnreachableError:
        return False


def reader_of(scope: Scope, key: str, about: str) -> Actor:
    """Return who asks for something internal: by the key of a calendar address if there is one, else as `actor_of`."""
    return door().of_calendar_key(key, about) if key else actor_of(scope)


def calendar_key(about: str) -> str:
    """Return the secret of this person's calendar address; empty if they can't have one."""
    return door().calendar_key(_claims(), about)


def log_in() -> None:
    """Send the browser to the provider; say so if it does not answer: Streamlit would show an empty page."""
    provider = door().settings.provider
    if provider is None:
        return
    try:
        httpx.get(provider.metadata_url, timeout=_PATIENCE_S).raise_for_status()
    except httpx.HTTPError as error:
        _LOG.warning("the login provider does not answer: %s", type(error).__name__)
        text = N_(
            "Der Anmeldedienst antwortet gerade nicht. Bitte später noch einmal versuchen; die Karte geht auch ohne."
        )
        st.error(words().say(text), icon=":material/error:")
    else:
        st.login()


def end_login(claims: Mapping[str, object]) -> None:
    """End all logins of the person a cookie speaks of; without the database, only the cookie's own browser forgets it."""
    try:
        door().end(claims)
    except StoreUnreachableError:
        _LOG.warning("the database does not answer: a login was ended in its own browser only")


def login_holds(scope: Scope) -> bool:
    """Return whether the one who has opened a websocket is logged in still; as long as that can't be known, it is so."""
    try:
        standing = door().standing(cookie_claims(HTTPConnection(scope).cookies), Connection())
    except StoreUnreachableError:
        return True
    return door().settings.provider is not None and not standing.may_log_in


def entrance() -> None:
    """Show who is logged in and the way in or out; nothing where nobody can log in."""
    settings = door().settings
    if settings.provider is None and not settings.local_editor:
        return
    said = words()
    with st.container(horizontal=True, vertical_alignment="center", key="entrance"):
        standing = _standing_if_known()
        if standing is None:
            text = N_(
                "Ihre Anmeldung lässt sich gerade nicht prüfen: Die Datenbank antwortet nicht. So lange sehen Sie nur, was "
                "öffentlich ist; bitte gleich noch einmal versuchen."
            )
            blocks.small(said.say(text), width="content")
        elif standing.reason is Reason.LOCAL:
            blocks.small(said.say("Örtliche Bearbeitung als {name}", name=standing.actor.name), width="content")
        elif standing.reason is Reason.LOGIN:
            blocks.small(f"{standing.actor.name} · {role_name(standing.actor.role, said)}", width="content")
        if settings.provider is None:
            return
        if standing is not None and standing.may_log_in:
            st.button(said.say(phrases.LOG_IN), type="tertiary", key="log-in", on_click=log_in)
        else:
            st.button(said.say("Abmelden"), type="tertiary", key="log-out", on_click=st.logout)


def role_name(role: Role, said: Words) -> str:
    """Return what a role is called."""
    text = {
        Role.VISITOR: N_("ohne Rechte"),
        Role.READER: N_("Lesen"),
        Role.EDITOR: N_("Bearbeiten"),
        Role.ADMINISTRATOR: N_("Verwalten"),
    }
    return said.say(text[role])


def _claims() -> Mapping[str, object]:
    return st.user.to_dict()


def connection() -> Connection:
    """Return how this session's browser is connected now.

    Not by ``st.context.ip_address``: for it, a loopback address and no address at all are the same.
    """
    context = get_script_run_ctx()
    session = runtime.get_instance().get_client(context.session_id) if context and runtime.exists() else None
    known = session.client_context if session else None
    return Connection.of(known.remote_ip, known.headers) if known else Connection()


def cookie_claims(cookies: Mapping[str, str], cookie: str = USER_COOKIE_NAME) -> Mapping[str, object]:
    """Return what a signed cookie of Streamlit's says, as Streamlit reads it for a websocket."""
    secret = get_cookie_secret()

    def signed(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies[name].encode("latin-1")) if name in cookies else None

    content = get_cookie_with_chunks(signed, cookie)
    said = json.loads(content) if content else None
    return said if isinstance(said, dict) else {}
