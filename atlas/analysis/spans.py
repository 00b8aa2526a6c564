"""When what is documented began, held and ended: the one place that decides it. Everything else reads `spans`.

The model is docs/time.md; what an entry does not say is never made up here. In short:

* An entry gives a range in which its stage began: from its earliest first day (unknown, unless it says when it was
  *reached*) to its latest, from which on it holds. Entries of one case and stage whose ranges meet are one beginning.
* A further stage holds unless a lower one is certainly later; a plan never replaces what was reached; an exit ends what
  was in force, with a range of its own.
* A state ends after its ``until``, with the programme, by an exit, or by itself after the time its stage lasts; then it
  is presumed over. An act never ends.
* Between its earliest and its latest first day a counted stage is *documented only later*.
* A stage that implies another instrument's stage says that one too, as ``derived``, until something of the
  participant's own says as much.

All of it is done for all entries at once, in whole numbers: days are ordinals, `UNKNOWN` a day nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.cases import Entries, case_numbers
from atlas.analysis.days import DAYS, NEVER, Bools, Ints, as_days, table_of
from atlas.model.dates import PartialDate
from atlas.model.keys import is_district_key
from atlas.model.programme import Counts, Programme, Rung, StageKind
from atlas.model.records import READ_ON
from atlas.model.states import STATES, State

SPAN_COLUMNS = (
    "participant",
    "instrument",
    "stage",
    "rank",
    "kind",
    "state",
    "counted",
    "in_force",
    "so_far",
    "basis",
    "derived_from",
    "begin",
    "since_day",
    "until_day",
    "ends",
    "end_earliest",
    "since",
    "since_means",
    "read_on",
    "until",
    "last_proof",
    "inferred",
    "source",
    "joint_with",
    "case_name",
    "case",
    "case_begin",
    "case_since",
    "arrangement",
    "strength",
    "row",
)
UNKNOWN = 0
"""Earliest first day of what may always have been so."""
_EPOCH = date(1970, 1, 1).toordinal()
_STEP_UP = 1 << 5
"""Steps stand above all plans, whatever their order on the ladder; a ladder has fewer stages than that."""


@dataclass(frozen=True)
class _Ladders:
    """The stages of a programme, an array each by their number."""

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


def _ladders(programme: Programme) -> _Ladders:
    rungs = tuple(programme.rung(f"{each.key}:{stage.key}") for each in programme.instruments for stage in each.stages)
    place = {each.key: number for number, each in enumerate(programme.instruments)}
    last = {
        each.key: max((n for n, stage in enumerate(each.stages) if stage.kind is StageKind.STEP), default=-1)
        for each in programme.instruments
    }

    def flags(values: list[bool]) -> Bools:
        return np.asarray(values, dtype=bool)

    return _Ladders(
        rungs,
        np.asarray([place[each.instrument.key] for each in rungs], dtype=np.int64),
        np.asarray([each.rank for each in rungs], dtype=np.int64),
        flags([each.stage.kind is StageKind.STEP for each in rungs]),
        flags([each.stage.kind is StageKind.PLAN for each in rungs]),
        flags([each.stage.kind is StageKind.EXIT for each in rungs]),
        flags([each.stage.is_counted for each in rungs]),
        flags([each.stage.is_act for each in rungs]),
        flags([each.stage.is_act and each.rank == last[each.instrument.key] for each in rungs]),
        np.asarray([each.stage.months or 0 for each in rungs], dtype=np.int64),
        flags([each.instrument.repeats for each in rungs]),
        flags([each.instrument.counts is Counts.SO_FAR for each in rungs]),
        flags([each.instrument.since_launch for each in rungs]),
    )


@dataclass(frozen=True)
class _Facts:
    """The entries of a record as numbers, an array each.

    Attributes
    ----------
    participant, rung
        Number of the participant's key; of the stage among all of the programme.
    earliest, latest
        Range of the first day: `UNKNOWN` or the first day meant; the last day meant, never after what bounds it.
    certain
        First day it can mean, if it has a date of its own: what is certainly later than that lies after it. 0: never.
    proof
        Newest day on which the entry itself says that it held; 0 for none.
    until
        Last day it held or was granted for; 0 where that is not said.
    case
        Number of the case.
    line
        Number of the entry.
    """

    participant: Ints
    rung: Ints
    earliest: Ints
    latest: Ints
    certain: Ints
    proof: Ints
    until: Ints
    case: Ints
    line: Ints


def _partial(texts: npt.NDArray[np.object_]) -> tuple[Ints, Ints]:
    """Return the first and the last day each partial date can mean; 0 where there is none."""
    code, known = pd.factorize(texts)
    days = [PartialDate.parse(text) if text else None for text in known]
    first = np.asarray([day.first_day().toordinal() if day else 0 for day in days], dtype=np.int64)
    last = np.asarray([day.last_day().toordinal() if day else 0 for day in days], dtype=np.int64)
    return (first[code], last[code]) if len(known) else (np.zeros(0, np.int64), np.zeros(0, np.int64))


def column(table: pd.DataFrame, name: str) -> npt.NDArray[np.object_]:
    """Return a column of a record as texts; empty ones where the record has no such column."""
    if name == READ_ON and name not in table.columns:
        return column(table, "retrieved")
    if name in table.columns:
        return table[name].to_numpy(dtype=object)
    return np.full(len(table), "", dtype=object)


def _bounded(days: Ints, bound: Ints) -> Ints:
    return np.where(bound > 0, np.minimum(days, np.where(bound > 0, bound, days)), days)


def _facts(table: pd.DataFrame, programme: Programme, ladders: _Ladders) -> tuple[_Facts, npt.NDArray[np.object_]]:
    """Return the entries as numbers, and the keys of the participants in order."""
    participant, keys = pd.factorize(table["ags"].to_numpy(dtype=object), sort=True)
    numbers = {(rung.instrument.key, rung.stage.key): number for number, rung in enumerate(ladders.rungs)}
    one, instruments = pd.factorize(table["instrument"].to_numpy(dtype=object))
    two, stages = pd.factorize(table["status"].to_numpy(dtype=object))
    both = np.full((max(len(instruments), 1), max(len(stages), 1)), -1, dtype=np.int64)
    for i, instrument in enumerate(instruments):
        for j, stage in enumerate(stages):
            both[i, j] = numbers.get((instrument, stage), -1)
    rung = both[one, two]
    first, last = _partial(column(table, "date"))
    means = column(table, "date_means")
    reached = (first > 0) & (means != "known_by")
    _, source = _partial(column(table, "source_date"))
    _, read = _partial(column(table, READ_ON))
    _, until = _partial(column(table, "until"))
    known = np.where(first > 0, last, np.where(source > 0, source, np.where(read > 0, read, NEVER - 1)))
    proof = np.where(first > 0, _bounded(_bounded(last, read), until), 0)
    latest = _bounded(_bounded(known, read), until)
    if programme.ended:
        latest = np.where(first > programme.ended.toordinal(), latest, np.minimum(latest, programme.ended.toordinal()))
    earliest = np.where(reached, first, UNKNOWN)
    latest = np.maximum(latest, earliest)
    line = table["line"].to_numpy(dtype=np.int64) if "line" in table.columns else np.arange(len(table), dtype=np.int64)
    facts = _Facts(participant.astype(np.int64), rung, earliest, latest, first, proof, until, np.zeros_like(rung), line)
    name, _ = _numbered(column(table, "case"))
    partner, _ = _numbered(column(table, "joint_with"))
    entries = Entries(
        group=facts.participant * max(len(programme.instruments), 1) + ladders.instrument[rung],
        repeats=ladders.repeats[rung],
        name=name,
        partner=partner,
        rank=ladders.rank[rung],
        is_step=ladders.is_step[rung],
        is_exit=ladders.is_exit[rung],
        counted=ladders.counted[rung],
        closes=ladders.closes[rung],
        is_reached=reached,
        taken=np.where(earliest > 0, earliest, latest),
        line=line,
    )
    return replace(facts, case=case_numbers(entries)), keys


def entry_ranges(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return in which range each entry of a record puts the first day of its stage, by itself.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, a row for each of ``table``. Columns ``begin`` (earliest first day, NaT if unknown) and ``since_day``
        (latest, from which on it holds), ``datetime64[s]``; ``since`` (date as known, text), ``since_means`` and
        ``read_on`` as in `spans`.
    """
    facts, _ = _facts(table, programme, _ladders(programme))
    since, means = _since(table, np.arange(len(table)))
    columns: dict[str, npt.NDArray[np.generic]] = {
        "begin": _as_days(facts.earliest),
        "since_day": as_days(facts.latest),
        "since": since,
        "since_means": means,
        "read_on": column(table, READ_ON),
    }
    return table_of(columns, tuple(columns))


def entry_cases(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return where each entry of a record stands among those of its case.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, a row for each of ``table``. Columns ``case`` (number, as in `spans`) and ``phase`` (after how many
        ends of its case it lies; of an exit, which it is itself); ``certain`` (first day the entry's own date can mean),
        ``proof`` (newest day on which it says itself that it held) and ``until_last`` (last day its ``until`` means),
        ``datetime64[s]``, NaT where it says none.
    """
    ladders = _ladders(programme)
    facts, _ = _facts(table, programme, ladders)
    marks = _boundaries(facts, ladders, int(facts.case.max(initial=-1)) + 1)
    columns: dict[str, npt.NDArray[np.generic]] = {"case": facts.case, "phase": _phases(facts, marks)}
    columns |= {
        name: _as_days(days)
        for name, days in (("certain", facts.certain), ("proof", facts.proof), ("until_last", facts.until))
    }
    return table_of(columns, tuple(columns))


def _since(table: pd.DataFrame, rows: Ints) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return the date that some entries show, and in what sense."""
    day, source = column(table, "date")[rows], column(table, "source_date")[rows]
    means = column(table, "date_means")[rows].copy()
    bare = day == ""
    means[bare] = "undated"
    day = day.copy()
    dated = bare & (source != "")
    means[dated] = "source"
    day[dated] = source[dated]
    return day, means


def _numbered(texts: npt.NDArray[np.object_]) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Return the number of each text in order, 0 for the empty one, and the texts by number."""
    known = np.asarray(sorted({"", *pd.unique(texts)}), dtype=object)
    return pd.Index(known).get_indexer(pd.Index(texts, dtype=object)).astype(np.int64), known


def _months_after(days: Ints, months: Ints) -> Ints:
    """Return the same day so many calendar months later, the month's last where it has no such day."""
    begin = (days - _EPOCH).astype("datetime64[D]")
    month = begin.astype("datetime64[M]")
    day = (begin - month.astype("datetime64[D]")).astype(np.int64)
    goal = month + months.astype("timedelta64[M]")
    size = ((goal + np.timedelta64(1, "M")).astype("datetime64[D]") - goal.astype("datetime64[D]")).astype(np.int64)
    return goal.astype("datetime64[D]").astype(np.int64) + np.minimum(day, size - 1) + _EPOCH


def _begins(sorted_keys: Ints) -> Ints:
    """Return where each run of equal keys begins."""
    return np.flatnonzero(np.append(True, sorted_keys[1:] != sorted_keys[:-1])[: len(sorted_keys)])


def _most(at: Ints, values: Ints, size: int) -> Ints:
    """Return the largest value at each place, 0 where there is none."""
    found = np.zeros(size, dtype=np.int64)
    np.maximum.at(found, at, values)
    return found


# ---- what divides a case into phases ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Boundaries:
    """What ends a phase of a case: exits, and steps certainly later than a further one, by case and day.

    ``of_case`` is where those of each case begin; the n-th of a case ends its phase n.
    """

    fact: Ints
    case: Ints
    day: Ints
    earliest: Ints
    is_exit: Bools
    of_case: Ints


def _boundaries(facts: _Facts, ladders: _Ladders, cases: int) -> _Boundaries:
    is_exit = ladders.is_exit[facts.rung]
    fact = np.flatnonzero(is_exit | _steps_down(facts, ladders))
    order = np.lexsort((facts.line[fact], is_exit[fact], facts.latest[fact], facts.case[fact]))
    fact = fact[order]
    case = facts.case[fact]
    return _Boundaries(
        fact,
        case,
        facts.latest[fact],
        facts.earliest[fact],
        is_exit[fact],
        np.searchsorted(case, np.arange(cases + 1)),
    )


def _steps_down(facts: _Facts, ladders: _Ladders) -> Bools:
    """Return which steps are certainly later than a further step of their case that is a state."""
    is_step = ladders.is_step[facts.rung]
    high = np.flatnonzero(is_step & ~ladders.is_act[facts.rung])
    rank, size = ladders.rank, _STEP_UP
    key = facts.case[high] * size + rank[facts.rung[high]]
    order = np.argsort(key, kind="stable")
    begins = _begins(key[order])
    if not len(begins):
        return np.zeros(len(facts.case), dtype=bool)
    keys = key[order][begins]
    oldest = np.minimum.reduceat(facts.latest[high][order], begins)
    # A case's numbers all lie below the next one's, so that one running minimum from the end serves all.
    further = np.minimum.accumulate((keys // size * DAYS + oldest)[::-1])[::-1] % DAYS
    at = np.searchsorted(keys, facts.case * size + rank[facts.rung], side="right")
    there = np.minimum(at, len(keys) - 1)
    has_further = (at < len(keys)) & (keys[there] // size == facts.case)
    return is_step & has_further & (facts.certain > further[there])


def _phases(facts: _Facts, marks: _Boundaries) -> Ints:
    """Return after how many boundaries of its case each entry lies; of an exit, which it is itself."""
    mark = marks.case * DAYS + marks.day
    phase = np.searchsorted(mark, facts.case * DAYS + facts.certain) - marks.of_case[facts.case]
    own = np.arange(len(marks.fact)) - marks.of_case[marks.case]
    phase[marks.fact] = np.where(marks.is_exit, own, own + 1)
    return phase.astype(np.int64)


# ---- beginnings ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stages:
    """The stages of each phase of a case, the lowest first, plans before steps; an array each.

    Attributes
    ----------
    fact
        The entry that tells when it began best.
    part
        Number of case and phase together.
    case, phase, rung
    earliest, latest
        Range of its beginning.
    said
        Earliest first day as its entries say it, whatever the stages before it say.
    until
        Last day, 0 for none.
    has_until
        Whether that is its own and nothing later cancels it.
    proof
        Newest day on which it is known to have held; 0 for none.
    stop, stop_earliest
        First day it no longer holds by the exit or lower step that ends the phase, and the first day that may mean.
    stop_is_exit
    is_dropped
        Whether a further stage was certainly there before.
    is_unknown
        Whether it has a time and nobody knows which.
    """

    fact: Ints
    part: Ints
    case: Ints
    phase: Ints
    rung: Ints
    earliest: Ints
    latest: Ints
    said: Ints
    until: Ints
    has_until: Bools
    proof: Ints
    stop: Ints
    stop_mark: Ints
    is_dropped: Bools
    is_unknown: Bools


def _stages(facts: _Facts, ladders: _Ladders, marks: _Boundaries, phase: Ints, cases: int) -> _Stages:
    rows = np.flatnonzero(~ladders.is_exit[facts.rung])
    is_step = ladders.is_step[facts.rung]
    phases = int(phase.max(initial=0)) + 1
    climb = ladders.rank + np.where(ladders.is_step, _STEP_UP, 0)
    key = (facts.case[rows] * phases + phase[rows]) * (2 * _STEP_UP) + climb[facts.rung[rows]]
    order = np.lexsort((facts.line[rows], key))
    rows, key = rows[order], key[order]
    begins = _begins(key)
    size = len(begins)
    stage = np.repeat(np.arange(size), np.diff(np.append(begins, len(rows))))
    reduce = (lambda how, values: how.reduceat(values, begins)) if size else (lambda _, values: values[:0])
    latest = reduce(np.minimum, facts.latest[rows])
    meets = facts.earliest[rows] <= latest[stage]
    earliest = reduce(np.maximum, np.where(meets, facts.earliest[rows], UNKNOWN))
    tells = meets & (facts.earliest[rows] == earliest[stage])
    place = np.arange(len(rows))
    best = reduce(np.minimum, np.where(tells, facts.latest[rows] * (len(rows) + 1) + place, np.iinfo(np.int64).max))
    fact = rows[best % (len(rows) + 1)]
    part_key = key[begins] // (2 * _STEP_UP)
    parts, part = np.unique(part_key, return_inverse=True)
    case, number = parts // phases, parts % phases
    rung = facts.rung[fact]
    lower, further = _within(part)
    met = earliest[lower] <= latest[further]
    first, last = earliest.copy(), latest.copy()
    np.minimum.at(last, lower[met], latest[further][met])
    np.maximum.at(first, further[met], earliest[lower][met])
    dropped = np.zeros(size, dtype=bool)
    dropped[lower[~met]] = True
    mark = marks.of_case[case] + number
    ends = mark < marks.of_case[case + 1]
    mark = np.where(ends, mark, -1)[part]
    stop = np.where(mark >= 0, marks.day[mark], NEVER) if len(marks.day) else np.full(size, NEVER, dtype=np.int64)
    last = np.minimum(last, stop)
    former = marks.of_case[case] + number - 1
    if len(marks.day):
        after = np.where(number > 0, marks.earliest[np.maximum(former, 0)], UNKNOWN)[part]
        first = np.maximum(first, after)
    first = np.minimum(first, last)
    dated = facts.certain[rows] > 0
    of_step = is_step[rows]
    own_proof = reduce(np.maximum, facts.proof[rows])
    step_proof = _most(part[stage[of_step]], facts.proof[rows][of_step], len(parts))
    step_certain = _most(part[stage[of_step]], facts.certain[rows][of_step], len(parts))
    until = _until(facts, rows, stage, size)
    has_until = (until > 0) & ((step_certain[part] <= until) | ~ladders.is_step[rung])
    told = np.zeros(cases, dtype=bool)
    told[facts.case[facts.certain > 0]] = True
    told[facts.case[facts.until > 0]] = True
    del dated
    return _Stages(
        fact,
        part,
        case[part],
        number[part],
        rung,
        first,
        last,
        facts.earliest[fact],
        until,
        has_until,
        np.where(ladders.is_step[rung], step_proof[part], own_proof),
        stop,
        mark,
        dropped,
        ladders.counted[rung] & (ladders.months[rung] > 0) & ~told[case[part]],
    )


def _within(part: Ints) -> tuple[Ints, Ints]:
    """Return all pairs of a lower and a further one within a run of equal numbers."""
    lower, further = [], []
    shift = 1
    while True:
        at = np.flatnonzero(part[shift:] == part[:-shift])
        if not len(at):
            break
        lower.append(at)
        further.append(at + shift)
        shift += 1
    empty = np.empty(0, dtype=np.int64)
    return np.concatenate([empty, *lower]), np.concatenate([empty, *further])


def _until(facts: _Facts, rows: Ints, stage: Ints, size: int) -> Ints:
    """Return the ``until`` of the newest entry of each stage that says one; 0 for none."""
    said = np.flatnonzero(facts.until[rows] > 0)
    order = np.lexsort((facts.line[rows[said]], facts.certain[rows[said]], stage[said]))
    until = np.zeros(size, dtype=np.int64)
    until[stage[said][order]] = facts.until[rows[said][order]]  # of several the last one stays
    return until


# ---- stretches -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """Stretches of time, an array each; ``fact`` is the entry each is told by, ``rung`` its stage."""

    fact: Ints
    rung: Ints
    case: Ints
    state: npt.NDArray[np.object_]
    begin: Ints
    first: Ints
    last: Ints
    ends: npt.NDArray[np.object_]
    end_earliest: Ints
    proof: Ints

    def joined(self, *others: _Rows) -> _Rows:
        """Return them with others behind."""
        every = (self, *others)
        return _Rows(*(np.concatenate([vars(each)[name] for each in every]) for name in vars(self)))

    def only(self, which: Bools | Ints) -> _Rows:
        """Return some of them."""
        return _Rows(*(values[which] for values in vars(self).values()))


def _texts(size: int, text: str = "") -> npt.NDArray[np.object_]:
    made = np.empty(size, dtype=object)
    made.fill(str(text))
    return made


def _own_end(stages: _Stages, facts: _Facts, ladders: _Ladders, ended: int) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Return the first day on which each stage no longer holds by itself, and how it ended then."""
    rung, size = stages.rung, len(stages.rung)
    end = np.full(size, NEVER, dtype=np.int64)
    how = _texts(size, State.ENDED)
    timed = np.flatnonzero((ladders.months[rung] > 0) & ~stages.has_until)
    is_reached = stages.said[timed] > 0
    proof, latest = stages.proof[timed], stages.latest[timed]
    base = np.where(is_reached | (proof == 0), latest, proof)
    until = np.maximum(_months_after(base, ladders.months[rung[timed]]), proof)
    is_plan = ladders.is_plan[rung[timed]]
    dated = ~is_plan | (proof > 0)  # an undated plan stays one: nobody knows from when on it would have lapsed
    end[timed[dated]] = until[dated] + 1
    how[timed] = np.where(is_plan, str(State.PLAN_LAPSED), str(State.PRESUMED_OVER))
    end[stages.has_until] = stages.until[stages.has_until] + 1
    if ended:
        over = ~stages.has_until & (facts.certain[stages.fact] <= ended) & (end > ended)
        end[over] = ended + 1
        how[over] = str(State.ENDED)
    acts = ladders.is_act[rung]
    end[acts] = NEVER
    return end, how


def _direct(facts: _Facts, programme: Programme, ladders: _Ladders) -> _Rows:
    """Return the stretches of what entries say themselves."""
    cases = int(facts.case.max(initial=-1)) + 1
    marks = _boundaries(facts, ladders, cases)
    marks = replace(marks, earliest=_exit_earliest(facts, ladders, marks))
    phase = _phases(facts, marks)
    stages = _stages(facts, ladders, marks, phase, cases)
    marks = replace(marks, earliest=_after_proofs(facts, ladders, marks, phase))
    launched = programme.launched.toordinal()
    may_begin = np.where(ladders.since_launch[stages.rung], launched, 1)
    own_end, how = _own_end(stages, facts, ladders, programme.ended.toordinal() if programme.ended else 0)
    held = np.flatnonzero(~stages.is_dropped & ~stages.is_unknown)
    follows = np.append(stages.part[held][1:] == stages.part[held][:-1], False)[: len(held)]
    next_first = np.append(stages.latest[held][1:], 0)[: len(held)]
    bound = np.where(follows, next_first, stages.stop[held])
    # An act stays reached beside whatever state follows it; another act says as much itself.
    act = ladders.is_act[stages.rung[held]]
    next_act = np.append(act[1:], False)[: len(held)] & follows
    bound = np.where(act & ~next_act, NEVER, bound)
    first = stages.latest[held]
    last = np.minimum(bound, own_end[held])
    is_early = own_end[held] < bound
    how_ends, end_earliest = _how_it_ends(stages, facts, ladders, marks, held, follows, bound, is_early, how, own_end)
    state = np.where(
        act, str(State.REACHED), np.where(ladders.is_plan[stages.rung[held]], str(State.PLANNED), str(State.IN_FORCE))
    ).astype(object)
    holding = _Rows(
        stages.fact[held],
        stages.rung[held],
        stages.case[held],
        state,
        stages.earliest[held],
        first,
        last,
        how_ends,
        end_earliest,
        stages.proof[held],
    )
    some = first < last
    early = np.flatnonzero(is_early & some)
    after = holding.only(early)
    after = replace(
        after,
        state=how[held[early]],
        begin=after.last,
        first=after.last,
        last=bound[early],
        ends=_texts(len(early)),
        end_earliest=np.zeros(len(early), np.int64),
    )
    later_first = np.maximum(stages.earliest, may_begin)
    later = np.flatnonzero(
        ladders.counted[stages.rung] & ~stages.is_unknown & ~stages.is_dropped & (later_first < stages.latest)
    )
    unknown = np.flatnonzero(stages.is_unknown)

    def of_stages(which: Ints, state_: State, begins: Ints, ends: Ints) -> _Rows:
        return _Rows(
            stages.fact[which],
            stages.rung[which],
            stages.case[which],
            _texts(len(which), state_),
            stages.earliest[which],
            begins,
            ends,
            _texts(len(which)),
            np.zeros(len(which), np.int64),
            stages.proof[which],
        )

    return holding.only(some).joined(
        after,
        of_stages(later, State.DOCUMENTED_LATER, later_first[later], stages.latest[later]),
        of_stages(unknown, State.PERIOD_UNKNOWN, may_begin[unknown], stages.stop[unknown]),
        _exits(facts, ladders, marks, stages),
    )


def _exit_earliest(facts: _Facts, ladders: _Ladders, marks: _Boundaries) -> Ints:
    """Return the earliest day of each boundary; of two in a row that say the same exit, the better known one."""
    earliest = marks.earliest.copy()
    if len(earliest) > 1:
        same = (marks.case[1:] == marks.case[:-1]) & (facts.rung[marks.fact[1:]] == facts.rung[marks.fact[:-1]])
        same &= marks.is_exit[1:] & (marks.earliest[1:] <= marks.day[:-1])
        earliest[:-1][same] = np.maximum(earliest[:-1][same], marks.earliest[1:][same])
    return earliest


def _after_proofs(facts: _Facts, ladders: _Ladders, marks: _Boundaries, phase: Ints) -> Ints:
    """Return the earliest day of each boundary, not before the day after the last proof before it."""
    if not len(marks.fact):
        return marks.earliest
    rows = np.flatnonzero(ladders.is_step[facts.rung])
    mark = marks.of_case[facts.case[rows]] + phase[rows]
    ends = mark < marks.of_case[facts.case[rows] + 1]
    known = _most(mark[ends], facts.certain[rows][ends], len(marks.fact))
    return np.minimum(np.maximum(marks.earliest, np.where(known > 0, known + 1, 0)), marks.day)


def _how_it_ends(  # noqa: PLR0913 - all that can end it
    stages: _Stages,
    facts: _Facts,
    ladders: _Ladders,
    marks: _Boundaries,
    held: Ints,
    follows: Bools,
    bound: Ints,
    is_early: Bools,
    how: npt.NDArray[np.object_],
    own_end: Ints,
) -> tuple[npt.NDArray[np.object_], Ints]:
    """Return in which way each stretch ends, empty if it does not or another stage follows, and from when that may be."""
    ends, earliest = _texts(len(held)), np.zeros(len(held), dtype=np.int64)
    ends[is_early] = how[held][is_early]
    earliest[is_early] = own_end[held][is_early]
    stopped = np.flatnonzero(~is_early & ~follows & (bound < NEVER))
    if len(stopped):
        mark = stages.stop_mark[held[stopped]]
        earliest[stopped] = marks.earliest[mark]
        kinds = [
            str(ladders.rungs[rung].stage.exit) if is_exit else str(State.ENDED)
            for rung, is_exit in zip(facts.rung[marks.fact[mark]], marks.is_exit[mark], strict=True)
        ]
        ends[stopped] = ["dormant" if kind == "dormant" else "ended" for kind in kinds]
    return ends, earliest


def _exits(facts: _Facts, ladders: _Ladders, marks: _Boundaries, stages: _Stages) -> _Rows:
    """Return the stretches in which an exit holds: until something of its case begins again, or another exit."""
    held = np.flatnonzero(~stages.is_dropped & ~stages.is_unknown)
    own = np.arange(len(marks.fact)) - marks.of_case[marks.case]
    case = np.concatenate([marks.case, stages.case[held]])
    place = np.concatenate([2 * own + 1, 2 * stages.phase[held]])
    first = np.concatenate([marks.day, stages.latest[held]])
    is_exit = np.concatenate([marks.is_exit, np.zeros(len(held), dtype=bool)])
    is_down = np.concatenate([~marks.is_exit, np.zeros(len(held), dtype=bool)])
    which = np.concatenate([marks.fact, stages.fact[held]])
    early = np.concatenate([marks.earliest, stages.earliest[held]])
    keep = np.flatnonzero(~is_down)
    order = keep[np.lexsort((first[keep], place[keep], case[keep]))]
    follows = np.append(case[order][1:] == case[order][:-1], False)[: len(order)]
    last = np.where(follows, np.append(first[order][1:], 0)[: len(order)], NEVER)
    at = np.flatnonzero(is_exit[order] & (first[order] < last))
    rows = order[at]
    fact = which[rows]
    state = np.asarray([str(ladders.rungs[rung].stage.exit) for rung in facts.rung[fact]], dtype=object)
    size = len(rows)
    return _Rows(
        fact,
        facts.rung[fact],
        case[rows],
        state if size else _texts(0),
        early[rows],
        first[rows],
        last[at],
        _texts(size),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
    )


# ---- what follows from it --------------------------------------------------------------------------------------------


def _derived(
    direct: _Rows, facts: _Facts, keys: npt.NDArray[np.object_], programme: Programme, ladders: _Ladders
) -> tuple[_Rows, Ints, Ints]:
    """Return what the direct stretches imply, each once for a participant, from the earliest on; from which stage; and the
    case of its own that it goes on in, -1 for none.

    Only until something of the participant's own says as much, and not beyond the programme unless it is an act.
    """
    number = {f"{rung.instrument.key}:{rung.stage.key}": n for n, rung in enumerate(ladders.rungs)}
    holds = np.isin(direct.state, [str(State.IN_FORCE), str(State.REACHED), str(State.PLANNED)])
    is_unknown = direct.state == str(State.PERIOD_UNKNOWN)
    district = np.asarray([is_district_key(str(key)) for key in keys], dtype=bool)
    # A district's council says nothing about talks with its municipalities.
    sources = np.flatnonzero((holds | is_unknown) & ~district[facts.participant[direct.fact]])
    latest = np.where(is_unknown, facts.latest[direct.fact], direct.first)
    found: list[tuple[Ints, Ints, Ints]] = []
    for origin, rung in enumerate(ladders.rungs):
        mine = sources[direct.rung[sources] == origin]
        for ref in rung.stage.implies:
            goal = np.full(len(mine), number[ref], dtype=np.int64)
            found.append((mine, goal, np.full(len(mine), origin, dtype=np.int64)))
    empty = np.empty(0, dtype=np.int64)
    source, goal, origin = (
        (np.concatenate([empty, *parts]) for parts in zip(*found, strict=True)) if found else (empty,) * 3
    )
    who = facts.participant[direct.fact[source]]
    order = np.lexsort((facts.line[direct.fact[source]], origin, latest[source], goal, who))
    order = order[_begins((who * len(ladders.rungs) + goal)[order])]
    source, goal, origin, who = source[order], goal[order], origin[order], who[order]
    first = latest[source]
    last, followed_by = _own_says_as_much(direct, facts, ladders, who, goal)
    how, end = _texts(len(first)), np.zeros(len(first), dtype=np.int64)
    rows = _Rows(
        direct.fact[source],
        goal,
        -1 - np.arange(len(first), dtype=np.int64),
        np.where(ladders.is_act[goal], str(State.REACHED), str(State.IN_FORCE)).astype(object),
        np.full(len(first), UNKNOWN, dtype=np.int64),
        first,
        last,
        how,
        end,
        np.zeros(len(first), dtype=np.int64),
    )
    rows = replace(rows, state=np.where(ladders.is_plan[goal], str(State.PLANNED), rows.state).astype(object))
    if programme.ended is None:
        some = rows.first < rows.last
        return rows.only(some), origin[some], followed_by[some]
    over = programme.ended.toordinal() + 1
    ends = ~ladders.is_act[goal] & (first < over) & (over < last)
    rest = rows.only(ends)
    rest = replace(rest, state=_texts(len(rest.fact), State.ENDED), first=np.full(len(rest.fact), over, dtype=np.int64))
    how[ends], end[ends] = str(State.ENDED), over
    rows = replace(rows, last=np.where(ends, over, last), ends=how, end_earliest=end)
    some = rows.first < rows.last
    both = np.concatenate([np.flatnonzero(some), np.flatnonzero(ends)])
    return rows.only(some).joined(rest), origin[both], followed_by[both]


def _own_says_as_much(direct: _Rows, facts: _Facts, ladders: _Ladders, who: Ints, goal: Ints) -> tuple[Ints, Ints]:
    """Return the first day on which a participant has the stage or a further one, or an exit, by its own, and the case."""
    own = np.flatnonzero(~np.isin(direct.state, [str(State.DOCUMENTED_LATER), str(State.PERIOD_UNKNOWN)]))
    own = own[~ladders.is_plan[direct.rung[own]]]
    last = np.full(len(who), NEVER, dtype=np.int64)
    case = np.full(len(who), -1, dtype=np.int64)
    size = int(facts.participant.max(initial=0)) + 1
    for target in np.unique(goal):
        says = (ladders.instrument == ladders.instrument[target]) & (
            ladders.is_exit | (ladders.is_step & (ladders.rank >= ladders.rank[target]))
        )
        mine = own[says[direct.rung[own]]]
        mine = mine[np.lexsort((direct.case[mine], direct.first[mine], facts.participant[direct.fact[mine]]))]
        participant = facts.participant[direct.fact[mine]]
        begins = _begins(participant)
        first, of = np.full(size, NEVER, dtype=np.int64), np.full(size, -1, dtype=np.int64)
        first[participant[begins]], of[participant[begins]] = direct.first[mine][begins], direct.case[mine][begins]
        at = goal == target
        last[at], case[at] = first[who[at]], of[who[at]]
    return last, case


def spans(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the stretches of time in which something can be said of participants.

    Parameters
    ----------
    table
        `Records.table`. A column that an older record lacks says nothing.
    programme
        Ladders, how long stages last, implications.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by participant, instrument, case and first day; the order of the entries does not matter. Columns
        `SPAN_COLUMNS`: ``participant`` (key as recorded), ``state`` (see `State`), ``in_force`` and ``so_far`` (whether
        it counts as holding, as having ever held), ``counted`` (the one of them that the instrument counts),
        ``basis`` (``direct`` or ``derived``), ``derived_from`` (``instrument:stage`` or empty); ``begin`` (earliest
        first day of the stage, NaT if unknown) and ``since_day`` (first day of the stretch), ``until_day`` (first day
        on which it is over, NaT while it lasts), all ``datetime64[s]``; ``ends`` (how what held ended: ``ended``,
        ``dormant``, ``presumed_over``, ``plan_lapsed``, empty if it did not or another stage follows) and
        ``end_earliest`` (from when on that may be); ``since`` (date as known, text) and ``since_means`` (``reached``,
        ``known_by``, ``source``, ``undated``), ``read_on``, ``until``, ``last_proof`` (ISO day), ``inferred`` (bool),
        ``source``, ``joint_with`` and ``case_name`` as the entry says; ``case`` (number; below 0 if derived), ``case_begin``
        and ``case_since`` (range of the first day of its first counted stage), ``arrangement`` (number; the same for
        members of one), ``row`` (of ``table``).
    """
    ladders = _ladders(programme)
    facts, keys = _facts(table, programme, ladders)
    direct = _direct(facts, programme, ladders)
    derived, origins, followed_by = _derived(direct, facts, keys, programme, ladders)
    rows = direct.joined(derived)
    is_derived = np.arange(len(rows.fact)) >= len(direct.fact)
    derived_from = _texts(len(rows.fact))
    names = np.asarray([f"{each.instrument.key}:{each.stage.key}" for each in ladders.rungs], dtype=object)
    derived_from[is_derived] = names[origins]
    counted = ladders.counted[rows.rung]
    in_force = counted & np.isin(rows.state, [str(State.IN_FORCE), str(State.REACHED)])
    cases = int(facts.case.max(initial=-1)) + 1
    case_begin, case_since, so_far = _of_cases(rows, in_force, cases, counted)
    partner, bodies = _partners(table, facts, cases)
    name, case_names = _numbered(column(table, "case"))
    named = _most(facts.case, name, cases)
    arrangement = _arrangements(rows, in_force, facts, ladders, partner, named, case_begin, cases)
    # What is derived and then said is one and the same.
    goes_on = np.flatnonzero(followed_by >= 0)
    if len(goes_on):
        of_case = np.zeros(cases, dtype=np.int64)
        of_case[direct.case] = arrangement[: len(direct.case)]
        arrangement[len(direct.case) + goes_on] = of_case[followed_by[goes_on]]
    order = np.lexsort(
        (
            facts.line[rows.fact],
            ladders.rank[rows.rung],
            rows.first,
            rows.case,
            is_derived,
            ladders.instrument[rows.rung],
            facts.participant[rows.fact],
        )
    )
    rows = rows.only(order)
    case, at = rows.case, np.maximum(rows.case, 0)
    is_own = case >= 0
    since, means = _since(table, rows.fact)
    means[~is_own & (means != "undated")] = "known_by"
    instruments = np.asarray([each.instrument.key for each in ladders.rungs], dtype=object)
    stages = np.asarray([each.stage.key for each in ladders.rungs], dtype=object)
    kinds = np.asarray([str(each.stage.kind) for each in ladders.rungs], dtype=object)
    so_far = so_far[order]
    holds = in_force[order]
    empty = cases == 0
    columns: dict[str, npt.NDArray[np.generic]] = {
        "participant": keys[facts.participant[rows.fact]],
        "instrument": instruments[rows.rung],
        "stage": stages[rows.rung],
        "rank": ladders.rank[rows.rung],
        "kind": kinds[rows.rung],
        "state": rows.state,
        "counted": np.where(ladders.so_far[rows.rung], so_far, holds),
        "in_force": holds,
        "so_far": so_far,
        "basis": np.where(is_own, "direct", "derived").astype(object),
        "derived_from": derived_from[order],
        "begin": _as_days(rows.begin),
        "since_day": as_days(rows.first),
        "until_day": as_days(rows.last),
        "ends": rows.ends,
        "end_earliest": _as_days(rows.end_earliest),
        "since": since,
        "since_means": means,
        "read_on": column(table, READ_ON)[rows.fact],
        "until": column(table, "until")[rows.fact],
        "last_proof": _as_days(rows.proof),
        "inferred": column(table, "inferred")[rows.fact] != "",
        "source": column(table, "source_url")[rows.fact],
        "joint_with": column(table, "joint_with")[rows.fact]
        if empty
        else np.where(is_own, bodies[partner[at]], "").astype(object),
        "case_name": _texts(len(case)) if empty else np.where(is_own, case_names[named[at]], "").astype(object),
        "case": case,
        "case_begin": _as_days(rows.begin) if empty else _as_days(np.where(is_own, case_begin[at], rows.begin)),
        "case_since": as_days(rows.first) if empty else as_days(np.where(is_own, case_since[at], rows.first)),
        "arrangement": arrangement[order],
        "row": rows.fact,
    }
    columns["strength"] = _strength(columns)
    return table_of(columns, SPAN_COLUMNS)


def counting(spans_: pd.DataFrame, counts: Counts) -> pd.DataFrame:
    """Return the stretches with ``counted`` as it is where all instruments count in this way."""
    column_ = {"counted": spans_[str(counts)].to_numpy()}
    changed = {name: spans_[name].to_numpy() for name in ("state", "basis", "rank", "since_day", "in_force")} | column_
    return spans_.assign(counted=column_["counted"], strength=_strength(changed))


def _strength(columns: Mapping[str, npt.NDArray[np.generic]]) -> Ints:
    """Return how each stretch stands against others of the same municipality and instrument: the least speaks for it.

    What is in force comes first, then what is derived, what else counts, and the rest in the order of `State`; of these
    the higher stage, then the older one.
    """
    counted, in_force = columns["counted"].astype(bool), columns["in_force"].astype(bool)
    is_direct = columns["basis"] == "direct"
    code, states = pd.factorize(columns["state"])
    place = np.asarray([3 + STATES.index(State(state)) for state in states], dtype=np.int64)[code]
    # A step that does not count says less than one documented only later.
    place = np.where(place < 3 + STATES.index(State.DOCUMENTED_LATER), 3 + STATES.index(State.PLANNED), place)
    place = np.where(counted, np.where(in_force, np.where(is_direct, 0, 1), 2), place)
    plain = np.where(columns["state"] == str(State.PLANNED), 1, 0) + np.where(is_direct, 0, 2)
    rank = columns["rank"].astype(np.int64)
    day = (columns["since_day"].astype("datetime64[D]").astype(np.int64)) + _EPOCH
    return ((place * 4 + np.where(counted, 0, plain)) * _STEP_UP + (_STEP_UP - 1 - rank)) * DAYS + day


def _as_days(days: Ints) -> npt.NDArray[np.datetime64]:
    """Return days as `as_days` does, NaT for `UNKNOWN`."""
    return as_days(np.where(days == UNKNOWN, NEVER, days))


def _of_cases(rows: _Rows, in_force: Bools, cases: int, counted: Bools) -> tuple[Ints, Ints, Bools]:
    """Return the range of the first day of each case, and which stretches belong to what has ever held by then."""
    own = rows.case >= 0
    latest = np.full(cases, NEVER, dtype=np.int64)
    later = rows.state == str(State.DOCUMENTED_LATER)
    tells = own & counted & (in_force | later | (rows.state == str(State.PERIOD_UNKNOWN)))
    holding = own & in_force
    np.minimum.at(latest, rows.case[holding], rows.first[holding])
    earliest = np.full(cases, NEVER, dtype=np.int64)
    np.minimum.at(earliest, rows.case[tells], rows.begin[tells])
    earliest[earliest == NEVER] = UNKNOWN
    so_far = in_force & ~own
    ever = own & ~later & (rows.state != str(State.PERIOD_UNKNOWN))
    so_far[ever] = rows.first[ever] >= latest[rows.case[ever]]
    return earliest, latest, so_far


def _partners(table: pd.DataFrame, facts: _Facts, cases: int) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Return the number of the partner of each case, as its entries say, and the names by number."""
    partner, bodies = _numbered(column(table, "joint_with"))
    return _most(facts.case, partner, cases), bodies


def _arrangements(  # noqa: PLR0913 - what decides whether cases are one
    rows: _Rows,
    in_force: Bools,
    facts: _Facts,
    ladders: _Ladders,
    partner: Ints,
    named: Ints,
    begin: Ints,
    cases: int,
) -> Ints:
    """Return the number of the arrangement of each stretch.

    Cases of several participants with one partner and one ``case`` are one arrangement where their times can meet: of an
    act that in which it may have been reached, of a state that in which it may have held. Two cases of one participant
    never are.
    """
    number = np.arange(cases, dtype=np.int64)
    of_case = np.zeros(cases, dtype=np.int64)
    who = np.zeros(cases, dtype=np.int64)
    of_case[facts.case] = ladders.instrument[facts.rung]
    who[facts.case] = facts.participant
    holding = np.flatnonzero((rows.case >= 0) & in_force)
    acts = ladders.is_act[rows.rung[holding]]
    end = _most(rows.case[holding], np.where(acts, rows.first[holding], rows.last[holding]), cases)
    end = np.where(end == 0, NEVER, end)
    joint = np.flatnonzero(partner > 0)
    if len(joint):
        shared = np.unique(
            (of_case[joint] * (partner.max() + 1) + partner[joint]) * (named.max() + 1) + named[joint],
            return_inverse=True,
        )[1]
        order = np.lexsort((joint, begin[joint], shared))
        joint, shared = joint[order], shared[order]
        first, reach = shared * DAYS + begin[joint], np.maximum.accumulate(shared * DAYS + end[joint])
        opens = np.append(True, first[1:] > reach[:-1])
        together = np.cumsum(opens)
        turn = pd.Series(joint).groupby([together, who[joint]]).cumcount().to_numpy()
        _, one = np.unique(together * (turn.max() + 1) + turn, return_inverse=True)
        number[joint] = cases + one
    alone = np.arange(len(rows.case), dtype=np.int64) + 2 * cases
    return np.where(rows.case >= 0, number[np.maximum(rows.case, 0)], alone) if cases else alone
