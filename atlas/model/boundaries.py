"""Boundary editions: one delivery of boundaries and every municipality that existed from its date on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from atlas.errors import Problem


class Level(StrEnum):
    """How fine a geometry is."""

    FULL = "full"
    """As delivered and cleaned: neighbours, lengths, areas."""
    DETAIL = "detail"
    """Generalised by 50 m: zoomed maps and print."""
    OVERVIEW = "overview"
    """Generalised by 200 m: the whole state on a screen."""


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Change:
    """One municipality that ended and the one that took its territory."""

    old_ags: str
    old_name: str
    new_ags: str
    new_name: str
    effective: date
    source: str


@dataclass(frozen=True, eq=False)
class Edition:
    """All municipalities of a boundary set (a state, the country) from ``starts`` on, one row for every extent a municipality has had.

    A municipality that takes in another has two rows: one until that day, one from then on. A row's position is
    its number in the topology files and in the class codes the map gets, so neither changes with the date.

    Attributes
    ----------
    municipalities
        RangeIndex (the position). Columns ``ags`` (8 digits), ``name``, ``kind`` (``Kreisfreie Stadt``, ``Stadt`` or
        ``Gemeinde``), ``district`` (5 digits), ``valid_from``, ``valid_to`` (``datetime64``; the first day on which
        it is no longer so, NaT when it still is), ``area_km2`` (geodesic), ``outline_m`` (length of all its rings from the
        full geometry in the metric CRS), ``label_lon``, ``label_lat`` (degrees, a point well inside the largest part).
    districts
        Index ``key`` (5 digits). Columns ``name`` (``Landkreis Leipzig``, ``Vogtlandkreis``, ``Chemnitz``), ``kind``
        (``Landkreis`` or ``Kreisfreie Stadt``), ``label_lon``, ``label_lat``, ``west``, ``south``, ``east``,
        ``north`` (degrees).
    borders
        RangeIndex. Columns ``a``, ``b`` (positions, ``a < b``, both valid on at least one common day), ``border_m``
        (length of the shared line from the full geometry in the metric CRS; 0.0 where they meet in points only).
    changes
        Every merger since ``starts``, in order of date.
    former_names
        Names a municipality has had, by key: ``{"14628260": ("Neustadt i. Sa.",)}``.
    bounds
        West, south, east, north of the whole in degrees.
    """

    folder: Path
    boundary_set: str
    starts: date
    metric_crs: str
    provenance: Provenance
    municipalities: pd.DataFrame
    districts: pd.DataFrame
    borders: pd.DataFrame
    changes: tuple[Change, ...]
    former_names: dict[str, tuple[str, ...]]
    bounds: tuple[float, float, float, float]

    @property
    def district_keys(self) -> list[str]:
        """Keys of the districts in the order of their names, whatever kind of district they are."""
        names = self.districts["name"]
        return sorted(map(str, names.index), key=lambda key: str(names[key]).removeprefix("Landkreis "))

    def unknown_district(self, given: str, place: str) -> Problem:
        """Return the problem that there is no district ``given``; ``place`` says where it was asked for."""
        text = "Den Kreis {given} gibt es nicht; vorhanden: {known}."
        return Problem(place, text, {"given": given, "known": ", ".join(self.districts.index)})

    def valid_at(self, day: date) -> npt.NDArray[np.bool_]:
        """Return, for each position, whether that row describes a municipality as it was on ``day``."""
        at = pd.Timestamp(day)
        rows = self.municipalities
        return np.asarray((rows["valid_from"] <= at) & (rows["valid_to"].isna() | (rows["valid_to"] > at)))

    def topology_path(self, level: Level) -> Path:
        """Return the TopoJSON file of a display level; there is none of the full one.

        Object ``municipalities``: a GeometryCollection in order of position, ``id`` is the key; longitude and
        latitude, quantised, arcs shared by all dates.
        """
        if level is Level.FULL:
            raise ValueError("the full geometry is not for display")
        return self.folder / f"{level}.topojson"

    @property
    def detail_paths(self) -> dict[str, Path]:
        """Return the TopoJSON files of the detail, by state; one under the empty key where the set is one state."""
        return {"": self.topology_path(Level.DETAIL)}

    @property
    def tall(self) -> float:
        """Return the height of the whole on a web map (Mercator) for a width of one, two decimals."""
        west, south, east, north = (math.radians(value) for value in self.bounds)
        return round((math.asinh(math.tan(north)) - math.asinh(math.tan(south))) / (east - west), 2)

    def geometry_path(self, level: Level) -> Path:
        """Return the GeoParquet file of a level: column ``geometry`` in the metric CRS, in order of position."""
        return self.folder / f"{level}.parquet"


def known_keys(editions: Iterable[Edition]) -> frozenset[str]:
    """Return every municipality and district key that exists or has existed."""
    keys: set[str] = set()
    for edition in editions:
        keys |= set(edition.municipalities["ags"]) | set(edition.districts.index)
    return frozenset(keys)
