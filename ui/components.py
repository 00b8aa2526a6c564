"""Our own components: file-backed, so that no script stands in the page and the policy can stay strict.

Each draws from a few codes and the file of names, looks and words that the map reads too; that keeps a change of
layer under six kilobytes, of a day about that. See atlas/web/assets/parts/.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.bidi_component import BidiComponentResult
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from atlas.web.delivery import compact

_PACKAGE = "atlas"
_PARTS = ("figures", "ledger", "legend", "links", "search", "table")
_FOLDER = Path(__file__).resolve().parents[1] / "atlas" / "web" / "assets"


@cache
def register() -> None:
    """Make our components known; their scripts are answered from then on."""
    # Streamlit reads manifests of installed packages only; the app runs from its folder, so it registers its own.
    components = [ComponentConfig(name=name, asset_dir="parts") for name in _PARTS]
    manifest = ComponentManifest(name=_PACKAGE, version="1", components=components)
    get_bidi_component_manager().register_from_manifest(manifest, _FOLDER)


@cache
def part(name: str) -> Callable[..., BidiComponentResult]:
    """Return one of our components by name.

    ``figures`` and ``ledger`` give the key of a number as trigger ``door``, ``legend`` the key of a class as trigger ``look`` and how the map is to be drawn as ``tiles``,
    ``table`` the key of a municipality as trigger ``ags``, ``search`` keys as trigger ``place``; ``links`` gives nothing.
    """
    if name not in _PARTS:
        raise ValueError(name)
    register()
    shown = st.components.v2.component(f"{_PACKAGE}.{name}", js=f"{name}.js", isolate_styles=False)

    def show(*, data: object, **asked: Any) -> BidiComponentResult:  # noqa: ANN401 - what Streamlit's own takes
        # As bytes: Streamlit's own JSON has six bytes for every umlaut, and spaces between all parts.
        return shown(data=compact(data).encode(), **asked)

    return show
