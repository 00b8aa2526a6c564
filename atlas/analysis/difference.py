"""What a table would change in the record: which row is which entry, and what is new about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from atlas.analysis.naming import Participants
from atlas.model.edits import Add, Correct, Edit, Record, Withdraw
from atlas.model.records import READ_ON, RECORD_COLUMNS


class StepKind(StrEnum):
    """What a table would do to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    ERASING = "erasing"
    """It would only take a known value away, or put another in its place."""
    UNCHANGED = "unchanged"
    MISSING = "missing"
    """In the record, not in the table."""


TOUCHING = (StepKind.CHANGED, StepKind.ERASING)
"""What is done to an entry of the record."""


class Tie(StrEnum):
    """What a row is to an entry it resembles, once somebody has said so. Otherwise it is a new entry."""

    SAME = "same"
    """It is that entry, and corrects it."""
    FURTHER = "further"
    """It is an entry of its own about the same case: both get one `case`."""


class Answer(NamedTuple):
    """The answer to a question: what a row is to which entry."""

    tie: Tie
    entry: int


NO_ANSWERS: Mapping[int, Answer] = MappingProxyType({})


class TableRow(NamedTuple):
    """A good row of a table: its line, the number of the entry it names (0 for none), what it says."""

    line: int
    entry: int
    record: Record


@dataclass(frozen=True, slots=True)
class Question:
    """A row that is a new entry unless somebody says that it is none: the record has entries like it."""

    line: int
    record: Record
    near: Mapping[int, Record]
    """Entries of the same participant, instrument and stage, by number."""
    choices: tuple[Answer, ...]
    """What may be said."""
    answer: Answer | None = None
    """What has been said; None makes a new entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry, as it is and as it would be."""

    kind: StepKind
    line: int = 0
    """Of the table; 0 if it is missing there."""
    entry: int = 0
    version: int = 0
    """Of the record; 0 if it is added. Without a store the version is 0, too."""
    old: Record | None = None
    new: Record | None = None
    """None where there is none; of an unchanged entry both are the same."""
    safe: Record | None = None
    """``new`` without what takes a known value away."""
    said: Record | None = None
    """What the row itself says; None without a row."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields a changed entry has another value in."""
        return _differing(self.old, self.new)

    @property
    def erased(self) -> tuple[str, ...]:
        """Return the names of the fields whose known value would be taken away."""
        return _differing(self.safe, self.new)


def _differing(one: Record | None, other: Record | None) -> tuple[str, ...]:
    if one is None or other is None:
        return ()
    pairs = zip(RECORD_COLUMNS, astuple(one), astuple(other), strict=True)
    return tuple(name for name, before, after in pairs if before != after)


@dataclass(frozen=True, eq=False)
class Difference:
    """All steps: rows in order of line, then missing entries in order of number; and what is to be asked of rows."""

    steps: tuple[Step, ...] = ()
    questions: tuple[Question, ...] = ()

    def of(self, *kinds: StepKind) -> list[Step]:
        """Return the steps of some kinds."""
        return [step for step in self.steps if step.kind in kinds]

    @property
    def erasing(self) -> list[Step]:
        """Return the steps that would take a known value away."""
        return [step for step in self.of(*TOUCHING) if step.erased]

    @property
    def open_questions(self) -> list[Question]:
        """Return the questions nobody has answered."""
        return [each for each in self.questions if each.answer is None]

    def edits(self, *, is_whole: bool = False, may_erase: bool = False) -> list[Edit]:
        """Return what has to be written.

        With ``is_whole`` missing entries are withdrawn; without ``may_erase`` every known value stays.
        """
        edits: list[Edit] = []
        for step in self.steps:
            record = step.new if may_erase else step.safe
            if step.kind is StepKind.ADDED and step.new:
                edits.append(Add(step.new))
            elif step.kind in TOUCHING and record and record != step.old:
                edits.append(Correct(step.entry, step.version, record))
            elif step.kind is StepKind.MISSING and is_whole:
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


class _KnownEntry(NamedTuple):
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
    rows: Sequence[TableRow],
    entries: Mapping[int, tuple[int, Record]],
    given: Iterable[str],
    people: Participants,
    repeats: Container[str],
    answers: Mapping[int, Answer],
) -> Difference:
    """Return what the rows of a table would change.

    A row is the entry whose number it gives. Otherwise the one with the same participant, instrument, stage, case, partner
    and date; else the one that says the same with a less exact date. Whatever else is like it is asked for, never guessed:
    the row is a new entry until somebody says that it is none.

    ``entries`` are as `entries_of` gives them. What the table has no column for (``given`` are those it has) stays as
    it is. A successor among the ``people`` may stand for the old key, and a name that a key has or had is not changed
    into another. ``repeats`` are the instruments of which a participant may have several. ``answers`` are what somebody
    has said of rows, by line; one that is none of the choices is no answer.
    """
    fields = frozenset(given)
    pairing = _paired(rows, entries, fields, people.successor)
    fresh = [rows[at] for at in pairing.waiting if at not in pairing.pairs]
    questions = tuple(_questions(fresh, entries, pairing.left, people.successor, repeats, answers))
    told = {each.line: each.answer for each in questions if each.answer}
    for at, row in enumerate(rows):
        answer = told.get(row.line)
        if answer and answer.tie is Tie.SAME:
            pairing.take(at, answer.entry)  # two rows may not be one entry
    cases = _cases(rows, entries, told)
    steps = []
    for at, row in enumerate(rows):
        if (entry := pairing.pairs.get(at)) is None:
            answer = told.get(row.line)
            named = cases.get(answer.entry, "") if answer and answer.tie is Tie.FURTHER else ""
            record = replace(row.record, case=named or row.record.case)
            steps.append(Step(kind=StepKind.ADDED, line=row.line, new=record, safe=record, said=row.record))
        else:
            steps.append(_step(row, entry, fields, people, is_told=row.line in told))
    steps += [
        Step(kind=StepKind.MISSING, entry=each.entry, version=each.version, old=each.record)
        for each in pairing.left.values()
    ]
    return Difference(tuple(_with_case(step, cases) for step in steps), questions)


_Identity = Callable[[Record], tuple[str, ...]]
_IDENTITY = ("ags", "instrument", "status", "case", "joint_with", "date")


def _identity(names: Iterable[str], successor: Mapping[str, str]) -> _Identity:
    """Return what gives the fields that must agree."""
    fields = tuple(names)
    return lambda record: tuple(successor.get(value, value) for value in (getattr(record, name) for name in fields))


class _Pairing:
    """Which row is which entry.

    ``pairs`` are the entries by place of their row, ``waiting`` the places of rows without one, ``left`` the entries that
    no row is yet.
    """

    def __init__(self, rows: Sequence[TableRow], entries: Mapping[int, tuple[int, Record]]) -> None:
        self.left = {number: _KnownEntry(number, *entry) for number, entry in entries.items()}
        self.pairs: dict[int, _KnownEntry] = {}
        self._rows = rows
        self.waiting = [at for at, row in enumerate(rows) if not self.take(at, row.entry)]

    def take(self, at: int, entry: int) -> bool:
        """Pair a row with an entry, unless that has a row already; return whether it has become a pair."""
        if entry not in self.left:
            return False
        self.pairs[at] = self.left.pop(entry)
        return True

    def by(self, identity: _Identity, *, is_unique: bool) -> None:
        """Pair what agrees, each entry once, in order; if ``is_unique``, only one row with the only entry like it."""
        if not self.left:
            return
        free = self._free(identity)
        claims = Counter(identity(self._rows[at].record) for at in self.waiting)
        still = []
        for at in self.waiting:
            key = identity(self._rows[at].record)
            if (found := free.get(key)) and not (is_unique and (len(found) > 1 or claims[key] > 1)):
                self.take(at, found.pop().entry)
            else:
                still.append(at)
        self.waiting = still

    def by_date(self, identity: _Identity) -> None:
        """Pair a row with an entry if its date is the entry's, more exact, and all else it says is the same."""
        free = self._free(identity)
        fitting = {}
        for at in self.waiting:
            new = self._rows[at].record
            fitting[at] = [each for each in free.get(identity(new), ()) if is_finer(new, each.record)]
        claims = Counter(each.entry for found in fitting.values() for each in found)
        for at, found in fitting.items():
            if len(found) == 1 and claims[found[0].entry] == 1:
                self.take(at, found[0].entry)

    def _free(self, identity: _Identity) -> dict[tuple[str, ...], list[_KnownEntry]]:
        """Return the entries left by what must agree, the last of each first."""
        free: dict[tuple[str, ...], list[_KnownEntry]] = defaultdict(list)
        for entry in reversed(self.left.values()):
            free[identity(entry.record)].append(entry)
        return free


def _paired(
    rows: Sequence[TableRow],
    entries: Mapping[int, tuple[int, Record]],
    fields: frozenset[str],
    successor: Mapping[str, str],
) -> _Pairing:
    """Return rows and entries paired by their numbers, then by what agrees, the strictest first."""
    pairing = _Pairing(rows, entries)
    everything = tuple(name for name in RECORD_COLUMNS if name != "municipality")
    for names, is_unique in ((everything, False), ((*_IDENTITY, "source_url"), True), (_IDENTITY, True)):
        pairing.by(_identity((name for name in names if name in fields), successor), is_unique=is_unique)
    undated = (name for name in everything if name in fields - {"date", "retrieved"})
    pairing.by_date(_identity(undated, successor))
    return pairing


def is_finer(new: Record, old: Record) -> bool:
    """Return whether a date says the same as another, more exactly."""
    return bool(old.date) and new.date != old.date and new.date.startswith(old.date)


# ---- what is asked ----------------------------------------------------------------------------------------------------


def _questions(
    fresh: Iterable[TableRow],
    entries: Mapping[int, tuple[int, Record]],
    left: Container[int],
    successor: Mapping[str, str],
    repeats: Container[str],
    answers: Mapping[int, Answer],
) -> Iterable[Question]:
    """Yield a question for each new row that resembles entries; one that another row is already cannot be the same."""
    rung = _identity(("ags", "instrument", "status"), successor)
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, (_, record) in entries.items():
        alike[rung(record)].append(number)
    for row in fresh:
        near = {
            number: entries[number][1]
            for number in alike.get(rung(row.record), ())
            if not row.record.case or entries[number][1].case in {"", row.record.case}
        }
        choices = tuple(
            Answer(tie, number)
            for tie in Tie
            for number, known in near.items()
            if (number in left if tie is Tie.SAME else row.record.instrument in repeats and not _is_one(row, known))
        )
        if choices:
            answer = answers.get(row.line)
            yield Question(row.line, row.record, near, choices, answer if answer in choices else None)


def _is_one(row: TableRow, known: Record) -> bool:
    """Return whether a row says already that it is of an entry's case."""
    return bool(known.case) and row.record.case == known.case


def _cases(
    rows: Iterable[TableRow], entries: Mapping[int, tuple[int, Record]], told: Mapping[int, Answer]
) -> dict[int, str]:
    """Return the case of each entry that a row is further evidence of, by number: its own, the row's, or a new name."""
    cases: dict[int, str] = {}
    for row in rows:
        answer = told.get(row.line)
        if answer and answer.tie is Tie.FURTHER:
            own = entries[answer.entry][1].case
            cases.setdefault(answer.entry, own or row.record.case or f"Fall {answer.entry}")
    return cases


def _with_case(step: Step, cases: Mapping[int, str]) -> Step:
    """Return a step whose entry is of a case now."""
    case = cases.get(step.entry)
    if step.old is None or case is None or case == step.old.case:
        return step
    new, safe = (replace(each or step.old, case=case) for each in (step.new, step.safe))
    return replace(step, kind=StepKind.CHANGED, new=new, safe=safe)


# ---- what becomes of an entry -----------------------------------------------------------------------------------------


def _step(row: TableRow, entry: _KnownEntry, fields: frozenset[str], people: Participants, *, is_told: bool) -> Step:
    """Return what a row makes of the entry it is; ``is_told``: because somebody has said so."""
    old, new = entry.record, row.record
    kept = {name: getattr(old, name) for name in RECORD_COLUMNS if name not in fields}
    if people.successor.get(old.ags, old.ags) == people.successor.get(new.ags, new.ags) and not row.entry:
        kept["ags"] = old.ags
    if kept.get("ags", new.ags) == old.ags and people.fits(old.ags, old.municipality):
        kept["municipality"] = old.municipality
    if not row.entry:  # an empty cell says nothing; that a source is read again does not say when it was read first
        kept |= {name: getattr(old, name) for name in RECORD_COLUMNS if not getattr(new, name)}
        kept["retrieved"] = old.retrieved
    if "date_means" in kept and bool(kept["date_means"]) != bool(kept.get("date", new.date)):
        del kept["date_means"]
    new = replace(new, **kept)
    is_guess = not (row.entry or is_told)
    lost = {
        name: getattr(old, name)
        for name in _differing(old, new)
        if getattr(old, name) and name != "municipality"
        and (not getattr(new, name) or (is_guess and not (name == "date" and is_finer(new, old))))
    }  # fmt: skip
    safe = replace(new, **lost)
    kind = StepKind.UNCHANGED if new == old else StepKind.ERASING if safe == old else StepKind.CHANGED
    return Step(
        kind=kind, line=row.line, entry=entry.entry, version=entry.version, old=old, new=new, safe=safe, said=row.record
    )
