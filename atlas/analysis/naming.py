"""Who and what a row is about: keys with names, instruments with stages, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from atlas import phrases
from atlas.analysis.columns import folded
from atlas.analysis.known_names import KnownNames
from atlas.analysis.values import Reading, Remark, remark_of
from atlas.errors import Severity
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, known_keys
from atlas.model.dates import PartialDate
from atlas.model.keys import district_of, is_district_key
from atlas.model.programme import Instrument, Programme, Stage
from atlas.model.rules import check_key, check_stage
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_

_TELLING = 5
_ALIKE = 70
_ROUNDED = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]+", re.IGNORECASE)
_ZERO_LOST = (4, 7, 11)
_REGIONAL = (9, 12)
"""Digits of the Regionalschlüssel: the municipality key with four more in the middle, for the association; without its last three it
is the association's own."""
_SLIPS = 2
_READ_AS = N_("{given} ist als {key} gelesen.")
_ZERO = N_("Die führende Null fehlte: {given} ist als {key} gelesen.")
_ASSOCIATION = N_(
    "{given} ist der Schlüssel eines Gemeindeverbands ({district}): einer Verwaltungsgemeinschaft, eines Amts, einer "
    "Samtgemeinde. Eingetragen werden Gemeinden und Kreise; bitte eine Zeile für jede beteiligte Gemeinde."
)
_TITLE_OF_KEY = re.compile(r"^(?:de|ags|ars|rs|gkz)\b[:. ]*", re.IGNORECASE)


@lru_cache(4)
def participants(editions: tuple[BoundaryVersion, ...], register: tuple[tuple[str, str], ...] = ()) -> Participants:
    """Return those of a state or the country; a country has eleven thousand names to take apart."""
    return Participants(editions, register)


def participants_of(snapshot: Snapshot, programme: Programme) -> Participants:
    """Return those of a programme, also by the names that a register of inhabitants has for them: the Sorbian ones."""
    population = snapshot.populations.get(programme.boundary_set)
    register = tuple(sorted(population.names.items())) if population else ()
    return participants(snapshot.editions[programme.boundary_set], register)


class Participants(KnownNames):
    """Municipalities and districts of a state, by the keys and names people write."""

    def __init__(self, editions: tuple[BoundaryVersion, ...], register: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(editions, register)
        self.keys = known_keys(editions)

    def read_key(self, raw: str, name: str, district: str = "") -> Reading:
        """Read a key; ``name``, which stands beside it, is taken for one that is missing, if it means one alone.

        ``district`` is the key of that in which the place lies, where the row says so.
        """
        if not raw:
            return self._read_by_name(name, district)
        key, how = self._repaired(raw.removeprefix("'"))
        if key in self.keys:
            return Reading(key, (Remark(how, {"given": raw, "key": key}, Severity.NOTE),) if how else ())
        if how:
            values = {"given": raw, "district": self.name(district_of(key))}
            return Reading(raw, (Remark(how, values, suggestion=self._suggested("", name)),))
        if _ROUNDED.fullmatch(raw):
            text = N_(
                "Excel hat den Schlüssel zu {given} gekürzt; die letzten Ziffern fehlen. Bitte neu eintippen, als Text."
            )
            return Reading(raw, (Remark(text, {"given": raw}, suggestion=self._suggested("", name)),))
        (fault,) = check_key(key, self.keys)
        return Reading(key, (remark_of(fault, self._suggested(key, name)),))

    def read_district(self, raw: str) -> str:
        """Return the key of a district by its key or name; empty if it is none, or several are called so."""
        key = self._repaired(raw)[0]
        places = [key] if key in self.keys else self.keys_of(raw)
        found = {district_of(each) for each in places if is_district_key(each) or each in self.city.values()}
        return found.pop() if len(found) == 1 else ""

    def lies_in(self, name: str, district: str) -> bool:
        """Return whether a municipality of this name, and not the district itself, lies in a district given by its key."""
        key = self._repaired(district)[0]
        is_district = is_district_key(key) and key in self.keys
        return is_district and not self.fits(key, name) and any(district_of(each) == key for each in self.keys_of(name))

    def doubt_district(self, raw: str, key: str) -> Remark | None:
        """Return what there is to say of the district in a row whose place is known; None if it is that of the place."""
        values = {"given": raw[:80], "place": self.label(key)}
        district = self.read_district(raw)
        if not district:
            text = N_("Den Kreis „{given}“ gibt es hier nicht; die Angabe ist nicht beachtet.")
            return Remark(text, values, Severity.WARNING)
        if key.startswith(district):
            return None
        text = N_("Schlüssel und Kreis widersprechen sich: {place}, daneben steht „{given}“. Bitte prüfen.")
        return Remark(text, values, Severity.WARNING)

    def _read_by_name(self, name: str, district: str) -> Reading:
        """Return the key of the only place that is called so, in the district if one is known."""
        found = self._named(name)
        values = {"given": name[:80], "place": self.labels(found)}
        if not name:
            return Reading("", (Remark("Der Schlüssel fehlt."),))
        if not found:
            text = N_("Der Schlüssel fehlt, und „{given}“ heißt hier keine Gemeinde und kein Kreis.")
            return Reading("", (Remark(text, values),))
        if district:
            inside = [each for each in found if len(each) > len(district) and each.startswith(district)]
            if not inside:
                text = N_("„{given}“ gibt es nicht in {district}. Bitte Name oder Kreis berichtigen.")
                values["district"] = self.label(district)
                return Reading("", (Remark(text, values, suggestion=self.labels(found)),))
            found = [each for each in inside if self.name(each) == name] or inside
            values["place"] = self.labels(found)
        if len(found) > 1:
            text = N_(
                "Der Schlüssel fehlt, und „{given}“ heißen mehrere. Bitte den Schlüssel des richtigen Orts eintragen."
            )
            return Reading("", (Remark(text, values, suggestion=self.labels(found)),))
        if district:
            text = N_("Der Schlüssel fehlt; nach Name und Kreis ist es {place}.")
            return Reading(found[0], (Remark(text, values, Severity.NOTE),))
        text = N_("Der Schlüssel fehlt; nach dem Namen „{given}“ ist er ergänzt: {place}. Bitte prüfen.")
        return Reading(found[0], (Remark(text, values, Severity.WARNING),))

    def _repaired(self, raw: str) -> tuple[str, str]:
        """Return the key that is meant, and a sentence that says what was repaired; empty if nothing was.

        Of an association it is the key of the district it begins with and more, which no participant has.
        """
        digits = re.sub(r"[\s./-]", "", re.sub(r"^([0-9]{4,12})[.,]0+$", r"\1", _TITLE_OF_KEY.sub("", raw)))
        if not (digits.isascii() and digits.isdigit()):
            return raw, ""
        how = _READ_AS if digits != raw else ""
        if len(digits) in _ZERO_LOST and any(self._of_regional(f"0{digits}")):
            digits, how = f"0{digits}", _ZERO
        key, is_association = self._of_regional(digits)
        if is_association:
            return digits, _ASSOCIATION
        if key in self.city:
            return self.city[key], N_("{given} ist der Schlüssel einer kreisfreien Stadt als Kreis; gelesen als {key}.")
        if key and len(digits) > len(key) and how != _ZERO:
            how = N_("{given} ist ein Regionalschlüssel; gelesen als {key}.")
        return (key, how) if key else (raw, "")

    def _of_regional(self, digits: str) -> tuple[str, bool]:
        """Return the key that eight or five digits are, or nine or twelve with an association's within; and whether they are one."""
        district, middle, last = digits[:5], digits[5:9], digits[9:]
        if len(digits) not in _REGIONAL:
            return (digits if digits in self.keys else ""), False
        if middle == "0000" and last in {"", "000"}:
            return (district if district in self.keys else ""), False
        key = district + (last or middle[1:] * (middle[0] == "0"))
        if key in self.keys and key != district:
            return key, False
        return "", district in self.keys and last in {"", "000"} and middle[0] != "0"

    def _suggested(self, key: str, name: str) -> str:
        """Return keys with their names: those the name belongs to; without a name the closest to the key in its district."""
        if name:
            return self.labels(self._named(name))
        if key[5:] == "000" and key[:5] in self.keys:
            return self.label(key[:5])
        near = sorted(each for each in self.keys if each[:5] == key[:5] and len(each) == len(key)) if key else []
        found = process.extractOne(key, near, scorer=OSA.distance, score_cutoff=_SLIPS)
        return self.label(found[0]) if found else ""

    def _named(self, name: str) -> list[str]:
        """Return the keys a name belongs to, those that still exist first."""
        return sorted(self.keys_of(name), key=lambda each: (each in self.ended, each))

    def read_name(self, raw: str, key: str) -> Reading:
        """Read the name beside a good key."""
        official = self.name(key)
        if not raw:
            text = N_("Der Name fehlt; nach dem Schlüssel ist es {official}.")
            return Reading(official, (Remark(text, {"official": official}, Severity.NOTE),))
        if self.fits(key, raw):
            return Reading(raw)
        values = {"ags": key, "official": official, "given": raw[:80]}
        if others := self._named(raw):
            text = N_(
                "Schlüssel und Name widersprechen sich: zu {ags} gehört „{official}“, „{given}“ hat einen anderen Schlüssel."
            )
            return Reading(raw, (Remark(text, values, suggestion=self.labels(others)),))
        text = phrases.KEY_OF_ANOTHER_NAME
        return Reading(raw, (Remark(text, values, Severity.WARNING, official),))

    def abolished(self, key: str, day: str) -> Remark | None:
        """Return what there is to say of a key merged away, beside a date (empty or good); None of any other."""
        change: BoundaryChange | None = self.ended.get(key)
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
    """Instruments and stages of a programme as people write them: by key or by the label they have in German or English.

    Both together in one cell, too, or a stage that only one instrument has. Suggested is what people call them.
    """

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._known = {each.key: each for each in programme.instruments}
        self._instruments = _spellings(programme.instruments)
        self._stages = {each.key: _spellings(each.stages) for each in programme.instruments}
        self._any_stage = {spelled for known in self._stages.values() for spelled in known}

    def is_instrument(self, text: str) -> bool:
        """Return whether a text is an instrument."""
        return folded(text) in self._instruments

    def is_stage(self, text: str) -> bool:
        """Return whether a text is a stage of some instrument."""
        return folded(text) in self._any_stage

    def read(self, instrument: str | None, stage: str) -> tuple[Reading, Reading]:
        """Read an instrument and one of its stages; where there is no column for instruments, None, the stage says which."""
        left, colon, right = stage.partition(":")
        if colon:
            pair = self._read_two(left.strip(), right.strip())
            if not (pair[0].remarks or pair[1].remarks):
                return self.read(instrument, pair[1].value) if instrument else pair
        fitting = [key for key, known in self._stages.items() if folded(stage) in known] if instrument is None else []
        if len(fitting) == 1:
            text = N_("Der Baustein folgt aus der Stufe: {instrument}.")
            told = Remark(text, {"instrument": self._known[fitting[0]].label.de}, Severity.NOTE)
            return Reading(fitting[0], (told,)), self._read_two(fitting[0], stage)[1]
        if fitting:
            text = N_("„{given}“ haben mehrere Bausteine: {known}. Bitte „Baustein: Stufe“ schreiben.")
            known = ", ".join(self._known[each].label.de for each in fitting)
            return Reading("", (Remark(text, {"given": stage, "known": known}),)), Reading(stage)
        if instrument is None and stage and not colon:
            return Reading(""), self._read_two("", stage)[1]
        return self._read_two(instrument or "", stage)

    def _read_two(self, raw_instrument: str, raw_stage: str) -> tuple[Reading, Reading]:
        instrument = self._instruments.get(folded(raw_instrument), raw_instrument)
        spellings = self._stages.get(instrument, {})
        stage = spellings.get(folded(raw_stage), raw_stage)
        read = {"instrument": Reading(instrument), "status": Reading(stage)}
        for fault in check_stage(instrument, stage, self._programme):
            known = self._known.get(instrument)
            labels = {each.key: each.label.de for each in (known.stages if known else self._known.values())}
            close = _closest(read[fault[0]].value, spellings if known else self._instruments)
            values = {**fault[2], "allowed": ", ".join(labels.values())} | (
                {"instrument": known.label.de} if known else {}
            )
            remark = Remark(fault[1], values, suggestion=labels.get(close, ""))
            read[fault[0]] = Reading(read[fault[0]].value, (remark,))
        if read["instrument"].remarks and not self.is_stage(raw_stage):
            text = N_("„{given}“ ist keine Stufe eines Bausteins; es gibt {allowed}.")
            stages = {each.label.de: None for instrument in self._known.values() for each in instrument.stages}
            read["status"] = Reading(stage, (Remark(text, {"given": raw_stage, "allowed": ", ".join(stages)}),))
        return read["instrument"], read["status"]


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
