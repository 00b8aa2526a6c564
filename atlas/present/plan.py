"""Plan and actual: each target of an instrument beside what is documented on its day. No forecast."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.analysis.progress import Course, progress
from atlas.model.programme import Instrument
from atlas.model.records import Target
from atlas.model.targets import TargetList
from atlas.present.context import ViewContext
from atlas.present.wording import Words


@dataclass(frozen=True)
class PlanLine:
    """A target beside what is documented on its day, or, of a day ahead, on the view's; None before anything is counted."""

    target: Target
    actual: int | None
    is_ahead: bool


def targets_of(context: ViewContext, keys: Collection[str]) -> list[Target]:
    """Return the targets of some instruments in order of date; none for a district, whose they are not."""
    return [each for each in context.records.targets if each.instrument in keys and context.district is None]


def plan_lines(context: ViewContext, course: Course, instruments: Iterable[Instrument]) -> list[PlanLine]:
    """Return the targets of some instruments in order of date; none for a district, whose they are not."""
    keys = [each.key for each in instruments]
    targets = targets_of(context, keys)
    days = sorted({min(each.day, context.as_of) for each in targets if each.day >= context.course_begins})
    numbers = {}
    if days:
        table = progress(course, keys, days, since=days[0] - timedelta(days=1))
        numbers = {(row["instrument"], row["date"].date()): row for row in table.to_dict("records")}
    lines = []
    for each in targets:
        row = numbers.get((each.instrument, min(each.day, context.as_of)))
        lines.append(PlanLine(each, int(row[each.unit]) if row else None, each.day > context.as_of))
    return lines


def plan_rows(context: ViewContext, lines: Iterable[PlanLine], words: Words) -> pd.DataFrame:
    """Return plan and actual for readers.

    Columns ``instrument``, ``day``, ``plan``, ``actual``, ``told`` (the difference in a sentence), ``source``, all said.
    """
    rows = []
    for line in lines:
        target = line.target
        instrument = context.programme.instrument(target.instrument)
        plan, actual = (_amount(instrument, target, number, words) for number in (target.value, line.actual))
        rows.append(
            {
                "instrument": words.label(instrument.label),
                "day": words.day(target.day),
                "plan": plan,
                "actual": actual if line.actual is not None and not line.is_ahead else "",
                "told": _told(context, line, plan, actual, words),
                "source": target.source,
            }
        )
    return pd.DataFrame(rows, columns=["instrument", "day", "plan", "actual", "told", "source"])


def plan_titles(words: Words) -> dict[str, str]:
    """Return the headings of `plan_rows`."""
    return {
        "instrument": words.say(phrases.INSTRUMENT),
        "day": words.say(phrases.AS_OF_DATE),
        "plan": words.say(phrases.PLAN),
        "actual": words.say("Ist"),
        "told": words.say("Unterschied"),
        "source": words.say(phrases.SOURCE),
    }


def _amount(instrument: Instrument, target: Target, number: int | None, words: Words) -> str:
    if number is None:
        return ""
    if target.unit == "arrangements":
        return words.arrangements(instrument, number)
    return words.count(*phrases.N_MUNICIPALITIES, number)


def _told(context: ViewContext, line: PlanLine, plan: str, actual: str, words: Words) -> str:
    """Return the difference in a sentence; of a day ahead what is documented so far."""
    values = {"day": words.day(line.target.day), "plan": plan, "actual": actual}
    if line.actual is None:
        return words.say("Am {day}: geplant {plan}; so weit zurück wird nicht gezählt.", **values)
    missing = line.target.value - line.actual
    if line.is_ahead:
        today = words.day(context.as_of)
        return words.say("Am {day}: geplant {plan}. Am {today} dokumentiert: {actual}.", **values, today=today)
    if not missing:
        return words.say("Am {day}: geplant {plan}, dokumentiert genauso viele.", **values)
    text = phrases.PLANNED_AND_FEWER if missing > 0 else phrases.PLANNED_AND_MORE
    return words.say(text, **values, n=words.number(abs(missing)))


def target_rows(context: ViewContext, targets: Iterable[Target], words: Words) -> pd.DataFrame:
    """Return targets for those who enter them: columns ``name`` (of the instrument), ``day``, ``plan``, ``date``, ``read``, ``source``, and ``label``."""
    rows = []
    for each in targets:
        instrument = context.programme.instrument(each.instrument)
        name, day = words.label(instrument.label), words.day(each.day)
        plan = _amount(instrument, each, each.value, words)
        read, dated = words.partial(each.retrieved), words.partial(each.source_date)
        rows.append((name, day, plan, dated, read, each.source, f"{name}, {day}: {plan}"))
    return pd.DataFrame(rows, columns=["name", "day", "plan", "date", "read", "source", "label"])


def target_titles(words: Words) -> dict[str, str]:
    """Return the headings of `target_rows`."""
    known = plan_titles(words)
    return {
        "name": known["instrument"],
        "day": known["day"],
        "plan": known["plan"],
        "source": known["source"],
        "date": words.label(HEADINGS["source_date"]),
        "read": words.label(HEADINGS["retrieved"]),
    }


def version_rows(versions: Iterable[TargetList], words: Words) -> pd.DataFrame:
    """Return the versions of a list of targets, said: columns ``name`` (its number), ``when``, ``who``, ``why``, ``targets`` (how many)."""
    rows = [
        (
            words.number(each.version),
            words.moment(each.recorded_at) if each.recorded_at else "",
            each.actor,
            each.reason or words.say(phrases.MADE_FROM_FILE),
            words.number(max(0, each.body.count("\n") - 1)),
        )
        for each in versions
    ]
    return pd.DataFrame(rows, columns=["name", "when", "who", "why", "targets"])


def version_titles(words: Words) -> dict[str, str]:
    """Return the headings of `version_rows`."""
    return {
        "name": words.say(phrases.NUMBER),
        "when": words.say(phrases.WHEN),
        "who": words.say(phrases.WHO),
        "why": words.say(phrases.WHY),
        "targets": words.say(phrases.TARGETS),
    }
