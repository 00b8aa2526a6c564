"""The pictures of the handbook, taken from the running product: ``python -m tests.handbook_pictures``, or ``make handbook-pictures``.

Names of pictures behind the command take these only.

What everybody sees is of the shipped data, what only editors see of the invented state. The day is fixed, so that a picture
changes only if the product or the record does.
"""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload

from tests.browser.conftest import Visit, chromium
from tests.miniland import write
from tests.servers import ROOT, serving

FOLDER = ROOT / "docs" / "handbuch"
MOST_BYTES = 60_000
WIDTH = 1040
_FAULTY = FilePayload(
    name="meldung.csv",
    mimeType="text/csv",
    buffer="""AGS;Gemeinde;Baustein;Stufe;Datum;Quelle
00021010;Neustadt;Gespräch;geführt;01.02.2025;Ein Heft
0021020;Bergen;Rat;besteht;31.02.2025;Ein Heft
00021050;Erlen;Rat;besteht;06/2021;
""".encode(),
)


@dataclass(frozen=True)
class Shot:
    """A picture: the page, what has to be there, how high it is, what is at its top, the layer of the map on it."""

    name: str
    address: str
    ready: str
    height: int = 700
    top: str = ""
    layer: str | None = None
    file: FilePayload | None = None
    """Put into the upload field."""

    @property
    def is_invented(self) -> bool:
        """Whether it is of the invented state: what only editors see."""
        return self.address.startswith("/pflege")


SHOTS = (
    Shot("karte", "/?stichtag=2025-12-31", ".atlas-legend li", 840, layer="overview"),
    Shot("kreise", "/kreis?stichtag=2025-12-31&ebene=council", "table.ranking", 470, "h2:has-text('Rangfolge')"),
    Shot(
        "veraenderung",
        "/fortschritt?stichtag=2024-12-31&von=2022-12-31&ebene=agreement",
        "pre",
        620,
        "#veraenderungen",
        "changes",
    ),
    Shot("vergleich", "/vergleich?vergleich=2022-12-31,2025-12-31&ebene=agreement", ".atlas-foot", 820),
    Shot(
        "gemeinde",
        "/gemeinde?gemeinde=14521450&stichtag=2025-12-31",
        "table.neighbours tbody tr",
        700,
        layer="overview",
    ),
    Shot("mitnehmen", "/export?gemeinde=14521450&stichtag=2025-12-31", "img.preview"),
    Shot("steuerung", "/steuerung?stichtag=2025-12-31", "h2:has-text('Lange unverändert')", 560),
    Shot("pflege", "/pflege?gemeinde=00021010", ".st-key-follow-up-save", 860),
    Shot("einfuhr", "/pflege?teil=einfuhr", "table:has-text('31.02.2025')", 1000, file=_FAULTY),
)


def take(browser: Browser, base: str, shot: Shot) -> bytes:
    """Return one picture as WebP, as good as fits into the limit."""
    page = browser.new_page(viewport={"width": WIDTH, "height": shot.height})
    Visit(page, base).open(shot.address, shot.layer)
    if shot.file:
        page.locator(".stFileUploader").wait_for()
        page.set_input_files("input[type=file]", shot.file)
    page.locator(shot.ready).first.wait_for()
    page.wait_for_load_state("networkidle")
    if shot.top:
        page.locator(shot.top).first.evaluate("each => each.scrollIntoView({ block: 'start' })")
    page.wait_for_function("() => [...document.images].every((each) => each.complete)")
    taken = page.screenshot(animations="disabled", caret="hide")
    page.close()
    return _packed(taken)


def _packed(png: bytes) -> bytes:
    """Return a picture of flat colours without loss but of colours: letters stay sharp."""
    with Image.open(io.BytesIO(png)) as shown:
        for colours in (128, 96, 64, 48, 32):
            made = io.BytesIO()
            few = shown.convert("RGB").quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            few.convert("RGB").save(made, "WEBP", lossless=True, quality=100, method=6)
            if len(made.getvalue()) <= MOST_BYTES:
                return made.getvalue()
    raise ValueError("too much in the picture for its limit")


def main() -> None:
    """Write all pictures."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        work = Path(name)
        invented = write(work / "miniland")
        with (
            serving(ROOT, work / "real.log") as real_url,
            serving(invented, work / "invented.log", ATLAS_LOCAL_EDITOR="Erika Beispiel") as invented_url,
        ):
            for shot in (each for each in SHOTS if each.name in sys.argv[1:] or not sys.argv[1:]):
                base = invented_url if shot.is_invented else real_url
                (FOLDER / f"{shot.name}.webp").write_bytes(take(browser, base, shot))


if __name__ == "__main__":
    main()
