"""The page of a district as HTML. Every text from data is escaped by MarkupSafe where it enters."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from atlas.model.view import ViewState
from atlas.present.district import DistrictPage, DistrictRow, GroupRow, ShareRow, SpotRow
from atlas.present.wording import Words

_EMPTY = Markup()
_FIRST = 12
"""So many white spots are shown at once; the others on request."""
ViewAddress = Callable[[str, ViewState], str]
"""Gives the address of a page in a view."""


def header(page: DistrictPage) -> Markup:
    """Return name, number of municipalities and area."""
    return Markup('<header class="place" data-kreis="{}"><h2>{}</h2><p>{}</p></header>').format(
        page.key or "", page.name, page.subtitle
    )


def shares(page: DistrictPage, address: ViewAddress, words: Words) -> Markup:
    """Return the share per instrument, in the district beside the state; every number leads to its list."""
    titles = [words.say("Baustein"), words.say("Gemeinden"), *([words.say("Anteil")] if page.has_shares else [])]
    if page.key:
        titles.append(page.whole)
    body = _EMPTY.join(_share(row, page, address, words) for row in page.shares)
    note = words.say("Darunter: Vorgänge; gemeinsame mehrerer Gemeinden zählen einmal.")
    return _table("shares", titles, body) + Markup('<p class="atlas-small">{}</p>').format(note)


def _share(row: ShareRow, page: DistrictPage, address: ViewAddress, words: Words) -> Markup:
    here, whole = row.here, row.whole
    number, all_ = words.number(len(here.municipalities)), words.number(len(whole.municipalities))
    bar = _EMPTY
    if page.has_shares:
        number, all_ = (
            words.say("{n} von {total}", n=number, total=words.number(here.total)),
            words.percent(whole.share),
        )
        mark = Markup('<i class="mark" style="left:{:.1f}%"></i>').format(whole.share * 100) if page.key else _EMPTY
        bar = Markup(
            '<td class="share"><span>{}</span><span class="bar" aria-hidden="true"><b style="width:{:.1f}%"></b>{}</span></td>'
        ).format(words.percent(here.share), here.share * 100, mark)
    told = _door(number, address("", row.behind) if len(here.municipalities) else "")
    state = Markup('<td class="number">{}</td>').format(all_) if page.key else _EMPTY
    beside = _EMPTY.join(
        Markup('<br><span class="atlas-small">{}</span>').format(_door(text, address("", view) if view else ""))
        for text, view in row.beside
    )
    return Markup(
        '<tr><th scope="row">{}</th><td class="number">{}<br><span class="atlas-small">{}</span>{}</td>{}{}</tr>'
    ).format(row.label, told, row.arrangements, beside, bar, state)


def _door(number: str, address: str) -> Markup | str:
    """Return a number as a link to the list behind it; plain where there is none."""
    return Markup('<a href="{}" target="_self">{}</a>').format(address, number) if address else number


def _table(kind: str, titles: Iterable[str], body: Markup) -> Markup:
    """Return a table; the style sheet knows by ``kind`` which columns hold numbers."""
    head = _EMPTY.join(Markup('<th scope="col">{}</th>').format(title) for title in titles)
    return Markup(
        '<div class="wide"><table class="list {}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(kind, head, body)


def districts(page: DistrictPage, address: ViewAddress, view: ViewState, words: Words) -> Markup:
    """Return all districts with their key figures; each leads to its page."""
    titles = [words.say("Kreis"), words.say("Gemeinden"), *page.headings, words.say("Weiße Flecken")]
    body = _EMPTY.join(_district(row, page, address, view, words) for row in page.districts)
    return _table("districts", titles, body)


def _district(row: DistrictRow, page: DistrictPage, address: ViewAddress, view: ViewState, words: Words) -> Markup:
    cells = _EMPTY.join(
        Markup('<td class="number">{}<br><span class="atlas-small">{}</span></td>').format(
            _door(words.number(covered), address("", behind) if covered else ""),
            words.percent(covered / row.total) if row.total and page.has_shares else "",
        )
        for covered, behind in row.covered
    )
    return Markup(
        '<tr><th scope="row"><a href="{}" target="_self">{}</a></th><td class="number">{}</td>{}'
        '<td class="number">{}</td></tr>'
    ).format(address("kreis", view.but(district=row.key)), row.name, words.number(row.total), cells, row.spots)


def white_spots(page: DistrictPage, address: ViewAddress, view: ViewState, words: Words) -> Markup:
    """Return the municipalities without documented activity beside active ones, with the numbers behind each place."""
    intro = words.say(
        "Gemeinden, von denen keine eigene Aktivität dokumentiert ist, geordnet nach dem Teil ihrer Grenze, der aktive "
        "Gemeinden berührt. Ein Gespräch hat hier Nachbarn, die erzählen können. Die Liste ist eine Einladung, keine Wertung."
    )
    if not page.spots:
        none = words.say("Hier grenzt keine Gemeinde ohne dokumentierte Aktivität an eine aktive.")
        return Markup('<p class="atlas-text">{}</p>').format(none)
    titles = [
        words.say("Gemeinde"),
        words.say("Grenze zu aktiven Nachbarn"),
        words.say("Aktive Nachbarn"),
    ]
    rows = [_spot(row, page, address, view, words) for row in page.spots]
    shown = _table("spots", titles, _EMPTY.join(rows[:_FIRST]))
    more = (
        Markup("<details><summary>{}</summary>{}</details>").format(
            words.say("{n} weitere zeigen", n=words.number(len(rows) - _FIRST)),
            _table("spots", titles, _EMPTY.join(rows[_FIRST:])),
        )
        if len(rows) > _FIRST
        else _EMPTY
    )
    return Markup('<p class="atlas-text">{}</p>{}{}').format(intro, shown, more)


def _spot(row: SpotRow, page: DistrictPage, address: ViewAddress, view: ViewState, words: Words) -> Markup:
    told = {"active": words.number(row.active_km, 1), "outline": words.number(row.outline_km, 1)}
    behind = words.say("{active} von {outline} km", **told)
    if row.edge_km:
        behind += ", " + words.say("davon {km} km Außengrenze", km=words.number(row.edge_km, 1))
    place = [] if page.key or row.district == row.name else [row.district]
    if row.through_district:
        place.append(words.say("Angebot des Kreises"))
    of_all = words.say("{n} von {total}", n=row.active, total=row.neighbours)
    return Markup(
        '<tr data-ags="{}"><th scope="row"><a href="{}" target="_self">{}</a><br><span class="atlas-small">{}</span></th>'
        '<td class="share"><span>{}</span><span class="bar" aria-hidden="true"><b style="width:{:.1f}%"></b></span>'
        '<span class="atlas-small">{}</span></td><td><span class="count">{}</span> {}</td></tr>'
    ).format(
        row.ags,
        address("gemeinde", view.but(municipality=row.ags)),
        row.name,
        " · ".join(place),
        words.percent(row.share),
        row.share * 100,
        behind,
        of_all,
        ", ".join(row.names),
    )


def groups(page: DistrictPage, words: Words) -> Markup:
    """Return the groups of active municipalities that hang together."""
    intro = words.say(
        "Aktive Gemeinden, die aneinandergrenzen: ein Vorschlag für regionale Vernetzungstreffen. Vorgänge zählen je "
        "Baustein, gemeinsame nur einmal."
    )
    if not page.groups:
        none = words.say("Hier grenzen keine aktiven Gemeinden aneinander.")
        return Markup('<p class="atlas-text">{}</p>').format(none)
    titles = [words.say("Gemeinden"), words.say("Vorgänge"), words.say("Wer dazugehört")]
    body = _EMPTY.join(_group(row, words) for row in page.groups)
    return Markup('<p class="atlas-text">{}</p>{}').format(intro, _table("groups", titles, body))


def _group(row: GroupRow, words: Words) -> Markup:
    bodies = (
        Markup('<br><span class="atlas-small">{}</span>').format(
            words.say("gemeinsame Stellen: {names}", names=", ".join(row.bodies))
        )
        if row.bodies
        else _EMPTY
    )
    return Markup('<tr><td class="number">{}</td><td class="number">{}</td><td>{}{}</td></tr>').format(
        words.number(row.municipalities), words.number(row.arrangements), ", ".join(row.names), bodies
    )
