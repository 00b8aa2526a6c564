"""Pictures of the map as files: SVG, PNG, PDF, drawn from the same description as the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import geopandas as gpd

from atlas.export.tiles import tile_map
from atlas.model.boundaries import BoundaryVersion, Level, mergers
from atlas.model.excerpt import Excerpt, ExcerptKind, Form
from atlas.model.view import ViewState, page_address
from atlas.present.context import SingleFlightCache, ViewContext, ViewContexts
from atlas.present.picture import Picture, build_picture, picture_view
from atlas.present.wording import Words
from atlas.render.layout import PictureLayout, lay_out
from atlas.render.outlines import Land, Lands
from atlas.render.raster import Pixels, pixels, png
from atlas.render.svg import svg
from atlas.render.typeset import picture_pdf
from atlas.sources.boundaries import read_geometry

_UNIT_M = {Level.FULL: 1.0, Level.DETAIL: 5.0, Level.OVERVIEW: 20.0}
_FINE_M, _COARSE_M = 22.0, 130.0
"""Metres a dot spans below which the full geometry is drawn, and above which the coarse one."""
MEDIA_TYPES = {Form.PNG: "image/png", Form.SVG: "image/svg+xml", Form.PDF: "application/pdf"}
_lands: SingleFlightCache[Land] = SingleFlightCache(40_000, len)
"""Written-out geometry: edition, level and day of the last change. Immutable, about 2 kB for each municipality."""


@dataclass(frozen=True)
class Drawn:
    """A picture described and laid out."""

    context: ViewContext
    picture: Picture
    sheet: PictureLayout


def draw(contexts: ViewContexts, view: ViewState, excerpt: Excerpt, words: Words, address: str = "") -> Drawn:
    """Return a picture laid out, ready to be written in any form; see `build_picture`.

    Raises `AtlasError` for places that did not exist on the view's date.
    """
    context = contexts.of(picture_view(view, excerpt))
    picture = build_picture(context, excerpt, words, address)
    return Drawn(context, picture, lay_out(picture, excerpt.size, lands_of(context, picture.areas), words))


def written(drawn: Drawn, form: Form) -> bytes:
    """Return a picture's file. The same picture gives the same bytes."""
    if form is Form.SVG:
        return svg(drawn.sheet).encode()
    if form is Form.PDF:
        return picture_pdf(drawn.sheet)
    return png(dots(drawn.sheet), drawn.sheet.measures.dots * 72)


def dots(sheet: PictureLayout) -> Pixels:
    """Return a picture as dots: those of its PDF."""
    measures = sheet.measures
    width, height = round(measures.width * measures.dots), round(measures.height * measures.dots)
    return pixels(picture_pdf(sheet, is_tagged=False), width, height)


def lands_of(context: ViewContext, focus: Iterable[int] = ()) -> Lands:
    """Return what gives the geometry of a context's day by scale.

    Of several states the finer levels are those near the municipalities of ``focus`` only: full geometry of all of
    Germany would take a quarter of a gigabyte for the picture of one town.
    """
    if context.is_tiled:
        tiles = tile_map(context).land
        return lambda _: tiles
    edition, positions = context.edition, list(context.day.lines)
    focus = list(focus)
    near = _districts_near(edition, focus) if focus and len(edition.states) else frozenset(edition.districts.index)
    changed = max(
        [edition.starts, *(each.effective for each in mergers(context.changes) if each.effective <= context.as_of)]
    )

    def of(dot_m: float) -> Land:
        level = Level.FULL if dot_m < _FINE_M else Level.DETAIL if dot_m < _COARSE_M else Level.OVERVIEW
        districts = frozenset(edition.districts.index) if level is Level.OVERVIEW else near
        key = (context.snapshot.fingerprint, str(edition.folder), changed, level, districts)
        of_day = edition.municipalities.loc[positions, "district"]
        return _lands.get(key, lambda: _land(edition, level, of_day.index[of_day.isin(districts)].tolist()))

    return of


def _districts_near(edition: BoundaryVersion, focus: list[int]) -> frozenset[str]:
    """Return the districts that a picture of some municipalities may show: all within its wide surroundings."""
    rows, districts = edition.municipalities.loc[focus], edition.districts
    west, east = rows["label_lon"].min(), rows["label_lon"].max()
    south, north = rows["label_lat"].min(), rows["label_lat"].max()
    wide = 0.75 + 2 * max(east - west, north - south)
    is_near = (districts["west"] < east + wide) & (districts["east"] > west - wide)
    is_near &= (districts["south"] < north + wide) & (districts["north"] > south - wide)
    return frozenset(map(str, districts.index[is_near]))


def _land(edition: BoundaryVersion, level: Level, positions: list[int]) -> Land:
    shapes = gpd.GeoSeries(read_geometry(edition, level, positions).geometry)
    rows = edition.municipalities.loc[positions]
    places = gpd.GeoSeries.from_xy(rows["label_lon"], rows["label_lat"], index=rows.index, crs="EPSG:4326")
    return Land(
        shapes,
        dict(zip(positions, rows["district"].tolist(), strict=True)),
        places.to_crs(edition.metric_crs),
        _UNIT_M[level],
        _corner(edition),
    )


@cache
def _corner(edition: BoundaryVersion) -> tuple[float, float]:
    """Return the north-west corner of the whole in the metric CRS: the origin of every level's coordinates."""
    whole = read_geometry(edition, Level.OVERVIEW).total_bounds
    return float(whole[0]), float(whole[3])


def page_of(address: str, view: ViewState, excerpt: Excerpt) -> str:
    """Return the address of the page that shows what a picture shows, without its scheme; empty if there is none known.

    The date is written out, so that it still shows the same tomorrow.
    """
    if not address:
        return ""
    page = "gemeinde" if excerpt.kind is ExcerptKind.MUNICIPALITY else ""
    return page_address(f"{address.partition('://')[2]}/{page}", picture_view(view, excerpt))


def picture_stem(context: ViewContext, excerpt: Excerpt) -> str:
    """Return the name of a picture's file without its ending: plain letters, place, layer, size and date."""
    place = ExcerptKind.SELECTION if excerpt.places else context.programme.boundary_set
    if len(excerpt.places) == 1:
        (place,) = excerpt.places
    tiles = "kacheln-" if context.is_tiled else ""
    return (
        f"praeventionsatlas-{context.programme.key}-{place}-{context.spec.layer}-{tiles}{excerpt.size}-{context.as_of}"
    )
