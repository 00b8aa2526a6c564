"""Make a database, bring it to the schema of this program, and tell whether the schema is still that."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_
from atlas.sources.store import chain
from atlas.sources.store.database import PLACE, Database, copy_sqlite, no_file, no_tables, revision
from atlas.sources.store.head import ChainHead
from atlas.sources.store.schema import act, metadata

_APART = "atlas_compared"
"""Schema of PostgreSQL the migrations are run in to compare; the transaction it is made in is rolled back."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(database: Database) -> None:
    """Bring a database to the schema of this program, or make it; several processes may do so at once.

    Raises `AtlasError` if it can't be reached or made, a newer program has written it, or one that was here is gone.
    """
    config, head = _config(), database.seal.read()
    script = ScriptDirectory.from_config(config)
    if database.kind == "sqlite" and not database.file.exists():
        if head and head.is_of_something:
            raise no_file(database.file)
        _make_file(database.file)
    with database.writing() as connection:
        found = revision(connection)
        if found is not None and found not in {step.revision for step in script.walk_revisions()}:
            text = N_(
                "Die Datenbank hat ein neueres Schema ({found}) als dieses Programm kennt. Bitte das Programm erneuern."
            )
            raise AtlasError(Problem(PLACE, text, {"found": found}))
        if found == script.get_current_head():
            return
        tables = sa.inspect(connection).get_table_names()
        has_chain = act.name in tables
        if head and (head.act or (found is None and head.is_of_something)) and not has_chain:
            raise chain.misfit(head, chain.counts(connection, {"change"} & {*tables}))
        if has_chain and not chain.newest(connection)[0]:
            raise no_tables()  # a chain without an act is none this program left
        if found is not None and database.kind == "sqlite":
            kept = database.file.with_name(f"{database.file.name}.vor-{script.get_current_head()}")
            unfinished = kept.with_name(f"{kept.name}.unfertig")
            copy_sqlite(database.file, unfinished)
            unfinished.replace(kept)  # whole or not there, whenever this process ends
        if head is None:
            # Before the commit: whenever this process ends, a store that is there has a head.
            database.seal.write(ChainHead(counts=chain.counts(connection, {"change"} & {*tables})))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if not has_chain:
            chain.take_in(connection)


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        text = N_(
            "Der Ordner {folder} lässt sich nicht anlegen. Bitte ATLAS_DATABASE_URL auf einen beschreibbaren Ort setzen."
        )
        raise AtlasError(Problem(PLACE, text, {"folder": str(file.parent)})) from error


def altered_schema(database: Database) -> list[str]:
    """Return what of tables, columns, indexes and triggers is not as the migrations make it."""
    with database.reading() as connection:
        found = set(_described(connection))
        if database.kind == "postgresql":
            made = connection.begin_nested()
            connection.exec_driver_sql(f"CREATE SCHEMA {_APART}")
            connection.exec_driver_sql(f"SET LOCAL search_path = {_APART}")
            wanted = _as_migrated(connection)
            made.rollback()
        else:
            engine = sa.create_engine("sqlite://", module=database.engine.dialect.dbapi)
            with engine.begin() as apart:
                wanted = _as_migrated(apart)
            engine.dispose()
    return sorted({f"{kind} {name}" for kind, name, _ in found ^ wanted})


def _as_migrated(connection: sa.Connection) -> set[tuple[str, str, str]]:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return set(_described(connection))


def _described(connection: sa.Connection) -> Iterable[tuple[str, str, str]]:
    """Yield kind, name and definition of all that belongs to our tables; of SQLite of all there is."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT type, name, tbl_name || sql FROM sqlite_master WHERE sql IS NOT NULL")
        for kind, name, told in rows:
            if not name.startswith("sqlite_"):
                yield kind, name, re.sub(r'[\s"]', "", told)
        return
    (schema,) = connection.exec_driver_sql("SELECT current_schema()").one()
    names = {"names": [*metadata.tables, "alembic_version"], "schema": schema}
    for kind, name, told in connection.execute(sa.text(_CATALOGUE), names):
        yield kind, name, re.sub(rf"\b{re.escape(schema)}\.", "", told)


_CATALOGUE = """
WITH ours AS (
    SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relname = ANY(:names)
)
SELECT 'table', relname, concat_ws(' ', relkind, relrowsecurity, relpersistence) FROM ours
UNION ALL
SELECT 'column', concat(c.relname, '.', a.attname),
    concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', concat(c.relname, '.', o.conname), concat_ws(' ', pg_get_constraintdef(o.oid), o.convalidated)
FROM ours c JOIN pg_constraint o ON o.conrelid = c.oid
UNION ALL
SELECT 'index', i.indexrelid::regclass::text, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid)
FROM ours c JOIN pg_index i ON i.indrelid = c.oid
UNION ALL
SELECT 'trigger', t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
FROM ours c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT 'trigger', concat(c.relname, ' internal'), string_agg(concat(t.tgtype, t.tgenabled), ',' ORDER BY t.tgtype, t.tgenabled)
FROM ours c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE t.tgisinternal GROUP BY c.relname
UNION ALL
SELECT 'rule', r.rulename, pg_get_ruledef(r.oid) FROM ours c JOIN pg_rewrite r ON r.ev_class = c.oid
UNION ALL
SELECT 'function', p.proname, concat_ws(' ', p.prosrc, p.proconfig::text)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = :schema AND p.proname = 'only_ever_added'
"""
