"""A sheet for every municipality, or every district, of a day in one run: in parallel, and taken up again where it was interrupted.

Every file is written under another name first and then put in its place, so none is ever half there. Beside them lies
a list of what was made from which data; a second run makes only what is missing or no longer current.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TextIO

import pandas as pd

from atlas.analysis.status import NO_DATA
from atlas.errors import AtlasError, Problem
from atlas.export.sheets import pages_of, sheet_pdf, sheet_stem
from atlas.export.tables import plain_csv
from atlas.export.workers import executor
from atlas.model.view import ViewState
from atlas.phrases import N_
from atlas.present.context import ViewContext, ViewContexts
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot

MANIFEST, INDEX, DISTRICT_INDEX = "steckbriefe.json", "uebersicht.csv", "uebersicht-kreise.csv"
Place = int | str
"""Position of a municipality, or the key of a district."""
_CODE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class SheetOrder:
    """What is to be made."""

    view: ViewState
    """Programme, day (not None) and language; its district, if there is one, limits the run."""
    home: str = ""
    """The application's address, for links and QR codes; empty for none."""
    jobs: int = 1
    """Processes at work; 1 does without processes of its own."""
    of_districts: bool = False
    """Whether districts get their sheets, instead of municipalities."""


@dataclass(frozen=True)
class SheetRun:
    """What has been done: numbers of sheets written now, and found current."""

    made: int
    kept: int
    failed: tuple[tuple[str, str, str], ...]
    """Name, key and reason of each that could not be made."""


@dataclass(frozen=True)
class _Made:
    """A file that was written."""

    mark: str
    sha256: str
    pages: int
    size: int


def write_sheets(settings: Settings, order: SheetOrder, folder: Path, report: Callable[[int, int], object]) -> SheetRun:
    """Write the sheets that are missing or not current, and the index of all that are there.

    ``report`` is told after each sheet how many are done, of how many. Raises `AtlasError` if the data can't be used,
    or nothing can be written to the folder.
    """
    _contexts.cache_clear()  # the files may have changed since this process last looked
    context = _contexts(settings, order).of(order.view)
    stems = _district_stems(context) if order.of_districts else _stems(context)
    mark = _mark(context, order)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = _read(folder / MANIFEST)
    except OSError as error:
        text = N_("In diesen Ordner kann nicht geschrieben werden: {reason}.")
        raise AtlasError(Problem(str(folder), text, {"reason": error.strerror or str(error)})) from error
    made = {
        stem: each for stem in stems if (each := known.get(stem)) and _is_current(folder / f"{stem}.pdf", each, mark)
    }
    kept = len(made)
    failed: dict[str, str] = {}
    report(kept, len(stems))
    for stem, outcome in _work(settings, order, folder, mark, {k: v for k, v in stems.items() if k not in made}):
        if isinstance(outcome, str):
            failed[stem] = outcome
        else:
            made[stem] = outcome
            _write(folder / MANIFEST, _manifest(known | made))
        report(len(made) + len(failed), len(stems))
    index, name = (_district_index, DISTRICT_INDEX) if order.of_districts else (_index, INDEX)
    _write(folder / name, plain_csv(index(context, {stem: made[stem] for stem in stems if stem in made}, stems)))
    told = ((*_named(context, stems[stem]), reason) for stem, reason in sorted(failed.items()))
    return SheetRun(len(made) - kept, kept, tuple(told))


def _named(context: ViewContext, place: Place) -> tuple[str, str]:
    """Return the name and the key of a municipality or a district."""
    if isinstance(place, str):
        return context.edition.district_name(place), place
    line = context.day.lines[place][0]
    return line.name, line.ags


def _district_stems(context: ViewContext) -> dict[str, Place]:
    """Return names of files without ending and keys, of districts with several municipalities, in order of their keys."""
    there = Counter(context.day.municipalities["district"])
    keys = [key for key in sorted(there) if there[key] > 1 and context.district in (None, key)]
    return {sheet_stem(context, key, context.view.lang): key for key in keys}


def _stems(context: ViewContext) -> dict[str, Place]:
    """Return names of files without ending and positions, of the municipalities that have a sheet, in order of their keys."""
    lines = {position: context.day.lines[position][0] for position in context.addressed}
    inside = [position for position, row in lines.items() if context.district in (None, row.district)]
    inside.sort(key=lambda position: lines[position].ags)
    return {sheet_stem(context, lines[position].ags, context.view.lang): position for position in inside}


def _mark(context: ViewContext, order: SheetOrder) -> str:
    """Return what the sheets depend on: data, programme, day, language, address, and this program itself."""
    parts = (*map(str, context.key), context.view.lang, order.home, _code_mark())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


@cache
def _code_mark() -> str:
    digest = hashlib.sha256()
    for path in sorted(_CODE.rglob("*")):
        if path.suffix in {".py", ".typ", ".po"}:
            digest.update(path.relative_to(_CODE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> dict[str, _Made]:
    """Return what earlier runs have made; nothing if there was none, or if the list can't be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {str(stem): _Made(**each) for stem, each in told["files"].items()}
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return {}  # then everything is made anew


def _manifest(files: Mapping[str, _Made]) -> bytes:
    told = {"files": {stem: asdict(files[stem]) for stem in sorted(files)}}
    return json.dumps(told, ensure_ascii=False, indent=0).encode()


def _is_current(path: Path, made: _Made, mark: str) -> bool:
    if made.mark != mark or not path.is_file():
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == made.sha256


def _write(path: Path, body: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        draft.write_bytes(body)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _work(
    settings: Settings, order: SheetOrder, folder: Path, mark: str, wanted: Mapping[str, Place]
) -> Iterator[tuple[str, _Made | str]]:
    """Yield each sheet as it is done, or why it could not be made, in words.

    On an interruption what is under way is finished, the rest is not begun.
    """
    if not wanted:
        return
    with executor(min(order.jobs, len(wanted))) as pool:
        tasks = {
            pool.submit(_make, settings, order, folder / f"{stem}.pdf", mark, place): stem
            for stem, place in wanted.items()
        }
        try:
            for task in as_completed(tasks):
                error = task.exception()
                yield tasks[task], task.result() if error is None else _reason(error)
        finally:
            pool.shutdown(cancel_futures=True)


def _reason(error: BaseException) -> str:
    if isinstance(error, AtlasError):
        return " ".join(str(error).split())
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


@cache
def _contexts(settings: Settings, order: SheetOrder) -> ViewContexts:
    """Return what the sheets are made from; each process reads the files once for a run."""
    snapshot = load_snapshot(settings)
    as_of = order.view.as_of
    assert as_of is not None  # noqa: S101 - the order says it; tells mypy so
    return ViewContexts(lambda: snapshot, lambda: as_of)


def _make(settings: Settings, order: SheetOrder, path: Path, mark: str, place: Place) -> _Made:
    body = sheet_pdf(_contexts(settings, order), order.view, place, order.home)
    _write(path, body)
    return _Made(mark, hashlib.sha256(body).hexdigest(), pages_of(body), len(body))


def _index(context: ViewContext, made: Mapping[str, _Made], stems: Mapping[str, Place]) -> pd.DataFrame:
    """Return one row for each sheet that is there.

    Columns ``ags``, ``name``, ``kind``, ``district``, ``file``, ``pages``, ``bytes``, ``documented`` (instruments of which
    anything is documented), and for each instrument 1 where the municipality counts as covered by its own doing: these
    add up to the published figures.
    """
    keys = [instrument.key for instrument in context.programme.instruments]
    rows = []
    for stem, each in made.items():
        position = int(stems[stem])
        lines = context.day.lines[position]
        row = context.edition.municipalities.loc[position]
        covered = [int(line.counted and line.basis != "district") for line in lines]
        documented = sum(line.stage != NO_DATA for line in lines)
        district = context.edition.district_name(lines[0].district)
        told = [lines[0].ags, lines[0].name, row["kind"], district, f"{stem}.pdf", each.pages, each.size, documented]
        rows.append([*told, *covered])
    columns = ["ags", "name", "kind", "district", "file", "pages", "bytes", "documented", *keys]
    return pd.DataFrame(rows, columns=columns)


def _district_index(context: ViewContext, made: Mapping[str, _Made], stems: Mapping[str, Place]) -> pd.DataFrame:
    """Return one row for each sheet that is there.

    Columns ``district``, ``name``, ``file``, ``pages``, ``bytes``, ``municipalities``, and for each instrument how many
    of them it covers.
    """
    keys = [instrument.key for instrument in context.programme.instruments]
    rows = []
    for stem, each in made.items():
        name, key = _named(context, stems[stem])
        figures = [context.day.figure(instrument, key) for instrument in keys]
        covered = [len(figure.municipalities) for figure in figures]
        rows.append([key, name, f"{stem}.pdf", each.pages, each.size, figures[0].total, *covered])
    return pd.DataFrame(rows, columns=["district", "name", "file", "pages", "bytes", "municipalities", *keys])


class Progress:
    """Shows on a terminal a bar that moves, elsewhere a line for every tenth."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began: tuple[float, int] | None = None
        self._told = -1

    def __call__(self, done: int, total: int, /) -> None:
        """Show how far it is."""
        if self._began is None:
            self._began = (time.monotonic(), done)
        share = done / total if total else 1.0
        if self._stream.isatty():
            bar = "█" * round(share * 30)
            self._write(f"\r{bar:░<30} {done} von {total} {self._left(done, total)}" + ("\n" if done >= total else ""))
        elif int(share * 10) > self._told:
            self._told = int(share * 10)
            self._write(f"{done} von {total} Steckbriefen\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def _left(self, done: int, total: int) -> str:
        began, before = self._began or (0.0, 0)
        if done <= before or done >= total:
            return " " * 14
        seconds = (time.monotonic() - began) / (done - before) * (total - done)
        return f"· noch {seconds:4.0f} s "
