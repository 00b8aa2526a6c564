"""The static site: the public map as plain files, for any web server.

The other way to serve what the application serves: the same descriptions, the same map, legend and table, the same
addresses; days without a server come from files that hold every day on which anything changes. What the pages are is
in `site_map` and `site_places`.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from atlas.errors import AtlasError, Problem
from atlas.export.workers import executor
from atlas.phrases import N_
from atlas.present.context import ViewContexts
from atlas.sources.snapshot import load_snapshot
from atlas.web.crawlers import sitemap
from atlas.web.site_frame import Files, Order, Site
from atlas.web.site_map import day_file, map_pages
from atlas.web.site_places import (
    data_page,
    district_pages,
    help_pages,
    lists,
    municipality_pages,
    nothing_here_page,
    open_data,
)

MARKER = ".praeventionsatlas-site"
"""Stands in every folder `publish` has written: only such a one is written over."""
_CHUNK = 12
"""So many municipalities are one piece of work."""


def publish(order: Order, folder: Path, jobs: int = 2) -> int:
    """Write the site and return how many files it has. It appears as a whole or not at all.

    ``jobs`` processes share the work; one does it here. Raises `AtlasError` if the folder holds something else, or the
    data can't be used.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        text = N_(
            "In diesem Ordner liegt etwas anderes als eine frühere Fassung der Seiten. Bitte einen leeren Ordner nehmen."
        )
        raise AtlasError(Problem(str(folder), text))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        made = Path(work) / "site"
        paths = [_put(made, *each) for each in _all(order, jobs)]
        paths += [_put(made, *each) for each in _for_crawlers(order.settings.address, paths)]
        (made / MARKER).write_bytes(b"")
        old = Path(work) / "old"
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
    return len(paths)


def _put(folder: Path, path: str, body: bytes) -> str:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    return path


def _for_crawlers(address: str, paths: list[str]) -> Files:
    """Yield robots.txt and, where the address is known, the list of all pages."""
    robots = "User-agent: *\nAllow: /\n"
    if address:
        pages = [each for each in paths if each.endswith("index.html")]
        yield "sitemap.xml", sitemap(address, pages).encode()
        robots += f"Sitemap: {address}/sitemap.xml\n"
    yield "robots.txt", robots.encode()


def _all(order: Order, jobs: int) -> Files:
    site = _site(order)
    keys = list(site.places)
    with executor(jobs) as pool:
        days = {layer: pool.submit(_day_file, order, layer) for layer in site.context.programme.layers}
        places = [pool.submit(_places, order, keys[i : i + _CHUNK]) for i in range(0, len(keys), _CHUNK)]
        yield from site.files()
        yield from data_page(site)
        yield from nothing_here_page(site)
        yield from help_pages(site)
        yield from lists(site)
        yield from district_pages(site)
        yield from open_data(site)
        yield from map_pages(site, {layer: made.result() for layer, made in days.items()})
        for made in places:
            yield from made.result()


def _day_file(order: Order, layer: str) -> bytes:
    return day_file(_site(order), layer)


def _places(order: Order, keys: list[str]) -> list[tuple[str, bytes]]:
    return list(municipality_pages(_site(order), keys))


@cache
def _site(order: Order) -> Site:
    """Return the site; each process that works on it reads the data once."""
    snapshot = load_snapshot(order.settings).alone(order.programme)
    return Site(order, ViewContexts(lambda: snapshot, lambda: order.as_of, kept_rows=512_000))
