"""Key figures above the map. Every number opens the list that makes it up."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.figures import Card, DrillDown, build_cards
from atlas.present.headings import titles_of
from atlas.render.html import file_links, list_table
from ui import blocks
from ui.components import part
from ui.state import Keys, words

_cards: SingleFlightCache[tuple[Card, ...]] = SingleFlightCache(128)


def show(context: ViewContext) -> None:
    """Show the cards of the view, and the list behind a number when it is asked for."""
    said = words()
    key = (*context.key, context.view.layer, context.district, said.lang)
    cards = _cards.get(key, lambda: build_cards(context, said))
    data = {"cards": [[card.heading, [_door(door) for door in card.doors], card.note] for card in cards]}
    asked = part("figures")(key=Keys.FIGURES, data=data, on_door_change=lambda: None).door
    if isinstance(asked, str):
        open_door(
            {f"{i}-{j}": door for i, card in enumerate(cards) for j, door in enumerate(card.doors)}, asked, context
        )


def _door(door: DrillDown) -> str | list[object]:
    """Return a door for the browser: its text, and a mark if it stands beside the number."""
    return [door.text, 1] if door.is_beside else door.text


def open_door(doors: dict[str, DrillDown], asked: str, context: ViewContext) -> None:
    """Show the list behind a number in a dialog; what is not among ``doors`` opens nothing."""
    if asked in doors:
        door = doors[asked]
        st.dialog(door.title, width="large")(show_list)(door.key, door.rows(), context)


def show_list(key: str, rows: pd.DataFrame, context: ViewContext) -> None:
    """Show a list whose names lead to the pages of the places, and the same as files."""
    said = words()
    blocks.draw("wide", content=list_table(rows, titles_of(rows, said), context.view, context.programme.language))
    st.html(file_links(f"liste/{key}", context.view.but(municipality=None, as_of=context.as_of), said))
