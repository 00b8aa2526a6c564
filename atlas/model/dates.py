"""Dates known to the day, the month or the year; moments as people write them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time
from zoneinfo import ZoneInfo

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")

ZONE = ZoneInfo("Europe/Berlin")
"""What people mean by a time of day."""


def parse_moment(text: str, now: datetime) -> datetime:
    """Return the moment of ``2026-11-01T12:00``: in Germany, unless it says another offset.

    A day alone means its end; the one that is not over yet means now.

    Raises
    ------
    ValueError
        If the form is another.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        if not 1 < moment.year < MAXYEAR:  # no other zone has a day for it
            raise ValueError(text) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    return now if day == now.astimezone(ZONE).date() else datetime.combine(day, time.max, ZONE)


def year_before(day: date) -> date:
    """Return the same day a year earlier; the 28th of February for a 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


@dataclass(frozen=True)
class PartialDate:
    """A date as a source gives it: ``2021``, ``2021-06`` or ``2021-06-30``. Dates of two lengths are never the same."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Return the date for ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

        Raises
        ------
        ValueError
            If the form is another or the day does not exist.
        """
        match = _FORM.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None  # noqa: S101 - the form has a year; tells mypy so
        date(year, 1 if month is None else month, 1 if day is None else day)
        return cls(year, month, day)

    def first_day(self) -> date:
        """Return the first day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def last_day(self) -> date:
        """Return the last day it can mean: the day from which a record with this date counts."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
        if self.day is not None:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)
