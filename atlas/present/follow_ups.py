"""The list for Monday morning: which next steps are overdue, which come up. Internal, all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from atlas.model.cases import FollowUp
from atlas.present.detail import position_or_heir, unique_names
from atlas.present.scene import Scene
from atlas.present.steering import districts_of
from atlas.present.wording import Words


@dataclass(frozen=True)
class DueRow:
    """One municipality with a next step.

    Attributes
    ----------
    ags
        Key of the municipality as it is today: where its page is.
    district
        Name of its district.
    late
        Days since the due date; negative before it, None without one.
    written
        What stands in the store, under the key it was written for.
    """

    ags: str
    name: str
    district: str
    late: int | None
    written: FollowUp

    @property
    def is_late(self) -> bool:
        """Return whether the due date is past."""
        return self.late is not None and self.late > 0


def due_rows(source: Scene, current: Mapping[str, FollowUp], today: date) -> list[DueRow]:
    """Return the next steps of the view's area, district or the whole state.

    The longest overdue first, then the coming ones by date, then those without one.

    Parameters
    ----------
    source
        The scene of today: a follow-up is about now, whatever day the map shows.
    current
        What `FollowUps.current` returned.
    """
    inside = districts_of(source)
    found = []
    for ags, written in current.items():
        position = position_or_heir(source, ags)
        if not written.step or position is None:
            continue
        line = source.day.lines[position][0]
        if line.district in inside:
            late = (today - written.due).days if written.due else None
            (name,) = unique_names(source, [position])
            district = str(source.edition.districts.at[line.district, "name"])
            found.append(DueRow(line.ags, name, district, late, written))
    return sorted(found, key=lambda row: (row.late is None, -(row.late or 0), row.name, row.written.ags))


def due_said(row: DueRow, words: Words) -> str:
    """Return how a due date lies to today: ``seit 12 Tagen überfällig``; empty without one."""
    if row.late is None:
        return ""
    if row.late == 0:
        return words.say("heute fällig")
    if row.late > 0:
        return words.count("seit {n} Tag überfällig", "seit {n} Tagen überfällig", row.late)
    return words.count("in {n} Tag", "in {n} Tagen", -row.late)
