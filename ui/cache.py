"""What is loaded or computed once and shared by all visitors of this process."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path

from streamlit import file_util

from atlas.model.dates import ZONE
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import position_or_successor
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.web.payloads import PayloadStore
from ui.state import change_view, current_view

_QUIET_S = 1.0
"""So long no file may have changed before what has changed is taken: who copies a folder is done by then."""


@cache
def store() -> SnapshotStore:
    """Return the one store of this process."""
    return SnapshotStore(Settings.from_environment(), _QUIET_S)


@cache
def contexts() -> ViewContexts:
    """Return the one maker of scenes of this process."""
    return ViewContexts(store().current, today)


@cache
def payloads() -> PayloadStore:
    """Return the one keeper of files for browsers of this process; the map writes in Streamlit's own font."""
    fonts = sorted((Path(file_util.get_static_dir()) / "static" / "media").glob("SourceSansVF-Upright*.woff2"))
    return PayloadStore(f"../static/media/{fonts[0].name}" if fonts else "")


def today() -> date:
    """Return the day it is in Germany."""
    return datetime.now(ZONE).date()


def current_context() -> ViewContext:
    """Return the scene of the session's view.

    A link may name a municipality that has since been merged: then its successor is looked at.

    Raises
    ------
    AtlasError
        If the data can't be used.
    """
    drawn = contexts().of(current_view())
    ags = drawn.view.municipality
    position = position_or_successor(drawn, ags) if ags else None
    if position is None:
        return drawn
    successor = drawn.day.lines[position][0].ags
    if successor == ags:
        return drawn
    change_view(municipality=successor)
    return contexts().of(current_view())
