"""The map, its legend, and what is known about the chosen municipality."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup
from streamlit_folium import st_folium

from atlas.model.programme import OVERVIEW
from atlas.present.detail import build_detail, position_of
from atlas.present.looks import layer_definition, layer_label
from atlas.render import html
from atlas.render.folium_map import base_map, changing_part
from atlas.web.payloads import asset
from ui.cache import Scene, payloads
from ui.state import Keys, change_view, current_view, view_query, words

_SCRIPTS = ("leaflet.js", "topology.js", "map.js")
_STYLES = ("leaflet.css", "map.css")


def show(drawn: Scene) -> None:
    """Show map and panel beside each other, on a phone below each other."""
    left, right = st.columns([2.15, 1], gap="medium")
    with left:
        with st.container(key="panel"):
            _map(drawn)
        _as_of_line(drawn)
    with right:
        _legend(drawn)
        _detail(drawn)


def _map(drawn: Scene) -> None:
    view = drawn.view
    names = [payloads().add(*name.rsplit(".", 1)[:1], "." + name.rsplit(".", 1)[1], asset(name)) for name in (*_SCRIPTS, *_STYLES)]
    urls = payloads().map_urls(drawn.snapshot, drawn.programme, drawn.edition)
    base = base_map(names[: len(_SCRIPTS)], names[len(_SCRIPTS) :], urls.index, urls.overview, urls.detail)
    part = changing_part(drawn.spec, view.municipality, view.district, view.lang)
    picked = st_folium(
        base, key=Keys.MAP, height=560, use_container_width=True, returned_objects=[], feature_group_to_add=part
    )
    _take(drawn, picked)


def _take(drawn: Scene, picked: object) -> None:
    """Take over a choice made on the map, once: the frame keeps saying its last one."""
    if not isinstance(picked, dict) or "pick" not in picked or picked == st.session_state.get(Keys.PICK):
        return
    st.session_state[Keys.PICK] = picked
    ags = str(picked.get("ags", ""))
    if position_of(drawn.status, ags) is not None and ags != current_view().municipality:
        change_view(municipality=ags)
        st.rerun(scope="fragment")


def _as_of_line(drawn: Scene) -> None:
    from ui.map_page import as_of_sentence

    st.html(Markup('<p class="atlas-note">{}</p>').format(as_of_sentence(drawn)))


def _legend(drawn: Scene) -> None:
    said = words()
    title = said.label(layer_label(drawn.programme, drawn.spec.layer))
    definition = said.label(layer_definition(drawn.programme, drawn.spec.layer))
    points = drawn.programme.overview.points
    council = said.label(drawn.programme.instrument(points).label) if points and drawn.spec.layer == OVERVIEW else ""
    labels = (council, said.say("{what} des Landkreises", what=council))
    st.html(html.legend(drawn.spec, title, definition, labels, said))


def _detail(drawn: Scene) -> None:
    said = words()
    ags = drawn.view.municipality
    if ags is None:
        st.html(
            Markup('<p class="atlas-note">{}</p>').format(
                said.say("Gemeinde auf der Karte, in der Suche oder in der Tabelle wählen: Stand, Quellen und Nachbarn stehen dann hier.")
            )
        )
        return
    position = position_of(drawn.status, ags)
    if position is None:
        st.html(Markup('<p class="atlas-note">{}</p>').format(said.say("Diese Gemeinde gab es am Stichtag nicht.")))
        return
    st.html(html.detail(build_detail(drawn.detail_source, position, said), said))
    with st.container(horizontal=True):
        st.page_link(
            "pages/municipality.py",
            label=said.say("Zur Seite der Gemeinde"),
            icon=":material/arrow_forward:",
            query_params=view_query(drawn.view),
        )
        st.button(
            said.say("Auswahl aufheben"),
            key="deselect",
            type="tertiary",
            on_click=lambda: change_view(municipality=None),
        )
