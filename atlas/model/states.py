"""In what state an entry of the record is on a day: the words every table and text uses."""

from __future__ import annotations

from enum import StrEnum

from atlas.model.programme import ExitKind


class State(StrEnum):
    """What can be said of a stage on a day."""

    IN_FORCE = "in_force"
    """A state that holds."""
    REACHED = "reached"
    """An act: done, never over."""
    DOCUMENTED_LATER = "documented_later"
    """Only later documented, beginning unknown: it may have held already. Never counted."""
    PERIOD_UNKNOWN = "period_unknown"
    """Limited in time, and nobody knows when it was. Never counted."""
    PLANNED = "planned"
    PRESUMED_OVER = "presumed_over"
    """Its time is over, and nothing says that it went on."""
    DORMANT = str(ExitKind.DORMANT)
    ENDED = str(ExitKind.ENDED)
    PLAN_LAPSED = "plan_lapsed"
    """Planned so long ago that the plan no longer says anything."""
    GIVEN_UP = str(ExitKind.GIVEN_UP)

    @property
    def holds(self) -> bool:
        """Whether it is in force or reached."""
        return self in {State.IN_FORCE, State.REACHED}

    @property
    def is_over(self) -> bool:
        """Whether it has ended, whoever says so."""
        return self in {State.PRESUMED_OVER, State.DORMANT, State.ENDED, State.GIVEN_UP, State.PLAN_LAPSED}


STATES = tuple(State)
"""In order of precedence where a municipality has several cases: what is further left is told."""
