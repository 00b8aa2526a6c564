"""Buttons to take a municipality home: its map as a picture, its sheet, its press kit. Files are made when asked for."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.export.kit import kit_stem, press_kit
from atlas.export.sheets import sheet_pdf, sheet_stem
from atlas.model.view import ViewState
from atlas.present.context import ViewContext
from ui.cache import contexts
from ui.frame import site_address
from ui.state import EXPORT_PAGE, words


def picture() -> None:
    """Show the button that leads to the page of pictures, with the session's view."""
    if st.button(words().say(phrases.TAKE_MAP_HOME), key="picture", icon=":material/image:"):
        st.switch_page(EXPORT_PAGE)


def sheet(context: ViewContext, position: int) -> None:
    """Show the button for the sheet of the municipality at ``position``."""
    said, home, view = words(), site_address(), _of(context, position)
    st.download_button(
        said.say("Steckbrief (PDF)"),
        lambda: sheet_pdf(contexts(), view, position, home),
        f"{sheet_stem(context, view.municipality or '', said.lang)}.pdf",
        "application/pdf",
        key="sheet",
        on_click="ignore",
        icon=":material/description:",
    )


def kit(context: ViewContext, position: int) -> None:
    """Show the button for the press kit of the municipality at ``position``."""
    home, view = site_address(), _of(context, position)
    st.download_button(
        words().say("Pressepaket (ZIP)"),
        lambda: press_kit(contexts(), view, home),
        f"{kit_stem(context)}.zip",
        "application/zip",
        key="kit",
        on_click="ignore",
        icon=":material/folder_zip:",
    )


def _of(context: ViewContext, position: int) -> ViewState:
    """Return the view of a municipality, with its day written out: the file says the day it was ordered for."""
    return context.view.but(municipality=context.day.lines[position][0].ags, as_of=context.as_of)
