"""Templates of the public pages: whatever a model says stays a text, and every template is tried."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
from markupsafe import Markup

from atlas.analysis.counting import Figure
from atlas.model.excerpt import MEASURES, Size
from atlas.model.parameters import COMPARED
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.about import about_data, accessibility, licences
from atlas.present.charts import Chart, chart_picture
from atlas.present.comparison import build_comparison
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import build_detail, position_of
from atlas.present.district import build_district
from atlas.present.elsewhere import Elsewhere, OtherProgrammes
from atlas.present.figures import build_cards
from atlas.present.fitness import build_fitness
from atlas.present.looks import LegendClass
from atlas.present.map_spec import LegendEntry, counted_legend
from atlas.present.municipality import NextStep, build_page
from atlas.present.open_data import Content
from atlas.present.open_data_page import build_open_data, data_links
from atlas.present.page_heads import PageHead
from atlas.present.picture import LegendLine
from atlas.present.progress import build_curves, chosen_instrument, district_table, multiples
from atlas.present.published import published_rows
from atlas.present.site import downloads, site_frame, site_table
from atlas.present.wording import Words
from atlas.render import html
from atlas.render.handbook import Chapter, Heading
from atlas.render.templates import Pieces, drawn
from tests.browser.payloads import PAYLOADS
from tests.conftest import ROOT, TODAY
from tests.elements import Elements

DE = Words("de")
about, comparison, district, municipality, progress, site = map(
    Pieces,
    ("about.html", "comparison.html", "district.html", "municipality.html", "progress.html", "site_parts.html"),
)
EDITING = {"entries.html", "follow_ups.html", "intake.html", "parts_editing.html"}
"""Templates of pages behind a login, which have tests of their own."""

_KEPT = (ViewState, ViewContext, LegendClass, LegendEntry, Figure, type)
"""Views become addresses, looks are checked when a programme is read, figures are numbers; contexts are not drawn."""


def _saying(model: Any, text: str) -> Any:
    """Return a model in which every text is another; what is empty or a view stays."""
    match model:
        case str():
            return text if model else model
        case tuple() | list():
            return tuple(_saying(each, text) for each in model)
        case dict():
            return {key: _saying(each, text) for key, each in model.items()}
        case pd.DataFrame():
            return model.map(lambda value: _saying(value, text))
        case _ if dataclasses.is_dataclass(model) and not isinstance(model, _KEPT):
            fields = (each for each in dataclasses.fields(model) if each.init)
            return dataclasses.replace(
                model, **{each.name: _saying(getattr(model, each.name), text) for each in fields}
            )
    return model


@pytest.fixture(scope="module")
def models(mini: Snapshot) -> dict[str, Any]:
    """Return models that fill every template."""
    contexts = ViewContexts(lambda: mini, lambda: TODAY)
    context = contexts.of(ViewState())
    page = max((build_page(context, i, DE) for i in context.day.municipalities.index), key=lambda each: len(repr(each)))
    position = position_of(context.status, page.detail.ags)
    assert position is not None
    step = NextStep(
        heading="a", invitation="a", companions="a", offers=(("a", "a"),), step_heading="a", offers_heading="a"
    )
    curves = build_curves(context, contexts.course(context), DE)
    return {
        "page": dataclasses.replace(page, next_step=step, chains=("a",), remarks=("a", "a")),
        "detail": build_detail(context, position, DE),
        "others": OtherProgrammes("a", (Elsewhere("a", "a", context.view, (("a", "a"),)),)),
        "legend": counted_legend(context.spec.legend, DE),
        "state": build_district(context, DE),
        "district": build_district(contexts.of(ViewState(district="00021")), DE),
        "multiples": multiples(curves, context.view, curves[0].instrument, DE),
        "picture": chart_picture(Chart.CURVE, context.view, "a"),
        "table": district_table(context, chosen_instrument(context), DE),
        "about": about_data(context, published_rows(mini, context.programme, DE), build_fitness(context, DE), DE),
        "comparisons": [
            build_comparison(contexts, ViewState(), COMPARED.parse(each), DE)
            for each in ("pact,council", "2021-12-31,2022-12-31", "00021040,00011000")
        ],
        "licences": licences(context, DE),
        "section": accessibility("a", DE),
        "frame": dataclasses.replace(site_frame(context, TODAY, "index.html", DE), notice="a"),
        "cards": build_cards(context, DE),
        "site_table": site_table(context, str, DE),
        "downloads": downloads(DE),
        "open": build_open_data(mini, date(2024, 1, 1), DE),
        "links": data_links(mini, context.programme, Content.STATUS, TODAY, DE),
    }


def _municipality(m: dict[str, Any], text: str) -> Iterator[Markup]:
    yield municipality.header(m["page"])
    yield municipality.history(m["page"])
    yield municipality.next_step(m["page"].next_step)
    yield municipality.neighbours(m["page"], lambda _: text)
    yield municipality.others(m["others"], lambda _: text)
    yield municipality.not_here(m["others"], lambda _: text)


def _district(m: dict[str, Any], text: str) -> Iterator[Markup]:
    for page in (m["state"], m["district"]):
        yield district.header(page)
        yield district.shares(page, lambda *_: text)
        yield district.districts(page, lambda *_: text, ViewState())
        yield district.white_spots(page, lambda *_: text, ViewState())
        yield district.groups(page, lambda *_: text, ViewState())


def _progress(m: dict[str, Any], text: str) -> Iterator[Markup]:
    yield progress.chart(m["picture"])
    yield progress.multiples(m["multiples"], lambda *_: text)
    yield progress.sentences([text, ""])
    yield progress.district_table(m["table"], lambda *_: text)


def _comparison(m: dict[str, Any], text: str) -> Iterator[Markup]:
    for page in m["comparisons"]:
        yield comparison.maps(page, [text] * len(page.columns), MEASURES[Size.A3], lambda *_: text)
        yield comparison.facts(page, lambda *_: text)
        yield comparison.notes(page)


def _about(m: dict[str, Any], text: str) -> Iterator[Markup]:
    yield html.about_data(m["about"])
    yield about.licences(m["licences"])
    yield about.texts(m["section"])
    yield about.section(text, [Markup("<p></p>")])


def _parts(m: dict[str, Any], text: str) -> Iterator[Markup]:
    yield html.detail(m["detail"])
    yield html.legend_line(m["legend"])
    yield html.list_table(
        pd.DataFrame({"places": [((text, text),)], "name": [text], "note": [text], "source": [text]}),
        dict.fromkeys(("name", "note", "source"), text),
        ViewState(),
    )
    yield Pieces("parts.html").links_in_line(m["links"])


def _site_parts(m: dict[str, Any], text: str) -> Iterator[Markup]:
    layers = site.layers(text, text, [(text, text, text)])
    how = {"start": text, "heading": text, "texts": [text]}
    legend = site.legend(text, text, m["legend"], [(LegendLine(text, "point", colour=text), text)], how)
    fields = dict.fromkeys(("day", "district", "whole", "documented", "link"), text)
    yield site.controls(fields, text, text, [(text, text)], text, True)
    yield site.nothing_here(text, text, text, [(text, text)], "h2")
    yield site.map_body(text, text, layers, Markup("<p>"), text, {"legend": legend})
    yield site.cards(m["cards"])
    yield site.table(m["site_table"])
    yield site.titled(text, [site.links(*m["downloads"]), site.picture(text, text, (1, 1), text)])
    yield site.municipality(m["page"], Markup("<img>"), lambda _: text)
    yield site.district(m["district"], Markup("<img>"), m["site_table"], lambda *_: text)


def _offline(m: dict[str, Any], text: str) -> Iterator[str]:
    given = {"body": text} | dict.fromkeys(("style", "files", "told", "shim", "script"), "")
    yield drawn("site_offline.html", frame=m["frame"], **given)


def _handbook(_: dict[str, Any], text: str) -> Iterator[Markup]:
    pieces = Pieces("handbook.html")
    chapter = Chapter("a", text, (Heading("b", text), Heading("c", text)), Markup("<p>"))
    yield pieces.chapter(chapter, lambda *_: text)
    yield pieces.contents([chapter], lambda *_: text, text, "a", (text, text, False))


CASES: dict[str, Callable[[dict[str, Any], str], Iterator[str]]] = {
    "municipality.html": _municipality,
    "district.html": _district,
    "progress.html": _progress,
    "comparison.html": _comparison,
    "about.html": _about,
    "parts.html": _parts,
    "site_parts.html": _site_parts,
    "site.html": lambda m, text: iter(
        [
            drawn(
                "site.html",
                frame=m["frame"],
                head=Markup("<title>"),
                body=Markup("<p>"),
                scripts=[text],
                expected=[text],
            )
        ]
    ),
    "site_map.html": lambda _, text: iter(
        [drawn("site_map.html", script=text, style=text, urls=text, expected=[text])]
    ),
    "site_offline.html": _offline,
    "handbook.html": _handbook,
    "open_data.html": lambda m, _: iter([drawn("open_data.html", page=m["open"])]),
    "not_found.html": lambda _, text: iter(
        [drawn("not_found.html", lang=text, base=text, title=text, text=text, ways=[(text, text)])]
    ),
    "page_head.html": lambda _, text: iter(
        [
            drawn("page_head.html", site=text, locale=text, head=_head(text, is_listed=each), files=[text])
            for each in (True, False)
        ]
    ),
}


def _head(text: str, *, is_listed: bool) -> PageHead:
    return PageHead(
        lang=text,
        title=text,
        description=text,
        address=text,
        languages={text: text},
        picture=text,
        is_listed=is_listed,
    )


def _elements(template: str, models: dict[str, Any], text: str) -> list[list[tuple[str, ...]]]:
    told = {name: _saying(model, text) for name, model in models.items()}
    return [Elements(fragment).found for fragment in CASES[template](told, text)]


@pytest.mark.parametrize("template", CASES)
def test_whatever_a_model_says_stays_text(template: str, models: dict[str, Any]) -> None:
    plain = _elements(template, models, "harmlos")
    assert any(plain)
    # Characters are escaped one by one: what counts is which there are, and how a value begins.
    for text in ("".join(PAYLOADS), *(each for each in PAYLOADS if each[0] in "\"'`jd")):
        assert _elements(template, models, text) == plain, text


def test_every_template_is_tried() -> None:
    assert {path.name for path in (ROOT / "atlas/render/templates").glob("*.html")} - EDITING == set(CASES)
