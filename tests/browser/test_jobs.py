"""The fifteen jobs, each by mouse, by keyboard alone, by touch on a phone and at 200 %: how many activations, and what comes out.

Nothing is timed here; ``python -m bench.jobs`` runs the same and prints the table with seconds.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from icalendar import Calendar
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from atlas.model.cases import FollowUp
from atlas.model.rights import Actor, Role
from atlas.sources.store import open_store
from tests.browser.conftest import Visit, serving
from tests.browser.hands import HANDS, Hands, Touch
from tests.conftest import ROOT
from tests.table_files import HEADINGS, csv_file
from ui.cache import today

TOWN, NAME = "14521530", "Schneeberg"
ANNA = Actor("Anna Probe", Role.EDITOR)
PAGES = {"map": "Karte", "districts": "Kreise", "progress": "Fortschritt", "steering": "Steuerung", "data": "Daten und Quellen", "record": "Pflege"}  # fmt: skip
SEARCH, SHEET, KIT, PICTURE = "Gemeinde oder Kreis suchen", "Steckbrief (PDF)", "Pressepaket (ZIP)", "Karte mitnehmen"
EXCEL, CSV, COPY = "Tabelle als CSV für Excel", "Tabelle als CSV", "Link kopieren"


def link(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("link", name=name, exact=name == CSV).first


def button(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name).first


def menu(hands: Hands, page: str) -> None:
    """Choose a page in the menu, wherever the screen has room for it."""
    hands.press(link(hands.page.get_by_role("navigation", name="Seiten"), PAGES[page]))


def look_up(hands: Hands, name: str) -> None:
    """Write a name into the search box and take the place that is found."""
    box = hands.page.get_by_role("combobox", name=SEARCH)
    hands.type(box, name)
    found = hands.page.get_by_role("option").first
    expect(found).to_contain_text(name)
    hands.confirm(box, found)


def lines(hands: Hands, place: Locator) -> list[dict[str, str]]:
    """Return the rows of a CSV a link leads to, taken past the hands: what is shown is held against it."""
    answer = hands.page.request.get(f"{hands.base}/{place.get_attribute('href')}")
    assert answer.ok
    return rows_of(answer.body())


def rows_of(body: bytes) -> list[dict[str, str]]:
    text = body.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if body.startswith(b"\xef\xbb\xbf") else ","))


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def cells(table: Locator) -> list[list[str]]:
    """Return what the rows of a table say, cell by cell."""
    return table.locator("tbody tr").evaluate_all("all => all.map(r => [...r.cells].map(c => c.innerText.trim()))")


# ---- officials of the ministry ---------------------------------------------------------------------------------------


def how_many(hands: Hands, _: Path) -> None:
    hands.open("/", ".atlas-table tbody tr")
    menu(hands, "districts")
    hands.press(hands.page.get_by_role("radio", name="Vereinbarung", exact=True))
    hands.see(hands.page.get_by_role("heading", name="Rangfolge der Kreise: Kooperationsvereinbarung"))
    whole = hands.see(hands.page.locator("table.shares tr", has_text="Kooperationsvereinbarung"))
    number, total, share = re.search(r"(\d+) von (\d+).*?([\d,]+) %", whole.inner_text(), re.DOTALL).groups()  # type: ignore[union-attr]
    hands.see(hands.page.get_by_text(f"Stichtag {today():%d.%m.%Y}: {total} Gemeinden"))
    assert f"{100 * int(number) / int(total):.1f}".replace(".", ",") == share
    shown = [row for table in hands.page.locator("table.ranking").all() for row in cells(table)]
    weakest = cells(hands.page.locator("table.ranking").first)[-1]
    file = [
        row
        for row in lines(hands, link(hands.page.locator(".stMain"), CSV))
        if row["Baustein"] == "Kooperationsvereinbarung"
    ]
    said = [[row["Kreis"], row["Rang"], f"{row['Gemeinden']} von {row['Gemeinden insgesamt']}"] for row in file]
    assert sorted(row[:3] for row in shown) == sorted(said)
    assert sum(int(row["Gemeinden"]) for row in file) == int(number)
    assert weakest[1] == max((row["Rang"] for row in file if row["Art"] == "Landkreis"), key=int)


def brief(hands: Hands, folder: Path) -> None:
    hands.open("/", ".atlas-table tbody tr")
    look_up(hands, NAME)
    hands.see(hands.page.locator("article.detail h2", has_text=NAME))
    path = hands.take(button(hands.page, SHEET), folder)
    assert path.stat().st_size <= 1_000_000
    said, pages = read_pdf(path)
    assert pages <= 2
    for wanted in (NAME, "Kooperationsvereinbarung", "17.12.2021", "Aue-Bad Schlema", "Zschorlau", "Quelle"):
        assert wanted in said, wanted
    with pikepdf.open(path) as pdf:
        assert NAME in str(pdf.docinfo["/Title"])
        assert pdf.Root.Lang == "de"
        assert "/StructTreeRoot" in pdf.Root


def read_pdf(path: Path) -> tuple[str, int]:
    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in document), len(document)


def rank(hands: Hands, folder: Path) -> None:
    hands.open("/", ".atlas-table tbody tr")
    menu(hands, "districts")
    hands.see(hands.page.locator("table.ranking").first)
    body = hands.take(link(hands.page.locator(".stMain"), EXCEL), folder).read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = rows_of(body)
    by_instrument = {row["Baustein"] for row in rows}
    assert len(by_instrument) == 9
    assert len(rows) == 13 * 9
    assert all("," in row["Anteil"] for row in rows if row["Gemeinden"] not in ("0", row["Gemeinden insgesamt"]))


def news(hands: Hands, folder: Path) -> None:
    hands.open("/", ".atlas-table tbody tr")
    menu(hands, "progress")
    told = hands.see(hands.page.locator("pre", has_text="Das geht auf")).inner_text()
    for before, new, now in re.findall(r"geht auf: (\d+) \+ (\d+) [a-zäöü ]+ = (\d+)\.", told):
        assert int(before) + int(new) == int(now)
    changes = hands.page.locator("summary", has_text="Veränderungen")
    hands.press(changes)
    hands.see(hands.page.locator("table.list tbody tr", has_text="erstmals belegt").first)
    path = hands.take(hands.page.locator("a[href^='atlas/veraenderungen.csv']", has_text=EXCEL), folder)
    assert len(rows_of(path.read_bytes())) == number(changes.inner_text())


def share_view(hands: Hands, _: Path) -> None:
    view = f"/?ebene=agreement&stichtag=2022-12-31&kreis=14521&gemeinde={TOWN}&belegt=1"
    hands.open(view, "article.detail")
    hands.press(button(hands.page, COPY))
    hands.see(hands.page.get_by_text("Kopiert"))
    copied = str(hands.page.evaluate("navigator.clipboard.readText()"))
    assert hands.page.context.browser is not None
    for screen in (Hands.screen, Touch.screen):
        other = hands.page.context.browser.new_context(locale="de-DE", **screen)
        page = other.new_page()
        page.goto(copied)
        expect(page.locator("article.detail h2")).to_have_text(NAME)
        expect(page.get_by_role("radio", name="Vereinbarung", exact=True)).to_be_checked()
        expect(page.get_by_role("combobox", name="Stichtag")).to_have_value("Stand 31.12.2022")
        expect(page.locator(".atlas-table caption")).to_contain_text(": 8")
        expect(page.get_by_role("button", name="Filter (2)")).to_be_visible()
        other.close()


# ---- municipalities --------------------------------------------------------------------------------------------------


def slide(hands: Hands, folder: Path) -> None:
    hands.open(f"/gemeinde?gemeinde={TOWN}", "table.neighbours tbody tr")
    hands.press(button(hands.page, PICTURE))
    alt = hands.see(hands.page.locator("img.preview")).get_attribute("alt") or ""
    path = hands.take(link(hands.page, "PNG"), folder)
    assert path.stat().st_size <= 2_000_000
    with Image.open(path) as picture:
        assert picture.size == (3840, 2160)
    assert f"Hervorgehoben: {NAME}" in alt
    assert f"Stand: {today():%d.%m.%Y}" in alt


def press_kit(hands: Hands, folder: Path) -> None:
    hands.open(f"/gemeinde?gemeinde={TOWN}", "table.neighbours tbody tr")
    with zipfile.ZipFile(hands.take(button(hands.page, KIT), folder)) as kit:
        names = kit.namelist()
        texts = "".join(kit.read(name).decode() for name in names if name.endswith(".txt"))
        pictures = [Image.open(io.BytesIO(kit.read(name))).size for name in names if name.endswith(".png")]
    assert any(name.endswith(".svg") for name in names)
    assert any(width == height >= 1080 for width, height in pictures)
    for wanted in (NAME, "Kooperationsvereinbarung", "GeoBasis-DE", "Aue-Bad Schlema"):
        assert wanted in texts, wanted


def neighbours(hands: Hands, folder: Path) -> None:
    hands.open(f"/?gemeinde={TOWN}", "article.detail")
    hands.press(link(hands.page, "Zur Seite der Gemeinde"))
    table = hands.see(hands.page.locator("table.neighbours"))
    borders = [float(row[2].split()[0].replace(",", ".")) for row in cells(table)]
    assert borders == sorted(borders, reverse=True)
    shown = [row[1].split("\n")[0] for row in cells(table)]
    rows = rows_of(hands.take(link(hands.page.locator(".st-key-nachbarn"), EXCEL), folder).read_bytes())
    assert [row["Gemeinde"] for row in rows] == shown


def council_print(hands: Hands, folder: Path) -> None:
    hands.open(f"/gemeinde?gemeinde={TOWN}", "table.neighbours tbody tr")
    hands.press(button(hands.page, PICTURE))
    hands.see(hands.page.locator("img.preview"))
    hands.press(hands.page.get_by_role("radio", name="A4 hoch"))
    hands.page.wait_for_url("**groesse=a4-portrait**")
    hands.see(hands.page.locator("img.preview[src*='a4-portrait']"))
    path = hands.take(link(hands.page, "PDF"), folder)
    assert path.stat().st_size <= 500_000
    said, pages = read_pdf(path)
    assert pages == 1
    assert NAME in said
    with pikepdf.open(path) as pdf:
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
        assert not pdf.pages[0].get_images(), "drawn, not photographed"


def report(hands: Hands, _: Path) -> None:
    town = ("14521390", "14521370", "14521450", "14521640")[list(HANDS.values()).index(type(hands))]
    hands.open(f"/gemeinde?gemeinde={town}", "table.neighbours tbody tr")
    hands.press(hands.page.locator("summary", has_text="Fehler melden"))
    hands.type(hands.page.get_by_label("Was stimmt nicht?"), "Das Datum stimmt nicht.")
    hands.press(button(hands.page, "Meldung abschicken"))
    assert re.fullmatch(
        r"\w{4}-\w{4}-\w{4}", hands.see(hands.page.locator(".st-key-receipt code")).inner_text().strip()
    )


# ---- team leads ------------------------------------------------------------------------------------------------------


def monday(hands: Hands, _: Path) -> None:
    hands.open("/", ".atlas-table tbody tr")
    menu(hands, "steering")
    table = hands.see(hands.page.locator("table.due"))
    days = [int(found[0]) for row in cells(table) if (found := re.findall(r"seit (\d+) Tagen", " ".join(row)))]
    assert days == [12, 3]
    place = hands.page.locator(".st-key-wiedervorlagen")
    assert len(lines(hands, link(place, CSV))) == 3
    calendar = hands.page.request.get(
        f"{hands.base}/{link(place, 'Kalenderdatei (.ics)').get_attribute('href')}"
    ).body()
    assert len(Calendar.from_ical(calendar).walk("VEVENT")) == 3


def stuck(hands: Hands, _: Path) -> None:
    hands.open("/", ".atlas-table tbody tr")
    menu(hands, "steering")
    hands.see(hands.page.get_by_role("heading", name="Lange unverändert"))
    table = hands.see(hands.page.locator("table.list:has(th:text-is('Tage'))").first)
    titles = table.locator("thead th").all_inner_texts()
    assert {"Stufe", "Tage", "zuletzt belegt"} <= set(titles)
    days = [number(said) for row in cells(table) if re.search(r"\d", said := row[titles.index("Tage")])]
    assert len(days) > 3
    assert days == sorted(days, reverse=True)
    assert not {row[titles.index("Stufe")] for row in cells(table)} & {"beendet", "aufgelöst"}


def half_year(hands: Hands, folder: Path) -> None:
    hands.open("/", ".atlas-table tbody tr")
    menu(hands, "progress")
    hands.see(hands.page.locator(".chart img").first)
    path = hands.take(link(hands.page.locator(".stMain"), "PNG"), folder)
    with Image.open(path) as picture:
        assert picture.width >= 1600
    rows = rows_of(hands.take(link(hands.page.locator(".stMain"), EXCEL), folder).read_bytes())
    said = {row["Stichtag"]: row["Gemeinden"] for row in rows if row["Baustein"] == "Erstgespräch"}
    shown = {"-".join(reversed(row[0].split("."))): row[1] for row in cells(hands.page.locator("table.ledger").first)}
    assert {day: said[day] for day in shown if day in said} == {day: shown[day] for day in shown if day in said}
    assert len(shown.keys() & said.keys()) >= 5


def monthly_list(hands: Hands, folder: Path) -> None:
    good = (
        "14521530",
        NAME,
        "Fortbildung",
        "in Ausbildung",
        "01.02.2026",
        "erreicht",
        "",
        "",
        "https://beispiel.invalid/neu",
        "2026",
    )
    bad = (*good[:4], "31.02.2026", *good[5:])
    faulty, right = folder / "mit-fehler.csv", folder / "richtig.csv"
    faulty.write_bytes(csv_file([good, bad, (*good[:3], "irgendwie", *good[4:])], HEADINGS))
    right.write_bytes(csv_file([good], HEADINGS))
    hands.open("/pflege", ".stDataFrame canvas")
    hands.press(hands.page.get_by_role("radio", name="Import"))
    hands.give(button(hands.page.locator(".stFileUploader"), "Datei wählen"), faulty)
    found = hands.page.locator("table.findings tr.blocker")
    hands.see(found.first)
    assert [row.locator("th").inner_text() for row in found.all()] == ["3", "4"]
    hands.see(hands.page.get_by_text("Nichts wird übernommen"))
    hands.give(button(hands.page.locator(".stFileUploader"), "Dateien hinzufügen"), right)
    hands.see(hands.page.get_by_text("1 neu, 0 geändert"))
    hands.type(hands.page.get_by_role("textbox", name="Grund"), "Meldung des Monats")
    hands.press(hands.page.locator(".st-key-intake-save button"))
    saved = number(hands.see(hands.page.get_by_text("Gespeichert als Änderung")).inner_text().split(".")[0])
    hands.press(hands.page.locator(".st-key-undo-last button"))
    hands.see(hands.page.get_by_text(f"Gespeichert als Änderung {saved + 1}"))


def fit_to_publish(hands: Hands, _: Path) -> None:
    hands.open("/", ".atlas-table tbody tr")
    menu(hands, "data")
    hands.see(hands.page.get_by_role("heading", name="Frei zur Veröffentlichung?"))


@dataclass(frozen=True)
class Job:
    """A job: how it is done, and after how many activations it must be done, where features.md sets a limit."""

    do: Callable[[Hands, Path], None]
    most: int | None = None


JOBS = {
    "M1": Job(how_many, 2),
    "M2": Job(brief, 3),
    "M3": Job(rank, 2),
    "M4": Job(news, 3),
    "M5": Job(share_view, 1),
    "K1": Job(slide, 3),
    "K2": Job(press_kit, 4),
    "K3": Job(neighbours, 2),
    "K4": Job(council_print),
    "K5": Job(report),
    "T1": Job(monday, 1),
    "T2": Job(stuck, 1),
    "T3": Job(half_year, 3),
    "T4": Job(monthly_list),
    "T5": Job(fit_to_publish, 1),
}
CELLS = [(job, list(HANDS)[(row + column) % 4]) for row, job in enumerate(JOBS) for column in range(4)]
"""By turns, so that of each job another way is in the sample."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the shipped data with a local editor, for whom three next steps are noted."""
    log = tmp_path_factory.mktemp("office") / "log"
    store = open_store(f"sqlite:///{log.with_suffix('.sqlite3')}")
    for ags, days in ((TOWN, 3), ("14612000", 12), ("14511000", -4)):
        due = today() - timedelta(days=days)
        store.follow_ups.save(ANNA, "asskomm", FollowUp(ags=ags, version=0, step="anrufen", due=due))
    store.close()
    with serving(ROOT, log, ATLAS_LOCAL_EDITOR=ANNA.name) as url:
        yield url


@pytest.mark.sample(15)
@pytest.mark.parametrize(("job", "way"), CELLS)
def test_job_is_done_within_its_limit(
    visit: Callable[..., Visit],
    saxony_url: str,
    office: str,
    job: str,
    way: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    base = office if job.startswith("T") else saxony_url
    made = visit(base, screen=HANDS[way].screen)
    made.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hands = HANDS[way](made.page, base)
    wanted = JOBS[job]
    wanted.do(hands, tmp_path)
    record_property("job", (job, way, hands.activations, wanted.most, hands.keys, round(hands.seconds, 2)))
    assert wanted.most is None or hands.activations <= wanted.most
    assert (made.errors, made.foreign) == ([], [])
