"""Empty tables to fill in, with the words of the programme: what the gate reads again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.export.tables import excel_csv, neutral
from atlas.model.programme import Programme, StageKind
from atlas.model.records import RECORD_COLUMNS
from atlas.present.wording import Words

_NEEDED = ("ags", "instrument", "status", "source_url")
"""What every row of our own table says itself."""


def _headings(words: Words) -> dict[str, str]:
    return {name: words.label(label) for name, label in HEADINGS.items() if name in RECORD_COLUMNS}


def _explained(programme: Programme, words: Words) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the second sheet: what belongs into each column; then the stages, with the instruments beside."""
    yield words.say(phrases.COLUMN), words.say("Pflicht"), words.say("Was hinein gehört")
    explanations = {
        "ags": words.say("Schlüssel mit acht Ziffern (Gemeinde) oder fünf (Kreis); führende Nullen gehören dazu."),
        "municipality": words.say("Name; er hilft, einen vertippten Schlüssel zu erkennen."),
        "instrument": words.say("Einer der Bausteine unten, mit Namen oder Kürzel."),
        "status": words.say("Eine Stufe dieses Bausteins, siehe unten."),
        "date": words.say(
            "31.12.2025, 2025-12-31, 12/2025 oder 2025; leer, wenn keines belegt ist. Nicht in der Zukunft."
        ),
        "date_means": words.say("„erreicht“ oder „spätestens“ (an diesem Tag schon bekannt); leer heißt erreicht."),
        "joint_with": words.say("Der Verbund, über den es mehrere gemeinsam tun; eine Zeile je Gemeinde."),
        "note": words.say(phrases.NOTE_HINT),
        "source_url": words.say("Adresse im Netz oder Titel der Quelle."),
        "source_date": words.say("Datum der Quelle, in denselben Schreibweisen."),
        "until": words.say(
            "Letzter Tag, Monat oder letztes Jahr, für das es galt oder bewilligt war; darf in der Zukunft liegen. Leer, "
            "wenn kein Ende belegt ist."
        ),
        "case": words.say(
            "Kurzer Name, der mehrere Fälle einer Gemeinde in einem Baustein auseinanderhält, etwa der des geförderten "
            "Projekts; leer, wenn es nur einen gibt."
        ),
        "retrieved": words.say(
            "Tag, an dem die Quelle gelesen wurde; leer heißt: der Tag, an dem die Tabelle eingelesen wird."
        ),
        "inferred": words.say(
            "„ja“, wenn die Angabe aus einem allgemeinen Satz erschlossen ist und nicht über diese Gemeinde zu lesen war; "
            "sonst leer."
        ),
    }
    for name, heading in _headings(words).items():
        yield heading, words.say(phrases.YES) if name in _NEEDED else "", explanations[name]
    yield ()
    kinds = {
        StageKind.PLAN: words.say(phrases.PLANNED_DOES_NOT_COUNT),
        StageKind.STEP: words.say(phrases.REACHED),
        StageKind.EXIT: words.say("ruht oder ist beendet"),
    }
    yield (
        words.say(phrases.INSTRUMENT),
        words.say(phrases.STAGE),
        words.say("Bedeutung"),
        words.say(phrases.ALL_INSTRUMENTS),
    )
    labels = [words.label(each.label) for each in programme.instruments]
    stages = [
        (label, stage) for label, each in zip(labels, programme.instruments, strict=True) for stage in each.stages
    ]
    for at, (label, stage) in enumerate(stages):
        yield label, words.label(stage.label), kinds[stage.kind], labels[at] if at < len(labels) else ""


def csv_template(_: Programme, words: Words) -> bytes:
    """Return a CSV for German Excel with the headings and nothing else."""
    return excel_csv(pd.DataFrame(columns=list(_headings(words).values())))


def xlsx_template(programme: Programme, words: Words) -> bytes:
    """Return a workbook: a sheet to fill in, all of its cells text, and a sheet that says what may stand in it."""
    import openpyxl
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    bold = Font(bold=True)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = words.say(phrases.ENTRIES)
    sheet.freeze_panes = "A2"
    headings = _headings(words)
    for at, heading in enumerate(headings.values(), 1):
        sheet.cell(1, at, heading).font = bold
        column = sheet.column_dimensions[get_column_letter(at)]
        column.number_format = "@"  # text: no zero is lost, no date becomes a number
        column.width = 24
    told = book.create_sheet(words.say("Erklärung"))
    for letter, width in zip("ABCD", (28, 28, 100, 28), strict=True):
        told.column_dimensions[letter].width = width
    for row in _explained(programme, words):
        told.append([neutral(text) for text in row])
    for title in (1, len(headings) + 3):
        for cell in told[title]:
            cell.font = bold
    first = len(headings) + 4
    choices = {
        "instrument": f"'{told.title}'!$D${first}:$D${first + len(programme.instruments) - 1}",
        "date_means": f'"{words.say(phrases.REACHED)},{words.say(phrases.AT_THE_LATEST)}"',
        "inferred": f'"{words.say(phrases.YES)},{words.say(phrases.NO)}"',
    }
    for name, formula in choices.items():
        allowed = DataValidation("list", formula1=formula, allow_blank=True)
        letter = get_column_letter(list(headings).index(name) + 1)
        allowed.add(f"{letter}2:{letter}20001")
        sheet.add_data_validation(allowed)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


TEMPLATES: Mapping[str, Callable[[Programme, Words], bytes]] = {"xlsx": xlsx_template, "csv": csv_template}
"""Makers of an empty table, by the ending of its file."""
