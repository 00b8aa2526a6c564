"""Headline, notices and foot of every page: what stays while layer and date change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from atlas import phrases
from atlas.model.dates import ZONE
from atlas.model.languages import SOURCE_LANGUAGE, other_languages
from atlas.model.parameters import CHAPTER
from atlas.model.view import page_address, view_to_query
from atlas.present.address import misread
from atlas.present.context import ViewContext
from atlas.present.credits import invented
from atlas.present.elsewhere import in_programme
from atlas.present.handbook import CHAPTER_OF
from atlas.render.qr import qr_file, qr_picture
from ui import blocks
from ui.cache import contexts, store
from ui.components import part
from ui.login import entrance
from ui.state import HELP_PAGE, Keys, change_view, current_view, misread_address, seed, words


def head(context: ViewContext, *more: Callable[[ViewContext], None], chapter: str = "") -> None:
    """Show the head of a page: headline, what ``more`` shows, and the links; ``chapter`` is another than the page's of the handbook.

    Below it what of the address could not be read, what is wrong with the data for the moment, and that they are invented, if so.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        _title(context)
        for show in more:
            show(context)
        _links()
        _help(chapter)
    if given := misread_address():
        blocks.draw("paragraph", text=misread(given, words()), kind="finding warning", role="status")
    if trouble := store().trouble:
        blocks.draw("paragraph", text=words().problem(trouble), kind="finding warning", role="status")
    for text in invented(context, words()):
        blocks.draw("paragraph", text=text, kind="synthetic", role="note")


def _title(context: ViewContext) -> None:
    said = words()
    programmes = context.snapshot.programmes
    only = said.label(context.programme.title) if len(programmes) == 1 else ""
    title = said.say(phrases.ATLAS_OF_STATE, state=said.label(context.programme.territory))
    with st.container(key="title"):
        blocks.draw("head", title=title, programme=only)
        if len(programmes) > 1:
            seed(Keys.PROGRAMME, context.programme.key)
            st.selectbox(
                said.say("Programm"),
                list(programmes),
                format_func=lambda key: said.label(programmes[key].title),
                key=Keys.PROGRAMME,
                label_visibility="collapsed",
                on_change=_programme_chosen,
                width="stretch",
            )


def _programme_chosen() -> None:
    """Look at another programme; a picture ordered of the former is forgotten."""
    change_view(**vars(in_programme(contexts().of(current_view()), st.session_state[Keys.PROGRAMME])))
    st.session_state[Keys.ORDER] = {}


def _links() -> None:
    """Show the button that copies the address of the view, and the way to the other language."""
    said = words()
    data = {
        "label": said.say(phrases.COPY_LINK),
        "done": said.say(phrases.COPIED),
        "inBar": said.say(phrases.LINK_IN_ADDRESS_BAR),
        "zone": ZONE.key,
        "languages": other_languages(said.lang),
        "source": SOURCE_LANGUAGE,
    }
    part("links")(key="links", data=data, width="content")


def _help(chapter: str) -> None:
    """Show the way to what the handbook says about this page."""
    page = st.session_state[Keys.PAGE]
    if page == "hilfe":
        return
    with st.container(key="hilfe", width="content"):
        st.page_link(
            HELP_PAGE,
            label=words().say(phrases.HELP_FOR_PAGE),
            icon=":material/help:",
            query_params=view_to_query(current_view()) | {CHAPTER.name: chapter or CHAPTER_OF[page]},
        )


def qr_code(page: str) -> None:
    """Show a button that opens the page's address as a QR code, to be put on a slide or a sheet; as SVG and PNG.

    The code holds the view without its date, unless one was chosen: who scans it sees what holds then.
    """
    said = words()
    here = st.context.url
    if here is None:
        return
    address = page_address(here, current_view())
    with st.popover(said.say("QR-Code"), icon=":material/qr_code_2:"):
        alt = said.say("QR-Code mit der Adresse dieser Seite")
        blocks.draw("qr_code", picture=qr_picture(address), alt=alt, address=address)
        for form in ("svg", "png"):
            st.download_button(
                form.upper(),
                partial(qr_file, address, form, scale=20 if form == "png" else 10, border=4),
                f"qr-{page}.{form}",
                f"image/{'svg+xml' if form == 'svg' else form}",
                key=f"qr-{form}",
                on_click="ignore",
                icon=":material/download:",
            )


def site_address() -> str:
    """Return the address of the application: as configured, else as this reader's browser knows it."""
    return store().settings.address or (st.context.url or "").rsplit("/", 1)[0]


def foot(context: ViewContext) -> None:
    """Show sources and attribution, and the way to log in where there is one."""
    said = words()
    blocks.draw(
        "foot",
        attribution=context.edition.provenance.attribution,
        source=said.label(context.programme.source_line),
        about=said.say("Quellen, Begriffe, Barrierefreiheit"),
    )
    entrance()
