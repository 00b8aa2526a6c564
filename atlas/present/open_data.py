"""What open data there are and how they are called: one list for routes, description, catalogue and page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from atlas.model.boundaries import mergers
from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST
from atlas.present.wording import Words

ROOT = "/api/v1"
"""Where the interface lies below the address of the site."""


class Content(StrEnum):
    """What a file is about."""

    STATUS = "status"
    RECORDS = "records"
    BOUNDARIES = "boundaries"
    ABOUT = "about"
    """The interface itself: page, catalogue, description."""


@dataclass(frozen=True)
class Offer:
    """One address of the interface.

    Attributes
    ----------
    path
        Below `ROOT` and a slash; ``{date}`` stands for an ISO day. Empty for the page.
    media_type
        Without parameters.
    parameters
        Names of the query parameters it takes: those of `parameter_texts`.
    """

    path: str
    media_type: str
    content: Content
    parameters: tuple[str, ...]

    @property
    def ending(self) -> str:
        """``csv``, ``geojson`` …; empty for the page."""
        return self.path.rpartition(".")[2]

    @property
    def format_name(self) -> str:
        """What people call it: ``CSV``, ``GeoJSON``, ``GeoPackage``."""
        return {"geojson": "GeoJSON", "gpkg": "GeoPackage"}.get(self.ending, self.ending.upper())


_CSV, _JSON, _GEOJSON = "text/csv", "application/json", "application/geo+json"
_DAY = ("programm", "stichtag", "kreis", "lang")

OFFERS = (
    Offer("", "text/html", Content.ABOUT, ("lang",)),
    Offer("status.csv", _CSV, Content.STATUS, (*_DAY, "form")),
    Offer("status.json", _JSON, Content.STATUS, _DAY),
    Offer("status.geojson", _GEOJSON, Content.STATUS, _DAY),
    Offer("status.gpkg", "application/geopackage+sqlite3", Content.STATUS, _DAY),
    Offer("records.csv", _CSV, Content.RECORDS, ("programm", "lang", "form")),
    Offer("boundaries/{date}.geojson", _GEOJSON, Content.BOUNDARIES, ("programm", "lang")),
    Offer("catalog.jsonld", "application/ld+json", Content.ABOUT, ("lang",)),
    Offer("openapi.json", _JSON, Content.ABOUT, ("lang",)),
)
FORMS = ("plain", "excel")
"""How a CSV is written: for programs, or for German Excel."""


def parameter_texts(words: Words) -> Mapping[str, str]:
    """Return what each parameter means, by its name."""
    return {
        "programm": words.say("Schlüssel des Programms; ohne Angabe das erste."),
        "stichtag": words.say("Tag in der Form JJJJ-MM-TT; ohne Angabe heute."),
        "kreis": words.say("Fünfstelliger Kreisschlüssel: nur dessen Gemeinden; ohne Angabe das ganze Gebiet."),
        "form": words.say(
            "plain: Kommas, Dezimalpunkt, für Programme. excel: Semikolons, Dezimalkomma und Kennung, für deutsches Excel."
        ),
        "lang": words.say("Sprache der Quellenangaben und Meldungen: de oder en."),
        "date": words.say("Tag in der Form JJJJ-MM-TT, zu dem die Gemeinden bestanden."),
    }


def title(content: Content, programme: Programme, words: Words) -> str:
    """Return the title of a data set."""
    if content is Content.STATUS:
        return words.say("{programme}: Stand je Gemeinde und Baustein", programme=programme.short)
    if content is Content.RECORDS:
        return words.say("{programme}: alle Einträge mit Quelle", programme=programme.short)
    return words.say("{state}: Gemeindegrenzen zu jedem Stichtag", state=words.label(programme.territory))


def description(content: Content, programme: Programme, words: Words) -> str:
    """Return what a data set holds, in a few sentences."""
    if content is Content.STATUS:
        said = words.say(
            "Eine Zeile je Gemeinde und Baustein: Stufe, seit wann, Quelle, zu jedem Stichtag seit {day}. Mit Geometrie eine "
            "Fläche je Gemeinde und eine Spalte je Baustein.",
            day=words.day(EARLIEST),
        )
    elif content is Content.RECORDS:
        said = words.say(
            "Jeder Eintrag mit Gemeinde oder Kreis, Baustein, Stufe, Datum, Anmerkung und Quelle. Dazu, soweit bekannt: bis "
            "wann es galt oder bewilligt war (until), welcher von mehreren Fällen es ist (case), an welchem Tag die Quelle "
            "gelesen wurde (retrieved), und yes, wo der Eintrag aus einem allgemeinen Satz erschlossen ist (inferred)."
        )
    else:
        return words.say(
            "Die Gemeinden, wie sie an einem Tag seit {day} bestanden: Schlüssel, Name, Art, Kreis, Fläche und gültig seit.",
            day=words.day(EARLIEST),
        )
    return f"{said} {words.label(programme.provenance)}"


def rights(programme: Programme, words: Words) -> str:
    """Return under which terms the record may be used."""
    licence = programme.publication.licence
    if licence is not None:
        return words.say("Einträge: {licence}", licence=licence)
    return words.say(
        "Für die Einträge ist keine Lizenz festgelegt. Es sind Tatsachen aus öffentlichen Quellen; jeder Eintrag nennt die seine."
    )


def address(offer: Offer, snapshot: Snapshot, programme: Programme, **parameters: str) -> str:
    """Return the address of a file relative to `ROOT` and a slash; the default programme is not named."""
    query = {} if programme is snapshot.programme("") else {"programm": programme.key}
    query |= {name: value for name, value in parameters.items() if value and name != "date"}
    path = offer.path.replace("{date}", parameters.get("date", ""))
    return f"{path}?{urlencode(query)}" if query else path


def boundary_days(snapshot: Snapshot, programme: Programme) -> tuple[date, ...]:
    """Return the days from which a state's municipalities were as they then stayed for a while, oldest first."""
    editions = snapshot.editions[programme.boundary_set]
    days = {edition.starts for edition in editions} | {
        change.effective for change in mergers(snapshot.changes(programme))
    }
    return tuple(sorted(day for day in days if day >= EARLIEST)) or (EARLIEST,)
