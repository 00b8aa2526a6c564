"""The day of a boundary file is checked: its keys against those the atlas knows, and its own days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest

from atlas.adopt import boundaries
from atlas.adopt.boundaries import BoundaryOptions, add_boundaries
from atlas.adopt.boundary_dates import date_problems, still_to_come
from atlas.errors import AtlasError, Severity
from atlas.model.boundaries import BoundaryVersion, Level
from atlas.model.snapshot import Snapshot
from atlas.sources import boundary_file
from atlas.sources.boundaries import list_editions, read_geometry
from atlas.sources.boundary_file import ReadingOptions
from tests import miniland
from tests.boundary_corpus import state, zipped

SOURCE = "Quelle: erfunden"


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a process of its own, which takes seconds to start."""
    monkeypatch.setattr(boundaries, "read_delivery", boundary_file.read)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what the program itself knows: the invented state, two mergers of it in 2020 and 2022."""
    return miniland.write(tmp_path_factory.mktemp("shipped") / "mini")


def _first(tmp_path: Path, **more: object) -> Path:
    """Return a file of the municipalities of 2016."""
    state().assign(**more).to_file(tmp_path / "neu.gpkg", engine="pyogrio")
    return tmp_path / "neu.gpkg"


def test_keys_that_ended_are_named_with_what_became_of_them(tmp_path: Path, known: Path) -> None:
    terms = BoundaryOptions(attribution=SOURCE, shipped=known)
    with pytest.raises(AtlasError) as caught:
        add_boundaries(_first(tmp_path), date(2021, 1, 1), tmp_path / "root", terms)
    said = str(caught.value)
    assert (
        "gab es am 2021-01-01 nicht mehr (2): Ilm (00022010) → Neu-Ilm (00022015), 2020-01-01, Jena (00022020)" in said
    )
    assert "--although" in said
    assert not (tmp_path / "root").exists()


def test_keys_that_begin_later_are_named_with_what_they_were_made_of(tmp_path: Path, known: Path) -> None:
    edition = list_editions(known)[0]
    there = edition.valid_at(date(2025, 1, 1))
    table = edition.municipalities[there]
    shapes = read_geometry(edition, Level.FULL)[there].assign(AGS=table["ags"], GEN=table["name"])
    shapes.to_file(tmp_path / "heute.gpkg", engine="pyogrio")
    with pytest.raises(
        AtlasError, match=r"2018-01-01 noch nicht \(1\): Neu-Ilm \(00022015\) ← Ilm \+ Jena, 2020-01-01"
    ):
        add_boundaries(
            tmp_path / "heute.gpkg",
            date(2018, 1, 1),
            tmp_path / "root",
            BoundaryOptions(attribution=SOURCE, shipped=known),
        )


def test_although_takes_the_file_and_still_says_it(tmp_path: Path, known: Path) -> None:
    terms = BoundaryOptions(attribution=SOURCE, although=True, shipped=known)
    edition, notes = add_boundaries(_first(tmp_path), date(2021, 1, 1), tmp_path / "root", terms)
    assert edition.valid_at(date(2021, 1, 1)).sum() == 13
    assert [note.severity for note in notes if "nicht mehr (2)" in note.sentence()] == [Severity.WARNING]


@pytest.mark.parametrize("written", ["2019-06-01", "2019/06/01", "01.06.2019", "2019-06-01T00:00:00"])
def test_days_of_the_file_after_the_stated_one_are_a_fault(tmp_path: Path, written: str) -> None:
    path = _first(tmp_path, WSK=[written, *["2016-01-01"] * 12])
    with pytest.raises(
        AtlasError, match=r"als dem 2018-01-01, zuletzt seit dem 2019-06-01 \(1\): Neustadt \(00021010\)"
    ):
        add_boundaries(path, date(2018, 1, 1), tmp_path / "root", BoundaryOptions(attribution=SOURCE))
    add_boundaries(path, date(2019, 6, 1), tmp_path / "root", BoundaryOptions(attribution=SOURCE))


def test_an_old_file_for_a_new_day_is_asked_about(tmp_path: Path) -> None:
    path = _first(tmp_path, BEGINN="2016-01-01")
    _, notes = add_boundaries(path, date(2024, 1, 1), tmp_path / "root", BoundaryOptions(attribution=SOURCE))
    assert any(
        "jüngste Angabe in der Datei (aktualitaet.txt, WSK, BEGINN) ist vom 2016-01-01" in note.sentence()
        for note in notes
    )


def test_the_day_an_archive_of_the_bkg_says_is_its_day(tmp_path: Path) -> None:
    _first(tmp_path, BEGINN="2019-06-01", WSK="2015-01-01")
    (tmp_path / "aktualitaet.txt").write_text("01.01.2018\n", encoding="ascii")
    zipped(tmp_path / "vg250.zip", tmp_path / "neu.gpkg", tmp_path / "aktualitaet.txt", folder="vg250/")
    with pytest.raises(AtlasError, match=r"jünger als der 2016-01-01: nach aktualitaet\.txt ist sie vom 2018-01-01"):
        add_boundaries(tmp_path / "vg250.zip", date(2016, 1, 1), tmp_path / "root", BoundaryOptions(attribution=SOURCE))
    edition, _ = add_boundaries(tmp_path / "vg250.zip", date(2018, 1, 1), tmp_path / "root")
    assert edition.provenance.attribution == "© BKG (2018) dl-de/by-2-0, Daten geändert"


def test_a_day_that_the_calendar_does_not_have_says_nothing(tmp_path: Path) -> None:
    _first(tmp_path, BEGINN="2016-02-30")
    (tmp_path / "aktualitaet.txt").write_text("31.02.2018\n", encoding="ascii")
    zipped(tmp_path / "vg250.zip", tmp_path / "neu.gpkg", tmp_path / "aktualitaet.txt", folder="vg250/")
    for name in ("neu.gpkg", "vg250.zip"):
        options = BoundaryOptions(attribution=SOURCE)
        edition, notes = add_boundaries(tmp_path / name, date(2024, 1, 1), tmp_path / name.replace(".", "-"), options)
        assert len(edition.municipalities) == 13
        assert not any("aktualitaet" in note.sentence() for note in notes)


def test_the_year_of_the_note_is_the_file_s(tmp_path: Path) -> None:
    edition, _ = add_boundaries(_first(tmp_path, WSK="2017-04-01"), date(2018, 1, 1), tmp_path / "root")
    assert edition.provenance.attribution == "© BKG (2017) dl-de/by-2-0, Daten geändert"


def test_names_and_mergers_to_come_are_those_the_program_knows(tmp_path: Path, known: Path) -> None:
    terms = BoundaryOptions(attribution=SOURCE, shipped=known)
    edition, notes = add_boundaries(_first(tmp_path), date(2016, 1, 1), tmp_path / "root", terms)
    assert list(edition.districts["name"]) == ["Ministadt", "Landkreis Nord", "Landkreis Süd"]
    assert [int(edition.valid_at(date(year, 6, 1)).sum()) for year in (2018, 2021, 2023)] == [13, 12, 11]
    assert notes == ()


def test_a_part_of_a_state_is_said_to_be_one(tmp_path: Path, known: Path) -> None:
    part = state()
    part[part["AGS"].str.startswith("00021")].to_file(tmp_path / "nord.gpkg", engine="pyogrio")
    terms = BoundaryOptions(attribution=SOURCE, shipped=known)
    edition, notes = add_boundaries(tmp_path / "nord.gpkg", date(2016, 1, 1), tmp_path / "root", terms)
    assert any("einen Teil des Landes: 8 Gemeinden von etwa 13" in note.sentence() for note in notes)
    assert edition.provenance.title.endswith("Teil des Landes")


def test_a_wrong_zone_is_noticed_by_where_the_municipalities_are_known_to_lie(tmp_path: Path, known: Path) -> None:
    state().set_crs("EPSG:25832", allow_override=True).to_file(tmp_path / "zone.gpkg", engine="pyogrio")
    terms = BoundaryOptions(attribution=SOURCE, shipped=known)
    with pytest.raises(AtlasError, match=r"liegen \d+ km von dort, wo der Atlas sie kennt.*--crs"):
        add_boundaries(tmp_path / "zone.gpkg", date(2016, 1, 1), tmp_path / "root", terms)
    right = BoundaryOptions(attribution=SOURCE, shipped=known, reading=ReadingOptions(crs="EPSG:25833"))
    add_boundaries(tmp_path / "zone.gpkg", date(2016, 1, 1), tmp_path / "root", right)


def _told(known: BoundaryVersion, day: date, *keys: str) -> str:
    areas = gpd.GeoDataFrame({"ags": keys, "name": ["Ort"] * len(keys), "since": ""})
    return " ".join(each.sentence() for each in date_problems(areas, "", [known], day, "x.gpkg"))


def test_what_the_shipped_sets_know_of_real_changes(real: Snapshot) -> None:
    saxony, germany = real.editions["14"][-1], real.editions["de"][-1]
    assert "Jahnatal (14522275), 2023-01-01" in _told(saxony, date(2024, 1, 1), "14522450")
    assert "← Ostrau + Zschaitz-Ottewig, 2023-01-01" in _told(saxony, date(2022, 12, 31), "14522275")
    assert _told(saxony, date(2022, 12, 31), "14522450") == _told(saxony, date(2023, 1, 1), "14522275") == ""
    assert "nach den geprüften Verzeichnissen nicht (1): Ort (14999999)" in _told(saxony, date(2024, 1, 1), "14999999")
    assert _told(saxony, date(2026, 6, 1), "14999999") == ""  # later than it was checked: nobody knows
    old = next(each for each in germany.changes if each.renumbered and each.old_ags.startswith("03156"))
    assert _told(germany, date(2016, 1, 1), old.old_ags) == ""
    assert f"→ {old.new_name} ({old.new_ags})" in _told(germany, date(2017, 1, 1), old.old_ags)
    assert "noch nicht" in _told(germany, date(2016, 1, 1), old.new_ags)
    assert still_to_come(germany, ["03156013"], date(2016, 1, 1)) == ()  # into a district there was none of then
    assert [each.new_ags for each in still_to_come(saxony, ["14522450"], date(2016, 1, 1))] == ["14522275"]
