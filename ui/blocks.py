"""Small pieces that many pages are made of."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

WIDTH = 760
"""Of forms and boxes with text, in pixels: lines longer than that are hard to read."""


def text(said: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """Show a paragraph."""
    st.html(Markup('<p class="atlas-text">{}</p>').format(said), width=width)


def small(said: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """Show a paragraph in small print."""
    st.html(Markup('<p class="atlas-small">{}</p>').format(said), width=width)


def place(key: str | None = None) -> DeltaGenerator:
    """Return the place of what is shown at times only, above or between fields.

    Without it whatever comes below moves to another place in the page and is made anew there: a field loses the focus
    while somebody types, a button the click it is just given.
    """
    return st.container(key=key)


def heading(said: str) -> None:
    """Show a heading of a part of the page."""
    st.html(Markup("<h2>{}</h2>").format(said))
