"""On a bad day readers go on with what was known last, are told so, and nothing stays wrong once its cause has gone."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from atlas import commands
from atlas.__main__ import main
from atlas.errors import AtlasError
from atlas.model.boundaries import Level
from atlas.model.snapshot import Snapshot
from atlas.sources import snapshot as snapshot_module
from atlas.sources.boundaries import read_geometry, read_topology
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore, load_snapshot
from atlas.sources.store import Store, StoreUnreachableError
from atlas.sources.store.database import Database
from atlas.terminal import FINDINGS, WRONG_USE

EDITION = "geodata/00/2016-01-01"


@pytest.fixture
def kept(own_root: Path, tmp_path: Path) -> Iterator[SnapshotStore]:
    store = SnapshotStore(Settings(own_root, database=f"sqlite:///{tmp_path}/store.sqlite3"))
    store.current()
    yield store
    store.close()


def damaged(path: Path) -> bytes:
    """Change one bit of a file, in its place and without its time; return what was there."""
    whole, then = path.read_bytes(), path.stat()
    path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))
    return whole


def test_readers_do_not_wait_for_a_frozen_database(kept: SnapshotStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before, thawed = kept.current(), threading.Event()
    state = Store.state

    def frozen(self: Store) -> str:
        thawed.wait()
        return state(self)

    monkeypatch.setattr(snapshot_module, "_PATIENCE_S", 0.01)
    monkeypatch.setattr(Store, "state", frozen)
    assert kept.current() is before
    assert kept.about()["store"] == {"reachable": False, "problems": []}
    assert "Die Datenbank antwortet gerade nicht" in str(kept.trouble)
    thawed.set()
    kept._next.result()
    assert kept.current() is before
    assert kept.trouble is None


def test_no_answer_of_postgresql_is_waited_for_without_end(postgres_database: str) -> None:
    database = Database(postgres_database)
    with database.reading() as connection, database.writing() as writer:
        for each, lock, statement in ((connection, "3s", "4s"), (writer, "15s", "20s")):
            told = [each.exec_driver_sql(f"SHOW {name}_timeout").scalar_one() for name in ("lock", "statement")]
            assert told == [lock, statement]
    with pytest.raises(StoreUnreachableError), database.reading() as connection:  # noqa: PT012 - it is the second that fails
        connection.connection.driver_connection.patience_s = 0.05  # type: ignore[union-attr]
        connection.execute(sa.text("SELECT pg_sleep(60)"))
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    with pytest.raises(StoreUnreachableError), database.writing() as connection:
        connection.execute(sa.text("SET TRANSACTION READ ONLY; CREATE TABLE x (y int)"))
    database.close()


@pytest.mark.parametrize("file", ["overview.topojson", "full.parquet", "borders.csv"])
def test_a_file_damaged_and_mended_leaves_nothing_behind(kept: SnapshotStore, own_root: Path, file: str) -> None:
    before, path = kept.current(), own_root / EDITION / file
    whole = damaged(path) if path.suffix != ".csv" else path.read_bytes()
    if path.suffix == ".csv":
        path.write_bytes(whole[: len(whole) // 2 + 3])
    assert kept.current() is before
    assert kept.trouble is not None
    path.write_bytes(whole)
    after = kept.current()
    assert kept.trouble is None
    assert after is not before
    assert after.fingerprint == before.fingerprint


def test_an_error_without_a_file_that_changes_is_not_kept(
    kept: SnapshotStore, own_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_module, "_LEFT_ALONE_S", 0.0)
    monkeypatch.setattr(snapshot_module, "_SLOWLY", 0.0)

    def unreadable(*_: object) -> Snapshot:
        raise PermissionError(13, "Permission denied", str(own_root / "data/areas.toml"))

    with monkeypatch.context() as patched:
        patched.setattr(snapshot_module, "_load", unreadable)
        (own_root / "data" / "README.md").touch()
        kept.current()
        assert kept.about()["outdated"] == ["areas.toml"]
    kept.current()
    assert kept.trouble is None


def test_what_is_being_written_is_not_taken(own_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = own_root / "data/participation/mini.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    resting = SnapshotStore(Settings(own_root), quiet_s=3600)
    busy = SnapshotStore(Settings(own_root, database=f"sqlite:///{tmp_path}/store.sqlite3"))
    before, written = resting.current(), busy.current()
    path.write_bytes(b"".join(lines[:-2]))
    assert resting.current() is before
    load = snapshot_module.load_snapshot
    rest = [lines[-2], lines[-1]]

    def meanwhile(*given: object) -> Snapshot:
        made = load(*given)  # type: ignore[arg-type]
        if rest:
            with path.open("ab") as file:
                file.write(rest.pop(0))
        return made

    monkeypatch.setattr(snapshot_module, "load_snapshot", meanwhile)
    taken = busy.current()
    assert len(taken.records["mini"].table) == len(written.records["mini"].table)
    assert not rest
    resting._quiet_s = 0
    assert len(resting.current().records["mini"].table) == len(before.records["mini"].table)
    busy.close()


def test_geometry_that_was_replaced_is_not_drawn_on_older_tables(kept: SnapshotStore, own_root: Path) -> None:
    edition = kept.current().editions["00"][0]
    for path, read in (
        (edition.geometry_path(Level.FULL), lambda: read_geometry(edition, Level.FULL)),
        (edition.topology_path(Level.OVERVIEW), lambda: read_topology(edition, edition.topology_path(Level.OVERVIEW))),
    ):
        whole = damaged(path)
        with pytest.raises(AtlasError, match="nicht mehr die, die gebaut wurde"):
            read()
        path.write_bytes(whole)
        read()


def test_a_folder_of_boundaries_half_copied_is_not_passed_over(kept: SnapshotStore, own_root: Path) -> None:
    before = kept.current()
    (own_root / EDITION / "edition.toml").unlink()
    assert kept.current() is before
    with pytest.raises(AtlasError, match=rf"^{EDITION}/edition\.toml: Die Datei fehlt"):
        load_snapshot(Settings(own_root))


@pytest.mark.parametrize("file", ["data/programmes/mini.toml", "data/participation/mini.csv", f"{EDITION}/borders.csv"])
def test_a_file_cut_within_a_line_is_refused(own_root: Path, file: str) -> None:
    path = own_root / file
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(AtlasError, match=r"endet mitten in einer Zeile"):
        SnapshotStore(Settings(own_root)).current()


def test_a_full_disk_is_a_sentence_and_leaves_no_half_file(
    miniland_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, body: bytes) -> None:
        with path.open("wb") as file:
            file.write(body[:100])
        raise OSError(28, "No space left on device", str(path))

    def check(_: object) -> None:
        full(tmp_path / "x", b"x")

    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))
    monkeypatch.setattr(Path, "write_bytes", full)
    (tmp_path / "out").mkdir()
    assert main(["kit", "00021010", "-o", str(tmp_path / "out" / "kit.zip")]) == WRONG_USE
    assert list((tmp_path / "out").iterdir()) == []
    monkeypatch.setattr(commands, "run_check", check)
    assert main(["check"]) == FINDINGS
    told = capsys.readouterr().err
    assert "Die Datei kann nicht geschrieben werden: No space left on device" in told
    assert "Ist der Datenträger voll" in told
