"""The store: append-only, all or nothing, nobody overwritten unseen; the same on SQLite and PostgreSQL."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from atlas.analysis.difference import applied
from atlas.errors import AtlasError
from atlas.model.edits import Add, ChangeKind, ConflictError, Correct, Occasion, Record, StaleError, Withdraw
from atlas.model.records import READ_ON, RECORD_COLUMNS
from atlas.model.rights import VISITOR, Actor, NotAllowedError, Role
from atlas.sources import snapshot as snapshot_module
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore, load_snapshot
from atlas.sources.store import Store, open_store
from atlas.sources.store.database import Database, wal_is_safe
from atlas.sources.store.making import migrate
from tests.store_trials import faults_after, kill_one, parallel_edits

EDITOR = Actor("anna@example.org", Role.EDITOR)
OTHER = Actor("bert@example.org", Role.EDITOR)
CHIEF = Actor("chief@example.org", Role.ADMINISTRATOR)
TALK = Record("00021010", "Neustadt", "pact", "signed", "2020-01-01", "reached", source_url="Bericht")
EDIT = Occasion(ChangeKind.EDIT, "neu belegt")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.database.close()


@pytest.fixture
def keep(own_root: Path, database_url: str) -> Iterator[Callable[..., SnapshotStore]]:
    """Return a maker of what keeps the invented state in the database, as each process has one."""
    made = []

    def make() -> SnapshotStore:
        made.append(SnapshotStore(Settings(own_root, database=database_url)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def plain(table: pd.DataFrame) -> list[Record]:
    return [Record(*row) for row in table[list(RECORD_COLUMNS)].itertuples(index=False)]


# ---- what counts --------------------------------------------------------------------------------------------------


def test_correction_supersedes_and_withdrawal_ends(store: Store) -> None:
    store.apply(EDITOR, "mini", [Add(TALK), Add(replace(TALK, ags="00021020"))], EDIT)
    better = replace(TALK, note="Mit Foto.")
    store.apply(EDITOR, "mini", [Correct(1, 1, better)], EDIT)
    store.apply(OTHER, "mini", [Withdraw(2, 1)], EDIT)
    assert plain(store.records("mini")) == [better]
    assert store.records("mini")[["line", "version"]].to_numpy().tolist() == [[1, 2]]
    assert store.records("other").empty
    told = [
        (each.entry, each.version, each.is_withdrawn, each.change.actor)
        for each in store.history(EDITOR, "mini", "00021010")
    ]
    assert told == [(1, 2, False, EDITOR.name), (1, 1, False, EDITOR.name)]
    assert [each.is_withdrawn for each in store.history(EDITOR, "mini", "00021020")] == [True, False]


def test_what_the_record_said_on_a_day_can_be_asked_for(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    now = [datetime(2024, 5, 1, tzinfo=UTC)]
    store = Store(database, lambda: now[0])
    store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    now[0] += timedelta(days=10)
    better = replace(TALK, date="2020-02-01")
    store.apply(EDITOR, "mini", [Correct(1, 1, better), Add(replace(TALK, ags="00021020"))], EDIT)
    now[0] += timedelta(days=10)
    store.apply(EDITOR, "mini", [Withdraw(1, 2)], EDIT)

    def said(month: int, day: int, hour: int = 0) -> list[Record]:
        return plain(store.past_records(EDITOR, "mini", datetime(2024, month, day, hour, tzinfo=UTC)))

    with pytest.raises(AtlasError, match="Damals"):
        said(4, 30)
    assert said(5, 1, 1) == [TALK]
    assert said(5, 15) == [better, replace(TALK, ags="00021020")]
    assert plain(store.records("mini")) == [replace(TALK, ags="00021020")]
    now[0] -= timedelta(days=365)  # a clock set back does not bring changes out of order
    store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    moments = [each.recorded_at for each in store.changes(EDITOR)]
    assert moments == sorted(moments)
    database.close()


def test_only_what_was_can_be_asked_for_as_of_a_moment(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    now = [datetime(2024, 5, 1, tzinfo=UTC)]
    store = Store(database, lambda: now[0])
    with pytest.raises(AtlasError, match="noch kein Bestand"):
        store.past_records(EDITOR, "mini", now[0])
    written = store.apply(EDITOR, "mini", [Add(TALK)], EDIT).recorded_at
    now[0] += timedelta(days=1)
    store.apply(EDITOR, "mini", [Withdraw(1, 1)], EDIT)
    assert plain(store.past_records(EDITOR, "mini", written)) == [TALK]
    assert store.past_records(EDITOR, "mini", now[0]).empty
    with pytest.raises(AtlasError, match="noch kein Bestand"):
        store.past_records(EDITOR, "mini", written - timedelta(microseconds=1))
    with pytest.raises(AtlasError, match="in der Zukunft"):
        store.past_records(EDITOR, "mini", now[0] + timedelta(microseconds=1))
    with pytest.raises(NotAllowedError):
        store.past_records(VISITOR, "mini", written)
    database.close()


def test_source_is_read_by_the_day_the_entry_entered_the_store(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    now = [datetime(2024, 5, 1, 22, 30, tzinfo=UTC)]  # in Germany it is the second of May
    store = Store(database, lambda: now[0])
    read = replace(TALK, retrieved="2024-04-01")
    first = store.apply(EDITOR, "mini", [Add(TALK), Add(read), Add(TALK), Add(TALK)], EDIT).recorded_at
    now[0] = datetime(2024, 12, 31, 22, 59, tzinfo=UTC)
    later = replace(TALK, date="2024-12")  # an older program let it be corrected without saying when it was read
    edits = [
        Correct(1, 1, replace(TALK, note="x")),
        Correct(2, 1, replace(read, note="x")),
        Correct(3, 1, later),
        Correct(4, 1, replace(TALK, source_date="2024-05-02")),
        Add(TALK),
    ]
    store.apply(EDITOR, "mini", edits, EDIT)
    now[0] = datetime(2025, 1, 1, tzinfo=UTC)
    store.apply(EDITOR, "mini", [Withdraw(5, 1), Correct(1, 2, TALK), Correct(2, 2, TALK)], EDIT)
    assert store.records("mini")[READ_ON].tolist() == ["2024-05-02", "2024-05-02", "2024-12-31", "2024-05-02"]
    past = store.past_records(EDITOR, "mini", datetime(2024, 12, 31, 23, tzinfo=UTC))
    assert past[READ_ON].tolist() == ["2024-05-02", "2024-04-01", "2024-12-31", "2024-05-02", "2024-12-31"]
    assert store.past_records(EDITOR, "mini", first)[READ_ON].tolist() == [
        "2024-05-02",
        "2024-04-01",
        *["2024-05-02"] * 2,
    ]
    database.close()


def test_nothing_is_saved_that_begins_after_its_source_was_read(keep: Callable[..., SnapshotStore]) -> None:
    kept = keep()
    kept.current()
    assert kept.store is not None
    tomorrow = kept.store.today + timedelta(days=1)
    late = replace(TALK, date=tomorrow.isoformat())
    for wrong in (Add(late), Correct(1, 1, late), Add(replace(TALK, retrieved="2019-12-31"))):
        with pytest.raises(AtlasError, match="beginnt erst, nachdem die Quelle gelesen wurde"):
            kept.save(EDITOR, "mini", [wrong], EDIT)
    kept.save(EDITOR, "mini", [Add(replace(late, retrieved=late.date))], EDIT)
    assert kept.current().records["mini"].table[READ_ON].tolist()[-1] == late.date


def test_a_date_ahead_that_an_older_program_took_closes_no_record(keep: Callable[..., SnapshotStore]) -> None:
    kept = keep()
    kept.current()
    assert kept.store is not None
    ahead = (kept.store.today + timedelta(days=1)).isoformat()
    kept.store.apply(EDITOR, "mini", [Add(replace(TALK, date=ahead, note="früh"))], EDIT)
    snapshot = kept.current()
    (entry,) = snapshot.records["mini"].table.query("note == 'früh'")["line"]
    told = [each for each in snapshot.problems if "nach dem Tag, an dem der Eintrag in den Bestand kam" in each.text]
    assert [each.place for each in told] == [f"Bestand mini, Eintrag {entry}, date"]


def test_preview_of_edits_knows_when_each_source_was_read(keep: Callable[..., SnapshotStore]) -> None:
    kept = keep()
    table = kept.current().records["mini"].table
    assert kept.store is not None
    day, tomorrow = kept.store.today.isoformat(), kept.store.today + timedelta(days=1)
    read = replace(TALK, retrieved="2024-04-01")
    made = applied(table, [Correct(1, 1, TALK), Correct(2, 1, read), Withdraw(3, 1), Add(TALK), Add(read)], tomorrow)
    assert made.columns.tolist() == [*RECORD_COLUMNS, READ_ON, "line"]
    expected = [day, "2024-04-01", *[day] * (len(table) - 3), tomorrow.isoformat(), "2024-04-01"]
    assert made[READ_ON].tolist() == expected


def test_an_edit_is_all_or_nothing(store: Store) -> None:
    store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    state = store.state()
    with pytest.raises(ConflictError) as caught:
        store.apply(OTHER, "mini", [Add(replace(TALK, note="x")), Correct(1, 7, TALK)], EDIT)
    assert [(each.entry, each.version, each.record) for each in caught.value.current] == [(1, 1, TALK)]
    for edits in ([Correct(99, 1, TALK)], [Correct(1, 1, TALK), Withdraw(1, 1)], []):
        with pytest.raises(AtlasError):
            store.apply(OTHER, "mini", edits, EDIT)
    with pytest.raises(AtlasError, match="warum"):
        store.apply(OTHER, "mini", [Withdraw(1, 1)], Occasion(ChangeKind.EDIT, "  "))
    with pytest.raises(ConflictError):  # an entry of another programme
        store.apply(OTHER, "other", [Withdraw(1, 1)], EDIT)
    assert (store.state(), store.head(), plain(store.records("mini"))) == (state, 1, [TALK])


def test_edits_may_ask_that_nothing_else_has_changed(store: Store) -> None:
    store.apply(EDITOR, "mini", [Add(TALK)], EDIT, 0)
    with pytest.raises(StaleError):
        store.apply(OTHER, "mini", [Add(TALK)], EDIT, 0)
    assert store.head() == 1
    store.apply(OTHER, "mini", [Add(TALK)], EDIT, 1)


def test_changes_can_be_followed(store: Store) -> None:
    for n in range(5):
        store.apply(EDITOR, "mini", [Add(replace(TALK, note=str(n)))], replace(EDIT, reason=f"Grund {n}"))
    assert [each.number for each in store.changes(EDITOR, since=2)] == [3, 4, 5]
    assert [each.number for each in store.changes(EDITOR, since=2, limit=1)] == [3]
    first = store.changes(EDITOR)[0]
    assert (first.actor, first.programme, first.occasion.reason, first.added) == (EDITOR.name, "mini", "Grund 0", 1)
    assert [each.number for each in store.newest_changes(EDITOR, "mini", 2)] == [5, 4]
    assert [each.record.note for each in store.written_by(EDITOR, 3)] == ["2"]


# ---- undo ---------------------------------------------------------------------------------------------------------


def test_undo_brings_back_what_was(store: Store) -> None:
    store.apply(EDITOR, "mini", [Add(TALK), Add(replace(TALK, ags="00021020"))], EDIT)
    before = plain(store.records("mini"))
    done = store.apply(
        EDITOR,
        "mini",
        [Correct(1, 1, replace(TALK, note="falsch")), Withdraw(2, 1), Add(replace(TALK, ags="00021030"))],
        EDIT,
    )
    undone = store.undo(EDITOR, done.number, "falsche Datei")
    assert plain(store.records("mini")) == before
    assert undone.occasion.undoes == done.number
    again = store.undo(EDITOR, undone.number, "doch richtig")
    assert [each.note for each in plain(store.records("mini"))] == ["falsch", ""]
    assert store.verify() == []
    assert again.number == store.head()


def test_undo_does_not_undo_what_others_did_since(store: Store) -> None:
    done = store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    store.apply(OTHER, "mini", [Correct(1, 1, replace(TALK, note="besser"))], EDIT)
    with pytest.raises(ConflictError):
        store.undo(EDITOR, done.number, "weg")
    assert [each.note for each in plain(store.records("mini"))] == ["besser"]


def test_others_changes_are_for_administrators(store: Store) -> None:
    done = store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    with pytest.raises(NotAllowedError):
        store.undo(OTHER, done.number, "weg")
    store.undo(CHIEF, done.number, "weg")
    assert store.records("mini").empty
    for number in (99, 0):
        with pytest.raises(AtlasError, match="gibt es nicht"):
            store.undo(CHIEF, number, "weg")


# ---- rights -------------------------------------------------------------------------------------------------------


INTERNAL = {
    "apply": ("mini", [Add(TALK)], EDIT),
    "undo": (1, "weg"),
    "history": ("mini", "00021010"),
    "changes": (),
    "newest_changes": ("mini",),
    "newest": ([1],),
    "written_by": (1,),
    "before": ([],),
    "past_records": ("mini", datetime(2024, 5, 1, tzinfo=UTC)),
}
OPEN = {"about", "close", "file_sum", "head", "records", "sealed", "seed", "seed_sum", "state", "verify"}
"""What asks for nobody: the public record, what those who run the machine need, and its files."""


def test_every_function_is_tried_or_known_to_be_open() -> None:
    functions = {name for name, each in vars(Store).items() if inspect.isfunction(each) and not name.startswith("_")}
    assert functions == INTERNAL.keys() | OPEN
    for name in OPEN:
        assert "actor" not in inspect.signature(getattr(Store, name)).parameters


@pytest.mark.parametrize(("function", "arguments"), INTERNAL.items())
@pytest.mark.parametrize("actor", [VISITOR, Actor("", Role.ADMINISTRATOR), Actor("somebody", Role.VISITOR)])
def test_visitors_reach_nothing_internal(store: Store, actor: Actor, function: str, arguments: tuple[Any, ...]) -> None:
    store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    with pytest.raises(NotAllowedError):
        getattr(store, function)(actor, *arguments)
    assert store.head() == 1


def test_readers_change_nothing(store: Store) -> None:
    reader = Actor("leser@example.org", Role.READER)
    for act in (lambda: store.apply(reader, "mini", [Add(TALK)], EDIT), lambda: store.undo(reader, 1, "weg")):
        with pytest.raises(NotAllowedError):
            act()
    assert store.changes(reader) == []


# ---- the tables themselves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["change", "version"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET programme = 'x'", "DELETE FROM {}"])
def test_nothing_is_ever_changed_or_deleted(store: Store, table: str, verb: str) -> None:
    store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added"), store.database.engine.begin() as connection:
        connection.exec_driver_sql(verb.format(table))
    assert store.verify() == []


def test_schema_of_the_migrations_is_that_of_the_tables(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from atlas.sources.store.schema import metadata

    with store.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_opening_again_changes_nothing(store: Store, database_url: str) -> None:
    store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    again = open_store(database_url)
    assert plain(again.records("mini")) == [TALK]
    assert again.database.about()["schema"] == "0005"
    again.close()


def test_newer_schema_is_refused(store: Store, database_url: str) -> None:
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(AtlasError, match="neueres Schema"):
        open_store(database_url)


def test_failed_migration_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("half way")

    database = Database(database_url)
    with monkeypatch.context() as patched:
        patched.setattr("alembic.op.create_index", fail)  # after the first tables
        with pytest.raises(RuntimeError, match="half way"):
            migrate(database)
    with database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    migrate(database)
    assert Store(database).head() == 0
    database.close()


@pytest.mark.parametrize("address", ["", "x", "mysql://h/d", "sqlite://", "sqlite:///:memory:"])
def test_wrong_address_is_a_sentence_without_the_address(address: str) -> None:
    with pytest.raises(AtlasError, match="keine Adresse einer Datenbank"):
        Database(address)


@pytest.mark.parametrize(
    ("release", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_journal_is_chosen_by_the_release_of_sqlite(release: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(release) is safe


# ---- many at once -------------------------------------------------------------------------------------------------


def test_no_update_is_lost_among_parallel_editors(store: Store) -> None:
    lost, _, _ = parallel_edits(store, 8, 96)
    assert lost == 0
    assert store.head() == 1 + 96
    assert store.verify() == []


@pytest.mark.long
def test_writers_killed_at_random_lose_and_halve_nothing(database_url: str) -> None:
    open_store(database_url).close()
    confirmed: dict[int, int] = {}
    for seed in range(6):
        confirmed |= kill_one(database_url, seed, 0.3)
    store = open_store(database_url)
    assert confirmed
    assert faults_after(store, confirmed) == []
    store.close()


def test_trial_finds_what_was_lost(store: Store) -> None:
    done = store.apply(EDITOR, "asskomm", [Add(TALK)], EDIT)
    assert faults_after(store, {done.number: 1}) == []
    assert faults_after(store, {done.number: 2, 7: 1}) == ["change 7 lost", "change 1 half there"]


# ---- files and store ----------------------------------------------------------------------------------------------


def test_store_is_made_from_the_files_and_says_the_same(own_root: Path, keep: Callable[..., SnapshotStore]) -> None:
    files = load_snapshot(Settings(own_root))
    kept = keep()
    made = kept.current()
    assert plain(made.records["mini"].table) == plain(files.records["mini"].table)
    assert kept.store is not None
    assert [each.occasion.kind for each in kept.store.changes(EDITOR)] == [ChangeKind.SEED]
    assert kept.current() is kept.current()


def test_file_leads_until_somebody_edits(own_root: Path, keep: Callable[..., SnapshotStore]) -> None:
    kept = keep()
    kept.current()
    path = own_root / "data/participation/mini.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *lines[2:]]) + "\n", encoding="utf-8")
    assert plain(kept.current().records["mini"].table) == plain(load_snapshot(Settings(own_root)).records["mini"].table)
    kept.save(EDITOR, "mini", [Add(TALK)], EDIT)
    path.write_text("\n".join([lines[0], *lines[3:]]) + "\n", encoding="utf-8")
    edited = kept.current()
    assert TALK in plain(edited.records["mini"].table)
    assert len(edited.records["mini"].table) == len(lines) - 1
    assert any("seitdem wird er in der Datenbank gepflegt" in each.sentence() for each in edited.problems)


def test_edit_is_seen_at_once_here_and_elsewhere(keep: Callable[..., SnapshotStore]) -> None:
    here, there = keep(), keep()
    before = (here.current().fingerprint, there.current().fingerprint)
    here.save(EDITOR, "mini", [Add(TALK)], EDIT)
    after = (here.current(), there.current())
    assert before[0] == before[1]
    assert after[0].fingerprint == after[1].fingerprint != before[0]
    assert all(TALK in plain(each.records["mini"].table) for each in after)


def test_what_can_not_be_is_not_saved(keep: Callable[..., SnapshotStore]) -> None:
    kept = keep()
    wrong = replace(TALK, ags="99999999", status="nonsense", date="2020-13", source_url="")
    with pytest.raises(AtlasError) as caught:
        kept.save(EDITOR, "mini", [Add(wrong), Add(TALK)], EDIT)
    told = [each.sentence() for each in caught.value.problems]
    assert len(told) == 4
    assert all(each.startswith("Änderung 1, ") for each in told)
    with pytest.raises(NotAllowedError):
        kept.save(VISITOR, "mini", [Add(TALK)], EDIT)
    with pytest.raises(AtlasError, match="Programm nope gibt es nicht"):
        kept.save(EDITOR, "nope", [Add(TALK)], EDIT)
    assert kept.store is not None
    assert kept.store.head() == 1


def test_files_alone_can_not_be_edited(own_root: Path) -> None:
    with pytest.raises(AtlasError, match="in Dateien geführt"):
        SnapshotStore(Settings(own_root)).save(EDITOR, "mini", [Add(TALK)], EDIT)


def test_readers_keep_the_last_state_while_the_database_is_away(
    keep: Callable[..., SnapshotStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep()
    before = kept.current()
    assert kept.store is not None

    def away() -> Any:
        raise sa.exc.OperationalError("SELECT", {}, Exception("away"))

    with monkeypatch.context() as patched:
        patched.setattr(kept.store.database.engine, "begin", away)
        assert kept.current() is before
        with pytest.raises(AtlasError, match="Nichts wurde gespeichert"):
            kept.store.head()
    assert kept.current() is before


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_text("ags,name\n" * 1000, encoding="utf-8")
    with pytest.raises(AtlasError, match="beschädigt, oder sie ist keine"):
        open_store(f"sqlite:///{tmp_path}/x.sqlite3")


def test_log_says_once_that_the_database_is_away_and_once_that_it_is_back(
    keep: Callable[..., SnapshotStore], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = keep()
    kept.current()
    assert kept.store is not None
    tries = []

    def away() -> Any:
        tries.append(1)
        raise sa.exc.OperationalError("SELECT", {}, Exception("postgresql://erika:geheim@host/atlas"))

    with caplog.at_level(logging.INFO, "atlas"):
        with monkeypatch.context() as patched:
            patched.setattr(kept.store.database.engine, "begin", away)
            patched.setattr(snapshot_module, "_LEFT_ALONE_S", 3600.0)
            kept.current()
            kept.current()
            assert len(tries) == 1  # it is left alone for a while
            kept._not_before = 0.0
            kept.current()
            kept._next.result()
            assert len(tries) == 2
        kept._not_before = 0.0
        kept.current()
        kept._next.result()
        kept.current()
    said = [(each.levelname, each.getMessage()) for each in caplog.records if each.name.startswith("atlas")]
    assert [level for level, _ in said] == ["WARNING", "INFO"]
    assert "geheim" not in caplog.text


def test_environment_names_the_database(tmp_path: Path) -> None:
    assert (
        Settings.from_environment({"ATLAS_DATA_DIR": str(tmp_path)}).database
        == f"sqlite:///{tmp_path}/var/atlas.sqlite3"
    )
    assert Settings.from_environment({"ATLAS_DATABASE_URL": "files"}).database == ""
    assert Settings.from_environment({"ATLAS_DATABASE_URL": "postgresql://h/d"}).database == "postgresql://h/d"


# ---- what is watched ----------------------------------------------------------------------------------------------


def test_the_store_says_what_it_is(store: Store) -> None:
    assert (store.about()["changes"], store.about()["changed_at"]) == (0, None)
    change = store.apply(EDITOR, "mini", [Add(TALK)], EDIT)
    about = store.about()
    assert about["kind"] in {"sqlite", "postgresql"}
    assert about["schema"]
    assert about["release"]
    assert about["changes"] == change.number
    assert datetime.fromisoformat(str(about["changed_at"])) == change.recorded_at
