"""The other pages of the static site: municipalities, districts, lists of both, the data page; and the open data."""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup

from atlas.analysis.quality import check_snapshot
from atlas.export.open_data import boundaries_file, cases_file, records_file, status_file
from atlas.export.pictures import Drawn, written
from atlas.model.excerpt import Form, Size
from atlas.model.view import LANGUAGES, ViewState, page_address
from atlas.present import about
from atlas.present.catalogue import build_catalogue
from atlas.present.detail import as_of_sentence
from atlas.present.district import build_district
from atlas.present.municipality import build_page
from atlas.present.open_data import boundary_days
from atlas.present.published import published_rows
from atlas.present.scene import Scene
from atlas.present.wording import Words
from atlas.render import about as about_html
from atlas.render import district as district_html
from atlas.render import municipality as municipality_html
from atlas.render import site as html
from atlas.web.site_frame import Files, Site, downloads, picture, place_path, prefix
from atlas.web.site_offline import as_data


def municipality_pages(site: Site, keys: Iterable[str]) -> Files:
    """Yield the pages of some municipalities in both languages, and their pictures."""
    every = site.scene.day.municipalities["ags"]
    positions = dict(zip(every, every.index.tolist(), strict=True))
    for ags in keys:
        for lang in LANGUAGES:
            words = Words(lang)
            drawn = site.drawn((ags,), Size.MEDIUM, words)
            yield from _pictures(ags, drawn, words)
            yield _municipality(site, positions[ags], drawn, words)


def _pictures(key: str, drawn: Drawn, words: Words) -> Files:
    yield _image(key, words), written(drawn, Form.SVG)
    if words.lang == "de":
        yield f"bild/{key}.png", written(drawn, Form.PNG)


def _image(key: str, words: Words) -> str:
    return f"{prefix(words)}bild/{key}.svg"


def _municipality(site: Site, position: int, drawn: Drawn, words: Words) -> tuple[str, bytes]:
    page = build_page(site.scene, position, words)
    ags = page.detail.ags
    body = Markup('{}<div class="site-grid"><div>{}<p class="atlas-small">{}</p>{}</div><div>{}{}</div></div>').format(
        municipality_html.header(page),
        picture(_image(ags, words), drawn),
        as_of_sentence(site.scene, words),
        municipality_html.neighbours(page, lambda key: site.path("gemeinde", key, words)),
        municipality_html.next_step(page.next_step) if page.next_step else Markup(),
        municipality_html.history(page),
    )
    return site.page(f"gemeinde/{ags}/index.html", page.detail.name, body, words)


def district_pages(site: Site) -> Files:
    """Yield the pages of all districts in both languages, and their pictures."""
    for lang in LANGUAGES:
        words = Words(lang)
        for key in site.districts:
            drawn = site.drawn((key,), Size.LARGE, words)
            yield from _pictures(key, drawn, words)
            yield _district(site, site.scenes.of(site.view.but(district=key)), drawn, words)


def _district(site: Site, scene: Scene, drawn: Drawn, words: Words) -> tuple[str, bytes]:
    page = build_district(scene, words)

    def address(where: str, view: ViewState) -> str:
        """Return that of the application, where the site has the page."""
        plain = view.but(as_of=None, lang="de")
        if where == "gemeinde" and view.municipality:
            return site.path("gemeinde", view.municipality, words)
        if where == "kreis" and view.district:
            return site.path("kreis", view.district, words)
        return page_address(f"{prefix(words)}index.html", plain)

    body = Markup('{}<div class="site-grid"><div>{}<p class="atlas-small">{}</p></div><div>{}</div></div>{}').format(
        district_html.header(page),
        picture(_image(str(scene.district), words), drawn),
        as_of_sentence(scene, words),
        district_html.shares(page, address),
        site.table(scene, words),
    )
    return site.page(f"kreis/{scene.district}/index.html", page.name, body, words)


def lists(site: Site) -> Files:
    """Yield the lists of districts and of municipalities in both languages."""
    scene = site.scene
    for lang in LANGUAGES:
        words = Words(lang)
        state = words.label(scene.programme.territory)
        yield _list(site, "kreis", (words.say("Kreise"), state), list(site.districts.items()), words)
        named = sorted((name, ags) for ags, name in site.places.items())
        headings = (words.say("Gemeinden"), words.count("{n} Gemeinde", "{n} Gemeinden", len(named)))
        yield _list(site, "gemeinde", headings, [(ags, name) for name, ags in named], words)


def _list(
    site: Site, kind: str, headings: tuple[str, str], items: list[tuple[str, str]], words: Words
) -> tuple[str, bytes]:
    moved = [[each.old_ags, each.new_ags] for each in site.scene.changes if each.old_ags != each.new_ags]
    told = {
        "parameter": kind,
        "keys": [key for key, _ in items],
        "changes": moved if kind == "gemeinde" else [],
        "folder": f"{prefix(words)}{kind}/",
        "english": f"en/{kind}/",
    }
    body = Markup('<h1>{}</h1>{}<script type="application/json" id="site">{}</script>').format(
        headings[0],
        html.links(headings[1], [(place_path(kind, key, words), name) for key, name in items]),
        as_data(told),
    )
    return site.page(f"{kind}/index.html", headings[0], body, words, "app/site_lookup.js")


def data_page(site: Site) -> Files:
    """Yield the data page in both languages: what the data page of the application says, for pages without a server."""
    scene = site.scene
    problems = check_snapshot(scene.snapshot)
    for lang in LANGUAGES:
        words = Words(lang)
        limits = words.say(
            "Bekannte Grenzen: Die Karte liegt in einem Rahmen. Ohne Skripte zeigen die Seiten nur den Tag ihrer Erstellung. "
            "Eine Prüfung durch die Überwachungsstelle steht aus. Bitte melden Sie Barrieren der Stelle, die diese Seiten "
            "veröffentlicht."
        )
        visits = words.say(
            "Diese Seiten laden nichts von anderen Servern, setzen keine Cookies und messen keine Nutzung. Einträge nennen "
            "Gemeinden und Stellen, keine Personen."
        )
        heading = words.say("Daten und Quellen")
        rows = published_rows(scene.snapshot, scene.programme, words)
        parts = (
            Markup("<h1>{}</h1>").format(heading),
            about_html.about_data(about.about_data(scene, rows, problems, words)),
            downloads(words),
            about_html.licences(about.licences(scene, words)),
            about_html.texts(about.accessibility(limits, words)),
            about_html.texts(about.privacy([visits], words)),
        )
        yield site.page("ueber/index.html", heading, Markup().join(parts), words)


def open_data(site: Site) -> Files:
    """Yield the open data at the addresses of the application, as far as they need no parameters."""
    scene, words, snapshot = site.scene, Words("de"), site.scene.snapshot
    for ending in ("csv", "json", "geojson", "gpkg"):
        yield f"api/v1/status.{ending}", status_file(scene, ending, words)
    for ending in ("csv", "json"):
        yield f"api/v1/cases.{ending}", cases_file(scene, ending)
    yield "api/v1/records.csv", records_file(scene.records.table)
    days = [day for day in boundary_days(snapshot, scene.programme) if day <= site.order.as_of]
    # Those of a country are 50 MB for each day: the newest has to do.
    for day in days[-1:] if len(scene.edition.states) else days:
        yield f"api/v1/boundaries/{day}.geojson", boundaries_file(snapshot, scene.programme, day, words)
    if site.order.settings.address:
        said = build_catalogue(snapshot, site.order.settings.address)
        yield "api/v1/catalog.jsonld", json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
