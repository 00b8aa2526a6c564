"""Every German text the program says, as ``pybabel extract`` finds it: what the English catalogue must know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {"say": None, "count": (1, 2), "N_": None, "Problem": (2,), "Remark": None}
"""Calls whose arguments are texts; those held in variables are marked by `atlas.phrases.N_`."""


@cache
def written() -> tuple[tuple[str, str], ...]:
    """Return every message as often as it is written, and in which file."""
    return tuple(_written())


def _written() -> Iterator[tuple[str, str]]:
    for folder in ("atlas", "ui"):
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS)
        for name, _, text, _, _ in sorted(found, key=lambda each: each[:2]):
            for said in (text,) if isinstance(text, str) else dict.fromkeys(text):  # one and many may be the same word
                if any(letter.isalpha() for letter in said.replace("{n}", "")):
                    yield said, f"{folder}/{name}"


def messages() -> dict[str, str]:
    """Return every message and the file that says it first."""
    found: dict[str, str] = {}
    for said, place in written():
        found.setdefault(said, place)
    return found
