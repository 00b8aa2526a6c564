"""What the progress page says: curves, the numbers behind them, what changed, and the months of the map."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageColor, ImageSequence

from atlas.analysis.counting import beside
from atlas.analysis.durations import passages
from atlas.analysis.events import BEGINNINGS, ENDINGS, FLOWS
from atlas.analysis.progress import progress
from atlas.export import film
from atlas.export.charts import chart_png, chart_svg
from atlas.export.film import film_gif
from atlas.export.tables import progress_table
from atlas.model.programme import Counts
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.charts import Chart, Use
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.film import build_film, packed_film
from atlas.present.progress import (
    build_curves,
    chosen_instrument,
    course_days,
    district_bars,
    duration_sentences,
    reach_sentence,
)
from atlas.present.published import Total, beside_sentence, totals_of
from atlas.present.wording import Words
from atlas.present.years import year_headings, year_rows
from tests.conftest import TODAY, film_of
from tests.lanes import tried

DE, EN = Words("de"), Words("en")
DAYS = [date(2019, 6, 30), date(2020, 12, 31), date(2021, 3, 15), date(2021, 12, 31), date(2022, 6, 30)]
DAYS += [date(2022, 12, 31), date(2023, 1, 1), date(2023, 12, 31), date(2025, 6, 30), TODAY]


@pytest.fixture(scope="module")
def mini_contexts(mini: Snapshot) -> ViewContexts:
    return ViewContexts(lambda: mini, lambda: TODAY)


@pytest.mark.sample(3)
@pytest.mark.parametrize("day", DAYS)
def test_figure_is_the_length_of_its_list_and_of_its_file(contexts: ViewContexts, day: date) -> None:
    for instrument in contexts.of(ViewState()).programme.instruments:
        context = contexts.of(ViewState(layer=instrument.key, as_of=day))
        doors = year_rows(context, contexts.course(context), instrument, DE)[0].doors
        counted = context.day.figure(instrument.key)
        assert doors["municipalities"].number == len(counted.municipalities) == len(doors["municipalities"].rows())
        assert doors["arrangements"].number == len(counted.arrangements) == len(doors["arrangements"].rows())
        assert doors["documented_later"].number == len(counted.documented_later)
        assert doors["period_unknown"].number == len(counted.period_unknown)
        table = progress_table(context, contexts.course(context), *course_days(context))
        last = table[(table["date"] == day.isoformat()) & (table["instrument"] == instrument.key)]
        assert last["municipalities"].item() == doors["municipalities"].number
        assert last["in_force"].item() == len(counted.in_force)


@pytest.mark.sample(1)
@pytest.mark.parametrize(("district", "counts"), [(None, None), ("14626", Counts.IN_FORCE), ("14626", Counts.SO_FAR)])
def test_every_number_of_every_year_opens_its_list_and_the_flows_add_up(
    contexts: ViewContexts, district: str | None, counts: Counts | None
) -> None:
    context = contexts.of(ViewState(district=district))
    course = contexts.course(context, counts)
    for instrument in context.programme.instruments:
        rows = year_rows(context, course, instrument, DE, counts)
        for row, before in pairwise(rows):
            came = sum(row.doors[what].number for what in (*BEGINNINGS, "boundary_in"))
            went = sum(row.doors[what].number for what in (*ENDINGS, "boundary_out"))
            stock = before.doors["municipalities"].number
            assert row.doors["municipalities"].number == stock + came - went
        for row in rows:
            for door in filter(lambda each: each.number, row.doors.values()):
                assert len(door.rows()) == door.number, door.title


def test_year_table_leaves_out_flows_there_are_none_of_and_the_file_does_not(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState(as_of=date(2025, 12, 31)))
    council, funding = (context.programme.instrument(key) for key in ("council", "funding"))
    rows = year_rows(context, contexts.course(context), council, DE)
    assert [*year_headings(rows, council, DE).values()] == [
        "Gemeinden",
        "Räte",
        "begonnen",
        "erstmals belegt",
        "erst später belegt",
    ]
    rows = year_rows(context, contexts.course(context), funding, EN)
    assert "of which in force" in year_headings(rows, funding, EN).values()
    line = year_rows(context, contexts.course(context, Counts.IN_FORCE), funding, EN, Counts.IN_FORCE)
    assert {"revived", "ended", "presumed over"} <= set(year_headings(line, funding, EN).values())
    assert set(FLOWS) < set(progress_table(context, contexts.course(context), *course_days(context)).columns)


@pytest.mark.bulk
def test_course_of_a_programme_older_than_the_boundaries_begins_with_them(mini: Snapshot) -> None:
    old = {key: each.model_copy(update={"launched": date(2001, 9, 1)}) for key, each in mini.programmes.items()}
    contexts = ViewContexts(lambda: replace(mini, programmes=old, fingerprint="old"), lambda: TODAY)
    context = contexts.of(ViewState(layer="pact"))
    course, begins = contexts.course(context), context.edition.starts
    assert begins > date(2001, 9, 1)
    days, before = course_days(context)
    assert (days[0].year, before + timedelta(days=1)) == (begins.year, begins)
    assert min(curve.points["date"].min().date() for curve in build_curves(context, course, DE)) == begins
    assert min(spec.as_of for spec in film_of(context)) >= begins
    assert DE.day(begins) in reach_sentence(context, DE)
    assert reach_sentence(ViewContexts(lambda: mini, lambda: TODAY).of(ViewState()), DE) == ""


@pytest.mark.parametrize("later", [0, 1, 40])
def test_curve_on_the_first_days_of_the_boundaries_has_each_day_once(mini_contexts: ViewContexts, later: int) -> None:
    begins = mini_contexts.of(ViewState()).edition.starts
    context = mini_contexts.of(ViewState(as_of=begins + timedelta(days=later)))
    for curve in build_curves(context, mini_contexts.course(context), DE):
        days = curve.points["date"].dt.date.tolist()
        assert (days[0], days[-1]) == (begins, context.as_of)
        assert sorted(set(days)) == days


def test_published_total_stands_beside_what_is_documented(mini: Snapshot) -> None:
    """``x of y`` only where those of unknown beginning could be among the rest."""
    context = ViewContexts(lambda: mini, lambda: date(2022, 12, 31)).of(ViewState())
    instrument = next(each for each in context.programme.instruments if each.published_measure == "talks")
    spans = context.spans

    def said(value: int, words: Words = DE) -> str:
        day = date(2022, 12, 31)
        total = Total(
            text="2022",
            day=day,
            measure="talks",
            value=value,
            note="",
            source="",
            instrument=instrument,
            stage="",
            unit="municipalities",
            counts=Counts.IN_FORCE,
        )
        return beside_sentence(context, total, words)

    how = {"unit": "municipalities", "counts": Counts.IN_FORCE, "with_districts": False}
    found = beside(spans, instrument.key, context.changes, date(2022, 12, 31), **how)  # type: ignore[arg-type]
    named, later = found.documented, found.later
    assert named > 1
    rest = f", weitere {later}, Beginn unbekannt." if later else "."
    assert said(named + later + 1).endswith(f"Hier belegt: {named} von {named + later + 1}{rest}")
    assert said(named).endswith(f"Hier belegt: {named}, genauso viele{rest}")
    assert said(named - 1).endswith(f"Hier belegt: {named}{rest}"), "more are named than were published: no share"
    assert said(named, EN).startswith("Published: ")


@pytest.mark.parametrize(
    ("programme", "day", "told"),
    [
        ("staedtenetzwerk", "2001-09", "Hier belegt: 10, genauso viele, weitere 16, Beginn unbekannt."),
        ("sicherheitspartnerschaft", "2025", "Veröffentlicht: 22 Gemeinden (01.01.2025). Hier belegt: 19 von 22."),
        (
            "kokoma",
            "2023-06",
            "14 Gemeinden und Kreise (Juni 2023). Hier belegt: 7 von 14. Belegt sind sie in 6 Gemeinden",
        ),
    ],
)
def test_published_totals_of_the_shipped_programmes(
    real_context: Callable[..., ViewContext], programme: str, day: str, told: str
) -> None:
    context = real_context(programme=programme)
    totals = [each for each in totals_of(context.records, context.programme) if each.text.startswith(day)]
    said = [beside_sentence(context, each, DE) for each in totals]
    assert any(told in each for each in said), said
    assert not any("%" in each for each in said)


def test_curve_lies_between_the_sure_and_what_is_documented_only_later(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState())
    course = contexts.course(context)
    table = progress(
        course,
        [each.key for each in context.programme.instruments],
        *course_days(context)[:1],
        since=course_days(context)[1],
    )
    for curve in build_curves(context, course, DE):
        counted = context.day.figure(curve.instrument)
        assert (curve.points["earliest"] >= curve.points["municipalities"]).all()
        assert (curve.points["in_force"] <= curve.points["municipalities"]).all()
        assert curve.municipalities == len(counted.municipalities)
        assert curve.arrangements == len(counted.arrangements)
        assert curve.in_force == len(counted.in_force)
        later = table[table["instrument"] == curve.instrument]["documented_later"].to_numpy()
        gap = (curve.points["earliest"] - curve.points["municipalities"]).to_numpy()
        assert (gap[-len(later) + 1 :] == later[1:]).all()


def test_what_stands_beside_a_curve_is_said_with_it(contexts_before: ViewContexts) -> None:
    context = contexts_before.of(ViewState(as_of=date(2024, 12, 31)))
    curves = {each.instrument: each for each in build_curves(context, contexts_before.course(context), DE)}
    assert curves["council"].beside == "6 weitere erst später belegt"
    assert "6 weitere erst später belegt" in curves["council"].alt
    assert "Beginn unbekannt oder früher" in curves["council"].alt
    assert curves["funding"].beside == "davon in Kraft: 4, 1 weitere, Zeitraum unbekannt"
    assert len(curves["council"].legend) == 2
    training = curves["training"]
    assert ("Stufe mit offenem Kreis" in " ".join(training.legend)) == bool(training.points["first_documented"].any())


def test_gap_to_the_published_total_is_said_with_its_day(contexts_before: ViewContexts) -> None:
    context = contexts_before.of(ViewState())
    agreement = build_curves(context, contexts_before.course(context), DE)[1]
    assert agreement.gap == (
        "Veröffentlicht: 60 Gemeinden (11.04.2025). Hier belegt: 49 von 60, weitere 3, Beginn unbekannt."
    )
    on_day = contexts_before.of(ViewState(as_of=date(2025, 4, 11)))
    assert len(on_day.day.figure("agreement").municipalities) == 49
    assert all(mark.day <= TODAY for mark in agreement.published)
    in_district = build_curves(contexts_before.of(ViewState(district="14626")), contexts_before.course(context), DE)[1]
    assert (in_district.published, in_district.gap) == ((), ""), "published totals are the state's"


def test_district_bars_add_up(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState(layer="agreement"))
    bars = district_bars(context, chosen_instrument(context))
    assert sum(bar.municipalities for bar in bars) == len(context.day.figure("agreement").municipalities)
    assert sum(bar.later for bar in bars) == len(context.day.figure("agreement").documented_later)
    assert sum(bar.total for bar in bars) == 418
    assert [bar.share for bar in bars] == sorted((bar.share for bar in bars), reverse=True)


def test_durations_leave_out_what_is_not_dated(contexts: ViewContexts, mini_contexts: ViewContexts) -> None:
    context = contexts.of(ViewState())
    course = contexts.course(context)
    first, second = passages(course.municipalities.episodes, context.programme, TODAY)
    assert (first.start, first.goal, second.goal) == ("first_consultation", "agreement", "council")
    assert all(days >= 0 for each in (first, second) for days in each.days)
    said = duration_sentences(context, course, DE)
    assert f"n = {len(first.days)}" in said[0]
    assert ("Wenige Fälle" in said[0]) == (len(first.days) < 8)
    empty = mini_contexts.of(ViewState())
    assert duration_sentences(empty, mini_contexts.course(empty), DE) == (), "no path, nothing to measure"


@pytest.mark.sample(4)
@pytest.mark.parametrize("chart", Chart)
@pytest.mark.parametrize("use", Use)
def test_every_chart_has_its_description_and_is_the_same_twice(contexts: ViewContexts, chart: Chart, use: Use) -> None:
    context = contexts.of(ViewState(layer="agreement"))
    course = contexts.course(context)
    first, second = (chart_svg(context, course, build_curves(context, course, EN), chart, use, EN) for _ in range(2))
    assert first == second
    said = first.decode()
    assert 'role="img"><title>' in said
    assert "Cooperation agreement" in said
    assert "http" not in said.replace("http://www.w3.org/", ""), "nothing is loaded from elsewhere"
    if use is Use.FILE and chart is not Chart.SMALL:
        assert "BKG" in said
        assert "30 November 2026" in said


def test_charts_are_pictures_too(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState(layer="agreement"))
    assert chart_png(
        context, contexts.course(context), build_curves(context, contexts.course(context), DE), Chart.CURVE, DE
    ).startswith(b"\x89PNG")


def test_names_in_charts_are_escaped(mini_contexts: ViewContexts) -> None:
    context = mini_contexts.of(ViewState(layer="pact"))
    course = mini_contexts.course(context)
    said = chart_svg(context, course, build_curves(context, course, DE), Chart.DISTRICTS, Use.FILE, DE).decode()
    assert "<script" not in said


# --- the months of the map -------------------------------------------------------------------------------------------


def test_film_ends_with_the_map_and_counts_each_month(real_context: Callable[..., ViewContext]) -> None:
    context = real_context(layer="agreement", as_of=date(2023, 2, 15))
    film = film_of(context)
    days = [spec.as_of for spec in film]
    assert days[0] == date(2019, 1, 31)
    assert days[-2:] == [date(2023, 1, 31), date(2023, 2, 15)]
    assert film[-1].codes == context.spec.codes
    packed = json.loads(json.dumps(packed_film(film)))
    assert packed["totals"][0] == 419
    assert packed["totals"][-1] == 418
    for day, counts in zip(days, zip(*packed["counts"].values(), strict=True), strict=True):
        assert sum(counts) == real_context(layer="agreement", as_of=day).spec.total
    codes = list(film[0].codes)
    for changed, spec in zip(packed["codes"][1:], film[1:], strict=True):
        for each in filter(None, changed.split(",")):
            codes[int(each[:-1], 36)] = each[-1]
        assert "".join(codes) == spec.codes


@pytest.mark.parametrize(
    ("layer", "district", "programme"),
    [("overview", None, ""), ("council", "14521", ""), ("agreement", None, ""), ("overview", None, "kokoma")],
)
def test_every_month_of_a_film_is_the_map_of_its_day(
    real: Snapshot, layer: str, district: str | None, programme: str
) -> None:
    """Most months are not computed: nothing turns in them."""
    contexts = ViewContexts(lambda: real, lambda: TODAY)
    view = ViewState(programme=programme, layer=layer, district=district)
    film = build_film(contexts, contexts.of(view))
    sampled = film[:: max(1, len(film) // tried(len(film)))]
    assert len({id(each.classes) for each in film}) < len(film)
    assert sampled == [contexts.of(view.but(as_of=each.as_of)).spec for each in sampled]


def test_film_does_not_go_beyond_today(real_context: Callable[..., ViewContext]) -> None:
    film = film_of(real_context(layer="agreement", as_of=date(2099, 12, 31)))
    assert film[-1].as_of == TODAY
    assert len(film) == 95


@pytest.mark.bulk
def test_months_as_an_animation(mini_contexts: ViewContexts) -> None:
    context = mini_contexts.of(ViewState(layer="pact", as_of=date(2020, 3, 31)))
    made = film_gif(mini_contexts, context, DE)
    picture = Image.open(io.BytesIO(made))
    distinct = {(spec.codes, spec.points) for spec in film_of(context)}
    assert picture.n_frames == len(distinct) > 2
    assert picture.size == (1200, 750)
    first = np.asarray(picture.convert("RGB"))
    picture.seek(picture.n_frames - 1)
    last = np.asarray(picture.convert("RGB"))
    assert (first != last).any()
    assert film_gif(mini_contexts, context, DE) == made, "the same twice"


@pytest.mark.bulk
def test_a_film_has_the_colours_of_the_map(contexts: ViewContexts) -> None:
    """Also of classes that occur only later than in its first frame."""
    context = contexts.of(ViewState(as_of=TODAY))
    last = list(ImageSequence.Iterator(Image.open(io.BytesIO(film_gif(contexts, context, DE)))))[-1].convert("RGB")
    painted = {colour for amount, colour in last.getcolors(10**7) if amount > 300}
    plain = [each.look for each in context.spec.legend if each.look.hatch == "none" and each.count]
    assert len(plain) > 3
    for look in plain:
        wanted = ImageColor.getrgb(look.colour)
        assert min(max(abs(a - b) for a, b in zip(wanted, each, strict=True)) for each in painted) <= 6, look.key


@pytest.mark.bulk
@pytest.mark.parametrize("view", [ViewState(), ViewState(layer="pact"), ViewState(district="00021")])
def test_frames_drawn_over_are_as_if_drawn_whole(
    view: ViewState, mini_contexts: ViewContexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def frames() -> list[npt.NDArray[np.int16]]:
        made = Image.open(io.BytesIO(film_gif(mini_contexts, mini_contexts.of(view.but(as_of=TODAY)), DE)))
        return [np.asarray(each.convert("RGB"), dtype=np.int16) for each in ImageSequence.Iterator(made)]

    over = frames()
    monkeypatch.setattr(film, "_changed", lambda *_: None)
    whole = frames()
    assert len(over) == len(whole) > 2
    assert all(((one != other).any(axis=2).sum() < 50) for one, other in zip(over, whole, strict=True))


def test_the_point_of_a_district_alone_makes_a_frame(
    mini_contexts: ViewContexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = mini_contexts.of(ViewState(as_of=TODAY))
    assert context.spec.district_points
    before = replace(context.spec, district_points=())
    monkeypatch.setattr(film, "build_film", lambda *_: [before, before, context.spec])
    assert Image.open(io.BytesIO(film_gif(mini_contexts, context, DE))).n_frames == 2


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2022, 12, 31), TODAY])
@pytest.mark.parametrize("district", [None, "14521"])
def test_share_of_the_land_is_that_of_the_municipalities_counted(
    contexts: ViewContexts, day: date, district: str | None
) -> None:
    context = contexts.of(ViewState(as_of=day, district=district))
    keys = [instrument.key for instrument in context.programme.instruments]
    course = contexts.course(context)
    table = progress(course, keys, [day], since=date(2016, 1, 1))
    land = context.edition.municipalities["area_km2"]
    inside = (
        context.status.index.unique()
        if district is None
        else context.status.index[context.status["district"] == district].unique()
    )
    for key, share in zip(table["instrument"], table["area_share"], strict=True):
        covered = context.day.figure(key, district).municipalities.index
        assert share == pytest.approx(land.loc[covered].sum() / land.loc[inside].sum(), abs=1e-9)
