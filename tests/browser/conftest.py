"""Fixtures: one Chromium, a server on the shipped data, one on the invented state, and visits to them.

Everything has the scope of this folder: as long as Playwright runs, no other test can start an event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import CHROMIUM_ARGS, Server, Visit, chromium

Start = Callable[..., Server]
VisitTo = Callable[..., Visit]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return the distribution's Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return a starter of servers; `Server.wait` waits for one."""
    started: list[Server] = []

    def one(data: Path | None = None) -> Server:
        server = Server(tmp_path_factory.mktemp("server"), data)
        started.append(server)
        return server

    yield one
    for server in started:
        server.stop()


@pytest.fixture(scope="package")
def server(start: Start) -> Server:
    """Return a server on the shipped data."""
    return start().wait()


@pytest.fixture(scope="package")
def mini_server(start: Start, miniland_root: Path) -> Server:
    """Return a server on the invented state."""
    return start(miniland_root).wait()


@pytest.fixture
def visit_to(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VisitTo]:
    """Return an opener of fresh windows: ``visit_to(server, phone=True)``. Each must have been clean at the end."""
    visits: list[Visit] = []

    def one(server: Server, *, phone: bool = False) -> Visit:
        visits.append(Visit(browser, server, phone=phone))
        return visits[-1]

    failed = request.session.testsfailed
    yield one
    try:
        if request.session.testsfailed > failed:
            for number, visit in enumerate(visits):
                visit.page.screenshot(path=tmp_path / f"visit-{number}.png")
                print(f"{tmp_path}/visit-{number}.png\n{visit.page.url}\n{visit.record}\n{visit.server.log}")  # noqa: T201
        else:
            for visit in visits:
                visit.assert_clean()
    finally:
        for visit in visits:
            visit.close()


@pytest.fixture
def desk(visit_to: VisitTo, server: Server) -> Visit:
    """Return a window of 1440 by 1000 on the shipped data."""
    return visit_to(server)


@pytest.fixture
def phone(visit_to: VisitTo, server: Server) -> Visit:
    """Return a phone of 390 by 844 on the shipped data."""
    return visit_to(server, phone=True)
