"""How it went, ready to be drawn and said: curves per instrument, the table behind them, districts, durations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from atlas import phrases
from atlas.analysis.counting import by_district
from atlas.analysis.days import month_ends
from atlas.analysis.durations import FEW, passages
from atlas.analysis.progress import Course, progress
from atlas.analysis.status import held_on
from atlas.model.place_names import in_german_order
from atlas.model.programme import OVERVIEW, Counts, Instrument, Unit
from atlas.model.states import State
from atlas.model.view import ViewState
from atlas.present.charts import Chart, ChartPicture, chart_picture
from atlas.present.context import ViewContext
from atlas.present.figures import Listed
from atlas.present.looks import counted_keys
from atlas.present.plan import targets_of
from atlas.present.population import people_percent, people_shares
from atlas.present.published import beside_sentence, totals_of
from atlas.present.time_words import beside_said, holding_said, periods_sentence
from atlas.present.wording import Words

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class Mark:
    """A published total, or a target."""

    day: date
    value: int
    said: str
    source: str
    unit: Unit = "municipalities"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One instrument over time."""

    instrument: str
    label: str
    unit: str
    colour: str
    points: pd.DataFrame
    """RangeIndex. ``date`` (month ends), ``municipalities``, ``arrangements``, ``earliest`` (with those documented only
    later, of which nobody knows since when), ``in_force`` (of the municipalities), ``first_documented`` (since the
    point before: how much of a step is no beginning)."""
    holding: str
    """What is said of those that hold, which are a line of their own where the curve counts all so far; else empty."""
    published: tuple[Mark, ...]
    """Marks beside the curve; never part of it. ``targets`` likewise."""
    targets: tuple[Mark, ...]
    beside: str
    """What stands beside the number at the end and is not in it."""
    legend: tuple[str, ...]
    """What the marks of this curve mean, beyond its lines."""
    gap: str
    """What is documented beside a published total."""
    doubt: str
    """One sentence on dates that are not exact."""
    alt: str

    @property
    def municipalities(self) -> int:
        """Counted on the last day."""
        return int(self.points["municipalities"].iloc[-1])

    @property
    def arrangements(self) -> int:
        """Counted on the last day; joint ones count once."""
        return int(self.points["arrangements"].iloc[-1])

    @property
    def in_force(self) -> int:
        """Those of the municipalities in which it is in force on the last day."""
        return int(self.points["in_force"].iloc[-1])


@dataclass(frozen=True)
class Multiple:
    """A small chart that leads to the curve of its instrument."""

    label: str
    text: str
    view: ViewState
    picture: ChartPicture
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class DistrictBar:
    """How far an instrument has come in one district."""

    key: str
    name: str
    municipalities: int
    later: int
    """Documented only later: not in ``municipalities``."""
    total: int
    share: float
    people: float
    """Share of inhabitants; NaN if unknown."""


@dataclass(frozen=True, kw_only=True)
class DistrictLine:
    """A bar as a row of the table, all said; ``page`` is the view of the district."""

    name: str
    page: ViewState
    number: Listed
    total: str
    share: str
    people: str
    """Share of inhabitants; empty without a register."""
    later: str


@dataclass(frozen=True)
class DistrictTable:
    """The bars as a table; ``summary`` is what opens it."""

    summary: str
    titles: tuple[str, ...]
    rows: tuple[DistrictLine, ...]


def chosen_instrument(context: ViewContext) -> Instrument:
    """Return the instrument of the view; in the overview the first of the programme's key figures."""
    key = context.view.layer
    return context.programme.instrument(context.programme.overview.figures[0] if key == OVERVIEW else key)


def course_days(context: ViewContext) -> tuple[list[date], date]:
    """Return the month ends from where the course begins to the view's date, and the day before."""
    first = min(context.course_begins, context.as_of.replace(month=1, day=1))
    return month_ends(first, context.as_of), first - timedelta(days=1)


def build_curves(context: ViewContext, course: Course, words: Words) -> tuple[Curve, ...]:
    """Return the curve of every instrument, in order."""
    keys = [instrument.key for instrument in context.programme.instruments]
    days, since = course_days(context)
    first = max(since, context.edition.starts)  # the curve begins where its first year does, or the boundaries
    days, since = [first, *(day for day in days if day > first)], first - timedelta(days=1)
    table = progress(course, keys, days, since=since)
    table = table.assign(earliest=table["municipalities"] + table["documented_later"])
    return tuple(
        _curve(context, course, instrument, table[table["instrument"] == instrument.key], words)
        for instrument in context.programme.instruments
    )


def multiples(curves: Iterable[Curve], view: ViewState, chosen: str, words: Words) -> tuple[Multiple, ...]:
    """Return a small chart per instrument; ``chosen`` is the key of the one whose curve the page shows."""
    made = []
    for curve in curves:
        its_own = view.on_layer(curve.instrument)
        number = words.count(*phrases.N_MUNICIPALITIES, curve.municipalities)
        text = ", ".join(filter(None, (number, curve.beside)))
        picture = chart_picture(Chart.SMALL, its_own, curve.alt)
        made.append(Multiple(curve.label, text, its_own, picture, curve.instrument == chosen))
    return tuple(made)


def reach_sentence(context: ViewContext, words: Words) -> str:
    """Return from when on is counted, where the programme is older than the boundaries; else nothing."""
    if context.course_begins <= context.programme.launched:
        return ""
    return words.say(
        "Gezählt wird ab {day}: So weit reichen die Gemeindegrenzen zurück.", day=words.day(context.course_begins)
    )


def _curve(context: ViewContext, course: Course, instrument: Instrument, rows: pd.DataFrame, words: Words) -> Curve:
    label, unit = words.label(instrument.label), words.label(instrument.unit)
    counted = [stage for stage in instrument.stages if stage.is_counted]
    columns = ["date", "municipalities", "arrangements", "earliest", "in_force", "first_documented"]
    points = rows[columns].reset_index(drop=True)
    published = _published(context, instrument, words) if context.district is None else ()  # they are the state's
    targets = tuple(
        Mark(each.day, each.value, words.day(each.day), each.source, each.unit)
        for each in targets_of(context, [instrument.key])
    )
    planned = words.listed([f"{words.number(mark.value)} ({mark.said})" for mark in targets])
    plan = " " + words.say("Plan: {list}.", list=planned) if targets else ""
    beside = ", ".join(beside_said(rows.iloc[-1].to_dict(), instrument, words))
    return Curve(
        instrument=instrument.key,
        label=label,
        unit=unit,
        colour=counted[-1].colour if counted else instrument.stages[-1].colour,
        points=points,
        holding=holding_said([instrument], words) if instrument.counts is Counts.SO_FAR else "",
        published=published,
        targets=targets,
        beside=beside,
        legend=(*curve_legend([points], words), *([words.say(phrases.PLAN_IN_LEGEND)] if targets else [])),
        gap=_gap(context, instrument, words),
        doubt=_doubt(context, course, instrument, words),
        alt=_alt(label, unit, points, beside, published, words) + plan,
    )


def curve_legend(curves: Iterable[pd.DataFrame], words: Words) -> tuple[str, ...]:
    """Return what the marks of some curves mean: a step that is no beginning, and the band; each only if there is one."""
    every = list(curves)
    explanations = []
    if any(points["first_documented"].any() for points in every):
        explanations.append(words.say("Stufe mit offenem Kreis: erstmals belegt, Beginn unbekannt oder früher."))
    if any((points["earliest"] > points["municipalities"]).any() for points in every):
        explanations.append(words.say("Helles Band: erst später belegt, Beginn unbekannt; nicht mitgezählt."))
    return tuple(explanations)


def _published(context: ViewContext, instrument: Instrument, words: Words) -> tuple[Mark, ...]:
    return tuple(
        Mark(each.day, each.value, words.partial(each.text), each.source)
        for each in totals_of(context.records, context.programme)
        if each.measure == instrument.published_measure and each.day <= context.as_of
    )


def _gap(context: ViewContext, instrument: Instrument, words: Words) -> str:
    """Return what is documented by name beside the newest published total; empty without one."""
    mine = [
        each
        for each in totals_of(context.records, context.programme)
        if each.instrument is instrument and not each.stage and each.day <= context.as_of
    ]
    if not mine or context.district:
        return ""
    return beside_sentence(context, mine[-1], words)


def _doubt(context: ViewContext, course: Course, instrument: Instrument, words: Words) -> str:
    held = held_on(course.municipalities.episodes, context.as_of, "from_day")
    rows = held[held["counted"] & (held["instrument"] == instrument.key)]
    if context.district:
        rows = rows[rows["district"] == context.district]
    exact = (rows["since_means"] == "reached") & (rows["since"].str.len() == len("2022-12-31"))
    late = rows["since_means"] != "reached"
    if exact.all():
        return ""
    rough = rows["since"][~late & ~exact]
    sentence = words.say(
        "Angaben: {n}. Auf den Tag bekannt: {exact}; auf Monat oder Jahr: {month}; nur „spätestens“ oder undatiert: {late}.",
        n=words.number(len(rows)),
        exact=words.number(int(exact.sum())),
        month=words.number(len(rough)),
        late=words.number(int(late.sum())),
    )
    return f"{sentence} {periods_sentence(words)}" if (rough.str.len() == len("2022")).any() else sentence


def _alt(label: str, unit: str, points: pd.DataFrame, beside: str, published: tuple[Mark, ...], words: Words) -> str:
    first, last = points["date"].iloc[0].date(), points["date"].iloc[-1].date()
    curve_text = words.say(
        "Stufenkurve {label} von {first} bis {last}: am Ende {n} Gemeinden, {m} {unit}",
        label=label,
        first=words.day(first),
        last=words.day(last),
        n=words.number(int(points["municipalities"].iloc[-1])),
        m=words.number(int(points["arrangements"].iloc[-1])),
        unit=unit,
    )
    sentences = [", ".join(filter(None, (curve_text, beside))) + "."]
    if known := int(points["first_documented"].sum()):
        sentences.append(
            words.count(
                "Von {n} Gemeinde ist an ihrer Stufe kein Beginn belegt: erstmals belegt, Beginn unbekannt oder früher.",
                "Von {n} Gemeinden ist an ihrer Stufe kein Beginn belegt: erstmals belegt, Beginn unbekannt oder früher.",
                known,
            )
        )
    if published:
        mark = published[-1]
        sentences.append(
            words.say("Zuletzt veröffentlicht: {value} ({day}).", value=words.number(mark.value), day=mark.said)
        )
    return " ".join(sentences)


# --- districts and durations -----------------------------------------------------------------------------------------


def district_bars(context: ViewContext, instrument: Instrument) -> tuple[DistrictBar, ...]:
    """Return the share of every district, largest first; ties by name."""
    table = by_district(context.status, instrument.key, context.edition.districts.index, context.day.weights)
    rows = context.status[context.status["instrument"] == instrument.key]
    later = rows["district"][rows["state"] == State.DOCUMENTED_LATER].value_counts()
    bars = [
        DistrictBar(
            key=str(key),
            name=context.edition.district_name(key),
            municipalities=int(covered),
            later=int(later.get(key, 0)),
            total=int(total),
            share=float(share),
            people=people,
        )
        for (key, covered, total, share), people in zip(
            table.iloc[:, :4].itertuples(index=False), people_shares(table), strict=True
        )
        if total
    ]
    return tuple(sorted(bars, key=lambda bar: (-bar.share, in_german_order(bar.name))))


def district_table(context: ViewContext, instrument: Instrument, words: Words) -> DistrictTable:
    """Return the bars of the districts as a table."""
    view = context.view.on_layer(instrument.key).but(municipality=None)
    counted = counted_keys(context.programme, instrument.key)
    rows = (
        DistrictLine(
            name=bar.name,
            page=view.but(district=bar.key),
            number=(
                words.number(bar.municipalities),
                view.but(district=bar.key, looks=counted, since=None) if bar.municipalities else None,
            ),
            total=words.number(bar.total),
            share=words.percent(bar.share),
            people=people_percent(bar.people, words) if context.day.weights else "",
            later=words.number(bar.later),
        )
        for bar in district_bars(context, instrument)
    )
    titles = (
        words.say(phrases.DISTRICT),
        words.say(phrases.MUNICIPALITIES),
        words.say(phrases.OF),
        words.say(phrases.SHARE),
        *([words.say(phrases.OF_INHABITANTS)] if context.day.weights else []),
        words.say(phrases.DOCUMENTED_ONLY_LATER),
    )
    return DistrictTable(words.say("Als Tabelle"), titles, tuple(rows))


def duration_sentences(context: ViewContext, course: Course, words: Words) -> tuple[str, ...]:
    """Return how long it took from each step of the path to the next: median, n, and a hint where n is small."""
    sentences = []
    for each in passages(course.municipalities.episodes, context.programme, context.as_of):
        values = {
            "start": words.label(context.programme.instrument(each.start).label),
            "goal": words.label(context.programme.instrument(each.goal).label),
            "n": words.number(len(each.days)),
        }
        if not each.days:
            sentences.append(words.say("{start} → {goal}: Von keiner Gemeinde sind beide Daten bekannt.", **values))
            continue
        months = words.number(each.median / DAYS_PER_MONTH, 1)
        sentence = words.say("{start} → {goal}: im Median {months} Monate (n = {n}).", **values, months=months)
        if len(each.days) < FEW:
            sentence += " " + words.say(phrases.FEW_CASES)
        sentences.append(sentence)
    return tuple(sentences)
