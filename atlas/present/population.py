"""What is said of inhabitants: a share beside that of municipalities, how many live somewhere, and which register says so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas import phrases
from atlas.analysis.counting import PEOPLE_COLUMNS, Figure
from atlas.analysis.population import Floats
from atlas.model.keys import state_of
from atlas.model.population import Population, SizeClass
from atlas.present.context import ViewContext, weights_of
from atlas.present.wording import Words


def speaks_of_people(context: ViewContext, district: str | None = None) -> bool:
    """Return whether there are shares of inhabitants in a district, or in all: the register must fit all of it."""
    weights = context.day.weights
    if weights is None or not context.programme.has_shares:
        return False
    return state_of(district) not in weights.misfits if district else not weights.misfits


def people_percent(share: float, words: Words) -> str:
    """Return a share of inhabitants, 0 to 1, as a number; said if nobody knows it (NaN)."""
    return words.say("unbekannt") if np.isnan(share) else words.percent(share)


def people_text(share: float, words: Words) -> str:
    """Return ``51,2 % der Einwohner``; that it is unknown for NaN."""
    if np.isnan(share):
        return words.say("Anteil der Einwohner unbekannt")
    return words.say("{share} der Einwohner", share=words.percent(share))


def people_said(context: ViewContext, figure: Figure, district: str | None, words: Words) -> str:
    """Return the share of inhabitants who live in the municipalities counted; empty where there are no such shares."""
    return people_text(figure.people_share, words) if speaks_of_people(context, district) else ""


def own_people(context: ViewContext) -> Floats | None:
    """Return the inhabitants by position, NaN where a municipality of the day has no number of its own; None without any."""
    weights = context.day.weights
    return None if weights is None else weights.alone(context.edition.valid_at(context.as_of))


def inhabitants_said(context: ViewContext, positions: list[int], words: Words) -> str:
    """Return ``12.345 Einwohner``, who live in some municipalities of the day together; empty where the register does not say."""
    weights = context.day.weights
    if weights is None:
        return ""
    found = weights.whole(np.asarray(positions, dtype=np.int64), context.edition.valid_at(context.as_of))
    return "" if np.isnan(found) else words.count(*phrases.N_INHABITANTS, int(found))


def register_said(population: Population, words: Words) -> str:
    """Return which register the numbers are from: of every day it is the same."""
    values = {"day": words.day(population.as_of), "source": population.source}
    return words.say("Einwohnerzahlen zu jedem Stichtag: Verzeichnis vom {day}, {source}.", **values)


def register_sentence(context: ViewContext, words: Words) -> str:
    """Return which register the numbers are from, or why there are none of a state; empty without one."""
    weights = weights_of(context.snapshot, context.programme, context.edition)
    if weights is None:
        return ""
    states = {state_of(context.district)} if context.district else weights.misfits.keys()
    missing = sum(weights.misfits[state].count for state in states & weights.misfits.keys())
    told = []
    if weights.says_anything:
        told.append(register_said(weights.population, words))
    if missing:
        told.append(words.count(*phrases.INHABITANTS_INCOMPLETE, missing))
    elif not told:
        told.append(words.say("Einwohner: Das Verzeichnis nennt andere Summen, als seine Gemeinden ergeben."))
    return " ".join(told)


def people_headings(words: Words) -> dict[str, str]:
    """Return the headings of `PEOPLE_COLUMNS` in files for readers."""
    titles = (words.say("Einwohner darin"), words.say("Einwohner insgesamt"), words.say("Anteil der Einwohner"))
    return dict(zip(PEOPLE_COLUMNS, titles, strict=True))


def people_shares(table: pd.DataFrame) -> list[float]:
    """Return the shares of inhabitants in a table's rows; NaN, where nobody knows them or there is no register."""
    shares: list[float] = table.get(PEOPLE_COLUMNS[2], pd.Series(np.nan, table.index)).tolist()
    return shares


def people_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table for a file: people as whole numbers, their share with four decimals, empty where nobody knows."""
    if PEOPLE_COLUMNS[0] not in table:
        return table
    written = {name: [written_number(each) for each in table[name]] for name in PEOPLE_COLUMNS[:2]}
    share = [round(each, 4) if not np.isnan(each) else "" for each in table[PEOPLE_COLUMNS[2]]]
    return table.assign(**written, **{PEOPLE_COLUMNS[2]: share})


def written_number(number: float) -> int | str:
    """Return a number of inhabitants for a file; empty for NaN."""
    return "" if np.isnan(number) else int(number)


def size_said(size: SizeClass, words: Words) -> str:
    """Return the name of a size class: ``2.000 bis unter 5.000``."""
    fewest, too_many = size.bounds
    values = {"n": words.number(fewest), "m": words.number(too_many or 0)}
    if not fewest:
        return words.say("unter {m}", **values)
    return words.say("{n} bis unter {m}", **values) if too_many else words.say("{n} und mehr", **values)


def without_size(context: ViewContext, words: Words) -> str:
    """Return how many municipalities of the day are in no size class, because they have no number of their own; else empty."""
    people = own_people(context)
    if people is None or not context.day.has_sizes:
        return ""
    number = int(np.isnan(people[context.edition.valid_at(context.as_of)]).sum())
    if not number:
        return ""
    return words.count(
        "{n} Gemeinde des Tages hat keine eigene Einwohnerzahl.",
        "{n} Gemeinden des Tages haben keine eigene Einwohnerzahl.",
        number,
    )
