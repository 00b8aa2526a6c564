"""Areas of responsibility, and what the steering page says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from atlas.errors import AtlasError
from atlas.export.tables import TABLES
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.scene import Scenes
from atlas.present.steering import build_steering, districts_of
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests.conftest import TODAY

DE = Words("de")


def test_shipped_areas_cover_the_districts_each_once(real: Snapshot) -> None:
    areas = real.areas
    assert areas is not None
    covered = [key for area in areas.areas for key in area.districts]
    edition = real.editions["14"][0]
    rural = edition.districts.index[edition.districts["kind"] == "Landkreis"]
    assert sorted(covered) == sorted(rural)


def test_an_area_is_the_sum_of_its_districts(scenes: Scenes, real: Snapshot) -> None:
    whole = scenes.of(ViewState())
    course = scenes.course(whole)
    everything = build_steering(whole, course, DE)
    assert real.areas is not None
    parts = [ViewState(area=area.key) for area in real.areas.areas]
    parts += [ViewState(district=key) for key in ("14511", "14612", "14713")]
    pages = [build_steering(scenes.of(view), course, DE) for view in parts]
    for name in ("late", "open_", "old", "undated", "unsourced"):
        assert sum(len(getattr(page, name)) for page in pages) == len(getattr(everything, name)), name
    assert districts_of(scenes.of(ViewState(area="east"))) == {"14625", "14626", "14628"}
    assert len(districts_of(scenes.of(ViewState(area="nowhere")))) == 13


def test_limits_are_said_with_their_number_of_cases(scenes: Scenes) -> None:
    scene = scenes.of(ViewState())
    page = build_steering(scene, scenes.course(scene), DE)
    council = next(hint for hint in page.hints if hint.startswith("Kommunaler Präventionsrat, geplant"))
    assert "Drei von vier abgeschlossenen Fällen" in council
    assert "n = " in council
    assert all("Wenige Fälle" in hint or "n = " in hint or "kein Übergang" in hint for hint in page.hints)


def test_a_limit_of_the_programme_comes_before_the_percentile(own_root: Path) -> None:
    path = own_root / "data" / "programmes" / "mini.toml"
    text = path.read_text(encoding="utf-8")
    planned = 'key = "planned", label = { de = "geplant", en = "planned" }, kind = "plan"'
    path.write_text(text.replace(planned, f"{planned}, dwell_days = 365"), encoding="utf-8")
    snapshot = load_snapshot(Settings(own_root))
    scenes = Scenes(lambda: snapshot, lambda: TODAY)
    page = build_steering(scenes.of(ViewState()), scenes.course(scenes.of(ViewState())), DE)
    assert page.late[["name", "instrument", "stage"]].to_numpy().tolist() == [
        ["Neu-Ilm", "Rat", "geplant"],
        ["Bergen", "Vereinbarung", "geplant"],
    ] or set(page.late["name"]) == {"Bergen", "Neu-Ilm"}
    assert set(page.late["limit"]) == {"365 Tage"}
    assert any("Grenze des Programms, 365 Tage" in hint for hint in page.hints)
    early = scenes.of(ViewState(as_of=date(2020, 6, 1)))
    assert build_steering(early, scenes.course(early), DE).late.empty


def test_file_has_every_case(scenes: Scenes) -> None:
    scene = scenes.of(ViewState())
    page = build_steering(scene, scenes.course(scene), DE)
    table = TABLES["steuerung"](scenes, scene, DE)
    assert table is not None
    assert len(table) == len(page.late) + len(page.open_)
    assert (table["über der Grenze"] == "ja").sum() == len(page.late)
    assert table["Tage"].dtype == "int64", "numbers, for spreadsheets"
    assert table["Gemeinde"].tolist() == [*page.late["name"], *page.open_["name"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'boundary_set = "00"\nsource = "x"\nareas = [{key="a", label={de="A", en="A"}, districts=["00099"]}]',
            "00099",
        ),
        (
            'boundary_set = "00"\nsource = "x"\nareas = [{key="a", label={de="A", en="A"}, districts=["00021"]},'
            ' {key="b", label={de="B", en="B"}, districts=["00021"]}]',
            "more than one area: 00021",
        ),
        (
            'boundary_set = "00"\nsource = "x"\nareas = [{key="a", label={de="A", en="A"}, districts=["14521"]}]',
            "14521",
        ),
        ('boundary_set = "00"\nareas = []', "source: Die Angabe fehlt"),
        ("boundary_set = ", "kein gültiges TOML"),
    ],
)
def test_wrong_areas_are_told_with_place_and_cure(own_root: Path, text: str, said: str) -> None:
    (own_root / "data" / "areas.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError) as caught:
        load_snapshot(Settings(own_root))
    assert any(said in problem.sentence() and "data/areas.toml" in problem.place for problem in caught.value.problems)
