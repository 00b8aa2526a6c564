"""Boundary editions: one delivery of boundaries and every municipality that existed from its date on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.errors import Problem, few
from atlas.phrases import N_

INDEPENDENT_CITIES = ("Kreisfreie Stadt", "Stadtkreis")
"""Kinds of a municipality that is a district of its own; the second is what Baden-Württemberg says."""


_MOST_TILES = 2_500
"""Every state of Germany has fewer municipalities."""


class Level(StrEnum):
    """How fine a geometry is."""

    FULL = "full"
    """As delivered and cleaned: neighbours, lengths, areas."""
    DETAIL = "detail"
    """Generalised by 50 m: zoomed maps and print; of several states in a file for each for the browser."""
    OVERVIEW = "overview"
    """Generalised by 200 m, a country by 300 m: the whole on a screen."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where an edition comes from and how it must be named."""

    title: str
    """What the data are: ``Verwaltungsgebiete 1:250 000 (VG250), Stand 01.01.2016``."""
    attribution: str
    """Short form, owed wherever the geometry appears: ``© GeoBasis-DE / BKG 2017 (Daten verändert)``."""
    attribution_long: str
    """Long form with licence and what was changed, for the data page and files."""
    licence: str
    licence_url: str
    source_url: str
    verified_to: date | None
    """Last day for which the list of municipalities was checked against an official one."""
    unmapped: int | None = None
    """So many municipalities are known to have ended since, without their successors being entered."""
    compared_with: str | None = None
    """The newer list of keys that says so."""
    generalised: bool = False
    """Whether the borders are of a set coarser than 1:250 000: neighbours and lengths of borders are then only roughly so."""


@dataclass(frozen=True, kw_only=True)
class BoundaryChange:
    """One municipality that ended and the one that took its territory, or one that only got another key.

    The key of a municipality changes when its district does. Districts are those of today on all dates, so the new
    key holds from the start (``renumbered``); ``effective`` is when it was really given.
    """

    old_ags: str
    old_name: str
    new_ags: str
    new_name: str
    effective: date
    source: str
    renumbered: bool = False

    def holds_on(self, day: date) -> bool:
        """Return whether the old key leads to the new one on ``day``."""
        return self.renumbered or self.effective <= day


def mergers(changes: Iterable[BoundaryChange]) -> tuple[BoundaryChange, ...]:
    """Return the changes on which something on the ground became different: all but those of keys alone."""
    return tuple(change for change in changes if not change.renumbered)


def short_district(name: str) -> str:
    """Return the name of a district without what most are called: ``Leipzig`` of the Landkreis around the city."""
    return name.removeprefix("Landkreis ").removeprefix("Kreis ")


def map_names(names: Iterable[str]) -> list[str]:
    """Return the names of districts as maps write them: short, unless another is called so."""
    whole = list(names)
    short = map(short_district, whole)
    return [f"Lkr. {each}" if each != name and each in whole else each for name, each in zip(whole, short, strict=True)]


@dataclass(frozen=True, eq=False, kw_only=True)
class BoundaryVersion:
    """All municipalities of a boundary set (a state, the country) from ``starts`` on, one row for every extent a municipality has had.

    A municipality that takes in another has two rows: one until that day, one from then on. A row's position is
    its number in the topology files and in the class codes the map gets, so neither changes with the date.
    """

    folder: Path
    boundary_set: str
    starts: date
    metric_crs: str
    provenance: Provenance
    municipalities: pd.DataFrame
    """RangeIndex (the position). Columns ``ags`` (8 digits), ``name``, ``kind`` (``Stadt``, ``Gemeinde``,
    ``Gemeindefreies Gebiet`` or one of `INDEPENDENT_CITIES`), ``district`` (5 digits), ``valid_from``, ``valid_to``
    (``datetime64``; the first day on which it is no longer so, NaT when it still is), ``area_km2`` (geodesic),
    ``outline_m`` (length of all its rings from the full geometry in the metric CRS), ``label_lon``, ``label_lat``
    (degrees, a point well inside the largest part)."""
    districts: pd.DataFrame
    """Index ``key`` (5 digits). Columns ``name`` (``Landkreis Leipzig``, ``Vogtlandkreis``, ``Chemnitz``), ``kind``
    (``Landkreis``, ``Kreis``, ``Region``, ``Städteregion`` or one of `INDEPENDENT_CITIES`), ``label_lon``,
    ``label_lat``, ``west``, ``south``, ``east``, ``north`` (degrees)."""
    borders: pd.DataFrame
    """RangeIndex. Columns ``a``, ``b`` (positions, ``a < b``, both valid on at least one common day), ``border_m``
    (length of the shared line from the full geometry in the metric CRS; 0.0 where they meet in points only)."""
    changes: tuple[BoundaryChange, ...]
    """Every merger since ``starts``, in order of date, and every key that is another one now."""
    former_names: dict[str, tuple[str, ...]]
    """Names a municipality has had, by key: ``{"14628260": ("Neustadt i. Sa.",)}``."""
    bounds: tuple[float, float, float, float]
    """West, south, east, north of the whole in degrees."""
    states: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Index ``key`` (2 digits), columns as ``districts``; empty if the set is a single state."""
    sums: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the files it was built with, by their names."""

    @property
    def has_tiles(self) -> bool:
        """Whether a map can have a tile for each municipality: of a whole country they would be too small to be told apart."""
        return len(self.municipalities) <= _MOST_TILES

    @property
    def district_keys(self) -> list[str]:
        """Keys of the districts in the order of their names, whatever kind of district they are."""
        names = {str(key): short_district(str(name)) for key, name in self.districts["name"].items()}
        return sorted(names, key=names.__getitem__)

    def district_name(self, key: str) -> str:
        """Return the name of a district, whole: ``Landkreis Leipzig``."""
        return str(self.districts.at[key, "name"])

    def unknown_district(self, given: str, place: str) -> Problem:
        """Return the problem that there is no district ``given``; ``place`` says where it was asked for.

        Of a country those of the same state are named, if there are any, and no more than a sentence holds.
        """
        text = N_("Den Kreis {given} gibt es nicht; vorhanden: {known}.")
        known = [key for key in self.districts.index if key[:2] == given[:2]] or list(self.districts.index)
        return Problem(place, text, {"given": given, "known": few(known)})

    def valid_at(self, day: date) -> npt.NDArray[np.bool_]:
        """Return, for each position, whether that row describes a municipality as it was on ``day``."""
        at = pd.Timestamp(day)
        rows = self.municipalities
        return np.asarray((rows["valid_from"] <= at) & (rows["valid_to"].isna() | (rows["valid_to"] > at)))

    def topology_path(self, level: Level) -> Path:
        """Return the TopoJSON file with all municipalities of a display level.

        Object ``municipalities``: a GeometryCollection in order of position, ``id`` is the key; longitude and
        latitude, quantised, arcs shared by all dates.

        Raises
        ------
        ValueError
            For the full geometry, and for the detail of several states: that is cut up, see `detail_paths`.
        """
        if level is Level.FULL:
            raise ValueError("the full geometry is not for display")
        if level is Level.DETAIL and len(self.states):
            raise ValueError("the detail of several states is in one file for each")
        return self.folder / f"{level}.topojson"

    @property
    def detail_paths(self) -> dict[str, Path]:
        """Return the TopoJSON files of the detail level by key of the state; by ``""`` the only one of a single state.

        Each holds the rows of its state in order of position: rows are in order of their keys, so these are
        consecutive, as many as the file has objects, from the first whose key begins with the state's.
        """
        if not len(self.states):
            return {"": self.topology_path(Level.DETAIL)}
        return {str(key): self.folder / f"{Level.DETAIL}-{key}.topojson" for key in self.states.index}

    @property
    def tall(self) -> float:
        """Return the height of the whole on a web map (Mercator) for a width of one, two decimals."""
        west, south, east, north = (math.radians(value) for value in self.bounds)
        return round((math.asinh(math.tan(north)) - math.asinh(math.tan(south))) / (east - west), 2)

    def geometry_path(self, level: Level) -> Path:
        """Return the GeoParquet file of a level: column ``geometry`` in the metric CRS, in order of position."""
        return self.folder / f"{level}.parquet"


def edition_on(editions: Sequence[BoundaryVersion], day: date) -> BoundaryVersion:
    """Return, of the editions of a set, oldest first, the newest that had begun by ``day``, else the first."""
    begun = [edition for edition in editions if edition.starts <= day]
    return begun[-1] if begun else editions[0]


def known_keys(editions: Iterable[BoundaryVersion]) -> frozenset[str]:
    """Return every municipality and district key that exists or has existed."""
    keys: set[str] = set()
    for edition in editions:
        keys |= set(edition.municipalities["ags"]) | set(edition.districts.index)
        keys |= {change.old_ags for change in edition.changes if change.renumbered}
    return frozenset(keys)
