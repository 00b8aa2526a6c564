"""Published totals beside what is documented by name. Never mixed into one number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from atlas import phrases
from atlas.analysis.counting import Beside, beside
from atlas.analysis.spans import spans
from atlas.model.dates import PartialDate
from atlas.model.programme import Counts, Instrument, Programme, Unit
from atlas.model.records import Records
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContext
from atlas.present.wording import Words


def named_on(source: Snapshot, programme: Programme, folded: pd.DataFrame, total: Total) -> Beside | None:
    """Return what stands beside a published total; None where no stage of the programme says the same.

    ``folded`` is what `spans` returned for the programme's record.
    """
    if total.instrument is None:
        return None
    return beside(
        folded,
        total.instrument.key,
        source.changes(programme),
        total.day,
        unit=total.unit,
        counts=total.counts,
        with_districts=total.instrument.published_with_districts,
        stage=total.stage,
    )


def beside_sentence(context: ViewContext, total: Total, words: Words) -> str:
    """Return one published total and what is documented beside it, in its unit; empty where nothing says the same.

    "19 von 22" is said only where those of whom the beginning is unknown could all be among the rest.
    """
    named = named_on(context.snapshot, context.programme, context.spans, total)
    if named is None or total.instrument is None:
        return ""
    if total.unit == "municipalities" and total.instrument.published_with_districts:
        amount = words.count("{n} Gemeinde oder Kreis", "{n} Gemeinden und Kreise", total.value)
    elif total.unit == "municipalities":
        amount = words.count(*phrases.N_MUNICIPALITIES, total.value)
    else:
        amount = words.arrangements(total.instrument, total.value)
    values = {"known": words.number(named.documented), "later": words.number(named.later)}
    values["published"] = words.number(total.value)
    sentences = [words.say("Veröffentlicht: {amount} ({day}).", amount=amount, day=words.partial(total.text))]
    if named.documented == total.value:
        known = words.say("Hier belegt: {known}, genauso viele", **values)
    elif named.documented + named.later <= total.value and named.documented:
        known = words.say("Hier belegt: {known} von {published}", **values)
    else:
        known = words.say("Hier belegt: {known}", **values)
    later = words.say("weitere {later}, Beginn unbekannt", **values) if named.later else ""
    sentences.append(", ".join(filter(None, (known, later))) + ".")
    if named.districts:
        places = words.count(*phrases.N_MUNICIPALITIES, named.municipalities)
        sentences.append(
            words.count(
                "Belegt sind sie in {places} und {n} Kreis.",
                "Belegt sind sie in {places} und {n} Kreisen.",
                named.districts,
                places=places,
            )
        )
    return " ".join(sentences)


@dataclass(frozen=True, kw_only=True)
class Total:
    """A published total: what it counts, and on which day: ``text`` as published, ``day`` the last it can mean.

    ``instrument`` and ``stage`` count the same here; None, and empty where any stage that counts does.
    """

    text: str
    day: date
    measure: str
    value: int
    note: str
    source: str
    instrument: Instrument | None
    stage: str
    unit: Unit
    counts: Counts


def totals_of(records: Records, programme: Programme) -> tuple[Total, ...]:
    """Return the published totals of a programme, oldest first."""
    by_measure = {each.published_measure: each for each in programme.instruments if each.published_measure}
    others = {each.key: each for each in programme.published_measures}
    totals = []
    for row in records.totals.to_dict("records"):
        measure = str(row["measure"])
        instrument, stage = by_measure.get(measure), ""
        unit: Unit = instrument.published_unit if instrument else "municipalities"
        counts = instrument.published_counts if instrument else Counts.IN_FORCE
        if instrument is None and (other := others.get(measure)):
            unit, counts = other.unit, other.counts
            if other.stage:
                rung = programme.rung(other.stage)
                instrument, stage = rung.instrument, rung.stage.key
        if row.get("unit"):
            unit = "arrangements" if row["unit"] == "arrangements" else "municipalities"
        counts = Counts(row["counts"]) if row.get("counts") else counts
        totals.append(
            Total(
                text=str(row["date"]),
                day=PartialDate.parse(str(row["date"])).last_day(),
                measure=measure,
                value=int(str(row["value"])),
                note=str(row["note"]),
                source=str(row["source_url"]),
                instrument=instrument,
                stage=stage,
                unit=unit,
                counts=counts,
            )
        )
    return tuple(sorted(totals, key=lambda each: (each.day, each.value)))


def published_rows(snapshot: Snapshot, programme: Programme, words: Words) -> pd.DataFrame:
    """Return one row per published total, newest first, all texts said.

    Columns ``date``, ``measure``, ``published``, ``documented`` and ``later`` (in the unit of the total, on the last
    day it can mean; empty where nothing here counts the same), ``note``, ``source``; see `named_on`.
    """
    records = snapshot.records[programme.key]
    folded = spans(records.table, programme)
    rows = []
    for total in totals_of(records, programme):
        named = named_on(snapshot, programme, folded, total)
        rows.append(
            {
                "order": (total.day, total.measure),
                "date": words.partial(total.text),
                "measure": _named(programme, total.measure, words),
                "published": words.number(total.value),
                "documented": words.number(named.documented) if named else "",
                "later": words.number(named.later) if named else "",
                "note": total.note,
                "source": total.source,
            }
        )
    columns = ["order", "date", "measure", "published", "documented", "later", "note", "source"]
    return pd.DataFrame(rows, columns=columns).sort_values("order", ascending=False).drop(columns="order")


def _named(programme: Programme, measure: str, words: Words) -> str:
    """Return what a total is called: as the instrument that counts it, as the programme says, else by its own key."""
    labels = {each.key: each.label for each in programme.published_measures}
    labels |= {each.published_measure: each.label for each in programme.instruments if each.published_measure}
    return words.label(labels[measure]) if measure in labels else measure
