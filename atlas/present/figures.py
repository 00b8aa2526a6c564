"""The key figures above the map: each number with the list that makes it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd

from atlas import phrases
from atlas.analysis.counting import Figure
from atlas.model.boundaries import BoundaryVersion
from atlas.model.place_names import german_key, in_german_order
from atlas.model.programme import OVERVIEW, Counts
from atlas.model.states import State
from atlas.model.view import ViewState
from atlas.present.context import ViewContext
from atlas.present.looks import counted_keys, look_keys
from atlas.present.population import people_said
from atlas.present.since import lines_of, said, since_of, sinces_of
from atlas.present.time_words import holding_said
from atlas.present.wording import Words

Listed = tuple[str, ViewState | None]
"""A number, said, and the view of the map that lists exactly what it counts; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class DrillDown:
    """A number that opens its list."""

    key: str
    """Unique on the page."""
    number: int
    """Equals the length of the list."""
    text: str
    """What is shown, ``52 Gemeinden``."""
    title: str
    rows: Callable[[], pd.DataFrame]
    """Makes the list: ``places`` (key and name of each, a tuple of pairs), ``name`` (all of them), ``district``, ``since``,
    ``joint_with``, ``source``, all said."""
    looks: tuple[str, ...] = ()
    """Keys of the classes whose municipalities the list holds; empty if no classes say it."""
    is_beside: bool = False
    """Whether it stands smaller, beside the number: a part of it, or what it does not count."""


@dataclass(frozen=True)
class Card:
    """One key figure: a heading, one or two doors, those beside them, and a sentence."""

    heading: str
    doors: tuple[DrillDown, ...]
    note: str


def build_cards(context: ViewContext, words: Words) -> tuple[Card, ...]:
    """Return the cards of a view, at most four.

    For the overview one for each of the programme's key instruments; for an instrument the covered municipalities
    and arrangements, then the largest of its other classes.
    """
    programme, layer = context.programme, context.view.layer
    if layer == OVERVIEW:
        figures = [context.day.figure(key, context.district) for key in programme.overview.figures]
        return tuple(_figure_card(each, context, words) for each in figures)
    first = _figure_card(context.day.figure(layer, context.district), context, words)
    return (first, *_class_cards(context, words)[:3])


def _figure_card(each: Figure, context: ViewContext, words: Words) -> Card:
    instrument = context.programme.instrument(each.instrument)
    heading = words.label(instrument.label)
    values = {"what": heading, "day": words.day(context.as_of)}
    counted = tuple(sorted(counted_keys(context.programme, each.instrument)))
    municipalities = DrillDown(
        key=f"{each.instrument}-municipalities",
        number=len(each.municipalities),
        text=words.count(*phrases.N_MUNICIPALITIES, len(each.municipalities)),
        title=words.say(phrases.LIST_OF_MUNICIPALITIES, **values),
        rows=partial(municipality_rows, each.municipalities, context.edition, words),
        looks=counted,
    )
    arrangements = DrillDown(
        key=f"{each.instrument}-arrangements",
        number=len(each.arrangements),
        text=words.arrangements(instrument, len(each.arrangements)),
        title=words.say(phrases.LIST_OF_ARRANGEMENTS, **values, list=words.label(instrument.unit)),
        rows=partial(arrangement_rows, each, context.edition, words),
        looks=counted,
    )
    notes = _of_all(each.share, each.total, context, words)
    notes += filter(None, [people_said(context, each, context.district, words)])
    if each.derived:
        notes.append(words.say("davon {n} abgeleitet", n=words.number(each.derived)))
    if each.through_district:
        notes.append(words.say("dazu {n} über den Kreis", n=words.number(each.through_district)))
    return Card(heading, (municipalities, arrangements, *beside(each, context, words)), " · ".join(notes))


def beside(each: Figure, context: ViewContext, words: Words) -> Iterator[DrillDown]:
    """Yield what stands beside a number: what it does not count, and what of it does not hold or was not read."""
    instrument, counted = context.programme.instrument(each.instrument), each.municipalities
    state = counted["state"]
    later = words.say(phrases.N_MORE_DOCUMENTED_LATER, n=words.number(len(each.documented_later)))
    unknown = words.say(phrases.N_MORE_PERIOD_UNKNOWN, n=words.number(len(each.period_unknown)))
    parts = [("documented_later", each.documented_later, later), ("period_unknown", each.period_unknown, unknown)]
    if instrument.counts is Counts.SO_FAR:
        holding = words.say(
            "davon {n} {holding}", n=words.number(len(each.in_force)), holding=holding_said([instrument], words)
        )
        over, ended = counted[state == State.PRESUMED_OVER], counted[state == State.ENDED]
        parts += [
            ("in_force", each.in_force, holding),
            ("presumed_over", over, words.say("davon {n} vermutlich beendet", n=words.number(len(over)))),
            ("ended", ended, words.say("davon {n} beendet", n=words.number(len(ended)))),
        ]
    inferred = counted[counted["inferred"]]
    parts.append(("inferred", inferred, words.say("davon {n} erschlossen", n=words.number(len(inferred)))))
    for key, rows, text in parts:
        if not len(rows) and key != "in_force":
            continue
        looks = () if key == "inferred" else tuple(sorted(set(look_keys(rows, instrument))))
        yield DrillDown(
            key=f"{each.instrument}-{key}",
            number=len(rows),
            text=text,
            title=f"{words.label(instrument.label)}: {text}",
            rows=partial(municipality_rows, rows, context.edition, words),
            looks=looks,
            is_beside=True,
        )


def _of_all(share: float, total: int, context: ViewContext, words: Words) -> list[str]:
    """Return the share of all municipalities, where the programme is for all of them."""
    if not context.programme.has_shares:
        return []
    return [words.say("{share} von {total}", share=words.percent(share), total=words.number(total))]


def _class_cards(context: ViewContext, words: Words) -> list[Card]:
    """Return a card for every class that the first card does not tell of already."""
    status, layer, spec = context.status, context.view.layer, context.spec
    rows = status[status["instrument"] == layer]
    classes = spec.classes
    counted_classes = sum(entry.look.counted for entry in spec.legend)
    own = {stage.key for stage in context.programme.instrument(layer).stages}
    cards = []
    for entry in spec.legend:
        is_stage = entry.look.key.partition("~")[0] in own
        if not is_stage or not entry.count or (entry.look.counted and counted_classes == 1):
            continue
        members = rows[[classes[position] == entry.look.key for position in rows.index]]
        members = members[members.index.isin(list(spec.inside))]
        label = words.label(entry.look.label)
        door = DrillDown(
            key=f"{layer}-{entry.look.key}",
            number=len(members),
            text=words.count(*phrases.N_MUNICIPALITIES, len(members)),
            title=label,
            rows=partial(municipality_rows, members, context.edition, words),
            looks=(entry.look.key,),
        )
        notes = _of_all(len(members) / spec.total if spec.total else 0.0, spec.total, context, words)
        cards.append(Card(label[:1].upper() + label[1:], (door,), " · ".join(notes)))
    return cards


def municipality_rows(rows: pd.DataFrame, boundaries: BoundaryVersion, words: Words) -> pd.DataFrame:
    """Return rows of the status table as a list: the columns of a `DrillDown`."""
    ordered = rows.sort_values(["name", "ags"], key=german_key)
    return pd.DataFrame(
        {
            "places": [((ags, name),) for ags, name in zip(ordered["ags"], ordered["name"], strict=True)],
            "name": ordered["name"].tolist(),
            "district": [boundaries.district_name(key) for key in ordered["district"]],
            "since": [said(since, words) for since in sinces_of(ordered)],
            "joint_with": ordered["joint_with"].tolist(),
            "source": ordered["source"].tolist(),
        }
    )


def arrangement_rows(each: Figure, boundaries: BoundaryVersion, words: Words) -> pd.DataFrame:
    """Return one row per arrangement: its municipalities, each with the name of the case, and the body that makes it joint."""
    rows = []
    for _, members in each.cases.sort_values(["since", "ags"], kind="stable").groupby("arrangement", sort=False):
        first, case = lines_of(members)[0], str(members["case_name"].iloc[0])
        told = {
            ags: words.say(phrases.NAME_WITH_CASE, name=name, case=case) if case else name
            for ags, name in zip(members["ags"], members["name"], strict=True)
        }
        places = tuple(sorted(told.items(), key=lambda place: in_german_order(place[1])))
        rows.append(
            {
                "places": places,
                "name": ", ".join(name for _, name in places),
                "district": ", ".join(
                    sorted({boundaries.district_name(key) for key in members["district"]}, key=in_german_order)
                ),
                "since": said(since_of(first), words),
                "joint_with": first.joint_with,
                "source": first.source,
            }
        )
    columns = ["places", "name", "district", "since", "joint_with", "source"]
    return pd.DataFrame(rows, columns=columns).sort_values("name", key=german_key)
