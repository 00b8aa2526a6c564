"""Who and what a row is about: keys with names, instruments with stages, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from rapidfuzz import fuzz, process

from atlas import phrases
from atlas.analysis.columns import folded
from atlas.analysis.known_names import KnownNames
from atlas.analysis.status import successors
from atlas.analysis.values import Reading, Remark, remark_of
from atlas.errors import Severity
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, known_keys
from atlas.model.dates import PartialDate
from atlas.model.place_names import as_written
from atlas.model.programme import Instrument, Programme, Stage
from atlas.model.rules import check_key, check_stage, closest_key
from atlas.phrases import N_

_TELLING = 5
_ALIKE = 70
_ROUNDED = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]+", re.IGNORECASE)
_ZERO_LOST = (7, 4)
_REGIONAL = 12
"""Digits of the Regionalschlüssel: the municipality key with four more in the middle, for the association."""


class Participants(KnownNames):
    """Municipalities and districts of a state, by the keys and names people write."""

    def __init__(self, editions: tuple[BoundaryVersion, ...]) -> None:
        super().__init__(editions)
        self.keys = known_keys(editions)
        self._ended = {change.old_ags: change for edition in editions for change in edition.changes}
        self.successor = successors(self._ended.values(), date.max)

    def read_key(self, raw: str, name: str) -> Reading:
        """Read a key; ``name``, which stands beside it, helps to suggest one."""
        if not raw:
            return Reading("", (Remark("Der Schlüssel fehlt.", suggestion=self._suggested("", name)),))
        key, how = self._repaired(raw.removeprefix("'"))
        if key in self.keys:
            return Reading(key, (Remark(how, {"given": raw, "key": key}, Severity.NOTE),) if how else ())
        if _ROUNDED.fullmatch(raw):
            text = N_(
                "Excel hat den Schlüssel zu {given} gekürzt; die letzten Ziffern fehlen. Bitte neu eintippen, als Text."
            )
            return Reading(raw, (Remark(text, {"given": raw}, suggestion=self._suggested("", name)),))
        (fault,) = check_key(key, self.keys)
        return Reading(key, (remark_of(fault, self._suggested(key, name)),))

    def _repaired(self, raw: str) -> tuple[str, str]:
        """Return the key that is meant, and a sentence that says what was repaired; empty if nothing was."""
        if raw in self.keys or not raw.isascii():
            return raw, ""
        digits = re.sub(r"[ ./-]", "", re.sub(r"^([0-9]{4,12})[.,]0+$", r"\1", raw))
        if len(digits) in _ZERO_LOST and f"0{digits}" in self.keys:
            text = N_("Die führende Null fehlte: {given} ist als {key} gelesen.")
            return f"0{digits}", text
        if len(digits) == _REGIONAL and digits[:5] + digits[9:] in self.keys:
            text = N_("{given} ist ein Regionalschlüssel; gelesen als Gemeindeschlüssel {key}.")
            return digits[:5] + digits[9:], text
        if digits in self.keys:
            text = N_("{given} ist als {key} gelesen.")
            return digits, text
        return raw, ""

    def _suggested(self, key: str, name: str) -> str:
        """Return keys with their names: those the name belongs to, else the closest to the key, else to the name."""
        if fitting := self._named(name):
            return ", ".join(f"{each} {self.name(each)}" for each in fitting)
        if key[5:] == "000" and key[:5] in self.keys:
            return f"{key[:5]} {self.name(key[:5])}"
        close = closest_key(key, self.keys) if key else ""
        if not close and name:
            found = process.extractOne(as_written(name), list(self), scorer=fuzz.ratio, score_cutoff=_ALIKE)
            close = self.keys_of(found[0])[0] if found else ""
        return f"{close} {self.name(close)}" if close else ""

    def _named(self, name: str) -> list[str]:
        """Return the keys a name belongs to, those that still exist first."""
        return sorted(self.keys_of(name), key=lambda each: (each in self._ended, each))

    def read_name(self, raw: str, key: str) -> Reading:
        """Read the name beside a good key."""
        official = self.name(key)
        if not raw:
            text = N_("Der Name fehlt; ergänzt nach dem Schlüssel: {official}.")
            return Reading(official, (Remark(text, {"official": official}, Severity.NOTE),))
        if self.fits(key, raw):
            return Reading(raw)
        values = {"ags": key, "official": official, "given": raw[:80]}
        if others := self._named(raw):
            text = N_(
                "Schlüssel und Name widersprechen sich: zu {ags} gehört „{official}“, „{given}“ hat einen anderen Schlüssel."
            )
            return Reading(raw, (Remark(text, values, suggestion=", ".join(f"{each} {raw}" for each in others)),))
        text = phrases.KEY_OF_ANOTHER_NAME
        return Reading(raw, (Remark(text, values, Severity.WARNING, official),))

    def abolished(self, key: str, day: str) -> Remark | None:
        """Return what there is to say of a key merged away, beside a date (empty or good); None of any other."""
        change: BoundaryChange | None = self._ended.get(key)
        if change is None:
            return None
        successor = self.successor[key]
        values = {
            "ags": key,
            "successor": successor,
            "successor_name": self.name(successor),
            "day": change.effective.strftime("%d.%m.%Y"),
        }
        if day and PartialDate.parse(day).first_day() >= change.effective:
            text = N_(
                "Den Schlüssel {ags} gibt es seit dem {day} nicht mehr, der Eintrag ist jünger; er zählt für {successor} {successor_name}."
            )
            return Remark(text, values, Severity.WARNING, f"{successor} {self.name(successor)}")
        text = phrases.KEY_OF_A_PREDECESSOR
        return Remark(text, values, Severity.NOTE, f"{successor} {self.name(successor)}")


class StageNames:
    """Instruments and stages of a programme, by key or by the label they have in German or English."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._instruments = _spellings(programme.instruments)
        self._stages = {each.key: _spellings(each.stages) for each in programme.instruments}
        self._any_stage = {spelled for known in self._stages.values() for spelled in known}

    def read(self, raw_instrument: str, raw_stage: str) -> tuple[Reading, Reading]:
        """Read an instrument and one of its stages."""
        instrument = self._instruments.get(folded(raw_instrument), raw_instrument)
        spellings = self._stages.get(instrument, {})
        stage = spellings.get(folded(raw_stage), raw_stage)
        found = {fault[0]: fault for fault in check_stage(instrument, stage, self._programme)}
        readings = []
        for column, value in (("instrument", instrument), ("status", stage)):
            close = _closest(value, self._instruments if column == "instrument" else spellings)
            remarks = (self._with_names(remark_of(found[column], close), instrument),) if column in found else ()
            readings.append(Reading(value, remarks))
        if "instrument" in found and folded(raw_stage) not in self._any_stage:
            text = N_("„{given}“ ist keine Stufe eines Bausteins.")
            readings[1] = Reading(stage, (Remark(text, {"given": raw_stage}),))
        return readings[0], readings[1]

    def _with_names(self, remark: Remark, instrument: str) -> Remark:
        """Return what is wrong with an instrument or stage, by the names people know instead of keys."""
        known = {each.key: each for each in self._programme.instruments}
        things = known[instrument].stages if instrument in known else self._programme.instruments
        values = {**remark.values, "allowed": ", ".join(each.label.de for each in things)}
        if instrument in known:
            values["instrument"] = known[instrument].label.de
        return replace(remark, values=values)


def _spellings(things: Iterable[Instrument | Stage]) -> dict[str, str]:
    """Return the key for every way to write it; what could mean two is left out, but a key always means itself."""
    spelled: dict[str, set[str]] = {}
    things = list(things)
    for each in things:
        labels = [each.label, *([each.short] if isinstance(each, Instrument) else [])]
        for word in (word for label in labels for word in (label.de, label.en)):
            spelled.setdefault(folded(word), set()).add(each.key)
    clear = {word: keys.pop() for word, keys in spelled.items() if len(keys) == 1}
    return clear | {folded(each.key): each.key for each in things}


def _closest(value: str, spellings: dict[str, str]) -> str:
    word = folded(value)
    # A few letters are part of almost any word.
    scorer = fuzz.WRatio if len(word) >= _TELLING else fuzz.ratio
    found = process.extractOne(word, list(spellings), scorer=scorer, score_cutoff=_ALIKE) if word else None
    return spellings[found[0]] if found else ""
