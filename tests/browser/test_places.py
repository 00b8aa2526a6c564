"""The pages of municipalities and districts in a browser, from a cold link."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

OELSNITZ, HARTENSTEIN = "14521450", "14524090"
PLACES = {
    "Chemnitz, 18 neighbours": ("14511000", 18),
    "Dresden": ("14612000", 16),
    "Zittau, at the edge": ("14626610", 7),
    "Torgau, with an exclave": ("14730310", 6),
    "Pausa-Mühltroff, one neighbour": ("14523310", 1),
    "Rathen, the smallest": ("14628310", 6),
}
RECTS = """(near) => {
  const box = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  return { size: [innerWidth, innerHeight],
    areas: [...document.querySelectorAll('path.area:not(.far)')].map((e) => [e.dataset.ags, ...box(e)]),
    names: [...document.querySelectorAll('.chosen-name, .neighbour-name, .neighbour-number')]
      .map((e) => [e.textContent.replace('\\n', ''), ...box(e)]) };
}"""


@pytest.mark.sample(3)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("phone", [True, False])
def test_cold_link_shows_the_municipality_and_all_neighbours(
    visit: Callable[..., Visit], saxony_url: str, place: str, phone: bool
) -> None:
    ags, count = PLACES[place]
    seen = visit(saxony_url, phone=phone).open(f"/gemeinde?gemeinde={ags}", "overview")
    seen.page.locator("table.neighbours tbody tr").first.wait_for()
    listed = seen.page.locator("table.neighbours tbody tr").evaluate_all("rows => rows.map(r => r.dataset.ags)")
    assert len(listed) == count
    seen.page.wait_for_timeout(600)
    drawn = seen.map.evaluate(RECTS)
    width, height = drawn["size"]
    assert {area[0] for area in drawn["areas"]} == {ags, *listed}
    for key, left, top, right, bottom in drawn["areas"]:
        assert left >= 0, key
        assert top >= 0, key
        assert right <= width, key
        assert bottom <= height, key
    assert len(drawn["names"]) == count + 1, "each is named, or numbered as in the table"
    frame = seen.page.locator("iframe.stCustomComponentV1").bounding_box()
    assert frame is not None
    if phone:
        assert frame["y"] + frame["height"] <= 844, "the whole map is on the first screen"
        assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_names_do_not_lie_on_each_other(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url, phone=True).open("/gemeinde?gemeinde=14511000", "overview")
    seen.page.wait_for_timeout(600)
    boxes = seen.map.evaluate(RECTS)["names"]
    for i, (name, left, top, right, bottom) in enumerate(boxes):
        for other, x, y, u, v in boxes[i + 1 :]:
            overlap = max(0, min(right, u) - max(left, x)) * max(0, min(bottom, v) - max(top, y))
            assert overlap <= 0.15 * min((right - left) * (bottom - top), (u - x) * (v - y)), (name, other)


def test_a_neighbour_chosen_on_the_map_becomes_the_page(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open(f"/gemeinde?gemeinde={OELSNITZ}", "overview")
    seen.map.locator(f"[data-ags='{HARTENSTEIN}']").focus()
    seen.page.keyboard.press("Enter")
    seen.page.locator(f"header.place[data-gemeinde='{HARTENSTEIN}']").wait_for()
    seen.page.wait_for_url(f"**/gemeinde?gemeinde={HARTENSTEIN}")
    assert seen.errors == []


def test_back_leads_to_the_page_before(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open(f"/gemeinde?gemeinde={OELSNITZ}", "overview")
    seen.page.locator("table.neighbours a", has_text="Hartenstein").click()
    seen.page.locator(f"header.place[data-gemeinde='{HARTENSTEIN}']").wait_for()
    seen.page.go_back()
    seen.page.locator(f"header.place[data-gemeinde='{OELSNITZ}']").wait_for()


def test_qr_code_holds_the_address_of_the_page(visit: Callable[..., Visit], saxony_url: str) -> None:
    import segno

    seen = visit(saxony_url).open(f"/gemeinde?gemeinde={OELSNITZ}&lang=en", "overview")
    seen.page.get_by_role("button", name="QR code").click()
    shown = seen.page.locator("img.qr").get_attribute("src")
    address = f"{saxony_url}/gemeinde?gemeinde={OELSNITZ}&lang=en"
    made = segno.make(address, error="m", micro=False)
    assert shown == made.svg_data_uri(border=3, light="#ffffff", omitsize=True)
    assert seen.page.locator("img.qr").evaluate("e => e.naturalWidth") > 0
    with seen.page.expect_download() as waiting:
        seen.page.get_by_role("button", name="PNG").click()
    assert waiting.value.suggested_filename == f"qr-gemeinde-{OELSNITZ}.png"


def test_district_page_from_a_cold_link(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url, phone=True).open("/kreis?kreis=14524", "overview")
    seen.page.locator("header.place[data-kreis='14524']").wait_for()
    expect(seen.page.locator("table.shares tbody tr")).to_have_count(9)
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    link = seen.page.locator("table.shares a").nth(1)
    number = int(link.inner_text().split()[0])
    link.click()
    seen.painted("agreement")
    rows = seen.page.locator(".atlas-table tbody tr")
    rows.first.wait_for()
    expect(rows).to_have_count(number)


def test_choice_on_the_district_map_leads_to_the_municipality(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/kreis?kreis=14524", "overview")
    seen.map.locator(f"[data-ags='{HARTENSTEIN}']").focus()
    seen.page.keyboard.press("Enter")
    seen.page.locator(f"header.place[data-gemeinde='{HARTENSTEIN}']").wait_for()
    seen.page.wait_for_url("**/gemeinde?**")  # written at the end of the run
    expect(seen.page).to_have_url(re.compile(re.escape("/gemeinde?")))
