"""Follow-ups and reports on the pages: what visitors, readers and editors see, write and lose."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from atlas.model.cases import FollowUp, Report
from atlas.model.rights import VISITOR, Actor, Role
from atlas.sources.store import Store
from tests import marked
from tests.app.conftest import AppOn, Become
from tests.app.test_pages import PAGES, fine, shown
from tests.browser.payloads import PAYLOADS
from tests.marked import MARK
from ui import cache
from ui.maintenance_page import MaintenancePart

TOWN, OTHER = "00021010", "00021020"
ANNA, BERND, LESER = Actor("Anna", Role.EDITOR), Actor("Bernd", Role.EDITOR), Actor("Leser", Role.READER)


def store() -> Store:
    kept = cache.store().store
    assert kept is not None
    return kept


def everything(app: AppTest) -> str:
    """Return what a page says, with labels, fields and codes."""
    fields = [*app.text_area, *app.text_input, *app.selectbox, *app.button, *app.expander, *app.code]
    said = [f"{getattr(each, 'value', '')} {getattr(each, 'label', '')}" for each in fields]
    return "\n".join([shown(app), *said, *(each.value for each in (*app.markdown, *app.caption, *app.warning))])


def page(app: AppTest, name: str) -> AppTest:
    return fine(fine(app.run()).switch_page(PAGES[name]).run())


def click(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


# ---- follow-ups ---------------------------------------------------------------------------------------------------


def late(ags: str, days: int, step: str = "anrufen") -> FollowUp:
    return FollowUp(ags=ags, version=0, note="", step=step, due=cache.today() - timedelta(days=days))


@pytest.mark.parametrize("actor", [LESER, ANNA], ids=["reader", "editor"])
def test_monday_list_stands_on_top_for_those_with_the_right(
    app_on: AppOn, miniland_root: Path, become: Become, actor: Actor
) -> None:
    app = app_on(miniland_root)
    become(actor)
    for each in (late(TOWN, 3), late(OTHER, 12), late("00022030", -4)):
        store().follow_ups.save(ANNA, "mini", each)
    said = shown(page(app, "steering"))
    assert said.index("seit 12 Tagen überfällig") < said.index("seit 3 Tagen überfällig") < said.index("in 4 Tagen")
    assert "2 überfällig · 1 weitere" in said
    assert f'href="pflege?gemeinde={OTHER}"' in said
    assert 'href="intern/wiedervorlagen.ics"' in said
    assert said.index("Wiedervorlagen") < said.index("Lange unverändert")
    inside = shown(fine(app.selectbox(key="kreis").set_value("00022").run()))
    assert "0 überfällig · 1 weitere" in inside
    assert 'href="intern/wiedervorlagen.csv?kreis=00022&amp;form=excel"' in inside


def test_visitors_see_the_steering_page_as_ever(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    before = everything(page(app, "steering"))
    store().follow_ups.save(ANNA, "mini", late(TOWN, 3, MARK))
    become(VISITOR)
    assert everything(fine(app.run())) == before
    become(ANNA)
    assert MARK in everything(fine(app.run()))
    become(VISITOR)
    assert everything(fine(app.run())) == before


def maintenance(app: AppTest) -> AppTest:
    app.query_params["gemeinde"] = TOWN
    return page(app, "maintenance")


def part(app: AppTest, name: str) -> AppTest:
    """Show a part of the maintenance page."""
    return fine(app.button_group(key="teil").set_value(MaintenancePart(name)).run())


def test_editor_writes_a_follow_up(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    maintenance(app)
    app.text_input(key="follow-up-step").set_value("anrufen")
    app.date_input(key="follow-up-due").set_value(cache.today())
    app.text_area(key="follow-up-note").set_value("Rät zum Herbst.")
    fine(click(app, "follow-up-save"))
    kept = store().follow_ups.current(ANNA, "mini")[TOWN]
    assert (kept.version, kept.step, kept.due, kept.note, kept.actor) == (
        1, "anrufen", cache.today(), "Rät zum Herbst.", "Anna",
    )  # fmt: skip
    assert "Gespeichert." in shown(app)
    fine(click(app, "follow-up-done"))
    kept = store().follow_ups.current(ANNA, "mini")[TOWN]
    assert (kept.version, kept.step, kept.due, kept.note) == (2, "", None, "Rät zum Herbst.")
    assert "Verlauf: 2 Fassungen" in [each.label for each in app.expander]


def test_fault_is_told_and_nothing_typed_is_lost(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    maintenance(app)
    app.date_input(key="follow-up-due").set_value(cache.today())
    app.text_area(key="follow-up-note").set_value("Rät zum Herbst.")
    click(app, "follow-up-save")
    assert "fehlt, was bis dahin zu tun ist" in shown(app)
    assert app.text_area(key="follow-up-note").value == "Rät zum Herbst."
    assert app.date_input(key="follow-up-due").value == cache.today()
    assert store().follow_ups.current(ANNA, "mini") == {}


def test_conflict_shows_both_texts_and_loses_none(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    maintenance(app)
    store().follow_ups.save(BERND, "mini", FollowUp(ags=TOWN, version=0, note="Bernds Notiz", step="Bernds Schritt"))
    app.text_area(key="follow-up-note").set_value("Annas Notiz")
    fine(click(app, "follow-up-save"))
    said = shown(app)
    assert "Bernd hat die Wiedervorlage inzwischen geändert" in said
    assert "Bernds Notiz" in said
    assert app.text_area(key="follow-up-note").value == "Annas Notiz"
    assert store().follow_ups.current(ANNA, "mini")[TOWN].note == "Bernds Notiz"
    fine(click(app, "follow-up-save"))
    assert store().follow_ups.current(ANNA, "mini")[TOWN].note == "Annas Notiz"
    assert "inzwischen geändert" not in shown(app)


def test_other_ones_text_can_be_taken(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    maintenance(app)
    store().follow_ups.save(BERND, "mini", FollowUp(ags=TOWN, version=0, note="Bernds Notiz", step="Bernds Schritt"))
    app.text_area(key="follow-up-note").set_value("Annas Notiz")
    fine(click(app, "follow-up-save"))
    fine(click(app, "follow-up-take"))
    assert app.text_area(key="follow-up-note").value == "Bernds Notiz"
    assert app.text_input(key="follow-up-step").value == "Bernds Schritt"


def test_right_is_asked_for_at_the_very_write(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    receipt = store().reports.file("mini", TOWN, "Falsch.")
    maintenance(app)
    app.text_input(key="follow-up-step").set_value("anrufen")
    become(LESER)
    click(app, "follow-up-save")
    assert store().follow_ups.current(ANNA, "mini") == {}
    assert "follow-up-save" not in [each.key for each in app.button]
    become(ANNA)
    part(app, "meldungen")
    app.radio(key=f"verdict-{receipt}").set_value(True)
    app.text_area(key=f"answer-{receipt}").set_value("Danke.")
    become(LESER)
    click(app, f"send-{receipt}")
    assert inbox()[0].answer is None


def test_form_is_filled_anew_for_another_municipality(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    store().follow_ups.save(ANNA, "mini", FollowUp(ags=TOWN, version=0, note="Notiz eins"))
    store().follow_ups.save(ANNA, "mini", FollowUp(ags=OTHER, version=0, note="Notiz zwei"))
    assert maintenance(app).text_area(key="follow-up-note").value == "Notiz eins"
    app.query_params["gemeinde"] = OTHER
    assert fine(app.run()).text_area(key="follow-up-note").value == "Notiz zwei"


def test_step_from_before_a_merger_can_be_done_at_the_successor(
    app_on: AppOn, miniland_root: Path, become: Become
) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    store().follow_ups.save(
        ANNA, "mini", FollowUp(ags="00022030", version=0, note="Alte Notiz", step="Alter Schritt", due=cache.today())
    )
    page(app, "maintenance")
    app.query_params["gemeinde"] = "00022030"  # leads to the successor
    said = shown(fine(app.run()))
    assert "Für Kirch vorgemerkt" in said
    assert "Alter Schritt" in said
    fine(click(app, "follow-up-done-00022030"))
    kept = store().follow_ups.current(ANNA, "mini")["00022030"]
    assert (kept.version, kept.step, kept.due, kept.note) == (2, "", None, "Alte Notiz")
    assert "Alter Schritt" not in shown(app)


# ---- reports ------------------------------------------------------------------------------------------------------


def inbox() -> list[Report]:
    return store().reports.inbox(ANNA, "mini")


def municipality(app: AppTest, **query: str) -> AppTest:
    """Open the page as a link does: with the address it has."""
    page(app, "municipality")
    for key, value in ({"gemeinde": TOWN} | query).items():
        app.query_params[key] = value
    return fine(app.run())


def send(app: AppTest, text: str) -> AppTest:
    app.text_area(key="report-text").set_value(text)
    return click(app, "report-send")


def test_visitor_reports_and_gets_a_receipt(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(VISITOR)
    assert "Korrektur angefragt" not in shown(municipality(app))
    fine(send(app, "Das Datum stimmt nicht."))
    (report,) = inbox()
    assert (report.ags, report.text) == (TOWN, "Das Datum stimmt nicht.")
    assert [each.value for each in app.code] == [report.receipt]
    assert "Korrektur angefragt" not in shown(app)  # nobody has looked yet
    store().reports.look(ANNA, [report.receipt])
    assert "Korrektur angefragt" in shown(fine(app.run()))
    assert "Das Datum stimmt nicht." not in everything(app)
    other = municipality(app_on(miniland_root))
    assert "Korrektur angefragt" in shown(other)
    assert "Das Datum stimmt nicht." not in everything(other)
    store().reports.answer(ANNA, [report.receipt], "Danke, berichtigt.", is_accepted=True)
    assert "Korrektur angefragt" not in shown(fine(other.run()))


def test_receipt_of_a_link_or_field_tells_the_answer(app_on: AppOn, miniland_root: Path) -> None:
    app = app_on(miniland_root)
    receipt = store().reports.file("mini", TOWN, "Geheimer Text")
    said = everything(municipality(app, quittung=receipt.lower()))
    assert "noch nicht beantwortet" in said
    assert app.query_params["quittung"] == receipt
    store().reports.answer(ANNA, [receipt], "Danke, <b>berichtigt</b>.", is_accepted=True)
    said = everything(fine(app.run()))
    assert "Danke, &lt;b&gt;berichtigt&lt;/b&gt;." in said
    assert "Geheimer Text" not in said
    assert "Anna" not in said
    fine(app.text_input(key="report-receipt").set_value("").run())
    assert "quittung" not in app.query_params
    fine(app.text_input(key="report-receipt").set_value("ABCD-ABCD-ABCD").run())
    assert "kennen wir nicht" in shown(app)


@pytest.mark.parametrize("given", ["x" * 5_000, "<script>", "' OR 1=1 --", "ABCD-ABCD-ABC0", "\x00"])
def test_nonsense_for_a_receipt_is_left_out(app_on: AppOn, miniland_root: Path, given: str) -> None:
    app = app_on(miniland_root)
    municipality(app, quittung=given)
    assert "quittung" not in app.query_params
    assert app.text_input(key="report-receipt").value == ""


def test_limits_are_sentences_and_keep_the_text(app_on: AppOn, miniland_root: Path) -> None:
    app = municipality(app_on(miniland_root))
    send(app, "   ")
    assert "was nicht stimmt" in shown(app)
    for text in ("eins", "zwei", "drei"):
        fine(send(app, text))
        fine(click(app, "report-again"))
    send(app, "vier")
    assert "Aus Ihrem Netz" in shown(app)
    assert app.text_area(key="report-text").value == "vier"
    assert [each.text for each in inbox()] == ["eins", "zwei", "drei"]


def test_many_are_taken_up_and_discarded_at_once(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    receipts = [store().reports.file("mini", TOWN, f"*Unsinn* {n}", f"192.0.2.{n}") for n in range(30)]
    part(maintenance(app), "meldungen")
    app.checkbox(key=f"tick-{receipts[0]}").check()
    fine(click(app, "look-several"))
    assert [each.receipt for each in inbox() if each.looked_at] == receipts[:1]
    fine(click(app, "tick-all"))
    app.checkbox(key=f"tick-{receipts[0]}").uncheck()
    click(app, "discard-several")
    assert "höchstens" in shown(app)  # without an answer nothing is discarded
    app.text_area(key="answer-several").set_value("Nichts, was sich prüfen lässt.")
    fine(click(app, "discard-several"))
    assert [each.receipt for each in inbox() if each.answer is None] == receipts[:1]


def test_record_in_files_takes_no_reports(
    app_on: AppOn, miniland_root: Path, monkeypatch: pytest.MonkeyPatch, become: Become
) -> None:
    app = app_on(miniland_root)
    monkeypatch.setenv("ATLAS_DATABASE_URL", "files")
    become(ANNA)
    send(municipality(app), "Falsch.")
    assert "Der Bestand wird in Dateien geführt" in shown(app)
    assert app.text_area(key="report-text").value == "Falsch."
    for name in ("steering", "maintenance"):
        fine(app.switch_page(PAGES[name]).run())


def test_report_about_an_old_day_is_kept_for_the_municipality_of_today(app_on: AppOn, miniland_root: Path) -> None:
    app = municipality(app_on(miniland_root), gemeinde="00022010", stichtag="2018-06-01")
    fine(send(app, "Falsch."))
    (report,) = inbox()
    assert report.ags not in {"00022010", "00022020"}
    store().reports.look(ANNA, [report.receipt])
    fine(app.run())
    assert "Korrektur angefragt" in shown(app)


def test_editor_answers_in_the_inbox(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    receipt = store().reports.file("mini", TOWN, "Falsch.")
    part(maintenance(app), "meldungen")
    app.text_area(key=f"answer-{receipt}").set_value("Danke.")
    click(app, f"send-{receipt}")
    assert "ob der Bestand berichtigt wurde" in shown(app)
    assert app.text_area(key=f"answer-{receipt}").value == "Danke."
    app.radio(key=f"verdict-{receipt}").set_value(False)
    fine(click(app, f"send-{receipt}"))
    (report,) = inbox()
    assert (report.answer, report.is_accepted, report.actor) == ("Danke.", False, "Anna")
    assert "1 beantwortete Meldung" in [each.label for each in app.expander]
    assert "Es wartet keine Meldung" in shown(app)


def test_reader_reads_and_writes_nothing(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(LESER)
    store().reports.file("mini", TOWN, "Falsch.")
    store().follow_ups.save(ANNA, "mini", FollowUp(ags=TOWN, version=0, note="Notiz", step="Schritt"))
    assert "Notiz" in shown(maintenance(app))
    assert written(app) == []
    assert "Falsch." in shown(part(app, "meldungen"))
    assert written(app) == []
    assert not app.text_area


def written(app: AppTest) -> list[str]:
    """Return the buttons that write something."""
    names = ("follow-up", "send", "entry", "entries", "log-undo")
    return [each.key for each in app.button if each.key and each.key.startswith(names)]


def test_hostile_texts_stay_texts(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    text = "\n".join(PAYLOADS)[:1_990]
    receipt = store().reports.file("mini", TOWN, text)
    store().reports.answer(ANNA, [receipt], text, is_accepted=True)
    store().reports.file("mini", TOWN, text)
    store().follow_ups.save(
        Actor("<img src=x onerror=alert(1)>", Role.EDITOR), "mini", FollowUp(ags=TOWN, version=0, note=text, step=text)
    )
    for said in (
        shown(maintenance(app)) + shown(part(app, "meldungen")),
        shown(fine(app.switch_page(PAGES["steering"]).run())),
        shown(municipality(app, quittung=receipt)),
    ):
        assert "&lt;img src=x onerror=window.top" in said
        for tag in ("<img src=x", "<script>window", "<iframe", "<svg onload", "<details open"):
            assert tag not in said, tag


# ---- the marker ---------------------------------------------------------------------------------------------------


def test_no_page_shows_a_visitor_what_is_internal(
    app_on: AppOn, miniland_root: Path, become: Become, tmp_path: Path
) -> None:
    app = app_on(miniland_root, gemeinde=TOWN)
    receipt = marked.plant(miniland_root, f"sqlite:///{tmp_path}/store.sqlite3")
    become(marked.ANNA)
    for name in ("steering", "maintenance"):
        assert MARK in everything(page(app, name)), "the search finds what is there"
    become(VISITOR)
    for lang in ("de", "en"):
        app = app_on(miniland_root, gemeinde=TOWN, lang=lang)
        fine(app.run())
        for path in PAGES.values():
            fine(app.switch_page(path).run())
            assert MARK not in everything(app), path
            assert MARK not in repr(app.session_state), path
            assert all(MARK not in repr(each.proto) for each in app.get("bidi_component")), path
    asked = municipality(app_on(miniland_root), quittung=receipt)
    assert "noch nicht beantwortet" in shown(asked)
    assert MARK not in everything(asked)
