"""What is set side by side: numbers of each column, one legend, one scale, one page of A3; links and wrong orders."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pypdfium2
import pytest

from atlas.analysis.status import NO_DATA
from atlas.errors import AtlasError
from atlas.export.comparison import DrawnComparison, comparison_file, comparison_stem, draw_comparison
from atlas.model.boundaries import INDEPENDENT_CITIES
from atlas.model.comparison import ComparedKind, Comparison
from atlas.model.excerpt import Form
from atlas.model.parameters import COMPARED, PAGE_PARAMETERS, Given, read_page
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState, page_address
from atlas.present.address import unknown_things
from atlas.present.comparison import (
    ComparisonPage,
    build_comparison,
    compared_view,
    proposed_comparison,
    proposed_things,
)
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.day_choice import day_ahead
from atlas.present.detail import build_detail, position_of
from atlas.present.wording import Words
from atlas.render.svg import svg
from tests.conftest import PROGRAMMES, TODAY
from tests.miniland import HOSTILE

DE, EN = Words("de"), Words("en")
DAYS = "2022-12-31,2024-12-31,2026-11-30"
DISTRICTS = "14521,14524,14713"
TOWNS = "14521450,14524330"


def page_of(contexts: ViewContexts, text: str, **view: object) -> ComparisonPage:
    comparison = COMPARED.parse(text)
    asked = compared_view(ViewState().but(**view), comparison, TODAY)
    return build_comparison(contexts, asked, comparison, Words(asked.lang))


def drawn(contexts: ViewContexts, text: str, **view: object) -> DrawnComparison:
    comparison = COMPARED.parse(text)
    asked = compared_view(ViewState().but(**view), comparison, TODAY)
    return draw_comparison(contexts, asked, comparison, Words(asked.lang))


def counted(context: ViewContext, instrument: str, district: str | None) -> tuple[int, int]:
    """Return how many municipalities the status table counts by their own doing, and of how many."""
    rows = context.status[context.status["instrument"] == instrument]
    if district:
        rows = rows[rows["district"] == district]
    return int((rows["counted"] & (rows["basis"] != "district")).sum()), len(rows)


@pytest.mark.parametrize("text", [DAYS, DISTRICTS])
@pytest.mark.parametrize("layer", ["overview", "council"])
def test_each_number_is_that_of_the_status_table(contexts: ViewContexts, text: str, layer: str) -> None:
    page = page_of(contexts, text, layer=layer)
    instruments = page.columns[0].context.programme.instruments
    assert [label for label, _ in page.rows] == [DE.label(each.label) for each in instruments]
    for (_, cells), instrument in zip(page.rows, instruments, strict=True):
        for cell, column in zip(cells, page.columns, strict=True):
            n, total = counted(column.context, instrument.key, column.context.district)
            said = [line for line, _ in cell.lines]
            assert said[:2] == [f"{n} von {total} Gemeinden", DE.percent(n / total)]


def test_each_instrument_has_the_number_of_the_status_table_and_those_of_both(contexts: ViewContexts) -> None:
    page = page_of(contexts, "council,agreement,coaching", district="14524")
    members = []
    for column, instrument in zip(page.columns, ("council", "agreement", "coaching"), strict=True):
        n, total = counted(column.context, instrument, "14524")
        assert column.figure[0][0] == f"{n} von {total} Gemeinden"
        rows = column.context.status
        is_own = (rows["instrument"] == instrument) & rows["counted"] & (rows["basis"] != "district")
        members.append(set(rows[is_own & (rows["district"] == "14524")]["ags"]))
    assert page.rows == ()
    first, *others = members
    for note, other in zip(page.notes, others, strict=True):
        both, alone, else_ = re.findall(r": ([0-9]+)[;.]", note)
        assert (int(both), int(alone), int(else_)) == (len(first & other), len(first - other), len(other - first))


def test_differences_are_those_of_the_numbers_shown(contexts: ViewContexts) -> None:
    days, districts = page_of(contexts, DAYS), page_of(contexts, DISTRICTS)
    for page, with_number in ((days, True), (districts, False)):
        for _, (first, *others) in page.rows:
            numbers = [[line for line, _ in cell.lines] for cell in (first, *others)]
            assert not [line for line in numbers[0] if line.startswith("Unterschied")]
            for said in numbers[1:]:
                found = [line for line in said if line.startswith("Unterschied")]
                if not with_number and said[0].endswith("von 1 Gemeinden"):
                    assert found == []
                    continue
                n = [int(each[0].partition(" ")[0]) for each in (numbers[0], said)]
                shares = [float(each[1].replace(" %", "").replace(",", ".")) for each in (numbers[0], said)]
                sign = {-1: "−", 0: "±", 1: "+"}
                points = round(shares[1] - shares[0], 1)
                told = f"{sign[(points > 0) - (points < 0)]}{DE.number(abs(points), 1)} Prozentpunkte"
                number = f"{sign[(n[1] > n[0]) - (n[1] < n[0])]}{abs(n[1] - n[0])}, " if with_number else ""
                assert found == [f"Unterschied: {number}{told}"]
    assert districts.notes[-1].startswith("Eine Stadt, die selbst ein Kreis ist")


@pytest.mark.parametrize(("text", "legends"), [("council,agreement", 2), (DAYS, 1), (DISTRICTS, 1), (TOWNS, 1)])
def test_one_legend_where_the_classes_are_the_same_and_its_counts_are_the_areas(
    contexts: ViewContexts, text: str, legends: int
) -> None:
    page = page_of(contexts, text, layer="council")
    assert len(page.legends) == legends
    for number, column in enumerate(page.columns):
        legend, at = (page.legends[number], 0) if legends > 1 else (page.legends[0], number)
        areas = [(line, counts[at]) for line, counts in legend.rows if line.look]
        assert sum(int(count) for _, count in areas) == len(column.picture.areas)
        assert {line.look for line, count in areas if line.look and count != "0"} == {
            area.look for area in column.picture.areas.values()
        }
        assert [line.look.key for line, _ in areas if line.look][-1] == NO_DATA


@pytest.mark.parametrize("text", ["council,agreement", DAYS, DISTRICTS, TOWNS])
def test_maps_are_in_step(contexts: ViewContexts, text: str) -> None:
    maps = drawn(contexts, text).maps
    assert len({(each.measures, each.frame.scale, each.scale_bar.text) for each in maps}) == 1
    if "14" not in text:
        assert len({each.frame.window for each in maps}) == 1
    for each in maps:
        left, top, right, bottom = each.land.bounds(each.picture.areas)
        x0, y0, x1, y1 = each.frame.window
        assert x0 <= left < right <= x1
        assert y0 <= top < bottom <= y1
        assert not each.names.keys  # a number would need a list beside the map


def test_towns_stand_side_by_side_with_status_and_since(contexts: ViewContexts) -> None:
    page = page_of(contexts, TOWNS)
    context = contexts.of(ViewState(as_of=TODAY))
    details = [build_detail(context, position_of(context.status, ags) or 0, DE) for ags in TOWNS.split(",")]
    by_label = dict(page.rows)
    assert by_label.pop("Nachbarn")[0].lines == ((details[0].neighbour_heading, None),)
    for across in zip(*(each.instruments for each in details), strict=True):
        cells = by_label.pop(across[0].label, None)
        if cells is None:
            assert {each.look.key for each in across} == {NO_DATA}
            assert across[0].label in page.notes[0]
        else:
            assert [[text for text, _ in cell.lines] for cell in cells] == [list(each.standing) for each in across]
    assert not by_label
    assert [each.page.partition("?")[0] for each in page.columns] == ["gemeinde", "gemeinde"]


@pytest.mark.parametrize(
    ("text", "kind", "things"),
    [
        ("council,agreement", ComparedKind.INSTRUMENT, ("council", "agreement")),
        ("a, b,a", ComparedKind.INSTRUMENT, ("a", "b")),
        ("2024-12-31,2022-12-31", ComparedKind.DAY, ("2022-12-31", "2024-12-31")),
        ("14521,14524", ComparedKind.DISTRICT, ("14521", "14524")),
        (TOWNS, ComparedKind.MUNICIPALITY, tuple(TOWNS.split(","))),
    ],
)
def test_the_address_holds_the_comparison(text: str, kind: ComparedKind, things: tuple[str, ...]) -> None:
    comparison = COMPARED.parse(text)
    assert comparison == Comparison(kind, things)
    view = ViewState(layer="council", as_of=date(2022, 12, 31), district="14524", lang="en")
    query = page_address("vergleich", view, vergleich=comparison.text).partition("?")[2]
    given = Given.of(parse_qsl(query), PAGE_PARAMETERS)
    assert given.read(COMPARED, None) == comparison
    assert read_page(given, {"x": ("overview", "council")})[0].but(programme="") == view
    assert given.problems == []


@pytest.mark.parametrize("text", [",", "a,,b", "a,b,c,d,e", "14521,14521450", "2022-02-30,2022-03-01", "A,B", "a;b"])
def test_what_is_no_comparison_is_said(text: str) -> None:
    given = Given({"vergleich": text})
    assert given.read(COMPARED, None) is None
    assert "ist kein Vergleich" in DE.problem(given.problems[0])


def test_days_before_the_boundaries_are_refused(real: Snapshot) -> None:
    programme = real.programme("")
    starts = real.edition(programme, TODAY).starts
    asked = [Comparison(ComparedKind.DAY, (each.isoformat(),)) for each in (starts, starts - timedelta(days=1))]
    told = [[DE.problem(each) for each in unknown_things(comparison, real, programme)] for comparison in asked]
    assert told[0] == []
    assert "reichen bis" in told[1][0]


def test_what_does_not_matter_is_left_out_of_view_and_file(contexts: ViewContexts) -> None:
    view = ViewState(layer="council", district="14524", municipality="14524330", looks=frozenset({"active"}))
    kept = {text: compared_view(view, COMPARED.parse(text), TODAY) for text in ("a,b", DAYS, DISTRICTS)}
    assert kept["a,b"] == ViewState(as_of=TODAY, district="14524")
    assert kept[DAYS] == ViewState(layer="council", district="14524")
    assert kept[DISTRICTS] == ViewState(layer="council", as_of=TODAY)
    stems = [comparison_stem(contexts.of(each), COMPARED.parse(text)) for text, each in kept.items()]
    key = contexts.of(view).programme.key
    assert stems == [
        f"praeventionsatlas-{key}-vergleich-a-b-14524-{TODAY}",
        f"praeventionsatlas-{key}-vergleich-{DAYS.replace(',', '-')}-council-14524",
        f"praeventionsatlas-{key}-vergleich-{DISTRICTS.replace(',', '-')}-council-{TODAY}",
    ]


def test_what_is_seen_is_proposed(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState(layer="coaching", as_of=date(2022, 12, 31), district="14524"))
    assert proposed_comparison(context.view, context.programme).things[0] == "coaching"
    assert len(proposed_comparison(ViewState(), context.programme).things) == 2
    proposed = {kind: proposed_things(kind, context) for kind in ComparedKind}
    assert proposed[ComparedKind.DAY] == ("2021-12-31", "2022-12-31")
    assert proposed[ComparedKind.DISTRICT] == ("14524",)
    assert proposed[ComparedKind.MUNICIPALITY] == ()


def test_days_lead_to_what_happened_between_and_one_ahead_is_said(contexts: ViewContexts) -> None:
    page = page_of(contexts, "2022-12-31,2030-12-31", layer="council", lang="en")
    assert page.between
    assert page.between[0] == "fortschritt?ebene=council&stichtag=2030-12-31&von=2022-12-31&lang=en#veraenderungen"
    ahead = day_ahead(date(2030, 12, 31), TODAY, EN)
    assert ahead
    assert page.notes.count(EN.problem(ahead)) == 1
    assert page.columns[0].context.as_of == date(2022, 12, 31)


@pytest.mark.parametrize(
    ("text", "lang", "said"),
    [
        ("council,agreement", "de", ["im Vergleich: Kommunaler Präventionsrat und", "Gemeinden mit beidem"]),
        (DAYS, "en", ["compared: 31 December 2022, 31 December 2024 and 30 November 2026", "Difference: "]),
        ("14521,14524,14729,14730", "de", ["Landkreis Zwickau", "Unterschiede sind"]),
        (f"{TOWNS},14524120,14523320", "de", ["Plauen", "Nachbargemeinden mit dokumentierter Beteiligung"]),
    ],
)
def test_all_of_it_is_one_page_of_a3_with_tags(contexts: ViewContexts, text: str, lang: str, said: list[str]) -> None:
    made = drawn(contexts, text, layer="council", lang=lang)
    pdf = comparison_file(made, Form.PDF, "atlas.example.org/vergleich?vergleich=x")
    assert b"/StructTreeRoot" in pdf
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    assert len(document) == 1
    assert [round(each) for each in document[0].get_size()] == [1191, 842]
    text_of = " ".join(document[0].get_textpage().get_text_range().split())
    for each in (*said, "atlas.example.org/vergleich", "GeoBasis-DE", *(column.title for column in made.page.columns)):
        assert each in text_of
    assert comparison_file(made, Form.PDF, "x") == comparison_file(made, Form.PDF, "x")


@pytest.fixture(scope="module")
def mini_contexts(mini: Snapshot) -> ViewContexts:
    return ViewContexts(lambda: mini, lambda: TODAY)


def test_hostile_names_stay_text_in_maps_and_documents(mini_contexts: ViewContexts) -> None:
    made = drawn(mini_contexts, "00021040,00021060", layer="pact")
    assert made.page.columns[0].title == HOSTILE
    for each in made.maps:
        tree = ElementTree.fromstring(svg(each))  # noqa: S314 - our own file
        assert not tree.findall(".//{*}img")
        assert not tree.findall(".//{*}script")
    pdf = comparison_file(made, Form.PDF)
    text = pypdfium2.PdfDocument(io.BytesIO(pdf))[0].get_textpage().get_text_range()
    assert "<img" in text
    assert comparison_file(made, Form.PNG).startswith(b"\x89PNG")


@pytest.mark.parametrize(("text", "day"), [("00021040,00022015", date(2019, 1, 1))])
def test_a_place_that_was_not_there_is_refused(mini_contexts: ViewContexts, text: str, day: date) -> None:
    with pytest.raises(AtlasError, match="gab es keine Gemeinde"):
        page_of(mini_contexts, text, as_of=day)


def test_a_merged_municipality_is_its_successor(mini_contexts: ViewContexts) -> None:
    page = page_of(mini_contexts, "00021040,00022010")
    assert page.columns[1].title == "Neu-Ilm"


@pytest.mark.sample(2)
@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_programme_can_be_compared(contexts: ViewContexts, programme: str) -> None:
    context = contexts.of(ViewState(programme=programme))
    districts = context.edition.districts
    keys = districts.index[~districts["kind"].isin(INDEPENDENT_CITIES)].tolist()[-2:]
    made = drawn(contexts, ",".join(keys), programme=programme)
    assert comparison_file(made, Form.PDF).startswith(b"%PDF")
    lines = [line for _, cells in made.page.rows for line, _ in cells[1].lines]
    assert any("Prozentpunkte" in line for line in lines) == context.programme.has_shares
    assert any(line.startswith("Unterschied") for line in lines)
    assert (
        len(page_of(contexts, proposed_comparison(context.view, context.programme).text, programme=programme).columns)
        == 2
    )
