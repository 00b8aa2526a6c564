"""Is the data fit to publish? Verdict, rules and findings in words: by programme, without names of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.analysis.quality import check_programme
from atlas.errors import Problem, Severity
from atlas.model.programme import Programme
from atlas.model.records import Records
from atlas.model.rules import RULES
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.steering import without_news
from atlas.present.wording import Words

_FILES = (
    (r"data/participation/(\w+)\.csv", N_("Einträge von {key}")),
    (r"data/totals/(\w+)\.csv", N_("Veröffentlichte Zahlen von {key}")),
    (r"data/targets/(\w+)\.csv", N_("Ziele von {key}")),
    (r"data/programmes/(\w+)\.toml", N_("Programm {key}")),
    (r"geodata/(\w+(?:/[\w-]+)?)(?:/\S+)?", N_("Gemeindegrenzen {key}")),
)
"""What a file is called on the screen."""
_checks: SingleFlightCache[dict[str, list[Problem]]] = SingleFlightCache(16)


@dataclass(frozen=True)
class Rule:
    """A rule; ``result`` says how many findings there are, or that it holds."""

    text: str
    result: str
    findings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Fitness:
    """Whether the programme's data may be published, all said."""

    heading: str
    verdict: str
    tally: str
    others: tuple[tuple[str, str], ...]
    """Name and verdict of the other programmes."""
    summary: str
    strict: tuple[str, tuple[str, ...]]
    """Heading, and the rules without which nothing is shown."""
    looked_at: str
    rules: tuple[Rule, ...]


def verdict(problems: Iterable[Problem]) -> str:
    """Return the verdict on some findings, in German."""
    severities = {problem.severity for problem in problems}
    if Severity.BLOCKER in severities:
        return N_("nicht frei zur Veröffentlichung")
    if Severity.WARNING in severities:
        return N_("keine Fehler; vor der Veröffentlichung bitte die Warnungen ansehen")
    return N_("frei zur Veröffentlichung")


def build_fitness(context: ViewContext, words: Words) -> Fitness:
    """Return what the check of the view's programme found."""
    snapshot, programme = context.snapshot, context.programme
    broken = _checked(snapshot, programme)
    found = [problem for problems in broken.values() for problem in problems]
    tally = {severity: sum(each.severity is severity for each in found) for severity in Severity}
    news = without_news(context, words)
    names = [f"{name}, {newest}" for name, newest in zip(news["name"], news["newest"], strict=True)]
    return Fitness(
        heading=words.say(phrases.FIT_TO_PUBLISH),
        verdict=f"{programme.short}: {words.say(verdict(found))}.",
        tally=words.say(
            "{errors}, {warnings}, {notes}. Die Prüfung läuft bei jeder Änderung der Daten.",
            errors=words.count(*phrases.N_ERRORS, tally[Severity.BLOCKER]),
            warnings=words.count(*phrases.N_WARNINGS, tally[Severity.WARNING]),
            notes=words.count(*phrases.N_NOTES, tally[Severity.NOTE]),
        ),
        others=_others(snapshot, programme, words),
        summary=words.say("Regeln und Befunde"),
        strict=(
            words.say("Was jeder Eintrag erfüllt; sonst wird nichts gezeigt"),
            tuple(map(words.say, RULES)),
        ),
        looked_at=words.say("Was außerdem geprüft wird"),
        rules=(
            *(_rule(rule, problems, snapshot.records[programme.key], words) for rule, problems in broken.items()),
            Rule(
                words.say("Jede Gemeinde hat eine datierte Angabe aus den letzten zwölf Monaten."),
                words.count("{n} Gemeinde oder Kreis ohne", "{n} Gemeinden und Kreise ohne", len(news))
                if names
                else words.say(phrases.RULE_HOLDS),
                tuple(names),
            ),
        ),
    )


def _checked(snapshot: Snapshot, programme: Programme) -> dict[str, list[Problem]]:
    """Return what `check_programme` finds, looked for once in each state of the data."""
    return _checks.get((snapshot.fingerprint, programme.key), lambda: check_programme(snapshot, programme))


def _others(snapshot: Snapshot, programme: Programme, words: Words) -> tuple[tuple[str, str], ...]:
    others = [each for each in snapshot.programmes.values() if each.key != programme.key]
    found = ((each.short, chain(*_checked(snapshot, each).values())) for each in others)
    return tuple((name, words.say(verdict(problems))) for name, problems in found)


def _rule(rule: str, problems: Sequence[Problem], records: Records, words: Words) -> Rule:
    worst = phrases.N_WARNINGS if any(each.severity is Severity.WARNING for each in problems) else phrases.N_NOTES
    return Rule(
        words.say(rule),
        words.count(*worst, len(problems)) if problems else words.say(phrases.RULE_HOLDS),
        tuple(words.problem(replace(each, place=_place(each.place, records, words))) for each in problems),
    )


def _place(place: str, records: Records, words: Words) -> str:
    """Return where a finding is: ``Görlitz, Zeile 17, Datum``; nothing where it is about all entries."""
    number, _, column = place.removeprefix(f"{records.places} ").partition(", ")
    rows = records.table[records.table["line"].astype(str) == number]
    if not place.startswith(f"{records.places} ") or rows.empty:
        return ""
    known = words.label(HEADINGS[column]) if column in HEADINGS else ""
    kind = records.places.rpartition(" ")[2]
    return ", ".join(filter(None, (str(rows["municipality"].iloc[0]), f"{kind} {number}", known)))


def on_screen(problem: Problem, words: Words) -> str:
    """Return a problem of the data as one sentence that names no file, but what it holds."""
    place = problem.place
    for pattern, name in _FILES:
        place = re.sub(pattern, words.say(name, key=r"\1"), place)
    return words.problem(replace(problem, place=place))
