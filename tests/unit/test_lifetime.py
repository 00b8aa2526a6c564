"""Connections that stand still are closed, and the process ends when it is told to: with real sockets and signals."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.servers import PATIENCE_S
from ui.lifetime import close_still_connections

MUCH = b"x" * 50_000_000
"""More than the system takes from an application for a client that does not read."""
UPGRADE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\nxxxxx"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ENDLESS = """
import asyncio, os, signal, threading
from atlas.web.logs import log_as_json
from ui.lifetime import end_in_time
log_as_json()
signal.signal(signal.SIGTERM, lambda *_: None)
end_in_time(0.1)
os.kill(os.getpid(), signal.SIGTERM)
threading.Event().wait()
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[uvicorn.Server, int]]:
    """Serve a large text in a thread, with the patience of a moment."""
    monkeypatch.setattr(H11Protocol, "connection_made", H11Protocol.connection_made)
    close_still_connections(every=0.05)
    config = uvicorn.Config(
        PlainTextResponse(MUCH), log_config=None, ws="websockets-sansio", timeout_keep_alive=PATIENCE_S
    )
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        yield server, listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
    assert config.http_protocol_class is H11Protocol


@pytest.mark.parametrize("sent", [b"", b"GET / HTT", GET + b"GET / HTT", GET, UPGRADE])
def test_a_connection_on_which_nothing_moves_is_closed(server: tuple[uvicorn.Server, int], sent: bytes) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE_S)
        client.connect(("127.0.0.1", server[1]))
        client.sendall(sent)
        if sent.startswith(GET):  # the answer has begun, and is not read
            assert client.recv(1, socket.MSG_PEEK)
            end = time.monotonic() + PATIENCE_S
            while server[0].server_state.connections:
                assert time.monotonic() < end
                time.sleep(0.01)
        got = 0
        with suppress(ConnectionResetError):
            while more := client.recv(1_000_000):
                got += len(more)
        assert got < len(MUCH)


def test_the_process_ends_with_work_under_way() -> None:
    done = subprocess.run([sys.executable, "-c", ENDLESS], check=False, capture_output=True, timeout=PATIENCE_S)
    assert done.returncode == 0
    assert json.loads(done.stderr)["message"] == "ended with work under way"
