"""Read boundary editions, and official boundary files in the forms they are delivered in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from atlas.errors import AtlasError, Problem
from atlas.model.boundaries import Change, Edition, Level, Provenance

EDITION_FILE = "edition.toml"
_KEY_COLUMNS = ("ags", "ags_0", "schluessel", "gemeindeschluessel", "gem_schl", "ags_g", "gemschl")
_REGIONAL_KEY_COLUMNS = ("ars", "rs", "ars_0", "regionalschluessel")
_NAME_COLUMNS = ("gen", "name", "gemeindename", "gemeinde", "gem_name", "ortsname")
_KIND_COLUMNS = ("bez", "bezeichnung")


@dataclass(frozen=True)
class Delivery:
    """An official file as read: columns ``ags``, ``name``, ``kind`` (text) and geometry, one row per feature."""

    areas: gpd.GeoDataFrame
    columns: tuple[str, ...]


def list_editions(root: Path) -> tuple[Edition, ...]:
    """Return every edition below ``root/geodata/<state>/<date>/``, by state, then date.

    Raises
    ------
    AtlasError
        Every fault of every edition.
    """
    problems: list[Problem] = []
    found = []
    for path in sorted((root / "geodata").glob(f"*/*/{EDITION_FILE}")):
        try:
            found.append(read_edition(path.parent, str(path.parent.relative_to(root))))
        except AtlasError as error:
            problems += error.problems
    if problems:
        raise AtlasError(*problems)
    return tuple(found)


def read_edition(folder: Path, shown_as: str | None = None) -> Edition:
    """Return the edition in a folder, without its geometry.

    Raises
    ------
    AtlasError
        If a file is missing or does not have the form `atlas.export.editions` writes.
    """
    name = shown_as or str(folder)
    try:
        about = tomllib.loads((folder / EDITION_FILE).read_text(encoding="utf-8"))
        for file in about["sha256"]:
            (folder / file).stat()  # raises if it is missing
        text = {
            "ags": str,
            "district": str,
            "key": str,
            "name": str,
            "kind": str,
            "old_ags": str,
            "new_ags": str,
        }
        municipalities = _table(folder / "municipalities.csv", text)
        for column in ("valid_from", "valid_to"):
            municipalities[column] = pd.to_datetime(municipalities[column].replace("", None)).astype("datetime64[s]")
        districts = _table(folder / "districts.csv", text).set_index("key")
        borders = _table(folder / "borders.csv", {}).astype({"a": "int64", "b": "int64", "border_m": "float64"})
        changes = _table(folder / "changes.csv", text)
        former = _table(folder / "former_names.csv", text)
        provenance = dict(about["provenance"])
        provenance["verified_to"] = provenance.get("verified_to")
        return Edition(
            folder,
            str(about["state"]),
            about["starts"],
            str(about["metric_crs"]),
            Provenance(**provenance),
            municipalities.astype({"area_km2": float, "label_lon": float, "label_lat": float}),
            districts.astype(dict.fromkeys(("label_lon", "label_lat", "west", "south", "east", "north"), float)),
            borders,
            tuple(
                Change(
                    str(r.old_ags),
                    str(r.old_name),
                    str(r.new_ags),
                    str(r.new_name),
                    _day(str(r.effective)),
                    str(r.source),
                )
                for r in changes.itertuples(index=False)
            ),
            {str(key): tuple(group["name"]) for key, group in former.groupby("ags")},
            tuple(about["bounds"]),
        )
    except FileNotFoundError as error:
        text_ = "Im Gebietsstand fehlt eine Datei ({file}). Bitte den Ordner wiederherstellen oder neu bauen."
        raise AtlasError(Problem(name, text_, {"file": Path(error.filename or str(error)).name})) from error
    except (KeyError, TypeError, ValueError, pd.errors.ParserError) as error:
        text_ = "Der Gebietsstand ist beschädigt ({reason}). Bitte den Ordner wiederherstellen oder neu bauen."
        raise AtlasError(Problem(name, text_, {"reason": str(error)[:200]})) from error


def _table(path: Path, types: Mapping[str, type[str]]) -> pd.DataFrame:
    return pd.read_csv(path, dtype=dict(types), keep_default_na=False, encoding="utf-8")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def read_geometry(edition: Edition, level: Level) -> gpd.GeoDataFrame:
    """Return the geometry of a level: RangeIndex (position), one column ``geometry`` in the edition's metric CRS."""
    return gpd.read_parquet(edition.geometry_path(level))


def read_delivery(path: Path) -> Delivery:
    """Return the municipalities of an official file: VG250, GeoSN and the like, in any format pyogrio reads.

    Raises
    ------
    AtlasError
        If it can't be read, has no recognisable key column or does not say its coordinate system.
    """
    name = path.name
    try:
        layer = _municipal_layer(path)
        areas = gpd.read_file(path, layer=layer, engine="pyogrio")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        text = "Die Datei lässt sich nicht lesen ({reason}). Erwartet wird GeoPackage, Shapefile oder GeoJSON, auch als ZIP."
        raise AtlasError(Problem(name, text, {"reason": str(error)[:200]})) from error
    columns = {str(column).lower(): str(column) for column in areas.columns}
    key = next((columns[each] for each in _KEY_COLUMNS if each in columns), None)
    regional = next((columns[each] for each in _REGIONAL_KEY_COLUMNS if each in columns), None)
    problems = []
    if key is None and regional is None:
        text = "Es gibt keine Spalte mit dem Gemeindeschlüssel. Erwartet wird AGS oder ARS; vorhanden sind: {columns}."
        problems.append(Problem(name, text, {"columns": ", ".join(map(str, areas.columns))[:300]}))
    if areas.crs is None:
        text = "Die Datei nennt ihr Koordinatensystem nicht. Bitte mit .prj-Datei oder als GeoPackage liefern."
        problems.append(Problem(name, text))
    if problems:
        raise AtlasError(*problems)
    if "gf" in columns:  # VG250: 4 is land; the others are water areas of the same municipality
        areas = areas[areas[columns["gf"]].astype(int) == 4]  # noqa: PLR2004
    if key is not None:
        keys = areas[key].astype(str).str.strip()
    else:
        twelve = areas[regional].astype(str).str.strip()
        keys = twelve.str[:5] + twelve.str[9:]
    label = next((columns[each] for each in _NAME_COLUMNS if each in columns and columns[each] != key), None)
    kind = next((columns[each] for each in _KIND_COLUMNS if each in columns), None)
    read = gpd.GeoDataFrame(
        {
            "ags": keys,
            "name": areas[label].astype(str) if label else keys,
            "kind": areas[kind].astype(str) if kind else "Gemeinde",
        },
        geometry=areas.geometry.force_2d(),
        crs=areas.crs,
    )
    return Delivery(read.reset_index(drop=True), tuple(columns))


def _municipal_layer(path: Path) -> str:
    """Return the layer with municipalities: the only one, or the one whose name says so (VG250: ``vg250_gem``)."""
    layers = [str(each) for each in pyogrio.list_layers(path)[:, 0]]
    likely = [each for each in layers if "gem" in each.lower() or "municip" in each.lower()]
    return (likely or layers)[0]
