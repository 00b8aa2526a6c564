"""What can be taken home can be taken home of every programme: each command writes its file, of the kind it says."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sized
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pyogrio
import pypdfium2
import pytest
from PIL import Image

from atlas import commands, maintenance, terminal
from atlas.__main__ import FINE, main
from atlas.model.snapshot import Snapshot
from tests.conftest import PROGRAMMES, TODAY

COMMANDS = {
    "status.csv": "status --as-of 2023-12-31",
    "status.json": "status --as-of 2023-12-31 --format json --details",
    "status.geojson": "status --as-of 2023-12-31 --format geojson",
    "status.gpkg": "status --as-of 2023-12-31 --format gpkg",
    "cases.csv": "cases --as-of 2023-12-31",
    "records.csv": "records",
    "neighbours.csv": "neighbours {ags}",
    "progress.csv": "progress",
    "changes.csv": "changes --from 2021-12-31 --to 2023-12-31",
    "changes.txt": "changes --from 2021-12-31 --to 2023-12-31 --format text",
    "whitespots.csv": "whitespots",
    "whole.svg": "export --what land --format svg",
    "whole.pdf": "export --what land --size a4 --lang en",
    "district.png": "export --what {district} --size square --layer {layer}",
    "place.png": "export --what {ags} --size a4",
    "place.pdf": "export --what {ags} --size a3",
    "kit.zip": "kit {ags} --address https://atlas.example",
    "template.xlsx": "template",
}


@pytest.fixture
def at_work(real: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands take the shipped data as loaded, once for all of them."""
    for module in (terminal, commands, maintenance):
        monkeypatch.setattr(module, "load_snapshot", lambda *_, **__: real)
    monkeypatch.setattr(terminal, "today", lambda: TODAY)


def _named(snapshot: Snapshot, key: str) -> str:
    """Return the key of a municipality of which the record of a programme says something, and which is still there."""
    areas = snapshot.edition(snapshot.programmes[key], TODAY)
    there = set(areas.municipalities["ags"][areas.valid_at(TODAY)])
    return next(str(ags) for ags in snapshot.records[key].table["ags"] if ags in there)


def _written(path: Path) -> int:
    """Return how much a file holds after opening it as what its name says it is."""
    body = path.read_bytes()
    opened: dict[str, Callable[[], Sized]] = {
        ".csv": lambda: pd.read_csv(BytesIO(body), dtype=str).columns,
        ".json": lambda: json.loads(body),
        ".geojson": lambda: json.loads(body)["features"],
        ".gpkg": lambda: pyogrio.list_layers(path),
        ".svg": lambda: ElementTree.fromstring(body),  # noqa: S314 - our own file
        ".pdf": lambda: pypdfium2.PdfDocument(body),
        ".png": lambda: Image.open(BytesIO(body)).size,
        ".zip": lambda: zipfile.ZipFile(BytesIO(body)).namelist(),
        ".xlsx": lambda: openpyxl.load_workbook(BytesIO(body)).sheetnames,
        ".txt": lambda: body.decode().split("\n\n"),
    }
    return len(opened[path.suffix]())


@pytest.mark.sample(2)
@pytest.mark.parametrize("key", PROGRAMMES)
@pytest.mark.usefixtures("at_work")
def test_every_file_of_every_programme_can_be_written(key: str, real: Snapshot, tmp_path: Path) -> None:
    ags = _named(real, key)
    layer = real.programmes[key].instruments[0].key
    for name, command in COMMANDS.items():
        words = command.format(ags=ags, district=ags[:5], layer=layer).split()
        assert main([*words, "--programme", key, "-o", str(tmp_path / name)]) == FINE, name
        assert _written(tmp_path / name) > 0, name


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("key", PROGRAMMES)
def test_no_programme_has_a_blocker_or_a_warning(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--programme", key]) == FINE
    told = capsys.readouterr()
    assert "0 Fehler, 0 Warnungen" in told.out, told.err
