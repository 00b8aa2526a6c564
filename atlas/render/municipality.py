"""The page of a municipality as HTML. Every text from data is escaped by MarkupSafe where it enters."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from atlas.present.detail import InstrumentDetail
from atlas.present.elsewhere import Elsewhere
from atlas.present.looks import Look
from atlas.present.municipality import MunicipalityPage, NeighbourRow, NextStep
from atlas.present.timeline import Axis, Bar
from atlas.present.wording import Words
from atlas.render.html import entry_list, standing, swatch

_EMPTY = Markup()
Address = Callable[[str], str]
"""Gives the address of the page of a municipality, by key."""


def header(page: MunicipalityPage, words: Words) -> Markup:
    """Return name, kind, district and area, and what was merged into it."""
    shown = page.detail
    merged = (
        Markup("<p>{}</p>").format(words.say("mit {names}", names=shown.merged_from)) if shown.merged_from else _EMPTY
    )
    return Markup('<header class="place" data-gemeinde="{}"><h2>{}</h2><p>{}</p>{}</header>').format(
        shown.ags, shown.name, shown.subtitle, merged
    )


def legend(looks: Iterable[Look], words: Words) -> Markup:
    """Return the classes the map shows here, in one line."""
    items = _EMPTY.join(
        Markup("<li>{}{}</li>").format(swatch(look), words.label(look.label)) for look in dict.fromkeys(looks)
    )
    return Markup('<ul class="legend-line" aria-label="{}">{}</ul>').format(words.say("Legende"), items)


def history(page: MunicipalityPage, words: Words) -> Markup:
    """Return the status per instrument, each with its timeline and its dated sources."""
    parts = [_instrument(each, page, words) for each in page.detail.documented]
    if not parts:
        text = words.say("Hier ist keine Aktivität öffentlich dokumentiert. Das heißt nicht, dass es keine gibt.")
        parts = [Markup('<p class="nothing">{}</p>').format(text)]
    elif page.undocumented:
        text = words.say("Nicht dokumentiert: {list}.", list=", ".join(page.undocumented))
        parts.append(Markup('<p class="atlas-small rest">{}</p>').format(text))
    drawn = [bar for bars in page.bars.values() for bar in bars]
    if any(bar.has_ended or not _is_stage(bar) for bar in drawn):
        text = words.say(
            "Zeitleisten: Wo Kreise stehen, ist es erst später belegt und der Beginn unbekannt; unterbrochen gestrichelt ist, "
            "was vermutlich beendet oder nicht weiter belegt ist; ein Strich am Ende heißt beendet."
        )
        parts.append(Markup('<p class="atlas-small rest">{}</p>').format(text))
    return Markup('<article class="detail history">{}</article>').format(_EMPTY.join(parts))


def others(found: Iterable[Elsewhere], address: Callable[[Elsewhere], str], words: Words) -> Markup:
    """Return what other programmes say, each with the way to its page; nothing where none says anything."""
    documented = [each for each in found if each.status]
    if not documented:
        return _EMPTY
    parts = _EMPTY.join(
        Markup('<section><h3><a href="{}" target="_self">{}</a></h3><ul>{}</ul></section>').format(
            address(each),
            each.title,
            _EMPTY.join(Markup("<li>{}: {}</li>").format(label, status) for label, status in each.status),
        )
        for each in documented
    )
    return Markup('<article class="detail others"><h2>{}</h2>{}</article>').format(
        words.say("In anderen Programmen"), parts
    )


def not_here(territory: str, found: Iterable[Elsewhere], address: Callable[[Elsewhere], str], words: Words) -> Markup:
    """Say that a municipality is not part of a programme's territory, with the way to the programmes that know it."""
    known = sorted(found, key=lambda each: not each.status)  # first those in which something is documented
    text = words.say(
        "{name} gehört nicht zum Gebiet dieses Programms ({territory}). Diese Programme umfassen die Gemeinde:",
        name=known[0].name,
        territory=territory,
    )
    items = _EMPTY.join(
        Markup('<li><a href="{}" target="_self">{}</a></li>').format(address(each), each.title) for each in known
    )
    return Markup('<div class="others"><p class="atlas-text">{}</p><ul>{}</ul></div>').format(text, items)


def _instrument(each: InstrumentDetail, page: MunicipalityPage, words: Words) -> Markup:
    return Markup("<section><h3>{}{}</h3>{}{}{}</section>").format(
        swatch(each.look),
        each.label,
        standing(each, words),
        timeline(page.bars.get(each.key, ()), page.axis),
        entry_list(each.entries, words),
    )


def _is_stage(bar: Bar) -> bool:
    """Whether a bar is solid, or hatched as its stage is everywhere."""
    return bar.look.hatch not in {"rings", "plus", "bars", "dashes"}


def timeline(bars: tuple[Bar, ...], axis: Axis) -> Markup:
    """Return bars on years. Hidden from screen readers: the list below says the same in words."""
    if not bars:
        return _EMPTY
    lanes = 1 + max(bar.lane for bar in bars)
    drawn = _EMPTY.join(_bar(bar) for bar in bars)
    ticks = _EMPTY.join(
        Markup('<i class="tick" style="left:{:.2f}%"></i><span style="left:{:.2f}%">{}</span>').format(
            place * 100, place * 100, f"’{year % 100:02d}"
        )
        for year, place in axis.years
    )
    return Markup('<div class="timeline" style="--lanes:{}" aria-hidden="true">{}{}</div>').format(lanes, drawn, ticks)


def _bar(bar: Bar) -> Markup:
    return Markup(
        '<b class="swatch hatch-{}{}{}" style="--fill:{};--line:{};--lane:{};left:{:.2f}%;width:{:.2f}%"></b>'
    ).format(
        bar.look.hatch,
        " paper" if bar.look.on_paper else "",
        " ended" if bar.has_ended else "",
        bar.look.colour,
        bar.look.hatch_colour,
        bar.lane,
        bar.begin * 100,
        max(bar.end - bar.begin, 0.006) * 100,
    )


def next_step(step: NextStep, words: Words) -> Markup:
    """Return the invitation to the next step, and what is possible at any time."""
    parts = []
    if step.heading:
        parts.append(
            Markup('<h3>{}</h3><p class="step">{}</p><p>{}</p>').format(
                words.say("Ein möglicher nächster Schritt"), step.heading, step.invitation
            )
        )
        if step.companions:
            text = words.say("In der Nachbarschaft schon gegangen: {names}.", names=step.companions)
            parts.append(Markup("<p>{}</p>").format(text))
    if step.offers:
        offers = _EMPTY.join(Markup("<li><b>{}.</b> {}</li>").format(label, text) for label, text in step.offers)
        folded = Markup("<details><summary>{}</summary><ul>{}</ul></details>")
        shown = folded if step.heading else Markup("<h3>{}</h3><ul>{}</ul>")
        parts.append(shown.format(words.say("Jederzeit möglich"), offers))
    return Markup('<aside class="next-step">{}</aside>').format(_EMPTY.join(parts)) if parts else _EMPTY


def neighbours(page: MunicipalityPage, address: Address, words: Words) -> Markup:
    """Return the neighbours by shared border as a table, and what else is to say about the neighbourhood."""
    active = sum(row.is_active for row in page.neighbours)
    heading = words.say(
        "{active} von {all} Nachbargemeinden mit dokumentierter Beteiligung",
        active=words.number(active),
        all=words.number(len(page.neighbours)),
    )
    titles = (
        ("number", words.say("Nr.")),
        ("", words.say("Gemeinde")),
        ("number", words.say("gemeinsame Grenze")),
        ("", words.say("Stand")),
    )
    head = _EMPTY.join(Markup('<th scope="col" class="{}">{}</th>').format(*title) for title in titles)
    body = _EMPTY.join(_neighbour(row, address, words) for row in page.neighbours)
    table = (
        Markup(
            '<div class="wide"><table class="list neighbours"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
        ).format(head, body)
        if page.neighbours
        else _EMPTY
    )
    notes = _EMPTY.join(Markup("<li>{}</li>").format(note) for note in page.notes)
    chains = _EMPTY.join(Markup("<li>{}</li>").format(chain) for chain in page.chains)
    nearest = Markup("<h3>{}</h3><ul>{}</ul>").format(words.say("Am nächsten"), chains) if page.chains else _EMPTY
    return Markup('<section class="nearby"><h2>{}</h2>{}{}<ul class="notes">{}</ul></section>').format(
        heading, table, nearest, notes
    )


def _neighbour(row: NeighbourRow, address: Address, words: Words) -> Markup:
    status = Markup("<br>").join(row.status) if row.status else words.say("keine bekannte Aktivität")
    return Markup(
        '<tr data-ags="{}"><td class="number">{}</td><th scope="row"><a href="{}" target="_self">{}</a>'
        '<br><span class="atlas-small">{}</span></th><td class="number">{}<br><span class="atlas-small">{}</span></td>'
        "<td>{}<span>{}</span></td></tr>"
    ).format(
        row.ags,
        row.number,
        address(row.ags),
        row.name,
        row.district if row.district != row.name else "",
        words.say("{km} km", km=words.number(row.border_km, 1)),
        words.percent(row.share),
        swatch(row.look),
        status,
    )
