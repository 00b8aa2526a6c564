"""The servers the tests start are what the tests take them for."""

from __future__ import annotations

import psycopg
from sqlalchemy import create_engine, text

from tests.servers import libpq


def test_a_database_is_empty_and_writes_are_synced(postgres_database: str) -> None:
    with psycopg.connect(libpq(postgres_database)) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        settings = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
    assert tables == (0,)
    assert settings == [("on",), ("on",)]


def test_both_kinds_of_database_answer(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT n FROM t")).scalar_one() == 1
    engine.dispose()
