"""What is set side by side: up to four things of one kind, told apart by the form of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_COMPARED = 4


class ComparedKind(StrEnum):
    """Of what kind the things are."""

    INSTRUMENT = "baustein"
    DAY = "tag"
    DISTRICT = "kreis"
    MUNICIPALITY = "gemeinde"


@dataclass(frozen=True)
class Comparison:
    """The order of a comparison; programme, layer, day and district are the view's as far as they are not compared."""

    kind: ComparedKind
    things: tuple[str, ...]
    """Keys, or days as ISO text, in the order of the columns; days by time. With one there is nothing to compare yet."""

    @property
    def text(self) -> str:
        """Return its form in an address."""
        return ",".join(self.things)
