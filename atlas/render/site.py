"""Pages of the static site as HTML, from ``site.html`` and ``site_parts.html``. They stand for themselves without scripts.

All addresses are relative to the root of the site, which every page names in its ``<base>``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from atlas.present.site import SiteFrame
from atlas.render.templates import drawn

_FRAME_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'"
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'none'"
)


def page(
    frame: SiteFrame, heading: str, body: Markup, *, scripts: Sequence[str] = (), expected: Sequence[str] = ()
) -> str:
    """Return a whole page; ``expected`` are files its scripts will ask for, which the browser may fetch at once."""
    return drawn(
        "site.html", frame=frame, heading=heading, body=body, scripts=scripts, expected=expected, policy=_POLICY
    )


def map_frame(script: str, style: str, urls: str, expected: Iterable[str]) -> str:
    """Return the page in the frame: the map alone; ``urls`` is the JSON its script reads."""
    return drawn("site_map.html", script=script, style=style, urls=urls, expected=expected, policy=_FRAME_POLICY)
