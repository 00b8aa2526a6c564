"""The static site: how long it takes to build, and how soon a visitor sees the map, over loopback.

``python -m bench.site``
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import shutil
import statistics
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from atlas.sources.settings import Settings
from atlas.sources.snapshot import programme_files
from atlas.web.site import publish
from atlas.web.site_frame import Order
from tests.conftest import ROOT

_RUNS = 9
_IMAGE = "() => { const image = document.querySelector('img.site-map'); return image && image.complete && image.naturalWidth; }"
_MAP = (
    "() => { const frame = document.querySelector('iframe');"
    " return frame && frame.contentDocument?.documentElement?.dataset.painted; }"
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def copyfile(self, *given: object) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the browser was closed meanwhile
            super().copyfile(*given)


def _seen(browser: Browser, url: str, shown: str, *, scripts: bool) -> float:
    """Return seconds from asking for the page, with an empty cache, until something is shown."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, java_script_enabled=True)
    page = context.new_page()
    foreign: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(url) else foreign.append(request.url))
    if not scripts:
        page.route("**/*.js", lambda route: route.abort())
    start = time.perf_counter()
    page.goto(f"{url}/", wait_until="commit")
    page.wait_for_function(shown, polling="raf")
    spent = time.perf_counter() - start
    context.close()
    if foreign:
        raise AssertionError(foreign)
    return spent


def main() -> int:
    """Measure and print; 1 if a request went to another host."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        folder = Path(work) / "site"
        start = time.perf_counter()
        files = publish(Order(Settings(ROOT), next(iter(programme_files(ROOT))), date(2026, 11, 23)), folder)
        built = time.perf_counter() - start
        size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
        handler = functools.partial(_Quiet, directory=str(folder))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_address[1]}"
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            _seen(browser, url, _MAP, scripts=True)
            image = [_seen(browser, url, _IMAGE, scripts=False) for _ in range(_RUNS)]
            live = [_seen(browser, url, _MAP, scripts=True) for _ in range(_RUNS)]
            browser.close()
            server.shutdown()
    print("| static site | |\n|---|---|")
    print(f"| built | {built:.0f} s, {files} files, {size / 1e6:.0f} MB |")
    for name, spent in (("map as a picture, scripts blocked", image), ("map to move and click", live)):
        print(f"| {name} | median {statistics.median(spent) * 1000:.0f} ms, slowest {max(spent) * 1000:.0f} ms |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
