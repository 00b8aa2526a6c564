"""The export page: what, how large, a preview that is the file itself, and the code for one's own website."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from atlas import phrases
from atlas.errors import AtlasError
from atlas.export.pictures import Drawn, draw
from atlas.model.excerpt import (
    MEASURES,
    MOST_CHOSEN,
    MOST_TITLE,
    PRINTED,
    WEBSITE,
    Excerpt,
    ExcerptKind,
    Form,
    Size,
    excerpt_to_query,
)
from atlas.model.view import ViewState, page_address, view_to_query
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.detail import municipality_names
from atlas.present.narrative import lasting_alt_text
from ui import blocks, filters, frame
from ui.cache import contexts, current_context, today
from ui.messages import show_absent
from ui.state import Keys, change_excerpt, change_view, current_excerpt, current_view, seed, words, write_address

_drawings: SingleFlightCache[Drawn] = SingleFlightCache(20_000, lambda drawn: len(drawn.picture.areas))


def show() -> None:
    """Show the page."""
    context = current_context()
    said = words()
    frame.head(context)
    text = said.say(
        "Ein Ausschnitt für Folie, Website, Presse oder Ratssitzung. Titel, Legende, Stand und Quellen stehen im Bild."
    )
    blocks.draw("place", title=said.say(phrases.TAKE_MAP_HOME), content=blocks.part("paragraph", text=text))
    filters.show(context)
    left, right = st.columns([1, 2.1], gap="large")
    with left:
        _controls(context)
    with right:
        _picture(context)
    frame.foot(context)
    view = current_view()
    write_address(excerpt_to_query(current_excerpt(), view.municipality, view.district))


def _controls(context: ViewContext) -> None:
    said = words()
    excerpt = current_excerpt()
    kinds = {
        ExcerptKind.STATE: said.label(context.programme.territory),
        ExcerptKind.DISTRICT: said.say(phrases.DISTRICT),
        ExcerptKind.MUNICIPALITY: said.say("Gemeinde mit Nachbarn"),
        ExcerptKind.SELECTION: said.say("eigene Auswahl"),
    }
    kind = ExcerptKind(st.session_state.get(Keys.KIND) or excerpt.kind)
    seed(Keys.KIND, kind)
    st.pills(
        said.say("Was das Bild zeigt"),
        list(kinds),
        format_func=lambda each: kinds[each],
        required=True,
        wrap=True,
        key=Keys.KIND,
        on_change=_kind_chosen,
    )
    _place(context, kind, excerpt)
    if kind.is_whole:
        filters.tiles(context)
    seed(Keys.SIZE, excerpt.size)
    st.pills(
        said.say(phrases.SIZE),
        PRINTED,
        format_func=_size_label,
        required=True,
        wrap=True,
        key=Keys.SIZE,
        on_change=lambda: change_excerpt(groesse=st.session_state[Keys.SIZE]),
    )
    seed(Keys.NAMES, excerpt.labels)
    st.toggle(
        said.say("Ortsnamen im Bild"),
        key=Keys.NAMES,
        on_change=lambda: change_excerpt(namen="" if st.session_state[Keys.NAMES] else "0"),
    )
    seed(Keys.TITLE, excerpt.title)
    st.text_input(
        said.say("Eigener Titel"),
        max_chars=MOST_TITLE,
        placeholder=said.say("leer: der vorgeschlagene"),
        key=Keys.TITLE,
        on_change=lambda: change_excerpt(titel=" ".join(st.session_state[Keys.TITLE].split())),
    )


def _kind_chosen() -> None:
    kind, view = st.session_state[Keys.KIND], current_view()
    standing = {
        ExcerptKind.STATE: ExcerptKind.STATE.value,
        ExcerptKind.DISTRICT: view.district,
        ExcerptKind.MUNICIPALITY: view.municipality,
    }
    if kind is ExcerptKind.SELECTION:
        st.session_state[Keys.CHOSEN] = [view.municipality] if view.municipality else []
    change_excerpt(ausschnitt=standing.get(kind) or "")


def _place(context: ViewContext, kind: ExcerptKind, excerpt: Excerpt) -> None:
    """Show the choice that goes with what is shown."""
    said = words()
    names = municipality_names(context)
    if kind is ExcerptKind.DISTRICT:
        districts = context.edition.districts["name"]
        keys = context.edition.district_keys
        _one(said.say(phrases.DISTRICT), keys, {key: str(districts[key]) for key in keys}, excerpt)
    elif kind is ExcerptKind.MUNICIPALITY:
        _one(said.say(phrases.MUNICIPALITY), list(names), names, excerpt)
    elif kind is ExcerptKind.SELECTION:
        if excerpt.kind is ExcerptKind.SELECTION:
            seed(Keys.CHOSEN, [key for key in excerpt.places if key in names])
        st.multiselect(
            said.say(phrases.MUNICIPALITIES),
            list(names),
            format_func=lambda key: names[key],
            key=Keys.CHOSEN,
            max_selections=MOST_CHOSEN,
            placeholder=said.say("mindestens zwei wählen"),
            on_change=lambda: change_excerpt(ausschnitt=",".join(st.session_state[Keys.CHOSEN])),
        )
    if kind is not ExcerptKind.MUNICIPALITY:
        own = context.view.municipality if context.view.municipality in names else None
        seed(Keys.OWN, own)
        addressed = {context.day.lines[position][0].ags for position in context.addressed} | {own}
        st.selectbox(
            said.say("Gemeinde hervorheben"),
            [key for key in names if key in addressed],
            index=None,
            format_func=lambda key: names[key],
            placeholder=said.say("keine"),
            key=Keys.OWN,
            on_change=lambda: change_view(municipality=st.session_state[Keys.OWN]),
        )


def _one(label: str, keys: list[str], names: dict[str, str], excerpt: Excerpt) -> None:
    standing = excerpt.places[0] if excerpt.places and excerpt.places[0] in names else None
    seed(Keys.PLACE, standing)
    st.selectbox(
        label,
        keys,
        index=None,
        format_func=lambda key: names[key],
        placeholder=words().say(phrases.PLEASE_CHOOSE),
        key=Keys.PLACE,
        on_change=lambda: change_excerpt(ausschnitt=st.session_state[Keys.PLACE] or ""),
    )


def _picture(context: ViewContext) -> None:
    said = words()
    view = context.view.but(as_of=context.as_of)
    excerpt = current_excerpt()
    kind = ExcerptKind(st.session_state.get(Keys.KIND) or excerpt.kind)
    if kind is not excerpt.kind:
        text = said.say("Bitte links wählen, was das Bild zeigen soll.")
        blocks.text(text)
        return
    key = (*context.key, view, excerpt)
    try:
        made = _drawings.get(key, lambda: draw(contexts(), view, excerpt, said))
    except AtlasError as error:
        show_absent(error)
        return
    query = view_to_query(view) | excerpt_to_query(excerpt, view.municipality, view.district)
    address = f"atlas/ausschnitt.{{}}?{urlencode(query)}"
    measures = MEASURES[excerpt.size]
    st.html(_image("image", excerpt.size, address.format("svg"), made.picture.alt, kind="preview"))
    _files(address, measures.width * measures.dots, measures.height * measures.dots)
    _website(context, excerpt, made)


def _files(address: str, width: float, height: float) -> None:
    said = words()
    told = {
        Form.PNG: said.say("{width} × {height} Punkte", width=round(width), height=round(height)),
        Form.SVG: said.say("zum Weiterbearbeiten"),
        Form.PDF: said.say("zum Drucken, barrierefrei"),
    }
    blocks.draw("takes", links=[(address.format(form), form.upper(), text) for form, text in told.items()])


def _image(macro: str, size: Size, address: str, alt: str, **more: str) -> Markup:
    """Return HTML with a picture in the measures of a size."""
    measures = MEASURES[size]
    return blocks.part(
        macro, address=address, width=round(measures.width), height=round(measures.height), alt=alt, **more
    )


def _size_label(size: Size) -> str:
    label = MEASURES[size].label
    return words().label(label) if label else size.value


def _website(context: ViewContext, excerpt: Excerpt, made: Drawn) -> None:
    """Show the alternative text, and the code that puts an always current picture into a website."""
    said = words()
    blocks.heading(said.say("Alternativtext"), level=3)
    st.code(made.picture.alt, language=None, wrap_lines=True)
    if excerpt.kind is ExcerptKind.SELECTION:
        return
    blocks.heading(said.say("Für Ihre Website: ein Bild, das immer aktuell ist"), level=3)
    size = st.pills(
        said.say("Bildgröße"),
        WEBSITE,
        format_func=_size_label,
        default=Size.MEDIUM,
        required=True,
        key=Keys.IMAGE_SIZE,
        label_visibility="collapsed",
    )
    st.code(_snippet(context, excerpt, Size(size or Size.MEDIUM), made), language="html", wrap_lines=True)


def _snippet(context: ViewContext, excerpt: Excerpt, size: Size, made: Drawn) -> str:
    """Return the HTML for a website. Without a date of one's own the picture is of the day it is looked at."""
    view = current_view()
    home = frame.site_address()
    place = excerpt.places[0] if excerpt.places else context.programme.territory.de.lower()
    own = view.municipality if excerpt.kind is not ExcerptKind.MUNICIPALITY else None
    as_of = view.as_of if view.as_of != today() else None
    image = ViewState(programme=view.programme, layer=view.layer, as_of=as_of, municipality=own, lang=view.lang)
    image = image.but(tiles=made.context.is_tiled)
    query = view_to_query(image) | ({"groesse": size.value} if size is not Size.MEDIUM else {})
    query |= {} if excerpt.labels else {"namen": "0"}
    shown = made.context.view
    page = page_address(
        f"{home}/{'gemeinde' if excerpt.kind is ExcerptKind.MUNICIPALITY else ''}",
        view.but(municipality=shown.municipality, district=shown.district, as_of=as_of),
    )
    address = f"{home}/bild/{place}.png{'?' if query else ''}{urlencode(query)}"
    alt = made.picture.alt if as_of else lasting_alt_text(made.picture.title, words())
    return _image("snippet", size, address, alt, page=page)
