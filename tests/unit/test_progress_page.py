"""What the progress page says: curves, the numbers behind them, what changed, and the months of the map."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from atlas.__main__ import FINE, WRONG_USE, main
from atlas.analysis.counting import beside
from atlas.analysis.durations import passages
from atlas.analysis.events import BEGINNINGS, CHANGED, ENDINGS, FLOWS
from atlas.analysis.progress import progress
from atlas.export.animation import film_gif
from atlas.export.charts import chart_png, chart_svg
from atlas.export.tables import TABLES, changes_said, changes_table, progress_table
from atlas.model.dates import year_before
from atlas.model.programme import Counts, Unit
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.changes import Count, build_changes, build_effect, change_rows
from atlas.present.charts import Chart, Use
from atlas.present.context import ViewContext, ViewContexts, preview
from atlas.present.film import build_film, packed_film
from atlas.present.paragraph import paragraph
from atlas.present.progress import (
    build_curves,
    chosen_instrument,
    course_days,
    district_bars,
    duration_sentences,
    reach_sentence,
)
from atlas.present.published import Total, beside_sentence, totals_of
from atlas.present.time_words import presumed_said, reason
from atlas.present.wording import Words
from atlas.present.years import year_headings, year_rows
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests.conftest import ROOT, TODAY

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
    assert min(build_film(context, TODAY).days) >= begins
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


PERIODS = [(date(2021, 12, 31), date(2022, 12, 31)), (date(2022, 6, 30), TODAY)]


@pytest.mark.sample(7)
@pytest.mark.parametrize(("start", "end"), PERIODS)
@pytest.mark.parametrize("district", [None, "14626"])
@pytest.mark.parametrize("unit", get_args(Unit))
@pytest.mark.parametrize("counts", [None, *Counts])
def test_changes_balance_and_the_paragraph_says_so(
    contexts: ViewContexts, start: date, end: date, district: str | None, unit: Unit, counts: Counts | None
) -> None:
    after = contexts.of(ViewState(as_of=end, district=district))
    changes = build_changes(contexts, contexts.of(after.view.but(as_of=start)), after, unit=unit, counts=counts)
    for count in changes.counts:
        for line in filter(None, (count, count.in_force)):
            came = sum(line.flows[what] for what in (*BEGINNINGS, "boundary_in"))
            went = sum(line.flows[what] for what in (*ENDINGS, "boundary_out"))
            assert line.before.number + came - went == line.after.number
            assert came + went == (line.rows["what"] != CHANGED).sum()
        if unit == "municipalities" and counts is None:
            assert count.after.number == len(after.day.figure(count.instrument.key, district).municipalities)
        assert (count.in_force is not None) == (counts is None and count.instrument.counts is Counts.SO_FAR)
    for words in (DE, EN):
        said = paragraph(changes, after, words)
        for count in changes.counts:
            if any(count.flows.values()):
                assert words.label(count.instrument.label) in said
                assert f"= {count.after.number}." in said
        for name in changes.table["name"]:
            assert name in said
    rows = change_rows(changes, after, DE)
    assert len(rows) == len(changes.table) == len(changes_table(changes, after, DE))
    assert (rows["reason"] != "").all(), "each line has its reason"
    assert len(changes_said(after, changes, EN)) == len(changes.table)
    assert sum(entry.count for entry in changes.spec.legend) == changes.totals[1]


def _told(contexts: ViewContexts, layer: str, start: date, end: date, words: Words = DE) -> tuple[Count, str]:
    after = contexts.of(ViewState(as_of=end, layer=layer))
    changes = build_changes(contexts, contexts.of(after.view.but(as_of=start)), after)
    return changes.counts[0], paragraph(changes, after, words)


def test_council_of_2025_names_the_two_that_began_and_nobody_undated(contexts_before: ViewContexts) -> None:
    count, said = _told(contexts_before, "council", date(2024, 12, 31), date(2025, 12, 31))
    assert (count.before.number, count.after.number, count.flows["begun"]) == (23, 25, 2)
    assert count.flows["first_documented"] == 0
    assert (count.before.documented_later, count.after.documented_later) == (6, 6)
    assert "Begonnen hat es in 2 Gemeinden: Arnsdorf und Radeberg." in said
    assert "Erstmals belegt ist es in keiner Gemeinde." in said
    assert "Beginn unbekannt, und darum nicht mitgezählt: 6 weitere am 31.12.2024 und 6 weitere am 31.12.2025." in said
    assert "Das geht auf: 23 + 2 begonnen = 25." in said
    for name in ("Annaberg-Buchholz", "Bennewitz", "Lossatal", "Meißen", "Thallwitz", "Wurzen"):
        assert name not in said
    english = _told(contexts_before, "council", date(2024, 12, 31), date(2025, 12, 31), EN)[1]
    assert "It began in 2 municipalities: Arnsdorf and Radeberg." in english
    assert "documented for 25 of 418 municipalities on 31 December 2025 (6.0%), and for 23 of 418" in english


def test_first_consultations_of_2022_are_reached_or_first_documented(contexts_before: ViewContexts) -> None:
    count, said = _told(contexts_before, "first_consultation", date(2021, 12, 31), date(2022, 12, 31))
    assert (count.before.number, count.after.number) == (41, 56)
    assert (count.flows["begun"], count.flows["first_documented"]) == (2, 13)
    assert "Erreicht wurde es in 2 Gemeinden: Heidenau und Niesky." in said
    assert "Erstmals belegt, Beginn unbekannt oder früher, ist es in 13 Gemeinden: Auerbach" in said


def test_all_so_far_and_what_of_it_is_in_force_are_two_lines(contexts: ViewContexts) -> None:
    count, said = _told(contexts, "funding", date(2021, 12, 31), TODAY)
    assert not any(count.flows[what] for what in (*ENDINGS, "revived")), "so far never falls"
    line = count.in_force
    assert line is not None
    assert line.flows["presumed_over"] > 0 < line.flows["ended"]
    assert f"Davon in Kraft sind {line.after.number} am" in said
    assert "4-mal Dresden" in said
    assert "Zeiträume lassen sich nicht zusammenzählen" in said


def test_programme_that_ended_says_so_of_each(contexts: ViewContexts) -> None:
    after = contexts.of(ViewState(programme="kokoma", as_of=date(2025, 1, 1)))
    changes = build_changes(contexts, contexts.of(after.view.but(as_of=date(2024, 12, 31))), after)
    rows = change_rows(changes, after, DE)
    assert set(rows["reason"]) == {"Ende des Programms am 31.12.2024"}
    assert set(rows["after"]) == {"beendet"}
    assert len(rows) == 9
    assert "ist am 01.01.2025 für 0 Gemeinden belegt, am 31.12.2024 für 6." in paragraph(changes, after, DE)


KEYS = sorted(path.stem for path in (ROOT / "data/programmes").glob("*.toml"))
NEW = re.compile(r"\b(neu|neue[mnrs]?|new|hinzugekommen|added)\b", re.IGNORECASE)


@pytest.mark.sample(2)
@pytest.mark.parametrize("programme", KEYS)
def test_nothing_is_called_new_in_any_year(contexts: ViewContexts, programme: str) -> None:
    """In no text, list or heading, of no instrument of any programme; and every year adds up."""
    for year in range(2016, 2027):
        after = contexts.of(ViewState(programme=programme, as_of=min(date(year, 12, 31), TODAY)))
        before = contexts.of(after.view.but(as_of=date(year, 1, 1)))
        changes = build_changes(contexts, before, after)
        for count in changes.counts:
            came = sum(count.flows[what] for what in (*BEGINNINGS, "boundary_in"))
            went = sum(count.flows[what] for what in (*ENDINGS, "boundary_out"))
            assert count.before.number + came - went == count.after.number
        for words in (DE, EN):
            rows = changes_said(after, changes, words)
            listed = rows.drop(columns=[words.say("Gemeinde"), words.say("Quelle")])
            said = " ".join([paragraph(changes, after, words), *rows.columns, listed.to_csv(index=False)])
            for name in sorted(set(rows[words.say("Gemeinde")]), key=len, reverse=True):
                said = said.replace(name, "")
            assert not NEW.search(said), said
            assert ".. " not in said, said
    course = contexts.course(after)
    for curve in build_curves(after, course, EN):
        said = " ".join([curve.alt, curve.beside, curve.gap, curve.doubt, *curve.legend])
        assert not NEW.search(said)


REASONS = [
    ("begun", "reached", "2022", "2022-01-01", "Beginn 2022, Tag nicht bekannt"),
    ("begun", "reached", "2022-07-11", "2022-07-11", "Beginn 11.07.2022"),
    ("begun", "undated", "", "2022-03-01", "undatiert, gelesen 23.11.2026"),
    ("first_documented", "reached", "2022", "2022-01-01", "Beginn 2022, Tag nicht bekannt"),
    ("first_documented", "reached", "2022", None, "spätestens 2022 belegt, Beginn unbekannt"),
    ("first_documented", "known_by", "2023", None, "spätestens 2023 belegt, Beginn unbekannt"),
    ("first_documented", "undated", "", None, "undatiert, gelesen 23.11.2026"),
    ("revived", "reached", "2024-05", "2020-01-01", "wieder ab Mai 2024"),
    ("revived", "known_by", "2024", "2020-01-01", "spätestens 2024 wieder belegt"),
]


@pytest.mark.parametrize(("what", "means", "since", "earliest", "told"), REASONS)
def test_reason_of_a_beginning(
    real_context: Callable[..., ViewContext], what: str, means: str, since: str, earliest: str | None, told: str
) -> None:
    row = _row(what, means, since) | {"earliest": pd.Timestamp(earliest) if earliest else pd.NaT}
    assert reason(row, real_context().programme, DE) == told


def _row(what: str, means: str, since: str, stage: str = "active") -> dict[str, object]:
    return {
        "what": what,
        "because": "record",
        "instrument": "council",
        "stage": stage,
        "stage_was": "active",
        "since": since,
        "since_means": means,
        "read_on": "2026-11-23",
        "until": "",
        "last_proof": pd.NaT,
        "day": pd.Timestamp("2026-11-23"),
        "earliest": pd.NaT,
    }


ENDS: list[tuple[str, dict[str, object], str]] = [
    ("ended", {"until": "2022"}, "bis Ende 2022 befristet"),
    ("ended", {"until": "2022-06-30"}, "bis 30.06.2022 befristet"),
    ("ended", {"stage": "dissolved", "since": "2023-03-15"}, "beendet 15.03.2023"),
    (
        "end_documented",
        {"stage": "dissolved", "since": "", "since_means": "undated"},
        "als beendet belegt, Tag unbekannt (undatiert, gelesen 23.11.2026)",
    ),
    (
        "end_documented",
        {"stage": "dissolved", "since": "2023", "since_means": "known_by"},
        "spätestens 2023 als beendet belegt, Tag unbekannt",
    ),
    ("dormant", {"stage": "paused", "since": "2023"}, "ruht seit 2023"),
    (
        "presumed_over",
        {"since": "2015", "last_proof": pd.Timestamp("2015-12-31")},
        "vermutlich beendet, zuletzt belegt 2015",
    ),
    (
        "presumed_over",
        {"since": "2015", "last_proof": pd.Timestamp("2016-02-01")},
        "vermutlich beendet, zuletzt belegt 01.02.2016",
    ),
    ("ended", {"because": "boundary"}, "Gebietsänderung am 23.11.2026"),
]


@pytest.mark.parametrize(("what", "said", "told"), ENDS)
def test_reason_of_an_end(
    real_context: Callable[..., ViewContext], what: str, said: dict[str, object], told: str
) -> None:
    programme = real_context().programme
    assert reason(_row(what, "reached", "2019") | said, programme, DE) == told


def test_acts_are_reached_and_not_begun(contexts: ViewContexts) -> None:
    """Also where an instrument has both; of what holds, both are told."""
    after = contexts.of(ViewState(programme="kokoma", as_of=date(2024, 12, 31), layer="training"))
    changes = build_changes(contexts, contexts.of(after.view.but(as_of=date(2016, 1, 1))), after)
    rows = changes.table[changes.table["what"] == "begun"]
    stages = [after.programme.instrument("training").stage(key) for key in rows["stage_was"]]
    assert {stage.is_act for stage in stages} == {True, False}
    said = change_rows(changes, after, DE)[(changes.table["what"] == "begun").to_numpy()]
    assert said["what"].tolist() == ["erreicht" if stage.is_act else "begonnen" for stage in stages]
    assert all(
        reason.startswith("erreicht") for reason, stage in zip(said["reason"], stages, strict=True) if stage.is_act
    )
    told = paragraph(changes, after, DE)
    assert "Erreicht wurde es in " in told
    assert "Begonnen hat es in " in told
    both = contexts.of(ViewState(programme="konfliktberatung", as_of=TODAY, layer="consultation"))
    changes = build_changes(contexts, contexts.of(both.view.but(as_of=date(2016, 1, 1))), both)
    assert "Davon in Kraft oder erreicht sind" in paragraph(changes, both, DE)


def test_other_stage_of_unknown_day_is_no_change_of_the_period(contexts: ViewContexts) -> None:
    after = contexts.of(ViewState(as_of=TODAY, layer="safety_analysis"))
    changes = build_changes(contexts, contexts.of(after.view.but(as_of=date(2025, 12, 31))), after)
    assert set(changes.table["since_means"]) == {"undated"}
    assert set(change_rows(changes, after, DE)["what"]) == {"andere Stufe belegt"}
    said = paragraph(changes, after, DE)
    assert "Eine andere Stufe, seit wann ist unbekannt, ist belegt in 3 Gemeinden: Börnichen" in said
    assert "Die Stufe änderte sich" not in said


@pytest.mark.parametrize(
    ("layer", "counts", "told"),
    [
        ("funding", Counts.IN_FORCE, "Gezählt ist hier nur, was am Stichtag in Kraft ist."),
        ("council", Counts.SO_FAR, "Gezählt ist hier alles bis zum Stichtag, auch was nicht mehr in Kraft ist."),
    ],
)
def test_definition_is_left_out_where_it_is_not_counted_so(
    contexts: ViewContexts, layer: str, counts: Counts, told: str
) -> None:
    after = contexts.of(ViewState(as_of=TODAY, layer=layer))
    before = contexts.of(after.view.but(as_of=date(2023, 12, 31)))
    definition = after.programme.instrument(layer).definition.de
    assert definition in paragraph(build_changes(contexts, before, after), after, DE)
    said = paragraph(build_changes(contexts, before, after, counts=counts), after, DE)
    assert definition not in said
    assert told in said


def test_rule_of_the_atlas_is_said_to_be_its_own(real_context: Callable[..., ViewContext]) -> None:
    programme = real_context().programme
    stage = programme.instrument("coaching").stage("running")
    assert stage.is_house_rule
    told = presumed_said(pd.Timestamp("2021-02-02"), "2021-02-02", stage, DE)
    assert told == "vermutlich beendet, zuletzt belegt 02.02.2021 (nach 3 Jahren, eigene Regel des Atlas)"
    granted = programme.instrument("funding").stage("granted")
    assert "Regel" not in presumed_said("2021-02-02", "2021-02-02", granted, DE), "this one is published"


def test_effect_of_other_entries_is_no_flow(contexts: ViewContexts) -> None:
    """Of the import: what would be counted then, and what no longer; nothing begins or ends by it."""
    now = contexts.of(ViewState(layer="council"))
    first = now.day.figure("council").municipalities.iloc[0]
    table = now.records.table
    mine = (table["ags"] == first["ags"]) & (table["instrument"] == "council")
    lost = build_effect(now, preview(now, table[~mine]))
    gained = build_effect(preview(now, table[~mine]), now)
    for effect, what in ((lost, "dann nicht mehr gezählt"), (gained, "dann gezählt")):
        assert effect.counts == ()
        rows = change_rows(effect, now, DE)
        assert rows[["name", "what"]].to_numpy().tolist() == [[first["name"], what]]
        assert what in [entry.look.label.de for entry in effect.spec.legend if entry.count == 1]


def test_stages_before_and_after_say_no_more_than_is_known(contexts_before: ViewContexts) -> None:
    after = contexts_before.of(ViewState(as_of=TODAY, layer="council"))
    changes = build_changes(contexts_before, contexts_before.of(after.view.but(as_of=date(2025, 12, 31))), after)
    rows = change_rows(changes, after, DE)
    assert set(rows["what"]) == {"erstmals belegt"}
    assert set(rows["before"]) == {"erst später belegt"}, "it may have been so already"
    assert set(rows["reason"]) == {"undatiert, gelesen 23.11.2026"}
    assert (changes.table["stage_before"] == "no_data").all()


def test_mergers_are_a_term_of_their_own(real_context: Callable[..., ViewContext]) -> None:
    """Two counted municipalities become one: nothing has ended, and the sum says why it is one less."""
    context = real_context(layer="agreement", as_of=date(2023, 1, 1))
    table = context.records.table
    row = table[(table["instrument"] == "agreement") & (table["date"] == "2022-07-11")].iloc[0]
    former = [
        row.to_dict() | {"ags": ags, "line": 90_000 + number} for number, ags in enumerate(("14522450", "14522620"))
    ]
    more = preview(context, pd.concat([table, pd.DataFrame(former)], ignore_index=True)).snapshot
    contexts = ViewContexts(lambda: more, lambda: TODAY)
    count, said = _told(contexts, "agreement", date(2022, 12, 31), date(2023, 1, 1))
    assert (count.flows["boundary_out"], sum(count.flows.values())) == (1, 1)
    assert f"Das geht auf: {count.before.number} − 1 durch Gebietsänderungen = {count.after.number}." in said
    assert "Allein durch Gebietsänderungen gilt es nicht mehr in 1 Gemeinde: " in said
    assert "Beendet" not in said
    after = contexts.of(ViewState(layer="agreement", as_of=date(2023, 1, 1)))
    changes = build_changes(contexts, contexts.of(after.view.but(as_of=date(2022, 12, 31))), after)
    assert change_rows(changes, after, DE)["reason"].tolist() == ["Gebietsänderung am 01.01.2023"]


def test_changes_of_boundaries_are_said(contexts: ViewContexts) -> None:
    after = contexts.of(ViewState(as_of=date(2023, 1, 1), layer="agreement"))
    changes = build_changes(contexts, contexts.of(after.view.but(as_of=date(2022, 12, 31))), after)
    assert changes.totals == (419, 418)
    assert "durch Gebietsänderungen von 419 auf 418" in paragraph(changes, after, DE)
    with pytest.raises(ValueError, match="before the second"):
        build_changes(contexts, after, after)


def test_files_of_changes_and_progress(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState(as_of=date(2022, 12, 31), since=date(2021, 12, 31), layer="agreement"))
    table = TABLES["veraenderungen"](contexts, context, EN)
    assert table is not None
    assert set(table["Change"]) == {"begun"}
    assert {"Reason", "before", "after", "Source"} <= set(table.columns)
    assert TABLES["veraenderungen"](contexts, contexts.of(context.view.but(since=date(2023, 1, 1))), EN) is None
    months = TABLES["fortschritt"](contexts, context, EN)
    assert months is not None
    assert list(months.columns)[:3] == ["As-of date", "Instrument", "Municipalities"]
    contract = progress_table(context, contexts.course(context), *course_days(context))
    assert ",".join(contract.columns) == (
        "date,instrument,municipalities,arrangements,begun,first_documented,revived,ended,dormant,end_documented,"
        "presumed_over,boundary_in,boundary_out,in_force,documented_later,period_unknown,total,share"
    )
    assert len(months) == len(contract) == 48 * 9
    assert year_before(date(2024, 2, 29)) == date(2023, 2, 28)


# --- the command line -------------------------------------------------------------------------------------------------


def _command(capsys: pytest.CaptureFixture[str], line: str) -> tuple[pd.DataFrame, str]:
    assert main(line.split()) == FINE
    out, err = capsys.readouterr()
    return pd.read_csv(io.StringIO(out), dtype=str, keep_default_na=False), err


@pytest.mark.usefixtures("shipped")
def test_command_progress_gives_either_unit_and_way_of_counting(capsys: pytest.CaptureFixture[str]) -> None:
    period = "progress --from 2023-06-01 --to 2023-06-30"
    found = {}
    for unit in get_args(Unit):
        for counts in Counts:
            table, _ = _command(capsys, f"{period} --unit {unit} --counts {counts}")
            (row,) = table[table["instrument"] == "funding"].to_dict("records")
            found[unit, str(counts)] = row
    own = _command(capsys, period)[0]
    (row,) = own[own["instrument"] == "funding"].to_dict("records")
    assert row == found["municipalities", "so_far"], "grants count all so far"
    in_force = found["municipalities", "in_force"]
    assert in_force["municipalities"] == "4"
    assert in_force["municipalities"] == row["in_force"]
    assert (in_force["documented_later"], row["documented_later"]) == ("3", "1"), "Colditz and Dresden had one before"
    assert found["arrangements", "so_far"]["arrangements"] == row["arrangements"]


@pytest.mark.usefixtures("shipped")
def test_command_changes_gives_a_line_for_each_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    period = "changes --from 2022-06-30 --to 2022-12-31 --layer agreement"
    table, told = _command(capsys, period)
    assert [*table.columns] == [
        *("what", "because", "ags", "name", "district", "instrument", "stage_before", "stage", "since", "source"),
        *("joint_with", "day", "earliest", "reason"),
    ]
    assert set(table["what"]) <= {*FLOWS, CHANGED}
    assert (table["reason"] != "").all()
    assert f"Das geht auf: 29 + {(table['what'] == 'begun').sum()} begonnen" in told
    joint, _ = _command(capsys, f"{period} --unit arrangements")
    assert len(joint) < len(table), "a joint agreement is one line"
    assert "Göltzschtal-Städte" in set(joint["name"])


@pytest.mark.usefixtures("shipped")
def test_command_changes_refuses_a_day_before_the_boundaries(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["changes", "--from", "2010-01-01", "--to", "2020-01-01"]) == WRONG_USE
    assert "reichen bis 2016-01-01 zurück" in capsys.readouterr().err


# --- charts ----------------------------------------------------------------------------------------------------------


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
    film = build_film(context, TODAY)
    assert film.days[0] == date(2019, 1, 31)
    assert film.days[-2:] == (date(2023, 1, 31), date(2023, 2, 15))
    assert film.specs[-1].codes == context.spec.codes
    packed = json.loads(json.dumps(packed_film(film)))
    assert packed["totals"][0] == 419
    assert packed["totals"][-1] == 418
    for day, counts in zip(film.days, zip(*packed["counts"].values(), strict=True), strict=True):
        assert sum(counts) == real_context(layer="agreement", as_of=day).spec.total
    codes = list(film.specs[0].codes)
    for changed, spec in zip(packed["codes"][1:], film.specs[1:], strict=True):
        for each in filter(None, changed.split(",")):
            codes[int(each[:-1], 36)] = each[-1]
        assert "".join(codes) == spec.codes


def test_film_does_not_go_beyond_today(real_context: Callable[..., ViewContext]) -> None:
    film = build_film(real_context(layer="agreement", as_of=date(2099, 12, 31)), TODAY)
    assert film.days[-1] == TODAY
    assert len(film.days) == 95


@pytest.mark.bulk
def test_months_as_an_animation(mini_contexts: ViewContexts) -> None:
    context = mini_contexts.of(ViewState(layer="pact", as_of=date(2020, 3, 31)))
    made = film_gif(mini_contexts, context, DE)
    picture = Image.open(io.BytesIO(made))
    distinct = {(spec.codes, spec.points) for spec in build_film(context, TODAY).specs}
    assert picture.n_frames == len(distinct) > 2
    assert picture.size == (1200, 750)
    first = np.asarray(picture.convert("RGB"))
    picture.seek(picture.n_frames - 1)
    last = np.asarray(picture.convert("RGB"))
    assert (first != last).any()
    assert film_gif(mini_contexts, context, DE) == made, "the same twice"


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


def test_targets_are_drawn_as_a_plan(own_root: Path) -> None:
    path = own_root / "data" / "programmes" / "mini.toml"
    text = path.read_text(encoding="utf-8")
    target = 'targets = [{ by = 2019-12-31, value = 3, source = "erfunden" }, { by = 2024-12-31, value = 9, source = "erfunden" }]'
    path.write_text(
        text.replace('unit_one = { de = "Vereinbarung"', f'{target}\nunit_one = {{ de = "Vereinbarung"'), "utf-8"
    )
    snapshot = load_snapshot(Settings(own_root))
    planned = ViewContexts(lambda: snapshot, lambda: TODAY)
    context = planned.of(ViewState(layer="pact"))
    curves = build_curves(context, planned.course(context), DE)
    curve = next(each for each in curves if each.instrument == "pact")
    assert [(mark.day.year, mark.value) for mark in curve.targets] == [(2019, 3), (2024, 9)]
    said = chart_svg(context, planned.course(context), curves, Chart.CURVE, Use.LIGHT, DE).decode()
    assert 'stroke-dasharray="2,3"' in said
