"""Follow-ups and reports as HTML. What people wrote is hostile until proven otherwise: escaped, never markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from atlas.model.cases import FollowUp, Report
from atlas.present.follow_ups import DueRow, due_said
from atlas.present.wording import Words

_EMPTY = Markup()


def due_list(rows: Iterable[DueRow], address: Callable[[str], str], words: Words) -> Markup:
    """Return next steps as a table; each municipality leads to ``address`` of its key."""
    titles = (words.say("Gemeinde"), words.say("nächster Schritt"), words.say("fällig"))
    head = _EMPTY.join(Markup('<th scope="col">{}</th>').format(title) for title in titles)
    body = _EMPTY.join(_due(row, address(row.ags), words) for row in rows)
    return Markup(
        '<div class="wide"><table class="list due"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, body)


def _due(row: DueRow, address: str, words: Words) -> Markup:
    due = words.day(row.written.due) if row.written.due else words.say("ohne Frist")
    said = due_said(row, words)
    return Markup(
        '<tr data-ags="{}"><th scope="row"><a href="{}" target="_self">{}</a>{}</th>'
        '<td class="written" lang="de">{}</td><td class="when{}">{}{}</td></tr>'
    ).format(
        row.ags,
        address,
        row.name,
        _small(row.district) if row.district != row.name else _EMPTY,
        row.written.step,
        " late" if row.is_late else "",
        due,
        _small(said) if said else _EMPTY,
    )


def _small(text: str) -> Markup:
    return Markup('<br><span class="atlas-small">{}</span>').format(text)


def written(shown: FollowUp, words: Words) -> Markup:
    """Return what a follow-up says: next step with its date, and the note."""
    due = words.say("fällig am {day}", day=words.day(shown.due)) if shown.due else words.say("ohne Frist")
    step = (
        Markup('<p class="written" lang="de">{}</p><p class="atlas-small">{}</p>').format(shown.step, due)
        if shown.step
        else Markup('<p class="atlas-small">{}</p>').format(words.say("Kein nächster Schritt."))
    )
    note = Markup('<p class="written" lang="de">{}</p>').format(shown.note) if shown.note else _EMPTY
    return Markup('<div class="case">{}{}</div>').format(step, note)


def versions(shown: Iterable[FollowUp], words: Words) -> Markup:
    """Return the versions of a follow-up as a list: when, by whom, what."""
    items = _EMPTY.join(
        Markup('<li><p class="atlas-small"><b>{}</b> · {}</p>{}</li>').format(
            words.moment(each.recorded_at) if each.recorded_at else "", each.actor, written(each, words)
        )
        for each in shown
    )
    return Markup('<ol class="versions">{}</ol>').format(items)


def report(shown: Report, name: str, address: str, words: Words) -> Markup:
    """Return a report for those who answer it, with its answer if it has one."""
    received = words.say("eingegangen am {moment}", moment=words.moment(shown.received_at))
    told = (
        Markup('<blockquote class="written" lang="de">{}</blockquote>').format(shown.text)
        if shown.text
        else Markup('<p class="atlas-small">{}</p>').format(
            words.say("Der Text der Meldung ist nach Ablauf der Frist gelöscht.")
        )
    )
    return Markup(
        '<article class="case"><h3><a href="{}" target="_self">{}</a></h3><p class="atlas-small">{} · {}</p>{}{}</article>'
    ).format(address, name, received, shown.receipt, told, _answer(shown, words))


def _answer(shown: Report, words: Words) -> Markup:
    if shown.answer is None or shown.answered_at is None:
        return _EMPTY
    return Markup('<p class="atlas-small"><b>{}</b> · {}{}</p><p class="written" lang="de">{}</p>').format(
        verdict(shown, words), words.moment(shown.answered_at), f" · {shown.actor}" if shown.actor else "", shown.answer
    )


def verdict(shown: Report, words: Words) -> str:
    """Return what became of a report in a word or two."""
    if shown.answer is None:
        return words.say("Wird geprüft")
    return words.say("Berichtigt") if shown.is_accepted else words.say("Nicht übernommen")


def outcome(shown: Report, name: str, words: Words) -> Markup:
    """Return what became of a report for who has its receipt: no text of the report, nobody's name."""
    received = words.say(
        "Meldung zu {name}, eingegangen am {moment}", name=name, moment=words.moment(shown.received_at)
    )
    if shown.answer is None or shown.answered_at is None:
        answer = Markup("<p>{}</p>").format(words.say("Die Meldung ist eingegangen und noch nicht beantwortet."))
    else:
        answer = Markup('<p class="atlas-small">{}</p><p class="written" lang="de">{}</p>').format(
            words.say("beantwortet am {moment}", moment=words.moment(shown.answered_at)), shown.answer
        )
    return Markup(
        '<div class="case outcome" role="status"><p><b>{}</b></p><p class="atlas-small">{}</p>{}</div>'
    ).format(verdict(shown, words), received, answer)


def correction_asked(words: Words) -> Markup:
    """Return the badge of a municipality somebody has reported an error of."""
    return Markup('<p class="asked"><span>{}</span> {}</p>').format(
        words.say("Korrektur angefragt"),
        words.say("Zu diesen Angaben ist eine Meldung eingegangen, die noch geprüft wird."),
    )
