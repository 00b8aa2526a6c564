"""The whole state on A4 as PNG, SVG and PDF, against a browser's screenshot of the folium map; and live images.

What a user would pick instead is folium's ``_to_png``: it starts a browser, opens the map, waits for ``delay`` (three
seconds unless told) and takes a screenshot. Its steps are done here with Playwright, and kindlier twice over: without
the delay, and with a browser that is already running. Neither gives a title, a legend, a source or a vector file.

Live images are asked for over loopback by as many connections at once as a proxy would keep open.

``python -m bench.pictures``
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import folium
import geopandas as gpd
from playwright.sync_api import sync_playwright
from xstatic.pkg import leaflet

from atlas.export.pictures import draw, written
from atlas.model.boundaries import Level
from atlas.model.excerpt import Excerpt, Form, Size
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.looks import looks_of
from atlas.present.wording import Words
from atlas.sources.boundaries import read_geometry
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests.browser.conftest import serving
from tests.conftest import ROOT

_RUNS = 7
_TODAY = date(2026, 11, 23)
_A4 = {"width": 842, "height": 595}
_DOTS = 300 / 72
_SECONDS = 8.0


def _seconds(job: Callable[[], object], runs: int = _RUNS) -> float:
    job()
    spent = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def _ours(contexts: ViewContexts) -> dict[Form, float]:
    """Return seconds per form; every run another layer and date, so that nothing finished is found again."""
    layers = contexts.of(ViewState()).programme.layers
    spent: dict[Form, float] = {}
    for form in Form:
        days = iter(_TODAY - timedelta(days=37 * i) for i in range(40))

        def make(form: Form = form, days: object = days) -> bytes:
            day = next(days)  # type: ignore[call-overload]
            view = ViewState(layer=layers[day.toordinal() % len(layers)], as_of=day)
            return written(draw(contexts, view, Excerpt(size=Size.A4), Words("de")), form)

        spent[form] = _seconds(make)
    return spent


def _folium_page(contexts: ViewContexts, folder: Path) -> Path:
    """Write the map a user would make, with its libraries beside it, and return the page."""
    layer = contexts.of(ViewState()).programme.layers[1]
    context = contexts.of(ViewState(layer=layer))
    looks = {look.code: look for look in looks_of(context.programme, layer)}
    areas = read_geometry(context.edition, Level.DETAIL).to_crs("EPSG:4326")
    areas = gpd.GeoDataFrame(areas, geometry="geometry").assign(
        name=context.edition.municipalities["name"],
        colour=[looks[c].colour if c in looks else "" for c in context.spec.codes],
    )
    areas = areas[areas["colour"] != ""]
    drawn = folium.Map(tiles=None, zoom_control=False)
    for name in ("leaflet.js", "leaflet.css"):
        shutil.copy(Path(leaflet.BASE_DIR) / name, folder / name)
    drawn.default_js, drawn.default_css = [("leaflet", "leaflet.js")], [("leaflet_css", "leaflet.css")]
    folium.GeoJson(
        areas,
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "color": "#888",
            "weight": 0.7,
            "fillOpacity": 1,
        },
    ).add_to(drawn)
    drawn.fit_bounds([[50.17, 11.87], [51.69, 15.05]])
    page = folder / "map.html"
    drawn.save(page)
    return page


def _screenshots(page_file: Path) -> tuple[float, float]:
    """Return seconds with a browser started for it, and with one that is running; without any delay."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    flags = ["--no-sandbox", "--disable-gpu"]
    with sync_playwright() as playwright:

        def shoot(browser: object) -> None:
            page = browser.new_page(viewport=_A4, device_scale_factor=_DOTS)  # type: ignore[attr-defined]
            page.goto(page_file.as_uri())
            page.wait_for_function("() => document.querySelectorAll('path.leaflet-interactive').length > 400")
            page.screenshot()
            page.close()

        def fresh() -> None:
            browser = playwright.chromium.launch(executable_path=path, args=flags)
            shoot(browser)
            browser.close()

        browser = playwright.chromium.launch(executable_path=path, args=flags)
        running = _seconds(lambda: shoot(browser), 5)
        browser.close()
        return _seconds(fresh, 3), running


async def _ask(host: str, port: int, addresses: object, until: float, statuses: dict[str, int]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < until:
        path = next(addresses)  # type: ignore[call-overload]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
        if length:
            await reader.readexactly(length)
        status = head.split(" ", 2)[1]
        statuses[status] = statuses.get(status, 0) + 1
    writer.close()


def _rate(url: str, addresses: object, connections: int) -> tuple[float, dict[str, int]]:
    parts = urlsplit(url)
    statuses: dict[str, int] = {}

    async def all_at_once() -> None:
        until = time.perf_counter() + _SECONDS
        asks = (
            _ask(str(parts.hostname), int(parts.port or 80), addresses, until, statuses) for _ in range(connections)
        )
        await asyncio.gather(*asks)

    start = time.perf_counter()
    asyncio.run(all_at_once())
    return sum(statuses.values()) / (time.perf_counter() - start), statuses


def _same(path: str) -> object:
    while True:
        yield path


def _each(keys: list[str], layers: Sequence[str], form: str) -> object:
    """Yield the addresses of all municipalities in turn, as of today and for one layer after the other."""
    for layer in layers:
        for key in keys:
            yield f"/bild/{key}.{form}?ebene={layer}"


def _ever_new(layers: Sequence[str], form: str) -> object:
    """Yield addresses of pictures of days nobody has asked for yet: the status of the day has to be made, too."""
    for i in range(1_000_000):
        day = date(2019, 1, 1) + timedelta(days=i % 2_500)
        place = ("sachsen", "14524", "14521450", "14626")[i % 4]
        yield f"/bild/{place}.{form}?stichtag={day}&ebene={layers[i // 4 % len(layers)]}"


def main() -> int:
    """Measure and print; 1 if a live image failed."""
    snapshot = load_snapshot(Settings(ROOT))
    contexts = ViewContexts(lambda: snapshot, lambda: _TODAY)
    ours = _ours(contexts)
    with tempfile.TemporaryDirectory() as work:
        fresh, running = _screenshots(_folium_page(contexts, Path(work)))
    print(
        "| whole state, A4, 300 dpi | median | against the screenshot, browser started | … browser running |\n|---|---|---|---|"
    )
    for form, spent in ours.items():
        print(f"| {form.upper()} | {spent * 1000:.0f} ms | {fresh / spent:.1f} × | {running / spent:.1f} × |")
    print(f"| screenshot of the folium map | {fresh:.2f} s / {running:.2f} s (folium itself adds 3 s) | 1 | 1 |\n")
    failed = False
    layers = contexts.of(ViewState()).programme.layers[:4]
    keys = sorted(contexts.of(ViewState()).status["ags"].unique().tolist())
    print("| live images on loopback | requests/s | answers |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as work, serving(ROOT, Path(work) / "log") as url:
        jobs = (
            ("PNG, kept", _same("/bild/14521450.png"), 8),
            ("SVG, kept", _same("/bild/sachsen.svg?groesse=small"), 8),
            ("PNG, another municipality each time", _each(keys, layers, "png"), 4),
            ("SVG, another municipality each time", _each(keys, layers, "svg"), 4),
            ("PNG, another day each time", _ever_new(layers, "png"), 4),
            ("SVG, another day each time", _ever_new(layers, "svg"), 4),
            ("refused", _same("/bild/sachsen.png?groesse=9999"), 8),
        )
        for name, addresses, connections in jobs:
            rate, statuses = _rate(url, addresses, connections)
            failed |= set(statuses) != ({"400"} if name == "refused" else {"200"})
            print(f"| {name} | {rate:.0f} | {statuses} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
