"""The one typeface of everything drawn: Source Sans Pro (SIL OFL), from a PyPI package."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from unicodedata import category

from font_source_sans_pro import SourceSansPro, SourceSansProBold
from PIL import ImageFont

FAMILY = "Source Sans Pro"
_MEASURED_AT = 512
FOLDER = Path(SourceSansPro).parent
"""Where the font files are."""
_LETTERS = (
    "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100))))
    + "–—’‘“”„…•→−≥≤ĀāĂăĄąĆćČčĎďĐđĒēĘęĚěĞğĪīİıŁłŃńŇňŐőŒœŔŕŘřŚśŞşŠšŢţŤťŪūŮůŰűŹźŻżŽž"
)
"""Latin with the accents of our neighbours (Sorbian, Czech and Polish names have them) and punctuation."""


@cache
def embedded_faces() -> str:
    """Return style rules that carry the letters inside a file, regular and bold, so that no width is guessed."""
    faces = ((400, SourceSansPro), (700, SourceSansProBold))
    return "".join(
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};'
        f"src:url(data:font/woff;base64,{base64.b64encode(_subset(file)).decode()})}}"
        for weight, file in faces
    )


def web_font(*, bold: bool = False) -> bytes:
    """Return the letters as WOFF, for a page that loads them."""
    return _subset(SourceSansProBold if bold else SourceSansPro)


@cache
def _subset(file: str) -> bytes:
    from fontTools.subset import Options, Subsetter, load_font, save_font  # half a second of every command otherwise

    options = Options(flavor="woff", layout_features=["kern"], hinting=False, desubroutinize=True, notdef_outline=True)
    font = load_font(file, options)
    subsetter = Subsetter(options)
    subsetter.populate(text=_LETTERS)
    subsetter.subset(font)
    made = io.BytesIO()
    save_font(font, made, options)
    font.close()
    return made.getvalue()


@cache
def _measure(*, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(SourceSansProBold if bold else SourceSansPro, _MEASURED_AT)


@lru_cache(maxsize=20_000)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a line of text is, in the unit of ``size``."""
    return float(_measure(bold=bold).getlength(text)) * size / _MEASURED_AT


def letter_widths(texts: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return how wide each letter of some texts is, regular and bold, for text of size 1; capitals and small ones."""
    letters = sorted({letter for text in texts for letter in text + text.upper()})
    return {each: (round(text_width(each, 1), 3), round(text_width(each, 1, bold=True), 3)) for each in letters}


def lines_of(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return a text in lines no wider than ``width``, broken at spaces; a longer word stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _missing() -> re.Pattern[str]:
    from fontTools.ttLib import TTFont

    with TTFont(SourceSansPro) as font:
        known = sorted(set(font.getBestCmap()) | {0x0A, 0x09})
    ranges: list[list[int]] = []
    for point in known:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return re.compile("[^" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges) + "]+")


def displayable(text: str) -> str:
    """Return a text as the typeface can show it: what it has no letter for becomes one question mark, or nothing.

    Directions and joiners, which nobody sees, are left out. PDF/UA refuses a text with letters that cannot be shown.
    """
    return _missing().sub(lambda found: "" if all(category(each) == "Cf" for each in found[0]) else "?", text)
