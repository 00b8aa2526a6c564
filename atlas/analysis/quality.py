"""Is the data fit to publish? Findings beyond what reading the files already refuses."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

from atlas.analysis.status import effective_days, successors
from atlas.errors import Problem, Severity
from atlas.model.boundaries import Edition
from atlas.model.programme import Programme, StageKind
from atlas.model.snapshot import Snapshot


def check_snapshot(snapshot: Snapshot) -> list[Problem]:
    """Return everything doubtful about a snapshot: what loading noted, then names, keys, order, dates, totals.

    Blockers stop loading, so none of these is one.
    """
    problems = list(snapshot.problems)
    for programme in snapshot.programmes.values():
        editions = snapshot.editions[programme.state]
        records = snapshot.records[programme.key]
        problems += _names(records.table, editions, records.places)
        problems += _keys(records.table, editions, records.places)
        problems += _order(records.table, programme, records.places)
        problems += _undated(records.table, f"data/participation/{programme.key}.csv")
    return problems


def _problem(places: str, line: int, column: str, text: str, **values: str | int) -> Problem:
    return Problem(f"{places} {line}, {column}", text, dict(values), Severity.WARNING)


def _names(table: pd.DataFrame, editions: tuple[Edition, ...], places: str) -> list[Problem]:
    """The name beside a key must be one the municipality has or had: it is there to catch a mistyped key."""
    known: dict[str, set[str]] = {}
    for edition in editions:
        for ags, official in zip(edition.municipalities["ags"], edition.municipalities["name"], strict=True):
            known.setdefault(str(ags), set()).add(_plain(str(official)))
        for ags, former in edition.former_names.items():
            known.setdefault(ags, set()).update(_plain(each) for each in former)
        for key, official in edition.districts["name"].items():
            known.setdefault(str(key), set()).add(_plain(str(official)))
        for change in edition.changes:
            known.setdefault(change.old_ags, set()).add(_plain(change.old_name))
    text = "Zum Schlüssel {ags} gehört „{official}“, hier steht „{given}“. Bitte Schlüssel und Namen vergleichen."
    return [
        _problem(places, line, "municipality", text, ags=ags, official=", ".join(sorted(known[ags])), given=given)
        for line, ags, given in zip(table["line"], table["ags"], table["municipality"], strict=True)
        if _plain(given) not in known[ags]
    ]


def _plain(name: str) -> str:
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
    days = effective_days(table)
    problems = []
    rungs = [programme.rung(f"{key}:{stage}") for key, stage in zip(table["instrument"], table["status"], strict=True)]
    cases: dict[tuple[str, str], list[tuple[int, str, tuple[date, date, str, str], int]]] = {}
    for ags, rung, day, line in zip(table["ags"], rungs, days, table["line"], strict=True):
        if rung.stage.kind is StageKind.STEP and day[3] in {"reached", "known_by"}:
            step = (rung.rank, rung.stage.label.de, day, int(line))
            cases.setdefault((str(ags), rung.instrument.key), []).append(step)
    for steps in cases.values():
        for rank, label, (_, first, since, _), line in steps:
            for higher_rank, higher_label, (counts_from, _, higher_since, _), _ in steps:
                if higher_rank > rank and counts_from < first:
                    text = "„{stage}“ ({since}) liegt nach der höheren Stufe „{higher}“ ({higher_since}). Bitte Daten prüfen."
                    values = {
                        "stage": label,
                        "since": since,
                        "higher": higher_label,
                        "higher_since": higher_since,
                    }
                    problems.append(Problem(f"{places} {line}, date", text, dict(values), Severity.WARNING))
    return problems


def _undated(table: pd.DataFrame, name: str) -> list[Problem]:
    """Records that count only from the newest date in the record, in one sentence."""
    undated = [line for line, day in zip(table["line"], effective_days(table), strict=True) if day[3] == "undated"]
    if not undated:
        return []
    text = (
        "{n} Einträge haben weder ein Datum noch eine datierte Quelle und zählen erst ab dem neuesten Datum ({lines})."
    )
    values: dict[str, str | int | float] = {"n": len(undated), "lines": ", ".join(map(str, undated))}
    return [Problem(name, text, values, Severity.NOTE)]
