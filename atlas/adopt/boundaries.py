"""Take official boundary files in: check everything, say everything, write a new edition or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from atlas.adopt.boundary_areas import COUNTRY, STATES, checked_areas, last_known, of_one_set
from atlas.adopt.boundary_dates import allowed, date_problems, still_to_come
from atlas.adopt.boundary_versions import COUNTRY_QUANTA, COUNTRY_TOLERANCE_M, BoundaryVersionDraft, write_clean_edition
from atlas.analysis.coverage import geodesic_km2, is_independent, successors_by_place
from atlas.errors import AtlasError, Problem, Severity, few
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, Level, Provenance
from atlas.model.keys import state_of
from atlas.phrases import N_
from atlas.sources.boundaries import list_editions, read_edition, read_geometry
from atlas.sources.boundary_file import Delivery, ReadingOptions
from atlas.sources.deliveries import read_delivery

_SAME_LAND = 0.01
"""Share by which the land of a state may seem to differ from one delivery to the next."""
_SURE_HEIR = 0.9
"""Share of a municipality's area that must lie in another to make that one its successor."""
_COARSE_M, _MANY_POINTS = 300, 1_000
"""Borders of sets of 1:250 000 have a point every 140 m; drawn with fewer they are taken for generalised, if there are many."""
_SAXONY = "14"
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
    areas, state = of_one_set(delivery.areas, {each.boundary_set for each in editions}, path.name, found)
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
    areas = checked_areas(areas, known[0] if known else None, path.name, found)
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
        if each.boundary_set == COUNTRY != state:
            rows = each.municipalities
            mine = rows[rows["ags"].map(state_of) == state].reset_index(drop=True)
            changes = tuple(change for change in each.changes if state_of(change.new_ags) == state)
            found += [replace(each, municipalities=mine, changes=changes)] if len(mine) else []
    return found


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
    if state != COUNTRY:
        return draft
    told = next((each.states for each in known if len(each.states)), pd.DataFrame())
    states = {
        key: (str(told.at[key, "name"]), str(told.at[key, "kind"])) if len(told) else (key, "Land")
        for key in sorted(STATES)
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
    names = last_known(known, "name")
    pairs = []
    for ags, label in zip(areas["ags"], areas["name"], strict=True):
        olds = (*known.former_names.get(ags, ()), names.get(ags, label))
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
