"""Whether a store is what was written: schema, chain, every row, and the head outside."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from atlas.errors import Problem
from atlas.phrases import N_
from atlas.sources.store import chain
from atlas.sources.store.database import PLACE, Database, StoreUnreachableError
from atlas.sources.store.head import ChainHead, Seal
from atlas.sources.store.making import altered_schema
from atlas.sources.store.schema import act as acts_
from atlas.sources.store.schema import change as changes_
from atlas.sources.store.schema import version as versions_

_ALTERED = N_("Das ist nicht mehr, wie es geschrieben wurde.")


def findings(database: Database, seal: Seal | None = None, *, whole: bool = False) -> list[Problem]:
    """Return all that shows that somebody meddled: nothing, if nobody did. What can't be known is in docs/operations.md.

    ``seal`` is another one than that of the database; with ``whole`` the database ends with its head, as a backup does.
    """
    seal = seal or database.seal
    head = seal.read()  # first: what is written meanwhile is then ahead of it, never behind
    text = N_("Das ist nicht, wie dieses Programm es anlegt.")
    found = [Problem(each, text) for each in altered_schema(database)]
    try:
        with database.reading() as connection:
            if database.kind == "postgresql":  # one state for all questions, as SQLite gives
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            if database.kind == "sqlite" and connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                found.append(Problem(PLACE, N_("Die Datei ist beschädigt.")))
            found += [Problem(f"change {number}", _ALTERED) for number in _changes(connection)]
            found += [Problem(place, _ALTERED) for place in _rows(connection)]
            found += _head(connection, seal, head, whole=whole)
    except (ValueError, TypeError, ArithmeticError, StoreUnreachableError):
        found.append(Problem(PLACE, N_("In einer Tabelle steht etwas, das dort nicht stehen kann.")))
    return found


def _changes(connection: sa.Connection) -> Iterable[int]:
    """Yield the numbers of changes that are not as they were written, and of those that versions name but are none."""
    former = ""
    changes = connection.execute(sa.select(changes_).order_by(changes_.c.number)).mappings().all()
    for number, made in enumerate(changes, 1):
        rows = connection.execute(
            sa.select(versions_).where(versions_.c.change == made["number"]).order_by(versions_.c.entry)
        ).mappings()
        if made["number"] != number or chain.change_digest(former, made, rows) != made["digest"]:
            yield made["number"]
        former = made["digest"]
    known = sa.select(changes_.c.number)
    yield from connection.execute(
        sa.select(versions_.c.change).where(versions_.c.change.not_in(known)).distinct()
    ).scalars()


def _rows(connection: sa.Connection) -> Iterable[str]:
    """Yield the places of acts that do not follow each other, and of rows that are not what the newest act of them says."""
    said: dict[tuple[str, str], str] = {}
    for each in connection.execute(sa.select(acts_).order_by(acts_.c.number)).mappings():
        said[each["what"], each["key"]] = each["sum"]
    said.pop((chain.RESTART, ""), None)
    for table in chain.CHAINED:
        for row in connection.execute(sa.select(table)).mappings():
            key = chain.key_of(table, row)
            if said.pop((table.name, key), None) != chain.sum_of(table, row):
                yield f"{table.name} {key}"
    yield from (f"{table} {key}" for table, key in said)


def _head(connection: sa.Connection, seal: Seal, head: ChainHead | None, *, whole: bool) -> Iterable[Problem]:
    for number in chain.broken(connection, seal, ChainHead()):
        yield Problem(f"act {number}", _ALTERED)
    number, digest, signature = chain.newest(connection)
    if seal.key and digest and not seal.is_signed(digest, signature):
        yield Problem("ATLAS_STORE_KEY", N_("Der Bestand ist nicht mit diesem Schlüssel unterschrieben."))
    if seal.file is None:
        return
    if head is None or head.act < 0:
        yield Problem(
            str(seal.file),
            N_("Der Kopf der Kette fehlt oder ist nicht lesbar: ob am Ende etwas fehlt, ist nicht zu sagen."),
        )
    elif head.act and seal.key and head.signed(seal) != head.signature:
        yield Problem(str(seal.file), N_("Der Kopf der Kette ist nicht mit diesem Schlüssel unterschrieben."))
    elif (whole and head.act != number) or (head.act == number and _differs(connection, head)):
        yield Problem(
            str(seal.file),
            N_("Der Kopf der Kette sagt anderes als die Datenbank: Es fehlt etwas, oder es ist mehr da."),
        )
    else:
        try:
            chain.require_fit(connection, head)
        except StoreUnreachableError as error:
            yield from error.problems


def _differs(connection: sa.Connection, head: ChainHead) -> bool:
    found = chain.counts(connection, chain.COUNTED)
    return any(found.get(name) != count for name, count in head.counts.items())


def sealed(database: Database) -> dict[str, object]:
    """Return how long the chain is, where it began anew, whether it is signed and from which act on, whether its head is kept."""
    seal = database.seal
    with database.reading() as connection:
        restarts = sa.select(acts_.c.number).where(acts_.c.what == chain.RESTART).order_by(acts_.c.number)
        first = connection.execute(sa.select(sa.func.min(acts_.c.number)).where(acts_.c.signature != "")).scalar()
        return {
            "acts": chain.newest(connection)[0],
            "restarts": list(connection.execute(restarts).scalars()),
            "signature": "unsigned" if first is None else "good" if seal.key else "unchecked",
            "signed_from": first,
            "head": "kept" if seal.file else "not kept",
        }
