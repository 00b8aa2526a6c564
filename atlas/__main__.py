"""The command line: ``python -m atlas …``, or ``praeventionsatlas …`` where the wheel is installed. Exit 0: fine; 1: findings; 2: wrong use or wrong settings."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias, TypeVar, get_args

import pyproj
from pyproj.exceptions import CRSError

from atlas import commands, maintenance, terminal
from atlas.errors import AtlasError
from atlas.model.excerpt import Form
from atlas.model.parameters import DAY, DISTRICT, LANG, MUNICIPALITY, NUMBER, PROGRAMME, SIZE, Parameter, choice, moment
from atlas.model.programme import OVERVIEW, Counts, Unit
from atlas.sources.settings import SettingsError
from atlas.terminal import FINDINGS, FINE, WRONG_USE, WrongUseError, complain, unwritten

__all__ = ["FINDINGS", "FINE", "WRONG_USE", "main"]

T = TypeVar("T")
K = TypeVar("K", bound=str)
_PORT = 8501
_Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
_Command = Callable[[argparse.Namespace], int | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Findings and errors go to standard error, results to standard output."""
    given = _parser().parse_args(arguments)
    logging.getLogger("atlas").addHandler(logging.NullHandler())  # what the log would say is said in sentences here
    try:
        return int(given.command(given) or FINE)
    except AtlasError as error:
        for problem in error.problems:
            complain(problem)
        return WRONG_USE if isinstance(error, WrongUseError | SettingsError) else FINDINGS
    except OSError as error:
        complain(unwritten(error))
        return FINDINGS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m atlas", description="Präventionsatlas: prüfen, auswerten, mitnehmen, Grenzen pflegen."
    )
    known = parser.add_subparsers(required=True, metavar="Befehl")
    purpose = "alle Befunde zu Grenzen, Programmen und Einträgen; Zahlen je Baustein"
    check = known.add_parser("check", help=purpose)
    check.add_argument("--programme", default="", help="nur dieses Programm; ohne Angabe alle, und die Anmeldung")
    check.set_defaults(command=commands.run_check)
    run = known.add_parser("run", help="die Anwendung starten, auf diesem Rechner")
    run.add_argument("--port", type=_NUMBER, default=_PORT, help=f"ohne Angabe {_PORT}")
    run.set_defaults(command=commands.run_application)
    _add_tables(known)
    _add_courses(known)
    _add_pictures(known)
    _add_folders(known)
    _add_keeping(known)
    _add_store(known)
    _add_programme(known)
    _add_boundaries(known)
    _add_population(known)
    return parser


def _add_boundaries(known: _Subparsers) -> None:
    boundaries = known.add_parser("boundaries", help="Gemeindegrenzen").add_subparsers(required=True, metavar="Befehl")
    add = boundaries.add_parser("add", help="neuere amtliche Gemeindegrenzen prüfen und aufnehmen")
    purpose = "GeoPackage, Shapefile, GeoJSON, TopoJSON, GML, FlatGeobuf oder GeoParquet, auch als ZIP"
    add.add_argument("file", type=Path, help=purpose)
    add.add_argument("--date", type=_DAY, required=True, metavar="JJJJ-MM-TT", help="gilt ab diesem Tag")
    add.add_argument("--attribution", default="", help="Quellenvermerk, wenn er sich nicht aus der Datei ergibt")
    add.add_argument("--state", type=_STATE, metavar="LAND", help="nur dieses Land: zwei Ziffern, etwa 14")
    add.add_argument(
        "--key", default="", metavar="SPALTE", help="Spalte mit dem Gemeindeschlüssel, wenn sie anders heißt"
    )
    add.add_argument("--name", default="", metavar="SPALTE", help="Spalte mit dem Namen, wenn sie anders heißt")
    purpose = "Koordinatensystem, wenn die Datei es nicht oder falsch nennt, etwa EPSG:25832"
    add.add_argument("--crs", type=_CRS, metavar="EPSG:…", help=purpose)
    purpose = "auch aufnehmen, wenn Schlüssel oder Angaben der Datei gegen das Datum sprechen"
    add.add_argument("--although", action="store_true", help=purpose)
    add.set_defaults(command=commands.run_add_boundaries)


def _add_population(known: _Subparsers) -> None:
    people = known.add_parser("population", help="Einwohner").add_subparsers(required=True, metavar="Befehl")
    add = people.add_parser("add", help="ein Verzeichnis der Einwohner prüfen und aufnehmen")
    add.add_argument("file", type=Path, help="GV100AD, Gemeindeverzeichnis als .xlsx oder CSV mit ags,inhabitants")
    purpose = "Tag, dessen Gemeinden es nennt (Gebietsstand)"
    add.add_argument("--date", type=_DAY, required=True, metavar="JJJJ-MM-TT", help=purpose)
    add.add_argument("--source", required=True, metavar="TEXT", help="woher die Zahlen sind; steht neben den Anteilen")
    add.add_argument("--retrieved", type=_DAY, metavar="JJJJ-MM-TT", help="Tag, an dem die Datei geholt wurde")
    add.set_defaults(command=maintenance.run_add_population)


def _add_programme(known: _Subparsers) -> None:
    programmes = known.add_parser("programme", help="Programme").add_subparsers(required=True, metavar="Befehl")
    new = programmes.add_parser("new", help="ein Programm anlegen: Vorlage mit Erklärungen, leerer Bestand")
    new.add_argument("key", metavar="KEY", help="Schlüssel: a-z, 0-9 und _, zuerst ein Buchstabe")
    purpose = "wessen Grenzen: der Ordner unter geodata, etwa 07 oder de"
    new.add_argument("--boundary-set", required=True, metavar="SET", help=purpose)
    new.add_argument("--title", default="", help="Name des Programms; ohne Angabe ein Platzhalter")
    new.add_argument("--territory", default="", metavar="NAME", help="wie das ganze Gebiet heißt; ohne Angabe das Land")
    purpose = "erster Tag des Programms; ohne Angabe der 1. Januar dieses Jahres, in der Datei zu berichtigen"
    new.add_argument("--launched", type=_DAY, metavar="JJJJ-MM-TT", help=purpose)
    new.set_defaults(command=commands.run_new_programme)


def _add_tables(known: _Subparsers) -> None:
    status = _command(known, "status", commands.run_status, "Stand je Gemeinde und Baustein an einem Tag")
    _add_as_of(status)
    _add_choice(status, "--format", _among("csv", "json", "geojson", "gpkg"))
    _add_known_at(status)
    status.add_argument("--details", action="store_true", help="CSV und JSON auch mit Grund, Zustand und letztem Beleg")

    cases = _command(known, "cases", commands.run_cases, "jeder Fall mit Laufzeit und Zustand: Förderungen, Analysen …")
    cases.add_argument("--instrument", metavar="INSTRUMENT", help="nur dieses; ohne Angabe alle")
    _add_as_of(cases)
    _add_choice(cases, "--format", _among("csv", "json"))
    _add_known_at(cases)

    records = _command(
        known, "records", commands.run_records, "alle Einträge des Bestands, wie unter /api/v1/records.csv"
    )
    _add_known_at(records)

    purpose = "Nachbarn einer Gemeinde nach gemeinsamer Grenze, mit Stand"
    near = _command(known, "neighbours", commands.run_neighbours, purpose)
    near.add_argument("ags", type=_AGS, metavar="AGS", help="achtstelliger Gemeindeschlüssel")
    _add_as_of(near)

    purpose = "Gemeinden ohne dokumentierte Aktivität neben aktiven Nachbarn"
    spots = _command(known, "whitespots", commands.run_white_spots, purpose)
    _add_district(spots)
    _add_as_of(spots)

    ranking = _command(
        known, "districts", commands.run_districts, "Rangfolge der Kreise je Baustein, n von N und Anteil"
    )
    _add_layer(ranking, "alle")
    _add_as_of(ranking)


def _add_courses(known: _Subparsers) -> None:
    course = _command(known, "progress", commands.run_progress, "Zahlen je Monat und Baustein")
    purpose = "ohne Angabe ab Programmstart, soweit die Grenzen reichen"
    course.add_argument("--from", dest="start", type=_DAY, metavar="JJJJ-MM-TT", help=purpose)
    purpose = "ohne Angabe heute"
    course.add_argument("--to", dest="as_of", type=_DAY, default=terminal.today(), metavar="JJJJ-MM-TT", help=purpose)
    _add_choice(course, "--step", _among("month"))
    _add_counting(course)
    _add_district(course)

    purpose = "was sich zwischen zwei Tagen verändert hat, mit fertigem Absatz"
    changes = _command(known, "changes", commands.run_changes, purpose)
    changes.add_argument("--from", dest="start", type=_DAY, required=True, metavar="JJJJ-MM-TT")
    changes.add_argument("--to", dest="as_of", type=_DAY, required=True, metavar="JJJJ-MM-TT")
    _add_layer(changes, "alle")
    _add_counting(changes)
    purpose = "Liste oder Absatz (deutsch, englisch)"
    _add_choice(changes, "--format", _among("csv", "text"), purpose=purpose)


def _add_pictures(known: _Subparsers) -> None:
    excerpt = _command(known, "export", commands.run_export, "ein Kartenausschnitt als Bild oder Dokument")
    purpose = "land, ein Kreisschlüssel, ein Gemeindeschlüssel (mit Nachbarn) oder mehrere, mit Komma getrennt"
    excerpt.add_argument("--what", required=True, metavar="WAS", help=purpose)
    _add_layer(excerpt, "die Übersicht")
    _add_as_of(excerpt)
    _add_choice(excerpt, "--format", _among(*Form), optional=True, purpose="ohne Angabe nach der Endung der Datei")
    _add_choice(excerpt, "--size", SIZE)
    excerpt.add_argument("--own", type=_AGS, metavar="AGS", help="diese Gemeinde hervorheben")
    excerpt.add_argument("--no-labels", dest="labels", action="store_false", help="ohne Ortsnamen")
    purpose = "jede Gemeinde eine Kachel, alle gleich groß; von einem Land oder Kreis"
    excerpt.add_argument("--tiles", action="store_true", help=purpose)
    excerpt.add_argument("--title", default="", help="eigener Titel; ohne Angabe ein passender")
    _add_choice(excerpt, "--lang", LANG)
    _add_address(excerpt)

    purpose = "Pressepaket einer Gemeinde: Bilder, Bildunterschrift, Alternativtext, Quellen"
    kit = _command(known, "kit", commands.run_kit, purpose)
    kit.add_argument("ags", type=_AGS, metavar="AGS", help="achtstelliger Gemeindeschlüssel")
    _add_layer(kit, "die Übersicht")
    _add_as_of(kit)
    _add_address(kit)


def _add_folders(known: _Subparsers) -> None:
    purpose = "ein Steckbrief (PDF) für jede Gemeinde oder jeden Kreis, in einem Lauf"
    sheets = _command(known, "sheets", commands.run_sheets, purpose, is_folder=True)
    _add_as_of(sheets)
    _add_district(sheets)
    sheets.add_argument(
        "--districts", action="store_true", help="der Kreise mit mehreren Gemeinden statt der Gemeinden"
    )
    _add_choice(sheets, "--lang", LANG)
    _add_address(sheets)
    _add_jobs(sheets)

    purpose = "die öffentliche Karte als einfache Dateien, für jeden Webserver"
    site = _command(known, "publish", commands.run_publish, purpose, is_folder=True)
    _add_as_of(site)
    _add_address(site)
    _add_jobs(site)


def _add_store(known: _Subparsers) -> None:
    store = known.add_parser("store", help="Datenbank des Bestands").add_subparsers(required=True, metavar="Befehl")
    about = store.add_parser("about", help="Art, Schema, Zahl der Änderungen, und ob sie unverändert sind")
    about.set_defaults(command=maintenance.run_store_about)
    backup = store.add_parser(
        "backup", help="eine Datenbank von SQLite im laufenden Betrieb sichern, mit ihrem Kopf daneben"
    )
    backup.add_argument("-o", "--output", type=Path, required=True, metavar="DATEI", help="eine neue Datei")
    backup.set_defaults(command=maintenance.run_store_backup)
    restore = store.add_parser("restore", help="eine Sicherung von SQLite prüfen und zur Datenbank machen")
    restore.add_argument("file", type=Path, metavar="DATEI", help="was store backup geschrieben hat")
    purpose = "auch wenn es schon eine Datenbank gibt; die bisherige wird daneben aufgehoben"
    restore.add_argument("--replace", action="store_true", help=purpose)
    restore.set_defaults(command=maintenance.run_store_restore)
    accept = store.add_parser(
        "accept", help="prüfen, was als Datenbank da ist (etwa nach pg_restore), und damit weitermachen"
    )
    purpose = "der Kopf, der bei der Sicherung lag; ohne Angabe der eigene"
    accept.add_argument("--head", type=Path, metavar="DATEI", help=purpose)
    accept.set_defaults(command=maintenance.run_store_accept)
    for command in (restore, accept):
        command.add_argument(
            "--unproven", action="store_true", help="auch ohne Kopf: ob am Ende etwas fehlt, weiß dann niemand"
        )
    new = store.add_parser("new", help="einen leeren Bestand anlegen, wo einer verloren ging")
    new.set_defaults(command=maintenance.run_store_new)


def _add_import(known: _Subparsers) -> None:
    purpose = "eine Tabelle prüfen und mit dem Bestand vergleichen; gespeichert wird nur mit --apply"
    taken = _command(known, "import", maintenance.run_import, purpose)
    taken.add_argument("file", type=Path, help="CSV, .xlsx oder .ods")
    purpose = "diese Spalte als dieses Feld lesen; ohne Feld gar nicht; mehrfach möglich"
    taken.add_argument("--map", type=_ASSIGNED, action="append", default=[], metavar="SPALTE=FELD", help=purpose)
    purpose = "das gilt für alle Zeilen, die es nicht selbst sagen, etwa Stufe=unterzeichnet; mehrfach möglich"
    taken.add_argument("--set", type=_ASSIGNED, action="append", default=[], metavar="FELD=WERT", help=purpose)
    taken.add_argument("--sheet", default="", metavar="NAME", help="dieses Blatt; ohne Angabe wird es gesucht")
    purpose = "in dieser Zeile stehen die Überschriften; 0: es gibt keine; ohne Angabe werden sie gesucht"
    taken.add_argument("--header", type=_LINE, metavar="ZEILE", help=purpose)
    taken.add_argument("--findings", type=Path, metavar="DATEI", help="jeden Befund einzeln als CSV")
    purpose = "die Datei ist der ganze Bestand: was in ihr fehlt, wird zurückgezogen"
    taken.add_argument("--whole", action="store_true", help=purpose)
    purpose = "diese Zeile ist dieser Eintrag und berichtigt ihn; ohne Antwort wird sie ein neuer; mehrfach möglich"
    taken.add_argument("--same", type=_NUMBERED, action="append", default=[], metavar="ZEILE=EINTRAG", help=purpose)
    purpose = "diese Zeile ist ein weiterer Beleg für den Fall dieses Eintrags; beide bekommen einen Fallnamen"
    taken.add_argument("--further", type=_NUMBERED, action="append", default=[], metavar="ZEILE=EINTRAG", help=purpose)
    purpose = "auch leeren oder ersetzen, was der Bestand schon weiß; sonst bleibt es stehen"
    taken.add_argument("--allow-erase", action="store_true", help=purpose)
    taken.add_argument("--apply", action="store_true", help="speichern, wenn keine Fehler da sind")
    taken.add_argument("--reason", default="", metavar="TEXT", help="warum; steht im Protokoll")


def _add_keeping(known: _Subparsers) -> None:
    _add_import(known)
    purpose = "die Ziele eines Programms als CSV, oder eine Datei an ihrer Stelle"
    targets = _command(known, "targets", maintenance.run_targets, purpose)
    purpose = "diese Datei wird die nächste Fassung: alle Ziele, ein Fehler verhindert es"
    targets.add_argument("--replace", type=Path, metavar="DATEI", help=purpose)
    targets.add_argument("--reason", default="", metavar="TEXT", help="warum; steht im Verlauf der Ziele")

    undo = known.add_parser("undo", help="eine Änderung des Bestands zurücknehmen, etwa einen ganzen Import")
    undo.add_argument("number", type=_NUMBER, metavar="NUMMER")
    undo.add_argument("--reason", required=True, metavar="TEXT", help="warum; steht im Protokoll")
    undo.set_defaults(command=maintenance.run_undo)

    log = known.add_parser("log", help="die Änderungen des Bestands: wer, wann, warum")
    log.add_argument("--since", type=_NUMBER, default=0, metavar="NUMMER", help="nur die nach dieser; ohne Angabe alle")
    log.add_argument(
        "--limit", type=_NUMBER, default=1_000, metavar="N", help="höchstens so viele, die ältesten zuerst"
    )
    log.add_argument("-o", "--output", type=Path, help="Datei; ohne Angabe die Standardausgabe")
    log.set_defaults(command=maintenance.run_log)

    template = known.add_parser("template", help="eine leere Tabelle zum Ausfüllen, .xlsx mit Erklärungen oder .csv")
    template.add_argument("--programme", default="", help=PROGRAMME.text)
    _add_choice(template, "--lang", LANG)
    template.add_argument("-o", "--output", type=Path, required=True, metavar="DATEI")
    template.set_defaults(command=maintenance.run_template)


def _command(
    known: _Subparsers, name: str, command: _Command, text: str, *, is_folder: bool = False
) -> argparse.ArgumentParser:
    """Return the parser of a command that makes something of a programme's data, in a file or in a folder."""
    parser = known.add_parser(name, help=text)
    parser.add_argument("--programme", default="", help=PROGRAMME.text)
    if is_folder:
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="ORDNER")
    else:
        parser.add_argument("-o", "--output", type=Path, help="Datei; ohne Angabe die Standardausgabe")
    parser.set_defaults(command=command)
    return parser


def _add_known_at(parser: argparse.ArgumentParser) -> None:
    purpose = (
        "was der Bestand zu diesem Zeitpunkt sagte (deutsche Zeit; ein Tag allein: an seinem Ende); ohne Angabe jetzt"
    )
    parser.add_argument("--known-at", type=_typed(moment(datetime.now(UTC))), metavar="JJJJ-MM-TTThh:mm", help=purpose)


def _add_as_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", type=_DAY, default=terminal.today(), metavar="JJJJ-MM-TT", help=DAY.text)


def _add_layer(parser: argparse.ArgumentParser, otherwise: str) -> None:
    parser.add_argument("--layer", default=OVERVIEW, help=f"ein Baustein; ohne Angabe {otherwise}")


def _add_counting(parser: argparse.ArgumentParser) -> None:
    purpose = "wovon Zugänge und Abgänge sind: Gemeinden, oder Vorgänge (gemeinsame einmal)"
    _add_choice(parser, "--unit", _among(*get_args(Unit)), purpose=purpose)
    purpose = "was zählt: was am Tag in Kraft ist, oder alles bisher; ohne Angabe, wie es das Programm je Baustein sagt"
    _add_choice(parser, "--counts", _among(*Counts), optional=True, purpose=purpose)


def _add_district(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--district", type=_typed(DISTRICT), metavar="KREIS", help=DISTRICT.text)


def _add_address(parser: argparse.ArgumentParser) -> None:
    purpose = "Adresse der Anwendung oder der Seiten, für Links; ohne Angabe ATLAS_ADDRESS"
    parser.add_argument("--address", help=purpose)


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jobs", type=_JOBS, default=os.cpu_count() or 1, metavar="N", help="Prozesse zugleich")


def _add_choice(
    parser: argparse.ArgumentParser, option: str, parameter: Parameter[T], *, optional: bool = False, purpose: str = ""
) -> None:
    """Add an option that has one of some values; without it the first is meant, unless it is ``optional``."""
    shape, default = f"{{{','.join(parameter.known)}}}", None if optional else parameter.known[0]
    parser.add_argument(option, type=_typed(parameter), metavar=shape, default=default, help=purpose)


def _among(*values: K) -> Parameter[K]:
    return choice("", {str(value): value for value in values})


def _typed(parameter: Parameter[T]) -> Callable[[str], T]:
    """Return what reads an argument by the table of parameters; a wrong one is refused with its sentence."""

    def read(text: str) -> T:
        try:
            return parameter.read(text)
        except (KeyError, ValueError):
            raise argparse.ArgumentTypeError(parameter.problem(text, "").sentence()) from None

    return read


def _assigned(text: str) -> tuple[str, str]:
    heading, sign, field = text.partition("=")
    if not (sign and heading.strip()):
        raise ValueError
    return " ".join(heading.split()), field.strip()


def _numbered(text: str) -> tuple[int, int]:
    line, _, entry = text.partition("=")
    return int(line), int(entry)


def _coordinate_system(text: str) -> str:
    authority, _, code = text.upper().partition(":")
    if authority != "EPSG":
        raise ValueError
    try:
        return f"EPSG:{pyproj.CRS.from_epsg(int(code)).to_epsg()}"
    except CRSError as error:
        raise ValueError from error


_DAY = _typed(Parameter("", date.fromisoformat, wrong=DAY.wrong))
"""Any day: of one before the boundaries begin, the command says how far they reach."""
_AGS, _NUMBER = _typed(MUNICIPALITY), _typed(NUMBER)
_ASSIGNED = _typed(Parameter("", _assigned, "„{given}“ ist nicht SPALTE=FELD."))
_LINE = _typed(Parameter("", int, "„{given}“ ist keine Zeile.", form="[0-9]{1,8}"))
_NUMBERED = _typed(Parameter("", _numbered, "„{given}“ ist nicht ZEILE=EINTRAG, beides als Nummer."))
_CRS = _typed(Parameter("", _coordinate_system, "„{given}“ ist kein Koordinatensystem, etwa EPSG:25832."))
_STATE = _typed(Parameter("", str, "„{given}“ ist kein Landesschlüssel aus zwei Ziffern, etwa 14.", form="[0-9]{2}"))
_JOBS = _typed(Parameter("", {str(n): n for n in range(1, 65)}.__getitem__, "„{given}“ ist keine Zahl von 1 bis 64."))


if __name__ == "__main__":
    sys.exit(main())
