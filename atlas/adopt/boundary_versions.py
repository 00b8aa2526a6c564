"""Write boundary editions: from clean areas to the folder the product reads."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from topojson.core.topology import Topology

from atlas.analysis.borders import shared_borders
from atlas.analysis.coverage import (
    TOLERANCE_M,
    Shapes,
    clean,
    coverage_problems,
    degree_bounds,
    district_table,
    extents,
    generalised,
    geodesic_km2,
    label_points,
    merged_geometry,
    metric_crs,
    place_table,
)
from atlas.errors import AtlasError, Problem
from atlas.model.boundaries import BoundaryChange, Level, Provenance
from atlas.model.keys import state_of
from atlas.phrases import N_
from atlas.sources.boundaries import EDITION_FILE

QUANTA = {Level.OVERVIEW: 10_000, Level.DETAIL: 100_000}
COUNTRY_TOLERANCE_M = {Level.OVERVIEW: 300.0, Level.DETAIL: 50.0}
COUNTRY_QUANTA = {Level.OVERVIEW: 100_000, Level.DETAIL: 100_000}
_FINER = (1, 2, 3, 5, 10, 100)
"""Grids to try in turn, as multiples of the level's own."""
_GROUP = 512
"""Municipalities in a group of rows: some two districts' worth of reading too much, and the file no larger."""


@dataclass(frozen=True, kw_only=True)
class BoundaryVersionDraft:
    """What an edition is made from."""

    boundary_set: str
    starts: date
    areas: gpd.GeoDataFrame
    """RangeIndex; ``ags``, ``name``, ``kind`` and geometry: the municipalities on ``starts``, in any CRS."""
    changes: tuple[BoundaryChange, ...]
    district_names: Mapping[str, str]
    """By key, as the source gives them."""
    former_names: tuple[tuple[str, str], ...]
    """``(ags, name)`` pairs for the search."""
    provenance: Provenance
    district_kinds: Mapping[str, str] = field(default_factory=dict)
    """By key, where they are other than Landkreis and Kreisfreie Stadt."""
    states: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name and kind by key, if the set has several."""
    tolerance_m: Mapping[Level, float] = field(default_factory=lambda: TOLERANCE_M)
    """How much the display levels are generalised."""
    quanta: Mapping[Level, int] = field(default_factory=lambda: QUANTA)
    """The coarsest grid of each."""


def write_edition(draft: BoundaryVersionDraft, folder: Path, shown_as: str) -> None:
    """Write a new edition folder, whole or not at all. The same draft gives the same bytes.

    Raises `AtlasError` if the areas are no clean coverage; one problem for every municipality concerned.
    """
    areas = clean(draft.areas, metric_crs(degree_bounds(draft.areas)))
    if problems := coverage_problems(areas, shown_as):
        raise AtlasError(*problems)
    write_clean_edition(replace(draft, areas=areas), folder)


def write_clean_edition(draft: BoundaryVersionDraft, folder: Path) -> None:
    """Write a new edition folder likewise, of areas that are a coverage, as `clean` returns them."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as work:
        built = Path(work) / "edition"
        built.mkdir()
        _write_files(draft, built)
        if folder.exists():
            shutil.rmtree(folder)
        built.rename(folder)


def _write_files(draft: BoundaryVersionDraft, folder: Path) -> None:
    areas, crs = draft.areas, draft.areas.crs
    table, pieces = extents(areas, draft.changes, draft.starts)
    full = merged_geometry(pieces, areas.geometry)
    _write_geometry(full, folder / f"{Level.FULL}.parquet")
    shown = {}
    for level in (Level.DETAIL, Level.OVERVIEW):
        shown[level] = merged_geometry(pieces, generalised(areas.geometry, draft.tolerance_m[level]))
        _write_geometry(shown[level], folder / f"{level}.parquet")
        for name, rows in _files(level, table, draft):
            there = table.loc[rows].reset_index(drop=True)
            shapes = gpd.GeoSeries(shown[level].to_numpy()[rows], crs=crs)
            write_topology(shapes, there, draft.boundary_set, name, draft.quanta[level], folder / f"{name}.topojson")
    table["area_km2"] = geodesic_km2(full).round(3)
    table["outline_m"] = full.length.round(3)
    table["label_lon"], table["label_lat"] = (each.round(5) for each in label_points(full))
    _write_table(table, folder / "municipalities.csv")
    first = gpd.GeoSeries(shown[Level.DETAIL][table["valid_from"] == pd.Timestamp(draft.starts)], crs=crs)
    outlines = _dissolved(first, table.loc[first.index, "district"])
    districts = district_table(table, outlines, draft.district_names, draft.district_kinds)
    _write_table(districts.reset_index(), folder / "districts.csv")
    _write_geometry(gpd.GeoSeries(outlines.to_numpy(), crs=crs), folder / "districts.parquet")
    if draft.states:
        outlines = _dissolved(outlines, outlines.index.map(state_of))
        names, kinds = zip(*(draft.states[str(key)] for key in outlines.index), strict=True)
        states = place_table(list(outlines.index), names, kinds, outlines)
        _write_table(states.reset_index(), folder / "states.csv")
        _write_geometry(gpd.GeoSeries(outlines.to_numpy(), crs=crs), folder / "states.parquet")
    _write_geometry(gpd.GeoSeries([shapely.union_all(outlines.to_numpy())], crs=crs), folder / "state.parquet")
    borders = shared_borders(full.to_numpy(), table["valid_from"], table["valid_to"])
    _write_table(borders.round({"border_m": 3}), folder / "borders.csv")
    _write_table(_change_table(draft.changes), folder / "changes.csv")
    _write_table(pd.DataFrame(draft.former_names, columns=["ags", "name"]), folder / "former_names.csv")
    _write_about(draft, folder)


def _files(
    level: Level, table: pd.DataFrame, draft: BoundaryVersionDraft
) -> Iterable[tuple[str, npt.NDArray[np.int64]]]:
    """Yield names of the level's topologies, each with its rows: the detail of several states in a file for each."""
    if level is not Level.DETAIL or not draft.states:
        yield str(level), np.arange(len(table))
        return
    states = table["ags"].map(state_of).to_numpy(dtype=object)
    for key in sorted(set(states)):
        yield f"{level}-{key}", np.flatnonzero(states == key)


def _change_table(changes: Iterable[BoundaryChange]) -> pd.DataFrame:
    """Return the changes as a table; a column says which are of keys alone, if some are."""
    columns = [each.name for each in fields(BoundaryChange)]
    table = pd.DataFrame([asdict(change) for change in changes], columns=columns)
    if not table["renumbered"].any():
        return table.drop(columns="renumbered")
    return table.assign(renumbered=np.where(table["renumbered"].astype(bool), "yes", ""))


def _dissolved(shapes: gpd.GeoSeries, keys: pd.Series | pd.Index) -> gpd.GeoSeries:
    frame = gpd.GeoDataFrame({"key": keys.to_numpy()}, geometry=shapes.to_numpy(), crs=shapes.crs)
    dissolved = frame.dissolve("key", method="coverage")
    return gpd.GeoSeries(dissolved.geometry, crs=shapes.crs)


def _write_geometry(shapes: gpd.GeoSeries, path: Path) -> None:
    """Write in groups of rows: whoever needs a few municipalities of a country then need not unpack all of them."""
    gpd.GeoDataFrame(geometry=shapes, crs=shapes.crs).to_parquet(
        path, index=False, row_group_size=_GROUP, compression="zstd", compression_level=19
    )


def _write_table(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n", date_format="%Y-%m-%d", encoding="utf-8")


def _write_about(draft: BoundaryVersionDraft, folder: Path) -> None:
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    lines = [
        "# Written by atlas.adopt.boundary_versions; see geodata/README.md.",
        f"boundary_set = {json.dumps(draft.boundary_set)}",
        f"starts = {draft.starts.isoformat()}",
        f"metric_crs = {json.dumps(str(draft.areas.crs))}",
        f"bounds = [{', '.join(f'{value:.5f}' for value in degree_bounds(draft.areas))}]",
        "",
        "[provenance]",
    ]
    for key, value in asdict(draft.provenance).items():
        if value is not None and value is not False:
            lines.append(
                f"{key} = {value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)}"
            )
    lines += [
        "",
        "[sha256]",
        *(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in sums.items()),
        "",
    ]
    (folder / EDITION_FILE).write_text("\n".join(lines), encoding="utf-8", newline="\n")


def write_topology(
    shapes: gpd.GeoSeries, table: pd.DataFrame, boundary_set: str, name: str, quanta: int, path: Path
) -> None:
    """Write the extents as TopoJSON in WGS 84, quantised; checked by decoding it again.

    The grid has ``quanta`` by ``quanta`` points; where small areas would not survive it (islands, states larger than
    Saxony), it is finer. Raises `AtlasError` if the areas of some day would not fit together on the finest grid either.
    """
    degrees = shapes.to_crs("EPSG:4326")
    frame = gpd.GeoDataFrame({"id": table["ags"]}, geometry=degrees, crs="EPSG:4326")
    day = None
    for grid in (quanta * finer for finer in _FINER):
        day = _misfit(_on_grid(degrees, grid), shapes.to_numpy(), table)
        if day is not None:  # known before the topology is built, which takes long
            continue
        text_form = _topology(frame, grid)
        day = _misfit(decode_topology(json.loads(text_form)), shapes.to_numpy(), table)
        if day is None:
            path.write_text(text_form, encoding="ascii")
            return
    text = N_("Die vereinfachten Grenzen passen am {day} nicht zusammen. Bitte melden: das ist ein Fehler im Programm.")
    raise AtlasError(Problem(f"{boundary_set}: {name}", text, {"day": str(day)}))


def _on_grid(shapes: gpd.GeoSeries, quanta: int) -> Shapes:
    """Return the shapes as they are on a grid of ``quanta`` by ``quanta`` points, in degrees."""
    west, south, east, north = shapes.total_bounds
    origin, step = np.array([west, south]), np.array([east - west, north - south]) / (quanta - 1)
    moved: Shapes = shapely.transform(shapes.to_numpy(), lambda xy: np.round((xy - origin) / step) * step + origin)
    return moved


def _topology(frame: gpd.GeoDataFrame, quanta: int) -> str:
    """Return TopoJSON on a grid of ``quanta`` by ``quanta`` points: nothing but keys and arcs."""
    made = Topology(frame, object_name="municipalities", shared_coords=True, prequantize=quanta)
    topology = made.to_dict()
    geometries = topology["objects"]["municipalities"]["geometries"]
    for geometry, ags in zip(geometries, frame["id"], strict=True):
        geometry.pop("properties", None)
        geometry.pop("bbox", None)
        geometry["id"] = ags
    body = {key: topology[key] for key in ("type", "transform", "arcs", "objects")}
    return json.dumps(body, separators=(",", ":"))


def decode_topology(topology: dict[str, Any]) -> Shapes:
    """Return the polygons of a topology's object ``municipalities``, in order, in degrees; empty where it has none."""
    sx, sy = topology["transform"]["scale"]
    tx, ty = topology["transform"]["translate"]
    arcs = [np.cumsum(np.asarray(arc), axis=0) * (sx, sy) + (tx, ty) for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> npt.NDArray[np.float64]:
        lines = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    shapes = []
    for geometry in topology["objects"]["municipalities"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
        made = [shapely.Polygon(ring(rings[0]), [ring(hole) for hole in rings[1:]]) for rings in polygons]
        shapes.append(made[0] if len(made) == 1 else shapely.MultiPolygon(made))
    return np.asarray(shapes, dtype=object)


def _misfit(shapes: Shapes, meant: Shapes, table: pd.DataFrame) -> str | None:
    """Return the first day (ISO) on which the areas are no coverage or have lost a part, or None."""
    whole = shapely.get_num_geometries(shapes) == shapely.get_num_geometries(meant)
    whole &= ~shapely.is_empty(shapes)
    for day in sorted(set(table["valid_from"])):
        there = (table["valid_from"] <= day) & (table["valid_to"].isna() | (table["valid_to"] > day))
        now = shapes[there.to_numpy()]
        if not (whole[there.to_numpy()].all() and shapely.is_valid(now).all() and shapely.coverage_is_valid(now)):
            return str(day)[:10]
    return None
