"""Whether a boundary file is of the day it is said to be of: its own days, and its keys against those the atlas knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import geopandas as gpd

from atlas.errors import Problem, Severity, few
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, mergers
from atlas.model.keys import district_of
from atlas.phrases import N_

_OLD = timedelta(days=366)


def date_problems(
    areas: gpd.GeoDataFrame,
    as_of: str,
    known: Sequence[BoundaryVersion],
    starts: date,
    name: str,
) -> list[Problem]:
    """Return what speaks against ``starts`` as the day of a file.

    ``areas`` have columns ``ags``, ``name`` and ``since``; ``as_of`` is the day the file says it is of, if it does; of the
    sets ``known`` the first that contradicts is quoted.
    """
    found = _newer(areas, starts, name)
    if as_of > starts.isoformat():
        text = N_("Die Datei ist jünger als der {day}: nach aktualitaet.txt ist sie vom {newest}.")
        found.insert(0, Problem(name, text, {"day": starts.isoformat(), "newest": as_of}))
    told = (_keys(areas, each, starts, name) for each in known if starts >= each.starts)
    found += next(filter(None, told), [])
    if not found:
        return _older(as_of or str(areas["since"].max() if len(areas) else ""), starts, name)
    cure = N_(
        "Bitte das Datum berichtigen oder die Grenzen vom {day} holen (das BKG hebt die früheren Jahre auf); wenn es so gewollt ist: --although."
    )
    return [*found, Problem(name, cure, {"day": starts.isoformat()})]


def _newer(areas: gpd.GeoDataFrame, starts: date, name: str) -> list[Problem]:
    late = areas[areas["since"] > starts.isoformat()]
    if late.empty:
        return []
    text = N_(
        "Nach den Spalten der Datei (WSK, BEGINN) gelten diese Gemeinden erst seit einem späteren Tag als dem {day}, zuletzt seit dem {newest} ({n}): {list}."
    )
    labels = few(_label(ags, label) for ags, label in zip(late["ags"], late["name"], strict=True))
    newest = str(late["since"].max())
    return [Problem(name, text, {"day": starts.isoformat(), "newest": newest, "n": len(late), "list": labels})]


def allowed(found: list[Problem]) -> list[Problem]:
    """Return the same as warnings, without the cure at their end: the file is to be taken although."""
    is_blocked = any(each.severity is Severity.BLOCKER for each in found)
    return [replace(each, severity=Severity.WARNING) for each in found[:-1]] if is_blocked else found


def _older(newest: str, starts: date, name: str) -> list[Problem]:
    if not newest or date.fromisoformat(newest) + _OLD >= starts:
        return []
    text = N_(
        "Die jüngste Angabe in der Datei (aktualitaet.txt, WSK, BEGINN) ist vom {newest}. Bitte prüfen, ob sie wirklich die Grenzen vom {day} enthält."
    )
    return [Problem(name, text, {"newest": newest, "day": starts.isoformat()}, Severity.WARNING)]


def _keys(areas: gpd.GeoDataFrame, known: BoundaryVersion, starts: date, name: str) -> list[Problem]:
    """Return the keys of a file that were none on a day, by what is known of their municipalities."""
    ended, begun, unknown = [], [], []
    rows = known.municipalities
    alive, ever = set(rows["ags"][known.valid_at(starts)]), set(rows["ags"])
    gone = {each.old_ags: each for each in known.changes if each.effective <= starts}
    renumbered = [each for each in known.changes if each.renumbered and each.effective > starts]
    not_yet, still = {each.new_ags for each in renumbered}, {each.old_ags for each in renumbered}
    verified = starts <= (known.provenance.verified_to or date.min)
    for ags, label in zip(areas["ags"], areas["name"], strict=True):
        if (ags in alive and ags not in not_yet) or ags in still:
            continue
        if change := gone.get(ags):
            ended.append(f"{_label(ags, label)} → {_label(change.new_ags, change.new_name)}, {change.effective}")
        elif ags in ever:
            begun.append(_beginning(ags, label, known, starts))
        elif verified:
            unknown.append(_label(ags, label))
    told = (
        (ended, N_("Diese Gemeinden der Datei gab es am {day} nicht mehr ({n}): {list}.")),
        (begun, N_("Diese Gemeinden der Datei gab es am {day} noch nicht ({n}): {list}.")),
        (unknown, N_("Diese Schlüssel gab es am {day} nach den geprüften Verzeichnissen nicht ({n}): {list}.")),
    )
    values = {"day": starts.isoformat()}
    return [Problem(name, text, {**values, "n": len(those), "list": few(those)}) for those, text in told if those]


def _beginning(ags: str, label: str, known: BoundaryVersion, starts: date) -> str:
    """Return ``Jahnatal (14522275) ← Ostrau + Zschaitz-Ottewig, 2023-01-01``."""
    made = [each for each in known.changes if each.new_ags == ags and each.effective > starts]
    olds = " + ".join(dict.fromkeys(each.old_name for each in made))
    return f"{_label(ags, label)} ← {olds or '–'}, {min((each.effective for each in made), default='–')}"


def still_to_come(known: BoundaryVersion, keys: Iterable[str], starts: date) -> tuple[BoundaryChange, ...]:
    """Return the mergers after ``starts`` that are known of municipalities with these keys, in order, into districts there are."""
    there, found = set(keys), []
    districts = set(map(district_of, there))
    for change in sorted(mergers(known.changes), key=lambda each: each.effective):
        if change.effective > starts and change.old_ags in there and district_of(change.new_ags) in districts:
            there.add(change.new_ags)
            found.append(change)
    return tuple(found)


def _label(ags: str, name: str) -> str:
    return f"{name} ({ags})"
