"""A number is as long as its list, its list as long as its file; every place of it leads to its page, in German order."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from atlas.export.tables import TABLES, list_said
from atlas.model.place_names import in_german_order
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState, page_address, view_to_query
from atlas.present.charts import table_files
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.district import build_district
from atlas.present.figures import DrillDown, build_cards
from atlas.present.headings import titles_of
from atlas.present.progress import chosen_instrument
from atlas.present.steering import build_steering
from atlas.present.wording import Words
from atlas.present.years import year_rows
from atlas.render.html import list_table
from atlas.render.templates import Pieces
from atlas.web.payloads import PayloadStore
from atlas.web.routes import build_routes
from tests.conftest import TODAY

DE = Words("de")
VIEWS = [
    ViewState(),
    ViewState(layer="council"),
    ViewState(layer="pact", as_of=date(2023, 12, 31)),
    ViewState(layer="pact", district="00021", lang="en"),
]


@pytest.fixture(scope="module")
def contexts_of_mini(mini: Snapshot) -> ViewContexts:
    return ViewContexts(lambda: mini, lambda: TODAY)


@pytest.fixture(scope="module")
def client(mini: Snapshot, contexts_of_mini: ViewContexts) -> TestClient:
    return TestClient(Starlette(routes=build_routes(PayloadStore(), lambda: mini, contexts_of_mini)))


def doors_of(contexts: ViewContexts, view: ViewState) -> list[DrillDown]:
    """Return the numbers of the map page and of the progress page."""
    context, words = contexts.of(view), Words(view.lang)
    rows = year_rows(context, contexts.course(context), chosen_instrument(context), words)
    return [
        *(door for card in build_cards(context, words) for door in card.doors),
        *(door for row in rows for door in row.doors.values()),
    ]


@pytest.mark.bulk
@pytest.mark.parametrize("view", VIEWS)
def test_number_and_list_and_file_agree(client: TestClient, contexts_of_mini: ViewContexts, view: ViewState) -> None:
    doors = doors_of(contexts_of_mini, view)
    assert sum(door.number for door in doors)
    for door in doors:
        address = table_files(f"liste/{door.key}", view, Words(view.lang))[1][0]
        answer = client.get(f"/{address}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8"), door.key
        file = pd.read_csv(io.StringIO(answer.text), dtype=str, keep_default_na=False)
        rows = door.rows()
        assert door.number == len(rows) == len(file), door.key
        assert file.to_numpy().tolist() == list_said(rows, Words(view.lang)).astype(str).to_numpy().tolist()


@pytest.mark.bulk
@pytest.mark.parametrize("view", VIEWS)
def test_each_place_of_a_list_leads_to_its_page_in_the_same_view(
    contexts_of_mini: ViewContexts, view: ViewState
) -> None:
    for door in doors_of(contexts_of_mini, view):
        rows = door.rows()
        said = str(list_table(rows, titles_of(rows, DE), view)).replace("&amp;", "&")
        for places in rows["places"]:
            for ags, name in places:
                assert f'href="{page_address("gemeinde", view.but(municipality=ags))}" target="_self">' in said, name
        names = [in_german_order(name) for name in rows["name"]]
        assert names == sorted(names), door.key


def test_lists_of_the_steering_page_are_files(client: TestClient, contexts_of_mini: ViewContexts) -> None:
    lists = build_steering(contexts_of_mini.of(ViewState()), DE).lists
    assert all(len(lists[name]) for name in ("ohne-datum", "zuletzt-datiert"))
    for name, rows in lists.items():
        file = pd.read_csv(io.StringIO(client.get(f"/atlas/liste/{name}.csv").text), dtype=str, keep_default_na=False)
        assert file.to_numpy().tolist() == list_said(rows, DE).astype(str).to_numpy().tolist(), name
    for name in ("ohne-datum", "quelle-ohne-datum"):
        names = [in_german_order(each) for each in lists[name]["name"]]
        assert names == sorted(names), name


def test_spots_and_groups_link_their_places_and_are_files(
    contexts_of_mini: ViewContexts, mini_context: Callable[..., ViewContext]
) -> None:
    context = mini_context()
    page, pieces = build_district(context, DE), Pieces("district.html")
    for shown, said in (
        (page.spots, pieces.white_spots(page, page_address, context.view)),
        (page.groups, pieces.groups(page, page_address, context.view)),
    ):
        assert shown
        for ags, name in (place for row in shown for place in row.places):
            assert (
                f'<a href="gemeinde?gemeinde={ags}" target="_self">{name}</a>' in said.replace("&#39;", "'")
                or "<" in name
            )
    groups = TABLES["gruppen"](contexts_of_mini, context, DE)
    assert groups is not None
    for number, group in enumerate(page.groups, 1):
        rows = groups[groups["Gruppe"] == number]
        assert group.municipalities == str(len(rows))
        assert rows["AGS"].tolist() == [ags for ags, _ in group.places]
        assert [in_german_order(name) for _, name in group.places] == sorted(
            in_german_order(n) for _, n in group.places
        )
    districts = pieces.districts(page, page_address, context.view)
    for row in page.districts:
        spots = build_district(mini_context(district=row.key), DE).spots
        address = page_address("kreis", ViewState(district=row.key))
        assert row.spots == len(spots)
        assert (f'href="{address}#weisse-flecken"' in districts) == bool(row.spots)


def test_a_file_of_a_list_is_of_the_view_it_is_asked_for(client: TestClient) -> None:
    query = view_to_query(ViewState(layer="pact"))
    assert client.get("/atlas/liste/pact-municipalities.csv", params=query).status_code == 200
    assert client.get("/atlas/liste/pact-signed.csv").status_code == 404
    answer = client.get("/atlas/liste/offen.csv?form=excel&lang=en")
    assert "-excel.csv" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbfAGS;Municipality")
