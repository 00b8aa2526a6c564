"""The frame around every page: configuration, language, navigation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from atlas.errors import AtlasError
from atlas.model.rights import Right
from atlas.model.view import ViewState
from atlas.present.page_heads import PAGE_TITLES, page_head
from ui.cache import contexts, store, today
from ui.login import current_actor
from ui.messages import show_problems
from ui.state import PAGES, compare_what_was_seen, current_view, read_address, turn_to, words

_ICON = Path(__file__).resolve().parents[1] / "atlas" / "web" / "assets" / "favicon.svg"


_FILES = {
    "": "map",
    "kreis": "district",
    "fortschritt": "progress",
    "vergleich": "comparison",
    "steuerung": "steering",
    "export": "export",
    "ueber": "about",
    "hilfe": "help",
    "gemeinde": "municipality",
    "pflege": "maintenance",
}
"""By address: the file of the page. Signs in the menu would be sent again with every change of layer or day."""


def _page(address: str, say: Callable[[str], str], *, is_insider: bool) -> StreamlitPage:
    is_shown = address != "gemeinde" and (is_insider or address != "pflege")
    return st.Page(
        PAGES / f"{_FILES[address]}.py",
        title=say(PAGE_TITLES[address]),
        url_path=address or None,
        default=not address,
        visibility="visible" if is_shown else "hidden",
    )


def main() -> None:
    """Run the page the address asks for, or say why there is none."""
    st.set_page_config(page_title="Präventionsatlas", page_icon=str(_ICON), layout="wide")
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
    page = st.navigation([_page(address, say, is_insider=is_insider) for address in PAGE_TITLES], position="top")
    compare_what_was_seen(page.url_path)
    turn_to(page.url_path)
    view = current_view()
    head = page_head(page.url_path, contexts().of(ViewState(programme=view.programme)), view)
    st.set_page_config(page_title=head.title)
    try:
        page.run()
    except AtlasError as error:
        show_problems(error)


main()
