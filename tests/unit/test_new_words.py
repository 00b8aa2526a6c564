"""No text calls an entry new: only what *begun* means is, and it has its own word (docs/time.md). None has words of the house.

What a period shows is asked in `test_changes.test_nothing_is_called_new_in_any_year`, over all programmes and years;
here every text the product can say is looked at, in both languages.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from babel.messages.pofile import read_po

from tests.catalogue import messages
from tests.conftest import ROOT

NEW = re.compile(r"\b(neu|neue[mnrs]?|new|newly|hinzugekommen(?:e[nrs]?)?|hinzu|added)\b", re.IGNORECASE)
ROWS = {
    "atlas/present/intake.py": "the import says of a row that it becomes a new entry",
    "atlas/present/entries.py": "the log and the difference of an import say it of an entry",
    "ui/entries_panel.py": "the button for typing an entry",
    "ui/intake_panel.py": "as atlas/present/intake.py",
    "atlas/analysis/intake.py": "as atlas/present/intake.py",
}
OTHER = {
    "atlas/adopt/boundaries.py": "municipalities of a newer delivery of boundaries",
    "atlas/sources/records.py": "what a changed file has that the database lacks",
    "atlas/adopt/programmes.py": "a boundary set to be taken in",
    "ui/entry_form.py": "the new state of an entry somebody else has changed; the entry that is being typed",
}
ANEW = re.compile(
    r"(bitte (?:die \w+ |den \w+ (?:wiederherstellen oder )?|\w+ )?(?:\w+ )*neu \w+|melden sie sich neu an|neuen? (?:stand|datei|namen)"
    r"|new (?:state|version|name|file)|python -m atlas (?:programme|store) new)",
    re.IGNORECASE,
)
"""Do something anew, a new state of the screen, a new file, the name of a command."""
HOUSE = re.compile(
    r"\b(?:Gebietsst[aä]nd|Sperr|Instrumente?\b|Grenze ihrer Stufe|lange steht)|keiner Zahl"
    r"|\b(?:stands long|hair cracks?|mend(?:ed)?|anew|gone asleep|nobody knows|White spots|in the median)\b"
)
"""What only the people who make the atlas say; an instrument is called Baustein in German, by everybody."""


def _texts() -> Iterator[tuple[str, str]]:
    """Yield every text and where it is said."""
    with (ROOT / "atlas/locale/en.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    for text, place in messages().items():
        yield text, place
        english = catalogue.get(text)
        said = english.string if english else ""
        yield from ((each, place) for each in ([said] if isinstance(said, str) else said))
    yield from _labels()
    for path in (ROOT / "data/programmes").glob("*.toml"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for text in re.findall(r'"([^"]*)"', line.split(" #")[0]):
                yield text, str(path.relative_to(ROOT))


def _labels() -> Iterator[tuple[str, str]]:
    for folder in ("atlas", "ui"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Label":
                    for word in node.keywords:
                        if isinstance(word.value, ast.Constant):
                            yield str(word.value.value), str(path.relative_to(ROOT))


def said_in_labels() -> set[str]:
    """Return the texts that carry their English with them."""
    return {text for text, _ in _labels()}


def test_no_text_calls_an_entry_new() -> None:
    found = {
        (place, text)
        for text, place in _texts()
        if NEW.search(text) and not ANEW.search(text) and place not in ROWS | OTHER
    }
    assert not found


def test_the_exceptions_are_still_needed() -> None:
    said = {place for text, place in _texts() if NEW.search(text)}
    assert said >= (ROWS | OTHER).keys()
    assert NEW.search("neue Räte: 8")
    assert NEW.search("8 new councils")


def test_no_text_has_words_of_the_house() -> None:
    english_only = {"Instrument", "Instrumente"}  # good English, and what the key is called
    found = {(place, text, said) for text, place in _texts() for said in HOUSE.findall(text)}
    german = set(messages())
    assert not {each for each in found if each[2] not in english_only or each[1] in german}
    for former in (
        "Den Schlüssel gibt es in den Gebietsständen nicht.",
        "Rangfolge je Instrument",
        "What stands long here",
    ):
        assert HOUSE.search(former)
