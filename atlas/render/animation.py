"""The months of the map as an animated picture. The only module that imports matplotlib."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import Ellipse, Patch, PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from PIL import Image

from atlas.present.film import Film
from atlas.present.looks import ABSENT, FILTERED, Look, layer_label, looks_of
from atlas.present.map_spec import MapSpec
from atlas.present.scene import Scene
from atlas.present.wording import Words
from atlas.render.fonts import FAMILY, FOLDER

_SIZE_PX = (1200, 750)
_DPI = 100
_MONTH_MS, _LAST_MS = 220, 3000
_HATCH = {
    "diagonal": "////",
    "antidiagonal": "\\\\\\\\",
    "cross": "xxx",
    "horizontal": "---",
    "vertical": "|||",
    "dots": "...",
}
_INK, _QUIET, _LINE = "#1d2430", "#5d6470", "#b9b4a8"

for _name in ("SourceSansPro-Regular.ttf", "SourceSansPro-Bold.ttf"):
    fontManager.addfont(FOLDER / _name)


def gif(
    film: Film,
    source: Scene,
    geometry: tuple[gpd.GeoSeries, gpd.GeoSeries],
    caption: tuple[str, ...],
    words: Words,
) -> bytes:
    """Return the film as an animated GIF: map, date, legend with counts, and the caption in every frame.

    Months in which nothing changes lengthen the frame before. Runs once.

    Parameters
    ----------
    film
        The months.
    source
        The view they are of.
    geometry
        Of the edition's extents in order of position, and of its districts; metres.
    caption
        Lines for the foot: sources and attribution.
    words
        The reader's.
    """
    drawing = _Drawing(source, *geometry, caption, words)
    pictures, lasting = [], []
    for spec, months in _scenes(film):
        pictures.append(drawing.frame(spec))
        lasting.append(_MONTH_MS * months)
    lasting[-1] = _LAST_MS
    frames = _on_one_palette(pictures)
    made = io.BytesIO()
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:], duration=lasting, loop=1, optimize=False)
    return made.getvalue()


def _on_one_palette(pictures: list[Image.Image]) -> list[Image.Image]:
    """Return the pictures in the same few colours, so that the file holds what changes from one to the next only."""
    some = [pictures[0], pictures[len(pictures) // 2], pictures[-1]]
    sample = Image.fromarray(np.vstack([np.asarray(each) for each in some]))
    palette = sample.quantize(160, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures]


def _scenes(film: Film) -> Iterator[tuple[MapSpec, int]]:
    """Yield each map that differs from the one before, and for how many months it holds; the last always."""
    kept, months = film.specs[0], 0
    for spec in film.specs:
        if months and (spec.codes, spec.points) != (kept.codes, kept.points):
            yield kept, months
            kept, months = spec, 0
        months += 1
        kept = spec
    yield kept, months


class _Drawing:
    """One figure; from month to month only fills, date and counts change."""

    def __init__(
        self, source: Scene, shapes: gpd.GeoSeries, districts: gpd.GeoSeries, caption: tuple[str, ...], words: Words
    ) -> None:
        self.words = words
        self.looks = {look.code: look for look in looks_of(source.programme, source.spec.layer)}
        self.figure = Figure(figsize=(_SIZE_PX[0] / _DPI, _SIZE_PX[1] / _DPI), dpi=_DPI, facecolor="white")
        self.canvas = FigureCanvasAgg(self.figure)
        self.map = self.figure.add_axes((0.02, 0.09, 0.62, 0.83))
        self.map.set_axis_off()
        self.map.set_aspect("equal")
        self.areas = [self.map.add_patch(PathPatch(_outline(shape), lw=0.4, ec=_LINE)) for shape in shapes]
        for shape in districts:
            self.map.add_patch(PathPatch(_outline(shape), lw=0.9, ec="#6b6a66", fill=False, zorder=3))
        west, south, east, north = shapes.total_bounds
        self.map.set_xlim(west, east)
        self.map.set_ylim(south, north)
        rows = source.edition.municipalities
        points = gpd.GeoSeries.from_xy(rows["label_lon"], rows["label_lat"], crs="EPSG:4326")
        self.places = shapely.get_coordinates(points.to_crs(source.edition.metric_crs).to_numpy())
        self.points = self.map.scatter([], [], s=16, c=source.programme.special.point, ec="white", lw=0.7, zorder=5)
        self._texts(source, caption)

    def _texts(self, source: Scene, caption: tuple[str, ...]) -> None:
        words = self.words
        place = str(source.edition.districts.at[source.district, "name"]) if source.district else ""
        layer = words.label(layer_label(source.programme, source.spec.layer))
        title = f"{layer}: {place or words.label(source.programme.state_name)}"
        self._write(0.025, 0.945, title, 19, bold=True)
        self.date = self._write(0.665, 0.86, "", 22, bold=True)
        self.total = self._write(0.665, 0.815, "", 12, colour=_QUIET)
        self.counts: dict[str, Text] = {}
        entries = [entry.look for entry in source.spec.legend]
        for place_, look in enumerate(entries):
            y = 0.75 - place_ * 0.052
            box = Rectangle((0.665, y - 0.006), 0.022, 0.03, transform=self.figure.transFigure, lw=0.6, ec=_LINE)
            _paint(box, _fill(look))
            self.figure.add_artist(box)
            self._write(0.697, y, words.label(look.label), 12)
            self.counts[look.key] = self._write(0.975, y, "", 12, bold=True, align="right")
        if source.spec.points and source.programme.overview.points:
            y = 0.75 - len(entries) * 0.052
            dot = Ellipse((0.676, y + 0.008), 0.0095, 0.0152, transform=self.figure.transFigure)
            dot.set(fc=source.programme.special.point, ec="white")
            self.figure.add_artist(dot)
            council = source.programme.instrument(source.programme.overview.points).label
            self._write(0.697, y, words.label(council), 12)
            self.counts["~points"] = self._write(0.975, y, "", 12, bold=True, align="right")
        for line, text in enumerate(reversed(caption)):
            self._write(0.025, 0.018 + line * 0.025, text, 9, colour=_QUIET)

    def _write(  # noqa: PLR0913 - place, text and how it looks
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = _INK, align: str = "left"
    ) -> Text:
        font = FontProperties(family=FAMILY, weight="bold" if bold else "normal", size=size)
        return self.figure.text(x, y, text, fontproperties=font, color=colour, ha=align, parse_math=False)

    def frame(self, spec: MapSpec) -> Image.Image:
        """Return the picture of one month."""
        for code, patch in zip(spec.codes, self.areas, strict=True):
            patch.set_visible(code != ABSENT)
            if code != ABSENT:
                _paint(patch, _EMPTY if code == FILTERED else _fill(self.looks[code]))
        self.points.set_offsets(self.places[list(spec.points)])
        self.date.set_text(self.words.day(spec.as_of))
        self.total.set_text(self.words.count("{n} Gemeinde", "{n} Gemeinden", spec.total))
        counts = {entry.look.key: entry.count for entry in spec.legend} | {"~points": len(spec.points)}
        for key, text in self.counts.items():
            text.set_text(self.words.number(counts.get(key, 0)))
        self.canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(self.canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        return Image.fromarray(pixels).convert("RGB")


class _Fill(NamedTuple):
    colour: str
    hatch: str
    lines: str


_EMPTY = _Fill("#fafaf8", "", _LINE)


def _fill(look: Look) -> _Fill:
    return _Fill(look.colour, _HATCH.get(look.hatch, ""), look.hatch_colour)


def _paint(patch: Patch, fill: _Fill) -> None:
    patch.set_facecolor(fill.colour)
    patch.set_hatch(fill.hatch)
    patch.set_hatchcolor(fill.lines)


def _outline(shape: shapely.Geometry) -> Outline:
    """Return a polygon with its holes as one path."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    paths = [Outline(shapely.get_coordinates(ring), closed=True) for ring in rings]
    return Outline.make_compound_path(*paths)
