"""Description (OpenAPI), catalogue (DCAT-AP.de) and page of the open data."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from atlas.__main__ import FINE, main
from atlas.analysis.events import CHANGED, FLOWS
from atlas.export.geo import status_properties
from atlas.export.tables import STATUS_COLUMNS
from atlas.model.programme import Publication
from atlas.model.snapshot import Snapshot
from atlas.model.states import State
from atlas.model.view import ViewState
from atlas.present.catalogue import NO_LICENCE, build_catalogue
from atlas.present.context import ViewContexts
from atlas.present.open_data import (
    OFFERS,
    ROOT,
    Content,
    area_column_texts,
    column_texts,
    flow_texts,
    state_texts,
)
from atlas.present.open_data_page import build_open_data
from atlas.present.wording import Words
from atlas.render.templates import drawn
from atlas.web import api
from atlas.web.api import build_api
from atlas.web.openapi import describe
from tests.conftest import TODAY
from tests.unit.test_open_data import address, app_of, nodes
from tests.unit.test_status_tables import CASE_COLUMNS


@pytest.fixture(scope="module")
def client(real: Snapshot) -> TestClient:
    return TestClient(app_of(real))


@pytest.fixture(scope="module")
def mini_client(mini: Snapshot) -> TestClient:
    return TestClient(app_of(mini))


def test_description_and_routes_name_the_same(client: TestClient, real: Snapshot) -> None:
    routes = {
        route.path.removeprefix(ROOT)
        for route in build_api(lambda: real, ViewContexts(lambda: real, lambda: TODAY))
        if route.include_in_schema
    }
    described = client.get(address("openapi.json")).json()
    assert set(described["paths"]) == routes
    for path, node in described["paths"].items():
        operation = node["get"]
        offer = next(each for each in OFFERS if f"/{each.path}" == path)
        named = [each["$ref"].rpartition("/")[2] for each in operation["parameters"]]
        assert [name for name in named if name != "date"] == list(offer.parameters)
        assert set(operation["responses"]) == {"200", "206", "304", "400", "404", "405", "416", "503"}
        answer = client.get(address(offer.path))
        assert answer.headers["content-type"].split(";")[0] in operation["responses"]["200"]["content"]
    assert described["servers"] == [{"url": "http://testserver/api/v1"}]


def test_description_has_no_loose_ends(real: Snapshot) -> None:
    described = describe(real, "https://atlas.example", Words("de"))
    for ref in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described)):
        node: Any = described
        for step in ref.split("/"):
            node = node[step]
        assert node
    assert {each["name"] for each in described["components"]["parameters"].values()} == {
        name for offer in OFFERS for name in offer.parameters
    } | {"date"}
    ids = [node["get"]["operationId"] for node in described["paths"].values()]
    assert len(set(ids)) == len(ids)


def test_description_speaks_both_languages(client: TestClient) -> None:
    for lang, said in (
        ("de", "ASSKomm: Stand je Gemeinde und Baustein (CSV)"),
        ("en", "ASSKomm: status by municipality"),
    ):
        described = client.get(address(f"openapi.json?lang={lang}")).json()
        assert described["paths"]["/status.csv"]["get"]["summary"].startswith(said)


def test_catalogue_is_dcat_ap_de(client: TestClient, real: Snapshot) -> None:
    catalogue = client.get(address("catalog.jsonld")).json()
    assert catalogue["@type"] == "dcat:Catalog"
    assert catalogue["dcterms:modified"] == {"@type": "xsd:date", "@value": "2026-11-29"}
    datasets = nodes(catalogue, "dcat:Dataset")
    identifiers = [each["dcterms:identifier"] for each in datasets]
    assert identifiers[:4] == ["status-asskomm", "cases-asskomm", "records-asskomm", "boundaries-14"]
    assert sorted(identifiers) == sorted(
        [f"{what}-{key}" for what in ("status", "cases", "records") for key in real.programmes]
        + [f"boundaries-{key}" for key in real.editions]
    )
    level = "http://dcat-ap.de/def/politicalGeocoding/Level"
    for dataset in datasets[4:]:  # of the country: it has a level, and no key of its own
        assert dataset["dcatde:politicalGeocodingLevelURI"] == {"@id": f"{level}/federal"}
        assert dataset["dcterms:spatial"]["@id"].endswith("/authority/country/DEU")
        assert "dcatde:politicalGeocodingURI" not in dataset
    for dataset in datasets[:4]:
        for words in ("dcterms:title", "dcterms:description"):
            assert [each["@language"] for each in dataset[words]] == ["de", "en"]
            assert dataset[words][0]["@value"] != dataset[words][1]["@value"]
        assert dataset["dcatde:politicalGeocodingURI"] == {
            "@id": "http://dcat-ap.de/def/politicalGeocoding/stateKey/14"
        }
        assert dataset["dcatde:politicalGeocodingLevelURI"] == {"@id": f"{level}/state"}
        assert dataset["dcterms:publisher"]["@type"] == "foaf:Agent"
        assert dataset["dcterms:modified"]["@type"] == "xsd:date"
        assert dataset["dcterms:temporal"]["dcat:startDate"]["@value"] < "2022-02-01"
        assert "dcat:contactPoint" not in dataset
    boundaries = datasets[3]
    assert boundaries["dcterms:temporal"]["dcat:endDate"]["@value"] == "2026-02-27"
    for distribution in boundaries["dcat:distribution"]:
        assert distribution["dcterms:license"] == {"@id": "http://dcat-ap.de/def/licenses/geonutz/20130319"}
        assert distribution["dcatde:licenseAttributionByText"] == "© GeoBasis-DE / BKG 2017 (Daten verändert)"


def test_record_without_a_licence_says_so(client: TestClient) -> None:
    datasets = nodes(client.get(address("catalog.jsonld")).json(), "dcat:Dataset")
    for distribution in [each for dataset in datasets[:3] for each in dataset["dcat:distribution"]]:
        assert distribution["dcterms:license"] == {"@id": NO_LICENCE}
        assert "keine Lizenz festgelegt" in distribution["dcterms:rights"]["rdfs:label"][0]["@value"]
        assert distribution["dcatde:licenseAttributionByText"].startswith("Teilnahme: öffentliche Quellen")
        has_land = distribution["dcterms:format"]["@id"].endswith(("/GEOJSON", "/GPKG"))
        assert ("GeoNutzV" in distribution["dcterms:rights"]["rdfs:label"][0]["@value"]) == has_land


def test_every_file_of_the_catalogue_is_there(client: TestClient) -> None:
    catalogue = client.get(address("catalog.jsonld")).json()
    found = nodes(catalogue, "dcat:Distribution")
    assert len({each["@id"] for each in found}) == len(found)
    # Of the files of a country those of one programme are asked for, and of its boundaries one day: they are large.
    of_country = next(part for each in found if (part := each["@id"].partition("programm=")[2].partition("#")[0]))
    has_boundaries = False
    for distribution in found:
        url = distribution["dcat:downloadURL"]["@id"]
        assert url.startswith("http://testserver/api/v1/")
        if "programm=" in url:
            if not url.endswith(f"programm={of_country}") or ("boundaries/" in url and has_boundaries):
                continue
            has_boundaries = has_boundaries or "boundaries/" in url
        answer = client.get(url)
        assert answer.status_code == 200
        media_type = answer.headers["content-type"].split(";")[0]
        assert distribution["dcat:mediaType"]["@id"].endswith(f"/media-types/{media_type}")
    assert {offer.path.split("/")[0].split(".")[0] for offer in OFFERS if offer.content is not Content.ABOUT} == {
        each["dcat:downloadURL"]["@id"].split("/api/v1/")[1].split("/")[0].split(".")[0] for each in found
    }


def test_catalogue_takes_what_the_programme_states(real: Snapshot) -> None:
    stated = Publication(
        publisher="Amt <b>&</b>",
        homepage="https://amt.example/",
        email="a@amt.example",
        licence="https://l.example/1",
        contributor="http://dcat-ap.de/def/contributors/amt",
    )
    programme = real.programmes["asskomm"].model_copy(update={"publication": stated})
    owned = dataclasses.replace(real, programmes={"asskomm": programme})
    catalogue = build_catalogue(owned, "https://atlas.example/unten")
    assert catalogue["dcterms:publisher"]["foaf:name"] == "Amt <b>&</b>"
    dataset = nodes(catalogue, "dcat:Dataset")[0]
    assert dataset["dcatde:contributorID"] == {"@id": "http://dcat-ap.de/def/contributors/amt"}
    assert dataset["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:a@amt.example"}
    distribution = dataset["dcat:distribution"][0]
    assert distribution["dcterms:license"] == {"@id": "https://l.example/1"}
    assert distribution["dcterms:rights"]["rdfs:label"][1]["@value"] == "Entries: https://l.example/1"
    assert distribution["dcat:downloadURL"] == {"@id": "https://atlas.example/unten/api/v1/status.csv"}
    assert str(escape("https://l.example/1")) in drawn(
        "open_data.html", page=build_open_data(owned, TODAY, Words("de"))
    )


def test_invented_data_say_so_and_have_no_place(mini: Snapshot, mini_client: TestClient) -> None:
    dataset = nodes(build_catalogue(mini, "http://x"), "dcat:Dataset")[0]
    assert "dcatde:politicalGeocodingURI" not in dataset
    assert "erfunden" in dataset["dcterms:description"][0]["@value"]
    assert "erfunden" in mini_client.get(address("")).text
    assert any(
        "erfunden" in line for line in mini_client.get(address("boundaries/2024-01-01.geojson")).json()["source"]
    )


def test_addresses_are_those_the_client_used(mini: Snapshot) -> None:
    below = TestClient(Starlette(routes=[Mount("/unten", app_of(mini))]), base_url="https://atlas.example:8443")
    catalogue = below.get("/unten/api/v1/catalog.jsonld").json()
    assert catalogue["@id"] == "https://atlas.example:8443/unten/api/v1/catalog.jsonld#catalog"
    described = below.get("/unten/api/v1/openapi.json").json()
    assert described["servers"] == [{"url": "https://atlas.example:8443/unten/api/v1"}]


@pytest.mark.sample(1)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_links_of_the_page_lead_somewhere(client: TestClient, lang: str) -> None:
    page = client.get(address(f"?lang={lang}"))
    assert page.headers["content-language"] == lang
    assert f'<html lang="{lang}">' in page.text
    assert "<script" not in page.text
    assert not re.search(r"\son[a-z]+=", page.text)
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', page.text)]
    assert len(links) == 2 + 6 * (5 + 3 + 2 + 1) + 2
    # Of the files of a country those without a geometry are asked for: the others are large, and asked for by the catalogue.
    for link in links:
        if not link.startswith("../../") and ("programm=" not in link or ".csv" in link):
            assert client.get(f"{ROOT}/{link}").status_code == 200, link


def test_boundaries_are_kept_once_for_all_programmes_on_one_set(
    real: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(api, "boundaries_file", lambda _, programme, *__: made.append(programme.key) or b"{}")
    client = TestClient(app_of(real))
    for programme in real.programmes:
        client.get(address(f"boundaries/2024-03-31.geojson?programm={programme}"))
    assert [real.programmes[key].boundary_set for key in made] == ["14", "de"]


def test_every_column_and_every_state_is_described(client: TestClient, real: Snapshot) -> None:
    schemas = client.get(address("openapi.json")).json()["components"]["schemas"]
    for table, columns in (("Status", STATUS_COLUMNS), ("Cases", CASE_COLUMNS)):
        described = schemas[table]["items"]
        assert tuple(described["properties"]) == tuple(described["required"]) == columns
        assert all(node.get("description") or node.get("$ref") for node in described["properties"].values())
    assert set(schemas["State"]["enum"]) == {str(state) for state in State}
    areas = status_properties(ViewContexts(lambda: real, lambda: TODAY).of(ViewState()))
    of_one = {name.replace("council", "baustein") for name in areas.columns if name.startswith("council")}
    assert of_one == set(area_column_texts(Words("de")))
    assert set(flow_texts(Words("de"))) == {*FLOWS, CHANGED}
    for words in (Words("de"), Words("en")):
        page = client.get(address(f"?lang={words.lang}")).text
        told = [column_texts(content, words) for content in (Content.STATUS, Content.CASES)]
        for texts in (*told, area_column_texts(words), state_texts(words), flow_texts(words)):
            for name, text in texts.items():
                assert f"<dt><code>{name}</code></dt><dd>{escape(text)}</dd>" in page


def test_cases_over_http_are_those_of_the_command_line(client: TestClient, tmp_path: Path) -> None:
    for ending in ("csv", "json"):
        file = tmp_path / f"faelle.{ending}"
        assert main(["cases", "--as-of", "2023-06-30", "--format", ending, "-o", str(file)]) == FINE
        answer = client.get(address(f"cases.{ending}?stichtag=2023-06-30"))
        assert answer.content == file.read_bytes()
        assert answer.headers["content-disposition"].endswith(f'-faelle-2023-06-30.{ending}"')
    part = client.get(address("cases.json?stichtag=2023-06-30&kreis=14522")).json()
    assert part == [row for row in answer.json() if row["district"] == "Landkreis Mittelsachsen"] != []
