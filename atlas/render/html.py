"""Descriptions as HTML for the page. Every text from data is escaped by MarkupSafe where it enters."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

import pandas as pd
from markupsafe import Markup

from atlas.model.programme import Programme
from atlas.model.records import web_address
from atlas.model.view import ViewState, view_to_query
from atlas.present.detail import Detail, Entry, InstrumentDetail
from atlas.present.looks import Look, looks_of
from atlas.present.wording import Words

_EMPTY = Markup()


def swatch(look: Look) -> Markup:
    """Return a small square in colour and hatch of a look."""
    return Markup('<i class="swatch hatch-{}{}" style="--fill:{};--line:{}" aria-hidden="true"></i>').format(
        look.hatch, " paper" if look.on_paper else "", look.colour, look.hatch_colour
    )


def detail(shown: Detail, words: Words) -> Markup:
    """Return what is known about a municipality, instrument by instrument, with its sources."""
    parts = [Markup("<header><h2>{}</h2><p>{}</p>").format(shown.name, shown.subtitle)]
    if shown.merged_from:
        parts.append(Markup("<p>{}</p>").format(words.say("mit {names}", names=shown.merged_from)))
    parts.append(Markup("</header>"))
    if not shown.documented:
        parts.append(
            Markup('<p class="nothing">{}</p>').format(
                words.say("Hier ist keine Aktivität öffentlich dokumentiert. Das heißt nicht, dass es keine gibt.")
            )
        )
    parts += [_instrument(each, words) for each in shown.documented]
    parts.append(_neighbours(shown, words))
    return Markup('<article class="detail" data-gemeinde="{}">{}</article>').format(shown.ags, _EMPTY.join(parts))


def _instrument(each: InstrumentDetail, words: Words) -> Markup:
    return Markup("<section><h3>{}{}</h3>{}{}</section>").format(
        swatch(each.look), each.label, standing(each, words), entry_list(each.entries, words)
    )


def standing(each: InstrumentDetail, words: Words) -> Markup:
    """Return how an instrument stands; where there are several cases, each by its name."""
    if not each.cases:
        return Markup('<p class="status">{}</p>').format(each.status)
    told = (words.say("{name}: {status}", name=case.name, status=case.status) for case in each.cases)
    return _EMPTY.join(Markup('<p class="status">{}</p>').format(text) for text in told)


def entry_list(entries: Iterable[Entry], words: Words) -> Markup:
    """Return records as a list: when, stage, joint body, note and dated source; nothing if there are none."""
    items = _EMPTY.join(_entry(entry, words) for entry in entries)
    return Markup("<ul>{}</ul>").format(items) if items else _EMPTY


def _entry(entry: Entry, words: Words) -> Markup:
    said = Markup('<li><span class="when">{}</span> {}').format(entry.when, entry.stage)
    if entry.until:
        said += Markup(" {}").format(words.say("bis {until}", until=entry.until))
    if entry.case:
        said += Markup(" · <i>{}</i>").format(entry.case)
    if entry.inferred:
        said += Markup(" · {}").format(words.say("erschlossen"))
    if entry.joint_with:
        said += Markup(" · {}").format(words.say("gemeinsam: {body}", body=entry.joint_with))
    if entry.holder:
        said += Markup(" · {}").format(words.say("Eintrag von {holder}", holder=entry.holder))
    if entry.note:
        said += Markup('<br><span class="note" lang="de">{}</span>').format(entry.note)
    return said + Markup("<br>{}</li>").format(
        source_link(entry.source, entry.link, words.say("Quelle") + ": ", entry.source_date)
    )


def source_link(source: str, link: str | None, before: str, dated: str = "") -> Markup:
    """Return a source as a link that opens a new tab, or as text where it is a title or no safe address."""
    dating = f" ({dated})" if dated else ""
    if link is None:
        return Markup('<span class="source">{}{}{}</span>').format(before, source, dating)
    host = link.split("/")[2].removeprefix("www.")
    return Markup('<a class="source" href="{}" target="_blank" rel="noopener noreferrer">{}{}{}</a>').format(
        link, before, host, dating
    )


def _neighbours(shown: Detail, words: Words) -> Markup:
    heading = words.say(
        "{active} von {all} Nachbargemeinden mit dokumentierter Beteiligung",
        active=words.number(len(shown.neighbours)),
        all=words.number(shown.neighbour_count),
    )
    rows = _EMPTY.join(
        Markup("<li><b>{}</b> <span>{}</span><br>{}</li>").format(
            line.name, words.say("{km} km Grenze", km=words.number(line.border_km, 1)), line.status
        )
        for line in shown.neighbours
    )
    return Markup('<section class="neighbours"><h3>{}</h3><ul>{}</ul></section>').format(heading, rows)


def list_table(rows: pd.DataFrame, headings: dict[str, str]) -> Markup:
    """Return a list as a real table: one row each, sources as links; columns that are empty throughout are left out.

    A name may be `Markup`: links to pages.
    """
    columns = [column for column in headings if (rows[column].astype(str) != "").any()]
    head = _EMPTY.join(Markup('<th scope="col">{}</th>').format(headings[column]) for column in columns)
    body = _EMPTY.join(
        Markup("<tr>{}</tr>").format(_EMPTY.join(_cell(column, row[column]) for column in columns))
        for row in rows.to_dict("records")
    )
    return Markup('<table class="list"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(head, body)


def _cell(column: str, value: object) -> Markup:
    text = value if isinstance(value, str) else str(value)
    if column == "name":
        return Markup('<th scope="row">{}</th>').format(text)
    if column == "source" and text:
        return Markup("<td>{}</td>").format(source_link(text, web_address(text), ""))
    if column == "note":  # the record speaks German
        return Markup('<td lang="de">{}</td>').format(text)
    return Markup("<td>{}</td>").format(text)


def glossary(programme: Programme, words: Words) -> Markup:
    """Return every instrument with its definition and the looks of its stages."""
    items = _EMPTY.join(
        Markup("<dt>{}</dt><dd>{}<br>{}</dd>").format(
            words.label(instrument.label),
            words.label(instrument.definition),
            _EMPTY.join(
                Markup('<span class="look">{} {}</span>').format(swatch(look), words.label(look.label))
                for look in looks_of(programme, instrument.key)[1:]
                if look.key.partition("~")[0] in {stage.key for stage in instrument.stages}
                and look.key.rpartition("~")[2] not in {"district", "uncounted"}
            ),
        )
        for instrument in programme.instruments
    )
    return Markup('<dl class="glossary">{}</dl>').format(items)


def file_links(table: str, view: ViewState, words: Words) -> Markup:
    """Return links to a table as files, by its name below ``/atlas``; the view goes with it."""
    forms = (("excel", words.say("Tabelle als CSV für Excel")), ("csv", words.say("Tabelle als CSV")))
    links = _EMPTY.join(
        Markup('<a class="atlas-copy" download href="atlas/{}.csv?{}">{}</a>').format(
            table, urlencode(view_to_query(view) | {"form": form}), label
        )
        for form, label in forms
    )
    return Markup('<p class="atlas-files">{}</p>').format(links)
