"""Since when something is so on a day, or why that is not known, in as few words as a column of dates has room for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from atlas.analysis.status import StatusLine
from atlas.model.dates import PartialDate
from atlas.model.programme import Stage, StageKind
from atlas.model.states import State
from atlas.present.time_words import STATE_LABELS
from atlas.present.wording import Words

HOLDS, LATER, BEGINS, UNKNOWN, OVER, ENDED, LAPSED = "", "l", "b", "u", "o", "e", "p"
"""What is said of a date, by the letter that stands for it in front of the date on its way to the browser."""


_FIRST, _MOST = date(2000, 1, 1), 10 * 36**2
"""Days are counted from here on, and so many: the next number would begin with a letter."""
_DAYS = ("since_day", "last_proof")
"""Days in a table of cases, texts in a status table."""


class Since(NamedTuple):
    """What stands in a column of dates: of which ``kind`` the date is, by the letters above.

    ``day`` is as known (text), and ``means`` in what sense; undated the day its source was read.
    """

    kind: str
    day: str
    means: str


def since_of(line: StatusLine) -> Since:
    """Return what stands in the column of dates for a line."""
    begun = Since(HOLDS, line.read_on if line.since_means == "undated" else line.since, line.since_means)
    if line.kind == StageKind.EXIT:
        return begun
    since = begun
    match line.state:
        case State.DOCUMENTED_LATER:
            since = begun._replace(kind=BEGINS if line.since_means == "reached" else LATER)
        case State.PERIOD_UNKNOWN:
            since = Since(UNKNOWN, "", "")
        case State.PRESUMED_OVER:
            since = Since(OVER, _as_known(line.last_proof, line.since), "reached")
        case State.ENDED:
            since = Since(ENDED, _as_known(_day_before(line.since_day), line.until), "reached")
        case State.PLAN_LAPSED:
            since = Since(LAPSED, (line.since or line.last_proof)[:4], "reached")
    return since


def sinces_of(rows: pd.DataFrame) -> list[Since]:
    """Return what stands in the column of dates for each row of a status table."""
    return [since_of(line) for line in lines_of(rows)]


def _day_before(day: str) -> str:
    """Return the day before the first on which it no longer held: the last on which it did."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def lines_of(rows: pd.DataFrame) -> list[StatusLine]:
    """Return the rows of a table of cases, or of a status table, as lines of the status."""
    days = {name: rows[name].dt.strftime("%Y-%m-%d").fillna("") for name in _DAYS if rows[name].dtype != object}
    columns = [days.get(name, rows[name]).tolist() for name in StatusLine._fields]
    return list(map(StatusLine._make, zip(*columns, strict=True)))


def _as_known(day: str, said_as: str) -> str:
    """Return a last day as its entry says it, else as far as it may be meant: the end of a year is the year."""
    if not day or (said_as and PartialDate.parse(said_as).last_day().isoformat() == day):
        return said_as if day else ""
    after = date.fromisoformat(day) + timedelta(days=1)
    return day if after.day > 1 else day[:7] if after.month > 1 else day[:4]


def templates(words: Words) -> dict[str, tuple[str, str]]:
    """Return, by letter, what is said with a date put in for ``{since}``, and without one."""
    states = {state: words.label(label) for state, label in STATE_LABELS.items()}
    later = states[State.DOCUMENTED_LATER]
    return {
        HOLDS: ("{since}", ""),
        LATER: (words.say("erst später belegt ({since}), Beginn unbekannt", since="{since}"), later),
        BEGINS: (words.say("Beginn {since}, Tag nicht bekannt", since="{since}"), later),
        UNKNOWN: (states[State.PERIOD_UNKNOWN],) * 2,
        OVER: (words.say("vermutlich beendet, zuletzt belegt {since}", since="{since}"), states[State.PRESUMED_OVER]),
        ENDED: (words.say("beendet, bis {since}", since="{since}"), states[State.ENDED]),
        LAPSED: (words.say("Plan von {since}, nicht weiter belegt", since="{since}"), states[State.PLAN_LAPSED]),
    }


def said(since: Since, words: Words) -> str:
    """Return it in words: ``17.12.2021``, ``vermutlich beendet, zuletzt belegt 2015``."""
    dated, undated = templates(words)[since.kind]
    is_undated = since.means == "undated"
    day = words.since("" if is_undated else since.day, since.means, since.day if is_undated else "")
    return dated.replace("{since}", day) if day else undated


def packed(since: Since) -> str:
    """Return it in a few characters: ``2106``, ``<22``, ``?7lc``, ``o15``, ``.1998``.

    A letter in front says what the date is; ``<`` is "at the latest", ``?`` undated, then the day its source was read.
    A year or month of this century is written without it and without a hyphen, a day by three digits to base 36 that
    count from 2000 on; what they do not reach in full behind a full stop.
    """
    if not since.day:
        return f"{since.kind}?" if since.means == "undated" else since.kind
    sign = {"undated": "?", "known_by": "<", "source": "<"}.get(since.means, "")
    return f"{since.kind}{sign}{_short(since.day)}"


def _short(day: str) -> str:
    if not day.startswith("20"):
        return f".{day}"
    if len(day) < len("2021-06-30"):
        return day[2:].replace("-", "")
    days = (date.fromisoformat(day) - _FIRST).days
    return np.base_repr(days, 36).lower().zfill(3) if days < _MOST else f".{day}"


def ended_by_itself(stage: Stage, words: Words) -> str:
    """Return after which time a stage is presumed over, and that this is the atlas's own rule if it is."""
    months = stage.months or 0
    time = (
        words.count("nach {n} Monat", "nach {n} Monaten", months)
        if months % 12
        else words.count("nach {n} Jahr", "nach {n} Jahren", months // 12)
    )
    return words.say("{time}, Regel des Atlas", time=time) if stage.is_house_rule else time
