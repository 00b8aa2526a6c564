"""The map of a whole country beside plain streamlit-folium and pydeck: choose a layer → every area has its new colour.

``python -m bench.country [--programme KEY] [--rounds N]``; without a programme, the one with the most entries of those
on the set with the most municipalities. All three get the same generalised geometry and take their turns in one browser.

Ours and streamlit-folium are timed as in `bench.recolour`, from the click to the frame in which every element has its new
fill. Our map paints what is no element on a canvas in the same frame: after each change the canvas is read back and
compared with the expected class of every municipality (not timed). pydeck paints one canvas of WebGL (on a machine
without a graphics card: SwiftShader); it is timed from the click to the frame in which a municipality that changes its
class has the new colour in it, and given up after two minutes, which is then said.

Also: the first map in a cold browser, and what the geometry weighs.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import statistics
import sys
import time
from datetime import date
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from atlas.model.boundaries import Level
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.looks import ABSENT, layer_short, looks_of
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.web.payloads import Payload
from bench import recolour
from bench.recolour import Contestant, _control, _open, _wait_for, _wait_until_quiet, served, stand_in

CHROMIUM = [
    *(each for each in recolour.CHROMIUM if each != "--disable-gpu"),
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
TARGET_MS, TARGET_BYTES, TARGET_RATIO, TARGET_FIRST_MS = 1000, 25_000, 15, 4000
DECK_ROUNDS, DECK_LIMIT_S = 2, 120
"""Where there is no graphics card, pydeck takes half a minute for each; it is waited for so long."""
NEAR = 30
"""So far apart two colours may be, per channel, and still be the same after painting."""

READ_BACK = """(points) => {
  const frame = [...document.querySelectorAll("iframe")].find((each) => each.contentWindow && each.contentWindow.atlasMap);
  const canvas = frame.contentDocument.querySelector(".leaflet-ground-pane canvas");
  const map = frame.contentWindow.map, ratio = frame.contentWindow.devicePixelRatio || 1;
  const box = canvas.getBoundingClientRect();
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return points.map(([lat, lng]) => {
    const { x, y } = map.latLngToContainerPoint([lat, lng]);
    const at = 4 * (Math.round((y - box.top) * ratio) * canvas.width + Math.round((x - box.left) * ratio));
    return [data[at], data[at + 1], data[at + 2]];
  });
}"""


def largest(snapshot: Snapshot) -> str:
    """Return the programme with the most entries on the set with the most municipalities."""
    size = {key: len(editions[-1].municipalities) for key, editions in snapshot.editions.items()}
    most = max(size[each.boundary_set] for each in snapshot.programmes.values())
    here = [key for key, each in snapshot.programmes.items() if size[each.boundary_set] == most]
    return max(here, key=lambda key: len(snapshot.records[key].table))


def contexts_of(programme: str, labels: set[str]) -> list[ViewContext]:
    """Return the scenes of the layers whose names are given, in order."""
    contexts = ViewContexts(SnapshotStore(Settings.from_environment()).current, date.today)
    layers = contexts.of(ViewState(programme=programme)).programme.layers
    found = [contexts.of(ViewState(programme=programme, layer=layer)) for layer in layers]
    return [each for each in found if layer_short(each.programme, each.view.layer).de in labels]


def wrong_on_canvas(page: Page, context: ViewContext) -> int:
    """Return how many municipalities have another colour on our canvas than their class.

    Left out are those whose class has a hatch, and those of less than 40 km², in which a point may hit the next one.
    """
    rows = context.edition.municipalities
    looks = {look.code: look for look in looks_of(context.programme, context.view.layer)}
    chosen = [
        i
        for i, code in enumerate(context.spec.codes)
        if code != ABSENT and looks[code].hatch == "none" and rows["area_km2"].iloc[i] > 40
    ]
    points = rows.iloc[chosen][["label_lat", "label_lon"]].to_numpy().tolist()
    read = page.evaluate(READ_BACK, points)
    return sum(
        not _alike(tuple(found), looks[context.spec.codes[i]].colour) for i, found in zip(chosen, read, strict=True)
    )


def _alike(found: tuple[int, ...], wanted: str) -> bool:
    return all(abs(found[k] - int(wanted[2 * k + 1 : 2 * k + 3], 16)) <= NEAR for k in range(3))


KEEP = """(() => {
  const plain = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return plain.call(this, kind, kind.startsWith("webgl") ? { ...options, preserveDrawingBuffer: true } : options);
  };
  const spot = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (canvas, x, y) => {
    spot.drawImage(canvas, x, y, 1, 1, 0, 0, 1, 1);
    return [...spot.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  /** Watch a point from the click on, frame by frame, until it has a colour. */
  window.deckWatch = ({ dx, dy, wanted }) => {
    const state = window.deckState = { click: null, painted: null, seen: null };
    const look = () => {
      const canvas = document.querySelector("canvas");
      state.seen = canvas && colour(canvas, Math.round(canvas.width / 2 + dx), Math.round(canvas.height / 2 + dy));
      if (state.seen && state.seen.every((value, i) => Math.abs(value - wanted[i]) <= 12)) state.painted = performance.now();
      else requestAnimationFrame(look);
    };
    window.addEventListener("click", (event) => { state.click = event.timeStamp; look(); }, { capture: true, once: true });
    return look;
  };
  window.deckNow = (given) => { window.deckWatch(given)(); };
})();"""
"""For the page with pydeck: its canvas keeps what was painted, and one point of it is looked at in every frame."""


class Deck:
    """The page with pydeck."""

    def __init__(self, browser: Browser, url: str, contexts: list[ViewContext]) -> None:
        self.page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="de-DE")
        self.page.add_init_script(recolour.WATCH)
        self.page.add_init_script(KEEP)
        self.page.goto(url)
        self.times: list[float] = []
        self.sizes: list[int] = []
        self.given_up = 0
        self.page.evaluate("given => { deckNow(given); }", _spot(contexts[0], contexts[-1]))
        self._wait_until_painted()

    def change(self, before: ViewContext, after: ViewContext) -> None:
        """Choose a layer and note what it took."""
        self.page.bring_to_front()
        _wait_until_quiet(self.page)
        self.page.evaluate("given => { bench.messages = []; deckWatch(given); }", _spot(after, before))
        _control(self.page, layer_short(after.programme, after.view.layer).de).click()
        is_painted = self._wait_until_painted()
        _wait_until_quiet(self.page)
        said = self.page.evaluate(
            "({ ...deckState, size: bench.messages.reduce((n, [, data]) => n + data.byteLength, 0) })"
        )
        self.times.append(said["painted"] - said["click"] if is_painted else 1000 * DECK_LIMIT_S)
        self.given_up += not is_painted
        self.sizes.append(said["size"])

    def _wait_until_painted(self) -> bool:
        """Wait for the colour, within the limit; return whether it came."""
        ends = time.monotonic() + DECK_LIMIT_S
        while time.monotonic() < ends:
            if self.page.evaluate("deckState.painted !== null"):
                return True
            self.page.wait_for_timeout(200)
        return False


def _spot(wanted: ViewContext, other: ViewContext) -> dict[str, Any]:
    """Return a point in the largest municipality that looks different in two scenes, and its colour in the first."""
    position = _changing(wanted, other)
    row = wanted.edition.municipalities.iloc[position]
    look = {each.code: each for each in looks_of(wanted.programme, wanted.view.layer)}[wanted.spec.codes[position]]
    west, south, east, north = wanted.edition.bounds
    x0, y0 = _plane((south + north) / 2, (west + east) / 2)
    x1, y1 = _plane(row["label_lat"], row["label_lon"])
    return {"dx": x1 - x0, "dy": y1 - y0, "wanted": [int(look.colour[k : k + 2], 16) for k in (1, 3, 5)]}


def _plane(lat: float, lon: float) -> tuple[float, float]:
    """Return pixels at the zoom of `bench.plain_pydeck`."""
    scale = 512 * 2**5 / (2 * math.pi)
    return scale * math.radians(lon), -scale * math.asinh(math.tan(math.radians(lat)))


def _changing(one: ViewContext, other: ViewContext) -> int:
    """Return the largest municipality whose colour differs between two scenes."""
    colours = [{look.code: look.colour for look in looks_of(each.programme, each.view.layer)} for each in (one, other)]
    differing = [
        i
        for i, (a, b) in enumerate(zip(one.spec.codes, other.spec.codes, strict=True))
        if a != ABSENT and colours[0][a] != colours[1][b]
    ]
    return max(differing, key=lambda i: float(one.edition.municipalities["area_km2"].iloc[i]))


def first_map(browser: Browser, url: str, rounds: int) -> list[float]:
    """Return how long a browser without anything stored takes from the address to the painted map, milliseconds."""
    times = []
    for _ in range(rounds):
        context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="de-DE")
        page = context.new_page()
        begin = time.perf_counter()
        page.goto(url, wait_until="commit")
        _wait_for(
            page,
            "() => [...document.querySelectorAll('iframe')].some((each) => "
            " each.contentDocument?.documentElement?.dataset.painted)",
        )
        times.append(1000 * (time.perf_counter() - begin))
        context.close()
    return times


def main() -> int:
    """Measure, print."""
    parser = argparse.ArgumentParser(prog="bench.country", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--programme", help="key of the programme")
    parser.add_argument("--rounds", type=int, default=8, help="changes measured per page")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    parser.add_argument(
        "--no-pydeck", action="store_true", help="leave pydeck out, which takes minutes without a graphics card"
    )
    options = parser.parse_args()
    programme = options.programme or largest(SnapshotStore(Settings.from_environment()).current())
    layers = recolour.layers(programme)
    contexts = contexts_of(programme, {each.label for each in layers})
    edition = contexts[0].edition
    size = len(Payload("", "", edition.topology_path(Level.OVERVIEW).read_bytes()).gzipped)
    with contextlib.ExitStack() as stack:
        settings = {
            "BENCH_LEVEL": "overview",
            "BENCH_PROGRAMME": programme,
            "BENCH_CDN": stack.enter_context(stand_in()),
            "STREAMLIT_SERVER_MAX_MESSAGE_SIZE": "200",  # Streamlit's own; ours allows a tenth, which pydeck exceeds
        }
        ours = stack.enter_context(served("app.py", None)) + f"/?programm={programme}"
        folium = stack.enter_context(served("bench/plain_folium.py", None, **settings))
        deck_url = stack.enter_context(served("bench/plain_pydeck.py", None, **settings))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=recolour.CHROMIUM if options.no_pydeck else CHROMIUM
        )
        first = first_map(browser, ours, 5)
        contestants = [_open(browser, "ours", ours, layers[0]), _open(browser, "simplified", folium, layers[0])]
        deck = None if options.no_pydeck else Deck(browser, deck_url, contexts)
        wrong = _measure(contestants, deck, layers, contexts, options.rounds)
        browser.close()
    figures = recolour.report(contestants)
    print(f"{programme}, {len(edition.municipalities):,} areas")
    _print(figures, deck, first, wrong, size)
    return 0


def _measure(
    contestants: list[Contestant],
    deck: Deck | None,
    layers: list[recolour.Layer],
    contexts: list[ViewContext],
    rounds: int,
) -> int:
    """Let all take their turns; return how many areas had another colour on our canvas than they ought to."""
    wrong = 0
    for contestant in contestants:
        for layer in [*layers[1:], layers[0]]:
            contestant.change(layer)
        contestant.page.evaluate("bench.wrap()")
    for number in range(rounds):
        k = (number + 1) % len(layers)
        for contestant in contestants:
            contestant.changes.append(contestant.change(layers[k]))
        wrong += wrong_on_canvas(contestants[0].page, contexts[k])
        if deck and number < DECK_ROUNDS:
            deck.change(contexts[number % len(layers)], contexts[k])
    last = layers[(rounds + 1) % len(layers)]
    _zoom_ours(contestants[0], last)
    for contestant in contestants[1:]:
        contestant.try_zoom(last)
    return wrong


def _zoom_ours(ours: Contestant, layer: recolour.Layer) -> None:
    """Zoom in, choose a layer, note whether the zoom is still there; closer by, other areas are elements."""
    page = ours.page
    page.bring_to_front()
    before = page.evaluate("bench.zoom()")
    page.evaluate("bench.zoomIn()")
    _wait_until_quiet(page)
    zoomed = page.evaluate("bench.zoom()")
    assert zoomed > before
    _control(page, layer.label).click()
    said = "(painted) => [...document.querySelectorAll('iframe')].some((each) => each.contentDocument?.documentElement?.dataset.painted === painted)"
    _wait_for(page, said, layer.ours["painted"])
    _wait_until_quiet(page)
    ours.zoom_kept = page.evaluate("bench.zoom()") == zoomed


def _print(figures: dict[str, Any], deck: Deck | None, first: list[float], wrong: int, size: int) -> None:
    recolour._print(figures)
    if deck:
        median = statistics.median(deck.times)
        ours = figures["ours"]
        print(
            f"pydeck     {median:>8.0f}{min(deck.times):>8.0f}{max(deck.times):>8.0f}   {statistics.median(deck.sizes):>11,.0f}"
            f"{median / ours['median_ms']:>8.1f}"
        )
        if deck.given_up:
            print(f"pydeck had not painted within {DECK_LIMIT_S} s in {deck.given_up} of {len(deck.times)} changes")
    print(f"\nareas with another colour on our canvas than their class: {wrong}")
    print(f"first map, cold browser: median {statistics.median(first):.0f} ms, slowest {max(first):.0f} ms")
    print(f"geometry of the first level with gzip: {size:,} bytes")
    print(
        f"asked: ≤ {TARGET_MS} ms, ≤ {TARGET_BYTES:,} bytes, ≥ {TARGET_RATIO} × streamlit-folium, first map ≤ {TARGET_FIRST_MS} ms"
    )


if __name__ == "__main__":
    sys.exit(main())
