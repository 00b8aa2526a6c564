"""Load everything at once, and notice when a file has changed."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

from atlas.errors import AtlasError, Problem
from atlas.model.boundaries import Edition
from atlas.model.programme import Programme
from atlas.model.records import Records
from atlas.model.snapshot import Snapshot
from atlas.sources.boundaries import list_editions
from atlas.sources.programmes import read_areas, read_programme
from atlas.sources.records import duplicate_rows, read_records
from atlas.sources.settings import Settings

SYNTHETIC_MARK = "SYNTHETISCH"
"""A file of this name in the data folder says that everything in it is invented."""


def load_snapshot(settings: Settings) -> Snapshot:
    """Return everything the data folder holds.

    Raises
    ------
    AtlasError
        All blockers of all files at once.
    """
    root = settings.root
    blockers: list[Problem] = []
    editions = _editions(root, blockers)
    programmes: dict[str, Programme] = {}
    records: dict[str, Records] = {}
    doubts: list[Problem] = []
    paths = sorted((root / "data" / "programmes").glob("*.toml"))
    if not paths:
        text = "Es gibt kein Programm. Bitte eine TOML-Datei anlegen; das Muster steht in der Anleitung."
        blockers.append(Problem("data/programmes", text))
    for path in paths:
        try:
            programme = read_programme(path, str(path.relative_to(root)))
            records[programme.key] = _records(root, programme, editions, str(path.relative_to(root)))
            programmes[programme.key] = programme
            doubts += duplicate_rows(records[programme.key], f"data/participation/{programme.key}.csv")
        except AtlasError as error:
            blockers += error.problems
    areas = None
    try:
        areas = read_areas(root / "data" / "areas.toml", editions, "data/areas.toml")
    except AtlasError as error:
        blockers += error.problems
    if blockers:
        raise AtlasError(*blockers)
    is_synthetic = (root / SYNTHETIC_MARK).exists()
    return Snapshot(_fingerprint(root), programmes, records, editions, areas, tuple(doubts), is_synthetic)


def _editions(root: Path, blockers: list[Problem]) -> dict[str, tuple[Edition, ...]]:
    try:
        found = list_editions(root)
    except AtlasError as error:
        blockers += error.problems
        return {}
    by_state: dict[str, tuple[Edition, ...]] = {}
    for edition in sorted(found, key=lambda each: each.starts):
        by_state[edition.state] = (*by_state.get(edition.state, ()), edition)
    if not found:
        text = "Es gibt keinen Gebietsstand. Bitte mit „python -m atlas boundaries add“ einen anlegen."
        blockers.append(Problem("geodata", text))
    return by_state


def _records(root: Path, programme: Programme, editions: dict[str, tuple[Edition, ...]], name: str) -> Records:
    if editions and programme.state not in editions:
        text = "Für das Land {state} gibt es keinen Gebietsstand unter geodata. Bitte anlegen oder state berichtigen."
        raise AtlasError(Problem(f"{name}, state", text, {"state": programme.state}))
    keys: set[str] = set()
    for edition in editions.get(programme.state, ()):
        keys |= set(edition.municipalities["ags"]) | set(edition.districts.index)
    participation = root / "data" / "participation" / f"{programme.key}.csv"
    totals = root / "data" / "totals" / f"{programme.key}.csv"
    return read_records(participation, totals, programme, frozenset(keys), root)


def _files(root: Path) -> list[Path]:
    return [path for folder in ("data", "geodata") for path in sorted((root / folder).rglob("*")) if path.is_file()]


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(root):
        if path.suffix in {
            ".toml",
            ".csv",
            ".topojson",
        }:  # an edition's other files have their sums in its TOML
            digest.update(str(path.relative_to(root)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


class SnapshotStore:
    """Give out the current snapshot; read the files again when one has changed.

    Safe to use from many threads. A snapshot is never changed, only replaced. Broken files raise on every call
    until they are mended.

    Parameters
    ----------
    settings
        Where the data lie.
    look_every_s
        How long an answer is given out before the files are looked at again, in seconds.
    """

    def __init__(self, settings: Settings, look_every_s: float = 1.0) -> None:
        self.settings = settings
        self._look_every_s = look_every_s
        self._looked_at = 0.0
        self._lock = threading.Lock()
        self._signature: tuple[tuple[str, int, int], ...] | None = None
        self._answer: Snapshot | AtlasError | None = None

    def current(self) -> Snapshot:
        """Return the snapshot of the files as they are now.

        Raises
        ------
        AtlasError
            As `load_snapshot`.
        """
        with self._lock:
            if self._answer is None or time.monotonic() - self._looked_at >= self._look_every_s:
                self._refresh()
            answer = self._answer
        if isinstance(answer, AtlasError):
            raise AtlasError(*answer.problems)
        assert answer is not None  # noqa: S101 - just refreshed; tells mypy so
        return answer

    def _refresh(self) -> None:
        signature = self._look()
        self._looked_at = time.monotonic()
        if self._answer is None or signature != self._signature:
            self._signature = signature
            try:
                self._answer = load_snapshot(self.settings)
            except AtlasError as error:
                self._answer = error

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        stats = ((path, path.stat()) for path in _files(self.settings.root) if path.suffix in {".toml", ".csv"})
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
