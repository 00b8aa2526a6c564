"""The page of the handbook: what it is for and where each job stands, one chapter, or all."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from atlas import phrases
from atlas.model.languages import SOURCE_LANGUAGE
from atlas.model.parameters import CHAPTER, WHOLE_HANDBOOK
from atlas.model.view import view_to_query
from atlas.render.handbook import chapters
from atlas.render.templates import Pieces
from ui import blocks, frame
from ui.cache import current_context, payloads
from ui.state import current_view, given_address, words, write_address

html = Pieces("handbook.html")


def show() -> None:
    """Show the page."""
    context = current_context()
    said = words()
    frame.head(context)
    asked = given_address().read(CHAPTER, "")
    is_foreign = said.lang != SOURCE_LANGUAGE
    address = partial(_address, is_whole=asked == WHOLE_HANDBOOK)
    first, *rest = chapters(address, _picture)
    left, right = st.columns([2.4, 1], gap="large")
    with left:
        if is_foreign:
            blocks.text(said.say(phrases.HANDBOOK_IS_GERMAN))
        shown = {"": (first, rest[-1]), WHOLE_HANDBOOK: (first, *rest)}
        for each in shown.get(asked) or (each for each in rest if each.anchor == asked):
            st.html(html.chapter(each, address, is_foreign))
    with right:
        every = (_address(WHOLE_HANDBOOK, WHOLE_HANDBOOK), said.say("Alles auf einer Seite"), asked == WHOLE_HANDBOOK)
        st.html(
            html.contents(
                (first, *rest), _address, said.say(phrases.CHAPTERS), asked or first.anchor, every, is_foreign
            )
        )
    frame.foot(context)
    write_address({CHAPTER.name: asked} if asked else {})


def _address(chapter: str, section: str, *, is_whole: bool = False) -> str:
    """Return the address of a section: on the page itself if that has the whole handbook."""
    if is_whole:
        return f"#{section}"
    query = view_to_query(current_view()) | ({CHAPTER.name: chapter} if chapter in CHAPTER.known else {})
    return f"hilfe{'?' if query else ''}{urlencode(query)}{'' if section == chapter else f'#{section}'}"


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()


def _picture(path: Path) -> str:
    # By its bare name "vergleich" would be asked of the route of comparisons.
    return f"atlas/{payloads().add(f'handbook-{path.stem}', path.suffix, _read(path))}"
