"""The entries of a municipality or district: read, added, corrected, withdrawn by those who may."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.analysis.typed import Typed
from atlas.errors import AtlasError
from atlas.model.keys import is_district_key
from atlas.model.rights import Actor, Right
from atlas.model.view import page_address
from atlas.present.context import ViewContext
from atlas.present.detail import position_of
from atlas.present.entries import entries_at, entry_text, keys_of_place, place_of, places, version_items
from atlas.render.templates import Pieces
from atlas.sources.store import Store
from ui import blocks, entries_table, entry_form, follow_ups_panel, saving
from ui.cache import store
from ui.login import current_actor
from ui.state import Keys, look_at, seed, words

html = Pieces("entries.html")


def show(context: ViewContext) -> None:
    """Show the entries of the view's place, or of all in a table; nothing to who may not read them."""
    said = words()
    actor = current_actor()
    if not actor.may(Right.READ_INTERNAL):
        return
    kept = store().store
    names = places(context)
    place = place_of(context)
    _choose(names, place)
    if kept is None:
        blocks.text(said.say(phrases.RECORD_IN_FILES))
    may_edit = kept is not None and actor.may(Right.EDIT)
    if may_edit:
        saving.show()
        entry_form.elsewhere(names, place)
    if place is None:
        blocks.text(
            said.say(
                "Bitte eine Gemeinde oder einen Kreis wählen. Darunter steht der ganze Bestand als Tabelle, zum "
                "Vergleichen und um viele Einträge auf einmal zu ändern."
            )
        )
        entries_table.show(context, None, may_edit=may_edit)
        return
    _heading(context, place, names[place])
    if may_edit and _as_table():
        entries_table.show(context, place, may_edit=True)
    left, right = st.columns([1.45, 1], gap="large")
    with left:
        if not (may_edit and st.session_state[Keys.ENTRIES_AS]):
            _list(context, place, may_edit=may_edit)
        if kept is not None:
            _history(context, kept, actor, place)
    with right:
        if position_of(context.status, place) is not None:
            follow_ups_panel.show(context, place)


def _choose(names: dict[str, str], place: str | None) -> None:
    said = words()
    seed(Keys.ENTRIES_OF, place)
    st.selectbox(
        said.say("Gemeinde oder Kreis"),
        list(names),
        index=None,
        format_func=lambda key: names.get(key, key),
        placeholder=said.say("alle"),
        key=Keys.ENTRIES_OF,
        on_change=lambda: look_at(st.session_state[Keys.ENTRIES_OF]),
        width=420,
    )


def _heading(context: ViewContext, place: str, name: str) -> None:
    said = words()
    page = "kreis" if is_district_key(place) else "gemeinde"
    link = blocks.part("link", address=page_address(page, context.view), label=said.say("Öffentliche Seite ansehen"))
    blocks.draw("place", title=name, content=link)


def _as_table() -> bool:
    said = words()
    labels = {False: said.say("Liste"), True: said.say("Tabelle")}
    seed(Keys.ENTRIES_AS, bool(st.session_state.get(Keys.ENTRIES_AS)))
    chosen = st.segmented_control(
        said.say("Darstellung"),
        list(labels),
        format_func=labels.__getitem__,
        required=True,
        key=Keys.ENTRIES_AS,
        label_visibility="collapsed",
    )
    return bool(chosen)


def _list(context: ViewContext, place: str, *, may_edit: bool) -> None:
    said = words()
    entries = entries_at(context, place)
    draft = entry_form.draft_of(context.programme.key, place) if may_edit else None
    if not entries:
        blocks.text(said.say("Über diesen Ort steht noch nichts im Bestand."))
    for each in entries:
        with st.container(border=True, width=blocks.WIDTH, key=f"entry-{each.entry}"):
            holder = each.record.municipality if each.record.ags != place else ""
            with st.container(horizontal=True, vertical_alignment="top"):
                st.html(html.entry(entry_text(each.record, context.programme, said, holder)))
                if may_edit and draft is None:
                    _buttons(context, place, each)
            if draft is not None and draft.base.entry == each.entry:
                entry_form.show(context, draft)
    if not may_edit:
        return
    if draft is None:
        st.button(
            said.say("Neuer Eintrag"),
            icon=":material/add:",
            type="primary",
            key="entry-new",
            on_click=entry_form.begin,
            args=(context, place, None),
        )
    elif draft.is_new or draft.base.entry not in {each.entry for each in entries}:
        with st.container(border=True, width=blocks.WIDTH, key="entry-fresh"):
            entry_form.show(context, draft)


def _buttons(context: ViewContext, place: str, each: Typed) -> None:
    said = words()
    for key, label, icon, is_withdrawal in (
        ("correct", said.say("Berichtigen"), ":material/edit:", False),
        ("withdraw", said.say(phrases.WITHDRAW), ":material/delete:", True),
    ):
        st.button(
            label,
            icon=icon,
            key=f"entry-{key}-{each.entry}",
            type="tertiary",
            on_click=entry_form.begin,
            args=(context, place, each),
            kwargs={"is_withdrawal": is_withdrawal},
        )


def _history(context: ViewContext, kept: Store, actor: Actor, place: str) -> None:
    said = words()
    try:
        found = kept.history(actor, context.programme.key, *keys_of_place(context, place))
    except AtlasError as error:
        blocks.text(" ".join(map(said.problem, error.problems)))
        return
    if not found:
        return
    label = said.count(*phrases.HISTORY_OF_N_VERSIONS, len(found))
    with st.expander(label, width=blocks.WIDTH):
        st.html(html.versions(version_items(found, context.programme, said)))
