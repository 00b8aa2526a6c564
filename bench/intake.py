"""A list taken in: from the upload to the findings on screen, and a large one on the command line, beside plain pandas.

The same file for everybody, with faults planted by a random number that is always the same. What a user would write
instead is `bench/plain_table.py`: pandas with openpyxl and checks by column.

What is measured
----------------
*On screen*: in the page itself, from the browser's ``change`` event of the file field to the end of the first animation
frame in which the table of findings (or, for the file without faults, the map of what it would change) stands in the page.
A fresh session for each run; median and slowest.
The server is warm, as it is for a user. So the ratio is to plain pandas with its libraries loaded, which shows nobody
a page; what a user would wait for is its process, imports and all.

*Command line*: a process of its own from start to end, and the peak of its resident memory: of the process and those it
started, whichever is larger.

``python -m bench.intake [rows on the command line] [runs on screen]``
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from playwright.sync_api import Browser, sync_playwright

from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from bench import plain_table
from tests.browser.conftest import serving
from tests.conftest import ROOT

_HEADINGS = ("AGS", "Gemeinde", "Baustein", "Stufe", "Datum", "Datum bedeutet", "Quelle", "Datum der Quelle")
_ON_SCREEN = 2_000
_FAULT_EVERY = 100
_CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# A process begins with the peak of the one that started it, so that must be a small one; see getrusage(2) on exec.
_MEASURE = """
import json, os, subprocess, sys, time
out, *command = sys.argv[1:]
start = time.perf_counter()
process = subprocess.Popen(command, stdout=int(out), stderr=int(out))
_, state, used = os.wait4(process.pid, 0)
print(json.dumps([time.perf_counter() - start, used.ru_maxrss, os.waitstatus_to_exitcode(state)]))
"""
_WATCH = """(wanted) => {
  let start, finish;
  window.watched = new Promise((resolve) => { finish = resolve; });
  const after = new MessageChannel();
  after.port1.onmessage = () => finish((performance.now() - start) / 1000);
  const isThere = () => wanted === "map"
    ? [...document.querySelectorAll("iframe")].some((each) =>
        each.contentDocument && each.contentDocument.querySelector("path.area"))
    : document.querySelector(wanted) !== null;
  const look = () => { if (isThere()) after.port2.postMessage(0); else requestAnimationFrame(look); };
  window.addEventListener("change", (event) => { start = event.timeStamp; look(); },
    { capture: true, once: true });
}"""


def _rows(count: int) -> list[tuple[str, ...]]:
    """Return entries that are all new, without a fault."""
    snapshot = load_snapshot(Settings(ROOT))
    programme = snapshot.programme("")
    towns = snapshot.edition(programme, date(2026, 11, 23)).municipalities
    towns = towns[towns["valid_to"].isna()]
    places = list(zip(towns["ags"], towns["name"], strict=True))
    rungs = [(each.label.de, stage.label.de) for each in programme.instruments for stage in each.stages]
    chance = random.Random(6)  # noqa: S311
    made: dict[tuple[str, ...], tuple[str, ...]] = {}
    while len(made) < count:
        (ags, name), (instrument, stage) = chance.choice(places), chance.choice(rungs)
        day = date(2017, 1, 1) + timedelta(days=chance.randrange(3_300))
        key = (ags, instrument, stage, f"{day:%d.%m.%Y}")
        made[key] = (ags, name, *key[1:], "erreicht", f"https://example.org/{len(made)}", "2025")
    return list(made.values())


def _with_faults(rows: Sequence[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], int]:
    """Return the rows with one in a hundred faulty, in turn by one of six faults, and how many."""
    faulty, planted = list(rows), 0
    for at in range(_FAULT_EVERY - 1, len(rows), _FAULT_EVERY):
        row = list(rows[at])
        kind = planted % 6
        if kind == 0:
            row[0] = f"{row[0][:5]}999"
        elif kind == 1:
            row[1] = rows[at - 1][1] if rows[at - 1][1] != row[1] else "Dresden"
        elif kind == 2:
            row[3] = "irgendwie"
        elif kind == 3:
            row[4] = "31.02.2024"
        elif kind == 4:
            row[4] = "01.01.2090"
        else:
            row = list(faulty[at - 1])
        faulty[at] = tuple(row)
        planted += 1
    return faulty, planted


def _written(folder: Path, name: str, rows: Sequence[tuple[str, ...]]) -> dict[str, Path]:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([_HEADINGS, *rows])
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (_HEADINGS, *rows):
        sheet.append(row)
    paths = {kind: folder / f"{name}.{kind}" for kind in ("csv", "xlsx")}
    paths["csv"].write_bytes(text.getvalue().encode())
    book.save(paths["xlsx"])
    return paths


def _on_screen(browser: Browser, url: str, path: Path, wanted: str, runs: int) -> tuple[list[float], str]:
    """Return the seconds of each run, and what the page says of the file in one sentence."""
    spent, said = [], ""
    for _ in range(runs + 1):
        context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="de-DE")
        page = context.new_page()
        page.goto(f"{url}/pflege?teil=einfuhr")
        field = page.locator("input[type=file]")
        field.wait_for(state="attached", timeout=60_000)
        page.wait_for_timeout(1_000)
        page.evaluate(_WATCH, wanted)
        field.set_input_files(path)
        spent.append(page.evaluate("window.watched"))
        said = page.locator("p.atlas-text", has_text="gelesen:").inner_text()
        context.close()
    return spent[1:], said  # the first run warms the server


def _process(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float, str, int]:
    """Return seconds, peak in MB, standard output with standard error, exit code."""
    with tempfile.TemporaryFile() as out:
        done = subprocess.run(
            [sys.executable, "-c", _MEASURE, str(out.fileno()), sys.executable, *command],
            cwd=ROOT,
            env=os.environ | environment,
            pass_fds=[out.fileno()],
            stdout=subprocess.PIPE,
            check=True,
        )
        spent, peak, code = json.loads(done.stdout)
        out.seek(0)
        return spent, peak / 1024, out.read().decode(), code


def _warm_pandas(path: Path, runs: int) -> float:
    """Return the median seconds of plain pandas in this process; the first run loads its libraries."""
    spent = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            plain_table.main([str(path)])
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])


def _screen(folder: Path, runs: int) -> None:
    rows = _rows(_ON_SCREEN)
    faulty, planted = _with_faults(rows)
    files = {"findings": _written(folder, "faulty", faulty), "map": _written(folder, "good", rows)}
    medians: dict[tuple[str, str], float] = {}
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    print(f"| {_ON_SCREEN:,} rows, upload → on screen | median | slowest | |\n|---|---|---|---|")
    with (
        serving(ROOT, folder / "log", ATLAS_LOCAL_EDITOR="Bench") as url,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=_CHROMIUM) as browser,
    ):
        for kind in ("csv", "xlsx"):
            for what, wanted in (("findings", "table.findings tbody tr"), ("map", "map")):
                spent, said = _on_screen(browser, url, files[what][kind], wanted, runs)
                medians[what, kind] = statistics.median(spent)
                told = f"{planted} faults planted; " if what == "findings" else ""
                print(
                    f"| {kind}: {what} | {medians[what, kind]:.2f} s | {max(spent):.2f} s | {told}{said} |",
                    flush=True,
                )
        for kind, path in files["findings"].items():
            spent_, _, told, _ = _process(["-m", "bench.plain_table", str(path)], {})
            print(f"| {kind}: plain pandas, its process | {spent_:.2f} s | | {told.count('line ')} lines named |")
            warm = _warm_pandas(path, runs)
            print(f"| {kind}: plain pandas, libraries loaded, no page | {warm:.2f} s | | |")
            print(f"| {kind}: gate on screen ÷ pandas loaded | {medians['findings', kind] / warm:.1f} × | | |")
    print()


def _large(folder: Path, count: int) -> None:
    rows = _rows(count)
    faulty, planted = _with_faults(rows)
    print(f"| {count:,} rows, command line | seconds | peak MB | |\n|---|---|---|---|")
    spent, peak, _, _ = _process(["-c", "pass"], {})
    print(f"| for comparison: an empty program | {spent:.1f} | {peak:.0f} | |")
    for what, content in (("faulty", faulty), ("good", rows)):
        for kind, path in _written(folder, f"large-{what}", content).items():
            environment = {"ATLAS_DATA_DIR": str(ROOT), "ATLAS_DATABASE_URL": f"sqlite:///{folder}/large.sqlite3"}
            ours = ["-m", "atlas", "import", str(path), "-o", str(folder / "difference.csv")]
            plain = ["-m", "bench.plain_table", str(path)]
            used = []
            for name, command in {"this gate": ours, "plain pandas": plain}.items():
                spent, peak, said, code = _process(command, environment)
                used.append((spent, peak))
                counted = said.rstrip().rsplit("\n", 1)[-1] if name == "this gate" else f"{said.count('line ')} lines"
                told = f"{planted} planted; " if what == "faulty" else ""
                print(
                    f"| {what} {kind}: {name} | {spent:.1f} | {peak:.0f} | {told}{counted} (exit {code}) |", flush=True
                )
            seconds, peaks = (gate / other for gate, other in zip(*used, strict=True))
            print(f"| {what} {kind}: gate ÷ pandas | {seconds:.1f} × | {peaks:.1f} × | |", flush=True)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    count = int(arguments[0]) if arguments else 100_000
    runs = int(arguments[1]) if len(arguments) > 1 else 7
    with tempfile.TemporaryDirectory() as work:
        _screen(Path(work), runs)
        if count:
            _large(Path(work), count)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
