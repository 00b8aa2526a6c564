"""Our own components: file-backed, so that no script stands in the page and the policy can stay strict.

Each draws from a few codes and the file of names, looks and words that the map reads too; that keeps a change of
layer or date under six kilobytes. See atlas/web/assets/parts/.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

_PACKAGE = "atlas"
_PARTS = ("figures", "ledger", "legend", "links", "table")
_FOLDER = Path(__file__).resolve().parents[1] / "atlas" / "web" / "assets"


@cache
def _register() -> None:
    # Streamlit reads manifests of installed packages only; the app runs from its folder, so it registers its own.
    components = [ComponentConfig(name=name, asset_dir="parts") for name in _PARTS]
    manifest = ComponentManifest(name=_PACKAGE, version="1", components=components)
    get_bidi_component_manager().register_from_manifest(manifest, _FOLDER)


@cache
def part(name: str) -> ComponentRenderer:
    """Return one of our components by name.

    ``figures`` and ``ledger`` give the key of a number as trigger ``door``, ``legend`` the key of a class as trigger ``look``,
    ``table`` the key of a municipality as trigger ``ags``; ``links`` gives nothing.
    """
    if name not in _PARTS:
        raise ValueError(name)
    _register()
    return st.components.v2.component(f"{_PACKAGE}.{name}", js=f"{name}.js", isolate_styles=False)
