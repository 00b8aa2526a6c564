"""What goes on around a municipality: the office's next steps, and errors reported from outside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_

MOST_TEXT = 2_000
"""So many characters a note, a report or an answer may have."""
RECEIPT_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What receipts are made of: nothing that is mistaken for something else when read aloud."""
_RECEIPT = re.compile(rf"[{RECEIPT_LETTERS}]{{4}}(-[{RECEIPT_LETTERS}]{{4}}){{2}}")


def parse_receipt(text: str) -> str | None:
    """Return the receipt a text is, in upper or lower case; None if it is none."""
    given = text[:40].strip().upper()
    return given if _RECEIPT.fullmatch(given) else None


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """Internal: what the office knows of a municipality and does next."""

    ags: str
    version: int = 0
    """How often it has been written; 0 where nothing has been yet."""
    note: str = ""
    step: str = ""
    """What is to be done; empty where nothing is."""
    due: date | None = None
    """By when; None without a date."""
    recorded_at: datetime | None = None
    actor: str = ""
    """When and by whom this version was written."""


class StaleFollowUpError(AtlasError):
    """Somebody else was faster. Nothing was written; ``current`` is what stands there now."""

    def __init__(self, current: FollowUp) -> None:
        self.current = current
        text = N_(
            "Die Wiedervorlage wurde inzwischen geändert. Bitte den neuen Stand ansehen und dann noch einmal speichern."
        )
        super().__init__(Problem(current.ags, text))


@dataclass(frozen=True, kw_only=True)
class Report:
    """An error somebody reported without a login."""

    receipt: str
    """What the reporter was given to ask again."""
    ags: str
    received_at: datetime
    text: str
    """What they wrote; empty again some time after the answer."""
    looked_at: datetime | None = None
    """When somebody of the office took it up; None before."""
    answer: str | None = None
    is_accepted: bool | None = None
    answered_at: datetime | None = None
    actor: str = ""
    """What the office said to it, whether the record was corrected, when and by whom; None before."""
