"""The map as one HTML file: opened from a disk, it asks nobody for anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup

from atlas.present.wording import Words
from atlas.render.fonts import FAMILY, embedded_faces
from atlas.render.templates import drawn
from atlas.web.delivery import compact
from atlas.web.scripts import asset, script
from atlas.web.site_frame import Site

_FILES = """const inside = JSON.parse(document.getElementById("files").textContent);
window.fetch = async (asked) => {
  const name = String(asked).split("/").pop();
  const text = inside.files[name];
  return { ok: text !== undefined, status: text === undefined ? 404 : 200, json: async () => JSON.parse(text) };
};"""
"""Everything that would be fetched is in the page."""


def offline_page(site: Site, names: Iterable[str], about: Mapping[str, object], body: Markup, words: Words) -> str:
    """Return the file: headline and foot of a page, its ``body``, and all it needs.

    ``names`` are the files that the map page fetches, ``about`` is what its script is told. The fine geometry is not inside.
    """
    faces, (map_script, map_style) = embedded_faces(), (site.body(name).decode() for name in site.assets)
    map_styles = faces.replace(FAMILY, "Atlas") + _without_faces(map_style)
    map_page = (
        f'<!doctype html><html><head><meta charset="utf-8"><style>{_style(map_styles)}</style></head><body>'
        f"<div id=\"map_div\" data-urls='{json.dumps(site.urls.told('', finer=False))}'></div>"
        "<script>window.fetch = window.parent.fetch;</script>"
        f"<script>{_script(map_script)}</script><script>{_script(script('site/frame.js').decode())}</script></body></html>"
    )
    return drawn(
        "site_offline.html",
        frame=site.frame(words, ""),
        style=Markup(_style(faces + asset("page.css").decode() + _without_faces(asset("site.css").decode()))),  # noqa: S704 - our own
        files=as_data({"files": {name: site.body(name).decode() for name in names}}),
        told=as_data({**about, "mapPage": map_page}),
        shim=Markup(_FILES),  # noqa: S704 - our own
        script=Markup(_script(script("site/main.js").decode())),  # noqa: S704 - our own
        body=body,
    )


def as_data(said: object) -> Markup:
    """Return data for a script element: no character in it can end the element."""
    return Markup(compact(said).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here


def _script(source: str) -> str:
    """Return a script for inside a script element: nothing in it ends the element."""
    return source.replace("</script", "<\\/script")


def _style(text: str) -> str:
    return text.replace("</style", "")


def _without_faces(text: str) -> str:
    return re.sub(r"@font-face \{[^}]*\}", "", text)
