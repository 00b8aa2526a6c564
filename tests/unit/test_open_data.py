"""Rules of the open data under /api/v1/."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import hashlib
import io
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from markupsafe import escape
from starlette.applications import Starlette
from starlette.testclient import TestClient

from atlas.__main__ import FINE, main
from atlas.errors import AtlasError, Problem
from atlas.export.open_data import file_name, records_file
from atlas.export.tables import neutral
from atlas.model.programme import Publication
from atlas.model.records import OPTIONAL_COLUMNS, RECORD_COLUMNS, Records, newest_source_day
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContexts
from atlas.present.open_data import OFFERS, ROOT, Content
from atlas.web.api import build_api
from atlas.web.guard import Guard
from atlas.web.headers import SecurityHeaders
from atlas.web.payloads import PayloadStore
from atlas.web.routes import build_routes
from tests.browser.payloads import PAYLOADS
from tests.conftest import ROOT as REPOSITORY
from tests.conftest import TODAY

DAY = "2022-12-31"


def app_of(snapshot: Snapshot) -> Starlette:
    return Starlette(routes=build_api(lambda: snapshot, ViewContexts(lambda: snapshot, lambda: TODAY)))


@pytest.fixture(scope="module")
def client(real: Snapshot) -> TestClient:
    return TestClient(app_of(real))


@pytest.fixture(scope="module")
def mini_client(mini: Snapshot) -> TestClient:
    return TestClient(app_of(mini))


def address(path: str) -> str:
    return f"{ROOT}/{path.replace('{date}', DAY)}"


def problems(answer: Any) -> dict[str, str]:
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"problems"}
    return {each["place"]: each["text"] for each in answer.json()["error"]["problems"]}


def nodes(catalogue: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("@type") == kind:
                found.append(node)
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(catalogue)
    return found


EVERY = pytest.mark.parametrize("path", [offer.path for offer in OFFERS])
FILES = pytest.mark.parametrize("path", [offer.path for offer in OFFERS if offer.content is not Content.ABOUT])


# --- the same as the command line ----------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "json", "geojson", "gpkg"])
def test_status_is_what_the_command_line_gives(client: TestClient, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"stand.{ending}"
    assert main(["status", "--as-of", DAY, "--format", ending, "-o", str(file)]) == FINE
    assert client.get(address(f"status.{ending}?stichtag={DAY}")).content == file.read_bytes()


def test_without_a_day_it_is_today(client: TestClient) -> None:
    assert client.get(address("status.csv")).content == client.get(address(f"status.csv?stichtag={TODAY}")).content


def test_district_keeps_its_municipalities_only(client: TestClient) -> None:
    whole = pd.read_csv(io.BytesIO(client.get(address(f"status.csv?stichtag={DAY}")).content), dtype=str)
    part = pd.read_csv(io.BytesIO(client.get(address(f"status.csv?stichtag={DAY}&kreis=14524")).content), dtype=str)
    wanted = whole[whole["ags"].str.startswith("14524")].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, wanted)
    areas = client.get(address(f"status.geojson?stichtag={DAY}&kreis=14524")).json()["features"]
    assert {each["properties"]["ags"] for each in areas} == set(wanted["ags"])
    assert len(client.get(address(f"status.json?stichtag={DAY}&kreis=14524")).json()) == len(wanted)


def test_records_are_the_file(client: TestClient) -> None:
    with (REPOSITORY / "data" / "participation" / "asskomm.csv").open(encoding="utf-8", newline="") as file:
        wanted = [[row.get(column, "") for column in RECORD_COLUMNS] for row in csv.DictReader(file)]
    given = list(csv.reader(io.StringIO(client.get(address("records.csv")).content.decode())))
    assert given == [list(RECORD_COLUMNS), *wanted]


@pytest.mark.parametrize("lang", ["de", "en"])
def test_description_of_the_records_tells_of_every_optional_column(client: TestClient, lang: str) -> None:
    said = client.get(address(f"openapi.json?lang={lang}")).json()["paths"]["/records.csv"]["get"]["description"]
    assert all(f"({column})" in said for column in OPTIONAL_COLUMNS)


@pytest.mark.parametrize("path", ["status.csv", "cases.csv", "records.csv"])
def test_excel_gets_mark_and_semicolons(client: TestClient, path: str) -> None:
    plain = client.get(address(path)).content
    excel = client.get(address(f"{path}?form=excel")).content
    assert excel.startswith(b"\xef\xbb\xbf")
    assert not plain.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(excel.decode("utf-8-sig")), delimiter=";")) == list(
        csv.reader(io.StringIO(plain.decode()))
    )


@pytest.mark.parametrize(("day", "count"), [("2016-01-01", 426), (DAY, 419), ("2023-01-01", 418)])
def test_boundaries_are_a_valid_coverage_of_the_day(client: TestClient, day: str, count: int) -> None:
    answer = client.get(address(f"boundaries/{day}.geojson"))
    made = answer.json()
    areas = gpd.read_file(io.BytesIO(answer.content), engine="pyogrio")
    assert len(areas) == areas["ags"].nunique() == count
    assert areas.is_valid.all()
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())
    assert "crs" not in made
    assert (made["date"], made["attribution"]) == (day, "© GeoBasis-DE / BKG 2017 (Daten verändert)")
    assert any("GeoNutzV" in line for line in made["source"])
    assert set(made["features"][0]["properties"]) == {
        "ags", "name", "kind", "district", "district_name", "area_km2", "valid_from",
    }  # fmt: skip
    xy = shapely.get_coordinates(areas.geometry.to_numpy())
    assert np.array_equal(xy, np.round(xy, 5))
    assert (xy.min(axis=0) > [11, 50]).all()
    assert (xy.max(axis=0) < [16, 52]).all()
    rings = shapely.get_exterior_ring(shapely.get_parts(areas.geometry.to_numpy()))
    assert shapely.is_ccw(rings).all()
    assert (areas["valid_from"] <= day).all()


def test_boundaries_are_those_of_the_table(client: TestClient, real: Snapshot) -> None:
    edition = real.editions["14"][0]
    valid = edition.municipalities[edition.valid_at(date(2016, 1, 1))]
    made = client.get(address("boundaries/2016-01-01.geojson")).json()["features"]
    assert [each["properties"]["ags"] for each in made] == list(valid["ags"])
    assert [each["properties"]["area_km2"] for each in made] == list(valid["area_km2"])


def test_geopackage_opens_with_full_geometry(client: TestClient, tmp_path: Path, real: Snapshot) -> None:
    path = tmp_path / "stand.gpkg"
    path.write_bytes(client.get(address(f"status.gpkg?stichtag={DAY}")).content)
    areas = gpd.read_file(path, layer="status")
    assert (len(areas), areas.crs.to_epsg()) == (419, 25833)
    assert areas.is_valid.all()
    assert areas.geometry.area.sum() / 1e6 == pytest.approx(18_450, rel=0.01)
    boundaries = client.get(address(f"boundaries/{DAY}.geojson")).json()
    points = sum(len(ring) for each in boundaries["features"] for ring in _rings(each["geometry"]))
    assert int(shapely.get_num_coordinates(areas.geometry.to_numpy()).sum()) == points
    with sqlite3.connect(path) as database:
        contents = dict(database.execute("SELECT table_name, last_change FROM gpkg_contents").fetchall())
        types = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        assert database.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
    database.close()
    newest = newest_source_day(real.records["asskomm"].table)
    assert set(contents.values()) == {f"{newest}T00:00:00.000Z"}
    assert types == {"status": "features", "quelle": "attributes"}


def _rings(geometry: dict[str, Any]) -> list[Any]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in polygons for ring in polygon]


@FILES
def test_same_data_give_the_same_bytes(real: Snapshot, client: TestClient, path: str) -> None:
    again = TestClient(app_of(real))
    assert again.get(address(path)).headers["etag"] == client.get(address(path)).headers["etag"]


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "place", "said"),
    [
        ("status.csv?stichtag=heute", "stichtag", "„heute“ ist kein Tag"),
        ("status.csv?stichtag=2015-12-31", "stichtag", "vom 2016-01-01 bis zum 2099-12-31"),
        ("status.csv?stichtag=2022-02-30", "stichtag", "„2022-02-30“"),
        ("status.csv?stichtag=2100-01-01", "stichtag", "„2100-01-01“"),
        ("status.csv?stichtag=", "stichtag", "„“ ist kein Tag"),
        ("status.csv?stichtag=２０２２-12-31", "stichtag", "ist kein Tag"),
        ("status.csv?programm=x", "programm", "Das Programm x gibt es nicht; vorhanden: asskomm, kokoma, "),
        ("status.csv?kreis=1452", "kreis", "„1452“ hat nicht fünf Ziffern; führende Nullen gehören dazu."),
        ("status.csv?kreis=99999", "kreis", "Den Kreis 99999 gibt es nicht"),
        ("status.csv?form=pdf", "form", "„pdf“ gibt es nicht; möglich: plain, excel."),
        ("status.csv?lang=fr", "lang", "„fr“ gibt es nicht; möglich: de, en."),
        ("status.json?form=excel", "form", "Diesen Parameter gibt es hier nicht; vorhanden: programm"),
        ("status.csv?as_of=2022-01-01", "as_of", "Diesen Parameter gibt es hier nicht"),
        ("status.csv?form=plain&form=plain", "form", "mehrfach"),
        ("records.csv?stichtag=2022-01-01", "stichtag", "Diesen Parameter gibt es hier nicht"),
        ("boundaries/2015-12-31.geojson", "date", "vom 2016-01-01 bis zum 2099-12-31"),
        ("boundaries/gestern.geojson", "date", "„gestern“ ist kein Tag"),
        ("boundaries/2022-12-31.geojson?stichtag=2022-12-31", "stichtag", "Diesen Parameter gibt es hier nicht"),
        ("catalog.jsonld?x=1", "x", "vorhanden: lang."),
        ("status.csv?programm={0.__class__}", "programm", "Das Programm {0.__class__} gibt es nicht"),
        ("?stichtag=2022-12-31", "stichtag", "Diesen Parameter gibt es hier nicht"),
    ],
)
def test_what_cannot_be_read_is_refused(client: TestClient, path: str, place: str, said: str) -> None:
    answer = client.get(address(path))
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert said in problems(answer)[place]


def test_all_faults_are_named_at_once_in_the_readers_language(client: TestClient) -> None:
    answer = client.get(address("status.csv?lang=en&x=1&stichtag=1&kreis=2&form=3&programm=4"))
    assert list(problems(answer)) == ["x", "programm", "stichtag", "kreis", "form"]
    assert problems(answer)["stichtag"] == "“1” is not a day as YYYY-MM-DD from 2016-01-01 to 2099-12-31."


def test_answers_to_nonsense_stay_small(client: TestClient) -> None:
    many = "&".join(f"p{number}=1" for number in range(3000))
    assert len(client.get(address(f"status.csv?{many}")).content) < 2000
    assert len(client.get(address(f"status.csv?stichtag={'9' * 9000}")).content) < 500
    assert len(client.get(address(f"status.csv?{'x' * 9000}=1")).content) < 500


@pytest.mark.parametrize("text", PAYLOADS)
def test_hostile_parameters_are_refused_word_for_word(client: TestClient, text: str) -> None:
    answer = client.get(address("status.csv"), params={"programm": text, text: "1"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    assert shown in problems(answer)
    assert shown in problems(answer)["programm"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nichts",
        "/api/v1/status",
        "/api/v1/status.xlsx",
        "/api/v2/",
        "/api/v1/boundaries/a/b.geojson",
        "/api/",
        "/api",
    ],
)
def test_unknown_addresses_say_so_in_the_same_shape(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert problems(answer) == {"": "Diese Adresse gibt es nicht. Alle Adressen nennt /api/v1/."}
    assert problems(client.get(f"{path}?lang=en")) == {
        "": "There is no such address. All addresses are listed at /api/v1/."
    }


@EVERY
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "QUATSCH"])
def test_other_methods_are_refused(client: TestClient, path: str, method: str) -> None:
    answer = client.request(method, address(path))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert list(problems(answer)) == [""]


@EVERY
def test_broken_data_are_said_and_nothing_more(path: str) -> None:
    def broken() -> Snapshot:
        raise AtlasError(Problem("data/geheim.csv", "Zeile 3"))

    sick = TestClient(Starlette(routes=build_api(broken, ViewContexts(broken, lambda: TODAY))))
    answer = sick.get(address(path))
    assert answer.status_code == 503
    assert problems(answer) == {
        "": "Die Daten sind gerade nicht lesbar (1 Befunde). Bitte später noch einmal versuchen."
    }


@pytest.mark.parametrize("host", ["a b", "boese.invalid/x", '"><script>', "[", "x:99999999", "a@b", ""])
def test_addresses_are_never_made_from_a_host_that_is_none(client: TestClient, host: str) -> None:
    for path in ("catalog.jsonld", "openapi.json", ""):
        answer = client.get(address(path), headers={"host": host})
        assert answer.status_code == 400
        assert list(problems(answer)) == ["Host"]
    assert client.get(address("records.csv"), headers={"host": host}).status_code == 200


# --- over HTTP -----------------------------------------------------------------------------------------------------


@EVERY
def test_validators_are_strong_and_spare_the_body(client: TestClient, path: str) -> None:
    plain = client.get(address(path), headers={"accept-encoding": "identity"})
    packed = client.get(address(path), headers={"accept-encoding": "gzip"})
    assert plain.headers["etag"] == f'"{hashlib.sha256(plain.content).hexdigest()}"'
    assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.content == plain.content
    for answer in (plain, packed):
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["vary"] == "Accept-Encoding"
    for known in (plain.headers["etag"], f'"x", W/{packed.headers["etag"]}', "*"):
        answer = client.get(address(path), headers={"if-none-match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"]
    assert client.get(address(path), headers={"if-none-match": '"x"'}).status_code == 200


@EVERY
def test_head_has_the_headers_of_get(client: TestClient, path: str) -> None:
    for coding in ("identity", "gzip"):
        got = client.get(address(path), headers={"accept-encoding": coding})
        head = client.head(address(path), headers={"accept-encoding": coding})
        assert head.content == b""
        assert dict(head.headers) == dict(got.headers)
    length = client.head(address(path), headers={"accept-encoding": "identity"}).headers["content-length"]
    assert int(length) == len(client.get(address(path)).content)


def test_head_of_a_refusal_is_empty(client: TestClient) -> None:
    answer = client.head(address("status.csv?x=1"))
    assert (answer.status_code, answer.content) == (400, b"")


@EVERY
def test_every_other_site_may_read(client: TestClient, path: str) -> None:
    for answer in (
        client.get(address(path)),
        client.get(address(f"{path}?x=1")),
        client.options(address(path)),
        client.get(address(path), headers={"if-none-match": "*"}),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    assert client.options(address(path)).status_code == 204


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"status.csv?stichtag={DAY}", "praeventionsatlas-asskomm-stand-2022-12-31.csv"),
        (
            f"status.csv?stichtag={DAY}&form=excel&kreis=14524",
            "praeventionsatlas-asskomm-stand-2022-12-31-14524-excel.csv",
        ),
        (f"status.gpkg?stichtag={DAY}", "praeventionsatlas-asskomm-stand-2022-12-31.gpkg"),
        (f"boundaries/{DAY}.geojson", "praeventionsatlas-asskomm-grenzen-2022-12-31.geojson"),
        ("records.csv", "praeventionsatlas-asskomm-eintraege-2026-11-29.csv"),
    ],
)
def test_files_have_plain_names_with_programme_and_date(client: TestClient, path: str, name: str) -> None:
    assert client.get(address(path)).headers["content-disposition"] == f'attachment; filename="{name}"'


def test_parts_are_given_for_programs_that_read_at_a_distance(client: TestClient) -> None:
    url = address(f"status.gpkg?stichtag={DAY}")
    whole = client.get(url).content
    for span, wanted in (("0-99", whole[:100]), ("100-", whole[100:]), ("-100", whole[-100:]), ("5-5", whole[5:6])):
        answer = client.get(url, headers={"range": f"bytes={span}"})
        assert (answer.status_code, answer.content) == (206, wanted)
        assert "content-encoding" not in answer.headers
        start = len(whole) - 100 if span == "-100" else int(span.split("-")[0])
        assert answer.headers["content-range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(whole)}"
    for span in (f"bytes={len(whole)}-", "bytes=-0"):
        answer = client.get(url, headers={"range": span})
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(whole)}")
        assert list(problems(answer)) == ["Range"]
    for span in ("bytes=9-5", "bytes=-", "bytes=0-1,3-4", "zeilen=0-1", "bytes=x"):
        assert client.get(url, headers={"range": span}).status_code == 200
    changed = client.get(url, headers={"range": "bytes=0-9", "if-range": '"x"'})
    assert (changed.status_code, changed.content) == (200, whole)


@pytest.mark.bulk
def test_a_burst_of_days_keeps_few_bodies(mini: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("_SMALL", 20_000), ("_BIG", 60_000), ("_ROWS", 300)):
        monkeypatch.setattr(f"atlas.web.api.{name}", most)
    pages = ViewContexts(lambda: mini, lambda: TODAY)
    routes = build_api(lambda: mini, pages)
    burst = TestClient(Starlette(routes=routes))
    first = burst.get(address("status.csv?stichtag=2016-01-01")).content
    for number in range(40):
        burst.get(address(f"status.csv?stichtag={date.fromordinal(736000 + number)}"))
        burst.get(address(f"status.geojson?stichtag={date.fromordinal(736000 + number)}"))
    api = routes[0].app.answer.func.__self__  # type: ignore[attr-defined]
    for shelf, most in ((api._small, 20_000), (api._big, 60_000), (api._contexts._days, 300)):
        assert 0 < sum(slot.weight for slot in shelf._slots.values()) <= most
        assert 1 < len(shelf._slots) < 40
    assert not pages._days._slots
    assert burst.get(address("status.csv?stichtag=2016-01-01")).content == first


def test_address_without_a_slash_leads_to_the_page(client: TestClient) -> None:
    answer = client.get("/api/v1?lang=en", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "v1/?lang=en")
    assert "Open data" in client.get("/api/v1?lang=en").text


def test_security_headers_let_other_sites_in_here_only(mini: Snapshot) -> None:
    routes = build_routes(PayloadStore(), lambda: mini, ViewContexts(lambda: mini, lambda: TODAY))
    guarded = TestClient(SecurityHeaders(Guard(Starlette(routes=routes)), ()))
    for path in ("", "status.csv", "nichts"):
        assert guarded.get(address(path)).headers["cross-origin-resource-policy"] == "cross-origin"
    table = guarded.get("/atlas/tabelle.csv")
    assert table.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in table.headers
    page = guarded.get(address(""))
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert guarded.post(address("status.csv")).status_code == 405


# --- hostile texts -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(mini: Snapshot) -> Snapshot:
    """Return the invented state with every hostile text as the note of an entry, and some as its words."""
    table = mini.records["mini"].table
    rows = pd.concat([table.iloc[[0]]] * len(PAYLOADS), ignore_index=True)
    rows = rows.assign(note=PAYLOADS, joint_with=PAYLOADS, source_url=PAYLOADS, municipality=PAYLOADS)
    records = Records(pd.concat([table, rows], ignore_index=True), mini.records["mini"].totals)
    evil = "=<script>alert(1)</script>\u202e\"'{{7*7}}"
    programme = mini.programmes["mini"]
    label = programme.title.model_copy(update={"de": evil, "en": evil})
    programme = programme.model_copy(update={"title": label, "provenance": label, "source_line": label, "short": evil})
    return dataclasses.replace(mini, records={"mini": records}, programmes={"mini": programme}, fingerprint="hostile")


@pytest.mark.parametrize(("form", "separator"), [("plain", ","), ("excel", ";")])
def test_hostile_notes_stay_texts_in_csv(hostile: Snapshot, form: str, separator: str) -> None:
    body = TestClient(app_of(hostile)).get(address(f"records.csv?form={form}")).content
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=separator))
    assert [row["note"] for row in rows[-len(PAYLOADS) :]] == [neutral(text) for text in PAYLOADS]
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row.values())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_cells_are_never_formulas(mini: Snapshot, text: str) -> None:
    table = mini.records["mini"].table.assign(note=text)
    rows = list(csv.DictReader(io.StringIO(records_file(table).decode(), newline="")))
    assert {row["note"] for row in rows} == {f"'{text}"}


def test_hostile_sources_stay_texts_in_json(hostile: Snapshot) -> None:
    answer = TestClient(app_of(hostile)).get(address("status.json")).json()
    known = {*PAYLOADS, "", *hostile.records["mini"].table["source_url"]}
    assert {row["source"] for row in answer} <= known


def test_hostile_words_stay_texts_in_catalogue_and_page(hostile: Snapshot) -> None:
    client = TestClient(app_of(hostile))
    evil = hostile.programmes["mini"].title.de
    catalogue = client.get(address("catalog.jsonld")).json()
    assert nodes(catalogue, "dcat:Dataset")[0]["dcterms:title"][0]["@value"].startswith(f"{evil}:")
    assert evil in client.get(address("openapi.json")).json()["info"]["description"]
    assert evil in client.get(address("status.geojson")).json()["source"]
    page = client.get(address("")).text
    assert "<script" not in page
    assert str(escape(evil)) in page


# --- small rules ---------------------------------------------------------------------------------------------------


def test_record_is_as_new_as_its_newest_source() -> None:
    def day(sources: list[str], dates: list[str], **read: list[str]) -> date | None:
        return newest_source_day(pd.DataFrame({"source_date": sources, "date": dates, **read}))

    assert day(["2021", "2020-06", ""], ["2030-01-01", "", ""]) == date(2021, 1, 1)
    assert day(["2021", ""], ["", ""], retrieved=["", "2026-11-23"]) == date(2026, 11, 23)
    assert day(["2021", ""], ["", ""], retrieved=["", ""], read_on=["", "2026-11-29"]) == date(2026, 11, 29)
    assert day(["", ""], ["2020-05", "2019-12-31"]) == date(2020, 5, 1)
    assert day(["", ""], ["", ""]) is None
    assert day([], []) is None


def test_file_without_a_date_has_a_name() -> None:
    assert file_name(Content.RECORDS, "csv", "mini", "", "", "excel") == "praeventionsatlas-mini-eintraege-excel.csv"


@pytest.mark.parametrize("changes", [{"licence": "javascript:1"}, {"email": "kein Postfach"}, {"owner": "x"}])
def test_publication_is_checked(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Publication"):
        Publication(**changes)


def test_packed_bodies_are_the_same_every_time(client: TestClient) -> None:
    with client.stream("GET", address("records.csv"), headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw) == client.get(address("records.csv")).content
    assert raw[4:8] == b"\0\0\0\0"  # no time in the gzip header


def test_second_programme_is_named_in_every_address(mini: Snapshot, mini_context: Callable[..., Any]) -> None:
    other = mini.programmes["mini"].model_copy(update={"key": "zwei", "short": "Zwei"})
    two = dataclasses.replace(
        mini,
        programmes={**mini.programmes, "zwei": other},
        records={**mini.records, "zwei": mini.records["mini"]},
        fingerprint="two",
    )
    client = TestClient(app_of(two))
    catalogue = client.get(address("catalog.jsonld")).json()
    names = [each["dcterms:identifier"] for each in nodes(catalogue, "dcat:Dataset")]
    mine, other = ([f"{what}-{key}" for what in ("status", "cases", "records")] for key in ("mini", "zwei"))
    assert names == [*mine, "boundaries-00", *other]
    urls = [each["dcat:downloadURL"]["@id"] for each in nodes(catalogue, "dcat:Distribution")]
    assert len(set(urls)) == len(urls)
    assert client.get(address("status.csv?programm=zwei")).headers["content-disposition"].count("-zwei-stand-") == 1
    assert "status.csv?programm=zwei&amp;" in client.get(address("")).text
