"""Entries on the maintenance page: added, corrected, withdrawn, with reason and history; nobody overwritten unseen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from atlas.analysis.difference import Answer, Tie, entries_of
from atlas.model.edits import Add, ChangeKind, Correct, Occasion, Record, Withdraw
from atlas.model.rights import VISITOR, Actor, Role
from tests.app.conftest import AppOn, Become
from tests.app.test_cases import ANNA, BERND, LESER, TOWN, click, part, written
from tests.app.test_pages import PAGES, fine, shown
from tests.browser.payloads import PAYLOADS
from ui import cache

CHIEF = Actor("Chef", Role.ADMINISTRATOR)
ELSEWHERE = "00021030"
EDIT = Occasion(ChangeKind.EDIT, "neu belegt")


def record() -> dict[int, tuple[int, Record]]:
    """Return the entries: version and content by number."""
    return entries_of(cache.store().current().records["mini"].table)


def mine() -> dict[int, tuple[int, Record]]:
    return {entry: each for entry, each in record().items() if each[1].ags == TOWN}


def save(actor: Actor, *edits: Add | Correct | Withdraw) -> int:
    return cache.store().save(actor, "mini", edits, EDIT).number


def at(app: AppTest, place: str = TOWN) -> AppTest:
    app.query_params["gemeinde"] = place
    return fine(fine(app.run()).switch_page(PAGES["maintenance"]).run())


Begun = tuple[AppTest, int, int, Record]


@pytest.fixture
def correcting(app_on: AppOn, miniland_root: Path, become: Become) -> Begun:
    """Return Anna's session, in which she corrects an entry, with the entry's number, version and content."""
    app = app_on(miniland_root)
    become(ANNA)
    at(app)
    entry, (version, old) = next(iter(mine().items()))
    fine(click(app, f"entry-correct-{entry}"))
    return app, entry, version, old


def new(app: AppTest, **fields: str) -> None:
    """Fill the form of a new entry."""
    fine(click(app, "entry-new"))
    app.selectbox(key="entry-rung").set_value(("pact", "signed"))
    app.text_input(key="entry-date").set_value("1.3.2024")
    app.text_input(key="entry-source").set_value("Amtsblatt 3/2024")
    for key, text in fields.items():
        app.text_input(key=f"entry-{key}").set_value(text)


def save_new(app: AppTest) -> None:
    """Save what resembles an entry: the first click asks what it is, and a new entry is what it is unless one says so."""
    fine(click(app, "entry-save"))
    fine(click(app, "entry-save"))


def test_entry_like_another_is_asked_for(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    ((entry, (version, old)),) = {n: each for n, each in mine().items() if each[1].instrument == "pact"}.items()
    new(at(app))
    fine(click(app, "entry-save"))
    assert cache.store().store.head() == 1  # type: ignore[union-attr]
    asked = app.radio(key="entry-answer-1")
    assert (asked.value, len(asked.options)) == ("", 2)  # it is reached once: no further evidence of one of many
    assert f"Eintrag {entry}" in asked.label
    asked.set_value(Answer(Tie.SAME, entry))
    fine(click(app, "entry-save"))
    assert "braucht einen Grund" in shown(app)
    app.text_input(key="entry-reason").set_value("Tag bekannt")
    fine(click(app, "entry-save"))
    assert mine()[entry] == (version + 1, replace(old, date="2024-03-01", source_url="Amtsblatt 3/2024"))


def test_new_entry_stands_in_the_record_on_the_map_and_in_the_log(
    app_on: AppOn, miniland_root: Path, become: Become
) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    before = record()
    new(at(app), until="12/2031", case="Nacht")
    app.checkbox(key="entry-inferred").set_value(True)
    save_new(app)
    (entry,) = record().keys() - before.keys()
    assert record()[entry] == (
        1,
        Record(
            TOWN, "Neustadt", "pact", "signed", "2024-03-01", "reached", source_url="Amtsblatt 3/2024", until="2031-12",
            case="Nacht", retrieved=cache.today().isoformat(), inferred="yes",
        ),
    )  # fmt: skip
    said = shown(app)
    assert "Gespeichert als Änderung 2" in said
    assert "Amtsblatt 3/2024" in said
    assert "entry-save" not in written(app)
    assert "Anna" in shown(part(app, "verlauf"))
    public = shown(fine(app.switch_page(PAGES["municipality"]).run()))
    assert "01.03.2024" in public
    assert f'href="pflege?gemeinde={TOWN}"' in public
    become(VISITOR)
    assert "pflege" not in shown(fine(app.run()))


def test_every_fault_at_once_and_nothing_typed_is_lost(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    at(app)
    fine(click(app, "entry-new"))
    app.text_input(key="entry-date").set_value("31.02.2024")
    app.multiselect(key="entry-places").set_value([])
    fine(click(app, "entry-save"))
    said = shown(app)
    assert "Baustein und Stufe: Bitte wählen" in said
    assert "Gilt für: Bitte mindestens eine" in said
    app.multiselect(key="entry-places").set_value([TOWN])
    fine(click(app, "entry-save"))
    said = shown(app)
    for told in (
        "Baustein und Stufe: Bitte wählen",
        "Datum: Das Datum „31.02.2024“ gibt es nicht",
        "Quelle: Die Quelle",
    ):
        assert told in said, told
    assert "kein Baustein" not in said
    assert app.text_input(key="entry-date").value == "31.02.2024"
    assert cache.store().store.head() == 1  # type: ignore[union-attr]


def test_joint_measure_is_one_change(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    before = record()
    new(at(app))
    app.multiselect(key="entry-places").set_value([TOWN, ELSEWHERE])
    app.selectbox(key="entry-joint").set_value("Bund der Drachen")
    save_new(app)
    added = [each for entry, (_, each) in record().items() if entry not in before]
    assert {(each.ags, each.joint_with) for each in added} == {(key, "Bund der Drachen") for key in (TOWN, ELSEWHERE)}
    assert len({each.municipality for each in added}) == 2
    fine(click(app, "undo-last"))
    assert record() == before


def test_correction_needs_a_reason_and_keeps_the_old_version(correcting: Begun) -> None:
    app, entry, version, old = correcting
    app.text_area(key="entry-note").set_value("Mit Foto.")
    fine(click(app, "entry-save"))
    assert "Grund: Bitte sagen, warum" in shown(app)
    assert mine()[entry] == (version, old)
    app.text_input(key="entry-reason").set_value("Foto gefunden")
    fine(click(app, "entry-save"))
    assert mine()[entry] == (version + 1, replace(old, note="Mit Foto."))
    said = shown(app)
    assert "Foto gefunden" in said
    assert "<ins>Mit Foto.</ins>" in said


def test_withdrawn_entry_counts_no_more(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    at(app)
    entry = next(iter(mine()))
    fine(click(app, f"entry-withdraw-{entry}"))
    app.text_input(key="entry-reason").set_value("Verwechslung")
    fine(click(app, "entry-save"))
    assert entry not in record()
    assert "zurückgezogen" in shown(app)


def test_second_editor_sees_the_first_ones_change_before_saving(correcting: Begun) -> None:
    app, entry, version, old = correcting
    save(BERND, Correct(entry, version, replace(old, note="Bernds Wort")))
    app.text_area(key="entry-note").set_value("Annas Wort")
    app.text_input(key="entry-reason").set_value("gelesen")
    fine(click(app, "entry-save"))
    said = shown(app)
    assert "Bernd hat hier inzwischen etwas geändert" in said
    assert "Bernds Wort" in said
    assert mine()[entry][1].note == "Bernds Wort"
    assert app.text_area(key="entry-note").value == "Annas Wort"
    fine(click(app, "entry-save"))
    assert mine()[entry] == (version + 2, replace(old, note="Annas Wort"))


def test_others_new_entry_is_seen_before_saving_too(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    new(at(app))
    name = next(iter(mine().values()))[1].municipality
    save(BERND, Add(Record(TOWN, name, "pact", "signed", "2024-03-01", "reached", source_url="Bernds Quelle")))
    fine(click(app, "entry-save"))
    said = shown(app)
    assert "Bernd hat hier inzwischen etwas geändert" in said
    assert "Bernds Quelle" in said
    fine(click(app, "entry-save"))  # now it resembles what is there: that is said, too
    assert "Fast dasselbe steht schon im Bestand" in shown(app)
    before = record()
    fine(click(app, "entry-save"))
    assert len(record()) == len(before) + 1


def test_other_ones_version_can_be_taken(correcting: Begun) -> None:
    app, entry, version, old = correcting
    save(BERND, Correct(entry, version, replace(old, note="Bernds Wort")))
    fine(app.run())
    fine(click(app, "entry-take"))
    assert app.text_area(key="entry-note").value == "Bernds Wort"
    assert "inzwischen etwas geändert" not in shown(app)


def test_entry_withdrawn_meanwhile_becomes_a_new_one(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    at(app)
    entry, (version, _) = next(iter(mine().items()))
    fine(click(app, f"entry-correct-{entry}"))
    app.text_area(key="entry-note").set_value("Annas Wort")
    app.text_input(key="entry-reason").set_value("gelesen")
    save(BERND, Withdraw(entry, version))
    fine(click(app, "entry-save"))
    assert "Bernd hat hier inzwischen etwas geändert" in shown(app)
    fine(click(app, "entry-save"))
    assert entry not in record()
    assert [each.note for _, each in mine().values() if each.note == "Annas Wort"] == ["Annas Wort"]


def test_draft_outlives_a_look_elsewhere(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    new(at(app), date="31.02.2024")
    fine(click(app, "entry-save"))
    fine(app.switch_page(PAGES["steering"]).run())
    fine(app.switch_page(PAGES["maintenance"]).run())
    assert app.text_input(key="entry-date").value == "31.02.2024"
    app.selectbox(key="eintraege-von").set_value(ELSEWHERE)
    fine(app.run())
    assert "Noch nicht gespeichert" in shown(app)
    fine(click(app, "entry-there"))
    assert app.text_input(key="entry-date").value == "31.02.2024"
    fine(click(app, "entry-drop"))
    assert "entry-save" not in written(app)


@pytest.mark.parametrize("actor", [VISITOR, LESER], ids=["visitor", "reader"])
def test_right_is_asked_for_at_the_very_write(app_on: AppOn, miniland_root: Path, become: Become, actor: Actor) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    new(at(app))
    before = record()
    become(actor)
    click(app, "entry-save")
    assert record() == before
    assert written(app) == []
    become(ANNA)
    fine(app.run())
    fine(click(app, "entry-save"))
    assert len(record()) == len(before) + 1
    become(actor)
    click(app, "undo-last")
    assert len(record()) == len(before) + 1


def test_own_change_can_be_undone_from_the_log(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    at(app)
    before = record()
    entry, (version, old) = next(iter(mine().items()))
    number = save(ANNA, Correct(entry, version, replace(old, note="Falsch")))
    part(app, "verlauf")
    app.selectbox(key="log-change").set_value(number)
    said = shown(fine(app.run()))
    assert "<ins>Falsch</ins>" in said
    assert 'href="intern/bestand.csv?stand=20' in said
    fine(click(app, "log-undo-send"))
    assert "braucht einen Grund" in shown(app)
    app.text_input(key="log-reason").set_value("Irrtum")
    fine(click(app, "log-undo-send"))
    assert record()[entry] == (version + 2, old)
    assert {key: each[1] for key, each in record().items()} == {key: each[1] for key, each in before.items()}
    assert f"zurückgenommen durch Nr. {number + 1}" in shown(app)
    assert "log-undo-send" not in written(app)


def test_others_change_is_undone_by_administrators_only(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    at(app)
    entry, (version, _) = next(iter(mine().items()))
    number = save(BERND, Withdraw(entry, version))
    part(app, "verlauf")
    app.selectbox(key="log-change").set_value(number)
    assert "wer sie gemacht hat" in shown(fine(app.run()))
    assert written(app) == []
    become(CHIEF)
    fine(app.run())
    app.text_input(key="log-reason").set_value("Irrtum")
    become(ANNA)
    click(app, "log-undo-send")
    assert entry not in record()
    become(CHIEF)
    fine(app.run())
    app.text_input(key="log-reason").set_value("Irrtum")
    fine(click(app, "log-undo-send"))
    assert entry in record()


def test_districts_have_entries_too(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    at(app)
    app.selectbox(key="eintraege-von").set_value("00022")
    fine(app.run())
    assert app.query_params["kreis"] in ("00022", ["00022"])
    new(app)
    fine(click(app, "entry-save"))
    assert any(each.ags == "00022" and each.source_url == "Amtsblatt 3/2024" for _, each in record().values())


def test_hostile_texts_stay_texts(app_on: AppOn, miniland_root: Path, become: Become) -> None:
    app = app_on(miniland_root)
    become(ANNA)
    at(app)
    text = " ".join(PAYLOADS).replace("\n", " ")[:1_900]
    entry, (version, old) = next(iter(mine().items()))
    evil = Actor("<img src=x onerror=alert(1)>", Role.EDITOR)
    hostile = replace(old, note=text, source_url=text, joint_with=text)
    cache.store().save(evil, "mini", [Correct(entry, version, hostile)], Occasion(ChangeKind.EDIT, text))
    for said in (shown(at(app)), shown(part(app, "verlauf"))):
        assert "&lt;img src=x onerror=" in said
        for tag in ("<img src=x", "<script>window", "<iframe", "<svg onload", "<details open"):
            assert tag not in said, tag
