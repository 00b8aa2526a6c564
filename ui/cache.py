"""What is loaded or computed once and shared by all visitors of this process."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from streamlit import file_util

from atlas.model.view import ViewState
from atlas.present.scene import Scene, Scenes
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.web.payloads import PayloadStore

_ZONE = ZoneInfo("Europe/Berlin")


@cache
def store() -> SnapshotStore:
    """Return the one store of this process."""
    return SnapshotStore(Settings.from_environment())


@cache
def scenes() -> Scenes:
    """Return the one maker of scenes of this process."""
    return Scenes(store().current, today)


@cache
def payloads() -> PayloadStore:
    """Return the one keeper of files for browsers of this process; the map writes in Streamlit's own font."""
    fonts = sorted((Path(file_util.get_static_dir()) / "static" / "media").glob("SourceSansVF-Upright*.woff2"))
    return PayloadStore(f"../static/media/{fonts[0].name}" if fonts else "")


def today() -> date:
    """Return the day it is in Germany."""
    return datetime.now(_ZONE).date()


def scene(view: ViewState) -> Scene:
    """Return the scene of a view.

    Raises
    ------
    AtlasError
        If the data can't be used.
    """
    return scenes().of(view)
