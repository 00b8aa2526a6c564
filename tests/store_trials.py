"""What happens to a store while its writers are killed, or twenty edit at once: for tests and bench."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from atlas.model.edits import Add, ChangeKind, ConflictError, Correct, Edit, Occasion, Record, Withdraw
from atlas.model.rights import Actor, Role
from atlas.sources.store import Seal, Store, open_store
from atlas.sources.store.schema import ADDED_LATER
from tests.old_store import dump, write_old_store

WORD = Record("14521450", "Oelsnitz/Erzgeb.", "council", "active", "2020-01-01", "reached", source_url="Bericht")
ABOUT = Occasion(ChangeKind.IMPORT, "Probe")
_UPGRADE_S = 0.08
"""Longer than an upgrade takes: kills fall before its end and after it."""


def write_until_killed(url: str, seed: int, said: int, seal: Seal | None = None) -> None:
    """Import, edit and undo at random for ever; say the number of every change on ``said`` once it is confirmed."""
    chance = random.Random(seed)  # noqa: S311
    store = open_store(url, seal)
    me = Actor(f"writer{seed}", Role.EDITOR)
    while True:
        table = store.records("asskomm")
        known = list(zip(table["line"].tolist(), table["version"].tolist(), strict=True))
        edits: list[Edit] = [Add(replace(WORD, note=f"{seed}")) for _ in range(chance.choice((1, 1, 5, 200)))]
        for entry, version in chance.sample(known, min(len(known), chance.choice((0, 1, 40)))):
            edits.append(
                Withdraw(entry, version)
                if chance.random() < 0.7
                else Correct(entry, version, replace(WORD, note="neu"))
            )
        done = store.apply(me, "asskomm", edits, ABOUT)
        os.write(said, f"{done.number} {len(edits)}\n".encode())
        if chance.random() < 0.2:
            with suppress(ConflictError):  # another writer was faster
                undone = store.undo(me, done.number, "Probe")
                os.write(said, f"{undone.number} {len(edits)}\n".encode())


def kill_one(url: str, seed: int, longest_s: float, seal: Seal | None = None) -> dict[int, int]:
    """Start a writer, kill it at a random moment, and return what it had been confirmed: edits by change."""
    said = killed(lambda writing: write_until_killed(url, seed, writing, seal), seed, longest_s)
    return {int(number): int(count) for number, count in (line.split() for line in said)}


def killed(work: Callable[[int], object], seed: int, longest_s: float) -> list[str]:
    """Let a process work, kill it at a random moment, and return the whole lines it wrote into what it was given."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            work(writing)
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(random.Random(seed).random() * longest_s)  # noqa: S311
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        return [line for line in said if line.endswith("\n")]


def kill_upgrade(url: str, seed: int, changes: int = 60) -> tuple[str, list[str]]:
    """Kill a process at a random moment while it upgrades an old store; return the step it was found in, and what is wrong.

    The store is there as it was or as it will be, never between, and so is the copy SQLite's has beside it; the next
    who opens it finishes.
    """
    write_old_store(url, changes, seed)
    _, _, before = dump(url)
    killed(lambda _: open_store(url).close(), seed, _UPGRADE_S)
    step, more, rows = dump(url)
    found = [] if (step, more) in {("0001", ()), ("0005", ADDED_LATER)} else [f"between the steps: {step}, {more}"]
    found += [] if rows == before else ["killed: rows lost"]
    copy = f"{url}.vor-0005"
    if Path(str(sa.make_url(copy).database)).exists():
        found += [] if dump(copy) == ("0001", (), before) else ["copy is not what was before"]
    elif step == "0005" and url.startswith("sqlite"):
        found.append("no copy")
    store = open_store(url)
    found += [f"damaged: {each.sentence()}" for each in store.verify()]
    store.close()
    found += [] if dump(url) == ("0005", ADDED_LATER, before) else ["not finished by the next"]
    return step, found


def faults_after(store: Store, confirmed: dict[int, int]) -> list[str]:
    """Return what is wrong with a store whose writers were killed: confirmed changes lost, half ones, damage."""
    actor = Actor("bench", Role.READER)
    kept = {each.number: each for each in store.changes(actor, limit=10_000_000)}
    found = [f"change {number} lost" for number in confirmed if number not in kept]
    for number, change in kept.items():
        wrote = len(store.written_by(actor, number))
        if wrote != change.added + change.corrected + change.withdrawn or wrote != confirmed.get(number, wrote):
            found.append(f"change {number} half there")
    found += [f"damaged: {each.sentence()}" for each in store.verify()]
    if store.database.kind == "sqlite":
        with store.database.reading() as connection:
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            found += [] if said == "ok" else [str(said)]
    return found


def parallel_edits(store: Store, editors: int, edits: int) -> tuple[int, int, float]:
    """Let editors count up notes of few entries at once; return lost edits, conflicts told, seconds."""
    entries = 25
    store.apply(Actor("bench", Role.EDITOR), "asskomm", [Add(replace(WORD, note="0")) for _ in range(entries)], ABOUT)
    first = store.records("asskomm")["line"].max() - entries + 1
    conflicts = [0] * editors

    def edit(which: int) -> None:
        me, chance = Actor(f"editor{which}", Role.EDITOR), random.Random(which)  # noqa: S311
        for _ in range(edits // editors):
            while True:
                (now,) = store.newest(me, [int(first) + chance.randrange(entries)])
                try:
                    store.apply(
                        me,
                        "asskomm",
                        [Correct(now.entry, now.version, replace(WORD, note=str(int(now.record.note) + 1)))],
                        ABOUT,
                    )
                    break
                except ConflictError:
                    conflicts[which] += 1

    threads = [threading.Thread(target=edit, args=(which,)) for which in range(editors)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - start
    table = store.records("asskomm")
    counted = sum(int(note) for note in table[table["line"] >= first]["note"])
    return edits - counted, sum(conflicts), spent
