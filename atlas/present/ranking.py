"""Districts in the order of how many of their municipalities an instrument has reached."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from atlas import phrases
from atlas.analysis.ranking import rank_districts
from atlas.model.boundaries import INDEPENDENT_CITIES
from atlas.present.context import ViewContext
from atlas.present.district import covered_view
from atlas.present.figures import Listed
from atlas.present.headings import headings
from atlas.present.population import people_headings, people_shares, people_text, people_written, speaks_of_people
from atlas.present.wording import Words


def ranked_districts(context: ViewContext, instrument: str | None = None) -> pd.DataFrame:
    """Return what `rank_districts` does for one instrument of the view's programme, or for all."""
    programme = context.programme
    keys = [instrument] if instrument else [each.key for each in programme.instruments]
    weights = context.day.weights if programme.has_shares else None
    return rank_districts(context.status, context.edition, keys, weights, is_for_all=programme.has_shares)


@dataclass(frozen=True)
class RankedDistrict:
    """A district with its rank, its number of all and its share, said."""

    key: str
    name: str
    rank: str
    number: Listed
    share: str
    part: float
    """The share, 0 to 1."""
    people: str
    """The share of inhabitants; empty where there are none."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The districts and, apart from them, the cities in the order of an instrument."""

    heading: str
    titles: tuple[str, ...]
    groups: tuple[tuple[str, tuple[RankedDistrict, ...]], ...]


def build_ranking(context: ViewContext, words: Words) -> Ranking:
    """Return the ranking for the view's instrument; of the overview, for its first figure."""
    instrument = context.view.layer
    if instrument not in {each.key for each in context.programme.instruments}:
        instrument = context.programme.overview.figures[0]
    table = ranked_districts(context, instrument)
    is_city = table["kind"].isin(INDEPENDENT_CITIES)
    label = words.label(context.programme.instrument(instrument).label)
    groups = (
        (words.say("Landkreise"), table[~is_city]),
        (words.say("Kreisfreie Städte"), table[is_city]),
    )
    return Ranking(
        heading=words.say(
            "Rangfolge der Kreise: {instrument}, Stand {day}", instrument=label, day=words.day(context.as_of)
        ),
        titles=(words.say(phrases.RANK), words.say(phrases.MUNICIPALITIES), words.say(phrases.SHARE)),
        groups=tuple((title, _rows(context, rows, words)) for title, rows in groups if len(rows)),
    )


def _rows(context: ViewContext, table: pd.DataFrame, words: Words) -> tuple[RankedDistrict, ...]:
    names = ("district", "name", "instrument", "rank", "municipalities", "total", "share")
    columns = [table[name].tolist() for name in names]
    return tuple(
        RankedDistrict(
            key,
            name,
            words.number(rank),
            (
                words.say(phrases.N_OF_TOTAL, n=words.number(number), total=words.number(total)),
                covered_view(context, instrument, key) if number else None,
            ),
            words.percent(share),
            share,
            people_text(of_people, words) if speaks_of_people(context, key) else "",
        )
        for key, name, instrument, rank, number, total, share, of_people in zip(
            *columns, people_shares(table), strict=True
        )
    )


def ranking_said(context: ViewContext, words: Words) -> pd.DataFrame:
    """Return the ranking for the view's instrument, in the overview for every one, all said; of a district its own lines."""
    labels = {each.key: words.label(each.label) for each in context.programme.instruments}
    table = ranked_districts(context, context.view.layer if context.view.layer in labels else None)
    if context.district:
        table = table[table["district"] == context.district]
    titles = {
        "district": words.say("Kreisschlüssel"),
        "name": words.say(phrases.DISTRICT),
        "kind": words.say(phrases.KIND),
        **headings(words, "instrument"),
        "rank": words.say(phrases.RANK),
        "municipalities": words.say(phrases.MUNICIPALITIES),
        "total": words.say(phrases.MUNICIPALITIES_IN_ALL),
        "share": words.say(phrases.SHARE),
        **people_headings(words),
    }
    return with_shares(context, table).assign(instrument=table["instrument"].map(labels)).rename(columns=titles)


def with_shares(context: ViewContext, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table for a file: shares with four decimals, empty where the programme is not for all; people as whole numbers."""
    return people_written(table.assign(share=table["share"].round(4) if context.programme.has_shares else ""))
