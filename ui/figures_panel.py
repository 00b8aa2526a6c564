"""Key figures above the map. Every number opens the list that makes it up."""

from __future__ import annotations

import streamlit as st

from atlas.export.tables import excel_csv, plain_csv
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.figures import Card, DrillDown, build_cards
from atlas.present.headings import headings
from atlas.render.html import list_table
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
        open_door({f"{i}-{j}": door for i, card in enumerate(cards) for j, door in enumerate(card.doors)}, asked)


def _door(door: DrillDown) -> str | list[object]:
    """Return a door for the browser: its text, and a mark if it stands beside the number."""
    return [door.text, 1] if door.is_beside else door.text


def open_door(doors: dict[str, DrillDown], asked: str) -> None:
    """Show the list behind a number in a dialog; what is not among ``doors`` opens nothing."""
    if asked in doors:
        st.dialog(doors[asked].title, width="large")(_list)(doors[asked])


def _list(door: DrillDown) -> None:
    said = words()
    rows = door.rows()
    titles = headings(said, *rows.columns)
    st.html(list_table(rows, titles))
    table = rows.rename(columns=titles)
    with st.container(horizontal=True):
        for form, label, write in (
            ("excel", said.say("CSV für Excel"), excel_csv),
            ("csv", said.say("CSV"), plain_csv),
        ):
            st.download_button(
                label,
                write(table),
                f"{door.key}-{form}.csv",
                "text/csv",
                key=f"{form}-{door.key}",
                on_click="ignore",
                icon=":material/download:",
            )
