"""What a visitor may send: known messages, small frames, a human pace, and nothing but reading over HTTP.

Those who may edit can upload files as well, so many bytes for each session.

Streamlit takes from any anonymous client messages that empty the caches of all users, start processes or
write files. This module reads just enough of each frame to know its type. It has its own small protobuf
reader because ``atlas`` does not import Streamlit; a test compares the field numbers with Streamlit's.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atlas.web.delivery import RefusedError, in_front, refusal, refused

_LOG = logging.getLogger(__name__)

MESSAGES: Final = {
    5: "clear_cache",
    6: "set_run_on_save",
    7: "stop_script",
    11: "rerun_script",
    12: "load_git_info",
    14: "debug_disconnect_websocket",
    15: "debug_shutdown_runtime",
    16: "file_urls_request",
    17: "app_heartbeat",
    19: "backend_operation_request",
}
"""Fields of Streamlit's ``BackMsg``; all of them belong to its one oneof, ``type``."""

OPERATIONS: Final = {
    3: "deferred_file",
    4: "install_skills",
    5: "dismiss_skills_nudge",
    6: "dataframe_chunk",
}
"""Payloads of ``BackendOperationRequest``; its fields 1 and 2 are ids."""

ALLOWED: Final = frozenset({"rerun_script", "stop_script", "app_heartbeat", "deferred_file", "dataframe_chunk"})
"""What the frontend sends in a visit: a change, a stop, a sign of life, a download, table rows."""

DROPPED: Final = frozenset({"clear_cache", "set_run_on_save", "load_git_info", "dismiss_skills_nudge"})
"""What an unchanged frontend can send as well, by a shortcut or menu: ignored, the connection stays."""

FOR_UPLOADS: Final = frozenset({"file_urls_request"})
"""What the frontend sends before it uploads a file; passes for those who may."""

_CORE: Final = "_stcore"
_UPLOAD: Final = re.compile(r"/upload_file/([0-9A-Za-z-]{1,64})/([0-9A-Za-z-]{1,64})")
_PARTS: Final = "|".join(sorted(re.escape(path.name) for path in Path(__file__).with_name("assets").glob("parts/*.js")))
_CORE_READABLE: Final = re.compile(rf"/(?:health|host-config|bidi-components/atlas\.[a-z]{{1,20}}/(?:{_PARTS}))")
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SHAPES: Final = {11: _BYTES, 16: _BYTES, 19: _BYTES}
_DIGITS: Final = 16
_MAX_TAG_BYTES: Final = 2
_MAX_VARINT_BYTES: Final = 10

_LOOK_S: Final = 5.0
_POLICY, _TOO_BIG, _NOT_BINARY, _TRY_LATER = 1008, 1009, 1003, 1013


class MalformedError(ValueError):
    """A frame that no Streamlit frontend writes."""


def message_type(frame: bytes) -> str:
    """Return the type of a BackMsg frame; for a backend operation, the type of that.

    Stricter than protobuf, where the last of several types wins and unknown fields are skipped: exactly one
    type, nothing else beside it, so that both readers must come to the same answer. Raises `MalformedError` for
    anything else.
    """
    (number, wire, value), *more = list(_fields(frame)) or [(0, 0, b"")]
    if more or number not in MESSAGES or wire != _SHAPES.get(number, _VARINT):
        raise MalformedError("not exactly one known message")
    name = MESSAGES[number]
    return _operation(value) if name == "backend_operation_request" else name


def _operation(body: bytes) -> str:
    found: list[str] = []
    for number, wire, _ in _fields(body):
        if wire != _BYTES or number not in {1, 2, *OPERATIONS}:
            raise MalformedError("unknown field in an operation")
        if number in OPERATIONS:
            found.append(OPERATIONS[number])
    if len(found) != 1:
        raise MalformedError("not exactly one operation")
    return found[0]


def _fields(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield field number, wire type and, for length-delimited fields, the content."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at, _MAX_TAG_BYTES)
        number, wire = tag >> 3, tag & 7
        size = 0
        if wire == _VARINT:
            _, at = _varint(data, at, _MAX_VARINT_BYTES)
        elif wire == _BYTES:
            size, at = _varint(data, at, _MAX_VARINT_BYTES)
        elif wire in {_FIXED64, _FIXED32}:
            size = 8 if wire == _FIXED64 else 4
        else:
            raise MalformedError(f"wire type {wire}")
        if at + size > len(data):
            raise MalformedError("cut off")
        yield number, wire, data[at : at + size]
        at += size


def _varint(data: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data[at : at + most]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit
            if byte == 0 and index > 0:
                raise MalformedError("a number written longer than need be")
            return value, at + index + 1
    raise MalformedError("a number too long or cut off")


@dataclass(frozen=True)
class RequestLimits:
    """How much one connection, and all of them together, may ask for."""

    frame_bytes: int = 256 * 1024
    burst: int = 20
    per_second: float = 10.0
    connections: int = 2000


class Verdict(Enum):
    """What happens to a frame."""

    PASS = "pass"  # noqa: S105 - no password
    DROP = "drop"
    CLOSE = "close"
    UPLOAD = "upload"
    """Passes for those who may upload, closes the connection of others."""


_VERDICTS: Final = (
    dict.fromkeys(ALLOWED, Verdict.PASS)
    | dict.fromkeys(DROPPED, Verdict.DROP)
    | dict.fromkeys(FOR_UPLOADS, Verdict.UPLOAD)
)


@dataclass
class _Websocket:
    """One websocket: its token bucket and whether we have closed it."""

    limits: RequestLimits
    clock: Callable[[], float]
    tokens: float = field(init=False)
    last: float = field(init=False)
    closed: bool = False

    def __post_init__(self) -> None:
        self.tokens, self.last = float(self.limits.burst), self.clock()

    def take(self) -> bool:
        now = self.clock()
        refilled = self.tokens + (now - self.last) * self.limits.per_second
        self.tokens, self.last = min(float(self.limits.burst), refilled), now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def judge(self, message: Message) -> tuple[Verdict, int, str]:
        """Return what to do with a received message, the close code and the reason for the log."""
        frame: bytes | None = message.get("bytes")
        if frame is None:
            return Verdict.CLOSE, _NOT_BINARY, "text frame"
        if len(frame) > self.limits.frame_bytes:
            return Verdict.CLOSE, _TOO_BIG, f"frame of {len(frame)} bytes"
        if not self.take():
            return Verdict.CLOSE, _POLICY, "too many messages"
        try:
            name = message_type(frame)
        except MalformedError as error:
            return Verdict.CLOSE, _POLICY, str(error)
        return _VERDICTS.get(name, Verdict.CLOSE), _POLICY, name


class Uploads:
    """How many bytes each session has uploaded; a file that is deleted gives its bytes back.

    No more than ``sessions`` are remembered: the one that has uploaded nothing for the longest time is forgotten.
    """

    def __init__(self, most_bytes: int = 12 * 1024 * 1024, sessions: int = 256) -> None:
        self._most_bytes = most_bytes
        self._sessions = sessions
        self._held: OrderedDict[str, dict[str, int]] = OrderedDict()

    def take(self, session: str, file: str, size: int) -> bool:
        """Return whether a file still fits, and count it if so."""
        held = self._held.setdefault(session, {})
        self._held.move_to_end(session)
        if sum(held.values()) + size > self._most_bytes:
            return False
        held[file] = held.get(file, 0) + size
        while len(self._held) > self._sessions:
            self._held.popitem(last=False)
        return True

    def give_back(self, session: str, file: str, size: int | None = None) -> None:
        """Count a file no longer; with ``size`` that much of it."""
        held = self._held.get(session, {})
        counted = held.pop(file, 0)
        if size is not None and counted > size:
            held[file] = counted - size
        if not held:
            self._held.pop(session, None)


class Guard:
    """ASGI middleware that refuses what no visitor needs.

    Over the websocket only `ALLOWED` messages pass; `DROPPED` ones are ignored; all others close the
    connection with 1008, frames over the limit with 1009, text frames with 1003. When ``limits.connections``
    are open, a new one is refused. Over HTTP: 405 for every method that writes, 404 for everything below
    ``/_stcore/`` except health, host-config and component files (so no metrics, no agent API, no uploads, no
    script health check).

    Who may upload may also ask where to (over the websocket), PUT a file there and DELETE it: one that says its size
    and fits into what is left for the session.

    ``base_path`` is what ``server.baseUrlPath`` says, with or without slashes; ``clock`` gives seconds, monotonic.
    ``may_upload`` is asked of each request or message, in a thread; by default nobody may. A message that passes otherwise
    and is not ``is_readable`` closes the connection as well. ``login_holds`` is asked of each websocket when it is opened,
    and every five seconds while it says yes; then the websocket is closed.
    """

    def __init__(  # noqa: PLR0913 - what others decide is handed in
        self,
        app: ASGIApp,
        base_path: str = "",
        limits: RequestLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        may_upload: Callable[[Scope], bool] = lambda _: False,
        is_readable: Callable[[bytes], bool] = lambda _: True,
        login_holds: Callable[[Scope], bool] = lambda _: False,
    ) -> None:
        self.app = app
        self._may_upload = may_upload
        self._is_readable = is_readable
        self._login_holds = login_holds
        self._looks = CapacityLimiter(1)  # while a database hangs, no more threads than this wait for it
        self._uploads = Uploads()
        self._core_path = f"{in_front(base_path)}/{_CORE}"
        self._limits = limits or RequestLimits()
        self._clock = clock
        self._open = 0

    @property
    def open_connections(self) -> int:
        """Return how many websockets are open now."""
        return self._open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request or connection."""
        if scope["type"] == "http":
            error = self._refusal(scope)
            target = self._upload_target(scope)
            if target is not None and await self._uploads_open(scope):
                await self._upload(target, scope, receive, send)
            elif error is None:
                await self.app(scope, receive, send)
            else:
                await refused(Request(scope), error)(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> RefusedError | None:
        """Return why a request is refused, None if it may pass."""
        if scope["method"] not in _METHODS:
            return refusal(405)
        return refusal(404) if self._is_closed_path(scope["path"]) else None

    def _is_closed_path(self, path: str) -> bool:
        if _CORE not in path.replace("\\", "/").split("/"):
            return False
        below = path.removeprefix(self._core_path)
        return below == path or _CORE_READABLE.fullmatch(below) is None

    def _upload_target(self, scope: Scope) -> tuple[str, str] | None:
        """Return session and file of an upload or of its deletion."""
        if scope["method"] not in {"PUT", "DELETE"} or not scope["path"].startswith(self._core_path):
            return None
        found = _UPLOAD.fullmatch(scope["path"].removeprefix(self._core_path))
        return (found[1], found[2]) if found else None

    async def _uploads_open(self, scope: Scope) -> bool:
        return await asyncio.to_thread(self._may_upload, scope)

    async def _upload(self, target: tuple[str, str], scope: Scope, receive: Receive, send: Send) -> None:
        size = _said_size(scope) if scope["method"] == "PUT" else 0
        if size is None:
            await refused(Request(scope), refusal(411, "Content-Length"))(scope, receive, send)
            return
        if not self._uploads.take(*target, size):
            await refused(Request(scope), refusal(413))(scope, receive, send)
            return
        is_done = False

        async def noted_send(message: Message) -> None:
            nonlocal is_done
            if message["type"] == "http.response.start":
                is_done = message["status"] < 300  # noqa: PLR2004 - success
            await send(message)

        try:
            await self.app(scope, receive, noted_send)
        finally:
            if scope["method"] == "PUT" and not is_done:
                self._uploads.give_back(*target, size)
            elif scope["method"] == "DELETE" and is_done:
                self._uploads.give_back(*target)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = scope["path"] == f"{self._core_path}/stream"
        if not allowed or self._open >= self._limits.connections:
            await receive()
            _LOG.info("websocket refused: %s", "too many connections" if allowed else "path")
            await send({"type": "websocket.close", "code": _TRY_LATER if allowed else _POLICY})
            return
        self._open += 1
        try:
            await self._converse(scope, receive, send)
        finally:
            self._open -= 1

    async def _converse(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = _Websocket(self._limits, self._clock)

        async def guarded_receive() -> Message:
            while not connection.closed:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                verdict, code, reason = connection.judge(message)
                if verdict is Verdict.UPLOAD:
                    verdict = Verdict.PASS if await self._uploads_open(scope) else Verdict.CLOSE
                if verdict is Verdict.PASS and not self._is_readable(message["bytes"]):
                    verdict, reason = Verdict.CLOSE, "unreadable"
                if verdict is Verdict.PASS:
                    return message
                if verdict is Verdict.CLOSE:
                    _LOG.info("websocket closed with %d: %s", code, reason)
                    connection.closed = True
                    await send({"type": "websocket.close", "code": code})
            return {"type": "websocket.disconnect", "code": _POLICY}

        async def guarded_send(message: Message) -> None:
            if not connection.closed:  # after our close the server would raise
                await send(message)

        watch = asyncio.create_task(self._close_when_login_ends(scope, connection, send))
        try:
            await self.app(scope, guarded_receive, guarded_send)
        finally:
            watch.cancel()

    async def _close_when_login_ends(self, scope: Scope, connection: _Websocket, send: Send) -> None:
        is_watched = False
        while await to_thread.run_sync(self._login_holds, scope, limiter=self._looks):
            is_watched = True
            await asyncio.sleep(_LOOK_S)
        if is_watched and not connection.closed:
            _LOG.info("websocket closed: its login has ended")
            connection.closed = True
            await send({"type": "websocket.close", "code": _POLICY})


def _said_size(scope: Scope) -> int | None:
    """Return the size a request says its body has; None if it does not, or in two ways."""
    said = [value for name, value in scope["headers"] if name == b"content-length"]
    is_chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
    return int(said[0]) if len(said) == 1 and said[0].isdigit() and len(said[0]) < _DIGITS and not is_chunked else None
