"""The page of comparisons: what is chosen stands in the address, and the ways to it begin with what is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import AppOn
from tests.app.test_pages import PAGES, fine, shown
from ui.state import Keys


def _page(app: AppTest) -> AppTest:
    return fine(fine(app.run()).switch_page(PAGES["comparison"]).run())


def _maps(app: AppTest) -> list[str]:
    return re.findall(r'<img src="atlas/vergleich/[0-9].svg\?[^"]*vergleich=([^"&]*)', shown(app))


def test_a_link_opens_its_comparison_and_stays(app_on: AppOn, miniland_root: Path) -> None:
    link = {"vergleich": "2021-12-31,2022-12-31", "ebene": "council", "kreis": "00021", "lang": "en"}
    app = _page(app_on(miniland_root, **link))
    assert dict(app.query_params) == link
    assert app.button_group(key=Keys.COMPARED_KIND).value == "tag"
    assert app.multiselect(key=Keys.COMPARED).value == ["2021-12-31", "2022-12-31"]
    assert _maps(app) == ["2021-12-31,2022-12-31"] * 2
    assert 'href="atlas/vergleich.pdf?' in shown(app)
    assert "fortschritt?ebene=council" in shown(app)


def test_kinds_and_things_are_chosen_and_stand_in_the_address(app_on: AppOn, miniland_root: Path) -> None:
    app = _page(app_on(miniland_root, gemeinde="00021040"))
    assert "vergleich" not in app.query_params
    assert len(_maps(app)) == 2
    app.button_group(key=Keys.COMPARED_KIND).set_value("kreis").run()
    assert fine(app).multiselect(key=Keys.COMPARED).value == []
    assert "Zum Vergleichen bitte zwei bis vier wählen." in shown(app)
    assert _maps(app) == []
    app.multiselect(key=Keys.COMPARED).set_value(["00021", "00022"]).run()
    assert fine(app).query_params["vergleich"] == "00021,00022"
    assert len(_maps(app)) == 2
    app.button_group(key=Keys.COMPARED_KIND).set_value("gemeinde").run()
    assert fine(app).query_params["vergleich"] == "00021040"
    assert len(_maps(app)) == 1
    assert 'href="atlas/vergleich.pdf?' not in shown(app)
    app.button_group(key=Keys.COMPARED_KIND).set_value("tag").run()
    assert re.fullmatch(r"[-0-9]{10},[-0-9]{10}", fine(app).query_params["vergleich"])
    app.button_group(key=Keys.COMPARED_KIND).set_value("baustein").run()
    assert fine(app).query_params["vergleich"] == "talk,pact"


def test_days_stand_by_time(app_on: AppOn, miniland_root: Path) -> None:
    app = _page(app_on(miniland_root, vergleich="2021-12-31,2022-12-31"))
    days = app.multiselect(key=Keys.COMPARED)
    days.set_value(["2022-12-31", "2021-12-31", "2020-12-31"]).run()
    assert fine(app).query_params["vergleich"] == "2020-12-31,2021-12-31,2022-12-31"
    app.multiselect(key=Keys.COMPARED).set_value(["2021-12-31"]).run()
    assert fine(app).query_params["vergleich"] == "2021-12-31"


@pytest.mark.parametrize(
    ("page", "view", "things"),
    [
        ("district", {"kreis": "00021"}, "00021"),
        ("district", {}, "talk,pact"),
        ("municipality", {"gemeinde": "00021040"}, "00021040"),
    ],
)
def test_ways_begin_with_what_is_seen(
    app_on: AppOn, miniland_root: Path, page: str, view: dict[str, str], things: str
) -> None:
    app = fine(fine(app_on(miniland_root, **view).run()).switch_page(PAGES[page]).run())
    [link] = [each.proto for each in app.get("page_link") if each.proto.label == "Vergleichen …"]
    assert f"vergleich={things}" in link.query_string.replace("%2C", ",")
    assert all(f"{name}={text}" in link.query_string for name, text in view.items())


def test_a_place_that_was_not_there_is_said(app_on: AppOn, miniland_root: Path) -> None:
    app = app_on(miniland_root, vergleich="00021040,00022015", stichtag="2019-01-01").run()
    app = fine(app).switch_page(PAGES["comparison"]).run()
    assert "gab es keine Gemeinde mit dem Schlüssel 00022015" in shown(fine(app))
