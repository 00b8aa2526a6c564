"""Which entries speak of the same case, and which cases are one arrangement: one grant, one analysis, one council.

The rules are those of "One or many" in docs/time.md. An instrument is reached once, or it repeats; in both, entries that
share a ``case`` belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.analysis.days import DAYS, RANKS, Bools, Ints
from atlas.analysis.facts import ORDERED, UNKNOWN, Facts, Ladders, coded, numbered
from atlas.model.programme import Programme

_ENTRIES_AT_ONCE = 50_000
"""More than any programme has; of a million, so many stay in the processor's cache, and little is in memory twice."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """All entries of some participants."""

    rows: Ints
    """Their places in the record."""
    facts: Facts
    case: Ints
    """What they say, and the number of the case of each within the block."""
    cases_before: int
    """How many cases the blocks before it have."""

    @property
    def cases(self) -> int:
        """Return how many cases it has."""
        return int(self.case.max(initial=-1)) + 1


def blocks(table: pd.DataFrame, programme: Programme, ladders: Ladders) -> Iterator[Block]:
    """Yield the entries of a record by participant, in blocks of about `_ENTRIES_AT_ONCE`; an empty record is one block."""
    columns = {name: coded(table, name) for name in ORDERED} | {"source_url": numbered(table, "source_url")}
    line = table["line"].to_numpy(dtype=np.int64) if "line" in table.columns else np.arange(len(table), dtype=np.int64)
    before = 0
    for rows in _rows_of_blocks(columns["ags"].code):
        some = {name: column.only(rows) for name, column in columns.items()}
        facts = Facts(some, line[rows], programme, ladders)
        block = Block(rows=rows, facts=facts, case=_case_numbers(facts, ladders), cases_before=before)
        yield block
        before += block.cases


def _rows_of_blocks(participant: Ints) -> list[Ints]:
    if len(participant) <= _ENTRIES_AT_ONCE:
        return [np.arange(len(participant), dtype=np.int64)]
    block = (np.cumsum(np.bincount(participant)) - 1) // _ENTRIES_AT_ONCE  # of each participant, by its last entry
    order = np.argsort(participant, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(block[participant[order]])) + 1)


def _case_numbers(facts: Facts, ladders: Ladders) -> Ints:
    """Return the number of the case each entry belongs to: from 0, without gaps, in no particular order."""
    number = np.empty(len(facts.rung), dtype=np.int64)
    group = facts.participant.code * (int(ladders.instrument.max()) + 1) + ladders.instrument[facts.rung]
    repeats = ladders.repeats[facts.rung]
    once, often = np.flatnonzero(~repeats), np.flatnonzero(repeats)
    number[once] = _of_once(facts, ladders, once, group[once])
    begin = int(number[once].max(initial=-1)) + 1
    number[often] = _of_repeating(facts, ladders, often, group[often]) + begin
    return number


def arrangement_numbers(joint: pd.DataFrame, cases: int) -> Ints:
    """Return the number of the arrangement of each of the cases.

    ``joint`` are those with a partner: ``case`` (number), ``who`` (number of the participant), ``instrument`` (number),
    ``partner`` and ``name`` (texts), ``begin`` and ``end`` (ordinals, half-open).

    Cases of several participants with one partner and one name are one arrangement where their times can meet: of an act
    that in which it may have been reached, of a state that in which it may have held. Two cases of one participant never
    are.
    """
    number = np.arange(cases, dtype=np.int64)
    if joint.empty:
        return number
    same = joint.groupby(["instrument", "partner", "name"]).ngroup()
    joint = joint.assign(key=same).sort_values(["key", "begin", "case"], kind="stable")
    names = ("case", "who", "key", "begin", "end")
    case, who, key, begin, end = (joint[name].to_numpy(dtype=np.int64) for name in names)
    reach = np.maximum.accumulate(key * DAYS + end)
    together = np.cumsum(np.append(True, (key * DAYS + begin)[1:] > reach[:-1]))
    turn = pd.Series(case).groupby([together, who]).cumcount().to_numpy(dtype=np.int64)
    first = np.unique(together * (turn.max() + 1) + turn, return_index=True, return_inverse=True)
    number[case] = case[first[1]][first[2]]
    return number


def _of_once(facts: Facts, ladders: Ladders, rows: Ints, group: Ints) -> Ints:
    """Participant, ``case`` and partner are one case; what says neither joins the only one there is.

    Unless it is counted and not below it: beside a joint agreement that is one's own.
    """
    if not len(rows):
        return rows
    rung, name, partner = facts.rung[rows], facts.name.code[rows], facts.partner.code[rows]
    rank = ladders.rank[rung]
    groups = int(group.max()) + 1
    names, partners = int(name.max()) + 1, int(partner.max()) + 1
    key = (group * names + name) * partners + partner
    is_bare = (name == 0) & (partner == 0)
    top = np.full(groups, -1, dtype=np.int64)
    named_steps = ~is_bare & ladders.is_step[rung]
    np.maximum.at(top, group[named_steps], rank[named_steps])
    stands_alone = np.zeros(groups, dtype=bool)
    stands_alone[group[is_bare & ladders.counted[rung] & (rank >= top[group])]] = True
    named = np.unique(key[~is_bare])
    owner = named // (names * partners)
    only = np.zeros(groups, dtype=np.int64)
    only[owner] = named
    joins = is_bare & ~stands_alone[group] & (np.bincount(owner, minlength=groups)[group] == 1)
    key = np.where(joins, only[group], key)
    return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)


def _of_repeating(facts: Facts, ladders: Ladders, rows: Ints, group: Ints) -> Ints:
    """Take the entries of each group in turn: the first of all groups at once, then the second, and so on."""
    if not len(rows):
        return rows
    order = _in_turn(facts, ladders, rows, group)
    groups, group = np.unique(group[order], return_inverse=True)
    begins = np.searchsorted(group, np.arange(len(groups)))
    turn = np.arange(len(rows)) - begins[group]
    of_turn = np.argsort(turn, kind="stable")
    ends = np.cumsum(np.bincount(turn))
    taken = _Taken(facts, ladders, rows[order], group.astype(np.int64))
    for begin, end in zip([0, *ends[:-1]], ends, strict=True):
        taken.take(of_turn[begin:end])
    number = np.empty(len(rows), dtype=np.int64)
    number[order] = taken.case
    return number


def _in_turn(facts: Facts, ladders: Ladders, rows: Ints, group: Ints) -> Ints:
    """Return the order in which entries are taken: by group and day; on one day exits last, and lower stages first.

    The day is the earliest first day, where that is unknown the latest.
    """
    rung, earliest = facts.rung[rows], facts.earliest[rows]
    taken = np.where(earliest > UNKNOWN, earliest, facts.latest[rows])
    day = (taken * 2 + ladders.is_exit[rung]) * RANKS + ladders.rank[rung]
    return np.lexsort((facts.line[rows], group * (2 * RANKS * DAYS) + day))


class _Taken:
    """Cases as they come up, for many groups side by side.

    A case has the number of the entry that opened it, so that of a group's cases the one with the highest number is the
    newest. Open cases stand in stacks, one for each group and rank: ``top`` of the stack, ``below`` each case.
    """

    def __init__(self, facts: Facts, ladders: Ladders, rows: Ints, group: Ints) -> None:
        rung, name = facts.rung[rows], facts.name.code[rows]
        self._stage_rank = ladders.rank[rung]
        self._is_exit, self._closes = ladders.is_exit[rung], ladders.closes[rung]
        self._is_reached = facts.earliest[rows] > UNKNOWN
        self._has_name = name > 0
        self._group = group
        size, groups, self._ranks = len(group), int(group.max()) + 1, int(self._stage_rank.max()) + 1
        self.case = np.arange(size, dtype=np.int64)
        self._top = np.full((groups, self._ranks), -1, dtype=np.int64)
        self._newest = np.full((groups, self._ranks), -1, dtype=np.int64)  # at this rank or, by now, above
        self._below = np.full((size, self._ranks), -1, dtype=np.int32)
        self._rank = np.zeros(size, dtype=np.int64)
        self._is_open = np.zeros(size, dtype=bool)
        self._has_exit = np.zeros(size, dtype=bool)
        self._running = np.full(groups, -1, dtype=np.int64)  # newest without an exit, a stack as well
        self._before = np.full(size, -1, dtype=np.int64)
        named = group * (int(name.max()) + 1) + name
        self._name: Ints = np.unique(named, return_inverse=True)[1].astype(np.int64)
        self._of_name = np.full(size, -1, dtype=np.int64)

    def take(self, row: Ints) -> None:
        """Take one entry of each of some groups."""
        group, has_name = self._group[row], self._has_name[row]
        found = np.where(has_name, self._of_name[self._name[row]], self._continued(row, group))
        is_new = found < 0
        self.case[row] = case = np.where(is_new, row, found)
        self._of_name[self._name[row[has_name]]] = case[has_name]
        fresh = row[is_new]
        self._before[fresh] = self._running[self._group[fresh]]
        self._running[self._group[fresh]] = fresh
        self._rank[fresh] = -1
        rank, is_exit = self._stage_rank[row], self._is_exit[row]
        self._is_open[case[is_exit]] = False
        self._has_exit[case[is_exit]] = True
        rises = ~is_exit & (rank > self._rank[case])
        self._rise(case[rises], group[rises], rank[rises], self._closes[row[rises]])

    def _rise(self, case: Ints, group: Ints, rank: Ints, closes: Bools) -> None:
        self._rank[case] = rank
        self._newest[group, rank] = np.maximum(self._newest[group, rank], case)
        self._is_open[case] = ~closes & ~self._has_exit[case]
        case, group, rank = case[~closes], group[~closes], rank[~closes]
        self._below[case, rank] = self._top[group, rank]
        self._top[group, rank] = case

    def _continued(self, row: Ints, group: Ints) -> Ints:
        """Return the case that an entry without a name continues, -1 for none."""
        rank, is_exit = self._stage_rank[row], self._is_exit[row]
        lower = np.arange(self._ranks)[None, :] < rank[:, None]
        found = np.where(lower, self._open_tops(group), -1).max(axis=1)
        higher = np.where(np.arange(self._ranks)[None, :] > rank[:, None], self._newest[group], -1).max(axis=1)
        found = np.where((found < 0) & ~self._is_reached[row], higher, found)
        found[is_exit] = self._without_exit(group[is_exit])
        return np.asarray(found, dtype=np.int64)

    def _without_exit(self, group: Ints) -> Ints:
        """Return the newest case of each group that has no exit."""
        while True:
            tops = self._running[group]
            gone = (tops >= 0) & self._has_exit[tops]
            if not gone.any():
                return tops
            self._running[group[gone]] = self._before[tops[gone]]

    def _open_tops(self, group: Ints) -> Ints:
        """Return the newest open case of each group at each rank; those that closed or rose since are taken away."""
        while True:
            tops = self._top[group]
            there = np.maximum(tops, 0)
            gone = (tops >= 0) & ~(self._is_open[there] & (self._rank[there] == np.arange(self._ranks)[None, :]))
            if not gone.any():
                return tops
            at, rank = np.nonzero(gone)
            self._top[group[at], rank] = self._below[tops[at, rank], rank]
