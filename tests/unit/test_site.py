"""The static site: complete without scripts, equal to the application, whole or not at all."""

from __future__ import annotations

import html
import json
import random
import re
import urllib.request
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest

from atlas.__main__ import FINDINGS, FINE, main
from atlas.errors import AtlasError
from atlas.export.open_data import status_file, written_table
from atlas.export.tables import view_table
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST, ViewState
from atlas.present.context import ViewContexts
from atlas.present.figures import build_cards
from atlas.present.handbook import CHAPTER_OF
from atlas.present.map_spec import packed_since
from atlas.present.site_days import changing_days, packed_days, stamps
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.web.site import MARKER, publish
from atlas.web.site_frame import NOTHING_HERE, Order
from tests.conftest import TODAY
from tests.javascript import called
from tests.servers import served

LAST = date(2024, 1, 1)
ADDRESS = "https://karte.example/unter"


@pytest.fixture
def site(mini_site: Path) -> Path:
    """Return the site of the invented state."""
    return mini_site


@pytest.fixture(scope="module")
def addressed(miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site as it is where its address is known."""
    folder = tmp_path_factory.mktemp("addressed") / "site"
    publish(Order(Settings(miniland_root, ADDRESS), "mini", LAST), folder)
    return folder


class _Links(HTMLParser):
    """Collects addresses, and what stands where."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.found: list[tuple[str, str]] = []
        self.inline_scripts: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "base":
            self.base = given["href"] or ""
        if tag == "script" and "src" not in given:
            self.inline_scripts.append(given)
        self.found += [
            (tag, value) for name, value in attributes if name in {"href", "src"} and value and tag != "base"
        ]


def read(page: Path) -> _Links:
    links = _Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


def test_every_municipality_and_district_has_a_page_in_both_languages(site: Path, mini: Snapshot) -> None:
    context = ViewContexts(lambda: mini, lambda: LAST).of(ViewState())
    for prefix in ("", "en/"):
        for lines in context.day.lines.values():
            page = (site / f"{prefix}gemeinde/{lines[0].ags}/index.html").read_text(encoding="utf-8")
            assert html.escape(lines[0].name, quote=False) in page or lines[0].name in html.unescape(page)
            assert (site / f"{prefix}bild/{lines[0].ags}.svg").stat().st_size > 1000
            assert (site / f"bild/{lines[0].ags}.png").stat().st_size > 1000
        for key in context.edition.districts.index:
            assert (site / f"{prefix}kreis/{key}/index.html").is_file()
        for layer in context.programme.layers[1:]:
            assert (site / f"{prefix}ebene/{layer}/index.html").is_file()


def test_every_link_leads_to_a_file_and_only_maps_read_a_query(site: Path) -> None:
    """Over the plainest server there is: it knows files, and no query."""
    maps = {page for page in site.rglob("index.html") if 'id="map"' in page.read_text(encoding="utf-8")}
    seen: dict[str, int] = {}
    with served(site) as base:
        for page in site.rglob("*.html"):
            if page.name in {"karte.html", "karte-offline.html"}:
                continue
            links = read(page)
            below = page.relative_to(site).as_posix()
            root = base if below == NOTHING_HERE else f"{base}/{below}"
            for tag, address in links.found:
                if address.startswith(("http://", "https://")):
                    assert tag == "a", (page, address)
                    continue
                url, _, query = urldefrag(urljoin(urljoin(root, links.base), address))[0].partition("?")
                file = site / url.removeprefix(base).lstrip("/")
                assert not query or file in maps, (page, address)
                if url not in seen:
                    with urllib.request.urlopen(url) as answer:
                        seen[url] = answer.status
                        assert answer.read() == file.read_bytes()
            assert all(script.get("type") == "application/json" for script in links.inline_scripts)
            assert "Content-Security-Policy" in page.read_text(encoding="utf-8")
    assert len(seen) > 100


def test_tables_are_those_of_the_application(site: Path, mini: Snapshot) -> None:
    for lang, layer, folder in (("de", "overview", ""), ("en", "pact", "en/ebene/pact/")):
        context = ViewContexts(lambda: mini, lambda: LAST).of(ViewState(layer=layer, lang=lang))
        for name, is_excel in (("tabelle.csv", False), ("tabelle-excel.csv", True)):
            expected = written_table(view_table(context, Words(lang)), "csv", is_excel=is_excel)
            assert (site / folder / name).read_bytes() == expected


def test_every_page_has_one_heading_a_description_and_both_languages(addressed: Path) -> None:
    told: dict[str, str] = {}
    for page in sorted(addressed.rglob("*.html")):
        path = page.relative_to(addressed).as_posix()
        if page.name == "karte.html":
            continue
        text = page.read_text(encoding="utf-8")
        assert len(re.findall(r"<h1[ >]", text)) == 1, path
        assert re.search(r"<h1>[^<]+</h1>", text), path
        if page.name == "karte-offline.html":
            continue
        head = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]+)">', text))
        title = re.search(r"<title>(.+?)</title>", text)
        assert title
        assert 20 < len(head["description"]) < 500, path
        german = path.removeprefix("en/")  # a city that is its own district has two pages
        assert told.setdefault(f"{german[:4]} {title[1]}", german) == german
        if path == NOTHING_HERE:
            assert head["robots"] == "noindex"
            assert '<section lang="de">' in text
            assert '<section lang="en">' in text
            assert '<base href="/unter/">' in text
            continue
        assert f'<link rel="canonical" href="{ADDRESS}/{path}">' in text
        assert f'hreflang="de" href="{ADDRESS}/{german}"' in text
        assert f'hreflang="en" href="{ADDRESS}/en/{german}"' in text
        picture = head["og:image"].removeprefix(f"{ADDRESS}/")
        assert (addressed / picture).read_bytes().startswith(b"\x89PNG")


def test_the_list_for_search_engines_has_every_page(addressed: Path, site: Path) -> None:
    listed = re.findall(r"<loc>(.+?)</loc>", (addressed / "sitemap.xml").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(
        f"{ADDRESS}/{each.relative_to(addressed)}" for each in addressed.rglob("index.html")
    )
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in (addressed / "robots.txt").read_text(encoding="utf-8")
    assert not (site / "sitemap.xml").exists()
    assert "Sitemap" not in (site / "robots.txt").read_text(encoding="utf-8")
    assert 'rel="canonical"' not in (site / "index.html").read_text(encoding="utf-8")
    assert (site / "favicon.ico").read_bytes()[:4] == b"\x00\x00\x01\x00"


def test_the_question_mark_of_every_page_leads_to_its_chapter(site: Path) -> None:
    asked = set()
    for page in site.glob("**/index.html"):
        (address,) = re.findall(r'<a class="help" href="([^"]+)"', page.read_text(encoding="utf-8"))
        file, anchor = urldefrag(address)
        assert f'id="{anchor}"' in (site / file).read_text(encoding="utf-8")
        asked.add(anchor)
    assert asked == {CHAPTER_OF[page] for page in ("", "kreis", "gemeinde", "ueber", "hilfe")}


def test_page_is_complete_without_scripts(site: Path, mini: Snapshot) -> None:
    context = ViewContexts(lambda: mini, lambda: LAST).of(ViewState())
    page = html.unescape((site / "index.html").read_text(encoding="utf-8"))
    assert page.count('<tr><th scope="row">') == len(context.day.lines)
    for entry in context.spec.legend:
        assert re.search(rf"<span>{re.escape(entry.look.label.de)}</span><b>{entry.count}</b>", page)
    for card in build_cards(context, Words("de")):
        assert all(f">{door.text}</" in page for door in card.doors)
    assert "Beispieldaten" in page
    assert 'src="bild/' in page


def test_open_data_are_those_of_the_application(site: Path, mini: Snapshot) -> None:
    context = ViewContexts(lambda: mini, lambda: LAST).of(ViewState())
    for ending in ("csv", "json", "geojson", "gpkg"):
        assert (site / f"api/v1/status.{ending}").read_bytes() == status_file(context, ending, Words("de"))
    assert list((site / "api/v1/boundaries").glob("*.geojson"))


@pytest.mark.bulk
@pytest.mark.sample(1)
@pytest.mark.parametrize(("data", "layer"), [("mini", "overview"), ("real", "council"), ("real", "overview")])
def test_days_of_the_site_are_those_of_the_application(request: pytest.FixtureRequest, data: str, layer: str) -> None:
    snapshot: Snapshot = request.getfixturevalue(data)
    contexts = ViewContexts(lambda: snapshot, lambda: TODAY, kept_rows=1_000_000)
    view = ViewState(layer=layer)
    days = changing_days(contexts, view, TODAY)
    packed = json.loads(json.dumps(packed_days(contexts, view, days, stamps(contexts, view, days))))
    codes = ["".join(codes) for codes in called("parts/shared.js", "codesOfDays", packed["codes"])]
    chance = random.Random(layer)  # noqa: S311 - any days will do
    span = (TODAY - EARLIEST).days
    asked = [EARLIEST, TODAY, date(2022, 12, 31), date(2023, 1, 1)]
    asked += [EARLIEST + timedelta(days=chance.randrange(span)) for _ in range(25)]
    asked += [
        day + timedelta(days=step)
        for day in chance.sample(days, 12)
        for step in (-1, 0, 1)
        if EARLIEST <= day + timedelta(days=step) <= TODAY
    ]
    districts = [None, *contexts.of(view).edition.districts.index]
    for day in asked:
        context = contexts.of(view.but(as_of=day))
        place = max(number for number, each in enumerate(packed["days"]) if each <= day.isoformat())
        assert codes[place] == context.spec.codes, day
        assert packed["points"][place] == list(context.spec.points)
        assert packed["since"][place] == packed_since(context.spec)
        district = chance.choice(districts)
        for lang in ("de", "en"):
            told = [cards for number, cards in packed["cards"][lang][district or ""] if number <= place][-1]
            own = build_cards(contexts.of(view.but(as_of=day, district=district)), Words(lang))
            assert [[heading, [text for text, *_ in doors], note] for heading, doors, note in told] == [
                [card.heading, [door.text for door in card.doors], card.note] for card in own
            ], (day, district)


def test_same_data_give_the_same_site(site: Path, miniland_root: Path, tmp_path: Path) -> None:
    publish(Order(Settings(miniland_root), "mini", LAST), tmp_path / "again", jobs=1)
    for page in site.rglob("*"):
        if page.is_file():
            assert page.read_bytes() == (tmp_path / "again" / page.relative_to(site)).read_bytes(), page


def test_folder_with_something_else_is_left_alone(miniland_root: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    with pytest.raises(AtlasError, match="liegt etwas anderes"):
        publish(Order(Settings(miniland_root), "mini", LAST), tmp_path / "mine")
    assert [each.name for each in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_what_fails_half_way_leaves_the_former_site(
    miniland_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / MARKER).touch()
    (folder / "index.html").write_text("former")

    def fail(*_: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr("atlas.web.site.district_pages", fail)
    with pytest.raises(RuntimeError, match="half way"):
        publish(Order(Settings(miniland_root), "mini", LAST), folder, jobs=1)
    assert (folder / "index.html").read_text() == "former"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_offline_file_has_everything_inside(site: Path) -> None:
    for page in (site / "karte-offline.html", site / "en" / "karte-offline.html"):
        text = page.read_text(encoding="utf-8")
        assert len(text.encode()) < 1_500_000
        assert not re.search(r'(?:src|href)="(?!data:)', text.partition('<script type="application/json"')[0])
        inside = json.loads(re.search(r'<script type="application/json" id="files">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
        assert any(name.startswith("overview.") for name in inside["files"])
        assert sum(name.startswith("tage-") for name in inside["files"]) == 4


def test_command_line(
    miniland_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    assert main(["publish", "-o", str(tmp_path / "full")]) == FINDINGS
    assert "Bitte einen leeren Ordner nehmen" in capsys.readouterr().err
    monkeypatch.setattr("atlas.commands.publish", lambda order, folder, _: len(str(order.as_of)) + len(folder.name))
    assert main(["publish", "-o", str(tmp_path / "new"), "--as-of", "2024-01-01"]) == FINE
    assert "13 Dateien in" in capsys.readouterr().out


def test_texts_of_data_do_not_end_a_script(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="site">(.*?)</script>', page, re.DOTALL)
    assert data
    assert "<" not in data[1]
    assert "<img" in json.dumps(json.loads(data[1])["search"])
