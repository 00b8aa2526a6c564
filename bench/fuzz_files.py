"""Give every door for files what it can't want: lists, registers of inhabitants, boundaries, programmes; changed at random.

Each is read, or refused in a sentence (`AtlasError`), within twenty seconds. ``python -m bench.fuzz_files [--files N] [--seed N]`` on the
invented state; exit code 1, and the file kept beside, if one was not.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from atlas.errors import AtlasError
from atlas.intake.gate import Terms, read_intake
from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.sources.deliveries import read_delivery
from atlas.sources.population import read_register
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from atlas.sources.toml import parse_toml
from bench.nasty import NASTY
from tests import boundary_corpus, miniland, table_files

LATE_S = 20.0
_TODAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Door:
    """A way in for files: seeds to change, how one is given, and which share of all files goes here."""

    seeds: dict[str, bytes]
    give: Callable[[bytes, str], object]
    share: float


class Mutator:
    """Changes files: bytes, cells, parts of archives."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - nothing secret

    def changed(self, body: bytes) -> bytes:
        """Return a file with some of it wrong."""
        if zipfile.is_zipfile(io.BytesIO(body)) and self.random.random() < 0.8:
            return self._archive(body)
        ways = (self._bytes, self._words, self._words, self._words, self._cut, self._repeated)
        for _ in range(self.random.choice((1, 1, 2, 4))):
            body = self.random.choice(ways)(body)
        return body

    def _at(self, body: bytes) -> int:
        return self.random.randrange(len(body) + 1)

    def _bytes(self, body: bytes) -> bytes:
        at = self._at(body)
        return body[:at] + self.random.randbytes(self.random.randrange(9)) + body[at + self.random.randrange(9) :]

    def _words(self, body: bytes) -> bytes:
        """Put something nasty in the place of a cell, a value or a text between tags."""
        marks = [at for at, sign in enumerate(body[:200_000]) if sign in b';,"\n<>= :']
        begin = self.random.choice(marks or [0])
        end = next((mark for mark in marks if mark > begin), begin)
        text = self.random.choice(NASTY).encode(self.random.choice(("utf-8", "cp1252", "utf-16")), "replace")
        return body[: begin + 1] + text + body[end:]

    def _cut(self, body: bytes) -> bytes:
        return body[: self._at(body)] if self.random.random() < 0.5 else body[self._at(body) :]

    def _repeated(self, body: bytes) -> bytes:
        begin, end = sorted((self._at(body), self._at(body)))
        return body[:end] + body[begin : min(end, begin + 5_000)] * self.random.choice((1, 2, 60)) + body[end:]

    def _archive(self, body: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            names = old.namelist()
            wrong = self.random.choice(names)
            for name in names:
                part, called = old.read(name), name
                if name == wrong:
                    called = self.random.choice((name, name, name, f"../{name}", name.upper(), "x" * 300))
                    part = self.changed(part) if self.random.random() < 0.9 else b""
                new.writestr(called, part)
        return made.getvalue()


def _boundaries(body: bytes, name: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(body)
        return read_delivery(path)


def _boundary_seeds() -> dict[str, bytes]:
    seeds = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, driver in (
            ("gem.geojson", "GeoJSON"),
            ("gem.gpkg", "GPKG"),
            ("gem.shp", "ESRI Shapefile"),
            ("gem.gml", "GML"),
        ):
            path = Path(folder) / name
            boundary_corpus.state(crs="EPSG:4326" if driver == "GeoJSON" else "EPSG:25833").to_file(path, driver=driver)
            seeds[name] = path.read_bytes()
        parts = Path(folder).glob("gem.*")
        boundary_corpus.zipped(
            Path(folder) / "all.zip", *(each for each in parts if each.suffix in {".shp", ".shx", ".dbf", ".prj"})
        )
        seeds["gem.zip"] = (Path(folder) / "all.zip").read_bytes()
    return seeds


def doors(snapshot: Snapshot, root: Path) -> dict[str, Door]:
    """Return all doors."""
    tables = {"liste.csv": table_files.csv_file(), "liste.xlsx": table_files.xlsx_file()}
    tables["liste.ods"] = table_files.ods_file({"Liste": [table_files.HEADINGS, *table_files.GOOD_ROWS]})
    head = "ags,inhabitants,male,female,name\n"
    register = {
        "einwohner.csv": (head + "".join(f"000210{at}0,{at * 1000},5,5,Ort {at}\n" for at in range(1, 9))).encode()
    }
    line = (
        "60" + "20231231" + "00021010" + "    " + "Ort".ljust(50) + " " * 67 + "00000001000" + "00000000500" + " " * 60
    )
    register["gv100ad.txt"] = "\r\n".join([line] * 9).encode()
    register["auszug.xlsx"] = table_files.xlsx_file(
        rows=[("ags", "inhabitants"), ("00021010", 5000), ("00021020", "1 234")]
    )
    programme = next((root / "data" / "programmes").glob("*.toml")).read_bytes()
    return {
        "list": Door(tables, lambda body, name: read_intake(body, name, snapshot, Terms(_TODAY)), 0.55),
        "register": Door(register, read_register, 0.27),
        "programme": Door({"mini.toml": programme}, lambda body, name: parse_toml(body, Programme, name), 0.16),
        "boundaries": Door(_boundary_seeds(), _boundaries, 0.02),
    }


def failure(door: Door, body: bytes, name: str) -> tuple[str, str]:
    """Return how a file is taken, and what is wrong with that."""
    begun, how, said = time.monotonic(), "read", ""
    try:
        door.give(body, name)
    except AtlasError:
        how = "refused"
    except BaseException:  # noqa: BLE001 - that is what is looked for
        how, said = "failed", "\n".join(traceback.format_exc().splitlines()[-6:])
    seconds = time.monotonic() - begun
    return how, said or (f"{seconds:.0f} s" if seconds > LATE_S else "")


def main() -> None:
    """Give the files, print how they were taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=18)
    given = parser.parse_args()
    os.nice(5)
    mutator, wrong = Mutator(given.seed), 0
    taken: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        root = miniland.write(Path(folder))
        for key, door in doors(load_snapshot(Settings(root)), root).items():
            for _ in range(round(given.files * door.share)):
                name = mutator.random.choice(list(door.seeds))
                body = mutator.changed(door.seeds[name])
                how, said = failure(door, body, name)
                taken[f"{key} {how}"] += 1
                if said:
                    wrong += 1
                    kept = Path(tempfile.gettempdir()) / f"fuzz-{wrong}-{name}"
                    kept.write_bytes(body)
                    print(kept, said, sep="\n", flush=True)
    print(dict(taken), f"wrong {wrong}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
