"""A sheet as SVG: texts stay texts, every municipality is a path with its key, its name and its class."""

from __future__ import annotations

import re
from typing import NamedTuple

from markupsafe import Markup

from atlas.model.excerpt import ExcerptKind
from atlas.present import hatches
from atlas.present.picture import LegendLine
from atlas.render.fonts import FAMILY, displayable, embedded_faces
from atlas.render.layout import INK, QUIET, PictureLayout, Swatch
from atlas.render.names import dot_radius
from atlas.render.templates import drawn


class _BorderLines(NamedTuple):
    """Colours of the lines of districts and states, and widths in sizes of text."""

    district: str
    district_width: float
    state: str
    state_width: float


_LINES = _BorderLines("#55585f", 0.075, "#3b3e45", 0.12)
_FINE_LINES = _BorderLines("#cbc8bf", 0.04, "#6b6e75", 0.075)
"""Of a whole country: four hundred districts recede behind its states."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters XML cannot hold, not even written as numbers."""


def svg(sheet: PictureLayout) -> str:
    """Return the whole picture as a file that stands for itself: typeface, title and description inside."""
    return _picture(sheet, Markup(embedded_faces()))  # noqa: S704 - our own rules


def graphics(sheet: PictureLayout) -> str:
    """Return all but the lines of text, without typeface and ground: for a page that sets the texts itself."""
    return displayable(_picture(sheet, Markup()))


def mark_svg(line: LegendLine, text: float) -> str:
    """Return the sign in front of a line of the legend alone, 1.5 by 1.05 of the size of text."""
    mark = Swatch(text * 0.05, text * 0.05, text * 1.4, text * 0.95, line)
    return _drawn("picture_mark.svg", text, mark=mark)


class MarkFiles(dict[str, bytes]):
    """Signs of a legend as files for a document, each once, by the name of the file."""

    def __init__(self, text: float) -> None:
        super().__init__()
        self._text = text

    def of(self, line: LegendLine) -> str:
        """Return the name of the file with the sign of a line."""
        mark = mark_svg(line, self._text).encode()
        name = next((name for name, known in self.items() if known == mark), f"mark-{len(self)}.svg")
        self[name] = mark
        return name


def _picture(sheet: PictureLayout, faces: Markup) -> str:
    """Return the picture; without ``faces`` without texts, too."""
    picture, frame, text = sheet.picture, sheet.frame, sheet.measures.text
    looks = {each.line.look.key: each.line.look for each in sheet.swatches if each.line.look}
    looks |= {area.look.key: area.look for area in picture.areas.values()}
    left, top, _, _ = frame.window
    is_state = picture.kind is ExcerptKind.STATE
    is_country = sheet.ground.is_one and is_state and len(sheet.land.states) > 1
    made = _drawn(
        "picture.svg",
        text,
        sheet=sheet,
        faces=faces,
        family=f"{FAMILY}, Arial, sans-serif",
        quiet=QUIET,
        pale="#fdfdfc",
        lines=_FINE_LINES if is_country else _LINES,
        hatched=[look for look in looks.values() if look.hatch != "none"],
        unit=frame.scale * sheet.land.unit_m,  # of the map's group, which is scaled
        corner=(frame.box[0] - left * frame.scale, frame.box[1] - top * frame.scale),
        is_state=is_state,
    )
    return _FORBIDDEN.sub("", made)


def _drawn(template: str, text: float, **model: object) -> Markup:
    return drawn(template, text=text, radius=dot_radius(text), ink=INK, edge="#a8a59c", hatches=hatches, **model)
