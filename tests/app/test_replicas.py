"""Two replicas behind nginx with one PostgreSQL, all started from the files in deploy/."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPResponse
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from atlas.model.edits import Add, ChangeKind, Occasion, Record
from atlas.model.rights import Actor, Role
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from bench.sessions import LEVEL, Session
from tests import servers
from tests.servers import PATIENCE_S, Proxy, free_port

COOKIE = "praeventionsatlas_replica"
EDITOR = Actor("Erika Beispiel", Role.EDITOR)
MARKED = "Zwillingsbericht"
"""What the edit says, and nothing else does."""


KEY, RECEIPT = "0123456789abcdef" * 2, "ABCD-EFGH-JKLM"
"""Of a calendar address and of a report: whoever reads them in a log could use them."""


@dataclass
class House:
    """All that runs."""

    proxy: Proxy
    settings: Settings
    processes: dict[str, subprocess.Popen[bytes]]
    logs: list[Path]
    asked: int = 1
    """How many requests have been made; the first by who waited for nginx."""

    def get(self, path: str, cookie: str = "") -> HTTPResponse:
        """Ask for a page through nginx."""
        headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        request = urllib.request.Request(self.proxy.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S, context=self.proxy.trusted) as answer:
            answer.read()
        self.asked += 1
        return answer

    def new_visitor(self) -> str:
        """Come for the first time; return the cookie."""
        given = self.get("/").headers.get_all("Set-Cookie")
        (value,) = (found[1] for each in given if (found := re.match(rf"{COOKIE}=([0-9a-f]{{32}});", each)))
        return value

    def visits(self) -> list[dict[str, object]]:
        """Return what nginx has noted; it does so after the visitor has their answer."""
        end = time.monotonic() + PATIENCE_S
        while len(lines := self.proxy.access_log.read_text(encoding="utf-8").splitlines()) < self.asked:
            assert time.monotonic() < end, lines
            time.sleep(0.01)
        return [json.loads(line) for line in lines]

    def replica_of(self, cookie: str) -> str:
        """Return the address of the replica a visitor comes to."""
        self.get("/healthz", cookie)
        return str(self.visits()[-1]["replica"]).split(", ")[-1]  # after the ones that did not answer

    @asynccontextmanager
    async def session(self, cookie: str, query: str) -> AsyncIterator[Listener]:
        """Open a page as a browser does."""
        async with connect(
            f"{self.proxy.url.replace('https', 'wss')}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": f"{COOKIE}={cookie}"},
            ssl=self.proxy.trusted,
            max_size=None,
        ) as websocket:
            listener = Listener(websocket, query, PATIENCE_S)
            await listener.first_run()
            yield listener
        self.asked += 1


class Listener(Session):
    """A session that keeps what it was told."""

    said = b""

    def _take(self, frame: bytes) -> bool:
        self.said += frame
        return super()._take(frame)

    async def shows(self, text: str) -> bool:
        """Do something on the page, and return whether it then says a text."""
        self.said = b""
        await self.first_run()
        return text.encode() in self.said

    async def until_gone(self) -> None:
        """Return when the connection is cut."""
        with suppress(ConnectionClosed):
            while True:
                await self._websocket.recv()


@pytest.fixture
def house(miniland_root: Path, postgres_database: str, tmp_path: Path) -> Iterator[House]:
    """Return two replicas, one database and nginx."""
    ports = [free_port(), free_port()]
    logs = [tmp_path / f"{port}.log" for port in ports]
    environment = {
        "ATLAS_DATABASE_URL": postgres_database,
        "ATLAS_DATA_DIR": str(miniland_root),
        "ATLAS_STORE_HEAD": str(tmp_path / "store.head"),
    }
    with ExitStack() as stack:
        processes = {
            f"127.0.0.1:{port}": stack.enter_context(servers.replica(port, log, **environment))
            for port, log in zip(ports, logs, strict=True)
        }
        proxy = stack.enter_context(servers.nginx(*ports, tmp_path))
        yield House(proxy, Settings.from_environment(environment), processes, logs)


def test_several_replicas(house: House) -> None:
    """One test for all of it: starting the house takes longer than the rest."""
    visitors = {house.replica_of(cookie): cookie for cookie in (house.new_visitor() for _ in range(64))}
    assert visitors.keys() == house.processes.keys(), "both replicas get visitors"

    for address, cookie in visitors.items():
        assert {house.replica_of(cookie) for _ in range(4)} == {address}, "who has a cookie stays"
        assert COOKIE not in str(house.get("/", cookie).headers), "and is given no other"
    request = urllib.request.Request(house.proxy.url, headers={"If-None-Match": house.get("/").headers["ETag"]})
    with pytest.raises(urllib.error.HTTPError, match="304") as kept:
        urllib.request.urlopen(request, timeout=PATIENCE_S, context=house.proxy.trusted)
    house.asked += 1
    assert COOKIE in str(kept.value.headers), "who has the page still, but no cookie any more, is given one"
    kept.value.close()
    calendar = f"/intern/wiedervorlagen.ics?bereich=east&schluessel={KEY}"
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/readyz", calendar):
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            house.get(path)
        refused.value.close()
        house.asked += 1
    house.get(f"/gemeinde?gemeinde=00021010&quittung={RECEIPT}")
    for path in ("/bild/00021010.svg", "/api/v1/status.csv", "/healthz"):
        assert COOKIE not in str(house.get(path).headers), f"{path} is for other sites and for caches, too"

    asyncio.run(_edit_in_one_is_seen_in_the_other(house, list(visitors.values())))
    asyncio.run(_one_address_opens_many_tabs(house))
    asyncio.run(_somebody_sends_nonsense(house, cookie))
    asyncio.run(_a_killed_replica_costs_a_reload(house, *visitors.popitem()))
    _nothing_told_on_anybody(house)


async def _edit_in_one_is_seen_in_the_other(house: House, cookies: list[str]) -> None:
    page = "gemeinde=00021010&ebene=pact"
    async with house.session(cookies[0], page) as one, house.session(cookies[1], page) as other:
        assert not await one.shows(MARKED)
        assert not await other.shows(MARKED)
        elsewhere = SnapshotStore(house.settings)  # a third process, as the command line would be
        record = Record("00021010", "Neustadt", "pact", "signed", "2022-05-05", "reached", source_url=MARKED)
        elsewhere.save(EDITOR, "mini", [Add(replace(record, note=MARKED))], Occasion(ChangeKind.EDIT, "Nachtrag"))
        elsewhere.close()
        async with asyncio.timeout(PATIENCE_S):
            for session in (one, other):
                assert await session.shows(MARKED)  # with the next interaction, not later


async def _a_killed_replica_costs_a_reload(house: House, address: str, cookie: str) -> None:
    async with house.session(cookie, "ebene=pact&stichtag=2022-12-31") as session:
        options = session.choices[LEVEL].options
        await session.change(LEVEL, options[-1])
        shown, query = session.shown, session._query
        assert shown is not None
        house.processes[address].send_signal(signal.SIGKILL)
        await session.until_gone()
    async with house.session(cookie, query) as again:
        assert again.shown == shown, "the address brings the same view"
    assert house.replica_of(cookie) in house.processes.keys() - {address}


async def _one_address_opens_many_tabs(house: House) -> None:
    address = f"{house.proxy.url.replace('https', 'wss')}/_stcore/stream"
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(connect(address, ssl=house.proxy.trusted))
        with pytest.raises(InvalidStatus, match="429"):
            await connect(address, ssl=house.proxy.trusted)
    house.asked += 21


async def _somebody_sends_nonsense(house: House, cookie: str) -> None:
    async with house.session(cookie, "ebene=pact") as session:
        await session._websocket.send(f"{MARKED} {EDITOR.name}")
        await session.until_gone()


def _nothing_told_on_anybody(house: House) -> None:
    """What nginx and the replicas wrote has routes and counts, no visitors and no views."""
    lines = [json.loads(line) for log in house.logs for line in log.read_text(encoding="utf-8").splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    assert {"started", "websocket closed with 1003: text frame"} <= {line["message"] for line in lines}
    for log in [house.proxy.access_log, house.proxy.error_log, *house.logs]:
        said = log.read_text(encoding="utf-8")
        for marked in ("00021010", "stichtag", "2022-12-31", MARKED, EDITOR.name, "client", COOKIE, KEY, RECEIPT):
            assert marked not in said, log
    assert {visit["route"] for visit in house.visits()} >= {
        "/",
        "/healthz",
        "/_stcore/stream",
        "/bild",
        "/api",
        "/intern",
        "/gemeinde",
    }
