"""The framework speaks the language of the page, whatever the browser's: no English on German pages, no German on English ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.dates import get_day_names, get_month_names
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit, serving
from tests.catalogue import messages
from tests.unit.test_framework_words import TABLES, bundle, table

Visits = Callable[..., Visit]
PAGES = {
    "/": ".atlas-table tbody tr",
    "/?stichtag=2022-05-03": ".atlas-table tbody tr",
    "/kreis": "table.shares tbody tr",
    "/fortschritt": "table.ledger tbody tr",
    "/steuerung": ".stSelectbox",
    "/export?ausschnitt=00021010,00021050": ".stMultiSelect",
    "/vergleich?vergleich=2021-12-31,2022-12-31": ".compared img",
    "/ueber": "dl.glossary",
    "/hilfe": ".handbook td",
    "/hilfe?kapitel=alles": ".handbook img",
    "/gemeinde?gemeinde=00021010": "table.neighbours tbody tr",
    "/pflege?gemeinde=00021010": ".stTextInput",
    "/pflege": ".stDataFrame",
    "/pflege?teil=einfuhr": ".stFileUploader",
    "/pflege?teil=verlauf": "table.log",
    "/pflege?teil=meldungen": ".stButtonGroup",
}
"""Addresses, and what is there when they are drawn."""
NO_ENGLISH = {"weiter", "zurück", "svg", "png", "json"}
"""German of the calendar, which Streamlit's own scripts hold beside that of forty other languages; names of formats."""
LITERAL = re.compile(r"[`\"']([A-Z][a-z]+(?:[ /'][A-Za-z]+){0,12}[.!?:…]*)[`\"']")
WORD = re.compile(r"[a-zäöüß]{3,}")
SAID = """() => {
  const said = new Set(), aside = "body [lang], style, script, noscript, iframe, [translate='no'], pre, code";
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) if (!texts.currentNode.parentElement.closest(aside)) said.add(texts.currentNode.nodeValue.trim());
  const names = ["aria-label", "aria-valuetext", "aria-description", "aria-roledescription", "title", "placeholder", "alt"];
  for (const each of document.body.querySelectorAll(names.map((name) => `[${name}]`).join()))
    if (!each.closest("body [lang]") && each.tagName !== "IFRAME") for (const name of names) said.add(each.getAttribute(name)?.trim());
  return [...said].filter(Boolean);
}"""
FRAMES = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
)


def words_of(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


@cache
def english() -> frozenset[str]:
    """Return the words of Streamlit's scripts that no German text of ours has."""
    said = words_of(" ".join(LITERAL.findall(bundle()))) | {
        each for name in TABLES for each in words_of(" ".join(table(name)))
    }
    ours = words_of(" ".join(messages())) | {
        each for name in TABLES for each in words_of(" ".join(table(name).values()))
    }
    names = (*get_month_names("wide", locale="de").values(), *get_day_names("wide", locale="de").values())
    return frozenset(said - ours - NO_ENGLISH - words_of(" ".join(names)))


@cache
def known_from_data(root: Path) -> frozenset[str]:
    files = [path for path in root.rglob("*") if path.suffix in {".toml", ".csv"}]
    return frozenset(words_of(" ".join(path.read_text(encoding="utf-8") for path in files)))


class Listener:
    """Notes every text and name that a page has, at each moment it is asked to."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    def note(self, page: Page, where: str) -> None:
        """Note what stands on the page for some frames: what has come in the newest is put in German in the next."""
        page.evaluate(FRAMES)
        said = set(page.evaluate(SAID))
        page.evaluate(FRAMES)
        for text in said & set(page.evaluate(SAID)):
            self.said.setdefault(text, where)

    def with_words(self, words: frozenset[str]) -> dict[str, str]:
        return {text: where for text, where in self.said.items() if words_of(text) & words}


def drawn(page: Page, wanted: str) -> None:
    expect(page.locator(wanted).first).to_be_attached()
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_attached()


def all_of(page: Page, kind: str) -> Iterator[Locator]:
    for each in page.locator(kind).all():
        if each.is_visible():
            yield each


def open_lists(page: Page, listener: Listener, where: str) -> None:
    """Open each list, write what it does not have, and close it: where many can be chosen the first Escape takes that back."""
    for kind, escapes in ((".stSelectbox", 1), (".stMultiSelect", 2)):
        for field in all_of(page, f"{kind} input"):
            field.scroll_into_view_if_needed()
            page.evaluate(FRAMES)  # a page that still scrolls closes the list again
            field.click()
            expect(page.get_by_role("listbox")).to_be_visible()
            listener.note(page, f"{where} list")
            if field.is_editable():
                field.press_sequentially("qqq")
                listener.note(page, f"{where} list without")
            for _ in range(escapes):
                page.keyboard.press("Escape")
            expect(page.get_by_role("listbox")).to_be_hidden()


def open_everything(page: Page, listener: Listener, where: str) -> None:
    """Open, one after the other, what opens on a page; write into what can be written in."""
    for summary in all_of(page, "[data-testid=stExpander] summary"):
        summary.click()
    for button in all_of(page, "[data-testid=stPopover] button"):
        button.click()
        expect(page.locator("[data-testid=stPopoverBody]")).to_be_visible()
        listener.note(page, f"{where} popover")
        page.keyboard.press("Escape")
    open_lists(page, listener, where)
    for button in all_of(page, "[data-testid=stDateInputCalendarButton]"):
        button.click()
        expect(page.get_by_role("grid").first).to_be_visible()
        listener.note(page, f"{where} calendar")
        page.keyboard.press("Escape")
    for field in all_of(page, ".stTextInput input, .stTextArea textarea"):
        if field.is_editable():
            field.press_sequentially("x")
            listener.note(page, f"{where} field")
    for grid in all_of(page, ".stDataFrame"):
        grid.hover()
        for button in all_of(page, "[data-testid=stElementToolbar] button[aria-label^='Suchen']"):
            button.click()
            listener.note(page, f"{where} search")
    listener.note(page, where)


@pytest.fixture(scope="module")
def office(miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an application with an editor, who sees every control there is."""
    with serving(miniland_root, tmp_path_factory.mktemp("log") / "log", ATLAS_LOCAL_EDITOR="Anna Probe") as url:
        yield url


@pytest.mark.sample(5)
@pytest.mark.parametrize("address", PAGES)
def test_no_english_of_the_framework_on_german_pages(
    visit: Visits, office: str, miniland_root: Path, address: str
) -> None:
    made = visit(office, locale="en-US").open(address)
    listener = Listener()
    drawn(made.page, PAGES[address])
    listener.note(made.page, "first")
    open_everything(made.page, listener, address)
    assert len(listener.said) > 20
    assert listener.with_words(english() - known_from_data(miniland_root)) == {}
    assert made.errors == []


def test_no_english_where_a_file_is_refused(visit: Visits, office: str, miniland_root: Path, tmp_path: Path) -> None:
    page, listener = visit(office, locale="en-US").open("/pflege?teil=einfuhr").page, Listener()
    drawn(page, ".stFileUploader")
    wrong = tmp_path / "falsch.exe"
    wrong.write_bytes(b"MZ")
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.get_by_text("falsch.exe").first).to_be_visible()
    page.get_by_text("falsch.exe").first.hover()
    listener.note(page, "refused")
    assert any("nicht erlaubt" in said for said in listener.said), listener.said
    assert listener.with_words(english() - known_from_data(miniland_root) - {"exe", "falsch"}) == {}


def test_no_english_when_the_server_is_gone(visit: Visits, miniland_root: Path, tmp_path: Path) -> None:
    made, listener = visit("", locale="en-US"), Listener()
    with serving(miniland_root, tmp_path / "log") as url:
        made.page.goto(f"{url}/ueber")
        drawn(made.page, PAGES["/ueber"])
        expect(made.page.locator(".atlas-links")).to_be_attached()
    expect(made.page.get_by_text("Verbinden …").or_(made.page.get_by_role("dialog")).first).to_be_visible()
    listener.note(made.page, "gone")
    expect(made.page.get_by_role("dialog")).to_contain_text("Keine Verbindung")
    listener.note(made.page, "dialog")
    assert listener.with_words(english() - known_from_data(miniland_root)) == {}


def test_no_english_where_there_is_no_page(visit: Visits, office: str, miniland_root: Path) -> None:
    made, listener = visit(office, locale="en-US").open("/gibt-es-nicht"), Listener()
    expect(made.page.get_by_role("heading", name="Diese Seite gibt es nicht")).to_be_visible()
    listener.note(made.page, "no page")
    assert listener.with_words(english() - known_from_data(miniland_root)) == {}


@pytest.mark.parametrize(
    "address", ["/?lang=en&stichtag=2022-05-03", "/pflege?lang=en&gemeinde=00021010", "/pflege?lang=en&teil=einfuhr"]
)
def test_no_german_of_the_framework_on_english_pages(visit: Visits, office: str, address: str) -> None:
    made, listener = visit(office, locale="de-DE").open(address), Listener()
    drawn(made.page, PAGES[address.replace("lang=en&", "")])
    open_everything(made.page, listener, address)
    expect(made.page.locator("html")).to_have_attribute("lang", "en")
    german = {each for name in TABLES for each in table(name).values()} - {"Logo"}
    months = {*get_month_names("wide", locale="de").values()} - {*get_month_names("wide", locale="en").values()}
    said = {word for text in listener.said for word in re.split(r"[\s,]+", text)}
    assert (german & set(listener.said), months & said) == (set(), set())
