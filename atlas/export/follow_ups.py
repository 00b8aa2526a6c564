"""Follow-ups as a table and as a calendar, for those who may read them. No public route knows this module."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
from icalendar import Calendar, Event

from atlas import phrases
from atlas.present.follow_ups import DueRow
from atlas.present.wording import Words


def due_table(rows: Sequence[DueRow], words: Words) -> pd.DataFrame:
    """Return the list with headings for readers; days overdue as whole numbers, negative before the date."""
    titles = (
        "AGS",
        words.say(phrases.MUNICIPALITY),
        words.say(phrases.DISTRICT),
        words.say(phrases.NEXT_STEP),
        words.say("fällig am"),
        words.say("Tage überfällig"),
        words.say(phrases.PRIVATE_NOTE),
    )
    found = [
        (
            row.ags,
            row.name,
            row.district,
            row.written.step,
            words.day(row.written.due) if row.written.due else "",
            "" if row.late is None else row.late,
            row.written.note,
        )
        for row in rows
    ]
    return pd.DataFrame(found, columns=list(titles), dtype=object)


def due_calendar(rows: Sequence[DueRow], title: str, programme: str, address: str = "") -> bytes:
    """Return the dated steps as a calendar (RFC 5545): one event of a whole day each.

    Events and not to-dos: Outlook and Google leave to-dos of a feed out. Neither notes nor names of people are in it:
    a calendar is often copied to other services. The same step keeps its UID, so that a moved date moves the event.
    ``title`` is what calendar programs call it, ``address`` that of the application; without it there are no links.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Praeventionsatlas//Wiedervorlagen//DE")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    for row in rows:
        if row.written.due is not None:
            calendar.add_component(_event(row, programme, address))
    made: bytes = calendar.to_ical()
    return made


def _event(row: DueRow, programme: str, address: str) -> Event:
    written = row.written
    stamp = written.recorded_at or datetime(1970, 1, 1, tzinfo=UTC)
    event = Event()
    event.add("uid", f"wiedervorlage-{programme}-{written.ags}@praeventionsatlas")
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", written.version)
    event.add("summary", f"{row.name}: {_one_line(written.step)}")
    assert written.due is not None  # noqa: S101 - the caller left the others out; tells mypy so
    event.add("dtstart", written.due)
    event.add("dtend", written.due + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    if address:
        event.add("url", f"{address}/pflege?gemeinde={row.ags}")
    return event


def _one_line(text: str) -> str:
    """Return a text without line breaks and control characters, which calendars may not hold."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
