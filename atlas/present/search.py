"""What the search box suggests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from atlas.analysis.status import successors
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, mergers


@dataclass(frozen=True)
class Suggestion:
    """One line of the search box.

    ``text`` is the name, with the district where it alone is not unique; of a former one also what it is part of now. It
    leads to the first of ``keys`` that existed on the reader's date.
    """

    text: str
    keys: tuple[str, ...]


def suggestions(boundaries: BoundaryVersion, changes: Iterable[BoundaryChange]) -> tuple[Suggestion, ...]:
    """Return every municipality of today and every former name, by name, whatever the date.

    There are two each of Reichenbach, Oelsnitz and Hartmannsdorf in Saxony: their district stands behind them.
    """
    changes = tuple(changes)
    rows = boundaries.municipalities.iloc[np.flatnonzero(boundaries.valid_at(date.max))]
    names = dict(zip(rows["ags"], rows["name"], strict=True))
    places = dict(zip(rows["ags"], rows["district"].map(boundaries.districts["name"]), strict=True))
    base = Counter(_base(name) for name in names.values())
    labels = {ags: f"{name} ({places[ags]})" if base[_base(name)] > 1 else str(name) for ags, name in names.items()}
    lines = [Suggestion(text, (ags,)) for ags, text in labels.items()]
    successor = successors(changes, date.max)
    lines += [
        Suggestion(
            f"{change.old_name} → {labels[successor[change.old_ags]]}", (change.old_ags, successor[change.old_ags])
        )
        for change in mergers(changes)
        if change.old_ags in successor and successor[change.old_ags] in labels
    ]
    lines += [
        Suggestion(f"{old} → {labels[ags]}", (ags,))
        for ags, olds in boundaries.former_names.items()
        for old in olds
        if ags in labels and old.replace(" ", "") != str(names[ags]).replace(" ", "")
    ]
    return tuple(sorted(lines, key=lambda each: _sorting(each.text)))


_PLAIN = str.maketrans("äöüß", "aous")
"""German dictionaries sort umlauts as their vowels (DIN 5007-1)."""


def _base(name: str) -> str:
    """Return the name without what tells twins apart: ``Oelsnitz/Erzgeb.`` and ``Oelsnitz/Vogtl.`` are twins."""
    return name.split("/", maxsplit=1)[0].split(" ", maxsplit=1)[0].split(",", maxsplit=1)[0]


def _sorting(text: str) -> str:
    return text.lower().translate(_PLAIN)
