"""A store somebody wrote into past the application, or whose files were changed: noticed, and not restored."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas.__main__ import main
from atlas.model.edits import Add
from atlas.sources.store import Seal, back_up, open_store
from atlas.terminal import FINDINGS, FINE
from tests.meddling import (
    BY_FILE,
    BY_SQL,
    CHIEF,
    EDIT,
    KEY,
    ON_POSTGRES,
    SIGNED,
    TALK,
    edit_head,
    fill,
    forge,
    meddle,
    quietly,
    told_of_store,
)


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
        fill(store)
        back_up(store.database, place / "copy")
        store.close()
    return folder


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


@pytest.mark.parametrize("name", ["plain", "signed"])
def test_nothing_is_found_where_nobody_meddled(
    name: str, place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place(name)
    assert main(["store", "about"]) == FINE
    told = told_of_store(capsys)
    signature = "good" if name == "signed" else "unsigned"
    assert (told["altered"], told["restarts"], told["signature"], told["head"]) == ([], [], signature, "kept")
    assert main(["store", "restore", "--replace", str(folder / "old")]) == FINE
    told = told_of_store(capsys)
    assert (told["altered"], told["changes"], told["restarts"]) == ([], 1, [told["acts"]])
    assert main(["store", "restore", "--replace", str(folder / "copy")]) == FINE
    assert main(["store", "backup", "-o", str(folder / "again")]) == FINE
    assert main(["store", "restore", "--replace", str(folder / "again")]) == FINE


@pytest.mark.sample(8)
@pytest.mark.parametrize("way", BY_SQL)
def test_meddling_by_sql_is_noticed(way: str, place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = place("plain")
    for name in ("atlas.sqlite3", "copy"):
        meddle(folder / name, BY_SQL[way])
    _refused(folder, capsys)


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
        meddle(folder / name, quietly(SIGNED[way]))
    _refused(folder, capsys)


def test_head_signed_by_somebody_else_is_noticed(
    place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = place("signed")
    for name in ("atlas.sqlite3", "copy"):
        edit_head(signature="0" * 64)(folder / name)
    _refused(folder, capsys)


def test_what_is_not_signed_can_be_continued_by_who_knows_how(
    place: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a key nobody can tell it from the application; of a backup, which has an end, it is noticed."""
    folder = place("plain")
    for name in ("atlas.sqlite3", "copy"):
        meddle(folder / name, forge)
    assert main(["store", "about"]) == FINE
    assert main(["store", "restore", "--replace", str(folder / "copy")]) == FINDINGS


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
    fill(store)
    assert main(["store", "about"]) == FINE, capsys.readouterr().err
    with store.database.engine.begin() as connection:
        ON_POSTGRES[way](connection.exec_driver_sql)
    store.close()
    assert main(["store", "about"]) == FINDINGS
    assert "FEHLER" in capsys.readouterr().err
    assert main(["store", "accept"]) == FINDINGS


def test_what_a_killed_backup_left_does_not_stop_the_next(place: Callable[[str], Path]) -> None:
    folder = place("plain")
    for left in ("new.unfertig", "new.77.unfertig", "new.77.unfertig-journal", "new.head", "atlas.sqlite3.unfertig"):
        (folder / left).write_bytes(b"halb")
    (folder / "atlas.sqlite3.unfertig-journal").write_bytes(b"halb")
    assert main(["store", "backup", "-o", str(folder / "new")]) == FINE
    assert main(["store", "restore", "--replace", str(folder / "new")]) == FINE
    assert list(folder.glob("*unfertig*")) == []
