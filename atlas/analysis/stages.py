"""When the stages of each case began: entries that speak of one beginning, put together between what ends a case."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.cases import Block, blocks
from atlas.analysis.days import DAYS, NEVER, RANKS, Bools, Ints, as_days, run_begins, table_of
from atlas.analysis.facts import UNKNOWN, Facts, Ladders, days_or_nat
from atlas.model.programme import Programme
from atlas.model.records import READ_ON


def most(at: Ints, values: Ints, size: int) -> Ints:
    """Return the largest value at each place, 0 where there is none."""
    found = np.zeros(size, dtype=np.int64)
    np.maximum.at(found, at, values)
    return found


@dataclass(frozen=True, eq=False, kw_only=True)
class Boundaries:
    """What ends a phase of a case: exits, and steps certainly later than a further one, by case and day."""

    fact: Ints
    case: Ints
    """Number of the entry and of its case."""
    day: Ints
    earliest: Ints
    """First day on which what was before no longer holds; the first day that may have been."""
    is_exit: Bools
    of_case: Ints
    """Where those of each case begin; the n-th of a case ends its phase n."""

    @property
    def number(self) -> Ints:
        """Which of its case each is, from 0."""
        return np.arange(len(self.fact), dtype=np.int64) - self.of_case[self.case]


@dataclass(frozen=True, eq=False, kw_only=True)
class Stages:
    """The stages of each phase of a case, the lowest first, plans before steps; an array each."""

    fact: Ints
    """The entry that tells when it began best."""
    part: Ints
    case: Ints
    phase: Ints
    """Number of case and phase together, of the case, of the phase in it."""
    rung: Ints
    """Of the programme's stages."""
    earliest: Ints
    latest: Ints
    """Range of its beginning."""
    said: Ints
    """Earliest first day as its entries say it, whatever the stages before it say."""
    until: Ints
    """Last day it held, where its entries say one that no later proof cancels; 0 else."""
    proof: Ints
    """Newest day on which it is known to have held; 0 for none."""
    stop: Ints
    boundary: Ints
    """First day it no longer holds by what ends the phase, `NEVER` for none, and the number of that boundary, -1."""
    is_dropped: Bools
    """Whether a further stage was certainly there before."""
    is_unknown: Bools
    """Whether it has a time and nobody knows which."""


def stages_of(facts: Facts, case: Ints, ladders: Ladders) -> tuple[Stages, Boundaries]:
    """Return the stages of all cases and what ends their phases; ``case`` is the number of each entry's case."""
    ends = _boundaries(facts, case, ladders)
    phase = _phases(facts, case, ends)
    ends = _after_proofs(facts, case, ladders, ends, phase)
    rows = np.flatnonzero(~ladders.is_exit[facts.rung])
    phases = int(phase.max(initial=0)) + 1
    climb = ladders.rank + np.where(ladders.is_step, RANKS, 0)  # steps stand above all plans
    key = (case[rows] * phases + phase[rows]) * (2 * RANKS) + climb[facts.rung[rows]]
    order = np.lexsort((facts.line[rows], key))
    rows, key = rows[order], key[order]
    begins = run_begins(key)
    stage = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(rows))))
    whole, part = np.unique(key[begins] // (2 * RANKS), return_inverse=True)
    fact, earliest, latest = _beginnings(facts, rows, stage, begins)
    own, number = whole[part] // phases, whole[part] % phases
    boundary = ends.of_case[own] + number
    boundary = np.where(boundary < ends.of_case[own + 1], boundary, -1)
    found = Stages(
        fact=fact,
        part=part.astype(np.int64),
        case=own,
        phase=number,
        rung=facts.rung[fact],
        earliest=earliest,
        latest=latest,
        said=facts.earliest[fact],
        until=np.zeros(len(fact), dtype=np.int64),
        proof=np.zeros(len(fact), dtype=np.int64),
        stop=np.append(ends.day, NEVER)[boundary],
        boundary=boundary,
        is_dropped=np.zeros(len(fact), dtype=bool),
        is_unknown=np.zeros(len(fact), dtype=bool),
    )
    found = _between_neighbours(_proven(found, facts, ladders, rows, stage), ends)
    return replace(found, is_unknown=_period_unknown(found, facts, case, ladders)), ends


def _boundaries(facts: Facts, case: Ints, ladders: Ladders) -> Boundaries:
    is_exit = ladders.is_exit[facts.rung]
    fact = np.flatnonzero(is_exit | _steps_down(facts, case, ladders))
    in_case = (case[fact] * DAYS + facts.latest[fact]) * 2 + is_exit[fact]
    fact = fact[np.lexsort((facts.line[fact], in_case))]
    places = np.arange(int(case.max(initial=-1)) + 2)
    day, earliest, rung = facts.latest[fact], facts.earliest[fact], facts.rung[fact]
    if len(fact) > 1:  # of two in a row that say the same exit, the better known day
        same = (case[fact][1:] == case[fact][:-1]) & (rung[1:] == rung[:-1]) & is_exit[fact][1:]
        same &= earliest[1:] <= day[:-1]
        earliest[:-1][same] = np.maximum(earliest[:-1][same], earliest[1:][same])
    return Boundaries(
        fact=fact,
        case=case[fact],
        day=day,
        earliest=earliest,
        is_exit=is_exit[fact],
        of_case=np.searchsorted(case[fact], places),
    )


def _steps_down(facts: Facts, case: Ints, ladders: Ladders) -> Bools:
    """Return which steps are certainly later than a further step of their case; an act is never left again."""
    is_step = ladders.is_step[facts.rung]
    high = np.flatnonzero(is_step & ~ladders.is_act[facts.rung])
    if not len(high):
        return np.zeros(len(case), dtype=bool)
    key = case[high] * RANKS + ladders.rank[facts.rung[high]]
    order = np.argsort(key, kind="stable")
    begins = run_begins(key[order])
    keys = key[order][begins]
    oldest = np.minimum.reduceat(facts.latest[high][order], begins)
    # A case's numbers all lie below the next one's, so that one running minimum from the end serves all.
    further = np.minimum.accumulate((keys // RANKS * DAYS + oldest)[::-1])[::-1] % DAYS
    found = np.zeros(len(case), dtype=bool)
    low = np.flatnonzero(is_step & (facts.certain > 0))
    at = np.searchsorted(keys, case[low] * RANKS + ladders.rank[facts.rung[low]], side="right")
    there = np.minimum(at, len(keys) - 1)
    has_further = (at < len(keys)) & (keys[there] // RANKS == case[low])
    found[low] = has_further & (facts.certain[low] > further[there])
    return found


def _phases(facts: Facts, case: Ints, ends: Boundaries) -> Ints:
    """Return after how many boundaries of its case each entry certainly lies; of an exit, which it is itself."""
    phase = np.zeros(len(case), dtype=np.int64)
    dated = np.flatnonzero((facts.certain > 0) & (ends.of_case[case + 1] > ends.of_case[case]))
    passed = np.searchsorted(ends.case * DAYS + ends.day, case[dated] * DAYS + facts.certain[dated])
    phase[dated] = passed - ends.of_case[case[dated]]
    phase[ends.fact] = np.where(ends.is_exit, ends.number, ends.number + 1)
    return phase


def _beginnings(facts: Facts, rows: Ints, stage: Ints, begins: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the entry that tells best when each stage began, and the range: ranges that meet are one beginning.

    The largest earliest and the smallest latest day of those that meet; what is certainly later is a proof. ``rows`` are
    entries by stage, ``begins`` where each stage's begin.
    """
    if not len(begins):
        return rows, rows, rows
    latest = np.minimum.reduceat(facts.latest[rows], begins)
    meeting = np.where(facts.earliest[rows] <= latest[stage], facts.earliest[rows], -1)
    earliest = np.maximum.reduceat(meeting, begins)
    size = len(rows) + 1
    place = facts.latest[rows] * size + np.arange(len(rows))
    best = np.minimum.reduceat(np.where(meeting == earliest[stage], place, np.iinfo(np.int64).max), begins)
    return rows[best % size], earliest, latest


def _between_neighbours(stages: Stages, ends: Boundaries) -> Stages:
    """Return the stages with their ranges between those before and after, and with which a further one was there before."""
    lower, further = _within(stages.part)
    meets = stages.earliest[lower] <= stages.latest[further]
    first, last = stages.earliest.copy(), stages.latest.copy()
    np.minimum.at(last, lower[meets], stages.latest[further[meets]])
    np.maximum.at(first, further[meets], stages.earliest[lower[meets]])
    dropped = np.zeros(len(first), dtype=bool)
    dropped[lower[~meets]] = True
    # After an exit nothing began before it.
    again = np.flatnonzero(stages.phase > 0)
    before = ends.of_case[stages.case[again]] + stages.phase[again] - 1
    first[again] = np.maximum(first[again], ends.earliest[before])
    last = np.minimum(last, stages.stop)
    return replace(stages, earliest=np.minimum(first, last), latest=last, is_dropped=dropped)


def _within(part: Ints) -> tuple[Ints, Ints]:
    """Return all pairs of a lower and a further one within a run of equal numbers."""
    pairs = []
    shift = 1
    while len(at := np.flatnonzero(part[shift:] == part[:-shift])):
        pairs.append((at, at + shift))
        shift += 1
    empty = np.empty(0, dtype=np.int64)
    return np.concatenate([empty, *(at for at, _ in pairs)]), np.concatenate([empty, *(at for _, at in pairs)])


def _proven(stages: Stages, facts: Facts, ladders: Ladders, rows: Ints, stage: Ints) -> Stages:
    """Return the stages with the newest day each is known to have held, and its ``until`` if nothing later cancels it.

    A further step proves the steps before it, too.
    """
    size = len(stages.fact)
    proof = most(stage, facts.proof[rows], size)
    # An entry never cancels its own end.
    certain = np.where(facts.until > 0, np.minimum(facts.certain, facts.until), facts.certain)
    certain = most(stage, certain[rows], size)
    lower, further = _within(stages.part)
    steps = ladders.is_step[stages.rung]
    lower, further = lower[steps[lower]], further[steps[lower]]
    own_proof, own_certain = proof.copy(), certain.copy()
    np.maximum.at(proof, lower, own_proof[further])
    np.maximum.at(certain, lower, own_certain[further])
    said = np.flatnonzero(facts.until[rows] > 0)
    order = np.lexsort((facts.line[rows[said]], facts.certain[rows[said]], stage[said]))
    until = np.zeros(size, dtype=np.int64)
    until[stage[said][order]] = facts.until[rows[said][order]]  # of several the newest entry's stays
    until[steps & (certain > until)] = 0
    return replace(stages, until=until, proof=proof)


def _period_unknown(stages: Stages, facts: Facts, case: Ints, ladders: Ladders) -> Bools:
    """Return which counted stages have a time while nothing in their case says when."""
    told = np.zeros(int(case.max(initial=-1)) + 1, dtype=bool)
    told[case[(facts.certain > 0) | (facts.until > 0)]] = True
    return ladders.counted[stages.rung] & (ladders.months[stages.rung] > 0) & ~told[stages.case]


def _after_proofs(facts: Facts, case: Ints, ladders: Ladders, ends: Boundaries, phase: Ints) -> Boundaries:
    """Return the boundaries, none earlier than the day after the last proof before it."""
    rows = np.flatnonzero(ladders.is_step[facts.rung] & (facts.certain > UNKNOWN))
    at = ends.of_case[case[rows]] + phase[rows]
    stopped = at < ends.of_case[case[rows] + 1]
    known = most(at[stopped], facts.certain[rows[stopped]], len(ends.fact))
    earliest = np.maximum(ends.earliest, np.where(known > 0, known + 1, UNKNOWN))
    return replace(ends, earliest=np.minimum(earliest, ends.day))


def entry_cases(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return in which range each entry of a record puts the first day of its stage, by itself, and where in its case it stands.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, a row for each of ``table``. Columns ``begin`` (earliest first day, NaT if unknown) and ``since_day``
        (latest, from which on it holds), ``datetime64[s]``; ``since`` (date as known, text), ``since_means``
        (``reached``, ``known_by``, ``source``, ``undated``) and ``read_on``; ``case`` (number, as in `spans`) and ``phase`` (after how many
        ends of its case it lies; of an exit, which it is itself); ``certain`` (first day the entry's own date can mean),
        ``proof`` (newest day on which it says itself that it held) and ``until_last`` (last day its ``until`` means),
        ``datetime64[s]``, NaT where it says none.
    """
    ladders = Ladders(programme)
    found = pd.concat([_entry_cases(block, ladders) for block in blocks(table, programme, ladders)])
    return found.sort_index()


def _entry_cases(block: Block, ladders: Ladders) -> pd.DataFrame:
    facts, case = block.facts, block.case
    phase = _phases(facts, case, _boundaries(facts, case, ladders))
    every = np.arange(len(block.rows), dtype=np.int64)
    since, means = facts.since(every)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "begin": days_or_nat(facts.earliest),
        "since_day": as_days(facts.latest),
        "since": since,
        "since_means": means,
        "read_on": facts.of(READ_ON, every),
        "case": block.cases_before + case,
        "phase": phase,
        "certain": days_or_nat(facts.certain),
        "proof": days_or_nat(facts.proof),
        "until_last": days_or_nat(facts.until),
    }
    return table_of(columns).set_axis(block.rows)
