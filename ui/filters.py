"""The controls of the map page: layer, search, date, filters."""

from __future__ import annotations

from datetime import date

import streamlit as st

from atlas.model.programme import OVERVIEW
from atlas.model.view import EARLIEST, LATEST
from atlas.present.looks import layer_short, looks_of
from atlas.present.search import Suggestion, suggestions
from ui.cache import Scene, Shelf, today
from ui.frame import link_button
from ui.state import Keys, change_view, current_view, seed, words

_TODAY = "today"
_OTHER = "other"
_suggestions = Shelf(16)


def show(drawn: Scene) -> None:
    """Show all controls; each changes the view in its callback, before the page is drawn again."""
    _layer(drawn)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _search(drawn)
        _as_of(drawn)
        _filters(drawn)
        link_button()


def _layer(drawn: Scene) -> None:
    said = words()
    seed(Keys.LAYER, drawn.view.layer)
    st.pills(
        said.say("Was die Karte zeigt"),
        drawn.programme.layers,
        format_func=lambda layer: said.label(layer_short(drawn.programme, layer)),
        required=True,
        key=Keys.LAYER,
        label_visibility="collapsed",
        on_change=lambda: change_view(layer=st.session_state[Keys.LAYER] or OVERVIEW, looks=frozenset()),
    )


def _search(drawn: Scene) -> None:
    said = words()
    key = (*drawn.key, said.lang)
    found = _suggestions.get(key, lambda: suggestions(drawn.edition, drawn.changes, drawn.as_of, said))
    st.selectbox(
        said.say("Gemeinde suchen"),
        range(len(found)),
        index=None,
        format_func=lambda number: found[number].text,
        placeholder=said.say("Name, früherer Name …"),
        key=Keys.SEARCH,
        on_change=_choose,
        args=(found,),
        width=320,
    )


def _choose(found: tuple[Suggestion, ...]) -> None:
    number = st.session_state[Keys.SEARCH]
    if number is not None:
        change_view(municipality=found[number].ags)


def _presets(drawn: Scene) -> list[str]:
    last = today().year
    years = [date(year, 12, 31).isoformat() for year in range(last - 1, drawn.programme.launched.year - 2, -1)]
    return [_TODAY, *years, _OTHER]


def _as_of(drawn: Scene) -> None:
    said = words()
    chosen = current_view().as_of
    presets = _presets(drawn)
    if chosen is None:
        at = _TODAY
    else:
        at = chosen.isoformat() if chosen.isoformat() in presets and not st.session_state.get("_other_day") else _OTHER

    def label(preset: str) -> str:
        if preset == _TODAY:
            return said.say("heute ({day})", day=said.day(today()))
        return said.say("anderer Tag …") if preset == _OTHER else said.day(date.fromisoformat(preset))

    seed(Keys.AS_OF, at)
    st.selectbox(
        said.say("Stichtag"), presets, format_func=label, key=Keys.AS_OF, on_change=_date_chosen, width=190
    )
    if at == _OTHER:
        seed(Keys.DAY, chosen)
        st.date_input(
            said.say("Tag"),
            min_value=EARLIEST,
            max_value=LATEST,
            format="DD.MM.YYYY",
            key=Keys.DAY,
            on_change=lambda: change_view(as_of=st.session_state[Keys.DAY] or None),
            width=150,
        )


def _date_chosen() -> None:
    preset = st.session_state[Keys.AS_OF]
    st.session_state["_other_day"] = preset == _OTHER
    if preset == _OTHER:
        change_view(as_of=current_view().as_of or today())
    else:
        change_view(as_of=None if preset == _TODAY else date.fromisoformat(preset))


def _filters(drawn: Scene) -> None:
    said = words()
    view = current_view()
    active = bool(view.district) + bool(view.looks) + view.documented_only
    label = said.say("Filter ({n})", n=active) if active else said.say("Filter")
    with st.popover(label, icon=":material/filter_alt:", key="filter"):
        districts = drawn.edition.districts["name"]
        options = ["", *sorted(districts.index, key=lambda key: str(districts[key]).removeprefix("Landkreis "))]
        if view.district and view.district not in districts.index:
            change_view(district=None)
            view = current_view()
        seed(Keys.DISTRICT, view.district or "")
        st.selectbox(
            said.say("Landkreis"),
            options,
            format_func=lambda key: str(districts[key]) if key else said.say("ganz {state}", state=said.label(drawn.programme.state_name)),
            key=Keys.DISTRICT,
            on_change=lambda: change_view(district=st.session_state[Keys.DISTRICT] or None),
        )
        looks = {look.key: look for look in looks_of(drawn.programme, view.layer)}
        if view.looks - looks.keys():
            change_view(looks=view.looks & looks.keys())
            view = current_view()
        seed(Keys.LOOKS, sorted(view.looks, key=list(looks).index))
        st.pills(
            said.say("Klassen"),
            list(looks),
            selection_mode="multi",
            format_func=lambda key: said.label(looks[key].label),
            key=Keys.LOOKS,
            on_change=lambda: change_view(looks=frozenset(st.session_state[Keys.LOOKS])),
        )
        seed(Keys.DOCUMENTED, view.documented_only)
        st.toggle(
            said.say("nur mit dokumentierter Aktivität"),
            key=Keys.DOCUMENTED,
            on_change=lambda: change_view(documented_only=st.session_state[Keys.DOCUMENTED]),
        )
