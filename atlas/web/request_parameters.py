"""What a request asks for, read strictly: a wrong parameter is refused, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from atlas.model.parameters import (
    DAY,
    DAY_OF_PATH,
    DISTRICT,
    FORM,
    LANG,
    PAGE_PARAMETERS,
    PROGRAMME,
    Given,
    misnamed,
    read_view,
)
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.address import unknown_keys
from atlas.present.open_data import Offer
from atlas.web.delivery import RefusedError


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


def given_by(request: Request, *more: str) -> Given:
    """Return what the address of a file gives: the parameters of pages, and those it takes besides."""
    return Given.of(request.query_params.multi_items(), (*PAGE_PARAMETERS, *more))


def view_asked(given: Given, snapshot: Snapshot, today: date) -> ViewState:
    """Return the view of a page's address that a file is asked for.

    `RefusedError` if anything of it is wrong, a key there is none of included.
    """
    view = read_view(given, snapshot.layers)
    given.problems += unknown_keys(view, snapshot, today)
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
