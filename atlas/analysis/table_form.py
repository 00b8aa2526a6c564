"""What there is to say of a table as a whole, before a row of it is read: its headings, its columns, what Excel did to its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from atlas.analysis.columns import FIELDS, HEADINGS, READABLE, SETTABLE, Column, Head, folded
from atlas.analysis.presets import Guide
from atlas.analysis.values import Finding, Values
from atlas.errors import Severity, few
from atlas.model.sheets import Rows, Sheet
from atlas.phrases import N_

_WORDY = 2
_SUMS = {"summe", "gesamt", "insgesamt", "zusammen", "gesamtzahl", "total"}


def without_feet(body: Rows, columns: Sequence[Column], is_name: Callable[[str], bool]) -> tuple[Rows, list[Finding]]:
    """Return the rows without those below the table: a sum, or a remark alone in its line; and that they are left out."""
    keys = {each.position for each in columns if each.field == "ags"}
    feet: list[tuple[int, str]] = []
    for line, cells in reversed(body):
        filled = [(at, cell) for at, cell in enumerate(cells) if cell]
        at, text = filled[0] if filled else (0, "")
        is_remark = (
            len(filled) == 1
            and (":" in text or text.count(" ") >= _WORDY or not any(map(str.isalnum, text)))
            and not is_name(text)
        )
        if not (is_remark or (folded(text) in _SUMS and (at in keys or not any(cells[key] for key in keys)))):
            break
        feet.append((line, text))
    text = N_("Diese Zeile unter der Tabelle wird nicht gelesen.")
    found = [Finding(line=line, text=text, given=said, severity=Severity.WARNING) for line, said in feet]
    return body[: len(body) - len(feet)], found


def about_head(head: Head, guide: Guide, sheet: Sheet) -> Iterator[Finding]:
    """Yield where the headings are, and what is above them."""
    if guide.header and guide.header != head.line:
        text = N_("In Zeile {line} steht nichts; die Kopfzeile kann sie nicht sein.")
        yield Finding(text=text, values={"line": guide.header})
    if not head.line:
        text = N_("Die Tabelle hat keine Überschriften; die Spalten heißen nach ihrem Ort.")
        yield Finding(text=text, severity=Severity.NOTE)
    elif head.line != head.first_line:
        text = N_("Die Überschriften stehen in den Zeilen {first} bis {line}; was darüber steht, wird nicht gelesen.")
        yield Finding(text=text, values={"first": head.first_line, "line": head.line}, severity=Severity.NOTE)
    elif head.first_line != sheet.rows[0][0]:
        text = N_("Die Kopfzeile ist Zeile {line}; was darüber steht, wird nicht gelesen.")
        yield Finding(text=text, values={"line": head.line}, severity=Severity.NOTE)


def _missing(guide: Guide, by_field: Mapping[str, list[str]], columns: Sequence[Column]) -> Iterator[str]:
    """Yield the fields the rows must have and neither a column nor a setting says; a source only if a column may be it."""
    if "ags" not in by_field and "municipality" not in by_field:
        yield "ags"
    said = {*by_field, *(name for name, value in guide.settings.items() if value)}
    if "status" not in said:
        yield "status"
    if "source_url" not in said and any(column.guess == "source_url" for column in columns):
        yield "source_url"


def about_columns(columns: Sequence[Column], guide: Guide, head: Head) -> Iterator[Finding]:
    """Yield what is missing, what two columns say, and how each is read."""
    by_field: dict[str, list[str]] = {}
    for column in columns:
        by_field.setdefault(column.field, []).append(column.heading)
    known = ", ".join(column.heading for column in columns)
    missing = set(_missing(guide, by_field, columns))
    yield from _about_mapping(guide.mapping, [column.heading for column in columns])
    for each in FIELDS:
        if len(claiming := by_field.get(each, [])) > 1:
            text = N_("Mehrere Spalten passen zu „{field}“: {columns}. Bitte zuordnen, welche gilt.")
            yield Finding(text=text, values={"field": HEADINGS[each].de, "columns": ", ".join(claiming)})
        if each in missing:
            text = N_(
                "Die Spalte „{field}“ fehlt in der Kopfzeile (Zeile {line}). Bitte zuordnen oder ergänzen; vorhanden: {known}."
            )
            if each in SETTABLE:
                text = N_(
                    "„{field}“ fehlt. Bitte für alle Zeilen angeben, oder eine Spalte zuordnen; vorhanden: {known}."
                )
            close = next((column.heading for column in columns if column.guess == each), "")
            yield Finding(
                text=text, values={"field": HEADINGS[each].de, "line": head.line, "known": known}, suggestion=close
            )
    yield from _about_each(columns)
    if "source_url" not in missing and not guide.settings.get("source_url") and "source_url" not in by_field:
        text = N_("Eine Quelle ist nicht angegeben; als Quelle gilt die Datei „{file}“.")
        yield Finding(text=text, values={"file": guide.file}, severity=Severity.WARNING)
    if "municipality" not in by_field:
        text = N_(
            "Ohne Spalte mit Namen lässt sich ein vertippter Schlüssel nicht erkennen; die Namen werden nach dem Schlüssel ergänzt."
        )
        yield Finding(text=text, severity=Severity.WARNING)
    if "date" in by_field and "date_means" not in by_field and not guide.settings.get("date_means"):
        text = N_(
            "Die Spalte „Datum bedeutet“ fehlt: Ein Datum gilt als der Tag, an dem die Stufe erreicht war, wenn nichts anderes dabeisteht."
        )
        yield Finding(text=text, severity=Severity.NOTE)


def _about_each(columns: Sequence[Column]) -> Iterator[Finding]:
    read = {column.field for column in columns}
    for column in columns:
        if not column.field and column.guess and column.guess not in read:
            text = N_(
                "Diese Spalte wird nicht gelesen, und „{field}“ bleibt leer. Bitte zuordnen (auf der Seite unter „Welche Spalte was bedeutet“, sonst mit --map), wenn sie das ist."
            )
            guess = HEADINGS[column.guess].de
            yield Finding(
                column=column.heading, text=text, values={"field": guess}, severity=Severity.WARNING, suggestion=guess
            )
        elif not column.field:
            text = N_("Diese Spalte wird nicht gelesen.")
            suggestion = HEADINGS[column.guess].de if column.guess else ""
            yield Finding(column=column.heading, text=text, severity=Severity.NOTE, suggestion=suggestion)
        elif column.is_by_values:
            text = N_("Gelesen als „{field}“: das sagt der Inhalt der Spalte, nicht ihre Überschrift.")
            values = {"field": HEADINGS[column.field].de}
            yield Finding(column=column.heading, text=text, values=values, severity=Severity.NOTE)


def _about_mapping(mapping: Mapping[str, str], headings: Sequence[str]) -> Iterator[Finding]:
    for heading, given in mapping.items():
        if heading not in headings:
            text = N_("Die Spalte „{given}“ gibt es nicht; vorhanden: {known}.")
            yield Finding(text=text, values={"given": heading, "known": ", ".join(headings)})
        elif given and given not in READABLE:
            text = N_("Das Feld „{given}“ gibt es nicht; vorhanden: {known}.")
            known = ", ".join(READABLE)
            yield Finding(column=heading, text=text, values={"given": given, "known": known})


def about_cells(sheet: Sheet, columns: Sequence[Column], header_line: int, lines: set[int]) -> Iterator[Finding]:
    """Yield what Excel did to cells that are read: calculated, merged, hidden."""
    read = {column.position: column.heading for column in columns if column.field}
    for (line, position), has_value in sheet.formulas.items():
        if position in read and line in lines:
            text = N_("Die Zelle ist eine Formel ohne gespeichertes Ergebnis. Bitte den Wert selbst eintragen.")
            severity = Severity.BLOCKER
            if has_value:
                text = N_(
                    "Die Zelle ist eine Formel; gelesen wird ihr zuletzt gespeichertes Ergebnis. Besser den Wert selbst eintragen."
                )
                severity = Severity.WARNING
            yield Finding(line=line, column=read[position], text=text, severity=severity)
    for merged in sheet.merged:
        covered = [position for position in read if merged.column <= position <= merged.last_column]
        if covered and merged.last_line > header_line:
            text = N_("Die Zellen {cells} sind verbunden. Bitte trennen und jede einzeln ausfüllen.")
            yield Finding(
                line=max(merged.line, header_line + 1),
                column=read[covered[0]],
                text=text,
                values={"cells": merged.reference},
            )
    if hidden := [line for line in sheet.hidden if line in lines]:
        text = N_("Ausgeblendete Zeilen werden mitgelesen: {lines}.")
        values: Values = {"lines": few(map(str, hidden))}
        yield Finding(text=text, values=values, severity=Severity.WARNING)
