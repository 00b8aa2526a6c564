"""What the browser is told to fetch at once, instead of one after the other as it comes to know of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from atlas.present.context import ViewContext
from atlas.web.payloads import PREFIX, PayloadStore
from atlas.web.scripts import asset

STREAMLIT_PARTS: Final = ("Html", "BidiComponent", "Selectbox", "ButtonGroup", "ComponentInstance")
"""The scripts of Streamlit that draw what stands on our pages with a map; its index.html names those of all pages only."""
_MAP_PAGES: Final = {
    "": ("search", "links", "figures", "legend", "table"),
    "kreis": ("links", "legend", "table"),
    "gemeinde": ("search", "links"),
}
"""By address of a page with a map: our components on it."""
_IMPORT: Final = re.compile(rb'(?:from|import)\s*"\./([\w.-]+\.js)"')


@dataclass(frozen=True)
class EarlyFiles:
    """Knows what a page fetches first; ``streamlit`` is the folder of Streamlit's scripts."""

    payloads: PayloadStore
    streamlit: Path

    def modules(self, page: str) -> tuple[str, ...]:
        """Return the addresses of Streamlit's and our own modules on a page with a map; none for other pages."""
        if page not in _MAP_PAGES:
            return ()
        own = (
            f"_stcore/bidi-components/atlas.{part}/{module}"
            for part in _MAP_PAGES[page]
            for module in _with_imports(lambda name: asset(f"parts/{name}"), [f"{part}.js"])
        )
        return (*self._of_streamlit, *own)

    def files(self, page: str, context: ViewContext) -> tuple[str, ...]:
        """Return the addresses of what the frame of the map fetches on a page with a map; none for other pages."""
        if page not in _MAP_PAGES:
            return ()
        urls = self.payloads.map_urls(context.snapshot, context.programme, context.edition)
        return tuple(f"{PREFIX[1:]}/{name}" for name in (*self.payloads.map_assets(), urls.index, urls.overview))

    @cached_property
    def _of_streamlit(self) -> tuple[str, ...]:
        parts = (path.name for part in STREAMLIT_PARTS for path in self.streamlit.glob(f"{part}.*.js"))
        names = _with_imports(lambda name: (self.streamlit / name).read_bytes(), parts)
        return tuple(f"static/js/{name}" for name in names if not name.startswith("index."))


def _with_imports(read: Callable[[str], bytes], names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of these modules and of all that they import, each once."""
    wanted, found = list(names), dict[str, None]()
    while wanted:
        if (name := wanted.pop()) not in found:
            found[name] = None
            wanted += [each.decode() for each in _IMPORT.findall(read(name))]
    return tuple(found)
