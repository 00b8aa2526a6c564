"""What the import gate has found, in words: for page and command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.analysis.difference import Answer, Difference, Question, Step, StepKind, Tie
from atlas.analysis.intake import Finding, Intake
from atlas.errors import Problem, Severity
from atlas.model.edits import Record
from atlas.model.programme import Programme
from atlas.phrases import N_
from atlas.present.entries import EntryItem, entry_difference, entry_text
from atlas.present.wording import Words

_FIELDS = {label.de: label for label in HEADINGS.values()}
_MOST_GIVEN = 60
"""Characters of a cell that are shown."""


def tally(intake: Intake, words: Words) -> str:
    """Return in one sentence what was found."""
    counts = {severity: len(intake.of(severity)) for severity in Severity}
    return words.say(
        "{rows} gelesen: {blockers}, {warnings}, {notes}.",
        rows=words.count("{n} Zeile", "{n} Zeilen", intake.row_count),
        blockers=words.count(*phrases.N_ERRORS, counts[Severity.BLOCKER]),
        warnings=words.count(*phrases.N_WARNINGS, counts[Severity.WARNING]),
        notes=words.count(*phrases.N_NOTES, counts[Severity.NOTE]),
    )


def difference_tally(difference: Difference, words: Words) -> str:
    """Return in a few sentences what would change."""
    counts = {str(kind): words.number(len(difference.of(kind))) for kind in StepKind}
    sentences = [
        words.say(
            "{added} neu, {changed} geändert, {unchanged} unverändert, {missing} stehen nicht in der Datei.", **counts
        )
    ]
    if asked := len(difference.open_questions):
        sentences.append(
            words.count(
                "{n} der neuen ähnelt einem Eintrag des Bestands.",
                "{n} der neuen ähneln Einträgen des Bestands.",
                asked,
            )
        )
    if erasing := len(difference.erasing):
        sentences.append(
            words.count(
                "{n} Zeile würde Bekanntes leeren oder ersetzen; das bleibt stehen, wenn Sie es nicht eigens bestätigen.",
                "{n} Zeilen würden Bekanntes leeren oder ersetzen; das bleibt stehen, wenn Sie es nicht eigens bestätigen.",
                erasing,
            )
        )
    return " ".join(sentences)


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
    numbers = [words.say(phrases.ENTRY_N, n=number) for number in question.near]
    return words.say("Im Bestand steht Ähnliches: {entries}. Ist es derselbe Vorgang?", entries=words.listed(numbers))


def question_problem(question: Question, place: str, words: Words) -> Problem:
    """Return a question as a warning, where it can't be answered on the spot."""
    text = N_("{told} Ohne Antwort wird die Zeile ein neuer Eintrag.")
    return Problem(place, text, {"told": question_text(question, words)}, Severity.WARNING)


def _short(record: Record, words: Words) -> str:
    """Return in a few words what tells an entry from one like it: date, partner, case."""
    when = words.since(record.date, record.date_means or "reached") if record.date else words.say(phrases.UNDATED)
    joint = words.say(phrases.JOINT_WITH, name=record.joint_with) if record.joint_with else ""
    return ", ".join(filter(None, (when, joint, record.case)))


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """One finding as a row of a table; ``line`` is 0 for the table as a whole.

    ``kind`` says ``severity``, ``given`` is what the cell says, ``told`` the sentence, without its place.
    """

    severity: str
    kind: str
    line: int
    column: str
    given: str
    given_short: str
    told: str
    suggestion: str


def finding_titles(words: Words) -> dict[str, str]:
    """Return the headings of `FindingRow`, in the order of a file."""
    return {
        "line": words.say(phrases.LINE),
        "column": words.say(phrases.COLUMN),
        "given": words.say("eingetragen"),
        "kind": words.say(phrases.KIND),
        "told": words.say("Befund"),
        "suggestion": words.say("Vorschlag"),
    }


def finding_rows(findings: Iterable[Finding], words: Words) -> list[FindingRow]:
    """Return findings as rows, in the order given; our own columns as the reader's template calls them."""
    kinds = {
        Severity.BLOCKER: words.say("Fehler"),
        Severity.WARNING: words.say("Warnung"),
        Severity.NOTE: words.say("Hinweis"),
    }
    rows = []
    for each in findings:
        values = dict(each.values)
        if (label := _FIELDS.get(str(values.get("field")))) is not None:
            values["field"] = words.label(label)
        rows.append(
            FindingRow(
                severity=each.severity.value,
                kind=kinds[each.severity],
                line=each.line,
                column=each.column,
                given=each.given,
                given_short=each.given if len(each.given) <= _MOST_GIVEN else f"{each.given[:_MOST_GIVEN]} …",
                told=words.problem(Problem("", each.text, values)),
                suggestion=each.suggestion,
            )
        )
    return rows


def question_items(asked: Question, programme: Programme, words: Words) -> list[EntryItem]:
    """Return a row of the table and the entries it resembles."""
    named = [(words.say(phrases.LINE_N, n=asked.line), asked.record)]
    named += [(words.say(phrases.ENTRY_N, n=number), record) for number, record in asked.near.items()]
    return [EntryItem(name, record.municipality, entry_text(record, programme, words)) for name, record in named]


def erasing_items(steps: Iterable[Step], programme: Programme, words: Words) -> list[EntryItem]:
    """Return what would be taken away, entry by entry: only that, not what else would change."""
    return [
        EntryItem(
            words.say(phrases.LINE_N, n=step.line),
            words.say(phrases.ENTRY_N, n=step.entry),
            difference=entry_difference(step.safe, step.new, programme, words),
        )
        for step in steps
        if step.safe and step.new
    ]
