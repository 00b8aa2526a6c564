"""The time-lapse in headless Chromium: frames a second, and bytes from the server while it runs.

Twice: as readers see it (a month every 130 ms), and as fast as it goes (a new month in every frame). What a user would
pick instead, asking the server for every month, is in `bench.recolour`: 130 ms and 4 to 6 KB each.

``python -m bench.film``
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import serving
from tests.conftest import ROOT

_WATCH = """() => { window.gaps = []; let last = performance.now();
  const tick = (now) => { window.gaps.push(now - last); last = now; window.watching = requestAnimationFrame(tick); };
  window.watching = requestAnimationFrame(tick); }"""
_STOP = "() => { cancelAnimationFrame(window.watching); return window.gaps.slice(2); }"
_EVERY_FRAME = """async (days) => {
  const slider = document.querySelector('.atlas-film input');
  for (let i = 0; i < days * 3; i += 1) {
    slider.value = i % days;
    slider.dispatchEvent(new Event('input'));
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


def main() -> int:
    """Measure and print; 1 if a byte came from the server."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        tempfile.TemporaryDirectory() as work,
        serving(ROOT, Path(work) / "log") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        traffic: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: traffic.append(len(frame))))
        page.on("response", lambda answer: traffic.append(int(answer.headers.get("content-length", 0))))
        page.goto(f"{url}/?verlauf=2019-01")
        page.locator(".atlas-film-day", has_text="2019").wait_for()
        page.wait_for_timeout(3000)
        traffic.clear()
        print("| | frames | frames/s | slowest 1 % of frames | bytes from the server |\n|---|---|---|---|---|")
        played = _played(page)
        rushed = _rushed(page)
        for name, gaps in (("a month every 130 ms", played), ("a new month in every frame", rushed)):
            rate = 1000 * len(gaps) / sum(gaps)
            late = float(np.quantile(gaps, 0.99))
            print(f"| {name} | {len(gaps)} | {rate:.1f} | {late:.1f} ms | {sum(traffic)} |")
        browser.close()
    return 1 if sum(traffic) else 0


def _played(page: Page) -> list[float]:
    page.evaluate(_WATCH)
    page.get_by_role("button", name="Verlauf abspielen").click()
    page.get_by_role("button", name="Anhalten").wait_for()
    page.get_by_role("button", name="Verlauf abspielen").wait_for(timeout=60_000)
    return list(page.evaluate(_STOP))


def _rushed(page: Page) -> list[float]:
    days = int(page.locator(".atlas-film input").get_attribute("max") or 0) + 1
    page.evaluate(_WATCH)
    page.evaluate(_EVERY_FRAME, days)
    return list(page.evaluate(_STOP))


if __name__ == "__main__":
    sys.exit(main())
