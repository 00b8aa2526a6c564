"""The progress page as HTML. Every text from data is escaped by MarkupSafe where it enters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from markupsafe import Markup

from atlas.model.view import ViewState, view_to_query
from atlas.present.charts import Chart, Use
from atlas.present.map_spec import LegendEntry
from atlas.present.progress import Curve, DistrictBar
from atlas.present.wording import Words
from atlas.render.html import swatch

_EMPTY = Markup()
ViewAddress = Callable[[str, ViewState], str]


def _chart_address(chart: Chart, view: ViewState, use: Use, form: str = "svg") -> str:
    query = view_to_query(view.but(municipality=None, looks=frozenset(), documented_only=False, film=None, since=None))
    return f"atlas/diagramm/{chart}.{form}?{urlencode(query | {'fuer': use})}"


def chart(kind: Chart, view: ViewState, alt: str) -> Markup:
    """Return a chart as a picture, with its description; light or dark, wide or narrow as the reader's screen is."""
    dark, narrow = "(prefers-color-scheme: dark)", "(max-width: 640px)"
    sources = _EMPTY.join(
        Markup('<source media="{}" srcset="{}">').format(media, _chart_address(kind, view, use))
        for media, use in (
            (f"{narrow} and {dark}", Use.NARROW_DARK),
            (narrow, Use.NARROW_LIGHT),
            (dark, Use.DARK),
        )
    )
    return Markup('<picture class="chart">{}<img src="{}" alt="{}"></picture>').format(
        sources, _chart_address(kind, view, Use.LIGHT), alt
    )


def chart_files(kind: Chart, view: ViewState, words: Words, table: str = "") -> Markup:
    """Return links to a chart as SVG and PNG, and to the numbers behind it."""
    links = [(form.upper(), _chart_address(kind, view, Use.FILE, form)) for form in ("svg", "png")]
    if table:
        query = view_to_query(view.but(municipality=None))
        links += [
            (words.say("Tabelle als CSV für Excel"), f"atlas/{table}.csv?{urlencode(query | {'form': 'excel'})}"),
            (words.say("Tabelle als CSV"), f"atlas/{table}.csv?{urlencode(query)}"),
        ]
    made = _EMPTY.join(
        Markup('<a class="atlas-copy" download href="{}">{}</a>').format(to, label) for label, to in links
    )
    return Markup('<p class="atlas-files">{}</p>').format(made)


def multiples(curves: Iterable[Curve], view: ViewState, address: ViewAddress, chosen: str, words: Words) -> Markup:
    """Return a small chart per instrument, each a link to its own curve."""
    items = _EMPTY.join(_multiple(curve, view.but(layer=curve.instrument), address, chosen, words) for curve in curves)
    return Markup('<ul class="multiples">{}</ul>').format(items)


def _multiple(curve: Curve, view: ViewState, address: ViewAddress, chosen: str, words: Words) -> Markup:
    number = words.count("{n} Gemeinde", "{n} Gemeinden", curve.municipalities)
    said = ", ".join(filter(None, (number, curve.beside)))
    current = Markup(' aria-current="true"') if curve.instrument == chosen else _EMPTY
    return Markup('<li><a href="{}" target="_self"{}><b>{}</b> <span>{}</span>{}</a></li>').format(
        address("fortschritt", view), current, curve.label, said, chart(Chart.SMALL, view, curve.alt)
    )


def sentences(texts: Iterable[str]) -> Markup:
    """Return sentences, one a line; empty ones are left out."""
    return _EMPTY.join(Markup('<p class="atlas-text">{}</p>').format(text) for text in texts if text)


def district_table(
    bars: Iterable[DistrictBar], view: ViewState, looks: frozenset[str], address: ViewAddress, words: Words
) -> Markup:
    """Return the bars as a table; every number leads to its list."""
    rows = _EMPTY.join(
        Markup(
            '<tr><th scope="row"><a href="{}" target="_self">{}</a></th><td class="number">{}</td>'
            '<td class="number">{}</td><td class="number">{}</td><td class="number">{}</td></tr>'
        ).format(
            address("kreis", view.but(district=bar.key)),
            bar.name,
            Markup('<a href="{}" target="_self">{}</a>').format(
                address("", view.but(district=bar.key, looks=looks, since=None)), words.number(bar.municipalities)
            )
            if bar.municipalities
            else words.number(0),
            words.number(bar.total),
            words.percent(bar.share),
            words.number(bar.later),
        )
        for bar in bars
    )
    titles = (
        words.say("Kreis"),
        words.say("Gemeinden"),
        words.say("von"),
        words.say("Anteil"),
        words.say("erst später belegt"),
    )
    head = _EMPTY.join(Markup('<th scope="col">{}</th>').format(title) for title in titles)
    return Markup(
        '<details><summary>{}</summary><div class="wide"><table class="list districts"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div></details>"
    ).format(words.say("Als Tabelle"), head, rows)


def counted_legend(entries: Iterable[LegendEntry], words: Words) -> Markup:
    """Return a legend in one line, with counts."""
    items = _EMPTY.join(
        Markup("<li>{}{} <b>{}</b></li>").format(
            swatch(entry.look),
            words.label(entry.look.label),
            words.number(entry.count) if entry.look.has_number else "",
        )
        for entry in entries
    )
    return Markup('<ul class="legend-line" aria-label="{}">{}</ul>').format(words.say("Legende"), items)
