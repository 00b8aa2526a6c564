"""What began and what ended, and why: the edges of the stretches in which something counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.days import DAYS, NEVER, Bools, Ints, as_days, joined, ordinals, run_begins, run_ends, table_of
from atlas.analysis.status import successors
from atlas.model.boundaries import BoundaryChange, mergers
from atlas.model.programme import StageKind, Unit

BEGUN, FIRST_DOCUMENTED, REVIVED = "begun", "first_documented", "revived"
ENDED, DORMANT, END_DOCUMENTED, PRESUMED_OVER = "ended", "dormant", "end_documented", "presumed_over"
CHANGED = "changed"
BEGINNINGS, ENDINGS = (BEGUN, FIRST_DOCUMENTED, REVIVED), (ENDED, DORMANT, END_DOCUMENTED, PRESUMED_OVER)
FLOWS = (*BEGINNINGS, *ENDINGS)
"""What can happen to what counts, in the order of every table."""
RECORD, BOUNDARY = "record", "boundary"
_TOLD = ("stage", "joint_with", "since", "since_means", "read_on", "until", "last_proof", "source", "row")


def in_period(events_: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Return the events after ``start`` up to and with ``end``, with ``what`` as that period shows it.

    What may have been so before is *first documented*; an exit whose day is not known to lie in the period is *end
    documented*.
    """
    first, last = np.datetime64(start, "s"), np.datetime64(end, "s")
    day = events_["day"].to_numpy()
    rows = events_.iloc[np.flatnonzero((day > first) & (day <= last))]
    return rows.assign(what=seen_from(rows, np.full(len(rows), start.toordinal(), dtype=np.int64)))


def seen_from(rows: pd.DataFrame, start: Ints) -> npt.NDArray[np.object_]:
    """Return ``what`` of each event as a period shows it that begins after the day ``start`` (an ordinal)."""
    what = rows["what"].to_numpy(dtype=object).copy()
    earliest = ordinals(rows["earliest"])
    unknown = (earliest == NEVER) | (earliest <= start)
    what[unknown & (what == BEGUN)] = FIRST_DOCUMENTED
    what[unknown & np.isin(what, [ENDED, DORMANT])] = END_DOCUMENTED
    return what


def events(episodes_: pd.DataFrame, changes: Iterable[BoundaryChange], unit: Unit = "municipalities") -> pd.DataFrame:
    """Return every day on which a municipality, or an arrangement, began or ceased to be counted in an instrument.

    The number counted on a day is that of an earlier day of the edition, plus the beginnings after that day up to and with
    the later one, less the ends in the same time. That holds for the whole state, and for a district as long as no
    merger crosses its border.

    * A change of stage within what is counted is no event, nor is a merger that only changes the key.
    * Of several counted municipalities that merge into a counted one, all but one end: the successor goes on if it was
      counted itself, else the first by AGS.
    * What already was so on the edition's first day begins without an event.
    * What begins again is ``revived``; what goes on in the same case after its presumed end is ``first_documented``.

    ``episodes_`` are what `episodes` returned for the same ``unit``, ``changes`` the mergers of all editions of the
    state.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by ``day``, ``instrument`` and ``ags``. Columns ``day`` (``datetime64[s]``, the
        first day of the new state), ``earliest`` (the first day on which it may have happened, NaT if unknown: which
        of ``begun`` and ``first_documented``, ``ended`` and ``end_documented`` it is, depends on the period, see
        `in_period`), ``ags`` and ``district`` (of the municipality that began or ceased), ``what`` (``begun``,
        ``first_documented``, ``revived``, ``ended``, ``dormant``, ``presumed_over``), ``because`` (``record`` or
        ``boundary``); ``stage``, ``joint_with``, ``since`` to ``row`` of the record that says so, for an ``ended`` by
        ``boundary`` of the record that had counted until then; ``stage_was`` (what counted until then, or begins to);
        ``instrument`` and ``arrangement``.
    """
    is_place = unit == "municipalities"
    line = _Timeline(episodes_, mergers(changes) if is_place else (), "ags" if is_place else "arrangement")
    found = pd.concat([_begins(line), _ends(line)], ignore_index=True)
    shown = episodes_.iloc[line.number[found["shown"].to_numpy(dtype=np.int64)]]
    whose = episodes_.iloc[line.number[found["whose"].to_numpy(dtype=np.int64)]]
    columns: dict[str, npt.NDArray[np.generic]] = {}
    columns |= {column: as_days(found[column].to_numpy(dtype=np.int64)) for column in ("day", "earliest")}
    columns |= {column: whose[column].to_numpy() for column in ("instrument", "ags", "district", "arrangement")}
    columns |= {column: found[column].to_numpy(dtype=object) for column in ("what", "because")}
    columns |= {column: shown[column].to_numpy() for column in _TOLD}
    table = table_of(columns | {"stage_was": whose["stage"].to_numpy()})
    return table.sort_values(["day", "instrument", "ags"], kind="stable", ignore_index=True)


class _Timeline:
    """Episodes in order of case and day, the counted ones joined to stretches, and where each key went.

    A case is a municipality's key in an instrument, as one number: ``instrument * keys + key``.
    """

    def __init__(self, episodes_: pd.DataFrame, changes: tuple[BoundaryChange, ...], key: str) -> None:
        ags = episodes_[key].astype(str).to_numpy(dtype=object)
        merged = [key for change in changes for key in (change.old_ags, change.new_ags)]
        code, self.keys = pd.factorize(np.concatenate([ags, np.asarray(merged, dtype=object)]), sort=True)
        instrument, _ = pd.factorize(episodes_["instrument"].to_numpy(dtype=object))
        self.size = max(len(self.keys), 1)
        case = instrument * self.size + code[: len(ags)]
        begin = ordinals(episodes_["from_day"])
        self.number: Ints = np.argsort(case * DAYS + begin, kind="stable").astype(np.int64)
        """Position in ``episodes_`` of each row here."""
        self.case: Ints = case[self.number]
        self.begin = begin[self.number]
        self.end = ordinals(episodes_["until_day"])[self.number]
        self.since = ordinals(episodes_["since_day"])[self.number]
        self.over = ordinals(episodes_["over_day"])[self.number]
        earliest = ordinals(episodes_["earliest"])[self.number]
        is_own = (episodes_["basis"] == "direct").to_numpy(dtype=bool)[self.number]
        self.earliest: Ints = np.where(is_own, earliest, NEVER)
        self.counted_since: Ints = ordinals(episodes_["counted_since"])[self.number]
        self.end_earliest: Ints = ordinals(episodes_["end_earliest"])[self.number]
        self.ends = episodes_["ends"].to_numpy(dtype=object)[self.number]
        self.state = episodes_["state"].to_numpy(dtype=object)[self.number]
        self.own_case = episodes_["case"].to_numpy(dtype=np.int64)[self.number]
        self.initial: Bools = episodes_["initial"].to_numpy(dtype=bool)[self.number]
        self.is_exit: Bools = (episodes_["kind"] == str(StageKind.EXIT)).to_numpy(dtype=bool)[self.number]
        self.counted: Bools = episodes_["counted"].to_numpy(dtype=bool)[self.number]
        at = np.flatnonzero(self.counted)
        numbers = np.arange(len(at))
        _, _, first = joined(self.begin[at], self.end[at], numbers, [self.case[at]])
        self.first: Ints = at[first]
        """First episode of each counted stretch."""
        self.last: Ints = at[run_ends(first, len(at))]
        """Last episode of each counted stretch."""
        self.changes = changes
        self._moves(code[len(ags) :])

    def _moves(self, merged: Ints) -> None:
        """Keep who went where on which day; on one day a key may go through several hands."""
        days = np.asarray([change.effective.toordinal() for change in self.changes], dtype=np.int64)
        by_day = {change.effective: successors(self.changes, change.effective) for change in self.changes}
        names = [by_day[change.effective][change.old_ags] for change in self.changes]
        successor = (
            np.searchsorted(self.keys, np.asarray(names, dtype=object)) if names else np.empty(0, dtype=np.int64)
        )
        left = merged[0::2] * DAYS + days
        order = np.argsort(left)
        self.left: Ints = left[order]
        self.successor: Ints = successor[order]
        self.arrivals: Ints = np.unique(successor * DAYS + days)

    def successor_case(self, case: Ints, day: Ints) -> Ints:
        """Return the case that goes on where ``case`` ends on ``day``; itself if it was not merged away then."""
        wanted = case % self.size * DAYS + day
        at = np.minimum(np.searchsorted(self.left, wanted), len(self.left) - 1)
        moved = self.left[at] == wanted if len(self.left) else np.zeros(len(wanted), dtype=bool)
        successor = self.successor[at] if len(self.left) else case
        return np.where(moved, case - case % self.size + successor, case)

    def grows(self, case: Ints, day: Ints) -> Bools:
        """Return whether the municipality of ``case`` takes in another on ``day``."""
        return np.isin(case % self.size * DAYS + day, self.arrivals)

    def holding(self, case: Ints, day: Ints) -> Ints:
        """Return the row of the episode that holds in ``case`` on ``day``, -1 if there is none."""
        at = np.searchsorted(self.case * DAYS + self.begin, case * DAYS + day, side="right") - 1
        there = np.maximum(at, 0)
        if not len(self.case):
            return at
        return np.where((at >= 0) & (self.case[there] == case) & (self.end[there] > day), at, -1)


def _begins(line: _Timeline) -> pd.DataFrame:
    """Return the stretches that begin with an event: ``day``, ``what``, ``because`` and rows of the timeline."""
    case, day = line.case[line.first], line.begin[line.first]
    ends = line.end[line.last]
    goes_on = np.isin(case * DAYS + day, line.successor_case(line.case[line.last], ends) * DAYS + ends)
    at = line.first[~goes_on & ~line.initial[line.first]]
    case, day = line.case[at], line.begin[at]
    before = np.maximum(at - 1, 0)
    replaces = (at > 0) & (line.case[before] == case) & (line.end[before] == day)
    by_record = (line.since[at] == day) | (replaces & ~line.grows(case, day))
    what = np.where(line.counted_since[at] < day, REVIVED, BEGUN).astype(object)
    what[~by_record] = FIRST_DOCUMENTED
    former = line.last[np.maximum(np.searchsorted(line.first, at) - 1, 0)]
    goes_on_unseen = (line.case[former] == case) & (line.own_case[former] == line.own_case[at])
    what[goes_on_unseen & (line.own_case[at] >= 0) & (line.ends[former] == PRESUMED_OVER) & (former < at)] = (
        FIRST_DOCUMENTED
    )
    return _found(at, at, day, line.earliest[at], what, by_record)


def _ends(line: _Timeline) -> pd.DataFrame:
    """Return the stretches that end with an event: ``day``, ``what``, ``because`` and rows of the timeline."""
    at = line.last[line.end[line.last] < NEVER]
    day = line.end[at]
    successor = line.successor_case(line.case[at], day)
    after = line.holding(successor, day)
    order = np.lexsort((line.case[at], day, successor))  # within an instrument, cases are in order of AGS
    at, day, successor, after = at[order], day[order], successor[order], after[order]
    there = np.maximum(after, 0)
    survives = (after >= 0) & line.counted[there]
    # An successor that was not counted until then carries one of the parts on; one that was counted carries itself on.
    was_counted = survives & _counted_before(line, successor, day)
    is_first = np.zeros(len(at), dtype=bool)
    is_first[run_begins(successor, day)] = True
    event = ~(survives & ~was_counted & is_first)
    # It ends by the record where its own stretch does, or something else of the case takes its place.
    by_record = ~survives & ((line.over[at] == day) | ((after >= 0) & (line.since[there] == day)))
    how = line.ends[at]
    exits = np.where((after >= 0) & line.is_exit[there] & (line.state[there] == DORMANT), DORMANT, ENDED)
    what = np.where(by_record & (line.over[at] == day) & (how != ""), how, np.where(by_record, exits, ENDED))
    earliest = np.where(by_record & (line.over[at] == day) & (how != ""), line.end_earliest[at], day)
    shown = np.where(by_record & (after >= 0) & line.is_exit[there], there, at)
    found = _found(at, shown, day, earliest, what.astype(object), by_record)
    return found[event]


def _counted_before(line: _Timeline, case: Ints, day: Ints) -> Bools:
    """Return whether each case was counted on the day before."""
    there = line.holding(case, day - 1)
    return (there >= 0) & line.counted[np.maximum(there, 0)]


def _found(
    whose: Ints, shown: Ints, day: Ints, earliest: Ints, what: npt.NDArray[np.object_], by_record: Bools
) -> pd.DataFrame:
    because = np.where(by_record, RECORD, BOUNDARY)
    return pd.DataFrame(
        {"whose": whose, "shown": shown, "day": day, "earliest": earliest, "what": what, "because": because}
    )
