"""Targets on the maintenance page: entered by administrators with source and reason, taken back, read by the others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from atlas.model.rights import Actor, Role
from tests.app.conftest import AppOn, Become
from tests.app.test_cases import ANNA, click, part
from tests.app.test_pages import PAGES, fine, shown
from ui import cache

CHIEF = Actor("Chef", Role.ADMINISTRATOR)


def targets() -> list[tuple[str, date, int, str]]:
    found = cache.store().current().records["mini"].targets
    return [(each.instrument, each.day, each.value, each.source) for each in found]


def test_an_administrator_adds_corrects_removes_and_takes_back(
    app_on: AppOn, miniland_root: Path, become: Become
) -> None:
    app = app_on(miniland_root)
    become(CHIEF)
    fine(fine(app.run()).switch_page(PAGES["maintenance"]).run())
    part(app, "ziele")
    first = targets()
    app.selectbox(key="target-instrument-").set_value("talk")
    app.date_input(key="target-date-").set_value(date(2027, 6, 30))
    app.number_input(key="target-target-").set_value(8)
    app.text_input(key="target-source_url-").set_value("Kabinettsbeschluss")
    click(app, "target-save")
    assert "Bitte sagen, warum" in shown(app)
    assert app.text_input(key="target-source_url-").value == "Kabinettsbeschluss", "what was typed stays"
    app.text_input(key="target-reason-").set_value("beschlossen")
    fine(click(app, "target-save"))
    assert "Gespeichert." in shown(app)
    added = ("talk", date(2027, 6, 30), 8, "Kabinettsbeschluss")
    assert set(targets()) == {*first, added}
    assert ">Kabinettsbeschluss<" in shown(app)
    key = "talk-2027-06-30-municipalities"
    fine(app.selectbox(key="target-chosen").set_value(key).run())
    app.number_input(key=f"target-target-{key}").set_value(9)
    app.text_input(key=f"target-reason-{key}").set_value("verlesen")
    fine(click(app, "target-save"))
    assert ("talk", date(2027, 6, 30), 9, "Kabinettsbeschluss") in targets()
    fine(click(app, "targets-undo"))
    assert added in targets()
    fine(app.selectbox(key="target-chosen").set_value(key).run())
    app.text_input(key=f"target-reason-{key}").set_value("doch nicht")
    fine(click(app, "target-drop"))
    assert targets() == first
    for text in ("beschlossen", "verlesen", "doch nicht", "Anlage aus der Datei", "Chef"):
        assert text in shown(app)
    fine(app.switch_page(PAGES["progress"]).run())


def test_others_read_them_and_get_no_form(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    fine(fine(app.run()).switch_page(PAGES["maintenance"]).run())
    part(app, "ziele")
    assert "9 Gemeinden" in shown(app)
    assert "Ziele trägt ein, wer die Anwendung verwaltet." in shown(app)
    assert not [each.key for each in app.button if each.key and each.key.startswith("target")]
