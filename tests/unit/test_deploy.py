"""The files in deploy/ are sound; `test_replicas` starts them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from ui.server import routes

DEPLOY = ROOT / "deploy"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Return the unit as it would be where the application lies here."""
    text = (DEPLOY / "praeventionsatlas@.service").read_text(encoding="utf-8")
    text = text.replace("/opt/praeventionsatlas/.venv", sys.prefix).replace("/opt/praeventionsatlas", str(ROOT))
    path = tmp_path / "praeventionsatlas@8501.service"
    path.write_text(text, encoding="utf-8")
    return path


@needs_systemd
def test_systemd_finds_no_fault_in_the_unit(unit: Path) -> None:
    found = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], check=False, capture_output=True, text=True)
    mine = [line for line in found.stderr.splitlines() if "praeventionsatlas" in line]
    assert (mine, found.returncode) == ([], 0), found.stderr


@needs_systemd
def test_the_unit_exposes_little(unit: Path) -> None:
    """systemd's own measure, from 0 (nothing) to 10; a service without any of these lines has 9.6."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_the_proxy_log_knows_every_route() -> None:
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    (known,) = re.findall(r'"~\^/\(\?<\w+>(.+)\)\(\?:/\|\$\)"', site)
    pages = re.findall(r'url_path="(\w+)"', (ROOT / "ui" / "main.py").read_text(encoding="utf-8"))
    own = {route.path.split("/")[1] for route in routes()} - {"readyz"}  # which nginx answers itself
    for name in {*pages, *own}:
        assert re.fullmatch(known, name), f"{name} would be logged as other"
    assert not re.fullmatch(known, "Erika")


def test_the_proxy_takes_what_the_application_takes() -> None:
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert int(re.findall(r"client_max_body_size (\d+)m;", site)[0]) > config["server"]["maxUploadSize"]
    assert int(re.findall(r"proxy_read_timeout (\d+)s;", site)[0]) >= 75
