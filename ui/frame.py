"""Headline, notices and foot of every page."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from atlas.model.view import view_to_query
from ui.cache import Scene
from ui.components import copy_link
from ui.state import current_view, words


def title(drawn: Scene) -> None:
    """Show the headline and the way to the other language."""
    said = words()
    view = current_view()
    other = "en" if view.lang == "de" else "de"
    query = urlencode(view_to_query(view.but(lang=other)))
    st.html(
        Markup(
            '<div class="atlas-title"><h1>{}</h1><p>{}</p>'
            '<a class="lang" lang="{}" hreflang="{}" href="?{}" target="_self">{}</a></div>'
        ).format(
            said.say("Präventionsatlas {state}", state=said.label(drawn.programme.state_name)),
            said.label(drawn.programme.title),
            other,
            other,
            query,
            "English" if other == "en" else "Deutsch",
        )
    )


def notice(drawn: Scene) -> None:
    """Say on top of the page that data are invented, if they are."""
    if drawn.snapshot.is_synthetic:
        text = words().say("Beispieldaten: Gemeinden, Grenzen und Einträge sind erfunden.")
        st.html(Markup('<p class="synthetic" role="note">{}</p>').format(text))


def link_button() -> None:
    """Show the button that copies the address of this view, with the date written out."""
    from ui.cache import today

    said = words()
    view = current_view()
    fixed = view.but(as_of=view.as_of or today())
    data = {
        "query": urlencode(view_to_query(fixed)),
        "label": said.say("Link kopieren"),
        "done": said.say("Kopiert."),
        "address": said.say("Der Link steht in der Adresszeile."),
    }
    copy_link()(key="link", data=data)


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
