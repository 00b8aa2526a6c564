"""What is loaded or computed once and shared by all visitors."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from atlas.analysis.status import spans, status_as_of
from atlas.model.boundaries import Change, Edition
from atlas.model.programme import Programme
from atlas.model.records import Records
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.detail import DetailSource
from atlas.present.map_spec import MapSpec, build_map_spec
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.web.payloads import PayloadStore

T = TypeVar("T")
_ZONE = ZoneInfo("Europe/Berlin")


@cache
def store() -> SnapshotStore:
    """Return the one store of this process."""
    return SnapshotStore(Settings.from_environment())


@cache
def payloads() -> PayloadStore:
    """Return the one keeper of files for browsers of this process."""
    return PayloadStore()


def today() -> date:
    """Return the day it is in Saxony."""
    return datetime.now(_ZONE).date()


class Shelf:
    """Keeps the newest results by key. What lies here is shared by all sessions and never changed.

    Streamlit's ``cache_data`` copies by pickling on every hit: for tables read by two hundred sessions a second
    that is most of the time a change takes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result kept under ``key``, made by ``make`` the first time."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


_spans = Shelf(8)
_status = Shelf(64)
_specs = Shelf(256)


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything a page needs about one view: the data behind it and its parts.

    Attributes
    ----------
    key
        Hashable that names the data behind it: fingerprint, programme and date. Caches use it.
    as_of
        The view's date, today put in.
    status
        What `status_as_of` returned.
    spec
        The map.
    """

    snapshot: Snapshot
    programme: Programme
    edition: Edition
    records: Records
    changes: tuple[Change, ...]
    view: ViewState
    as_of: date
    status: pd.DataFrame
    spec: MapSpec

    @property
    def key(self) -> tuple[str, str, date]:
        """Hashable name of the data: fingerprint, programme, date."""
        return self.snapshot.fingerprint, self.programme.key, self.as_of

    @property
    def detail_source(self) -> DetailSource:
        """What details are made from."""
        return DetailSource(self.programme, self.edition, self.records, self.status, self.changes, self.as_of)


def scene(view: ViewState) -> Scene:
    """Return the scene of a view.

    Raises
    ------
    AtlasError
        If the data can't be used.
    """
    snapshot = store().current()
    programme = snapshot.programme(view.programme)
    as_of = view.as_of or today()
    edition = snapshot.edition(programme, as_of)
    changes = tuple(change for each in snapshot.editions[programme.state] for change in each.changes)
    records = snapshot.records[programme.key]
    base = (snapshot.fingerprint, programme.key)
    folded = _spans.get(base, lambda: spans(records.table, programme))
    status = _status.get((*base, as_of), lambda: status_as_of(folded, programme, edition, changes, as_of))
    drawn = view.but(municipality=None, lang="de")
    spec = _specs.get((*base, as_of, drawn), lambda: build_map_spec(status, programme, edition, view, as_of))
    return Scene(snapshot, programme, edition, records, changes, view, as_of, status, spec)
