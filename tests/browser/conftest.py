"""A server, a browser, and a page that notes everything it should not do."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Frame, Page, Request, Route, WebSocket, expect, sync_playwright

from tests.conftest import ROOT
from tests.servers import serving

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The same engine; the first without a window around it, which takes a third less of the processor for a page."""
_PATIENCE_S = 60
expect.set_options(timeout=_PATIENCE_S * 1000)  # not five seconds: another worker has the processors, too
_KNOWN = ("_stcore/health", "_stcore/host-config")
SCREENS = {"desktop": (1440, 900), "phone": (390, 844)}
"""Sizes of the window in which layout shift is measured."""
MOST_SHIFT = 0.1
"""What may move without the reader's doing, as web.dev calls it good (CLS)."""
_PAUSE_MS, _WINDOW_MS = 1000, 5000
_NOTE_SHIFTS = """(() => {
  const seen = [];
  const name = (node) => node && (node.closest?.('[id], [class]') || node.parentElement?.closest('[id], [class]'));
  const take = (entries) => entries.forEach((entry) => {
    if (!entry.hadRecentInput) seen.push({ at: entry.startTime, value: entry.value,
      moved: entry.sources.map(({ node }) => name(node)).map((e) => e && `${e.localName}#${e.id}.${e.className}`) });
  });
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  window.__shifts = async () => {
    await document.fonts.ready;
    for (let i = 0; i < 3; i += 1) await new Promise(requestAnimationFrame);
    take(observer.takeRecords());
    return seen;
  };
})()"""


@pytest.fixture(autouse=True)
def _uncounted(no_cover: None) -> None:
    """Leave coverage out: it counts ``atlas``, which the unit tests cover, and would double the time of what talks to the browser."""


@pytest.fixture(scope="package")
def saxony_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the shipped data."""
    with serving(ROOT, tmp_path_factory.mktemp("log") / "saxony.log") as url:
        yield url


@pytest.fixture(scope="package")
def miniland_url(miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the invented state."""
    with serving(miniland_root, tmp_path_factory.mktemp("log") / "miniland.log") as url:
        yield url


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run the distribution's Chromium."""
    path = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    assert path, "Chromium is missing; scripts/ensure-chromium installs it"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return the browser."""
    with chromium() as started:
        yield started


@dataclass
class Visit:
    """A page and what it did."""

    page: Page
    base: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    frames_in: list[int] = field(default_factory=list)
    frames_out: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, address: str = "/", layer: str | None = None) -> Visit:
        """Open an address; with ``layer`` wait until the map shows it."""
        self.page.goto(self.base + address)
        if layer is not None:
            self.painted(layer)
        return self

    def open_late(self, address: str) -> Visit:
        """Open an address whose scripts, fonts, pictures and data only come once the page has been painted."""
        held: list[Route] = []
        self.page.route("**", lambda route: held.append(route) if _is_late(route.request) else route.continue_())
        self.page.goto(self.base + address, wait_until="commit")
        self.page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
        while held:  # what comes asks for more
            held.pop().continue_()
        self.page.unroute("**")
        return self

    @property
    def map(self) -> Frame:
        """Return the map's frame."""
        self.page.wait_for_selector("iframe.stCustomComponentV1", state="attached")
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            for frame in self.page.frames:
                if "streamlit_folium" in frame.url:
                    return frame
            self.page.wait_for_timeout(50)
        raise AssertionError("there is no map")

    def painted(self, layer: str, day: str = "") -> Frame:
        """Wait until the map shows a layer (and a day); return its frame."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            frame = self.map
            with contextlib.suppress(Error):  # the page that is being left takes its map along
                said = str(frame.evaluate("() => document.documentElement?.dataset.painted || ''"))
                if said.startswith(f"{layer} {day}"):
                    return frame
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the map does not show {layer} {day}")

    def screen(self, name: str) -> Visit:
        """Make the window one of `SCREENS`."""
        width, height = SCREENS[name]
        self.page.set_viewport_size({"width": width, "height": height})
        return self

    def shifts(self) -> tuple[float, list[str]]:
        """Return how much of the page has moved without the reader's doing since it was opened, and what it was.

        The figure is CLS as web.dev defines it: the most in any five seconds that no quiet second parts. Wait before
        until the page shows what it is going to show: what comes later is not in it. The map's frame has its own.
        """
        most = window = begun = last = 0.0
        said = []
        for each in self.page.evaluate("() => window.__shifts()"):
            is_new = each["at"] - last >= _PAUSE_MS or each["at"] - begun >= _WINDOW_MS
            begun, window = (each["at"], each["value"]) if is_new else (begun, window + each["value"])
            most, last = max(most, window), each["at"]
            said.append(f"{each['value']:.3f} after {each['at']:.0f} ms: {each['moved']}")
        return most, said

    def quiet(self) -> None:
        """Wait until nothing has come over the websocket for a while, then forget what came."""
        seen = -1
        while seen != len(self.frames_in):
            seen = len(self.frames_in)
            self.page.wait_for_timeout(700)
        self.frames_in.clear()
        self.frames_out.clear()
        self.requests.clear()

    def fill(self, ags: str) -> str:
        """Return the fill of a municipality on the map."""
        return str(self.map.evaluate("a => document.querySelector(`[data-ags='${a}']`).style.fill", ags))


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Return a maker of visits; each is a fresh context; what it asks of another host is noted, and found nowhere."""
    contexts = []

    def make(
        base: str,
        *,
        phone: bool = False,
        dark: bool = False,
        locale: str = "de-DE",
        screen: dict[str, Any] | None = None,
    ) -> Visit:
        options = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True} if phone else {}
        context = browser.new_context(
            **({"viewport": {"width": 1440, "height": 1000}} | options | (screen or {})),
            color_scheme="dark" if dark else "light",
            locale=locale,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        made = Visit(page, base)

        def note(request: Request) -> None:
            those = made.requests if request.url.startswith((base, "data:", "blob:")) else made.foreign
            those.append(request.url)

        def listen(socket_: WebSocket) -> None:
            socket_.on("framereceived", lambda payload: made.frames_in.append(len(payload)))
            socket_.on("framesent", lambda payload: made.frames_out.append(len(payload)))

        context.on(
            "request", note
        )  # not a route: that would send each through Python, and leave the browser's cache out
        page.on("websocket", listen)
        page.on("pageerror", lambda error: made.errors.append(str(error)))
        page.on("dialog", lambda dialog: (made.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("response", lambda answer: _note(made, answer.status, answer.url))
        page.add_init_script(_NOTE_SHIFTS)
        page.add_init_script(
            "window.__csp = []; document.addEventListener('securitypolicyviolation',"
            " e => window.__csp.push(e.violatedDirective + ' ' + e.blockedURI))"
        )
        return made

    yield make
    for context in contexts:
        context.close()


def _is_late(request: Request) -> bool:
    return request.resource_type in {"script", "font", "image", "fetch", "other"} and request.frame.parent_frame is None


def _note(made: Visit, status: int, url: str) -> None:
    if status >= 400 and not url.endswith(_KNOWN):
        made.errors.append(f"{status} {url}")
