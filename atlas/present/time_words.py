"""The words for time: what is said of a state, of what happened in a period, and why. The same in every output.

Only what has *begun* in a period is ever called new. See docs/time.md.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from atlas import phrases
from atlas.analysis.events import (
    BEGINNINGS,
    BEGUN,
    BOUNDARY,
    CHANGED,
    DORMANT,
    END_DOCUMENTED,
    ENDED,
    ENDINGS,
    FIRST_DOCUMENTED,
    PRESUMED_OVER,
    REVIVED,
)
from atlas.analysis.status import NO_DATA
from atlas.model.dates import PartialDate
from atlas.model.programme import Counts, ExitKind, Instrument, Label, Programme, Stage, StageKind
from atlas.model.states import State
from atlas.phrases import N_
from atlas.present.wording import Words

REACHED_ON = "reached"
"""``since_means`` of a date on which something began, not by which it was known."""

STATE_LABELS: Mapping[str, Label] = {
    State.IN_FORCE: Label(de="in Kraft", en="in force"),
    State.REACHED: Label(de="erreicht", en="reached"),
    State.DOCUMENTED_LATER: Label(
        de="erst später belegt, Beginn unbekannt", en="documented only later, beginning unknown"
    ),
    State.PERIOD_UNKNOWN: Label(de="Zeitraum unbekannt", en="period unknown"),
    State.PLANNED: Label(de="geplant", en="planned"),
    State.PRESUMED_OVER: Label(de="vermutlich beendet", en="presumed over"),
    State.DORMANT: Label(de="ruht", en="dormant"),
    State.ENDED: Label(de="beendet", en="ended"),
    State.PLAN_LAPSED: Label(de="Plan, nicht weiter belegt", en="plan, not documented further"),
    State.GIVEN_UP: Label(de="aufgegeben", en="given up"),
}
"""What is said of a state of a stage."""

FLOW_LABELS: Mapping[str, Label] = {
    BEGUN: Label(de="begonnen / erreicht", en="begun / reached"),
    FIRST_DOCUMENTED: Label(de="erstmals belegt", en="first documented"),
    REVIVED: Label(de="wiederbelebt", en="revived"),
    ENDED: Label(de="beendet", en="ended"),
    DORMANT: Label(de="ruht", en="gone dormant"),
    END_DOCUMENTED: Label(de="Ende belegt", en="end documented"),
    PRESUMED_OVER: Label(de="vermutlich beendet", en="presumed over"),
    CHANGED: Label(de="Stufe geändert", en="stage changed"),
}
"""Headings and words for what happened in a period."""


def _counted_states(instruments: Iterable[Instrument]) -> set[State]:
    """Return in which states what counts holds: states are in force, acts are reached."""
    stages = (stage for instrument in instruments for stage in instrument.stages if stage.is_counted)
    return {_holding(stage) for stage in stages}


def _holding(stage: Stage) -> State:
    return State.REACHED if stage.is_act else State.IN_FORCE


def stock_headings(instruments: Iterable[Instrument], words: Words) -> dict[str, str]:
    """Return the headings of what stands beside the flows, by column; ``in_force`` is said of these instruments."""
    return {
        "boundary_in": words.say(phrases.BOUNDARY_CHANGE_MORE),
        "boundary_out": words.say(phrases.BOUNDARY_CHANGE_FEWER),
        "in_force": words.say(phrases.OF_WHICH_HOLDING, holding=holding_said(instruments, words)),
        "documented_later": words.say(phrases.DOCUMENTED_ONLY_LATER),
        "period_unknown": words.say(phrases.PERIOD_UNKNOWN),
    }


def holding_said(instruments: Iterable[Instrument], words: Words) -> str:
    """Return what is said of what holds on a day."""
    states = _counted_states(instruments)
    if len(states) > 1:
        return words.say("in Kraft oder erreicht")
    return words.label(STATE_LABELS[next(iter(states), State.IN_FORCE)])


def flow_label(what: str, instrument: Instrument, stage: str = "") -> Label:
    """Return the word for what happened in an instrument, or in one of its stages: acts are not begun but reached."""
    states = {_holding(instrument.stage(stage))} if stage else _counted_states([instrument])
    if what != BEGUN or len(states) > 1:
        return FLOW_LABELS[what]
    return STATE_LABELS[State.REACHED] if states == {State.REACHED} else Label(de="begonnen", en="begun")


def is_dated_after(row: Mapping[Hashable, Any], start: date) -> bool:
    """Whether what a row says was reached after a day for certain; ``since`` and ``since_means`` say when."""
    return row["since_means"] == REACHED_ON and PartialDate.parse(str(row["since"])).first_day() > start


def since_said(row: Mapping[Hashable, Any], words: Words) -> str:
    """Return since when something holds, as the columns ``since``, ``since_means`` and ``read_on`` of its row say."""
    return words.since(str(row["since"]), str(row["since_means"]), str(row["read_on"]))


def beside_said(row: Mapping[Hashable, Any], instrument: Instrument, words: Words) -> list[str]:
    """Return what stands beside a number: ``row`` is of `progress`, what holds is told where the number counts all so far."""
    documented_later, period_unknown = int(row["documented_later"]), int(row["period_unknown"])
    parts = []
    if instrument.counts is Counts.SO_FAR:
        holding = holding_said([instrument], words)
        parts.append(words.say("davon {holding}: {n}", holding=holding, n=words.number(int(row["in_force"]))))
    if documented_later:
        parts.append(words.say(phrases.N_MORE_DOCUMENTED_LATER, n=words.number(documented_later)))
    if period_unknown:
        parts.append(words.say(phrases.N_MORE_PERIOD_UNKNOWN, n=words.number(period_unknown)))
    return parts


def periods_sentence(words: Words) -> str:
    """Return why the flows of two periods may not be those of both together."""
    return words.say("Zeiträume lassen sich nicht zusammenzählen, wo ein Beginn nur auf das Jahr bekannt ist.")


def reason(row: Mapping[Hashable, Any], programme: Programme, words: Words) -> str:
    """Return why something is said to have happened in a period, in words.

    ``row`` has the columns of `changes_between`, or of `in_period` with ``stage_was``.
    """
    what = row["what"]
    if row["because"] == BOUNDARY:
        return words.say("Gebietsänderung am {day}", day=words.day(row["day"].date()))
    if what in BEGINNINGS:
        return _why_begun(row, programme.instrument(row["instrument"]).stage(row["stage_was"]), words)
    if what in ENDINGS:
        return _why_ended(row, programme, words)
    return since_said(row, words)


def _why_begun(row: Mapping[Hashable, Any], stage: Stage, words: Words) -> str:
    if row["since_means"] == "undated":
        return since_said(row, words)
    date_text = words.partial(row["since"])
    dated = PartialDate.parse(row["since"])
    if row["what"] == REVIVED:
        sentence = words.say("wieder ab {date}", date=date_text)
        return (
            sentence
            if row["since_means"] == REACHED_ON
            else words.say("spätestens {date} wieder belegt", date=date_text)
        )
    is_its_own = not pd.isna(row["earliest"]) and row["earliest"].date() == dated.first_day()
    if row["since_means"] != REACHED_ON or not is_its_own:
        sentence = words.say("spätestens {date} belegt, Beginn unbekannt", date=date_text)
        if pd.isna(row["earliest"]) or row["what"] != BEGUN:
            return sentence
        days = {"first": words.day(row["earliest"].date()), "last": words.day(row["day"].date())}
        text = N_("erreicht zwischen {first} und {last}") if stage.is_act else N_("Beginn zwischen {first} und {last}")
        return words.say(text, **days)
    sentence = words.say(N_("erreicht {date}") if stage.is_act else N_("Beginn {date}"), date=date_text)
    return sentence if dated.day else words.say("{said}, Tag nicht bekannt", said=sentence)


def _why_ended(row: Mapping[Hashable, Any], programme: Programme, words: Words) -> str:
    stage = programme.rung(f"{row['instrument']}:{row['stage_was']}").stage
    if row["what"] == PRESUMED_OVER:
        return presumed_said(row["last_proof"], str(row["since"]), stage, words)
    day = row["day"].date()
    before = day - timedelta(days=1)
    if row["stage"] not in {row["stage_was"], NO_DATA}:
        return _why_left(row, programme, words)
    if row["until"]:
        return until_said(str(row["until"]), words)
    if programme.ended == before:
        return words.say("Ende des Programms am {day}", day=words.day(before))
    return words.say("Ende am {day}", day=words.day(before))


def _why_left(row: Mapping[Hashable, Any], programme: Programme, words: Words) -> str:
    """Return what an exit says."""
    left = programme.rung(f"{row['instrument']}:{row['stage']}").stage
    is_asleep = left.kind is StageKind.EXIT and left.exit is ExitKind.DORMANT
    date_ = words.partial(str(row["since"]))
    if row["since_means"] == REACHED_ON:
        return words.say("ruht seit {date}", date=date_) if is_asleep else words.say("beendet {date}", date=date_)
    if row["since_means"] == "undated":
        read = since_said(row, words)
        text = (
            N_("als ruhend belegt, Tag unbekannt ({read})")
            if is_asleep
            else N_("als beendet belegt, Tag unbekannt ({read})")
        )
        return words.say(text, read=read)
    if is_asleep:
        return words.say("spätestens {date} als ruhend belegt, Tag unbekannt", date=date_)
    return words.say("spätestens {date} als beendet belegt, Tag unbekannt", date=date_)


def until_said(until: str, words: Words) -> str:
    """Return until when something was limited: a year or month is meant to its end."""
    known = PartialDate.parse(until)
    if known.day:
        return words.say("bis {date} befristet", date=words.partial(until))
    return words.say("bis Ende {date} befristet", date=words.partial(until))


def presumed_said(last_proof: date | str | None, since: str, stage: Stage, words: Words) -> str:
    """Return why something is presumed over: when it was last documented, and by whose rule."""
    proof = pd.to_datetime(last_proof) if last_proof else pd.NaT
    if isinstance(proof, pd.Timestamp):
        is_meant = since and PartialDate.parse(since).last_day() == proof.date()
        day = words.partial(since) if is_meant else words.day(proof.date())
        text = words.say("vermutlich beendet, zuletzt belegt {date}", date=day)
    else:
        text = words.say("vermutlich beendet, zuletzt belegt: Tag unbekannt")
    if not stage.is_house_rule:
        return text
    return f"{text} ({house_said(stage.months or 0, words)})"


def house_said(months: int, words: Words) -> str:
    """Return after how long a stage is over by the atlas's own rule: in years where these are whole."""
    if months % 12:
        return words.count("nach {n} Monat, eigene Regel des Atlas", "nach {n} Monaten, eigene Regel des Atlas", months)
    return words.count("nach {n} Jahr, eigene Regel des Atlas", "nach {n} Jahren, eigene Regel des Atlas", months // 12)
