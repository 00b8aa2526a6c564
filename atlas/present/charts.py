"""Which charts there are and what they are drawn for, by the names they have in addresses."""

from __future__ import annotations

from enum import StrEnum


class Chart(StrEnum):
    """Charts of the progress page."""

    CURVE = "kurve"
    """The view's instrument over time."""
    SMALL = "klein"
    """The same as a small multiple, on the height all instruments share."""
    DISTRICTS = "kreise"
    """The view's instrument in every district."""


class Use(StrEnum):
    """What a chart is drawn for."""

    LIGHT = "hell"
    DARK = "dunkel"
    NARROW_LIGHT = "schmal-hell"
    NARROW_DARK = "schmal-dunkel"
    """For phones: half as wide, with letters as large."""
    FILE = "datei"
    """With title, date and sources in it."""
