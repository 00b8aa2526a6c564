"""Fixtures: the app without a browser, on the shipped data or on a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox, _format_value_for_widget

from atlas.model.loopback import Connection
from atlas.model.rights import VISITOR, Actor
from atlas.web.authenticator import Authenticator, Reason, Standing
from tests.conftest import ROOT
from ui import cache, components, login, report_form

AppOn = Callable[..., AppTest]
Become = Callable[[Actor], None]


@pytest.fixture(autouse=True)
def _uncounted(no_cover: None) -> None:
    """Leave coverage out: it counts ``atlas``, which the unit tests cover, and would double the time of Streamlit's scripts."""


@pytest.fixture(autouse=True)
def _typed_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let AppTest send what is typed into a select box, as browsers do; it knows the offered texts only."""

    def sent(box: Selectbox[str]) -> WidgetState:
        if box.value is None:
            return WidgetState(id=box.id)
        return WidgetState(id=box.id, string_value=_format_value_for_widget(box.format_func, box.value))

    monkeypatch.setattr(Selectbox, "_widget_state", property(sent))


@pytest.fixture
def app_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AppOn]:
    """Return a maker of sessions: ``app_on(folder, ebene="council")``; the shipped data without a folder."""

    monkeypatch.setattr(report_form, "connection", Connection)  # the runtime of AppTest is a double

    def forget() -> None:
        # Each AppTest has a component registry of its own; ours is filled once per process.
        for each in (
            cache.store,
            cache.contexts,
            cache.payloads,
            login.door,
            login.ends_in_memory,
            components.register,
            components.part,
        ):
            each.cache_clear()

    def session(data: Path | None = None, **query: str) -> AppTest:
        if data is None:
            monkeypatch.delenv("ATLAS_DATA_DIR", raising=False)
        else:
            monkeypatch.setenv("ATLAS_DATA_DIR", str(data))
        monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{tmp_path}/store.sqlite3")
        forget()
        app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        return app

    forget()
    yield session
    forget()


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Become:
    """Return how to be somebody, from now on, wherever it is asked."""

    def be(actor: Actor) -> None:
        reason = Reason.NO_LOGIN if actor is VISITOR else Reason.LOGIN
        monkeypatch.setattr(Authenticator, "standing", lambda *_: Standing(actor, reason))

    return be
