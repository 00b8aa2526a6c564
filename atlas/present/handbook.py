"""Which chapter of the handbook is about which page."""

from __future__ import annotations

from collections.abc import Mapping

from atlas.model.parameters import CHAPTERS

(
    _MAP,
    _DISTRICTS,
    _COMPARISON,
    _PROGRESS,
    _MUNICIPALITY,
    _TAKE_HOME,
    _STEERING,
    _MAINTENANCE,
    IMPORT_CHAPTER,
    _DATA,
    _JOBS,
) = CHAPTERS
CHAPTER_OF: Mapping[str, str] = {
    "": _MAP,
    "kreis": _DISTRICTS,
    "vergleich": _COMPARISON,
    "fortschritt": _PROGRESS,
    "gemeinde": _MUNICIPALITY,
    "export": _TAKE_HOME,
    "steuerung": _STEERING,
    "pflege": _MAINTENANCE,
    "ueber": _DATA,
    "hilfe": _JOBS,
}
"""By the page's address."""
