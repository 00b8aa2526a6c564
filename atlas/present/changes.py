"""What changed between two days: a map, a list, and a paragraph that can be put into a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pandas as pd

from atlas.analysis.changes import GAINED, LOST, changes_between, effect_of
from atlas.analysis.events import CHANGED, FLOWS, in_period
from atlas.analysis.progress import Course
from atlas.analysis.status import NO_DATA
from atlas.model.programme import OVERVIEW, Instrument
from atlas.present.looks import ABSENT, CHANGES, FILTERED, looks_of
from atlas.present.map_spec import LegendEntry, MapSpec
from atlas.present.scene import Scene
from atlas.present.time_words import FLOW_LABELS, flow_label
from atlas.present.wording import Words

KEPT = "kept"
_ORDER = (*FLOWS, GAINED, LOST, CHANGED, KEPT)


@dataclass(frozen=True)
class Count:
    """One instrument on both days: ``before`` plus the beginnings less the ends of ``flows`` is ``after``."""

    instrument: Instrument
    before: int
    after: int
    flows: Counter[str]

    @property
    def moved(self) -> bool:
        """Whether anything happened."""
        return bool(self.flows.total())


@dataclass(frozen=True)
class Changes:
    """What changed between two days in the state, or in the view's district.

    Attributes
    ----------
    table
        What `changes_between` returned, for the view's instrument; for all in the overview.
    counts
        Instruments of the table, in order.
    totals
        Municipalities on both days.
    spec
        The map: every municipality of the later day by what happened to it.
    has_shares
        Whether the numbers stand beside those of all municipalities.
    """

    start: date
    end: date
    table: pd.DataFrame
    counts: tuple[Count, ...]
    totals: tuple[int, int]
    spec: MapSpec
    has_shares: bool = True


def build_changes(before: Scene, after: Scene, course: Course) -> Changes:
    """Return what changed from one scene to a later one of the same view; ``course`` is that of the later one.

    Raises
    ------
    ValueError
        If the days are not in order.
    """
    if before.as_of >= after.as_of:
        raise ValueError("the first day must lie before the second")
    happened = in_period(course.municipalities.events, before.as_of, after.as_of)
    names = after.edition.municipalities[["ags", "name"]].itertuples(index=False, name=None)
    return _built(before, after, changes_between(before.status, after.status, happened, names))


def build_effect(before: Scene, after: Scene) -> Changes:
    """Return what is different in another scene of the same view and day: with other entries."""
    return _built(before, after, effect_of(before.status, after.status))


def _built(before: Scene, after: Scene, table: pd.DataFrame) -> Changes:
    layer, district = after.view.layer, after.district
    if layer != OVERVIEW:
        table = table[table["instrument"] == layer]
    if district:
        table = table[table["district"] == district]
    table = table.reset_index(drop=True)
    instruments = [each for each in after.programme.instruments if layer in (OVERVIEW, each.key)]
    counts = tuple(_count(before, after, table, each, district) for each in instruments)
    totals = tuple(scene.day.figure(instruments[0].key, district).total for scene in (before, after))
    return Changes(
        before.as_of,
        after.as_of,
        table,
        counts,
        (totals[0], totals[1]),
        _spec(after, table, layer, district),
        after.programme.has_shares,
    )


def _count(before: Scene, after: Scene, table: pd.DataFrame, instrument: Instrument, district: str | None) -> Count:
    what = Counter(map(str, table["what"][table["instrument"] == instrument.key]))
    stocks = [len(scene.day.figure(instrument.key, district).municipalities) for scene in (before, after)]
    return Count(instrument, stocks[0], stocks[1], what)


def _spec(after: Scene, table: pd.DataFrame, layer: str, district: str | None) -> MapSpec:
    looks = {look.key: look for look in looks_of(after.programme, CHANGES)}
    rank = {what: place for place, what in enumerate(_ORDER)}
    happened: dict[str, str] = {}
    for ags, what in zip(table["ags"], table["what"], strict=True):
        happened[ags] = min(happened.get(ags, KEPT), what, key=rank.__getitem__)
    classes, codes, inside = {}, [ABSENT] * len(after.edition.municipalities), []
    holding = after.status[after.status["counted"] & (after.status["basis"] != "district")]
    held = set(holding.index if layer == OVERVIEW else holding.index[holding["instrument"] == layer])
    every = after.day.municipalities
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
    return MapSpec(CHANGES, after.as_of, classes, "".join(codes), (), (), (), legend, tuple(inside), {})


def paragraph(changes: Changes, after: Scene, words: Words) -> str:
    """Return the change in a paragraph ready for a report: numbers, names, cut-off dates, definition and source.

    Its numbers are those of ``changes.table``.
    """
    place = str(after.edition.districts.at[after.district, "name"]) if after.district else ""
    told = {
        "place": place or words.label(after.programme.territory),
        "start": words.day(changes.start),
        "end": words.day(changes.end),
    }
    said = [_sentence(each, changes, told, words) for each in changes.counts if each.moved or len(changes.counts) == 1]
    if not said:
        said = [words.say("{place}, {start} bis {end}: keine dokumentierte Veränderung.", **told)]
    if changes.has_shares and changes.totals[0] != changes.totals[1]:
        said.append(
            words.say(
                "Die Zahl der Gemeinden änderte sich durch Gebietsänderungen von {before} auf {after}.",
                before=words.number(changes.totals[0]),
                after=words.number(changes.totals[1]),
            )
        )
    if len(changes.counts) == 1:
        said.append(words.label(changes.counts[0].instrument.definition))
    said.append(
        words.say(
            "Gezählt sind öffentlich belegte Angaben, Stichtage {start} und {end}; Quelle: {source}.",
            **told,
            source=words.label(after.programme.source_line),
        )
    )
    return " ".join(said)


def _sentence(count: Count, changes: Changes, told: dict[str, str], words: Words) -> str:
    shares = [
        words.percent(n / total if total else 0.0)
        for n, total in zip((count.before, count.after), changes.totals, strict=True)
    ]
    values = told | {
        "what": words.label(count.instrument.label),
        "before": words.number(count.before),
        "after": words.number(count.after),
        "share_before": shares[0],
        "share_after": shares[1],
        "total_before": words.number(changes.totals[0]),
        "total_after": words.number(changes.totals[1]),
    }
    numbers = (
        words.say(
            "{place}: „{what}“ ist am {end} für {after} von {total_after} Gemeinden belegt ({share_after}); am {start} waren "
            "es {before} von {total_before} ({share_before}).",
            **values,
        )
        if changes.has_shares
        else words.say(
            "{place}: „{what}“. Am {end} belegte Gemeinden: {after}; am {start}: {before}.",
            **values,
        )
    )
    said = f"{numbers} "
    rows = changes.table[changes.table["instrument"] == count.instrument.key]
    parts = []
    for what in (*FLOWS, CHANGED):
        if count.flows[what]:
            names = ", ".join(rows["name"][rows["what"] == what])
            label = words.label(flow_label(what, count.instrument))
            parts.append(f"{label}: {words.number(count.flows[what])} ({names})")
    return said + "; ".join(parts) + ("." if parts else "")


def change_rows(changes: Changes, scene: Scene, words: Words) -> pd.DataFrame:
    """Return the list for readers.

    Columns ``name``, ``district``, ``instrument``, ``what``, ``before``, ``after``, ``since``, ``joint_with``,
    ``source``, all said.
    """
    whats = {what: words.label(FLOW_LABELS[what]) for what in (*FLOWS, CHANGED)}
    whats |= {GAINED: words.say("dann gezählt"), LOST: words.say("dann nicht mehr gezählt")}
    programme = scene.programme

    def stage(instrument: str, key: str) -> str:
        if key == NO_DATA:
            return words.say("keine bekannte Aktivität")
        return words.label(programme.rung(f"{instrument}:{key}").stage.label)

    rows = changes.table
    return pd.DataFrame(
        {
            "name": rows["name"].tolist(),
            "district": [str(scene.edition.districts.at[key, "name"]) for key in rows["district"]],
            "instrument": [words.label(programme.instrument(key).label) for key in rows["instrument"]],
            "what": [
                whats[what] + (f" ({words.say('Gebietsänderung')})" if because == "boundary" else "")
                for what, because in zip(rows["what"], rows["because"], strict=True)
            ],
            "before": [stage(i, s) for i, s in zip(rows["instrument"], rows["stage_before"], strict=True)],
            "after": [stage(i, s) for i, s in zip(rows["instrument"], rows["stage"], strict=True)],
            "since": [words.since(str(s), str(m)) for s, m in zip(rows["since"], rows["since_means"], strict=True)],
            "joint_with": rows["joint_with"].tolist(),
            "source": rows["source"].tolist(),
        }
    )
