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
    "rhld": "rheinland",
    "u": "und",
    "oldb": "oldenburg",
    "oldbg": "oldenburg",
}
"""Abbreviations in names of municipalities, folded, and what they stand for."""
LETTERS = {"i v": "vogtland", "i e": "erzgebirge", "o l": "oberlausitz", "n l": "niederlausitz"}
"""Abbreviations of two letters, each folded to a word of its own."""
_SMALL = "a am an auf b bei beim d dem den der i im in o ob v vom von vor vorm zum zur"
SMALL = frozenset(_SMALL.split())
"""Words that people leave out or shorten. What follows one tells a place from its namesakes."""
_OF_DISTRICTS = "kreis landkreis lk lkr kreisverwaltung landratsamt"
_OF_PLACES = (
    "stadt gemeinde markt flecken kreisstadt stadtkreis kreisfreie kreisfrei freie grosse hansestadt hochschulstadt bergstadt kurort "
    "universitatsstadt landeshauptstadt lh stadtverwaltung gemeindeverwaltung burgermeisteramt gemfr gemeindefreies gebiet gkst"
)
DISTRICT_TITLES = frozenset(_OF_DISTRICTS.split())
TITLES = DISTRICT_TITLES | frozenset(_OF_PLACES.split())
"""What offices write beside a name: kinds of municipality, of district and of office."""
LETTER_TITLES = frozenset(("m", "st"))
"""Titles after a comma only; elsewhere they are abbreviations of something else."""
TITLE_ENDINGS = ("stadt", "gemeinde", "flecken", "seebad", "heilbad", "gebiet", "geb", "bezirk", "kommune", "dorf")
"""How words end that follow a name after a comma and say what the place is: ``Ostseebad``, ``Klingenstadt``."""
BILINGUAL = frozenset(("12052", "12061", "12066", "12071", "14625", "14626"))
"""Districts whose municipalities have Sorbian names beside the German ones: ``Kamenz / Kamjenc``."""
STATES = (
    "Schleswig-Holstein Hamburg Niedersachsen Bremen Nordrhein-Westfalen Hessen Rheinland-Pfalz Baden-Württemberg Bayern "
    "Saarland Berlin Brandenburg Mecklenburg-Vorpommern Sachsen Sachsen-Anhalt Thüringen"
)
"""In order of their keys: people write them beside a name, whichever state the boundaries are of."""
_PLAIN_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "đ": "d", "ø": "o"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_DIGRAPH = re.compile(r"([aou])e")
_WORD = re.compile(r"[a-z0-9]+")
_PART = re.compile(r"([,;(])")


def folded_words(text: str) -> list[str]:
    """Return the words of a name in small plain letters: ``Görlitz``, ``Goerlitz`` and ``GORLITZ`` are ``gorlitz``.

    Umlauts, their spelling with ``e`` and the vowel alone are one; so are ß and ss. What is neither letter nor digit parts words.
    """
    return _WORD.findall(_DIGRAPH.sub(r"\1", in_german_order(text)))


def with_umlauts(text: str) -> list[str]:
    """Return the words of a name in small letters, umlauts told from vowels: ``Bürgstadt`` is ``buergstadt``."""
    return _WORD.findall(in_german_order(unicodedata.normalize("NFC", text).lower().translate(_UMLAUTS)))


def in_german_order(name: str) -> str:
    """Return what names are sorted by in German lists (DIN 5007-1): umlauts as their vowels, ß as ss, capitals as small letters."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(each))
    return bare.translate(_PLAIN_LETTERS)


def german_key(column: pd.Series) -> pd.Series:
    """Return what a column of a table is sorted by: texts in German order, others by themselves."""
    return column.map(in_german_order) if pd.api.types.is_string_dtype(column) else column


def spelled(words: list[str]) -> list[str]:
    """Return the words with abbreviations of two letters as one word each: ``oelsnitz i v`` is ``oelsnitz vogtland``."""
    pairs: list[str] = []
    for word in words:
        if pairs and f"{pairs[-1]} {word}" in LETTERS:
            pairs[-1] = LETTERS[f"{pairs[-1]} {word}"]
        else:
            pairs.append(word)
    return pairs


def written_out(words: list[str]) -> list[str]:
    """Return the words with abbreviations written out, without titles and small words; all of them if none were left.

    ``oelsnitz i v`` and ``oelsnitz vogtl`` both become ``olsnitz vogtland``; ``st egidien`` becomes ``sankt egidien``.
    """
    return [FULL.get(each, each) for each in spelled(words) if each not in TITLES and each not in SMALL] or words


def without_titles(name: str) -> tuple[str, list[str]]:
    """Return a name without the parts after a comma or in brackets that are titles alone, and the words of those.

    ``Königstein, St`` is ``Königstein``; of ``Markkleeberg (LK Leipzig)`` nothing is left out.
    """
    head, *rest = _PART.split(name)
    titles: list[str] = []
    for sign, part in zip(rest[::2], rest[1::2], strict=True):
        if _is_title(words := folded_words(part), sign):
            titles += words
        else:
            head += sign + part
    return head, titles


def _is_title(words: list[str], sign: str) -> bool:
    if not words or all(each in TITLES or each in LETTER_TITLES for each in words):
        return True
    is_told = words[0].endswith("stadt") and words[1:2] and words[1] in {*SMALL, "und"}
    return sign != "(" and bool(is_told or words[-1].endswith(TITLE_ENDINGS))


def halves(name: str) -> list[tuple[str, str]]:
    """Return what may be two names of one place, ``Kamenz / Kamjenc``: its halves by each stroke, the last first, four at most."""
    strokes = [at for at, sign in enumerate(name) if sign == "/"]
    return [(name[:at], name[at + 1 :]) for at in strokes[:-5:-1]]


def as_written(name: str) -> str:
    """Return a name folded, its words parted by spaces."""
    return " ".join(folded_words(name))


def in_full(name: str) -> str:
    """Return a name folded and written out, its words parted by spaces."""
    return " ".join(written_out(folded_words(name)))
