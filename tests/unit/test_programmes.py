"""A programme begun from the template: complete, checked, never half there, and in the store like any other."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from atlas.__main__ import FINDINGS, FINE, WRONG_USE, main
from atlas.adopt.programmes import NewProgramme, begin_programme
from atlas.analysis.quality import check_snapshot
from atlas.errors import AtlasError
from atlas.model.edits import Add, ChangeKind, Occasion, Record
from atlas.model.programme import TO_FILL_IN, Programme
from atlas.model.records import OPTIONAL_COLUMNS, READ_ON, RECORD_COLUMNS
from atlas.model.rights import Actor, Role
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore, load_snapshot
from atlas.sources.store import open_store
from tests.conftest import ROOT, TODAY

TEMPLATE = (ROOT / "atlas/adopt/programme.toml").read_text(encoding="utf-8")
EDITOR = Actor("Probe", Role.EDITOR)
NEW = NewProgramme("neu", "00", TODAY, 'Neues „Programm“ "in" \\ C:', "Miniland")
ENTRY = Record("00021010", "Neustadt", "accession", "joined", "2024-05", "reached", source_url="Bericht")


@pytest.fixture
def at_work(own_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the invented state the command line works on."""
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    return own_root


def _files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (root / "data").rglob("*") if path.is_file()}


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return a type with all types it is made of."""
    found = {model}
    left = [each.annotation for each in model.model_fields.values()]
    while left:
        kind = left.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= _models(kind)
        left += get_args(kind)
    return found


def test_template_explains_every_field() -> None:
    """A line of its own or within braces, commented out where it is optional."""
    fields = {name for each in _models(Programme) for name in each.model_fields}
    missing = {name for name in fields if f"{name} = " not in TEMPLATE and f"{name}]" not in TEMPLATE}
    assert not missing


def test_what_is_commented_out_is_valid_too(own_root: Path) -> None:
    path, *_ = begin_programme(NEW, own_root)
    lines = path.read_text(encoding="utf-8").splitlines()
    optional = [line.removeprefix("# ") for line in lines]
    begun = (
        "[",
        "published_measure = ",
        "published_counts = ",
        "published_unit = ",
        "ended = ",
        "repeats = ",
        "counts = ",
        "since_launch = ",
        "house = ",
        "instrument = ",
        "any_order",
        "de = ",
        "en = ",
        "key = ",
        "label",
    )
    begun += ("publisher", "homepage", "email", "licence", "contributor")
    text = "\n".join(new if new.startswith(begun) else line for line, new in zip(lines, optional, strict=True))
    programme = Programme.model_validate(tomllib.loads(text))
    assert programme.path
    assert programme.published_measures
    assert programme.publication.licence


def test_a_new_programme_has_no_findings_but_what_is_to_be_filled_in(own_root: Path) -> None:
    begin_programme(NEW, own_root)
    snapshot = load_snapshot(Settings(own_root), only="neu")
    assert list(snapshot.programmes) == ["neu"]
    assert snapshot.programme("neu").title.de == NEW.title
    (left,) = check_snapshot(snapshot)
    assert left.values["list"] == (
        "operator.de, operator.en, about.de, about.en, provenance.de, provenance.en, source_line.de, source_line.en"
    )
    path = own_root / "data/programmes/neu.toml"
    text = path.read_text(encoding="utf-8")
    for each in TO_FILL_IN:
        text = text.replace(each, "Gefüllt:")
    path.write_text(text, encoding="utf-8")
    assert check_snapshot(load_snapshot(Settings(own_root), only="neu")) == []


def test_the_command_says_what_there_is_and_where_to_look(at_work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["programme", "new", "neu", "--boundary-set", "00"]) == FINE
    out, err = capsys.readouterr()
    assert all(str(at_work / "data" / name) in out for name in ("programmes/neu.toml", "participation/neu.csv"))
    assert "neu: 0 Einträge, 11 Gemeinden" in out
    assert "/?programm=neu" in out
    assert "weiterhin „mini“" in out
    assert "title.de, title.en, operator.de" in err
    assert main(["programme", "new", "alles_neu", "--boundary-set", "00"]) == FINE
    assert "Es ist das erste" in capsys.readouterr().out


def test_the_name_of_a_state_and_the_first_day_need_not_be_filled_in(
    at_work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (at_work / "geodata" / "00").rename(at_work / "geodata" / "01")
    about = next((at_work / "geodata" / "01").glob("*/edition.toml"))
    about.write_text(
        about.read_text(encoding="utf-8").replace('boundary_set = "00"', 'boundary_set = "01"'), encoding="utf-8"
    )
    (at_work / "data" / "programmes" / "mini.toml").unlink()
    assert main(["programme", "new", "neu", "--boundary-set", "01", "--launched", "2021-05-01"]) == FINE
    written = (at_work / "data" / "programmes" / "neu.toml").read_text(encoding="utf-8")
    assert (
        'territory = { de = "Schleswig-Holstein", en = "Please fill in: name of the territory Schleswig-Holstein" }'
        in written
    )
    assert "launched = 2021-05-01" in written
    out = capsys.readouterr().out
    assert "http://localhost:8501/?programm=neu" in out
    assert "bitte berichtigen" not in out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("mini", "00"), ("programmes/mini.toml: Die Datei gibt es schon", "participation/mini.csv: Die Datei")),
        (("Neu-1", "00"), ("„Neu-1“ ist kein Schlüssel",)),
        (("../neu", "00"), ("„../neu“ ist kein Schlüssel",)),
        (("x" * 41, "00"), ("höchstens 40 Zeichen",)),
        (("", "99"), ("„“ ist kein Schlüssel", "Gemeindegrenzen „99“ gibt es nicht; vorhanden: 00", "boundaries add")),
        (("neu", "0"), ("Gemeindegrenzen „0“ gibt es nicht",)),
        (("neu", "00", "--title", " \n"), ("title.de: Der Text ist leer", "title.en: Der Text ist leer")),
        (("neu", "00", "--title", os.fsdecode(b"\xff")), ("neu.toml: Die Datei ist nicht in UTF-8",)),
    ],
)
def test_what_cannot_be_is_refused_all_at_once_and_nothing_is_written(
    at_work: Path, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], told: tuple[str, ...]
) -> None:
    before = _files(at_work)
    key, boundary_set, *more = given
    assert main(["programme", "new", key, "--boundary-set", boundary_set, *more]) == WRONG_USE
    err = capsys.readouterr().err
    assert all(each in err for each in told)
    assert _files(at_work) == before


def test_a_folder_without_boundaries_says_how_to_get_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(tmp_path))
    assert main(["programme", "new", "neu", "--boundary-set", "00"]) == WRONG_USE
    assert "vorhanden: –. Neue nimmt auf: python -m atlas boundaries add" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["programmes", "participation", "totals"])
def test_all_files_are_written_or_none(at_work: Path, capsys: pytest.CaptureFixture[str], folder: str) -> None:
    """Whoever runs the tests may write everywhere, so what can't be written to is no folder here."""
    blocked = at_work / "data" / folder
    blocked.rename(at_work / "away")
    blocked.write_text("", encoding="utf-8")
    before = _files(at_work)
    assert main(["programme", "new", "neu", "--boundary-set", "00"]) == WRONG_USE
    err = capsys.readouterr().err
    assert f"{blocked / 'neu'}." in err  # what could not be written, no draft and no file before it
    assert "Es wurde nichts angelegt" in err
    assert _files(at_work) == before


def test_one_programme_is_checked_whatever_is_wrong_with_another(
    at_work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_programme(NEW, at_work)
    (at_work / "data/programmes/mini.toml").write_text("key = \n", encoding="utf-8")
    assert main(["check"]) == FINDINGS
    assert main(["check", "--programme", "neu"]) == FINE
    assert main(["check", "--programme", "mini"]) == FINDINGS
    assert main(["check", "--programme", "nichts"]) == WRONG_USE
    assert "Das Programm nichts gibt es nicht; vorhanden: mini, neu." in capsys.readouterr().err


def test_a_copied_file_has_to_get_a_key_of_its_own(own_root: Path) -> None:
    """Otherwise the one would take the record of the other."""
    text = (own_root / "data/programmes/mini.toml").read_text(encoding="utf-8")
    (own_root / "data/programmes/kopie.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError, match=r"kopie\.toml, key: Der Schlüssel „mini“ ist nicht der Name der Datei"):
        load_snapshot(Settings(own_root))


def test_first_entries_of_a_new_programme_need_no_day_of_their_own(own_root: Path) -> None:
    _, record, _ = begin_programme(NEW, own_root)
    columns = ",".join(column for column in RECORD_COLUMNS if column not in OPTIONAL_COLUMNS)
    record.write_text(f"{columns}\n00021010,Neustadt,accession,joined,2024-05,reached,,,Bericht,\n", encoding="utf-8")
    snapshot = load_snapshot(Settings(own_root))
    assert snapshot.records["neu"].table[READ_ON].tolist() == [TODAY.isoformat()]
    assert snapshot.programmes["neu"].launched == TODAY.replace(month=1, day=1)


def test_a_programme_that_appears_later_is_taken_into_the_store(own_root: Path, database_url: str) -> None:
    record = SnapshotStore(Settings(own_root, database=database_url))
    try:
        first = record.current()
        entries = len(first.records["mini"].table)
        record.save(EDITOR, "mini", [Add(Record(*ENTRY_OF_MINI))], Occasion(ChangeKind.EDIT))
        begin_programme(NEW, own_root, record.store)
        assert record.current().records["neu"].table.empty

        path = own_root / "data/participation/neu.csv"  # as long as nobody edits it here, its file leads
        row = "00022,Landkreis Süd,project,running,2025,known_by,,,Bericht,2025,,,,"
        path.write_text(f"{','.join(RECORD_COLUMNS)}\n{row}\n", encoding="utf-8")
        assert record.current().records["neu"].table["ags"].tolist() == ["00022"]

        change = record.save(EDITOR, "neu", [Add(ENTRY)], Occasion(ChangeKind.EDIT))
        now = record.current()
        assert now.records["neu"].table["ags"].tolist() == ["00022", "00021010"]
        assert len(now.records["mini"].table) == entries + 1
        record.undo(EDITOR, change.number, "Probe")
        assert record.current().records["neu"].table["ags"].tolist() == ["00022"]
        assert record.store
        assert record.store.verify() == []
    finally:
        record.close()


def test_a_key_the_store_knows_is_not_taken_again(own_root: Path, database_url: str) -> None:
    record = SnapshotStore(Settings(own_root, database=database_url))
    record.current()
    record.close()
    for path in _files(own_root):
        path.unlink()
    store = open_store(database_url)
    try:
        with pytest.raises(AtlasError, match="In der Datenbank stehen schon Einträge"):
            begin_programme(NewProgramme("mini", "00", TODAY), own_root, store)
    finally:
        store.close()
    assert _files(own_root) == {}


ENTRY_OF_MINI = ("00021010", "Neustadt", "talk", "held", "2024-05", "reached", "", "", "Bericht", "")
