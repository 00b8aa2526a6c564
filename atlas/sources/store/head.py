"""The head of the chain outside the database: how far it goes, how many rows hang on it, signed if there is a key."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from atlas.errors import AtlasError, Problem
from atlas.phrases import N_

_LOG = logging.getLogger(__name__)
_UNREADABLE = -1


@dataclass(frozen=True)
class ChainHead:
    """Number and digest of the newest act, rows of each table then, and the signature over all that.

    Number 0: there was no act yet. -1: the file can't be read, so that there was a store is all that is known.
    """

    act: int = 0
    digest: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    signature: str = ""

    def signed(self, seal: Seal) -> str:
        """Return what the signature has to be."""
        return seal.sign(json.dumps([self.act, self.digest, sorted(self.counts.items())]))

    @property
    def is_of_something(self) -> bool:
        """Return whether something had been written."""
        return self.act != 0 or any(self.counts.values())


class Seal:
    """Where the head is kept, and the key that signs it and every act.

    Written after the commit, whole or not at all, and only by a newer one: between the two a process may die, then the
    database is ahead of its head and the next who looks brings the head up to date.
    """

    def __init__(self, file: Path | None = None, key: str = "") -> None:
        self.file = file
        self.key = key
        self.seen: tuple[int, str] | None = None
        """Number and digest of the act the database was found to end with, in order."""
        self._lock = threading.Lock()

    def at(self, file: Path | None) -> Seal:
        """Return one with the same key for a head elsewhere."""
        return Seal(file, self.key)

    def sign(self, text: str) -> str:
        """Return the signature of a text; empty without a key."""
        return hmac.new(self.key.encode(), text.encode(), hashlib.sha256).hexdigest() if self.key else ""

    def is_signed(self, text: str, signature: str) -> bool:
        """Return whether a signature is that of the key."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())

    def read(self) -> ChainHead | None:
        """Return the head; None where none is kept, or it is not there."""
        if self.file is None:
            return None
        try:
            said = json.loads(self.file.read_bytes())
            return ChainHead(int(said["act"]), str(said["digest"]), dict(said["counts"]), str(said["signature"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return ChainHead(_UNREADABLE)

    def advance(self, head: ChainHead) -> bool:
        """Keep a head if it is newer than what is kept; return whether it is. One that is missing stays missing."""
        kept = self.read()
        if kept is None or not _UNREADABLE < kept.act < head.act:
            return False
        try:
            self.write(head)
        except AtlasError:
            _LOG.warning("the head of the store can't be written; the next who opens the store brings it up to date")
            return False
        return True

    def write(self, head: ChainHead) -> None:
        """Keep a head, whatever was kept before. Raises `AtlasError` if it can't be written."""
        if self.file is None:
            return
        written = self.file.with_name(f"{self.file.name}.{os.getpid()}.unfertig")
        try:
            with self._lock:
                with written.open("w", encoding="utf-8") as file:
                    json.dump(asdict(head), file)
                    file.flush()
                    os.fsync(file.fileno())
                written.replace(self.file)
        except OSError as error:
            text = N_(
                "Der Kopf der Kette lässt sich nicht schreiben ({reason}). Bitte ATLAS_STORE_HEAD und den Platz prüfen."
            )
            raise AtlasError(Problem(str(self.file), text, {"reason": error.strerror or str(error)})) from error
