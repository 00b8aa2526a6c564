"""What is doubtful about the record as a table would make it. It can be right all the same: a person decides."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

import pandas as pd

from atlas.analysis.columns import ENTRY, folded
from atlas.analysis.difference import TOUCHING, Difference, Step, StepKind, is_finer
from atlas.analysis.quality import disorder
from atlas.analysis.values import Remark, Values
from atlas.errors import Severity
from atlas.model.edits import Record
from atlas.model.programme import Programme, StageKind
from atlas.model.records import RECORD_COLUMNS
from atlas.phrases import N_

_AT_ONCE = 10_000
Doubt = tuple[int, str, str, Remark]
"""Line, field (empty for the whole line), what it says there, and the remark."""


def doubts(
    difference: Difference, entries: Mapping[int, tuple[int, Record]], programme: Programme, columns: Container[str]
) -> Iterator[Doubt]:
    """Yield doubts about what would be added or changed; ``columns`` are the fields the table has."""
    cases: dict[tuple[str, str, str], set[str]] = {}
    for _, each in entries.values():
        cases.setdefault((each.ags, each.instrument, folded(each.case)), set()).add(each.case)
    same: dict[tuple[str, ...], int] = {}
    for step in difference.of(StepKind.ADDED, *TOUCHING, StepKind.UNCHANGED):
        new = step.new
        assert new is not None  # noqa: S101 - these kinds have one; tells mypy so
        first = same.setdefault((new.ags, new.instrument, new.status, new.date, new.joint_with, new.case), step.line)
        if step.kind is StepKind.UNCHANGED:
            continue
        if first != step.line:
            text = N_(
                "Dieselbe Stufe steht mit demselben Datum schon in Zeile {line}; nur Anmerkung oder Quelle sind anders."
            )
            yield step.line, "", "", Remark(text, {"line": first}, Severity.WARNING)
        yield from _of_end_and_case(step.line, new, cases, programme)
        if step.old:
            yield from _of_change(step, step.old, new, columns)
    yield from _of_order(difference, programme)


def _of_end_and_case(
    line: int, new: Record, cases: Mapping[tuple[str, str, str], set[str]], programme: Programme
) -> Iterator[Doubt]:
    stage = programme.rung(f"{new.instrument}:{new.status}").stage
    if new.until and stage.is_act:
        text = N_("„{stage}“ ist erreicht und endet nicht; „Bis“ ändert daran nichts.")
        yield line, "until", new.until, Remark(text, {"stage": stage.label.de}, Severity.WARNING)
    if new.until and stage.kind is StageKind.EXIT:
        text = N_("„{stage}“ ist selbst ein Ende; wann es war, gehört in „Datum“.")
        yield line, "until", new.until, Remark(text, {"stage": stage.label.de}, Severity.WARNING)
    close = cases.get((new.ags, new.instrument, folded(new.case)), {new.case})
    if new.case and new.case not in close:
        text = N_("Fast so heißt schon ein Fall im Bestand: „{known}“. So geschrieben ist es ein anderer.")
        yield line, "case", new.case, Remark(text, {"known": min(close)}, Severity.WARNING, min(close))


def _of_change(step: Step, old: Record, new: Record, columns: Container[str]) -> Iterator[Doubt]:
    if is_finer(old, new):
        text = N_("Das Datum ist ungenauer als im Bestand ({known}).")
        yield step.line, "date", new.date, Remark(text, {"known": old.date}, Severity.WARNING, old.date)
    if (old.ags, old.instrument) != (new.ags, new.instrument):
        text = N_("Der Eintrag {entry} ist bisher von {ags} {name}, {instrument}.")
        values: Values = {
            "entry": step.entry,
            "ags": old.ags,
            "name": old.municipality,
            "instrument": old.instrument,
        }
        yield step.line, ENTRY if ENTRY in columns else "ags", "", Remark(text, values, Severity.WARNING)


def _of_order(difference: Difference, programme: Programme) -> Iterator[Doubt]:
    """Yield which of the fresh rows are at odds with a stage above or below, wherever that stands."""
    fresh = difference.of(StepKind.ADDED, *TOUCHING)
    if not fresh:
        return
    # Lines of the table stand below zero, to tell them from numbers of entries.
    beside = [(step.entry, step.old) for step in difference.of(StepKind.MISSING, StepKind.UNCHANGED)]
    told = [(line, record) for line, record in (*beside, *((-step.line, step.new) for step in fresh)) if record]
    said: set[int] = set()
    for some in _batches(told):
        table = pd.DataFrame({name: [getattr(record, name) for _, record in some] for name in RECORD_COLUMNS})
        for lower, higher, text, values in disorder(table.assign(line=[line for line, _ in some]), programme):
            line = min(lower, 0) or min(higher, 0)
            if line and line not in said:
                said.add(line)
                yield -line, "date", "", Remark(text, values, Severity.WARNING)


def _batches(told: Iterable[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    """Yield entries, those of a place together, so many at once that a large table does not stand in the memory twice."""
    some: list[tuple[int, Record]] = []
    for each in sorted(told, key=lambda each: each[1].ags):
        if len(some) >= _AT_ONCE and each[1].ags != some[-1][1].ags:
            yield some
            some = []
        some.append(each)
    yield some
