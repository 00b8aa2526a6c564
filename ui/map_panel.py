"""The map, its legend, and what is known about the chosen municipality."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit_folium import st_folium

from atlas import phrases
from atlas.model.view import view_to_query
from atlas.present.context import ViewContext
from atlas.present.detail import as_of_sentence, build_detail, position_of
from atlas.present.map_index import body_names
from atlas.present.map_spec import MapSpec
from atlas.render import html
from atlas.render.folium_map import LocalMap, changing_part
from ui import blocks, table_panel
from ui.cache import payloads
from ui.components import part
from ui.state import MUNICIPALITY_PAGE, Keys, change_view, current_view, words

_LEADING = (Keys.AREA_MAP, Keys.CHANGES_MAP)
"""Maps on which a choice leads to another page, also when it is the municipality chosen before."""


def show(context: ViewContext) -> None:
    """Show map and table beside legend and detail; a phone has all below each other, the table last (style.css)."""
    left, right = st.columns([2.2, 1], gap="medium")
    with left:
        _map(context)
        blocks.small(as_of_sentence(context, words()))
        table_panel.show(context)
    with right:
        legend(context)
        _detail(context)


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


def _map(context: ViewContext) -> None:
    if _pick(context, Keys.MAP):
        st.rerun(scope="fragment")


def _pick(context: ViewContext, key: Keys, near: Sequence[int] = (), spec: MapSpec | None = None) -> bool:
    """Draw the map and return whether another municipality has just been chosen on it, which the view then has."""
    view = context.view
    urls = payloads().map_urls(context.snapshot, context.programme, context.edition)
    base = LocalMap(*payloads().map_assets(), urls.told("../../atlas/"))
    names = body_names(context.records)
    part_ = changing_part(spec or context.spec, view.municipality, view.district, view.lang, near, names)
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


def legend(context: ViewContext) -> None:
    """Show the legend; it counts, and filters by class."""
    view, spec = context.view, context.spec
    data = {
        "index": f"atlas/{payloads().map_urls(context.snapshot, context.programme, context.edition).index}",
        "lang": view.lang,
        "layer": spec.layer,
        "asOf": spec.as_of.isoformat(),
        "counts": " ".join(f"{entry.look.code}:{entry.count}" for entry in spec.legend),
        "points": len(spec.points),
        "districtPoints": len(spec.district_points),
        "bodies": len(spec.bodies),
        "chosen": " ".join(sorted(view.looks)),
    }
    data = {name: value for name, value in data.items() if value}
    part("legend")(key=Keys.LEGEND, data=data, on_look_change=_look_chosen)


def _look_chosen() -> None:
    key = st.session_state[Keys.LEGEND].get("look")
    if isinstance(key, str):
        change_view(looks=current_view().looks ^ {key})


def _detail(context: ViewContext) -> None:
    said = words()
    ags = context.view.municipality
    if ags is None:
        text = said.say(
            "Gemeinde auf der Karte, in der Suche oder in der Tabelle wählen: Stand, Quellen und Nachbarn stehen dann hier."
        )
        blocks.small(text)
        return
    position = position_of(context.status, ags)
    if position is None:
        blocks.small(said.say(phrases.MUNICIPALITY_NOT_THERE))
        return
    st.html(html.detail(build_detail(context, position, said)))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            MUNICIPALITY_PAGE,
            label=said.say(phrases.TO_MUNICIPALITY_PAGE),
            icon=":material/arrow_forward:",
            query_params=view_to_query(context.view),
        )
        st.button(
            said.say(phrases.CLEAR_SELECTION),
            key="deselect",
            type="tertiary",
            on_click=lambda: change_view(municipality=None),
        )
