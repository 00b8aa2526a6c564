"""The log: every change of the record with who, when and why, and the way to take it back."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from atlas import phrases
from atlas.model.edits import Change, ChangeKind
from atlas.model.rights import Actor, Right
from atlas.present.context import ViewContext
from atlas.present.entries import change_tally, log_row, log_titles, version_items
from atlas.render.templates import Pieces
from atlas.sources.store import Store
from ui import blocks, saving
from ui.cache import store
from ui.login import current_actor
from ui.state import words

html = Pieces("entries.html")

_CHOSEN, _MOST, _REASON = "log-change", "_log_most", "log-reason"
_STEP = 50
_SHOWN = 100
"""Entries of one change that are shown."""


def show(context: ViewContext) -> None:
    """Show the newest changes; what one of them wrote, and the way back, when it is chosen."""
    said = words()
    actor = current_actor()
    kept = store().store
    if not actor.may(Right.READ_INTERNAL):
        return
    if kept is None:
        blocks.text(said.say("Der Bestand wird in Dateien geführt; ein Verlauf entsteht nur mit einer Datenbank."))
        return
    saving.show()
    most = int(st.session_state.get(_MOST, _STEP))
    found = kept.newest_changes(actor, context.programme.key, most + 1)
    shown = {each.number: each for each in found[:most]}
    if not shown:
        blocks.text(said.say("Es wurde noch nichts geändert."))
        return
    undone = {each.occasion.undoes: each.number for each in shown.values() if each.occasion.undoes}
    if st.session_state.get(_CHOSEN) not in shown:
        st.session_state.pop(_CHOSEN, None)
    number = st.selectbox(
        said.say("Eine Änderung ansehen"),
        list(shown),
        index=None,
        format_func=lambda each: _label(shown[each]),
        placeholder=said.say(phrases.PLEASE_CHOOSE),
        key=_CHOSEN,
        width=620,
    )
    if number is not None:
        _change(context, kept, actor, shown[number], undone.get(number))
    st.html(html.changes(log_titles(said), [log_row(each, undone.get(each.number), said) for each in found[:most]]))
    if len(found) > most:
        st.button(said.say("Weitere anzeigen"), key="log-more", on_click=_more)


def _more() -> None:
    st.session_state[_MOST] = int(st.session_state.get(_MOST, _STEP)) + _STEP


def _label(change: Change) -> str:
    said = words()
    who = change.actor or "–"
    return f"{change.number} · {said.moment(change.recorded_at)} · {who} · {change_tally(change, said)}"


def _change(context: ViewContext, kept: Store, actor: Actor, change: Change, undone_by: int | None) -> None:
    """Show what a change wrote, with what stood there before; and the way back to those who may."""
    said = words()
    some = kept.written_by(actor, change.number, _SHOWN)
    before = kept.before(actor, some)
    more = change.added + change.corrected + change.withdrawn - len(some)
    with st.container(border=True, key="log-open"):
        st.html(html.versions(version_items(some, context.programme, said, before)))
        blocks.more(more)
        label = said.say("Der ganze Bestand nach dieser Änderung (CSV)")
        blocks.draw("link", address=_then(context, change), label=label, kind="atlas-small", is_file=True)
        if undone_by is not None:
            blocks.text(said.say("Zurückgenommen durch Änderung {n}.", n=undone_by))
        elif change.occasion.kind is not ChangeKind.SEED and actor.may(Right.EDIT):
            _undo_form(actor, change)


def _then(context: ViewContext, change: Change) -> str:
    """Return the address of the record as it was after a change."""
    asked = {"stand": change.recorded_at.isoformat(), "programm": context.programme.key, "form": "excel"}
    return f"intern/bestand.csv?{urlencode(asked)}"


def _undo_form(actor: Actor, change: Change) -> None:
    said = words()
    if change.actor != actor.name and not actor.may(Right.ADMINISTER):
        blocks.text(
            said.say("Zurücknehmen kann diese Änderung, wer sie gemacht hat, oder wer die Anwendung verwaltet.")
        )
        return
    with st.form("log-undo", border=False, enter_to_submit=False):
        st.text_input(said.say("Warum zurücknehmen?"), key=_REASON, width=420)
        label = said.say(phrases.UNDO_CHANGE_N, n=change.number)
        st.form_submit_button(label, key="log-undo-send", on_click=_undo, args=(change.number,))


def _undo(number: int) -> None:
    saving.undo(number, st.session_state[_REASON])
