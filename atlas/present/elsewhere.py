"""A municipality in the other programmes, and a view in another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atlas.analysis.status import StatusLines
from atlas.model.programme import OVERVIEW
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import position_or_successor, status_sentence
from atlas.present.wording import Words


@dataclass(frozen=True)
class Elsewhere:
    """What another programme, called ``title``, says of a municipality; ``view`` is the same page there.

    ``status``: instruments in order, each with what is documented on the day: ``("Baustein", "läuft, seit 2021")``. Empty
    if the municipality belongs to the programme's territory and nothing is documented.
    """

    title: str
    name: str
    view: ViewState
    status: tuple[tuple[str, str], ...]


def in_programme(context: ViewContext, programme: str) -> ViewState:
    """Return the view in another programme: what only the one has is left out, day, place and language are kept.

    A district is kept if the other's boundary set has it; whether it has the municipality, its pages say.
    """
    snapshot = context.snapshot
    first = next(iter(snapshot.programmes))
    boundaries = snapshot.edition(snapshot.programme(programme), context.as_of)
    return context.view.but(
        programme="" if programme == first else programme,
        layer=OVERVIEW,
        looks=frozenset(),
        area=None,
        film=None,
        tiles=context.view.tiles and boundaries.has_tiles,
        district=context.view.district if context.view.district in boundaries.districts.index else None,
    )


def elsewhere(contexts: ViewContexts, context: ViewContext, ags: str, words: Words) -> tuple[Elsewhere, ...]:
    """Return what the other programmes say of the municipality with this key, in their order.

    Those whose territory it does not belong to on the day are not among them.
    """
    others_found = []
    for key, programme in context.snapshot.programmes.items():
        if key == context.programme.key:
            continue
        there = contexts.of(in_programme(context, key))
        position = position_or_successor(there, ags)
        if position is None:
            continue
        rows = there.status.loc[[position]]
        lines = StatusLines(rows[rows["basis"] != "none"]).get(position, ())
        statuses = tuple(
            (words.label(programme.instrument(line.instrument).label), status_sentence(line, programme, words))
            for line in lines
        )
        row = rows.iloc[0]
        view = there.view.but(municipality=str(row["ags"]), district=None)
        others_found.append(Elsewhere(words.label(programme.title), str(row["name"]), view, statuses))
    return tuple(others_found)


@dataclass(frozen=True)
class OtherProgrammes:
    """What other programmes say, below a heading or a sentence."""

    heading: str
    programmes: tuple[Elsewhere, ...]


def others(found: Iterable[Elsewhere], words: Words) -> OtherProgrammes:
    """Return those programmes in which something is documented."""
    return OtherProgrammes(words.say("In anderen Programmen"), tuple(each for each in found if each.status))


def not_here(territory: str, found: Iterable[Elsewhere], words: Words) -> OtherProgrammes:
    """Say that a municipality is not part of a programme's territory; the programmes are those that know it."""
    known = sorted(found, key=lambda each: not each.status)  # first those in which something is documented
    sentence = words.say(
        "{name} gehört nicht zum Gebiet dieses Programms ({territory}). Diese Programme umfassen die Gemeinde:",
        name=known[0].name,
        territory=territory,
    )
    return OtherProgrammes(sentence, tuple(known))
