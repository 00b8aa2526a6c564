"""The right values: what the shipped record says about time, as worked out by hand from its sources (docs/time.md)."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from atlas.analysis.counting import Beside, Figure, beside, figure
from atlas.analysis.events import FLOWS, in_period
from atlas.analysis.progress import progress
from atlas.analysis.spans import counting
from atlas.analysis.status import cases_as_of, status_as_of
from atlas.export.tables import cases_table
from atlas.model.programme import Counts, Unit
from atlas.model.snapshot import Snapshot
from atlas.model.states import State
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from tests.conftest import ADDITIONS

END = date(2026, 11, 30)


class Record:
    """Questions to the record of six programmes, asked as the product does."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._contexts = ViewContexts(lambda: snapshot, lambda: END)

    def on(self, programme: str, day: str) -> ViewContext:
        return self._contexts.of(ViewState(programme=programme, as_of=date.fromisoformat(day)))

    def figure(self, programme: str, instrument: str, day: str, counts: Counts | None = None) -> Figure:
        """Return the figure of a day; with ``counts`` as if the instrument counted so."""
        context = self.on(programme, day)
        if counts is None:
            return context.day.figure(instrument)
        folded = counting(context.spans, counts)
        where = (context.edition, context.changes, context.as_of)
        return figure(status_as_of(folded, context.programme, *where), cases_as_of(folded, *where), instrument)

    def flows(
        self,
        programme: str,
        instrument: str,
        start: str,
        end: str,
        unit: Unit = "municipalities",
        counts: Counts | None = None,
    ) -> tuple[int, int, dict[str, int]]:
        """Return the stock before and after a period and what happened in it, after checking that it adds up."""
        context = self.on(programme, end)
        course = self._contexts.course(context, counts)
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        before, after = progress(course, [instrument], [first, last], since=date(2016, 1, 1), unit=unit).to_dict(
            "records"
        )
        happened = {str(what): int(after[what]) for what in (*FLOWS, "boundary_in", "boundary_out") if after[what]}
        came = sum(after[what] for what in ("begun", "first_documented", "revived", "boundary_in"))
        went = sum(after[what] for what in ("ended", "dormant", "end_documented", "presumed_over", "boundary_out"))
        assert after[unit] == before[unit] + came - went
        return int(before[unit]), int(after[unit]), happened

    def names(self, programme: str, instrument: str, start: str, end: str, what: str) -> list[str]:
        """Return the municipalities of a flow."""
        context = self.on(programme, end)
        found = in_period(
            self._contexts.course(context).municipalities.events, date.fromisoformat(start), date.fromisoformat(end)
        )
        chosen = found[(found["instrument"] == instrument) & (found["what"] == what)]
        known = context.edition.municipalities.drop_duplicates("ags").set_index("ags")["name"]
        return sorted(chosen["ags"].map(known))

    def cases(self, programme: str, instrument: str, day: str) -> pd.DataFrame:
        table = cases_table(self.on(programme, day))
        return table[table["instrument"] == instrument]

    def states(self, programme: str, day: str) -> pd.DataFrame:
        """Return what is said of municipalities on a day by themselves."""
        status = self.on(programme, day).status
        return status[status["basis"].isin(["direct", "derived"])]

    def beside(self, programme: str, instrument: str, day: str) -> Beside:
        context = self.on(programme, "2026-11-30")
        known = context.programme.instrument(instrument)
        return beside(
            context.spans,
            instrument,
            context.changes,
            date.fromisoformat(day),
            unit=known.published_unit,
            counts=known.published_counts,
            with_districts=known.published_with_districts,
        )


@pytest.fixture(scope="module")
def record(real_before: Snapshot) -> Record:
    """Return the record of 23.11.2026, without the additions."""
    return Record(real_before)


@pytest.fixture(scope="module")
def whole(real: Snapshot) -> Record:
    """Return the record with the additions."""
    return Record(real)


def names(rows: pd.DataFrame) -> list[str]:
    return sorted(rows["name"])


LATER = ["Annaberg-Buchholz", "Bennewitz", "Lossatal", "Meißen", "Thallwitz", "Wurzen"]


def test_two_councils_began_in_2025_and_six_are_documented_only_later(record: Record) -> None:
    assert record.flows("asskomm", "council", "2024-12-31", "2025-12-31") == (23, 25, {"begun": 2})
    assert record.names("asskomm", "council", "2024-12-31", "2025-12-31", "begun") == ["Arnsdorf", "Radeberg"]
    assert names(record.figure("asskomm", "council", "2024-12-31").documented_later) == LATER


def test_what_was_read_in_2026_is_first_documented_and_not_begun(record: Record) -> None:
    assert record.flows("asskomm", "council", "2025-12-31", "2026-11-30") == (25, 31, {"first_documented": 6})
    assert record.names("asskomm", "council", "2025-12-31", "2026-11-30", "first_documented") == LATER


def test_second_row_of_a_council_is_a_proof(record: Record) -> None:
    spans = record.on("asskomm", "2026-11-30").spans
    plauen = spans[(spans["participant"] == "14523320") & (spans["instrument"] == "council")]
    (row,) = plauen[plauen["counted"]].to_dict("records")
    assert (row["begin"], row["since_day"]) == (pd.Timestamp("2019-08-08"), pd.Timestamp("2019-08-08"))
    assert row["last_proof"] == pd.Timestamp("2022-06-22")
    assert record.names("asskomm", "council", "2021-12-31", "2022-12-31", "begun").count("Plauen") == 0


def test_two_first_consultations_began_in_2022(record: Record) -> None:
    period = ("asskomm", "first_consultation", "2021-12-31", "2022-12-31")
    assert record.flows(*period) == (41, 56, {"begun": 2, "first_documented": 13})
    assert record.names(*period, "begun") == ["Heidenau", "Niesky"]


def test_agreements_of_2022(record: Record) -> None:
    assert record.flows("asskomm", "agreement", "2022-06-30", "2022-12-31") == (29, 37, {"begun": 8})


def test_schwarzenberg_has_two_agreements(record: Record) -> None:
    rows = record.cases("asskomm", "agreement", "2026-11-30")
    assert set(rows["name"]) == {"Schwarzenberg/Erzgeb."}
    assert rows["begin_earliest"].tolist() == rows["begin_latest"].tolist() == ["2021-12-17"] * 2
    assert rows["arrangement"].nunique() == len(rows) == 2
    assert (rows["joint_with"] == "").sum() == 1


def test_every_analysis_is_counted_once(record: Record) -> None:
    found = record.figure("asskomm", "safety_analysis", "2026-11-30")
    assert (len(found.municipalities), len(found.arrangements)) == (22, 18)
    rows = record.cases("asskomm", "safety_analysis", "2026-11-30")
    assert len(rows[rows["state"] == State.REACHED]) == 22
    (row,) = rows[rows["name"] == "Seifhennersdorf"].to_dict("records")
    assert (row["stage"], row["begin_earliest"], row["begin_latest"]) == ("finished", "2022-01-01", "2022-09-30")


def test_every_grant_is_a_case(record: Record) -> None:
    rows = record.cases("asskomm", "funding", "2026-11-30")
    granted = rows[rows["stage"] == "granted"]
    assert (len(granted), granted["name"].nunique()) == (13, 9)
    states = granted["state"].value_counts().to_dict()
    assert states == {"presumed_over": 6, "ended": 4, "period_unknown": 3}
    unknown = granted["state"] == State.PERIOD_UNKNOWN
    assert set(granted["name"][unknown]) == {"Frankenberg/Sa."}
    assert (granted["begin_latest"][unknown] == "").all()
    assert (granted[["begin_latest", "end_latest"]][~unknown] != "").to_numpy().all()
    planned = rows[rows["stage"] == "planned"]
    assert names(planned) == ["Krauschwitz i.d. O.L.", "Lohsa", "Seifhennersdorf", "Weißwasser/O.L."]
    assert set(planned["state"]) == {"plan_lapsed"}


def test_grants_in_force_on_a_day(record: Record) -> None:
    found = record.figure("asskomm", "funding", "2023-06-30", Counts.IN_FORCE)
    assert names(found.municipalities) == ["Flöha", "Görlitz", "Plauen", "Zwickau"]
    assert names(found.documented_later) == ["Colditz", "Zittau"]
    assert names(found.period_unknown) == ["Frankenberg/Sa."]


def test_grants_so_far_and_what_stands_beside(record: Record) -> None:
    found = record.figure("asskomm", "funding", "2026-11-30")
    assert (len(found.municipalities), len(found.in_force), names(found.period_unknown)) == (8, 0, ["Frankenberg/Sa."])
    assert record.flows("asskomm", "funding", "2020-06-30", "2026-11-30", "arrangements", Counts.IN_FORCE) == (
        1,
        0,
        {"begun": 7, "first_documented": 2, "ended": 4, "presumed_over": 6},
    )


@pytest.mark.parametrize(
    ("instrument", "before", "after", "happened"),
    [
        ("participation", 6, 0, {"ended": 6}),
        ("steering_group", 2, 0, {"ended": 2}),
        ("training", 4, 3, {"ended": 1}),
        ("conflict_analysis", 1, 1, {}),
    ],
)
def test_kokoma_ended_with_2024(
    record: Record, instrument: str, before: int, after: int, happened: dict[str, int]
) -> None:
    assert record.flows("kokoma", instrument, "2024-12-31", "2025-01-01") == (before, after, happened)


def test_zwk_ended_with_2024(record: Record) -> None:
    found = record.figure("zwk", "participation", "2025-01-01")
    assert set(found.municipalities["stage"]) == {"completed"}
    assert len(found.municipalities) == 2
    steps = record.figure("zwk", "five_steps", "2025-01-01")
    assert (len(steps.municipalities), set(steps.municipalities["state"])) == (65, {"reached"})


@pytest.mark.parametrize("programme", ["kokoma", "zwk"])
def test_no_state_is_in_force_after_the_programme_and_acts_stay(record: Record, programme: str) -> None:
    last, next_ = record.states(programme, "2024-12-31"), record.states(programme, "2025-01-01")
    assert State.IN_FORCE in set(last["state"])
    assert not {State.IN_FORCE, State.PLANNED} & set(next_["state"])
    acts = ["ags", "instrument"]
    reached = next_[next_["state"] == State.REACHED]
    assert reached[acts].to_numpy().tolist() == last[last["state"] == State.REACHED][acts].to_numpy().tolist() != []
    gone = last[last["state"] == State.IN_FORCE].merge(next_, on=acts, suffixes=("", "_next"))
    assert set(gone["state_next"]) == {State.ENDED}
    assert set(gone["since_day_next"]) == {"2025-01-01"}


def test_only_a_district_whose_report_says_so_goes_on_after_kokoma(record: Record) -> None:
    def in_force(day: str) -> set[str]:
        status = record.on("kokoma", day).status
        return set(status["participant"][status["state"] == State.IN_FORCE])

    assert in_force("2025-01-01") == in_force("2025-02-27") == {"16063"}
    assert in_force("2025-02-28") == set()


def test_consultations_that_ended_by_themselves(record: Record) -> None:
    rows = record.cases("konfliktberatung", "consultation", "2026-11-30")
    over = rows[rows["state"] == State.PRESUMED_OVER]
    assert names(over) == ["Osterholz-Scharmbeck", "Quakenbrück", "Salzgitter"]
    assert over.set_index("name").at["Quakenbrück", "end_latest"] == "2013-01-01"
    assert (rows["state"] == State.IN_FORCE).sum() == 5


def test_members_of_defus(record: Record) -> None:
    period = ("sicherheitspartnerschaft", "defus_membership", "2022-12-31", "2023-12-31")
    assert record.flows(*period) == (18, 18, {"begun": 2, "end_documented": 2})
    assert record.names(*period, "end_documented") == ["Leer (Ostfriesland)", "Oldenburg (Oldenburg)"]
    assert record.beside("sicherheitspartnerschaft", "defus_membership", "2025-01-01") == Beside(19, 0, 19, 0)


def test_founders_stand_beside_the_first_published_total(record: Record) -> None:
    assert record.beside("staedtenetzwerk", "membership", "2001-09-30") == Beside(10, 16, 10, 0)


# --- with the additions ------------------------------------------------------------------------------------------


def test_additions_are_all_there_and_say_when_they_were_read(real: Snapshot) -> None:
    found = {key: int((each.table["retrieved"] == ADDITIONS).sum()) for key, each in real.records.items()}
    assert found == {
        "asskomm": 25,
        "kokoma": 1,
        "konfliktberatung": 0,
        "sicherheitspartnerschaft": 9,
        "staedtenetzwerk": 0,
        "zwk": 12,
    }
    rows = pd.concat([each.table for each in real.records.values()])
    assert set(rows["retrieved"]) == {"2026-11-23", ADDITIONS}
    concluded = rows["note"].str.contains("erschlossen") & (rows["retrieved"] == ADDITIONS)
    assert (rows["inferred"][concluded] == "yes").all()


def test_two_agreements_of_2022_are_first_documented(whole: Record) -> None:
    period = ("asskomm", "agreement", "2022-06-30", "2022-12-31")
    assert whole.flows(*period) == (29, 39, {"begun": 8, "first_documented": 2})
    assert whole.names(*period, "first_documented") == ["Königswartha", "Meißen"]


def test_arrangements_of_agreements(whole: Record) -> None:
    found = whole.figure("asskomm", "agreement", "2026-11-30")
    assert (len(found.municipalities), len(found.arrangements)) == (54, 44)
    rows = whole.cases("asskomm", "agreement", "2026-11-30")
    assert rows["name"].value_counts().to_dict() == {"Aue-Bad Schlema": 2, "Schwarzenberg/Erzgeb.": 2}
    own = rows[(rows["name"] == "Aue-Bad Schlema") & (rows["joint_with"] == "")].iloc[0]
    assert (own["begin_earliest"], own["begin_latest"]) == ("", ADDITIONS)


def test_councils_with_the_additions(whole: Record) -> None:
    period = ("asskomm", "council", "2025-12-31", "2026-11-30")
    assert whole.flows(*period) == (29, 35, {"first_documented": 6})
    six = ["Bennewitz", "Limbach-Oberfrohna", "Lossatal", "Thallwitz", "Torgau", "Wurzen"]
    assert whole.names(*period, "first_documented") == six
    assert names(whole.figure("asskomm", "council", "2025-12-31").documented_later) == six


def test_grants_with_the_additions(whole: Record) -> None:
    rows = whole.cases("asskomm", "funding", "2026-11-30")
    granted = rows[rows["stage"] == "granted"]
    assert len(granted) == 16
    assert granted[granted["name"] == "Dresden"]["until"].tolist() == ["2022", "2023", "2024", "2025"]
    assert set(granted[granted["name"] == "Dresden"]["state"]) == {"ended"}
    assert granted[granted["name"] == "Stollberg/Erzgeb."]["state"].tolist() == ["period_unknown"]


def test_a_plan_without_a_date_does_not_follow_what_is_signed(whole: Record) -> None:
    spans = whole.on("sicherheitspartnerschaft", "2026-11-30").spans
    ingbert = spans[spans["participant"] == "10045117"]
    assert ingbert[ingbert["since_day"] >= "2021-06-30"]["state"].tolist() == ["in_force"]
    assert ingbert["until_day"].isna().sum() == 1


def test_what_was_planned_and_is_there_now_has_begun_since_the_plan(whole: Record) -> None:
    for programme, ags, instrument, planned in (
        ("asskomm", "14730310", "council", "2019-10-11"),
        ("sicherheitspartnerschaft", "15088020", "steering_body", "2021-07-01"),
    ):
        spans = whole.on(programme, "2026-11-30").spans
        rows = spans[(spans["participant"] == ags) & (spans["instrument"] == instrument) & spans["counted"]]
        (row,) = rows.to_dict("records")
        assert (row["begin"], row["since_day"]) == (pd.Timestamp(planned), pd.Timestamp(ADDITIONS))


def test_partnerships_of_saarland_are_complete(whole: Record, real: Snapshot) -> None:
    status = whole.on("sicherheitspartnerschaft", "2026-11-30").status
    rows = status[(status["instrument"] == "partnership") & status["counted"] & (status["basis"] == "direct")]
    assert rows["ags"].str.startswith("10").sum() == 11
    totals = real.records["sicherheitspartnerschaft"].totals
    assert totals[totals["measure"] == "partnerships_saarland"]["value"].tolist() == [10]
    counts = whole.on("sicherheitspartnerschaft", "2021-06-30").status
    known = counts[(counts["instrument"] == "partnership") & counts["counted"] & counts["ags"].str.startswith("10")]
    assert len(known) == 10


def test_zwk_with_the_additions(whole: Record) -> None:
    found = whole.figure("zwk", "participation", "2025-01-01")
    assert (len(found.municipalities), found.inferred) == (14, 12)
    assert whole.flows("zwk", "participation", "2024-10-31", "2025-01-01")[2] == {"ended": 51}


@pytest.mark.parametrize(("day", "until"), [("2023-06-30", "2022"), ("2026-11-30", "2025")])
def test_of_what_is_over_the_last_speaks(whole: Record, day: str, until: str) -> None:
    status = whole.on("asskomm", day).day.status
    funding = status[(status["ags"] == "14612000") & (status["instrument"] == "funding")].iloc[0]
    assert (funding["state"], funding["until"]) == (State.ENDED, until)


def test_what_a_grant_implies_does_not_end_with_it(whole: Record) -> None:
    status = whole.on("asskomm", "2026-11-30").day.status
    told = status[(status["ags"] == "14612000") & (status["instrument"] == "first_consultation")].iloc[0]
    assert (told["basis"], told["state"], told["until"]) == ("derived", State.REACHED, "")
