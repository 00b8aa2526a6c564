"""From delivered polygons to a clean coverage, its extents over time, and its display geometry.

A coverage here: polygons that meet edge to edge, vertex on vertex, without gaps or overlaps. What makes one, what
breaks one and why `shapely.simplify` must never be used on it is in shared/boundaries.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from atlas.errors import AtlasError, Problem
from atlas.model.boundaries import Change, Level
from atlas.model.keys import Ags, DistrictKey, district_of, is_independent_city

Shapes = npt.NDArray[np.object_]
"""Polygons as shapely takes and gives them."""

TOLERANCE_M = {Level.OVERVIEW: 200.0, Level.DETAIL: 50.0}
"""Tolerances of `shapely.coverage_simplify`, metres."""
_DEGREE_DECIMALS = 9
_METRE_DECIMALS = 3
_EAST_OF_ZONE_32 = 12.0


def metric_crs(bounds: tuple[float, float, float, float]) -> str:
    """Return the UTM zone official in the state: EPSG:25832 west of 12° E, else EPSG:25833. ``bounds`` in degrees."""
    return "EPSG:25832" if (bounds[0] + bounds[2]) / 2 < _EAST_OF_ZONE_32 else "EPSG:25833"


def clean(areas: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Return the areas with float noise removed, rings repaired, in ``crs``, rounded to the millimetre.

    Rounding to 1e-9 degree (0.1 mm) closes the gaps of 1e-13 degree that VG250 has along its mergers; coarser
    faults stay, for `coverage_problems` to name.
    """
    shapes = areas.geometry.to_numpy()
    if areas.crs is not None and areas.crs.is_geographic:
        shapes = shapely.transform(shapes, lambda xy: np.round(xy, _DEGREE_DECIMALS))
    shapes = _repaired(shapes)
    moved = gpd.GeoSeries(shapes, crs=areas.crs).to_crs(crs)
    rounded = _repaired(shapely.transform(moved.to_numpy(), lambda xy: np.round(xy, _METRE_DECIMALS)))
    return areas.drop(columns=areas.geometry.name).set_geometry(gpd.GeoSeries(rounded, index=areas.index, crs=crs))


def _repaired(shapes: Shapes) -> Shapes:
    valid = shapely.is_valid(shapes)
    if valid.all():
        return shapes
    return np.where(valid, shapes, shapely.make_valid(shapes, method="structure"))


def coverage_problems(areas: gpd.GeoDataFrame, place: str) -> list[Problem]:
    """Return a blocker for every area that overlaps a neighbour or leaves a sliver beside one.

    Parameters
    ----------
    areas
        Columns ``ags``, ``name``, geometry in metres.
    place
        File, for the messages.
    """
    shapes = areas.geometry.to_numpy()
    edges = shapely.coverage_invalid_edges(shapes)
    found = []
    text = "{name} ({ags}) stößt nicht sauber an seine Nachbarn: {metres} m Grenze überlappen oder klaffen. Bitte im GIS bereinigen."
    for ags, name, edge in zip(areas["ags"], areas["name"], edges, strict=True):
        if edge is not None and not edge.is_empty:
            found.append(
                Problem(place, text, {"name": str(name), "ags": str(ags), "metres": round(float(edge.length))})
            )
    return found


def extents(
    areas: gpd.GeoDataFrame, changes: Iterable[Change], starts: date
) -> tuple[pd.DataFrame, list[tuple[int, ...]]]:
    """Return every extent a municipality has had since ``starts``, and the pieces each is made of.

    Parameters
    ----------
    areas
        RangeIndex; columns ``ags``, ``name``, ``kind``: the municipalities as they were on ``starts``.
    changes
        Mergers of whole municipalities.

    Returns
    -------
    table
        RangeIndex, by key, then date. Columns ``ags``, ``name``, ``kind``, ``district``, ``valid_from``, ``valid_to``.
    pieces
        For each row the rows of ``areas`` it is made of.

    Raises
    ------
    AtlasError
        If a change names a municipality that did not exist on that day.
    """
    alive: dict[str, tuple[int, date]] = {}
    rows: list[dict[str, object]] = []
    parts: list[tuple[int, ...]] = []

    def begin(ags: str, name: str, kind: str, day: date, pieces: tuple[int, ...]) -> None:
        alive[ags] = (len(rows), day)
        district = district_of(Ags(ags))
        rows.append(
            {
                "ags": ags,
                "name": name,
                "kind": kind,
                "district": district,
                "valid_from": day,
                "valid_to": None,
            }
        )
        parts.append(pieces)

    for piece, ags, name, kind in zip(areas.index, areas["ags"], areas["name"], areas["kind"], strict=True):
        begin(str(ags), str(name), str(kind), starts, (int(piece),))
    ordered = sorted((change for change in changes if change.effective > starts), key=lambda each: each.effective)
    for day, heir in dict.fromkeys((change.effective, change.new_ags) for change in ordered):
        merged = [change for change in ordered if (change.effective, change.new_ags) == (day, heir)]
        ending = [change.old_ags for change in merged] + [heir] * (heir in alive)
        if unknown := [ags for ags in ending if ags not in alive]:
            text = "Die Gemeinde {ags} gab es am {day} nicht; die Gebietsänderung ist falsch eingetragen."
            raise AtlasError(Problem("changes.csv", text, {"ags": unknown[0], "day": day.isoformat()}))
        old = [alive.pop(ags)[0] for ags in ending]
        for row in old:
            rows[row]["valid_to"] = day
        kinds = {str(rows[row]["kind"]) for row in old}
        kind = next(each for each in ("Kreisfreie Stadt", "Stadt", "Gemeinde", *kinds) if each in kinds)
        begin(heir, merged[0].new_name, kind, day, tuple(piece for row in old for piece in parts[row]))
    table = pd.DataFrame(rows)
    order = table.sort_values(["ags", "valid_from"]).index
    table = table.loc[order].reset_index(drop=True)
    for column in ("valid_from", "valid_to"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[s]")
    return table, [parts[i] for i in order]


def merged_geometry(pieces: Iterable[tuple[int, ...]], shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the geometry of each extent: its pieces united, their inner borders gone."""
    array = shapes.to_numpy()
    united = [
        array[group[0]] if len(group) == 1 else shapely.coverage_union_all(np.asarray(array[list(group)], dtype=object))
        for group in pieces
    ]
    return gpd.GeoSeries(shapely.normalize(np.asarray(united, dtype=object)), crs=shapes.crs)


def generalised(shapes: gpd.GeoSeries, level: Level) -> gpd.GeoSeries:
    """Return the pieces generalised together, so that every border stays shared. Metres."""
    return gpd.GeoSeries(shapely.coverage_simplify(shapes.to_numpy(), TOLERANCE_M[level]), crs=shapes.crs)


def geodesic_km2(shapes: gpd.GeoSeries) -> pd.Series:
    """Return areas on the ellipsoid, km². Plane UTM areas are 0.04 % too small in Saxony."""
    geod = pyproj.Geod(ellps="GRS80")
    degrees = shapes.to_crs("EPSG:4326")
    return pd.Series([abs(geod.geometry_area_perimeter(shape)[0]) / 1e6 for shape in degrees])


def label_points(shapes: gpd.GeoSeries) -> tuple[pd.Series, pd.Series]:
    """Return longitude and latitude of a point well inside each area's largest part."""
    largest = [max(shapely.get_parts(shape), key=lambda part: part.area) for shape in shapes]
    inside = [shapely.get_point(shapely.maximum_inscribed_circle(shape, tolerance=50.0), 0) for shape in largest]
    points = gpd.GeoSeries(inside, crs=shapes.crs).to_crs("EPSG:4326")
    return points.x, points.y


def district_table(municipalities: pd.DataFrame, outlines: gpd.GeoSeries, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the districts: index ``key``; name, kind, label point and bounds in degrees.

    Parameters
    ----------
    municipalities
        Extents, for the districts there are.
    outlines
        Geometry by district key.
    names
        Names as the source gives them, by key: ``Leipzig`` for both the city and the Landkreis around it.
    """
    keys = sorted(set(municipalities["district"]))
    shapes = gpd.GeoSeries(outlines.loc[keys], crs=outlines.crs)
    lon, lat = label_points(shapes)
    bounds = shapes.to_crs("EPSG:4326").bounds
    kinds = ["Kreisfreie Stadt" if is_independent_city(DistrictKey(key)) else "Landkreis" for key in keys]
    table = pd.DataFrame(
        {
            "name": [_district_name(names.get(key, key), kind) for key, kind in zip(keys, kinds, strict=True)],
            "kind": kinds,
            "label_lon": lon.to_numpy(),
            "label_lat": lat.to_numpy(),
            "west": bounds["minx"].to_numpy(),
            "south": bounds["miny"].to_numpy(),
            "east": bounds["maxx"].to_numpy(),
            "north": bounds["maxy"].to_numpy(),
        },
        index=pd.Index(keys, name="key"),
    )
    return table.round(5)


def _district_name(name: str, kind: str) -> str:
    if kind == "Kreisfreie Stadt" or "kreis" in name.lower():
        return name
    return f"Landkreis {name}"
