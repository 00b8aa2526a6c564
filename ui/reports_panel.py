"""The inbox: errors reported from outside, read and answered by those who may."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

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
_MANY = "several"
_SHOWN = 20
"""So many reports are shown with a form each; the others can be ticked, and are shown when these are answered."""


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
    if waiting and actor.may(Right.EDIT):
        _several(today, waiting)
    for each in waiting[:_SHOWN]:
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


def _several(today: ViewContext, waiting: Sequence[Report]) -> None:
    """Show all that wait in one form: to be taken up, or discarded with one answer."""
    said = words()
    label = said.count(
        "{n} Meldung wartet: mehrere auf einmal", "{n} Meldungen warten: mehrere auf einmal", len(waiting)
    )
    with st.expander(label, width=blocks.WIDTH, key="reports-several"):
        ticks = [f"tick-{each.receipt}" for each in waiting]
        st.button(said.say("Alle ankreuzen"), key="tick-all", on_click=_tick, args=(ticks,))
        with st.form("several", border=False, enter_to_submit=False):
            for each, key in zip(waiting, ticks, strict=True):
                taken = f" ({said.say(phrases.LOOKED_AT)})" if each.looked_at else ""
                beginning = re.sub(r"([^\w\s])", r"\\\1", " ".join(each.text.split())[:120])
                st.checkbox(
                    f"{name_today(today, each.ags)[1]}, {said.moment(each.received_at)}{taken}: {beginning}", key=key
                )
            st.text_area(said.say("Antwort an alle, die verworfen werden"), key=f"answer-{_MANY}", height=68)
            if (told := st.session_state.get(_TOLD, ("", ""))) and told[1] == _MANY:
                st.error(told[0], icon=":material/error:")
            with st.container(horizontal=True):
                receipts = [each.receipt for each in waiting]
                st.form_submit_button(
                    said.say("In Prüfung nehmen"), key="look-several", on_click=_look, args=(receipts,)
                )
                st.form_submit_button(
                    said.say(phrases.DISCARD), key="discard-several", on_click=_discard, args=(receipts,)
                )


def _tick(ticks: Sequence[str]) -> None:
    st.session_state.update(dict.fromkeys(ticks, True))


def _look(receipts: Sequence[str]) -> None:
    kept = store().store
    if kept is not None:
        _written(_MANY, lambda: kept.reports.look(current_actor(), _ticked(receipts)))


def _discard(receipts: Sequence[str]) -> None:
    kept, text = store().store, st.session_state[f"answer-{_MANY}"]
    if kept is not None:
        _written(_MANY, lambda: kept.reports.answer(current_actor(), _ticked(receipts), text, is_accepted=False))


def _ticked(receipts: Sequence[str]) -> list[str]:
    return [each for each in receipts if st.session_state.get(f"tick-{each}")]


def _written(place: str, write: Callable[[], None]) -> None:
    """Write; keep what was said against it for the form it was written in."""
    st.session_state.pop(_TOLD, None)
    try:
        write()
    except AtlasError as error:
        st.session_state[_TOLD] = ("\n\n".join(map(words().problem, error.problems)), place)


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
    text = st.session_state[f"answer-{receipt}"]
    _written(receipt, lambda: kept.reports.answer(current_actor(), [receipt], text, is_accepted=is_accepted))
