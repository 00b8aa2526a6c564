"""Our own components: the table, and the button that copies the link. File-backed, so no script stands in the page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

_PACKAGE = "praeventionsatlas"
_FOLDER = Path(__file__).resolve().parent


@cache
def _register() -> None:
    # Streamlit reads manifests of installed packages only; the app runs from its folder, so it registers its own.
    components = [ComponentConfig(name=name, asset_dir="parts") for name in ("table", "copy_link")]
    manifest = ComponentManifest(name=_PACKAGE, version="1", components=components)
    get_bidi_component_manager().register_from_manifest(manifest, _FOLDER)


@cache
def table() -> ComponentRenderer:
    """Return the sortable table of municipalities; a click on a name gives its key as trigger ``ags``."""
    _register()
    return st.components.v2.component(f"{_PACKAGE}.table", js="table.js", css="table.css", isolate_styles=False)


@cache
def copy_link() -> ComponentRenderer:
    """Return the button that copies the address of a view."""
    _register()
    return st.components.v2.component(f"{_PACKAGE}.copy_link", js="copy_link.js", css="table.css", isolate_styles=False)
