"""The row "Mitnehmen" on the page of a municipality: what its buttons give, and that nothing is made before a click."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import AppOn
from tests.app.test_pages import PAGES, fine
from ui import frame, take_home


def _labels(app: AppTest) -> dict[str, str]:
    return {each.proto.label: each.proto.id for each in app.get("download_button")}


@pytest.mark.parametrize(
    ("lang", "labels"),
    [("de", {"Pressepaket (ZIP)", "Steckbrief (PDF)"}), ("en", {"Press kit (ZIP)", "Fact sheet (PDF)"})],
)
def test_buttons_stand_on_the_page_and_make_nothing_before_a_click(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch, lang: str, labels: set[str]
) -> None:
    made: list[str] = []
    monkeypatch.setattr(take_home, "press_kit", lambda *_: made.append("kit"))
    monkeypatch.setattr(take_home, "sheet_pdf", lambda *_: made.append("sheet"))
    app = fine(app_on(gemeinde="14521450", lang=lang).run())
    app = fine(app.switch_page(PAGES["municipality"]).run())
    assert labels <= set(_labels(app))
    assert made == []


def test_without_a_municipality_there_is_nothing_to_take(app_on: AppOn) -> None:
    app = fine(app_on().run())
    app = fine(app.switch_page(PAGES["municipality"]).run())
    assert "Pressepaket (ZIP)" not in _labels(app)


def test_address_is_the_configured_one(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_ADDRESS", "https://atlas.example.org/unter")
    fine(app_on(gemeinde="14521450").run())
    assert frame.site_address() == "https://atlas.example.org/unter"
