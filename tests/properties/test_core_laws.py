"""Laws that hold for any record, any view and any link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from atlas.analysis.spans import spans
from atlas.analysis.status import NO_DATA, cases_as_of, status_as_of
from atlas.export.tables import neutral, plain_csv
from atlas.model.dates import PartialDate
from atlas.model.keys import parse_ags
from atlas.model.parameters import Given, read_view
from atlas.model.population import SizeClass
from atlas.model.records import READ_ON, RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST, LATEST, ViewState, view_to_query
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.map_spec import build_map_spec, pack
from tests.conftest import TODAY
from tests.lanes import law
from tests.unit.test_core_present import unpack

LAWS = law(50, suppress_health_check=[HealthCheck.function_scoped_fixture])
STAGES = [
    ("talk", "held"),
    ("pact", "planned"),
    ("pact", "signed"),
    ("council", "planned"),
    ("council", "active"),
    ("council", "paused"),
]
KEYS = [
    "00011000",
    "00021010",
    "00021050",
    "00021060",
    "00022010",
    "00022015",
    "00022030",
    "00022040",
    "00021",
    "00022",
]
DAYS = st.dates(date(2016, 1, 1), date(2026, 12, 31))


@st.composite
def partial_dates(draw: st.DrawFn) -> str:
    """Return a date known to the day, the month or the year."""
    day = draw(DAYS).isoformat()
    return day[: draw(st.sampled_from([4, 7, 10]))]


@st.composite
def record_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Return a record of up to twelve rows, in any order, some without dates, some joint."""
    rows = []
    for line in range(draw(st.integers(0, 12))):
        instrument, stage = draw(st.sampled_from(STAGES))
        day = draw(st.one_of(st.just(""), partial_dates()))
        means = draw(st.sampled_from(["reached", "known_by"])) if day else ""
        source_date = draw(st.one_of(st.just(""), partial_dates()))
        joint_with = draw(st.sampled_from(["", "", "Bund"]))
        key = draw(st.sampled_from(KEYS))
        entry = dict.fromkeys(RECORD_COLUMNS, "") | {"ags": key, "instrument": instrument, "status": stage, "date": day}
        entry |= {"date_means": means, "joint_with": joint_with, "source_url": f"https://q.invalid/{line}"}
        entry |= {"source_date": source_date, "until": draw(st.sampled_from(["", "", "", "2024", "2026-06"]))}
        rows.append(entry | {READ_ON: "2026-12-31", "line": line})
    return pd.DataFrame(rows, columns=[*RECORD_COLUMNS, READ_ON, "line"])


def _status(snapshot: Snapshot, table: pd.DataFrame, day: date) -> pd.DataFrame:
    programme = snapshot.programme("")
    edition = snapshot.edition(programme, day)
    return status_as_of(spans(table, programme), programme, edition, snapshot.changes(programme), day)


@LAWS
@given(table=record_tables(), day=DAYS, random=st.randoms(use_true_random=False))
def test_order_of_the_records_does_not_matter(mini: Snapshot, table: pd.DataFrame, day: date, random: object) -> None:
    order = list(range(len(table)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = table.iloc[order].reset_index(drop=True)
    one, other = _status(mini, table, day), _status(mini, shuffled, day)
    pd.testing.assert_frame_equal(one.drop(columns="row"), other.drop(columns="row"))


@LAWS
@given(table=record_tables())
def test_a_case_is_in_one_stage_at_a_time(mini: Snapshot, table: pd.DataFrame) -> None:
    made = spans(table, mini.programme(""))
    direct = made[(made["basis"] == "direct") & (made["state"] != "documented_later")].sort_values("since_day")
    for _, group in direct.groupby("case"):
        ends = group["until_day"].tolist()
        starts = group["since_day"].tolist()
        assert ends[:-1] == starts[1:]
        assert pd.isna(ends[-1])


@LAWS
@given(table=record_tables(), first=DAYS, days=st.integers(0, 2000))
def test_what_was_documented_stays_documented(mini: Snapshot, table: pd.DataFrame, first: date, days: int) -> None:
    """A later date never loses a participant that an earlier one knew: the stage may change, not vanish."""
    made = spans(table, mini.programme(""))
    known = lambda day: set(  # noqa: E731
        made.loc[
            (made["since_day"] <= pd.Timestamp(day))
            & (made["until_day"].isna() | (made["until_day"] > pd.Timestamp(day))),
            ["participant", "instrument"],
        ].itertuples(index=False, name=None)
    )
    assert known(first) <= known(first + timedelta(days=days))


@LAWS
@given(table=record_tables(), first=DAYS, days=st.integers(0, 2000))
def test_stock_of_steps_never_falls_without_ends(mini: Snapshot, table: pd.DataFrame, first: date, days: int) -> None:
    table = table[(table["status"] != "paused") & (table["until"] == "")].reset_index(drop=True)
    made = spans(table, mini.programme(""))
    made = made[made["counted"] & (made["basis"] == "direct")]

    def stock(day: date) -> int:
        at = pd.Timestamp(day)
        return int(((made["since_day"] <= at) & (made["until_day"].isna() | (made["until_day"] > at))).sum())

    assert stock(first) <= stock(first + timedelta(days=days))


@LAWS
@given(table=record_tables(), day=DAYS)
def test_plans_are_never_counted(mini: Snapshot, table: pd.DataFrame, day: date) -> None:
    status = _status(mini, table, day)
    assert not status.loc[status["stage"].isin(["planned", "paused", NO_DATA]), "counted"].any()


@LAWS
@given(table=record_tables(), day=DAYS, layer=st.sampled_from(["overview", "talk", "pact", "council"]))
def test_every_municipality_has_exactly_one_look(mini: Snapshot, table: pd.DataFrame, day: date, layer: str) -> None:
    programme = mini.programme("")
    edition = mini.edition(programme, day)
    cases = cases_as_of(spans(table, programme), edition, mini.changes(programme), day)
    spec = build_map_spec(_status(mini, table, day), cases, programme, edition, ViewState(layer=layer), day)
    assert [code != "-" for code in spec.codes] == edition.valid_at(day).tolist()
    assert sum(entry.count for entry in spec.legend) == spec.total == edition.valid_at(day).sum()
    assert {code for code in spec.codes if code != "-"} <= {entry.look.code for entry in spec.legend}


@LAWS
@given(text=partial_dates())
def test_a_partial_date_is_written_as_it_was_read(text: str) -> None:
    day = PartialDate.parse(text)
    assert str(day) == text
    assert day.first_day() <= day.last_day()


@LAWS
@given(st.text(max_size=12))
def test_only_eight_ascii_digits_are_a_key(text: str) -> None:
    is_key = len(text) == 8 and all(character in "0123456789" for character in text)
    try:
        assert parse_ags(text) == text
        assert is_key
    except ValueError:
        assert not is_key


LAYERS = {"mini": ("overview", "pact", "talk")}
VIEWS = st.builds(
    ViewState,
    layer=st.sampled_from(LAYERS["mini"]),
    as_of=st.none() | st.dates(EARLIEST, LATEST),
    district=st.none() | st.from_regex(r"[0-9]{5}", fullmatch=True).filter(str.isascii),
    municipality=st.none() | st.from_regex(r"[0-9]{8}", fullmatch=True).filter(str.isascii),
    looks=st.frozensets(st.sampled_from(["signed", "held~derived", "no_data"])),
    documented_only=st.booleans(),
    size=st.none() | st.sampled_from(SizeClass),
    lang=st.sampled_from(["de", "en"]),
)


@LAWS
@given(VIEWS)
def test_a_link_brings_the_view_back(view: ViewState) -> None:
    assert read_view(Given(view_to_query(view)), LAYERS) == view


@LAWS
@given(
    query=st.dictionaries(
        st.sampled_from(
            ["programm", "ebene", "stichtag", "kreis", "gemeinde", "stufe", "belegt", "einwohner", "lang", "x"]
        ),
        st.text(max_size=40),
    )
)
def test_any_link_gives_a_usable_view(mini: Snapshot, query: dict[str, str]) -> None:
    context = ViewContexts(lambda: mini, lambda: TODAY).of(read_view(Given(query), mini.layers))
    assert context.spec.total > 0


@LAWS
@given(st.text(alphabet="0123456789abc.-", max_size=300))
def test_packed_codes_unpack_to_the_same(codes: str) -> None:
    assert unpack(pack(codes)) == codes


@LAWS
@given(st.lists(st.tuples(st.text(max_size=20), st.integers()), max_size=8))
def test_csv_reads_back_as_the_table(rows: list[tuple[str, int]]) -> None:
    import csv
    import io

    table = pd.DataFrame([list(row) for row in rows], columns=["Text", "Zahl"]).astype({"Text": object})
    text = plain_csv(table).decode("utf-8", errors="surrogatepass") if rows else plain_csv(table).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert read == [[neutral(said), str(number)] for said, number in rows]


def test_scene_is_the_same_for_all_who_ask(mini_context: Callable[..., ViewContext]) -> None:
    assert mini_context(layer="pact").status is mini_context(layer="talk").status
