"""Another authority takes the product over: from a file of boundaries to its own map, as docs/adding-a-programme.md says."""

from __future__ import annotations

import csv
import io
import re
import shlex
from pathlib import Path

import openpyxl
import pytest

from atlas import terminal
from atlas.__main__ import FINDINGS, FINE, main
from tests import miniland
from tests.app.conftest import AppOn
from tests.app.test_pages import PAGES, fine, part, shown
from tests.conftest import ROOT, TODAY
from tests.miniland import STATE

KEY = "sicher"
DOCUMENT = (ROOT / "docs/adding-a-programme.md").read_text(encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is not there yet, told to the command line with a database in it."""
    root = tmp_path / "meinland"
    monkeypatch.setattr(terminal, "today", lambda: TODAY)
    monkeypatch.setenv("ATLAS_DATA_DIR", str(root))
    monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{tmp_path}/store.sqlite3")  # that of app_on
    return root


def _delivery(folder: Path) -> Path:
    """Return a file as an office for surveying gives it out: keys with leading zeros, degrees."""
    areas = miniland.municipalities().rename(columns={"ags": "AGS", "name": "GEN", "kind": "BEZ"}).to_crs("EPSG:4326")
    path = folder / "gemeinden.gpkg"
    areas.to_file(path, layer="gemeinden", driver="GPKG")
    return path


def _filled_in(template: Path, key: str | int) -> None:
    """Fill the template in; with a number for a key, as Excel does, its zeros are gone."""
    book = openpyxl.load_workbook(template)
    sheet = book.worksheets[0]
    sheet.delete_rows(2, 9)
    sheet.append([key, "Erlen", "Beitritt", "beigetreten", "17.12.2024", "", "", "", "Amtsblatt 12/2024", ""])
    sheet.append(["00021060", "Gürtel", "Projekt", "abgeschlossen", "2025", "", "", "", "Amtsblatt 1/2026", ""])
    book.save(template)


def _say(line: str, **values: object) -> int:
    return main([str(values.get(word[1:-1], word)) if word[:1] == "<" else word for word in shlex.split(line)])


def test_from_a_boundary_file_to_a_map_of_its_own(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], app_on: AppOn
) -> None:
    file, table = _delivery(tmp_path), tmp_path / "vorlage.xlsx"
    assert _say("boundaries add <file> --date 2016-01-01 --attribution Probe", file=file) == FINE
    out, err = capsys.readouterr()
    assert f"--boundary-set {STATE}" in out
    assert "districts.csv: Die Namen dieser Kreise stehen nicht in der Datei: 00021, 00022." in err
    districts = place / "geodata" / STATE / "2016-01-01" / "districts.csv"
    districts.write_text(
        districts.read_text(encoding="utf-8").replace("Landkreis 00021", "Landkreis Nord"), encoding="utf-8"
    )

    new = f"programme new {KEY} --boundary-set {STATE} --title 'Sichere Gemeinden' --territory Miniland"
    assert _say(new) == FINE
    assert "0 Fehler" in capsys.readouterr().out

    assert _say("template -o <table>", table=table) == FINE
    _filled_in(table, 21050)  # one zero would be put back; no state but this has three
    assert _say("import <table> --apply --reason 'Erste Liste'", table=table) == FINDINGS
    assert "Vorschlag: 00021050 Erlen" in capsys.readouterr().err
    _filled_in(table, "00021050")
    assert _say("import <table> --apply --reason 'Erste Liste'", table=table) == FINE
    assert _say(f"check --programme {KEY}") == FINE
    out = capsys.readouterr().out
    assert f"{KEY}: 2 Einträge, 13 Gemeinden" in out
    assert "0 Fehler" in out

    assert _say("status --as-of 2026-11-23") == FINE
    rows = {(row["ags"], row["instrument"]): row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert len(rows) == 13 * 2
    assert all(len(ags) == 8 and ags.startswith("00") for ags, _ in rows)
    stages = {key: row["stage"] for key, row in rows.items() if row["stage"] != "no_data"}
    assert stages == {
        ("00021050", "accession"): "joined",
        ("00021060", "accession"): "joined",  # implied
        ("00021060", "project"): "finished",
    }
    assert rows["00021050", "accession"]["since"] == "2024-12-17"
    assert rows["00021050", "accession"]["district"] == "Landkreis Nord"

    app = fine(app_on(place, programm=KEY, gemeinde="00021050", stichtag="2026-11-23").run())
    assert "Sichere Gemeinden" in shown(app)
    assert 'data-gemeinde="00021050"' in shown(app)
    assert app.query_params["gemeinde"] == "00021050"
    assert part(app, "legend")["counts"].startswith("1:"), "the first class after no data"
    assert {"Übersicht", "Beitritt", "Projekt"} <= set(app.button_group[0].options)
    for page in PAGES.values():
        fine(app.switch_page(page).run())


def test_the_document_says_the_commands_the_test_gives() -> None:
    said = " ".join(DOCUMENT.split())
    for command in ("boundaries add", "programme new", "template -o", "import", "check --programme", "publish -o"):
        assert f"python -m atlas {command}" in said
    for option in (
        "--date",
        "--attribution",
        "--boundary-set",
        "--title",
        "--territory",
        "--launched",
        "--state",
        "--apply --reason",
    ):
        assert option in said


def test_every_command_of_the_document_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    """Each is given to the parser with --help at its end, which stops it before it does anything."""
    commands = re.findall(r"python -m atlas ([^\n`]+)", DOCUMENT)
    assert len(commands) > 6
    for each in commands:
        with pytest.raises(SystemExit) as left:
            main([*shlex.split(each, comments=True), "--help"])
        assert left.value.code == 0, each
    capsys.readouterr()
