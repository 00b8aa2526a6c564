"""The parameters of addresses and of the command line, one table: how each is read, what it means, what is said of a wrong value.

What is wrong is never passed over: a page is shown without it and says so, files and the interface refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from unicodedata import category

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.model.cases import parse_receipt
from atlas.model.comparison import MOST_COMPARED, ComparedKind, Comparison
from atlas.model.dates import parse_moment
from atlas.model.excerpt import LIVE, MOST_TITLE, PRINTED, Excerpt, Size, parse_places
from atlas.model.keys import is_ags, is_district_key, parse_ags, parse_district_key
from atlas.model.languages import LANGUAGES, SOURCE_LANGUAGE
from atlas.model.population import SizeClass
from atlas.model.programme import KEY_PATTERN, OVERVIEW
from atlas.model.view import EARLIEST, LATEST, ViewState
from atlas.phrases import N_

T = TypeVar("T")
D = TypeVar("D")

MOST_SHOWN = 40
"""So many characters of what was given are repeated in a message."""
MOST_NAMED = 12
"""So many different parameters of one address are looked at."""
TRACKING = ("utm_", "fbclid", "gclid", "mc_", "pk_", "mtm_")
"""How the names begin that others add to addresses."""
_MOST_LOOKS = 1_000
"""Characters of all classes of a layer, and some more."""
_SPAN = {"first": EARLIEST.isoformat(), "last": LATEST.isoformat()}
_DAY, _PLAIN = "[0-9]{4}-[0-9]{2}-[0-9]{2}", "[A-Za-z_~]*[A-Za-z][A-Za-z_~]*"
_OTHERWISE = N_("„{given}“ gibt es nicht; möglich: {known}.")


@dataclass(frozen=True)
class Parameter(Generic[T]):
    """One parameter."""

    name: str
    """As it stands in addresses; the place of a fault."""
    parse: Callable[[str], T]
    """Gives the value of a text; `ValueError`, `KeyError` or `AtlasError` if it is none."""
    wrong: str = _OTHERWISE
    """What is said of a wrong value: a German sentence with ``{given}``, ``{known}``, ``{first}`` and ``{last}`` day."""
    text: str = ""
    """What it means, where that is described: a German sentence."""
    known: tuple[str, ...] = ()
    """The allowed values, if they can be listed."""
    schema: Mapping[str, str] = field(default_factory=dict)
    """What OpenAPI says of its text beside that."""
    form: str = ""
    """A regular expression that its whole text fits, if its form can be said so; the browser reads it, too."""

    def among(self, known: Iterable[str]) -> Parameter[str]:
        """Return the same parameter where only ``known`` values exist."""
        values = {key: key for key in known}
        return Parameter(self.name, values.__getitem__, self.wrong, self.text, tuple(values), self.schema)

    def read(self, text: str) -> T:
        """Return the value of a text; raises as ``parse`` does."""
        if self.form and not re.fullmatch(self.form, text):
            raise ValueError(text)
        return self.parse(text)

    def problem(self, given: str, place: str | None = None) -> Problem:
        """Return what is said of a wrong value; its place is the name unless another is given."""
        values = {**_SPAN, "given": shown(given), "known": ", ".join(self.known)}
        return Problem(self.name if place is None else place, self.wrong, {**values})


def shown(given: str) -> str:
    """Return as much of what was given as a message repeats."""
    return given if len(given) <= MOST_SHOWN else f"{given[:MOST_SHOWN]}…"


def moment(now: datetime) -> Parameter[datetime]:
    """Return the parameter of a moment, for who asks at ``now``."""
    return Parameter(
        "stand",
        lambda text: parse_moment(text, now),
        wrong=N_("„{given}“ ist kein Zeitpunkt der Form JJJJ-MM-TTThh:mm."),
    )


def choice(name: str, values: Mapping[str, T], text: str = "") -> Parameter[T]:
    """Return a parameter that has one of these values; the first is what is meant without it."""
    return Parameter(name, values.__getitem__, text=text, known=tuple(values), schema={"default": next(iter(values))})


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not EARLIEST <= day <= LATEST:
        raise ValueError
    return day


def _looks(text: str) -> frozenset[str]:
    keys = frozenset(text.split())
    if len(text) > _MOST_LOOKS or not all(re.fullmatch(_PLAIN, key) for key in keys):
        raise ValueError
    return keys


def _title(text: str) -> str:
    """Return a title in one line, without what is invisible in it: word processors put such signs between others."""
    title = " ".join("".join(each for each in text if category(each) != "Cf").split())
    if not title.isprintable():
        raise AtlasError(Problem("titel", N_("Der Text enthält Zeichen, die sich nicht drucken lassen.")))
    if len(title) > MOST_TITLE:
        raise AtlasError(Problem("titel", phrases.TEXT_TOO_LONG, {"count": len(title), "most": MOST_TITLE}))
    return title


def _comparison(text: str) -> Comparison:
    things = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    kinds: dict[ComparedKind, Callable[[str], object]] = {
        ComparedKind.DISTRICT: is_district_key,
        ComparedKind.MUNICIPALITY: is_ags,
        ComparedKind.DAY: lambda each: re.fullmatch(_DAY, each) and _day(each),
        ComparedKind.INSTRUMENT: lambda each: re.fullmatch(KEY_PATTERN, each),
    }
    if len(things) > MOST_COMPARED:
        raise ValueError
    for kind, is_one in kinds.items():
        if all(map(is_one, things)):
            return Comparison(kind, tuple(sorted(things)) if kind is ComparedKind.DAY else things)
    raise ValueError


def _receipt(text: str) -> str:
    receipt = parse_receipt(text)
    if receipt is None:
        raise ValueError
    return receipt


PROGRAMME = Parameter(
    "programm",
    str,
    wrong=N_("Das Programm {given} gibt es nicht; vorhanden: {known}."),
    text=N_("Schlüssel des Programms; ohne Angabe das erste."),
)
LAYER = Parameter("ebene", str, wrong=N_("Den Baustein {given} gibt es nicht; vorhanden: {known}."))
DAY = Parameter(
    "stichtag",
    _day,
    form=_DAY,
    wrong=N_("„{given}“ ist kein Tag der Form JJJJ-MM-TT vom {first} bis zum {last}."),
    text=N_("Tag in der Form JJJJ-MM-TT; ohne Angabe heute."),
    schema={
        "format": "date",
        "pattern": "^20(1[6-9]|[2-9][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "example": "2022-12-31",
    },
)
DAY_OF_PATH = replace(DAY, name="date", text=N_("Tag in der Form JJJJ-MM-TT, zu dem die Gemeinden bestanden."))
SINCE = replace(DAY, name="von", text="")
MONTH = Parameter(
    "verlauf",
    lambda text: f"{_day(text + '-01'):%Y-%m}",
    form="[0-9]{4}-[0-9]{2}",
    wrong=N_("„{given}“ ist kein Monat der Form JJJJ-MM."),
)
DISTRICT = Parameter(
    "kreis",
    parse_district_key,
    form="[0-9]{5}",
    wrong=N_("„{given}“ hat nicht fünf Ziffern; führende Nullen gehören dazu."),
    text=N_("Fünfstelliger Kreisschlüssel: nur dessen Gemeinden; ohne Angabe das ganze Gebiet."),
)
MUNICIPALITY = Parameter(
    "gemeinde", parse_ags, form="[0-9]{8}", wrong=N_("„{given}“ hat nicht acht Ziffern; führende Nullen gehören dazu.")
)
AREA = Parameter("bereich", str, form=_PLAIN, wrong=N_("Den Bereich {given} gibt es nicht."))
LOOKS = Parameter("stufe", _looks, wrong=N_("Die Klasse {given} gibt es nicht."))
DOCUMENTED = choice("belegt", {"1": True, "0": False})
TILES = choice("ansicht", {"karte": False, "kacheln": True})
SIZE_CLASS = choice("einwohner", {each.value: each for each in SizeClass})
FORM = choice(
    "form",
    {"plain": False, "excel": True},
    text=N_(
        "plain: Kommas, Dezimalpunkt, für Programme. excel: Semikolons, Dezimalkomma und Kennung, für deutsches Excel."
    ),
)
LANG = choice(
    "lang", {lang: lang for lang in LANGUAGES}, text=N_("Sprache der Quellenangaben und Meldungen: de oder en.")
)
PLACES = Parameter("ausschnitt", parse_places)
SIZE = choice("groesse", {each.value: each for each in PRINTED})
LIVE_SIZE = choice("groesse", {each.value: each for each in LIVE})
NAMES = choice("namen", {"1": True, "0": False})
TITLE = Parameter("titel", _title)
NUMBER = Parameter("seit", int, form="[0-9]{1,15}", wrong=phrases.NOT_A_WHOLE_NUMBER)
COMPARED = Parameter(
    "vergleich",
    _comparison,
    wrong=N_(
        "„{given}“ ist kein Vergleich: bis zu vier Bausteine, Tage (JJJJ-MM-TT), Kreise oder Gemeinden, mit Komma getrennt."
    ),
)
RECEIPT = Parameter("quittung", _receipt, wrong=N_("„{given}“ ist keine Quittung."))


class MaintenancePart(StrEnum):
    """The parts of the page where the record is kept current."""

    ENTRIES = "eintraege"
    INTAKE = "einfuhr"
    REPORTS = "meldungen"
    TARGETS = "ziele"
    LOG = "verlauf"


PART = choice("teil", {each.value: each for each in MaintenancePart})
WHOLE_HANDBOOK = "alles"
CHAPTERS = (
    "die-karte-lesen",
    "kreise-vergleichen",
    "nebeneinander-stellen",
    "den-fortschritt-zeigen",
    "eine-gemeinde-vorstellen",
    "eine-karte-mitnehmen",
    "steuern-was-ansteht",
    "den-bestand-pflegen",
    "eine-liste-einlesen",
    "quellen-und-befunde",
    "welche-aufgabe-steht-wo",
)
"""Of the handbook, by the anchors of their headings in `docs/handbuch.md`."""
CHAPTER = choice("kapitel", {each: each for each in (*CHAPTERS, WHOLE_HANDBOOK)})
EXCERPT_PARAMETERS = tuple(each.name for each in (PLACES, SIZE, NAMES, TITLE))
"""What the order of a picture adds to the parameters of its view."""
_ON_PAGES: tuple[Parameter[Any], ...] = (
    *(PROGRAMME, LAYER, DAY, DISTRICT, MUNICIPALITY, LOOKS, DOCUMENTED, SIZE_CLASS, SINCE, AREA, MONTH, TILES, LANG),
    *(PLACES, SIZE, NAMES, TITLE, COMPARED, PART, CHAPTER, RECEIPT),
)  # fmt: skip
PAGE_PARAMETERS = tuple(each.name for each in _ON_PAGES)
"""Names that may stand in the address of a page; files of a view take them all, whether they use them or not."""


def page_rules(layers: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, object]]:
    """Return what the browser checks of each parameter of a page, by name: its ``known`` values or its ``form``."""
    among = {
        PROGRAMME.name: PROGRAMME.among(layers),
        LAYER.name: LAYER.among(key for each in layers.values() for key in each),
    }
    return {
        name: {"known": parameter.known} if parameter.known else {"form": parameter.form}
        for name, parameter in ({each.name: each for each in _ON_PAGES} | among).items()
    }


class Given:
    """What was given, read parameter by parameter; what is wrong adds up in ``problems``.

    An empty text is as good as none, unless it ``keeps_empty`` ones.
    """

    def __init__(self, query: Mapping[str, str], *, keeps_empty: bool = False) -> None:
        self.query = {name: text for name, text in query.items() if text or keeps_empty}
        self.problems: list[Problem] = []

    @classmethod
    def of(cls, items: Sequence[tuple[str, str]], known: Collection[str]) -> Given:
        """Return what an address gives, of each parameter the first text; other names and repetitions are faults."""
        given = cls({name: text for name, text in reversed(items) if text})
        given.problems += misnamed([name for name, _ in items], known)
        return given

    def read(self, parameter: Parameter[T], otherwise: D) -> T | D:
        """Return the value of a parameter; ``otherwise`` if it is not given, or wrong."""
        text = self.query.get(parameter.name)
        return otherwise if text is None else self.value(parameter, text, otherwise)

    def value(self, parameter: Parameter[T], text: str, otherwise: D) -> T | D:
        """Return the value a text stands for; ``otherwise`` if it is wrong."""
        found: Iterable[Problem]
        try:
            return parameter.read(text)
        except AtlasError as error:
            found = error.problems
        except (KeyError, ValueError):
            found = [parameter.problem(text)]
        self.problems += [problem for problem in found if problem not in self.problems]
        return otherwise


def misnamed(names: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    """Yield the problem of every name that is not known, and of those that are there several times.

    What mail programs and networks add to a link is no fault of its reader.
    """
    names = [name for name in names if not name.startswith(TRACKING)]
    for name in list(dict.fromkeys(names))[:MOST_NAMED]:
        if name not in known:
            text = N_("Diesen Parameter gibt es hier nicht; vorhanden: {known}.")
            yield Problem(shown(name), text, {"known": ", ".join(known)})
        elif names.count(name) > 1:
            yield Problem(name, phrases.GIVEN_SEVERAL_TIMES)


def read_page(given: Given, layers: Mapping[str, tuple[str, ...]]) -> tuple[ViewState, Excerpt]:
    """Return view and picture of a page's address, having read everything else in it for its faults."""
    view, excerpt = read_view(given, layers), read_excerpt(given)
    given.read(PART, None)
    given.read(CHAPTER, None)
    given.read(RECEIPT, None)
    given.read(COMPARED, None)
    return view, excerpt


def read_view(given: Given, layers: Mapping[str, tuple[str, ...]]) -> ViewState:
    """Return the view that is asked for; what is asked for wrongly is left at the default.

    ``layers`` are the layer keys by programme key, default programme first. Whether a municipality, district or class
    exists is for the caller to check: that depends on the data, not on the form.
    """
    default = next(iter(layers), "")
    programme = given.read(PROGRAMME.among(layers), default)
    return ViewState(
        programme="" if programme == default else programme,
        layer=given.read(LAYER.among(layers.get(programme, ())), OVERVIEW),
        as_of=given.read(DAY, None),
        district=given.read(DISTRICT, None),
        municipality=given.read(MUNICIPALITY, None),
        looks=given.read(LOOKS, frozenset()),
        documented_only=given.read(DOCUMENTED, otherwise=False),
        size=given.read(SIZE_CLASS, None),
        since=given.read(SINCE, None),
        area=given.read(AREA, None),
        film=given.read(MONTH, None),
        tiles=given.read(TILES, otherwise=False),
        lang=given.read(LANG, SOURCE_LANGUAGE),
    )


def read_excerpt(given: Given) -> Excerpt:
    """Return the order of a picture that is asked for; what is asked for wrongly is left at the default.

    Without ``ausschnitt`` it is the view's municipality, else its district, else the state.
    """
    own = given.read(MUNICIPALITY, None) or given.read(DISTRICT, None)
    return Excerpt(
        given.read(PLACES, (own,) if own and PLACES.name not in given.query else ()),
        given.read(SIZE, Size.SLIDE),
        given.read(NAMES, otherwise=True),
        given.read(TITLE, ""),
    )
