"""The controls that change the map: layer and date in a row; district and documentation in a box."""

from __future__ import annotations

from datetime import date

import streamlit as st

from atlas import phrases
from atlas.model.programme import OVERVIEW
from atlas.model.view import EARLIEST, LATEST
from atlas.present.looks import layer_short
from atlas.present.scene import Scene
from ui.cache import today
from ui.state import Keys, change_view, current_view, seed, words

_TODAY = "today"
_OTHER = "other"


def show(drawn: Scene) -> None:
    """Show layer and date; each changes the view in its callback, before the page is drawn again."""
    with st.container(horizontal=True, vertical_alignment="center", key="controls"):
        _layer(drawn)
        as_of(drawn)


def _layer(drawn: Scene) -> None:
    said = words()
    seed(Keys.LAYER, drawn.view.layer)
    st.pills(
        said.say(phrases.WHAT_THE_MAP_SHOWS),
        drawn.programme.layers,
        format_func=lambda layer: said.label(layer_short(drawn.programme, layer)),
        required=True,
        wrap=True,
        key=Keys.LAYER,
        label_visibility="collapsed",
        on_change=lambda: change_view(layer=st.session_state[Keys.LAYER] or OVERVIEW, looks=frozenset()),
    )


def _presets(drawn: Scene) -> list[str]:
    ends = (date(year, 12, 31) for year in range(today().year - 1, drawn.programme.launched.year - 2, -1))
    return [_TODAY, *(end.isoformat() for end in ends if end >= drawn.edition.starts), _OTHER]


def as_of(drawn: Scene) -> None:
    """Show the choice of the cut-off date."""
    said = words()
    chosen = drawn.view.as_of
    presets = _presets(drawn)
    is_preset = chosen is None or chosen.isoformat() in presets
    at = _OTHER if st.session_state.get(Keys.OTHER_DAY) or not is_preset else (chosen.isoformat() if chosen else _TODAY)

    def label(preset: str) -> str:
        if preset == _TODAY:
            return said.say("Stand heute, {day}", day=said.day(today()))
        return (
            said.say("anderer Tag …")
            if preset == _OTHER
            else said.say("Stand {day}", day=said.day(date.fromisoformat(preset)))
        )

    seed(Keys.AS_OF, at)
    st.selectbox(
        said.say(phrases.AS_OF_DATE),
        presets,
        format_func=label,
        key=Keys.AS_OF,
        label_visibility="collapsed",
        on_change=_date_chosen,
        width=258,
    )
    if at == _OTHER:
        seed(Keys.DAY, chosen or today())
        st.date_input(
            said.say("Tag"),
            min_value=EARLIEST,
            max_value=LATEST,
            format="DD.MM.YYYY",
            key=Keys.DAY,
            label_visibility="collapsed",
            on_change=lambda: change_view(as_of=st.session_state[Keys.DAY] or None),
            width=140,
        )


def _date_chosen() -> None:
    preset = st.session_state[Keys.AS_OF]
    st.session_state[Keys.OTHER_DAY] = preset == _OTHER
    if preset == _OTHER:
        change_view(as_of=current_view().as_of or today())
    else:
        change_view(as_of=None if preset == _TODAY else date.fromisoformat(preset))


def show_box(drawn: Scene) -> None:
    """Show the box of filters by place. Classes are filtered in the legend."""
    said = words()
    view = drawn.view
    active = bool(drawn.district) + view.documented_only
    label = said.say("Filter ({n})", n=active) if active else said.say("Filter")
    with st.popover(label, icon=":material/filter_alt:"):
        _filters(drawn)


def district(drawn: Scene) -> None:
    """Show the choice of a district."""
    said = words()
    districts = drawn.edition.districts["name"]
    whole = said.say(phrases.WHOLE_STATE, state=said.label(drawn.programme.territory))
    seed(Keys.DISTRICT, drawn.district or "")
    st.selectbox(
        said.say(phrases.DISTRICT),
        ["", *drawn.edition.district_keys],
        format_func=lambda key: str(districts[key]) if key else whole,
        key=Keys.DISTRICT,
        on_change=lambda: change_view(district=st.session_state[Keys.DISTRICT] or None),
        width=300,
    )


def _filters(drawn: Scene) -> None:
    said = words()
    view = drawn.view
    district(drawn)
    seed(Keys.DOCUMENTED, view.documented_only)
    st.toggle(
        said.say(phrases.ONLY_ACTIVE),
        key=Keys.DOCUMENTED,
        on_change=lambda: change_view(documented_only=st.session_state[Keys.DOCUMENTED]),
    )
    st.caption(said.say("Klassen wählen: in der Legende anklicken."))
    st.button(
        said.say("Filter aufheben"),
        key="unfilter",
        on_click=lambda: change_view(district=None, documented_only=False, looks=frozenset()),
    )
