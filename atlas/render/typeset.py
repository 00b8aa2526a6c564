"""Typst at work: drawings as dots, sheets as tagged PDF. The only module that imports it.

Documents get their texts as JSON and read them as data: nothing from the record is ever compiled as markup.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from atlas.render.fonts import FOLDER, displayable
from atlas.render.layout import Sheet
from atlas.render.svg import graphics

_TEMPLATES = Path(__file__).parent / "typst"
AUTHOR = "Präventionsatlas"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


def dots(drawing: str, width: float, height: float, per_point: float) -> bytes:
    """Return an SVG of ``width`` × ``height`` points as PNG with ``per_point`` dots for each point, on white."""
    page = f'#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n#image("drawing.svg", width: 100%)'
    return _compiled({"main.typ": page.encode(), "drawing.svg": drawing.encode()}, "png", ppi=72 * per_point)


def picture_png(sheet: Sheet) -> bytes:
    """Return a sheet as PNG."""
    measures = sheet.measures
    return dots(graphics(sheet, with_texts=True), measures.width, measures.height, measures.dots)


def picture_pdf(sheet: Sheet) -> bytes:
    """Return a sheet as PDF/UA-1: drawing with its description, every line of text as text."""
    picture = sheet.picture
    said = {
        "title": picture.title,
        "author": AUTHOR,
        "alt": picture.alt,
        "lang": picture.lang,
        "width": sheet.measures.width,
        "height": sheet.measures.height,
        "texts": [
            {name: getattr(each, name) for name in ("x", "y", "text", "size", "role", "bold", "colour", "anchor")}
            for each in sheet.texts
        ],
    }
    return document(
        "picture.typ", {"sheet.json": as_data(said), "drawing.svg": graphics(sheet, with_texts=False).encode()}
    )


def document(template: str, files: dict[str, bytes]) -> bytes:
    """Return a template of ours, compiled with its data, as PDF/UA-1.

    Raises
    ------
    typst.TypstError
        If the document breaks the rules of PDF/UA-1: a fault of ours.
    """
    source = (_TEMPLATES / template).read_bytes()
    return _compiled({"main.typ": source, **files}, "pdf", is_tagged=True)


def as_data(said: object) -> bytes:
    """Return what a template reads: JSON whose texts have only letters the typeface has."""
    return displayable(json.dumps(said, ensure_ascii=False)).encode()


def _compiled(
    files: dict[str, bytes], form: Literal["pdf", "png"], ppi: float | None = None, *, is_tagged: bool = False
) -> bytes:
    # The stubs of typst do not know yet that a project may be given as a mapping of files.
    made = typst.compile(
        files,  # type: ignore[call-overload]
        format=form,
        ppi=ppi,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"] if is_tagged else [],
    )
    if not isinstance(made, bytes):
        raise TypeError("one page was expected")
    return made
