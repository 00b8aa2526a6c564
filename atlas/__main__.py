"""The command line: ``python -m atlas …``. Exit 0: fine; 1: findings; 2: wrong use."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from atlas.analysis.counting import figure
from atlas.analysis.days import month_ends
from atlas.analysis.outreach import white_spots
from atlas.analysis.quality import check_snapshot
from atlas.errors import AtlasError, Problem, Severity
from atlas.export.deliveries import add_boundaries
from atlas.export.kit import kit_scene, press_kit
from atlas.export.open_data import status_file
from atlas.export.pictures import draw, page_of, written
from atlas.export.sheet_run import SheetOrder, progress_on_stderr, write_sheets
from atlas.export.tables import (
    changes_table,
    neighbours_table,
    plain_csv,
    progress_table,
    white_spots_table,
)
from atlas.model.excerpt import MOST_TITLE, PRINTED, Excerpt, Form, Size, parse_places
from atlas.model.keys import parse_ags, parse_district_key
from atlas.model.programme import OVERVIEW
from atlas.model.snapshot import Snapshot
from atlas.model.view import LANGUAGES, LATEST, ViewState
from atlas.present.changes import build_changes, paragraph
from atlas.present.detail import position_or_heir
from atlas.present.municipality import neighbourhood_notes
from atlas.present.scene import Scene, Scenes
from atlas.present.wording import Words
from atlas.sources.settings import Settings, parse_address
from atlas.sources.snapshot import load_snapshot
from atlas.web.site import Order, publish

FINE, FINDINGS, WRONG_USE = 0, 1, 2
_MOST_JOBS = 64
_WORDS = Words("de")
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class _WrongUseError(AtlasError):
    """The command was given something that does not exist."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Findings and errors go to standard error, results to standard output."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        return int(given.command(given))
    except AtlasError as error:
        for problem in error.problems:
            _complain(problem)
        return WRONG_USE if isinstance(error, _WrongUseError) else FINDINGS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m atlas", description="Präventionsatlas: prüfen, auswerten, Grenzen pflegen."
    )
    commands = parser.add_subparsers(required=True, metavar="Befehl")

    check = commands.add_parser("check", help="alle Befunde zu Grenzen, Programmen und Einträgen; Zahlen je Instrument")
    check.set_defaults(command=_check)

    status = commands.add_parser("status", help="Stand je Gemeinde und Instrument an einem Tag")
    status.add_argument("--as-of", type=_day, required=True, metavar="JJJJ-MM-TT")
    status.add_argument("--format", choices=("csv", "json", "geojson", "gpkg"), default="csv")
    status.add_argument("--details", action="store_true", help="CSV und JSON auch mit Grund und gemeinsamer Stelle")
    _common(status)
    status.set_defaults(command=_status)

    _add_places(commands)
    _add_courses(commands)
    _add_pictures(commands)
    _add_site(commands)

    boundaries = commands.add_parser("boundaries", help="Gebietsstände").add_subparsers(required=True, metavar="Befehl")
    add = boundaries.add_parser("add", help="einen neueren amtlichen Gebietsstand prüfen und aufnehmen")
    add.add_argument("file", type=Path, help="GeoPackage, Shapefile oder GeoJSON, auch als ZIP")
    add.add_argument("--date", type=_day, required=True, metavar="JJJJ-MM-TT", help="gilt ab diesem Tag")
    add.add_argument("--attribution", help="Quellenvermerk, wenn er sich nicht aus der Datei ergibt")
    add.set_defaults(command=_add_boundaries)
    return parser


def _add_places(commands: _Commands) -> None:
    near = commands.add_parser("neighbours", help="Nachbarn einer Gemeinde nach gemeinsamer Grenze, mit Stand")
    near.add_argument("ags", type=_ags, metavar="AGS", help="achtstelliger Gemeindeschlüssel")
    near.add_argument("--as-of", type=_day, metavar="JJJJ-MM-TT", help="ohne Angabe heute")
    _common(near)
    near.set_defaults(command=_neighbours)

    spots = commands.add_parser("whitespots", help="Gemeinden ohne dokumentierte Aktivität neben aktiven Nachbarn")
    spots.add_argument("--district", type=_district, metavar="KREIS", help="fünfstelliger Kreisschlüssel")
    spots.add_argument("--as-of", type=_day, metavar="JJJJ-MM-TT", help="ohne Angabe heute")
    _common(spots)
    spots.set_defaults(command=_white_spots)


def _add_courses(commands: _Commands) -> None:
    course = commands.add_parser("progress", help="Zahlen je Monat und Instrument")
    course.add_argument("--from", dest="start", type=_day, metavar="JJJJ-MM-TT", help="ohne Angabe der Programmstart")
    course.add_argument("--to", dest="as_of", type=_day, metavar="JJJJ-MM-TT", help="ohne Angabe heute")
    course.add_argument("--step", choices=("month",), default="month")
    course.add_argument("--district", type=_district, metavar="KREIS", help="fünfstelliger Kreisschlüssel")
    _common(course)
    course.set_defaults(command=_progress)

    changes = commands.add_parser("changes", help="was sich zwischen zwei Tagen verändert hat, mit fertigem Absatz")
    changes.add_argument("--from", dest="start", type=_day, required=True, metavar="JJJJ-MM-TT")
    changes.add_argument("--to", dest="as_of", type=_day, required=True, metavar="JJJJ-MM-TT")
    changes.add_argument("--layer", default=OVERVIEW, help="ein Instrument; ohne Angabe alle")
    changes.add_argument(
        "--format", choices=("csv", "text"), default="csv", help="Liste oder Absatz (deutsch, englisch)"
    )
    _common(changes)
    changes.set_defaults(command=_changes)


def _add_pictures(commands: _Commands) -> None:
    excerpt = commands.add_parser("export", help="ein Kartenausschnitt als Bild oder Dokument")
    excerpt.add_argument(
        "--what",
        required=True,
        metavar="WAS",
        help="land, ein Kreisschlüssel, ein Gemeindeschlüssel (mit Nachbarn) oder mehrere, mit Komma getrennt",
    )
    excerpt.add_argument("--layer", default=OVERVIEW, help="ein Instrument; ohne Angabe die Übersicht")
    excerpt.add_argument("--as-of", type=_day, metavar="JJJJ-MM-TT", help="ohne Angabe heute")
    excerpt.add_argument("--format", type=Form, choices=list(Form), help="ohne Angabe nach der Endung der Datei")
    excerpt.add_argument("--size", type=Size, choices=PRINTED, default=Size.SLIDE)
    excerpt.add_argument("--own", type=_ags, metavar="AGS", help="diese Gemeinde hervorheben")
    excerpt.add_argument("--no-labels", dest="labels", action="store_false", help="ohne Ortsnamen")
    excerpt.add_argument("--title", default="", help="eigener Titel; ohne Angabe ein passender")
    excerpt.add_argument("--lang", choices=LANGUAGES, default="de")
    excerpt.add_argument("--address", help="Adresse der Anwendung, für den Fuß; ohne Angabe ATLAS_ADDRESS")
    _common(excerpt)
    excerpt.set_defaults(command=_export)

    kit = commands.add_parser(
        "kit", help="Pressepaket einer Gemeinde: Bilder, Bildunterschrift, Alternativtext, Quellen"
    )
    kit.add_argument("ags", type=_ags, metavar="AGS", help="achtstelliger Gemeindeschlüssel")
    kit.add_argument("--layer", default=OVERVIEW, help="ein Instrument; ohne Angabe die Übersicht")
    kit.add_argument("--as-of", type=_day, metavar="JJJJ-MM-TT", help="ohne Angabe heute")
    kit.add_argument("--address", help="Adresse der Anwendung, für Links; ohne Angabe ATLAS_ADDRESS")
    _common(kit)
    kit.set_defaults(command=_kit)

    sheets = commands.add_parser("sheets", help="ein Steckbrief (PDF) für jede Gemeinde, in einem Lauf")
    sheets.add_argument("-o", "--output", type=Path, required=True, metavar="ORDNER")
    sheets.add_argument("--as-of", type=_day, metavar="JJJJ-MM-TT", help="ohne Angabe heute")
    sheets.add_argument("--district", type=_district, metavar="KREIS", help="nur die Gemeinden dieses Kreises")
    sheets.add_argument("--lang", choices=LANGUAGES, default="de")
    sheets.add_argument("--programme", default="", help="Schlüssel des Programms; ohne Angabe das erste")
    sheets.add_argument("--address", help="Adresse der Anwendung, für Link und QR-Code; ohne Angabe ATLAS_ADDRESS")
    sheets.add_argument("--jobs", type=_jobs, default=os.cpu_count() or 1, metavar="N", help="Prozesse zugleich")
    sheets.set_defaults(command=_sheets)


def _add_site(commands: _Commands) -> None:
    site = commands.add_parser("publish", help="die öffentliche Karte als einfache Dateien, für jeden Webserver")
    site.add_argument("-o", "--output", type=Path, required=True, metavar="ORDNER")
    site.add_argument("--as-of", type=_day, metavar="JJJJ-MM-TT", help="ohne Angabe heute")
    site.add_argument("--programme", default="", help="Schlüssel des Programms; ohne Angabe das erste")
    site.add_argument("--address", help="Adresse, unter der die Seiten stehen werden; ohne Angabe ATLAS_ADDRESS")
    site.set_defaults(command=_publish)


def _common(parser: argparse.ArgumentParser) -> None:
    """Add what every command that gives a table has."""
    parser.add_argument("--programme", default="", help="Schlüssel des Programms; ohne Angabe das erste")
    parser.add_argument("-o", "--output", type=Path, help="Datei; ohne Angabe die Standardausgabe")


def _ags(text: str) -> str:
    try:
        return parse_ags(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} hat nicht acht Ziffern (führende Nullen gehören dazu)") from None


def _district(text: str) -> str:
    try:
        return parse_district_key(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} hat nicht fünf Ziffern (führende Nullen gehören dazu)") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} ist kein Datum der Form JJJJ-MM-TT") from None


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_JOBS):
        raise argparse.ArgumentTypeError(f"{text!r} ist keine Zahl von 1 bis {_MOST_JOBS}")
    return int(text)


def _check(_: argparse.Namespace) -> int:
    snapshot = load_snapshot(Settings.from_environment())
    problems = check_snapshot(snapshot)
    for problem in problems:
        _complain(problem)
    for programme in snapshot.programmes.values():
        scene = _scene(snapshot, programme.key, LATEST)
        status = scene.status
        _say(
            f"{programme.key}: {len(scene.records.table)} Einträge, "
            f"{status.index.nunique()} Gemeinden im neuesten Gebietsstand"
        )
        for instrument in programme.instruments:
            counted = figure(status, instrument.key)
            _say(
                f"  {instrument.key}: {len(counted.municipalities)} Gemeinden (davon {counted.derived} abgeleitet), "
                f"{len(counted.arrangements)} Vorgänge, {counted.through_district} über den Landkreis"
            )
    tally = {severity: sum(problem.severity is severity for problem in problems) for severity in Severity}
    blockers = tally[Severity.BLOCKER]
    _say(f"{blockers} Sperren, {tally[Severity.WARNING]} Warnungen, {tally[Severity.NOTE]} Hinweise")
    _say("frei zur Veröffentlichung" if not blockers else "nicht frei zur Veröffentlichung")
    return FINDINGS if blockers else FINE


def _status(given: argparse.Namespace) -> int:
    snapshot = _snapshot(given)
    if given.format == "gpkg" and given.output is None:
        raise _WrongUseError(Problem("--output", "GeoPackage braucht eine Datei: -o stand.gpkg"))
    _write(snapshot, given)
    return FINE


def _snapshot(given: argparse.Namespace) -> Snapshot:
    """Return the data; `_WrongUseError` if the programme asked for is not among them."""
    snapshot = load_snapshot(Settings.from_environment())
    if given.programme and given.programme not in snapshot.programmes:
        text = "Das Programm {given} gibt es nicht; vorhanden: {known}."
        known = ", ".join(snapshot.programmes)
        raise _WrongUseError(Problem("--programme", text, {"given": given.programme, "known": known}))
    return snapshot


def _neighbours(given: argparse.Namespace) -> int:
    scene = _scene(_snapshot(given), given.programme, given.as_of or _today())
    position = position_or_heir(scene, given.ags)
    heir = scene.day.lines[position][0] if position is not None else None
    if position is None or heir is None:
        raise _WrongUseError(_no_municipality(scene, given.ags))
    if heir.ags != given.ags:
        text = "Die Gemeinde {ags} gab es am {day} nicht mehr; ihr Gebiet gehört zu {heir} {name}."
        values = {"day": _WORDS.day(scene.as_of), "ags": given.ags, "heir": heir.ags, "name": heir.name}
        raise _WrongUseError(Problem("AGS", text, values))
    _put(plain_csv(neighbours_table(scene, position)), given.output)
    for note in neighbourhood_notes(scene, position, _WORDS):
        sys.stderr.write(f"{note}\n")
    return FINE


def _no_municipality(scene: Scene, ags: str) -> Problem:
    text = "Am {day} gab es keine Gemeinde mit dem Schlüssel {ags}."
    return Problem("AGS", text, {"day": _WORDS.day(scene.as_of), "ags": ags})


def _white_spots(given: argparse.Namespace) -> int:
    scene = _scene(_snapshot(given), given.programme, given.as_of or _today())
    _known_district(scene, given.district)
    spots = white_spots(scene.status, scene.day.hood, given.district)
    _put(plain_csv(white_spots_table(scene, spots)), given.output)
    return FINE


def _progress(given: argparse.Namespace) -> int:
    snapshot = _snapshot(given)
    as_of = given.as_of or _today()
    scenes = Scenes(lambda: snapshot, lambda: as_of)
    scene = scenes.of(ViewState(programme=given.programme, as_of=as_of, district=given.district))
    _known_district(scene, given.district)
    first = given.start or scene.programme.launched.replace(month=1, day=1)
    if first > as_of:
        raise _WrongUseError(_unordered(first, as_of))
    days = month_ends(first, as_of)
    _put(plain_csv(progress_table(scene, scenes.course(scene), days, first - timedelta(days=1))), given.output)
    return FINE


def _changes(given: argparse.Namespace) -> int:
    snapshot = _snapshot(given)
    if given.start >= given.as_of:
        raise _WrongUseError(_unordered(given.start, given.as_of))
    scenes = Scenes(lambda: snapshot, lambda: given.as_of)
    view = ViewState(programme=given.programme, as_of=given.as_of, layer=given.layer)
    _known_layer(snapshot, given)
    after = scenes.of(view)
    changed = build_changes(scenes.of(view.but(as_of=given.start)), after)
    if given.format == "text":
        texts = [paragraph(changed, after, Words(lang)) for lang in LANGUAGES]
        _put("\n\n".join([*texts, ""]).encode().rstrip() + b"\n", given.output)
    else:
        _put(plain_csv(changes_table(changed)), given.output)
        sys.stderr.write(f"{paragraph(changed, after, _WORDS)}\n")
    return FINE


def _export(given: argparse.Namespace) -> int:
    snapshot = _snapshot(given)
    form = given.format or _form_of(given.output)
    if form is None:
        text = "Das Format fehlt: --format {known}, oder eine Datei mit dieser Endung."
        raise _WrongUseError(Problem("--format", text, {"known": ", ".join(Form)}))
    _known_layer(snapshot, given)
    as_of = given.as_of or _today()
    try:
        excerpt = Excerpt(parse_places(given.what), given.size, given.labels, given.title[:MOST_TITLE])
        view = ViewState(given.programme, given.layer, as_of, municipality=given.own, lang=given.lang)
        page = page_of(_address(given), view, excerpt)
        drawn = draw(Scenes(lambda: snapshot, lambda: as_of), view, excerpt, Words(given.lang), page)
    except AtlasError as error:
        raise _WrongUseError(*error.problems) from error
    _put(written(drawn, form), given.output)
    return FINE


def _publish(given: argparse.Namespace) -> int:
    snapshot = _snapshot(given)
    settings = Settings.from_environment()
    programme = snapshot.programme(given.programme).key
    order = Order(settings.root, programme, given.as_of or _today(), _address(given))
    count = publish(order, given.output)
    _say(f"{count} Dateien in {given.output}")
    return FINE


def _kit(given: argparse.Namespace) -> int:
    snapshot = _snapshot(given)
    _known_layer(snapshot, given)
    as_of = given.as_of or _today()
    scenes = Scenes(lambda: snapshot, lambda: as_of)
    view = ViewState(given.programme, given.layer, as_of, municipality=given.ags)
    try:
        scene, _ = kit_scene(scenes, view)
        body = press_kit(scenes, view, _address(given))
    except AtlasError as error:
        raise _WrongUseError(*error.problems) from error
    if scene.view.municipality != given.ags:
        sys.stderr.write(f"{given.ags} gehört am {_WORDS.day(as_of)} zu {scene.view.municipality}.\n")
    _put(body, given.output)
    return FINE


def _sheets(given: argparse.Namespace) -> int:
    snapshot = _snapshot(given)
    as_of = given.as_of or _today()
    view = ViewState(given.programme, as_of=as_of, district=given.district, lang=given.lang)
    _known_district(_scene(snapshot, given.programme, as_of), given.district)
    order = SheetOrder(view, _address(given), given.jobs)
    try:
        run = write_sheets(Settings.from_environment(), order, given.output, progress_on_stderr())
    except KeyboardInterrupt:
        sys.stderr.write("\nUnterbrochen. Derselbe Befehl macht dort weiter, wo er aufgehört hat.\n")
        return FINDINGS
    for name, ags, reason in run.failed:
        sys.stderr.write(f"SPERRE: {name} ({ags}): {reason}\n")
    _say(f"{run.made} Steckbriefe geschrieben, {run.kept} waren aktuell, {len(run.failed)} misslungen: {given.output}")
    return FINDINGS if run.failed else FINE


def _address(given: argparse.Namespace) -> str:
    """Return the application's address: as given, else as the environment says."""
    if given.address is None:
        return Settings.from_environment().address
    try:
        return parse_address(given.address)
    except AtlasError as error:
        raise _WrongUseError(*(Problem("--address", each.text, each.values) for each in error.problems)) from error


def _form_of(output: Path | None) -> Form | None:
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return Form(ending) if ending in list(Form) else None


def _known_layer(snapshot: Snapshot, given: argparse.Namespace) -> None:
    known = snapshot.programme(given.programme).layers
    if given.layer not in known:
        text = "Das Instrument {given} gibt es nicht; vorhanden: {known}."
        raise _WrongUseError(Problem("--layer", text, {"given": given.layer, "known": ", ".join(known)}))


def _unordered(first: date, last: date) -> Problem:
    text = "Der erste Tag ({first}) muss vor dem letzten ({last}) liegen. Bitte tauschen oder ändern."
    return Problem("--from, --to", text, {"first": first.isoformat(), "last": last.isoformat()})


def _known_district(scene: Scene, given: str | None) -> None:
    if given and given not in scene.edition.districts.index:
        text = "Den Kreis {given} gibt es nicht; vorhanden: {known}."
        known = ", ".join(scene.edition.districts.index)
        raise _WrongUseError(Problem("--district", text, {"given": given, "known": known}))


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/Berlin")).date()


def _scene(snapshot: Snapshot, programme: str, as_of: date) -> Scene:
    return Scenes(lambda: snapshot, lambda: as_of).of(ViewState(programme=programme))


def _write(snapshot: Snapshot, given: argparse.Namespace) -> None:
    scene = _scene(snapshot, given.programme, given.as_of)
    body = status_file(scene, given.format, _WORDS, with_ground=given.details)
    _put(body, given.output)


def _put(body: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    else:
        try:
            output.write_bytes(body)
        except OSError as error:
            text = "Die Datei kann nicht geschrieben werden: {reason}."
            reason = error.strerror or str(error)
            raise _WrongUseError(Problem(str(output), text, {"reason": reason})) from error


def _add_boundaries(given: argparse.Namespace) -> int:
    edition, notes = add_boundaries(
        given.file, given.date, Settings.from_environment().root, attribution=given.attribution
    )
    for note in notes:
        _complain(note)
    _say(f"Gebietsstand {given.date.isoformat()} aufgenommen: {int(edition.valid_at(given.date).sum())} Gemeinden")
    return FINE


def _complain(problem: Problem) -> None:
    mark = {Severity.BLOCKER: "SPERRE", Severity.WARNING: "Warnung", Severity.NOTE: "Hinweis"}[problem.severity]
    sys.stderr.write(f"{mark}: {_WORDS.problem(problem)}\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
