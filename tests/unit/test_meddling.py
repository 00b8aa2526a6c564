"""A store somebody wrote into past the application, or whose files were changed: noticed, and not restored."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atlas.__main__ import main
from atlas.errors import AtlasError
from atlas.model.cases import FollowUp
from atlas.model.edits import Add, ChangeKind, Correct, Occasion, Record, Withdraw
from atlas.model.rights import Actor, Role
from atlas.model.targets import TargetList
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.sources.store import Database, Seal, Store, StoreUnreachableError, accept, back_up, open_store
from atlas.sources.store.head import ChainHead
from atlas.sources.store.making import migrate
from atlas.terminal import FINDINGS, FINE
from tests.conftest import ROOT

CHIEF = Actor("chief@example.org", Role.ADMINISTRATOR)
TALK = Record("00021010", "Neustadt", "pact", "signed", "2020-01-01", "reached", source_url="Bericht")
EDIT = Occasion(ChangeKind.EDIT, "neu belegt")
KEY = "der Schlüssel dieses Tests"
Run = Callable[..., Any]
Way = Callable[[Run], object]


def _fill(store: Store) -> None:
    store.apply(CHIEF, "mini", [Add(TALK), Add(TALK)], EDIT)
    store.follow_ups.save(CHIEF, "mini", FollowUp(ags="00021010", note="Notiz"))
    answered = store.reports.file("mini", "00021010", "stimmt nicht")
    store.reports.file("mini", "00021020", "das auch nicht")
    store.reports.answer(CHIEF, [answered], "doch", is_accepted=False)
    store.targets.save(CHIEF, "mini", TargetList(body="x", reason="Kabinett"), "")
    store.apply(CHIEF, "mini", [Correct(1, 1, TALK)], Occasion(ChangeKind.EDIT, "noch einmal"))
    store.follow_ups.save(CHIEF, "mini", FollowUp(ags="00021020", note="zuletzt"))
    store.apply(CHIEF, "mini", [Withdraw(2, 1)], EDIT)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store and its backup, in ``signed`` the same with a key; ``old`` is of an earlier moment."""
    folder = tmp_path_factory.mktemp("kept")
    for name, key in (("plain", ""), ("signed", KEY)):
        place = folder / name
        place.mkdir()
        file = place / "atlas.sqlite3"
        store = open_store(f"sqlite:///{file}", Seal(place / "atlas.sqlite3.head", key))
        store.apply(CHIEF, "mini", [Add(TALK)], EDIT)
        back_up(store.database, place / "old")
        _fill(store)
        back_up(store.database, place / "copy")
        store.close()
    return folder


# ---- by SQL -------------------------------------------------------------------------------------------------------

VERSION = "INSERT INTO version SELECT {}, {}, {}, programme, is_withdrawn, ags, municipality, instrument, status, date, date_means, joint_with, 'falsch', source_url, source_date, until, \"case\", retrieved, inferred FROM version LIMIT 1"


def _hash(*said: object) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _append(run: Run, what: str, key: str, total: str, signature: str = "") -> None:
    """Write an act as the application would, the key apart."""
    number, former = next(run("SELECT number, digest FROM act ORDER BY number DESC LIMIT 1"))
    said = (number + 1, what, key, total)
    run("INSERT INTO act VALUES (?, ?, ?, ?, ?, ?)", *said, _hash(former, *said), signature)


def _forge(run: Run, signature: str = "") -> None:
    """Write a next step with its act, all as it has to be."""
    run("INSERT INTO follow_up VALUES ('mini', '00021030', 1, '2026-01-01 00:00:00.000000', 'anna', 'x', '', '')")
    total = _hash("mini", "00021030", "1", "2026-01-01T00:00:00+00:00", "anna", "x", "", "None")
    _append(run, "follow_up", '["mini", "00021030", "1"]', total, signature)


def _recompute(run: Run) -> None:
    """Write the digests of all acts anew."""
    former = ""
    for number, what, key, total in list(run("SELECT number, what, key, sum FROM act ORDER BY number")):
        former = _hash(former, number, what, key, total)
        run("UPDATE act SET digest = ? WHERE number = ?", former, number)


def _alter_and_recompute(run: Run) -> None:
    run("UPDATE act SET sum = 'x' WHERE what = 'follow_up'")
    _recompute(run)


def _rebuild(run: Run, table: str, old: str, new: str) -> None:
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
    "act of nothing": lambda run: _append(run, "follow_up", '["mini", "x", "1"]', "x"),
    "act without its chain": sql("INSERT INTO act VALUES (77, 'restart', '', '', 'x', '')"),
    "chain computed anew": _alter_and_recompute,
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
    "key made no key": lambda run: _rebuild(run, "version", "FOREIGN KEY(change) REFERENCES change (number)", "CHECK (1)"),
    "view in place of a table": sql(
        "ALTER TABLE answer RENAME TO other", "CREATE VIEW answer AS SELECT receipt, answered_at, actor, 1 AS is_accepted, text FROM other"
    ),
    "chain dropped": sql("DROP TABLE act"),
    "versions dropped": sql("DROP TABLE version"),
    "schema said to be older": sql("UPDATE alembic_version SET version_num = '0003'"),
    "schema said to be none": sql("DELETE FROM alembic_version"),
    "schema said twice": sql("INSERT INTO alembic_version VALUES ('0001')"),
}  # fmt: skip


def _meddle(file: Path, way: Way) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        way(lambda statement, *values: connection.execute(statement, values))


def _quietly(way: Way) -> Way:
    """Return a way that switches the triggers off, and on again after it: the schema is as it was."""

    def quiet(run: Run) -> None:
        triggers = list(run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        for name, _ in triggers:
            run(f"DROP TRIGGER {name}")
        way(run)
        for _, told in triggers:
            run(told)

    return quiet


BY_SQL = {name: _quietly(way) for name, way in OF_ROWS.items()} | OF_THE_SCHEMA


@pytest.fixture
def place(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return what copies one of the kept folders and makes its store that of the environment."""

    def make(name: str = "plain") -> Path:
        folder = tmp_path / name
        shutil.copytree(kept / name, folder)
        monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{folder}/atlas.sqlite3")
        if name == "signed":
            monkeypatch.setenv("ATLAS_STORE_KEY", KEY)
        return folder

    return make


def _refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hold that neither the store nor its backup is taken for what was written, and that nothing is touched."""
    assert main(["store", "about"]) == FINDINGS
    assert "FEHLER" in capsys.readouterr().err
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["store", "restore", "--replace", str(folder / "copy")]) == FINDINGS
    assert "Nichts wurde verändert" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def _told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.parametrize("name", ["plain", "signed"])
def test_nothing_is_found_where_nobody_meddled(
    name: str, place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place(name)
    assert main(["store", "about"]) == FINE
    told = _told(capsys)
    signature = "good" if name == "signed" else "unsigned"
    assert (told["altered"], told["restarts"], told["signature"], told["head"]) == ([], [], signature, "kept")
    assert main(["store", "restore", "--replace", str(folder / "old")]) == FINE
    told = _told(capsys)
    assert (told["altered"], told["changes"], told["restarts"]) == ([], 1, [told["acts"]])
    assert main(["store", "restore", "--replace", str(folder / "copy")]) == FINE
    assert main(["store", "backup", "-o", str(folder / "again")]) == FINE
    assert main(["store", "restore", "--replace", str(folder / "again")]) == FINE


@pytest.mark.sample(8)
@pytest.mark.parametrize("way", BY_SQL)
def test_meddling_by_sql_is_noticed(way: str, place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = place("plain")
    for name in ("atlas.sqlite3", "copy"):
        _meddle(folder / name, BY_SQL[way])
    _refused(folder, capsys)


# ---- by file ------------------------------------------------------------------------------------------------------

FileWay = Callable[[Path], object]
"""What is done to a database, or a backup; its head is beside it."""


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.head")


def _edit(**changes: object) -> FileWay:
    def edit(file: Path) -> None:
        told = json.loads(_beside(file).read_text(encoding="utf-8"))
        _beside(file).write_text(json.dumps(told | changes), encoding="utf-8")

    return edit


def _flip(file: Path) -> None:
    body = bytearray(file.read_bytes())
    for at in range(4096, len(body), 4096):
        body[at : at + 64] = b"\xff" * 64
    file.write_bytes(body)


BY_FILE: dict[str, FileWay] = {
    "deleted": lambda file: file.unlink(),
    "cut to nothing": lambda file: file.write_bytes(b""),
    "cut in half": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "bytes flipped": _flip,
    "another file": lambda file: file.write_text("ags;name\n" * 1000, encoding="utf-8"),
    "as it was before": lambda file: shutil.copyfile(file.with_name("old"), file),
    "head deleted": lambda file: _beside(file).unlink(),
    "head unreadable": lambda file: _beside(file).write_bytes(b"{"),
    "counts of the head": _edit(counts={"change": 3}),
    "digest of the head": _edit(digest="x"),
    "number of the head": _edit(act=99),
}
SIGNED: dict[str, Way] = {
    "act appended": _forge,
    "act appended with a signature": lambda run: _forge(run, "0" * 64),
    "signatures removed": sql("UPDATE act SET signature = ''"),
    "newest signature removed": sql("UPDATE act SET signature = '' WHERE number = (SELECT max(number) FROM act)"),
    "signature of another act": sql("UPDATE act SET signature = (SELECT signature FROM act WHERE number = 1)"),
    "begins anew": lambda run: _append(run, "restart", "", ""),
}


@pytest.mark.sample(4)
@pytest.mark.parametrize("way", BY_FILE)
def test_meddling_by_file_is_noticed(
    way: str, place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place("plain")
    for name in ("atlas.sqlite3", "copy"):
        BY_FILE[way](folder / name)
    _refused(folder, capsys)


@pytest.mark.sample(3)
@pytest.mark.parametrize("way", SIGNED)
def test_meddling_with_what_is_signed_is_noticed(
    way: str, place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place("signed")
    for name in ("atlas.sqlite3", "copy"):
        _meddle(folder / name, _quietly(SIGNED[way]))
    _refused(folder, capsys)


def test_head_signed_by_somebody_else_is_noticed(
    place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place("signed")
    for name in ("atlas.sqlite3", "copy"):
        _edit(signature="0" * 64)(folder / name)
    _refused(folder, capsys)


def test_what_is_not_signed_can_be_continued_by_who_knows_how(
    place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a key nobody can tell it from the application; of a backup, which has an end, it is noticed."""
    folder = place("plain")
    for name in ("atlas.sqlite3", "copy"):
        _meddle(folder / name, _forge)
    assert main(["store", "about"]) == FINE
    assert main(["store", "restore", "--replace", str(folder / "copy")]) == FINDINGS


# ---- PostgreSQL ---------------------------------------------------------------------------------------------------

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


@pytest.mark.sample(3)
@pytest.mark.parametrize("way", ON_POSTGRES)
def test_meddling_with_postgres_is_noticed(
    way: str,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ATLAS_DATABASE_URL", postgres_database)
    monkeypatch.setenv("ATLAS_STORE_HEAD", str(tmp_path / "head"))
    store = open_store(postgres_database, Seal(tmp_path / "head"))
    store.apply(CHIEF, "mini", [Add(TALK)], EDIT)
    _fill(store)
    assert main(["store", "about"]) == FINE, capsys.readouterr().err
    with store.database.engine.begin() as connection:
        ON_POSTGRES[way](connection.exec_driver_sql)
    store.close()
    assert main(["store", "about"]) == FINDINGS
    assert "FEHLER" in capsys.readouterr().err
    assert main(["store", "accept"]) == FINDINGS


# ---- what is no meddling ------------------------------------------------------------------------------------------


def open_and_close(url: str, seal: Seal) -> int:
    with closing(open_store(url, seal)) as store:
        return store.head()


def _head(file: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


def test_a_database_ahead_of_its_head_catches_up(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A process may be killed between the two; replicas have heads of their own."""
    file, other = tmp_path / "head", tmp_path / "other"
    store = open_store(database_url, Seal(file))
    store.apply(CHIEF, "mini", [Add(TALK)], EDIT)
    before = file.read_bytes()
    other.write_bytes(before)
    replica = open_store(database_url, Seal(other))
    _fill(store)
    after = file.read_bytes()
    file.write_bytes(before)
    again = open_store(database_url, Seal(file))
    with caplog.at_level("INFO", "atlas"):
        assert replica.head() == 4
    assert file.read_bytes() == other.read_bytes() == after
    assert "ahead of its head" in caplog.text
    assert again.verify() == replica.verify() == []
    for each in (store, replica, again):
        each.close()


def test_what_is_written_while_somebody_looks_is_no_meddling(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = Seal(tmp_path / "head")
    writer, looker = open_store(database_url, seal), open_store(database_url, Seal(seal.file))
    read = looker.database.seal.read

    def meanwhile() -> ChainHead | None:
        writer.apply(CHIEF, "mini", [Add(TALK)], EDIT)
        return read()

    monkeypatch.setattr(looker.database.seal, "read", meanwhile)
    assert [looker.head(), looker.verify(), looker.head()] == [1, [], 3]
    writer.close()
    looker.close()


def test_the_newest_head_counts_until_a_restore_is_said(database_url: str, tmp_path: Path) -> None:
    seal, other = Seal(tmp_path / "head"), Seal(tmp_path / "other")
    store = open_store(database_url, seal)
    store.apply(CHIEF, "mini", [Add(TALK)], EDIT)
    other.write(ChainHead(99, "x", {"change": 9}))  # of a replica that has seen more
    with pytest.raises(StoreUnreachableError, match="1 Änderungen, zuletzt waren es 9"):
        open_store(database_url, other)
    with closing(Database(database_url, other)) as database:
        accept(database, None, unproven=True)
    assert store.head() == 1
    assert _head(tmp_path / "head")["act"] == _head(tmp_path / "other")["act"] == 100
    assert store.apply(CHIEF, "mini", [Add(TALK)], EDIT).number == 2
    assert store.verify() == []
    store.close()


def test_old_texts_are_emptied_and_nothing_is_altered(database_url: str) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    database = Database(database_url)
    migrate(database)
    store = Store(database, lambda: now[0])
    receipt = store.reports.file("mini", "00021010", "stimmt nicht")
    store.reports.answer(CHIEF, [receipt], "doch", is_accepted=False)
    now[0] += timedelta(days=31)
    assert [each.text for each in store.reports.inbox(CHIEF, "mini")] == [""]
    assert store.verify() == []
    store.close()


def test_a_key_that_is_new_is_accepted_once_and_needed_from_then_on(database_url: str, tmp_path: Path) -> None:
    plain, signing = Seal(tmp_path / "head"), Seal(tmp_path / "head", KEY)
    store, signed = open_store(database_url, plain), open_store(database_url, signing)
    store.apply(CHIEF, "mini", [Add(TALK)], EDIT)
    with pytest.raises(StoreUnreachableError, match="store accept"):
        signed.apply(CHIEF, "mini", [Add(TALK)], EDIT)
    accept(signed.database, None)
    assert signed.apply(CHIEF, "mini", [Add(TALK)], EDIT).number == 2
    with pytest.raises(StoreUnreachableError, match="ATLAS_STORE_KEY"):
        store.apply(CHIEF, "mini", [Add(TALK)], EDIT)
    assert (store.sealed()["signature"], signed.sealed()["signature"]) == ("unchecked", "good")
    assert signed.verify() == []
    wrong = open_store(database_url, Seal(tmp_path / "head", "ein anderer"))
    assert wrong.verify() != []
    for each in (store, signed, wrong):
        each.close()


def test_every_row_is_written_through_the_chain() -> None:
    """But versions, whose change holds them, and what is to be forgotten: ended logins, who looked, where reports came from."""
    folder = ROOT / "atlas/sources/store"
    written = [
        each for path in folder.glob("*.py") for each in re.findall(r"sa\.insert\((\w+)\)", path.read_text("utf-8"))
    ]
    assert sorted(written) == ["acts_", "login_end", "looks_", "senders_", "table", "versions_"]


# ---- a store that is lost -----------------------------------------------------------------------------------------


def _emptied(file: Path) -> None:
    _meddle(file, _quietly(OF_ROWS["everything emptied"]))


def _tables_dropped(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f"DROP TABLE {name}")


LOST: dict[str, FileWay] = {
    "deleted": lambda file: file.unlink(),
    "cut to nothing": lambda file: file.write_bytes(b""),
    "emptied": _emptied,
    "without tables": _tables_dropped,
}


@pytest.mark.parametrize("way", LOST)
def test_a_lost_store_is_not_replaced_by_itself(
    way: str, own_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "state" / "atlas.sqlite3"
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{file}")
    settings = Settings.from_environment()
    kept = SnapshotStore(settings)
    kept.current()
    kept.save(CHIEF, "mini", [Add(TALK)], EDIT)
    before = kept.current()
    LOST[way](file)
    assert kept.current() is before, "readers keep what was known last"
    with pytest.raises(StoreUnreachableError):
        kept.save(CHIEF, "mini", [Add(TALK)], EDIT)
    after_restart = SnapshotStore(settings)
    for _ in range(2):
        with pytest.raises(AtlasError, match=r"fehlt|nicht die Datenbank|Tabellen"):
            after_restart.current()
    assert main(["store", "about"]) == FINDINGS
    assert main(["log"]) == FINDINGS
    if way != "emptied":  # there the tables are still to be put aside
        capsys.readouterr()
        assert main(["store", "new"]) == FINE
        told = _told(capsys)
        assert (told["changes"], told["restarts"]) == (0, [told["acts"]])
        assert len(SnapshotStore(settings).current().records["mini"].table) == len(before.records["mini"].table) - 1
    assert main(["store", "new"]) == FINDINGS
    kept.close()
    after_restart.close()


def test_a_fresh_place_gets_a_store_by_itself_also_if_the_first_try_was_cut_off(own_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "state" / "atlas.sqlite3"
    for left in ((), (file,), (file, _beside(file))):
        for path in left:
            path.parent.mkdir(exist_ok=True)
            path.touch()
        if _beside(file) in left:
            Seal(_beside(file)).write(ChainHead())
        kept = SnapshotStore(Settings(own_root, database=f"sqlite:///{file}"))
        assert not kept.current().records["mini"].table.empty
        kept.close()
        shutil.rmtree(file.parent)


def test_a_head_that_can_not_be_written_is_a_sentence_at_the_start_and_a_line_later(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AtlasError, match="ATLAS_STORE_HEAD"):
        open_store(database_url, Seal(tmp_path / "nowhere" / "head"))
    (tmp_path / "there").mkdir()
    seal = Seal(tmp_path / "there" / "head")
    store = open_store(database_url, seal)
    assert seal.file is not None
    (tmp_path / "there" / f"head.{os.getpid()}.unfertig").mkdir()  # what stands in the way of a write
    assert store.apply(CHIEF, "mini", [Add(TALK)], EDIT).number == 1
    assert "can't be written" in caplog.text
    (tmp_path / "there" / f"head.{os.getpid()}.unfertig").rmdir()
    assert open_and_close(database_url, Seal(seal.file)) == 1
    assert store.verify() == []
    store.close()


# ---- a backup that was cut off ------------------------------------------------------------------------------------


def test_what_a_killed_backup_left_does_not_stop_the_next(place: Callable[[str], Path]) -> None:
    folder = place("plain")
    for left in ("new.unfertig", "new.77.unfertig", "new.77.unfertig-journal", "new.head", "atlas.sqlite3.unfertig"):
        (folder / left).write_bytes(b"halb")
    (folder / "atlas.sqlite3.unfertig-journal").write_bytes(b"halb")
    assert main(["store", "backup", "-o", str(folder / "new")]) == FINE
    assert main(["store", "restore", "--replace", str(folder / "new")]) == FINE
    assert list(folder.glob("*unfertig*")) == []
