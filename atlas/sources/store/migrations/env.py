"""Run by Alembic: migrate the connection it is given, in that connection's transaction."""

from __future__ import annotations

from alembic import context

from atlas.sources.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
