"""What comes over the websocket, before any page sees it: messages that can't be read, values that no widget of ours gives."""

from __future__ import annotations

import json
import logging
import re
from contextlib import suppress
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from streamlit.elements.widgets.multiselect import MultiSelectSerde
from streamlit.elements.widgets.selectbox import SelectboxSerde
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.common import WidgetMetadata, unpack_widget_state_value, user_key_from_element_id
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX, Serialized, SessionState, WStates

from ui.entry_form import JOINT
from ui.state import Keys

TYPED = frozenset({Keys.AS_OF, Keys.SINCE, Keys.COMPARED, JOINT})
"""Keys of lists that take what they do not offer (``accept_new_options``)."""
_EVENTS = re.compile(f"{re.escape(STREAMLIT_INTERNAL_KEY_PREFIX)}_(.+)__events")
_LOG = logging.getLogger("atlas.ui.wire")


def is_readable(frame: bytes) -> bool:
    """Return whether Streamlit can read a message, and the JSON of components in it."""
    try:
        message = BackMsg.FromString(frame)
        for state in message.rerun_script.widget_states.widgets:
            kind = state.WhichOneof("value")
            if kind in {"json_value", "json_trigger_value"} and isinstance(json.loads(getattr(state, kind)), str):
                return False  # which would be read as JSON once more
    except (DecodeError, ValueError, RecursionError):
        return False
    return True


def _is_offered(state: WidgetState, widget: WidgetMetadata[Any]) -> bool:
    """Return whether a list offers what was chosen from it; other widgets, and fields that take texts, decide for themselves."""
    read_by = getattr(widget.deserializer, "__self__", None)
    if not isinstance(read_by, SelectboxSerde | MultiSelectSerde) or user_key_from_element_id(state.id) in TYPED:
        return True
    value = unpack_widget_state_value(state)
    return ({value} if isinstance(value, str) else {*value}) <= read_by.formatted_option_to_option_index.keys()


def refuse_wrong_values() -> None:
    """Take a value that its widget can't have (of another type, unreadable, not offered) as none: it keeps what it had.

    So with one for a widget that is not drawn any more: its callback would find none, or another that has no value yet.
    Streamlit gives whatever comes to the widget; what that raises would stand in the log as a fault of ours.
    """
    read, put = WStates.__getitem__, SessionState.set_widgets_from_proto

    def getitem(self: WStates, key: str) -> Any:  # noqa: ANN401 - as Streamlit has it
        held, widget = self.states.get(key), self.widget_metadata.get(key)
        if not isinstance(held, Serialized) or widget is None:
            return read(self, key)
        kind = held.value.WhichOneof("value")
        with suppress(Exception):
            if kind is None or (widget.value_type in {None, kind} and _is_offered(held.value, widget)):
                value = read(self, key)
                self.set_widget_metadata(widget)  # it notes as type what came
                return value
        _LOG.info("refused the value of a widget")
        self.states[key] = None  # type: ignore[assignment] # as if it were not there; others may be going through them
        raise KeyError(key)

    def set_widgets_from_proto(self: SessionState, widget_states: WidgetStates) -> None:
        put(self, widget_states)
        new, current = self._new_widget_state, self._key_id_mapper
        for state in widget_states.widgets:
            widget, key = new.widget_metadata.get(state.id), user_key_from_element_id(state.id)
            if widget is None:
                continue
            drawn = _EVENTS.sub(r"\1", state.id)  # what a component tells has an id of its own, besides its state's
            is_gone = drawn not in self._old_state or (key is not None and current.get_id_from_key(key) != state.id)
            if state.id not in new or (is_gone and (widget.callback or widget.callbacks)):
                new.states.pop(state.id, None)

    WStates.__getitem__ = getitem  # type: ignore[method-assign]
    SessionState.set_widgets_from_proto = set_widgets_from_proto  # type: ignore[method-assign]
