"""Take official boundary files in: check everything, say everything, write a new edition or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from atlas.adopt.boundary_dates import allowed, date_problems, still_to_come
from atlas.adopt.boundary_versions import COUNTRY_QUANTA, COUNTRY_TOLERANCE_M, BoundaryVersionDraft, write_clean_edition
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
from atlas.model.keys import is_ags, is_district_key, state_of
from atlas.phrases import N_
from atlas.sources.boundaries import list_editions, read_edition, read_geometry
from atlas.sources.boundary_file import Delivery, ReadingOptions
from atlas.sources.deliveries import read_delivery

_LOSSLESS = 1e-6
"""Share of its area a repaired ring may change."""
_SAME_LAND = 0.01
"""Share by which the land of a state may seem to differ from one delivery to the next."""
_SURE_HEIR = 0.9
"""Share of a municipality's area that must lie in another to make that one its successor."""
_FAR_M = 20_000
"""So far from where they are known to be no municipalities lie, but by a wrong coordinate system."""
_COARSE_M, _MANY_POINTS = 300, 1_000
"""Borders of sets of 1:250 000 have a point every 140 m; drawn with fewer they are taken for generalised, if there are many."""
_MANY = 12
"""So many faults of one kind are told one by one."""
_SAXONY, _COUNTRY = "14", "de"
_STATES = {f"{number:02}" for number in range(1, 17)}


_BKG_ONLY = {"ade", "bsg", "gf", "ibz", "sdv_ars", "sdv_rs", "debkg_id"}
"""Columns of VG250 that a file which merely took over GEN and BEZ lacks."""
_DL_DE_BY = ("Datenlizenz Deutschland – Namensnennung – Version 2.0", "https://www.govdata.de/dl-de/by-2-0")


@dataclass(frozen=True, kw_only=True)
class BoundaryOptions:
    """How a file is to be taken in."""

    attribution: str = ""
    """The source note the licence asks for; proposed from the file's layout if not given."""
    although: bool = False
    """Whether it is taken although keys and days of the file speak against the day it is said to be of."""
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    shipped: Path | None = None
    """Data folder of the program itself, which knows names and changes of all states."""


def add_boundaries(
    path: Path,
    starts: date,
    root: Path,
    terms: BoundaryOptions = BoundaryOptions(),
) -> tuple[BoundaryVersion, tuple[Problem, ...]]:
    """Check an official boundary file and take it in as a new edition.

    What is known of the edition before, else of the state in a set that has it, is carried on: names of districts,
    former names, mergers still to come. Where a key has gone and its land lies in one municipality of the file, that
    one is entered as its successor.

    ``path`` is a file as `atlas.sources.boundary_file.read` takes, which holds from ``starts``. The edition goes to
    ``geodata/<state>/<date>/`` in the data folder ``root``, that of all sixteen states to ``geodata/de/``. Returned are
    the edition as read back, and what is worth knowing about it: what was mended, which keys are new or gone. Raises
    `AtlasError`: every fault at once; nothing is written.
    """
    editions = list_editions(root)
    delivery = read_delivery(path, terms.reading)
    found: list[Problem] = [*delivery.notes]
    areas, state = _of_one_set(delivery.areas, {each.boundary_set for each in editions}, path.name, found)
    before = next((each for each in reversed(editions) if each.boundary_set == state and each.starts < starts), None)
    shipped = list_editions(terms.shipped) if terms.shipped and terms.shipped != root else ()
    known = _known(state, before, (*shipped, *editions))
    folder = root / "geodata" / state / starts.isoformat()
    if state and folder.exists():
        text = N_(
            "Für den {day} gibt es schon Gemeindegrenzen. Bitte den Ordner {folder} erst entfernen oder einen anderen Tag wählen."
        )
        found.append(Problem(path.name, text, {"day": starts.isoformat(), "folder": str(folder.relative_to(root))}))
    provenance = _provenance(delivery, state, starts, terms.attribution, path.name)
    if provenance is None:
        text = N_(
            "Der Quellenvermerk fehlt, und der Aufbau der Datei verrät ihn nicht. Bitte mit --attribution angeben, wie die Lizenz ihn verlangt."
        )
        found.append(Problem(path.name, text))
    areas = _checked_areas(areas, known[0] if known else None, path.name, found)
    dated = date_problems(areas, delivery.as_of, known, starts, path.name)
    found += allowed(dated) if terms.although else dated
    part = _incomplete(areas, before, known, starts, path.name)
    found += part
    if provenance is None or any(each.severity is Severity.BLOCKER for each in found):
        raise AtlasError(*found)
    provenance = _described(provenance, areas, part, delivery, path.name, found)
    draft = _draft(state, starts, areas, known, delivery.district_names, provenance)
    if before is not None:
        draft = replace(draft, changes=(*_compared(areas, before, starts, path.name, found), *draft.changes))
    write_clean_edition(draft, folder)
    return read_edition(folder, str(folder.relative_to(root))), (
        *found,
        *_nameless(areas, draft.district_names, str((folder / "districts.csv").relative_to(root))),
        *([] if terms.attribution else [_proposed(provenance, path.name)]),
    )


def _known(state: str, before: BoundaryVersion | None, editions: Sequence[BoundaryVersion]) -> list[BoundaryVersion]:
    """Return what is known of a state: the edition before, then sets of it, then its part of the country's."""
    found = [] if before is None else [before]
    found += [each for each in editions if each.boundary_set == state and each is not before]
    for each in editions:
        if each.boundary_set == _COUNTRY != state:
            rows = each.municipalities
            mine = rows[rows["ags"].map(state_of) == state].reset_index(drop=True)
            changes = tuple(change for change in each.changes if state_of(change.new_ags) == state)
            found += [replace(each, municipalities=mine, changes=changes)] if len(mine) else []
    return found


def _of_one_set(
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
    if set(there) == _STATES:
        return areas, _COUNTRY
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


def _checked_areas(
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


def _incomplete(
    areas: gpd.GeoDataFrame,
    before: BoundaryVersion | None,
    known: Sequence[BoundaryVersion],
    starts: date,
    name: str,
) -> list[Problem]:
    """Return that the file holds clearly more or less land than is known: a blocker if that stands here already."""
    if not known or not len(areas):
        return []
    whole = known[0]
    there = whole.municipalities[whole.valid_at(max(starts, whole.starts))]
    share = float(geodesic_km2(areas.geometry).sum() / there["area_km2"].sum())
    values = {"share": round(share * 100, 1), "n": len(areas), "total": len(there)}
    if before is not None and abs(share - 1) > _SAME_LAND:
        text = N_(
            "Die Gemeinden der Datei bedecken {share} % der bisherigen Fläche des Landes. Bitte die vollständige Datei eines Landes liefern."
        )
        return [Problem(name, text, values)]
    if before is None and share < 1 - _SAME_LAND:
        text = N_(
            "Die Datei enthält einen Teil des Landes: {n} Gemeinden von etwa {total}, {share} % der Fläche. Anteile „von allen Gemeinden“ gelten dann nur für diesen Teil."
        )
        return [Problem(name, text, values, Severity.WARNING)]
    return []


def _described(
    source: Provenance,
    areas: gpd.GeoDataFrame,
    part: list[Problem],
    delivery: Delivery,
    name: str,
    found: list[Problem],
) -> Provenance:
    """Return the provenance with what became known of the file: whether it is a part, whether it is generalised."""
    if part:
        source = replace(source, title=f"{source.title}, Teil des Landes")
    lines = shapely.length(areas.geometry.to_numpy()).sum()
    points = int(shapely.get_num_coordinates(areas.geometry.to_numpy()).sum())
    if not delivery.is_coarse and (points < _MANY_POINTS or lines / points < _COARSE_M):
        return source
    text = N_(
        "Die Grenzen sind generalisiert (gröber als 1:250 000, alle {m} m ein Punkt): Nachbarn und Längen von Grenzen stimmen nur ungefähr, und das steht überall dabei. Genauer ist VG250."
    )
    found.append(Problem(name, text, {"m": round(lines / points)}, Severity.NOTE))
    return replace(source, generalised=True)


def _draft(
    state: str,
    starts: date,
    areas: gpd.GeoDataFrame,
    known: Sequence[BoundaryVersion],
    given_districts: Mapping[str, str],
    provenance: Provenance,
) -> BoundaryVersionDraft:
    """Return what is to be written, with what is known carried on."""
    names, kinds = _districts(given_districts, areas, known)
    draft = BoundaryVersionDraft(
        boundary_set=state,
        starts=starts,
        areas=areas.drop(columns="since"),
        changes=still_to_come(known[0], areas["ags"], starts) if known else (),
        district_names=names,
        former_names=_former_names(areas, known[0]) if known else (),
        provenance=provenance,
        district_kinds=kinds,
    )
    if state != _COUNTRY:
        return draft
    told = next((each.states for each in known if len(each.states)), pd.DataFrame())
    states = {
        key: (str(told.at[key, "name"]), str(told.at[key, "kind"])) if len(told) else (key, "Land")
        for key in sorted(_STATES)
    }
    return replace(draft, states=states, tolerance_m=COUNTRY_TOLERANCE_M, quanta=COUNTRY_QUANTA)


def _compared(
    areas: gpd.GeoDataFrame, before: BoundaryVersion, starts: date, name: str, found: list[Problem]
) -> tuple[BoundaryChange, ...]:
    """Return a change for what has ended since the edition before; what is different from it goes to ``found``."""
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
    return tuple(ended)


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


def _former_names(areas: gpd.GeoDataFrame, known: BoundaryVersion) -> tuple[tuple[str, str], ...]:
    """Return the former names still of use: those known, and those the new file spells differently."""
    latest = _latest(known, "name")
    pairs = []
    for ags, label in zip(areas["ags"], areas["name"], strict=True):
        olds = (*known.former_names.get(ags, ()), latest.get(ags, label))
        pairs += [(str(ags), old) for old in dict.fromkeys(olds) if old != label]
    return tuple(pairs)


def _districts(
    given: Mapping[str, str], areas: gpd.GeoDataFrame, known: Sequence[BoundaryVersion]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return names and kinds of districts: as they are known, else of the file; a city that is one has its own name."""
    names, kinds = dict(given), dict[str, str]()
    names |= {
        str(ags)[:5]: str(label) for ags, label in zip(areas["ags"], areas["name"], strict=True) if is_independent(ags)
    }
    for each in reversed(known):
        names |= {str(key): str(label) for key, label in each.districts["name"].items()}
        kinds |= {str(key): str(kind) for key, kind in each.districts["kind"].items()}
    return names, kinds


def _nameless(areas: gpd.GeoDataFrame, names: Mapping[str, str], table: str) -> list[Problem]:
    """Return a warning if the pages would have to call districts by their keys; ``table`` is where to name them."""
    missing = sorted({str(ags)[:5] for ags in areas["ags"]} - names.keys())
    if not missing:
        return []
    text = N_("Die Namen dieser Kreise stehen nicht in der Datei: {list}. Bitte hier in der Spalte name eintragen.")
    return [Problem(table, text, {"list": few(missing)}, Severity.WARNING)]


def _provenance(delivery: Delivery, state: str, starts: date, attribution: str, name: str) -> Provenance | None:
    """Return where a file comes from, with its source note: as given, else proposed for the layouts of BKG and GeoSN, else none.

    Whose file it is only its whole layout tells: many an office takes over the names GEN and BEZ. The licence of a note
    that was given is what that note says, not the one we would have proposed. Its year is the file's own, if it says one.
    """
    there = set(delivery.columns)
    licence, licence_url = _DL_DE_BY
    if attribution:
        licence, licence_url = "siehe Quellenvermerk", ""
    elif {"gen", "bez"} <= there and there & _BKG_ONLY:
        year = (delivery.as_of or str(delivery.areas["since"].max()))[:4] if len(delivery.areas) else ""
        attribution = f"© BKG{year and f' ({year})'} dl-de/by-2-0, Daten geändert"
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
