"""The map, its legend, its table, and what is known about the chosen municipality."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit_folium import st_folium

from atlas import phrases
from atlas.model.parameters import DAY, LOOKS, MUNICIPALITY
from atlas.model.view import view_to_query
from atlas.present.context import ViewContext
from atlas.present.detail import build_detail, position_of
from atlas.present.map_index import body_names
from atlas.present.map_spec import MapSpec, pack, packed_since
from atlas.render import html
from atlas.render.folium_map import LocalMap, changing_part
from atlas.web.payloads import MapUrls
from ui import blocks, day_field, take_home
from ui.cache import payloads
from ui.components import part
from ui.state import MUNICIPALITY_PAGE, Keys, change_view, current_view, told, words

_LEADING = (Keys.AREA_MAP, Keys.CHANGES_MAP)
"""Maps on which a choice leads to another page, also when it is the municipality chosen before."""

_LAND, _TILES = "map", "tiles"
"""How the map is drawn, as the legend says it."""


def show(context: ViewContext) -> None:
    """Show the map beside the chosen municipality and the legend, then the table; a phone has all below each other."""
    left, right = st.columns([2.2, 1], gap="medium")
    with left:
        if _pick(context, Keys.MAP):
            st.rerun(scope="fragment")
        day_field.meaning(context)
    with right:
        _chosen(context)
        legend(context, is_first=True)
    table(context)


def show_neighbourhood(context: ViewContext, near: list[int]) -> None:
    """Show the chosen municipality with its neighbours; a choice on the map leads to that municipality's page."""
    if _pick(context, Keys.NEIGHBOURHOOD, near):
        st.rerun()


def show_area(context: ViewContext, page: str) -> None:
    """Show the view's district, or the state; a choice on the map leads to ``page``."""
    if _pick(context, Keys.AREA_MAP):
        st.switch_page(page)


def show_changes(context: ViewContext, spec: MapSpec) -> None:
    """Show the map of what happened between two days; a choice on it leads to the municipality's page."""
    if _pick(context, Keys.CHANGES_MAP, spec=spec):
        st.switch_page(MUNICIPALITY_PAGE)


def show_effect(context: ViewContext, spec: MapSpec) -> None:
    """Show the map of what entries would change that are not saved yet; a choice on it leads nowhere."""
    _pick(context, Keys.INTAKE_MAP, spec=spec)


def _pick(context: ViewContext, key: Keys, near: Sequence[int] = (), spec: MapSpec | None = None) -> bool:
    """Draw the map and return whether another municipality has just been chosen on it, which the view then has."""
    is_tiled = context.is_tiled and key is Keys.MAP
    view, urls = context.view, payloads().tile_urls(context) if is_tiled else _urls(context)
    base = LocalMap(*payloads().map_assets(), urls.told("../../atlas/"))
    names = body_names(context.records)
    part_ = changing_part(spec or context.spec, view.municipality, view.district, view.lang, near, names)
    with st.container(key="map-frame"):  # the style sheet makes it as high as the screen has room for
        picked = st_folium(
            base,
            key=key,
            height=560,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=part_,
        )
    # The frame keeps saying its last choice: each is taken over once.
    if not isinstance(picked, dict) or "pick" not in picked or picked == st.session_state.get(Keys.PICK):
        return False
    st.session_state[Keys.PICK] = picked
    ags = str(picked.get("ags", ""))
    if position_of(context.status, ags) is None or (ags == current_view().municipality and key not in _LEADING):
        return False
    change_view(municipality=ags)
    return True


def _urls(context: ViewContext) -> MapUrls:
    return payloads().map_urls(context.snapshot, context.programme, context.edition)


def legend(context: ViewContext, *, is_first: bool = False) -> None:
    """Show the legend; it counts, and filters by class. On the first page it also says how to read the map."""
    view, spec = context.view, context.spec
    data = {
        "index": f"atlas/{_urls(context).index}",
        "lang": view.lang,
        "layer": spec.layer,
        "asOf": spec.as_of.isoformat(),
        "counts": " ".join(f"{entry.look.code}:{entry.count}" for entry in spec.legend),
        "points": len(spec.points),
        "districtPoints": len(spec.district_points),
        "bodies": len(spec.bodies),
        "chosen": " ".join(sorted(view.looks)),
        "isFirst": is_first,
        "drawnAs": _drawn_as(context) if is_first and context.edition.has_tiles else None,
    }
    data = {name: value for name, value in data.items() if value}
    part("legend")(key=Keys.LEGEND, data=data, on_look_change=_look_chosen, on_tiles_change=_drawn_as_chosen)


def _look_chosen() -> None:
    if looks := told(Keys.LEGEND, "look", LOOKS):
        change_view(looks=current_view().looks ^ looks)


def _drawn_as(context: ViewContext) -> str:
    return _TILES if context.is_tiled else _LAND


def _drawn_as_chosen() -> None:
    chosen = st.session_state[Keys.LEGEND].get("tiles")
    if isinstance(chosen, str):
        change_view(tiles=chosen == _TILES, film=None)


def table(context: ViewContext, page: str | None = None) -> None:
    """Show the control of the time-lapse and, sortable, the table of what the map shows; a choice in it selects the municipality and leads to ``page`` if given."""
    view, spec = context.view, context.spec
    data: dict[str, object] = {
        "index": f"atlas/{_urls(context).index}",
        "lang": view.lang,
        "layer": spec.layer,
        "codes": pack(spec.codes),
        "since": packed_since(spec),
    }
    if page or context.is_tiled:  # the control belongs below its map; tiles are those of one day
        data["still"] = True
    chosen = part("table")(key=Keys.TABLE, data=data, on_ags_change=_row_chosen, on_day_change=_day_taken).ags
    if page and isinstance(chosen, str):
        st.switch_page(page)


def _row_chosen() -> None:
    if ags := told(Keys.TABLE, "ags", MUNICIPALITY):
        change_view(municipality=ags)


def _day_taken() -> None:
    """Make the month at which the time-lapse stands the view's date."""
    if day := told(Keys.TABLE, "day", DAY):
        change_view(as_of=day, film=None)


def _chosen(context: ViewContext) -> None:
    """Show what is known about the chosen municipality, and the ways on from it."""
    said = words()
    ags = context.view.municipality
    if ags is None:
        return
    position = position_of(context.status, ags)
    if position is None:
        blocks.small(said.say(phrases.MUNICIPALITY_NOT_THERE))
        return
    st.html(html.detail(build_detail(context, position, said)))
    with st.container(horizontal=True, vertical_alignment="center", key="ways"):
        st.page_link(
            MUNICIPALITY_PAGE,
            label=said.say(phrases.TO_MUNICIPALITY_PAGE),
            icon=":material/arrow_forward:",
            query_params=view_to_query(context.view),
        )
        take_home.picture()
        take_home.sheet(context, position)
        st.button(
            said.say(phrases.CLEAR_SELECTION),
            key="deselect",
            type="tertiary",
            on_click=lambda: change_view(municipality=None),
        )
