"""The wheel: built, installed beside the dependencies alone, and served from a folder that is not the repository."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.servers import free_port, running

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command of an environment with the wheel and, by reference, the dependencies of this one."""
    folder = tmp_path_factory.mktemp("wheel")
    quiet = ("--quiet", "--no-deps", "--disable-pip-version-check")
    pip = [sys.executable, "-m", "pip"]
    subprocess.run([*pip, "wheel", *quiet, "--no-build-isolation", "-w", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("praeventionsatlas-*.whl")
    own = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(own)], check=True)
    packages = sysconfig.get_path("purelib", "venv", {"base": str(own)})
    here = [path for path in sys.path if Path(path).name == "site-packages"]
    Path(packages, "dependencies.pth").write_text("\n".join(here), encoding="utf-8")
    subprocess.run([*pip, "--python", str(own), "install", *quiet, "--no-index", str(wheel)], check=True)
    return own / "bin" / "praeventionsatlas"


@pytest.fixture(scope="module")
def url(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the installed application as somebody who has set nothing and is at home elsewhere."""
    home = tmp_path_factory.mktemp("home")
    port = free_port()
    unset = dict.fromkeys(("ATLAS_DATA_DIR", "ATLAS_DATABASE_URL", "PYTHONPATH"), "") | {"HOME": str(home)}
    address = f"http://127.0.0.1:{port}"
    command = [str(program), "run", "--port", str(port)]
    with running(command, unset, f"{address}/healthz", home / "log", folder=home):
        yield address
    assert (home / ".local" / "share" / "praeventionsatlas" / "atlas.sqlite3").is_file()


def _body(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        assert answer.status == 200
        return bytes(answer.read())


def test_the_wheel_serves_pages_and_open_data(url: str) -> None:
    title = re.search(r"<title>(.+?)</title>", _body(f"{url}/").decode())
    assert title is not None
    assert "Präventionsatlas" in title[1]
    assert _body(f"{url}/healthz") == b"ok"
    lines = _body(f"{url}/api/v1/status.csv?stichtag=2022-12-31").decode().splitlines()
    assert len({line.split(",")[0] for line in lines[1:]}) == 419
    assert b"<svg" in _body(f"{url}/bild/14521450.svg")


_ROUND = """
from pathlib import Path
from streamlit.testing.v1 import AppTest
import ui.state
app = AppTest.from_file(str(Path(ui.__file__).with_name("main.py")), default_timeout=60)
app.query_params["gemeinde"] = "14521450"
app.run()
for page in sorted(ui.state.PAGES.glob("*.py")):
    app.switch_page(str(page)).run()
    print(page.stem, *app.exception, *app.error)
"""


def test_every_page_of_the_wheel_runs(program: Path, tmp_path: Path) -> None:
    command = [str(program.with_name("python")), "-c", _ROUND]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


def test_the_command_line_knows_the_shipped_data(program: Path, tmp_path: Path) -> None:
    command = [str(program), "cases", "--instrument", "funding", "--as-of", "2023-06-30"]
    ours = [sys.executable, "-m", "atlas", *command[1:]]
    installed, here = (
        subprocess.run(each, cwd=folder, check=True, capture_output=True, timeout=120).stdout
        for each, folder in ((command, tmp_path), (ours, ROOT))
    )
    assert installed == here
    assert installed.count(b"\n") > 1
