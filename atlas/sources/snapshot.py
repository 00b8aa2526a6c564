"""Load everything at once, and notice when a file has changed."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import pandas as pd

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.model.areas import Areas
from atlas.model.boundaries import BoundaryVersion, known_keys
from atlas.model.edits import Change, Correct, Edit, Occasion, Withdraw
from atlas.model.parameters import PROGRAMME
from atlas.model.population import Population
from atlas.model.programme import Programme
from atlas.model.records import READ_ON, Records
from atlas.model.rights import Actor, Right, require
from atlas.model.rules import Row, faults, record_checker
from atlas.model.snapshot import Snapshot
from atlas.model.targets import TargetList, row_of, written_targets
from atlas.phrases import N_
from atlas.sources.boundaries import list_editions
from atlas.sources.files import Stamp, file_sum, stamp
from atlas.sources.population import read_population
from atlas.sources.records import parse_targets, read_records, rows_of
from atlas.sources.settings import Settings
from atlas.sources.store import Store, StoreUnreachableError, open_store, store_if_made
from atlas.sources.toml import read_toml

_LOG = logging.getLogger(__name__)
_LEFT_ALONE_S = 1.0
"""So long a database that does not answer is left alone, and data with faults, unless they have changed."""
_PATIENCE_S = 3.0
"""So long who asks waits for what is new before going on with what was known last."""
_SLOW_S, _SLOWLY = 0.5, 4
"""A look that took longer than the first counts for so many times as long, and for as long as patience lasts at most."""
_TRIES = 3
_NAMED = 20
T = TypeVar("T")
SYNTHETIC_MARK = "SYNTHETISCH"
"""A file of this name in the data folder says that everything in it is invented."""


def load_snapshot(settings: Settings, store: Store | None = None, only: str = "") -> Snapshot:
    """Return everything the data folder holds, the entries from the store if there is one already.

    ``store`` is that of the settings, if the caller has it open. With ``only``, of all programmes the one of this key.
    Raises `AtlasError`: all blockers of all files at once.
    """
    if store is None and settings.database:
        with store_if_made(settings.database, settings.seal) as opened:
            return load_snapshot(replace(settings, database=""), opened, only)
    try:
        return _load(settings.root, store, only)
    except OSError as error:
        raise AtlasError(_unreadable(error)) from error


def _unreadable(error: OSError) -> Problem:
    text = N_("Die Datei lässt sich nicht lesen ({reason}). Bitte prüfen, ob sie da ist und wem sie gehört.")
    return Problem(Path(error.filename or "data").name, text, {"reason": error.strerror or type(error).__name__})


def _load(root: Path, store: Store | None, only: str) -> Snapshot:
    # Before the entries are read: what is written meanwhile is then seen at the next look.
    fingerprint, head = _fingerprint(root, store), store.head() if store else 0
    blockers: list[Problem] = []
    editions = _editions(root, blockers)
    programmes: dict[str, Programme] = {}
    records: dict[str, Records] = {}
    doubts: list[Problem] = []
    for path in _wanted(root, only, blockers):
        try:
            programme = _programme(path, str(path.relative_to(root)))
            keys = keys_of(programme, editions, str(path.relative_to(root)))
            records[programme.key], doubtful = read_records(programme, keys, root, store)
            programmes[programme.key] = programme
            doubts += doubtful
        except AtlasError as error:
            blockers += error.problems
    areas = _areas(root, editions, blockers)
    populations = _populations(root, editions, blockers)
    if blockers:
        raise AtlasError(*blockers)
    return Snapshot(
        fingerprint=fingerprint,
        programmes=programmes,
        records=records,
        editions=editions,
        populations=populations,
        areas=areas,
        problems=tuple(doubts),
        is_synthetic=(root / SYNTHETIC_MARK).exists(),
        head=head,
    )


def as_known(snapshot: Snapshot, programme: Programme, table: pd.DataFrame, moment: datetime) -> Snapshot:
    """Return a snapshot whose entries of a programme are those of ``moment``; everything else is as it is now.

    Raises `AtlasError`: every entry that does not fit the programme as it is now.
    """
    check = record_checker(programme, keys_of(programme, snapshot.editions, programme.key))
    places = f"Bestand {programme.key} ({moment.isoformat(timespec='minutes')}), Eintrag"
    if problems := faults(rows_of(table), check, places):
        raise AtlasError(*problems)
    records = replace(snapshot.records[programme.key], table=table, places=places)
    fingerprint = f"{snapshot.fingerprint}-{moment.isoformat()}"
    return replace(snapshot, fingerprint=fingerprint, records=snapshot.records | {programme.key: records})


def _rows_to_be(table: pd.DataFrame, edits: Sequence[Edit], today: date) -> Iterable[tuple[int, Row]]:
    """Yield what edits made today would write, as `record_checker` reads it, each with its place among them."""
    corrected = table[table["line"].isin([edit.entry for edit in edits if isinstance(edit, Correct)])]
    read_on = dict(zip(corrected["line"], corrected[READ_ON], strict=True))
    for n, edit in enumerate(edits, 1):
        if not isinstance(edit, Withdraw):
            usual = read_on.get(edit.entry) if isinstance(edit, Correct) else None
            yield n, asdict(edit.record) | {READ_ON: usual or today.isoformat()}


def programme_files(root: Path) -> dict[str, Path]:
    """Return the files of all programmes by their keys, in the order the product shows them: the first is the default."""
    return {path.stem: path for path in sorted((root / "data" / "programmes").glob("*.toml"))}


def _wanted(root: Path, only: str, blockers: list[Problem]) -> Iterable[Path]:
    files = programme_files(root)
    if not files:
        text = N_("Es gibt kein Programm. Bitte eines anlegen: python -m atlas programme new KEY --boundary-set SET")
        blockers.append(Problem("data/programmes", text))
    if only and only not in files:
        blockers.append(PROGRAMME.among(files).problem(only, "--programme"))
    return [path for key, path in files.items() if only in {"", key}]


def _programme(path: Path, name: str) -> Programme:
    """Return the programme of a file. Record and totals are found by its key, so that must be the file's name."""
    programme = read_toml(path, Programme, name)
    if programme.key != path.stem:
        text = N_("Der Schlüssel „{given}“ ist nicht der Name der Datei. Bitte den einen oder den anderen ändern.")
        raise AtlasError(Problem(f"{name}, key", text, {"given": programme.key}))
    return programme


def _areas(root: Path, editions: dict[str, tuple[BoundaryVersion, ...]], blockers: list[Problem]) -> Areas | None:
    """Return the areas of responsibility, None where there are none; every district of theirs must exist."""
    name = "data/areas.toml"
    if not (root / name).is_file():
        return None
    try:
        found = read_toml(root / name, Areas, name)
    except AtlasError as error:
        blockers += error.problems
        return None
    known = {str(key) for edition in editions.get(found.boundary_set, ()) for key in edition.districts.index}
    if unknown := [key for area in found.areas for key in area.districts if key not in known]:
        text = N_("Diese Kreise gibt es nicht: {list}. Bitte die Schlüssel berichtigen.")
        blockers.append(Problem(name, text, {"list": ", ".join(unknown)}))
    return found


def _populations(root: Path, sets: Iterable[str], blockers: list[Problem]) -> dict[str, Population]:
    """Return the registers of inhabitants by boundary set, of those that have one."""
    found = {}
    for key in sets:
        try:
            if population := read_population(root, key):
                found[key] = population
        except AtlasError as error:
            blockers += error.problems
    return found


def _editions(root: Path, blockers: list[Problem]) -> dict[str, tuple[BoundaryVersion, ...]]:
    try:
        found = list_editions(root)
    except AtlasError as error:
        blockers += error.problems
        return {}
    by_state: dict[str, tuple[BoundaryVersion, ...]] = {}
    for edition in sorted(found, key=lambda each: each.starts):
        by_state[edition.boundary_set] = (*by_state.get(edition.boundary_set, ()), edition)
    if not found:
        text = N_("Es gibt keine Gemeindegrenzen. Bitte mit „python -m atlas boundaries add“ welche anlegen.")
        blockers.append(Problem("geodata", text))
    return by_state


def keys_of(programme: Programme, editions: dict[str, tuple[BoundaryVersion, ...]], name: str) -> frozenset[str]:
    """Return every municipality and district key that exists or has existed in the programme's boundary set."""
    if editions and programme.boundary_set not in editions:
        text = N_(
            "Für {given} gibt es keine Gemeindegrenzen unter geodata. Bitte anlegen oder boundary_set berichtigen."
        )
        raise AtlasError(Problem(f"{name}, boundary_set", text, {"given": programme.boundary_set}))
    return known_keys(editions.get(programme.boundary_set, ()))


def _files(root: Path) -> list[Path]:
    """Return every file that is read. What is still being written has a name, or is in a folder, that begins with a dot."""
    found = (path for folder in ("data", "geodata") for path in sorted((root / folder).rglob("*")))
    return [path for path in found if "/." not in str(path.relative_to(root)) and path.is_file()]


def _fingerprint(root: Path, store: Store | None) -> str:
    digest = hashlib.sha256(store.state().encode() if store else b"")
    for path in _files(root):
        if path.suffix in {".toml", ".csv", ".topojson"}:  # an edition's other files have their sums in its TOML
            digest.update(f"{path.relative_to(root)}{file_sum(path)}".encode())
    return digest.hexdigest()[:16]


class _Seen(NamedTuple):
    """What tells one state of store and files from another."""

    state: str
    files: tuple[Stamp, ...]


class SnapshotStore:
    """Give out the current snapshot; read everything again when a file or the record has changed. Write the record.

    Safe to use from many threads. A snapshot is never changed, only replaced. Files and store are looked at for every
    call, which costs less than 2 ms, so what another process wrote is there with the next click. A thread of its own does
    that: who asks waits `_PATIENCE_S` at most and goes on with what was known last, as everybody does while the files have
    faults or the database does not answer; `trouble` says so. Files that have changed are taken, all or none, when nothing
    changed for ``quiet_s``, nor while they were read.
    """

    def __init__(self, settings: Settings, quiet_s: float = 0.0) -> None:
        self.settings = settings
        self._quiet_s = quiet_s
        self._lock = threading.Lock()
        self._looker = ThreadPoolExecutor(1, "look")
        self._next: Future[None] = Future()
        self._next.set_result(None)
        self._store: Store | None = None
        self._about: dict[str, object] = {"kind": "files"}
        self._about_state: str | None = None
        self._answer: Snapshot | AtlasError | None = None
        self._taken: _Seen | None = None
        self._tried: _Seen | None = None
        self._faults: AtlasError | None = None
        self._files: tuple[Stamp, ...] = ()
        self._changed_at = self._not_before = self._retry_at = 0.0
        self._away: AtlasError | None = None
        self._is_late = self._is_loading = False

    @property
    def store(self) -> Store | None:
        """Return the store, opened at its first use; None where the record is kept in files.

        Raises `AtlasError` if it can't be opened, or did not answer when it was last looked at: nobody waits for that twice.
        """
        if self._away:
            raise StoreUnreachableError(*self._away.problems)
        return self._opened()

    def _opened(self) -> Store | None:
        if self._store is None and self.settings.database:
            self._store = open_store(self.settings.database, self.settings.seal)
        return self._store

    def close(self) -> None:
        """Close the store's connections; it is opened again when it is needed."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def current(self) -> Snapshot:
        """Return the snapshot of files and store as they are now, or as they were known last.

        Raises `AtlasError` as `load_snapshot`, if nothing is known yet.
        """
        self._look_again()
        answer = self._answer
        if isinstance(answer, AtlasError):
            raise AtlasError(*answer.problems)
        assert answer is not None  # noqa: S101 - just refreshed; tells mypy so
        return answer

    @property
    def trouble(self) -> Problem | None:
        """Why what is given out may not be what there is now; None if it is."""
        if not self._is_reachable:
            text = N_(
                "Die Datenbank antwortet gerade nicht. Gezeigt wird, was zuletzt bekannt war; speichern geht nicht."
            )
            return Problem("", text)
        if self._faults:
            text = N_("In den Daten steckt gerade ein Fehler. Gezeigt wird, was zuletzt ohne Fehler gelesen wurde.")
            return Problem("", text)
        return None

    @property
    def _is_reachable(self) -> bool:
        return not (self._away or (self._is_late and not self._is_loading))

    def about(self) -> dict[str, object]:
        """Return what is to be watched: ``store``, as it said last, and ``outdated``, where newer data have faults."""
        self._look_again()
        told: dict[str, object] = {"store": {"reachable": True} | self._about}
        if not self._is_reachable:
            problems = self._away.problems if self._away else ()
            told["store"] = {"reachable": False, "problems": [each.sentence() for each in problems]}
        if self._faults:
            told["outdated"] = [each.place for each in self._faults.problems[:_NAMED]]
        return told

    def _look_again(self, patience: int = 1) -> None:
        """Have files and store looked at, from now on; wait for it with so much patience, the first time until there is an answer."""
        with self._lock:
            if self._next.running() or self._next.done():
                self._next = self._looker.submit(self._refresh)
            begun = self._next
        if self._answer is None:
            begun.result()
        elif not (self._is_late or self._away):
            try:
                begun.result(patience * _PATIENCE_S)
            except TimeoutError:
                self._is_late = True

    def save(
        self, actor: Actor, programme: str, edits: Sequence[Edit], occasion: Occasion, basis: int | None = None
    ) -> Change:
        """Check some edits and write them, all or none. The one way into the record, for pages and command line.

        ``basis`` is the `Snapshot.head` they were made from, where every other change meanwhile is to stop them;
        without it, only a change of the same entries does.

        Raises
        ------
        NotAllowedError, ConflictError, StaleError
            As `Store.apply`.
        AtlasError
            Every fault of every entry at once, or that the record is kept in files.
        """
        store = self._writable(actor)
        snapshot = self.current()
        known = snapshot.programmes.get(programme)
        if known is None:
            raise AtlasError(PROGRAMME.among(snapshot.programmes).problem(programme))
        editions = {known.boundary_set: snapshot.editions[known.boundary_set]}
        check = record_checker(known, keys_of(known, editions, programme))
        rows = _rows_to_be(snapshot.records[programme].table, edits, store.today)
        if problems := faults(rows, check, "Eintrag" if len(edits) == 1 else "Änderung"):
            raise AtlasError(*problems)
        return self._written(store.apply(actor, programme, edits, occasion, basis))

    def undo(self, actor: Actor, number: int, reason: str) -> Change:
        """Take back a change; see `Store.undo`."""
        return self._written(self._writable(actor).undo(actor, number, reason))

    def save_targets(self, actor: Actor, programme: Programme, wanted: TargetList) -> TargetList:
        """Check a list of targets and write it. The one way there, for pages and command line.

        Raises
        ------
        NotAllowedError, StaleTargetsError
            As `Targets.save`.
        AtlasError
            Every fault of every line at once, that the reason is missing, or that the record is kept in files.
        """
        store = self._writable(actor)
        problems = [] if wanted.reason.strip() else [Problem("", phrases.SAY_WHY)]
        targets = parse_targets(wanted.body, programme, "Ziele", problems)
        if problems:
            raise AtlasError(*problems)
        before = written_targets(map(row_of, self.current().records[programme.key].targets))
        wanted = replace(wanted, body=written_targets(map(row_of, targets)))
        return self._written(store.targets.save(actor, programme.key, wanted, before))

    def _writable(self, actor: Actor) -> Store:
        require(actor, Right.EDIT)
        if self.store is None:
            text = N_(
                "Der Bestand wird in Dateien geführt und lässt sich hier nicht ändern. Bitte ATLAS_DATABASE_URL setzen."
            )
            raise AtlasError(Problem("data/participation", text))
        return self.store

    def _written(self, made: T) -> T:
        """Return what was written, when it can be read: whoever wrote it sees it at once."""
        self._not_before, self._away = 0.0, None
        self._look_again(5)
        return made

    def _refresh(self) -> None:
        """Look, and read what has changed. Only the one thread does; nobody holds anything that it waits for."""
        try:
            if time.monotonic() >= self._not_before:
                self._read_if_changed()
        except AtlasError as error:  # of the store: it does not answer, or can't be opened
            if not self._away:
                _LOG.warning("the database does not answer; readers see what was known last")
            self._away, self._not_before = error, time.monotonic() + _LEFT_ALONE_S
            if not isinstance(self._answer, Snapshot):
                self._answer = error
        except OSError as error:
            self._fail(AtlasError(_unreadable(error)))
        finally:
            self._is_late = self._is_loading = False

    def _read_if_changed(self) -> None:
        for _ in range(_TRIES):
            begun = time.monotonic()
            seen = self._look()
            took = time.monotonic() - begun
            self._not_before = begun + took + min(_SLOWLY * took, _PATIENCE_S) if took > _SLOW_S else 0.0
            if self._away:
                _LOG.info("the database answers again")
            self._away = None
            if not self._is_to_be_read(seen, begun):
                return
            self._is_loading = True
            try:
                made: Snapshot | AtlasError = load_snapshot(self.settings, self._opened())
            except StoreUnreachableError:
                raise
            except AtlasError as error:
                made = error
            now = self._look()
            if now.files != seen.files:
                continue  # nothing is taken that was being written; the entries themselves are, at the first time
            if isinstance(made, Snapshot):
                self._answer, self._taken, self._faults = made, seen, None
            else:
                self._tried = seen
                self._retry_at = time.monotonic() + max(_LEFT_ALONE_S, _SLOWLY * (time.monotonic() - begun))
                self._fail(made)
            if now == seen:
                return
        if self._answer is None:
            text = N_("Die Daten werden gerade geändert. Bitte gleich noch einmal versuchen.")
            self._answer = AtlasError(Problem("data", text))

    def _is_to_be_read(self, seen: _Seen, moment: float) -> bool:
        """Return whether there is anything new, and files have come to rest."""
        if seen.files != self._files:
            self._files, self._changed_at = seen.files, moment
        is_new = seen != (self._tried if self._faults else self._taken) or (self._faults and moment >= self._retry_at)
        was_taken = self._taken is not None and seen.files == self._taken.files
        return bool(is_new) and (self._answer is None or was_taken or moment >= self._changed_at + self._quiet_s)

    def _fail(self, error: AtlasError) -> None:
        """Keep what was known last, if anything was."""
        self._faults = error
        if not isinstance(self._answer, Snapshot):
            self._answer = error

    def _look(self) -> _Seen:
        state = ""
        if store := self._opened():
            state = store.state()
            if self._about_state != state:
                self._about, self._about_state = store.about(), state
        return _Seen(state, tuple(map(stamp, _files(self.settings.root))))
