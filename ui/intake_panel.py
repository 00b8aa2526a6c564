"""The import gate on screen: a table checked, compared with the record, and taken in once confirmed."""

from __future__ import annotations

from atlas.present.scene import Scene


def show(drawn: Scene) -> None:
    """Show the part."""
