"""What tells one state of a file from another, and the sum of its content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from atlas import phrases
from atlas.errors import AtlasError, Problem

Stamp = tuple[str, int, int, int, int]
"""Path, inode, moments of the last change of content and of anything, size."""
_KEPT = 2_000


def stamp(path: Path) -> Stamp:
    """Return the stamp of a file: another one after every change, also one that keeps size and time."""
    found = path.stat()
    return str(path), found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size


def file_sum(path: Path) -> str:
    """Return the SHA-256 of a file, read again only when its stamp is another one."""
    return _sum(stamp(path))


def read_start(path: Path, most: int) -> bytes:
    """Return the content of a file; of one with more than ``most`` bytes one too many, which shows it."""
    with path.open("rb") as file:
        return file.read(most + 1)


def read_whole(path: Path, name: str, most: int = -1) -> bytes:
    """Return the content of a file of lines in UTF-8; messages call it ``name``. Of more than ``most`` bytes one too many.

    Raises `AtlasError` if it is missing, in something else, or ends within a line: programs that write tables don't, files half copied do.
    """
    try:
        content = read_start(path, most) if most >= 0 else path.read_bytes()
    except FileNotFoundError as error:
        raise AtlasError(Problem(name, phrases.FILE_MISSING)) from error
    if 0 <= most < len(content):
        return content
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise AtlasError(Problem(name, phrases.FILE_NOT_UTF8)) from error
    if content and not content.endswith(b"\n"):
        raise AtlasError(Problem(name, phrases.FILE_CUT))
    return content


@lru_cache(_KEPT)
def _sum(of: Stamp) -> str:
    with Path(of[0]).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
