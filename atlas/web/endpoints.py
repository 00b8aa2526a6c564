"""Addresses as ASGI applications, and the queues in which costly answers wait for threads of their own."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from typing import cast

from anyio import CapacityLimiter, create_task_group, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_
from atlas.present.context import SingleFlightCache
from atlas.web.delivery import METHODS, SHARED, FileAnswer, RefusedError, delivered, refusal, refused

_FRESH_S = 1.0
_BUSY = N_("Gerade wird zu viel auf einmal verlangt. Bitte in einigen Sekunden noch einmal versuchen.")


class Queue:
    """Threads of their own for one kind of answers, with room for so many that wait for them.

    What is costly never waits in the way of what is not, and who has gone does not wait at all.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self._limiter = CapacityLimiter(threads)
        self._waiting = waiting

    async def run(self, request: Request, work: Callable[[], Answer]) -> Answer:
        """Return what ``work`` returns; `RefusedError` if too many wait already. A client that leaves gives up its place."""
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise RefusedError(Problem("", _BUSY), status=503)
        made: Answer = Response(status_code=503)  # nobody is there any more to read it

        async def leave_with_client() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        try:
            async with create_task_group() as group:
                group.start_soon(leave_with_client)
                made = await to_thread.run_sync(work, limiter=self._limiter)
                group.cancel_scope.cancel()
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return made


@dataclass(frozen=True)
class Costly:
    """An answer that takes long to make; it waits for the threads of its kind."""

    queue: Queue
    make: Callable[[], FileAnswer]


Answer = Response | FileAnswer | Costly
ORDINARY = Queue(8, 400)
"""For what takes no longer than a look at the data."""
DRAWING, FILMS, HEALTH = Queue(2, 24), Queue(1, 4), Queue(2, 40)


def kept_or_costly(
    cache: SingleFlightCache[FileAnswer], key: Hashable, queue: Queue, make: Callable[[], FileAnswer]
) -> FileAnswer | Costly:
    """Return what is kept under ``key``, or how to make it. The key is of values from closed lists only: see `view_asked`."""
    kept = cache.kept(key)
    return Costly(queue, lambda: cache.get(key, make)) if kept is None else kept


class Recent:
    """What was delivered within the last second, by address: for these nothing is computed, not even what is asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[float, FileAnswer]] = OrderedDict()

    @staticmethod
    def _key(request: Request) -> Hashable:
        scope = request.scope
        return scope.get("scheme"), request.headers.get("host"), scope["path"], scope["query_string"]

    def get(self, request: Request) -> FileAnswer | None:
        """Return what was delivered for the address of a request, if that is fresh."""
        while self._kept and time.monotonic() - next(iter(self._kept.values()))[0] > _FRESH_S:
            self._kept.popitem(last=False)
        kept = self._kept.get(self._key(request))
        return kept[1] if kept else None

    def put(self, request: Request, delivery: FileAnswer) -> None:
        """Keep what is delivered now."""
        self._kept.setdefault(self._key(request), (time.monotonic(), delivery))


@dataclass(frozen=True)
class Endpoint:
    """One address as an ASGI application: Starlette leaves methods and errors to it, so that all routes answer them alike."""

    answer: Callable[[Request], Answer | Awaitable[Response]]
    """Gives the answer. `RefusedError` is what it can't answer, any other `AtlasError` means that the data can't be
    used. Runs in a thread, unless it is async."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of every refusal."""
    is_shared: bool = False
    """Whether scripts of other sites may ask and read."""
    queue: Queue = ORDINARY
    recent: Recent = field(default_factory=Recent)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except AtlasError as error:
            known = error if isinstance(error, RefusedError) else refusal(503, n=len(error.problems))
            response = refused(request, known, {**self.headers, **(SHARED if self.is_shared else {})})
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS" and self.is_shared:
            return _preflight()
        if request.method not in {"GET", "HEAD"}:
            raise refusal(405)
        if iscoroutinefunction(self.answer):
            return cast("Response", await self.answer(request))
        made: Answer | None = self.recent.get(request)
        if made is None:
            made = await self.queue.run(request, lambda: cast("Answer", self.answer(request)))
        if isinstance(made, Costly):
            made = await made.queue.run(request, made.make)
        if isinstance(made, FileAnswer):
            self.recent.put(request, made)
            return delivered(request, made)
        return cast("Response", made)


def _preflight() -> Response:
    """Return what a browser asks before another site's script may send a validator or a range."""
    headers = {
        "Allow": METHODS,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "If-None-Match, If-Range, Range",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=SHARED | headers)
