"""Records of participation and published totals, as tables with known columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import pandas as pd

DATE_MEANINGS = ("", "reached", "known_by")
"""``reached`` on that date, or ``known_by`` it at the latest ("Stand"); empty without a date."""

RECORD_COLUMNS = (
    "ags",
    "municipality",
    "instrument",
    "status",
    "date",
    "date_means",
    "joint_with",
    "note",
    "source_url",
    "source_date",
)
"""Columns of ``data/participation/*.csv``, all text."""

TOTAL_COLUMNS = ("date", "measure", "value", "note", "source_url")
"""Columns of ``data/totals/*.csv``."""


_NOT_IN_ADDRESS = re.compile(r'[\x00-\x20<>"\\`]')


@dataclass(frozen=True, eq=False)
class Records:
    """Everything documented about one programme.

    Attributes
    ----------
    table
        RangeIndex. The columns of `RECORD_COLUMNS` as text, empty text for what is not given, and ``line``: the
        line of the file, counted as an editor counts, or the number of the entry in the store (then with ``version``).
        ``ags`` has eight digits (municipality) or five (district).
    totals
        RangeIndex. The columns of `TOTAL_COLUMNS`; ``value`` is an integer, the rest text.
    places
        How a message names an entry, with ``line`` after it: ``data/participation/mein_programm.csv, Zeile``.
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    places: str = "Zeile"


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
