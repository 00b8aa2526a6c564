"""How long a connection may stand still, and how long the end of the process may take.

`streamlit run` leaves both to the defaults of uvicorn, which wait for ever, and has no settings for them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from types import FrameType

from uvicorn.protocols.http.h11_impl import H11Protocol

from atlas.web.logs import OWN

LOOK_S = 4.0
"""So far apart are the looks at a connection."""
_STILL_LOOKS, _UNBEGUN_LOOKS = 5, 1
"""A connection on which nothing moved for so many looks is closed; a websocket that does not begin sooner."""
ENDING_S = 10.0
"""So much time has what is under way when the process is told to end; its unit allows 20 s (``TimeoutStopSec``)."""


def close_still_connections(every: float = LOOK_S) -> None:
    """Watch each connection: half a request, a websocket never begun, or an answer that nobody takes does not keep it open."""
    made = H11Protocol.connection_made

    def connection_made(self: H11Protocol, transport: asyncio.Transport) -> None:
        made(self, transport)
        self.loop.call_later(every, look, self, None, 0)

    def look(one: H11Protocol, before: object, looks: int) -> None:
        spoken, unsent = one.transport.get_protocol(), one.transport.get_write_buffer_size()
        has_begun = getattr(spoken, "handshake_complete", False)  # such a websocket has pings of its own
        if has_begun or one.transport.is_closing():
            return
        is_answering = spoken is one and one.cycle is not None and not one.cycle.response_complete and not unsent
        now = (spoken, one.cycle, unsent)
        looks = looks + 1 if now == before and not is_answering else 0
        if looks >= (_STILL_LOOKS if spoken is one else _UNBEGUN_LOOKS):
            one.transport.abort()
        else:
            one.loop.call_later(every, look, one, now, looks)

    H11Protocol.connection_made = connection_made  # type: ignore[method-assign]


def end_in_time(seconds: float = ENDING_S) -> None:
    """End the process that long after it was told to, whatever is still under way: a film, a client that does not read.

    Nothing is lost by it: what has not been confirmed to its writer is not kept, as with any other end.
    """

    def last_call() -> None:
        logging.getLogger(OWN).warning("ended with work under way")
        os._exit(0)

    for each in (signal.SIGTERM, signal.SIGINT):
        earlier = signal.getsignal(each)

        def told(number: int, frame: FrameType | None, earlier: object = earlier) -> None:
            timer = threading.Timer(seconds, last_call)
            timer.daemon = True
            timer.start()
            if callable(earlier):
                earlier(number, frame)

        signal.signal(each, told)
