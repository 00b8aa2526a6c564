"""Entries as an editable table: many at once, in one change."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd
import streamlit as st
from markupsafe import Markup
from streamlit.elements.lib.column_types import ColumnConfig

from atlas.analysis.columns import HEADINGS
from atlas.analysis.typed import Checked, TableEdits, Typed, check_typed, from_table
from atlas.errors import AtlasError, Problem
from atlas.model.edits import Change, ChangeKind, Edit, Occasion, Version, missing_reason, needs_reason
from atlas.present.entries import as_written, entries_at, places, rung_label, rungs, seen
from atlas.present.scene import Scene
from atlas.present.wording import Words
from atlas.render import entries as html
from ui import blocks, saving
from ui.cache import scene, store, today
from ui.login import current_actor
from ui.messages import show_finding, show_findings
from ui.state import current_view, words

_SHEET, _REASON = "_entries_sheet", "entries-reason"
_MOST = 2_000
"""Rows a browser is given to edit at once."""
_PLAIN = ("date", "joint_with", "note", "source_url", "source_date")
"""Fields whose cells are what they say."""


@dataclass
class _Sheet:
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
        What is shown to be saved. Only that is: a cell typed in the last moment reaches the server after the click.
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
    is_saved: bool = False


def show(drawn: Scene, place: str | None, *, may_edit: bool) -> None:
    """Show the entries of a place, all without one; to be changed by editors."""
    said = words()
    count = len(drawn.records.table)
    if place is None and count > _MOST:
        text = said.say("Der Bestand hat {n} Einträge, zu viele für eine Tabelle. Bitte einen Ort wählen.", n=count)
        blocks.text(text)
        return
    sheet = _sheet(drawn, place)
    table = _table(drawn, sheet, with_place=place is None)
    if not may_edit:
        st.dataframe(table, hide_index=True, key="entries")
        return
    if sheet.news:
        _show_news(drawn, sheet)
    elif sheet.seen != seen(entries_at(drawn, place)):
        _show_age()
    with st.form("entries-form", border=False, enter_to_submit=False):
        st.data_editor(
            table,
            hide_index=True,
            num_rows="dynamic",
            placeholder="",
            key=sheet.key,
            column_config=_columns(drawn, sheet),
            alt=said.say("Einträge als Tabelle, zum Ändern"),
        )
        _outcome(drawn, sheet)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                said.say("Grund"),
                key=_REASON,
                help=said.say("Steht im Verlauf. Eine Berichtigung oder Rücknahme braucht einen Grund."),
                width=420,
            )
            count = len(sheet.previewed)
            label = said.say("Änderungen prüfen")
            if count:
                label = said.count("{n} Änderung speichern", "{n} Änderungen speichern", count)
            st.form_submit_button(label, type="primary", key="entries-save", on_click=_save, args=(place,))
            st.form_submit_button(said.say("Verwerfen"), key="entries-drop", on_click=_drop)


def _outcome(drawn: Scene, sheet: _Sheet) -> None:
    """Show what the last check has found, and what would be saved."""
    said = words()
    for problem in sheet.problems:
        show_finding(problem)
    if sheet.checked is not None:
        show_findings(sheet.checked.findings, sheet.where)
    if sheet.previewed:
        label = said.count(
            "Das wird gespeichert: {n} Eintrag", "Das wird gespeichert: {n} Einträge", len(sheet.previewed)
        )
        before = {each.entry: each.record for each in sheet.base}
        with st.container(border=True, key="entries-preview"):
            st.html(
                Markup("<p><b>{}</b></p>{}").format(label, html.edits(sheet.previewed, before, drawn.programme, said))
            )


def _sheet(drawn: Scene, place: str | None) -> _Sheet:
    """Return the table being changed; a new one for another place and after a change of one's own.

    What others write does not touch it: what is typed in the browser is not known here before it is saved.
    """
    about = (drawn.programme.key, place, words().lang, saving.own_changes())
    sheet = st.session_state.get(_SHEET)
    if isinstance(sheet, _Sheet) and not sheet.is_saved and sheet.about == about and sheet.key in st.session_state:
        return sheet
    base = entries_at(drawn, place)
    fresh = _Sheet(about, base, seen(base))
    st.session_state[_SHEET] = fresh
    return fresh


def _show_age() -> None:
    said = words()
    with st.container(horizontal=True, vertical_alignment="center", key="entries-old"):
        text = said.say("Jemand hat inzwischen etwas gespeichert; die Tabelle zeigt den Stand davor.")
        blocks.small(text, width="content")
        st.button(said.say("Neuen Stand laden"), key="entries-reload", type="tertiary", on_click=_drop)


def _titles(said: Words) -> dict[str, str]:
    """Return the headings of the columns by what stands in them."""
    titles = {name: said.label(label) for name, label in HEADINGS.items()}
    return {
        "ags": said.say("Ort"),
        "status": said.say("Baustein und Stufe"),
        "date": titles["date"],
        "date_means": titles["date_means"],
        **{name: titles[name] for name in _PLAIN if name != "date"},
    }


def _meanings(said: Words) -> dict[str, str]:
    return {"": "", "reached": said.say("erreicht"), "known_by": said.say("spätestens")}


def _table(drawn: Scene, sheet: _Sheet, *, with_place: bool) -> pd.DataFrame:
    said = words()
    names, meanings = places(drawn), _meanings(said)
    rows = []
    for each in sheet.base:
        record = as_written(each.record, said)
        label = rung_label(drawn.programme, (record.instrument, record.status), said)
        cells = {name: getattr(record, name) for name in _PLAIN}
        cells |= {"ags": _place_label(each, names), "status": label, "date_means": meanings[record.date_means]}
        rows.append(cells)
    titles = _titles(said)
    table = pd.DataFrame(rows, columns=list(titles), dtype="str").rename(columns=titles)
    return table if with_place else table.drop(columns=titles["ags"])


def _place_label(each: Typed, names: Mapping[str, str]) -> str:
    """Return the name of who has the entry; with its key where it has none today."""
    return names.get(each.record.ags) or f"{each.record.municipality} ({each.record.ags})"


def _columns(drawn: Scene, sheet: _Sheet) -> dict[str, ColumnConfig]:
    said = words()
    titles, names = _titles(said), places(drawn)
    former = {_place_label(each, names) for each in sheet.base} - set(names.values())
    stages = [rung_label(drawn.programme, rung, said) for rung in rungs(drawn.programme)]
    column = st.column_config
    # None of them is required: the browser would keep an incomplete row to itself, and nobody would hear of it.
    return {
        titles["ags"]: column.SelectboxColumn(options=[*names.values(), *sorted(former)]),
        titles["status"]: column.SelectboxColumn(options=stages, width=270),
        titles["date"]: column.TextColumn(width=110),
        titles["date_means"]: column.SelectboxColumn(options=[*_meanings(said).values()][1:], width=135),
        titles["joint_with"]: column.TextColumn(width=170),
        titles["note"]: column.TextColumn(width=300),
        titles["source_url"]: column.TextColumn(width=210),
        titles["source_date"]: column.TextColumn(width=140),
    }


def _readers(drawn: Scene, sheet: _Sheet, *, with_place: bool) -> dict[str, Callable[[str], dict[str, str]]]:
    """Return what gives the fields of the record for a cell of each column."""
    said = words()
    titles, names = _titles(said), places(drawn)
    keys = {_place_label(each, names): each.record.ags for each in sheet.base}
    keys |= {name: key for key, name in names.items()}
    stages = {rung_label(drawn.programme, rung, said): rung for rung in rungs(drawn.programme)}
    meanings = {label: key for key, label in _meanings(said).items()}

    def stage(cell: str) -> dict[str, str]:
        instrument, status = stages.get(cell, (cell, ""))
        return {"instrument": instrument, "status": status}

    def place(cell: str) -> dict[str, str]:
        return {"ags": keys.get(cell, cell), "municipality": ""}  # it gets the official name

    def plain(name: str) -> Callable[[str], dict[str, str]]:
        return lambda cell: {name: cell.strip()}

    found: dict[str, Callable[[str], dict[str, str]]] = {titles[name]: plain(name) for name in _PLAIN}
    found[titles["status"]] = stage
    found[titles["date_means"]] = lambda cell: {"date_means": meanings.get(cell, cell)}
    if with_place:
        found[titles["ags"]] = place
    return found


def _read(drawn: Scene, sheet: _Sheet, place: str | None) -> TableEdits:
    said = words()
    state = st.session_state.get(sheet.key)
    done = from_table(
        [replace(each, record=as_written(each.record, said)) for each in sheet.base],
        state if isinstance(state, Mapping) else {},
        _readers(drawn, sheet, with_place=place is None),
        {"ags": place} if place else {},
    )
    return TableEdits(tuple(map(_with_meaning, done.rows)), done.withdrawn)


def _with_meaning(typed: Typed) -> Typed:
    """Return an entry whose date means something if it has one, and nothing if it has none."""
    record = typed.record
    return replace(typed, record=replace(record, date_means=(record.date_means or "reached") if record.date else ""))


def _save(place: str | None) -> None:
    """Write what was changed in the table, all or nothing, by the right of this very moment."""
    sheet = st.session_state.get(_SHEET)
    if not isinstance(sheet, _Sheet) or sheet.is_saved:
        return
    try:
        sheet.is_saved = saving.patiently(lambda: _attempt(sheet, place))
    except AtlasError as error:
        sheet.problems = error.problems
    if sheet.is_saved:
        _drop()


def _attempt(sheet: _Sheet, place: str | None) -> Change | None:
    """Save if there is nothing left to say; otherwise the sheet knows what there is."""
    snapshot = store().current()
    drawn = scene(current_view())
    previewed = sheet.previewed
    sheet.problems, sheet.checked, sheet.news, sheet.previewed = (), None, (), ()
    done = _read(drawn, sheet, place)
    if _look_for_news(drawn, sheet, place, done):
        return None
    reason = st.session_state[_REASON].strip()
    checked = check_typed(done.rows, done.withdrawn, snapshot, drawn.programme, today(), words().lang)
    names = places(drawn)
    sheet.checked, sheet.where = checked, tuple(_place_label(each, names) for each in done.rows)
    if not checked.edits and not checked.is_blocked:
        sheet.problems = (Problem("", "In der Tabelle ist noch nichts geändert."),)
    sheet.previewed = checked.edits
    if not reason and needs_reason(checked.edits):
        sheet.problems = (missing_reason(words().say("Grund")),)
    if not checked.edits or sheet.problems or checked.edits != previewed:
        return None
    occasion = Occasion(ChangeKind.EDIT, reason)
    return store().save(current_actor(), drawn.programme.key, checked.edits, occasion, snapshot.head)


def _look_for_news(drawn: Scene, sheet: _Sheet, place: str | None, done: TableEdits) -> bool:
    """Note what others have written about the entries and places that are to be changed; return whether they have."""
    now = entries_at(drawn, place)
    versions, before = {each.entry: each.version for each in now}, dict(sheet.seen)
    mine = ({each.entry for each in done.rows} | {each.entry for each in done.withdrawn}) & before.keys()
    about = {each.record.ags for each in done.rows}
    moved = {entry for entry in mine if versions.get(entry) != before[entry]}
    moved |= {each.entry for each in now if each.record.ags in about and before.get(each.entry) != each.version}
    kept = store().store
    if not moved or kept is None:
        return False
    sheet.news = tuple(kept.newest(current_actor(), sorted(moved)))
    sheet.seen = seen(now)
    sheet.base = [
        # What somebody else has withdrawn would be a new entry.
        replace(each, version=versions[each.entry]) if each.entry in versions else Typed(each.record)
        for each in sheet.base
    ]
    return True


def _show_news(drawn: Scene, sheet: _Sheet) -> None:
    text = words().say(
        "{who} hat diese Einträge inzwischen geändert. Was Sie eingetragen haben, steht noch da; „Speichern“ ersetzt "
        "damit den neuen Stand.",
        who=saving.authors(sheet.news),
    )
    saving.news(drawn, sheet.news, text, "entries-news")


def _drop() -> None:
    """Give up what was typed: the table is made anew."""
    st.session_state.pop(_SHEET, None)
    st.session_state.pop(_REASON, None)
