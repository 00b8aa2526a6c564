"""The progress page: curves, the numbers behind them, districts, durations, and what changed between two days."""

from __future__ import annotations

from datetime import date

import streamlit as st

from atlas import phrases
from atlas.model.programme import Counts, Instrument
from atlas.model.view import page_address
from atlas.present.changes import Changes, build_changes, change_rows
from atlas.present.charts import Chart, chart_picture
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.day_choice import compared_day
from atlas.present.figures import DrillDown
from atlas.present.headings import titles_of
from atlas.present.map_spec import counted_legend
from atlas.present.paragraph import paragraph
from atlas.present.plan import plan_lines, plan_rows, plan_titles
from atlas.present.progress import (
    Curve,
    build_curves,
    chosen_instrument,
    curve_legend,
    district_table,
    duration_sentences,
    multiples,
    reach_sentence,
)
from atlas.present.time_words import holding_said
from atlas.present.years import YearRow, share_headings, year_headings, year_rows
from atlas.render.html import chart_links, file_links, legend_line, list_table
from atlas.render.templates import Pieces
from ui import blocks, day_field, figures_panel, filters, frame, map_panel
from ui.cache import contexts, current_context
from ui.components import part
from ui.state import Keys, words, write_address

html = Pieces("progress.html")

_curves: SingleFlightCache[tuple[Curve, ...]] = SingleFlightCache(64)
_rows: SingleFlightCache[tuple[YearRow, ...]] = SingleFlightCache(128)
_changes: SingleFlightCache[Changes] = SingleFlightCache(64)


def show() -> None:
    """Show the page."""
    context = current_context()
    frame.head(context)
    said = words()
    with st.container(horizontal=True, vertical_alignment="bottom", key="ort"):
        blocks.draw("place", title=said.say(phrases.PROGRESS))
        filters.district(context)
    filters.show(context)
    day_field.meaning(context)
    instrument = chosen_instrument(context)
    key = (*context.key, context.district, said.lang)
    curves = _curves.get(key, lambda: build_curves(context, contexts().course(context), said))
    chosen = next(curve for curve in curves if curve.instrument == instrument.key)
    _curve(context, chosen, instrument)
    blocks.heading(said.say(phrases.ALL_INSTRUMENTS))
    legend = curve_legend([curve.points for curve in curves], said)
    if missing := [line for line in legend if line not in chosen.legend]:
        st.html(html.sentences(missing))
    st.html(html.multiples(multiples(curves, context.view, instrument.key, said), page_address))
    if context.district is None and context.programme.has_shares:
        _districts(context, instrument)
    _durations(context)
    _between(context)
    frame.foot(context)
    write_address()


def _curve(context: ViewContext, curve: Curve, instrument: Instrument) -> None:
    said = words()
    blocks.heading(curve.label)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        st.html(html.chart(chart_picture(Chart.CURVE, context.view, curve.alt)))
    with right:
        texts = [
            *curve.legend,
            curve.gap,
            curve.doubt,
            reach_sentence(context, said),
            said.label(instrument.definition),
        ]
        st.html(html.sentences(texts))
        st.html(chart_links(Chart.CURVE, context.view, said, "fortschritt"))
    _plan(context, instrument)
    _numbers(context, instrument)
    if instrument.counts is Counts.SO_FAR:
        blocks.heading(said.say("{what}: davon {holding}", what=curve.label, holding=holding_said([instrument], said)))
        _numbers(context, instrument, Counts.IN_FORCE)


def _plan(context: ViewContext, instrument: Instrument) -> None:
    """Show each target beside what is documented; nothing where nobody has published any."""
    lines = plan_lines(context, contexts().course(context), [instrument])
    if not lines:
        return
    said = words()
    blocks.heading(said.say("Plan und Ist"), level=3)
    rows = plan_rows(context, lines, said).rename(columns={"day": "name"})
    titles = {"name" if column == "day" else column: title for column, title in plan_titles(said).items()}
    titles.pop("instrument")
    blocks.draw("wide", content=list_table(rows, titles, lang=context.programme.language))
    st.html(file_links("plan", context.view.but(municipality=None), said))


def _numbers(context: ViewContext, instrument: Instrument, counts: Counts | None = None) -> None:
    """Show the table behind the curve, and the list behind a number when it is asked for."""
    said = words()
    key = (*context.key, context.district, instrument.key, said.lang, counts)
    rows = _rows.get(key, lambda: year_rows(context, contexts().course(context, counts), instrument, said, counts))
    titles = year_headings(rows, instrument, said)
    has_shares = context.programme.has_shares and counts is None
    data = {
        "caption": said.say("Jede Zahl öffnet die Liste, aus der sie besteht. Zugänge und Abgänge zählen Gemeinden."),
        "headings": [
            said.say(phrases.AS_OF_DATE),
            *titles.values(),
            *(share_headings(context, said) if has_shares else []),
        ],
        "rows": [
            [
                row.day,
                *(_cell(row.doors[column]) for column in titles),
                *((row.total, *row.shares) if has_shares else ()),
            ]
            for row in rows
        ],
    }
    place = Keys.LEDGER if counts is None else Keys.LEDGER_IN_FORCE
    asked = part("ledger")(key=place, data=data, on_door_change=lambda: None).door
    if isinstance(asked, str):
        figures_panel.open_door({door.key: door for row in rows for door in row.doors.values()}, asked, context)


def _cell(door: DrillDown) -> str | list[str]:
    return [door.key, door.text] if door.number else door.text


def _districts(context: ViewContext, instrument: Instrument) -> None:
    said = words()
    title = said.say(phrases.SHARE_BY_DISTRICT, what=said.label(instrument.label))
    blocks.heading(title)
    st.html(html.chart(chart_picture(Chart.DISTRICTS, context.view, title)))
    st.html(html.district_table(district_table(context, instrument, said), page_address))
    st.html(chart_links(Chart.DISTRICTS, context.view, said))


def _durations(context: ViewContext) -> None:
    said = words()
    told = duration_sentences(context, contexts().course(context), said)
    if told:
        blocks.heading(said.say("Von einem Schritt zum nächsten"))
        about = said.say(
            "Nur Gemeinden, deren beide Daten mindestens auf den Monat bekannt sind; „spätestens“ zählt hier nicht."
        )
        st.html(html.sentences([*told, about]))


def _between(context: ViewContext) -> None:
    said = words()
    blocks.heading(said.say("Was sich verändert hat"), anchor="veraenderungen")
    start = compared_day(context)
    with st.container(horizontal=True, vertical_alignment="bottom", key="zeitraum"):
        day_field.since(context)
        blocks.text(said.say("Stichtag: {day}", day=said.day(context.as_of)))
        day_field.refusal(Keys.SINCE)
    if start >= context.as_of:
        st.html(html.sentences([said.say("Der erste Tag muss vor dem Stichtag liegen. Bitte einen früheren wählen.")]))
        return
    _show_changes(context, start)


def _show_changes(drawn: ViewContext, start: date) -> None:
    said = words()
    key = (*drawn.key, start, drawn.view.layer, drawn.district)
    changes = _changes.get(key, lambda: build_changes(contexts(), contexts().of(drawn.view.but(as_of=start)), drawn))
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        map_panel.show_changes(drawn, changes.spec)
        st.html(legend_line(counted_legend(changes.spec.legend, said)))
    with right:
        blocks.heading(said.say("Absatz für einen Bericht"), level=3)
        st.code(paragraph(changes, drawn, said), language=None, wrap_lines=True)
    rows = change_rows(changes, drawn, said)
    with st.expander(said.count("{n} Veränderung", "{n} Veränderungen", len(rows))):
        blocks.draw("wide", content=list_table(rows, titles_of(rows, said), drawn.view, drawn.programme.language))
    st.html(file_links("veraenderungen", drawn.view.but(since=start, municipality=None), said))
