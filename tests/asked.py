"""One request to an ASGI application, without a server, and what it sent."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Answer:
    """What an ASGI app sent for one request."""

    def __init__(self) -> None:
        self.status = 0
        self.raw: list[tuple[bytes, bytes]] = []
        self.body = b""

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode().lower(): value.decode() for name, value in self.raw}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.raw = message["status"], list(message.get("headers", ()))
        else:
            self.body += message.get("body", b"")


def request(app: ASGIApp, path: str, *, method: str = "GET", query: str = "", **headers: str) -> Answer:
    answer = Answer()

    async def ask() -> None:
        await app(scope_of(path, method, query, headers), nothing, answer.send)

    asyncio.run(ask())
    return answer


def scope_of(path: str, method: str, query: str, headers: dict[str, str]) -> Scope:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": path, "method": method, "query_string": query.encode(), "headers": raw}


async def nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as if it were Streamlit, with a header that must not survive."""
    headers = [(b"content-type", b"text/plain"), (b"X-Frame-Options", b"ALLOWALL")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"inner"})
