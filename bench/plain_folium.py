"""The baseline of `bench.recolour`: the map as the documentation of streamlit-folium suggests it.

``BENCH_LEVEL`` says how fine the geometry is (``full`` or ``overview``); ``BENCH_DIGITS``, if it is there, rounds its
coordinates; ``BENCH_CDN`` is an address that stands in for the content delivery networks folium names, so that nobody
waits for the internet. A sensible user's care is taken: data and geometry are loaded once, no tiles, only the last
click is returned.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import folium
import geopandas as gpd
import shapely
import streamlit as st
from streamlit_folium import st_folium

from atlas.model.boundaries import Level
from atlas.model.view import ViewState
from atlas.present.looks import layer_short, looks_of
from atlas.present.scene import Scene, Scenes
from atlas.sources.boundaries import read_geometry
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore

CDN = os.environ["BENCH_CDN"]
LEVEL = Level(os.environ["BENCH_LEVEL"])
DIGITS = os.environ.get("BENCH_DIGITS")


@st.cache_resource
def _scenes() -> Scenes:
    return Scenes(SnapshotStore(Settings.from_environment()).current, date.today)


@st.cache_resource
def _areas() -> gpd.GeoDataFrame:
    scene = _scenes().of(ViewState())
    shapes = read_geometry(scene.edition, LEVEL).to_crs("EPSG:4326")
    if DIGITS:
        shapes = shapes.set_geometry(shapely.transform(shapes.geometry, lambda xy: xy.round(int(DIGITS))))
    areas = shapes.assign(name=scene.edition.municipalities["name"], position=shapes.index)
    return areas[scene.edition.valid_at(scene.as_of)]


def _local(links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, f"{CDN}/{Path(url).name}") for name, url in links]


def _map(scene: Scene) -> folium.Map:
    keys = scene.spec.classes
    looks = {look.key: look for look in looks_of(scene.programme, scene.view.layer)}
    areas = _areas()
    areas = areas.assign(
        status=[looks[keys[position]].label.de for position in areas["position"]],
        colour=[looks[keys[position]].colour for position in areas["position"]],
    )
    drawn = folium.Map(location=[51, 13.3], zoom_start=8, tiles=None)
    drawn.default_js, drawn.default_css = _local(drawn.default_js), _local(drawn.default_css)
    folium.GeoJson(
        areas,
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "color": "#555",
            "weight": 0.7,
            "fillOpacity": 1,
        },
        tooltip=folium.GeoJsonTooltip(fields=["name", "status"], labels=False),
    ).add_to(drawn)
    return drawn


st.set_page_config(layout="wide")
_programme = _scenes().of(ViewState()).programme
_layer = st.pills(
    "Layer",
    _programme.layers,
    format_func=lambda layer: layer_short(_programme, layer).de,
    default=_programme.layers[0],
    required=True,
)
st_folium(
    _map(_scenes().of(ViewState(layer=str(_layer)))),
    use_container_width=True,
    height=560,
    returned_objects=["last_active_drawing"],
)
