"""What the search box suggests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from atlas.analysis.status import successors
from atlas.model.boundaries import Change, Edition
from atlas.present.wording import Words


@dataclass(frozen=True)
class Suggestion:
    """One line of the search box and the municipality it leads to."""

    text: str
    ags: str


def suggestions(edition: Edition, changes: Iterable[Change], as_of: date, words: Words) -> tuple[Suggestion, ...]:
    """Return every municipality of the day by name, and every former name with what it is called or part of now.

    The district stands behind names that occur twice: there are two each of Reichenbach and Oelsnitz.
    """
    changes = tuple(changes)
    rows = edition.municipalities.iloc[np.flatnonzero(edition.valid_at(as_of))]
    names = dict(zip(rows["ags"], rows["name"], strict=True))
    places = dict(zip(rows["ags"], rows["district"].map(edition.districts["name"]), strict=True))
    base = Counter(_base(name) for name in names.values())
    told = {ags: f"{name} ({places[ags]})" if base[_base(name)] > 1 else str(name) for ags, name in names.items()}
    found = [Suggestion(text, ags) for ags, text in told.items()]
    heir = successors(changes, as_of)
    former = [(change.old_name, heir[change.old_ags]) for change in changes if change.old_ags in heir]
    former += [(old, ags) for ags, olds in edition.former_names.items() for old in olds]
    for old, ags in former:
        if ags in told and old != names[ags]:
            found.append(Suggestion(words.say("{old} → {now}", old=old, now=told[ags]), ags))
    return tuple(sorted(found, key=lambda each: _sorting(each.text)))


def _base(name: str) -> str:
    """Return the name without what tells twins apart: ``Oelsnitz/Erzgeb.`` and ``Oelsnitz/Vogtl.`` are twins."""
    return name.split("/")[0].split(" ")[0].split(",")[0]


def _sorting(text: str) -> str:
    return text.lower().translate(str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"}))
