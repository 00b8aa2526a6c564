"""The choice of a day: what is offered, what is typed, and what there is to say of a day before the record or ahead."""

from __future__ import annotations

from datetime import date, timedelta

from atlas.errors import AtlasError, Problem, Severity
from atlas.model.boundaries import BoundaryVersion
from atlas.model.dates import year_before
from atlas.model.parameters import DAY
from atlas.model.typed_dates import means_today, read_day
from atlas.model.view import EARLIEST
from atlas.phrases import N_
from atlas.present.context import ViewContext
from atlas.present.wording import Words

_QUARTERS = 4


def offered_days(context: ViewContext, today: date) -> list[date]:
    """Return the last quarter ends before today, then the ends of years back to the programme's launch, each once."""
    begins = [date(year, month, 1) for year in (today.year, today.year - 1) for month in (10, 7, 4, 1)]
    quarters = [first - timedelta(days=1) for first in begins if first <= today][:_QUARTERS]
    years = [date(year, 12, 31) for year in range(today.year - 1, context.programme.launched.year - 2, -1)]
    return [end for end in dict.fromkeys([*quarters, *years]) if end >= context.edition.starts]


def year_earlier(context: ViewContext) -> date:
    """Return the day that the cut-off date is compared with unless another is chosen."""
    return max(EARLIEST, year_before(context.as_of))


def compared_day(context: ViewContext) -> date:
    """Return the day that the cut-off date is compared with: the one chosen, else a year earlier."""
    return context.view.since or year_earlier(context)


def chosen_day(context: ViewContext, text: str, today: date) -> date | None:
    """Return the day that a typed or offered text means; None for today whichever day that is, as in a view.

    Raises
    ------
    AtlasError
        If it means no day, or one that the atlas does not reach.
    """
    day = read_day(text, today)
    if early := before_boundaries(context.snapshot.edition(context.programme, day), day):
        raise AtlasError(early)
    try:
        DAY.read(day.isoformat())
    except ValueError:
        raise AtlasError(DAY.problem(day.isoformat(), "")) from None
    return None if means_today(text) else day


def before_boundaries(edition: BoundaryVersion, day: date, place: str = "") -> Problem | None:
    """Return what is said of a day before the boundaries begin, for who was counted then can't be said; None of others."""
    if day >= edition.starts:
        return None
    text = N_("Die Gemeindegrenzen reichen bis {begins} zurück; {first} liegt davor. Bitte einen späteren Tag wählen.")
    return Problem(place, text, {"begins": edition.starts.isoformat(), "first": day.isoformat()})


def day_ahead(day: date, today: date, words: Words) -> Problem | None:
    """Return what is said of a day ahead; None of others."""
    text = N_("Der {day} liegt in der Zukunft; gezeigt wird, was heute bekannt ist.")
    return Problem("", text, {"day": words.day(day)}, Severity.NOTE) if day > today else None
