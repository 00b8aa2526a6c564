"""The page of one municipality: what it is and what is known about it, by a link that works cold."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from atlas.present.detail import build_detail, position_of
from atlas.present.scene import Scene
from atlas.render import html
from ui.cache import current_scene
from ui.frame import foot, links, notice, title
from ui.state import MAP_PAGE, view_query, words, write_address


def show() -> None:
    """Show the page of the view's municipality, or say how to choose one."""
    drawn = current_scene()
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        title(drawn)
        links()
    notice(drawn)
    _municipality(drawn)
    st.page_link(
        MAP_PAGE,
        label=words().say("Zur Karte"),
        icon=":material/arrow_back:",
        query_params=view_query(drawn.view),
    )
    foot(drawn)
    write_address()


def _municipality(drawn: Scene) -> None:
    said = words()
    ags = drawn.view.municipality
    position = position_of(drawn.status, ags) if ags else None
    if position is None:
        text = (
            said.say("Am {day} gab es keine Gemeinde mit dem Schlüssel {ags}.", day=said.day(drawn.as_of), ags=ags)
            if ags
            else said.say("Es ist keine Gemeinde gewählt. Bitte auf der Karte oder in der Suche eine wählen.")
        )
        st.html(Markup('<p class="atlas-text">{}</p>').format(text))
        return
    st.html(html.detail(build_detail(drawn, position, said), said))
