"""Targets: what a programme means to reach by a day, and the source that says so. Never a forecast."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.model.parameters import DAY
from atlas.model.programme import Programme, Unit
from atlas.model.records import Target
from atlas.model.rules import Fault, Row, check_date, check_read, check_source
from atlas.phrases import N_

TARGET_COLUMNS = ("instrument", "date", "target", "unit", "source_url", "source_date", "retrieved")
"""Columns of ``data/targets/*.csv`` and of what the store keeps. ``date``: the day by which it is to be reached. ``target``:
how many, of what ``unit`` says (`atlas.model.programme.Unit`). ``retrieved``: the day the source was read."""


@dataclass(frozen=True, kw_only=True)
class TargetList:
    """A version of a programme's targets: all of them, as CSV in `TARGET_COLUMNS`. A later version supersedes."""

    version: int = 0
    """How often the list has been changed here; 0 is what the file said before."""
    body: str = ""
    reason: str = ""
    recorded_at: datetime | None = None
    actor: str = ""


class StaleTargetsError(AtlasError):
    """Somebody else was faster. Nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            Problem("", N_("Die Ziele wurden inzwischen geändert. Bitte ansehen und noch einmal speichern."))
        )


def target_of(row: Row) -> Target:
    """Return the target of a row in which `check_target` finds nothing."""
    return Target(
        instrument=row["instrument"],
        day=date.fromisoformat(row["date"]),
        value=int(row["target"]),
        unit="arrangements" if row["unit"] == "arrangements" else "municipalities",
        source=row["source_url"],
        source_date=row["source_date"],
        retrieved=row["retrieved"],
    )


def row_of(target: Target) -> Row:
    """Return a target as a row."""
    values = (target.instrument, target.day.isoformat(), str(target.value), target.unit, target.source)
    return dict(zip(TARGET_COLUMNS, (*values, target.source_date, target.retrieved), strict=True))


def written_targets(rows: Iterable[Row]) -> str:
    """Return rows as the CSV that `TargetList.body` and the files hold."""
    body = io.StringIO()
    writer = csv.DictWriter(body, TARGET_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return body.getvalue()


def check_target(row: Row, programme: Programme) -> Iterable[Fault]:
    """Yield what is wrong with a row of targets."""
    known = [each.key for each in programme.instruments]
    if row["instrument"] not in known:
        values: dict[str, str | int | float] = {"given": row["instrument"], "allowed": ", ".join(known)}
        yield "instrument", phrases.NO_INSTRUMENT_OF_PROGRAMME, values
    try:
        DAY.read(row["date"])
    except ValueError:
        yield "date", DAY.wrong, {**DAY.problem(row["date"]).values}
    if not re.fullmatch(r"[0-9]{1,9}", row["target"]):
        yield "target", phrases.NOT_A_WHOLE_NUMBER, {"given": row["target"]}
    if row["unit"] not in get_args(Unit):
        yield "unit", phrases.NOT_ALLOWED_HERE, {"given": row["unit"], "expected": ", ".join(get_args(Unit))}
    yield from check_source(row["source_url"])
    yield from check_date(row["source_date"], "source_date")
    try:
        DAY.read(row["retrieved"])
    except ValueError:
        yield "retrieved", phrases.ONLY_A_DAY, {"given": row["retrieved"]}
    else:
        yield from check_read({**row, "date": ""})  # a target lies ahead of its source
