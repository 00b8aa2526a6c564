"""What is documented about a municipality, in whole sentences: for captions, alternative texts and sheets.

The sentences are made from facts only: place, instrument, stage, date, joint body, neighbours. Notes of the record are
never quoted, they may name persons. What is not documented is said as that, never as "does not take part".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atlas import phrases
from atlas.analysis.status import NO_DATA, StatusLine
from atlas.model.boundaries import INDEPENDENT_CITIES, mergers
from atlas.model.dates import PartialDate
from atlas.model.place_names import in_german_order
from atlas.model.states import State
from atlas.phrases import N_
from atlas.present.context import ViewContext
from atlas.present.credits import invented
from atlas.present.detail import case_lines, roughly, status_sentence, unique_names
from atlas.present.since import ENDED, HOLDS, LAPSED, OVER, said, since_of
from atlas.present.time_words import until_said
from atlas.present.wording import Words


def lasting_alt_text(title: str, words: Words) -> str:
    """Return the description of an image that shows the day it is looked at: without what holds today."""
    plain = title.rstrip(".")
    return words.say("Karte. {title}. Immer der aktuelle Stand; Einzelheiten auf der verlinkten Seite.", title=plain)


def caption(context: ViewContext, position: int, words: Words) -> str:
    """Return a caption for a picture of a municipality with its neighbours: three short paragraphs, and credits."""
    name = context.day.lines[position][0].name
    lead = words.say(
        "Karte: {programme} in und um {name}, Stand {day}.",
        programme=context.programme.short,
        name=name,
        day=words.day(context.as_of),
    )
    documented = " ".join(sentences(context, position, words))
    reach = words.say(
        "Dargestellt ist, was öffentlich dokumentiert ist. Kein Eintrag heißt nicht, dass es keine Aktivität gibt."
    )
    sources = words.say(
        "{source}. Grenzen: {attribution}.",
        source=words.label(context.programme.source_line),
        attribution=context.edition.provenance.attribution,
    )
    near = neighbours_sentence(context, position, words)
    parts = (lead, documented, near, reach, sources, *invented(context, words))
    return "\n\n".join(" ".join(part.split()) for part in parts if part)


def sentences(context: ViewContext, position: int, words: Words) -> tuple[str, ...]:
    """Return what is documented about a municipality, a sentence for each of its cases, in the programme's order.

    Where an end is presumed by the atlas's own rule, a last one says so.
    """
    lines = [line for line in context.day.lines[position] if line.stage != NO_DATA]
    own = list(case_lines(context, position))
    # What is only implied is already said by what implies it, unless that is no longer in force.
    own = own or [("", line) for line in lines if line.basis == "derived"]
    own_sentences = list(_told(context, position, own, words))
    through = [_of_district(context, line, words) for line in lines if line.basis == "district"]
    if not own:
        own_sentences.append(_nothing(context, position, words, is_only_own=bool(through)))
    return (*own_sentences, *through, *_rule(context, [line for _, line in own], words))


def _rule(context: ViewContext, lines: Sequence[StatusLine], words: Words) -> Iterator[str]:
    """Yield whose rule it is that something told is presumed over, if it is the atlas's own."""
    ruled = {
        since_of(line).kind
        for line in lines
        if context.programme.rung(f"{line.instrument}:{line.stage}").stage.is_house_rule
    }
    if OVER in ruled:
        yield words.say(
            "Was ohne weiteren Beleg bleibt, gilt nach einer Regel des Atlas als beendet, wo keine Dauer veröffentlicht ist."
        )
    if LAPSED in ruled:
        yield words.say(
            "Ein Plan ohne weiteren Beleg gilt nach einer Regel des Atlas nach einiger Zeit nicht mehr als Plan."
        )


def _nothing(context: ViewContext, position: int, words: Words, *, is_only_own: bool) -> str:
    text = N_("Für {place} ist keine Aktivität öffentlich dokumentiert. Das heißt nicht, dass es keine gibt.")
    if is_only_own:
        text = N_(
            "Für {place} selbst ist keine Aktivität öffentlich dokumentiert. Das heißt nicht, dass es keine gibt."
        )
    return words.say(text, place=place(context, position, words))


def _told(context: ViewContext, position: int, cases: Sequence[tuple[str, StatusLine]], words: Words) -> Iterator[str]:
    """Yield a sentence for each case; the second and later ones of the same place begin with a pronoun."""
    before = ""
    former = {change.old_ags: change.old_name for change in mergers(context.changes)}
    for case, line in cases:
        name = former.get(line.participant, "") if line.participant != line.ags else ""
        who = place(context, position, words)
        if name:
            who = words.say("die frühere Gemeinde {name} (heute {successor})", name=name, successor=line.name)
        subject = words.say("sie") if who == before else who
        clause = _clause(context, position, line, words, case)
        if clause:
            before = who
            yield sentence(f"{subject} {clause}")
        else:
            before = ""
            yield _plainly(context, line, who, words, case)


def _plainly(context: ViewContext, line: StatusLine, who: str, words: Words, case: str = "") -> str:
    """Return a sentence for a stage of which the programme does not say how it is told, or that does not hold."""
    label = words.label(context.programme.instrument(line.instrument).label)
    what = words.say(phrases.NAME_WITH_CASE, name=label, case=case) if case else label
    status = status_sentence(line, context.programme, words, with_rule=False)
    return sentence(
        words.say("für {place} ist dokumentiert: {what}, {status}", place=who, what=what, status=status)
        + (f", {joint}" if (joint := joint_phrase(context, line, words)) else "")
    )


def _of_district(context: ViewContext, line: StatusLine, words: Words) -> str:
    name = context.edition.district_name(line.district)
    clause = _clause(context, None, line, words)
    if clause:
        return sentence(words.say("der {district}", district=name) + f" {clause}")
    return _plainly(context, line, words.say("den {district}", district=name), words)


def _clause(context: ViewContext, position: int | None, line: StatusLine, words: Words, case: str = "") -> str:
    """Return what stands behind the subject; empty if the programme's stage has no telling, or it can't be told so.

    That is: if it is only implied or documented later; and what is over, unless its telling says what happened on a day.
    """
    telling = context.programme.rung(f"{line.instrument}:{line.stage}").stage.telling
    since_ = since_of(line)
    is_over = since_.kind in {OVER, ENDED} and telling is not None and "{when}" in telling.de
    if telling is None or line.basis == "derived" or (since_.kind != HOLDS and not is_over):
        return ""
    values = {
        "{when}": when(line.since, line.since_means, words),
        "{since}": since(line.since, line.since_means, words),
        "{on_record}": on_record(line, words),
        "{joint}": joint_phrase(context, line, words) if position is not None else "",
    }
    # One pass over the programme's own text: what is put in is never looked at again.
    filled = re.sub(r"\{[^}]*\}", lambda place: values.get(place[0], place[0]), words.label(telling))
    clause = " ".join(filled.split()).replace(" ,", ",")
    clause = words.say(phrases.NAME_WITH_CASE, name=clause, case=case) if case else clause
    if is_over:
        return f"{clause}; {said(since_, words)}"
    return f"{clause}; {until_said(line.until, words)}" if line.until and line.state == State.IN_FORCE else clause


def sentence(text: str) -> str:
    """Return a text as a sentence: a capital first, one full stop at its end (``Auerbach/Vogtl.`` brings its own)."""
    return one_stop(f"{text[:1].upper()}{text[1:]}.")


def one_stop(text: str) -> str:
    """Return a text without the second full stop that follows an abbreviation at its end."""
    return text[:-1] if text.endswith(("..", "….")) else text


def place(context: ViewContext, position: int, words: Words) -> str:
    """Return ``die Stadt Crimmitschau``, ``die Gemeinde Fraureuth``, ``die Stadt Wehlen``."""
    row = context.edition.municipalities.loc[position]
    name, kind = str(row["name"]), str(row["kind"])
    if name.startswith(("Stadt ", "Gemeinde ")):
        return words.say("die {name}", name=name)
    if kind in INDEPENDENT_CITIES:
        return words.say("die Stadt {city}", city=name)
    if kind == "Gemeindefreies Gebiet":
        return words.say("das gemeindefreie Gebiet {name}", name=name)
    return words.say("die Stadt {name}", name=name) if kind == "Stadt" else words.say("die Gemeinde {name}", name=name)


def when(text: str, means: str, words: Words) -> str:
    """Return ``am 17.12.2021``, ``im Juni 2021``, ``im Jahr 2021``, ``spätestens 2022``; empty without a date."""
    if not text:
        return ""
    known = PartialDate.parse(text)
    if known.day is not None:
        exact, limit = N_("am {day}"), N_("spätestens am {day}")
    elif known.month is not None:
        exact, limit = N_("im {month}"), N_("spätestens im {month}")
    else:
        exact, limit = N_("im Jahr {year}"), N_("spätestens {year}")
    chosen, date_text = exact if means == "reached" else limit, words.partial(text)
    return words.say(chosen, day=date_text, month=date_text, year=date_text)


def since(text: str, means: str, words: Words) -> str:
    """Return ``seit dem 17.12.2021``, ``seit Juni 2021``, ``spätestens seit 2022``; empty without a date."""
    if not text:
        return ""
    exact, limit = N_("seit {when}"), N_("spätestens seit {when}")
    if PartialDate.parse(text).day is not None:
        exact, limit = N_("seit dem {day}"), N_("spätestens seit dem {day}")
    chosen, date_text = exact if means == "reached" else limit, words.partial(text)
    return words.say(chosen, day=date_text, when=date_text)


def on_record(line: StatusLine, words: Words) -> str:
    """Return ``(Stand 22.07.2022)``: when something planned was on record; without a date when that was read."""
    if line.since:
        return words.say("(Stand {day})", day=words.partial(line.since))
    return f"({words.since('', 'undated', line.read_on)})"


def joint_phrase(context: ViewContext, line: StatusLine, words: Words) -> str:
    """Return ``gemeinsam mit Lengenfeld und Rodewisch (Göltzschtal-Städte)``; empty if it is not a joint matter."""
    if not line.joint_with:
        return ""
    joint = context.day.cases[context.day.cases["joint_with"] == line.joint_with]
    partners = set(joint["name"][(joint["instrument"] == line.instrument) & (joint["ags"] != line.ags)])
    if not partners:
        return words.say("über den Verbund „{body}“", body=line.joint_with)
    names = words.listed(sorted(partners, key=in_german_order))
    return words.say("gemeinsam mit {names} ({body})", names=names, body=line.joint_with)


def neighbours_sentence(context: ViewContext, position: int, words: Words, most: int | None = None) -> str:
    """Return for how many neighbours taking part is documented, and which; empty if there are none.

    At most ``most`` are named, those with the longest border first.
    """
    near = [each.position for each in context.day.hood.lines[position]]
    active = [each for each in near if each in context.day.active]
    if not near:
        return ""
    if len(near) == 1:
        text = N_("Für die einzige Nachbargemeinde, {name}, ist keine Beteiligung öffentlich dokumentiert.")
        if active:
            text = N_("Für die einzige Nachbargemeinde, {name}, ist eine Beteiligung dokumentiert.")
        return roughly(context, words.say(text, name=unique_names(context, near)[0]), words)
    text = N_("Für {n} der {total} Nachbargemeinden ist eine Beteiligung dokumentiert: {names}")
    if not active:
        text = N_("Für keine der {total} Nachbargemeinden ist eine Beteiligung öffentlich dokumentiert")
    elif len(active) == len(near):
        text = N_("Für alle {total} Nachbargemeinden ist eine Beteiligung dokumentiert: {names}")
    elif len(active) == 1:
        text = N_("Für eine der {total} Nachbargemeinden ist eine Beteiligung dokumentiert: {names}")
    names = _few(unique_names(context, active), most, words)
    said = words.say(text, n=words.number(len(active)), total=words.number(len(near)), names=names)
    return roughly(context, sentence(said), words)


def _few(names: list[str], most: int | None, words: Words) -> str:
    """Return ``A, B und C``, or the first ``most`` and how many more there are."""
    if most is None or len(names) <= most:
        return words.listed(names)
    return words.say(phrases.NAMES_AND_N_MORE, names=", ".join(names[:most]), n=words.number(len(names) - most))
