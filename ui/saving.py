"""What saving an edit is like wherever it is typed: tried again if others wrote meanwhile, told, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from atlas.errors import AtlasError, Problem
from atlas.model.edits import Change, StaleError, Version
from atlas.present.context import ViewContext
from atlas.present.entries import change_tally, version_items
from atlas.render.templates import Pieces
from ui import blocks
from ui.cache import store
from ui.login import current_actor
from ui.messages import show_finding
from ui.state import words

html = Pieces("entries.html")

_KEY = "_saving"
_TRIES = 5


@dataclass
class _Saved:
    """What this session has saved.

    Its fields are plain ones on purpose: a second click stops the first one's run at its next access to the session's
    state. What has just been saved would then be known to nobody.
    """

    count: int = 0
    last: Change | None = None
    problems: tuple[Problem, ...] = ()


def _own() -> _Saved:
    kept = st.session_state.get(_KEY)
    if not isinstance(kept, _Saved):
        st.session_state[_KEY] = kept = _Saved()
    return kept


def patiently(attempt: Callable[[], Change | None], tries: int = _TRIES) -> bool:
    """Try to save until nobody writes in between; return whether something was saved. ``attempt`` looks anew each time.

    The caller notes in a plain field that its draft is saved, before it touches the session's state.

    Raises
    ------
    AtlasError
        What ``attempt`` raises; `StaleError` if others came in between too often.
    """
    own = _own()
    for _ in range(tries):
        try:
            change = attempt()
        except StaleError:
            continue
        if change is not None:
            own.count, own.last = own.count + 1, change
        return change is not None
    raise StaleError


def own_changes() -> int:
    """Return how many changes this session has made: after each, what was loaded before is old."""
    return _own().count


def show() -> None:
    """Say what was saved last, with the way back."""
    said, own = words(), _own()
    problems, own.problems = own.problems, ()
    show_finding(*problems)
    if own.last is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="saved"):
        text = said.say("Gespeichert als Änderung {n}. {tally}", n=own.last.number, tally=change_tally(own.last, said))
        blocks.draw("paragraph", width="content", text=text, kind="finding note", role="status")
        label, reason = said.say("Rückgängig machen"), said.say("Gleich nach dem Speichern zurückgenommen.")
        st.button(label, key="undo-last", type="tertiary", on_click=undo, args=(own.last.number, reason))


def authors(versions: Iterable[Version]) -> str:
    """Return who has written some versions."""
    return words().listed(sorted({each.change.actor for each in versions}))


def news(context: ViewContext, versions: Iterable[Version], told: str, key: str) -> DeltaGenerator:
    """Show what others have written since a draft was begun; return the box it stands in."""
    written = html.versions(version_items(versions, context.programme, words()))
    box = st.container(border=True, key=key)
    box.html(blocks.part("titled", title=told, content=written, role="alert"))
    return box


def forget() -> None:
    """Say no more what was saved last."""
    _own().last = None


def undo(number: int, reason: str) -> None:
    """Take back a change, by the right of this very moment; what stands against it is shown by `show`."""
    own = _own()
    if own.last is not None and own.last.occasion.undoes == number:  # a second click
        return
    try:
        patiently(lambda: store().undo(current_actor(), number, reason))
    except AtlasError as error:
        own.problems = error.problems
