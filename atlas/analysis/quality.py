"""Is the data fit to publish? Findings beyond what reading the files already refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from atlas.analysis.naming import Participants, participants_of
from atlas.analysis.population import misfit_problems, weigh_on_its_day
from atlas.analysis.stages import entry_cases
from atlas.analysis.values import Remark
from atlas.errors import Problem, Severity, few
from atlas.model.programme import TO_FILL_IN, ExitKind, Programme, StageKind
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_


def check_snapshot(snapshot: Snapshot) -> list[Problem]:
    """Return everything doubtful about a snapshot: what loading noted, what the boundaries lack, then by programme what breaks `RULES`.

    Blockers stop loading, so none of these is one.
    """
    sets = sorted({programme.boundary_set for programme in snapshot.programmes.values()})
    every = (_Checked(snapshot, programme) for programme in snapshot.programmes.values())
    return [
        *snapshot.problems,
        *(problem for boundary_set in sets for problem in _unmapped(snapshot, boundary_set)),
        *(problem for boundary_set in sets for problem in _people(snapshot, boundary_set)),
        *(problem for checked in every for find in RULES.values() for problem in find(checked)),
    ]


def check_programme(snapshot: Snapshot, programme: Programme) -> dict[str, list[Problem]]:
    """Return the same of one programme by the rule that is broken, a German sentence: every rule, also those that hold."""
    checked = _Checked(snapshot, programme)
    mine = (checked.places, checked.file)
    return {
        N_("Beim Einlesen fällt nichts auf: Kein Eintrag steht doppelt, keine Datei ist jünger als der Bestand."): [
            each for each in snapshot.problems if each.place.startswith(mine)
        ],
        N_("Die Gemeindegrenzen kennen alle Gebietsänderungen."): list(_unmapped(snapshot, programme.boundary_set)),
        **{rule: list(find(checked)) for rule, find in RULES.items()},
    }


class _Checked:
    """A programme's entries with what the rules look at."""

    def __init__(self, snapshot: Snapshot, programme: Programme) -> None:
        self.programme = programme
        self.people = participants_of(snapshot, programme)
        self.table, self.places = snapshot.records[programme.key].table, snapshot.records[programme.key].places
        self.file = f"data/participation/{programme.key}.csv"

    @cached_property
    def rows(self) -> pd.DataFrame:
        """What `_with_cases` returns; without a row if there is no entry."""
        return self.table if self.table.empty else _with_cases(self.table, self.programme)


def _unmapped(snapshot: Snapshot, boundary_set: str) -> Iterable[Problem]:
    """Yield a note for a set of boundaries that lacks changes: one for all of them, they are thousands."""
    edition = snapshot.editions[boundary_set][-1]
    if edition.provenance.unmapped:
        text = N_(
            "{n} Gemeinden in diesen Grenzen gibt es nicht mehr ({list}), ohne dass ihre Nachfolger eingetragen sind; ihre Schlüssel und Grenzen gelten hier weiter."
        )
        values: dict[str, str | int | float] = {"n": edition.provenance.unmapped}
        values["list"] = str(edition.provenance.compared_with)
        yield Problem(f"geodata/{boundary_set}/{edition.starts}", text, values, Severity.NOTE)


def _people(snapshot: Snapshot, boundary_set: str) -> Iterable[Problem]:
    """Yield what does not fit between a register of inhabitants and the boundaries of its day."""
    population = snapshot.populations.get(boundary_set)
    if population is not None:
        edition, weights = weigh_on_its_day(population, snapshot.editions[boundary_set])
        yield from misfit_problems(weights, edition, f"data/population/{boundary_set}.csv")


def _unfilled(programme: Programme) -> list[Problem]:
    """Texts of the template that nobody has replaced would stand on the pages."""

    def places(value: object, place: str) -> Iterable[str]:
        if isinstance(value, dict):
            for key, each in value.items():
                yield from places(each, f"{place}.{key}" if place else str(key))
        elif isinstance(value, tuple):
            for number, each in enumerate(value):
                yield from places(each, f"{place}[{number}]")
        elif isinstance(value, str) and value.startswith(TO_FILL_IN):
            yield place

    found = ", ".join(places(programme.model_dump(), ""))
    text = N_("Hier steht noch, was die Vorlage vorgibt: {list}. Bitte ausfüllen.")
    name = f"data/programmes/{programme.key}.toml"
    return [Problem(name, text, {"list": found}, Severity.WARNING)] if found else []


def _problem(places: str, line: int, column: str, text: str, **values: str | int) -> Problem:
    return Problem(f"{places} {line}, {column}", text, dict(values), Severity.WARNING)


def _names(table: pd.DataFrame, people: Participants, places: str) -> Iterable[Problem]:
    """The name beside a key must be one the municipality has or had: it is there to catch a mistyped key."""
    for line, ags, given in zip(table["line"], table["ags"], table["municipality"], strict=True):
        yield from _remarked(f"{places} {line}, municipality", people.read_name(given, ags).remarks)


def _keys(table: pd.DataFrame, people: Participants, places: str) -> Iterable[Problem]:
    """A merged key is read as its successor; worth knowing, and wrong if the record is newer than the merger."""
    for line, ags, day in zip(table["line"], table["ags"], table["date"], strict=True):
        ended = people.abolished(ags, day)
        yield from _remarked(f"{places} {line}, ags", (*people.read_key(ags, "").remarks, *([ended] if ended else ())))


def _remarked(place: str, remarks: Iterable[Remark]) -> Iterable[Problem]:
    """Yield what the import gate says of a cell. What would stop an import is a warning: it stands in the record."""
    for each in remarks:
        severity = Severity.WARNING if each.severity is Severity.BLOCKER else each.severity
        yield Problem(place, each.text, dict(each.values), severity)


def _order(table: pd.DataFrame, programme: Programme, places: str) -> list[Problem]:
    """A higher stage that is definitely older than a lower one of the same ladder is probably a slip."""
    return [
        Problem(f"{places} {line}, date", text, values, Severity.WARNING)
        for line, _, text, values in disorder(table, programme)
    ]


class _DatedStep(NamedTuple):
    rank: int
    label: str
    counts_from: date
    first: date
    since: str
    line: int


def disorder(table: pd.DataFrame, programme: Programme) -> Iterable[tuple[int, int, str, dict[str, str | int | float]]]:
    """Yield the entries dated after a higher stage of the same ladder, each with the oldest one.

    Line, line of the higher stage, sentence and its values.
    """
    rungs = {each.ref: each for each in programme.rungs}
    ladders: dict[tuple[str, str], list[_DatedStep]] = {}
    told = entry_cases(table, programme)
    first = told["begin"].fillna(told["since_day"])
    columns = (table["ags"], table["instrument"], table["status"], told["since_day"], first, told["since"])
    for ags, instrument, status, counts_from, begin, since, sense, line in zip(
        *columns, told["since_means"], table["line"], strict=True
    ):
        rung = rungs[f"{instrument}:{status}"]
        if rung.stage.kind is StageKind.STEP and sense in {"reached", "known_by"}:
            step = _DatedStep(rung.rank, rung.stage.label.de, counts_from.date(), begin.date(), since, int(line))
            ladders.setdefault((str(ags), str(instrument)), []).append(step)
    text = N_("„{stage}“ ({since}) liegt nach der höheren Stufe „{higher}“ ({higher_since}). Bitte Daten prüfen.")
    for steps in ladders.values():
        oldest = {
            rank: min((step for step in steps if step.rank == rank), key=_counts_from)
            for rank in {step.rank for step in steps}
        }
        for step in steps:
            higher = min((each for rank, each in oldest.items() if rank > step.rank), key=_counts_from, default=None)
            if higher and higher.counts_from < step.first:
                yield (
                    step.line,
                    higher.line,
                    text,
                    {"stage": step.label, "since": step.since, "higher": higher.label, "higher_since": higher.since},
                )


def _counts_from(step: _DatedStep) -> date:
    return step.counts_from


def _with_cases(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return entries with what `entry_cases` says of them and of their stage: ``kind``, ``exit``, ``is_act``, ``counts``."""
    stages = {
        (instrument.key, stage.key): {
            "label": stage.label.de,
            "kind": str(stage.kind),
            "exit": str(stage.exit),
            "is_act": stage.is_act,
            "counts": stage.is_counted,
            "repeats": instrument.repeats,
        }
        for instrument, stage, _ in programme.rungs
    }
    own = pd.DataFrame([stages[key] for key in zip(table["instrument"], table["status"], strict=True)])
    names = ["line", "ags", "municipality", "instrument", "status", "date", "date_means", "joint_with", "until", "case"]
    rows = table[names].rename(columns={"case": "case_name"}).reset_index(drop=True)
    return pd.concat([rows, entry_cases(table, programme), own], axis=1)


def _until_cancelled(rows: pd.DataFrame, places: str) -> Iterable[Problem]:
    """A proof later than the newest ``until`` of its case: what was to end then still held."""
    steps = rows[rows["kind"] == str(StageKind.STEP)].sort_values(["certain", "line"], na_position="first")
    latest = steps[steps["certain"].notna()].drop_duplicates(["case", "phase"], keep="last")
    limited = steps[steps["until_last"].notna() & ~steps["is_act"].astype(bool)]
    limited = limited.drop_duplicates(["case", "phase", "status"], keep="last")
    both = limited.merge(latest, on=["case", "phase"], suffixes=("", "_later"))
    both = both[(both["certain_later"] > both["until_last"]) & (both["line"] != both["line_later"])]
    text = N_(
        "Nach dem Ende „{until}“ ist es noch belegt ({date}, Eintrag {other}); das Ende gilt deshalb nicht. Ist es ein "
        "anderer Vorgang, bitte unter „Fall“ benennen; sonst ein späteres Ende eintragen."
    )
    for row in both.to_dict("records"):
        values = {"until": row["until"], "date": row["date_later"], "other": row["line_later"]}
        yield _problem(places, row["line"], "until", text, **values)


def _which_case(rows: pd.DataFrame, places: str) -> Iterable[Problem]:
    """An exit or a plan that could mean any of several cases of its participant."""
    group = ["ags", "instrument"]
    steps = rows[rows["kind"] == str(StageKind.STEP)]
    cases = steps.groupby(group)["case"].nunique().rename("cases").reset_index()
    bare = rows[(rows["case_name"] == "") & (rows["joint_with"] == "") & (rows["kind"] != str(StageKind.STEP))]
    # In an instrument that repeats a plan says on its own that there may be one more.
    joins = bare["case"].isin(steps["case"]) & (bare["date_means"] != "reached")
    bare = bare[(bare["kind"] == str(StageKind.EXIT)) | ~bare["repeats"].astype(bool) | joins]
    bare = bare.merge(cases[cases["cases"] > 1], on=group)
    text = N_(
        "{name} hat hier {n} Vorgänge; zu welchem „{stage}“ gehört, ist nicht gesagt. Bitte „Fall“ oder „Gemeinsam mit“ eintragen."
    )
    for row in bare.to_dict("records"):
        values = {"name": row["municipality"], "n": row["cases"], "stage": row["label"]}
        yield _problem(places, row["line"], "case", text, **values)


def _on_both_sides(rows: pd.DataFrame, places: str) -> Iterable[Problem]:
    """A stage before and after an end of the same unnamed case: it is told as revived, and may be another one.

    What is dormant may be revived, that needs no word.
    """
    exits = rows[(rows["kind"] == str(StageKind.EXIT)) & (rows["exit"] != str(ExitKind.DORMANT))]
    steps = rows[(rows["kind"] == str(StageKind.STEP)) & rows["certain"].notna() & (rows["case_name"] == "")]
    around = steps.merge(exits[["case", "phase", "line", "label"]], on="case", suffixes=("", "_exit"))
    around["is_after"] = around["phase"] > around["phase_exit"]
    before = around[~around["is_after"]].drop_duplicates(["case", "line_exit", "status"])
    after = around[around["is_after"]].sort_values(["certain", "line"]).drop_duplicates(["case", "line_exit", "status"])
    after = after.merge(before[["case", "line_exit", "status"]], on=["case", "line_exit", "status"])
    text = N_(
        "„{stage}“ steht vor und nach „{exit}“ (Eintrag {other}) und gilt als wiederbelebt. Ist es ein anderer Vorgang, bitte "
        "unter „Fall“ benennen."
    )
    for row in after.drop_duplicates("line").to_dict("records"):
        values = {"stage": row["label"], "exit": row["label_exit"], "other": row["line_exit"]}
        yield _problem(places, row["line"], "case", text, **values)


def _several_of_one(rows: pd.DataFrame, programme: Programme, places: str) -> Iterable[Problem]:
    """What is reached once, and counted for one participant in several cases: worth a look, and mostly right."""
    counted = rows[rows["counts"].astype(bool) & ~rows["repeats"].astype(bool)]
    text = N_(
        "{name} hat {n} Vorgänge in „{instrument}“ (Einträge {lines}). Das kann sein; es zählt als eine Gemeinde."
    )
    for (_, instrument), group in counted.groupby(["ags", "instrument"]):
        if (number := group["case"].nunique()) > 1:
            lines = sorted(group["line"].astype(int))
            values: dict[str, str | int | float] = {
                "name": str(group["municipality"].iloc[0]),
                "n": number,
                "instrument": programme.instrument(str(instrument)).label.de,
                "lines": ", ".join(map(str, lines)),
            }
            yield Problem(f"{places} {lines[0]}", text, values, Severity.NOTE)


def _undated(table: pd.DataFrame, name: str) -> Iterable[Problem]:
    """Records of which nobody knows when they began: a sentence for all."""
    if undated := table["line"][(table["date"] == "") & (table["source_date"] == "")].tolist():
        text = N_("{n} Einträge haben weder ein Datum noch eine datierte Quelle; ihr Beginn ist unbekannt ({lines}).")
        yield Problem(name, text, {"n": len(undated), "lines": ", ".join(map(str, undated))}, Severity.NOTE)


def _inferred(table: pd.DataFrame, name: str) -> Iterable[Problem]:
    """Records that were concluded, not read: a sentence for all."""
    if inferred := table["line"][table["inferred"] != ""].tolist():
        text = N_("{n} Einträge sind erschlossen, nicht gelesen; wo sie zählen, steht es dabei ({lines}).")
        yield Problem(name, text, {"n": len(inferred), "lines": few(map(str, inferred))}, Severity.NOTE)


def _if_any(find: Callable[[_Checked], Iterable[Problem]]) -> Callable[[_Checked], Iterable[Problem]]:
    """Return a rule about cases, which asks only where there are entries."""
    return lambda c: () if c.rows.empty else find(c)


RULES: Mapping[str, Callable[[_Checked], Iterable[Problem]]] = {
    N_("Kein Text der Vorlage ist stehen geblieben."): lambda c: _unfilled(c.programme),
    N_("Name und Schlüssel der Gemeinde passen zusammen."): lambda c: _names(c.table, c.people, c.places),
    N_("Die Gemeinde gibt es noch; sonst zählt der Eintrag für ihre Nachfolgerin."): lambda c: _keys(
        c.table, c.people, c.places
    ),
    N_("Keine Stufe liegt nach einer höheren."): lambda c: _order(c.table, c.programme, c.places),
    N_("Nach einem Ende ist nichts mehr belegt."): _if_any(lambda c: _until_cancelled(c.rows, c.places)),
    N_("Bei mehreren Vorgängen ist gesagt, zu welchem ein Eintrag gehört."): _if_any(
        lambda c: _which_case(c.rows, c.places)
    ),
    N_("Keine Stufe steht vor und nach dem Ende desselben Vorgangs."): _if_any(
        lambda c: _on_both_sides(c.rows, c.places)
    ),
    N_("Was nur einmal erreicht wird, hat je Gemeinde einen Vorgang."): _if_any(
        lambda c: _several_of_one(c.rows, c.programme, c.places)
    ),
    N_("Der Eintrag oder seine Quelle hat ein Datum."): lambda c: _undated(c.table, c.file),
    N_("Der Eintrag ist über diese Gemeinde gelesen, nicht erschlossen."): lambda c: _inferred(c.table, c.file),
}
"""What is looked at, and what finds where it does not hold."""
