"""What is known about one municipality on one day, ready to be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import pandas as pd

from atlas.analysis.facts import entry_ranges
from atlas.analysis.status import NO_DATA, StatusLine, successors
from atlas.errors import Problem
from atlas.model.boundaries import Change, mergers
from atlas.model.programme import Programme
from atlas.model.records import Records, web_address
from atlas.present.looks import Look, look_key, looks_of
from atlas.present.scene import Scene
from atlas.present.wording import Words


@dataclass(frozen=True)
class Entry:
    """One record, said."""

    when: str
    stage: str
    note: str
    joint_with: str
    holder: str
    """Whose record it is where it is not the municipality's own: a former municipality or the district."""
    source: str
    """Web address or title."""
    link: str | None
    """The address if a reader can follow it."""
    source_date: str


@dataclass(frozen=True)
class InstrumentDetail:
    """One instrument of one municipality."""

    key: str
    label: str
    look: Look
    status: str
    """``unterzeichnet seit 17.12.2021``, or that nothing is known."""
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class NeighbourLine:
    """A municipality next door that takes part."""

    ags: str
    name: str
    border_km: float
    status: str


@dataclass(frozen=True)
class Detail:
    """One municipality on one day."""

    ags: str
    name: str
    subtitle: str
    merged_from: str
    instruments: tuple[InstrumentDetail, ...]
    neighbours: tuple[NeighbourLine, ...]
    neighbour_count: int

    @property
    def documented(self) -> tuple[InstrumentDetail, ...]:
        """Instruments of which anything is known."""
        return tuple(each for each in self.instruments if each.look.key != NO_DATA)


def position_of(status: pd.DataFrame, ags: str) -> int | None:
    """Return the position of a municipality of the day, None if there is none with this key."""
    found = status.index[status["ags"] == ags]
    return int(found[0]) if len(found) else None


def position_or_heir(source: Scene, ags: str) -> int | None:
    """Return the position of a municipality of the day, of its successor if it has been merged; None without either."""
    position = position_of(source.status, ags)
    if position is not None:
        return position
    heir = successors(source.changes, source.as_of).get(ags)
    return position_of(source.status, heir) if heir else None


def absent(source: Scene, ags: str, place: str, words: Words) -> Problem:
    """Return the problem that there was no such municipality on the day; ``place`` says where it was asked for."""
    text = "Am {day} gab es keine Gemeinde mit dem Schlüssel {ags}."
    return Problem(place, text, {"day": words.day(source.as_of), "ags": ags})


def unique_names(source: Scene, positions: Iterable[int]) -> list[str]:
    """Return the names of municipalities, with the district where the state has several of the name."""
    often = Counter(source.day.municipalities["name"])
    districts = source.edition.districts["name"].to_dict()
    rows = source.edition.municipalities.loc[list(positions), ["name", "district"]]
    told = zip(rows["name"], rows["district"], strict=True)
    return [name if often[name] == 1 else f"{name} ({districts[district]})" for name, district in told]


def municipality_names(source: Scene) -> dict[str, str]:
    """Return the municipalities of the day by key, in order of name; with the district where several have the same."""
    rows = source.day.municipalities.sort_values(["name", "ags"])
    return dict(zip(rows["ags"], unique_names(source, rows.index), strict=True))


def build_detail(source: Scene, position: int, words: Words) -> Detail:
    """Return what is known about the municipality at ``position`` of the day's status table."""
    row = source.edition.municipalities.loc[position].to_dict()
    district = str(source.edition.districts.loc[row["district"], "name"])
    area = words.say("{km2} km²", km2=words.number(float(row["area_km2"]), 1))
    kind = _kind(str(row["kind"]), words)
    place = [kind, area] if district == row["name"] else [kind, district, area]
    names = [change.old_name for change in mergers(source.changes) if _is_part_of(change, row["ags"], source.as_of)]
    entries = _entries(source, str(row["ags"]), str(row["district"]), words)
    return Detail(
        str(row["ags"]),
        str(row["name"]),
        " · ".join(place),
        ", ".join(names),
        tuple(_instrument(source.programme, line, entries, words) for line in source.day.lines[position]),
        *_neighbours(source, position, words),
    )


def _kind(kind: str, words: Words) -> str:
    kinds = {
        "Kreisfreie Stadt": words.say("Kreisfreie Stadt"),
        "Stadtkreis": words.say("Stadtkreis"),
        "Stadt": words.say("Stadt"),
        "Gemeinde": words.say("Gemeinde"),
        "Gemeindefreies Gebiet": words.say("gemeindefreies Gebiet"),
    }
    return kinds.get(kind, kind)


def _is_part_of(change: Change, ags: str, as_of: date) -> bool:
    return change.effective <= as_of and change.new_ags == ags and change.old_ags != ags


def status_sentence(line: StatusLine, programme: Programme, words: Words) -> str:
    """Return the status of one row of the status table in words: stage, since when, and on what ground."""
    if line.basis == "none":
        return words.say("keine bekannte Aktivität")
    label = words.label(programme.rung(f"{line.instrument}:{line.stage}").stage.label)
    said = words.say("{stage}, {since}", stage=label, since=words.since(line.since, line.since_means))
    if line.basis == "derived":
        origin = programme.rung(line.derived_from)
        names = (words.label(origin.instrument.label), words.label(origin.stage.label))
        ground = ": ".join(dict.fromkeys(names))
        return words.say("{status} (abgeleitet aus {ground})", status=said, ground=ground)
    if line.basis == "district":
        return words.say("{status} (über den Kreis)", status=said)
    return said


def _instrument(
    programme: Programme, line: StatusLine, entries: dict[str, list[Entry]], words: Words
) -> InstrumentDetail:
    looks = {look.key: look for look in looks_of(programme, line.instrument)}
    look = looks[look_key(line.stage, line.basis)]
    label = words.label(programme.instrument(line.instrument).label)
    status = status_sentence(line, programme, words)
    return InstrumentDetail(line.instrument, label, look, status, tuple(entries.get(line.instrument, ())))


@lru_cache(maxsize=8)
def _ranges(records: Records, programme: Programme) -> pd.DataFrame:
    return entry_ranges(records.table, programme)


def _entries(source: Scene, ags: str, district: str, words: Words) -> dict[str, list[Entry]]:
    """Return the records that count by the day, by instrument, oldest first."""
    heir = successors(source.changes, source.as_of)
    table = source.records.table
    told = _ranges(source.records, source.programme)
    begins = told["begin"].where(told["begin"].notna(), pd.Timestamp.min.as_unit("s"))
    known = zip(
        table.itertuples(index=False),
        begins.dt.date,
        told["since_day"].dt.date,
        [words.since(*each) for each in zip(told["since"], told["since_means"], told["read_on"], strict=True)],
        strict=True,
    )
    names = {change.old_ags: change.old_name for change in mergers(source.changes)}
    found: dict[str, list[tuple[date, Entry]]] = {}
    for record, begins_on, counts_from, since in known:
        participant = str(record.ags)
        if begins_on > source.as_of or (heir.get(participant, participant) != ags and participant != district):
            continue
        holder = "" if participant == ags else names.get(participant) or str(record.municipality)
        stage = source.programme.rung(f"{record.instrument}:{record.status}").stage
        entry = Entry(
            since,
            words.label(stage.label),
            str(record.note),
            str(record.joint_with),
            holder,
            str(record.source_url),
            web_address(str(record.source_url)),
            words.partial(str(record.source_date)),
        )
        found.setdefault(str(record.instrument), []).append((counts_from, entry))
    return {key: [entry for _, entry in sorted(pairs, key=lambda pair: pair[0])] for key, pairs in found.items()}


def _neighbours(source: Scene, position: int, words: Words) -> tuple[tuple[NeighbourLine, ...], int]:
    """Return the neighbours by shared border that take part, longest border first, and how many there are in all."""
    near = source.day.hood.lines[position]
    active = source.day.active
    lines = []
    for other, border_m in near:
        if other in active:
            rows = [line for line in source.day.lines[other] if line.counted and line.basis == "direct"]
            labels = [words.label(source.programme.instrument(line.instrument).short) for line in rows]
            lines.append(NeighbourLine(rows[0].ags, rows[0].name, border_m / 1000, ", ".join(labels)))
    return tuple(lines), len(near)


def as_of_sentence(source: Scene, words: Words) -> str:
    """Return what the date means: how many municipalities there were, and the last change of boundaries before it."""
    kinds = source.edition.municipalities["kind"].iloc[source.status.index.unique()]
    free = int((kinds == "Gemeindefreies Gebiet").sum())
    values = {"day": words.day(source.as_of), "total": words.number(len(kinds) - free)}
    if free:
        text = "Stichtag {day}: {total} Gemeinden und {free} gemeindefreie Gebiete."
        said = words.say(text, **values, free=words.number(free))
    else:
        said = words.say("Stichtag {day}: {total} Gemeinden.", **values)
    past = [change for change in mergers(source.changes) if change.effective <= source.as_of]
    if not past:
        return said
    last = max(change.effective for change in past)
    merged: dict[str, list[str]] = {}
    for change in past:
        if change.effective == last:
            merged.setdefault(change.new_name, []).append(change.old_name)
    news = "; ".join(f"{' + '.join(old)} → {new}" for new, old in merged.items())
    text = "Letzte Gebietsänderung am {day}: {news}."
    if source.edition.provenance.unmapped:
        text = "Letzte eingetragene Gebietsänderung am {day}: {news}."
    return f"{said} {words.say(text, day=words.day(last), news=news)}"
