"""Take in a register of inhabitants: for every boundary set it has municipalities of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from atlas.analysis.population import Weights, misfit_problems, weigh_on_its_day
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.boundaries import BoundaryVersion
from atlas.model.keys import is_ags, state_of
from atlas.model.population import Population
from atlas.phrases import N_
from atlas.sources.boundaries import list_editions
from atlas.sources.population import Register, read_register, write_population


@dataclass(frozen=True, kw_only=True)
class TakenRegister:
    """A register taken in for one boundary set."""

    path: Path
    weights: Weights
    states: tuple[str, ...]
    """Keys of the states of the set."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class RegisterSource:
    """What the owner says of a register."""

    as_of: date
    source: str
    retrieved: date | None = None


def add_population(
    body: bytes, name: str, source: RegisterSource, root: Path
) -> tuple[tuple[TakenRegister, ...], tuple[Problem, ...]]:
    """Read a register, keep it for each boundary set below ``root``, and return what was kept and what is doubtful.

    Whatever of it fits is used: a state whose municipalities and sums do not fit the boundaries of the day has no
    shares. Raises `AtlasError` if the file can't be read, or has no municipality of any boundary set.
    """
    register = read_register(body, name)
    by_set = groupby(list_editions(root), key=lambda each: each.boundary_set)
    found = (_taken(register, source, key, tuple(editions), root) for key, editions in by_set)
    taken = tuple(filter(None, found))
    if not taken:
        text = N_("Keine der Gemeinden in der Datei liegt in den Gemeindegrenzen unter geodata.")
        raise AtlasError(Problem(name, text))
    return taken, (*register.problems, *_day_problems(register.days, source.as_of, name))


def _day_problems(days: Iterable[date], given: date, name: str) -> Iterable[Problem]:
    """Yield a warning for each day that the file says it is of, if it is another than was given."""
    text = N_("Die Gemeinden in der Datei sind die vom {day}, angegeben ist der {given}. Bitte --date prüfen.")
    values = ({"day": day.isoformat(), "given": given.isoformat()} for day in sorted(days) if day != given)
    return [Problem(name, text, each, Severity.WARNING) for each in values]


def _taken(
    register: Register, source: RegisterSource, key: str, editions: tuple[BoundaryVersion, ...], root: Path
) -> TakenRegister | None:
    """Keep what lies in the states of a boundary set; None if nothing does."""
    states = tuple(sorted({state_of(str(ags)) for each in editions for ags in each.municipalities["ags"]}))

    def here(values: Mapping[str, int]) -> dict[str, int]:
        return {each: number for each, number in values.items() if state_of(each) in states}

    numbers = here(register.inhabitants)
    if not any(map(is_ags, numbers)):
        return None
    population = Population(
        boundary_set=key,
        as_of=source.as_of,
        source=source.source,
        retrieved=source.retrieved,
        inhabitants={each: number for each, number in numbers.items() if is_ags(each)},
        sums={each: number for each, number in numbers.items() if not is_ags(each)},
        names={each: name for each, name in register.names.items() if each in numbers},
    )
    path = write_population(root, population)
    edition, weights = weigh_on_its_day(population, editions)
    problems = tuple(misfit_problems(weights, edition, str(path.relative_to(root))))
    return TakenRegister(path=path, weights=weights, states=states, problems=problems)
