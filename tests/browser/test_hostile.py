"""Every payload in every text of the data, through every page, the table, the tooltip, the lists and the files."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from playwright.sync_api import expect

from atlas.adopt.boundary_versions import write_edition
from atlas.export.geo import status_geojson
from atlas.export.pictures import draw, written
from atlas.export.tables import excel_csv, neutral, plain_csv, view_table
from atlas.model.excerpt import Excerpt, Form
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.wording import Words
from atlas.render.folium_map import changing_part
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests import miniland
from tests.browser.conftest import Visit
from tests.browser.payloads import MARK, PAYLOADS
from tests.conftest import ROOT
from tests.servers import serving

ELEMENTS = {"svg", "title", "desc", "style", "defs", "pattern", "clipPath", "rect", "g", "path", "text", "circle"}
"""All a picture may consist of."""
KEYS = [f"00021{number:03d}" for number in range(1, len(PAYLOADS) + 1)]


def _areas() -> gpd.GeoDataFrame:
    width = 10
    boxes = [
        shapely.box(350_000 + x * 5_000, 5_660_000 + y * 5_000, 355_000 + x * 5_000, 5_665_000 + y * 5_000)
        for y, x in (divmod(number, width) for number in range(len(PAYLOADS)))
    ]
    return gpd.GeoDataFrame({"ags": KEYS, "name": PAYLOADS, "kind": "Gemeinde"}, geometry=boxes, crs=miniland.CRS)


@pytest.fixture(scope="module")
def hostile_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with a payload as name of each municipality, and as body, note and source of its record."""
    root = miniland.write(tmp_path_factory.mktemp("hostile") / "data")
    draft = replace(
        miniland.draft(), areas=_areas(), changes=(), former_names=tuple(zip(KEYS, PAYLOADS[::-1], strict=True))
    )
    write_edition(draft, root / "geodata" / "00" / "2016-01-01", "hostile")
    table = pd.DataFrame(
        {
            "ags": KEYS,
            "municipality": PAYLOADS,
            "instrument": "pact",
            "status": "signed",
            "date": "2020-01-01",
            "date_means": "reached",
            "joint_with": PAYLOADS,
            "note": PAYLOADS,
            "source_url": PAYLOADS,
            "source_date": "",
        }
    )
    table.to_csv(root / "data" / "participation" / "mini.csv", index=False)
    totals = pd.DataFrame({"date": "2020", "measure": PAYLOADS, "value": 1, "note": PAYLOADS, "source_url": PAYLOADS})
    totals.to_csv(root / "data" / "totals" / "mini.csv", index=False)
    return root


@pytest.fixture(scope="module")
def hostile_contexts(hostile_root: Path) -> ViewContexts:
    snapshot = load_snapshot(Settings(hostile_root))
    return ViewContexts(lambda: snapshot, lambda: date(2024, 1, 1))


@pytest.fixture(scope="module")
def hostile_context(hostile_contexts: ViewContexts) -> ViewContext:
    return hostile_contexts.of(ViewState(layer="pact"))


@pytest.fixture(scope="module")
def hostile_url(hostile_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(hostile_root, tmp_path_factory.mktemp("log") / "log.txt") as url:
        yield url


def _harmless(seen: Visit) -> None:
    assert seen.errors == []
    assert seen.foreign == []
    for frame in seen.page.frames:
        assert frame.evaluate("() => window.__pwned") is None
        assert MARK not in frame.content()
    assert not (ROOT / "pwned").exists()


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


def test_files_neutralise_formulas_and_read_back_as_written(hostile_context: ViewContext) -> None:
    table = view_table(hostile_context, Words("de"))
    for body, separator in ((plain_csv(table), ","), (excel_csv(table), ";")):
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=separator))[1:]
        cells = {row[0]: row for row in rows}
        for ags, payload in zip(KEYS, PAYLOADS, strict=True):
            assert cells[ags][1] == neutral(payload.strip())
            assert not cells[ags][1].startswith(("=", "+", "-", "@", "\t"))
            assert cells[ags][5] == neutral(payload.strip())
        assert MARK not in body.decode("utf-8-sig")


def test_geojson_keeps_texts_as_written(hostile_context: ViewContext) -> None:
    made = json.loads(status_geojson(hostile_context, Words("de")))
    assert [each["properties"]["name"] for each in made["features"]] == [payload.strip() for payload in PAYLOADS]


def test_pictures_show_texts_as_written(hostile_contexts: ViewContexts) -> None:
    for places in ((), (KEYS[0],), ("00021",), tuple(KEYS[:40])):
        drawn = draw(hostile_contexts, ViewState(layer="pact", municipality=KEYS[1]), Excerpt(places), Words("de"))
        root = ET.fromstring(written(drawn, Form.SVG))  # noqa: S314 - our own file
        titles = {each.text for each in root.iter("{http://www.w3.org/2000/svg}title")}
        shown = [area.ags for area in drawn.picture.areas.values()]
        for ags, payload in zip(KEYS, PAYLOADS, strict=True):
            assert (f"{written_out(payload)}: unterzeichnet" in titles) == (ags in shown), payload
        assert {each.tag.partition("}")[2] for each in root.iter()} <= ELEMENTS
        assert written(drawn, Form.PDF).startswith(b"%PDF")
        assert MARK not in written(drawn, Form.SVG).decode()
    assert not (ROOT / "pwned").exists()


def written_out(payload: str) -> str:
    """Return a text as XML can hold it: without control characters."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", payload.strip())


def test_nothing_of_it_passes_through_folium(hostile_context: ViewContext) -> None:
    part = changing_part(hostile_context.spec, KEYS[0], "00021", "de")
    script = str(part._template.module.script(part))
    assert MARK not in script
    assert not any(payload in script for payload in PAYLOADS if len(payload) > 4)


def test_map_tooltip_and_table_show_texts_as_written(visit: Callable[..., Visit], hostile_url: str) -> None:
    seen = visit(hostile_url).open("/?ebene=pact", "pact")
    frame = seen.map
    seen.page.locator(".atlas-table tbody tr").nth(len(PAYLOADS) - 1).wait_for()
    rows = dict(
        seen.page.evaluate(
            "() => [...document.querySelectorAll('.atlas-table tbody tr')]"
            ".map(e => [e.dataset.ags, e.querySelector('.row-name').textContent])"
        )
    )
    for ags, payload in zip(KEYS, PAYLOADS, strict=True):
        said = frame.evaluate(
            "ags => { const e = document.querySelector(`[data-ags='${ags}']`); e.focus();"
            " return [e.getAttribute('aria-label'), document.querySelector('.tip-name').textContent] }",
            ags,
        )
        assert said[0] == f"{payload.strip()}, Landkreis Nord: unterzeichnet"
        assert said[1] == rows[ags] == payload.strip()
    frame.locator(f"[data-ags='{KEYS[0]}']").hover(force=True)
    _harmless(seen)


@pytest.mark.sample(1)
@pytest.mark.parametrize("part", range(4))
def test_details_show_texts_as_written(visit: Callable[..., Visit], hostile_url: str, part: int) -> None:
    seen = visit(hostile_url).open("/?ebene=pact", "pact")
    for ags, payload in zip(KEYS[part::4], PAYLOADS[part::4], strict=True):
        seen.map.locator(f"[data-ags='{ags}']").focus()
        seen.page.keyboard.press("Enter")
        detail = seen.page.locator(f"article.detail[data-gemeinde='{ags}']")
        detail.wait_for()
        text = payload.strip()
        assert detail.locator("h2").evaluate("e => e.textContent") == text
        assert detail.locator(".note").first.evaluate("e => e.textContent") == text
        assert f"gemeinsam: {text}" in detail.evaluate("e => e.textContent")
        expect(detail.locator("img, script, svg, iframe, form, input, object, style, b b")).to_have_count(0)
        for link in detail.locator("a").all():
            assert str(link.get_attribute("href")).startswith(("http://", "https://"))
    _harmless(seen)


@pytest.mark.parametrize(
    "page",
    [
        f"/gemeinde?gemeinde={KEYS[0]}",
        f"/gemeinde?gemeinde={KEYS[29]}",
        "/kreis",
        "/fortschritt?ebene=pact&von=2018-01-01",
        "/steuerung",
        f"/vergleich?vergleich={KEYS[0]},{KEYS[1]}",
        "/ueber",
        "/ueber?lang=en",
    ],
)
def test_other_pages_show_texts_as_written(visit: Callable[..., Visit], hostile_url: str, page: str) -> None:
    seen = visit(hostile_url).open(page)
    if "ueber" in page:
        seen.page.locator("dl.glossary").wait_for()
        for box in seen.page.locator("summary").all():
            box.click()
        seen.page.locator("table.list").wait_for(state="attached")
        notes = seen.page.locator("table.list tbody tr").evaluate_all("rows => rows.map(r => r.textContent)")
        assert len(notes) == len(PAYLOADS)
        for payload in PAYLOADS:
            assert any(payload.strip() in note for note in notes), payload
    elif "vergleich" in page:
        seen.page.locator("table.facts tbody tr").first.wait_for()
        titles = seen.page.locator(".compared h3").evaluate_all("all => all.map(e => e.textContent)")
        assert titles == [payload.strip() for payload in PAYLOADS[:2]]
    elif "gemeinde" not in page:
        place = {"/kreis": "table.groups", "/fortschritt?ebene=pact&von=2018-01-01": "pre", "/steuerung": ".stMain"}[
            page
        ]
        if page == "/steuerung":  # the newest fifteen; the others in what is folded
            for box in seen.page.locator("details > summary").all():
                box.click()
            seen.page.locator("table.list tbody tr").nth(len(PAYLOADS)).wait_for(state="attached")
        names = seen.page.locator(place).evaluate("e => e.textContent")
        for payload in PAYLOADS:
            assert payload.strip() in names, payload
    else:
        seen.page.locator("header.place h2").wait_for()
        seen.page.locator("table.neighbours th a").first.wait_for()
        names = seen.page.locator("table.neighbours th a").evaluate_all("links => links.map(a => a.textContent)")
        assert names
        assert set(names) <= {payload.strip() for payload in PAYLOADS}
    _harmless(seen)


def test_list_behind_a_number_and_search_are_harmless(visit: Callable[..., Visit], hostile_url: str) -> None:
    seen = visit(hostile_url).open("/?ebene=pact", "pact")
    for place in range(2):
        seen.page.locator("button.atlas-door").nth(place).click()
        dialog = seen.page.get_by_role("dialog")
        dialog.locator("table.list").wait_for()
        names = dialog.locator("tbody th").evaluate_all("cells => cells.map(c => c.textContent)")
        assert sorted(names) == sorted(payload.strip() for payload in PAYLOADS)
        seen.page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
    box = seen.page.get_by_role("combobox", name="Gemeinde oder Kreis suchen")
    box.click()
    box.fill("img src=x onerror")
    option = seen.page.get_by_role("option").first
    expect(option).to_contain_text("<img src=x onerror")
    option.click()
    seen.page.locator("article.detail").wait_for()
    _harmless(seen)


@pytest.mark.sample(4)
@pytest.mark.parametrize("payload", PAYLOADS[:12] + PAYLOADS[29:34])
def test_links_with_payloads_open_the_default_view(
    visit: Callable[..., Visit], miniland_url: str, payload: str
) -> None:
    from urllib.parse import quote

    value = quote(payload)
    seen = visit(miniland_url).open(
        f"/?ebene={value}&stichtag={value}&kreis={value}&gemeinde={value}&stufe={value}", "overview"
    )
    _harmless(seen)


def test_table_route_keeps_texts_and_refuses_wrong_values(hostile_url: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{hostile_url}/atlas/tabelle.csv?ebene=pact&lang=%3Cb%3E")
    with refused.value as answer:
        assert (answer.code, answer.headers["content-type"]) == (400, "application/json")
    with urllib.request.urlopen(f"{hostile_url}/atlas/tabelle.csv?ebene=pact&form=excel") as answer:
        body = answer.read().decode("utf-8-sig")
    assert MARK not in body
    assert len(re.findall(r"^00021\d{3};", body, re.MULTILINE)) == len(PAYLOADS)
