"""Addresses as a browser meets them: titles, short addresses, what cannot be read, and what is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/", "Präventionsatlas Miniland"),
        ("/fortschritt?lang=en", "Progress – Prevention atlas of Miniland"),
        ("/kreis/00021", "Landkreis Nord – Präventionsatlas Miniland"),
        ("/gemeinde/00022015", "Neu-Ilm – Präventionsatlas Miniland"),
    ],
)
def test_each_page_and_place_has_its_title_before_and_after_its_scripts(
    visit: Callable[..., Visit], miniland_url: str, address: str, title: str
) -> None:
    seen = visit(miniland_url)
    answer = seen.page.goto(miniland_url + address)
    assert answer is not None
    assert f"<title>{title}</title>" in answer.text()
    seen.page.locator(".atlas-foot").wait_for()
    expect(seen.page).to_have_title(title)
    assert not seen.errors


def test_what_cannot_be_read_is_said_and_gone_from_the_address(visit: Callable[..., Visit], miniland_url: str) -> None:
    seen = visit(miniland_url).open("/?stichtag=2023-02-30&kreis=00021&kreis=00022", "overview")
    told = seen.page.get_by_text("In der Adresse war nicht zu lesen")
    expect(told).to_contain_text("stichtag „2023-02-30“")
    expect(told).to_contain_text("kreis mehrfach (es gilt „00021“)")
    seen.page.wait_for_url("**/?kreis=00021")
    assert not seen.errors


def test_the_page_of_no_address_leads_to_the_map(visit: Callable[..., Visit], miniland_url: str) -> None:
    seen = visit(miniland_url)
    answer = seen.page.goto(f"{miniland_url}/gibt-es-nicht?lang=en")
    assert answer is not None
    assert answer.status == 404
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    seen.page.get_by_role("link", name="Find a municipality or district on the map").click()
    seen.painted("overview")
    expect(seen.page).to_have_title("Prevention atlas of Miniland")


@pytest.mark.parametrize("address", ["/", "/kreis?kreis=00021", "/gemeinde?gemeinde=00022015"])
def test_what_a_page_is_told_to_fetch_first_is_what_it_fetches(
    visit: Callable[..., Visit], miniland_url: str, address: str
) -> None:
    seen = visit(miniland_url)
    asked: set[str] = set()
    said: list[str] = []

    def without_what_is_told(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        said.extend(re.findall(r'rel="prefetch" href="\./([^"]+)"', text))
        route.fulfill(status=200, content_type="text/html", body=re.sub(r'<link rel="prefetch"[^>]*>', "", text))

    seen.page.on("request", lambda request: asked.add(urlsplit(request.url).path[1:]))
    seen.page.context.grant_permissions(["local-network-access"])  # a page of ours is no local one, to Chromium
    seen.page.route(miniland_url + address, without_what_is_told)
    with seen.page.expect_request("**/_stcore/health") as asking:
        seen.page.goto(miniland_url + address)
    assert asking.value.url == f"{miniland_url}/_stcore/health"  # not below the page
    seen.page.locator(".atlas-foot").wait_for()
    expect(seen.page.frame_locator("iframe.stCustomComponentV1").locator("path[data-ags]").first).to_be_attached()
    assert any(each.startswith("atlas/overview.") for each in said)
    assert not set(said) - asked
    assert not seen.errors
