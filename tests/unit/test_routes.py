"""Every route answers a wrong request alike: status, shape, sentences in the reader's language, and nothing of the inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from atlas.__main__ import WRONG_USE, main
from atlas.errors import AtlasError, Problem
from atlas.export.tables import TABLES
from atlas.model.excerpt import Form
from atlas.model.rights import VISITOR, Actor, Role
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.charts import Chart, table_files
from atlas.present.context import ViewContexts
from atlas.present.open_data import OFFERS, ROOT
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.web.endpoints import Endpoint
from atlas.web.guard import Guard
from atlas.web.headers import SecurityHeaders
from atlas.web.internal import build_internal
from atlas.web.payloads import PayloadStore
from atlas.web.routes import build_routes
from tests.conftest import TODAY

VIEW = {
    "programm": "Das Programm x gibt es nicht; vorhanden: mini.",
    "ebene": "Den Baustein x gibt es nicht; vorhanden: overview, talk, pact, council.",
    "stichtag": "„x“ ist kein Tag der Form JJJJ-MM-TT vom 2016-01-01 bis zum 2099-12-31.",
    "kreis": "„x“ hat nicht fünf Ziffern; führende Nullen gehören dazu.",
    "gemeinde": "„x“ hat nicht acht Ziffern; führende Nullen gehören dazu.",
    "stufe": "Die Klasse x gibt es nicht.",
    "belegt": "„x“ gibt es nicht; möglich: 1, 0.",
    "einwohner": "„x“ gibt es nicht; möglich: unter-2000, 2000-5000, 5000-20000, 20000-50000, 50000-100000, ab-100000.",
    "von": "„x“ ist kein Tag der Form JJJJ-MM-TT vom 2016-01-01 bis zum 2099-12-31.",
    "bereich": "Den Bereich 1 gibt es nicht.",
    "verlauf": "„x“ ist kein Monat der Form JJJJ-MM.",
}
MORE = {
    "form": "„x“ gibt es nicht; möglich: plain, excel.",
    "fuer": "„x“ gibt es nicht; möglich: hell, dunkel, schmal-hell, schmal-dunkel, datei.",
    "ausschnitt": "„x“ ist kein Schlüssel. Erwartet wird „land“, ein Kreisschlüssel (5 Ziffern) oder ein oder mehrere "
    "Gemeindeschlüssel (8 Ziffern).",
    "vergleich": "Hier gibt es nicht: x.",
    "namen": "„x“ gibt es nicht; möglich: 1, 0.",
    "stand": "„x“ ist kein Zeitpunkt der Form JJJJ-MM-TTThh:mm.",
    "seit": "„x“ ist keine ganze Zahl.",
    "date": VIEW["stichtag"],
    "Adresse": "„x“ gibt es nicht. Erwartet wird „miniland“, ein Kreisschlüssel (5 Ziffern) oder ein Gemeindeschlüssel (8 Ziffern).",
    "Endung": "„x“ gibt es nicht; möglich: svg, png.",
    "": "Diese Adresse gibt es nicht.",
}
SENTENCES = VIEW | MORE
NO_COMPARISON = (
    "„{}“ ist kein Vergleich: bis zu vier Bausteine, Tage (JJJJ-MM-TT), Kreise oder Gemeinden, mit Komma getrennt."
)
COMPARED = [
    *((text, NO_COMPARISON.format(text)) for text in ("talk", "00021,00021040", "a,b,c,d,e", "2022-02-30,2022-03-01")),
    ("talk,nope", "Hier gibt es nicht: nope."),
    ("00021,99999", "Hier gibt es nicht: 99999."),
    ("00021040,99999999", "Hier gibt es nicht: 99999999."),
]
"""Comparisons there are none of, and what is said of each."""
PRINTED = "„x“ gibt es nicht; möglich: slide, square, a4, a4-portrait, a3, a3-portrait."
LIVE = "„x“ gibt es nicht; möglich: small, medium, large, slide, square."


@dataclass(frozen=True)
class Wrong:
    """A wrong request: what is asked for, and what is said of which place."""

    address: str
    names: tuple[str, ...] = ()
    """Of parameters, each with a wrong value."""
    also: tuple[tuple[str, str], ...] = ()
    """Places and sentences beside theirs."""
    status: int = 400

    @property
    def query(self) -> dict[str, str]:
        own = {name: "1" if name == "bereich" else "x" for name in self.names}
        return own | ({"groesse": "x"} if any(place == "groesse" for place, _ in self.also) else {})

    @property
    def told(self) -> dict[str, str]:
        return {name: SENTENCES[name] for name in self.names} | dict(self.also)


def nothing(address: str) -> Wrong:
    return Wrong(address, also=(("", SENTENCES[""]),), status=404)


def unknown(address: str) -> Wrong:
    return Wrong(address, also=(("", f"Diese Adresse gibt es nicht. Alle Adressen nennt {ROOT}/."),), status=404)


def wrong_offers() -> Iterator[tuple[str, list[Wrong]]]:
    for offer in OFFERS:
        names = tuple(name for name in offer.parameters if name != "lang")
        address = f"{ROOT}/{offer.path.replace('{date}', 'x')}"
        in_path = (("date", SENTENCES["date"]),) if "{date}" in offer.path else ()
        none = (("y", f"Diesen Parameter gibt es hier nicht; vorhanden: {', '.join(offer.parameters)}."),)
        yield f"{ROOT}/{offer.path}", [Wrong(f"{address}?y=1", names, (*in_path, *none))]


WRONG: dict[str, list[Wrong]] = {
    "/atlas/{table}.csv": [nothing("/atlas/x.csv"), Wrong("/atlas/tabelle.csv", (*VIEW, "form"))],
    "/atlas/liste/{list}.csv": [
        Wrong("/atlas/liste/x.csv", also=(("", "Dazu gibt es in dieser Ansicht keine Liste."),), status=404),
        Wrong("/atlas/liste/offen.csv", (*VIEW, "form")),
    ],
    "/atlas/verlauf.json": [Wrong("/atlas/verlauf.json", tuple(VIEW))],
    "/atlas/verlauf.gif": [Wrong("/atlas/verlauf.gif", tuple(VIEW))],
    "/atlas/diagramm/{chart}.{form}": [
        nothing("/atlas/diagramm/x.svg"),
        nothing("/atlas/diagramm/kurve.x"),
        Wrong("/atlas/diagramm/kurve.svg", (*VIEW, "fuer")),
    ],
    "/bild/{name:path}": [
        Wrong(
            "/bild/x.x",
            ("programm", "ebene", "stichtag", "gemeinde", "namen"),
            (("Adresse", SENTENCES["Adresse"]), ("Endung", SENTENCES["Endung"]), ("groesse", LIVE)),
        ),
    ],
    "/atlas/ausschnitt.{form}": [
        nothing("/atlas/ausschnitt.x"),
        Wrong("/atlas/ausschnitt.svg", (*VIEW, "ausschnitt", "namen"), (("groesse", PRINTED),)),
        Wrong(
            "/atlas/ausschnitt.svg?ausschnitt=99999",
            also=(("ausschnitt", "Den Kreis 99999 gibt es nicht; vorhanden: 00011, 00021, 00022."),),
        ),
    ],
    "/atlas/vergleich.{form}": [
        nothing("/atlas/vergleich.svg"),
        Wrong("/atlas/vergleich.pdf", (*VIEW, "vergleich")),
        *(Wrong(f"/atlas/vergleich.png?vergleich={text}", also=(("vergleich", said),)) for text, said in COMPARED),
    ],
    "/atlas/vergleich/{number}.svg": [
        nothing("/atlas/vergleich/3.svg"),
        nothing("/atlas/vergleich/01.svg"),
        Wrong("/atlas/vergleich/1.svg", (*VIEW, "vergleich")),
    ],
    "/atlas/steckbrief.pdf": [
        Wrong("/atlas/steckbrief.pdf", tuple(VIEW)),
        Wrong(
            "/atlas/steckbrief.pdf",
            also=(
                (
                    "",
                    "Einen Steckbrief gibt es von einer Gemeinde oder einem Kreis. Bitte „gemeinde“ oder „kreis“ angeben.",
                ),
            ),
        ),
    ],
    "/atlas/{name}": [nothing("/atlas/x")],
    "/healthz": [],
    "/readyz": [],
    "/robots.txt": [],
    "/sitemap.xml": [],
    "/favicon.ico": [],
    **dict(wrong_offers()),
    ROOT: [],
    "/api": [unknown("/api")],
    "/api/{rest:path}": [unknown("/api/x"), unknown(f"{ROOT}/x")],
    "/intern/wiedervorlagen.csv": [
        nothing("/intern/wiedervorlagen.csv?kreis=x"),
        Wrong("/intern/wiedervorlagen.csv", ("form", "stichtag")),
    ],
    "/intern/wiedervorlagen.ics": [nothing("/intern/wiedervorlagen.ics?schluessel=x")],
    "/intern/bestand.csv": [Wrong("/intern/bestand.csv", ("programm", "stand", "form"))],
    "/intern/aenderungen.json": [Wrong("/intern/aenderungen.json", ("seit",))],
}
EVERY = [
    pytest.param(wrong, id=f"{path} {number}") for path, all_ in WRONG.items() for number, wrong in enumerate(all_)
]


@pytest.fixture(scope="module")
def routes(miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Route]]:
    kept = SnapshotStore(Settings(miniland_root, database=f"sqlite:///{tmp_path_factory.mktemp('routes')}/x.sqlite3"))
    kept.current()
    contexts = ViewContexts(kept.current, lambda: TODAY)
    yield [
        *build_routes(PayloadStore(""), kept.current, contexts),
        *build_internal(
            lambda: kept.store, kept.current, contexts, lambda _, key, __: VISITOR if key else Actor("x", Role.READER)
        ),
    ]
    kept.close()


@pytest.fixture(scope="module")
def client(routes: list[Route]) -> TestClient:
    return whole(routes)


def whole(routes: list[Route]) -> TestClient:
    """Return a client of the routes behind what stands before them in the application."""
    before = [Middleware(SecurityHeaders, ()), Middleware(Guard)]
    app = Starlette(routes=routes, middleware=before)
    return TestClient(app, raise_server_exceptions=False)


def told(answer: Response, status: int) -> dict[str, str]:
    """Return what an answer says of which place, having checked its shape."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"problems"}
    problems = answer.json()["error"]["problems"]
    assert all(set(each) == {"place", "text"} for each in problems)
    assert "Traceback" not in answer.text
    return {each["place"]: each["text"] for each in problems}


def test_every_route_is_asked_wrongly(routes: list[Route]) -> None:
    assert {route.path for route in routes} == set(WRONG)


@pytest.mark.parametrize("wrong", EVERY)
def test_wrong_values_are_told_in_one_sentence_each(client: TestClient, wrong: Wrong) -> None:
    address = f"{wrong.address}{'&' if '?' in wrong.address else '?'}"
    address += "&".join(f"{name}={text}" for name, text in wrong.query.items())
    german = told(client.get(address), wrong.status)
    assert german == wrong.told
    english = told(client.get(f"{address}&lang=en"), wrong.status)
    assert list(english) == list(german)
    assert not {*english.values()} & {*german.values()}
    if wrong.status == 400:
        assert "lang" in told(client.get(f"{address}&lang=fr"), 400)
    lines = [f"{place}: {text}" if place else text for place, text in german.items()]
    for accept in ("text/plain", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json;q=0.5,text/*"):
        plain = client.get(address, headers={"Accept": accept})
        assert (plain.status_code, plain.headers["content-type"]) == (wrong.status, "text/plain; charset=utf-8")
        assert plain.text.splitlines() == lines
    for accept in ("application/json", "*/*", "image/avif,*/*;q=0.8", "text/plain;q=0.1,application/*", ""):
        assert told(client.get(address, headers={"Accept": accept}), wrong.status) == german
    assert client.head(address).status_code == wrong.status


@pytest.mark.parametrize("table", TABLES)
def test_every_link_to_a_table_is_answered(client: TestClient, table: str) -> None:
    view = ViewState(municipality="00021010", since=date(2020, 1, 1), as_of=date(2024, 1, 1))
    addresses = [address for address, _ in table_files(table, view, Words("de"))]
    assert len(addresses) == 2
    assert [client.get(f"/{address}").status_code for address in addresses] == [200, 200]


FILES = [
    *(f"/atlas/{table}.csv" for table in TABLES),
    "/atlas/liste/offen.csv",
    *(f"/atlas/diagramm/{chart}.svg" for chart in Chart),
    "/atlas/diagramm/kurve.png",
    "/atlas/verlauf.json",
    "/atlas/verlauf.gif",
    "/atlas/vergleich.pdf",
    "/atlas/vergleich/1.svg",
    *(f"/atlas/ausschnitt.{form}" for form in Form),
    "/atlas/steckbrief.pdf",
]
MISREAD = {
    "kreis=99999": {"kreis": "Den Kreis 99999 gibt es nicht; vorhanden: 00011, 00021, 00022."},
    "gemeinde=99999999": {
        "gemeinde": "Eine Gemeinde mit dem Schlüssel 99999999 gibt es nicht und gab es seit 2016 nicht."
    },
    "bereich=nope": {"bereich": "Den Bereich nope gibt es nicht."},
    "stufe=nope": {"stufe": "Die Klasse nope gibt es nicht."},
    "ebene=council&stufe=active+a;b": {"stufe": "Die Klasse active a;b gibt es nicht."},
    "stichtag=2023-02-30": {"stichtag": VIEW["stichtag"].replace("x", "2023-02-30")},
    "kreis=00021&kreis=00022": {"kreis": "Der Parameter steht mehrfach in der Adresse. Bitte nur einmal angeben."},
    "bogus=1": {"bogus": ""},
    "kreis=99999&bogus=1&stichtag=x": {
        "bogus": "",
        "stichtag": VIEW["stichtag"],
        "kreis": "Den Kreis 99999 gibt es nicht; vorhanden: 00011, 00021, 00022.",
    },
}


@pytest.mark.parametrize("query", MISREAD)
@pytest.mark.parametrize("path", FILES)
def test_a_file_is_refused_rather_than_made_of_other_data(client: TestClient, path: str, query: str) -> None:
    said = told(client.get(f"{path}?{query}"), 400)
    expected = MISREAD[query]
    assert said.keys() == expected.keys()
    assert all(said[place] == text for place, text in expected.items() if text)
    assert said.get("bogus", "Diesen Parameter gibt es hier nicht").startswith("Diesen Parameter gibt es hier nicht")


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("/bild/99999.svg", {"ausschnitt"}),
        ("/bild/99999999.svg", {"ausschnitt"}),
        ("/bild/land.svg?gemeinde=99999999", {"gemeinde"}),
        ("/bild/land.svg?kreis=00021", {"kreis"}),
        ("/bild/land.svg?stichtag=2022-12-31&stichtag=2023-12-31", {"stichtag"}),
        (f"/atlas/ausschnitt.svg?titel={'x' * 121}", {"titel"}),
        ("/atlas/ausschnitt.pdf?titel=%1B[31m", {"titel"}),
        ("/atlas/ausschnitt.svg?titel=a%00b", {"titel"}),
        ("/intern/wiedervorlagen.csv?bogus=1", {"bogus"}),
        ("/intern/wiedervorlagen.csv?lang=de&lang=de", {"lang"}),
        ("/intern/bestand.csv?bogus=1", {"bogus"}),
        ("/intern/aenderungen.json?seit=1&seit=2", {"seit"}),
    ],
)
def test_other_files_are_refused_likewise(client: TestClient, address: str, places: set[str]) -> None:
    assert told(client.get(address), 400).keys() == places


def test_invisible_signs_of_a_title_are_passed_over(client: TestClient) -> None:
    plain = client.get("/atlas/ausschnitt.svg").content
    assert client.get("/atlas/ausschnitt.svg?titel=%E2%80%AE%E2%80%8B%C2%AD").content == plain
    assert "Meine Karte" in client.get("/atlas/ausschnitt.svg?titel=Meine%20%C2%ADKar%E2%80%8Bte").text


@pytest.mark.parametrize("path", FILES)
def test_a_file_takes_what_may_stand_in_the_address_of_its_page(client: TestClient, path: str) -> None:
    query = (
        "ebene=council&stichtag=2022-12-31&kreis=00021&gemeinde=00021040&stufe=active&verlauf=2021-06&namen=0&lang=en"
    )
    answer = client.get(f"{path}?{query}&teil=eintraege")
    assert answer.status_code in ({200, 404} if path.endswith(".csv") else {200}), answer.text


@pytest.mark.parametrize("path", WRONG)
def test_writing_is_refused_everywhere(routes: list[Route], client: TestClient, path: str) -> None:
    address = path.replace("{date}", "2022-12-31").replace("{", "").replace("}", "").replace(":path", "")
    for asked in (client, TestClient(Starlette(routes=routes))):
        answer = asked.post(address)
        assert told(answer, 405) == {"": "Hier wird nur gelesen: GET, HEAD oder OPTIONS."}
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_what_stands_before_the_routes_refuses_in_the_same_shape(client: TestClient) -> None:
    assert told(client.post("/healthz?lang=en"), 405).keys() == {""}
    assert told(client.get("/_stcore/metrics?lang=en"), 404) == {"": "There is no such address."}


SOUND = {"/healthz", "/readyz", "/atlas/{name}", "/robots.txt", "/favicon.ico", ROOT}
"""Routes that need no data."""


@pytest.mark.parametrize("path", [path for path in WRONG if path not in SOUND])
def test_data_that_cannot_be_used_are_said_and_nothing_more(path: str) -> None:
    def broken() -> Snapshot:
        raise AtlasError(Problem("data/geheim.csv", "Zeile 3"))

    contexts = ViewContexts(broken, lambda: TODAY)
    reader = Actor("x", Role.READER)
    store = object()
    sick = whole(
        [
            *build_routes(PayloadStore(""), broken, contexts),
            *build_internal(lambda: store, broken, contexts, lambda *_: reader),  # type: ignore[arg-type,return-value]
        ]
    )
    address = path.replace("vergleich.{form}", "vergleich.pdf")
    address = address.replace("{date}", "2022-12-31").replace("{table}", "tabelle").replace("{chart}", "kurve")
    address = (
        address.replace("{form}", "svg")
        .replace("{name:path}", "land.svg")
        .replace("{number}", "1")
        .replace("{rest:path}", "x")
    )
    if address.startswith("/api") and not address.startswith(f"{ROOT}/"):
        assert sick.get(address).status_code == 404
        return
    assert told(sick.get(address), 503) == {
        "": "Die Daten sind gerade nicht lesbar (1 Befunde). Bitte später noch einmal versuchen."
    }


def test_an_unforeseen_error_has_the_shape_and_says_nothing_of_the_inside() -> None:
    def fails(_: Request) -> Response:
        raise RuntimeError("geheim")

    answer = whole([Route("/x", Endpoint(fails))]).get("/x")
    assert told(answer, 500) == {"": "Das hat nicht geklappt. Bitte später noch einmal versuchen."}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("status --as-of x", VIEW["stichtag"]),
        ("status --programme x", VIEW["programm"]),
        ("status --format x", "„x“ gibt es nicht; möglich: csv, json, geojson, gpkg."),
        ("cases --instrument x", "Den Baustein x gibt es nicht; vorhanden: talk, pact, council."),
        ("records --known-at x", SENTENCES["stand"]),
        ("neighbours x", VIEW["gemeinde"]),
        ("whitespots --district x", VIEW["kreis"]),
        ("progress --counts x", "„x“ gibt es nicht; möglich: in_force, so_far."),
        ("export --what x -o x.png", SENTENCES["ausschnitt"]),
        ("export --what land --layer x -o x.png", VIEW["ebene"]),
        ("export --what land --size x", PRINTED),
        ("template --lang x -o x.csv", "„x“ gibt es nicht; möglich: de, en."),
        ("log --since x", SENTENCES["seit"]),
        ("undo -- -1", SENTENCES["seit"].replace("x", "-1")),
        ("import x.csv --same x", "„x“ ist nicht ZEILE=EINTRAG, beides als Nummer."),
    ],
)
def test_command_line_says_the_same(
    miniland_root: Path,
    arguments: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))
    try:
        code: object = main(arguments.split())
    except SystemExit as error:
        code = error.code
    assert code == WRONG_USE
    told = capsys.readouterr().err
    assert f"{said}\n" in told
    assert "Traceback" not in told
