"""The log: every change of the record with who, when and why, and the way to take it back."""

from __future__ import annotations

from atlas.present.scene import Scene


def show(drawn: Scene) -> None:
    """Show the part."""
