"""Words, numbers and dates in the reader's language.

German is the source language: ``words.say("Stand {day}", day=…)``. English comes from ``atlas/locale/en.po``; a test
holds that it is complete. Placeholders are filled after translation, so a text from data is never a format.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from atlas import phrases
from atlas.errors import Problem
from atlas.model.dates import ZONE, PartialDate
from atlas.model.languages import LANGUAGES, SOURCE_LANGUAGE
from atlas.model.programme import Instrument, Label

_CATALOGUES = Path(__file__).resolve().parents[1] / "locale"


@cache
def _catalogue(lang: str) -> NullTranslations:
    if lang == SOURCE_LANGUAGE:
        return NullTranslations()
    with (_CATALOGUES / f"{lang}.po").open("rb") as file:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(file, locale=lang))
    return GNUTranslations(io.BytesIO(compiled.getvalue()))


@dataclass(frozen=True)
class Words:
    """Everything said to a reader in one language."""

    lang: str

    @property
    def _locale(self) -> Locale:
        return Locale.parse(LANGUAGES[self.lang].locale, sep="-")

    def say(self, text: str, /, **values: object) -> str:
        """Return the German ``text`` in the reader's language with its placeholders filled."""
        translated = _catalogue(self.lang).gettext(text)
        return translated.format(**values) if values else translated

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return ``one`` or ``many`` by number, ``{n}`` filled with the number in the language's form."""
        translated = _catalogue(self.lang).ngettext(one, many, n)
        return translated.format(n=self.number(n), **values)

    def label(self, label: Label) -> str:
        """Return a label of the programme."""
        return label.in_language(self.lang)

    def arrangements(self, instrument: Instrument, n: int) -> str:
        """Return ``3 Vereinbarungen``: arrangements as the programme calls those of an instrument."""
        return f"{self.number(n)} {self.label(instrument.unit_one if n == 1 else instrument.unit)}"

    def problem(self, problem: Problem) -> str:
        """Return a problem as one sentence with its place in front."""
        sentence = self.say(problem.text).format(**problem.values)
        return f"{self._place(problem.place)}: {sentence}" if problem.place else sentence

    def _place(self, place: str) -> str:
        """Return a place in the reader's language: our own word at the start of a part. What comes from files stays."""
        known = {
            phrases.FOR_ALL_ROWS: self.say(phrases.FOR_ALL_ROWS),
            "Zeile": self.say(phrases.LINE),
            "Spalte": self.say(phrases.COLUMN),
            "Eintrag": self.say("Eintrag"),
            "Änderung": self.say("Änderung"),
            "Bestand": self.say("Bestand"),
            "Gemeinde": self.say(phrases.MUNICIPALITY),
            "Notiz": self.say(phrases.PRIVATE_NOTE),
            "Ziele": self.say(phrases.TARGETS),
            "nächster Schritt": self.say(phrases.NEXT_STEP),
        }
        translated = re.sub(rf"(?:^|(?<=, ))({'|'.join(known)})(?= |,|$)", lambda found: known[found[1]], place)
        return translated if self.lang == SOURCE_LANGUAGE else re.sub("„(.*)“", "“\\1”", translated)

    def language(self, lang: str) -> str:
        """Return what a language is called, by its key."""
        return str(Locale.parse(lang).get_language_name(self.lang))

    def number(self, value: float, digits: int = 0) -> str:
        """Return ``1.234,5`` or ``1,234.5``."""
        form = "#,##0" if digits == 0 else "#,##0." + "0" * digits
        return str(format_decimal(value, form, locale=self._locale))

    def percent(self, share: float) -> str:
        """Return a share (0 to 1) as ``31,0 %`` or ``31.0%``."""
        return str(format_percent(share, LANGUAGES[self.lang].percent, locale=self._locale))

    def listed(self, parts: Sequence[str]) -> str:
        """Return ``A, B und C``."""
        return str(format_list(parts, locale=self._locale))

    def day(self, day: date) -> str:
        """Return ``31.12.2022`` or ``31 December 2022``."""
        return str(format_date(day, LANGUAGES[self.lang].day, locale=self._locale))

    def moment(self, moment: datetime) -> str:
        """Return day and time in Germany: ``23.11.2026, 09:05``."""
        here = moment.astimezone(ZONE)
        return f"{self.day(here.date())}, {format_time(here, 'HH:mm', locale=self._locale)}"

    def partial(self, text: str) -> str:
        """Return a partial date as far as it is known: ``06/2021`` is written ``Juni 2021``; empty stays empty."""
        if not text:
            return ""
        known = PartialDate.parse(text)
        if known.day is not None:
            return self.day(known.first_day())
        if known.month is not None:
            return str(format_date(known.first_day(), "MMMM y", locale=self._locale))
        return str(known.year)

    def since(self, text: str, means: str, read_on: str = "") -> str:
        """Return since when something holds, with how well that is known; ``read_on`` is when its source was read."""
        if means == "undated" and read_on:
            return self.say(phrases.UNDATED_READ_DAY, day=self.partial(read_on))
        if means == "undated":
            return self.say(phrases.UNDATED)
        if means in {"known_by", "source"}:
            return self.say(phrases.DAY_AT_THE_LATEST, day=self.partial(text))
        return self.partial(text)
