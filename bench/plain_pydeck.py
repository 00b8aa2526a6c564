"""Another baseline of `bench.country`: the same areas as a layer of pydeck. Settings: `bench.plain_areas`. No tiles."""

from __future__ import annotations

import json

import pydeck as pdk
import streamlit as st

from atlas.present.context import ViewContext
from bench.plain_areas import choose, coloured, middle


def _deck(context: ViewContext) -> pdk.Deck:
    areas = coloured(context)
    areas["colour"] = [[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in areas["colour"]]
    layer = pdk.Layer(
        "GeoJsonLayer",
        json.loads(areas.to_json()),
        id="areas",
        get_fill_color="properties.colour",
        get_line_color=[85, 85, 85],
        line_width_min_pixels=0.7,
        pickable=True,
    )
    lat, lon, is_country = middle(context)
    view = pdk.ViewState(latitude=lat, longitude=lon, zoom=5 if is_country else 7)
    tooltip = {"text": "{name}\n{status}"}
    return pdk.Deck(layers=[layer], initial_view_state=view, map_provider=None, map_style=None, tooltip=tooltip)


st.pydeck_chart(_deck(choose()), height=760)
