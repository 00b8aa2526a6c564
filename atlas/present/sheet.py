"""The sheet of a municipality or a district, one or two pages to print and to hand on: everything it says, nothing about how it looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from atlas import phrases
from atlas.analysis.status import StatusLine
from atlas.model.place_names import in_german_order
from atlas.model.programme import OVERVIEW, Counts
from atlas.model.records import source_name
from atlas.model.view import ViewState, page_address
from atlas.present.context import SingleFlightCache, ViewContext
from atlas.present.credits import full_credits, invented, picture_credits
from atlas.present.detail import Entry, InstrumentDetail, build_detail, rung_name, status_sentence
from atlas.present.district import ShareRow, share_rows
from atlas.present.headings import headings
from atlas.present.looks import LegendClass, looks_by_key, looks_of
from atlas.present.municipality import MunicipalityPage, NeighbourRow, NextStep, brief, build_page
from atlas.present.narrative import neighbours_sentence, one_stop, sentences
from atlas.present.population import inhabitants_said, people_percent, speaks_of_people
from atlas.present.time_words import holding_said
from atlas.present.wording import Words

_shares: SingleFlightCache[tuple[ShareRow, ...]] = SingleFlightCache(64)


@dataclass(frozen=True)
class SheetEntry:
    """One record in words, and the number of its source in `FactSheet.sources`; 0 for none."""

    text: str
    source: int


@dataclass(frozen=True)
class SheetStatus:
    """An instrument of which something is documented."""

    label: str
    look: LegendClass
    status: tuple[str, ...]
    """How it stands; where there are several cases, each."""
    entries: tuple[SheetEntry, ...]


@dataclass(frozen=True)
class SheetShare:
    """An instrument in the district and in the whole: ``5 von 33`` and the share of each.

    ``here`` may be empty, and so are the shares of a programme that is not for all.
    """

    label: str
    here: str
    here_share: str
    state: str
    state_share: str
    here_people: str = ""
    state_people: str = ""
    """Shares of inhabitants, on the sheet of a district and where there are any."""


@dataclass(frozen=True)
class SheetSource:
    """A source: what stands there, and the address it leads to, None for a title."""

    text: str
    link: str | None
    brief: str
    """Its host, or a short title, for a narrow column."""


@dataclass(frozen=True)
class SheetPart:
    """A part of the sheet with its heading and, for a table, the headings of its columns."""

    heading: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FactSheet:
    """Everything a sheet says."""

    lang: str
    title: str
    kicker: str
    """Atlas and programme, above the name."""
    name: str
    subtitle: str
    key: str
    day: str
    lead: tuple[str, ...]
    """Paragraphs in whole sentences."""
    parts: dict[str, SheetPart]
    """``status``, ``next``, ``neighbours``, ``shares``, ``sources``, ``legend``; of a district no ``next`` and ``neighbours``."""
    status: tuple[SheetStatus, ...]
    rest: str
    """The line with the instruments of which nothing is known; empty if there are none."""
    next_step: tuple[tuple[str, str], ...]
    """Heading and sentences of what the municipality may be invited to."""
    neighbours: tuple[NeighbourRow, ...]
    notes: tuple[str, ...]
    """What a list of neighbours does not say."""
    shares: tuple[SheetShare, ...]
    sources: tuple[SheetSource, ...]
    credits: tuple[str, ...]
    """For the last paragraph."""
    foot: str
    """The same in one line, for every page."""
    page_pattern: str
    """Has places for ``{page}`` and ``{pages}``."""
    warning: str
    """That data are invented, if they are."""
    address: str
    """Of the municipality's page, empty if not known."""
    address_text: str
    """Says that address."""
    qr_alt: str
    """Describes its QR code."""


def build_sheet(context: ViewContext, position: int, words: Words, home: str = "") -> FactSheet:
    """Return the sheet of the municipality at ``position``; ``home`` is the application's address, empty if unknown."""
    page = build_page(context, position, words)
    detail = page.detail
    lines = context.day.lines[position]
    district = context.edition.district_name(lines[0].district)
    sources = _Sources(words)
    status = tuple(
        _status(context, each, line, sources, words)
        for each, line in zip(detail.instruments, lines, strict=True)
        if each in detail.documented
    )
    is_city = district == detail.name
    unknown = ", ".join(page.undocumented)
    lead = (" ".join(sentences(context, position, words)), neighbours_sentence(context, position, words))
    there = ViewState(programme=context.view.programme, municipality=detail.ags, lang=words.lang)
    return FactSheet(
        **_around(context, detail.name, words, page_address(f"{home}/gemeinde", there) if home else ""),
        subtitle=" · ".join(filter(None, (detail.subtitle, detail.merged_from))),
        key=words.say("Gemeindeschlüssel {ags}", ags=detail.ags),
        lead=tuple(filter(None, lead)),
        parts=_parts(context, page, words, "" if is_city else district),
        status=status,
        rest=words.say("Keine bekannte Aktivität: {list}.", list=unknown) if unknown else "",
        next_step=_next(page.next_step),
        neighbours=tuple(_neighbours(page, district)),
        notes=tuple(map(one_stop, page.notes)),
        shares=tuple(_shares_of(_compared(context, lines[0].district, words), context, words, is_city=is_city)),
        sources=tuple(sources.found),
    )


def build_district_sheet(context: ViewContext, words: Words, home: str = "") -> FactSheet:
    """Return the sheet of the view's district; ``home`` is the application's address, empty if unknown."""
    key = context.district or ""
    every = context.day.municipalities
    members = every[every["district"] == key]
    name = context.edition.district_name(key)
    sources = _Sources(words)
    positions = sorted(members.index.tolist(), key=lambda position: in_german_order(str(members.at[position, "name"])))
    own = {position: _of_member(context, position, sources, words) for position in positions}
    known = tuple(each for each in own.values() if each.status)
    others = ", ".join(each.label for each in own.values() if not each.status)
    area = words.say(phrases.SQUARE_KILOMETRES, km2=words.number(float(members["area_km2"].sum())))
    people = inhabitants_said(context, members.index.tolist(), words)
    there = ViewState(programme=context.view.programme, district=key, lang=words.lang)
    n, total = words.number(len(known)), words.number(len(members))
    return FactSheet(
        **_around(context, name, words, page_address(f"{home}/kreis", there) if home else ""),
        subtitle=" · ".join(filter(None, [words.count(*phrases.N_MUNICIPALITIES, len(members)), area, people])),
        key=words.say("Kreisschlüssel {key}", key=key),
        lead=(words.say("Eigene Einträge gibt es von {n} der {total} Gemeinden.", n=n, total=total),),
        parts=_parts_of_district(context, name, words),
        status=(*_of_district(context, positions, name, sources, words), *known),
        rest=words.say("Ohne eigenen Eintrag: {list}.", list=others) if others else "",
        next_step=(),
        neighbours=(),
        notes=(),
        shares=tuple(_shares_of(_compared(context, key, words), context, words, with_people=True)),
        sources=tuple(sources.found),
    )


def _around(context: ViewContext, name: str, words: Words, address: str) -> dict[str, Any]:
    """Return what every sheet says of itself: title, programme, day, credits, the address of its page."""
    return {
        "lang": words.lang,
        "title": words.say("Steckbrief {name} ({programme})", name=name, programme=context.programme.short),
        "kicker": words.say(
            "Präventionsatlas {state} · {programme}",
            state=words.label(context.programme.territory),
            programme=words.label(context.programme.title),
        ),
        "name": name,
        "day": words.say(phrases.AS_OF_DAY, day=words.day(context.as_of)),
        "credits": full_credits(context, words)[1:],
        "foot": " · ".join(picture_credits(context, words)[:2]),
        "page_pattern": words.say("Seite {page} von {pages}"),
        "warning": " ".join(invented(context, words)),
        "address": address,
        "address_text": words.say(phrases.ALWAYS_CURRENT, page=address.partition("://")[2]) if address else "",
        "qr_alt": words.say("QR-Code mit der Adresse der Seite von {name}", name=name),
    }


def _of_member(context: ViewContext, position: int, sources: _Sources, words: Words) -> SheetStatus:
    """Return what a municipality of a district has of its own, a line for each instrument, and the sources."""
    lines = [line for line in context.day.lines[position] if line.basis in {"direct", "derived"}]
    entries = _entries_of(context, position, {line.instrument for line in lines}, sources, words) if lines else ()
    look = looks_by_key(context.programme, context.spec.layer)[context.spec.classes[position]]
    name = str(context.edition.municipalities.at[position, "name"])
    return SheetStatus(name, look, tuple(brief(context, line, words) for line in lines), entries)


def _of_district(
    context: ViewContext, members: Iterable[int], name: str, sources: _Sources, words: Words
) -> tuple[SheetStatus, ...]:
    """Return what the district itself has, as those of its municipalities know it that have nothing of their own."""
    found = {
        line.instrument: (position, line._replace(basis="direct"))
        for position in members
        for line in context.day.lines[position]
        if line.basis == "district"
    }
    if not found:
        return ()
    entries = [
        entry
        for instrument, (position, _) in found.items()
        for entry in _entries_of(context, position, {instrument}, sources, words)
    ]
    status = tuple(brief(context, line, words) for _, line in found.values())
    look = next(look for look in looks_of(context.programme, OVERVIEW) if look.is_through_district)
    return (SheetStatus(name, look, status, tuple(dict.fromkeys(entries))),)


def _entries_of(
    context: ViewContext, position: int, instruments: set[str], sources: _Sources, words: Words
) -> tuple[SheetEntry, ...]:
    """Return the sources of some instruments of a municipality, each once."""
    found = (
        sources.number(entry)
        for each in build_detail(context, position, words).instruments
        if each.key in instruments
        for entry in each.entries
    )
    return tuple(SheetEntry("", number) for number in dict.fromkeys(found) if number)


def _compared(context: ViewContext, district: str, words: Words) -> tuple[ShareRow, ...]:
    """Return the rows of a district, counted once for all its municipalities."""
    return _shares.get((*context.key, district, words.lang), lambda: share_rows(context, district, words))


class _Sources:
    """The sources of a sheet, each once, numbered from 1."""

    def __init__(self, words: Words) -> None:
        self.found: list[SheetSource] = []
        self._numbers: dict[str, int] = {}
        self._words = words

    def number(self, entry: Entry) -> int:
        """Return the number of an entry's source, 0 without one."""
        if not entry.source:
            return 0
        if entry.source not in self._numbers:
            dated = f" ({entry.source_date})" if entry.source_date else ""
            host = source_name(entry.source) if entry.link else ""
            self.found.append(SheetSource(f"{entry.source}{dated}", entry.link, host))
            self._numbers[entry.source] = len(self.found)
        return self._numbers[entry.source]


def _status(
    context: ViewContext, each: InstrumentDetail, line: StatusLine, sources: _Sources, words: Words
) -> SheetStatus:
    """Return what is documented of an instrument; the ground of what is only implied stands where the records do."""
    programme, plain = context.programme, each.status
    known = plain if len(each.entries) == 1 else ""
    entries = [SheetEntry(_entry(entry, known, words), sources.number(entry)) for entry in each.entries]
    if line.basis == "derived":
        ground = rung_name(programme, line.derived_from, words)
        plain = status_sentence(line._replace(basis="direct"), programme, words)
        entries.append(SheetEntry(words.say("Abgeleitet aus {ground}.", ground=ground), 0))
    standing = each.standing if len(each.standing) > 1 else (plain,)
    return SheetStatus(each.label, each.look, standing, tuple(entries))


def _entry(entry: Entry, status: str, words: Words) -> str:
    """Return ``17.12.2021: unterzeichnet. Gemeinsam: Städtebund Silberberg. Anmerkung.``, less what ``status`` says."""
    texts = {"stage": entry.stage, "since": entry.when}
    plain = {words.say(phrases.STAGE_AND_SINCE, **texts), words.say(phrases.STAGE_SINCE, **texts)}
    parts = [] if status in plain else [f"{entry.when}: {entry.stage}."]
    if entry.until and status not in plain:
        parts.append(words.say("Bis {until}.", until=entry.until))
    if entry.case:
        parts.append(words.say("„{case}“.", case=entry.case))
    if entry.inferred:
        parts.append(words.say("Erschlossen."))
    if entry.holder:
        parts.append(f"({entry.holder})")
    if entry.joint_with:
        parts.append(words.say("Gemeinsam: {body}.", body=entry.joint_with))
    return " ".join([*parts, entry.note]).strip() or f"{entry.when}."


def _parts_of_district(context: ViewContext, name: str, words: Words) -> dict[str, SheetPart]:
    here, state = headings(words, "district")["district"], words.label(context.programme.territory)
    columns = words.say(phrases.MUNICIPALITY), words.say(phrases.STATUS), words.say(phrases.SOURCES)
    return {
        "legend": SheetPart(words.say(phrases.LEGEND)),
        "status": SheetPart(words.say("Gemeinden mit eigenen Einträgen"), columns),
        "shares": SheetPart(_comparison(name, state, words), _columns(context, [here, state], words)),
        "sources": SheetPart(words.say(phrases.SOURCES)),
    }


def _columns(context: ViewContext, places: Iterable[str], words: Words) -> tuple[str, ...]:
    """Return the headings of the comparison: the instrument, and for each place its municipalities and its inhabitants."""
    people = [words.say(phrases.INHABITANTS)] if speaks_of_people(context) else []
    return words.say(phrases.INSTRUMENT), *(title for place in places for title in (place, *people))


def _comparison(place: str, state: str, words: Words) -> str:
    return words.say("{place} und {state} im Vergleich", place=place, state=state)


def _parts(context: ViewContext, page: MunicipalityPage, words: Words, district: str) -> dict[str, SheetPart]:
    column = headings(words, "name", "district")
    state = words.label(context.programme.territory)
    compared = _comparison(district, state, words) if district else words.say("{state} insgesamt", state=state)
    instrument = words.say(phrases.INSTRUMENT)
    return {
        "legend": SheetPart(words.say(phrases.LEGEND)),
        "status": SheetPart(
            words.say("Was dokumentiert ist"), (instrument, words.say(phrases.STATUS), words.say("Angaben und Quellen"))
        ),
        "next": SheetPart(words.say(phrases.POSSIBLE_NEXT_STEP)),
        "neighbours": SheetPart(
            page.detail.neighbour_heading, (column["name"], words.say(phrases.SHARED_BORDER), words.say(phrases.STATUS))
        ),
        "shares": SheetPart(compared, (instrument, *([column["district"]] if district else []), state)),
        "sources": SheetPart(words.say(phrases.SOURCES)),
    }


def _next(step: NextStep | None) -> tuple[tuple[str, str], ...]:
    """Return what comes next as heading and sentences; what is possible at any time in one line."""
    if step is None:
        return ()
    steps = []
    if step.heading:
        steps.append((step.heading, one_stop(f"{step.invitation} {step.companions}".strip())))
    if step.offers:
        steps.append((step.offers_heading, f"{', '.join(label for label, _ in step.offers)}."))
    return tuple(steps)


def _neighbours(page: MunicipalityPage, district: str) -> Iterable[NeighbourRow]:
    """Yield the rows of the page, without a district that is one's own or the town itself."""
    for row in page.neighbours:
        yield replace(row, district="") if row.district in (district, row.name) else row


def _shares_of(
    rows: Iterable[ShareRow], context: ViewContext, words: Words, *, is_city: bool = False, with_people: bool = False
) -> Iterable[SheetShare]:
    """Yield the line of each instrument; of one that counts all so far a second one, with what is in force."""
    has_shares, has_people = context.programme.has_shares, with_people and speaks_of_people(context)
    for row in rows:
        here, here_share = ("", "") if is_city else (row.number[0], row.share)
        state = words.number(len(row.whole.municipalities))
        if has_shares:
            state = words.say(phrases.N_OF_TOTAL, n=state, total=words.number(row.whole.total))
        share = words.percent(row.whole.share) if has_shares else ""
        people = [people_percent(of.people_share, words) if has_people else "" for of in (row.here, row.whole)]
        yield SheetShare(row.label, here, here_share, state, share, *people)
        instrument = context.programme.instrument(row.here.instrument)
        if instrument.counts is Counts.SO_FAR:
            held, whole = (words.number(len(of.in_force)) for of in (row.here, row.whole))
            label = words.say(phrases.OF_WHICH_HOLDING, holding=holding_said([instrument], words))
            yield SheetShare(label, "" if is_city else held, "", whole, "")
