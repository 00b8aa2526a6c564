"""Is the data fit to publish? Findings beyond what reading the files already refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import pandas as pd

from atlas.analysis.facts import entry_ranges
from atlas.analysis.status import successors
from atlas.errors import Problem, Severity
from atlas.model.boundaries import Edition
from atlas.model.programme import TO_FILL_IN, Programme, StageKind
from atlas.model.snapshot import Snapshot


def check_snapshot(snapshot: Snapshot) -> list[Problem]:
    """Return everything doubtful about a snapshot: what loading noted, then names, keys, order, dates, totals.

    Blockers stop loading, so none of these is one.
    """
    problems = [*snapshot.problems, *_unmapped(snapshot)]
    for programme in snapshot.programmes.values():
        problems += _unfilled(programme)
        editions = snapshot.editions[programme.boundary_set]
        records = snapshot.records[programme.key]
        problems += _names(records.table, editions, records.places)
        problems += _keys(records.table, editions, records.places)
        problems += _order(records.table, programme, records.places)
        problems += _undated(records.table, f"data/participation/{programme.key}.csv")
    return problems


def _unmapped(snapshot: Snapshot) -> Iterable[Problem]:
    """Yield a note for each set of boundaries in use that lacks changes: one for all of them, they are thousands."""
    for boundary_set in sorted({programme.boundary_set for programme in snapshot.programmes.values()}):
        edition = snapshot.editions[boundary_set][-1]
        if edition.provenance.unmapped:
            text = "{n} Gemeinden dieses Gebietsstands gibt es nicht mehr ({list}), ohne dass ihre Nachfolger eingetragen sind; ihre Schlüssel und Grenzen gelten hier weiter."
            values: dict[str, str | int | float] = {"n": edition.provenance.unmapped}
            values["list"] = str(edition.provenance.compared_with)
            yield Problem(f"geodata/{boundary_set}/{edition.starts}", text, values, Severity.NOTE)


def _unfilled(programme: Programme) -> list[Problem]:
    """Texts of the template that nobody has replaced would stand on the pages."""

    def places(value: object, place: str) -> Iterable[str]:
        if isinstance(value, dict):
            for key, each in value.items():
                yield from places(each, f"{place}.{key}" if place else str(key))
        elif isinstance(value, tuple):
            for number, each in enumerate(value):
                yield from places(each, f"{place}[{number}]")
        elif isinstance(value, str) and value.startswith(TO_FILL_IN):
            yield place

    found = ", ".join(places(programme.model_dump(), ""))
    text = "Hier steht noch, was die Vorlage vorgibt: {list}. Bitte ausfüllen."
    name = f"data/programmes/{programme.key}.toml"
    return [Problem(name, text, {"list": found}, Severity.WARNING)] if found else []


def _problem(places: str, line: int, column: str, text: str, **values: str | int) -> Problem:
    return Problem(f"{places} {line}, {column}", text, dict(values), Severity.WARNING)


def _names(table: pd.DataFrame, editions: tuple[Edition, ...], places: str) -> list[Problem]:
    """The name beside a key must be one the municipality has or had: it is there to catch a mistyped key."""
    known = known_names(editions)
    text = "Zum Schlüssel {ags} gehört „{official}“, hier steht „{given}“. Bitte Schlüssel und Namen vergleichen."
    return [
        _problem(places, line, "municipality", text, ags=ags, official=", ".join(sorted(known[ags])), given=given)
        for line, ags, given in zip(table["line"], table["ags"], table["municipality"], strict=True)
        if plain_name(given) not in known[ags]
    ]


def known_names(editions: tuple[Edition, ...]) -> dict[str, set[str]]:
    """Return every name a municipality or district has or had, by key, each as `plain_name` gives it."""
    known: dict[str, set[str]] = {}
    for edition in editions:
        for ags, official in zip(edition.municipalities["ags"], edition.municipalities["name"], strict=True):
            known.setdefault(str(ags), set()).add(plain_name(str(official)))
        for ags, former in edition.former_names.items():
            known.setdefault(ags, set()).update(plain_name(each) for each in former)
        for key, official in edition.districts["name"].items():
            known.setdefault(str(key), set()).add(plain_name(str(official)))
        for change in edition.changes:
            known.setdefault(change.old_ags, set()).add(plain_name(change.old_name))
    return known


def plain_name(name: str) -> str:
    """Return a name as it is compared: without spaces and capitals."""
    return re.sub(r"\s+", "", name).lower()


def _keys(table: pd.DataFrame, editions: tuple[Edition, ...], places: str) -> list[Problem]:
    """A merged key is read as its successor; worth knowing, and wrong if the record is newer than the merger."""
    changes = [change for edition in editions for change in edition.changes]
    heir = successors(changes, date.max)
    names = {change.new_ags: change.new_name for change in changes}
    text = "Den Schlüssel {ags} gibt es nicht mehr; der Eintrag zählt für {heir} {heir_name}."
    return [
        Problem(
            f"{places} {line}, ags",
            text,
            {"ags": ags, "heir": heir[ags], "heir_name": names.get(heir[ags], "")},
            Severity.NOTE,
        )
        for line, ags in zip(table["line"], table["ags"], strict=True)
        if ags in heir
    ]


def _order(table: pd.DataFrame, programme: Programme, places: str) -> list[Problem]:
    """A higher stage that is definitely older than a lower one of the same ladder is probably a slip."""
    return [
        Problem(f"{places} {line}, date", text, values, Severity.WARNING)
        for line, _, text, values in disorder(table, programme)
    ]


class _Step(NamedTuple):
    rank: int
    label: str
    counts_from: date
    first: date
    since: str
    line: int


def disorder(table: pd.DataFrame, programme: Programme) -> Iterable[tuple[int, int, str, dict[str, str | int | float]]]:
    """Yield the entries dated after a higher stage of the same ladder, each with the oldest one.

    Line, line of the higher stage, sentence and its values.
    """
    rungs = {
        f"{each.key}:{stage.key}": programme.rung(f"{each.key}:{stage.key}")
        for each in programme.instruments
        for stage in each.stages
    }
    ladders: dict[tuple[str, str], list[_Step]] = {}
    told = entry_ranges(table, programme)
    first = told["begin"].fillna(told["since_day"])
    columns = (table["ags"], table["instrument"], table["status"], told["since_day"], first, told["since"])
    for ags, instrument, status, counts_from, begin, since, sense, line in zip(
        *columns, told["since_means"], table["line"], strict=True
    ):
        rung = rungs[f"{instrument}:{status}"]
        if rung.stage.kind is StageKind.STEP and sense in {"reached", "known_by"}:
            step = _Step(rung.rank, rung.stage.label.de, counts_from.date(), begin.date(), since, int(line))
            ladders.setdefault((str(ags), str(instrument)), []).append(step)
    text = "„{stage}“ ({since}) liegt nach der höheren Stufe „{higher}“ ({higher_since}). Bitte Daten prüfen."
    for steps in ladders.values():
        oldest = {
            rank: min((step for step in steps if step.rank == rank), key=_counts_from)
            for rank in {step.rank for step in steps}
        }
        for step in steps:
            higher = min((each for rank, each in oldest.items() if rank > step.rank), key=_counts_from, default=None)
            if higher and higher.counts_from < step.first:
                yield (
                    step.line,
                    higher.line,
                    text,
                    {"stage": step.label, "since": step.since, "higher": higher.label, "higher_since": higher.since},
                )


def _counts_from(step: _Step) -> date:
    return step.counts_from


def _undated(table: pd.DataFrame, name: str) -> list[Problem]:
    """Records of which nobody knows when they began, in one sentence."""
    undated = table["line"][(table["date"] == "") & (table["source_date"] == "")].tolist()
    if not undated:
        return []
    text = "{n} Einträge haben weder ein Datum noch eine datierte Quelle; ihr Beginn ist unbekannt ({lines})."
    values: dict[str, str | int | float] = {"n": len(undated), "lines": ", ".join(map(str, undated))}
    return [Problem(name, text, values, Severity.NOTE)]
