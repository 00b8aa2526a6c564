"""Rules of the security headers, the page frame and the compressed frontend files."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path

import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from atlas.errors import AtlasError, Problem
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContexts
from atlas.present.page_heads import PageHead
from atlas.web import page
from atlas.web.addresses import Addresses, Found
from atlas.web.headers import FOLIUM_PATH, SecurityHeaders
from atlas.web.page import CompressedAssets, PageFrame, framed_page, inline_script_hashes, page_paths
from atlas.web.scripts import asset, script
from tests.conftest import TODAY

INDEX = (Path(file_util.get_static_dir()) / "index.html").read_bytes()
HASH = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"


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


def test_other_protocols_pass_untouched() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    for middleware in (secured(app), framed(app), CompressedAssets(app, Path("/nonexistent"))):
        asyncio.run(middleware({"type": "websocket", "path": "/_stcore/stream"}, nothing, Answer().send))
    assert seen == ["websocket"] * 3


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


# --- the page


def framed(app: ASGIApp = inner) -> PageFrame:
    return PageFrame(app, INDEX, find, page_paths(ROUTES, FILES))


def find(path: str, query: str) -> Found:
    """Know three pages, and a short address."""
    lang = Addresses(nobody, ViewContexts(nobody, lambda: TODAY)).find("", query).lang
    title, description = "Präventionsatlas <Sachsen>", 'Wer "mitmacht"'
    if path == "kurz":
        return Found(lang, leads_to="gemeinde?x=1")
    is_page = path in {"", "gemeinde", "pflege"}
    head = PageHead(
        lang=lang,
        title=title,
        description=description,
        address=path,
        languages={"en": "?lang=en"},
        picture="bild/land.png",
        is_listed=path != "pflege",
    )
    return Found(lang, head=head if is_page else None)


def nobody() -> Snapshot:
    raise AtlasError(Problem("x", "y"))


ROUTES = [Route("/atlas/{name}", inner), Route("/healthz", inner)]
FILES = {"favicon.png", "static/js/index.js"}


def test_a_changed_index_html_fails_loudly() -> None:
    with pytest.raises(ValueError, match="has 0 places like '<html"):
        framed_page(INDEX.replace(b'<html lang="en">', b"<html>"), "de", "t")
    with pytest.raises(ValueError, match="has 2 places like '<title>"):
        framed_page(INDEX.replace(b"<body>", b"<body><title>x</title>"), "de", "t")
    title_in_script = INDEX.replace(b"<title>Streamlit</title>", b"").replace(
        b"window.prerenderReady = false", b"'<title>a</title>'"
    )
    with pytest.raises(ValueError, match="inline script"):
        framed_page(title_in_script, "de", "t")


@pytest.mark.parametrize(
    ("query", "lang"),
    [
        ("", "de"),
        ("lang=en", "en"),
        ("lang=de", "de"),
        ("ebene=council&lang=en&x=1", "en"),
        ("lang=EN", "de"),
        ("lang=%22%3E%3Cscript%3E", "de"),
        ("lang=en&lang=fr", "en"),
        ("lang=fr&lang=en", "de"),
        ("&".join(["a=1"] * 500) + "&lang=en", "de"),
        ("lang", "de"),
    ],
)
def test_language_is_parsed(query: str, lang: str) -> None:
    answer = request(framed(), "/", query=query)
    assert f'<html lang="{lang}">'.encode() in answer.body
    assert answer.headers["content-language"] == lang


def test_a_query_that_is_not_ascii_gives_the_default() -> None:
    answer = Answer()
    scope = {**scope_of("/", "GET", "", {}), "query_string": b"lang=\xff"}
    asyncio.run(framed()(scope, nothing, answer.send))
    assert b'<html lang="de">' in answer.body


def test_page_carries_our_words_and_none_of_the_agent_api() -> None:
    answer = request(framed(), "/gemeinde")
    page = answer.body.decode()
    assert "<title>Präventionsatlas &lt;Sachsen&gt;</title>" in page
    assert 'content="Wer &#34;mitmacht&#34;"' in page
    assert "braucht JavaScript" in page
    assert "agent" not in page
    assert answer.headers["cache-control"] == "no-cache"
    assert inline_script_hashes(answer.body) == (HASH,)


def test_scripts_and_styles_of_the_page_are_streamlits_but_one_that_comes_first_and_one_last() -> None:
    page = request(framed(), "/").body
    assert page.count(b'rel="stylesheet"') == INDEX.count(b'rel="stylesheet"') + 1
    assert page.index(b"<body>") < page.index(b'rel="stylesheet" href="./atlas/page.') < page.index(b'<div id="root">')
    assert page.count(b"<script") == INDEX.count(b"<script") + 1
    assert page.index(b'<script defer src="./atlas/page.') < page.index(b'<script type="module"')
    assert page.count(b"modulepreload") == INDEX.count(b"modulepreload")
    assert b'<div id="root"></div>' in page


@pytest.mark.parametrize("base_path", ["", "/karte/"])
@pytest.mark.parametrize(("suffix", "body"), [("js", script("shell/main.js")), ("css", asset("page.css"))])
def test_own_files_are_where_the_page_looks_for_them(base_path: str, suffix: str, body: bytes) -> None:
    app = PageFrame(inner, INDEX, find, page_paths(ROUTES, FILES, base_path), base_path)
    (name,) = re.findall(rf'"\./(atlas/page\.[^"]*{suffix})"', request(app, base_path or "/").body.decode())
    path = f"{base_path or '/'}{name}"
    plain, zipped = request(app, path), request(app, path, accept_encoding="gzip")
    assert (plain.body, gzip.decompress(zipped.body)) == (body, body)
    assert "immutable" in plain.headers["cache-control"]
    assert plain.headers["content-type"].startswith({"js": "text/javascript", "css": "text/css"}[suffix])
    assert request(app, path, method="POST").body == b"inner"


def test_page_is_compressed_when_accepted() -> None:
    plain = request(framed(), "/")
    zipped = request(framed(), "/", accept_encoding="br, gzip;q=0.5")
    assert gzip.decompress(zipped.body) == plain.body
    assert zipped.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in request(framed(), "/", accept_encoding="gzip;q=0, br").headers


def test_head_gives_the_headers_only() -> None:
    answer = request(framed(), "/", method="HEAD")
    assert answer.body == b""
    assert int(answer.headers["content-length"]) > 1000


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/health",
        "/gemeinde/_stcore/health",
        "/static/js/index.js",
        "/component/x/index",
        "/media/abc",
        "/atlas/abc",
        "/healthz",
        "/favicon.png",
    ],
)
def test_other_paths_go_on_to_streamlit(path: str) -> None:
    assert request(framed(), path).body == b"inner"


def test_other_methods_go_on_to_streamlit() -> None:
    assert request(framed(), "/", method="POST").body == b"inner"


def test_base_path_moves_the_pages() -> None:
    routes = [Route("/karte/atlas/{name}", inner)]
    path_of = page_paths(routes, {"favicon.png"}, "/karte/")
    paths = ("/karte", "/karte/", "/karte/gemeinde", "/", "/gemeinde", "/karte/atlas/x", "/kartenhaus", "/karte/atlas")
    found = [path_of(scope_of(path, "GET", "", {})) for path in paths]
    assert found == ["", "", "gemeinde", None, None, None, None, "atlas"]


def test_the_base_path_leads_to_the_folder_that_its_page_needs() -> None:
    frame = PageFrame(inner, INDEX, find, page_paths(ROUTES, FILES, "/karte"), "/karte")
    assert [request(frame, "/karte", query=each).headers["location"] for each in ("", "lang=en")] == [
        "/karte/",
        "/karte/?lang=en",
    ]
    assert request(frame, "/karte/").status == request(framed(), "/").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/nope.php",
        "/wp-admin/",
        "/index.html",
        "/static/js/nope.js",
        "/atlas",
        "/component",
        "/media",
        "/auth/x",
        "/healthz/x",
        "/app/static/x",
        "//evil.example",
        "/../etc/passwd",
        "/a\\b",
        "/<script>",
        "/gemeinde/x",
        "/schneeberg-ä",
    ],
)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_unknown_paths_are_a_page_that_shows_ways_on(path: str, lang: str) -> None:
    frame = PageFrame(inner, INDEX, find, page_paths(ROUTES, FILES, "/karte"), "/karte")
    answer = request(frame, f"/karte{path}", query=f"lang={lang}", accept="application/json")
    text = answer.body.decode()
    suffix = "" if lang == "de" else "?lang=en"
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f'<html lang="{lang}">' in text
    assert ("Diese Seite gibt es nicht" if lang == "de" else "There is no such page") in text
    assert f'href="/karte/{suffix}"' in text
    assert f'href="/karte/kreis{suffix}"' in text
    assert "<script" not in text
    assert "noindex" in text
    assert request(frame, f"/karte{path}", method="HEAD").status == 404


def test_a_short_address_leads_on_below_the_base_path() -> None:
    frame = PageFrame(inner, INDEX, find, page_paths(ROUTES, FILES, "karte"), "karte")
    answer = request(frame, "/karte/kurz")
    assert (answer.status, answer.headers["location"]) == (308, "/karte/gemeinde?x=1")


@pytest.mark.parametrize(
    ("configured", "host", "site"),
    [
        ("https://atlas.example.org/x", "evil.example", "https://atlas.example.org/x"),
        ("", "localhost:8501", "http://localhost:8501"),
        ("", "<evil>", ""),
    ],
)
def test_previews_name_the_site(configured: str, host: str, site: str) -> None:
    frame = PageFrame(inner, INDEX, find, page_paths(ROUTES, FILES), address=configured)
    text = request(frame, "/gemeinde", host=host).body.decode()
    for line in (
        f'<link rel="canonical" href="{site}/gemeinde">',
        f'<link rel="alternate" hreflang="en" href="{site}/?lang=en">',
        '<meta property="og:title" content="Präventionsatlas &lt;Sachsen&gt;">',
        f'<meta property="og:image" content="{site}/bild/land.png">',
        '<meta property="og:locale" content="de_DE">',
    ):
        assert (line in text) == bool(site), line
    assert 'href="./favicon.ico"' in text
    assert "evil" not in text
    assert "noindex" not in text
    assert "noindex" in request(frame, "/pflege").body.decode()


# --- the frontend files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "js").mkdir(parents=True)
    (root / "js" / "a.js").write_text("let a = 1;\n" * 500, encoding="utf-8")
    (root / "js" / "b.js").write_bytes(bytes(range(256)) * 8)
    (root / "a.css").write_text("p { color: red }\n" * 500, encoding="utf-8")
    (root / "font.woff2").write_bytes(b"font")
    (tmp_path / "secret.js").write_text("secret", encoding="utf-8")
    return root


def test_file_is_compressed_and_kept(folder: Path) -> None:
    app = CompressedAssets(inner, folder)
    answer = request(app, "/static/js/a.js", accept_encoding="gzip")
    assert gzip.decompress(answer.body) == (folder / "js" / "a.js").read_bytes()
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    (folder / "js" / "a.js").unlink()
    assert request(app, "/static/js/a.js", accept_encoding="gzip").body == answer.body
    assert request(app, "/static/a.css", accept_encoding="gzip").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret.js",
        "/static/js/../../secret.js",
        "/static//js/a.js",
        "/static/js/a.js/",
        "/static/font.woff2",
        "/static/js/missing.js",
        "/js/a.js",
    ],
)
def test_only_names_found_at_the_start_are_opened(folder: Path, path: str) -> None:
    assert request(CompressedAssets(inner, folder), path, accept_encoding="gzip").body == b"inner"


def test_clients_without_gzip_ranges_and_writes_go_on_to_streamlit(folder: Path) -> None:
    app = CompressedAssets(inner, folder)
    assert request(app, "/static/js/a.js").body == b"inner"
    assert request(app, "/static/js/a.js", accept_encoding="gzip", range="bytes=0-9").body == b"inner"
    assert request(app, "/static/js/a.js", accept_encoding="gzip", method="POST").body == b"inner"


def test_kept_memory_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    compress = page._compress
    monkeypatch.setattr(page, "_compress", lambda file: calls.append(file) or compress(file))
    app = CompressedAssets(inner, folder, memory_bytes=120)
    for path in ("/static/js/a.js", "/static/a.css", "/static/js/b.js", "/static/a.css"):
        answer = request(app, path, accept_encoding="gzip")
        assert gzip.decompress(answer.body) == (folder / path.removeprefix("/static/")).read_bytes()
    assert [file.name for file in calls] == ["a.js", "a.css", "b.js", "a.css"]  # what had no room left is made anew


def test_many_first_visitors_compress_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []

    def counted(file: Path) -> bytes:
        calls.append(file)
        return gzip.compress(file.read_bytes())

    monkeypatch.setattr("atlas.web.page._compress", counted)
    app = CompressedAssets(inner, folder)

    async def crowd() -> None:
        scope = scope_of("/static/js/a.js", "GET", "", {"accept_encoding": "gzip"})
        await asyncio.gather(*(app(scope, nothing, Answer().send) for _ in range(20)))

    asyncio.run(crowd())
    assert len(calls) == 1


def test_streamlits_own_files_are_found() -> None:
    static = Path(file_util.get_static_dir())
    app = CompressedAssets(inner, static / "static")
    script = next((static / "static" / "js").glob("index.*.js"))
    answer = request(app, f"/static/js/{script.name}", accept_encoding="gzip")
    assert gzip.decompress(answer.body) == script.read_bytes()
