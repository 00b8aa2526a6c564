"""The months of a map layer, one after the other: what the browser needs to play them without asking again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.analysis.days import month_ends
from atlas.analysis.status import NO_DATA
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.looks import CODES
from atlas.present.map_spec import LegendEntry, MapSpec, pack_days, shown_spans

Json = dict[str, object]


def build_film(contexts: ViewContexts, context: ViewContext) -> list[MapSpec]:
    """Return the maps of a view's layer and filter at every month end from where its course begins to the view's date.

    Not beyond today: a link may name any day, and the months to come are all alike. A month in which nothing turns is
    its predecessor. No day of the film is kept: each is needed once, and all together are large.
    """
    last = min(context.as_of, contexts.today())
    days = month_ends(min(context.course_begins, last), last)
    # What the layer does not show is left out: the fewer stretches, the fewer months in which one turns.
    spans = shown_spans(context.spans, context.programme, context.view.layer)
    turned = np.searchsorted(_turns(context, spans), np.asarray(days, "datetime64[D]"), side="right").tolist()
    specs: list[MapSpec] = []
    known = None
    for as_of, turns in zip(days, turned, strict=True):
        if context.snapshot.edition(context.programme, as_of) is not context.edition:
            continue  # another delivery counts its positions anew; the map on screen can't show it
        is_same = turns == known
        specs.append(
            replace(specs[-1], as_of=as_of)
            if is_same
            else replace(context.day, as_of=as_of, spans=spans).map(context.view)
        )
        known = turns
    return specs


def _turns(context: ViewContext, spans: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    """Return the days on which something of a status may become another: see `status_as_of`. In order."""
    places = context.edition.municipalities
    days = [spans["since_day"], spans["until_day"], places["valid_from"], places["valid_to"]]
    found = [each.to_numpy().astype("datetime64[D]") for each in days]
    merged = np.asarray([each.effective for each in context.changes], "datetime64[D]")
    return np.sort(np.concatenate([*found, merged]))


def film_legend(film: Sequence[MapSpec]) -> tuple[LegendEntry, ...]:
    """Return a line for every class that any of the maps explains, in the order of the legend."""
    looks = {entry.look.key: entry.look for spec in film for entry in spec.legend}
    order = sorted(looks.values(), key=lambda look: (look.key == NO_DATA, CODES.index(look.code)))
    return tuple(LegendEntry(look, 0) for look in order)


def packed_film(film: Sequence[MapSpec]) -> Json:
    """Return the film for the browser.

    ``days`` (ISO); ``codes``: see `pack_days`; ``points`` and ``districtPoints`` per day; ``counts`` per class and day;
    ``totals``: municipalities of the chosen area per day.
    """
    keys = list(dict.fromkeys(entry.look.key for spec in film for entry in spec.legend))
    counts = [{entry.look.key: entry.count for entry in spec.legend} for spec in film]
    return {
        "layer": film[0].layer,
        "days": [spec.as_of.isoformat() for spec in film],
        "codes": pack_days([spec.codes for spec in film]),
        "points": [list(spec.points) for spec in film],
        "districtPoints": [list(spec.district_points) for spec in film],
        "counts": {key: [each.get(key, 0) for each in counts] for key in keys},
        "totals": [spec.total for spec in film],
    }
