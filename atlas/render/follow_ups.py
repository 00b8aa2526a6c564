"""Follow-ups and reports as HTML. What people wrote is hostile until proven otherwise: escaped, never markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from markupsafe import Markup

from atlas.present.follow_ups import DueRow, FollowUpText, OutcomeText, ReportText
from atlas.render.templates import drawn_part

_drawn = partial(drawn_part, "follow_ups.html")


def due_list(rows: Iterable[DueRow], titles: Iterable[str], address: Callable[[str], str]) -> Markup:
    """Return next steps as a table; each municipality leads to ``address`` of its key."""
    return _drawn("due_list", rows=rows, titles=titles, address=address)


def written(shown: FollowUpText) -> Markup:
    """Return what a follow-up says: next step with its date, and the note."""
    return _drawn("written", shown=shown)


def versions(shown: Iterable[FollowUpText]) -> Markup:
    """Return the versions of a follow-up as a list: when, by whom, what."""
    return _drawn("versions", shown=shown)


def report(shown: ReportText) -> Markup:
    """Return a report for those who answer it, with its answer if it has one."""
    return _drawn("report", shown=shown)


def outcome(shown: OutcomeText) -> Markup:
    """Return what became of a report for who has its receipt."""
    return _drawn("outcome", shown=shown)


def correction_asked(badge: str, text: str) -> Markup:
    """Return the badge of a municipality somebody has reported an error of, and what it means."""
    return _drawn("correction_asked", badge=badge, text=text)
