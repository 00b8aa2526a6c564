"""A store of step 0001 under this program: nothing lost, nothing altered, whenever the upgrade is cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from atlas.__main__ import main
from atlas.errors import AtlasError
from atlas.model.dates import ZONE
from atlas.model.edits import Add, ChangeKind, Correct, Occasion, Record
from atlas.model.records import READ_ON
from atlas.model.rights import Actor, Role
from atlas.sources.store import Store, open_store
from atlas.sources.store.database import copy_sqlite
from atlas.sources.store.schema import ADDED_LATER, version
from atlas.terminal import FINDINGS, FINE
from tests import servers
from tests.old_store import OLD_FIELDS, PROGRAMME, OldStore, dump, write_old_store
from tests.store_trials import kill_upgrade

CHANGES = 200
CHIEF = Actor("anna", Role.ADMINISTRATOR)
EDIT = Occasion(ChangeKind.EDIT, "neu belegt")
ENTRY = Record("00021010", "Neustadt", "pact", "signed", "2020-01-01", "reached", source_url="Bericht")


@pytest.fixture
def old(database_url: str) -> OldStore:
    """Return what was written into a store of step 0001, which is there now."""
    return write_old_store(database_url, CHANGES)


@pytest.fixture
def store(old: OldStore, database_url: str) -> Iterator[Store]:
    """Return that store, upgraded."""
    opened = open_store(database_url)
    yield opened
    opened.close()


def _day(moment: datetime) -> str:
    return moment.astimezone(ZONE).date().isoformat()


def test_upgrade_loses_and_alters_nothing(old: OldStore, database_url: str) -> None:
    before = dump(database_url)
    assert before[:2] == ("0001", ())
    open_store(database_url).close()
    assert dump(database_url) == ("0005", ADDED_LATER, before[2])
    if database_url.startswith("sqlite"):
        assert dump(f"{database_url}.vor-0005") == before


def test_every_version_of_every_entry_is_there(old: OldStore, store: Store) -> None:
    assert store.verify() == []
    assert store.about()["changes"] == CHANGES
    kept = store.history(CHIEF, PROGRAMME, *{text[0] for each in old.versions.values() for _, text, _ in each})
    told: dict[int, list[tuple[int, tuple[str, ...], bool]]] = {}
    for each in sorted(kept, key=lambda each: (each.entry, each.version)):
        said = (each.change.number, astuple(each.record)[: len(OLD_FIELDS)], each.is_withdrawn)
        told.setdefault(each.entry, []).append(said)
        assert astuple(each.record)[len(OLD_FIELDS) :] == ("", "", "", "")
        assert each.change.recorded_at == old.moments[each.change.number - 1]
    assert told == old.versions


def test_record_of_every_day_is_what_it_was(old: OldStore, store: Store) -> None:
    for number in (*range(1, CHANGES, 17), CHANGES):
        until = old.moments[number] if number < CHANGES else old.moments[-1] + timedelta(hours=1)
        table = store.past_records(CHIEF, PROGRAMME, until - timedelta(seconds=1))
        said = {row.line: tuple(getattr(row, name) for name in OLD_FIELDS) for row in table.itertuples()}
        assert said == old.said(number)
        entered = {entry: _day(old.moments[versions[0][0] - 1]) for entry, versions in old.versions.items()}
        assert table[READ_ON].tolist() == [entered[entry] for entry in table["line"]]
    assert store.records(PROGRAMME)["line"].tolist() == list(old.said(CHANGES))


def test_what_was_written_before_can_be_undone(old: OldStore, store: Store) -> None:
    before = store.records(PROGRAMME)
    undone = 0
    for number in range(CHANGES, CHANGES - 20, -1):
        try:
            change = store.undo(CHIEF, number, "zurück")
        except AtlasError:  # something of it has been changed since
            continue
        undone += 1
        store.undo(CHIEF, change.number, "doch nicht")
    assert undone > 3
    assert store.records(PROGRAMME).drop(columns="version").equals(before.drop(columns="version"))
    assert store.verify() == []


@pytest.mark.parametrize("column", ADDED_LATER)
def test_new_columns_are_in_the_chain(store: Store, column: str) -> None:
    record = replace(ENTRY, until="2027", case="Nacht(sch)lichter", retrieved="2026-11-29", inferred="yes")
    entry = store.apply(CHIEF, PROGRAMME, [Add(record), Add(ENTRY)], EDIT).number
    number = int(store.records(PROGRAMME)["line"].max())
    store.apply(CHIEF, PROGRAMME, [Correct(number, 1, record)], EDIT)
    assert store.verify() == []
    with pytest.raises(sa.exc.DBAPIError, match="only ever added"), store.database.engine.begin() as connection:
        connection.execute(sa.update(version).values({column: "x"}))
    is_sqlite = store.database.kind == "sqlite"
    off = "DROP TRIGGER version_no_update" if is_sqlite else "ALTER TABLE version DISABLE TRIGGER ALL"
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql(off)
        connection.execute(sa.update(version).where(version.c.entry == number - 1).values({column: ""}))
        first = sa.and_(version.c.entry == 1, version.c.version == 1)
        connection.execute(sa.update(version).where(first).values({column: "2026-01-01"}))
    altered = {each.place for each in store.verify()}
    assert {"change 1", f"change {entry}"} <= altered


def test_store_about_finds_nothing(
    old: OldStore, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)
    assert main(["store", "about"]) == FINE
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["changes"], told["altered"]) == ("0005", CHANGES, [])


def test_old_backup_is_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_old_store(f"sqlite:///{tmp_path}/old.sqlite3", CHANGES)
    copy_sqlite(tmp_path / "old.sqlite3", tmp_path / "backup.sqlite3")
    before = dump(f"sqlite:///{tmp_path}/backup.sqlite3")
    monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{tmp_path}/state/atlas.sqlite3")
    assert main(["store", "restore", str(tmp_path / "backup.sqlite3")]) == FINDINGS
    assert "--unproven" in capsys.readouterr().err
    assert main(["store", "restore", "--unproven", str(tmp_path / "backup.sqlite3")]) == FINE
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["changes"]) == ("0005", CHANGES)
    assert dump(f"sqlite:///{tmp_path}/state/atlas.sqlite3") == ("0005", ADDED_LATER, before[2])
    assert dump(f"sqlite:///{tmp_path}/backup.sqlite3") == before
    assert [path.name for path in (tmp_path / "state").glob("*unfertig*")] == []


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_upgrade_killed_at_random_is_done_or_not_begun(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for seed in range(6):
        with ExitStack() as stack:
            url = f"sqlite:///{tmp_path}/{seed}.sqlite3"
            if kind == "postgresql":
                url = stack.enter_context(servers.fresh_database(request.getfixturevalue("postgres_url")))
            _, found = kill_upgrade(url, seed, changes=20)
            assert found == []
