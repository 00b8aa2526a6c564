"""The store under load and under the axe, on SQLite and PostgreSQL, in one run.

Writers killed at random moments, twenty editors at once, upgrades of an old store killed, a million entries.

``python -m bench.store [kills] [entries] [killed upgrades]``
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from pathlib import Path

from atlas.analysis.spans import spans
from atlas.analysis.status import status_as_of
from atlas.model import boundaries
from atlas.model.boundaries import BoundaryVersion
from atlas.model.edits import Add, Record
from atlas.model.programme import Programme
from atlas.model.rights import Actor, Role
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from atlas.sources.store import open_store
from tests.servers import fresh_database, postgres
from tests.store_trials import ABOUT, faults_after, kill_one, kill_upgrade, parallel_edits


@contextmanager
def databases() -> Iterator[Callable[[str], AbstractContextManager[str]]]:
    """Give a maker of empty databases by kind; each is a context that gives its address."""
    with tempfile.TemporaryDirectory() as work, postgres() as server:

        @contextmanager
        def fresh(kind: str) -> Iterator[str]:
            if kind == "postgresql":
                with fresh_database(server) as url:
                    yield url
            else:
                with tempfile.TemporaryDirectory(dir=work) as folder:
                    yield f"sqlite:///{folder}/store.sqlite3"

        yield fresh


def _kills(url: str, kills: int) -> str:
    store = open_store(url)
    store.close()
    confirmed: dict[int, int] = {}
    for n in range(kills):
        confirmed |= kill_one(url, n, 0.25)
    store = open_store(url)
    found = faults_after(store, confirmed)
    head = store.head()
    store.close()
    if found:
        print(found[:5])
    return f"{kills} kills, {len(confirmed)} changes confirmed of {head}: {len(found)} faults"


def _killed_upgrades(fresh: Callable[[str], AbstractContextManager[str]], kind: str, kills: int) -> str:
    found: list[str] = []
    steps: Counter[str] = Counter()
    for n in range(kills):
        with fresh(kind) as url:
            step, faults = kill_upgrade(url, n)
            steps[step] += 1
            found += faults
    if found:
        print(found[:5])
    return f"{kills} kills, found old {steps['0001']}, new {steps['0005']}: {len(found)} faults"


def _snapshot() -> tuple[Programme, BoundaryVersion, tuple[boundaries.BoundaryChange, ...]]:
    snapshot = load_snapshot(Settings(Path(__file__).parents[1]))
    programme = snapshot.programme("")
    return programme, snapshot.edition(programme, date(2026, 11, 23)), snapshot.changes(programme)


def _fill(url: str, entries: int) -> float:
    """Fill a store with random entries; return how long it took, in seconds."""
    programme, edition, _ = _snapshot()
    chance = random.Random(6)  # noqa: S311
    keys = edition.municipalities["ags"].unique().tolist()
    rungs = [(each.key, stage.key) for each in programme.instruments for stage in each.stages]
    me = Actor("bench", Role.EDITOR)
    store = open_store(url)
    start = time.perf_counter()
    for begin in range(0, entries, 50_000):
        edits = []
        for n in range(begin, min(begin + 50_000, entries)):
            place, (instrument, stage) = chance.choice(keys), chance.choice(rungs)
            day = (date(2016, 1, 1) + timedelta(days=chance.randrange(3_900))).isoformat()
            edits.append(Add(Record(place, "", instrument, stage, day, "reached", note=str(n), source_url="Bericht")))
        store.apply(me, programme.key, edits, ABOUT)
    store.close()
    return time.perf_counter() - start


def _fold(url: str) -> list[tuple[str, str]]:
    """Read, fold and ask a store; return figures. The memory is that of this process alone."""
    programme, edition, changes = _snapshot()
    store = open_store(url)
    start = time.perf_counter()
    table = store.records(programme.key)
    read = time.perf_counter() - start
    start = time.perf_counter()
    stretches = spans(table, programme)
    folded = time.perf_counter() - start
    spent = []
    for n in range(15):
        start = time.perf_counter()
        status_as_of(stretches, programme, edition, changes, date(2026, 11, 23) - timedelta(days=97 * n))
        spent.append(time.perf_counter() - start)
    store.close()
    median, slowest = statistics.median(spent) * 1000, max(spent) * 1000
    return [
        ("read", f"{read:.1f} s"),
        ("folded", f"{folded:.1f} s, {len(stretches)} stretches"),
        ("status of a day, warm", f"median {median:.0f} ms, slowest {slowest:.0f} ms"),
        ("peak memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"),
    ]


def _million(url: str, entries: int) -> list[tuple[str, str]]:
    """Fill, then read and fold, each in a process of its own; return figures."""
    fresh = multiprocessing.get_context("spawn")
    with fresh.Pool(1) as filling:
        filled = filling.apply(_fill, (url, entries))
    with fresh.Pool(1) as folding:
        return [("filled", f"{filled:.0f} s"), *folding.apply(_fold, (url,))]


def main(arguments: list[str]) -> int:
    """Measure and print."""
    kills = int(arguments[0]) if arguments else 500
    entries = int(arguments[1]) if len(arguments) > 1 else 1_000_000
    upgrades = int(arguments[2]) if len(arguments) > 2 else 100
    with databases() as fresh:
        for kind in ("sqlite", "postgresql"):
            print(f"| {kind} | |\n|---|---|")
            if kills:
                with fresh(kind) as url:
                    print(f"| writers killed with kill -9 | {_kills(url, kills)} |")
                with fresh(kind) as url:
                    store = open_store(url)
                    lost, conflicts, spent = parallel_edits(store, 20, 2_000)
                    store.close()
                    print(
                        f"| 20 editors, 2,000 edits | {lost} lost, {conflicts} conflicts told, {spent:.0f} s |",
                        flush=True,
                    )
            if upgrades:
                print(f"| upgrades killed with kill -9 | {_killed_upgrades(fresh, kind, upgrades)} |", flush=True)
            if entries:
                with fresh(kind) as url:
                    for name, figure in _million(url, entries):
                        print(f"| {entries:,} entries: {name} | {figure} |", flush=True)
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
