"""Live images: cached, current, strict about what they are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from atlas.__main__ import FINE, main
from atlas.errors import AtlasError, Problem
from atlas.model.excerpt import (
    MEASURES,
    Form,
    parse_places,
)
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContexts
from atlas.present.wording import Words
from atlas.web.images import Images, parse_order
from tests.lanes import law

CHEMNITZ, OELSNITZ, ZWICKAU = "14511000", "14521450", "14524"
DE = Words("de")


@pytest.fixture(scope="module")
def client(real: Snapshot, contexts: ViewContexts) -> TestClient:
    return TestClient(Starlette(routes=Images(lambda: real, contexts).routes()), raise_server_exceptions=True)


@pytest.mark.parametrize("form", ["svg", "png"])
@pytest.mark.parametrize("place", ["sachsen", "Sachsen", "land", ZWICKAU, OELSNITZ, "14522450"])
def test_live_image_is_cached_and_answers_not_modified(client: TestClient, place: str, form: str) -> None:
    first = client.get(f"/bild/{place}.{form}?groesse=small")
    assert first.status_code == 200
    assert first.headers["content-type"] == ("image/svg+xml" if form == "svg" else "image/png")
    assert first.headers["cache-control"] == "public, max-age=300"
    again = client.get(f"/bild/{place}.{form}?groesse=small", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    other = client.get(
        f"/bild/{place}.{form}?groesse=small", headers={"If-None-Match": '"else"', "Accept-Encoding": ""}
    )
    assert other.status_code == 200
    assert other.content == first.content
    head = client.head(f"/bild/{place}.{form}?groesse=small")
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sachsen.gif", "Endung"),
        ("sachsen", "Endung"),
        ("bayern.png", "„bayern“ gibt es nicht. Erwartet wird „sachsen“"),
        ("99999.png", "Den Kreis 99999 gibt es nicht"),
        ("14999999.png", "keine Gemeinde"),
        ("1452145.png", "kein Schlüssel"),
        ("%2e%2e/%2e%2e/etc/passwd.png", "gibt es nicht"),
        ("sachsen.png?ebene=foo", "ebene: Den Baustein foo gibt es nicht; vorhanden: overview"),
        ("sachsen.png?stichtag=2022-13-45", "ist kein Tag der Form JJJJ-MM-TT vom 2016-01-01 bis zum 2099-12-31."),
        ("sachsen.png?stichtag=1999-01-01", "ist kein Tag der Form JJJJ-MM-TT vom 2016-01-01 bis zum 2099-12-31."),
        ("sachsen.png?stichtag=20220101", "ist kein Tag der Form JJJJ-MM-TT vom 2016-01-01 bis zum 2099-12-31."),
        ("sachsen.png?groesse=99999", "gibt es nicht; möglich: small, medium, large, slide, square."),
        ("sachsen.png?groesse=a3", "gibt es nicht; möglich: small, medium, large, slide, square."),
        ("sachsen.png?lang=fr", "lang: „fr“ gibt es nicht; möglich: de, en."),
        ("sachsen.png?namen=ja", "namen: „ja“ gibt es nicht; möglich: 1, 0."),
        ("sachsen.png?gemeinde=123", "gemeinde: „123“ hat nicht acht Ziffern; führende Nullen gehören dazu."),
        ("sachsen.png?gemeinde=14999999", "gemeinde: Am 30.11.2026 gab es keine Gemeinde"),
        ("sachsen.png?programm=foo", "programm: Das Programm foo gibt es nicht; vorhanden: asskomm"),
        ("sachsen.png?width=100", "width: Diesen Parameter gibt es hier nicht; vorhanden: programm, ebene"),
    ],
)
def test_wrong_live_image_is_refused_with_a_sentence(client: TestClient, address: str, message: str) -> None:
    answer = client.get(f"/bild/{address}", headers={"Accept": "text/plain"})
    assert answer.status_code == 400
    assert message in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_all_that_is_wrong_is_told_at_once_in_the_readers_language(client: TestClient) -> None:
    answer = client.get("/bild/x.bmp?ebene=y&groesse=z&lang=en&stichtag=q", headers={"Accept": "text/plain"})
    assert [line.partition(":")[0] for line in answer.text.splitlines()] == [
        "ebene",
        "stichtag",
        "Adresse",
        "groesse",
        "Endung",
    ]
    assert "There is no “z”; possible: small" in answer.text


@given(
    st.text(max_size=20),
    st.sampled_from(["png", "svg", "pdf", ""]),
    st.dictionaries(
        st.sampled_from(["ebene", "stichtag", "lang", "groesse", "namen", "gemeinde", "programm"]), st.text(max_size=12)
    ),
)
@law(200)
def test_nonsense_is_refused_or_parsed(real: Snapshot, place: str, form: str, query: dict[str, str]) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        order = parse_order(place, form, list(query.items()), real)
    except AtlasError as error:
        problems = error.problems
    else:
        assert order.form in (Form.PNG, Form.SVG)
        assert order.excerpt.size in MEASURES
    assert all(problem.sentence() for problem in problems)


def test_false_host_does_not_get_into_a_live_image(real: Snapshot, contexts: ViewContexts) -> None:
    app = Starlette(routes=Images(lambda: real, contexts, "https://atlas.example.org").routes())
    answer = TestClient(app, base_url="http://boese.invalid").get("/bild/sachsen.svg")
    assert "atlas.example.org/?stichtag=2026-11-30" in answer.text
    assert "boese" not in answer.text


@pytest.mark.parametrize("form", Form)
def test_export_page_s_file_is_that_of_the_command_line(
    client: TestClient, real: Snapshot, tmp_path, form: Form
) -> None:
    query = f"stichtag=2022-12-31&ebene=agreement&gemeinde={OELSNITZ}&groesse=square"
    answer = client.get(f"/atlas/ausschnitt.{form}?{query}")
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="praeventionsatlas-asskomm-{OELSNITZ}-agreement-square-2022-12-31.{form}"'
    )
    file = tmp_path / f"x.{form}"
    command = ["export", "--what", OELSNITZ, "--layer", "agreement", "--as-of", "2022-12-31", "--size", "square"]
    assert main([*command, "--address", "http://testserver", "-o", str(file)]) == FINE
    assert file.read_bytes() == answer.content


def test_while_the_data_are_broken_there_is_no_image(contexts: ViewContexts) -> None:
    def broken() -> Snapshot:
        raise AtlasError(*_problem())

    answer = TestClient(Starlette(routes=Images(broken, contexts).routes()))
    assert answer.get("/bild/sachsen.png").status_code == 503
    assert answer.get("/atlas/ausschnitt.png").status_code == 503


def _problem() -> tuple:
    try:
        parse_places("x")
    except AtlasError as error:
        return error.problems
    return ()
