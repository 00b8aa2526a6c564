"""What a request for open data asks for, read strictly: a wrong parameter is refused, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from atlas.errors import AtlasError, Problem
from atlas.model.languages import LANGUAGES
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST, LATEST, parse_day
from atlas.phrases import N_
from atlas.present.open_data import FORMS, Offer

_SHOWN = 40
"""So many characters of what was given are repeated in a message."""

_NAMED = 12
"""So many different parameters of one address are looked at."""


class RefusedError(AtlasError):
    """A request that can't be answered as it stands."""


@dataclass(frozen=True)
class Asked:
    """A request, every default put in.

    Attributes
    ----------
    programme
        Key of a programme there is.
    as_of
        The day asked for; today where none was given.
    district
        Key of a district there is; None means the whole state.
    lang
        Language of texts inside the file and of messages.
    is_excel
        Whether a CSV is for German Excel.
    """

    programme: str
    as_of: date
    district: str | None = None
    lang: str = "de"
    is_excel: bool = False


def language_of(query: Sequence[tuple[str, str]]) -> str:
    """Return the language a query asks for, German where it is not one we have."""
    said = [value for name, value in query if name == "lang"]
    return said[-1] if said and said[-1] in LANGUAGES else "de"


def parse_asked(
    offer: Offer, query: Sequence[tuple[str, str]], day_in_path: str | None, snapshot: Snapshot, today: date
) -> Asked:
    """Return what is asked for.

    Parameters
    ----------
    offer
        The address asked.
    query
        Names and values as they stand in the address, in order.
    day_in_path
        What stands for ``{date}`` in the offer's path, None where it has none.
    snapshot
        What there is.
    today
        What is meant where no day is given.

    Raises
    ------
    RefusedError
        Every fault at once; a problem's place is the name of the parameter.
    """
    given = dict(query)
    problems = [*_misnamed(offer, query), *_impossible(offer, given)]
    programme = given.get("programm") if "programm" in offer.parameters else None
    if programme is not None and programme not in snapshot.programmes:
        problems.append(snapshot.unknown_programme(_short(programme), "programm"))
    place, said = ("date", day_in_path) if day_in_path is not None else ("stichtag", given.get("stichtag"))
    as_of = today if said is None or (place == "stichtag" and place not in offer.parameters) else parse_day(said)
    if as_of is None:
        problems.append(_no_day(place, said or ""))
    district = given.get("kreis") if "kreis" in offer.parameters else None
    if district is not None:
        problems += _unknown_district(district, snapshot, programme or "", as_of or today)
    if problems or as_of is None:
        raise RefusedError(*problems)
    return Asked(
        programme=snapshot.programme(programme or "").key,
        as_of=as_of,
        district=district,
        lang=given.get("lang", "de"),
        is_excel=given.get("form") == "excel",
    )


def _misnamed(offer: Offer, query: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    names = [name for name, _ in query]
    for name in list(dict.fromkeys(names))[:_NAMED]:
        if name not in offer.parameters:
            text = N_("Diesen Parameter gibt es hier nicht; vorhanden: {known}.")
            yield Problem(_short(name), text, {"known": ", ".join(offer.parameters)})
        elif names.count(name) > 1:
            yield Problem(name, "Der Parameter steht mehrfach in der Adresse. Bitte nur einmal angeben.")


def _impossible(offer: Offer, given: dict[str, str]) -> Iterator[Problem]:
    for name, known in (("lang", tuple(LANGUAGES)), ("form", FORMS)):
        if name in offer.parameters and given.get(name, known[0]) not in known:
            text = N_("„{given}“ gibt es nicht; möglich: {known}.")
            yield Problem(name, text, {"given": _short(given[name]), "known": ", ".join(known)})


def _no_day(place: str, given: str) -> Problem:
    text = N_("„{given}“ ist kein Tag der Form JJJJ-MM-TT vom {first} bis zum {last}.")
    values = {"given": _short(given), "first": EARLIEST.isoformat(), "last": LATEST.isoformat()}
    return Problem(place, text, {**values})


def _unknown_district(given: str, snapshot: Snapshot, programme: str, day: date) -> Iterator[Problem]:
    edition = snapshot.edition(snapshot.programme(programme), day)
    if given not in edition.districts.index:
        yield edition.unknown_district(_short(given), "kreis")


def _short(given: str) -> str:
    return given if len(given) <= _SHOWN else f"{given[:_SHOWN]}…"
