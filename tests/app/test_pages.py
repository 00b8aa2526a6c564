"""Every page runs, a link opens its view, and broken data are told in a sentence."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from atlas.adopt.population import RegisterSource, add_population
from atlas.model.records import RECORD_COLUMNS
from tests import miniland
from tests.app.conftest import AppOn
from ui import cache, day_field
from ui.cache import today
from ui.state import Keys

PAGES = {
    page: f"../pages/{page}.py"
    for page in (
        "map",
        "about",
        "municipality",
        "district",
        "progress",
        "steering",
        "export",
        "comparison",
        "maintenance",
        "help",
    )
}
REAL, MINI = "14626010", "00021040"


def shown(app: AppTest) -> str:
    """Return all HTML and messages of the page as one text."""
    texts = [each.proto.body for each in app.get("html")]
    return "\n".join([*texts, *(each.value for each in app.error), *(each.value for each in app.text)])


def part(app: AppTest, name: str) -> dict[str, object]:
    """Return what one of our components was given."""
    protos = [each.proto for each in app.get("bidi_component")]
    return json.loads(next(each.bytes for each in protos if each.component_name == f"atlas.{name}"))


def fine(app: AppTest) -> AppTest:
    """Return the session after making sure that nothing went wrong in it."""
    assert not app.exception
    assert not app.error
    return app


@pytest.fixture(params=["shipped", "invented"])
def data(request: pytest.FixtureRequest, miniland_root: Path) -> tuple[Path | None, str]:
    """Return both data folders in turn, each with the key of a municipality."""
    return (None, REAL) if request.param == "shipped" else (miniland_root, MINI)


@pytest.mark.sample(11)
@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs(app_on: AppOn, data: tuple[Path | None, str], page: str, lang: str) -> None:
    folder, ags = data
    app = fine(app_on(folder, gemeinde=ags, lang=lang).run())
    fine(app.switch_page(PAGES[page]).run())
    assert "<h1>" in shown(app)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_data_page_leads_to_the_open_data_of_its_day(app_on: AppOn, lang: str) -> None:
    app = fine(app_on(stichtag="2022-12-31", lang=lang).run())
    said = shown(fine(app.switch_page(PAGES["about"]).run()))
    suffix = "" if lang == "de" else "lang=en&amp;"
    for path in (f"status.csv?{suffix}stichtag=2022-12-31", "boundaries/2022-12-31.geojson", f"?lang={lang}"):
        assert f'href="api/v1/{path}' in said


def test_a_link_opens_its_view_and_stays_in_the_address(app_on: AppOn) -> None:
    link = {
        "ebene": "council",
        "stichtag": "2022-12-31",
        "kreis": "14626",
        "gemeinde": REAL,
        "stufe": "active",
        "belegt": "1",
        "lang": "en",
    }
    app = fine(app_on(**link).run())
    view = app.session_state[Keys.VIEW]
    assert (view.layer, view.as_of.isoformat(), view.district, view.municipality) == tuple(link.values())[:4]
    assert (view.looks, view.documented_only, view.lang) == ({"active"}, True, "en")
    assert dict(app.query_params) == link
    assert part(app, "legend")["layer"] == "council"
    assert f'data-gemeinde="{REAL}"' in shown(app)


def test_widgets_show_the_view_of_the_link(app_on: AppOn) -> None:
    app = fine(app_on(ebene="council", stichtag="2022-12-31", kreis="14626", belegt="1").run())
    assert app.button_group(key=Keys.LAYER).value == "council"
    assert app.selectbox(key=Keys.AS_OF).value == "2022-12-31"
    assert app.selectbox(key=Keys.DISTRICT).value == "14626"
    assert app.toggle(key=Keys.DOCUMENTED).value is True


def test_a_day_that_is_not_offered_stands_in_the_same_field(app_on: AppOn) -> None:
    app = fine(app_on(stichtag="2021-05-17").run())
    field = app.selectbox(key=Keys.AS_OF)
    assert field.value == "2021-05-17"
    assert field.proto.raw_value == "Stand 17.05.2021"
    assert not app.date_input


@pytest.mark.sample(4)
@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("page", ["map", "municipality", "district", "progress", "steering", "export", "comparison"])
def test_typed_day_is_taken_or_refused_in_a_sentence(app_on: AppOn, page: str, lang: str) -> None:
    app = fine(app_on(gemeinde=REAL, lang=lang).run())
    app = fine(app.switch_page(PAGES[page]).run())
    app.selectbox(key=Keys.AS_OF).set_value("Q2 2022").run()
    assert fine(app).query_params["stichtag"] == "2022-06-30"
    assert 'role="status"' not in shown(app)
    app.selectbox(key=Keys.AS_OF).set_value("29.02.2023").run()
    assert fine(app).query_params["stichtag"] == "2022-06-30"
    assert app.selectbox(key=Keys.AS_OF).value == "2022-06-30"
    said = {"de": "„29.02.2023“ gibt es nicht: dieser Monat hat 28 Tage.", "en": "There is no “29.02.2023”"}[lang]
    assert re.search(f'<p [^>]*role="status"[^>]*>{said}', shown(app))
    app.selectbox(key=Keys.AS_OF).set_value("gestern" if lang == "de" else "yesterday").run()
    assert date.fromisoformat(app.query_params["stichtag"]) == today() - timedelta(days=1)
    assert said not in shown(app)
    app.selectbox(key=Keys.AS_OF).set_value("heute").run()
    assert "stichtag" not in fine(app).query_params


def test_refused_day_is_said_until_something_else_is_done(app_on: AppOn) -> None:
    app = fine(app_on().run())
    refused = "Die Gemeindegrenzen reichen bis 2016-01-01 zurück; 2015-12-31 liegt davor."
    app.selectbox(key=Keys.AS_OF).set_value("31.12.2015").run()
    assert refused in shown(fine(app))
    app.run()
    assert refused in shown(fine(app))
    app.button_group(key=Keys.LAYER).set_value("agreement").run()
    assert refused not in shown(fine(app))
    app.selectbox(key=Keys.AS_OF).set_value("1.1.2100").run()
    assert "„2100-01-01“ ist kein Tag der Form JJJJ-MM-TT vom 2016-01-01 bis zum 2099-12-31." in shown(fine(app))
    app.selectbox(key=Keys.AS_OF).set_value("heute").run()
    assert "2100" not in shown(fine(app))


def test_refused_day_is_forgotten_on_another_page(app_on: AppOn) -> None:
    app = fine(app_on().run())
    app.selectbox(key=Keys.AS_OF).set_value("31.4.2022").run()
    assert "„31.4.2022“ gibt es nicht" in shown(fine(app))
    assert "„31.4.2022“" not in shown(fine(app.switch_page(PAGES["district"]).run()))


def test_what_is_typed_is_quoted_and_never_markup(app_on: AppOn) -> None:
    app = fine(app_on().run())
    app.selectbox(key=Keys.AS_OF).set_value("<img src=x onerror=alert(1)>" + 500 * "x").run()
    said = shown(fine(app))
    assert "<img src=x" not in said
    assert f"„&lt;img src=x onerror=alert(1)&gt;{12 * 'x'}…“ ist kein Tag" in said


@pytest.mark.parametrize("page", ["map", "municipality", "district", "progress", "steering"])
def test_day_ahead_is_shown_and_said_to_be_one(app_on: AppOn, page: str) -> None:
    app = fine(app_on(gemeinde=REAL).run())
    app = fine(app.switch_page(PAGES[page]).run())
    assert "liegt in der Zukunft" not in shown(app)
    app.selectbox(key=Keys.AS_OF).set_value("Ende 2098").run()
    assert "Der 31.12.2098 liegt in der Zukunft; gezeigt wird, was heute bekannt ist." in shown(fine(app))


def test_today_is_said_anew_after_midnight(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fine(app_on().run())
    tomorrow = today() + timedelta(days=1)
    monkeypatch.setattr(cache, "today", lambda: tomorrow)
    monkeypatch.setattr(day_field, "today", lambda: tomorrow)
    cache.contexts.cache_clear()
    app = fine(app.run())
    assert app.selectbox(key=Keys.AS_OF).proto.raw_value == f"Stand heute, {tomorrow:%d.%m.%Y}"
    app.button_group(key=Keys.LAYER).set_value("agreement").run()
    assert "stichtag" not in fine(app).query_params


def test_year_before_follows_the_cut_off_date(app_on: AppOn) -> None:
    app = fine(app_on(ebene="agreement", stichtag="2022-12-31").run())
    app = fine(app.switch_page(PAGES["progress"]).run())
    app.selectbox(key=Keys.AS_OF).set_value("Ende 2023").run()
    assert app.selectbox(key=Keys.SINCE).proto.raw_value == "ein Jahr vorher: 31.12.2022"
    assert "von" not in fine(app.run()).query_params


def test_day_compared_with_is_typed_or_refused_too(app_on: AppOn) -> None:
    app = fine(app_on(ebene="agreement", stichtag="2022-12-31").run())
    app = fine(app.switch_page(PAGES["progress"]).run())
    field = app.selectbox(key=Keys.SINCE)
    assert field.options[0] == "ein Jahr vorher: 31.12.2021"
    assert "31.12.2022" not in field.options
    field.set_value("Q1 2022").run()
    assert fine(app).query_params["von"] == "2022-03-31"
    app.selectbox(key=Keys.SINCE).set_value("Q9 2022").run()
    assert fine(app).query_params["von"] == "2022-03-31"
    assert "„Q9 2022“ ist kein Tag, den der Atlas versteht" in shown(app)
    app.selectbox(key=Keys.SINCE).set_value("year before").run()
    assert "von" not in fine(app).query_params


def test_controls_write_the_address(app_on: AppOn) -> None:
    app = fine(app_on().run())
    assert dict(app.query_params) == {}
    app.button_group(key=Keys.LAYER).set_value("agreement").run()
    app.selectbox(key=Keys.AS_OF).set_value("2022-12-31").run()
    app.selectbox(key=Keys.DISTRICT).set_value("14626").run()
    fine(app)
    assert dict(app.query_params) == {
        "ebene": "agreement",
        "stichtag": "2022-12-31",
        "kreis": "14626",
    }
    fine(app.button(key="unfilter").click().run())
    assert "kreis" not in app.query_params


def test_size_is_chosen_where_a_register_is(app_on: AppOn, own_root: Path) -> None:
    assert Keys.SIZE_CLASS not in {box.key for box in app_on(own_root).run().selectbox}
    about = RegisterSource(as_of=miniland.COUNTED_ON, source="Amt für Erfindungen")
    add_population(miniland.register().encode(), "GV100AD.txt", about, own_root)
    app = fine(app_on(own_root).run())
    app.selectbox(key=Keys.SIZE_CLASS).set_value("2000-5000").run()
    assert dict(fine(app).query_params) == {"einwohner": "2000-5000"}
    fine(app.button(key="unfilter").click().run())
    assert dict(app.query_params) == {}


def test_selection_can_be_undone(app_on: AppOn) -> None:
    app = fine(app_on(gemeinde="14522275").run())
    assert "Jahnatal" in shown(app)
    fine(app.button(key="deselect").click().run())
    assert "gemeinde" not in app.query_params


def test_the_view_survives_a_change_of_page(app_on: AppOn) -> None:
    app = fine(app_on(gemeinde=REAL, stichtag="2022-12-31").run())
    fine(app.switch_page(PAGES["municipality"]).run())
    assert f'data-gemeinde="{REAL}"' in shown(app)
    fine(app.switch_page(PAGES["map"]).run())
    assert app.query_params["gemeinde"] == REAL


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    "query",
    [
        {"bogus": "x"},
        {"ebene": "nope"},
        {"stichtag": "2022-02-30"},
        {"stichtag": "gestern"},
        {"stichtag": "1999-01-01"},
        {"kreis": "xx"},
        {"gemeinde": "<b>"},
        {"programm": "nope"},
        {"lang": "fr"},
        {"stufe": "{{31337*3}}"},
        {"belegt": "vielleicht"},
    ],
)
def test_what_is_not_understood_gives_the_default_view(app_on: AppOn, query: dict[str, str]) -> None:
    app = fine(app_on(**query).run())
    assert dict(app.query_params) == {}
    assert part(app, "legend")["layer"] == "overview"
    assert part(app, "legend")["lang"] == "de"


def test_unknown_keys_of_the_right_form_do_no_harm(app_on: AppOn) -> None:
    app = fine(app_on(kreis="99999", gemeinde="99999999", stufe="nope").run())
    assert all(f"{name} „{key}“" in shown(app) for name, key in parse_qsl("kreis=99999&gemeinde=99999999&stufe=nope"))
    fine(app.switch_page(PAGES["municipality"]).run())
    assert "Es ist keine Gemeinde gewählt." in shown(app)


def test_municipality_page_says_all_there_is(app_on: AppOn) -> None:
    app = fine(app_on(gemeinde="14521450").run())
    said = shown(fine(app.switch_page(PAGES["municipality"]).run()))
    assert "1 von 8 Nachbargemeinden mit dokumentierter Beteiligung" in said
    assert 'class="timeline"' in said
    assert "Jederzeit möglich" in said
    assert 'href="gemeinde?gemeinde=14524090"' in said
    assert 'href="atlas/nachbarn.csv?gemeinde=14521450&amp;form=excel"' in said


def test_district_page_follows_the_choice(app_on: AppOn) -> None:
    app = fine(app_on().run())
    said = shown(fine(app.switch_page(PAGES["district"]).run()))
    assert "Alle Kreise und Kreisfreien Städte" in said
    said = shown(fine(app.selectbox(key=Keys.DISTRICT).set_value("14524").run()))
    assert 'data-kreis="14524"' in said
    assert "Dennheritz" in said
    assert "Alle Kreise" not in said
    assert app.query_params["kreis"] == "14524"


@pytest.mark.sample(7)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("day", ["2016-01-01", "2099-12-31"])
def test_every_page_runs_on_the_first_and_the_last_day(app_on: AppOn, page: str, day: str) -> None:
    app = fine(app_on(stichtag=day, gemeinde=REAL, ebene="agreement").run())
    fine(app.switch_page(PAGES[page]).run())


def test_the_language_changes_every_word(app_on: AppOn) -> None:
    german, english = (fine(app_on(**query).run()) for query in ({}, {"lang": "en"}))
    assert "Präventionsatlas Sachsen" in shown(german)
    assert "Prevention atlas of Saxony" in shown(english)
    assert part(english, "search")["words"]["label"] == "Find a municipality or district"  # type: ignore[index]
    assert part(english, "table")["lang"] == "en"


def test_without_a_single_record_the_map_is_there_and_says_so(app_on: AppOn, own_root: Path) -> None:
    record = own_root / "data" / "participation" / "mini.csv"
    record.write_text(",".join(RECORD_COLUMNS) + "\n", encoding="utf-8")
    app = fine(app_on(own_root, stichtag="2019-06-30").run())
    counts = dict(pair.split(":") for pair in str(part(app, "legend")["counts"]).split())
    assert {key for key, count in counts.items() if count != "0"} == {"0"}, "no known activity"
    assert counts["0"] == "13"
    assert "points" not in part(app, "legend")
    assert all("0 " in text for _, doors, _ in part(app, "figures")["cards"] for text in doors)  # type: ignore[attr-defined]
    for page in PAGES.values():
        fine(app.switch_page(page).run())


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "a status there is not": (
        lambda root: _replace(root / "data/participation/mini.csv", "Neustadt,pact,signed", "Neustadt,pact,=1+1"),
        r"Einträge von mini, Zeile 4, status: „=1\+1“ ist keine Stufe von pact; erlaubt ist planned, signed",
    ),
    "a date there is not": (
        lambda root: _replace(root / "data/participation/mini.csv", "2019-06-30", "2019-06-31"),
        r"Einträge von mini, Zeile 4, date: Das Datum „2019-06-31“ gibt es nicht; erlaubt ist JJJJ",
    ),
    "an open quotation mark": (
        lambda root: _replace(root / "data/participation/mini.csv", "Unterzeichnet.", '"Unterzeichnet.'),
        r"Einträge von mini, Zeile \d+: .*Anführungszeichen",
    ),
    "no records": (
        lambda root: (root / "data/participation/mini.csv").unlink(),
        r"Einträge von mini: Die Datei fehlt\. Bitte anlegen oder aus der Sicherung holen\.",
    ),
    "not UTF-8": (
        lambda root: (root / "data/participation/mini.csv").write_bytes("Gürtel".encode("cp1252")),
        r"Einträge von mini: Die Datei ist nicht in UTF-8 gespeichert\. Bitte als UTF-8 speichern\.",
    ),
    "no TOML": (
        lambda root: _replace(root / "data/programmes/mini.toml", 'key = "mini"', "key = mini"),
        r"Programm mini: Das ist kein gültiges TOML: .*line 1.*Bitte dort berichtigen",
    ),
    "a colour that is none": (
        lambda root: _replace(root / "data/programmes/mini.toml", "#4f8fc4", "url(x)"),
        r"Programm mini, instruments\[0\]\.stages\[0\]\.colour: „url\(x\)“ hat nicht die erwartete Form",
    ),
    "no programme": (
        lambda root: (root / "data/programmes/mini.toml").unlink(),
        r"data/programmes: Es gibt kein Programm\. Bitte eines anlegen",
    ),
    "changed boundaries": (
        lambda root: _replace(root / "geodata/00/2016-01-01/overview.topojson", "Polygon", "Polygone"),
        r"Gemeindegrenzen 00/2016-01-01: .*overview\.topojson",
    ),
    "no boundaries": (
        lambda root: next((root / "geodata/00/2016-01-01").glob("overview.topojson")).unlink(),
        r"Gemeindegrenzen 00/2016-01-01: .*overview\.topojson",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_data_are_told_with_place_and_cure(app_on: AppOn, own_root: Path, fault: str) -> None:
    damage, sentence = BROKEN[fault]
    damage(own_root)
    app = app_on(own_root).run()
    assert not app.exception
    (alert,) = app.error
    assert re.match(r"Die Daten können gerade nicht gezeigt werden: \d+ Befund", alert.value)
    said = "\n".join(each.value for each in app.text)
    assert re.search(sentence, said), said
    assert str(own_root) not in said
    assert "Traceback" not in said
    assert not app.get("component_instance"), "there is no map of broken data"


def test_mended_data_are_shown_without_a_restart(
    app_on: AppOn, own_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = own_root / "data" / "participation" / "mini.csv"
    good = record.read_bytes()
    record.write_bytes(good.replace(b"Bergen,pact", b"Bergen,pakt"))
    app = app_on(own_root).run()
    assert app.error
    record.write_bytes(good)
    monkeypatch.setattr("atlas.sources.snapshot.time.monotonic", lambda: float("inf"))
    fine(app.run())


def test_twenty_findings_are_shown_and_the_rest_counted(app_on: AppOn, own_root: Path) -> None:
    record = own_root / "data" / "participation" / "mini.csv"
    with record.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["x"] * len(RECORD_COLUMNS)] * 30)
    app = app_on(own_root).run()
    assert len(app.text) == 21
    assert re.fullmatch(r"… und \d+ weitere\. Alle zeigt: python -m atlas check", app.text[-1].value)


def test_an_unforeseen_error_is_told_by_number_only(app_on: AppOn, caplog: pytest.LogCaptureFixture) -> None:
    from ui.messages import on_script_error

    def page() -> None:
        from ui.messages import on_script_error

        on_script_error(RuntimeError("geheim"))

    app = AppTest.from_function(page).run()
    number = re.search(r"Nummer ([0-9a-f]{8})", app.error[0].value)
    assert number
    assert "geheim" not in app.error[0].value
    assert number[1] in caplog.text
    assert on_script_error.__doc__


def shown_picture(app: AppTest) -> dict[str, str]:
    """Return the query of the preview on the export page."""
    address = re.search(r'src="atlas/ausschnitt\.svg\?([^"]*)"', shown(app))
    assert address
    return dict(parse_qsl(html.unescape(address[1])))


def test_export_page_shows_what_the_link_asks_for(app_on: AppOn) -> None:
    app = fine(app_on(gemeinde=REAL).run())
    app = fine(app.switch_page(PAGES["export"]).run())
    assert app.pills(key=Keys.KIND).value == "gemeinde"
    assert app.selectbox(key=Keys.PLACE).value == REAL
    assert shown_picture(app)["gemeinde"] == REAL
    assert "/bild/14626010.png" in "".join(each.value for each in app.code)


def test_choices_of_the_export_page_stand_in_picture_and_address(app_on: AppOn) -> None:
    app = fine(app_on(gemeinde=REAL).run())
    app = fine(app.switch_page(PAGES["export"]).run())
    fine(app.pills(key=Keys.SIZE).set_value("a4-portrait").run())
    fine(app.toggle(key=Keys.NAMES).set_value(False).run())
    fine(app.text_input(key=Keys.TITLE).set_value("  Wir  sind dabei ").run())
    fine(app.pills(key=Keys.LAYER).set_value("agreement").run())
    wanted = {"gemeinde": REAL, "groesse": "a4-portrait", "namen": "0", "titel": "Wir sind dabei", "ebene": "agreement"}
    assert wanted.items() <= shown_picture(app).items()
    assert {key: app.query_params[key] for key in wanted} == wanted


def test_kinds_of_the_export_page(app_on: AppOn) -> None:
    app = fine(app_on(gemeinde=REAL).run())
    app = fine(app.switch_page(PAGES["export"]).run())
    fine(app.pills(key=Keys.KIND).set_value("land").run())
    assert shown_picture(app)["ausschnitt"] == "land"
    fine(app.pills(key=Keys.KIND).set_value("kreis").run())
    assert "Bitte links wählen" in shown(app)
    fine(app.selectbox(key=Keys.PLACE).set_value("14524").run())
    assert shown_picture(app)["ausschnitt"] == "14524"
    fine(app.pills(key=Keys.KIND).set_value("auswahl").run())
    fine(app.multiselect(key=Keys.CHOSEN).set_value(["14524330", "14523320"]).run())
    assert shown_picture(app)["ausschnitt"] == "14524330,14523320"
    fine(app.selectbox(key=Keys.OWN).set_value("14523320").run())
    assert shown_picture(app)["gemeinde"] == "14523320"
    fine(app.pills(key=Keys.KIND).set_value("gemeinde").run())
    assert app.selectbox(key=Keys.PLACE).value == "14523320"


def test_tiles_are_a_choice_for_the_state_and_districts(app_on: AppOn) -> None:
    app = fine(app_on().run())
    app = fine(app.switch_page(PAGES["export"]).run())
    fine(app.button_group(key=Keys.TILES).set_value(True).run())
    assert shown_picture(app)["ansicht"] == "kacheln"
    assert app.query_params["ansicht"] == "kacheln"
    assert any("ansicht=kacheln" in each.value and "/bild/" in each.value for each in app.code)
    fine(app.pills(key=Keys.KIND).set_value("kreis").run())
    assert app.button_group(key=Keys.TILES).value is True
    fine(app.pills(key=Keys.KIND).set_value("gemeinde").run())
    assert not [each for each in app.button_group if each.key == Keys.TILES]


def test_two_of_a_name_are_told_apart_on_the_export_page(app_on: AppOn) -> None:
    app = fine(app_on(ausschnitt="14523320,14523340").run())
    app = fine(app.switch_page(PAGES["export"]).run())
    options = app.multiselect(key=Keys.CHOSEN).options
    assert "Reichenbach im Vogtland" in options
    assert len(options) == len(set(options)) == 418


def test_export_page_of_a_place_that_was_not_there(app_on: AppOn) -> None:
    app = app_on(ausschnitt="14999999").run()
    assert "In der Adresse war nicht zu lesen: ausschnitt „14999999“" in shown(app)
    assert not app.switch_page(PAGES["export"]).run().exception
