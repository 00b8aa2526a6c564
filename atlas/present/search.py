"""What the search box offers: municipalities of today, former names, districts; matched by ``parts/fold.js`` in the browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from atlas import phrases
from atlas.analysis.status import successors
from atlas.model.boundaries import INDEPENDENT_CITIES, BoundaryChange, BoundaryVersion, mergers
from atlas.model.place_names import FULL, LETTER_TITLES, LETTERS, SMALL, TITLE_ENDINGS, TITLES, as_written, in_full
from atlas.model.population import Population, other_names
from atlas.present.wording import Words

SPELLING = {
    "full": FULL,
    "letters": LETTERS,
    "small": sorted(SMALL),
    "titles": sorted(TITLES),
    "letterTitles": sorted(LETTER_TITLES),
    "endings": TITLE_ENDINGS,
}
"""What the browser needs to fold what is typed as names are folded here."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """One line of the search box.

    Attributes
    ----------
    text
        The name; of a former one also what it is part of now.
    beside
        The district of today, which tells twins apart; empty for a district and a city that is its own.
    keys
        Where it leads: the first of these that existed on the reader's date. A district has five digits.
    names
        The name as it is compared, folded: as written, and other ways to write it.
    """

    text: str
    beside: str
    keys: tuple[str, ...]
    names: tuple[str, ...]

    def packed(self) -> list[object]:
        """Return it as the browser takes it (`Place` in ``parts/fold.js``)."""
        district = in_full(self.beside).replace(" ", "") if self.beside else ""
        return [self.text, self.beside, self.keys, self.names, in_full(self.names[0]), district]


def suggestions(
    edition: BoundaryVersion, changes: Iterable[BoundaryChange], population: Population | None = None
) -> tuple[Suggestion, ...]:
    """Return every municipality of today, every former name and every district, by name, whatever the date.

    A register of inhabitants adds the second official names of municipalities that have two.
    """
    rows = edition.municipalities.iloc[np.flatnonzero(edition.valid_at(date.max))]
    names = {str(ags): str(name) for ags, name in zip(rows["ags"], rows["name"], strict=True)}
    districts = edition.districts[~edition.districts["kind"].isin(INDEPENDENT_CITIES)]["name"].astype(str)
    beside = {ags: districts.get(district, "") for ags, district in zip(rows["ags"], rows["district"], strict=True)}

    def place(name: str, ags: str, *former: str) -> Suggestion:
        text = f"{name} → {names[ags]}" if name != names[ags] else name
        return Suggestion(text=text, beside=beside[ags], keys=(*former, ags), names=(as_written(name),))

    found = [place(name, ags) for ags, name in names.items()]
    changes = tuple(changes)
    successor = successors(changes, date.max)
    found += [
        place(change.old_name, successor[change.old_ags], change.old_ags)
        for change in mergers(changes)
        if successor.get(change.old_ags) in names
    ]
    found += [
        place(old, ags)
        for ags, olds in edition.former_names.items()
        for old in olds
        if ags in names and old.replace(" ", "") != names[ags].replace(" ", "")
    ]
    official = population.names if population else {}
    found += [
        place(other, ags)
        for ags, name in names.items()
        for other in other_names(official.get(ags, ""))
        if other != name
    ]
    found += [
        Suggestion(text=name, beside="", keys=(str(key),), names=_district_names(name))
        for key, name in districts.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.names[0], each.beside)))


def _district_names(name: str) -> tuple[str, ...]:
    """Return a district's name with each of the titles people put before it."""
    bare = in_full(name)
    return tuple(
        dict.fromkeys([as_written(name), *(f"{title} {bare}" for title in ("kreis", "landkreis", "lk", "lkr"))])
    )


def search_words(words: Words) -> dict[str, str]:
    """Return what the search box says, by its names in ``parts/search.js``."""
    return {
        "label": words.say(phrases.FIND_A_PLACE),
        "none": words.say("So heißt hier keine Gemeinde und kein Kreis."),
        "guess": words.say("Meinten Sie:"),
        "count": words.say("Gefunden: {n}", n="{n}"),
    }


def search_index(found: Iterable[Suggestion]) -> dict[str, object]:
    """Return what the search box of the browser reads: the places, and how their names are folded."""
    return {"spelling": SPELLING, "places": [each.packed() for each in found]}
