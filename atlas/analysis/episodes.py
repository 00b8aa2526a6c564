"""Who was in which stage when: the status of all days at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.days import DAYS, NEVER, Ints, as_days, joined, ordinals, ranges, table_of
from atlas.analysis.status import STRONGER, precedence, successors
from atlas.model.boundaries import Change, Edition, mergers

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
    first, last, won = joined(first, last, won, [case[won], number[won]])
    row, place = number[won], extent[won]
    columns: dict[str, npt.NDArray[np.generic]] = {
        column: spans_[column].to_numpy()[row] for column in EPISODE_COLUMNS if column in spans_.columns
    }
    columns |= {
        "ags": names[ags[place]],
        "district": places["district"].to_numpy(dtype=object)[place],
        "from_day": as_days(first),
        "until_day": as_days(last),
        "initial": first <= edition.starts.toordinal(),
    }
    return table_of(columns, EPISODE_COLUMNS)


def _pieces(spans_: pd.DataFrame, edition: Edition, changes: tuple[Change, ...]) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return what each span says of which row of ``edition.municipalities`` from when until when, strongest first.

    Each as an array: number of the span, number of the piece, row of the edition, first day, end.
    """
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
    some = begin < end
    return number[some], np.arange(int(some.sum())), held["extent"][some], begin[some], end[some]


def _strongest_first(spans_: pd.DataFrame) -> Ints:
    """Return the numbers of the spans that can win, strongest first.

    A derived span without end never wins against an earlier one that says the same of the same participant. Left in,
    each of them would cover all later days of its case, and the cost would grow with their square.
    """
    keys = spans_[["participant", "instrument", "basis", "rank", "since_day", "until_day", "since", "source"]]
    keys = keys.set_axis(np.arange(len(keys))).assign(order=precedence(spans_))
    ordered = keys.sort_values(list(STRONGER), ascending=list(STRONGER.values()))
    lasting = (ordered["basis"] == "derived") & ordered["until_day"].isna()
    outdone = lasting & ordered.duplicated(["participant", "instrument", "basis", "rank"])
    return np.asarray(ordered.index[~outdone], dtype=np.int64)


def _winners(case: Ints, begin: Ints, end: Ints, piece: Ints) -> tuple[Ints, Ints, Ints]:
    """Return who holds between any two neighbouring days on which something begins or ends in a case.

    ``piece`` numbers the pieces, the lowest wins. Three arrays, by case and day: number of the winner, first day, end.
    """
    first, last = case * DAYS + begin, case * DAYS + end
    marks = np.unique(np.concatenate([first, last]))
    owner, interval = ranges(np.searchsorted(marks, first), np.searchsorted(marks, last))
    best = np.full(len(marks), len(piece), dtype=np.int64)
    np.minimum.at(best, interval, piece[owner])
    held = np.flatnonzero(best < len(piece))
    return best[held], marks[held] % DAYS, marks[np.minimum(held + 1, len(marks) - 1)] % DAYS


def holders(keys: Iterable[object], changes: tuple[Change, ...], starts: date) -> pd.DataFrame:
    """Return who holds the territory of each key from when until when, from ``starts`` on.

    Columns ``key`` (its number in ``keys``), ``holder`` (AGS), ``begin`` and ``end`` (ordinals), by key and day.
    """
    days = [starts, *sorted({change.effective for change in mergers(changes) if change.effective > starts})]
    heirs = [successors(changes, day) for day in days]
    ends = [*(day.toordinal() for day in days[1:]), NEVER]
    rows = []
    for number, key in enumerate(map(str, keys)):
        if key not in heirs[-1]:
            rows.append((number, key, starts.toordinal(), NEVER))
            continue
        rows += [
            (number, heir.get(key, key), day.toordinal(), end) for heir, day, end in zip(heirs, days, ends, strict=True)
        ]
    table = pd.DataFrame(rows, columns=["key", "holder", "begin", "end"])
    return table.astype({"key": "int64", "holder": object, "begin": "int64", "end": "int64"})
