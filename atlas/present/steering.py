"""Steering the rollout from the public record: what stands long, ends soon or is over, what is dated last, what is missing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from atlas import phrases
from atlas.analysis.durations import FEW, LEAST, STANDING, is_known, joint_lines, waiting
from atlas.analysis.stages import entry_cases
from atlas.analysis.status import successors
from atlas.model.areas import Area
from atlas.model.dates import year_before
from atlas.model.place_names import german_key, in_german_order
from atlas.model.programme import Instrument, StageKind
from atlas.model.states import State
from atlas.present.context import ViewContext
from atlas.present.detail import unique_names
from atlas.present.published import Total, named_on, totals_of
from atlas.present.wording import Words

_NEWEST = 15


@dataclass(frozen=True)
class Over:
    """What is over by itself, or soon will be, as `case_rows`; after what time that is so, and whose rule it is."""

    rows: pd.DataFrame
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Steering:
    """What the page says, for one area or for all. A joint arrangement is one line."""

    late: pd.DataFrame
    """Cases beyond their limit, longest first. Columns of `case_rows`."""
    open_: pd.DataFrame
    """The others that stand in a stage one is meant to leave, likewise."""
    over: Over
    """What is presumed over."""
    ending: Over
    """What ends by itself within twelve months, the next end first."""
    lapsed: Over
    """Plans not documented further."""
    has_limits: bool
    """Whether any of the first two has a limit."""
    hints: tuple[str, ...]
    """Where the limits come from, and which stand on few cases."""
    published: tuple[str, ...]
    """What the published totals say about the same cases."""
    newest: pd.DataFrame
    """The records dated last. Columns of `record_rows`."""
    old: pd.DataFrame
    """Municipalities of which nothing newer than twelve months is documented, oldest first: ``places``, ``name``,
    ``district``, ``newest``."""
    undated: pd.DataFrame
    """Records without a date, as ``newest``."""
    unsourced: pd.DataFrame
    """Records whose source has no date, as ``newest``."""

    @property
    def lists(self) -> dict[str, pd.DataFrame]:
        """Every list of the page by its name in the address of a file."""
        return {
            "unveraendert": self.late,
            "offen": self.open_,
            "vermutlich-beendet": self.over.rows,
            "laeuft-aus": self.ending.rows,
            "plaene": self.lapsed.rows,
            "zuletzt-datiert": self.newest,
            "ohne-neue-angabe": self.old,
            "ohne-datum": self.undated,
            "quelle-ohne-datum": self.unsourced,
        }


def area_of(context: ViewContext) -> Area | None:
    """Return the area of the view, None if it names none there is."""
    return context.snapshot.area(context.programme, context.view.area)


def districts_of(context: ViewContext) -> frozenset[str]:
    """Return the districts the view looks at: those of its area, else its district, else all."""
    if area := area_of(context):
        return frozenset(area.districts)
    return frozenset([context.district] if context.district else context.edition.district_keys)


def build_steering(context: ViewContext, words: Words) -> Steering:
    """Return the page for the view's area, district or the whole state."""
    lines = joint_lines(context.day.cases)
    inside = _inside(context, lines)
    cases = _waiting(context, lines)

    def listed(rows: pd.DataFrame) -> Over:
        return Over(case_rows(context, rows, words), _rules(context, rows, words))

    records = _records(context, districts_of(context))
    by_name = records.sort_values(["name", "ags"], kind="stable", key=german_key)
    dated = records[records["dated"].notna()].sort_values(["dated", "name"], ascending=[False, True], key=german_key)
    return Steering(
        late=case_rows(context, cases[cases["is_late"]], words),
        open_=case_rows(context, cases[~cases["is_late"]], words),
        over=listed(_in_state(inside, State.PRESUMED_OVER)),
        ending=listed(_ending(context, inside)),
        lapsed=listed(_in_state(inside, State.PLAN_LAPSED)),
        has_limits=bool((cases["limit"] >= 0).any()),
        hints=_hints(context, cases, words),
        published=_published(context, lines, cases, words),
        newest=record_rows(context, dated.head(_NEWEST), words),
        old=_old(context, records, words),
        undated=record_rows(context, by_name[by_name["date"] == ""], words),
        unsourced=record_rows(context, by_name[by_name["source_date"] == ""], words),
    )


def steering_lines(context: ViewContext) -> pd.DataFrame:
    """Return every line of the page's lists of cases, each once: those beyond their limit first.

    Columns of `joint_lines` and `waiting` (``days`` and ``limit`` -1 where nobody waits), ``is_late``, ``ends_on`` (last
    day, where it ends by itself within the next twelve months; NaT else).
    """
    lines = joint_lines(context.day.cases)
    inside = _inside(context, lines)
    cases = _waiting(context, lines)
    ending = _ending(context, inside)
    key = ["arrangement", "instrument", "stage", "state"]
    listed = pd.concat(
        [
            cases,
            ending[~_keys(ending, key).isin(_keys(cases, key))],
            _in_state(inside, State.PRESUMED_OVER),
            _in_state(inside, State.PLAN_LAPSED),
        ],
        ignore_index=True,
    )
    last = pd.Series(ending["ends_on"].to_numpy(), index=_keys(ending, key))
    listed["ends_on"] = last.reindex(_keys(listed, key)).to_numpy()
    listed[["days", "limit"]] = listed[["days", "limit"]].fillna(-1).astype("int64")
    return listed.assign(is_late=listed["is_late"].fillna(value=False).astype(bool))


def _keys(table: pd.DataFrame, columns: list[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(table[columns])


def _inside(context: ViewContext, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of which a member lies in the districts of the view."""
    wanted = districts_of(context)
    district = context.edition.municipalities["district"]
    keep = [any(district.at[member] in wanted for member in members) for members in lines["members"]]
    return lines[pd.Series(keep, index=lines.index, dtype=bool)]


def _waiting(context: ViewContext, lines: pd.DataFrame) -> pd.DataFrame:
    cases = _inside(context, waiting(lines, context.spans, context.programme, context.as_of))
    return cases.sort_values("is_late", ascending=False, kind="stable", ignore_index=True)


def _in_state(lines: pd.DataFrame, state: State) -> pd.DataFrame:
    """Return the lines in a state, those first of which the last proof is oldest."""
    return lines[lines["state"] == state].sort_values(
        ["last_proof", "name", "instrument"], kind="stable", key=german_key
    )


def _ending(context: ViewContext, lines: pd.DataFrame) -> pd.DataFrame:
    """Return what is in force and ends by itself within twelve months, with its last day ``ends_on``."""
    last = lines["until_day"] - pd.Timedelta(days=1)
    today = pd.Timestamp(context.as_of)
    ahead = (last >= today) & (last <= today + pd.DateOffset(years=1))
    entries = entry_cases(context.records.table, context.programme)
    granted = pd.MultiIndex.from_frame(entries[["case", "until_last"]].dropna())
    by_itself = pd.MultiIndex.from_arrays([lines["case"], last]).isin(granted)
    by_itself |= (last == pd.Timestamp(context.programme.ended or date.min)).to_numpy()
    # An exit has a day as well, but nobody could see it coming.
    foreseen = (lines["ends"] == State.PRESUMED_OVER) | ((lines["ends"] == State.ENDED) & by_itself)
    ending = lines.assign(ends_on=last)[(lines["state"] == State.IN_FORCE) & ahead & foreseen]
    return ending.sort_values(["ends_on", "name"], kind="stable", key=german_key)


def _records(context: ViewContext, inside: frozenset[str]) -> pd.DataFrame:
    """Return the records that hold by the day or of which nobody knows since when, with the district of their participant.

    ``dated`` is the day that the entry or its source gives at the latest, NaT for neither; ``since`` and ``since_means``
    as in `entry_cases`; ``today`` the key of the municipality or district whose page tells of it.
    """
    table = context.records.table
    ranges = entry_cases(table, context.programme)
    places = context.edition.municipalities
    district = dict(zip(places["ags"], places["district"], strict=True))
    successor = successors(context.changes, context.as_of)
    today = [successor.get(key, key) for key in table["ags"]]
    rows = table.assign(
        dated=ranges["since_day"].where(ranges["since_means"] != "undated").to_numpy(),
        since=ranges["since"].to_numpy(),
        since_means=ranges["since_means"].to_numpy(),
        read_on=ranges["read_on"].to_numpy(),
        today=today,
        district=[district.get(key, key[:5]) for key in today],
        name=table["municipality"],
    )
    by_then = rows["dated"].isna() | (rows["dated"] <= pd.Timestamp(context.as_of))
    return rows[rows["district"].isin(inside) & by_then]


def case_rows(context: ViewContext, cases: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return lines said.

    Columns ``places`` (key and name of each member, a tuple of pairs), ``name`` (all of them), ``instrument``, ``stage``,
    ``reached`` (when an act was; empty for what is a state), ``last_proof`` (of a state), ``ends``, ``days``, ``limit``
    (both empty where nobody waits, the second also where there is none), ``joint_with``, ``district``, ``source``.
    """
    programme = context.programme
    proofs = _proofs(context, words)
    members = sorted({member for each in cases["members"] for member in each})
    name = dict(zip(members, unique_names(context, members), strict=True))
    edition, municipalities = context.edition, context.edition.municipalities
    rows = []
    for line in cases.to_dict("records"):
        rung = programme.rung(f"{line['instrument']}:{line['stage']}")
        since = words.since(line["since"], line["since_means"], line["read_on"])
        positions = sorted(line["members"], key=lambda each: in_german_order(name[each]))
        within = dict.fromkeys(edition.district_name(str(municipalities.at[each, "district"])) for each in positions)
        rows.append(
            {
                "places": tuple((str(municipalities.at[each, "ags"]), name[each]) for each in positions),
                "name": ", ".join(name[each] for each in positions),
                "instrument": words.label(rung.instrument.label),
                "stage": words.label(rung.stage.label),
                "reached": since if rung.stage.is_act else "",
                "last_proof": "" if rung.stage.is_act else _proof_said(line, proofs, since, words),
                "ends": _end_said(line, words),
                **_waited(line, words),
                "joint_with": str(line["joint_with"]),
                "district": ", ".join(within),
                "source": str(line["source"]),
            }
        )
    columns = ["places", "name", "instrument", "stage", "reached", "last_proof", "ends", "days", "limit"]
    return pd.DataFrame(rows, columns=[*columns, "joint_with", "district", "source"])


def _waited(line: Mapping[Hashable, object], words: Words) -> dict[str, str]:
    """Return how long it has waited, and the limit; at least so long, where its beginning is not known to the month."""
    days, limit = line.get("days"), line.get("limit")
    if not isinstance(days, int) or not isinstance(limit, int) or line["state"] not in STANDING:
        return {"days": "", "limit": ""}
    waited = words.number(days)
    if not is_known(line["begin"], line["since_day"]):
        waited = words.say("mindestens {n}", n=waited)
    limit_text = "" if limit < 0 else words.say("{n} Tage", n=words.number(limit))
    return {"days": waited if days >= 0 else words.say("nicht bekannt"), "limit": limit_text}


def _proofs(context: ViewContext, words: Words) -> dict[tuple[int, pd.Timestamp], str]:
    """Return by case and day how the entry says it that is the proof of that day: as exactly as it knows."""
    table = context.records.table
    entries = entry_cases(table, context.programme)
    known = zip(entries["case"], entries["proof"], table["date"], strict=True)
    return {(case, proof): words.partial(day) for case, proof, day in known if day and not pd.isna(proof)}


def _proof_said(
    line: Mapping[Hashable, object], proofs: dict[tuple[int, pd.Timestamp], str], otherwise: str, words: Words
) -> str:
    """Return the last proof; where nothing is dated, what is known instead."""
    proof, case = line["last_proof"], line["case"]
    if isinstance(proof, pd.Timestamp) and isinstance(case, int):
        return proofs.get((case, proof)) or words.day(proof.date())
    if line["since_means"] == "source":
        return words.say("undatiert, Quelle {day}", day=words.partial(str(line["since"])))
    return otherwise


def _end_said(line: Mapping[Hashable, object], words: Words) -> str:
    """Return when and how it ends, if that is a line that does."""
    last = line.get("ends_on")
    if not isinstance(last, pd.Timestamp):
        return ""
    day = words.day(last.date())
    if line["ends"] == State.PRESUMED_OVER:
        return words.say("{day}, dann vermutlich beendet", day=day)
    return day


def record_rows(context: ViewContext, records: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return records said.

    Columns ``places`` and ``name`` as in `case_rows`, ``district``, ``instrument``, ``stage``, ``date``, ``note``,
    ``source``.
    """
    programme, edition = context.programme, context.edition
    rows = records.to_dict("records")
    return pd.DataFrame(
        {
            "places": [((str(row["today"]), str(row["name"])),) for row in rows],
            "name": [str(row["name"]) for row in rows],
            "district": [edition.district_name(row["district"]) for row in rows],
            "instrument": [words.label(programme.instrument(str(row["instrument"])).label) for row in rows],
            "stage": [words.label(programme.rung(f"{row['instrument']}:{row['status']}").stage.label) for row in rows],
            "date": [words.since(str(row["since"]), str(row["since_means"]), str(row["read_on"])) for row in rows],
            "note": [str(row["note"]) for row in rows],
            "source": [str(row["source_url"]) for row in rows],
        }
    )


def _old(context: ViewContext, records: pd.DataFrame, words: Words) -> pd.DataFrame:
    newest = records.sort_values("dated", na_position="first", kind="stable").drop_duplicates("today", keep="last")
    newest = newest[newest["dated"].isna() | (newest["dated"] < pd.Timestamp(year_before(context.as_of)))]
    newest = newest.sort_values(["dated", "name"], na_position="first", key=german_key)
    rows = record_rows(context, newest, words)
    return rows[["places", "name", "district"]].assign(newest=rows["date"])


def without_news(context: ViewContext, words: Words) -> pd.DataFrame:
    """Return `Steering.old` of the whole state."""
    return _old(context, _records(context, frozenset(context.edition.district_keys)), words)


def _hints(context: ViewContext, cases: pd.DataFrame, words: Words) -> tuple[str, ...]:
    """Return where each limit comes from, and how far to trust it."""
    sentences = []
    for (instrument, stage), group in cases.groupby(["instrument", "stage"], sort=False):
        first = group.iloc[0]
        values = {
            "what": words.label(context.programme.instrument(str(instrument)).label),
            "stage": words.label(context.programme.rung(f"{instrument}:{stage}").stage.label),
            "days": words.number(int(first["limit"])),
            "n": words.number(int(first["observed"])),
        }
        if first["is_set"]:
            text = words.say("{what}, {stage}: Höchstdauer laut Programm, {days} Tage.", **values)
        elif first["limit"] < 0:
            text = words.say(
                "{what}, {stage}: keine Höchstdauer. Von {n} Fällen ist auf den Monat bekannt, wie lange sie bis zur nächsten Stufe "
                "brauchten; nötig sind {least}.",
                **values,
                least=words.number(LEAST),
            )
        else:
            text = words.say(
                "{what}, {stage}: Drei von vier abgeschlossenen Fällen brauchten höchstens {days} Tage (n = {n}).",
                **values,
            )
            if first["observed"] < FEW:
                text += " " + words.say(phrases.FEW_CASES)
        sentences.append(text)
    return tuple(sentences)


def _rules(context: ViewContext, lines: pd.DataFrame, words: Words) -> tuple[str, ...]:
    """Return after what time the stages of some lines are over by themselves, and whose rule that is."""
    by_rule: dict[tuple[bool, int, bool], list[str]] = {}
    for instrument, stage in dict.fromkeys(zip(lines["instrument"], lines["stage"], strict=True)):
        rung = context.programme.rung(f"{instrument}:{stage}")
        if rung.stage.months is not None:
            named = f"{words.label(rung.instrument.short)} ({words.label(rung.stage.label)})"
            rule = (rung.stage.kind is StageKind.PLAN, rung.stage.months, rung.stage.is_house_rule)
            by_rule.setdefault(rule, []).append(named)
    return tuple(_rule(rule, what, words) for rule, what in sorted(by_rule.items()))


def _rule(rule: tuple[bool, int, bool], what: list[str], words: Words) -> str:
    is_plan, months, is_house = rule
    lasts = (
        words.count("{n} Monat", "{n} Monate", months)
        if months % 12
        else words.count("{n} Jahr", "{n} Jahre", months // 12)
    )
    values = {"what": words.listed(what), "lasts": lasts}
    if is_plan:
        sentence = words.say("{what}: Ein Plan gilt {lasts}, wenn nichts Weiteres belegt ist.", **values)
    else:
        sentence = words.say(
            "{what}: vermutlich beendet {lasts} nach dem Beginn, ohne bekannten Beginn {lasts} nach dem letzten Beleg.",
            **values,
        )
    whose = words.say("Eigene Regel dieses Atlas.") if is_house else words.say("Nach veröffentlichten Angaben.")
    return f"{sentence} {whose}"


def _published(context: ViewContext, lines: pd.DataFrame, cases: pd.DataFrame, words: Words) -> tuple[str, ...]:
    """Return what the newest published totals by the day say about the instruments of some cases."""
    newest: dict[str, tuple[Instrument, Total]] = {}
    concerned = set(cases["instrument"])
    for total in totals_of(context.records, context.programme):
        if total.instrument and total.instrument.key in concerned and total.day <= context.as_of:
            newest[total.measure] = total.instrument, total
    by_stage = {instrument.key for instrument, total in newest.values() if total.stage}
    sentences = []
    for instrument, total in newest.values():
        if total.stage:
            begun = newest.get(instrument.published_measure or "")
            sentences.append(_stage_said(instrument, total, begun[1] if begun else None, lines, words))
        elif instrument.key not in by_stage:
            sentences.append(_total_said(context, instrument, total, words))
    return tuple(sentences)


def _total_said(context: ViewContext, instrument: Instrument, total: Total, words: Words) -> str:
    named = named_on(context.snapshot, context.programme, context.spans, total)
    documented, later = (named.documented, named.later) if named else (0, 0)
    values = {"what": words.label(instrument.label), "n": words.number(total.value), "day": words.partial(total.text)}
    values["documented"] = words.number(documented)
    if later:
        return words.say(
            "{what}: veröffentlicht {n} ({day}); hier {documented} belegt, weitere {later} mit unbekanntem Beginn.",
            **values,
            later=words.number(later),
        )
    return words.say("{what}: veröffentlicht {n} ({day}); hier {documented} belegt.", **values)


def _stage_said(instrument: Instrument, total: Total, begun: Total | None, lines: pd.DataFrame, words: Words) -> str:
    """Return how many were published to have reached a stage, and how many stand before it here.

    Of the whole territory, as the total is; those that began after its day are not among them.
    """
    stages = instrument.stages
    stage = instrument.stage(total.stage)
    before = [each.key for each in stages[: stages.index(stage)] if each.kind is StageKind.STEP]
    standing = lines["state"].isin([State.IN_FORCE, State.REACHED]) & (lines["instrument"] == instrument.key)
    by_then = lines["begin"].isna() | (lines["begin"] <= pd.Timestamp(total.day))
    here = lines[standing & by_then & lines["stage"].isin(before)]
    values = {
        "what": words.label(instrument.label),
        "stage": words.label(stage.label),
        "n": words.number(total.value),
        "day": words.partial(total.text),
        "open": words.count(*phrases.N_ARRANGEMENTS, len(here)),
        "places": words.count(*phrases.N_MUNICIPALITIES, len({member for each in here["members"] for member in each})),
    }
    if begun is None:
        return words.say(
            "{what}: veröffentlicht {n} „{stage}“ ({day}); hier ohne Beleg dafür {open} ({places}).",
            **values,
        )
    return words.say(
        "{what}: veröffentlicht {n} „{stage}“ ({day}) von {all} „{first}“ ({since}); hier ohne Beleg dafür {open} ({places}).",
        **values,
        all=words.number(begun.value),
        first=words.label(next(each for each in stages if each.is_counted).label),
        since=words.partial(begun.text),
    )
