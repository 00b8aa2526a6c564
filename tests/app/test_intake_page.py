"""The import gate on the page: nothing is saved before the confirmation, and nothing but what was shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from atlas.analysis.difference import Difference, Tie, entries_of
from atlas.model.edits import ChangeKind, Correct, Occasion, Record
from atlas.model.rights import VISITOR, Actor
from tests.app.conftest import AppOn, Become
from tests.app.test_cases import ANNA, BERND, LESER, click, part
from tests.app.test_pages import PAGES, fine, shown
from tests.faulty_files import FAULTS, REFUSED
from tests.table_files import GOOD_ROWS, HEADINGS, csv_file, ods_file, planted
from ui import cache

GOOD = csv_file()


def head() -> int:
    kept = cache.store().store
    assert kept is not None
    return kept.head()


def gate(app: AppTest) -> AppTest:
    fine(fine(app.run()).switch_page(PAGES["maintenance"]).run())
    return part(app, "einfuhr")


@pytest.fixture
def app(app_on: AppOn, miniland_root: Path, become: Become) -> AppTest:
    """Return the page with Anna at the gate."""
    app = app_on(miniland_root)
    become(ANNA)
    gate(app)
    return app


def upload(app: AppTest, body: bytes, name: str = "kreise.csv") -> str:
    app.file_uploader[0].upload(name, body, "text/csv")
    return shown(fine(app.run()))


def confirm(app: AppTest, reason: str = "Meldung der Kreise") -> str:
    app.text_input(key="intake-reason").set_value(reason)
    return shown(fine(click(app, "intake-save")))


def can_save(app: AppTest) -> bool:
    return "intake-save" in [each.key for each in app.button]


def test_good_file_is_shown_confirmed_and_taken_back(app: AppTest) -> None:
    before = entries_of(cache.store().current().records["mini"].table)
    said = upload(app, GOOD)
    assert f"{len(GOOD_ROWS)} neu, 0 geändert" in said
    assert f"{len(GOOD_ROWS)} Zeilen gelesen: 0 Fehler" in said
    assert head() == 1
    assert "Grund: Bitte sagen, warum" in confirm(app, " ")
    assert head() == 1
    said = confirm(app)
    assert "Gespeichert als Änderung 2" in said
    assert "Import: 6 neu" in said
    assert not can_save(app)
    kept = cache.store().store
    assert kept is not None
    (change,) = kept.changes(ANNA, 1)
    assert (change.actor, change.occasion.kind, change.occasion.file) == ("Anna", ChangeKind.IMPORT, "kreise.csv")
    fine(click(app, "undo-last"))
    assert entries_of(cache.store().current().records["mini"].table) == before


@pytest.mark.sample(6)
@pytest.mark.parametrize(
    "fault", [each for each in FAULTS if not (each.is_real or each.mapping)][::7], ids=lambda each: each.name
)
def test_fault_is_told_and_nothing_is_saved(app: AppTest, fault: object) -> None:
    body, severity = fault.body, fault.severity.value  # type: ignore[attr-defined]
    said = upload(app, body, "x.xlsx" if body.startswith(b"PK") else "x.csv")
    assert f'<tr class="{severity}" ' in said
    assert can_save(app) is (
        severity != "blocker" and "Was sich ändern würde" in said and "nichts zu speichern" not in said
    )
    assert head() == 1


@pytest.mark.parametrize("name", list(REFUSED)[::6])
def test_what_is_no_table_is_refused_with_a_sentence(app: AppTest, name: str) -> None:
    said = upload(app, REFUSED[name][0]())
    assert 'class="finding blocker"' in said
    assert not can_save(app)


def test_mended_file_goes_through_after_a_faulty_one(app: AppTest) -> None:
    assert "Nichts wird übernommen" in upload(app, csv_file(planted("Datum", "31.02.2024")))
    assert not can_save(app)
    said = upload(app, GOOD)
    assert "Nichts wird übernommen" not in said
    assert "Gespeichert als Änderung 2" in confirm(app)


def test_columns_can_be_mapped(app: AppTest) -> None:
    strange = [*HEADINGS[:8], "Woher", HEADINGS[9]]
    assert "„Quelle“ fehlt" in upload(app, csv_file(headings=strange))
    app.selectbox(key="intake-column-8").set_value("source_url")
    assert f"{len(GOOD_ROWS)} neu" in shown(fine(app.run()))
    assert "Gespeichert als Änderung 2" in confirm(app)


def test_whole_record_withdraws_what_is_missing_only_if_told(app: AppTest) -> None:
    upload(app, GOOD)
    count = len(cache.store().current().records["mini"].table)
    assert f"({count} Einträge)" in app.toggle(key="intake-whole").label
    app.toggle(key="intake-whole").set_value(True)
    fine(app.run())
    confirm(app)
    assert len(cache.store().current().records["mini"].table) == len(GOOD_ROWS)


TALK = ("00021050", "Erlen", "talk", "held", "2022", "reached", "", "Noch einmal.", "Ein Heft", "")
"""Erlen has a talk of June 2020."""


def record() -> dict[int, Record]:
    return {entry: each for entry, (_, each) in entries_of(cache.store().current().records["mini"].table).items()}


def test_row_like_an_entry_is_a_new_one_unless_said_otherwise(app: AppTest) -> None:
    said = upload(app, csv_file([TALK]))
    assert "1 der neuen ähnelt einem Eintrag" in said
    asked = app.radio(key="intake-answer-2")
    (same,) = (each for each in difference(app).questions[0].choices if each.tie is Tie.SAME)
    assert (asked.value or None, f"Eintrag {same.entry}" in said, "Monat bekannt." in said) == (None, True, True)
    before = record()
    asked.set_value(same)
    said = shown(fine(app.run()))
    assert "0 neu, 1 geändert" in said
    app.radio(key="intake-answer-2").set_value("")
    assert "1 neu, 0 geändert" in shown(fine(app.run()))
    app.radio(key="intake-answer-2").set_value(same)
    assert "noch einmal auf Speichern" in confirm(app)  # said with the click itself: it is shown first
    assert "Gespeichert als Änderung 2" in confirm(app)
    assert record() == before | {
        same.entry: replace(before[same.entry], date="2022", note="Noch einmal.", source_url="Ein Heft")
    }


def difference(app: AppTest) -> Difference:
    delivery = app.session_state["_intake"].delivery
    assert delivery is not None
    return delivery.intake.difference  # type: ignore[no-any-return]


def test_what_erases_has_its_own_list_and_its_own_confirmation(app: AppTest) -> None:
    entry, old = next((entry, each) for entry, each in record().items() if each.ags == "00021050")
    row = [str(entry), "00021050", "Erlen", "talk", "held", "2020-06", "reached", "", "", old.source_url, "2020-07"]
    body = csv_file([row], ("Eintrag", *HEADINGS))
    said = upload(app, body)
    assert "1 Zeile würde leeren oder ersetzen" in said
    assert "<del>Monat bekannt.</del> → <ins>leer</ins>" in said
    assert app.checkbox(key="intake-erase").value is False
    confirm(app)
    assert record()[entry] == replace(old, source_date="2020-07")
    upload(app, body, "noch-einmal.csv")
    assert not can_save(app)
    app.checkbox(key="intake-erase").set_value(True)
    fine(app.run())
    assert "Gespeichert als Änderung 3" in confirm(app)
    assert record()[entry] == replace(old, source_date="2020-07", note="")


def switch_whole(app: AppTest) -> None:
    app.toggle(key="intake-whole").set_value(True)


def leave_notes_out(app: AppTest) -> None:
    app.selectbox(key=f"intake-column-{HEADINGS.index('Anmerkung')}").set_value("")


@pytest.mark.parametrize("choose", [switch_whole, leave_notes_out])
def test_choice_made_with_the_click_itself_is_shown_before_it_is_saved(
    app: AppTest, choose: Callable[[AppTest], None]
) -> None:
    upload(app, GOOD)
    choose(app)  # no run in between: the button still says what it said
    assert "noch einmal auf Speichern" in confirm(app)
    assert head() == 1
    assert "Gespeichert als Änderung 2" in confirm(app)


def test_what_others_wrote_meanwhile_is_compared_first(app: AppTest) -> None:
    upload(app, GOOD)
    table = cache.store().current().records["mini"].table
    entry, (version, old) = next(iter(entries_of(table).items()))
    edit = Correct(entry, version, replace(old, note="Bernds Wort"))
    cache.store().save(BERND, "mini", [edit], Occasion(ChangeKind.EDIT, "gelesen"))
    said = confirm(app)
    assert "Der Bestand wurde inzwischen geändert" in said or "noch einmal mit ihm verglichen" in said
    assert head() == 2
    assert "Gespeichert als Änderung 3" in confirm(app)


@pytest.mark.parametrize("actor", [VISITOR, LESER], ids=["visitor", "reader"])
def test_only_editors_import(app: AppTest, become: Become, actor: Actor) -> None:
    upload(app, GOOD)
    app.text_input(key="intake-reason").set_value("Versuch")
    become(actor)
    click(app, "intake-save")
    assert head() == 1
    assert not app.file_uploader
    become(LESER)
    assert "wer Einträge bearbeiten darf" in shown(part(fine(app.run()), "einfuhr"))


def test_hostile_cells_stay_text(app: AppTest) -> None:
    evil = "<img src=x onerror=alert(1)>"
    said = upload(app, csv_file(planted("Baustein", evil)), f"{evil}.csv")
    said += upload(app, csv_file(planted("Anmerkung", evil), headings=[evil, *HEADINGS[1:]]))
    said += upload(app, csv_file(planted("Anmerkung", evil)))
    assert "&lt;img src=x" in said
    assert "<img src=x" not in said
    assert all(evil not in each.value for each in app.markdown)
    assert said.count("&lt;img src=x") >= 3


def test_record_in_files_imports_nothing(
    app_on: AppOn, miniland_root: Path, become: Become, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on(miniland_root)
    monkeypatch.setenv("ATLAS_DATABASE_URL", "files")
    become(ANNA)
    assert "in Dateien geführt" in shown(gate(app))
    assert not app.file_uploader


def test_assigned_columns_hold_for_their_file_only(app: AppTest) -> None:
    upload(app, csv_file(headings=["Wo", *HEADINGS[1:]]))
    app.selectbox(key="intake-column-0").set_value("ags")
    fine(app.run())
    turned = csv_file([tuple(reversed(row)) for row in GOOD_ROWS], list(reversed(HEADINGS)))
    assert f"{len(GOOD_ROWS)} neu" in upload(app, turned, "andere.csv")
    chosen = [app.selectbox(key=f"intake-column-{at}").value for at in range(len(HEADINGS))]
    assert (chosen[0], chosen[-1]) == ("source_date", "ags")


def test_map_shows_the_whole_state_and_all_instruments(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root, ebene="council", kreis="00022")
    become(ANNA)
    fine(fine(app.run()).switch_page(PAGES["maintenance"]).run())
    said = upload(part(app, "einfuhr"), GOOD)
    assert "Veränderungen auf der Karte" in " ".join(each.label for each in app.expander)
    listed = said.partition("Auf der Karte von heute")[2]
    assert "Neustadt" in listed  # of another district, by another instrument
    assert "Bergen" in listed


def test_why_nothing_was_saved_stands_at_the_button(app: AppTest) -> None:
    upload(app, GOOD)
    said = confirm(app, " ")
    assert said.index("Auf der Karte von heute") < said.index("Grund: Bitte sagen, warum")
    said = upload(app, csv_file(planted("Datum", "31.02.2024")))
    assert said.index("Nichts wird übernommen") < said.index("31.02.2024")


def test_our_columns_are_called_as_in_the_readers_template(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root, lang="en")
    become(ANNA)
    gate(app)
    said = upload(app, csv_file(headings=[*HEADINGS[:8], "Wo es steht", HEADINGS[9]]))
    assert "“Source”" in said
    assert "„Quelle“" not in said
    assert "separator “;”" in said


MEMBERS = csv_file(
    (("00021010", "Neustadt", "01.02.2025"), ("00021020", "Bergen", "")), ("Schlüssel", "Ort", "Beitritt")
)


def test_what_a_list_of_members_lacks_is_said_once_and_remembered(app: AppTest) -> None:
    assert "Nichts wird übernommen, solange etwas fehlt" in upload(app, MEMBERS, "mitglieder.csv")
    app.selectbox(key="intake-set-status").set_value("council:active")
    assert "2 neu" in shown(fine(app.run()))
    assert can_save(app)
    app.text_input(key="intake-set-source_date").set_value("31.02.2020")
    said = shown(fine(app.run()))
    assert "Für alle Zeilen: Datum der Quelle" in said
    assert not can_save(app)
    app.text_input(key="intake-set-source_date").set_value("2025")
    app.text_input(key="intake-set-source_url").set_value("Verzeichnis 2025")
    fine(app.run())
    assert "Gespeichert als Änderung 2" in confirm(app)
    saved = [each for each in record().values() if each.source_url == "Verzeichnis 2025"]
    assert [(each.ags, each.status, each.date, each.source_date) for each in saved] == [
        ("00021010", "active", "2025-02-01", "2025"),
        ("00021020", "active", "", "2025"),
    ]
    said = upload(app, csv_file((("00021050", "Erlen", ""),), ("Schlüssel", "Ort", "Beitritt")), "weitere.csv")
    assert "die der letzten Datei mit diesen Überschriften" in said
    assert "1 neu" in said
    assert app.text_input(key="intake-set-source_url").value == "Verzeichnis 2025"


def test_another_sheet_and_line_of_headings_can_be_chosen(app: AppTest) -> None:
    body = ods_file({"Alt": [HEADINGS, *GOOD_ROWS[:1]], "Neu": [HEADINGS, HEADINGS[:3], *GOOD_ROWS]})
    assert "1 Zeile gelesen" in upload(app, body, "x.ods")
    app.selectbox(key="intake-set-sheet").set_value("Neu")
    assert "7 Zeilen gelesen" in shown(fine(app.run()))
    app.number_input(key="intake-set-header").set_value(2)
    assert "6 Zeilen gelesen" in shown(fine(app.run()))
    upload(app, GOOD)
    assert "intake-set-sheet" not in [each.key for each in app.selectbox]
    assert can_save(app)
