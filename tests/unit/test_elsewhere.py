"""A municipality in other programmes, and a view in another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from atlas.model.view import page_address
from atlas.present.elsewhere import elsewhere, in_programme, not_here, others
from atlas.present.scene import Scene, Scenes
from atlas.present.wording import Words
from atlas.render.templates import Pieces

html = Pieces("municipality.html")

DE = Words("de")
ERFURT, LEIPZIG, GOETTINGEN = "16051000", "14713000", "03159016"


def documented(scenes: Scenes, scene: Scene, ags: str) -> dict[str, list[str]]:
    return {
        each.view.programme: [label for label, _ in each.status]
        for each in elsewhere(scenes, scene, ags, DE)
        if each.status
    }


def test_municipality_is_told_of_in_every_programme(scenes: Scenes, real_scene: Callable[..., Scene]) -> None:
    assert documented(scenes, real_scene(programme="kokoma"), ERFURT) == {
        "staedtenetzwerk": ["Mitgliedschaft", "Netzwerktreffen"]
    }
    assert documented(scenes, real_scene(programme="staedtenetzwerk"), ERFURT).keys() == {"kokoma"}
    assert documented(scenes, real_scene(), LEIPZIG) == {"staedtenetzwerk": ["Mitgliedschaft"]}
    here = documented(scenes, real_scene(programme="staedtenetzwerk"), LEIPZIG)
    assert list(here) == [""], "the default programme stands in no address"
    assert "Kommunaler Präventionsrat" in here[""]


def test_day_of_the_view_holds_elsewhere(scenes: Scenes, real_scene: Callable[..., Scene]) -> None:
    before = real_scene(as_of=date(2022, 12, 31))
    (network,) = [each for each in elsewhere(scenes, before, LEIPZIG, DE) if each.status]
    assert network.status == (
        ("Mitgliedschaft", "Mitglied: erst später belegt (spätestens Juni 2023), Beginn unbekannt"),
    )


def test_programmes_of_another_territory_are_left_out(scenes: Scenes, real_scene: Callable[..., Scene]) -> None:
    views = [each.view.programme for each in elsewhere(scenes, real_scene(programme="kokoma"), ERFURT, DE)]
    assert "" not in views, "it is not in Saxony"
    assert len(views) == 4
    assert len(elsewhere(scenes, real_scene(), ERFURT, DE)) == 5


def test_key_of_a_former_district_finds_its_successor(scenes: Scenes, real_scene: Callable[..., Scene]) -> None:
    found = {each.view.municipality for each in elsewhere(scenes, real_scene(), "03152012", DE)}
    assert found == {GOETTINGEN}


def test_other_programme_keeps_day_place_and_language(real_scene: Callable[..., Scene]) -> None:
    day = date(2024, 5, 1)
    scene = real_scene(layer="council", as_of=day, district="14626", municipality=LEIPZIG, lang="en", film="2024-05")
    view = in_programme(scene, "zwk")
    assert (view.programme, view.layer, view.as_of, view.lang) == ("zwk", "overview", day, "en")
    assert (view.district, view.municipality, view.film) == ("14626", LEIPZIG, None)
    assert in_programme(real_scene(programme="zwk", district="16051"), "asskomm").district is None
    assert in_programme(real_scene(programme="zwk"), "asskomm").programme == ""


def test_page_leads_to_the_other_programmes(scenes: Scenes, real_scene: Callable[..., Scene]) -> None:
    found = elsewhere(scenes, real_scene(programme="kokoma"), ERFURT, DE)
    said = str(html.others(others(found, DE), lambda each: page_address("gemeinde", each.view)))
    assert 'href="gemeinde?programm=staedtenetzwerk&amp;gemeinde=16051000"' in said
    assert said.count("<section>") == 1
    assert html.others(others((), DE), lambda _: "") == ""
    told = str(html.not_here(not_here("Sachsen", elsewhere(scenes, real_scene(), ERFURT, DE), DE), lambda _: "#"))
    assert "Erfurt gehört nicht zum Gebiet dieses Programms (Sachsen)" in told
    assert told.count("<li>") == 5
