"""What people type into the search box, and what it finds: names folded in Python, queries in the browser, one rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from atlas.model.place_names import as_written, folded_words, in_full, without_titles, written_out
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContexts
from atlas.present.search import SPELLING, search_index, suggestions
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.web.site_frame import Order, Site
from atlas.web.site_map import search_told
from tests.conftest import ROOT, TODAY
from tests.javascript import ASSETS, run_node
from tests.lanes import law
from tests.unit.test_names import OFFERED, TAKEN, UNKNOWN

WAYS = {
    "Großschirma": ["Grossschirma", "großschirma", "GROSSSCHIRMA", "Gros Schirma"],
    "Großenhain": ["Grossenhain", "Großenhain", "grossenhain ", "Große Kreisstadt Großenhain"],
    "Weißwasser/O.L.": [
        "Weißwasser/O.L., Stadt / Běła Woda",
        "Weisswasser",
        "Weißwasser/O.L.",
        "weißwasser o l",
        "Weisswasser Oberlausitz",
        "WEISSWASSER/OL",
    ],
    "Görlitz": ["goerlitz", "Gorlitz", "Görlitz", "Go\u0308rlitz", "Görlitz, Stadt", "Stadt Görlitz", "gölritz"],
    "Wilkau-Haßlau": ["Wilkau Haßlau", "Wilkau-Hasslau", "wilkau", "Haßlau", "Wilkau-Haslau"],
    "Zschopau": ["Zschopau ", "  zschopau", "Zschoppau", "Zchopau"],
    "Oelsnitz/Erzgeb.": [
        "14521450",
        "14 5 21 450",
        "145210450450",
        "Oelsnitz Erzgebirge",
        "Ölsnitz/Erzgeb.",
        "Oelsnitz (Erzgebirgskreis)",
    ],
    "Oelsnitz/Vogtl.": ["Oelsnitz i.V.", "Oelsnitz im Vogtland", "oelsnitz vogtl", "Oelsnitz Vogtlandkreis"],
    "Schneeberg": ["Schneeberg", "Scheneberg", "Schneberg"],
    "Jahnatal": ["Jahnatal", "Ostrau", "Zschaitz-Ottewig", "zschaitz ottewig"],
    "Aue-Bad Schlema": ["Aue", "Aue-Bad Schlema", "Bad Schlema", "aue bad schlema"],
    "Plauen": ["Plauen", "Plaun", "plauen vogtland"],
    "Dresden": ["Dresden", "Dresden, Landeshauptstadt", "LH Dresden", "Drseden"],
    "St. Egidien": ["St. Egidien", "Sankt Egidien", "St Egidien", "st.egidien"],
    "Pirna": ["Pirna", "Prina", "Pirna, Stadt", "Stadtverwaltung Pirna"],
    "Kamenz": ["Kamenz / Kamjenc, Stadt", "Kamenz/Kamjenc"],
    "Zwickau": ["Zwickau, Stadt, Hochschulstadt"],
    "Oybin": ["Kurort Oybin", "Oybin, Kurort"],
    "Königstein/Sächs. Schw.": ["Königstein", "Königstein/Sächs. Schw., Stadt"],
    "Freiberg": ["Freiberg", "Stadtverwaltung Freiberg"],
    "Leipzig": ["Leipzig", "Leipzg"],
    "Mülsen": ["Mülsen", "Muelsen", "Mulsen"],
    "Markkleeberg": ["Markkleeberg (LK Leipzig)", "Makkleeberg"],
    "Landkreis Görlitz": ["Landkreis Görlitz", "Kreis Görlitz"],
    "Erzgebirgskreis": ["Erzgebirgskreis"],
    "Neustadt in Sachsen": ["Neustadt i. Sa.", "Neustadt in Sachsen", "Neustadt Sa"],
}
"""By name: how people type it. The spelling "Drseden" swaps two letters, "Makkleeberg" drops one."""


def found(typed: list[str], index: dict[str, Any]) -> list[dict[str, Any]]:
    source = f"""import {{ search }} from {json.dumps((ASSETS / "parts/fold.js").as_uri())};
        const {{ places, spelling }} = {json.dumps(index)};
        console.log(JSON.stringify({json.dumps(typed)}.map((text) => search(text, places, spelling))));"""
    return list(json.loads(run_node("--input-type=module", "-", source=source)))


@pytest.fixture(scope="module")
def index(real: Snapshot) -> dict[str, Any]:
    edition = real.editions["14"][0]
    return json.loads(json.dumps(search_index(suggestions(edition, edition.changes))))  # type: ignore[no-any-return]


def test_every_way_to_type_a_place_finds_it_first_or_among_its_twins(index: dict[str, Any]) -> None:
    ways = [(name, typed) for name, each in WAYS.items() for typed in each]
    assert len(ways) >= 60
    wrong = []
    for (name, typed), answer in zip(ways, found([typed for _, typed in ways], index), strict=True):
        shown = answer["found"]
        heads = {place[0].split("/")[0].split(" ")[0] for place in shown}
        (keys,) = (place[2] for place in index["places"] if place[0] == name)
        is_first = bool(shown) and shown[0][2][-1] == keys[-1]
        is_among_twins = any(place[2] == keys for place in shown) and len(heads) == 1
        if not is_first and not is_among_twins:
            wrong.append((typed, [place[0] for place in shown][:5]))
    assert wrong == []


def test_the_static_site_finds_the_same(index: dict[str, Any], real: Snapshot) -> None:
    contexts = ViewContexts(lambda: real, lambda: TODAY)
    site = Site(Order(Settings(ROOT), next(iter(real.programmes)), TODAY), contexts)
    told = json.loads(json.dumps(search_told(site, Words("de"))))
    typed = [each for ways in WAYS.values() for each in ways]
    assert found(typed, told) == found(typed, index)


def test_only_what_was_meant_is_taken_without_asking(index: dict[str, Any]) -> None:
    taken, twins, slip, nothing = found(["Zittau", "Oelsnitz", "Zitau", "Entenhausen"], index)
    assert (taken["isClear"], taken["found"][0][0]) == (True, "Zittau")
    assert not twins["isClear"]
    assert [(place[0], place[1]) for place in twins["found"]] == [
        ("Oelsnitz/Erzgeb.", "Erzgebirgskreis"),
        ("Oelsnitz/Vogtl.", "Vogtlandkreis"),
    ]
    assert (slip["isGuess"], slip["isClear"]) == (True, False)
    assert nothing["found"] == []


def test_the_beginning_of_a_name_finds_it(index: dict[str, Any]) -> None:
    names = [place for place in index["places"] if len(place[2][0]) == 8]
    typed = [place[0].split(" → ")[0][:4] for place in names]
    for place, answer in zip(names, found(typed, index), strict=True):
        assert place in answer["found"] or answer["isGuess"] is False, place[0]
        assert place[2] in [each[2] for each in answer["found"]], place[0]


OFFICIAL = (
    "Görlitz, / ( ) ; M St Stadt Kreis Ostseebad Brüder-Grimm-Stadt Flecken im der und i.V. O.L. Sa. Große Kreisstadt, "
    "Hansestadt, Klingenstadt"
)
PIECES = st.sampled_from(OFFICIAL.split()) | st.text(alphabet="äÄöüßéłÜaouestAbgn./-, ()3\u0308", max_size=24)


@given(st.lists(st.lists(PIECES, max_size=6).map(" ".join), min_size=8, max_size=8))
@law(40)
def test_typed_text_is_folded_as_names_are(typed: list[str]) -> None:
    source = f"""import {{ foldedWords, withoutTitles, writtenOut }} from {json.dumps((ASSETS / "parts/fold.js").as_uri())};
        const spelling = {json.dumps(SPELLING)};
        console.log(JSON.stringify({json.dumps(typed)}.map((text) =>
            [foldedWords(text), writtenOut(foldedWords(text), spelling), withoutTitles(text, spelling)])));"""
    folded = json.loads(run_node("--input-type=module", "-", source=source))
    assert folded == [[folded_words(text), written_out(folded_words(text)), without_titles(text)[0]] for text in typed]


@given(st.lists(st.tuples(st.text("abc", max_size=6), st.text("abc", max_size=6)), min_size=50, max_size=50))
@law(30)
def test_one_slip_is_one_edit_or_two_letters_swapped(pairs: list[tuple[str, str]]) -> None:
    source = f"""import {{ isOneSlip }} from {json.dumps((ASSETS / "parts/fold.js").as_uri())};
        console.log(JSON.stringify({json.dumps(pairs)}.map(([one, other]) => isOneSlip(one, other))));"""
    slips = json.loads(run_node("--input-type=module", "-", source=source))
    assert slips == [OSA.distance(one, other) == 1 for one, other in pairs]


@pytest.mark.parametrize(
    ("name", "written", "full"),
    [
        ("Görlitz", "gorlitz", "gorlitz"),
        ("St. Egidien", "st egidien", "sankt egidien"),
        ("Oelsnitz/Vogtl.", "olsnitz vogtl", "olsnitz vogtland"),
        ("Landkreis Görlitz", "landkreis gorlitz", "gorlitz"),
        ("Stadt", "stadt", "stadt"),
    ],
)
def test_name_is_folded_as_written_and_in_full(name: str, written: str, full: str) -> None:
    assert (as_written(name), in_full(name)) == (written, full)


def test_what_the_gate_takes_the_search_box_finds(index: dict[str, Any]) -> None:
    typed = [(name, {key}) for key, names in TAKEN.items() for name in names] + list(OFFERED.items())
    missing = []
    for (name, keys), answer in zip(typed, found([name for name, _ in typed], index), strict=True):
        shown = {key for place in answer["found"] for key in place[2]}
        if not keys <= shown:
            missing.append((name, [place[0] for place in answer["found"]][:4]))
    assert missing == []


def test_name_of_somewhere_else_is_a_guess_at_most(index: dict[str, Any]) -> None:
    elsewhere = [name for name in UNKNOWN if " im " in name or " an " in name or "/T" in name or " / P" in name]
    assert len(elsewhere) >= 5
    assert [name for name, answer in zip(elsewhere, found(elsewhere, index), strict=True) if answer["isClear"]] == []
