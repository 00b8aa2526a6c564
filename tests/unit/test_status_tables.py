"""Tables of the status and of the cases: nothing is called in force that is not, every case is listed with its term."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from atlas.__main__ import FINE, WRONG_USE, main
from atlas.export.geo import status_geojson, status_properties
from atlas.export.tables import (
    DETAIL_COLUMNS,
    STATUS_COLUMNS,
    TABLES,
    cases_said,
    cases_table,
    neighbours_table,
    status_table,
)
from atlas.model.programme import StageKind
from atlas.model.records import RECORD_COLUMNS
from atlas.model.states import State
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts, preview
from atlas.present.detail import position_of
from atlas.present.wording import Words
from tests.conftest import PROGRAMMES

PLACE, OTHER, THIRD = "14522140", "14522150", "14523320"
DISTRICT = "14522"
CASE_COLUMNS = (
    "ags",
    "name",
    "district",
    "instrument",
    "case",
    "stage",
    "begin_earliest",
    "begin_latest",
    "end_earliest",
    "end_latest",
    "until",
    "last_proof",
    "state",
    "joint_with",
    "arrangement",
    "source",
)
NAMES = {PLACE: "Flöha", OTHER: "Frankenberg/Sa.", THIRD: "Plauen", DISTRICT: "Landkreis Mittelsachsen"}


def record(*entries: dict[str, str]) -> pd.DataFrame:
    """Return the table of a record with some entries, read on 23.11.2026."""
    rows = [
        dict.fromkeys(RECORD_COLUMNS, "")
        | {"ags": PLACE, "source_url": "Heft", "retrieved": "2026-11-23"}
        | ({"date_means": "reached"} if each.get("date") else {})
        | each
        for each in entries
    ]
    table = pd.DataFrame(rows, columns=list(RECORD_COLUMNS), dtype=object)
    return table.assign(municipality=table["ags"].map(NAMES), line=range(2, len(table) + 2))


@pytest.fixture(scope="module")
def of(contexts: ViewContexts) -> Callable[..., ViewContext]:
    """Return a maker of scenes of ASSKomm with another record: ``of("2024-01-01", {…}, …)``."""

    def made(day: str, *entries: dict[str, str], **view: Any) -> ViewContext:
        return preview(contexts.of(ViewState(as_of=date.fromisoformat(day), **view)), record(*entries))

    return made


def said(context: ViewContext, instrument: str, ags: str = PLACE) -> tuple[str, str]:
    table = status_table(context.status, context.edition)
    row = table[(table["ags"] == ags) & (table["instrument"] == instrument)].iloc[0]
    return row["stage"], row["since"]


GRANT = {"instrument": "funding", "status": "granted"}
COUNCIL = {"instrument": "council", "status": "active"}


@pytest.mark.parametrize(
    ("entries", "day", "told"),
    [
        ([COUNCIL | {"date": "2020-05"}], "2024-01-01", ("active", "2020-05")),
        ([COUNCIL | {"date": "2020-05"}], "2020-05-30", ("documented_later", "")),
        ([COUNCIL], "2024-01-01", ("documented_later", "")),
        ([COUNCIL], "2026-11-23", ("active", "")),
        ([COUNCIL | {"status": "planned", "date": "2020-05-01"}], "2023-05-01", ("planned", "2020-05-01")),
        ([COUNCIL | {"status": "planned", "date": "2020-05-01"}], "2023-05-02", ("plan_lapsed", "2023-05-02")),
        ([COUNCIL | {"date": "2020-05-01", "until": "2021"}], "2022-01-01", ("ended", "2022-01-01")),
        (
            [COUNCIL | {"date": "2020"}, COUNCIL | {"status": "paused", "date": "2022"}],
            "2024-01-01",
            ("paused", "2022"),
        ),
        ([GRANT | {"date": "2020-05-01"}], "2023-05-02", ("presumed_over", "2023-05-02")),
        ([GRANT], "2026-12-01", ("period_unknown", "")),
        ([{"instrument": "first_consultation", "status": "held", "date": "2020"}], "2026-01-01", ("held", "2020")),
        ([], "2026-01-01", ("no_data", "")),
    ],
)
def test_stage_is_said_only_of_what_holds(
    of: Callable[..., ViewContext], entries: list[dict[str, str]], day: str, told: tuple[str, str]
) -> None:
    instrument = entries[0]["instrument"] if entries else "council"
    context = of(day, *entries)
    assert said(context, instrument) == told
    areas = status_properties(context).set_index("ags")
    assert areas.at[PLACE, instrument] == told[0]
    near = position_of(context.status, PLACE)
    assert near is not None
    other = context.day.hood.lines[near][0][0]
    assert neighbours_table(context, other).set_index("ags").at[PLACE, instrument] == told[0]


@pytest.mark.parametrize("key", PROGRAMMES)
@pytest.mark.parametrize("day", ["2019-12-31", "2022-06-30", "2025-01-01", "2026-11-30"])
def test_no_table_of_a_shipped_programme_calls_in_force_what_is_not(contexts: ViewContexts, key: str, day: str) -> None:
    context = contexts.of(ViewState(programme=key, as_of=date.fromisoformat(day)))
    table = status_table(context.status, context.edition)
    steps = {
        (each.key, stage.key)
        for each in context.programme.instruments
        for stage in each.stages
        if stage.kind is StageKind.STEP
    }
    is_step = pd.Series([pair in steps for pair in zip(table["instrument"], table["stage"], strict=True)])
    assert table["state"][is_step].isin([State.IN_FORCE, State.REACHED]).all()
    beside = table["state"].isin([State.DOCUMENTED_LATER, State.PERIOD_UNKNOWN])
    assert (table["since"][beside] == "").all()
    assert table["stage"][beside].eq(table["state"][beside]).all()
    assert (table["since"][table["stage"].isin([State.PRESUMED_OVER, State.PLAN_LAPSED])] != "").all()


def test_details_say_state_and_last_proof(of: Callable[..., ViewContext]) -> None:
    context = of("2024-01-01", GRANT | {"date": "2020-05-01", "until": "2025", "inferred": "yes"})
    table = status_table(context.status, context.edition)
    assert tuple(table.columns) == (*STATUS_COLUMNS, *DETAIL_COLUMNS)
    row = table[(table["ags"] == PLACE) & (table["instrument"] == "funding")].iloc[0]
    assert row[["state", "until", "last_proof", "inferred"]].tolist() == ["in_force", "2025", "2020-05-01", "yes"]
    features = json.loads(status_geojson(context, Words("de")))["features"]
    told = next(each["properties"] for each in features if each["properties"]["ags"] == PLACE)
    assert [told[f"funding_{name}"] for name in ("state", "until", "last_proof", "inferred")] == [
        "in_force", "2025", "2020-05-01", True,
    ]  # fmt: skip
    assert told["council"] is None


# --- cases -------------------------------------------------------------------------------------------------------


def cases(context: ViewContext) -> pd.DataFrame:
    table = cases_table(context)
    assert tuple(table.columns) == CASE_COLUMNS
    return table


def test_every_case_of_what_repeats_is_listed_with_its_term(of: Callable[..., ViewContext]) -> None:
    context = of(
        "2026-11-30",
        GRANT | {"date": "2020-05-01"},
        GRANT | {"date": "2022", "until": "2023-06"},
        GRANT | {"case": "Kino"},
        GRANT | {"date": "2025-01-01", "until": "2027"},
        COUNCIL | {"date": "2020"},
    )
    rows = cases(context)
    assert set(rows["instrument"]) == {"funding"}
    columns = ["case", "begin_earliest", "begin_latest", "end_earliest", "end_latest", "until", "last_proof", "state"]
    assert sorted(rows[columns].to_numpy().tolist()) == [
        ["", "2020-05-01", "2020-05-01", "2023-05-02", "2023-05-02", "", "2020-05-01", "presumed_over"],
        ["", "2022-01-01", "2022-12-31", "2023-07-01", "2023-07-01", "2023-06", "2022-12-31", "ended"],
        ["", "2025-01-01", "2025-01-01", "", "", "2027", "2025-01-01", "in_force"],
        ["Kino", "", "", "", "", "", "", "period_unknown"],
    ]
    assert rows["arrangement"].is_unique


def test_end_is_told_by_the_exit_and_not_where_it_holds_again(of: Callable[..., ViewContext]) -> None:
    council = [
        COUNCIL | {"case": "Alt", "date": "2019-01-01"},
        COUNCIL | {"case": "Alt", "date": "2020-03", "date_means": "known_by"},
        COUNCIL | {"case": "Alt", "status": "paused", "date": "2021"},
        COUNCIL | {"case": "Neu", "date": "2023-01-01"},
    ]
    old, new = cases(of("2024-01-01", *council)).to_dict("records")
    assert (old["stage"], old["state"], old["begin_latest"]) == ("paused", "dormant", "2019-01-01")
    assert (old["end_earliest"], old["end_latest"], old["last_proof"]) == ("2021-01-01", "2021-12-31", "2020-03-31")
    assert (new["state"], new["end_earliest"], new["end_latest"]) == ("in_force", "", "")
    again = COUNCIL | {"case": "Alt", "date": "2023-06-01"}
    revived = cases(of("2024-01-01", *council, again)).set_index("case").loc["Alt"]
    assert (revived["state"], revived["end_earliest"], revived["end_latest"]) == ("in_force", "", "")


def test_end_by_term_stays_though_an_exit_is_known_later(of: Callable[..., ViewContext]) -> None:
    agreement = {"instrument": "agreement"}
    context = of(
        "2026-01-01",
        agreement | {"case": "A", "status": "signed", "date": "2019-03-01", "until": "2020"},
        agreement | {"case": "A", "status": "ended", "date": "2024-05-05"},
        agreement | {"case": "B", "status": "signed", "date": "2025-01-01"},
    )
    row = cases(context).set_index("case").loc["A"]
    assert (row["stage"], row["state"]) == ("ended", "ended")
    assert (row["end_earliest"], row["end_latest"], row["until"]) == ("2021-01-01", "2021-01-01", "2020")


def test_what_is_reached_once_is_listed_only_where_there_are_several(of: Callable[..., ViewContext]) -> None:
    signed = {"instrument": "agreement", "status": "signed", "date": "2021-05-01"}
    joint = signed | {"joint_with": "Bund"}
    rows = cases(
        of("2024-01-01", joint, joint | {"ags": OTHER}, signed | {"date": "2022-01-01"}, signed | {"ags": THIRD})
    )
    assert rows["ags"].tolist() == [PLACE, PLACE]
    assert rows["joint_with"].tolist() == ["Bund", ""]


def test_members_of_one_arrangement_share_its_key_whatever_the_day(of: Callable[..., ViewContext]) -> None:
    analysis = {"instrument": "safety_analysis", "status": "running", "date": "2021", "joint_with": "Bund"}
    entries = [analysis, analysis | {"ags": OTHER}, analysis | {"ags": THIRD, "joint_with": ""}]
    first, last = (cases(of(day, *entries)) for day in ("2022-01-01", "2026-01-01"))
    assert first["arrangement"].tolist() == last["arrangement"].tolist()
    assert first["arrangement"].tolist() == [f"{PLACE}-safety_analysis-1"] * 2 + [f"{THIRD}-safety_analysis-1"]


def test_districts_take_part_under_their_own_key(of: Callable[..., ViewContext]) -> None:
    context = of(
        "2024-01-01", GRANT | {"ags": DISTRICT, "date": "2022"}, GRANT | {"date": "2023-01-01"}, district=DISTRICT
    )
    rows = cases(context)
    assert rows[["ags", "name", "district"]].to_numpy().tolist() == [
        [DISTRICT, NAMES[DISTRICT], NAMES[DISTRICT]],
        [PLACE, NAMES[PLACE], NAMES[DISTRICT]],
    ]
    assert len(cases_table(context, DISTRICT)) == 2
    assert cases_table(context, "14523").empty
    table = cases_said(context, Words("de"))
    assert table["Zustand"].tolist() == ["in Kraft", "in Kraft"]
    assert table["begonnen spätestens"].tolist() == ["31.12.2022", "01.01.2023"]
    english = TABLES["faelle"](ViewContexts(lambda: context.snapshot, lambda: context.as_of), context, Words("en"))
    assert english is not None
    assert english["State"].tolist() == ["in force", "in force"]


def test_what_is_not_said_yet_is_not_listed(of: Callable[..., ViewContext]) -> None:
    grant = GRANT | {"date": "2022-05-01"}
    assert cases(of("2022-04-30", grant)).empty
    assert len(cases(of("2022-05-01", grant))) == 1


def test_case_that_has_merged_stands_at_its_successor(contexts: ViewContexts, of: Callable[..., ViewContext]) -> None:
    change = next(each for each in contexts.of(ViewState()).changes if not each.renumbered)
    context = of("2026-01-01", GRANT | {"ags": change.old_ags, "date": "2019-05-01", "case": "Kino"})
    assert cases(context)["name"].tolist() == [change.new_name]


# --- command line ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shipped")
def test_cases_of_one_instrument_from_the_command_line(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    assert main(["cases", "--instrument", "funding", "--as-of", "2026-11-23"]) == FINE
    rows = list(csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert tuple(rows[0]) == CASE_COLUMNS
    assert {row["instrument"] for row in rows} == {"funding"}
    path = tmp_path / "c.json"
    assert (
        main(["cases", "--programme", "kokoma", "--as-of", "2025-01-01", "--format", "json", "-o", str(path)]) == FINE
    )
    assert {row["instrument"] for row in json.loads(path.read_text("utf-8"))} >= {"training", "conflict_analysis"}


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--instrument", "x"], "--instrument: Den Baustein x gibt es nicht; vorhanden: first_consultation, "),
        (["--programme", "x"], "Das Programm x gibt es nicht"),
    ],
)
def test_unknown_cases_are_wrong_use(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", *arguments]) == WRONG_USE
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("shipped")
def test_check_says_what_stands_beside_the_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("atlas.terminal.today", lambda: date(2026, 11, 23))
    assert main(["check", "--programme", "asskomm"]) == FINE
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("  coaching: "))
    assert line == (
        "  coaching: 10 Gemeinden (davon 4 in Kraft oder erreicht, 0 abgeleitet, 1 erschlossen), 10 Vorgänge, "
        "0 über den Kreis; erst später belegt 0, Zeitraum unbekannt 0, vermutlich beendet 6"
    )
