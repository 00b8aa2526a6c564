"""From each page its chapter of the handbook is one click away, in the same tab; links go to the very section."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from atlas.present.handbook import CHAPTER_OF, IMPORT_CHAPTER
from tests.browser.conftest import Visit

PAGES = {
    **{f"/{page}": chapter for page, chapter in CHAPTER_OF.items() if page != "hilfe"},
    "/gemeinde?gemeinde=00021040": CHAPTER_OF["gemeinde"],
}
IN_VIEW = "each => { const y = each.getBoundingClientRect().top; return y > 40 && y < innerHeight / 2; }"


def _asks(page: Page, chapter: str) -> None:
    link = page.get_by_role("link", name="Hilfe zu dieser Seite")
    box = link.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    link.click()
    expect(page.locator(f"article.handbook h2#{chapter}")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(re.escape(f"kapitel={chapter}")))


@pytest.mark.sample(4)
@pytest.mark.parametrize("address", PAGES)
def test_the_question_mark_leads_to_the_chapter_of_the_page(
    visit: Callable[..., Visit], miniland_url: str, address: str
) -> None:
    seen = visit(miniland_url).open(address)
    _asks(seen.page, PAGES[address])
    expect(seen.page.get_by_role("link", name="Hilfe zu dieser Seite")).to_have_count(0)
    assert len(seen.page.context.pages) == 1
    assert (seen.errors, seen.foreign) == ([], [])


def test_the_view_is_kept_and_the_import_has_a_chapter_of_its_own(
    visit: Callable[..., Visit], miniland_url: str
) -> None:
    seen = visit(miniland_url).open("/pflege?teil=einfuhr&stichtag=2022-12-31")
    _asks(seen.page, IMPORT_CHAPTER)
    expect(seen.page).to_have_url(re.compile(re.escape("stichtag=2022-12-31")))


def test_a_link_to_a_section_shows_it_and_pictures_are_our_own(visit: Callable[..., Visit], miniland_url: str) -> None:
    seen = visit(miniland_url).open("/hilfe")
    link = seen.page.locator("tr", has_text="T1").get_by_role("link")
    section = str(link.get_attribute("href")).partition("#")[2]
    link.click()
    heading = seen.page.locator(f"h3#{section}")
    heading.wait_for()
    seen.page.wait_for_function(f"() => ({IN_VIEW})(document.getElementById('{section}'))")
    picture = seen.page.locator(".handbook img").first
    picture.scroll_into_view_if_needed()
    seen.page.wait_for_function("each => each.complete && each.naturalWidth > 900", arg=picture.element_handle())
    assert (seen.errors, seen.foreign) == ([], [])
