"""How it went: who was in which stage when, what began and ended, and the numbers over time.

`status_as_of` answers for one day. Here all days are answered at once: `episodes` says from when until when each status
was a municipality's best own one, `events` says when a municipality began or ceased to be counted, `progress` counts
both for any row of days. What differs between two days is in `atlas.analysis.changes`.

What is covered only through a district takes no part: it is never part of a number.

Days are half-open stretches throughout: from the first day on which something holds until the first on which it no
longer does. Inside they are ordinals (see `_ordinals`), so that a case and a day together make one sortable number.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.status import successors
from atlas.model.boundaries import Change, Edition
from atlas.model.programme import StageKind

EPISODE_COLUMNS = (
    "ags",
    "district",
    "instrument",
    "stage",
    "kind",
    "counted",
    "basis",
    "joint_with",
    "since",
    "since_means",
    "source",
    "participant",
    "row",
    "from_day",
    "until_day",
    "since_day",
    "initial",
)
EVENT_COLUMNS = (
    "day",
    "instrument",
    "ags",
    "district",
    "what",
    "because",
    "stage",
    "joint_with",
    "since",
    "since_means",
    "source",
    "row",
)
PROGRESS_COLUMNS = (
    "date",
    "instrument",
    "municipalities",
    "arrangements",
    "new",
    "ended",
    "revived",
    "dormant",
    "total",
    "share",
    "area_share",
)
NEW, REVIVED, ENDED, DORMANT, CHANGED = "new", "revived", "ended", "dormant", "changed"
RECORD, BOUNDARY = "record", "boundary"

_Ints: TypeAlias = npt.NDArray[np.int64]
_Bools: TypeAlias = npt.NDArray[np.bool_]

_DAYS = 1 << 22
"""More than there are days: the ordinal of 9999-12-31 is 3 652 059."""
_NEVER = _DAYS - 1
_EPOCH = date(1970, 1, 1).toordinal()


def month_ends(first: date, last: date) -> list[date]:
    """Return the last day of every month from that of ``first`` up to ``last``.

    The final one is ``last`` itself where it lies before its month's end; none where ``last`` lies before ``first``.
    """
    if last < first:
        return []
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ends = (date(at // 12, at % 12 + 1, calendar.monthrange(at // 12, at % 12 + 1)[1]) for at in months)
    return [min(end, last) for end in ends]


# --- episodes --------------------------------------------------------------------------------------------------------


def episodes(spans_: pd.DataFrame, edition: Edition, changes: Iterable[Change]) -> pd.DataFrame:
    """Return the best own status of every municipality in every instrument, for all days at once.

    For any day from the edition's first on, the episodes that hold are the rows of `status_as_of` that are ``direct``
    or ``derived``. The time taken grows like sorting the spans.

    Parameters
    ----------
    spans_
        What `spans` returned.
    edition
        Municipalities; nothing is said of days before its first.
    changes
        Mergers of all editions of the state.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by ``ags``, ``instrument`` and ``from_day``. Columns `EPISODE_COLUMNS`: ``ags`` and ``district`` of
        the municipality while it existed; ``stage`` to ``row`` as in `status_as_of`; ``from_day`` and ``until_day``
        (``datetime64[s]``; until is the first day on which it no longer holds, NaT while it does); ``since_day``
        (``datetime64[s]``, the day its record counts from, which may be long before); ``initial`` (bool, whether it
        holds from the edition's first day, so that nobody knows from here since when).
    """
    number, piece, extent, begin, end = _pieces(spans_, edition, tuple(changes))
    places = edition.municipalities
    ags, names = pd.factorize(places["ags"].to_numpy(dtype=object), sort=True)
    instrument, instruments = pd.factorize(spans_["instrument"].to_numpy(dtype=object), sort=True)
    case = ags[extent] * max(len(instruments), 1) + instrument[number]
    won, first, last = _winners(case, begin, end, piece)
    first, last, won = _joined(first, last, won, [case[won], number[won]])
    row, place = number[won], extent[won]
    columns: dict[str, npt.NDArray[np.generic]] = {
        column: spans_[column].to_numpy()[row] for column in EPISODE_COLUMNS if column in spans_.columns
    }
    columns |= {
        "ags": names[ags[place]],
        "district": places["district"].to_numpy(dtype=object)[place],
        "from_day": _as_days(first),
        "until_day": _as_days(last),
        "initial": first <= edition.starts.toordinal(),
    }
    return _table(columns, EPISODE_COLUMNS)


def _pieces(
    spans_: pd.DataFrame, edition: Edition, changes: tuple[Change, ...]
) -> tuple[_Ints, _Ints, _Ints, _Ints, _Ints]:
    """Return what each span says of which row of ``edition.municipalities`` from when until when, strongest first.

    Each as an array: number of the span, number of the piece, row of the edition, first day, end.
    """
    order = _precedence(spans_)
    who, keys = pd.factorize(spans_["participant"].to_numpy(dtype=object))
    extents = pd.DataFrame({"ags": edition.municipalities["ags"].to_numpy(dtype=object)})
    extents = extents.assign(
        extent=np.arange(len(extents)),
        valid_from=_ordinals(edition.municipalities["valid_from"]),
        valid_to=_ordinals(edition.municipalities["valid_to"]),
    )
    # A district's key is nobody's AGS, so its spans find no place and drop out here.
    places = _holders(keys, changes, edition.starts).merge(extents, left_on="holder", right_on="ags")
    places = places.sort_values(["key", "begin"])
    known, wanted = places["key"].to_numpy(), who[order]
    owner, place = _ranges(np.searchsorted(known, wanted), np.searchsorted(known, wanted, side="right"))
    number = order[owner]
    held = {column: places[column].to_numpy()[place] for column in ("extent", "begin", "end", "valid_from", "valid_to")}
    begin = np.maximum(_ordinals(spans_["since_day"])[number], np.maximum(held["begin"], held["valid_from"]))
    end = np.minimum(_ordinals(spans_["until_day"])[number], np.minimum(held["end"], held["valid_to"]))
    some = begin < end
    return number[some], np.arange(int(some.sum())), held["extent"][some], begin[some], end[some]


def _precedence(spans_: pd.DataFrame) -> _Ints:
    """Return the numbers of the spans that can win, strongest first: the order of `status._own` and `status._best`.

    A derived span without end never wins against an earlier one that says the same of the same participant. Left in,
    each of them would cover all later days of its case, and the cost would grow with their square.
    """
    is_step = spans_["kind"] == str(StageKind.STEP)
    is_derived = spans_["basis"] == "derived"
    keys = spans_[["participant", "instrument", "basis", "rank", "since_day", "until_day", "since", "source"]]
    keys = keys.set_axis(np.arange(len(keys))).assign(
        order=np.where(is_step & (spans_["basis"] == "direct"), 0, np.where(is_derived, 1, 2))
    )
    ordered = keys.sort_values(
        ["order", "rank", "since_day", "since", "source"], ascending=[True, False, True, True, True]
    )
    lasting = (ordered["basis"] == "derived") & ordered["until_day"].isna()
    outdone = lasting & ordered.duplicated(["participant", "instrument", "basis", "rank"])
    return np.asarray(ordered.index[~outdone], dtype=np.int64)


def _holders(keys: Iterable[object], changes: tuple[Change, ...], starts: date) -> pd.DataFrame:
    """Return who holds the territory of each key from when until when, from ``starts`` on.

    Columns ``key`` (its number in ``keys``), ``holder`` (AGS), ``begin`` and ``end`` (ordinals), by key and day.
    """
    days = [starts, *sorted({change.effective for change in changes if change.effective > starts})]
    heirs = [successors(changes, day) for day in days]
    ends = [*(day.toordinal() for day in days[1:]), _NEVER]
    rows = []
    for number, key in enumerate(map(str, keys)):
        if key not in heirs[-1]:
            rows.append((number, key, starts.toordinal(), _NEVER))
            continue
        rows += [
            (number, heir.get(key, key), day.toordinal(), end) for heir, day, end in zip(heirs, days, ends, strict=True)
        ]
    table = pd.DataFrame(rows, columns=["key", "holder", "begin", "end"])
    return table.astype({"key": "int64", "holder": object, "begin": "int64", "end": "int64"})


def _winners(case: _Ints, begin: _Ints, end: _Ints, piece: _Ints) -> tuple[_Ints, _Ints, _Ints]:
    """Return who holds between any two neighbouring days on which something begins or ends in a case.

    ``piece`` numbers the pieces, the lowest wins. Three arrays, by case and day: number of the winner, first day, end.
    """
    first, last = case * _DAYS + begin, case * _DAYS + end
    marks = np.unique(np.concatenate([first, last]))
    owner, interval = _ranges(np.searchsorted(marks, first), np.searchsorted(marks, last))
    best = np.full(len(marks), len(piece), dtype=np.int64)
    np.minimum.at(best, interval, piece[owner])
    held = np.flatnonzero(best < len(piece))
    return best[held], marks[held] % _DAYS, marks[np.minimum(held + 1, len(marks) - 1)] % _DAYS


def _joined(first: _Ints, last: _Ints, winner: _Ints, same: Sequence[_Ints]) -> tuple[_Ints, _Ints, _Ints]:
    """Join stretches that follow each other without a gap and are alike in all of ``same``."""
    opens = np.ones(len(first), dtype=bool)
    opens[1:] = first[1:] != last[:-1]
    for values in same:
        opens[1:] |= values[1:] != values[:-1]
    at = np.flatnonzero(opens)
    ends = np.append(at[1:], len(first))[: len(at)] - 1
    return first[at], last[ends], winner[at]


# --- events ----------------------------------------------------------------------------------------------------------


def events(episodes_: pd.DataFrame, changes: Iterable[Change]) -> pd.DataFrame:
    """Return every day on which a municipality began or ceased to be counted in an instrument.

    The number counted on a day is that of an earlier day of the edition, plus ``new`` and ``revived`` after that day up
    to and with the later one, less ``ended`` and ``dormant`` in the same time. That holds for the whole state, and for
    a district as long as no merger crosses its border.

    * A change of stage within what is counted is no event, nor is a merger that only changes the key.
    * Of several counted municipalities that merge into a counted one, all but one end: the heir goes on if it was
      counted itself, else the first by AGS.
    * What already was so on the edition's first day begins without an event.

    Parameters
    ----------
    episodes_
        What `episodes` returned.
    changes
        Mergers of all editions of the state.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by ``day``, ``instrument`` and ``ags``. Columns `EVENT_COLUMNS`: ``day`` (``datetime64[s]``, the
        first day of the new state), ``ags`` and ``district`` (of the municipality that began or ceased), ``what``
        (``new``; ``revived``, if it or a part of it had been counted before; ``ended``; ``dormant``, if an exit
        follows), ``because`` (``record`` or ``boundary``); ``stage`` to ``row`` of the record that says so, for an
        ``ended`` by ``boundary`` of the record that had counted until then.
    """
    line = _Timeline(episodes_, tuple(changes))
    found = pd.concat([_begins(line), _ends(line)], ignore_index=True)
    shown = episodes_.iloc[line.number[found["shown"].to_numpy(dtype=np.int64)]]
    whose = episodes_.iloc[line.number[found["whose"].to_numpy(dtype=np.int64)]]
    columns: dict[str, npt.NDArray[np.generic]] = {
        column: shown[column].to_numpy()
        for column in EVENT_COLUMNS
        if column in {"stage", "joint_with", "since", "since_means", "source", "row"}
    }
    columns |= {column: whose[column].to_numpy() for column in ("instrument", "ags", "district")}
    columns["day"] = _as_days(found["day"].to_numpy(dtype=np.int64))
    columns |= {column: found[column].to_numpy(dtype=object) for column in ("what", "because")}
    table = _table(columns, EVENT_COLUMNS)
    return table.sort_values(["day", "instrument", "ags"], kind="stable", ignore_index=True)


class _Timeline:
    """Episodes in order of case and day, the counted ones joined to stretches, and where each key went.

    A case is a municipality's key in an instrument, as one number: ``instrument * keys + key``.
    """

    def __init__(self, episodes_: pd.DataFrame, changes: tuple[Change, ...]) -> None:
        ags = episodes_["ags"].to_numpy(dtype=object)
        merged = [key for change in changes for key in (change.old_ags, change.new_ags)]
        code, self.keys = pd.factorize(np.concatenate([ags, np.asarray(merged, dtype=object)]), sort=True)
        instrument, _ = pd.factorize(episodes_["instrument"].to_numpy(dtype=object))
        self.size = max(len(self.keys), 1)
        case = instrument * self.size + code[: len(ags)]
        begin = _ordinals(episodes_["from_day"])
        self.number: _Ints = np.argsort(case * _DAYS + begin, kind="stable").astype(np.int64)
        """Position in ``episodes_`` of each row here."""
        self.case: _Ints = case[self.number]
        self.begin = begin[self.number]
        self.end = _ordinals(episodes_["until_day"])[self.number]
        self.since = _ordinals(episodes_["since_day"])[self.number]
        self.initial: _Bools = episodes_["initial"].to_numpy(dtype=bool)[self.number]
        self.is_exit: _Bools = (episodes_["kind"] == str(StageKind.EXIT)).to_numpy(dtype=bool)[self.number]
        self.counted: _Bools = episodes_["counted"].to_numpy(dtype=bool)[self.number]
        at = np.flatnonzero(self.counted)
        numbers = np.arange(len(at))
        _, _, first = _joined(self.begin[at], self.end[at], numbers, [self.case[at]])
        self.first: _Ints = at[first]
        """First episode of each counted stretch."""
        self.last: _Ints = at[np.append(first[1:], len(at))[: len(first)] - 1]
        """Last episode of each counted stretch."""
        self.changes = changes
        self._moves(code[len(ags) :])

    def _moves(self, merged: _Ints) -> None:
        """Keep who went where on which day; on one day a key may go through several hands."""
        days = np.asarray([change.effective.toordinal() for change in self.changes], dtype=np.int64)
        heirs = {change.effective: successors(self.changes, change.effective) for change in self.changes}
        names = [heirs[change.effective][change.old_ags] for change in self.changes]
        heir = np.searchsorted(self.keys, np.asarray(names, dtype=object)) if names else np.empty(0, dtype=np.int64)
        left = merged[0::2] * _DAYS + days
        order = np.argsort(left)
        self.left: _Ints = left[order]
        self.heir: _Ints = heir[order]
        self.arrivals: _Ints = np.unique(heir * _DAYS + days)

    def heir_case(self, case: _Ints, day: _Ints) -> _Ints:
        """Return the case that goes on where ``case`` ends on ``day``; itself if it was not merged away then."""
        wanted = case % self.size * _DAYS + day
        at = np.minimum(np.searchsorted(self.left, wanted), len(self.left) - 1)
        moved = self.left[at] == wanted if len(self.left) else np.zeros(len(wanted), dtype=bool)
        heirs = self.heir[at] if len(self.left) else case
        return np.where(moved, case - case % self.size + heirs, case)

    def grows(self, case: _Ints, day: _Ints) -> _Bools:
        """Return whether the municipality of ``case`` takes in another on ``day``."""
        return np.isin(case % self.size * _DAYS + day, self.arrivals)

    def holding(self, case: _Ints, day: _Ints) -> _Ints:
        """Return the row of the episode that holds in ``case`` on ``day``, -1 if there is none."""
        at = np.searchsorted(self.case * _DAYS + self.begin, case * _DAYS + day, side="right") - 1
        there = np.maximum(at, 0)
        if not len(self.case):
            return at
        return np.where((at >= 0) & (self.case[there] == case) & (self.end[there] > day), at, -1)


def _begins(line: _Timeline) -> pd.DataFrame:
    """Return the stretches that begin with an event: ``day``, ``what``, ``because`` and rows of the timeline."""
    case, day = line.case[line.first], line.begin[line.first]
    ends = line.end[line.last]
    goes_on = np.isin(case * _DAYS + day, line.heir_case(line.case[line.last], ends) * _DAYS + ends)
    at = line.first[~goes_on & ~line.initial[line.first]]
    case, day = line.case[at], line.begin[at]
    before = np.maximum(at - 1, 0)
    replaces = (at > 0) & (line.case[before] == case) & (line.end[before] == day)
    by_record = (line.since[at] == day) | (replaces & ~line.grows(case, day))
    return _found(
        at,
        at,
        day,
        np.where(_known_from(line, case) <= day, REVIVED, NEW),
        by_record,
    )


def _known_from(line: _Timeline, case: _Ints) -> _Ints:
    """Return the first day from which each case looks back on something counted, in it or in what it took in."""
    holders = _holders(line.keys, line.changes, date.min)
    first = line.case[line.first]
    owner, place = _ranges(
        np.searchsorted(holders["key"], first % line.size), np.searchsorted(holders["key"], first % line.size, "right")
    )
    holder = np.searchsorted(line.keys, holders["holder"].to_numpy(dtype=object))[place]
    # A stretch is looked back on from the day after its first, and by an heir from the merger on.
    known = np.maximum(line.begin[line.first][owner] + 1, holders["begin"].to_numpy()[place])
    cases, number = np.unique(first[owner] - first[owner] % line.size + holder, return_inverse=True)
    earliest = np.full(len(cases), _NEVER, dtype=np.int64)
    np.minimum.at(earliest, number, known)
    return earliest[np.searchsorted(cases, case)]


def _ends(line: _Timeline) -> pd.DataFrame:
    """Return the stretches that end with an event: ``day``, ``what``, ``because`` and rows of the timeline."""
    at = line.last[line.end[line.last] < _NEVER]
    day = line.end[at]
    heir = line.heir_case(line.case[at], day)
    after = line.holding(heir, day)
    order = np.lexsort((line.case[at], day, heir))  # within an instrument, cases are in order of AGS
    at, day, heir, after = at[order], day[order], heir[order], after[order]
    there = np.maximum(after, 0)
    survives = (after >= 0) & line.counted[there]
    # An heir that was not counted until then carries one of the parts on; one that was counted carries itself on.
    was_counted = survives & _counted_before(line, heir, day)
    is_first = np.ones(len(at), dtype=bool)
    is_first[1:] = (heir[1:] != heir[:-1]) | (day[1:] != day[:-1])
    event = ~(survives & ~was_counted & is_first)
    by_record = ~survives & (after >= 0) & ((line.since[there] == day) | ~line.grows(heir, day))
    what = np.where(~survives & (after >= 0) & line.is_exit[there], DORMANT, ENDED)
    shown = np.where(by_record, there, at)
    return _found(at[event], shown[event], day[event], what[event], by_record[event])


def _counted_before(line: _Timeline, case: _Ints, day: _Ints) -> _Bools:
    """Return whether each case was counted on the day before."""
    there = line.holding(case, day - 1)
    return (there >= 0) & line.counted[np.maximum(there, 0)]


def _found(whose: _Ints, shown: _Ints, day: _Ints, what: npt.NDArray[np.str_], by_record: _Bools) -> pd.DataFrame:
    because = np.where(by_record, RECORD, BOUNDARY)
    return pd.DataFrame({"whose": whose, "shown": shown, "day": day, "what": what, "because": because})


# --- numbers over time -----------------------------------------------------------------------------------------------


def progress(  # noqa: PLR0913 - what is counted, for which days, where: none of it has a sensible default
    episodes_: pd.DataFrame,
    events_: pd.DataFrame,
    edition: Edition,
    instruments: Sequence[str],
    days: Sequence[date],
    *,
    since: date,
    district: str | None = None,
) -> pd.DataFrame:
    """Return for each day what was in force then and what began and ended since the day before it in ``days``.

    Parameters
    ----------
    episodes_, events_
        What `episodes` and `events` returned.
    edition
        Municipalities that existed.
    instruments
        Keys, in the order wanted.
    days
        Days to report, each later than the one before.
    since
        Where the first row's time begins; what happened on this day itself is not in it.
    district
        Five-digit key to count in one district only.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, each day with all instruments. Columns `PROGRESS_COLUMNS`: ``date`` (``datetime64[s]``);
        ``municipalities``, ``arrangements`` (a joint one once) and ``total`` (municipalities that existed) on that
        day, as in `counting.figure`; ``new`` (with ``revived``) and ``ended`` (with ``dormant``) since the day before;
        ``share`` (0 to 1; 0.0 where there are no municipalities); ``area_share`` (of the land they have, 0 to 1).

    Raises
    ------
    ValueError
        If the days are not in order or the first is not later than ``since``.
    """
    at = np.asarray([since.toordinal(), *(day.toordinal() for day in days)], dtype=np.int64)
    if (np.diff(at) <= 0).any():
        raise ValueError("days must follow each other, the first after since")
    stock, held = _stocks(episodes_, instruments, at[1:], district)
    flow = _flows(events_, instruments, at, district)
    total = _running(*_existence(edition, district), at[1:], 1)
    columns = {
        "date": np.repeat(_as_days(at[1:]), len(instruments)),
        "instrument": np.tile(np.asarray(instruments, dtype=object), len(days)),
        "municipalities": stock.ravel(),
        "arrangements": held.ravel(),
        "new": (flow[NEW] + flow[REVIVED]).ravel(),
        "ended": (flow[ENDED] + flow[DORMANT]).ravel(),
        "revived": flow[REVIVED].ravel(),
        "dormant": flow[DORMANT].ravel(),
        "total": np.repeat(total.ravel(), len(instruments)),
    }
    columns["share"] = columns["municipalities"] / np.maximum(columns["total"], 1)
    land = _running(*_existence(edition, district), at[1:], 1, _land(edition, district))
    covered = _land_covered(episodes_, edition, instruments, at[1:], district)
    columns["area_share"] = (covered / np.maximum(land, 1)).ravel()
    return _table(columns, PROGRESS_COLUMNS)


def progress_by_district(episodes_: pd.DataFrame, edition: Edition, instrument: str, day: date) -> pd.DataFrame:
    """Return how far an instrument had come in each district on one day.

    Parameters
    ----------
    episodes_
        What `episodes` returned.
    edition
        Districts and municipalities.
    instrument
        Its key.
    day
        The day.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, districts in the edition's order. Columns ``district`` (key), ``municipalities`` (counted on the
        day), ``total`` (that existed), ``share`` (0 to 1; 0.0 where there are none).
    """
    at = pd.Timestamp(day)
    holds = (episodes_["from_day"] <= at) & (episodes_["until_day"].isna() | (episodes_["until_day"] > at))
    counted = episodes_["district"][holds & episodes_["counted"] & (episodes_["instrument"] == instrument)]
    keys = edition.districts.index.to_numpy(dtype=object)
    there = edition.municipalities["district"][edition.valid_at(day)]
    number = counted.value_counts().reindex(keys, fill_value=0).to_numpy(dtype=np.int64)
    total = there.astype(object).value_counts().reindex(keys, fill_value=0).to_numpy(dtype=np.int64)
    columns = {"district": keys, "municipalities": number, "total": total, "share": number / np.maximum(total, 1)}
    return _table(columns, tuple(columns))


def _stocks(
    episodes_: pd.DataFrame, instruments: Sequence[str], at: _Ints, district: str | None
) -> tuple[_Ints, _Ints]:
    """Return municipalities and arrangements counted, days by instruments."""
    kept = episodes_["counted"].to_numpy(dtype=bool)
    if district is not None:
        kept = kept & (episodes_["district"] == district).to_numpy(dtype=bool)
    code = _places(episodes_["instrument"], instruments)
    kept = kept & (code >= 0)
    begin, end = _ordinals(episodes_["from_day"]), _ordinals(episodes_["until_day"])
    joint = kept & ((episodes_["joint_with"] != "") & (episodes_["basis"] == "direct")).to_numpy(dtype=bool)
    size = len(instruments)
    stock = _running(code[kept], begin[kept], end[kept], at, size)
    together = _running(code[joint], begin[joint], end[joint], at, size)
    body, _ = pd.factorize(episodes_["joint_with"].to_numpy(dtype=object)[joint])
    case, first, last = _united(body * max(size, 1) + code[joint], begin[joint], end[joint])
    bodies = _running(case % max(size, 1), first, last, at, size)
    return stock, stock - together + bodies


def _united(case: _Ints, begin: _Ints, end: _Ints) -> tuple[_Ints, _Ints, _Ints]:
    """Return the days covered by any stretch of a case: case, first day and end, without overlaps."""
    first, last = case * _DAYS + begin, case * _DAYS + end
    order = np.argsort(first, kind="stable")
    # A case's numbers all lie below the next one's, so one running maximum serves all.
    first, reach = first[order], np.maximum.accumulate(last[order])
    at = np.flatnonzero(np.append(True, first[1:] > reach[:-1])[: len(first)])
    ends = np.append(at[1:], len(first))[: len(at)] - 1
    return first[at] // _DAYS, first[at] % _DAYS, reach[ends] % _DAYS


def _flows(events_: pd.DataFrame, instruments: Sequence[str], at: _Ints, district: str | None) -> dict[str, _Ints]:
    """Return events by kind, days by instruments; ``at`` begins with the day after which the first row counts."""
    code, day = _places(events_["instrument"], instruments), _ordinals(events_["day"])
    kept = (code >= 0) & (day > at[0]) & (day <= at[-1])
    if district is not None:
        kept = kept & (events_["district"] == district).to_numpy(dtype=bool)
    what, row = events_["what"].to_numpy(dtype=object), np.searchsorted(at, day) - 1
    flow = {}
    for kind in (NEW, REVIVED, ENDED, DORMANT):
        chosen = kept & (what == kind)
        flow[kind] = np.zeros((len(at) - 1, len(instruments)), dtype=np.int64)
        np.add.at(flow[kind], (row[chosen], code[chosen]), 1)
    return flow


def _existence(edition: Edition, district: str | None) -> tuple[_Ints, _Ints, _Ints]:
    """Return a column 0, first day and end of every row of the edition, of one district if it is given."""
    rows = edition.municipalities
    if district is not None:
        rows = rows[rows["district"] == district]
    return np.zeros(len(rows), dtype=np.int64), _ordinals(rows["valid_from"]), _ordinals(rows["valid_to"])


def _land(edition: Edition, district: str | None) -> _Ints:
    """Return the area of every row of the edition, of one district if it is given, in thousands of square metres.

    Whole numbers: sums of them are exact in any order.
    """
    rows = edition.municipalities
    if district is not None:
        rows = rows[rows["district"] == district]
    return np.asarray(np.rint(rows["area_km2"].to_numpy() * 1000), dtype=np.int64)


def _land_covered(
    episodes_: pd.DataFrame, edition: Edition, instruments: Sequence[str], at: _Ints, district: str | None
) -> _Ints:
    """Return the area of the municipalities counted, days by instruments, as in `_land`.

    A municipality that took in another has had several areas, each for its time.
    """
    kept = episodes_[episodes_["counted"]]
    if district is not None:
        kept = kept[kept["district"] == district]
    extents = edition.municipalities[["ags", "valid_from", "valid_to"]].assign(land=_land(edition, None))
    both = kept[["ags", "instrument", "from_day", "until_day"]].merge(extents, on="ags")
    code = _places(both["instrument"], instruments)
    begin = np.maximum(_ordinals(both["from_day"]), _ordinals(both["valid_from"]))
    end = np.minimum(_ordinals(both["until_day"]), _ordinals(both["valid_to"]))
    real = (code >= 0) & (begin < end)
    weight = both["land"].to_numpy(dtype=np.int64)[real]
    return _running(code[real], begin[real], end[real], at, len(instruments), weight)


def _running(column: _Ints, begin: _Ints, end: _Ints, at: _Ints, size: int, weight: _Ints | None = None) -> _Ints:
    """Return how many stretches of each column hold on each day of ``at``, or their weight; days by columns."""
    heavy = np.ones(len(column), dtype=np.int64) if weight is None else weight
    steps = np.zeros((len(at) + 1, size), dtype=np.int64)
    np.add.at(steps, (np.searchsorted(at, begin), column), heavy)
    np.subtract.at(steps, (np.searchsorted(at, end), column), heavy)
    return np.asarray(np.cumsum(steps, axis=0)[:-1], dtype=np.int64)


# --- tables, days and ranges -----------------------------------------------------------------------------------------


def _table(columns: Mapping[str, npt.NDArray[np.generic]], order: Sequence[str]) -> pd.DataFrame:
    """Return a table with texts as plain objects, as in `status_as_of`: it is filtered often."""
    return pd.DataFrame({name: pd.Series(columns[name], dtype=columns[name].dtype) for name in order})


def _ordinals(days: pd.Series) -> _Ints:
    """Return days as Python counts them, 1 for 0001-01-01, and `_NEVER` for NaT."""
    values = days.to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(values), _NEVER, values.astype(np.int64) + _EPOCH)


def _as_days(ordinals: _Ints) -> npt.NDArray[np.datetime64]:
    """Return the reverse of `_ordinals`, as ``datetime64[s]``."""
    days = (ordinals - _EPOCH).astype("datetime64[D]").astype("datetime64[s]")
    days[ordinals == _NEVER] = np.datetime64("NaT")
    return days


def _ranges(starts: npt.NDArray[np.integer], stops: npt.NDArray[np.integer]) -> tuple[_Ints, _Ints]:
    """Return all numbers from each start up to before its stop, and in front of them which range each is from."""
    sizes = np.maximum(stops - starts, 0)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return owner, starts[owner] + offset


def _places(keys: pd.Series, known: Sequence[str]) -> _Ints:
    """Return the place of each key among those known, -1 for others."""
    code, found = pd.factorize(keys.to_numpy(dtype=object))
    place = {key: number for number, key in enumerate(known)}
    return np.asarray([*(place.get(key, -1) for key in found), -1], dtype=np.int64)[code]
