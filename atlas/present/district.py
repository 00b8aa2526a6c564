"""The page of a district, or of the whole state: shares, white spots with warm borders, groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from atlas import phrases
from atlas.analysis.counting import Figure, by_district
from atlas.analysis.outreach import Group, WhiteSpot, groups, white_spots
from atlas.model.place_names import in_german_order
from atlas.model.view import ViewState
from atlas.present.context import ViewContext
from atlas.present.figures import Listed, beside
from atlas.present.looks import counted_keys
from atlas.present.population import inhabitants_said, people_said, people_text, speaks_of_people
from atlas.present.wording import Words

Places = tuple[tuple[str, str], ...]
"""Key and name of some municipalities."""
_FIRST = 12
"""So many white spots are shown at once; the others on request."""


@dataclass(frozen=True, kw_only=True)
class ShareRow:
    """One instrument in the district against the whole."""

    label: str
    here: Figure
    whole: Figure
    number: Listed
    """How many municipalities are covered here, of how many."""
    arrangements: str
    """``3 Vereinbarungen``: joint ones count once."""
    beside: tuple[Listed, ...]
    share: str
    """Empty of a programme for some."""
    compared: str
    """Share of the whole, or its number; empty if this is the whole."""
    people: str
    """Share of the inhabitants, and of those of the whole; empty where there is none."""
    people_compared: str


@dataclass(frozen=True, kw_only=True)
class SpotRow:
    """A white spot with the numbers behind its place."""

    ags: str
    name: str
    place: str
    """District, unless that is clear, and whether the district does something."""
    share: float
    """Part of its border along active municipalities, 0 to 1."""
    share_text: str
    behind: str
    """The lengths that make it up."""
    active: str
    """How many neighbours of how many."""
    places: Places
    """The active neighbours, the longest border first."""


@dataclass(frozen=True)
class GroupRow:
    """A group of active municipalities that hang together, with their joint bodies; all said."""

    municipalities: str
    arrangements: str
    places: Places
    bodies: str


@dataclass(frozen=True)
class DistrictRow:
    """A district in the list of all: for each key instrument how many are covered, and the shares of them."""

    key: str
    name: str
    total: str
    covered: tuple[tuple[Listed, tuple[str, ...]], ...]
    """And the share of inhabitants, where there is one."""
    spots: int
    """White spots: the page of the district lists them."""


@dataclass(frozen=True)
class TableText:
    """What stands beside a table, and the headings of its columns."""

    text: str
    titles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DistrictPage:
    """Everything the page says. The text of a table that is empty says that it is."""

    key: str
    """Five digits; empty for the whole state."""
    name: str
    subtitle: str
    shares: tuple[ShareRow, ...]
    share_text: TableText
    spots: tuple[SpotRow, ...]
    spot_text: TableText
    more_spots: str
    """Says that there are more white spots than are shown at once; empty if there are not."""
    groups: tuple[GroupRow, ...]
    group_text: TableText
    districts: tuple[DistrictRow, ...]
    """By name, all or, of a programme that is not for all, those with anybody; empty on the page of one."""
    district_text: TableText

    @property
    def spot_lists(self) -> tuple[tuple[SpotRow, ...], tuple[SpotRow, ...]]:
        """The white spots shown at once, and the others."""
        return self.spots[:_FIRST], self.spots[_FIRST:]


def build_district(context: ViewContext, words: Words) -> DistrictPage:
    """Return the page of the view's district, of the whole state if it names none."""
    key = context.district
    every = context.day.municipalities
    members = every if key is None else every[every["district"] == key]
    area = float(members["area_km2"].sum())
    size = words.say(phrases.SQUARE_KILOMETRES, km2=words.number(area))
    people = inhabitants_said(context, members.index.tolist(), words)
    spots = white_spots(context.status, context.day.hood)
    near = [spot for spot in spots if key in (None, _district_of(context, spot.position))]
    gathered = group_rows(context, words)
    state = words.label(context.programme.territory)
    return DistrictPage(
        key=key or "",
        name=context.edition.district_name(key) if key else state,
        subtitle=" · ".join(filter(None, [words.count(*phrases.N_MUNICIPALITIES, len(members)), size, people])),
        shares=share_rows(context, key, words),
        share_text=_share_text(context, words),
        spots=tuple(_spot(context, spot, words) for spot in near),
        spot_text=_spot_text(words, is_empty=not near),
        more_spots=words.say("{n} weitere zeigen", n=words.number(len(near) - _FIRST)) if len(near) > _FIRST else "",
        groups=gathered,
        group_text=_group_text(words, is_empty=not gathered),
        districts=() if key else _districts(context, spots, words),
        district_text=_district_text(context, words),
    )


def _share_text(context: ViewContext, words: Words) -> TableText:
    titles = (
        words.say(phrases.INSTRUMENT),
        words.say(phrases.MUNICIPALITIES),
        words.say(phrases.SHARE) if context.programme.has_shares else "",
        words.label(context.programme.territory) if context.district else "",
    )
    note = words.say("Darunter: Vorgänge; gemeinsame mehrerer Gemeinden zählen einmal.")
    return TableText(note, tuple(filter(None, titles)))


def _spot_text(words: Words, *, is_empty: bool) -> TableText:
    intro = words.say(
        "Gemeinden, von denen keine eigene Aktivität dokumentiert ist, geordnet nach dem Teil ihrer Grenze, der aktive "
        "Gemeinden berührt. Ein Gespräch hat hier Nachbarn, die erzählen können. Die Liste ist eine Einladung, keine Wertung."
    )
    none = words.say("Hier grenzt keine Gemeinde ohne dokumentierte Aktivität an eine aktive.")
    titles = words.say(phrases.MUNICIPALITY), words.say("Grenze zu aktiven Nachbarn"), words.say("Aktive Nachbarn")
    return TableText(none if is_empty else intro, titles)


def _group_text(words: Words, *, is_empty: bool) -> TableText:
    intro = words.say(
        "Aktive Gemeinden, die aneinandergrenzen: ein Vorschlag für regionale Vernetzungstreffen. Vorgänge zählen je "
        "Baustein, gemeinsame nur einmal."
    )
    none = words.say("Hier grenzen keine aktiven Gemeinden aneinander.")
    titles = words.say(phrases.MUNICIPALITIES), words.say(phrases.ARRANGEMENTS), words.say("Wer dazugehört")
    return TableText(none if is_empty else intro, titles)


def _district_text(context: ViewContext, words: Words) -> TableText:
    figures = (words.label(context.programme.instrument(each).short) for each in context.programme.overview.figures)
    return TableText(
        "", (words.say(phrases.DISTRICT), words.say(phrases.MUNICIPALITIES), *figures, words.say("Weiße Flecken"))
    )


def _district_of(context: ViewContext, position: int) -> str:
    return context.day.lines[position][0].district


def share_rows(context: ViewContext, district: str | None, words: Words) -> tuple[ShareRow, ...]:
    """Return each instrument in a district against the whole."""
    return tuple(share_row(context, each.key, district, words) for each in context.programme.instruments)


def share_row(context: ViewContext, instrument: str, district: str | None, words: Words) -> ShareRow:
    """Return one instrument in a district against the whole."""
    here, whole = (context.day.figure(instrument, where) for where in (district, None))
    definition = context.programme.instrument(instrument)
    n, has_shares = words.number(len(here.municipalities)), context.programme.has_shares
    compared = words.percent(whole.share) if has_shares else words.number(len(whole.municipalities))
    return ShareRow(
        label=words.label(definition.label),
        here=here,
        whole=whole,
        number=(
            words.say(phrases.N_OF_TOTAL, n=n, total=words.number(here.total)) if has_shares else n,
            covered_view(context, instrument, district) if len(here.municipalities) else None,
        ),
        arrangements=words.arrangements(definition, len(here.arrangements)),
        beside=tuple(
            (door.text, _listing(context, instrument, district, frozenset(door.looks)) if door.looks else None)
            for door in beside(here, context, words)
        ),
        share=words.percent(here.share) if has_shares else "",
        compared=compared if district else "",
        people=people_said(context, here, district, words),
        people_compared=people_said(context, whole, None, words) if district else "",
    )


def covered_view(context: ViewContext, instrument: str, district: str | None) -> ViewState:
    """Return the view whose table lists exactly the municipalities covered."""
    return _listing(context, instrument, district, counted_keys(context.programme, instrument))


def _listing(context: ViewContext, instrument: str, district: str | None, looks: frozenset[str]) -> ViewState:
    """Return the view whose table lists exactly the municipalities of some classes."""
    return context.view.but(
        layer=instrument, district=district, municipality=None, looks=looks, documented_only=False, size=None
    )


def _spot(context: ViewContext, spot: WhiteSpot, words: Words) -> SpotRow:
    lines = context.day.lines[spot.position]
    district = context.edition.district_name(lines[0].district)
    place = (
        "" if context.district or district == lines[0].name else district,
        words.say("Angebot des Kreises") if any(line.basis == "district" for line in lines) else "",
    )
    lengths = {"active": words.number(spot.active_m / 1000, 1), "outline": words.number(spot.outline_m / 1000, 1)}
    edge = words.say("davon {km} km Außengrenze", km=words.number(spot.edge_m / 1000, 1)) if spot.edge_m else ""
    return SpotRow(
        ags=lines[0].ags,
        name=lines[0].name,
        place=" · ".join(filter(None, place)),
        share=spot.share,
        share_text=words.percent(spot.share),
        behind=", ".join(filter(None, (words.say("{active} von {outline} km", **lengths), edge))),
        active=words.say(phrases.N_OF_TOTAL, n=len(spot.active), total=spot.neighbours),
        places=_places(context, (each.position for each in spot.active)),
    )


def group_rows(context: ViewContext, words: Words) -> tuple[GroupRow, ...]:
    """Return the groups that reach into the view's district, else all."""
    every = context.day.municipalities
    here = set(every.index if context.district is None else every.index[every["district"] == context.district])
    gathered = groups(context.day.cases, context.day.hood)
    return tuple(_group(context, each, words) for each in gathered if here & set(each.members))


def _group(context: ViewContext, group: Group, words: Words) -> GroupRow:
    members = tuple(sorted(_places(context, group.members), key=lambda place: in_german_order(place[1])))
    bodies = words.say("Verbünde: {names}", names=", ".join(group.bodies)) if group.bodies else ""
    return GroupRow(words.number(len(members)), words.number(group.arrangements), members, bodies)


def _places(context: ViewContext, positions: Iterable[int]) -> Places:
    lines = context.day.lines
    return tuple((lines[position][0].ags, lines[position][0].name) for position in positions)


def _districts(context: ViewContext, spots: tuple[WhiteSpot, ...], words: Words) -> tuple[DistrictRow, ...]:
    figures = context.programme.overview.figures
    keys = context.edition.districts.index
    tables = [by_district(context.status, which, keys, context.day.weights).set_index("district") for which in figures]
    lines = [table.to_dict("index") for table in tables]
    covered = [{key: line["municipalities"] for key, line in each.items()} for each in lines]
    white = Counter(_district_of(context, spot.position) for spot in spots)
    totals = Counter(context.day.municipalities["district"])
    return tuple(
        DistrictRow(
            key,
            context.edition.district_name(key),
            words.number(totals[key]),
            tuple(
                (
                    (words.number(numbers[key]), covered_view(context, which, key) if numbers[key] else None),
                    _shares_said(context, key, line[key], words),
                )
                for which, numbers, line in zip(figures, covered, lines, strict=True)
            ),
            white[key],
        )
        for key in context.edition.district_keys
        if totals[key] and (context.programme.has_shares or any(numbers[key] for numbers in covered))
    )


def _shares_said(context: ViewContext, key: str, line: Mapping[Hashable, Any], words: Words) -> tuple[str, ...]:
    """Return the shares of a district in its line of `by_district`: of its municipalities, and of its inhabitants."""
    if not context.programme.has_shares:
        return ()
    share = (words.percent(float(line["share"])),)
    if not speaks_of_people(context, key):
        return share
    return (*share, people_text(float(line["inhabitants_share"]), words))
