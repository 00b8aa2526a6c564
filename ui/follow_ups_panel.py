"""A municipality's follow-up: note, next step and due date, to be read and written by those who may."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

import streamlit as st

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.model.cases import FollowUp, StaleFollowUpError
from atlas.model.rights import Actor, NotAllowedError, Right
from atlas.model.view import EARLIEST, LATEST
from atlas.present.context import ViewContext
from atlas.present.detail import position_or_successor
from atlas.present.follow_ups import follow_up_text
from atlas.render.templates import Pieces
from ui import blocks
from ui.cache import store
from ui.login import current_actor
from ui.state import words

html = Pieces("follow_ups.html")

_DRAFT, _NOTE, _STEP, _DUE = "_follow_up", "follow-up-note", "follow-up-step", "follow-up-due"


@dataclass
class _FollowUpDraft:
    """What the form was filled from, and what came of saving it.

    Attributes
    ----------
    base
        The version that was looked at.
    other
        What somebody else has written meanwhile, as long as it stands beside one's own text.
    """

    programme: str
    base: FollowUp
    other: FollowUp | None = None
    problems: tuple[Problem, ...] = ()
    is_saved: bool = False


def show(context: ViewContext, ags: str) -> None:
    """Show the follow-up of a municipality; a form for editors, text for readers, nothing for others."""
    said = words()
    actor = current_actor()
    if not actor.may(Right.READ_INTERNAL):
        return
    blocks.heading(said.say("Wiedervorlage"))
    kept = store().store
    if kept is None:
        blocks.small(said.say("Der Bestand wird in Dateien geführt; Wiedervorlagen gibt es nur mit einer Datenbank."))
        return
    programme = context.programme.key
    history = kept.follow_ups.history(actor, programme, ags)
    newest = history[0] if history else FollowUp(ags=ags)
    if actor.may(Right.EDIT):
        _form(_draft(programme, newest))
    else:
        st.html(html.written(follow_up_text(newest, said)))
    _of_predecessors(context, ags, actor)
    if history:
        label = said.count(*phrases.HISTORY_OF_N_VERSIONS, len(history))
        with st.expander(label, width=blocks.WIDTH):
            st.html(html.versions(follow_up_text(each, said) for each in history))


def _of_predecessors(context: ViewContext, ags: str, actor: Actor) -> None:
    """Show the steps that were noted for municipalities merged into this one since."""
    said = words()
    kept = store().store
    old = {each.old_ags: each.old_name for each in context.changes}
    for key, written in kept.follow_ups.current(actor, context.programme.key).items() if kept else ():
        position = position_or_successor(context, key) if written.step and key in old and key != ags else None
        if position is None or context.day.lines[position][0].ags != ags:
            continue
        with st.container(border=True, width=blocks.WIDTH):
            text = said.say("Für {name} vorgemerkt, vor dem Zusammenschluss:", name=old[key])
            content = html.written(follow_up_text(written, said))
            blocks.draw("titled", title=text, content=content, kind="atlas-small")
            if actor.may(Right.EDIT):
                label = said.say(phrases.STEP_DONE)
                st.button(label, key=f"follow-up-done-{key}", on_click=_done, args=(context.programme.key, written))


def _done(programme: str, written: FollowUp) -> None:
    """Note that a step of a merged municipality is done; if somebody was faster, the page shows what they wrote."""
    kept = store().store
    if kept is not None:
        with contextlib.suppress(StaleFollowUpError, NotAllowedError):
            kept.follow_ups.save(current_actor(), programme, replace(written, step="", due=None))


def _draft(programme: str, newest: FollowUp) -> _FollowUpDraft:
    """Return what is being written, begun anew where the form has not been shown or shows somebody else.

    The fields are never filled again while they are shown: that would take away what is typed.
    """
    draft = st.session_state.get(_DRAFT)
    if isinstance(draft, _FollowUpDraft) and _NOTE in st.session_state:
        is_same = (draft.programme, draft.base.ags) == (programme, newest.ags)
        if is_same:
            return draft
    draft = _FollowUpDraft(programme, newest)
    _fill(draft)
    return draft


def _fill(draft: _FollowUpDraft) -> None:
    st.session_state[_DRAFT] = draft
    st.session_state[_NOTE], st.session_state[_STEP] = draft.base.note, draft.base.step
    st.session_state[_DUE] = draft.base.due


def _form(draft: _FollowUpDraft) -> None:
    said = words()
    with blocks.place():
        if draft.other:
            _conflict(draft.other)
    with st.form("follow-up", border=False, enter_to_submit=False, width=blocks.WIDTH):
        step, due = st.columns([2.2, 1], gap="small")
        step.text_input(said.say("Nächster Schritt"), key=_STEP)
        due.date_input(
            said.say("Fällig am"), format="DD.MM.YYYY", min_value=EARLIEST, max_value=LATEST, key=_DUE, value=None
        )
        st.text_area(
            said.say("Notiz (intern)"),
            key=_NOTE,
            height=120,
            help=said.say("Lesen nur Angemeldete mit Recht; nichts davon erscheint öffentlich."),
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button(said.say(phrases.SAVE), type="primary", key="follow-up-save", on_click=_save)
            if draft.base.step:
                st.form_submit_button(
                    said.say(phrases.STEP_DONE), key="follow-up-done", on_click=_save, kwargs={"is_done": True}
                )
            if draft.is_saved:
                blocks.small(said.say(phrases.SAVED), role="status")
    for problem in draft.problems:
        st.error(said.problem(problem), icon=":material/error:")


def _conflict(other: FollowUp) -> None:
    said = words()
    when = said.moment(other.recorded_at) if other.recorded_at else ""
    told = said.say(
        "{who} hat die Wiedervorlage inzwischen geändert ({when}). Darunter steht Ihr eigener Text; „Speichern“ ersetzt "
        "damit den neuen Stand.",
        who=other.actor,
        when=when,
    )
    with st.container(border=True, key="follow-up-conflict", width=blocks.WIDTH):
        blocks.draw("titled", title=told, content=html.written(follow_up_text(other, said)), role="alert")
        st.button(said.say(phrases.TAKE_THE_NEW_VERSION), key="follow-up-take", on_click=_take_other)


def _take_other() -> None:
    draft = st.session_state.get(_DRAFT)
    if isinstance(draft, _FollowUpDraft) and draft.other:
        _fill(_FollowUpDraft(draft.programme, draft.other))


def _save(*, is_done: bool = False) -> None:
    """Write what the form says, by the right of this very moment."""
    draft = st.session_state.get(_DRAFT)
    kept = store().store
    if not isinstance(draft, _FollowUpDraft) or kept is None:
        return
    step, due = ("", None) if is_done else (st.session_state[_STEP], st.session_state[_DUE])
    wanted = FollowUp(ags=draft.base.ags, version=draft.base.version, note=st.session_state[_NOTE], step=step, due=due)
    draft.is_saved, draft.problems = False, ()
    try:
        saved = kept.follow_ups.save(current_actor(), draft.programme, wanted)
    except StaleFollowUpError as error:
        # What the other one wrote stands beside the form now, so the next attempt is made knowing it.
        draft.other, draft.base = error.current, error.current
    except AtlasError as error:
        draft.problems = error.problems
    else:
        # Before the session's state is touched, where a second click would stop this run.
        draft.base, draft.other, draft.is_saved = saved, None, True
        _fill(_FollowUpDraft(draft.programme, saved, is_saved=True))
