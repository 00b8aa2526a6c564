"""What comes over the websocket is looked at before a page sees it."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.elements.widgets.selectbox import SelectboxSerde
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState, WStates

from atlas.web.guard import Guard
from tests.conftest import ROOT
from ui.wire import TYPED, is_readable, refuse_wrong_values


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> SessionState:
    """Return a session with a list, of a and b, that a callback belongs to; ``b`` is chosen."""
    monkeypatch.setattr(WStates, "__getitem__", WStates.__getitem__)
    monkeypatch.setattr(SessionState, "set_widgets_from_proto", SessionState.set_widgets_from_proto)
    refuse_wrong_values()
    made = SessionState()
    for key in ("list", "typed", "gone", "replaced"):
        offered = ["a", "b"]
        serde = SelectboxSerde(offered, formatted_options=offered, formatted_option_to_option_index={"a": 0, "b": 1})
        name = "stichtag" if key == "typed" else key
        widget = WidgetMetadata(
            id=id_of(name),
            deserializer=serde.deserialize,
            serializer=serde.serialize,
            value_type="string_value",
            callback=lambda: None,
        )
        made._new_widget_state.set_widget_metadata(widget)
        made._key_id_mapper[name] = id_of(name) if key != "replaced" else id_of("replaced", "2")
        if key != "gone":
            made._old_state[id_of(name)] = "b"
    return made


def id_of(key: str, version: str = "1") -> str:
    return f"$$ID-{version}-{key}"


def put(session: SessionState, key: str, **value: object) -> WStates:
    session.set_widgets_from_proto(WidgetStates(widgets=[WidgetState(id=id_of(key), **value)]))
    return session._new_widget_state


@pytest.mark.parametrize(
    ("key", "value", "taken"),
    [
        ("list", {"string_value": "b"}, "b"),
        ("list", {"string_value": "c"}, None),
        ("list", {"json_value": '"b"'}, None),
        ("list", {"int_value": 1}, None),
        ("stichtag", {"string_value": "31.12.2022"}, "31.12.2022"),
        ("stichtag", {"double_value": float("nan")}, None),
        ("gone", {"string_value": "b"}, None),
        ("replaced", {"string_value": "b"}, None),
    ],
)
def test_a_widget_gets_no_value_it_cannot_have(
    session: SessionState, key: str, value: dict[str, object], taken: str | None
) -> None:
    held = put(session, key, **value)
    assert held.get(id_of(key)) == taken
    assert (id_of(key) in held.states) == (taken is not None)  # else its callback would be called


def test_a_value_of_a_widget_that_is_not_there_yet_is_looked_at_when_it_is(session: SessionState) -> None:
    held = session._new_widget_state
    widget = held.widget_metadata.pop(id_of("list"))
    put(session, "list", int_value=3)
    held.set_widget_metadata(widget)
    assert id_of("list") not in held
    put(session, "list", string_value="a")
    assert held[id_of("list")] == "a"


def test_lists_that_take_other_texts_are_known() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "ui").glob("*.py") if path.name != "wire.py"]
    assert sum(text.count("accept_new_options=") for text in texts) == len(TYPED) - 1  # one function draws both days


def message(json_value: str) -> bytes:
    made = BackMsg()
    made.rerun_script.widget_states.widgets.add(id="x", json_value=json_value)
    return made.SerializeToString()


@pytest.mark.parametrize(
    ("frame", "is_taken"),
    [
        (message("{}"), True),
        (message("null"), True),
        (message("{"), False),
        (message("[" * 100_000), False),
        (message('"{"'), False),
        (b"\x5a\x04\x0a\x02\xff\xfe", False),
    ],
)
def test_unreadable_messages_close_the_connection(frame: bytes, is_taken: bool) -> None:
    got: list[Message] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        got.append(await receive())

    async def receive() -> Message:
        return {"type": "websocket.receive", "bytes": frame}

    async def send(each: Message) -> None:
        sent.append(each)

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": []}
    asyncio.run(Guard(app, is_readable=is_readable)(scope, receive, send))
    assert (got[0]["type"] == "websocket.receive") == is_taken
    assert [each["code"] for each in sent] == ([] if is_taken else [1008])
