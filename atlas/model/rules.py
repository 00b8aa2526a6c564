"""What every entry of the record must be, wherever it comes from: file, form or import. The one place of these rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from atlas.errors import Problem
from atlas.model.dates import PartialDate
from atlas.model.programme import Programme
from atlas.model.records import DATE_MEANINGS

Row = Mapping[Any, str]
Fault = tuple[str, str, dict[str, str | int | float]]
"""Column, sentence, values."""
Checker = Callable[[Row], Iterable[Fault]]

_PARTICIPANT = re.compile(r"[0-9]{8}|[0-9]{5}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MAX_TEXT = 2_000


def faults(rows: Iterable[tuple[int, Row]], check: Checker, place: str) -> list[Problem]:
    """Return the faults of numbered rows; ``place`` stands before their numbers."""
    return [
        Problem(f"{place} {line}, {column}", text, values) for line, row in rows for column, text, values in check(row)
    ]


def record_checker(programme: Programme, keys: frozenset[str]) -> Checker:
    """Return what gives the faults of one row."""

    def check(row: Row) -> Iterable[Fault]:
        yield from check_key(row["ags"], keys)
        yield from check_stage(row["instrument"], row["status"], programme)
        yield from check_date(row["date"], "date")
        yield from check_date(row["source_date"], "source_date")
        yield from check_meaning(row["date_means"], has_date=bool(row["date"]))
        yield from check_source(row["source_url"])
        for column in ("municipality", "joint_with", "note"):
            yield from check_text(row[column], column)

    return check


def check_key(key: str, keys: frozenset[str]) -> Iterable[Fault]:
    """Yield what is wrong with the key of a participant; ``keys`` are those that exist or have existed."""
    if not _PARTICIPANT.fullmatch(key):
        text = "„{given}“ hat nicht acht Ziffern (Gemeinde) oder fünf (Kreis). Führende Nullen gehören dazu."
        yield "ags", text, {"given": key}
    elif key not in keys:
        text = "Den Schlüssel {given} gibt es in den Gebietsständen nicht."
        closest = closest_key(key, keys)
        if closest:
            text = "Den Schlüssel {given} gibt es in den Gebietsständen nicht; am ähnlichsten ist {closest}."
        yield "ags", text, {"given": key, "closest": closest}


def closest_key(key: str, keys: Iterable[str]) -> str:
    """Return the key with the fewest digits other or swapped, at most two; empty if there is none."""
    found = process.extractOne(key, sorted(keys), scorer=OSA.distance, score_cutoff=2)
    return str(found[0]) if found else ""


def check_stage(instrument: str, status: str, programme: Programme) -> Iterable[Fault]:
    """Yield what is wrong with instrument and stage."""
    stages = {each.key: [stage.key for stage in each.stages] for each in programme.instruments}
    if instrument not in stages:
        text = "„{given}“ ist kein Instrument des Programms; erlaubt ist {allowed}."
        yield "instrument", text, {"given": instrument, "allowed": ", ".join(stages)}
    elif status not in stages[instrument]:
        text = "„{given}“ ist keine Stufe von {instrument}; erlaubt ist {allowed}."
        allowed = ", ".join(stages[instrument])
        yield "status", text, {"given": status, "instrument": instrument, "allowed": allowed}


def check_date(text: str, column: str) -> Iterable[Fault]:
    """Yield what is wrong with a partial date."""
    if text:
        try:
            PartialDate.parse(text)
        except ValueError:
            sentence = "Das Datum „{given}“ gibt es nicht; erlaubt ist JJJJ, JJJJ-MM oder JJJJ-MM-TT."
            yield column, sentence, {"given": text}


def check_meaning(means: str, *, has_date: bool) -> Iterable[Fault]:
    """Yield what is wrong with the meaning of a date."""
    if means not in DATE_MEANINGS or bool(means) != has_date:
        text = "„{given}“ passt nicht; erlaubt ist reached oder known_by, leer nur ohne Datum."
        yield "date_means", text, {"given": means}


def check_source(source: str) -> Iterable[Fault]:
    """Yield what is wrong with a source: it is a web address or a title, see `atlas.model.records.web_address`."""
    if not source:
        yield "source_url", "Die Quelle fehlt. Jeder Eintrag braucht eine Adresse oder einen Titel.", {}
    yield from check_text(source, "source_url")


def check_text(text: str, column: str) -> Iterable[Fault]:
    """Yield what is wrong with a text."""
    if len(text) > _MAX_TEXT:
        sentence = "Der Text hat {count} Zeichen; erlaubt sind {most}."
        yield column, sentence, {"count": len(text), "most": _MAX_TEXT}
    if _CONTROL.search(text):
        sentence = "Der Text enthält Steuerzeichen, die niemand sieht. Bitte neu eintippen."
        yield column, sentence, {}
