"""Records of participation and published totals, as tables with known columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from urllib.parse import urlsplit

import pandas as pd

from atlas.model.dates import PartialDate
from atlas.model.edits import Record
from atlas.model.programme import Unit

DATE_MEANINGS = ("", "reached", "known_by")
"""``reached`` on that date, or ``known_by`` it at the latest ("Stand"); empty without a date."""

RECORD_COLUMNS = tuple(each.name for each in fields(Record))
"""Columns of ``data/participation/*.csv``, all text.

``until``: last day, month or year it held or was granted for. ``case``: short name that keeps arrangements of one
participant in one instrument apart. ``retrieved``: day the source was read. ``inferred``: ``yes`` where the entry was
concluded from a general sentence, not read about this participant. What each means for time is in `atlas.analysis.spans`.
"""
OPTIONAL_COLUMNS = ("until", "case", "retrieved", "inferred")
"""Columns that a file of the record may lack."""
READ_ON = "read_on"
"""Column of a record's table that no file has, an ISO day, never empty: ``retrieved`` where it is said, else the day the
entry entered the store, without a store that of the programme's file."""

TOTAL_COLUMNS = ("date", "measure", "value", "note", "source_url", "counts", "unit")
"""Columns of ``data/totals/*.csv``. ``counts`` and ``unit`` say what this total counts (`atlas.model.programme.Counts`,
`atlas.model.programme.Unit`); empty: what the programme says of its measure."""
OPTIONAL_TOTALS = ("counts", "unit")
"""Columns that a file of totals may lack."""


_NOT_IN_ADDRESS = re.compile(r'[\x00-\x20<>"\\`]')


@dataclass(frozen=True, kw_only=True)
class Target:
    """So many municipalities or arrangements in an instrument by a day."""

    instrument: str
    day: date
    value: int
    unit: Unit
    source: str
    source_date: str
    retrieved: str


@dataclass(frozen=True, eq=False)
class Records:
    """Everything documented about one programme."""

    table: pd.DataFrame
    """RangeIndex. The columns of `RECORD_COLUMNS` as text, empty text for what is not given, `READ_ON`, and ``line``:
    the line of the file, counted as an editor counts, or the number of the entry in the store (then with
    ``version``). ``ags`` has eight digits (municipality) or five (district)."""
    totals: pd.DataFrame
    """RangeIndex. The columns of `TOTAL_COLUMNS`; ``value`` is an integer, the rest text."""
    targets: tuple[Target, ...] = ()
    """In order of date; empty where nobody has published any."""
    places: str = "Zeile"
    """How a message names an entry, with ``line`` after it: ``data/participation/mein_programm.csv, Zeile``."""


def newest_source_day(table: pd.DataFrame) -> date | None:
    """Return the newest day on which a source of a record was read; None if nothing says a day.

    Where no entry says that, the newest date of a source, else the newest date at all; the first day a partial date can
    mean. The record is as new as that, whatever the clock says.
    """
    for column in (READ_ON, "retrieved", "source_date", "date"):
        texts = table[column].unique() if column in table.columns else ()
        known = [PartialDate.parse(text).first_day() for text in texts if text]
        if known:
            return max(known)
    return None


def web_address(source: str) -> str | None:
    """Return ``source`` if it is an http or https address with a host, else None: then it is a title."""
    if _NOT_IN_ADDRESS.search(source):
        return None
    try:
        parts = urlsplit(source)
        host = parts.hostname
    except ValueError:
        return None
    return source if parts.scheme in {"http", "https"} and host else None


def source_name(source: str) -> str:
    """Return the host of a source that is a web address, ``beispiel.de``; a title as it is."""
    link = web_address(source)
    return (urlsplit(link).hostname or "").removeprefix("www.") if link else source
