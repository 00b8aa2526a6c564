"""Read one official boundary file: find its municipalities, their keys and where they lie, or say in a sentence what is wrong.

Run by `atlas.sources.deliveries` as a process of its own: what is in the file may be anything.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from pyarrow import parquet

from atlas.errors import AtlasError, Problem, Severity, few
from atlas.model.keys import is_ags, is_district_key, state_of
from atlas.phrases import N_

MOST_OBJECTS, MOST_POINTS = 100_000, 5_000_000
_KEY_COLUMNS = (
    "ags", "schluessel", "gemeindeschluessel", "gem_schl", "ags_g", "gemschl", "ags_0", "lau_id", "gkz",
    "de:amtlicher_gemeindeschluessel", "amtlicher_gemeindeschluessel", "de_amtlicher_gemeindeschluessel",
)  # fmt: skip
_REGIONAL_KEY_COLUMNS = ("ars", "rs", "ars_0", "rs_0", "regionalschluessel", "de:regionalschluessel")
_NAME_COLUMNS = ("gen", "name", "gemeindename", "gemeinde", "gem_name", "ortsname", "lau_name")
_KIND_COLUMNS = ("bez", "bezeichnung")
_DAY_COLUMNS = ("wsk", "beginn")
"""Since when a municipality is as it is, and since when the data are; where the whole says its day, the first alone tells more."""
_AREA_FILES = {".shp", ".gpkg", ".geojson", ".json", ".topojson", ".gml", ".fgb"}
_AGS_DIGITS, _ARS_DIGITS = 8, 12
_LAND, _LAND_UNDIVIDED = 4, 9
_COARSE = re.compile(r"(?:vg|nuts|gn)_?(?:1000|2500|5000)(?!\d)")
_GERMANY = (5.0, 46.5, 16.0, 56.0)
"""West, south, east and north, with room: a municipality whose middle lies outside is none of Germany's."""
_USUAL_CRS = ("EPSG:25832", "EPSG:25833", "EPSG:4326", "EPSG:3857", "EPSG:31467", "EPSG:31468", "EPSG:31469")
_SHOWN = 3
_MOJIBAKE = re.compile(r"[\u00c2-\u00c5][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]")


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """What is said of a file besides itself. Empty: it is to be found out."""

    key: str = ""
    """The column with the keys."""
    name: str = ""
    """The column with the names."""
    state: str = ""
    """Two digits of the state to cut out."""
    crs: str = ""
    """The coordinate system the numbers are in, whatever the file says."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An official file as read."""

    areas: gpd.GeoDataFrame
    """RangeIndex (the object's number in the file). Columns ``ags``, ``name``, ``kind`` (text, empty where the file says
    nothing), ``since`` (the newest day the file gives, ISO, or empty) and geometry in the file's CRS."""
    columns: tuple[str, ...]
    """Names of the file's columns, lower case: they tell whose layout it is."""
    district_names: Mapping[str, str] = field(default_factory=dict)
    """By five-digit key, if the delivery has a layer of districts."""
    as_of: str = ""
    """The day a ZIP of the BKG says it is of, ISO."""
    is_coarse: bool = False
    """Whether the file says itself that it is of a set coarser than 1:250 000."""
    notes: tuple[Problem, ...] = ()
    """What was mended in reading."""


Layer = tuple[str, str]
"""Where a layer is (a path GDAL opens) and what it is called."""


def main() -> None:
    """Read the file named in the argument; write what it holds into the folder named there, or on standard output what is wrong."""
    argument = json.loads(sys.argv[1])
    try:
        found = read(Path(argument["path"]), ReadingOptions(**argument["reading"]))
    except AtlasError as error:
        answer: dict[str, Any] = {"problems": [asdict(each) for each in error.problems]}
    else:
        found.areas.to_parquet(Path(argument["folder"]) / "areas.parquet")
        answer = {
            "columns": found.columns,
            "district_names": found.district_names,
            "as_of": found.as_of,
            "is_coarse": found.is_coarse,
            "notes": [asdict(each) for each in found.notes],
        }
    json.dump(answer, sys.stdout)


def read(path: Path, reading: ReadingOptions) -> Delivery:
    """Return the municipalities of an official file: VG250, GeoSN and the like, in any format pyogrio reads, or GeoParquet.

    Raises `AtlasError` if it can't be read, has no areas, no recognisable key column, no usable coordinate system, or is
    no file of German municipalities.
    """
    name = path.name
    notes: list[Problem] = []
    try:
        layers = _layers(path)
        source = _municipal_layer(layers, reading.key.lower())
        areas = _read_layer(source, name, notes)
        districts = _district_names(layers)
        as_of = _as_of(path)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        zipfile.BadZipFile,
        ValueError,
        OSError,
    ) as error:
        text = N_(
            "Die Datei lässt sich nicht lesen ({reason}). Erwartet wird GeoPackage, Shapefile, GeoJSON oder GML, auch als ZIP."
        )
        raise AtlasError(Problem(name, text, {"reason": str(error)[:200]})) from error
    if len(areas) > MOST_OBJECTS:
        text = N_(
            "Die Datei hat mehr als {most} Objekte; so viele Gemeinden gibt es nicht. Bitte die Ebene mit den Gemeinden liefern, nicht Gemarkungen oder Flurstücke."
        )
        raise AtlasError(Problem(name, text, {"most": MOST_OBJECTS}))
    columns = {str(column).lower(): str(column) for column in areas.columns if column != "geometry"}
    if problems := _layout_problems(areas, columns, reading, name):
        raise AtlasError(*problems)
    areas, is_coarse = _land(areas, columns)
    keys = _keys(areas, columns, reading, notes, name)
    label, kind = reading.name or _first(_NAME_COLUMNS, columns), _first(_KIND_COLUMNS, columns)
    found = gpd.GeoDataFrame(
        {
            "ags": keys,
            "name": _names(areas[columns[label.lower()]], name, notes) if label else "",
            "kind": _text(areas[kind]) if kind else "",
            "since": _newest_day(areas, columns, _DAY_COLUMNS[:1] if as_of else _DAY_COLUMNS),
        },
        geometry=areas.geometry.force_2d(),
        crs=areas.crs,
    )
    found = _placed(found, reading, name, notes)
    return Delivery(
        areas=found,
        columns=tuple(columns),
        district_names=districts,
        as_of=as_of,
        is_coarse=is_coarse or bool(_COARSE.search(f"{name} {source[1]}".lower())),
        notes=tuple(notes),
    )


# ---- layers -----------------------------------------------------------------------------------------------------------


def _layers(path: Path) -> list[Layer]:
    """Return all layers with areas of a file; of a ZIP those of every file in it, however deep in folders (BKG's are)."""
    sources = [str(path)]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            inside = sorted(name for name in archive.namelist() if PurePosixPath(name).suffix.lower() in _AREA_FILES)
        sources = [f"/vsizip/{path}/{name}" for name in inside] or sources
    layers = [
        ((source, str(row[0])), str(row[1]))
        for source in sources
        for row in ([(PurePosixPath(source).stem, "")] if source.endswith(".parquet") else pyogrio.list_layers(source))
    ]
    areal = [layer for layer, kind in layers if not re.search(r"None|Point|Line", kind)]
    return areal or [layer for layer, _ in layers]


def _as_of(path: Path) -> str:
    """Return the day in the file ``aktualitaet.txt`` of the BKG's archives, ISO; empty without one."""
    if not zipfile.is_zipfile(path):
        return ""
    with zipfile.ZipFile(path) as archive:
        found = [name for name in archive.namelist() if PurePosixPath(name).name.lower() == "aktualitaet.txt"]
        told = archive.open(found[0]).read(1_000).decode("utf-8", "replace") if found else ""
    match = re.search(r"\d\d\.\d\d\.\d{4}", told)
    return str(_days(pd.Series([match[0] if match else ""])).iloc[0])


def _municipal_layer(layers: list[Layer], key: str) -> Layer:
    """Return the layer with municipalities: the one whose name says so (VG250: ``vg250_gem``), else with a key column."""
    likely = [each for each in layers if _is_municipal(each[1])] or layers
    known = {key} if key else {*_KEY_COLUMNS, *_REGIONAL_KEY_COLUMNS}
    keyed = [each for each in likely if known & {field.lower() for field in _fields(each)}]
    return (keyed or likely)[0]


def _is_municipal(layer: str) -> bool:
    name = layer.lower()
    return ("gem" in name or "municip" in name) and "gemeinschaft" not in name and "gemark" not in name


def _fields(layer: Layer) -> list[str]:
    if layer[0].endswith(".parquet"):
        return [str(each) for each in parquet.read_schema(layer[0]).names]
    return [str(each) for each in pyogrio.read_info(layer[0], layer=layer[1])["fields"]]


def _read_layer(layer: Layer, name: str, notes: list[Problem]) -> pd.DataFrame:
    """Return the objects of a layer; one whose letters are not what it says is read as Windows-1252, which is said."""
    source, title = layer
    if source.endswith(".parquet"):
        return gpd.read_parquet(source)
    try:
        with np.errstate(invalid="ignore"):  # coordinates that are no numbers are named later
            return gpd.read_file(source, layer=title, engine="pyogrio", rows=MOST_OBJECTS + 1)
    except UnicodeDecodeError:
        text = N_("Die Namen sind nicht in dem Zeichensatz, den die Datei nennt; gelesen als Windows-1252.")
        notes.append(Problem(name, text, {}, Severity.NOTE))
        return gpd.read_file(source, layer=title, engine="pyogrio", rows=MOST_OBJECTS + 1, encoding="cp1252")


def _district_names(layers: list[Layer]) -> dict[str, str]:
    """Return names by five-digit key from a layer of districts (VG250: ``vg250_krs``), if there is one."""
    for source, layer in layers:
        is_districts = "krs" in layer.lower() or "kreis" in layer.lower()
        columns = {name.lower(): name for name in _fields((source, layer))} if is_districts else {}
        if not {"ags", "gen"} <= columns.keys() or source.endswith(".parquet"):
            continue
        rows = pyogrio.read_dataframe(source, layer=layer, read_geometry=False)
        keys, names = _text(rows[columns["ags"]]), _text(rows[columns["gen"]])
        kinds = _text(rows[columns["bez"]]) if "bez" in columns else names.where(names == "", "")
        return {
            key: f"Kreis {name}" if kind == "Kreis" and "kreis" not in name.lower() else name
            for key, name, kind in zip(keys, names, kinds, strict=True)
            if is_district_key(key)
        }
    return {}


def _layout_problems(
    areas: pd.DataFrame, columns: Mapping[str, str], reading: ReadingOptions, name: str
) -> list[Problem]:
    found = []
    for option, given in (("--key", reading.key), ("--name", reading.name)):
        if given and given.lower() not in columns:
            text = N_("Die Spalte „{given}“ gibt es nicht; vorhanden sind: {columns}.")
            found.append(Problem(option, text, {"given": given[:40], "columns": _listed(columns)}))
    if not reading.key and _first((*_KEY_COLUMNS, *_REGIONAL_KEY_COLUMNS), columns) is None:
        text = N_(
            "Es gibt keine Spalte mit dem Gemeindeschlüssel. Erwartet wird AGS oder ARS, deutsche Schlüssel mit acht oder zwölf Ziffern; vorhanden sind: {columns}. Was für andere Länder möglich ist, steht in docs/programm-aufnehmen.md."
        )
        likely = [column for column in columns.values() if _text(areas[column]).map(is_ags).mean() > 0.5]  # noqa: PLR2004
        if likely:
            text = N_(
                "Keine Spalte heißt wie der Gemeindeschlüssel; „{likely}“ enthält achtstellige Schlüssel. Sind sie es, bitte mit --key {likely} angeben."
            )
        found.append(Problem(name, text, {"columns": _listed(columns), "likely": likely[0] if likely else ""}))
    if not isinstance(areas, gpd.GeoDataFrame) or areas.geometry.isna().all():
        text = N_("Die Datei enthält keine Flächen. Bitte die Ebene mit den Gemeindeflächen liefern.")
        found.append(Problem(name, text))
    return found


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(columns.values())[:300] or "–"


def _first(wanted: Iterable[str], columns: Mapping[str, str]) -> str | None:
    return next((columns[each] for each in wanted if each in columns), None)


def _land(areas: pd.DataFrame, columns: Mapping[str, str]) -> tuple[pd.DataFrame, bool]:
    """Return the objects that are land, and whether the file is of a set that does not divide land from water.

    VG250: 4 is land; the others are water areas of the same municipality. VG1000 and coarser: all are 9.
    """
    if "gf" not in columns:
        return areas, False
    kinds = pd.to_numeric(areas[columns["gf"]], errors="coerce")
    undivided = kinds == _LAND_UNDIVIDED
    return areas[(kinds == _LAND) | undivided], bool(undivided.any())


# ---- keys and names ---------------------------------------------------------------------------------------------------


def _keys(
    areas: pd.DataFrame, columns: Mapping[str, str], reading: ReadingOptions, notes: list[Problem], name: str
) -> pd.Series:
    """Return the eight-digit keys; what is none stays as the file has it, to be named."""
    column = columns[reading.key.lower()] if reading.key else _first((*_KEY_COLUMNS, *_REGIONAL_KEY_COLUMNS), columns)
    given = _text(areas[column])
    bare = given.str.replace(r"\s+", "", regex=True)
    short = bare.str.fullmatch(r"[1-9][0-9]{6}(?:[0-9]{4})?")
    is_number = pd.api.types.is_numeric_dtype(areas[column])
    if short.any() and (is_number or (short | (bare == "")).all()):
        bare = bare.mask(short, "0" + bare)
        text = N_("Führende Null ergänzt bei {n} Schlüsseln der Spalte {column}, die als Zahlen gespeichert waren.")
        notes.append(Problem(name, text, {"n": int(short.sum()), "column": str(column)}, Severity.NOTE))
    whole = bare.str.fullmatch(rf"[0-9]{{{_ARS_DIGITS}}}")  # state, region, district, association (4), municipality (3)
    padded = whole & bare.str.endswith("0000")  # VG250's AGS_0: the key with four zeros behind
    bare = bare.mask(whole, bare.str[:5] + bare.str[9:]).mask(padded, bare.str[:_AGS_DIGITS])
    return bare.where(bare.str.fullmatch(rf"[0-9]{{{_AGS_DIGITS}}}") | (bare == ""), given)


def _names(column: pd.Series, name: str, notes: list[Problem]) -> pd.Series:
    """Return the names; UTF-8 that was read as something else is read again, and said."""
    names = _text(column)
    wrong = names.map(lambda each: bool(_MOJIBAKE.search(each))).astype(bool)
    if wrong.any():
        mended = names.where(~wrong, names[wrong].map(_as_utf8))
        text = N_("Namen in UTF-8, obwohl die Datei anderes sagt: berichtigt bei {n} Gemeinden, etwa {example}.")
        values: dict[str, str | int | float] = {"n": int(wrong.sum()), "example": str(mended[wrong].iloc[0])}
        notes.append(Problem(name, text, values, Severity.NOTE))
        names = mended
    if (lost := names.str.contains("\ufffd")).any():
        text = N_(
            "Unlesbare Zeichen stehen in diesen Namen: {list}. Bitte mit .cpg-Datei (Zeichensatz) oder als GeoPackage liefern."
        )
        raise AtlasError(Problem(name, text, {"list": few(names[lost])}))
    return names


def _as_utf8(text: str) -> str:
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _text(column: pd.Series) -> pd.Series:
    """Return a column as text, empty where there is nothing; 14511000.0 becomes 14511000."""
    if pd.api.types.is_float_dtype(column):
        column = column.where(column % 1 == 0).astype("Int64")
    return column.astype("string").str.strip().fillna("").astype(str)


def _newest_day(areas: pd.DataFrame, columns: Mapping[str, str], wanted: Iterable[str]) -> pd.Series:
    """Return the newest day the file gives for each object, ISO; empty where it gives none."""
    newest = pd.Series("", index=areas.index)
    for column in wanted:
        if column in columns:
            newest = newest.combine(_days(_text(areas[columns[column]]).str[:10].str.replace("/", "-")), max)
    return newest


def _days(told: pd.Series) -> pd.Series:
    """Return days written ``2016-01-01`` or ``01.01.2016``, ISO; empty for what is no day."""
    told = told.str.replace(r"^(\d{2})\.(\d{2})\.(\d{4})$", r"\3-\2-\1", regex=True)
    told = told.where(told.str.fullmatch(r"[12]\d{3}-\d{2}-\d{2}"))
    return pd.to_datetime(told, format="%Y-%m-%d", errors="coerce").dt.strftime("%Y-%m-%d").fillna("").astype(str)


# ---- places -----------------------------------------------------------------------------------------------------------


def _placed(areas: gpd.GeoDataFrame, reading: ReadingOptions, name: str, notes: list[Problem]) -> gpd.GeoDataFrame:
    """Return the areas that were asked for, with a coordinate system they fit; raise `AtlasError` if there is none."""
    if reading.state:
        there = sorted({state_of(ags) for ags in areas["ags"] if is_ags(ags)})
        areas = areas[areas["ags"].map(state_of) == reading.state]
        if areas.empty:
            text = N_("Aus dem Land {state} enthält die Datei keine Gemeinde; vorhanden sind: {there}.")
            values = {"state": reading.state, "there": ", ".join(there) or "–"}
            raise AtlasError(Problem("--state", text, values))
    shapes = areas.geometry.to_numpy()
    if int(shapely.get_num_coordinates(shapes).sum()) > MOST_POINTS:
        text = N_(
            "Die Grenzen haben mehr als {most} Stützpunkte. Bitte mit --state auf ein Land zuschneiden oder ein gröberes Produkt nehmen (VG250)."
        )
        raise AtlasError(Problem(name, text, {"most": MOST_POINTS}))
    if problem := _not_finite(areas, name):
        raise AtlasError(problem)
    if reading.crs:
        areas = areas.set_crs(reading.crs, allow_override=True)
    elif areas.crs is None and name.lower().endswith(("json", ".zip")) and _fits(areas, "EPSG:4326").all():
        text = N_(
            "Die Datei nennt kein Koordinatensystem; gelesen als Längen- und Breitengrade (WGS 84), wie bei TopoJSON üblich."
        )
        notes.append(Problem(name, text, {}, Severity.NOTE))
        areas = areas.set_crs("EPSG:4326")
    if len(areas) and (problem := _misplaced(areas, name)):
        raise AtlasError(problem)
    return areas


def _not_finite(areas: gpd.GeoDataFrame, name: str) -> Problem | None:
    points, owner = shapely.get_coordinates(areas.geometry.to_numpy(), return_index=True)
    broken = np.unique(owner[~np.isfinite(points).all(axis=1)])
    if not len(broken):
        return None
    text = N_("Koordinaten, die keine Zahlen sind, haben: {list}. Bitte neu ausspielen lassen.")
    return Problem(name, text, {"list": few(areas["ags"].iloc[broken])})


def _misplaced(areas: gpd.GeoDataFrame, name: str) -> Problem | None:
    """Return what is wrong with the coordinate system, or that this is another country; None if all lies in Germany."""
    likely = next((crs for crs in _USUAL_CRS if _fits(areas, crs).all()), "")
    if areas.crs is None:
        text = N_("Die Datei nennt ihr Koordinatensystem nicht. Bitte mit .prj-Datei oder als GeoPackage liefern.")
        if likely:
            text = N_(
                "Die Datei nennt ihr Koordinatensystem nicht. Bitte mit .prj-Datei oder als GeoPackage liefern, oder es angeben; nach den Zahlen wohl: --crs {likely}"
            )
        return Problem(name, text, {"likely": likely})
    fits = _fits(areas, areas.crs)
    if fits.all():
        return None
    values: dict[str, str | int | float] = {"likely": likely, "crs": _called(areas.crs)}
    if likely and areas["ags"].map(is_ags).any():
        text = N_(
            "Die Koordinaten passen nicht zu {crs}, wie es die Datei nennt; nach den Zahlen sind sie wohl in {likely}. Bitte mit --crs {likely} angeben oder richtig ausspielen lassen."
        )
        return Problem(name, text, values)
    if _fits(areas, areas.crs, is_swapped=True).all():
        text = N_("Länge und Breite sind vertauscht. Bitte mit der Länge (Ostwert) zuerst ausspielen lassen.")
        return Problem(name, text)
    if fits.any() and areas["ags"].map(is_ags).any():
        text = N_("Außerhalb Deutschlands liegen: {list}. Bitte entfernen oder berichtigen.")
        return Problem(name, text, {**values, "list": few(areas["ags"][~fits])})
    text = N_(
        "Die Flächen liegen nicht in Deutschland (gelesen in {crs}). Aufgenommen werden nur Gemeinden mit deutschem achtstelligem Schlüssel; was für andere Länder möglich ist, steht in docs/programm-aufnehmen.md."
    )
    return Problem(name, text, values)


def _fits(areas: gpd.GeoDataFrame, crs: object, *, is_swapped: bool = False) -> pd.Series:
    """Return for each area whether its middle lies in Germany if its coordinates are in ``crs``; empty ones fit."""
    bounds = areas.geometry.bounds
    x, y = (bounds["minx"] + bounds["maxx"]) / 2, (bounds["miny"] + bounds["maxy"]) / 2
    if is_swapped:
        x, y = y, x
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(x.to_numpy(), y.to_numpy())
    west, south, east, north = _GERMANY
    inside = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    return pd.Series(inside | x.isna().to_numpy(), index=areas.index)


def _called(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.name)


if __name__ == "__main__":
    main()
