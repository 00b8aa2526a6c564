"""Answers over HTTP as other sites and programs expect them: files validated, compressed, in parts; errors in one shape."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.model.parameters import LANG, Given
from atlas.phrases import N_
from atlas.present.wording import Words

METHODS = "GET, HEAD, OPTIONS"
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Disposition, Content-Range, ETag",
}
_SAYINGS = {
    400: N_("Unter diesem Namen gibt es hier keinen Server."),
    404: phrases.NO_SUCH_ADDRESS,
    405: phrases.READ_ONLY_METHODS,
    411: N_("Die Größe der Datei fehlt."),
    413: N_("Die Datei ist zu groß, oder es wurden schon zu viele geladen."),
    416: N_("Diesen Teil gibt es nicht; die Datei hat {n} Bytes."),
    500: N_("Das hat nicht geklappt. Bitte später noch einmal versuchen."),
    503: N_("Die Daten sind gerade nicht lesbar ({n} Befunde). Bitte später noch einmal versuchen."),
}
_HOST = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_AGAIN_S = 5
"""When a client that found no room may ask again."""
_RANGE = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))")


@dataclass(frozen=True)
class File:
    """One body, packed once, with its strong validator."""

    body: bytes
    packed: bytes | None
    tag: str
    """SHA-256 of ``body``."""

    def __len__(self) -> int:
        return len(self.body) + len(self.packed or b"")


def filed(body: bytes, level: int | None = 6) -> File:
    """Return ``body`` as a file; without a ``level`` it is not compressed, because it is already."""
    packed = None if level is None else gzip.compress(body, level, mtime=0)
    return File(body, packed, hashlib.sha256(body).hexdigest())


def accepts_gzip(headers: Headers) -> bool:
    """Return whether the client takes gzip (``gzip;q=0`` says it does not)."""
    for offer in headers.get("accept-encoding", "").lower().split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip() == "gzip":
            return re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality) is None
    return False


def compact(said: object) -> str:
    """Return data as JSON without spaces."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def attached(name: str) -> dict[str, str]:
    """Return the header that makes an answer a file of this name."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def is_host(text: str) -> bool:
    """Return whether a Host header is the name of one."""
    return _HOST.fullmatch(text) is not None


def site_of(request: Request, path: str) -> str:
    """Return the address of the application as the client sees it, for a request of ``path`` below it: no slash at its end.

    Raises `RefusedError` if the request's host is not the name of one.
    """
    asked = str(request.scope["path"])
    site = site_below(request, asked[: asked.rindex(path)])
    if not site:
        raise refusal(400, "Host")
    return site


def site_below(request: Request, base: str) -> str:
    """Return the address of ``base``, a path, as the client sees it; empty if the request's host is not the name of one."""
    host = request.headers.get("host", "")
    return f"{request.scope.get('scheme', 'http')}://{host}{quote(base)}" if is_host(host) else ""


def in_front(base_path: str) -> str:
    """Return what ``server.baseUrlPath`` puts before every path: ``/karte``, or nothing."""
    base = base_path.strip("/")
    return f"/{base}" if base else ""


@dataclass(frozen=True)
class FileAnswer:
    """A file and how it is handed over; see `delivered`."""

    file: File
    media_type: str
    headers: Mapping[str, str]
    """They may say another ``Cache-Control`` than that a client must ask each time."""

    def __len__(self) -> int:
        return len(self.file)


def delivered(request: Request, answer: FileAnswer) -> Response:
    """Return the answer with a file: 200, 304 if the client has it, 206 or 416 if it asks for a part.

    The compressed form has an ETag of its own, as a strong one must. A part is never compressed.
    """
    file, media_type, headers = answer.file, answer.media_type, answer.headers
    plain_tag, packed_tag = f'"{file.tag}"', f'"{file.tag}-gzip"'
    part = _part_asked(request, plain_tag, len(file.body))
    packed = file.packed if part is None and accepts_gzip(request.headers) else None
    common = SHARED | {
        "ETag": plain_tag if packed is None else packed_tag,
        "Cache-Control": headers.get("Cache-Control", "no-cache"),
        "Vary": "Accept-Encoding",
        "Accept-Ranges": "bytes",
    }
    if is_known(request.headers.get("if-none-match", ""), {plain_tag, packed_tag}):
        return Response(status_code=304, headers=common)
    kind = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    common |= {"Content-Type": kind, **headers}
    if part is not None:
        if part.start >= part.stop:
            unknown = refusal(416, "Range", n=len(file.body))
            return refused(request, unknown, SHARED | {"Content-Range": f"bytes */{len(file.body)}"})
        common["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(file.body)}"
        return whole(request, file.body[part.start : part.stop], 206, common)
    if packed is not None:
        common["Content-Encoding"] = "gzip"
    return whole(request, file.body if packed is None else packed, 200, common)


class RefusedError(AtlasError):
    """A request that can't be answered as it stands; ``status`` is that of the answer."""

    def __init__(self, *problems: Problem, status: int = 400) -> None:
        super().__init__(*problems)
        self.status = status


def refusal(status: int, place: str = "", **values: str | int | float) -> RefusedError:
    """Return the refusal a status stands for wherever it is given."""
    return RefusedError(Problem(place, _SAYINGS[status], values), status=status)


def refused(request: Request, error: RefusedError, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Return an error in the one shape of all routes, in the language the address names.

    JSON, ``{"error": {"problems": [{"place": …, "text": …}]}}``; a line of text for each problem if the client would
    rather have that, by its Accept header.
    """
    words = Words(Given(request.query_params).read(LANG, "de"))
    if _prefers_text(request.headers.get("accept", "")):
        kind, body = "text/plain; charset=utf-8", "".join(f"{words.problem(each)}\n" for each in error.problems)
    else:
        told = [{"place": each.place, "text": words.say(each.text).format(**each.values)} for each in error.problems]
        kind, body = "application/json", json.dumps({"error": {"problems": told}}, ensure_ascii=False)
    more = {405: {"Allow": METHODS}, 503: {"Retry-After": str(_AGAIN_S)}}.get(error.status, {})
    common = {"Content-Type": kind, "Cache-Control": "no-store", **more, **headers}
    return whole(request, body.encode("utf-8", "replace"), error.status, common)


def _prefers_text(accept: str) -> bool:
    """Return whether text is liked better than JSON: browsers name HTML, most programs anything."""
    liked = {}
    for offer in accept.lower().split(","):
        kind, _, rest = offer.partition(";")
        quality = re.search(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)", rest)
        liked[kind.strip()] = float(quality[1]) if quality else 1.0
    text = max(liked.get(kind, 0.0) for kind in ("text/plain", "text/html", "text/*"))
    return text > liked.get("application/json", liked.get("application/*", liked.get("*/*", 0.0)))


def whole(request: Request, body: bytes, status: int, headers: dict[str, str]) -> Response:
    """Return an answer with its length; to HEAD without the body."""
    headers = headers | {"Content-Length": str(len(body))}
    return Response(b"" if request.method == "HEAD" else body, status, headers)


def _part_asked(request: Request, tag: str, size: int) -> range | None:
    """Return the bytes that a Range header names: ``5-9``, ``5-`` or ``-5`` (the last five); empty if there are none.

    None if there is no such header, one of another form (RFC 9110 lets a server answer with the whole), or one for a file
    that has changed since.
    """
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if found is None or request.method == "HEAD" or request.headers.get("if-range", tag) != tag:
        return None
    first, last, final = found.groups()
    if final is not None:
        return range(max(size - int(final), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def is_known(offered: str, tags: set[str]) -> bool:
    """Return whether an If-None-Match header names one of these."""
    return offered.strip() == "*" or any(each.strip().removeprefix("W/") in tags for each in offered.split(","))
