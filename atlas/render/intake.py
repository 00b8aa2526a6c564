"""What the import gate has found, as HTML. Everything from the file is text, never markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from atlas.present.entries import EntryItem
from atlas.present.intake import FindingRow
from atlas.render.templates import drawn_part


def findings(titles: Mapping[str, str], rows: Iterable[FindingRow]) -> Markup:
    """Return findings as a table, in the order given."""
    return drawn_part("intake.html", "findings", titles=titles, rows=rows)


def beside(shown: Iterable[EntryItem]) -> Markup:
    """Return a row of the table and the entries it resembles, side by side; a phone puts them below each other."""
    return drawn_part("intake.html", "beside", shown=shown)
