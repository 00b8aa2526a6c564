"""What a table would change in the record: which row is which entry, and what is new about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import pandas as pd

from atlas.model.edits import RECORD_FIELDS, Add, Correct, Edit, Record, Withdraw
from atlas.model.records import READ_ON, RECORD_COLUMNS


class Kind(StrEnum):
    """What a table would do to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    """In the record, not in the table."""


class Row(NamedTuple):
    """A good row of a table: its line, the number of the entry it names (0 for none), what it says."""

    line: int
    entry: int
    record: Record


@dataclass(frozen=True, slots=True)
class Step:
    """One entry, as it is and as it would be.

    Attributes
    ----------
    line
        Of the table; 0 if it is missing there.
    entry, version
        Of the record; 0 if it is added. Without a store the version is 0, too.
    old, new
        None where there is none; of an unchanged entry both are the same.
    """

    kind: Kind
    line: int
    entry: int
    version: int
    old: Record | None
    new: Record | None

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields a changed entry has another value in."""
        if self.old is None or self.new is None:
            return ()
        pairs = zip(RECORD_FIELDS, astuple(self.old), astuple(self.new), strict=True)
        return tuple(name for name, before, after in pairs if before != after)


@dataclass(frozen=True, eq=False)
class Difference:
    """All steps: rows in order of line, then missing entries in order of number."""

    steps: tuple[Step, ...] = ()

    def of(self, *kinds: Kind) -> list[Step]:
        """Return the steps of some kinds."""
        return [step for step in self.steps if step.kind in kinds]

    def edits(self, *, is_whole: bool = False) -> list[Edit]:
        """Return what has to be written; with ``is_whole`` missing entries are withdrawn."""
        edits: list[Edit] = []
        for step in self.steps:
            if step.kind is Kind.ADDED and step.new:
                edits.append(Add(step.new))
            elif step.kind is Kind.CHANGED and step.new:
                edits.append(Correct(step.entry, step.version, step.new))
            elif step.kind is Kind.MISSING and is_whole:
                edits.append(Withdraw(step.entry, step.version))
        return edits


def applied(table: pd.DataFrame, edits: Iterable[Edit], today: date) -> pd.DataFrame:
    """Return a record as it would be with some edits, made today: `RECORD_COLUMNS`, `READ_ON`, ``line``; new entries last."""
    records = {entry: record for entry, (_, record) in entries_of(table).items()}
    read_on = dict(zip(table["line"], table[READ_ON], strict=True))
    for edit in edits:
        if isinstance(edit, Add):
            records[max(records, default=0) + 1] = edit.record
        elif isinstance(edit, Correct):
            records[edit.entry] = edit.record
        else:
            del records[edit.entry]
    days = [record.retrieved or read_on.get(entry, today.isoformat()) for entry, record in records.items()]
    made = pd.DataFrame(map(astuple, records.values()), columns=list(RECORD_COLUMNS), dtype="str")
    made[READ_ON], made["line"] = days, list(records)
    return made


class _Entry(NamedTuple):
    entry: int
    version: int
    record: Record


def entries_of(table: pd.DataFrame) -> dict[int, tuple[int, Record]]:
    """Return version and content of each entry of a record, by number."""
    versions = table["version"] if "version" in table.columns else [0] * len(table)
    rows = table[list(RECORD_COLUMNS)].itertuples(index=False, name=None)
    known: dict[str, str] = {}  # the same text once: a table gives a new one for each cell
    return {
        int(line): (int(version), Record(*(known.setdefault(text, text) for text in row)))
        for line, version, row in zip(table["line"], versions, rows, strict=True)
    }


def compare(
    rows: Sequence[Row],
    entries: Mapping[int, tuple[int, Record]],
    given: Iterable[str],
    heir: Mapping[str, str],
    fits: Callable[[str, str], bool],
) -> Difference:
    """Return what the rows of a table would change.

    A row is the entry whose number it gives. Otherwise the one that says the same; then the one with the same participant,
    instrument, stage, date and partner, best with the same source; then without the partner; then the only one
    left whose date is the same, more or less exact.

    Parameters
    ----------
    rows
        The good rows.
    entries
        As `entries_of` gives them.
    given
        Fields the table has a column for. What it has none for stays as it is.
    heir
        Successor of each key merged away: it may stand for the old one.
    fits
        Whether a key has or had a name. A name that does is not changed into another that does, too.
    """
    fields = frozenset(given)
    left = {number: _Entry(number, *entry) for number, entry in entries.items()}
    pairs: dict[int, _Entry] = {}
    waiting: list[int] = []
    for at, row in enumerate(rows):
        if row.entry in left:
            pairs[at] = left.pop(row.entry)
        else:
            waiting.append(at)
    for identity in _identities(fields, heir):
        waiting = _pair(waiting, rows, left, pairs, identity)
    _pair_by_date(waiting, rows, left, pairs, heir)
    steps = [_step(row, pairs.get(at), fields, fits) for at, row in enumerate(rows)]
    steps += [Step(Kind.MISSING, 0, each.entry, each.version, each.record, None) for each in left.values()]
    return Difference(tuple(steps))


_Identity = Callable[[Record], tuple[str, ...]]


def _identities(fields: frozenset[str], heir: Mapping[str, str]) -> Iterable[_Identity]:
    """Yield what must agree, the strictest first."""
    who = ("ags", "instrument", "status", "date")
    for names in (
        tuple(name for name in RECORD_FIELDS if name != "municipality"),
        (*who, "joint_with", "source_url"),
        (*who, "joint_with"),
        who,
    ):
        kept = tuple(name for name in names if name in fields)
        yield lambda record, kept=kept: tuple(getattr(record, name) for name in kept)  # type: ignore[misc]
    kept = tuple(name for name in who if name in fields)
    yield lambda record: tuple(heir.get(value, value) for value in (getattr(record, name) for name in kept))


def _pair(
    waiting: list[int], rows: Sequence[Row], left: dict[int, _Entry], pairs: dict[int, _Entry], identity: _Identity
) -> list[int]:
    """Pair what agrees, each entry once, in order; return the rows that are still without one."""
    if not left:
        return waiting
    free: dict[tuple[str, ...], list[_Entry]] = defaultdict(list)
    for entry in reversed(left.values()):
        free[identity(entry.record)].append(entry)
    still = []
    for at in waiting:
        if found := free.get(identity(rows[at].record)):
            pairs[at] = found.pop()
            del left[pairs[at].entry]
        else:
            still.append(at)
    return still


def _pair_by_date(
    waiting: list[int], rows: Sequence[Row], left: dict[int, _Entry], pairs: dict[int, _Entry], heir: Mapping[str, str]
) -> None:
    """Pair a row with an entry if one date is the other, more exact, and nothing else left fits either of them."""

    def who(record: Record) -> tuple[str, str, str]:
        return heir.get(record.ags, record.ags), record.instrument, record.status

    free: dict[tuple[str, str, str], list[_Entry]] = defaultdict(list)
    for entry in left.values():
        free[who(entry.record)].append(entry)
    fitting: dict[int, list[_Entry]] = {}
    claims: dict[int, int] = defaultdict(int)
    for at in waiting:
        date = rows[at].record.date
        fitting[at] = [
            each
            for each in free.get(who(rows[at].record), ())
            if date.startswith(each.record.date) or each.record.date.startswith(date)
        ]
        for each in fitting[at]:
            claims[each.entry] += 1
    for at, entries in fitting.items():
        if len(entries) == 1 and claims[entries[0].entry] == 1:
            pairs[at] = left.pop(entries[0].entry)


def _step(row: Row, entry: _Entry | None, fields: frozenset[str], fits: Callable[[str, str], bool]) -> Step:
    if entry is None:
        return Step(Kind.ADDED, row.line, 0, 0, None, row.record)
    old, new = entry.record, row.record
    kept = {name: getattr(old, name) for name in RECORD_FIELDS if name not in fields}
    if new.ags == old.ags and fits(old.ags, old.municipality):
        kept["municipality"] = old.municipality
    if "date_means" in kept and bool(kept["date_means"]) != bool(kept.get("date", new.date)):
        del kept["date_means"]
    new = replace(new, **kept)
    if new == old:
        return Step(Kind.UNCHANGED, row.line, entry.entry, entry.version, old, old)
    return Step(Kind.CHANGED, row.line, entry.entry, entry.version, old, new)
