"""The entries of a record as numbers: what each says of when, before any other is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.cases import Entries, case_numbers
from atlas.analysis.days import NEVER, Bools, Ints, as_days, table_of
from atlas.model.dates import PartialDate
from atlas.model.programme import Counts, Programme, Rung, StageKind
from atlas.model.records import READ_ON

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


def coded(table: pd.DataFrame, name: str) -> Coded:
    """Return a column of a record; empty texts where the record has no such column."""
    if name == READ_ON and name not in table.columns:
        name = "retrieved"
    if name not in table.columns:
        return Coded(np.zeros(len(table), dtype=np.int64), np.asarray([""], dtype=object))
    code, uniques = pd.factorize(table[name])  # of the column as it is: to make a text of each cell takes memory
    found = list(uniques)
    known = sorted({"", *found})
    place = {text: number for number, text in enumerate(known)}
    of_found = np.asarray([place[text] for text in found], dtype=np.int64)
    return Coded(of_found[code] if found else code.astype(np.int64), np.asarray(known, dtype=object))


def _partial(column: Coded) -> tuple[Ints, Ints]:
    """Return the first and the last day each partial date can mean; 0 where there is none."""
    days = [PartialDate.parse(text) if text else None for text in column.known]
    first = np.asarray([day.first_day().toordinal() if day else 0 for day in days], dtype=np.int64)
    last = np.asarray([day.last_day().toordinal() if day else 0 for day in days], dtype=np.int64)
    return first[column.code], last[column.code]


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
    date, date_means, source_date, read_on, until_text
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

    def since(self, rows: Ints) -> tuple[Texts, Texts]:
        """Return the date that some entries show, and in what sense: its own, its source's, or none."""
        own, its = self.date.code[rows] > 0, self.source_date.code[rows] > 0
        date, means = self.date.of(rows), self.date_means.of(rows)
        date[~own] = self.source_date.of(rows[~own])
        means[~own] = np.where(its[~own], "source", "undated")
        return date, means


def facts_of(table: pd.DataFrame, programme: Programme, ladders: Ladders) -> Facts:
    """Return the entries of a record. What bounds a first day: when it was read, how long it held, the programme's end."""
    date, date_means, source_date = (coded(table, name) for name in ("date", "date_means", "source_date"))
    read_on, until_text = coded(table, READ_ON), coded(table, "until")
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
    line = table["line"].to_numpy(dtype=np.int64) if "line" in table.columns else np.arange(len(table), dtype=np.int64)
    return Facts(
        participant=coded(table, "ags"),
        rung=_rungs(table, ladders),
        earliest=earliest,
        latest=np.maximum(latest, earliest),
        certain=first,
        proof=proof,
        until=until,
        line=line,
        name=coded(table, "case"),
        partner=coded(table, "joint_with"),
        date=date,
        date_means=date_means,
        source_date=source_date,
        read_on=read_on,
        until_text=until_text,
    )


def _rungs(table: pd.DataFrame, ladders: Ladders) -> Ints:
    numbers = {(rung.instrument.key, rung.stage.key): number for number, rung in enumerate(ladders.rungs)}
    instrument, stage = coded(table, "instrument"), coded(table, "status")
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
    facts = facts_of(table, programme, ladders_of(programme))
    rows = np.arange(len(table), dtype=np.int64)
    since, means = facts.since(rows)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "begin": days_or_nat(facts.earliest),
        "since_day": as_days(facts.latest),
        "since": since,
        "since_means": means,
        "read_on": facts.read_on.of(rows),
    }
    return table_of(columns, tuple(columns))
