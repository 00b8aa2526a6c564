"""The table behind a curve: what counted at the end of each year, and every flow since; each number opens its list."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from atlas import phrases
from atlas.analysis.counting import Figure
from atlas.analysis.events import FLOWS, in_period
from atlas.analysis.progress import Course, progress
from atlas.model.place_names import german_key
from atlas.model.programme import Counts, Instrument
from atlas.phrases import N_
from atlas.present.changes import flow_words, of_flow
from atlas.present.context import ViewContext
from atlas.present.figures import DrillDown, arrangement_rows, municipality_rows
from atlas.present.population import people_percent
from atlas.present.progress import course_days
from atlas.present.time_words import flow_label, holding_said, reason, stock_headings
from atlas.present.wording import Words


@dataclass(frozen=True)
class YearRow:
    """One line of the table behind a curve: what was so on a day and what happened since the line before.

    ``doors`` by column, see `year_headings`; ``shares`` of the municipalities, of the land and, with a register,
    of the inhabitants covered, see `share_headings`; empty where the programme is not for all.
    """

    day: str
    doors: Mapping[str, DrillDown]
    total: str
    shares: tuple[str, ...]


def year_headings(rows: Iterable[YearRow], instrument: Instrument, words: Words) -> dict[str, str]:
    """Return the headings of the columns with numbers, by column; a flow that is zero in all rows is left out."""
    shown = {column for row in rows for column, door in row.doors.items() if door.number}
    headings = {"municipalities": words.say(phrases.MUNICIPALITIES), "arrangements": words.label(instrument.unit)}
    headings |= {what: words.label(flow_label(what, instrument)) for what in FLOWS}
    headings |= stock_headings([instrument], words)
    return {key: label for key, label in headings.items() if key in shown or key in {"municipalities", "arrangements"}}


def share_headings(context: ViewContext, words: Words) -> list[str]:
    """Return the headings of all municipalities and of the shares."""
    titles = [phrases.OF, phrases.SHARE, N_("der Fläche"), *([phrases.OF_INHABITANTS] if context.day.weights else [])]
    return [words.say(each) for each in titles] if context.programme.has_shares else []


def year_rows(
    context: ViewContext, course: Course, instrument: Instrument, words: Words, counts: Counts | None = None
) -> tuple[YearRow, ...]:
    """Return a line for every year end and the view's date, newest first; every number opens its list.

    ``course`` is that of ``counts``, see `ViewContexts.course`.
    """
    days, since = course_days(context)
    ends = [day for day in days if (day.month, day.day) == (12, 31) or day == context.as_of]
    table = progress(course, [instrument.key], ends, since=since)
    before = [since, *ends[:-1]]
    maker = _Year(context, course, instrument, words, counts)
    rows = [maker.row(row, start, end) for row, start, end in zip(table.to_dict("records"), before, ends, strict=True)]
    return tuple(reversed(rows))


@dataclass(frozen=True)
class _Year:
    """Makes the lines of the table behind a curve."""

    source: ViewContext
    course: Course
    instrument: Instrument
    words: Words
    counts: Counts | None

    def row(self, row: Mapping[Hashable, Any], start: date, end: date) -> YearRow:
        """Return what was so on a day and what happened after the other."""
        words, source = self.words, self.source
        values = {"what": words.label(self.instrument.label), "day": words.day(end), "start": words.day(start)}
        stock = partial(self._stock, end)

        def listed(of: str) -> Callable[[], pd.DataFrame]:
            return lambda: municipality_rows(getattr(stock(), of), source.edition, words)

        def happened(what: str) -> Callable[[], pd.DataFrame]:
            return lambda: event_rows(source, self._happened(what, start, end), words)

        whole = words.say(phrases.LIST_OF_MUNICIPALITIES, **values)
        joint = words.say(phrases.LIST_OF_ARRANGEMENTS, **values, list=words.label(self.instrument.unit))
        headings = {
            "in_force": words.say(phrases.OF_WHICH_HOLDING, holding=holding_said([self.instrument], words)),
            "documented_later": words.say("erst später belegt, Beginn unbekannt"),
            "period_unknown": words.say(phrases.PERIOD_UNKNOWN),
        }
        doors = {
            "municipalities": (whole, listed("municipalities")),
            "arrangements": (joint, lambda: arrangement_rows(stock(), source.edition, words)),
        }
        doors |= {
            what: (words.say("{what}: {flow}, {start} bis {day}", **values, flow=label), happened(what))
            for what, label in flow_words(self.instrument, words).items()
        }
        doors |= {
            of: (words.say("{what}: {state}. Stand {day}", **values, state=label), listed(of))
            for of, label in headings.items()
            if self.counts is None and (of != "in_force" or self.instrument.counts is Counts.SO_FAR)
        }
        key = f"{self.instrument.key}-{self.counts or 'all'}-{end}"
        return YearRow(
            words.day(end),
            {
                column: DrillDown(
                    key=f"{key}-{column}",
                    number=int(row[column]),
                    text=words.number(int(row[column])),
                    title=title,
                    rows=rows,
                )
                for column, (title, rows) in doors.items()
            },
            words.number(int(row["total"])),
            self._shares(row),
        )

    def _shares(self, row: Mapping[Hashable, Any]) -> tuple[str, ...]:
        words = self.words
        if not self.source.programme.has_shares:
            return ()
        land = (words.percent(float(row["share"])), words.percent(float(row["area_share"])))
        return (*land, people_percent(float(row["inhabitants_share"]), words)) if "inhabitants_share" in row else land

    def _stock(self, day: date) -> Figure:
        return self.source.on(day, self.counts).figure(self.instrument.key, self.source.district)

    def _happened(self, what: str, start: date, end: date) -> pd.DataFrame:
        rows = in_period(self.course.municipalities.events, start, end)
        rows = rows[rows["instrument"] == self.instrument.key]
        if self.source.district:
            rows = rows[rows["district"] == self.source.district]
        return of_flow(rows, what)


def event_rows(context: ViewContext, rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return what happened as a list: columns ``places``, ``name``, ``district``, ``reason``, ``joint_with``, ``source``, all said."""
    extents = context.edition.municipalities.drop_duplicates("ags", keep="last").set_index("ags")["name"]
    names = [str(extents[ags]) for ags in rows["ags"]]
    return pd.DataFrame(
        {
            "places": [((ags, name),) for ags, name in zip(rows["ags"], names, strict=True)],
            "name": names,
            "district": [context.edition.district_name(key) for key in rows["district"]],
            "reason": [reason(row, context.programme, words) for row in rows.to_dict("records")],
            "joint_with": rows["joint_with"].tolist(),
            "source": rows["source"].tolist(),
        }
    ).sort_values(["name", "district"], ignore_index=True, key=german_key)
