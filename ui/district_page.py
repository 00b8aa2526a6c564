"""The page of a district, or of the whole state: shares, municipalities, white spots, groups."""

from __future__ import annotations

import streamlit as st

from atlas.model.comparison import ComparedKind
from atlas.model.view import page_address
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.district import DistrictPage, build_district
from atlas.present.ranking import build_ranking
from atlas.render.html import file_links
from atlas.render.templates import Pieces
from ui import blocks, day_field, filters, frame, map_panel, take_home
from ui.cache import current_context
from ui.state import MUNICIPALITY_PAGE, words, write_address

html = Pieces("district.html")

_pages: SingleFlightCache[DistrictPage] = SingleFlightCache(128)


def show() -> None:
    """Show the page of the view's district."""
    context = current_context()
    frame.head(context, lambda _: frame.qr_code(f"kreis-{context.district or context.programme.boundary_set}"))
    said = words()
    key = (*context.key, context.district, context.view.layer, said.lang)
    page = _pages.get(key, lambda: build_district(context, said))
    _header(context, page)
    filters.show(context)
    left, right = st.columns(2, gap="medium")
    with left:
        map_panel.show_area(context, MUNICIPALITY_PAGE)
        map_panel.legend(context)
        day_field.meaning(context)
    with right:
        st.html(html.shares(page, page_address))
    if page.districts and context.programme.has_shares:
        ranking = build_ranking(context, said)
        blocks.heading(ranking.heading)
        st.html(file_links("rangfolge", context.view, said))  # before the table: by keyboard its links are many
        st.html(html.ranking(ranking, page_address, context.view))
    if page.districts:
        blocks.heading(said.say("Alle Kreise und Kreisfreien Städte"))
        st.html(html.districts(page, page_address, context.view))
    _near(context, page)
    map_panel.table(context, MUNICIPALITY_PAGE)
    frame.foot(context)
    write_address()


def _near(context: ViewContext, page: DistrictPage) -> None:
    """Show what borders on what: white spots beside active municipalities, and those of these that hang together."""
    said = words()
    blocks.heading(said.say("Weiße Flecken mit aktiven Nachbarn"), anchor="weisse-flecken")
    st.html(html.white_spots(page, page_address, context.view))
    if page.spots:
        st.html(file_links("ansprache", context.view, said))
    blocks.heading(said.say("Zusammenhängende Gruppen"))
    st.html(html.groups(page, page_address, context.view))
    if page.groups:
        st.html(file_links("gruppen", context.view, said))


def _header(context: ViewContext, page: DistrictPage) -> None:
    """Show its name, the choice of another, ways on, and its sheet; that of a city is the sheet of its only municipality."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ort"):
        st.html(html.header(page))
        filters.district(context)
        blocks.compare(context, ComparedKind.DISTRICT)
        if context.district and context.spec.total > 1:
            take_home.sheet(context, context.district)
