"""Bring a backup of SQLite back: checked first, then put in place at once, the former file kept."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_
from atlas.sources.store.database import PLACE, Database, DriverError, StoreUnreachableError, copy_sqlite, revision
from atlas.sources.store.record import open_store

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite puts beside a database; beside another one it would spoil it."""


def restore(database: Database, backup: Path, *, replace: bool) -> Path | None:
    """Make a backup the database; return where the former one is kept now, None if there was none.

    No process may use the database meanwhile. The backup is copied, brought to the schema of this program and checked;
    until then nothing else is touched. Raises `AtlasError` if the database is not SQLite, there is one and ``replace``
    is not set, or the backup can't be used.
    """
    if database.kind != "sqlite":
        text = N_("Diese Datenbank stellt pg_restore wieder her; wie, steht in docs/operations.md.")
        raise AtlasError(Problem(PLACE, text))
    target = database.file
    if target.exists() and not replace:
        text = N_(
            "Hier ist schon eine Datenbank. Soll die Sicherung an ihre Stelle, bitte --replace angeben; sie wird aufgehoben."
        )
        raise AtlasError(Problem(str(target), text))
    unfinished = target.with_name(f"{target.name}.unfertig")
    try:
        _copy(backup, unfinished)
        _check(unfinished, str(backup))
        former = _put_aside(target) if target.exists() else None
        unfinished.replace(target)
    except OSError as error:
        text = N_("Die Datenbank lässt sich nicht an ihren Ort bringen ({reason}).")
        raise AtlasError(Problem(str(target), text, {"reason": error.strerror or str(error)})) from error
    finally:
        for path in unfinished.parent.glob(f"{unfinished.name}*"):
            path.unlink()
    return former


def _copy(backup: Path, unfinished: Path) -> None:
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.unlink(missing_ok=True)
    try:
        copy_sqlite(backup, unfinished)
    except DriverError as error:
        text = N_("Das ist keine lesbare Sicherung von SQLite. Nichts wurde verändert.")
        raise AtlasError(Problem(str(backup), text)) from error


def _check(file: Path, name: str) -> None:
    """Check a copy, and migrate it if it is older."""
    checked = Database(f"sqlite:///{file}")
    try:
        with checked.reading() as connection:
            is_whole = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            is_store = revision(connection) is not None
        altered: list[int] = []
        if is_whole and is_store:
            store = open_store(f"sqlite:///{file}")
            altered = store.verify()
            store.close()
    except StoreUnreachableError:
        is_whole, is_store, altered = False, False, []
    finally:
        checked.close()
    if not is_whole:
        text = N_("Die Sicherung ist beschädigt. Nichts wurde verändert; bitte eine frühere nehmen.")
        raise AtlasError(Problem(name, text))
    if not is_store:
        raise AtlasError(Problem(name, "Das ist keine Datenbank dieser Anwendung. Nichts wurde verändert."))
    if altered:
        text = N_(
            "Die Sicherung ist nicht mehr, wie sie geschrieben wurde (Änderung {numbers}). Nichts wurde verändert; bitte eine "
            "frühere nehmen."
        )
        raise AtlasError(Problem(name, text, {"numbers": ", ".join(map(str, altered[:10]))}))


def _put_aside(target: Path) -> Path:
    """Keep the file of a database beside its place, with all that belongs to it; it stays in its place until replaced."""
    kept = target.with_name(f"{target.name}.ersetzt-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    os.link(target, kept)
    for ending in _BESIDE:
        beside = target.with_name(f"{target.name}{ending}")
        if beside.exists():
            beside.rename(kept.with_name(f"{kept.name}{ending}"))
    return kept
