"""Who is asking: the one place where a login, the table of rights and the local editor become an actor."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from atlas.model.logins import Login, LoginEnds, end_of
from atlas.model.loopback import Connection, is_loopback
from atlas.model.rights import VISITOR, Actor, Right, Role
from atlas.sources.login import LoginSettings
from atlas.sources.rights import Rights


class Reason(Enum):
    """Why somebody is what they are."""

    NO_LOGIN = "no way to log in is configured"
    LOGGED_OUT = "not logged in"
    TOO_OLD = "the login is too old"
    ENDED = "the login was ended"
    NOT_LISTED = "not in the table of rights"
    NO_RIGHTS = "the table of rights can't be used"
    NOT_LOCAL = "editing is open on the machine itself only"
    LOGIN = "logged in"
    LOCAL = "on the machine itself"


@dataclass(frozen=True)
class Standing:
    """Who somebody is here, and why."""

    actor: Actor
    reason: Reason

    @property
    def may_log_in(self) -> bool:
        """Return whether logging in is what would help."""
        return self.reason in {Reason.LOGGED_OUT, Reason.TOO_OLD, Reason.ENDED}


class Authenticator:
    """Looks up who is asking. Nothing is remembered from one question to the next.

    ``ends`` gives the logins that have ended, for each question: a database may be away and come back. ``bound`` is the
    address the server is bound to, ``now`` the clock with its zone.
    """

    def __init__(
        self,
        settings: LoginSettings,
        rights: Rights,
        ends: Callable[[], LoginEnds],
        bound: str | None,
        now: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self._rights = rights
        self._ends = ends
        self._bound = bound
        self._now = now

    def standing(self, claims: Mapping[str, object], connection: Connection) -> Standing:
        """Return who is asking.

        ``claims`` are what the signed cookie says, empty if there is none. Raises `AtlasError` if it can't be found out
        whether a login has ended: the database does not answer.
        """
        if self.settings.provider is not None:
            return self._logged_in(claims)
        if not self.settings.local_editor:
            return Standing(VISITOR, Reason.NO_LOGIN)
        if is_loopback(self._bound) and connection.is_local():
            return Standing(Actor(self.settings.local_editor, Role.EDITOR), Reason.LOCAL)
        return Standing(VISITOR, Reason.NOT_LOCAL)

    def _logged_in(self, claims: Mapping[str, object]) -> Standing:
        login = Login.from_claims(claims) if claims.get("is_logged_in") is True else None
        if login is None:
            return Standing(VISITOR, Reason.LOGGED_OUT)
        if not login.holds(self._now()):
            return Standing(VISITOR, Reason.TOO_OLD)
        if self._ends().ended(login.subject, login.issued_at):
            return Standing(VISITOR, Reason.ENDED)
        role = self._rights.role_of(login)
        if role is Role.VISITOR:
            return Standing(VISITOR, Reason.NO_RIGHTS if self._rights.problems() else Reason.NOT_LISTED)
        return Standing(Actor(login.name, role), Reason.LOGIN)

    def kept(self, login: Login) -> dict[str, object]:
        """Return the claims of a new login that its cookie needs: it would be too long with all groups of some people."""
        return self._rights.kept(login)

    def end(self, claims: Mapping[str, object]) -> None:
        """End all logins of the person whose login this is, up to now.

        Raises `AtlasError` if that can't be written: the database does not answer.
        """
        login = Login.from_claims(claims)
        if login is not None:
            self._ends().end(login.subject, end_of(login, self._now()))

    def calendar_key(self, claims: Mapping[str, object], about: str) -> str:
        """Return the secret of this person's calendar address; empty if they can't have one.

        Only for people the table of rights lists by their e-mail address: a group is known from a login alone, and a
        calendar program has none. Nothing about the person can be read from it. A new secret for cookies ends all.
        """
        if self.settings.provider is None or not self._logged_in(claims).actor.may(Right.READ_INTERNAL):
            return ""
        login = Login.from_claims(claims)
        return self._key_of(login.email, about) if login and login.email in self._rights.people() else ""

    def of_calendar_key(self, key: str, about: str) -> Actor:
        """Return whose calendar address it is, with the right the table gives them now; a visitor if nobody's."""
        given = key.encode()
        if self.settings.provider is None or not given:
            return VISITOR
        for email, role in self._rights.people().items():
            if hmac.compare_digest(self._key_of(email, about).encode(), given):
                return Actor(email, role)
        return VISITOR

    def _key_of(self, email: str, about: str) -> str:
        secret = self.settings.provider.cookie_secret if self.settings.provider else ""
        return hmac.new(secret.encode(), f"calendar\n{email}\n{about}".encode(), hashlib.sha256).hexdigest()[:40]

    def problems(self) -> int:
        """Return how many faults the table of rights has; none while nobody can log in."""
        return len(self._rights.problems()) if self.settings.provider is not None else 0
