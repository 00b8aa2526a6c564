"""What each command does: reads the data, asks the core, writes the result. Arguments are those of ``atlas.__main__``.

What one returns is the exit code, nothing where all is fine; results go to standard output or a file, what else there is to say to standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from atlas import phrases, terminal
from atlas.adopt.boundaries import BoundaryOptions, add_boundaries
from atlas.adopt.programmes import NewProgramme, begin_programme
from atlas.analysis.days import month_ends
from atlas.analysis.outreach import white_spots
from atlas.analysis.quality import check_snapshot
from atlas.errors import AtlasError, Problem, Severity
from atlas.export.kit import kit_context, press_kit
from atlas.export.open_data import records_file, status_file, written_table
from atlas.export.pictures import draw, page_of, written
from atlas.export.sheet_run import Progress, SheetOrder, write_sheets
from atlas.export.tables import (
    cases_table,
    changes_table,
    neighbours_table,
    plain_csv,
    progress_table,
    white_spots_table,
)
from atlas.model.excerpt import MOST_TITLE, Excerpt, Form, parse_places
from atlas.model.languages import LANGUAGES
from atlas.model.parameters import LAYER, PROGRAMME
from atlas.model.programme import OVERVIEW
from atlas.model.snapshot import Snapshot
from atlas.model.states import State
from atlas.model.view import ViewState
from atlas.phrases import N_
from atlas.present.address import not_in_tiles
from atlas.present.changes import build_changes
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.day_choice import before_boundaries, day_ahead
from atlas.present.detail import absent, position_or_successor
from atlas.present.fitness import verdict
from atlas.present.municipality import neighbourhood_notes
from atlas.present.paragraph import paragraph
from atlas.present.ranking import ranked_districts, with_shares
from atlas.present.wording import Words
from atlas.sources.boundary_file import ReadingOptions
from atlas.sources.login import LoginSettings
from atlas.sources.rights import Rights
from atlas.sources.settings import Settings, parse_address, program_root
from atlas.sources.snapshot import as_known, load_snapshot, programme_files
from atlas.sources.store import store_if_made
from atlas.web.site import publish
from atlas.web.site_frame import Order


def run_application(given: argparse.Namespace) -> int:
    """Become the server of the application; the process of the command is that of the server."""
    app = str(program_root() / "app.py")
    command = [sys.executable, "-P", "-m", "streamlit", "run", app, "--server.port", str(given.port)]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted


def run_check(given: argparse.Namespace) -> int:
    """Say every finding about the data and the table of rights, and how much there is of each instrument."""
    settings = Settings.from_environment()
    if given.programme:
        terminal.require_known(PROGRAMME, programme_files(settings.root), given.programme, "--programme")
    snapshot = load_snapshot(settings, only=given.programme)
    return _say_findings(snapshot, [*check_snapshot(snapshot), *([] if given.programme else _login_problems())])


def _say_findings(snapshot: Snapshot, problems: Sequence[Problem]) -> int:
    for problem in problems:
        terminal.complain(problem)
    for programme in snapshot.programmes.values():
        context = _context(snapshot, programme.key, terminal.today())
        terminal.tell(
            f"{programme.key}: {len(context.records.table)} Einträge, "
            f"{len(context.day.municipalities)} Gemeinden am {terminal.WORDS.day(context.as_of)}"
        )
        for instrument in programme.instruments:
            counted = context.day.figure(instrument.key)
            over = context.status[context.status["instrument"] == instrument.key]["state"] == State.PRESUMED_OVER
            terminal.tell(
                f"  {instrument.key}: {len(counted.municipalities)} Gemeinden (davon {len(counted.in_force)} in Kraft oder erreicht, "
                f"{counted.derived} abgeleitet, {counted.inferred} erschlossen), {len(counted.arrangements)} Vorgänge, "
                f"{counted.through_district} über den Kreis; erst später belegt {len(counted.documented_later)}, "
                f"Zeitraum unbekannt {len(counted.period_unknown)}, vermutlich beendet {int(over.sum())}"
            )
    tally = {severity: sum(problem.severity is severity for problem in problems) for severity in Severity}
    terminal.tell(
        f"{tally[Severity.BLOCKER]} Fehler, {tally[Severity.WARNING]} Warnungen, {tally[Severity.NOTE]} Hinweise"
    )
    terminal.tell(verdict(problems))
    return terminal.FINDINGS if tally[Severity.BLOCKER] else terminal.FINE


def _login_problems() -> Sequence[Problem]:
    """Return what is wrong with the login and its table of rights, if there is a login."""
    try:
        login = LoginSettings.from_environment(Settings.from_environment().address)
    except AtlasError as error:
        return error.problems
    return Rights(login.rights).problems() if login.provider else ()


def run_status(given: argparse.Namespace) -> None:
    """Give who stands where on a day, by the record as it is or as it was."""
    snapshot = _known(given)
    if given.format == "gpkg" and given.output is None:
        raise terminal.WrongUseError(Problem("--output", "GeoPackage braucht eine Datei: -o stand.gpkg"))
    context = _context(snapshot, given.programme, given.as_of)
    terminal.put(status_file(context, given.format, terminal.WORDS, with_details=given.details), given.output)


def run_cases(given: argparse.Namespace) -> None:
    """Give every case of a day with its term and state, by the record as it is or as it was."""
    context = _context(_known(given), given.programme, given.as_of)
    table = cases_table(context)
    if given.instrument is not None:
        known = [each.key for each in context.programme.instruments]
        terminal.require_known(LAYER, known, given.instrument, "--instrument")
        table = table[table["instrument"] == given.instrument]
    terminal.put(written_table(table, given.format), given.output)


def _known(given: argparse.Namespace) -> Snapshot:
    """Return the data, with the record of the programme as it was at the moment asked for."""
    if given.known_at is None:
        return terminal.snapshot(given)
    now, table = _past(given)
    return as_known(now, now.programme(given.programme), table, given.known_at)


def run_records(given: argparse.Namespace) -> None:
    """Give the entries of the record, as it is or as it was: those of then even if they do not fit the programme any more."""
    if given.known_at is None:
        snapshot = terminal.snapshot(given)
        table = snapshot.records[snapshot.programme(given.programme).key].table
    else:
        _, table = _past(given)
    terminal.put(records_file(table), given.output)


def _past(given: argparse.Namespace) -> tuple[Snapshot, pd.DataFrame]:
    """Return the data, and what the record of the programme said at the moment asked for."""
    with terminal.opened_store() as store:
        snapshot = terminal.with_programme(load_snapshot(Settings.from_environment(), store), given)
        with terminal.refusing():
            table = store.past_records(terminal.operator(), snapshot.programme(given.programme).key, given.known_at)
    return snapshot, table


def run_neighbours(given: argparse.Namespace) -> None:
    """Give a municipality's neighbours, and say what the list does not."""
    context = _context(terminal.snapshot(given), given.programme, given.as_of)
    position = position_or_successor(context, given.ags)
    if position is None:
        raise terminal.WrongUseError(absent(context, given.ags, "AGS", terminal.WORDS))
    successor = context.day.lines[position][0]
    if successor.ags != given.ags:
        text = N_("Die Gemeinde {ags} gab es am {day} nicht mehr; ihr Gebiet gehört zu {successor} {name}.")
        day = terminal.WORDS.day(context.as_of)
        values = {"day": day, "ags": given.ags, "successor": successor.ags, "name": successor.name}
        raise terminal.WrongUseError(Problem("AGS", text, values))
    terminal.put(plain_csv(neighbours_table(context, position)), given.output)
    _say_if_rough(context)
    for note in neighbourhood_notes(context, position, terminal.WORDS):
        sys.stderr.write(f"{note}\n")


def _say_if_rough(context: ViewContext) -> None:
    """Say that neighbours and lengths of borders are only roughly so, where the boundaries are generalised."""
    if context.edition.provenance.generalised:
        terminal.complain(Problem("", phrases.GENERALISED_BORDERS, {}, Severity.NOTE))


def run_white_spots(given: argparse.Namespace) -> None:
    """Give municipalities without documented activity beside active neighbours."""
    context = _context(terminal.snapshot(given), given.programme, given.as_of)
    _known_district(context, given.district)
    spots = white_spots(context.status, context.day.hood, given.district)
    terminal.put(plain_csv(white_spots_table(context, spots)), given.output)
    _say_if_rough(context)


def run_districts(given: argparse.Namespace) -> None:
    """Give the districts in the order of every instrument."""
    snapshot = terminal.snapshot(given)
    _known_layer(snapshot, given)
    context = _context(snapshot, given.programme, given.as_of)
    table = ranked_districts(context, None if given.layer == OVERVIEW else given.layer)
    terminal.put(plain_csv(with_shares(context, table)), given.output)


def run_progress(given: argparse.Namespace) -> None:
    """Give the numbers of every month."""
    snapshot = terminal.snapshot(given)
    contexts = ViewContexts(lambda: snapshot, lambda: given.as_of)
    context = contexts.of(ViewState(programme=given.programme, as_of=given.as_of, district=given.district))
    _known_district(context, given.district)
    first = given.start or context.course_begins
    if first > given.as_of:
        raise _unordered(first, given.as_of)
    _within_boundaries(context, first)
    days, before = month_ends(first, given.as_of), first - timedelta(days=1)
    table = progress_table(context, contexts.course(context, given.counts), days, before, given.unit)
    terminal.put(plain_csv(table), given.output)


def run_changes(given: argparse.Namespace) -> None:
    """Give what changed between two days, as a list or as a paragraph."""
    snapshot = terminal.snapshot(given)
    if given.start >= given.as_of:
        raise _unordered(given.start, given.as_of)
    contexts = ViewContexts(lambda: snapshot, lambda: given.as_of)
    view = ViewState(programme=given.programme, as_of=given.as_of, layer=given.layer)
    _known_layer(snapshot, given)
    after = contexts.of(view)
    _within_boundaries(after, given.start)
    changed = build_changes(
        contexts, contexts.of(view.but(as_of=given.start)), after, unit=given.unit, counts=given.counts
    )
    if given.format == "text":
        texts = [paragraph(changed, after, Words(lang)) for lang in LANGUAGES]
        terminal.put("\n\n".join([*texts, ""]).encode().rstrip() + b"\n", given.output)
    else:
        terminal.put(plain_csv(changes_table(changed, after, terminal.WORDS)), given.output)
        sys.stderr.write(f"{paragraph(changed, after, terminal.WORDS)}\n")


def _within_boundaries(context: ViewContext, first: date, place: str = "--from") -> None:
    """Refuse a day before the boundaries begin, for who was counted then cannot be said; of one ahead say what it shows."""
    if early := before_boundaries(context.edition, first, place):
        raise terminal.WrongUseError(early)
    if ahead := day_ahead(context.as_of, terminal.today(), terminal.WORDS):
        terminal.complain(ahead)


def run_export(given: argparse.Namespace) -> None:
    """Write a map excerpt."""
    snapshot = terminal.snapshot(given)
    form = given.format or _form_of(given.output)
    if form is None:
        text = N_("Das Format fehlt: --format {known}, oder eine Datei mit dieser Endung.")
        raise terminal.WrongUseError(Problem("--format", text, {"known": ", ".join(Form)}))
    _known_layer(snapshot, given)
    view = ViewState(
        programme=given.programme,
        layer=given.layer,
        as_of=given.as_of,
        municipality=given.own,
        tiles=given.tiles,
        lang=given.lang,
    )
    with terminal.refusing():
        excerpt = Excerpt(parse_places(given.what), given.size, given.labels, given.title[:MOST_TITLE])
        edition = snapshot.edition(snapshot.programme(given.programme), given.as_of)
        if problems := list(not_in_tiles(view, edition, excerpt)):
            raise AtlasError(*problems)
        page = page_of(_address(given), view, excerpt)
        drawn = draw(ViewContexts(lambda: snapshot, lambda: given.as_of), view, excerpt, Words(given.lang), page)
    terminal.put(written(drawn, form), given.output)


def run_publish(given: argparse.Namespace) -> None:
    """Write the static site."""
    snapshot = terminal.snapshot(given)
    settings = replace(Settings.from_environment(), address=_address(given))
    order = Order(settings, snapshot.programme(given.programme).key, given.as_of)
    count = publish(order, given.output, given.jobs)
    terminal.tell(f"{count} Dateien in {given.output}")


def run_kit(given: argparse.Namespace) -> None:
    """Write the press kit of a municipality."""
    snapshot = terminal.snapshot(given)
    _known_layer(snapshot, given)
    contexts = ViewContexts(lambda: snapshot, lambda: given.as_of)
    view = ViewState(programme=given.programme, layer=given.layer, as_of=given.as_of, municipality=given.ags)
    with terminal.refusing():
        context, _ = kit_context(contexts, view)
        body = press_kit(contexts, view, _address(given))
    if context.view.municipality != given.ags:
        sys.stderr.write(f"{given.ags} gehört am {terminal.WORDS.day(given.as_of)} zu {context.view.municipality}.\n")
    terminal.put(body, given.output)


def run_sheets(given: argparse.Namespace) -> int:
    """Write the sheets of all municipalities, or of all districts, as far as they are not current."""
    snapshot = terminal.snapshot(given)
    view = ViewState(programme=given.programme, as_of=given.as_of, district=given.district, lang=given.lang)
    _known_district(_context(snapshot, given.programme, given.as_of), given.district)
    order = SheetOrder(view, _address(given), given.jobs, of_districts=given.districts)
    try:
        run = write_sheets(Settings.from_environment(), order, given.output, Progress(sys.stderr))
    except KeyboardInterrupt:
        sys.stderr.write("\nUnterbrochen. Derselbe Befehl macht dort weiter, wo er aufgehört hat.\n")
        return terminal.FINDINGS
    for name, ags, reason in run.failed:
        sys.stderr.write(f"FEHLER: {name} ({ags}): {reason}\n")
    terminal.tell(
        f"{run.made} Steckbriefe geschrieben, {run.kept} waren aktuell, {len(run.failed)} misslungen: {given.output}"
    )
    return terminal.FINDINGS if run.failed else terminal.FINE


def _address(given: argparse.Namespace) -> str:
    """Return the application's address: as given, else as the environment says."""
    if given.address is None:
        return Settings.from_environment().address
    with terminal.refusing():
        return parse_address(given.address, "--address")


def _form_of(output: Path | None) -> Form | None:
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return Form(ending) if ending in list(Form) else None


def _known_layer(snapshot: Snapshot, given: argparse.Namespace) -> None:
    terminal.require_known(LAYER, snapshot.programme(given.programme).layers, given.layer, "--layer")


def _unordered(first: date, last: date) -> terminal.WrongUseError:
    text = N_("Der erste Tag ({first}) muss vor dem letzten ({last}) liegen. Bitte tauschen oder ändern.")
    told = {"first": first.isoformat(), "last": last.isoformat()}
    return terminal.WrongUseError(Problem("--from, --to", text, told))


def _known_district(context: ViewContext, given: str | None) -> None:
    if given and given not in context.edition.districts.index:
        raise terminal.WrongUseError(context.edition.unknown_district(given, "--district"))


def _context(snapshot: Snapshot, programme: str, as_of: date) -> ViewContext:
    context = ViewContexts(lambda: snapshot, lambda: as_of).of(ViewState(programme=programme))
    _within_boundaries(context, as_of, "--as-of")
    return context


def run_add_boundaries(given: argparse.Namespace) -> None:
    """Take in a newer delivery of boundaries."""
    reading = ReadingOptions(key=given.key, name=given.name, state=given.state or "", crs=given.crs or "")
    terms = BoundaryOptions(
        attribution=given.attribution, although=given.although, reading=reading, shipped=program_root()
    )
    edition, notes = add_boundaries(given.file, given.date, Settings.from_environment().root, terms)
    for note in notes:
        terminal.complain(note)
    terminal.tell(
        f"Gemeindegrenzen ab {given.date.isoformat()} aufgenommen: {int(edition.valid_at(given.date).sum())} Gemeinden. "
        f"Für ein neues Programm: --boundary-set {edition.boundary_set}"
    )


def run_new_programme(given: argparse.Namespace) -> int:
    """Begin a programme from the template, check it, and say where it is to be seen."""
    settings = Settings.from_environment()
    wanted = NewProgramme(
        given.key, given.boundary_set, terminal.today(), given.title, given.territory, given.launched, program_root()
    )
    with terminal.refusing(), store_if_made(settings.database, settings.seal) as store:
        files = begin_programme(wanted, settings.root, store)
    purposes = ("das Programm, mit Erklärungen", "die Einträge", "veröffentlichte Zahlen")
    for path, what in zip(files, purposes, strict=True):
        terminal.tell(f"Angelegt: {path} ({what})")
    snapshot = load_snapshot(settings, only=given.key)
    found = _say_findings(snapshot, check_snapshot(snapshot))
    terminal.tell(f"Karte: {settings.address or 'http://localhost:8501'}/?programm={given.key}")
    if given.launched is None:
        terminal.tell("Als erster Tag des Programms (launched) steht dort der 1. Januar: bitte berichtigen.")
    first = next(iter(programme_files(settings.root)))
    terminal.tell(
        "Es ist das erste nach dem Namen der Datei: die Seiten zeigen es, wenn die Adresse kein Programm nennt."
        if first == given.key
        else f"Nennt die Adresse kein Programm, zeigen die Seiten weiterhin „{first}“, das erste nach dem Namen der Datei."
    )
    terminal.tell(
        f"Jetzt ersetzen, was mit „Bitte ausfüllen“ beginnt, und prüfen: python -m atlas check --programme {given.key}"
    )
    return found
