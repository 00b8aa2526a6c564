"""The entries of a record as numbers: what each says of when, before any other is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.days import NEVER, Bools, Ints, as_days
from atlas.model.dates import PartialDate
from atlas.model.programme import Counts, Programme, Rung, StageKind
from atlas.model.records import READ_ON, RECORD_COLUMNS

ORDERED = {*RECORD_COLUMNS, READ_ON} - {"municipality", "note", "retrieved", "source_url"}
"""The columns that decide about when; their texts are numbered in order."""
UNKNOWN = 0
"""Earliest first day of what may always have been so."""
Texts = npt.NDArray[np.object_]


class Ladders:
    """The stages of a programme, an array each by their number; the attributes are those of `Stage` and `Instrument`.

    Instruments are in order, each from its first stage to its last. ``instrument`` is its place in the programme,
    ``closes`` whether the stage is an act and the ladder's last step.
    """

    def __init__(self, programme: Programme) -> None:
        def flags(holds: Callable[[Rung], bool]) -> Bools:
            return np.asarray([holds(each) for each in self.rungs], dtype=bool)

        def numbers(value: Callable[[Rung], int]) -> Ints:
            return np.asarray([value(each) for each in self.rungs], dtype=np.int64)

        place = {each.key: number for number, each in enumerate(programme.instruments)}
        last = {each.instrument.key: each.rank for each in programme.rungs if each.stage.kind is StageKind.STEP}
        self.rungs = programme.rungs
        self.instrument = numbers(lambda each: place[each.instrument.key])
        self.rank = numbers(lambda each: each.rank)
        self.is_step = flags(lambda each: each.stage.kind is StageKind.STEP)
        self.is_plan = flags(lambda each: each.stage.kind is StageKind.PLAN)
        self.is_exit = flags(lambda each: each.stage.kind is StageKind.EXIT)
        self.counted = flags(lambda each: each.stage.is_counted)
        self.is_act = flags(lambda each: each.stage.is_act)
        self.closes = flags(lambda each: each.stage.is_act and last[each.instrument.key] == each.rank)
        self.months = numbers(lambda each: each.stage.months or 0)
        self.repeats = flags(lambda each: each.instrument.repeats)
        self.so_far = flags(lambda each: each.instrument.counts is Counts.SO_FAR)
        self.since_launch = flags(lambda each: each.instrument.since_launch)


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


def numbered(table: pd.DataFrame, name: str) -> Coded:
    """Return a column of a record, its texts in no order; empty where it has no such column. Numbers as short as can be."""
    if name not in table.columns:
        return Coded(np.zeros(len(table), dtype=np.int8), np.asarray([""], dtype=object))
    code, found = pd.factorize(table[name])  # of the column as it is: to make a text of each cell takes memory
    return Coded(code.astype(np.min_scalar_type(-1 - len(found))), np.asarray(found, dtype=object))


def coded(table: pd.DataFrame, name: str) -> Coded:
    """Return a column of a record as `Coded` says. Where nobody says when an entry was read, it is as of ``retrieved``."""
    column = numbered(table, "retrieved" if name == READ_ON and name not in table.columns else name)
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


class Facts:
    """The entries of a record, an array each with one value for every entry.

    Attributes
    ----------
    texts
        Its columns by name.
    participant, name, partner
        Those of ``ags``, ``case`` and ``joint_with``.
    rung
        Number of the stage among all of the programme.
    earliest, latest
        Range of the first day: `UNKNOWN` or the first day meant; the last day meant, never after what bounds it: when it
        was read, how long it held, the programme's end.
    certain
        First day it can mean, if it has a date of its own: what is certainly later than that lies after it. 0: never.
    proof
        Newest day on which the entry itself says that it held; 0 for none.
    until
        Last day it held or was granted for; 0 where that is not said.
    line
        Number of the entry.
    """

    def __init__(self, texts: Mapping[str, Coded], line: Ints, programme: Programme, ladders: Ladders) -> None:
        self.texts, self.line = texts, line
        self.participant, self.name, self.partner = texts["ags"], texts["case"], texts["joint_with"]
        self.rung = _rungs(texts["instrument"], texts["status"], ladders)
        first, last = _partial(texts["date"])
        _, source = _partial(texts["source_date"])
        _, read = _partial(texts[READ_ON])
        _, until = _partial(texts["until"])
        reached = (first > 0) & (texts["date_means"].known == "reached")[texts["date_means"].code]
        never = np.int64(NEVER - 1)
        bound = np.minimum(np.where(read > 0, read, never), np.where(until > 0, until, never))
        latest = np.minimum(np.where(first > 0, last, np.where(source > 0, source, never)), bound)
        if programme.ended:
            ended = programme.ended.toordinal()
            latest = np.where(first > ended, latest, np.minimum(latest, ended))
        self.earliest: Ints = np.where(reached, first, UNKNOWN)
        self.latest: Ints = np.maximum(latest, self.earliest)
        self.certain, self.until = first, until
        self.proof: Ints = np.where(first > 0, np.minimum(last, bound), 0)

    def of(self, column: str, rows: Ints) -> Texts:
        """Return what some entries say in a column."""
        return self.texts[column].of(rows)

    def since(self, rows: Ints) -> tuple[Texts, Texts]:
        """Return the date that some entries show, and in what sense: its own, its source's, or none."""
        own, its = self.texts["date"].code[rows] > 0, self.texts["source_date"].code[rows] > 0
        date, means = self.of("date", rows), self.of("date_means", rows)
        date[~own] = self.of("source_date", rows[~own])
        means[~own] = np.where(its[~own], "source", "undated")
        return date, means


def _rungs(instrument: Coded, stage: Coded, ladders: Ladders) -> Ints:
    numbers = {(rung.instrument.key, rung.stage.key): number for number, rung in enumerate(ladders.rungs)}
    both = [[numbers.get((one, two), -1) for two in stage.known] for one in instrument.known]
    return np.asarray(both, dtype=np.int64)[instrument.code, stage.code]


def days_or_nat(days: Ints) -> npt.NDArray[np.datetime64]:
    """Return days as `as_days` does, NaT for `UNKNOWN`."""
    return as_days(np.where(days == UNKNOWN, NEVER, days))
