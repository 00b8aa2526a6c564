"""The record on the command line: a list taken in only when told to, logged, taken back."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from atlas import terminal
from atlas.__main__ import FINDINGS, FINE, WRONG_USE, main
from atlas.errors import Severity
from atlas.model.edits import ChangeKind, Occasion
from atlas.model.rights import Actor, Role
from atlas.sources.store import open_store
from tests.conftest import TODAY
from tests.faulty_files import FAULTS, REFUSED
from tests.table_files import GOOD_ROWS, HEADINGS, csv_file

GOOD = csv_file()


@pytest.fixture
def at_work(own_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a database for a copy of the invented state, both in the environment."""
    monkeypatch.setattr(terminal, "today", lambda: TODAY)  # what is in the future does not wait
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    monkeypatch.setenv("ATLAS_DATABASE_URL", url)
    return url


def _state(url: str) -> str:
    store = open_store(url)
    try:
        return store.state()
    finally:
        store.close()


def _file(tmp_path: Path, body: bytes) -> str:
    path = tmp_path / "liste.csv"
    path.write_bytes(body)
    return str(path)


def test_nothing_is_saved_without_being_told(at_work: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", _file(tmp_path, GOOD)]) == FINE
    out, err = capsys.readouterr()
    assert out.count("added,") == len(GOOD_ROWS)
    assert "6 neu, 0 geändert, 0 unverändert, 14 stehen nicht in der Datei" in err
    assert "nichts gespeichert; das tut derselbe Befehl mit --apply" in err
    assert not Path(at_work.removeprefix("sqlite:///")).exists()


def test_nothing_is_saved_of_a_file_with_faults(
    at_work: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", _file(tmp_path, GOOD), "--apply", "--reason", "Probe"]) == FINE
    before = _state(at_work)
    for fault in [each for each in FAULTS if each.severity is Severity.BLOCKER and not each.is_real][::8]:
        given = [f"--map={heading}={field}" for heading, field in fault.mapping.items()]
        assert main(["import", _file(tmp_path, fault.body), "--apply", "--reason", "Probe", *given]) == FINDINGS
        assert (f"Zeile {fault.line}" if fault.line else "FEHLER") in capsys.readouterr().err
    for name in ("nothing", "entities that grow", "half a workbook"):
        assert main(["import", _file(tmp_path, REFUSED[name][0]()), "--apply", "--reason", "Probe"]) == FINDINGS
    assert _state(at_work) == before


def test_an_import_is_logged_and_can_be_taken_back(
    at_work: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _file(tmp_path, GOOD)
    assert main(["import", path, "--apply", "--whole", "--reason", "Meldung der Kreise"]) == FINE
    store = open_store(at_work)
    try:
        change = store.changes(Actor("Probe", Role.READER), since=1)[0]
    finally:
        store.close()
    assert change.actor.startswith("Kommandozeile: ")
    assert (change.added, change.corrected, change.withdrawn) == (6, 0, 14)
    assert change.occasion == Occasion(
        ChangeKind.IMPORT, "Meldung der Kreise", "liste.csv", hashlib.sha256(GOOD).hexdigest()
    )
    assert main(["import", path, "--apply", "--reason", "noch einmal"]) == FINE
    assert "nichts zu speichern" in capsys.readouterr().err
    assert main(["undo", "2", "--reason", "falsche Datei"]) == FINE
    capsys.readouterr()
    assert main(["log", "--since", "1"]) == FINE
    _, taken, undone = csv.reader(capsys.readouterr().out.splitlines())
    assert taken[4:10] == ["import", "6", "0", "14", "Meldung der Kreise", "liste.csv"]
    assert (undone[4], undone[11]) == ("undo", "2")
    assert main(["import", path]) == FINE
    assert "6 neu, 0 geändert, 0 unverändert, 14 stehen" in capsys.readouterr().err


LIKE = ("00021050", "Erlen", "talk", "held", "2022", "reached", "", "", "Ein Heft", "")
"""Erlen has a talk of June 2020: entry 7."""


def test_a_row_like_an_entry_is_answered_for(at_work: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, csv_file([LIKE]))
    assert main(["import", path]) == FINE
    out, err = capsys.readouterr()
    assert "Zeile 2: Im Bestand steht Ähnliches: Eintrag 7" in err
    assert "Vorschlag: --same 2=7\n" in err
    assert "added,2," in out
    assert main(["import", path, "--same", "2=7"]) == FINE
    out, err = capsys.readouterr()
    assert "0 neu, 1 geändert" in err
    assert "changed,2,7," in out
    assert main(["import", path, "--same", "2=3"]) == FINDINGS
    assert "steht nicht in Frage" in capsys.readouterr().err
    assert main(["import", path, "--same", "2=7", "--further", "2=7"]) == WRONG_USE
    with pytest.raises(SystemExit):
        main(["import", path, "--same", "zwei"])


def test_nothing_known_is_emptied_unless_allowed(
    at_work: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # With a database entries are counted from 1; in a file the number is the line.
    row = (
        "6",
        "00021050",
        "Erlen",
        "talk",
        "held",
        "2020-06",
        "reached",
        "",
        "",
        "https://beispiel.invalid/quelle",
        "",
    )
    save = ["import", _file(tmp_path, csv_file([row], ("Eintrag", *HEADINGS))), "--apply", "--reason", "Probe"]
    assert main(save) == FINE
    out, err = capsys.readouterr()
    assert "erasing,2,6," in out
    assert "mit --allow-erase gilt auch das" in err
    assert "nichts zu speichern" in err
    assert main([*save, "--allow-erase"]) == FINE
    assert "Gespeichert als Änderung 2" in capsys.readouterr().err


def test_wrong_use_of_the_command_line(at_work: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", _file(tmp_path, GOOD), "--apply"]) == WRONG_USE
    assert main(["import", str(tmp_path / "nichts.csv")]) == WRONG_USE
    assert main(["import", _file(tmp_path, GOOD), "--programme", "nichts"]) == WRONG_USE
    assert main(["template", "-o", str(tmp_path / "vorlage.doc")]) == WRONG_USE
    assert main(["undo", "77", "--reason", "x"]) == FINDINGS
    with pytest.raises(SystemExit):
        main(["import", "x", "--map", "Quelle"])
    assert "nicht SPALTE=FELD" in capsys.readouterr().err


def test_a_mapping_may_be_given_by_the_name_of_the_column_or_of_the_field(at_work: str, tmp_path: Path) -> None:
    path = _file(tmp_path, csv_file(headings=[*HEADINGS[:8], "Woher", HEADINGS[9]]))
    assert main(["import", path]) == FINDINGS
    for field in ("source_url", "Quelle"):
        assert main(["import", path, "--map", f"Woher={field}"]) == FINE


def test_an_endless_file_is_refused_without_being_read(at_work: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "/dev/zero"]) == FINDINGS
    assert "größer als" in capsys.readouterr().err
