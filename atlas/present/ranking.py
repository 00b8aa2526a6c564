"""Districts in the order of how many of their municipalities an instrument has reached."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from atlas import phrases
from atlas.analysis.counting import by_district
from atlas.model.boundaries import INDEPENDENT_CITIES
from atlas.model.place_names import german_key
from atlas.present.context import ViewContext
from atlas.present.headings import headings
from atlas.present.wording import Words

RANKING_COLUMNS = ("district", "name", "kind", "instrument", "rank", "municipalities", "total", "share")
"""Columns of ``python -m atlas districts``: a contract."""


def ranked_districts(context: ViewContext, instrument: str | None = None) -> pd.DataFrame:
    """Return every district of the day for one instrument, or for all, each instrument's best first.

    A city that is a district of its own has one municipality: such cities are ranked among themselves, after the districts.

    Returns
    -------
    pandas.DataFrame
        RangeIndex. Columns `RANKING_COLUMNS`: ``district`` (5 digits), ``kind`` (of the boundary set), ``instrument`` (key),
        ``rank`` (1 is the largest share, or number where the programme is not for all; equal ones have the same), ``municipalities`` (covered by their own doing), ``total``
        (that existed), ``share`` (0 to 1).
    """
    districts = context.edition.districts
    keys = [instrument] if instrument else [each.key for each in context.programme.instruments]
    parts = []
    for key in keys:
        table = by_district(context.status, key, context.edition.district_keys)
        table = table[table["total"] > 0]
        place = districts.loc[table["district"]]
        table = table.assign(name=place["name"].to_numpy(), kind=place["kind"].to_numpy(), instrument=key)
        is_city = table["kind"].isin(INDEPENDENT_CITIES)
        by = "share" if context.programme.has_shares else "municipalities"
        rank = table.groupby(is_city)[by].rank(method="min", ascending=False).astype("int64")
        order = table.assign(rank=rank, is_city=is_city).sort_values(["is_city", "rank", "name"], key=german_key)
        parts.append(order[list(RANKING_COLUMNS)])
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class RankedDistrict:
    """A district with its rank, its number of all and its share, said."""

    key: str
    name: str
    rank: str
    number: str
    share: str
    part: float
    """The share, 0 to 1."""


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
        heading=words.say("Rangfolge der Kreise: {instrument}", instrument=label),
        titles=(words.say(phrases.RANK), words.say(phrases.MUNICIPALITIES), words.say(phrases.SHARE)),
        groups=tuple((title, _rows(rows, words)) for title, rows in groups if len(rows)),
    )


def _rows(table: pd.DataFrame, words: Words) -> tuple[RankedDistrict, ...]:
    columns = (table[name].tolist() for name in ("district", "name", "rank", "municipalities", "total", "share"))
    return tuple(
        RankedDistrict(
            key,
            name,
            words.number(rank),
            words.say(phrases.N_OF_TOTAL, n=words.number(number), total=words.number(total)),
            words.percent(share),
            share,
        )
        for key, name, rank, number, total, share in zip(*columns, strict=True)
    )


def ranking_said(context: ViewContext, words: Words) -> pd.DataFrame:
    """Return the ranking of every instrument with its headings and labels in the reader's language."""
    labels = {each.key: words.label(each.label) for each in context.programme.instruments}
    table = ranked_districts(context)
    titles = {
        "district": words.say("Kreisschlüssel"),
        "name": words.say(phrases.DISTRICT),
        "kind": words.say(phrases.KIND),
        **headings(words, "instrument"),
        "rank": words.say(phrases.RANK),
        "municipalities": words.say(phrases.MUNICIPALITIES),
        "total": words.say(phrases.MUNICIPALITIES_IN_ALL),
        "share": words.say(phrases.SHARE),
    }
    return with_shares(context, table).assign(instrument=table["instrument"].map(labels)).rename(columns=titles)


def with_shares(context: ViewContext, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table for a file: shares with four decimals, empty where the programme is not for all."""
    return table.assign(share=table["share"].round(4) if context.programme.has_shares else "")
