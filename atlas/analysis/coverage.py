"""From delivered polygons to a clean coverage, its extents over time, and its display geometry.

A coverage here: polygons that meet edge to edge, vertex on vertex, without gaps or overlaps. Coordinates are rounded before
anything else, shapes mended after it. `shapely.simplify` breaks it, as it moves each polygon's edge by itself: at 100 m it
made 1,347 gaps in Saxony and lost 90 of 1,143 borders; `shapely.coverage_simplify` loses none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from atlas.errors import AtlasError, Problem
from atlas.model.boundaries import INDEPENDENT_CITIES, BoundaryChange, Level, mergers
from atlas.model.keys import district_of
from atlas.phrases import N_

Shapes = npt.NDArray[np.object_]
"""Polygons as shapely takes and gives them."""

INDEPENDENT_CITY = "Kreisfreie Stadt"
TOLERANCE_M = {Level.OVERVIEW: 200.0, Level.DETAIL: 50.0}
"""Tolerances of `shapely.coverage_simplify`, metres."""
_DEGREE_DECIMALS = 9
_METRE_DECIMALS = 3
_EAST_OF_ZONE_32 = 12.0
_HAIR_M = 0.02
"""Up to here a line may be moved to mend a border."""
_GAP_M = 1.0
"""Clefts narrower than this at the outline are faults."""
_NARROW_M = 10.0
"""Holes narrower than this are faults."""
_NOTHING_M2 = 0.001


def is_independent(ags: str) -> bool:
    """Tell whether a municipality is a district of its own: in every state such keys, and no others, end in 000."""
    return ags.endswith("000")


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


def mended(areas: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the areas with faults below two centimetres gone, and the keys of those whose border was touched.

    Missing nodes, float noise, hairline gaps. If mending would move any line further than that, all areas come back
    as they were, for `coverage_problems` to name the faults.

    ``areas`` are as `clean` returns them: column ``ags``, geometry in metres.
    """
    shapes = areas.geometry.to_numpy()
    if shapely.coverage_is_valid(shapes, _GAP_M):
        return areas, ()
    mended_shapes = shapely.coverage_clean(  # type: ignore[attr-defined] # the stubs are of shapely 2.1
        shapes, snapping_distance=_HAIR_M / 2, gap_width=_HAIR_M
    )
    mended_shapes = shapely.transform(mended_shapes, lambda xy: np.round(xy, _METRE_DECIMALS))
    touched = ~shapely.equals_exact(shapely.normalize(shapes), shapely.normalize(mended_shapes))
    moved = shapely.hausdorff_distance(shapes[touched], mended_shapes[touched])
    if not (moved <= _HAIR_M).all() or not shapely.coverage_is_valid(mended_shapes, _GAP_M):
        return areas, ()
    repaired = areas.set_geometry(gpd.GeoSeries(mended_shapes, index=areas.index, crs=areas.crs))
    return repaired, tuple(str(ags) for ags in areas["ags"][touched])


def coverage_problems(areas: gpd.GeoDataFrame, place: str) -> list[Problem]:
    """Return a blocker for every two areas that overlap, every gap and every border that does not fit.

    ``areas`` have columns ``ags`` and ``name`` and their geometry in metres; ``place`` is the file, for the messages.
    """
    shapes = areas.geometry.to_numpy()
    if shapely.coverage_is_valid(shapes, _GAP_M) and not len(_gaps(shapes)):
        return []
    labels = [f"{name} ({ags})" for ags, name in zip(areas["ags"], areas["name"], strict=True)]
    named: set[int] = set()
    found = [*_overlaps(shapes, labels, place, named), *_gap_problems(shapes, labels, place, named)]
    edges = shapely.coverage_invalid_edges(shapes, _GAP_M)
    text = N_(
        "{name} ({ags}) stößt nicht sauber an seine Nachbarn: {metres} m Grenze überlappen oder klaffen. Bitte im GIS bereinigen."
    )
    for position, (ags, name, edge) in enumerate(zip(areas["ags"], areas["name"], edges, strict=True)):
        if position not in named and edge is not None and not edge.is_empty:
            values: dict[str, str | int | float] = {"name": str(name), "ags": str(ags)}
            found.append(Problem(place, text, {**values, "metres": round(float(edge.length))}))
    return found


def _overlaps(shapes: Shapes, labels: list[str], place: str, named: set[int]) -> list[Problem]:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    square = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    found = []
    for a, b, m2 in zip(left, right, square, strict=True):
        if m2 > _NOTHING_M2:
            named |= {int(a), int(b)}
            text = N_(
                "{one} und {other} überlappen sich auf etwa {m2} m². Bitte die gemeinsame Grenze im GIS bereinigen."
            )
            found.append(Problem(place, text, {"one": labels[a], "other": labels[b], "m2": _rough(m2)}))
    return found


def _gap_problems(shapes: Shapes, labels: list[str], place: str, named: set[int]) -> list[Problem]:
    tree = shapely.STRtree(shapes)
    found = []
    for gap in _gaps(shapes):
        around = sorted(int(each) for each in tree.query(gap, predicate="intersects"))
        named |= set(around)
        text = N_("Zwischen {areas} klafft eine Lücke von etwa {m2} m². Bitte die Grenzen im GIS bereinigen.")
        listed = ", ".join(labels[each] for each in around)
        found.append(Problem(place, text, {"areas": listed, "m2": _rough(float(gap.area))}))
    return found


def _gaps(shapes: Shapes) -> Shapes:
    """Return the narrow holes of the whole: wider ones are land of someone else, like Bremen in Lower Saxony."""
    parts = shapely.get_parts(shapely.union_all(shapes))
    holes = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    return np.asarray([hole for hole in holes if hole.buffer(-_NARROW_M / 2).is_empty], dtype=object)


def _rough(m2: float) -> float | int:
    """Return square metres to three significant digits: a measure of the fault, not a measurement."""
    return int(float(f"{m2:.3g}")) if m2 >= 1 else float(f"{m2:.2g}")


def successors_by_place(gone: gpd.GeoDataFrame, there: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return, for areas that have ended, which of those there now took most of each.

    Both have a column ``ags`` and geometry in the same metric CRS.

    Returns
    -------
    pandas.DataFrame
        Index ``ags`` of ``gone``; ``successor`` (key, empty if nothing lies there), ``share`` of the area, 0 to 1.
    """
    new = there.geometry.to_numpy()
    tree, keys = shapely.STRtree(new), there["ags"].to_numpy()
    rows = []
    for ags, shape in zip(gone["ags"], gone.geometry, strict=True):
        near = tree.query(shape, predicate="intersects")
        common = shapely.area(shapely.intersection(shape, new[near]))
        best = int(np.argmax(common)) if len(near) else -1
        successor, share = (str(keys[near[best]]), float(common[best] / shape.area)) if len(near) else ("", 0.0)
        rows.append({"ags": str(ags), "successor": successor, "share": share})
    return pd.DataFrame(rows, columns=["ags", "successor", "share"]).set_index("ags")


def extents(
    areas: gpd.GeoDataFrame, changes: Iterable[BoundaryChange], starts: date
) -> tuple[pd.DataFrame, list[tuple[int, ...]]]:
    """Return every extent a municipality has had since ``starts``, and the pieces each is made of.

    ``areas`` (RangeIndex; columns ``ags``, ``name``, ``kind``) are the municipalities as they were on ``starts``; a
    column ``district``, if there is one, says to which a municipality belongs, whatever its key. ``changes`` are
    mergers of whole municipalities; what has only another key is in ``areas`` by that.

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
    problems: list[Problem] = []

    def begin(ags: str, name: str, kind: str, district: str, day: date, pieces: tuple[int, ...]) -> None:
        alive[ags] = (len(rows), day)
        rows.append({"ags": ags, "name": name, "kind": kind, "district": district, "valid_from": day, "valid_to": None})
        parts.append(pieces)

    districts = areas["district"] if "district" in areas else areas["ags"].map(district_of)
    columns = (areas.index, areas["ags"], areas["name"], areas["kind"], districts)
    for piece, ags, name, kind, district in zip(*columns, strict=True):
        begin(str(ags), str(name), str(kind), str(district), starts, (int(piece),))
    coming = (change for change in mergers(changes) if change.effective > starts)
    ordered = sorted(coming, key=lambda each: each.effective)
    for day, successor in dict.fromkeys((change.effective, change.new_ags) for change in ordered):
        merged = [change for change in ordered if (change.effective, change.new_ags) == (day, successor)]
        ending = [change.old_ags for change in merged] + [successor] * (successor in alive)
        if unknown := [ags for ags in ending if ags not in alive]:
            problems += [_unknown_key(ags, day) for ags in unknown]
            continue
        old = [alive.pop(ags)[0] for ags in ending]
        for row in old:
            rows[row]["valid_to"] = day
        kinds = {str(rows[row]["kind"]) for row in old}
        kind = next(each for each in (*INDEPENDENT_CITIES, "Stadt", "Gemeinde", *kinds) if each in kinds)
        pieces = tuple(piece for row in old for piece in parts[row])
        begin(successor, merged[0].new_name, kind, district_of(successor), day, pieces)
    if problems:
        raise AtlasError(*problems)
    table = pd.DataFrame(rows)
    order = table.sort_values(["ags", "valid_from"]).index
    table = table.loc[order].reset_index(drop=True)
    for column in ("valid_from", "valid_to"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[s]")
    return table, [parts[i] for i in order]


def _unknown_key(ags: str, day: date) -> Problem:
    text = N_("Die Gemeinde {ags} gab es am {day} nicht; die Gebietsänderung ist falsch eingetragen.")
    return Problem("changes.csv", text, {"ags": ags, "day": day.isoformat()})


def merged_geometry(pieces: Iterable[tuple[int, ...]], shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the geometry of each extent: its pieces united, their inner borders gone."""
    array = shapes.to_numpy()
    united = [
        array[group[0]] if len(group) == 1 else shapely.coverage_union_all(np.asarray(array[list(group)], dtype=object))
        for group in pieces
    ]
    return gpd.GeoSeries(shapely.normalize(np.asarray(united, dtype=object)), crs=shapes.crs)


def generalised(shapes: gpd.GeoSeries, tolerance_m: float) -> gpd.GeoSeries:
    """Return the pieces generalised together, so that every border stays shared."""
    return gpd.GeoSeries(shapely.coverage_simplify(shapes.to_numpy(), tolerance_m), crs=shapes.crs)


def degree_bounds(areas: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Return west, south, east and north in degrees (WGS 84)."""
    west, south, east, north = areas.to_crs("EPSG:4326").total_bounds
    return float(west), float(south), float(east), float(north)


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


def district_table(
    municipalities: pd.DataFrame, outlines: gpd.GeoSeries, names: Mapping[str, str], kinds: Mapping[str, str]
) -> pd.DataFrame:
    """Return the districts: index ``key``; name, kind, label point and bounds in degrees.

    ``municipalities`` are extents, ``outlines`` geometry by district key. ``names`` are as the source gives them, by
    key: ``Leipzig`` for both the city and the Landkreis around it; likewise ``kinds``, without one it is a Landkreis or
    a city of its own.
    """
    keys = sorted(set(municipalities["district"]))
    cities = set(municipalities["district"][municipalities["ags"].map(is_independent)])
    told = [_district(names.get(key, key), kinds.get(key, ""), is_city=key in cities) for key in keys]
    return place_table(keys, [name for name, _ in told], [kind for _, kind in told], outlines)


def place_table(
    keys: Sequence[str], names: Sequence[str], kinds: Sequence[str], outlines: gpd.GeoSeries
) -> pd.DataFrame:
    """Return districts or states: index ``key``; name, kind, label point and bounds in degrees."""
    shapes = gpd.GeoSeries(outlines.loc[list(keys)], crs=outlines.crs)
    lon, lat = label_points(shapes)
    bounds = shapes.to_crs("EPSG:4326").bounds
    table = pd.DataFrame(
        {
            "name": names,
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


_OWN_WORD = {"Region", "Städteregion", "Regionalverband"}
"""First words of a district's name that say what it is; VG250 calls it Landkreis or Kreis all the same."""


def _district(name: str, kind: str, *, is_city: bool) -> tuple[str, str]:
    """Return name and kind of a district: ``Leipzig`` becomes ``Landkreis Leipzig``, as it is one."""
    if is_city:
        return name, kind or INDEPENDENT_CITY
    own = name.split(" ", maxsplit=1)[0]
    if own in _OWN_WORD:
        return name, own
    kind = kind or "Landkreis"
    return name if "kreis" in name.lower() else f"{kind} {name}", kind
