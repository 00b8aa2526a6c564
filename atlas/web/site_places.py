"""The other pages of the static site: municipalities, districts, lists of both, the data page; and the open data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from markupsafe import Markup

from atlas import phrases
from atlas.export.open_data import boundaries_file, cases_file, records_file, status_file
from atlas.export.pictures import Drawn, written
from atlas.model.excerpt import Form, Size
from atlas.model.languages import LANGUAGES, SOURCE_LANGUAGE
from atlas.model.programme import OVERVIEW
from atlas.model.view import ViewState, page_address
from atlas.present import about
from atlas.present.address import misread_told
from atlas.present.catalogue import build_catalogue
from atlas.present.context import ViewContext
from atlas.present.detail import as_of_sentence, municipality_names
from atlas.present.district import build_district
from atlas.present.fitness import build_fitness
from atlas.present.municipality import build_page
from atlas.present.open_data import boundary_days
from atlas.present.page_heads import nothing_here
from atlas.present.published import published_rows
from atlas.present.site import (
    about_handbook,
    downloads,
    handbook_path,
    limits,
    list_headings,
    moved_keys,
    place_path,
    prefix,
    visits,
)
from atlas.present.wording import Words
from atlas.render import handbook
from atlas.render.html import about_data
from atlas.render.templates import Pieces
from atlas.web.delivery import compact
from atlas.web.site_frame import NOTHING_HERE, Files, Site, picture
from atlas.web.site_offline import as_data

about_html, help_html, html = map(Pieces, ("about.html", "handbook.html", "site_parts.html"))


def municipality_pages(site: Site, keys: Iterable[str]) -> Files:
    """Yield the pages of some municipalities in both languages, and their pictures."""
    every = site.context.day.municipalities["ags"]
    positions = dict(zip(every, every.index.tolist(), strict=True))
    for ags in keys:
        for lang in LANGUAGES:
            words = Words(lang)
            drawn = site.drawn((ags,), Size.MEDIUM, words)
            yield from _pictures(ags, drawn, words)
            yield _municipality(site, positions[ags], drawn, words)


def _pictures(key: str, drawn: Drawn, words: Words) -> Files:
    yield _image(key, words), written(drawn, Form.SVG)
    if words.lang == SOURCE_LANGUAGE:
        yield f"bild/{key}.png", written(drawn, Form.PNG)


def _image(key: str, words: Words) -> str:
    return f"{prefix(words)}bild/{key}.svg"


def _municipality(site: Site, position: int, drawn: Drawn, words: Words) -> tuple[str, bytes]:
    page = build_page(site.context, position, words)
    ags = page.detail.ags
    image = picture(_image(ags, words), drawn, as_of_sentence(site.context, words))
    body = html.municipality(page, image, lambda key: site.path("gemeinde", key, words))
    return site.page(f"gemeinde/{ags}/index.html", municipality_names(site.context)[ags], body, words)


def district_pages(site: Site) -> Files:
    """Yield the pages of all districts in both languages, and their pictures."""
    for lang in LANGUAGES:
        words = Words(lang)
        for key in site.districts:
            drawn = site.drawn((key,), Size.LARGE, words)
            yield from _pictures(key, drawn, words)
            yield _district(site, site.contexts.of(site.view.but(district=key)), drawn, words)


def _district(site: Site, context: ViewContext, drawn: Drawn, words: Words) -> tuple[str, bytes]:
    page = build_district(context, words)

    def address(where: str, view: ViewState) -> str:
        """Return that of the application, where the site has the page."""
        plain = view.but(as_of=None, lang=SOURCE_LANGUAGE, programme="", layer=OVERVIEW)
        if where == "gemeinde" and view.municipality:
            return site.path("gemeinde", view.municipality, words)
        if where == "kreis" and view.district:
            return site.path("kreis", view.district, words)
        return page_address(prefix(words) + site.layer_path(view.layer), plain)

    image = picture(_image(str(context.district), words), drawn, as_of_sentence(context, words))
    body = html.district(page, image, site.table(context, words), address)
    return site.page(f"kreis/{context.district}/index.html", page.name, body, words)


def lists(site: Site) -> Files:
    """Yield the lists of districts and of municipalities in both languages."""
    named = sorted((name, ags) for ags, name in site.places.items())
    for lang in LANGUAGES:
        yield _list(site, "kreis", list(site.districts.items()), Words(lang))
        yield _list(site, "gemeinde", [(ags, name) for name, ags in named], Words(lang))


def _list(site: Site, kind: str, items: list[tuple[str, str]], words: Words) -> tuple[str, bytes]:
    heading, list_heading = list_headings(kind, len(items), site.context, words)
    told = {
        "parameter": kind,
        "keys": [key for key, _ in items],
        "changes": moved_keys(site.context) if kind == "gemeinde" else [],
        "lang": words.lang,
        "misread": misread_told({site.context.programme.key: site.context.programme.layers}, words),
        "folder": f"{prefix(words)}{kind}/",
        "folders": {lang: f"{prefix(Words(lang))}{kind}/" for lang in LANGUAGES},
    }
    links = html.links(list_heading, [(place_path(kind, key, words), name) for key, name in items])
    body = html.titled(heading, [links, html.about(as_data(told))])
    return site.page(f"{kind}/index.html", heading, body, words, "app/site_lookup.js")


def data_page(site: Site) -> Files:
    """Yield the data page in both languages: what the data page of the application says, for pages without a server."""
    context = site.context
    for lang in LANGUAGES:
        words = Words(lang)
        rows = published_rows(context.snapshot, context.programme, words)
        parts = (
            about_data(about.about_data(context, rows, build_fitness(context, words), words)),
            html.links(*downloads(words)),
            about_html.licences(about.licences(context, words)),
            about_html.texts(about.accessibility(limits(words), words)),
            about_html.texts(about.privacy([visits(words)], words)),
        )
        heading = words.say(phrases.DATA_AND_SOURCES)
        yield site.page("ueber/index.html", heading, html.titled(heading, parts), words)


def nothing_here_page(site: Site) -> Files:
    """Yield the page for addresses of nothing, in both languages at once: a plain server has one."""
    parts: list[Markup] = []
    for lang in LANGUAGES:
        words = Words(lang)
        frame = site.frame(words, "")
        parts.append(html.nothing_here(lang, *nothing_here(words), frame.links, "h2" if parts else "h1"))
    words = Words(SOURCE_LANGUAGE)
    yield site.page(NOTHING_HERE, nothing_here(words)[0], Markup().join(parts), words)


def help_pages(site: Site) -> Files:
    """Yield the handbook, which is in German, on one page within the frame of each language; and its pictures."""
    for path in handbook.picture_paths():
        yield _handbook_picture(path), path.read_bytes()
    for lang in LANGUAGES:
        words = Words(lang)
        address, is_foreign = partial(_handbook_address, words=words), lang != SOURCE_LANGUAGE
        first, *rest = handbook.chapters(address, _handbook_picture)
        parts = (
            *(Pieces("parts_editing.html").paragraph(text, "atlas-text") for text in about_handbook(words)),
            help_html.chapter(first, address, is_foreign),
            help_html.contents(rest, address, words.say(phrases.CHAPTERS), is_foreign=is_foreign),
            *(help_html.chapter(each, address, is_foreign) for each in rest),
        )
        heading = words.say(phrases.HELP)
        yield site.page("hilfe/index.html", heading, html.titled(heading, parts), words)


def _handbook_address(_: str, section: str, words: Words) -> str:
    return handbook_path(section, words)


def _handbook_picture(path: Path) -> str:
    return f"hilfe/{path.name}"


def open_data(site: Site) -> Files:
    """Yield the open data at the addresses of the application, as far as they need no parameters."""
    context, words, snapshot = site.context, Words(SOURCE_LANGUAGE), site.context.snapshot
    for ending in ("csv", "json", "geojson", "gpkg"):
        yield f"api/v1/status.{ending}", status_file(context, ending, words)
    for ending in ("csv", "json"):
        yield f"api/v1/cases.{ending}", cases_file(context, ending)
    yield "api/v1/records.csv", records_file(context.records.table)
    days = [day for day in boundary_days(snapshot, context.programme) if day <= site.order.as_of]
    # Those of a country are 50 MB for each day: the newest has to do.
    for day in days[-1:] if len(context.edition.states) else days:
        yield f"api/v1/boundaries/{day}.geojson", boundaries_file(snapshot, context.programme, day, words)
    if site.order.settings.address:
        said = build_catalogue(snapshot, site.order.settings.address)
        yield "api/v1/catalog.jsonld", compact(said).encode()
