"""Routes and middleware around Streamlit."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pyarrow
import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit import logger as streamlit_log
from streamlit.runtime.secrets import SecretsValue

from atlas.errors import AtlasError, Problem
from atlas.model.logins import LONGEST
from atlas.model.view import ViewState
from atlas.web.addresses import Addresses
from atlas.web.delivery import in_front
from atlas.web.guard import Guard
from atlas.web.headers import SecurityHeaders
from atlas.web.internal import build_internal
from atlas.web.logs import OWN, log_as_json
from atlas.web.page import CompressedAssets, PageFrame, inline_script_hashes, page_paths
from atlas.web.routes import build_routes
from ui.cache import contexts, payloads, store
from ui.components import register
from ui.lifetime import end_in_time
from ui.login import door, login_holds, may_upload, reader_of
from ui.login_routes import LoginRoutes
from ui.wire import is_readable

_LOGIN_ROUTES = {"auth/login", "auth/logout", "oauth2callback"}
"""Streamlit's own routes for logging in; pages of ours, as any other path, while nobody can."""


_HEAPS_MOST, _OF_THEIR_OWN, _GIVEN_BACK = -8, -3, -1
"""M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of glibc's mallopt."""
_LARGE = 131_072


def give_memory_back() -> None:
    """Let the C library, where it is glibc, give back what a picture or a table needed for a moment.

    All threads share two heaps: otherwise each has one of its own, in which that stays, after a round through all pages
    of six programmes some 150 MB. What is large is given back as soon as it is free: left to itself, glibc takes
    whatever it has once given back for small from then on, which keeps some 75 MB more. Arrow's own allocator keeps what a
    file needed while it was read; that goes to the C library, too.
    """
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    with suppress(OSError, AttributeError):
        option = ctypes.CDLL(None).mallopt
        option(_HEAPS_MOST, 2)
        option(_OF_THEIR_OWN, _LARGE)
        option(_GIVEN_BACK, _LARGE)


def warm_up() -> threading.Thread:
    """Begin to load, beside everything else, what the first visitor would wait for: the data and a map of each set."""

    def load() -> None:
        with suppress(AtlasError):  # whoever asks for a page is told
            snapshot = store().current()
            sets = {programme.boundary_set: key for key, programme in reversed(snapshot.programmes.items())}
            for key in sets.values():
                drawn = contexts().of(ViewState(programme=key))
                payloads().warm_up(snapshot, drawn.programme, drawn.edition)

    begun = threading.Thread(target=load, name="warm-up", daemon=True)
    begun.start()
    return begun


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Make our components known before the first page asks for them; uvicorn hears signals by now."""
    register()
    end_in_time()
    yield


def begin_log() -> None:
    """Write the log as JSON, unless a person looks at it: on a terminal, or where ``ATLAS_LOG`` is ``text``."""
    if os.environ.get("ATLAS_LOG", "text" if sys.stderr.isatty() else "json") == "text":
        return
    log_as_json(*streamlit_log._loggers.values())
    # Streamlit gives every logger it makes later a handler of its own by this function, having cut it off from others.
    streamlit_log.setup_formatter = lambda logger: setattr(logger, "propagate", True)
    logging.getLogger(OWN).info("started")


def check_settings() -> None:
    """End the process if what the environment says can't be; the log says what, in sentences."""
    problems: tuple[Problem, ...] = ()
    try:
        door()
    except AtlasError as error:
        problems = error.problems
    for problem in problems:
        logging.getLogger(OWN).error("%s", problem.sentence())
    if problems:
        raise SystemExit(2)


def cookie_secret() -> str | None:
    """Return what all cookies are signed with; None for one that Streamlit makes up."""
    provider = door().settings.provider
    return provider.cookie_secret if provider else None


def secrets() -> Mapping[str, SecretsValue]:
    """Return what Streamlit needs to know to log people in; nothing while no login is configured.

    ``max_age`` asks the provider for a fresh proof of who it is when the last one is too old for us.
    """
    provider = door().settings.provider
    if provider is None:
        return {}
    default: SecretsValue = {
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "server_metadata_url": provider.metadata_url,
        "authorize_params": {"max_age": int(LONGEST.total_seconds())},
    }
    return {
        "auth": {"redirect_uri": provider.redirect_uri, "cookie_secret": provider.cookie_secret, "default": default}
    }


def routes(base_path: str = "") -> list[Route]:
    """Return our own routes; below the base path too, if there is one: a check of health may ask either way."""
    address = store().settings.address
    own = [
        *build_routes(payloads(), store().current, contexts(), address, door().problems, lambda: store().about()),
        *build_internal(lambda: store().store, store().current, contexts(), reader_of, address),
    ]
    base = in_front(base_path)
    below = [Route(f"{base}{each.path}", each.endpoint, methods=each.methods, name=each.name) for each in own]
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
    more = _LOGIN_ROUTES if door().settings.provider is not None else set()
    find = Addresses(store().current, contexts(), payloads()).find
    files = {path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()} - {"index.html"}
    path_of = page_paths(routes(base_path), files, base_path, more)
    address = store().settings.address
    return [
        Middleware(
            SecurityHeaders, inline_script_hashes(index_html), base_path, is_https=address.startswith("https://")
        ),
        Middleware(Guard, base_path, may_upload=may_upload, is_readable=is_readable, login_holds=login_holds),
        *([Middleware(LoginRoutes, base_path)] if more else []),
        Middleware(PageFrame, index_html, find, path_of, base_path, address),
        Middleware(CompressedAssets, static / "static", f"{in_front(base_path)}/static"),
    ]
