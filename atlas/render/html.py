"""What is known about a municipality, lists, legends and links as HTML: pieces of many pages, from ``parts.html``."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from atlas.model.languages import SOURCE_LANGUAGE
from atlas.model.records import source_name, web_address
from atlas.model.view import ViewState, page_address
from atlas.present.about import AboutData
from atlas.present.charts import Chart, chart_files, table_files
from atlas.present.wording import Words
from atlas.render.templates import Pieces

_PARTS = Pieces("parts.html")
detail = _PARTS.detail
"""What is known about a municipality, instrument by instrument, with its sources: of a `Detail`."""
legend_line = _PARTS.legend_line
"""A legend in one line: of a `Legend`."""


def list_table(
    rows: pd.DataFrame, headings: dict[str, str], view: ViewState | None = None, lang: str = SOURCE_LANGUAGE
) -> Markup:
    """Return a list as a real table: one row each, sources as links; columns that are empty throughout are left out.

    With ``view`` the names are those of the column ``places`` and lead to the pages of the places, in this view. ``lang`` is
    that of notes and titles of sources.
    """
    shown = {column: title for column, title in headings.items() if (rows[column].astype(str) != "").any()}
    cells = rows[[*shown, *(["places"] if view else [])]].to_dict("records")
    sources = {str(text): (("", source_name(str(text)), ""), web_address(str(text))) for text in rows.get("source", ())}
    return _PARTS.list_table(headings=shown, rows=cells, sources=sources, address=page_address, view=view, lang=lang)


def file_links(table: str, view: ViewState, words: Words) -> Markup:
    """Return links to a table as files, by its name below ``/atlas``; the view goes with it."""
    return _PARTS.files(links=table_files(table, view, words))


def chart_links(chart: Chart, view: ViewState, words: Words, table: str = "") -> Markup:
    """Return links to a chart as SVG and PNG, and to the numbers behind it."""
    return _PARTS.files(links=chart_files(chart, view, words, table))


def about_data(about: AboutData) -> Markup:
    """Return what the data are: programme, glossary, published totals, findings."""
    published = (
        list_table(about.published, about.published_headings, lang=about.language) if len(about.published) else ""
    )
    return Pieces("about.html").about_data(about, published)
