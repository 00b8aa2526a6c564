"""Who stands where on which day.

Two steps. `spans` folds the records of a programme once into stretches of time: this participant was in this stage
from this day until that. `status_as_of` looks at one day: which stretch holds, for which municipality of that day.

The rules (design.md, "The model"; each has its test):

* A partial date counts from the last day it can mean. A record without a date counts from the date of its source,
  and without that only from the newest date in the record.
* Of two records the one further up the ladder holds, unless the lower one is definitely later: its first possible
  day lies after the day from which the other counts.
* A plan never replaces what was reached. An exit (dormant, ended) does.
* A stage that implies another instrument's stage also says that one, as ``derived``, unless a record says it itself.
* A district's record covers its municipalities where they have nothing of their own.
* A key that has been merged away stands for its successor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.model.boundaries import Change, Edition
from atlas.model.dates import PartialDate
from atlas.model.keys import is_district_key
from atlas.model.programme import Programme, StageKind

SPAN_COLUMNS = (
    "participant",
    "instrument",
    "stage",
    "rank",
    "kind",
    "counted",
    "basis",
    "derived_from",
    "since_day",
    "until_day",
    "since",
    "since_means",
    "source",
    "joint_with",
    "row",
)
NO_DATA = "no_data"
"""What stands in ``stage`` where nothing is documented."""


class StatusLine(NamedTuple):
    """One row of the status table: the fields are its columns, see `status_as_of`."""

    ags: str
    name: str
    district: str
    instrument: str
    stage: str
    kind: str
    counted: bool
    basis: str
    derived_from: str
    since: str
    since_means: str
    source: str
    joint_with: str
    participant: str
    row: int


STATUS_COLUMNS = StatusLine._fields


@dataclass(frozen=True)
class _Fact:
    """A record as the fold sees it."""

    row: int
    participant: str
    instrument: str
    stage: str
    rank: int
    kind: StageKind
    counted: bool
    counts_from: date
    first_day: date
    since: str
    since_means: str
    source: str


def newest_source_day(table: pd.DataFrame) -> date | None:
    """Return the newest date of a source in a record, without one the newest date at all; None if nothing is dated.

    The first day a partial date can mean. The record is as new as that, whatever the clock says.
    """
    for column in ("source_date", "date"):
        known = [PartialDate.parse(text).first_day() for text in table[column] if text]
        if known:
            return max(known)
    return None


def effective_days(table: pd.DataFrame) -> list[tuple[date, date, str, str]]:
    """Return, for each record, the day it counts from, the first day it can mean, the date to show and its sense.

    The sense is ``reached`` or ``known_by`` (the record's own), ``source`` (dated by its source) or ``undated``. What is
    undated counts from the newest date of the record, by its first day: a source of "2026" must not put it off to the
    end of a year that has only begun.
    """
    own = [PartialDate.parse(text) if text else None for text in table["date"]]
    source = [PartialDate.parse(text) if text else None for text in table["source_date"]]
    dated = [day for pair in zip(own, source, strict=True) for day in pair if day is not None]
    newest = max((day.first_day() for day in dated), default=date.min)
    days = []
    for mine, its, means in zip(own, source, table["date_means"], strict=True):
        known = mine or its
        if known is None:
            days.append((newest, newest, "", "undated"))
        else:
            days.append((known.last_day(), known.first_day(), str(known), means if mine else "source"))
    return days


def spans(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the stretches of time in which participants were in stages.

    Parameters
    ----------
    table
        `Records.table`.
    programme
        Ladders and implications.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, columns `SPAN_COLUMNS`: ``participant`` (key as recorded), ``basis`` (``direct`` or ``derived``),
        ``derived_from`` (``instrument:stage`` or empty), ``since_day`` and ``until_day`` (``datetime64``; until is
        the first day on which it no longer holds, NaT while it does), ``since`` (date as known, text),
        ``since_means`` (see `effective_days`), ``source`` and ``joint_with`` (text), ``row`` (row of ``table``).
        The order of the records does not matter.
    """
    facts = sorted(_facts(table, programme), key=_order)
    found: list[dict[str, object]] = []
    begin = 0
    while begin < len(facts):
        end = begin
        while end < len(facts) and _case(facts[end]) == _case(facts[begin]):
            end += 1
        found += _fold(facts[begin:end])
        begin = end
    found += _derived(found, programme)
    frame = pd.DataFrame(found, columns=[c for c in SPAN_COLUMNS if c not in {"source", "joint_with"}])
    rows = frame["row"].to_numpy(dtype=int)
    frame["source"] = table["source_url"].to_numpy(dtype=object)[rows]
    frame["joint_with"] = table["joint_with"].to_numpy(dtype=object)[rows]
    frame["since_day"] = pd.to_datetime(frame["since_day"]).astype("datetime64[s]")
    frame["until_day"] = pd.to_datetime(frame["until_day"]).astype("datetime64[s]")
    frame = frame.astype({"counted": bool, "rank": "int64", "row": "int64"})  # also when there are none
    texts = frame.select_dtypes(exclude=["datetime", "bool", "number"]).columns
    return frame[list(SPAN_COLUMNS)].astype(dict.fromkeys(texts, object))


def _case(fact: _Fact) -> tuple[str, str]:
    return fact.participant, fact.instrument


def _order(fact: _Fact) -> tuple[str, str, date, bool, int, date, str, int]:
    """Chronological within a case; of the same day, exits last and higher stages after lower ones.

    The source comes before the row, so that the order of the file decides only between rows that say the same.
    """
    is_exit = fact.kind is StageKind.EXIT
    return (*_case(fact), fact.counts_from, is_exit, fact.rank, fact.first_day, fact.source, fact.row)


def _facts(table: pd.DataFrame, programme: Programme) -> Iterable[_Fact]:
    days = effective_days(table)
    for row, record in enumerate(table[["ags", "instrument", "status", "source_url"]].itertuples(index=False)):
        rung = programme.rung(f"{record.instrument}:{record.status}")
        counts_from, first_day, since, means = days[row]
        yield _Fact(
            row,
            str(record.ags),
            rung.instrument.key,
            rung.stage.key,
            rung.rank,
            rung.stage.kind,
            rung.stage.is_counted,
            counts_from,
            first_day,
            since,
            means,
            str(record.source_url),
        )


def _fold(facts: list[_Fact]) -> list[dict[str, object]]:
    """Return the spans of one participant and instrument; ``facts`` are in order."""
    holding: list[_Fact] = []
    for fact in facts:
        if not holding or _replaces(fact, holding[-1]):
            holding.append(fact)
    ends = [fact.counts_from for fact in holding[1:]] + [None]
    return [
        _span(fact, until, "direct", "")
        for fact, until in zip(holding, ends, strict=True)
        if until is None or until > fact.counts_from
    ]


def _replaces(new: _Fact, current: _Fact) -> bool:
    if new.stage == current.stage:
        return False
    definitely_later = new.first_day > current.counts_from
    if new.kind is StageKind.PLAN and current.kind is StageKind.STEP:
        return False
    if current.kind is StageKind.EXIT:
        return definitely_later
    return new.kind is StageKind.EXIT or new.rank > current.rank or definitely_later


def _span(fact: _Fact, until: date | None, basis: str, derived_from: str) -> dict[str, object]:
    return {
        "participant": fact.participant,
        "instrument": fact.instrument,
        "stage": fact.stage,
        "rank": fact.rank,
        "kind": str(fact.kind),
        "counted": fact.counted,
        "basis": basis,
        "derived_from": derived_from,
        "since_day": fact.counts_from,
        "until_day": until,
        "since": fact.since,
        "since_means": fact.since_means,
        "row": fact.row,
    }


def _derived(found: list[dict[str, object]], programme: Programme) -> list[dict[str, object]]:
    """Return what the direct spans imply. What has once been implied stays true: a talk once held was held."""
    derived = []
    for span in found:
        origin = f"{span['instrument']}:{span['stage']}"
        for target in programme.rung(origin).stage.implies:
            if is_district_key(str(span["participant"])):
                continue  # a district's council says nothing about talks with its municipalities
            rung = programme.rung(target)
            derived.append(
                span
                | {
                    "instrument": rung.instrument.key,
                    "stage": rung.stage.key,
                    "rank": rung.rank,
                    "kind": str(rung.stage.kind),
                    "counted": rung.stage.is_counted,
                    "basis": "derived",
                    "derived_from": origin,
                    "until_day": None,
                    "since_means": "undated" if span["since_means"] == "undated" else "known_by",
                }
            )
    return derived


def successors(changes: Iterable[Change], day: date) -> dict[str, str]:
    """Return, for every key that is gone by ``day``, the key of the municipality that holds its territory then.

    Several may merge on one day, one into the other; their order does not matter.
    """
    heir: dict[str, str] = {}
    ended: dict[str, date] = {}
    for change in sorted(changes, key=_since):
        if change.holds_on(day):
            same_day = ended.get(change.new_ags) == _since(change)
            now = heir[change.new_ags] if same_day else change.new_ags
            ended[change.old_ags] = _since(change)
            heir = {old: now if holder == change.old_ags else holder for old, holder in heir.items()}
            heir[change.old_ags] = now
    return heir


def _since(change: Change) -> date:
    return date.min if change.renumbered else change.effective


def held_on(stretches: pd.DataFrame, day: date, begin: str = "since_day") -> pd.DataFrame:
    """Return the rows of a table of stretches that hold on ``day``: begun by then, and not over.

    ``begin`` is the column with the first day, ``until_day`` the first on which it no longer holds (NaT: still).
    """
    at = pd.Timestamp(day)
    return stretches[(stretches[begin] <= at) & (stretches["until_day"].isna() | (stretches["until_day"] > at))]


def status_as_of(
    spans_: pd.DataFrame, programme: Programme, edition: Edition, changes: Iterable[Change], as_of: date
) -> pd.DataFrame:
    """Return one row for every municipality of the day and every instrument of the programme.

    Parameters
    ----------
    spans_
        What `spans` returned.
    programme, edition
        Instruments, and the municipalities of the day.
    changes
        Mergers of all editions of the state.
    as_of
        The day.

    Returns
    -------
    pandas.DataFrame
        Index ``position`` (row of ``edition.municipalities``, each as often as there are instruments, in order).
        Columns ``ags``, ``name``, ``district`` (key), ``instrument``, ``stage`` (key, or `NO_DATA`), ``kind``,
        ``counted``, ``basis`` (``direct``, ``derived``, ``district`` or ``none``), ``derived_from``, ``since``,
        ``since_means``, ``source``, ``joint_with``, ``participant`` (whose record it is), ``row`` (of the record,
        -1 for none).
    """
    current = held_on(spans_, as_of)
    valid = np.flatnonzero(edition.valid_at(as_of))
    municipalities = edition.municipalities.iloc[valid]
    best = _best(pd.concat([_own(current, municipalities, changes, as_of), _through_district(current, municipalities)]))
    return _full_table(best, municipalities, [instrument.key for instrument in programme.instruments])


class StatusLines(Mapping[int, tuple[StatusLine, ...]]):
    """The rows of a status table by position, instruments in order: for looking up single municipalities.

    They are made when asked for: those of a whole country, all at once, would take more memory than the table. What is
    wanted of all municipalities is asked of the table.

    Parameters
    ----------
    status
        What `status_as_of` returned, or some of its rows, in its order.
    """

    def __init__(self, status: pd.DataFrame) -> None:
        self._columns = [status[column].to_numpy() for column in STATUS_COLUMNS]
        positions = status.index.to_numpy()
        self._begins = np.flatnonzero(np.diff(positions, prepend=-1))
        self._positions = positions[self._begins]
        self._ends = np.append(self._begins[1:], len(positions))

    def __getitem__(self, position: int) -> tuple[StatusLine, ...]:
        at = int(np.searchsorted(self._positions, position))
        if at == len(self._positions) or self._positions[at] != position:
            raise KeyError(position)
        rows = slice(self._begins[at], self._ends[at])
        return tuple(map(StatusLine._make, zip(*(column[rows].tolist() for column in self._columns), strict=True)))

    def __iter__(self) -> Iterator[int]:
        return iter(self._positions.tolist())

    def __len__(self) -> int:
        return len(self._positions)


def _full_table(best: pd.DataFrame, municipalities: pd.DataFrame, instruments: list[str]) -> pd.DataFrame:
    """Return the best spans in a table that has every municipality and instrument; the rest is filled with no data.

    Plain object columns: the table is filtered some dozen times for each view, and strings in Arrow make each of
    these ten times dearer.
    """
    size = len(municipalities) * len(instruments)
    row_of = {position: number for number, position in enumerate(municipalities.index)}
    place = {key: number for number, key in enumerate(instruments)}
    slots = [
        row_of[position] * len(instruments) + place[key]
        for position, key in zip(best["position"], best["instrument"], strict=True)
    ]
    empty = {"stage": NO_DATA, "basis": "none", "counted": False, "row": -1}
    columns: dict[str, npt.NDArray[np.object_]] = {}
    for column in STATUS_COLUMNS:
        if column in {"ags", "name", "district"}:
            columns[column] = np.repeat(municipalities[column].to_numpy(dtype=object), len(instruments))
        elif column == "instrument":
            columns[column] = np.tile(np.asarray(instruments, dtype=object), len(municipalities))
        else:
            # `numpy.full` would write a text of its own into every cell: for a whole country that is most of the table.
            columns[column] = np.empty(size, dtype=object)
            columns[column].fill(empty.get(column, ""))
            columns[column][slots] = best[column].to_numpy(dtype=object)
    index = pd.Index(np.repeat(municipalities.index.to_numpy(), len(instruments)), name="position")
    table = pd.DataFrame(columns, index=index, dtype=object)
    return table.astype({"counted": bool, "row": "int64"}).copy()


def _own(current: pd.DataFrame, municipalities: pd.DataFrame, changes: Iterable[Change], as_of: date) -> pd.DataFrame:
    """Return the spans of municipalities, each at the position of the municipality that holds its key today."""
    heir = successors(changes, as_of)
    position = dict(zip(municipalities["ags"], municipalities.index, strict=True))
    holder = [position.get(heir.get(key, key), -1) for key in current["participant"]]
    own = current.assign(position=holder)
    own = own[own["position"] >= 0]
    return own.assign(order=precedence(own))


def precedence(spans_: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return, for each span, how it stands against others of the same municipality and instrument: the least wins.

    What was reached comes before what is only implied, and that before plans and exits. Among equals the order is
    `STRONGER`.
    """
    is_reached = (spans_["kind"] == str(StageKind.STEP)) & (spans_["basis"] == "direct")
    return np.where(is_reached, 0, np.where(spans_["basis"] == "derived", 1, 2))


STRONGER = {"order": True, "rank": False, "since_day": True, "since": True, "source": True}
"""What decides between two spans, in turn, and whether less is stronger: `precedence`, then the higher stage, …"""


def _through_district(current: pd.DataFrame, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Return the counted spans of districts, repeated for every municipality of the district."""
    places = pd.DataFrame({"participant": municipalities["district"], "position": municipalities.index})
    covered = current[current["counted"]].merge(places, on="participant")
    return covered.assign(basis="district", order=3)


def _best(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the one span that speaks for each municipality and instrument."""
    ordered = candidates.sort_values(["position", "instrument", *STRONGER], ascending=[True, True, *STRONGER.values()])
    return ordered.drop_duplicates(["position", "instrument"])
