"""The page of one municipality, by a link that works cold: its map, its history, its neighbours, its next step."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.model.comparison import ComparedKind
from atlas.model.rights import Right
from atlas.model.view import page_address, view_to_query
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.detail import absent, position_of
from atlas.present.elsewhere import Elsewhere, elsewhere, not_here, others
from atlas.present.looks import plain_legend
from atlas.present.municipality import MunicipalityPage, build_page
from atlas.present.picture import mark_lines
from atlas.render.html import file_links, legend_line
from atlas.render.templates import Pieces
from ui import blocks, day_field, filters, frame, map_panel, report_form, take_home
from ui.cache import contexts, current_context
from ui.login import current_actor
from ui.state import MAP_PAGE, words, write_address

html = Pieces("municipality.html")

_pages: SingleFlightCache[MunicipalityPage] = SingleFlightCache(256)


def show() -> None:
    """Show the page of the view's municipality, or say how to choose one."""
    context = current_context()
    ags = context.view.municipality
    frame.head(context, filters.search, lambda _: frame.qr_code(f"gemeinde-{ags or ''}"))
    position = position_of(context.status, ags) if ags else None
    more: dict[str, str] = {}
    if position is None:
        _nobody(context)
    else:
        more = _municipality(context, position)
    frame.foot(context)
    write_address(more)


def _nobody(context: ViewContext) -> None:
    said = words()
    ags = context.view.municipality
    if ags and (found := elsewhere(contexts(), context, ags, said)):
        st.html(html.not_here(not_here(said.label(context.programme.territory), found, said), _page_there))
        _to_map(context)
        return
    text = (
        said.problem(absent(context, ags, "", said))
        if ags
        else said.say("Es ist keine Gemeinde gewählt. Bitte in der Suche oder auf der Karte eine wählen.")
    )
    blocks.text(text)
    filters.show(context)
    _to_map(context)


def _municipality(context: ViewContext, position: int) -> dict[str, str]:
    """Show the page; return what belongs into the address beside the view."""
    said = words()
    key = (*context.key, context.view.layer, position, said.lang)
    page = _pages.get(key, lambda: build_page(context, position, said))
    st.html(html.header(page))
    report_form.badge(context, page.detail.ags)
    if current_actor().may(Right.EDIT):
        blocks.draw("link", address=page_address("pflege", context.view), label=said.say("Einträge bearbeiten"))
    _take_home(context, position)
    filters.show(context)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        map_panel.show_neighbourhood(context, [row.position for row in page.neighbours])
        spec = context.spec
        marks = mark_lines(context, None, (spec.points, spec.district_points, spec.bodies), said)
        st.html(legend_line(plain_legend((each.look for each in spec.legend), said), marks))
        day_field.meaning(context)
        with st.container(key="nachbarn"):
            st.html(html.neighbours(page, lambda ags: page_address("gemeinde", context.view.but(municipality=ags))))
            st.html(file_links("nachbarn", context.view, said))
    with right:
        if page.next_step:
            st.html(html.next_step(page.next_step))
        st.html(html.history(page))
        if told := html.others(others(elsewhere(contexts(), context, page.detail.ags, said), said), _page_there):
            st.html(told)  # Streamlit takes no empty text
        more = report_form.show(context, page.detail.ags)
        _to_map(context)
    return more


def _take_home(context: ViewContext, position: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="mitnehmen"):
        st.markdown(f"**{words().say(phrases.TAKE_HOME)}**", width="content")
        take_home.picture()
        take_home.kit(context, position)
        take_home.sheet(context, position)
        blocks.compare(context, ComparedKind.MUNICIPALITY)


def _page_there(each: Elsewhere) -> str:
    return page_address("gemeinde", each.view)


def _to_map(context: ViewContext) -> None:
    st.page_link(
        MAP_PAGE,
        label=words().say(phrases.TO_THE_MAP),
        icon=":material/arrow_back:",
        query_params=view_to_query(context.view),
    )
