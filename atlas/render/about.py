"""The data page as HTML: provenance, glossary, published totals, findings, licences. Texts from data are escaped."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from atlas.errors import Problem, Severity
from atlas.present.glossary import glossary
from atlas.present.scene import Scene
from atlas.present.wording import Words
from atlas.render.html import list_table
from atlas.render.templates import drawn_part

_EMPTY = Markup()


def section(heading: str, *parts: Markup) -> Markup:
    """Return a heading and what stands below it."""
    return Markup("<h2>{}</h2>{}").format(heading, _EMPTY.join(parts))


def paragraph(text: str) -> Markup:
    """Return a paragraph of plain text."""
    return Markup('<p class="atlas-text">{}</p>').format(text)


def folded(summary: str, content: Markup) -> Markup:
    """Return what is only shown when asked for."""
    return Markup('<details><summary>{}</summary><div class="wide">{}</div></details>').format(summary, content)


def about_data(scene: Scene, published: pd.DataFrame, problems: Sequence[Problem], words: Words) -> Markup:
    """Return what the data are: programme, glossary, published totals, findings.

    Parameters
    ----------
    scene
        Any scene of the programme.
    published
        What `published_rows` returned.
    problems
        What `check_snapshot` returned.
    words
        The reader's language.
    """
    return _EMPTY.join(
        (
            _programme(scene, words),
            _glossary(scene, words),
            *([_published(published, words)] if len(published) else []),
            _findings(problems, words),
        )
    )


def _programme(scene: Scene, words: Words) -> Markup:
    table = scene.records.table
    count = words.say(
        "{records} Einträge zu {participants} Gemeinden und Kreisen, jeder mit seiner Quelle.",
        records=words.number(len(table)),
        participants=words.number(table["ags"].nunique()),
    )
    texts = (words.label(scene.programme.about), words.label(scene.programme.provenance), count)
    return section(words.say("Was hier zu sehen ist"), *map(paragraph, texts))


def _glossary(scene: Scene, words: Words) -> Markup:
    dates = words.say(
        "Ein Datum, das nur auf das Jahr oder den Monat bekannt ist, zählt ab dem letzten Tag, den es meinen kann. "
        "Ein Eintrag ohne Datum zählt ab dem Datum seiner Quelle, ohne dieses ab dem Tag, an dem sie gelesen wurde. "
        "„Spätestens“ heißt: zu diesem Tag belegt, der Beginn ist nicht bekannt; an früheren Tagen steht der Eintrag als "
        "„erst später belegt“ neben der Zahl. Geplantes zählt nie als erreicht. „Vermutlich beendet“ heißt: Die Dauer ist "
        "um, und nichts belegt, dass es weitergeht. Wo „Regel des Atlas“ steht, hat niemand eine Dauer veröffentlicht. "
        "„Zeitraum unbekannt“ heißt: Es war befristet, und nichts sagt, wann."
    )
    return section(
        words.say("Was die Wörter heißen"),
        drawn_part("parts.html", "glossary", terms=glossary(scene.programme, words)),
        paragraph(dates),
    )


def _published(rows: pd.DataFrame, words: Words) -> Markup:
    intro = words.say(
        "Das Programm hat Gesamtzahlen veröffentlicht. Sie sind meist höher als das, was sich namentlich belegen lässt, und "
        "zählen nicht immer dasselbe. Beides steht nebeneinander und wird nie vermischt."
    )
    headings = {
        "date": words.say("Datum"),
        "measure": words.say("Größe"),
        "published": words.say("veröffentlicht"),
        "documented": words.say("hier belegt"),
        "later": words.say("weitere, Beginn unbekannt"),
        "note": words.say("Anmerkung"),
        "source": words.say("Quelle"),
    }
    summary = words.count("{n} veröffentlichte Zahl", "{n} veröffentlichte Zahlen", len(rows))
    return section(
        words.say("Belegt und veröffentlicht"), paragraph(intro), folded(summary, list_table(rows, headings))
    )


def _findings(problems: Sequence[Problem], words: Words) -> Markup:
    blockers = sum(problem.severity is Severity.BLOCKER for problem in problems)
    said = words.say(
        "{blockers} Sperren, {others} Hinweise und Warnungen. Die Prüfung läuft bei jeder Änderung der Daten.",
        blockers=words.number(blockers),
        others=words.number(len(problems) - blockers),
    )
    items = _EMPTY.join(Markup("<li>{}</li>").format(words.problem(problem)) for problem in problems)
    every = folded(words.say("Alle Befunde"), Markup('<ul class="findings">{}</ul>').format(items))
    return section(words.say("Befunde der Datenprüfung"), paragraph(said), every if problems else _EMPTY)


def licences(scene: Scene, words: Words) -> Markup:
    """Return where boundaries and program come from, and under which licences."""
    provenance = scene.edition.provenance
    link = Markup('<p class="atlas-text"><a href="{}" target="_blank" rel="noopener noreferrer">{}</a></p>')
    parts = [paragraph(provenance.attribution_long), link.format(provenance.licence_url, provenance.licence)]
    if provenance.verified_to:
        verified = words.say(
            "Die Liste der Gemeinden ist bis {day} mit amtlichen Verzeichnissen verglichen. Flächen sind aus den Grenzen "
            "berechnet und nicht die amtlichen.",
            day=words.day(provenance.verified_to),
        )
        parts.append(paragraph(verified))
    if provenance.unmapped:
        lack = words.say(
            "Nicht jede Gebietsänderung seither ist eingetragen: {n} Gemeinden gibt es inzwischen nicht mehr (verglichen mit "
            "{list}); sie stehen hier in ihren früheren Grenzen.",
            n=words.number(provenance.unmapped),
            list=str(provenance.compared_with),
        )
        parts.append(paragraph(lack))
    parts.append(paragraph(words.say("Programm: EUPL-1.2. Kartenbibliothek: Leaflet (BSD-2-Clause).")))
    return section(words.say("Quellen und Lizenzen"), *parts)


def accessibility(limits: str, words: Words) -> Markup:
    """Return the accessibility statement; ``limits`` says what is not reached yet."""
    aim = words.say(
        "Ziel ist WCAG 2.1 Stufe AA. Jede Gemeinde der Karte ist mit Tabulator und Pfeiltasten erreichbar, hat einen Namen und "
        "wird mit der Eingabetaste gewählt. Alles, was die Karte zeigt, steht auch in der Tabelle darunter. Klassen "
        "unterscheiden sich durch Helligkeit und Schraffur, nicht nur durch Farbe."
    )
    return section(words.say("Erklärung zur Barrierefreiheit"), *map(paragraph, (aim, limits)))


def privacy(visits: Sequence[str], words: Words) -> Markup:
    """Return what becomes of a visitor's data."""
    return section(words.say("Datenschutz"), *map(paragraph, visits))
