"""Logging in for real: a provider in a process of its own, the application in another, and Chromium.

The provider is oidc-provider-mock. It has no PKCE, no ``auth_time`` and no old tokens: the rules for those are in
tests/unit/test_login.py, and a login of nine hours ago is a real cookie, signed again with an earlier time.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, decode_signed_value

from tests.servers import free_port, running, serving

COOKIE, SECRET = "_streamlit_user", "0123456789abcdef" * 2
PEOPLE = {
    "niemand": {"email": "niemand@example.org"},
    "leserin": {"email": "Leserin@example.org", "email_verified": True},
    "redaktion": {"email": "redaktion@example.org", "name": "Erika Beispiel"},
    "leitung": {"groups": ["atlas-leitung", "andere"]},
    "gruppen": {"groups": ["atlas-leitung", *(hashlib.sha256(bytes(n)).hexdigest() for n in range(1_000))]},
    "e" + "".join(hashlib.sha256(bytes(n)).hexdigest() for n in range(100)): {"email": "lang@example.org"},
}
RIGHTS = """
[[people]]
email = "leserin@example.org"
role = "reader"
[[people]]
email = "redaktion@example.org"
role = "editor"
[[groups]]
group = "atlas-leitung"
role = "administrator"
"""
NO_RIGHT = "Sie sind angemeldet, haben hier aber kein Recht"


@dataclass(frozen=True)
class House:
    """An application, its provider and its table of rights."""

    url: str
    provider: str
    rights: Path


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    for key, claims in PEOPLE.items():
        command += ["--user-claims", json.dumps({"sub": key, **claims})]
    log = tmp_path_factory.mktemp("provider") / "log"
    with running(command, {}, f"{url}/.well-known/openid-configuration", log):
        yield url


def settings_of(provider: str, rights: Path, path: str = "") -> dict[str, str]:
    return {
        "ATLAS_ADDRESS": "{url}" + path,
        "ATLAS_OIDC_METADATA_URL": f"{provider}/.well-known/openid-configuration",
        "ATLAS_OIDC_CLIENT_ID": "atlas",
        "ATLAS_OIDC_CLIENT_SECRET": "geheim",
        "ATLAS_COOKIE_SECRET": SECRET,
        "ATLAS_RIGHTS": str(rights),
    }


@pytest.fixture(scope="module")
def running_house(provider: str, miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    rights = folder / "rights.toml"
    with serving(miniland_root, folder / "log", **settings_of(provider, rights)) as url:
        yield House(url, provider, rights)
    log = (folder / "log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert not any(told in log for told in ("example.org", SECRET, "leserin", "redaktion"))


@pytest.fixture
def house(running_house: House) -> House:
    running_house.rights.write_text(RIGHTS, encoding="utf-8")
    return running_house


Newcomer = Callable[[], BrowserContext]


@pytest.fixture
def newcomer(browser: Browser) -> Iterator[Newcomer]:
    """Return a maker of browsers that know nothing yet."""
    contexts: list[BrowserContext] = []

    def make(**headers: str) -> BrowserContext:
        contexts.append(browser.new_context(locale="de-DE", extra_http_headers=headers))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


def pressed(enter: Locator) -> None:
    """Press a button by keyboard: the page is shown when it stands, and until then nothing on it takes a key."""
    expect(enter).to_be_visible(timeout=30_000)
    enter.press("Enter")


def log_in(context: BrowserContext, url: str, who: str) -> Page:
    """Log in by keyboard from the maintenance page; return the page when it is back at the map."""
    page = context.new_page()
    page.goto(f"{url}/pflege")
    pressed(page.locator(".st-key-gate-log-in button"))
    page.get_by_role("button", name=who, exact=True).click()
    page.wait_for_url(f"{url}/**")
    expect(page.locator(".st-key-log-out button")).to_be_visible(timeout=30_000)
    return page


def told(page: Page) -> str:
    """Return what the maintenance page says below its headline."""
    headline = page.locator(".stHtml h2", has_text="Pflege")
    expect(headline).to_be_visible(timeout=30_000)
    return headline.locator("xpath=..").inner_text()


def pflege(page: Page, url: str) -> str:
    page.goto(f"{url}/pflege")
    return told(page)


def ask(url: str, method: str, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request(method, path, b"x" if method == "PUT" else None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def cookies_of(context: BrowserContext) -> str:
    return "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("niemand", NO_RIGHT),
        ("leserin", "leserin@example.org · Lesen"),
        ("redaktion", "redaktion@example.org · Bearbeiten"),
        ("leitung", "leitung · Verwalten"),
        ("gruppen", "gruppen · Verwalten"),  # all of them in a cookie, and no websocket would open
    ],
)
def test_each_gets_what_the_table_says(house: House, newcomer: Newcomer, who: str, said: str) -> None:
    page = log_in(newcomer(), house.url, who)
    menu = page.get_by_test_id("stTopNavLink").filter(has_text="Pflege")
    assert said in pflege(page, house.url)
    expect(menu).to_have_count(0 if who == "niemand" else 1)


def test_a_login_too_long_for_a_cookie_is_refused_in_a_sentence(house: House, newcomer: Newcomer) -> None:
    context = newcomer()
    page = context.new_page()
    page.goto(f"{house.url}/pflege")
    pressed(page.locator(".st-key-gate-log-in button"))
    page.get_by_role("button", name=next(who for who in PEOPLE if len(who) > 99), exact=True).click()
    expect(page.get_by_text("Der Anmeldedienst gibt zu viel oder zu wenig über Sie mit")).to_be_visible()
    assert COOKIE not in {each["name"] for each in context.cookies()}
    assert "Bitte melden Sie sich an." in pflege(page, house.url)


def test_who_comes_back_without_a_login_is_told_and_who_has_one_keeps_it(house: House, newcomer: Newcomer) -> None:
    page = newcomer().new_page()
    for query in ("error=access_denied", "state=old&code=x"):
        page.goto(f"{house.url}/oauth2callback?{query}")
        expect(page.get_by_text("Die Anmeldung ist nicht zustande gekommen")).to_be_visible()
    page = log_in(newcomer(), house.url, "redaktion")
    page.goto(f"{house.url}/oauth2callback?state=old&code=x")
    expect(page.get_by_text("Die Anmeldung ist nicht zustande gekommen")).to_have_count(0)
    assert "Bearbeiten" in pflege(page, house.url)


def test_visitors_see_no_trace_but_the_way_in(house: House, newcomer: Newcomer) -> None:
    context = newcomer()
    page = context.new_page()
    page.goto(house.url)
    expect(page.locator(".st-key-log-in button")).to_have_text("Anmelden", timeout=30_000)
    expect(page.get_by_test_id("stTopNavLink").filter(has_text="Pflege")).to_have_count(0)
    assert "Bitte melden Sie sich an." in pflege(page, house.url)
    assert {each["name"] for each in context.cookies()} <= {"_streamlit_xsrf"}
    page.goto(f"{house.url}/pflege?lang=en")
    expect(page.get_by_text("Please log in.")).to_be_visible(timeout=30_000)


def test_log_out_ends_the_login_in_every_tab_and_for_copied_cookies(house: House, newcomer: Newcomer) -> None:
    context = newcomer()
    page = log_in(context, house.url, "redaktion")
    other = context.new_page()
    assert "Bearbeiten" in pflege(other, house.url)
    stolen = context.cookies()
    page.locator(".st-key-log-out button").click()
    page.wait_for_url(f"{house.provider}/**")  # the provider asks whether to end its own session too
    page.get_by_role("button").first.click()
    page.wait_for_url(f"{house.url}/**")
    assert COOKIE not in {each["name"] for each in context.cookies()}
    assert "Bitte melden Sie sich an." in pflege(page, house.url)

    other.get_by_test_id("stTopNavLink").filter(has_text="Pflege").click()
    # A run of the session opened before, or, once the guard has closed its websocket, of a new one without the cookie.
    expect(other.get_by_text(re.compile("Ihre Anmeldung wurde beendet|Bitte melden Sie sich an"))).to_be_visible(
        timeout=30_000
    )

    thief = newcomer()
    thief.add_cookies(stolen)
    assert "Ihre Anmeldung wurde beendet" in pflege(thief.new_page(), house.url)
    assert ask(house.url, "PUT", "/_stcore/upload_file/a/b", Cookie=cookies_of(thief))[0] == 405


def test_a_role_taken_away_is_gone_at_the_next_action(house: House, newcomer: Newcomer) -> None:
    page = log_in(newcomer(), house.url, "leitung")
    assert "Verwalten" in pflege(page, house.url)
    link = page.get_by_test_id("stTopNavLink").filter(has_text="Pflege")
    house.rights.write_text(RIGHTS.replace('"administrator"', '"reader"'), encoding="utf-8")
    link.click()
    expect(page.get_by_text("leitung · Lesen").first).to_be_visible(timeout=30_000)
    # A run that goes on would read the next table as well, and take the link away before it is clicked.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)
    house.rights.write_text(RIGHTS.replace("atlas-leitung", "atlas-andere"), encoding="utf-8")
    link.click()
    expect(page.get_by_text(NO_RIGHT)).to_be_visible(timeout=30_000)


def test_a_broken_table_makes_everybody_a_visitor_and_is_told(house: House, newcomer: Newcomer) -> None:
    page = log_in(newcomer(), house.url, "leserin")
    house.rights.write_text(RIGHTS + 'rolle = "reader"', encoding="utf-8")
    assert "die Tabelle der Rechte ist gerade nicht benutzbar" in pflege(page, house.url)
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=20)
    connection.request("GET", "/readyz")
    said = json.loads(connection.getresponse().read())
    connection.close()
    assert (said["ready"], said["rights_problems"]) == (True, 1)


def test_a_login_of_nine_hours_ago_and_a_forged_one_are_refused(house: House, newcomer: Newcomer) -> None:
    context = newcomer()
    page = log_in(context, house.url, "leserin")
    page.close()
    real = next(each for each in context.cookies() if each["name"] == COOKIE)
    content = decode_signed_value(SECRET, COOKIE, real["value"])
    assert content is not None
    claims = json.loads(content)
    for secret, hours, said in (
        (SECRET, 7, "leserin@example.org · Lesen"),
        (SECRET, 9, "Ihre Anmeldung ist älter als acht Stunden"),
        ("another secret of thirty-two chars", 0, "Bitte melden Sie sich an."),
    ):
        aged = json.dumps(claims | {"iat": claims["iat"] - hours * 3600})
        context.add_cookies([{**real, "value": create_signed_value(secret, COOKIE, aged).decode()}])
        fresh = context.new_page()
        assert said in pflege(fresh, house.url)
        fresh.close()


def test_uploads_pass_the_guard_for_editors_only(house: House, newcomer: Newcomer) -> None:
    place = "/_stcore/upload_file/a/b"
    assert ask(house.url, "PUT", place)[0] == 405
    for who, status in (("leserin", 405), ("redaktion", 400)):  # 400: Streamlit knows no such session
        context = newcomer()
        log_in(context, house.url, who).close()
        token = next(each["value"] for each in context.cookies() if each["name"] == "_streamlit_xsrf")
        said = {"Cookie": cookies_of(context), "X-Xsrftoken": token}
        assert ask(house.url, "PUT", place, **said)[0] == status
    assert ask(house.url, "PUT", place, Cookie=cookies_of(context))[0] == 403  # and it wants its own token


def test_the_login_works_below_a_path(provider: str, miniland_root: Path, tmp_path: Path, newcomer: Newcomer) -> None:
    rights = tmp_path / "rights.toml"
    rights.write_text(RIGHTS, encoding="utf-8")
    environment = settings_of(provider, rights, "/karte") | {"STREAMLIT_SERVER_BASE_URL_PATH": "karte"}
    with serving(miniland_root, tmp_path / "log", **environment) as url:
        context = newcomer()
        page = log_in(context, f"{url}/karte", "redaktion")
        assert "Bearbeiten" in pflege(page, f"{url}/karte")
        assert {each["path"] for each in context.cookies() if each["name"] == COOKIE} == {"/karte"}


def test_a_provider_that_is_down_is_told_and_the_map_stands(
    miniland_root: Path, tmp_path: Path, newcomer: Newcomer
) -> None:
    rights = tmp_path / "rights.toml"
    rights.write_text(RIGHTS, encoding="utf-8")
    with serving(miniland_root, tmp_path / "log", **settings_of(f"http://127.0.0.1:{free_port()}", rights)) as url:
        page = newcomer().new_page()
        page.goto(url)
        pressed(page.locator(".st-key-log-in button"))
        expect(page.get_by_text("Der Anmeldedienst antwortet gerade nicht")).to_be_visible(timeout=30_000)
        expect(page.locator("iframe.stCustomComponentV1")).to_be_visible(timeout=30_000)
        expect(page).to_have_url(re.compile(f"^{re.escape(url)}"))
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_without_a_login_the_application_is_public_and_says_so(miniland_url: str, newcomer: Newcomer) -> None:
    page = newcomer().new_page()
    assert "nur zum Lesen" in pflege(page, miniland_url)
    expect(page.locator(".st-key-entrance")).to_have_count(0)
    status, headers = ask(miniland_url, "GET", "/auth/login")
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")  # a page of ours, no route
    assert ask(miniland_url, "PUT", "/_stcore/upload_file/a/b", Host="localhost")[0] == 405


def test_the_local_editor_edits_from_the_machine_itself(
    miniland_root: Path, tmp_path: Path, newcomer: Newcomer
) -> None:
    with serving(miniland_root, tmp_path / "log", ATLAS_LOCAL_EDITOR="Erika Beispiel") as url:
        page = newcomer().new_page()
        assert "Erika Beispiel · Bearbeiten" in pflege(page, url)
        expect(page.get_by_text("Örtliche Bearbeitung als Erika Beispiel")).to_be_visible()
        forwarded = newcomer(**{"X-Forwarded-For": "127.0.0.1"}).new_page()
        assert "nur auf dem Rechner selbst offen" in pflege(forwarded, url)
        assert ask(url, "PUT", "/_stcore/upload_file/a/b")[0] == 403  # past the guard, without Streamlit's token
        for headers in ({"X-Forwarded-For": "127.0.0.1"}, {"Host": "atlas.example"}, {"Via": "1.1 nginx"}):
            assert ask(url, "PUT", "/_stcore/upload_file/a/b", **headers)[0] == 405
