"""The map as one HTML file: opened from a disk, it asks nobody for anything."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from atlas.present.site import SiteFrame
from atlas.present.wording import Words
from atlas.render.fonts import FAMILY, embedded_faces
from atlas.render.templates import Pieces, drawn
from atlas.web.scripts import asset, script

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_FILES = """const inside = JSON.parse(document.getElementById("files").textContent);
window.fetch = async (asked) => {
  const name = String(asked).split("/").pop();
  const text = inside.files[name];
  return { ok: text !== undefined, status: text === undefined ? 404 : 200, json: async () => JSON.parse(text) };
};"""
"""Everything that would be fetched is in the page."""


@dataclass(frozen=True)
class Inside:
    """What the file has inside.

    Attributes
    ----------
    files
        By name: what the map page fetches, and the map's script and style sheet.
    about
        What the script of the map page is told.
    urls
        What the map is told of its files.
    script, style
        Names of the map's script and style sheet.
    """

    files: Mapping[str, str]
    about: Mapping[str, object]
    urls: Mapping[str, object]
    script: str
    style: str


def offline_page(frame: SiteFrame, layers: Markup, inside: Inside, words: Words) -> str:
    """Return the file: headline and foot of a page, the choice of layers, and all it needs."""
    urls = json.dumps(inside.urls)
    map_page = (
        f'<!doctype html><html><head><meta charset="utf-8"><style>{_style(embedded_faces().replace(FAMILY, "Atlas") + _without_faces(inside.files[inside.style]))}</style></head><body>'
        f"<div id=\"map_div\" data-urls='{urls}'></div><script>window.fetch = window.parent.fetch;</script>"
        f"<script>{_script(inside.files[inside.script].encode())}</script><script>{_script(script('site/frame.js'))}</script></body></html>"
    )
    styles = embedded_faces() + asset("page.css").decode() + _without_faces(asset("site.css").decode())
    files = {name: text for name, text in inside.files.items() if name not in (inside.script, inside.style)}
    return drawn(
        "site_offline.html",
        frame=frame,
        policy=_POLICY,
        style=Markup(_style(styles)),  # noqa: S704 - our own
        files=as_data({"files": files}),
        told=as_data({**inside.about, "mapPage": map_page}),
        shim=Markup(_FILES),  # noqa: S704 - our own
        script=Markup(_script(script("site/main.js"))),  # noqa: S704 - our own
        body=Pieces("site_parts.html").map_body("", words.say("Die Karte wird geladen …"), layers, {}),
    )


def as_data(said: object) -> Markup:
    """Return data for a script element: no character in it can end the element."""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here


def _script(source: bytes) -> str:
    """Return a script for inside a script element: nothing in it ends the element."""
    return source.decode().replace("</script", "<\\/script")


def _style(text: str) -> str:
    return text.replace("</style", "")


def _without_faces(text: str) -> str:
    return re.sub(r"@font-face \{[^}]*\}", "", text)
