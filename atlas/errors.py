"""Problems with a place and a cure, and the one exception that carries them.

A problem's text is a German sentence with named placeholders. German is the source language of all texts;
`atlas.present.wording` translates the sentence before it fills the placeholders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_LISTED = 12
"""So many of a long list a sentence names."""


class Severity(StrEnum):
    """How much a problem matters."""

    BLOCKER = "blocker"
    """Wrong data: nothing of the file is used until it is mended."""
    WARNING = "warning"
    """Doubtful data: used as it is, shown on the data page."""
    NOTE = "note"
    """Worth knowing, nothing to mend."""


@dataclass(frozen=True)
class Problem:
    """One finding about one place.

    Attributes
    ----------
    place
        File and position, readable by a person: ``data/participation/mein_programm.csv, Zeile 17, ags``.
    text
        German sentence with ``{name}`` placeholders that says what is wrong and how to mend it.
    values
        What the placeholders stand for. Never formatted into ``text`` before translation.
    severity
        Blockers stop the use of the file, the others do not.
    """

    place: str
    text: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    severity: Severity = Severity.BLOCKER

    def sentence(self) -> str:
        """Return the German sentence, placeholders filled, with its place in front."""
        said = self.text.format(**self.values)
        return f"{self.place}: {said}" if self.place else said


class AtlasError(Exception):
    """Input that can't be used. Carries every problem found, not only the first; its text is their German sentences."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("AtlasError needs at least one problem")
        self.problems = problems
        super().__init__("\n".join(problem.sentence() for problem in problems))


def few(keys: Iterable[str]) -> str:
    """Return the first keys of many, for a sentence."""
    listed = list(keys)
    return ", ".join(listed[:_LISTED]) + (" …" if len(listed) > _LISTED else "")
