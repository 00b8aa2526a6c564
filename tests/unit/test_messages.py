"""Texts: each written once, each in English, and none past the catalogue."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from tests.catalogue import ROOT, messages, written

GERMAN = re.compile(
    r"[äöüßÄÖÜ„“]|\b(der|die|das|und|oder|nicht|ist|sind|eine?|keine?|von|mit|für|bitte|wird|hat)\b", re.IGNORECASE
)
NOT_SAID = {
    "atlas/__main__.py": "the command line speaks German",
    "atlas/commands.py": "as atlas/__main__.py",
    "atlas/maintenance.py": "as atlas/__main__.py",
    "atlas/export/sheet_run.py": "as atlas/__main__.py: how far a run is",
    "atlas/adopt/boundaries.py": "attributions, in the words of their licence",
    "atlas/adopt/boundary_areas.py": "quotation marks",
    "atlas/analysis/columns.py": "headings people write in their tables",
    "atlas/analysis/values.py": "words people write in cells; those in a place `Words.problem` says in the language of the reader",
    "atlas/analysis/coverage.py": "a kind of place in names",
    "atlas/present/picture.py": "as atlas/analysis/coverage.py",
    "atlas/present/wording.py": "quotation marks",
    "atlas/model/typed_dates.py": "words people type",
    "atlas/model/place_names.py": "letters, and small words in names",
    "atlas/render/fonts.py": "letters",
    "atlas/model/programme.py": "what the template of a programme marks as open",
    "atlas/model/parameters.py": "the name of a parameter",
    "atlas/model/view.py": "as atlas/model/parameters.py",
    "ui/state.py": "the name of a key",
}
"""Files with German that no reader is told, or that is told in both languages there."""


def test_every_message_has_an_english_one_with_the_same_placeholders() -> None:
    with (ROOT / "atlas" / "locale" / "en.po").open("rb") as file:
        known = read_po(file, locale="en")
    translated: dict[str, str] = {}
    for message in known:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id:
            translated |= dict(zip(ids, strings, strict=True))
    said = messages()
    assert sorted(said.keys() - translated.keys()) == []
    assert sorted(translated.keys() - said.keys()) == []
    for german, english in translated.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (german, english)]
        assert fields[0] == fields[1], german


def test_no_message_is_written_twice() -> None:
    """What two places say stands in `atlas.phrases`."""
    often = Counter(said for said, _ in written())
    assert [said for said, times in often.items() if times > 1] == []


def test_no_german_text_goes_past_the_catalogue() -> None:
    said = messages()
    missing = {(place, text) for text, place in _literals() if text not in said and GERMAN.search(text)}
    assert {found for found in missing if found[0] not in NOT_SAID} == set()
    assert {place for place, _ in missing} == set(NOT_SAID), "an exemption nobody needs"


def _literals() -> Iterator[tuple[str, str]]:
    """Yield the texts of the program that are no docstrings, nor labels, which carry their English with them."""
    for folder in ("atlas", "ui"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            aside = {id(node) for node in _aside(tree)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
                    yield node.value, str(Path(path).relative_to(ROOT))


def _aside(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Label":
            yield from (part for word in node.keywords for part in ast.walk(word.value))
