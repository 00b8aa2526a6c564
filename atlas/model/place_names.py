"""Names of places as people type them, folded to one form. ``parts/fold.js`` folds what is typed into the search box alike."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

FULL = {
    "st": "sankt",
    "erzg": "erzgebirge",
    "erzgeb": "erzgebirge",
    "erzgebirg": "erzgebirge",
    "vogtl": "vogtland",
    "ol": "oberlausitz",
    "lausitz": "oberlausitz",
    "nl": "niederlausitz",
    "sa": "sachsen",
    "sachs": "sachsen",
    "thur": "thuringen",
    "westf": "westfalen",
    "holst": "holstein",
    "meckl": "mecklenburg",
    "hess": "hessen",
    "odw": "odenwald",
    "opf": "oberpfalz",
    "schwarzw": "schwarzwald",
}
"""Abbreviations in names of municipalities, folded, and what they stand for."""
LETTERS = {"i v": "vogtland", "i e": "erzgebirge", "o l": "oberlausitz", "n l": "niederlausitz"}
"""Abbreviations of two letters, each folded to a word of its own."""
SMALL = frozenset(
    ("a", "am", "an", "auf", "b", "bei", "d", "dem", "den", "der", "i", "im", "in", "o", "ob", "v", "vor")
)
"""Words that people leave out or shorten."""
TITLES = frozenset(
    (
        *(
            "stadt",
            "gemeinde",
            "markt",
            "flecken",
            "m",
            "kreisstadt",
            "grosse",
            "hansestadt",
            "hochschulstadt",
            "bergstadt",
            "kurort",
        ),
        *("universitatsstadt", "landeshauptstadt", "lh", "kreisfreie", "kreis", "landkreis", "lk", "lkr"),
        *("stadtverwaltung", "gemeindeverwaltung"),
    )
)
"""What offices write beside a name: kinds of municipality, of district and of office."""
_PLAIN_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "đ": "d", "ø": "o"})
_DIGRAPH = re.compile(r"([aou])e")
_WORD = re.compile(r"[a-z0-9]+")


def folded_words(text: str) -> list[str]:
    """Return the words of a name in small plain letters: ``Görlitz``, ``Goerlitz`` and ``GORLITZ`` are ``gorlitz``.

    Umlauts, their spelling with ``e`` and the vowel alone are one; so are ß and ss. What is neither letter nor digit parts words.
    """
    return _WORD.findall(_DIGRAPH.sub(r"\1", in_german_order(text)))


def in_german_order(name: str) -> str:
    """Return what names are sorted by in German lists (DIN 5007-1): umlauts as their vowels, ß as ss, capitals as small letters."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(each))
    return bare.translate(_PLAIN_LETTERS)


def german_key(column: pd.Series) -> pd.Series:
    """Return what a column of a table is sorted by: texts in German order, others by themselves."""
    return column.map(in_german_order) if pd.api.types.is_string_dtype(column) else column


def written_out(words: list[str]) -> list[str]:
    """Return the words with abbreviations written out, without titles and small words; all of them if none were left.

    ``oelsnitz i v`` and ``oelsnitz vogtl`` both become ``olsnitz vogtland``; ``st egidien`` becomes ``sankt egidien``.
    """
    pairs: list[str] = []
    for word in words:
        if pairs and f"{pairs[-1]} {word}" in LETTERS:
            pairs[-1] = LETTERS[f"{pairs[-1]} {word}"]
        else:
            pairs.append(word)
    return [FULL.get(each, each) for each in pairs if each not in TITLES and each not in SMALL] or words


def as_written(name: str) -> str:
    """Return a name folded, its words parted by spaces."""
    return " ".join(folded_words(name))


def in_full(name: str) -> str:
    """Return a name folded and written out, its words parted by spaces."""
    return " ".join(written_out(folded_words(name)))
