"""What the pages of the static site say beside what the pages of the application say, and their addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from atlas.analysis.status import NO_DATA
from atlas.model.view import EARLIEST
from atlas.present.credits import invented, picture_credits
from atlas.present.looks import LegendItem, layer_label, looks_of
from atlas.present.map_spec import since_said
from atlas.present.scene import Scene
from atlas.present.wording import Words

Links = Iterable[tuple[str, str]]
"""Addresses with their labels."""


def prefix(words: Words) -> str:
    """Return the folder of a language, from the root."""
    return "en/" if words.lang == "en" else ""


def place_path(kind: str, key: str, words: Words) -> str:
    """Return the path of the page of a municipality or district, from the root."""
    return f"{prefix(words)}{kind}/{key}/index.html"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around the content of every page. Addresses are from the root of the site.

    Attributes
    ----------
    root
        The way from the page to the root of the site: ``./``, ``../../``.
    title, subtitle
        Headline of the site, and the programme's name.
    credits
        Lines of the foot.
    notice
        That data are invented; empty if they are not.
    home, links, links_label
        Address of the first page, the pages every page leads to, and what that list is.
    other, other_lang, other_name
        Address of the same page in the other language, and that language.
    """

    root: str
    lang: str
    title: str
    subtitle: str
    credits: tuple[str, ...]
    notice: str
    home: str
    links: tuple[tuple[str, str], ...]
    links_label: str
    other: str
    other_lang: str
    other_name: str


def site_frame(scene: Scene, as_of: date, path: str, words: Words) -> Frame:
    """Return the frame of the page at ``path``, from the root of its language."""
    folder, is_german = prefix(words), words.lang == "de"
    return Frame(
        root="../" * (path.count("/") + (not is_german)) or "./",
        lang=words.lang,
        title=words.say("Präventionsatlas {state}", state=words.label(scene.programme.territory)),
        subtitle=words.label(scene.programme.title),
        credits=(words.say("Stand: {day}", day=words.day(as_of)), *picture_credits(scene, words)),
        notice=" ".join(invented(scene, words)),
        home=f"{folder}index.html",
        links=(
            (f"{folder}index.html", words.say("Karte")),
            (f"{folder}kreis/index.html", words.say("Kreise")),
            (f"{folder}gemeinde/index.html", words.say("Gemeinden")),
            (f"{folder}ueber/index.html", words.say("Daten und Quellen")),
        ),
        links_label=words.say("Seiten"),
        other=f"en/{path}" if is_german else path,
        other_lang="en" if is_german else "de",
        other_name="English" if is_german else "Deutsch",
    )


@dataclass(frozen=True)
class Row:
    """A municipality in the table: name and address of its page, district, class, since when."""

    name: str
    address: str
    district: str
    look: LegendItem
    since: str


@dataclass(frozen=True)
class Table:
    """The municipalities as a table; ``label`` says what it is."""

    label: str
    caption: str
    titles: tuple[str, ...]
    rows: tuple[Row, ...]


def site_table(scene: Scene, address: Callable[[str], str], words: Words) -> Table:
    """Return the municipalities of a scene's district, or of all: of a programme for some, those with an entry.

    ``address`` gives that of a municipality's page, by key.
    """
    spec, lines = scene.spec, scene.day.lines
    looks = {look.key: LegendItem(look, words.label(look.label)) for look in looks_of(scene.programme, spec.layer)}
    districts = scene.edition.districts["name"]
    every = scene.programme.has_shares
    shown = [position for position in spec.inside if every or spec.classes[position] != NO_DATA]
    rows = tuple(
        Row(
            lines[position][0].name,
            address(lines[position][0].ags),
            str(districts[lines[position][0].district]),
            looks[spec.classes[position]],
            since_said(spec, position, words),
        )
        for position in sorted(shown, key=lambda position: (lines[position][0].name, lines[position][0].ags))
    )
    layer = words.label(layer_label(scene.programme, spec.layer))
    return Table(
        words.say("Gemeinden in der Tabelle"),
        words.count("{n} Gemeinde", "{n} Gemeinden", len(rows)),
        (words.say("Gemeinde"), words.say("Kreis"), layer, words.say("seit")),
        rows,
    )


def downloads(words: Words) -> tuple[str, Links]:
    """Return the heading and the links of open data and of the map as one file."""
    return words.say("Mitnehmen"), (
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
        "Eine Prüfung durch die Überwachungsstelle steht aus. Bitte melden Sie Barrieren der Stelle, die diese Seiten "
        "veröffentlicht."
    )


def visits(words: Words) -> str:
    """Return what becomes of a visitor's data."""
    return words.say(
        "Diese Seiten laden nichts von anderen Servern, setzen keine Cookies und messen keine Nutzung. Einträge nennen "
        "Gemeinden und Stellen, keine Personen."
    )


def list_headings(kind: str, count: int, scene: Scene, words: Words) -> tuple[str, str]:
    """Return the headings of the list of districts or municipalities: of the page, and of the list."""
    if kind == "kreis":
        return words.say("Kreise"), words.label(scene.programme.territory)
    return words.say("Gemeinden"), words.count("{n} Gemeinde", "{n} Gemeinden", count)


def moved_keys(scene: Scene) -> list[list[str]]:
    """Return old key, new key and the day (ISO) of every change of a municipality's key; renumbered are so from the first day."""
    return [
        [each.old_ags, each.new_ags, (EARLIEST if each.renumbered else each.effective).isoformat()]
        for each in scene.changes
        if each.old_ags != each.new_ags
    ]


def map_day(scene: Scene, words: Words) -> str:
    """Return day and number of municipalities of the map."""
    return words.say("Stand: {day}. Gemeinden: {n}", day=words.day(scene.as_of), n=words.number(scene.spec.total))


def layers_label(words: Words) -> str:
    """Return what the choice of layers is."""
    return words.say("Was die Karte zeigt")


def loading(words: Words) -> str:
    """Return what stands in the file with the map until its scripts run."""
    return words.say("Die Karte wird geladen …")


def script_words(scene: Scene, words: Words) -> dict[str, str]:
    """Return what the script of the map page says, by its names."""
    state = words.label(scene.programme.territory)
    return {
        "asOf": words.say("Stand: {day}. Gemeinden: {n}", day="{day}", n="{n}"),
        "map": words.say("Karte der Gemeinden: {state}", state=state),
        "search": words.say("Gemeinde suchen"),
        "day": words.say("Stichtag"),
        "district": words.say("Kreis"),
        "whole": words.say("ganz {state}", state=state),
        "documented": words.say("nur mit dokumentierter Aktivität"),
        "copy": words.say("Link kopieren"),
        "copied": words.say("Kopiert."),
        "inBar": words.say("Der Link steht in der Adresszeile."),
        "choose": words.say("Gemeinde auf der Karte, in der Suche oder in der Tabelle wählen."),
        "absent": words.say("Diese Gemeinde gab es am Stichtag nicht."),
        "page": words.say("Zur Seite der Gemeinde"),
        "clear": words.say("Auswahl aufheben"),
    }
