"""What the import gate has found, as HTML. Everything from the file is text, never markup."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from atlas.analysis.intake import Finding, Intake
from atlas.errors import Problem, Severity
from atlas.present.wording import Words

_EMPTY = Markup()
_MOST_GIVEN = 60
"""Characters of a cell that are shown."""


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


def severity_label(severity: Severity, words: Words) -> str:
    """Return what a severity is called."""
    text = {Severity.BLOCKER: "Sperre", Severity.WARNING: "Warnung", Severity.NOTE: "Hinweis"}
    return words.say(text[severity])


def told(finding: Finding, words: Words) -> str:
    """Return the sentence of a finding without its place."""
    return words.problem(Problem("", finding.text, dict(finding.values)))


def findings(shown: Sequence[Finding], words: Words) -> Markup:
    """Return findings as a table, in the order given."""
    titles = (
        words.say("Zeile"), words.say("Spalte"), words.say("steht da"), words.say("Befund"), words.say("Vorschlag"),
    )  # fmt: skip
    head = _EMPTY.join(
        Markup('<th scope="col"{}>{}</th>').format(_EMPTY if number else Markup(' class="number"'), title)
        for number, title in enumerate(titles)
    )
    body = _EMPTY.join(_finding(each, words) for each in shown)
    return Markup(
        '<div class="wide"><table class="list findings"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, body)


def _finding(finding: Finding, words: Words) -> Markup:
    given = finding.given if len(finding.given) <= _MOST_GIVEN else f"{finding.given[:_MOST_GIVEN]} …"
    return Markup(
        '<tr class="{}"><th scope="row" class="number">{}</th><td>{}</td><td class="written">{}</td>'
        '<td><b>{}</b> {}</td><td class="written">{}</td></tr>'
    ).format(
        finding.severity.value,
        finding.line or "–",
        finding.column,
        given,
        severity_label(finding.severity, words),
        told(finding, words),
        finding.suggestion,
    )
