"""The entries of a record as numbers: what each says of when, before any other is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.cases import Entries, case_numbers
from atlas.analysis.days import NEVER, Bools, Ints, as_days, table_of
from atlas.model.dates import PartialDate
from atlas.model.programme import Counts, Programme, Rung, StageKind
from atlas.model.records import READ_ON, RECORD_COLUMNS

_ENTRIES_AT_ONCE = 50_000
"""More than any programme has; of a million, so many stay in the processor's cache, and little is in memory twice."""
_ORDERED = {*RECORD_COLUMNS, READ_ON} - {"municipality", "note", "retrieved", "source_url"}
"""The columns that decide about when; their texts are numbered in order."""
UNKNOWN = 0
"""Earliest first day of what may always have been so."""
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ladders:
    """The stages of a programme, an array each by their number; the attributes are those of `Stage` and `Instrument`.

    ``instrument`` is its place in the programme, ``closes`` whether the stage is an act and the ladder's last step.
    """

    rungs: tuple[Rung, ...]
    instrument: Ints
    rank: Ints
    is_step: Bools
    is_plan: Bools
    is_exit: Bools
    counted: Bools
    is_act: Bools
    closes: Bools
    months: Ints
    repeats: Bools
    so_far: Bools
    since_launch: Bools


def ladders_of(programme: Programme) -> Ladders:
    """Return the stages of a programme, instruments in order and each from its first stage to its last."""
    rungs = tuple(programme.rung(f"{each.key}:{stage.key}") for each in programme.instruments for stage in each.stages)
    place = {each.key: number for number, each in enumerate(programme.instruments)}
    last = {each.instrument.key: each.rank for each in rungs if each.stage.kind is StageKind.STEP}

    def flags(values: list[bool]) -> Bools:
        return np.asarray(values, dtype=bool)

    def numbers(values: list[int]) -> Ints:
        return np.asarray(values, dtype=np.int64)

    return Ladders(
        rungs=rungs,
        instrument=numbers([place[each.instrument.key] for each in rungs]),
        rank=numbers([each.rank for each in rungs]),
        is_step=flags([each.stage.kind is StageKind.STEP for each in rungs]),
        is_plan=flags([each.stage.kind is StageKind.PLAN for each in rungs]),
        is_exit=flags([each.stage.kind is StageKind.EXIT for each in rungs]),
        counted=flags([each.stage.is_counted for each in rungs]),
        is_act=flags([each.stage.is_act for each in rungs]),
        closes=flags([each.stage.is_act and last[each.instrument.key] == each.rank for each in rungs]),
        months=numbers([each.stage.months or 0 for each in rungs]),
        repeats=flags([each.instrument.repeats for each in rungs]),
        so_far=flags([each.instrument.counts is Counts.SO_FAR for each in rungs]),
        since_launch=flags([each.instrument.since_launch for each in rungs]),
    )


@dataclass(frozen=True)
class Coded:
    """A column of texts: the number of each, and the texts by number, in order; the empty one is number 0."""

    code: Ints
    known: Texts

    def of(self, rows: Ints) -> Texts:
        """Return the texts of some rows."""
        return self.known[self.code[rows]]

    def only(self, rows: Ints) -> Coded:
        """Return some rows."""
        return Coded(self.code[rows].astype(np.int64), self.known)


def _numbered(table: pd.DataFrame, name: str) -> Coded:
    """Return a column of a record, its texts in no order; empty where it has no such column. Numbers as short as can be."""
    if name not in table.columns:
        return Coded(np.zeros(len(table), dtype=np.int8), np.asarray([""], dtype=object))
    code, found = pd.factorize(table[name])  # of the column as it is: to make a text of each cell takes memory
    return Coded(code.astype(np.min_scalar_type(-1 - len(found))), np.asarray(found, dtype=object))


def _coded(table: pd.DataFrame, name: str) -> Coded:
    """Return a column of a record as `Coded` says. Where nobody says when an entry was read, it is as of ``retrieved``."""
    column = _numbered(table, "retrieved" if name == READ_ON and name not in table.columns else name)
    known = sorted({"", *column.known})
    place = {text: number for number, text in enumerate(known)}
    number: Ints = np.asarray([place[text] for text in column.known], dtype=np.min_scalar_type(len(known)))
    return Coded(number[column.code], np.asarray(known, dtype=object))


def _partial(column: Coded) -> tuple[Ints, Ints]:
    """Return the first and the last day each partial date can mean; 0 where there is none."""
    first, last = np.asarray([_days_of(text) for text in column.known], dtype=np.int64).T
    return first[column.code], last[column.code]


@lru_cache(maxsize=50_000)
def _days_of(text: str) -> tuple[int, int]:
    day = PartialDate.parse(text) if text else None
    return (day.first_day().toordinal(), day.last_day().toordinal()) if day else (0, 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """The entries of a record, an array each with one value for every entry.

    Attributes
    ----------
    participant
        Its key.
    rung
        Number of the stage among all of the programme.
    earliest, latest
        Range of the first day: `UNKNOWN` or the first day meant; the last day meant, never after what bounds it.
    certain
        First day it can mean, if it has a date of its own: what is certainly later than that lies after it. 0: never.
    proof
        Newest day on which the entry itself says that it held; 0 for none.
    until
        Last day it held or was granted for; 0 where that is not said.
    line
        Number of the entry.
    name, partner
        ``case`` and ``joint_with``.
    date, date_means, source_date, read_on, until_text, source, inferred
        As the entry says them.
    """

    participant: Coded
    rung: Ints
    earliest: Ints
    latest: Ints
    certain: Ints
    proof: Ints
    until: Ints
    line: Ints
    name: Coded
    partner: Coded
    date: Coded
    date_means: Coded
    source_date: Coded
    read_on: Coded
    until_text: Coded
    source: Coded
    inferred: Coded

    def since(self, rows: Ints) -> tuple[Texts, Texts]:
        """Return the date that some entries show, and in what sense: its own, its source's, or none."""
        own, its = self.date.code[rows] > 0, self.source_date.code[rows] > 0
        date, means = self.date.of(rows), self.date_means.of(rows)
        date[~own] = self.source_date.of(rows[~own])
        means[~own] = np.where(its[~own], "source", "undated")
        return date, means


def _facts(columns: Mapping[str, Coded], line: Ints, programme: Programme, ladders: Ladders) -> Facts:
    """Return some entries of a record. What bounds a first day: when it was read, how long it held, the programme's end."""
    date, date_means, source_date = columns["date"], columns["date_means"], columns["source_date"]
    read_on, until_text = columns[READ_ON], columns["until"]
    first, last = _partial(date)
    _, source = _partial(source_date)
    _, read = _partial(read_on)
    _, until = _partial(until_text)
    reached = (first > 0) & (date_means.known == "reached")[date_means.code]
    never = np.int64(NEVER - 1)
    bound = np.minimum(np.where(read > 0, read, never), np.where(until > 0, until, never))
    latest = np.minimum(np.where(first > 0, last, np.where(source > 0, source, never)), bound)
    proof = np.where(first > 0, np.minimum(last, bound), 0)
    if programme.ended:
        ended = programme.ended.toordinal()
        latest = np.where(first > ended, latest, np.minimum(latest, ended))
    earliest = np.where(reached, first, UNKNOWN)
    return Facts(
        participant=columns["ags"],
        rung=_rungs(columns["instrument"], columns["status"], ladders),
        earliest=earliest,
        latest=np.maximum(latest, earliest),
        certain=first,
        proof=proof,
        until=until,
        line=line,
        name=columns["case"],
        partner=columns["joint_with"],
        date=date,
        date_means=date_means,
        source_date=source_date,
        read_on=read_on,
        until_text=until_text,
        source=columns["source_url"],
        inferred=columns["inferred"],
    )


def _rungs(instrument: Coded, stage: Coded, ladders: Ladders) -> Ints:
    numbers = {(rung.instrument.key, rung.stage.key): number for number, rung in enumerate(ladders.rungs)}
    both = [[numbers.get((one, two), -1) for two in stage.known] for one in instrument.known]
    return np.asarray(both, dtype=np.int64)[instrument.code, stage.code]


def cases_of(facts: Facts, ladders: Ladders) -> Ints:
    """Return the number of the case of each entry."""
    rung = facts.rung
    return case_numbers(
        Entries(
            group=facts.participant.code * (int(ladders.instrument.max()) + 1) + ladders.instrument[rung],
            repeats=ladders.repeats[rung],
            name=facts.name.code,
            partner=facts.partner.code,
            rank=ladders.rank[rung],
            is_step=ladders.is_step[rung],
            is_exit=ladders.is_exit[rung],
            counted=ladders.counted[rung],
            closes=ladders.closes[rung],
            is_reached=facts.earliest > UNKNOWN,
            taken=np.where(facts.earliest > UNKNOWN, facts.earliest, facts.latest),
            line=facts.line,
        )
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """All entries of some participants.

    Attributes
    ----------
    rows
        Their places in the record.
    facts, case
        What they say, and the number of the case of each within the block.
    cases_before
        How many cases the blocks before it have.
    """

    rows: Ints
    facts: Facts
    case: Ints
    cases_before: int

    @property
    def cases(self) -> int:
        """Return how many cases it has."""
        return int(self.case.max(initial=-1)) + 1


def blocks(table: pd.DataFrame, programme: Programme, ladders: Ladders) -> Iterator[Block]:
    """Yield the entries of a record by participant, in blocks of about `_ENTRIES_AT_ONCE`; an empty record is one block."""
    columns = {name: _coded(table, name) for name in _ORDERED} | {"source_url": _numbered(table, "source_url")}
    line = table["line"].to_numpy(dtype=np.int64) if "line" in table.columns else np.arange(len(table), dtype=np.int64)
    before = 0
    for rows in _rows_of_blocks(columns["ags"].code):
        some = {name: column.only(rows) for name, column in columns.items()}
        facts = _facts(some, line[rows], programme, ladders)
        block = Block(rows=rows, facts=facts, case=cases_of(facts, ladders), cases_before=before)
        yield block
        before += block.cases


def _rows_of_blocks(participant: Ints) -> list[Ints]:
    if len(participant) <= _ENTRIES_AT_ONCE:
        return [np.arange(len(participant), dtype=np.int64)]
    block = (np.cumsum(np.bincount(participant)) - 1) // _ENTRIES_AT_ONCE  # of each participant, by its last entry
    order = np.argsort(participant, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(block[participant[order]])) + 1)


def days_or_nat(days: Ints) -> npt.NDArray[np.datetime64]:
    """Return days as `as_days` does, NaT for `UNKNOWN`."""
    return as_days(np.where(days == UNKNOWN, NEVER, days))


def entry_ranges(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return in which range each entry of a record puts the first day of its stage, by itself.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, a row for each of ``table``. Columns ``begin`` (earliest first day, NaT if unknown) and ``since_day``
        (latest, from which on it holds), ``datetime64[s]``; ``since`` (date as known, text), ``since_means``
        (``reached``, ``known_by``, ``source``, ``undated``) and ``read_on``.
    """
    ladders = ladders_of(programme)
    return pd.concat([_entry_ranges(block) for block in blocks(table, programme, ladders)]).sort_index()


def _entry_ranges(block: Block) -> pd.DataFrame:
    facts, every = block.facts, np.arange(len(block.rows), dtype=np.int64)
    since, means = facts.since(every)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "begin": days_or_nat(facts.earliest),
        "since_day": as_days(facts.latest),
        "since": since,
        "since_means": means,
        "read_on": facts.read_on.of(every),
    }
    return table_of(columns).set_axis(block.rows)
