"""What the pages of a municipality and of a district say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from atlas.export.tables import TABLES, neighbours_table, view_table, white_spots_table
from atlas.model.parameters import Given, read_view
from atlas.model.programme import PathStep
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState, page_address
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import position_of
from atlas.present.district import build_district
from atlas.present.municipality import build_page, name_list
from atlas.present.timeline import axis
from atlas.present.wording import Words
from atlas.render.templates import Pieces
from tests import miniland
from tests.conftest import TODAY

html = Pieces("municipality.html")

district_html = Pieces("district.html")

DE, EN = Words("de"), Words("en")
NOBODY = ViewContexts(lambda: pytest.fail("no other scene is needed"), date.today)
OELSNITZ, CHEMNITZ, ZITTAU, JAHNATAL = "14521450", "14511000", "14626610", "14522275"
DRESDEN = "14612000"


def page_of(context: ViewContext, ags: str, words: Words = DE) -> tuple[int, object]:
    position = position_of(context.status, ags)
    assert position is not None
    return position, build_page(context, position, words)


def test_neighbours_are_numbered_by_border(real_context: Callable[..., ViewContext]) -> None:
    context = real_context()
    position, page = page_of(context, OELSNITZ)
    assert [row.number for row in page.neighbours] == list(range(1, 9))
    assert page.neighbours[0].name == "Hartenstein"
    shares = [float(row.share.rstrip("\xa0 %").replace(",", ".")) for row in page.neighbours]
    assert sum(shares) == pytest.approx(100, abs=0.05 * len(shares)), "each is rounded to a tenth"
    stollberg = page.neighbours[1]
    assert "Vereinbarung: unterzeichnet seit 20.01.2023" in stollberg.status
    assert stollberg.is_active
    table = neighbours_table(context, position)
    assert list(table.columns[:4]) == ["ags", "name", "district", "border_km"]
    assert list(table.columns[4:]) == [each.key for each in context.programme.instruments]
    assert table["ags"].tolist() == [row.ags for row in page.neighbours]


def test_the_states_edge_and_corners_are_said(real_context: Callable[..., ViewContext]) -> None:
    _, zittau = page_of(real_context(), ZITTAU)
    assert any("die Grenze von Sachsen" in note and "außerhalb" in note for note in zittau.notes)
    _, elstra = page_of(real_context(), "14625130")
    assert any("Punktkontakt" in note and "Steina" in note for note in elstra.notes)
    _, oelsnitz = page_of(real_context(), OELSNITZ)
    assert not any("die Grenze von" in note or "Punktkontakt" in note for note in oelsnitz.notes)


def test_chain_leads_to_the_nearest_council(real_context: Callable[..., ViewContext]) -> None:
    context = real_context()
    _, page = page_of(context, "14524070")  # Gersdorf, beside Oelsnitz with its council
    assert "Kommunaler Präventionsrat: gleich nebenan, Oelsnitz/Erzgeb." in page.chains
    _, kamenz = page_of(context, "14625250")
    assert any("Gemeinden weiter" in chain and "über" in chain for chain in kamenz.chains)
    _, leipzig = page_of(real_context(programme="staedtenetzwerk"), "14713000")
    assert leipzig.chains == ("Netzwerktreffen: 11 Gemeinden weiter, Erfurt",), "a long way is not told"
    _, own = page_of(context, OELSNITZ)
    assert not any("Präventionsrat" in chain for chain in own.chains), "it has a council itself"


def test_next_step_follows_the_programmes_order(real_context: Callable[..., ViewContext]) -> None:
    steps = {ags: page_of(real_context(), ags)[1].next_step for ags in ("14625250", "14524190", OELSNITZ)}
    assert steps["14625250"].heading == "Erstgespräch"
    assert steps["14524190"].heading == "Kommunaler Präventionsrat"
    assert steps["14524190"].companions == "In der Nachbarschaft schon gegangen: Glauchau."
    assert steps[OELSNITZ].heading == ""
    assert "Begleitendes Coaching" not in dict(steps[OELSNITZ].offers), "it has had one"
    assert "Förderung" in dict(steps[OELSNITZ].offers)


def test_a_programme_without_a_path_suggests_nothing(mini_context: Callable[..., ViewContext]) -> None:
    _, page = page_of(mini_context(), "00021010")
    assert page.next_step is None


def test_merged_municipalities_stand_in_the_header_and_the_timeline(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context(as_of=date(2020, 6, 1))
    _, page = page_of(context, "00022015")
    assert page.detail.merged_from == "mit Ilm, Jena"
    (pact,) = page.bars["pact"]
    assert pact.begin == 0.0, "signed in 2018 by Ilm, before the axis begins"
    assert pact.end == 1.0


def test_dormant_council_is_three_bars_in_one_lane(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    _, page = page_of(context, "00021080")
    own = [bar for bar in page.bars["council"] if "district" not in bar.look.key]
    assert [bar.look.key for bar in own] == ["active", "paused", "active"]
    assert {bar.lane for bar in own} == {0}
    scale = axis(context)
    assert own[1].begin == pytest.approx(scale.place(date(2020, 1, 1)))
    assert own[1].end == own[2].begin


def test_nothing_is_suggested_where_every_step_is_taken(mini: Snapshot) -> None:
    """Neither a step nor an offer: the page says nothing, it is not left half empty."""
    programme = mini.programmes["mini"]
    step = PathStep(instrument=programme.instruments[0].key, invitation=programme.title)
    only = programme.model_copy(update={"path": (step,)})
    contexts = ViewContexts(lambda: replace(mini, programmes={"mini": only}, fingerprint="short"), lambda: TODAY)
    context = contexts.of(ViewState())
    done = [
        p
        for p, lines in context.day.lines.items()
        if any(x.instrument == step.instrument and x.in_force and x.basis == "direct" for x in lines)
    ]
    assert done
    assert all(build_page(context, position, DE).next_step is None for position in done)


def test_years_of_a_long_axis_stand_apart(real_context: Callable[..., ViewContext]) -> None:
    long = axis(real_context(programme="staedtenetzwerk"))
    assert [year for year, _ in long.years] == [2005, 2010, 2015, 2020, 2025]
    assert long.first == date(2001, 1, 1)
    assert [year for year, _ in axis(real_context()).years] == list(range(2019, 2027)), "of few, each is written"


def test_a_date_known_to_the_month_is_documented_later_within_it(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    _, page = page_of(context, "00021050")
    later, talk = page.bars["talk"]
    scale = axis(context)
    assert (later.look.key, talk.look.key) == ("documented_later", "held")
    assert later.begin == pytest.approx(scale.place(date(2020, 6, 1)))
    assert later.end == talk.begin == pytest.approx(scale.place(date(2020, 6, 30)))
    assert talk.end == 1.0


def test_what_is_known_by_a_day_is_pale_before_it_and_broken_after_its_time(
    real_context: Callable[..., ViewContext],
) -> None:
    """Oelsnitz's coaching: known by 2023, three years by the atlas's own rule."""
    context = real_context()
    _, page = page_of(context, OELSNITZ)
    coaching = page.bars["coaching"]
    assert [bar.look.key for bar in coaching] == ["documented_later", "running", "presumed_over"]
    assert [bar.has_ended for bar in coaching] == [False, True, False]
    assert coaching[-1].end == 1.0
    said = html.history(page)
    assert said.count("Zeitleisten: Wo Kreise stehen") == 1
    assert 'class="swatch hatch-rings"' in said


def test_each_case_has_its_lane_and_its_name(real_context: Callable[..., ViewContext]) -> None:
    _, page = page_of(real_context(), DRESDEN)
    funding = page.bars["funding"]
    assert {bar.lane for bar in funding} == {0, 1, 2, 3}
    assert all(bar.has_ended for bar in funding if bar.look.key == "granted"), "an end has a mark and no bar of its own"
    assert {bar.look.key for bar in funding} <= {"granted", "documented_later"}
    shown = next(each for each in page.detail.instruments if each.key == "funding")
    assert list(shown.standing) == [f"Fall {n}: beendet, bis {2021 + n}" for n in range(1, 5)]
    assert "Fall 1: beendet, bis 2022" in html.history(page)
    _, frankenberg = page_of(real_context(), "14522150")
    shown = next(each for each in frankenberg.detail.instruments if each.key == "funding")
    names = ["Jugendparlament", "Soccerturnier", "Sozialraumanalyse"]
    assert list(shown.standing) == [f"{name}: Zeitraum unbekannt" for name in names]


def test_nothing_of_the_future_is_drawn(real_context: Callable[..., ViewContext]) -> None:
    _, page = page_of(real_context(as_of=date(2021, 12, 31)), OELSNITZ)
    assert "council" not in page.bars
    assert [bar.look.key for bar in page.bars["agreement"]] == ["preliminary"]


def test_name_list_says_how_many_more() -> None:
    assert name_list(["a", "b"], DE) == "a, b"
    assert name_list(["a", "b", "c", "d", "e"], DE) == "a, b, c und 2 weitere"
    assert name_list(["a", "b", "c", "d", "e"], EN) == "a, b, c and 2 more"


def test_page_of_a_hostile_name_is_escaped(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    for ags in ("00021040", "00021030"):
        _, page = page_of(context, ags)
        said = html.header(page) + html.history(page) + html.neighbours(page, lambda key: f"gemeinde?gemeinde={key}")
        assert "<img" not in said
        assert "<script" not in said
    assert "&lt;img" in said, "the neighbour's name is there as it is written"
    page = build_district(context, DE)
    said = district_html.groups(page, page_address, context.view) + district_html.white_spots(
        page, page_address, context.view
    )
    assert "<img" not in said
    assert miniland.HOSTILE.split()[0] in said


# --- districts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2021, 6, 30), date(2022, 12, 31), date(2026, 11, 23)])
def test_every_number_of_a_district_leads_to_a_list_of_that_length(
    real_context: Callable[..., ViewContext], day: date
) -> None:
    context = real_context(as_of=day, district="14626")
    page = build_district(context, DE)
    layers = {context.programme.key: context.programme.layers}
    for row in page.shares:
        if row.number[1] is None:
            assert row.here.municipalities.empty, row.label
            continue
        address = page_address("", row.number[1])
        query = {key: values[-1] for key, values in parse_qs(urlsplit(address).query).items()}
        behind = real_context(**vars(read_view(Given(query), layers)))
        assert len(view_table(behind, DE)) == len(row.here.municipalities), row.label
        for text, view in row.beside:
            if view is not None:
                assert f"{len(view_table(real_context(**vars(view)), DE))}" in text.split(), row.label


def test_district_shares_equal_the_figures(real_context: Callable[..., ViewContext]) -> None:
    context = real_context(district="14524")
    page = build_district(context, DE)
    assert page.name == "Landkreis Zwickau"
    assert page.subtitle == "33 Gemeinden · 950 km²"
    for instrument, row in zip(context.programme.instruments, page.shares, strict=True):
        here = context.day.figure(instrument.key, "14524")
        assert (len(row.here.municipalities), row.here.total) == (len(here.municipalities), 33)
        assert row.whole.share == context.day.figure(instrument.key).share


def test_state_page_lists_all_districts_and_their_sum(real_context: Callable[..., ViewContext]) -> None:
    context = real_context()
    page = build_district(context, DE)
    assert len(page.districts) == 13
    assert sum(int(row.total) for row in page.districts) == 418
    for place, key in enumerate(context.programme.overview.figures):
        assert sum(int(row.covered[place][0][0]) for row in page.districts) == len(
            context.day.figure(key).municipalities
        )
    assert sum(row.spots for row in page.districts) == len(page.spots)


def test_district_page_names_whom_to_mention(real_context: Callable[..., ViewContext]) -> None:
    page = build_district(real_context(district="14524"), DE)
    first = page.spots[0]
    assert (first.name, first.active) == ("Dennheritz", "4 von 4")
    assert [name for _, name in first.places] == ["Zwickau", "Glauchau", "Meerane", "Crimmitschau"]
    assert {spot.ags[:5] for spot in page.spots} == {"14524"}
    assert {spot.place for spot in page.spots} <= {"", "Angebot des Kreises"}, "the district is clear"


def test_files_behind_the_pages(real_context: Callable[..., ViewContext]) -> None:
    context = real_context(municipality=OELSNITZ)
    near = TABLES["nachbarn"](NOBODY, context, EN)
    assert near is not None
    assert near["Shared border in km"].is_monotonic_decreasing
    assert TABLES["nachbarn"](NOBODY, real_context(municipality="99999999"), DE) is None
    spots = TABLES["ansprache"](NOBODY, real_context(district="14524"), DE)
    assert spots is not None
    assert len(spots) == 23
    assert white_spots_table(context, ()).empty


def test_what_is_implied_twice_is_one_bar(real_context: Callable[..., ViewContext]) -> None:
    _, schneeberg = page_of(real_context(), "14521530")  # agreement and analysis both imply the consultation
    (consultation,) = schneeberg.bars["first_consultation"]
    assert consultation.look.key == "held~derived"
