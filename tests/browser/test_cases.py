"""Two jobs done for real: the Monday list from the start page, and an error reported from a phone."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from atlas.model.cases import FollowUp
from atlas.model.rights import Actor, Role
from atlas.sources.store import Store, open_store
from tests.browser.conftest import Visit, serving
from ui.cache import today

ANNA = Actor("Anna Probe", Role.EDITOR)
TOWN, OTHER = "00021010", "00021020"
Visits = Callable[..., Visit]


@pytest.fixture(scope="module")
def office(miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Store]]:
    """Return an application with a local editor, and its store."""
    log = tmp_path_factory.mktemp("office") / "log"
    store = open_store(f"sqlite:///{log.with_suffix('.sqlite3')}")
    for ags, days in ((TOWN, 3), (OTHER, 12), ("00022030", -4)):
        due = today() - timedelta(days=days)
        store.follow_ups.save(
            ANNA, "mini", FollowUp(ags=ags, version=0, note="Notiz", step=f"<b>anrufen</b> {ags}", due=due)
        )
    with serving(miniland_root, log, ATLAS_LOCAL_EDITOR=ANNA.name) as url:
        yield url, store
    store.close()


def no_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('.stMain').scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("phone", [False, True], ids=["screen", "phone"])
def test_monday_list_is_one_click_away(office: tuple[str, Store], visit: Visits, phone: bool, tmp_path: Path) -> None:
    made = visit(office[0], phone=phone).open()
    page = made.page
    page.get_by_role("link", name="Steuerung").click()
    rows = page.locator("table.due tbody tr")
    expect(rows).to_have_count(3)
    assert [row.get_attribute("data-ags") for row in rows.all()] == [OTHER, TOWN, "00022040"]
    expect(rows.first).to_contain_text("<b>anrufen</b>")
    expect(rows.first).to_contain_text("seit 12 Tagen überfällig")
    assert no_wider_than_the_screen(page)
    for name, ending in (("Tabelle als CSV", ".csv"), ("Kalenderdatei (.ics)", ".ics")):
        with page.expect_download() as loading:
            page.locator(".st-key-wiedervorlagen").get_by_role("link", name=name, exact=True).click()
        path = tmp_path / f"file{ending}"
        loading.value.save_as(path)
        assert loading.value.suggested_filename.endswith(ending)
    assert [row["AGS"] for row in csv.DictReader((tmp_path / "file.csv").read_text(encoding="utf-8").splitlines())] == [
        OTHER,
        TOWN,
        "00022040",
    ]
    assert len(Calendar.from_ical((tmp_path / "file.ics").read_bytes()).walk("VEVENT")) == 3
    rows.first.get_by_role("link").click()
    expect(page.get_by_label("Nächster Schritt")).to_have_value(f"<b>anrufen</b> {OTHER}")
    assert (made.errors, made.foreign) == ([], [])


@pytest.mark.parametrize("phone", [False, True], ids=["screen", "phone"])
def test_error_is_reported_without_a_login(office: tuple[str, Store], visit: Visits, phone: bool) -> None:
    url, store = office
    town = OTHER if phone else TOWN
    made = visit(url, phone=phone).open(f"/gemeinde?gemeinde={town}")
    page = made.page
    expect(page.get_by_text("Korrektur angefragt")).to_have_count(0)
    page.get_by_text("Fehler melden").click()
    page.get_by_label("Was stimmt nicht?").fill("Das Datum stimmt nicht. <img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Meldung abschicken").click()
    code = page.locator(".st-key-receipt code")
    expect(code).to_be_visible()
    receipt = code.inner_text().strip()
    store.reports.look(ANNA, [receipt])
    assert no_wider_than_the_screen(page)
    asked = visit(url, phone=phone).open(f"/gemeinde?gemeinde={town}&quittung={receipt}").page
    expect(asked.get_by_text("noch nicht beantwortet")).to_be_visible()
    expect(asked.get_by_text("Korrektur angefragt")).to_be_visible()
    store.reports.answer(ANNA, [receipt], "Danke, <b>berichtigt</b>.", is_accepted=True)
    asked.reload()
    expect(asked.get_by_text("Danke, <b>berichtigt</b>.")).to_be_visible()
    expect(asked.get_by_text("Korrektur angefragt")).to_have_count(0)
    assert (made.errors, made.foreign) == ([], [])
