"""The table of rights: who may do what, by e-mail address or by a group of the login's provider.

A TOML file outside of the repository::

    group_claim = "groups"

    [[people]]
    email = "erika.beispiel@example.org"
    role = "editor"

    [[groups]]
    group = "atlas-lesen"
    role = "reader"

An entry for a person decides alone, so that one of a group may be given less; else the highest of the groups' roles
holds. An address the provider does not vouch for gives nothing, but may take: then the lower of both holds. Who stands
nowhere is a visitor. While the file can't be used, everybody is.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from atlas.errors import AtlasError, Problem, few
from atlas.model.logins import Login
from atlas.model.rights import Role
from atlas.phrases import N_
from atlas.sources.files import read_start
from atlas.sources.toml import MOST_BYTES, parse_toml

_LOG = logging.getLogger(__name__)
_ORDER = list(Role)

_Email = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]+@[!-?A-~]+$", to_lower=True)]
_Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _StrictModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _PersonEntry(_StrictModel):
    email: _Email
    role: Role


class _GroupEntry(_StrictModel):
    group: _Name
    role: Role


class _RightsTable(_StrictModel):
    group_claim: _Name = "groups"
    people: list[_PersonEntry] = Field(default_factory=list)
    groups: list[_GroupEntry] = Field(default_factory=list)

    @model_validator(mode="after")
    def _each_once(self) -> _RightsTable:
        for names in ([each.email for each in self.people], [each.group for each in self.groups]):
            twice = sorted(name for name, count in Counter(names).items() if count > 1)
            if twice:
                raise ValueError(f"{few(twice)} steht mehrfach da")
        return self


class Rights:
    """Reader of the table: looks at the file for every question, parses it when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._content: bytes | None = None
        self._answer: tuple[_RightsTable | None, tuple[Problem, ...]] | None = None

    def role_of(self, login: Login) -> Role:
        """Return what somebody is, by the file as it stands now."""
        table, _ = self._current()
        if table is None:
            return Role.VISITOR
        by_email = {each.email: each.role for each in table.people}
        if login.email in by_email:
            return by_email[login.email]
        groups = login.groups(table.group_claim)
        by_group = (each.role for each in table.groups if each.group in groups)
        highest = max(by_group, key=_ORDER.index, default=Role.VISITOR)
        return min([highest, *(by_email.get(each, highest) for each in login.claimed_emails)], key=_ORDER.index)

    def kept(self, login: Login) -> dict[str, object]:
        """Return the claims of a login that are needed, by the file as it stands now."""
        table, _ = self._current()
        return (
            login.kept(table.group_claim, [each.group for each in table.groups]) if table else login.kept("groups", [])
        )

    def people(self) -> dict[str, Role]:
        """Return the e-mail addresses that are listed, with their roles, by the file as it stands now."""
        table, _ = self._current()
        return {each.email: each.role for each in table.people} if table else {}

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the file as it stands now. They quote it: for administrators only."""
        return self._current()[1]

    def _current(self) -> tuple[_RightsTable | None, tuple[Problem, ...]]:
        # The whole file each time: it is small, and a stamp of time and size may miss a change.
        try:
            content: bytes | None = read_start(self._path, MOST_BYTES)
        except OSError:
            content = None
        with self._lock:
            if self._answer is None or content != self._content:
                self._content, self._answer = content, (None, ())  # if reading it fails, nobody has a right
                self._answer = self._parsed(content)
                for problem in self._answer[1]:
                    _LOG.error("table of rights: %s; everybody is a visitor, see: python -m atlas check", problem.place)
            return self._answer

    def _parsed(self, content: bytes | None) -> tuple[_RightsTable | None, tuple[Problem, ...]]:
        name = str(self._path)
        if content is None:
            text = N_(
                "Die Tabelle der Rechte fehlt oder ist nicht lesbar. Bitte anlegen; das Muster steht in docs/login.md."
            )
            return None, (Problem(name, text),)
        try:
            return parse_toml(content, _RightsTable, name), ()
        except AtlasError as error:
            return None, error.problems
