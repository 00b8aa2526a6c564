"""Which entries speak of the same case, and which cases are one arrangement: one grant, one analysis, one council.

The rules are those of "One or many" in docs/time.md. An instrument is reached once, or it repeats; in both, entries that
share a ``case`` belong together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.analysis.days import DAYS, RANKS, Bools, Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Entries:
    """What decides about cases, an array each with one value for every entry.

    Attributes
    ----------
    group
        Number of participant and instrument.
    repeats
        Whether the instrument does.
    name, partner
        Numbers of ``case`` and ``joint_with``; 0 where the entry says none.
    rank
        On the ladder.
    is_step, is_exit, counted
        Of the stage.
    closes
        Whether the stage is an act and the ladder's last step: nothing continues it.
    is_reached
        Whether the date says when it was reached.
    taken
        Day by which entries are taken: the earliest first day, where that is unknown the latest.
    line
        Number of the entry.
    """

    group: Ints
    repeats: Bools
    name: Ints
    partner: Ints
    rank: Ints
    is_step: Bools
    is_exit: Bools
    counted: Bools
    closes: Bools
    is_reached: Bools
    taken: Ints
    line: Ints

    def only(self, which: Bools | Ints) -> Entries:
        """Return some of them."""
        return Entries(**{name: values[which] for name, values in vars(self).items()})

    def in_turn(self) -> Ints:
        """Return the order in which they are taken: by group and day; on one day exits last, and lower stages first."""
        day = (self.taken * 2 + self.is_exit) * RANKS + self.rank
        return np.lexsort((self.line, self.group * (2 * RANKS * DAYS) + day))


def case_numbers(entries: Entries) -> Ints:
    """Return the number of the case each entry belongs to: from 0, without gaps, in no particular order."""
    number = np.empty(len(entries.group), dtype=np.int64)
    once, repeats = np.flatnonzero(~entries.repeats), np.flatnonzero(entries.repeats)
    number[once] = _of_once(entries.only(once))
    begin = int(number[once].max(initial=-1)) + 1
    number[repeats] = _of_repeating(entries.only(repeats)) + begin
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


def _of_once(entries: Entries) -> Ints:
    """Participant, ``case`` and partner are one case; what says neither joins the only one there is.

    Unless it is counted and not below it: beside a joint agreement that is one's own.
    """
    if not len(entries.group):
        return np.empty(0, dtype=np.int64)
    groups = int(entries.group.max()) + 1
    names, partners = int(entries.name.max()) + 1, int(entries.partner.max()) + 1
    key = (entries.group * names + entries.name) * partners + entries.partner
    is_bare = (entries.name == 0) & (entries.partner == 0)
    top = np.full(groups, -1, dtype=np.int64)
    named_steps = ~is_bare & entries.is_step
    np.maximum.at(top, entries.group[named_steps], entries.rank[named_steps])
    stands_alone = np.zeros(groups, dtype=bool)
    stands_alone[entries.group[is_bare & entries.counted & (entries.rank >= top[entries.group])]] = True
    named = np.unique(key[~is_bare])
    owner = named // (names * partners)
    only = np.zeros(groups, dtype=np.int64)
    only[owner] = named
    joins = is_bare & ~stands_alone[entries.group] & (np.bincount(owner, minlength=groups)[entries.group] == 1)
    key = np.where(joins, only[entries.group], key)
    return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)


def _of_repeating(entries: Entries) -> Ints:
    """Take the entries of each group in turn: the first of all groups at once, then the second, and so on."""
    size = len(entries.group)
    if not size:
        return np.empty(0, dtype=np.int64)
    order = entries.in_turn()
    groups, group = np.unique(entries.group[order], return_inverse=True)
    begins = np.searchsorted(group, np.arange(len(groups)))
    turn = np.arange(size) - begins[group]
    of_turn = np.argsort(turn, kind="stable")
    ends = np.cumsum(np.bincount(turn))
    taken = _Taken(entries.only(order), group.astype(np.int64), len(groups))
    for begin, end in zip([0, *ends[:-1]], ends, strict=True):
        taken.take(of_turn[begin:end])
    number = np.empty(size, dtype=np.int64)
    number[order] = taken.case
    return number


class _Taken:
    """Cases as they come up, for many groups side by side.

    A case has the number of the entry that opened it, so that of a group's cases the one with the highest number is the
    newest. Open cases stand in stacks, one for each group and rank: ``top`` of the stack, ``below`` each case.
    """

    def __init__(self, entries: Entries, group: Ints, groups: int) -> None:
        self._entries = entries
        self._group = group
        size, self._ranks = len(group), int(entries.rank.max(initial=0)) + 1
        self.case = np.arange(size, dtype=np.int64)
        self._top = np.full((groups, self._ranks), -1, dtype=np.int64)
        self._newest = np.full((groups, self._ranks), -1, dtype=np.int64)  # at this rank or, by now, above
        self._below = np.full((size, self._ranks), -1, dtype=np.int32)
        self._rank = np.zeros(size, dtype=np.int64)
        self._is_open = np.zeros(size, dtype=bool)
        self._has_exit = np.zeros(size, dtype=bool)
        self._running = np.full(groups, -1, dtype=np.int64)  # newest without an exit, a stack as well
        self._before = np.full(size, -1, dtype=np.int64)
        named = group * (int(entries.name.max(initial=0)) + 1) + entries.name
        self._name: Ints = np.unique(named, return_inverse=True)[1].astype(np.int64)
        self._of_name = np.full(size, -1, dtype=np.int64)

    def take(self, row: Ints) -> None:
        """Take one entry of each of some groups."""
        entries, group = self._entries, self._group[row]
        has_name = entries.name[row] > 0
        found = np.where(has_name, self._of_name[self._name[row]], self._continued(row, group))
        is_new = found < 0
        self.case[row] = case = np.where(is_new, row, found)
        self._of_name[self._name[row[has_name]]] = case[has_name]
        fresh = row[is_new]
        self._before[fresh] = self._running[self._group[fresh]]
        self._running[self._group[fresh]] = fresh
        self._rank[fresh] = -1
        rank, is_exit = entries.rank[row], entries.is_exit[row]
        self._is_open[case[is_exit]] = False
        self._has_exit[case[is_exit]] = True
        rises = ~is_exit & (rank > self._rank[case])
        self._rise(case[rises], group[rises], rank[rises], entries.closes[row[rises]])

    def _rise(self, case: Ints, group: Ints, rank: Ints, closes: Bools) -> None:
        self._rank[case] = rank
        self._newest[group, rank] = np.maximum(self._newest[group, rank], case)
        self._is_open[case] = ~closes & ~self._has_exit[case]
        case, group, rank = case[~closes], group[~closes], rank[~closes]
        self._below[case, rank] = self._top[group, rank]
        self._top[group, rank] = case

    def _continued(self, row: Ints, group: Ints) -> Ints:
        """Return the case that an entry without a name continues, -1 for none."""
        rank = self._entries.rank[row]
        is_exit = self._entries.is_exit[row]
        lower = np.arange(self._ranks)[None, :] < rank[:, None]
        found = np.where(lower, self._open_tops(group), -1).max(axis=1)
        higher = np.where(np.arange(self._ranks)[None, :] > rank[:, None], self._newest[group], -1).max(axis=1)
        found = np.where((found < 0) & ~self._entries.is_reached[row], higher, found)
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
