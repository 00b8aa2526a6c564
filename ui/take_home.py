"""Buttons to take a place home: its map as a picture, its sheet, its press kit. Files are made when asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from atlas import phrases
from atlas.export.kit import kit_stem, press_kit
from atlas.export.sheets import place_key, sheet_pdf, sheet_stem
from atlas.model.view import ViewState
from atlas.present.context import ViewContext
from ui.cache import contexts
from ui.frame import site_address
from ui.state import EXPORT_PAGE, words


def picture() -> None:
    """Show the button that leads to the page of pictures, with the session's view."""
    if st.button(words().say(phrases.TAKE_MAP_HOME), key="picture", icon=":material/image:"):
        st.switch_page(EXPORT_PAGE)


def sheet(context: ViewContext, place: int | str) -> None:
    """Show the button for the sheet of the municipality at a position, or of a district by its key."""
    said, home = words(), site_address()
    view = context.view.but(as_of=context.as_of)
    make = partial(sheet_pdf, contexts(), view, place, home)
    name = f"{sheet_stem(context, place_key(context, place), said.lang)}.pdf"
    _button("sheet", said.say("Steckbrief (PDF)"), make, name, "application/pdf", "description")


def kit(context: ViewContext, position: int) -> None:
    """Show the button for the press kit of the municipality at ``position``."""
    home, view = site_address(), _of(context, position)
    make = partial(press_kit, contexts(), view, home)
    _button("kit", words().say("Pressepaket (ZIP)"), make, f"{kit_stem(context)}.zip", "application/zip", "folder_zip")


def _button(key: str, label: str, make: Callable[[], bytes], name: str, media_type: str, icon: str) -> None:
    st.download_button(label, make, name, media_type, key=key, on_click="ignore", icon=f":material/{icon}:")


def _of(context: ViewContext, position: int) -> ViewState:
    """Return the view of a municipality, with its day written out: the file says the day it was ordered for."""
    return context.view.but(municipality=context.day.lines[position][0].ags, as_of=context.as_of)
