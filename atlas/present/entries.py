"""Entries of the record as those who look after them see them: whose they are, in which order, in which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.analysis.difference import entries_of
from atlas.analysis.status import successors
from atlas.analysis.typed import Typed
from atlas.model.dates import PartialDate
from atlas.model.edits import Add, Change, ChangeKind, Edit, Record, Version, Withdraw
from atlas.model.programme import Programme
from atlas.model.records import RECORD_COLUMNS, web_address
from atlas.present.context import ViewContext
from atlas.present.detail import municipality_names, rung_name
from atlas.present.wording import Words

Rung = tuple[str, str]
"""Keys of an instrument and one of its stages."""


def rungs(programme: Programme) -> list[Rung]:
    """Return everything an entry can say, in the order of the programme."""
    return [(each.key, stage.key) for each in programme.instruments for stage in each.stages]


def rung_label(programme: Programme, rung: Rung, words: Words) -> str:
    """Return ``Baustein: erreicht``; the keys themselves if the programme has no such stage."""
    if rung not in rungs(programme):
        return ": ".join(filter(None, rung))
    return rung_name(programme, ":".join(rung), words)


def places(context: ViewContext) -> dict[str, str]:
    """Return all who can have entries on the day, by key: municipalities by name, then the districts of several."""
    several = context.day.municipalities["district"].value_counts()
    return municipality_names(context) | {
        key: context.edition.district_name(key) for key in context.edition.district_keys if several.get(key, 0) > 1
    }


def place_of(context: ViewContext) -> str | None:
    """Return the key of the place the view looks at: its municipality, else its district."""
    known = places(context)
    return next((key for key in (context.view.municipality, context.view.district) if key in known), None)


def keys_of_place(context: ViewContext, place: str) -> list[str]:
    """Return the key of a place and those of the municipalities merged into it."""
    successor = successors(context.changes, context.as_of)
    return [place, *sorted(key for key, new in successor.items() if new == place and key != place)]


def entries_at(context: ViewContext, place: str | None) -> list[Typed]:
    """Return the entries of a place, of everywhere without one: by place, instrument and date, undated ones last."""
    order = {rung: number for number, rung in enumerate(rungs(context.programme))}
    table = context.records.table
    if place:
        table = table[table["ags"].isin(keys_of_place(context, place))]
    entries = [Typed(record, entry, version) for entry, (version, record) in entries_of(table).items()]

    def rank(each: Typed) -> tuple[object, ...]:
        record = each.record
        stage = order.get((record.instrument, record.status), len(order))
        instrument = next((n for (key, _), n in order.items() if key == record.instrument), len(order))
        name = "" if place else record.municipality
        return name, instrument, not record.date, record.date, stage, each.entry

    return sorted(entries, key=rank)


def seen(entries: Iterable[Typed]) -> frozenset[tuple[int, int]]:
    """Return what somebody has seen who has seen these entries: each with its version."""
    return frozenset((each.entry, each.version) for each in entries)


_DATES = ("date", "source_date", "until", "retrieved")


def as_written(record: Record, words: Words) -> Record:
    """Return an entry with its dates as people write them; what is no date stays as it is."""
    return replace(record, **{name: _said(getattr(record, name), words) for name in _DATES})


def _said(text: str, words: Words) -> str:
    try:
        PartialDate.parse(text)
    except ValueError:
        return text
    return words.partial(text)


# ---- an entry, and what becomes of it ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class EntryText:
    """What an entry says."""

    label: str
    """Instrument and stage."""
    about: str
    """Whose it is, dates, partner, case."""
    note: str
    before_source: str
    source: str
    link: str | None
    """Address of the source, None where it is a title."""
    lang: str
    """Of note and title."""
    days: str
    """In brackets when the source is of, and when it was read."""


def entry_text(record: Record, programme: Programme, words: Words, holder: str = "") -> EntryText:
    """Return what an entry says; ``holder`` names whose it is where that is not clear from the page."""
    written = as_written(record, words)
    about = (
        holder,
        words.since(record.date, record.date_means or "reached") if record.date else words.say(phrases.UNDATED),
        words.say("bis {day}", day=written.until) if record.until else "",
        words.say(phrases.JOINT_WITH, name=record.joint_with) if record.joint_with else "",
        words.say("Fall: {name}", name=record.case) if record.case else "",
        words.say(phrases.INFERRED) if record.inferred else "",
    )
    read = words.say("gelesen {day}", day=written.retrieved) if record.retrieved else ""
    days = ", ".join(filter(None, (written.source_date, read)))
    return EntryText(
        label=rung_label(programme, (record.instrument, record.status), words),
        about=" · ".join(filter(None, about)),
        note=record.note,
        before_source=words.say("Quelle: {source}", source=""),
        source=record.source_url,
        link=web_address(record.source_url),
        lang=programme.language,
        days=f" ({days})" if days else "",
    )


@dataclass(frozen=True)
class EntryDifference:
    """What is another in an entry, and what it is about; ``fields`` has heading, old and new of each field."""

    label: str
    municipality: str
    fields: tuple[tuple[str, str, str], ...]


def entry_difference(before: Record, now: Record, programme: Programme, words: Words) -> EntryDifference:
    """Return what is another in an entry: old and new of each field."""
    old, new = as_written(before, words), as_written(now, words)
    label = rung_label(programme, (now.instrument, now.status), words)
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in RECORD_COLUMNS}
    for name in ("instrument", "status"):
        if pairs[name][0] != pairs[name][1]:
            pairs.pop("instrument")
            pairs["status"] = (rung_label(programme, (before.instrument, before.status), words), label)
            break
    fields = (
        (words.label(HEADINGS[name]), _value(name, was, words), _value(name, becomes, words))
        for name, (was, becomes) in pairs.items()
        if was != becomes
    )
    return EntryDifference(label, now.municipality, tuple(fields))


def _value(name: str, text: str, words: Words) -> str:
    """Return what a field says where it is shown by itself."""
    spoken = {
        ("inferred", "yes"): words.say(phrases.YES),
        ("date_means", "reached"): words.say(phrases.REACHED),
        ("date_means", "known_by"): words.say(phrases.AT_THE_LATEST),
    }
    return spoken.get((name, text), text) or words.say("leer")


@dataclass(frozen=True)
class EntryItem:
    """An entry in a list, as it is or what is another in it: what becomes of it or where it stands; its number or whose it is."""

    kind: str
    name: str
    entry: EntryText | None = None
    difference: EntryDifference | None = None


def edit_item(edit: Edit, before: Mapping[int, Record], programme: Programme, words: Words) -> EntryItem:
    """Return an edit that is not saved yet; ``before`` has the entries that are changed, by number."""
    if isinstance(edit, Add):
        return _item("", edit.record, None, programme, words)
    name, old = words.say(phrases.ENTRY_N, n=edit.entry), before[edit.entry]
    if isinstance(edit, Withdraw):
        return _item(name, old, None, programme, words, is_withdrawn=True)
    return _item(name, edit.record, old, programme, words)


def _item(
    name: str, record: Record, before: Record | None, programme: Programme, words: Words, *, is_withdrawn: bool = False
) -> EntryItem:
    """Return what becomes of an entry; it is new where nothing was ``before``."""
    if before and not is_withdrawn:
        return EntryItem(words.say("berichtigt"), name, difference=entry_difference(before, record, programme, words))
    kind = words.say("zurückgezogen") if is_withdrawn else words.say("neu")
    return EntryItem(kind, name, entry_text(record, programme, words, record.municipality))


# ---- history and log --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionItem:
    """A version of an entry: when, by whom and why it was written, and what it made of the entry."""

    entry: int
    when: str
    who: str
    reason: str
    item: EntryItem


def version_items(
    shown: Iterable[Version], programme: Programme, words: Words, before: Iterable[Version] = ()
) -> list[VersionItem]:
    """Return versions of entries, newest first.

    What a version has changed is told by the one before it, if that is among the shown or in ``before``.
    """
    newest_first = sorted(shown, key=lambda each: (-each.change.number, each.entry))
    former = {(each.entry, each.version + 1): each for each in (*newest_first, *before)}
    items = []
    for each in newest_first:
        change, old = each.change, former.get((each.entry, each.version))
        known = None if old is None or old.is_withdrawn else old.record
        name = words.say(phrases.ENTRY_N, n=each.entry)
        item = _item(name, each.record, known, programme, words, is_withdrawn=each.is_withdrawn)
        who = change.actor or words.say(phrases.MADE_FROM_FILE)
        items.append(VersionItem(each.entry, words.moment(change.recorded_at), who, change.occasion.reason, item))
    return items


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """One change of the record; ``more`` says what it took back or was taken back by, and its file."""

    number: int
    when: str
    who: str
    what: str
    more: str
    why: str
    is_undone: bool


def log_titles(words: Words) -> tuple[str, ...]:
    """Return the headings of the log: number, when, who, what, why."""
    return (
        words.say(phrases.NUMBER),
        words.say(phrases.WHEN),
        words.say(phrases.WHO),
        words.say("was"),
        words.say(phrases.WHY),
    )


def log_row(change: Change, undone_by: int | None, words: Words) -> LogRow:
    """Return a change as a row of the log; ``undone_by`` is the number of the one that took it back."""
    more = (
        words.say("zurückgenommen durch Nr. {n}", n=undone_by) if undone_by else "",
        words.say("nimmt Nr. {n} zurück", n=change.occasion.undoes) if change.occasion.undoes else "",
        words.say("Datei {name}", name=change.occasion.file) if change.occasion.file else "",
    )
    return LogRow(
        number=change.number,
        when=words.moment(change.recorded_at),
        who=change.actor or "–",
        what=change_tally(change, words),
        more=" · ".join(filter(None, more)),
        why=change.occasion.reason,
        is_undone=bool(undone_by),
    )


def change_tally(change: Change, words: Words) -> str:
    """Return what a change did in a few words: ``Import: 3 neu, 1 berichtigt``."""
    kinds = {
        ChangeKind.SEED: words.say("Anlage"),
        ChangeKind.EDIT: words.say("Bearbeitung"),
        ChangeKind.IMPORT: words.say(phrases.IMPORT),
        ChangeKind.UNDO: words.say("Rücknahme"),
    }
    counts = (
        words.say("{n} neu", n=words.number(change.added)) if change.added else "",
        words.say("{n} berichtigt", n=words.number(change.corrected)) if change.corrected else "",
        words.say("{n} zurückgezogen", n=words.number(change.withdrawn)) if change.withdrawn else "",
    )
    return f"{kinds[change.occasion.kind]}: {', '.join(filter(None, counts))}"
