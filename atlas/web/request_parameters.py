"""What a request asks for, read strictly: a wrong parameter is refused, never guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from atlas.errors import Problem
from atlas.model.parameters import DAY, DAY_OF_PATH, DISTRICT, FORM, LANG, PROGRAMME, Given, read_view, shown
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.phrases import N_
from atlas.present.open_data import Offer
from atlas.web.delivery import RefusedError

_NAMED = 12
"""So many different parameters of one address are looked at."""


@dataclass(frozen=True)
class Asked:
    """A request for open data, every default put in: programme and district are there, without a district it is the whole state."""

    programme: str
    as_of: date
    district: str | None
    lang: str
    is_excel: bool


def accept(given: Given) -> None:
    """Refuse what was read wrongly: `RefusedError` with every fault at once."""
    given.read(LANG, None)  # in which errors are told, also where nothing else is said
    if given.problems:
        raise RefusedError(*given.problems)


def view_asked(given: Given, snapshot: Snapshot) -> ViewState:
    """Return the view of a page's address that a file is asked for; `RefusedError` if anything read of it is wrong."""
    view = read_view(given, snapshot.layers)
    accept(given)
    return view


def parse_asked(offer: Offer, request: Request, snapshot: Snapshot, today: date) -> Asked:
    """Return what is asked of an offer, by the query and the day in the path, if it has one; without a day, of today.

    Raises `RefusedError`: every fault at once; a problem's place is the name of the parameter.
    """
    query = request.query_params.multi_items()
    known = {name: text for name, text in query if name in offer.parameters}
    given = Given(known | request.path_params, keeps_empty=True)
    given.problems += misnamed([name for name, _ in query], offer.parameters)
    programme = given.read(PROGRAMME.among(snapshot.programmes), "")
    as_of = given.read(DAY_OF_PATH, given.read(DAY, today))
    district = given.read(DISTRICT, None)
    edition = snapshot.edition(snapshot.programme(programme), as_of)
    if district is not None and district not in edition.districts.index:
        given.problems.append(edition.unknown_district(district, DISTRICT.name))
    lang, is_excel = given.read(LANG, "de"), given.read(FORM, otherwise=False)
    accept(given)
    return Asked(snapshot.programme(programme).key, as_of, district, lang, is_excel)


def misnamed(names: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    """Yield the problem of every name that is not known, and of those that are there several times."""
    for name in list(dict.fromkeys(names))[:_NAMED]:
        if name not in known:
            text = N_("Diesen Parameter gibt es hier nicht; vorhanden: {known}.")
            yield Problem(shown(name), text, {"known": ", ".join(known)})
        elif names.count(name) > 1:
            yield Problem(name, "Der Parameter steht mehrfach in der Adresse. Bitte nur einmal angeben.")
