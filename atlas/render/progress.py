"""The progress page as HTML, from ``progress.html``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from atlas.model.view import ViewState
from atlas.present.charts import ChartPicture
from atlas.present.progress import DistrictTable, Multiple
from atlas.render.templates import drawn_part

ViewAddress = Callable[[str, ViewState], str]


def chart(picture: ChartPicture) -> Markup:
    """Return a chart as a picture, with its description."""
    return drawn_part("progress.html", "chart", picture=picture)


def multiples(items: Iterable[Multiple], address: ViewAddress) -> Markup:
    """Return a small chart per instrument, each a link to its own curve."""
    return drawn_part("progress.html", "multiples", items=items, address=address)


def sentences(texts: Iterable[str]) -> Markup:
    """Return sentences, one a line; empty ones are left out."""
    return drawn_part("progress.html", "sentences", texts=texts)


def district_table(table: DistrictTable, address: ViewAddress) -> Markup:
    """Return the bars as a table that opens; every number leads to its list."""
    return drawn_part("progress.html", "district_table", shown=table, address=address)
