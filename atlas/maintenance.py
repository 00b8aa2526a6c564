"""The commands that keep the record: import, undo, log, template, and the care of its database."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from pathlib import Path

from atlas import phrases, terminal
from atlas.adopt.population import RegisterSource, add_population
from atlas.analysis.columns import field_of
from atlas.analysis.difference import Answer, Question, Tie
from atlas.errors import Problem
from atlas.export.tables import changes_log, plain_csv
from atlas.intake.gate import ImportedTable, Terms, difference_table, findings_table, read_intake
from atlas.intake.templates import TEMPLATES
from atlas.model.programme import Programme
from atlas.model.targets import TargetList, row_of, written_targets
from atlas.phrases import N_
from atlas.present.intake import difference_tally, grouped, question_problem, tally
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore, load_snapshot
from atlas.sources.spreadsheets import COMMAND_LINE
from atlas.sources.store import Database, accept, back_up, begin_anew, restore


def run_import(given: argparse.Namespace) -> int:
    """Check a table against the record and say what it would change; take it in only if told to."""
    settings = Settings.from_environment()
    if given.apply and not given.reason.strip():
        raise terminal.WrongUseError(
            Problem("--reason", "Bitte sagen, warum: --reason „Meldung der Kreise, November 2026“.")
        )
    body = _body(given.file, COMMAND_LINE.body_bytes)
    with closing(SnapshotStore(settings)) as record:
        # Only who writes makes a store where there is none.
        snapshot = terminal.with_programme(record.current() if given.apply else load_snapshot(settings), given)
        terms = Terms(
            terminal.today(), given.programme, limits=COMMAND_LINE, answers=_answers(given),
            mapping={heading: field_of(field) or field for heading, field in given.map},
            settings={field_of(name) or name: value for name, value in given.set},
            sheet=given.sheet, header=given.header,
        )  # fmt: skip
        delivery = read_intake(body, given.file.name, snapshot, terms)
        _report(delivery, snapshot.programme(given.programme), given.findings)
        if delivery.intake.is_blocked:
            return terminal.FINDINGS
        difference = delivery.intake.difference
        for question in difference.open_questions:
            _ask(question)
        sys.stderr.write(f"{difference_tally(difference, terminal.WORDS)}\n")
        if difference.erasing and not given.allow_erase:
            sys.stderr.write("Was in der Tabelle „erasing“ heißt, bleibt stehen; mit --allow-erase gilt auch das.\n")
        terminal.put(plain_csv(difference_table(difference, is_whole=given.whole)), given.output)
        edits = delivery.edits(is_whole=given.whole, may_erase=given.allow_erase)
        if not given.apply:
            if edits:
                sys.stderr.write('Noch ist nichts gespeichert; das tut derselbe Befehl mit --apply --reason "…".\n')
            return terminal.FINE
        if not edits:
            sys.stderr.write("Es gibt nichts zu speichern: alles steht schon so im Bestand.\n")
            return terminal.FINE
        delivery.require_current(record.current())
        change = record.save(
            terminal.operator(), delivery.programme, edits, delivery.occasion(given.reason), delivery.head
        )
        sys.stderr.write(
            f"Gespeichert als Änderung {change.number}; zurück mit: python -m atlas undo {change.number}\n"
        )
        return terminal.FINE


def _report(delivery: ImportedTable, programme: Programme, singly: Path | None) -> None:
    """Say what was found, one line a kind; each finding by itself goes into a file, if one is named."""
    intake = delivery.intake
    for group in grouped(intake.findings):
        terminal.complain(group.problem, group.suggestion)
        for each in group.examples:
            more = f" Vorschlag: {each.suggestion}" if each.suggestion else ""
            sys.stderr.write(f"    {terminal.WORDS.problem(each.problem)}{more}\n")
    if singly:
        terminal.put(plain_csv(findings_table(intake.findings, terminal.WORDS, programme)), singly)
    sys.stderr.write(f"{tally(intake, terminal.WORDS)}\n")
    if intake.is_blocked:
        sys.stderr.write("Nichts wird übernommen, solange noch Fehler da sind.\n")
    if intake.is_incomplete:
        sys.stderr.write("Was fehlt, sagt --set FELD=WERT für alle Zeilen oder --map SPALTE=FELD.\n")


def run_targets(given: argparse.Namespace) -> None:
    """Give the targets of a programme; with a file, make that the next version of them."""
    settings = Settings.from_environment()
    if given.replace is None:
        snapshot = terminal.snapshot(given)
        rows = [row_of(each) for each in snapshot.records[snapshot.programme(given.programme).key].targets]
        terminal.put(written_targets(rows).encode(), given.output)
        return
    try:
        body = _body(given.replace, COMMAND_LINE.body_bytes).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise terminal.WrongUseError(Problem(str(given.replace), phrases.FILE_NOT_UTF8)) from error
    with closing(SnapshotStore(settings)) as record, terminal.refusing():
        programme = terminal.with_programme(record.current(), given).programme(given.programme)
        known = record.store.targets.history(terminal.operator(), programme.key) if record.store else []
        wanted = TargetList(version=known[0].version if known else 0, body=body, reason=given.reason)
        made = record.save_targets(terminal.operator(), programme, wanted)
    sys.stderr.write(f"Gespeichert als Änderung {made.version} der Ziele.\n")


def _answers(given: argparse.Namespace) -> dict[int, Answer]:
    """Return what was said of rows, by line; of each only once."""
    answers: dict[int, Answer] = {}
    for tie, pairs in ((Tie.SAME, given.same), (Tie.FURTHER, given.further)):
        for line, entry in pairs:
            if answers.setdefault(line, Answer(tie, entry)) != Answer(tie, entry):
                text = N_("Zu dieser Zeile gibt es zwei Antworten. Bitte nur eine geben.")
                raise terminal.WrongUseError(Problem(f"Zeile {line}", text))
    return answers


def _ask(question: Question) -> None:
    """Say which entries a row resembles, and how to answer."""
    options = " oder ".join(f"--{each.tie} {question.line}={each.entry}" for each in question.choices)
    terminal.complain(question_problem(question, f"Zeile {question.line}", terminal.WORDS), options)


def _body(path: Path, most: int) -> bytes:
    """Return what a file holds, at most one byte more than it may: enough to refuse it."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        text = N_("Die Datei kann nicht gelesen werden: {reason}.")
        raise terminal.WrongUseError(Problem(str(path), text, {"reason": error.strerror or str(error)})) from error


def run_add_population(given: argparse.Namespace) -> None:
    """Take in a register of inhabitants, for every boundary set it has municipalities of."""
    source = RegisterSource(as_of=given.date, source=given.source.strip(), retrieved=given.retrieved)
    if not source.source:
        raise terminal.WrongUseError(Problem("--source", N_("Bitte sagen, woher die Zahlen sind.")))
    with terminal.refusing():
        body = _body(given.file, COMMAND_LINE.body_bytes)
        taken, doubts = add_population(body, given.file.name, source, Settings.from_environment().root)
    for problem in (*doubts, *(problem for each in taken for problem in each.problems)):
        terminal.complain(problem)
    for each in taken:
        inhabitants = each.weights.population.inhabitants
        whole = len(each.states) - len(each.weights.misfits)
        terminal.tell(
            f"{each.path}: {len(inhabitants)} Gemeinden, {terminal.WORDS.number(sum(inhabitants.values()))} Einwohner; "
            f"vollständig: {whole} von {len(each.states)} Ländern"
        )


def run_undo(given: argparse.Namespace) -> None:
    """Take back a change of the record: an edit, a whole import."""
    with closing(SnapshotStore(Settings.from_environment())) as record:
        record.current()
        change = record.undo(terminal.operator(), given.number, given.reason)
    counts = f"{change.added} wieder da, {change.corrected} wie zuvor, {change.withdrawn} zurückgezogen"
    terminal.tell(f"Änderung {given.number} ist zurückgenommen, als Änderung {change.number}: {counts}")


def run_log(given: argparse.Namespace) -> None:
    """List the changes of the record: who, when, why, how many entries."""
    with closing(SnapshotStore(Settings.from_environment())) as record:
        record.current()
        changes = record.store.changes(terminal.operator(), given.since, given.limit) if record.store else []
    terminal.put(plain_csv(changes_log(changes)), given.output)


def run_template(given: argparse.Namespace) -> None:
    """Write an empty table to fill in."""
    snapshot = terminal.snapshot(given)
    make = TEMPLATES.get(given.output.suffix.removeprefix(".").lower())
    if make is None:
        text = N_("Die Endung sagt, welche Art von Datei es wird; möglich: {known}.")
        raise terminal.WrongUseError(Problem("--output", text, {"known": ", ".join(f".{each}" for each in TEMPLATES)}))
    terminal.put(make(snapshot.programme(given.programme), Words(given.lang)), given.output)


def run_store_about(_: argparse.Namespace) -> int:
    """Say what the store is, and whether what was written is still what is there."""
    with terminal.opened_store() as store:
        altered = store.verify()
        places = {"altered": [each.place for each in altered]}
        terminal.tell(json.dumps((store.about() | store.sealed() if not altered else {}) | places))
    for each in altered:
        terminal.complain(each)
    return terminal.FINDINGS if altered else terminal.FINE


def run_store_backup(given: argparse.Namespace) -> None:
    """Write the store into a file."""
    with terminal.opened_store() as store:
        back_up(store.database, given.output)


def run_store_restore(given: argparse.Namespace) -> int:
    """Make a backup the store."""
    with closing(_database()) as database:
        former = restore(database, given.file, replace=given.replace, unproven=given.unproven)
    if former:
        sys.stderr.write(f"Die bisherige Datenbank ist aufgehoben: {former}\n")
    return run_store_about(given)


def run_store_accept(given: argparse.Namespace) -> int:
    """Take the database that is there for the store."""
    with closing(_database()) as database:
        accept(database, given.head, unproven=given.unproven)
    return run_store_about(given)


def run_store_new(given: argparse.Namespace) -> int:
    """Make a new store where one was lost."""
    with closing(_database()) as database:
        begin_anew(database)
    return run_store_about(given)


def _database() -> Database:
    settings = Settings.from_environment()
    if not settings.database:
        text = N_("Der Bestand wird in Dateien geführt; wiederherstellen lässt sich nur eine Datenbank.")
        raise terminal.WrongUseError(Problem("ATLAS_DATABASE_URL", text))
    return Database(settings.database, settings.seal)
