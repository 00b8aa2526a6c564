"""Servers the tests really start: PostgreSQL, nginx, the application. Each lies in a folder of its own and ends with it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, make_url

PATIENCE_S = 60
_SUPERUSER = "postgres"


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the process is ready; show its log if it ends before, or takes too long."""
    end = time.monotonic() + PATIENCE_S
    while not is_ready():
        if process.poll() is not None or time.monotonic() > end:
            said = log.read_text(encoding="utf-8", errors="replace")
            pytest.fail(f"{process.args!r} {'ended' if process.poll() is not None else 'does not answer'}:\n{said}")
        time.sleep(0.05)


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL of our own; yield its address.

    It listens on a socket in its folder only, and syncs to disk as in earnest.
    """
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
    assert programs, "PostgreSQL is missing; scripts/ensure-postgres installs it"
    as_owner = _unprivileged()
    with tempfile.TemporaryDirectory(prefix="atlas-pg-") as name:
        folder = Path(name)
        if "user" in as_owner:
            shutil.chown(folder, as_owner["user"], as_owner["group"])
        data, log = folder / "data", folder / "log"
        options = ["--username", _SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        subprocess.run(
            [programs / "initdb", "--pgdata", data, *options],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            **as_owner,
        )
        command = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=on"]
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out, **as_owner)
        try:
            asked = [programs / "pg_isready", "--quiet", "--host", folder]
            wait_until(lambda: subprocess.run(asked, check=False).returncode == 0, process, log)
            url = URL.create("postgresql+psycopg", _SUPERUSER, database="postgres", query={"host": name})
            yield url.render_as_string(hide_password=False)
        finally:
            process.send_signal(signal.SIGINT)  # "fast": open connections are cut
            process.wait(PATIENCE_S)


def _unprivileged() -> dict[str, Any]:
    """Return how to start a process that refuses to run as root: as the user the package has made."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Make an empty database; yield its address; drop it with whoever is still connected."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(libpq(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def libpq(url: str) -> str:
    """Return an address as PostgreSQL's own programs take it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
