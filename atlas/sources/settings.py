"""Where the data lie."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_
from atlas.sources.store.database import Database
from atlas.sources.store.head import Seal

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")


class SettingsError(AtlasError):
    """What the environment says can't be."""


def program_root() -> Path:
    """Return the folder with ``app.py``, ``pages/``, ``data/`` and ``geodata/``: the repository, or its copy in a wheel."""
    code = Path(__file__).resolve().parents[2]
    return code if (code / "app.py").is_file() else code / "praeventionsatlas"


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    root: Path
    """Folder with ``geodata/`` and ``data/`` inside."""
    address: str = ""
    """Of the application as its visitors know it, ``https://atlas.example.org``; empty if not configured."""
    database: str = ""
    """Address of the database with the record; empty where the record is kept in files."""
    head: Path | None = None
    """Where the head of the store is kept; None: beside the file of SQLite, with PostgreSQL nowhere."""
    store_key: str = field(default="", repr=False)
    """What signs the store; empty if nothing does."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings.

        ``ATLAS_DATA_DIR``, else `program_root`; ``ATLAS_ADDRESS``; ``ATLAS_DATABASE_URL``, else a file of SQLite in the
        folder ``var`` of the data folder (with the data of a wheel, which the next version replaces, in ``~/.local/share``);
        ``files`` means that the record is kept in files; ``ATLAS_STORE_HEAD``, ``ATLAS_STORE_KEY``. Raises `SettingsError`
        if the address is none, or that of the database.
        """
        known = os.environ if environment is None else environment
        given = known.get("ATLAS_DATA_DIR", "")
        root = Path(given).resolve() if given else program_root()
        database = known.get("ATLAS_DATABASE_URL", "") or f"sqlite:///{_own_folder(root)}/atlas.sqlite3"
        problems: list[Problem] = []
        address = ""
        try:
            address = parse_address(known.get("ATLAS_ADDRESS", ""))
        except AtlasError as error:
            problems += error.problems
        try:
            if database != "files":
                Database(database).close()  # nothing is connected yet
        except AtlasError as error:
            problems += error.problems
        if known.get("FORWARDED_ALLOW_IPS", "").strip() == "*":
            told = N_(
                "„*“ glaubt jedem, was er über seine Adresse sagt. Bitte die Adressen der vorgeschalteten Server nennen."
            )
            problems.append(Problem("FORWARDED_ALLOW_IPS", told))
        if problems:
            raise SettingsError(*problems)
        head = known.get("ATLAS_STORE_HEAD", "")
        key = known.get("ATLAS_STORE_KEY", "")
        return cls(root, address, "" if database == "files" else database, Path(head) if head else None, key)

    @property
    def seal(self) -> Seal:
        """Return where the head of the store is kept, and the key that signs it."""
        beside = Database(self.database).seal.file if self.database else None
        return Seal(self.head or beside, self.store_key)


def _own_folder(root: Path) -> Path:
    """Return where what this installation writes is kept."""
    if root.parent == Path(__file__).resolve().parents[2]:
        return Path.home() / ".local" / "share" / "praeventionsatlas"
    return root / "var"


def parse_address(text: str, place: str = "ATLAS_ADDRESS") -> str:
    """Return the address of the application without a slash at its end; empty stays empty.

    Raises `AtlasError` if it is not ``http(s)://host`` with an optional path.
    """
    text = text.strip().rstrip("/")
    if text and not _ADDRESS.fullmatch(text):
        told = N_(
            "„{given}“ ist keine Adresse der Anwendung. Erwartet wird zum Beispiel https://atlas.example.org, ohne Parameter."
        )
        raise AtlasError(Problem(place, told, {"given": text[:80]}))
    return text
