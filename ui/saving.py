"""What saving an edit is like wherever it is typed: tried again if others wrote meanwhile, told, taken back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup

from atlas.errors import AtlasError
from atlas.model.edits import Change, StaleError
from atlas.render.entries import tally
from ui.cache import store
from ui.login import current_actor
from ui.messages import show_finding
from ui.state import words

_SAVED, _OWN, _PROBLEMS = "_saved", "_own_changes", "_undo_problems"
_TRIES = 5


def patiently(attempt: Callable[[], Change | None], tries: int = _TRIES) -> bool:
    """Try to save until nobody writes in between; return whether something was saved. ``attempt`` looks anew each time.

    Raises
    ------
    AtlasError
        What ``attempt`` raises; `StaleError` if it came in between too often.
    """
    for _ in range(tries):
        try:
            change = attempt()
        except StaleError:
            continue
        if change is not None:
            st.session_state[_SAVED] = change
            st.session_state[_OWN] = own_changes() + 1
        return change is not None
    raise StaleError


def own_changes() -> int:
    """Return how many changes this session has made: after each, what was loaded before is old."""
    return int(st.session_state.get(_OWN, 0))


def show() -> None:
    """Say what was saved last, with the way back."""
    said = words()
    for problem in st.session_state.pop(_PROBLEMS, ()):
        show_finding(problem)
    change = st.session_state.get(_SAVED)
    if not isinstance(change, Change):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="saved"):
        st.html(
            Markup('<p class="finding note" role="status">{}</p>').format(
                said.say("Gespeichert als Änderung {n}. {tally}", n=change.number, tally=tally(change, said))
            ),
            width="content",
        )
        st.button(said.say("Rückgängig machen"), key="undo-last", type="tertiary", on_click=_undo_last, args=(change,))


def forget() -> None:
    """Say no more what was saved last."""
    st.session_state.pop(_SAVED, None)


def _undo_last(change: Change) -> None:
    undo(change.number, words().say("Gleich nach dem Speichern zurückgenommen."))


def undo(number: int, reason: str) -> None:
    """Take back a change, by the right of this very moment; what stands against it is shown by `show`."""
    try:
        patiently(lambda: store().undo(current_actor(), number, reason))
    except AtlasError as error:
        st.session_state[_PROBLEMS] = error.problems
