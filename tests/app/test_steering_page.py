"""The steering page: lists in their order, names that lead to pages, whose rule it is."""

from __future__ import annotations

import re

import pytest

from tests.app.conftest import AppOn
from tests.app.test_pages import PAGES, fine, shown


def _page(app_on: AppOn, **query: str) -> str:
    app = app_on(None, stichtag="2026-11-30", **query)
    fine(app.run())
    return shown(fine(app.switch_page(PAGES["steering"]).run()))


def test_what_is_over_ends_or_lapsed_stands_apart(app_on: AppOn) -> None:
    said = _page(app_on)
    headings = re.findall(r"<h2>(.*?)</h2>", said)
    wanted = [
        "Lange unverändert",
        "Vermutlich beendet, bitte prüfen",
        "Läuft in den nächsten zwölf Monaten aus",
        "Pläne, nicht weiter belegt",
        "Zuletzt datierte Einträge",
    ]
    assert [each for each in headings if each in wanted] == wanted
    assert said.count("Eigene Regel dieses Atlas.") >= 3
    assert "zuletzt belegt" in said
    assert "hier ohne Beleg dafür" in said


def test_every_name_leads_to_its_page_in_the_same_view(app_on: AppOn) -> None:
    said = _page(app_on, programm="zwk")
    rows = re.findall(r'<th scope="row">(.*?)</th>', said)
    assert rows
    for row in rows:
        assert re.match(r'<a href="(gemeinde|kreis)\?programm=zwk&amp;[^"]*" target="_self">', row), row
    assert any("kreis?" in row for row in rows), "a district leads to its own page"


@pytest.mark.parametrize("query", [{"bereich": "east"}, {"kreis": "14511"}, {"lang": "en"}])
def test_page_runs_for_areas_districts_and_in_english(app_on: AppOn, query: dict[str, str]) -> None:
    said = _page(app_on, **query)
    assert ("Presumed over, please check" if "lang" in query else "Vermutlich beendet, bitte prüfen") in said
