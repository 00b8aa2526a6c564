"""Small pieces that many pages are made of."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from atlas import phrases
from atlas.model.comparison import ComparedKind
from atlas.model.parameters import COMPARED
from atlas.model.view import view_to_query
from atlas.present.comparison import proposed_things
from atlas.present.context import ViewContext
from atlas.render.templates import Pieces
from ui.state import COMPARISON_PAGE, words

WIDTH = 760
"""Of forms and boxes with text, in pixels: lines longer than that are hard to read."""
_Width = Literal["stretch", "content"]


def part(macro: str, /, **model: object) -> Markup:
    """Return one of the pieces that pages are made of: a macro of ``parts_editing.html``, filled."""
    made: Markup = getattr(Pieces("parts_editing.html"), macro)(**model)
    return made


def draw(macro: str, /, *, width: _Width = "stretch", **model: object) -> None:
    """Show what `part` returns."""
    st.html(part(macro, **model), width=width)


def text(said: str, width: _Width = "stretch") -> None:
    """Show a paragraph."""
    draw("paragraph", width=width, text=said, kind="atlas-text")


def small(said: str, width: _Width = "stretch", role: str = "") -> None:
    """Show a paragraph in small print."""
    draw("paragraph", width=width, text=said, kind="atlas-small", role=role)


def more(count: int) -> None:
    """Say how many are not shown, if there are any."""
    said = words()
    if count > 0:
        text(said.say(phrases.AND_MORE, n=said.number(count)))


def compare(context: ViewContext, kind: ComparedKind) -> None:
    """Show the way to the comparison of what the page shows with others of a kind; without a place, of instruments."""
    things = proposed_things(kind, context) or proposed_things(ComparedKind.INSTRUMENT, context)
    query = view_to_query(context.view) | {COMPARED.name: ",".join(things)}
    st.page_link(COMPARISON_PAGE, label=words().say(phrases.COMPARE), icon=":material/compare:", query_params=query)


def place(key: str | None = None) -> DeltaGenerator:
    """Return the place of what is shown at times only, above or between fields.

    Without it whatever comes below moves to another place in the page and is made anew there: a field loses the focus
    while somebody types, a button the click it is just given.
    """
    return st.container(key=key)


def heading(said: str, level: int = 2, anchor: str = "") -> None:
    """Show a heading of a part of the page; ``anchor`` is what links lead to."""
    draw("heading", text=said, level=level, id=anchor)
