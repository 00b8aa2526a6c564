"""Who somebody is: the table of rights, the age of a login, ended logins, the local editor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa

from atlas.model.logins import LONGEST, Login, LoginEndsInMemory
from atlas.model.loopback import Connection, is_loopback
from atlas.model.rights import VISITOR, Actor, Right, Role
from atlas.sources.login import LoginSettings, Provider
from atlas.sources.rights import Rights
from atlas.sources.store import Store, StoreUnreachableError
from atlas.sources.store.database import Database
from atlas.sources.store.making import migrate
from atlas.sources.store.schema import login_end
from atlas.web.authenticator import Authenticator, Reason

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROVIDED = LoginSettings(Provider("https://login.example/.well-known", "atlas", "s", "c" * 32, "https://atlas.example"))
TABLE = """
group_claim = "realm.groups"
[[people]]
email = "Erika@Example.org"
role = "editor"
[[people]]
email = "leitung@example.org"
role = "reader"
[[groups]]
group = "atlas-lesen"
role = "reader"
[[groups]]
group = "atlas-alles"
role = "administrator"
"""


def claims(**more: object) -> dict[str, object]:
    said = {"is_logged_in": True, "sub": "1", "iat": NOW.timestamp(), "email": "erika@example.org"} | more
    return {name: value for name, value in said.items() if value is not None}


def login(**more: object) -> Login:
    found = Login.from_claims(claims(**more))
    assert found is not None
    return found


@pytest.fixture
def rights(tmp_path: Path) -> Path:
    path = tmp_path / "rights.toml"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def door(rights: Path) -> Authenticator:
    return Authenticator(PROVIDED, Rights(rights), cache(LoginEndsInMemory), "0.0.0.0", lambda: NOW)  # noqa: S104 - bound to all


# --- the table of rights


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({}, Role.EDITOR),
        ({"email": "ERIKA@EXAMPLE.ORG"}, Role.EDITOR),
        ({"email": "erika@example.org", "email_verified": True}, Role.EDITOR),
        ({"email": "erika@example.org", "email_verified": "true"}, Role.EDITOR),
        ({"email": "erika@example.org", "email_verified": False}, Role.VISITOR),
        ({"email": "erika@example.org", "email_verified": "false"}, Role.VISITOR),
        ({"email": "eri\u212aa@example.org"}, Role.VISITOR),  # the Kelvin sign is a k in lower case
        ({"email": "erika@example.org.evil.example"}, Role.VISITOR),
        ({"email": ["erika@example.org"]}, Role.VISITOR),
        ({"email": None}, Role.VISITOR),
        ({"email": "x@example.org", "realm": {"groups": ["atlas-lesen"]}}, Role.READER),
        ({"email": "x@example.org", "realm": {"groups": "atlas-lesen"}}, Role.READER),
        ({"email": "x@example.org", "realm": {"groups": ["atlas-lesen", "atlas-alles"]}}, Role.ADMINISTRATOR),
        ({"email": None, "realm": {"groups": ["atlas-alles"]}}, Role.ADMINISTRATOR),
        ({"email": "x@example.org", "realm": {"groups": ["atlas"]}}, Role.VISITOR),
        ({"email": "x@example.org", "realm": {"groups": "atlas-lesen atlas-alles"}}, Role.VISITOR),
        ({"email": "x@example.org", "realm": ["groups"]}, Role.VISITOR),
        ({"email": "x@example.org", "groups": ["atlas-alles"]}, Role.VISITOR),
        ({"email": "leitung@example.org", "realm": {"groups": ["atlas-alles"]}}, Role.READER),
        # An address that is not vouched for gives nothing, and takes all the same: the lower of both.
        ({"email": "leitung@example.org", "email_verified": False, "realm": {"groups": ["atlas-alles"]}}, Role.READER),
        ({"email": "Leitun\u0067@example.org ", "email_verified": 0, "realm": {"groups": "atlas-alles"}}, Role.READER),
        ({"email": ["x", "leitung@example.org"], "realm": {"groups": ["atlas-alles"]}}, Role.READER),
        ({"email": "eri\u212aa@example.org", "realm": {"groups": ["atlas-alles"]}}, Role.EDITOR),
        ({"email_verified": False, "realm": {"groups": ["atlas-lesen"]}}, Role.READER),
    ],
)
def test_the_entry_of_a_person_decides_else_the_highest_group(
    rights: Path, said: dict[str, object], role: Role
) -> None:
    assert Rights(rights).role_of(login(**said)) is role


def test_a_changed_table_holds_at_the_next_question(rights: Path) -> None:
    table = Rights(rights)
    assert table.role_of(login()) is Role.EDITOR
    rights.write_text(TABLE.replace('"editor"', '"reader"'), encoding="utf-8")
    assert table.role_of(login()) is Role.READER
    rights.write_text(TABLE.replace("Erika@", "Erich@"), encoding="utf-8")
    assert table.role_of(login()) is Role.VISITOR


@pytest.mark.parametrize(
    "broken",
    [
        "people = [",
        "[[people]]\nemail = 'erika@example.org'\nrole = 'chief'",
        "[[people]]\nemail = 'erika@example.org'\nrole = 'Administrator'",
        "[[people]]\nemail = 'erika@example.org'",
        "[[people]]\nrole = 'editor'",
        "[[people]]\nemail = 'erika'\nrole = 'editor'",
        "[[people]]\nemail = '*@*.org '\nrole = 'editor'",
        "[[people]]\nemail = 'erika@exämple.org'\nrole = 'editor'",
        "[[people]]\nemail = 'erika@example.org'\nrole = 'editor'\nsince = 2026-01-01",
        "[[people]]\nemail = 'a@b'\nrole = 'editor'\n[[people]]\nemail = 'A@b'\nrole = 'reader'",
        "[[groups]]\ngroup = ''\nrole = 'editor'",
        "[[groups]]\ngroup = 'g'\nrole = 'editor'\n[[groups]]\ngroup = ' g'\nrole = 'reader'",
        "[[group]]\ngroup = 'g'\nrole = 'editor'",
        "group_claim = ''",
        TABLE.replace('"reader"', "2"),
        "group_claim = " + "[" * 100_000,
        "people = " + "[" * 450 + "]" * 450,
        "a" + ".a" * 100_000 + " = 1",
        "{a=".join(["x = ", *[""] * 5_000]) + "1",
        "group_claim = 0x" + "f" * 50_000,
        "group_claim = " + "9" * 5_000,
        "#" * 300_000,
        "[[people]]\n" * 20_000,
        "".join(f"[[groups]]\ngroup = 'g{n % 3_000}'\nrole = 'reader'\n" for n in range(6_000)),
    ],
    ids=range(24),
)
def test_a_broken_table_gives_nobody_a_right_and_says_so(
    rights: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    table = Rights(rights)
    assert table.role_of(login()) is Role.EDITOR
    rights.write_text(broken, encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert table.role_of(login()) is Role.VISITOR
        table.role_of(login())
    assert table.problems()
    assert all(str(rights) in problem.place for problem in table.problems())
    assert len(caplog.records) == len(table.problems())  # once, not for each question
    assert "erika" not in caplog.text.lower().replace(str(rights).lower(), "")
    rights.write_text(TABLE, encoding="utf-8")
    assert table.role_of(login()) is Role.EDITOR
    assert table.problems() == ()


def test_bytes_that_are_no_text_and_a_missing_file_give_nobody_a_right(rights: Path) -> None:
    table = Rights(rights)
    rights.write_bytes(b"\xff\xfe")
    assert table.role_of(login()) is Role.VISITOR
    rights.unlink()
    assert table.role_of(login()) is Role.VISITOR
    assert "fehlt" in table.problems()[0].sentence()


def test_the_pattern_in_the_documents_is_a_table(tmp_path: Path) -> None:
    text = Path("docs/login.md").read_text(encoding="utf-8")
    path = tmp_path / "rights.toml"
    path.write_text(text.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert Rights(path).problems() == ()


# --- the age of a login


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, Reason.LOGIN),
        ({"iat": (NOW - LONGEST + timedelta(seconds=1)).timestamp()}, Reason.LOGIN),
        ({"iat": (NOW - LONGEST).timestamp()}, Reason.TOO_OLD),
        ({"iat": (NOW - timedelta(hours=9)).timestamp()}, Reason.TOO_OLD),
        ({"auth_time": (NOW - timedelta(hours=9)).timestamp()}, Reason.TOO_OLD),
        ({"iat": (NOW - timedelta(hours=9)).timestamp(), "auth_time": NOW.timestamp()}, Reason.TOO_OLD),
        ({"iat": (NOW + timedelta(seconds=100)).timestamp()}, Reason.LOGIN),
        ({"iat": (NOW + timedelta(hours=1)).timestamp()}, Reason.TOO_OLD),
        ({"iat": 10**18}, Reason.LOGGED_OUT),
        ({"iat": float("nan")}, Reason.LOGGED_OUT),
        ({"iat": True}, Reason.LOGGED_OUT),
        ({"iat": str(NOW.timestamp())}, Reason.LOGGED_OUT),
        ({"iat": None}, Reason.LOGGED_OUT),
        ({"auth_time": "gestern"}, Reason.LOGGED_OUT),
        ({"sub": None}, Reason.LOGGED_OUT),
        ({"sub": ""}, Reason.LOGGED_OUT),
        ({"is_logged_in": None}, Reason.LOGGED_OUT),
        ({"is_logged_in": "true"}, Reason.LOGGED_OUT),
    ],
)
def test_a_login_holds_for_eight_hours(door: Authenticator, said: dict[str, object], reason: Reason) -> None:
    standing = door.standing(claims(**said), Connection())
    assert standing.reason is reason
    assert standing.actor == (Actor("erika@example.org", Role.EDITOR) if reason is Reason.LOGIN else VISITOR)


def test_who_stands_nowhere_is_a_visitor_without_a_name(door: Authenticator, rights: Path) -> None:
    standing = door.standing(claims(email="x@example.org"), Connection())
    assert (standing.actor, standing.reason) == (VISITOR, Reason.NOT_LISTED)
    rights.unlink()
    assert door.standing(claims(), Connection()).reason is Reason.NO_RIGHTS
    assert door.problems() == 1


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"preferred_username": "erika"}, "erika (1)"),
        ({"preferred_username": "leitung@example.org"}, "leitung@example.org (1)"),
        ({"preferred_username": "leitung@example.org", "email": "Otto@example.org"}, "otto@example.org"),
        ({"email": "leitung@example.org", "email_verified": False}, "1"),
        ({"preferred_username": "erika\nleitung"}, "1"),
        ({"preferred_username": "erika\u202e"}, "1"),
        ({"preferred_username": "e" * 81}, "1"),
        ({"preferred_username": ["erika"]}, "1"),
        ({"preferred_username": ""}, "1"),
        ({"preferred_username": "1"}, "1"),
        ({}, "1"),
    ],
)
def test_nobody_gets_anothers_name_into_the_record(door: Authenticator, said: dict[str, object], name: str) -> None:
    group = {"realm": {"groups": ["atlas-lesen"]}}
    assert door.standing(claims(**({"email": None} | group | said)), Connection()).actor.name == name


# --- ended logins


def test_log_out_ends_every_login_up_to_now_and_no_later_one(door: Authenticator) -> None:
    earlier = claims(iat=(NOW - timedelta(hours=1)).timestamp())
    door.end(claims())
    assert door.standing(claims(), Connection()).reason is Reason.ENDED
    assert door.standing(earlier, Connection()).reason is Reason.ENDED
    assert door.standing(claims(iat=(NOW + timedelta(seconds=1)).timestamp()), Connection()).reason is Reason.LOGIN
    assert door.standing(claims(sub="2"), Connection()).reason is Reason.LOGIN


def test_log_out_ends_a_login_whose_provider_has_a_clock_ahead(door: Authenticator) -> None:
    ahead = claims(iat=(NOW + timedelta(seconds=90)).timestamp())
    door.end(ahead)
    assert door.standing(ahead, Connection()).reason is Reason.ENDED


def test_a_process_without_a_database_knows_no_login_from_before_it() -> None:
    ends = LoginEndsInMemory(NOW)
    assert ends.ended("1", NOW - timedelta(seconds=1))
    assert not ends.ended("1", NOW)


def test_only_what_is_needed_of_a_login_is_kept(rights: Path) -> None:
    told = claims(realm={"groups": ["x", "atlas-alles"], "more": 1}, name="E", email_verified=False, address={"a": "b"})
    kept = Rights(rights).kept(login(**told))
    assert kept == {key: told[key] for key in ("sub", "iat", "email", "email_verified")} | {
        "realm": {"groups": ["atlas-alles"]}
    }
    assert Rights(rights).role_of(login(**kept)) is Rights(rights).role_of(login(**told))
    rights.unlink()
    assert "realm" not in Rights(rights).kept(login(**told))


def test_an_end_is_never_taken_back_by_an_earlier_one() -> None:
    ends = LoginEndsInMemory()
    ends.end("1", NOW)
    ends.end("1", NOW - timedelta(hours=1))
    assert ends.ended("1", NOW)


# --- ended logins in the database: the same on SQLite and PostgreSQL


@pytest.fixture
def store_at(database_url: str) -> Iterator[Callable[[datetime], Store]]:
    """Return a maker of stores on one database, as each process has one; its clock stands still."""
    made = []

    def make(now: datetime) -> Store:
        database = Database(database_url)
        migrate(database)
        made.append(Store(database, lambda: now))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_log_out_in_one_process_ends_the_login_in_another(rights: Path, store_at: Callable[[datetime], Store]) -> None:
    def process() -> Authenticator:
        store = store_at(NOW)
        return Authenticator(PROVIDED, Rights(rights), lambda: store.login_ends, None, lambda: NOW)

    here, there = process(), process()
    assert there.standing(claims(), Connection()).reason is Reason.LOGIN
    here.end(claims())
    assert there.standing(claims(), Connection()).reason is Reason.ENDED
    assert there.standing(claims(sub="2"), Connection()).reason is Reason.LOGIN
    later = claims(iat=(NOW + timedelta(seconds=1)).timestamp())
    assert there.standing(later, Connection()).reason is Reason.LOGIN


def rows_of(store: Store) -> list[tuple[str, datetime]]:
    with store.database.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.select(login_end))]


def test_stored_end_is_never_taken_back_and_names_nobody(store_at: Callable[[datetime], Store]) -> None:
    store = store_at(NOW)
    for until in (NOW - timedelta(hours=2), NOW, NOW, NOW - timedelta(hours=1)):
        store.login_ends.end("erika", until)
    assert store.login_ends.ended("erika", NOW)
    assert not store.login_ends.ended("erika", NOW + timedelta(microseconds=1))
    ((subject, until),) = rows_of(store)
    assert "erika" not in subject
    assert until == NOW


def test_ends_are_forgotten_when_no_login_they_speak_of_holds(store_at: Callable[[datetime], Store]) -> None:
    store_at(NOW).login_ends.end("1", NOW)
    store_at(NOW + LONGEST).login_ends.end("2", NOW + LONGEST)
    assert store_at(NOW).login_ends.ended("1", NOW)
    store = store_at(NOW + 2 * LONGEST)
    store.login_ends.end("3", NOW + 2 * LONGEST)
    assert {until for _, until in rows_of(store)} == {NOW + LONGEST, NOW + 2 * LONGEST}


def test_nobody_is_logged_in_while_the_database_is_away(
    rights: Path, store_at: Callable[[datetime], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_at(NOW)
    door = Authenticator(PROVIDED, Rights(rights), lambda: store.login_ends, None, lambda: NOW)

    def away(_: object) -> None:
        raise sa.exc.OperationalError("SELECT", {}, Exception("away"))

    with monkeypatch.context() as patched:
        patched.setattr(sa.Engine, "begin", away)
        with pytest.raises(StoreUnreachableError):
            door.standing(claims(), Connection())
        with pytest.raises(StoreUnreachableError):
            door.end(claims())
        assert door.standing({}, Connection()).reason is Reason.LOGGED_OUT
    assert door.standing(claims(), Connection()).reason is Reason.LOGIN


# --- the local editor

HERE = {
    "host": "localhost:8501",
    "origin": "http://localhost:8501",
    "user-agent": "Firefox",
    "cookie": "_streamlit_xsrf=2",
}
FORWARDED = [
    {"X-Forwarded-For": "127.0.0.1"},
    {"x-forwarded-host": "localhost"},
    {"X-Forwarded-Proto": "https"},
    {"X-Real-IP": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 proxy"},
    {"X-Client-IP": "127.0.0.1"},
    {"True-Client-IP": "127.0.0.1"},
    {"CF-Connecting-IP": "127.0.0.1"},
    {"X-Request-ID": "1"},
]


def local_door(bound: str | None, settings: LoginSettings | None = None) -> Authenticator:
    given = settings or LoginSettings(local_editor="Erika")
    return Authenticator(given, Rights(Path("/nowhere")), LoginEndsInMemory, bound, lambda: NOW)


def standing_of(bound: str | None, client: str | None, headers: dict[str, str]) -> Reason:
    return local_door(bound).standing({}, Connection.of(client, headers.items())).reason


@pytest.mark.parametrize("bound", ["127.0.0.1", "::1", "localhost"])
@pytest.mark.parametrize("client", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST"])
def test_the_local_editor_is_one_on_the_machine_itself(bound: str, client: str, host: str) -> None:
    headers = HERE | {"host": host, "origin": f"http://{host}"}
    assert standing_of(bound, client, headers) is Reason.LOCAL
    del headers["origin"]
    assert standing_of(bound, client, headers) is Reason.LOCAL


@pytest.mark.parametrize("bound", [None, "", "0.0.0.0", "::", "192.168.1.5", "atlas.example", "*"])  # noqa: S104
def test_no_local_editor_on_a_server_others_can_reach(bound: str | None) -> None:
    assert standing_of(bound, "127.0.0.1", HERE) is Reason.NOT_LOCAL


@pytest.mark.parametrize(
    "client", [None, "", "192.168.1.5", "172.17.0.1", "::", "fe80::1", "::ffff:10.0.0.1", "testclient"]
)
def test_no_local_editor_from_another_machine(client: str | None) -> None:
    assert standing_of("127.0.0.1", client, HERE) is Reason.NOT_LOCAL


@pytest.mark.parametrize("more", FORWARDED, ids=lambda more: next(iter(more)))
def test_no_local_editor_behind_a_proxy(more: dict[str, str]) -> None:
    assert standing_of("127.0.0.1", "127.0.0.1", HERE | more) is Reason.NOT_LOCAL


@pytest.mark.parametrize(
    "host",
    [
        "atlas.example",
        "127.0.0.1.nip.io:8501",
        "localhost.evil.example",
        "evil@localhost",
        "localhost/x",
        "",
        "localhost:x",
    ],
)
def test_no_local_editor_under_another_name(host: str) -> None:
    assert standing_of("127.0.0.1", "127.0.0.1", HERE | {"host": host, "origin": f"http://{host}"}) is Reason.NOT_LOCAL


@pytest.mark.parametrize("origin", ["https://atlas.example", "null", "http://localhost:9999", "http://127.0.0.1:8501"])
def test_no_local_editor_from_the_page_of_another(origin: str) -> None:
    assert standing_of("127.0.0.1", "127.0.0.1", HERE | {"origin": origin}) is Reason.NOT_LOCAL


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Same-Origin", ""])
def test_no_local_editor_for_what_the_page_of_another_loads(site: str) -> None:
    assert standing_of("127.0.0.1", "127.0.0.1", HERE | {"sec-fetch-site": site}) is Reason.NOT_LOCAL
    assert standing_of("127.0.0.1", "127.0.0.1", HERE | {"sec-fetch-site": "none"}) is Reason.LOCAL


def test_no_local_editor_without_a_host_or_with_two() -> None:
    bare = {name: value for name, value in HERE.items() if name not in {"host", "origin"}}
    assert standing_of("127.0.0.1", "127.0.0.1", bare) is Reason.NOT_LOCAL
    two = Connection.of("127.0.0.1", [("host", "localhost"), ("Host", "localhost")])
    assert local_door("127.0.0.1").standing({}, two).reason is Reason.NOT_LOCAL


def test_the_local_editor_may_edit_and_not_administer() -> None:
    actor = local_door("127.0.0.1").standing({}, Connection.of("::1", HERE.items())).actor
    assert (actor.name, actor.may(Right.EDIT), actor.may(Right.ADMINISTER)) == ("Erika", True, False)


def test_with_nothing_configured_nobody_is_anything() -> None:
    door = local_door("127.0.0.1", LoginSettings())
    standing = door.standing(claims(), Connection.of("127.0.0.1", HERE.items()))
    assert (standing.actor, standing.reason, door.problems()) == (VISITOR, Reason.NO_LOGIN, 0)


def test_a_cookie_counts_for_nothing_beside_a_local_editor() -> None:
    assert local_door("127.0.0.1").standing(claims(), Connection()).actor == VISITOR


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "127.255.255.254", "::1", "[::1]", "localhost", "localhost.", "LocalHost"]
)
def test_names_of_the_machine_itself(name: str) -> None:
    assert is_loopback(name)
