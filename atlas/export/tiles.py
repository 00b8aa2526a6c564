"""The land in tiles: the geometry of a day on which every municipality is as large as any other, for pictures and for the browser."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from atlas.analysis.neighbours import Neighbourhood
from atlas.analysis.tiles import Tiling, lay_tiles
from atlas.model.boundaries import BoundaryVersion, Level
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.render.outlines import Land
from atlas.sources.boundaries import read_geometry

_DEGREE_M = 111_320.0
_UNIT_M = 5.0
_laid: SingleFlightCache[TileMap] = SingleFlightCache(8)
"""By edition and who is there: tiles change with mergers only."""
Json = dict[str, object]


def tile_map(context: ViewContext) -> TileMap:
    """Return the tiles of a context's day, laid once."""
    edition = context.edition
    key = (edition, edition.valid_at(context.as_of).tobytes())
    return _laid.get(key, lambda: tiles_of(edition, list(context.day.lines), context.day.hood))


def tiles_of(edition: BoundaryVersion, positions: Sequence[int], hood: Neighbourhood) -> TileMap:
    """Return some municipalities of an edition in tiles; ``hood`` says who borders on whom on their day."""
    rows = edition.municipalities.loc[list(positions)]
    places = gpd.GeoSeries.from_xy(rows["label_lon"], rows["label_lat"], crs="EPSG:4326").to_crs(edition.metric_crs)
    outline = shapely.coverage_union_all(read_geometry(edition, Level.OVERVIEW, positions).geometry.to_numpy())
    number = {position: i for i, position in enumerate(positions)}
    pairs = [(number[a], number[b]) for a in positions for b, _ in hood.lines[a] if a < b and b in number]
    near = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    districts, there = rows["district"].tolist(), shapely.get_coordinates(places.to_numpy())
    tiling = lay_tiles(outline, there, near, districts)
    return TileMap(edition, positions, districts, tiling, tiling.touching(near), tiling.distances(there))


@dataclass(frozen=True, eq=False)
class TileMap:
    """The municipalities of a day, by position in the edition, with the key of their district, as tiles."""

    edition: BoundaryVersion
    positions: Sequence[int]
    districts: Sequence[str]
    tiling: Tiling
    touching: npt.NDArray[np.bool_]
    """Of each pair of neighbours, whether their tiles touch."""
    distances: npt.NDArray[np.float64]
    """Of each municipality, how many tiles its own is from its place."""

    @cached_property
    def land(self) -> Land:
        """The tiles as what pictures are drawn from, in metres where the true land lies."""
        tiling, crs = self.tiling, self.edition.metric_crs
        shapes = gpd.GeoSeries(shapely.polygons(tiling.metres(tiling.corners)), index=list(self.positions), crs=crs)
        west, _, _, north = shapes.total_bounds.tolist()
        districts = dict(zip(self.positions, self.districts, strict=True))
        return Land(shapes, districts, shapes.centroid, _UNIT_M, (west, north))

    @cached_property
    def body(self) -> bytes:
        """The tiles as TopoJSON for the map, as `topology` says."""
        return json.dumps(self.topology(), separators=(",", ":")).encode()

    def topology(self) -> Json:
        """Return the tiles as TopoJSON for the map, with ``places`` that stand for those of its index (`map_index`).

        They lie about the equator, where the map shows all hexagons alike, and are as many degrees wide as the land is
        where it lies: zooming is the same. What is not there on the day has no geometry and no place.
        """
        numbers: dict[tuple[tuple[int, int], tuple[int, int]], int] = {}

        def arc(here: tuple[int, int], there: tuple[int, int]) -> int:
            ends = (min(here, there), max(here, there))
            number = numbers.setdefault(ends, len(numbers))
            return number if here == ends[0] else ~number

        shapes: list[Json] = [{"type": None}] * len(self.edition.municipalities)
        for position, corners in zip(self.positions, self.tiling.corners.tolist(), strict=True):
            ring = [tuple(corner) for corner in (*corners, corners[0])]
            shapes[position] = {"type": "Polygon", "arcs": [[arc(*side) for side in pairwise(ring)]]}
        return {
            "type": "Topology",
            "transform": {"scale": self._scale.tolist(), "translate": (-self._middle * self._scale).tolist()},
            "arcs": [[one, [other[0] - one[0], other[1] - one[1]]] for one, other in numbers],
            "objects": {"municipalities": {"type": "GeometryCollection", "geometries": shapes}},
            "places": self._places(),
        }

    @property
    def tall(self) -> float:
        """Height of the whole for a width of one, two decimals."""
        west, south, east, north = self._bounds(self.tiling.middles)
        return round((north - south) / (east - west), 2)

    @cached_property
    def _scale(self) -> npt.NDArray[np.float64]:
        """Degrees of a step to the east and to the north."""
        _, south, _, north = self.edition.bounds
        half = self.tiling.pitch / 2 / _DEGREE_M / math.cos(math.radians((south + north) / 2))
        return np.array([half, half / math.sqrt(3)])

    @cached_property
    def _middle(self) -> npt.NDArray[np.int64]:
        middles = self.tiling.middles
        return np.asarray((middles.min(axis=0) + middles.max(axis=0)) // 2)

    def _degrees(self, steps: npt.NDArray[np.int64] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(((steps - self._middle) * self._scale).round(4))

    def _bounds(self, middles: npt.NDArray[np.int64]) -> list[float]:
        """Return west, south, east, north of some tiles, degrees."""
        reach = np.array([1, 2])
        ends = np.stack([middles.min(axis=0) - reach, middles.max(axis=0) + reach])
        return [float(each) for each in self._degrees(ends).ravel()]

    def _places(self) -> Json:
        """Return latitude and longitude of every tile, name and extent of every district, the extent of all."""
        middles = self.tiling.middles
        places: list[list[float] | None] = [None] * len(self.edition.municipalities)
        for position, (lon, lat) in zip(self.positions, self._degrees(middles).tolist(), strict=True):
            places[position] = [lat, lon]
        groups = {key: middles[np.array(self.districts) == key] for key in dict.fromkeys(self.districts)}
        return {
            "municipalities": places,
            "districts": {key: self._district(tiles) for key, tiles in groups.items()},
            "bounds": self._bounds(middles),
        }

    def _district(self, tiles: npt.NDArray[np.int64]) -> Json:
        """Return the place for a district's name and its extent: amid its tiles, below one, between what marks them."""
        amid = tiles[np.abs(tiles - tiles.mean(axis=0)).sum(axis=1).argmin()]
        lon, lat = self._degrees(amid - np.array([0, 1.5 * (len(tiles) > 1)])).tolist()
        return {"lat": lat, "lng": lon, "bounds": self._bounds(tiles)}
