"""Below the map: the control of the time-lapse, and the same municipalities as a table, sortable, and as files."""

from __future__ import annotations

from datetime import date

import streamlit as st

from atlas.present.context import ViewContext
from atlas.present.map_spec import pack, packed_since
from ui.cache import payloads
from ui.components import part
from ui.state import Keys, change_view


def show(context: ViewContext, page: str | None = None) -> None:
    """Show the table of what the map shows; a choice in it selects the municipality and leads to ``page`` if given."""
    view, spec = context.view, context.spec
    data: dict[str, object] = {
        "index": f"atlas/{payloads().map_urls(context.snapshot, context.programme, context.edition).index}",
        "lang": view.lang,
        "layer": spec.layer,
        "codes": pack(spec.codes),
        "since": packed_since(spec),
    }
    if page:
        data["still"] = True  # the control of the time-lapse belongs below its map
    chosen = part("table")(key=Keys.TABLE, data=data, on_ags_change=_chosen, on_day_change=_taken).ags
    if page and isinstance(chosen, str):
        st.switch_page(page)


def _chosen() -> None:
    ags = st.session_state[Keys.TABLE].get("ags")
    if isinstance(ags, str):
        change_view(municipality=ags)


def _taken() -> None:
    """Make the month at which the time-lapse stands the view's date."""
    day = st.session_state[Keys.TABLE].get("day")
    if isinstance(day, str):
        change_view(as_of=date.fromisoformat(day), film=None)
