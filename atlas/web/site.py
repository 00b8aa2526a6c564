"""The static site: the public map as plain files, for any web server.

The other way to serve what the application serves: the same descriptions, the same map, legend and table, the same
addresses; days without a server come from files that hold every day on which anything changes.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlencode

from markupsafe import Markup

from atlas.errors import AtlasError, Problem
from atlas.export.open_data import boundaries_file, records_file, status_file
from atlas.export.pictures import Drawn, draw, written
from atlas.model.excerpt import Excerpt, Form, Size
from atlas.model.view import EARLIEST, LANGUAGES, ViewState, view_to_query
from atlas.present.catalogue import build_catalogue
from atlas.present.credits import invented, picture_credits
from atlas.present.detail import as_of_sentence
from atlas.present.district import build_district
from atlas.present.figures import build_cards
from atlas.present.looks import layer_definition, layer_label, layer_short
from atlas.present.map_spec import LegendEntry
from atlas.present.municipality import build_page
from atlas.present.open_data import boundary_days
from atlas.present.scene import Scene, Scenes
from atlas.present.search import suggestions
from atlas.present.site_days import Stamps, changing_days, packed_days, stamps
from atlas.present.wording import Words
from atlas.render import district as district_html
from atlas.render import municipality as municipality_html
from atlas.render import site as html
from atlas.render.fonts import web_font
from atlas.render.html import glossary
from atlas.render.layout import MEASURES
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from atlas.web.payloads import PayloadStore, asset
from atlas.web.site_offline import Inside, as_data, offline_page

MARKER = ".praeventionsatlas-site"
"""Stands in every folder `publish` has written: only such a one is written over."""
_PARTS = ("shared.js", "figures.js", "legend.js", "table.js", "film.js")
Files = Iterator[tuple[str, bytes]]
_CHUNK = 12
"""So many municipalities are one piece of work."""


@dataclass(frozen=True)
class Order:
    """What is published: data, programme, day, and where the site will be reached, if that is known."""

    root: Path
    programme: str
    as_of: date
    address: str = ""


def publish(order: Order, folder: Path, workers: int = 2) -> int:
    """Write the site and return how many files it has. It appears as a whole or not at all.

    ``workers`` processes share the work; one does it here.

    Raises
    ------
    AtlasError
        If the folder holds something else, or the data can't be used.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        text = "In diesem Ordner liegt etwas anderes als eine frühere Fassung der Seiten. Bitte einen leeren Ordner nehmen."
        raise AtlasError(Problem(str(folder), text))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        made = Path(work) / "site"
        count = sum(1 for each in _all(order, workers) if _put(made, *each))
        (made / MARKER).write_bytes(b"")
        old = Path(work) / "old"
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
    return count


def _put(folder: Path, path: str, body: bytes) -> bool:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    return True


def _all(order: Order, workers: int) -> Files:
    site = _site(order)
    scene = site.scene
    keys = [lines[0].ags for lines in scene.day.lines.values()]
    parts: list[tuple[str, tuple[str, ...]]] = [("days", (layer,)) for layer in scene.programme.layers]
    parts += [("municipalities", tuple(keys[i : i + _CHUNK])) for i in range(0, len(keys), _CHUNK)]
    with _pool(workers) as start:
        begun = [(what, start(_work, order, what, keys_)) for what, keys_ in parts]
        yield from site.frame_files()
        yield from site.district_pages()
        yield from site.open_data()
        days = [file for what, made in begun if what == "days" for file in made()]
        yield from site.map_pages(dict(days))
        for what, made in begun:
            if what == "municipalities":
                yield from made()


@contextmanager
def _pool(workers: int) -> Iterator[Callable[..., Callable[[], list[tuple[str, bytes]]]]]:
    """Give what starts a part of the work and returns how to get its result."""
    if workers == 1:
        yield partial
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield lambda *job: pool.submit(*job).result


def _work(order: Order, what: str, keys: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Do a part of the work in a process of its own."""
    site = _site(order)
    return list(site.day_files(keys[0]) if what == "days" else site.municipality_pages(keys))


@cache
def _site(order: Order) -> _Site:
    snapshot = load_snapshot(Settings(order.root, order.address))
    return _Site(order, Scenes(lambda: snapshot, lambda: order.as_of, kept_days=128))


class _Site:
    """Makes the files of the site."""

    def __init__(self, order: Order, scenes: Scenes) -> None:
        self.order = order
        self.scenes = scenes
        self.view = ViewState(order.programme, as_of=order.as_of)
        self.scene = scenes.of(self.view)
        store = PayloadStore("../app/fonts/regular.woff")
        self._payloads = store
        self._urls = store.map_urls(self.scene.snapshot, self.scene.programme, self.scene.edition)
        self._assets = store.map_assets()

    # ---- what all pages share ------------------------------------------------------------------------------------

    def frame_files(self) -> Files:
        """Yield scripts, styles, fonts, geometry, the frame of the map, and the data page."""
        for name in ("page.css", "site.css", "site.js", "site_lookup.js", "site_frame.js", "favicon.svg"):
            yield f"app/{name}", asset(name)
        for name in _PARTS:
            yield f"app/parts/{name}", asset(f"parts/{name}")
        for name in ("regular", "bold"):
            yield f"app/fonts/{name}.woff", web_font(bold=name == "bold")
        for name in (*self._assets, self._urls.index, self._urls.overview, self._urls.detail):
            yield f"atlas/{name}", self._body(name)
        yield "atlas/karte.html", self._map_frame().encode()
        for lang in LANGUAGES:
            yield from self._about(Words(lang))

    def _map_frame(self) -> str:
        script, style = self._assets
        urls = json.dumps({"index": self._urls.index, "overview": self._urls.overview, "detail": self._urls.detail})
        soon = Markup("").join(html.soon(name) for name in (self._urls.index, self._urls.overview))
        policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'"
        return Markup(
            '<!doctype html>\n<html lang="de"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{}">'
            '<title>Karte</title><link rel="stylesheet" href="{}">{}</head><body><div id="map_div" data-urls="{}"></div>'
            '<script src="{}"></script><script src="../app/site_frame.js"></script></body></html>\n'
        ).format(policy, style, soon, urls, script)

    def _frame(self, words: Words, depth: int, path: str) -> html.Frame:
        """Return the frame of the page at ``path`` (from the root of its language)."""
        deeper = depth + (words.lang == "en")
        notice = " ".join(invented(self.scene, words))
        return html.Frame(
            "../" * deeper or "./",
            words.say("Präventionsatlas {state}", state=words.label(self.scene.programme.state_name)),
            words.label(self.scene.programme.title),
            (words.say("Stand: {day}", day=words.day(self.order.as_of)), *picture_credits(self.scene, words)),
            notice,
            path if words.lang == "en" else f"en/{path}",
        )

    def _page(
        self, path: str, heading: str, body: Markup, words: Words, *scripts: str, expected: Iterable[str] = ()
    ) -> tuple[str, bytes]:
        frame = self._frame(words, path.count("/"), path)
        return _prefix(words) + path, html.page(
            frame, heading, body, words, scripts=scripts, expected=tuple(expected)
        ).encode()

    # ---- the map -------------------------------------------------------------------------------------------------

    def day_files(self, layer: str) -> Files:
        """Yield a layer on all days: its key, and the file."""
        days, known = self._days
        said = packed_days(self.scenes, self.view.but(as_of=None, layer=layer), days, known)
        yield layer, json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def _days(self) -> tuple[tuple[date, ...], list[Stamps]]:
        view = self.view.but(as_of=None)
        days = changing_days(self.scenes, view, self.order.as_of)
        return days, stamps(self.scenes, view, days)

    def map_pages(self, days: Mapping[str, bytes]) -> Files:
        """Yield the map page of every layer in both languages, its pictures, and the days of the layers."""
        files = {layer: self._payloads.add(f"tage-{layer}", ".json", body) for layer, body in days.items()}
        for layer, name in files.items():
            yield f"atlas/{name}", days[layer]
        for lang in LANGUAGES:
            for layer in self.scene.programme.layers:
                yield from self._map_page(layer, files, Words(lang))
            yield self._offline(files, Words(lang))

    def _map_page(self, layer: str, files: Mapping[str, str], words: Words) -> Files:
        scene = self.scenes.of(self.view.but(layer=layer))
        programme = scene.programme
        drawn = self._drawn(ViewState(programme.key, layer, self.order.as_of, lang=words.lang), (), Size.LARGE, words)
        image = f"{_prefix(words)}bild/{self._state_name}{'' if layer == programme.layers[0] else f'-{layer}'}.svg"
        yield image, written(drawn, Form.SVG)
        label = words.label(layer_label(programme, layer))
        options = [
            (key, words.label(layer_short(programme, key)), _prefix(words) + _layer_path(key, programme.layers[0]))
            for key in programme.layers
        ]
        measures = MEASURES[Size.LARGE]
        about = self._about_map(files, layer, words)
        said = words.say("Stand: {day}. Gemeinden: {n}", day=words.day(scene.as_of), n=words.number(scene.spec.total))
        body = Markup(
            '<h1>{}</h1><p class="atlas-small" id="as-of">{}</p>{}<div id="controls" class="site-controls"></div>'
            '<div id="figures">{}</div><div class="site-grid"><div><div id="map">{}<p class="atlas-small">{}</p></div></div>'
            '<div><div id="legend">{}</div><div id="chosen" class="site-chosen" aria-live="polite"></div></div></div>'
            '<div id="table">{}</div>{}<script type="application/json" id="site">{}</script>'
        ).format(
            label,
            said,
            html.layers(layer, options, words),
            html.cards(build_cards(scene, words)),
            html.picture(image, drawn.picture.alt, (round(measures.width), round(measures.height))),
            as_of_sentence(scene, words),
            html.legend(label, words.label(layer_definition(programme, layer)), scene.spec.legend, words),
            self._table(scene, words),
            self._downloads(words),
            as_data(about),
        )
        soon = [f"app/parts/{name}" for name in _PARTS] + [f"atlas/{name}" for name in (self._urls.index, files[layer])]
        yield self._page(_layer_path(layer, programme.layers[0]), label, body, words, "app/site.js", expected=soon)

    def _about_map(self, files: Mapping[str, str], layer: str, words: Words) -> dict[str, object]:
        scene, programme = self.scene, self.scene.programme
        districts = scene.edition.districts["name"]
        order = sorted(districts.index, key=lambda key: str(districts[key]).removeprefix("Landkreis "))
        home = _prefix(words)
        other = "" if words.lang == "en" else "en/"
        return {
            "lang": words.lang,
            "prefix": home,
            "page": home,
            "other": other,
            "layer": layer,
            "home": programme.layers[0],
            "layers": {key: f"atlas/{name}" for key, name in files.items()},
            "index": f"atlas/{self._urls.index}",
            "map": "atlas/karte.html",
            "first": EARLIEST.isoformat(),
            "today": self.order.as_of.isoformat(),
            "changes": [
                [each.old_ags, each.new_ags, each.effective.isoformat()]
                for each in scene.changes
                if each.old_ags != each.new_ags
            ],
            "districts": [[key, str(districts[key])] for key in order],
            "search": [[each.text, list(each.keys)] for each in suggestions(scene.edition, scene.changes)],
            "words": {
                "asOf": words.say("Stand: {day}. Gemeinden: {n}", day="{day}", n="{n}"),
                "map": words.say("Karte der Gemeinden: {state}", state=words.label(programme.state_name)),
                "search": words.say("Gemeinde suchen"),
                "day": words.say("Stichtag"),
                "district": words.say("Landkreis"),
                "whole": words.say("ganz {state}", state=words.label(programme.state_name)),
                "documented": words.say("nur mit dokumentierter Aktivität"),
                "copy": words.say("Link kopieren"),
                "copied": words.say("Kopiert."),
                "inBar": words.say("Der Link steht in der Adresszeile."),
                "choose": words.say("Gemeinde auf der Karte, in der Suche oder in der Tabelle wählen."),
                "absent": words.say("Diese Gemeinde gab es am Stichtag nicht."),
                "page": words.say("Zur Seite der Gemeinde"),
                "clear": words.say("Auswahl aufheben"),
            },
        }

    def _offline(self, files: Mapping[str, str], words: Words) -> tuple[str, bytes]:
        """Return the map as one file that needs no network and no server: scripts, geometry and all days inside."""
        layer = self.scene.programme.layers[0]
        script, style = self._assets
        named = (self._urls.index, self._urls.overview, *files.values())
        inside = {name: self._body(name).decode() for name in (*named, script, style)}
        about = self._about_map(files, layer, words) | {"map": "", "other": ""}
        about["words"] = dict(self._about_map(files, layer, words)["words"]) | {"page": ""}  # type: ignore[call-overload]
        aliases = {self._urls.detail: self._urls.overview}
        options = [
            (key, words.label(layer_short(self.scene.programme, key)), "") for key in self.scene.programme.layers
        ]
        body = html.layers(layer, options, words)
        made = offline_page(self._frame(words, 0, ""), body, Inside(inside, about, aliases, script, style), words)
        return f"{_prefix(words)}karte-offline.html", made.encode()

    def _body(self, name: str) -> bytes:
        found = self._payloads.get(name)
        if found is None:
            raise KeyError(name)
        return found.body

    def _table(self, scene: Scene, words: Words) -> Markup:
        entries = {entry.look.key: entry for entry in scene.spec.legend}
        districts = scene.edition.districts["name"]
        rows = []
        for position, lines in sorted(scene.day.lines.items(), key=lambda pair: (pair[1][0].name, pair[1][0].ags)):
            line, spec = lines[0], scene.spec
            since = words.since(spec.since[position], spec.since_means[position]) if position in spec.since else ""
            address = f"{_prefix(words)}gemeinde/{line.ags}/index.html"
            entry = entries[spec.classes[position]]
            rows.append(html.Row(line.name, address, str(districts[line.district]), entry, since))
        return html.table(rows, words.label(layer_label(scene.programme, scene.spec.layer)), words)

    def _downloads(self, words: Words) -> Markup:
        items = [
            ("api/v1/status.csv", words.say("Stand je Gemeinde als CSV")),
            ("api/v1/status.geojson", words.say("mit Grenzen als GeoJSON")),
            ("api/v1/status.gpkg", words.say("mit Grenzen als GeoPackage, etwa für QGIS")),
            ("api/v1/records.csv", words.say("alle Einträge mit Quellen als CSV")),
            (f"{_prefix(words)}karte-offline.html", words.say("Karte als eine Datei, ohne Netz zu öffnen")),
        ]
        return html.links(words.say("Mitnehmen"), items)

    # ---- places --------------------------------------------------------------------------------------------------

    def municipality_pages(self, keys: Iterable[str]) -> Files:
        """Yield the pages of some municipalities in both languages, and their pictures."""
        positions = {lines[0].ags: position for position, lines in self.scene.day.lines.items()}
        for ags in keys:
            for lang in LANGUAGES:
                words = Words(lang)
                drawn = self._drawn(self.view.but(lang=lang), (ags,), Size.MEDIUM, words)
                image = f"{_prefix(words)}bild/{ags}.svg"
                yield image, written(drawn, Form.SVG)
                if lang == "de":
                    yield f"bild/{ags}.png", written(drawn, Form.PNG)
                yield self._municipality(positions[ags], image, drawn, words)

    def _municipality(self, position: int, image: str, drawn: Drawn, words: Words) -> tuple[str, bytes]:
        page = build_page(self.scene, position, words)
        measures = MEASURES[Size.MEDIUM]
        step = municipality_html.next_step(page.next_step, words) if page.next_step else Markup()
        near = municipality_html.neighbours(page, lambda ags: f"{_prefix(words)}gemeinde/{ags}/index.html", words)
        body = Markup(
            '{}<div class="site-grid"><div>{}<p class="atlas-small">{}</p>{}</div><div>{}{}</div></div>'
        ).format(
            municipality_html.header(page, words),
            html.picture(image, drawn.picture.alt, (round(measures.width), round(measures.height))),
            as_of_sentence(self.scene, words),
            near,
            step,
            municipality_html.history(page, words),
        )
        return self._page(f"gemeinde/{page.detail.ags}/index.html", page.detail.name, body, words)

    def district_pages(self) -> Files:
        """Yield the pages of all districts, and the lists of districts and municipalities, in both languages."""
        for lang in LANGUAGES:
            words = Words(lang)
            yield from self._lists(words)
            for key in self.scene.edition.districts.index:
                view = self.view.but(district=key, lang=lang)
                scene = self.scenes.of(view)
                drawn = self._drawn(view, (key,), Size.LARGE, words)
                image = f"{_prefix(words)}bild/{key}.svg"
                yield image, written(drawn, Form.SVG)
                if lang == "de":
                    yield f"bild/{key}.png", written(drawn, Form.PNG)
                yield self._district(scene, image, drawn, words)

    def _district(self, scene: Scene, image: str, drawn: Drawn, words: Words) -> tuple[str, bytes]:
        page = build_district(scene, words)
        measures = MEASURES[Size.LARGE]

        def address(where: str, view: ViewState) -> str:
            return self._address(where, view, words)

        inside = {position: scene.day.lines[position] for position in scene.spec.inside}
        rows = [
            html.Row(
                lines[0].name,
                f"{_prefix(words)}gemeinde/{lines[0].ags}/index.html",
                page.name,
                LegendEntry(drawn.picture.areas[position].look, 1),
                words.since(scene.spec.since[position], scene.spec.since_means[position])
                if position in scene.spec.since
                else "",
            )
            for position, lines in sorted(inside.items(), key=lambda pair: (pair[1][0].name, pair[1][0].ags))
        ]
        body = Markup(
            '{}<div class="site-grid"><div>{}<p class="atlas-small">{}</p></div><div>{}</div></div>{}'
        ).format(
            district_html.header(page),
            html.picture(image, drawn.picture.alt, (round(measures.width), round(measures.height))),
            as_of_sentence(scene, words),
            district_html.shares(page, address, words),
            html.table(rows, words.label(layer_label(scene.programme, scene.spec.layer)), words),
        )
        return self._page(f"kreis/{scene.district}/index.html", page.name, body, words)

    def _address(self, where: str, view: ViewState, words: Words) -> str:
        """Return the address of a view in the site: that of the app, where the site has the page."""
        query = view_to_query(view.but(as_of=None, lang="de"))
        if where == "gemeinde" and view.municipality:
            return f"{_prefix(words)}gemeinde/{view.municipality}/index.html"
        if where == "kreis" and view.district:
            return f"{_prefix(words)}kreis/{view.district}/index.html"
        return f"{_prefix(words)}index.html{'?' if query else ''}{urlencode(query)}"

    def _lists(self, words: Words) -> Files:
        scene = self.scene
        districts = scene.edition.districts["name"]
        order = sorted(districts.index, key=lambda key: str(districts[key]).removeprefix("Landkreis "))
        named = sorted((lines[0].name, lines[0].ags) for lines in scene.day.lines.values())
        lists: tuple[tuple[str, str, list[tuple[str, str]], list[list[str]]], ...] = (
            ("kreis", words.say("Landkreise"), [(key, str(districts[key])) for key in order], []),
            (
                "gemeinde",
                words.say("Gemeinden"),
                [(ags, name) for name, ags in named],
                [[e.old_ags, e.new_ags] for e in scene.changes if e.old_ags != e.new_ags],
            ),
        )
        for folder, heading, items, changes in lists:
            about = {
                "parameter": folder,
                "keys": [key for key, _ in items],
                "changes": changes,
                "folder": f"{_prefix(words)}{folder}/",
                "english": f"en/{folder}/",
            }
            body = Markup('<h1>{}</h1>{}<script type="application/json" id="site">{}</script>').format(
                heading,
                html.links(
                    words.count("{n} Gemeinde", "{n} Gemeinden", len(items))
                    if folder == "gemeinde"
                    else words.label(scene.programme.state_name),
                    [(f"{_prefix(words)}{folder}/{key}/index.html", name) for key, name in items],
                ),
                as_data(about),
            )
            yield self._page(f"{folder}/index.html", heading, body, words, "app/site_lookup.js")

    def _about(self, words: Words) -> Files:
        programme, about = self.scene.programme, self.scene.edition.provenance
        paragraphs = (words.label(programme.about), words.label(programme.provenance), about.attribution_long)
        told = Markup("").join(Markup('<p class="atlas-text">{}</p>').format(text) for text in paragraphs)
        body = Markup("<h1>{}</h1>{}{}").format(words.say("Daten und Quellen"), told, glossary(programme, words))
        yield self._page("ueber/index.html", words.say("Daten und Quellen"), body, words)

    def open_data(self) -> Files:
        """Yield the open data at the addresses of the application, as far as they need no parameters."""
        scene, words, snapshot = self.scene, Words("de"), self.scene.snapshot
        for ending in ("csv", "json", "geojson", "gpkg"):
            yield f"api/v1/status.{ending}", status_file(scene, ending, words)
        yield "api/v1/records.csv", records_file(scene.records)
        for day in boundary_days(snapshot, scene.programme):
            if day <= self.order.as_of:
                yield f"api/v1/boundaries/{day}.geojson", boundaries_file(snapshot, scene.programme, day, words)
        if self.order.address:
            said = build_catalogue(snapshot, self.order.address)
            yield "api/v1/catalog.jsonld", json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    # ---- pictures ------------------------------------------------------------------------------------------------

    @property
    def _state_name(self) -> str:
        return self.scene.programme.state_name.de.lower()

    def _drawn(self, view: ViewState, places: tuple[str, ...], size: Size, words: Words) -> Drawn:
        return draw(self.scenes, view, Excerpt(places, size), words)


def _prefix(words: Words) -> str:
    return "en/" if words.lang == "en" else ""


def _layer_path(layer: str, first: str) -> str:
    return "index.html" if layer == first else f"ebene/{layer}/index.html"
