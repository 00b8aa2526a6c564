"""Days, months, quarters and years as people type them, in German or English.

`read_partial` reads what tables hold, strictly; `read_day` what somebody types who looks at the answer at once, and so
takes more: words, quarters, years of two digits. What can be read in two ways is refused by both.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.model.dates import PartialDate
from atlas.model.parameters import shown
from atlas.phrases import N_

_Parts = tuple[int, int | None, int | None]
"""Year, month and day as they are written: the month may have fewer days, the year fewer months."""

_MONTHS = "januar februar märz april mai juni juli august september oktober november dezember"
_MONTHS_EN = "january february march april may june july august september october november december"
_MONTH_OF = {name: n for names in (_MONTHS, _MONTHS_EN) for n, name in enumerate(names.split(), 1)} | {
    "maerz": 3,
    "mrz": 3,
}
_TIME = r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_Y, _M, _D, _NAME = "(?P<y>[0-9]{4})", "(?P<m>[0-9]{1,2})", "(?P<d>[0-9]{1,2})", "(?P<name>[A-Za-zÄäöü]{3,9})"
_Y_OR_YY, _Y8, _NTH = "(?P<y>[0-9]{4}|[0-9]{2})", "(?P<y>(?:19|20|21)[0-9]{2})", "(?:st|nd|rd|th)?"


def _compiled(*forms: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form) for form in forms)


_OF_TABLES = _compiled(
    _Y,
    rf"{_Y}[-/]{_M}(?:[-/]{_D}{_TIME})?",
    rf"{_D}\. ?{_M}\. ?{_Y}{_TIME}",
    rf"{_M} ?[./] ?{_Y}",
    rf"(?:{_D}\.? ?)?{_NAME}\.? {_Y}",
)
_TYPED_ONLY = _compiled(
    rf"{_D} ?\. ?{_M} ?\. ?{_Y_OR_YY}",
    rf"{_Y}(?P<sign>[. ]){_M}(?P=sign){_D}",
    rf"{_D}{_NTH}[ .-]*(?:of )?{_NAME}[ .,-]*{_Y_OR_YY}",
    rf"{_NAME}[ .]*{_D}{_NTH},? {_Y}",
    rf"{_NAME}[ .,/-]*{_Y}",
    rf"{_D}(?P<sign>[/ -]){_M}(?P=sign){_Y}",
    rf"{_M}(?P<sign>[/ -]){_D}(?P=sign){_Y}",
    rf"(?P<d>[0-9]{{2}})(?P<m>[0-9]{{2}}){_Y8}",
    rf"{_Y8}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})",
    rf"q ?(?P<q>[1-4])[ /.-]?{_Y}",
    rf"{_Y}[ /-]?q(?P<q>[1-4])",
    rf"(?P<q>[1-4])(?:\.|st|nd|rd|th)? ?(?:quartal|quarter|q)(?: of)?[ /]?{_Y}",
)
_TODAY = {"heute", "jetzt", "today", "now"}
_DAYS_ON = dict.fromkeys(_TODAY, 0) | {
    "gestern": -1, "vorgestern": -2, "morgen": 1, "übermorgen": 2,
    "yesterday": -1, "day before yesterday": -2, "the day before yesterday": -2, "tomorrow": 1,
}  # fmt: skip
_LEAD = re.compile(r"(?:(?:stand|as of|as at)(?: heute| today)?[,:]? |(?:am|zum|on) )")
_END = re.compile(r"(?:jahresende|year[ -]end|(?:the )?end of(?: the year)?|ende(?: des jahres)?|end) ")


def read_partial(raw: str) -> PartialDate | None:
    """Return the date a cell of a table holds; None if it is none or does not exist."""
    parts = next(_said(raw, _OF_TABLES), None)
    return parts and existing(*parts)


def existing(year: int, month: int | None, day: int | None) -> PartialDate | None:
    """Return the date of these parts; None if there is no such day or month."""
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return PartialDate(year, month, day) if month != 0 and day != 0 else None


def means_today(text: str) -> bool:
    """Return whether a text means today whichever day that is, not the day of a date."""
    return _bare(text)[0] in _TODAY


def read_day(text: str, today: date) -> date:
    """Return the day that a typed text means: of a month, quarter or year the last one.

    Raises
    ------
    AtlasError
        If it can't be read, in two ways, or there is no such day.
    """
    bare, is_end = _bare(text)
    if bare in _DAYS_ON and not is_end:
        return today + timedelta(days=_DAYS_ON[bare])
    said = set(_said(bare, (*_OF_TABLES, *_TYPED_ONLY)))
    found = {known for parts in said if (known := existing(*parts))}
    if len(found) == 1 and not (is_end and any(known.day for known in found)):
        return found.pop().last_day()
    raise AtlasError(_refusal(" ".join(text.split()), said, found))


def _bare(text: str) -> tuple[str, bool]:
    """Return a typed text as the forms have it, without what only introduces it; and whether it says "the end of"."""
    small = " ".join(unicodedata.normalize("NFC", text).lower().split()).strip(" ,;")
    small = _LEAD.sub("", small, count=1) if _LEAD.match(small) else small
    end = _END.match(small)
    return (small[end.end() :], True) if end else (small, False)


def _said(text: str, forms: Iterable[re.Pattern[str]]) -> Iterator[_Parts]:
    """Yield what a text says by each of the forms it has."""
    for form in forms:
        if match := form.fullmatch(text):
            parts = match.groupdict()
            month = _month(parts)
            if month is None and parts.get("name"):
                continue
            year, day = parts["y"], parts.get("d")
            yield int(year) + (2000 if len(year) == len("22") else 0), month, int(day) if day else None


def _month(parts: dict[str, str | None]) -> int | None:
    if quarter := parts.get("q"):
        return 3 * int(quarter)
    if name := parts.get("name"):
        found = {number for full, number in _MONTH_OF.items() if full.startswith(name.lower())}
        return found.pop() if len(found) == 1 else None
    month = parts.get("m")
    return int(month) if month else None


def _refusal(given: str, said: Iterable[_Parts], found: set[PartialDate]) -> Problem:
    values: dict[str, str | int | float] = {"given": shown(given)}
    if len(found) > 1:
        return Problem("", phrases.TWO_DAYS, values)
    for year, month, day in said:
        if day and month and not found and existing(year, month, None):
            text = N_("„{given}“ gibt es nicht: dieser Monat hat {n} Tage. Bitte einen davon wählen.")
            return Problem("", text, {**values, "n": calendar.monthrange(year, month)[1]})
    text = N_(
        "„{given}“ ist kein Tag, den der Atlas versteht; verstanden wird etwa 15.3.2022, März 2022, Q2 2022, Ende 2021 oder "
        "gestern."
    )
    return Problem("", text, values)
