"""What docs/operations.md says is so: its drills are run, its variables are all there are."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from atlas.__main__ import main
from atlas.model.edits import Add, ChangeKind, Occasion, Record
from atlas.model.rights import Actor, Role
from atlas.sources.store import Seal, open_store
from atlas.terminal import FINDINGS, FINE, WRONG_USE
from tests.conftest import ROOT
from tests.servers import libpq, postgres_programs

EDITOR = Actor("Erika Beispiel", Role.EDITOR)
TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def _block(heading: str) -> str:
    """Return the commands below a heading."""
    below = TEXT[TEXT.index(f"{heading}\n") :]
    return re.findall(r"```sh\n(.+?)```", below, re.DOTALL)[0]


def _write(url: str, note: str, seal: Seal | None = None) -> None:
    store = open_store(url, seal)
    record = Record("00021010", "Neustadt", "pact", "signed", "2022-05-05", "reached", source_url="Bericht", note=note)
    store.apply(EDITOR, "mini", [Add(record)], Occasion(ChangeKind.EDIT, "Nachtrag"))
    store.close()


def _run(commands: str, places: dict[str, str], **environment: str) -> str:
    """Run commands of the documentation, with the test's places instead of those of a server."""
    for place, value in places.items():
        commands = commands.replace(place, value)
    commands = re.sub(
        r"runuser -u \w+ -- | -o praeventionsatlas|^(systemctl|chown) .*\n", "", commands, flags=re.MULTILINE
    )
    done = subprocess.run(
        ["sh", "-eu", "-c", commands], env=os.environ | environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{commands}\n{done.stderr}"
    return done.stdout


def test_drill_restores_postgres(postgres_database: str, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    server, name = libpq(postgres_database), postgres_database.rpartition("/")[2].partition("?")[0]
    socket = server.rpartition("host=")[2].replace("%2F", "/")
    environment = {
        "PATH": f"{postgres_programs()}:{os.environ['PATH']}",
        "PGHOST": socket,
        "PGUSER": "postgres",
    }
    places = {
        "drill": f"{name}_restored",  # first: the folder of the test is called so, too
        "/var/backups/praeventionsatlas": str(backups),
        "/var/lib/praeventionsatlas": str(tmp_path),
        "--owner=praeventionsatlas": "--owner=postgres",
        "postgresql+psycopg:///": "postgresql+psycopg://postgres@/",
        "/var/run/postgresql": socket,
        "cd /opt/praeventionsatlas": f"cd {ROOT}",
        ".venv/bin/python": sys.executable,
    }
    head = Seal(tmp_path / "store.head")
    _write(postgres_database, "gesichert", head)
    _run(
        _block("Every night, and before every upgrade:"),
        places | {".dump praeventionsatlas": f".dump {name}"},
        **environment,
    )
    _write(postgres_database, "danach", head)
    about = json.loads(_run(_block("### Drill: restore from PostgreSQL's dump"), places, **environment))
    assert (about["kind"], about["changes"], about["altered"], about["head"]) == ("postgresql", 1, [], "kept")


@pytest.mark.bulk
def test_drill_restores_sqlite(tmp_path: Path) -> None:
    state, backups = tmp_path / "state", tmp_path / "backups"
    state.mkdir()
    backups.mkdir()
    url = f"sqlite:///{state}/atlas.sqlite3"
    (tmp_path / "environment").write_text(f"ATLAS_DATABASE_URL={url}\n", encoding="utf-8")
    places = {
        "/var/backups/praeventionsatlas": str(backups),
        "/var/lib/praeventionsatlas": str(state),
        "/etc/praeventionsatlas/environment": str(tmp_path / "environment"),
        "cd /opt/praeventionsatlas": f"cd {ROOT}",
        ".venv/bin/python": sys.executable,
    }
    _write(url, "gesichert")
    _run(_block("## SQLite"), places)
    _write(url, "danach")
    about = json.loads(_run(_block("### Drill: restore from SQLite's backup"), places))
    assert (about["kind"], about["changes"], about["altered"]) == ("sqlite", 1, [])


def test_backup_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{tmp_path}/atlas.sqlite3")
    order = ["store", "backup", "-o", str(tmp_path / "copy.sqlite3")]
    assert main(order) == WRONG_USE
    assert "noch keine Datenbank" in capsys.readouterr().err
    _write(f"sqlite:///{tmp_path}/atlas.sqlite3", "eins")
    assert main(order) == FINE
    before = (tmp_path / "copy.sqlite3").read_bytes()
    assert main(order) == FINDINGS
    assert "schon da" in capsys.readouterr().err
    assert (tmp_path / "copy.sqlite3").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} <= {
        "atlas.sqlite3",
        "atlas.sqlite3-wal",
        "atlas.sqlite3-shm",
        "atlas.sqlite3.head",
        "copy.sqlite3",
        "copy.sqlite3.head",
    }


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the database of the environment lies, with one entry and its backup beside it in ``copy.sqlite3``."""
    (tmp_path / "state").mkdir()
    target = tmp_path / "state" / "atlas.sqlite3"
    monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{target}")
    _write(f"sqlite:///{target}", "gesichert")
    assert main(["store", "backup", "-o", str(tmp_path / "copy.sqlite3")]) == FINE
    return target


def _notes(target: Path) -> list[str]:
    store = open_store(f"sqlite:///{target}")
    try:
        return store.records("mini")["note"].tolist()
    finally:
        store.close()


def test_restore_brings_back_what_was_backed_up(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(f"sqlite:///{place}", "danach")
    assert main(["store", "restore", str(tmp_path / "copy.sqlite3")]) == FINDINGS
    assert "--replace" in capsys.readouterr().err
    assert _notes(place) == ["gesichert", "danach"]
    damaged = b"beschaedigt" * 1000
    place.write_bytes(damaged)
    (place.parent / "atlas.sqlite3-wal").write_bytes(damaged)  # of another database: it would spoil this one
    assert main(["store", "restore", "--replace", str(tmp_path / "copy.sqlite3")]) == FINE
    assert json.loads(capsys.readouterr().out)["changes"] == 1
    assert _notes(place) == ["gesichert"]
    kept = sorted(place.parent.glob("*ersetzt*"))
    assert [each.read_bytes() for each in kept] == [damaged, damaged]
    _write(f"sqlite:///{place}", "weiter")
    assert _notes(place) == ["gesichert", "weiter"]
    for path in place.parent.iterdir():
        path.unlink()
    assert main(["store", "restore", str(tmp_path / "copy.sqlite3")]) == FINE
    assert _notes(place) == ["gesichert"]


def _flip(path: Path) -> None:
    body = bytearray(path.read_bytes())
    for at in range(4096, len(body), 4096):
        body[at : at + 64] = b"\xff" * 64
    path.write_bytes(body)


def _other(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE change (number INTEGER)")


def _meddle(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TRIGGER version_no_update")
        other.execute("UPDATE version SET note = 'geschoent'")
        other.commit()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_flip, "beschädigt"),
        (lambda path: path.write_bytes(path.read_bytes()[:9000]), "keine lesbare Sicherung"),
        (lambda path: path.write_bytes(b"ags;name\n" * 1000), "keine lesbare Sicherung"),
        (lambda path: path.write_bytes(b""), "keine Datenbank dieser Anwendung"),
        (lambda path: path.unlink(), "keine lesbare Sicherung"),
        (_other, "keine Datenbank dieser Anwendung"),
        (_meddle, "change 1"),
    ],
)
def test_a_bad_backup_is_refused_and_nothing_is_touched(
    place: Path, tmp_path: Path, spoil: Callable[[Path], object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(tmp_path / "copy.sqlite3")
    before = {path.name: path.read_bytes() for path in place.parent.iterdir()}
    assert main(["store", "restore", "--replace", str(tmp_path / "copy.sqlite3")]) == FINDINGS
    assert said in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in place.parent.iterdir()} == before


def test_postgres_is_backed_up_by_its_own_program(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATABASE_URL", postgres_database)
    assert main(["store", "backup", "-o", str(tmp_path / "copy")]) == FINDINGS
    assert "pg_dump" in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()
    assert main(["store", "restore", "--replace", str(tmp_path / "copy")]) == FINDINGS
    assert "pg_restore" in capsys.readouterr().err


def test_what_was_altered_past_the_application_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/atlas.sqlite3"
    monkeypatch.setenv("ATLAS_DATABASE_URL", url)
    _write(url, "eins")
    store = open_store(url)
    with store.database.writing() as connection:
        for trigger in (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        ):
            connection.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
        connection.exec_driver_sql("UPDATE version SET note = 'zwei'")
    store.close()
    assert main(["store", "about"]) == FINDINGS
    said = capsys.readouterr()
    assert "change 1" in json.loads(said.out)["altered"]
    assert "change 1" in said.err


def test_every_variable_is_told_of() -> None:
    sources = [*(ROOT / "atlas").rglob("*.py"), *(ROOT / "ui").glob("*.py"), ROOT / "app.py"]
    read = {name for path in sources for name in re.findall(r'"(ATLAS_[A-Z_]+)"', path.read_text(encoding="utf-8"))}
    told = TEXT + (ROOT / "docs" / "login.md").read_text(encoding="utf-8")
    assert {name for name in read if name not in told} == set()
