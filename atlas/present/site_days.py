"""Every day on which anything changes, for a browser that has no server to ask: classes, dates and key figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from atlas.model.boundaries import mergers
from atlas.model.languages import LANGUAGES
from atlas.model.programme import OVERVIEW
from atlas.model.view import EARLIEST, ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.figures import Card, DrillDown, build_cards
from atlas.present.map_index import body_names
from atlas.present.map_spec import pack_days, packed_bodies, packed_since
from atlas.present.wording import Words

Json = dict[str, object]
Stamps = dict[tuple[str, str], int]


def changing_days(contexts: ViewContexts, view: ViewState, last: date) -> tuple[date, ...]:
    """Return the days up to ``last`` on which anything begins, ends or can be said otherwise, and the first of all.

    Between two of them nothing is different: whoever looks at a day is shown the last one before it.
    """
    context = contexts.of(view.but(as_of=last))
    edges = pd.concat([context.spans["since_day"], context.spans["until_day"]])
    days = {day.date() for day in edges[edges <= pd.Timestamp(last)].unique()} | {
        each.effective for each in mergers(context.changes)
    }
    return tuple(sorted({EARLIEST, *(day for day in days if EARLIEST <= day <= last)}))


def stamps(contexts: ViewContexts, view: ViewState, days: Sequence[date]) -> list[Stamps]:
    """Return for each day a number for every district and instrument that differs if anything there does."""
    drawn = (contexts.of(view.but(as_of=day)).day for day in days)
    return [_stamps(each.status, each.cases) for each in drawn]


def _stamps(status: pd.DataFrame, cases: pd.DataFrame) -> Stamps:
    """A municipality's status does not change with every case of it, but the number of arrangements does."""
    columns = ["ags", "district", "instrument", "stage", "state", "counted", "basis", "joint_with", "since"]
    rows = pd.concat([status[columns], cases.loc[cases["counted"], columns]], ignore_index=True)
    hashes = pd.util.hash_pandas_object(rows, index=False)
    totals = hashes.groupby([rows["district"].to_numpy(), rows["instrument"].to_numpy()]).sum()
    keys = zip(*(totals.index.get_level_values(level).tolist() for level in (0, 1)), strict=True)
    return dict(zip(keys, totals.tolist(), strict=True))


def packed_days(contexts: ViewContexts, view: ViewState, days: Sequence[date], known: Sequence[Stamps]) -> Json:
    """Return a layer on all days; ``known`` is what `stamps` returned for them.

    ``days`` (ISO); for each ``codes`` as `pack_days` gives them,
    ``points``, ``districtPoints``, ``bodies``, ``since`` as the map and the table get them from the app; ``cards``: by
    language, for the state (key "") and every district the key figures of the days on which they change, as ``[number
    of the day, cards]``, each card a heading, its doors as ``[text, layer, classes]`` (and 1 if it stands
    beside the number), and a note.
    """
    drawn = [contexts.of(view.but(as_of=day)) for day in days]
    names = body_names(drawn[-1].records)
    return {
        "layer": drawn[-1].spec.layer,
        "days": [day.isoformat() for day in days],
        "codes": pack_days([context.spec.codes for context in drawn]),
        "points": [list(context.spec.points) for context in drawn],
        "districtPoints": [list(context.spec.district_points) for context in drawn],
        "bodies": [packed_bodies(context.spec, names) for context in drawn],
        "since": [packed_since(context.spec) for context in drawn],
        "cards": {lang: _cards(contexts, drawn, known, Words(lang)) for lang in LANGUAGES},
    }


def _cards(
    contexts: ViewContexts, drawn: Sequence[ViewContext], known: Sequence[Stamps], words: Words
) -> dict[str, list[list[object]]]:
    """Return the key figures of the state and of every district, each only where they differ from the day before.

    They are built anew only where what they count has changed: that is one district on most days, and none on many.
    """
    layer, programme = drawn[-1].spec.layer, drawn[-1].programme
    counted = programme.overview.figures if layer == OVERVIEW else (layer,)
    by_district: dict[str, list[list[object]]] = {}
    for district in (None, *_districts_with_figures(drawn)):
        changes: list[list[object]] = []
        before: object = None
        for number, (context, day) in enumerate(zip(drawn, known, strict=True)):
            stamp = [total for (where, what), total in day.items() if what in counted and district in (None, where)]
            if stamp == before:
                continue
            before = stamp
            # The overview's figures need no map: it costs most of the time.
            view = context.view.but(district=district)
            here = replace(context, view=view) if layer == OVERVIEW else contexts.of(view)
            cards = [_card(card) for card in build_cards(here, words)]
            if not changes or changes[-1][1] != cards:
                changes.append([number, cards])
        by_district[district or ""] = changes
    return by_district


def _districts_with_figures(drawn: Sequence[ViewContext]) -> list[str]:
    """Return the districts whose figures are given: all; of a programme for some those in which anything was ever documented."""
    last = drawn[-1]
    if last.programme.has_shares:
        return [str(key) for key in last.edition.districts.index]
    return sorted(
        {str(key) for context in drawn for key in context.status["district"][context.status["basis"] != "none"]}
    )


def _card(card: Card) -> list[object]:
    return [
        card.heading,
        [[door.text, *_behind(door), *([1] if door.is_beside else [])] for door in card.doors],
        card.note,
    ]


def _behind(door: DrillDown) -> tuple[str, str]:
    """Return layer and classes whose table is the list behind a number; nothing where no classes say it."""
    return (door.key.rpartition("-")[0], " ".join(door.looks)) if door.looks else ("", "")
