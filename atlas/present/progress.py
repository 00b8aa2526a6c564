"""How it went, ready to be drawn and said: curves per instrument, the table behind them, districts, durations."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd

from atlas.analysis.counting import Figure, by_district, figure
from atlas.analysis.days import month_ends
from atlas.analysis.durations import FEW, passages
from atlas.analysis.events import BEGINNINGS, ENDINGS, in_period
from atlas.analysis.progress import Course, progress
from atlas.analysis.status import cases_as_of, held_on, status_as_of
from atlas.model.dates import PartialDate
from atlas.model.programme import OVERVIEW, Instrument
from atlas.present.figures import Door, arrangement_rows, municipality_rows
from atlas.present.published import Total, named_on, totals_of
from atlas.present.scene import Scene
from atlas.present.wording import Words

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class Mark:
    """A published total, or a target."""

    day: date
    value: int
    said: str
    source: str


@dataclass(frozen=True)
class Curve:
    """One instrument over time.

    Attributes
    ----------
    points
        RangeIndex. ``date`` (month ends), ``municipalities``, ``arrangements``, ``earliest`` (municipalities if every
        date known to the month or year only meant its first day: the truth lies between the two).
    published, targets
        Marks beside the curve; never part of it.
    gap
        One sentence on how many of the published ones are documented; empty without a published total to compare with.
    doubt
        One sentence on dates that are not exact; empty if all are.
    alt
        The curve in words.
    """

    instrument: str
    label: str
    unit: str
    colour: str
    points: pd.DataFrame
    published: tuple[Mark, ...]
    targets: tuple[Mark, ...]
    gap: str
    doubt: str
    alt: str

    @property
    def municipalities(self) -> int:
        """In force on the last day."""
        return int(self.points["municipalities"].iloc[-1])

    @property
    def arrangements(self) -> int:
        """In force on the last day; joint ones count once."""
        return int(self.points["arrangements"].iloc[-1])


@dataclass(frozen=True)
class YearRow:
    """One line of the table behind a curve: what was so on a day and what happened since the line before."""

    day: str
    municipalities: Door
    arrangements: Door
    new: Door
    ended: Door
    total: str
    shares: tuple[str, ...]
    """Of municipalities and of land; empty where the programme is not for all."""


@dataclass(frozen=True)
class DistrictBar:
    """How far an instrument has come in one district."""

    key: str
    name: str
    municipalities: int
    total: int
    share: float


def chosen_instrument(source: Scene) -> Instrument:
    """Return the instrument of the view; in the overview the first of the programme's key figures."""
    key = source.view.layer
    return source.programme.instrument(source.programme.overview.figures[0] if key == OVERVIEW else key)


def course_days(source: Scene) -> tuple[list[date], date]:
    """Return the month ends from where the course begins to the view's date, and the day before."""
    first = min(source.course_begins, source.as_of.replace(month=1, day=1))
    return month_ends(first, source.as_of), first - timedelta(days=1)


def build_curves(source: Scene, course: Course, words: Words) -> tuple[Curve, ...]:
    """Return the curve of every instrument, in order."""
    keys = [instrument.key for instrument in source.programme.instruments]
    days, since = course_days(source)
    first = max(since, source.edition.starts)  # the curve begins where its first year does, or the boundaries
    days, since = [first, *(day for day in days if day > first)], first - timedelta(days=1)
    table = _counted(course, keys, days, since)
    table = table.assign(earliest=table["municipalities"] + table["documented_later"])
    return tuple(
        _curve(source, course, instrument, table[table["instrument"] == instrument.key], words)
        for instrument in source.programme.instruments
    )


def reach_sentence(source: Scene, words: Words) -> str:
    """Return from when on is counted, where the programme is older than the boundaries; else nothing."""
    if source.course_begins <= source.programme.launched:
        return ""
    return words.say(
        "Gezählt wird ab {day}: So weit reichen die Gemeindegrenzen zurück.", day=words.day(source.course_begins)
    )


def _counted(course: Course, keys: list[str], days: list[date], since: date) -> pd.DataFrame:
    return progress(course, keys, days, since=since)


def _curve(source: Scene, course: Course, instrument: Instrument, rows: pd.DataFrame, words: Words) -> Curve:
    label, unit = words.label(instrument.label), words.label(instrument.unit)
    counted = [stage for stage in instrument.stages if stage.is_counted]
    points = rows[["date", "municipalities", "arrangements", "earliest"]].reset_index(drop=True)
    is_whole = source.district is None  # published totals and targets are the state's
    published = _published(source, instrument, words) if is_whole else ()
    targets = tuple(
        Mark(each.by, each.value, words.day(each.by), each.source) for each in instrument.targets if is_whole
    )
    return Curve(
        instrument.key,
        label,
        unit,
        counted[-1].colour if counted else instrument.stages[-1].colour,
        points,
        published,
        targets,
        _gap(source, instrument, words),
        _doubt(source, course, instrument, words),
        _alt(label, unit, points, published, words),
    )


def _published(source: Scene, instrument: Instrument, words: Words) -> tuple[Mark, ...]:
    totals = source.records.totals
    mine = totals[totals["measure"] == (instrument.published_measure or "")]
    marks = [
        Mark(
            PartialDate.parse(str(row["date"])).last_day(),
            int(str(row["value"])),
            words.partial(str(row["date"])),
            str(row["source_url"]),
        )
        for row in mine.to_dict("records")
    ]
    return tuple(sorted((mark for mark in marks if mark.day <= source.as_of), key=lambda mark: (mark.day, mark.value)))


def _gap(source: Scene, instrument: Instrument, words: Words) -> str:
    """Return what is documented by name beside the newest published total; empty without one."""
    mine = [
        each
        for each in totals_of(source.records, source.programme)
        if each.instrument is instrument and not each.stage and each.day <= source.as_of
    ]
    if not mine or source.district:
        return ""
    return beside_sentence(source, mine[-1], words)


def beside_sentence(source: Scene, total: Total, words: Words) -> str:
    """Return one published total and what is documented beside it, in its unit."""
    named = named_on(source.snapshot, source.programme, source.spans, total)
    if named is None or total.instrument is None:
        return ""
    unit = words.label(total.instrument.unit) if total.unit == "arrangements" else words.say("Gemeinden")
    told = {
        "published": words.number(total.value),
        "unit": unit,
        "day": words.partial(total.text),
        "known": words.number(named.documented),
        "later": words.number(named.later),
    }
    said = words.say("Veröffentlicht: {published} {unit} ({day}). Hier belegt: {known}", **told)
    return f"{said}, {words.say('weitere {later}, Beginn unbekannt', **told)}." if named.later else f"{said}."


def _doubt(source: Scene, course: Course, instrument: Instrument, words: Words) -> str:
    held = held_on(course.municipalities.episodes, source.as_of, "from_day")
    rows = held[held["counted"] & (held["instrument"] == instrument.key)]
    if source.district:
        rows = rows[rows["district"] == source.district]
    exact = (rows["since_means"] == "reached") & (rows["since"].str.len() == len("2022-12-31"))
    late = rows["since_means"] != "reached"
    if exact.all():
        return ""
    return words.say(
        "Angaben: {n}. Auf den Tag bekannt: {exact}; auf Monat oder Jahr: {month} (helles Band: so früh könnte es gewesen "
        "sein); nur „spätestens“ oder undatiert: {late}.",
        n=words.number(len(rows)),
        exact=words.number(int(exact.sum())),
        month=words.number(int((~exact & ~late).sum())),
        late=words.number(int(late.sum())),
    )


def _alt(label: str, unit: str, points: pd.DataFrame, published: tuple[Mark, ...], words: Words) -> str:
    first, last = points["date"].iloc[0].date(), points["date"].iloc[-1].date()
    said = words.say(
        "Stufenkurve {label} von {first} bis {last}: am Ende {n} Gemeinden, {m} {unit}.",
        label=label,
        first=words.day(first),
        last=words.day(last),
        n=words.number(int(points["municipalities"].iloc[-1])),
        m=words.number(int(points["arrangements"].iloc[-1])),
        unit=unit,
    )
    if not published:
        return said
    mark = published[-1]
    return f"{said} " + words.say(
        "Zuletzt veröffentlicht: {value} ({day}).", value=words.number(mark.value), day=mark.said
    )


# --- the table behind a curve --------------------------------------------------------------------------------------


def year_rows(source: Scene, course: Course, instrument: Instrument, words: Words) -> tuple[YearRow, ...]:
    """Return a line for every year end and the view's date, newest first; every number opens its list."""
    days, since = course_days(source)
    ends = [day for day in days if (day.month, day.day) == (12, 31) or day == source.as_of]
    table = _counted(course, [instrument.key], ends, since)
    before = [since, *ends[:-1]]
    rows = [
        _year_row(source, course, instrument, row, (start, end), words)
        for row, start, end in zip(table.to_dict("records"), before, ends, strict=True)
    ]
    return tuple(reversed(rows))


def _year_row(
    source: Scene,
    course: Course,
    instrument: Instrument,
    row: Mapping[Hashable, Any],
    time: tuple[date, date],
    words: Words,
) -> YearRow:
    start, end = time
    told = {"what": words.label(instrument.label), "day": words.day(end), "from": words.day(start)}
    key = f"{instrument.key}-{end}"

    def door(kind: str, number: int, title: str, rows: Callable[[], pd.DataFrame]) -> Door:
        return Door(f"{key}-{kind}", number, words.number(number), title, rows)

    stock = partial(_stock, source, instrument, end)
    happened = partial(_happened, source, course, instrument, start, end)
    return YearRow(
        words.day(end),
        door(
            "gemeinden",
            int(row["municipalities"]),
            words.say("{what}: Gemeinden. Stand {day}", **told),
            lambda: municipality_rows(stock().municipalities, source.edition, words),
        ),
        door(
            "vorgaenge",
            int(row["arrangements"]),
            words.say(
                "{what}: {list}, gemeinsame einmal gezählt. Stand {day}", **told, list=words.label(instrument.unit)
            ),
            lambda: arrangement_rows(stock(), source.edition, words),
        ),
        door(
            "neu",
            int(sum(row[what] for what in BEGINNINGS)),
            words.say("{what}: neu vom {start} bis {day}", what=told["what"], start=told["from"], day=told["day"]),
            lambda: event_rows(source, happened(BEGINNINGS), words),
        ),
        door(
            "beendet",
            int(sum(row[what] for what in ENDINGS)),
            words.say("{what}: beendet vom {start} bis {day}", what=told["what"], start=told["from"], day=told["day"]),
            lambda: event_rows(source, happened(ENDINGS), words),
        ),
        words.number(int(row["total"])),
        (words.percent(float(row["share"])), words.percent(float(row["area_share"])))
        if source.programme.has_shares
        else (),
    )


def _stock(source: Scene, instrument: Instrument, day: date) -> Figure:
    status = status_as_of(source.spans, source.programme, source.edition, source.changes, day)
    cases = cases_as_of(source.spans, source.edition, source.changes, day)
    return figure(status, cases, instrument.key, source.district)


def _happened(
    source: Scene, course: Course, instrument: Instrument, start: date, end: date, whats: tuple[str, ...]
) -> pd.DataFrame:
    rows = in_period(course.municipalities.events, start, end)
    kept = rows["what"].isin(whats) & (rows["instrument"] == instrument.key)
    if source.district:
        kept &= rows["district"] == source.district
    return rows[kept]


def event_rows(source: Scene, rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return what happened as a list: columns ``name``, ``district``, ``since``, ``joint_with``, ``source``, all said."""
    extents = source.edition.municipalities.drop_duplicates("ags", keep="last").set_index("ags")["name"]
    return pd.DataFrame(
        {
            "name": [str(extents[ags]) for ags in rows["ags"]],
            "district": [str(source.edition.districts.at[key, "name"]) for key in rows["district"]],
            "since": [words.since(s, m) for s, m in zip(rows["since"], rows["since_means"], strict=True)],
            "joint_with": rows["joint_with"].tolist(),
            "source": rows["source"].tolist(),
        }
    ).sort_values(["name", "district"], ignore_index=True)


# --- districts and durations -----------------------------------------------------------------------------------------


def district_bars(source: Scene, instrument: Instrument) -> tuple[DistrictBar, ...]:
    """Return the share of every district, largest first; ties by name."""
    names = source.edition.districts["name"]
    table = by_district(source.status, instrument.key, names.index)
    found = [
        DistrictBar(str(key), str(names[key]), int(covered), int(total), float(share))
        for key, covered, total, share in table.itertuples(index=False)
        if total
    ]
    return tuple(sorted(found, key=lambda bar: (-bar.share, bar.name)))


def duration_sentences(source: Scene, course: Course, words: Words) -> tuple[str, ...]:
    """Return how long it took from each step of the path to the next: median, n, and a hint where n is small."""
    said = []
    for each in passages(course.municipalities.episodes, source.programme, source.as_of):
        told = {
            "start": words.label(source.programme.instrument(each.start).label),
            "goal": words.label(source.programme.instrument(each.goal).label),
            "n": words.number(len(each.days)),
        }
        if not each.days:
            said.append(words.say("{start} → {goal}: dafür fehlen datierte Paare.", **told))
            continue
        months = words.number(each.median / DAYS_PER_MONTH, 1)
        sentence = words.say("{start} → {goal}: im Median {months} Monate (n = {n}).", **told, months=months)
        if len(each.days) < FEW:
            sentence += " " + words.say("Wenige Fälle: nur ein Anhaltspunkt.")
        said.append(sentence)
    return tuple(said)
