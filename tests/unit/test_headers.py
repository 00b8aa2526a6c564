"""Rules of the security headers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from atlas.web.headers import FOLIUM_PATH, SecurityHeaders
from atlas.web.page import inline_script_hashes
from tests.asked import Answer, inner, nothing, request, scope_of

INDEX = (Path(file_util.get_static_dir()) / "index.html").read_bytes()
HASH = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"


def secured(app: ASGIApp = inner, base_path: str = "") -> SecurityHeaders:
    return SecurityHeaders(app, inline_script_hashes(INDEX), base_path)


def script_sources(answer: Answer) -> str:
    policy = answer.headers["content-security-policy"]
    return next(part for part in policy.split("; ") if part.startswith("script-src"))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/v1/status.csv", "cross-origin"),
        ("/bild/karte.svg", "cross-origin"),
        ("/", "same-origin"),
        ("/apis", "same-origin"),
        ("/atlas/api/x", "same-origin"),
        ("/api/../fortschritt", "same-origin"),
    ],
)
def test_other_sites_may_use_open_data_and_images_only(path: str, said: str) -> None:
    assert request(secured(), path).headers["cross-origin-resource-policy"] == said


def test_public_paths_lie_below_the_base_path() -> None:
    app = secured(base_path="/unten/")
    assert request(app, "/unten/api/v1/").headers["cross-origin-resource-policy"] == "cross-origin"
    assert request(app, "/api/v1/").headers["cross-origin-resource-policy"] == "same-origin"


def test_streamlits_inline_script_is_the_known_one() -> None:
    assert inline_script_hashes(INDEX) == (HASH,)


def test_external_scripts_have_no_hash() -> None:
    page = b'<script type="module" src="a.js"></script><SCRIPT>let a</SCRIPT ><script data-x="src">1</script>'
    assert len(inline_script_hashes(page)) == 2


def test_strict_policy_names_no_unsafe_script_and_no_other_host() -> None:
    answer = request(secured(), "/")
    assert script_sources(answer) == f"script-src 'self' {HASH}"
    assert "://" not in answer.headers["content-security-policy"]
    assert "*" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/gemeinde",
        "/component/other.component/index.html",
        "/component/streamlit_folium.st_folium",
        "/x/component/streamlit_folium.st_folium/index.html",
        f"{FOLIUM_PATH}../../gemeinde",
    ],
)
def test_loose_policy_is_for_the_folium_document_only(path: str) -> None:
    assert "unsafe" not in script_sources(request(secured(), path))
    loose = request(secured(), f"{FOLIUM_PATH}index.html")
    assert script_sources(loose) == "script-src 'self' 'unsafe-inline' 'unsafe-eval'"
    assert "://" not in loose.headers["content-security-policy"]


def test_base_path_moves_the_loose_policy() -> None:
    app = secured(base_path="/karte/")
    assert "unsafe" not in script_sources(request(app, f"{FOLIUM_PATH}index.html"))
    assert "unsafe-eval" in script_sources(request(app, f"/karte{FOLIUM_PATH}index.html"))


def test_headers_replace_those_of_the_inner_answer() -> None:
    answer = request(secured(), "/")
    named = [name.lower() for name, _ in answer.raw]
    assert len(named) == len(set(named))
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]


@pytest.mark.parametrize(
    ("is_https", "said", "sent"),
    [
        (True, b"a=1; HttpOnly; Path=/", b"a=1; HttpOnly; Path=/; Secure"),
        (True, b"a=1; secure; Path=/", b"a=1; secure; Path=/"),
        (True, b"secure=1", b"secure=1; Secure"),
        (False, b"a=1; HttpOnly", b"a=1; HttpOnly"),
    ],
)
def test_cookies_are_secure_where_visitors_come_by_https(is_https: bool, said: bytes, sent: bytes) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        cookies = [(b"Set-Cookie", said), (b"set-cookie", said)]
        await send({"type": "http.response.start", "status": 200, "headers": cookies})

    answered: list[Message] = []

    async def send(message: Message) -> None:
        answered.append(message)

    scope = {"type": "http", "path": "/", "method": "GET", "headers": []}
    asyncio.run(SecurityHeaders(app, (), is_https=is_https)(scope, nothing, send))
    assert [value for name, value in answered[0]["headers"] if name.lower() == b"set-cookie"] == [sent, sent]


def test_an_unanswered_exception_is_a_500_with_headers_and_is_raised_on() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("secret path /srv/atlas")

    answer = Answer()
    with pytest.raises(RuntimeError, match="secret path"):
        asyncio.run(secured(broken)(scope_of("/", "GET", "", {}), nothing, answer.send))
    assert answer.status == 500
    assert "content-security-policy" in answer.headers
    assert b"secret" not in answer.body


def test_an_exception_after_the_start_sends_no_second_start() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope, receive, send)
        raise RuntimeError("late")

    answer = Answer()
    with pytest.raises(RuntimeError, match="late"):
        asyncio.run(secured(broken)(scope_of("/", "GET", "", {}), nothing, answer.send))
    assert (answer.status, answer.body) == (200, b"inner")


async def packed(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as Starlette's compression does for what is packed already: it names what the answer varies with again."""
    answer = Response(b"body" * 200, headers={"cache-control": "no-cache", "vary": "Accept-Encoding, Cookie"})
    await GZipMiddleware(answer)(scope, receive, send)


@pytest.mark.parametrize("offered", ["", "gzip;q=0", "gzip;q=0, identity", "identity;q=1, *;q=0"])
def test_who_does_not_take_gzip_is_not_sent_it(offered: str) -> None:
    answer = request(secured(packed), "/", accept_encoding=offered)
    assert (answer.body, "content-encoding" in answer.headers) == (b"body" * 200, False)


def test_each_form_of_an_answer_has_a_tag_by_which_it_is_asked_for_again() -> None:
    tags = set()
    for offered in ("gzip", "identity"):
        whole = request(secured(packed), "/", accept_encoding=offered)
        assert whole.headers["vary"] == "Accept-Encoding, Cookie"
        again = request(secured(packed), "/", accept_encoding=offered, if_none_match=f'"x", W/{whole.headers["etag"]}')
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", whole.headers["etag"])
        assert "content-security-policy" in again.headers
        assert "content-length" not in again.headers
        tags.add(whole.headers["etag"])
    assert len(tags) == 2


@pytest.mark.parametrize(("status", "cache"), [(404, "no-cache"), (200, "no-store"), (200, "")])
def test_what_may_not_be_kept_has_no_tag(status: int, cache: str) -> None:
    app = secured(Response(b"x", status, headers={"cache-control": cache} if cache else {}))
    answer = request(app, "/", if_none_match="*")
    assert (answer.status, answer.body, "etag" in answer.headers) == (status, b"x", False)
