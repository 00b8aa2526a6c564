"""Typst at work: sheets as tagged PDF. The only module that imports it.

Documents get their texts as JSON and read them as data: nothing from the record is ever compiled as markup.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import typst

from atlas.render.fonts import FOLDER, displayable
from atlas.render.layout import PictureLayout
from atlas.render.svg import graphics

_TEMPLATES = Path(__file__).parent / "typst"
AUTHOR = "Präventionsatlas"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


def picture_pdf(sheet: PictureLayout, *, is_tagged: bool = True) -> bytes:
    """Return a sheet as PDF/UA-1: drawing with its description, every line of text as text.

    Without tags it looks the same and is made in half the time: for what becomes dots at once.
    """
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
        "picture.typ", {"sheet.json": as_data(said), "drawing.svg": graphics(sheet).encode()}, is_tagged=is_tagged
    )


def document(template: str, files: dict[str, bytes], *, is_tagged: bool = True) -> bytes:
    """Return a template of ours, compiled with its data, as PDF/UA-1, or as a PDF without tags.

    Raises `typst.TypstError` if the document breaks the rules of PDF/UA-1: a fault of ours.
    """
    sources = {"main.typ": _TEMPLATES / template, "common.typ": _TEMPLATES / "common.typ"}
    # The stubs of typst do not know yet that a project may be given as a mapping of files.
    made = typst.compile(
        {name: path.read_bytes() for name, path in sources.items()} | files,  # type: ignore[call-overload]
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"] if is_tagged else [],
        pdf_tags=is_tagged,
    )
    if not isinstance(made, bytes):
        raise TypeError("one document was expected")
    return made


def as_data(said: object) -> bytes:
    """Return what a template reads: JSON whose texts have only letters the typeface has."""
    return displayable(json.dumps(said, ensure_ascii=False)).encode()
