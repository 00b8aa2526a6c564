"""What people write into cells, read as the record writes it: dates, their meaning, sources, texts.

Each reader gives a value and remarks. What was only written differently is taken over; what was repaired is said; what can
be read in two ways is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from atlas import phrases
from atlas.analysis.columns import folded
from atlas.errors import Problem, Severity
from atlas.model.dates import ZONE, PartialDate
from atlas.model.records import web_address
from atlas.model.rules import INFERRED, Fault, check_case, check_inferred, check_source, check_text
from atlas.model.typed_dates import existing, read_partial
from atlas.phrases import N_

Values = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Remark:
    """What there is to say about one cell."""

    text: str
    values: Values = field(default_factory=dict)
    severity: Severity = Severity.BLOCKER
    """All three as in `atlas.errors.Problem`. A blocker stops the import, a warning is for a person to decide, a note
    says how something was read."""
    suggestion: str = ""
    """What probably belongs there; empty if nothing can be suggested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Remark):
    """One finding about a table: a remark and its place."""

    line: int = 0
    """As in Excel or an editor; 0 for the table as a whole."""
    column: str = ""
    """Heading as in the table; empty for the whole line."""
    given: str = ""
    """What the cell says; empty for the whole line."""
    setting: str = ""
    """Our name for the field, if it is about what is set for all rows."""

    @property
    def problem(self) -> Problem:
        """Return it as a problem with its place; the suggestion is not part of it."""
        place = [f"Zeile {self.line}"] if self.line else []
        place += [phrases.FOR_ALL_ROWS, self.setting] if self.setting else []
        place += [f"Spalte „{self.column}“"] if self.column else []
        return Problem(", ".join(place), self.text, dict(self.values), self.severity)


class Reading(NamedTuple):
    """A cell as the record writes it. With a blocker among the remarks the value is not to be used."""

    value: str
    remarks: tuple[Remark, ...] = ()

    def also(self, remark: Remark) -> Reading:
        """Return it with one more remark."""
        return Reading(self.value, (*self.remarks, remark))


_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_JOINED = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_SLASHED = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})")
_MONTH_AND_YEAR = re.compile(r"([A-Za-zÄäöü]{3,9})\.?[ -]?['’]?([0-9]{2})")
_SERIALS = range(20_000, 80_001)
_EPOCH = date(1899, 12, 30)
_YEAR_SERIALS = range(1900, 2101)
_OLD = 1950
_NOTHING = {"", "ka", "na", "nan", "none", "null", "unbekannt", "unknown", "offen", "folgt", "tbd", "keineangabe", "x"}
_EXCEL_FAULTS = {
    "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#SPILL!", "#CALC!",
    "#BEZUG!", "#WERT!", "#NV", "#ZAHL!", "#ÜBERLAUF!",
}  # fmt: skip
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u2013-\u203a\u20ac]|â€|\ufffd")
_SPELLED = {"yes": "yes, ja, j, y, true, wahr, x, 1", "": ", no, nein, n, false, falsch, 0"}
_MEANINGS = {
    "reached": "reached, erreicht, am, seit, erreicht am, since",
    "known_by": "known_by, known by, spätestens, bekannt, Stand, spätestens am, at the latest, as of",
}
_MARKS = {folded(name): mark for mark in INFERRED for name in _SPELLED[mark].split(", ")}
_MEANS = {folded(name): key for key, names in _MEANINGS.items() for name in names.split(", ")}
_SAID = sorted((name for names in _MEANINGS.values() for name in names.split(", ")), key=len, reverse=True)
_LEAD = re.compile(rf"({'|'.join(_SAID)})\b[:,]? *", re.IGNORECASE)


def remark_of(fault: Fault, suggestion: str = "") -> Remark:
    """Return the remark that a rule of the record is broken."""
    return Remark(fault[1], fault[2], suggestion=suggestion)


def is_blocked(remarks: Iterable[Remark]) -> bool:
    """Return whether one of the remarks stops the use of a cell."""
    return any(remark.severity is Severity.BLOCKER for remark in remarks)


def is_after(text: str, day: date) -> bool:
    """Return whether a text is a date that begins after a day."""
    try:
        return PartialDate.parse(text).first_day() > day
    except ValueError:
        return False


def _says_nothing(raw: str) -> bool:
    """Return whether a cell only says that nothing is known; words in other scripts say something."""
    word = folded(raw)
    return word in _NOTHING and (bool(word) or not any(sign.isalnum() for sign in raw))


def damage(raw: str) -> Remark | None:
    """Return what is wrong with a cell whatever it means: Excel's fault values, umlauts in pieces; None if nothing is."""
    if raw.startswith("#") and (raw.upper() in _EXCEL_FAULTS or not raw.strip("#")):
        text = N_("„{given}“ ist ein Fehlerwert von Excel. Bitte die Zelle neu ausfüllen.")
        return Remark(text, {"given": raw[:20]})
    if not raw.isascii() and _MOJIBAKE.search(raw):
        text = N_(
            "Umlaute oder Sonderzeichen sind zerstört („{given}“). Bitte die Datei noch einmal als UTF-8 oder .xlsx speichern."
        )
        return Remark(text, {"given": raw[:60]}, suggestion=_mended(raw))
    return None


def _mended(raw: str) -> str:
    try:
        return raw.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


def read_retrieved(raw: str, today: date) -> Reading:
    """Read the day on which a source was read."""
    read = read_date(raw, today)
    if read.value and not is_blocked(read.remarks) and PartialDate.parse(read.value).day is None:
        text = N_("Wann die Quelle gelesen wurde, wird als Tag angegeben, etwa 31.12.2025.")
        return read.also(Remark(text))
    return read


def read_date(raw: str, latest: date | None = None) -> Reading:
    """Read a date, known to the day, month or year; German or ISO, months by name, days as Excel counts them."""
    if not raw:
        return Reading("")
    remarks: list[Remark] = []
    known = read_partial(raw)
    if known is None:
        known, text, severity = _read_otherwise(raw)
        remarks.append(Remark(text, {"given": raw, "day": str(known)}, severity))
    if known is None:
        return Reading(raw, (_no_date(raw),))
    remarks += _doubts(known, raw, latest)
    return Reading(str(known), tuple(remarks))


def _read_otherwise(raw: str) -> tuple[PartialDate | None, str, Severity]:
    """Return a date in a form that is said to be read so, the sentence, and how much of a doubt it is."""
    if (serial := _SERIAL.fullmatch(raw)) and int(serial[1]) in _SERIALS:
        text = N_("Die Zahl {given} ist ein Tag, wie Excel ihn zählt: {day}.")
        return _day(_EPOCH + timedelta(days=int(serial[1]))), text, Severity.NOTE
    if month := _MONTH_AND_YEAR.fullmatch(raw):
        text = N_("„{given}“ ist als Monat gelesen: {day}. Bitte das Jahr mit vier Ziffern schreiben.")
        return read_partial(f"{month[1]} 20{month[2]}"), text, Severity.WARNING
    if len(meant := _days_meant(raw)) == 1:
        return meant.pop(), N_("„{given}“ ist als {day} gelesen."), Severity.NOTE
    text = N_("„{given}“ ist ein Zeitpunkt; in Deutschland war es der {day}.")
    try:
        moment = datetime.fromisoformat(raw)
        return (_day(moment.astimezone(ZONE).date()) if moment.tzinfo else None), text, Severity.NOTE
    except (ValueError, OverflowError):
        return None, "", Severity.NOTE


def _day(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def _days_meant(raw: str) -> set[PartialDate]:
    """Return the days that numbers can mean: eight digits, year first, or parted by strokes or hyphens, year last."""
    if joined := _JOINED.fullmatch(raw):
        year, *tries = int(joined[1]), (int(joined[2]), int(joined[3]))
    elif slashed := _SLASHED.fullmatch(raw):
        year, *tries = int(slashed[3]), (int(slashed[1]), int(slashed[2])), (int(slashed[2]), int(slashed[1]))
    else:
        return set()
    return {known for month, day in tries if (known := existing(year, month, day))}


def _doubts(known: PartialDate, raw: str, latest: date | None) -> Iterable[Remark]:
    first = known.first_day()
    serial = (first - _EPOCH).days
    if known.day is not None and serial in _YEAR_SERIALS:
        text = N_(
            "Aus dem Jahr {year} hat Excel den {given} gemacht: die Zelle ist als Datum formatiert. Bitte als Text formatieren."
        )
        yield Remark(text, {"year": serial, "given": raw}, suggestion=str(serial))
    elif latest and first > latest:
        text = N_("Das Datum {given} liegt in der Zukunft (heute ist der {today}).")
        yield Remark(text, {"given": raw, "today": latest.strftime("%d.%m.%Y")})
    elif known.year < _OLD:
        text = N_("Das Datum {given} liegt sehr weit zurück. Bitte das Jahr prüfen.")
        yield Remark(text, {"given": raw}, Severity.WARNING)


def _no_date(raw: str) -> Remark:
    if _says_nothing(raw):
        text = N_("„{given}“ ist kein Datum. Ist keines bekannt, bleibt die Zelle leer.")
        return Remark(text, {"given": raw})
    if short := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{2})", raw):
        day, month, year = map(int, short.groups())
        text = N_("Das Jahr in „{given}“ hat nur zwei Ziffern. Bitte mit vier schreiben.")
        return Remark(text, {"given": raw}, suggestion=str(existing(2000 + year, month, day) or ""))
    if meant := _days_meant(raw):
        days = sorted(map(str, meant), reverse=True)
        return Remark(phrases.TWO_DAYS, {"given": raw}, suggestion=" / ".join(days))
    text = N_("Das Datum „{given}“ gibt es nicht; verstanden wird etwa 31.12.2025, 12/2025, 2025 oder 2025-12-31.")
    return Remark(text, {"given": raw[:60]}, suggestion=_nearest_date(raw))


def _nearest_date(raw: str) -> str:
    if wrong := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", raw):
        day, month, year = map(int, wrong.groups())
        return str(existing(year, day, month) or existing(year, month, None) or year)
    year_in = re.search(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", raw)
    return year_in[0] if year_in else ""


def meaning_of(raw: str) -> str:
    """Return what a date means as the record says it; a word that is unknown stays."""
    return _MEANS.get(folded(raw), raw)


def meaning_before(raw: str) -> tuple[str, str]:
    """Return a date without the word before it that says what it means, and that: ``Stand: 2020`` is known by 2020."""
    lead = _LEAD.match(raw)
    return (raw[lead.end() :], meaning_of(lead[1])) if lead else (raw, "")


def checked(value: str, faults: Iterable[Fault]) -> Reading:
    """Return the reading of a cell that breaks these rules of the record."""
    return Reading(value, tuple(map(remark_of, faults)))


def read_yes(raw: str) -> Reading:
    """Read a mark: it is there or not."""
    value = _MARKS.get(folded(raw), raw)
    return checked(value, check_inferred(value))


def read_case(raw: str) -> Reading:
    """Read the short name of a case."""
    value = unquoted(raw)
    return checked(value, check_case(value))


def read_source(raw: str) -> Reading:
    """Read a source: an address or a title."""
    value = unquoted(raw)
    if value and _says_nothing(value):
        text = N_("„{given}“ ist keine Quelle. Jeder Eintrag braucht eine Adresse oder einen Titel.")
        return Reading(value, (Remark(text, {"given": value}),))
    read = checked(value, check_source(value))
    if not read.remarks and (value.lower().startswith("www.") or "://" in value) and not web_address(value):
        text = N_("„{given}“ ist keine vollständige Adresse im Netz und würde als Titel gelesen.")
        whole = f"https://{value}" if web_address(f"https://{value}") and "://" not in value else ""
        return Reading(value, (Remark(text, {"given": value[:200]}, Severity.WARNING, whole),))
    return read


def read_text(raw: str, column: str) -> Reading:
    """Read a text that means only itself."""
    value = unquoted(raw)
    read = checked(value, check_text(value, column))
    if value.startswith("=") and value == raw:
        text = N_("Der Text beginnt wie eine Formel und wird als Text übernommen.")
        return read.also(Remark(text, severity=Severity.WARNING))
    return read


def unquoted(raw: str) -> str:
    """Return a text without the apostrophe that our own files put before what a spreadsheet would take for a formula."""
    return raw[1:] if len(raw) > 1 and raw[0] == "'" and raw[1] in "=+-@\t\r\n" else raw


def readers(today: date) -> dict[str, Callable[[str], Reading]]:
    """Return by field what reads a cell that nothing else of its row is needed for; dates after ``today`` are faults."""
    return {
        "date": lambda raw: read_date(meaning_before(raw)[0], today),
        "source_date": lambda raw: read_date(meaning_before(raw)[0], today),
        "until": read_date,
        "retrieved": lambda raw: read_retrieved(meaning_before(raw)[0], today),
        "source_url": read_source,
        "case": read_case,
        "inferred": read_yes,
        "joint_with": partial(read_text, column="joint_with"),
        "note": partial(read_text, column="note"),
    }
