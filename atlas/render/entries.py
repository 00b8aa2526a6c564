"""Entries, their history and the log as HTML. Texts of people are escaped, never markdown."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from markupsafe import Markup

from atlas.present.entries import EntryItem, EntryText, LogRow, VersionItem
from atlas.render.templates import drawn_part

_drawn = partial(drawn_part, "entries.html")


def entry(shown: EntryText) -> Markup:
    """Return what an entry says."""
    return _drawn("entry", shown=shown)


def items(shown: Iterable[EntryItem]) -> Markup:
    """Return entries as a list, each with what becomes of it."""
    return _drawn("items", shown=shown)


def versions(shown: Iterable[VersionItem]) -> Markup:
    """Return versions of entries as a list: who, when, why, and what became of it."""
    return _drawn("versions", shown=shown)


def changes(titles: Iterable[str], rows: Iterable[LogRow]) -> Markup:
    """Return the log as a table."""
    return _drawn("changes", titles=titles, rows=rows)
