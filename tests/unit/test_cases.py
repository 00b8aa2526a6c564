"""Next steps and reports: internal stays internal, nothing is overwritten unseen, little is kept; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from atlas.errors import AtlasError
from atlas.model.cases import FollowUp, StaleFollowUpError
from atlas.model.rights import VISITOR, Actor, NotAllowedError, Role
from atlas.sources.store import Store, open_store
from atlas.sources.store.cases import KEPT_DAYS, MOST_OF_SENDER
from atlas.sources.store.database import Database
from atlas.sources.store.making import migrate
from atlas.sources.store.schema import report, report_sender

EDITOR, READER = Actor("anna@example.org", Role.EDITOR), Actor("leser@example.org", Role.READER)
TOWN, OTHER = "00021010", "00021020"
CALL = FollowUp(ags=TOWN, version=0, note="Rät zum Herbst.", step="anrufen", due=date(2024, 6, 1))


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2024, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database_url: str, clock: Clock) -> Iterator[Store]:
    database = Database(database_url)
    migrate(database)
    yield Store(database, clock)
    database.close()


# ---- follow-ups ---------------------------------------------------------------------------------------------------


def test_follow_up_is_superseded_and_its_history_kept(store: Store, clock: Clock) -> None:
    first = store.follow_ups.save(EDITOR, "mini", CALL)
    assert (first.version, first.actor, first.recorded_at) == (1, EDITOR.name, clock.now)
    done = store.follow_ups.save(EDITOR, "mini", replace(first, step="", due=None))
    store.follow_ups.save(EDITOR, "mini", replace(CALL, ags=OTHER))
    store.follow_ups.save(EDITOR, "other", CALL)
    assert store.follow_ups.current(READER, "mini")[TOWN] == done
    assert set(store.follow_ups.current(READER, "mini")) == {TOWN, OTHER}
    assert [each.step for each in store.follow_ups.history(READER, "mini", TOWN)] == ["", "anrufen"]


def test_second_editor_sees_the_first_ones_change(store: Store) -> None:
    first = store.follow_ups.save(EDITOR, "mini", CALL)
    with pytest.raises(StaleFollowUpError) as caught:
        store.follow_ups.save(EDITOR, "mini", replace(CALL, note="anders"))
    assert caught.value.current == first
    assert store.follow_ups.current(READER, "mini")[TOWN] == first


def test_faults_of_a_follow_up_are_named_at_once(store: Store) -> None:
    wrong = FollowUp(ags="abc", version=0, note="n" * 2_001, step="", due=date(2024, 1, 1))
    with pytest.raises(AtlasError) as caught:
        store.follow_ups.save(EDITOR, "mini", wrong)
    assert [each.place for each in caught.value.problems] == ["Notiz", "nächster Schritt", "Gemeinde"]


@pytest.mark.parametrize(
    ("part", "function", "arguments"),
    [
        ("follow_ups", "current", ("mini",)),
        ("follow_ups", "history", ("mini", TOWN)),
        ("follow_ups", "save", ("mini", CALL)),
        ("reports", "inbox", ("mini",)),
    ],
)
@pytest.mark.parametrize("actor", [VISITOR, Actor("", Role.ADMINISTRATOR)])
def test_visitors_reach_nothing_internal(
    store: Store, actor: Actor, part: str, function: str, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(NotAllowedError):
        getattr(getattr(store, part), function)(actor, *arguments)


def test_readers_write_nothing(store: Store) -> None:
    receipt = store.reports.file("mini", TOWN, "Das Datum stimmt nicht.")
    with pytest.raises(NotAllowedError):
        store.follow_ups.save(READER, "mini", CALL)
    with pytest.raises(NotAllowedError):
        store.reports.answer(READER, [receipt], "nein", is_accepted=False)
    assert store.follow_ups.current(READER, "mini") == {}
    assert store.reports.inbox(READER, "mini")[0].answer is None


# ---- reports ------------------------------------------------------------------------------------------------------


def test_report_waits_until_it_is_answered(store: Store, clock: Clock) -> None:
    receipt = store.reports.file("mini", TOWN, "  Das Datum stimmt nicht.  ")
    store.reports.look(EDITOR, [receipt])
    assert store.reports.waiting("mini") == {TOWN}
    assert store.reports.waiting("other") == frozenset()
    asked = store.reports.of_receipt(receipt.lower())
    assert asked is not None
    assert (asked.ags, asked.text, asked.answer, asked.received_at) == (TOWN, "", None, clock.now)
    assert [each.text for each in store.reports.inbox(READER, "mini")] == ["Das Datum stimmt nicht."]
    store.reports.answer(EDITOR, [receipt], "Danke, ist berichtigt.", is_accepted=True)
    told = store.reports.of_receipt(receipt)
    assert told is not None
    assert (told.answer, told.is_accepted, told.actor) == ("Danke, ist berichtigt.", True, "")
    assert store.reports.waiting("mini") == frozenset()
    with pytest.raises(AtlasError, match="schon beantwortet"):
        store.reports.answer(EDITOR, [receipt], "Noch einmal", is_accepted=False)
    assert store.reports.of_receipt("AAAA-BBBB-CCCC") is None


@pytest.mark.parametrize("text", ["", "   ", "x" * 2_001])
def test_report_says_something_and_not_too_much(store: Store, text: str) -> None:
    with pytest.raises(AtlasError, match="was nicht stimmt"):
        store.reports.file("mini", TOWN, text)
    assert store.reports.inbox(READER, "mini") == []


def test_one_address_leaves_room_for_sixty_others(store: Store, clock: Clock) -> None:
    def flood() -> int:
        taken = 0
        for n in range(60):
            with suppress(AtlasError):
                store.reports.file("mini", (TOWN, OTHER, f"{n:08}")[n % 3], "x", f"2001:db8:0:{n % 256:x}::{n}")
                taken += 1
        return taken

    assert flood() == MOST_OF_SENDER["hour"]
    for n in range(30):
        for there in (f"192.0.2.{n}", f"::ffff:198.51.100.{n}"):
            assert store.reports.file("mini", TOWN, "Das Datum stimmt nicht.", there)
    with pytest.raises(AtlasError, match="Aus Ihrem Netz"):
        store.reports.file("mini", "00000099", "x", "2001:db8::1")
    clock.now += timedelta(hours=1)
    assert flood() == MOST_OF_SENDER["hour"]
    clock.now += timedelta(hours=1)
    for _ in range(3):
        assert store.reports.file("mini", TOWN, "x", "::ffff:192.0.2.200")
    with pytest.raises(AtlasError, match="Aus Ihrem Netz"):
        store.reports.file("mini", TOWN, "x", "192.0.2.200")


def test_where_reports_came_from_is_not_to_be_read_and_forgotten_after_a_day(store: Store, clock: Clock) -> None:
    store.reports.file("mini", TOWN, "x", "192.0.2.1")
    with store.database.reading() as connection:
        ((sender, ags, hour),) = connection.execute(sa.select(report_sender))
    assert (len(sender), ags, hour) == (6, TOWN, clock.now.replace(minute=0))
    clock.now += timedelta(hours=25)
    store.reports.tidy()
    with store.database.reading() as connection:
        assert connection.execute(sa.select(report_sender)).all() == []


def test_a_report_is_told_of_when_somebody_has_looked_and_many_are_discarded_at_once(store: Store) -> None:
    receipts = [store.reports.file("mini", f"{n:08}", "x", f"192.0.2.{n}") for n in range(40)]
    assert store.reports.waiting("mini") == frozenset()
    with pytest.raises(NotAllowedError):
        store.reports.look(READER, receipts[:2])
    store.reports.look(EDITOR, receipts[:2])
    store.reports.look(EDITOR, [*receipts[1:3], "AAAA-BBBB-CCCC"])
    assert store.reports.waiting("mini") == {"00000000", "00000001", "00000002"}
    with pytest.raises(AtlasError, match="schon beantwortet"):
        store.reports.answer(EDITOR, [*receipts, "AAAA-BBBB-CCCC"], "Nichts zu prüfen.", is_accepted=False)
    store.reports.answer(EDITOR, receipts, "Nichts zu prüfen.", is_accepted=False)
    assert store.reports.waiting("mini") == frozenset()
    assert {each.answer for each in store.reports.inbox(READER, "mini")} == {"Nichts zu prüfen."}


def texts(store: Store) -> dict[str, str]:
    """Return what is in the database; looking into the inbox would tidy."""
    with store.database.reading() as connection:
        return {row.receipt: row.text for row in connection.execute(sa.select(report))}


def test_texts_are_forgotten_when_something_is_filed_and_when_a_process_starts(
    store: Store, clock: Clock, database_url: str
) -> None:
    clock.now = datetime.now(UTC) - timedelta(days=2 * KEPT_DAYS)
    for start in (lambda: open_store(database_url).close(), lambda: store.reports.file("mini", OTHER, "x")):
        answered = store.reports.file("mini", TOWN, "Ruft Frau Muster an.")
        store.reports.answer(EDITOR, [answered], "Danke.", is_accepted=False)
        assert texts(store)[answered]
        clock.now += timedelta(days=KEPT_DAYS, seconds=1)
        start()
        assert texts(store)[answered] == ""


def test_texts_of_answered_reports_are_forgotten_in_time(store: Store, clock: Clock) -> None:
    answered, waiting = (store.reports.file("mini", ags, "Ruft Frau Muster an.") for ags in (TOWN, OTHER))
    store.reports.answer(EDITOR, [answered], "Danke.", is_accepted=False)
    clock.now += timedelta(days=KEPT_DAYS - 1)
    assert {each.text for each in store.reports.inbox(READER, "mini")} == {"Ruft Frau Muster an."}
    clock.now += timedelta(days=2)
    assert texts(store) == {answered: "Ruft Frau Muster an.", waiting: "Ruft Frau Muster an."}
    assert {each.receipt: each.text for each in store.reports.inbox(READER, "mini")} == {
        answered: "",
        waiting: "Ruft Frau Muster an.",
    }
