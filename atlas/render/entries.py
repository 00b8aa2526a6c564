"""Entries, their history and the log as HTML. Texts of people are escaped, never markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from atlas.analysis.columns import HEADINGS
from atlas.model.edits import RECORD_FIELDS, Add, Change, ChangeKind, Edit, Record, Version, Withdraw
from atlas.model.programme import Programme
from atlas.model.records import web_address
from atlas.present.entries import as_written, rung_label
from atlas.present.wording import Words

_EMPTY = Markup()


def entry(record: Record, programme: Programme, words: Words, holder: str = "") -> Markup:
    """Return what an entry says; ``holder`` names whose it is where that is not clear from the page."""
    label = rung_label(programme, (record.instrument, record.status), words)
    written = as_written(record, words)
    when = words.since(record.date, record.date_means or "reached") if record.date else words.say("undatiert")
    until = words.say("bis {day}", day=written.until) if record.until else ""
    joint = words.say("gemeinsam mit {name}", name=record.joint_with) if record.joint_with else ""
    case = words.say("Fall: {name}", name=record.case) if record.case else ""
    inferred = words.say("erschlossen") if record.inferred else ""
    about = " · ".join(filter(None, (holder, when, until, joint, case, inferred)))
    note = Markup('<p class="written" lang="de">{}</p>').format(record.note) if record.note else _EMPTY
    read = words.say("gelesen {day}", day=written.retrieved) if record.retrieved else ""
    days = ", ".join(filter(None, (written.source_date, read)))
    day = f" ({days})" if days else ""
    source = words.say("Quelle: {source}", source="")
    return Markup(
        '<div class="case"><p><b>{}</b></p><p class="atlas-small">{}</p>{}<p class="atlas-small source">{}{}{}</p></div>'
    ).format(label, about, note, source, _source(record.source_url), day)


def _source(source: str) -> Markup:
    link = web_address(source)
    if link is None:
        return Markup("{}").format(source)
    return Markup('<a href="{}" target="_blank" rel="noreferrer">{}</a>').format(link, source)


def versions(shown: Iterable[Version], programme: Programme, words: Words, before: Iterable[Version] = ()) -> Markup:
    """Return versions of entries, newest first: who, when, why, and what became of it.

    What a version has changed is told by the one before it, if that is among the shown or in ``before``.
    """
    newest_first = sorted(shown, key=lambda each: (-each.change.number, each.entry))
    former = {(each.entry, each.version + 1): each for each in (*newest_first, *before)}
    items = _EMPTY.join(
        Markup('<li data-entry="{}"><p class="atlas-small">{}</p>{}</li>').format(
            each.entry,
            occasion(each.change, words),
            _what_became(each, former.get((each.entry, each.version)), programme, words),
        )
        for each in newest_first
    )
    return Markup('<ol class="versions">{}</ol>').format(items)


def edits(shown: Iterable[Edit], before: Mapping[int, Record], programme: Programme, words: Words) -> Markup:
    """Return edits that are not saved yet as a list; ``before`` has the entries they change, by number."""
    items = _EMPTY.join(Markup("<li>{}</li>").format(_edit(each, before, programme, words)) for each in shown)
    return Markup('<ol class="versions">{}</ol>').format(items)


def _edit(edit: Edit, before: Mapping[int, Record], programme: Programme, words: Words) -> Markup:
    if isinstance(edit, Add):
        return _line(words.say("neu"), "") + entry(edit.record, programme, words, edit.record.municipality)
    old, name = before[edit.entry], words.say("Eintrag {n}", n=edit.entry)
    if isinstance(edit, Withdraw):
        return _line(words.say("zurückgezogen"), name) + entry(old, programme, words, old.municipality)
    return _line(words.say("berichtigt"), name) + difference(old, edit.record, programme, words)


def _what_became(now: Version, before: Version | None, programme: Programme, words: Words) -> Markup:
    name = words.say("Eintrag {n}", n=now.entry)
    if now.is_withdrawn:
        return _line(words.say("zurückgezogen"), name) + entry(now.record, programme, words, now.record.municipality)
    if before is None or before.is_withdrawn:
        return _line(words.say("neu"), name) + entry(now.record, programme, words, now.record.municipality)
    return _line(words.say("berichtigt"), name) + difference(before.record, now.record, programme, words)


def _line(what: str, name: str) -> Markup:
    return Markup('<p><span class="kind">{}</span> {}</p>').format(what, name)


def difference(before: Record, now: Record, programme: Programme, words: Words) -> Markup:
    """Return in a list what is another in an entry: old and new of each field; what it is about in front."""
    old, new = as_written(before, words), as_written(now, words)
    label = rung_label(programme, (now.instrument, now.status), words)
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in RECORD_FIELDS}
    for name in ("instrument", "status"):
        if pairs[name][0] != pairs[name][1]:
            pairs.pop("instrument")
            pairs["status"] = (rung_label(programme, (before.instrument, before.status), words), label)
            break
    rows = _EMPTY.join(
        Markup("<dt>{}</dt><dd><del>{}</del> → <ins>{}</ins></dd>").format(
            words.label(HEADINGS[name]), _value(name, was, words), _value(name, becomes, words)
        )
        for name, (was, becomes) in pairs.items()
        if was != becomes
    )
    return Markup('<div class="case"><p><b>{}</b> · {}</p><dl class="becomes">{}</dl></div>').format(
        label, now.municipality, rows
    )


def _value(name: str, text: str, words: Words) -> str:
    """Return what a field says where it is shown by itself."""
    spoken = {
        ("inferred", "yes"): words.say("ja"),
        ("date_means", "reached"): words.say("erreicht"),
        ("date_means", "known_by"): words.say("spätestens"),
    }
    return spoken.get((name, text), text) or words.say("leer")


def occasion(change: Change, words: Words) -> Markup:
    """Return when, by whom and why a change was made, in one line."""
    who = change.actor or words.say("Anlage aus der Datei")
    told = Markup("<b>{}</b> · {}").format(words.moment(change.recorded_at), who)
    if change.occasion.reason:
        told += Markup(" · <q>{}</q>").format(change.occasion.reason)
    return told


def changes(shown: Sequence[Change], undone: Mapping[int, int], words: Words) -> Markup:
    """Return the log as a table, in the order given; ``undone`` says which change took one back."""
    titles = (words.say("Nr."), words.say("wann"), words.say("wer"), words.say("was"), words.say("warum"))
    head = _EMPTY.join(
        Markup('<th scope="col"{}>{}</th>').format(_EMPTY if number else Markup(' class="number"'), title)
        for number, title in enumerate(titles)
    )
    body = _EMPTY.join(_change(each, undone.get(each.number), words) for each in shown)
    return Markup(
        '<div class="wide"><table class="list log"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, body)


def _change(change: Change, undone_by: int | None, words: Words) -> Markup:
    more = [
        words.say("zurückgenommen durch Nr. {n}", n=undone_by) if undone_by else "",
        words.say("nimmt Nr. {n} zurück", n=change.occasion.undoes) if change.occasion.undoes else "",
        words.say("Datei {name}", name=change.occasion.file) if change.occasion.file else "",
    ]
    small = " · ".join(filter(None, more))
    return Markup(
        '<tr{}><th scope="row" class="number">{}</th><td class="when">{}</td><td class="written">{}</td><td>{}{}</td>'
        '<td class="written" lang="de">{}</td></tr>'
    ).format(
        Markup(' class="undone"') if undone_by else _EMPTY,
        change.number,
        words.moment(change.recorded_at),
        change.actor or "–",
        tally(change, words),
        Markup('<br><span class="atlas-small">{}</span>').format(small) if small else _EMPTY,
        change.occasion.reason,
    )


def tally(change: Change, words: Words) -> str:
    """Return what a change did in a few words: ``Einfuhr: 3 neu, 1 berichtigt``."""
    kinds = {
        ChangeKind.SEED: words.say("Anlage"),
        ChangeKind.EDIT: words.say("Bearbeitung"),
        ChangeKind.IMPORT: words.say("Einfuhr"),
        ChangeKind.UNDO: words.say("Rücknahme"),
    }
    counts = (
        words.say("{n} neu", n=words.number(change.added)) if change.added else "",
        words.say("{n} berichtigt", n=words.number(change.corrected)) if change.corrected else "",
        words.say("{n} zurückgezogen", n=words.number(change.withdrawn)) if change.withdrawn else "",
    )
    return f"{kinds[change.occasion.kind]}: {', '.join(filter(None, counts))}"
