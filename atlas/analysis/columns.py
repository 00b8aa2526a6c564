"""Which column of a table is which field of the record, by its heading or its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from rapidfuzz import fuzz, process

from atlas.model.programme import Label
from atlas.model.records import RECORD_COLUMNS
from atlas.model.sheets import Merged, Rows, Sheet, letters

ENTRY = "entry"
"""Field for the number of an entry in the record; everything else is one of `RECORD_COLUMNS`."""
FIELDS = (*RECORD_COLUMNS, ENTRY)
DISTRICT = "district"
"""Field for a column that says in which district the named municipality lies; it is not part of the record."""
READABLE = (*FIELDS, DISTRICT)
"""What a column can be read as."""
SETTABLE = ("status", "instrument", "source_url", "source_date", "retrieved", "joint_with", "date", "date_means", "until",
            "case", "note", "inferred")  # fmt: skip
"""What can be said once for all rows of a table that does not have it."""
HEADINGS: Mapping[str, Label] = {
    "ags": Label(de="AGS", en="AGS"),
    "municipality": Label(de="Gemeinde", en="Municipality"),
    "instrument": Label(de="Baustein", en="Instrument"),
    "status": Label(de="Stufe", en="Stage"),
    "date": Label(de="Datum", en="Date"),
    "date_means": Label(de="Datum bedeutet", en="Date means"),
    "joint_with": Label(de="Gemeinsam mit", en="Joint with"),
    "note": Label(de="Anmerkung", en="Note"),
    "source_url": Label(de="Quelle", en="Source"),
    "source_date": Label(de="Datum der Quelle", en="Date of source"),
    "until": Label(de="Bis", en="Until"),
    "case": Label(de="Fall", en="Case"),
    "retrieved": Label(de="Gelesen am", en="Read on"),
    "inferred": Label(de="Erschlossen", en="Inferred"),
    ENTRY: Label(de="Eintrag", en="Entry"),
    DISTRICT: Label(de="Kreis", en="District"),
}
"""How our own tables call the fields."""
_NAMES: Mapping[str, str] = {
    "ags": "Gemeindeschlüssel, Amtlicher Gemeindeschlüssel, Schlüssel, Gemeindekennziffer, Gemeindenummer, Kreisschlüssel, "
    "Regionalschlüssel, ARS, RS, AGS8, GKZ, Schlüsselnummer, Amtlicher Schlüssel, Gemeindekennzahl, Municipality key, Key",
    "municipality": "Name, Gemeindename, Kommune, Ort, Stadt, Gebietskörperschaft, Gemeinde/Landkreis, Mitglied, "
    "Mitgliedskommune, Name der Gemeinde, Stadt/Gemeinde",
    "instrument": "Maßnahme, Angebot, Building block",
    "status": "Phase, Stand der Umsetzung",
    "date": "seit, since, am, Datum der Stufe, Beitritt, Beitrittsdatum, Beitritt am, Mitglied seit, Eintritt, unterzeichnet am, "
    "Mitglied ab, beigetreten, beigetreten am, eingetreten am, dabei seit, besteht seit, gegründet am, beschlossen am, aktiv seit",
    "date_means": "Art des Datums, Datumsart",
    "joint_with": "gemeinsam, Jointly with, Verbund, Verband",
    "note": "Anmerkungen, Bemerkung, Bemerkungen, Notiz, Hinweis, Kommentar, Remark",
    "source_url": "Quellen, Beleg, Fundstelle, Link, URL, Adresse der Quelle",
    "source_date": "Source date, Quellendatum, Quelle vom, Stand der Quelle",
    "until": "bis zum, Ende, gültig bis, befristet bis, Laufzeit bis, end, valid until",
    "case": "Vorgang, Projekt, Fallname",
    "retrieved": "gelesen, Abruf, abgerufen am, Abrufdatum, retrieved on, accessed",
    "inferred": "erschlossen (ja), geschlossen, concluded",
    ENTRY: "Eintragsnummer, Nummer des Eintrags, Entry number",
    DISTRICT: "Landkreis, Kreis-Nr, Kreisnummer, Kreisname, Landkreis/kreisfreie Stadt, Kreis/kreisfreie Stadt, Name des Kreises",
}
"""How others call them, too."""
_SEARCHED_LINES = 60
_ENOUGH = 2
_ALIKE = 75
_SAMPLED = 50
_MOSTLY = 0.6
_KEY = re.compile(r"[0-9]{8}|[0-9]{12}")
_ONLY_GUESSED = {"date", "source_url"}
"""That cells are dates does not say what happened on them, nor an address what is to be read there."""
_FULL = range(100)
"""So many merged cells of one line are looked at: a file may hold a million."""
Looks = Callable[[str], bool]
"""Whether a text looks like what belongs into a field."""


def folded(text: str) -> str:
    """Return a word as it is compared: no capitals, umlauts written out, letters and digits only."""
    spelled = text.lower().translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue", 0xDF: "ss"})
    return re.sub(r"[^a-z0-9]", "", spelled)


_KNOWN = {
    folded(name): field
    for field, names in _NAMES.items()
    for name in (field, HEADINGS[field].de, HEADINGS[field].en, *names.split(", "))
}


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    heading: str
    """As in the file; made different where two are the same, ``Spalte D`` where there is none."""
    position: int
    """From 0."""
    field: str
    """One of `READABLE`; empty if the column is not read."""
    guess: str = ""
    """The field it may mean, if it is not read because its heading is unknown."""
    is_by_values: bool = False
    """Whether its cells say what it is, not its heading."""


@dataclass(frozen=True)
class Head:
    """The headings of a table; lines as in Excel."""

    cells: tuple[str, ...]
    line: int
    """The last of its lines, 0 for a table without headings; ``first_line`` is the first."""
    first_line: int
    body: int
    """Position of the first row below, among the rows."""


def field_of(heading: str) -> str:
    """Return the field a heading means, empty if it is unknown. What stands in brackets does not count."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", heading)
    return _KNOWN.get(folded(heading)) or _KNOWN.get(folded(bare), "")


def find_header(
    sheet: Sheet, mapping: Mapping[str, str], is_name: Looks = lambda _: False, line: int | None = None
) -> Head:
    """Return the headings: in the row with the most that are known, or in it and the one above or below together.

    If no row has two of them, in the first with the most cells filled above the first key; if there is none above,
    or a name stands in it, there are no headings. ``line`` says where they are; 0, that there are none.
    """
    rows = _spread(sheet, sheet.rows[:_SEARCHED_LINES])
    if line is not None:
        at = next((at for at, (known, _) in enumerate(sheet.rows) if known == line), -1)
        return _head(sheet, at, at) if at >= 0 else _no_head(sheet)
    known = [_known_fields(cells, mapping) for _, cells in rows]
    best = max(map(len, known))
    at = next(at for at, found in enumerate(known) if len(found) == best)
    if best < _ENOUGH:
        keys = (at for at, (_, cells) in enumerate(rows) if any(map(_KEY.fullmatch, cells)))
        filled = [sum(map(bool, cells)) for _, cells in rows[: next(keys, len(rows))]]
        if not filled:
            return _no_head(sheet)
        at = filled.index(max(filled))
        if not known[at] and any(map(is_name, filter(None, rows[at][1]))):
            return _no_head(sheet)
    for first in (at - 1, at):
        if first >= 0 and _is_double(rows[first : first + 2], best, mapping):
            return _head(sheet, first, first + 1)
    return _head(sheet, at, at)


def header_score(rows: Rows) -> int:
    """Return how many fields the best row of headings among some rows has: how likely it is that they are the table."""
    return max((len(_known_fields(cells, {})) for _, cells in rows[:_SEARCHED_LINES]), default=0)


def _known_fields(cells: Sequence[str], mapping: Mapping[str, str]) -> set[str]:
    return {mapping.get(cell) or field_of(cell) for cell in cells if cell} - {""}


def _spread(sheet: Sheet, rows: Rows) -> list[tuple[int, tuple[str, ...]]]:
    """Return rows, cells that are merged beside each other with the same text."""
    spans: dict[int, list[Merged]] = {line: [] for line, _ in rows}
    for merged in sheet.merged:
        if merged.last_column > merged.column and len(spans.get(merged.line, _FULL)) < len(_FULL):
            spans[merged.line].append(merged)
    made = []
    for line, cells in rows:
        spread = list(cells)
        for merged in spans[line]:
            for at in range(merged.column, min(merged.last_column + 1, len(cells))):
                spread[at] = cells[merged.column]
        made.append((line, tuple(spread)))
    return made


def _is_double(two: Sequence[tuple[int, tuple[str, ...]]], best: int, mapping: Mapping[str, str]) -> bool:
    """Return whether two rows are headings together: they say more than each, and none is a row of the table."""
    if len(two) < 2 or two[1][0] != two[0][0] + 1 or any(_KEY.fullmatch(cell) for _, cells in two for cell in cells):  # noqa: PLR2004
        return False
    return len(_known_fields(_together(two[0][1], two[1][1]), mapping)) > best


def _together(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    made = []
    for above, below in zip_longest(upper, lower, fillvalue=""):
        both = f"{above} {below}".strip()
        made.append(below if field_of(below) or above == below else both)
    return tuple(made)


def _head(sheet: Sheet, first: int, last: int) -> Head:
    spread = [cells for _, cells in _spread(sheet, sheet.rows[first : last + 1])]
    cells = spread[0] if len(spread) == 1 else _together(*spread)
    body = last + 1
    while body < len(sheet.rows) and _is_legend(sheet.rows[body][1]):
        body += 1
    return Head(cells, sheet.rows[body - 1][0], sheet.rows[first][0], body)


def _no_head(sheet: Sheet) -> Head:
    return Head(("",) * max(len(cells) for _, cells in sheet.rows[:_SEARCHED_LINES]), 0, 0, 0)


def _is_legend(cells: Sequence[str]) -> bool:
    """Return whether a row below the headings only explains or numbers them: ``(8-stellig)``, ``1 2 3``."""
    filled = [(at, cell) for at, cell in enumerate(cells, 1) if cell]
    return len(filled) >= _ENOUGH and all(re.fullmatch(rf"\(.*\)|\[.*\]|\(?{at}\)?", cell) for at, cell in filled)


def columns_of(
    cells: Sequence[str], mapping: Mapping[str, str], body: Rows = (), looks: Mapping[str, Looks] | None = None
) -> tuple[Column, ...]:
    """Return the columns of a table by its row of headings; ``mapping`` (heading to field, or to nothing) goes first.

    What the headings do not say, the cells of the ``body`` do: ``looks`` says by field whether a text looks like one.
    """
    columns: list[Column] = []
    taken: set[str] = set()
    for position, cell in enumerate(cells):
        heading = " ".join(cell.split()) or f"Spalte {letters(position)}"
        if heading in taken:
            heading = f"{heading} (Spalte {letters(position)})"
        taken.add(heading)
        field = mapping[heading] if heading in mapping else field_of(cell)
        guess = "" if field or heading in mapping else _guess(cell)
        columns.append(Column(heading, position, field, guess))
    if looks:
        _by_values(columns, mapping, _Cells(body, looks), looks)
    return tuple(columns)


class _Cells:
    """What the cells of a table look like: shares of the first ones, asked for once."""

    def __init__(self, body: Rows, looks: Mapping[str, Looks]) -> None:
        self._rows = [row for _, row in body[:_SAMPLED]]
        self._looks = looks
        self._shares: dict[tuple[str, int], float] = {}

    def share(self, field: str, position: int) -> float:
        """Return how many of the filled cells of a column look like a field."""
        at = field, position
        if at not in self._shares:
            filled = [row[position] for row in self._rows if position < len(row) and row[position]]
            self._shares[at] = sum(map(self._looks[field], filled)) / max(len(filled), 1)
        return self._shares[at]

    def best(self, field: str, positions: Iterable[int]) -> int:
        """Return the column that looks most like a field; -1 if none does."""
        best = max(positions, key=lambda at: self.share(field, at), default=-1)
        return best if best >= 0 and self.share(field, best) >= _MOSTLY else -1


def _by_values(columns: list[Column], mapping: Mapping[str, str], cells: _Cells, fields: Iterable[str]) -> None:
    """Change columns to what their cells say, where the headings say nothing, or the same of two."""
    for field in ("ags", "municipality"):
        own = folded(HEADINGS[field].de)
        claiming = sorted(
            (each for each in columns if each.field == field), key=lambda each: folded(each.heading) != own
        )
        if len(claiming) > 1 and not any(each.heading in mapping for each in claiming):
            best = cells.best(field, (each.position for each in claiming))
            for each in claiming if best >= 0 else ():
                if each.position != best:
                    columns[each.position] = replace(each, field="")
    for field in fields:
        if any(each.field == field for each in columns):
            continue
        free = (
            each.position
            for each in columns
            if each.heading not in mapping and (not each.field or (field, each.field) == ("ags", "municipality"))
        )
        if (best := cells.best(field, free)) < 0:
            continue
        if field in _ONLY_GUESSED:
            columns[best] = replace(columns[best], guess=field)
        else:
            columns[best] = replace(columns[best], field=field, guess="", is_by_values=True)


def with_district(
    columns: tuple[Column, ...], mapping: Mapping[str, str], body: Rows, lies_in: Callable[[str, str], bool]
) -> tuple[Column, ...]:
    """Return columns, at most one of them that of the district in which the named municipality lies.

    It is one by its heading, or by keys of districts in which the municipalities beside them lie: ``lies_in`` says so of
    a name and a key. Where nothing else says the place, districts themselves are meant. ``mapping`` goes first.
    """
    made = list(columns)
    by_field = {each.field: each for each in reversed(made) if each.field}
    name, key = by_field.get("municipality"), by_field.get("ags")
    if name and key and key.heading not in mapping:
        rows = [row for _, row in body[:_SAMPLED] if max(name.position, key.position) < len(row) and row[name.position]]
        if rows and sum(lies_in(row[name.position], row[key.position]) for row in rows) >= _MOSTLY * len(rows):
            made[key.position] = replace(key, field=DISTRICT, is_by_values=True)
    claiming = [each for each in made if each.field == DISTRICT]
    for each in claiming[1:]:
        made[each.position] = replace(each, field="")
    if claiming and not (name or key):
        at = claiming[0].position
        are_keys = all(row[at].isdigit() for _, row in body[:_SAMPLED] if at < len(row) and row[at])
        made[at] = replace(claiming[0], field="ags" if are_keys else "municipality")
    return tuple(made)


def _guess(heading: str) -> str:
    found = process.extractOne(folded(heading), list(_KNOWN), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return _KNOWN[found[0]] if found else ""
