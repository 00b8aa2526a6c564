"""The municipalities of one boundary file: one clean row for each, or everything that is wrong with keys, names and shapes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from atlas.analysis.coverage import (
    INDEPENDENT_CITY,
    clean,
    coverage_problems,
    degree_bounds,
    is_independent,
    mended,
    metric_crs,
)
from atlas.errors import Problem, Severity, few
from atlas.model.boundaries import BoundaryVersion
from atlas.model.keys import is_ags, is_district_key, state_of
from atlas.phrases import N_

COUNTRY = "de"
STATES = {f"{number:02}" for number in range(1, 17)}
_LOSSLESS = 1e-6
"""Share of its area a repaired ring may change."""
_FAR_M = 20_000
"""So far from where they are known to be no municipalities lie, but by a wrong coordinate system."""
_MANY = 12
"""So many faults of one kind are told one by one."""


def of_one_set(
    areas: gpd.GeoDataFrame, sets: set[str], name: str, found: list[Problem]
) -> tuple[gpd.GeoDataFrame, str]:
    """Return the rows of the state that is taken in, or of the country, and its key; faults of keys are looked for in the whole file."""
    fits = areas["ags"].map(is_ags).astype(bool)
    if not fits.any():
        found.append(_no_municipality(areas["ags"][areas["ags"] != ""], name))
        return areas.iloc[:0], ""
    found += _bad_keys(areas.loc[~fits, "ags"], name)
    areas = areas[fits].sort_values("ags", kind="stable").reset_index(drop=True)
    there = sorted(set(areas["ags"].map(state_of)))
    if set(there) == STATES:
        return areas, COUNTRY
    wanted = [state for state in there if state in sets] or there
    if len(wanted) == 1:
        if len(there) > 1:
            text = N_("Aufgenommen wird das Land {state}; die Datei enthält auch {others}.")
            others = ", ".join(each for each in there if each != wanted[0])
            found.append(Problem(name, text, {"state": wanted[0], "others": others}, Severity.NOTE))
        return areas[areas["ags"].map(state_of) == wanted[0]].reset_index(drop=True), wanted[0]
    text = N_(
        "Die Datei enthält {states}; aufgenommen wird ein Land auf einmal, oder alle 16. Bitte mit --state eines wählen."
    )
    found.append(Problem(name, text, {"states": ", ".join(there)}))
    return areas.iloc[:0], ""


def _bad_keys(keys: pd.Series, name: str) -> list[Problem]:
    """Return what is wrong with keys, by object; of many of them once, with the first."""
    text = N_("„{given}“ ist kein achtstelliger Gemeindeschlüssel (führende Nullen gehören dazu).")
    none = N_("Der Gemeindeschlüssel fehlt. Bitte eintragen oder das Objekt entfernen.")
    if len(keys) > _MANY:
        many = N_("{n} Objekte haben keinen achtstelligen Gemeindeschlüssel: {list}. Bitte eintragen oder entfernen.")
        listed = few(f"{int(str(row)) + 1} „{given[:40]}“" for row, given in keys.items())
        return [Problem(name, many, {"n": len(keys), "list": listed})]
    return [
        Problem(f"{name}, Objekt {int(str(row)) + 1}", text if given else none, {"given": given[:40]})
        for row, given in keys.items()
    ]


def _no_municipality(keys: pd.Series, name: str) -> Problem:
    """Return why a file without a single key of a municipality is refused: it is of districts, or has other keys."""
    if keys.empty:
        return Problem(name, N_("Die Datei enthält keine Gemeinde. Bitte die Lieferung prüfen."))
    values: dict[str, str | int | float] = {"n": len(keys), "list": few(dict.fromkeys(keys.str[:40]))}
    if keys.map(is_district_key).any():
        text = N_(
            "Die Datei enthält Kreise, keine Gemeinden: {n} Schlüssel mit fünf Ziffern ({list}). Gemeinden enthalten die Produkte VG250, VG1000 und VG5000 des BKG (Ebene GEM), VG2500 und NUTS250 nicht. Sind es Gemeinden eines anderen Landes: docs/programm-aufnehmen.md sagt, was möglich ist."
        )
        return Problem(name, text, values)
    text = N_(
        "Kein Objekt hat einen deutschen Gemeindeschlüssel mit acht Ziffern, wie 14521450; es steht dort: {list}. Ist es eine andere Spalte, bitte mit --key angeben. Was für andere Länder möglich ist, steht in docs/programm-aufnehmen.md."
    )
    return Problem(name, text, values)


def checked_areas(
    areas: gpd.GeoDataFrame, known: BoundaryVersion | None, name: str, found: list[Problem]
) -> gpd.GeoDataFrame:
    """Return one clean row per municipality; everything about names and shapes goes to ``found``, here and below."""
    areas = _with_shapes(areas, name, found)
    areas = _repaired(areas, name, found)
    areas = _one_row_each(areas, name, found)
    if not len(areas):
        return areas
    areas = _with_names(areas, known, name, found)
    areas, touched = mended(clean(areas, metric_crs(degree_bounds(areas))))
    if touched:
        text = N_("Lücken und Überlappungen unter zwei Zentimetern ausgeglichen bei {n} Gemeinden: {list}.")
        found.append(Problem(name, text, {"n": len(touched), "list": few(touched)}, Severity.NOTE))
    if known is not None and (far := _far_off(areas, known, name)):
        found.append(far)
    found += coverage_problems(areas, name)
    return areas


def _far_off(areas: gpd.GeoDataFrame, known: BoundaryVersion, name: str) -> Problem | None:
    """Return that municipalities lie elsewhere than the atlas knows them, as in a wrong zone of the coordinate system."""
    rows = known.municipalities.drop_duplicates("ags").set_index("ags")
    both = areas[areas["ags"].isin(rows.index)]
    if both.empty:
        return None
    meant = rows.loc[both["ags"], ["label_lon", "label_lat"]]
    points = gpd.GeoSeries.from_xy(meant["label_lon"], meant["label_lat"], crs="EPSG:4326").to_crs(str(areas.crs))
    apart_m = float(np.median(shapely.distance(both.geometry.to_numpy(), points.to_numpy())))
    if apart_m <= _FAR_M:
        return None
    text = N_(
        "Die Gemeinden liegen {km} km von dort, wo der Atlas sie kennt. Nennt die Datei das richtige Koordinatensystem? Ein anderes gibt --crs an, etwa --crs EPSG:25832 oder EPSG:25833."
    )
    return Problem(name, text, {"km": round(apart_m / 1000)})


def _with_shapes(areas: gpd.GeoDataFrame, name: str, found: list[Problem]) -> gpd.GeoDataFrame:
    """Return the rows that are areas."""
    usable = []
    for ags, label, shape in zip(areas["ags"], areas["name"], areas.geometry, strict=True):
        is_area = shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"}
        usable.append(is_area and not shape.is_empty)
        if shape is None or shape.is_empty:
            text = N_("{name} ({ags}) hat keine Fläche. Bitte die Lieferung prüfen.")
            found.append(Problem(name, text, {"name": label, "ags": ags}))
        elif not is_area:
            text = N_(
                "{name} ({ags}) ist keine Fläche, sondern {kind}. Bitte die Ebene mit den Gemeindeflächen wählen."
            )
            found.append(Problem(name, text, {"name": label, "ags": ags, "kind": shape.geom_type}))
    return areas[np.asarray(usable, dtype=bool)].reset_index(drop=True)


def _repaired(areas: gpd.GeoDataFrame, name: str, found: list[Problem]) -> gpd.GeoDataFrame:
    """Return the areas with rings repaired: a note where it costs no land, a blocker where it would."""
    shapes = areas.geometry.to_numpy()
    mended_shapes = shapely.make_valid(shapes, method="structure")
    for position in np.flatnonzero(~shapely.is_valid(shapes)):
        row = areas.iloc[int(position)]
        was, now = float(shapely.area(shapes[position])), float(shapely.area(mended_shapes[position]))
        values = {"name": row["name"], "ags": row["ags"]}
        if abs(was - now) <= _LOSSLESS * now:
            text = N_(
                "{name} ({ags}) hatte einen Ring, der sich selbst berührt; ohne Änderung der Fläche ausgeglichen."
            )
            found.append(Problem(name, text, values, Severity.NOTE))
        else:
            text = N_("{name} ({ags}) hat eine Grenze, die sich selbst kreuzt ({reason}). Bitte im GIS bereinigen.")
            reason = str(shapely.is_valid_reason(shapes[position]))
            found.append(Problem(name, text, {**values, "reason": reason}))
    return areas.set_geometry(gpd.GeoSeries(mended_shapes, index=areas.index, crs=areas.crs))


def _one_row_each(areas: gpd.GeoDataFrame, name: str, found: list[Problem]) -> gpd.GeoDataFrame:
    """Return parts with the same key as one area; parts of different name can't be the same municipality."""
    if not areas["ags"].duplicated().any():
        return areas
    for ags, group in areas.groupby("ags"):
        names = sorted(set(group["name"]))
        if len(names) > 1:
            text = N_(
                "Der Schlüssel {ags} steht mehrfach in der Datei, mit verschiedenen Namen: {names}. Bitte berichtigen."
            )
            found.append(Problem(name, text, {"ags": str(ags), "names": ", ".join(names)}))
    return areas.dissolve("ags", as_index=False, aggfunc="first")[["ags", "name", "kind", "since", "geometry"]]


def _with_names(
    areas: gpd.GeoDataFrame, before: BoundaryVersion | None, name: str, found: list[Problem]
) -> gpd.GeoDataFrame:
    """Return the areas with names and kinds: the file's own, else those of the edition before."""
    names, kinds = ({}, {}) if before is None else (last_known(before, "name"), last_known(before, "kind"))
    filled = areas.assign(
        name=[label or names.get(ags, "") for ags, label in zip(areas["ags"], areas["name"], strict=True)],
        kind=[
            INDEPENDENT_CITY if is_independent(ags) else kind or kinds.get(ags, "Gemeinde")
            for ags, kind in zip(areas["ags"], areas["kind"], strict=True)
        ],
    )
    missing = filled.loc[filled["name"] == "", "ags"]
    if not missing.empty:
        text = N_("Der Name fehlt bei {n} Gemeinden: {list}. Erwartet wird eine Spalte GEN oder NAME.")
        found.append(Problem(name, text, {"n": len(missing), "list": few(missing)}))
    return filled


def last_known(edition: BoundaryVersion, column: str) -> dict[str, str]:
    """Return name or kind by key, as last known."""
    rows = edition.municipalities
    return {str(ags): str(value) for ags, value in zip(rows["ags"], rows[column], strict=True)}
