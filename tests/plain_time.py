"""The rules of docs/time.md once more, entry by entry in plain loops: what the arrays of the product are held against.

It shares no code with `atlas.analysis`. Days are dates; `None` is an earliest first day that nobody knows, an end that
does not come.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from atlas.model.dates import PartialDate
from atlas.model.programme import Instrument, Programme, Stage, StageKind

DAY = timedelta(days=1)
NEVER = date.max


@dataclass(frozen=True)
class Row:
    """An entry: its stage, the range of its first day, what it proves."""

    participant: str
    stage: Stage
    rank: int
    earliest: date | None
    latest: date
    dated: date | None
    proof: date | None
    until: date | None
    case: str
    partner: str
    line: int

    @property
    def is_step(self) -> bool:
        return self.stage.kind is StageKind.STEP

    @property
    def is_exit(self) -> bool:
        return self.stage.kind is StageKind.EXIT


@dataclass
class Stretch:
    """A stage in a state from a day until before another."""

    stage: Stage
    state: str
    begin: date | None
    first: date
    last: date
    ends: str = ""
    end_earliest: date | None = None


@dataclass
class Case:
    """Entries that speak of the same case, and what follows from them."""

    rows: list[Row] = field(default_factory=list)
    name: str = ""
    rank: int = -1
    has_exit: bool = False
    is_closed: bool = False
    stretches: list[Stretch] = field(default_factory=list)

    @property
    def begin(self) -> date | None:
        """Earliest first day of anything counted."""
        told = [each.begin for each in self.stretches if each.stage.is_counted and each.state in COUNTED | BESIDE]
        return None if None in told or not told else min(day for day in told if day)


COUNTED = {"in_force", "reached"}
BESIDE = {"documented_later", "period_unknown"}


def read(table: Iterable[dict[str, Any]], programme: Programme, instrument: Instrument) -> list[Row]:
    """Return the entries of an instrument."""
    rows = []
    for each in table:
        if each["instrument"] != instrument.key:
            continue
        rank, stage = next((n, s) for n, s in enumerate(instrument.stages) if s.key == each["status"])
        day = PartialDate.parse(each["date"]) if each["date"] else None
        source = PartialDate.parse(each["source_date"]) if each["source_date"] else None
        until = PartialDate.parse(each["until"]).last_day() if each["until"] else None
        read_on = date.fromisoformat(each["read_on"])
        bound = min(read_on, until or NEVER)
        latest = min(day.last_day() if day else source.last_day() if source else read_on, bound)
        if programme.ended and not (day and day.first_day() > programme.ended):
            latest = min(latest, programme.ended)
        earliest = day.first_day() if day and each["date_means"] == "reached" else None
        rows.append(
            Row(
                each["ags"],
                stage,
                rank,
                earliest,
                max(latest, earliest or date.min),
                day.first_day() if day else None,
                min(day.last_day(), bound) if day else None,
                until,
                each["case"],
                each["joint_with"],
                each["line"],
            )
        )
    return rows


def cases_of(rows: list[Row], instrument: Instrument) -> list[Case]:
    """Return the cases of one participant."""
    return _repeating(rows, instrument) if instrument.repeats else _once(rows)


def _once(rows: list[Row]) -> list[Case]:
    named: dict[tuple[str, str], list[Row]] = {}
    bare = []
    for row in rows:
        if row.case or row.partner:
            named.setdefault((row.case, row.partner), []).append(row)
        else:
            bare.append(row)
    top = max((row.rank for group in named.values() for row in group if row.is_step), default=-1)
    alone = any(row.stage.is_counted and row.rank >= top for row in bare)
    groups = list(named.values())
    if bare and len(groups) == 1 and not alone:
        groups[0].extend(bare)
    elif bare:
        groups.append(bare)
    return [Case(group, max(row.case for row in group)) for group in groups]


def _repeating(rows: list[Row], instrument: Instrument) -> list[Case]:
    last = max((n for n, stage in enumerate(instrument.stages) if stage.kind is StageKind.STEP), default=-1)
    cases: list[Case] = []
    for row in sorted(rows, key=lambda row: (row.earliest or row.latest, row.is_exit, row.rank, row.line)):
        if row.case:
            fitting = [case for case in cases if case.name == row.case]
        elif row.is_exit:
            fitting = [case for case in cases if not case.has_exit]
        else:
            fitting = [case for case in cases if not case.has_exit and not case.is_closed and -1 < case.rank < row.rank]
            if not fitting and row.earliest is None:
                fitting = [case for case in cases if case.rank > row.rank]
        if not fitting:
            cases.append(Case(name=row.case))
            fitting = cases
        case = fitting[-1]
        case.rows.append(row)
        if row.is_exit:
            case.has_exit = True
        elif row.rank > case.rank:
            case.rank = row.rank
            case.is_closed = row.stage.is_act and row.rank == last
    return cases


@dataclass
class _Stage:
    rows: list[Row]
    earliest: date | None
    latest: date
    told: Row
    dropped: bool = False

    @property
    def climb(self) -> tuple[bool, int]:
        return self.told.is_step, self.told.rank


def fold(case: Case, programme: Programme, instrument: Instrument) -> None:
    """Put the stretches of a case into it."""
    bounds, phases = _phases(case.rows)
    begin = _known_ends(bounds, phases)
    told = any(row.dated or row.until for row in case.rows)
    launch = programme.launched if instrument.since_launch else date.min
    events: list[tuple[int, date, Row | None]] = []
    for number, members in sorted(phases.items()):
        stop = bounds[number] if number < len(bounds) else None
        former = begin[bounds[number - 1]] if number else None
        stages = _beginnings(members, stop.latest if stop else NEVER, former)
        unknown = [] if told else [each for each in stages if each.told.stage.is_counted and each.told.stage.months]
        for each in unknown:
            last = stop.latest if stop else NEVER
            case.stretches.append(Stretch(each.told.stage, "period_unknown", each.earliest, launch, last))
        held = [each for each in stages if each not in unknown and not each.dropped]
        for each in held:
            first = max(each.earliest or date.min, launch)
            if each.told.stage.is_counted and first < each.latest:
                case.stretches.append(Stretch(each.told.stage, "documented_later", each.earliest, first, each.latest))
        events += [(2 * number, each.latest, None) for each in held]
        _hold(case, held, members, programme, (stop, begin[stop] if stop else None))
    events += [(2 * n + 1, bound.latest, bound) for n, bound in enumerate(bounds) if bound.is_exit]
    events.sort(key=lambda each: each[:2])
    for at, (_, first, exit_) in enumerate(events):
        last = events[at + 1][1] if at + 1 < len(events) else NEVER
        if exit_ and first < last:
            case.stretches.append(Stretch(exit_.stage, str(exit_.stage.exit), begin[exit_], first, last))


def _phases(rows: list[Row]) -> tuple[list[Row], dict[int, list[Row]]]:
    """Return what divides a case, and the entries between."""
    steps = [row for row in rows if row.is_step]
    high = [row for row in steps if not row.stage.is_act]
    downs = [row for row in steps if row.dated and any(t.rank > row.rank and row.dated > t.latest for t in high)]
    exits = [row for row in rows if row.is_exit]
    bounds = sorted([*exits, *downs], key=lambda row: (row.latest, row.is_exit, row.line))
    phases: dict[int, list[Row]] = {}
    for row in rows:
        if not row.is_exit:
            passed = sum(1 for bound in bounds if row.dated and bound.latest < row.dated)
            phases.setdefault(bounds.index(row) + 1 if row in downs else passed, []).append(row)
    return bounds, phases


def _known_ends(bounds: list[Row], phases: dict[int, list[Row]]) -> dict[Row, date | None]:
    """Return the earliest day of what divides a case."""
    begin = {bound: bound.earliest for bound in bounds}
    for one, two in pairwise(bounds):
        if two.is_exit and one.stage is two.stage and two.earliest and two.earliest <= one.latest:
            begin[one] = max(one.earliest or date.min, two.earliest)
    for number, bound in enumerate(bounds):
        if proofs := [row.dated for row in phases.get(number, []) if row.is_step and row.dated]:
            begin[bound] = min(max(begin[bound] or date.min, max(proofs) + DAY), bound.latest)
    return begin


def _beginnings(members: list[Row], stop: date, former: date | None) -> list[_Stage]:
    stages = []
    for key in {row.stage.key for row in members}:
        rows = [row for row in members if row.stage.key == key]
        latest = min(row.latest for row in rows)
        meeting = [row for row in rows if row.earliest is None or row.earliest <= latest]
        earliest = max((row.earliest for row in meeting if row.earliest), default=None)
        told = min((row for row in meeting if row.earliest == earliest), key=lambda row: (row.latest, row.line))
        stages.append(_Stage(rows, earliest, latest, told))
    stages.sort(key=lambda each: each.climb)
    raw = [(each.earliest, each.latest) for each in stages]
    for n, lower in enumerate(stages):
        for m in range(n + 1, len(stages)):
            further = stages[m]
            if raw[n][0] is not None and raw[n][0] > raw[m][1]:
                lower.dropped = True
                continue
            lower.latest = min(lower.latest, raw[m][1])
            if raw[n][0]:
                further.earliest = max(further.earliest or date.min, raw[n][0])
    for each in stages:
        if former:
            each.earliest = max(each.earliest or date.min, former)
        each.latest = min(each.latest, stop)
        if each.earliest:
            each.earliest = min(each.earliest, each.latest)
    return stages


def _hold(
    case: Case,
    held: list[_Stage],
    members: list[Row],
    programme: Programme,
    end_of_phase: tuple[Row | None, date | None],
) -> None:
    stop, stop_earliest = end_of_phase
    steps = [row for row in members if row.is_step]
    for n, each in enumerate(held):
        stage = each.told.stage
        follower = held[n + 1] if n + 1 < len(held) else None
        bound = follower.latest if follower else stop.latest if stop else NEVER
        if stage.is_act and not (follower and follower.told.stage.is_act):
            bound = NEVER
        end, how = _own_end(each, steps, programme)
        first, last = each.latest, min(bound, end)
        state = "reached" if stage.is_act else "planned" if stage.kind is StageKind.PLAN else "in_force"
        if first < last:
            stretch = Stretch(stage, state, each.earliest, first, last)
            if end < bound:
                stretch.ends, stretch.end_earliest = how, end
                case.stretches.append(Stretch(stage, how, end, end, bound))
            elif not follower and stop and bound < NEVER:
                stretch.ends = "dormant" if stop.is_exit and stop.stage.exit == "dormant" else "ended"
                stretch.end_earliest = stop_earliest
            elif follower and bound < NEVER and stage.is_counted and not follower.told.stage.is_counted:
                stretch.ends, stretch.end_earliest = "ended", follower.earliest
            case.stretches.append(stretch)


def _own_end(each: _Stage, steps: list[Row], programme: Programme) -> tuple[date, str]:
    stage = each.told.stage
    is_plan = stage.kind is StageKind.PLAN
    steps = [row for row in steps if row.rank >= each.told.rank]
    if stage.is_act:
        return NEVER, ""
    said = [row for row in each.rows if row.until]
    if said:
        newest = max(said, key=lambda row: (row.dated or date.min, row.line))
        later = [
            row for row in steps if row.dated and newest.until and min(row.dated, row.until or NEVER) > newest.until
        ]
        if newest.until and (is_plan or not later):
            return newest.until + DAY, "ended"
    end, how = NEVER, ""
    if stage.months:
        proofs = [row.proof for row in (each.rows if is_plan else steps) if row.proof]
        proof = max(proofs, default=None)
        base = each.latest if each.told.earliest or proof is None else proof
        if not (is_plan and proof is None):
            end = max(months_after(base, stage.months), proof or date.min) + DAY
            how = "plan_lapsed" if is_plan else "presumed_over"
    over = programme.ended
    if over and not (each.told.dated and each.told.dated > over) and end > over:
        return over + DAY, "ended"
    return end, how


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the month's last."""
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def told(table: Iterable[dict[str, Any]], programme: Programme) -> dict[tuple[str, str], list[Case]]:
    """Return the folded cases of every participant and instrument."""
    rows = list(table)
    found = {}
    for instrument in programme.instruments:
        mine = read(rows, programme, instrument)
        for participant in {row.participant for row in mine}:
            cases = cases_of([row for row in mine if row.participant == participant], instrument)
            for case in cases:
                fold(case, programme, instrument)
            found[participant, instrument.key] = cases
    return found
