"""The search box: names of today and of the past, and districts."""

from __future__ import annotations

import streamlit as st

from atlas.model.keys import is_district_key
from atlas.present.context import ViewContext
from atlas.present.search import search_words
from ui.cache import context, payloads
from ui.components import part
from ui.state import DISTRICT_PAGE, Keys, change_view, current_view, words


def show(context: ViewContext) -> None:
    """Show the box; a municipality is chosen on the map and beside it, a district leads to its page."""
    file = payloads().search_file(context.snapshot, context.programme, context.edition)
    data = {"file": f"atlas/{file}", "words": search_words(words())}
    chosen = part("search")(key=Keys.SEARCH, data=data, on_place_change=_chosen, width=320).place
    if isinstance(chosen, str) and is_district_key(chosen):
        st.switch_page(DISTRICT_PAGE)


def _chosen() -> None:
    keys = str(st.session_state[Keys.SEARCH].get("place") or "").split()
    if keys and is_district_key(keys[0]):
        change_view(district=keys[0])
    elif keys:
        present = set(context(current_view()).status["ags"])
        change_view(municipality=next((ags for ags in keys if ags in present), keys[-1]))
