"""Status with geometry: GeoJSON and GeoPackage, with source and attribution inside."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from atlas.analysis.status import NO_DATA
from atlas.export.tables import Caption
from atlas.model.boundaries import Edition, Level
from atlas.model.programme import Programme
from atlas.sources.boundaries import read_geometry


def status_areas(status: pd.DataFrame, programme: Programme, edition: Edition, level: Level) -> gpd.GeoDataFrame:
    """Return one row per municipality of the day with its geometry, in the edition's metric CRS.

    RangeIndex. Columns ``ags``, ``name``, ``district`` (name), then for each instrument its stage (``no_data`` where
    nothing is documented) and ``<instrument>_basis``.
    """
    positions = status.index.unique()
    table = edition.municipalities.loc[positions, ["ags", "name", "district"]].copy()
    table["district"] = table["district"].map(edition.districts["name"])
    for instrument in programme.instruments:
        rows = status[status["instrument"] == instrument.key]
        table[instrument.key] = rows["stage"]
        table[f"{instrument.key}_basis"] = rows["basis"]
    geometry = read_geometry(edition, level).loc[positions].geometry
    return gpd.GeoDataFrame(table, geometry=geometry, crs=edition.metric_crs).reset_index(drop=True)


def status_geojson(status: pd.DataFrame, programme: Programme, edition: Edition, caption: Caption) -> bytes:
    """Return RFC 7946 GeoJSON: WGS 84, five decimals, counter-clockwise; null where nothing is documented.

    The collection carries ``source`` and ``attribution`` members, as GeoNutzV asks for.
    """
    areas = status_areas(status, programme, edition, Level.DETAIL).to_crs("EPSG:4326")
    areas.geometry = shapely.orient_polygons(
        shapely.transform(areas.geometry.array, lambda xy: np.round(xy, 5)), exterior_cw=False
    )
    for column in areas.columns.drop("geometry"):
        areas[column] = areas[column].where(areas[column] != NO_DATA, None)
    collection = json.loads(areas.to_json(drop_id=True))
    collection["source"] = list(caption.lines)
    collection["attribution"] = edition.provenance.attribution_long
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def write_status_gpkg(
    status: pd.DataFrame, programme: Programme, edition: Edition, caption: Caption, path: Path
) -> None:
    """Write a GeoPackage in the metric CRS with full geometry: layer ``status``, and ``quelle`` with the source lines."""
    areas = status_areas(status, programme, edition, Level.FULL)
    path.unlink(missing_ok=True)
    areas.to_file(path, layer="status", driver="GPKG", engine="pyogrio")
    lines = [*caption.lines, edition.provenance.attribution_long]
    about = gpd.GeoDataFrame({"text": lines}, geometry=[shapely.Point()] * len(lines), crs=edition.metric_crs)
    about.to_file(path, layer="quelle", driver="GPKG", engine="pyogrio", mode="a")
