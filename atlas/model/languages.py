"""The languages a reader may choose. A further one is a line here, a catalogue in `atlas/locale`, and labels in the programmes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Language:
    """What is particular to a language and stands in no catalogue."""

    name: str
    """In the language itself."""
    locale: Literal["de-DE", "en-GB"]
    """As Babel and Vega write it: ``de-DE``."""
    day: str
    percent: str
    """Patterns of the Unicode locale data for a day and a share."""


SOURCE_LANGUAGE = "de"
"""Key of the language the texts in the code are in."""
LANGUAGES = {
    SOURCE_LANGUAGE: Language(name="Deutsch", locale="de-DE", day="dd.MM.yyyy", percent="#,##0.0 %"),
    "en": Language(name="English", locale="en-GB", day="d MMMM y", percent="#,##0.0%"),
}


def known_language(key: str) -> str:
    """Return a key of `LANGUAGES`: the one given, or that of the source where it is none."""
    return key if key in LANGUAGES else SOURCE_LANGUAGE


def other_languages(key: str) -> dict[str, str]:
    """Return the names of the languages a reader of one may change to, by key."""
    return {each: language.name for each, language in LANGUAGES.items() if each != key}
