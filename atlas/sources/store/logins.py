"""Ended logins in the store: a log-out in one process ends the login in all that share the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from atlas.model.logins import LONGEST
from atlas.sources.store.database import Database
from atlas.sources.store.schema import login_end

_KEPT = LONGEST + timedelta(hours=1)
"""No login an older end speaks of holds any more; clocks may differ by less than the hour."""


class StoredLoginEnds:
    """The `atlas.model.logins.LoginEnds` of a store.

    Who it was about is kept as a sum only, and until the next log-out after nine hours at the latest.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def ended(self, subject: str, issued_at: datetime) -> bool:
        """Return whether a login of this person, issued then, has ended.

        Raises `StoreUnreachableError` if the database does not answer. Then nobody may count as logged in.
        """
        found = sa.select(login_end.c.ended_at).where(
            login_end.c.subject == _sum(subject), login_end.c.ended_at >= issued_at
        )
        with self._database.reading() as connection:
            return connection.execute(found.limit(1)).first() is not None

    def end(self, subject: str, until: datetime) -> None:
        """End all logins of this person that were issued until then, on all devices.

        Raises `StoreUnreachableError` if the database does not answer.
        """
        mine = login_end.c.subject == _sum(subject)
        superseded = sa.or_(sa.and_(mine, login_end.c.ended_at <= until), login_end.c.ended_at < self._clock() - _KEPT)
        with self._database.writing() as connection:
            connection.execute(sa.delete(login_end).where(superseded))
            if connection.execute(sa.select(login_end.c.subject).where(mine).limit(1)).first() is None:
                connection.execute(sa.insert(login_end), [{"subject": _sum(subject), "ended_at": until}])


def _sum(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()
