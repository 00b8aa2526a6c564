"""The description of a map: what each area is, what the legend says, what is marked. No drawing library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from atlas import phrases
from atlas.analysis.days import Bools
from atlas.analysis.status import NO_DATA
from atlas.model.boundaries import BoundaryVersion
from atlas.model.programme import OVERVIEW, Programme
from atlas.model.states import State
from atlas.model.view import ViewState
from atlas.present.looks import ABSENT, EARLIER, FILTERED, Legend, LegendClass, LegendItem, look_keys, looks_by_key
from atlas.present.since import Since, packed, said, sinces_of
from atlas.present.wording import Words


def pack(codes: str) -> str:
    """Return class codes with runs shortened: a capital says how often the code before it stands, A thrice, Z 28 times.

    ``0000001`` becomes ``0D1``. The browser writes them out again (`unpack` in parts/shared.js).
    """
    return re.sub(r"(.)\1{2,27}", lambda run: run[1] + chr(ord("A") + len(run[0]) - 3), codes)


def pack_days(codes: Sequence[str]) -> list[str]:
    """Return the class codes of several days: of the first packed, of each other what has changed since the one before.

    Changes are ``position+code`` with the position to base 36, separated by commas. The browser writes them out again
    (`codesOfDays` in parts/shared.js).
    """
    return [pack(codes[0]), *(_changes(before, after) for before, after in pairwise(codes))]


def _changes(before: str, after: str) -> str:
    changed = (i for i, (was, now) in enumerate(zip(before, after, strict=True)) if was != now)
    return ",".join(f"{_base36(i)}{after[i]}" for i in changed)


def _base36(number: int) -> str:
    return np.base_repr(number, 36).lower()


@dataclass(frozen=True)
class LegendEntry:
    """A class and how many municipalities of the chosen area are in it."""

    look: LegendClass
    count: int


def counted_legend(entries: Iterable[LegendEntry], words: Words) -> Legend:
    """Return a legend with the numbers of its classes."""
    items = (
        LegendItem(each.look, words.label(each.look.label), words.number(each.count) if each.look.has_number else "")
        for each in entries
    )
    return Legend(words.say(phrases.LEGEND), tuple(items))


@dataclass(frozen=True, kw_only=True)
class MapSpec:
    """One map, ready to be drawn by anything."""

    layer: str
    as_of: date
    classes: dict[int, str]
    """Key of the class of every municipality of the day, by position, whatever the filter."""
    codes: str
    """One character for each row of the edition, in order: the class's code, `ABSENT` or `FILTERED`."""
    legend: tuple[LegendEntry, ...]
    """Every class that is to be explained, in order, with its count."""
    inside: tuple[int, ...]
    """Positions of the municipalities of the chosen area on the day: what the legend counts."""
    points: tuple[int, ...] = ()
    """Positions of municipalities marked by a point (their own council, say)."""
    district_points: tuple[str, ...] = ()
    """Keys of districts marked by a point of their own kind."""
    bodies: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Joint bodies of two municipalities and more: name and positions, for what is in force or documented only later on
    this layer."""
    since: Mapping[int, Since] = field(default_factory=dict)
    """Since when the class holds, or why that is not known, by position; only where something is documented."""

    @property
    def total(self) -> int:
        """Municipalities of the chosen area on the day: the legend's counts add up to it."""
        return len(self.inside)

    @property
    def shown(self) -> list[int]:
        """Positions of the municipalities shown: there on the day and not filtered out."""
        return [position for position, code in enumerate(self.codes) if code not in (ABSENT, FILTERED)]


def build_map_spec(  # noqa: PLR0913, PLR0917 - what a map is of: day, record, place, filter
    status: pd.DataFrame,
    cases: pd.DataFrame,
    programme: Programme,
    boundaries: BoundaryVersion,
    view: ViewState,
    as_of: date,
    sized: Bools | None = None,
) -> MapSpec:
    """Return the map of a view's layer and filters; filters that name what does not exist filter nothing.

    ``status`` and ``cases`` are what `status_as_of` and `cases_as_of` returned for ``as_of``; the joint bodies come from
    the cases. ``sized`` says which rows of the edition are of the view's size class, where one is chosen.
    """
    looks = looks_by_key(programme, view.layer)
    deciding = decisive_rows(status, programme, view.layer)
    keys = dict.fromkeys(status.index.unique().tolist(), NO_DATA)
    keys |= dict(zip(deciding.index.tolist(), deciding["look"], strict=True))
    district = view.district if view.district in boundaries.districts.index else None
    districts = boundaries.municipalities["district"].to_numpy(dtype=object)
    inside = {position: key for position, key in keys.items() if district in (None, districts[position])}
    counts = Counter(inside.values())
    wanted = view.looks & looks.keys()
    codes = [ABSENT] * len(boundaries.municipalities)
    for position, key in keys.items():
        keep = position in inside and not (wanted and key not in wanted)
        keep = keep and not (view.documented_only and key == NO_DATA) and (sized is None or bool(sized[position]))
        codes[position] = looks[key].code if keep else FILTERED
    points, district_points = _points(status, programme, view.layer, inside)
    order = [*list(looks.values())[1:], looks[NO_DATA]]
    return MapSpec(
        layer=view.layer,
        as_of=as_of,
        classes=keys,
        codes="".join(codes),
        points=points,
        district_points=district_points,
        bodies=_bodies(cases, view.layer, inside),
        legend=tuple(LegendEntry(look, counts[look.key]) for look in order if counts[look.key] or not look.optional),
        inside=tuple(inside),
        since=dict(zip(deciding.index.tolist(), sinces_of(deciding), strict=True)),
    )


def shown_spans(spans: pd.DataFrame, programme: Programme, layer: str) -> pd.DataFrame:
    """Return those of the stretches `spans` returned that the map of a layer may show."""
    if layer != OVERVIEW:
        return spans[spans["instrument"] == layer]
    refs = {ref for each in programme.overview.classes for ref in each.any}
    told = (spans["instrument"] + ":" + spans["stage"]).isin(refs) | (spans["joint_with"] != "")
    return spans[told | (spans["instrument"] == programme.overview.points)]


def decisive_rows(status: pd.DataFrame, programme: Programme, layer: str) -> pd.DataFrame:
    """Return the row of the status table that decides a municipality's class, for each of which anything is known.

    A class of the overview is only for what holds, or is planned where it names a plan.

    Index ``position``, unique. The columns of the status table and ``look``, the key of the class.
    """
    documented = status[status["basis"] != "none"]
    if layer != OVERVIEW:
        rows = documented[documented["instrument"] == layer]
        return rows.assign(look=look_keys(rows, programme.instrument(layer)))
    classes = programme.overview.classes
    names = np.array([*(each.key for each in classes), "district", State.DOCUMENTED_LATER, EARLIER], dtype=object)
    through, later, earlier = range(len(classes), len(names))
    state = documented["state"]
    rank = {ref: number for number, each in reversed(list(enumerate(classes))) for ref in each.any}
    order = (documented["instrument"] + ":" + documented["stage"]).map(rank).to_numpy(dtype=float)
    order = np.where(state.isin([State.IN_FORCE, State.REACHED, State.PLANNED]), order, earlier)
    order = np.where(state == State.DOCUMENTED_LATER, later, order)
    order = np.where(documented["basis"] == "district", through, order)
    ranked = documented.assign(order=order)[~np.isnan(order)]
    first = ranked.sort_values("order", kind="stable")
    first = first[~first.index.duplicated()].sort_index()
    return first.assign(look=names[first["order"].astype(int)]).drop(columns="order")


def _points(
    status: pd.DataFrame, programme: Programme, layer: str, inside: dict[int, str]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    if layer != OVERVIEW or programme.overview.points is None:
        return (), ()
    rows = status[(status["instrument"] == programme.overview.points) & status["in_force"]]
    rows = rows[rows.index.isin(list(inside))]
    direct = rows[rows["basis"] == "direct"]
    through = rows[rows["basis"] == "district"]
    return tuple(direct.index.tolist()), tuple(sorted(set(through["participant"])))


def _bodies(cases: pd.DataFrame, layer: str, inside: dict[int, str]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the joint bodies of the day; of all cases, for a municipality may have one of its own beside a joint one."""
    there = cases["in_force"] | (cases["state"] == State.DOCUMENTED_LATER)
    rows = cases[there & (cases["basis"] == "direct") & (cases["joint_with"] != "")]
    if layer != OVERVIEW:
        rows = rows[rows["instrument"] == layer]
    members: dict[str, set[int]] = {}
    for position, body in zip(rows.index.tolist(), rows["joint_with"].tolist(), strict=True):
        if position in inside:
            members.setdefault(str(body), set()).add(position)
    return tuple((body, tuple(sorted(positions))) for body, positions in sorted(members.items()) if len(positions) > 1)


def packed_positions(positions: Iterable[int]) -> str:
    """Return the distances between ascending positions: the last digit to base 36, what is above it in capitals to base 26.

    ``02B3`` is 0, 2, 39: positions 0, 2, 41. The browser adds them up again (`positions` in parts/shared.js).
    """
    return "".join(_capitals(gap // 36) + _base36(gap % 36) for gap in np.diff([0, *map(int, positions)]))


def _capitals(number: int) -> str:
    return _capitals(number // 26) + chr(ord("A") + number % 26) if number else ""


def packed_bodies(spec: MapSpec, names: Sequence[str]) -> str:
    """Return joint bodies by their number in ``names``, positions to base 36: ``3:c,14 5:7,8``."""
    number = {name: i for i, name in enumerate(names)}
    return " ".join(
        f"{number[name]}:{','.join(_base36(position) for position in members)}" for name, members in spec.bodies
    )


def since_said(spec: MapSpec, position: int, words: Words) -> str:
    """Return since when the class of a municipality holds, in words; empty where nothing is documented."""
    return said(spec.since[position], words) if position in spec.since else ""


def packed_since(spec: MapSpec) -> str:
    """Return since when, grouped by what is said, positions as in `packed_positions`: ``2106:cB4 <22:7 ?261123:9 o15:4``."""
    groups: dict[str, list[int]] = {}
    for position, since in spec.since.items():
        groups.setdefault(packed(since), []).append(position)
    return " ".join(f"{text}:{packed_positions(sorted(positions))}" for text, positions in groups.items())
