"""axe on every page: no serious or critical finding in what we render. Streamlit's own widgets are its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.conftest import Visit

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "/": ".atlas-table tbody tr",
    "/?gemeinde=14521530&lang=en": "article.detail h2",
    "/gemeinde?gemeinde=14521530": "table.neighbours tbody tr",
    "/kreis?kreis=14524": "table.shares tbody tr",
    "/fortschritt?ebene=agreement": "table.ledger tbody tr",
    "/vergleich?vergleich=council,agreement": ".compared img",
    "/vergleich?vergleich=14521530,14521450": "table.facts tbody tr",
    "/export?gemeinde=14521530": "img.preview",
    "/steuerung": "table.list tbody tr",
    "/ueber": "dl.glossary",
    "/hilfe?kapitel=die-karte-lesen": ".handbook img",
}
IS_DARK = """() => { const said = getComputedStyle(document.querySelector('.stApp')).backgroundColor.match(/\\d+/g);
  return said && said.slice(0, 3).every((part) => Number(part) < 80); }"""
OURS = ".stHtml, .stBidiComponent, [data-testid='stBidiComponentRegular'], [class*='atlas-']"
RUN = """async ([ours, scope]) => {
  const found = await axe.run(scope === 'frame' ? document : { include: [...document.querySelectorAll(ours)] },
    { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
  return found.violations.filter((v) => ['serious', 'critical'].includes(v.impact))
    .map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 4).map((n) => `${n.target.join(' ')} ${n.failureSummary}`).join(' | ')}`);
}"""


@pytest.mark.sample(3)
@pytest.mark.parametrize("address", PAGES)
def test_no_serious_finding_light_and_dark(visit: Callable[..., Visit], saxony_url: str, address: str) -> None:
    seen = visit(saxony_url).open(address)
    seen.page.locator(PAGES[address]).first.wait_for()
    for box in seen.page.locator("details > summary").all():
        box.click()
    seen.page.wait_for_timeout(700)
    seen.page.evaluate(AXE)
    assert seen.page.evaluate("ours => document.querySelectorAll(ours).length", OURS) > 3
    assert seen.page.evaluate(RUN, [OURS, "page"]) == []
    seen.page.emulate_media(color_scheme="dark")
    seen.page.wait_for_function(IS_DARK)
    seen.page.wait_for_timeout(300)
    assert seen.page.evaluate(RUN, [OURS, "page"]) == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("address", "layer"), [("/", "overview"), ("/gemeinde?gemeinde=14521530", "overview")])
def test_no_serious_finding_in_the_map(
    visit: Callable[..., Visit], saxony_url: str, address: str, layer: str, dark: bool
) -> None:
    seen = visit(saxony_url, dark=dark).open(address, layer)
    seen.page.wait_for_timeout(500)
    seen.map.evaluate(AXE)
    assert seen.map.evaluate(RUN, [OURS, "frame"]) == []


LOOKS_DIFFER = """() => [...document.querySelectorAll('.atlas-legend .swatch')].filter((each) => each.checkVisibility())
  .map((each) => getComputedStyle(each)).map((style) => style.backgroundColor + style.backgroundImage)"""
LINE = "(each) => [getComputedStyle(each).textDecorationLine, getComputedStyle(each).outlineStyle]"


@pytest.mark.parametrize("dark", [False, True])
def test_high_contrast_keeps_classes_apart_and_marks_what_is_chosen(
    visit: Callable[..., Visit], miniland_url: str, dark: bool
) -> None:
    seen = visit(miniland_url, dark=dark)
    seen.page.emulate_media(forced_colors="active")
    seen.open("/?ebene=pact", "pact")
    seen.page.locator(".atlas-legend .swatch").first.wait_for()
    looks = seen.page.evaluate(LOOKS_DIFFER)
    assert len(set(looks)) == len(looks) > 3
    for pill in seen.page.get_by_role("radio").all():
        marked = ["underline", "solid"] if pill.get_attribute("aria-checked") == "true" else ["none", "none"]
        assert pill.evaluate(LINE) == marked
    seen.page.goto(miniland_url + "/kreis?kreis=00022")
    bar = seen.page.locator(".share .bar b").first
    bar.wait_for()
    filled, track = (each.evaluate("e => getComputedStyle(e).backgroundColor") for each in (bar, bar.locator("..")))
    assert filled != track
