"""The sheet of a municipality or a district as PDF/UA-1: what `atlas.present.sheet` says, with its map and its QR code."""

from __future__ import annotations

import re
from dataclasses import asdict

from atlas.export.pictures import lands_of
from atlas.model.excerpt import Excerpt, Measures, Size
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.picture import LegendLine, Picture, build_picture, picture_view
from atlas.present.sheet import FactSheet, build_district_sheet, build_sheet
from atlas.present.wording import Words
from atlas.render.layout import lay_out_map
from atlas.render.qr import qr_file
from atlas.render.svg import MarkFiles, graphics
from atlas.render.typeset import AUTHOR, as_data, document

_MAP = Measures(336, 232, 4, 9.5)
"""Of the map, in points; so many dots for each that the full geometry is drawn."""
_MARK = 9.0
_PAGES = re.compile(rb"<xmpTPg:NPages>([0-9]+)</xmpTPg:NPages>")


def sheet_pdf(contexts: ViewContexts, view: ViewState, place: int | str, home: str = "") -> bytes:
    """Return the sheet of the municipality at a position, or of a district by its key, as PDF/UA-1.

    Day and language are the view's; ``home`` is the application's address; without it the sheet has no QR code.
    """
    words = Words(view.lang)
    plain = ViewState(programme=view.programme, as_of=view.as_of or contexts.today(), lang=view.lang)
    key = place_key(contexts.of(plain), place)
    excerpt = Excerpt((key,), Size.A4)
    context = contexts.of(picture_view(plain, excerpt))
    picture = build_picture(context, excerpt, words)
    told = (
        build_district_sheet(context, words, home)
        if isinstance(place, str)
        else build_sheet(context, place, words, home)
    )
    return document("sheet.typ", _files(context, told, picture, words))


def _files(context: ViewContext, told: FactSheet, picture: Picture, words: Words) -> dict[str, bytes]:
    """Return what the template reads: texts, map, signs of the legend, QR code."""
    drawn = lay_out_map(picture, _MAP, lands_of(context, picture.areas), words)
    marks = MarkFiles(_MARK)

    counts = [None if line.count is None else words.number(line.count) for line in picture.legend]
    legend = [
        {"file": marks.of(line), "label": line.label, "count": count}
        for line, count in zip(picture.legend, counts, strict=True)
    ]
    status = [
        {
            "file": marks.of(LegendLine(each.label, look=each.look)),
            "label": each.label,
            "status": list(each.status),
            "entries": [asdict(entry) for entry in each.entries],
        }
        for each in told.status
    ]
    data = {name: value for name, value in vars(told).items() if name not in {"status", "parts"}}
    data |= {
        "author": AUTHOR,
        "alt": picture.alt,
        "width": _MAP.width,
        "height": _MAP.height,
        "legend": legend,
        "keys": drawn.names.keys,
        "status": status,
        "parts": {name: asdict(part) for name, part in told.parts.items()},
        "neighbours": [vars(each) | {"look": each.look.key} for each in told.neighbours],
        "shares": [asdict(each) for each in told.shares],
        "sources": [asdict(each) for each in told.sources],
    }
    files = {"sheet.json": as_data(data), "map.svg": graphics(drawn).encode()}
    files |= marks
    return files | ({"qr.svg": qr_file(told.address, "svg", scale=4, border=2)} if told.address else {})


def place_key(context: ViewContext, place: int | str) -> str:
    """Return the key of what a sheet is of: a municipality by its position, or a district by its key."""
    return place if isinstance(place, str) else context.day.lines[place][0].ags


def sheet_stem(context: ViewContext, ags: str, lang: str) -> str:
    """Return the name of a sheet's file without its ending: plain letters, key, date, and the language if not German."""
    return f"steckbrief-{context.programme.key}-{ags}-{context.as_of}{'' if lang == 'de' else f'-{lang}'}"


def pages_of(pdf: bytes) -> int:
    """Return how many pages a document of ours has, as its metadata say; 0 if they don't."""
    found = _PAGES.search(pdf)
    return int(found[1]) if found else 0
