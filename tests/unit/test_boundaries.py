"""Boundary files as they come, every fault they can have, and what an edition carries on from the one before.

The shipped edition itself, and the forms of file that are taken in, are tested in `test_editions`.
"""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import translate

from atlas.adopt import boundaries
from atlas.adopt.boundaries import BoundaryOptions, add_boundaries
from atlas.adopt.boundary_versions import decode_topology, write_topology
from atlas.analysis.coverage import clean, coverage_problems, metric_crs
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.boundaries import BoundaryVersion, Level
from atlas.sources import boundary_file
from atlas.sources.boundaries import list_editions, read_edition, read_geometry
from atlas.sources.boundary_file import ReadingOptions
from tests import miniland

TODAY = date(2025, 1, 1)
BERGEN, DREIECK, INSEL, NEUSTADT_SOUTH = "00021020", "00021030", "00021070", "00022040"


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a process of its own, which takes seconds to start; `test_boundary_files` has one."""
    monkeypatch.setattr(boundaries, "read_delivery", boundary_file.read)


def _read(path: Path) -> boundary_file.Delivery:
    return boundary_file.read(path, ReadingOptions())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return miniland.write(tmp_path_factory.mktemp("template") / "mini")


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(template, tmp_path / "root"))


@pytest.fixture
def areas(template: Path) -> gpd.GeoDataFrame:
    """Miniland's municipalities of today in the layout of VG250."""
    edition = list_editions(template)[0]
    there = edition.valid_at(TODAY)
    shapes = read_geometry(edition, Level.FULL)[there]
    table = edition.municipalities[there]
    named = shapes.assign(AGS=table["ags"], GEN=table["name"], BEZ=table["kind"], GF=4)
    return named.reset_index(drop=True)


def _row(areas: gpd.GeoDataFrame, ags: str) -> int:
    return int(np.flatnonzero(areas["AGS"] == ags)[0])


def _written(areas: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    areas.to_file(path, engine="pyogrio", **options)
    return path


def _take_in(
    areas: gpd.GeoDataFrame, root: Path, name: str = "neu.gpkg"
) -> tuple[BoundaryVersion, tuple[Problem, ...]]:
    return add_boundaries(_written(areas, root.parent / name), TODAY, root, BoundaryOptions(attribution="Quelle: wir"))


def _refused(areas: gpd.GeoDataFrame, root: Path, match: str) -> str:
    with pytest.raises(AtlasError, match=match) as caught:
        add_boundaries(_written(areas, root.parent / "neu.gpkg"), TODAY, root)
    assert len(list_editions(root)) == 1
    assert not [path for path in (root / "geodata" / "00").iterdir() if path.name.startswith(".")]
    return str(caught.value)


# --- keys -------------------------------------------------------------------------------------------------------


def test_missing_key_is_refused_by_object(areas: gpd.GeoDataFrame, root: Path) -> None:
    areas.loc[2, "AGS"] = None
    _refused(areas, root, r"neu\.gpkg, Objekt 3: Der Gemeindeschlüssel fehlt")


@pytest.mark.parametrize("given", ["0002102", "000210200", "0002102x", "00 21020"])
def test_malformed_key_is_refused_and_never_filled_up(areas: gpd.GeoDataFrame, root: Path, given: str) -> None:
    areas.loc[0, "AGS"] = given
    _refused(areas, root, f"Objekt 1: „{given}“ ist kein achtstelliger Gemeindeschlüssel")


def test_same_key_with_two_names_is_refused(areas: gpd.GeoDataFrame, root: Path) -> None:
    areas.loc[_row(areas, BERGEN), "AGS"] = DREIECK
    _refused(areas, root, f"Schlüssel {DREIECK} steht mehrfach in der Datei, mit verschiedenen Namen: Bergen, Dreieck")


def test_parts_with_the_same_key_are_one_municipality(areas: gpd.GeoDataFrame, root: Path) -> None:
    edition, notes = _take_in(areas.explode(ignore_index=True), root)
    assert notes == ()
    assert edition.valid_at(TODAY).sum() == len(areas)


def test_keys_stored_as_numbers_with_a_point_are_read(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    western = areas.assign(AGS=[14021000.0 + number for number in range(len(areas))])
    read = _read(_written(western, tmp_path / "zahl.gpkg"))
    assert read.areas["ags"].iloc[0] == "14021000"


def test_padded_key_column_of_vg250_is_read(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    padded = areas.assign(AGS_0=areas["AGS"] + "0000").drop(columns="AGS")
    assert list(_read(_written(padded, tmp_path / "a.gpkg")).areas["ags"]) == list(areas["AGS"])


def test_file_without_municipalities_is_refused(areas: gpd.GeoDataFrame, root: Path) -> None:
    _refused(areas.assign(GF=2), root, "Die Datei enthält keine Gemeinde")


# --- shapes -----------------------------------------------------------------------------------------------------


def test_overlap_is_said_with_both_names_and_its_size(areas: gpd.GeoDataFrame, root: Path) -> None:
    row = _row(areas, BERGEN)
    areas.loc[row, "geometry"] = areas.geometry[row].union(translate(areas.geometry[row], 3.0))
    _refused(areas, root, rf"Bergen \({BERGEN}\) und Dreieck \({DREIECK}\) überlappen sich auf etwa 30000 m²")


def test_gap_is_said_with_names_and_its_size(areas: gpd.GeoDataFrame, root: Path) -> None:
    row = _row(areas, INSEL)
    island = areas.geometry[row]
    areas.loc[row, "geometry"] = shapely.box(*np.add(island.bounds, (3.0, 0, 0, 0)))
    _refused(areas, root, rf"Zwischen Gürtel \(00021060\), Insel \({INSEL}\) klafft eine Lücke von etwa 9000 m²")


def test_cleft_open_at_the_outline_is_said(areas: gpd.GeoDataFrame, root: Path) -> None:
    row = _row(areas, "00021010")
    west, south, east, north = areas.geometry[row].bounds
    areas.loc[row, "geometry"] = shapely.box(west, south, east - 0.5, north)
    _refused(areas, root, r"Neustadt \(00021010\) stößt nicht sauber an seine Nachbarn: \d+ m")


def test_crossing_border_is_refused(areas: gpd.GeoDataFrame, root: Path) -> None:
    west, south, east, north = areas.geometry[0].bounds
    areas.loc[0, "geometry"] = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    _refused(areas, root, r"Ministadt \(00011000\) hat eine Grenze, die sich selbst kreuzt")


def test_ring_that_touches_itself_is_repaired_and_noted(tmp_path: Path) -> None:
    def place(*corners: tuple[int, int]) -> shapely.Polygon:
        return shapely.Polygon([(400_000 + x * 1_000, 5_650_000 + y * 1_000) for x, y in corners])

    drawn = [
        ("99021010", "Sanduhr", place((0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 1))),
        ("99021020", "Ost", place((1, 0), (2, 0), (2, 1), (1, 1))),
        ("99021030", "Nord", place((0, 1), (1, 1), (1, 2), (0, 2))),
    ]
    assert not drawn[0][2].is_valid
    areas = gpd.GeoDataFrame(drawn, columns=["AGS", "GEN", "geometry"], crs="EPSG:25833")
    path = _written(areas.assign(BEZ="Gemeinde", GF=4), tmp_path / "neu.gpkg")
    edition, notes = add_boundaries(path, TODAY, tmp_path / "root", BoundaryOptions(attribution="Quelle: wir"))
    assert [note.severity for note in notes] == [Severity.NOTE, Severity.WARNING]
    assert "Sanduhr (99021010) hatte einen Ring, der sich selbst berührt" in notes[0].sentence()
    assert "districts.csv: Die Namen dieser Kreise stehen nicht in der Datei: 99021. Bitte hier" in notes[1].sentence()
    assert edition.municipalities["area_km2"].tolist() == pytest.approx([2, 1, 1], abs=0.01)


def test_missing_node_is_mended_and_noted(areas: gpd.GeoDataFrame, root: Path) -> None:
    row = _row(areas, BERGEN)
    areas.loc[row, "geometry"] = shapely.box(*areas.geometry[row].bounds)
    neighbour = _row(areas, "00011000")
    west, south, east, north = areas.geometry[neighbour].bounds
    with_node = [(west, south), (west, north), ((west + east) / 2, north), (east, north), (east, south)]
    areas.loc[neighbour, "geometry"] = shapely.Polygon(with_node)
    edition, notes = _take_in(areas, root)
    assert [note.severity for note in notes] == [Severity.NOTE]
    assert f"ausgeglichen bei 1 Gemeinden: {BERGEN}." in notes[0].sentence()
    assert shapely.coverage_is_valid(read_geometry(edition, Level.FULL).geometry.to_numpy())


def test_hair_crack_is_mended_and_noted(areas: gpd.GeoDataFrame, root: Path) -> None:
    row = _row(areas, INSEL)
    areas.loc[row, "geometry"] = translate(areas.geometry[row], 0.004, -0.003)
    edition, notes = _take_in(areas, root)
    assert "Lücken und Überlappungen" in notes[0].sentence()
    island = int(np.flatnonzero(edition.municipalities["ags"] == INSEL)[0])
    around = edition.borders[(edition.borders["a"] == island) | (edition.borders["b"] == island)]
    assert around["border_m"].tolist() == pytest.approx([12_000], abs=0.1)


def test_float_noise_in_degrees_is_rounded_away(areas: gpd.GeoDataFrame) -> None:
    degrees = areas.to_crs("EPSG:4326")
    degrees.geometry = [translate(shape, 2e-13 * number) for number, shape in enumerate(degrees.geometry)]
    cleaned = clean(degrees.rename(columns={"AGS": "ags", "GEN": "name"}), "EPSG:25833")
    assert coverage_problems(cleaned, "") == []


def test_part_of_a_state_is_refused(areas: gpd.GeoDataFrame, root: Path) -> None:
    _refused(areas[areas["AGS"].str.startswith("00021")], root, r"bedecken \d+\.\d % der bisherigen Fläche des Landes")


def test_all_faults_of_different_kinds_are_said_at_once(areas: gpd.GeoDataFrame, root: Path) -> None:
    areas.loc[0, "AGS"] = "12"
    areas.loc[_row(areas, INSEL), "GEN"] = "Eiland"
    row = _row(areas, BERGEN)
    areas.loc[row, "geometry"] = areas.geometry[row].union(translate(areas.geometry[row], 3.0))
    said = _refused(areas.drop(columns="BEZ"), root, "Quellenvermerk fehlt")
    assert "„12“ ist kein achtstelliger" in said
    assert "überlappen sich" in said


# --- names, sources, dates --------------------------------------------------------------------------------------


def test_names_missing_in_the_file_come_from_the_edition_before(areas: gpd.GeoDataFrame, root: Path) -> None:
    path = _written(areas[["AGS", "geometry"]], root.parent / "nur_schluessel.gpkg")
    edition, _ = add_boundaries(path, TODAY, root, BoundaryOptions(attribution="Quelle: wir"))
    assert set(areas["GEN"]) == set(edition.municipalities["name"])
    assert set(areas["BEZ"]) == set(edition.municipalities["kind"])


def test_names_nobody_knows_are_a_blocker(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = _written(areas[["AGS", "geometry"]], tmp_path / "nur_schluessel.gpkg")
    with pytest.raises(AtlasError, match="Der Name fehlt bei 11 Gemeinden: 00011000, "):
        add_boundaries(path, TODAY, tmp_path / "leer", BoundaryOptions(attribution="Quelle: wir"))


def test_unknown_layout_needs_its_source_note(areas: gpd.GeoDataFrame, root: Path) -> None:
    _refused(areas.rename(columns={"GEN": "ort"}), root, "Quellenvermerk fehlt.*--attribution")


def test_layout_of_the_saxon_survey_proposes_its_note(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    saxon = areas.assign(SCHLUESSEL="14" + areas["AGS"].str[2:], ORTSNAME=areas["GEN"])
    path = _written(saxon[["SCHLUESSEL", "ORTSNAME", "geometry"]], tmp_path / "sn.gpkg")
    edition, _ = add_boundaries(path, TODAY, tmp_path / "root")
    assert edition.provenance.attribution == "Quelle: GeoSN, dl-de/by-2-0 (Daten geändert)"
    assert edition.provenance.licence_url == "https://www.govdata.de/dl-de/by-2-0"


def test_an_empty_source_note_is_none(areas: gpd.GeoDataFrame, root: Path) -> None:
    path = _written(areas.drop(columns="GF"), root.parent / "neu.gpkg")
    with pytest.raises(AtlasError, match="Quellenvermerk fehlt"):
        add_boundaries(path, TODAY, root, BoundaryOptions(attribution=""))


def test_names_of_columns_alone_do_not_make_a_file_the_federal_offices(areas: gpd.GeoDataFrame, root: Path) -> None:
    _refused(areas.drop(columns="GF"), root, "Quellenvermerk fehlt.*--attribution")


def test_what_was_inferred_is_said_and_what_was_given_keeps_its_own_licence(
    areas: gpd.GeoDataFrame, root: Path, tmp_path: Path
) -> None:
    path = _written(areas, root.parent / "neu.gpkg")
    edition, notes = add_boundaries(path, TODAY, root)
    assert edition.provenance.licence_url.endswith("dl-de/by-2-0")
    assert "erschlossen: „© BKG dl-de/by-2-0" in notes[-1].sentence()
    given, notes = add_boundaries(
        path, TODAY, tmp_path / "eigen", BoundaryOptions(attribution="© Amt Nordland, CC BY 4.0")
    )
    assert (given.provenance.licence, given.provenance.licence_url) == ("siehe Quellenvermerk", "")
    assert not any("erschlossen" in note.sentence() for note in notes)


def test_day_that_has_an_edition_is_refused(areas: gpd.GeoDataFrame, root: Path) -> None:
    path = _written(areas, root.parent / "neu.gpkg")
    with pytest.raises(AtlasError, match=r"Für den 2016-01-01 gibt es schon Gemeindegrenzen.*geodata/00/2016-01-01"):
        add_boundaries(path, miniland.STARTS, root)


# --- carried on from the edition before -------------------------------------------------------------------------


def test_ended_municipality_finds_its_successor_by_its_place(areas: gpd.GeoDataFrame, root: Path) -> None:
    areas.loc[areas["AGS"] == BERGEN, ["AGS", "GEN"]] = [DREIECK, "Dreieck"]
    edition, notes = _take_in(areas, root)
    (change,) = edition.changes
    assert (change.old_ags, change.new_ags, change.effective) == (BERGEN, DREIECK, TODAY)
    assert "100.0% der Fläche" in change.source
    said = [note.sentence() for note in notes]
    assert f"nicht mehr: Bergen ({BERGEN}) → Dreieck ({DREIECK})" in said[0]
    assert "enthält 10 Gemeinden; nach den Grenzen davor waren es an diesem Tag 11" in said[1]


def test_divided_municipality_has_no_sure_successor(areas: gpd.GeoDataFrame, root: Path) -> None:
    row = _row(areas, "00021050")
    west, south, east, north = areas.geometry[row].bounds
    middle = (south + north) / 2
    halves = {"00021010": shapely.box(west, middle, east, north), "00022015": shapely.box(west, south, east, middle)}
    for ags, half in halves.items():
        successor = _row(areas, ags)
        areas.loc[successor, "geometry"] = shapely.union(areas.geometry[successor], half)
    city = _row(areas, "00011000")
    areas.loc[city, "geometry"] = shapely.snap(areas.geometry[city], shapely.Point(east, middle), 0.1)
    west_c, south_c, east_c, north_c = areas.geometry[city].bounds
    areas.loc[city, "geometry"] = shapely.Polygon(
        [(west_c, south_c), (west_c, middle), (west_c, north_c), (east_c, north_c), (east_c, south_c)]
    )
    edition, notes = _take_in(areas.drop(index=row).reset_index(drop=True), root)
    warnings = [note.sentence() for note in notes if note.severity is Severity.WARNING]
    assert edition.changes == ()
    assert len(warnings) == 1
    assert "Für Erlen (00021050) ist kein Nachfolger eindeutig" in warnings[0]
    assert "mit 50.0 % der Fläche" in warnings[0]


def test_mergers_still_to_come_are_carried_on(root: Path, tmp_path: Path) -> None:
    first = miniland.draft().areas.rename(columns={"ags": "AGS", "name": "GEN", "kind": "BEZ"})
    path = _written(first, tmp_path / "alt.gpkg")
    edition, _ = add_boundaries(path, date(2018, 1, 1), root, BoundaryOptions(attribution="Quelle: wir"))
    counts = [int(edition.valid_at(date(year, 6, 1)).sum()) for year in (2018, 2021, 2023)]
    assert counts == [13, 12, 11]


def test_former_names_are_carried_on_and_changed_ones_kept(areas: gpd.GeoDataFrame, root: Path) -> None:
    areas.loc[areas["AGS"] == INSEL, "GEN"] = "Eiland"
    edition, _ = _take_in(areas, root)
    assert edition.former_names == {"00021050": ("Alt-Erlen",), INSEL: ("Insel",)}


# --- forms of delivery ------------------------------------------------------------------------------------------


def test_zip_of_bkg_with_folders_and_several_layers(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    layout = areas.assign(GF=4, ARS=areas["AGS"].str[:5] + "0000" + areas["AGS"].str[5:])
    _written(layout.iloc[:1], shapes / "VG250_LAN.shp")
    _written(layout, shapes / "VG250_GEM.shp")
    districts = layout.assign(AGS=layout["AGS"].str[:5]).dissolve("AGS", as_index=False)
    districts["GEN"] = ["Ministadt", "Nord", "Südkreis"]
    districts["BEZ"] = ["Kreisfreie Stadt", "Kreis", "Landkreis"]
    _written(districts, shapes / "VG250_KRS.shp")
    with zipfile.ZipFile(tmp_path / "vg250.zip", "w") as archive:
        for path in shapes.iterdir():
            archive.write(path, f"vg250_01-01.utm33s.shape.ebenen/vg250_ebenen_0101/{path.name}")
    edition, _ = add_boundaries(tmp_path / "vg250.zip", TODAY, tmp_path / "root")
    assert edition.valid_at(TODAY).sum() == 11
    assert list(edition.districts["name"]) == ["Ministadt", "Kreis Nord", "Südkreis"]


def test_gml_is_read(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    assert len(_read(_written(areas, tmp_path / "neu.gml", driver="GML")).areas) == 11


def test_state_in_the_west_is_measured_in_its_own_zone(areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    western = areas.set_geometry(gpd.GeoSeries(areas.geometry.to_numpy(), crs="EPSG:25832")).set_crs(
        "EPSG:25832", allow_override=True
    )
    edition, _ = add_boundaries(_written(western, tmp_path / "west.gpkg"), TODAY, tmp_path / "root")
    assert edition.metric_crs == "EPSG:25832"
    assert read_geometry(edition, Level.FULL).crs == "EPSG:25832"
    assert edition.borders["border_m"].max() == pytest.approx(12_000, abs=0.01)


@pytest.mark.parametrize(("west", "east", "crs"), [(9.0, 10.0, "EPSG:25832"), (11.8, 15.1, "EPSG:25833")])
def test_zone_follows_the_middle_of_the_state(west: float, east: float, crs: str) -> None:
    assert metric_crs((west, 50.0, east, 52.0)) == crs


def test_table_without_shapes_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"AGS": ["14511000"], "GEN": ["Chemnitz"]}).to_csv(tmp_path / "liste.csv", index=False)
    with pytest.raises(AtlasError, match=r"liste\.csv: Die Datei enthält keine Flächen"):
        _read(tmp_path / "liste.csv")


def test_missing_file_and_broken_zip_are_refused(tmp_path: Path) -> None:
    (tmp_path / "kaputt.zip").write_bytes(b"PK\x03\x04 kein Archiv")
    for name in ("fehlt.gpkg", "kaputt.zip"):
        with pytest.raises(AtlasError, match=f"{name}: Die Datei lässt sich nicht lesen"):
            _read(tmp_path / name)


def test_small_island_in_a_large_state_gets_a_finer_grid(tmp_path: Path) -> None:
    km = 1_000
    drawn = [
        shapely.box(300 * km, 5_600 * km, 400 * km, 5_700 * km),
        shapely.box(400 * km, 5_600 * km, 500 * km, 5_700 * km),
        shapely.Polygon([(250_000, 5_800_000), (250_006, 5_800_000), (250_006, 5_800_006), (250_000, 5_800_006)]),
    ]
    shapes = gpd.GeoSeries(drawn, crs="EPSG:25833")
    table = pd.DataFrame({"ags": ["99021010", "99021020", "99021030"]})
    table["valid_from"] = pd.Series([pd.Timestamp(TODAY)] * 3).astype("datetime64[s]")
    table["valid_to"] = pd.Series([pd.NaT] * 3, dtype="datetime64[s]")
    write_topology(shapes, table, "99", "overview", 10_000, tmp_path / "overview.topojson")
    topology = json.loads((tmp_path / "overview.topojson").read_text(encoding="ascii"))
    decoded = decode_topology(topology)
    assert [each["id"] for each in topology["objects"]["municipalities"]["geometries"]] == list(table["ags"])
    assert shapely.is_valid(decoded).all()
    assert shapely.area(decoded).min() > 0
    assert topology["transform"]["scale"][0] < 0.0003  # not the level's own grid


# --- editions that were damaged ---------------------------------------------------------------------------------


def _folder(root: Path) -> Path:
    return root / "geodata" / "00" / "2016-01-01"


def test_altered_topology_is_named(root: Path) -> None:
    path = _folder(root) / "detail.topojson"
    path.write_text(path.read_text(encoding="ascii").replace("arcs", "arks", 1), encoding="ascii")
    with pytest.raises(AtlasError, match=r"detail\.topojson ist nicht mehr die, die gebaut wurde"):
        list_editions(root)


def test_every_missing_and_altered_file_is_named_at_once(root: Path) -> None:
    (_folder(root) / "full.parquet").write_bytes(b"")
    (_folder(root) / "borders.csv").unlink()
    with pytest.raises(AtlasError) as caught:
        read_edition(_folder(root))
    assert str(caught.value).count("\n") == 1
    assert "fehlt eine Datei (borders.csv)" in str(caught.value)
    assert "Die Datei full.parquet ist nicht mehr die" in str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("edition.toml", "starts = 2016-01-01", 'starts = "bald"', "starts"),
        ("edition.toml", "[provenance]", "[herkunft]", "provenance"),
        ("edition.toml", "boundary_set =", "boundary_set", "line"),
        ("municipalities.csv", "00021020,", "0002102,", "0002102"),
        ("municipalities.csv", ",00021,", ",00029,", "municipalities.csv: district"),
        ("districts.csv", "00022,", "0022,", "0022"),
        ("borders.csv", "\n0,", "\n99,", "borders.csv: a, b"),
        ("changes.csv", "2020-01-01", "2020", "2020"),
        ("changes.csv", "old_ags", "alt", "old_ags"),
    ],
)
def test_contradiction_in_a_table_is_named(root: Path, file: str, old: str, new: str, reason: str) -> None:
    path = _folder(root) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(
        AtlasError, match=r"2016-01-01: Die Gemeindegrenzen sind beschädigt|edition\.toml: Das ist kein"
    ) as caught:
        list_editions(root)
    assert reason in str(caught.value)


def test_note_added_by_hand_to_the_changes_is_read(root: Path) -> None:
    with (_folder(root) / "changes.csv").open("a", encoding="utf-8") as file:
        file.write("00021050,Erlen,00021020,Bergen,2024-01-01,von Hand\n")
    assert list_editions(root)[0].changes[-1].source == "von Hand"


def test_broken_geometry_is_named_when_read(root: Path) -> None:
    edition = list_editions(root)[0]
    full = edition.geometry_path(Level.FULL)
    shapes = gpd.read_parquet(full)
    shapes.iloc[:3].to_parquet(full)
    with pytest.raises(AtlasError, match=r"full\.parquet ist nicht mehr die, die gebaut wurde"):
        read_geometry(edition, Level.FULL)
    full.unlink()
    with pytest.raises(AtlasError, match=r"fehlt eine Datei \(full\.parquet\)"):
        read_geometry(edition, Level.FULL)
