"""The baseline of `bench.recolour`: the map as the documentation of streamlit-folium suggests it.

``BENCH_CDN`` is an address that stands in for the content delivery networks folium names, so that nobody waits for the
internet; the other settings are those of `bench.plain_areas`. No tiles, only the last click is returned.
"""

from __future__ import annotations

import os
from pathlib import Path

import folium
from streamlit_folium import st_folium

from atlas.present.context import ViewContext
from bench.plain_areas import choose, coloured, middle

CDN = os.environ["BENCH_CDN"]


def _local(links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, f"{CDN}/{Path(url).name}") for name, url in links]


def _map(context: ViewContext) -> folium.Map:
    lat, lon, is_country = middle(context)
    drawn = folium.Map(location=[lat, lon], zoom_start=6 if is_country else 8, tiles=None)
    drawn.default_js, drawn.default_css = _local(drawn.default_js), _local(drawn.default_css)
    folium.GeoJson(
        coloured(context),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "color": "#555",
            "weight": 0.7,
            "fillOpacity": 1,
        },
        tooltip=folium.GeoJsonTooltip(fields=["name", "status"], labels=False),
    ).add_to(drawn)
    return drawn


st_folium(_map(choose()), use_container_width=True, height=560, returned_objects=["last_active_drawing"])
