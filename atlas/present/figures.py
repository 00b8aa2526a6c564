"""The key figures above the map: each number with the list that makes it up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from atlas.analysis.counting import Figure
from atlas.analysis.status import NO_DATA
from atlas.model.boundaries import Edition
from atlas.model.programme import OVERVIEW
from atlas.present.scene import Scene
from atlas.present.wording import Words


@dataclass(frozen=True)
class Door:
    """A number that opens its list.

    Attributes
    ----------
    key
        Unique on the page.
    number
        What is shown. Equals the length of the list.
    text
        ``52 Gemeinden``.
    title
        Headline of the list.
    rows
        Makes the list: columns ``name``, ``district``, ``since``, ``joint_with``, ``source``, all said.
    """

    key: str
    number: int
    text: str
    title: str
    rows: Callable[[], pd.DataFrame]


@dataclass(frozen=True)
class Card:
    """One key figure: a heading, one or two doors, and a sentence."""

    heading: str
    doors: tuple[Door, ...]
    note: str


def build_cards(scene: Scene, words: Words) -> tuple[Card, ...]:
    """Return the cards of a view, at most four.

    For the overview one for each of the programme's key instruments; for an instrument the covered municipalities
    and arrangements, then the largest of its other classes.
    """
    programme, layer = scene.programme, scene.view.layer
    if layer == OVERVIEW:
        figures = [scene.day.figure(key, scene.district) for key in programme.overview.figures]
        return tuple(_figure_card(each, scene, words) for each in figures)
    return (_figure_card(scene.day.figure(layer, scene.district), scene, words), *_class_cards(scene, words))[:4]


def _figure_card(each: Figure, scene: Scene, words: Words) -> Card:
    edition = scene.edition
    instrument = scene.programme.instrument(each.instrument)
    heading = words.label(instrument.label)
    unit = instrument.unit_one if len(each.arrangements) == 1 else instrument.unit
    told = {"what": heading, "day": words.day(scene.as_of)}
    municipalities = Door(
        f"{each.instrument}-municipalities",
        len(each.municipalities),
        words.count("{n} Gemeinde", "{n} Gemeinden", len(each.municipalities)),
        words.say("{what}: Gemeinden. Stand {day}", **told),
        partial(municipality_rows, each.municipalities, edition, words),
    )
    arrangements = Door(
        f"{each.instrument}-arrangements",
        len(each.arrangements),
        f"{words.number(len(each.arrangements))} {words.label(unit)}",
        words.say("{what}: {list}, gemeinsame einmal gezählt. Stand {day}", **told, list=words.label(instrument.unit)),
        partial(arrangement_rows, each, edition, words),
    )
    notes = _of_all(each.share, each.total, scene, words)
    if each.derived:
        notes.append(words.say("davon {n} abgeleitet", n=words.number(each.derived)))
    if each.through_district:
        notes.append(words.say("dazu {n} über den Kreis", n=words.number(each.through_district)))
    return Card(heading, (municipalities, arrangements), " · ".join(notes))


def _of_all(share: float, total: int, scene: Scene, words: Words) -> list[str]:
    """Return the share of all municipalities, where the programme is for all of them."""
    if not scene.programme.has_shares:
        return []
    return [words.say("{share} von {total}", share=words.percent(share), total=words.number(total))]


def _class_cards(scene: Scene, words: Words) -> list[Card]:
    status, layer, spec = scene.status, scene.view.layer, scene.spec
    rows = status[status["instrument"] == layer]
    classes = spec.classes
    counted_classes = sum(entry.look.counted for entry in spec.legend)
    cards = []
    for entry in spec.legend:
        if entry.look.key == NO_DATA or not entry.count or (entry.look.counted and counted_classes == 1):
            continue  # the first card says it already
        members = rows[[classes[position] == entry.look.key for position in rows.index]]
        members = members[members.index.isin(list(spec.inside))]
        label = words.label(entry.look.label)
        text = words.count("{n} Gemeinde", "{n} Gemeinden", len(members))
        door = Door(
            f"{layer}-{entry.look.key}",
            len(members),
            text,
            label,
            partial(municipality_rows, members, scene.edition, words),
        )
        notes = _of_all(len(members) / spec.total if spec.total else 0.0, spec.total, scene, words)
        cards.append(Card(label[:1].upper() + label[1:], (door,), " · ".join(notes)))
    return cards


def municipality_rows(rows: pd.DataFrame, edition: Edition, words: Words) -> pd.DataFrame:
    """Return rows of the status table as a list: the columns of a `Door`."""
    ordered = rows.sort_values(["name", "ags"])
    return pd.DataFrame(
        {
            "name": ordered["name"].tolist(),
            "district": [str(edition.districts.loc[key, "name"]) for key in ordered["district"]],
            "since": [words.since(s, m) for s, m in zip(ordered["since"], ordered["since_means"], strict=True)],
            "joint_with": ordered["joint_with"].tolist(),
            "source": ordered["source"].tolist(),
        }
    )


def arrangement_rows(each: Figure, edition: Edition, words: Words) -> pd.DataFrame:
    """Return one row per arrangement: named by its body, or by the municipality whose own it is."""
    status = each.municipalities
    names = edition.municipalities["name"]
    rows = []
    for arrangement in each.arrangements:
        first = status.loc[arrangement.members[0]]
        keys = {str(status.at[position, "district"]) for position in arrangement.members}
        rows.append(
            {
                "name": arrangement.body or str(first["name"]),
                "district": ", ".join(sorted(str(edition.districts.at[key, "name"]) for key in keys)),
                "since": words.since(str(first["since"]), str(first["since_means"])),
                "joint_with": ", ".join(str(names[i]) for i in arrangement.members) if arrangement.body else "",
                "source": str(first["source"]),
            }
        )
    return pd.DataFrame(rows, columns=["name", "district", "since", "joint_with", "source"]).sort_values("name")
