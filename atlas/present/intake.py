"""What the import gate has found, in a sentence or two: for page and command line."""

from __future__ import annotations

from atlas.analysis.difference import Difference, Kind
from atlas.analysis.intake import Intake
from atlas.errors import Severity
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
    """Return in one sentence what would change."""
    counts = {str(kind): words.number(len(difference.of(kind))) for kind in Kind}
    return words.say(
        "{added} neu, {changed} geändert, {unchanged} unverändert, {missing} stehen nicht in der Datei.", **counts
    )
