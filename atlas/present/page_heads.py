"""The pages by their addresses, and what the head of each says to browsers, search engines and previews of links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atlas import phrases
from atlas.model.excerpt import ExcerptKind
from atlas.model.keys import is_district_key
from atlas.model.languages import LANGUAGES
from atlas.model.view import ViewState, page_address
from atlas.phrases import N_
from atlas.present.context import ViewContext
from atlas.present.detail import municipality_names, position_or_successor
from atlas.present.wording import Words

PAGE_TITLES: Mapping[str, str] = {
    "": phrases.MAP,
    "kreis": phrases.DISTRICTS,
    "fortschritt": phrases.PROGRESS,
    "vergleich": phrases.COMPARISON,
    "steuerung": phrases.STEERING,
    "export": phrases.TAKE_HOME,
    "ueber": phrases.DATA_AND_SOURCES,
    "hilfe": phrases.HELP,
    "gemeinde": phrases.MUNICIPALITY,
    "pflege": phrases.MAINTENANCE,
}
"""What each page is called, by its address."""
_NOT_LISTED = {"gemeinde", "pflege"}
"""Pages that say nothing without a place, or to visitors."""
PREVIEW_SIZE = "large"


@dataclass(frozen=True, kw_only=True)
class PageHead:
    """What the head of a page says; addresses begin below that of the application.

    ``address`` is the one of all addresses of its views that counts; ``picture`` is empty where there is no map.
    """

    lang: str
    title: str
    description: str
    address: str
    languages: Mapping[str, str] = field(default_factory=dict)
    """The same page in each language, by its key."""
    picture: str = ""
    is_listed: bool = True
    """Whether search engines may list it."""


def plain_head(lang: str) -> PageHead:
    """Return the head of a page of which nothing is known, as where the data cannot be read."""
    words = Words(lang)
    return PageHead(
        lang=lang, title=words.say("Präventionsatlas"), description=words.say(phrases.WHAT_IT_IS), address=""
    )


def page_head(page: str, context: ViewContext, asked: ViewState) -> PageHead:
    """Return the head of a page in the view that is asked for; ``context`` is that of its programme, of today."""
    words = Words(asked.lang)
    place, name = _place(page, context, asked)
    atlas = words.say(phrases.ATLAS_OF_STATE, state=words.label(context.programme.territory))
    named = name or (words.say(PAGE_TITLES[page]) if page else "")
    view = ViewState(
        programme=asked.programme,
        district=place if is_district_key(place) else None,
        municipality=None if is_district_key(place) else place or None,
        lang=asked.lang,
    )
    return PageHead(
        lang=asked.lang,
        title=f"{named} – {atlas}" if named else atlas,
        description=describe(name, context, words),
        address=page_address(page, view),
        languages={lang: page_address(page, view.but(lang=lang)) for lang in LANGUAGES},
        picture=_picture(place, view),
        is_listed=bool(place) or page not in _NOT_LISTED,
    )


def describe(name: str, context: ViewContext, words: Words) -> str:
    """Return what a page says, of a place by its name, or of all if that is empty."""
    programme = words.label(context.programme.title)
    if not name:
        return f"{words.say(phrases.WHAT_IT_IS)} {programme}."
    text = N_("{name}: was zum Programm {programme} öffentlich dokumentiert ist, seit wann, mit Quelle.")
    return words.say(text, name=name, programme=programme)


def nothing_here(words: Words) -> tuple[str, str]:
    """Return title and text of the page for addresses of nothing."""
    return (
        words.say("Diese Seite gibt es nicht"),
        words.say("Unter dieser Adresse ist hier nichts zu finden. Vielleicht hilft einer dieser Wege weiter:"),
    )


def _place(page: str, context: ViewContext, asked: ViewState) -> tuple[str, str]:
    """Return key and name of the place a page is about; empty if it is about none."""
    if page == "kreis" and asked.district in context.edition.districts.index:
        key = str(asked.district)
        return key, context.edition.district_name(key)
    position = position_or_successor(context, asked.municipality) if page == "gemeinde" and asked.municipality else None
    if position is None:
        return "", ""
    ags = context.day.lines[position][0].ags
    return ags, municipality_names(context)[ags]


def _picture(place: str, view: ViewState) -> str:
    address = page_address(f"bild/{place or ExcerptKind.STATE.value}.png", view.but(district=None, municipality=None))
    return f"{address}{'&' if '?' in address else '?'}groesse={PREVIEW_SIZE}"


def listed_addresses(context: ViewContext) -> list[str]:
    """Return the addresses of all pages of a programme that search engines may list, each once, places included."""
    view = ViewState(programme=context.view.programme)
    lines = context.day.lines
    places = [
        *(page_address("kreis", view.but(district=key)) for key in context.edition.district_keys),
        *(page_address("gemeinde", view.but(municipality=lines[each][0].ags)) for each in context.addressed),
    ]
    return [*(page_address(page, view) for page in PAGE_TITLES if page not in _NOT_LISTED), *places]
