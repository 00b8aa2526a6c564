"""Where addresses of pages lead, what the head of each page says, and what search engines are told."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from atlas.errors import AtlasError, Problem
from atlas.model.parameters import PAGE_PARAMETERS, misnamed
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.page_heads import PAGE_TITLES, listed_addresses
from atlas.web.addresses import Addresses
from atlas.web.crawlers import build_crawler_routes
from tests.conftest import TODAY
from ui.state import PAGES as FOLDER

MINI_CITY = "00021040"


def test_what_others_add_to_addresses_is_no_fault() -> None:
    added = ["utm_source", "utm_medium", "fbclid", "gclid", "mc_eid", "pk_campaign", "mtm_kwd"]
    assert list(misnamed(added, PAGE_PARAMETERS)) == []
    assert [each.place for each in misnamed([*added, "utm", "fremd"], PAGE_PARAMETERS)] == ["utm", "fremd"]


def broken() -> Snapshot:
    raise AtlasError(Problem("data/x.csv", "Zeile 3"))


@pytest.fixture(scope="module")
def mini_contexts(mini: Snapshot) -> ViewContexts:
    return ViewContexts(lambda: mini, lambda: TODAY)


@pytest.fixture(scope="module")
def addresses(mini: Snapshot, mini_contexts: ViewContexts) -> Addresses:
    return Addresses(lambda: mini, mini_contexts)


@pytest.mark.parametrize(
    ("path", "query", "leads_to"),
    [
        (f"gemeinde/{MINI_CITY}", "", f"gemeinde?gemeinde={MINI_CITY}"),
        (f"gemeinde/{MINI_CITY}/", "", f"gemeinde?gemeinde={MINI_CITY}"),
        (f"gemeinde/{MINI_CITY}", "lang=en&gemeinde=1", f"gemeinde?gemeinde={MINI_CITY}&lang=en"),
        (f"gemeinde/{MINI_CITY}", "x=%0d%0aSet-Cookie:a", f"gemeinde?gemeinde={MINI_CITY}&x=%0D%0ASet-Cookie%3Aa"),
        ("kreis/00021", "stichtag=2022-12-31", "kreis?kreis=00021&stichtag=2022-12-31"),
        ("kreis/", "lang=en", "kreis?lang=en"),
        ("gemeinde/99999999", "", None),
        ("kreis/99999", "", None),
        ("gemeinde/00021", "", None),
        (f"kreis/{MINI_CITY}", "", None),
        ("gemeinde/٠٠٠٢١٠٤٠", "", None),
        (f"karte/{MINI_CITY}", "", None),
        (f"gemeinde/{MINI_CITY}/x", "", None),
        (f"gemeinde//{MINI_CITY}", "", None),
        ("/evil.example", "", None),
        ("Gemeinde", "", None),
    ],
)
def test_short_addresses_lead_to_pages_and_others_nowhere(
    addresses: Addresses, path: str, query: str, leads_to: str | None
) -> None:
    found = addresses.find(path, query)
    assert (found.leads_to, found.head) == (leads_to, None)


def test_every_page_has_an_address_and_a_head(addresses: Addresses) -> None:
    assert len(PAGE_TITLES) == len(list(FOLDER.glob("*.py")))
    titles = set()
    for page in PAGE_TITLES:
        head = addresses.find(page, "").head
        assert head is not None
        assert head.title.endswith("Präventionsatlas Miniland")
        assert head.description
        assert head.address == page
        titles.add(head.title)
    assert len(titles) == len(PAGE_TITLES)


@pytest.mark.parametrize(
    ("page", "query", "title", "address", "picture"),
    [
        ("", "", "Präventionsatlas Miniland", "", "bild/land.png?groesse=large"),
        ("", "ebene=pact&stichtag=2022-12-31", "Präventionsatlas Miniland", "", "bild/land.png?groesse=large"),
        (
            "kreis",
            "kreis=00021&lang=en",
            "Landkreis Nord – Prevention atlas of Miniland",
            "kreis?kreis=00021&lang=en",
            "bild/00021.png?lang=en&groesse=large",
        ),
        ("kreis", "kreis=99999", "Kreise – Präventionsatlas Miniland", "kreis", "bild/land.png?groesse=large"),
        ("gemeinde", "gemeinde=x", "Gemeinde – Präventionsatlas Miniland", "gemeinde", "bild/land.png?groesse=large"),
    ],
)
def test_heads(addresses: Addresses, page: str, query: str, title: str, address: str, picture: str) -> None:
    head = addresses.find(page, query).head
    assert head is not None
    assert (head.title, head.address, head.picture) == (title, address, picture)


@pytest.mark.parametrize("ags", ["00021040", "00011000", "00022015"])
def test_a_municipality_is_named_in_title_and_description(addresses: Addresses, mini: Snapshot, ags: str) -> None:
    rows = mini.editions[next(iter(mini.programmes.values())).boundary_set][0].municipalities
    name = str(rows.loc[rows["ags"] == ags, "name"].iloc[-1])
    head = addresses.find("gemeinde", f"gemeinde={ags}").head
    assert head is not None
    assert head.title.startswith(name)
    assert head.description.startswith(name)
    assert head.picture == f"bild/{ags}.png?groesse=large"
    assert head.is_listed
    assert head.languages == {"de": f"gemeinde?gemeinde={ags}", "en": f"gemeinde?gemeinde={ags}&lang=en"}


def test_a_merged_municipality_has_the_head_of_its_successor(addresses: Addresses) -> None:
    head = addresses.find("gemeinde", "gemeinde=00022010").head
    assert head is not None
    assert (head.title, head.address) == ("Neu-Ilm – Präventionsatlas Miniland", "gemeinde?gemeinde=00022015")


def test_heads_stand_without_data() -> None:
    sick = Addresses(broken, ViewContexts(broken, lambda: TODAY))
    head = sick.find("gemeinde", "gemeinde=14521450&lang=en").head
    assert head is not None
    assert head.title == "Prevention atlas"
    assert sick.find("gemeinde/14521450", "").leads_to == "gemeinde?gemeinde=14521450"
    assert sick.find("nope", "").head is None


def test_the_sitemap_lists_every_public_page_and_place_once(mini_contexts: ViewContexts) -> None:
    context = mini_contexts.of(ViewState())
    client = TestClient(Starlette(routes=build_crawler_routes(mini_contexts, "https://atlas.example.org/karte")))
    answer = client.get("/sitemap.xml")
    found = [html.unescape(each) for each in re.findall(r"<url><loc>([^<]*)</loc></url>", answer.text)]
    assert len(found) == len(set(found))
    assert all(each.startswith("https://atlas.example.org/karte/") for each in found)
    queries = [dict(parse_qsl(urlsplit(each).query)) for each in found]
    assert {each["gemeinde"] for each in queries if "gemeinde" in each} == set(context.day.municipalities["ags"])
    assert {each["kreis"] for each in queries if "kreis" in each} == set(context.edition.districts.index)
    assert not [each for each in found if "pflege" in each or "intern" in each]
    assert found[-1].endswith("/api/v1/")


def test_every_address_of_the_sitemap_is_a_page_with_this_address(
    addresses: Addresses, mini_contexts: ViewContexts
) -> None:
    for each in listed_addresses(mini_contexts.of(ViewState())):
        path, _, query = each.partition("?")
        head = addresses.find(path, query).head
        assert head is not None
        assert head.is_listed
        assert head.address == each


def test_robots_are_told_the_sitemap_and_what_is_closed(mini_contexts: ViewContexts) -> None:
    routes = build_crawler_routes(mini_contexts)
    robots = TestClient(Starlette(routes=routes), base_url="http://atlas.test").get("/robots.txt")
    assert robots.headers["content-type"] == "text/plain; charset=utf-8"
    assert robots.text.splitlines() == [
        "User-agent: *",
        "Disallow: /pflege",
        "Disallow: /intern/",
        "Sitemap: http://atlas.test/sitemap.xml",
    ]
    refused = TestClient(Starlette(routes=routes)).get("/sitemap.xml", headers={"Host": "<b>"})
    assert refused.status_code == 400


def test_the_icon_is_one(mini_contexts: ViewContexts) -> None:
    icon = TestClient(Starlette(routes=build_crawler_routes(mini_contexts))).get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/x-icon")
    assert icon.content[:4] == b"\0\0\1\0"


def test_the_whole_state_is_in_its_sitemap(contexts: ViewContexts) -> None:
    listed = listed_addresses(contexts.of(ViewState()))
    assert sum("gemeinde=" in each for each in listed) == 418
    assert sum("kreis=" in each for each in listed) == 13
