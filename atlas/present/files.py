"""Files that hold what a page shows: their addresses and labels."""

from __future__ import annotations

from urllib.parse import urlencode

from atlas import phrases
from atlas.model.view import ViewState, view_to_query
from atlas.present.charts import Chart, Use, chart_address
from atlas.present.wording import Words


def table_files(table: str, view: ViewState, words: Words) -> tuple[tuple[str, str], ...]:
    """Return address and label of each form of a table, by its name below ``/atlas``; the view goes with it."""
    query = view_to_query(view)
    forms = (("excel", words.say(phrases.TABLE_AS_CSV_FOR_GERMAN_EXCEL)), ("csv", words.say(phrases.TABLE_AS_CSV)))
    return tuple((f"atlas/{table}.csv?{urlencode(query | {'form': form})}", label) for form, label in forms)


def chart_files(chart: Chart, view: ViewState, words: Words, table: str = "") -> tuple[tuple[str, str], ...]:
    """Return address and label of a chart as SVG and PNG, and of the numbers behind it."""
    pictures = tuple((chart_address(chart, view, Use.FILE, form), form.upper()) for form in ("svg", "png"))
    return (*pictures, *table_files(table, view.but(municipality=None), words)) if table else pictures
