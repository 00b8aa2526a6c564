"""What the plain pages draw: areas with the colour and label of their class, from the same data as our map.

``BENCH_PROGRAMME`` says whose (the first by name if empty), ``BENCH_LEVEL`` how fine the geometry is (``full`` or
``overview``); ``BENCH_DIGITS``, if it is there, rounds its coordinates. A sensible user's care is taken: data and geometry
are loaded once.
"""

from __future__ import annotations

import os
from datetime import date

import geopandas as gpd
import shapely
import streamlit as st

from atlas.model.boundaries import Level
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.looks import layer_short, looks_of
from atlas.sources.boundaries import read_geometry
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore

_VIEW = ViewState(programme=os.environ.get("BENCH_PROGRAMME", ""))


@st.cache_resource
def _contexts() -> ViewContexts:
    return ViewContexts(SnapshotStore(Settings.from_environment()).current, date.today)


@st.cache_resource
def _areas() -> gpd.GeoDataFrame:
    context = _contexts().of(_VIEW)
    shapes = read_geometry(context.edition, Level(os.environ["BENCH_LEVEL"])).to_crs("EPSG:4326")
    if digits := os.environ.get("BENCH_DIGITS"):
        shapes = shapes.set_geometry(shapely.transform(shapes.geometry, lambda xy: xy.round(int(digits))))
    areas = shapes.assign(name=context.edition.municipalities["name"], position=shapes.index)
    return areas[context.edition.valid_at(context.as_of)]


def choose() -> ViewContext:
    """Show the choice of the layer and return what it shows."""
    st.set_page_config(layout="wide")
    programme = _contexts().of(_VIEW).programme
    layer = st.pills(
        "Layer",
        programme.layers,
        format_func=lambda layer: layer_short(programme, layer).de,
        default=programme.layers[0],
        required=True,
    )
    return _contexts().of(_VIEW.but(layer=str(layer)))


def coloured(context: ViewContext) -> gpd.GeoDataFrame:
    """Return the areas of the day with ``name``, ``status`` and ``colour`` (``#rrggbb``)."""
    keys = context.spec.classes
    looks = {look.key: look for look in looks_of(context.programme, context.view.layer)}
    shown = [looks[keys[position]] for position in _areas()["position"]]
    return _areas().assign(status=[look.label.de for look in shown], colour=[look.colour for look in shown])


def middle(context: ViewContext) -> tuple[float, float, bool]:
    """Return latitude and longitude of the middle, and whether it is a whole country."""
    west, south, east, north = context.edition.bounds
    return (south + north) / 2, (west + east) / 2, east - west > 6
