"""Our own routes beside Streamlit's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from atlas.model.records import RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from tests.app.conftest import AppOn
from tests.conftest import ROOT
from tests.servers import PATIENCE_S, free_port
from ui import server
from ui.cache import payloads, store
from ui.server import routes


def test_own_routes_lie_below_the_base_path_too(app_on: AppOn) -> None:
    app_on()  # the shipped data
    client = TestClient(Starlette(routes=routes("/unten/")))
    for address in (
        "/healthz",
        "/atlas/tabelle.csv?ebene=council",
        "/bild/sachsen.svg?groesse=small",
        "/api/v1/status.csv",
    ):
        below, above = client.get(f"/unten{address}"), client.get(address)
        assert below.status_code == above.status_code == 200, address
        assert below.content == above.content


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        (
            {"ATLAS_DATABASE_URL": "nonsense://erika:geheim@host", "ATLAS_ADDRESS": "x"},
            "ATLAS_ADDRESS ATLAS_DATABASE_URL",
        ),
        ({"ATLAS_LOCAL_EDITOR": "E" * 81}, "ATLAS_LOCAL_EDITOR"),
    ],
)
@pytest.mark.bulk
def test_wrong_settings_are_sentences_in_the_log_and_end_the_start(wrong: dict[str, str], places: str) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command.append(f"--server.port={free_port()}")
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | wrong, check=False, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 2
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    told = [line["message"].partition(":")[0] for line in lines if line["level"] == "ERROR"]
    assert told == places.split()
    assert "Traceback" not in done.stderr + done.stdout
    assert "geheim" not in done.stderr + done.stdout


def test_without_a_base_path_there_is_each_route_once(app_on: AppOn) -> None:
    app_on()
    paths = [route.path for route in routes()]
    assert len(paths) == len(set(paths))


def test_readiness_says_what_the_store_is(app_on: AppOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app_on()
    client = TestClient(Starlette(routes=routes()))
    given = {
        "files": {"reachable": True, "kind": "files"},
        f"sqlite:///{tmp_path}/new.sqlite3": {"reachable": True, "kind": "sqlite", "changes": 0},
        f"postgresql://x@/x?host={tmp_path}": {"reachable": False},
    }
    for address, told in given.items():
        asked = SnapshotStore(Settings(tmp_path, database="" if address == "files" else address))
        monkeypatch.setattr(server, "store", lambda asked=asked: asked)
        ready = client.get("/readyz").json()
        assert ready["ready"] is True, "who reads keeps what was known last"
        assert ready["store"] | told == ready["store"]
        asked.close()


def test_readiness_says_what_is_missing(app_on: AppOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app_on()
    client = TestClient(Starlette(routes=routes()))
    asked = SnapshotStore(Settings(tmp_path, database=f"sqlite:///{tmp_path}/new.sqlite3"))
    monkeypatch.setattr(server, "store", lambda: asked)
    assert asked.store is not None
    asked.store.seed("mini", pd.DataFrame(columns=list(RECORD_COLUMNS)), "mini.csv", "x")
    assert client.get("/readyz").json()["store"]["reachable"] is True
    (tmp_path / "new.sqlite3").unlink()
    told = client.get("/readyz").json()["store"]
    assert (told["reachable"], "fehlt" in told["problems"][0]) == (False, True)
    asked.close()
    asked = SnapshotStore(asked.settings)  # after a restart
    monkeypatch.setattr(server, "store", lambda: asked)
    ready = TestClient(Starlette(routes=routes())).get("/readyz").json()
    assert "fehlt" in ready["store"]["problems"][0]
    asked.close()


def test_the_first_visitor_finds_a_map_of_each_set_packed(app_on: AppOn, real: Snapshot, tmp_path: Path) -> None:
    app_on()
    server.warm_up().join(PATIENCE_S)
    for programme in real.programmes.values():
        urls = payloads().map_urls(store().current(), programme, real.editions[programme.boundary_set][-1])
        assert "gzipped" in vars(payloads().get(urls.overview))
    broken = SnapshotStore(Settings(tmp_path))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(server, "store", lambda: broken)
        server.warm_up().join(PATIENCE_S)  # an error in the thread would be a warning, and that an error
