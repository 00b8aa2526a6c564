"""Composition root: the pages, our own routes and the middleware, as one ASGI application.

Started by ``streamlit run app.py``.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit import file_util

from ui.cache import payloads, store
from ui.messages import on_script_error
from ui.server import build_middleware

from atlas.web.routes import build_routes

app = st.App(
    Path(__file__).parent / "ui" / "main.py",
    routes=build_routes(payloads(), store().current),
    middleware=build_middleware(Path(file_util.get_static_dir())),
    on_script_error=on_script_error,
)
