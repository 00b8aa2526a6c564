"""Entries of the record as those who look after them see them: whose they are, in which order, in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from atlas.analysis.difference import entries_of
from atlas.analysis.status import successors
from atlas.analysis.typed import Typed
from atlas.model.dates import PartialDate
from atlas.model.edits import Record
from atlas.model.programme import Programme
from atlas.present.detail import municipality_names
from atlas.present.scene import Scene
from atlas.present.wording import Words

Rung = tuple[str, str]
"""Keys of an instrument and one of its stages."""


def rungs(programme: Programme) -> list[Rung]:
    """Return everything an entry can say, in the order of the programme."""
    return [(each.key, stage.key) for each in programme.instruments for stage in each.stages]


def rung_label(programme: Programme, rung: Rung, words: Words) -> str:
    """Return ``Baustein: erreicht``; the keys themselves if the programme has no such stage."""
    if rung not in rungs(programme):
        return ": ".join(filter(None, rung))
    known = programme.rung(":".join(rung))
    return ": ".join(dict.fromkeys((words.label(known.instrument.label), words.label(known.stage.label))))


def places(source: Scene) -> dict[str, str]:
    """Return all who can have entries on the day, by key: municipalities by name, then the districts of several."""
    several = source.day.municipalities["district"].value_counts()
    districts = source.edition.districts["name"]
    return municipality_names(source) | {
        key: str(districts[key]) for key in source.edition.district_keys if several.get(key, 0) > 1
    }


def place_of(source: Scene) -> str | None:
    """Return the key of the place the view looks at: its municipality, else its district."""
    known = places(source)
    return next((key for key in (source.view.municipality, source.view.district) if key in known), None)


def keys_of_place(source: Scene, place: str) -> list[str]:
    """Return the key of a place and those of the municipalities merged into it."""
    heir = successors(source.changes, source.as_of)
    return [place, *sorted(key for key, new in heir.items() if new == place and key != place)]


def entries_at(source: Scene, place: str | None) -> list[Typed]:
    """Return the entries of a place, of everywhere without one: by place, instrument and date, undated ones last."""
    order = {rung: number for number, rung in enumerate(rungs(source.programme))}
    table = source.records.table
    if place:
        table = table[table["ags"].isin(keys_of_place(source, place))]
    found = [Typed(record, entry, version) for entry, (version, record) in entries_of(table).items()]

    def rank(each: Typed) -> tuple[object, ...]:
        record = each.record
        stage = order.get((record.instrument, record.status), len(order))
        instrument = next((n for (key, _), n in order.items() if key == record.instrument), len(order))
        name = "" if place else record.municipality
        return name, instrument, not record.date, record.date, stage, each.entry

    return sorted(found, key=rank)


def seen(entries: Iterable[Typed]) -> frozenset[tuple[int, int]]:
    """Return what somebody has seen who has seen these entries: each with its version."""
    return frozenset((each.entry, each.version) for each in entries)


_DATES = ("date", "source_date", "until", "retrieved")


def as_written(record: Record, words: Words) -> Record:
    """Return an entry with its dates as people write them; what is no date stays as it is."""
    return replace(record, **{name: _said(getattr(record, name), words) for name in _DATES})


def _said(text: str, words: Words) -> str:
    try:
        PartialDate.parse(text)
    except ValueError:
        return text
    return words.partial(text)
