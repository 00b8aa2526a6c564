"""Which cases are one arrangement: the rule of docs/time.md, "One or many", on records written for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from atlas.analysis.spans import spans
from atlas.model.programme import Programme
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
