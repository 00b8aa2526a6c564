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
