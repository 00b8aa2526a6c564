"""What open data there are and how they are called: one list for routes, description, catalogue and page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from atlas import phrases
from atlas.analysis.events import (
    BEGUN,
    CHANGED,
    DORMANT,
    END_DOCUMENTED,
    ENDED,
    FIRST_DOCUMENTED,
    PRESUMED_OVER,
    REVIVED,
)
from atlas.model.boundaries import mergers
from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.model.states import State
from atlas.model.view import EARLIEST
from atlas.phrases import N_
from atlas.present.time_words import FLOW_LABELS, STATE_LABELS
from atlas.present.wording import Words

ROOT = "/api/v1"
"""Where the interface lies below the address of the site."""


class Content(StrEnum):
    """What a file is about."""

    STATUS = "status"
    CASES = "cases"
    RECORDS = "records"
    BOUNDARIES = "boundaries"
    ABOUT = "about"
    """The interface itself: page, catalogue, description."""


@dataclass(frozen=True)
class Offer:
    """One address of the interface: ``path`` below `ROOT` and a slash, ``{date}`` for an ISO day; empty for the page.

    ``parameters`` names the query parameters it takes: those of `atlas.model.parameters`.
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
    Offer("cases.csv", _CSV, Content.CASES, (*_DAY, "form")),
    Offer("cases.json", _JSON, Content.CASES, _DAY),
    Offer("records.csv", _CSV, Content.RECORDS, ("programm", "lang", "form")),
    Offer("boundaries/{date}.geojson", _GEOJSON, Content.BOUNDARIES, ("programm", "lang")),
    Offer("catalog.jsonld", "application/ld+json", Content.ABOUT, ("lang",)),
    Offer("openapi.json", _JSON, Content.ABOUT, ("lang",)),
)


def title(content: Content, programme: Programme, words: Words) -> str:
    """Return the title of a data set."""
    texts = {
        Content.STATUS: N_("{programme}: Stand je Gemeinde und Baustein"),
        Content.CASES: N_("{programme}: alle Fälle mit Laufzeit und Zustand"),
        Content.RECORDS: N_("{programme}: alle Einträge mit Quelle"),
        Content.BOUNDARIES: N_("{state}: Gemeindegrenzen zu jedem Stichtag"),
    }
    return words.say(texts[content], programme=programme.short, state=words.label(programme.territory))


def description(content: Content, programme: Programme, words: Words) -> str:
    """Return what a data set holds, in a few sentences."""
    if content is Content.STATUS:
        text = words.say(
            "Eine Zeile je Gemeinde und Baustein: Stufe, seit wann, Quelle, zu jedem Stichtag seit {day}. Mit Geometrie eine "
            "Fläche je Gemeinde und eine Spalte je Baustein.",
            day=words.day(EARLIEST),
        )
    elif content is Content.CASES:
        text = words.say(
            "Förderungen, Analysen und was eine Gemeinde sonst mehrmals haben kann, Fall für Fall, und jeder Beteiligte mit "
            "mehreren Fällen in einem Baustein. Eine Zeile je Beteiligtem und Fall: Beginn und Ende als Spanne, Zustand, "
            "letzter Beleg, zu jedem Stichtag seit {day}.",
            day=words.day(EARLIEST),
        )
    elif content is Content.RECORDS:
        text = words.say(
            "Jeder Eintrag mit Gemeinde oder Kreis, Baustein, Stufe, Datum, Anmerkung und Quelle. Dazu, soweit bekannt: bis "
            "wann es galt oder bewilligt war (until), welcher von mehreren Fällen es ist (case), an welchem Tag die Quelle "
            "gelesen wurde (retrieved), und yes, wo der Eintrag aus einem allgemeinen Satz erschlossen ist (inferred)."
        )
    else:
        return words.say(
            "Die Gemeinden, wie sie an einem Tag seit {day} bestanden: Schlüssel, Name, Art, Kreis, Fläche und gültig seit.",
            day=words.day(EARLIEST),
        )
    return f"{text} {words.label(programme.provenance)}"


def column_texts(content: Content, words: Words) -> Mapping[str, str]:
    """Return what stands in each column of the tables of a data set, by its name; empty if they need no explanation."""
    shared = {
        "ags": words.say("Achtstelliger Gemeindeschlüssel, bei einem Kreis der fünfstellige Kreisschlüssel."),
        "name": words.say("Name der Gemeinde oder des Kreises."),
        "district": words.say("Name des Kreises."),
        "instrument": words.say("Schlüssel des Bausteins."),
    }
    details = {
        "until": words.say("Bis wann es galt oder bewilligt war, so genau wie bekannt."),
        "last_proof": words.say("Neuester Tag, für den belegt ist, dass es galt."),
        "state": words.say("Zustand am Stichtag."),
    }
    source = words.say("Adresse oder Titel der Quelle.")
    if content is Content.STATUS:
        return {
            **shared,
            "stage": words.say(
                "Schlüssel der Stufe, wenn sie in Kraft, erreicht oder geplant ist, oder des Endes, das ein Eintrag nennt. "
                "Sonst der Zustand; no_data, wenn nichts dokumentiert ist."
            ),
            "since": words.say(
                "Seit wann, so genau wie bekannt; bei einem Zustand der Tag, von dem an er gilt. Leer, wenn ihn niemand kennt."
            ),
            "source": source,
        }
    if content is Content.CASES:
        return {
            **shared,
            "case": words.say("Kurzer Name, der mehrere Fälle eines Beteiligten unterscheidet."),
            "stage": words.say("Schlüssel der Stufe, von der der Zustand gesagt ist."),
            "begin_earliest": words.say("Frühester Tag, an dem es begonnen haben kann; leer, wenn unbekannt."),
            "begin_latest": words.say("Spätester Tag, an dem es begonnen hat; leer, wenn unbekannt."),
            "end_earliest": words.say(
                "Frühester Tag, an dem es nicht mehr galt; leer, solange es gilt, oder wenn unbekannt."
            ),
            "end_latest": words.say("Spätester Tag, von dem an es nicht mehr galt; leer, solange es gilt."),
            **details,
            "joint_with": words.say("Verbund, mit dem es gemeinsam ist."),
            "arrangement": words.say("Gleich für alle, die an einem Vorgang beteiligt sind."),
            "source": source,
        }
    return {}


def area_column_texts(words: Words, *, has_people: bool = False) -> Mapping[str, str]:
    """Return what the columns of each instrument hold in files with geometry; its key stands for ``baustein``.

    ``has_people`` if there is a register of inhabitants, of which these files have a column.
    """
    columns = column_texts(Content.CASES, words)
    people = words.say(
        "Einwohner der Gemeinde nach dem Verzeichnis, das in der Quelle genannt ist, an jedem Stichtag; ohne Wert, wenn es "
        "für sie allein keine Zahl nennt."
    )
    return {
        **({"inhabitants": people} if has_people else {}),
        "baustein": words.say("Wie stage in der Tabelle; ohne Wert, wenn nichts dokumentiert ist."),
        "baustein_basis": words.say(
            "direct: ein eigener Eintrag sagt es; derived: es folgt aus einer anderen Stufe; district: über den Kreis; none: "
            "nichts dokumentiert."
        ),
        **{f"baustein_{name}": columns[name] for name in ("state", "until", "last_proof")},
        "baustein_inferred": words.say(
            "Ob der Eintrag erschlossen ist und nicht über diesen Beteiligten gelesen wurde."
        ),
    }


def state_texts(words: Words) -> Mapping[str, str]:
    """Return what each state means, by its key."""
    explanations = {
        State.IN_FORCE: words.say("gilt am Stichtag"),
        State.REACHED: words.say("ist erreicht und endet nicht"),
        State.DOCUMENTED_LATER: words.say("kann schon gegolten haben; zählt nicht mit"),
        State.PERIOD_UNKNOWN: words.say("befristet, von wann bis wann ist nicht bekannt; zählt nicht mit"),
        State.PLANNED: words.say(phrases.PLANNED_DOES_NOT_COUNT),
        State.PRESUMED_OVER: words.say("die übliche Dauer ist um, und nichts sagt, dass es weiterging"),
        State.DORMANT: words.say("eingeschlafen; kann wiederbelebt werden"),
        State.ENDED: words.say("das Ende ist belegt, oder die Frist ist um"),
        State.PLAN_LAPSED: words.say("der Plan ist so alt, dass er nichts mehr sagt"),
        State.GIVEN_UP: words.say("kam nie zustande"),
    }
    return {str(key): f"{words.label(STATE_LABELS[key])}: {text}." for key, text in explanations.items()}


def flow_texts(words: Words) -> Mapping[str, str]:
    """Return what is said of what happened in a period, by its key."""
    explanations = {
        BEGUN: words.say("der erste Tag liegt sicher im Zeitraum"),
        FIRST_DOCUMENTED: words.say("erstmals sicher im Zeitraum, der Beginn kann davor liegen"),
        REVIVED: words.say("gilt nach einem Ende wieder"),
        ENDED: words.say("galt und gilt nicht mehr; der Tag liegt sicher im Zeitraum"),
        DORMANT: words.say("galt und ist eingeschlafen"),
        END_DOCUMENTED: words.say("als beendet belegt, der Tag kann vor dem Zeitraum liegen"),
        PRESUMED_OVER: words.say("die übliche Dauer lief im Zeitraum ab"),
        CHANGED: words.say("eine andere Stufe; weder Zugang noch Abgang"),
    }
    return {key: f"{words.label(FLOW_LABELS[key])}: {text}." for key, text in explanations.items()}


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
    days = {boundaries.starts for boundaries in editions} | {
        change.effective for change in mergers(snapshot.changes(programme))
    }
    return tuple(sorted(day for day in days if day >= EARLIEST)) or (EARLIEST,)
