"""The register of inhabitants: reading it, what fits, shares of people beside shares of municipalities. All invented."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import pytest

from atlas.__main__ import main
from atlas.adopt.population import RegisterSource, add_population
from atlas.analysis.counting import PEOPLE_COLUMNS, by_district
from atlas.analysis.population import People, misfit_problems, weigh
from atlas.analysis.progress import progress
from atlas.analysis.quality import check_snapshot
from atlas.errors import AtlasError
from atlas.export.open_data import boundaries_file, status_file
from atlas.export.tables import TABLES, progress_table, view_table
from atlas.model.excerpt import Excerpt
from atlas.model.parameters import Given, read_view
from atlas.model.population import POPULATION_COLUMNS, SizeClass, other_names
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.address import known_only, unknown_keys
from atlas.present.changes import build_changes
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import as_of_sentence
from atlas.present.district import build_district, share_row
from atlas.present.figures import build_cards
from atlas.present.open_data import area_column_texts
from atlas.present.paragraph import paragraph
from atlas.present.picture import build_picture
from atlas.present.population import register_sentence, size_said, without_size
from atlas.present.progress import course_days, district_table
from atlas.present.ranking import build_ranking, ranked_districts, ranking_said
from atlas.present.search import suggestions
from atlas.present.sheet import build_district_sheet, build_sheet
from atlas.present.wording import Words
from atlas.present.years import share_headings, year_rows
from atlas.sources.population import population_path, read_population, read_register
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore, load_snapshot
from tests import miniland
from tests.conftest import ROOT, TODAY

DE = Words("de")
ABOUT = RegisterSource(as_of=miniland.COUNTED_ON, source="Amt für Erfindungen", retrieved=date(2026, 11, 30))


def with_people(root: Path, register: str = "") -> Snapshot:
    add_population((register or miniland.register()).encode(), "GV100AD.txt", ABOUT, root)
    return load_snapshot(Settings(root))


def csv(inhabitants: dict[str, int]) -> bytes:
    return "".join(["ags,inhabitants\n", *(f"{key},{n}\n" for key, n in inhabitants.items())]).encode()


def office_sheet(*, state_sum: int = sum(miniland.INHABITANTS.values())) -> bytes:
    """Return the office's sheet: a title, headings in four rows with merged cells, lines of every kind, notes below."""
    book = openpyxl.Workbook()
    book.active.title = "Deckblatt"
    book.active.append(["Gemeindeverzeichnis-Informationssystem"])
    sheet = book.create_sheet("Onlineprodukt_Gemeinden")
    sheet.append(["Gemeinden in Miniland nach Fläche, Bevölkerung und Postleitzahl am 30.06.2021"])
    sheet.append(["Satz-\nart", "Text-\nkenn-\nzeichen", "Amtlicher Regionalschlüssel (ARS)", *[None] * 4])
    for at, text in ((8, "Gemeindename"), (9, "Fläche km² 1)"), (10, "Bevölkerung 2)"), (14, "Post-\nleit-\nzahl 3)")):
        sheet.cell(2, at, text)
    sheet.append([None, None, "Land", "RB", "Kreis", "VB", "Gem", None, None, "ins-\ngesamt", "männlich", "weiblich"])
    sheet["J3"] = "insgesamt"
    sheet["M3"] = "je km²"
    sheet.merge_cells("C2:G2")
    sheet.append([None] * 8 + ["km²", "Anzahl"])
    sheet.append(["10", None, "00", None, None, None, None, "Miniland", None, state_sum])
    sheet.append(["20", None, "00", "0", None, None, None, "Nirgendwo"])
    for key, people in miniland.INHABITANTS.items():
        parts = ["00", key[2], key[3:5], "0000", key[5:]]
        sheet.append(["60", "64", *parts, f"Ort {key}", 1.25, people, people // 2, people - people // 2, 80, "00001"])
    sheet.append(["1) Flächen sind erfunden."])
    book.move_sheet(sheet, -1)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def test_every_kind_of_file_gives_the_same_numbers() -> None:
    found = [
        read_register(body, name).inhabitants
        for body, name in (
            (miniland.register().encode(), "GV100AD.txt"),
            (miniland.register().encode("utf-8-sig"), "GV100AD.txt"),
            (office_sheet(), "GV.xlsx"),
            (csv(miniland.INHABITANTS), "a.csv"),
            (csv(miniland.INHABITANTS).replace(b",", b";").replace(b"ags;inhabitants", b"AGS;Einwohner"), "b.csv"),
        )
    ]
    assert all({key: n for key, n in each.items() if len(key) == 8} == miniland.INHABITANTS for each in found)


def test_official_names_come_with_the_register_and_halves_are_names_of_their_own(own_root: Path) -> None:
    names = with_people(own_root).populations["00"].names
    assert names["00021050"] == "Erlen / Wólšina, Stadt"
    assert other_names(names["00021050"]) == ("Erlen", "Wólšina")
    assert other_names("Bergen, Stadt") == other_names("Großort/O.L.") == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("0002102,5", "nicht lesbar"),
        ("00021020,viele", "nicht lesbar"),
        ("00021020,-5", "nicht lesbar"),
        ("٠٠٠٢١٠٢٠,5", "nicht lesbar"),
        ("00021010,7", "mehrmals"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_the_others_count(row: str, said: str) -> None:
    register = read_register(f"ags,inhabitants\n00021010,5\n{row}\n".encode(), "a.csv")
    assert register.inhabitants == {"00021010": 5}
    assert [said in problem.sentence() and "Zeile 3" in problem.place for problem in register.problems] == [True]


def test_without_a_number_of_all_that_of_the_men_is_not_taken_for_it() -> None:
    first, *rest = [line for line in miniland.register().splitlines() if line.startswith("60")]
    register = read_register("\n".join([f"{first[:139]}{'':11}{first[150:]}", *rest]).encode(), "GV100AD.txt")
    assert first[10:18] not in register.inhabitants
    assert ["nicht lesbar" in problem.sentence() for problem in register.problems] == [True]


def test_men_and_women_must_make_the_sum() -> None:
    line = b"ags,insgesamt,m\xc3\xa4nnlich,weiblich\n00021010,10,5,5\n00021020,10,5,6\n00021030,10,11,\n"
    register = read_register(line, "a.csv")
    assert register.inhabitants == {"00021010": 10}
    assert len(register.problems) == 2


@pytest.mark.parametrize("body", [b"", b"a,b\n1,2\n", b"%PDF-1.4", b"1020211130", b"ags,inhabitants\n"])
def test_a_file_without_inhabitants_is_refused_in_a_sentence(body: bytes) -> None:
    with pytest.raises(AtlasError) as refused:
        read_register(body, "a.csv")
    assert "a.csv" in str(refused.value)


def test_a_complete_state_has_people_on_every_day(own_root: Path) -> None:
    snapshot = with_people(own_root)
    edition, people = snapshot.editions["00"][0], snapshot.populations["00"]
    weights = weigh(people, edition, edition.changes)
    assert not weights.misfits
    for day in (date(2016, 1, 1), date(2019, 12, 31), date(2021, 6, 30), date(2026, 1, 1)):
        there = edition.valid_at(day)
        units = dict(zip(weights.unit[there], weights.inhabitants[there], strict=True))
        assert sum(units.values()) == sum(miniland.INHABITANTS.values()), "a merger neither makes nor loses people"


def test_what_merged_before_has_a_number_together_only(own_root: Path) -> None:
    snapshot = with_people(own_root)
    edition = snapshot.editions["00"][0]
    weights = weigh(snapshot.populations["00"], edition, edition.changes)

    def alone(day: date) -> dict[str, float]:
        there = edition.valid_at(day)
        numbers = weights.alone(there)[there]
        return {ags: n for ags, n in zip(edition.municipalities["ags"][there], numbers, strict=True) if not np.isnan(n)}

    assert not {"00022010", "00022020"} & alone(date(2019, 12, 31)).keys()
    assert alone(date(2021, 12, 31)) == miniland.INHABITANTS
    assert alone(date(2022, 1, 1))["00022040"] == 20_700, "what merges later is the sum of its parts"
    here = weights.in_class(SizeClass.UNDER_20000, edition.valid_at(miniland.COUNTED_ON))
    assert set(edition.municipalities["ags"][here]) == {"00021010", "00022015"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"00021070": None}, "1 Gemeinden. Ohne Zahl: 00021070"),
        ({"00021070": None, "00021099": 200}, "nicht in diesen Grenzen: 00021099"),
        ({"00021099": 5}, "nicht in diesen Grenzen: 00021099"),
        ({"00021": 1}, "nicht die Summen, die das Verzeichnis nennt (00021)"),
    ],
)
def test_an_incomplete_state_has_no_people_and_says_why(
    own_root: Path, change: dict[str, int | None], said: str
) -> None:
    numbers = {key: n for key, n in {**miniland.INHABITANTS, **change}.items() if n is not None}
    taken, doubts = add_population(csv(numbers), "a.csv", ABOUT, own_root)
    assert not doubts
    assert said in " ".join(problem.sentence() for problem in taken[0].problems)
    snapshot = load_snapshot(Settings(own_root))
    assert said in " ".join(problem.sentence() for problem in check_snapshot(snapshot)), "check says it, too"
    weights = weigh(snapshot.populations["00"], edition := snapshot.editions["00"][0], edition.changes)
    assert np.isnan(weights.inhabitants).all(), "never a partial sum"
    assert weights.misfits
    assert list(misfit_problems(weights, edition, "x"))


def test_an_uninhabited_key_of_the_register_is_no_fault(own_root: Path) -> None:
    taken, _ = add_population(csv({**miniland.INHABITANTS, "00021099": 0}), "a.csv", ABOUT, own_root)
    assert not taken[0].weights.misfits


def test_a_key_that_has_ended_counts_for_its_successor(own_root: Path) -> None:
    numbers = {key: n for key, n in miniland.INHABITANTS.items() if key != "00022015"}
    taken, _ = add_population(csv({**numbers, "00022010": 2_500, "00022020": 3_500}), "a.csv", ABOUT, own_root)
    assert not taken[0].weights.misfits


def test_a_file_of_another_day_is_told(own_root: Path) -> None:
    _, doubts = add_population(miniland.register(day=date(2020, 1, 31)).encode(), "GV.txt", ABOUT, own_root)
    assert ["2020-01-31" in problem.sentence() for problem in doubts] == [True]


def test_municipalities_of_nowhere_are_refused_and_nothing_is_written(own_root: Path) -> None:
    with pytest.raises(AtlasError, match="Keine der Gemeinden"):
        add_population(csv({"99000000": 5}), "a.csv", ABOUT, own_root)
    assert not population_path(own_root, "00").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ags,inhabitants", "ags,people"),
        ("00021010,9000", "00021010,neun"),
        ("00021010", "00021020"),
        ("2021-06-30", "30.06.2021"),
        ("2026-11-30", "gestern"),
    ],
)
def test_a_faulty_file_in_the_data_folder_is_refused_by_name(own_root: Path, old: str, new: str) -> None:
    with_people(own_root)
    path = population_path(own_root, "00")
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(AtlasError, match=r"data/population/00\.csv"):
        load_snapshot(Settings(own_root))


def test_one_register_of_one_day(own_root: Path) -> None:
    with_people(own_root)
    path = population_path(own_root, "00")
    path.write_text(path.read_text().replace("2021-06-30", "2020-06-30", 1))
    with pytest.raises(AtlasError, match="ein Verzeichnis"):
        read_population(own_root, "00")


def test_a_running_application_reads_a_new_register(own_root: Path) -> None:
    store = SnapshotStore(Settings(own_root))
    before = store.current()
    with_people(own_root)
    after = store.current()
    assert (before.populations, list(after.populations)) == ({}, ["00"])
    assert before.fingerprint != after.fingerprint


def test_the_command_keeps_what_it_has_read(
    own_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    file = tmp_path / "GV100AD.txt"
    file.write_text(miniland.register(), encoding="utf-8")
    wanted = ["population", "add", str(file), "--date", "2021-06-30", "--source", "Amt für Erfindungen"]
    assert main(wanted) == 0
    assert "12 Gemeinden, 219.699 Einwohner; vollständig: 1 von 1 Ländern" in capsys.readouterr().out
    written = population_path(own_root, "00").read_text(encoding="utf-8").splitlines()
    assert written[0] == ",".join(POPULATION_COLUMNS)
    assert len(written) == 13
    assert main([*wanted[:-1], " "]) == 2
    assert main([*wanted[:2], str(tmp_path / "nowhere.txt"), *wanted[3:]]) == 2


def test_no_register_is_shipped() -> None:
    assert not list(ROOT.glob("data/population/*"))
    assert not [path for path in ROOT.glob("**/GV100AD*") if "node_modules" not in path.parts]


def test_official_size_classes_meet_without_a_gap() -> None:
    bounds: list[tuple[int, int | None]] = [size.bounds for size in SizeClass]
    assert bounds[0][0] == 0
    assert bounds[-1] == (100_000, None)
    assert all(one[1] == other[0] for one, other in itertools.pairwise(bounds))


# ---- shares beside shares ---------------------------------------------------------------------------------------------


@pytest.fixture
def peopled(own_root: Path) -> Callable[..., ViewContext]:
    """Return contexts of the invented state with its register."""
    contexts = ViewContexts(lambda: snapshot, lambda: TODAY)
    snapshot = with_people(own_root)
    return lambda **view: contexts.of(ViewState(**view))


def by_hand(context: ViewContext, instrument: str, district: str | None = None) -> tuple[int, int] | None:
    """Return who is covered, and all, counted with a pencil: of each key of the register, the municipalities it stands for."""
    parts = {"00022015": ["00022010", "00022020"]} if context.as_of < date(2020, 1, 1) else {}
    there = set(context.day.municipalities["ags"])
    counted = set(context.day.figure(instrument, district).municipalities["ags"])
    covered = total = 0
    for key, number in miniland.INHABITANTS.items():
        names = parts.get(key, [key if key in there else "00022040"])
        if district and not key.startswith(district):
            continue
        total += number
        if {each in counted for each in names} == {True, False}:
            return None
        covered += number * (names[0] in counted)
    return covered, total


@pytest.mark.parametrize("day", ["2018-12-31", "2019-12-31", "2021-12-31", "2022-01-01", "2026-11-30"])
@pytest.mark.parametrize("district", [None, "00011", "00021", "00022"])
def test_people_are_those_counted_by_hand(peopled: Callable[..., ViewContext], day: str, district: str | None) -> None:
    context = peopled(as_of=date.fromisoformat(day))
    for instrument in ("talk", "pact", "council"):
        found = context.day.figure(instrument, district).people
        wanted = by_hand(context, instrument, district)
        assert (found and (found.covered, found.total)) == wanted
        table = by_district(context.status, instrument, ["00022", "00021", "00011"], context.day.weights)
        if district:
            (row,) = table[table["district"] == district].to_dict("records")
            assert (None if np.isnan(row["inhabitants"]) else (row["inhabitants"], row["inhabitants_total"])) == wanted


def test_of_parts_of_a_merger_nobody_can_say(peopled: Callable[..., ViewContext]) -> None:
    """Ilm had the pact, Jena had not; the register knows Neu-Ilm only."""
    before, after = (peopled(as_of=date(year, 6, 30)).day for year in (2019, 2020))
    assert before.figure("pact", "00022").people is None
    assert before.figure("council", "00022").people is not None, "none of the two had one: no question"
    found = after.figure("pact", "00022").people
    assert found == People(6_000, 26_700)
    assert round(found.share, 4) == 0.2247


@pytest.mark.parametrize("district", [None, "00022"])
def test_the_course_counts_people_as_figures_do(peopled: Callable[..., ViewContext], district: str | None) -> None:
    context = peopled(district=district)
    contexts = ViewContexts(lambda: context.snapshot, lambda: TODAY)
    days, since = course_days(context)
    keys = [each.key for each in context.programme.instruments]
    for row in progress(contexts.course(context), keys, days[::5], since=since).to_dict("records"):
        found = contexts.of(ViewState(as_of=row["date"].date())).day.figure(row["instrument"], district).people
        shown = None if np.isnan(row["inhabitants"]) else People(row["inhabitants"], row["inhabitants_total"])
        assert shown == found


def test_without_a_register_no_table_has_columns_of_it(mini: Snapshot) -> None:
    contexts = ViewContexts(lambda: mini, lambda: TODAY)
    context = contexts.of(ViewState())
    tables = [
        ranked_districts(context),
        progress_table(context, contexts.course(context), *course_days(context)),
        by_district(context.status, "pact", ["00021"]),
    ]
    assert not [column for table in tables for column in table if column in PEOPLE_COLUMNS]
    assert context.day.figure("pact").people is None


def shown(context: ViewContext, words: Words) -> dict[str, str]:
    """Return everything that is said of shares on pages, in files and on sheets, by where."""
    contexts = ViewContexts(lambda: context.snapshot, lambda: TODAY)
    pact = context.programme.instrument("pact")
    course = contexts.course(context)
    before = contexts.of(context.view.but(as_of=date(2020, 6, 30)))
    south = contexts.of(context.view.but(district="00022"))
    return {
        "figures": str(build_cards(context, words)),
        "district": str(build_district(context, words)),
        "district of": str(build_district(south, words)),
        "ranking": str(build_ranking(context, words)),
        "ranking file": ranking_said(context, words).to_csv(),
        "years": str([share_headings(context, words), *(row.shares for row in year_rows(context, course, pact, words))]),
        "districts": str(district_table(context, pact, words)),
        "paragraph": paragraph(build_changes(contexts, before, context), context, words),
        "sheet": str(build_sheet(context, context.day.municipalities.index[0], words)),
        "district sheet": str(build_district_sheet(south, words)),
        "comparison": str(share_row(south, "pact", "00022", words)),
        "table": view_table(context, words).to_csv(),
        "progress file": TABLES["fortschritt"](contexts, context, words).to_csv(),
        "day": as_of_sentence(context, words),
    }  # fmt: skip


@pytest.mark.parametrize(("lang", "word"), [("de", "Einwohner"), ("en", "nhabitant")])
def test_shares_of_inhabitants_stand_wherever_shares_do(
    peopled: Callable[..., ViewContext], mini: Snapshot, lang: str, word: str
) -> None:
    words = Words(lang)
    with_register = shown(peopled(lang=lang), words)
    assert {place for place, text in with_register.items() if word not in text} == set()
    plain = shown(ViewContexts(lambda: mini, lambda: TODAY).of(ViewState(lang=lang)), words)
    assert {place for place, text in plain.items() if word in text} == set(), "without a register nothing pretends"


def test_the_register_is_named_with_its_day_and_never_as_the_day_of_the_view(
    peopled: Callable[..., ViewContext],
) -> None:
    for day in (date(2019, 12, 31), TODAY):
        said = register_sentence(peopled(as_of=day), DE)
        assert said == "Einwohnerzahlen zu jedem Stichtag: Verzeichnis vom 30.06.2021, Amt für Erfindungen."


def test_an_unknown_share_is_said_to_be_unknown(peopled: Callable[..., ViewContext]) -> None:
    context = peopled(as_of=date(2019, 12, 31))
    cards = {card.heading: card.note for card in build_cards(context, DE)}
    assert "Anteil der Einwohner unbekannt" in cards["Vereinbarung"]
    assert "0 % der Einwohner" not in cards["Vereinbarung"]
    contexts = ViewContexts(lambda: context.snapshot, lambda: TODAY)
    rows = year_rows(contexts.of(ViewState()), contexts.course(context), context.programme.instrument("pact"), DE)
    assert {row.day: row.shares[-1] for row in rows}["31.12.2019"] == "unbekannt"
    assert "nan" not in ranking_said(context, DE).to_csv().lower()


def test_an_incomplete_register_is_said_and_shows_no_share(own_root: Path) -> None:
    numbers = {key: n for key, n in miniland.INHABITANTS.items() if key != "00021070"}
    add_population(csv(numbers), "a.csv", ABOUT, own_root)
    snapshot = load_snapshot(Settings(own_root))
    found = shown(ViewContexts(lambda: snapshot, lambda: TODAY).of(ViewState()), DE)
    assert "Einwohner unvollständig: 1 Gemeinde." in found.pop("day")
    assert {place for place, text in found.items() if "der Einwohner" in text} == set()


# ---- filter by size ---------------------------------------------------------------------------------------------------


def names_of(context: ViewContext) -> set[str]:
    return {str(context.edition.municipalities.at[position, "ags"]) for position in context.spec.shown}


def test_each_municipality_is_shown_in_one_size_class(peopled: Callable[..., ViewContext]) -> None:
    shown_in = {size: names_of(peopled(size=size)) for size in SizeClass}
    assert shown_in[SizeClass.UNDER_2000] == {"00021020", "00021040", "00021070"}
    assert shown_in[SizeClass.UNDER_5000] == {"00021030", "00021050", "00021060"}
    assert shown_in[SizeClass.UNDER_50000] == {"00022040"}, "20,000 and Kirch's 700"
    assert shown_in[SizeClass.OVER] == {"00011000"}
    every = [ags for each in shown_in.values() for ags in each]
    assert sorted(every) == sorted(names_of(peopled()))


def test_the_filter_keeps_the_numbers_and_goes_with_the_others(peopled: Callable[..., ViewContext]) -> None:
    filtered, plain = peopled(size=SizeClass.UNDER_2000, district="00021", documented_only=True), peopled()
    assert names_of(filtered) == {"00021020", "00021040", "00021070"} - {
        str(filtered.edition.municipalities.at[at, "ags"])
        for at, key in filtered.spec.classes.items()
        if key == "no_data"
    }
    assert peopled(size=SizeClass.OVER).spec.legend == plain.spec.legend
    assert len(view_table(peopled(size=SizeClass.OVER), DE)) == 1


def test_a_picture_of_a_size_class_says_so(peopled: Callable[..., ViewContext]) -> None:
    picture = build_picture(peopled(size=SizeClass.UNDER_5000), Excerpt(), DE)
    assert "gezeigt die mit 2.000 bis unter 5.000 Einwohnern" in picture.subtitle
    assert picture.subtitle in picture.alt
    assert len(picture.areas) == 3


def test_what_has_no_number_of_its_own_is_in_no_class_and_that_is_said(peopled: Callable[..., ViewContext]) -> None:
    past = {"as_of": date(2019, 12, 31)}
    shown_in = set().union(*(names_of(peopled(size=size, **past)) for size in SizeClass))
    assert names_of(peopled(**past)) - shown_in == {"00022010", "00022020"}
    assert without_size(peopled(**past), DE) == "2 Gemeinden des Tages haben keine eigene Einwohnerzahl."
    assert without_size(peopled(), DE) == ""


def test_without_a_complete_register_there_is_no_filter_by_size(mini: Snapshot, own_root: Path) -> None:
    add_population(csv({"00021010": 5}), "a.csv", ABOUT, own_root)
    for snapshot in (mini, load_snapshot(Settings(own_root))):
        given = Given({"einwohner": "2000-5000"})
        view = read_view(given, snapshot.layers)
        assert (view.size, given.problems) == (SizeClass.UNDER_5000, [])
        (problem,) = unknown_keys(view, snapshot, TODAY)
        assert (problem.place, "nicht filtern" in problem.text) == ("einwohner", True)
        assert known_only(view, snapshot, [problem]).size is None
        contexts = ViewContexts(lambda snapshot=snapshot: snapshot, lambda: TODAY)
        assert names_of(contexts.of(view)) == names_of(contexts.of(ViewState())), "what there is not filters nothing"
        assert not contexts.of(view).day.has_sizes


def test_size_classes_are_said_in_the_form_of_the_language() -> None:
    assert [size_said(size, DE) for size in (SizeClass.UNDER_2000, SizeClass.UNDER_5000, SizeClass.OVER)] == [
        "unter 2.000",
        "2.000 bis unter 5.000",
        "100.000 und mehr",
    ]
    assert size_said(SizeClass.UNDER_5000, Words("en")) == "2,000 to under 5,000"


# ---- files ------------------------------------------------------------------------------------------------------------


def test_files_with_areas_have_inhabitants_and_name_the_register(
    peopled: Callable[..., ViewContext], tmp_path: Path
) -> None:
    past = peopled(as_of=date(2019, 12, 31))
    files = {
        "status": status_file(past, "geojson", DE),
        "boundaries": boundaries_file(past.snapshot, past.programme, past.as_of, DE),
    }
    for body in files.values():
        told = json.loads(body)
        found = {each["properties"]["ags"]: each["properties"]["inhabitants"] for each in told["features"]}
        assert (found["00021070"], found["00022010"]) == (200, None), "Ilm is part of a sum"
        assert any("Verzeichnis vom 30.06.2021" in line for line in told["source"])
    package = tmp_path / "status.gpkg"
    package.write_bytes(status_file(peopled(), "gpkg", DE))
    table = pyogrio.read_dataframe(package, layer="status", read_geometry=False).set_index("ags")
    assert table["inhabitants"].to_dict()["00022040"] == 20_700
    assert "inhabitants" in area_column_texts(DE, has_people=True)


def test_files_without_a_register_have_no_inhabitants(mini: Snapshot) -> None:
    context = ViewContexts(lambda: mini, lambda: TODAY).of(ViewState())
    assert b"inhabitants" not in status_file(context, "geojson", DE)
    assert b"inhabitants" not in boundaries_file(mini, context.programme, TODAY, DE)
    assert "inhabitants" not in area_column_texts(DE)


def test_the_second_official_name_is_found_and_says_what_it_leads_to(peopled: Callable[..., ViewContext]) -> None:
    context = peopled()
    added = {
        (each.text, each.keys)
        for each in suggestions(context.edition, context.changes, context.snapshot.populations["00"])
    } - {(each.text, each.keys) for each in suggestions(context.edition, context.changes)}
    assert added == {("Wólšina → Erlen", ("00021050",))}
