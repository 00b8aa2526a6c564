"""What a municipality takes home from its page: picture, press kit, sheet. Files are made when they are asked for."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.export.kit import kit_stem, press_kit
from atlas.export.sheets import sheet_pdf, sheet_stem
from atlas.model.view import view_to_query
from atlas.present.context import ViewContext
from ui.cache import contexts
from ui.frame import site_address
from ui.state import EXPORT_PAGE, words


def show(context: ViewContext, position: int) -> None:
    """Show the row of links and buttons for the municipality at ``position``."""
    said = words()
    ags = context.day.lines[position][0].ags
    view = context.view.but(municipality=ags, as_of=context.as_of)
    home = site_address()
    with st.container(horizontal=True, vertical_alignment="center", key="mitnehmen"):
        st.markdown(f"**{said.say(phrases.TAKE_HOME)}**", width="content")
        st.page_link(
            EXPORT_PAGE,
            label=said.say("Karte als Bild"),
            icon=":material/image:",
            query_params=view_to_query(context.view.but(municipality=ags)),
            width="content",
        )
        st.download_button(
            said.say("Pressepaket (ZIP)"),
            lambda: press_kit(contexts(), view, home),
            f"{kit_stem(context)}.zip",
            "application/zip",
            key="pressepaket",
            on_click="ignore",
            icon=":material/folder_zip:",
        )
        st.download_button(
            said.say("Steckbrief (PDF)"),
            lambda: sheet_pdf(contexts(), view, position, home),
            f"{sheet_stem(context, ags, said.lang)}.pdf",
            "application/pdf",
            key="steckbrief",
            on_click="ignore",
            icon=":material/description:",
        )
