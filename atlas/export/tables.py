"""Tables for download: CSV for programs, CSV for German Excel."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date
from types import SimpleNamespace

import pandas as pd

from atlas import phrases
from atlas.analysis.case_list import case_list
from atlas.analysis.events import FLOWS
from atlas.analysis.outreach import WhiteSpot, white_spots
from atlas.analysis.progress import Course, progress
from atlas.analysis.status import StatusLine
from atlas.model.boundaries import BoundaryVersion
from atlas.model.edits import Change
from atlas.model.programme import StageKind, Unit
from atlas.model.states import State
from atlas.present.changes import Changes, build_changes, change_rows
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.day_choice import compared_day
from atlas.present.detail import position_of, status_sentence
from atlas.present.district import group_rows
from atlas.present.headings import headings, titles_of
from atlas.present.looks import layer_label, looks_of
from atlas.present.map_spec import decisive_rows, since_said
from atlas.present.plan import plan_lines, plan_rows, plan_titles
from atlas.present.population import own_people, people_headings, people_written, written_number
from atlas.present.progress import course_days
from atlas.present.ranking import ranking_said
from atlas.present.steering import case_rows, steering_lines
from atlas.present.time_words import FLOW_LABELS, STATE_LABELS, stock_headings
from atlas.present.wording import Words

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
STATUS_COLUMNS = ("ags", "name", "district", "instrument", "stage", "since", "source")
"""Columns of ``python -m atlas status``: a contract."""
DETAIL_COLUMNS = ("basis", "derived_from", "joint_with", "state", "until", "last_proof", "inferred")
"""Why and how surely: recorded directly, derived from another stage, or through the district; the state of the day."""
_SAYS_STAGE = frozenset({"", State.IN_FORCE, State.REACHED, State.PLANNED})
_UNDATED = frozenset({State.DOCUMENTED_LATER, State.PERIOD_UNKNOWN})


def neutral(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: with an apostrophe in front where it would.

    ASVS 5.0, 1.2.10. Reading our files back, strip one leading apostrophe.
    """
    return f"'{text}" if text.startswith(_TRIGGERS) else text


def status_table(status: pd.DataFrame, edition: BoundaryVersion, district: str | None = None) -> pd.DataFrame:
    """Return the status in the columns of the contract and the detail columns, one row per municipality and instrument.

    ``stage`` is what `stages_said` returns, ``since`` the date as known, ``district`` its name, ``inferred`` ``yes`` or
    empty. Where ``stage`` is a state, ``since`` is the ISO day from which that is said, empty where nobody knows. With
    ``district`` (a key) its municipalities only.
    """
    table = status if district is None else status[status["district"] == district]
    table = table.reset_index(drop=True)
    stage = stages_said(table)
    is_state = (stage != table["stage"]).to_numpy()
    since = table["since"].where(~is_state, table["since_day"]).mask(table["state"].isin(_UNDATED), "")
    return table.assign(
        district=table["district"].map(edition.districts["name"]),
        stage=stage,
        since=since,
        inferred=table["inferred"].map({True: "yes", False: ""}),
    )[[*STATUS_COLUMNS, *DETAIL_COLUMNS]]


def stages_said(status: pd.DataFrame) -> pd.Series:
    """Return what a table says in one word for each row of a status table: nothing is called by its stage that is over.

    The key of the stage where it is in force, reached or planned, and of the exit that ended it; else the key of its
    `State`; ``no_data`` where nothing is documented.
    """
    says_stage = status["state"].isin(_SAYS_STAGE) | (status["kind"] == StageKind.EXIT)
    return status["stage"].where(says_stage, status["state"])


def plain_csv(table: pd.DataFrame) -> bytes:
    """Return UTF-8 CSV with commas, formula-like texts neutralised."""
    return _csv(table, ",").encode("utf-8")


def excel_csv(table: pd.DataFrame) -> bytes:
    """Return CSV that German Excel opens in columns: semicolons, decimal comma, UTF-8 with byte order mark."""
    return _csv(table, ";", decimal_comma=True).encode("utf-8-sig")


def _csv(table: pd.DataFrame, separator: str, *, decimal_comma: bool = False) -> str:
    lines: list[str] = []
    # With "\n" as its line end the writer of Python 3.11 leaves a lone "\r" in a cell unquoted, and a reader takes what
    # follows for a row of its own. So it writes "\r\n", which makes it quote both, and the end is put in afterwards.
    writer = csv.writer(SimpleNamespace(write=lines.append), delimiter=separator, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow([_cell(value, decimal_comma=decimal_comma) for value in row])
    end = "\r\n" if decimal_comma else "\n"
    return "".join(line.removesuffix("\r\n") + end for line in lines)


def _cell(value: object, *, decimal_comma: bool) -> str:
    if isinstance(value, float):
        return str(value).replace(".", ",") if decimal_comma else str(value)
    return neutral(str(value)) if isinstance(value, str) else str(value)


def view_table(context: ViewContext, words: Words) -> pd.DataFrame:
    """Return what map and table show, as said on the page: one row for each municipality shown.

    Columns in the reader's language: key, name, district, inhabitants (where there is a register), status, since, source, as-of date.
    """
    status, spec, programme, edition = context.status, context.spec, context.programme, context.edition
    looks = {look.key: words.label(look.label) for look in looks_of(programme, spec.layer)}
    classes = spec.classes
    deciding = decisive_rows(status, programme, spec.layer)
    sources = dict(zip(deciding.index.tolist(), deciding["source"], strict=True))
    rows = edition.municipalities
    shown = spec.shown
    table = pd.DataFrame(
        {
            "AGS": [rows.at[i, "ags"] for i in shown],
            words.say(phrases.MUNICIPALITY): [rows.at[i, "name"] for i in shown],
            words.say(phrases.DISTRICT): [edition.district_name(str(rows.at[i, "district"])) for i in shown],
            words.label(layer_label(programme, spec.layer)): [looks[classes[i]] for i in shown],
            words.say(phrases.SINCE): [since_said(spec, i, words) for i in shown],
            words.say(phrases.SOURCE): [sources.get(i, "") for i in shown],
            words.say(phrases.AS_OF_DATE): [words.day(spec.as_of) for _ in shown],
        }
    )
    if (people := own_people(context)) is not None:
        table.insert(3, words.say(phrases.INHABITANTS), [written_number(people[i]) for i in shown])
    return table


def neighbours_table(context: ViewContext, position: int) -> pd.DataFrame:
    """Return a municipality's neighbours by shared border, longest first, in the columns of the contract.

    ``ags``, ``name``, ``district`` (its name), ``border_km`` (three decimals), and for each instrument of the programme
    a column with what `stages_said` returns.
    """
    keys = [instrument.key for instrument in context.programme.instruments]
    rows = [[*place, *stages_said(pd.DataFrame(lines))] for place, lines in _near(context, position)]
    return pd.DataFrame(rows, columns=["ags", "name", "district", "border_km", *keys])


def _near(context: ViewContext, position: int) -> Iterator[tuple[tuple[object, ...], tuple[StatusLine, ...]]]:
    """Yield key, name, district and border of each neighbour, and its lines of the status."""
    for other, border_m in context.day.hood.lines[position]:
        lines = context.day.lines[other]
        district = context.edition.district_name(lines[0].district)
        yield (lines[0].ags, lines[0].name, district, round(border_m / 1000, 3)), lines


def neighbours_said(context: ViewContext, position: int, words: Words) -> pd.DataFrame:
    """Return the same for readers: a column per instrument says stage and since when."""
    instruments = context.programme.instruments
    rows = [
        [*place, *(status_sentence(line, context.programme, words) for line in lines), words.day(context.as_of)]
        for place, lines in _near(context, position)
    ]
    place = ["AGS", words.say(phrases.MUNICIPALITY), words.say(phrases.DISTRICT), words.say("Gemeinsame Grenze in km")]
    return pd.DataFrame(
        rows, columns=[*place, *(words.label(each.label) for each in instruments), words.say(phrases.AS_OF_DATE)]
    )


WHITE_SPOT_COLUMNS = (
    "ags",
    "name",
    "district",
    "share",
    "active_km",
    "outline_km",
    "edge_km",
    "active",
    "neighbours",
    "names",
)
"""Columns of ``python -m atlas whitespots``."""


def white_spots_table(context: ViewContext, spots: Sequence[WhiteSpot]) -> pd.DataFrame:
    """Return the outreach list with the numbers behind each rank.

    Columns `WHITE_SPOT_COLUMNS`: ``share`` (of the outline that touches active municipalities, four decimals),
    ``active_km``, ``outline_km``, ``edge_km`` (the part that is the state's edge; three decimals), ``active`` of
    ``neighbours`` (how many), ``names`` of the active ones, longest border first.
    """
    rows = context.edition.municipalities
    found = [
        (
            rows.at[spot.position, "ags"],
            rows.at[spot.position, "name"],
            context.edition.district_name(str(rows.at[spot.position, "district"])),
            round(spot.share, 4),
            *(round(metres / 1000, 3) for metres in (spot.active_m, spot.outline_m, spot.edge_m)),
            len(spot.active),
            spot.neighbours,
            ", ".join(str(rows.at[each.position, "name"]) for each in spot.active),
        )
        for spot in spots
    ]
    return pd.DataFrame(found, columns=list(WHITE_SPOT_COLUMNS))


def white_spots_said(context: ViewContext, spots: Sequence[WhiteSpot], words: Words) -> pd.DataFrame:
    """Return the same with headings for readers."""
    titles = (
        "AGS",
        words.say(phrases.MUNICIPALITY),
        words.say(phrases.DISTRICT),
        words.say("Anteil der Grenze an aktiven Nachbarn"),
        words.say("Grenze zu aktiven Nachbarn in km"),
        words.say("gesamte Grenze in km"),
        words.say("davon Außengrenze in km"),
        words.say("aktive Nachbarn"),
        words.say("Nachbarn insgesamt"),
        words.say("Namen der aktiven Nachbarn"),
    )
    table = white_spots_table(context, spots).set_axis(list(titles), axis=1)
    return table.assign(**{words.say(phrases.AS_OF_DATE): words.day(context.as_of)})


def changes_table(changes: Changes, context: ViewContext, words: Words) -> pd.DataFrame:
    """Return the contract of ``python -m atlas changes``.

    Columns ``what``, ``because``, ``ags``, ``name``, ``district`` (key), ``instrument``, ``stage_before``, ``stage``,
    ``since``, ``source``, ``joint_with``, ``day`` and ``earliest`` (ISO: the range of the day, empty where unknown),
    ``reason`` (said).
    """
    columns = ["what", "because", "ags", "name", "district", "instrument", "stage_before", "stage", "since", "source"]
    table = changes.table[[*columns, "joint_with", "day", "earliest"]]
    days = {column: table[column].dt.strftime("%Y-%m-%d").fillna("") for column in ("day", "earliest")}
    return table.assign(**days, reason=change_rows(changes, context, words)["reason"].to_numpy())


def changes_said(context: ViewContext, changes: Changes, words: Words) -> pd.DataFrame:
    """Return the same for readers, with both dates."""
    rows = list_said(change_rows(changes, context, words), words)
    return rows.assign(**{words.say("vom"): words.day(changes.start), words.say("bis zum"): words.day(changes.end)})


def list_said(rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return a list that a number opens, for readers: its columns as on the page, the keys of its places in front."""
    keys = [", ".join(key for key, _ in places) for places in rows["places"]]
    titles = titles_of(rows, words)
    table = rows[list(titles)].rename(columns=titles)
    table.insert(0, "AGS", keys)
    return table


def progress_table(
    context: ViewContext, course: Course, days: Sequence[date], since: date, unit: Unit = "municipalities"
) -> pd.DataFrame:
    """Return the contract of ``python -m atlas progress``, one row per day and instrument.

    Columns as in `progress` up to ``share``: ``date`` (ISO), flows since the row before, the first since ``since``,
    ``share`` (four decimals; empty where the programme is not for all); with a register of inhabitants `PEOPLE_COLUMNS`.
    """
    keys = [instrument.key for instrument in context.programme.instruments]
    table = progress(course, keys, list(days), since=since, unit=unit)
    share = table["share"].round(4) if context.programme.has_shares else ""
    table = table.drop(columns="area_share").assign(date=table["date"].dt.strftime("%Y-%m-%d"), share=share)
    return people_written(table)


def cases_table(context: ViewContext, district: str | None = None) -> pd.DataFrame:
    """Return what `case_list` returns for the context's day; with ``district`` (a key) of it and its municipalities only."""
    day = context.day
    table = case_list(day.spans, context.programme, context.edition, day.changes, context.as_of)
    if district is None:
        return table
    return table[table["district"] == context.edition.district_name(district)].reset_index(drop=True)


def cases_said(context: ViewContext, words: Words) -> pd.DataFrame:
    """Return the same for readers, of the view's district if it has one."""
    table = cases_table(context, context.district)
    programme = context.programme
    rungs = [programme.rung(f"{row.instrument}:{row.stage}") for row in table.itertuples()]
    dates = [name for name in table.columns if name.startswith(("begin_", "end_", "until", "last_"))]
    said = table.assign(
        instrument=[words.label(rung.instrument.label) for rung in rungs],
        stage=[words.label(rung.stage.label) for rung in rungs],
        state=[words.label(STATE_LABELS[state]) for state in table["state"]],
        **{name: table[name].map(words.partial) for name in dates},
    )
    titles = {
        "ags": "AGS",
        **headings(words, "name", "district", "instrument"),
        "case": words.say(phrases.CASE),
        **headings(words, "stage"),
        "state": words.say(phrases.STATE),
        "begin_earliest": words.say("begonnen frühestens"),
        "begin_latest": words.say("begonnen spätestens"),
        "end_earliest": words.say("vorbei frühestens"),
        "end_latest": words.say("vorbei spätestens"),
        "until": words.say("bis"),
        **headings(words, "last_proof", "joint_with", "source"),
    }
    return said[list(titles)].rename(columns=titles).assign(**{words.say(phrases.AS_OF_DATE): words.day(context.as_of)})


def _neighbours(_: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame | None:
    ags = context.view.municipality
    position = position_of(context.status, ags) if ags else None
    return None if position is None else neighbours_said(context, position, words)


def _white_spots(_: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame:
    return white_spots_said(context, white_spots(context.status, context.day.hood, context.district), words)


def _groups(_: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame:
    titles = [words.say("Gruppe"), "AGS", words.say(phrases.MUNICIPALITY)]
    groups = enumerate(group_rows(context, words), 1)
    rows = [(number, ags, name) for number, group in groups for ags, name in group.places]
    return pd.DataFrame(rows, columns=titles).assign(**{words.say(phrases.AS_OF_DATE): words.day(context.as_of)})


def _changes(contexts: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame | None:
    start = compared_day(context)
    if start >= context.as_of:
        return None
    return changes_said(context, build_changes(contexts, contexts.of(context.view.but(as_of=start)), context), words)


def _progress(contexts: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame:
    labels = {each.key: words.label(each.label) for each in context.programme.instruments}
    table = progress_table(context, contexts.course(context), *course_days(context))
    titles = {
        "date": words.say(phrases.AS_OF_DATE),
        **headings(words, "instrument"),
        "municipalities": words.say(phrases.MUNICIPALITIES),
        "arrangements": words.say(phrases.ARRANGEMENTS),
        **{what: words.label(FLOW_LABELS[what]) for what in FLOWS},
        **stock_headings(context.programme.instruments, words),
        "total": words.say(phrases.MUNICIPALITIES_IN_ALL),
        "share": words.say(phrases.SHARE),
        **people_headings(words),
    }
    return table.assign(instrument=table["instrument"].map(labels)).rename(columns=titles)


def _plan(contexts: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame | None:
    lines = plan_lines(context, contexts.course(context), context.programme.instruments)
    titles = plan_titles(words)
    return plan_rows(context, lines, words).rename(columns=titles) if lines else None


def _steering(_: ViewContexts, context: ViewContext, words: Words) -> pd.DataFrame:
    lines = steering_lines(context)
    numbers = {name: lines[name].where(lines[name] >= 0, "") for name in ("days", "limit")}
    state = [words.label(STATE_LABELS[each]) for each in lines["state"]]
    ends = [words.day(day.date()) if pd.notna(day) else "" for day in lines["ends_on"]]
    late = [words.say(phrases.YES) if is_late else words.say(phrases.NO) for is_late in lines["is_late"]]
    rows = case_rows(context, lines, words).assign(**numbers, state=state, late=late, ends=ends)
    titles = headings(words, "name", "district", "joint_with", "instrument", "stage")
    titles["state"] = words.say(phrases.STATE)
    titles |= headings(words, "reached", "last_proof", "ends", "days", "limit", "source")
    titles |= {"limit": words.say("Grenze"), "late": words.say("über der Grenze"), "day": words.say(phrases.AS_OF_DATE)}
    return rows.assign(day=words.day(context.as_of))[list(titles)].rename(columns=titles)


TABLES: Mapping[str, Callable[[ViewContexts, ViewContext, Words], pd.DataFrame | None]] = {
    "tabelle": lambda _, context, words: view_table(context, words),
    "nachbarn": _neighbours,
    "ansprache": _white_spots,
    "gruppen": _groups,
    "veraenderungen": _changes,
    "fortschritt": _progress,
    "plan": _plan,
    "steuerung": _steering,
    "rangfolge": lambda _, context, words: ranking_said(context, words),
    "faelle": lambda _, context, words: cases_said(context, words),
}
"""What can be had as CSV from the pages, by name: the table of a view, None if the view asks for nothing there is."""


def file_stem(table: str, context: ViewContext) -> str:
    """Return the name of a file without its ending: plain letters, what it is about, and the date."""
    place = (
        context.view.municipality
        if table == "nachbarn"
        else context.district
        if table in {"ansprache", "gruppen"}
        else None
    )
    layer = context.spec.layer if table in {"veraenderungen", "verlauf"} else None
    about = context.spec.layer if table == "tabelle" else "-".join(filter(None, (table, place, layer)))
    return f"praeventionsatlas-{context.programme.key}-{about}-{context.as_of}"


LOG_COLUMNS = (
    "number", "recorded_at", "actor", "programme", "kind", "added", "corrected", "withdrawn", "reason", "file",
    "file_sum", "undoes",
)  # fmt: skip
"""Columns of what ``python -m atlas log`` writes, and names in ``/intern/aenderungen.json``: a contract."""


def changes_log(changes: Sequence[Change]) -> pd.DataFrame:
    """Return changes of the record in the order given.

    Columns `LOG_COLUMNS`; ``recorded_at`` in UTC, exact, so that it can be asked for, ``undoes`` is the number of the change taken back, empty for others.
    """
    rows = [
        (
            change.number, change.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"), change.actor,
            change.programme, str(change.occasion.kind), change.added, change.corrected, change.withdrawn,
            change.occasion.reason, change.occasion.file, change.occasion.file_sum, change.occasion.undoes or "",
        )
        for change in changes
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(LOG_COLUMNS), dtype=object)
