"""The page of a district, or of the whole state: shares, white spots with warm borders, groups."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from atlas.analysis.counting import Figure, by_district
from atlas.analysis.outreach import Group, WhiteSpot, groups, white_spots
from atlas.model.view import ViewState
from atlas.present.figures import beside
from atlas.present.looks import looks_of
from atlas.present.scene import Scene
from atlas.present.wording import Words


@dataclass(frozen=True)
class ShareRow:
    """One instrument in the district against the whole.

    Attributes
    ----------
    here, whole
        What is in force there.
    arrangements
        ``3 Vereinbarungen``: joint ones count once.
    behind
        The view of the map that lists exactly those covered.
    beside
        What stands beside the number here, each with the view that lists it; None where no classes say it.
    """

    label: str
    here: Figure
    whole: Figure
    arrangements: str
    behind: ViewState
    beside: tuple[tuple[str, ViewState | None], ...]


@dataclass(frozen=True)
class SpotRow:
    """A white spot with the numbers behind its place."""

    ags: str
    name: str
    district: str
    share: float
    active_km: float
    outline_km: float
    edge_km: float
    active: int
    neighbours: int
    names: tuple[str, ...]
    through_district: bool


@dataclass(frozen=True)
class GroupRow:
    """A group of active municipalities that hang together."""

    municipalities: int
    arrangements: int
    names: tuple[str, ...]
    bodies: tuple[str, ...]


@dataclass(frozen=True)
class DistrictRow:
    """A district in the list of all: for each key instrument how many are covered, and the view that lists them."""

    key: str
    name: str
    total: int
    covered: tuple[tuple[int, ViewState], ...]
    spots: int


@dataclass(frozen=True)
class DistrictPage:
    """Everything the page says.

    Attributes
    ----------
    key
        Five digits; None for the whole state.
    headings
        Labels of the key instruments, for `DistrictRow.covered`.
    districts
        All districts by name, of a programme that is not for all those with anybody; empty on the page of one.
    """

    key: str | None
    name: str
    whole: str
    subtitle: str
    has_shares: bool
    shares: tuple[ShareRow, ...]
    spots: tuple[SpotRow, ...]
    groups: tuple[GroupRow, ...]
    headings: tuple[str, ...]
    districts: tuple[DistrictRow, ...]


def build_district(source: Scene, words: Words) -> DistrictPage:
    """Return the page of the view's district, of the whole state if it names none."""
    key = source.district
    state = words.label(source.programme.territory)
    every = source.day.municipalities
    members = every if key is None else every[every["district"] == key]
    area = float(members["area_km2"].sum())
    subtitle = [
        words.count("{n} Gemeinde", "{n} Gemeinden", len(members)),
        words.say("{km2} km²", km2=words.number(area)),
    ]
    spots = white_spots(source.status, source.day.hood)
    near = [spot for spot in spots if key in (None, _district_of(source, spot.position))]
    gathered = groups(source.day.cases, source.day.hood)
    here = set(members.index)
    figures = source.programme.overview.figures
    return DistrictPage(
        key,
        str(source.edition.districts.at[key, "name"]) if key else state,
        state,
        " · ".join(subtitle),
        source.programme.has_shares,
        share_rows(source, key, words),
        tuple(_spot(source, spot) for spot in near),
        tuple(_group(source, each) for each in gathered if here & set(each.members)),
        tuple(words.label(source.programme.instrument(each).short) for each in figures),
        () if key else _districts(source, spots),
    )


def _district_of(source: Scene, position: int) -> str:
    return source.day.lines[position][0].district


def share_rows(source: Scene, district: str | None, words: Words) -> tuple[ShareRow, ...]:
    """Return each instrument in a district against the whole."""
    return tuple(_share(source, each.key, district, words) for each in source.programme.instruments)


def _share(source: Scene, instrument: str, district: str | None, words: Words) -> ShareRow:
    here, whole = (source.day.figure(instrument, where) for where in (district, None))
    told = source.programme.instrument(instrument)
    unit = told.unit_one if len(here.arrangements) == 1 else told.unit
    return ShareRow(
        words.label(told.label),
        here,
        whole,
        f"{words.number(len(here.arrangements))} {words.label(unit)}",
        _covered_view(source, instrument, district),
        tuple(
            (door.text, _listing(source, instrument, district, frozenset(door.looks)) if door.looks else None)
            for door in beside(here, source, words)
        ),
    )


def _covered_view(source: Scene, instrument: str, district: str | None) -> ViewState:
    """Return the view whose table lists exactly the municipalities covered."""
    counted = frozenset(look.key for look in looks_of(source.programme, instrument) if look.counted)
    return _listing(source, instrument, district, counted)


def _listing(source: Scene, instrument: str, district: str | None, looks: frozenset[str]) -> ViewState:
    """Return the view whose table lists exactly the municipalities of some classes."""
    return source.view.but(layer=instrument, district=district, municipality=None, looks=looks, documented_only=False)


def _spot(source: Scene, spot: WhiteSpot) -> SpotRow:
    lines = source.day.lines[spot.position]
    names = source.edition.municipalities["name"]
    return SpotRow(
        lines[0].ags,
        lines[0].name,
        str(source.edition.districts.at[lines[0].district, "name"]),
        spot.share,
        spot.active_m / 1000,
        spot.outline_m / 1000,
        spot.edge_m / 1000,
        len(spot.active),
        spot.neighbours,
        tuple(str(names.iloc[each.position]) for each in spot.active),
        any(line.basis == "district" for line in lines),
    )


def _group(source: Scene, group: Group) -> GroupRow:
    names = source.edition.municipalities["name"]
    members = tuple(sorted(str(names.iloc[position]) for position in group.members))
    return GroupRow(len(group.members), group.arrangements, members, group.bodies)


def _districts(source: Scene, spots: tuple[WhiteSpot, ...]) -> tuple[DistrictRow, ...]:
    names = source.edition.districts["name"]
    figures = source.programme.overview.figures
    tables = [by_district(source.status, which, names.index) for which in figures]
    covered = [dict(zip(table["district"], table["municipalities"].tolist(), strict=True)) for table in tables]
    white = Counter(_district_of(source, spot.position) for spot in spots)
    totals = Counter(source.day.municipalities["district"])
    return tuple(
        DistrictRow(
            key,
            str(names[key]),
            totals[key],
            tuple(
                (numbers[key], _covered_view(source, which, key))
                for which, numbers in zip(figures, covered, strict=True)
            ),
            white[key],
        )
        for key in source.edition.district_keys
        if totals[key] and (source.programme.has_shares or any(numbers[key] for numbers in covered))
    )
