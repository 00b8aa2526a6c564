"""The middleware around Streamlit, outermost first."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware


def build_middleware(static: Path) -> list[Middleware]:
    """Return the middleware for a Streamlit whose frontend lies in ``static``."""
    return []
