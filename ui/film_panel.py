"""The control that plays the months of the map in the browser."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import streamlit as st

from atlas.model.view import view_to_query
from atlas.present.scene import Scene
from ui.components import part
from ui.state import Keys, change_view, words


def show(drawn: Scene) -> None:
    """Show the control; taking a month over makes it the view's date."""
    said = words()
    view = drawn.view.but(municipality=None, film=None, lang=drawn.view.lang)
    data = {
        "lang": said.lang,
        "query": urlencode(view_to_query(view)),
        "month": drawn.view.film or "",
        "words": {
            "title": said.say("Verlauf auf der Karte"),
            "month": said.say("Monat"),
            "play": said.say("▶ Verlauf abspielen"),
            "pause": said.say("❚❚ Anhalten"),
            "next": said.say("Einen Monat weiter"),
            "take": said.say("Diesen Stichtag zeigen"),
            "leave": said.say("Verlauf beenden"),
            "file": said.say("Als Bildfolge (GIF)"),
            "now": said.say("Stand der Seite"),
            "total": said.say("{day}: {n} Gemeinden", day="{day}", n="{n}"),
            "failed": said.say("Der Verlauf konnte nicht geladen werden. Bitte noch einmal versuchen."),
        },
    }
    part("film")(key=Keys.FILM, data=data, on_day_change=_taken)


def _taken() -> None:
    day = st.session_state[Keys.FILM].get("day")
    if isinstance(day, str):
        change_view(as_of=date.fromisoformat(day), film=None)
