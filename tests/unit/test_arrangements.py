"""Several cases of one participant, and several participants of one case: docs/time.md, "One or many", rule by rule."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from atlas.analysis.counting import beside
from atlas.analysis.events import in_period
from atlas.analysis.progress import course
from atlas.analysis.spans import counting, spans
from atlas.model.programme import Counts, Programme
from atlas.model.snapshot import Snapshot
from tests.unit.test_core_status import records

LAWS = tomllib.loads((Path(__file__).parents[1] / "law_programme.toml").read_text(encoding="utf-8"))
PROGRAMME = Programme.model_validate(LAWS)
ONE, TWO = "00021010", "00021020"


def arrangements(*rows: tuple[str, ...], **more: str) -> int:
    """Return how many arrangements the counted cases of some records are; all of one partner, unless ``more`` says else."""
    table = pd.concat([records(row, **{"joint_with": "Bund"} | more) for row in rows], ignore_index=True)
    table = table.assign(line=range(len(table)))
    made = spans(table, PROGRAMME)
    return int(made.loc[made["counted"] & (made["basis"] == "direct"), "arrangement"].nunique())


def test_members_whose_times_can_meet_are_one() -> None:
    assert arrangements((ONE, "council", "active", "2019-01-01"), (TWO, "council", "active", "2023-01-01")) == 1
    assert arrangements((ONE, "study", "finished", "2020"), (TWO, "study", "finished", "2020-05-01")) == 1
    assert arrangements((ONE, "study", "finished", "2020"), (TWO, "study", "finished", "<2024")) == 1


def test_times_that_cannot_meet_are_two() -> None:
    assert arrangements((ONE, "study", "finished", "2020"), (TWO, "study", "finished", "2021")) == 2
    over = (ONE, "council", "active", "2018-01-01"), (ONE, "council", "paused", "2019-01-01")
    assert arrangements(*over, (TWO, "council", "active", "2019-01-01")) == 1, "on that day it may have held still"
    assert arrangements(*over, (TWO, "council", "active", "2019-01-02")) == 2


def test_two_of_one_participant_are_never_one() -> None:
    twice = (ONE, "grant", "granted", "2020-01-01"), (ONE, "grant", "granted", "2020-06-01")
    assert arrangements(*twice) == 2
    assert arrangements(*twice, (TWO, "grant", "granted", "2020-03-01")) == 2


@pytest.mark.parametrize("more", [{"joint_with": ""}, {"case": "A"}])
def test_without_a_partner_each_is_its_own_and_a_name_is_one_more_thing_to_agree(more: dict[str, str]) -> None:
    rows = (ONE, "grant", "granted", "2020-01-01"), (TWO, "grant", "granted", "2020-01-01")
    assert arrangements(*rows, **more) == (1 if "case" in more else 2)


def happened(mini: Snapshot, table: pd.DataFrame, instrument: str) -> list[tuple[str, str]]:
    """Return day and kind of all that happened to municipalities since 2016, of what is in force."""
    edition = mini.edition(mini.programme("mini"), date(2024, 1, 1))
    found = course(counting(spans(table, PROGRAMME), Counts.IN_FORCE), edition, ()).municipalities.events
    rows = in_period(found, date(2016, 1, 1), date(2026, 12, 31))
    rows = rows[rows["instrument"] == instrument]
    return list(zip(rows["day"].dt.strftime("%Y-%m-%d"), rows["what"], strict=True))


def test_what_goes_on_in_its_case_after_a_presumed_end_is_not_revived(mini: Snapshot) -> None:
    table = records((ONE, "study", "running", "2017-01-01"), (ONE, "study", "finished", ""))
    assert happened(mini, table, "study") == [
        ("2017-01-01", "begun"),
        ("2019-01-02", "presumed_over"),
        ("2024-11-23", "first_documented"),
    ]


def test_nothing_has_begun_where_an_older_case_may_have_been(mini: Snapshot) -> None:
    dated = (ONE, "grant", "granted", "2020-05-01")
    assert happened(mini, records(dated), "grant")[0] == ("2020-05-01", "begun")
    undated = records(dated, (ONE, "grant", "granted", ""))
    assert happened(mini, undated, "grant")[0] == ("2020-05-01", "first_documented")


def test_who_is_counted_is_not_counted_once_more_as_documented_later() -> None:
    table = records((ONE, "grant", "granted", "2020-01-01"), (ONE, "grant", "granted", "<2021-05"))
    found = beside(
        spans(table, PROGRAMME),
        "grant",
        (),
        date(2020, 6, 30),
        unit="municipalities",
        counts=Counts.IN_FORCE,
        with_districts=False,
    )
    assert (found.documented, found.later) == (1, 0)
