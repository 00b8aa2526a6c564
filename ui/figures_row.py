"""Key figures above the map. Every number opens the list that makes it up."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from markupsafe import Markup

from atlas.export.tables import excel_csv, plain_csv
from atlas.present.figures import Card, Door, build_cards
from atlas.render.html import list_table
from ui.cache import Scene, Shelf
from ui.state import words

_cards = Shelf(128)


def show(drawn: Scene) -> None:
    """Show the cards of the view."""
    said = words()
    view = drawn.view
    key = (*drawn.key, view.layer, view.district, said.lang)
    cards = _cards.get(
        key, lambda: build_cards(drawn.status, drawn.programme, drawn.edition, view, drawn.spec, said)
    )
    columns = st.columns(4)
    for number, (column, card) in enumerate(zip(columns, cards, strict=False)):
        with column, st.container(key=f"card-{number}"):
            _card(number, card)


def _card(number: int, card: Card) -> None:
    st.html(Markup("<h4>{}</h4>").format(card.heading))
    with st.container(horizontal=True, gap="small"):
        for place, door in enumerate(card.doors):
            if st.button(door.text, key=f"door-{number}-{place}", type="tertiary"):
                _open(door)
    st.html(Markup('<p class="atlas-note">{}</p>').format(card.note))


def _open(door: Door) -> None:
    st.dialog(door.title, width="large")(_list)(door)


def _list(door: Door) -> None:
    said = words()
    headings = {
        "name": said.say("Name"),
        "district": said.say("Landkreis"),
        "since": said.say("seit"),
        "joint_with": said.say("gemeinsam"),
        "source": said.say("Quelle"),
    }
    table = door.rows.rename(columns=headings)
    _downloads(table, door.key)
    st.html(list_table(door.rows, headings, said))


def _downloads(table: pd.DataFrame, stem: str) -> None:
    said = words()
    with st.container(horizontal=True):
        st.download_button(
            said.say("CSV für Excel"), lambda: excel_csv(table), f"{stem}-excel.csv", "text/csv",
            key=f"excel-{stem}", on_click="ignore", type="tertiary", icon=":material/download:",
        )
        st.download_button(
            said.say("CSV"), lambda: plain_csv(table), f"{stem}.csv", "text/csv",
            key=f"csv-{stem}", on_click="ignore", type="tertiary", icon=":material/download:",
        )
