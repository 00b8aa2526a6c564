"""Published totals beside what is documented by name. Never mixed into one number."""

from __future__ import annotations

import pandas as pd

from atlas.analysis.counting import figure
from atlas.analysis.status import spans, status_as_of
from atlas.model.dates import PartialDate
from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.present.wording import Words


def published_rows(snapshot: Snapshot, programme: Programme, words: Words) -> pd.DataFrame:
    """Return one row per published total, newest first, all texts said.

    Columns ``date``, ``measure``, ``published``, ``documented`` (municipalities documented for that instrument on the
    last day the date can mean, empty where no instrument counts the same), ``arrangements``, ``note``, ``source``.
    """
    records, changes = snapshot.records[programme.key], snapshot.changes(programme)
    folded = spans(records.table, programme)
    measures = {each.published_measure: each for each in programme.instruments if each.published_measure}
    rows = []
    for total in records.totals.itertuples(index=False):
        day = PartialDate.parse(str(total.date)).last_day()
        instrument = measures.get(str(total.measure))
        documented = arrangements = ""
        if instrument is not None:
            status = status_as_of(folded, programme, snapshot.edition(programme, day), changes, day)
            counted = figure(status, instrument.key)
            documented = words.number(len(counted.municipalities))
            arrangements = words.number(len(counted.arrangements))
        rows.append(
            {
                "order": (day, str(total.measure)),
                "date": words.partial(str(total.date)),
                "measure": _named(programme, str(total.measure), words),
                "published": words.number(int(str(total.value))),
                "documented": documented,
                "arrangements": arrangements,
                "note": str(total.note),
                "source": str(total.source_url),
            }
        )
    columns = ["order", "date", "measure", "published", "documented", "arrangements", "note", "source"]
    return pd.DataFrame(rows, columns=columns).sort_values("order", ascending=False).drop(columns="order")


def _named(programme: Programme, measure: str, words: Words) -> str:
    """Return what a total is called: as the instrument that counts it, as the programme says, else by its own key."""
    labels = {each.key: each.label for each in programme.published_measures}
    labels |= {each.published_measure: each.label for each in programme.instruments if each.published_measure}
    return words.label(labels[measure]) if measure in labels else measure
