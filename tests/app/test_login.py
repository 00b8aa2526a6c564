"""The gate of the maintenance page, and who a callback or fragment is run by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit import config
from streamlit.testing.v1 import AppTest

from atlas.errors import AtlasError
from atlas.model.rights import VISITOR
from tests.app.conftest import AppOn
from tests.app.test_pages import PAGES, fine, shown
from ui import login
from ui.cache import store

RIGHTS = '[[people]]\nemail = "erika@example.org"\nrole = "editor"\n'


@pytest.fixture
def rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the table of rights of an application with a login."""
    path = tmp_path / "rights.toml"
    path.write_text(RIGHTS, encoding="utf-8")
    for name, value in {
        "ATLAS_ADDRESS": "https://atlas.example",
        "ATLAS_OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
        "ATLAS_OIDC_CLIENT_ID": "atlas",
        "ATLAS_OIDC_CLIENT_SECRET": "geheim",
        "ATLAS_COOKIE_SECRET": "c" * 32,
        "ATLAS_RIGHTS": str(path),
    }.items():
        monkeypatch.setenv(name, value)
    return path


def person(hours_ago: float = 0, **more: object) -> dict[str, object]:
    """Return what ``st.user`` holds for a login some hours ago."""
    issued = datetime.now(UTC) - timedelta(hours=hours_ago)
    return {"is_logged_in": True, "sub": "1", "iat": issued.timestamp(), "email": "erika@example.org"} | more


def maintenance(app: AppTest) -> str:
    return shown(fine(fine(app.run()).switch_page(PAGES["maintenance"]).run()))


def buttons(app: AppTest) -> list[str]:
    return [each.key for each in app.button if each.key and "log-" in each.key]


@pytest.mark.parametrize("lang", ["de", "en"])
def test_without_a_login_the_gate_says_how_to_switch_it_on(app_on: AppOn, miniland_root: Path, lang: str) -> None:
    app = app_on(miniland_root, lang=lang)
    said = maintenance(app)
    assert "docs/operations.md" in said
    assert buttons(app) == []


@pytest.mark.parametrize(
    ("user", "said", "offered"),
    [
        ({}, "Bitte melden Sie sich an.", ["gate-log-in", "log-in"]),
        (person(), "erika@example.org · Bearbeiten", ["log-out"]),
        (person(9), "älter als acht Stunden", ["gate-log-in", "log-in"]),
        (person(email="otto@example.org"), "haben hier aber kein Recht", ["log-out"]),
    ],
)
def test_the_gate_opens_by_the_table_and_says_why_not(
    app_on: AppOn, miniland_root: Path, rights: Path, user: dict[str, object], said: str, offered: list[str]
) -> None:
    app = app_on(miniland_root)
    app.user = user
    assert said in maintenance(app)
    assert buttons(app) == offered


def test_the_data_page_tells_of_cookies_and_reports_where_there_are_any(
    app_on: AppOn, miniland_root: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    def privacy() -> str:
        app = app_on(miniland_root)
        monkeypatch.setenv("ATLAS_DATABASE_URL", *database)
        return shown(fine(fine(app.run()).switch_page(PAGES["about"]).run())).partition("Datenschutz")[2]

    login_said, report_said = "Nur wer sich anmeldet, bekommt weitere Cookies", "30 Tage nach der Antwort"
    database = ["files"]
    assert (login_said in privacy(), report_said in privacy()) == (False, False)
    request.getfixturevalue("rights")
    database = [f"sqlite:///{request.getfixturevalue('tmp_path')}/store.sqlite3"]
    assert (login_said in privacy(), report_said in privacy()) == (True, True)


def test_a_login_counts_for_nothing_where_none_is_configured(app_on: AppOn, miniland_root: Path) -> None:
    app = app_on(miniland_root)
    app.user = person()
    assert "erika" not in maintenance(app)


def writes() -> None:
    """Write in a callback and in a fragment, as a page of ours would."""
    import streamlit as st

    from atlas.model.rights import NotAllowedError, Right, require
    from ui.login import current_actor

    def write(where: str) -> None:
        try:
            require(current_actor(), Right.EDIT)
        except NotAllowedError:
            st.session_state[where] = "refused"
        else:
            st.session_state[where] = current_actor().name

    st.button("callback", key="callback", on_click=write, args=("callback-wrote",))

    @st.fragment
    def part() -> None:
        if st.button("fragment", key="fragment"):
            write("fragment-wrote")

    part()


@pytest.mark.parametrize("place", ["callback", "fragment"])
@pytest.mark.parametrize(
    "lose",
    [
        lambda path: path.write_text(RIGHTS.replace("editor", "reader"), encoding="utf-8"),
        lambda path: path.unlink(),
        lambda _: login.door().end(person()),
    ],
    ids=["lower role", "no table", "ended login"],
)
def test_callbacks_and_fragments_write_by_the_rights_of_now(
    app_on: AppOn, miniland_root: Path, rights: Path, place: str, lose: Callable[[Path], object]
) -> None:
    app_on(miniland_root)
    app = AppTest.from_function(writes)
    app.user = person()
    app.run().button(key=place).click().run()
    assert app.session_state[f"{place}-wrote"] == "erika@example.org"
    lose(rights)
    app.button(key=place).click().run()
    assert app.session_state[f"{place}-wrote"] == "refused"


def test_while_the_database_is_away_the_public_pages_go_on_and_nobody_may_write(
    app_on: AppOn, miniland_root: Path, rights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on(miniland_root)
    app.user = person()
    assert "erika@example.org · Bearbeiten" in shown(fine(app.run()))

    def away(_: object) -> None:
        raise sa.exc.OperationalError("SELECT", {}, Exception("away"))

    sentence = "Ihre Anmeldung lässt sich gerade nicht prüfen"
    with monkeypatch.context() as patched:
        patched.setattr(sa.Engine, "begin", away)
        said = shown(fine(app.run()))
        assert sentence in said
        assert "Gezeigt wird, was zuletzt bekannt war" in said
        assert "erika" not in said
        assert buttons(app) == ["log-out"]
        login.end_login(person())  # the cookie of this browser goes all the same
        writer = AppTest.from_function(writes)
        writer.user = person()
        writer.run().button(key="callback").click().run()
        assert writer.session_state["callback-wrote"] == "refused"
        assert "Die Datenbank antwortet nicht" in shown(app.switch_page(PAGES["maintenance"]).run())
    store()._not_before = 0.0
    store().current()
    store()._next.result()
    assert "erika@example.org · Bearbeiten" in maintenance(app)


def test_outside_of_a_session_nobody_has_a_right(app_on: AppOn, miniland_root: Path, rights: Path) -> None:
    app_on(miniland_root)
    assert login.current_actor() == VISITOR


def test_headers_that_outrank_the_login_are_refused(
    app_on: AppOn, miniland_root: Path, rights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_on(miniland_root)
    known = config.get_option
    monkeypatch.setattr(
        config, "get_option", lambda key: {"X-User": "email"} if key == "server.trustedUserHeaders" else known(key)
    )
    with pytest.raises(AtlasError, match=r"server\.trustedUserHeaders"):
        login.door()
