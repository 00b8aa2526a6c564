"""The map page, top to bottom.

Everything that changes with layer, date or filter is one fragment: such a change sends that and no more. Headline,
search and foot stand outside of it and are drawn again only when the page is.
"""

from __future__ import annotations

import streamlit as st

from ui import figures_panel, filters, frame, map_panel
from ui.cache import current_context
from ui.state import write_address


def show() -> None:
    """Show the page."""
    context = current_context()
    frame.head(context, filters.search, filters.show_box)
    _changing()
    frame.foot(context)


@st.fragment
def _changing() -> None:
    context = current_context()
    filters.show(context)
    figures_panel.show(context)
    map_panel.show(context)
    write_address()
