"""What the page says that lists the open data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from atlas import phrases
from atlas.model.languages import SOURCE_LANGUAGE, other_languages
from atlas.model.parameters import DAY, DISTRICT, FORM, LANG, PROGRAMME
from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST
from atlas.present.open_data import (
    OFFERS,
    Content,
    Offer,
    address,
    area_column_texts,
    column_texts,
    description,
    flow_texts,
    rights,
    state_texts,
    title,
)
from atlas.present.wording import Words

Links = tuple[tuple[str, str], ...]
"""Addresses with their labels."""


@dataclass(frozen=True)
class PagePart:
    """A heading of a level with paragraphs, links to files and explained names below it, as far as there are any."""

    level: int
    heading: str
    texts: tuple[str, ...] = ()
    files: Links = ()
    terms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OpenDataPage:
    """Everything the page says; ``machines`` is what programs read, ``notice`` empty if the data are not invented."""

    lang: str
    other_languages: Mapping[str, str]
    title: str
    site: str
    to_map: str
    notice: str
    intro: str
    parts: tuple[PagePart, ...]
    machines: tuple[str, Links]


def build_open_data(snapshot: Snapshot, today: date, words: Words) -> OpenDataPage:
    """Return the page; its links are relative to its own address."""
    notice = words.say(phrases.INVENTED_DATA)
    programmes = snapshot.programmes.values()
    return OpenDataPage(
        lang=words.lang,
        other_languages=other_languages(words.lang),
        title=words.say(phrases.OPEN_DATA),
        site=words.say(phrases.ATLAS_OF_STATE, state=words.label(snapshot.programme("").territory)),
        to_map=words.say(phrases.TO_THE_MAP),
        notice=notice if snapshot.is_synthetic else "",
        intro=words.say(
            "Was der Atlas zeigt, gibt es hier als Dateien: ohne Anmeldung, zu jedem Stichtag seit {day}.",
            day=words.day(EARLIEST),
        ),
        parts=(
            *(part for each in programmes for part in _programme(each, snapshot, today, words)),
            *_explained(words, has_people=bool(snapshot.populations)),
            PagePart(2, words.say(phrases.SOURCES_AND_LICENCES), _sources(snapshot, words)),
        ),
        machines=(
            words.say("Für Programme und Portale"),
            (
                ("openapi.json", words.say("Beschreibung der Schnittstelle (OpenAPI)")),
                ("catalog.jsonld", words.say(phrases.CATALOGUE_IN_DCAT_AP_DE)),
            ),
        ),
    )


def _programme(programme: Programme, snapshot: Snapshot, today: date, words: Words) -> list[PagePart]:
    return [
        PagePart(2, words.label(programme.title)),
        *(
            PagePart(
                3,
                title(content, programme, words),
                (description(content, programme, words),),
                data_links(snapshot, programme, content, today, words),
            )
            for content in (Content.STATUS, Content.CASES, Content.RECORDS, Content.BOUNDARIES)
        ),
    ]


def _explained(words: Words, *, has_people: bool) -> list[PagePart]:
    """Return what names in addresses and columns mean, and how QGIS opens a file."""
    parameters = {each.name: words.say(each.text) for each in (PROGRAMME, DAY, DISTRICT, FORM, LANG)}
    flows = words.say("So heißt es auf der Seite Fortschritt und in ihren Tabellen.")
    in_qgis = words.say(
        "Layer › Layer hinzufügen › Vektorlayer hinzufügen, Quelltyp „Protokoll: HTTP(S)“, als Adresse die einer "
        "GeoJSON- oder GeoPackage-Datei."
    )
    return [
        PagePart(2, words.say("Was sich in der Adresse angeben lässt"), terms=parameters),
        PagePart(2, words.say("Was in den Spalten steht")),
        PagePart(3, words.say("Stand je Gemeinde und Baustein"), terms=column_texts(Content.STATUS, words)),
        PagePart(
            3, words.say("Dateien mit Geometrie, je Baustein"), terms=area_column_texts(words, has_people=has_people)
        ),
        PagePart(3, words.say("Fälle"), terms=column_texts(Content.CASES, words)),
        PagePart(3, words.say("Zustände"), terms=state_texts(words)),
        PagePart(3, words.say("Was in einem Zeitraum geschieht"), (flows,), terms=flow_texts(words)),
        PagePart(2, words.say("In QGIS öffnen"), (in_qgis,)),
    ]


def data_links(
    snapshot: Snapshot, programme: Programme, content: Content, day: date, words: Words, below: str = ""
) -> Links:
    """Return the files of a data set as of ``day``; ``below`` stands before each address."""
    links = []
    for offer in (each for each in OFFERS if each.content is content):
        for form in ("", "excel") if "form" in offer.parameters else ("",):
            link = below + address(offer, snapshot, programme, **_given(offer, day, words), form=form)
            links.append((link, words.say(phrases.CSV_FOR_GERMAN_EXCEL) if form else offer.format_name))
    return tuple(links)


def _given(offer: Offer, day: date, words: Words) -> dict[str, str]:
    given = {"date": day.isoformat(), "lang": "" if words.lang == SOURCE_LANGUAGE else words.lang}
    return given | ({"stichtag": day.isoformat()} if "stichtag" in offer.parameters else {})


def _sources(snapshot: Snapshot, words: Words) -> tuple[str, ...]:
    lines = []
    for programme in snapshot.programmes.values():
        lines += [words.label(programme.source_line), rights(programme, words)]
        lines += [boundaries.provenance.attribution_long for boundaries in snapshot.editions[programme.boundary_set]]
    return tuple(dict.fromkeys(lines))
