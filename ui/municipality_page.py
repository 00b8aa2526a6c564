"""The page of one municipality, by a link that works cold: its map, its history, its neighbours, its next step."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.model.rights import Right
from atlas.model.view import page_address, view_to_query
from atlas.present.detail import absent, as_of_sentence, position_of
from atlas.present.elsewhere import Elsewhere, elsewhere, not_here, others
from atlas.present.looks import looks_of, plain_legend
from atlas.present.municipality import MunicipalityPage, build_page
from atlas.present.scene import Scene, Shelf
from atlas.render.html import file_links, legend_line
from atlas.render.templates import Pieces
from ui import blocks, filters, frame, map_panel, report_form, search, take_home
from ui.cache import current_scene, scenes
from ui.login import current_actor
from ui.state import MAP_PAGE, words, write_address

html = Pieces("municipality.html")

_pages: Shelf[MunicipalityPage] = Shelf(256)


def show() -> None:
    """Show the page of the view's municipality, or say how to choose one."""
    drawn = current_scene()
    with frame.head(drawn):
        search.show(drawn)
        frame.qr_code(f"gemeinde-{drawn.view.municipality or ''}")
    ags = drawn.view.municipality
    position = position_of(drawn.status, ags) if ags else None
    more: dict[str, str] = {}
    if position is None:
        _nobody(drawn)
    else:
        more = _municipality(drawn, position)
    frame.foot(drawn)
    write_address(more)


def _nobody(drawn: Scene) -> None:
    said = words()
    ags = drawn.view.municipality
    if ags and (found := elsewhere(scenes(), drawn, ags, said)):
        st.html(html.not_here(not_here(said.label(drawn.programme.territory), found, said), _page_there))
        _to_map(drawn)
        return
    text = (
        said.problem(absent(drawn, ags, "", said))
        if ags
        else said.say("Es ist keine Gemeinde gewählt. Bitte in der Suche oder auf der Karte eine wählen.")
    )
    blocks.text(text)
    filters.show(drawn)
    _to_map(drawn)


def _municipality(drawn: Scene, position: int) -> dict[str, str]:
    """Show the page; return what belongs into the address beside the view."""
    said = words()
    page = _page(drawn, position)
    st.html(html.header(page))
    report_form.badge(drawn, page.detail.ags)
    if current_actor().may(Right.EDIT):
        blocks.draw("link", address=page_address("pflege", drawn.view), label=said.say("Einträge bearbeiten"))
    take_home.show(drawn, position)
    filters.show(drawn)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        map_panel.show_neighbourhood(drawn, [row.position for row in page.neighbours])
        here = drawn.spec.classes[position]
        looks = {look.key: look for look in looks_of(drawn.programme, drawn.view.layer)}
        st.html(legend_line(plain_legend([looks[here], *(row.look for row in page.neighbours)], said)))
        blocks.small(as_of_sentence(drawn, said))
        with st.container(key="nachbarn"):
            st.html(html.neighbours(page, lambda ags: page_address("gemeinde", drawn.view.but(municipality=ags))))
            st.html(file_links("nachbarn", drawn.view, said))
    with right:
        if page.next_step:
            st.html(html.next_step(page.next_step))
        st.html(html.history(page))
        if told := html.others(others(elsewhere(scenes(), drawn, page.detail.ags, said), said), _page_there):
            st.html(told)  # Streamlit takes no empty text
        more = report_form.show(drawn, page.detail.ags)
        _to_map(drawn)
    return more


def _page_there(each: Elsewhere) -> str:
    return page_address("gemeinde", each.view)


def _page(drawn: Scene, position: int) -> MunicipalityPage:
    said = words()
    key = (*drawn.key, drawn.view.layer, position, said.lang)
    return _pages.get(key, lambda: build_page(drawn, position, said))


def _to_map(drawn: Scene) -> None:
    st.page_link(
        MAP_PAGE,
        label=words().say(phrases.TO_THE_MAP),
        icon=":material/arrow_back:",
        query_params=view_to_query(drawn.view),
    )
