"""What each command does: reads the data, asks the core, writes the result. Arguments are those of ``atlas.__main__``.

Each returns the exit code; results go to standard output or a file, what else there is to say to standard error.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from atlas.analysis.columns import field_of
from atlas.analysis.counting import figure
from atlas.analysis.days import month_ends
from atlas.analysis.difference import Kind
from atlas.analysis.intake import Intake
from atlas.analysis.outreach import white_spots
from atlas.analysis.quality import check_snapshot
from atlas.errors import AtlasError, Problem, Severity
from atlas.export.deliveries import add_boundaries
from atlas.export.intake import TEMPLATES, Terms, changes_log, difference_table, read_intake
from atlas.export.kit import kit_scene, press_kit
from atlas.export.open_data import records_file, status_file
from atlas.export.pictures import draw, page_of, written
from atlas.export.sheet_run import SheetOrder, progress_on_stderr, write_sheets
from atlas.export.tables import (
    changes_table,
    neighbours_table,
    plain_csv,
    progress_table,
    white_spots_table,
)
from atlas.model.dates import ZONE
from atlas.model.excerpt import MOST_TITLE, Excerpt, Form, parse_places
from atlas.model.rights import Actor, Role
from atlas.model.snapshot import Snapshot
from atlas.model.view import LANGUAGES, LATEST, ViewState
from atlas.present.changes import build_changes, paragraph
from atlas.present.detail import absent, position_or_heir
from atlas.present.municipality import neighbourhood_notes
from atlas.present.scene import Scene, Scenes
from atlas.present.wording import Words
from atlas.sources.login import LoginSettings
from atlas.sources.rights import Rights
from atlas.sources.settings import Settings, parse_address
from atlas.sources.snapshot import SnapshotStore, as_known, load_snapshot
from atlas.sources.spreadsheets import COMMAND_LINE
from atlas.sources.store import Database, Store, back_up, restore, store_if_made
from atlas.web.site import publish
from atlas.web.site_frame import Order

FINE, FINDINGS, WRONG_USE = 0, 1, 2
_WORDS = Words("de")


class WrongUseError(AtlasError):
    """The command was given something that does not exist."""


def run_check(_: argparse.Namespace) -> int:
    """Say every finding about the data and the table of rights, and how much there is of each instrument."""
    snapshot = load_snapshot(Settings.from_environment())
    problems = [*check_snapshot(snapshot), *_login_problems()]
    for problem in problems:
        complain(problem)
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


def _login_problems() -> Sequence[Problem]:
    """Return what is wrong with the login and its table of rights, if there is a login."""
    try:
        login = LoginSettings.from_environment(Settings.from_environment().address)
    except AtlasError as error:
        return error.problems
    return Rights(login.rights).problems() if login.provider else ()


def run_status(given: argparse.Namespace) -> int:
    """Give who stands where on a day, by the record as it is or as it was."""
    if given.known_at is None:
        snapshot = _snapshot(given)
    else:
        now, table = _past(given)
        snapshot = as_known(now, now.programme(given.programme), table, given.known_at)
    if given.format == "gpkg" and given.output is None:
        raise WrongUseError(Problem("--output", "GeoPackage braucht eine Datei: -o stand.gpkg"))
    scene = _scene(snapshot, given.programme, given.as_of)
    _put(status_file(scene, given.format, _WORDS, with_ground=given.details), given.output)
    return FINE


def run_records(given: argparse.Namespace) -> int:
    """Give the entries of the record, as it is or as it was: those of then even if they do not fit the programme any more."""
    if given.known_at is None:
        snapshot = _snapshot(given)
        table = snapshot.records[snapshot.programme(given.programme).key].table
    else:
        _, table = _past(given)
    _put(records_file(table), given.output)
    return FINE


def _past(given: argparse.Namespace) -> tuple[Snapshot, pd.DataFrame]:
    """Return the data, and what the record of the programme said at the moment asked for."""
    with _store() as store:
        snapshot = _with_programme(load_snapshot(Settings.from_environment(), store), given)
        try:
            table = store.past_records(_operator(), snapshot.programme(given.programme).key, given.known_at)
        except AtlasError as error:
            raise WrongUseError(*error.problems) from error
    return snapshot, table


def _snapshot(given: argparse.Namespace) -> Snapshot:
    """Return the data; `WrongUseError` if the programme asked for is not among them."""
    return _with_programme(load_snapshot(Settings.from_environment()), given)


def _with_programme(snapshot: Snapshot, given: argparse.Namespace) -> Snapshot:
    if given.programme and given.programme not in snapshot.programmes:
        raise WrongUseError(snapshot.unknown_programme(given.programme, "--programme"))
    return snapshot


def run_neighbours(given: argparse.Namespace) -> int:
    """Give a municipality's neighbours, and say what the list does not."""
    scene = _scene(_snapshot(given), given.programme, given.as_of or _today())
    position = position_or_heir(scene, given.ags)
    heir = scene.day.lines[position][0] if position is not None else None
    if position is None or heir is None:
        raise WrongUseError(absent(scene, given.ags, "AGS", _WORDS))
    if heir.ags != given.ags:
        text = "Die Gemeinde {ags} gab es am {day} nicht mehr; ihr Gebiet gehört zu {heir} {name}."
        values = {"day": _WORDS.day(scene.as_of), "ags": given.ags, "heir": heir.ags, "name": heir.name}
        raise WrongUseError(Problem("AGS", text, values))
    _put(plain_csv(neighbours_table(scene, position)), given.output)
    for note in neighbourhood_notes(scene, position, _WORDS):
        sys.stderr.write(f"{note}\n")
    return FINE


def run_white_spots(given: argparse.Namespace) -> int:
    """Give municipalities without documented activity beside active neighbours."""
    scene = _scene(_snapshot(given), given.programme, given.as_of or _today())
    _known_district(scene, given.district)
    spots = white_spots(scene.status, scene.day.hood, given.district)
    _put(plain_csv(white_spots_table(scene, spots)), given.output)
    return FINE


def run_progress(given: argparse.Namespace) -> int:
    """Give the numbers of every month."""
    snapshot = _snapshot(given)
    as_of = given.as_of or _today()
    scenes = Scenes(lambda: snapshot, lambda: as_of)
    scene = scenes.of(ViewState(programme=given.programme, as_of=as_of, district=given.district))
    _known_district(scene, given.district)
    first = given.start or scene.programme.launched.replace(month=1, day=1)
    if first > as_of:
        raise WrongUseError(_unordered(first, as_of))
    days = month_ends(first, as_of)
    _put(plain_csv(progress_table(scene, scenes.course(scene), days, first - timedelta(days=1))), given.output)
    return FINE


def run_changes(given: argparse.Namespace) -> int:
    """Give what changed between two days, as a list or as a paragraph."""
    snapshot = _snapshot(given)
    if given.start >= given.as_of:
        raise WrongUseError(_unordered(given.start, given.as_of))
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


def run_export(given: argparse.Namespace) -> int:
    """Write a map excerpt."""
    snapshot = _snapshot(given)
    form = given.format or _form_of(given.output)
    if form is None:
        text = "Das Format fehlt: --format {known}, oder eine Datei mit dieser Endung."
        raise WrongUseError(Problem("--format", text, {"known": ", ".join(Form)}))
    _known_layer(snapshot, given)
    as_of = given.as_of or _today()
    try:
        excerpt = Excerpt(parse_places(given.what), given.size, given.labels, given.title[:MOST_TITLE])
        view = ViewState(given.programme, given.layer, as_of, municipality=given.own, lang=given.lang)
        page = page_of(_address(given), view, excerpt)
        drawn = draw(Scenes(lambda: snapshot, lambda: as_of), view, excerpt, Words(given.lang), page)
    except AtlasError as error:
        raise WrongUseError(*error.problems) from error
    _put(written(drawn, form), given.output)
    return FINE


def run_publish(given: argparse.Namespace) -> int:
    """Write the static site."""
    snapshot = _snapshot(given)
    settings = replace(Settings.from_environment(), address=_address(given))
    order = Order(settings, snapshot.programme(given.programme).key, given.as_of or _today())
    count = publish(order, given.output, given.jobs)
    _say(f"{count} Dateien in {given.output}")
    return FINE


def run_kit(given: argparse.Namespace) -> int:
    """Write the press kit of a municipality."""
    snapshot = _snapshot(given)
    _known_layer(snapshot, given)
    as_of = given.as_of or _today()
    scenes = Scenes(lambda: snapshot, lambda: as_of)
    view = ViewState(given.programme, given.layer, as_of, municipality=given.ags)
    try:
        scene, _ = kit_scene(scenes, view)
        body = press_kit(scenes, view, _address(given))
    except AtlasError as error:
        raise WrongUseError(*error.problems) from error
    if scene.view.municipality != given.ags:
        sys.stderr.write(f"{given.ags} gehört am {_WORDS.day(as_of)} zu {scene.view.municipality}.\n")
    _put(body, given.output)
    return FINE


def run_sheets(given: argparse.Namespace) -> int:
    """Write the sheets of all municipalities, as far as they are not current."""
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
        raise WrongUseError(*(Problem("--address", each.text, each.values) for each in error.problems)) from error


def _form_of(output: Path | None) -> Form | None:
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return Form(ending) if ending in list(Form) else None


def _known_layer(snapshot: Snapshot, given: argparse.Namespace) -> None:
    known = snapshot.programme(given.programme).layers
    if given.layer not in known:
        text = "Das Instrument {given} gibt es nicht; vorhanden: {known}."
        raise WrongUseError(Problem("--layer", text, {"given": given.layer, "known": ", ".join(known)}))


def _unordered(first: date, last: date) -> Problem:
    text = "Der erste Tag ({first}) muss vor dem letzten ({last}) liegen. Bitte tauschen oder ändern."
    return Problem("--from, --to", text, {"first": first.isoformat(), "last": last.isoformat()})


def _known_district(scene: Scene, given: str | None) -> None:
    if given and given not in scene.edition.districts.index:
        raise WrongUseError(scene.edition.unknown_district(given, "--district"))


def _today() -> date:
    return datetime.now(ZONE).date()


def _scene(snapshot: Snapshot, programme: str, as_of: date) -> Scene:
    return Scenes(lambda: snapshot, lambda: as_of).of(ViewState(programme=programme))


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
            raise WrongUseError(Problem(str(output), text, {"reason": reason})) from error


def run_add_boundaries(given: argparse.Namespace) -> int:
    """Take in a newer delivery of boundaries."""
    edition, notes = add_boundaries(
        given.file, given.date, Settings.from_environment().root, attribution=given.attribution
    )
    for note in notes:
        complain(note)
    _say(f"Gebietsstand {given.date.isoformat()} aufgenommen: {int(edition.valid_at(given.date).sum())} Gemeinden")
    return FINE


def run_store_about(_: argparse.Namespace) -> int:
    """Say what the store is, and whether what was written is still what is there."""
    with _store() as store:
        broken = store.verify()
        _say(json.dumps(store.about() | {"altered": broken}))
    for number in broken:
        complain(Problem(f"Änderung {number}", "Sie ist nicht mehr, wie sie geschrieben wurde."))
    return FINDINGS if broken else FINE


def run_store_backup(given: argparse.Namespace) -> int:
    """Write the store into a file."""
    with _store() as store:
        back_up(store.database, given.output)
    return FINE


def run_store_restore(given: argparse.Namespace) -> int:
    """Make a backup the store."""
    url = Settings.from_environment().database
    if not url:
        text = "Der Bestand wird in Dateien geführt; wiederherstellen lässt sich nur eine Datenbank."
        raise WrongUseError(Problem("ATLAS_DATABASE_URL", text))
    former = restore(Database(url), given.file, replace=given.replace)
    if former:
        sys.stderr.write(f"Die bisherige Datenbank ist aufgehoben: {former}\n")
    return run_store_about(given)


@contextmanager
def _store() -> Iterator[Store]:
    with store_if_made(Settings.from_environment().database) as store:
        if store is None:
            text = "Es gibt noch keine Datenbank. Sie entsteht beim ersten Aufruf der Anwendung."
            raise WrongUseError(Problem("ATLAS_DATABASE_URL", text))
        yield store


def run_import(given: argparse.Namespace) -> int:
    """Check a table against the record and say what it would change; take it in only if told to."""
    settings = Settings.from_environment()
    if given.apply and not given.reason.strip():
        raise WrongUseError(Problem("--reason", "Bitte sagen, warum: --reason „Meldung der Kreise, November 2026“."))
    body = _body(given.file, COMMAND_LINE.body_bytes)
    with closing(SnapshotStore(settings)) as record:
        # Only who writes makes a store where there is none.
        snapshot = _with_programme(record.current() if given.apply else load_snapshot(settings), given)
        mapping = {heading: field_of(field) or field for heading, field in given.map}
        terms = Terms(_today(), given.programme, mapping, COMMAND_LINE)
        delivery = read_intake(body, given.file.name, snapshot, terms)
        for finding in delivery.intake.findings:
            complain(finding.problem, finding.suggestion)
        sys.stderr.write(f"{_tally(delivery.intake)}\n")
        if delivery.intake.is_blocked:
            return FINDINGS
        _put(plain_csv(difference_table(delivery.intake.difference, is_whole=given.whole)), given.output)
        edits = delivery.edits(is_whole=given.whole)
        if not given.apply:
            return FINE
        if not edits:
            sys.stderr.write("Es gibt nichts zu speichern: alles steht schon so im Bestand.\n")
            return FINE
        delivery.require_current(record.current())
        change = record.save(_operator(), delivery.programme, edits, delivery.occasion(given.reason), delivery.head)
        sys.stderr.write(
            f"Gespeichert als Änderung {change.number}; zurück mit: python -m atlas undo {change.number}\n"
        )
        return FINE


def _tally(intake: Intake) -> str:
    """Return in one sentence what was found and what would change."""
    found = {severity: len(intake.of(severity)) for severity in Severity}
    said = (
        f"{intake.row_count} Zeilen: {found[Severity.BLOCKER]} Sperren, {found[Severity.WARNING]} Warnungen, "
        f"{found[Severity.NOTE]} Hinweise. "
    )
    if intake.is_blocked:
        return f"{said}Nichts wird übernommen, solange etwas gesperrt ist."
    steps = {kind: len(intake.difference.of(kind)) for kind in Kind}
    return (
        f"{said}{steps[Kind.ADDED]} neu, {steps[Kind.CHANGED]} geändert, {steps[Kind.UNCHANGED]} unverändert, "
        f"{steps[Kind.MISSING]} stehen nicht in der Datei."
    )


def _body(path: Path, most: int) -> bytes:
    """Return what a file holds, at most one byte more than it may: enough to refuse it."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        text = "Die Datei kann nicht gelesen werden: {reason}."
        raise WrongUseError(Problem(str(path), text, {"reason": error.strerror or str(error)})) from error


def _operator() -> Actor:
    """Return who runs the command. Whoever can do that can reach the database itself, so they may do everything."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, in a container
        name = "?"
    return Actor(f"Kommandozeile: {name}", Role.ADMINISTRATOR)


def run_undo(given: argparse.Namespace) -> int:
    """Take back a change of the record: an edit, a whole import."""
    with closing(SnapshotStore(Settings.from_environment())) as record:
        record.current()
        change = record.undo(_operator(), given.number, given.reason)
    counts = f"{change.added} wieder da, {change.corrected} wie zuvor, {change.withdrawn} zurückgezogen"
    _say(f"Änderung {given.number} ist zurückgenommen, als Änderung {change.number}: {counts}")
    return FINE


def run_log(given: argparse.Namespace) -> int:
    """List the changes of the record: who, when, why, how many entries."""
    with closing(SnapshotStore(Settings.from_environment())) as record:
        record.current()
        changes = record.store.changes(_operator(), given.since, given.limit) if record.store else []
    _put(plain_csv(changes_log(changes)), given.output)
    return FINE


def run_template(given: argparse.Namespace) -> int:
    """Write an empty table to fill in."""
    snapshot = _snapshot(given)
    make = TEMPLATES.get(given.output.suffix.removeprefix(".").lower())
    if make is None:
        text = "Die Endung sagt, welche Art von Datei es wird; möglich: {known}."
        raise WrongUseError(Problem("--output", text, {"known": ", ".join(f".{each}" for each in TEMPLATES)}))
    _put(make(snapshot.programme(given.programme), Words(given.lang)), given.output)
    return FINE


def complain(problem: Problem, suggestion: str = "") -> None:
    """Say a finding on standard error."""
    mark = {Severity.BLOCKER: "SPERRE", Severity.WARNING: "Warnung", Severity.NOTE: "Hinweis"}[problem.severity]
    more = f" Vorschlag: {suggestion}" if suggestion else ""
    sys.stderr.write(f"{mark}: {_WORDS.problem(problem)}{more}\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
