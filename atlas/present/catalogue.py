"""The open data as a catalogue in DCAT-AP.de, for portals to harvest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from atlas import phrases
from atlas.model.dates import PartialDate
from atlas.model.languages import LANGUAGES
from atlas.model.programme import Programme
from atlas.model.records import newest_source_day
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST
from atlas.present.open_data import OFFERS, ROOT, Content, Offer, address, boundary_days, description, rights, title
from atlas.present.wording import Words

Node = dict[str, Any]
"""A node of JSON-LD."""

NO_LICENCE = "http://dcat-ap.de/def/licenses/other-closed"
"""What DCAT-AP.de has for data without a stated licence; GovData enters the same where a licence is missing."""
_LICENCES = {
    "https://www.gesetze-im-internet.de/geonutzv/": "http://dcat-ap.de/def/licenses/geonutz/20130319",
    "https://www.govdata.de/dl-de/by-2-0": "http://dcat-ap.de/def/licenses/dl-by-de/2.0",
    "https://www.govdata.de/dl-de/zero-2-0": "http://dcat-ap.de/def/licenses/dl-zero-de/2.0",
}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_EU = "http://publications.europa.eu/resource/authority"
_MEDIA = "https://www.iana.org/assignments/media-types"
_OF_PROGRAMME = (Content.STATUS, Content.CASES, Content.RECORDS)
_THEMES = {**dict.fromkeys(_OF_PROGRAMME, ("JUST", "GOVE")), Content.BOUNDARIES: ("REGI", "GOVE")}
_GEOCODING = "http://dcat-ap.de/def/politicalGeocoding"
_WORDS = tuple(Words(lang) for lang in LANGUAGES)


def build_catalogue(snapshot: Snapshot, base: str) -> Node:
    """Return the catalogue as JSON-LD: a ``dcat:Catalog`` with its data sets and their files, German and English.

    All dates come from the data. Publisher, contact and licence are those a programme's ``[publication]`` states; where
    none is stated, the publisher is the atlas itself, there is no contact, and the licence is `NO_LICENCE` with a
    statement that says so. All addresses begin with ``base``, that of the site without a slash at the end.
    """
    root = f"{base}{ROOT}/"
    default = snapshot.programme("")
    modified = [day for each in snapshot.programmes.values() if (day := _record_day(snapshot, each))]
    node: Node = {
        "@context": _CONTEXT,
        "@id": f"{root}catalog.jsonld#catalog",
        "@type": "dcat:Catalog",
        "dcterms:title": _said(lambda words: words.say(phrases.ATLAS_OPEN_DATA)),
        "dcterms:description": _said(
            lambda words: words.say(
                "Welche Gemeinden an Präventionsprogrammen teilnehmen, seit wann, mit Quelle, und ihre Grenzen."
            )
        ),
        "dcterms:publisher": _publisher(default, root),
        "dcterms:language": [_id(f"{_EU}/language/{code}") for code in ("DEU", "ENG")],
        "foaf:homepage": _id(f"{base}/"),
        "dcat:dataset": _datasets(snapshot, root),
    }
    return node | ({"dcterms:modified": _day(max(modified))} if modified else {})


def _datasets(snapshot: Snapshot, root: str) -> list[Node]:
    made: list[Node] = []
    seen: set[str] = set()
    for programme in snapshot.programmes.values():
        made += [_dataset(snapshot, programme, content, root) for content in _OF_PROGRAMME]
        if programme.boundary_set not in seen:
            made.append(_dataset(snapshot, programme, Content.BOUNDARIES, root))
        seen.add(programme.boundary_set)
    return made


def _dataset(snapshot: Snapshot, programme: Programme, content: Content, root: str) -> Node:
    name = f"{content}-{programme.boundary_set if content is Content.BOUNDARIES else programme.key}"
    started, ended, modified = _dates(snapshot, programme, content)
    node: Node = {
        "@id": f"{root}catalog.jsonld#{name}",
        "@type": "dcat:Dataset",
        "dcterms:identifier": name,
        "dcterms:title": _said(lambda words: title(content, programme, words)),
        "dcterms:description": _said(lambda words: _described(snapshot, programme, content, words)),
        "dcterms:publisher": _publisher(programme, root),
        "dcat:keyword": [
            *_said(lambda words: words.say("Prävention")),
            *_said(lambda words: words.say(phrases.MUNICIPALITIES)),
            *_said(lambda words: words.label(programme.territory)),
        ],
        "dcat:theme": [_id(f"{_EU}/data-theme/{theme}") for theme in _THEMES[content]],
        "dcterms:language": [_id(f"{_EU}/language/DEU")],
        "dcat:landingPage": _id(root),
        "dcterms:temporal": _period(started, ended),
        "dcat:distribution": list(_distributions(snapshot, programme, content, root)),
    }
    if modified is not None:
        node["dcterms:modified"] = _day(modified)
    if programme.publication.contributor is not None:
        node["dcatde:contributorID"] = _id(programme.publication.contributor)
    if programme.publication.email is not None:
        node["dcat:contactPoint"] = _contact(programme)
    return node | ({} if snapshot.is_synthetic else _place(programme))


def _described(snapshot: Snapshot, programme: Programme, content: Content, words: Words) -> str:
    text = description(content, programme, words)
    if snapshot.is_synthetic:
        text += " " + words.say(phrases.INVENTED_DATA)
    return text


def _place(programme: Programme) -> Node:
    key = programme.boundary_set
    where = (
        {
            "dcatde:politicalGeocodingURI": _id(f"{_GEOCODING}/stateKey/{key}"),
            "dcatde:politicalGeocodingLevelURI": _id(f"{_GEOCODING}/Level/state"),
        }
        if key.isdigit()
        else {  # DCAT-AP.de has no key for the country, only its level
            "dcterms:spatial": _id(f"{_EU}/country/DEU"),
            "dcatde:politicalGeocodingLevelURI": _id(f"{_GEOCODING}/Level/federal"),
        }
    )
    return {**where, "dcatde:geocodingDescription": _said(lambda words: words.label(programme.territory))}


def _record_day(snapshot: Snapshot, programme: Programme) -> date | None:
    return newest_source_day(snapshot.records[programme.key].table)


def _dates(snapshot: Snapshot, programme: Programme, content: Content) -> tuple[date, date | None, date | None]:
    """Return first and last day a data set covers (None: open) and when it changed (None: not known)."""
    if content is Content.BOUNDARIES:
        editions = snapshot.editions[programme.boundary_set]
        verified = max((each.provenance.verified_to for each in editions if each.provenance.verified_to), default=None)
        return EARLIEST, verified, verified or boundary_days(snapshot, programme)[-1]
    newest = _record_day(snapshot, programme)
    if content is not Content.RECORDS:
        return EARLIEST, None, newest
    dated = [PartialDate.parse(text).first_day() for text in snapshot.records[programme.key].table["date"] if text]
    return min(dated, default=EARLIEST), newest, newest


def _distributions(snapshot: Snapshot, programme: Programme, content: Content, root: str) -> list[Node]:
    if content is Content.BOUNDARIES:
        offer = next(each for each in OFFERS if each.content is content)
        return [
            _distribution(snapshot, programme, offer, root, date=day.isoformat())
            for day in boundary_days(snapshot, programme)
        ]
    made: list[Node] = []
    for offer in (each for each in OFFERS if each.content is content):
        made.append(_distribution(snapshot, programme, offer, root))
        if "form" in offer.parameters:
            made.append(_distribution(snapshot, programme, offer, root, form="excel"))
    return made


def _distribution(snapshot: Snapshot, programme: Programme, offer: Offer, root: str, **parameters: str) -> Node:
    url = f"{root}{address(offer, snapshot, programme, **parameters)}"

    def name(words: Words) -> str:
        if "date" in parameters:
            day = words.day(date.fromisoformat(parameters["date"]))
            return words.say("Gemeindegrenzen ab {day} ({format})", day=day, format=offer.format_name)
        return words.say(phrases.CSV_FOR_GERMAN_EXCEL) if "form" in parameters else offer.format_name

    return {
        "@id": f"{url}#distribution",
        "@type": "dcat:Distribution",
        "dcterms:title": _said(name),
        "dcat:accessURL": _id(url),
        "dcat:downloadURL": _id(url),
        "dcterms:format": _id(f"{_EU}/file-type/{offer.ending.upper()}"),
        "dcat:mediaType": _id(f"{_MEDIA}/{offer.media_type}"),
        **_terms(snapshot, programme, offer),
    }


def _terms(snapshot: Snapshot, programme: Programme, offer: Offer) -> Node:
    provenances = [boundaries.provenance for boundaries in snapshot.editions[programme.boundary_set]]
    owed = list(dict.fromkeys(each.attribution for each in provenances))
    if offer.content is Content.BOUNDARIES:
        newest = provenances[-1]
        return {
            "dcterms:license": _id(_LICENCES.get(newest.licence_url, newest.licence_url)),
            "dcatde:licenseAttributionByText": "; ".join(owed),
            "dcterms:rights": _statement([{"@language": "de", "@value": newest.attribution_long}]),
        }
    source = programme.source_line.de
    with_land = [provenances[-1].attribution_long] if offer.ending in {"geojson", "gpkg"} else []
    return {
        "dcterms:license": _id(programme.publication.licence or NO_LICENCE),
        "dcatde:licenseAttributionByText": "; ".join([source, *(owed if offer.content is not Content.RECORDS else ())]),
        "dcterms:rights": _statement(_said(lambda words: " ".join([rights(programme, words), *with_land]))),
    }


def _statement(said: Sequence[Node]) -> Node:
    return {"@type": "dcterms:RightsStatement", "rdfs:label": list(said)}


def _publisher(programme: Programme, root: str) -> Node:
    about = programme.publication
    node: Node = {
        "@id": about.homepage or f"{root}catalog.jsonld#publisher",
        "@type": "foaf:Agent",
        "foaf:name": about.publisher or "Präventionsatlas",
    }
    return node | ({"foaf:homepage": _id(about.homepage)} if about.homepage else {})


def _contact(programme: Programme) -> Node:
    about = programme.publication
    return {
        "@type": "vcard:Kind",
        "vcard:fn": about.publisher or "Präventionsatlas",
        "vcard:hasEmail": _id(f"mailto:{about.email}"),
    }


def _period(first: date, last: date | None) -> Node:
    node: Node = {"@type": "dcterms:PeriodOfTime", "dcat:startDate": _day(first)}
    return node | ({"dcat:endDate": _day(last)} if last is not None else {})


def _said(say: Callable[[Words], str]) -> list[Node]:
    return [{"@language": words.lang, "@value": say(words)} for words in _WORDS]


def _day(day: date) -> Node:
    return {"@type": "xsd:date", "@value": day.isoformat()}


def _id(address_: str) -> Node:
    return {"@id": address_}
