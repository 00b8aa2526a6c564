"""Ask a running application everything wrongly: routes, parameters, headers, messages of the websocket.

It may refuse, say that it is busy, or close the connection; it may not fail (500), be silent for ten seconds, or leave a traceback in
its log. ``python -m bench.fuzz URL [--requests N] [--messages N] [--seed N]``; exit code 1 if it did.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from atlas.export.tables import TABLES
from atlas.model.parameters import _ON_PAGES, CHAPTERS, FORM
from atlas.model.snapshot import Snapshot
from atlas.present.charts import Chart
from atlas.present.open_data import OFFERS
from atlas.present.page_heads import PAGE_TITLES
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from atlas.web.addresses import every_key
from bench.nasty import HEADERS, METHODS, NASTY

LATE_S = 10.0
_WIDGET = re.compile(r'id: "(\$\$[^"]+)"')
_VALUES = tuple(field.name for field in WidgetState.DESCRIPTOR.fields if field.name in {
    "string_value", "json_value", "int_value", "double_value", "bool_value", "trigger_value", "bytes_value",
    "string_array_value", "int_array_value", "double_array_value",
})  # fmt: skip
AT_ONCE = 8
# fmt: off
_PLACES = (
    "/", "/healthz", "/readyz", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/manifest.json", "/api/v1",
    "/api/v1/", "/api", "/nix", *(f"/{page}" for page in PAGE_TITLES), *(f"/{offer.path}" for offer in OFFERS),
    *(f"/atlas/{table}.csv" for table in TABLES),
    *(f"/atlas/diagramm/{chart}.{form}" for chart in Chart for form in ("svg", "png")),
    *(f"/atlas/liste/{each}.csv" for each in ("offen", "begonnen", "aktiv", "unbekannt", "NASTY")),
    "/atlas/verlauf.json", "/atlas/verlauf.gif", "/atlas/steckbrief.pdf", "/atlas/NASTY",
    "/atlas/diagramm/NASTY.svg", "/atlas/NASTY.csv",
    *(f"/atlas/{name}.{form}" for name in ("ausschnitt", "vergleich") for form in ("svg", "pdf", "png", "NASTY")),
    *(f"/atlas/vergleich/{number}.svg" for number in ("0", "1", "9", "-1", "NASTY")), "/bild/land.png",
    "/bild/land.svg", "/bild/KEY.png", "/bild/KEY.svg", "/bild/NASTY", "/bild/KEY/NASTY.png", "/KEY",
    "/gemeinde/KEY", "/intern/wiedervorlagen.csv", "/intern/wiedervorlagen.ics", "/intern/bestand.csv",
    "/intern/aenderungen.json", "/intern/NASTY", "/_stcore/health", "/_stcore/host-config", "/_stcore/metrics",
    "/_stcore/stream", "/_stcore/NASTY", "/_stcore/upload_file/a/b", "/_stcore/bidi-components/atlas.search/NASTY",
    "/component/streamlit_folium.st_folium/NASTY", "/media/NASTY", "/static/NASTY", "/auth/login", "/auth/logout",
    "/oauth2callback", "/component/NASTY", "/app/static/NASTY", "/NASTY", "/kreis/NASTY",
)
# fmt: on


@dataclass
class Tally:
    """What came back."""

    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest: float = 0.0

    def note(self, status: str, seconds: float, asked: str) -> None:
        """Count one answer."""
        self.statuses[status] += 1
        self.longest = max(self.longest, seconds)
        if status == "500" or seconds > LATE_S:
            self.wrong.append(f"{status} {seconds:.1f} s {asked[:1500]}")


class Fuzz:
    """Makes requests and messages up, the same for the same seed."""

    def __init__(self, seed: int, snapshot: Snapshot) -> None:
        self.random = random.Random(seed)  # noqa: S311 - nothing secret
        self._programmes = tuple(snapshot.programmes)
        self._layers = tuple({layer for layers in snapshot.layers.values() for layer in layers})
        self._keys = [key for key in every_key(snapshot) if key] + ["14521", "14522000"]

    def text(self) -> str:
        """Return something that is hardly ever expected."""
        found = self.random.choice(NASTY)
        if self.random.random() < 0.2:
            found += self.random.choice(NASTY)
        if found and self.random.random() < 0.1:
            at = self.random.randrange(len(found))
            found = found[:at] + chr(self.random.randrange(0x3000)) + found[at:]
        return found

    def value(self, name: str, known: tuple[str, ...]) -> str:
        """Return a value of a parameter: a right one, one of another parameter, or none at all."""
        kind = self.random.random()
        if known and kind < 0.8:
            return self.random.choice(known)
        if kind < 0.8 and name in {"gemeinde", "kreis", "ausschnitt", "vergleich"}:
            return ",".join(self.random.choices(self._keys, k=self.random.choice((1, 1, 2, 3, 9))))
        if kind < 0.8 and name in {"stichtag", "von", "stand"}:
            return (
                f"20{self.random.randrange(14, 32)}-{self.random.randrange(0, 14):02}-{self.random.randrange(0, 33):02}"
            )
        return self.text()

    def query(self) -> str:
        """Return a query, well formed or not."""
        known: dict[str, tuple[str, ...]] = {each.name: each.known for each in _ON_PAGES}
        known |= {
            "form": FORM.known,
            "fuer": ("datei", "licht"),
            "seit": ("0",),
            "stand": (),
            "schluessel": (),
            "kapitel": CHAPTERS,
        }
        known |= {"streamlitUrl": (), "utm_source": (), self.text()[:50]: ()}
        known |= {"programm": self._programmes, "ebene": self._layers}
        names = self.random.choices(list(known), k=self.random.choice((0, 1, 1, 1, 2, 2, 3, 5, 40)))
        quoted = self.random.choice(
            (quote, quote_plus, lambda text, **_: text.encode("utf-8", "replace").decode("latin-1"))
        )
        parts = [
            f"{quoted(name, errors='replace')}={quoted(self.value(name, known[name]), errors='replace')}"
            for name in names
        ]
        return self.random.choice(("&", "&", "&", ";", "&&")).join(parts)

    def request(self, host: str) -> bytes:
        """Return one request as it goes over the wire."""
        place = self.random.choice(_PLACES).replace("KEY", self.random.choice(self._keys))
        place = place.replace(
            "NASTY", quote(self.text(), safe=self.random.choice(("", "/", "/\\<>{}|")), errors="replace")
        )
        query = self.query()
        target = f"{place}?{query}" if query else place
        chosen = self.random.sample(list(HEADERS), k=self.random.choice((0, 0, 1, 1, 2, 4)))
        headers = {"Host": host} | {name: self.random.choice(HEADERS[name]) for name in chosen}
        if self.random.random() < 0.1:
            headers[f"X-{self.random.randrange(99)}"] = self.text()
        body = b"x" * int(headers.get("Content-Length", "0"))
        method = self.random.choice(METHODS)
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        sent = "\r\n".join(lines).encode("utf-8", "replace") + body
        if self.random.random() < 0.01:
            at = self.random.randrange(len(sent))
            sent = (
                sent[:at] + self.random.randbytes(self.random.randrange(1, 9)) + sent[at + self.random.randrange(3) :]
            )
        if self.random.random() < 0.01:
            sent = sent[: self.random.randrange(len(sent))]
        return sent

    def message(self, widgets: dict[str, str]) -> bytes:
        """Return one message to the websocket, of the kind a page sends: an address, and widgets with values of any type."""
        message = BackMsg()
        run = message.rerun_script
        run.query_string = self.query()
        if self.random.random() < 0.5:
            run.page_name = self.random.choice([*PAGE_TITLES, *PAGE_TITLES, _proper(self.text())])
        if self.random.random() < 0.1:
            run.page_script_hash = _proper(self.text())
        for key in self.random.sample(sorted(widgets), k=min(len(widgets), self.random.choice((0, 1, 1, 2, 9)))):
            state = run.widget_states.widgets.add(id=key)
            kind = self.random.choice(_VALUES)
            wrong: object = {
                "string_value": _proper(self.text()),
                "json_value": self.random.choice(
                    (
                        "{}",
                        "null",
                        "[]",
                        "1e999",
                        '{"door": {"a": [1]}}',
                        '{"ags": "x", "look": 1, "place": []}',
                        "[" * 5000,
                    )
                ),
                "int_value": self.random.choice((-1, 0, 3, 2**62)),
                "double_value": self.random.choice((-1.0, float("nan"), float("inf"), 1e300)),
                "bool_value": True,
                "trigger_value": True,
                "bytes_value": self.random.randbytes(9),
            }.get(kind)
            if wrong is not None:
                setattr(state, kind, wrong)
            else:
                getattr(state, kind).data.extend(
                    [_proper(self.text())] if kind == "string_array_value" else [-1, 2**40]
                )
        return message.SerializeToString()

    def broken(self, frame: bytes) -> bytes:
        """Return a message with bytes changed, added and left out."""
        found = bytearray(frame)
        for _ in range(self.random.randrange(1, 6)):
            at = self.random.randrange(len(found) + 1)
            found[at : at + self.random.randrange(4)] = self.random.randbytes(self.random.randrange(6))
        return bytes(found)


def _proper(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


async def ask(host: str, port: int, sent: bytes) -> str:
    """Send one request; return the status, ``closed`` if the other side closed, ``late``."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(sent)
        if b"\r\n\r\n" not in sent:
            return "cut off"
        line = await reader.readline()
        while await reader.read(1 << 16):
            pass
        return line.split(b" ")[1].decode("ascii", "replace") if line.startswith(b"HTTP/1.1 ") else "closed"
    except (ConnectionError, IndexError):
        return "closed"
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def requests(url: str, fuzz: Fuzz, count: int, tally: Tally) -> None:
    """Send requests, several at once."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80

    async def one() -> None:
        sent = fuzz.request(parts.netloc)
        begun = time.monotonic()
        try:
            status = await asyncio.wait_for(
                ask(host, port, sent.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n", 1)), 60
            )
        except TimeoutError:
            status = "late"
        tally.note(status, time.monotonic() - begun, repr(sent))

    await _several(one, count)


async def messages(url: str, fuzz: Fuzz, count: int, tally: Tally) -> None:
    """Send messages, eight on each connection, each answered before the next; the last may be no message at all."""
    stream = url.replace("http", "ws", 1).rstrip("/") + "/_stcore/stream"

    async def one() -> None:
        sent: list[bytes] = []
        widgets: dict[str, str] = {}
        begun, status = time.monotonic(), "answered"
        try:
            async with connect(
                stream, subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None
            ) as websocket:
                for at in range(8):
                    begun = time.monotonic()
                    frame = fuzz.message(widgets)
                    sent.append(fuzz.broken(frame) if at == 7 else frame)
                    await websocket.send(sent[-1])
                    tally.statuses["sent"] += 1
                    await asyncio.wait_for(_finished(websocket, widgets), 20)
        except (WebSocketException, OSError) as error:
            status = f"closed {getattr(getattr(error, 'rcvd', None), 'code', '')}"
        except TimeoutError:
            status = "closed by us" if len(sent) == 8 else "silent"
        seconds = 0 if status == "closed by us" else time.monotonic() - begun
        tally.note(status, seconds, json.dumps([base64.b64encode(each).decode() for each in sent]))

    await _several(one, count // 8)


async def _finished(websocket: ClientConnection, widgets: dict[str, str]) -> None:
    async for frame in websocket:
        if isinstance(frame, bytes):
            message = ForwardMsg.FromString(frame)
            widgets.update(dict.fromkeys(_WIDGET.findall(str(message)), ""))
            if message.WhichOneof("type") == "script_finished":
                return


async def _several(one: Callable[[], Awaitable[None]], count: int) -> None:
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            await one()

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def main() -> None:
    """Fuzz, print what came back, and how to ask again for what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--requests", type=int, default=90_000)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=18)
    given = parser.parse_args()
    os.nice(5)
    tallies = {"requests": Tally(), "messages": Tally()}
    fuzz = Fuzz(given.seed, load_snapshot(Settings.from_environment()))
    asyncio.run(requests(given.url, fuzz, given.requests, tallies["requests"]))
    asyncio.run(messages(given.url, fuzz, given.messages, tallies["messages"]))
    for name, tally in tallies.items():
        print(name, dict(tally.statuses.most_common()), f"longest {tally.longest:.1f} s", f"wrong {len(tally.wrong)}")
        print(*tally.wrong[:50], sep="\n")
    sys.exit(any(tally.wrong for tally in tallies.values()))


if __name__ == "__main__":
    main()
