"""The page of comparisons: what is set side by side, the maps with their legend, what differs, and all of it as a file."""

from __future__ import annotations

from datetime import date

import streamlit as st

from atlas import phrases
from atlas.errors import AtlasError
from atlas.export.comparison import COMPARED_MAPS
from atlas.model.comparison import MOST_COMPARED, ComparedKind, Comparison
from atlas.model.parameters import COMPARED
from atlas.model.view import ViewState, page_address
from atlas.present.comparison import (
    ComparisonPage,
    build_comparison,
    compared_view,
    proposed_comparison,
    proposed_things,
)
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.day_choice import offered_days
from atlas.present.detail import municipality_names
from atlas.render.templates import Pieces
from ui import blocks, day_field, filters, frame
from ui.cache import contexts, current_context, today
from ui.messages import show_absent
from ui.state import Keys, change_excerpt, current_comparison, seed, words, write_address

html = Pieces("comparison.html")

_pages: SingleFlightCache[ComparisonPage] = SingleFlightCache(20_000, lambda page: page.areas)
_PLACES = (ComparedKind.DISTRICT, ComparedKind.MUNICIPALITY)


def show() -> None:
    """Show the page."""
    context = current_context()
    said = words()
    frame.head(context)
    chosen = current_comparison()
    comparison = chosen or proposed_comparison(context.view, context.programme)
    kind = chosen.kind if chosen else ComparedKind(st.session_state.get(Keys.COMPARED_KIND) or comparison.kind)
    with st.container(horizontal=True, vertical_alignment="bottom", key="ort"):
        blocks.draw("place", title=said.say(phrases.COMPARISON))
        _kind(context, kind)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _things(context, kind, comparison.things if kind is comparison.kind else ())
        if kind not in _PLACES:
            filters.district(context)
        if kind is comparison.kind and len(comparison.things) > 1:
            _files(compared_view(context.view, comparison, today()), comparison)
        day_field.refusal(Keys.COMPARED)
    filters.show(context, layer=kind is not ComparedKind.INSTRUMENT, day=kind is not ComparedKind.DAY)
    with blocks.place():
        if kind is not comparison.kind or len(comparison.things) == 1:
            blocks.small(said.say("Zum Vergleichen bitte zwei bis vier wählen."), role="status")
    if kind is comparison.kind:
        _compared(context, comparison)
    frame.foot(context)
    write_address({COMPARED.name: chosen.text} if chosen else {})


def _kind(context: ViewContext, kind: ComparedKind) -> None:
    said = words()
    names = {
        ComparedKind.INSTRUMENT: said.say("Bausteine"),
        ComparedKind.DAY: said.say("Stichtage"),
        ComparedKind.DISTRICT: said.say(phrases.DISTRICTS),
        ComparedKind.MUNICIPALITY: said.say(phrases.MUNICIPALITIES),
    }
    seed(Keys.COMPARED_KIND, kind)
    st.pills(
        said.say("Was verglichen wird"),
        list(names),
        format_func=names.__getitem__,
        required=True,
        wrap=True,
        key=Keys.COMPARED_KIND,
        on_change=lambda: _compare(proposed_things(st.session_state[Keys.COMPARED_KIND], context)),
    )


def _things(context: ViewContext, kind: ComparedKind, things: tuple[str, ...]) -> None:
    said = words()
    names = _names(context, kind, things)
    seed(Keys.COMPARED, [each for each in things if each in names])
    st.multiselect(
        said.say("Vergleichen"),
        list(names),
        format_func=lambda key: names.get(key, key),
        key=Keys.COMPARED,
        max_selections=MOST_COMPARED,
        accept_new_options=kind is ComparedKind.DAY,
        placeholder=said.say(phrases.PLEASE_CHOOSE),
        on_change=lambda: _chosen(context, kind),
        width=blocks.WIDTH,
    )


def _names(context: ViewContext, kind: ComparedKind, things: tuple[str, ...]) -> dict[str, str]:
    """Return what can be chosen, by key; days besides those offered that are chosen already."""
    said = words()
    if kind is ComparedKind.INSTRUMENT:
        return {each.key: said.label(each.label) for each in context.programme.instruments}
    if kind is ComparedKind.DAY:
        offered = {*things, today().isoformat(), *(day.isoformat() for day in offered_days(context, today()))}
        return {each: said.day(date.fromisoformat(each)) for each in sorted(offered, reverse=True)}
    if kind is ComparedKind.DISTRICT:
        return {key: context.edition.district_name(key) for key in context.edition.district_keys}
    return municipality_names(context)


def _chosen(context: ViewContext, kind: ComparedKind) -> None:
    things = st.session_state[Keys.COMPARED]
    if kind is ComparedKind.DAY:
        things = day_field.days_of(context, Keys.COMPARED)
    _compare(things)


def _compare(things: tuple[str, ...]) -> None:
    change_excerpt(**{COMPARED.name: ",".join(things)})


def _compared(context: ViewContext, comparison: Comparison) -> None:
    said = words()
    view = compared_view(context.view, comparison, today())
    key = (context.snapshot.fingerprint, today(), view, comparison)
    try:
        page = _pages.get(key, lambda: build_comparison(contexts(), view, comparison, said))
    except AtlasError as error:
        show_absent(error)
        return
    pictures = [_file(f"vergleich/{number}.svg", view, comparison) for number in range(1, len(page.columns) + 1)]
    st.html(html.maps(page, pictures, COMPARED_MAPS[len(pictures)], page_address))
    if page.rows:
        st.html(html.facts(page, page_address))
    if page.notes:
        st.html(html.notes(page))


def _files(view: ViewState, comparison: Comparison) -> None:
    said = words()
    labels = {"pdf": said.say("Als PDF (A3)"), "png": said.say("Als PNG (A3)")}
    links = [(_file(f"vergleich.{form}", view, comparison), label) for form, label in labels.items()]
    st.html(Pieces("parts.html").files(links=links), width="content")


def _file(name: str, view: ViewState, comparison: Comparison) -> str:
    return page_address(f"atlas/{name}", view, **{COMPARED.name: comparison.text})
