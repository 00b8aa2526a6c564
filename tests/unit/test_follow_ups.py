"""The Monday list: who is overdue, as rows, as CSV and as a calendar; and who may have it over HTTP."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from starlette.applications import Starlette
from starlette.testclient import TestClient

from atlas.errors import AtlasError, Problem
from atlas.export.follow_ups import due_calendar, due_table
from atlas.export.tables import excel_csv, plain_csv
from atlas.model.cases import FollowUp, parse_receipt
from atlas.model.logins import LoginEndsInMemory
from atlas.model.rights import VISITOR, Actor, Role
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.follow_ups import DueRow, due_rows
from atlas.present.wording import Words
from atlas.sources.login import LoginSettings, Provider
from atlas.sources.rights import Rights
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.web.authenticator import Authenticator
from atlas.web.internal import KEY, about, build_internal

TODAY = date(2026, 11, 23)

DE = Words("de")
HOSTILE = 'Anruf\r\nATTENDEE:mailto:x@example.org\n"; =1+1, <b>\u2028\x07'
Maker = Callable[..., ViewContext]


def follow_up(ags: str, due: date | None, step: str = "anrufen", note: str = "") -> FollowUp:
    return FollowUp(
        ags=ags,
        version=1,
        note=note,
        step=step,
        due=due,
        recorded_at=datetime(2026, 11, 1, tzinfo=UTC),
        actor="anna@example.org",
    )


@pytest.fixture
def rows(mini_context: Maker) -> list[DueRow]:
    current = {
        "00021010": follow_up("00021010", date(2026, 11, 24)),
        "00021020": follow_up("00021020", date(2026, 11, 11), HOSTILE, "Ruft Frau Muster an.\n=2+2"),
        "00021030": follow_up("00021030", None),
        "00021050": follow_up("00021050", date(2026, 11, 23)),
        "00021060": follow_up("00021060", date(2026, 11, 22)),
        "00021070": follow_up("00021070", None, step=""),
        "00022010": follow_up("00022010", date(2026, 12, 24)),
        "99999999": follow_up("99999999", date(2020, 1, 1)),
    }
    return due_rows(mini_context(), current, TODAY, DE)


def test_longest_overdue_comes_first_then_what_is_next_then_what_has_no_date(rows: list[DueRow]) -> None:
    assert [(row.name, row.late, row.lateness) for row in rows] == [
        ("Bergen", 12, "seit 12 Tagen überfällig"),
        ("Gürtel", 1, "seit 1 Tag überfällig"),
        ("Erlen", 0, "heute fällig"),
        ("Neustadt (Landkreis Nord)", -1, "in 1 Tag"),
        ("Neu-Ilm", -31, "in 31 Tagen"),
        ("Dreieck", None, ""),
    ]
    assert [row.is_late for row in rows] == [True, True, False, False, False, False]


def test_step_of_a_merged_municipality_leads_to_its_successor(rows: list[DueRow]) -> None:
    (successor,) = (row for row in rows if row.name == "Neu-Ilm")
    assert successor.written.ags == "00022010"
    assert successor.ags != "00022010"


def test_list_is_that_of_the_area_or_district(contexts: ViewContexts, real_context: Maker) -> None:
    current = {ags: follow_up(ags, TODAY) for ags in ("14625020", "14626010", "14521450")}
    found = {ags: due_rows(real_context(**view), current, TODAY, DE) for ags, view in _VIEWS.items()}
    assert {name: sorted(row.ags for row in each) for name, each in found.items()} == {
        "whole": sorted(current),
        "area": ["14625020", "14626010"],
        "district": ["14521450"],
    }


_VIEWS: dict[str, dict[str, str]] = {"whole": {}, "area": {"area": "east"}, "district": {"district": "14521"}}


# ---- files --------------------------------------------------------------------------------------------------------


def test_csv_reads_back_and_starts_no_formula(rows: list[DueRow]) -> None:
    table = due_table(rows, DE)
    plain = list(csv.DictReader(io.StringIO(plain_csv(table).decode())))
    assert [row["Tage überfällig"] for row in plain] == ["12", "1", "0", "-1", "-31", ""]
    assert plain[0]["nächster Schritt"] == HOSTILE
    assert plain[0]["fällig am"] == "11.11.2026"
    assert plain[0]["Notiz"] == "Ruft Frau Muster an.\n=2+2"
    excel = excel_csv(due_table([replace(rows[0], written=replace(rows[0].written, step="=1+1"))], DE))
    assert excel.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(excel.decode("utf-8-sig")), delimiter=";")
    assert row["nächster Schritt"] == "'=1+1"
    assert due_table([], DE).columns.tolist() == table.columns.tolist()


def test_calendar_reads_back(rows: list[DueRow]) -> None:
    made = due_calendar(rows, "Wiedervorlagen Miniland", "mini", "https://atlas.example.org")
    calendar = Calendar.from_ical(made)
    events = calendar.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [row.written.due for row in rows if row.written.due]
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]
    assert not calendar.errors
    first = events[0]
    assert str(first["summary"]) == 'Bergen: Anruf ATTENDEE:mailto:x@example.org "; =1+1, <b>'
    assert str(first["url"]) == "https://atlas.example.org/pflege?gemeinde=00021020"
    assert first.decoded("dtend") == date(2026, 11, 12)
    assert all("attendee" not in event and "organizer" not in event for event in events)
    # Lines as RFC 5545 wants them.
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert b"\n" not in made.replace(b"\r\n", b"")


def test_calendar_has_neither_notes_nor_people(rows: list[DueRow]) -> None:
    made = due_calendar(rows, "Wiedervorlagen", "mini").replace(b"\r\n ", b"")
    assert b"Muster" not in made
    assert b"anna" not in made
    assert b"URL" not in made


def test_moved_date_moves_the_event(rows: list[DueRow]) -> None:
    later = replace(rows[0], written=replace(rows[0].written, due=date(2027, 1, 4), version=2))
    (before,), (after,) = (
        Calendar.from_ical(due_calendar([row], "x", "mini")).walk("VEVENT") for row in (rows[0], later)
    )
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (1, 2)
    other = due_calendar([replace(rows[0])], "x", "other")
    assert Calendar.from_ical(other).walk("VEVENT")[0]["uid"] != before["uid"]


# ---- over HTTP ----------------------------------------------------------------------------------------------------

ERIKA, OTTO = "erika@example.org", "otto@example.org"
RIGHTS = f'[[people]]\nemail = "{ERIKA}"\nrole = "reader"\n[[groups]]\ngroup = "amt"\nrole = "editor"\n'
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def rights(tmp_path: Path) -> Path:
    path = tmp_path / "rights.toml"
    path.write_text(RIGHTS, encoding="utf-8")
    return path


def door_of(rights: Path, secret: str = "c" * 32) -> Authenticator:
    provider = Provider("https://login.example", "atlas", "geheim", secret, "https://atlas.example")
    return Authenticator(LoginSettings(provider, "", rights), Rights(rights), LoginEndsInMemory, None, lambda: NOW)


def claims(email: str = ERIKA, **more: object) -> dict[str, object]:
    return {"is_logged_in": True, "sub": email, "iat": NOW.timestamp(), "email": email} | more


def test_calendar_key_is_one_persons_for_one_area(rights: Path) -> None:
    door = door_of(rights)
    key = door.calendar_key(claims(), "mini/east/")
    assert door.of_calendar_key(key, "mini/east/") == Actor(ERIKA, Role.READER)
    assert len(key) >= 32
    assert "erika" not in key
    for wrong in ("", "x", key[:-1], key.upper(), f"{key} ", "ä" * 40):
        assert door.of_calendar_key(wrong, "mini/east/") == VISITOR
    assert door.of_calendar_key(key, "mini//") == VISITOR
    assert door_of(rights, "d" * 32).of_calendar_key(key, "mini/east/") == VISITOR


def test_calendar_key_opens_by_the_table_of_now(rights: Path) -> None:
    door = door_of(rights)
    key = door.calendar_key(claims(), "mini//")
    rights.write_text(RIGHTS.replace('"reader"', '"visitor"'), encoding="utf-8")
    assert door.of_calendar_key(key, "mini//").role is Role.VISITOR
    rights.write_text(RIGHTS.replace("erika", "emil"), encoding="utf-8")
    assert door.of_calendar_key(key, "mini//") == VISITOR
    rights.unlink()
    assert door.of_calendar_key(key, "mini//") == VISITOR


@pytest.mark.parametrize(
    "login",
    [
        {},
        claims(OTTO),
        claims(OTTO, groups=["amt"]),
        claims(OTTO, groups=["amt"], preferred_username=ERIKA),
        claims("", groups=["amt"], preferred_username=ERIKA),
        claims(email_verified=False, groups=["amt"], preferred_username=ERIKA),
        claims(iat=0),
    ],
    ids=["nobody", "unlisted", "group", "borrowed name", "no address", "unconfirmed", "old login"],
)
def test_no_calendar_key_for_others(rights: Path, login: dict[str, object]) -> None:
    assert door_of(rights).calendar_key(login, "mini//") == ""


def test_no_calendar_keys_without_a_login(rights: Path) -> None:
    door = Authenticator(LoginSettings(None, "", rights), Rights(rights), LoginEndsInMemory, None, lambda: NOW)
    assert door.calendar_key(claims(), "mini//") == ""
    assert door.of_calendar_key(door._key_of(ERIKA, "mini//"), "mini//") == VISITOR


@pytest.fixture
def kept(own_root: Path, tmp_path: Path) -> Iterator[SnapshotStore]:
    areas = 'boundary_set = "00"\nsource = "x"\nareas = [{key="north", label={de="Nord", en="North"}, districts=["00021"]}]\n'
    (own_root / "data" / "areas.toml").write_text(areas, encoding="utf-8")
    kept = SnapshotStore(Settings(own_root, database=f"sqlite:///{tmp_path}/store.sqlite3"))
    store = kept.store
    assert store is not None
    for ags in ("00021020", "00022030"):
        store.follow_ups.save(
            Actor("x", Role.EDITOR),
            "mini",
            FollowUp(ags=ags, version=0, note="", step="anrufen", due=date(2026, 11, 1)),
        )
    yield kept
    kept.close()


def client_of(kept: SnapshotStore, rights: Path) -> TestClient:
    contexts, door = ViewContexts(kept.current, lambda: TODAY), door_of(rights)
    routes = build_internal(
        lambda: kept.store, kept.current, contexts, lambda _, key, what: door.of_calendar_key(key, what)
    )
    return TestClient(Starlette(routes=routes))


def test_feed_is_open_with_its_key_only(kept: SnapshotStore, rights: Path) -> None:
    client = client_of(kept, rights)
    key = door_of(rights).calendar_key(
        claims(), about(ViewContexts(kept.current, lambda: TODAY).of(ViewState(area="north")))
    )
    answer = client.get(f"/intern/wiedervorlagen.ics?bereich=north&{KEY}={key}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 1
    english = client.get(f"/intern/wiedervorlagen.ics?bereich=north&lang=en&{KEY}={key}")
    assert "X-WR-CALNAME:Follow-ups North" in english.text
    for wrong in (
        "",
        "bereich=north",
        f"{KEY}={key}",
        f"bereich=south&{KEY}={key}",
        f"bereich=north&programm=x&{KEY}={key}",
    ):
        refused = client.get(f"/intern/wiedervorlagen.ics?{wrong}")
        assert (refused.status_code, refused.headers["cache-control"]) == (404, "no-store")
        assert refused.json()["error"]["problems"] == [{"place": "", "text": "Diese Adresse gibt es nicht."}]
    assert client.get(f"/intern/wiedervorlagen.csv?bereich=north&{KEY}={key}").status_code == 404
    rights.write_text("", encoding="utf-8")
    assert client.get(f"/intern/wiedervorlagen.ics?bereich=north&{KEY}={key}").status_code == 404


@pytest.mark.parametrize("address", ["?bereich=south", "?bereich=", "?kreis=00099", "?kreis=x", "?programm=other"])
def test_place_there_is_none_of_opens_nothing(kept: SnapshotStore, address: str) -> None:
    contexts = ViewContexts(kept.current, lambda: TODAY)
    routes = build_internal(lambda: kept.store, kept.current, contexts, lambda *_: Actor("x", Role.READER))
    client = TestClient(Starlette(routes=routes))
    assert client.get("/intern/wiedervorlagen.csv").text.count("anrufen") == 2
    assert client.get("/intern/wiedervorlagen.csv?kreis=00022").text.count("anrufen") == 1
    assert client.get(f"/intern/wiedervorlagen.csv{address}").status_code == 404


def test_record_in_files_has_no_list(miniland_root: Path) -> None:
    kept = SnapshotStore(Settings(miniland_root))
    contexts = ViewContexts(kept.current, lambda: TODAY)
    routes = build_internal(lambda: kept.store, kept.current, contexts, lambda *_: Actor("x", Role.READER))
    assert TestClient(Starlette(routes=routes)).get("/intern/wiedervorlagen.csv").status_code == 404


def test_broken_data_are_told_to_nobody_without_a_right(miniland_root: Path) -> None:
    def broken() -> None:
        raise AtlasError(Problem("x", "y"))

    contexts = ViewContexts(broken, lambda: TODAY)  # type: ignore[arg-type]
    for actor, status in ((VISITOR, 404), (Actor("x", Role.READER), 503)):
        routes = build_internal(lambda: None, broken, contexts, lambda *_, actor=actor: actor)  # type: ignore[arg-type,misc]
        assert TestClient(Starlette(routes=routes)).get("/intern/wiedervorlagen.csv").status_code == status


@pytest.mark.parametrize(
    ("text", "receipt"),
    [
        ("ABCD-2345-WXYZ", "ABCD-2345-WXYZ"),
        (" abcd-2345-wxyz\n", "ABCD-2345-WXYZ"),
        ("ABCD2345WXYZ", None),
        ("ABCD-2345-WXY0", None),
        ("ABCD-2345-WXYZ-2345", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_receipts_are_read_strictly(text: str, receipt: str | None) -> None:
    assert parse_receipt(text) == receipt
