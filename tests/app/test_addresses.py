"""What cannot be read in the address of a page is said there in one sentence; the rest of it holds."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.app.conftest import AppOn
from tests.app.test_pages import MINI, PAGES, fine, shown
from ui.state import Keys

_SAID = re.compile(r'<p class="finding warning" role="status">(.*?)</p>')
KEPT = {"ebene": "council", "kreis": "00021"}
"""What is right in each address, and holds beside what is wrong."""
_LONG = "9" * 5_000
WRONG_VALUES = {
    "programm": ["nope", "MINI", "../mini", "<b>mini</b>", "mini\x00"],
    "stichtag": [
        "2023-02-30",
        "gestern",
        "1999-01-01",
        "2100-01-01",
        "20220101",
        "2022-1-1",
        "٢٠٢٢-٠١-٠١",
        "0000-00-00",
    ],
    "gemeinde": ["<b>", "1", "99999999", "00021040x", "０００２１０４０", _LONG, "' OR 1=1 --"],
    "stufe": ["nope", "{{31337*3}}", "active <script>", "active nope", "a" * 2_000],
    "belegt": ["vielleicht", "2", "true"],
    "einwohner": ["viele", "2000", "2000-5000"],
    "von": ["2022-02-30", "x", "1-1-1"],
    "bereich": ["nope", "1", "<img src=x>"],
    "verlauf": ["2021-13", "2021", "jetzt", "1999-01"],
    "ausschnitt": ["99999", "99999999", "99999999,00021040", "x", "1,2,3", ",".join(f"{n:08}" for n in range(70))],
    "groesse": ["riesig", "small"],
    "namen": ["ja"],
    "titel": ["x" * 121],
    "teil": ["nope", "EINTRAEGE"],
    "quittung": ["x", "<b>"],
    "vergleich": [
        "nope",
        "council,nope",
        "1,2",
        "00021,00021040",
        "a,b,c,d,e",
        "2022-02-30",
        "00021,99999",
        "<b>",
        "2015-12-31,2022-12-31",
    ],
    "lang": ["fr", "EN", "de-DE"],
    "bogus": ["x", "<script>alert(1)</script>"],
}
MISREAD = [(name, text) for name, texts in WRONG_VALUES.items() for text in texts]


def said(text: str) -> list[str]:
    """Return what is said of the address."""
    return [html.unescape(each) for each in _SAID.findall(text)]


@pytest.mark.parametrize(("name", "text"), MISREAD, ids=[f"{name} {text[:12]!r}" for name, text in MISREAD])
def test_what_cannot_be_read_is_said_in_one_sentence_and_the_rest_holds(
    app_on: AppOn, miniland_root: Path, name: str, text: str
) -> None:
    app = fine(app_on(miniland_root, **(KEPT | {name: text})).run())
    beginning = text if len(text) <= 40 else f"{text[:40]}…"
    assert said(shown(app)) == [f"In der Adresse war nicht zu lesen: {name} „{beginning}“; alles Übrige gilt."]
    view = app.session_state[Keys.VIEW]
    assert (view.layer, view.district) == ("council", "00021")
    left = {"stufe": "active"} if text == "active nope" else {}
    assert dict(app.query_params) == KEPT | left


def test_what_others_add_to_a_link_is_passed_over(app_on: AppOn, miniland_root: Path) -> None:
    app = fine(app_on(miniland_root, **(KEPT | {"utm_source": "mail", "fbclid": "x", "mc_cid": "1"})).run())
    assert said(shown(app)) == []
    assert app.session_state[Keys.VIEW].layer == "council"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"kreis": "99999"}, "kreis „99999“"),
        ({"kreis": "xx"}, "kreis „xx“"),
        ({"ebene": "nope"}, "ebene „nope“"),
        ({"ebene": "nope", "stufe": "active"}, "ebene „nope“ und stufe „active“"),
        ({"kreis": ["00021", "00022"]}, "kreis mehrfach (es gilt „00021“)"),
        ({"kreis": ["xx", "00022"]}, "kreis „xx“"),
        ({"lang": ["de", "en"]}, "lang mehrfach (es gilt „de“)"),
        ({"stichtag": "x", "kreis": "y", "z": "1"}, "stichtag „x“, kreis „y“ und z „1“"),
        ({f"p{n}": "1" for n in range(9)}, ", ".join(f"p{n} „1“" for n in range(6)) + " und noch 3"),
    ],
)
def test_several_faults_are_one_sentence(app_on: AppOn, miniland_root: Path, query: dict[str, str], told: str) -> None:
    app = fine(app_on(miniland_root, **query).run())
    [sentence] = said(shown(app))
    parts = sorted(re.split(r", | und ", told))
    assert sorted(re.split(r", | und ", sentence.partition(": ")[2].partition(";")[0])) == parts


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_it(app_on: AppOn, miniland_root: Path, page: str) -> None:
    app = app_on(miniland_root, gemeinde=MINI, stichtag="2023-02-30", lang="en").switch_page(PAGES[page])
    text = shown(fine(app.run()))
    assert said(text) == [
        "These parts of the address could not be read: stichtag “2023-02-30”; everything else applies."
    ]


def test_the_first_of_several_counts(app_on: AppOn, miniland_root: Path) -> None:
    app = fine(app_on(miniland_root, kreis=["00021", "00022"]).run())  # type: ignore[arg-type]
    assert app.session_state[Keys.VIEW].district == "00021"
    assert app.query_params["kreis"] == "00021"


def test_the_first_of_several_orders_a_picture_too(app_on: AppOn, miniland_root: Path) -> None:
    app = app_on(miniland_root, groesse=["a4", "a3"], titel="x" * 121).switch_page(PAGES["export"])  # type: ignore[arg-type]
    assert "groesse mehrfach (es gilt „a4“)" in said(shown(fine(app.run())))[0]
    assert dict(app.query_params) == {"groesse": "a4"}


def test_it_is_said_until_another_page_is_turned_to(app_on: AppOn, miniland_root: Path) -> None:
    app = fine(app_on(miniland_root, stichtag="x").run())
    assert said(shown(fine(app.run())))
    assert not said(shown(fine(app.switch_page(PAGES["district"]).run())))
    assert not said(shown(fine(app.switch_page(PAGES["map"]).run())))


def test_nothing_is_said_of_an_address_that_can_be_read(app_on: AppOn, miniland_root: Path) -> None:
    query = {"stufe": "active", "stichtag": "2022-12-31", "ausschnitt": "land", "titel": "", "belegt": "0"}
    assert said(shown(fine(app_on(miniland_root, **(KEPT | query)).run()))) == []
