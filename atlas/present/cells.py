"""Entries as the cells of a table that people read and change, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.analysis.typed import TableEdits, Typed, from_table
from atlas.present.context import ViewContext
from atlas.present.entries import as_written, places, rung_label, rungs
from atlas.present.wording import Words

_PLAIN = ("date", "until", "joint_with", "case", "note", "source_url", "source_date", "retrieved")
"""Fields whose cells are what they say."""
_ORDER = (
    "ags", "status", "date", "date_means", "until", "joint_with", "case", "note", "source_url", "source_date",
    "retrieved", "inferred",
)  # fmt: skip
"""What stands in the columns; instrument and stage share one."""


class Cells:
    """The cells of some entries, in the language of ``words``.

    ``place`` is the key of the place that all of them are of; without one there is a column for it.
    """

    def __init__(self, context: ViewContext, words: Words, place: str | None) -> None:
        self._words = words
        self._programme = context.programme
        self._place = place
        self._names = places(context)
        fields = {name: words.label(label) for name, label in HEADINGS.items()}
        fields |= {"ags": words.say("Ort"), "status": words.say(phrases.INSTRUMENT_AND_STAGE)}
        self.titles = {name: fields[name] for name in _ORDER if name != "ags" or place is None}
        """Headings by what stands below them, in order."""
        self._stages = {rung_label(self._programme, rung, words): rung for rung in rungs(self._programme)}
        self._meanings = {"": "", words.say(phrases.REACHED): "reached", words.say(phrases.AT_THE_LATEST): "known_by"}
        self._marks = {"": "", words.say(phrases.YES): "yes"}

    def choices(self, base: Iterable[Typed]) -> dict[str, list[str]]:
        """Return what may be chosen, by heading."""
        former = {self.place_label(each) for each in base} - set(self._names.values())
        known = {
            "ags": [*self._names.values(), *sorted(former)],
            "status": [*self._stages],
            "date_means": [*self._meanings][1:],
            "inferred": [*self._marks][1:],
        }
        return {self.titles[name]: options for name, options in known.items() if name in self.titles}

    def table(self, base: Iterable[Typed]) -> pd.DataFrame:
        """Return a table with a row for each entry, all text."""
        meanings, marks = ({key: label for label, key in each.items()} for each in (self._meanings, self._marks))
        rows = []
        for each in base:
            record = as_written(each.record, self._words)
            label = rung_label(self._programme, (record.instrument, record.status), self._words)
            cells = {name: getattr(record, name) for name in _PLAIN}
            cells |= {"ags": self.place_label(each), "status": label, "date_means": meanings[record.date_means]}
            cells |= {"inferred": marks[record.inferred]}
            rows.append(cells)
        return pd.DataFrame(rows, columns=list(self.titles), dtype="str").rename(columns=self.titles)

    def place_label(self, each: Typed) -> str:
        """Return the name of who has an entry; with its key where it has none today."""
        return self._names.get(each.record.ags) or f"{each.record.municipality} ({each.record.ags})"

    def edits(self, base: Sequence[Typed], state: Mapping[str, object]) -> TableEdits:
        """Return what somebody did to the table; see `from_table`."""
        shown = [replace(each, record=as_written(each.record, self._words)) for each in base]
        done = from_table(shown, state, self._readers(base), {"ags": self._place} if self._place else {})
        return TableEdits(tuple(map(_with_meaning, done.rows)), done.withdrawn)

    def _readers(self, base: Iterable[Typed]) -> dict[str, Callable[[str], dict[str, str]]]:
        """Return what gives the fields of the record for a cell of each column."""
        keys = {self.place_label(each): each.record.ags for each in base}
        keys |= {name: key for key, name in self._names.items()}

        def stage(cell: str) -> dict[str, str]:
            instrument, status = self._stages.get(cell, (cell, ""))
            return {"instrument": instrument, "status": status}

        def place(cell: str) -> dict[str, str]:
            return {"ags": keys.get(cell, cell), "municipality": ""}  # it gets the official name

        def plain(name: str) -> Callable[[str], dict[str, str]]:
            return lambda cell: {name: cell.strip()}

        by_field = {name: plain(name) for name in _PLAIN}
        by_field |= {"status": stage, "ags": place}
        by_field["date_means"] = lambda cell: {"date_means": self._meanings.get(cell, cell)}
        by_field["inferred"] = lambda cell: {"inferred": self._marks.get(cell, cell)}
        return {title: by_field[name] for name, title in self.titles.items()}


def _with_meaning(typed: Typed) -> Typed:
    """Return an entry whose date means something if it has one, and nothing if it has none."""
    record = typed.record
    return replace(typed, record=replace(record, date_means=(record.date_means or "reached") if record.date else ""))
