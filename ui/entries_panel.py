"""The entries of a municipality or district: read, added, corrected, withdrawn by those who may."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from atlas.present.detail import position_of
from atlas.present.scene import Scene
from ui import follow_ups_panel


def show(drawn: Scene) -> None:
    """Show the entries of the view's municipality."""
    position = position_of(drawn.status, drawn.view.municipality) if drawn.view.municipality else None
    if position is not None:
        line = drawn.day.lines[position][0]
        st.html(Markup("<h2>{}</h2>").format(line.name))
        follow_ups_panel.show(drawn, line.ags)
