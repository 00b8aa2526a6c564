"""The one typeface of everything drawn: Source Sans Pro (SIL OFL), from a PyPI package."""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path

from font_source_sans_pro import SourceSansPro, SourceSansProBold
from fontTools.subset import Options, Subsetter, load_font, save_font

FAMILY = "Source Sans Pro"
FOLDER = Path(SourceSansPro).parent
"""Where the font files are."""
_LETTERS = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) + "–—’‘“”„…•→−≥≤"
"""Latin with all its accents (Sorbian names have some) and the punctuation of both languages."""


@cache
def embedded_faces() -> str:
    """Return style rules that carry the letters inside a file, regular and bold, so that no width is guessed."""
    faces = ((400, SourceSansPro), (700, SourceSansProBold))
    return "".join(
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};src:url(data:font/woff;base64,{_subset(file)})}}'
        for weight, file in faces
    )


def _subset(file: str) -> str:
    options = Options(flavor="woff", layout_features=["kern", "tnum"], desubroutinize=True, notdef_outline=True)
    font = load_font(file, options)
    subsetter = Subsetter(options)
    subsetter.populate(text=_LETTERS)
    subsetter.subset(font)
    made = io.BytesIO()
    save_font(font, made, options)
    font.close()
    return base64.b64encode(made.getvalue()).decode()
