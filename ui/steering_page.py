"""The steering page, from the public record: what stands long, ends soon or is over, what is dated last, what is missing."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.phrases import N_
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.steering import Steering, area_of, build_steering
from atlas.render.html import file_links
from ui import blocks, day_field, due_panel, figures_panel, filters, frame
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
            else said.say("Für keine dieser Stufen ist eine Höchstdauer festgelegt: Nichts gilt als überfällig.")
        )
    else:
        blocks.text(
            said.count(
                "{n} Fall steht länger auf seiner Stufe als vorgesehen.",
                "{n} Fälle stehen länger auf ihrer Stufe als vorgesehen.",
                len(page.late),
            )
        )
        _listed(context, page, "unveraendert")
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
        _counted(context, page, "offen", count)
    for sentence in (*page.published, *page.hints):
        blocks.small(sentence)
    blocks.small(said.say("Alle Fälle, auf deren Stufe noch eine folgt, in einer Datei:"))
    st.html(file_links("steuerung", context.view.but(municipality=None), said))


def _over(context: ViewContext, page: Steering) -> None:
    """Show what has ended without anybody saying so, or is about to."""
    said = words()
    parts = (
        (said.say("Vermutlich beendet, bitte prüfen"), page.over, "vermutlich-beendet"),
        (said.say("Läuft in den nächsten zwölf Monaten aus"), page.ending, "laeuft-aus"),
        (said.say("Pläne, nicht weiter belegt"), page.lapsed, "plaene"),
    )
    for title, part, name in parts:
        blocks.heading(title)
        if part.rows.empty:
            blocks.text(said.say("Nichts."))
            continue
        _counted(context, page, name, said.count(*phrases.N_ARRANGEMENTS, len(part.rows)))
        for rule in part.rules:
            blocks.small(rule)


def _counted(context: ViewContext, page: Steering, name: str, count: str) -> None:
    """Show a list below its count; a long one is folded."""
    if len(page.lists[name]) > _FOLDED:
        with st.expander(count):
            _listed(context, page, name)
    else:
        blocks.text(count)
        _listed(context, page, name)


def _listed(context: ViewContext, page: Steering, name: str) -> None:
    figures_panel.show_list(name, page.lists[name], context)


def _record(context: ViewContext, page: Steering) -> None:
    said = words()
    blocks.heading(said.say("Zuletzt datierte Einträge"))
    _listed(context, page, "zuletzt-datiert")
    blocks.heading(said.say("Wie vollständig die Angaben sind"))
    parts = {
        "ohne-neue-angabe": (
            N_("{n} Gemeinde oder Kreis ohne datierte Angabe aus den letzten zwölf Monaten"),
            N_("{n} Gemeinden und Kreise ohne datierte Angabe aus den letzten zwölf Monaten"),
        ),
        "ohne-datum": (N_("{n} Eintrag ohne Datum"), N_("{n} Einträge ohne Datum")),
        "quelle-ohne-datum": (
            N_("{n} Eintrag, dessen Quelle kein Datum hat"),
            N_("{n} Einträge, deren Quelle kein Datum hat"),
        ),
    }
    for name, label in parts.items():
        with st.expander(said.count(*label, len(page.lists[name]))):
            if len(page.lists[name]):
                _listed(context, page, name)
