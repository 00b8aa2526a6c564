"""The inbox: errors reported from outside, read and answered by those who may."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from atlas import phrases
from atlas.errors import AtlasError
from atlas.model.cases import Report
from atlas.model.rights import Right
from atlas.model.view import page_address
from atlas.present.context import ViewContext
from atlas.present.detail import position_or_successor
from atlas.present.follow_ups import report_text
from atlas.render.templates import Pieces
from ui import blocks
from ui.cache import contexts, store
from ui.login import current_actor
from ui.state import words

html = Pieces("follow_ups.html")

_TOLD = "_report_told"


def show(drawn: ViewContext) -> None:
    """Show all reports: those without an answer with a form, the others folded; nothing to who may not read them."""
    said = words()
    actor = current_actor()
    kept = store().store
    if not actor.may(Right.READ_INTERNAL):
        return
    blocks.heading(said.say("Meldungen von außen"))
    if kept is None:
        blocks.small(said.say("Der Bestand wird in Dateien geführt; Meldungen gibt es nur mit einer Datenbank."))
        return
    found = kept.reports.inbox(actor, drawn.programme.key)
    waiting = [each for each in found if each.answer is None]
    answered = [each for each in reversed(found) if each.answer is not None]
    if not waiting:
        blocks.small(said.say("Es wartet keine Meldung auf Antwort."))
    today = contexts().of(drawn.view.but(as_of=None))
    for each in waiting:
        with st.container(border=True, width=blocks.WIDTH):
            st.html(_report(today, each))
            if actor.may(Right.EDIT):
                _form(each)
    if answered:
        label = said.count("{n} beantwortete Meldung", "{n} beantwortete Meldungen", len(answered))
        with st.expander(label, width=blocks.WIDTH):
            for each in answered:
                st.html(_report(today, each))


def name_today(today: ViewContext, ags: str) -> tuple[str, str]:
    """Return key and name of a municipality as it is today; of its successor if it has been merged."""
    position = position_or_successor(today, ags)
    if position is None:
        return ags, ags
    line = today.day.lines[position][0]
    return line.ags, line.name


def _report(today: ViewContext, each: Report) -> Markup:
    ags, name = name_today(today, each.ags)
    address = page_address("pflege", today.view.but(municipality=ags))
    return html.report(report_text(each, name, address, words()))


def _form(each: Report) -> None:
    said = words()
    labels = {True: said.say(phrases.CORRECTED), False: said.say(phrases.NOT_TAKEN_OVER)}
    with st.form(f"answer-{each.receipt}", border=False, enter_to_submit=False):
        st.radio(
            said.say("Ergebnis"),
            list(labels),
            format_func=labels.__getitem__,
            index=None,
            horizontal=True,
            key=f"verdict-{each.receipt}",
        )
        st.text_area(
            said.say("Antwort"),
            key=f"answer-{each.receipt}",
            height=90,
            help=said.say("Liest, wer die Quittung hat. Bitte keine Namen nennen."),
        )
        st.form_submit_button(said.say("Antworten"), key=f"send-{each.receipt}", on_click=_answer, args=(each.receipt,))
    told, receipt = st.session_state.get(_TOLD, ("", ""))
    if told and receipt == each.receipt:
        st.error(told, icon=":material/error:")


def _answer(receipt: str) -> None:
    """Write the answer, by the right of this very moment. The record stays as it is: it is corrected by hand."""
    said = words()
    st.session_state.pop(_TOLD, None)
    is_accepted = st.session_state[f"verdict-{receipt}"]
    kept = store().store
    if kept is None:
        return
    if is_accepted is None:
        told = said.say("Bitte sagen, ob der Bestand berichtigt wurde.")
        st.session_state[_TOLD] = (told, receipt)
        return
    try:
        kept.reports.answer(current_actor(), receipt, st.session_state[f"answer-{receipt}"], is_accepted=is_accepted)
    except AtlasError as error:
        st.session_state[_TOLD] = ("\n\n".join(map(said.problem, error.problems)), receipt)
