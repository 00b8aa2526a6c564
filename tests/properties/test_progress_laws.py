"""Laws of time: for random records on random histories of mergers.

What the product decides in arrays is held against the plain rules (`tests.plain_time`), the course of all days against
the status of single days (`status_as_of`, `figure`), which is computed day by day and knows nothing of episodes.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.analysis import cases as case_rules
from atlas.analysis.changes import changes_between
from atlas.analysis.counting import by_district, figure
from atlas.analysis.events import BEGINNINGS, BOUNDARY, ENDINGS, FLOWS, in_period
from atlas.analysis.progress import course, progress
from atlas.analysis.spans import counting, spans
from atlas.analysis.stages import entry_cases
from atlas.analysis.status import cases_as_of, status_as_of, successors
from atlas.model.boundaries import BoundaryChange, BoundaryVersion
from atlas.model.programme import Counts, Programme
from atlas.model.records import READ_ON, RECORD_COLUMNS
from tests import miniland, plain_time
from tests.lanes import law

STARTS = date(2016, 1, 1)
LAWS = law(25)
_PROGRAMME = tomllib.loads((Path(__file__).parents[1] / "law_programme.toml").read_text(encoding="utf-8"))
PROGRAMMES = [Programme.model_validate(_PROGRAMME | ended) for ended in ({}, {"ended": date(2021, 6, 30)})]
"""An invented programme with every way in which a stage may last and end; once it goes on, once it is over."""
INSTRUMENTS = [instrument.key for instrument in PROGRAMMES[0].instruments]
STAGES = [(instrument.key, stage.key) for instrument in PROGRAMMES[0].instruments for stage in instrument.stages]
STAGES += 2 * [
    ("pact", "signed"),
    ("council", "active"),
    ("council", "active"),
    ("council", "paused"),
    ("grant", "granted"),
]


@dataclass(frozen=True)
class Case:
    """An edition, records, and what follows from them."""

    edition: BoundaryVersion
    table: pd.DataFrame
    programme: Programme = PROGRAMMES[0]
    counts: Counts | None = None

    def __post_init__(self) -> None:
        made = spans(self.table, self.programme)
        made = counting(made, self.counts) if self.counts else made
        object.__setattr__(self, "spans", made)
        object.__setattr__(self, "course", course(made, self.edition, self.edition.changes))
        object.__setattr__(self, "episodes", self.course.municipalities.episodes)
        object.__setattr__(self, "events", self.course.municipalities.events)

    def status(self, day: date) -> pd.DataFrame:
        return status_as_of(self.spans, self.programme, self.edition, self.edition.changes, day)

    def cases(self, day: date) -> pd.DataFrame:
        return cases_as_of(self.spans, self.edition, self.edition.changes, day)

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


def make_edition(keys: list[str], changes: tuple[BoundaryChange, ...]) -> BoundaryVersion:
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
    return BoundaryVersion(
        folder=Path(),
        boundary_set="00",
        starts=STARTS,
        metric_crs=miniland.CRS,
        provenance=miniland.provenance(),
        municipalities=table.reset_index(drop=True),
        districts=districts,
        borders=pd.DataFrame(),
        changes=changes,
        former_names={},
        bounds=(0, 0, 1, 1),
    )


@st.composite
def editions(draw: st.DrawFn) -> BoundaryVersion:
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
        changes += [
            BoundaryChange(
                old_ags=old, old_name=old, new_ags=successor, new_name=successor, effective=day, source="erfunden"
            )
            for old, successor in pairs
        ]
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
def tables(draw: st.DrawFn, keys: list[str], size: int = 30) -> pd.DataFrame:
    """Return records with all kinds of dates, ends, names of cases and partners."""
    rows = []
    for line in range(draw(st.integers(0, size))):
        instrument, stage = draw(st.sampled_from(STAGES))
        day = draw(st.one_of(st.just(""), DATES, DATES, DATES))
        until = draw(st.one_of(*6 * [st.just("")], DATES))
        rows.append(
            {
                "ags": draw(st.sampled_from(keys)),
                "instrument": instrument,
                "status": stage,
                "date": day,
                "date_means": draw(st.sampled_from(["reached", "reached", "known_by"])) if day else "",
                "joint_with": draw(st.sampled_from(["", "", "Bund", "Ring"])),
                "source_url": f"https://q.invalid/{line}",
                "source_date": draw(st.one_of(st.just(""), DATES)),
                "until": until if until[:4] >= day[:4] else "",
                "case": draw(st.sampled_from(["", "", "", "A", "B"])),
                "inferred": draw(st.sampled_from(["", "yes"])),
                READ_ON: draw(st.sampled_from(["2025-01-01", "2026-03-04"])),
                "line": line,
                "municipality": "",
                "note": "",
                "retrieved": "",
            }
        )
    return pd.DataFrame(rows, columns=[*RECORD_COLUMNS, READ_ON, "line"]).astype({"line": "int64"})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return records of municipalities that merge, and of districts, and what of them counts."""
    edition = draw(editions())
    merged = [key for change in edition.changes for key in (change.old_ags, change.new_ags)]
    keys = sorted({*edition.municipalities["ags"], "00021", "00022"}) + 3 * sorted(merged)
    counts = draw(st.sampled_from([None, Counts.IN_FORCE, Counts.SO_FAR]))
    return Case(edition, draw(tables(keys)), draw(st.sampled_from(PROGRAMMES)), counts)


DAYS = st.dates(STARTS, date(2026, 12, 31))
LAW_COLUMNS = [
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
    "source",
    "participant",
    "row",
]


def _some(days: list[date], most: int = 24) -> list[date]:
    """Return some of many days, evenly, the last among them."""
    return days[:: -max(1, len(days) // most)]


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
    for each in {*_some(case.marks()), day}:
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
        same &= group["state"].to_numpy()[1:] == group["state"].to_numpy()[:-1]
        assert not (same & (ends == begins)).any()


@LAWS
@given(case=cases())
def test_events_are_where_the_number_counted_moves(case: Case) -> None:
    """Day by day the municipalities counted are those of the day before, with what began and without what ended."""
    changes = case.edition.changes
    eventful = {each.date() for each in case.events["day"]} | {change.effective for change in changes}
    for day in _some(sorted(eventful)):
        was, now = (own[own["counted"]] for own in (case.own(day - timedelta(days=1)), case.own(day)))
        todays = case.events[case.events["day"] == pd.Timestamp(day)]
        begun, over = (todays[todays["what"].isin(whats)] for whats in (BEGINNINGS, ENDINGS))
        successor = successors(changes, day)
        for key in INSTRUMENTS:
            before = sorted(was.loc[was["instrument"] == key, "ags"])
            after = set(now.loc[now["instrument"] == key, "ags"])
            ended = set(over.loc[over["instrument"] == key, "ags"])
            left = [successor.get(ags, ags) for ags in before if ags not in ended]
            assert len(left) == len(set(left)), "two that merge must not both go on"
            assert set(left) | set(begun.loc[begun["instrument"] == key, "ags"]) == after, (day, key)
            assert not set(left) & set(begun.loc[begun["instrument"] == key, "ags"])
        merged = {key for change in changes if change.effective == day for key in (change.old_ags, change.new_ags)}
        by_boundary = todays[todays["because"] == BOUNDARY]
        assert set(by_boundary["ags"]) <= merged | set(by_boundary.loc[by_boundary["what"].isin(BEGINNINGS), "ags"])


@LAWS
@given(
    case=cases(), days=st.lists(DAYS, min_size=1, max_size=6, unique=True), place=st.sampled_from([None, "00021", "x"])
)
def test_progress_is_the_figure_of_every_day(case: Case, days: list[date], place: str | None) -> None:
    days = sorted({*days, *case.marks()[-8:]})
    since = days[0] - timedelta(days=1)
    made = course(case.spans, case.edition, case.edition.changes, place)
    table = progress(made, INSTRUMENTS, days, since=since)
    assert len(table) == len(days) * len(INSTRUMENTS)
    rows = table.itertuples(index=False)
    for day in days:
        status, todays = case.status(day), case.cases(day)
        for instrument in INSTRUMENTS:
            row, counted = next(rows), figure(status, todays, instrument, place)
            assert (row.date, row.instrument) == (pd.Timestamp(day), instrument)
            beside = (row.in_force, row.documented_later, row.period_unknown)
            assert beside == tuple(map(len, (counted.in_force, counted.documented_later, counted.period_unknown))), (
                day,
                instrument,
            )
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
@given(
    case=cases(),
    days=st.lists(DAYS, min_size=2, max_size=6, unique=True),
    unit=st.sampled_from(["municipalities", "arrangements"]),
)
def test_flows_add_up_from_row_to_row(case: Case, days: list[date], unit: str) -> None:
    since, *days = sorted({*days, *case.marks()[-8:]})
    first = progress(case.course, INSTRUMENTS, [since], since=since - timedelta(days=1))
    table = progress(case.course, INSTRUMENTS, days, since=since, unit=unit)
    came = [*BEGINNINGS, "boundary_in"]
    went = [*ENDINGS, "boundary_out"]
    for instrument, rows in table.groupby("instrument"):
        before = [first.loc[first["instrument"] == instrument, unit].item(), *rows[unit].tolist()[:-1]]
        assert (before + rows[came].sum(axis=1) - rows[went].sum(axis=1)).tolist() == rows[unit].tolist(), instrument
        kinds = {each.key: each for each in case.programme.instruments}
        if case.counts is Counts.SO_FAR or (case.counts is None and kinds[instrument].counts is Counts.SO_FAR):
            assert not rows[list(ENDINGS)].to_numpy().any(), "what has ever held has for ever"


@LAWS
@given(case=cases(), first=DAYS, days=st.integers(0, 3000))
def test_the_list_of_changes_has_the_numbers_of_the_course(case: Case, first: date, days: int) -> None:
    last = first + timedelta(days=days + 1)
    happened = in_period(case.events, first, last)
    names = case.edition.municipalities[["ags", "name"]].itertuples(index=False, name=None)
    found = changes_between(case.status(first), case.status(last), happened, names)
    row = progress(case.course, INSTRUMENTS, [last], since=first).set_index("instrument")
    for key in INSTRUMENTS:
        mine = found[(found["instrument"] == key) & (found["because"] != BOUNDARY)]
        assert {what: int((mine["what"] == what).sum()) for what in FLOWS} == row.loc[key, list(FLOWS)].to_dict()
    changed = found[found["what"] == "changed"]
    assert (changed["stage_before"] != changed["stage"]).all()
    assert not changed.duplicated(["instrument", "ags"]).any()


def _plain_said(found: dict[tuple[str, str], list[plain_time.Case]], day: date) -> list[tuple[str, str, str, str]]:
    return sorted(
        (participant, instrument, stretch.stage.key, stretch.state)
        for (participant, instrument), told in found.items()
        for case in told
        for stretch in case.stretches
        if stretch.first <= day < stretch.last
    )


@law(150)
@given(table=tables(["00021010", "00021020", "00022010", "00021"], 40), programme=st.sampled_from(PROGRAMMES))
def test_what_is_said_is_what_the_plain_rules_say(table: pd.DataFrame, programme: Programme) -> None:
    plain = plain_time.told(table.to_dict("records"), programme)
    made = spans(table, programme)
    direct = made[made["basis"] == "direct"]
    edges = {each.date() for column in ("since_day", "until_day") for each in direct[column].dropna()}
    edges |= {
        each for told in plain.values() for case in told for one in case.stretches for each in (one.first, one.last)
    }
    edges = {day for day in edges if date(1990, 1, 1) < day < date(2100, 1, 1)}
    columns = ["participant", "instrument", "stage", "state"]
    for day in sorted(edges | {day - timedelta(days=1) for day in edges}):
        at = pd.Timestamp(day)
        held = direct[(direct["since_day"] <= at) & (direct["until_day"].isna() | (direct["until_day"] > at))]
        assert _rows(held, columns) == _plain_said(plain, day), day
    ranges = sorted(
        (
            participant,
            instrument,
            stretch.stage.key,
            str(stretch.begin),
            str(stretch.first),
            stretch.ends,
            str(stretch.end_earliest),
        )
        for (participant, instrument), told in plain.items()
        for case in told
        for stretch in case.stretches
        if stretch.state in {"in_force", "reached", "planned"}
    )
    holding = direct[direct["state"].isin(["in_force", "reached", "planned"])]
    days = holding.assign(
        **{
            name: holding[name].dt.date.astype(object).where(holding[name].notna(), None).map(str)
            for name in ("begin", "since_day", "end_earliest")
        }
    )
    assert _rows(days, ["participant", "instrument", "stage", "begin", "since_day", "ends", "end_earliest"]) == ranges


def _plain_flows(
    found: dict[tuple[str, str], list[plain_time.Case]], instrument: str, start: date, end: date
) -> dict[str, int]:
    """Count what happened in a period to participants that never merge, what is derived left aside, day by day."""
    flows = dict.fromkeys(FLOWS, 0)
    for (_, key), told in found.items():
        if key != instrument:
            continue
        counted = [
            (one, case)
            for case in told
            for one in case.stretches
            if one.state in plain_time.COUNTED and one.stage.is_counted
        ]
        days = sorted({one.first for one, _ in counted} | {one.last for one, _ in counted})
        had, last_end = False, None
        for day in days:
            now = [pair for pair in counted if pair[0].first <= day < pair[0].last]
            was = [pair for pair in counted if pair[0].first <= day - plain_time.DAY < pair[0].last]
            if now and not was:
                begins = [
                    case.begin
                    for case in told
                    if any(
                        s.stage.is_counted and s.state in plain_time.COUNTED | plain_time.BESIDE for s in case.stretches
                    )
                ]
                earliest = None if None in begins else min(begins)
                same = last_end is not None and last_end[0].ends == "presumed_over" and last_end[1] is _told_by(now)[1]
                if start < day <= end:
                    unknown = earliest is None or earliest <= start
                    flows["first_documented" if same or (not had and unknown) else "revived" if had else "begun"] += 1
                had = True
            if was and not now:
                last_end = _told_by(was)
                one = last_end[0]
                if start < day <= end:
                    late = one.ends in {"ended", "dormant"} and (one.end_earliest is None or one.end_earliest <= start)
                    flows["end_documented" if late else one.ends] += 1
    return flows


def _told_by(pairs: list[tuple[plain_time.Stretch, plain_time.Case]]) -> tuple[plain_time.Stretch, plain_time.Case]:
    """Return the one that speaks: the higher stage, then the older one."""
    stages = {stage.key: rank for each in PROGRAMMES[0].instruments for rank, stage in enumerate(each.stages)}
    return min(pairs, key=lambda pair: (-stages[pair[0].stage.key], pair[0].first))


@law(60)
@given(
    table=tables(["00021010", "00021020"], 25),
    programme=st.sampled_from(PROGRAMMES),
    start=DAYS,
    days=st.integers(1, 2500),
)
def test_flows_are_what_the_plain_rules_say(table: pd.DataFrame, programme: Programme, start: date, days: int) -> None:
    """Of what is counted as in force, where nothing is derived and nobody merges."""
    case = Case(make_edition(["00021010", "00021020"], ()), table, programme, Counts.IN_FORCE)
    plain = plain_time.told(table.to_dict("records"), programme)
    end = start + timedelta(days=days)
    row = progress(case.course, INSTRUMENTS, [end], since=start).set_index("instrument")
    for instrument in INSTRUMENTS:
        if instrument != "talk":
            expected = _plain_flows(plain, instrument, start, end)
            assert row.loc[instrument, list(FLOWS)].to_dict() == expected, instrument


@LAWS
@given(case=cases(), day=DAYS)
def test_districts_together_are_the_state(case: Case, day: date) -> None:
    status, todays = case.status(day), case.cases(day)
    for instrument in INSTRUMENTS:
        table = by_district(status, instrument, case.edition.districts.index)
        for row in table.itertuples(index=False):
            counted = figure(status, todays, instrument, row.district)
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
    other = Case(case.edition, case.table.iloc[order].reset_index(drop=True), case.programme, case.counts)
    for one, two in ((case.episodes, other.episodes), (case.events, other.events)):
        numbers = ["row", "case", "arrangement"]
        columns = [column for column in one.columns if column not in numbers]
        pd.testing.assert_frame_equal(one[columns], two[columns])


@LAWS
@given(case=cases(), entries=st.integers(1, 30))
def test_a_record_taken_in_blocks_says_the_same(case: Case, entries: int) -> None:
    def said(made: pd.DataFrame) -> list[list[object]]:
        columns = [name for name in made.columns if name not in {"case", "arrangement"}]
        one = made.groupby("arrangement")["row"].transform("min"), made.groupby("case")["row"].transform("min")
        return made[columns].assign(arrangement=one[0], case=one[1]).fillna("").to_numpy().tolist()

    whole, cases_of = said(case.spans), entry_cases(case.table, case.programme)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_rules, "_ENTRIES_AT_ONCE", entries)
        parts = Case(case.edition, case.table, case.programme, case.counts).spans
        told = entry_cases(case.table, case.programme)
    assert said(parts) == whole
    own = parts[parts["case"] >= 0]
    assert (told["case"].to_numpy()[own["row"]] == own["case"]).all()
    pd.testing.assert_frame_equal(told.drop(columns="case"), cases_of.drop(columns="case"))


@pytest.mark.parametrize("day", [date(2019, 1, 1), date(2026, 11, 23)])
def test_nothing_changes_from_a_day_to_itself(day: date) -> None:
    entry = dict.fromkeys(RECORD_COLUMNS, "") | {"ags": "00021010", "instrument": "pact", "status": "signed"}
    table = pd.DataFrame([entry | {"date": "2018", "date_means": "reached", READ_ON: "2025-01-01", "line": 2}])
    case = Case(make_edition(["00021010"], ()), table)
    happened = in_period(case.events, day, day)
    assert changes_between(case.status(day), case.status(day), happened, [("00021010", "x")]).empty
