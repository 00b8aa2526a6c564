"""Districts in the order of an instrument, on the page, as a file and from the command line."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest

from atlas.__main__ import FINE, main
from atlas.analysis.ranking import RANKING_COLUMNS
from atlas.export.tables import TABLES
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.ranking import build_ranking, ranked_districts
from atlas.present.wording import Words
from tests.conftest import TODAY

Of = Callable[..., ViewContext]


def test_ranking_is_counted_from_the_status_of_each_municipality(real_context: Of) -> None:
    context = real_context()
    table = ranked_districts(context)
    assert tuple(table.columns) == RANKING_COLUMNS
    assert len(table) == 13 * len(context.programme.instruments)
    status = context.status[context.status["counted"] & (context.status["basis"] != "district")]
    for row in table.to_dict("records"):
        here = status[(status["instrument"] == row["instrument"]) & (status["district"] == row["district"])]
        assert row["municipalities"] == here["ags"].nunique()
        assert row["total"] == (context.day.municipalities["district"] == row["district"]).sum()
        assert row["share"] == pytest.approx(row["municipalities"] / row["total"])


def test_districts_are_ranked_by_share_and_cities_apart(real_context: Of) -> None:
    table = ranked_districts(real_context(), "council")
    districts, cities = table[table["kind"] == "Landkreis"], table[table["kind"] == "Kreisfreie Stadt"]
    assert len(districts) == 10
    assert cities["name"].tolist() == ["Chemnitz", "Dresden", "Leipzig"]
    assert districts["share"].is_monotonic_decreasing
    assert districts["rank"].tolist() == [1 + (districts["share"] > share).sum() for share in districts["share"]]
    assert districts.iloc[0]["share"] > districts.iloc[-1]["share"]


def test_page_follows_the_layer_and_says_number_all_and_share(real_context: Of) -> None:
    shown = build_ranking(real_context(layer="council"), Words("de"))
    day = Words("de").day(TODAY)
    assert shown.heading == f"Rangfolge der Kreise: Kommunaler Präventionsrat, Stand {day}"
    (title, rows), (cities, _) = shown.groups
    assert (title, cities) == ("Landkreise", "Kreisfreie Städte")
    assert (rows[0].rank, rows[0].number[0], rows[0].share) == ("1", "7 von 30", "23,3 %")
    behind = rows[0].number[1]
    assert behind is not None
    assert len(real_context(**vars(behind)).spec.shown) == 7
    english = build_ranking(real_context(layer="overview", lang="en"), Words("en"))
    assert english.heading == f"Ranking of districts: First consultation, as of {Words('en').day(TODAY)}"


def test_file_and_command_say_the_same_numbers(
    contexts: ViewContexts, real_context: Of, capsys: pytest.CaptureFixture[str], shipped: None
) -> None:
    expected = ranked_districts(real_context())
    said = TABLES["rangfolge"](contexts, real_context(), Words("de"))
    assert said is not None
    assert said["Gemeinden"].tolist() == expected["municipalities"].tolist()
    assert said["Anteil"].tolist() == expected["share"].round(4).tolist()
    assert main(["districts", "--as-of", TODAY.isoformat()]) == FINE
    written = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype={"district": str})
    assert written["municipalities"].tolist() == expected["municipalities"].tolist()
    assert written["district"].tolist() == expected["district"].tolist()
    assert main(["districts", "--layer", "council", "--as-of", TODAY.isoformat()]) == FINE
    assert len(capsys.readouterr().out.splitlines()) == 14
    assert main(["districts", "--layer", "nothing"]) != FINE


def test_file_of_a_district_or_an_instrument_has_its_lines_only(contexts: ViewContexts, real_context: Of) -> None:
    whole = TABLES["rangfolge"](contexts, real_context(layer="council"), Words("de"))
    mine = TABLES["rangfolge"](contexts, real_context(layer="council", district="14524"), Words("de"))
    assert whole is not None
    assert mine is not None
    assert len(whole) == 13
    assert mine.to_dict("records") == whole[whole["Kreisschlüssel"] == "14524"].to_dict("records") != []
    every = TABLES["rangfolge"](contexts, real_context(district="14524"), Words("de"))
    assert every is not None
    assert set(every["Kreisschlüssel"]) == {"14524"}
    assert len(every) == len(real_context().programme.instruments)


def test_where_the_programme_is_not_for_all_there_is_no_share(real_context: Of) -> None:
    context = real_context(programme="zwk")
    table = ranked_districts(context)
    first = table[table["instrument"] == table["instrument"].iloc[0]]
    assert not context.programme.has_shares
    assert first["municipalities"].max() == first.iloc[0]["municipalities"]
