"""Everything the product knows at one moment, loaded once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from atlas.errors import Problem
from atlas.model.areas import Area, Areas
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, edition_on
from atlas.model.population import Population
from atlas.model.programme import Programme
from atlas.model.records import Records


@dataclass(frozen=True, eq=False, kw_only=True)
class Snapshot:
    """Programmes, records and boundaries, all checked, with a fingerprint of the files they came from."""

    fingerprint: str
    """Text that changes whenever a file does. Caches are keyed by it."""
    programmes: dict[str, Programme]
    """By key, in order of the file names; the first is the default."""
    records: dict[str, Records]
    """By programme key."""
    editions: dict[str, tuple[BoundaryVersion, ...]]
    """By boundary set, oldest first."""
    populations: dict[str, Population] = field(default_factory=dict)
    """Registers of inhabitants by boundary set, where the owner has given any."""
    areas: Areas | None = None
    """Who looks after which districts, if the owner says so."""
    problems: tuple[Problem, ...] = ()
    """What is doubtful but does not stop the use."""
    is_synthetic: bool = False
    """Whether the data are invented (the demo); said on every page."""
    head: int = 0
    """Number of the newest change of the store the records came from; they may know later ones. 0 without a store."""

    @property
    def layers(self) -> dict[str, tuple[str, ...]]:
        """Keys of what can be shown by programme key, default programme first."""
        return {key: programme.layers for key, programme in self.programmes.items()}

    def programme(self, key: str) -> Programme:
        """Return a programme by key; an empty or unknown key means the default."""
        return self.programmes.get(key) or next(iter(self.programmes.values()))

    def area(self, programme: Programme, key: str | None) -> Area | None:
        """Return an area of responsibility on a programme's boundaries, None if there is none with this key."""
        is_there = self.areas is not None and self.areas.boundary_set == programme.boundary_set
        return self.areas.get(key) if self.areas and is_there else None

    def alone(self, key: str) -> Snapshot:
        """Return what there would be if there were one programme only."""
        programme = self.programme(key)
        return replace(
            self,
            programmes={programme.key: programme},
            records={programme.key: self.records[programme.key]},
            editions={programme.boundary_set: self.editions[programme.boundary_set]},
        )

    def changes(self, programme: Programme) -> tuple[BoundaryChange, ...]:
        """Return the mergers of all editions of a programme's boundary set."""
        return tuple(change for edition in self.editions[programme.boundary_set] for change in edition.changes)

    def edition(self, programme: Programme, day: date) -> BoundaryVersion:
        """Return the boundaries for a programme on ``day``."""
        return edition_on(self.editions[programme.boundary_set], day)
