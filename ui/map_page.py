"""The map page, top to bottom.

Everything that changes with layer, date or filter is one fragment: such a change sends that and no more. Headline,
search and foot stand outside of it and are drawn again only when the page is.
"""

from __future__ import annotations

import streamlit as st

from ui import figures_panel, filters, frame, map_panel, search
from ui.cache import current_scene
from ui.state import write_address


def show() -> None:
    """Show the page."""
    drawn = current_scene()
    with frame.head(drawn):
        search.show(drawn)
        filters.show_box(drawn)
    _changing()
    frame.foot(drawn)


@st.fragment
def _changing() -> None:
    drawn = current_scene()
    filters.show(drawn)
    figures_panel.show(drawn)
    map_panel.show(drawn)
    write_address()
