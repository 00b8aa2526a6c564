"""The frame around every page: configuration, language, navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from atlas import phrases
from atlas.errors import AtlasError
from atlas.model.rights import Right
from atlas.model.view import ViewState
from atlas.present.page_heads import page_head
from ui.cache import contexts, store, today
from ui.login import current_actor
from ui.messages import show_problems
from ui.state import PAGES, current_view, read_address, turn_to, words

_ASSETS = Path(__file__).resolve().parents[1] / "atlas" / "web" / "assets"


def main() -> None:
    """Run the page the address asks for, or say why there is none."""
    st.set_page_config(page_title="Präventionsatlas", page_icon=str(_ASSETS / "favicon.svg"), layout="wide")
    st.html(_ASSETS / "page.css")
    try:
        snapshot = store().current()
    except AtlasError as error:
        read_address(None, today())
        show_problems(error)
        return
    read_address(snapshot, today())
    say = words().say
    # Visitors of the map are not bothered with a page that is not for them; its address works all the same.
    is_insider = current_actor().may(Right.READ_INTERNAL)
    page = st.navigation(
        [
            st.Page(PAGES / "map.py", title=say(phrases.MAP), icon=":material/map:", default=True),
            st.Page(PAGES / "district.py", title=say(phrases.DISTRICTS), icon=":material/grid_view:", url_path="kreis"),
            st.Page(
                PAGES / "progress.py", title=say(phrases.PROGRESS), icon=":material/show_chart:", url_path="fortschritt"
            ),
            st.Page(PAGES / "steering.py", title=say(phrases.STEERING), icon=":material/flag:", url_path="steuerung"),
            st.Page(PAGES / "export.py", title=say(phrases.TAKE_HOME), icon=":material/image:", url_path="export"),
            st.Page(PAGES / "about.py", title=say(phrases.DATA_AND_SOURCES), icon=":material/info:", url_path="ueber"),
            st.Page(
                PAGES / "municipality.py", title=say(phrases.MUNICIPALITY), url_path="gemeinde", visibility="hidden"
            ),
            st.Page(
                PAGES / "maintenance.py",
                title=say(phrases.MAINTENANCE),
                icon=":material/edit:" if is_insider else None,
                url_path="pflege",
                visibility="visible" if is_insider else "hidden",
            ),
        ],
        position="top",
    )
    turn_to(page.url_path)
    view = current_view()
    head = page_head(page.url_path, contexts().of(ViewState(programme=view.programme)), view)
    st.set_page_config(page_title=head.title)
    try:
        page.run()
    except AtlasError as error:
        show_problems(error)


main()
