"""kill -9 at random moments over all that writes, on SQLite and PostgreSQL: nothing lost, nothing half, no hand needed.

``python -m bench.kills [kills of each database] [killed publications]``
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from atlas.errors import AtlasError
from atlas.model.edits import Add
from atlas.model.rights import Actor, Role
from atlas.sources.store import Database, Seal, accept, back_up, open_store, restore
from atlas.sources.store.checking import findings
from bench.store import databases
from tests.miniland import write
from tests.store_trials import ABOUT, WORD, faults_after, kill_one, kill_upgrade, killed

ME = Actor("bench", Role.ADMINISTRATOR)
_CHECKED_EVERY = 20


class Place:
    """A store with its head, what its writers were confirmed, and a folder for backups."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder, self.file = url, folder, folder / "head"
        self.confirmed: dict[int, int] = {}
        open_store(url, self.seal).close()

    @property
    def seal(self) -> Seal:
        """Where the head is kept; a seal of its own for each process."""
        return Seal(self.file, "bench")

    def faults(self) -> list[str]:
        """Return what is wrong, opened as the next process would."""
        with closing(open_store(self.url, self.seal)) as store:
            return faults_after(store, self.confirmed)

    def write(self, seed: int) -> Iterable[str]:
        """Kill a writer; the next may write."""
        self.confirmed |= kill_one(self.url, seed, 0.8, self.seal)
        with closing(open_store(self.url, self.seal)) as store:
            done = store.apply(ME, "mini", [Add(WORD)], ABOUT)
        self.confirmed[done.number] = 1
        return self.faults() if seed % _CHECKED_EVERY < 7 else ()

    def back_up(self, seed: int) -> Iterable[str]:
        """Kill who backs up; the same order has to work afterwards, and what was confirmed is whole."""
        target = self.folder / f"backup-{seed}"

        def work(said: int) -> None:
            with closing(open_store(self.url, self.seal)) as store:
                for n in range(1_000):
                    back_up(store.database, target.with_name(f"{target.name}-{n}"))
                    os.write(said, f"{n}\n".encode())

        done = [int(line) for line in killed(work, seed, 0.6)]
        with closing(open_store(self.url, self.seal)) as store:
            back_up(store.database, target.with_name(f"{target.name}-{len(done)}x"))
            following = target.with_name(f"{target.name}-{len(done)}")
            if not following.exists():  # killed between the file and saying so
                back_up(store.database, following)
        for path in sorted(self.folder.glob(f"{target.name}-*")):
            if path.suffix != ".head":
                with closing(Database(f"sqlite:///{path}", Seal(path.with_name(f"{path.name}.head"), "bench"))) as copy:
                    yield from (each.sentence() for each in findings(copy, whole=True))
            path.unlink()

    def restore(self, seed: int) -> Iterable[str]:
        """Kill who restores the newest backup; there is the one or the other, whole, and writers go on."""
        backup = self.folder / "copy"
        with closing(open_store(self.url, self.seal)) as store:
            back_up(store.database, backup)
            backed_up = store.head()
            later = store.apply(ME, "mini", [Add(WORD)], ABOUT)

        def work(_: int) -> None:
            with closing(Database(self.url, self.seal)) as database:
                restore(database, backup, replace=True)

        killed(work, seed, 0.5)
        with closing(open_store(self.url, self.seal)) as store:
            if store.head() not in {backed_up, later.number}:
                yield "neither before nor after"
            if store.head() == later.number:
                self.confirmed[later.number] = 1
        yield from self.faults()
        with closing(Database(self.url, self.seal)) as database:
            restore(database, backup, replace=True)
        self.confirmed.pop(later.number, None)
        for path in [*self.folder.glob("copy*"), *Path(database.file).parent.glob("*ersetzt*")]:
            path.unlink()

    def accept(self, seed: int) -> Iterable[str]:
        """Kill who accepts a database, as after pg_restore."""

        def work(_: int) -> None:
            while True:
                with closing(Database(self.url, self.seal)) as database:
                    accept(database, None)

        killed(work, seed, 0.8)
        return self.faults()


def _upgrade(fresh: Callable[..., object], kind: str, seed: int) -> list[str]:
    with fresh(kind) as url:  # type: ignore[attr-defined]
        return kill_upgrade(url, seed, changes=20)[1]


def _publications(work: Path, kills: int) -> tuple[int, list[str]]:
    """Kill publications of the invented state; the folder is there whole or not at all, and the next makes it."""
    write(work / "mini")
    environment = os.environ | {"ATLAS_DATA_DIR": str(work / "mini"), "ATLAS_DATABASE_URL": "files"}
    command = [sys.executable, "-m", "atlas", "publish", "--jobs", "2", "-o"]
    start = time.perf_counter()
    subprocess.run([*command, str(work / "whole")], env=environment, check=True, capture_output=True)
    lasts = time.perf_counter() - start
    whole = {path.relative_to(work / "whole") for path in (work / "whole").rglob("*")}
    found = []
    chance = random.Random(1)  # noqa: S311
    for n in range(kills):
        target = work / f"site{n}"
        run = subprocess.Popen([*command, str(target)], env=environment, stdout=-3, stderr=-3, start_new_session=True)
        time.sleep(chance.random() * lasts)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        if target.exists() and {path.relative_to(target) for path in target.rglob("*")} != whole:
            found.append("half a site")
        done = subprocess.run([*command, str(target)], env=environment, check=False, capture_output=True)
        if done.returncode or {path.relative_to(target) for path in target.rglob("*")} != whole:
            found.append("needs a hand")
        shutil.rmtree(target)
    return kills, found


def main(arguments: list[str]) -> int:
    """Kill and print."""
    kills = int(arguments[0]) if arguments else 250
    publications = int(arguments[1]) if len(arguments) > 1 else 6
    total, all_found = 0, list[str]()
    with databases() as fresh:
        for kind in ("sqlite", "postgresql"):
            done: Counter[str] = Counter()
            with tempfile.TemporaryDirectory() as folder, fresh(kind) as url:
                place = Place(url, Path(folder))
                works = {"writers": place.write, "upgrades": lambda seed, kind=kind: _upgrade(fresh, kind, seed)}
                works |= {"backups": place.back_up, "restores": place.restore} if kind == "sqlite" else {}
                works |= {"accepted": place.accept}
                names = ["writers", *works]
                found: list[str] = []
                for n in range(kills):
                    name = names[n % len(names)]
                    try:
                        found += [f"{name} {n}: {each}" for each in works[name](n)]
                    except AtlasError as error:
                        found.append(f"{name} {n} needs a hand: {error}")
                    done[name] += 1
                found += place.faults()
                print(
                    f"{kind}: {sum(done.values())} kills {dict(done)}, {len(place.confirmed)} changes confirmed, {len(found)} faults",
                    flush=True,
                )
            total, all_found = total + sum(done.values()), all_found + found
    with tempfile.TemporaryDirectory() as work:
        count, found = _publications(Path(work), publications)
        print(f"publish: {count} kills, {len(found)} faults")
    print(f"{total + count} kills, {len(all_found) + len(found)} faults")
    print(*(all_found + found)[:20], sep="\n")
    return len(all_found) + len(found) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
