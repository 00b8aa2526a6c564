"""Entries typed by hand: the gate's rules hold for them; what an editable table says is not believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from atlas.analysis.difference import entries_of
from atlas.analysis.typed import Typed, check_typed, from_table
from atlas.errors import AtlasError, Severity
from atlas.model.edits import Add, Correct, Record, Withdraw
from atlas.model.snapshot import Snapshot
from atlas.present.cells import Cells
from atlas.present.context import ViewContext
from atlas.present.entries import entries_at
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot

TODAY = date(2026, 11, 1)
TALK = Record("00021010", "Neustadt", "pact", "signed", "01.02.2020", "reached", source_url="Bericht")


@pytest.fixture(scope="module")
def snapshot(miniland_root: Path) -> Snapshot:
    return load_snapshot(Settings(miniland_root))


def known(snapshot: Snapshot) -> Typed:
    """Return an entry of the record with an exact date, as somebody looks at it."""
    number, (_, record) = next(
        (n, each) for n, each in entries_of(snapshot.records["mini"].table).items() if len(each[1].date) == 10
    )
    return Typed(record, number, 3)


def check(snapshot: Snapshot, *rows: Typed, gone: tuple[Withdraw, ...] = ()):  # type: ignore[no-untyped-def]
    return check_typed(rows, gone, snapshot, snapshot.programmes["mini"], TODAY)


def test_dates_are_written_as_people_write_them(snapshot: Snapshot) -> None:
    name = snapshot.editions["00"][-1].municipalities.set_index("ags").at["00021010", "name"]
    (edit,) = check(snapshot, Typed(replace(TALK, municipality=str(name)))).edits
    assert isinstance(edit, Add)
    assert (edit.record.date, edit.record.municipality) == ("2020-02-01", name)


def test_correction_is_of_the_version_that_was_looked_at(snapshot: Snapshot) -> None:
    old = known(snapshot)
    checked = check(snapshot, replace(old, record=replace(old.record, note="Mit Foto.")))
    assert checked.edits == (Correct(old.entry, 3, replace(old.record, note="Mit Foto.")),)
    assert check(snapshot, old).edits == ()


def test_every_fault_is_told_with_the_number_of_the_entry(snapshot: Snapshot) -> None:
    wrong = replace(TALK, date="31.02.2020", source_url="")
    checked = check(snapshot, Typed(wrong), Typed(replace(TALK, status="nonsense", date="1.1.2030")))
    assert checked.is_blocked
    assert checked.edits == ()
    blocked = {(each.line, each.column) for each in checked.findings if each.severity is Severity.BLOCKER}
    assert blocked == {(1, "Datum"), (1, "Quelle"), (2, "Stufe"), (2, "Datum")}


def test_fields_are_called_as_the_reader_calls_them(snapshot: Snapshot) -> None:
    wrong = Typed(replace(TALK, date="31.02.2020"))
    checked = check_typed([wrong], (), snapshot, snapshot.programmes["mini"], TODAY, "en")
    assert {each.column for each in checked.findings if each.severity is Severity.BLOCKER} == {"Date"}


def test_what_is_there_already_is_not_added_again(snapshot: Snapshot) -> None:
    old = known(snapshot)
    checked = check(snapshot, Typed(old.record))
    assert [each.text for each in checked.findings] == ["Genau das steht schon im Bestand."]
    assert checked.edits == ()
    alike = check(snapshot, Typed(replace(old.record, note="Noch einmal.")))
    assert alike.edits == (Add(replace(old.record, note="Noch einmal.")),)
    assert [each.values["fields"] for each in alike.warnings] == ["Anmerkung"]
    withdrawn = (Withdraw(old.entry, 3),)
    assert check(snapshot, Typed(old.record), gone=withdrawn).edits == (Add(old.record), *withdrawn)
    assert check(snapshot, gone=withdrawn).edits == withdrawn


READ = {"Was": lambda cell: {"status": cell}, "Notiz": lambda cell: {"note": cell}}
BASE = [Typed(TALK, 7, 1), Typed(replace(TALK, note="alt"), 9, 4), Typed(TALK, 12, 2)]


def test_table_gives_what_was_changed_added_and_deleted() -> None:
    state = {
        "edited_rows": {0: {"Notiz": "neu"}, 1: {"Notiz": "alt"}, 2: {"Notiz": "egal"}},
        "added_rows": [{"Was": "signed", "Notiz": None}, {}],
        "deleted_rows": [2],
    }
    done = from_table(BASE, state, READ, {"ags": "00021010"})
    assert done.rows == (
        Typed(replace(TALK, note="neu"), 7, 1),
        Typed(Record("00021010", "", "", "signed")),
    )
    assert done.withdrawn == (Withdraw(12, 2),)
    assert from_table(BASE, {}, READ, {}).rows == ()


@pytest.mark.parametrize(
    "state",
    [
        {"edited_rows": {3: {"Notiz": "x"}}},
        {"edited_rows": {-1: {"Notiz": "x"}}},
        {"edited_rows": {0: {"Schlüssel": "x"}}},
        {"edited_rows": {0: "x"}},
        {"edited_rows": [1]},
        {"added_rows": [["x"]]},
        {"added_rows": [{"Schlüssel": "x"}]},
        {"added_rows": {"Notiz": "x"}},
        {"deleted_rows": [3]},
        {"deleted_rows": ["0"]},
        {"deleted_rows": "0"},
    ],
    ids=str,
)
def test_what_the_table_does_not_allow_is_refused(state: dict[str, object]) -> None:
    with pytest.raises(AtlasError, match="passen nicht zu der Tabelle"):
        from_table(BASE, state, READ, {})


@pytest.mark.parametrize("lang", ["de", "en"])
def test_cells_read_back_what_they_show(mini_context: Callable[..., ViewContext], lang: str) -> None:
    source, words = mini_context(), Words(lang)
    cells, base = Cells(source, words, None), entries_at(source, None)
    table = cells.table(base)
    everything = {row: dict(table.iloc[row]) for row in range(len(base))}
    done = cells.edits(base, {"edited_rows": everything, "deleted_rows": [0]})
    assert done.withdrawn == (Withdraw(base[0].entry, base[0].version),)
    told = check_typed(done.rows, (), source.snapshot, source.programme, TODAY, lang)
    assert not told.is_blocked
    assert told.edits == ()  # what is shown is what is there
    assert all(set(table[title]) <= {*options, ""} for title, options in cells.choices(base).items())
