"""Areas for download: GeoJSON and GeoPackage, with source and attribution inside."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from atlas.analysis.days import Bools
from atlas.analysis.population import Weights
from atlas.analysis.status import NO_DATA
from atlas.export.tables import stages_said
from atlas.model.boundaries import BoundaryVersion, Level
from atlas.model.records import newest_source_day
from atlas.present.context import ViewContext
from atlas.present.credits import boundary_credits, full_credits
from atlas.present.population import register_said
from atlas.present.wording import Words
from atlas.sources.boundaries import read_geometry

_DETAILS = ("basis", "state", "until", "last_proof", "inferred")
_DATED = threading.Lock()
"""GDAL takes the date it writes into a GeoPackage from one setting of the process."""
_PORTION = 2000
"""So many areas of a GeoJSON file are made at a time: all of a country as Python objects would take a gigabyte."""


def status_properties(context: ViewContext, district: str | None = None) -> pd.DataFrame:
    """Return one row per municipality of the day.

    Index ``position``. Columns ``ags``, ``name``, ``district`` (name), ``inhabitants`` where there is a register (empty
    where it has no number for it alone), then for each instrument what `stages_said` returns
    (``no_data`` where nothing is documented), and with its key before them, as ``<instrument>_basis``, ``basis``,
    ``state``, ``until``, ``last_proof`` and ``inferred`` (a truth value). With ``district`` (a key) its municipalities only.
    """
    status, edition = context.status, context.edition
    if district is not None:
        status = status[status["district"] == district]
    positions = status.index.unique()
    table = edition.municipalities.loc[positions, ["ags", "name", "district"]].copy()
    table["district"] = table["district"].map(edition.districts["name"])
    table = _peopled(table, context.day.weights, edition.valid_at(context.as_of))
    for instrument in context.programme.instruments:
        rows = status[status["instrument"] == instrument.key]
        table[instrument.key] = stages_said(rows)
        for column in _DETAILS:
            table[f"{instrument.key}_{column}"] = rows[column]
    return table


def status_geojson(context: ViewContext, words: Words, district: str | None = None) -> bytes:
    """Return RFC 7946 GeoJSON: WGS 84, five decimals, counter-clockwise; null where nothing is documented.

    The collection carries ``source`` and ``attribution`` members, as GeoNutzV asks for.
    """
    table = status_properties(context, district).astype(object)
    return _geojson(table.mask(table == NO_DATA, None), context.edition, Level.DETAIL, full_credits(context, words))


def _peopled(table: pd.DataFrame, weights: Weights | None, there: Bools) -> pd.DataFrame:
    """Return a table by position with a column ``inhabitants`` (None where unknown), where there is a register."""
    if weights is None:
        return table
    known = [None if np.isnan(each) else int(each) for each in weights.alone(there)[table.index]]
    return table.assign(inhabitants=pd.Series(known, index=table.index, dtype=object))


def boundary_properties(edition: BoundaryVersion, day: date, weights: Weights | None = None) -> pd.DataFrame:
    """Return the municipalities as they were on ``day``.

    Index ``position``. Columns ``ags``, ``name``, ``kind``, ``district`` (key), ``district_name``, ``area_km2`` (geodesic),
    ``valid_from`` (ISO day from which it has had this extent, as far as the edition reaches back), and ``inhabitants`` as in
    `status_properties`.
    """
    rows = edition.municipalities[edition.valid_at(day)]
    table = rows[["ags", "name", "kind", "district"]].assign(
        district_name=rows["district"].map(edition.districts["name"]),
        area_km2=rows["area_km2"],
        valid_from=rows["valid_from"].dt.strftime("%Y-%m-%d"),
    )
    return _peopled(table, weights, edition.valid_at(day))


def boundaries_geojson(
    edition: BoundaryVersion, day: date, words: Words, weights: Weights | None = None, *, is_synthetic: bool
) -> bytes:
    """Return the municipalities of ``day`` as RFC 7946 GeoJSON: WGS 84, five decimals, counter-clockwise, full geometry.

    Properties as in `boundary_properties`; the collection carries ``date``, ``source`` and ``attribution`` members. Common
    borders stay common: rounding moves a point the same way in every area that has it.
    """
    credits_ = boundary_credits(edition, day, words, is_synthetic=is_synthetic)
    credits_ = (*credits_, *([register_said(weights.population, words)] if weights else []))
    return _geojson(boundary_properties(edition, day, weights), edition, Level.FULL, credits_, date=day.isoformat())


def _geojson(
    table: pd.DataFrame, edition: BoundaryVersion, level: Level, source: Sequence[str], **members: str
) -> bytes:
    """Return a collection of the rows of ``table``, whose index is ``position``, with the geometry of a level."""
    about = _json(members | {"source": list(source), "attribution": edition.provenance.attribution})
    features = b",".join(_features(table, edition, level))
    return b'{"type":"FeatureCollection","features":[' + features + b"]," + about[1:].encode()


def _features(table: pd.DataFrame, edition: BoundaryVersion, level: Level) -> Iterator[bytes]:
    for begin in range(0, len(table), _PORTION):
        rows = table.iloc[begin : begin + _PORTION]
        degrees = read_geometry(edition, level, rows.index.tolist()).geometry.to_crs("EPSG:4326").to_numpy()
        rounded = shapely.transform(degrees, lambda xy: np.round(xy, 5))
        written = shapely.to_geojson(shapely.orient_polygons(rounded, exterior_cw=False))
        for properties, geometry in zip(rows.to_dict("records"), written, strict=True):
            yield f'{{"type":"Feature","properties":{_json(properties)},"geometry":{geometry}}}'.encode()


def _json(node: Mapping[Any, object]) -> str:
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))


def status_gpkg(context: ViewContext, words: Words, district: str | None = None) -> bytes:
    """Return a GeoPackage in the metric CRS with full geometry: layer ``status``, and ``quelle`` with the source lines.

    Its date of last change is the newest in the record, so that the same data give the same bytes.
    """
    table = status_properties(context, district)
    if "inhabitants" in table:
        table["inhabitants"] = table["inhabitants"].astype("Int64")
    geometry = read_geometry(context.edition, Level.FULL, table.index.tolist()).geometry
    areas = gpd.GeoDataFrame(table, geometry=geometry, crs=context.edition.metric_crs).reset_index(drop=True)
    about = pd.DataFrame({"text": list(full_credits(context, words))})
    changed = newest_source_day(context.records.table) or context.edition.starts
    with tempfile.TemporaryDirectory() as folder, _DATED:
        path = Path(folder) / "status.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{changed.isoformat()}T00:00:00.000Z"})
        try:
            areas.to_file(path, layer="status", driver="GPKG", engine="pyogrio")
            pyogrio.write_dataframe(about, path, layer="quelle", driver="GPKG", append=True)
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()
