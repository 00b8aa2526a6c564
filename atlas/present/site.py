"""What the pages of the static site say beside what the pages of the application say, and their addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from atlas import phrases
from atlas.analysis.status import NO_DATA
from atlas.model.languages import SOURCE_LANGUAGE, other_languages
from atlas.model.place_names import in_german_order
from atlas.model.view import EARLIEST
from atlas.phrases import N_
from atlas.present.context import ViewContext
from atlas.present.credits import invented, picture_credits
from atlas.present.handbook import CHAPTER_OF
from atlas.present.looks import LegendItem, layer_label, looks_of
from atlas.present.map_spec import since_said
from atlas.present.population import register_sentence
from atlas.present.wording import Words

CHOOSE = N_("Gemeinde auf der Karte, in der Suche oder in der Tabelle wählen.")
Links = Iterable[tuple[str, str]]
"""Addresses with their labels."""


def prefix(words: Words) -> str:
    """Return the folder of a language, from the root."""
    return "" if words.lang == SOURCE_LANGUAGE else f"{words.lang}/"


def place_path(kind: str, key: str, words: Words) -> str:
    """Return the path of the page of a municipality or district, from the root."""
    return f"{prefix(words)}{kind}/{key}/index.html"


def handbook_path(anchor: str, words: Words) -> str:
    """Return where a chapter or section of the handbook is, from the root."""
    return f"{prefix(words)}hilfe/index.html#{anchor}"


@dataclass(frozen=True, kw_only=True)
class SiteFrame:
    """What stands around the content of every page. Addresses are from the root of the site."""

    root: str
    """The way from the page to the root of the site: ``./``, ``../../``."""
    lang: str
    title: str
    subtitle: str
    credits: tuple[str, ...]
    notice: str
    """That data are invented; empty if they are not."""
    home: str
    """The first page."""
    links: tuple[tuple[str, str], ...]
    """The pages every page leads to."""
    links_label: str
    """What that list is."""
    help: tuple[str, str]
    """What the handbook says about the page."""
    others: tuple[tuple[str, str, str], ...]
    """Address of the same page in each other language, with that language's key and name."""


def site_frame(context: ViewContext, as_of: date, path: str, words: Words) -> SiteFrame:
    """Return the frame of the page at ``path``, from the root of its language."""
    folder = prefix(words)
    return SiteFrame(
        root="../" * f"{folder}{path}".count("/") or "./",
        lang=words.lang,
        title=words.say(phrases.ATLAS_OF_STATE, state=words.label(context.programme.territory)),
        subtitle=words.label(context.programme.title),
        credits=(words.say(phrases.AS_OF_DAY, day=words.day(as_of)), *picture_credits(context, words)),
        notice=" ".join(invented(context, words)),
        home=f"{folder}index.html",
        links=(
            (f"{folder}index.html", words.say(phrases.MAP)),
            (f"{folder}kreis/index.html", words.say(phrases.DISTRICTS)),
            (f"{folder}gemeinde/index.html", words.say(phrases.MUNICIPALITIES)),
            (f"{folder}ueber/index.html", words.say(phrases.DATA_AND_SOURCES)),
            (f"{folder}hilfe/index.html", words.say(phrases.HELP)),
        ),
        links_label=words.say("Seiten"),
        help=(
            handbook_path(CHAPTER_OF.get(path.split("/", maxsplit=1)[0], CHAPTER_OF[""]), words),
            words.say(phrases.HELP_FOR_PAGE),
        ),
        others=tuple(
            (f"{prefix(Words(lang))}{path}", lang, name) for lang, name in other_languages(words.lang).items()
        ),
    )


@dataclass(frozen=True)
class SiteRow:
    """A municipality in the table; ``address`` is that of its page."""

    name: str
    address: str
    district: str
    look: LegendItem
    since: str


@dataclass(frozen=True)
class SiteTable:
    """The municipalities as a table; ``label`` says what it is."""

    label: str
    caption: str
    titles: tuple[str, ...]
    rows: tuple[SiteRow, ...]


def site_table(context: ViewContext, address: Callable[[str], str], words: Words) -> SiteTable:
    """Return the municipalities of a context's district, or of all: of a programme for some, those with an entry.

    ``address`` gives that of a municipality's page, by key.
    """
    spec, lines = context.spec, context.day.lines
    looks = {look.key: LegendItem(look, words.label(look.label)) for look in looks_of(context.programme, spec.layer)}
    every = context.programme.has_shares
    shown = [position for position in spec.inside if every or spec.classes[position] != NO_DATA]
    rows = tuple(
        SiteRow(
            lines[position][0].name,
            address(lines[position][0].ags),
            context.edition.district_name(lines[position][0].district),
            looks[spec.classes[position]],
            since_said(spec, position, words),
        )
        for position in sorted(
            shown, key=lambda position: (in_german_order(lines[position][0].name), lines[position][0].ags)
        )
    )
    layer = words.label(layer_label(context.programme, spec.layer))
    return SiteTable(
        words.say(phrases.MUNICIPALITIES_IN_TABLE),
        words.count(*phrases.N_MUNICIPALITIES, len(rows)),
        (words.say(phrases.MUNICIPALITY), words.say(phrases.DISTRICT), layer, words.say(phrases.SINCE)),
        rows,
    )


def downloads(words: Words) -> tuple[str, Links]:
    """Return the heading and the links of open data and of the map as one file."""
    return words.say(phrases.TAKE_HOME), (
        ("api/v1/status.csv", words.say("Stand je Gemeinde als CSV")),
        ("api/v1/status.geojson", words.say("mit Grenzen als GeoJSON")),
        ("api/v1/status.gpkg", words.say("mit Grenzen als GeoPackage, etwa für QGIS")),
        ("api/v1/cases.csv", words.say("alle Fälle mit Laufzeit und Zustand als CSV")),
        ("api/v1/records.csv", words.say("alle Einträge mit Quellen als CSV")),
        (f"{prefix(words)}karte-offline.html", words.say("Karte als eine Datei, ohne Netz zu öffnen")),
    )


def limits(words: Words) -> str:
    """Return what is not reached of accessibility."""
    return words.say(
        "Bekannte Grenzen: Die Karte liegt in einem Rahmen. Ohne Skripte zeigen die Seiten nur den Tag ihrer Erstellung. "
        "Eine Prüfung durch die Überwachungsstelle steht aus. Bitte melden Sie Barrieren denen, die diese Seiten "
        "veröffentlichen."
    )


def visits(words: Words) -> str:
    """Return what becomes of a visitor's data."""
    return words.say(
        "Diese Seiten laden nichts von anderen Servern, setzen keine Cookies und messen keine Nutzung. Einträge nennen "
        "Gemeinden und Einrichtungen, keine Personen."
    )


def about_handbook(words: Words) -> list[str]:
    """Return what is said before the handbook: which language it has, and what of it these pages lack."""
    limits = words.say(
        "Dies ist die feste Fassung des Atlas, ohne Server. Fortschritt, Steuerung, Mitnehmen und Pflege gibt es nur in der Anwendung."
    )
    return [*([] if words.lang == SOURCE_LANGUAGE else [words.say(phrases.HANDBOOK_IS_GERMAN)]), limits]


def list_headings(kind: str, count: int, context: ViewContext, words: Words) -> tuple[str, str]:
    """Return the headings of the list of districts or municipalities: of the page, and of the list."""
    if kind == "kreis":
        return words.say(phrases.DISTRICTS), words.label(context.programme.territory)
    return words.say(phrases.MUNICIPALITIES), words.count(*phrases.N_MUNICIPALITIES, count)


def moved_keys(context: ViewContext) -> list[list[str]]:
    """Return old key, new key and the day (ISO) of every change of a municipality's key; renumbered are so from the first day."""
    return [
        [each.old_ags, each.new_ags, (EARLIEST if each.renumbered else each.effective).isoformat()]
        for each in context.changes
        if each.old_ags != each.new_ags
    ]


def control_words(context: ViewContext, words: Words) -> dict[str, str]:
    """Return the labels of the fields above the map."""
    return {
        "day": words.say(phrases.AS_OF_DATE),
        "district": words.say(phrases.DISTRICT),
        "whole": words.say(phrases.WHOLE_STATE, state=words.label(context.programme.territory)),
        "documented": words.say(phrases.ONLY_ACTIVE),
        "link": words.say(phrases.COPY_LINK),
    }


def as_of_text(context: ViewContext, day: str, n: str, words: Words) -> str:
    """Return day and number of municipalities of a map, and of when its inhabitants are."""
    text = words.say(phrases.AS_OF_DAY_WITH_COUNT, day=day, n=n)
    register = register_sentence(context, words)
    return f"{text}. {register}" if register else text


def script_words(context: ViewContext, words: Words) -> dict[str, str]:
    """Return what the script of the map page says, by its names."""
    state = words.label(context.programme.territory)
    return {
        "asOf": as_of_text(context, "{day}", "{n}", words),
        "map": words.say(phrases.MAP_OF_MUNICIPALITIES_STATE, state=state),
        "copy": words.say(phrases.COPY_LINK),
        "copied": words.say(phrases.COPIED),
        "inBar": words.say(phrases.LINK_IN_ADDRESS_BAR),
        "choose": words.say(CHOOSE),
        "absent": words.say(phrases.MUNICIPALITY_NOT_THERE),
        "page": words.say(phrases.TO_MUNICIPALITY_PAGE),
        "clear": words.say(phrases.CLEAR_SELECTION),
    }
