"""What the progress page says: curves, the numbers behind them, what changed, and the months of the map."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from atlas.analysis.counting import figure
from atlas.analysis.durations import passages
from atlas.analysis.progress import progress
from atlas.export.animation import film_gif
from atlas.export.charts import chart_png, chart_svg
from atlas.export.tables import TABLES, changes_said, changes_table, progress_table
from atlas.model.dates import year_before
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.changes import build_changes, change_rows, paragraph
from atlas.present.charts import Chart, Use
from atlas.present.film import build_film, packed_film
from atlas.present.progress import (
    build_curves,
    chosen_instrument,
    course_days,
    district_bars,
    duration_sentences,
    reach_sentence,
    year_rows,
)
from atlas.present.scene import Scene, Scenes
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests.conftest import TODAY

DE, EN = Words("de"), Words("en")
DAYS = [date(2019, 6, 30), date(2020, 12, 31), date(2021, 3, 15), date(2021, 12, 31), date(2022, 6, 30)]
DAYS += [date(2022, 12, 31), date(2023, 1, 1), date(2023, 12, 31), date(2025, 6, 30), TODAY]


@pytest.fixture(scope="module")
def mini_scenes(mini: Snapshot) -> Scenes:
    return Scenes(lambda: mini, lambda: TODAY)


@pytest.mark.parametrize("day", DAYS)
def test_figure_is_the_length_of_its_list_and_of_its_file(scenes: Scenes, day: date) -> None:
    for instrument in scenes.of(ViewState()).programme.instruments:
        scene = scenes.of(ViewState(layer=instrument.key, as_of=day))
        row = year_rows(scene, scenes.course(scene), instrument, DE)[0]
        counted = figure(scene.status, instrument.key)
        assert row.municipalities.number == len(counted.municipalities) == len(row.municipalities.rows())
        assert row.arrangements.number == len(counted.arrangements) == len(row.arrangements.rows())
        looks = frozenset(entry.look.key for entry in scene.spec.legend if entry.look.counted)
        file = TABLES["tabelle"](scenes, scenes.of(scene.view.but(looks=looks)), DE)
        assert file is not None
        assert len(file) == row.municipalities.number
        table = progress_table(scene, scenes.course(scene), *course_days(scene))
        last = table[(table["date"] == day.isoformat()) & (table["instrument"] == instrument.key)]
        assert last["municipalities"].item() == row.municipalities.number


@pytest.mark.parametrize("district", [None, "14626"])
def test_every_number_of_every_year_opens_its_list(scenes: Scenes, district: str | None) -> None:
    scene = scenes.of(ViewState(district=district))
    for instrument in scene.programme.instruments:
        rows = year_rows(scene, scenes.course(scene), instrument, DE)
        for row, before in pairwise(rows):
            assert row.municipalities.number == before.municipalities.number + row.new.number - row.ended.number
        for row in rows:
            for door in (row.municipalities, row.arrangements, row.new, row.ended):
                assert len(door.rows()) == door.number, door.title


def test_course_of_a_programme_older_than_the_boundaries_begins_with_them(mini: Snapshot) -> None:
    old = {key: each.model_copy(update={"launched": date(2001, 9, 1)}) for key, each in mini.programmes.items()}
    scenes = Scenes(lambda: replace(mini, programmes=old, fingerprint="old"), lambda: TODAY)
    scene = scenes.of(ViewState(layer="pact"))
    course, begins = scenes.course(scene), scene.edition.starts
    assert begins > date(2001, 9, 1)
    days, before = course_days(scene)
    assert (days[0].year, before + timedelta(days=1)) == (begins.year, begins)
    assert min(curve.points["date"].min().date() for curve in build_curves(scene, course, DE)) == begins
    assert min(build_film(scene, TODAY).days) >= begins
    assert DE.day(begins) in reach_sentence(scene, DE)
    assert reach_sentence(Scenes(lambda: mini, lambda: TODAY).of(ViewState()), DE) == ""


@pytest.mark.parametrize("later", [0, 1, 40])
def test_curve_on_the_first_days_of_the_boundaries_has_each_day_once(mini_scenes: Scenes, later: int) -> None:
    begins = mini_scenes.of(ViewState()).edition.starts
    scene = mini_scenes.of(ViewState(as_of=begins + timedelta(days=later)))
    for curve in build_curves(scene, mini_scenes.course(scene), DE):
        days = curve.points["date"].dt.date.tolist()
        assert (days[0], days[-1]) == (begins, scene.as_of)
        assert sorted(set(days)) == days


def test_gap_says_what_the_numbers_allow(mini: Snapshot) -> None:
    def said(day: str, more: int) -> str:
        records = mini.records["mini"]
        totals = pd.DataFrame(
            [
                {
                    "date": day,
                    "measure": "talks",
                    "value": str(named + more),
                    "note": "",
                    "source_url": "https://a.example",
                }
            ]
        )
        snapshot = replace(mini, records={"mini": replace(records, totals=totals)}, fingerprint=f"{day}{more}")
        scenes = Scenes(lambda: snapshot, lambda: TODAY)
        scene = scenes.of(ViewState())
        curves = build_curves(scene, scenes.course(scene), DE)
        return next(curve.gap for curve in curves if curve.published)

    scene = Scenes(lambda: mini, lambda: date(2022, 12, 31)).of(ViewState())
    instrument = next(each.key for each in scene.programme.instruments if each.published_measure == "talks")
    named = len(figure(scene.status, instrument).arrangements)
    assert "So viele sind hier namentlich belegt" in said("2022", 0)
    assert f"Davon sind {named} hier namentlich belegt" in said("2022", 1)
    assert f"Namentlich belegt sind zu diesem Tag {named}" in said("2022", -1)
    assert said("2009", 0) == "", "the boundaries do not reach back"


def test_published_totals_count_a_district_that_takes_part_as_one(real_scene: Callable[..., Scene]) -> None:
    """ZWK: 40 published, 32 documented in municipalities and 6 districts. KoKoMa: 14, of which 6 and 1."""
    for key, told, english in (
        ("zwk", "Davon sind 38 hier namentlich belegt, in 65 Gemeinden und 6 Kreisen", "38 are documented"),
        ("kokoma", "Davon sind 7 hier namentlich belegt, in 6 Gemeinden und 1 Kreis;", "and 1 district;"),
    ):
        scene = real_scene(programme=key)
        course = Scenes(lambda scene=scene: scene.snapshot, lambda: TODAY).course(scene)
        assert told in build_curves(scene, course, DE)[0].gap
        assert english in build_curves(scene, course, EN)[0].gap
    scene = real_scene()
    council = build_curves(scene, Scenes(lambda: scene.snapshot, lambda: TODAY).course(scene), DE)[2]
    assert "Davon sind 24 hier namentlich belegt, in 24 Gemeinden;" in council.gap, "its total is of municipalities"


def test_curve_lies_between_the_sure_and_the_earliest_possible(scenes: Scenes) -> None:
    scene = scenes.of(ViewState())
    curves = {curve.instrument: curve for curve in build_curves(scene, scenes.course(scene), DE)}
    for curve in curves.values():
        assert (curve.points["earliest"] >= curve.points["municipalities"]).all()
        assert curve.municipalities == len(figure(scene.status, curve.instrument).municipalities)
        assert curve.arrangements == len(figure(scene.status, curve.instrument).arrangements)
    analysis = curves["safety_analysis"].points.set_index("date")
    assert analysis.loc["2021-06-30", "earliest"] > analysis.loc["2021-06-30", "municipalities"], "many know only 2021"


def test_gap_to_the_published_total_is_said_with_its_day(scenes: Scenes) -> None:
    scene = scenes.of(ViewState())
    agreement = build_curves(scene, scenes.course(scene), DE)[1]
    assert agreement.gap.startswith(
        "Veröffentlicht: 60 Vereinbarungen (11.04.2025). Davon sind 38 hier namentlich belegt"
    )
    on_day = scenes.of(ViewState(as_of=date(2025, 4, 11)))
    assert len(figure(on_day.status, "agreement").arrangements) == 38
    assert all(mark.day <= TODAY for mark in agreement.published)
    in_district = build_curves(scenes.of(ViewState(district="14626")), scenes.course(scene), DE)[1]
    assert (in_district.published, in_district.gap) == ((), ""), "published totals are the state's"


def test_district_bars_add_up(scenes: Scenes) -> None:
    scene = scenes.of(ViewState(layer="agreement"))
    bars = district_bars(scene, chosen_instrument(scene))
    assert sum(bar.municipalities for bar in bars) == len(figure(scene.status, "agreement").municipalities)
    assert sum(bar.total for bar in bars) == 418
    assert [bar.share for bar in bars] == sorted((bar.share for bar in bars), reverse=True)


def test_durations_leave_out_what_is_not_dated(scenes: Scenes, mini_scenes: Scenes) -> None:
    scene = scenes.of(ViewState())
    course = scenes.course(scene)
    first, second = passages(course.episodes, scene.programme, TODAY)
    assert (first.start, first.goal, second.goal) == ("first_consultation", "agreement", "council")
    assert all(days >= 0 for each in (first, second) for days in each.days)
    said = duration_sentences(scene, course, DE)
    assert f"n = {len(first.days)}" in said[0]
    assert ("Wenige Fälle" in said[0]) == (len(first.days) < 8)
    empty = mini_scenes.of(ViewState())
    assert duration_sentences(empty, mini_scenes.course(empty), DE) == (), "no path, nothing to measure"


@pytest.mark.parametrize(("start", "end"), [(date(2021, 12, 31), date(2022, 12, 31)), (date(2022, 6, 30), TODAY)])
@pytest.mark.parametrize("district", [None, "14626"])
def test_changes_balance_and_the_paragraph_has_their_numbers(
    scenes: Scenes, start: date, end: date, district: str | None
) -> None:
    after = scenes.of(ViewState(as_of=end, district=district))
    changes = build_changes(scenes.of(after.view.but(as_of=start)), after)
    for count in changes.counts:
        assert count.before + count.new - count.ended == count.after
        assert count.after == len(figure(after.status, count.instrument.key, district).municipalities)
    for words in (DE, EN):
        said = paragraph(changes, after, words)
        for count in changes.counts:
            if count.new:
                assert words.label(count.instrument.label) in said
                added = {"de": "Hinzugekommen", "en": "Added"}[words.lang]
                assert f"{added}: {count.new};" in said
        for name in changes.table["name"][changes.table["what"] == "new"]:
            assert name in said
    assert len(change_rows(changes, after, DE)) == len(changes.table) == len(changes_table(changes))
    assert len(changes_said(after, changes, EN)) == len(changes.table)
    assert sum(entry.count for entry in changes.spec.legend) == changes.totals[1]


def test_changes_of_boundaries_are_said(scenes: Scenes) -> None:
    after = scenes.of(ViewState(as_of=date(2023, 1, 1), layer="agreement"))
    changes = build_changes(scenes.of(after.view.but(as_of=date(2022, 12, 31))), after)
    assert changes.totals == (419, 418)
    assert "durch Gebietsänderungen von 419 auf 418" in paragraph(changes, after, DE)
    with pytest.raises(ValueError, match="before the second"):
        build_changes(after, after)


def test_files_of_changes_and_progress(scenes: Scenes) -> None:
    scene = scenes.of(ViewState(as_of=date(2022, 12, 31), since=date(2021, 12, 31), layer="agreement"))
    table = TABLES["veraenderungen"](scenes, scene, EN)
    assert table is not None
    assert set(table["Change"]) == {"new"}
    assert len(table) == 14
    assert TABLES["veraenderungen"](scenes, scenes.of(scene.view.but(since=date(2023, 1, 1))), EN) is None
    months = TABLES["fortschritt"](scenes, scene, EN)
    assert months is not None
    assert list(months.columns)[:3] == ["As-of date", "Instrument", "Municipalities"]
    contract = progress_table(scene, scenes.course(scene), *course_days(scene))
    assert list(contract.columns) == [
        "date",
        "instrument",
        "municipalities",
        "arrangements",
        "new",
        "ended",
        "total",
        "share",
    ]
    assert len(months) == len(contract) == 48 * 9
    assert year_before(date(2024, 2, 29)) == date(2023, 2, 28)


# --- charts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", Chart)
@pytest.mark.parametrize("use", Use)
def test_every_chart_has_its_description_and_is_the_same_twice(scenes: Scenes, chart: Chart, use: Use) -> None:
    scene = scenes.of(ViewState(layer="agreement"))
    course = scenes.course(scene)
    first, second = (chart_svg(scene, course, build_curves(scene, course, EN), chart, use, EN) for _ in range(2))
    assert first == second
    said = first.decode()
    assert 'role="img"><title>' in said
    assert "Cooperation agreement" in said
    assert "http" not in said.replace("http://www.w3.org/", ""), "nothing is loaded from elsewhere"
    if use is Use.FILE and chart is not Chart.SMALL:
        assert "BKG" in said
        assert "23 November 2026" in said


def test_charts_are_pictures_too(scenes: Scenes) -> None:
    scene = scenes.of(ViewState(layer="agreement"))
    assert chart_png(
        scene, scenes.course(scene), build_curves(scene, scenes.course(scene), DE), Chart.CURVE, DE
    ).startswith(b"\x89PNG")


def test_names_in_charts_are_escaped(mini_scenes: Scenes) -> None:
    scene = mini_scenes.of(ViewState(layer="pact"))
    course = mini_scenes.course(scene)
    said = chart_svg(scene, course, build_curves(scene, course, DE), Chart.DISTRICTS, Use.FILE, DE).decode()
    assert "<script" not in said


# --- the months of the map -------------------------------------------------------------------------------------------


def test_film_ends_with_the_map_and_counts_each_month(real_scene: Callable[..., Scene]) -> None:
    scene = real_scene(layer="agreement", as_of=date(2023, 2, 15))
    film = build_film(scene, TODAY)
    assert film.days[0] == date(2019, 1, 31)
    assert film.days[-2:] == (date(2023, 1, 31), date(2023, 2, 15))
    assert film.specs[-1].codes == scene.spec.codes
    packed = json.loads(json.dumps(packed_film(film)))
    assert packed["totals"][0] == 419
    assert packed["totals"][-1] == 418
    for day, counts in zip(film.days, zip(*packed["counts"].values(), strict=True), strict=True):
        assert sum(counts) == real_scene(layer="agreement", as_of=day).spec.total
    codes = list(film.specs[0].codes)
    for changed, spec in zip(packed["codes"][1:], film.specs[1:], strict=True):
        for each in filter(None, changed.split(",")):
            codes[int(each[:-1], 36)] = each[-1]
        assert "".join(codes) == spec.codes


def test_film_does_not_go_beyond_today(real_scene: Callable[..., Scene]) -> None:
    film = build_film(real_scene(layer="agreement", as_of=date(2099, 12, 31)), TODAY)
    assert film.days[-1] == TODAY
    assert len(film.days) == 95


def test_months_as_an_animation(mini_scenes: Scenes) -> None:
    scene = mini_scenes.of(ViewState(layer="pact", as_of=date(2020, 3, 31)))
    made = film_gif(mini_scenes, scene, DE)
    picture = Image.open(io.BytesIO(made))
    distinct = {(spec.codes, spec.points) for spec in build_film(scene, TODAY).specs}
    assert picture.n_frames == len(distinct) > 2
    assert picture.size == (1200, 750)
    first = np.asarray(picture.convert("RGB"))
    picture.seek(picture.n_frames - 1)
    last = np.asarray(picture.convert("RGB"))
    assert (first != last).any()
    assert film_gif(mini_scenes, scene, DE) == made, "the same twice"


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2022, 12, 31), TODAY])
@pytest.mark.parametrize("district", [None, "14521"])
def test_share_of_the_land_is_that_of_the_municipalities_counted(
    scenes: Scenes, day: date, district: str | None
) -> None:
    scene = scenes.of(ViewState(as_of=day, district=district))
    keys = [instrument.key for instrument in scene.programme.instruments]
    course = scenes.course(scene)
    table = progress(
        course.episodes, course.events, scene.edition, keys, [day], since=date(2016, 1, 1), district=district
    )
    land = scene.edition.municipalities["area_km2"]
    inside = (
        scene.status.index.unique()
        if district is None
        else scene.status.index[scene.status["district"] == district].unique()
    )
    for key, share in zip(table["instrument"], table["area_share"], strict=True):
        covered = figure(scene.status, key, district).municipalities.index
        assert share == pytest.approx(land.loc[covered].sum() / land.loc[inside].sum(), abs=1e-9)


def test_targets_are_drawn_as_a_plan(own_root: Path) -> None:
    path = own_root / "data" / "programmes" / "mini.toml"
    text = path.read_text(encoding="utf-8")
    target = 'targets = [{ by = 2019-12-31, value = 3, source = "erfunden" }, { by = 2024-12-31, value = 9, source = "erfunden" }]'
    path.write_text(
        text.replace('unit_one = { de = "Vereinbarung"', f'{target}\nunit_one = {{ de = "Vereinbarung"'), "utf-8"
    )
    snapshot = load_snapshot(Settings(own_root))
    planned = Scenes(lambda: snapshot, lambda: TODAY)
    scene = planned.of(ViewState(layer="pact"))
    curves = build_curves(scene, planned.course(scene), DE)
    curve = next(each for each in curves if each.instrument == "pact")
    assert [(mark.day.year, mark.value) for mark in curve.targets] == [(2019, 3), (2024, 9)]
    said = chart_svg(scene, planned.course(scene), curves, Chart.CURVE, Use.LIGHT, DE).decode()
    assert 'stroke-dasharray="2,3"' in said
