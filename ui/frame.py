"""Headline, notices and foot of every page: what stays while layer and date change."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from atlas.present.scene import Scene
from ui.cache import today
from ui.components import part
from ui.state import words


def title(drawn: Scene) -> None:
    """Show the headline."""
    said = words()
    st.html(
        Markup('<div class="atlas-title"><h1>{}</h1><p>{}</p></div>').format(
            said.say("Präventionsatlas {state}", state=said.label(drawn.programme.state_name)),
            said.label(drawn.programme.title),
        )
    )


def links() -> None:
    """Show the button that copies the address of the view, and the way to the other language."""
    said = words()
    other = "en" if said.lang == "de" else "de"
    data = {
        "label": said.say("Link kopieren"),
        "done": said.say("Kopiert."),
        "inBar": said.say("Der Link steht in der Adresszeile."),
        "today": today().isoformat(),
        "other": other,
        "language": "English" if other == "en" else "Deutsch",
    }
    part("links")(key="links", data=data, width="content")


def notice(drawn: Scene) -> None:
    """Say on top of the page that data are invented, if they are."""
    if drawn.snapshot.is_synthetic:
        text = words().say("Beispieldaten: Gemeinden, Grenzen und Einträge sind erfunden.")
        st.html(Markup('<p class="synthetic" role="note">{}</p>').format(text))


def foot(drawn: Scene) -> None:
    """Show sources and attribution."""
    said = words()
    st.html(
        Markup('<p class="atlas-foot">{} · {} · <a href="ueber" target="_self">{}</a></p>').format(
            drawn.edition.provenance.attribution,
            said.label(drawn.programme.source_line),
            said.say("Quellen, Begriffe, Barrierefreiheit"),
        )
    )
