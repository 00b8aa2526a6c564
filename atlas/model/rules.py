"""What every entry of the record must be, wherever it comes from: file, form or import. The one place of these rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from atlas import phrases
from atlas.errors import Problem
from atlas.model.dates import PartialDate
from atlas.model.programme import Programme
from atlas.model.records import DATE_MEANINGS, READ_ON
from atlas.phrases import N_

Row = Mapping[Any, str]
Fault = tuple[str, str, dict[str, str | int | float]]
"""Column, sentence, values."""
Checker = Callable[[Row], Iterable[Fault]]

_PARTICIPANT = re.compile(r"[0-9]{8}|[0-9]{5}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f]")
_MAX_TEXT = 2_000
MOST_CASE = 80
"""So many characters the name of a case may have."""
INFERRED = ("", "yes")


RULES = (
    N_("Der Schlüssel hat acht oder fünf Ziffern, und es gibt oder gab ihn."),
    N_("Baustein und Stufe gibt es im Programm."),
    N_("Jedes Datum gibt es im Kalender, und es steht dabei, was es bedeutet."),
    N_("Nichts endet, bevor es beginnt."),
    N_("Keine Quelle ist vor dem gelesen, wovon sie berichtet."),
    N_("Jeder Eintrag nennt seine Quelle."),
)
"""What `record_checker` looks at, in the words of those who read it."""


def faults(rows: Iterable[tuple[int, Row]], check: Checker, place: str) -> list[Problem]:
    """Return the faults of numbered rows; ``place`` stands before their numbers."""
    return [
        Problem(f"{place} {line}, {column}", text, values) for line, row in rows for column, text, values in check(row)
    ]


def record_checker(programme: Programme, keys: frozenset[str]) -> Checker:
    """Return what gives the faults of one row: `RECORD_COLUMNS`, and `READ_ON` where somebody knows it."""

    def check(row: Row) -> Iterable[Fault]:
        yield from check_key(row["ags"], keys)
        yield from check_stage(row["instrument"], row["status"], programme)
        for column in ("date", "source_date", "until"):
            yield from check_date(row[column], column)
        yield from check_meaning(row["date_means"], has_date=bool(row["date"]))
        yield from check_end(row)
        yield from check_read(row)
        yield from check_inferred(row["inferred"])
        yield from check_case(row["case"])
        yield from check_source(row["source_url"])
        for column in ("municipality", "joint_with", "note"):
            yield from check_text(row[column], column)

    return check


def check_key(key: str, keys: frozenset[str]) -> Iterable[Fault]:
    """Yield what is wrong with the key of a participant; ``keys`` are those that exist or have existed."""
    if not _PARTICIPANT.fullmatch(key):
        text = N_("„{given}“ hat nicht acht Ziffern (Gemeinde) oder fünf (Kreis). Führende Nullen gehören dazu.")
        yield "ags", text, {"given": key}
    elif key not in keys:
        yield "ags", N_("Den Schlüssel {given} hat und hatte keine Gemeinde und kein Kreis."), {"given": key}


def check_stage(instrument: str, status: str, programme: Programme) -> Iterable[Fault]:
    """Yield what is wrong with instrument and stage."""
    stages = {each.key: [stage.key for stage in each.stages] for each in programme.instruments}
    if instrument not in stages:
        yield "instrument", phrases.NO_INSTRUMENT_OF_PROGRAMME, {"given": instrument, "allowed": ", ".join(stages)}
    elif status not in stages[instrument]:
        text = N_("„{given}“ ist keine Stufe von {instrument}; erlaubt ist {allowed}.")
        allowed = ", ".join(stages[instrument])
        yield "status", text, {"given": status, "instrument": instrument, "allowed": allowed}


def check_date(text: str, column: str) -> Iterable[Fault]:
    """Yield what is wrong with a partial date."""
    if text and _parsed(text) is None:
        sentence = N_("Das Datum „{given}“ gibt es nicht; erlaubt ist JJJJ, JJJJ-MM oder JJJJ-MM-TT.")
        yield column, sentence, {"given": text}


def _parsed(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None


def check_end(row: Row) -> Iterable[Fault]:
    """Yield what is wrong with ``until``: nothing ends before it was reached. It may lie in the future."""
    if not row["until"] or row["date_means"] != "reached":
        return
    began, ended = _parsed(row["date"]), _parsed(row["until"])
    if began and ended and ended.last_day() < began.first_day():
        text = N_("Das Ende „{until}“ liegt vor dem Beginn „{date}“. Bitte eines von beiden berichtigen.")
        yield "until", text, {"until": row["until"], "date": row["date"]}


def check_read(row: Row) -> Iterable[Fault]:
    """Yield what is wrong with the day the source was read: no source tells of what begins later."""
    read_on = row["retrieved"] or row.get(READ_ON, "")
    day = _parsed(read_on)
    if row["retrieved"] and (day is None or day.day is None):
        yield "retrieved", phrases.ONLY_A_DAY, {"given": row["retrieved"]}
    elif day:
        for column in ("date", "source_date"):
            if is_after_reading(row[column], read_on) and _parsed(row[column]):
                text = N_(
                    "Das Datum „{given}“ beginnt erst, nachdem die Quelle gelesen wurde ({read_on}). Bitte das Datum "
                    "berichtigen, oder in retrieved den Tag angeben, an dem die Quelle gelesen wurde."
                )
                yield column, text, {"given": row[column], "read_on": read_on}


def is_after_reading(given: str, read_on: str) -> bool:
    """Return whether the first day a partial date can mean is after an ISO day: a shorter text sorts before its days."""
    return given > read_on


def check_inferred(given: str) -> Iterable[Fault]:
    """Yield what is wrong with the mark of an entry concluded from a general sentence."""
    if given not in INFERRED:
        text = N_(
            "„{given}“ ist hier nicht erlaubt: bitte yes angeben, wenn der Eintrag erschlossen ist, sonst nichts."
        )
        yield "inferred", text, {"given": given}


def check_case(name: str) -> Iterable[Fault]:
    """Yield what is wrong with the short name of a case: one line, `MOST_CASE` characters."""
    yield from check_text(name, "case", MOST_CASE, _CONTROL_OR_BREAK)


def check_meaning(means: str, *, has_date: bool) -> Iterable[Fault]:
    """Yield what is wrong with the meaning of a date."""
    if means not in DATE_MEANINGS or bool(means) != has_date:
        text = N_("„{given}“ passt nicht; erlaubt ist reached oder known_by, leer nur ohne Datum.")
        yield "date_means", text, {"given": means}


def check_source(source: str) -> Iterable[Fault]:
    """Yield what is wrong with a source: it is a web address or a title, see `atlas.model.records.web_address`."""
    if not source:
        yield "source_url", N_("Die Quelle fehlt. Jeder Eintrag braucht eine Adresse oder einen Titel."), {}
    yield from check_text(source, "source_url")


def check_text(text: str, column: str, most: int = _MAX_TEXT, forbidden: re.Pattern[str] = _CONTROL) -> Iterable[Fault]:
    """Yield what is wrong with a text."""
    if len(text) > most:
        sentence = phrases.TEXT_TOO_LONG
        yield column, sentence, {"count": len(text), "most": most}
    if forbidden.search(text):
        sentence = N_("Der Text enthält Steuerzeichen, die niemand sieht. Bitte neu eintippen.")
        yield column, sentence, {}
