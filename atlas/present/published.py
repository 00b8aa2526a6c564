"""Published totals beside what is documented by name. Never mixed into one number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from atlas.analysis.counting import figure
from atlas.analysis.status import held_on, spans, status_as_of
from atlas.model.dates import PartialDate
from atlas.model.keys import is_district_key
from atlas.model.programme import Instrument, Programme
from atlas.model.snapshot import Snapshot
from atlas.present.wording import Words


@dataclass(frozen=True)
class Named:
    """Who is documented by name on a day, counted as a published total counts.

    Attributes
    ----------
    municipalities
        In force by a record of their own, or derived.
    districts
        That take part themselves, where the total counts these, too; else 0.
    total
        Arrangements: a joint one counts once, a district as one.
    """

    municipalities: int
    districts: int
    total: int


def named_on(
    snapshot: Snapshot, programme: Programme, folded: pd.DataFrame, instrument: Instrument, day: date
) -> Named | None:
    """Return what stands beside a published total of ``day``; None where the boundaries do not reach back to it.

    ``folded`` is what `spans` returned for the programme's record.
    """
    edition = snapshot.edition(programme, day)
    if day < edition.starts:
        return None
    known = figure(status_as_of(folded, programme, edition, snapshot.changes(programme), day), instrument.key)
    districts = 0
    if instrument.published_with_districts:
        held = held_on(folded, day)
        mine = held[(held["instrument"] == instrument.key) & held["counted"] & (held["basis"] == "direct")]
        districts = len({key for key in mine["participant"] if is_district_key(str(key))})
    return Named(len(known.municipalities), districts, len(known.arrangements) + districts)


def published_rows(snapshot: Snapshot, programme: Programme, words: Words) -> pd.DataFrame:
    """Return one row per published total, newest first, all texts said.

    Columns ``date``, ``measure``, ``published``, ``documented`` (municipalities documented for that instrument on the
    last day the date can mean; empty where no instrument counts the same, or nobody can be counted yet),
    ``arrangements``, ``note``, ``source``; see `named_on`.
    """
    records = snapshot.records[programme.key]
    folded = spans(records.table, programme)
    measures = {each.published_measure: each for each in programme.instruments if each.published_measure}
    rows = []
    for total in records.totals.itertuples(index=False):
        day = PartialDate.parse(str(total.date)).last_day()
        instrument = measures.get(str(total.measure))
        named = named_on(snapshot, programme, folded, instrument, day) if instrument else None
        rows.append(
            {
                "order": (day, str(total.measure)),
                "date": words.partial(str(total.date)),
                "measure": _named(programme, str(total.measure), words),
                "published": words.number(int(str(total.value))),
                "documented": words.number(named.municipalities) if named else "",
                "arrangements": words.number(named.total) if named else "",
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
