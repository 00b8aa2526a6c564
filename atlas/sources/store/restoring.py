"""Backups of SQLite, with their head beside them; bringing one back, checked first, the former file kept; a new store."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_
from atlas.sources.store import chain
from atlas.sources.store.checking import findings
from atlas.sources.store.database import (
    BESIDE,
    PLACE,
    Database,
    DriverError,
    StoreUnreachableError,
    copy_sqlite,
    fold,
    no_file,
    revision,
)
from atlas.sources.store.head import Seal
from atlas.sources.store.making import migrate

_MAGIC = b"SQLite format 3\0"


def back_up(database: Database, target: Path) -> None:
    """Write a database of SQLite as of one moment into a new file, which is there whole or not at all, and its head beside it.

    Raises `AtlasError` if the file exists or can't be written, or the database is not SQLite.
    """
    if database.kind != "sqlite":
        text = N_("Diese Datenbank sichert pg_dump; wie, steht in docs/operations.md.")
        raise AtlasError(Problem(PLACE, text))
    text = N_("Die Datei lässt sich nicht schreiben oder ist schon da. Bitte einen neuen Namen nehmen.")
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfertig")
    try:
        if target.exists():
            raise FileExistsError
        _clear(target)
        copy_sqlite(database.file, unfinished)
        copy = Database(f"sqlite:///{unfinished}", database.seal.at(_head_beside(target)))
        with copy.reading() as connection:
            head = chain.head_of(connection, copy.seal)
        copy.close()
        fold(unfinished)
        copy.seal.write(head)
        os.link(unfinished, target)  # never over a file that is there
    except (OSError, DriverError) as error:
        raise AtlasError(Problem(str(target), text)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _head_beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.head")


def _clear(target: Path) -> None:
    """Remove what processes that were killed have left of a file."""
    for path in target.parent.glob("*.unfertig*"):
        if path.name.startswith(f"{target.name}."):
            path.unlink(missing_ok=True)


def restore(database: Database, backup: Path, *, replace: bool, unproven: bool = False) -> Path | None:
    """Make a backup the database; return where the former one is kept now, None if there was none.

    No process may use the database meanwhile. The backup is copied, brought to the schema of this program and checked,
    against its head, too, unless that it is ``unproven`` is accepted; until then nothing else is touched. Then the chain of
    what is there says that it begins anew, and the head with it. Raises `AtlasError` if the database is not SQLite, there is
    one and ``replace`` is not set, or the backup can't be used.
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
        _prepare(unfinished, backup, database.seal, unproven=unproven)
        former = _put_aside(target) if target.exists() else None
        unfinished.replace(target)
    except OSError as error:
        text = N_("Die Datenbank lässt sich nicht an ihren Ort bringen ({reason}).")
        raise AtlasError(Problem(str(target), text, {"reason": error.strerror or str(error)})) from error
    finally:
        _clear(target)
    chain.keep_head(database)
    return former


def _copy(backup: Path, unfinished: Path) -> None:
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        copy_sqlite(backup, unfinished)
    except DriverError as error:
        text = N_("Das ist keine lesbare Sicherung von SQLite. Nichts wurde verändert.")
        raise AtlasError(Problem(str(backup), text)) from error
    with suppress(FileNotFoundError):
        shutil.copyfile(_head_beside(backup), _head_beside(unfinished))


def _prepare(file: Path, backup: Path, seal: Seal, *, unproven: bool) -> None:
    """Check a copy, having migrated it if it is older, and let its chain say that it takes the place of another."""
    proof = Seal() if unproven else seal.at(_head_beside(file))
    checked = Database(f"sqlite:///{file}", seal.at(None))
    try:
        with checked.reading() as connection:
            is_whole = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            is_store = revision(connection) is not None
        if is_whole and is_store:
            migrate(checked)
            _refuse(findings(checked, proof, whole=True), backup)
            chain.restart(checked, seal.read())
    except StoreUnreachableError:
        is_whole, is_store = False, False
    finally:
        checked.close()
    if not is_whole:
        text = N_("Die Sicherung ist beschädigt. Nichts wurde verändert; bitte eine frühere nehmen.")
        raise AtlasError(Problem(str(backup), text))
    if not is_store:
        raise AtlasError(Problem(str(backup), "Das ist keine Datenbank dieser Anwendung. Nichts wurde verändert."))


def _refuse(found: list[Problem], backup: Path) -> None:
    if found:
        text = N_(
            "Die Sicherung ist nicht, wie sie geschrieben wurde, oder ihr Kopf fehlt. Nichts wurde verändert; bitte eine frühere "
            "nehmen. Eine ohne Kopf, die es vor ihm schon gab, nimmt --unproven an."
        )
        raise AtlasError(Problem(str(backup), text), *found)


def accept(database: Database, head: Path | None, *, unproven: bool = False) -> None:
    """Take the database that is here for the store: after pg_restore, or when a key is new. Its chain says so.

    It has to go on from a ``head``, that of the store itself if none is given, unless that it is ``unproven`` is accepted.
    Raises `AtlasError` if it does not, or was meddled with.
    """
    seal = database.seal
    with closing(Database(database.url, Seal())) as seen:
        if not seen.is_made():
            raise no_file(seen.file)
        migrate(seen)
        with seen.reading() as connection:
            is_signed = bool(chain.newest(connection)[2])
        proof = None if unproven else head or seal.file
        if found := findings(seen, Seal(proof, seal.key if is_signed and not unproven else "")):
            raise AtlasError(*found)
    chain.restart(database, seal.read())
    chain.keep_head(database)


def begin_anew(database: Database) -> None:
    """Make a store where there was one; its chain says so.

    Raises `AtlasError` if there is still a database.
    """
    seal = database.seal
    head, is_there = seal.read(), database.is_made()
    if is_there:
        with database.reading() as connection:
            is_there = bool(sa.inspect(connection).get_table_names())
    if is_there:
        text = N_(
            "Hier ist noch eine Datenbank. Soll ein leerer Bestand an ihre Stelle, bitte sie vorher beiseite legen."
        )
        raise AtlasError(Problem(PLACE, text))
    if database.kind == "sqlite":
        for ending in ("", *BESIDE):
            database.file.with_name(f"{database.file.name}{ending}").unlink(missing_ok=True)
    if seal.file and head:
        seal.file.replace(seal.file.with_name(f"{seal.file.name}.ersetzt-{_now()}"))
    migrate(database)
    chain.restart(database, head)
    chain.keep_head(database)


def _now() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"


def _put_aside(target: Path) -> Path:
    """Keep the file of a database beside its place, with all that belongs to it; it stays in its place until replaced.

    What SQLite keeps beside it is written into it first, so that whenever this process ends nothing is missing; of a damaged
    one it is kept as well.
    """
    with target.open("rb") as file:
        is_sqlite = file.read(len(_MAGIC)) == _MAGIC
    if is_sqlite:  # it would delete what is beside another file
        with suppress(DriverError):
            fold(target)
    kept = target.with_name(f"{target.name}.ersetzt-{_now()}")
    os.link(target, kept)
    for ending in BESIDE:
        beside = target.with_name(f"{target.name}{ending}")
        if beside.exists():
            beside.rename(kept.with_name(f"{kept.name}{ending}"))
    return kept
