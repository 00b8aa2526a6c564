"""Read records of participation, from CSV or the store, and published totals from CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

import pandas as pd

from atlas import phrases
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.programme import Counts, Programme, Unit
from atlas.model.records import (
    OPTIONAL_COLUMNS,
    OPTIONAL_TOTALS,
    READ_ON,
    RECORD_COLUMNS,
    TOTAL_COLUMNS,
    Records,
    Target,
)
from atlas.model.rules import Fault, Row, check_date, check_source, faults, is_after_reading, record_checker
from atlas.model.targets import TARGET_COLUMNS, check_target, target_of
from atlas.phrases import N_
from atlas.sources.files import file_sum, read_whole
from atlas.sources.store import Store


def read_records(
    programme: Programme, keys: frozenset[str], root: Path, store: Store | None = None
) -> tuple[Records, list[Problem]]:
    """Return the record of one programme, every row checked, and what is doubtful about it.

    ``keys`` are all that exist or have existed, of municipalities and districts. ``root`` has ``data/participation``
    (columns `RECORD_COLUMNS`, `OPTIONAL_COLUMNS` may be missing) and ``data/totals`` (`TOTAL_COLUMNS`,
    `OPTIONAL_TOTALS` or the whole file may be missing): CSV, UTF-8, comma. The ``store`` has the entries if they are
    not in the first of these files; as long as nobody has changed them there, the file leads, and what it says is taken
    over. Raises `AtlasError`: every fault of all rows at once, with line, column and cure. Nothing is repaired.
    """
    problems: list[Problem] = []
    doubts: list[Problem] = []
    check = record_checker(programme, keys)
    name = f"data/participation/{programme.key}.csv"
    places = f"{name}, Zeile"
    seeded = store.seed_sum(programme.key) if store else ""
    table = _table([])
    if seeded is not None:  # the file leads
        before = file_sum(root / name) if store and (root / name).is_file() else ""
        rows = _rows(root / name, name, RECORD_COLUMNS, problems)
        if not store:
            rows = list(_with_day(rows, programme, places, problems))
        problems += faults(rows, check, places)
        table = _table(rows)
        if store and not problems and file_sum(root / name) == before:  # else somebody was writing it
            store.seed(programme.key, table, name, before)
    elif store and (root / name).exists() and file_sum(root / name) != store.file_sum(programme.key):
        text = N_(
            "Die Datei wurde geändert, nachdem der Bestand aus ihr angelegt war; seitdem wird er in der Datenbank gepflegt. "
            "Bitte mit „python -m atlas import“ übernehmen, was neu ist."
        )
        doubts.append(Problem(name, text, severity=Severity.WARNING))
    if store and not problems:
        places = f"Bestand {programme.key}, Eintrag"
        table = store.records(programme.key)
        problems += faults(rows_of(table), check, places)  # the programme may have changed
        doubts += _begun_after_entry(table, places)
    totals_name = f"data/totals/{programme.key}.csv"
    total_rows: list[tuple[int, Row]] = []
    if (root / totals_name).exists():
        total_rows = _rows(root / totals_name, totals_name, TOTAL_COLUMNS, problems)
        problems += faults(total_rows, _check_total, f"{totals_name}, Zeile")
    targets = _read_targets(programme, root, store, problems)
    if problems:
        raise AtlasError(*problems)
    published = pd.DataFrame([row for _, row in total_rows], columns=list(TOTAL_COLUMNS)).astype({"value": "int64"})
    records = Records(table, published, targets, places)
    return records, [*doubts, *_duplicate_rows(records)]


def _read_targets(programme: Programme, root: Path, store: Store | None, problems: list[Problem]) -> tuple[Target, ...]:
    """Return the targets: of the store once somebody has entered any there, else of the file, if there is one."""
    name = f"data/targets/{programme.key}.csv"
    body = store.targets.body(programme.key) if store else None
    if body is None and not (root / name).exists():
        return ()
    if body is not None:
        return parse_targets(body, programme, f"Ziele {programme.key}", problems)
    rows = _rows(root / name, name, TARGET_COLUMNS, problems)
    return _targets(rows, programme, name, problems)


def parse_targets(body: str, programme: Programme, name: str, problems: list[Problem]) -> tuple[Target, ...]:
    """Return the targets of a text in `TARGET_COLUMNS`; every fault goes to ``problems``, with its line in ``name``."""
    return _targets(_rows_in(body, name, TARGET_COLUMNS, problems), programme, name, problems)


def _targets(
    rows: Sequence[tuple[int, Row]], programme: Programme, name: str, problems: list[Problem]
) -> tuple[Target, ...]:
    places = f"{name}, Zeile"
    found = faults(rows, lambda row: check_target(row, programme), places)
    first: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        earlier = first.setdefault((row["instrument"], row["date"], row["unit"]), line)
        if earlier != line:
            text = N_("Dieses Ziel steht schon in Zeile {line}: derselbe Baustein, derselbe Tag. Bitte eine löschen.")
            found.append(Problem(f"{places} {line}, date", text, {"line": earlier}))
    problems += found
    if found:
        return ()
    return tuple(sorted((target_of(row) for _, row in rows), key=lambda each: (each.day, each.instrument, each.unit)))


def rows_of(table: pd.DataFrame) -> Iterable[tuple[int, Row]]:
    """Return what the entries of the store say, as `record_checker` reads it, each with its number.

    Without `READ_ON`: it is no word of the entry, and a record is not closed to all because of one date.
    """
    return zip(table["line"].tolist(), table[list(RECORD_COLUMNS)].to_dict("records"), strict=True)


def _table(rows: Iterable[tuple[int, Row]]) -> pd.DataFrame:
    table = pd.DataFrame([{**row, "line": line} for line, row in rows], columns=[*RECORD_COLUMNS, READ_ON, "line"])
    return table.astype({"line": "int64"})


def _with_day(
    rows: Sequence[tuple[int, Row]], programme: Programme, places: str, problems: list[Problem]
) -> Iterable[tuple[int, Row]]:
    """Yield the rows of a file with the day each was read; where nothing says it, that goes to ``problems``."""
    usual = programme.retrieved.isoformat() if programme.retrieved else ""
    silent = [line for line, row in rows if not (row["retrieved"] or usual)]
    if silent:
        text = N_(
            "Wann die Quelle gelesen wurde, steht nirgends (Einträge: {count}). Bitte die Spalte retrieved ergänzen "
            "(JJJJ-MM-TT) oder in data/programmes/{programme}.toml die Zeile „retrieved = JJJJ-MM-TT“."
        )
        place = f"{places} {silent[0]}, retrieved"
        problems.append(Problem(place, text, {"count": len(silent), "programme": programme.key}))
    for line, row in rows:
        yield line, {**row, READ_ON: row["retrieved"] or usual}


def _begun_after_entry(table: pd.DataFrame, places: str) -> Iterable[Problem]:
    """Yield a warning for every entry of an older program whose date begins after the day it was entered."""
    given = table[["date", "source_date"]].max(axis=1)
    text = N_(
        "Das Datum „{given}“ beginnt erst nach dem Tag, an dem der Eintrag in den Bestand kam ({read_on}). Bitte das Datum "
        "berichtigen, oder in retrieved den Tag angeben, an dem die Quelle gelesen wurde."
    )
    for line, day, read_on, said in zip(table["line"], given, table[READ_ON], table["retrieved"], strict=True):
        if not said and is_after_reading(day, read_on):
            place = f"{places} {line}, date"
            yield Problem(place, text, {"given": day, "read_on": read_on}, severity=Severity.WARNING)


def _duplicate_rows(records: Records) -> list[Problem]:
    """Return a warning for every row that repeats an earlier one word for word."""
    columns = [column for column in RECORD_COLUMNS if column != "municipality"]
    repeated = records.table[records.table.duplicated(columns)]
    text = N_("Dieser Eintrag steht schon weiter oben. Bitte einen der beiden löschen.")
    return [Problem(f"{records.places} {line}", text, severity=Severity.WARNING) for line in repeated["line"]]


def _rows(path: Path, name: str, columns: Sequence[str], problems: list[Problem]) -> list[tuple[int, Row]]:
    """Return rows with their line numbers; what is wrong with the file as a whole goes to ``problems``."""
    try:
        text = read_whole(path, name).decode("utf-8-sig")
    except AtlasError as error:
        problems += error.problems
        return []
    return _rows_in(text, name, columns, problems)


def _rows_in(text: str, name: str, columns: Sequence[str], problems: list[Problem]) -> list[tuple[int, Row]]:
    """Return rows of a text with their line numbers, likewise."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = list(reader.fieldnames or ())
        if missing := [column for column in columns if column not in {*header, *OPTIONAL_COLUMNS, *OPTIONAL_TOTALS}]:
            text = N_(
                "In der Kopfzeile fehlt: {columns}. Erwartet werden Spalten mit Komma getrennt, in dieser Schreibweise."
            )
            problems.append(Problem(f"{name}, Zeile 1", text, {"columns": ", ".join(missing)}))
            return []
        rows = [(reader.line_num, {column: row[column] for column in row}) for row in reader]
    except csv.Error as error:
        text = N_("Die Zeile ist kein gültiges CSV ({reason}). Bitte Anführungszeichen prüfen.")
        problems.append(Problem(f"{name}, Zeile {reader.line_num}", text, {"reason": str(error)}))
        return []
    good: list[tuple[int, Row]] = []
    for line, row in rows:
        if None in row or None in row.values():
            text = N_(
                "Die Zeile hat mehr oder weniger Felder als die Kopfzeile. Bitte Kommas und Anführungszeichen prüfen."
            )
            problems.append(Problem(f"{name}, Zeile {line}", text))
        else:
            good.append((line, {column: row.get(column, "").strip() for column in columns}))
    return good


def _check_total(row: Row) -> Iterable[Fault]:
    yield from check_date(row["date"], "date")
    if not row["date"]:
        yield "date", N_("Das Datum fehlt. Bitte ergänzen."), {}
    if not re.fullmatch(r"[0-9]{1,9}", row["value"]):
        yield "value", phrases.NOT_A_WHOLE_NUMBER, {"given": row["value"]}
    for column, allowed in (("counts", tuple(Counts)), ("unit", get_args(Unit))):
        if row[column] and row[column] not in allowed:
            text = N_("„{given}“ ist hier nicht erlaubt; möglich ist {allowed}, oder nichts.")
            yield column, text, {"given": row[column], "allowed": ", ".join(allowed)}
    yield from check_source(row["source_url"])
