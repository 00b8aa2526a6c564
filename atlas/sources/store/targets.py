"""Targets in the store: every version of a programme's list, with who, when and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa

from atlas.model.rights import Actor, Right, require
from atlas.model.targets import StaleTargetsError, TargetList
from atlas.sources.store import chain
from atlas.sources.store.database import Database
from atlas.sources.store.schema import target_list as lists_

_LIST = sa.select(*(column for column in lists_.c if column.name != "programme"))

LISTS_WRITTEN = sa.select(sa.func.count()).select_from(lists_).scalar_subquery()
"""How many lists have been written: another number after every change."""


class Targets:
    """The lists of targets. What is in force is public; who wrote it is not."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def body(self, programme: str) -> str | None:
        """Return the newest list as CSV; None if nobody has written one yet."""
        with self._database.reading() as connection:
            found = _versions(connection, programme, 1)
        return found[0].body if found else None

    def history(self, actor: Actor, programme: str) -> list[TargetList]:
        """Return every version of a programme's list, newest first."""
        require(actor, Right.READ_INTERNAL)
        with self._database.reading() as connection:
            return _versions(connection, programme)

    def save(self, actor: Actor, programme: str, wanted: TargetList, before: str) -> TargetList:
        """Write a new version; ``wanted.version`` is the one that was looked at. What it says is checked by whoever calls.

        ``before`` is what the file says: kept as version 0, so that the first change can be taken back as well.

        Raises
        ------
        NotAllowedError
            If the actor may not administer.
        StaleTargetsError
            If there is a newer version.
        """
        require(actor, Right.ADMINISTER)
        with self._database.writing() as connection:
            newest = _versions(connection, programme, 1)
            if (newest[0].version if newest else 0) != wanted.version:
                raise StaleTargetsError
            made = replace(wanted, version=wanted.version + 1, recorded_at=self._clock(), actor=actor.name)
            first = [] if newest else [TargetList(body=before, recorded_at=made.recorded_at)]
            chain.add(connection, lists_, [asdict(each) | {"programme": programme} for each in (*first, made)])
        return made


def _versions(connection: sa.Connection, programme: str, most: int | None = None) -> list[TargetList]:
    found = _LIST.where(lists_.c.programme == programme).order_by(lists_.c.version.desc()).limit(most)
    return [TargetList(**row) for row in connection.execute(found).mappings()]
