"""The table beside the map: the same municipalities, sortable, and as files."""

from __future__ import annotations

import streamlit as st

from atlas.present.map_spec import pack, packed_since
from atlas.present.scene import Scene
from ui.cache import payloads
from ui.components import part
from ui.state import Keys, change_view


def show(drawn: Scene, page: str | None = None) -> None:
    """Show the table of what the map shows; a choice in it selects the municipality and leads to ``page`` if given."""
    view, spec = drawn.view, drawn.spec
    data = {
        "index": f"atlas/{payloads().map_urls(drawn.snapshot, drawn.programme, drawn.edition).index}",
        "lang": view.lang,
        "layer": spec.layer,
        "codes": pack(spec.codes),
        "since": packed_since(spec),
    }
    chosen = part("table")(key=Keys.TABLE, data=data, on_ags_change=_chosen).ags
    if page and isinstance(chosen, str):
        st.switch_page(page)


def _chosen() -> None:
    ags = st.session_state[Keys.TABLE].get("ags")
    if isinstance(ags, str):
        change_view(municipality=ags)
