"""The one place where the view, the address bar and the session's widgets meet.

The view in the session is the truth. Widgets are seeded from it before they are drawn and change it in callbacks; the
address is written from it after every run. Opening a link (or editing the address) starts from the query instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

import streamlit as st

from atlas.model.comparison import Comparison
from atlas.model.excerpt import Excerpt
from atlas.model.keys import is_district_key
from atlas.model.parameters import (
    COMPARED,
    EXCERPT_PARAMETERS,
    PAGE_PARAMETERS,
    PLACES,
    Given,
    Parameter,
    read_excerpt,
    read_page,
)
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState, view_to_query
from atlas.present.address import known_only, unknown_keys, unknown_places, unknown_things, wrong_names
from atlas.present.wording import Words
from atlas.sources.settings import program_root

T = TypeVar("T")

PAGES = program_root() / "pages"
MAP_PAGE = str(PAGES / "map.py")
MUNICIPALITY_PAGE = str(PAGES / "municipality.py")
EXPORT_PAGE = str(PAGES / "export.py")
DISTRICT_PAGE = str(PAGES / "district.py")
COMPARISON_PAGE = str(PAGES / "comparison.py")
HELP_PAGE = str(PAGES / "help.py")
"""Pages as Streamlit knows them: by their files, wherever these lie."""


class Keys(StrEnum):
    """Every key in the session."""

    VIEW = "_view"
    WRITTEN = "_written"
    MISREAD = "_misread"
    PAGE = "_page"
    SEEDED = "_seeded"
    PROGRAMME = "programm"
    LAYER = "ebene"
    AS_OF = "stichtag"
    REFUSED_DAY = "_refused_day"
    SHOWN_DAYS = "_shown_days"
    DISTRICT = "kreis"
    DOCUMENTED = "belegt"
    SIZE_CLASS = "einwohner"
    SEARCH = "suche"
    MAP = "karte"
    TILES = "ansicht"
    NEIGHBOURHOOD = "umgebung"
    AREA_MAP = "gebiet"
    FIGURES = "kennzahlen"
    LEGEND = "legende"
    TABLE = "tabelle"
    LEDGER = "zahlen"
    LEDGER_IN_FORCE = "zahlen-in-kraft"
    SINCE = "von"
    CHANGES_MAP = "veraenderung"
    AREA_OF_RESPONSIBILITY = "bereich"
    PICK = "_pick"
    ORDER = "_order"
    KIND = "ausschnitt"
    PLACE = "ort"
    CHOSEN = "auswahl"
    OWN = "eigene"
    SIZE = "groesse"
    NAMES = "namen"
    TITLE = "titel"
    IMAGE_SIZE = "bildgroesse"
    PART = "teil"
    COMPARED = "vergleich"
    COMPARED_KIND = "vergleich-art"
    INTAKE_MAP = "einfuhr-karte"
    ENTRIES_OF = "eintraege-von"
    ENTRIES_AS = "eintraege-als"


def current_view() -> ViewState:
    """Return the session's view."""
    view = st.session_state.get(Keys.VIEW)
    return view if isinstance(view, ViewState) else ViewState()


def change_view(**changes: object) -> None:
    """Change some fields of the session's view."""
    st.session_state[Keys.VIEW] = current_view().but(**changes)


def told(key: Keys, name: str, parameter: Parameter[T]) -> T | None:
    """Return what a component tells, read as in an address; None if that is nothing, or nothing of ours."""
    text = st.session_state[key].get(name)
    return Given({parameter.name: text}).read(parameter, None) if isinstance(text, str) else None


def read_address(snapshot: Snapshot | None, today: date) -> ViewState:
    """Return the view: from the address when it is new, else the session's own. Call before the first widget.

    What could not be read of a new address is kept for the page to say.
    """
    items = _items()
    if Keys.VIEW not in st.session_state or (items and items != st.session_state.get(Keys.WRITTEN)):
        given = given_address()
        view = _known_view(given, snapshot, today) if snapshot else read_page(given, {})[0]
        if "lang" not in given.query and Keys.VIEW in st.session_state:
            view = view.but(lang=current_view().lang)
        st.session_state[Keys.VIEW] = view
        st.session_state[Keys.WRITTEN] = items  # who chooses something before this run ends must not have it read again
        st.session_state[Keys.MISREAD] = (None, given) if snapshot and given.problems else None
        wrong = wrong_names(given)
        ordered = {*EXCERPT_PARAMETERS, COMPARED.name} - wrong
        st.session_state[Keys.ORDER] = {key: text for key, text in given.query.items() if key in ordered}
    return current_view()


def _known_view(given: Given, snapshot: Snapshot, today: date) -> ViewState:
    view, excerpt = read_page(given, snapshot.layers)
    unknown = list(unknown_keys(view, snapshot, today))
    given.problems += unknown
    if PLACES.name in given.query:
        given.problems += unknown_places(excerpt.places, snapshot, snapshot.programme(view.programme))
    if comparison := given.read(COMPARED, None):
        given.problems += unknown_things(comparison, snapshot, snapshot.programme(view.programme))
    return known_only(view, snapshot, unknown)


def _items() -> list[tuple[str, str]]:
    """Return names and texts of the address, those of a name in their order."""
    return [(name, text) for name in sorted(st.query_params) for text in st.query_params.get_all(name)]


def given_address() -> Given:
    """Return what the address gives now, of each parameter the first text."""
    return Given.of(_items(), PAGE_PARAMETERS)


def misread_address() -> Given | None:
    """Return what the address gave, if part of it could not be read; until another page is turned to."""
    noted = st.session_state.get(Keys.MISREAD)
    return noted[1] if noted else None


def current_excerpt() -> Excerpt:
    """Return the picture the session has ordered; what was not chosen follows the view."""
    return read_excerpt(Given(view_to_query(current_view()) | st.session_state.get(Keys.ORDER, {})))


def current_comparison() -> Comparison | None:
    """Return the comparison the session has ordered."""
    return Given(st.session_state.get(Keys.ORDER, {})).read(COMPARED, None)


def change_excerpt(**changes: str) -> None:
    """Change parameters of the ordered picture, or of the comparison; an empty one is no longer chosen."""
    ordered = st.session_state.get(Keys.ORDER, {}) | changes
    st.session_state[Keys.ORDER] = {key: value for key, value in ordered.items() if value}


def write_address(more: Mapping[str, str] | None = None) -> None:
    """Write the view, and what a page adds to it, to the address; only what differs from the default."""
    query = view_to_query(current_view()) | dict(more or {})
    items = sorted(query.items())
    st.session_state[Keys.WRITTEN] = items  # first: the next run may begin while the address is being written
    if items != _items():
        st.query_params.from_dict(query)


def look_at(place: str | None) -> None:
    """Make a municipality or district the one the view is about; without one, neither."""
    is_district = place is not None and is_district_key(place)
    change_view(municipality=None if is_district else place, district=place if is_district else None)


def turn_to(page: str) -> None:
    """Note which page is drawn, before its first widget; on another than before, widgets are seeded anew.

    A widget of the same key on another page is another one to Streamlit. It would find the value of the former there,
    leave it alone, and then begin with its own first choice.
    """
    if noted := st.session_state.get(Keys.MISREAD):
        st.session_state[Keys.MISREAD] = (page, noted[1]) if noted[0] in {None, page} else None
    if st.session_state.get(Keys.PAGE) != page:
        for key in st.session_state.get(Keys.SEEDED, ()):
            st.session_state.pop(key, None)
        st.session_state[Keys.PAGE] = page
        st.session_state[Keys.SEEDED] = ()


def compare_what_was_seen(page: str) -> None:
    """Forget the comparison of before where the menu leads from the map to comparisons: what the map shows is compared. Call before `turn_to`."""
    if st.session_state.get(Keys.PAGE) == "" and page == "vergleich" and not _items():
        st.session_state[Keys.ORDER].pop(COMPARED.name, None)


def seed(key: Keys, value: object) -> None:
    """Give a widget its value before it is drawn, if it has another."""
    st.session_state[Keys.SEEDED] = tuple({*st.session_state.get(Keys.SEEDED, ()), key})
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def words() -> Words:
    """Return the words of the session's language."""
    return Words(current_view().lang)
