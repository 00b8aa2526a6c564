"""The chain of acts: one for each row that is written, each with the digest of the one before.

A change of the record is one row, its digest holds those of its versions. An act of a row that is there already says what
it says now: so the texts of old reports can be emptied. An act ``restart`` says that a backup took the place of the
database, or a new store that of a lost one; its number is beyond those of every head known then.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from atlas.errors import Problem
from atlas.phrases import N_
from atlas.sources.store.database import PLACE, SEAL, Database, StoreUnreachableError
from atlas.sources.store.head import ChainHead, Seal
from atlas.sources.store.schema import ADDED_LATER, answer, change, follow_up, metadata, report, target_list, version
from atlas.sources.store.schema import act as acts_

Row = Mapping[str, Any] | sa.RowMapping
_LOG = logging.getLogger(__name__)
CHAINED = (change, follow_up, report, answer, target_list)
"""Tables whose rows have acts of their own."""
RESTART = "restart"
COUNTED = ("change", "version", *(table.name for table in CHAINED[1:]), "act")


def key_of(table: sa.Table, row: Row) -> str:
    """Return what an act calls a row."""
    return json.dumps([str(row[column.name]) for column in table.primary_key], ensure_ascii=False)


def sum_of(table: sa.Table, row: Row) -> str:
    """Return the sum over a row; of a change its digest, which holds its versions."""
    if table is change:
        return str(row["digest"])
    return _hashed([_told(row[column.name]) for column in table.columns])


def _told(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _hashed(said: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def digest_of(former: str, act: Row) -> str:
    """Return the digest of an act that follows another one."""
    return _hashed([former, act["number"], act["what"], act["key"], act["sum"]])


def change_digest(former: str, made: Row, rows: Iterable[Row]) -> str:
    """Return the sum over a change and the one before it."""
    told = [str(made[column.name]) for column in change.c if column.name != "digest"]
    digest = hashlib.sha256(json.dumps([former, *told], ensure_ascii=False).encode())
    for row in rows:
        said = [str(row[column.name]) for column in version.c if column.name not in ADDED_LATER]
        said += [f"{name}={row[name]}" for name in ADDED_LATER if row[name]]
        digest.update(json.dumps(said, ensure_ascii=False).encode())
    return digest.hexdigest()


def add(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows into one of the chained tables, each with its act."""
    connection.execute(sa.insert(table), rows)
    note(connection, table, rows)


def note(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> None:
    """Say in the chain what rows hold now."""
    _append(connection, [(table.name, key_of(table, row), sum_of(table, row)) for row in rows])


def take_in(connection: sa.Connection) -> None:
    """Begin the chain with what was written before there was one."""
    for table in CHAINED:
        rows = connection.execute(sa.select(table).order_by(*table.primary_key)).mappings().all()
        note(connection, table, rows)


def restart(database: Database, known: ChainHead | None) -> None:
    """Say in the chain that it goes on from another state than the one a head knows."""
    with database.writing() as connection:
        _append(connection, [(RESTART, "", "")], beyond=max(known.act, 0) if known else 0)


def keep_head(database: Database) -> None:
    """Make the head that of the database as it is now, whatever it was."""
    with database.reading() as connection:
        head = head_of(connection, database.seal)
    database.seal.write(head)


def _append(connection: sa.Connection, said: Sequence[tuple[str, str, str]], beyond: int | None = None) -> None:
    """Write acts; ``beyond`` is the number a restart has to pass."""
    seal: Seal = connection.get_execution_options()[SEAL]
    number, digest, signature = newest(connection)
    if beyond is None:
        require_fit(connection, seal.read())
        _require_signed(seal, digest, signature)
    number = max(number, beyond or 0)
    made = []
    for what, key, total in said:
        number += 1
        row = {"number": number, "what": what, "key": key, "sum": total}
        digest = digest_of(digest, row)
        made.append(row | {"digest": digest, "signature": seal.sign(digest)})
    if made:
        connection.execute(sa.insert(acts_), made)
        connection.info[SEAL] = lambda: head_of(connection, seal)  # at the end: there may be more rows to come


def _require_signed(seal: Seal, digest: str, signature: str) -> None:
    if not seal.key and signature:
        text = N_("Dieser Bestand ist unterschrieben; ohne den Schlüssel in ATLAS_STORE_KEY lässt er sich nur lesen.")
        raise StoreUnreachableError(Problem("ATLAS_STORE_KEY", text))
    if digest and not seal.is_signed(digest, signature):
        text = N_(
            "Dieser Bestand ist nicht mit dem Schlüssel in ATLAS_STORE_KEY unterschrieben. Nichts wurde gespeichert; ist das in "
            "Ordnung, beginnt „python -m atlas store accept“ damit."
        )
        raise StoreUnreachableError(Problem("ATLAS_STORE_KEY", text))


def newest(connection: sa.Connection) -> tuple[int, str, str]:
    """Return number, digest and signature of the newest act."""
    found = sa.select(acts_.c.number, acts_.c.digest, acts_.c.signature).order_by(acts_.c.number.desc()).limit(1)
    row = connection.execute(found).first()
    return (row.number, row.digest, row.signature) if row else (0, "", "")


def head_of(connection: sa.Connection, seal: Seal) -> ChainHead:
    """Return the head of a database as it is now."""
    number, digest, _ = newest(connection)
    head = ChainHead(number, digest, counts(connection, COUNTED))
    return ChainHead(head.act, head.digest, head.counts, head.signed(seal))


def counts(connection: sa.Connection, tables: Iterable[str]) -> dict[str, int]:
    """Return how many rows some tables have."""
    names = list(tables)
    numbers = [sa.select(sa.func.count()).select_from(metadata.tables[name]).scalar_subquery() for name in names]
    return dict(zip(names, connection.execute(sa.select(*numbers)).one(), strict=True)) if names else {}


def require_fit(connection: sa.Connection, head: ChainHead | None) -> None:
    """Do nothing if a database goes on from a head, or there is none; raise `StoreUnreachableError` otherwise."""
    if head is None or head.act <= 0:
        return
    followed = sa.or_(
        sa.and_(acts_.c.number == head.act, acts_.c.digest == head.digest),
        sa.and_(acts_.c.number > head.act, acts_.c.what == RESTART),
    )
    if connection.execute(sa.select(acts_.c.number).where(followed).limit(1)).first() is None:
        raise misfit(head, counts(connection, COUNTED))


def misfit(head: ChainHead, found: dict[str, int]) -> StoreUnreachableError:
    """Return what is to be said of a database that has not what its head says; ``found`` are the rows it has."""
    text = N_(
        "Das ist nicht die Datenbank, die hier geführt wurde, oder ihr fehlt etwas: Sie hat {found} Änderungen, zuletzt waren "
        "es {all}. Nichts wurde angelegt. Eine Sicherung bringt „python -m atlas store restore“ zurück; wie, steht in "
        "docs/operations.md."
    )
    values = {"all": head.counts.get("change", 0), "found": found.get("change", 0)}
    return StoreUnreachableError(Problem(PLACE, text, values))


def look(connection: sa.Connection, seal: Seal) -> None:
    """Hold a database against its head, which is brought up to date if the database goes on from it in order.

    Raises `StoreUnreachableError` if it is behind its head, or does not go on from it.
    """
    head = seal.read()  # first: what is written meanwhile is then ahead of it, never behind
    number, digest, _ = newest(connection)
    if seal.seen == (number, digest):
        return
    require_fit(connection, head)
    if head is not None and 0 <= head.act < number:
        if broken(connection, seal, head):
            text = N_(
                "Was seit dem letzten Blick in die Datenbank kam, ist nicht von dieser Anwendung. Bitte „python -m atlas store about“."
            )
            raise StoreUnreachableError(Problem(PLACE, text))
        if seal.advance(head_of(connection, seal)):
            _LOG.info("the database was ahead of its head, by whole acts; the head is brought up to date")
    seal.seen = (number, digest)


def broken(connection: sa.Connection, seal: Seal, since: ChainHead) -> list[int]:
    """Return the numbers of the acts after a head that do not follow the one before them, or are not signed as it was."""
    wrong = []
    former = sa.select(acts_).where(acts_.c.number <= since.act).order_by(acts_.c.number.desc()).limit(1)
    before = connection.execute(former).first()
    number, digest = (before.number, before.digest) if before else (0, "")
    is_signed = bool(before and before.signature)
    for each in connection.execute(sa.select(acts_).where(acts_.c.number > number).order_by(acts_.c.number)).mappings():
        is_next = each["number"] == number + 1 or each["what"] == RESTART
        is_signed = is_signed or bool(each["signature"])
        proven = seal.is_signed(each["digest"], each["signature"]) if seal.key else bool(each["signature"])
        if not is_next or each["digest"] != digest_of(digest, each) or (is_signed and not proven):
            wrong.append(each["number"])
        number, digest = each["number"], each["digest"]
    return wrong
