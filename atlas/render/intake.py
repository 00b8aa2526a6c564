"""What the import gate has found, as HTML. Everything from the file is text, never markup."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from atlas.analysis.columns import HEADINGS
from atlas.analysis.difference import Question, Step
from atlas.analysis.intake import Finding
from atlas.errors import Problem, Severity
from atlas.model.programme import Programme
from atlas.present.entries import EntryItem, entry_difference, entry_text
from atlas.present.wording import Words
from atlas.render import entries

_EMPTY = Markup()
_FIELDS = {label.de: label for label in HEADINGS.values()}
_MOST_GIVEN = 60
"""Characters of a cell that are shown."""


def severity_label(severity: Severity, words: Words) -> str:
    """Return what a severity is called."""
    text = {Severity.BLOCKER: "Sperre", Severity.WARNING: "Warnung", Severity.NOTE: "Hinweis"}
    return words.say(text[severity])


def told(finding: Finding, words: Words) -> str:
    """Return the sentence of a finding without its place; our own columns as the reader's template calls them."""
    values = dict(finding.values)
    if (label := _FIELDS.get(str(values.get("field")))) is not None:
        values["field"] = words.label(label)
    return words.problem(Problem("", finding.text, values))


def findings(shown: Sequence[Finding], words: Words) -> Markup:
    """Return findings as a table, in the order given. A phone stacks its cells: the roles keep it a table for all that."""
    titles = [
        words.say("Zeile"), words.say("Spalte"), words.say("steht da"), words.say("Befund"), words.say("Vorschlag"),
    ]  # fmt: skip
    head = _EMPTY.join(
        Markup('<th scope="col" role="columnheader"{}>{}</th>').format(
            _EMPTY if number else Markup(' class="number"'), title
        )
        for number, title in enumerate(titles)
    )
    body = _EMPTY.join(_finding(each, titles, words) for each in shown)
    return Markup(
        '<div class="wide"><table class="list findings" role="table"><thead role="rowgroup"><tr role="row">{}</tr></thead>'
        '<tbody role="rowgroup">{}</tbody></table></div>'
    ).format(head, body)


def question(asked: Question, programme: Programme, words: Words) -> Markup:
    """Return a row of the table and the entries it resembles, side by side; a phone puts them below each other."""
    told = [(words.say("Zeile {n}", n=asked.line), asked.record)]
    told += [(words.say("Eintrag {n}", n=number), record) for number, record in asked.near.items()]
    return Markup('<div class="beside">{}</div>').format(
        _EMPTY.join(
            Markup('<div><p><span class="kind">{}</span> {}</p>{}</div>').format(
                name, record.municipality, entries.entry(entry_text(record, programme, words))
            )
            for name, record in told
        )
    )


def erasing(steps: Sequence[Step], programme: Programme, words: Words) -> Markup:
    """Return what would be taken away, entry by entry: only that, not what else would change."""
    return entries.items(
        [
            EntryItem(
                words.say("Zeile {n}", n=step.line),
                words.say("Eintrag {n}", n=step.entry),
                difference=entry_difference(step.safe, step.new, programme, words),
            )
            for step in steps
            if step.safe and step.new
        ]
    )


def _finding(finding: Finding, titles: Sequence[str], words: Words) -> Markup:
    given = finding.given if len(finding.given) <= _MOST_GIVEN else f"{finding.given[:_MOST_GIVEN]} …"
    cells = (
        Markup('<b class="severity">{}</b> {}').format(severity_label(finding.severity, words), told(finding, words)),
        finding.suggestion,
    )
    rest = _EMPTY.join(
        Markup('<td role="cell" class="{}" data-title="{}">{}</td>').format(name, title, cell)
        for name, title, cell in zip(
            ("column", "written given", "told", "written suggestion"),
            titles[1:],
            (finding.column, given, *cells),
            strict=True,
        )
    )
    line = Markup('<th scope="row" role="rowheader" class="number" data-title="{}">{}</th>').format(
        titles[0], finding.line or "–"
    )
    return Markup('<tr class="{}" role="row">{}{}</tr>').format(finding.severity.value, line, rest)
