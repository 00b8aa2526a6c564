"""A view with everything behind it: data, status of the day, map. Made once, shared by all who ask for the same."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Generic, TypeVar

import pandas as pd

from atlas.analysis.counting import Figure, figure
from atlas.analysis.days import Bools
from atlas.analysis.neighbours import Neighbourhood, neighbourhood
from atlas.analysis.outreach import active_positions
from atlas.analysis.population import Weights, weigh
from atlas.analysis.progress import Course, course
from atlas.analysis.spans import counting, spans
from atlas.analysis.status import StatusLines, cases_as_of, status_as_of
from atlas.model.boundaries import BoundaryChange, BoundaryVersion
from atlas.model.population import SizeClass
from atlas.model.programme import Counts, Programme
from atlas.model.records import Records
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.map_spec import MapSpec, build_map_spec

T = TypeVar("T")


class _Slot(Generic[T]):
    """One result and what it weighs, or the lock for making it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: list[T] = []
        self.weight = 0


class SingleFlightCache(Generic[T]):
    """Keeps the newest results by key. What lies here is shared by all and never changed.

    Each is made once, however many ask for it at the same time. Streamlit's ``cache_data`` copies by pickling on
    every hit: with two hundred sessions that would be most of the time a change takes. All that is kept may ``weigh``
    ``most`` together, each one without it; the newest is kept whatever it weighs.
    """

    def __init__(self, most: int, weigh: Callable[[T], int] = lambda _: 1) -> None:
        self._most = most
        self._weigh = weigh
        self._lock = threading.Lock()
        self._slots: OrderedDict[Hashable, _Slot[T]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result kept under ``key``, made by ``make`` the first time."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
        if not slot.made:
            with slot.lock:
                if not slot.made:
                    try:
                        made = make()
                    except BaseException:
                        self._forget(key, slot)
                        raise
                    slot.weight = self._weigh(made)
                    slot.made.append(made)
            self._make_room()
        return slot.made[0]

    def kept(self, key: Hashable) -> T | None:
        """Return the result under ``key`` if it has been made already."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is None or not slot.made:
                return None
            self._slots.move_to_end(key)
            return slot.made[0]

    def _forget(self, key: Hashable, slot: _Slot[T]) -> None:
        with self._lock:
            if self._slots.get(key) is slot:
                del self._slots[key]

    def _make_room(self) -> None:
        with self._lock:
            weight = sum(slot.weight for slot in self._slots.values())
            while weight > self._most and len(self._slots) > 1:
                weight -= self._slots.popitem(last=False)[1].weight


_hoods: SingleFlightCache[Neighbourhood] = SingleFlightCache(8)
"""Neighbours do not change from day to day, nor with the programme."""


_weights: SingleFlightCache[Weights] = SingleFlightCache(4)


def weights_of(snapshot: Snapshot, programme: Programme, edition: BoundaryVersion) -> Weights | None:
    """Return the people of an edition's municipalities; None without a register."""
    population = snapshot.populations.get(programme.boundary_set)
    if population is None:
        return None
    return _weights.get((population, edition), lambda: weigh(population, edition, snapshot.changes(programme)))


@dataclass(frozen=True, eq=False)
class Day:
    """What holds on one day, whatever the layer and filter; its parts are made when first asked for."""

    programme: Programme
    edition: BoundaryVersion
    as_of: date
    spans: pd.DataFrame
    changes: tuple[BoundaryChange, ...]
    weights: Weights | None = None
    """The people of the municipalities, where there is a register that says anything of them."""

    @cached_property
    def status(self) -> pd.DataFrame:
        """What `status_as_of` returns."""
        return status_as_of(self.spans, self.programme, self.edition, self.changes, self.as_of)

    @cached_property
    def cases(self) -> pd.DataFrame:
        """What `cases_as_of` returns."""
        return cases_as_of(self.spans, self.edition, self.changes, self.as_of)

    def map(self, view: ViewState) -> MapSpec:
        """Return the map of a view's layer and filters on this day."""
        sized = self.of_size(view.size)
        return build_map_spec(self.status, self.cases, self.programme, self.edition, view, self.as_of, sized)

    def figure(self, instrument: str, district: str | None = None) -> Figure:
        """Return the figure of an instrument, of a district if one is given."""
        return figure(self.status, self.cases, instrument, district, self.weights)

    @cached_property
    def lines(self) -> StatusLines:
        """The status by position."""
        return StatusLines(self.status)

    @property
    def municipalities(self) -> pd.DataFrame:
        """The rows of the edition's table that are there on the day; index ``position``."""
        return self.edition.municipalities[self.edition.valid_at(self.as_of)]

    @property
    def has_sizes(self) -> bool:
        """Whether municipalities can be told apart by size: the register must fit everywhere."""
        return self.weights is not None and not self.weights.misfits

    def of_size(self, size: SizeClass | None) -> Bools | None:
        """Return which rows of the edition are known to be of a size class; None where all are meant, or nobody knows."""
        if size is None or self.weights is None or not self.has_sizes:
            return None
        return self.weights.in_class(size, self.edition.valid_at(self.as_of))

    @cached_property
    def often(self) -> Counter[str]:
        """How many municipalities of the day have a name."""
        return Counter(self.municipalities["name"].tolist())

    @cached_property
    def active(self) -> frozenset[int]:
        """Municipalities in which something is in force by a record of their own."""
        return active_positions(self.status)

    @cached_property
    def documented(self) -> tuple[int, ...]:
        """Municipalities of which anything is documented that is not their district's."""
        own = self.status["basis"].isin(["direct", "derived"])
        return tuple(sorted(set(self.status.index[own].tolist())))

    @cached_property
    def direct(self) -> dict[str, frozenset[int]]:
        """By instrument the municipalities in which it is in force by a record of their own."""
        rows = self.status[self.status["in_force"] & (self.status["basis"] == "direct")]
        return {str(key): frozenset(own.index.tolist()) for key, own in rows.groupby("instrument")}

    @cached_property
    def hood(self) -> Neighbourhood:
        """Who borders on whom."""
        key = (self.edition, self.edition.valid_at(self.as_of).tobytes())
        return _hoods.get(key, lambda: neighbourhood(self.edition, self.as_of))


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewContext:
    """Everything about one view.

    ``spans`` is what `spans` returned for the records, ``changes`` are those of all editions of the state, ``day`` is
    what holds on the view's date, today put in.
    """

    snapshot: Snapshot
    programme: Programme
    edition: BoundaryVersion
    records: Records
    spans: pd.DataFrame
    changes: tuple[BoundaryChange, ...]
    view: ViewState
    day: Day
    spec: MapSpec

    @property
    def as_of(self) -> date:
        """The view's date, today put in."""
        return self.day.as_of

    @property
    def status(self) -> pd.DataFrame:
        """What `status_as_of` returned."""
        return self.day.status

    @property
    def course_begins(self) -> date:
        """First day of the course: of the programme's first year, or of the boundaries; before these nobody is counted."""
        return max(date(self.programme.launched.year, 1, 1), self.edition.starts)

    @property
    def key(self) -> tuple[str, str, date]:
        """Hashable name of the data: fingerprint, programme, date."""
        return self.snapshot.fingerprint, self.programme.key, self.as_of

    @property
    def addressed(self) -> tuple[int, ...]:
        """Municipalities with a sheet, and a page on the public site: all, or those documented. See `Programme.addressees`."""
        return tuple(self.day.lines) if self.programme.has_shares else self.day.documented

    @property
    def is_tiled(self) -> bool:
        """Whether the map is shown in tiles."""
        return self.view.tiles and self.edition.has_tiles

    @property
    def district(self) -> str | None:
        """The view's district if there is one with this key."""
        return self.view.district if self.view.district in self.edition.districts.index else None

    def on(self, as_of: date, counts: Counts | None = None) -> Day:
        """Return another day on the same boundaries, not kept; ``counts`` says what counts, else each instrument does."""
        spans_ = counting(self.spans, counts) if counts else self.spans
        return replace(self.day, as_of=as_of, spans=spans_)


class ViewContexts:
    """Makes contexts and keeps their parts.

    ``current`` gives the snapshot, its `AtlasError` passes through; ``today`` the day a view without a date means.
    ``kept_rows`` of status tables are kept: 50 days of a state with nine instruments, today's of five programmes for the
    whole country. Some 0.5 kB each, with all that is made of them.
    """

    def __init__(self, current: Callable[[], Snapshot], today: Callable[[], date], kept_rows: int = 200_000) -> None:
        self._current = current
        self.today = today
        self._spans: SingleFlightCache[pd.DataFrame] = SingleFlightCache(8)
        self._days: SingleFlightCache[Day] = SingleFlightCache(
            kept_rows, lambda day: len(day.edition.municipalities) * len(day.programme.instruments)
        )
        self._courses: SingleFlightCache[Course] = SingleFlightCache(16)
        self._specs: SingleFlightCache[MapSpec] = SingleFlightCache(kept_rows, lambda spec: len(spec.codes))

    def apart(self, kept_rows: int) -> ViewContexts:
        """Return contexts with days of their own: who needs many of them does not push out those of the pages."""
        other = ViewContexts(self._current, self.today, kept_rows)
        other._spans, other._courses = self._spans, self._courses
        return other

    def course(self, context: ViewContext, counts: Counts | None = None) -> Course:
        """Return the whole course of a context's programme on its boundaries, of its district if it has one.

        ``counts`` says what counts; without it, each instrument does.
        """

        def make() -> Course:
            counted = counting(context.spans, counts) if counts else context.spans
            weights = context.day.weights if context.programme.has_shares else None
            return course(counted, context.edition, context.changes, context.district, weights)

        key = (context.snapshot.fingerprint, context.programme.key, context.edition.starts, counts, context.district)
        return self._courses.get(key, make)

    def of(self, view: ViewState, spec: MapSpec | None = None) -> ViewContext:
        """Return the context of a view; ``spec`` is its map where that is known already."""
        snapshot = self._current()
        programme = snapshot.programme(view.programme)
        as_of = view.as_of or self.today()
        boundaries = snapshot.edition(programme, as_of)
        changes = snapshot.changes(programme)
        records = snapshot.records[programme.key]
        base = (snapshot.fingerprint, programme.key)
        folded = self._spans.get(base, lambda: spans(records.table, programme))
        weights = weights_of(snapshot, programme, boundaries)
        day = self._days.get(
            (*base, as_of),
            lambda: Day(
                programme, boundaries, as_of, folded, changes, weights if weights and weights.says_anything else None
            ),
        )
        drawn = view.but(municipality=None, lang="de", film=None, tiles=False, since=None, area=None, as_of=as_of)
        spec = spec or self._specs.get(
            (*base, drawn),
            lambda: day.map(drawn),
        )
        return ViewContext(
            snapshot=snapshot,
            programme=programme,
            edition=boundaries,
            records=records,
            spans=folded,
            changes=changes,
            view=view,
            day=day,
            spec=spec,
        )


def preview(context: ViewContext, table: pd.DataFrame) -> ViewContext:
    """Return a context as it would be if the record of its programme were ``table``. It is not kept anywhere."""
    programme = context.programme
    records = {**context.snapshot.records, programme.key: replace(context.records, table=table)}
    snapshot = replace(context.snapshot, records=records)
    return ViewContexts(lambda: snapshot, lambda: context.as_of).of(context.view)
