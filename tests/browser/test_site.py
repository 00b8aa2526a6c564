"""The static site in a browser, served by the simplest of servers: the map, the old addresses, no other host."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.figures import build_cards
from atlas.present.map_spec import since_said
from atlas.present.wording import Words
from tests.browser.conftest import MOST_SHIFT, SCREENS, Visit
from tests.browser.test_accessibility import AXE
from tests.servers import served

LAST = date(2024, 1, 1)
PAGES = {
    "/index.html": "overview",
    "/ebene/pact/index.html": "pact",
    "/en/?ebene=pact&kreis=00021&gemeinde=00021040": "pact",
    "/gemeinde/00021040/index.html": "",
    "/kreis/00021/index.html": "",
    "/gemeinde/index.html": "",
    "/ueber/index.html": "",
}
"""One page of each kind, and what its map shows."""
EVERY_FINDING = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
  return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html).join(' | ')}`);
}"""


@pytest.fixture(scope="module")
def site_url(mini_site: Path) -> Iterator[str]:
    """Return the address of the site, which lies below a path of its server."""
    with served(mini_site.parents[2]) as url:
        yield f"{url}/below/a/path"


@pytest.fixture(scope="module")
def contexts(mini: Snapshot) -> ViewContexts:
    return ViewContexts(lambda: mini, lambda: LAST)


def shown(seen: Visit, layer: str, day: str = LAST.isoformat()) -> None:
    """Wait until the map, legend and table show a layer on a day."""
    seen.page.wait_for_function(
        "([layer, day]) => { const frame = document.querySelector('iframe');"
        " const legend = document.querySelector('.atlas-legend[data-ebene]');"
        " return frame && frame.contentDocument && frame.contentDocument.documentElement?.dataset.painted === `${layer} ${day}`"
        " && legend && legend.dataset.ebene === layer && legend.dataset.stichtag === day; }",
        arg=[layer, day],
    )


def counts(seen: Visit) -> dict[str, int]:
    pairs = seen.page.evaluate(
        "() => [...document.querySelectorAll('.atlas-legend li:not([hidden]) b[data-count]')].map(e => [e.dataset.count, Number(e.textContent)])"
    )
    return {key: count for key, count in pairs if not key.startswith("~")}


def doors(seen: Visit) -> list[str]:
    return seen.page.locator("#figures :is(button.atlas-door, .beside > *)").all_inner_texts()


@pytest.mark.sample(3)
@pytest.mark.parametrize("day", [None, "2019-12-31", "2021-01-01"])
@pytest.mark.parametrize(("layer", "district"), [("overview", ""), ("pact", ""), ("pact", "00021")])
def test_numbers_are_those_of_the_application(
    visit: Callable[..., Visit], site_url: str, contexts: ViewContexts, layer: str, district: str, day: str | None
) -> None:
    query = "&".join(f"{k}={v}" for k, v in (("ebene", layer), ("stichtag", day), ("kreis", district)) if v)
    seen = visit(site_url).open(f"/?{query}")
    shown(seen, layer, day or LAST.isoformat())
    as_of = date.fromisoformat(day) if day else LAST
    context = contexts.of(ViewState(layer=layer, as_of=as_of, district=district or None))
    assert counts(seen) == {entry.look.key: entry.count for entry in context.spec.legend}
    assert doors(seen) == [door.text for card in build_cards(context, Words("de")) for door in card.doors]
    seen.page.locator("#table tbody tr").nth(context.spec.total - 1).wait_for(state="attached")
    expect(seen.page.locator("#table tbody tr")).to_have_count(context.spec.total)
    told = seen.page.locator("#table tbody td:last-child").all_inner_texts()
    assert sorted(told) == sorted(since_said(context.spec, place, Words("de")) for place in context.spec.inside)
    assert seen.errors == []
    assert seen.foreign == []


def test_choices_stand_in_the_address_and_back_brings_them_back(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url).open("/")
    shown(seen, "overview")
    seen.page.get_by_role("link", name="Vereinbarung", exact=True).click()
    shown(seen, "pact")
    expect(seen.page).to_have_url(re.compile(re.escape("/?ebene=pact") + "$"))
    assert seen.page.locator("h1").inner_text() != "Übersicht"
    seen.page.locator("button[data-look='signed']").click()
    seen.page.wait_for_url("**/?ebene=pact&stufe=signed")
    seen.page.go_back()
    seen.page.go_back()
    shown(seen, "overview")
    expect(seen.page).to_have_url(re.compile(f"^{re.escape(site_url)}/?$"))


def test_a_click_and_the_keyboard_choose_a_municipality(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url).open("/?ebene=pact")
    shown(seen, "pact")
    frame = seen.page.frame_locator("iframe")
    area = frame.locator("[data-ags]").first
    key = area.get_attribute("data-ags")
    area.focus()
    seen.page.keyboard.press("Enter")
    seen.page.locator("#chosen h2").wait_for()
    expect(seen.page).to_have_url(re.compile(re.escape(f"gemeinde={key}")))
    link = seen.page.locator("#chosen a")
    link.click()
    seen.page.wait_for_url(f"**/gemeinde/{key}/index.html")
    expect(seen.page.locator("header.place h1")).to_have_count(1)
    assert seen.errors == []


def test_what_is_typed_finds_the_place(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url).open("/?ebene=pact")
    shown(seen, "pact")
    seen.page.get_by_role("combobox", name="Gemeinde oder Kreis suchen").press_sequentially("00 0 21 040")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**gemeinde=00021040**")
    assert seen.page.locator("#chosen h2").evaluate("element => document.activeElement === element")
    assert seen.errors == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/gemeinde?gemeinde=00021040", "/gemeinde/00021040/index.html"),
        ("/gemeinde?gemeinde=00021040&lang=en", "/en/gemeinde/00021040/index.html"),
        ("/kreis?kreis=00021", "/kreis/00021/index.html"),
    ],
)
def test_addresses_of_the_application_lead_to_the_page(
    visit: Callable[..., Visit], site_url: str, old: str, new: str
) -> None:
    seen = visit(site_url).open(old)
    seen.page.wait_for_url(f"{site_url}{new}")
    seen.page.locator("header.place h1").wait_for()


def test_nonsense_in_the_address_shows_the_default(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url).open("/?ebene=%3Cb%3E&stichtag=2022-13-45&kreis=x&gemeinde='&stufe=%00&lang=xx")
    shown(seen, "overview")
    said = seen.page.locator("#misread")
    assert said.inner_text().startswith("In der Adresse war nicht zu lesen: ebene „<b>“, stichtag „2022-13-45“")
    seen.page.locator("button[data-look]").first.click()
    said.wait_for(state="hidden")
    assert seen.errors == []


def test_what_others_add_to_a_link_is_passed_over(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url).open("/?ebene=pact&utm_source=rundbrief&fbclid=1")
    shown(seen, "pact")
    assert seen.page.locator("#misread").is_hidden()


def test_a_list_says_what_it_does_not_know(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url).open("/gemeinde/?gemeinde=99999999")
    seen.page.get_by_text("In der Adresse war nicht zu lesen: gemeinde „99999999“; alles Übrige gilt.").wait_for()


def test_english_link_leads_to_the_english_page(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url).open("/?ebene=pact&lang=en")
    shown(seen, "pact")
    expect(seen.page).to_have_url(re.compile(re.escape("/en/")))
    expect(seen.page.locator("html")).to_have_attribute("lang", "en")


def test_without_scripts_there_are_map_figures_and_table(
    browser: Browser, site_url: str, contexts: ViewContexts
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_url}/ebene/pact/index.html")
    image = page.locator("img.site-map")
    expect(image).to_be_visible()
    assert str(image.get_attribute("alt")).startswith("Karte.")
    expect(page.locator("table.atlas-table tbody tr")).to_have_count(contexts.of(ViewState(layer="pact")).spec.total)
    context.close()


def test_on_a_phone_nothing_is_cut_off(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url, phone=True).open("/?ebene=pact")
    shown(seen, "pact")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_offline_file_shows_the_map_without_any_request(browser: Browser, mini_site: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto((mini_site / "karte-offline.html").as_uri())
    page.frame_locator("iframe").locator("[data-ags]").nth(5).wait_for(state="attached")
    page.get_by_role("link", name="Vereinbarung", exact=True).click()
    page.locator(".atlas-legend[data-ebene='pact']").wait_for()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
    context.close()


@pytest.mark.sample(6)
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("way", ["open", "open_late"])
@pytest.mark.parametrize("address", PAGES)
def test_nothing_moves_while_a_page_is_loaded(
    visit: Callable[..., Visit], site_url: str, address: str, way: str, screen: str
) -> None:
    seen = visit(site_url).screen(screen)
    getattr(seen, way)(address)
    if PAGES[address]:
        shown(seen, PAGES[address])
    moved, what = seen.shifts()
    assert moved < MOST_SHIFT, what


def test_whole_map_and_legend_are_on_the_first_screen(visit: Callable[..., Visit], site_url: str) -> None:
    for width, height, box in (
        (1440, 900, "#legend"),
        (1280, 720, "#map iframe"),
        (720, 450, "#map iframe"),
        (390, 844, "#map iframe"),
    ):
        seen = visit(site_url)
        seen.page.set_viewport_size({"width": width, "height": height})
        shown(seen.open("/"), "overview")
        seen.page.evaluate("() => document.querySelector('.synthetic').remove()")  # invented data say so in a line more
        lowest = seen.page.evaluate("box => document.querySelector(box).getBoundingClientRect().bottom", box)
        assert lowest <= height, (width, lowest)


def test_what_pushes_a_page_down_is_noted(visit: Callable[..., Visit], site_url: str) -> None:
    seen = visit(site_url).screen("phone").open("/ueber/index.html")
    seen.page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
    # What is moved before a frame has been shown has not moved for anybody.
    seen.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    seen.page.evaluate("() => { document.body.style.paddingTop = '300px'; }")
    moved, what = seen.shifts()
    assert moved > MOST_SHIFT
    assert "site" in what[-1]


LOOKS = pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str)


@LOOKS
def test_page_of_unknown_addresses_has_no_finding(
    visit: Callable[..., Visit], mini_site: Path, look: dict[str, Any]
) -> None:
    """A site that was not told its address is at the root of its server, as this page must know."""
    with served(mini_site) as url:
        page = visit(url, dark="color_scheme" in look).open("/404.html").page
        page.emulate_media(**look)
        page.evaluate(AXE)
        assert page.evaluate(EVERY_FINDING) == []


@pytest.mark.sample(6)
@LOOKS
@pytest.mark.parametrize("folder", ["", "/en"])
@pytest.mark.parametrize("address", PAGES)
def test_no_finding_closed_and_with_all_open(
    visit: Callable[..., Visit], site_url: str, address: str, folder: str, look: dict[str, Any]
) -> None:
    seen = visit(site_url, dark="color_scheme" in look)
    seen.page.emulate_media(**look)
    seen.open(address if "/en/" in address else folder + address)
    if PAGES.get(address):
        shown(seen, PAGES[address])
    seen.page.evaluate(AXE)
    assert seen.page.evaluate(EVERY_FINDING) == []
    for box in seen.page.locator("details > summary").all():
        box.evaluate("element => element.click()")
    if PAGES.get(address):
        seen.page.get_by_role("combobox").first.press_sequentially("a")
        seen.page.get_by_role("option").first.wait_for()
    assert seen.page.evaluate(EVERY_FINDING) == []
