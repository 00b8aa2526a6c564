"""Every programme runs on every page, and the choice of another one keeps what still makes sense."""

from __future__ import annotations

import pytest

from atlas.model.snapshot import Snapshot
from tests.app.conftest import AppOn
from tests.app.test_pages import PAGES, fine, part, shown
from ui.state import Keys

LEIPZIG, ERFURT = "14713000", "16051000"
DAY = "2024-03-31"


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "key", ["asskomm", "kokoma", "konfliktberatung", "sicherheitspartnerschaft", "staedtenetzwerk", "zwk"]
)
def test_every_page_of_every_programme_runs(app_on: AppOn, real: Snapshot, key: str) -> None:
    assert len(real.programmes) == 6
    app = fine(app_on(programm=key, gemeinde=LEIPZIG).run())
    for page, path in PAGES.items():
        said = shown(fine(app.switch_page(path).run()))
        assert real.programmes[key].territory.de in said, page
        assert app.selectbox(key=Keys.PROGRAMME).value == key


def test_another_programme_keeps_day_and_place(app_on: AppOn) -> None:
    app = fine(app_on(ebene="council", stichtag=DAY, gemeinde=LEIPZIG, stufe="active").run())
    fine(app.selectbox(key=Keys.PROGRAMME).set_value("staedtenetzwerk").run())
    assert dict(app.query_params) == {"programm": "staedtenetzwerk", "stichtag": DAY, "gemeinde": LEIPZIG}
    assert part(app, "legend")["layer"] == "overview"
    fine(app.selectbox(key=Keys.PROGRAMME).set_value("asskomm").run())
    assert dict(app.query_params) == {"stichtag": DAY, "gemeinde": LEIPZIG}


def test_municipality_of_another_territory_is_told_of(app_on: AppOn) -> None:
    app = fine(app_on(gemeinde=ERFURT).run())
    said = shown(fine(app.switch_page(PAGES["municipality"]).run()))
    assert "Erfurt gehört nicht zum Gebiet dieses Programms (Sachsen)" in said
    assert "gemeinde?programm=kokoma&amp;gemeinde=16051000" in said


def test_page_of_a_municipality_tells_of_other_programmes(app_on: AppOn) -> None:
    app = fine(app_on(gemeinde=ERFURT, programm="kokoma").run())
    said = shown(fine(app.switch_page(PAGES["municipality"]).run()))
    assert "In anderen Programmen" in said
    assert "gemeinde?programm=staedtenetzwerk&amp;gemeinde=16051000" in said
