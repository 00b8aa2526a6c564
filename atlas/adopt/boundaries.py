"""Take official boundary files in: check everything, say everything, write a new edition or nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from atlas.adopt.boundary_versions import BoundaryVersionDraft, write_edition
from atlas.analysis.coverage import (
    INDEPENDENT_CITY,
    clean,
    coverage_problems,
    degree_bounds,
    geodesic_km2,
    is_independent,
    mended,
    metric_crs,
    successors_by_place,
)
from atlas.errors import AtlasError, Problem, Severity, few
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, Level, Provenance
from atlas.model.keys import is_ags
from atlas.phrases import N_
from atlas.sources.boundaries import Delivery, list_editions, read_delivery, read_edition, read_geometry

_LOSSLESS = 1e-6
"""Share of its area a repaired ring may change."""
_SAME_LAND = 0.01
"""Share by which the land of a state may seem to differ from one delivery to the next."""
_SURE_HEIR = 0.9
"""Share of a municipality's area that must lie in another to make that one its successor."""
_SAXONY = "14"


_BKG_ONLY = {"ade", "bsg", "gf", "ibz", "sdv_ars", "sdv_rs", "debkg_id"}
"""Columns of VG250 that a file which merely took over GEN and BEZ lacks."""
_DL_DE_BY = ("Datenlizenz Deutschland – Namensnennung – Version 2.0", "https://www.govdata.de/dl-de/by-2-0")


def add_boundaries(
    path: Path, starts: date, root: Path, *, attribution: str | None = None
) -> tuple[BoundaryVersion, tuple[Problem, ...]]:
    """Check an official boundary file and take it in as a new edition.

    What is known of the edition before is carried on: names of districts, former names, mergers still to come. Where
    a key has gone and its land lies in one municipality of the file, that one is entered as its successor.

    ``path`` is a GeoPackage, Shapefile, GeoJSON or GML, zipped or not, in any CRS, which holds from ``starts``. The
    edition goes to ``geodata/<state>/<date>/`` in the data folder ``root``. ``attribution``, the source note the
    licence asks for, is proposed from the file's layout if not given. Returned are the edition as read back, and what
    is worth knowing about it: what was mended, which keys are new or gone. Raises `AtlasError`: every fault at once;
    nothing is written.
    """
    editions = list_editions(root)
    delivery = read_delivery(path)
    found: list[Problem] = []
    areas, state = _of_one_state(delivery.areas, {each.boundary_set for each in editions}, path.name, found)
    before = next((each for each in reversed(editions) if each.boundary_set == state and each.starts < starts), None)
    folder = root / "geodata" / state / starts.isoformat()
    if state and folder.exists():
        text = N_(
            "Für den {day} gibt es schon Gemeindegrenzen. Bitte den Ordner {folder} erst entfernen oder einen anderen Tag wählen."
        )
        found.append(Problem(path.name, text, {"day": starts.isoformat(), "folder": str(folder.relative_to(root))}))
    provenance = _provenance(delivery.columns, state, starts, attribution, path.name)
    if provenance is None:
        text = N_(
            "Der Quellenvermerk fehlt, und der Aufbau der Datei verrät ihn nicht. Bitte mit --attribution angeben, wie die Lizenz ihn verlangt."
        )
        found.append(Problem(path.name, text))
    areas = _checked_areas(areas, before, starts, path.name, found)
    if provenance is None or any(each.severity is Severity.BLOCKER for each in found):
        raise AtlasError(*found)
    changes = () if before is None else _compared(areas, before, starts, path.name, found)
    districts = _district_names(delivery, areas, before)
    draft = BoundaryVersionDraft(
        boundary_set=state,
        starts=starts,
        areas=areas,
        changes=changes,
        district_names=districts,
        former_names=_former_names(areas, before),
        provenance=provenance,
    )
    write_edition(draft, folder, path.name)
    return read_edition(folder, str(folder.relative_to(root))), (
        *found,
        *_nameless(areas, districts, str((folder / "districts.csv").relative_to(root))),
        *([] if attribution else [_proposed(provenance, path.name)]),
    )


def _of_one_state(
    areas: gpd.GeoDataFrame, states: set[str], name: str, found: list[Problem]
) -> tuple[gpd.GeoDataFrame, str]:
    """Return the rows of the one state that is taken in, and its key; faults of keys are looked for in the whole file."""
    fits = areas["ags"].map(is_ags).astype(bool)
    for row, given in areas.loc[~fits, "ags"].items():
        place = f"{name}, Objekt {int(str(row)) + 1}"
        if given:
            text = N_("„{given}“ ist kein achtstelliger Gemeindeschlüssel (führende Nullen gehören dazu).")
            found.append(Problem(place, text, {"given": given[:40]}))
        else:
            text = N_("Der Gemeindeschlüssel fehlt. Bitte eintragen oder das Objekt entfernen.")
            found.append(Problem(place, text))
    areas = areas[fits]
    there = sorted(set(areas["ags"].str[:2])) if len(areas) else []
    wanted = [state for state in there if state in states] or there
    if len(wanted) == 1:
        mine = areas[areas["ags"].str.startswith(wanted[0])]
        return mine.sort_values("ags", kind="stable").reset_index(drop=True), wanted[0]
    if there:
        text = N_(
            "Die Datei enthält {states}; aufgenommen wird ein Land auf einmal. Bitte die Datei auf ein Land zuschneiden."
        )
        found.append(Problem(name, text, {"states": ", ".join(there)}))
    else:
        text = N_("Die Datei enthält keine Gemeinde. Bitte die Lieferung prüfen.")
        found.append(Problem(name, text))
    return areas.iloc[:0], ""


def _checked_areas(
    areas: gpd.GeoDataFrame, before: BoundaryVersion | None, starts: date, name: str, found: list[Problem]
) -> gpd.GeoDataFrame:
    """Return one clean row per municipality; everything about names and shapes goes to ``found``, here and below."""
    areas = _with_shapes(areas, name, found)
    areas = _repaired(areas, name, found)
    areas = _one_row_each(areas, name, found)
    if not len(areas):
        return areas
    areas = _with_names(areas, before, name, found)
    areas, touched = mended(clean(areas, metric_crs(degree_bounds(areas))))
    if touched:
        text = N_("Lücken und Überlappungen unter zwei Zentimetern ausgeglichen bei {n} Gemeinden: {list}.")
        found.append(Problem(name, text, {"n": len(touched), "list": few(touched)}, Severity.NOTE))
    found += coverage_problems(areas, name)
    if before is not None and (lack := _incomplete(areas, before, starts, name)):
        found.append(lack)
    return areas


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
    return areas.dissolve("ags", as_index=False, aggfunc="first")[["ags", "name", "kind", "geometry"]]


def _with_names(
    areas: gpd.GeoDataFrame, before: BoundaryVersion | None, name: str, found: list[Problem]
) -> gpd.GeoDataFrame:
    """Return the areas with names and kinds: the file's own, else those of the edition before."""
    names, kinds = ({}, {}) if before is None else (_latest(before, "name"), _latest(before, "kind"))
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


def _latest(edition: BoundaryVersion, column: str) -> dict[str, str]:
    """Return name or kind by key, as last known."""
    rows = edition.municipalities
    return {str(ags): str(value) for ags, value in zip(rows["ags"], rows[column], strict=True)}


def _incomplete(areas: gpd.GeoDataFrame, before: BoundaryVersion, starts: date, name: str) -> Problem | None:
    """Return a blocker if the file holds clearly more or less land than the edition before."""
    share = float(geodesic_km2(areas.geometry).sum() / before.municipalities["area_km2"][before.valid_at(starts)].sum())
    if abs(share - 1) <= _SAME_LAND:
        return None
    text = N_(
        "Die Gemeinden der Datei bedecken {share} % der bisherigen Fläche des Landes. Bitte die vollständige Datei eines Landes liefern."
    )
    return Problem(name, text, {"share": round(share * 100, 1)})


def _compared(
    areas: gpd.GeoDataFrame, before: BoundaryVersion, starts: date, name: str, found: list[Problem]
) -> tuple[BoundaryChange, ...]:
    """Return the changes the new edition must know; what is different from the edition before goes to ``found``."""
    rows = before.municipalities[before.valid_at(starts)]
    old = {str(ags): str(label) for ags, label in zip(rows["ags"], rows["name"], strict=True)}
    new = {str(ags): str(label) for ags, label in zip(areas["ags"], areas["name"], strict=True)}
    ended, notes = _ended(areas, before, rows[~rows["ags"].isin(set(new))], starts, name)
    found += notes
    if fresh := sorted(new.keys() - old.keys()):
        text = N_("Diese Gemeinden sind neu: {list}.")
        found.append(Problem(name, text, {"list": ", ".join(f"{new[ags]} ({ags})" for ags in fresh)}, Severity.NOTE))
    if len(old) != len(new):
        text = N_("Die Datei enthält {new} Gemeinden; nach den Grenzen davor waren es an diesem Tag {old}.")
        found.append(Problem(name, text, {"new": len(new), "old": len(old)}, Severity.NOTE))
    to_come = tuple(each for each in before.changes if each.effective > starts and each.old_ags in new)
    return (*ended, *to_come)


def _ended(
    areas: gpd.GeoDataFrame, before: BoundaryVersion, gone: pd.DataFrame, starts: date, name: str
) -> tuple[list[BoundaryChange], list[Problem]]:
    """Return a change for every old key whose land lies in one new municipality, and say so; a warning for others."""
    shapes = read_geometry(before, Level.FULL).loc[gone.index].geometry.to_crs(before.metric_crs)
    by_place = successors_by_place(gpd.GeoDataFrame({"ags": gone["ags"]}, geometry=shapes), areas)
    names = dict(zip(areas["ags"], areas["name"], strict=True))
    changes, notes = [], []
    for ags, label in zip(gone["ags"], gone["name"], strict=True):
        successor, share = str(by_place.at[ags, "successor"]), float(str(by_place.at[ags, "share"]))
        if share >= _SURE_HEIR:
            source = f"{name}: aus der Lage abgeleitet, {share:.1%} der Fläche"
            changes.append(
                BoundaryChange(
                    old_ags=ags,
                    old_name=label,
                    new_ags=successor,
                    new_name=names[successor],
                    effective=starts,
                    source=source,
                )
            )
        else:
            text = N_(
                "Für {name} ({ags}) ist kein Nachfolger eindeutig; am ehesten {successor} mit {share} % der Fläche. Bitte in changes.csv der neuen Gemeindegrenzen eintragen."
            )
            likely = f"{names[successor]} ({successor})" if successor else "–"
            values = {"name": label, "ags": ags, "successor": likely}
            notes.append(Problem(name, text, {**values, "share": round(share * 100, 1)}, Severity.WARNING))
    if changes:
        text = N_(
            "Diese Gemeinden gibt es nicht mehr: {list}. Die Nachfolger sind aus der Lage abgeleitet und stehen in changes.csv; bitte prüfen."
        )
        listed = ", ".join(f"{each.old_name} ({each.old_ags}) → {each.new_name} ({each.new_ags})" for each in changes)
        notes.insert(0, Problem(name, text, {"list": listed}, Severity.NOTE))
    return changes, notes


def _former_names(areas: gpd.GeoDataFrame, before: BoundaryVersion | None) -> tuple[tuple[str, str], ...]:
    """Return the former names still of use: those known, and those the new file spells differently."""
    if before is None:
        return ()
    latest = _latest(before, "name")
    pairs = []
    for ags, label in zip(areas["ags"], areas["name"], strict=True):
        olds = (*before.former_names.get(ags, ()), latest.get(ags, label))
        pairs += [(str(ags), old) for old in dict.fromkeys(olds) if old != label]
    return tuple(pairs)


def _district_names(delivery: Delivery, areas: gpd.GeoDataFrame, before: BoundaryVersion | None) -> dict[str, str]:
    """Return names of districts: of the edition before, else of the file; a city that is one has its own name."""
    cities = {
        str(ags)[:5]: str(label) for ags, label in zip(areas["ags"], areas["name"], strict=True) if is_independent(ags)
    }
    known = {} if before is None else {str(key): str(label) for key, label in before.districts["name"].items()}
    return {**delivery.district_names, **cities, **known}


def _nameless(areas: gpd.GeoDataFrame, names: dict[str, str], table: str) -> list[Problem]:
    """Return a warning if the pages would have to call districts by their keys; ``table`` is where to name them."""
    missing = sorted({str(ags)[:5] for ags in areas["ags"]} - names.keys())
    if not missing:
        return []
    text = N_("Die Namen dieser Kreise stehen nicht in der Datei: {list}. Bitte hier in der Spalte name eintragen.")
    return [Problem(table, text, {"list": few(missing)}, Severity.WARNING)]


def _provenance(
    columns: tuple[str, ...], state: str, starts: date, attribution: str | None, name: str
) -> Provenance | None:
    """Return where a file comes from, with its source note: as given, else proposed for the layouts of BKG and GeoSN, else none.

    Whose file it is only its whole layout tells: many an office takes over the names GEN and BEZ. The licence of a note
    that was given is what that note says, not the one we would have proposed.
    """
    there = set(columns)
    licence, licence_url = _DL_DE_BY
    if attribution:
        licence, licence_url = "siehe Quellenvermerk", ""
    elif {"gen", "bez"} <= there and there & _BKG_ONLY:
        attribution = f"© BKG ({starts.year}) dl-de/by-2-0, Daten geändert"
    elif state == _SAXONY and there & {"schluessel", "gemeindeschluessel"}:
        attribution = "Quelle: GeoSN, dl-de/by-2-0 (Daten geändert)"
    else:
        return None
    return Provenance(
        title=f"{name}, ab {starts.isoformat()}",
        attribution=attribution,
        attribution_long=f"{attribution}. Verändert: bereinigt, generalisiert, umprojiziert. Grenzen ab {starts:%d.%m.%Y}.",
        licence=licence,
        licence_url=licence_url,
        source_url="",
        verified_to=None,
    )


def _proposed(source: Provenance, name: str) -> Problem:
    text = N_(
        "Der Quellenvermerk ist aus dem Aufbau der Datei erschlossen: „{note}“, {licence}. Bitte prüfen; einen anderen gibt --attribution an."
    )
    return Problem(name, text, {"note": source.attribution, "licence": source.licence}, Severity.NOTE)
