"""The municipalities of a day as path data for SVG, in metres east and south of the state's north-west corner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Bounds = tuple[float, float, float, float]


class Land:
    """Geometry of one level on one day, written out once and used for every picture.

    Path data are whole multiples of ``unit_m``, relative, so that they are short: whoever draws scales them.

    Parameters
    ----------
    shapes
        Of the municipalities of the day, by position, in the metric CRS.
    districts
        Their district keys, by position.
    places
        Points for their names, by position, in the same CRS.
    unit_m
        Metres of one unit of the path data; finer than the geometry's generalisation.
    """

    def __init__(
        self, shapes: gpd.GeoSeries, districts: Mapping[int, str], places: gpd.GeoSeries, unit_m: float
    ) -> None:
        self.unit_m = unit_m
        self._shapes: dict[int, shapely.Geometry] = dict(zip(shapes.index.tolist(), shapes.to_numpy(), strict=True))
        self._districts = districts
        west, _, _, north = shapes.total_bounds
        self._corner = (float(west), float(north))
        self._extents = dict(zip(shapes.index.tolist(), self._moved(shapes.bounds.to_numpy()), strict=True))
        points = shapely.get_coordinates(places.to_numpy())
        self._places = {
            int(position): (float(x - west), float(north - y))
            for position, (x, y) in zip(places.index.tolist(), points, strict=True)
        }
        self._paths: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._shapes)

    def _moved(self, bounds: npt.NDArray[np.float64]) -> list[Bounds]:
        west, north = self._corner
        return [(x0 - west, north - y1, x1 - west, north - y0) for x0, y0, x1, y1 in bounds.tolist()]

    def bounds(self, positions: Iterable[int]) -> Bounds:
        """Return left, top, right, bottom of some municipalities together, metres from the corner."""
        boxes = np.array([self._extents[position] for position in positions])
        least, most = boxes.min(axis=0), boxes.max(axis=0)
        return float(least[0]), float(least[1]), float(most[2]), float(most[3])

    def within(self, window: Bounds) -> list[int]:
        """Return the positions of municipalities whose extent reaches into a window."""
        left, top, right, bottom = window
        return [
            position
            for position, (x0, y0, x1, y1) in self._extents.items()
            if x1 > left and x0 < right and y1 > top and y0 < bottom
        ]

    def place(self, position: int) -> tuple[float, float]:
        """Return the point for a municipality's name, metres from the corner."""
        return self._places[position]

    def shares(self, position: int, boxes: Sequence[Bounds]) -> list[float]:
        """Return which share of each box, metres from the corner, lies in a municipality: 0 to 1."""
        west, north = self._corner
        cut = np.array([shapely.box(x0 + west, north - y1, x1 + west, north - y0) for x0, y0, x1, y1 in boxes])
        inside = shapely.area(shapely.intersection(self._shapes[position], cut)) / shapely.area(cut)
        return [float(each) for each in inside]

    def path(self, position: int) -> str:
        """Return the outline of a municipality."""
        if position not in self._paths:
            self._paths[position] = self._written(self._shapes[position])
        return self._paths[position]

    def joint(self, positions: Iterable[int]) -> str:
        """Return the common outline of some municipalities."""
        return self._written(shapely.coverage_union_all([self._shapes[position] for position in positions]))

    def borders(self, window: Bounds) -> tuple[str, str]:
        """Return the lines of districts and of the state as far as they cross a window."""
        west, north = self._corner
        left, top, right, bottom = window
        wide = (right - left) * 0.05
        frame = (left - wide + west, north - bottom - wide, right + wide + west, north - top + wide)
        cut = shapely.clip_by_rect(self._border_lines, *frame)
        return self._drawn(cut[0]), self._drawn(cut[1])

    @cached_property
    def _border_lines(self) -> npt.NDArray[np.object_]:
        shapes = list(self._district_shapes.values())
        districts = shapely.multilinestrings(shapely.get_parts(shapely.boundary(shapes)))
        return np.array([districts, shapely.boundary(shapely.coverage_union_all(shapes))])

    @cached_property
    def _district_shapes(self) -> dict[str, shapely.Geometry]:
        members: dict[str, list[shapely.Geometry]] = {}
        for position, shape in self._shapes.items():
            members.setdefault(self._districts[position], []).append(shape)
        return {key: shapely.coverage_union_all(shapes) for key, shapes in members.items()}

    @cached_property
    def district_places(self) -> dict[str, tuple[float, float]]:
        """A point well inside the largest part of every district, metres from the corner."""
        west, north = self._corner
        found = {}
        for key, shape in self._district_shapes.items():
            largest = max(shapely.get_parts(shape), key=shapely.area)
            middle = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=500), 0)
            found[key] = (float(shapely.get_x(middle) - west), float(north - shapely.get_y(middle)))
        return found

    def _written(self, shape: shapely.Geometry) -> str:
        """Return a polygon with its holes as path data: every ring a start and steps."""
        rings = shapely.get_rings(shapely.get_parts(shape))
        return "".join(f"{self._steps(shapely.get_coordinates(ring)[:-1])}z" for ring in rings)

    def _drawn(self, lines: shapely.Geometry) -> str:
        """Return lines as path data."""
        parts = shapely.get_parts(lines)
        return "".join(self._steps(shapely.get_coordinates(part)) for part in parts[~shapely.is_empty(parts)])

    def _steps(self, coordinates: npt.NDArray[np.float64]) -> str:
        corners = np.rint((coordinates - self._corner) * (1, -1) / self.unit_m).astype(np.int64)
        steps = np.diff(corners, axis=0)
        steps = steps[(steps != 0).any(axis=1)]
        x, y = corners[0].tolist()
        return f"M{x} {y}l" + " ".join(f"{dx} {dy}" for dx, dy in steps.tolist()) if len(steps) else f"M{x} {y}"


@dataclass(frozen=True)
class Frame:
    """Where the map is and how metres become points: ``x = (metres - left) * scale + box[0]``."""

    box: Bounds
    window: Bounds
    scale: float

    def point(self, place: tuple[float, float]) -> tuple[float, float]:
        """Return a place of the land on the page."""
        left, top, _, _ = self.window
        return (place[0] - left) * self.scale + self.box[0], (place[1] - top) * self.scale + self.box[1]

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return the place of the land under a point of the page."""
        left, top, _, _ = self.window
        return (point[0] - self.box[0]) / self.scale + left, (point[1] - self.box[1]) / self.scale + top


Lands = Callable[[float], Land]
"""Gives the land in the level that suits a scale: metres that one dot of the finished picture spans."""
