"""The page that lists the open data, from ``open_data.html``: plain, without scripts, for people who look first."""

from __future__ import annotations

from markupsafe import Markup

from atlas.present.open_data_page import Links, OpenDataPage
from atlas.render.templates import drawn, drawn_part


def open_data_page(page: OpenDataPage) -> bytes:
    """Return the page."""
    return drawn("open_data.html", page=page).encode()


def open_data_links(links: Links) -> Markup:
    """Return links to files, side by side."""
    return drawn_part("parts.html", "links_in_line", links=links)
