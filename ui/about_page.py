"""The data page: provenance, glossary, findings, documented against published, licences, accessibility."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from markupsafe import Markup

from atlas import phrases
from atlas.present.about import about_data, accessibility, licences, privacy
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.fitness import Fitness, build_fitness
from atlas.present.open_data import Content, title
from atlas.present.open_data_page import data_links
from atlas.present.published import published_rows
from atlas.render.html import about_data as data_parts
from atlas.render.html import file_links
from atlas.render.templates import Pieces
from atlas.sources.store.cases import KEPT_DAYS
from ui import blocks
from ui.cache import current_context, store
from ui.frame import foot, head
from ui.login import door
from ui.state import words, write_address

html = Pieces("about.html")

_fitness: SingleFlightCache[Fitness] = SingleFlightCache(8)
_published_rows: SingleFlightCache[pd.DataFrame] = SingleFlightCache(8)


def show() -> None:
    """Show the page."""
    context = current_context()
    said = words()
    head(context)
    key = (context.snapshot.fingerprint, context.programme.key, said.lang)
    rows = _published_rows.get(key, lambda: published_rows(context.snapshot, context.programme, said))
    fitness = _fitness.get((*key, context.as_of), lambda: build_fitness(context, said))
    limits = said.say(
        "Bekannte Grenzen: Die Karte liegt in einem Rahmen, und einzelne Bedienelemente der Oberfläche sind von einer "
        "Bibliothek vorgegeben. Eine Prüfung durch die Überwachungsstelle steht aus. Bitte melden Sie Barrieren den Betreibern "
        "dieser Anwendung."
    )
    parts = (
        data_parts(about_data(context, rows, fitness, said)),
        _open_data(context),
        html.licences(licences(context, said)),
        html.texts(accessibility(limits, said)),
        html.texts(privacy(_visits(), said)),
    )
    for part in parts:
        st.html(part)
    foot(context)
    write_address()


def _visits() -> list[str]:
    """Return what becomes of the data of those who visit, log in or report, as far as that is possible here."""
    said = words()
    told = [
        said.say(
            "Diese Anwendung lädt nichts von anderen Servern, misst keine Nutzung und setzt nur technisch nötige Cookies: "
            "eines gegen gefälschte Anfragen und, wo mehrere Prozesse antworten, eine Zufallszahl, die immer zum selben "
            "führt. Einträge nennen Gemeinden und Einrichtungen, keine Personen."
        )
    ]
    if door().settings.provider is not None:
        told.append(
            said.say(
                "Nur wer sich anmeldet, bekommt weitere Cookies. Sie enthalten, was der Anmeldedienst über ihn sagt, etwa Name, "
                "E-Mail-Adresse und Gruppen, gelten acht Stunden und enden mit dem Abmelden. Wer den Bestand ändert, steht mit "
                "E-Mail-Adresse, Zeit und Grund in dessen Protokoll; das sehen nur, die ein Recht dazu haben."
            )
        )
    if store().settings.database:
        told.append(
            said.say(
                "Wer einen Fehler meldet, hinterlässt nur den Text der Meldung, keinen Namen und keine Adresse. Ihn liest, "
                "wer den Bestand pflegt; {n} Tage nach der Antwort wird er gelöscht. Damit nicht einer das Formular für alle "
                "verstopft, wird einen Tag lang aufbewahrt, wie viele Meldungen aus einer Gruppe von Netzadressen kamen; welche es "
                "war, ist daraus nicht zu lesen.",
                n=KEPT_DAYS,
            )
        )
    return told


def _open_data(context: ViewContext) -> Markup:
    said = words()
    items = [
        (
            title(content, context.programme, said),
            Pieces("parts.html").links_in_line(
                data_links(context.snapshot, context.programme, content, context.as_of, said, "api/v1/")
            ),
        )
        for content in (Content.STATUS, Content.CASES, Content.RECORDS, Content.BOUNDARIES)
    ]
    listed = blocks.part(
        "open_data",
        items=items,
        cases=said.say("Die Fälle dieses Programms mit Überschriften zum Lesen:"),
        case_files=file_links("faelle", context.view.but(municipality=None), said),
        address=f"api/v1/?lang={said.lang}",
        every=said.say("Alle Adressen, Begriffe und Lizenzen der offenen Daten"),
    )
    return html.section(said.say(phrases.OPEN_DATA), [listed])
