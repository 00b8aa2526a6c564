"""What somebody says once for all rows of a table: read by the readers of cells, faults said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from atlas.analysis.columns import HEADINGS, SETTABLE, folded
from atlas.analysis.naming import StageNames
from atlas.analysis.values import (
    Reading,
    Remark,
    checked,
    is_blocked,
    meaning_before,
    meaning_of,
    readers,
)
from atlas.errors import Severity
from atlas.model.programme import Instrument, Programme, Stage
from atlas.model.rules import check_meaning
from atlas.phrases import N_


@dataclass(frozen=True)
class Guide:
    """How somebody says that a table is to be read."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    """Field for a heading that does not say it, or says another; an empty field leaves a column out."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What to read, by field, where the table has no column or an empty cell."""
    header: int | None = None
    """Line of the headings; 0 for none; None to find them."""
    file: str = ""
    """Name of the file: the source of what has no other."""


class Rungs:
    """Instruments with stages as people write them: together in one cell, too, or a stage that only one has.

    ``instruments`` and ``stages`` are what they are called, folded: a quick look, where reading says more.
    """

    def __init__(self, programme: Programme) -> None:
        self._names = StageNames(programme)
        self._labels = {each.key: each.label.de for each in programme.instruments}
        self.instruments = _words(programme.instruments)
        self.stages = _words(stage for each in programme.instruments for stage in each.stages)
        self._stages = {
            (each.key, stage.key): stage.label.de for each in programme.instruments for stage in each.stages
        }

    def read(self, instrument: str | None, stage: str) -> tuple[Reading, Reading]:
        """Read an instrument and one of its stages; suggested is what people call them.

        Where there is no column for instruments, None, the stage says which.
        """
        left, colon, right = stage.partition(":")
        if colon:
            pair = self._names.read(left.strip(), right.strip())
            if not is_blocked(remark for each in pair for remark in each.remarks):
                return self.read(instrument, pair[1].value) if instrument else pair
        fitting = self.having(stage) if instrument is None and stage else []
        if len(fitting) == 1:
            text = N_("Der Baustein folgt aus der Stufe: {instrument}.")
            told = Remark(text, {"instrument": self._labels[fitting[0]]}, Severity.NOTE)
            return Reading(fitting[0], (told,)), self._names.read(fitting[0], stage)[1]
        if fitting:
            text = N_("„{given}“ haben mehrere Bausteine: {known}. Bitte „Baustein: Stufe“ schreiben.")
            known = ", ".join(self._labels[each] for each in fitting)
            return Reading("", (Remark(text, {"given": stage, "known": known}),)), Reading(stage)
        return self._labelled(*self._names.read(instrument or "", stage))

    def having(self, stage: str) -> list[str]:
        """Return the keys of the instruments that have a stage."""
        return [each for each in self._labels if not self._names.read(each, stage)[1].remarks]

    def _labelled(self, instrument: Reading, stage: Reading) -> tuple[Reading, Reading]:
        """Return both with labels suggested instead of keys."""
        made = []
        for reading, labels in ((instrument, self._labels), (stage, self._of(instrument.value))):
            remarks = (replace(each, suggestion=labels.get(each.suggestion, "")) for each in reading.remarks)
            made.append(Reading(reading.value, tuple(remarks)))
        return made[0], made[1]

    def _of(self, instrument: str) -> dict[str, str]:
        return {stage: label for (key, stage), label in self._stages.items() if key == instrument}


def read_settings(
    given: Mapping[str, str], columns: Iterable[str], rungs: Rungs, today: date
) -> tuple[dict[str, str], list[tuple[str, Remark]]]:
    """Return what is set for all rows, by field, as cells may say it, and what there is to say of it, by field.

    ``columns`` are the fields the table has columns for: a stage is read with the instrument of its row.
    """
    found: dict[str, Reading] = {}
    said: list[tuple[str, Remark]] = []
    reads = readers(today) | {"date_means": _meaning}
    for name, raw in given.items():
        if name not in SETTABLE:
            text = N_("Das lässt sich nicht für alle Zeilen angeben; möglich: {known}.")
            known = ", ".join(HEADINGS[each].de for each in SETTABLE)
            said.append((name, Remark(text, {"known": known})))
        elif raw.strip():
            found[name] = reads.get(name, Reading)(raw.strip())
    has = set(columns)
    if (meant := meaning_before(given.get("date", "").strip())[1]) and "date_means" not in found:
        found["date_means"] = Reading(meant)
    if "status" in found and ("instrument" not in has or ":" in found["status"].value):
        instrument = found["instrument"].value if "instrument" in found else None
        found["instrument"], found["status"] = rungs.read(instrument, found["status"].value)
    elif "status" in found and not rungs.having(found["status"].value):
        found["status"] = rungs.read("", found["status"].value)[1]
    elif "instrument" in found:
        found["instrument"] = rungs.read(found["instrument"].value, "")[0]
    said += [(name, remark) for name, reading in found.items() for remark in reading.remarks]
    return {name: reading.value for name, reading in found.items()}, said


def _meaning(raw: str) -> Reading:
    return checked(meaning_of(raw), check_meaning(meaning_of(raw), has_date=True))


def unused(names: Iterable[str]) -> Iterable[tuple[str, Remark]]:
    """Yield what there is to say of settings that no row has taken."""
    text = N_("Die Angabe für alle Zeilen gilt nirgends: jede Zeile hat ihre eigene.")
    for name in names:
        yield name, Remark(text, {}, Severity.NOTE)


def _words(things: Iterable[Instrument | Stage]) -> set[str]:
    return {folded(word) for each in things for word in (each.key, each.label.de, each.label.en)}
