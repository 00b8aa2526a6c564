"""Changes to the record: what somebody wants changed, and what has been changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the record; all text, empty for what is not given. The fields are those of `RECORD_COLUMNS`."""

    ags: str
    municipality: str
    instrument: str
    status: str
    date: str = ""
    date_means: str = ""
    joint_with: str = ""
    note: str = ""
    source_url: str = ""
    source_date: str = ""
    until: str = ""
    case: str = ""
    retrieved: str = ""
    inferred: str = ""


@dataclass(frozen=True)
class Add:
    """A new entry."""

    record: Record


@dataclass(frozen=True)
class Correct:
    """An entry as it should be; ``version`` is the one that was looked at when it was made."""

    entry: int
    version: int
    record: Record


@dataclass(frozen=True)
class Withdraw:
    """An entry that should not count any more; ``version`` as in `Correct`."""

    entry: int
    version: int


Edit = Add | Correct | Withdraw


def needs_reason(edits: Iterable[Edit]) -> bool:
    """Return whether somebody has to say why: for all that is not new."""
    return any(not isinstance(edit, Add) for edit in edits)


def missing_reason(place: str = "") -> Problem:
    """Return the problem that nobody has said why; ``place`` says where to."""
    return Problem(place, "Bitte sagen, warum: eine Berichtigung oder Rücknahme braucht einen Grund.")


class ChangeKind(StrEnum):
    """Where a change comes from."""

    SEED = "seed"
    """The files the store was made from."""
    EDIT = "edit"
    IMPORT = "import"
    UNDO = "undo"


@dataclass(frozen=True)
class Occasion:
    """Why something is changed."""

    kind: ChangeKind
    reason: str = ""
    """In the editor's words; a correction and a withdrawal need one."""
    file: str = ""
    file_sum: str = ""
    """Name and SHA-256 of the imported file; empty otherwise."""
    undoes: int | None = None
    """Number of the change that is undone."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What was done at once: an edit, an import. ``number`` grows with every change of the store."""

    number: int
    recorded_at: datetime
    actor: str
    programme: str
    occasion: Occasion
    added: int
    corrected: int
    withdrawn: int


@dataclass(frozen=True)
class Version:
    """One state of one entry: a later one supersedes it."""

    entry: int
    version: int
    """The entry, and how often it has been written: 1 for the first time."""
    record: Record
    is_withdrawn: bool
    """Whether it has not counted since."""
    change: Change = field(compare=False)
    """What wrote it."""


class ConflictError(AtlasError):
    """Somebody else was faster. Nothing was written.

    Attributes
    ----------
    current
        The entries as they are now.
    """

    def __init__(self, *current: Version) -> None:
        self.current = current
        text = N_(
            "Dieser Eintrag wurde inzwischen geändert. Bitte den neuen Stand ansehen und dann noch einmal speichern."
        )
        super().__init__(*(Problem(f"{each.record.municipality}, Eintrag {each.entry}", text) for each in current))


class StaleError(AtlasError):
    """The record is not the one any more that was looked at. Nothing was written."""

    def __init__(self) -> None:
        text = N_(
            "Der Bestand wurde inzwischen geändert. Bitte den neuen Stand ansehen und dann noch einmal speichern."
        )
        super().__init__(Problem("", text))
