"""What the browser is told to fetch at once, instead of when it comes to know of it."""

from __future__ import annotations

from typing import Final

from atlas.present.context import ViewContext
from atlas.web.payloads import PREFIX, PayloadStore

_MAP_PAGES: Final = {"", "kreis", "gemeinde"}
"""By address: pages with a map."""


def map_files(page: str, context: ViewContext, payloads: PayloadStore) -> tuple[str, ...]:
    """Return the addresses of what the frame of the map fetches on a page with a map; none for other pages.

    Scripts of Streamlit and of our components are not among them: fetched early, they hold up what draws the page.
    """
    if page not in _MAP_PAGES:
        return ()
    if context.is_tiled and not page:
        urls = payloads.tile_urls(context)
    else:
        urls = payloads.map_urls(context.snapshot, context.programme, context.edition)
    return tuple(f"{PREFIX[1:]}/{name}" for name in (*payloads.map_assets(), urls.index, urls.overview))
