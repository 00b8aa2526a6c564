"""Next steps and reports from outside, as they are shown: the list for Monday morning, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from atlas import phrases
from atlas.model.cases import FollowUp, Report
from atlas.model.place_names import in_german_order
from atlas.present.context import ViewContext
from atlas.present.detail import position_or_successor, unique_names
from atlas.present.steering import districts_of
from atlas.present.wording import Words


@dataclass(frozen=True, kw_only=True)
class DueRow:
    """One municipality with a next step. Internal."""

    ags: str
    """Of the municipality as it is today, where its page is; ``written`` has the key it was written for."""
    name: str
    district: str
    late: int | None
    """Days since the due date; negative before it, None without one."""
    due: str
    lateness: str
    """How it lies to today: ``seit 12 Tagen überfällig``; empty without one."""
    written: FollowUp

    @property
    def is_late(self) -> bool:
        """Return whether the due date is past."""
        return self.late is not None and self.late > 0


def due_rows(context: ViewContext, current: Mapping[str, FollowUp], today: date, words: Words) -> list[DueRow]:
    """Return the next steps of the view's area, district or the whole state, of what `FollowUps.current` returned.

    The longest overdue first, then the coming ones by date, then those without one. ``context`` is that of today: a
    follow-up is about now, whatever day the map shows.
    """
    inside = districts_of(context)
    rows = []
    for ags, written in current.items():
        position = position_or_successor(context, ags)
        if not written.step or position is None:
            continue
        line = context.day.lines[position][0]
        if line.district in inside:
            late = (today - written.due).days if written.due else None
            (name,) = unique_names(context, [position])
            rows.append(
                DueRow(
                    ags=line.ags,
                    name=name,
                    district=context.edition.district_name(line.district),
                    late=late,
                    due=words.day(written.due) if written.due else words.say(phrases.WITHOUT_DEADLINE),
                    lateness=_lateness(late, words),
                    written=written,
                )
            )
    return sorted(
        rows, key=lambda row: (row.late is None, -(row.late or 0), in_german_order(row.name), row.written.ags)
    )


def _lateness(late: int | None, words: Words) -> str:
    if late is None:
        return ""
    if late == 0:
        return words.say("heute fällig")
    if late > 0:
        return words.count("seit {n} Tag überfällig", "seit {n} Tagen überfällig", late)
    return words.count("in {n} Tag", "in {n} Tagen", -late)


def due_titles(words: Words) -> tuple[str, str, str]:
    """Return the headings of the list: municipality, next step, due date."""
    return words.say(phrases.MUNICIPALITY), words.say(phrases.NEXT_STEP), words.say("fällig")


@dataclass(frozen=True)
class FollowUpText:
    """A follow-up in words: the step and by when, and when and by whom it was written. Internal."""

    step: str
    due: str
    note: str
    when: str
    actor: str


def follow_up_text(shown: FollowUp, words: Words) -> FollowUpText:
    """Return a follow-up in words."""
    due = words.say("fällig am {day}", day=words.day(shown.due)) if shown.due else words.say(phrases.WITHOUT_DEADLINE)
    if not shown.step:
        due = words.say("Kein nächster Schritt.")
    when = words.moment(shown.recorded_at) if shown.recorded_at else ""
    return FollowUpText(shown.step, due, shown.note, when, shown.actor)


@dataclass(frozen=True, kw_only=True)
class ReportText:
    """A report for those who answer it.

    ``received`` is when, with its receipt, ``deleted`` what is said where there is no text any more, ``answered`` when
    and by whom.
    """

    name: str
    address: str
    received: str
    text: str
    deleted: str
    verdict: str
    answered: str
    answer: str


def report_text(shown: Report, name: str, address: str, words: Words) -> ReportText:
    """Return a report in words; ``address`` is the page of the municipality called ``name``."""
    received = words.say("eingegangen am {moment}", moment=words.moment(shown.received_at))
    answered = (words.moment(shown.answered_at), shown.actor) if shown.answered_at and shown.answer is not None else ()
    return ReportText(
        name=name,
        address=address,
        received=" · ".join([received, shown.receipt, *([words.say(phrases.LOOKED_AT)] if shown.looked_at else [])]),
        text=shown.text,
        deleted=words.say("Der Text der Meldung ist nach Ablauf der Frist gelöscht."),
        verdict=verdict(shown, words),
        answered=" · ".join(filter(None, answered)),
        answer=shown.answer or "",
    )


@dataclass(frozen=True)
class OutcomeText:
    """What became of a report, for who has its receipt: no text of the report, nobody's name."""

    verdict: str
    received: str
    told: str
    answer: str
    is_answered: bool


def outcome_text(shown: Report, name: str, words: Words) -> OutcomeText:
    """Return what became of a report about the municipality called ``name``."""
    received = words.say(
        "Meldung zu {name}, eingegangen am {moment}", name=name, moment=words.moment(shown.received_at)
    )
    if shown.answer is None or shown.answered_at is None:
        state = words.say("Die Meldung ist eingegangen und noch nicht beantwortet.")
        return OutcomeText(verdict(shown, words), received, state, "", is_answered=False)
    state = words.say("beantwortet am {moment}", moment=words.moment(shown.answered_at))
    return OutcomeText(verdict(shown, words), received, state, shown.answer, is_answered=True)


def verdict(shown: Report, words: Words) -> str:
    """Return what became of a report in a word or two."""
    if shown.answer is None:
        return words.say("Wird geprüft")
    return words.say(phrases.CORRECTED) if shown.is_accepted else words.say(phrases.NOT_TAKEN_OVER)
