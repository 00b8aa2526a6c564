"""Reading what lies in the data folder: every fault is a sentence with place and cure, all at once."""

from __future__ import annotations

import os
import tomllib
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from atlas.analysis.quality import check_snapshot
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.dates import PartialDate
from atlas.model.edits import Record
from atlas.model.keys import district_of, parse_ags, parse_district_key
from atlas.model.programme import Programme
from atlas.model.records import OPTIONAL_COLUMNS, OPTIONAL_TOTALS, READ_ON, RECORD_COLUMNS, web_address
from atlas.model.rules import MOST_CASE, faults, record_checker
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore, load_snapshot
from atlas.sources.toml import read_toml
from tests import miniland


@pytest.mark.parametrize("text", ["", "1452101", "145210100", "1452101x", "１４５２１０１０", " 14521010"])
def test_key_is_exactly_eight_ascii_digits(text: str) -> None:
    with pytest.raises(ValueError, match="eight-digit"):
        parse_ags(text)


def test_keys_know_their_district() -> None:
    assert district_of(parse_ags("14521010")) == parse_district_key("14521")
    with pytest.raises(ValueError, match="five-digit"):
        parse_district_key("1452")


@pytest.mark.parametrize("text", ["", "21", "2021-13", "2021-02-30", "2021-2", "01.02.2021", "2021-06-01T00"])
def test_date_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not|must be|day|month"):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ('key = "mini"', 'key = "mini"\nfarbe = "rot"', "farbe", "nicht vorgesehen"),
        ('short = "MINI"\n', "", "short", "Die Angabe fehlt"),
        ('colour = "#2a64a0"', 'colour = "blau"', r"instruments\[1\].stages\[1\].colour", "erwartete Form"),
        ('hatch = "dots"', 'hatch = "karo"', r"special.derived_hatch", "nicht möglich"),
        ('kind = "exit"', 'kind = "ende"', r"instruments\[2\].stages\[2\].kind", "nicht möglich"),
        ('implies = ["talk:held"]', 'implies = ["talk:gibtsnicht"]', "", "there is no talk:gibtsnicht"),
        ('figures = ["talk", "pact", "council"]', 'figures = ["x"]', "", "there is no instrument x"),
        ('key = "pact"\nlabel', 'key = "talk"\nlabel', "", "used twice: talk"),
        ('key = "talk"\nlabel', 'key = "overview"\nlabel', "", "cannot be called overview"),
        ('kind = "plan", colour', 'kind = "plan", counts = true, colour', "", "only a step can count"),
        ("launched = 2019-01-01", 'launched = "gestern"', "launched", "nicht gültig"),
        ('short = "MINI"', 'short = ""', "short", "Text ist leer"),
    ],
)
def test_fault_in_a_programme_names_its_place(tmp_path: Path, old: str, new: str, place: str, said: str) -> None:
    assert old in miniland.PROGRAMME
    path = tmp_path / "mini.toml"
    path.write_text(miniland.PROGRAMME.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AtlasError, match=rf"mini\.toml.*{place}.*{said}"):
        read_toml(path, Programme, "mini.toml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Die Datei fehlt"),
        (b"\xff\xfe", "nicht in UTF-8"),
        (b"key = \n", "kein gültiges TOML"),
        (b"key = " + b"[" * 100_000 + b"\n", "zu tief geschachtelt"),
    ],
)
def test_programme_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "p.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AtlasError, match=rf"daten/p\.toml: .*{said}"):
        read_toml(path, Programme, "daten/p.toml")


def test_programme_answers_by_key() -> None:
    programme = Programme.model_validate(tomllib.loads(miniland.PROGRAMME))
    assert programme.layers == ("overview", "talk", "pact", "council")
    assert programme.instrument("pact").stage("signed").is_counted
    with pytest.raises(KeyError):
        programme.instrument("x")
    with pytest.raises(KeyError):
        programme.instrument("pact").stage("x")
    with pytest.raises(ValidationError):
        Programme.model_validate({})


def _broken(root: Path, line: str) -> str:
    path = root / "data" / "participation" / "mini.csv"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(AtlasError) as caught:
        load_snapshot(Settings(root))
    return str(caught.value)


GOOD = "00021010,Neustadt,pact,signed,2021,reached,,Notiz,https://q.invalid,2021"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (0, "2101", "Zeile 16, ags: „2101“ hat nicht acht Ziffern"),
        (0, "00021011", "ags: Den Schlüssel 00021011 hat und hatte keine Gemeinde"),
        (2, "pakt", "„pakt“ ist kein Baustein"),
        (3, "fertig", "„fertig“ ist keine Stufe von pact; erlaubt ist planned, signed"),
        (4, "31.02.2021", "Das Datum „31.02.2021“ gibt es nicht"),
        (5, "vielleicht", "„vielleicht“ passt nicht"),
        (5, "", "date_means: „“ passt nicht"),
        (7, "x" * 2001, "Der Text hat 2001 Zeichen"),
        (8, "", "Die Quelle fehlt"),
        (8, "h" * 2001, "Der Text hat 2001 Zeichen"),
        (9, "2021-99", "source_date: Das Datum „2021-99“"),
    ],
)
def test_fault_in_a_record_names_line_and_column(own_root: Path, column: int, value: str, said: str) -> None:
    cells = GOOD.split(",")
    cells[column] = value
    assert said in _broken(own_root, ",".join(cells))


def test_all_faults_of_all_files_come_at_once(own_root: Path) -> None:
    (own_root / "data" / "totals" / "mini.csv").write_text(
        "date,measure,value,note,source_url\n,talks,viele,x,\n", encoding="utf-8"
    )
    said = _broken(own_root, GOOD.replace("pact,signed", "pakt,signed") + "\n1,,,,,,,,,")
    for part in (
        "kein Baustein",
        "Zeile 17, ags",
        "totals/mini.csv, Zeile 2, date",
        "keine ganze Zahl",
        "Quelle fehlt",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Die Datei fehlt"),
        (b"\xff\xfea", "nicht in UTF-8"),
        (b"ags,municipality\n", "Zeile 1: In der Kopfzeile fehlt: instrument"),
        (miniland.RECORDS.encode() + b'1,"offen\n', "kein gültiges CSV"),
        (miniland.RECORDS.encode() + b"1,2,3\n", "mehr oder weniger Felder"),
        (miniland.RECORDS.encode() + b",,,,,,,,,,,,,\n", "mehr oder weniger Felder"),
    ],
)
def test_record_file_that_cannot_be_read_is_named(own_root: Path, content: bytes | None, said: str) -> None:
    path = own_root / "data" / "participation" / "mini.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AtlasError, match=f"data/participation/mini.csv.*{said}"):
        load_snapshot(Settings(own_root))


def test_empty_record_and_missing_totals_are_fine(own_root: Path) -> None:
    (own_root / "data" / "participation" / "mini.csv").write_text(
        miniland.RECORDS.splitlines()[0] + "\n", encoding="utf-8"
    )
    (own_root / "data" / "totals" / "mini.csv").unlink()
    snapshot = load_snapshot(Settings(own_root))
    assert len(snapshot.records["mini"].table) == 0
    assert len(snapshot.records["mini"].totals) == 0


def test_repeated_line_is_a_warning(own_root: Path) -> None:
    path = own_root / "data" / "participation" / "mini.csv"
    path.write_text(path.read_text(encoding="utf-8") + GOOD + "\n" + GOOD + "\n", encoding="utf-8")
    problems = load_snapshot(Settings(own_root)).problems
    assert [(each.place, each.severity) for each in problems] == [
        ("data/participation/mini.csv, Zeile 17", Severity.WARNING)
    ]


def test_missing_programme_state_and_geodata_are_named(own_root: Path, tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match=r"geodata: Es gibt keine Gemeindegrenzen(.|\n)*Es gibt kein Programm"):
        load_snapshot(Settings(tmp_path / "leer"))
    toml = own_root / "data" / "programmes" / "mini.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace('boundary_set = "00"', 'boundary_set = "07"'), encoding="utf-8"
    )
    with pytest.raises(AtlasError, match=r"mini\.toml, boundary_set: Für 07 gibt es keine Gemeindegrenzen"):
        load_snapshot(Settings(own_root))


def test_store_notices_a_change_and_keeps_the_last_good_state_beside_broken_files(own_root: Path) -> None:
    store = SnapshotStore(Settings(own_root))
    first = store.current()
    assert store.current() is first
    assert first.is_synthetic
    path = own_root / "data" / "participation" / "mini.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good + "kaputt\n", encoding="utf-8")
    for _ in range(2):
        assert store.current() is first
        assert store.about()["outdated"] == [f"data/participation/mini.csv, Zeile {len(good.splitlines()) + 1}"]
        assert "ohne Fehler gelesen" in str(store.trouble)
    with pytest.raises(AtlasError, match="mehr oder weniger Felder"):
        SnapshotStore(Settings(own_root)).current()
    path.write_text(good + GOOD + "\n", encoding="utf-8")
    mended = store.current()
    assert store.trouble is None
    assert mended.fingerprint != first.fingerprint
    assert len(mended.records["mini"].table) == len(first.records["mini"].table) + 1


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    before = dict(os.environ)
    assert Settings.from_environment({"ATLAS_DATA_DIR": str(tmp_path)}).root == tmp_path.resolve()
    assert (Settings.from_environment({}).root / "atlas").is_dir()
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    "source",
    [
        "Ein Heft",
        "javascript:alert(1)",
        "https://",
        "ftp://x.y/z",
        'https://x.y/"onload',
        "https://x y",
        "http://[::1",
        "//x.y",
    ],
)
def test_source_that_is_no_safe_address_is_a_title(source: str) -> None:
    assert web_address(source) is None


def test_safe_address_is_kept() -> None:
    assert web_address("https://x.y/a?b=c,d") == "https://x.y/a?b=c,d"


def test_problem_is_a_sentence_and_an_error_needs_one() -> None:
    assert Problem("", "Text {a}.", {"a": 1}).sentence() == "Text 1."
    with pytest.raises(ValueError, match="at least one"):
        AtlasError()


# ---- until, case, retrieved, inferred -----------------------------------------------------------------------------------


def _faults(**given: str) -> list[str]:
    programme = Programme.model_validate(tomllib.loads(miniland.PROGRAMME))
    known = Record(
        "00021010", "Neustadt", "pact", "signed", "2021", "reached", source_url="Bericht", source_date="2021"
    )
    row = dict.fromkeys(RECORD_COLUMNS, "") | asdict(known) | given
    check = record_checker(programme, frozenset({"00021010"}))
    return [each.sentence() for each in faults([(7, row)], check, "Zeile")]


@pytest.mark.parametrize(
    "given",
    [
        {"until": "2021"},
        {"until": "2021-01"},
        {"until": "2099-12-31", "case": "Nacht(sch)lichter", "retrieved": "2026-11-23", "inferred": "yes"},
        {"date": "2026-11", "retrieved": "2026-11-01"},
        {"source_date": "2026-11-23", "retrieved": "2026-11-23"},
        {"date": "", "date_means": "", "until": "2019"},
        {"date": "2021-05", "date_means": "known_by", "until": "2019"},
        {"case": "x" * MOST_CASE},
        {"date": "2023", "retrieved": "2023-01-01", READ_ON: "2019-01-01"},
    ],
)
def test_good_end_case_and_day_of_reading(given: dict[str, str]) -> None:
    assert _faults(**given) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"until": "bald"}, "Zeile 7, until: Das Datum „bald“ gibt es nicht"),
        ({"until": "2020-12-31"}, "until: Das Ende „2020-12-31“ liegt vor dem Beginn „2021“"),
        ({"date": "2021-05-02", "until": "2021-04"}, "until: Das Ende „2021-04“ liegt vor dem Beginn"),
        ({"retrieved": "2026-11"}, "retrieved: „2026-11“ ist kein Tag"),
        ({"retrieved": "23.11.2026"}, "retrieved: „23.11.2026“ ist kein Tag"),
        ({"retrieved": "2026-02-30"}, "retrieved: „2026-02-30“ ist kein Tag"),
        ({"retrieved": "20261123"}, "retrieved: „20261123“ ist kein Tag"),
        ({"date": "2026-12", "retrieved": "2026-11-30"}, "date: Das Datum „2026-12“ beginnt erst, nachdem"),
        ({"source_date": "2027", "retrieved": "2026-12-31"}, "source_date: Das Datum „2027“ beginnt erst"),
        ({"date": "2026-11-24", READ_ON: "2026-11-23"}, "gelesen wurde (2026-11-23). Bitte das Datum berichtigen"),
        ({"inferred": "ja"}, "inferred: „ja“ ist hier nicht erlaubt: bitte yes"),
        ({"case": "x" * (MOST_CASE + 1)}, "case: Der Text hat 81 Zeichen; erlaubt sind 80."),
        ({"case": "zwei\nZeilen"}, "case: Der Text enthält Steuerzeichen"),
        ({"case": "\x7f"}, "case: Der Text enthält Steuerzeichen"),
    ],
)
def test_fault_in_end_case_and_day_of_reading_is_told(given: dict[str, str], said: str) -> None:
    (told,) = _faults(**given)
    assert said in told


def _programme(root: Path, old: str, new: str) -> None:
    path = root / "data" / "programmes" / "mini.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_old_file_without_the_new_columns_is_read_on_the_programmes_day(own_root: Path) -> None:
    table = load_snapshot(Settings(own_root)).records["mini"].table
    assert set(table[READ_ON]) == {"2026-11-23"}
    assert set(table[list(OPTIONAL_COLUMNS)].to_numpy().flat) == {""}


def test_entry_says_itself_when_its_source_was_read(own_root: Path) -> None:
    head, first, *rest = miniland.RECORDS.splitlines()
    lines = [f"{head},retrieved,case", f"{first},2024-02-29,Ring", *(f"{line},," for line in rest)]
    (own_root / "data/participation/mini.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    table = load_snapshot(Settings(own_root)).records["mini"].table
    assert table[READ_ON].tolist() == ["2024-02-29", *["2026-11-23"] * len(rest)]
    assert table["case"].tolist() == ["Ring", *[""] * len(rest)]


def test_file_that_does_not_say_when_it_was_read_is_a_fault(own_root: Path) -> None:
    _programme(own_root, "retrieved = 2026-11-23\n", "")
    with pytest.raises(AtlasError) as caught:
        load_snapshot(Settings(own_root))
    (told,) = caught.value.problems
    assert told.place == "data/participation/mini.csv, Zeile 2, retrieved"
    assert "(Einträge: 14)" in told.sentence()
    assert "data/programmes/mini.toml die Zeile „retrieved = JJJJ-MM-TT“" in told.sentence()


def test_date_after_the_programmes_day_is_a_fault(own_root: Path) -> None:
    _programme(own_root, "retrieved = 2026-11-23\n", "retrieved = 2022-12-31\n")
    with pytest.raises(AtlasError, match=r"Zeile 12, date: Das Datum „2023-01-01“ beginnt erst") as caught:
        load_snapshot(Settings(own_root))
    assert len(caught.value.problems) == 1


def test_totals_say_what_they_count_if_they_like(own_root: Path) -> None:
    assert set(load_snapshot(Settings(own_root)).records["mini"].totals[list(OPTIONAL_TOTALS)].to_numpy().flat) == {""}
    path = own_root / "data" / "totals" / "mini.csv"
    head, first, second = miniland.TOTALS.splitlines()
    path.write_text(f"{head},counts,unit\n{first},so_far,arrangements\n{second},,\n", encoding="utf-8")
    totals = load_snapshot(Settings(own_root)).records["mini"].totals
    assert totals[list(OPTIONAL_TOTALS)].to_numpy().tolist() == [["so_far", "arrangements"], ["", ""]]
    path.write_text(f"{head},counts,unit\n{first},bisher,Räte\n", encoding="utf-8")
    with pytest.raises(AtlasError) as caught:
        load_snapshot(Settings(own_root))
    said = [each.sentence() for each in caught.value.problems]
    assert "Zeile 2, counts: „bisher“ ist hier nicht erlaubt; möglich ist in_force, so_far, oder nichts." in said[0]
    assert "unit: „Räte“ ist hier nicht erlaubt; möglich ist municipalities, arrangements" in said[1]


# --- what `atlas check` says about time -------------------------------------------------------------------------------


def _checked(root: Path, *rows: dict[str, str]) -> list[Problem]:
    """Return what is doubtful about the rows alone: councils of Erlen, unless they say otherwise."""
    given = {"ags": "00021050", "municipality": "Erlen", "instrument": "council", "status": "active"}
    given |= {"source_url": "https://q.invalid", "source_date": "2024", "retrieved": "2024-06-01"}
    columns = list(RECORD_COLUMNS)
    table = pd.DataFrame([dict.fromkeys(columns, "") | given | _dated(row) for row in rows], columns=columns)
    table.to_csv(root / "data" / "participation" / "mini.csv", index=False)
    return check_snapshot(load_snapshot(Settings(root)))


def _dated(row: dict[str, str]) -> dict[str, str]:
    return {"date_means": "reached"} | row if row.get("date") else row


def _said(found: list[Problem], severity: Severity = Severity.WARNING) -> list[str]:
    return [each.sentence() for each in found if each.severity is severity]


def test_proof_after_an_end_is_told_with_both_entries(own_root: Path) -> None:
    first = {"date": "2020-01-01", "until": "2021-12"}
    (said,) = _said(_checked(own_root, first, {"date": "2022-03"}))
    assert "Zeile 2, until" in said
    assert "Nach dem Ende „2021-12“ ist es noch belegt (2022-03, Eintrag 3)" in said
    assert _said(_checked(own_root, first, {"date": "2021-12"})) == [], "as long as it lasted"
    assert _said(_checked(own_root, first, {"date": "2022-03", "until": "2023"})) == [], "a longer term is no doubt"
    paused = {"status": "paused", "date": "2022-01-01"}
    _programme(own_root, 'exit = "dormant"', 'exit = "ended"')
    (said,) = _said(_checked(own_root, first, paused, {"date": "2023"}))
    assert "steht vor und nach" in said, "it was revived"


def test_exit_or_plan_beside_several_cases_asks_which(own_root: Path) -> None:
    two = ({"date": "2020-01-01", "case": "Nord"}, {"date": "2021-01-01", "joint_with": "Bund"})
    for status, label in (("paused", "ruht"), ("planned", "geplant")):
        bare = {"status": status, "date": "2022-01-01"}
        (said,) = _said(_checked(own_root, *two, bare))
        assert f"Zeile 4, case: Erlen hat hier 2 Vorgänge; zu welchem „{label}“ gehört" in said
        assert _said(_checked(own_root, *two, bare | {"case": "Nord"})) == []
        assert _said(_checked(own_root, *two, bare | {"joint_with": "Bund"})) == []
        assert _said(_checked(own_root, two[0], bare)) == [], "of one case it is that"


def test_plan_for_one_more_of_what_repeats_asks_nothing(own_root: Path) -> None:
    toml = own_root / "data" / "programmes" / "mini.toml"
    toml.write_text(toml.read_text("utf-8").replace('drawn = "point"', 'drawn = "point"\nrepeats = true'), "utf-8")
    two = ({"date": "2020-01-01"}, {"date": "2021-01-01"})
    assert _said(_checked(own_root, *two, {"status": "planned", "date": "2022-01-01"})) == []
    (said,) = _said(_checked(own_root, *two, {"status": "paused", "date": "2022-01-01"}))
    assert "Erlen hat hier 2 Vorgänge" in said
    (said,) = _said(_checked(own_root, *two, {"status": "planned"}))
    assert "zu welchem „geplant“ gehört" in said, "an undated plan opens no case beside what was reached"
    assert _said(_checked(own_root, *two), Severity.NOTE) == [], "several are no wonder"


def test_stage_before_and_after_an_end_may_be_another_case(own_root: Path) -> None:
    _programme(own_root, 'exit = "dormant"', 'exit = "ended"')
    rows = ({"date": "2020-01-01"}, {"status": "paused", "date": "2021-01-01"}, {"date": "2022-01-01"})
    (said,) = _said(_checked(own_root, *rows))
    assert "Zeile 4, case: „besteht“ steht vor und nach „ruht“ (Eintrag 3) und gilt als wiederbelebt" in said
    named = [row | {"case": "Erster"} for row in rows[:2]]
    assert _said(_checked(own_root, *named, rows[2] | {"case": "Zweiter"})) == []
    assert _said(_checked(own_root, *rows[1:])) == [], "nothing is documented before"
    _programme(own_root, 'exit = "ended"', 'exit = "dormant"')
    assert _said(_checked(own_root, *rows)) == [], "what was dormant may be revived"


def test_two_of_what_is_reached_once_are_noted(own_root: Path) -> None:
    two = ({"date": "2020-01-01"}, {"date": "2021-01-01", "joint_with": "Bund"})
    found = _checked(own_root, *two)
    assert _said(found) == []
    (said,) = _said(found, Severity.NOTE)
    assert "Erlen hat 2 Vorgänge in „Rat“ (Einträge 2, 3)" in said
    assert _said(_checked(own_root, two[0], {"date": "2021-01-01"}), Severity.NOTE) == [], (
        "a further proof is no second one"
    )


def test_what_is_inferred_is_added_up(own_root: Path) -> None:
    found = _checked(own_root, {"date": "2020", "inferred": "yes"}, {"ags": "00021020", "municipality": "Bergen"})
    (said,) = _said(found, Severity.NOTE)
    assert said.endswith("1 Einträge sind erschlossen, nicht gelesen; wo sie zählen, steht es dabei (2).")
