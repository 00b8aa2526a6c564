"""axe on every page: nothing found in what we render, nor with lists, popovers, calendars and dialogs open, Streamlit's own included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.browser import test_language
from tests.browser.conftest import Visit, serving
from tests.browser.test_language import Listener, all_of, drawn, open_everything

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


# ---- with everything open --------------------------------------------------------------------------------------------

FIND = """async (theirs) => {
  await Promise.all(document.getAnimations().filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
    .map((each) => each.finished.catch(() => 0)));
  const found = await axe.run(document, { resultTypes: ['violations'], iframes: false,
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
  return found.violations.flatMap((v) => v.nodes
    .filter((n) => !(theirs[v.id] && document.querySelector(n.target[0])?.closest(theirs[v.id])))
    .map((n) => `${v.id} (${v.impact}): ${n.html.slice(0, 200)} ${n.failureSummary}`));
}"""
THEIRS = {
    "region": "[role=listbox], #stFloatingOverlayPortal, [data-testid=stPopoverBody], [role=dialog]",
    "landmark-banner-is-top-level": "#stFloatingOverlayPortal",
    "landmark-no-duplicate-banner": "[data-testid=stHeader]",
    "landmark-unique": "[data-testid=stHeader]",
    "presentation-role-conflict": "[data-testid=stFileUploaderDropzone]",
}
"""By rule: what Streamlit draws.

Outside of all landmarks at the end of the document: it is led to from its control, named, and the focus goes in and comes back; a landmark for
each list that opens would be noise to a screen reader. The head of its calendar is a ``header`` and so a second banner, as long as the calendar
is open. The frame of its file field has the name of the button within it.
"""
LOOKS = ("light", "dark", "forced")
OPENED = [
    (address, look, ("de", "en")[(row + column) % 2])
    for row, address in enumerate(test_language.PAGES)
    for column, look in enumerate(LOOKS)
]


class Findings(Listener):
    """Notes what axe finds in the whole page, whatever is open on it."""

    def note(self, page: Page, where: str) -> None:
        """Note what is found at this moment."""
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE)
        for told in page.evaluate(FIND, THEIRS):
            self.said.setdefault(told, where)


@pytest.fixture(scope="module")
def office(miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an application with an editor, who sees every control there is."""
    with serving(miniland_root, tmp_path_factory.mktemp("log") / "log", ATLAS_LOCAL_EDITOR="Anna Probe") as url:
        yield url


@pytest.mark.sample(4)
@pytest.mark.parametrize(("address", "look", "lang"), OPENED)
def test_nothing_is_found_with_everything_open(
    visit: Callable[..., Visit], office: str, address: str, look: str, lang: str
) -> None:
    seen = visit(office, dark=look == "dark")
    page, findings = seen.page, Findings()
    page.emulate_media(forced_colors="active" if look == "forced" else "none", reduced_motion="reduce")
    seen.open(address + ("&" if "?" in address else "?") + f"lang={lang}")
    drawn(page, test_language.PAGES[address])
    findings.note(page, "closed")
    for summary in all_of(page, "details:not([data-testid=stExpander] *) > summary"):
        summary.click()
    open_everything(page, findings, address)
    for door in list(all_of(page, ".atlas-door, .atlas-number"))[:1]:
        door.click()
        expect(page.get_by_role("dialog").locator("table.list")).to_be_visible()
        findings.note(page, "dialog")
    assert findings.said == {}
