"""Boundary files of every form, coordinate system, key and damage, made from the invented state; what is to become of each.

``python -m tests.boundary_corpus FOLDER`` writes them and says what becomes of each, as a table.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.affinity import translate
from topojson.core.topology import Topology

from atlas.sources import boundary_file
from atlas.sources.boundary_file import ReadingOptions
from tests import miniland

TAKEN = ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file: how it is written, and what is said."""

    name: str
    write: Callable[[Path], object]
    refused: str = TAKEN
    """A regular expression of the sentence; empty: the file is taken."""
    said: str = ""
    """A regular expression of what is noted of a file that is taken."""
    reading: ReadingOptions = field(default_factory=ReadingOptions)


def state(prefix: str = "00", crs: str = "EPSG:25833") -> gpd.GeoDataFrame:
    """Return the municipalities in the layout of VG250, with keys of another state if asked for."""
    areas = miniland.municipalities()
    keys = prefix + areas["ags"].str[2:]
    made = gpd.GeoDataFrame(
        {"AGS": keys, "GEN": areas["name"], "BEZ": areas["kind"], "GF": 4}, geometry=areas.geometry, crs=areas.crs
    )
    return made.to_crs(crs)


def zipped(path: Path, *files: Path, folder: str = "") -> None:
    """Write a ZIP of files."""
    with zipfile.ZipFile(path, "w") as archive:
        for each in files:
            archive.write(each, f"{folder}{each.name}")


def corpus() -> Iterator[Case]:
    """Yield all cases."""
    yield from _forms()
    yield from _systems()
    yield from _keys()
    yield from _sets()
    yield from _damage()


def _file(frame: Callable[[], gpd.GeoDataFrame], **options: object) -> Callable[[Path], object]:
    return lambda path: frame().to_file(path, engine="pyogrio", **options)


def _forms() -> Iterator[Case]:
    for suffix in ("gpkg", "geojson", "shp", "fgb", "gml"):
        yield Case(name=f"form.{suffix}", write=_file(state, **({"driver": "GML"} if suffix == "gml" else {})))
    yield Case(name="geoparquet.parquet", write=lambda path: state().to_parquet(path))
    yield Case(name="topojson.topojson", write=_topojson, said="nennt kein Koordinatensystem; gelesen als Längen")
    yield Case(name="topo.json", write=_topojson, said="nennt kein Koordinatensystem")
    yield Case(name="zip_shp.zip", write=_zipped_shape)
    yield Case(name="zip_gpkg.zip", write=_zipped_package)
    yield Case(
        name="zip_ohne.zip", write=lambda path: zipped(path, _written(path, "liesmich.txt", b"nichts")), refused="lesen"
    )
    yield Case(name="kaputt.zip", write=lambda path: path.write_bytes(b"PK\x03\x04 kein Archiv"), refused="lesen")
    yield Case(name="kaputt.gpkg", write=lambda path: path.write_bytes(b"kein GeoPackage"), refused="lesen")
    yield Case(name="halb.geojson", write=_halved, refused="lesen")
    yield Case(name="leer.geojson", write=lambda path: path.write_bytes(b""), refused="lesen")
    yield Case(
        name="liste.csv", write=lambda path: state().drop(columns="geometry").to_csv(path), refused="keine Flächen"
    )


def _systems() -> Iterator[Case]:
    for code in ("4326", "25832", "25833", "3857", "31468"):
        yield Case(name=f"crs_{code}.gpkg", write=_file(lambda code=code: state(crs=f"EPSG:{code}")))
    yield Case(
        name="utm_als_grad.geojson",
        write=_file(lambda: state(crs="EPSG:25832").set_crs("EPSG:4326", allow_override=True)),
        refused="passen nicht zu EPSG:4326.*--crs EPSG:25832",
    )
    named = ReadingOptions(crs="EPSG:25832")
    yield Case(
        name="utm_genannt.geojson",
        write=_file(lambda: state(crs="EPSG:25832").set_crs("EPSG:4326", allow_override=True)),
        reading=named,
    )
    yield Case(name="ohne_prj.shp", write=_without_prj, refused="nennt ihr Koordinatensystem nicht.*--crs EPSG:25832")
    yield Case(name="ohne_prj_genannt.shp", write=_without_prj, reading=ReadingOptions(crs="EPSG:25833"))
    yield Case(name="vertauscht.geojson", write=_file(_swapped), refused="Länge und Breite sind vertauscht")
    yield Case(name="anderswo.gpkg", write=_file(lambda: _moved(900_000)), refused="liegen nicht in Deutschland")
    yield Case(name="eine_anderswo.gpkg", write=_file(_one_away), refused=r"Außerhalb Deutschlands liegen: 00021010\.")


def _keys() -> Iterator[Case]:
    def keyed(make: Callable[[pd.Series], object], column: str = "AGS", prefix: str = "06") -> Callable[[Path], object]:
        return _file(lambda: state(prefix).assign(AGS=lambda rows: make(rows["AGS"])).rename(columns={"AGS": column}))

    zero = "Führende Null ergänzt bei 13 Schlüsseln"
    yield Case(name="zahl.gpkg", write=keyed(lambda keys: keys.astype(int)), said=zero)
    yield Case(name="komma.gpkg", write=keyed(lambda keys: keys.astype(float)), said=zero)
    yield Case(name="text_ohne_null.gpkg", write=keyed(lambda keys: keys.str[1:]), said=zero)
    yield Case(name="ars.gpkg", write=keyed(_regional, "ARS"))
    yield Case(name="ars_zahl.gpkg", write=keyed(lambda keys: _regional(keys).astype("int64"), "ARS"), said=zero)
    spaced = r"\1 \2 \3 \4 \5"
    yield Case(
        name="ars_leerzeichen.gpkg",
        write=keyed(lambda keys: _regional(keys).str.replace(r"(..)(.)(..)(....)(...)", spaced, regex=True), "ARS"),
    )
    yield Case(name="ags_0.gpkg", write=keyed(lambda keys: keys + "0000", "AGS_0"))
    yield Case(name="osm.geojson", write=keyed(lambda keys: keys, "de:amtlicher_gemeindeschluessel", "99"))
    yield Case(name="anders.gpkg", write=keyed(lambda keys: keys, "NR"), refused="mit --key NR angeben")
    yield Case(name="genannt.gpkg", write=keyed(lambda keys: keys, "NR"), reading=ReadingOptions(key="nr", name="gen"))
    yield Case(
        name="vertippt.gpkg",
        write=keyed(lambda keys: keys),
        reading=ReadingOptions(key="AG"),
        refused="Spalte „AG“ gibt es nicht",
    )
    yield Case(
        name="kreise.gpkg",
        write=keyed(lambda keys: keys.str[:5], "ARS"),
        refused=r"Kreise, keine Gemeinden: 13 .*\(06021, 06011, 06022\).*VG250",
    )
    yield Case(
        name="fremd.gpkg",
        write=keyed(lambda keys: "GM" + keys.str[4:]),
        refused="deutschen Gemeindeschlüssel mit acht Ziffern.*programm-aufnehmen",
    )
    yield Case(
        name="oesterreich.gpkg",
        write=_file(lambda: _moved(250_000).assign(AGS="10101").rename(columns={"AGS": "GKZ"})),
        refused="liegen nicht in Deutschland.*docs/programm-aufnehmen",
    )
    yield Case(
        name="frankreich.gpkg",
        write=_file(lambda: _moved(-900_000).rename(columns={"AGS": "INSEE_COM"}).assign(INSEE_COM="67482")),
        refused="Erwartet wird AGS oder ARS, deutsche Schlüssel.*docs/programm-aufnehmen",
    )
    yield Case(
        name="eine_falsch.gpkg",
        write=keyed(lambda keys: keys.where(keys.index > 0, "1452")),
        refused="Objekt 1: „1452“ ist kein",
    )
    yield Case(
        name="doppelt.gpkg", write=keyed(lambda keys: keys.where(keys.index > 0, keys[1])), refused="steht mehrfach"
    )


def _sets() -> Iterator[Case]:
    yield Case(name="gf9.gpkg", write=_file(lambda: state().assign(GF=9)), said="generalisiert")
    yield Case(name="vg1000.gpkg", write=_file(state, layer="vg1000_gem"), said="generalisiert")
    yield Case(name="wasser.gpkg", write=_file(lambda: pd.concat([state(), state().iloc[[0]].assign(GF=2)])))
    yield Case(name="teile.gpkg", write=_file(lambda: state().explode(ignore_index=True)))
    yield Case(name="zwei_laender.gpkg", write=_file(_two_states), refused="Die Datei enthält 00, 77.*--state")
    yield Case(name="ein_land.gpkg", write=_file(_two_states), reading=ReadingOptions(state="00"))
    yield Case(
        name="anderes_land.gpkg",
        write=_file(_two_states),
        reading=ReadingOptions(state="05"),
        refused="Aus dem Land 05 .*00, 77",
    )


def _damage() -> Iterator[Case]:
    def broken(row: int, make: Callable[[shapely.Geometry], object]) -> Callable[[], gpd.GeoDataFrame]:
        def made() -> gpd.GeoDataFrame:
            areas = state()
            shapes = list(areas.geometry)
            shapes[row] = make(shapes[row])
            return areas.set_geometry(gpd.GeoSeries(shapes, crs=areas.crs))

        return made

    yield Case(name="hoehe.gpkg", write=_file(lambda: state().set_geometry(shapely.force_3d(state().geometry, 5.0))))
    yield Case(name="nan.gpkg", write=_file(broken(0, _with_nan)), refused="Koordinaten, die keine Zahlen sind")
    yield Case(name="leer.gpkg", write=_file(broken(0, lambda _: shapely.Polygon())), refused="hat keine Fläche")
    yield Case(name="punkt.geojson", write=_file(broken(0, shapely.centroid)), refused="keine Fläche, sondern Point")
    yield Case(
        name="ueberlappt.gpkg", write=_file(broken(1, lambda each: translate(each, 3.0))), refused="überlappen sich"
    )
    yield Case(
        name="loch.gpkg",
        write=_file(broken(7, lambda each: shapely.box(*np.add(each.bounds, (3, 0, 0, 0))))),
        refused="klafft eine Lücke",
    )
    yield Case(
        name="haar.gpkg", write=_file(broken(7, lambda each: translate(each, 0.004))), said="unter zwei Zentimetern"
    )
    yield Case(name="schleife.gpkg", write=_file(broken(0, _crossed)), refused="die sich selbst kreuzt")
    yield Case(name="boegen.gpkg", write=_curved)
    yield Case(name="latin1.shp", write=lambda path: _shape(path, "ISO-8859-1", "UTF-8"))
    yield Case(
        name="utf8_als_latin1.shp", write=lambda path: _shape(path, "UTF-8", "ISO-8859-1"), said="Namen in UTF-8"
    )
    yield Case(
        name="verloren.gpkg",
        write=_file(lambda: state().assign(GEN=lambda rows: rows["GEN"].str.replace("ü", "\ufffd"))),
        refused="Unlesbare Zeichen",
    )
    yield Case(name="namenlos.gpkg", write=_file(lambda: state().drop(columns="GEN")), refused="Der Name fehlt bei 13")
    yield Case(
        name="punkte.gpkg",
        write=_file(lambda: _dense(2 * boundary_file.MOST_POINTS)),
        refused=r"mehr als \d+ Stützpunkte",
    )


def _written(path: Path, name: str, body: bytes) -> Path:
    path.with_name(name).write_bytes(body)
    return path.with_name(name)


def _topojson(path: Path) -> None:
    made = Topology(state(crs="EPSG:4326"), object_name="gemeinden", prequantize=1e7).to_dict()
    made.pop("bbox", None)
    path.write_text(json.dumps(made), encoding="utf-8")


def _zipped_shape(path: Path) -> None:
    inside = path.with_name("inside")
    inside.mkdir()
    state().to_file(inside / "VG250_GEM.shp", engine="pyogrio")
    zipped(path, *inside.iterdir(), folder="vg250/ebenen/")


def _zipped_package(path: Path) -> None:
    state().to_file(path.with_name("DE_VG250.gpkg"), layer="vg250_gem", engine="pyogrio")
    zipped(path, path.with_name("DE_VG250.gpkg"), folder="vg250/")


def _halved(path: Path) -> None:
    state(crs="EPSG:4326").to_file(path, engine="pyogrio")
    body = path.read_bytes()
    path.write_bytes(body[: len(body) // 2])


def _without_prj(path: Path) -> None:
    state().to_file(path, engine="pyogrio")
    path.with_suffix(".prj").unlink()


def _swapped() -> gpd.GeoDataFrame:
    areas = state(crs="EPSG:4326")
    return areas.set_geometry(shapely.transform(areas.geometry, lambda xy: xy[:, ::-1]))


def _moved(east_m: float) -> gpd.GeoDataFrame:
    areas = state()
    return areas.set_geometry(areas.geometry.translate(east_m))


def _one_away() -> gpd.GeoDataFrame:
    areas = state()
    return areas.set_geometry(areas.geometry.where(areas.index > 0, areas.geometry.translate(1_000_000)))


def _two_states() -> gpd.GeoDataFrame:
    return pd.concat([state(), state("77").set_geometry(state().geometry.translate(100_000))], ignore_index=True)


def _regional(keys: pd.Series) -> pd.Series:
    return keys.str[:5] + "0123" + keys.str[5:]


def _with_nan(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: np.where(np.arange(len(xy))[:, None] == 1, np.nan, xy))


def _crossed(shape: shapely.Geometry) -> shapely.Geometry:
    west, south, east, north = shape.bounds
    return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])


def _curved(path: Path) -> None:
    """Write a file whose one area is a circle of two arcs: shapely knows none, so its bytes are put in by hand."""
    import sqlite3
    import struct

    circle = shapely.Point(400_000, 5_660_000).buffer(1_000)
    frame = gpd.GeoDataFrame(
        {"AGS": ["99021010"], "GEN": ["Rund"], "BEZ": ["Gemeinde"], "GF": [4]}, geometry=[circle], crs="EPSG:25833"
    )
    frame.to_file(path, engine="pyogrio", layer="gem", geometry_type="Unknown", SPATIAL_INDEX="NO")
    x, y, r = 400_000.0, 5_660_000.0, 1_000.0
    points = (x - r, y, x, y + r, x + r, y, x, y - r, x - r, y)
    arcs = struct.pack("<BII", 1, 8, 5) + struct.pack("<10d", *points)
    body = b"GP\0\1" + struct.pack("<i", 25833) + struct.pack("<BII", 1, 10, 1) + arcs
    with sqlite3.connect(path) as store:
        for trigger, *_ in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f'DROP TRIGGER "{trigger}"')
        store.execute("UPDATE gem SET geom = ?", (body,))
    store.close()


def _shape(path: Path, written: str, claimed: str) -> None:
    """Write a shapefile whose letters are not in the encoding it claims."""
    state().assign(GEN=lambda rows: rows["GEN"].str[:20]).to_file(path, engine="pyogrio", encoding=written)
    path.with_suffix(".cpg").write_text(claimed, encoding="ascii")


def _dense(points: int) -> gpd.GeoDataFrame:
    areas = state()
    whole = float(areas.geometry.length.sum())
    return areas.set_geometry(shapely.segmentize(areas.geometry.array, whole / points))


def main() -> None:
    """Write all cases into a folder, take each in as the command does, and print what was said and how long it took."""
    import contextlib
    import io
    import os
    import time

    from atlas.__main__ import main as command

    first_one = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for number, case in enumerate(corpus(), start=1):
        if number < first_one:
            continue
        place = Path(sys.argv[1]) / f"{number:02}"
        place.mkdir(parents=True)
        case.write(place / case.name)
        os.environ["ATLAS_DATA_DIR"] = str(place / "root")
        given = {name: getattr(case.reading, name) for name in ("key", "name", "state", "crs")}
        more = [word for name, value in given.items() if value for word in (f"--{name}", value)]
        told, began, busy = io.StringIO(), time.monotonic(), os.times()
        try:
            with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
                # A day for which no list of keys was checked: these are invented.
                fixed = ["--date", "2025-01-01", "--attribution", "Quelle: erfunden"]
                code = command(["boundaries", "add", str(place / case.name), *fixed, *more])
            became = "refused" if code else "taken"
        except Exception as error:  # noqa: BLE001 - what this script is there to find
            became = f"TRACEBACK {error!r}"
        cpu_s = sum(os.times()[:4]) - sum(busy[:4])
        mark = "" if became == ("refused" if case.refused else "taken") else " (!)"
        lines = told.getvalue().splitlines() or ["nothing was said"]
        first = next(
            (line for line in lines if line.startswith("FEHLER") or (case.said and "Hinweis" in line)), lines[-1]
        )
        time_s = time.monotonic() - began
        sys.stdout.write(
            f"{number:2} | {case.name} | {became}{mark} | {time_s:.1f} s, CPU {cpu_s:.1f} s | {first[:170]}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
