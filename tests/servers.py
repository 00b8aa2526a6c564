"""Servers the tests really start: PostgreSQL, nginx, the application. Each lies in a folder of its own and ends with it."""

from __future__ import annotations

import functools
import http.server
import os
import pwd
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, make_url

ROOT = Path(__file__).resolve().parents[1]
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


def free_port() -> int:
    """Return a port nobody listens on, and that no other worker of this run is given before it is used."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    while True:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        if port // 2 % workers == worker:  # Linux gives odd ports only
            return port


@contextmanager
def running(
    command: list[str],
    environment: dict[str, str],
    url: str,
    log: Path,
    *,
    trusted: ssl.SSLContext | None = None,
    is_log_alone: bool = False,
    folder: Path = ROOT,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a folder until the block ends; the block starts when it answers.

    ``is_log_alone`` leaves standard output out.
    """

    def answers() -> bool:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5, context=trusted):
            return True
        return False

    with log.open("wb") as out:
        put = subprocess.DEVNULL if is_log_alone else out
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environment, stdout=put, stderr=out)
        try:
            wait_until(answers, process, log)
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@contextmanager
def serving(root: Path, log: Path, **environment: str) -> Iterator[str]:
    """Serve a data folder on a free port, with a store of its own beside the log; on failure the log is shown.

    ``{url}`` in the environment stands for the address.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    known = {
        "ATLAS_DATA_DIR": str(root),
        "ATLAS_DATABASE_URL": f"sqlite:///{log.with_suffix('.sqlite3')}",
        "ATLAS_LOG": "text",
    }
    given = known | {name: value.replace("{url}", url) for name, value in environment.items()}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with running(command, given, f"{url}/healthz", log):
        yield url


@contextmanager
def replica(port: int, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the application by the very command of its systemd unit, and with its file of settings."""
    unit = (ROOT / "deploy" / "praeventionsatlas@.service").read_text(encoding="utf-8")
    (line,) = (line for line in unit.splitlines() if line.startswith("ExecStart="))
    command = shlex.split(_filled(line, {"/opt/praeventionsatlas/.venv": sys.prefix, "%i": str(port), "%%": "%"}))
    command[0] = command[0].removeprefix("ExecStart=")
    lines = (ROOT / "deploy" / "environment").read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    url = f"http://127.0.0.1:{port}/healthz"
    with running(command, settings | environment, url, log, is_log_alone="StandardOutput=null" in unit) as process:
        yield process


@dataclass(frozen=True)
class Proxy:
    """A running nginx.

    Attributes
    ----------
    url
        Its address, ``https://localhost:…``.
    trusted
        What a client needs to believe it.
    access_log, error_log
        Where it writes.
    """

    url: str
    trusted: ssl.SSLContext
    access_log: Path
    error_log: Path


@contextmanager
def nginx(first: int, second: int, folder: Path) -> Iterator[Proxy]:
    """Run nginx with the site of ``deploy/`` before two replicas; only ports, paths and the certificate are the test's."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is missing; scripts/ensure-nginx installs it"
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    _make_certificate(key, certificate)
    port, plain = free_port(), free_port()
    site = _filled(
        (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8"),
        {
            "127.0.0.1:8501": f"127.0.0.1:{first}",
            "127.0.0.1:8502": f"127.0.0.1:{second}",
            "listen [::]:443 ssl http2;": "",
            "listen [::]:80;": "",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "/etc/ssl/certs/atlas.example.org.pem": str(certificate),
            "/etc/ssl/private/atlas.example.org.key": str(key),
            "/var/log/nginx/": f"{folder}/",
            "server_name atlas.example.org;": "server_name localhost;",
        },
    )
    (folder / "site.conf").write_text(site, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off;\nuser {pwd.getpwuid(os.geteuid()).pw_name};\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{temporary}include {folder}/site.conf;\n}}\n",
        encoding="utf-8",
    )
    proxy = Proxy(
        f"https://localhost:{port}",
        ssl.create_default_context(cafile=str(certificate)),
        folder / "praeventionsatlas.access.log",
        folder / "praeventionsatlas.error.log",
    )
    command = [program, "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with running(command, {}, f"{proxy.url}/healthz", folder / "nginx.log", trusted=proxy.trusted):
        yield proxy


def _make_certificate(key: Path, certificate: Path) -> None:
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *named, "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)


def _filled(text: str, places: dict[str, str]) -> str:
    """Return a file of ``deploy/`` with the test's ports and paths; each place must stand in it."""
    for place, value in places.items():
        assert place in text, f"{place} is gone from the file in deploy/"
        text = text.replace(place, value)
    return text


def postgres_programs() -> Path:
    """Return the folder of PostgreSQL's programs, the newest if there are several."""
    found = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
    assert found, "PostgreSQL is missing; scripts/ensure-postgres installs it"
    return found


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL of our own; yield its address.

    It listens on a socket in its folder only, and syncs to disk as in earnest.
    """
    programs = postgres_programs()
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


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve files as the simplest of servers does; return its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
