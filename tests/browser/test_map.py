"""The map page in a real browser."""

from __future__ import annotations

import csv
import io
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.servers import serving

KIB6 = 6 * 1024
ANOTHER_DAY = KIB6 + 160
"""With the sentence about the boundaries of that day."""
ZITTAU, PIRNA = "14626610", "14628270"


def choose(seen: Visit, label: str) -> None:
    seen.page.get_by_role("radio", name=label).or_(
        seen.page.get_by_role("button", name=label, exact=True)
    ).first.click()


@pytest.mark.parametrize("lang", ["", "lang=en"])
def test_a_whole_visit_reaches_no_other_host_and_raises_no_error(
    visit: Callable[..., Visit], saxony_url: str, lang: str
) -> None:
    seen = visit(saxony_url).open(f"/?{lang}", "overview")
    seen.page.locator("button.atlas-door").first.click()
    seen.page.get_by_role("dialog").locator("table.list").wait_for()
    seen.page.keyboard.press("Escape")
    seen.open(f"/gemeinde?gemeinde={ZITTAU}&{lang}")
    seen.page.locator("header.place h2", has_text="Zittau").wait_for()
    seen.open(f"/kreis?kreis=14626&{lang}")
    seen.page.locator("header.place h2", has_text="Görlitz").wait_for()
    seen.open(f"/ueber?{lang}")
    seen.page.locator("dl.glossary").wait_for()
    expect(seen.page.locator("html")).to_have_attribute("lang", "en" if lang else "de")
    assert seen.foreign == []
    assert seen.errors == []
    # protobuf asks for WebAssembly and goes on without it: refused by our policy, and that is all.
    assert {each.split()[0] for each in seen.page.evaluate("window.__csp")} <= {"script-src"}
    assert {each.split()[-1] for each in seen.page.evaluate("window.__csp")} <= {"wasm-eval"}


def test_every_area_has_key_role_and_name(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/", "overview")
    areas = seen.map.evaluate(
        "() => [...document.querySelectorAll('[data-ags]')].map(e => [e.dataset.ags, e.getAttribute('role'), e.getAttribute('aria-label')])"
    )
    assert len({ags for ags, _, _ in areas}) == len(areas) == 418
    assert {role for _, role, _ in areas} == {"button"}
    names = {ags: name for ags, _, name in areas}
    assert names[ZITTAU].startswith("Zittau, Landkreis Görlitz: Kooperationsvereinbarung")
    assert names["14511000"].startswith("Chemnitz: Modellkommune")
    assert all(name and ":" in name for name in names.values())
    assert names["14730310"] == "Torgau, Landkreis Nordsachsen: Kooperationsvereinbarung, Kommunaler Präventionsrat"
    councils = seen.page.locator("b[data-count='~points']").inner_text()
    assert sum("Kommunaler Präventionsrat" in name.split(": ", 1)[1] for name in names.values()) == int(councils)


@pytest.mark.parametrize(("day", "count"), [("2018-12-31", 421), ("2022-12-31", 419), ("2023-01-01", 418)])
def test_the_map_has_the_municipalities_of_the_day(
    visit: Callable[..., Visit], saxony_url: str, day: str, count: int
) -> None:
    seen = visit(saxony_url).open(f"/?stichtag={day}", "overview")
    expect(seen.map.locator("[data-ags]")).to_have_count(count)


def test_geometry_of_the_first_map_is_small(saxony_url: str, visit: Callable[..., Visit]) -> None:
    seen = visit(saxony_url).open("/", "overview")
    url = next(each for each in seen.requests if "/overview." in each)
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert len(answer.read()) <= 120 * 1024
    assert not any("/detail." in each for each in seen.requests)


def test_change_of_layer_and_date_sends_little_and_keeps_the_frame(
    visit: Callable[..., Visit], saxony_url: str
) -> None:
    seen = visit(saxony_url).open("/", "overview")
    seen.map.evaluate("() => { window.__mark = 1; }")
    seen.map.locator("a.leaflet-control-zoom-in").click()
    seen.quiet()
    zoom = seen.map.evaluate("() => window.map.getZoom()")
    for label, layer in (("Vereinbarung", "agreement"), ("Präventionsrat", "council"), ("Übersicht", "overview")):
        choose(seen, label)
        seen.painted(layer)
        seen.page.wait_for_timeout(900)
        assert 0 < sum(seen.frames_in) <= KIB6, label
        assert seen.requests == []
        seen.quiet()
    box = seen.page.get_by_role("combobox", name="Stichtag")
    box.click()
    seen.page.get_by_role("option", name="Stand 31.12.2022").click()
    seen.painted("overview", "2022-12-31")
    seen.page.wait_for_timeout(900)
    assert 0 < sum(seen.frames_in) <= ANOTHER_DAY
    assert seen.map.evaluate("() => window.__mark") == 1
    assert seen.map.evaluate("() => window.map.getZoom()") == zoom
    expect(seen.map.locator("[data-ags]")).to_have_count(419)
    expect(seen.page).to_have_url(re.compile(re.escape("stichtag=2022-12-31")))


def by_typing(seen: Visit, text: str) -> None:
    """Type into the field of the date over what stands there, and press Enter."""
    box = seen.page.get_by_role("combobox", name="Stichtag")
    box.focus()
    seen.page.keyboard.type(text)
    seen.page.keyboard.press("Enter")


def test_day_is_typed_by_keyboard_and_sends_little(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/", "overview")
    for label, layer in (("Vereinbarung", "agreement"), ("Übersicht", "overview")):
        choose(seen, label)
        seen.painted(layer)
    box = seen.page.get_by_role("combobox", name="Stichtag")
    for typed, day in (("1.1.2022", "2022-01-01"), ("Q2 2022", "2022-06-30"), ("Ende 2024", "2024-12-31")):
        seen.quiet()
        by_typing(seen, typed)
        seen.painted("overview", day)
        seen.page.wait_for_url(f"**stichtag={day}")
        seen.page.wait_for_timeout(900)
        assert 0 < sum(seen.frames_in) <= ANOTHER_DAY, typed
        expect(box).to_have_value(typed)
        expect(box).to_be_focused()
    seen.map.evaluate("() => { window.__mark = 1; }")
    by_typing(seen, "29.02.2023")
    said = seen.page.get_by_role("status").filter(has_text="„29.02.2023“ gibt es nicht: dieser Monat hat 28 Tage.")
    said.wait_for()
    expect(box).to_have_value("Stand 31.12.2024")
    expect(seen.page).to_have_url(re.compile(re.escape("stichtag=2024-12-31") + "$"))
    assert seen.map.evaluate("() => window.__mark") == 1
    by_typing(seen, "heute")
    said.wait_for(state="detached")
    seen.page.wait_for_url(lambda url: "stichtag" not in url)
    assert seen.errors == []


def test_link_copied_after_midnight_has_the_new_day(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url)
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen.open("/", "overview")
    for moment, day in (("2031-06-30T21:59:00Z", "2031-06-30"), ("2031-06-30T22:01:00Z", "2031-07-01")):
        seen.page.clock.set_fixed_time(moment)
        seen.page.get_by_role("button", name="Link kopieren").click()
        seen.page.wait_for_function(
            "d => navigator.clipboard.readText().then(t => t.endsWith('stichtag=' + d))", arg=day
        )


def test_moving_and_zooming_send_nothing(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/", "overview")
    seen.quiet()
    seen.map.evaluate("() => { window.map.panBy([120, 60]); window.map.zoomIn(1); }")
    seen.page.wait_for_timeout(1500)
    assert seen.frames_out == []


def test_finer_geometry_comes_when_a_reader_zooms_in(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open(f"/?gemeinde={PIRNA}", "overview")
    seen.page.wait_for_timeout(300)
    seen.map.locator(".municipality-name", has_text="Pirna").wait_for()
    assert any("/detail." in each for each in seen.requests)


def test_click_shows_what_is_known_beside_the_map(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/", "overview")
    for ags, name in (("14612000", "Dresden"), ("14511000", "Chemnitz"), ("14612000", "Dresden")):
        seen.map.locator(f"[data-ags='{ags}']").click(force=True)
        seen.page.locator(f"article.detail[data-gemeinde='{ags}'] h2", has_text=name).wait_for()
    seen.page.wait_for_url(f"**gemeinde={'14612000'}**")
    expect(seen.map.locator("[data-ags='14612000']")).to_have_attribute("aria-pressed", "true")
    seen.page.get_by_role("button", name="Auswahl aufheben").click()
    seen.page.locator("article.detail").wait_for(state="detached")
    seen.map.locator("[data-ags='14612000']").click(force=True)
    seen.page.locator("article.detail h2", has_text="Dresden").wait_for()


def test_a_link_opens_the_same_view_in_a_fresh_browser(visit: Callable[..., Visit], saxony_url: str) -> None:
    link = f"/?ebene=safety_analysis&stichtag=2022-12-31&kreis=14626&gemeinde={ZITTAU}&lang=en"
    seen = visit(saxony_url).open(link, "safety_analysis")
    seen.painted("safety_analysis", "2022-12-31")
    expect(seen.page.locator("article.detail h2")).to_have_text("Zittau")
    expect(seen.page.locator(".atlas-table caption")).to_have_text(re.compile(r": 53\s*$"))
    expect(seen.page.locator("html")).to_have_attribute("lang", "en")
    expect(seen.page.locator(".atlas-legend h2")).to_contain_text("Safety analysis")
    expect(seen.page).to_have_url(re.compile(re.escape(link) + "$"))


def test_keyboard_walks_and_chooses(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/", "overview")
    frame = seen.map
    expect(frame.locator("[data-ags][tabindex='0']")).to_have_count(1)
    frame.locator("[data-ags][tabindex='0']").focus()
    first = frame.evaluate("() => document.activeElement.dataset.ags")
    seen.page.keyboard.press("ArrowRight")
    seen.page.keyboard.press("ArrowDown")
    second = frame.evaluate("() => document.activeElement.dataset.ags")
    assert second != first
    name = frame.evaluate("() => document.activeElement.getAttribute('aria-label')").split(",")[0].split(":")[0]
    expect(frame.locator(".tip-name")).to_have_text(name)
    seen.page.keyboard.press("Escape")
    frame.locator(".tip-name").wait_for(state="detached")
    seen.page.keyboard.press("Enter")
    seen.page.locator(f"article.detail[data-gemeinde='{second}']").wait_for()


def test_former_name_leads_to_the_municipality_of_today(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/", "overview")
    box = seen.page.get_by_role("combobox", name="Gemeinde oder Kreis suchen")
    box.click()
    box.fill("Ostrau")
    seen.page.get_by_role("option", name="Ostrau → Jahnatal").click()
    seen.page.locator("article.detail h2", has_text="Jahnatal").wait_for()
    expect(seen.page).to_have_url(re.compile(re.escape("gemeinde=14522275")))


def test_search_is_used_by_keyboard_on_every_page_that_has_it(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/gemeinde?gemeinde=14521450", "overview")
    box = seen.page.get_by_role("combobox", name="Gemeinde oder Kreis suchen")
    box.press_sequentially("Zitau")
    expect(seen.page.get_by_role("listbox")).to_contain_text("Meinten Sie:")
    box.press("ArrowDown")
    expect(seen.page.get_by_role("option", selected=True)).to_have_text("ZittauLandkreis Görlitz")
    box.press("Enter")
    seen.page.wait_for_url("**gemeinde=14626610**")
    box.fill("lk goerlitz")
    box.press("Enter")
    seen.page.wait_for_url("**/kreis?**kreis=14626**")
    seen.page.get_by_role("heading", name="Landkreis Görlitz").first.wait_for()
    assert seen.errors == []


def test_focus_is_left_to_who_goes_on_before_the_page_has_come(visit: Callable[..., Visit], saxony_url: str) -> None:
    """The place chosen takes the focus when it is shown, but not from somebody who is typing the next name by then."""
    seen = visit(saxony_url).open("/gemeinde?gemeinde=14521450", "overview")
    box = seen.page.get_by_role("combobox", name="Gemeinde oder Kreis suchen")
    box.fill("Zittau")
    box.press("Enter")
    expect(box).to_have_value("")
    box.press_sequentially("lk")
    seen.page.locator(".place h2", has_text="Zittau").wait_for()
    seen.quiet()
    expect(box).to_be_focused()
    box.fill("Pirna")
    box.press("Enter")
    expect(seen.page.locator(".place h2", has_text="Pirna")).to_be_focused()


_AREAS = "() => [...document.querySelectorAll('[data-ags]')].map(e => [e.dataset.ags, e.getAttribute('aria-label'), e.style.fill])"


def in_tiles(seen: Visit) -> bool:
    """Return whether the map shows tiles: six corners each, and nothing to scale."""
    paths = seen.map.evaluate("() => [...document.querySelectorAll('[data-ags]')].map(e => e.getAttribute('d'))")
    return {path.count("L") for path in paths} == {5} and not seen.map.locator(".leaflet-control-scale").count()


def test_tiles_have_names_colours_keys_and_legend_of_the_map(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/", "overview")
    plain, legend = seen.map.evaluate(_AREAS), seen.page.locator(".atlas-legend ul").inner_text()
    assert not in_tiles(seen)
    choose(seen, "Kacheln")
    expect(seen.page.get_by_text("Jede Kachel ist eine Gemeinde")).to_be_visible()
    seen.page.wait_for_url("**ansicht=kacheln*")
    seen.quiet()
    seen.painted("overview")
    assert in_tiles(seen)
    assert seen.map.evaluate(_AREAS) == plain
    expect(seen.page.locator(".atlas-legend ul")).to_have_text(legend, use_inner_text=True)
    expect(seen.page.locator(":focus")).to_have_text("Kacheln")

    seen.map.evaluate("() => document.querySelector(\"[data-ags='14511000']\").focus()")
    here = seen.map.evaluate("() => document.activeElement.getBoundingClientRect().toJSON()")
    seen.page.keyboard.press("ArrowRight")
    there = seen.map.evaluate("() => document.activeElement.getBoundingClientRect().toJSON()")
    assert there["left"] - here["left"] == pytest.approx(here["width"], rel=0.2)
    assert there["top"] == pytest.approx(here["top"], abs=2)
    walked = seen.map.evaluate("() => document.activeElement.dataset.ags")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(f"**gemeinde={walked}*")
    expect(seen.map.locator("[aria-pressed='true']")).to_have_attribute("data-ags", walked)


def test_change_of_layer_in_tiles_sends_little_and_the_legend_filters(
    visit: Callable[..., Visit], saxony_url: str
) -> None:
    seen = visit(saxony_url).open("/?ansicht=kacheln", "overview")
    seen.map.evaluate("() => { window.__mark = 1; }")
    seen.quiet()
    choose(seen, "Vereinbarung")
    seen.painted("agreement")
    seen.page.wait_for_timeout(900)
    assert 0 < sum(seen.frames_in) <= KIB6
    assert seen.requests == []
    assert seen.map.evaluate("() => window.__mark") == 1
    seen.page.locator(".atlas-legend button").first.click()
    seen.page.wait_for_url("**stufe=*")
    seen.quiet()
    assert seen.map.locator("path.filtered").count() > 300
    assert in_tiles(seen)
    assert seen.errors == []


def test_tiles_are_those_of_the_day_and_a_country_has_none(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ansicht=kacheln&stichtag=2016-12-31", "overview")
    assert (in_tiles(seen), seen.map.locator("[data-ags]").count()) == (True, 426)
    by_typing(seen, "31.12.2022")
    seen.page.wait_for_url("**stichtag=2022-12-31*")
    seen.quiet()
    seen.painted("overview", "2022-12-31")
    assert (in_tiles(seen), seen.map.locator("[data-ags]").count()) == (True, 419)
    seen.open("/?programm=zwk&ansicht=kacheln", "overview")
    expect(seen.page.get_by_text("In der Adresse war nicht zu lesen: ansicht „kacheln“")).to_be_visible()
    expect(seen.page.get_by_role("button", name="Kacheln")).to_have_count(0)
    assert seen.errors == []


def test_legend_filters_and_the_table_follows(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ebene=agreement", "agreement")
    line = seen.page.locator("button[data-look='signed']")
    count = int(line.locator("b").inner_text())
    line.click()
    seen.page.locator("button[data-look='signed'][aria-pressed='true']").wait_for()
    seen.page.locator(".atlas-table caption", has_text=f": {count}").wait_for()
    assert seen.page.locator(".atlas-table tbody tr").count() == count == 54
    expect(seen.map.locator("path.filtered")).to_have_count(418 - count)
    expect(seen.page).to_have_url(re.compile(re.escape("stufe=signed")))


def test_table_sorts_and_chooses(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ebene=council", "council")
    seen.page.locator(".atlas-table tbody tr").first.wait_for()
    seen.page.locator("button.sort").nth(3).click()
    expect(seen.page.locator(".atlas-table thead th").nth(3)).to_have_attribute("aria-sort", "ascending")
    seen.page.locator("button.sort").nth(3).click()
    expect(seen.page.locator(".atlas-table thead th").nth(3)).to_have_attribute("aria-sort", "descending")
    row = seen.page.locator(".atlas-table tbody tr").first
    ags = row.get_attribute("data-ags")
    row.locator("button.row-name").click()
    seen.page.locator(f"article.detail[data-gemeinde='{ags}']").wait_for()


def test_every_number_opens_its_list(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?stichtag=2023-12-31", "overview")
    doors = seen.page.locator("button.atlas-door")
    doors.first.wait_for()
    for place in range(doors.count()):
        number = int(doors.nth(place).inner_text().split()[0].replace(".", ""))
        doors.nth(place).click()
        dialog = seen.page.get_by_role("dialog")
        dialog.locator("table.list").wait_for()
        expect(dialog.locator("table.list tbody tr")).to_have_count(number)
        seen.page.keyboard.press("Escape")
        dialog.wait_for(state="detached")


def test_table_downloads_for_german_excel(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ebene=agreement&belegt=1&stichtag=2024-12-31", "agreement")
    with seen.page.expect_download() as started:
        seen.page.get_by_role("link", name="Tabelle als CSV für Excel").click()
    body = Path(started.value.path()).read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["AGS", "Gemeinde", "Kreis"]
    said = seen.page.locator(".atlas-table tbody tr").evaluate_all(
        "all => all.map(e => [...e.cells].map(c => c.innerText))"
    )
    assert sorted(said) == sorted(row[1:5] for row in rows[1:])
    assert {row[-1] for row in rows[1:]} == {"31.12.2024"}


def test_english_page_has_no_german_left(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?lang=en", "overview")
    seen.page.locator(".atlas-table caption").wait_for()
    text = seen.page.locator(".stApp").inner_text()
    for word in (
        "Gemeinde",
        "Stichtag",
        "Legende",
        "Quelle",
        "kopieren",
        "Tabelle",
        "Übersicht",
        "seit",
        "keine bekannte",
    ):
        assert word not in text.replace("Gemeinden ", ""), word


def test_phone_shows_everything_within_its_width(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url, phone=True).open("/", "overview")
    seen.page.wait_for_timeout(500)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    outside = seen.map.evaluate(
        "() => { const w = innerWidth, h = innerHeight; return [...document.querySelectorAll('[data-ags]')].filter(e => {"
        " const b = e.getBoundingClientRect(); return b.left < 0 || b.top < 0 || b.right > w || b.bottom > h }).length }"
    )
    assert outside == 0
    seen.map.locator("[data-ags='14612000']").tap(force=True)
    seen.page.locator("article.detail h2", has_text="Dresden").wait_for()


def test_pages_lead_to_each_other(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open(f"/?gemeinde={ZITTAU}&stichtag=2022-12-31&lang=en", "overview")
    seen.page.get_by_role("link", name="To the municipality’s page").click()
    seen.page.wait_for_url("**/gemeinde?**")
    seen.page.locator("header.place h2", has_text="Zittau").wait_for()
    expect(seen.page).to_have_url(re.compile("stichtag=2022-12-31"))
    seen.page.get_by_role("link", name="To the map").click()
    seen.painted("overview", "2022-12-31")


def test_invented_data_are_called_that(visit: Callable[..., Visit], miniland_url: str) -> None:
    seen = visit(miniland_url).open("/?lang=en", "overview")
    expect(seen.page.locator("p.synthetic")).to_contain_text("invented")


def test_policy_is_strict_for_the_page_and_loose_only_for_the_map(visit: Callable[..., Visit], saxony_url: str) -> None:
    visit(saxony_url).open("/", "overview")  # Streamlit serves a component once a page has used it

    def headers(path: str) -> dict[str, str]:
        with urllib.request.urlopen(saxony_url + path) as answer:
            return {key.lower(): value for key, value in answer.headers.items()}

    page = headers("/")
    script = next(part for part in page["content-security-policy"].split("; ") if part.startswith("script-src"))
    assert "unsafe" not in script
    assert "blob:" not in script
    assert page["x-content-type-options"] == "nosniff"
    assert page["referrer-policy"] == "same-origin"
    loose = headers("/component/streamlit_folium.st_folium/index.html")["content-security-policy"]
    assert "'unsafe-eval'" in loose
    assert "http" not in loose + page["content-security-policy"]


def test_broken_data_are_said_in_words(visit: Callable[..., Visit], own_root: Path, tmp_path: Path) -> None:
    (own_root / "data" / "participation" / "mini.csv").unlink()
    with serving(own_root, tmp_path / "log.txt") as url:
        seen = visit(url)
        seen.page.goto(url)
        seen.page.get_by_text("Die Daten können gerade nicht gezeigt werden").wait_for()
        seen.page.get_by_text("Einträge von mini: Die Datei fehlt").first.wait_for()
        assert "Traceback" not in seen.page.content()
        expect(seen.page.locator("iframe")).to_have_count(0)


def test_joint_bodies_have_one_outline_and_a_name(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/gemeinde?gemeinde=14521530", "overview")
    seen.map.locator(".body-name", has_text="Städtebund Silberberg").wait_for()
    expect(seen.map.locator("path.body-line")).to_have_count(1)
    label = seen.map.locator("[data-ags='14521530']").get_attribute("aria-label")
    assert label == "Schneeberg, Erzgebirgskreis: Kooperationsvereinbarung, gemeinsam: Städtebund Silberberg"
    seen.open("/", "overview")
    expect(seen.map.locator("path.body-line")).to_have_count(8)
    expect(seen.page.locator(".atlas-legend")).to_contain_text("Verbund mehrerer Gemeinden", use_inner_text=True)


def test_names_of_states_keep_off_dots_and_each_other(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?programm=zwk", "overview")
    seen.map.wait_for_selector("path.small-area", state="attached")
    boxes = """kind => [...document.querySelectorAll(kind)].map(each => each.getBoundingClientRect())
      .map(({ left, top, right, bottom }) => [left, top, right, bottom])"""
    names, dots = (seen.map.evaluate(boxes, kind) for kind in (".country-state-name", "path.small-area"))
    assert len(names) >= 5
    assert len(dots) >= 20
    for i, (left, top, right, bottom) in enumerate(names):
        for x0, y0, x1, y1 in (*names[i + 1 :], *dots):
            assert not (left < x1 - 1 and right > x0 + 1 and top < y1 - 1 and bottom > y0 + 1)
