"""Areas of responsibility, and what the steering page says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from atlas.analysis.durations import Limit, limits
from atlas.analysis.spans import spans
from atlas.errors import AtlasError
from atlas.export.tables import TABLES
from atlas.model.programme import Stage
from atlas.model.records import RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.steering import Over, build_steering, districts_of
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests import miniland
from tests.conftest import TODAY

DE = Words("de")


def test_shipped_areas_cover_the_districts_each_once(real: Snapshot) -> None:
    areas = real.areas
    assert areas is not None
    covered = [key for area in areas.areas for key in area.districts]
    edition = real.editions["14"][0]
    rural = edition.districts.index[edition.districts["kind"] == "Landkreis"]
    assert sorted(covered) == sorted(rural)


def test_an_area_has_what_concerns_its_districts(contexts: ViewContexts, real: Snapshot) -> None:
    everything = build_steering(contexts.of(ViewState()), DE)
    assert real.areas is not None
    parts = [ViewState(area=area.key) for area in real.areas.areas]
    parts += [ViewState(district=key) for key in ("14511", "14612", "14713")]
    pages = [build_steering(contexts.of(view), DE) for view in parts]
    for name in ("late", "open_", "over", "ending", "lapsed"):
        of_parts = {each for page in pages for each in _lines(getattr(page, name))}
        assert of_parts == _lines(getattr(everything, name)), name
    for name in ("old", "undated", "unsourced"):
        assert sum(len(getattr(page, name)) for page in pages) == len(getattr(everything, name)), name
    assert districts_of(contexts.of(ViewState(area="east"))) == {"14625", "14626", "14628"}
    assert len(districts_of(contexts.of(ViewState(area="nowhere")))) == 13


def _lines(listed: pd.DataFrame | Over) -> set[tuple[str, ...]]:
    rows = listed.rows if isinstance(listed, Over) else listed
    return set(rows[["name", "instrument", "stage"]].itertuples(index=False, name=None))


# --- how long ---------------------------------------------------------------------------------------------------------


def _moved(*days: str, means: str = "reached") -> list[dict[str, str]]:
    """Return plans of the first day of 2020, each in another municipality, and their signing on a day."""
    plan = {"status": "planned", "date": "2020-01-01"}
    found = []
    for number, day in enumerate(days):
        ags = f"000210{number + 1}0"
        found += [plan | {"ags": ags}, {"ags": ags, "status": "signed", "date": day, "date_means": means}]
    return found


UNDATED = "undatiert, gelesen 01.10.2026"
FIVE = ("2020-01-11", "2020-01-21", "2020-01-31", "2020-02-10", "2020-02-20")


def test_no_limit_from_fewer_than_five_finished_cases(mini: Snapshot) -> None:
    programme = mini.programmes["mini"]
    four, five = (limits(spans(_pacts(*_moved(*days)), programme), programme) for days in (FIVE[:4], FIVE))
    assert four["pact", "planned"] == Limit(None, 4, is_set=False)
    assert five["pact", "planned"] == Limit(40, 5, is_set=False)


def test_only_what_is_known_to_the_month_makes_a_limit(mini: Snapshot) -> None:
    programme = mini.programmes["mini"]
    month = limits(spans(_pacts(*_moved(*["2020-03"] * 5)), programme), programme)
    assert month["pact", "planned"].observed == 5
    year = limits(spans(_pacts(*_moved(*["2020"] * 5)), programme), programme)
    known_by = limits(spans(_pacts(*_moved(*["2020-06-01"] * 5, means="known_by")), programme), programme)
    assert year["pact", "planned"] == known_by["pact", "planned"] == Limit(None, 0, is_set=False)


def test_what_ended_by_itself_finished_nothing(mini: Snapshot) -> None:
    programme = mini.programmes["mini"]
    plans = [{"ags": f"000210{n}0", "status": "planned", "date": "2015-01-01"} for n in range(1, 8)]
    assert limits(spans(_pacts(*plans), programme), programme)["pact", "planned"].observed == 0


def test_a_limit_of_the_programme_comes_before_the_percentile(own_root: Path) -> None:
    contexts = _mini_with(own_root, ('kind = "plan"', 'kind = "plan", dwell_days = 365'))
    page = build_steering(contexts.of(ViewState(as_of=date(2022, 1, 1))), DE)
    assert page.late["name"].tolist() == ["Bergen"]
    assert page.late.loc[0, ["instrument", "stage", "days", "limit"]].tolist() == [
        "Vereinbarung",
        "geplant",
        "700",
        "365 Tage",
    ]
    assert any("Höchstdauer laut Programm, 365 Tage" in hint for hint in page.hints)
    assert page.has_limits
    assert build_steering(contexts.of(ViewState(as_of=date(2020, 6, 1))), DE).late.empty


def test_without_a_limit_nothing_is_late_and_that_is_said(contexts: ViewContexts) -> None:
    page = build_steering(contexts.of(ViewState()), DE)
    assert page.late.empty
    assert not page.has_limits
    (begun,) = (hint for hint in page.hints if hint.startswith("Sicherheitsanalyse, begonnen"))
    assert "keine Höchstdauer. Von 4 Fällen" in begun
    assert "nötig sind 5" in begun


def test_a_limit_is_said_with_its_number_of_cases(own_root: Path) -> None:
    contexts = _mini_with(
        own_root, records=[*_moved(*FIVE), {"ags": "00021060", "status": "planned", "date": "2020-01-01"}]
    )
    page = build_steering(contexts.of(ViewState(as_of=date(2020, 12, 31))), DE)
    assert page.late[["name", "limit", "days"]].to_numpy().tolist() == [["Gürtel", "40 Tage", "365"]]
    (hint,) = page.hints
    assert "Drei von vier abgeschlossenen Fällen brauchten höchstens 40 Tage (n = 5)" in hint
    assert "Wenige Fälle" in hint


def test_nobody_waits_in_what_is_over_or_documented_later(own_root: Path) -> None:
    contexts = _mini_with(
        own_root,
        records=[
            {"ags": "00021010", "status": "planned", "date": "2020-01-01"},
            {"ags": "00021020", "status": "planned", "date": "2014-01-01"},
            {"ags": "00021050", "status": "signed", "date": "2024", "date_means": "known_by"},
            {"ags": "00021060", "status": "planned"},
        ],
    )
    page = build_steering(contexts.of(ViewState(as_of=date(2021, 1, 1))), DE)
    assert page.open_["name"].tolist() == ["Neustadt (Landkreis Nord)"]
    assert page.lapsed.rows["name"].tolist() == ["Bergen"]
    today = build_steering(contexts.of(ViewState()), DE)
    assert today.open_["name"].tolist() == ["Gürtel"], "an undated plan is a plan"
    assert today.open_.loc[0, ["last_proof", "days"]].tolist() == [UNDATED, "nicht bekannt"]


def test_nobody_is_late_in_a_stage_that_may_last(mini: Snapshot) -> None:
    programme = mini.programmes["mini"]
    folded = spans(mini.records["mini"].table, programme)
    assert limits(folded, programme)
    lasting = programme.model_copy(
        update={
            "instruments": tuple(
                i.model_copy(update={"stages": tuple(s.model_copy(update={"may_last": True}) for s in i.stages)})
                for i in programme.instruments
            )
        }
    )
    assert limits(folded, lasting) == {}
    stage = next(s for i in programme.instruments for s in i.stages).model_dump(exclude={"exit"})
    with pytest.raises(ValueError, match="may_last"):
        Stage.model_validate(stage | {"may_last": True, "dwell_days": 30})


# --- lines ------------------------------------------------------------------------------------------------------------


def test_a_joint_case_is_one_line_with_its_members(contexts: ViewContexts) -> None:
    page = build_steering(contexts.of(ViewState()), DE)
    (line,) = page.open_[page.open_["joint_with"] == "Städtebund Silberberg"].to_dict("records")
    assert line["name"] == "Aue-Bad Schlema, Lauter-Bernsbach, Lößnitz, Schneeberg, Schwarzenberg/Erzgeb."
    assert [name for _, name in line["places"]] == line["name"].split(", ")
    assert {key[:5] for key, _ in line["places"]} == {"14521"}
    assert len(page.open_) == 8


def test_a_joint_case_shows_where_any_member_lies(own_root: Path) -> None:
    joint = {"status": "planned", "date": "2025-01-01", "joint_with": "Bund"}
    contexts = _mini_with(own_root, records=[joint | {"ags": "00021010"}, joint | {"ags": "00011000"}])
    for district in ("00021", "00011"):
        page = build_steering(contexts.of(ViewState(district=district)), DE)
        assert page.open_["name"].tolist() == ["Ministadt, Neustadt (Landkreis Nord)"]
    assert build_steering(contexts.of(ViewState(district="00022")), DE).open_.empty


def test_states_say_their_last_proof_as_exactly_as_it_is_known(contexts: ViewContexts) -> None:
    rows = build_steering(contexts.of(ViewState()), DE).over.rows
    plauen = rows[(rows["name"] == "Plauen") & (rows["instrument"] == "Begleitendes Coaching")]
    assert plauen[["reached", "last_proof"]].to_numpy().tolist() == [["", "22.06.2022"]]
    wurzen = rows[rows["name"] == "Wurzen"]
    assert wurzen["last_proof"].tolist() == ["2022"], "a year, not its last day"


def test_acts_say_when_they_were_reached(contexts: ViewContexts) -> None:
    rows = build_steering(contexts.of(ViewState()), DE).open_.set_index("name")
    assert rows.loc["Pirna", ["reached", "last_proof"]].tolist() == ["18.02.2021", ""]


def test_a_date_of_the_source_is_no_proof(own_root: Path) -> None:
    plan = {"ags": "00021010", "status": "planned", "source_date": "2024-05"}
    page = build_steering(_mini_with(own_root, records=[plan]).of(ViewState()), DE)
    assert page.open_["last_proof"].tolist() == ["undatiert, Quelle Mai 2024"]
    assert page.open_["days"].str.startswith("mindestens").all()


# --- what is over -----------------------------------------------------------------------------------------------------


def test_what_is_over_by_itself_stands_apart(contexts: ViewContexts) -> None:
    page = build_steering(contexts.of(ViewState()), DE)
    assert len(page.over.rows) == 14
    assert len(page.lapsed.rows) == 33
    assert set(page.lapsed.rows["stage"]) == {"geplant"}
    assert any(
        rule.endswith("Ein Plan gilt 3 Jahre, wenn nichts Weiteres belegt ist. Eigene Regel dieses Atlas.")
        for rule in page.lapsed.rules
    )
    grants = [rule for rule in page.over.rules if rule.startswith("Förderung")]
    assert grants == [
        "Förderung (bewilligt): vermutlich beendet 3 Jahre nach dem Beginn, ohne bekannten Beginn 3 Jahre nach dem letzten "
        "Beleg. Nach veröffentlichten Angaben."
    ]


def test_ends_ahead_are_those_of_the_next_twelve_months(own_root: Path) -> None:
    until = {"status": "signed", "date": "2024-01-01"}
    contexts = _mini_with(
        own_root,
        ('exit = "dormant"', 'exit = "ended"'),
        records=[
            until | {"ags": "00021010", "until": "2026-11-29"},
            until | {"ags": "00021020", "until": "2026-12"},
            until | {"ags": "00021030", "until": "2027-11-30"},
            until | {"ags": "00021050", "until": "2027-12-01"},
            until | {"ags": "00021060"},
        ],
    )
    rows = build_steering(contexts.of(ViewState()), DE).ending.rows
    assert rows[["name", "ends"]].to_numpy().tolist() == [["Bergen", "31.12.2026"], ["Dreieck", "30.11.2027"]]


def test_an_exit_was_no_end_ahead(own_root: Path) -> None:
    council = {"ags": "00021010", "instrument": "council"}
    entries = [
        council | {"status": "active", "date": "2020-01-01"},
        council | {"status": "paused", "date": "2022-06-01"},
    ]
    contexts = _mini_with(own_root, records=entries)
    assert build_steering(contexts.of(ViewState(as_of=date(2022, 1, 1))), DE).ending.rows.empty


def test_what_ends_by_the_rule_says_so(contexts: ViewContexts) -> None:
    page = build_steering(contexts.of(ViewState()), DE)
    rows = page.ending.rows.set_index("name")
    assert rows.loc["Radeberg", "ends"] == "14.08.2027, dann vermutlich beendet"
    assert page.ending.rules[0].endswith("Eigene Regel dieses Atlas.")


# --- beside it --------------------------------------------------------------------------------------------------------


def test_published_totals_say_how_many_have_finished(contexts: ViewContexts) -> None:
    page = build_steering(contexts.of(ViewState()), DE)
    assert page.published == (
        "Sicherheitsanalyse: veröffentlicht 25 „abgeschlossen“ (Februar 2024) von 25 „begonnen“ (2022); hier ohne Beleg "
        "dafür 7 Vorgänge (11 Gemeinden).",
    )
    early = build_steering(contexts.of(ViewState(as_of=date(2021, 12, 31))), DE)
    (analyses,) = (said for said in early.published if said.startswith("Sicherheitsanalyse"))
    assert "veröffentlicht 12 (November 2021)" in analyses, "no later total"
    assert "mit unbekanntem Beginn" in analyses


def test_a_total_of_a_stage_without_one_of_what_has_begun(own_root: Path) -> None:
    measure = '[[published_measures]]\nkey = "people"\nlabel = { de = "L", en = "L" }\nstage = "pact:signed"\n'
    plan = {"ags": "00021010", "status": "planned", "date": "2023-01-01"}
    contexts = _mini_with(own_root, ("[special]", f"{measure}\n[special]"), records=[plan])
    page = build_steering(contexts.of(ViewState(as_of=date(2023, 7, 1))), DE)
    assert page.published == (
        "Vereinbarung: veröffentlicht 70 „unterzeichnet“ (Juni 2023); hier ohne Beleg dafür 0 Vorgänge (0 Gemeinden).",
    ), "a plan is none that was begun"


def test_a_total_of_an_instrument_stands_beside_what_is_documented(own_root: Path) -> None:
    contexts = _mini_with(
        own_root,
        ('published_measure = "talks"', ""),
        ('drawn = "point"', 'drawn = "point"\npublished_measure = "talks"'),
    )
    council = {"ags": "00021010", "instrument": "council", "status": "planned", "date": "2022-01-01"}
    active = {"instrument": "council", "status": "active", "date": "2021"}
    contexts = _mini_with(own_root, records=[council, active | {"ags": "00021020"}])
    assert build_steering(contexts.of(ViewState(as_of=date(2023, 1, 1))), DE).published == (
        "Rat: veröffentlicht 9 (2022); hier 1 belegt.",
    )


def test_what_is_undated_is_not_taken_for_recent(own_root: Path) -> None:
    entries = [
        {"ags": "00021010", "status": "signed", "date": "2026-06-01"},
        {"ags": "00021020", "status": "signed"},
        {"ags": "00021030", "status": "signed", "date": "2020-06-01"},
        {"ags": "00021030", "status": "signed", "date": "2021"},
    ]
    page = build_steering(_mini_with(own_root, records=entries).of(ViewState()), DE)
    assert page.newest["name"].tolist() == ["Neustadt", "Dreieck", "Dreieck"]
    assert page.old[["name", "newest"]].to_numpy().tolist() == [["Bergen", UNDATED], ["Dreieck", "2021"]]
    assert page.undated["date"].tolist() == [UNDATED]


def test_file_has_every_line_of_the_page(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState())
    page = build_steering(context, DE)
    table = TABLES["steuerung"](contexts, context, DE)
    assert table is not None
    assert len(table) == sum(map(len, (page.late, page.open_, page.over.rows, page.ending.rows, page.lapsed.rows)))
    assert (table["über der Grenze"] == "ja").sum() == len(page.late)
    assert table["Gemeinde"].tolist()[: len(page.open_)] == page.open_["name"].tolist()
    assert table["Zustand"].value_counts()["vermutlich beendet"] == len(page.over.rows)
    assert {type(days) for days in table["Tage"] if days != ""} == {int}, "numbers, for spreadsheets"
    assert set(table["letzter Tag"]) == {"", "14.08.2027", "31.08.2027"}


def _pacts(*entries: dict[str, str]) -> pd.DataFrame:
    given = dict.fromkeys(RECORD_COLUMNS, "") | {"instrument": "pact", "retrieved": "2026-10-01"}
    rows = [given | {"date_means": "reached" if row.get("date") else ""} | row for row in entries]
    return pd.DataFrame(rows).assign(source_url="https://q.invalid", line=range(2, len(rows) + 2))


def _mini_with(root: Path, *changes: tuple[str, str], records: list[dict[str, str]] | None = None) -> ViewContexts:
    """Return scenes of the invented state with its programme changed, and with other entries if some are given."""
    path = root / "data" / "programmes" / "mini.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    if records is not None:
        names = dict(zip(miniland.municipalities()["ags"], miniland.municipalities()["name"], strict=True))
        table = _pacts(*records)
        table = table.assign(municipality=[names[key] for key in table["ags"]])
        table[list(RECORD_COLUMNS)].to_csv(root / "data" / "participation" / "mini.csv", index=False)
    snapshot = load_snapshot(Settings(root))
    return ViewContexts(lambda: snapshot, lambda: TODAY)


# --- areas ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'boundary_set = "00"\nsource = "x"\nareas = [{key="a", label={de="A", en="A"}, districts=["00099"]}]',
            "00099",
        ),
        (
            'boundary_set = "00"\nsource = "x"\nareas = [{key="a", label={de="A", en="A"}, districts=["00021"]},'
            ' {key="b", label={de="B", en="B"}, districts=["00021"]}]',
            "more than one area: 00021",
        ),
        (
            'boundary_set = "00"\nsource = "x"\nareas = [{key="a", label={de="A", en="A"}, districts=["14521"]}]',
            "14521",
        ),
        ('boundary_set = "00"\nareas = []', "source: Die Angabe fehlt"),
        ("boundary_set = ", "kein gültiges TOML"),
    ],
)
def test_wrong_areas_are_told_with_place_and_cure(own_root: Path, text: str, said: str) -> None:
    (own_root / "data" / "areas.toml").write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(AtlasError) as caught:
        load_snapshot(Settings(own_root))
    assert any(said in problem.sentence() and "data/areas.toml" in problem.place for problem in caught.value.problems)
