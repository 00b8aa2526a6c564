"""Bytes over HTTP as other sites and programs expect them: validated, compressed, in parts, from anywhere."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from atlas.errors import Problem
from atlas.phrases import N_
from atlas.present.wording import Words
from atlas.web.page import accepts_gzip

METHODS = "GET, HEAD, OPTIONS"
_SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Disposition, Content-Range, ETag",
}
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


def delivered(request: Request, file: File, media_type: str, headers: dict[str, str], words: Words) -> Response:
    """Return the answer with a file: 200, 304 if the client has it, 206 or 416 if it asks for a part.

    ``headers`` may say another ``Cache-Control`` than that a client must ask each time. The compressed form has an ETag of its own, as a strong one must. A part is never compressed.
    """
    plain_tag, packed_tag = f'"{file.tag}"', f'"{file.tag}-gzip"'
    part = _part_asked(request, plain_tag, len(file.body))
    packed = file.packed if part is None and accepts_gzip(request.headers) else None
    common = _SHARED | {
        "ETag": plain_tag if packed is None else packed_tag,
        "Cache-Control": headers.get("Cache-Control", "no-cache"),
        "Vary": "Accept-Encoding",
        "Accept-Ranges": "bytes",
    }
    if _is_known(request.headers.get("if-none-match", ""), {plain_tag, packed_tag}):
        return Response(status_code=304, headers=common)
    kind = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    common |= {"Content-Type": kind, **headers}
    if part is not None:
        if part.start >= part.stop:
            text = N_("Diesen Teil gibt es nicht; die Datei hat {n} Bytes.")
            answer = refused(request, 416, [Problem("Range", text, {"n": len(file.body)})], words)
            answer.headers["Content-Range"] = f"bytes */{len(file.body)}"
            return answer
        common["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(file.body)}"
        return _whole(request, file.body[part.start : part.stop], 206, common)
    if packed is not None:
        common["Content-Encoding"] = "gzip"
    return _whole(request, file.body if packed is None else packed, 200, common)


def error_said(problems: Sequence[Problem], words: Words) -> dict[str, object]:
    """Return what a client is told that has asked wrongly: every problem with its place."""
    said = [{"place": each.place, "text": words.say(each.text).format(**each.values)} for each in problems]
    return {"error": {"problems": said}}


def refused(request: Request, status: int, problems: Sequence[Problem], words: Words) -> Response:
    """Return an error in the one shape of the interface."""
    body = json.dumps(error_said(problems, words), ensure_ascii=False).encode("utf-8", "replace")
    headers = _SHARED | {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if status == 405:  # noqa: PLR2004 - the one status that must name what is allowed
        headers["Allow"] = METHODS
    return _whole(request, body, status, headers)


def preflight() -> Response:
    """Return what a browser asks before another site's script may send a validator or a range."""
    headers = {
        "Allow": METHODS,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "If-None-Match, If-Range, Range",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=_SHARED | headers)


def _whole(request: Request, body: bytes, status: int, headers: dict[str, str]) -> Response:
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


def _is_known(offered: str, tags: set[str]) -> bool:
    return offered.strip() == "*" or any(each.strip().removeprefix("W/") in tags for each in offered.split(","))
