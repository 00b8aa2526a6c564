"""What the import gate has found, in words: for page and command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.analysis.difference import Answer, Difference, Question, Step, StepKind, Tie
from atlas.analysis.intake import Intake
from atlas.analysis.values import Finding
from atlas.errors import Problem, Severity
from atlas.model.edits import Record
from atlas.model.programme import Label, Programme
from atlas.phrases import N_
from atlas.present.entries import EntryItem, entry_difference, entry_text
from atlas.present.wording import Words

_MOST_GIVEN = 60
"""Characters of a cell that are shown."""
_MOST_RANGES, _MOST_EXAMPLES = 6, 3
_DIFFERING = "[…]"
_MOST_OPEN = 5


def tally(intake: Intake, words: Words) -> str:
    """Return in one sentence what was found."""
    counts = {severity: len(intake.of(severity)) for severity in Severity}
    return words.say(
        "{rows} gelesen: {blockers}, {warnings}, {notes}.",
        rows=words.count(*phrases.N_ROWS, intake.row_count),
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


def group_titles(words: Words) -> dict[str, str]:
    """Return the headings of `FindingGroupRow`."""
    return finding_titles(words) | {"singly": words.say("Einzeln")}


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


def finding_rows(findings: Iterable[Finding], words: Words, programme: Programme) -> list[FindingRow]:
    """Return findings as rows, in the order given; our columns and stages as the reader's template calls them."""
    labels = _labels(programme)
    kinds = {
        Severity.BLOCKER: words.say("Fehler"),
        Severity.WARNING: words.say("Warnung"),
        Severity.NOTE: words.say("Hinweis"),
    }
    rows = []
    for each in findings:
        values = {
            name: value if name == "given" else _translated(value, labels, words) for name, value in each.values.items()
        }
        column = each.column
        if each.setting:
            column = f"{words.say(phrases.FOR_ALL_ROWS)}: {_translated(each.setting, labels, words)}"
        rows.append(
            FindingRow(
                severity=each.severity.value,
                kind=kinds[each.severity],
                line=each.line,
                column=column,
                given=each.given,
                given_short=each.given if len(each.given) <= _MOST_GIVEN else f"{each.given[:_MOST_GIVEN]} …",
                told=words.problem(Problem("", each.text, values)),
                suggestion=str(_translated(each.suggestion, labels, words)),
            )
        )
    return rows


def _labels(programme: Programme) -> dict[str, Label]:
    stages = [stage.label for each in programme.instruments for stage in each.stages]
    return {label.de: label for label in (*stages, *(each.label for each in programme.instruments), *HEADINGS.values())}


def _translated(value: str | float, labels: Mapping[str, Label], words: Words) -> str | float:
    """Return labels, one or several after another, in the reader's language; whatever else as it is."""
    parts = value.split(", ") if isinstance(value, str) else []
    return ", ".join(words.label(labels[each]) for each in parts) if parts and labels.keys() >= set(parts) else value


# ---- one line for a kind ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FindingGroup:
    """Findings that say the same of several rows or columns."""

    common: Finding
    """What they have in common; ``[…]`` where they differ."""
    members: tuple[Finding, ...]

    @property
    def lines(self) -> str:
        """Where they are: ``2–426, 430``; empty for the table as a whole."""
        return _ranges(sorted({each.line for each in self.members} - {0}))

    @property
    def problem(self) -> Problem:
        """Return it as a problem with its place."""
        problem = self.common.problem
        if len(self.members) == 1 or not self.lines:
            return problem
        place = problem.place.partition(", ")[2]
        count = f"{len(self.members)} Zeilen ({self.lines})"
        return replace(problem, place=f"{count}, {place}" if place else count)

    @property
    def suggestion(self) -> str:
        """Return what is suggested for all of them, empty if that differs."""
        return "" if self.common.suggestion == _DIFFERING else self.common.suggestion

    @property
    def is_alike(self) -> bool:
        """Whether what is said of all says what is said of each."""
        first = self.members[0]
        said = self.common.values, self.common.given, self.common.suggestion
        return said == (first.values, first.given, first.suggestion)

    @property
    def examples(self) -> tuple[Finding, ...]:
        """Return the first of them, if what is said of all does not say it."""
        return () if self.is_alike or not self.lines else self.members[:_MOST_EXAMPLES]


def grouped(findings: Iterable[Finding]) -> list[FindingGroup]:
    """Return findings by kind, what blocks first, then in the order given."""
    kinds: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        apart = (each.column,) if each.line else (each.suggestion, *each.values.items())
        kinds.setdefault((each.severity, each.text, each.setting, *apart), []).append(each)
    groups = [FindingGroup(_common(members), tuple(members)) for members in kinds.values()]
    order = list(Severity)
    return sorted(groups, key=lambda each: order.index(each.common.severity))


def _common(members: Sequence[Finding]) -> Finding:
    first = members[0]
    if len(members) == 1:
        return first
    values = {
        name: value if all(each.values.get(name) == value for each in members) else _DIFFERING
        for name, value in first.values.items()
    }
    columns = ", ".join(dict.fromkeys(each.column for each in members))
    given = list(dict.fromkeys(each.given for each in members if each.given))
    suggested = {each.suggestion for each in members}
    return replace(
        first,
        values=values,
        column=columns,
        given=", ".join(given[:_MOST_EXAMPLES]) + (" …" if len(given) > _MOST_EXAMPLES else ""),
        suggestion=first.suggestion if len(suggested) == 1 else _DIFFERING,
    )


def _ranges(numbers: Sequence[int]) -> str:
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    said = [str(first) if first == last else f"{first}–{last}" for first, last in found[:_MOST_RANGES]]
    return ", ".join(said) + (" …" if len(found) > _MOST_RANGES else "")


@dataclass(frozen=True, kw_only=True)
class FindingGroupRow(FindingRow):
    """One kind of finding as a row: what all have in common, ``count`` in words, and the ``members`` that are shown."""

    lines: str
    count: str
    members: Sequence[FindingRow]
    more: str
    is_open: bool


def group_rows(groups: Iterable[FindingGroup], words: Words, programme: Programme, most: int) -> list[FindingGroupRow]:
    """Return kinds of findings as rows, each with at most so many of its members."""
    rows = []
    for each in groups:
        (row,) = finding_rows([replace(each.common, suggestion=each.suggestion)], words, programme)
        count = len(each.members) if each.lines else 1
        left = count - most
        is_listed = count > 1 and not (each.is_alike and not each.lines.endswith("…"))
        rows.append(
            FindingGroupRow(
                **vars(row),
                lines=each.lines,
                count=words.count(*phrases.N_ROWS, count) if count > 1 else "",
                members=finding_rows(each.members[:most], words, programme) if is_listed else [],
                more=words.say(phrases.AND_MORE, n=words.number(left)) if left > 0 else "",
                is_open=each.common.severity is not Severity.NOTE and count <= _MOST_OPEN,
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
