"""Entries in a real browser: a table changed, a conflict in it, an entry by keyboard on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from atlas.analysis.difference import entries_of
from atlas.model.edits import ChangeKind, Correct, Occasion, Record
from atlas.model.rights import Actor, Role
from atlas.sources.store import Store, open_store
from tests.browser.conftest import Visit, serving
from tests.browser.test_accessibility import AXE, OURS, RUN

ANNA, BERND = Actor("Anna Probe", Role.EDITOR), Actor("Bernd Probe", Role.EDITOR)
TOWN, OTHER = "00021010", "00021020"
Visits = Callable[..., Visit]


@pytest.fixture
def office(miniland_root: Path, tmp_path: Path) -> Iterator[tuple[str, Store]]:
    """Return an application with a local editor, and its store."""
    log = tmp_path / "log"
    with serving(miniland_root, log, ATLAS_LOCAL_EDITOR=ANNA.name) as url:
        store = open_store(f"sqlite:///{log.with_suffix('.sqlite3')}")
        yield url, store
        store.close()


def record(store: Store, ags: str) -> dict[int, tuple[int, Record]]:
    return {entry: each for entry, each in entries_of(store.records("mini")).items() if each[1].ags == ags}


def write_into_cell(page: Page, column: int, row: int, text: str) -> None:
    """Write into a cell of the table, by keyboard; rows and columns from 0."""
    # While the page is still drawn the table moves, and what is typed would go to the field that stands there then.
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible()
    cells = page.locator(".stDataFrame .dvn-scroller").first
    cells.click(position={"x": 120, "y": 52})  # the first cell: below the headings, right of the box for the row
    for key in ["Control+Home"] + ["ArrowDown"] * row + ["ArrowRight"] * column:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    editor = page.locator("#portal textarea, #portal input").last
    expect(editor).to_be_visible()
    editor.fill(text)
    editor.press("Enter")
    expect(editor).to_be_hidden()


def open_table(visit: Visits, url: str) -> Visit:
    made = visit(url).open(f"/pflege?gemeinde={TOWN}")
    expect(made.page.locator('[data-test-script-state="notRunning"]')).to_be_visible()
    made.page.get_by_role("radio", name="Tabelle").click()
    expect(made.page.locator(".stDataFrame canvas").first).to_be_visible()
    return made


DATE, NOTE, SOURCE_DATE = 1, 6, 8


def save(page: Page) -> None:
    page.locator(".st-key-entries-save button").click()


def check(page: Page, told: str, times: int = 1) -> None:
    """Have the table checked, for the first or a further time, and wait for what comes of it."""
    save(page)
    expect(page.locator(f".st-key-entries-outcome-{times}")).to_contain_text(told)


def test_table_is_changed_and_saved_in_one_change(office: tuple[str, Store], visit: Visits) -> None:
    url, store = office
    made = open_table(visit, url)
    page = made.page
    write_into_cell(page, SOURCE_DATE, 0, "8/2019")
    write_into_cell(page, NOTE, 0, "Mit Foto.")
    check(page, "Grund: Bitte sagen, warum")
    for told in ("Mit Foto.", "Juli 2019 → August 2019"):
        expect(page.locator(".st-key-entries-preview")).to_contain_text(told)
    page.get_by_role("textbox", name="Grund").fill("Foto gefunden")
    save(page)
    expect(page.get_by_text("Gespeichert als Änderung 2")).to_be_visible()
    ((_, now),) = record(store, TOWN).values()
    assert (now.note, now.source_date) == ("Mit Foto.", "2019-08")
    assert [(each.corrected, each.occasion.reason) for each in store.changes(ANNA, 1)] == [(1, "Foto gefunden")]
    page.locator(".st-key-undo-last button").click()
    expect(page.get_by_text("Gespeichert als Änderung 3")).to_be_visible()
    ((_, now),) = record(store, TOWN).values()
    assert now.note != "Mit Foto."
    assert (made.errors, made.foreign) == ([], [])


def test_reason_is_typed_on_while_the_answer_comes(office: tuple[str, Store], visit: Visits) -> None:
    """What is said above the reason does not make its field anew: the rest of it would go nowhere."""
    url, store = office
    page = open_table(visit, url).page
    write_into_cell(page, NOTE, 0, "Mit Foto.")
    reason = page.get_by_role("textbox", name="Grund")
    reason.press_sequentially("Foto")
    page.locator(".st-key-entries-save button").dispatch_event("click")  # the focus stays where it is
    expect(page.locator(".st-key-entries-outcome-1")).to_contain_text("Mit Foto.")
    page.keyboard.type(" gefunden")
    expect(reason).to_have_value("Foto gefunden")
    save(page)
    expect(page.get_by_text("Gespeichert als Änderung 2")).to_be_visible()
    assert [each.occasion.reason for each in store.changes(ANNA, 1)] == ["Foto gefunden"]


def test_fault_in_the_table_keeps_what_was_typed(office: tuple[str, Store], visit: Visits) -> None:
    url, store = office
    page = open_table(visit, url).page
    write_into_cell(page, DATE, 0, "31.02.2020")
    page.get_by_role("textbox", name="Grund").fill("Versuch")
    check(page, "Neustadt (Landkreis Nord), Datum: Das Datum „31.02.2020“ gibt es nicht")
    assert store.head() == 1
    expect(page.locator(".stDataFrame table")).to_contain_text("31.02.2020")


def test_table_shows_what_others_wrote_before_it_saves(office: tuple[str, Store], visit: Visits) -> None:
    url, store = office
    page = open_table(visit, url).page
    write_into_cell(page, NOTE, 0, "Annas Wort")
    page.get_by_role("textbox", name="Grund").fill("gelesen")
    check(page, "Annas Wort")
    ((entry, (version, old)),) = record(store, TOWN).items()
    edit = Correct(entry, version, replace(old, note="Bernds Wort"))
    store.apply(BERND, "mini", [edit], Occasion(ChangeKind.EDIT, "nachgelesen"))
    save(page)
    news = page.locator(".st-key-entries-news")
    expect(news).to_contain_text("Bernd Probe hat diese Einträge inzwischen geändert")
    expect(news).to_contain_text("Bernds Wort")
    assert [each.note for _, each in record(store, TOWN).values()] == ["Bernds Wort"]
    check(page, "Annas Wort", times=3)
    save(page)
    expect(page.get_by_text("Gespeichert als Änderung 3")).to_be_visible()
    assert record(store, TOWN) == {entry: (version + 2, replace(old, note="Annas Wort"))}


def test_entry_is_made_by_keyboard_on_a_phone(office: tuple[str, Store], visit: Visits) -> None:
    url, store = office
    made = visit(url, phone=True).open(f"/pflege?gemeinde={OTHER}")
    page = made.page
    page.get_by_role("button", name="Neuer Eintrag").press("Enter")
    choice = page.get_by_role("combobox", name="Baustein und Stufe")
    choice.scroll_into_view_if_needed()
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_attached()  # the form is drawn to its end
    choice.press_sequentially("besteht")
    expect(page.get_by_role("option").first).to_have_text("Rat: besteht")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(0)
    page.get_by_role("textbox", name="Datum", exact=True).fill("3/2025")
    page.get_by_role("textbox", name="Quelle", exact=True).fill("Amtsblatt")
    page.locator(".st-key-entry-save button").press("Enter")
    expect(page.get_by_text("Gespeichert als Änderung 2")).to_be_visible()
    (kept,) = (each for _, each in record(store, OTHER).values() if each.source_url == "Amtsblatt")
    assert (kept.instrument, kept.status, kept.date) == ("council", "active", "2025-03")
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= window.innerWidth")
    page.goto(f"{url}/?gemeinde={OTHER}")
    expect(page.get_by_text("März 2025").first).to_be_visible()
    assert (made.errors, made.foreign) == ([], [])


@pytest.mark.parametrize("dark", [False, True])
def test_no_serious_finding_of_axe(office: tuple[str, Store], visit: Visits, dark: bool) -> None:
    url, store = office
    page = visit(url, dark=dark).open(f"/pflege?gemeinde={TOWN}").page
    page.get_by_role("button", name="Neuer Eintrag").click()
    expect(page.get_by_role("button", name="Verwerfen")).to_be_visible()
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible()  # the form no longer moves
    page.locator(".st-key-entry-save button").click()
    expect(page.locator(".finding").first).to_be_visible()
    ((entry, (version, old)),) = record(store, TOWN).items()
    store.apply(
        BERND, "mini", [Correct(entry, version, replace(old, note="Bernds Wort"))], Occasion(ChangeKind.EDIT, "so")
    )
    for part, shown in (("Meldungen", "Meldungen von außen"), ("Verlauf", "Bearbeitung"), ("Einträge", "Bernds Wort")):
        page.get_by_role("radio", name=part).click()
        expect(page.get_by_text(shown).first).to_be_visible()
        expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible()
        page.wait_for_timeout(700)  # what is drawn anew fades in
        page.evaluate(AXE)
        assert page.evaluate(RUN, [OURS, "page"]) == [], part
