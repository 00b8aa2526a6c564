"""The names that municipalities and districts of a state have or had, found however somebody spells them.

What is compared is folded (`atlas.model.place_names`) and taken apart: the name itself, and what tells it from its namesakes,
``Vogtl.`` of ``Oelsnitz/Vogtl.``. That may be left out, shortened, or be the district or the state instead. Nothing here
is like something: what does not fit is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from atlas.analysis.status import successors
from atlas.model.boundaries import INDEPENDENT_CITIES, BoundaryVersion
from atlas.model.place_names import (
    BILINGUAL,
    DISTRICT_TITLES,
    FULL,
    LETTERS,
    SMALL,
    STATES,
    TITLES,
    folded_words,
    halves,
    spelled,
    with_umlauts,
    without_titles,
)

_LONGEST = 100
"""So many characters a name has at most; what is longer is nobody's, and nothing is compared with it."""
_TELLING = 5
_KEY, _DISTRICT_KEY = 8, 5
_MEANT = {*FULL.values(), *LETTERS.values()}
_OWN = 2
_BESIDE = re.compile(r"[,;(/]")


class _Name(NamedTuple):
    """A name taken apart."""

    words: tuple[str, ...]
    """Folded, without titles and small words."""
    size: int
    """So many of them are the name itself; the others tell it from its namesakes."""
    head: str
    """What stands before the first comma, bracket or stroke."""
    length: int
    """Digits of the key that its titles say it has; 0 if they don't."""

    @property
    def exact(self) -> str:
        """The name itself with its titles, joined, umlauts told from vowels."""
        words = with_umlauts(self.head)
        return "".join(words[: next((at for at, word in enumerate(words) if at and word in SMALL), len(words))])

    @property
    def beside(self) -> tuple[str, ...]:
        return self.words[self.size :]

    def first(self, size: int) -> str:
        """Return its first words, written out and joined."""
        return "".join(FULL.get(each, each) for each in self.words[:size])


class _Known(NamedTuple):
    key: str
    name: _Name
    around: str
    """The words of the names of its district and state, and each joined; spaces around."""

    def rank(self, beside: tuple[str, ...]) -> int:
        """Return how well it fits what was typed beside it: not at all, by district or state as well, by its own words."""
        own = self.name.beside
        # A district is not the landscape it is called after: Hermsdorf/Erzgeb. is in another.
        foreign = [
            each for each in beside if each.endswith("kreis") or not any(_is_short_for(each, one) for one in own)
        ]
        if beside and not foreign:
            return _OWN
        return int(all(_is_part(each, self.around) for each in foreign))


class KnownNames:
    """Names by key and keys by name. The import gate and the check ask it.

    ``register`` are keys with names as an official register writes them, where there is one: ``Kamenz / Kamjenc, Stadt``.
    """

    def __init__(self, editions: tuple[BoundaryVersion, ...], register: Iterable[tuple[str, str]] = ()) -> None:
        self.ended = {change.old_ags: change for edition in editions for change in edition.changes}
        self.successor = successors(self.ended.values(), date.max)
        self.city = {
            str(key): f"{key}000"
            for edition in editions
            for key, kind in edition.districts["kind"].items()
            if kind in INDEPENDENT_CITIES
        }
        """Keys of municipalities by those of the districts that they are themselves."""
        self._official = {key: name for key, name, is_official in _names(editions) if is_official}
        self._by_key: dict[str, list[_Known]] = {}
        self._by_name: dict[str, list[_Known]] = {}
        around = {key: _around(name) for key, name in self._official.items() if len(key) == _DISTRICT_KEY}
        states = {f"{number:02}": _around(name) for number, name in enumerate(STATES.split(), 1)}
        others = [(key, other) for key, name in register if key in self._official for other in self._others(key, name)]
        for key, name in (*((key, name) for key, name, _ in _names(editions)), *others):
            if key not in self.city:
                district = around.get(key[:_DISTRICT_KEY], "") if len(key) == _KEY else ""
                known = _Known(key, _taken_apart(name), district + states.get(key[:2], ""))
                self._by_key.setdefault(key, []).append(known)
                self._by_name.setdefault(known.name.first(known.name.size), []).append(known)

    def _others(self, key: str, name: str) -> list[str]:
        """Return the names beside ours in a register: the half that is not ours, else the whole; empty if it is ours."""
        ours = _joined(self._official[key])
        if _joined(without_titles(name)[0]) == ours:
            return []
        two = [other for half, other in halves(name) if _joined(without_titles(half)[0]) == ours]
        return two[:1] or [name]

    def name(self, key: str) -> str:
        """Return the name a key has or had last, empty if there is no such key."""
        return self._official.get(key, "")

    def labels(self, keys: Iterable[str]) -> str:
        """Return keys with their names and, where there is one, the district."""
        return ", ".join(map(self.label, keys))

    def label(self, key: str) -> str:
        """Return a key with its name and the district."""
        district = "" if len(key) == _DISTRICT_KEY or key in self.city.values() else self.name(key[:_DISTRICT_KEY])
        return f"{key} {self.name(key)}" + (f" ({district})" if district else "")

    def fits(self, key: str, name: str) -> bool:
        """Return whether a municipality or district has or had this name; what tells namesakes apart may be missing.

        It may be that of one merged into it, as ``Aue`` of ``Aue-Bad Schlema``; if nobody is called so, the half before a
        hyphen, or the name with more, as after a renaming.
        """
        known = self._by_key.get(self.city.get(key, key), [])
        whole, *parts = _ways(name)
        if any(_fits(each, whole) or any(_fits(each, half, _OWN) for half in parts) for each in known):
            return True
        others = {each.key for _, each in self._best(whole)}
        return key in map(self.successor.get, others) or (not others and any(_is_close(each, whole) for each in known))

    def keys_of(self, name: str) -> list[str]:
        """Return the keys a name belongs to, in order: one if it is clear, those of all its namesakes if it is not."""
        whole, *parts = _ways(name)
        found = self._best(whole)
        for one, other in zip(parts[::2], parts[1::2], strict=True):
            found = found or self._of_halves(one, other)
        keys = {known.key for _, known in found}
        return sorted(key for key in keys if self.successor.get(key) not in keys)

    def _of_halves(self, one: _Name, other: _Name) -> list[tuple[int, _Known]]:
        """Return what both halves mean; where only one is known and whole, what that means, if it may have a Sorbian name."""
        first, second = self._best(one), self._best(other)
        if first and second:
            keys = {known.key for _, known in second}
            return [(rank, known) for rank, known in first if known.key in keys]
        rest = other if first else one
        if rest.first(rest.size) in _MEANT:
            return []
        return [
            (rank, known)
            for rank, known in first or second
            if known.key[:_DISTRICT_KEY] in BILINGUAL and (rank == _OWN or not known.name.beside)
        ]

    def _best(self, typed: _Name) -> list[tuple[int, _Known]]:
        """Return the names that fit best, with their rank: as many words as can be are the name itself."""
        for size in range(len(typed.words), 0, -1):
            known = [each for each in self._by_name.get(typed.first(size), ()) if typed.length in {0, len(each.key)}]
            ranked = [(each.rank(typed.words[size:]), each) for each in known]
            best = max((rank for rank, _ in ranked), default=0)
            if best:
                found = [(rank, each) for rank, each in ranked if rank == best]
                # Only what has umlauts tells them from vowels: a list may have lost them all, and "Munster" is Münster.
                exact = typed.exact if _joined(typed.exact) != typed.exact else ""
                exact = exact if any(each.name.exact == exact for _, each in found) else ""
                return [each for each in found if not (exact and _is_other_umlaut(each[1].name.exact, exact))]
        return []


def _is_short_for(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one) or FULL.get(one, one) == FULL.get(other, other)


def _is_part(typed: str, around: str) -> bool:
    """Return whether a word is part of the name of a district or a state, but for its last letter: ``Erzgebirge``."""
    full = FULL.get(typed, typed)
    return f" {full} " in around or (len(full) >= _TELLING and full[:-1] in around)


def _is_other_umlaut(one: str, other: str) -> bool:
    """Return whether only umlauts tell two names apart: ``Bürgstadt`` and ``Burgstädt``."""
    return one != other and _joined(one) == _joined(other)


def _fits(known: _Known, typed: _Name, least: int = 1) -> bool:
    """Return whether a name is that of a place; ``least``: the rank it must have if something tells that from namesakes."""
    own, least = known.name.first(known.name.size), least if known.name.beside else 1
    return typed.length in {0, len(known.key)} and any(
        typed.first(size) == own and known.rank(typed.words[size:]) >= least for size in range(len(typed.words), 0, -1)
    )


def _is_close(known: _Known, typed: _Name) -> bool:
    own = known.name
    one, other = (each.first(each.size).removeprefix("bad") for each in (own, typed))
    is_same = one == other and not (own.beside and typed.beside)
    is_half = "-" in own.head and not typed.beside and other == _joined(own.head.split("-")[0])
    return typed.length in {0, len(known.key)} and (is_same or is_half or sorted(own.words) == sorted(typed.words))


def _ways(name: str) -> list[_Name]:
    """Return a name taken apart, then each two halves that a stroke makes of it, with the titles of the whole."""
    text = name if len(name) <= _LONGEST else ""
    whole, parts = _taken_apart(text), (_taken_apart(part) for two in halves(text) for part in two)
    return [whole, *(each._replace(length=whole.length or each.length) for each in parts)]


def _taken_apart(text: str) -> _Name:
    bare, titles = without_titles(text)
    head = _BESIDE.split(bare)[0]
    words = spelled(folded_words(bare))
    # A small word at the end is an abbreviation: "Oelsnitz/V.", "Limbach-O."
    kept = [each for at, each in enumerate(words, 1) if each not in TITLES and (each not in SMALL or at == len(words))]
    size = 0
    first = spelled(folded_words(head))
    for word in first:
        if size and word in SMALL:
            break
        size += kept[size : size + 1] == [word]
    said = {*titles, *TITLES.intersection(first)}
    is_district = said & DISTRICT_TITLES and not any(each.endswith("stadt") for each in said)
    length = _DISTRICT_KEY if is_district else _KEY if said else 0
    return _Name(tuple(kept), size or len(kept), head, length)


def _around(name: str) -> str:
    words = folded_words(name)
    return f" {' '.join(words)} {''.join(words)} "


def _joined(name: str) -> str:
    return "".join(folded_words(name))


def _names(editions: tuple[BoundaryVersion, ...]) -> Iterator[tuple[str, str, bool]]:
    """Yield key, name, and whether it is the official one and not an earlier name of the same municipality."""
    for edition in editions:
        for change in edition.changes:
            yield change.old_ags, change.old_name, True
        for key, name in edition.districts["name"].items():
            yield str(key), str(name), True
        for ags, name in zip(edition.municipalities["ags"], edition.municipalities["name"], strict=True):
            yield str(ags), str(name), True
        for ags, names in edition.former_names.items():
            for name in names:
                yield ags, name, False
