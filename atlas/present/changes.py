"""What changed between two days: a map, a list, and a paragraph that can be put into a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from atlas.analysis.changes import CHANGE_COLUMNS, GAINED, LOST, changes_between, effect_of
from atlas.analysis.events import (
    BEGINNINGS,
    BEGUN,
    BOUNDARY,
    CHANGED,
    ENDINGS,
    FIRST_DOCUMENTED,
    FLOWS,
    PRESUMED_OVER,
    in_period,
)
from atlas.analysis.progress import progress
from atlas.analysis.spans import counting
from atlas.analysis.status import NO_DATA, status_as_of
from atlas.model.programme import OVERVIEW, Counts, Instrument, Unit
from atlas.present.looks import ABSENT, CHANGES, FILTERED, looks_of
from atlas.present.map_spec import LegendEntry, MapSpec
from atlas.present.scene import Day, Scene, Scenes
from atlas.present.time_words import FLOW_LABELS, REACHED_ON, flow_label, is_reached, periods_sentence, reason
from atlas.present.wording import Words

KEPT = "kept"
_ORDER = (*FLOWS, GAINED, LOST, CHANGED, KEPT)
_BOUNDARY = ("boundary_in", "boundary_out")
_RISES = (*BEGINNINGS, "boundary_in")
_YEAR = len("2022")


@dataclass(frozen=True)
class Stock:
    """What counts on a day, how much of it is in force, and what stands beside it and is not in it."""

    number: int
    in_force: int
    documented_later: int
    period_unknown: int


@dataclass(frozen=True)
class Count:
    """One instrument on both days: ``before`` plus what came in less what went out by ``flows`` is ``after``.

    Attributes
    ----------
    flows
        By `FLOWS`, and ``boundary_in`` and ``boundary_out`` for what only a merger did.
    rows
        What happened, as in `Changes.table`.
    in_force
        The same for what is in force, where the instrument counts all so far.
    inferred
        How many of ``after`` were concluded, not read.
    """

    instrument: Instrument
    before: Stock
    after: Stock
    flows: Mapping[str, int]
    rows: pd.DataFrame
    in_force: Count | None = None
    inferred: int = 0

    @property
    def moved(self) -> bool:
        """Whether anything happened."""
        return not self.rows.empty or (self.in_force is not None and self.in_force.moved)


@dataclass(frozen=True)
class Changes:
    """What changed between two days in the state, or in the view's district.

    Attributes
    ----------
    table
        What `changes_between` returned, for the view's instrument; for all in the overview.
    counts
        Instruments of the table, in order; empty if two records are compared.
    totals
        Municipalities on both days.
    spec
        The map: every municipality of the later day by what happened to it.
    has_shares
        Whether the numbers stand beside those of all municipalities.
    unit
        What is told of.
    counting
        What counts, if it is not for each instrument to say.
    """

    start: date
    end: date
    table: pd.DataFrame
    counts: tuple[Count, ...]
    totals: tuple[int, int]
    spec: MapSpec
    has_shares: bool = True
    unit: Unit = "municipalities"
    counting: Counts | None = None


def build_changes(
    scenes: Scenes, before: Scene, after: Scene, *, unit: Unit = "municipalities", counts: Counts | None = None
) -> Changes:
    """Return what changed from one scene to a later one of the same view; ``counts`` as in `Scenes.course`.

    Raises
    ------
    ValueError
        If the days are not in order.
    """
    if before.as_of >= after.as_of:
        raise ValueError("the first day must lie before the second")
    told = _counts(scenes, before, after, unit, counts)
    if counts is None:
        for number, each in enumerate(told):
            if each.instrument.counts is Counts.SO_FAR:
                (line,) = _counts(scenes, before, after, unit, Counts.IN_FORCE, each.instrument)
                told[number] = Count(**(vars(each) | {"in_force": line}))
    table = pd.concat([each.rows for each in told], ignore_index=True)
    days = (_counted(before, counts), _counted(after, counts))
    totals = [len(_inside(day.municipalities, after.district)) for day in days]
    spec = _spec(after, days[1], table)
    shares = after.programme.has_shares
    return Changes(before.as_of, after.as_of, table, tuple(told), (totals[0], totals[1]), spec, shares, unit, counts)


def build_effect(before: Scene, after: Scene) -> Changes:
    """Return what is different in another scene of the same view and day: with other entries."""
    layer, district = after.view.layer, after.district
    table = effect_of(before.status, after.status)
    if layer != OVERVIEW:
        table = table[table["instrument"] == layer]
    table = _inside(table, district).reset_index(drop=True)
    total = len(_inside(after.day.municipalities, district))
    spec = _spec(after, after.day, table)
    return Changes(before.as_of, after.as_of, table, (), (total, total), spec, after.programme.has_shares)


def _inside(rows: pd.DataFrame, district: str | None) -> pd.DataFrame:
    return rows if district is None else rows[rows["district"] == district]


def _counted(scene: Scene, counts: Counts | None) -> Day:
    """Return the day of a scene as it is where all instruments count in one way."""
    if counts is None:
        return scene.day
    spans = counting(scene.spans, counts)
    status = status_as_of(spans, scene.programme, scene.edition, scene.changes, scene.as_of)
    return Day(scene.edition, scene.as_of, status, spans, scene.changes)


def _counts(
    scenes: Scenes, before: Scene, after: Scene, unit: Unit, counts: Counts | None, only: Instrument | None = None
) -> list[Count]:
    layer, district = only.key if only else after.view.layer, after.district
    instruments = [each for each in after.programme.instruments if layer in (OVERVIEW, each.key)]
    course = scenes.course(after, counts)
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
    found = []
    for instrument, first, last in zip(instruments, numbers, numbers[len(keys) :], strict=False):
        flows = {what: int(last[what]) for what in (*FLOWS, *_BOUNDARY)}
        rows = table[table["instrument"] == instrument.key].reset_index(drop=True)
        inferred = days[1].figure(instrument.key, district).inferred if is_place else 0
        stocks = [
            Stock(int(row[unit]), int(row["in_force"]), int(row["documented_later"]), int(row["period_unknown"]))
            for row in (first, last)
        ]
        found.append(Count(instrument, stocks[0], stocks[1], flows, rows, inferred=inferred))
    return found


def _spec(after: Scene, day: Day, table: pd.DataFrame) -> MapSpec:
    layer, district = after.view.layer, after.district
    looks = {look.key: look for look in looks_of(after.programme, CHANGES)}
    rank = {what: place for place, what in enumerate(_ORDER)}
    happened: dict[str, str] = {}
    for ags, what in zip(table["ags"], table["what"], strict=True):
        happened[ags] = min(happened.get(ags, KEPT), what, key=rank.__getitem__)
    classes, codes, inside = {}, [ABSENT] * len(after.edition.municipalities), []
    holding = day.status[day.status["counted"] & (day.status["basis"] != "district")]
    held = set(holding.index if layer == OVERVIEW else holding.index[holding["instrument"] == layer])
    every = day.municipalities
    for position, ags, home in zip(every.index.tolist(), every["ags"], every["district"], strict=True):
        key = happened.get(ags, KEPT if position in held else NO_DATA)
        classes[position] = key
        is_inside = district in (None, home)
        codes[position] = looks[key].code if is_inside else FILTERED
        inside += [position] if is_inside else []
    counts = Counter(classes[position] for position in inside)
    legend = tuple(
        LegendEntry(looks[key], counts[key]) for key in (*_ORDER, NO_DATA) if counts[key] or not looks[key].optional
    )
    return MapSpec(CHANGES, after.as_of, classes, "".join(codes), (), (), (), legend, tuple(inside), {}, {})


# ---- the paragraph ---------------------------------------------------------------------------------------------------

_SAYINGS = {
    "begun": "Begonnen hat es {where}.",
    "reached": "Erreicht wurde es {where}.",
    "first_documented": "Erstmals belegt, Beginn unbekannt oder früher, ist es {where}.",
    "revived": "Wiederbelebt wurde es {where}.",
    "ended": "Beendet wurde es {where}.",
    "dormant": "Zum Ruhen kam es {where}.",
    "end_documented": "Als beendet belegt, Tag unbekannt, ist es {where}.",
    "presumed_over": "Vermutlich beendet ist es {where}.",
    "house": "Vermutlich beendet, nach einer eigenen Regel des Atlas, ist es {where}.",
    "boundary_in": "Allein durch Gebietsänderungen gilt es zusätzlich {where}.",
    "boundary_out": "Allein durch Gebietsänderungen gilt es nicht mehr {where}.",
    "changed": "Die Stufe änderte sich {where}.",
}
"""What is said of each flow; ``{where}`` is ``in 2 Gemeinden: Arnsdorf und Radeberg``."""


def paragraph(changes: Changes, after: Scene, words: Words) -> str:
    """Return the change ready for a report: numbers, names, both days, definition and source.

    A paragraph for each instrument in which anything happened, or for the only one. Its numbers are those of
    ``changes.counts``, its names those of ``changes.table``.
    """
    place = str(after.edition.districts.at[after.district, "name"]) if after.district else ""
    told = {
        "place": place or words.label(after.programme.territory),
        "start": words.day(changes.start),
        "end": words.day(changes.end),
    }
    teller = _Teller(changes, after, told, words)
    shown = [each for each in changes.counts if each.moved or len(changes.counts) == 1]
    said = [" ".join(teller.sentences(each)) for each in shown]
    if not said:
        said = [words.say("{place}, {start} bis {end}: keine dokumentierte Veränderung.", **told)]
    return "\n".join([*said[:-1], " ".join([said[-1], *teller.closing(shown)])])


@dataclass(frozen=True)
class _Teller:
    """Says what changed between two days: ``told`` are place and days."""

    changes: Changes
    after: Scene
    told: Mapping[str, str]
    words: Words

    def sentences(self, count: Count) -> list[str]:
        """Return stock, what stands beside it, and every flow with its names."""
        words, said = self.words, [self._stock(count)]
        if count.inferred:
            numbers = {"n": words.number(count.inferred), "all": words.number(count.after.number)}
            said.append(words.say("Erschlossen, nicht eigens belegt, sind {n} der {all}.", **numbers))
        said += [*self._beside(count), *self._flows(count)]
        if count.in_force is not None:
            said.append(self._in_force(count.in_force))
        return said

    def _stock(self, count: Count) -> str:
        words = self.words
        values: dict[str, object] = {
            **self.told,
            "what": self._title(count.instrument),
            "before": words.number(count.before.number),
            "after": words.number(count.after.number),
        }
        if self.changes.unit == "arrangements":
            return words.say(
                "{place}: Für „{what}“ sind am {end} {after} Vorgänge belegt, am {start} {before}; ein gemeinsamer "
                "zählt einmal.",
                **values,
            )
        if not self.changes.has_shares:
            return words.count(
                "{place}: „{what}“ ist am {end} für {n} Gemeinde belegt, am {start} für {before}.",
                "{place}: „{what}“ ist am {end} für {n} Gemeinden belegt, am {start} für {before}.",
                count.after.number,
                **values,
            )
        pairs = zip((count.before.number, count.after.number), self.changes.totals, strict=True)
        shares = [words.percent(n / total if total else 0.0) for n, total in pairs]
        totals = [words.number(total) for total in self.changes.totals]
        return words.say(
            "{place}: „{what}“ ist am {end} für {after} von {total_after} Gemeinden belegt ({share_after}), am {start} für "
            "{before} von {total_before} ({share_before}).",
            **values,
            share_before=shares[0],
            share_after=shares[1],
            total_before=totals[0],
            total_after=totals[1],
        )

    def _title(self, instrument: Instrument) -> str:
        label, counting_ = self.words.label(instrument.label), self.changes.counting
        if counting_ in {None, instrument.counts}:
            return label
        said = self.words.say("in Kraft" if counting_ is Counts.IN_FORCE else "bisher")
        return f"{label} ({said})"

    def _beside(self, count: Count) -> list[str]:
        """Return what is not counted on either day, because nobody knows since when it holds."""
        words, stocks = self.words, (("start", count.before), ("end", count.after))

        def more(of: str) -> str:
            numbers = [(self.told[day], getattr(stock, of)) for day, stock in stocks]
            return words.listed(
                [words.say("am {day} weitere {n}", day=day, n=words.number(n)) for day, n in numbers if n]
            )

        said = []
        if later := more("documented_later"):
            text = "Erst später belegt und darum nicht mitgezählt sind {more}; ihr Beginn ist unbekannt."
            said.append(words.say(text, more=later))
        if unknown := more("period_unknown"):
            said.append(words.say("Nicht mitgezählt, weil der Zeitraum unbekannt ist, sind {more}.", more=unknown))
        return said

    def _flows(self, count: Count) -> list[str]:
        """Return a sentence for each flow; that none began, and none is first documented, is said as well."""
        rows = count.rows
        by_boundary = rows["because"] == BOUNDARY
        said = []
        for what in (*FLOWS, CHANGED):
            mine = rows[(rows["what"] == what) & ~by_boundary]
            if not mine.empty:
                said.append(self.words.say(_SAYINGS[self._saying(what, count, mine)], where=self._where_named(mine)))
            elif what == BEGUN:
                said.append(self.words.say(_SAYINGS[self._saying(what, count, mine)], where=self._where(0)))
            elif what == FIRST_DOCUMENTED:
                said.append(self.words.say("Erstmals belegt ist es {where}.", where=self._where(0)))
        for what in _BOUNDARY:
            mine = rows[(rows["what"].isin(BEGINNINGS) == (what == "boundary_in")) & by_boundary]
            if not mine.empty:
                said.append(self.words.say(_SAYINGS[what], where=self._where_named(mine)))
        return [*said, *self._sum(count)]

    def _saying(self, what: str, count: Count, rows: pd.DataFrame) -> str:
        if what == BEGUN and is_reached(count.instrument):
            return "reached"
        if what == PRESUMED_OVER and all(count.instrument.stage(key).is_house_rule for key in rows["stage_was"]):
            return "house"
        return what

    def _where(self, number: int) -> str:
        words = self.words
        is_place = self.changes.unit == "municipalities"
        if not number:
            return words.say("in keiner Gemeinde" if is_place else "bei keinem Vorgang")
        if is_place:
            return words.count("in {n} Gemeinde", "in {n} Gemeinden", number)
        return words.count("bei {n} Vorgang", "bei {n} Vorgängen", number)

    def _where_named(self, rows: pd.DataFrame) -> str:
        names = self._names(rows)
        return f"{self._where(len(names))}: {self.words.listed(names)}"

    def _names(self, rows: pd.DataFrame) -> Sequence[str]:
        """Return the names, each once, with the district where the state has several of the name."""
        often = Counter(self.after.day.municipalities["name"])
        districts = self.after.edition.districts["name"]
        times = Counter(
            name if often[name] <= 1 else f"{name} ({districts[district]})"
            for name, district in zip(rows["name"], rows["district"], strict=True)
        )
        words = self.words
        return [
            name if n == 1 else words.say("{n}-mal {name}", name=name, n=words.number(n)) for name, n in times.items()
        ]

    def _sum(self, count: Count) -> list[str]:
        """Return that the numbers add up, if there is anything to add."""
        words = self.words
        labels = {what: words.label(flow_label(what, count.instrument)) for what in FLOWS}
        labels |= dict.fromkeys(_BOUNDARY, words.say("durch Gebietsänderungen"))
        terms = [
            f"{'+' if what in _RISES else '−'} {words.number(number)} {labels[what]}"
            for what, number in count.flows.items()
            if number
        ]
        if not terms:
            return []
        total = f"{words.number(count.before.number)} {' '.join(terms)} = {words.number(count.after.number)}"
        return [words.say("Das geht auf: {sum}.", sum=total)]

    def _in_force(self, count: Count) -> str:
        """Return what is in force of all so far, with its flows."""
        words = self.words
        values = {
            **self.told,
            "before": words.number(count.before.number),
            "after": words.number(count.after.number),
        }
        rows = count.rows[count.rows["because"] != BOUNDARY]
        flows = []
        for what in FLOWS:
            mine = rows[rows["what"] == what]
            if not mine.empty:
                label = words.label(flow_label(what, count.instrument))
                flows.append(f"{label} {words.number(len(mine))} ({words.listed(self._names(mine))})")
        if not flows:
            return words.say("Davon in Kraft sind {after} am {end} und {before} am {start}.", **values)
        said = words.say(
            "Davon in Kraft sind {after} am {end} und {before} am {start}; dazwischen: {flows}.",
            **values,
            flows=", ".join(flows),
        )
        return " ".join([said, *self._sum(count)])

    def closing(self, shown: Sequence[Count]) -> list[str]:
        """Return what holds for all of it: boundaries, what a sum of periods is worth, definition, source."""
        words, totals, said = self.words, self.changes.totals, []
        if self.changes.has_shares and totals[0] != totals[1]:
            said.append(
                words.say(
                    "Die Zahl der Gemeinden änderte sich durch Gebietsänderungen von {before} auf {after}.",
                    before=words.number(totals[0]),
                    after=words.number(totals[1]),
                )
            )
        if any(_is_rough(each.rows) for each in shown):
            said.append(periods_sentence(words))
        if len(self.changes.counts) == 1:
            said.append(words.label(self.changes.counts[0].instrument.definition))
        said.append(
            words.say(
                "Gezählt sind öffentlich belegte Angaben, Stichtage {start} und {end}; Quelle: {source}.",
                **self.told,
                source=words.label(self.after.programme.source_line),
            )
        )
        return said


def _is_rough(rows: pd.DataFrame) -> bool:
    """Return whether a beginning among them is known to the year only."""
    begun = rows[rows["what"].isin(BEGINNINGS) & (rows["since_means"] == REACHED_ON)]
    return bool((begun["since"].str.len() == _YEAR).any())


def change_rows(changes: Changes, scene: Scene, words: Words) -> pd.DataFrame:
    """Return the list for readers.

    Columns ``name``, ``district``, ``instrument``, ``what``, ``reason``, ``before``, ``after``, ``joint_with``,
    ``source``, all said.
    """
    whats = {what: words.label(label) for what, label in FLOW_LABELS.items()}
    whats |= {GAINED: words.say("dann gezählt"), LOST: words.say("dann nicht mehr gezählt")}
    programme = scene.programme

    def what_of(row: Mapping[Hashable, Any]) -> str:
        what = row["what"]
        said = words.label(flow_label(what, programme.instrument(row["instrument"]))) if what in FLOWS else whats[what]
        return f"{said} ({words.say('Gebietsänderung')})" if row["because"] == BOUNDARY else said

    def stage(row: Mapping[Hashable, Any], key: str) -> str:
        if key == NO_DATA:
            is_over = row["what"] in ENDINGS and key == row["stage"]
            return whats[row["what"]] if is_over else words.say("keine bekannte Aktivität")
        return words.label(programme.rung(f"{row['instrument']}:{key}").stage.label)

    rows = changes.table
    records = rows[list(CHANGE_COLUMNS)].to_dict("records")
    return pd.DataFrame(
        {
            "name": rows["name"].tolist(),
            "district": [str(scene.edition.districts.at[key, "name"]) for key in rows["district"]],
            "instrument": [words.label(programme.instrument(key).label) for key in rows["instrument"]],
            "what": [what_of(row) for row in records],
            "reason": [reason(row, programme, words) for row in records],
            "before": [stage(row, row["stage_before"]) for row in records],
            "after": [stage(row, row["stage"]) for row in records],
            "joint_with": rows["joint_with"].tolist(),
            "source": rows["source"].tolist(),
        }
    )
