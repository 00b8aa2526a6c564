"""From a register of one day to the people of every municipality there has been, as far as the register says it.

A register knows the municipalities of its day. What has merged since then is the sum of its parts. What merged before is
part of a sum: all parts of it together have a number, none of them alone. So of some parts nobody can say how many
people they have, and nothing is said then; all or none of them is no question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from atlas.analysis.days import Bools, Ints
from atlas.analysis.status import successors
from atlas.errors import Problem, Severity, few
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, edition_on
from atlas.model.keys import district_of, state_of
from atlas.model.population import Population, SizeClass
from atlas.phrases import N_

Floats = npt.NDArray[np.float64]
_UNINHABITED = "Gemeindefreies Gebiet"


@dataclass(frozen=True)
class People:
    """How many people live in the municipalities counted, and in all."""

    covered: int
    total: int

    @property
    def share(self) -> float:
        """Share of inhabitants, 0 to 1."""
        return self.covered / self.total


@dataclass(frozen=True)
class Misfit:
    """Why a state has no shares of inhabitants: what does not fit between register and boundaries."""

    missing: tuple[str, ...]
    """Keys of municipalities that the register does not have."""
    strange: tuple[str, ...]
    """Keys of the register, with inhabitants, that the boundaries do not have on its day."""
    sums: tuple[str, ...]
    """Keys of states and districts whose stated sum is not that of their municipalities."""

    @property
    def count(self) -> int:
        """How many municipalities of the boundaries are without a number, else how many do not fit."""
        return len(self.missing) or len(self.strange)


@dataclass(frozen=True, eq=False)
class Weights:
    """The people of an edition's municipalities, by position.

    ``inhabitants`` is NaN where the register says nothing that can be used. Rows of the same ``unit`` that exist on a
    day share one number: that of all of them together. ``misfits`` by key of the state.
    """

    population: Population
    inhabitants: Floats
    unit: Ints
    misfits: dict[str, Misfit]

    @property
    def says_anything(self) -> bool:
        """Whether any state has people."""
        return bool((self.inhabitants > 0).any())

    def alone(self, there: Bools) -> Floats:
        """Return the inhabitants of the rows that are ``there`` on a day, NaN for those that have no number of their own."""
        members = np.bincount(self.unit[there], minlength=int(self.unit.max(initial=0)) + 1)
        return np.where(there & (members[self.unit] == 1), self.inhabitants, np.nan)

    def whole(self, at: Ints, there: Bools) -> float:
        """Return how many people live in some rows together on a day on which those of ``there`` exist; NaN if unknown."""
        outside = there.copy()
        outside[at] = False
        if np.isin(self.unit[outside], self.unit[at]).any():
            return float("nan")
        return float(people_of(self, at, np.ones(len(at), dtype=bool), np.zeros(len(at), dtype=np.int64), 1)[1][0])

    def in_class(self, size: SizeClass, there: Bools) -> Bools:
        """Return which rows are known to be of a size class on a day."""
        fewest, too_many = size.bounds
        number = self.alone(there)
        return np.asarray((number >= fewest) & (number < (too_many or np.inf)))


def weigh(population: Population, edition: BoundaryVersion, changes: Iterable[BoundaryChange]) -> Weights:
    """Return the people of every row of an edition's table; ``changes`` are those of all editions of the set."""
    changes = tuple(changes)
    rows = edition.municipalities
    first = np.maximum(rows["valid_from"].to_numpy(dtype="datetime64[D]"), np.datetime64(population.as_of, "D"))
    keys = rows["ags"].to_numpy(dtype=object)
    number = np.full(len(rows), np.nan)
    holder = np.empty(len(rows), dtype=object)
    for day in np.unique(first):
        successor = successors(changes, day.item())
        counted = _summed(population, successor)
        for at in np.flatnonzero(first == day).tolist():
            holder[at] = successor.get(keys[at], keys[at])
            number[at] = counted.get(holder[at], np.nan)
    number[np.isnan(number) & (rows["kind"] == _UNINHABITED).to_numpy()] = 0
    found = misfits(population, edition, changes)
    number[np.isin([state_of(key) for key in keys], list(found))] = np.nan
    pairs = [f"{key} {day}" for key, day in zip(holder, first, strict=True)]
    unit = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    # What merged across the border of a district would count in both: nobody can say how many live in which.
    abroad = np.asarray([district_of(key) for key in holder], dtype=object) != rows["district"].to_numpy(dtype=object)
    number[np.isin(unit, unit[abroad]) & (holder != keys)] = np.nan
    return Weights(population, number, unit, found)


def weigh_on_its_day(population: Population, editions: Sequence[BoundaryVersion]) -> tuple[BoundaryVersion, Weights]:
    """Return, of the editions of a set, the one of the register's day, and its people."""
    edition = edition_on(editions, population.as_of)
    return edition, weigh(population, edition, (change for each in editions for change in each.changes))


def _summed(population: Population, successor: dict[str, str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for key, number in population.inhabitants.items():
        counted[successor.get(key, key)] += number
    return counted


def misfits(population: Population, edition: BoundaryVersion, changes: Iterable[BoundaryChange]) -> dict[str, Misfit]:
    """Return what does not fit between a register and an edition, by key of the state; nothing for those that fit."""
    day = max(population.as_of, edition.starts)
    successor = successors(changes, day)
    rows = edition.municipalities[edition.valid_at(day)]
    settled = rows[rows["kind"] != _UNINHABITED]["ags"]
    wanted = {successor.get(key, key) for key in settled}
    counted = _summed(population, successor)
    missing = wanted - counted.keys()
    strange = {key for key, number in counted.items() if number} - {successor.get(key, key) for key in rows["ags"]}
    wrong = set(_wrong_sums(population))
    found = {}
    for state in sorted({state_of(key) for key in rows["ags"]}):
        here = (tuple(sorted(key for key in each if state_of(key) == state)) for each in (missing, strange, wrong))
        misfit = Misfit(*here)
        if misfit.missing or misfit.strange or misfit.sums:
            found[state] = misfit
    return found


def _wrong_sums(population: Population) -> Iterator[str]:
    """Yield the key of every sum the register states that its municipalities do not make."""
    made: Counter[str] = Counter()
    for key, number in population.inhabitants.items():
        made[state_of(key)] += number
        made[district_of(key)] += number
    yield from (key for key, stated in population.sums.items() if made[key] != stated)


def misfit_problems(weights: Weights, edition: BoundaryVersion, place: str) -> Iterator[Problem]:
    """Yield a warning for each state without shares of inhabitants, and what does not fit."""
    for state, misfit in weights.misfits.items():
        name = str(edition.states.at[state, "name"]) if len(edition.states) else state
        if misfit.count:
            text = N_(
                "{state}: Einwohner unvollständig: {n} Gemeinden. Ohne Zahl: {missing}; nicht in diesen Grenzen: {strange}. Anteile der Einwohner gibt es hier nicht."
            )
            values: dict[str, str | int | float] = {"state": name, "n": misfit.count}
            values |= {"missing": few(misfit.missing) or "–", "strange": few(misfit.strange) or "–"}
            yield Problem(place, text, values, Severity.NOTE)
        if misfit.sums:
            text = N_(
                "{state}: Die Gemeinden ergeben nicht die Summen, die das Verzeichnis nennt ({list}). Anteile der Einwohner gibt es hier nicht."
            )
            yield Problem(place, text, {"state": name, "list": few(misfit.sums)}, Severity.WARNING)


def people_of(weights: Weights, at: Ints, covered: Bools, group: Ints, size: int) -> tuple[Floats, Floats]:
    """Return how many people live in the municipalities covered and in all, for each of ``size`` groups; NaN if unknown.

    ``at`` are positions of municipalities of one day, beside them whether each is covered and the number of its group.
    """
    pair = weights.unit[at] * np.int64(size) + group
    _, first, member = np.unique(pair, return_index=True, return_inverse=True)
    members, held = np.bincount(member), np.bincount(member, weights=covered)
    whole = np.bincount(member, weights=weights.inhabitants[at]) / members  # NaN if any is
    known = np.where(held == 0, 0 * whole, np.where(held == members, whole, np.nan))
    where = group[first]
    counted, every = (np.bincount(where, each, minlength=size) for each in (known, whole))
    return counted.astype(float), every.astype(float)


def people(weights: Weights, at: Ints, covered: Bools) -> People | None:
    """Return the people of some municipalities of one day; None where nobody can say, or nobody lives."""
    one, all_ = people_of(weights, at, covered, np.zeros(len(at), dtype=np.int64), 1)
    return None if np.isnan(one[0]) or not all_[0] > 0 else People(int(one[0]), int(all_[0]))
