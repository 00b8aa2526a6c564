"""What the browser fetches once: geometry, names, Leaflet and our scripts, under names that contain their hash."""

from __future__ import annotations

import gzip
import hashlib
import string
import threading
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain
from pathlib import Path

from xstatic.pkg import leaflet

from atlas.export.tiles import tile_map
from atlas.model.boundaries import BoundaryVersion, Level
from atlas.model.programme import Programme
from atlas.model.records import Records
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContext
from atlas.present.map_index import body_names, build_map_index
from atlas.present.search import search_index, suggestions
from atlas.render.fonts import letter_widths
from atlas.sources.boundaries import read_topology
from atlas.web.delivery import compact
from atlas.web.scripts import asset, script

PREFIX = "/atlas"
_KEPT = 128
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".webp": "image/webp",
}


@dataclass(frozen=True)
class Payload:
    """One immutable file for the browser."""

    name: str
    media_type: str
    body: bytes

    @cached_property
    def gzipped(self) -> bytes:
        """The body, packed when it is first asked for: not every state's detail ever is.

        Level 9 takes three times as long, for a country a second of the first visitor's, and saves a hundredth.
        """
        return gzip.compress(self.body, 6, mtime=0)


@dataclass(frozen=True)
class MapUrls:
    """Where the map finds its data, as paths below `PREFIX`."""

    index: str
    overview: str
    details: dict[str, str]
    """By state, or under the empty key for a set of one state."""
    tall: float
    """Height of the whole on the map for a width of one: the frame is made as high before anything is fetched."""

    def told(self, folder: str, *, finer: bool = True) -> dict[str, object]:
        """Return what `atlasMap.start` is told; ``folder`` is where the files are, as the map's frame sees it.

        It stands before the index only: the others lie beside it.
        """
        return {
            "index": folder + self.index,
            "overview": self.overview,
            "details": self.details if finer else {},
            "tall": self.tall,
        }


class PayloadStore:
    """Keeps payloads by name. Old ones stay for a while, for pages that are still open.

    ``font`` is the address of the page's font as the map's style sheet sees it; the map then writes in the same.
    """

    def __init__(self, font: str = "") -> None:
        self._font = font
        self._lock = threading.Lock()
        self._payloads: dict[str, Payload] = {}
        self._maps: dict[tuple[str, str, str], MapUrls] = {}
        self._searches: dict[tuple[str, str, str], str] = {}

    def get(self, name: str) -> Payload | None:
        """Return the payload of this name, None if there is none."""
        return self._payloads.get(name)

    def add(self, stem: str, suffix: str, body: bytes) -> str:
        """Keep ``body`` and return its name, ``stem.<hash>suffix``."""
        name = f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}{suffix}"
        with self._lock:
            if name not in self._payloads:
                self._payloads[name] = Payload(name, _TYPES[suffix], body)
                while len(self._payloads) > _KEPT:
                    self._payloads.pop(next(iter(self._payloads)))
        return name

    def map_assets(self) -> tuple[str, str]:
        """Return the names of the map's script and style sheet."""
        return self.add("map", ".js", map_script()), self.add("map", ".css", map_style(self._font))

    def warm_up(self, snapshot: Snapshot, programme: Programme, edition: BoundaryVersion) -> None:
        """Make and pack what the first map of a set needs before anybody asks for it."""
        urls = self.map_urls(snapshot, programme, edition)
        for name in (urls.index, urls.overview):
            _ = self._payloads[name].gzipped

    def search_file(self, snapshot: Snapshot, programme: Programme, edition: BoundaryVersion) -> str:
        """Return the name of what the search box reads, made on the first call for this snapshot and set."""
        key = (snapshot.fingerprint, programme.boundary_set, edition.starts.isoformat())
        if key not in self._searches:
            index = search_index(
                suggestions(edition, edition.changes, snapshot.populations.get(programme.boundary_set))
            )
            self._searches[key] = self.add("search", ".json", compact(index).encode())
        return self._searches[key]

    def map_urls(self, snapshot: Snapshot, programme: Programme, edition: BoundaryVersion) -> MapUrls:
        """Return the paths of a map's data, made on the first call for this snapshot."""
        key = (snapshot.fingerprint, programme.key, edition.starts.isoformat())
        if key not in self._maps:
            records = snapshot.records[programme.key]
            details = {
                state: self.add(f"{Level.DETAIL}{state}", ".json", read_topology(edition, path))
                for state, path in edition.detail_paths.items()
            }
            self._maps[key] = MapUrls(
                self.add(f"{programme.key}", ".json", compact(_map_index(programme, edition, records)).encode()),
                self.add(f"{Level.OVERVIEW}", ".json", read_topology(edition, edition.topology_path(Level.OVERVIEW))),
                details,
                edition.tall,
            )
        return self._maps[key]

    def tile_urls(self, context: ViewContext) -> MapUrls:
        """Return the paths of the data of a map in tiles: those of the map, with other geometry."""
        urls = self.map_urls(context.snapshot, context.programme, context.edition)
        tiles = tile_map(context)
        return replace(urls, overview=self.add("tiles", ".json", tiles.body), details={}, tall=tiles.tall)


def _map_index(programme: Programme, edition: BoundaryVersion, records: Records) -> dict[str, object]:
    """Return the map's index with the widths of the letters that its names have."""
    index = build_map_index(programme, edition, records)
    places = (table["name"] for table in (edition.municipalities, edition.districts, edition.states) if len(table))
    return index | {"letters": letter_widths(chain(*places, body_names(records), string.digits))}


@cache
def map_script() -> bytes:
    """Return Leaflet (from the package XStatic-Leaflet) and our own script as one file."""
    return b"\n;\n".join([_leaflet("leaflet.js"), script("map/main.js")])


@cache
def map_style(font: str) -> bytes:
    """Return Leaflet's style sheet and ours as one file, with the page's font if there is one."""
    face = f'@font-face {{ font-family: "Atlas"; src: url("{font}") format("woff2"); font-weight: 200 900; }}\n'
    return b"\n".join([face.encode() if font else b"", _leaflet("leaflet.css"), asset("map.css")])


def _leaflet(name: str) -> bytes:
    return (Path(leaflet.BASE_DIR) / name).read_bytes().replace(b"//# sourceMappingURL=leaflet.js.map", b"")
