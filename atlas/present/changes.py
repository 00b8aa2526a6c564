"""What changed between two days: a map, a list, and a paragraph that can be put into a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from atlas import phrases
from atlas.analysis.changes import CHANGE_COLUMNS, GAINED, LOST, changes_between, effect_of
from atlas.analysis.counting import PEOPLE_COLUMNS
from atlas.analysis.events import BEGINNINGS, BOUNDARY, CHANGED, ENDINGS, FIRST_DOCUMENTED, FLOWS, in_period
from atlas.analysis.progress import progress
from atlas.analysis.status import NO_DATA
from atlas.model.programme import OVERVIEW, Counts, Instrument, Unit
from atlas.present.context import Day, ViewContext, ViewContexts
from atlas.present.looks import ABSENT, CHANGES, FILTERED, KEPT, looks_by_key
from atlas.present.map_spec import LegendEntry, MapSpec
from atlas.present.time_words import FLOW_LABELS, flow_label, is_dated_after, reason
from atlas.present.wording import Words

_ORDER = (*FLOWS, GAINED, LOST, CHANGED, KEPT)
BY_BOUNDARY = ("boundary_in", "boundary_out")
"""Flows that only a merger makes, beside `FLOWS`."""


def of_flow(rows: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return the rows of a flow, or of those that changed; what only a merger did is in `BY_BOUNDARY` alone."""
    by_boundary = rows["because"] == BOUNDARY
    if what in BY_BOUNDARY:
        return rows[by_boundary & (rows["what"].isin(BEGINNINGS) == (what == "boundary_in"))]
    return rows[~by_boundary & (rows["what"] == what)]


def flow_words(instrument: Instrument, words: Words) -> dict[str, str]:
    """Return what is said of each flow in an instrument."""
    labels = {what: words.label(flow_label(what, instrument)) for what in FLOWS}
    return labels | dict.fromkeys(BY_BOUNDARY, words.say(phrases.THROUGH_BOUNDARY_CHANGES))


@dataclass(frozen=True)
class Stock:
    """What counts on a day, and what stands beside it and is not in it."""

    number: int
    documented_later: int
    period_unknown: int
    people_share: float | None = None
    """Of the inhabitants who live in those counted, 0 to 1; NaN where nobody can say, None without a register."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """One instrument on both days: ``before`` plus what came in less what went out by ``flows`` is ``after``."""

    instrument: Instrument
    before: Stock
    after: Stock
    flows: Mapping[str, int]
    """By `FLOWS`, and ``boundary_in`` and ``boundary_out`` for what only a merger did."""
    rows: pd.DataFrame
    """What happened, as in `Changes.table`."""
    in_force: Count | None = None
    """The same for what is in force, where the instrument counts all so far."""
    inferred: int = 0
    """How many of ``after`` were concluded, not read."""

    @property
    def moved(self) -> bool:
        """Whether anything happened."""
        return not self.rows.empty or (self.in_force is not None and self.in_force.moved)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changed between two days in the state, or in the view's district."""

    start: date
    end: date
    table: pd.DataFrame
    """What `changes_between` returned, for the view's instrument; for all in the overview."""
    counts: tuple[Count, ...]
    """Instruments of the table, in order; empty if two records are compared."""
    totals: tuple[int, int]
    """Municipalities on both days."""
    spec: MapSpec
    """Every municipality of the later day by what happened to it."""
    unit: Unit = "municipalities"
    counting: Counts | None = None
    """What counts, if it is not for each instrument to say."""


def build_changes(
    contexts: ViewContexts,
    before: ViewContext,
    after: ViewContext,
    *,
    unit: Unit = "municipalities",
    counts: Counts | None = None,
) -> Changes:
    """Return what changed from one context to a later one of the same view; ``counts`` as in `ViewContexts.course`.

    Raises `ValueError` if the days are not in order.
    """
    if before.as_of >= after.as_of:
        raise ValueError("the first day must lie before the second")
    instrument_counts = _counts(contexts, before, after, unit, counts)
    if counts is None:
        for number, each in enumerate(instrument_counts):
            if each.instrument.counts is Counts.SO_FAR:
                (line,) = _counts(contexts, before, after, unit, Counts.IN_FORCE, each.instrument)
                instrument_counts[number] = replace(each, in_force=line)
    table = pd.concat([each.rows for each in instrument_counts], ignore_index=True)
    return Changes(
        start=before.as_of,
        end=after.as_of,
        table=table,
        counts=tuple(instrument_counts),
        totals=(_total(before.day, after.district), _total(after.day, after.district)),
        spec=_spec(after, _counted(after, counts), table),
        unit=unit,
        counting=counts,
    )


def build_effect(before: ViewContext, after: ViewContext) -> Changes:
    """Return what is different in another context of the same view and day: with other entries."""
    table = effect_of(before.status, after.status)
    if after.view.layer != OVERVIEW:
        table = table[table["instrument"] == after.view.layer]
    table = _inside(table, after.district).reset_index(drop=True)
    total = _total(after.day, after.district)
    return Changes(
        start=before.as_of,
        end=after.as_of,
        table=table,
        counts=(),
        totals=(total, total),
        spec=_spec(after, after.day, table),
    )


def _total(day: Day, district: str | None) -> int:
    return len(_inside(day.municipalities, district))


def _inside(rows: pd.DataFrame, district: str | None) -> pd.DataFrame:
    return rows if district is None else rows[rows["district"] == district]


def _counted(context: ViewContext, counts: Counts | None) -> Day:
    return context.on(context.as_of, counts) if counts else context.day


def _counts(
    contexts: ViewContexts,
    before: ViewContext,
    after: ViewContext,
    unit: Unit,
    counts: Counts | None,
    only: Instrument | None = None,
) -> list[Count]:
    layer, district = only.key if only else after.view.layer, after.district
    instruments = [each for each in after.programme.instruments if layer in (OVERVIEW, each.key)]
    course = contexts.course(after, counts)
    days = [_counted(before, counts), _counted(after, counts)]
    is_place = unit == "municipalities"
    states = [day.status if is_place else day.cases for day in days]
    happened = in_period(course.line(unit).events, before.as_of, after.as_of)
    names = after.edition.municipalities[["ags", "name"]].itertuples(index=False, name=None)
    table = changes_between(states[0], states[1], happened, names, "ags" if is_place else "arrangement")
    if not is_place:
        table["name"] = table["joint_with"].where(table["joint_with"] != "", table["name"])
    table = _inside(table, district)
    keys = [each.key for each in instruments]
    since = before.as_of - timedelta(days=1)
    numbers = progress(course, keys, [before.as_of, after.as_of], since=since, unit=unit).to_dict("records")
    instrument_counts = []
    for instrument, first, last in zip(instruments, numbers, numbers[len(keys) :], strict=False):
        flows = {what: int(last[what]) for what in (*FLOWS, *BY_BOUNDARY)}
        rows = table[table["instrument"] == instrument.key].reset_index(drop=True)
        inferred = days[1].figure(instrument.key, district).inferred if is_place else 0
        stocks = [
            Stock(int(row[unit]), int(row["documented_later"]), int(row["period_unknown"]), row.get(PEOPLE_COLUMNS[2]))
            for row in (first, last)
        ]
        instrument_counts.append(
            Count(instrument=instrument, before=stocks[0], after=stocks[1], flows=flows, rows=rows, inferred=inferred)
        )
    return instrument_counts


def _spec(after: ViewContext, day: Day, table: pd.DataFrame) -> MapSpec:
    layer = after.view.layer
    looks = looks_by_key(after.programme, CHANGES)
    rank = {what: place for place, what in enumerate(_ORDER)}
    happened: dict[str, str] = {}
    for ags, what in zip(table["ags"], table["what"], strict=True):
        happened[ags] = min(happened.get(ags, KEPT), what, key=rank.__getitem__)
    holding = day.status[day.status["counted"] & (day.status["basis"] != "district")]
    held = set(holding.index if layer == OVERVIEW else holding.index[holding["instrument"] == layer])
    every = day.municipalities
    keys = zip(every.index.tolist(), every["ags"], strict=True)
    classes = {position: happened.get(ags, KEPT if position in held else NO_DATA) for position, ags in keys}
    inside = dict.fromkeys(_inside(every, after.district).index.tolist())
    codes = [ABSENT] * len(after.edition.municipalities)
    for position, key in classes.items():
        codes[position] = looks[key].code if position in inside else FILTERED
    counts = Counter(classes[position] for position in inside)
    legend = tuple(
        LegendEntry(looks[key], counts[key]) for key in (*_ORDER, NO_DATA) if counts[key] or not looks[key].optional
    )
    return MapSpec(
        layer=CHANGES, as_of=after.as_of, classes=classes, codes="".join(codes), legend=legend, inside=tuple(inside)
    )


def change_rows(changes: Changes, context: ViewContext, words: Words) -> pd.DataFrame:
    """Return the list for readers.

    Columns ``places`` (as in `DrillDown`), ``name``, ``district``, ``instrument``, ``what``, ``reason``, ``before``,
    ``after``, ``joint_with``, ``source``, all said.
    """
    whats = {what: words.label(label) for what, label in FLOW_LABELS.items()}
    whats |= {GAINED: words.say("dann gezählt"), LOST: words.say("dann nicht mehr gezählt")}
    programme = context.programme

    def what_of(row: Mapping[Hashable, Any]) -> str:
        what = row["what"]
        text = whats[what]
        if what in FLOWS:
            text = words.label(flow_label(what, programme.instrument(row["instrument"]), row["stage_was"]))
        elif what == CHANGED and changes.start < changes.end and not is_dated_after(row, changes.start):
            text = words.say("andere Stufe belegt")
        return text + (" (" + words.say("Gebietsänderung") + ")" if row["because"] == BOUNDARY else "")

    def stage(row: Mapping[Hashable, Any], key: str) -> str:
        if key == NO_DATA and row["what"] in ENDINGS and key == row["stage"]:
            return whats[row["what"]]
        if key == NO_DATA:
            is_known_later = row["what"] == FIRST_DOCUMENTED
            return words.say(phrases.DOCUMENTED_ONLY_LATER if is_known_later else phrases.NO_KNOWN_ACTIVITY)
        return words.label(programme.rung(f"{row['instrument']}:{key}").stage.label)

    rows = changes.table
    records = rows[list(CHANGE_COLUMNS)].to_dict("records")
    return pd.DataFrame(
        {
            "places": [((ags, name),) for ags, name in zip(rows["ags"], rows["name"], strict=True)],
            "name": rows["name"].tolist(),
            "district": [context.edition.district_name(key) for key in rows["district"]],
            "instrument": [words.label(programme.instrument(key).label) for key in rows["instrument"]],
            "what": [what_of(row) for row in records],
            "reason": [reason(row, programme, words) for row in records],
            "before": [stage(row, row["stage_before"]) for row in records],
            "after": [stage(row, row["stage"]) for row in records],
            "joint_with": rows["joint_with"].tolist(),
            "source": rows["source"].tolist(),
        }
    )
