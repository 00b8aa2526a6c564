"""Read a register of inhabitants as offices deliver it, and keep it in the data folder.

Fixed-width text: GV100AD of the Statistisches Bundesamt. Each line begins with its kind (10 state, 40 district, 60
municipality …) and the day whose municipalities it lists; of a municipality stand the key at 11-18, the name at 23-72,
the area at 129-139, the inhabitants at 140-150 and the male ones at 151-161 (counted from 1).

Tables: the office's "Gemeindeverzeichnis" with its blocks of headings (Land, RB, Kreis, VB, Gem; insgesamt, männlich,
weiblich), or columns ``ags`` and ``inhabitants``.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from atlas.errors import AtlasError, Problem, Severity
from atlas.model.keys import is_ags
from atlas.model.place_names import with_umlauts
from atlas.model.population import POPULATION_COLUMNS, Population
from atlas.model.sheets import Sheet
from atlas.phrases import N_
from atlas.sources.files import read_whole
from atlas.sources.spreadsheets import COMMAND_LINE, read_sheet

_FIXED_WIDTH = re.compile(r"[1-6][0-9][0-9]{8}[0-9]{2}")
_MUNICIPALITY = "60"
_HEADING_ROWS = 20
_PARTS = ("land", "rb", "kreis", "gem")
"""Columns of a key in parts: two digits, one, two, three."""
_WIDTHS = (2, 1, 2, 3)
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "ags": ("ags", "gemeindeschluessel", "amtlicher gemeindeschluessel", "schluessel", "key"),
    "name": ("gemeindename", "name", "gemeinde", "municipality"),
    "inhabitants": ("inhabitants", "insgesamt", "einwohner", "bevoelkerung insgesamt", "bevoelkerung", "population"),
    "male": ("maennlich", "male"),
    "female": ("weiblich", "female"),
    **{part: (part,) for part in _PARTS},
}
"""How columns are headed, folded."""
_KEY = re.compile("[0-9]{2}|[0-9]{5}|[0-9]{8}")


@dataclass
class Register:
    """A register as read: numbers by key (two and five digits: sums stated), names, and what could not be read."""

    inhabitants: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)
    """Days the file says it is of."""
    problems: list[Problem] = field(default_factory=list)

    def take(self, place: str, key: str, name: str, numbers: tuple[str, ...]) -> None:
        """Take in a line: its key, and the number of all; of men and women if they are given, to be held against it."""
        try:
            count, *parts = map(_number, (numbers[0], *filter(str.strip, numbers[1:])))
        except ValueError:
            count = -1
        if count < 0 or not _KEY.fullmatch(key):
            text = N_("Schlüssel oder Einwohnerzahl nicht lesbar: „{key}“, „{number}“. Die Zeile zählt nicht.")
            values = {"key": key[:40], "number": " / ".join(numbers)[:40]}
            self.problems.append(Problem(place, text, values, Severity.WARNING))
            return
        if key in self.inhabitants:
            text = N_("{key} steht mehrmals in der Datei; es gilt die erste Zeile.")
            self.problems.append(Problem(place, text, {"key": key}, Severity.WARNING))
            return
        if sum(parts) > count or (len(parts) > 1 and sum(parts) != count):
            text = N_("{key}: Männer und Frauen ergeben nicht die Summe {count}. Die Zeile zählt nicht.")
            self.problems.append(Problem(place, text, {"key": key, "count": count}, Severity.WARNING))
            return
        self.inhabitants[key] = count
        if name:
            self.names[key] = name


def read_register(body: bytes, name: str) -> Register:
    """Return what a file says of inhabitants, whatever of the three kinds it is.

    Lines that can't be read are in its ``problems``. Raises `AtlasError` if the file is none of them.
    """
    start = body[:64].removeprefix(b"\xef\xbb\xbf").decode("ascii", "replace")
    found = Register()
    if _FIXED_WIDTH.match(start):
        _read_fixed_width(body, name, found)
    else:
        _read_table(read_sheet(body, name, COMMAND_LINE), name, found)
    if not any(map(is_ags, found.inhabitants)):
        text = N_(
            "Hier stehen keine Einwohnerzahlen von Gemeinden. Gelesen werden GV100AD (.txt), das Gemeindeverzeichnis als .xlsx oder eine CSV mit den Spalten ags und inhabitants."
        )
        raise AtlasError(Problem(name, text), *found.problems[:1])
    return found


def _read_fixed_width(body: bytes, name: str, found: Register) -> None:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(_MUNICIPALITY):
            with contextlib.suppress(ValueError):  # a line that is damaged there is damaged elsewhere, too
                found.days.add(date(int(line[2:6]), int(line[6:8]), int(line[8:10])))
            numbers = (line[139:150], line[150:161])
            found.take(f"{name}, Zeile {number}", line[10:18], line[22:72].strip(), numbers)


def _read_table(sheet: Sheet, name: str, found: Register) -> None:
    columns, first = _columns(sheet)
    if "inhabitants" not in columns:
        return
    for line, cells in sheet.rows[first:]:
        row = {role: cells[at].strip() if at < len(cells) else "" for role, at in columns.items()}
        key = row["ags"] if row.get("ags") else _joined([row.get(part, "") for part in _PARTS])
        if key and row["inhabitants"]:
            numbers = tuple(row.get(each, "") for each in ("inhabitants", "male", "female"))
            found.take(f"{name}, Zeile {line}", key, row.get("name", ""), numbers)


def _columns(sheet: Sheet) -> tuple[dict[str, int], int]:
    """Return which column is what, and the first row below the headings, however many rows these take."""
    columns: dict[str, int] = {}
    last = -1
    for number, (_, cells) in enumerate(sheet.rows[:_HEADING_ROWS]):
        for at, cell in enumerate(cells):
            folded = _folded(cell)
            role = next((role for role, names in _HEADINGS.items() if folded in names), None)
            if role is not None and (role not in columns or (role == "inhabitants" and folded == "insgesamt")):
                columns[role], last = at, number
    return columns, last + 1


def _folded(cell: str) -> str:
    """Return a heading without numbers, as of footnotes and years, and soft hyphens."""
    words = (each.strip("0123456789") for each in with_umlauts(cell.replace("\xad", "")))
    return " ".join(filter(None, words))


def _joined(parts: list[str]) -> str:
    """Return the key of a line whose key is in parts: of a municipality, a district or a state; empty for others."""
    land, region, district, municipality = (
        part.zfill(width) if part else "" for part, width in zip(parts, _WIDTHS, strict=True)
    )
    if municipality and not (land and region and district):
        return ""
    if land and not region and not district:
        return land
    return f"{land}{region}{district}{municipality}" if land and district else ""


def _number(text: str) -> int:
    """Return a number as tables write it: blanks between thousands, or ``.0`` behind, are no fault."""
    digits = re.sub(r"\.0+$", "", re.sub(r"[\s\u00a0\u202f]", "", text))
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(text)
    return int(digits)


# ---- kept in the data folder ------------------------------------------------------------------------------------------


def population_path(root: Path, boundary_set: str) -> Path:
    """Return where the register of a boundary set is kept."""
    return root / "data" / "population" / f"{boundary_set}.csv"


def read_population(root: Path, boundary_set: str) -> Population | None:
    """Return the register of a boundary set, None where its owner has given none.

    Raises `AtlasError`: every fault of the file.
    """
    path = population_path(root, boundary_set)
    if not path.is_file():
        return None
    name = str(path.relative_to(root))
    try:
        body = io.BytesIO(read_whole(path, name))
        table = pd.read_csv(body, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, OSError) as error:
        text = N_("Die Datei ist keine CSV in UTF-8. Bitte mit „python -m atlas population add“ noch einmal anlegen.")
        raise AtlasError(Problem(name, text)) from error
    if missing := [column for column in POPULATION_COLUMNS[:4] if column not in table.columns]:
        text = N_("Es fehlen Spalten: {list}. Bitte mit „python -m atlas population add“ noch einmal anlegen.")
        raise AtlasError(Problem(name, text, {"list": ", ".join(missing)}))
    if problems := list(_table_problems(table, name)):
        raise AtlasError(*problems)
    first = table.iloc[0].to_dict()
    numbers = dict(zip(table["ags"].tolist(), map(int, table["inhabitants"]), strict=True))
    retrieved = str(first.get("retrieved", ""))
    named = zip(table["ags"].tolist(), table["name"].tolist(), strict=True) if "name" in table else ()
    return Population(
        boundary_set=boundary_set,
        as_of=date.fromisoformat(str(first["date"])),
        source=str(first["source"]),
        retrieved=date.fromisoformat(retrieved) if retrieved else None,
        inhabitants={key: number for key, number in numbers.items() if is_ags(key)},
        sums={key: number for key, number in numbers.items() if not is_ags(key)},
        names={key: name for key, name in named if name},
    )


def _table_problems(table: pd.DataFrame, name: str) -> Iterator[Problem]:
    """Yield every fault of a register in the data folder: it is one register of one day."""
    if table.empty:
        yield Problem(name, N_("Die Datei hat keine Zeilen. Bitte löschen oder noch einmal anlegen."))
        return
    for column in ("date", "source", "retrieved"):
        if column in table and (table[column] != table[column].iloc[0]).any():
            text = N_("In allen Zeilen muss dasselbe stehen: Es gilt ein Verzeichnis von einem Tag.")
            yield Problem(f"{name}, {column}", text)
    for column in ("date", "retrieved"):
        given = str(table[column].iloc[0]) if column in table else ""
        if (given or column == "date") and not _is_day(given):
            text = N_("„{given}“ ist kein Tag der Form JJJJ-MM-TT.")
            yield Problem(f"{name}, {column}", text, {"given": given[:40]})
    if not str(table["source"].iloc[0]).strip():
        yield Problem(f"{name}, source", N_("Die Quelle fehlt."))
    wrong = ~table["ags"].str.fullmatch(_KEY) | table["ags"].duplicated()
    wrong |= ~table["inhabitants"].str.fullmatch("[0-9]{1,9}")
    for line in table.index[wrong].tolist():
        text = N_("Schlüssel oder Einwohnerzahl ist nicht lesbar oder steht zweimal.")
        yield Problem(f"{name}, Zeile {line + 2}", text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def write_population(root: Path, population: Population) -> Path:
    """Keep a register in the data folder, in place of the one before; return its path."""
    path = population_path(root, population.boundary_set)
    numbers = {**population.sums, **population.inhabitants}
    table = pd.DataFrame({"ags": list(numbers), "inhabitants": list(numbers.values())})
    table = table.assign(
        date=population.as_of.isoformat(),
        source=population.source,
        retrieved=population.retrieved.isoformat() if population.retrieved else "",
        name=[population.names.get(key, "") for key in numbers],
    )[list(POPULATION_COLUMNS)].sort_values("ags")
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.neu")  # a running application reads the whole or nothing
    draft.write_text(text.getvalue(), encoding="utf-8")
    draft.replace(path)
    return path
