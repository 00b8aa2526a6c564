"""Progress over time on records written for it; the laws for any record are in `test_progress_laws`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from atlas.analysis.changes import CHANGE_COLUMNS, changes_between
from atlas.analysis.counting import by_district, figure
from atlas.analysis.days import month_ends
from atlas.analysis.episodes import episodes
from atlas.analysis.events import BEGINNINGS, ENDINGS, FLOWS, in_period
from atlas.analysis.progress import course, progress
from atlas.analysis.spans import spans
from atlas.analysis.status import cases_as_of, status_as_of
from atlas.model.snapshot import Snapshot
from tests import miniland
from tests.unit.test_core_status import records

NEUSTADT, BERGEN, ERLEN, HAFEN = "00021010", "00021020", "00021050", "00021080"
ILM, JENA, NEU_ILM = "00022010", "00022020", "00022015"
KIRCH, NEUSTADT_SUED = "00022030", "00022040"
INSTRUMENTS = ("talk", "pact", "council")
EPISODE_COLUMNS = (
    "ags",
    "district",
    "instrument",
    "stage",
    "kind",
    "state",
    "counted",
    "in_force",
    "basis",
    "joint_with",
    "since",
    "since_means",
    "read_on",
    "until",
    "last_proof",
    "inferred",
    "source",
    "participant",
    "case",
    "arrangement",
    "row",
    "ends",
    "end_earliest",
    "from_day",
    "until_day",
    "since_day",
    "over_day",
    "earliest",
    "counted_since",
    "initial",
)
EVENT_COLUMNS = (
    "day",
    "earliest",
    "instrument",
    "ags",
    "district",
    "what",
    "because",
    "stage",
    "stage_was",
    "joint_with",
    "since",
    "since_means",
    "read_on",
    "until",
    "last_proof",
    "source",
    "arrangement",
    "row",
)
PROGRESS_COLUMNS = (
    "date",
    "instrument",
    "municipalities",
    "arrangements",
    *FLOWS,
    "boundary_in",
    "boundary_out",
    "in_force",
    "documented_later",
    "period_unknown",
    "total",
    "share",
    "area_share",
)


class History:
    """Records of the invented state, with everything that follows from them."""

    def __init__(self, snapshot: Snapshot, table: pd.DataFrame) -> None:
        self.programme = snapshot.programme("mini")
        self.edition = snapshot.edition(self.programme, date(2024, 1, 1))
        self.changes = snapshot.changes(self.programme)
        self.spans = spans(table, self.programme)
        self.course = course(self.spans, self.edition, self.changes)
        self.episodes = self.course.municipalities.episodes
        self.events = self.course.municipalities.events

    def told(self, instrument: str) -> list[tuple[str, ...]]:
        """Return day, key, what and why of all events of an instrument."""
        rows = self.events[self.events["instrument"] == instrument]
        return list(zip(rows["day"].dt.strftime("%Y-%m-%d"), rows["ags"], rows["what"], rows["because"], strict=True))

    def progress(self, *days: str, since: str = "2018-12-31", district: str | None = None) -> pd.DataFrame:
        wanted = [date.fromisoformat(day) for day in days]
        made = course(self.spans, self.edition, self.changes, district) if district else self.course
        return progress(made, INSTRUMENTS, wanted, since=date.fromisoformat(since))

    def between(self, before: str, after: str) -> pd.DataFrame:
        first, last = date.fromisoformat(before), date.fromisoformat(after)
        names = self.edition.municipalities[["ags", "name"]].itertuples(index=False, name=None)
        return changes_between(self.status(first), self.status(last), in_period(self.events, first, last), names)

    def status(self, day: date) -> pd.DataFrame:
        return status_as_of(self.spans, self.programme, self.edition, self.changes, day)


@pytest.fixture(scope="module")
def history(mini: Snapshot) -> Callable[..., History]:
    return lambda *rows: History(mini, records(*rows))


# --- episodes --------------------------------------------------------------------------------------------------------


def test_episode_ends_where_the_next_stage_begins(history: Callable[..., History]) -> None:
    made = history((ERLEN, "pact", "planned", "2019-03"), (ERLEN, "pact", "signed", "2020")).episodes
    pact = made[(made["instrument"] == "pact") & (made["state"] != "documented_later")]
    assert set(made.columns) == set(EPISODE_COLUMNS)
    assert pact["stage"].tolist() == ["planned", "signed"]
    assert pact["from_day"].tolist() == [pd.Timestamp("2019-03-31"), pd.Timestamp("2020-12-31")]
    # From the first day on which it may have been signed, that is what is told of it.
    assert pact["until_day"].iloc[0] == pd.Timestamp("2020-01-01")
    assert pd.isna(pact["until_day"].iloc[1])
    talk = made[made["instrument"] == "talk"].iloc[0]
    assert (talk["basis"], talk["since"], talk["since_means"]) == ("derived", "2020", "known_by")


def test_episode_is_clipped_to_the_days_the_municipality_existed(history: Callable[..., History]) -> None:
    made = history((ILM, "council", "active", "1998"), (NEU_ILM, "pact", "signed", "2018")).episodes
    council = made[made["instrument"] == "council"]
    assert council["ags"].tolist() == [ILM, NEU_ILM]
    assert council["from_day"].tolist() == [pd.Timestamp(miniland.STARTS), pd.Timestamp("2020-01-01")]
    assert council["initial"].tolist() == [True, False]
    assert council["since_day"].tolist() == [pd.Timestamp("1998-12-31")] * 2
    pact = made[made["instrument"] == "pact"].iloc[0]
    assert (pact["ags"], pact["from_day"]) == (NEU_ILM, pd.Timestamp("2020-01-01"))


def test_municipality_that_is_gone_without_an_successor_has_no_episodes_any_more(mini: Snapshot) -> None:
    programme = mini.programme("mini")
    made = spans(records((ILM, "pact", "signed", "2018-01-01")), programme)
    found = episodes(made, mini.edition(programme, date(2024, 1, 1)), ())
    assert set(found["until_day"]) == {pd.Timestamp("2020-01-01")}


def test_of_two_that_say_the_same_the_first_source_speaks(history: Callable[..., History]) -> None:
    past = history((JENA, "pact", "signed", "2018-01-01"), (ILM, "pact", "signed", "2018-01-01"))
    merged = past.episodes[past.episodes["ags"] == NEU_ILM]
    assert merged["participant"].tolist() == [JENA, JENA]
    status = status_as_of(past.spans, past.programme, past.edition, past.changes, date(2020, 1, 1))
    assert status.loc[(status["ags"] == NEU_ILM) & status["counted"], "participant"].tolist() == [JENA, JENA]


def test_growing_municipality_keeps_its_episode(history: Callable[..., History]) -> None:
    made = history((NEUSTADT_SUED, "talk", "held", "2019-01-01")).episodes
    assert len(made) == 1
    assert pd.isna(made["until_day"].iloc[0])


def test_district_has_no_episodes(history: Callable[..., History]) -> None:
    past = history(("00021", "council", "active", "2020-01-01"))
    assert past.episodes.empty
    assert past.events.empty
    assert past.progress("2024-01-01")["municipalities"].sum() == 0


def test_empty_record_gives_typed_tables(history: Callable[..., History]) -> None:
    past = history()
    assert set(past.events.columns) == set(EVENT_COLUMNS)
    for column in ("from_day", "until_day", "since_day"):
        assert past.episodes[column].dtype == "datetime64[s]"
    assert past.events["day"].dtype == "datetime64[s]"
    assert past.episodes["ags"].dtype == past.events["what"].dtype == object
    assert past.progress("2019-12-31")["total"].tolist() == [13] * 3


# --- events ----------------------------------------------------------------------------------------------------------


def test_plan_is_no_event_and_the_step_after_it_is(history: Callable[..., History]) -> None:
    past = history((BERGEN, "pact", "planned", "2020-02-01"), (BERGEN, "pact", "signed", "2021-03-01"))
    assert past.told("pact") == [("2021-03-01", BERGEN, "begun", "record")]
    assert past.told("talk") == [("2021-03-01", BERGEN, "begun", "record")]


def test_year_counts_from_its_last_day(history: Callable[..., History]) -> None:
    past = history((ERLEN, "talk", "held", "2021"))
    assert past.told("talk") == [("2021-12-31", ERLEN, "begun", "record")]
    assert past.progress("2021-12-30", "2021-12-31")["first_documented"].tolist() == [0, 0, 0, 1, 0, 0]
    assert past.progress("2020-12-31", "2021-12-31")["begun"].tolist() == [0, 0, 0, 1, 0, 0]
    later = past.progress("2021-12-31", since="2021-01-01")
    assert later.loc[0, ["begun", "first_documented"]].tolist() == [0, 1], "it may have been on that very day"


def test_council_falls_dormant_and_is_revived(history: Callable[..., History]) -> None:
    past = history(
        (HAFEN, "council", "active", "2019-01-01"),
        (HAFEN, "council", "paused", "2020-01-01"),
        (HAFEN, "council", "active", "2023-01-01"),
    )
    assert past.told("council") == [
        ("2019-01-01", HAFEN, "begun", "record"),
        ("2020-01-01", HAFEN, "dormant", "record"),
        ("2023-01-01", HAFEN, "revived", "record"),
    ]
    # Each event is told by the record that made it, also the end.
    assert past.events["stage"].tolist() == ["active", "paused", "active"]
    assert past.events["source"].tolist() == [f"https://q.invalid/{line}" for line in (2, 3, 4)]
    rows = past.progress("2019-06-30", "2020-06-30", "2023-06-30")
    council = rows[rows["instrument"] == "council"]
    assert council["municipalities"].tolist() == [1, 0, 1]
    assert council[["begun", "ended", "revived", "dormant"]].to_numpy().tolist() == [
        [1, 0, 0, 0],
        [0, 0, 0, 1],
        [0, 0, 1, 0],
    ]


def test_exit_of_what_nobody_saw_begin_is_no_event(history: Callable[..., History]) -> None:
    past = history((HAFEN, "pact", "signed", "2019-01-01"), (HAFEN, "council", "paused", "2019-02-01"))
    assert past.told("pact") == [("2019-01-01", HAFEN, "begun", "record")]
    assert past.told("council") == []


def test_what_was_so_on_the_first_day_is_stock_and_no_event(history: Callable[..., History]) -> None:
    past = history(
        (HAFEN, "council", "active", "1998"),
        (ERLEN, "council", "active", "2016-01-01"),
        (BERGEN, "council", "active", "2016-01-02"),
    )
    assert past.told("council") == [("2016-01-02", BERGEN, "begun", "record")]
    assert past.progress("2016-01-01", since="2015-12-31")["municipalities"].tolist() == [0, 0, 2]


def test_revived_after_what_was_there_from_the_beginning(history: Callable[..., History]) -> None:
    past = history(
        (HAFEN, "council", "active", "1998"),
        (HAFEN, "council", "paused", "2017-01-01"),
        (HAFEN, "council", "active", "2018-01-01"),
    )
    assert [what for _, _, what, _ in past.told("council")] == ["dormant", "revived"]


def test_merger_of_one_counted_is_no_event(history: Callable[..., History]) -> None:
    into_new = history((ILM, "pact", "signed", "2018-01-01"))
    assert into_new.told("pact") == [("2018-01-01", ILM, "begun", "record")]
    taken_in = history((KIRCH, "pact", "signed", "2018-01-01"))
    assert taken_in.told("pact") == [("2018-01-01", KIRCH, "begun", "record")]
    rows = taken_in.progress("2021-12-31", "2022-01-01")
    pact = rows[rows["instrument"] == "pact"]
    assert pact[["municipalities", "begun", "ended", "total"]].to_numpy().tolist() == [[1, 0, 0, 12], [1, 0, 0, 11]]


def test_merger_of_two_counted_ends_one(history: Callable[..., History]) -> None:
    into_new = history((ILM, "pact", "signed", "2018-01-01"), (JENA, "pact", "signed", "2017-01-01"))
    assert into_new.told("pact")[-1] == ("2020-01-01", JENA, "ended", "boundary")
    assert into_new.events["since"].iloc[-1] == "2017-01-01"
    taken_in = history((KIRCH, "pact", "signed", "2018-01-01"), (NEUSTADT_SUED, "pact", "signed", "2019-01-01"))
    assert taken_in.told("pact")[-1] == ("2022-01-01", KIRCH, "ended", "boundary")
    rows = taken_in.progress("2021-12-31", "2022-01-01")
    pact = rows[rows["instrument"] == "pact"]
    assert pact[["municipalities", "boundary_out"]].to_numpy().tolist() == [[2, 0], [1, 1]]


def test_successor_goes_on_where_a_part_left_off(history: Callable[..., History]) -> None:
    past = history(
        (ILM, "council", "active", "2017-01-01"),
        (ILM, "council", "paused", "2018-01-01"),
        (NEU_ILM, "council", "active", "2021-01-01"),
    )
    assert [(ags, what) for _, ags, what, _ in past.told("council")] == [
        (ILM, "begun"),
        (ILM, "dormant"),
        (NEU_ILM, "revived"),
    ]


def test_new_on_the_day_of_the_merger(history: Callable[..., History]) -> None:
    by_record = history((NEU_ILM, "council", "active", "2020-01-01"))
    assert by_record.told("council") == [("2020-01-01", NEU_ILM, "begun", "record")]
    recorded_before = history((NEU_ILM, "council", "active", "2018-01-01"))
    assert recorded_before.told("council") == [("2020-01-01", NEU_ILM, "first_documented", "boundary")]


def test_dormant_on_the_day_of_the_merger(history: Callable[..., History]) -> None:
    past = history((ILM, "council", "active", "2018-01-01"), (ILM, "council", "paused", "2020-01-01"))
    assert past.told("council")[-1] == ("2020-01-01", ILM, "dormant", "record")


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_joint_agreement_of_three_counts_once(history: Callable[..., History]) -> None:
    joint = [(key, "pact", "signed", "2021-03-01", "", "Bund") for key in (NEUSTADT, BERGEN, ERLEN)]
    past = history(*joint, (HAFEN, "pact", "signed", "2021-04-01"))
    rows = past.progress("2021-03-31", "2021-04-30")
    assert tuple(rows.columns) == PROGRESS_COLUMNS
    assert rows.loc[rows["instrument"] == "pact", "municipalities"].tolist() == [3, 4]
    assert rows.loc[rows["instrument"] == "pact", "arrangements"].tolist() == [1, 2]
    # That they signed together does not say that they were consulted together.
    assert rows.loc[rows["instrument"] == "talk", "arrangements"].tolist() == [3, 4]


def test_joint_body_lasts_as_long_as_any_member_is_in_it(history: Callable[..., History]) -> None:
    past = history(
        (NEUSTADT, "council", "active", "2019-01-01", "", "Bund"),
        (NEUSTADT, "council", "paused", "2021-01-01", "", "Bund"),
        (BERGEN, "council", "active", "2020-01-01", "", "Bund"),
        (BERGEN, "council", "paused", "2022-01-01", "", "Bund"),
        (ERLEN, "council", "active", "2023-01-01", "", "Bund"),
    )
    rows = past.progress("2019-06-30", "2020-06-30", "2021-06-30", "2022-06-30", "2023-06-30")
    council = rows[rows["instrument"] == "council"]
    assert council["municipalities"].tolist() == [1, 2, 1, 0, 1]
    assert council["arrangements"].tolist() == [1, 1, 1, 0, 1]


def test_progress_of_a_district(history: Callable[..., History]) -> None:
    past = history((ERLEN, "pact", "signed", "2021-03-01"), (KIRCH, "pact", "signed", "2021-03-01"))
    rows = past.progress("2021-12-31", district="00022")
    assert rows.loc[1, ["municipalities", "begun", "total"]].tolist() == [1, 1, 3]
    assert rows.loc[1, "share"] == pytest.approx(1 / 3)
    nowhere = past.progress("2021-12-31", district="99999")
    assert nowhere[["municipalities", "total", "share"]].to_numpy().sum() == 0


def test_since_is_exclusive_and_days_are_inclusive(history: Callable[..., History]) -> None:
    past = history((ERLEN, "talk", "held", "2021-03-01"), (BERGEN, "talk", "held", "2021-03-31"))
    assert past.progress("2021-03-31", since="2021-02-28").loc[0, "begun"] == 2
    assert past.progress("2021-03-31", since="2021-03-01").loc[0, "begun"] == 1
    assert past.progress("2021-03-30", since="2021-03-01").loc[0, "begun"] == 0


@pytest.mark.parametrize("days", [("2021-01-01", "2021-01-01"), ("2021-02-01", "2021-01-01"), ("2018-12-31",)])
def test_days_out_of_order_are_refused(history: Callable[..., History], days: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="days must follow"):
        history().progress(*days)


def test_every_district_has_its_share(history: Callable[..., History]) -> None:
    past = history((ERLEN, "pact", "signed", "2021-03-01"), (KIRCH, "pact", "signed", "2021-03-01"))
    rows = by_district(past.status(date(2021, 12, 31)), "pact", past.edition.districts.index)
    assert rows["district"].tolist() == ["00011", "00021", "00022"]
    assert rows["municipalities"].tolist() == [0, 1, 1]
    assert rows["total"].tolist() == [1, 8, 3]
    assert rows["share"].tolist() == pytest.approx([0, 1 / 8, 1 / 3])


@pytest.mark.parametrize(
    ("first", "last", "ends"),
    [
        ("2023-12-05", "2024-03-15", ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-15"]),
        ("2024-02-29", "2024-02-29", ["2024-02-29"]),
        ("2024-01-31", "2024-02-01", ["2024-01-31", "2024-02-01"]),
        ("2024-02-01", "2024-01-31", []),
    ],
)
def test_month_ends(first: str, last: str, ends: list[str]) -> None:
    assert month_ends(date.fromisoformat(first), date.fromisoformat(last)) == [date.fromisoformat(day) for day in ends]


# --- two days --------------------------------------------------------------------------------------------------------


def test_changes_of_two_years(history: Callable[..., History]) -> None:
    past = history(
        (HAFEN, "council", "active", "2019-01-01"),
        (HAFEN, "council", "paused", "2020-06-01"),
        (ERLEN, "pact", "planned", "2019-03-01"),
        (ERLEN, "pact", "signed", "2020-03-01"),
        (BERGEN, "pact", "planned", "2020-05-01"),
        (NEUSTADT, "talk", "held", "2018-01-01"),
    )
    found = past.between("2019-12-31", "2020-12-31")
    assert tuple(found.columns) == CHANGE_COLUMNS
    columns = ["instrument", "what", "ags", "stage_before", "stage", "since", "because"]
    assert list(found[columns].itertuples(index=False, name=None)) == [
        ("talk", "first_documented", ERLEN, "no_data", "held", "2020-03-01", "record"),
        ("pact", "begun", ERLEN, "planned", "signed", "2020-03-01", "record"),
        ("pact", "changed", BERGEN, "no_data", "planned", "2020-05-01", "record"),
        ("council", "dormant", HAFEN, "active", "paused", "2020-06-01", "record"),
    ]


def test_changes_over_a_merger(history: Callable[..., History]) -> None:
    past = history(
        (KIRCH, "pact", "signed", "2018-01-01"),
        (NEUSTADT_SUED, "pact", "signed", "2019-01-01"),
        (KIRCH, "council", "active", "2019-01-01"),
        (NEUSTADT_SUED, "council", "planned", "2019-01-01"),
        (ILM, "council", "planned", "2019-01-01"),
    )
    found = past.between("2021-12-31", "2022-01-01")
    columns = ["instrument", "what", "ags", "name", "stage", "because"]
    assert list(found[columns].itertuples(index=False, name=None)) == [
        ("talk", "ended", KIRCH, "Kirch", "held", "boundary"),
        ("pact", "ended", KIRCH, "Kirch", "signed", "boundary"),
    ]
    assert past.between("2019-12-31", "2020-01-01").empty


def test_coverage_through_a_district_is_no_change(history: Callable[..., History]) -> None:
    past = history(("00021", "council", "active", "2020-01-01"), (ERLEN, "council", "planned", "2019-01-01"))
    assert past.between("2019-12-31", "2020-12-31").empty


# --- the shipped record ----------------------------------------------------------------------------------------------


def test_progress_of_saxony_is_the_figure_of_every_day(real: Snapshot) -> None:
    programme = real.programme("asskomm")
    changes, edition = real.changes(programme), real.edition(programme, date(2024, 1, 1))
    made = spans(real.records["asskomm"].table, programme)
    days = [date(2019 + number * 7 // 9, 1 + number, 3 * number + 1) for number in range(10)]
    instruments = [instrument.key for instrument in programme.instruments]
    for district in (None, "14626"):
        rows = progress(course(made, edition, changes, district), instruments, days, since=date(2018, 12, 31))
        for day, of_day in rows.groupby("date"):
            status = status_as_of(made, programme, edition, changes, day.date())
            cases = cases_as_of(made, edition, changes, day.date())
            for row in of_day.itertuples(index=False):
                counted = figure(status, cases, row.instrument, district)
                assert (row.municipalities, row.arrangements, row.total) == (
                    len(counted.municipalities),
                    len(counted.arrangements),
                    counted.total,
                )
        if district is None:
            before = status_as_of(made, programme, edition, changes, date(2018, 12, 31))
            cases = cases_as_of(made, edition, changes, date(2018, 12, 31))
            stock = [len(figure(before, cases, key).municipalities) for key in instruments]
            grown = rows.groupby("instrument", sort=False)[[*BEGINNINGS, *ENDINGS, "boundary_in", "boundary_out"]].sum()
            came = grown[[*BEGINNINGS, "boundary_in"]].sum(axis=1)
            went = grown[[*ENDINGS, "boundary_out"]].sum(axis=1)
            assert (stock + came - went).tolist() == rows["municipalities"].tolist()[-len(instruments) :]
