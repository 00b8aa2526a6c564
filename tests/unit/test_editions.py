"""The shipped boundary edition, the way it is made, and taking in another one."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
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
from atlas.adopt.boundary_versions import decode_topology, write_edition
from atlas.errors import AtlasError, Severity
from atlas.model.boundaries import BoundaryVersion, Level
from atlas.sources import boundary_file
from atlas.sources.boundaries import list_editions, read_edition, read_geometry
from atlas.sources.boundary_file import ReadingOptions
from tests import miniland

ROOT = Path(__file__).resolve().parents[2]
SAXONY = ROOT / "geodata" / "14" / "2016-01-01"


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a process of its own, which takes seconds to start; `test_boundary_files` has one."""
    monkeypatch.setattr(boundaries, "read_delivery", boundary_file.read)


def _read(path: Path) -> boundary_file.Delivery:
    return boundary_file.read(path, ReadingOptions())


@pytest.fixture(scope="module")
def saxony() -> BoundaryVersion:
    return read_edition(SAXONY)


@pytest.fixture
def mini_root(tmp_path: Path) -> Path:
    return miniland.write(tmp_path / "mini")


def _mini_today(root: Path) -> gpd.GeoDataFrame:
    edition = list_editions(root)[0]
    there = edition.valid_at(date(2024, 1, 1))
    areas = read_geometry(edition, Level.FULL)[there]
    areas["AGS"] = edition.municipalities.loc[there, "ags"]
    areas["GEN"] = edition.municipalities.loc[there, "name"]
    areas["BEZ"] = edition.municipalities.loc[there, "kind"]
    areas["GF"] = 4
    return areas.reset_index(drop=True)


@pytest.mark.parametrize(
    ("day", "count"),
    [
        ("2016-01-01", 426),
        ("2017-01-01", 423),
        ("2017-07-01", 422),
        ("2018-01-01", 421),
        ("2018-12-31", 421),
        ("2019-01-01", 419),
        ("2022-12-31", 419),
        ("2023-01-01", 418),
        ("2026-02-27", 418),
    ],
)
def test_saxony_has_the_official_number_of_municipalities(saxony: BoundaryVersion, day: str, count: int) -> None:
    assert saxony.valid_at(date.fromisoformat(day)).sum() == count


@pytest.mark.parametrize(
    ("day", "lines", "points", "length_km"),
    [("2021-06-01", 1146, 5, 7674.648), ("2023-01-01", 1143, 5, 7663.717)],
)
def test_saxony_has_the_measured_neighbours(
    saxony: BoundaryVersion, day: str, lines: int, points: int, length_km: float
) -> None:
    there = saxony.valid_at(date.fromisoformat(day))
    borders = saxony.borders[there[saxony.borders["a"]] & there[saxony.borders["b"]]]
    assert (borders["border_m"] > 0).sum() == lines
    assert (borders["border_m"] == 0).sum() == points
    assert borders["border_m"].sum() / 1000 == pytest.approx(length_km, abs=0.001)


def test_neighbours_agree_with_a_second_method(saxony: BoundaryVersion) -> None:
    there = np.flatnonzero(saxony.valid_at(date(2023, 1, 1)))
    shapes = read_geometry(saxony, Level.FULL).geometry.to_numpy()[there]
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    length = shapely.length(shapely.intersection(shapely.boundary(shapes[left]), shapely.boundary(shapes[right])))
    expected = {(there[a], there[b]): m for a, b, m in zip(left, right, length, strict=True)}
    inside = set(there)
    found = {(a, b): m for a, b, m in saxony.borders.itertuples(index=False) if a in inside and b in inside}
    assert found.keys() == expected.keys()
    assert all(found[pair] == pytest.approx(expected[pair], abs=0.01) for pair in found)


def test_every_file_has_the_sum_its_edition_says() -> None:
    sums = tomllib.loads((SAXONY / "edition.toml").read_text(encoding="utf-8"))["sha256"]
    assert len(sums) >= 12
    for name, expected in sums.items():
        assert hashlib.sha256((SAXONY / name).read_bytes()).hexdigest() == expected, name


@pytest.mark.parametrize("level", [Level.OVERVIEW, Level.DETAIL])
@pytest.mark.bulk
def test_display_geometry_fits_together_on_every_date(saxony: BoundaryVersion, level: Level) -> None:
    shapes = decode_topology(json.loads(saxony.topology_path(level).read_text(encoding="ascii")))
    assert len(shapes) == len(saxony.municipalities)
    for day in sorted({change.effective for change in saxony.changes} | {saxony.starts}):
        there = shapes[saxony.valid_at(day)]
        assert shapely.is_valid(there).all()
        assert shapely.coverage_is_valid(there)
        assert len(shapely.get_parts(shapely.union_all(there))) == 1


def test_attribution_is_the_one_that_is_owed(saxony: BoundaryVersion) -> None:
    assert saxony.provenance.attribution == "© GeoBasis-DE / BKG 2017 (Daten verändert)"
    assert "GeoNutzV" in saxony.provenance.attribution_long


def test_area_is_geodesic(saxony: BoundaryVersion) -> None:
    there = saxony.valid_at(date(2023, 1, 1))
    assert saxony.municipalities.loc[there, "area_km2"].sum() == pytest.approx(18_448.7, abs=0.1)


def test_full_geometry_has_no_topology(saxony: BoundaryVersion) -> None:
    with pytest.raises(ValueError, match="not for display"):
        saxony.topology_path(Level.FULL)


@pytest.mark.long
@pytest.mark.source
def test_the_script_builds_the_same_bytes_again(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "geodata" / "build.py"), "--root", str(tmp_path)], check=True, capture_output=True
    )
    for shipped in (SAXONY, SAXONY.parents[1] / "de" / "2016-01-01"):
        built = tmp_path / shipped.relative_to(ROOT)
        assert sorted(path.name for path in built.iterdir()) == sorted(path.name for path in shipped.iterdir())
        for path in shipped.iterdir():
            assert (built / path.name).read_bytes() == path.read_bytes(), path.name


def test_miniland_has_merged_municipalities_at_their_dates(mini_root: Path) -> None:
    edition = list_editions(mini_root)[0]
    counts = [edition.valid_at(date(year, 6, 1)).sum() for year in (2019, 2021, 2023)]
    assert counts == [13, 12, 11]


def test_broken_edition_is_named(mini_root: Path) -> None:
    folder = mini_root / "geodata" / "00" / "2016-01-01"
    (folder / "municipalities.csv").write_text("ags\n", encoding="utf-8")
    with pytest.raises(AtlasError, match=r"geodata/00/2016-01-01: Die Gemeindegrenzen sind beschädigt"):
        list_editions(mini_root)


def test_edition_with_a_missing_file_is_named(mini_root: Path) -> None:
    (mini_root / "geodata" / "00" / "2016-01-01" / "overview.topojson").unlink()
    with pytest.raises(AtlasError, match=r"fehlt eine Datei \(overview\.topojson\)"):
        list_editions(mini_root)


def test_writing_again_replaces_and_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "edition"
    write_edition(miniland.draft(), folder, "mini")
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    write_edition(miniland.draft(), folder, "mini")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_overlapping_areas_are_refused_by_name(tmp_path: Path) -> None:
    draft = miniland.draft()
    draft.areas.loc[draft.areas["ags"] == "00021020", "geometry"] = translate(
        draft.areas.loc[draft.areas["ags"] == "00021020", "geometry"].iloc[0], 250, 0
    )
    with pytest.raises(AtlasError, match=r"mini: Bergen \(00021020\)"):
        write_edition(draft, tmp_path / "edition", "mini")
    assert not (tmp_path / "edition").exists()


def test_merger_of_an_unknown_municipality_is_refused(tmp_path: Path) -> None:
    draft = miniland.draft()
    wrong = tuple(change for change in draft.changes if change.old_ags != "00022010")
    wrong = (*wrong, replace(wrong[0], old_ags="00029999", old_name="Nirgends", effective=date(2020, 1, 1)))
    changed = replace(draft, changes=wrong)
    with pytest.raises(AtlasError, match="00029999 gab es am 2020-01-01 nicht"):
        write_edition(changed, tmp_path / "edition", "mini")


# --- taking in an official file --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "crs"), [("neu.gpkg", "EPSG:25832"), ("neu.geojson", "EPSG:4326"), ("neu.shp", "EPSG:3857")]
)
def test_official_file_is_taken_in_whatever_its_form(mini_root: Path, tmp_path: Path, name: str, crs: str) -> None:
    areas = _mini_today(mini_root).to_crs(crs)
    areas.to_file(tmp_path / name, engine="pyogrio")
    edition, notes = add_boundaries(
        tmp_path / name, date(2025, 1, 1), mini_root, BoundaryOptions(attribution="Quelle: wir")
    )
    assert notes == ()
    assert edition.valid_at(date(2025, 1, 1)).sum() == 11
    assert [each.starts for each in list_editions(mini_root)] == [date(2016, 1, 1), date(2025, 1, 1)]
    assert edition.districts.loc["00021", "name"] == "Landkreis Nord"


def test_zipped_shapefile_is_taken_in(mini_root: Path, tmp_path: Path) -> None:
    _mini_today(mini_root).to_file(tmp_path / "neu.shp", engine="pyogrio")
    with zipfile.ZipFile(tmp_path / "neu.zip", "w") as archive:
        for path in tmp_path.glob("neu.*"):
            if path.suffix != ".zip":
                archive.write(path, path.name)
    edition, _ = add_boundaries(tmp_path / "neu.zip", date(2025, 1, 1), mini_root)
    assert edition.valid_at(date(2025, 1, 1)).sum() == 11


def test_twelve_digit_keys_and_water_areas_are_understood(mini_root: Path, tmp_path: Path) -> None:
    areas = _mini_today(mini_root)
    areas["ARS"] = areas["AGS"].str[:5] + "0000" + areas["AGS"].str[5:]
    areas["GF"] = 4
    water = areas.iloc[[0]].assign(GF=2)
    both = gpd.GeoDataFrame(pd.concat([areas.drop(columns="AGS"), water.drop(columns="AGS")]), crs=areas.crs)
    both.to_file(tmp_path / "vg250.gpkg", layer="vg250_gem", engine="pyogrio")
    edition, _ = add_boundaries(tmp_path / "vg250.gpkg", date(2025, 1, 1), mini_root)
    assert edition.valid_at(date(2025, 1, 1)).sum() == 11
    assert edition.provenance.attribution == "© BKG dl-de/by-2-0, Daten geändert"  # no year: the file says none


def test_given_attribution_holds(mini_root: Path, tmp_path: Path) -> None:
    _mini_today(mini_root).to_file(tmp_path / "neu.gpkg", engine="pyogrio")
    edition, _ = add_boundaries(
        tmp_path / "neu.gpkg", date(2025, 1, 1), mini_root, BoundaryOptions(attribution="Quelle: wir")
    )
    assert edition.provenance.attribution == "Quelle: wir"


def test_new_and_lost_keys_are_noted(mini_root: Path, tmp_path: Path) -> None:
    areas = _mini_today(mini_root)
    areas.loc[areas["AGS"] == "00022040", "AGS"] = "00022041"
    areas.to_file(tmp_path / "neu.gpkg", engine="pyogrio")
    _, notes = add_boundaries(
        tmp_path / "neu.gpkg", date(2025, 1, 1), mini_root, BoundaryOptions(attribution="Quelle: wir")
    )
    assert [note.severity for note in notes] == [Severity.NOTE, Severity.NOTE]
    assert "nicht mehr: Neustadt (00022040)" in notes[0].sentence()
    assert "neu: Neustadt (00022041)" in notes[1].sentence()


def test_every_fault_of_a_file_is_said_at_once_and_nothing_is_written(mini_root: Path, tmp_path: Path) -> None:
    areas = _mini_today(mini_root)
    areas.loc[0, "AGS"] = "1452"
    areas.loc[3, "geometry"] = translate(areas.geometry.iloc[3], 400, 0)
    areas.loc[5, "geometry"] = shapely.Polygon()
    areas.to_file(tmp_path / "kaputt.gpkg", engine="pyogrio")
    with pytest.raises(AtlasError) as caught:
        add_boundaries(tmp_path / "kaputt.gpkg", date(2025, 1, 1), mini_root)
    said = str(caught.value)
    assert "kaputt.gpkg, Objekt 1: „1452“ ist kein achtstelliger Gemeindeschlüssel" in said
    assert "hat keine Fläche" in said
    assert "im GIS bereinigen" in said
    assert len(list_editions(mini_root)) == 1


def test_points_are_no_areas(mini_root: Path, tmp_path: Path) -> None:
    areas = _mini_today(mini_root)
    areas.geometry = [*areas.geometry[:-1], areas.geometry.iloc[-1].centroid]
    areas.to_file(tmp_path / "punkte.geojson", engine="pyogrio")
    with pytest.raises(AtlasError, match="ist keine Fläche, sondern Point"):
        add_boundaries(tmp_path / "punkte.geojson", date(2025, 1, 1), mini_root)


def test_file_of_two_states_is_refused(mini_root: Path, tmp_path: Path) -> None:
    shutil.rmtree(mini_root / "geodata")
    areas = _mini_areas_of_two_states()
    areas.to_file(tmp_path / "zwei.gpkg", engine="pyogrio")
    with pytest.raises(AtlasError, match=r"Die Datei enthält 00, 77"):
        add_boundaries(tmp_path / "zwei.gpkg", date(2025, 1, 1), mini_root)


def _mini_areas_of_two_states() -> gpd.GeoDataFrame:
    areas = miniland.municipalities().rename(columns={"ags": "AGS", "name": "GEN"})
    areas.loc[0, "AGS"] = "77021010"
    return areas


def test_file_without_a_key_column_is_refused(tmp_path: Path) -> None:
    areas = miniland.municipalities().drop(columns="ags").rename(columns={"name": "nummer"})
    areas.to_file(tmp_path / "ohne.gpkg", engine="pyogrio")
    with pytest.raises(AtlasError, match=r"keine Spalte mit dem Gemeindeschlüssel.*nummer"):
        _read(tmp_path / "ohne.gpkg")


def test_file_without_coordinate_system_is_refused(tmp_path: Path) -> None:
    areas = miniland.municipalities()
    areas.to_file(tmp_path / "ohne.shp", engine="pyogrio")
    (tmp_path / "ohne.prj").unlink()
    with pytest.raises(AtlasError, match="nennt ihr Koordinatensystem nicht"):
        _read(tmp_path / "ohne.shp")


def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.gpkg").write_text("kein GeoPackage", encoding="utf-8")
    with pytest.raises(AtlasError, match=r"text\.gpkg: Die Datei lässt sich nicht lesen"):
        _read(tmp_path / "text.gpkg")
