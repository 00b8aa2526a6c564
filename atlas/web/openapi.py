"""The interface described in OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atlas import phrases
from atlas.model.parameters import DAY, DAY_OF_PATH, DISTRICT, FORM, LANG, PROGRAMME
from atlas.model.snapshot import Snapshot
from atlas.present.open_data import (
    OFFERS,
    ROOT,
    Content,
    Offer,
    area_column_texts,
    column_texts,
    description,
    state_texts,
    title,
)
from atlas.present.wording import Words

Node = dict[str, Any]


def describe(snapshot: Snapshot, base: str, words: Words) -> Node:
    """Return the description of every address in `OFFERS`, in the reader's language.

    ``base`` is the address of the site without a slash at the end.
    """
    default = snapshot.programme("")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": words.say(phrases.ATLAS_OPEN_DATA),
            "version": "1",
            "description": words.label(default.provenance),
        },
        "servers": [{"url": f"{base}{ROOT}"}],
        "paths": {f"/{offer.path}": {"get": _operation(offer, snapshot, words)} for offer in OFFERS},
        "components": {
            "parameters": _parameters(snapshot, words),
            "responses": _responses(words),
            "schemas": _schemas(words, has_people=bool(snapshot.populations)),
            "headers": {
                "ETag": {
                    "schema": {"type": "string"},
                    "description": words.say("Kennung des Inhalts, für If-None-Match."),
                }
            },
        },
    }


def _operation(offer: Offer, snapshot: Snapshot, words: Words) -> Node:
    about = {
        "": words.say("Seite mit allen Dateien"),
        "catalog.jsonld": words.say(phrases.CATALOGUE_IN_DCAT_AP_DE),
        "openapi.json": words.say("Diese Beschreibung"),
    }
    default = snapshot.programme("")
    is_about = offer.content is Content.ABOUT
    names = [*(["date"] if "{date}" in offer.path else []), *offer.parameters]
    node: Node = {
        "operationId": offer.path.replace("{date}.", "").replace("/", "_").replace(".", "_") or "index",
        "summary": about[offer.path] if is_about else f"{title(offer.content, default, words)} ({offer.format_name})",
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in names],
        "responses": {
            "200": _found(offer, words),
            **{code: {"$ref": f"#/components/responses/{code}"} for code in _responses(words)},
        },
    }
    return node if is_about else node | {"description": description(offer.content, default, words)}


def _found(offer: Offer, words: Words) -> Node:
    tables = {Content.STATUS: "Status", Content.CASES: "Cases"}
    schemas = {
        "text/csv": {"type": "string"},
        "text/html": {"type": "string"},
        "application/geo+json": {"$ref": "#/components/schemas/FeatureCollection"},
        "application/ld+json": {"$ref": "#/components/schemas/Catalog"},
        "application/json": {"$ref": f"#/components/schemas/{tables.get(offer.content, 'OpenAPI')}"},
    }
    schema = schemas.get(offer.media_type)  # none for binary content, as OpenAPI 3.1 has it
    return {
        "description": words.say("Die Datei."),
        "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
        "content": {offer.media_type: {"schema": schema} if schema else {}},
    }


def _parameters(snapshot: Snapshot, words: Words) -> Node:
    districts = {
        key for editions in snapshot.editions.values() for edition in editions for key in edition.districts.index
    }
    table = (PROGRAMME.among(snapshot.programmes), DAY, DAY_OF_PATH, DISTRICT.among(sorted(districts)), FORM, LANG)
    return {
        each.name: {
            "name": each.name,
            "in": "path" if each is DAY_OF_PATH else "query",
            "required": each is DAY_OF_PATH,
            "description": words.say(each.text),
            "schema": {"type": "string", **({"enum": list(each.known)} if each.known else {}), **each.schema},
        }
        for each in table
    }


def _responses(words: Words) -> Node:
    said = {
        "400": words.say("Etwas an der Anfrage ist falsch; alles auf einmal genannt."),
        "404": words.say(phrases.NO_SUCH_ADDRESS),
        "405": words.say(phrases.READ_ONLY_METHODS),
        "416": words.say("Diesen Teil gibt es nicht."),
        "503": words.say("Die Daten sind gerade nicht lesbar."),
    }
    problem: Node = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}},
        "text/plain": {"schema": {"type": "string"}},
    }
    return {
        "206": {"description": words.say("Der Teil, den Range nennt.")},
        "304": {"description": words.say("Unverändert seit der Kennung in If-None-Match.")},
        **{code: {"description": text, "content": problem} for code, text in said.items()},
    }


def _schemas(words: Words, *, has_people: bool) -> Node:
    string = {"type": "string"}
    return {
        "Error": _object(
            error=_object(problems={"type": "array", "minItems": 1, "items": _object(place=string, text=string)})
        ),
        "Status": _table(Content.STATUS, words),
        "Cases": _table(Content.CASES, words, state={"$ref": "#/components/schemas/State"}),
        "State": {
            "type": "string",
            "enum": list(state_texts(words)),
            "description": _listed(state_texts(words)),
        },
        "FeatureCollection": _object(
            type={"const": "FeatureCollection"},
            features={"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
            attribution=string,
            source={"type": "array", "items": string},
        ),
        "Feature": _object(
            type={"const": "Feature"},
            properties={
                "type": "object",
                "required": ["ags", "name", "district"],
                "description": _listed(area_column_texts(words, has_people=has_people)),
            },
            geometry={
                "type": "object",
                "required": ["type", "coordinates"],
                "properties": {"type": {"enum": ["Polygon", "MultiPolygon"]}, "coordinates": {"type": "array"}},
            },
        ),
        "Catalog": {"type": "object", "required": ["@context", "@id", "@type", "dcat:dataset"]},
        "OpenAPI": {"type": "object", "required": ["openapi", "info", "paths"]},
    }


def _table(content: Content, words: Words, **columns: Node) -> Node:
    texts = column_texts(content, words)
    known = {name: {"type": "string", "description": text} for name, text in texts.items()}
    return {"type": "array", "items": _object(**{**known, **columns})}


def _listed(texts: Mapping[str, str]) -> str:
    return "\n".join(f"- `{name}`: {text}" for name, text in texts.items())


def _object(**properties: Node) -> Node:
    return {"type": "object", "required": list(properties), "properties": properties}
