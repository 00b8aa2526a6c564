"""What stands on the first screen, and how far it is from a place to its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import conftest
from tests.browser.conftest import Visit

SCREENS = {"1440": (1440, 900), "1280": (1280, 720), "200 %": (720, 450), "phone": (390, 844)}
PARTS = """() => { const box = (selector) => { const b = document.querySelector(selector).getBoundingClientRect();
  return { top: b.top, bottom: b.bottom, left: b.left, right: b.right }; };
  return { map: box('iframe.stCustomComponentV1'), legend: box('.atlas-legend ul') }; }"""
LAND = """() => { const all = [...document.querySelectorAll('path.area')].map((e) => e.getBoundingClientRect());
  return [Math.min(...all.map((b) => b.left)) >= 0, Math.min(...all.map((b) => b.top)) >= 0,
    Math.max(...all.map((b) => b.right)) <= innerWidth, Math.max(...all.map((b) => b.bottom)) <= innerHeight]; }"""
MOST_KEYS = 12


def sized(seen: Visit, screen: str) -> Visit:
    width, height = SCREENS[screen]
    seen.page.set_viewport_size({"width": width, "height": height})
    return seen


def in_view(page: Page, selector: str) -> bool:
    return bool(
        page.locator(selector).first.evaluate(
            "e => { const b = e.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight && b.height > 0; }"
        )
    )


@pytest.mark.sample(6)
@pytest.mark.parametrize("query", ["", "lang=en", "ebene=funding", "programm=zwk&lang=en", "programm=konfliktberatung"])
@pytest.mark.parametrize("screen", SCREENS)
def test_whole_map_and_legend_are_on_the_first_screen(
    visit: Callable[..., Visit], saxony_url: str, screen: str, query: str
) -> None:
    seen = sized(visit(saxony_url, phone=screen == "phone"), screen).open(f"/?{query}")
    layer = "funding" if "funding" in query else "overview"
    frame = seen.painted(layer)
    seen.page.locator(".atlas-legend ul").wait_for()
    height = SCREENS[screen][1]
    seen.page.wait_for_function(f"({PARTS})().map.bottom <= {height}")
    found = seen.page.evaluate(PARTS)
    assert found["map"]["top"] >= 0
    if screen != "phone":
        assert found["legend"]["bottom"] <= height
    if "programm" not in query:
        assert frame.evaluate(LAND) == [True] * 4


@pytest.mark.sample(2)
@pytest.mark.parametrize("width", [390, 700, 800, 1440])
def test_pages_are_in_the_head_of_every_screen(visit: Callable[..., Visit], saxony_url: str, width: int) -> None:
    """Streamlit folds the menu away on narrow screens, where the keyboard still finds it."""
    page = visit(saxony_url).page
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{saxony_url}/kreis?ebene=council")
    page.locator("table.shares tbody tr").first.wait_for()
    links = page.get_by_role("navigation", name="Seiten").get_by_role("link")
    expect(links.filter(has_text="Kreise")).to_be_in_viewport(ratio=1)
    title = page.locator(".atlas-title h1").bounding_box()
    boxes = [box for each in links.all() if (box := each.bounding_box())]
    assert len(boxes) >= 6
    assert all(box["height"] >= 24 and box["y"] + box["height"] <= 60 for box in boxes)
    assert title is not None
    assert all(title["y"] + title["height"] <= box["y"] + 1 or title["y"] >= box["y"] + box["height"] for box in boxes)
    page.get_by_role("button", name="Link kopieren").click()  # nothing of the head lies on what stands below it
    links.filter(has_text="Fortschritt").focus()
    expect(links.filter(has_text="Fortschritt")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.locator("table.ledger").wait_for()
    page.wait_for_url("**/fortschritt?**ebene=council**")  # the page writes its address when it is drawn


@pytest.mark.parametrize("screen", ["1440", "200 %"])
def test_from_a_place_to_its_page_by_keyboard(visit: Callable[..., Visit], saxony_url: str, screen: str) -> None:
    seen = sized(visit(saxony_url), screen).open("/", "overview")
    page = seen.page
    box = page.get_by_role("combobox", name="Gemeinde oder Kreis suchen")
    box.fill("schneeberg")
    box.press("Enter")
    expect(page.locator("article.detail h2")).to_be_focused()
    assert in_view(page, "article.detail h2")
    page.get_by_role("button", name="Steckbrief (PDF)").wait_for()  # the ways on come after the text
    page.keyboard.press("Tab")
    expect(page.locator("article.detail summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zur Seite der Gemeinde")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/gemeinde?**gemeinde=14521530**")
    expect(page.locator(".place h2")).to_have_text("Schneeberg")


def test_from_the_map_to_the_page_by_keyboard(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = sized(visit(saxony_url), "1440").open("/", "overview")
    seen.map.locator("[data-ags='14521530']").focus()
    seen.page.keyboard.press("Enter")
    link = seen.page.get_by_role("link", name="Zur Seite der Gemeinde")
    link.wait_for()
    for _ in range(MOST_KEYS - 1):
        seen.page.keyboard.press("Tab")
        if link.evaluate("e => e === document.activeElement"):
            break
    expect(link).to_be_focused()


def test_ways_on_from_a_place_need_no_scrolling(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = sized(visit(saxony_url), "1280").open("/?gemeinde=14521530", "overview")
    seen.page.get_by_role("button", name="Steckbrief (PDF)").wait_for()
    assert in_view(seen.page, "article.detail h2")
    assert in_view(seen.page, ".st-key-ways a")
    assert in_view(seen.page, ".st-key-sheet button")
    assert in_view(seen.page, ".st-key-picture button")
    with seen.page.expect_download() as waiting:
        seen.page.get_by_role("button", name="Steckbrief (PDF)").click()
    assert waiting.value.suggested_filename.endswith(".pdf")
    seen.page.get_by_role("button", name="Karte mitnehmen").click()
    seen.page.wait_for_url("**/export?**gemeinde=14521530**")


def test_table_is_one_stop_and_walked_by_arrow_keys(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ebene=agreement", "agreement")
    seen.page.locator(".atlas-table tbody tr").first.wait_for()
    expect(seen.page.locator(".atlas-table button[tabindex='0']")).to_have_count(1)
    seen.page.locator(".atlas-table button[tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp", "End", "Home"):
        seen.page.keyboard.press(key)
    expect(seen.page.locator(".atlas-table button.row-name").first).to_be_focused()
    expect(seen.page.locator(".atlas-table button[tabindex='0']")).to_have_count(1)


COMES_LAST = {
    "/": ".atlas-table tbody tr",
    "/?ebene=agreement&gemeinde=14521530": ".atlas-table tbody tr",
    "/gemeinde?gemeinde=14521530": "table.neighbours tbody tr",
    "/kreis": ".atlas-table tbody tr",
    "/fortschritt": "table.ledger tbody tr",
    "/steuerung": "table.list tbody tr",
    "/export?gemeinde=14521530": "img.preview",
    "/ueber": "dl.glossary",
}
"""By address: what is drawn last on the page."""


@pytest.mark.sample(4)
@pytest.mark.parametrize("screen", conftest.SCREENS)
@pytest.mark.parametrize("address", COMES_LAST)
def test_nothing_moves_while_a_page_is_drawn(
    visit: Callable[..., Visit], saxony_url: str, address: str, screen: str
) -> None:
    seen = visit(saxony_url).screen(screen).open(address)
    expect(seen.page.locator(COMES_LAST[address]).first).to_be_attached()
    expect(seen.page.locator(".atlas-foot")).to_be_attached()
    expect(seen.page.locator('[data-test-script-state="notRunning"]')).to_be_attached()
    seen.quiet()
    moved, what = seen.shifts()
    assert moved < conftest.MOST_SHIFT, what
