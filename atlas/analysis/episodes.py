"""Who was in which stage when: the status of all days at once, of municipalities or of arrangements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.days import DAYS, NEVER, Arrays, Bools, Ints, as_days, joined, ordinals, ranges, table_of
from atlas.analysis.status import successors
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, mergers
from atlas.model.programme import Unit
from atlas.model.states import State

_UNTOLD = ["rank", "so_far", "derived_from", "begin", "case_name", "case_begin", "case_since", "strength"]
"""Columns of spans that episodes do not have."""


@dataclass(frozen=True, eq=False, kw_only=True)
class _Parts(Arrays):
    """What spans say of rows of ``edition.municipalities``, an array each, strongest first.

    ``number`` of the span, ``extent`` (row of the edition), ``begin`` and ``end``, ``held`` and ``released`` (while the
    municipality of the extent holds the participant's territory).
    """

    number: Ints
    extent: Ints
    begin: Ints
    end: Ints
    held: Ints
    released: Ints


def episodes(
    spans_: pd.DataFrame,
    edition: BoundaryVersion,
    changes: Iterable[BoundaryChange],
    unit: Unit = "municipalities",
    district: str | None = None,
) -> pd.DataFrame:
    """Return the best own status of every municipality in every instrument, or of every arrangement, for all days at once.

    For any day from the edition's first on, the episodes of municipalities that hold are the rows of `status_as_of` that
    are ``direct`` or ``derived``. The time taken grows like sorting the spans.

    ``spans_`` are what `spans` returned, ``changes`` the mergers of all editions of the state. Nothing is said of days
    before the edition's first; with a five-digit ``district`` only what concerns its municipalities is.

    Returns
    -------
    pandas.DataFrame
        RangeIndex, by ``ags`` (or ``arrangement``), ``instrument`` and ``from_day``. Columns ``ags`` and ``district`` of
        the municipality while it existed; those of `spans` but for what only decides between spans; ``from_day``
        and ``until_day`` (``datetime64[s]``; until is the first day on which it no longer holds, NaT while it does);
        ``since_day`` and ``over_day`` (those of its span, which may be long before and after); ``earliest`` (first day
        on which any own case may have begun, NaT if unknown or there is none) and ``counted_since`` (first day on which
        anything counted, be it before the edition; NaT if nothing does); ``initial`` (bool, whether it holds from
        the edition's first day, so that nobody knows from here since when).
    """
    every = _pieces(spans_, edition, tuple(changes))
    places = edition.municipalities
    if district is not None:
        every = every.only((places["district"] == district).to_numpy()[every.extent])
    ags, names = pd.factorize(places["ags"].to_numpy(dtype=object), sort=True)
    instrument, instruments = pd.factorize(spans_["instrument"].to_numpy(dtype=object), sort=True)
    if unit == "municipalities":
        case = ags[every.extent] * max(len(instruments), 1) + instrument[every.number]
    else:
        case = spans_["arrangement"].to_numpy(dtype=np.int64)[every.number]
    case = case.astype(np.int64)
    some = np.flatnonzero(every.begin < every.end)
    earliest = _least(_own_begin(spans_), every, case, some)
    counting = np.where(spans_["counted"].to_numpy(), ordinals(spans_["since_day"]), NEVER)
    counted_since = _least(counting, every, case, some)
    pieces, case = every.only(some), case[some]
    left = np.flatnonzero(~_outdone(case, pieces))
    won, first, last = _winners(case[left], pieces.begin[left], pieces.end[left], left)
    first, last, won = joined(first, last, won, [case[won], pieces.number[won]])
    row, place = pieces.number[won], pieces.extent[won]
    columns: dict[str, npt.NDArray[np.generic]] = {
        column: spans_[column].to_numpy()[row] for column in spans_.columns.drop(_UNTOLD)
    }
    columns |= {
        "ags": names[ags[place]],
        "district": places["district"].to_numpy(dtype=object)[place],
        "from_day": as_days(first),
        "until_day": as_days(last),
        "over_day": spans_["until_day"].to_numpy()[row],
        "earliest": as_days(np.where(earliest[won] == 0, NEVER, earliest[won])),
        "counted_since": as_days(counted_since[won]),
        "initial": first <= edition.starts.toordinal(),
    }
    return table_of(columns)


def _pieces(spans_: pd.DataFrame, edition: BoundaryVersion, changes: tuple[BoundaryChange, ...]) -> _Parts:
    order = _strongest_first(spans_)
    who, keys = pd.factorize(spans_["participant"].to_numpy(dtype=object))
    extents = pd.DataFrame({"ags": edition.municipalities["ags"].to_numpy(dtype=object)})
    extents = extents.assign(
        extent=np.arange(len(extents)),
        valid_from=ordinals(edition.municipalities["valid_from"]),
        valid_to=ordinals(edition.municipalities["valid_to"]),
    )
    # A district's key is nobody's AGS, so its spans find no place and drop out here.
    places = holders(keys, changes, edition.starts).merge(extents, left_on="holder", right_on="ags")
    places = places.sort_values(["key", "begin"])
    known, wanted = places["key"].to_numpy(), who[order]
    owner, place = ranges(np.searchsorted(known, wanted), np.searchsorted(known, wanted, side="right"))
    number = order[owner]
    held = {column: places[column].to_numpy()[place] for column in ("extent", "begin", "end", "valid_from", "valid_to")}
    begin = np.maximum(ordinals(spans_["since_day"])[number], np.maximum(held["begin"], held["valid_from"]))
    end = np.minimum(ordinals(spans_["until_day"])[number], np.minimum(held["end"], held["valid_to"]))
    return _Parts(number=number, extent=held["extent"], begin=begin, end=end, held=held["begin"], released=held["end"])


def _strongest_first(spans_: pd.DataFrame) -> Ints:
    """Return the numbers of the spans, strongest first."""
    keys = spans_[["strength", "since", "source", "row"]].set_axis(np.arange(len(spans_)))
    ordered = keys.sort_values("strength", kind="stable")
    twice = ordered["strength"].duplicated(keep=False).to_numpy()
    if twice.any():  # texts decide among equals only: to sort all by them would take most of the time
        equals = ordered[twice].sort_values(["strength", "since", "source", "row"], kind="stable")
        index = ordered.index.to_numpy().copy()
        index[twice] = equals.index.to_numpy()
        return np.asarray(index, dtype=np.int64)
    return np.asarray(ordered.index, dtype=np.int64)


def _own_begin(spans_: pd.DataFrame) -> Ints:
    """Return for each span of an own case that counts or stands beside when the case may have begun, `NEVER` for others."""
    tells = (spans_["basis"] == "direct").to_numpy() & spans_["case_since"].notna().to_numpy()
    tells |= spans_["state"].isin([State.DOCUMENTED_LATER, State.PERIOD_UNKNOWN]).to_numpy()
    begin = ordinals(spans_["case_begin"])
    return np.where(tells, np.where(begin == NEVER, 0, begin), NEVER)


def _least(values: Ints, every: _Parts, case: Ints, which: Ints) -> Ints:
    """Return for some pieces the least value of all of their case whose participant's territory is held when they begin.

    `NEVER` where there is none. ``values`` are those of the spans.
    """
    told = values[every.number]
    tells = np.flatnonzero(told < NEVER)
    tells = tells[np.lexsort((told[tells], case[tells]))]
    at, stop = (np.searchsorted(case[tells], case[which], side=side) for side in ("left", "right"))
    found = np.full(len(which), NEVER, dtype=np.int64)
    waiting = np.flatnonzero(at < stop)
    while len(waiting):  # mostly one look: the first that tells is of a territory held all the time
        there = tells[at[waiting]]
        begin = every.begin[which[waiting]]
        holds = (every.held[there] <= begin) & (begin < every.released[there])
        found[waiting[holds]] = told[there[holds]]
        waiting = waiting[~holds]
        at[waiting] += 1
        waiting = waiting[at[waiting] < stop[waiting]]
    return found


def _outdone(case: Ints, pieces: _Parts) -> Bools:
    """Return which pieces can never win: a stronger one began before and never ends.

    Left in, each of them would cover all later days of its case, and the cost would grow with their square.
    """
    order = np.lexsort((np.arange(len(case)), pieces.begin, case))
    size = len(case) + 1
    code = np.unique(case[order], return_inverse=True)[1]
    lasting = np.where(pieces.end[order] == NEVER, order, size - 1)
    # A case's numbers all lie above the next one's, so that one running minimum serves all.
    offset = (len(case) - code) * size
    strongest = np.minimum.accumulate(offset + lasting) - offset
    outdone = np.zeros(len(case), dtype=bool)
    outdone[order] = order > strongest
    return outdone


def _winners(case: Ints, begin: Ints, end: Ints, piece: Ints) -> tuple[Ints, Ints, Ints]:
    """Return who holds between any two neighbouring days on which something begins or ends in a case.

    ``piece`` numbers the pieces, the lowest wins. Three arrays, by case and day: number of the winner, first day, end.
    """
    code = np.unique(case, return_inverse=True)[1]
    first, last = code * DAYS + begin, code * DAYS + end
    marks = np.unique(np.concatenate([first, last]))
    owner, interval = ranges(np.searchsorted(marks, first), np.searchsorted(marks, last))
    nobody = int(piece.max(initial=0)) + 1
    best = np.full(len(marks), nobody, dtype=np.int64)
    np.minimum.at(best, interval, piece[owner])
    held = np.flatnonzero(best < nobody)
    return best[held], marks[held] % DAYS, marks[np.minimum(held + 1, len(marks) - 1)] % DAYS


def holders(keys: Iterable[object], changes: tuple[BoundaryChange, ...], starts: date) -> pd.DataFrame:
    """Return who holds the territory of each key from when until when, from ``starts`` on.

    Columns ``key`` (its number in ``keys``), ``holder`` (AGS), ``begin`` and ``end`` (ordinals), by key and day.
    """
    days = [starts, *sorted({change.effective for change in mergers(changes) if change.effective > starts})]
    by_day = [successors(changes, day) for day in days]
    ends = [*(day.toordinal() for day in days[1:]), NEVER]
    rows = []
    for number, key in enumerate(map(str, keys)):
        if key not in by_day[-1]:
            rows.append((number, key, starts.toordinal(), NEVER))
            continue
        rows += [
            (number, successor.get(key, key), day.toordinal(), end)
            for successor, day, end in zip(by_day, days, ends, strict=True)
        ]
    table = pd.DataFrame(rows, columns=["key", "holder", "begin", "end"])
    return table.astype({"key": "int64", "holder": object, "begin": "int64", "end": "int64"})
