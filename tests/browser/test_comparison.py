"""Comparing in a browser: choose, type a day, open the link again, take the page of A3."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pypdfium2
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

MAPS = ".compared img"


def drawn(page: Page, count: int) -> list[str]:
    """Return the addresses of so many maps, once they are there."""
    expect(page.locator(MAPS)).to_have_count(count)
    page.wait_for_function(f"() => [...document.querySelectorAll('{MAPS}')].every(e => e.complete && e.naturalWidth)")
    return page.locator(MAPS).evaluate_all("all => all.map(e => e.src)")


def test_days_are_chosen_the_link_brings_them_back_and_the_page_is_taken(
    visit: Callable[..., Visit], saxony_url: str, tmp_path: Path
) -> None:
    seen = visit(saxony_url).open("/?ebene=council&stichtag=2024-12-31", "council")
    page = seen.page
    page.get_by_role("navigation", name="Seiten").get_by_role("link", name="Vergleich").click()
    drawn(page, 2)
    page.get_by_role("radio", name="Stichtage").or_(page.get_by_role("button", name="Stichtage")).first.click()
    page.wait_for_url("**vergleich=2023-12-31%2C2024-12-31*")
    field = page.get_by_role("combobox", name="Vergleichen")
    field.fill("Q2 2022")
    field.press("Enter")
    page.wait_for_url("**vergleich=2022-06-30%2C2023-12-31%2C2024-12-31*")
    maps = drawn(page, 3)
    field.fill("29.02.2023")
    field.press("Enter")
    expect(page.locator(".refused")).to_contain_text("2023")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["vergleich"] == ["2022-06-30,2023-12-31,2024-12-31"]
    assert asked["ebene"] == ["council"]
    again = visit(saxony_url).open(page.url.removeprefix(saxony_url))
    assert drawn(again.page, 3) == maps
    with again.page.expect_download() as started:
        again.page.get_by_role("link", name="Als PDF (A3)").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert file.name == "praeventionsatlas-asskomm-vergleich-2022-06-30-2023-12-31-2024-12-31-council.pdf"
    [sheet] = pypdfium2.PdfDocument(io.BytesIO(file.read_bytes()))
    said = sheet.get_textpage().get_text_range()
    for column in again.page.locator(".compared figcaption h3").all_inner_texts():
        assert column in said
    assert seen.errors == again.errors == []
    assert seen.foreign == again.foreign == []


def test_maps_stand_below_each_other_on_a_phone(visit: Callable[..., Visit], saxony_url: str) -> None:
    page = visit(saxony_url, phone=True).open("/vergleich?vergleich=14521450,14524330").page
    drawn(page, 2)
    boxes = [each.bounding_box() for each in page.locator(MAPS).all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] + boxes[0]["height"] < boxes[1]["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
