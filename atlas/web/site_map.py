"""The map of the static site: a page for every layer, a file with all days of a layer, the map as one file."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from atlas import phrases
from atlas.export.open_data import written_table
from atlas.export.pictures import written
from atlas.export.tables import view_table
from atlas.model.excerpt import Form, Size
from atlas.model.languages import LANGUAGES, SOURCE_LANGUAGE, other_languages
from atlas.model.view import EARLIEST
from atlas.present.address import misread_told
from atlas.present.context import ViewContext
from atlas.present.figures import build_cards
from atlas.present.looks import layer_definition, layer_label, layer_short
from atlas.present.map_index import map_words
from atlas.present.map_spec import counted_legend
from atlas.present.page_heads import describe
from atlas.present.picture import mark_lines
from atlas.present.search import search_index, search_words, suggestions
from atlas.present.site import CHOOSE, as_of_text, control_words, downloads, moved_keys, prefix, script_words
from atlas.present.site_days import changing_days, packed_days, stamps
from atlas.present.wording import Words
from atlas.render.templates import Pieces
from atlas.web.delivery import compact
from atlas.web.site_frame import Files, Site, picture
from atlas.web.site_offline import as_data, offline_page

html = Pieces("site_parts.html")


def day_file(site: Site, layer: str) -> bytes:
    """Return a layer on all days on which anything changes, as JSON."""
    view = site.view.but(as_of=None, layer=layer)
    days = changing_days(site.contexts, view, site.order.as_of)
    packed = packed_days(site.contexts, view, days, stamps(site.contexts, view, days))
    return compact(packed).encode()


def map_pages(site: Site, days: Mapping[str, bytes]) -> Files:
    """Yield the map page of every layer and the map as one file in both languages, pictures, and the files of days."""
    files = {layer: site.payloads.add(f"tage-{layer}", ".json", body) for layer, body in days.items()}
    for layer, name in files.items():
        yield f"atlas/{name}", days[layer]
    for lang in LANGUAGES:
        words = Words(lang)
        for layer in files:
            yield from _map_page(site, layer, files, words)
        yield _offline(site, files, words)


def _map_page(site: Site, layer: str, files: Mapping[str, str], words: Words) -> Files:
    context = site.contexts.of(site.view.but(layer=layer))
    programme = context.programme
    drawn = site.drawn((), Size.LARGE, words, layer)
    is_home = layer == programme.layers[0]
    image = f"{prefix(words)}bild/{site.state}{'' if is_home else f'-{layer}'}.svg"
    yield image, written(drawn, Form.SVG)
    if is_home and words.lang == SOURCE_LANGUAGE:
        yield f"bild/{site.state}.png", written(drawn, Form.PNG)
    label = words.label(layer_label(programme, layer))
    body = html.map_body(
        label,
        as_of_text(context, words.day(context.as_of), words.number(context.spec.total), words),
        html.layers(
            words.say(phrases.WHAT_THE_MAP_SHOWS),
            layer,
            [(*each, prefix(words) + site.layer_path(each[0])) for each in _layers(site, words)],
        ),
        _controls(site, words, has_link=True),
        words.say(CHOOSE),
        {
            "figures": html.cards(build_cards(context, words)),
            "map": picture(image, drawn),
            "legend": _legend(context, words),
            "table": html.table(site.table(context, words)),
            "is_tall": site.urls.tall > 1,
        },
    )
    tables: list[tuple[str, str]] = []
    for name, is_excel, said in (
        ("tabelle-excel.csv", True, phrases.TABLE_AS_CSV_FOR_GERMAN_EXCEL),
        ("tabelle.csv", False, phrases.TABLE_AS_CSV),
    ):
        file = prefix(words) + site.layer_path(layer).replace("index.html", name)
        tables.append((file, f"{label}: {words.say(said)}"))
        yield file, written_table(view_table(context, words), "csv", is_excel=is_excel)
    heading, files_of_all = downloads(words)
    body += html.links(heading, [*tables, *files_of_all]) + html.about(as_data(_told(site, files, layer, words)))
    about = f"{describe('', context, words)} {label}: {words.label(layer_definition(programme, layer))}"
    soon = [f"atlas/{name}" for name in (site.urls.index, files[layer])]
    yield site.page(
        site.layer_path(layer),
        label,
        body,
        words,
        "app/site.js",
        expected=soon,
        description="" if is_home else about,
    )


def _legend(context: ViewContext, words: Words) -> Markup:
    """Return what the legend's script draws, for the day of the site."""
    programme, spec = context.programme, context.spec
    marks = mark_lines(context, None, (spec.points, spec.district_points, spec.bodies), words)
    return html.legend(
        words.label(layer_label(programme, spec.layer)),
        words.label(layer_definition(programme, spec.layer)),
        counted_legend(spec.legend, words),
        [(each, words.number(each.count or 0)) for each in marks],
        map_words(programme, words)["howToRead"],
    )


def _controls(site: Site, words: Words, *, has_link: bool) -> Markup:
    edition = site.context.edition
    return html.controls(
        control_words(site.context, words),
        EARLIEST,
        site.order.as_of,
        [(key, edition.district_name(key)) for key in edition.district_keys],
        words.say(phrases.FIND_A_PLACE),
        has_link,
    )


def _layers(site: Site, words: Words) -> list[tuple[str, str]]:
    programme = site.context.programme
    return [(key, words.label(layer_short(programme, key))) for key in programme.layers]


def _told(site: Site, files: Mapping[str, str], layer: str, words: Words) -> dict[str, object]:
    """Return what the script of the map page is told (`About` in assets/types.d.ts)."""
    context = site.context
    districts = context.edition.district_keys
    return {
        "lang": words.lang,
        "prefix": prefix(words),
        "page": prefix(words),
        "others": {lang: prefix(Words(lang)) for lang in other_languages(words.lang)},
        "layer": layer,
        "home": context.programme.layers[0],
        "layers": {key: f"atlas/{name}" for key, name in files.items()},
        "index": f"atlas/{site.urls.index}",
        "map": "atlas/karte.html",
        "first": EARLIEST.isoformat(),
        "today": site.order.as_of.isoformat(),
        "changes": moved_keys(context),
        "districts": list(districts),
        "search": search_told(site, words),
        "pages": None if context.programme.has_shares else list(site.places),
        "words": script_words(site.context, words),
        "misread": misread_told({context.programme.key: context.programme.layers}, words),
    }


def search_told(site: Site, words: Words) -> dict[str, object]:
    """Return what the search box is told: the places that have a page, and the districts."""
    districts, context = site.context.edition.district_keys, site.context
    population = context.snapshot.populations.get(context.programme.boundary_set)
    found = suggestions(context.edition, context.changes, population)
    shown = (each for each in found if any(key in site.places or key in districts for key in each.keys))
    return search_index(shown) | {"words": search_words(words)}


def _offline(site: Site, files: Mapping[str, str], words: Words) -> tuple[str, bytes]:
    """Return the map as one file that needs no network and no server: scripts, geometry and all days inside."""
    layer = site.context.programme.layers[0]
    named = (site.urls.index, site.urls.overview, *files.values())
    about = _told(site, files, layer, words) | {
        "map": "",
        "others": {},
        # The pages of municipalities are not inside.
        "words": script_words(site.context, words) | {"page": ""},
    }
    body = html.map_body(
        words.label(layer_label(site.context.programme, layer)),
        words.say("Die Karte wird geladen …"),
        html.layers(words.say(phrases.WHAT_THE_MAP_SHOWS), layer, [(*each, "") for each in _layers(site, words)]),
        _controls(site, words, has_link=False),
        words.say(CHOOSE),
        {},
    )
    return f"{prefix(words)}karte-offline.html", offline_page(site, named, about, body, words).encode()
