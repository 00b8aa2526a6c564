"""How people log in: what the environment says about the provider, the local editor and the table of rights."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from atlas.errors import Problem
from atlas.model.loopback import is_loopback
from atlas.phrases import N_
from atlas.sources.settings import SettingsError

PROVIDER: Final = ("ATLAS_OIDC_METADATA_URL", "ATLAS_OIDC_CLIENT_ID", "ATLAS_OIDC_CLIENT_SECRET", "ATLAS_COOKIE_SECRET")
LOCAL_EDITOR: Final = "ATLAS_LOCAL_EDITOR"
RIGHTS: Final = "ATLAS_RIGHTS"

_RIGHTS_FILE: Final = "/etc/praeventionsatlas/rights.toml"
_SHORTEST_SECRET, _LONGEST_NAME = 32, 80


@dataclass(frozen=True)
class Provider:
    """Where people log in."""

    metadata_url: str
    """Of the provider's description: ``https://login.example.org/.well-known/openid-configuration``."""
    client_id: str
    client_secret: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    """What cookies are signed with; the same on all replicas."""
    address: str
    """Where visitors reach the application."""

    @property
    def redirect_uri(self) -> str:
        """Return where the provider sends people back to; it has to know this address."""
        return f"{self.address}/oauth2callback"


@dataclass(frozen=True)
class LoginSettings:
    """What the environment says about logging in."""

    provider: Provider | None = None
    """None if no login is configured."""
    local_editor: str = ""
    """Name of the one who edits on the machine itself; empty if nobody does."""
    rights: Path = Path(_RIGHTS_FILE)

    @classmethod
    def from_environment(cls, address: str, environment: Mapping[str, str] | None = None) -> LoginSettings:
        """Return the settings; ``address`` is where visitors reach the application.

        Raises `SettingsError`: everything that is missing or does not fit, at once. No secret is quoted.
        """
        known = os.environ if environment is None else environment
        given = {name: known.get(name, "").strip() for name in (*PROVIDER, LOCAL_EDITOR)}
        local_editor = given.pop(LOCAL_EDITOR)
        problems: list[Problem] = []
        if any(given.values()):
            problems += _provider_problems(given, address)
        if local_editor:
            problems += _local_problems(local_editor, has_provider=any(given.values()), address=address)
        if problems:
            raise SettingsError(*problems)
        url, client, secret, cookies = (given[name] for name in PROVIDER)
        provider = Provider(url, client, secret, cookies, address) if url else None
        return cls(provider, local_editor, Path(known.get(RIGHTS, "").strip() or _RIGHTS_FILE))


def _provider_problems(given: Mapping[str, str], address: str) -> list[Problem]:
    missing = [name for name in PROVIDER if not given[name]]
    text = N_("Die Angabe fehlt. Die Anmeldung braucht {all} und ATLAS_ADDRESS.")
    problems = [Problem(name, text, {"all": ", ".join(PROVIDER)}) for name in missing]
    if not address:
        problems.append(Problem("ATLAS_ADDRESS", text, {"all": ", ".join(PROVIDER)}))
    for name, url in (("ATLAS_OIDC_METADATA_URL", given["ATLAS_OIDC_METADATA_URL"]), ("ATLAS_ADDRESS", address)):
        if url and not _is_safe(url):
            text = N_("„{given}“ geht nicht: Die Anmeldung braucht eine Adresse mit https://.")
            problems.append(Problem(name, text, {"given": url[:80]}))
    secret = given["ATLAS_COOKIE_SECRET"]
    if secret and len(secret) < _SHORTEST_SECRET:
        text = N_(
            "Das Geheimnis ist zu kurz. Bitte mindestens {n} zufällige Zeichen, zum Beispiel aus: openssl rand -hex 32"
        )
        problems.append(Problem("ATLAS_COOKIE_SECRET", text, {"n": _SHORTEST_SECRET}))
    return problems


def _local_problems(name: str, *, has_provider: bool, address: str) -> list[Problem]:
    problems = []
    if len(name) > _LONGEST_NAME or not name.isprintable():
        text = N_("Der Name muss in einer Zeile stehen und darf höchstens {n} Zeichen haben.")
        problems.append(Problem(LOCAL_EDITOR, text, {"n": _LONGEST_NAME}))
    if has_provider:
        text = N_("Örtliche Bearbeitung und Anmeldung schließen sich aus. Bitte ATLAS_LOCAL_EDITOR löschen.")
        problems.append(Problem(LOCAL_EDITOR, text))
    elif address and not is_loopback(urlsplit(address).hostname):
        text = N_(
            "Örtliche Bearbeitung geht nur, wo niemand von außen hinkommt; ATLAS_ADDRESS nennt aber eine öffentliche "
            "Adresse. Bitte eine von beiden Angaben löschen."
        )
        problems.append(Problem(LOCAL_EDITOR, text))
    return problems


def _is_safe(url: str) -> bool:
    """Return whether what is sent to an address can't be read on the way."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
