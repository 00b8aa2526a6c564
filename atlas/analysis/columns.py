"""Which column of a table is which field of the record, by its heading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from atlas.model.programme import Label
from atlas.model.records import RECORD_COLUMNS
from atlas.model.sheets import Sheet

ENTRY = "entry"
"""Field for the number of an entry in the record; everything else is one of `RECORD_COLUMNS`."""
FIELDS = (*RECORD_COLUMNS, ENTRY)
REQUIRED = ("ags", "instrument", "status", "source_url")
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
}
"""How our own tables call the fields."""
_NAMES: Mapping[str, str] = {
    "ags": "Gemeindeschlüssel, Amtlicher Gemeindeschlüssel, Schlüssel, Gemeindekennziffer, Gemeindenummer, Kreisschlüssel, "
    "Regionalschlüssel, ARS, Municipality key, Key",
    "municipality": "Name, Gemeindename, Kommune, Ort, Stadt, Gebietskörperschaft, Gemeinde/Landkreis",
    "instrument": "Maßnahme, Angebot, Building block",
    "status": "Phase, Stand der Umsetzung",
    "date": "seit, since, am, Datum der Stufe",
    "date_means": "Art des Datums, Datumsart",
    "joint_with": "gemeinsam, Jointly with, Verbund, Verband",
    "note": "Anmerkungen, Bemerkung, Bemerkungen, Notiz, Hinweis, Kommentar, Remark",
    "source_url": "Quellen, Beleg, Fundstelle, Link, URL, Adresse der Quelle",
    "source_date": "Source date, Quellendatum, Quelle vom, Stand der Quelle",
    "until": "bis zum, Ende, gültig bis, befristet bis, Laufzeit bis, end, valid until",
    "case": "Vorgang, Bezeichnung, Projekt, Fallname",
    "retrieved": "gelesen, Abruf, abgerufen am, Abrufdatum, retrieved on, accessed",
    "inferred": "erschlossen (ja), geschlossen, concluded",
    ENTRY: "Eintragsnummer, Nummer des Eintrags, Entry number",
}
"""How others call them, too."""
_SEARCHED_LINES = 30
_ENOUGH = 2
_ALIKE = 75


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
    """One of `FIELDS`; empty if the column is not read."""
    guess: str = ""
    """The field it may mean, if it is not read because its heading is unknown."""


def field_of(heading: str) -> str:
    """Return the field a heading means, empty if it is unknown. What stands in brackets does not count."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", heading)
    return _KNOWN.get(folded(heading)) or _KNOWN.get(folded(bare), "")


def find_header(sheet: Sheet, mapping: Mapping[str, str]) -> int:
    """Return the position, among the rows, of the row with the headings: the one with the most that are known.

    If no row has two of them, the first with the most cells filled.
    """
    searched = sheet.rows[:_SEARCHED_LINES]
    known = [len({mapping.get(cell) or field_of(cell) for cell in cells if cell} - {""}) for _, cells in searched]
    if max(known) < _ENOUGH:
        known = [sum(map(bool, cells)) for _, cells in searched]
    return known.index(max(known))


def columns_of(cells: Sequence[str], mapping: Mapping[str, str]) -> tuple[Column, ...]:
    """Return the columns of a table by its row of headings; ``mapping`` (heading to field, or to nothing) goes first."""
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
    return tuple(columns)


def letters(position: int) -> str:
    """Return how a spreadsheet calls a column: ``A``, ``Z``, ``AA``."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def _guess(heading: str) -> str:
    found = process.extractOne(folded(heading), list(_KNOWN), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return _KNOWN[found[0]] if found else ""
