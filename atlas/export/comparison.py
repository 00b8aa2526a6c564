"""Comparisons as files: each map alone for the page, and all on one page of A3 as PDF/UA-1 or PNG."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.export.pictures import lands_of
from atlas.model.comparison import ComparedKind, Comparison
from atlas.model.excerpt import MEASURES, Form, Measures, Size
from atlas.model.view import ViewState
from atlas.present.comparison import ComparedCell, ComparedLegend, ComparisonPage, build_comparison
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.figures import Listed
from atlas.present.picture import LegendLine
from atlas.present.wording import Words
from atlas.render.layout import PictureLayout, lay_out_in_step
from atlas.render.raster import pixels, png
from atlas.render.svg import MarkFiles, graphics
from atlas.render.typeset import AUTHOR, as_data, document

COMPARED_MAPS = {
    1: Measures(537, 350, 2, 11),
    2: Measures(537, 350, 2, 11),
    3: Measures(352, 262, 2, 9),
    4: Measures(260, 200, 2, 8),
}
"""Of each map, in points, by how many there are: beside each other they are as wide as the page."""
_PAGE = MEASURES[Size.A3]
_MARK = 10.0


@dataclass(frozen=True)
class DrawnComparison:
    """A comparison described, and its maps laid out in one scale."""

    page: ComparisonPage
    maps: tuple[PictureLayout, ...]


def draw_comparison(contexts: ViewContexts, view: ViewState, comparison: Comparison, words: Words) -> DrawnComparison:
    """Return a comparison ready to be written; see `build_comparison`."""
    page = build_comparison(contexts, view, comparison, words)
    pictures = [(each.picture, lands_of(each.context, each.picture.areas)) for each in page.columns]
    return DrawnComparison(page, tuple(lay_out_in_step(pictures, COMPARED_MAPS[len(pictures)], words)))


def comparison_file(drawn: DrawnComparison, form: Form, address: str = "") -> bytes:
    """Return a comparison on one page of A3; ``address`` is that of the page that shows it, for its foot."""
    files = _files(drawn, address)
    if form is Form.PDF:
        return document("comparison.typ", files)
    size = round(_PAGE.width * _PAGE.dots), round(_PAGE.height * _PAGE.dots)
    return png(pixels(document("comparison.typ", files, is_tagged=False), *size), _PAGE.dots * 72)


def comparison_stem(context: ViewContext, comparison: Comparison) -> str:
    """Return the name of a comparison's file without its ending: plain letters, what is compared, layer, place, date."""
    view = context.view
    layer = "" if comparison.kind is ComparedKind.INSTRUMENT else context.spec.layer
    parts = filter(None, (layer, view.district, str(view.as_of or "")))
    return "-".join(("praeventionsatlas", context.programme.key, "vergleich", *comparison.things, *parts))


def _files(drawn: DrawnComparison, address: str) -> dict[str, bytes]:
    """Return what the template reads: texts, maps, signs of the legends."""
    page = drawn.page
    marks = MarkFiles(_MARK)

    def legend(each: ComparedLegend) -> dict[str, object]:
        rows = [{"file": marks.of(line), "label": line.label, "counts": counts} for line, counts in each.rows]
        return {"title": each.title, "titles": each.titles, "rows": rows}

    def cell(each: ComparedCell) -> dict[str, object]:
        file = marks.of(LegendLine("", look=each.look)) if each.look else None
        return {"file": file, "lines": said(each.lines)}

    def said(lines: tuple[Listed, ...]) -> list[str]:
        return [text for text, _ in lines]

    measures = drawn.maps[0].measures
    data = {
        "author": AUTHOR,
        **{name: getattr(page, name) for name in ("lang", "title", "subtitle", "row_title", "notes")},
        "foot": " · ".join(filter(None, (*page.credits, address))),
        "width": measures.width,
        "height": measures.height,
        "columns": [
            {"title": each.title, "figure": said(each.figure), "alt": each.picture.alt} for each in page.columns
        ],
        "legends": [legend(each) for each in page.legends],
        "rows": [{"label": label, "cells": [cell(each) for each in cells]} for label, cells in page.rows],
    }
    maps = {f"map-{number}.svg": graphics(each).encode() for number, each in enumerate(drawn.maps)}
    return {"comparison.json": as_data(data), **maps, **marks}
