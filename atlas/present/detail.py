"""What is known about one municipality on one day, ready to be said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from atlas import phrases
from atlas.analysis.stages import entry_cases
from atlas.analysis.status import NO_DATA, StatusLine, successors
from atlas.errors import Problem
from atlas.model.boundaries import BoundaryChange, mergers
from atlas.model.place_names import german_key
from atlas.model.programme import Programme, StageKind
from atlas.model.records import Records, source_name, web_address
from atlas.model.states import State
from atlas.phrases import N_
from atlas.present.context import ViewContext
from atlas.present.looks import LegendClass, look_key, looks_by_key
from atlas.present.population import inhabitants_said, register_sentence
from atlas.present.since import ENDED, HOLDS, LAPSED, OVER, ended_by_itself, lines_of, said, since_of
from atlas.present.wording import Words


@dataclass(frozen=True, kw_only=True)
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
    until: str
    case: str
    """What keeps it apart from others of the same instrument."""
    inferred: bool
    """Whether it was concluded from a general sentence, not read about this participant."""
    until_text: str
    """Last day, said for a list."""
    remarks: tuple[str, ...]
    """Ground, joint body and holder, as far as there are any, each said for a list."""
    source_parts: tuple[str, str, str]
    """``Quelle: ``, ``beispiel.de``, `` (01.03.2021)``."""
    lang: str
    """Of note, case and the title of a source."""


@dataclass(frozen=True, kw_only=True)
class InstrumentDetail:
    """One instrument of one municipality.

    ``status`` is ``unterzeichnet seit 17.12.2021``, or that nothing is known; ``standing`` the same as sentences: where
    there are several cases, one for each by its name.
    """

    key: str
    label: str
    look: LegendClass
    status: str
    standing: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class NeighbourLine:
    """A municipality next door that takes part; ``border`` is ``12,3 km Grenze``."""

    ags: str
    name: str
    border: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One municipality on one day.

    ``merged_from`` is ``mit A, B``, what was merged into it; ``nothing`` says that nothing is documented; ``neighbours``
    are those that take part, longest border first.
    """

    ags: str
    name: str
    subtitle: str
    merged_from: str
    instruments: tuple[InstrumentDetail, ...]
    nothing: str
    evidence: str
    neighbour_heading: str
    neighbours: tuple[NeighbourLine, ...]

    @property
    def documented(self) -> tuple[InstrumentDetail, ...]:
        """Instruments of which anything is known."""
        return tuple(each for each in self.instruments if each.look.key != NO_DATA)


def position_of(status: pd.DataFrame, ags: str) -> int | None:
    """Return the position of a municipality of the day, None if there is none with this key."""
    positions = status.index[status["ags"] == ags]
    return int(positions[0]) if len(positions) else None


def position_or_successor(context: ViewContext, ags: str) -> int | None:
    """Return the position of a municipality of the day, of its successor if it has been merged; None without either."""
    position = position_of(context.status, ags)
    if position is not None:
        return position
    successor = successors(context.changes, context.as_of).get(ags)
    return position_of(context.status, successor) if successor else None


def absent(context: ViewContext, ags: str, place: str, words: Words) -> Problem:
    """Return the problem that there was no such municipality on the day; ``place`` says where it was asked for."""
    text = N_("Am {day} gab es keine Gemeinde mit dem Schlüssel {ags}.")
    return Problem(place, text, {"day": words.day(context.as_of), "ags": ags})


def unique_names(context: ViewContext, positions: Iterable[int]) -> list[str]:
    """Return the names of municipalities, with the district where the state has several of the name."""
    rows = context.edition.municipalities
    names, districts = rows["name"].to_numpy(), rows["district"].to_numpy()
    return [
        str(names[at])
        if context.day.often[names[at]] == 1
        else f"{names[at]} ({context.edition.district_name(districts[at])})"
        for at in positions
    ]


def municipality_names(context: ViewContext) -> dict[str, str]:
    """Return the municipalities of the day by key, in order of name; with the district where several have the same."""
    rows = context.day.municipalities.sort_values(["name", "ags"], key=german_key)
    return dict(zip(rows["ags"], unique_names(context, rows.index), strict=True))


def build_detail(context: ViewContext, position: int, words: Words) -> Detail:
    """Return what is known about the municipality at ``position`` of the day's status table."""
    row = context.edition.municipalities.loc[position].to_dict()
    district = context.edition.district_name(row["district"])
    area = words.say(phrases.SQUARE_KILOMETRES, km2=words.number(float(row["area_km2"]), 1))
    kind = _kind(str(row["kind"]), words)
    size = [area, *filter(None, [inhabitants_said(context, [position], words)])]
    place = [kind, *size] if district == row["name"] else [kind, district, *size]
    names = [change.old_name for change in mergers(context.changes) if _is_part_of(change, row["ags"], context.as_of)]
    entries = _entries(context, str(row["ags"]), str(row["district"]), words)
    instruments = tuple(_instrument(context, position, line, entries, words) for line in context.day.lines[position])
    nothing = words.say("Hier ist keine Aktivität öffentlich dokumentiert. Das heißt nicht, dass es keine gibt.")
    near = _neighbours(context, position, words)
    return Detail(
        ags=str(row["ags"]),
        name=str(row["name"]),
        subtitle=" · ".join(place),
        merged_from=words.say("mit {names}", names=", ".join(names)) if names else "",
        instruments=instruments,
        evidence=words.say("Belege, Quellen und Nachbarn"),
        nothing="" if any(each.look.key != NO_DATA for each in instruments) else nothing,
        neighbour_heading=neighbour_heading(len(near), len(context.day.hood.lines[position]), words),
        neighbours=near,
    )


def _kind(kind: str, words: Words) -> str:
    kinds = {
        "Kreisfreie Stadt": words.say("Kreisfreie Stadt"),
        "Stadtkreis": words.say("Stadtkreis"),
        "Stadt": words.say("Stadt"),
        "Gemeinde": words.say(phrases.MUNICIPALITY),
        "Gemeindefreies Gebiet": words.say("gemeindefreies Gebiet"),
    }
    return kinds.get(kind, kind)


def _is_part_of(change: BoundaryChange, ags: str, as_of: date) -> bool:
    return change.effective <= as_of and change.new_ags == ags and change.old_ags != ags


def rung_name(programme: Programme, ref: str, words: Words) -> str:
    """Return ``Baustein: erreicht`` for ``instrument:stage``; once what both are called."""
    rung = programme.rung(ref)
    return ": ".join(dict.fromkeys((words.label(rung.instrument.label), words.label(rung.stage.label))))


def status_sentence(line: StatusLine, programme: Programme, words: Words, *, with_rule: bool = True) -> str:
    """Return the status of one row of the status table in words: stage, since when, and on what ground.

    ``with_rule`` says after what time something is presumed over, and whose rule that is.
    """
    if line.basis == "none":
        return words.say(phrases.NO_KNOWN_ACTIVITY)
    status = _standing(line, programme, words, with_rule=with_rule)
    if line.inferred:
        status = words.say("{status}, erschlossen", status=status)
    if line.basis == "derived":
        ground = rung_name(programme, line.derived_from, words)
        return words.say("{status} (abgeleitet aus {ground})", status=status, ground=ground)
    if line.basis == "district":
        return words.say("{status} (über den Kreis)", status=status)
    return status


def _standing(line: StatusLine, programme: Programme, words: Words, *, with_rule: bool) -> str:
    """Return how it stands: in what stage since when, or that it does not hold, and what is known of that."""
    instrument, stage, _ = programme.rung(f"{line.instrument}:{line.stage}")
    since = since_of(line)
    values = {"stage": words.label(stage.label), "since": said(since, words)}
    if since.kind == HOLDS:
        if stage.kind is StageKind.PLAN and since.means == "undated":
            return words.say("Plan, {since}", since=values["since"])
        is_dated = line.state == State.IN_FORCE and since.means == "reached"
        status = words.say(phrases.STAGE_SINCE, **values) if is_dated else words.say(phrases.STAGE_AND_SINCE, **values)
        if line.until and line.state == State.IN_FORCE:
            return words.say("{status}, bis {until}", status=status, until=words.partial(line.until))
        return status
    status = values["since"]
    if with_rule and since.kind in {OVER, LAPSED}:
        status = f"{status} ({ended_by_itself(stage, words)})"
    if sum(each.kind is StageKind.STEP for each in instrument.stages) > 1 and since.kind != LAPSED:
        text = N_("{since}, davor „{stage}“") if since.kind in {OVER, ENDED} else N_("{stage}: {since}")
        return words.say(text, stage=values["stage"], since=status)
    return status


def case_lines(context: ViewContext, position: int) -> tuple[tuple[str, StatusLine], ...]:
    """Return the cases of a municipality that its own entries tell of, in order of instrument, each with its name."""
    rows = context.day.cases
    rows = rows[(rows.index == position) & (rows["basis"] == "direct")]
    order = {each.key: place for place, each in enumerate(context.programme.instruments)}
    rows = rows.iloc[rows["instrument"].map(order).to_numpy().argsort(kind="stable")]
    return tuple(zip(rows["case_name"].tolist(), lines_of(rows), strict=True))


def case_name(name: str, line: StatusLine, number: int, words: Words) -> str:
    """Return what a case is called: as it says, by its partner, else by its number."""
    return name or line.joint_with or words.say("Fall {n}", n=words.number(number))


def _instrument(
    context: ViewContext, position: int, line: StatusLine, entries: dict[str, list[Entry]], words: Words
) -> InstrumentDetail:
    programme = context.programme
    instrument = programme.instrument(line.instrument)
    key = look_key(instrument, line.stage, line.basis, line.state, counted=line.counted, in_force=line.in_force)
    own = entries.get(line.instrument, ())
    cases = [each for each in case_lines(context, position) if each[1].instrument == line.instrument] if own else []
    status = status_sentence(line, programme, words)
    by_case = (
        words.say(
            "{name}: {status}",
            name=case_name(name, case, number, words),
            status=status_sentence(case, programme, words),
        )
        for number, (name, case) in enumerate(cases, start=1)
    )
    return InstrumentDetail(
        key=line.instrument,
        label=words.label(instrument.label),
        look=looks_by_key(programme, line.instrument)[key],
        status=status,
        standing=tuple(by_case) if len(cases) > 1 else (status,),
        entries=tuple(own),
    )


@lru_cache(maxsize=8)
def _ranges(records: Records, programme: Programme) -> pd.DataFrame:
    return entry_cases(records.table, programme)


def _entries(context: ViewContext, ags: str, district: str, words: Words) -> dict[str, list[Entry]]:
    """Return the records of what may have begun by the day, by instrument, oldest first."""
    successor = successors(context.changes, context.as_of)
    table = context.records.table
    ranges = _ranges(context.records, context.programme)
    known = zip(
        table.itertuples(index=False),
        (ranges["begin"] > pd.Timestamp(context.as_of)).tolist(),
        ranges["since_day"].tolist(),
        [words.since(*each) for each in zip(ranges["since"], ranges["since_means"], ranges["read_on"], strict=True)],
        strict=True,
    )
    names = {change.old_ags: change.old_name for change in mergers(context.changes)}
    dated_entries: dict[str, list[tuple[pd.Timestamp, Entry]]] = {}
    for record, is_later, counts_from, since in known:
        participant = str(record.ags)
        if is_later or (successor.get(participant, participant) != ags and participant != district):
            continue
        holder = "" if participant == ags else names.get(participant) or str(record.municipality)
        stage = context.programme.rung(f"{record.instrument}:{record.status}").stage
        entry = _entry(record, since, words.label(stage.label), holder, context.programme.language, words)
        dated_entries.setdefault(str(record.instrument), []).append((counts_from, entry))
    return {
        key: [entry for _, entry in sorted(pairs, key=lambda pair: pair[0])] for key, pairs in dated_entries.items()
    }


def _entry(record: Any, since: str, stage: str, holder: str, lang: str, words: Words) -> Entry:  # noqa: ANN401 - a row of a table
    source, joint_with = str(record.source_url), str(record.joint_with)
    source_date = words.partial(str(record.source_date))
    until = words.partial(getattr(record, "until", ""))
    inferred = bool(getattr(record, "inferred", ""))
    remarks = (
        words.say(phrases.INFERRED) if inferred else "",
        words.say(phrases.JOINT_THROUGH, body=joint_with) if joint_with else "",
        words.say("Eintrag von {holder}", holder=holder) if holder else "",
    )
    dated = f" ({source_date})" if source_date else ""
    return Entry(
        when=since,
        stage=stage,
        note=str(record.note),
        joint_with=joint_with,
        holder=holder,
        source=source,
        link=web_address(source),
        source_date=source_date,
        until=until,
        case=getattr(record, "case", ""),
        inferred=inferred,
        until_text=words.say("bis {until}", until=until) if until else "",
        remarks=tuple(filter(None, remarks)),
        source_parts=(f"{words.say(phrases.SOURCE)}: ", source_name(source), dated),
        lang=lang,
    )


def neighbour_heading(active: int, every: int, words: Words) -> str:
    """Return how many of how many neighbours take part."""
    text = N_("{active} von {all} Nachbargemeinden mit dokumentierter Beteiligung")
    return words.say(text, active=words.number(active), all=words.number(every))


def _neighbours(context: ViewContext, position: int, words: Words) -> tuple[NeighbourLine, ...]:
    """Return the neighbours by shared border that take part, longest border first."""
    active = context.day.active
    lines = []
    for other, border_m in context.day.hood.lines[position]:
        if other in active:
            rows = [line for line in context.day.lines[other] if line.in_force and line.basis == "direct"]
            labels = [words.label(context.programme.instrument(line.instrument).short) for line in rows]
            border = words.say("{km} km Grenze", km=words.number(border_m / 1000, 1))
            lines.append(NeighbourLine(rows[0].ags, rows[0].name, border, ", ".join(labels)))
    return tuple(lines)


def as_of_sentence(context: ViewContext, words: Words) -> str:
    """Return what the date means: how many municipalities there were, the last change of boundaries before it, and of when the inhabitants are."""
    kinds = context.edition.municipalities["kind"].iloc[context.status.index.unique()]
    free = int((kinds == "Gemeindefreies Gebiet").sum())
    values = {"day": words.day(context.as_of), "total": words.number(len(kinds) - free)}
    if free:
        text = N_("Stichtag {day}: {total} Gemeinden und {free} gemeindefreie Gebiete.")
        sentence = words.say(text, **values, free=words.number(free))
    else:
        sentence = words.say("Stichtag {day}: {total} Gemeinden.", **values)
    sentences = [sentence, _last_change(context, words), register_sentence(context, words)]
    return " ".join(filter(None, sentences))


def _last_change(context: ViewContext, words: Words) -> str:
    past = [change for change in mergers(context.changes) if change.effective <= context.as_of]
    if not past:
        return ""
    last = max(change.effective for change in past)
    merged: dict[str, list[str]] = {}
    for change in past:
        if change.effective == last:
            merged.setdefault(change.new_name, []).append(change.old_name)
    news = "; ".join(f"{' + '.join(old)} → {new}" for new, old in merged.items())
    text = N_("Letzte Gebietsänderung am {day}: {news}.")
    if context.edition.provenance.unmapped:
        text = N_("Letzte eingetragene Gebietsänderung am {day}: {news}.")
    return words.say(text, day=words.day(last), news=news)
