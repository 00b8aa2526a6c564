"""Who stands where on which day.

`status_as_of` looks at one day of what `atlas.analysis.spans` decides: which stretch speaks for which municipality of
that day. `cases_as_of` gives all of them, for a municipality may have several cases.

* What counts speaks before what does not, and that in the order of `atlas.model.states.State`.
* A district's record covers its municipalities where they have nothing of their own.
* A key that has been merged away stands for its successor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.days import Arrays, Ints, iso_days, ranges, run_begins
from atlas.model.boundaries import BoundaryChange, BoundaryVersion
from atlas.model.programme import Programme

NO_DATA = "no_data"
"""What stands in ``stage`` where nothing is documented."""


class StatusLine(NamedTuple):
    """One row of the status table: the fields are its columns, see `status_as_of`."""

    ags: str
    name: str
    district: str
    instrument: str
    stage: str
    kind: str
    state: str
    counted: bool
    in_force: bool
    basis: str
    derived_from: str
    since: str
    since_means: str
    read_on: str
    since_day: str
    until: str
    last_proof: str
    inferred: bool
    source: str
    joint_with: str
    participant: str
    row: int


STATUS_COLUMNS = StatusLine._fields


def successors(changes: Iterable[BoundaryChange], day: date) -> dict[str, str]:
    """Return, for every key that is gone by ``day``, the key of the municipality that holds its territory then.

    Several may merge on one day, one into the other; their order does not matter.
    """
    successor: dict[str, str] = {}
    ended: dict[str, date] = {}
    for change in sorted(changes, key=_since):
        if change.holds_on(day):
            same_day = ended.get(change.new_ags) == _since(change)
            now = successor[change.new_ags] if same_day else change.new_ags
            ended[change.old_ags] = _since(change)
            successor = {old: now if holder == change.old_ags else holder for old, holder in successor.items()}
            successor[change.old_ags] = now
    return successor


def _since(change: BoundaryChange) -> date:
    return date.min if change.renumbered else change.effective


def held_on(stretches: pd.DataFrame, day: date, begin: str = "since_day") -> pd.DataFrame:
    """Return the rows of a table of stretches that hold on ``day``: begun by then, and not over.

    ``begin`` is the column with the first day, ``until_day`` the first on which it no longer holds (NaT: still).
    """
    at = np.datetime64(day, "s")
    is_over = stretches["until_day"].to_numpy() <= at
    return stretches.iloc[np.flatnonzero((stretches[begin].to_numpy() <= at) & ~is_over)]


def status_as_of(
    spans_: pd.DataFrame, programme: Programme, edition: BoundaryVersion, changes: Iterable[BoundaryChange], as_of: date
) -> pd.DataFrame:
    """Return one row for every municipality of the day and every instrument of the programme.

    ``spans_`` are what `spans` returned, ``changes`` the mergers of all editions of the state.

    Returns
    -------
    pandas.DataFrame
        Index ``position`` (row of ``edition.municipalities``, each as often as there are instruments, in order).
        Columns ``ags``, ``name``, ``district`` (key), ``instrument``, ``stage`` (key, or `NO_DATA`), ``kind``, ``state``
        (see `State`; empty where nothing is documented), ``counted`` (in the instrument's number), ``in_force`` (whether
        it holds), ``basis`` (``direct``, ``derived``, ``district`` or ``none``), ``derived_from``, ``since``,
        ``since_means``, ``read_on`` as in `spans`, ``since_day`` (ISO day from which the state is said), ``until``,
        ``last_proof`` (ISO day), ``inferred``, ``source``, ``joint_with``, ``participant`` (whose record it is),
        ``row`` (of the record, -1 for none).
    """
    current = held_on(spans_, as_of)
    municipalities = _municipalities(edition, as_of)
    instruments = [each.key for each in programme.instruments]
    own = _strongest(current, _own(current, municipalities, changes, as_of), instruments)
    through = _strongest(current, _through_district(current, municipalities), instruments)
    through = through.only(~np.isin(through.slot, own.slot))
    best = current.iloc[np.concatenate([own.row, through.row])]
    best = best.assign(basis=np.where(np.arange(len(best)) < len(own.row), best["basis"], "district"))
    return _full_table(best, np.concatenate([own.slot, through.slot]), municipalities, instruments)


def cases_as_of(
    spans_: pd.DataFrame, edition: BoundaryVersion, changes: Iterable[BoundaryChange], as_of: date
) -> pd.DataFrame:
    """Return one row for every case of a municipality of the day of which anything can be said then.

    What is derived is a case of its own, ``derived`` in ``basis`` as everywhere.

    Returns
    -------
    pandas.DataFrame
        Index ``position``, by position. Columns of `spans`, ``ags``, ``name`` and ``district`` of the municipality.
    """
    current, municipalities = held_on(spans_, as_of), _municipalities(edition, as_of)
    found = _own(current, municipalities, changes, as_of)
    own = current.iloc[found.row].assign(position=municipalities.index.to_numpy()[found.slot])
    own = own.sort_values("strength", kind="stable")
    own = own[~own["case"].duplicated()].sort_values(["position", "case"]).set_index("position")
    told = municipalities.loc[own.index, ["ags", "name", "district"]].astype(object)
    return own.assign(**{column: told[column].to_numpy() for column in ("ags", "name", "district")})


@dataclass(frozen=True, eq=False, kw_only=True)
class _Speaking(Arrays):
    """Which stretches say something, and of what: the row of a table of stretches, and the number of what it speaks for."""

    row: Ints
    slot: Ints


def _municipalities(edition: BoundaryVersion, day: date) -> pd.DataFrame:
    return edition.municipalities.iloc[np.flatnonzero(edition.valid_at(day))]


class StatusLines(Mapping[int, tuple[StatusLine, ...]]):
    """The rows of a status table by position, instruments in order: for looking up single municipalities.

    They are made when asked for: those of a whole country, all at once, would take more memory than the table. What is
    wanted of all municipalities is asked of the table.

    ``status`` is what `status_as_of` returned, or some of its rows, in its order.
    """

    def __init__(self, status: pd.DataFrame) -> None:
        self._columns = [status[column].to_numpy() for column in STATUS_COLUMNS]
        positions = status.index.to_numpy()
        self._begins = np.flatnonzero(np.diff(positions, prepend=-1))
        self._positions = positions[self._begins]
        self._ends = np.append(self._begins[1:], len(positions))

    def __getitem__(self, position: int) -> tuple[StatusLine, ...]:
        at = int(np.searchsorted(self._positions, position))
        if at == len(self._positions) or self._positions[at] != position:
            raise KeyError(position)
        rows = slice(self._begins[at], self._ends[at])
        return tuple(map(StatusLine._make, zip(*(column[rows].tolist() for column in self._columns), strict=True)))

    def __iter__(self) -> Iterator[int]:
        return iter(self._positions.tolist())

    def __len__(self) -> int:
        return len(self._positions)


def _full_table(best: pd.DataFrame, slots: Ints, municipalities: pd.DataFrame, instruments: list[str]) -> pd.DataFrame:
    """Return the best stretches in a table that has every municipality and instrument; the rest is filled with no data.

    Plain object columns: the table is filtered some dozen times for each view, and strings in Arrow make each of
    these ten times dearer.
    """
    size = len(municipalities) * len(instruments)
    days = {name: iso_days(best[name]) for name in ("since_day", "last_proof")}
    empty = {"stage": NO_DATA, "basis": "none", "row": -1} | dict.fromkeys(("counted", "in_force", "inferred"), False)
    columns: dict[str, npt.NDArray[np.object_]] = {}
    for column in STATUS_COLUMNS:
        if column in {"ags", "name", "district"}:
            columns[column] = np.repeat(municipalities[column].to_numpy(dtype=object), len(instruments))
        elif column == "instrument":
            columns[column] = np.tile(np.asarray(instruments, dtype=object), len(municipalities))
        else:
            # `numpy.full` would write a text of its own into every cell: for a whole country that is most of the table.
            columns[column] = np.empty(size, dtype=object)
            columns[column].fill(empty.get(column, ""))
            columns[column][slots] = days.get(column, best[column].to_numpy(dtype=object))
    index = pd.Index(np.repeat(municipalities.index.to_numpy(), len(instruments)), name="position")
    table = pd.DataFrame(columns, index=index, dtype=object)
    return table.astype({"counted": bool, "in_force": bool, "inferred": bool, "row": "int64"}).copy()


def _own(
    current: pd.DataFrame, municipalities: pd.DataFrame, changes: Iterable[BoundaryChange], as_of: date
) -> _Speaking:
    """Return what is said of municipalities: each stretch for the row of that which holds its key today."""
    successor = successors(changes, as_of)
    place = {key: number for number, key in enumerate(municipalities["ags"])}
    code, keys = pd.factorize(current["participant"].to_numpy(dtype=object))
    holder = np.asarray([place.get(successor.get(key, key), -1) for key in keys], dtype=np.int64)[code]
    there = np.flatnonzero(holder >= 0)
    return _Speaking(row=there, slot=holder[there])


def _through_district(current: pd.DataFrame, municipalities: pd.DataFrame) -> _Speaking:
    """Return what is in force of districts, for the row of every municipality of the district."""
    holding = np.flatnonzero(current["in_force"].to_numpy())
    code, districts = pd.factorize(municipalities["district"].to_numpy(dtype=object))
    number = {key: each for each, key in enumerate(districts)}
    wanted = np.asarray([number.get(key, -1) for key in current["participant"].iloc[holding]], dtype=np.int64)
    by_district = np.argsort(code, kind="stable")
    known = code[by_district]
    owner, at = ranges(np.searchsorted(known, wanted), np.searchsorted(known, wanted, side="right"))
    return _Speaking(row=holding[owner], slot=by_district[at])


def _strongest(current: pd.DataFrame, said: _Speaking, instruments: list[str]) -> _Speaking:
    """Return the one stretch that speaks for each municipality and instrument; among equals the first by date and source.

    The slots become those of a table with every municipality and instrument.
    """
    number = {key: each for each, key in enumerate(instruments)}
    instrument = np.asarray([number[key] for key in current["instrument"]], dtype=np.int64)
    slot = said.slot * len(instruments) + instrument[said.row]
    strength = current["strength"].to_numpy(dtype=np.int64)[said.row]
    order = np.lexsort((strength, slot))
    found = _Speaking(row=said.row[order], slot=slot[order])
    begins, strength = run_begins(found.slot), strength[order]
    best = found.only(strength == np.repeat(strength[begins], np.diff(np.append(begins, len(strength)))))
    if len(begins) < len(best.row):
        equals = current.iloc[best.row][["since", "source", "row"]].reset_index(drop=True).assign(slot=best.slot)
        equals = equals.sort_values(["slot", "since", "source", "row"], kind="stable")
        best = best.only(equals.index.to_numpy()[~equals["slot"].duplicated().to_numpy()])
    return best
