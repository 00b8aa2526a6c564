"""Entries as an editable table: many at once, in one change."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from atlas import phrases
from atlas.analysis.typed import Checked, TableEdits, Typed, check_typed
from atlas.errors import AtlasError, Problem
from atlas.model.edits import Change, ChangeKind, Edit, Occasion, Version, missing_reason, needs_reason
from atlas.model.rights import Actor
from atlas.present.cells import Cells
from atlas.present.context import ViewContext
from atlas.present.entries import edit_item, entries_at, seen
from atlas.present.intake import question_problem
from atlas.render.templates import Pieces
from ui import blocks, saving
from ui.cache import contexts, store, today
from ui.login import current_actor
from ui.messages import show_finding, show_findings
from ui.state import current_view, words

html = Pieces("entries.html")

_SHEET, _REASON = "_entries_sheet", "entries-reason"
_MOST = 2_000
"""Rows a browser is given to edit at once."""
_WIDTHS = {
    "ags": 190, "status": 270, "date": 140, "date_means": 125, "until": 120, "joint_with": 170, "case": 140, "note": 280,
    "source_url": 200, "source_date": 150, "retrieved": 120, "inferred": 110,
}  # fmt: skip
"""Of columns, in pixels."""


@dataclass
class _TableDraft:
    """A table somebody may be changing: what it was filled from stays until it is saved or given up.

    Attributes
    ----------
    about
        Programme, place, language, and how many changes the session had made.
    key
        Of the widget; another one makes a new, unchanged table.
    base
        The entries, in the order of the rows.
    seen
        The entries of the place when others' changes were last shown.
    news
        What others have written meanwhile about the same entries and places.
    where
        What to call the changed entries, in the order of the findings.
    previewed
        What is shown to be saved. Only that is.
    checks
        How often it was checked; the page says so in a class of the outcome.
    """

    about: tuple[object, ...]
    base: list[Typed]
    seen: frozenset[tuple[int, int]]
    key: str = field(default_factory=lambda: f"entries-{secrets.token_hex(4)}")
    news: tuple[Version, ...] = ()
    checked: Checked | None = None
    where: tuple[str, ...] = ()
    previewed: tuple[Edit, ...] = ()
    problems: tuple[Problem, ...] = ()
    checks: int = 0
    is_saved: bool = False


def show(context: ViewContext, place: str | None, *, may_edit: bool) -> None:
    """Show the entries of a place, all without one; to be changed by editors."""
    said = words()
    count = len(context.records.table)
    if place is None and count > _MOST:
        text = said.say("Der Bestand hat {n} Einträge, zu viele für eine Tabelle. Bitte einen Ort wählen.", n=count)
        blocks.text(text)
        return
    sheet = _sheet(context, place)
    cells = Cells(context, said, place)
    table = cells.table(sheet.base)
    if not may_edit:
        st.dataframe(table, hide_index=True, key="entries")
        return
    with blocks.place():
        if sheet.news:
            _show_news(context, sheet)
        elif sheet.seen != seen(entries_at(context, place)):
            _show_age()
    with st.form("entries-form", border=False, enter_to_submit=False):
        st.data_editor(
            table,
            hide_index=True,
            num_rows="dynamic",
            placeholder="",
            key=sheet.key,
            on_change="ignore",  # otherwise a cell is held back for a while, and a click may come before it
            column_config=_columns(cells, sheet),
            alt=said.say("Einträge als Tabelle, zum Ändern"),
        )
        with blocks.place(f"entries-outcome-{sheet.checks}"):
            _outcome(context, sheet)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                said.say(phrases.REASON),
                key=_REASON,
                help=said.say(phrases.REASON_HINT),
                width=420,
            )
            count = len(sheet.previewed)
            label = said.say("Änderungen prüfen")
            if count:
                label = said.count(*phrases.SAVE_N_CHANGES, count)
            st.form_submit_button(label, type="primary", key="entries-save", on_click=_save, args=(place,))
            st.form_submit_button(said.say(phrases.DISCARD), key="entries-drop", on_click=_drop)


def _outcome(context: ViewContext, sheet: _TableDraft) -> None:
    """Show what the last check has found, and what would be saved."""
    said = words()
    show_finding(*sheet.problems)
    if sheet.checked is not None:
        show_findings(sheet.checked.findings, sheet.where)
        for each in sheet.checked.questions:
            show_finding(question_problem(each, sheet.where[each.line - 1], said))
    if sheet.previewed:
        label = said.count(
            "Das wird gespeichert: {n} Eintrag", "Das wird gespeichert: {n} Einträge", len(sheet.previewed)
        )
        before = {each.entry: each.record for each in sheet.base}
        with st.container(border=True, key="entries-preview"):
            items = html.items(edit_item(each, before, context.programme, said) for each in sheet.previewed)
            blocks.draw("titled", title=label, content=items)


def _sheet(context: ViewContext, place: str | None) -> _TableDraft:
    """Return the table being changed; a new one for another place and after a change of one's own.

    What others write does not touch it: what is typed in the browser is not known here before it is saved.
    """
    about = (context.programme.key, place, words().lang, saving.own_changes())
    sheet = st.session_state.get(_SHEET)
    if isinstance(sheet, _TableDraft) and not sheet.is_saved and sheet.about == about and sheet.key in st.session_state:
        return sheet
    base = entries_at(context, place)
    fresh = _TableDraft(about, base, seen(base))
    st.session_state[_SHEET] = fresh
    return fresh


def _show_age() -> None:
    said = words()
    with st.container(horizontal=True, vertical_alignment="center", key="entries-old"):
        text = said.say("Jemand hat inzwischen etwas gespeichert; die Tabelle zeigt den Stand davor.")
        blocks.small(text, width="content")
        st.button(said.say("Neuen Stand laden"), key="entries-reload", type="tertiary", on_click=_drop)


def _columns(cells: Cells, sheet: _TableDraft) -> dict[str, ColumnConfig]:
    choices, column = cells.choices(sheet.base), st.column_config
    # None of them is required: the browser would keep an incomplete row to itself, and nobody would hear of it.
    return {
        title: column.SelectboxColumn(options=choices[title], width=_WIDTHS[name])
        if title in choices
        else column.TextColumn(width=_WIDTHS[name])
        for name, title in cells.titles.items()
    }


def _save(place: str | None) -> None:
    """Write what was changed in the table, all or nothing, by the right of this very moment."""
    sheet = st.session_state.get(_SHEET)
    if not isinstance(sheet, _TableDraft) or sheet.is_saved:
        return
    try:
        sheet.is_saved = saving.patiently(lambda: _attempt(sheet, place))
    except AtlasError as error:
        sheet.problems = error.problems
    if sheet.is_saved:
        _drop()


def _attempt(sheet: _TableDraft, place: str | None) -> Change | None:
    """Save if there is nothing left to say; otherwise the sheet knows what there is."""
    snapshot = store().current()
    drawn, said, actor = contexts().of(current_view()), words(), current_actor()
    cells, state, reason = (
        Cells(drawn, said, place),
        st.session_state.get(sheet.key),
        st.session_state.get(_REASON, "").strip(),
    )
    # From here on the session's state is left alone: a second click would stop this run there, half done.
    previewed = sheet.previewed
    sheet.problems, sheet.checked, sheet.news, sheet.previewed = (), None, (), ()
    sheet.checks += 1
    done = cells.edits(sheet.base, state if isinstance(state, Mapping) else {})
    if _look_for_news(actor, drawn, sheet, place, done):
        return None
    checked = check_typed(done.rows, done.withdrawn, snapshot, drawn.programme, today(), said.lang)
    sheet.checked, sheet.where = checked, tuple(map(cells.place_label, done.rows))
    if not checked.edits and not checked.is_blocked:
        sheet.problems = (Problem("", "In der Tabelle ist noch nichts geändert."),)
    sheet.previewed = checked.edits
    if not reason and needs_reason(checked.edits):
        sheet.problems = (missing_reason(said.say(phrases.REASON)),)
    if not checked.edits or sheet.problems or checked.edits != previewed:
        return None
    occasion = Occasion(ChangeKind.EDIT, reason)
    return store().save(current_actor(), drawn.programme.key, checked.edits, occasion, snapshot.head)


def _look_for_news(actor: Actor, context: ViewContext, sheet: _TableDraft, place: str | None, done: TableEdits) -> bool:
    """Note what others have written about the entries and places that are to be changed; return whether they have."""
    now = entries_at(context, place)
    versions, before = {each.entry: each.version for each in now}, dict(sheet.seen)
    mine = ({each.entry for each in done.rows} | {each.entry for each in done.withdrawn}) & before.keys()
    about = {each.record.ags for each in done.rows}
    moved = {entry for entry in mine if versions.get(entry) != before[entry]}
    moved |= {each.entry for each in now if each.record.ags in about and before.get(each.entry) != each.version}
    kept = store().store
    if not moved or kept is None:
        return False
    sheet.news = tuple(kept.newest(actor, sorted(moved)))
    sheet.seen = seen(now)
    sheet.base = [
        # What somebody else has withdrawn would be a new entry.
        replace(each, version=versions[each.entry]) if each.entry in versions else Typed(each.record)
        for each in sheet.base
    ]
    return True


def _show_news(context: ViewContext, sheet: _TableDraft) -> None:
    text = words().say(
        "{who} hat diese Einträge inzwischen geändert. Was Sie eingetragen haben, steht noch da; „Speichern“ ersetzt "
        "damit den neuen Stand.",
        who=saving.authors(sheet.news),
    )
    saving.news(context, sheet.news, text, "entries-news")


def _drop() -> None:
    """Give up what was typed: the table is made anew."""
    st.session_state.pop(_SHEET, None)
    st.session_state.pop(_REASON, None)
