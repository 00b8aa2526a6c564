"""What docs/operations.md says is so: its drills are run, its variables are all there are."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from atlas.__main__ import main
from atlas.commands import FINDINGS, FINE, WRONG_USE
from atlas.model.edits import Add, ChangeKind, Occasion, Record
from atlas.model.rights import Actor, Role
from atlas.sources.store import open_store
from tests.conftest import ROOT
from tests.servers import libpq, postgres_programs

EDITOR = Actor("Erika Beispiel", Role.EDITOR)
TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def _block(heading: str) -> str:
    """Return the commands below a heading."""
    below = TEXT[TEXT.index(f"{heading}\n") :]
    return re.findall(r"```sh\n(.+?)```", below, re.DOTALL)[0]


def _write(url: str, note: str) -> None:
    store = open_store(url)
    record = Record("00021010", "Neustadt", "pact", "signed", "2022-05-05", "reached", source_url="Bericht", note=note)
    store.apply(EDITOR, "mini", [Add(record)], Occasion(ChangeKind.EDIT, "Nachtrag"))
    store.close()


def _run(commands: str, places: dict[str, str], **environment: str) -> str:
    """Run commands of the documentation, with the test's places instead of those of a server."""
    for place, value in places.items():
        commands = commands.replace(place, value)
    commands = re.sub(r"runuser -u \w+ -- |^(systemctl|chown) .*\n", "", commands, flags=re.MULTILINE)
    done = subprocess.run(
        ["sh", "-eu", "-c", commands], env=os.environ | environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{commands}\n{done.stderr}"
    return done.stdout


def test_drill_restores_postgres(postgres_database: str, tmp_path: Path) -> None:
    server, name = libpq(postgres_database), postgres_database.rpartition("/")[2].partition("?")[0]
    socket = server.rpartition("host=")[2].replace("%2F", "/")
    environment = {
        "PATH": f"{postgres_programs()}:{os.environ['PATH']}",
        "PGHOST": socket,
        "PGUSER": "postgres",
    }
    places = {
        "drill": f"{name}_restored",  # first: the folder of the test is called so, too
        "/var/backups/praeventionsatlas": str(tmp_path),
        "--owner=praeventionsatlas": "--owner=postgres",
        "postgresql+psycopg:///": "postgresql+psycopg://postgres@/",
        "/var/run/postgresql": socket,
        "cd /opt/praeventionsatlas": f"cd {ROOT}",
        ".venv/bin/python": sys.executable,
    }
    _write(postgres_database, "gesichert")
    _run(
        _block("Every night, and before every upgrade:"),
        places | {".dump praeventionsatlas": f".dump {name}"},
        **environment,
    )
    _write(postgres_database, "danach")
    about = json.loads(_run(_block("### Drill: restore from PostgreSQL's dump"), places, **environment))
    assert (about["kind"], about["changes"], about["altered"]) == ("postgresql", 1, [])


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
        "copy.sqlite3",
    }


def test_postgres_is_backed_up_by_its_own_program(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATABASE_URL", postgres_database)
    assert main(["store", "backup", "-o", str(tmp_path / "copy")]) == FINDINGS
    assert "pg_dump" in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()


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
    assert json.loads(said.out)["altered"] == [1]
    assert "Änderung 1" in said.err


def test_every_variable_is_told_of() -> None:
    sources = [*(ROOT / "atlas").rglob("*.py"), *(ROOT / "ui").glob("*.py"), ROOT / "app.py"]
    read = {name for path in sources for name in re.findall(r'"(ATLAS_[A-Z_]+)"', path.read_text(encoding="utf-8"))}
    told = TEXT + (ROOT / "docs" / "login.md").read_text(encoding="utf-8")
    assert {name for name in read if name not in told} == set()
