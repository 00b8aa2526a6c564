"""A programme is data: outside the tests no line of the product names one, or depends on what one of them calls things."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from atlas.model.states import State
from tests.conftest import ROOT

SUFFIXES = {".py", ".js", ".css", ".html", ".typ", ".po", ".toml", ".mako"}
FOLDERS = ("atlas", "ui", "pages", "bench", "scripts", "geodata", "deploy")
LONG = 10
"""Letters from which a German word of a title or an operator is taken for a name; shorter ones are ordinary words."""
ORDINARY = {
    "ziele": "the part of the page where targets are entered",
    "participation": "the folder of the entries",
}
"""Words that programmes have and the product has, too: each with the reason."""

PROGRAMMES: list[dict[str, Any]] = [
    tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "data/programmes").glob("*.toml"))
]


def _sources() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    named = [path for path in found if path.suffix in SUFFIXES or path.parent.name == "scripts"]
    built = re.compile(r"/geodata/(\d\d|[a-z]{2})/|__pycache__")
    return [ROOT / "app.py", *(path for path in named if not built.search(path.as_posix()))]


def names_of(programme: dict[str, Any]) -> set[str]:
    """Return what a programme and those who run it are called: whole, in parts, and the words that are names."""
    names = {programme["key"], programme["short"]}
    for label in (programme["title"], programme["operator"]):
        for text in label.values():
            names |= {text.strip(), *(part.strip() for part in re.split(r"[(),;–„“”]", text) if " " in part.strip())}
            names |= {word for word in re.findall(r"\w+", text) if sum(letter.isupper() for letter in word) > 1}
        names |= {word for word in re.findall(r"[\w-]+", label["de"]) if len(word) >= LONG}
    return names


def inner_keys_of(programme: dict[str, Any]) -> set[str]:
    """Return the keys of instruments and stages that are no ordinary word."""
    keys = {each["key"] for each in programme["instruments"]}
    keys |= {stage["key"] for each in programme["instruments"] for stage in each["stages"]}
    return {key for key in keys if "_" in key} - set(State)  # a stage may be called what the model calls a state


def references_of(programme: dict[str, Any]) -> set[str]:
    """Return ``instrument:stage`` of a programme, and its instruments' keys: neither may be a text in the code."""
    stages = {f"{each['key']}:{stage['key']}" for each in programme["instruments"] for stage in each["stages"]}
    return stages | {each["key"] for each in programme["instruments"]}


def labels_of(programme: dict[str, Any]) -> set[str]:
    """Return what a programme calls its instruments, in German: no sentence of the product may."""
    return {each[field]["de"] for each in programme["instruments"] for field in ("label", "short")}


def _found(words: Iterable[str], text: str) -> set[str]:
    folded = text.casefold()  # most words stand nowhere: only the others are worth a pattern
    wanted = [re.escape(word) for word in words if word.casefold() in folded and word.casefold() not in ORDINARY]
    if not wanted:
        return set()
    pattern = re.compile(rf"(?<![\w])(?:{'|'.join(sorted(wanted, key=len, reverse=True))})(?![\w])", re.IGNORECASE)
    return set(pattern.findall(text))


@cache
def _texts(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda each: each["key"])
def test_no_line_names_a_programme(programme: dict[str, Any]) -> None:
    words = names_of(programme) | inner_keys_of(programme) | labels_of(programme)
    found = {
        f"{path.relative_to(ROOT)}: {', '.join(sorted(hits))}"
        for path in _sources()
        if (hits := _found(words, path.read_text(encoding="utf-8")))
    }
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda each: each["key"])
def test_no_text_in_the_code_is_the_key_of_a_programmes_instrument(programme: dict[str, Any]) -> None:
    references = references_of(programme) - ORDINARY.keys()
    asked = re.compile(rf"(?:ebene|layer)=(?:{'|'.join(map(re.escape, references))})\b")
    found = {
        f"{path.relative_to(ROOT)}: {text[:80]}"
        for path in _sources()
        if path.suffix == ".py"
        for text in _texts(path)
        if text in references or asked.search(text)
    }
    assert not found, "\n".join(sorted(found))


def test_the_search_finds_what_it_is_for() -> None:
    """Word by word, whatever the capitals, and not within other words."""
    (first, *_) = PROGRAMMES
    assert _found(names_of(first), f"the office of {first['key'].upper()}.")
    assert not _found({"rat"}, "Raten beraten")
    assert {path.name for path in _sources()} >= {"app.py", "main.js", "en.po", "programme.toml", "ensure-chromium"}
