"""The controls that change the map: layer and date in a row; district and documentation in a box; the search."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.model.keys import is_ags, is_district_key
from atlas.model.population import SizeClass
from atlas.model.programme import OVERVIEW
from atlas.present.context import ViewContext
from atlas.present.looks import layer_short
from atlas.present.population import size_said, without_size
from atlas.present.search import search_words
from ui import blocks, day_field
from ui.cache import contexts, payloads
from ui.components import part
from ui.state import DISTRICT_PAGE, Keys, change_view, current_view, seed, words


def show(context: ViewContext, *, layer: bool = True, day: bool = True) -> None:
    """Show layer and date; each changes the view in its callback, before the page is drawn again."""
    with st.container(horizontal=True, vertical_alignment="center", key="controls"):
        if layer:
            _layer(context)
        if day:
            day_field.as_of(context)
            day_field.refusal()


def _layer(context: ViewContext) -> None:
    said = words()
    seed(Keys.LAYER, context.view.layer)
    st.pills(
        said.say(phrases.WHAT_THE_MAP_SHOWS),
        context.programme.layers,
        format_func=lambda layer: said.label(layer_short(context.programme, layer)),
        required=True,
        wrap=True,
        key=Keys.LAYER,
        label_visibility="collapsed",
        on_change=lambda: change_view(layer=st.session_state[Keys.LAYER] or OVERVIEW, looks=frozenset()),
    )


def show_box(context: ViewContext) -> None:
    """Show the box of filters by place. Classes are filtered in the legend."""
    said = words()
    view = context.view
    active = bool(context.district) + view.documented_only + (view.size is not None)
    label = said.say("Filter ({n})", n=active) if active else said.say("Filter")
    with st.popover(label, icon=":material/filter_alt:"):
        district(context)
        seed(Keys.DOCUMENTED, view.documented_only)
        st.toggle(
            said.say(phrases.ONLY_ACTIVE),
            key=Keys.DOCUMENTED,
            on_change=lambda: change_view(documented_only=st.session_state[Keys.DOCUMENTED]),
        )
        if context.day.has_sizes:
            _size(context)
        st.caption(said.say("Klassen wählen: in der Legende anklicken."))
        st.button(
            said.say("Filter aufheben"),
            key="unfilter",
            on_click=lambda: change_view(district=None, documented_only=False, size=None, looks=frozenset()),
        )


def _size(context: ViewContext) -> None:
    """Show the choice of a size class; of municipalities without a number of their own it says that there are any."""
    said = words()
    seed(Keys.SIZE_CLASS, context.view.size or "")
    st.selectbox(
        said.say(phrases.INHABITANTS),
        ["", *SizeClass],
        format_func=lambda size: size_said(SizeClass(size), said) if size else said.say("alle Größen"),
        key=Keys.SIZE_CLASS,
        on_change=lambda: change_view(size=st.session_state[Keys.SIZE_CLASS] or None),
        width=300,
    )
    blocks.small(without_size(context, said))


def district(context: ViewContext) -> None:
    """Show the choice of a district."""
    said = words()
    districts = context.edition.districts["name"]
    whole = said.say(phrases.WHOLE_STATE, state=said.label(context.programme.territory))
    seed(Keys.DISTRICT, context.district or "")
    st.selectbox(
        said.say(phrases.DISTRICT),
        ["", *context.edition.district_keys],
        format_func=lambda key: str(districts[key]) if key else whole,
        key=Keys.DISTRICT,
        on_change=lambda: change_view(district=st.session_state[Keys.DISTRICT] or None),
        width=300,
    )


def tiles(context: ViewContext) -> None:
    """Show the choice between the map and tiles, where there can be tiles."""
    if not context.edition.has_tiles:
        return
    said = words()
    seed(Keys.TILES, context.view.tiles)
    st.segmented_control(
        said.say(phrases.VIEW),
        [False, True],
        format_func=lambda is_tiled: said.say(phrases.IN_TILES) if is_tiled else said.say(phrases.MAP),
        required=True,
        key=Keys.TILES,
        label_visibility="collapsed",
        on_change=lambda: change_view(tiles=bool(st.session_state[Keys.TILES]), film=None),
    )


def search(context: ViewContext) -> None:
    """Show the search box; a municipality is chosen on the map and beside it, a district leads to its page."""
    file = payloads().search_file(context.snapshot, context.programme, context.edition)
    data = {"file": f"atlas/{file}", "words": search_words(words())}
    chosen = part("search")(key=Keys.SEARCH, data=data, on_place_change=_place_chosen, width=320).place
    if isinstance(chosen, str) and is_district_key(chosen):
        st.switch_page(DISTRICT_PAGE)


def _place_chosen() -> None:
    keys = str(st.session_state[Keys.SEARCH].get("place") or "").split()
    if keys and is_district_key(keys[0]):
        change_view(district=keys[0])
    elif keys := [each for each in keys if is_ags(each)]:
        present = set(contexts().of(current_view()).status["ags"])
        change_view(municipality=next((ags for ags in keys if ags in present), keys[-1]))
