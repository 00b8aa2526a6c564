"""The lists behind numbers as files: each by the key of its door, with the very rows that the page shows."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from atlas.model.programme import Counts
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.figures import DrillDown, build_cards
from atlas.present.progress import chosen_instrument
from atlas.present.steering import build_steering
from atlas.present.wording import Words
from atlas.present.years import year_rows


def list_behind(key: str, contexts: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame | None:
    """Return the list of a key: of a `DrillDown` of the view, or of `Steering.lists`; None if there is none."""
    for door in _doors(contexts, context, words):
        if door.key == key:
            return door.rows()
    return build_steering(context, words).lists.get(key)


def _doors(contexts: ViewContexts, context: ViewContext, words: Words) -> Iterator[DrillDown]:
    """Yield the numbers of the map page and of the progress page that open a list."""
    for card in build_cards(context, words):
        yield from card.doors
    instrument = chosen_instrument(context)
    for counts in (None, Counts.IN_FORCE) if instrument.counts is Counts.SO_FAR else (None,):
        for row in year_rows(context, contexts.course(context, counts), instrument, words, counts):
            yield from row.doors.values()
