"""The names that municipalities and districts of a state have or had, found however somebody spells them."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.model.boundaries import BoundaryVersion
from atlas.model.place_names import as_written, in_full


class KnownNames:
    """Names by key and keys by name, compared as `as_written` and `in_full` fold them. The import gate and the check ask it."""

    def __init__(self, editions: tuple[BoundaryVersion, ...]) -> None:
        self._folded: dict[str, set[str]] = {}
        self._keys: dict[str, list[str]] = {}
        self._official: dict[str, str] = {}
        for key, name, is_official in _names(editions):
            if is_official:
                self._official[key] = name
            spelled = set(_spellings(name)) - self._folded.setdefault(key, set())
            self._folded[key] |= spelled
            for each in spelled:
                self._keys.setdefault(each, []).append(key)

    def __iter__(self) -> Iterator[str]:
        """Yield every folded name."""
        return iter(self._keys)

    def name(self, key: str) -> str:
        """Return the name a key has or had last, empty if there is no such key."""
        return self._official.get(key, "")

    def fits(self, key: str, name: str) -> bool:
        """Return whether a municipality or district has or had this name; titles like ``Stadt`` do not count."""
        return not self._folded.get(key, set()).isdisjoint(_spellings(name))

    def keys_of(self, name: str) -> list[str]:
        """Return the keys a name belongs to, in order: as it is written, else written out."""
        return sorted(next((keys for each in _spellings(name) if (keys := self._keys.get(each))), []))


def _spellings(name: str) -> tuple[str, str]:
    return as_written(name).replace(" ", ""), in_full(name).replace(" ", "")


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
