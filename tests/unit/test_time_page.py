"""docs/time.md says what the program does: its words, its fields, its picture."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from atlas.analysis.events import FLOWS
from atlas.analysis.spans import spans
from atlas.model.programme import Programme
from atlas.model.records import OPTIONAL_COLUMNS, RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.model.states import STATES
from atlas.present.time_words import FLOW_LABELS, STATE_LABELS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "time.md").read_text(encoding="utf-8")
PICTURE = (ROOT / "docs" / "time.svg").read_text(encoding="utf-8")


def test_states_stand_there_in_their_order_and_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (?:yes|no|only)", PAGE, re.MULTILINE)
    assert rows == [(str(state), STATE_LABELS[state].de) for state in STATES]


def test_flows_stand_there_in_their_words() -> None:
    table = PAGE[PAGE.index("| flow |") : PAGE.index("So the number at the end")]
    assert re.findall(r"`(\w+)`", table) == list(FLOWS)
    for flow in FLOWS:
        assert FLOW_LABELS[flow].de in table, flow


def test_columns_and_fields_of_the_model_are_explained() -> None:
    for column in OPTIONAL_COLUMNS:
        assert f"| `{column}` |" in PAGE, column
    guide = (ROOT / "docs" / "adding-a-programme.md").read_text(encoding="utf-8")
    for field in (
        "lasts",
        "house",
        "exit",
        "repeats",
        "counts",
        "since_launch",
        "ended",
        "retrieved",
        "published_unit",
    ):
        assert f"`{field}`" in guide, field
    assert "vertical" in guide


# --- the picture ------------------------------------------------------------------------------------------------------


def _life(programme: Programme, *entries: dict[str, str]) -> pd.DataFrame:
    """Return the stretches of what began in 2020 and was proved on 22 June 2022, as in the picture."""
    council = {"instrument": "council", "status": "active"}
    first = {"date": "2020", "date_means": "reached"}
    proof = {"date": "2022-06-22", "date_means": "known_by"}
    given = dict.fromkeys(RECORD_COLUMNS, "") | {"ags": "00021010", "source_url": "x", "retrieved": "2026-11-23"}
    rows = [given | council | row for row in (first, proof, *entries)]
    return spans(pd.DataFrame(rows).assign(line=range(len(rows))), programme)


def _lasting(programme: Programme, lasts: str) -> Programme:
    """Return the programme with councils that last so long, and an exit that ends them."""
    updates = {"active": {"lasts": lasts}, "paused": {"exit": "ended"}}
    changed = []
    for instrument in programme.instruments:
        stages = tuple(stage.model_copy(update=updates.get(stage.key, {})) for stage in instrument.stages)
        changed.append(instrument.model_copy(update={"stages": stages}))
    return programme.model_copy(update={"instruments": tuple(changed)})


def _at(day: str) -> float:
    """Return where a day stands in the picture: 96 units a year, the first of 2020 at 250."""
    known = date.fromisoformat(day)
    year = date(known.year, 1, 1), date(known.year + 1, 1, 1)
    return 250 + 96 * (known.year - 2020 + (known - year[0]).days / (year[1] - year[0]).days)


LIVES = {
    "it goes on": ("until_ended", [], [("documented_later", "2020-01-01"), ("in_force", "2020-12-31")]),
    "an exit": (
        "until_ended",
        [{"status": "paused", "date": "2024-03-01", "date_means": "known_by"}],
        [("documented_later", "2020-01-01"), ("in_force", "2020-12-31"), ("ended", "2024-03-01")],
    ),
    "a last day": (
        "until_ended",
        [{"date": "2020", "date_means": "reached", "until": "2023-06"}],
        [("documented_later", "2020-01-01"), ("in_force", "2020-12-31"), ("ended", "2023-07-01")],
    ),
    "a time it lasts": (
        "3 years",
        [],
        [("documented_later", "2020-01-01"), ("in_force", "2020-12-31"), ("presumed_over", "2024-01-01")],
    ),
    "an act": ("for_good", [], [("documented_later", "2020-01-01"), ("reached", "2020-12-31")]),
}


@pytest.mark.parametrize("life", LIVES)
def test_picture_shows_what_the_model_says(mini: Snapshot, life: str) -> None:
    lasts, entries, told = LIVES[life]
    rows = _life(_lasting(mini.programmes["mini"], lasts), *entries)
    assert [(row.state, str(row.since_day.date())) for row in rows.itertuples()] == told
    assert f">{life}</text>" in PICTURE
    for _, day in told:
        assert any(abs(_at(day) - float(x)) <= 1 for x in re.findall(r'(?:x="|M)(\d+)', PICTURE)), day
    if life == "an exit":
        (held,) = rows[rows["state"] == "in_force"].to_dict("records")
        assert held["end_earliest"] == pd.Timestamp("2022-06-23"), "the day after the last proof"
        assert f"M{round(_at('2022-06-23'))} 224" in PICTURE
