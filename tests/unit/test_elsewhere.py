"""A municipality in other programmes, and a view in another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from atlas.model.view import page_address
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.elsewhere import elsewhere, in_programme, not_here, others
from atlas.present.wording import Words
from atlas.render.templates import Pieces

html = Pieces("municipality.html")

DE = Words("de")
ERFURT, LEIPZIG, GOETTINGEN = "16051000", "14713000", "03159016"


def documented(contexts: ViewContexts, context: ViewContext, ags: str) -> dict[str, list[str]]:
    return {
        each.view.programme: [label for label, _ in each.status]
        for each in elsewhere(contexts, context, ags, DE)
        if each.status
    }


def test_municipality_is_told_of_in_every_programme(
    contexts: ViewContexts, real_context: Callable[..., ViewContext]
) -> None:
    assert documented(contexts, real_context(programme="kokoma"), ERFURT) == {
        "staedtenetzwerk": ["Mitgliedschaft", "Netzwerktreffen"]
    }
    assert documented(contexts, real_context(programme="staedtenetzwerk"), ERFURT).keys() == {"kokoma"}
    assert documented(contexts, real_context(), LEIPZIG) == {"staedtenetzwerk": ["Mitgliedschaft"]}
    here = documented(contexts, real_context(programme="staedtenetzwerk"), LEIPZIG)
    assert list(here) == [""], "the default programme stands in no address"
    assert "Kommunaler Präventionsrat" in here[""]


def test_day_of_the_view_holds_elsewhere(contexts: ViewContexts, real_context: Callable[..., ViewContext]) -> None:
    before = real_context(as_of=date(2022, 12, 31))
    (network,) = [each for each in elsewhere(contexts, before, LEIPZIG, DE) if each.status]
    assert network.status == (
        ("Mitgliedschaft", "Mitglied: erst später belegt (spätestens Juni 2023), Beginn unbekannt"),
    )


def test_programmes_of_another_territory_are_left_out(
    contexts: ViewContexts, real_context: Callable[..., ViewContext]
) -> None:
    views = [each.view.programme for each in elsewhere(contexts, real_context(programme="kokoma"), ERFURT, DE)]
    assert "" not in views, "it is not in Saxony"
    assert len(views) == 4
    assert len(elsewhere(contexts, real_context(), ERFURT, DE)) == 5


def test_key_of_a_former_district_finds_its_successor(
    contexts: ViewContexts, real_context: Callable[..., ViewContext]
) -> None:
    found = {each.view.municipality for each in elsewhere(contexts, real_context(), "03152012", DE)}
    assert found == {GOETTINGEN}


def test_other_programme_keeps_day_place_and_language(real_context: Callable[..., ViewContext]) -> None:
    day = date(2024, 5, 1)
    context = real_context(
        layer="council", as_of=day, district="14626", municipality=LEIPZIG, lang="en", film="2024-05"
    )
    view = in_programme(context, "zwk")
    assert (view.programme, view.layer, view.as_of, view.lang) == ("zwk", "overview", day, "en")
    assert (view.district, view.municipality, view.film) == ("14626", LEIPZIG, None)
    assert in_programme(real_context(programme="zwk", district="16051"), "asskomm").district is None
    assert in_programme(real_context(programme="zwk"), "asskomm").programme == ""


def test_page_leads_to_the_other_programmes(contexts: ViewContexts, real_context: Callable[..., ViewContext]) -> None:
    found = elsewhere(contexts, real_context(programme="kokoma"), ERFURT, DE)
    said = str(html.others(others(found, DE), lambda each: page_address("gemeinde", each.view)))
    assert 'href="gemeinde?programm=staedtenetzwerk&amp;gemeinde=16051000"' in said
    assert said.count("<section>") == 1
    assert html.others(others((), DE), lambda _: "") == ""
    told = str(html.not_here(not_here("Sachsen", elsewhere(contexts, real_context(), ERFURT, DE), DE), lambda _: "#"))
    assert "Erfurt gehört nicht zum Gebiet dieses Programms (Sachsen)" in told
    assert told.count("<li>") == 5
