"""Composition root: the pages, our own routes and the middleware, as one ASGI application.

Started by ``streamlit run app.py``, or ``praeventionsatlas run``.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit import config, file_util

import ui
from ui.lifetime import close_still_connections
from ui.messages import on_script_error
from ui.server import (
    begin_log,
    check_settings,
    cookie_secret,
    give_memory_back,
    lifespan,
    middleware,
    routes,
    secrets,
    warm_up,
)
from ui.wire import refuse_wrong_values

give_memory_back()
close_still_connections()
refuse_wrong_values()
begin_log()
check_settings()
_base_path = config.get_option("server.baseUrlPath")
if _secret := cookie_secret():
    # Streamlit makes its own session cookie before it has read the secrets, and would sign it with a random one.
    config.set_option("server.cookieSecret", _secret)
app = st.App(
    Path(ui.__file__).with_name("main.py"),
    routes=routes(_base_path),
    middleware=middleware(Path(file_util.get_static_dir()), _base_path),
    lifespan=lifespan,
    on_script_error=on_script_error,
    secrets=secrets(),
)
warm_up()
