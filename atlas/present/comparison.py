"""Up to four instruments, days, districts or municipalities side by side: maps, one legend, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

from atlas import phrases
from atlas.analysis.status import NO_DATA
from atlas.model.comparison import MOST_COMPARED, ComparedKind, Comparison
from atlas.model.excerpt import Excerpt
from atlas.model.programme import OVERVIEW, Programme
from atlas.model.view import ViewState, page_address
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.credits import picture_credits
from atlas.present.day_choice import compared_day, day_ahead
from atlas.present.detail import build_detail, unique_names
from atlas.present.district import ShareRow, share_row
from atlas.present.figures import Listed
from atlas.present.looks import LegendClass, layer_label
from atlas.present.picture import LegendLine, Mark, Picture, build_picture, picture_view
from atlas.present.population import register_sentence
from atlas.present.wording import Words

_PAGES = {ComparedKind.DISTRICT: "kreis", ComparedKind.MUNICIPALITY: "gemeinde"}


@dataclass(frozen=True, kw_only=True)
class ComparedColumn:
    """One of the things compared."""

    title: str
    figure: tuple[Listed, ...]
    """How many municipalities have what its map shows, or what kind of municipality it is; empty for the overview."""
    page: str
    """Address of the page that shows it alone."""
    context: ViewContext
    picture: Picture


@dataclass(frozen=True)
class ComparedCell:
    """What a row says of a column, line by line, with the class it has there."""

    lines: tuple[Listed, ...]
    look: LegendClass | None = None


@dataclass(frozen=True)
class ComparedLegend:
    """The classes of one map, or of all; each with how many there are in each of them."""

    title: str
    titles: tuple[str, ...]
    rows: tuple[tuple[LegendLine, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class ComparisonPage:
    """Everything a comparison says."""

    lang: str
    title: str
    subtitle: str
    columns: tuple[ComparedColumn, ...]
    legends: tuple[ComparedLegend, ...]
    """One, or as many as columns where each map has classes of its own."""
    row_title: str
    rows: tuple[tuple[str, tuple[ComparedCell, ...]], ...]
    """What is said of every instrument in each column; of instruments compared that stands with their maps."""
    notes: tuple[str, ...]
    between: tuple[str, str] | None
    """Address of what happened between two days, and what leads there."""
    credits: tuple[str, ...]

    @property
    def titles(self) -> tuple[str, ...]:
        """Return the titles of the columns."""
        return tuple(each.title for each in self.columns)

    @property
    def areas(self) -> int:
        """Return how many municipalities the maps have together: what it weighs."""
        return sum(len(each.picture.areas) for each in self.columns)


def proposed_comparison(view: ViewState, programme: Programme) -> Comparison:
    """Return what is compared while nothing is chosen: the view's instrument and a key one, in the overview two of these."""
    keys = (*((view.layer,) if view.layer != OVERVIEW else ()), *programme.overview.figures)
    return Comparison(ComparedKind.INSTRUMENT, tuple(dict.fromkeys(keys))[:2])


def proposed_things(kind: ComparedKind, context: ViewContext) -> tuple[str, ...]:
    """Return what of a kind is proposed: what the view shows, as far as it shows any; days with that of a year before."""
    view = context.view
    if kind is ComparedKind.INSTRUMENT:
        return proposed_comparison(view, context.programme).things
    if kind is ComparedKind.DAY:
        return compared_day(context).isoformat(), context.as_of.isoformat()
    key = view.district if kind is ComparedKind.DISTRICT else view.municipality
    return (key,) if key else ()


def compared_view(view: ViewState, comparison: Comparison, today: date) -> ViewState:
    """Return what of a view plays a part in a comparison, with its day written out."""
    kind = comparison.kind
    return ViewState(
        programme=view.programme,
        layer=OVERVIEW if kind is ComparedKind.INSTRUMENT else view.layer,
        as_of=None if kind is ComparedKind.DAY else view.as_of or today,
        district=None if kind in _PAGES else view.district,
        lang=view.lang,
    )


def build_comparison(contexts: ViewContexts, view: ViewState, comparison: Comparison, words: Words) -> ComparisonPage:
    """Return a comparison in a view, which is `compared_view`.

    Raises `AtlasError` for places that did not exist on the day.
    """
    kind = comparison.kind
    columns = tuple(_column(contexts, kind, each, excerpt, words) for each, excerpt in _sides(view, comparison))
    first, last = columns[0].context, columns[-1].context
    own = [] if kind is ComparedKind.INSTRUMENT else [words.label(layer_label(first.programme, view.layer))]
    state = first.programme.territory
    place = first.edition.district_name(first.district) if first.district else words.label(state)
    day = "" if kind is ComparedKind.DAY else words.say(phrases.AS_OF_DAY, day=words.day(first.as_of))
    rows, notes = _ROWS[kind](columns, words)
    notes += filter(None, [register_sentence(first, words)])
    ahead = [day_ahead(each.context.as_of, contexts.today(), words) for each in columns]
    notes += dict.fromkeys(words.problem(each) for each in ahead if each)
    return ComparisonPage(
        lang=words.lang,
        title=words.say(
            "{programme} im Vergleich: {list}",
            programme=first.programme.short,
            list=words.listed([each.title for each in columns]),
        ),
        subtitle=" · ".join(filter(None, (*own, "" if kind in _PAGES else place, day))),
        columns=columns,
        legends=tuple(_legends(kind, columns, words)),
        row_title=words.say(phrases.INSTRUMENT),
        rows=tuple(rows),
        notes=tuple(notes),
        between=_between(first, last, words) if kind is ComparedKind.DAY and len(columns) > 1 else None,
        credits=picture_credits(last, words),
    )


def _sides(view: ViewState, comparison: Comparison) -> Iterator[tuple[ViewState, Excerpt]]:
    """Yield view and picture of each column."""
    has_names = len(comparison.things) < MOST_COMPARED
    here = Excerpt((view.district,) if view.district else (), labels=has_names)
    for thing in comparison.things:
        if comparison.kind is ComparedKind.INSTRUMENT:
            yield view.but(layer=thing), here
        elif comparison.kind is ComparedKind.DAY:
            yield view.but(as_of=date.fromisoformat(thing)), here
        else:
            yield view, Excerpt((thing,), labels=has_names)


def _column(
    contexts: ViewContexts, kind: ComparedKind, view: ViewState, excerpt: Excerpt, words: Words
) -> ComparedColumn:
    context = contexts.of(picture_view(view, excerpt))
    picture, layer = replace(build_picture(context, excerpt, words), keyed=False), view.layer
    figure: tuple[Listed, ...] = ()
    if kind is ComparedKind.MUNICIPALITY:
        position = next(iter(picture.areas))
        title = unique_names(context, [position])[0]
        figure = ((build_detail(context, position, words).subtitle, None),)
    elif layer != OVERVIEW:
        figure = _lines(share_row(context, layer, context.district, words), words)
    if kind is ComparedKind.INSTRUMENT:
        title = words.label(layer_label(context.programme, layer))
    elif kind is ComparedKind.DAY:
        title = words.day(context.as_of)
    elif kind is ComparedKind.DISTRICT:
        title = context.edition.district_name(excerpt.places[0])
    page = page_address(_PAGES.get(kind, ""), context.view)
    return ComparedColumn(title=title, figure=figure, page=page, context=context, picture=picture)


# ---- legends ----------------------------------------------------------------------------------------------------------


def _legends(kind: ComparedKind, columns: Sequence[ComparedColumn], words: Words) -> Iterator[ComparedLegend]:
    if kind is ComparedKind.INSTRUMENT:
        for each in columns:
            yield ComparedLegend(each.title, (words.say(phrases.NUMBER_OF),), _legend_rows([each.picture], words))
    else:
        titles = tuple(each.title for each in columns)
        yield ComparedLegend(words.say(phrases.LEGEND), titles, _legend_rows([each.picture for each in columns], words))


def _legend_rows(pictures: Sequence[Picture], words: Words) -> tuple[tuple[LegendLine, tuple[str, ...]], ...]:
    """Return every class that any of the maps explains, in the order of their layer."""
    counts = [{_sign(line): line.count for line in each.legend} for each in pictures]
    lines = {_sign(line): line for each in pictures for line in each.legend if line.mark != "own"}

    def said(line: LegendLine, of: dict[tuple[int, bool, str], int | None]) -> str:
        return "" if line.count is None else words.number(of.get(_sign(line)) or 0)

    return tuple((lines[each], tuple(said(lines[each], of) for of in counts)) for each in sorted(lines))


def _sign(line: LegendLine) -> tuple[int, bool, str]:
    """Return what tells lines of a legend apart and orders them: areas by class, the one without activity last, marks."""
    look = line.look
    return get_args(Mark).index(line.mark), look is not None and look.key == NO_DATA, look.code if look else ""


# ---- rows -------------------------------------------------------------------------------------------------------------

_Rows = tuple[list[tuple[str, tuple[ComparedCell, ...]]], list[str]]
"""The rows of the table, and what is to be said of them."""


def _lines(row: ShareRow, words: Words, difference: str = "") -> tuple[Listed, ...]:
    number, view = row.number
    whole = words.say("{number} Gemeinden", number=number)
    first = whole if row.share else words.count(*phrases.N_MUNICIPALITIES, len(row.here.municipalities))
    plain = ((text, None) for text in (row.share, row.people, difference, row.arrangements) if text)
    return ((first, view), *plain, *row.beside)


def _instruments(columns: Sequence[ComparedColumn], words: Words) -> _Rows:
    """Return no rows, but how many municipalities have the first instrument and each of the others."""
    counted = [each.context.day.figure(each.context.spec.layer, each.context.district) for each in columns]
    first, *others = (set(each.municipalities.index) for each in counted)
    return [], [
        words.say(
            "Gemeinden mit beidem, {first} und {other}: {both}; nur {first}: {a}; nur {other}: {b}.",
            first=columns[0].title,
            other=column.title,
            both=words.number(len(first & here)),
            a=words.number(len(first - here)),
            b=words.number(len(here - first)),
        )
        for column, here in zip(columns[1:], others, strict=True)
    ]


def _districts(columns: Sequence[ComparedColumn], words: Words) -> _Rows:
    """Return what `_counts` does; districts differ in size, so that only their shares are compared."""
    rows, notes = _counts(columns, words, with_number=not columns[0].context.programme.has_shares)
    if any(each.context.spec.total == 1 for each in columns):
        notes.append(
            words.say("Eine Stadt, die selbst ein Kreis ist, hat nur eine Gemeinde: Ihr Anteil ist 0 oder 100 Prozent.")
        )
    return rows, notes


def _counts(columns: Sequence[ComparedColumn], words: Words, *, with_number: bool = True) -> _Rows:
    """Return how many municipalities each instrument has in each column."""
    rows = []
    for instrument in columns[0].context.programme.instruments:
        found = [share_row(each.context, instrument.key, each.context.district, words) for each in columns]
        cells = (ComparedCell(_lines(each, words, _difference(found[0], each, words, with_number))) for each in found)
        rows.append((words.label(instrument.label), tuple(cells)))
    return rows, [words.say("Unterschiede sind die zur ersten Spalte.")] if len(columns) > 1 else []


def _difference(first: ShareRow, here: ShareRow, words: Words, with_number: bool) -> str:  # noqa: FBT001 - passed on
    """Return by how much a column differs from the first, in the numbers as they are shown; nothing is said of one municipality's share."""
    if here is first or (not with_number and 1 in (first.here.total, here.here.total)):
        return ""
    number = len(here.here.municipalities) - len(first.here.municipalities)
    points = round(here.here.share * 100, 1) - round(first.here.share * 100, 1)
    told = [_signed(number, 0, words)] if with_number else []
    told += [words.say("{n} Prozentpunkte", n=_signed(points, 1, words))] if here.share else []
    return words.say("Unterschied: {list}", list=", ".join(told))


def _signed(value: float, digits: int, words: Words) -> str:
    value = round(value, digits)
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{words.number(abs(value), digits)}"


def _municipalities(columns: Sequence[ComparedColumn], words: Words) -> _Rows:
    """Return how each instrument stands in each municipality, without those documented in none of them."""
    details = [build_detail(each.context, next(iter(each.picture.areas)), words) for each in columns]
    rows, nowhere = [], []
    for across in zip(*(each.instruments for each in details), strict=True):
        if all(each.look.key == NO_DATA for each in across):
            nowhere.append(across[0].label)
            continue
        cells = (ComparedCell(tuple((text, None) for text in each.standing), each.look) for each in across)
        rows.append((across[0].label, tuple(cells)))
    rows.append((words.say("Nachbarn"), tuple(ComparedCell(((each.neighbour_heading, None),)) for each in details)))
    return rows, [words.say("In keiner davon dokumentiert: {list}.", list=", ".join(nowhere))] if nowhere else []


_ROWS = {
    ComparedKind.INSTRUMENT: _instruments,
    ComparedKind.DAY: _counts,
    ComparedKind.DISTRICT: _districts,
    ComparedKind.MUNICIPALITY: _municipalities,
}


def _between(first: ViewContext, last: ViewContext, words: Words) -> tuple[str, str]:
    view = last.view.but(since=first.as_of)
    text = words.say("Was dazwischen begann, erstmals belegt wurde oder endete: unter Fortschritt")
    return f"{page_address('fortschritt', view)}#veraenderungen", text
