"""Steering the rollout from the public record: what stands long, what is new, what is old, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from atlas.analysis.durations import FEW, waiting
from atlas.analysis.facts import entry_ranges
from atlas.analysis.status import successors
from atlas.model.areas import Area
from atlas.model.dates import year_before
from atlas.present.scene import Course, Scene
from atlas.present.wording import Words

_NEWEST = 15


@dataclass(frozen=True)
class Steering:
    """What the page says, for one area or for all.

    Attributes
    ----------
    late, open_
        Cases beyond their limit, and the others that stand in a stage one is meant to leave; longest first. Columns of
        `case_rows`.
    hints
        Sentences on where the limits come from, and where they stand on few cases.
    newest
        The newest records. Columns of `record_rows`.
    old
        Municipalities of which nothing newer than twelve months is documented, oldest first: ``name``, ``district``,
        ``newest``.
    undated, unsourced
        Records without a date; whose source has no date. Columns of `record_rows`.
    """

    late: pd.DataFrame
    open_: pd.DataFrame
    hints: tuple[str, ...]
    newest: pd.DataFrame
    old: pd.DataFrame
    undated: pd.DataFrame
    unsourced: pd.DataFrame


def area_of(source: Scene) -> Area | None:
    """Return the area of the view, None if it names none there is."""
    areas = source.snapshot.areas
    return areas.get(source.view.area) if areas and areas.boundary_set == source.programme.boundary_set else None


def districts_of(source: Scene) -> frozenset[str]:
    """Return the districts the view looks at: those of its area, else its district, else all."""
    if area := area_of(source):
        return frozenset(area.districts)
    return frozenset([source.district]) if source.district else frozenset(map(str, source.edition.districts.index))


def build_steering(source: Scene, course: Course, words: Words) -> Steering:
    """Return the page for the view's area, district or the whole state."""
    cases = open_cases(source, course)
    records = _records(source, districts_of(source))
    newest = records.sort_values(["counts_from", "name"], ascending=[False, True]).head(_NEWEST)
    return Steering(
        case_rows(source, cases[cases["is_late"]], words),
        case_rows(source, cases[~cases["is_late"]], words),
        _hints(source, cases, words),
        record_rows(source, newest, words),
        _old(source, records, words),
        record_rows(source, records[records["date"] == ""], words),
        record_rows(source, records[records["source_date"] == ""], words),
    )


def open_cases(source: Scene, course: Course) -> pd.DataFrame:
    """Return what `waiting` gives for the view's area, district or the whole state; those beyond their limit first."""
    cases = waiting(source.status, course.municipalities.episodes, source.programme, source.as_of)
    inside = cases[cases["district"].isin(districts_of(source))]
    return inside.sort_values("is_late", ascending=False, kind="stable")


def _records(source: Scene, inside: frozenset[str]) -> pd.DataFrame:
    """Return the records that count by the day, with the day they count from and the district of their participant."""
    table = source.records.table
    days = [day.date() for day in entry_ranges(table, source.programme)["since_day"]]
    places = source.edition.municipalities
    district = dict(zip(places["ags"], places["district"], strict=True))
    heir = successors(source.changes, source.as_of)
    found = [district.get(heir.get(key, key), key[:5]) for key in table["ags"]]
    rows = table.assign(
        counts_from=days, district=pd.Series(found, index=table.index, dtype=object), name=table["municipality"]
    )
    return rows[rows["district"].isin(inside) & (rows["counts_from"] <= source.as_of)]


def case_rows(source: Scene, cases: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return cases said: ``name``, ``district``, ``instrument``, ``stage``, ``since``, ``days``, ``limit``, ``source``."""
    programme, districts = source.programme, source.edition.districts
    limits = [
        words.say("nicht bekannt") if limit < 0 else words.say("{n} Tage", n=words.number(limit))
        for limit in cases["limit"]
    ]
    return pd.DataFrame(
        {
            "name": cases["name"].tolist(),
            "district": [str(districts.at[key, "name"]) for key in cases["district"]],
            "instrument": [words.label(programme.instrument(key).label) for key in cases["instrument"]],
            "stage": [
                words.label(programme.rung(f"{instrument}:{stage}").stage.label)
                for instrument, stage in zip(cases["instrument"], cases["stage"], strict=True)
            ],
            "since": [words.since(s, m) for s, m in zip(cases["since"], cases["since_means"], strict=True)],
            "days": [words.number(days) for days in cases["days"]],
            "limit": limits,
            "source": cases["source"].tolist(),
        }
    )


def record_rows(source: Scene, records: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return records said: ``name``, ``district``, ``instrument``, ``stage``, ``since``, ``note``, ``source``."""
    programme, districts = source.programme, source.edition.districts
    rows = records.to_dict("records")
    return pd.DataFrame(
        {
            "name": [str(row["name"]) for row in rows],
            "district": [str(districts.at[row["district"], "name"]) for row in rows],
            "instrument": [words.label(programme.instrument(str(row["instrument"])).label) for row in rows],
            "stage": [words.label(programme.rung(f"{row['instrument']}:{row['status']}").stage.label) for row in rows],
            "since": [
                words.since(str(row["date"]), str(row["date_means"])) if row["date"] else words.say("undatiert")
                for row in rows
            ],
            "note": [str(row["note"]) for row in rows],
            "source": [str(row["source_url"]) for row in rows],
        }
    )


def _old(source: Scene, records: pd.DataFrame, words: Words) -> pd.DataFrame:
    edge = year_before(source.as_of)
    newest = records.groupby(["ags", "name", "district"], sort=False)["counts_from"].max().reset_index()
    newest = newest[newest["counts_from"] < edge].sort_values(["counts_from", "name"])
    return pd.DataFrame(
        {
            "name": newest["name"].tolist(),
            "district": [str(source.edition.districts.at[key, "name"]) for key in newest["district"]],
            "newest": [words.day(day) for day in newest["counts_from"]],
        }
    )


def _hints(source: Scene, cases: pd.DataFrame, words: Words) -> tuple[str, ...]:
    """Return where each limit comes from, and how far to trust it."""
    said = []
    for (instrument, stage), group in cases.groupby(["instrument", "stage"], sort=False):
        first = group.iloc[0]
        told = {
            "what": words.label(source.programme.instrument(str(instrument)).label),
            "stage": words.label(source.programme.rung(f"{instrument}:{stage}").stage.label),
            "days": words.number(int(first["limit"])),
            "n": words.number(int(first["observed"])),
        }
        if first["is_set"]:
            text = words.say("{what}, {stage}: Grenze des Programms, {days} Tage.", **told)
        elif first["limit"] < 0:
            text = words.say(
                "{what}, {stage}: Bisher ist kein Übergang zur nächsten Stufe dokumentiert; ohne Vergleich gilt nichts als "
                "überfällig.",
                **told,
            )
        else:
            text = words.say(
                "{what}, {stage}: Drei von vier abgeschlossenen Fällen brauchten höchstens {days} Tage (n = {n}).",
                **told,
            )
            if first["observed"] < FEW:
                text += " " + words.say("Wenige Fälle: nur ein Anhaltspunkt.")
        said.append(text)
    return tuple(said)
