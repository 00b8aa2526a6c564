"""The municipalities of a day as path data for SVG, in metres east and south of the whole's north-west corner."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from atlas.model.keys import state_of

Bounds = tuple[float, float, float, float]


class Land:
    """Geometry of one level on one day, written out once and used for every picture.

    Path data are whole multiples of ``unit_m``, relative, so that they are short: whoever draws scales them.

    Municipalities are given by position: their shapes on the day in the metric CRS, their district keys, and points for
    their names in the same CRS. ``unit_m`` are the metres of one unit of the path data, finer than the geometry's
    generalisation; ``corner`` is west and north of the whole, the same for all levels: where the coordinates begin.
    """

    def __init__(
        self,
        shapes: gpd.GeoSeries,
        districts: Mapping[int, str],
        places: gpd.GeoSeries,
        unit_m: float,
        corner: tuple[float, float],
    ) -> None:
        self.unit_m = unit_m
        self._shapes: dict[int, shapely.Geometry] = dict(zip(shapes.index.tolist(), shapes.to_numpy(), strict=True))
        self._districts = districts
        west, north = self._corner = corner
        self._extents = dict(zip(shapes.index.tolist(), self._moved(shapes.bounds.to_numpy()), strict=True))
        points = shapely.get_coordinates(places.to_numpy())
        self._places = {
            int(position): (float(x - west), float(north - y))
            for position, (x, y) in zip(places.index.tolist(), points, strict=True)
        }
        self._paths: dict[int, str] = {}
        self._lines: dict[str, npt.NDArray[np.object_]] = {}
        self._shapes_of: dict[str, shapely.Geometry] = {}
        self._district_places: dict[str, tuple[float, float] | None] = {}
        self._members: dict[str, list[int | str]] = {}
        for position in self._shapes:
            self._members.setdefault(districts[position], []).append(position)
        for district in list(self._members):
            self._members.setdefault(state_of(district), []).append(district)

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

    def side(self, position: int) -> float:
        """Return the side of a square as large as a municipality, metres."""
        return math.sqrt(shapely.area(self._shapes[position]))

    def place(self, position: int) -> tuple[float, float]:
        """Return the point for a municipality's name, metres from the corner."""
        return self._places[position]

    def shares(self, key: int | str, boxes: Sequence[Bounds]) -> list[float]:
        """Return which share of each box, metres from the corner, lies in a municipality, district or state: 0 to 1."""
        west, north = self._corner
        cut = np.array([shapely.box(x0 + west, north - y1, x1 + west, north - y0) for x0, y0, x1, y1 in boxes])
        shape = self._merged(key) if isinstance(key, str) else self._shapes[key]
        inside = shapely.area(shapely.intersection(shape, cut)) / shapely.area(cut)
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
        """Return the lines of districts and of states as far as they cross a window."""
        west, north = self._corner
        left, top, right, bottom = window
        wide = (right - left) * 0.05
        frame = (left - wide + west, north - bottom - wide, right + wide + west, north - top + wide)
        cut = [shapely.clip_by_rect(self._lines_of(state), *frame) for state in self._states_in(window)]
        return "".join(self._drawn(districts) for districts, _ in cut), "".join(self._drawn(state) for _, state in cut)

    def ground(self, window: Bounds) -> str:
        """Return the outlines of the states that reach into a window."""
        return "".join(self._written(self._merged(state)) for state in self._states_in(window))

    def district_place(self, key: str) -> tuple[float, float] | None:
        """Return a point well inside the largest part of a district or a state, metres from the corner; None if there is no such."""
        if key not in self._district_places:
            self._district_places[key] = self._middle(self._merged(key)) if key in self._members else None
        return self._district_places[key]

    @property
    def states(self) -> list[str]:
        """Keys of the states, two digits."""
        return [key for key in self._members if key == state_of(key)]

    def _states_in(self, window: Bounds) -> list[str]:
        return sorted({state_of(self._districts[position]) for position in self.within(window)})

    def _middle(self, shape: shapely.Geometry) -> tuple[float, float]:
        west, north = self._corner
        largest = max(shapely.get_parts(shape), key=shapely.area)
        middle = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=500), 0)
        return float(shapely.get_x(middle) - west), float(north - shapely.get_y(middle))

    def _lines_of(self, state: str) -> npt.NDArray[np.object_]:
        """Return the lines of a state's districts, and its own."""
        if state not in self._lines:
            shapes = [self._merged(key) for key in self._members if key != state and state_of(key) == state]
            districts = shapely.multilinestrings(shapely.get_parts(shapely.boundary(shapes)))
            self._lines[state] = np.array([districts, shapely.boundary(self._merged(state))])
        return self._lines[state]

    def _merged(self, key: str) -> shapely.Geometry:
        """Return the shape of a district, or of a state."""
        if key not in self._shapes_of:
            shapes = [
                self._merged(part) if isinstance(part, str) else self._shapes[part] for part in self._members[key]
            ]
            self._shapes_of[key] = shapely.coverage_union_all(shapes)
        return self._shapes_of[key]

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
