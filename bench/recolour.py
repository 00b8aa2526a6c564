"""Choose a layer → every area has its new colour, side by side with what a user would otherwise write.

Three pages in one browser, in turn, so that whatever slows the machine down slows all three: our map page, and
`bench/plain_folium.py` with full and with simplified geometry. ``python -m bench.recolour --help`` says the options.

What is measured, alike for all three
-------------------------------------
*Start*: the time stamp the browser gave the click on the layer control (it includes waiting for a busy page).

*End*: the end of the first animation frame in which the interactive areas of all frames of the page together are
exactly the municipalities of the day, and each of them is filled as it must be. That is judged area by area: the fills
in document order, each replaced by the number of the place where it first occurs, must equal the same for the expected
classes. So names of colours do not matter, but every single area does: one area that still has the old colour, a
missing one, or the old map still standing beside the new one, and the frame does not count. Any two layers that follow
each other differ in this (checked before). The page looks once per frame, before it is painted; the clock stops in a
message posted from there, which is handled after the frame has been laid out and painted. Rasterising and showing the
frame are not included, for anyone.

Bytes are those of the websocket messages as the page receives them, from the click until the page is quiet again.
Scripts and styles from foreign networks are served from here with a long life: the baselines never wait for the internet
and, unlike with intercepted requests, keep the browser's cache. Streamlit's settings are ours for all (see .streamlit).
"""

from __future__ import annotations

import argparse
import contextlib
import http.server
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.looks import ABSENT, layer_short, looks_of
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from bench.sessions import _free_port, _wait_until_healthy

ROOT = Path(__file__).parent.parent
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
TARGETS = {"full": 12.0, "simplified": 4.0}
QUIET_S = 0.7
MOST = 2500
"""So many areas are elements at most on our map; see map/painting.js. Of more, those documented are."""
KINDS = {each.number: each.name for each in ForwardMsg.DESCRIPTOR.fields}

WATCH = """(() => {
  if (window !== window.top) return;
  const bench = window.bench = { messages: [], sent: [], click: null, painted: null, wanted: null, shows: [] };

  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (event) => bench.messages.push([performance.now(), event.data]));
    }
    send(data) { bench.sent.push(performance.now()); super.send(data); }
  };

  const paths = () => [...document.querySelectorAll("iframe")].flatMap((frame) =>
    frame.contentDocument ? [...frame.contentDocument.querySelectorAll("path.leaflet-interactive")] : []);
  /** Fills by the place of their first occurrence; null unless there are exactly as many areas as wanted. */
  const pattern = (count) => {
    const found = paths();
    if (found.length !== count) return null;
    // Our elements come and go on a large map: their keys say the order.
    if (count && found[0].dataset.ags) found.sort((a, b) => (a.dataset.ags < b.dataset.ags ? -1 : 1));
    const seen = new Map();
    return found.map((path, i) => {
      const fill = path.style.fill || path.getAttribute("fill");
      if (!seen.has(fill)) seen.set(fill, i);
      return seen.get(fill);
    }).join();
  };
  const after = new MessageChannel();
  after.port1.onmessage = () => { bench.painted = performance.now(); };
  /** Our map also says what it shows: on a large one most areas are no elements. */
  const said = (wanted) => !wanted.painted || [...document.querySelectorAll("iframe")].some((each) =>
    each.contentDocument?.documentElement?.dataset.painted === wanted.painted);
  const look = () => {
    if (said(bench.wanted) && pattern(bench.wanted.count) === bench.wanted.pattern) after.port2.postMessage(0);
    else requestAnimationFrame(look);
  };
  bench.matches = (wanted) => said(wanted) && pattern(wanted.count) === wanted.pattern;
  bench.arm = (wanted) => {
    Object.assign(bench, { messages: [], sent: [], shows: [], click: null, painted: null, wanted });
    window.addEventListener("click", (event) => { bench.click = event.timeStamp; look(); },
      { capture: true, once: true });
  };

  const frame = () => [...document.querySelectorAll("iframe")].find((each) => each.contentDocument &&
    each.contentDocument.querySelector("path.leaflet-interactive"));
  bench.mark = () => { bench.frame = frame(); };
  bench.kept = () => bench.frame === frame() && bench.frame.isConnected;
  bench.zoom = () => frame().contentWindow.map.getZoom();
  bench.zoomIn = () => frame().contentWindow.map.zoomIn(0.8, { animate: false });
  /** When the map's own script was called, for our page. */
  bench.wrap = () => {
    const map = frame().contentWindow.atlasMap;
    const show = map && map.show;
    if (show) map.show = (...given) => {
      const begin = performance.now();
      show(...given);
      bench.shows.push([begin, performance.now()]);
    };
  };

  /** Numbers of the outermost fields of a protobuf message. */
  const fields = (bytes) => {
    const found = [];
    let at = 0;
    const number = () => {
      let value = 0, scale = 1, byte;
      do { byte = bytes[at]; at += 1; value += (byte & 127) * scale; scale *= 128; } while (byte > 127);
      return value;
    };
    while (at < bytes.length) {
      const tag = number();
      found.push(Math.floor(tag / 8));
      if (tag % 8 === 2) { const length = number(); at += length; } else number();
    }
    return found;
  };
  bench.report = () => ({ click: bench.click, painted: bench.painted, sent: bench.sent, shows: bench.shows,
    messages: bench.messages.map(([at, data]) => {
      const bytes = new Uint8Array(data);
      const map = bytes.length < 1e5 && new TextDecoder().decode(bytes).includes("atlasMap.show");
      return { at, size: bytes.length, fields: fields(bytes), map };
    }) });
})();"""


@dataclass(frozen=True)
class Layer:
    """A layer, and what its areas must look like.

    Attributes
    ----------
    label
        What the control says.
    ours, plain
        Expected pattern of fills, see the module's text: by class, and by plain colour.
    """

    label: str
    ours: dict[str, Any]
    plain: dict[str, Any]


@dataclass
class Change:
    """One change of layer, in milliseconds since the click."""

    milliseconds: float
    sizes: int
    messages: int
    frame_kept: bool
    steps: dict[str, float]


@dataclass
class Contestant:
    """A page that is measured."""

    name: str
    page: Page
    is_ours: bool
    changes: list[Change] = field(default_factory=list)
    zoom_kept: bool | None = None

    def change(self, layer: Layer) -> Change:
        """Choose a layer, wait until it is painted and the page quiet, return what it took."""
        page, wanted = self.page, layer.ours if self.is_ours else layer.plain
        page.bring_to_front()
        page.evaluate("wanted => { bench.mark(); bench.arm(wanted); }", wanted)
        _control(page, layer.label).click()
        _wait_for(page, "() => bench.painted !== null")
        _wait_until_quiet(page)
        assert page.evaluate("wanted => bench.matches(wanted)", wanted), f"{self.name}: {layer.label} did not stay"
        return _change(page.evaluate("bench.report()"), kept=page.evaluate("bench.kept()"))

    def try_zoom(self, layer: Layer) -> None:
        """Zoom in, choose a layer, note whether the zoom is still there."""
        self.page.bring_to_front()
        before = self.page.evaluate("bench.zoom()")
        self.page.evaluate("bench.zoomIn()")
        _wait_until_quiet(self.page)
        zoomed = self.page.evaluate("bench.zoom()")
        assert zoomed > before
        self.change(layer)
        self.zoom_kept = self.page.evaluate("bench.zoom()") == zoomed


def _control(page: Page, label: str) -> Any:  # noqa: ANN401 - a locator
    return page.get_by_role("radio", name=label, exact=True).or_(page.get_by_role("button", name=label, exact=True))


def _wait_for(page: Page, condition: str, given: object = None, seconds: float = 90) -> None:
    """Wait for a condition; Playwright's own way needs `eval`, which our page's headers forbid."""
    ends = time.monotonic() + seconds
    while not page.evaluate(condition, given):
        if time.monotonic() > ends:
            raise SystemExit(f"{page.url}: not within {seconds:.0f} s: {condition}")
        page.wait_for_timeout(100)


def _wait_until_quiet(page: Page) -> None:
    """Wait until no message has come or gone for a while."""
    count, since = -1, time.monotonic()
    while time.monotonic() - since < QUIET_S:
        page.wait_for_timeout(100)
        now = page.evaluate("bench.messages.length + bench.sent.length")
        if now != count:
            count, since = now, time.monotonic()


def _change(said: dict[str, Any], *, kept: bool) -> Change:
    click, messages = said["click"], said["messages"]
    finished = [each["at"] for each in messages if "script_finished" in {KINDS.get(n) for n in each["fields"]}]
    steps = {
        "sent": said["sent"][:1],
        "first message": [each["at"] for each in messages][:1],
        "map message": [each["at"] for each in messages if each["map"]][:1],
        "script finished": finished[:1],
        "map script begins": [begin for begin, _ in said["shows"]][:1],
        "map script ends": [end for _, end in said["shows"]][:1],
        "painted": [said["painted"]],
    }
    return Change(
        said["painted"] - click,
        sum(each["size"] for each in messages),
        len(messages),
        kept,
        {name: at[0] - click for name, at in steps.items() if at},
    )


def layers(programme: str = "") -> list[Layer]:
    """Return the layers with the patterns to expect today, from the same functions the pages use."""
    contexts = ViewContexts(SnapshotStore(Settings.from_environment()).current, date.today)
    found: list[Layer] = []
    for key in contexts.of(ViewState(programme=programme)).programme.layers:
        context = contexts.of(ViewState(programme=programme, layer=key))
        codes = [code for code in context.spec.codes if code != ABSENT]
        colours = {look.code: look.colour for look in looks_of(context.programme, key)}
        elements = codes if len(codes) <= MOST else [code for code in codes if code != "0"]
        ours = _pattern(elements) | {"painted": f"{key} {context.as_of.isoformat()}"}
        layer = Layer(layer_short(context.programme, key).de, ours, _pattern([colours[code] for code in codes]))
        if not found or layer.plain != found[-1].plain:  # else nobody could tell when it has been painted
            found.append(layer)
    assert found[0].plain != found[-1].plain, f"{found[0].label} and {found[-1].label} look alike"
    return found


def _pattern(fills: Sequence[str]) -> dict[str, Any]:
    first: dict[str, int] = {}
    return {"count": len(fills), "pattern": ",".join(str(first.setdefault(fill, i)) for i, fill in enumerate(fills))}


class _StandIn(http.server.BaseHTTPRequestHandler):
    """Leaflet from the installed package; everything else folium wants is empty."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        from xstatic.pkg import leaflet

        name = Path(urlsplit(self.path).path).name
        path = Path(leaflet.BASE_DIR) / name
        body = path.read_bytes() if name in {"leaflet.js", "leaflet.css"} else b""
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if name.endswith(".css") else "text/javascript")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def stand_in() -> Iterator[str]:
    """Yield the address of a server that stands in for foreign networks."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _StandIn) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def served(script: str, port: int | None, **environment: str) -> Iterator[str]:
    """Yield the address of a Streamlit script, started here."""
    port = port or _free_port()
    log = Path(os.environ.get("TMPDIR", "/tmp")) / f"bench-recolour-{port}.log"  # noqa: S108 - a log, on purpose
    flags = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, *flags],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _open(browser: Browser, name: str, url: str, first: Layer) -> Contestant:
    page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="de-DE")
    page.add_init_script(WATCH)
    page.goto(url)
    contestant = Contestant(name, page, is_ours=name == "ours")
    wanted = first.ours if contestant.is_ours else first.plain
    _wait_for(page, "wanted => bench.matches(wanted)", wanted)
    _wait_until_quiet(page)
    return contestant


def _measure(contestants: list[Contestant], chosen: list[Layer], options: argparse.Namespace) -> None:
    for contestant in contestants:
        for layer in [*chosen[1:], chosen[0]]:
            contestant.change(layer)
            if options.pictures:
                folder = Path(options.pictures)
                folder.mkdir(parents=True, exist_ok=True)
                contestant.page.screenshot(path=folder / f"{contestant.name}-{chosen.index(layer)}.png")
        contestant.page.evaluate("bench.wrap()")
    for number in range(options.rounds):
        for contestant in contestants:
            contestant.changes.append(contestant.change(chosen[(number + 1) % len(chosen)]))
    last = chosen[(options.rounds + 1) % len(chosen)]
    for contestant in contestants:
        contestant.try_zoom(last)


def report(contestants: list[Contestant]) -> dict[str, Any]:
    """Return the figures, by page."""
    found: dict[str, Any] = {}
    ours = statistics.median(each.milliseconds for each in contestants[0].changes)
    for contestant in contestants:
        times = [each.milliseconds for each in contestant.changes]
        names = dict.fromkeys(name for each in contestant.changes for name in each.steps)
        found[contestant.name] = {
            "changes": len(times),
            "median_ms": round(statistics.median(times), 1),
            "min_ms": round(min(times), 1),
            "max_ms": round(max(times), 1),
            "median_bytes": round(statistics.median(each.sizes for each in contestant.changes)),
            "messages": round(statistics.median(each.messages for each in contestant.changes)),
            "ratio": round(statistics.median(times) / ours, 2),
            "target": TARGETS.get(contestant.name),
            "frame_kept": all(each.frame_kept for each in contestant.changes),
            "zoom_kept": contestant.zoom_kept,
            "steps_ms": {
                name: round(statistics.median(each.steps[name] for each in contestant.changes if name in each.steps), 1)
                for name in names
            },
            "each_ms": [round(value, 1) for value in times],
        }
    return found


def _print(figures: dict[str, Any]) -> None:
    print(f"{'':<11}{'median':>8}{'min':>8}{'max':>8} ms{'bytes':>11}{'ratio':>8}{'target':>8}  frame  zoom")
    for name, row in figures.items():
        target = f"≥ {row['target']:g}" if row["target"] else ""
        kept = ["kept " if row[key] else "lost " for key in ("frame_kept", "zoom_kept")]
        times = "".join(f"{row[key]:>8.0f}" for key in ("median_ms", "min_ms", "max_ms"))
        print(f"{name:<11}{times}   {row['median_bytes']:>11,}{row['ratio']:>8.1f}{target:>8}  {'  '.join(kept)}")
    print("\nMilliseconds after the click (medians):")
    for name, row in figures.items():
        print(f"{name:<11}" + " → ".join(f"{step} {at:.0f}" for step, at in row["steps_ms"].items()))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="bench.recolour", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=12, help="changes measured per page")
    parser.add_argument(
        "--port", type=int, help="port of our page; the two after it are the baselines' (default: free)"
    )
    parser.add_argument("--digits", type=int, help="round the simplified geometry to so many decimals: half the bytes")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    parser.add_argument("--pictures", metavar="DIR", help="keep a picture of each page for each layer")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    return parser.parse_args(given)


def main() -> int:
    """Measure, print."""
    options = arguments()
    chosen = layers()
    ports = [options.port + i if options.port else None for i in range(3)]
    with contextlib.ExitStack() as stack:
        cdn = stack.enter_context(stand_in())
        plain, digits = "bench/plain_folium.py", str(options.digits or "")
        urls = {
            "ours": stack.enter_context(served("app.py", ports[0])),
            "full": stack.enter_context(served(plain, ports[1], BENCH_LEVEL="full", BENCH_CDN=cdn)),
            "simplified": stack.enter_context(
                served(plain, ports[2], BENCH_LEVEL="overview", BENCH_CDN=cdn, BENCH_DIGITS=digits)
            ),
        }
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=options.chromium, args=[*CHROMIUM, "--disable-sync"])
        contestants = [_open(browser, name, url, chosen[0]) for name, url in urls.items()]
        _measure(contestants, chosen, options)
        browser.close()
    figures = report(contestants)
    if options.json:
        print(json.dumps(figures, indent=2, ensure_ascii=False))
    else:
        _print(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
