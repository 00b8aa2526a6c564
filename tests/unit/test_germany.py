"""The shipped boundary set Germany, and keys that changed with a district."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from atlas.adopt.boundary_versions import decode_topology
from atlas.analysis.coverage import district_table
from atlas.analysis.naming import Participants
from atlas.analysis.quality import check_snapshot
from atlas.analysis.status import successors
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, Level, known_keys, mergers
from atlas.model.keys import state_of
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.detail import as_of_sentence
from atlas.present.picture import place_phrase
from atlas.present.search import suggestions
from atlas.present.wording import Words
from atlas.sources.boundaries import read_edition, read_geometry
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests import miniland

ROOT = Path(__file__).resolve().parents[2]
START, TODAY = date(2016, 1, 1), date(2026, 1, 1)
_MOST_OVERVIEW = 1_600_000
_MOST_FOLDER = 40_000_000


@pytest.fixture(scope="module")
def germany() -> BoundaryVersion:
    return read_edition(ROOT / "geodata" / "de" / "2016-01-01")


@pytest.fixture(scope="module")
def saxony() -> BoundaryVersion:
    return read_edition(ROOT / "geodata" / "14" / "2016-01-01")


@pytest.mark.parametrize(
    ("day", "count"),
    [
        ("2016-01-01", 11_299),
        ("2016-11-01", 11_297),
        ("2017-01-01", 11_294),
        ("2019-01-01", 11_288),
        ("2023-01-01", 11_287),
    ],
)
def test_mergers_that_are_mapped_happen_on_their_days(germany: BoundaryVersion, day: str, count: int) -> None:
    assert germany.valid_at(date.fromisoformat(day)).sum() == count


def test_kinds_are_those_of_the_source(germany: BoundaryVersion) -> None:
    kinds = germany.municipalities["kind"][germany.valid_at(START)].value_counts().to_dict()
    cities = kinds.pop("Kreisfreie Stadt") + kinds.pop("Stadtkreis")
    assert cities == 106  # 107 in the source; Eisenach belongs to its district on all dates
    assert kinds == {"Gemeinde": 9025, "Stadt": 2059 - 106, "Gemeindefreies Gebiet": 215}


def test_cities_of_their_own_end_in_three_noughts_and_no_other(germany: BoundaryVersion) -> None:
    rows = germany.municipalities
    is_city = rows["kind"].isin(["Kreisfreie Stadt", "Stadtkreis"])
    assert (rows["ags"].str.endswith("000") == is_city).all()


@pytest.mark.parametrize(
    ("key", "name", "kind"),
    [
        ("01051", "Kreis Dithmarschen", "Kreis"),
        ("02000", "Hamburg", "Kreisfreie Stadt"),
        ("03159", "Landkreis Göttingen", "Landkreis"),
        ("03241", "Region Hannover", "Region"),
        ("05334", "Städteregion Aachen", "Städteregion"),
        ("05766", "Kreis Lippe", "Kreis"),
        ("05958", "Hochsauerlandkreis", "Kreis"),
        ("05962", "Märkischer Kreis", "Kreis"),
        ("08111", "Stuttgart", "Stadtkreis"),
        ("09561", "Ansbach", "Kreisfreie Stadt"),
        ("09571", "Landkreis Ansbach", "Landkreis"),
        ("10041", "Regionalverband Saarbrücken", "Regionalverband"),
        ("11000", "Berlin", "Kreisfreie Stadt"),
        ("13072", "Landkreis Rostock", "Landkreis"),
        ("14729", "Landkreis Leipzig", "Landkreis"),
        ("16063", "Wartburgkreis", "Landkreis"),
    ],
)
def test_districts_are_called_what_they_are(germany: BoundaryVersion, key: str, name: str, kind: str) -> None:
    assert germany.districts.loc[key, ["name", "kind"]].tolist() == [name, kind]


def test_districts_of_today_have_names_of_their_own(germany: BoundaryVersion) -> None:
    assert len(germany.districts) == 400
    assert germany.districts["name"].is_unique
    assert not {"03152", "03156", "16056"} & set(germany.districts.index)


def test_there_are_sixteen_states_and_their_municipalities_lie_side_by_side(germany: BoundaryVersion) -> None:
    assert germany.states["name"].is_unique
    assert len(germany.states) == 16
    assert germany.states.loc["02", ["name", "kind"]].tolist() == ["Hamburg", "Freie und Hansestadt"]
    states = germany.municipalities["ags"].map(state_of)
    assert states.is_monotonic_increasing
    assert set(states) == set(germany.states.index)


def test_each_detail_file_holds_the_rows_of_its_state_in_order(germany: BoundaryVersion) -> None:
    ids = {}
    for key, path in germany.detail_paths.items():
        objects = json.loads(path.read_text(encoding="ascii"))["objects"]["municipalities"]["geometries"]
        ids[key] = [each["id"] for each in objects]
        assert {state_of(each) for each in ids[key]} == {key}
    assert [each for key in germany.states.index for each in ids[key]] == germany.municipalities["ags"].tolist()


def test_detail_of_a_single_state_is_one_file(saxony: BoundaryVersion) -> None:
    assert saxony.detail_paths == {"": saxony.topology_path(Level.DETAIL)}
    assert saxony.states.empty


def test_detail_of_several_states_is_in_no_single_file(germany: BoundaryVersion) -> None:
    with pytest.raises(ValueError, match="one file for each"):
        germany.topology_path(Level.DETAIL)


def test_overview_fits_together_and_is_small_enough(germany: BoundaryVersion) -> None:
    body = germany.topology_path(Level.OVERVIEW).read_bytes()
    assert len(gzip.compress(body, 9)) <= _MOST_OVERVIEW
    shapes = decode_topology(json.loads(body))
    for day in (START, TODAY):
        now = shapes[germany.valid_at(day)]
        assert shapely.is_valid(now).all()
        assert shapely.coverage_is_valid(now)


def test_folder_stays_small(germany: BoundaryVersion) -> None:
    assert sum(path.stat().st_size for path in germany.folder.iterdir()) <= _MOST_FOLDER


def test_neighbours_before_the_changes_are_those_measured(germany: BoundaryVersion) -> None:
    there = germany.valid_at(START)
    borders = germany.borders[there[germany.borders["a"]] & there[germany.borders["b"]]]
    assert (borders["border_m"] > 0).sum() == 33_178
    assert (borders["border_m"] == 0).sum() == 420
    assert round(borders["border_m"].sum() / 1000) == 168_883


def test_neighbours_agree_with_a_second_method_in_one_state(germany: BoundaryVersion) -> None:
    there = germany.valid_at(TODAY) & germany.municipalities["ags"].str.startswith("16").to_numpy(dtype=bool)
    shapes = read_geometry(germany, Level.FULL).geometry.to_numpy()[there]
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    position = np.flatnonzero(there)
    found = {(int(position[a]), int(position[b])) for a, b in zip(left, right, strict=True) if a < b}
    inside = germany.borders[there[germany.borders["a"]] & there[germany.borders["b"]]]
    assert found == set(zip(inside["a"], inside["b"], strict=True))


def test_saxon_part_is_the_set_of_the_state(germany: BoundaryVersion, saxony: BoundaryVersion) -> None:
    columns = ["ags", "name", "kind", "district", "valid_from", "valid_to"]
    mine = germany.municipalities[germany.municipalities["ags"].str.startswith("14")].reset_index(drop=True)
    assert mine[columns].equals(saxony.municipalities[columns])
    assert np.allclose(mine["area_km2"], saxony.municipalities["area_km2"], atol=0.002)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("03152012", "03159016", "Göttingen"),
        ("03156011", "03159026", "Osterode am Harz"),
        ("16056000", "16063105", "Eisenach"),
    ],
)
def test_key_that_changed_with_its_district_leads_to_the_new_one_on_all_dates(
    germany: BoundaryVersion, old: str, new: str, name: str
) -> None:
    rows = germany.municipalities.set_index("ags")
    assert (rows.loc[new, "name"], rows.loc[new, "district"]) == (name, new[:5])
    assert rows.loc[new, "valid_from"].date() == START
    assert old not in rows.index
    assert old in known_keys([germany])
    assert successors(germany.changes, START)[old] == new
    assert Participants((germany,)).successor[old] == new


def test_municipality_that_ended_with_its_district_lies_in_that_of_today(germany: BoundaryVersion) -> None:
    wieda = germany.municipalities.set_index("ags").loc["03156013"]
    assert (wieda["district"], wieda["valid_to"].date()) == ("03159", date(2016, 11, 1))
    assert successors(germany.changes, TODAY)["03156013"] == "03159036"


def test_heldburg_takes_in_three(germany: BoundaryVersion) -> None:
    merged = {each.old_name for each in mergers(germany.changes) if each.new_ags == "16069063"}
    assert merged == {"Bad Colberg-Heldburg", "Gompertshausen", "Hellingen"}


def test_every_mapped_change_has_a_source_and_an_successor_of_today(germany: BoundaryVersion) -> None:
    today = set(germany.municipalities["ags"][germany.valid_at(TODAY)])
    successor = successors(germany.changes, TODAY)
    assert {successor[each.old_ags] for each in germany.changes} <= today
    assert all(each.source for each in germany.changes)


def test_search_does_not_offer_a_key_as_a_former_name(germany: BoundaryVersion) -> None:
    told = [each.text for each in suggestions(germany, germany.changes)]
    assert not [text for text in told if text.startswith("Göttingen →")]
    assert "Hellingen → Heldburg" in told


def test_harz_is_called_by_its_district_of_today(germany: BoundaryVersion) -> None:
    assert germany.former_names["03159501"] == ("Harz (Landkreis Osterode)",)
    assert germany.municipalities.set_index("ags").loc["03159501", "name"] == "Harz (Landkreis Göttingen)"


def test_what_is_not_mapped_is_said_once(tmp_path: Path) -> None:
    root = miniland.write(tmp_path / "mini")
    about = next((root / "geodata").glob("*/*/edition.toml"))
    text = about.read_text(encoding="utf-8")
    before = check_snapshot(load_snapshot(Settings(root=root)))
    about.write_text(
        text.replace("[provenance]\n", '[provenance]\nunmapped = 7\ncompared_with = "Liste 2024"\n'), encoding="utf-8"
    )
    told = [each.sentence() for each in check_snapshot(load_snapshot(Settings(root=root)))]
    assert len(told) == len(before) + 1
    assert "7 Gemeinden in diesen Grenzen gibt es nicht mehr (Liste 2024)" in told[0]


def test_renumbered_key_and_a_merger_join_up() -> None:
    changes = (
        BoundaryChange(
            old_ags="00010001",
            old_name="A",
            new_ags="00020001",
            new_name="A",
            effective=date(2020, 1, 1),
            source="Quelle",
            renumbered=True,
        ),
        BoundaryChange(
            old_ags="00020001",
            old_name="A",
            new_ags="00020009",
            new_name="B",
            effective=date(2021, 1, 1),
            source="Quelle",
        ),
    )
    assert successors(changes, date(2019, 1, 1)) == {"00010001": "00020001"}
    assert successors(changes, date(2021, 1, 1)) == {"00010001": "00020009", "00020001": "00020009"}


def test_kind_of_a_district_is_a_word_of_its_own(germany: BoundaryVersion) -> None:
    rows = germany.municipalities[germany.municipalities["district"] == "03241"]
    outlines = read_geometry(germany, Level.OVERVIEW).geometry.iloc[rows.index[:1]].set_axis(["03241"])
    table = district_table(rows, outlines, {"03241": "Region Hannover"}, {"03241": "Landkreis"})
    assert table.loc["03241", ["name", "kind"]].tolist() == ["Region Hannover", "Region"]


def test_day_is_told_with_unincorporated_areas_and_only_the_changes_entered(tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(ROOT / "data", root / "data")
    (root / "geodata").symlink_to(ROOT / "geodata")
    for path in (root / "data" / "programmes").glob("*.toml"):
        if path.stem != "asskomm":
            path.unlink()
    path = root / "data" / "programmes" / "asskomm.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('boundary_set = "14"', 'boundary_set = "de"'), "utf-8")
    snapshot = load_snapshot(Settings(root=root))
    context = ViewContexts(lambda: snapshot, lambda: TODAY).of(ViewState())
    said = as_of_sentence(context, Words("de"))
    assert said.startswith("Stichtag 01.01.2026: 11.072 Gemeinden und 215 gemeindefreie Gebiete. Letzte eingetragene")
    told = [place_phrase(context, key, Words("de")) for key in ("03241", "05962", "08111", "01051")]
    assert told == ["in der Region Hannover", "im Märkischen Kreis", "in der Stadt Stuttgart", "im Kreis Dithmarschen"]


def test_an_unknown_district_is_told_those_of_its_state_and_not_four_hundred(germany: BoundaryVersion) -> None:
    assert germany.unknown_district("14999", "kreis").values["known"].startswith("14511, 14521")
    known = germany.unknown_district("1", "kreis").values["known"]
    assert known.startswith("01001, ")
    assert known.endswith(" …")
    assert len(known) < 100
