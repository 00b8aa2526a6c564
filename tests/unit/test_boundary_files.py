"""Files of boundaries as others publish them: each is taken, or refused in a sentence that says what to do."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from atlas.adopt import boundaries
from atlas.adopt.boundaries import BoundaryOptions, add_boundaries
from atlas.errors import AtlasError
from atlas.sources import boundary_file, deliveries
from atlas.sources.boundary_file import ReadingOptions
from tests.boundary_corpus import Case, corpus, state

CORPUS = list(corpus())
DAY = date(2016, 1, 1)


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a process of its own, which takes seconds to start; the last test has one."""
    monkeypatch.setattr(boundaries, "read_delivery", boundary_file.read)
    monkeypatch.setattr(boundary_file, "MOST_POINTS", 20_000)


def _add(path: Path, root: Path, reading: ReadingOptions) -> tuple[int, str]:
    terms = BoundaryOptions(attribution="Quelle: erfunden", reading=reading)
    edition, notes = add_boundaries(path, DAY, root, terms)
    return int(edition.valid_at(DAY).sum()), "\n".join(note.sentence() for note in notes)


@pytest.mark.sample(24)
@pytest.mark.parametrize("case", CORPUS, ids=[case.name for case in CORPUS])
def test_every_file_is_taken_or_refused_in_a_sentence(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    case.write(path)
    if case.refused:
        with pytest.raises(AtlasError, match=case.refused):
            _add(path, tmp_path / "root", case.reading)
        assert not (tmp_path / "root").exists()
        return
    count, said = _add(path, tmp_path / "root", case.reading)
    assert count == (1 if case.name == "boegen.gpkg" else 13)
    assert re.search(case.said, said)


# --- files of others: the six kinds that were refused or taken wrongly ------------------------------------------------


def _pair(keys: list[object], column: str = "AGS", **more: object) -> gpd.GeoDataFrame:
    boxes = [shapely.box(500_000, 5_600_000, 505_000, 5_605_000), shapely.box(505_000, 5_600_000, 510_000, 5_605_000)]
    columns = {column: keys, "GEN": ["Adorf", "Bedorf"], **more}
    return gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:25832")


def test_keys_stored_as_numbers_get_their_zero_back(tmp_path: Path) -> None:
    _pair([6001001, 6001002]).to_file(tmp_path / "ags_zahl.gpkg", layer="gemeinden")
    count, said = _add(tmp_path / "ags_zahl.gpkg", tmp_path / "root", ReadingOptions())
    assert count == 2
    assert "Führende Null ergänzt bei 2 Schlüsseln der Spalte AGS" in said


def test_a_set_that_does_not_divide_land_from_water_is_taken_and_is_generalised(tmp_path: Path) -> None:
    _pair(["99001001", "99001002"], GF=9, BSG=1).to_file(tmp_path / "gf9.gpkg", layer="vg5000_gem")
    terms = BoundaryOptions(attribution="Quelle: erfunden")
    edition, notes = add_boundaries(tmp_path / "gf9.gpkg", DAY, tmp_path / "root", terms)
    assert edition.provenance.generalised
    assert any("Längen von Grenzen stimmen nur ungefähr" in note.sentence() for note in notes)


def test_districts_are_refused_with_the_sets_that_have_municipalities(tmp_path: Path) -> None:
    _pair(["99001", "99002"], "ARS").to_crs("EPSG:4326").to_file(tmp_path / "nur_kreise.geojson")
    with pytest.raises(AtlasError, match=r"Kreise, keine Gemeinden: 2 Schlüssel .*VG250, VG1000 und VG5000"):
        _add(tmp_path / "nur_kreise.geojson", tmp_path / "root", ReadingOptions())


def test_the_column_of_openstreetmap_is_a_key(tmp_path: Path) -> None:
    pair = _pair(["99001001", "99001002"], "de:amtlicher_gemeindeschluessel").rename(columns={"GEN": "name"})
    pair.to_crs("EPSG:4326").to_file(tmp_path / "osm.geojson")
    assert _add(tmp_path / "osm.geojson", tmp_path / "root", ReadingOptions())[0] == 2


def test_topojson_needs_no_coordinate_system(tmp_path: Path) -> None:
    square = {"type": "Polygon", "arcs": [[0]], "properties": {"AGS": "99001001", "GEN": "Adorf"}}
    topology = {
        "type": "Topology",
        "arcs": [[[9, 50], [9.1, 50], [9.1, 50.1], [9, 50.1], [9, 50]]],
        "objects": {"gemeinden": {"type": "GeometryCollection", "geometries": [square]}},
    }
    (tmp_path / "topo_ohne_crs.json").write_text(json.dumps(topology), encoding="ascii")
    count, said = _add(tmp_path / "topo_ohne_crs.json", tmp_path / "root", ReadingOptions())
    assert count == 1
    assert "gelesen als Längen- und Breitengrade (WGS 84)" in said


def test_metres_said_to_be_degrees_are_refused_with_the_system_they_are_in(tmp_path: Path) -> None:
    pair = _pair(["99001001", "99001002"]).set_crs("EPSG:4326", allow_override=True)
    pair.to_file(tmp_path / "utm_als_4326.geojson")
    with pytest.raises(AtlasError, match=r"passen nicht zu EPSG:4326.*--crs EPSG:25832 angeben"):
        _add(tmp_path / "utm_als_4326.geojson", tmp_path / "root", ReadingOptions())
    assert _add(tmp_path / "utm_als_4326.geojson", tmp_path / "root", ReadingOptions(crs="EPSG:25832"))[0] == 2


def test_all_sixteen_states_become_the_set_of_the_country(tmp_path: Path) -> None:
    boxes = [shapely.box(400_000 + 5_000 * n, 5_600_000, 405_000 + 5_000 * n, 5_605_000) for n in range(16)]
    keys = [f"{number:02}999001" for number in range(1, 17)]
    country = gpd.GeoDataFrame({"AGS": keys, "GEN": [f"Ort {key}" for key in keys]}, geometry=boxes, crs="EPSG:25832")
    country.to_file(tmp_path / "land.gpkg", layer="vg250_gem")
    edition, _ = add_boundaries(
        tmp_path / "land.gpkg", DAY, tmp_path / "root", BoundaryOptions(attribution="Quelle: erfunden")
    )
    assert edition.boundary_set == "de"
    assert list(edition.states.index) == [key[:2] for key in keys]
    assert _add(tmp_path / "land.gpkg", tmp_path / "one", ReadingOptions())[0] == 16
    country.iloc[:15].to_file(tmp_path / "fast.gpkg", layer="vg250_gem")
    with pytest.raises(AtlasError, match="ein Land auf einmal, oder alle 16"):
        _add(tmp_path / "fast.gpkg", tmp_path / "two", ReadingOptions())


# --- the process that reads -------------------------------------------------------------------------------------------


def test_a_file_is_read_by_a_process_that_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state().to_file(tmp_path / "neu.gpkg", engine="pyogrio")
    assert len(deliveries.read_delivery(tmp_path / "neu.gpkg").areas) == 13
    with pytest.raises(AtlasError, match="enthält die Datei keine Gemeinde; vorhanden sind: 00"):
        deliveries.read_delivery(tmp_path / "neu.gpkg", ReadingOptions(state="05"))
    monkeypatch.setattr(deliveries, "_MEMORY_BYTES", 100_000_000)
    with pytest.raises(AtlasError, match="beschädigt oder verlangt zu viel beim Lesen"):
        deliveries.read_delivery(tmp_path / "neu.gpkg")


def test_a_file_that_only_points_to_others_is_not_followed(tmp_path: Path) -> None:
    state().to_file(tmp_path / "neu.gpkg", engine="pyogrio")
    layer = f'<OGRVRTLayer name="neu"><SrcDataSource>{tmp_path / "neu.gpkg"}</SrcDataSource></OGRVRTLayer>'
    (tmp_path / "fern.vrt").write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>", encoding="utf-8")
    with pytest.raises(AtlasError, match="Die Datei lässt sich nicht lesen"):
        deliveries.read_delivery(tmp_path / "fern.vrt")
