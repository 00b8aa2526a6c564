"""The map description as what streamlit-folium wants. The only module that imports folium.

folium and branca compile everything they are given as a template, without a sandbox: a name that says ``{{…}}`` would
run on the server. So nothing from data passes through here but keys, class codes, dates and numbers, each checked
against its form; names and words come to the browser as JSON over our own route. See shared/reliability.md.
"""

from __future__ import annotations

import json
import re

import folium
from branca.element import MacroElement
from jinja2 import Template

from atlas.present.map_spec import MapSpec

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_CODES = re.compile(r"[0-9a-z.-]*")
_LAYER = re.compile(r"[a-z][a-z0-9_]*")
_KEY = re.compile(r"(?:[0-9]{5}|[0-9]{8})?")


class LocalMap(folium.Map):  # type: ignore[misc]
    """An empty Leaflet map that loads its scripts from our own routes only."""

    def __init__(self, scripts: list[str], styles: list[str]) -> None:
        # The lists belong to the class in folium; set on the instance they stay ours.
        self.default_js = [(name, f"../../atlas/{_checked(_NAME, name)}") for name in scripts]
        self.default_css = [(name, f"../../atlas/{_checked(_NAME, name)}") for name in styles]
        super().__init__(tiles=None, location=[51.0, 13.3], zoom_start=8, zoom_control=False)
        self.options |= {"scrollWheelZoom": False, "zoomSnap": 0.25, "minZoom": 6, "maxZoom": 14}


class _Start(MacroElement):  # type: ignore[misc]
    _template = Template(
        "{% macro script(this, kwargs) %}atlasMap.start({{ this._parent.get_name() }}, {{ this.urls }});{% endmacro %}"
    )

    def __init__(self, urls: str) -> None:
        super().__init__()
        self._name = "Start"
        self.urls = urls


class _Show(MacroElement):  # type: ignore[misc]
    _template = Template("{% macro script(this, kwargs) %}atlasMap.show({{ this.view }});{% endmacro %}")

    def __init__(self, view: str) -> None:
        super().__init__()
        self._name = "Show"
        self.view = view


def base_map(scripts: list[str], styles: list[str], index: str, overview: str, detail: str) -> folium.Map:
    """Return the constant part: its script never changes, so the frame stays.

    Parameters
    ----------
    scripts, styles, index, overview, detail
        Names of payloads below ``/atlas``; relative addresses keep any base path.
    """
    made = LocalMap(scripts, styles)
    urls = {"index": index, "overview": overview, "detail": detail}
    made.add_child(_Start(json.dumps({key: f"../../atlas/{_checked(_NAME, name)}" for key, name in urls.items()})))
    return made


def changing_part(spec: MapSpec, selected: str | None, district: str | None, lang: str) -> folium.FeatureGroup:
    """Return what changes: class codes, points, the selection. Under one kilobyte for a state."""
    view = {
        "layer": _checked(_LAYER, spec.layer),
        "asOf": spec.as_of.isoformat(),
        "codes": _checked(_CODES, spec.codes),
        "points": [int(position) for position in spec.points],
        "districtPoints": [_checked(_KEY, key) for key in spec.district_points],
        "selected": _checked(_KEY, selected or ""),
        "district": _checked(_KEY, district or ""),
        "lang": "en" if lang == "en" else "de",
    }
    group = folium.FeatureGroup()
    group.add_child(_Show(json.dumps(view, separators=(",", ":"))))
    return group


def _checked(form: re.Pattern[str], text: str) -> str:
    if not form.fullmatch(text):
        raise ValueError(f"{text!r} may not pass through folium")
    return text
