"""What the data page says: provenance, glossary, published totals, findings, licences, accessibility, privacy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from atlas import phrases
from atlas.model.boundaries import Provenance
from atlas.model.programme import Instrument, Programme
from atlas.present.context import ViewContext
from atlas.present.fitness import Fitness
from atlas.present.headings import headings
from atlas.present.looks import LegendItem, looks_of, plain_legend
from atlas.present.population import register_sentence
from atlas.present.wording import Words


@dataclass(frozen=True)
class Section:
    """A heading and the sentences below it; ``more`` opens what stands below these."""

    heading: str
    sentences: tuple[str, ...]
    more: str = ""


@dataclass(frozen=True)
class Term:
    """An instrument with its definition and the looks of its stages."""

    label: str
    definition: str
    looks: tuple[LegendItem, ...]


@dataclass(frozen=True, kw_only=True)
class AboutData:
    """What the data are."""

    programme: Section
    words: Section
    terms: tuple[Term, ...]
    totals: Section
    published: pd.DataFrame
    published_headings: dict[str, str]
    language: str
    """Of the notes in ``published``."""
    fitness: Fitness


@dataclass(frozen=True)
class Licences:
    """Where boundaries and program come from; ``name`` and ``link`` are of the licence of the boundaries."""

    section: Section
    name: str
    link: str


def glossary(programme: Programme, words: Words) -> tuple[Term, ...]:
    """Return every instrument, in order."""
    return tuple(_term(programme, each, words) for each in programme.instruments)


def _term(programme: Programme, instrument: Instrument, words: Words) -> Term:
    stages = {stage.key for stage in instrument.stages}
    looks = (
        look
        for look in looks_of(programme, instrument.key)[1:]
        if look.key.partition("~")[0] in stages and look.key.rpartition("~")[2] not in {"district", "uncounted"}
    )
    return Term(words.label(instrument.label), words.label(instrument.definition), plain_legend(looks, words).items)


def about_data(context: ViewContext, published: pd.DataFrame, fitness: Fitness, words: Words) -> AboutData:
    """Return what the data are: of `published_rows` and `build_fitness`."""
    return AboutData(
        programme=_programme(context, words),
        words=_words(words),
        terms=glossary(context.programme, words),
        totals=_totals(len(published), words),
        published=published,
        published_headings={
            **headings(words, "date"),
            "measure": words.say(phrases.SIZE),
            "published": words.say(phrases.PUBLISHED),
            "documented": words.say("hier belegt"),
            "later": words.say("weitere, Beginn unbekannt"),
            **headings(words, "note", "source"),
        },
        language=context.programme.language,
        fitness=fitness,
    )


def _programme(context: ViewContext, words: Words) -> Section:
    table = context.records.table
    count = words.say(
        "{records} Einträge zu {participants} Gemeinden und Kreisen, jeder mit seiner Quelle.",
        records=words.number(len(table)),
        participants=words.number(table["ags"].nunique()),
    )
    about, provenance = words.label(context.programme.about), words.label(context.programme.provenance)
    return Section(words.say("Was hier zu sehen ist"), (about, provenance, count))


def _words(words: Words) -> Section:
    dates = words.say(
        "Ein Datum, das nur auf das Jahr oder den Monat bekannt ist, zählt ab dem letzten Tag, den es meinen kann. "
        "Ein Eintrag ohne Datum zählt ab dem Datum seiner Quelle, ohne dieses ab dem Tag, an dem sie gelesen wurde. "
        "„Spätestens“ heißt: zu diesem Tag belegt, der Beginn ist nicht bekannt; an früheren Tagen steht der Eintrag als "
        "„erst später belegt“ neben der Zahl. Geplantes zählt nie als erreicht. „Vermutlich beendet“ heißt: Die Dauer ist "
        "um, und nichts belegt, dass es weitergeht. Wo „Regel des Atlas“ steht, hat niemand eine Dauer veröffentlicht. "
        "„Zeitraum unbekannt“ heißt: Es war befristet, und nichts sagt, wann."
    )
    return Section(words.say("Was die Wörter heißen"), (dates,))


def _totals(count: int, words: Words) -> Section:
    intro = words.say(
        "Das Programm hat Gesamtzahlen veröffentlicht. Sie sind meist höher als das, was sich namentlich belegen lässt, und "
        "zählen nicht immer dasselbe. Beides steht nebeneinander und wird nie vermischt."
    )
    summary = words.count("{n} veröffentlichte Zahl", "{n} veröffentlichte Zahlen", count)
    return Section(words.say("Belegt und veröffentlicht"), (intro,), summary)


def licences(context: ViewContext, words: Words) -> Licences:
    """Return where boundaries and program come from, and under which licences."""
    provenance = context.edition.provenance
    texts = (
        provenance.attribution_long,
        *_limits(provenance, words),
        *filter(None, [register_sentence(context, words)]),
        words.say("Programm: EUPL-1.2. Kartenbibliothek: Leaflet (BSD-2-Clause)."),
    )
    section = Section(words.say(phrases.SOURCES_AND_LICENCES), texts)
    return Licences(section, provenance.licence, provenance.licence_url)


def _limits(provenance: Provenance, words: Words) -> list[str]:
    """Return what is known of how well the boundaries follow the official ones."""
    sentences = []
    if provenance.verified_to:
        verified = words.say(
            "Die Liste der Gemeinden ist bis {day} mit amtlichen Verzeichnissen verglichen. Flächen sind aus den Grenzen "
            "berechnet und nicht die amtlichen.",
            day=words.day(provenance.verified_to),
        )
        sentences.append(verified)
    if provenance.unmapped:
        lack = words.say(
            "Nicht jede Gebietsänderung seither ist eingetragen: {n} Gemeinden gibt es inzwischen nicht mehr (verglichen mit "
            "{list}); sie stehen hier in ihren früheren Grenzen.",
            n=words.number(provenance.unmapped),
            list=str(provenance.compared_with),
        )
        sentences.append(lack)
    return sentences


def accessibility(limits: str, words: Words) -> Section:
    """Return the accessibility statement; ``limits`` says what is not reached yet."""
    aim = words.say(
        "Ziel ist WCAG 2.1 Stufe AA. Jede Gemeinde der Karte ist mit Tabulator und Pfeiltasten erreichbar, hat einen Namen und "
        "wird mit der Eingabetaste gewählt. Alles, was die Karte zeigt, steht auch in der Tabelle darunter. Klassen "
        "unterscheiden sich durch Helligkeit und Schraffur, nicht nur durch Farbe."
    )
    return Section(words.say("Erklärung zur Barrierefreiheit"), (aim, limits))


def privacy(visits: Sequence[str], words: Words) -> Section:
    """Return what becomes of a visitor's data."""
    return Section(words.say("Datenschutz"), tuple(visits))
