"""Targets: what the programme means to reach by a day, entered by those who administer, with every version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.errors import AtlasError, Problem
from atlas.model.programme import Unit
from atlas.model.records import Target
from atlas.model.rights import Right
from atlas.model.targets import TARGET_COLUMNS, TargetList, row_of, written_targets
from atlas.model.view import EARLIEST, LATEST
from atlas.present.context import ViewContext
from atlas.present.plan import target_rows, target_titles, version_rows, version_titles
from atlas.render.html import list_table
from ui import blocks
from ui.cache import contexts, store, today
from ui.login import current_actor
from ui.messages import show_finding
from ui.state import current_view, words

_CHOSEN, _TOLD = "target-chosen", "_targets_told"


@dataclass
class _Told:
    """What came of the last attempt to save."""

    problems: tuple[Problem, ...] = ()
    is_saved: bool = False


def show(context: ViewContext) -> None:
    """Show the targets and their versions; the form to those who administer."""
    said, actor, kept = words(), current_actor(), store().store
    if not actor.may(Right.READ_INTERNAL):
        return
    if kept is None:
        blocks.text(said.say(phrases.RECORD_IN_FILES))
        return
    text = said.say(
        "Was das Programm bis zu einem Tag erreichen will, so wie es veröffentlicht ist. Auf der Seite Fortschritt steht es "
        "neben dem, was dokumentiert ist; vorhergesagt wird nichts."
    )
    blocks.text(text)
    history = kept.targets.history(actor, context.programme.key)
    version, targets = history[0].version if history else 0, context.records.targets
    if targets:
        rows = target_rows(context, targets, said)
        blocks.draw("wide", content=list_table(rows, target_titles(said), lang=context.programme.language))
    else:
        blocks.text(said.say("Es ist kein Ziel eingetragen."))
    if actor.may(Right.ADMINISTER):
        _form(context, {_key(each): each for each in targets}, version)
    else:
        blocks.small(said.say("Ziele trägt ein, wer die Anwendung verwaltet."))
    if history:
        with st.expander(said.count(*phrases.HISTORY_OF_N_VERSIONS, len(history))):
            blocks.draw("wide", content=list_table(version_rows(history, said), version_titles(said)))
            if actor.may(Right.ADMINISTER) and version:
                label = said.say(phrases.UNDO_CHANGE_N, n=version)
                st.button(label, key="targets-undo", on_click=_undo, args=(history[0], history[1]))


def _key(target: Target) -> str:
    return f"{target.instrument}-{target.day}-{target.unit}"


def _form(context: ViewContext, targets: dict[str, Target], version: int) -> None:
    said = words()
    labels = dict(zip(targets, target_rows(context, targets.values(), said)["label"], strict=True))
    if st.session_state.get(_CHOSEN) not in labels:
        st.session_state.pop(_CHOSEN, None)
    chosen = st.selectbox(
        said.say("Ziel"),
        ["", *labels],
        format_func=lambda key: labels[key] if key else said.say("ein weiteres Ziel"),
        key=_CHOSEN,
        width=blocks.WIDTH,
    )
    _fields(context, targets.get(chosen), chosen, version)
    told = st.session_state.pop(_TOLD, _Told())
    show_finding(*told.problems)
    if told.is_saved:
        blocks.small(said.say(phrases.SAVED), role="status")


def _fields(context: ViewContext, old: Target | None, chosen: str, version: int) -> None:
    said = words()
    instruments = {each.key: said.label(each.label) for each in context.programme.instruments}
    units: list[Unit] = list(get_args(Unit))
    unit_labels = dict(zip(units, (said.say(phrases.MUNICIPALITIES), said.say(phrases.ARRANGEMENTS)), strict=True))
    read = date.fromisoformat(old.retrieved) if old else today()
    with st.form(f"target-{chosen}", border=False, enter_to_submit=False, width=blocks.WIDTH):
        st.selectbox(
            said.say(phrases.INSTRUMENT),
            list(instruments),
            index=list(instruments).index(old.instrument) if old else None,
            format_func=instruments.__getitem__,
            placeholder=said.say(phrases.PLEASE_CHOOSE),
            key=f"target-instrument-{chosen}",
        )
        left, middle, right = st.columns(3, gap="small")
        _day(left, said.say("Bis zum"), old.day if old else None, f"target-date-{chosen}")
        middle.number_input(
            said.say(phrases.NUMBER_OF),
            0,
            999_999_999,
            old.value if old else None,
            step=1,
            key=f"target-target-{chosen}",
        )
        right.radio(
            said.say("Gezählt werden"),
            units,
            units.index(old.unit) if old else 0,
            format_func=unit_labels.__getitem__,
            key=f"target-unit-{chosen}",
        )
        st.text_input(
            said.say(phrases.SOURCE),
            old.source if old else "",
            key=f"target-source_url-{chosen}",
            help=said.say(phrases.ADDRESS_OR_TITLE),
        )
        left, right = st.columns(2, gap="small")
        left.text_input(
            said.label(HEADINGS["source_date"]),
            old.source_date if old else "",
            key=f"target-source_date-{chosen}",
            help=said.say("2025, 2025-06 oder 2025-06-30; leer, wenn sie keines nennt."),
        )
        _day(right, said.label(HEADINGS["retrieved"]), read, f"target-retrieved-{chosen}")
        st.text_input(said.say(phrases.REASON), key=f"target-reason-{chosen}", help=said.say(phrases.SHOWN_IN_LOG))
        with st.container(horizontal=True):
            label = said.say(phrases.SAVE)
            st.form_submit_button(label, type="primary", key="target-save", on_click=_save, args=(chosen, version))
            if old:
                label = said.say("Ziel streichen")
                st.form_submit_button(label, key="target-drop", on_click=_save, args=(chosen, version, True))


def _day(place: DeltaGenerator, label: str, day: date | None, key: str) -> None:
    place.date_input(label, day, min_value=EARLIEST, max_value=LATEST, format="DD.MM.YYYY", key=key)


def _save(chosen: str, version: int, is_dropped: bool = False) -> None:  # noqa: FBT001, FBT002 - Streamlit's arguments
    """Write the list with the target that was typed, or without it, by the right of this very moment."""
    typed = {name: st.session_state.get(f"target-{name}-{chosen}") for name in (*TARGET_COLUMNS, "reason")}
    texts = {name: "" if value is None else str(value).strip() for name, value in typed.items()}
    reason = texts.pop("reason")
    others = [row_of(each) for each in contexts().of(current_view()).records.targets if _key(each) != chosen]
    body = written_targets([*others, *([] if is_dropped else [texts])])
    if _write(TargetList(version=version, body=body, reason=reason)):
        for name in typed:
            st.session_state.pop(f"target-{name}-{chosen}", None)


def _undo(newest: TargetList, before: TargetList) -> None:
    """Write the version before the newest again."""
    reason = words().say("Änderung {n} zurückgenommen", n=newest.version)
    _write(TargetList(version=newest.version, body=before.body, reason=reason))


def _write(wanted: TargetList) -> bool:
    told = _Told()
    try:
        store().save_targets(current_actor(), contexts().of(current_view()).programme, wanted)
        told.is_saved = True
    except AtlasError as error:
        told.problems = error.problems
    st.session_state[_TOLD] = told
    return told.is_saved
