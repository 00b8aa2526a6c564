"""The page of one municipality: its history, its neighbours, and what it may be invited to next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from atlas import phrases
from atlas.analysis.status import StatusLine
from atlas.model.programme import PathStep
from atlas.phrases import N_
from atlas.present.context import ViewContext
from atlas.present.detail import Detail, build_detail, status_sentence
from atlas.present.looks import LegendClass, looks_by_key
from atlas.present.timeline import Axis, Bar, axis, bars
from atlas.present.wording import Words

_TITLES = (phrases.NUMBER, phrases.MUNICIPALITY, phrases.SHARED_BORDER, phrases.STATUS)
_NAMED = 3
"""How many names a sentence lists before it says how many more there are."""
_WAY = 4
"""Up to so many municipalities away the way to the nearest is named; across a country it would fill lines."""


@dataclass(frozen=True, kw_only=True)
class NeighbourRow:
    """A municipality that shares a border line."""

    number: int
    """By length of border, from 1; stands on the map where the name has no room."""
    position: int
    ags: str
    name: str
    district: str
    border: str
    """Length of the shared border, ``12,3 km``."""
    share: str
    """Its part of the whole outline, ``31,0 %``."""
    look: LegendClass
    status: tuple[str, ...]
    """A sentence for each instrument documented."""
    is_active: bool
    """Whether something is in force there by a record of its own."""


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What a municipality may be invited to next. The first three are empty when every step in order is taken."""

    heading: str = ""
    """The step."""
    invitation: str = ""
    """What it brings."""
    companions: str = ""
    """Which neighbours have taken it."""
    offers: tuple[tuple[str, str], ...]
    """Heading and sentence of what is possible at any time and not documented yet."""
    step_heading: str
    offers_heading: str


@dataclass(frozen=True, kw_only=True)
class MunicipalityPage:
    """Everything the page says."""

    detail: Detail
    axis: Axis
    bars: dict[str, tuple[Bar, ...]]
    """Timelines by instrument key."""
    undocumented: tuple[str, ...]
    """Labels of the instruments of which nothing is known here."""
    remarks: tuple[str, ...]
    """Sentences on these, and on how timelines are read; as far as there is anything to say."""
    neighbours: tuple[NeighbourRow, ...]
    """By shared border, longest first."""
    neighbour_titles: tuple[str, ...]
    """Headings of their columns."""
    notes: tuple[str, ...]
    """Sentences about neighbourhood: corners, the state's edge, the second ring."""
    chains: tuple[str, ...]
    """How far it is to the nearest municipality that has what is missing here."""
    chains_heading: str
    next_step: NextStep | None


def build_page(context: ViewContext, position: int, words: Words) -> MunicipalityPage:
    """Return the page of the municipality at ``position``."""
    detail = build_detail(context, position, words)
    scale = axis(context)
    district = str(context.edition.municipalities.at[position, "district"])
    undocumented = tuple(each.label for each in detail.instruments if each not in detail.documented)
    drawn = bars(context, detail.ags, district, scale)
    near = neighbour_rows(context, position, words)
    remarks = [_bars_note(drawn, words)]
    if undocumented and detail.documented:
        remarks.insert(0, words.say("Nicht dokumentiert: {list}.", list=", ".join(undocumented)))
    return MunicipalityPage(
        detail=detail,
        axis=scale,
        bars=drawn,
        undocumented=undocumented,
        remarks=tuple(filter(None, remarks)),
        neighbours=near,
        neighbour_titles=tuple(map(words.say, _TITLES)),
        notes=(*_unknown(near, words), *neighbourhood_notes(context, position, words)),
        chains=_chains(context, position, words),
        chains_heading=words.say("Am nächsten"),
        next_step=_next_step(context, position, words),
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


def neighbour_rows(context: ViewContext, position: int, words: Words) -> tuple[NeighbourRow, ...]:
    """Return the neighbours by shared border, longest first, as the page says them."""
    hood = context.day.hood
    looks = looks_by_key(context.programme, context.view.layer)
    classes = context.spec.classes
    active = context.day.active
    rows = []
    for number, (other, border_m) in enumerate(hood.lines[position], start=1):
        lines = context.day.lines[other]
        known = tuple(brief(context, line, words) for line in lines if line.basis in {"direct", "district"})
        rows.append(
            NeighbourRow(
                number=number,
                position=other,
                ags=lines[0].ags,
                name=lines[0].name,
                district=context.edition.district_name(lines[0].district),
                border=words.say(phrases.KILOMETRES, km=words.number(border_m / 1000, 1)),
                share=words.percent(border_m / hood.outline_m[position]),
                look=looks[classes[other]],
                status=known,
                is_active=other in active,
            )
        )
    return tuple(rows)


def _unknown(rows: Iterable[NeighbourRow], words: Words) -> tuple[str, ...]:
    """Return the sentence on the neighbours of which nothing is known, instead of one in each of their rows."""
    count = sum(not row.status for row in rows)
    if not count:
        return ()
    one = N_("Strich: Von einem Nachbarn ist keine Aktivität bekannt.")
    return (words.count(one, N_("Strich: Von {n} Nachbarn ist keine Aktivität bekannt."), count),)


def brief(context: ViewContext, line: StatusLine, words: Words) -> str:
    """Return ``Baustein: erreicht, 17.12.2021``."""
    label = words.label(context.programme.instrument(line.instrument).short)
    status = status_sentence(line, context.programme, words, with_rule=False)
    return status if status.startswith(label) else f"{label}: {status}"


def name_list(names: Iterable[str], words: Words, most: int = _NAMED) -> str:
    """Return ``A, B, C und 4 weitere``: names as they come, at most ``most``."""
    listed = list(names)
    first_names = ", ".join(listed[:most])
    more = len(listed) - most
    return words.say(phrases.NAMES_AND_N_MORE, names=first_names, n=words.number(more)) if more > 0 else first_names


def _names(context: ViewContext, positions: Iterable[int]) -> list[str]:
    column = context.edition.municipalities["name"]
    return [str(column.iloc[position]) for position in positions]


def neighbourhood_notes(context: ViewContext, position: int, words: Words) -> tuple[str, ...]:
    """Return what a list of neighbours does not say: corners, the state's edge, the second ring."""
    hood = context.day.hood
    notes = []
    if corners := hood.corners[position]:
        names = ", ".join(_names(context, corners))
        notes.append(
            words.say("Nur in einem Punkt berührt (Punktkontakt, keine gemeinsame Grenze): {names}.", names=names)
        )
    if edge_m := hood.edge_m[position]:
        notes.append(
            words.say(
                "{km} km der Grenze sind die Grenze von {state}. Nachbarn außerhalb sind hier nicht verzeichnet.",
                km=words.number(edge_m / 1000, 1),
                state=words.label(context.programme.territory),
            )
        )
    ring = hood.second_ring(position)
    active = context.day.active
    warm = [each for each in ring if each in active]
    if ring:
        how_many = words.count(
            "Dahinter liegt im zweiten Ring {n} Gemeinde", "Dahinter liegen im zweiten Ring {n} Gemeinden", len(ring)
        )
        taking_part = words.say("davon {n} mit dokumentierter Beteiligung", n=words.number(len(warm)))
        names = f": {name_list(_names(context, warm), words, 6)}" if warm else ""
        notes.append(f"{how_many}, {taking_part}{names}.")
    return tuple(notes)


def _chains(context: ViewContext, position: int, words: Words) -> tuple[str, ...]:
    """Return, for each key instrument not in force here, how far it is to the next municipality that has it."""
    programme = context.programme
    own = {line.instrument for line in context.day.lines[position] if line.in_force and line.basis != "district"}
    sentences = []
    for key in programme.overview.figures:
        chain = None if key in own else context.day.hood.chain(position, context.day.direct.get(key, frozenset()))
        if chain is None:
            continue
        values = {
            "what": words.label(programme.instrument(key).label),
            "names": name_list(_names(context, chain.ends), words),
        }
        text = N_("{what}: {n} Gemeinden weiter, {names} (über {via})")
        if chain.steps == 1:
            text = N_("{what}: gleich nebenan, {names}")
        elif chain.steps > _WAY:
            text = N_("{what}: {n} Gemeinden weiter, {names}")
        via = ", ".join(_names(context, chain.path[1:-1]))
        sentences.append(words.say(text, **values, n=words.number(chain.steps), via=via))
    return tuple(sentences)


def _next_step(context: ViewContext, position: int, words: Words) -> NextStep | None:
    """Return the first step in order that is not taken, and what is possible at any time; None where nothing is left."""
    path = context.programme.path
    if not path:
        return None
    # What has been implied counts as taken, and so does a stage that is not counted itself (a preliminary agreement
    # is an agreement on its way); what the district does is the district's.
    lines = context.day.lines[position]
    own = {line.instrument for line in lines if line.basis in {"direct", "derived"}}
    taken = {line.instrument for line in lines if line.counted and line.basis != "district"}
    ahead = next((step for step in path if not step.any_order and step.instrument not in taken), None)
    offers = tuple(
        (_label(context, step, words), words.label(step.invitation))
        for step in path
        if step.any_order and step.instrument not in own
    )
    bare = NextStep(
        offers=offers,
        step_heading=words.say(phrases.POSSIBLE_NEXT_STEP),
        offers_heading=words.say("Jederzeit möglich"),
    )
    if ahead is None:
        return bare if offers else None
    going = context.day.direct.get(ahead.instrument, frozenset())
    companions = [other for other, _ in context.day.hood.lines[position] if other in going]
    names = name_list(_names(context, companions), words, 4)
    return replace(
        bare,
        heading=_label(context, ahead, words),
        invitation=words.label(ahead.invitation),
        companions=words.say("In der Nachbarschaft schon gegangen: {names}.", names=names) if names else "",
    )


def _label(context: ViewContext, step: PathStep, words: Words) -> str:
    return words.label(context.programme.instrument(step.instrument).label)
