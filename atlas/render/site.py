"""Pages of the static site as HTML. They stand for themselves without scripts; every text from data is escaped.

All addresses are relative to the root of the site, which every page names in its ``<base>``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from atlas.present.figures import Card
from atlas.present.looks import Look
from atlas.present.map_spec import LegendEntry
from atlas.present.wording import Words
from atlas.render.html import swatch

_EMPTY = Markup()
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'none'"
)


@dataclass(frozen=True)
class Frame:
    """What stands around the content of every page.

    Attributes
    ----------
    root
        The way from the page to the root of the site: ``./``, ``../../``.
    title, subtitle
        Headline of the site, and the programme's name.
    credits
        Lines of the foot.
    notice
        That data are invented; empty if they are not.
    other
        Address of the same page in the other language, from the root.
    """

    root: str
    title: str
    subtitle: str
    credits: tuple[str, ...]
    notice: str
    other: str


def page(
    frame: Frame, heading: str, body: Markup, words: Words, *, scripts: Sequence[str] = (), expected: Sequence[str] = ()
) -> str:
    """Return a whole page; ``expected`` are files its scripts will ask for, which the browser may fetch at once."""
    prefix = "en/" if words.lang == "en" else ""
    links = (
        (f"{prefix}index.html", words.say("Karte")),
        (f"{prefix}kreis/index.html", words.say("Kreise")),
        (f"{prefix}gemeinde/index.html", words.say("Gemeinden")),
        (f"{prefix}ueber/index.html", words.say("Daten und Quellen")),
    )
    other = "en" if words.lang == "de" else "de"
    return Markup(
        '<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><base href="{root}">'
        '<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="referrer" content="no-referrer">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        '<link rel="icon" href="app/favicon.svg">'
        '<link rel="stylesheet" href="app/page.css"><link rel="stylesheet" href="app/site.css">{scripts}</head>'
        '<body class="stApp"><div class="site stHtml"><header class="site-head"><div class="atlas-title">'
        '<a href="{prefix}index.html">{site}</a><p>{subtitle}</p></div>'
        '<nav aria-label="{nav}">{links}<a lang="{other}" hreflang="{other}" class="other" href="{address}">{language}</a></nav></header>'
        '{notice}<main>{body}</main><footer class="atlas-foot">{credits}</footer></div></body></html>\n'
    ).format(
        lang=words.lang,
        root=frame.root,
        policy=_POLICY,
        title=heading if heading == frame.title else f"{heading} – {frame.title}",
        scripts=_EMPTY.join(
            [
                *(Markup('<script type="module" src="{}"></script>').format(name) for name in scripts),
                *(soon(name) for name in expected),
            ]
        ),
        prefix=prefix,
        site=frame.title,
        subtitle=frame.subtitle,
        nav=words.say("Seiten"),
        links=_EMPTY.join(Markup('<a href="{}">{}</a>').format(address, label) for address, label in links),
        other=other,
        address=frame.other,
        language="English" if other == "en" else "Deutsch",
        notice=Markup('<p class="synthetic" role="note">{}</p>').format(frame.notice) if frame.notice else _EMPTY,
        body=body,
        credits=Markup(" · ").join(frame.credits),
    )


def soon(name: str) -> Markup:
    """Return what tells the browser to fetch a file at once that a script will ask for."""
    if name.endswith(".js"):
        return Markup('<link rel="modulepreload" href="{}">').format(name)
    return Markup('<link rel="preload" as="fetch" crossorigin href="{}">').format(name)


def map_frame(script: str, style: str, urls: str, expected: Iterable[str]) -> str:
    """Return the page in the frame: the map alone; ``urls`` is the JSON its script reads."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'"
    )
    return Markup(
        '<!doctype html>\n<html lang="de"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{}">'
        '<title>Karte</title><link rel="stylesheet" href="{}">{}</head><body><div id="map_div" data-urls="{}"></div>'
        '<script src="{}"></script><script src="../app/site_frame.js"></script></body></html>\n'
    ).format(policy, style, _EMPTY.join(soon(name) for name in expected), urls, script)


@dataclass(frozen=True)
class MapParts:
    """What stands in the places of the map page until its script fills them."""

    figures: Markup = _EMPTY
    map: Markup = _EMPTY
    legend: Markup = _EMPTY
    table: Markup = _EMPTY


def map_body(heading: str, as_of: str, choice: Markup, parts: MapParts) -> Markup:
    """Return the map page's content; ``choice`` is that of the layers."""
    return Markup(
        '<h1>{}</h1><p class="atlas-small" id="as-of">{}</p>{}<div id="controls" class="site-controls"></div>'
        '<div id="figures">{}</div><div class="site-grid"><div><div id="map">{}</div></div>'
        '<div><div id="legend">{}</div><div id="chosen" class="site-chosen" aria-live="polite"></div></div></div>'
        '<div id="table">{}</div>'
    ).format(heading, as_of, choice, parts.figures, parts.map, parts.legend, parts.table)


def layers(chosen: str, options: Iterable[tuple[str, str, str]], words: Words) -> Markup:
    """Return the choice of layers as links: key, label, address."""
    items = _EMPTY.join(
        Markup('<a href="{}" data-layer="{}"{}>{}</a>').format(
            address, key, Markup(' aria-current="true"') if key == chosen else "", label
        )
        for key, label, address in options
    )
    return Markup('<nav class="pills" aria-label="{}">{}</nav>').format(words.say("Was die Karte zeigt"), items)


def cards(shown: Iterable[Card]) -> Markup:
    """Return key figures as they are on the map page, their numbers plain."""
    items = _EMPTY.join(
        Markup(
            '<section class="atlas-card"><h2>{}</h2><p class="atlas-doors">{}</p><p class="atlas-small">{}</p>{}</section>'
        ).format(
            card.heading,
            Markup(" ").join(
                Markup('<b class="atlas-door">{}</b>').format(door.text) for door in card.doors if not door.is_beside
            ),
            card.note,
            _beside(card),
        )
        for card in shown
    )
    return Markup('<div class="atlas-cards">{}</div>').format(items)


def _beside(card: Card) -> Markup:
    texts = [Markup("<span>{}</span>").format(door.text) for door in card.doors if door.is_beside]
    return Markup('<p class="atlas-doors beside">{}</p>').format(Markup(" ").join(texts)) if texts else _EMPTY


def legend(title: str, definition: str, entries: Iterable[LegendEntry], words: Words) -> Markup:
    """Return the legend with counts."""
    items = _EMPTY.join(
        Markup('<li><span class="atlas-legend-line">{}<span>{}</span><b>{}</b></span></li>').format(
            swatch(entry.look),
            words.label(entry.look.label),
            words.number(entry.count) if entry.look.has_number else "",
        )
        for entry in entries
    )
    return Markup(
        '<section class="atlas-legend" aria-label="{}"><h2>{}</h2><ul>{}</ul><p class="atlas-small">{}</p></section>'
    ).format(words.say("Legende"), title, items, definition)


@dataclass(frozen=True)
class Row:
    """A municipality in the table: name and address of its page, district, class, since when."""

    name: str
    address: str
    district: str
    look: Look
    since: str


def table(rows: Sequence[Row], heading: str, words: Words) -> Markup:
    """Return the municipalities as a table; ``heading`` is that of the column of classes."""
    titles = (words.say("Gemeinde"), words.say("Kreis"), heading, words.say("seit"))
    head = _EMPTY.join(Markup('<th scope="col">{}</th>').format(title) for title in titles)
    body = _EMPTY.join(
        Markup(
            '<tr><th scope="row"><a href="{}">{}</a></th><td>{}</td><td>{}<span>{}</span></td><td>{}</td></tr>'
        ).format(row.address, row.name, row.district, swatch(row.look), words.label(row.look.label), row.since)
        for row in rows
    )
    caption = words.count("{n} Gemeinde", "{n} Gemeinden", len(rows))
    return Markup(
        '<div class="atlas-table-scroll" tabindex="0" role="region" aria-label="{}"><table class="atlas-table"><caption>{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(words.say("Gemeinden in der Tabelle"), caption, head, body)


def picture(address: str, alt: str, size: tuple[int, int]) -> Markup:
    """Return a map as a picture."""
    return Markup('<img class="site-map" src="{}" width="{}" height="{}" alt="{}">').format(address, *size, alt)


def links(heading: str, items: Iterable[tuple[str, str]]) -> Markup:
    """Return a list of addresses with their labels below a heading."""
    told = _EMPTY.join(Markup('<li><a href="{}">{}</a></li>').format(address, label) for address, label in items)
    return Markup('<section><h2>{}</h2><ul class="site-links">{}</ul></section>').format(heading, told)
