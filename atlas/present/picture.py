"""The description of a picture to take home: what is on it and what it says. No drawing library, no measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized
from dataclasses import dataclass, replace
from typing import Literal

from atlas import phrases
from atlas.analysis.status import NO_DATA
from atlas.errors import AtlasError
from atlas.model.boundaries import INDEPENDENT_CITIES, map_names
from atlas.model.excerpt import Excerpt, ExcerptKind
from atlas.model.programme import OVERVIEW
from atlas.model.view import ViewState
from atlas.present.context import ViewContext
from atlas.present.credits import picture_credits
from atlas.present.detail import absent, position_or_successor
from atlas.present.looks import ABSENT, FILTERED, LegendClass, layer_definition, layer_label, looks_by_key, looks_of
from atlas.present.map_spec import LegendEntry, MapSpec
from atlas.present.narrative import neighbours_sentence, sentence
from atlas.present.population import size_said
from atlas.present.wording import Words

_MOST_NAMED = 80
"""So many municipalities are tried to be named on the map of a country."""
_FEW = 3
"""So many places are named in a title; of more it says how many."""
_NEIGHBOURS = 6
"""So many neighbours an alternative text names."""
MOST_ALT = 600
"""Characters of an alternative text: more is not listened to."""
Mark = Literal["area", "point", "district_point", "body", "own"]


@dataclass(frozen=True)
class LegendLine:
    """One line of the legend; ``count`` is None where that is not said.

    In front of it stands the fill of an area as its ``look`` says, a dot or an open dot of a ``colour``, a dashed line, or
    the outline of one's own.
    """

    label: str
    mark: Mark = "area"
    look: LegendClass | None = None
    count: int | None = None
    colour: str = ""


@dataclass(frozen=True)
class Name:
    """A municipality's name for the map, most important first in `Picture.names`."""

    position: int
    text: str
    is_own: bool = False


@dataclass(frozen=True)
class PictureArea:
    """A municipality the picture is about: its class, and what a reader who can't see it is told."""

    look: LegendClass
    ags: str
    name: str
    said: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything a picture shows and says."""

    kind: ExcerptKind
    lang: str
    title: str
    subtitle: str
    spec: MapSpec
    """The map it is drawn from, the same as on screen."""
    areas: dict[int, PictureArea]
    """By position, the municipalities the picture is about; others on the map are context."""
    own: int | None
    """Position of the marked municipality."""
    names: tuple[Name, ...]
    """To be set as far as there is room."""
    keyed: bool
    """Whether names without room get a number that is explained beside the map."""
    district_names: dict[str, str]
    """Names of districts by key, for the map of the state; of states for that of a country."""
    points: tuple[int, ...]
    """Those of ``spec`` among the municipalities shown; ``bodies`` likewise."""
    point_colour: str
    district_points: tuple[str, ...]
    bodies: tuple[tuple[str, tuple[int, ...]], ...]
    legend: tuple[LegendLine, ...]
    """Its counts of areas add up to ``len(areas)``."""
    is_tiled: bool
    """Whether it is drawn in tiles: then nothing on it is to scale."""
    note: str
    """What the layer shows, for below the legend where there is room."""
    credits: tuple[str, ...]
    address: str
    """Of the page that shows the same; empty if unknown."""
    alt: str


def picture_view(view: ViewState, excerpt: Excerpt) -> ViewState:
    """Return the view whose map a picture is drawn from: its district is the picture's."""
    district = excerpt.places[0] if excerpt.kind is ExcerptKind.DISTRICT else None
    own = excerpt.places[0] if excerpt.kind is ExcerptKind.MUNICIPALITY else view.municipality
    tiles = view.tiles and excerpt.kind.is_whole
    return view.but(district=district, municipality=own, film=None, tiles=tiles, since=None, area=None)


def build_picture(
    context: ViewContext, excerpt: Excerpt, words: Words, address: str = "", like: MapSpec | None = None
) -> Picture:
    """Return the picture of an order; ``context`` is that of `picture_view`.

    With ``like``, a map of the same view, the legend has the lines it has there: the frames of a film do not jump.
    Raises `AtlasError` for places that did not exist on the day.
    """
    members = _members(context, excerpt, words)
    spec = context.spec
    looks = {look.code: look for look in looks_of(context.programme, spec.layer)}
    keys, names = (context.edition.municipalities[column].tolist() for column in ("ags", "name"))
    labels = {key: words.label(look.label) for key, look in looks.items()}
    shown = {
        position: PictureArea(looks[code], keys[position], names[position], labels[code])
        for position in members
        if (code := spec.codes[position]) not in (ABSENT, FILTERED)
    }
    own = position_or_successor(context, context.view.municipality) if context.view.municipality else None
    points = tuple(position for position in spec.points if position in shown)
    bodies = tuple((name, each) for name, each in spec.bodies if set(each) & shown.keys())
    district_points = spec.district_points if excerpt.kind.is_whole else ()
    legend = _legend(context, (like or spec).legend, excerpt, shown, own, words)
    legend += mark_lines(context, like, (points, district_points, bodies), words)
    where = _where(context, excerpt, members, words)
    count = _counted(context, shown, members, words)
    if context.view.size and context.day.has_sizes:
        size = size_said(context.view.size, words)
        count = words.say("{count}, gezeigt die mit {size} Einwohnern", count=count, size=size)
    layer = words.label(layer_label(context.programme, spec.layer))
    title = f"{context.programme.short} {where}"
    if spec.layer != OVERVIEW:
        title += f": {layer}"
    picture = Picture(
        kind=excerpt.kind,
        lang=words.lang,
        title=excerpt.title or title,
        subtitle=words.say("Stand: {day} · {count}", day=words.day(context.as_of), count=count),
        spec=spec,
        areas=shown,
        own=own,
        names=_names(context, excerpt, members, own),
        keyed=excerpt.kind in (ExcerptKind.MUNICIPALITY, ExcerptKind.SELECTION),
        district_names=_district_names(context, excerpt),
        points=points,
        point_colour=context.programme.special.point,
        district_points=district_points,
        bodies=bodies,
        legend=legend,
        is_tiled=context.is_tiled,
        note=words.label(layer_definition(context.programme, spec.layer)),
        credits=(*([words.say(phrases.TILES)] if context.is_tiled else []), *picture_credits(context, words)),
        address=address,
        alt="",
    )
    centre = members[0] if excerpt.kind is ExcerptKind.MUNICIPALITY else None
    return replace(picture, alt=alt_text(picture, context, centre, words))


def _counted(context: ViewContext, shown: dict[int, PictureArea], members: tuple[int, ...], words: Words) -> str:
    """Return how many municipalities a picture is about: all; of a programme for some, those with an entry of their own."""
    if context.programme.has_shares:
        return words.count(*phrases.N_MUNICIPALITIES, len(members))
    own = sum(area.look.is_own for area in shown.values())
    return words.count("{n} Gemeinde mit eigenem Eintrag", "{n} Gemeinden mit eigenem Eintrag", own)


def _members(context: ViewContext, excerpt: Excerpt, words: Words) -> tuple[int, ...]:
    """Return the positions a picture is about, most important first."""
    if excerpt.kind is ExcerptKind.STATE:
        return context.spec.inside
    if excerpt.kind is ExcerptKind.DISTRICT:
        if context.district is None:
            raise AtlasError(context.edition.unknown_district(excerpt.places[0], "ausschnitt"))
        return context.spec.inside
    positions = {key: position_or_successor(context, key) for key in excerpt.places}
    missing = [key for key, position in positions.items() if position is None]
    if missing:
        raise AtlasError(*(absent(context, key, "ausschnitt", words) for key in missing))
    chosen = tuple(dict.fromkeys(position for position in positions.values() if position is not None))
    if excerpt.kind is ExcerptKind.SELECTION:
        return chosen
    return (*chosen, *(other for other, _ in context.day.hood.lines[chosen[0]]))


def _legend(
    context: ViewContext,
    lines_of: tuple[LegendEntry, ...],
    excerpt: Excerpt,
    shown: dict[int, PictureArea],
    own: int | None,
    words: Words,
) -> tuple[LegendLine, ...]:
    """Return the classes of the municipalities shown, in the order of the screen's legend.

    Of the state or a district the lines are those of the screen; of a part only what occurs there.
    """
    counts = Counter(area.look.key for area in shown.values())
    is_part = not excerpt.kind.is_whole or context.view.is_filtered
    lines = [
        LegendLine(words.label(look.label), "area", look, counts[look.key] if look.has_number else None)
        for look in (each.look for each in lines_of)
        if counts[look.key] or not is_part
    ]
    if own is not None and own in shown and len(shown) > 1:
        lines.insert(0, LegendLine(str(context.edition.municipalities.at[own, "name"]), "own"))
    return tuple(lines)


def mark_lines(
    context: ViewContext, like: MapSpec | None, marks: tuple[Sized, Sized, Sized], words: Words
) -> tuple[LegendLine, ...]:
    """Return the lines for points, points of districts and joint bodies, as far as there are any here or in ``like``."""
    programme = context.programme
    council = words.label(programme.instrument(programme.overview.points).label) if programme.overview.points else ""
    labels: dict[Mark, str] = {
        "point": council,
        "district_point": words.say(phrases.WHAT_OF_DISTRICT, what=council),
        "body": words.say(phrases.JOINT_BODY),
    }
    there: tuple[Sized, Sized, Sized] = (like.points, like.district_points, like.bodies) if like else marks
    return tuple(
        LegendLine(label, mark, count=len(here), colour="" if mark == "body" else programme.special.point)
        for (mark, label), here, also in zip(labels.items(), marks, there, strict=True)
        if len(here) or len(also)
    )


def _names(context: ViewContext, excerpt: Excerpt, members: tuple[int, ...], own: int | None) -> tuple[Name, ...]:
    """Return the names to set: one's own first; of the state the cities without a district only."""
    rows = context.edition.municipalities
    own_name = [] if own is None else [Name(own, str(rows.at[own, "name"]), is_own=True)]
    if not excerpt.labels:
        return tuple(own_name)
    if excerpt.kind is ExcerptKind.STATE and len(context.edition.states):
        others = _documented(context, members)
    elif excerpt.kind is ExcerptKind.STATE:
        others = rows.index[rows["kind"].isin(INDEPENDENT_CITIES)].intersection(list(members)).tolist()
    elif excerpt.kind is ExcerptKind.MUNICIPALITY:
        others = list(members)
    else:
        others = sorted(members, key=lambda position: -float(str(rows.at[position, "area_km2"])))
    return (*own_name, *(Name(position, str(rows.at[position, "name"])) for position in others if position != own))


def _documented(context: ViewContext, members: tuple[int, ...]) -> list[int]:
    """Return the municipalities named on the map of a country: with entries of their own, by class, large ones first."""
    looks = looks_by_key(context.programme, context.spec.layer)
    areas = context.edition.municipalities["area_km2"]
    named = [position for position in members if looks[context.spec.classes[position]].is_own]
    order = {position: (looks[context.spec.classes[position]].code, -float(areas[position])) for position in named}
    return sorted(named, key=order.__getitem__)[:_MOST_NAMED]


def _district_names(context: ViewContext, excerpt: Excerpt) -> dict[str, str]:
    """Return the names of districts for the map of the state, short unless a city has the same; of a country its states'."""
    if excerpt.kind is not ExcerptKind.STATE or not excerpt.labels:
        return {}
    states = context.edition.states
    if len(states):
        named = {name.text for name in _names(context, excerpt, context.spec.inside, None)}
        return {str(key): str(name) for key, name in states["name"].items() if name not in named}
    districts = context.edition.districts
    names = zip(districts.index, map_names(districts["name"]), districts["kind"], strict=True)
    return {str(key): name for key, name, kind in names if kind not in INDEPENDENT_CITIES}


def place_phrase(context: ViewContext, key: str, words: Words) -> str:
    """Return ``im Landkreis Zwickau``, ``in der Region Hannover``, ``in der Stadt Chemnitz`` for a district's key."""
    row = context.edition.districts.loc[key]
    name = str(row["name"])
    if row["kind"] in INDEPENDENT_CITIES:
        return words.say("in der Stadt {name}", name=name)
    if row["kind"] in {"Region", "Städteregion"}:
        return words.say("in der {district}", district=name)
    if words.lang == "de" and name.endswith("er Kreis"):  # the only ones that are declined: Märkischer Kreis
        name = f"{name.removesuffix('er Kreis')}en Kreis"
    return words.say("im {district}", district=name)


def _where(context: ViewContext, excerpt: Excerpt, members: tuple[int, ...], words: Words) -> str:
    names = context.edition.municipalities["name"]
    if excerpt.kind is ExcerptKind.STATE:
        return words.say("in {state}", state=words.label(context.programme.territory))
    if excerpt.kind is ExcerptKind.DISTRICT:
        return place_phrase(context, excerpt.places[0], words)
    if excerpt.kind is ExcerptKind.MUNICIPALITY:
        return words.say("in und um {name}", name=str(names[members[0]]))
    if len(members) <= _FEW:
        return words.say("in {names}", names=words.listed([str(names[position]) for position in members]))
    return words.count(*phrases.IN_N_MUNICIPALITIES, len(members))


def alt_text(picture: Picture, context: ViewContext, centre: int | None, words: Words) -> str:
    """Return a picture in words: what it is of, its message, the numbers. One line of at most `MOST_ALT` characters.

    ``centre`` is the position of the municipality that it shows with its neighbours.
    """
    sentences = [words.say("Karte. {title}. {subtitle}.", title=picture.title.rstrip("."), subtitle=picture.subtitle)]
    if picture.is_tiled:
        sentences.append(words.say(phrases.TILES))
    if picture.own is not None:
        sentences.append(_own_sentence(picture.own, context, words))
    documented = sum(area.look.key != NO_DATA for area in picture.areas.values())
    if centre is not None:
        sentences.append(neighbours_sentence(context, centre, words, _NEIGHBOURS))
    elif picture.areas and not context.view.is_filtered:
        values = {"n": words.number(documented), "total": words.number(len(picture.areas))}
        sentences.append(
            words.say("Für {n} von {total} Gemeinden ist dazu etwas dokumentiert.", **values)
            if context.programme.has_shares
            else words.say("Gemeinden, für die dazu etwas dokumentiert ist: {n}.", n=values["n"])
        )
    counts = [f"{each.label}: {words.number(each.count)}" for each in picture.legend if each.count is not None]
    if counts:
        layer = words.label(layer_label(context.programme, context.view.layer))
        listed = "; ".join(counts)
        sentences.append(sentence(listed if context.view.layer == OVERVIEW else f"{layer} – {listed}"))
    return _cut(" ".join(" ".join(sentences).split()))


def _own_sentence(own: int, context: ViewContext, words: Words) -> str:
    look = looks_by_key(context.programme, context.spec.layer)[context.spec.classes[own]]
    name = str(context.edition.municipalities.at[own, "name"])
    return words.say("Hervorgehoben: {name} ({status}).", name=name, status=words.label(look.label))


def _cut(text: str) -> str:
    """Return a text no longer than an alternative text may be, cut between words."""
    if len(text) <= MOST_ALT:
        return text
    kept = text[: MOST_ALT - 1]
    cut = kept.rfind(" ", MOST_ALT // 2)
    return f"{kept[:cut] if cut > 0 else kept} …"[:MOST_ALT]
