"""What the import gate has found, in a sentence or two: for page and command line."""

from __future__ import annotations

from collections.abc import Mapping

from atlas.analysis.difference import Answer, Difference, Kind, Question, Tie
from atlas.analysis.intake import Intake
from atlas.errors import Problem, Severity
from atlas.model.edits import Record
from atlas.present.wording import Words


def tally(intake: Intake, words: Words) -> str:
    """Return in one sentence what was found."""
    counts = {severity: len(intake.of(severity)) for severity in Severity}
    return words.say(
        "{rows} gelesen: {blockers}, {warnings}, {notes}.",
        rows=words.count("{n} Zeile", "{n} Zeilen", intake.row_count),
        blockers=words.count("{n} Sperre", "{n} Sperren", counts[Severity.BLOCKER]),
        warnings=words.count("{n} Warnung", "{n} Warnungen", counts[Severity.WARNING]),
        notes=words.count("{n} Hinweis", "{n} Hinweise", counts[Severity.NOTE]),
    )


def difference_tally(difference: Difference, words: Words) -> str:
    """Return in a few sentences what would change."""
    counts = {str(kind): words.number(len(difference.of(kind))) for kind in Kind}
    told = [
        words.say(
            "{added} neu, {changed} geändert, {unchanged} unverändert, {missing} stehen nicht in der Datei.", **counts
        )
    ]
    if asked := len(difference.open_questions):
        told.append(
            words.count(
                "{n} der neuen ähnelt einem Eintrag des Bestands.",
                "{n} der neuen ähneln Einträgen des Bestands.",
                asked,
            )
        )
    if erasing := len(difference.erasing):
        told.append(
            words.count(
                "{n} Zeile würde Bekanntes leeren oder ersetzen; das bleibt stehen, wenn Sie es nicht eigens bestätigen.",
                "{n} Zeilen würden Bekanntes leeren oder ersetzen; das bleibt stehen, wenn Sie es nicht eigens bestätigen.",
                erasing,
            )
        )
    return " ".join(told)


def choice_label(answer: Answer | None, words: Words, near: Mapping[int, Record]) -> str:
    """Return what an answer to a question says; None is the one that holds unless another is given."""
    if answer is None:
        return words.say("neuer Eintrag")
    values = {"n": answer.entry, "about": _short(near[answer.entry], words)}
    if answer.tie is Tie.SAME:
        return words.say("derselbe Vorgang wie Eintrag {n} ({about})", **values)
    return words.say("weiterer Beleg für den Fall von Eintrag {n} ({about})", **values)


def question_text(question: Question, words: Words) -> str:
    """Return what is asked of a row."""
    numbers = [words.say("Eintrag {n}", n=number) for number in question.near]
    return words.say("Im Bestand steht Ähnliches: {entries}. Ist es derselbe Vorgang?", entries=words.listed(numbers))


def question_problem(question: Question, place: str, words: Words) -> Problem:
    """Return a question as a warning, where it can't be answered on the spot."""
    text = "{told} Ohne Antwort wird die Zeile ein neuer Eintrag."
    return Problem(place, text, {"told": question_text(question, words)}, Severity.WARNING)


def _short(record: Record, words: Words) -> str:
    """Return in a few words what tells an entry from one like it: date, partner, case."""
    when = words.since(record.date, record.date_means or "reached") if record.date else words.say("undatiert")
    joint = words.say("gemeinsam mit {name}", name=record.joint_with) if record.joint_with else ""
    return ", ".join(filter(None, (when, joint, record.case)))
