"""A store and its head: who counts when they differ, and what is done when the store is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atlas.__main__ import main
from atlas.errors import AtlasError
from atlas.model.edits import Add
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.sources.store import Database, Seal, Store, StoreUnreachableError, accept, open_store
from atlas.sources.store.head import ChainHead
from atlas.sources.store.making import migrate
from atlas.terminal import FINDINGS, FINE
from tests.conftest import ROOT
from tests.meddling import (
    CHIEF,
    EDIT,
    KEY,
    OF_ROWS,
    TALK,
    FileWay,
    beside,
    fill,
    meddle,
    quietly,
    told_of_store,
)

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
    fill(store)
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
    meddle(file, quietly(OF_ROWS["everything emptied"]))


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
        told = told_of_store(capsys)
        assert (told["changes"], told["restarts"]) == (0, [told["acts"]])
        assert len(SnapshotStore(settings).current().records["mini"].table) == len(before.records["mini"].table) - 1
    assert main(["store", "new"]) == FINDINGS
    kept.close()
    after_restart.close()


def test_a_fresh_place_gets_a_store_by_itself_also_if_the_first_try_was_cut_off(own_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "state" / "atlas.sqlite3"
    for left in ((), (file,), (file, beside(file))):
        for path in left:
            path.parent.mkdir(exist_ok=True)
            path.touch()
        if beside(file) in left:
            Seal(beside(file)).write(ChainHead())
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
