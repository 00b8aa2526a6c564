"""What is internal is in no public output: a marker in every internal field, and a search of everything."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Scope

from atlas.export.kit import press_kit
from atlas.export.pictures import draw, written
from atlas.export.sheet_run import SheetOrder, write_sheets
from atlas.export.tables import LOG_COLUMNS, TABLES
from atlas.model.excerpt import Form
from atlas.model.parameters import Given, read_excerpt
from atlas.model.rights import VISITOR, Actor
from atlas.model.view import ViewState, view_to_query
from atlas.present.charts import Chart
from atlas.present.context import ViewContexts
from atlas.present.open_data import OFFERS, ROOT
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore, load_snapshot
from atlas.sources.store import open_store
from atlas.web.internal import build_internal
from atlas.web.payloads import PayloadStore
from atlas.web.routes import build_routes
from atlas.web.site import publish
from atlas.web.site_frame import Order
from tests import marked
from tests.conftest import TODAY
from tests.marked import MARK, TOWN, is_in

DAY = "2023-12-31"


@dataclass(frozen=True)
class House:
    """An application on the marked store; ``asking`` is who asks."""

    settings: Settings
    contexts: ViewContexts
    routes: list[Route]
    asking: list[Actor]

    @property
    def client(self) -> TestClient:
        return TestClient(Starlette(routes=self.routes))


@pytest.fixture(scope="module")
def house(miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("marked")
    root = Path(shutil.copytree(miniland_root, folder / "root"))
    url = f"sqlite:///{folder}/store.sqlite3"
    marked.plant(root, url)
    kept = SnapshotStore(Settings(root, database=url))
    contexts = ViewContexts(kept.current, lambda: TODAY)
    asking = [VISITOR]

    def asker(_: Scope, key: str, __: str) -> Actor:
        return VISITOR if key else asking[0]

    routes = [
        *build_routes(PayloadStore(""), kept.current, contexts),
        *build_internal(lambda: kept.store, kept.current, contexts, asker),
    ]
    yield House(kept.settings, contexts, routes, asking)
    kept.close()


@pytest.fixture
def visitor(house: House) -> House:
    house.asking[0] = VISITOR
    return house


def test_search_finds_what_is_there(house: House) -> None:
    """The control: the same search, by somebody with a right, and in packed files."""
    house.asking[0] = marked.ANNA
    for path in ("/intern/wiedervorlagen.csv", "/intern/wiedervorlagen.ics"):
        assert is_in(house.client.get(path).content), path
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x/notiz.txt", f"\ufeffNotiz {MARK}".encode("utf-16"))
    assert is_in(packed.getvalue())
    house.asking[0] = VISITOR
    for form in ("svg", "pdf"):  # names are texts in pictures, so the search would see the marker
        picture = house.client.get(f"/atlas/ausschnitt.{form}?ausschnitt={TOWN}").content
        assert is_in(picture, look_for="Neustadt"), form
    assert (Path(house.settings.database.removeprefix("sqlite:///"))).read_bytes().count(MARK.encode()) > 10


def test_record_as_it_was_is_for_those_with_a_right(house: House) -> None:
    house.asking[0] = marked.ANNA
    store = open_store(house.settings.database)
    wrong = next(each for each in store.changes(marked.ANNA) if "neu" in each.occasion.reason).recorded_at
    store.close()
    before = house.client.get("/intern/bestand.csv", params={"stand": wrong.isoformat()})
    now = house.client.get("/intern/bestand.csv")
    assert is_in(before.content)
    assert not is_in(now.content)
    assert now.content == house.client.get("/api/v1/records.csv").content
    assert (before.headers["cache-control"], before.headers["content-type"]) == ("no-store", "text/csv; charset=utf-8")
    for query, place in (
        ("stand=gestern", "stand"),
        ("stand=9999-12-31T23:59-23:59", "stand"),
        ("stand=0001-01-01T00:00%2B23:59", "stand"),
        ("stand=9999-12-31", "9999-12-31T23:59:59+01:00"),
        ("stand=2016-01-01", "2016-01-01T23:59:59+01:00"),
        ("programm=x", "programm"),
    ):
        refused = house.client.get(f"/intern/bestand.csv?{query}")
        assert refused.status_code == 400
        assert [each["place"] for each in refused.json()["error"]["problems"]] == [place]
        assert refused.headers["cache-control"] == "no-store"


def test_changes_can_be_followed_by_those_with_a_right(house: House) -> None:
    house.asking[0] = marked.ANNA
    told = house.client.get("/intern/aenderungen.json").json()
    assert [each["number"] for each in told] == list(range(1, len(told) + 1))
    assert all(list(each) == list(LOG_COLUMNS) for each in told)
    assert told[1]["actor"] == marked.ANNA.name
    answer = house.client.get(f"/intern/aenderungen.json?seit={len(told) - 1}")
    assert answer.json() == told[-1:]
    assert answer.headers["cache-control"] == "no-store"
    assert house.client.get(f"/intern/aenderungen.json?seit={10**15 - 1}").json() == []
    for wrong in ("x", "-1", "1e3", "", "9" * 40, "²"):
        refused = house.client.get("/intern/aenderungen.json", params={"seit": wrong})
        assert (refused.status_code, refused.json()["error"]["problems"][0]["place"]) == (400, "seit")


def addresses() -> dict[str, list[str]]:
    """Return by the path of a route what is asked of it."""
    query = f"stichtag={DAY}&gemeinde={TOWN}&kreis=00021"
    forms = ["", "&form=excel", "&lang=en"]
    tables = [f"/atlas/{name}.csv?{query}{form}" for name in TABLES for form in forms]
    data = {
        f"{ROOT}/{offer.path}": [f"{ROOT}/{offer.path.replace('{date}', day)}" for day in ("2018-06-01", DAY)]
        for offer in OFFERS
    }
    return data | {
        "/atlas/{table}.csv": [*tables, "/atlas/wiedervorlagen.csv", "/atlas/meldungen.csv"],
        "/atlas/liste/{list}.csv": [f"/atlas/liste/{key}.csv?{query}" for key in ("offen", "ohne-datum", "x")],
        "/atlas/verlauf.json": ["/atlas/verlauf.json"],
        "/atlas/verlauf.gif": [],  # drawn from what verlauf.json holds; pixels say nothing to a search
        "/atlas/diagramm/{chart}.{form}": [f"/atlas/diagramm/{chart}.svg?{query}" for chart in Chart],
        "/bild/{name:path}": [f"/bild/{name}.{form}" for name in (TOWN, "00021", "land") for form in ("svg", "png")],
        "/atlas/ausschnitt.{form}": [f"/atlas/ausschnitt.svg?{query}", f"/atlas/ausschnitt.pdf?{query}"],
        "/atlas/vergleich.{form}": [f"/atlas/vergleich.pdf?{query}"],
        "/atlas/vergleich/{number}.svg": [f"/atlas/vergleich/1.svg?{query}"],
        "/atlas/steckbrief.pdf": [
            f"/atlas/steckbrief.pdf?{query}",
            f"/atlas/steckbrief.pdf?stichtag={DAY}&kreis=00021",
        ],
        "/atlas/{name}": ["/atlas/names.json", "/atlas/follow_up"],
        "/healthz": ["/healthz"],
        "/readyz": ["/readyz"],
        **{path: [path] for path in ("/robots.txt", "/sitemap.xml", "/favicon.ico")},
        ROOT: [ROOT],
        "/api": ["/api"],
        "/api/{rest:path}": ["/api/v1/follow_ups.json", "/api/v1/reports.json", "/api/v2/"],
        "/intern/wiedervorlagen.csv": [
            "/intern/wiedervorlagen.csv",
            f"/intern/wiedervorlagen.csv?{query}",
            "/intern/wiedervorlagen.csv?schluessel=x",
        ],
        "/intern/wiedervorlagen.ics": ["/intern/wiedervorlagen.ics", "/intern/wiedervorlagen.ics?schluessel=x"],
        "/intern/aenderungen.json": [
            "/intern/aenderungen.json",
            "/intern/aenderungen.json?seit=x",
            "/intern/aenderungen.json?schluessel=x",
        ],
        "/intern/bestand.csv": [
            "/intern/bestand.csv",
            "/intern/bestand.csv?stand=x",
            "/intern/bestand.csv?schluessel=x",
        ],
    }


_SOME_REFUSED = {
    "/api",
    "/atlas/{table}.csv",
    "/atlas/liste/{list}.csv",
    "/api/{rest:path}",
    "/intern/wiedervorlagen.csv",
    "/intern/wiedervorlagen.ics",
    "/intern/bestand.csv",
    "/intern/aenderungen.json",
}


def test_every_route_is_searched(visitor: House) -> None:
    assert {route.path for route in visitor.routes} == set(addresses())


@pytest.mark.parametrize("path", addresses())
def test_no_route_tells_a_visitor(visitor: House, path: str) -> None:
    answers = {address: visitor.client.get(address) for address in addresses()[path]}
    assert all(answer.status_code == 200 for answer in answers.values()) or "{name}" in path or path in _SOME_REFUSED
    for address, answer in answers.items():
        assert answer.status_code < 500, address
        assert not is_in(answer.content), address
        assert not is_in(str(answer.headers).encode()), address
        if path.startswith("/intern"):
            assert answer.status_code == 404
            assert answer.json() == {"error": {"problems": [{"place": "", "text": "Diese Adresse gibt es nicht."}]}}
            assert answer.headers["cache-control"] == "no-store"


def test_no_payload_of_the_map_holds_it(visitor: House) -> None:
    store = PayloadStore("")
    context = visitor.contexts.of(ViewState())
    urls = store.map_urls(context.snapshot, context.programme, context.edition)
    names = [urls.index, urls.overview, *urls.details.values()]
    assert names
    for name in names:
        found = store.get(name)
        assert found is not None, name
        assert not is_in(found.body), name


def test_no_file_to_take_home_holds_it(visitor: House, tmp_path: Path) -> None:
    view = ViewState(municipality=TOWN, as_of=date.fromisoformat(DAY))
    kit = press_kit(visitor.contexts, view, "https://atlas.example.org")
    assert zipfile.is_zipfile(io.BytesIO(kit))
    assert not is_in(kit)
    drawn = draw(visitor.contexts, view, read_excerpt(Given(view_to_query(view))), Words("de"))
    for form in Form:
        assert not is_in(written(drawn, form)), form
    order = SheetOrder(ViewState(as_of=date.fromisoformat(DAY)), "https://atlas.example.org")
    made = write_sheets(visitor.settings, order, tmp_path / "sheets", lambda _done, _total, /: None)
    assert made
    files = [path for path in (tmp_path / "sheets").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if is_in(path.read_bytes())] == []


def test_static_site_of_the_store_holds_it_nowhere(visitor: House, tmp_path: Path) -> None:
    site = tmp_path / "site"
    count = publish(Order(visitor.settings, "mini", date(2024, 1, 1)), site)
    files = [path for path in site.rglob("*") if path.is_file()]
    assert len(files) >= count > 50
    assert [path for path in files if MARK in path.name or is_in(path.read_bytes())] == []
    # The record's own changes are in it, so it was made from the store.
    assert any("Richtig." in path.read_text(encoding="utf-8") for path in site.rglob("*.html"))


def test_snapshot_of_the_store_holds_the_public_record_only(visitor: House) -> None:
    snapshot = load_snapshot(visitor.settings)
    assert MARK not in snapshot.records["mini"].table.to_csv()
    assert "Richtig." in snapshot.records["mini"].table.to_csv()
    assert MARK not in repr(replace(snapshot, records={}))
