"""The record in the store: entries with all their versions, changes with who, when and why."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, astuple
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

import pandas as pd
import sqlalchemy as sa

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.model.dates import ZONE
from atlas.model.edits import (
    Add,
    Change,
    ChangeKind,
    ConflictError,
    Correct,
    Edit,
    Occasion,
    Record,
    StaleError,
    Version,
    Withdraw,
    missing_reason,
    needs_reason,
)
from atlas.model.records import READ_ON, RECORD_COLUMNS
from atlas.model.rights import Actor, Right, require
from atlas.model.rules import is_after_reading
from atlas.phrases import N_
from atlas.sources.store import chain
from atlas.sources.store.cases import FollowUps, Reports
from atlas.sources.store.checking import findings, sealed
from atlas.sources.store.database import Database, StoreUnreachableError
from atlas.sources.store.head import Seal
from atlas.sources.store.logins import StoredLoginEnds
from atlas.sources.store.making import migrate
from atlas.sources.store.schema import change as changes_
from atlas.sources.store.schema import version as versions_
from atlas.sources.store.targets import LISTS_WRITTEN, Targets

T = TypeVar("T")
Row = Mapping[str, Any] | sa.RowMapping
_VERSIONS = (
    sa.select(versions_, changes_)
    .join(changes_, versions_.c.change == changes_.c.number)
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
)
_ROWS_READ_AT_ONCE = 5_000
"""So many rows of an answer are in memory as they came; what is kept of them takes a tenth."""
_ROWS_AT_ONCE = 500
"""Keys asked for in one statement: SQLite takes 32,766 parameters, PostgreSQL 65,535."""


def open_store(url: str, seal: Seal | None = None) -> Store:
    """Return the store at an address, made or migrated if need be. Texts that need not be kept any more are deleted.

    Raises `AtlasError` if it can't be reached, is newer than this program, or is not what its head says.
    """
    database = Database(url, seal)
    try:
        migrate(database)
        store = Store(database)
        store.head()
        with suppress(StoreUnreachableError):  # without the key of a signed store nothing can be written
            store.reports.tidy()
    except BaseException:
        database.close()
        raise
    return store


@contextmanager
def store_if_made(url: str, seal: Seal | None = None) -> Iterator[Store | None]:
    """Give the store at an address; None if there is no address, or nobody has made a store there yet."""
    store = open_store(url, seal) if url and Database(url, seal).was_made() else None
    try:
        yield store
    finally:
        if store:
            store.close()


class Store:
    """The record, in a database, and beside it what goes on around the municipalities.

    Safe to use from many threads and processes. Whatever `apply`, `undo` or `seed` has returned is on the disk.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.database = database
        self.follow_ups = FollowUps(database, clock)
        self.reports = Reports(database, clock)
        self.targets = Targets(database, clock)
        self.login_ends = StoredLoginEnds(database, clock)
        self._clock = clock
        self._writer = threading.Lock()  # writers of this process wait here and not in SQLite, which is not fair

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    @property
    def today(self) -> date:
        """Return the day in Germany: what is written now enters the store on it."""
        return self._clock().astimezone(ZONE).date()

    def about(self) -> dict[str, object]:
        """Return what those who run it watch: `Database.about`, the number of changes, the moment of the last one."""
        with self.database.reading() as connection:
            last = connection.execute(sa.select(sa.func.max(changes_.c.recorded_at))).scalar()
            changes = _head(connection)
        return self.database.about() | {"changes": changes, "changed_at": last.isoformat() if last else None}

    # ---- reading: what is public --------------------------------------------------------------------------------

    def head(self) -> int:
        """Return the number of the newest change, 0 before the first."""
        with self.database.reading() as connection:
            chain.look(connection, self.database.seal)
            return _head(connection)

    def state(self) -> str:
        """Return a text that is another one after every change; empty before the first."""
        with self.database.reading() as connection:
            chain.look(connection, self.database.seal)
            newest = sa.select(changes_.c.digest).order_by(changes_.c.number.desc()).limit(1).scalar_subquery()
            digest, lists = connection.execute(sa.select(newest, LISTS_WRITTEN)).one()
            return (digest or "") + (f"+{lists}" if lists else "")

    def records(self, programme: str) -> pd.DataFrame:
        """Return the entries of a programme that count, as the record says now.

        Returns
        -------
        pandas.DataFrame
            RangeIndex, in order of entry. `RECORD_COLUMNS` as text, `READ_ON`, ``line`` (number of the entry), ``version``.
        """
        return self._records(programme, None)

    def _records(self, programme: str, known_at: datetime | None) -> pd.DataFrame:
        newest = versions_.alias()
        beyond = sa.select(newest.c.version).where(
            newest.c.entry == versions_.c.entry, newest.c.version > versions_.c.version
        )
        first = versions_.alias()
        entered = sa.and_(versions_.c.version > 1, first.c.entry == versions_.c.entry, first.c.version == 1)
        found = sa.select(
            *(versions_.c[name] for name in RECORD_COLUMNS),
            versions_.c.entry,
            versions_.c.version,
            versions_.c.change,
            sa.func.coalesce(first.c.change, versions_.c.change).label("entered"),
        ).outerjoin_from(versions_, first, entered)
        # An expression, so that SQLite goes along the entries: by the index of programmes it would sort them in memory.
        found = found.where(versions_.c.programme + "" == programme, sa.not_(versions_.c.is_withdrawn))
        with self.database.reading() as connection:
            if known_at is not None:
                known = changes_.c.recorded_at <= known_at
                last = connection.execute(sa.select(sa.func.max(changes_.c.number)).where(known)).scalar() or 0
                beyond = beyond.where(newest.c.change <= last)
                found = found.where(versions_.c.change <= last)
            found = found.where(sa.not_(sa.exists(beyond))).order_by(versions_.c.entry)
            moments = sa.select(changes_.c.number, changes_.c.recorded_at).where(changes_.c.programme == programme)
            days = {
                number: moment.astimezone(ZONE).date().isoformat() for number, moment in connection.execute(moments)
            }
            rows = connection.execution_options(yield_per=_ROWS_READ_AT_ONCE).execute(found)
            parts = [_part(some, days) for some in rows.partitions()]
        return pd.concat(parts, ignore_index=True) if parts else _part((), {})

    def seed_sum(self, programme: str) -> str | None:
        """Return the sum of the file the entries of a programme came from; None if people have changed them since.

        An empty text where there is nothing yet.
        """
        with self.database.reading() as connection:
            return _seed_sum(connection, programme)

    def file_sum(self, programme: str) -> str:
        """Return the sum of the last file the entries of a programme were made from; empty without one."""
        with self.database.reading() as connection:
            seeds = sa.select(changes_.c.file_sum).where(
                changes_.c.programme == programme, changes_.c.kind == ChangeKind.SEED
            )
            return connection.execute(seeds.order_by(changes_.c.number.desc()).limit(1)).scalar() or ""

    # ---- reading: what is internal --------------------------------------------------------------------------------

    def changes(self, actor: Actor, since: int = 0, limit: int = 100) -> list[Change]:
        """Return the changes after number ``since``, oldest first."""
        require(actor, Right.READ_INTERNAL)
        return self._changes(sa.select(changes_).where(changes_.c.number > since).order_by(changes_.c.number), limit)

    def newest_changes(self, actor: Actor, programme: str, limit: int = 50) -> list[Change]:
        """Return the last changes of a programme, newest first."""
        require(actor, Right.READ_INTERNAL)
        found = sa.select(changes_).where(changes_.c.programme == programme).order_by(changes_.c.number.desc())
        return self._changes(found, limit)

    def _changes(self, found: sa.Select[Any], limit: int) -> list[Change]:
        with self.database.reading() as connection:
            return [_change(row) for row in connection.execute(found.limit(limit)).mappings()]

    def history(self, actor: Actor, programme: str, *participants: str) -> list[Version]:
        """Return every version of the entries that are or were some municipalities' or districts', newest first."""
        require(actor, Right.READ_INTERNAL)
        mine = sa.select(versions_.c.entry).where(versions_.c.programme == programme, versions_.c.ags.in_(participants))
        with self.database.reading() as connection:
            return _versions(connection, versions_.c.entry.in_(mine))

    def newest(self, actor: Actor, entries: Sequence[int]) -> list[Version]:
        """Return the newest version of some entries."""
        require(actor, Right.READ_INTERNAL)
        with self.database.reading() as connection:
            return list(_newest(connection, entries))

    def written_by(self, actor: Actor, number: int, limit: int | None = None) -> list[Version]:
        """Return what a change wrote, at most the first ``limit`` entries."""
        require(actor, Right.READ_INTERNAL)
        with self.database.reading() as connection:
            return _versions(connection, versions_.c.change == number, limit)

    def before(self, actor: Actor, shown: Sequence[Version]) -> list[Version]:
        """Return for each of some versions the one before it, where there is one."""
        require(actor, Right.READ_INTERNAL)
        some = _batches([(each.entry, each.version) for each in shown])
        with self.database.reading() as connection:
            return [former for keys in some for former in _before(connection, keys)]

    def past_records(self, actor: Actor, programme: str, known_at: datetime) -> pd.DataFrame:
        """Return what `records` said at a moment.

        Raises
        ------
        NotAllowedError
            If the actor may not read what is internal: what was withdrawn or corrected since is.
        AtlasError
            If the moment is still to come, or before there was a record here.
        """
        require(actor, Right.READ_INTERNAL)
        with self.database.reading() as connection:
            first = sa.select(sa.func.min(changes_.c.recorded_at)).where(changes_.c.programme == programme)
            begun = connection.execute(first).scalar()
        if known_at > self._clock():
            text = N_("Der Zeitpunkt liegt in der Zukunft. Was der Bestand dann sagt, weiß noch niemand.")
            raise AtlasError(Problem(_said(known_at), text))
        if begun is None or known_at < begun:
            text = N_("Damals wurde hier noch kein Bestand geführt; die erste Änderung ist vom {begun}.")
            raise AtlasError(Problem(_said(known_at), text, {"begun": _said(begun) if begun else "–"}))
        return self._records(programme, known_at)

    # ---- writing --------------------------------------------------------------------------------------------------

    def apply(
        self, actor: Actor, programme: str, edits: Sequence[Edit], occasion: Occasion, basis: int | None = None
    ) -> Change:
        """Write some edits, all or none, and return the change they are.

        With ``basis``, only if that is still the number of the newest change. What the records say is checked by whoever calls: see `atlas.sources.snapshot.SnapshotStore.save`.

        Raises
        ------
        NotAllowedError
            If the actor may not edit.
        ConflictError
            If an entry has another version by now than the one an edit was made from.
        StaleError
            If there are changes after ``basis``.
        AtlasError
            If there is nothing to write, or a correction has no reason.
        """
        require(actor, Right.EDIT)
        _demand_reason(edits, occasion)
        with self._writer, self.database.writing() as connection:
            if basis is not None and _head(connection) != basis:
                raise StaleError
            return self._write(connection, actor.name, programme, edits, occasion)

    def undo(self, actor: Actor, number: int, reason: str) -> Change:
        """Take back what a change wrote, and return the change that does so.

        Raises
        ------
        NotAllowedError
            If the actor may not edit, or it is somebody else's change and they may not administer.
        ConflictError
            If something it wrote has been changed again since.
        AtlasError
            If there is no such change.
        """
        require(actor, Right.EDIT)
        with self._writer, self.database.writing() as connection:
            found = connection.execute(sa.select(changes_).where(changes_.c.number == number)).mappings().first()
            if found is None or found["kind"] == ChangeKind.SEED:
                text = N_(
                    "Diese Änderung gibt es nicht, oder sie ist die Anlage des Bestands und lässt sich nicht zurücknehmen."
                )
                raise AtlasError(Problem(str(number), text))
            if found["actor"] != actor.name:
                require(actor, Right.ADMINISTER)
            edits = list(_reversed(connection, number))
            occasion = Occasion(ChangeKind.UNDO, reason, undoes=number)
            _demand_reason(edits, occasion)
            return self._write(connection, actor.name, found["programme"], edits, occasion)

    def seed(self, programme: str, table: pd.DataFrame, file: str, file_sum: str) -> Change | None:
        """Make the entries of a programme those of its file; None if they are already.

        Only as long as nobody has changed anything: see `seed_sum`.
        """
        with self._writer, self.database.writing() as connection:
            if _seed_sum(connection, programme) in {None, file_sum}:
                return None
            rows = table[list(RECORD_COLUMNS)].itertuples(index=False, name=None)
            wanted = Counter(Record(*row) for row in rows)
            edits: list[Edit] = []
            for each in _newest_where(connection, versions_.c.programme == programme):
                if wanted[each.record] and not each.is_withdrawn:
                    wanted[each.record] -= 1
                elif not each.is_withdrawn:
                    edits.append(Withdraw(each.entry, each.version))
            edits += map(Add, wanted.elements())
            occasion = Occasion(ChangeKind.SEED, file=file, file_sum=file_sum)
            return self._write(connection, "", programme, edits, occasion)

    def _write(
        self, connection: sa.Connection, actor: str, programme: str, edits: Sequence[Edit], occasion: Occasion
    ) -> Change:
        number = _head(connection) + 1
        last = connection.execute(
            sa.select(changes_.c.recorded_at, changes_.c.digest).where(changes_.c.number == number - 1)
        ).first()
        now = self._clock()
        rows = list(_new_versions(connection, number, programme, edits))
        made = {
            "number": number,
            # A clock that was set back must not bring the changes out of order.
            "recorded_at": max(now, last.recorded_at) if last else now,
            "actor": actor,
            "programme": programme,
            **asdict(occasion),
            "kind": str(occasion.kind),
            "added": sum(isinstance(edit, Add) for edit in edits),
            "corrected": sum(isinstance(edit, Correct) for edit in edits),
            "withdrawn": sum(isinstance(edit, Withdraw) for edit in edits),
        }
        digest = chain.change_digest(last.digest if last else "", made, rows)
        chain.add(connection, changes_, [made | {"digest": digest}])
        if rows:
            connection.execute(sa.insert(versions_), rows)
        return _change(made)

    def sealed(self) -> dict[str, object]:
        """Return what is known of the chain: see `atlas.sources.store.checking.sealed`."""
        return sealed(self.database)

    def verify(self) -> list[Problem]:
        """Return all that shows that somebody meddled: nothing, if nobody did."""
        return findings(self.database)


def _said(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def _head(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.max(changes_.c.number))).scalar() or 0)


def _seed_sum(connection: sa.Connection, programme: str) -> str | None:
    mine = sa.select(changes_.c.file_sum).where(changes_.c.programme == programme)
    if connection.execute(mine.where(changes_.c.kind != ChangeKind.SEED).limit(1)).first():
        return None
    return connection.execute(mine.order_by(changes_.c.number.desc()).limit(1)).scalar() or ""


def _part(rows: Sequence[sa.Row[*tuple[Any, ...]]], days: Mapping[int, str]) -> pd.DataFrame:
    """Return some rows as a table. Column by column: pandas takes much longer, and more memory, over a list of rows."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * (len(RECORD_COLUMNS) + 2)
    made = {name: _texts(values) for name, values in zip(RECORD_COLUMNS, columns, strict=False)}
    made[READ_ON] = _texts([_read_on(row, days) for row in rows])
    numbers = columns[len(RECORD_COLUMNS) :]
    made |= {name: pd.Series(values, dtype="int64") for name, values in zip(("line", "version"), numbers, strict=False)}
    return pd.DataFrame(made, copy=False)


def _texts(values: Sequence[str]) -> pd.Series:
    return _same(values[0], len(values)) if len(set(values)) == 1 else pd.Series(values, dtype="str")


@lru_cache(maxsize=50)
def _same(text: str, count: int) -> pd.Series:
    """Return the same text so many times: most columns say nothing, and parts of a table share what they have in common."""
    return pd.Series([text] * count, dtype="str")


def _read_on(row: sa.Row[*tuple[Any, ...]], days: Mapping[int, str]) -> str:
    """Return when the source of an entry was read: as it says itself, else the day it entered the store.

    Before there was `retrieved`, an entry could be corrected to a date after that day; then it was read by the day
    it was corrected.
    """
    if row.retrieved:
        return str(row.retrieved)
    entered = days[row.entered]
    return days[row.change] if is_after_reading(max(row.date, row.source_date), entered) else entered


def _demand_reason(edits: Sequence[Edit], occasion: Occasion) -> None:
    if not edits:
        raise AtlasError(Problem("", phrases.NOTHING_TO_SAVE))
    if not occasion.reason.strip() and needs_reason(edits):
        raise AtlasError(missing_reason())


def _new_versions(
    connection: sa.Connection, number: int, programme: str, edits: Sequence[Edit]
) -> Iterable[dict[str, Any]]:
    looked_at = {edit.entry: edit.version for edit in edits if not isinstance(edit, Add)}
    current = {each.entry: each for each in _newest(connection, list(looked_at))}
    moved = [
        each for each in current.values() if each.version != looked_at[each.entry] or each.change.programme != programme
    ]
    if moved:
        raise ConflictError(*moved)
    if len(current) != len(looked_at) or len(looked_at) != sum(not isinstance(edit, Add) for edit in edits):
        raise AtlasError(Problem("", "Ein Eintrag, der geändert werden soll, fehlt oder ist doppelt genannt."))
    entry = int(connection.execute(sa.select(sa.func.max(versions_.c.entry))).scalar() or 0)
    found = []
    for edit in edits:
        if isinstance(edit, Add):
            entry += 1
            found.append(_row(entry, 1, number, programme, edit.record))
        elif isinstance(edit, Correct):
            found.append(_row(edit.entry, edit.version + 1, number, programme, edit.record))
        else:
            record = current[edit.entry].record
            found.append(_row(edit.entry, edit.version + 1, number, programme, record) | {"is_withdrawn": True})
    return sorted(found, key=lambda row: row["entry"])


def _row(entry: int, version: int, number: int, programme: str, record: Record) -> dict[str, Any]:
    about = {"entry": entry, "version": version, "change": number, "programme": programme, "is_withdrawn": False}
    return about | dict(zip(RECORD_COLUMNS, astuple(record), strict=True))


def _newest(connection: sa.Connection, entries: Sequence[int]) -> Iterable[Version]:
    """Yield the newest version of some entries."""
    for some in _batches(entries):
        yield from _newest_where(connection, versions_.c.entry.in_(some))


def _newest_where(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Iterable[Version]:
    newest = sa.select(versions_.c.entry, sa.func.max(versions_.c.version).label("version")).where(where)
    latest = newest.group_by(versions_.c.entry).subquery()
    is_latest = sa.and_(versions_.c.entry == latest.c.entry, versions_.c.version == latest.c.version)
    found = _VERSIONS.join(latest, is_latest).order_by(versions_.c.entry)
    return (_version(row) for row in connection.execute(found).mappings().all())


def _versions(connection: sa.Connection, which: sa.ColumnElement[bool], limit: int | None = None) -> list[Version]:
    """Return some versions, those of the newest change first."""
    found = _VERSIONS.where(which).order_by(changes_.c.number.desc(), versions_.c.entry).limit(limit)
    return [_version(row) for row in connection.execute(found).mappings()]


def _before(connection: sa.Connection, keys: Sequence[tuple[int, int]]) -> list[Version]:
    """Return for some entries and versions those one before, where there is one."""
    former = [(entry, version - 1) for entry, version in keys]
    return _versions(connection, sa.tuple_(versions_.c.entry, versions_.c.version).in_(former))


def _batches(keys: Sequence[T]) -> Iterable[Sequence[T]]:
    return (keys[begin : begin + _ROWS_AT_ONCE] for begin in range(0, len(keys), _ROWS_AT_ONCE))


def _reversed(connection: sa.Connection, number: int) -> Iterable[Edit]:
    """Yield the edits that bring back what was before a change."""
    mine = sa.select(versions_.c.entry, versions_.c.version).where(versions_.c.change == number)
    wrote = {row.entry: row.version for row in connection.execute(mine)}
    moved = [each for each in _newest(connection, list(wrote)) if each.version != wrote[each.entry]]
    if moved:
        raise ConflictError(*moved)
    for some in _batches(list(wrote.items())):
        before = {each.entry: each for each in _before(connection, some)}
        for entry, at in some:
            former = before.get(entry)
            if former is None or former.is_withdrawn:
                yield Withdraw(entry, at)
            else:
                yield Correct(entry, at, former.record)


def _change(row: Row) -> Change:
    return Change(
        number=row["number"],
        recorded_at=row["recorded_at"],
        actor=row["actor"],
        programme=row["programme"],
        occasion=Occasion(ChangeKind(row["kind"]), row["reason"], row["file"], row["file_sum"], row["undoes"]),
        added=row["added"],
        corrected=row["corrected"],
        withdrawn=row["withdrawn"],
    )


def _version(row: Row) -> Version:
    return Version(
        row["version_entry"],
        row["version_version"],
        Record(*(row[f"version_{name}"] for name in RECORD_COLUMNS)),
        row["version_is_withdrawn"],
        _change({column.name: row[f"change_{column.name}"] for column in changes_.c}),
    )
