"""Write boundary editions: from clean areas to the folder the product reads."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from topojson.core.topology import Topology

from atlas.analysis.coverage import (
    Shapes,
    clean,
    coverage_problems,
    district_table,
    extents,
    generalised,
    geodesic_km2,
    label_points,
    merged_geometry,
    metric_crs,
)
from atlas.analysis.neighbours import shared_borders
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.boundaries import Change, Edition, Level, Provenance
from atlas.sources.boundaries import EDITION_FILE, list_editions, read_delivery, read_edition

_QUANTA = {Level.OVERVIEW: 10_000, Level.DETAIL: 100_000}
_AGS = re.compile(r"[0-9]{8}")
_SMALLEST_M2 = 1.0


@dataclass(frozen=True)
class EditionDraft:
    """What an edition is made from.

    Attributes
    ----------
    areas
        RangeIndex; ``ags``, ``name``, ``kind`` and geometry: the municipalities on ``starts``, in any CRS.
    district_names
        By key, as the source gives them.
    former_names
        ``(ags, name)`` pairs for the search.
    """

    state: str
    starts: date
    areas: gpd.GeoDataFrame
    changes: tuple[Change, ...]
    district_names: Mapping[str, str]
    former_names: tuple[tuple[str, str], ...]
    provenance: Provenance


def write_edition(draft: EditionDraft, folder: Path, shown_as: str) -> None:
    """Write a new edition folder, whole or not at all. The same draft gives the same bytes.

    Raises
    ------
    AtlasError
        If the areas are no clean coverage; one problem for every municipality concerned.
    """
    bounds = _degrees(draft.areas)
    crs = metric_crs(bounds)
    areas = clean(draft.areas, crs)
    if problems := coverage_problems(areas, shown_as):
        raise AtlasError(*problems)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as work:
        built = Path(work) / "edition"
        built.mkdir()
        _write_files(draft, areas, crs, bounds, built)
        if folder.exists():
            shutil.rmtree(folder)
        built.rename(folder)


def _degrees(areas: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    west, south, east, north = areas.to_crs("EPSG:4326").total_bounds
    return float(west), float(south), float(east), float(north)


def _write_files(
    draft: EditionDraft, areas: gpd.GeoDataFrame, crs: str, bounds: tuple[float, ...], folder: Path
) -> None:
    table, pieces = extents(areas, draft.changes, draft.starts)
    full = merged_geometry(pieces, areas.geometry)
    _write_geometry(full, folder / f"{Level.FULL}.parquet")
    shown = {}
    for level in (Level.DETAIL, Level.OVERVIEW):
        shown[level] = merged_geometry(pieces, generalised(areas.geometry, level))
        _write_geometry(shown[level], folder / f"{level}.parquet")
        write_topology(shown[level], table, draft.state, level, folder / f"{level}.topojson")
    table["area_km2"] = geodesic_km2(full).round(3)
    table["label_lon"], table["label_lat"] = (each.round(5) for each in label_points(full))
    _write_table(table, folder / "municipalities.csv")
    outlines = _outlines(shown[Level.DETAIL], table, draft.starts)
    _write_table(district_table(table, outlines, draft.district_names).reset_index(), folder / "districts.csv")
    _write_geometry(gpd.GeoSeries(outlines.to_numpy(), crs=crs), folder / "districts.parquet")
    _write_geometry(gpd.GeoSeries([shapely.union_all(outlines.to_numpy())], crs=crs), folder / "state.parquet")
    borders = shared_borders(full.to_numpy(), table["valid_from"], table["valid_to"])
    _write_table(borders.round({"border_m": 3}), folder / "borders.csv")
    _write_table(
        pd.DataFrame([asdict(change) for change in draft.changes], columns=[field.name for field in fields(Change)]),
        folder / "changes.csv",
    )
    _write_table(pd.DataFrame(draft.former_names, columns=["ags", "name"]), folder / "former_names.csv")
    _write_about(draft, crs, bounds, folder)


def _outlines(shapes: gpd.GeoSeries, table: pd.DataFrame, starts: date) -> gpd.GeoSeries:
    first = table["valid_from"] == pd.Timestamp(starts)
    frame = gpd.GeoDataFrame({"key": table.loc[first, "district"]}, geometry=shapes[first], crs=shapes.crs)
    dissolved = frame.dissolve("key", method="coverage")
    return gpd.GeoSeries(dissolved.geometry, crs=shapes.crs)


def _write_geometry(shapes: gpd.GeoSeries, path: Path) -> None:
    gpd.GeoDataFrame(geometry=shapes, crs=shapes.crs).to_parquet(path, compression="brotli", index=False)


def _write_table(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n", date_format="%Y-%m-%d", encoding="utf-8")


def _write_about(draft: EditionDraft, crs: str, bounds: tuple[float, ...], folder: Path) -> None:
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    lines = [
        "# Written by atlas.export.editions; see geodata/README.md.",
        f"state = {json.dumps(draft.state)}",
        f"starts = {draft.starts.isoformat()}",
        f"metric_crs = {json.dumps(crs)}",
        f"bounds = [{', '.join(f'{value:.5f}' for value in bounds)}]",
        "",
        "[provenance]",
    ]
    for key, value in asdict(draft.provenance).items():
        if value is not None:
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


def write_topology(shapes: gpd.GeoSeries, table: pd.DataFrame, state: str, level: Level, path: Path) -> None:
    """Write the extents as TopoJSON in WGS 84, quantised; checked by decoding it again.

    Raises
    ------
    AtlasError
        If the quantised areas of some day would not fit together.
    """
    degrees = shapes.to_crs("EPSG:4326")
    frame = gpd.GeoDataFrame({"id": table["ags"]}, geometry=degrees, crs="EPSG:4326")
    made = Topology(frame, object_name="municipalities", shared_coords=True, prequantize=_QUANTA[level])
    topology = made.to_dict()
    geometries = topology["objects"]["municipalities"]["geometries"]
    for geometry, ags in zip(geometries, table["ags"], strict=True):
        geometry.pop("properties", None)
        geometry.pop("bbox", None)
        geometry["id"] = ags
    body = {key: topology[key] for key in ("type", "transform", "arcs", "objects")}
    text = json.dumps(body, separators=(",", ":"))
    _check_topology(decode_topology(json.loads(text)), table, f"{state}: {level}")
    path.write_text(text, encoding="ascii")


def decode_topology(topology: dict[str, Any]) -> Shapes:
    """Return the polygons of a topology's object ``municipalities``, in order, in degrees."""
    sx, sy = topology["transform"]["scale"]
    tx, ty = topology["transform"]["translate"]
    arcs = [np.cumsum(np.asarray(arc), axis=0) * (sx, sy) + (tx, ty) for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> npt.NDArray[np.float64]:
        lines = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    shapes = []
    for geometry in topology["objects"]["municipalities"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        made = [shapely.Polygon(ring(rings[0]), [ring(hole) for hole in rings[1:]]) for rings in polygons]
        shapes.append(made[0] if len(made) == 1 else shapely.MultiPolygon(made))
    return np.asarray(shapes, dtype=object)


def _check_topology(shapes: Shapes, table: pd.DataFrame, place: str) -> None:
    for day in sorted(set(table["valid_from"])):
        there = (table["valid_from"] <= day) & (table["valid_to"].isna() | (table["valid_to"] > day))
        now = shapes[there.to_numpy()]
        if not (shapely.is_valid(now).all() and shapely.coverage_is_valid(now)):
            text = "Die vereinfachten Grenzen passen am {day} nicht zusammen. Bitte melden: das ist ein Fehler im Programm."
            raise AtlasError(Problem(place, text, {"day": str(day)[:10]}))


def add_boundaries(
    path: Path, starts: date, root: Path, *, attribution: str | None = None
) -> tuple[Edition, tuple[Problem, ...]]:
    """Check an official boundary file and take it in as a new edition.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, zipped or not, in any CRS.
    starts
        The day from which it holds.
    root
        Data folder; the edition goes to ``geodata/<state>/<date>/``.
    attribution
        Source note the licence asks for; proposed from the file's layout if not given.

    Returns
    -------
    edition, notes
        The edition as read back, and what is worth knowing about it: keys that are new or gone.

    Raises
    ------
    AtlasError
        Every fault at once; nothing is written.
    """
    delivery = read_delivery(path)
    editions = list_editions(root)
    areas, state, problems = _checked_areas(delivery.areas, {each.state for each in editions}, path.name)
    if problems:
        raise AtlasError(*problems)
    before = [each for each in editions if each.state == state and each.starts < starts]
    draft = EditionDraft(
        state,
        starts,
        areas,
        (),
        _district_names(before),
        (),
        _provenance(path, delivery.columns, starts, attribution),
    )
    folder = root / "geodata" / state / starts.isoformat()
    write_edition(draft, folder, path.name)
    edition = read_edition(folder)
    return edition, _compared(edition, before, path.name)


def _checked_areas(areas: gpd.GeoDataFrame, states: set[str], name: str) -> tuple[gpd.GeoDataFrame, str, list[Problem]]:
    """Return one row per municipality of one state, and every fault of keys and shapes."""
    problems: list[Problem] = []
    wrong = areas[~areas["ags"].str.fullmatch(_AGS)]
    for row, ags in zip(wrong.index, wrong["ags"], strict=True):
        text = "„{given}“ ist kein achtstelliger Gemeindeschlüssel (führende Nullen gehören dazu)."
        problems.append(Problem(f"{name}, Objekt {row + 1}", text, {"given": ags[:40]}))
    areas = areas[areas["ags"].str.fullmatch(_AGS)]
    found = sorted(set(areas["ags"].str[:2]))
    wanted = [state for state in found if state in states] or found
    if len(wanted) != 1:
        text = "Die Datei enthält {states}; aufgenommen wird ein Land auf einmal. Bitte die Datei auf ein Land zuschneiden."
        problems.append(Problem(name, text, {"states": ", ".join(found) or "–"}))
        return areas, "", problems
    areas = areas[areas["ags"].str.startswith(wanted[0])].reset_index(drop=True)
    shapeless = _shape_problems(areas, name)
    problems += shapeless.values()
    areas = areas.drop(index=list(shapeless))
    areas.geometry = shapely.make_valid(areas.geometry.to_numpy(), method="structure")
    united = areas.dissolve("ags", as_index=False, aggfunc="first")[["ags", "name", "kind", "geometry"]]
    problems += coverage_problems(clean(united, metric_crs(_degrees(united))), name)
    return united.reset_index(drop=True), wanted[0], problems


def _shape_problems(areas: gpd.GeoDataFrame, name: str) -> dict[int, Problem]:
    """Return a problem for each row that is no area, by row."""
    problems = {}
    for row, ags, label, shape in zip(areas.index, areas["ags"], areas["name"], areas.geometry, strict=True):
        if shape is None or shape.is_empty:
            text = "{name} ({ags}) hat keine Fläche. Bitte die Lieferung prüfen."
            problems[int(row)] = Problem(name, text, {"name": label, "ags": ags})
        elif shape.geom_type not in {"Polygon", "MultiPolygon"}:
            text = "{name} ({ags}) ist keine Fläche, sondern {kind}. Bitte die Ebene mit den Gemeindeflächen wählen."
            problems[int(row)] = Problem(name, text, {"name": label, "ags": ags, "kind": shape.geom_type})
    return problems


def _district_names(before: list[Edition]) -> dict[str, str]:
    return {str(key): str(name) for edition in before for key, name in edition.districts["name"].items()}


def _provenance(path: Path, columns: tuple[str, ...], starts: date, attribution: str | None) -> Provenance:
    if attribution is None and {"gf", "ars"} <= set(columns):
        attribution = f"© BKG ({starts.year}) dl-de/by-2-0 (Daten verändert)"
    if attribution is None:
        attribution = "Quelle: GeoSN, dl-de/by-2-0 (Daten verändert)"
    return Provenance(
        title=f"{path.name}, ab {starts.isoformat()}",
        attribution=attribution,
        attribution_long=f"{attribution}. Verändert: bereinigt, generalisiert, umprojiziert. Gebietsstand ab {starts.isoformat()}.",
        licence="Datenlizenz Deutschland – Namensnennung – Version 2.0",
        licence_url="https://www.govdata.de/dl-de/by-2-0",
        source_url="",
        verified_to=None,
    )


def _compared(edition: Edition, before: list[Edition], name: str) -> tuple[Problem, ...]:
    """Say what changed against the edition before: a reader then knows whether a merger must be entered."""
    if not before:
        return ()
    old = before[-1].municipalities
    there = old[old["valid_to"].isna()]
    old_names = dict(zip(there["ags"], there["name"], strict=True))
    new_names = dict(zip(edition.municipalities["ags"], edition.municipalities["name"], strict=True))
    notes = []
    for keys, text in (
        (
            old_names.keys() - new_names.keys(),
            "Diese Gemeinden gibt es nicht mehr: {list}. Ihre Nachfolger bitte in changes.csv eintragen.",
        ),
        (new_names.keys() - old_names.keys(), "Diese Gemeinden sind neu: {list}."),
    ):
        if keys:
            listed = ", ".join(f"{(old_names | new_names)[ags]} ({ags})" for ags in sorted(keys))
            notes.append(Problem(name, text, {"list": listed}, Severity.NOTE))
    return tuple(notes)
