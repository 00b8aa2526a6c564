"""Rules of the frame around every page, and of the frontend's files as they are sent compressed."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

from atlas.errors import AtlasError, Problem
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContexts
from atlas.present.page_heads import PageHead
from atlas.web import page
from atlas.web.addresses import Addresses, Found
from atlas.web.headers import SecurityHeaders
from atlas.web.page import CompressedAssets, PageFrame, framed_page, inline_script_hashes, page_paths
from atlas.web.scripts import asset, script
from tests.asked import Answer, inner, nothing, request, scope_of
from tests.conftest import TODAY

INDEX = (Path(file_util.get_static_dir()) / "index.html").read_bytes()
HASH = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"


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


def test_other_protocols_pass_untouched() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    for middleware in (
        SecurityHeaders(app, inline_script_hashes(INDEX)),
        framed(app),
        CompressedAssets(app, Path("/nonexistent")),
    ):
        asyncio.run(middleware({"type": "websocket", "path": "/_stcore/stream"}, nothing, Answer().send))
    assert seen == ["websocket"] * 3
