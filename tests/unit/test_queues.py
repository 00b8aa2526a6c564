"""What is costly waits for threads of its own: the rest goes on, who finds no room is told so, who leaves does not wait."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator

import pytest
from anyio import Event, create_task_group, run, sleep
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient

from atlas.web import endpoints
from atlas.web.delivery import FileAnswer, RefusedError, filed
from atlas.web.endpoints import Costly, Endpoint, Queue

_FILE = FileAnswer(filed(b"x", None), "text/plain", {})


def request_of(receive: Callable[[], object]) -> Request:
    async def received() -> object:
        return await receive()  # type: ignore[misc]

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "server": ("a", 80)}
    return Request({**scope, "scheme": "http"}, received)  # type: ignore[arg-type]


@pytest.fixture
def held() -> Iterator[tuple[threading.Event, Callable[[], FileAnswer]]]:
    """Return work that goes on until the event is set."""
    event = threading.Event()

    def work() -> FileAnswer:
        assert event.wait(60)
        return _FILE

    yield event, work
    event.set()


def test_who_finds_no_room_is_asked_to_come_again_and_others_go_on(
    held: tuple[threading.Event, Callable[[], FileAnswer]],
) -> None:
    event, work = held
    queue = Queue(1, 1)
    begun = threading.Semaphore(0)

    def costly(_: Request) -> Costly:
        begun.release()
        return Costly(queue, work)

    app = [Route("/teuer", Endpoint(costly)), Route("/billig", Endpoint(lambda _: _FILE))]
    with TestClient(_routed(app)) as client:
        waiting = [threading.Thread(target=client.get, args=("/teuer",)) for _ in range(2)]
        for each in waiting:
            each.start()
            assert begun.acquire(timeout=60)
        answer = client.get("/teuer")
        while answer.status_code != 503:  # the second of them may not have reached its place yet
            answer = client.get("/teuer")
        assert int(answer.headers["retry-after"]) > 0
        assert "noch einmal" in answer.json()["error"]["problems"][0]["text"]
        assert client.get("/billig").text == "x"
        event.set()
        for each in waiting:
            each.join(60)
        assert client.get("/teuer").text == "x"


def test_what_was_delivered_last_is_found_by_its_whole_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "_FRESH_S", math.inf)

    def asked(path: str, query: bytes = b"") -> Request:
        return Request({"type": "http", "scheme": "http", "path": path, "query_string": query, "headers": []})

    recent = endpoints.Recent()
    recent.put(asked("/a?b"), _FILE)
    assert recent.get(asked("/a?b")) is _FILE
    assert [recent.get(each) for each in (asked("/a%3Fb"), asked("/a", b"b"), asked("/a", b"\xff"))] == [None] * 3


def _routed(routes: list[Route]) -> object:
    from starlette.applications import Starlette

    return Starlette(routes=routes)


def test_who_leaves_gives_up_the_place(held: tuple[threading.Event, Callable[[], FileAnswer]]) -> None:
    event, work = held
    made: list[int] = []

    async def story() -> None:
        queue, left, never = Queue(1, 1), Event(), Event()

        async def stays() -> dict[str, str]:
            await never.wait()
            return {"type": "http.disconnect"}

        async def leaves() -> dict[str, str]:
            await left.wait()
            return {"type": "http.disconnect"}

        def second() -> FileAnswer:
            made.append(1)
            return _FILE

        async with create_task_group() as group:
            group.start_soon(queue.run, request_of(stays), work)
            while not queue._limiter.borrowed_tokens:
                await sleep(0)
            group.start_soon(queue.run, request_of(leaves), second)
            while not queue._limiter.statistics().tasks_waiting:
                await sleep(0)
            with pytest.raises(RefusedError):
                await queue.run(request_of(stays), second)
            left.set()
            while queue._limiter.statistics().tasks_waiting:
                await sleep(0)
            event.set()
        assert await queue.run(request_of(stays), lambda: _FILE) is _FILE

    run(story)
    assert made == []
