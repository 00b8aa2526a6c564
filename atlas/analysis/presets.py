"""What somebody says once for all rows of a table: read by the readers of cells, faults said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from atlas.analysis.columns import HEADINGS, SETTABLE
from atlas.analysis.naming import StageNames
from atlas.analysis.values import (
    Reading,
    Remark,
    checked,
    meaning_before,
    meaning_of,
    readers,
)
from atlas.errors import Severity
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


def read_settings(
    given: Mapping[str, str], columns: Iterable[str], names: StageNames, today: date
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
        found["instrument"], found["status"] = names.read(instrument, found["status"].value)
    elif "status" in found and not names.is_stage(found["status"].value):
        found["status"] = names.read("", found["status"].value)[1]
    elif "instrument" in found:
        found["instrument"] = names.read(found["instrument"].value, "")[0]
    said += [(name, remark) for name, reading in found.items() for remark in reading.remarks]
    return {name: reading.value for name, reading in found.items()}, said


def _meaning(raw: str) -> Reading:
    return checked(meaning_of(raw), check_meaning(meaning_of(raw), has_date=True))


def unused(names: Iterable[str]) -> Iterable[tuple[str, Remark]]:
    """Yield what there is to say of settings that no row has taken."""
    text = N_("Die Angabe für alle Zeilen gilt nirgends: jede Zeile hat ihre eigene.")
    for name in names:
        yield name, Remark(text, {}, Severity.NOTE)
