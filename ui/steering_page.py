"""The steering page, from the public record: what stands long, ends soon or is over, what is dated last, what is missing."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from atlas import phrases
from atlas.model.keys import is_district_key
from atlas.model.view import page_address
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.headings import headings
from atlas.present.steering import Steering, area_of, build_steering
from atlas.render.html import file_links, list_table
from ui import blocks, day_field, due_panel, filters, frame
from ui.cache import current_context
from ui.state import Keys, change_view, seed, words, write_address

_pages: SingleFlightCache[Steering] = SingleFlightCache(64)
_FOLDED = 12
"""Lists longer than this are folded."""


def show() -> None:
    """Show the page."""
    context = current_context()
    frame.head(context)
    said = words()
    with st.container(horizontal=True, vertical_alignment="bottom", key="ort"):
        blocks.draw("place", title=said.say(phrases.STEERING))
        _area(context)
        day_field.as_of(context)
        day_field.refusal()
    with blocks.place():
        if ahead := day_field.ahead(context):
            blocks.small(ahead)
    due_panel.show(context)
    blocks.text(
        said.say(
            "Diese Ansicht beruht allein auf öffentlichen Quellen. Was hier lange unverändert ist, kann längst weiter sein, ohne dass "
            "es veröffentlicht wurde: ein Anlass nachzufragen, kein Urteil."
        )
    )
    key = (*context.key, context.district, context.view.area, said.lang)
    page = _pages.get(key, lambda: build_steering(context, said))
    _late(context, page)
    _over(context, page)
    _record(context, page)
    frame.foot(context)
    write_address()


def _area(context: ViewContext) -> None:
    said = words()
    areas = context.snapshot.areas
    if areas is None or areas.boundary_set != context.programme.boundary_set:
        filters.district(context)
        return
    whole = said.say(phrases.WHOLE_STATE, state=said.label(context.programme.territory))
    chosen = area_of(context)
    seed(Keys.AREA_OF_RESPONSIBILITY, chosen.key if chosen else "")
    labels = {area.key: said.label(area.label) for area in areas.areas}
    st.selectbox(
        said.say("Zuständigkeit"),
        ["", *labels],
        format_func=lambda key: labels[key] if key else whole,
        key=Keys.AREA_OF_RESPONSIBILITY,
        on_change=lambda: change_view(area=st.session_state[Keys.AREA_OF_RESPONSIBILITY] or None),
        help=said.say("Nach Rollen, ohne Namen. Quelle: {source}", source=areas.source),
        width=440,
    )


def _late(context: ViewContext, page: Steering) -> None:
    said = words()
    blocks.heading(said.say("Lange unverändert"))
    if page.late.empty:
        blocks.text(
            said.say("Nichts steht länger auf seiner Stufe als vorgesehen.")
            if page.has_limits
            else said.say("Für keine dieser Stufen gibt es eine Grenze: Nichts gilt als überfällig.")
        )
    else:
        blocks.text(
            said.count(
                "{n} Fall steht länger auf seiner Stufe als vorgesehen.",
                "{n} Fälle stehen länger auf ihrer Stufe als vorgesehen.",
                len(page.late),
            )
        )
        _cases(context, page.late)
    if number := len(page.open_):
        count = (
            said.count(
                "{n} Fall in einer Stufe, auf die noch eine folgt",
                "{n} Fälle in einer Stufe, auf die noch eine folgt",
                number,
            )
            if page.late.empty
            else said.count(
                "{n} weiterer Fall in einer Stufe, auf die noch eine folgt",
                "{n} weitere Fälle in einer Stufe, auf die noch eine folgt",
                number,
            )
        )
        _counted(context, page.open_, count)
    for sentence in (*page.published, *page.hints):
        blocks.small(sentence)
    st.html(file_links("steuerung", context.view.but(municipality=None), said))


def _over(context: ViewContext, page: Steering) -> None:
    """Show what has ended without anybody saying so, or is about to."""
    said = words()
    parts = (
        (said.say("Vermutlich beendet, bitte prüfen"), page.over),
        (said.say("Läuft in den nächsten zwölf Monaten aus"), page.ending),
        (said.say("Pläne, nicht weiter belegt"), page.lapsed),
    )
    for title, part in parts:
        blocks.heading(title)
        if part.rows.empty:
            blocks.text(said.say("Nichts."))
            continue
        _counted(context, part.rows, said.count(*phrases.N_ARRANGEMENTS, len(part.rows)))
        for rule in part.rules:
            blocks.small(rule)


def _counted(context: ViewContext, rows: pd.DataFrame, count: str) -> None:
    """Show a list below its count; a long one is folded."""
    if len(rows) > _FOLDED:
        with st.expander(count):
            _cases(context, rows)
    else:
        blocks.text(count)
        _cases(context, rows)


def _cases(context: ViewContext, rows: pd.DataFrame) -> None:
    columns = ("name", "instrument", "stage", "reached", "last_proof", "ends", "days", "limit")
    titles = headings(words(), *columns, "joint_with", "district", "source")
    _table(context, rows.rename(columns={"since": "reached"}), titles)


def _table(context: ViewContext, rows: pd.DataFrame, titles: dict[str, str]) -> None:
    """Show a list whose names lead to the pages of the municipalities and districts."""
    linked = [
        blocks.part("place_links", links=[(_address(context, key), name) for key, name in places])
        for places in rows["places"]
    ]
    table = list_table(rows.assign(name=pd.Series(linked, index=rows.index, dtype=object)), titles)
    blocks.draw("wide", content=table)


def _address(context: ViewContext, key: str) -> str:
    if is_district_key(key):
        return page_address("kreis", context.view.but(municipality=None, area=None, district=key))
    return page_address("gemeinde", context.view.but(municipality=key))


def _record(context: ViewContext, page: Steering) -> None:
    said = words()
    titles = headings(said, "name", "district", "instrument", "stage", "date", "note", "source")
    blocks.heading(said.say("Zuletzt datierte Einträge"))
    _table(context, page.newest.rename(columns={"since": "date"}), titles)
    blocks.heading(said.say("Wie vollständig die Angaben sind"))
    old = headings(said, "name", "district", "newest")
    parts = (
        (
            page.old,
            old,
            said.count(
                "{n} Gemeinde oder Kreis ohne datierte Angabe aus den letzten zwölf Monaten",
                "{n} Gemeinden und Kreise ohne datierte Angabe aus den letzten zwölf Monaten",
                len(page.old),
            ),
        ),
        (page.undated, titles, said.count("{n} Eintrag ohne Datum", "{n} Einträge ohne Datum", len(page.undated))),
        (
            page.unsourced,
            titles,
            said.count(
                "{n} Eintrag, dessen Quelle kein Datum hat",
                "{n} Einträge, deren Quelle kein Datum hat",
                len(page.unsourced),
            ),
        ),
    )
    for rows, columns, label in parts:
        with st.expander(label):
            if len(rows):
                _table(context, rows.rename(columns={"since": "date"}), columns)
