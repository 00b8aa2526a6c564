"""Which charts there are and what they are drawn for; addresses of charts, and of what a page shows as files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from atlas import phrases
from atlas.model.view import ViewState, view_to_query
from atlas.present.wording import Words


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


@dataclass(frozen=True)
class ChartPicture:
    """A chart on a page, and what a dark or narrow screen takes instead: media query and address, the first that fits."""

    address: str
    alt: str
    sources: tuple[tuple[str, str], ...]


def chart_address(chart: Chart, view: ViewState, use: Use, form: str = "svg") -> str:
    """Return the address of a chart of a view as a file."""
    query = view_to_query(
        view.but(municipality=None, looks=frozenset(), documented_only=False, size=None, film=None, since=None)
    )
    return f"atlas/diagramm/{chart}.{form}?{urlencode(query | {'fuer': use})}"


def chart_picture(chart: Chart, view: ViewState, alt: str) -> ChartPicture:
    """Return a chart as a page shows it: light or dark, wide or narrow as the reader's screen is."""
    dark, narrow = "(prefers-color-scheme: dark)", "(max-width: 640px)"
    uses = ((f"{narrow} and {dark}", Use.NARROW_DARK), (narrow, Use.NARROW_LIGHT), (dark, Use.DARK))
    sources = tuple((media, chart_address(chart, view, use)) for media, use in uses)
    return ChartPicture(chart_address(chart, view, Use.LIGHT), alt, sources)


def table_files(table: str, view: ViewState, words: Words) -> tuple[tuple[str, str], ...]:
    """Return address and label of each form of a table, by its name below ``/atlas``; the view goes with it."""
    query = view_to_query(view)
    forms = (("excel", words.say(phrases.TABLE_AS_CSV_FOR_GERMAN_EXCEL)), ("plain", words.say(phrases.TABLE_AS_CSV)))
    return tuple((f"atlas/{table}.csv?{urlencode(query | {'form': form})}", label) for form, label in forms)


def chart_files(chart: Chart, view: ViewState, words: Words, table: str = "") -> tuple[tuple[str, str], ...]:
    """Return address and label of a chart as SVG and PNG, and of the numbers behind it."""
    pictures = tuple((chart_address(chart, view, Use.FILE, form), form.upper()) for form in ("svg", "png"))
    return (*pictures, *table_files(table, view.but(municipality=None), words)) if table else pictures
