"""The database behind the store: SQLite in a file, or PostgreSQL. Opened, and brought to the schema of this program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from psycopg.abc import PQGen

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_
from atlas.sources.store.head import Seal

try:  # the interpreter's own library is often older than the fix of the WAL-reset bug
    from pysqlite3 import dbapi2 as driver
except ImportError:
    driver = sqlite3


class StoreUnreachableError(AtlasError):
    """The database does not answer, or is damaged; what was to be written is not."""


DriverError: type[Exception] = driver.Error
PLACE = "ATLAS_DATABASE_URL"
_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Releases of SQLite whose WAL mode is safe: the first and what is newer, and two mended older lines."""
_CONNECT_S = 4
_READ_S, _WRITE_S = 4, 20
"""So long a reader and a writer of PostgreSQL wait for the answer to one statement, whoever is to blame."""
_LOCK_S = {_READ_S: 3, _WRITE_S: 15}
"""So long they wait for a lock that another one holds."""
_BUSY_MS = 15_000
_LOCK = 7_164_001
"""Number of the lock all writers of a PostgreSQL store take: any that nobody else uses."""
_WRITES = "atlas_writes"
SEAL = "atlas_seal"
"""Under this name a connection that writes knows its seal, and when it has written what gives the head to be kept."""
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite puts beside a database; beside another one it would spoil it."""
_NO_TABLE = ("no such table", "no such column", "UndefinedTable", "UndefinedColumn")


def wal_is_safe(release: tuple[int, ...]) -> bool:
    """Return whether a release of SQLite has no known fault in WAL mode."""
    return release >= _FIXED[0] or any(fixed <= release < (*fixed[:2], 1000) for fixed in _FIXED[1:])


class Database:
    """Connections to one database.

    ``kind`` is ``sqlite`` or ``postgresql``. The ``seal`` is where its head is kept: without one, for SQLite beside its file.
    A file that is not there is not made: see `atlas.sources.store.making.migrate`.
    """

    def __init__(self, url: str, seal: Seal | None = None) -> None:
        self.url = url
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError as error:
            raise _wrong_url() from error
        self.kind = parsed.get_backend_name()
        if self.kind == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
            self.engine = _patient_engine(parsed, _READ_S)
            self._writing = _patient_engine(parsed, _WRITE_S)
        elif self.kind == "sqlite" and parsed.database and parsed.database != ":memory:":
            self.file = Path(parsed.database)
            seal = seal or Seal(self.file.with_name(f"{self.file.name}.head"))
            parsed = parsed.set(database=self.file.absolute().as_uri())
            parsed = parsed.update_query_dict({"mode": "rw", "uri": "true"})
            # A connection for each use: it costs 0.1 ms, and none is ever shared between threads.
            self.engine = sa.create_engine(parsed, module=driver, poolclass=sa.NullPool)
            _set_up_sqlite(self.engine)
            self._writing = self.engine
        else:
            raise _wrong_url()
        self.seal = seal or Seal()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the data."""
        with self._failing_in_words(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give the one connection that may write now; all or nothing, and on the disk when it is left. Then the head is."""
        opened = self._writing.execution_options(**{_WRITES: True, SEAL: self.seal})
        with self._failing_in_words(), opened.begin() as connection:
            connection.info.pop(SEAL, None)
            if self.kind == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection
            head_of = connection.info.pop(SEAL, None)
            head = head_of() if head_of else None
        if head:
            self.seal.advance(head)

    @contextmanager
    def _failing_in_words(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.InternalError, sa.exc.TimeoutError) as error:
            reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error  # an internal one: read-only
            if any(each in f"{type(reason).__name__} {reason}" for each in _NO_TABLE):
                raise no_tables() from error
            if isinstance(error, sa.exc.ProgrammingError):  # a fault of ours
                raise
            if not self.is_made():
                raise no_file(self.file) from error
            text = N_(
                "Die Datenbank antwortet nicht, ist gesperrt, schreibgeschützt oder voll ({reason}). Nichts wurde gespeichert. Bitte gleich "
                "noch einmal versuchen; bleibt es so, hilft docs/operations.md."
            )
            raise StoreUnreachableError(Problem(PLACE, text, {"reason": type(reason).__name__})) from error
        except sa.exc.DatabaseError as error:
            if type(error) is not sa.exc.DatabaseError:  # one of its many kinds: a fault of ours
                raise
            text = N_(
                "Die Datei der Datenbank ist beschädigt, oder sie ist keine. Nichts wurde gespeichert. Eine Sicherung bringt "
                "„python -m atlas store restore“ zurück; wie, steht in docs/operations.md."
            )
            raise StoreUnreachableError(Problem(PLACE, text)) from error

    def is_made(self) -> bool:
        """Return whether there is a database already."""
        return self.kind != "sqlite" or self.file.exists()

    def was_made(self) -> bool:
        """Return whether there is a database, or was one: then it is missing."""
        head = self.seal.read()
        return self.is_made() or (head is not None and head.is_of_something)

    def about(self) -> dict[str, str]:
        """Return what kind of database it is, for the health page: kind, release, journal, schema."""
        with self.reading() as connection:
            schema = revision(connection) or ""
            if self.kind == "sqlite":
                journal = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
                return {"kind": "sqlite", "release": driver.sqlite_version, "journal": journal, "schema": schema}
            release = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
            return {"kind": "postgresql", "release": release, "schema": schema}

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self._writing.dispose()


T = TypeVar("T")


class _Connection(psycopg.Connection[Any]):
    """A connection that does not wait for ever: no time-out of the server's own ends where the server stands still."""

    patience_s: float

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, timeout or self.patience_s)
        except psycopg.Error as error:
            if self.pgconn.transaction_status != psycopg.pq.TransactionStatus.ACTIVE:
                raise
            self.close()
            raise psycopg.OperationalError("no answer") from error


def _patient_engine(url: sa.URL, patience_s: int) -> sa.Engine:
    """Return connections to PostgreSQL, each of which waits so long for an answer; what the address says goes first."""
    limits = {"lock_timeout": _LOCK_S[patience_s], "statement_timeout": patience_s}
    usual = {
        "connect_timeout": str(_CONNECT_S),
        "options": " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items()),
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": f"{patience_s}000",
    }
    engine = sa.create_engine(
        url.set(query=usual | dict(url.query)),
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
        pool_timeout=_CONNECT_S,
    )

    @sa.event.listens_for(engine, "do_connect")
    def connected(_dialect: object, _record: object, arguments: list[Any], given: dict[str, Any]) -> _Connection:
        made = _Connection.connect(*arguments, **given)
        made.patience_s = patience_s + 1  # the server's own words first
        return made

    return engine


def no_tables() -> StoreUnreachableError:
    """Return what is to be said of a database without tables it has to have."""
    text = N_(
        "Der Datenbank fehlen Tabellen oder Spalten, sie ist leer oder verändert. Nichts wurde gespeichert. Eine Sicherung bringt "
        "„python -m atlas store restore“ zurück; wie, steht in docs/operations.md."
    )
    return StoreUnreachableError(Problem(PLACE, text))


def no_file(file: Path) -> StoreUnreachableError:
    """Return what is to be said of a file of SQLite that is gone."""
    text = N_(
        "Die Datei {file} mit der Datenbank fehlt. Nichts wurde angelegt. Bitte nachsehen, ob der Ordner eingebunden ist; eine "
        "Sicherung bringt „python -m atlas store restore“ zurück, einen leeren Bestand macht nur „python -m atlas store new“."
    )
    return StoreUnreachableError(Problem(PLACE, text, {"file": file.name}))


def _wrong_url() -> AtlasError:
    text = N_(
        "Das ist keine Adresse einer Datenbank. Erwartet wird sqlite:////pfad/atlas.sqlite3 oder "
        "postgresql://nutzer@host/datenbank."
    )
    return AtlasError(Problem(PLACE, text))  # the address itself may hold a password


def _set_up_sqlite(engine: sa.Engine) -> None:
    journal = "WAL" if wal_is_safe(driver.sqlite_version_info) else "TRUNCATE"

    @sa.event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            cursor.execute(f"PRAGMA journal_mode = {journal}")
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA foreign_keys = ON")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later would fail where another has written in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN")


def revision(connection: sa.Connection) -> str | None:
    """Return the schema of a database; None if it is none of ours. Raises `StoreUnreachableError` if it names several."""
    try:
        return MigrationContext.configure(connection).get_current_revision()
    except CommandError as error:
        raise no_tables() from error


def copy_sqlite(file: Path, target: Path) -> None:
    """Copy a database that is in use, as of one moment. Copying the file itself would miss what is in the log.

    What a killed copy has left in the place is removed first.
    """
    for ending in ("", *BESIDE):
        target.with_name(f"{target.name}{ending}").unlink(missing_ok=True)
    with (
        closing(driver.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(driver.connect(target)) as copy,
    ):
        source.backup(copy)


def fold(file: Path) -> None:
    """Write what SQLite keeps beside a database into it; then it is whole by itself."""
    with closing(driver.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
