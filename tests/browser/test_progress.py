"""The progress page and the time-lapse in a browser."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_every_kind_of_number_opens_a_list_of_that_length(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/fortschritt?ebene=agreement&stichtag=2022-12-31")
    row = seen.page.locator("table.ledger tbody tr").first
    row.wait_for()
    buttons = row.locator("button.atlas-number")
    expect(buttons).to_have_count(4)
    for place in range(4):
        button = buttons.nth(place)
        wanted = number(button.inner_text())
        button.click()
        dialog = seen.page.get_by_role("dialog")
        dialog.locator("table.list").wait_for()
        expect(dialog.locator("tbody tr")).to_have_count(wanted)
        with seen.page.expect_download() as waiting:
            dialog.get_by_role("link", name="Tabelle als CSV", exact=True).click()
        lines = waiting.value.path().read_text(encoding="utf-8").strip().splitlines()
        assert len(lines) == wanted + 1
        seen.page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
    assert seen.errors == []


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("options", "use"), [({"phone": True}, "schmal-hell"), ({"dark": True}, "dunkel"), ({}, "hell")]
)
def test_charts_are_there_named_and_for_every_screen(
    visit: Callable[..., Visit], saxony_url: str, options: dict[str, bool], use: str
) -> None:
    seen = visit(saxony_url, **options).open("/fortschritt?ebene=agreement&lang=en")
    charts = seen.page.locator(".chart img")
    charts.first.wait_for()
    seen.page.wait_for_function("() => [...document.querySelectorAll('.chart img')].every(i => i.complete)")
    shown = charts.evaluate_all("all => all.map(i => [i.currentSrc, i.naturalWidth, i.alt])")
    assert len(shown) == 11  # the curve, nine small ones, districts
    assert all(width > 0 and alt for _, width, alt in shown)
    assert all(f"fuer={use}" in src for src, _, _ in shown)
    if "phone" in options:
        assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert seen.foreign == []


def test_changes_follow_the_first_day(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/fortschritt?ebene=agreement&stichtag=2022-12-31&von=2021-12-31", "changes")
    expect(seen.page.locator("pre")).to_contain_text("ist am 31.12.2022 für 39 von 419 Gemeinden belegt")
    expect(seen.page.locator("pre")).to_contain_text("Begonnen hat es in 16 Gemeinden: ")
    seen.page.get_by_text("16 Veränderungen").click()
    table = seen.page.locator("table.list", has_text="nachher")
    rows = table.locator("tbody tr")
    rows.first.wait_for()
    expect(rows).to_have_count(16)
    headings = table.locator("th[scope=col]").all_inner_texts()
    assert headings == [
        "Gemeinde",
        "Kreis",
        "Baustein",
        "Veränderung",
        "Grund",
        "vorher",
        "nachher",
        "gemeinsam",
        "Quelle",
    ]
    assert set(table.locator("tbody td:nth-child(4)").all_inner_texts()) == {"begonnen"}
    with urllib.request.urlopen(
        f"{saxony_url}/atlas/veraenderungen.csv?ebene=agreement&stichtag=2022-12-31&von=2021-12-31"
    ) as answer:
        assert len(answer.read().decode().strip().splitlines()) == 17


# --- time-lapse ------------------------------------------------------------------------------------------------------


def film(url: str, query: str) -> dict:
    with urllib.request.urlopen(f"{url}/atlas/verlauf.json?{query}") as answer:
        return json.load(answer)


_NOTE_MONTHS = """
const noted = window.__months = [], page = document.documentElement;
new MutationObserver(() => noted.push(page.dataset.painted)).observe(page, { attributeFilter: ["data-painted"] });
"""
"""Notes what the map shows, whenever that changes."""


def test_months_play_without_a_word_to_the_server(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ebene=agreement&stichtag=2022-12-31", "agreement")
    months = film(saxony_url, "ebene=agreement&stichtag=2022-12-31")
    seen.quiet()
    seen.map.evaluate(_NOTE_MONTHS)  # a month may be gone before a busy machine looks
    seen.page.get_by_role("button", name="Verlauf abspielen").click()
    seen.map.wait_for_function("window.__months.length")
    assert seen.map.evaluate("window.__months[0]") == f"agreement {months['days'][0]}"
    assert len(seen.requests) == 1
    seen.requests.clear()
    seen.page.get_by_role("button", name="Anhalten").wait_for()
    seen.map.wait_for_function("window.__months.includes('agreement 2021-12-31')")
    seen.page.get_by_role("button", name="Anhalten").click()
    assert seen.frames_in == []
    assert seen.frames_out == []
    assert seen.requests == []
    day = seen.map.evaluate("document.documentElement.dataset.painted").split()[1]
    at = months["days"].index(day)
    signed = number(seen.page.locator("b[data-count='signed']").inner_text())
    assert signed == months["counts"]["signed"][at]
    expect(seen.page.locator(".atlas-film-day")).to_contain_text(str(months["totals"][at]))
    expect(seen.page).to_have_url(re.compile(re.escape(f"verlauf={day[:7]}")))
    seen.page.get_by_role("button", name="Diesen Stichtag zeigen").click()
    seen.page.wait_for_url(f"**stichtag={day}**")
    seen.painted("agreement", day)
    seen.page.wait_for_url(lambda url: "verlauf" not in url)
    assert seen.errors == []


def test_a_linked_month_opens_and_can_be_left(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ebene=agreement&verlauf=2021-06&lang=en")
    seen.painted("agreement", "2021-06-30")
    expect(seen.page.locator(".atlas-film-day")).to_contain_text("30 June 2021: 419 municipalities")
    expect(seen.map.locator("[data-ags]")).to_have_count(419)
    seen.page.get_by_role("button", name="End the time-lapse").click()
    seen.page.wait_for_function("() => !window.location.search.includes('verlauf')")
    expect(seen.map.locator("[data-ags]")).to_have_count(418)
    expect(seen.page.locator("b[data-count='signed']")).to_have_text("54")


def test_with_reduced_motion_nothing_runs_by_itself(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url)
    seen.page.emulate_media(reduced_motion="reduce")
    seen.open("/?ebene=agreement&verlauf=2021-06")
    seen.painted("agreement", "2021-06-30")
    seen.page.get_by_role("button", name="Einen Monat weiter").click()
    seen.painted("agreement", "2021-07-31")
    seen.page.wait_for_timeout(900)
    seen.painted("agreement", "2021-07-31")


def test_months_can_be_chosen_by_keyboard(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ebene=agreement&verlauf=2021-06")
    seen.painted("agreement", "2021-06-30")
    slider = seen.page.get_by_role("slider", name="Monat")
    slider.focus()
    seen.page.keyboard.press("ArrowLeft")
    seen.painted("agreement", "2021-05-31")
    assert "Mai 2021" in str(slider.get_attribute("aria-valuetext"))
