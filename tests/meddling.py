"""Ways to write into a store past the application, or to change its files; by hand, as somebody who means harm would."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from atlas.model.cases import FollowUp
from atlas.model.edits import Add, ChangeKind, Correct, Occasion, Record, Withdraw
from atlas.model.rights import Actor, Role
from atlas.model.targets import TargetList
from atlas.sources.store import Store

CHIEF = Actor("chief@example.org", Role.ADMINISTRATOR)


TALK = Record("00021010", "Neustadt", "pact", "signed", "2020-01-01", "reached", source_url="Bericht")


EDIT = Occasion(ChangeKind.EDIT, "neu belegt")


KEY = "der Schlüssel dieses Tests"


Run = Callable[..., Any]


Way = Callable[[Run], object]


def fill(store: Store) -> None:
    store.apply(CHIEF, "mini", [Add(TALK), Add(TALK)], EDIT)
    store.follow_ups.save(CHIEF, "mini", FollowUp(ags="00021010", note="Notiz"))
    answered = store.reports.file("mini", "00021010", "stimmt nicht")
    store.reports.file("mini", "00021020", "das auch nicht")
    store.reports.answer(CHIEF, [answered], "doch", is_accepted=False)
    store.targets.save(CHIEF, "mini", TargetList(body="x", reason="Kabinett"), "")
    store.apply(CHIEF, "mini", [Correct(1, 1, TALK)], Occasion(ChangeKind.EDIT, "noch einmal"))
    store.follow_ups.save(CHIEF, "mini", FollowUp(ags="00021020", note="zuletzt"))
    store.apply(CHIEF, "mini", [Withdraw(2, 1)], EDIT)


VERSION = "INSERT INTO version SELECT {}, {}, {}, programme, is_withdrawn, ags, municipality, instrument, status, date, date_means, joint_with, 'falsch', source_url, source_date, until, \"case\", retrieved, inferred FROM version LIMIT 1"


def act_hash(*said: object) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def append_act(run: Run, what: str, key: str, total: str, signature: str = "") -> None:
    """Write an act as the application would, the key apart."""
    number, former = next(run("SELECT number, digest FROM act ORDER BY number DESC LIMIT 1"))
    said = (number + 1, what, key, total)
    run("INSERT INTO act VALUES (?, ?, ?, ?, ?, ?)", *said, act_hash(former, *said), signature)


def forge(run: Run, signature: str = "") -> None:
    """Write a next step with its act, all as it has to be."""
    run("INSERT INTO follow_up VALUES ('mini', '00021030', 1, '2026-01-01 00:00:00.000000', 'anna', 'x', '', '')")
    total = act_hash("mini", "00021030", "1", "2026-01-01T00:00:00+00:00", "anna", "x", "", "None")
    append_act(run, "follow_up", '["mini", "00021030", "1"]', total, signature)


def recompute(run: Run) -> None:
    """Write the digests of all acts anew."""
    former = ""
    for number, what, key, total in list(run("SELECT number, what, key, sum FROM act ORDER BY number")):
        former = act_hash(former, number, what, key, total)
        run("UPDATE act SET digest = ? WHERE number = ?", former, number)


def alter_and_recompute(run: Run) -> None:
    run("UPDATE act SET sum = 'x' WHERE what = 'follow_up'")
    recompute(run)


def rebuild(run: Run, table: str, old: str, new: str) -> None:
    run("PRAGMA writable_schema = ON")
    run("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ?", old, new, table)


def sql(*statements: str) -> Way:
    return lambda run: [run(each) for each in statements]


OF_ROWS: dict[str, Way] = {
    "version under no change": sql(VERSION.format(77, 1, 99)),
    "version under a change": sql(VERSION.format(77, 1, 2)),
    "later version under the newest change": sql(VERSION.format(1, 3, 4)),
    "version before all": sql(VERSION.format(0, 0, 1)),
    "note of a version": sql("UPDATE version SET note = 'x' WHERE entry = 2"),
    "column of a later step": sql("UPDATE version SET until = '2027' WHERE entry = 2"),
    "date of a version": sql("UPDATE version SET date = '2019' WHERE entry = 1 AND version = 1"),
    "withdrawn or not": sql("UPDATE version SET is_withdrawn = 0"),
    "programme of a version": sql("UPDATE version SET programme = 'x' WHERE entry = 2"),
    "version of another change": sql("UPDATE version SET change = 1 WHERE entry = 2"),
    "versions deleted": sql("DELETE FROM version WHERE version = 2"),
    "reason of a change": sql("UPDATE change SET reason = 'x' WHERE number = 2"),
    "who made a change": sql("UPDATE change SET actor = 'bert' WHERE number = 2"),
    "moment of a change": sql("UPDATE change SET recorded_at = '2026-01-01 00:00:00.000000' WHERE number = 1"),
    "moment that is none": sql("UPDATE change SET recorded_at = 'gestern' WHERE number = 1"),
    "digest of a change": sql("UPDATE change SET digest = 'x' WHERE number = 4"),
    "change inserted": sql(
        "INSERT INTO change SELECT 5, '2026-01-01 00:00:00.000000', actor, programme, kind, reason, '', '', NULL, 0, 0, 0, 'x' FROM change LIMIT 1"
    ),
    "change renumbered": sql("UPDATE change SET number = 9 WHERE number = 4", "UPDATE version SET change = 9 WHERE change = 4"),
    "newest change cut off": sql("DELETE FROM version WHERE change = 4", "DELETE FROM change WHERE number = 4"),
    "newest change cut off with its act": sql(
        "DELETE FROM version WHERE change = 4",
        "DELETE FROM change WHERE number = 4",
        "DELETE FROM act WHERE number = (SELECT max(number) FROM act)",
    ),
    "everything emptied": sql(
        "DELETE FROM version", "DELETE FROM change", "DELETE FROM follow_up", "DELETE FROM answer", "DELETE FROM report",
        "DELETE FROM target_list", "DELETE FROM act",
    ),
    "next step inserted": sql("INSERT INTO follow_up VALUES ('mini', '00021010', 2, '2026-01-01 00:00:00.000000', 'anna', 'x', '', '')"),
    "next step altered": sql("UPDATE follow_up SET note = 'x' WHERE ags = '00021010'"),
    "due date altered": sql("UPDATE follow_up SET due = '2027-01-01' WHERE ags = '00021010'"),
    "next step deleted": sql("DELETE FROM follow_up WHERE ags = '00021010'"),
    "report inserted": sql("INSERT INTO report VALUES ('AAAA-BBBB-CCCC', 'mini', '00021010', '2026-01-01 00:00:00.000000', 'x')"),
    "report altered": sql("UPDATE report SET text = 'x' WHERE ags = '00021020'"),
    "report emptied before its time": sql("UPDATE report SET text = '' WHERE ags = '00021010'"),
    "report deleted": sql("DELETE FROM report WHERE ags = '00021020'"),
    "answer inserted": sql("INSERT INTO answer SELECT receipt, '2026-01-01 00:00:00.000000', 'anna', 1, 'x' FROM report WHERE ags = '00021020'"),
    "answer altered": sql("UPDATE answer SET is_accepted = 1"),
    "answer deleted": sql("DELETE FROM answer"),
    "targets inserted": sql("INSERT INTO target_list VALUES ('mini', 2, '2026-01-01 00:00:00.000000', 'anna', 'x', 'x')"),
    "targets altered": sql("UPDATE target_list SET body = 'y' WHERE version = 1"),
    "targets deleted": sql("DELETE FROM target_list WHERE version = 1"),
    "act altered": sql("UPDATE act SET sum = 'x' WHERE number = 2"),
    "act deleted in between": sql("DELETE FROM act WHERE number = 3"),
    "first act deleted": sql("DELETE FROM act WHERE number = 1"),
    "act of nothing": lambda run: append_act(run, "follow_up", '["mini", "x", "1"]', "x"),
    "act without its chain": sql("INSERT INTO act VALUES (77, 'restart', '', '', 'x', '')"),
    "chain computed anew": alter_and_recompute,
}  # fmt: skip


OF_THE_SCHEMA: dict[str, Way] = {
    "trigger dropped": sql("DROP TRIGGER version_no_update"),
    "trigger added": sql("CREATE TRIGGER more AFTER INSERT ON change BEGIN DELETE FROM login_end; END"),
    "trigger that does nothing": sql(
        "DROP TRIGGER act_no_delete", "CREATE TRIGGER act_no_delete BEFORE DELETE ON act BEGIN SELECT 1; END"
    ),
    "column added": sql("ALTER TABLE report ADD COLUMN more TEXT"),
    "column renamed": sql("ALTER TABLE report RENAME COLUMN text TO words"),
    "index dropped": sql("DROP INDEX report_place"),
    "key made no key": lambda run: rebuild(run, "version", "FOREIGN KEY(change) REFERENCES change (number)", "CHECK (1)"),
    "view in place of a table": sql(
        "ALTER TABLE answer RENAME TO other", "CREATE VIEW answer AS SELECT receipt, answered_at, actor, 1 AS is_accepted, text FROM other"
    ),
    "chain dropped": sql("DROP TABLE act"),
    "versions dropped": sql("DROP TABLE version"),
    "schema said to be older": sql("UPDATE alembic_version SET version_num = '0003'"),
    "schema said to be none": sql("DELETE FROM alembic_version"),
    "schema said twice": sql("INSERT INTO alembic_version VALUES ('0001')"),
}  # fmt: skip


def meddle(file: Path, way: Way) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        way(lambda statement, *values: connection.execute(statement, values))


def quietly(way: Way) -> Way:
    """Return a way that switches the triggers off, and on again after it: the schema is as it was."""

    def quiet(run: Run) -> None:
        triggers = list(run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        for name, _ in triggers:
            run(f"DROP TRIGGER {name}")
        way(run)
        for _, told in triggers:
            run(told)

    return quiet


BY_SQL = {name: quietly(way) for name, way in OF_ROWS.items()} | OF_THE_SCHEMA


def told_of_store(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


FileWay = Callable[[Path], object]


"""What is done to a database, or a backup; its head is beside it."""


def beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.head")


def edit_head(**changes: object) -> FileWay:
    def edit(file: Path) -> None:
        told = json.loads(beside(file).read_text(encoding="utf-8"))
        beside(file).write_text(json.dumps(told | changes), encoding="utf-8")

    return edit


def flip(file: Path) -> None:
    body = bytearray(file.read_bytes())
    for at in range(4096, len(body), 4096):
        body[at : at + 64] = b"\xff" * 64
    file.write_bytes(body)


BY_FILE: dict[str, FileWay] = {
    "deleted": lambda file: file.unlink(),
    "cut to nothing": lambda file: file.write_bytes(b""),
    "cut in half": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "bytes flipped": flip,
    "another file": lambda file: file.write_text("ags;name\n" * 1000, encoding="utf-8"),
    "as it was before": lambda file: shutil.copyfile(file.with_name("old"), file),
    "head deleted": lambda file: beside(file).unlink(),
    "head unreadable": lambda file: beside(file).write_bytes(b"{"),
    "counts of the head": edit_head(counts={"change": 3}),
    "digest of the head": edit_head(digest="x"),
    "number of the head": edit_head(act=99),
}


SIGNED: dict[str, Way] = {
    "act appended": forge,
    "act appended with a signature": lambda run: forge(run, "0" * 64),
    "signatures removed": sql("UPDATE act SET signature = ''"),
    "newest signature removed": sql("UPDATE act SET signature = '' WHERE number = (SELECT max(number) FROM act)"),
    "signature of another act": sql("UPDATE act SET signature = (SELECT signature FROM act WHERE number = 1)"),
    "begins anew": lambda run: append_act(run, "restart", "", ""),
}


OFF, ON = "SET LOCAL session_replication_role = replica", "SET LOCAL session_replication_role = origin"
ON_POSTGRES = {
    "version under no change": sql(OFF, VERSION.format(77, 1, 99)),
    "next step altered": sql(OFF, "UPDATE follow_up SET note = 'x' WHERE ags = '00021010'"),
    "newest change cut off with its act": sql(
        OFF,
        "DELETE FROM version WHERE change = 4",
        "DELETE FROM change WHERE number = 4",
        "DELETE FROM act WHERE number = (SELECT max(number) FROM act)",
    ),
    "everything emptied": sql(
        "ALTER TABLE act DISABLE TRIGGER ALL", "DELETE FROM act", "ALTER TABLE act ENABLE TRIGGER ALL",
    ),
    "trigger off": sql("ALTER TABLE version DISABLE TRIGGER version_no_change"),
    "trigger dropped": sql("DROP TRIGGER act_no_change ON act"),
    "function that does nothing": sql(
        "CREATE OR REPLACE FUNCTION only_ever_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
    ),
    "rule added": sql("CREATE RULE more AS ON INSERT TO report DO INSTEAD NOTHING"),
    "key made no key": sql('ALTER TABLE version DROP CONSTRAINT "version_change_fkey"'),
    "table dropped": sql("DROP TABLE answer"),
    "rows hidden": sql("ALTER TABLE report ENABLE ROW LEVEL SECURITY", "ALTER TABLE report FORCE ROW LEVEL SECURITY"),
}  # fmt: skip
