"""Who may do what. Every function that reads or writes something internal asks here, whatever page called it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_


class Right(StrEnum):
    """What somebody may be allowed to do."""

    READ_INTERNAL = "read_internal"
    """See notes, next steps, history with names, reports from outside."""
    EDIT = "edit"
    """Change the record, import, write notes, answer reports."""
    ADMINISTER = "administer"
    """Undo what others have done, restore a backup, end logins."""


class Role(StrEnum):
    """What somebody is here. Each may do what the ones before it may."""

    VISITOR = "visitor"
    READER = "reader"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


_RIGHTS = {
    Role.VISITOR: frozenset[Right](),
    Role.READER: frozenset({Right.READ_INTERNAL}),
    Role.EDITOR: frozenset({Right.READ_INTERNAL, Right.EDIT}),
    Role.ADMINISTRATOR: frozenset(Right),
}


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for something."""

    name: str = ""
    """What the log says of who it was: an e-mail address, the name of a local editor, ``Kommandozeile: user``. Empty
    for visitors. Never shown to visitors."""
    role: Role = Role.VISITOR
    """What they are, looked up anew for every action."""

    def may(self, right: Right) -> bool:
        """Return whether this actor has a right."""
        return right in _RIGHTS[self.role]


VISITOR = Actor()


class NotAllowedError(AtlasError):
    """Somebody asked for what they have no right to."""


def require(actor: Actor, right: Right) -> None:
    """Do nothing if an actor has a right and a name.

    Raises
    ------
    NotAllowedError
        Otherwise.
    """
    if not (actor.name and actor.may(right)):
        text = N_("Dafür fehlt das Recht. Bitte anmelden oder sich an die Betreiber dieser Anwendung wenden.")
        raise NotAllowedError(Problem("", text))
