"""What the words of a programme mean: its instruments, and the looks of their stages."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.model.programme import Programme
from atlas.present.looks import LegendItem, looks_of, plain_legend
from atlas.present.wording import Words


@dataclass(frozen=True)
class Term:
    """An instrument with its definition and the looks of its stages."""

    label: str
    definition: str
    looks: tuple[LegendItem, ...]


def glossary(programme: Programme, words: Words) -> tuple[Term, ...]:
    """Return every instrument, in order."""
    terms = []
    for instrument in programme.instruments:
        stages = {stage.key for stage in instrument.stages}
        looks = (
            look
            for look in looks_of(programme, instrument.key)[1:]
            if look.key.partition("~")[0] in stages and look.key.rpartition("~")[2] not in {"district", "uncounted"}
        )
        terms.append(
            Term(words.label(instrument.label), words.label(instrument.definition), plain_legend(looks, words).items)
        )
    return tuple(terms)
