"""The page of a district, or of the whole state: shares, municipalities, white spots, groups."""

from __future__ import annotations

import streamlit as st

from atlas.model.view import page_address
from atlas.present.detail import as_of_sentence
from atlas.present.district import DistrictPage, build_district
from atlas.present.scene import Scene, Shelf
from atlas.render.html import file_links
from atlas.render.templates import Pieces
from ui import blocks, filters, frame, map_panel, table_panel
from ui.cache import current_scene
from ui.state import MUNICIPALITY_PAGE, words, write_address

html = Pieces("district.html")

_pages: Shelf[DistrictPage] = Shelf(128)


def show() -> None:
    """Show the page of the view's district."""
    drawn = current_scene()
    with frame.head(drawn):
        frame.qr_code(f"kreis-{drawn.district or drawn.programme.boundary_set}")
    said = words()
    page = _page(drawn)
    with st.container(horizontal=True, vertical_alignment="bottom", key="ort"):
        st.html(html.header(page))
        filters.district(drawn)
    filters.show(drawn)
    left, right = st.columns(2, gap="medium")
    with left:
        map_panel.show_area(drawn, MUNICIPALITY_PAGE)
        map_panel.legend(drawn)
        blocks.small(as_of_sentence(drawn, said))
    with right:
        st.html(html.shares(page, page_address))
    if page.districts:
        _section(said.say("Alle Kreise und Kreisfreien Städte"))
        st.html(html.districts(page, page_address, drawn.view))
    _section(said.say("Weiße Flecken mit aktiven Nachbarn"))
    st.html(html.white_spots(page, page_address, drawn.view))
    if page.spots:
        st.html(file_links("ansprache", drawn.view, said))
    _section(said.say("Zusammenhängende Gruppen"))
    st.html(html.groups(page))
    table_panel.show(drawn, MUNICIPALITY_PAGE)
    frame.foot(drawn)
    write_address()


def _section(heading: str) -> None:
    blocks.heading(heading)


def _page(drawn: Scene) -> DistrictPage:
    said = words()
    key = (*drawn.key, drawn.district, drawn.view.layer, drawn.view.lang)
    return _pages.get(key, lambda: build_district(drawn, said))
