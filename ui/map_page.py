"""The map page, top to bottom. One fragment, so that a change of layer or date sends what changes and no more."""

from __future__ import annotations

import streamlit as st

from ui import figures_row, filters, map_panel, table_panel
from ui.cache import Scene, scene
from ui.frame import foot, notice, title
from ui.state import current_view, words, write_address


@st.fragment
def show() -> None:
    """Show the page."""
    drawn = scene(current_view())
    title(drawn)
    notice(drawn)
    filters.show(drawn)
    # The widgets may have corrected the view (a link that names an unknown district): read it again.
    drawn = scene(current_view())
    figures_row.show(drawn)
    map_panel.show(drawn)
    table_panel.show(drawn)
    foot(drawn)
    write_address()


def as_of_sentence(drawn: Scene) -> str:
    """Return what the date means: how many municipalities, and the last change of boundaries before it."""
    said = words()
    total = int(drawn.status.index.nunique())
    sentence = said.say(
        "Stichtag {day}: {total} Gemeinden.", day=said.day(drawn.as_of), total=said.number(total)
    )
    past = [change for change in drawn.changes if change.effective <= drawn.as_of]
    if past:
        last = max(change.effective for change in past)
        merged = [change for change in past if change.effective == last]
        news = "; ".join(f"{change.old_name} → {change.new_name}" for change in merged)
        sentence += " " + said.say("Letzte Gebietsänderung am {day}: {news}.", day=said.day(last), news=news)
    return sentence
