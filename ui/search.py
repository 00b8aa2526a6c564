"""The search box: names of today and of the past."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.search import Suggestion, suggestions
from ui.cache import context
from ui.state import Keys, change_view, current_view, words

_suggestions: SingleFlightCache[tuple[Suggestion, ...]] = SingleFlightCache(16)


def show(context: ViewContext) -> None:
    """Show the box; a choice selects the municipality on the map and beside it."""
    said = words()
    key = (context.snapshot.fingerprint, context.programme.boundary_set, context.edition.starts)
    found = _suggestions.get(key, lambda: suggestions(context.edition, context.changes))
    st.selectbox(
        said.say(phrases.FIND_A_MUNICIPALITY),
        range(len(found)),
        index=None,
        format_func=lambda number: found[number].text,
        placeholder=said.say("Gemeinde suchen, auch frühere Namen"),
        key=Keys.SEARCH,
        label_visibility="collapsed",
        on_change=_choose,
        args=(found,),
        width=320,
    )


def _choose(found: tuple[Suggestion, ...]) -> None:
    number = st.session_state[Keys.SEARCH]
    if number is None:
        return
    present = set(context(current_view()).status["ags"])
    keys = found[number].keys
    change_view(municipality=next((ags for ags in keys if ags in present), keys[-1]))
