"""From tables to descriptions: words, maps, figures, details, search."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from atlas.analysis.quality import check_snapshot
from atlas.errors import Problem
from atlas.model.parameters import Given, read_view
from atlas.model.place_names import in_german_order
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState, view_to_query
from atlas.present.context import ViewContext, ViewContexts, preview
from atlas.present.detail import as_of_sentence, build_detail, municipality_names, position_of
from atlas.present.figures import build_cards
from atlas.present.film import film_legend
from atlas.present.map_index import body_names, build_map_index
from atlas.present.map_spec import packed_bodies, packed_since
from atlas.present.published import published_rows
from atlas.present.search import suggestions
from atlas.present.since import packed, said, since_of
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests.conftest import film_of

DE, EN = Words("de"), Words("en")


def unpack(codes: str) -> str:
    """Do what the browser does (parts/shared.js)."""
    return re.sub(r"(.)([A-Z])", lambda run: run[1] * (ord(run[2]) - 62), codes)


def test_numbers_and_dates_take_the_form_of_the_language() -> None:
    assert (DE.number(1234.5, 1), EN.number(1234.5, 1)) == ("1.234,5", "1,234.5")
    assert (DE.percent(0.31), EN.percent(0.31)) == ("31,0 %", "31.0%")
    assert (DE.day(date(2022, 12, 31)), EN.day(date(2022, 12, 31))) == ("31.12.2022", "31 December 2022")
    assert [DE.partial(text) for text in ("", "2021", "2021-06", "2021-06-30")] == [
        "",
        "2021",
        "Juni 2021",
        "30.06.2021",
    ]
    assert EN.since("2021-06", "known_by") == "June 2021 at the latest"
    assert (DE.since("", "undated"), DE.since("2021", "reached")) == ("undatiert", "2021")


def test_text_from_data_is_never_a_format() -> None:
    hostile = Problem("Datei", "Das Datum fehlt. Bitte ergänzen.", {"x": "{0.__class__}"})
    assert DE.problem(hostile) == "Datei: Das Datum fehlt. Bitte ergänzen."
    assert EN.say("mit {names}", names="{0.__class__} %s {n}") == "with {0.__class__} %s {n}"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Zeile 3, Spalte „Datum“", "Line 3, Column “Datum”"),
        ("Spalte „Eintrag, Zeile“", "Column “Eintrag, Zeile”"),
        ("data/participation/Zeile.csv, Zeile 17, ags", "data/participation/Zeile.csv, Line 17, ags"),
        ("Bestand mini, Eintrag 4, date", "Record mini, Entry 4, date"),
        ("Änderung 2, date", "Change 2, date"),
        ("Neustadt, Eintrag 4", "Neustadt, Entry 4"),
        ("Notiz", "note"),
        ("Notizbuch.csv", "Notizbuch.csv"),
    ],
)
def test_places_are_in_the_readers_language_and_names_of_files_are_not(place: str, said: str) -> None:
    assert DE.problem(Problem(place, "x")) == f"{place}: x"
    assert EN.problem(Problem(place, "x")) == f"{said}: x"


def test_plural_follows_the_number() -> None:
    assert [DE.count("{n} Gemeinde", "{n} Gemeinden", n) for n in (1, 2)] == ["1 Gemeinde", "2 Gemeinden"]
    assert EN.count("{n} Gemeinde", "{n} Gemeinden", 1200) == "1,200 municipalities"


def test_legend_counts_add_up_to_the_municipalities(real_context: Callable[..., ViewContext]) -> None:
    for layer in real_context().programme.layers:
        for district in (None, "14626", "14511"):
            spec = real_context(layer=layer, district=district).spec
            assert sum(entry.count for entry in spec.legend) == spec.total
            shown = {look.look.code for look in spec.legend}
            assert set(spec.codes) <= shown | {"-", "."}


def test_filters_hide_and_unknown_ones_filter_nothing(mini_context: Callable[..., ViewContext]) -> None:
    everything = mini_context(layer="pact").spec
    assert len(everything.shown) == 11
    assert len(mini_context(layer="pact", district="00022").spec.shown) == 2
    assert len(mini_context(layer="pact", looks=frozenset({"signed"})).spec.shown) == 5
    assert len(mini_context(layer="pact", documented_only=True).spec.shown) == 6
    assert mini_context(layer="pact", looks=frozenset({"gibtsnicht"}), district="99999").spec.codes == everything.codes


def test_points_are_councils_and_district_councils(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    names = {context.edition.municipalities.at[position, "name"] for position in context.spec.points}
    assert names == {"Ministadt", "Hafen"}
    assert context.spec.district_points == ("00021",)
    assert mini_context(layer="pact").spec.points == ()


def read(context: ViewContext) -> ViewContext:
    """Return a scene of entries whose sources have been read on one day."""
    return preview(context, context.records.table.assign(retrieved="2023-07-01", read_on="2023-07-01"))


def test_since_is_grouped_by_date(mini_context: Callable[..., ViewContext]) -> None:
    groups = dict(part.split(":") for part in packed_since(mini_context(layer="talk").spec).split(" "))
    assert {"2006", "<2011", "<5yq"} <= groups.keys()
    assert "?6me:" in packed_since(read(mini_context(layer="council")).spec), "undated says when it was read"
    assert ".1998" in packed_since(mini_context(layer="council").spec)


@pytest.mark.parametrize(
    ("fields", "short", "german", "english"),
    [
        ({"since": "2021-06", "since_means": "reached"}, "2106", "Juni 2021", "June 2021"),
        ({"since": "1998", "since_means": "known_by"}, "<.1998", "spätestens 1998", "1998 at the latest"),
        (
            {"since_means": "undated", "read_on": "2026-11-23"},
            "?7kv",
            "undatiert, gelesen 23.11.2026",
            "undated, read 23 November 2026",
        ),
        (
            {"state": "documented_later", "since": "2025-08", "since_means": "known_by"},
            "l<2508",
            "erst später belegt (spätestens August 2025), Beginn unbekannt",
            "documented only later (August 2025 at the latest), beginning unknown",
        ),
        (
            {"state": "documented_later", "since": "2022", "since_means": "reached"},
            "b22",
            "Beginn 2022, Tag nicht bekannt",
            "beginning 2022, day not known",
        ),
        ({"state": "period_unknown", "since_means": "undated"}, "u", "Zeitraum unbekannt", "period unknown"),
        (
            {"state": "presumed_over", "since": "2012", "last_proof": "2015-12-31"},
            "o15",
            "vermutlich beendet, zuletzt belegt 2015",
            "presumed over, last documented 2015",
        ),
        (
            {"state": "presumed_over", "since": "2015-12", "last_proof": "2015-12-31"},
            "o1512",
            "vermutlich beendet, zuletzt belegt Dezember 2015",
            "presumed over, last documented December 2015",
        ),
        ({"state": "ended", "since_day": "2023-01-01"}, "e22", "beendet, bis 2022", "ended, until 2022"),
        (
            {"state": "ended", "since_day": "2023-03-15"},
            "e6jd",
            "beendet, bis 14.03.2023",
            "ended, until 14 March 2023",
        ),
        (
            {"state": "plan_lapsed", "kind": "plan", "since": "2021-05-02"},
            "p21",
            "Plan von 2021, nicht weiter belegt",
            "plan of 2021, not documented further",
        ),
        (
            {"state": "ended", "kind": "exit", "since": "2020", "since_means": "known_by"},
            "<20",
            "spätestens 2020",
            "2020 at the latest",
        ),
    ],
)
def test_a_column_of_dates_says_what_its_date_is(
    mini_context: Callable[..., ViewContext], fields: dict[str, str], short: str, german: str, english: str
) -> None:
    plain = {"kind": "step", "state": "in_force", "since": "", "since_means": "reached", "read_on": "", "until": ""}
    since = since_of(mini_context().day.lines[0][0]._replace(**(plain | fields)))
    assert packed(since) == short
    assert (said(since, DE), said(since, EN)) == (german, english)


@pytest.mark.parametrize("day", [None, date(2018, 12, 31), date(2022, 12, 31)])
def test_every_number_is_the_length_of_its_list(real_context: Callable[..., ViewContext], day: date | None) -> None:
    for layer in real_context().programme.layers:
        for district in (None, "14626"):
            for card in build_cards(real_context(layer=layer, as_of=day, district=district), DE):
                for door in card.doors:
                    assert door.number == len(door.rows()), (layer, door.key)
                    assert DE.number(door.number) in door.text.split()
                    assert door.is_beside or door.text.startswith(DE.number(door.number))


def test_legend_of_a_film_explains_what_only_some_months_show(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState(layer="council"))
    film = film_of(context)
    lines = [entry.look.key for entry in film_legend(film)]
    assert "documented_later" in lines
    assert "documented_later" not in [entry.look.key for entry in context.spec.legend]
    assert lines[-1] == "no_data"
    for spec in film:
        assert {entry.look.key for entry in spec.legend if entry.count} <= set(lines)


def card_texts(context: ViewContext) -> list[str]:
    return [door.text for door in build_cards(context, DE)[0].doors]


def test_what_is_not_counted_stands_beside_the_number(contexts_before: ViewContexts) -> None:
    """The right values of docs/time.md."""
    councils = contexts_before.of(ViewState(layer="council", as_of=date(2024, 12, 31)))
    assert card_texts(councils)[::2][:2] == ["23 Gemeinden", "6 weitere erst später belegt"]
    later = next(door for door in build_cards(councils, DE)[0].doors if door.key == "council-documented_later")
    assert later.rows()["name"].tolist() == [
        "Annaberg-Buchholz",
        "Bennewitz",
        "Lossatal",
        "Meißen",
        "Thallwitz",
        "Wurzen",
    ]
    grants = contexts_before.of(ViewState(layer="funding", as_of=date(2023, 6, 30)))
    assert {"davon 4 in Kraft", "1 weitere, Zeitraum unbekannt"} <= set(card_texts(grants))
    talks = contexts_before.of(ViewState(programme="konfliktberatung", layer="consultation"))
    assert "davon 3 vermutlich beendet" in card_texts(talks)
    assert len(councils.spec.legend) == len({entry.look.key for entry in councils.spec.legend})
    assert {entry.look.key: entry.count for entry in councils.spec.legend}["documented_later"] == 6


def test_arrangements_are_named_by_their_case(contexts: ViewContexts) -> None:
    grants = build_cards(contexts.of(ViewState(layer="agreement")), DE)[0].doors[1].rows()
    assert grants["name"].tolist().count("Schwarzenberg/Erzgeb.") == 1
    assert grants["joint_with"].tolist().count("Städtebund Silberberg") == 1
    consultations = build_cards(contexts.of(ViewState(programme="konfliktberatung", layer="consultation")), DE)
    assert "Berlin („Moabit“)" in consultations[0].doors[1].rows()["name"].tolist()


def test_detail_says_status_ground_and_source(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    position = position_of(context.status, "00021060")
    assert position is not None
    detail = build_detail(context, position, DE)
    said = {each.label: each.status for each in detail.documented}
    assert said["Gespräch"] == "geführt, spätestens 01.03.2021 (abgeleitet aus Vereinbarung: unterzeichnet)"
    assert said["Rat"] == "besteht seit Mai 2021 (über den Kreis)"
    entry = next(each for each in detail.instruments if each.label == "Vereinbarung").entries[0]
    assert (entry.joint_with, entry.link) == ("Zweckverband Ring", "https://beispiel.invalid/quelle")
    assert [line.name for line in detail.neighbours][:1] == ["Insel"]
    assert detail.neighbour_heading.startswith(f"{len(detail.neighbours)} von 5 ")


def test_detail_of_a_merged_municipality_names_its_parts(mini_context: Callable[..., ViewContext]) -> None:
    context = read(mini_context())
    position = position_of(context.status, "00022015")
    assert position is not None
    detail = build_detail(context, position, EN)
    assert detail.merged_from == "with Ilm, Jena"
    assert {entry.holder for each in detail.documented for entry in each.entries} == {"Ilm", "Jena"}
    council = next(each for each in detail.instruments if each.label == "Council")
    assert (council.status, council.entries[0].link) == ("plan, undated, read 1 July 2023", None)
    assert position_of(context.status, "00022010") is None


def test_date_says_its_municipalities_and_the_last_change(real_context: Callable[..., ViewContext]) -> None:
    assert as_of_sentence(real_context(as_of=date(2016, 5, 1)), DE) == "Stichtag 01.05.2016: 426 Gemeinden."
    said = as_of_sentence(real_context(as_of=date(2023, 1, 1)), DE)
    assert said.endswith("418 Gemeinden. Letzte Gebietsänderung am 01.01.2023: Ostrau + Zschaitz-Ottewig → Jahnatal.")


def test_search_tells_twins_apart_and_knows_former_names(real: Snapshot) -> None:
    edition = real.editions["14"][0]
    found = {(each.text, each.beside): each.keys for each in suggestions(edition, edition.changes)}
    assert found["Reichenbach/O.L.", "Landkreis Görlitz"] == ("14626450",)
    assert ("Reichenbach im Vogtland", "Vogtlandkreis") in found
    assert found["Ostrau → Jahnatal", "Landkreis Mittelsachsen"] == ("14522450", "14522275")
    assert found["Aue → Aue-Bad Schlema", "Erzgebirgskreis"] == ("14521030", "14521035")
    assert ("Neustadt i. Sa. → Neustadt in Sachsen", "Landkreis Sächsische Schweiz-Osterzgebirge") in found
    assert found["Landkreis Görlitz", ""] == ("14626",)
    assert ("Dresden", "") in found, "a city is its own district"
    assert next(iter(found))[0].startswith("Adorf")


def test_published_totals_stand_beside_what_is_documented(real: Snapshot) -> None:
    rows = published_rows(real, real.programme(""), DE)
    assert len(rows) == 48
    newest = rows[rows["measure"] == "Kooperationsvereinbarung"].iloc[0]
    told = newest[["date", "published", "documented", "later"]].tolist()
    assert told == ["11.04.2025", "60", "52", "2"]  # two undated ones stand beside
    assert set(rows.loc[rows["documented"] == "", "measure"]) == {
        "qualifizierte Personen",
    }


def test_published_totals_reach_back_beyond_the_boundaries(real: Snapshot) -> None:
    network = published_rows(real, real.programmes["staedtenetzwerk"], DE)
    assert network["published"].tolist() == ["27", "12", "10"]
    assert network["documented"].tolist() == ["27", "13", "10"]
    assert network["later"].tolist() == ["0", "13", "16"]


def test_index_holds_names_in_order_of_position(mini: Snapshot) -> None:
    index = build_map_index(mini.programme(""), mini.editions["00"][0], mini.records["mini"])
    assert len(index["municipalities"]) == len(mini.editions["00"][0].municipalities)  # type: ignore[arg-type]
    assert set(index["words"]["de"]) == set(index["words"]["en"])  # type: ignore[index]
    assert index["districts"]["00011"]["city"] is True  # type: ignore[index]


def test_shipped_data_have_no_blocker_and_few_notes(real: Snapshot) -> None:
    found = check_snapshot(real)
    assert {each.severity for each in found} == {"note"}
    assert len(found) < 20


def test_doubtful_records_are_found(own_root: object) -> None:
    from pathlib import Path

    path = Path(str(own_root)) / "data" / "participation" / "mini.csv"
    path.write_text(
        path.read_text(encoding="utf-8")
        + "00021020,Bärgen,talk,held,2021,reached,,,https://q.invalid,\n"
        + "00021030,Dreieck,ladder,low,2022-05-01,reached,,,https://q.invalid,\n"
        + "00021030,Dreieck,ladder,high,2021-05-01,reached,,,https://q.invalid,\n",
        encoding="utf-8",
    )
    toml = Path(str(own_root)) / "data" / "programmes" / "mini.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8")
        + """
[[instruments]]
key = "ladder"
label = { de = "Leiter", en = "Ladder" }
short = { de = "Leiter", en = "Ladder" }
unit_one = { de = "Leiter", en = "ladder" }
unit = { de = "Leitern", en = "ladders" }
definition = { de = "x", en = "x" }
stages = [
    { key = "low", label = { de = "unten", en = "low" }, kind = "step", colour = "#aaaaaa" },
    { key = "high", label = { de = "oben", en = "high" }, kind = "step", colour = "#222222" },
]
""",
        encoding="utf-8",
    )
    said = "\n".join(each.sentence() for each in check_snapshot(load_snapshot(Settings(Path(str(own_root))))))
    assert "Zum Schlüssel 00021020 gehört „Bergen“, hier steht „Bärgen“" in said
    assert "„unten“ (2022-05-01) liegt nach der höheren Stufe „oben“ (2021-05-01)" in said
    assert "Den Schlüssel 00022010 gibt es nicht mehr; der Eintrag zählt für 00022015 Neu-Ilm" in said
    assert "1 Einträge haben weder ein Datum noch eine datierte Quelle" in said


def test_link_names_only_what_differs_and_nonsense_is_the_default() -> None:
    layers = {"mini": ("overview", "pact"), "zwei": ("overview", "x")}
    assert view_to_query(ViewState()) == {}
    nonsense = {
        "programm": "nix",
        "ebene": "<b>",
        "stichtag": "2022-13-01",
        "kreis": "1",
        "gemeinde": "x",
        "lang": "fr",
    }
    assert (
        read_view(Given(nonsense | {"stufe": "a;b", "belegt": "ja", "von": "gestern", "verlauf": "2021-13"}), layers)
        == ViewState()
    )
    view = ViewState(
        programme="zwei",
        layer="x",
        as_of=date(2022, 12, 31),
        district="00021",
        municipality="00021010",
        looks=frozenset({"held~derived"}),
        documented_only=True,
    )
    view = view.but(since=date(2021, 6, 30), film="2021-06", lang="en")
    assert read_view(Given(view_to_query(view)), layers) == view
    assert read_view(Given({"stichtag": "1999-01-01"}), {}) == ViewState()


def test_a_case_of_its_own_leaves_a_municipality_in_its_joint_body(real_context: Callable[..., ViewContext]) -> None:
    context = real_context(layer="agreement")
    table = context.records.table
    joint = table["joint_with"] == "Städtebund Silberberg"
    town = str(table.loc[joint & (table["instrument"] == "agreement"), "ags"].iloc[0])
    row = table[joint & (table["ags"] == town) & (table["instrument"] == "agreement")].iloc[:1]
    own = row.assign(joint_with="", case="eigene", date="2018-01-01", date_means="reached")
    drawn = preview(context, pd.concat([table, own], ignore_index=True))
    position = next(i for i in drawn.spec.inside if drawn.edition.municipalities.at[i, "ags"] == town)
    (line,) = (each for each in drawn.day.lines[position] if each.instrument == "agreement")
    assert line.joint_with == "", "the older one, its own, speaks for it"
    assert position in dict(drawn.spec.bodies)["Städtebund Silberberg"]


def test_joint_bodies_are_drawn_where_they_are_in_force(real_context: Callable[..., ViewContext]) -> None:
    overview, agreement, early = real_context(), real_context(layer="agreement"), real_context(as_of=date(2020, 1, 1))
    bodies = dict(overview.spec.bodies)
    assert len(bodies["Städtebund Silberberg"]) == 5
    assert "KPR Wurzener Land" in bodies
    assert "KPR Wurzener Land" not in dict(agreement.spec.bodies), "it is a council, no agreement"
    assert "Städtebund Silberberg" not in dict(early.spec.bodies)
    assert all(len(members) > 1 for members in bodies.values())
    names = body_names(overview.records)
    said = dict(each.split(":") for each in packed_bodies(overview.spec, names).split())
    assert {names[int(number)] for number in said} == set(bodies)
    assert [int(each, 36) for each in said[str(names.index("Städtebund Silberberg"))].split(",")] == list(
        bodies["Städtebund Silberberg"]
    )


def test_lists_are_in_german_order(real_context: Callable[..., ViewContext]) -> None:
    context = real_context(layer="agreement")
    for card in build_cards(context, DE):
        for door in card.doors:
            names = door.rows()["name"].tolist()
            assert names == sorted(names, key=in_german_order)
    assert in_german_order("Görlitz") < in_german_order("Grünhainichen") < in_german_order("Zittau")
    names = [name for name in municipality_names(context).values() if name[0] in "GZ"]
    assert names.index("Görlitz") < names.index("Großenhain") < names.index("Zittau")
