"""A store as the program of step 0001 wrote it: its schema, its rule for digests written out, random changes."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from atlas.sources.store import database as database_module
from atlas.sources.store.database import Database

OLD_FIELDS = (
    "ags", "municipality", "instrument", "status", "date", "date_means", "joint_with", "note", "source_url", "source_date",
)  # fmt: skip
PROGRAMME = "mini"
BEGUN = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)
"""The first change; in Germany the day is nearly over."""
_LATER = {"alembic_version", "target_list", "act", "report_look", "report_sender"}
"""Tables that step 0001 did not make."""
_KEYS = ("00021010", "00021020", "00021030", "00021080")
_ABOUT_VERSION = ("entry", "version", "change", "programme", "is_withdrawn")

Text = tuple[str, ...]
"""What an entry says, in order of `OLD_FIELDS`."""
Dump = dict[str, Counter[Text]]
"""All rows of each table, as text."""


@dataclass
class OldStore:
    """What was written.

    Attributes
    ----------
    versions
        Of each entry: number of the change, what it says, whether it is withdrawn.
    moments
        Of the changes, in order of number.
    """

    versions: dict[int, list[tuple[int, Text, bool]]] = field(default_factory=dict)
    moments: list[datetime] = field(default_factory=list)

    def said(self, number: int) -> dict[int, Text]:
        """Return the entries that counted after a change."""
        found = {}
        for entry, versions in self.versions.items():
            known = [each for each in versions if each[0] <= number]
            if known and not known[-1][2]:
                found[entry] = known[-1][1]
        return found

    def wrote(self, number: int) -> list[int]:
        """Return the entries a change wrote."""
        return [entry for entry, versions in self.versions.items() if any(each[0] == number for each in versions)]


def write_old_store(url: str, changes: int, seed: int = 0) -> OldStore:
    """Make a store of step 0001 and write random changes: additions, corrections, withdrawals, undone ones."""
    chance = random.Random(seed)  # noqa: S311
    database = Database(url)
    if database.kind == "sqlite":
        database.file.touch()
    config = Config()
    config.set_main_option("script_location", str(Path(database_module.__file__).parent / "migrations"))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    old, undone, digest = OldStore(), set[int](), ""
    with database.writing() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for number in range(1, changes + 1):
            undoes = _to_undo(old, undone, chance)
            rows = _undo(old, undoes) if undoes else _edits(old, number, chance)
            kind = "seed" if number == 1 else "undo" if undoes else chance.choice(("edit", "import"))
            undone |= {undoes} if undoes else set()
            old.moments.append(BEGUN + timedelta(hours=7 * (number - 1), microseconds=chance.choice((0, 123_456))))
            made = _change(number, kind, undoes, old, rows)
            versions = [_version(number, entry, *what, old) for entry, *what in sorted(rows)]
            digest = _digest(digest, made, versions)
            connection.execute(sa.insert(tables.tables["change"]), [made | {"digest": digest}])
            connection.execute(sa.insert(tables.tables["version"]), versions)
        follow_up = {"programme": PROGRAMME, "ags": _KEYS[0], "version": 1, "recorded_at": BEGUN, "actor": "anna"}
        follow_up |= {"note": "Notiz", "step": "", "due": ""}
        connection.execute(sa.insert(tables.tables["follow_up"]), [follow_up])
    database.close()
    return old


def _to_undo(old: OldStore, undone: set[int], chance: random.Random) -> int | None:
    """Return now and then a change nothing has been changed since of what it wrote."""
    number = len(old.moments) - chance.randrange(3)
    if number < 2 or number in undone or chance.random() > 0.25:
        return None
    is_newest = all(old.versions[entry][-1][0] == number for entry in old.wrote(number))
    return number if is_newest else None


def _undo(old: OldStore, undoes: int) -> list[tuple[int, Text, bool]]:
    rows = []
    for entry in old.wrote(undoes):
        versions = old.versions[entry]
        is_gone = len(versions) == 1 or versions[-2][2]
        rows.append((entry, versions[-1][1] if is_gone else versions[-2][1], is_gone))
    return rows


def _edits(old: OldStore, number: int, chance: random.Random) -> list[tuple[int, Text, bool]]:
    rows = [(len(old.versions) + n, _text(chance), False) for n in range(1, chance.choice((1, 2, 6)) + 1)]
    known = list(old.said(number))
    for entry in chance.sample(known, min(len(known), chance.choice((0, 1, 1, 4)))):
        is_gone = chance.random() < 0.3
        rows.append((entry, old.versions[entry][-1][1] if is_gone else _text(chance), is_gone))
    return rows


def _text(chance: random.Random) -> Text:
    date = chance.choice(("", "2019", "2020-05", "2021-06-30"))
    note = chance.choice(("", "Stand 2020.", 'Mit „Zeichen“, "und" \\ ü', "zwei\nZeilen"))
    return (
        chance.choice(_KEYS), "Neustadt", "pact", "signed", date, "reached" if date else "",
        chance.choice(("", "Zweckverband")), note, "Bericht", chance.choice(("", "2020")),
    )  # fmt: skip


def _version(number: int, entry: int, text: Text, is_withdrawn: bool, old: OldStore) -> dict[str, Any]:
    versions = old.versions.setdefault(entry, [])
    versions.append((number, text, is_withdrawn))
    about = zip(_ABOUT_VERSION, (entry, len(versions), number, PROGRAMME, is_withdrawn), strict=True)
    return dict(about) | dict(zip(OLD_FIELDS, text, strict=True))


def _change(
    number: int, kind: str, undoes: int | None, old: OldStore, rows: Sequence[tuple[int, Text, bool]]
) -> dict[str, Any]:
    added = sum(entry not in old.versions for entry, _, _ in rows)
    withdrawn = sum(is_gone for _, _, is_gone in rows)
    return {
        "number": number, "recorded_at": old.moments[-1], "actor": "" if kind == "seed" else "anna",
        "programme": PROGRAMME, "kind": kind, "reason": "Grund", "file": "", "file_sum": "", "undoes": undoes,
        "added": added, "corrected": len(rows) - added - withdrawn, "withdrawn": withdrawn,
    }  # fmt: skip


def _digest(former: str, made: dict[str, Any], versions: list[dict[str, Any]]) -> str:
    digest = hashlib.sha256(json.dumps([former, *map(str, made.values())], ensure_ascii=False).encode())
    for row in versions:
        digest.update(
            json.dumps([str(row[name]) for name in (*_ABOUT_VERSION, *OLD_FIELDS)], ensure_ascii=False).encode()
        )
    return digest.hexdigest()


def dump(url: str) -> tuple[str, tuple[str, ...], Dump]:
    """Return step, columns of a version beyond those of step 0001, and all rows in the tables and columns of step 0001."""
    database = Database(url)
    try:
        with (
            database.writing() as connection
        ):  # waits for who is still at it, as a server may be for a client that died
            tables = sa.MetaData()
            tables.reflect(connection)
            known = {name: list(each.c) for name, each in tables.tables.items() if name not in _LATER}
            more = tuple(each.name for each in known["version"] if each.name not in (*_ABOUT_VERSION, *OLD_FIELDS))
            known["version"] = [each for each in known["version"] if each.name not in more]
            rows = {
                name: Counter(tuple(map(str, row)) for row in connection.execute(sa.select(*columns)))
                for name, columns in known.items()
            }
            step = str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
            return step, more, rows
    finally:
        database.close()
