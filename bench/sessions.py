"""Hold many sessions on the map page, change a widget now and then, check every answer.

A raw websocket client that speaks Streamlit's BackMsg and ForwardMsg, because a browser per visitor would
measure the browsers. ``python -m bench.sessions --help`` says the options; exit code 1 if an answer was wrong
or missing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

LEVEL, DATE = "ebene", "stichtag"
_SHOWN = re.compile(r'\\"layer\\":\\"([a-z_]+)\\",\\"asOf\\":\\"([0-9-]+)\\"')


@dataclass(frozen=True)
class Shown:
    """What the page says it shows."""

    level: str
    date: str


@dataclass
class Choice:
    """A widget we can change: its id, the options as displayed, the fragment it stands in."""

    widget_id: str
    options: list[str]
    value: str
    fragment_id: str


@dataclass
class Tally:
    """What was measured."""

    milliseconds: list[float] = field(default_factory=list)
    first_milliseconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    first_sizes: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


class Session:
    """One visitor: a websocket, the widgets seen on it, what the page shows."""

    def __init__(self, websocket: ClientConnection, query: str, timeout: float) -> None:
        self._websocket = websocket
        self._query = query
        self._timeout = timeout
        self._page_hash = ""
        self.choices: dict[str, Choice] = {}
        self.shown: Shown | None = None
        self.received = 0

    async def first_run(self) -> None:
        """Ask for the page, learn its widgets."""
        await self._run(BackMsg(), "")

    async def change(self, key: str, option: str) -> None:
        """Choose ``option`` (as displayed) in the widget ``key``; return when the run has finished."""
        choice = self.choices[key]
        choice.value = option
        message = BackMsg()
        states = message.rerun_script.widget_states.widgets
        states.extend(_state(name, each) for name, each in self.choices.items())
        await self._run(message, choice.fragment_id)

    async def _run(self, message: BackMsg, fragment_id: str) -> None:
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._page_hash
        message.rerun_script.fragment_id = fragment_id
        self.received, self.shown = 0, None
        await self._websocket.send(message.SerializeToString())
        async with asyncio.timeout(self._timeout):
            while not self._take(await self._websocket.recv(decode=False)):
                pass

    def _take(self, frame: bytes) -> bool:
        """Take one message in; return whether it ended the run."""
        self.received += len(frame)
        message = ForwardMsg.FromString(frame)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._page_hash = message.new_session.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta":
            self._take_delta(message.delta)
        return kind == "script_finished" and message.script_finished in {
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        }

    def _take_delta(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button_group" and _is_key(element.button_group.id, LEVEL):
            group = element.button_group
            options = [option.content for option in group.options]
            known = self.choices.get(LEVEL)
            value = known.value if known else next(iter(group.raw_values), options[next(iter(group.default), 0)])
            self.choices[LEVEL] = Choice(group.id, options, value, delta.fragment_id)
        elif kind == "selectbox" and _is_key(element.selectbox.id, DATE):
            box = element.selectbox
            known = self.choices.get(DATE)
            value = known.value if known else box.raw_value or box.options[box.default]
            self.choices[DATE] = Choice(box.id, list(box.options), value, delta.fragment_id)
        elif kind == "component_instance":
            found = _SHOWN.search(element.component_instance.json_args)
            if found:
                self.shown = Shown(found[1], found[2])


def _is_key(widget_id: str, key: str) -> bool:
    return widget_id.endswith(f"-{key}")


def _state(key: str, choice: Choice) -> WidgetState:
    state = WidgetState(id=choice.widget_id)
    if key == LEVEL:
        state.string_array_value.data.append(choice.value)
    else:
        state.string_value = choice.value
    return state


@dataclass
class Meaning:
    """Which key each displayed option stands for, learned from one visitor alone."""

    by_key: dict[str, dict[str, str]] = field(default_factory=lambda: {LEVEL: {}, DATE: {}})

    def expected(self, session: Session) -> Shown:
        """Return what the page must show for the widgets of ``session``."""
        level, date = session.choices[LEVEL], session.choices[DATE]
        return Shown(self.by_key[LEVEL][level.value], self.by_key[DATE][date.value])


class Load:
    """A number of visitors against one address."""

    def __init__(self, url: str, options: argparse.Namespace) -> None:
        parts = urlsplit(url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        self._stream = f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}/_stcore/stream"
        self._options = options
        self._meaning = Meaning()
        self._random = random.Random(options.seed)  # noqa: S311 - think times, not secrets
        self.tally = Tally()

    @contextlib.asynccontextmanager
    async def _visit(self) -> AsyncIterator[Session]:
        async with connect(
            self._stream,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
            open_timeout=self._options.timeout,
        ) as websocket:
            session = Session(websocket, self._options.query, self._options.timeout)
            started = time.perf_counter()
            await session.first_run()
            self.tally.first_milliseconds.append((time.perf_counter() - started) * 1000)
            self.tally.first_sizes.append(session.received)
            missing = {LEVEL, DATE} - session.choices.keys()
            if missing or session.shown is None:
                raise SystemExit(f"the page at {self._stream} lacks {sorted(missing) or 'the map'}")
            yield session

    async def learn(self) -> None:
        """Try every option once, alone, and remember what the page shows for it."""
        async with self._visit() as session:
            for key in (LEVEL, DATE):
                learned = self._meaning.by_key[key]
                for option in list(session.choices[key].options):
                    await session.change(key, option)
                    if session.shown is None:
                        raise SystemExit(f"no answer to {key} = {option}")
                    value = session.shown.level if key == LEVEL else session.shown.date
                    if value not in learned.values():  # "another day …" opens a control and shows no new value
                        learned[option] = value
                if len(learned) < 2:
                    raise SystemExit(f"{key}: nothing to choose from: {learned}")
                await session.change(key, next(iter(learned)))
        self.tally = Tally()

    async def visitor(self, opens_at: float, ends_at: float) -> None:
        """Come at ``opens_at``, change something after each pause, leave at ``ends_at``."""
        await asyncio.sleep(opens_at - time.perf_counter())
        try:
            async with self._visit() as session:
                while (pause := self._random.expovariate(1 / self._options.think)) + time.perf_counter() < ends_at:
                    await asyncio.sleep(pause)
                    await self._act(session)
                await asyncio.sleep(max(0.0, ends_at - time.perf_counter()))
        except (TimeoutError, OSError, WebSocketException) as error:
            self.tally.missing.append(f"{type(error).__name__}: {error}")

    async def _act(self, session: Session) -> None:
        key = self._random.choice((LEVEL, DATE))
        choice = session.choices[key]
        others = [option for option in self._meaning.by_key[key] if option != choice.value]
        started = time.perf_counter()
        await session.change(key, self._random.choice(others))
        self.tally.milliseconds.append((time.perf_counter() - started) * 1000)
        self.tally.sizes.append(session.received)
        expected = self._meaning.expected(session)
        if session.shown is None:
            self.tally.missing.append(f"no value for {expected}")
        elif session.shown != expected:
            self.tally.wrong.append(f"asked for {expected}, got {session.shown}")

    async def run(self) -> None:
        """Learn, then let all visitors come within the ramp and stay for the duration."""
        await self.learn()
        begin = time.perf_counter()
        count, ramp = self._options.sessions, self._options.ramp
        ends_at = begin + ramp + self._options.duration
        await asyncio.gather(*(self.visitor(begin + ramp * index / count, ends_at) for index in range(count)))


@contextlib.contextmanager
def served(options: argparse.Namespace) -> Iterator[tuple[str, int | None]]:
    """Yield address and process id of the server: the given one, or one started here."""
    if options.url:
        yield options.url, options.pid
        return
    port = options.port or _free_port()
    app = Path(options.app).resolve()
    flags = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    log = Path(os.environ.get("TMPDIR", "/tmp")) / f"bench-sessions-{port}.log"  # noqa: S108 - a log, on purpose
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", app.name, *flags],
            cwd=app.parent,
            stdout=output,
            stderr=output,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url, process, log)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def rss_mb(pid: int | None, kind: str = "VmRSS") -> float | None:
    """Return the resident memory of a process in MB, None if it is unknown; of ``VmHWM`` the most it has ever been."""
    if pid is None:
        return None
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(f"{kind}:"):
            return round(int(line.split()[1]) / 1024, 1)
    return None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank percentile, None without values."""
    if not values:
        return None
    return round(sorted(values)[max(0, math.ceil(share * len(values)) - 1)], 1)


def report(tally: Tally, before: float | None, after: float | None) -> dict[str, object]:
    """Return the figures, by name."""
    return {
        "changes": len(tally.milliseconds),
        "change_ms": {f"p{share}": percentile(tally.milliseconds, share / 100) for share in (50, 95, 99, 100)},
        "first_run_ms": {f"p{share}": percentile(tally.first_milliseconds, share / 100) for share in (50, 95, 99)},
        "bytes_per_change": {"p50": percentile(tally.sizes, 0.5), "max": max(tally.sizes, default=None)},
        "bytes_first_run": percentile(tally.first_sizes, 0.5),
        "sessions_served": len(tally.first_milliseconds),
        "wrong": len(tally.wrong),
        "missing": len(tally.missing),
        "rss_mb": {"before": before, "after": after},
        "examples": [*tally.wrong[:3], *tally.missing[:3]],
    }


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="bench.sessions", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--think", type=float, default=5.0, help="mean seconds between two changes (exponential)")
    parser.add_argument("--duration", type=float, default=60.0, help="seconds after the last visitor came")
    parser.add_argument("--ramp", type=float, default=10.0, help="seconds within which all visitors come")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds to wait for one answer")
    parser.add_argument("--query", default="", help="query string of the page, such as ebene=KEY")
    parser.add_argument("--app", default="app.py", help="what to start with `streamlit run`")
    parser.add_argument("--port", type=int, help="port of the started server (default: a free one)")
    parser.add_argument("--url", help="use this running server instead of starting one")
    parser.add_argument("--pid", type=int, help="its process, for the memory figures")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(given)


def main() -> int:
    """Run the load, print the figures as JSON."""
    options = arguments()
    with served(options) as (url, pid):
        load = Load(url, options)
        asyncio.run(load.learn())
        before = rss_mb(pid)
        asyncio.run(load.run())
        figures = report(load.tally, before, rss_mb(pid))
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 1 if load.tally.wrong or load.tally.missing else 0


if __name__ == "__main__":
    sys.exit(main())
