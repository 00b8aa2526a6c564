"""The words for time: what is said of a state, of what happened in a period, and why. The same in every output.

Only what has *begun* in a period is ever called new. See docs/time.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from atlas.analysis.events import (
    BEGUN,
    CHANGED,
    DORMANT,
    END_DOCUMENTED,
    ENDED,
    FIRST_DOCUMENTED,
    PRESUMED_OVER,
    REVIVED,
)
from atlas.model.programme import Instrument, Label
from atlas.model.states import State

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
    BEGUN: Label(de="begonnen", en="begun"),
    FIRST_DOCUMENTED: Label(de="erstmals belegt", en="first documented"),
    REVIVED: Label(de="wiederbelebt", en="revived"),
    ENDED: Label(de="beendet", en="ended"),
    DORMANT: Label(de="ruht", en="gone dormant"),
    END_DOCUMENTED: Label(de="Ende belegt", en="end documented"),
    PRESUMED_OVER: Label(de="vermutlich beendet", en="presumed over"),
    CHANGED: Label(de="Stufe geändert", en="stage changed"),
}
"""Headings and words for what happened in a period."""

REACHED = Label(de="erreicht", en="reached")


def flow_label(what: str, instrument: Instrument | None = None) -> Label:
    """Return the word for what happened; acts are not begun but reached."""
    if (
        what == BEGUN
        and instrument is not None
        and all(stage.is_act for stage in instrument.stages if stage.is_counted)
    ):
        return REACHED
    return FLOW_LABELS[what]
