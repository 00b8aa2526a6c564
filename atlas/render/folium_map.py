"""The map description as what streamlit-folium wants. The only module that imports folium.

folium and branca compile everything they are given as a template, without a sandbox: a name that says ``{{…}}`` would
run on the server. So nothing from data passes through here but keys, class codes, dates and numbers, each checked
against its form; names and words come to the browser as JSON over our own route. Escaping does not help, and a value need not be shown to run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import folium
from jinja2 import Template

from atlas.model.languages import known_language
from atlas.present.map_spec import MapSpec, pack, packed_bodies, packed_positions

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_URLS = re.compile(r'(?!.*\{\{)\{"[A-Za-z0-9_.:,"{}/-]*\}')
"""JSON of names and numbers, in which nothing begins that a template would run."""
_CODES = re.compile(r"(?:[0-9a-z.-][A-Z]?)*")
_LAYER = re.compile(r"[a-z][a-z0-9_]*")
_POINTS = re.compile(r"[0-9A-Za-z]*")
_BODIES = re.compile(r"[0-9a-z:, ]*")
_KEY = re.compile(r"(?:[0-9]{5}|[0-9]{8})?")


class _NotCompiledAgain:
    """Keeps branca from compiling the finished script as a template once more.

    streamlit-folium takes the script from the template's ``script`` macro; what branca would render besides is
    thrown away, costs a fifth of a page run, and is the very second compilation that makes texts dangerous.
    """

    def render(self, **_: object) -> str:
        """Return nothing."""
        return ""


class LocalMap(_NotCompiledAgain, folium.Map):
    """An empty Leaflet map that loads its scripts from our own routes only; `atlas/web/assets/map/` does the rest.

    Its script never changes, so the frame stays.

    ``script`` and ``style`` are names of payloads below ``/atlas``: relative addresses keep any base path. ``urls`` is
    what `atlas.web.payloads.MapUrls.told` says.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = atlasMap.make('{{ this.get_name() }}');"
        "atlasMap.start({{ this.urls }});{% endmacro %}"
    )

    def __init__(self, script: str, style: str, urls: Mapping[str, object]) -> None:
        # The lists belong to the class in folium; set on the instance they stay ours.
        self.default_js = [("map", _address(script))]
        self.default_css = [("map", _address(style))]
        super().__init__(tiles=None)
        self.urls = _checked(_URLS, json.dumps(urls, separators=(",", ":")))
        figure = self.get_root()
        if isinstance(figure, folium.Figure):
            figure.header._children.clear()  # the styles there are meant for a whole page


class ShownView(_NotCompiledAgain, folium.FeatureGroup):
    """An empty group; what it is for is the call that comes with it."""

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }}=atlasMap.show({{ this.view }});{% endmacro %}"
    )

    def __init__(self, view: str) -> None:
        super().__init__()
        self.view = view


def changing_part(
    spec: MapSpec,
    selected: str | None,
    district: str | None,
    lang: str,
    near: Sequence[int] = (),
    bodies: Sequence[str] = (),
) -> folium.FeatureGroup:
    """Return what changes: class codes, points, the selection. Under one kilobyte for a state.

    With ``near``, positions of the neighbours of the selected municipality in order, the map shows that neighbourhood:
    zoomed to it, every neighbour named or numbered, the rest faint. ``bodies`` are the names of all joint bodies, in the
    order the browser knows them by; only their numbers go through here.
    """
    view = {
        "layer": _checked(_LAYER, spec.layer),
        "asOf": spec.as_of.isoformat(),
        "codes": _checked(_CODES, pack(spec.codes)),
        "points": _checked(_POINTS, packed_positions(spec.points)),
        "districtPoints": [_checked(_KEY, key) for key in spec.district_points],
        "selected": _checked(_KEY, selected or ""),
        "district": _checked(_KEY, district or ""),
        "lang": known_language(lang),
        "bodies": _checked(_BODIES, packed_bodies(spec, bodies)) if bodies else "",
        "near": [int(position) for position in near],
    }
    said = {key: value for key, value in view.items() if value}
    return ShownView(json.dumps(said, separators=(",", ":")))


def _address(name: str) -> str:
    return f"../../atlas/{_checked(_NAME, name)}"


def _checked(form: re.Pattern[str], text: str) -> str:
    if not form.fullmatch(text):
        raise ValueError(f"{text!r} may not pass through folium")
    return text
