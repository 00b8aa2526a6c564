"""Status with geometry: GeoJSON and GeoPackage, with source and attribution inside."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from atlas.analysis.status import NO_DATA
from atlas.model.boundaries import Level
from atlas.present.credits import full_credits
from atlas.present.scene import Scene
from atlas.present.wording import Words
from atlas.sources.boundaries import read_geometry


def status_areas(scene: Scene, level: Level) -> gpd.GeoDataFrame:
    """Return one row per municipality of the day with its geometry, in the edition's metric CRS.

    RangeIndex. Columns ``ags``, ``name``, ``district`` (name), then for each instrument its stage (``no_data`` where
    nothing is documented) and ``<instrument>_basis``.
    """
    status, edition = scene.status, scene.edition
    positions = status.index.unique()
    table = edition.municipalities.loc[positions, ["ags", "name", "district"]].copy()
    table["district"] = table["district"].map(edition.districts["name"])
    for instrument in scene.programme.instruments:
        rows = status[status["instrument"] == instrument.key]
        table[instrument.key] = rows["stage"]
        table[f"{instrument.key}_basis"] = rows["basis"]
    geometry = read_geometry(edition, level).loc[positions].geometry
    return gpd.GeoDataFrame(table, geometry=geometry, crs=edition.metric_crs).reset_index(drop=True)


def status_geojson(scene: Scene, words: Words) -> bytes:
    """Return RFC 7946 GeoJSON: WGS 84, five decimals, counter-clockwise; null where nothing is documented.

    The collection carries ``source`` and ``attribution`` members, as GeoNutzV asks for.
    """
    areas = status_areas(scene, Level.DETAIL).to_crs("EPSG:4326")
    areas.geometry = shapely.orient_polygons(
        shapely.transform(areas.geometry.to_numpy(), lambda xy: np.round(xy, 5)), exterior_cw=False
    )
    for column in areas.columns.drop("geometry"):
        areas[column] = areas[column].where(areas[column] != NO_DATA, None)
    collection = json.loads(areas.to_json(drop_id=True))
    collection["source"] = list(full_credits(scene, words))
    collection["attribution"] = scene.edition.provenance.attribution
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def write_status_gpkg(scene: Scene, words: Words, path: Path) -> None:
    """Write a GeoPackage in the metric CRS with full geometry: layer ``status``, and ``quelle`` with the source lines."""
    areas = status_areas(scene, Level.FULL)
    path.unlink(missing_ok=True)
    areas.to_file(path, layer="status", driver="GPKG", engine="pyogrio")
    about = pd.DataFrame({"text": list(full_credits(scene, words))})
    pyogrio.write_dataframe(about, path, layer="quelle", driver="GPKG", append=True)
