"""Logins: who a provider says somebody is, how long that holds, and which logins have ended before their time."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

LONGEST: Final = timedelta(hours=8)
"""How old a login may be. The cookie that carries it would last for thirty days."""

_NEEDED: Final = ("sub", "iat", "auth_time", "email", "email_verified", "preferred_username")
_LONGEST_NAME: Final = 80
_AHEAD: Final = timedelta(minutes=2)
"""How far the provider's clock may be ahead of ours."""


@dataclass(frozen=True)
class Login:
    """A login as the provider's signed token tells of it."""

    subject: str
    """The provider's own key of the person; never changes, is never given to another one."""
    issued_at: datetime
    """When the token was made (``iat``)."""
    proved_at: datetime
    """When the person last proved who they are (``auth_time``); ``issued_at`` if the provider does not say."""
    claims: Mapping[str, object] = field(repr=False)
    """Everything else the token says."""

    @classmethod
    def from_claims(cls, claims: Mapping[str, object]) -> Login | None:
        """Return the login a token tells of; None if it lacks the person or the time."""
        subject, issued_at = claims.get("sub"), _moment(claims.get("iat"))
        proved_at = _moment(claims["auth_time"]) if claims.get("auth_time") is not None else issued_at
        if not isinstance(subject, str) or not subject or issued_at is None or proved_at is None:
            return None
        return cls(subject, issued_at, proved_at, claims)

    def holds(self, now: datetime) -> bool:
        """Return whether this login is young enough, and not from the future."""
        return all(now - LONGEST < moment <= now + _AHEAD for moment in (self.issued_at, self.proved_at))

    @property
    def email(self) -> str:
        """Return the address the provider vouches for; empty if it says that it was not confirmed.

        ASCII letters in lower case; empty if there are others, which only look like the ones of somebody else.
        """
        given = self.claims.get("email")
        if (
            not isinstance(given, str)
            or not given.isascii()
            or self.claims.get("email_verified", True) not in (True, "true")
        ):
            return ""
        return given.strip().lower()

    @property
    def claimed_emails(self) -> frozenset[str]:
        """Return the addresses the login names, vouched for or not: who they belong to may be given less, never more."""
        given = self.claims.get("email")
        named = given if isinstance(given, list) else [given]
        return frozenset(each.strip().casefold() for each in named if isinstance(each, str))

    @property
    def name(self) -> str:
        """Return what the record calls this person: the e-mail address, else the provider's key, a name beside it.

        With some providers people choose ``preferred_username`` themselves: alone it could be somebody else's.
        """
        called = self.claims.get("preferred_username")
        is_fit = isinstance(called, str) and 0 < len(called) <= _LONGEST_NAME and called.isprintable()
        return self.email or (f"{called} ({self.subject})" if is_fit and called != self.subject else self.subject)

    def groups(self, claim: str) -> frozenset[str]:
        """Return the groups a claim lists; its dots lead into what lies inside: ``realm_access.roles``."""
        found: object = self.claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, str):
            return frozenset({found})
        return frozenset(each for each in found if isinstance(each, str)) if isinstance(found, list) else frozenset()

    def kept(self, claim: str, listed: Collection[str]) -> dict[str, object]:
        """Return the claims that are needed to know this person again; of the groups of a claim only the listed ones."""
        groups: Any = sorted(self.groups(claim) & frozenset(listed))
        for part in reversed(claim.split(".")):
            groups = {part: groups}
        return dict(groups) | {name: self.claims[name] for name in _NEEDED if name in self.claims}


def _moment(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


class LoginEnds(Protocol):
    """Which logins have ended by log-out or by an administrator."""

    def ended(self, subject: str, issued_at: datetime) -> bool:
        """Return whether a login of this person, issued then, has ended; raise if that can't be found out."""

    def end(self, subject: str, until: datetime) -> None:
        """End all logins of this person that were issued until then, on all devices."""


class LoginEndsInMemory:
    """Ended logins of this process, forgotten when it ends: for a server of one process, and for tests.

    Logins from before ``since`` have ended: which of them did is not known.
    """

    def __init__(self, since: datetime | None = None) -> None:
        self._since = since or datetime.min.replace(tzinfo=UTC)
        self._until: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def ended(self, subject: str, issued_at: datetime) -> bool:
        """Return whether a login of this person, issued then, has ended."""
        until = self._until.get(subject)
        return issued_at < self._since or (until is not None and issued_at <= until)

    def end(self, subject: str, until: datetime) -> None:
        """End all logins of this person that were issued until then."""
        with self._lock:
            self._until[subject] = max(until, self._until.get(subject, until))


def end_of(login: Login, now: datetime) -> datetime:
    """Return until when logins end with this one: now, or its own time if the provider's clock is ahead."""
    return max(now, login.issued_at)
