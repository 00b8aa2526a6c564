"""A server of our own and a visit to it that writes down everything that should not happen."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Browser, Frame, Locator, Page, Route, expect

from tests.conftest import ROOT

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_S = 60
WAIT_MS = 20_000

# Deep links ask for these below the page's own path once, before Streamlit finds the root (see shared/style.md).
_EXPECTED_404 = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
_EXPECTED_NOISE = re.compile(r"Unrecognized feature|sandbox")

_WATCH = """
window.__events = [];
document.addEventListener("securitypolicyviolation", (event) => window.__violation(
    [event.effectiveDirective, event.blockedURI, event.sourceFile || ""].join(" ")));
"""


def chromium() -> str | None:
    """Return where the browser is, as scripts/ensure-chromium looks for it."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Server:
    """``streamlit run app.py`` on a free port; a data folder of its own if one is given."""

    def __init__(self, folder: Path, data: Path | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        self._log = folder / "server.log"
        environment = {key: value for key, value in os.environ.items() if key != "ATLAS_DATA_DIR"}
        if data is not None:
            environment["ATLAS_DATA_DIR"] = str(data)
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        """Return what the server has said."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (names in small letters) and body of an answer."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def wait(self) -> Server:
        """Wait until the server answers, or say why it does not."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                if self.get("/healthz")[0] == 200:
                    return self
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the server did not start:\n{self.log}")

    def stop(self) -> None:
        """End the server."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


@dataclass
class Record:
    """What happened during a visit."""

    own: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)


class Visit:
    """One browser window with a memory."""

    def __init__(self, browser: Browser, server: Server, *, phone: bool = False) -> None:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 1000}
        touch: dict[str, Any] = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2} if phone else {}
        self.server = server
        self.record = Record()
        self.context = browser.new_context(viewport=size, locale="de-DE", reduced_motion="reduce", **touch)
        self.context.set_default_timeout(WAIT_MS)
        self.context.route("**/*", self._route)
        self.context.expose_binding("__violation", lambda _, text: self.record.violations.append(text))
        self.context.add_init_script(_WATCH)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.record.complaints.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("websocket", self._websocket)

    def _route(self, route: Route) -> None:
        url = route.request.url
        if url.startswith((f"{self.server.url}/", "data:", "blob:")):
            self.record.own.append(url)
            route.continue_()
        else:
            self.record.foreign.append(url)
            route.abort()

    def _console(self, message: Any) -> None:
        if message.type not in {"error", "warning"} or _EXPECTED_NOISE.search(message.text):
            return
        place = message.location.get("url", "")
        if "404" in message.text and _EXPECTED_404.search(urlsplit(place).path):
            return
        if "WebAssembly" in message.text and "protobuf." in place + message.text:
            return  # the one known violation; counted by its event
        self.record.complaints.append(f"{message.type}: {message.text} ({place})")

    def _dialog(self, dialog: Any) -> None:
        self.record.dialogs.append(dialog.message)
        dialog.dismiss()

    def _websocket(self, socket_: Any) -> None:
        if not socket_.url.startswith(self.server.url.replace("http", "ws", 1)):
            self.record.foreign.append(socket_.url)
        socket_.on("framereceived", lambda payload: self.record.received.append(len(payload)))
        socket_.on("framesent", lambda payload: self.record.sent.append(len(payload)))

    def open(self, path: str = "/", **query: str) -> Visit:
        """Go to a page and wait until the server's run has been shown."""
        self.page.goto(self.server.url + path + (f"?{urlencode(query)}" if query else ""))
        self.settle()
        return self

    def open_map(self, layer: str = "overview", day: str | None = None, **query: str) -> Visit:
        """Go to the map and wait until it is painted."""
        asked = {"ebene": layer if layer != "overview" else "", "stichtag": day or "", **query}
        self.open("/", **{key: value for key, value in asked.items() if value})
        self.painted(layer, day)
        expect(self.page.locator(".atlas-table tbody tr").first).to_be_attached()
        return self

    def settle(self) -> None:
        """Wait until the foot of the page, or a message instead of it, is there and no run is going on."""
        self.page.locator(".atlas-foot, [data-testid=stAlert]").first.wait_for()
        self.idle()

    def idle(self) -> None:
        """Wait until Streamlit has finished its run."""
        self.page.wait_for_function(
            "() => { const app = document.querySelector('[data-testid=stApp]');"
            " return app && app.dataset.testScriptState === 'notRunning'; }"
        )

    @property
    def map(self) -> Frame:
        """Return the map's frame."""
        self.page.locator("iframe[src*='streamlit_folium']").wait_for()
        return next(frame for frame in self.page.frames if "streamlit_folium" in frame.url)

    def painted(self, layer: str, day: str | None = None) -> None:
        """Wait until the map shows this layer (and date), and the legend with it."""
        self.page.locator("iframe[src*='streamlit_folium']").wait_for()
        wanted = f"{layer} {day or ''}"
        self.map.wait_for_function(
            "(wanted) => (document.documentElement.dataset.painted || '').startsWith(wanted)", arg=wanted
        )
        expect(self.page.locator(f".atlas-legend[data-ebene='{layer}'][data-stichtag^='{day or ''}']")).to_be_visible()
        self.idle()

    def area(self, ags: str) -> Locator:
        """Return the area of a municipality."""
        return self.map.locator(f"path[data-ags='{ags}']")

    def click_area(self, ags: str) -> None:
        """Click where the municipality's label point is, with the mouse, as a reader would."""
        at = self.map.evaluate(
            """(ags) => {
                const path = document.querySelector(`path[data-ags="${ags}"]`);
                const box = path.getBoundingClientRect();
                for (let step = 1; step < 40; step += 1) {  // any point that is really inside the shape
                  for (let across = 1; across < 40; across += 1) {
                    const [x, y] = [box.left + box.width * across / 40, box.top + box.height * step / 40];
                    if (document.elementFromPoint(x, y) === path) return [x, y];
                  }
                }
                return null;
            }""",
            ags,
        )
        assert at, f"{ags} is nowhere to be clicked"
        box = self.page.locator("iframe[src*='streamlit_folium']").bounding_box()
        assert box
        x, y = box["x"] + at[0] + 1, box["y"] + at[1] + 1  # the frame has a border of one pixel
        assert y < self.page.viewport_size["height"], "the area lies below the window"  # type: ignore[index]
        self.page.mouse.click(x, y)

    def chosen(self, ags: str) -> None:
        """Wait until a municipality's details stand beside the map and its key in the address."""
        expect(self.page.locator(f"article.detail[data-gemeinde='{ags}']")).to_be_visible()
        self.page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("gemeinde") == [ags])

    @property
    def query(self) -> dict[str, str]:
        """Return the query of the address bar."""
        return {key: values[-1] for key, values in parse_qs(urlsplit(self.page.url).query).items()}

    def painted_classes(self) -> dict[str, str]:
        """Return what the map says of each municipality: accessible name by key."""
        return json.loads(
            self.map.evaluate(
                "() => JSON.stringify(Object.fromEntries([...document.querySelectorAll('path[data-ags]')]"
                ".map((path) => [path.dataset.ags, path.getAttribute('aria-label')])))"
            )
        )

    def assert_clean(self) -> None:
        """Fail if anything happened that should not."""
        record = self.record
        assert record.foreign == []
        assert record.dialogs == []
        assert record.complaints == []
        assert [each for each in record.violations if "wasm-eval" not in each] == []

    def close(self) -> None:
        """Close the window."""
        self.context.close()
