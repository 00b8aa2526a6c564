"""What changed between two days: numbers that balance, lists with reasons, the paragraph for a report, files and commands."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import get_args

import pandas as pd
import pytest

from atlas.__main__ import FINE, WRONG_USE, main
from atlas.analysis.events import BEGINNINGS, CHANGED, ENDINGS, FLOWS
from atlas.export.tables import TABLES, changes_said, changes_table, progress_table
from atlas.model.dates import year_before
from atlas.model.programme import Counts, Unit
from atlas.model.view import ViewState
from atlas.present.changes import Count, build_changes, build_effect, change_rows
from atlas.present.context import ViewContext, ViewContexts, preview
from atlas.present.paragraph import paragraph
from atlas.present.progress import (
    build_curves,
    course_days,
)
from atlas.present.time_words import presumed_said, reason
from atlas.present.wording import Words
from tests.conftest import PROGRAMMES, TODAY

DE, EN = Words("de"), Words("en")


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


NEW = re.compile(r"\b(neu|neue[mnrs]?|new|hinzugekommen|added)\b", re.IGNORECASE)


@pytest.mark.sample(2)
@pytest.mark.parametrize("programme", PROGRAMMES)
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
