"""The data page: provenance, glossary, findings, documented against published, licences, accessibility."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from markupsafe import Markup

from atlas.analysis.quality import check_snapshot
from atlas.errors import Problem, Severity
from atlas.present.open_data import Content, title
from atlas.present.published import published_rows
from atlas.present.scene import Scene, Shelf
from atlas.render.html import glossary, list_table
from atlas.render.open_data import open_data_links
from ui.cache import current_scene
from ui.frame import foot, head
from ui.state import words, write_address

_findings: Shelf[list[Problem]] = Shelf(4)
_published_rows: Shelf[pd.DataFrame] = Shelf(8)


def show() -> None:
    """Show the page."""
    drawn = current_scene()
    with head(drawn):
        pass
    _programme(drawn)
    _glossary(drawn)
    _published(drawn)
    _check(drawn)
    _open_data(drawn)
    _licences(drawn)
    _accessibility()
    _privacy()
    foot(drawn)
    write_address()


def _heading(text: str) -> None:
    st.html(Markup("<h2>{}</h2>").format(text))


def _paragraph(text: str) -> None:
    st.html(Markup('<p class="atlas-text">{}</p>').format(text))


def _programme(drawn: Scene) -> None:
    said = words()
    _heading(said.say("Was hier zu sehen ist"))
    _paragraph(said.label(drawn.programme.about))
    _paragraph(said.label(drawn.programme.provenance))
    table = drawn.records.table
    _paragraph(
        said.say(
            "{records} Einträge zu {participants} Gemeinden und Landkreisen, jeder mit seiner Quelle.",
            records=said.number(len(table)),
            participants=said.number(table["ags"].nunique()),
        )
    )


def _glossary(drawn: Scene) -> None:
    said = words()
    _heading(said.say("Was die Wörter heißen"))
    st.html(glossary(drawn.programme, said))
    _paragraph(
        said.say(
            "Ein Datum, das nur auf das Jahr oder den Monat bekannt ist, zählt ab dem letzten Tag, den es meinen kann. "
            "Ein Eintrag ohne Datum zählt ab dem Datum seiner Quelle, ohne dieses erst ab dem neuesten Datum des Bestands. "
            "Geplantes zählt nie als erreicht. „Spätestens“ heißt: zu diesem Tag belegt, der Beginn ist nicht bekannt."
        )
    )


def _published(drawn: Scene) -> None:
    said = words()
    _heading(said.say("Belegt und veröffentlicht"))
    _paragraph(
        said.say(
            "Das Programm hat Gesamtzahlen veröffentlicht. Sie sind höher als das, was sich namentlich belegen lässt, und "
            "zählen nicht immer dasselbe. Beides steht nebeneinander und wird nie vermischt."
        )
    )
    headings = {
        "date": said.say("Datum"),
        "measure": said.say("Größe"),
        "published": said.say("veröffentlicht"),
        "documented": said.say("hier belegt (Gemeinden)"),
        "arrangements": said.say("hier belegt (Vorgänge)"),
        "note": said.say("Anmerkung"),
        "source": said.say("Quelle"),
    }
    key = (drawn.snapshot.fingerprint, drawn.programme.key, said.lang)
    rows = _published_rows.get(key, lambda: published_rows(drawn.snapshot, drawn.programme, said))
    with st.expander(said.count("{n} veröffentlichte Zahl", "{n} veröffentlichte Zahlen", len(rows))):
        st.html(list_table(rows, headings))


def _check(drawn: Scene) -> None:
    said = words()
    problems = _findings.get(drawn.snapshot.fingerprint, lambda: check_snapshot(drawn.snapshot))
    blockers = sum(problem.severity is Severity.BLOCKER for problem in problems)
    _heading(said.say("Befunde der Datenprüfung"))
    _paragraph(
        said.say(
            "{blockers} Sperren, {others} Hinweise und Warnungen. Die Prüfung läuft bei jeder Änderung der Daten.",
            blockers=said.number(blockers),
            others=said.number(len(problems) - blockers),
        )
    )
    if problems:
        with st.expander(said.say("Alle Befunde")):
            items = Markup().join(Markup("<li>{}</li>").format(said.problem(problem)) for problem in problems)
            st.html(Markup('<ul class="findings">{}</ul>').format(items))


def _open_data(drawn: Scene) -> None:
    said = words()
    _heading(said.say("Offene Daten"))
    items = Markup().join(
        Markup("<li>{}: {}</li>").format(
            title(content, drawn.programme, said),
            open_data_links(drawn.snapshot, drawn.programme, content, drawn.as_of, said, "api/v1/"),
        )
        for content in (Content.STATUS, Content.RECORDS, Content.BOUNDARIES)
    )
    st.html(Markup('<ul class="open-data">{}</ul>').format(items))
    st.html(
        Markup('<p class="atlas-text"><a href="api/v1/?lang={}" target="_self">{}</a></p>').format(
            said.lang, said.say("Alle Adressen, Begriffe und Lizenzen der offenen Daten")
        )
    )


def _licences(drawn: Scene) -> None:
    said = words()
    provenance = drawn.edition.provenance
    _heading(said.say("Quellen und Lizenzen"))
    _paragraph(provenance.attribution_long)
    st.html(
        Markup('<p class="atlas-text"><a href="{}" target="_blank" rel="noopener noreferrer">{}</a></p>').format(
            provenance.licence_url, provenance.licence
        )
    )
    if provenance.verified_to:
        _paragraph(
            said.say(
                "Die Liste der Gemeinden ist bis {day} mit amtlichen Verzeichnissen verglichen. Flächen sind aus den Grenzen "
                "berechnet und nicht die amtlichen.",
                day=said.day(provenance.verified_to),
            )
        )
    _paragraph(said.say("Programm: EUPL-1.2. Kartenbibliothek: Leaflet (BSD-2-Clause)."))


def _accessibility() -> None:
    said = words()
    _heading(said.say("Erklärung zur Barrierefreiheit"))
    _paragraph(
        said.say(
            "Ziel ist WCAG 2.1 Stufe AA. Jede Gemeinde der Karte ist mit Tabulator und Pfeiltasten erreichbar, hat einen Namen und "
            "wird mit der Eingabetaste gewählt. Alles, was die Karte zeigt, steht auch in der Tabelle darunter. Klassen "
            "unterscheiden sich durch Helligkeit und Schraffur, nicht nur durch Farbe."
        )
    )
    _paragraph(
        said.say(
            "Bekannte Grenzen: Die Karte liegt in einem Rahmen, und einzelne Bedienelemente der Oberfläche sind von einer "
            "Bibliothek vorgegeben. Eine Prüfung durch die Überwachungsstelle steht aus. Bitte melden Sie Barrieren der Stelle, "
            "die diese Anwendung betreibt."
        )
    )


def _privacy() -> None:
    said = words()
    _heading(said.say("Datenschutz"))
    _paragraph(
        said.say(
            "Diese Anwendung lädt nichts von anderen Servern, misst keine Nutzung und setzt nur das technisch nötige Cookie "
            "gegen gefälschte Anfragen. Einträge nennen Gemeinden und Stellen, keine Personen."
        )
    )
