"""Is a table fit to become part of the record, and what would it change? Every fault at once, each with its line.

Nothing is written here and nothing is guessed: what is repaired is said, what is unclear stops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from atlas.analysis.columns import DISTRICT, ENTRY, HEADINGS, Column, columns_of, find_header, with_district
from atlas.analysis.difference import (
    NO_ANSWERS,
    Answer,
    Difference,
    TableRow,
    Tie,
    compare,
    entries_of,
)
from atlas.analysis.doubts import doubts
from atlas.analysis.naming import StageNames, participants_of
from atlas.analysis.presets import Guide, read_settings, unused
from atlas.analysis.table_form import about_cells, about_columns, about_head, without_feet
from atlas.analysis.values import (
    Finding,
    Reading,
    Remark,
    checked,
    damage,
    is_after,
    is_blocked,
    meaning_before,
    meaning_of,
    readers,
)
from atlas.errors import Severity
from atlas.model.edits import Record
from atlas.model.programme import Programme, StageKind
from atlas.model.records import DATE_MEANINGS, RECORD_COLUMNS, web_address
from atlas.model.rules import Fault, check_end, check_meaning, check_read
from atlas.model.sheets import Sheet
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_

_PREVIEWED = 5
_DIGITS = re.compile(r"[0-9]{4}|[0-9]{2}[ .][0-9]")
_YEAR = re.compile(r"[^0-9].*[0-9]{2}$|^[0-9]{4}-")
_KEPT = 5_000
"""Readings kept for the next time the same text comes."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Intake:
    """A table, checked and compared with the record."""

    columns: tuple[Column, ...]
    """All columns in order, with the fields they are read as: what a mapping step shows and changes."""
    header_line: int
    """Where the headings stand; 0 if there are none."""
    preview: tuple[tuple[int, tuple[str, ...]], ...]
    """The first rows below them, as they are in the table: line and cells."""
    row_count: int
    """Rows below the headings."""
    findings: tuple[Finding, ...]
    """In order of line and column; those about the whole table first."""
    difference: Difference
    """Of the rows without blockers. To be saved only if `is_blocked` is not."""

    @property
    def is_blocked(self) -> bool:
        """Whether something stops the import."""
        return is_blocked(self.findings)

    @property
    def is_incomplete(self) -> bool:
        """Whether something about the whole table stops it, as a column that is missing: no row has been looked at."""
        return is_blocked(finding for finding in self.findings if not finding.line)

    def of(self, severity: Severity) -> list[Finding]:
        """Return the findings of one severity."""
        return [finding for finding in self.findings if finding.severity is severity]


def check_sheet(
    sheet: Sheet,
    snapshot: Snapshot,
    programme: Programme,
    guide: Guide,
    today: date,
    answers: Mapping[int, Answer] = NO_ANSWERS,
) -> Intake:
    """Return everything there is to say about a table before it may become part of a programme's record.

    ``guide`` says what the table does not say itself. Dates after ``today`` are faults. ``answers`` are what somebody has said of rows that resemble entries, by line.
    """
    findings = [Finding(note.text, note.values, note.severity) for note in sheet.notes]
    text = N_(
        "Die Zeile ist kein gültiges CSV ({reason}). Bitte Anführungszeichen prüfen: eines fehlt oder steht zu viel."
    )
    findings += [Finding(text=text, values={"reason": reason}, line=line) for line, reason in sheet.broken]
    if not sheet.rows:
        return Intake(
            columns=(), header_line=0, preview=(), row_count=0, findings=(*findings, _empty()), difference=Difference()
        )
    check = _Check(snapshot, programme, guide, today)
    head = find_header(sheet, guide.mapping, check.is_name, guide.header)
    body = sheet.rows[head.body :]
    columns = columns_of(head.cells, guide.mapping, body, check.looks())
    columns = with_district(columns, guide.mapping, body, check.people.lies_in)
    below: list[Finding] = []
    if guide.file:
        body, below = without_feet(body, columns, check.is_name)
    findings += [*about_head(head, guide, sheet), *about_columns(columns, guide, head), *below]
    findings += check.take(columns)
    findings += about_cells(sheet, columns, head.line, {line for line, _ in body})
    if not body:
        findings.append(_empty())
    difference = Difference()
    if not is_blocked(finding for finding in findings if finding.line == 0):
        difference = check.rows(body, head.cells, answers)
        findings += check.findings
    position = {column.heading: column.position for column in columns}
    findings.sort(key=lambda each: (each.line, position.get(each.column, -1)))
    return Intake(
        columns=columns,
        header_line=head.line,
        preview=tuple(body[:_PREVIEWED]),
        row_count=len(body),
        findings=tuple(findings),
        difference=difference,
    )


def _about_settings(said: Iterable[tuple[str, Remark]]) -> Iterator[Finding]:
    for name, each in said:
        label = HEADINGS[name].de if name in HEADINGS else name
        yield Finding(each.text, each.values, each.severity, each.suggestion, setting=label)


def _empty() -> Finding:
    text = N_("Unter der Kopfzeile steht nichts. Bitte eine Zeile je Eintrag ausfüllen.")
    return Finding(text=text)


# ---- row by row -------------------------------------------------------------------------------------------------------


class _Check:
    """Reads rows into records. Each distinct value is looked at once: tables repeat themselves."""

    def __init__(self, snapshot: Snapshot, programme: Programme, guide: Guide, today: date) -> None:
        self.findings: list[Finding] = []
        self._guide = guide
        self._settings: dict[str, str] = {}
        self._untaken: set[str] = set()
        self._at: dict[str, int] = {}
        self._headings: dict[str, str] = {}
        self._width = 0
        self._programme = programme
        self._today = today
        self._table = snapshot.records[programme.key].table
        self._entries = entries_of(self._table)
        self.people = participants_of(snapshot, programme)
        self._stage_names = StageNames(programme)
        self._plans = {each.ref for each in programme.rungs if each.stage.kind is StageKind.PLAN}
        kept = lru_cache(_KEPT)
        self._damage = kept(damage)
        self._key = kept(self.people.read_key)
        self._name = kept(self.people.read_name)
        self._district = kept(self.people.read_district)
        self._doubt = kept(self.people.doubt_district)
        self._stage = kept(self._stage_names.read)
        self._reads = {name: kept(read) for name, read in readers(today).items()}

    def is_name(self, text: str) -> bool:
        """Return whether a municipality or district has or had this name."""
        return bool(self.people.keys_of(text))

    def looks(self) -> Mapping[str, Callable[[str], bool]]:
        """Return by field whether a text looks like what belongs there."""
        return {
            "ags": lambda text: bool(_DIGITS.search(text)) and not is_blocked(self.people.read_key(text, "").remarks),
            "municipality": self.is_name,
            "status": self._stage_names.is_stage,
            "instrument": self._stage_names.is_instrument,
            "source_url": lambda text: bool(web_address(text)),
            "date": lambda text: bool(_YEAR.search(text)) and not is_blocked(self._reads["date"](text).remarks),
        }

    def take(self, columns: Sequence[Column]) -> Iterator[Finding]:
        """Take over which column is which field and what is set for all rows; yield what there is to say of that."""
        self._width = len(columns)
        self._at = {column.field: column.position for column in columns if column.field}
        self._headings = {column.field: column.heading for column in columns if column.field}
        self._settings, said = read_settings(self._guide.settings, self._at, self._stage_names, self._today)
        self._untaken = set(self._settings)
        yield from _about_settings(said)

    def rows(
        self,
        body: Iterable[tuple[int, tuple[str, ...]]],
        headings: tuple[str, ...],
        answers: Mapping[int, Answer],
    ) -> Difference:
        """Return what the rows would change; what there is to say of them goes to the findings."""
        rows: list[TableRow] = []
        for line, cells in body:
            if fault := self._form(cells, headings):
                self._say(line, "", "", fault)
            elif row := self._row(line, cells):
                rows.append(row)
        rows = self._without_repeated(rows)
        self.findings += _about_settings(unused(sorted(self._untaken)))
        given = {field for field in (*self._at, *self._settings) if field in RECORD_COLUMNS}
        given |= {"ags", "instrument", "status"}
        repeats = {each.key for each in self._programme.instruments if each.repeats}
        difference = compare(rows, self._entries, given, self.people, repeats, answers)
        asked = {each.line: each for each in difference.questions}
        for line, answer in answers.items():
            if line not in asked or asked[line].answer is None:
                text = N_("Ob diese Zeile und Eintrag {entry} zusammengehören, steht nicht in Frage.")
                self._say(line, "", "", Remark(text, {"entry": answer.entry}))
        self.findings += self._unanswerable(difference)
        for doubt in doubts(difference, self._entries, self._programme, self._at):
            self._say(*doubt)
        return difference

    def _unanswerable(self, difference: Difference) -> Iterator[Finding]:
        """Yield a fault for each row that is said to be the same entry as a row before it."""
        first: dict[int, int] = {}
        for each in difference.questions:
            if each.answer and each.answer.tie is Tie.SAME:
                before = first.setdefault(each.answer.entry, each.line)
                if before != each.line:
                    text = N_("Eintrag {entry} ist schon Zeile {line}. Bitte prüfen, welche Zeile gilt.")
                    yield Finding(line=each.line, text=text, values={"entry": each.answer.entry, "line": before})

    def _form(self, cells: tuple[str, ...], headings: tuple[str, ...]) -> Remark | None:
        if len(cells) < self._width or any(cells[self._width :]):
            text = N_(
                "Die Zeile hat {count} Felder, die Kopfzeile {expected}. Bitte Trennzeichen und Anführungszeichen prüfen."
            )
            return Remark(text, {"count": len(cells), "expected": self._width})
        if cells[: self._width] == headings:
            return Remark("Die Kopfzeile wiederholt sich. Bitte diese Zeile löschen.")
        return None

    def _row(self, line: int, cells: tuple[str, ...]) -> TableRow | None:
        """Return the row if nothing stops it."""
        raw = {field: cells[position] for field, position in self._at.items()}
        taken = self._filled(raw) if self._settings else ()
        readings = self._readings(raw)
        is_good = True
        for name, reading in readings.items():
            if reading.remarks:
                is_good &= not is_blocked(reading.remarks)
                told = (each for each in reading.remarks if name not in taken or each.severity is Severity.BLOCKER)
                self._say(line, name, raw.get(name, ""), *told)  # what is set was said once
        if not is_good:
            return None
        entry = readings.pop(ENTRY).value
        return TableRow(line, int(entry or 0), Record(**{field: reading.value for field, reading in readings.items()}))

    def _filled(self, raw: dict[str, str]) -> Sequence[str]:
        """Fill what a row does not say itself with what is set for all; return what was filled."""
        taken = [name for name in self._settings if not raw.get(name)]
        raw |= {name: self._settings[name] for name in taken}
        if "date_means" in taken and (not raw.get("date") or meaning_before(raw["date"])[1]):
            raw["date_means"] = ""  # there is no date, or a word before it says it
            taken.remove("date_means")
        self._untaken.difference_update(taken)
        return taken

    def _readings(self, raw: Mapping[str, str]) -> dict[str, Reading]:
        """Return a reading for every field."""
        broken: dict[str, Reading] = {
            field: Reading(text, (fault,))
            for field, text in raw.items()
            if text and field != DISTRICT and (fault := self._damage(text))
        }
        name, key_given, district = raw.get("municipality", ""), raw.get("ags", ""), raw.get(DISTRICT, "")
        key = self._key(
            key_given, "" if "municipality" in broken else name, self._district(district) if district else ""
        )
        instrument, stage = self._stage(raw.get("instrument"), raw.get("status", ""))
        given = {"source_url": self._guide.file, **raw}
        read = {field: reader(given.get(field, "")) for field, reader in self._reads.items()}
        meant = meaning_before(raw.get("date", ""))[1]
        day = self._planned(read["date"], instrument.value, stage.value)
        if meant == "known_by" and not raw.get("date_means"):
            text = N_("„{given}“ sagt, wann es spätestens so war; als solcher Tag ist er gelesen.")
            day = day.also(Remark(text, {"given": raw["date"]}, Severity.NOTE))
        found = {
            **read,
            "ags": key,
            "municipality": Reading(name),
            "instrument": instrument,
            "status": stage,
            "date": day,
            "date_means": self._meaning(raw, day, meant),
            ENTRY: self._entry(raw.get(ENTRY, "")),
        } | broken
        for column, text, values in self._at_odds(found):
            found[column] = found[column].also(Remark(text, values))
        if "municipality" not in broken and not is_blocked(found["ags"].remarks):
            named = self._name(name, key.value)
            found["municipality"] = named if "municipality" in self._at else Reading(named.value)
            known_day = "" if is_blocked(found["date"].remarks) else day.value
            if ended := self.people.abolished(key.value, known_day):
                found["ags"] = found["ags"].also(ended)
            if district and (doubt := self._doubt(district, key.value)):
                found["ags"] = found["ags"].also(doubt)
        return found

    def _at_odds(self, found: Mapping[str, Reading]) -> Iterator[Fault]:
        """Yield what is wrong with two cells together; one that is wrong alone is left out."""
        good = {name: "" if is_blocked(each.remarks) else each.value for name, each in found.items()}
        yield from check_end(good)
        yield from check_read(good)

    def _planned(self, day: Reading, instrument: str, stage: str) -> Reading:
        """Say of a plan's date in the future what belongs there instead."""
        if (
            f"{instrument}:{stage}" not in self._plans
            or not is_blocked(day.remarks)
            or not is_after(day.value, self._today)
        ):
            return day
        text = N_(
            "Das Datum eines Plans sagt, wann er bekannt wurde. Wann er umgesetzt werden soll, gehört in die Anmerkung."
        )
        return day.also(Remark(text, severity=Severity.NOTE))

    def _meaning(self, raw: Mapping[str, str], day: Reading, meant: str) -> Reading:
        """Read what a date means; ``meant`` is what the word before it says."""
        given = raw.get("date_means", "")
        if meant and day.value and meaning_of(given) in {"", meant}:
            return Reading(meant)
        if meant and meaning_of(given) in DATE_MEANINGS:
            text = N_("„{date}“ sagt etwas anderes, als hier steht. Bitte eines von beiden ändern.")
            return Reading(given, (Remark(text, {"date": raw["date"]}),))
        if not given and day.value:
            if "date_means" not in self._at:
                return Reading("reached")
            text = N_("Nicht ausgefüllt; das Datum gilt als der Tag, an dem die Stufe erreicht war.")
            return Reading("reached", (Remark(text, severity=Severity.NOTE),))
        meaning = meaning_of(given)
        return checked(meaning, check_meaning(meaning, has_date=bool(day.value)))

    def _entry(self, given: str) -> Reading:
        if not given:
            return Reading("")
        if not (given.isascii() and given.isdigit() and int(given[:18]) in self._entries):
            text = N_("Den Eintrag {given} gibt es im Bestand nicht. Bei neuen Einträgen bleibt die Zelle leer.")
            return Reading("", (Remark(text, {"given": given[:20]}),))
        return Reading(given)

    def _say(self, line: int, field: str, given: str, *remarks: Remark) -> None:
        """Add remarks on a field to the findings; an empty field is the whole line."""
        heading = self._headings.get(field, "" if field in HEADINGS else field)
        self.findings += [
            Finding(each.text, each.values, each.severity, each.suggestion, line=line, column=heading, given=given)
            for each in remarks
        ]

    # ---- rows beside each other ---------------------------------------------------------------------------------------

    def _without_repeated(self, rows: Iterable[TableRow]) -> list[TableRow]:
        """Return rows that say something the ones before did not; the others are faults."""
        said: dict[Record, int] = {}
        numbered: dict[int, int] = {}
        kept = []
        for row in rows:
            text = N_("Dieselbe Angabe steht schon in Zeile {line}. Bitte eine der beiden Zeilen löschen.")
            first = said.setdefault(replace(row.record, municipality=""), row.line)
            if row.entry and numbered.setdefault(row.entry, row.line) != row.line:
                text = N_("Die Nummer dieses Eintrags steht schon in Zeile {line}. Bitte prüfen, welche Zeile gilt.")
                self._say(row.line, ENTRY, str(row.entry), Remark(text, {"line": numbered[row.entry]}))
            elif first != row.line:
                self._say(row.line, "", "", Remark(text, {"line": first}))
            else:
                kept.append(row)
        return kept
