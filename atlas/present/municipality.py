"""The page of one municipality: its history, its neighbours, and what it may be invited to next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atlas import phrases
from atlas.analysis.status import StatusLine
from atlas.model.programme import PathStep
from atlas.present.detail import Detail, build_detail, status_sentence
from atlas.present.looks import Look, looks_of
from atlas.present.scene import Scene
from atlas.present.timeline import Axis, Bar, axis, bars
from atlas.present.wording import Words

_NAMED = 3
"""How many names a sentence lists before it says how many more there are."""
_WAY = 4
"""Up to so many municipalities away the way to the nearest is named; across a country it would fill lines."""


@dataclass(frozen=True, kw_only=True)
class NeighbourRow:
    """A municipality that shares a border line.

    Attributes
    ----------
    number
        By length of border, from 1; stands on the map where the name has no room.
    border, share
        Length of the shared border, ``12,3 km``, and its part of the whole outline, ``31,0 %``.
    look
        Its class on the map shown.
    status
        One sentence for each instrument documented, since when included; one that nothing is known, if there is none.
    is_active
        Whether something is in force there by a record of its own.
    """

    number: int
    position: int
    ags: str
    name: str
    district: str
    border: str
    share: str
    look: Look
    status: tuple[str, ...]
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What a municipality may be invited to next.

    Attributes
    ----------
    heading, invitation
        The step and what it brings; empty when every step in order is taken.
    companions
        Sentence on the neighbours that have taken it; empty without.
    offers
        Heading and sentence of what is possible at any time and not documented yet.
    step_heading, offers_heading
        What stands above the step and above the offers.
    """

    heading: str = ""
    invitation: str = ""
    companions: str = ""
    offers: tuple[tuple[str, str], ...]
    step_heading: str
    offers_heading: str


@dataclass(frozen=True, kw_only=True)
class MunicipalityPage:
    """Everything the page says.

    Attributes
    ----------
    bars, axis
        Timelines by instrument key, and their common axis.
    undocumented
        Labels of the instruments of which nothing is known here.
    rest, bars_note
        Sentence of those labels, and how timelines are read; empty where there is nothing to say.
    neighbours
        By shared border, longest first.
    neighbour_titles
        Headings of their columns: number, municipality, border, status.
    notes
        Sentences about neighbourhood: corners, the state's edge, the second ring.
    chains
        How far it is to the nearest municipality that has what is missing here.
    chains_heading
        What stands above them.
    """

    detail: Detail
    axis: Axis
    bars: dict[str, tuple[Bar, ...]]
    undocumented: tuple[str, ...]
    rest: str
    bars_note: str
    neighbours: tuple[NeighbourRow, ...]
    neighbour_titles: tuple[str, str, str, str]
    notes: tuple[str, ...]
    chains: tuple[str, ...]
    chains_heading: str
    next_step: NextStep | None


def build_page(source: Scene, position: int, words: Words) -> MunicipalityPage:
    """Return the page of the municipality at ``position``."""
    detail = build_detail(source, position, words)
    scale = axis(source)
    district = str(source.edition.municipalities.at[position, "district"])
    undocumented = tuple(each.label for each in detail.instruments if each not in detail.documented)
    drawn = bars(source, detail.ags, district, scale)
    rest = words.say("Nicht dokumentiert: {list}.", list=", ".join(undocumented))
    return MunicipalityPage(
        detail=detail,
        axis=scale,
        bars=drawn,
        undocumented=undocumented,
        rest=rest if undocumented and detail.documented else "",
        bars_note=_bars_note(drawn, words),
        neighbours=neighbour_rows(source, position, words),
        neighbour_titles=(
            words.say(phrases.NUMBER),
            words.say(phrases.MUNICIPALITY),
            words.say(phrases.SHARED_BORDER),
            words.say(phrases.STATUS),
        ),
        notes=neighbourhood_notes(source, position, words),
        chains=_chains(source, position, words),
        chains_heading=words.say("Am nächsten"),
        next_step=_next_step(source, position, words),
    )


def _bars_note(drawn: dict[str, tuple[Bar, ...]], words: Words) -> str:
    """Return how timelines are read, where one is not solid throughout or hatched as its stage is everywhere."""
    marks = {"rings", "plus", "bars", "dashes"}
    if not any(bar.has_ended or bar.look.hatch in marks for each in drawn.values() for bar in each):
        return ""
    return words.say(
        "Zeitleisten: Wo Kreise stehen, ist es erst später belegt und der Beginn unbekannt; unterbrochen gestrichelt ist, "
        "was vermutlich beendet oder nicht weiter belegt ist; ein Strich am Ende heißt beendet."
    )


def neighbour_rows(source: Scene, position: int, words: Words) -> tuple[NeighbourRow, ...]:
    """Return the neighbours by shared border, longest first, as the page says them."""
    hood, layer = source.day.hood, source.view.layer
    looks = {look.key: look for look in looks_of(source.programme, layer)}
    classes = source.spec.classes
    active = source.day.active
    rows = []
    for number, (other, border_m) in enumerate(hood.lines[position], start=1):
        lines = source.day.lines[other]
        known = tuple(_brief(source, line, words) for line in lines if line.basis in {"direct", "district"})
        rows.append(
            NeighbourRow(
                number=number,
                position=other,
                ags=lines[0].ags,
                name=lines[0].name,
                district=str(source.edition.districts.at[lines[0].district, "name"]),
                border=words.say(phrases.KILOMETRES, km=words.number(border_m / 1000, 1)),
                share=words.percent(border_m / hood.outline_m[position]),
                look=looks[classes[other]],
                status=known or (words.say(phrases.NO_KNOWN_ACTIVITY),),
                is_active=other in active,
            )
        )
    return tuple(rows)


def _brief(source: Scene, line: StatusLine, words: Words) -> str:
    """Return ``Baustein: erreicht, 17.12.2021``."""
    label = words.label(source.programme.instrument(line.instrument).short)
    said = status_sentence(line, source.programme, words, with_rule=False)
    return said if said.startswith(label) else f"{label}: {said}"


def name_list(names: Iterable[str], words: Words, most: int = _NAMED) -> str:
    """Return ``A, B, C und 4 weitere``: names as they come, at most ``most``."""
    listed = list(names)
    told = ", ".join(listed[:most])
    more = len(listed) - most
    return words.say(phrases.NAMES_AND_N_MORE, names=told, n=words.number(more)) if more > 0 else told


def _names(source: Scene, positions: Iterable[int]) -> list[str]:
    column = source.edition.municipalities["name"]
    return [str(column.iloc[position]) for position in positions]


def neighbourhood_notes(source: Scene, position: int, words: Words) -> tuple[str, ...]:
    """Return what a list of neighbours does not say: corners, the state's edge, the second ring."""
    hood = source.day.hood
    notes = []
    if corners := hood.corners[position]:
        names = ", ".join(_names(source, corners))
        notes.append(
            words.say("Nur in einem Punkt berührt (Punktkontakt, keine gemeinsame Grenze): {names}.", names=names)
        )
    if edge_m := hood.edge_m[position]:
        notes.append(
            words.say(
                "{km} km der Grenze sind die Grenze von {state}. Nachbarn außerhalb sind hier nicht verzeichnet.",
                km=words.number(edge_m / 1000, 1),
                state=words.label(source.programme.territory),
            )
        )
    ring = hood.second_ring(position)
    active = source.day.active
    warm = [each for each in ring if each in active]
    if ring:
        said = words.count(
            "Dahinter liegt im zweiten Ring {n} Gemeinde", "Dahinter liegen im zweiten Ring {n} Gemeinden", len(ring)
        )
        taking_part = words.say("davon {n} mit dokumentierter Beteiligung", n=words.number(len(warm)))
        names = f": {name_list(_names(source, warm), words, 6)}" if warm else ""
        notes.append(f"{said}, {taking_part}{names}.")
    return tuple(notes)


def _chains(source: Scene, position: int, words: Words) -> tuple[str, ...]:
    """Return, for each key instrument not in force here, how far it is to the next municipality that has it."""
    programme = source.programme
    own = {line.instrument for line in source.day.lines[position] if line.in_force and line.basis != "district"}
    said = []
    for key in programme.overview.figures:
        chain = None if key in own else source.day.hood.chain(position, source.day.direct.get(key, frozenset()))
        if chain is None:
            continue
        told = {
            "what": words.label(programme.instrument(key).label),
            "names": name_list(_names(source, chain.ends), words),
        }
        if chain.steps == 1:
            said.append(words.say("{what}: gleich nebenan, {names}", **told))
            continue
        steps = words.number(chain.steps)
        if chain.steps > _WAY:
            said.append(words.say("{what}: {n} Gemeinden weiter, {names}", **told, n=steps))
            continue
        via = ", ".join(_names(source, chain.path[1:-1]))
        said.append(words.say("{what}: {n} Gemeinden weiter, {names} (über {via})", **told, n=steps, via=via))
    return tuple(said)


def _next_step(source: Scene, position: int, words: Words) -> NextStep | None:
    """Return the first step in order that is not taken, and what is possible at any time; None where nothing is left."""
    path = source.programme.path
    if not path:
        return None
    # What has been implied counts as taken, and so does a stage that is not counted itself (a preliminary agreement
    # is an agreement on its way); what the district does is the district's.
    own = {line.instrument for line in source.day.lines[position] if line.basis in {"direct", "derived"}}
    taken = {line.instrument for line in source.day.lines[position] if line.counted and line.basis != "district"}
    ahead = next((step for step in path if not step.any_order and step.instrument not in taken), None)
    offers = tuple(
        (_label(source, step, words), words.label(step.invitation))
        for step in path
        if step.any_order and step.instrument not in own
    )
    headings = {
        "step_heading": words.say(phrases.POSSIBLE_NEXT_STEP),
        "offers_heading": words.say("Jederzeit möglich"),
    }
    if ahead is None:
        return NextStep(offers=offers, **headings) if offers else None
    hood, lines = source.day.hood, source.day.lines
    companions = [
        other
        for other, _ in hood.lines[position]
        if any(
            line.instrument == ahead.instrument and line.in_force and line.basis == "direct" for line in lines[other]
        )
    ]
    names = name_list(_names(source, companions), words, 4)
    return NextStep(
        heading=_label(source, ahead, words),
        invitation=words.label(ahead.invitation),
        companions=words.say("In der Nachbarschaft schon gegangen: {names}.", names=names) if names else "",
        offers=offers,
        **headings,
    )


def _label(source: Scene, step: PathStep, words: Words) -> str:
    return words.label(source.programme.instrument(step.instrument).label)
