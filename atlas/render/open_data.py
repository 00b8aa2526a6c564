"""The page that lists the open data: plain HTML without scripts, for people who look before they download."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST, LANGUAGES
from atlas.present.open_data import (
    OFFERS,
    Content,
    Offer,
    address,
    area_column_texts,
    column_texts,
    description,
    flow_texts,
    parameter_texts,
    rights,
    state_texts,
    title,
)
from atlas.present.wording import Words

_STYLE = Markup(
    ":root { color-scheme: light dark; }\n"
    "body { font: 1rem/1.55 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }\n"
    "h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1.05rem; margin-bottom: 0; }\n"
    "p { margin: .3rem 0 .6rem; overflow-wrap: anywhere; } ul { margin: 0; padding-left: 1.2rem; }\n"
    "dt { font-weight: 650; margin-top: .5rem; } dd { margin: 0; }\n"
    ".synthetic { background: #7a4b00; color: #fff; padding: .35rem .8rem; border-radius: 6px; font-weight: 600; }"
)
_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title} – {site}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n{top}\n<main>\n{body}\n</main>\n</body>\n</html>\n"
)


def open_data_page(snapshot: Snapshot, today: date, words: Words) -> bytes:
    """Return the page; its links are relative to its own address."""
    other = next(lang for lang in LANGUAGES if lang != words.lang)
    default = snapshot.programme("")
    top = Markup(
        '<nav><a href="../../?lang={}">{}</a> · <a href="?lang={}" lang="{}" hreflang="{}">{}</a></nav>'
    ).format(words.lang, words.say("Zur Karte"), other, other, other, "English" if other == "en" else "Deutsch")
    body = [
        _heading(1, words.say("Offene Daten")),
        *_notice(snapshot, words),
        _paragraph(
            words.say(
                "Was der Atlas zeigt, gibt es hier als Dateien: ohne Anmeldung, zu jedem Stichtag seit {day}.",
                day=words.day(EARLIEST),
            )
        ),
        *(_programme(each, snapshot, today, words) for each in snapshot.programmes.values()),
        _heading(2, words.say("Was sich in der Adresse angeben lässt")),
        _terms({name: text for name, text in parameter_texts(words).items() if name != "date"}),
        _heading(2, words.say("Was in den Spalten steht")),
        _heading(3, words.say("Stand je Gemeinde und Baustein")),
        _terms(column_texts(Content.STATUS, words)),
        _heading(3, words.say("Dateien mit Geometrie, je Baustein")),
        _terms(area_column_texts(words)),
        _heading(3, words.say("Fälle")),
        _terms(column_texts(Content.CASES, words)),
        _heading(3, words.say("Zustände")),
        _terms(state_texts(words)),
        _heading(3, words.say("Was in einem Zeitraum geschieht")),
        _paragraph(words.say("So heißt es auf der Seite Fortschritt und in ihren Tabellen.")),
        _terms(flow_texts(words)),
        _heading(2, words.say("In QGIS öffnen")),
        _paragraph(
            words.say(
                "Layer › Layer hinzufügen › Vektorlayer hinzufügen, Quelltyp „Protokoll: HTTP(S)“, als Adresse die einer "
                "GeoJSON- oder GeoPackage-Datei."
            )
        ),
        _heading(2, words.say("Quellen und Lizenzen")),
        *_sources(snapshot, words),
        _heading(2, words.say("Für Programme und Portale")),
        Markup('<ul><li><a href="openapi.json">{}</a></li><li><a href="catalog.jsonld">{}</a></li></ul>').format(
            words.say("Beschreibung der Schnittstelle (OpenAPI)"), words.say("Katalog nach DCAT-AP.de")
        ),
    ]
    page = _PAGE.format(
        lang=words.lang,
        title=words.say("Offene Daten"),
        site=words.say("Präventionsatlas {state}", state=words.label(default.territory)),
        style=_STYLE,
        top=top,
        body=Markup("\n").join(body),
    )
    return str(page).encode()


def _programme(programme: Programme, snapshot: Snapshot, today: date, words: Words) -> Markup:
    parts = [_heading(2, words.label(programme.title))]
    for content in (Content.STATUS, Content.CASES, Content.RECORDS, Content.BOUNDARIES):
        parts += [
            _heading(3, title(content, programme, words)),
            _paragraph(description(content, programme, words)),
            Markup("<p>{}</p>").format(open_data_links(snapshot, programme, content, today, words)),
        ]
    return Markup("\n").join(parts)


def open_data_links(
    snapshot: Snapshot, programme: Programme, content: Content, day: date, words: Words, below: str = ""
) -> Markup:
    """Return links to the files of a data set as of ``day``, side by side; ``below`` stands before each address."""
    links = []
    for offer in (each for each in OFFERS if each.content is content):
        for form in ("", "excel") if "form" in offer.parameters else ("",):
            found = below + address(offer, snapshot, programme, **_given(offer, day, words), form=form)
            name = words.say("CSV für deutsches Excel") if form else offer.format_name
            links.append(Markup('<a href="{}">{}</a>').format(found, name))
    return Markup(" · ").join(links)


def _given(offer: Offer, day: date, words: Words) -> dict[str, str]:
    given = {"date": day.isoformat(), "lang": "" if words.lang == LANGUAGES[0] else words.lang}
    return given | ({"stichtag": day.isoformat()} if "stichtag" in offer.parameters else {})


def _terms(texts: Mapping[str, str]) -> Markup:
    items = [Markup("<dt><code>{}</code></dt><dd>{}</dd>").format(name, text) for name, text in texts.items()]
    return Markup("<dl>{}</dl>").format(Markup().join(items))


def _sources(snapshot: Snapshot, words: Words) -> list[Markup]:
    lines = []
    for programme in snapshot.programmes.values():
        lines += [words.label(programme.source_line), rights(programme, words)]
        lines += [edition.provenance.attribution_long for edition in snapshot.editions[programme.boundary_set]]
    return [_paragraph(line) for line in dict.fromkeys(lines)]


def _notice(snapshot: Snapshot, words: Words) -> list[Markup]:
    if not snapshot.is_synthetic:
        return []
    said = words.say("Beispieldaten: Gemeinden, Grenzen und Einträge sind erfunden.")
    return [Markup('<p class="synthetic" role="note">{}</p>').format(said)]


def _heading(level: int, text: str) -> Markup:
    return Markup("<h{}>{}</h{}>").format(level, text, level)


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)
