"""Rules of the guard, on test doubles; see `test_guard_attacks` for a real server."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileURLsRequest

from atlas.web import guard as guard_module
from atlas.web.guard import (
    ALLOWED,
    DROPPED,
    MESSAGES,
    OPERATIONS,
    Guard,
    MalformedError,
    RequestLimits,
    Uploads,
    message_type,
)

RERUN = BackMsg(rerun_script=ClientState(query_string="ebene=council")).SerializeToString()
CLEAR = BackMsg(clear_cache=True).SerializeToString()
GIT = BackMsg(load_git_info=True).SerializeToString()
UPLOAD = BackMsg(file_urls_request=FileURLsRequest(request_id="r", file_names=["a"])).SerializeToString()


def operation(name: str) -> bytes:
    message = BackMsg()
    message.backend_operation_request.request_id = "r"
    message.backend_operation_request.session_id = "s"
    getattr(message.backend_operation_request, name).SetInParent()
    frame: bytes = message.SerializeToString()
    return frame


DOWNLOAD = operation("deferred_file")
SKILLS = operation("install_skills")


# --- the reader


def test_field_numbers_are_streamlits() -> None:
    fields = BackMsg.DESCRIPTOR.fields
    assert {field.number: field.name for field in fields} == MESSAGES
    assert all(field.containing_oneof is BackMsg.DESCRIPTOR.oneofs_by_name["type"] for field in fields)


def test_operation_numbers_are_streamlits() -> None:
    fields = BackendOperationRequest.DESCRIPTOR.fields
    assert {f.number: f.name for f in fields if f.containing_oneof is not None} == OPERATIONS
    assert {f.number: f.name for f in fields if f.containing_oneof is None} == {
        1: "request_id",
        2: "session_id",
    }


def test_the_lists_hold_known_names_and_no_name_twice() -> None:
    assert not ALLOWED & DROPPED
    assert set(MESSAGES.values()) | set(OPERATIONS.values()) >= ALLOWED | DROPPED


@pytest.mark.parametrize("name", sorted(set(MESSAGES.values()) - {"backend_operation_request"}))
def test_each_message_is_read_as_streamlit_reads_it(name: str) -> None:
    message = BackMsg()
    if BackMsg.DESCRIPTOR.fields_by_name[name].message_type is None:
        setattr(message, name, True)
    else:
        getattr(message, name).SetInParent()
    assert message_type(message.SerializeToString()) == name == message.WhichOneof("type")


@pytest.mark.parametrize("name", sorted(OPERATIONS.values()))
def test_each_operation_is_read_as_streamlit_reads_it(name: str) -> None:
    assert message_type(operation(name)) == name


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00",
        RERUN + CLEAR,  # protobuf would take the last
        RERUN + RERUN,  # protobuf would merge
        RERUN[:-1],
        b"\xff" * 20,
        b"\xaa\x80\x01\x00" + RERUN,  # an unknown field in front
        b"\xda\x80\x00\x00",  # tag 11 written longer than need be
        b"\x58\x01",  # rerun_script as a number
        b"\x2a\x00",  # clear_cache as bytes
        b"\x5b\x5c",  # group
        b"\x59" + b"\x00" * 8,  # rerun_script as a 64-bit number
        b"\x5d" + b"\x00" * 3,  # 32-bit, cut off
        b"\x5a" + b"\xff" * 11,
        b"\x9a\x01\x00",  # an operation with nothing in it
        b"\x9a\x01\x04\x1a\x00\x22\x00",  # two operations
        b"\x9a\x01\x02\x3a\x00",  # an unknown operation
        b"\x9a\x01\x02\x18\x01",  # a known one as a number
    ],
)
def test_frames_no_frontend_writes_are_malformed(frame: bytes) -> None:
    with pytest.raises(MalformedError):
        message_type(frame)


# --- the websocket


class Wire:
    """A websocket as the server below an ASGI app sees it."""

    def __init__(self, *incoming: Message) -> None:
        self.incoming: list[Message] = [{"type": "websocket.connect"}, *incoming]
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        return self.incoming.pop(0) if self.incoming else {"type": "websocket.disconnect", "code": 1000}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def closed_with(self) -> int | None:
        return next((m["code"] for m in self.sent if m["type"] == "websocket.close"), None)


class Streamlit:
    """Takes frames until the connection ends, then tries to send once more, as its sender task does."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            self.frames.append(message["bytes"])
        await send({"type": "websocket.send", "bytes": b"late"})
        assert (await receive())["type"] == "websocket.disconnect"


def frames(*data: bytes) -> list[Message]:
    return [{"type": "websocket.receive", "bytes": frame} for frame in data]


def stream_scope(path: str = "/_stcore/stream", host: bytes = b"atlas.example") -> Scope:
    return {"type": "websocket", "path": path, "headers": [(b"host", host)]}


def converse(*incoming: Message, limits: RequestLimits | None = None) -> tuple[Streamlit, Wire]:
    app, wire = Streamlit(), Wire(*incoming)
    asyncio.run(Guard(app, limits=limits)(stream_scope(), wire.receive, wire.send))
    return app, wire


@pytest.mark.parametrize("frame", [UPLOAD, SKILLS, b"\xff\xff", RERUN + CLEAR, b""])
def test_other_messages_close_the_connection(frame: bytes) -> None:
    app, wire = converse(*frames(RERUN, frame, RERUN))
    assert app.frames == [RERUN]
    assert wire.closed_with == 1008
    assert wire.sent[-1]["type"] == "websocket.close"  # nothing is sent after it


@pytest.mark.parametrize("frame", [CLEAR, GIT])
def test_what_a_shortcut_sends_is_dropped_and_the_connection_stays(frame: bytes) -> None:
    app, wire = converse(*frames(frame, RERUN, frame, DOWNLOAD))
    assert app.frames == [RERUN, DOWNLOAD]
    assert wire.closed_with is None


def test_a_big_frame_closes_with_1009() -> None:
    app, wire = converse(*frames(RERUN + b"x" * 256 * 1024))
    assert (app.frames, wire.closed_with) == ([], 1009)


def test_a_text_frame_closes_with_1003() -> None:
    app, wire = converse({"type": "websocket.receive", "text": "hello"})
    assert (app.frames, wire.closed_with) == ([], 1003)


def test_more_than_the_burst_closes_with_1008() -> None:
    app, wire = converse(*frames(*[RERUN] * 30))
    assert len(app.frames) == 20
    assert wire.closed_with == 1008


def test_dropped_messages_count_too() -> None:
    app, wire = converse(*frames(*[GIT] * 300))
    assert (app.frames, wire.closed_with) == ([], 1008)


def test_the_sustained_pace_is_ten_a_second() -> None:
    now = [0.0]
    app = Streamlit()
    wire = Wire(*frames(*[RERUN] * 100))
    slow_receive = wire.receive

    async def receive() -> Message:
        now[0] += 0.1
        return await slow_receive()

    asyncio.run(Guard(app, clock=lambda: now[0])(stream_scope(), receive, wire.send))
    assert len(app.frames) == 100
    assert wire.closed_with is None


def test_each_connection_has_its_own_pace() -> None:
    app = Streamlit()
    guard = Guard(app)
    for _ in range(3):
        wire = Wire(*frames(*[RERUN] * 20))
        asyncio.run(guard(stream_scope(), wire.receive, wire.send))
        assert wire.closed_with is None
    assert len(app.frames) == 60


def test_only_so_many_connections_are_open_at_once() -> None:
    opened = asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await opened.wait()

    async def scenario() -> None:
        guard = Guard(waits, limits=RequestLimits(connections=2))
        held = [asyncio.create_task(guard(stream_scope(), Wire().receive, Wire().send)) for _ in range(2)]
        await asyncio.sleep(0)
        assert guard.open_connections == 2
        wire = Wire()
        await guard(stream_scope(), wire.receive, wire.send)
        assert wire.closed_with == 1013
        opened.set()
        await asyncio.gather(*held)
        assert guard.open_connections == 0

    asyncio.run(scenario())


@pytest.mark.parametrize(("answers", "code"), [([True, True, False], 1008), ([False], None)])
def test_a_websocket_ends_with_its_login_and_a_visitors_stays(
    answers: list[bool], code: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "_LOOK_S", 0)
    asked = asyncio.Event()
    wire = Wire()

    async def receive() -> Message:
        if not wire.incoming:
            await asked.wait()
        return await wire.receive()

    async def scenario() -> None:
        loop = asyncio.get_running_loop()

        def holds(_: Scope) -> bool:
            if len(answers) == 1:
                loop.call_soon_threadsafe(loop.call_later, 0.05, asked.set)
            return answers.pop(0)

        await asyncio.wait_for(Guard(Streamlit(), login_holds=holds)(stream_scope(), receive, wire.send), 20)

    asyncio.run(scenario())
    assert (wire.closed_with, answers) == (code, [])


def test_a_failing_connection_gives_its_place_back() -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("broken")

    guard = Guard(fails)
    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(guard(stream_scope(), Wire().receive, Wire().send))
    assert guard.open_connections == 0


def test_other_websocket_paths_are_refused() -> None:
    for scope in (stream_scope("/other"), stream_scope("/x/_stcore/stream")):
        app, wire = Streamlit(), Wire()
        asyncio.run(Guard(app)(scope, wire.receive, wire.send))
        assert wire.closed_with == 1008
        assert not any(m["type"] == "websocket.accept" for m in wire.sent)


# --- HTTP


def status_of(
    path: str,
    method: str = "GET",
    *,
    base_path: str = "",
) -> tuple[int, dict[bytes, bytes]]:
    sent: list[Message] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Message) -> None:
        sent.append(message)

    guard = Guard(inner, base_path)
    scope = {
        "type": "http",
        "query_string": b"",
        "path": path,
        "method": method,
        "headers": [(b"host", b"atlas.example:8501")],
    }
    asyncio.run(guard(scope, Wire().receive, send))
    return sent[0]["status"], dict(sent[0]["headers"])


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "//_stcore//metrics",
        "/_stcore",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/interact",
        "/_stcore/upload_file/session/file",
        "/_stcore/script-health-check",
        "/_stcore/stream",
        "/_stcore/healthy",
        "/_stcore/health/x",
        "/_stcore//health",
        "/_stcore/bidi-components",
        "/_stcore/bidi-components/",
        "/_stcore/bidi-components/atlas.search/nope.js",
        f"/_stcore/bidi-components/atlas.search/{'x' * 300}",
        "/gemeinde/_stcore/metrics",
        "/gemeinde/_stcore/health",
        "/_stcore/_stcore/health",
    ],
)
def test_closed_paths_are_404(path: str) -> None:
    assert status_of(path)[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/gemeinde",
        "/_stcore/health",
        "/_stcore/host-config",
        "/_stcore/bidi-components/atlas.search/shared.js",
        "/media/x",
    ],
)
def test_what_a_visit_needs_passes(path: str) -> None:
    assert status_of(path)[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "NONSENSE"])
def test_writing_methods_are_405(method: str) -> None:
    status, headers = status_of("/", method)
    assert status == 405
    assert headers[b"allow"] == b"GET, HEAD, OPTIONS"


def test_base_path_moves_the_closed_paths() -> None:
    assert status_of("/karte/_stcore/health", base_path="/karte/")[0] == 200
    assert status_of("/karte/_stcore/metrics", base_path="/karte/")[0] == 404
    assert status_of("/_stcore/health", base_path="/karte/")[0] == 404


# --- uploads

PLACE = "/_stcore/upload_file/3f-session/3f-file"
MB = 1024 * 1024


class Door:
    """A guard in front of Streamlit's upload route; notes what reaches it."""

    def __init__(self, *, answer: int = 204, base_path: str = "") -> None:
        self.reached: list[tuple[str, str]] = []
        self.answer = answer
        self.guard = Guard(
            self._inner, base_path, may_upload=lambda scope: dict(scope["headers"]).get(b"cookie") == b"editor"
        )

    async def _inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached.append((scope["method"], scope["path"]))
        await send({"type": "http.response.start", "status": self.answer, "headers": []})

    def ask(self, method: str = "PUT", path: str = PLACE, size: int = MB, **headers: str) -> int:
        said = {"host": "atlas.example", "cookie": "editor", "content_length": str(size)} | headers
        raw = [
            (name.replace("_", "-").encode(), each.encode())
            for name, value in said.items()
            if value
            for each in value.split("|")
        ]
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "query_string": b"", "path": path, "method": method, "headers": raw}
        asyncio.run(self.guard(scope, Wire().receive, send))
        return int(sent[0]["status"])


def test_uploads_are_open_to_those_who_may() -> None:
    door = Door()
    assert (door.ask(), door.ask("DELETE")) == (204, 204)
    assert door.reached == [("PUT", PLACE), ("DELETE", PLACE)]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_uploads_are_closed_to_everybody_else(method: str) -> None:
    door = Door()
    assert (door.ask(method, cookie="reader"), door.ask(method, cookie="")) == (405, 405)
    assert door.reached == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PATCH"])
def test_nothing_but_put_and_delete_opens(method: str) -> None:
    door = Door()
    assert door.ask(method) in {404, 405}
    assert door.reached == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/_stcore/upload_file",
        "/_stcore/upload_file/session",
        "/_stcore/upload_file/session/",
        "/_stcore/upload_file/session/file/more",
        "/_stcore/upload_file/../file",
        "/_stcore/upload_file/session/..",
        "/_stcore/upload_file/session/a%2fb",
        "/_stcore/upload_file/session/file\n",
        "//_stcore/upload_file/session/file",
        "/_stcore//upload_file/session/file",
        "/x/_stcore/upload_file/session/file",
        "/_stcore/agent/interact",
        "/_stcore/metrics",
        f"/_stcore/upload_file/{'s' * 65}/file",
    ],
)
def test_nothing_but_the_upload_route_opens(path: str) -> None:
    door = Door()
    assert door.ask(path=path) == door.ask("DELETE", path=path) == 405
    assert door.reached == []


def test_the_upload_route_lies_below_the_base_path() -> None:
    door = Door(base_path="/karte/")
    assert (door.ask(path=f"/karte{PLACE}"), door.ask()) == (204, 405)


def test_an_upload_says_its_size_once() -> None:
    door = Door()
    for headers in (
        {"content_length": ""},
        {"content_length": "-1"},
        {"content_length": "1e3"},
        {"content_length": "9" * 20},
        {"content_length": "5|5"},
        {"transfer_encoding": "chunked"},
    ):
        assert door.ask(**headers) == 411
    assert door.reached == []


def test_a_session_may_hold_twelve_megabytes() -> None:
    door = Door()
    places = [f"/_stcore/upload_file/one/{number}" for number in range(3)]
    assert [door.ask(path=place, size=5 * MB) for place in places] == [204, 204, 413]
    assert door.ask(path="/_stcore/upload_file/two/0", size=12 * MB) == 204
    assert door.ask("DELETE", places[0]) == 204
    assert door.ask(path=places[2], size=5 * MB) == 204
    assert door.ask(path=places[2], size=5 * MB) == 413  # over itself counts twice: never less than is held
    assert door.ask(path="/_stcore/upload_file/three/0", size=12 * MB + 1) == 413


def test_a_refused_upload_counts_for_nothing() -> None:
    door = Door(answer=400)
    assert [door.ask(size=12 * MB) for _ in range(3)] == [400] * 3
    door.answer = 204
    assert door.ask(size=12 * MB) == 204


def test_only_so_many_sessions_are_remembered() -> None:
    uploads = Uploads(most_bytes=10, sessions=2)
    assert uploads.take("one", "f", 10)
    assert not uploads.take("one", "g", 1)
    assert uploads.take("two", "f", 10)
    assert uploads.take("three", "f", 10)
    assert not uploads.take("three", "g", 1)
    assert uploads.take("one", "g", 1)


def test_asking_where_to_upload_is_for_those_who_may() -> None:
    for may, passed, code in ((True, [UPLOAD, RERUN], None), (False, [], 1008)):
        app, wire = Streamlit(), Wire(*frames(UPLOAD, RERUN))
        asyncio.run(Guard(app, may_upload=lambda _, may=may: may)(stream_scope(), wire.receive, wire.send))
        assert (app.frames, wire.closed_with) == (passed, code)


def test_lifespan_passes() -> None:
    seen: list[str] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    asyncio.run(Guard(inner)({"type": "lifespan"}, Wire().receive, Wire().send))
    assert seen == ["lifespan"]
