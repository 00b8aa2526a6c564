"""Laws of progress over time, for random records on random histories of mergers.

The status of single days (`status_as_of`, `figure`) is what everything is held against; it is computed day by day and
knows nothing of episodes.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.analysis.changes import changes_between
from atlas.analysis.counting import by_district, figure
from atlas.analysis.episodes import episodes
from atlas.analysis.events import events
from atlas.analysis.progress import progress
from atlas.analysis.status import spans, status_as_of, successors
from atlas.model.boundaries import Change, Edition
from atlas.model.programme import Programme
from atlas.model.records import RECORD_COLUMNS
from tests import miniland

STARTS = date(2016, 1, 1)
LAWS = settings(max_examples=16, deadline=None, derandomize=True)

_FORMING = """key = "forming", label = { de = "im Aufbau", en = "forming" }, kind = "step", counts = false, colour = "#e0a090", implies = ["pact:planned"] },
    { key = "active\""""
_REVIEWED = """key = "reviewed", label = { de = "in Prüfung", en = "under review" }, kind = "step", counts = false, colour = "#805040" },
    { key = "paused\""""
_IMPLIES = 'implies = ["talk:held", "council:forming"]'
PROGRAMME = Programme.model_validate(
    tomllib.loads(
        miniland.PROGRAMME.replace('key = "active"', _FORMING)
        .replace('key = "paused"', _REVIEWED)
        .replace('implies = ["talk:held"]', _IMPLIES)
    )
)
"""The invented programme with steps that do not count, below and above the one that does, and a step derived where
plans and exits are recorded."""
INSTRUMENTS = [instrument.key for instrument in PROGRAMME.instruments]
STAGES = [(instrument.key, stage.key) for instrument in PROGRAMME.instruments for stage in instrument.stages]
STAGES += 2 * [("pact", "signed"), ("council", "active"), ("council", "active"), ("council", "paused")]


@dataclass(frozen=True)
class Case:
    """An edition, records, and what follows from them."""

    edition: Edition
    table: pd.DataFrame

    def __post_init__(self) -> None:
        made = spans(self.table, PROGRAMME)
        object.__setattr__(self, "spans", made)
        object.__setattr__(self, "episodes", episodes(made, self.edition, self.edition.changes))
        object.__setattr__(self, "events", events(self.episodes, self.edition.changes))

    def status(self, day: date) -> pd.DataFrame:
        return status_as_of(self.spans, PROGRAMME, self.edition, self.edition.changes, day)

    def own(self, day: date) -> pd.DataFrame:
        status = self.status(day)
        return status[status["basis"].isin(["direct", "derived"])]

    def marks(self) -> list[date]:
        """Return every day on which anything begins or ends, and the days before."""
        days = {STARTS, STARTS + timedelta(days=1), *(change.effective for change in self.edition.changes)}
        for column in ("since_day", "until_day"):
            days |= {each.date() for each in self.spans[column].dropna()}
        days = {day for day in days if day >= STARTS}
        return sorted(days | {day - timedelta(days=1) for day in days if day > STARTS})


def make_edition(keys: list[str], changes: tuple[Change, ...]) -> Edition:
    """Return an edition of these municipalities with these mergers; geometry is of no interest here."""
    rows: list[list[object]] = []
    begun = dict.fromkeys(keys, STARTS)
    for day in sorted({change.effective for change in changes}):
        todays = [change for change in changes if change.effective == day]
        touched = {key for change in todays for key in (change.old_ags, change.new_ags)}
        rows += [[key, begun.pop(key), day] for key in sorted(touched & set(begun))]
        begun |= dict.fromkeys(touched - {change.old_ags for change in todays}, day)
    rows += [[key, day, None] for key, day in begun.items()]
    table = pd.DataFrame(rows, columns=["ags", "valid_from", "valid_to"]).sort_values(["ags", "valid_from"])
    for column in ("valid_from", "valid_to"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[s]")
    table = table.assign(name=table["ags"].str[-3:], kind="Gemeinde", district=table["ags"].str[:5])
    table = table.assign(area_km2=10.0 + np.arange(len(table)))
    districts = pd.DataFrame({"name": ["Nord", "Süd"]}, index=pd.Index(["00021", "00022"], name="key"))
    return Edition(
        Path(),
        "00",
        STARTS,
        miniland.CRS,
        miniland.provenance(),
        table.reset_index(drop=True),
        districts,
        pd.DataFrame(),
        changes,
        {},
        (0, 0, 1, 1),
    )


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """Return seven municipalities of two districts with up to four mergers, some on one day, some in a chain."""
    keys = ["00021010", "00021020", "00021030", "00021040", "00022010", "00022020", "00022030"]
    alive, free, changes, day = set(keys), set(keys), [], date(2018, 1, 1)
    for number in range(draw(st.integers(0, 4))):
        if changes and (len(free) < 3 or draw(st.booleans())):
            day, free = date(day.year + 1, 1, 1), set(alive)
        if len(free) < 3:
            break
        one, other, third = draw(st.permutations(sorted(free)))[:3]
        new = f"00021{90 - number:03}"
        pairs = draw(
            st.sampled_from(
                [
                    [(one, other)],
                    [(one, new), (other, new)],
                    [(one, third), (other, third)],
                    [(one, other), (other, third)],
                ]
            )
        )
        changes += [Change(old, old, heir, heir, day, "erfunden") for old, heir in pairs]
        touched = {key for pair in pairs for key in pair}
        alive = (alive | touched) - {old for old, _ in pairs}
        free -= touched
    return make_edition(keys, tuple(changes))


DATES = st.one_of(
    st.sampled_from(["2015", "2016", "2017", "2018-01-01", "2018", "2019-12", "2020-01-01", "2020-01-02", "2021-06"]),
    st.sampled_from(["2015-12-31", "2016-01-01", "2017-12-31", "2018-01-02", "2019", "2022-01-01", "2022", "2023-05"]),
    st.dates(date(2015, 6, 1), date(2024, 12, 31)).map(str),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return records, some joint, some dated by their source only or not at all, some of districts."""
    edition = draw(editions())
    merged = [key for change in edition.changes for key in (change.old_ags, change.new_ags)]
    keys = sorted({*edition.municipalities["ags"], "00021", "00022"}) + 3 * sorted(merged)
    rows = []
    for line in range(draw(st.integers(0, 30))):
        instrument, stage = draw(st.sampled_from(STAGES))
        day = draw(st.one_of(st.just(""), DATES, DATES, DATES))
        source_date = draw(st.one_of(st.just(""), DATES))
        joint_with = draw(st.sampled_from(["", "Bund", "Bund", "Ring"]))
        key = draw(st.sampled_from(keys))
        means = "reached" if day else ""
        rows.append(
            [key, "", instrument, stage, day, means, joint_with, "", f"https://q.invalid/{line}", source_date, line]
        )
    return Case(edition, pd.DataFrame(rows, columns=[*RECORD_COLUMNS, "line"]))


DAYS = st.dates(STARTS, date(2026, 12, 31))
LAW_COLUMNS = [
    "ags",
    "district",
    "instrument",
    "stage",
    "kind",
    "counted",
    "basis",
    "joint_with",
    "since",
    "since_means",
    "source",
    "participant",
    "row",
]


def _holding(table: pd.DataFrame, day: date) -> pd.DataFrame:
    at = pd.Timestamp(day)
    return table[(table["from_day"] <= at) & (table["until_day"].isna() | (table["until_day"] > at))]


def _rows(table: pd.DataFrame, columns: list[str]) -> list[tuple[object, ...]]:
    return sorted(table[columns].itertuples(index=False, name=None))


def _stock(case: Case, day: date) -> pd.Series:
    own = case.own(day)
    return own[own["counted"]].groupby("instrument").size().reindex(INSTRUMENTS, fill_value=0)


@LAWS
@given(case=cases(), day=DAYS)
def test_episodes_are_the_status_of_every_day(case: Case, day: date) -> None:
    for each in {*case.marks(), day}:
        assert _rows(_holding(case.episodes, each), LAW_COLUMNS) == _rows(case.own(each), LAW_COLUMNS), each


@LAWS
@given(cases())
def test_episodes_follow_each_other_and_each_says_something_new(case: Case) -> None:
    assert (case.episodes["until_day"].isna() | (case.episodes["until_day"] > case.episodes["from_day"])).all()
    assert case.episodes["initial"].tolist() == (case.episodes["from_day"] == pd.Timestamp(STARTS)).tolist()
    for _, group in case.episodes.groupby(["ags", "instrument"]):
        ends, begins = group["until_day"].to_numpy()[:-1], group["from_day"].to_numpy()[1:]
        assert (ends <= begins).all()
        same = (group["row"].to_numpy()[1:] == group["row"].to_numpy()[:-1]) & (
            group["stage"].to_numpy()[1:] == group["stage"].to_numpy()[:-1]
        )
        assert not (same & (ends == begins)).any()


@LAWS
@given(case=cases(), first=DAYS, days=st.integers(1, 3000))
def test_stock_is_old_stock_plus_new_less_ended(case: Case, first: date, days: int) -> None:
    last = first + timedelta(days=days)
    happened = case.events[case.events["day"].between(pd.Timestamp(first), pd.Timestamp(last), inclusive="right")]
    change = np.where(happened["what"].isin(["new", "revived"]), 1, -1)
    balance = pd.Series(change, happened["instrument"], dtype=int).groupby(level=0).sum()
    expected = _stock(case, first) + balance.reindex(INSTRUMENTS, fill_value=0)
    assert _stock(case, last).tolist() == expected.tolist()


@LAWS
@given(case=cases())
def test_events_are_what_changed_since_the_day_before(case: Case) -> None:
    """Two ways to the same: stretches in a timeline, and two tables of status compared."""
    changes = case.edition.changes
    seen = 0
    eventful = {each.date() for each in case.events["day"]} | {change.effective for change in changes}
    for day in sorted(eventful):
        after = case.status(day)
        found = changes_between(case.status(day - timedelta(days=1)), after, changes, day)
        found = found[found["what"].isin(["new", "ended"])]
        todays = case.events[case.events["day"] == pd.Timestamp(day)]
        seen += len(todays)
        kind = after.set_index(["ags", "instrument"])["kind"]
        heir = successors(changes, day)
        for event in todays.itertuples():
            here = heir.get(event.ags, event.ags)
            parts = case.episodes["ags"].map(lambda key, heir=heir: heir.get(key, key)) == here
            earlier = case.episodes[
                parts
                & case.episodes["counted"]
                & (case.episodes["instrument"] == event.instrument)
                & (case.episodes["from_day"] < event.day)
            ]
            if event.what in {"new", "revived"}:
                assert event.what == ("revived" if len(earlier) else "new")
            else:
                assert event.what == ("dormant" if kind[here, event.instrument] == "exit" else "ended")
        net = todays.assign(what=todays["what"].replace({"revived": "new", "dormant": "ended"}))
        # Whether something undated is older than the municipality it names, a table of one day can't tell.
        undated = {key for key, means in zip(found["ags"], found["since_means"], strict=True) if means == "undated"}
        net, found = (each[~each["ags"].isin(undated)] for each in (net, found))
        columns = ["instrument", "ags", "district", "what", "because"]
        assert _rows(net, columns) == _rows(found, columns)
        merged = {key for change in changes if change.effective == day for key in (change.old_ags, change.new_ags)}
        assert set(todays.loc[todays["because"] == "boundary", "ags"]) <= merged
    assert seen == len(case.events)


@LAWS
@given(
    case=cases(), days=st.lists(DAYS, min_size=1, max_size=6, unique=True), place=st.sampled_from([None, "00021", "x"])
)
def test_progress_is_the_figure_of_every_day(case: Case, days: list[date], place: str | None) -> None:
    days = sorted({*days, *case.marks()[-20:]})
    since = days[0] - timedelta(days=1)
    table = progress(case.episodes, case.events, case.edition, INSTRUMENTS, days, since=since, district=place)
    assert len(table) == len(days) * len(INSTRUMENTS)
    rows = table.itertuples(index=False)
    for day in days:
        status = case.status(day)
        for instrument in INSTRUMENTS:
            row, counted = next(rows), figure(status, instrument, place)
            assert (row.date, row.instrument) == (pd.Timestamp(day), instrument)
            assert (row.municipalities, row.arrangements, row.total, row.share) == (
                len(counted.municipalities),
                len(counted.arrangements),
                counted.total,
                counted.share,
            )
            land = case.edition.municipalities["area_km2"]
            inside = status.loc[status["district"] == place] if place else status
            whole = land.loc[inside.index.unique()].sum()
            covered = land.loc[counted.municipalities.index].sum()
            assert row.area_share == pytest.approx(covered / whole if whole else 0.0)


@LAWS
@given(case=cases(), days=st.lists(DAYS, min_size=2, max_size=6, unique=True))
def test_progress_adds_up_from_row_to_row(case: Case, days: list[date]) -> None:
    since, *days = sorted({*days, *case.marks()[-20:]})
    table = progress(case.episodes, case.events, case.edition, INSTRUMENTS, days, since=since)
    for instrument, rows in table.groupby("instrument"):
        before = [_stock(case, since)[instrument], *rows["municipalities"].tolist()[:-1]]
        assert (before + rows["new"] - rows["ended"]).tolist() == rows["municipalities"].tolist()
    assert (table["revived"] <= table["new"]).all()
    assert (table["dormant"] <= table["ended"]).all()


@LAWS
@given(case=cases(), day=DAYS)
def test_districts_together_are_the_state(case: Case, day: date) -> None:
    status = case.status(day)
    for instrument in INSTRUMENTS:
        table = by_district(status, instrument, case.edition.districts.index)
        for row in table.itertuples(index=False):
            counted = figure(status, instrument, row.district)
            assert (row.municipalities, row.total, row.share) == (
                len(counted.municipalities),
                counted.total,
                counted.share,
            )


@LAWS
@given(case=cases(), random=st.randoms(use_true_random=False))
def test_order_of_the_records_does_not_matter(case: Case, random: object) -> None:
    order = list(range(len(case.table)))
    random.shuffle(order)  # type: ignore[attr-defined]
    other = Case(case.edition, case.table.iloc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(case.episodes.drop(columns="row"), other.episodes.drop(columns="row"))
    pd.testing.assert_frame_equal(case.events.drop(columns="row"), other.events.drop(columns="row"))


@LAWS
@given(case=cases(), first=DAYS, days=st.integers(0, 3000))
def test_counted_after_is_counted_before_plus_new_less_ended(case: Case, first: date, days: int) -> None:
    last = first + timedelta(days=days)
    before, after = case.status(first), case.status(last)
    found = changes_between(before, after, case.edition.changes, last)
    balance = found["what"].map({"new": 1, "ended": -1, "changed": 0}).astype(int).groupby(found["instrument"]).sum()
    expected = _stock(case, first) + balance.reindex(INSTRUMENTS, fill_value=0)
    assert _stock(case, last).tolist() == expected.tolist()
    assert not found.duplicated(["instrument", "ags"]).any()
    assert (
        found.loc[found["what"] == "changed", "stage_before"] != found.loc[found["what"] == "changed", "stage"]
    ).all()
    if not any(first < change.effective <= last for change in case.edition.changes):
        own = case.own(first).merge(case.own(last), on=["ags", "instrument"], how="outer")
        assert len(found) == (own["stage_x"].fillna("") != own["stage_y"].fillna("")).sum()
        assert (found["because"] == "record").all()


@pytest.mark.parametrize("day", [date(2019, 1, 1), date(2026, 11, 23)])
def test_nothing_changes_from_a_day_to_itself(day: date) -> None:
    table = pd.DataFrame(
        [["00021010", "", "pact", "signed", "2018", "reached", "", "", "q", "", 2]], columns=[*RECORD_COLUMNS, "line"]
    )
    status = Case(make_edition(["00021010"], ()), table).status(day)
    assert changes_between(status, status, (), day).empty
