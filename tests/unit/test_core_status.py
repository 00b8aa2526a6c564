"""Who stands where on which day: the rules of docs/time.md, each on records written for it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from atlas.analysis.spans import spans
from atlas.analysis.status import NO_DATA, cases_as_of, status_as_of, successors
from atlas.model.boundaries import BoundaryChange
from atlas.model.programme import Programme
from atlas.model.records import READ_ON, RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContext
from tests import miniland

ERLEN, NEUSTADT, HAFEN, ILM = "00021050", "00021010", "00021080", "00022010"


READ = "2024-11-23"
"""Day on which all sources of these records were read."""


def records(*rows: tuple[str, ...], **more: str) -> pd.DataFrame:
    """Return records from ``(ags, instrument, status, date[, source_date[, joint_with]])``; ``more`` says the same of all.

    A date behind ``<`` is known by then.
    """
    made = []
    for line, (ags, instrument, status, day, *rest) in enumerate(rows, start=2):
        source_date, joint_with = [*rest, "", ""][:2]
        means = "" if not day else "known_by" if day.startswith("<") else "reached"
        entry = dict.fromkeys(RECORD_COLUMNS, "") | {"ags": ags, "instrument": instrument, "status": status}
        entry |= {"date": day.removeprefix("<"), "date_means": means, "joint_with": joint_with}
        entry |= {"source_url": f"https://q.invalid/{line}", "source_date": source_date} | more
        made.append(entry | {READ_ON: READ, "line": line})
    return pd.DataFrame(made, columns=[*RECORD_COLUMNS, READ_ON, "line"])


@pytest.fixture
def stage_on(mini: Snapshot) -> Callable[..., pd.Series]:
    programme = mini.programme("mini")

    def ask(table: pd.DataFrame, ags: str, instrument: str, day: str) -> pd.Series:
        as_of = date.fromisoformat(day)
        edition = mini.edition(programme, as_of)
        status = status_as_of(spans(table, programme), programme, edition, mini.changes(programme), as_of)
        return status[(status["ags"] == ags) & (status["instrument"] == instrument)].iloc[0]

    return ask


@pytest.mark.parametrize(
    ("known", "before", "from_then"),
    [
        ("2021", "2021-12-30", "2021-12-31"),
        ("2021-06", "2021-06-29", "2021-06-30"),
        ("2021-06-15", "2021-06-14", "2021-06-15"),
    ],
)
def test_partial_date_counts_from_the_last_day_it_can_mean(
    stage_on: Callable[..., pd.Series], known: str, before: str, from_then: str
) -> None:
    table = records((ERLEN, "pact", "signed", known))
    row = stage_on(table, ERLEN, "pact", before)
    assert (row["state"], row["counted"]) == ("" if len(known) == 10 else "documented_later", False)
    row = stage_on(table, ERLEN, "pact", from_then)
    assert (row["stage"], row["state"], row["counted"]) == ("signed", "in_force", True)


def test_record_without_date_counts_from_its_source(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "pact", "signed", "", "2021-03"))
    assert stage_on(table, ERLEN, "pact", "2021-03-30")["state"] == "documented_later"
    row = stage_on(table, ERLEN, "pact", "2021-03-31")
    assert (row["stage"], row["since_means"]) == ("signed", "source")


def test_record_without_any_date_counts_from_the_day_it_was_read(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "pact", "signed", ""), (HAFEN, "talk", "held", "2020", "2024-05-06"))
    assert stage_on(table, ERLEN, "pact", "2016-01-01")["state"] == "documented_later"
    assert not stage_on(table, ERLEN, "pact", "2024-11-22")["counted"]
    row = stage_on(table, ERLEN, "pact", READ)
    assert (row["state"], row["since"], row["since_means"], row["read_on"]) == ("in_force", "", "undated", READ)


def test_known_by_is_documented_only_later_before(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "council", "active", "<2021-05"))
    assert stage_on(table, ERLEN, "council", "2017-01-01")["state"] == "documented_later"
    assert stage_on(table, ERLEN, "council", "2021-05-31")["state"] == "in_force"


def test_a_year_cannot_be_later_than_the_day_it_was_read(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "pact", "signed", "2024"))
    assert stage_on(table, ERLEN, "pact", READ)["counted"]


def test_a_further_stage_bounds_the_one_before(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "pact", "planned", "2020-05-01"), (ERLEN, "pact", "signed", "<2021-06-30"))
    assert stage_on(table, ERLEN, "pact", "2020-04-30")["state"] == ""
    assert stage_on(table, ERLEN, "pact", "2020-05-02")["state"] == "documented_later"


def test_a_plan_lapses_after_three_years_and_an_undated_one_stays(stage_on: Callable[..., pd.Series]) -> None:
    dated = records((ERLEN, "pact", "planned", "2020-01-15"))
    assert stage_on(dated, ERLEN, "pact", "2023-01-15")["state"] == "planned"
    assert stage_on(dated, ERLEN, "pact", "2023-01-16")["state"] == "plan_lapsed"
    proven = records((ERLEN, "pact", "planned", "2020-01-15"), (ERLEN, "pact", "planned", "<2024-02-01"))
    assert stage_on(proven, ERLEN, "pact", "2024-02-01")["state"] == "planned"
    undated = records((ERLEN, "pact", "planned", ""))
    assert stage_on(undated, ERLEN, "pact", "2035-01-01")["state"] == "planned"


def test_until_ends_and_a_later_proof_cancels_it(stage_on: Callable[..., pd.Series]) -> None:
    ended = records((ERLEN, "pact", "signed", "2020-01-01"), until="2021-06")
    assert stage_on(ended, ERLEN, "pact", "2021-06-30")["state"] == "in_force"
    row = stage_on(ended, ERLEN, "pact", "2021-07-01")
    assert (row["state"], row["counted"], row["until"]) == ("ended", False, "2021-06")
    again = pd.concat([ended, records((ERLEN, "pact", "signed", "<2022-01-01"))], ignore_index=True)
    assert stage_on(again, ERLEN, "pact", "2021-07-01")["state"] == "in_force"


def test_exit_holds_from_the_day_it_is_known_by(stage_on: Callable[..., pd.Series]) -> None:
    table = records((HAFEN, "council", "active", "2019-01-01"), (HAFEN, "council", "paused", "<2021-06"))
    assert stage_on(table, HAFEN, "council", "2021-06-29")["state"] == "in_force"
    assert stage_on(table, HAFEN, "council", "2021-06-30")["state"] == "dormant"


def test_two_agreements_of_one_municipality_are_two_arrangements(mini: Snapshot) -> None:
    table = records((ERLEN, "pact", "signed", "2020-01-01", "", "Bund"), (ERLEN, "pact", "signed", "2021-01-01"))
    programme = mini.programme("mini")
    day = date(2022, 1, 1)
    found = cases_as_of(spans(table, programme), mini.edition(programme, day), mini.changes(programme), day)
    pacts = found[found["instrument"] == "pact"]
    assert (len(pacts), pacts["arrangement"].nunique(), set(pacts["ags"])) == (2, 2, {ERLEN})


def test_plan_never_counts_and_never_replaces_what_was_reached(stage_on: Callable[..., pd.Series]) -> None:
    plan = records((ERLEN, "pact", "planned", "2020-01-01"))
    row = stage_on(plan, ERLEN, "pact", "2021-01-01")
    assert (row["stage"], row["counted"]) == ("planned", False)
    assert stage_on(plan, ERLEN, "talk", "2021-01-01")["stage"] == NO_DATA
    later = records((ERLEN, "pact", "signed", "2020-01-01"), (ERLEN, "pact", "planned", "2022-01-01"))
    assert stage_on(later, ERLEN, "pact", "2023-01-01")["stage"] == "signed"


def test_exit_ends_and_a_later_step_revives(stage_on: Callable[..., pd.Series]) -> None:
    table = records(
        (ERLEN, "council", "active", "2019-01-01"),
        (ERLEN, "council", "paused", "2020-01-01"),
        (ERLEN, "council", "active", "2023-01-01"),
    )
    seen = [stage_on(table, ERLEN, "council", day) for day in ("2019-06-01", "2020-01-01", "2023-01-01")]
    assert [(row["stage"], row["counted"]) for row in seen] == [("active", True), ("paused", False), ("active", True)]
    assert seen[2]["since"] == "2023-01-01"


def test_step_that_may_be_older_than_the_exit_does_not_revive(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "council", "paused", "2021-03-15"), (ERLEN, "council", "active", "2021"))
    assert stage_on(table, ERLEN, "council", "2022-06-01")["stage"] == "paused"


def test_what_is_dated_on_the_day_of_an_exit_lies_before_it(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "council", "active", "2021-03-15"), (ERLEN, "council", "paused", "2021-03-15"))
    assert stage_on(table, ERLEN, "council", "2022-06-01")["state"] == "dormant"


def test_an_act_stays_reached_when_the_state_after_it_is_over(mini: Snapshot) -> None:
    follows = 'kind = "step", lasts = "for_good", colour = "#2a64a0" },\n    { key = "living", label = { de = "wird gelebt", en = "living" }, '
    text = miniland.PROGRAMME.replace(
        'kind = "step", colour = "#2a64a0"', f'{follows}kind = "step", colour = "#1a4480"'
    )
    programme = Programme.model_validate(tomllib.loads(text))
    table = records((ERLEN, "pact", "signed", "2019-01-01"))
    living = records((ERLEN, "pact", "living", "2020-01-01"), until="2020-12-31").assign(line=3)
    made = spans(pd.concat([table, living], ignore_index=True), programme)
    for day, stage in ((date(2020, 6, 1), "living"), (date(2022, 1, 1), "signed")):
        status = status_as_of(made, programme, mini.edition(programme, day), (), day)
        row = status[(status["ags"] == ERLEN) & (status["instrument"] == "pact")].iloc[0]
        assert (row["stage"], row["counted"]) == (stage, True)


def test_derived_does_not_show_where_an_own_stage_is_over(stage_on: Callable[..., pd.Series]) -> None:
    own = records((ERLEN, "talk", "held", "2018-01-01"), until="2019-12-31")
    later = records((ERLEN, "pact", "signed", "2021-02-03")).assign(line=3)
    row = stage_on(pd.concat([own, later], ignore_index=True), ERLEN, "talk", "2022-01-01")
    assert (row["state"], row["basis"], row["counted"]) == ("ended", "direct", False)


def test_plan_after_an_exit_is_a_plan(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "council", "paused", "2021-01-01"), (ERLEN, "council", "planned", "2023-01-01"))
    assert stage_on(table, ERLEN, "council", "2024-01-01")["stage"] == "planned"


def test_higher_stage_holds_against_a_lower_one_that_may_be_older(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "council", "active", "2021-05-01"), (ERLEN, "council", "planned", "2021"))
    assert stage_on(table, ERLEN, "council", "2022-06-01")["stage"] == "active"


def test_repeated_stage_keeps_its_beginning(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "council", "active", "2019-08-08"), (ERLEN, "council", "active", "2022-06-22"))
    assert stage_on(table, ERLEN, "council", "2024-01-01")["since"] == "2019-08-08"


def test_implied_status_says_that_it_is_derived_and_from_what(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "pact", "signed", "2021-02-03"))
    row = stage_on(table, ERLEN, "talk", "2022-01-01")
    assert (row["stage"], row["basis"], row["derived_from"]) == ("held", "derived", "pact:signed")
    assert (row["since"], row["since_means"], row["source"]) == ("2021-02-03", "known_by", "https://q.invalid/2")


def test_nobody_knows_since_when_what_is_derived_was_so(mini: Snapshot) -> None:
    made = spans(records((ERLEN, "pact", "signed", "2021-02-03")), mini.programme("mini"))
    derived = made[made["basis"] == "derived"]
    assert derived["begin"].isna().all()
    assert derived["since_day"].tolist() == [pd.Timestamp("2021-02-03")]


def test_recorded_status_speaks_before_a_derived_one(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ERLEN, "pact", "signed", "2021-02-03"), (ERLEN, "talk", "held", "2020-01-01"))
    row = stage_on(table, ERLEN, "talk", "2022-01-01")
    assert (row["basis"], row["since"]) == ("direct", "2020-01-01")


def test_district_covers_those_without_a_record_of_their_own(stage_on: Callable[..., pd.Series]) -> None:
    table = records(("00021", "council", "active", "2020-01-01"), (HAFEN, "council", "planned", "2021-01-01"))
    covered = stage_on(table, ERLEN, "council", "2022-01-01")
    assert (covered["stage"], covered["basis"], covered["participant"]) == ("active", "district", "00021")
    assert stage_on(table, HAFEN, "council", "2022-01-01")["stage"] == "planned"
    assert stage_on(table, "00022040", "council", "2022-01-01")["stage"] == NO_DATA


def test_what_a_district_signed_says_nothing_about_talks(stage_on: Callable[..., pd.Series]) -> None:
    table = records(("00021", "pact", "signed", "2020-01-01"))
    assert stage_on(table, ERLEN, "talk", "2022-01-01")["stage"] == NO_DATA


def test_merged_key_stands_for_its_successor(stage_on: Callable[..., pd.Series]) -> None:
    table = records((ILM, "pact", "signed", "2018-01-01"))
    assert stage_on(table, ILM, "pact", "2019-12-31")["stage"] == "signed"
    assert stage_on(table, "00022015", "pact", "2020-01-01")["stage"] == "signed"


def test_successors_follow_a_chain() -> None:
    changes = [
        BoundaryChange(
            old_ags="00000002", old_name="b", new_ags="00000003", new_name="c", effective=date(2022, 1, 1), source=""
        ),
        BoundaryChange(
            old_ags="00000001", old_name="a", new_ags="00000002", new_name="b", effective=date(2020, 1, 1), source=""
        ),
    ]
    assert successors(changes, date(2021, 1, 1)) == {"00000001": "00000002"}
    assert successors(changes, date(2022, 1, 1)) == {"00000001": "00000003", "00000002": "00000003"}


def test_empty_record_gives_everybody_no_data(mini: Snapshot) -> None:
    programme = mini.programme("mini")
    edition = mini.edition(programme, date(2024, 1, 1))
    status = status_as_of(spans(records(), programme), programme, edition, (), date(2024, 1, 1))
    assert set(status["stage"]) == {NO_DATA}
    assert len(status) == 11 * 3


@pytest.mark.parametrize("reverse", [False, True])
def test_mergers_of_one_day_may_stand_in_any_order(reverse: bool) -> None:
    day = date(2020, 1, 1)
    chain = [
        BoundaryChange(old_ags="00000001", old_name="A", new_ags="00000002", new_name="B", effective=day, source=""),
        BoundaryChange(old_ags="00000002", old_name="B", new_ags="00000003", new_name="C", effective=day, source=""),
    ]
    assert successors(reversed(chain) if reverse else chain, day) == {"00000001": "00000003", "00000002": "00000003"}


def test_joint_arrangement_counts_once_and_its_municipalities_each(mini_context: Callable[..., ViewContext]) -> None:
    counted = mini_context().day.figure("pact")
    assert (len(counted.municipalities), len(counted.arrangements)) == (5, 4)
    bodies = {each.body: len(each.members) for each in counted.arrangements if each.body}
    assert bodies == {"Zweckverband Ring": 2, "Bund der Drachen": 1}


def test_figure_counts_a_district_alone(mini_context: Callable[..., ViewContext]) -> None:
    counted = mini_context().day.figure("pact", "00022")
    assert (len(counted.municipalities), counted.total) == (1, 2)
    assert mini_context().day.figure("pact", "99999").share == 0.0


@pytest.mark.parametrize(("day", "count"), [("2018-12-31", 421), ("2022-12-31", 419), ("2023-01-01", 418)])
def test_saxony_on_a_day(real_context: Callable[..., ViewContext], day: str, count: int) -> None:
    assert real_context(as_of=date.fromisoformat(day)).status.index.nunique() == count


def test_saxony_has_54_documented_agreements(real_context: Callable[..., ViewContext]) -> None:
    assert len(real_context().day.figure("agreement").municipalities) == 54
