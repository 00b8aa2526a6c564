"""What of an address could not be read: keys there are none of, and the sentence a page says about all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any

from atlas import phrases
from atlas.errors import Problem, few
from atlas.model.boundaries import BoundaryVersion, known_keys
from atlas.model.comparison import ComparedKind, Comparison
from atlas.model.excerpt import Excerpt
from atlas.model.parameters import (
    AREA,
    COMPARED,
    DISTRICT,
    LOOKS,
    MOST_NAMED,
    MOST_SHOWN,
    MUNICIPALITY,
    PLACES,
    SIZE_CLASS,
    TILES,
    TRACKING,
    Given,
    Parameter,
    page_rules,
    shown,
)
from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST, ViewState
from atlas.phrases import N_
from atlas.present.context import SingleFlightCache, weights_of
from atlas.present.day_choice import before_boundaries
from atlas.present.looks import looks_by_key
from atlas.present.wording import Words

MOST_LISTED = 6
"""So many of what could not be read are named."""
_ALL = N_("In der Adresse war nicht zu lesen: {list}; alles Übrige gilt.")
_WRONG = N_("{name} „{given}“")
_SEVERAL = N_("{name} mehrfach (es gilt „{given}“)")
_MORE = N_("noch {n}")
_keys: SingleFlightCache[frozenset[str]] = SingleFlightCache(2)


def every_key(snapshot: Snapshot) -> frozenset[str]:
    """Return every municipality and district key of all boundary sets that there is or has been."""
    return _keys.get(snapshot.fingerprint, lambda: known_keys(chain.from_iterable(snapshot.editions.values())))


def unknown_keys(view: ViewState, snapshot: Snapshot, today: date) -> Iterator[Problem]:
    """Yield the problem of each key of a view there is nothing under; its place is the name of the parameter.

    A municipality of another day or another programme's territory is one: the pages say where it is found.
    """
    programme = snapshot.programme(view.programme)
    edition = snapshot.edition(programme, view.as_of or today)
    if view.district and view.district not in edition.districts.index:
        yield edition.unknown_district(view.district, DISTRICT.name)
    if view.municipality and view.municipality not in every_key(snapshot):
        text = N_("Eine Gemeinde mit dem Schlüssel {given} gibt es nicht und gab es seit {year} nicht.")
        yield Problem(MUNICIPALITY.name, text, {"given": view.municipality, "year": EARLIEST.year})
    if view.area and snapshot.area(programme, view.area) is None:
        yield AREA.problem(view.area)
    yield from not_in_tiles(view, edition)
    if view.size and ((weights := weights_of(snapshot, programme, edition)) is None or weights.misfits):
        text = N_(
            "Nach der Größe lässt sich hier nicht filtern: Ein vollständiges Verzeichnis der Einwohner gibt es nicht."
        )
        yield Problem(SIZE_CLASS.name, text)
    if unknown := view.looks.difference(looks_by_key(programme, view.layer)):
        yield LOOKS.problem(" ".join(sorted(unknown)))


def not_in_tiles(view: ViewState, edition: BoundaryVersion, excerpt: Excerpt | None = None) -> Iterator[Problem]:
    """Yield the problem that a view, or a picture of it, is asked for in tiles and can't be shown so."""
    if view.tiles and not (edition.has_tiles and (excerpt is None or excerpt.kind.is_whole)):
        yield Problem(TILES.name, N_("Kacheln gibt es nur von einem Land und von Kreisen."))


def unknown_places(places: Iterable[str], snapshot: Snapshot, programme: Programme) -> Iterator[Problem]:
    """Yield the problem of the places of a picture that a programme's territory never had."""
    yield from _unknown(PLACES.name, places, known_keys(snapshot.editions[programme.boundary_set]))


def unknown_things(comparison: Comparison, snapshot: Snapshot, programme: Programme) -> Iterator[Problem]:
    """Yield the problem of what a comparison names and a programme never had, or the atlas does not reach."""
    if comparison.kind is ComparedKind.DAY:
        days = map(date.fromisoformat, comparison.things)
        early = (before_boundaries(snapshot.edition(programme, day), day, COMPARED.name) for day in days)
        yield from filter(None, early)
    elif comparison.kind is ComparedKind.INSTRUMENT:
        yield from _unknown(COMPARED.name, comparison.things, [each.key for each in programme.instruments])
    else:
        yield from _unknown(COMPARED.name, comparison.things, known_keys(snapshot.editions[programme.boundary_set]))


def _unknown(place: str, given: Iterable[str], known: Collection[str]) -> Iterator[Problem]:
    if unknown := [each for each in given if each not in known]:
        yield Problem(place, N_("Hier gibt es nicht: {given}."), {"given": few(unknown)})


def known_only(view: ViewState, snapshot: Snapshot, problems: list[Problem]) -> ViewState:
    """Return the view without the keys that `unknown_keys` found."""
    fields: dict[str, Parameter[Any]] = {
        "district": DISTRICT,
        "municipality": MUNICIPALITY,
        "area": AREA,
        "size": SIZE_CLASS,
        "tiles": TILES,
    }
    wrong = {problem.place for problem in problems}
    looks = view.looks.intersection(looks_by_key(snapshot.programme(view.programme), view.layer))
    unread = {field: getattr(ViewState, field) for field, each in fields.items() if each.name in wrong}
    return view.but(looks=looks, **unread)


def wrong_names(given: Given) -> frozenset[str]:
    """Return the parameters that have no value; one that is given several times may have its first."""
    return frozenset(each.place for each in given.problems if each.text != phrases.GIVEN_SEVERAL_TIMES)


def misread(given: Given, words: Words) -> str:
    """Return the sentence about what of a page's address could not be read; empty if all could."""
    places = dict.fromkeys(problem.place for problem in given.problems)
    wrong = wrong_names(given)
    told = []
    for place in list(places)[:MOST_LISTED]:
        text = _WRONG if place in wrong else _SEVERAL
        told.append(words.say(text, name=place, given=shown(_given(given, place))))
    if len(places) > MOST_LISTED:
        told.append(words.say(_MORE, n=words.number(len(places) - MOST_LISTED)))
    if not told:
        return ""
    return words.say(_ALL, list=words.listed(told))


def misread_told(layers: Mapping[str, tuple[str, ...]], words: Words) -> dict[str, object]:
    """Return what the static site says the same with, by its names in ``site/view.js``: rules, limits and texts."""
    return {
        "rules": page_rules(layers),
        "tracking": TRACKING,
        "limits": {"named": MOST_NAMED, "listed": MOST_LISTED, "shown": MOST_SHOWN},
        "all": words.say(_ALL, list="{list}"),
        "wrong": words.say(_WRONG, name="{name}", given="{given}"),
        "several": words.say(_SEVERAL, name="{name}", given="{given}"),
        "more": words.say(_MORE, n="{n}"),
    }


def _given(given: Given, place: str) -> str:
    """Return what was given under a name, which may be long: a problem has only its beginning."""
    return next((text for name, text in given.query.items() if shown(name) == place), "")
