"""A table brought in through the browser: faults, the mended file, what it changes on the map, confirmed, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from atlas.sources.store import open_store
from tests.browser.conftest import Visit, serving
from tests.table_files import GOOD_ROWS, csv_file, planted, xlsx_file

Visits = Callable[..., Visit]


def upload(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)


def expect_refused(page: Page) -> None:
    row = page.locator("table.findings tr.blocker")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Das Datum „31.02.2024“ gibt es nicht")
    expect(row.locator("th")).to_have_text("4")
    expect(page.get_by_text("Nichts wird übernommen")).to_be_visible()


def written(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    path.write_bytes(xlsx_file(rows=rows) if path.suffix == ".xlsx" else csv_file(rows))
    return path


@pytest.mark.sample(1)
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_table_is_taken_in_and_taken_back(miniland_root: Path, tmp_path: Path, visit: Visits, kind: str) -> None:
    bad = written(tmp_path / f"kreise-1.{kind}", planted("Datum", "31.02.2024"))
    good = written(tmp_path / f"kreise-2.{kind}", GOOD_ROWS)
    log = tmp_path / "log"
    with serving(miniland_root, log, ATLAS_LOCAL_EDITOR="Anna Probe") as url:
        made = visit(url).open("/pflege?teil=einfuhr")
        page = made.page
        page.locator("input[type=file]").wait_for(state="attached")
        upload(page, bad)
        expect_refused(page)
        upload(page, good)
        expect(page.get_by_text(f"{len(GOOD_ROWS)} neu, 0 geändert")).to_be_visible()
        seen = made.map
        seen.locator("path.area").first.wait_for(state="attached")
        assert seen.evaluate("() => window.map.getZoom() > 0")
        page.get_by_role("textbox", name="Grund").fill("Meldung der Kreise")
        page.locator(".st-key-intake-save button").dblclick()
        expect(page.get_by_text("Gespeichert als Änderung 2")).to_be_visible()
        expect(page.locator("table.findings")).to_have_count(0)
        public = visit(url).open("/?gemeinde=00021050").page
        expect(public.get_by_text("Juni 2021").first).to_be_visible()
        page.locator(".st-key-undo-last button").click()
        expect(page.get_by_text("Gespeichert als Änderung 3")).to_be_visible()
        public.reload()
        expect(public.get_by_text("Juni 2020").first).to_be_visible()
        expect(public.get_by_text("Juni 2021")).to_have_count(0)
        page.get_by_role("radio", name="Verlauf").click()
        expect(page.locator("table.log tbody tr")).to_have_count(3)
        expect(page.locator("table.log tbody tr").nth(1)).to_contain_text(good.name)
        assert (made.errors, made.foreign) == ([], [])
    store = open_store(f"sqlite:///{log.with_suffix('.sqlite3')}")
    assert store.head() == 3
    assert store.verify() == []
    store.close()
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_findings_fit_a_phone_and_stay_a_table(miniland_root: Path, tmp_path: Path, visit: Visits) -> None:
    bad = tmp_path / "kreise.csv"
    bad.write_bytes(csv_file(planted("AGS", "00021019", Anmerkung="x" * 400)))
    with serving(miniland_root, tmp_path / "log", ATLAS_LOCAL_EDITOR="Anna Probe") as url:
        made = visit(url, phone=True).open("/pflege?teil=einfuhr&lang=en")
        page = made.page
        page.locator("input[type=file]").wait_for(state="attached")
        upload(page, bad)
        row = page.get_by_role("table").get_by_role("row").filter(has_text="Error").first
        expect(row.get_by_role("rowheader")).to_have_text("4")
        expect(row.locator("td.told")).to_be_visible()
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= window.innerWidth")
        box = row.locator("td.told").bounding_box()
        assert box is not None
        assert box["width"] > 300
        assert (made.errors, made.foreign) == ([], [])


def test_row_like_an_entry_stands_beside_it(miniland_root: Path, tmp_path: Path, visit: Visits) -> None:
    like = tmp_path / "kreise.csv"
    like.write_bytes(csv_file([("00021050", "Erlen", "talk", "held", "2022", "reached", "", "", "Ein Heft", "")]))
    with serving(miniland_root, tmp_path / "log", ATLAS_LOCAL_EDITOR="Anna Probe") as url:
        made = visit(url, phone=True).open("/pflege?teil=einfuhr")
        page = made.page
        page.locator("input[type=file]").wait_for(state="attached")
        upload(page, like)
        asked = page.locator(".st-key-intake-question-2")
        expect(asked.get_by_role("radio", name="neuer Eintrag")).to_be_checked()
        expect(asked).to_contain_text("Monat bekannt.")
        asked.get_by_text("derselbe Vorgang wie Eintrag").click()
        expect(page.get_by_text("0 neu, 1 geändert")).to_be_visible()
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= window.innerWidth")
        asked.get_by_text("neuer Eintrag", exact=True).click()
        expect(page.get_by_text("1 neu, 0 geändert")).to_be_visible()
        assert (made.errors, made.foreign) == ([], [])
