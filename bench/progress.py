"""Seven years of progress, month by month, for every instrument: ours beside a figure for each month-end.

``python -m bench.progress`` prints a Markdown table. Two ways to the same numbers (checked in `tests`):

*Ours*: `course` once (cold, with `spans`, which both ways need), then `progress` (warm, as the page does for each choice
of months).

*Beside it*: what a user would write instead, `status_as_of` for each month-end and `figure` for each instrument. It is
given the spans too. For more than the real record's size only some months are measured and scaled to all.

Records: the real one, and random ones on the real boundaries of Saxony with a fixed seed: any instrument and stage, any
municipality that has existed, half of the dates to the day, the rest to month or year, a fifth joint. They exist only here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from atlas.analysis.counting import figure
from atlas.analysis.days import month_ends
from atlas.analysis.progress import course, progress
from atlas.analysis.spans import spans
from atlas.analysis.status import cases_as_of, status_as_of
from atlas.model.boundaries import BoundaryChange, BoundaryVersion
from atlas.model.programme import Programme
from atlas.model.records import READ_ON, RECORD_COLUMNS
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot

T = TypeVar("T")
ROOT = Path(__file__).parent.parent
SIZES = (220, 22_000, 220_000)
SINCE = date(2018, 12, 31)
MONTHS = month_ends(date(2019, 1, 1), date(2025, 12, 31))
ALL_MONTHS_UP_TO = 1_000
SOME_MONTHS = MONTHS[13::14]
TARGET_MS = 100.0


@dataclass
class Measured:
    """Milliseconds for one record."""

    name: str
    records: int
    stretches: int
    """Spans the records fold into: what everything after `spans` works on."""
    found: int
    """Episodes of municipalities."""
    spans: float
    course: float
    warm: float
    plain: float
    months: int


def synthetic(size: int, programme: Programme, edition: BoundaryVersion) -> pd.DataFrame:
    """Return ``size`` random records with valid keys, instruments, stages and dates."""
    random = np.random.default_rng(2019)
    stages = [(instrument.key, stage.key) for instrument in programme.instruments for stage in instrument.stages]
    chosen = random.integers(len(stages), size=size)
    keys = edition.municipalities["ags"].unique()[random.integers(edition.municipalities["ags"].nunique(), size=size)]
    days = [date(2017, 1, 1) + timedelta(days=int(day)) for day in random.integers(9 * 365, size=size)]
    exact = random.choice([10, 10, 7, 4], size=size)
    joint = random.integers(5, size=size) == 0
    table = pd.DataFrame("", index=range(size), columns=list(RECORD_COLUMNS), dtype=object)
    table["ags"] = keys
    table["instrument"] = [stages[number][0] for number in chosen]
    table["status"] = [stages[number][1] for number in chosen]
    table["date"] = [str(day)[:length] for day, length in zip(days, exact, strict=True)]
    table["date_means"] = "reached"
    table["joint_with"] = [f"Verband {key[:5]}" if is_joint else "" for key, is_joint in zip(keys, joint, strict=True)]
    table["source_url"] = [f"https://quelle.invalid/{number}" for number in random.integers(size, size=size)]
    return table.assign(line=range(2, size + 2)).astype(object).assign(**{READ_ON: "2026-11-23"})


def timed(work: Callable[[], T], rounds: int = 1) -> tuple[float, T]:
    """Return the shortest time of some rounds in ms, and what came out."""
    took = []
    for _ in range(rounds):
        begin = time.perf_counter()
        made = work()
        took.append((time.perf_counter() - begin) * 1000)
    return min(took), made


def measure(
    name: str, table: pd.DataFrame, programme: Programme, edition: BoundaryVersion, changes: tuple[BoundaryChange, ...]
) -> Measured:
    """Measure one record both ways and check that they agree."""
    instruments = [instrument.key for instrument in programme.instruments]
    folding, folded = timed(lambda: spans(table, programme), rounds=3)
    making, made = timed(lambda: course(folded, edition, changes))
    warm, rows = timed(lambda: progress(made, instruments, MONTHS, since=SINCE), rounds=5)

    def month(day: date) -> list[list[int]]:
        status = status_as_of(folded, programme, edition, changes, day)
        cases = cases_as_of(folded, edition, changes, day)
        figures = [figure(status, cases, key) for key in instruments]
        return [[len(each.municipalities), len(each.arrangements)] for each in figures]

    months = MONTHS if len(table) <= ALL_MONTHS_UP_TO else SOME_MONTHS
    plain, counted = timed(lambda: [month(day) for day in months])
    number = rows.set_index("date")[["municipalities", "arrangements"]]
    for day, expected in zip(months, counted, strict=True):
        assert number.loc[pd.Timestamp(day)].to_numpy().tolist() == expected, f"{name}: {day}"
    return Measured(
        name,
        len(table),
        len(folded),
        len(made.municipalities.episodes),
        spans=folding,
        course=making,
        warm=warm,
        plain=plain * len(MONTHS) / len(months),
        months=len(months),
    )


def _row(each: Measured, before: Measured | None) -> str:
    def grown(now: float, then: float | None) -> str:
        if before is None or then is None:
            return "–"
        tenfolds = np.log10(each.records / before.records)
        return f"×{(now / then) ** (1 / tenfolds):.1f}"

    scaled = "" if each.months == len(MONTHS) else f" (from {each.months} months)"
    cells = [
        each.name,
        f"{each.stretches:,}",
        f"{each.found:,}",
        f"{each.spans:,.0f}",
        f"{each.course:,.0f}",
        f"{each.warm:.1f}",
        f"{each.plain:,.0f}{scaled}",
        f"{each.plain / each.warm:,.0f}",
        f"{each.plain / (each.course + each.warm):,.1f}",
        grown(each.spans, before and before.spans),
        grown(each.course, before and before.course),
        grown(each.warm, before and before.warm),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, print."""
    snapshot = load_snapshot(Settings(ROOT))
    programme = snapshot.programme("")
    edition, changes = snapshot.edition(programme, MONTHS[-1]), snapshot.changes(programme)
    real = snapshot.records[programme.key].table
    measure("first, to load everything", real, programme, edition, changes)
    measured = [measure(f"{len(real)} real", real, programme, edition, changes)]
    for size in SIZES:
        table = synthetic(size, programme, edition)
        measured.append(measure(f"{size:,} random", table, programme, edition, changes))
    print(f"{len(MONTHS)} month-ends × {len(programme.instruments)} instruments; times in ms, warm the best of 5;")
    print("ratio cold: all but spans against the same; growth per tenfold records.\n")
    print(
        "| records | spans, number | episodes, number | spans | course | progress, warm | status_as_of + figure | ratio warm | ratio cold "
        "| growth spans | growth course | growth warm |"
    )
    print("|" + "---|" * 12)
    for number, each in enumerate(measured):
        print(_row(each, measured[number - 1] if number > 1 else None))
    warm = measured[0].warm
    print(f"\nReal record, warm: {warm:.1f} ms (target: at most {TARGET_MS:.0f} ms).")


if __name__ == "__main__":
    main()
