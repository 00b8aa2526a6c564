"""What the browser needs once: names, districts, looks and words, as plain JSON."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from atlas import phrases
from atlas.model.boundaries import INDEPENDENT_CITIES, BoundaryVersion, map_names
from atlas.model.languages import LANGUAGES
from atlas.model.programme import Programme
from atlas.model.records import Records
from atlas.present.hatches import DOTS, LINES, TILE
from atlas.present.looks import CHANGES, LegendClass, layer_definition, layer_label, looks_of
from atlas.present.since import templates
from atlas.present.wording import Words

Json = dict[str, object]


def body_names(records: Records) -> list[str]:
    """Return the names of all joint bodies in the record, in order: the map knows them by their number."""
    return sorted(set(records.table["joint_with"]) - {""})


def build_map_index(programme: Programme, boundaries: BoundaryVersion, records: Records) -> Json:
    """Return names, districts, looks and words of a map, for all dates and layers and both languages.

    ``municipalities`` is in order of position: key, name, district key, latitude and longitude of the label point,
    area in km². Coordinates are WGS 84.
    """
    rows = boundaries.municipalities
    columns = [rows[name].tolist() for name in ("ags", "name", "district", "label_lat", "label_lon", "area_km2")]
    return {
        "municipalities": [
            [ags, name, district, round(lat, 4), round(lon, 4), round(area, 1)]
            for ags, name, district, lat, lon, area in zip(*columns, strict=True)
        ],
        "districts": _districts(boundaries),
        "states": _states(boundaries),
        "bodies": body_names(records),
        "hatches": {
            "tile": TILE,
            "dots": DOTS._asdict(),
            "lines": {key: each._asdict() for key, each in LINES.items()},
        },
        "point": programme.special.point,
        "bounds": [round(value, 4) for value in boundaries.bounds],
        "layers": {layer: _layer(programme, layer) for layer in (*programme.layers, CHANGES)},
        "words": {lang: map_words(programme, Words(lang)) for lang in LANGUAGES},
        "attribution": {"text": boundaries.provenance.attribution, "url": boundaries.provenance.licence_url},
    }


def _states(boundaries: BoundaryVersion) -> Json:
    """Return name and label point of every state, where there is more than one."""
    return {
        str(key): {"name": row["name"], "lat": round(row["label_lat"], 4), "lng": round(row["label_lon"], 4)}
        for key, row in boundaries.states.to_dict("index").items()
    }


def _districts(boundaries: BoundaryVersion) -> Json:
    rows = boundaries.districts.to_dict("index")
    short = map_names(boundaries.districts["name"])
    return {str(key): _district(row, name) for (key, row), name in zip(rows.items(), short, strict=True)}


def _district(row: Mapping[Hashable, object], short: str) -> Json:
    return {
        "name": str(row["name"]),
        "short": short,
        "city": row["kind"] in INDEPENDENT_CITIES,
        "lat": round(float(str(row["label_lat"])), 4),
        "lng": round(float(str(row["label_lon"])), 4),
        "bounds": [round(float(str(row[side])), 4) for side in ("west", "south", "east", "north")],
    }


def _layer(programme: Programme, layer: str) -> Json:
    label, definition = layer_label(programme, layer), layer_definition(programme, layer)
    return {
        "label": label.texts,
        "definition": definition.texts,
        "looks": [_look(look) for look in looks_of(programme, layer)],
    }


def _look(look: LegendClass) -> Json:
    return {
        "code": look.code,
        "key": look.key,
        "label": look.label.texts,
        "paints": [[look.colour, look.hatch_colour], look.dark],
        "hatch": look.hatch,
        "own": look.is_own,
        "optional": look.optional,
        "hasNumber": look.has_number,
    }


def _film_words(words: Words) -> Json:
    return {
        "title": words.say("Verlauf auf der Karte"),
        "month": words.say("Monat"),
        "play": words.say("▶ Verlauf abspielen"),
        "pause": words.say("❚❚ Anhalten"),
        "next": words.say("Einen Monat weiter"),
        "take": words.say("Diesen Stichtag zeigen"),
        "leave": words.say("Verlauf beenden"),
        "file": words.say("Als Bildfolge (GIF)"),
        "now": words.say("Stand der Seite"),
        "total": words.say("{day}: {n} Gemeinden", day="{day}", n="{n}"),
        "loading": words.say("Der Verlauf wird geladen …"),
        "failed": words.say("Der Verlauf konnte nicht geladen werden. Bitte noch einmal versuchen."),
    }


def _how_to_read(programme: Programme, words: Words) -> Json:
    """Return what the map is about and what to do with it, and what else helps to read it."""
    start = words.say(
        "Wo {programme} bei den Kommunen dokumentiert ist. Eine Gemeinde auf der Karte oder in der Suche wählen: Stand, Quellen und Nachbarn stehen dann hier.",
        programme=programme.short,
    )
    texts = [
        words.label(programme.about),
        words.say(
            "Jede Gemeinde hat die Farbe ihrer Klasse am gewählten Stichtag; die Legende zählt sie. Ein Klick auf eine Klasse zeigt nur diese."
        ),
        words.label(programme.provenance),
        words.say(
            "Mit der Tastatur: Pfeiltasten wandern auf der Karte von Gemeinde zu Gemeinde, die Eingabetaste wählt."
        ),
    ]
    return {"start": start, "heading": words.say("So liest man die Karte"), "texts": texts}


def map_words(programme: Programme, words: Words) -> Json:
    """Return what map, legend and table say, by its names in the scripts."""
    points = programme.overview.points
    council = words.label(programme.instrument(points).label) if points else ""
    return {
        "title": words.say(phrases.MAP_OF_MUNICIPALITIES_STATE, state=words.label(programme.territory)),
        "areas": words.say("Gemeinden: mit Pfeiltasten wandern, mit Eingabe wählen"),
        "filtered": words.say("ausgeblendet"),
        "points": council,
        "districtPoints": words.say(phrases.WHAT_OF_DISTRICT, what=council),
        "bodies": words.say(phrases.JOINT_BODY),
        "jointly": words.say(phrases.JOINT_THROUGH, body="{body}"),
        "film": _film_words(words),
        "zoomIn": words.say("Karte vergrößern"),
        "zoomOut": words.say("Karte verkleinern"),
        "home": words.say("Ganze Karte zeigen"),
        "municipality": words.say(phrases.MUNICIPALITY),
        "district": words.say(phrases.DISTRICT),
        "since": words.say(phrases.SINCE),
        "undated": words.say(phrases.UNDATED),
        "readOn": words.say(phrases.UNDATED_READ_DAY, day="{day}"),
        "knownBy": words.say(phrases.DAY_AT_THE_LATEST, day="{day}"),
        "sinces": templates(words),
        "sort": words.say("sortieren"),
        "howToRead": _how_to_read(programme, words),
        "legend": words.say(phrases.LEGEND),
        "drawnAs": words.say(phrases.VIEW),
        "map": words.say(phrases.MAP),
        "tiles": words.say(phrases.IN_TILES),
        "aboutTiles": words.say(phrases.TILES),
        "only": words.say("Nur diese Klasse zeigen oder wieder alle"),
        "table": words.say("Dieselben Gemeinden als Tabelle"),
        "excel": words.say(phrases.TABLE_AS_CSV_FOR_GERMAN_EXCEL),
        "csv": words.say(phrases.TABLE_AS_CSV),
        "rows": words.say(phrases.MUNICIPALITIES_IN_TABLE),
        "rest": words.say("Auch die {n} ohne dokumentierte Aktivität zeigen", n="{n}"),
        "empty": words.say("Keine Gemeinde entspricht der Auswahl."),
    }
