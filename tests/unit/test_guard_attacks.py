"""The known attacks against a guarded Streamlit server in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.servers import free_port
from tests.unit.test_guard import CLEAR, GIT, RERUN

SCRIPT = """
import streamlit as st

@st.cache_resource
def made():
    return []

made().append(1)
st.text(f"runs {len(made())}")
"""
APP = """
import streamlit as st
from starlette.middleware import Middleware
from atlas.web.guard import Guard
from atlas.web.headers import SecurityHeaders

app = st.App("script.py", middleware=[Middleware(SecurityHeaders, script_hashes=()), Middleware(Guard)])
"""


class Server:
    """A guarded Streamlit in a process of its own."""

    def __init__(self, folder: Path) -> None:
        (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
        (folder / "app.py").write_text(APP, encoding="utf-8")
        self.port = free_port()
        options = {
            "server.port": str(self.port),
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "server.maxMessageSize": "20",
            "browser.gatherUsageStats": "false",
        }
        flags = [text for name, value in options.items() for text in (f"--{name}", value)]
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", *flags],
                cwd=folder,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/_stcore/health")[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def open(self) -> connect:
        url = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        return connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None)

    def rss_mb(self) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmRSS")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("guarded"))
    try:
        running.wait()
        yield running
    finally:
        running.stop()


async def run_script(websocket: ClientConnection) -> str:
    """Ask for a run and return the text it shows."""
    await websocket.send(RERUN)
    text = ""
    async with asyncio.timeout(10):
        while True:
            message = ForwardMsg.FromString(await websocket.recv(decode=False))
            if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "text":
                text = message.delta.new_element.text.body
            if message.WhichOneof("type") == "script_finished":
                return text


async def close_code(websocket: ClientConnection) -> int:
    async with asyncio.timeout(10):
        await websocket.wait_closed()
    assert websocket.close_code is not None
    return websocket.close_code


def runs(server: Server) -> int:
    async def visit() -> int:
        async with server.open() as websocket:
            return int((await run_script(websocket)).removeprefix("runs "))

    return asyncio.run(visit())


def test_clear_cache_leaves_the_cache(server: Server) -> None:
    before = runs(server)

    async def attack() -> None:
        async with server.open() as websocket:
            await run_script(websocket)
            await websocket.send(CLEAR)
            await run_script(websocket)

    asyncio.run(attack())
    assert runs(server) == before + 3


def test_a_flood_is_closed_and_others_are_served(server: Server) -> None:
    async def attack() -> tuple[int, float]:
        async with server.open() as flooder, server.open() as visitor:
            started = time.perf_counter()
            with contextlib.suppress(ConnectionClosed):
                for _ in range(300):
                    await flooder.send(GIT)
            assert (await run_script(visitor)).startswith("runs ")
            return await close_code(flooder), time.perf_counter() - started

    code, seconds = asyncio.run(attack())
    assert code == 1008
    assert seconds < 5


@pytest.mark.parametrize(("megabytes", "code"), [(1, 1009), (150, 1009)])
def test_a_huge_frame_is_refused(server: Server, megabytes: int, code: int) -> None:
    async def attack() -> int:
        async with server.open() as websocket:
            with contextlib.suppress(ConnectionClosed):
                await websocket.send(b"\x00" * megabytes * 1024 * 1024)
            return await close_code(websocket)

    before = server.rss_mb()
    assert asyncio.run(attack()) == code
    assert server.rss_mb() - before < 50
    assert runs(server) > 0


def test_uploads_are_refused_and_take_no_memory(server: Server) -> None:
    before = server.rss_mb()
    for number in range(20):
        status = 0
        with contextlib.suppress(OSError):  # the server may hang up before it has read the body
            status, _ = server.ask("PUT", f"/_stcore/upload_file/s/{number}", b"x" * 2_000_000)
        assert status in {0, 405}
    assert server.rss_mb() - before < 30


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"])
def test_inner_routes_are_not_there(server: Server, path: str) -> None:
    status, headers = server.ask("GET", path)
    assert status == 404
    assert "content-security-policy" in headers


def test_the_agent_api_takes_no_post(server: Server) -> None:
    assert server.ask("POST", "/_stcore/agent/interact", b"{}")[0] == 405


def test_a_foreign_websocket_path_is_refused(server: Server) -> None:
    async def attack() -> None:
        async with connect(f"ws://127.0.0.1:{server.port}/other"):
            pass

    with pytest.raises(InvalidStatus):
        asyncio.run(attack())


def test_the_server_logged_no_traceback(server: Server) -> None:
    assert "Traceback" not in server.log.read_text(encoding="utf-8")
