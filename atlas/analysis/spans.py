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
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.cases import Block, arrangement_numbers, blocks
from atlas.analysis.days import DAYS, NEVER, RANKS, Arrays, Bools, Ints, as_days, ordinals, run_begins, table_of
from atlas.analysis.facts import UNKNOWN, Facts, Ladders, Texts, days_or_nat
from atlas.analysis.stages import Boundaries, Stages, most, stages_of
from atlas.model.keys import is_district_key
from atlas.model.programme import Counts, ExitKind, Programme
from atlas.model.records import READ_ON
from atlas.model.states import STATES, State

_EPOCH = as_days(np.asarray([1], dtype=np.int64))[0].astype("datetime64[D]").astype(np.int64) - 1
_CODE = {state: number for number, state in enumerate(STATES)}
_HOLDING = (_CODE[State.IN_FORCE], _CODE[State.REACHED])
_OVER = tuple(number for state, number in _CODE.items() if state.is_over)
_ENDS = ("", State.ENDED, State.DORMANT, State.PRESUMED_OVER, State.PLAN_LAPSED)
"""In which way what held ends."""


@dataclass(frozen=True, eq=False, kw_only=True)
class _Rows(Arrays):
    """Stretches of time, an array each."""

    fact: Ints
    rung: Ints
    case: Ints
    """The entry each is told by, the stage, the case (below 0 if derived)."""
    state: Ints
    ends: Ints
    """Numbers in `STATES` and `_ENDS`."""
    begin: Ints
    """Earliest first day of the stage."""
    first: Ints
    last: Ints
    """First day of the stretch; the day after its last."""
    end_earliest: Ints
    """The first day that may be the last, where it ends."""
    proof: Ints
    """Newest day on which it is known to have held."""

    def joined(self, *others: _Rows) -> _Rows:
        """Return them with others behind."""
        every = (self, *others)
        return _Rows(**{name: np.concatenate([vars(each)[name] for each in every]) for name in vars(self)})


def _rows(stages: Stages, which: Ints, state: Ints | int, first: Ints, last: Ints) -> _Rows:
    """Return a stretch for some stages, none of which ends."""
    return _lasting(
        fact=stages.fact[which],
        rung=stages.rung[which],
        case=stages.case[which],
        state=np.zeros(len(which), dtype=np.int64) + state,
        begin=stages.earliest[which],
        first=first,
        last=last,
        proof=stages.proof[which],
    )


def _lasting(**columns: Ints) -> _Rows:
    """Return stretches of which nothing is known of an end; without ``begin`` and ``proof`` neither of these."""
    none = np.zeros(len(columns["first"]), dtype=np.int64)
    return _Rows(**({"begin": none, "ends": none, "end_earliest": none, "proof": none} | columns))


# ---- what entries say themselves -------------------------------------------------------------------------------------


def _direct(facts: Facts, case: Ints, programme: Programme, ladders: Ladders) -> _Rows:
    """Return the stretches of what entries say themselves."""
    stages, ends = stages_of(facts, case, ladders)
    launched = np.where(ladders.since_launch[stages.rung], programme.launched.toordinal(), 1)
    first = np.maximum(stages.earliest, launched)
    is_late = ladders.counted[stages.rung] & ~stages.is_unknown & ~stages.is_dropped & (first < stages.latest)
    later, unknown = np.flatnonzero(is_late), np.flatnonzero(stages.is_unknown)
    return _held(stages, facts, ends, programme, ladders).joined(
        _rows(stages, later, _CODE[State.DOCUMENTED_LATER], first[later], stages.latest[later]),
        _rows(stages, unknown, _CODE[State.PERIOD_UNKNOWN], launched[unknown], stages.stop[unknown]),
        _exits(facts, ladders, ends, stages),
    )


def _held(stages: Stages, facts: Facts, ends: Boundaries, programme: Programme, ladders: Ladders) -> _Rows:
    """Return the stretches in which stages hold, and those after they have ended by themselves."""
    held = np.flatnonzero(~stages.is_dropped & ~stages.is_unknown)
    rung = stages.rung[held]
    is_act = ladders.is_act[rung]
    follows = np.append(stages.part[held][1:] == stages.part[held][:-1], False)[: len(held)]
    bound = np.where(follows, np.append(stages.latest[held][1:], 0)[: len(held)], stages.stop[held])
    # An act stays reached beside whatever state follows it; another act says as much itself.
    bound = np.where(is_act & ~(follows & np.append(is_act[1:], False)[: len(held)]), NEVER, bound)
    own_end, how = _own_end(stages, held, facts, programme, ladders)
    state = np.where(ladders.is_plan[rung], _CODE[State.PLANNED], _CODE[State.IN_FORCE])
    state = np.where(is_act, _CODE[State.REACHED], state)
    is_early = own_end < bound
    rows = _rows(stages, held, state, stages.latest[held], np.minimum(bound, own_end))
    stopped = np.flatnonzero(~is_early & ~follows & (bound < NEVER))
    boundary = stages.boundary[held[stopped]]
    kinds = [
        _ENDS.index(State.DORMANT if rung.stage.exit is ExitKind.DORMANT else State.ENDED) for rung in ladders.rungs
    ]
    by_exit = np.where(ends.is_exit[boundary], np.asarray(kinds)[facts.rung[ends.fact[boundary]]], 1)
    ends_by, earliest = np.where(is_early, how, 0), np.where(is_early, own_end, 0)
    # A further stage that does not count ends what did.
    counted = ladders.counted[rung]
    leaves = np.flatnonzero(follows & ~is_early & counted & ~np.append(counted[1:], True)[: len(held)])
    ends_by[leaves], earliest[leaves] = _ENDS.index(State.ENDED), stages.earliest[held[leaves + 1]]
    ends_by[stopped], earliest[stopped] = by_exit, ends.earliest[boundary]
    rows = replace(rows, ends=ends_by, end_earliest=earliest)
    some = rows.first < rows.last
    early = np.flatnonzero(some & is_early)
    after = np.asarray([_CODE[State(end)] if end else 0 for end in _ENDS], dtype=np.int64)
    rest = _rows(stages, held[early], after[how[early]], own_end[early], bound[early])
    return rows.only(some).joined(replace(rest, begin=rest.first))


def _own_end(stages: Stages, held: Ints, facts: Facts, programme: Programme, ladders: Ladders) -> tuple[Ints, Ints]:
    """Return the first day on which some stages no longer hold by themselves, `NEVER` for none, and how they end."""
    rung, until = stages.rung[held], stages.until[held]
    end, how = np.where(until > 0, until + 1, NEVER), np.full(len(held), _ENDS.index(State.ENDED))
    timed = np.flatnonzero((ladders.months[rung] > 0) & (until == 0))
    proof, latest = stages.proof[held[timed]], stages.latest[held[timed]]
    base = np.where((stages.said[held[timed]] > UNKNOWN) | (proof == 0), latest, proof)
    last = np.maximum(_months_after(base, ladders.months[rung[timed]]), proof)
    is_plan = ladders.is_plan[rung[timed]]
    # An undated plan stays one: nobody knows from when on it would have lapsed.
    end[timed] = np.where(is_plan & (proof == 0), NEVER, last + 1)
    how[timed] = np.where(is_plan, _ENDS.index(State.PLAN_LAPSED), _ENDS.index(State.PRESUMED_OVER))
    if programme.ended:
        ended = programme.ended.toordinal()
        over = (until == 0) & (facts.certain[stages.fact[held]] <= ended) & (end > ended)
        end[over], how[over] = ended + 1, _ENDS.index(State.ENDED)
    return np.where(ladders.is_act[rung], NEVER, end), how


def _months_after(days: Ints, months: Ints) -> Ints:
    """Return the same day so many calendar months later, the month's last where it has no such day."""
    begin = (days + _EPOCH).astype("datetime64[D]")
    month = begin.astype("datetime64[M]")
    goal = month + months.astype("timedelta64[M]")
    first = goal.astype("datetime64[D]").astype(np.int64)
    size = (goal + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - first
    day = (begin - month.astype("datetime64[D]")).astype(np.int64)
    return np.asarray(first + np.minimum(day, size - 1) - _EPOCH, dtype=np.int64)


def _exits(facts: Facts, ladders: Ladders, ends: Boundaries, stages: Stages) -> _Rows:
    """Return the stretches in which an exit holds: until something of its case begins again, or another exit."""
    out = np.flatnonzero(ends.is_exit)
    held = np.flatnonzero(~stages.is_dropped & ~stages.is_unknown & np.isin(stages.case, ends.case[out]))
    case = np.concatenate([ends.case[out], stages.case[held]])
    place = np.concatenate([2 * ends.number[out] + 1, 2 * stages.phase[held]])
    first = np.concatenate([ends.day[out], stages.latest[held]])
    order = np.lexsort((place * DAYS + first, case))
    follows = np.append(case[order][1:] == case[order][:-1], False)[: len(order)]
    last = np.where(follows, np.append(first[order][1:], 0)[: len(order)], NEVER)
    at = np.flatnonzero((order < len(out)) & (first[order] < last))
    which = out[order[at]]
    rung = facts.rung[ends.fact[which]]
    kinds = np.asarray([_CODE[State(each.stage.exit)] for each in ladders.rungs], dtype=np.int64)
    return _lasting(
        fact=ends.fact[which],
        rung=rung,
        case=ends.case[which],
        state=kinds[rung],
        begin=ends.earliest[which],
        first=ends.day[which],
        last=last[at],
    )


# ---- what follows from it --------------------------------------------------------------------------------------------


def _derived(direct: _Rows, facts: Facts, programme: Programme, ladders: Ladders) -> tuple[_Rows, Ints, Ints]:
    """Return what the direct stretches imply, the stage each comes from, and the own case each goes on in, -1 for none.

    Each once for a participant, from the earliest on; only until something of the participant's own says as much, and
    not beyond the programme unless it is an act.
    """
    number = {rung.ref: n for n, rung in enumerate(ladders.rungs)}
    implied = [(n, number[ref]) for n, rung in enumerate(ladders.rungs) for ref in rung.stage.implies]
    district = np.asarray([is_district_key(str(key)) for key in facts.participant.known], dtype=bool)
    says = np.isin(direct.state, [*_HOLDING, _CODE[State.PLANNED], _CODE[State.PERIOD_UNKNOWN]])
    # A district's council says nothing about talks with its municipalities.
    source = np.flatnonzero(says & ~district[facts.participant.code[direct.fact]])
    latest = np.where(direct.state == _CODE[State.PERIOD_UNKNOWN], facts.latest[direct.fact], direct.first)
    pairs = [(mine := source[direct.rung[source] == n], np.full(len(mine), goal)) for n, goal in implied]
    empty = np.empty(0, dtype=np.int64)
    source = np.concatenate([empty, *(mine for mine, _ in pairs)])
    goal = np.concatenate([empty, *(goals for _, goals in pairs)])
    who = facts.participant.code[direct.fact[source]]
    order = np.lexsort((facts.line[direct.fact[source]], direct.rung[source], latest[source], goal, who))
    order = order[run_begins((who * len(ladders.rungs) + goal)[order])]
    source, goal, who = source[order], goal[order], who[order]
    last, goes_on = _own_says_as_much(direct, facts, ladders, who, goal)
    none = np.zeros(len(source), dtype=np.int64)
    state = np.where(ladders.is_plan[goal], _CODE[State.PLANNED], _CODE[State.IN_FORCE])
    rows = _lasting(
        fact=direct.fact[source],
        rung=goal,
        case=-1 - np.arange(len(source), dtype=np.int64),
        state=np.where(ladders.is_act[goal], _CODE[State.REACHED], state),
        first=latest[source],
        last=last,
    )
    origin, every = direct.rung[source], np.arange(len(source))
    over = programme.ended.toordinal() + 1 if programme.ended else NEVER
    ended = np.flatnonzero(~ladders.is_act[goal] & (rows.first < over) & (over < last))
    is_ended = np.isin(every, ended)
    rows = replace(
        rows,
        last=np.where(is_ended, over, last),
        ends=np.where(is_ended, _ENDS.index(State.ENDED), 0),
        end_earliest=np.where(is_ended, over, 0),
    )
    rest = replace(rows, state=none + _CODE[State.ENDED], first=none + over, last=last, ends=none, end_earliest=none)
    some = np.flatnonzero(rows.first < rows.last)
    both = np.concatenate([some, ended])
    return rows.only(some).joined(rest.only(ended)), origin[both], goes_on[both]


def _own_says_as_much(direct: _Rows, facts: Facts, ladders: Ladders, who: Ints, goal: Ints) -> tuple[Ints, Ints]:
    """Return the first day on which a participant has the stage or a further one, or an exit, of its own, and the case."""
    own = np.flatnonzero(~ladders.is_plan[direct.rung] & ~_stands_beside(direct))
    last, case = np.full(len(who), NEVER, dtype=np.int64), np.full(len(who), -1, dtype=np.int64)
    for target in np.unique(goal):
        further = ladders.is_exit | (ladders.is_step & (ladders.rank >= ladders.rank[target]))
        says = further & (ladders.instrument == ladders.instrument[target])
        mine = own[says[direct.rung[own]]]
        mine = mine[np.lexsort((direct.case[mine], direct.first[mine], facts.participant.code[direct.fact[mine]]))]
        participant = facts.participant.code[direct.fact[mine]]
        begins = run_begins(participant)
        first = np.full(len(facts.participant.known), NEVER, dtype=np.int64)
        of = np.full(len(facts.participant.known), -1, dtype=np.int64)
        first[participant[begins]], of[participant[begins]] = direct.first[mine[begins]], direct.case[mine[begins]]
        at = goal == target
        last[at], case[at] = first[who[at]], of[who[at]]
    return last, case


class _Cases:
    """The cases, an array each by number.

    ``begin`` and ``since`` are the range of the first day of the first stage that counts, ``end`` the day after the last
    one that does; ``who`` is the number of the participant; ``name`` and ``partner`` are numbers of the texts.
    """

    def __init__(self, direct: _Rows, in_force: Bools, block: Block, ladders: Ladders) -> None:
        facts, case, size = block.facts, block.case, block.cases
        self.since: Ints = np.full(size, NEVER, dtype=np.int64)
        np.minimum.at(self.since, direct.case[in_force], direct.first[in_force])
        self.begin: Ints = np.full(size, NEVER, dtype=np.int64)
        tells = in_force | (_stands_beside(direct) & ladders.counted[direct.rung])
        np.minimum.at(self.begin, direct.case[tells], direct.begin[tells])
        self.begin[self.begin == NEVER] = UNKNOWN
        self.name, self.partner = (most(case, column.code, size) for column in (facts.name, facts.partner))
        self.instrument, self.who = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        self.instrument[case], self.who[case] = ladders.instrument[facts.rung], facts.participant.code
        acts = ladders.is_act[direct.rung[in_force]]
        end = most(direct.case[in_force], np.where(acts, direct.first[in_force], direct.last[in_force]), size)
        self.end: Ints = np.where(end == 0, NEVER, end)


def _stands_beside(rows: _Rows) -> Bools:
    """Return which stretches never count: documented only later, or of a time nobody knows."""
    return np.isin(rows.state, [_CODE[State.DOCUMENTED_LATER], _CODE[State.PERIOD_UNKNOWN]])


def _joint(cases: _Cases, block: Block) -> pd.DataFrame:
    """Return the cases with a partner: what `arrangement_numbers` reads of them, with the number of each in the whole record."""
    joint = np.flatnonzero(cases.partner > 0)
    columns = {
        "case": block.cases_before + joint,
        "who": cases.who[joint],
        "instrument": cases.instrument[joint],
        "partner": block.facts.partner.known[cases.partner[joint]],
        "name": block.facts.name.known[cases.name[joint]],
        "begin": cases.begin[joint],
        "end": cases.end[joint],
    }
    return table_of(columns)


def spans(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the stretches of time in which something can be said of participants.

    ``table`` is `Records.table`. A column that an older record lacks says nothing.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by participant, instrument, case and first day; the order of the entries does not matter. Columns
        ``participant`` (key as recorded), ``instrument``, ``stage``, ``rank`` and ``kind`` of the stage, ``state`` (see `State`), ``in_force`` and ``so_far`` (whether
        it counts as holding, as having ever held), ``counted`` (the one of them that the instrument counts),
        ``basis`` (``direct`` or ``derived``), ``derived_from`` (``instrument:stage`` or empty); ``begin`` (earliest
        first day of the stage, NaT if unknown) and ``since_day`` (first day of the stretch), ``until_day`` (first day
        on which it is over, NaT while it lasts), all ``datetime64[s]``; ``ends`` (how what held ended: ``ended``,
        ``dormant``, ``presumed_over``, ``plan_lapsed``, empty if it did not or another stage follows) and
        ``end_earliest`` (from when on that may be); ``since`` (date as known, text) and ``since_means`` (``reached``,
        ``known_by``, ``source``, ``undated``), ``read_on``, ``until``, ``last_proof`` (ISO day), ``inferred`` (bool),
        ``source``, ``joint_with`` and ``case_name`` as the entry says; ``case`` (number; below 0 if derived), ``case_begin``
        and ``case_since`` (range of the first day of its first counted stage), ``arrangement`` (number; the same for
        members of one), ``strength`` (the least speaks for a municipality and instrument, see `counting`), ``row`` (of ``table``).
    """
    ladders = Ladders(programme)
    joint: list[pd.DataFrame] = []
    columns: dict[str, npt.NDArray[Any]] = {}
    stretches = cases = derived = 0
    for block in blocks(table, programme, ladders):
        part, of_cases = _stretches(block, programme, ladders)
        part["case"] -= np.where(part["case"] < 0, derived, 0)
        derived = -int(part["case"].min(initial=-derived))
        cases += block.cases
        joint.append(_joint(of_cases, block))
        columns = _behind(columns, stretches, part, len(table))
        stretches += len(part["case"])
    columns = {name: values[:stretches] for name, values in columns.items()}
    # What is derived is an arrangement of its own, unless it is then said.
    told, alone = arrangement_numbers(pd.concat(joint), cases), columns["arrangement"] < 0
    columns["arrangement"] = np.where(alone, cases - 1 - columns["case"], told[columns["arrangement"]])
    return table_of(columns)


def _behind(
    columns: dict[str, npt.NDArray[Any]], filled: int, part: dict[str, npt.NDArray[Any]], room: int
) -> dict[str, npt.NDArray[Any]]:
    """Return columns of which ``filled`` rows are used with a part behind them; the second part makes ``room`` for all.

    Kept in parts until the last is known, those of a million entries would be in memory twice.
    """
    if not columns:
        return part
    for name, values in part.items():
        before, end = columns[name], filled + len(values)
        if end > len(before):
            columns[name] = np.empty(max(room, 5 * end // 4), dtype=before.dtype)
            columns[name][:filled] = before[:filled]
        columns[name][filled:end] = values
    return columns


def _stretches(block: Block, programme: Programme, ladders: Ladders) -> tuple[dict[str, npt.NDArray[Any]], _Cases]:
    """Return the columns of `spans` for a block, and its cases.

    ``case`` is below 0 for what is derived, counted for each block anew; ``arrangement`` is the number of the case that
    each belongs to, below 0 for none.
    """
    facts = block.facts
    direct = _direct(facts, block.case, programme, ladders)
    derived, origin, goes_on = _derived(direct, facts, programme, ladders)
    rows = direct.joined(derived)
    in_force = ladders.counted[rows.rung] & np.isin(rows.state, _HOLDING)
    cases = _Cases(direct, in_force[: len(direct.case)], block, ladders)
    belongs = np.concatenate([direct.case, goes_on])
    belongs = np.where(belongs < 0, belongs, block.cases_before + belongs)
    origin = np.concatenate([np.full(len(direct.case), -1, dtype=np.int64), origin])
    order = _in_order(rows, facts, ladders)
    rows, in_force = rows.only(order), in_force[order]
    columns = _columns(rows, origin[order], block, cases, ladders)
    columns |= {"arrangement": belongs[order], "in_force": in_force, "so_far": _so_far(rows, in_force, cases)}
    columns["counted"] = np.where(ladders.so_far[rows.rung], columns["so_far"], in_force)
    columns["strength"] = _strength(columns, rows.state)
    return columns, cases


def _in_order(rows: _Rows, facts: Facts, ladders: Ladders) -> Ints:
    """Return the order of the stretches: by participant, instrument, case and first day, what is derived last."""
    who = facts.participant.code[rows.fact] * (int(ladders.instrument.max()) + 1) + ladders.instrument[rows.rung]
    case = np.where(rows.case < 0, len(facts.line) - rows.case, rows.case)
    cases = int(case.max(initial=0)) + 1
    day = rows.first * RANKS + ladders.rank[rows.rung]
    # In one number: a block is small enough that participants x instruments x cases x days x ranks stay below 2^63.
    return np.lexsort((facts.line[rows.fact], (who * cases + case) * (DAYS * RANKS) + day))


def _so_far(rows: _Rows, in_force: Bools, cases: _Cases) -> Bools:
    """Return which stretches belong to what has ever held by then: of an own case all from its first counted day on."""
    own = rows.case >= 0
    since = np.append(cases.since, NEVER)[np.where(own, rows.case, -1)]
    return np.where(own, ~_stands_beside(rows) & (rows.first >= since), in_force)


def _columns(rows: _Rows, origin: Ints, block: Block, cases: _Cases, ladders: Ladders) -> dict[str, npt.NDArray[Any]]:
    """Return the columns that stretches say by themselves; ``origin`` is the stage one is derived from, -1 for none."""
    facts = block.facts
    is_own = rows.case >= 0
    at = np.where(is_own, rows.case, -1)
    since, means = facts.since(rows.fact)
    means[~is_own & (means != "undated")] = "known_by"
    refs = [*(each.ref for each in ladders.rungs), ""]

    def of_rung(texts: list[str]) -> Texts:
        return np.asarray(texts, dtype=object)[rows.rung]

    return {
        "participant": facts.of("ags", rows.fact),
        "instrument": of_rung([each.instrument.key for each in ladders.rungs]),
        "stage": of_rung([each.stage.key for each in ladders.rungs]),
        "rank": ladders.rank.astype(np.int8)[rows.rung],
        "kind": of_rung([str(each.stage.kind) for each in ladders.rungs]),
        "state": np.asarray([str(state) for state in STATES], dtype=object)[rows.state],
        "basis": np.asarray(["derived", "direct"], dtype=object)[is_own.astype(np.int64)],
        "derived_from": np.asarray(refs, dtype=object)[origin],
        "begin": days_or_nat(rows.begin),
        "since_day": as_days(rows.first),
        "until_day": as_days(rows.last),
        "ends": np.asarray([str(end) for end in _ENDS], dtype=object)[rows.ends],
        "end_earliest": days_or_nat(rows.end_earliest),
        "since": since,
        "since_means": means,
        "read_on": facts.of(READ_ON, rows.fact),
        "until": np.where(is_own, facts.of("until", rows.fact), ""),  # what is derived does not end with its grant
        "last_proof": days_or_nat(rows.proof),
        "inferred": facts.texts["inferred"].code[rows.fact] > 0,
        "source": facts.of("source_url", rows.fact),
        "joint_with": facts.partner.known[np.append(cases.partner, 0)[at]],
        "case_name": facts.name.known[np.append(cases.name, 0)[at]],
        "case": np.where(is_own, block.cases_before + rows.case, rows.case),
        "case_begin": days_or_nat(np.where(is_own, np.append(cases.begin, 0)[at], rows.begin)),
        "case_since": as_days(np.where(is_own, np.append(cases.since, 0)[at], rows.first)),
        "row": block.rows[rows.fact],
    }


def counting(spans_: pd.DataFrame, counts: Counts) -> pd.DataFrame:
    """Return the stretches with ``counted`` as it is where all instruments count in this way."""
    columns = {name: spans_[name].to_numpy() for name in ("basis", "rank", "since_day", "in_force")}
    columns["counted"] = spans_[str(counts)].to_numpy()
    place = {str(state): number for number, state in enumerate(STATES)}
    code, states = pd.factorize(spans_["state"].to_numpy(dtype=object))
    state = np.asarray([place[each] for each in states], dtype=np.int64)[code]
    return spans_.assign(counted=columns["counted"], strength=_strength(columns, state))


def _strength(columns: Mapping[str, npt.NDArray[np.generic]], state: Ints) -> Ints:
    """Return how each stretch stands against others of the same municipality and instrument: the least speaks for it.

    What counts and is in force comes first, then what counts and is derived, what else counts, and the rest in the order
    of `STATES`, where a step that does not count stands before the plans; of these the higher stage, then the older one,
    of what is over the one that ended last.
    """
    counted, in_force = columns["counted"].astype(bool), columns["in_force"].astype(bool)
    is_direct = columns["basis"] == "direct"
    uncounted = np.isin(state, _HOLDING)
    place = 2 * (3 + np.where(uncounted, _CODE[State.PLANNED], state)) + ~uncounted
    place = np.where(counted, 2 * np.where(in_force, np.where(is_direct, 0, 1), 2), place)
    order = place * 2 + ~is_direct
    rank = RANKS - 1 - columns["rank"].astype(np.int64)
    day = ordinals(pd.Series(columns["since_day"]))
    day = np.where(np.isin(state, _OVER), DAYS - 1 - day, day)
    return np.asarray((order * RANKS + rank) * DAYS + day, dtype=np.int64)
