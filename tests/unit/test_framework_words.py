"""The framework's own words: each is known to the installed Streamlit, and each is said in German."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from streamlit import file_util

from tests.javascript import ASSETS, called, run_node

TABLES = ("TEXTS", "NAMES")
FILLED = r"\$\{.{1,140}?\}"
"""What the bundle has where a key has a place: an expression, which may hold texts of its own."""


@cache
def table(name: str) -> dict[str, str]:
    """Return what Streamlit says and how a German page says it; ``name`` is one of `TABLES`."""
    module = (ASSETS / "shell" / "german.js").as_uri()
    source = f'import {{ {name} as table }} from "{module}"; console.log(JSON.stringify(table));'
    return dict(json.loads(run_node("--input-type=module", "-", source=source)))


@cache
def bundle() -> str:
    """Return the scripts that the installed Streamlit sends to browsers, as one text."""
    files = sorted((Path(file_util.get_static_dir()) / "static" / "js").glob("*.js"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files).replace("\\u2019", "’")


def is_said(key: str, source: str) -> bool:
    """Whether a text stands in a script as a whole: as a literal, or a template with something in each place."""
    parts = re.split(r"\{n?\}", key)
    if len(parts) == 1:
        return any(f"{mark}{key}{mark}" in source for mark in "`\"'")
    return re.search("`" + FILLED.join(map(re.escape, parts)) + "`", source) is not None


@pytest.mark.parametrize("name", TABLES)
def test_every_key_is_said_by_the_installed_streamlit(name: str) -> None:
    assert [key for key in table(name) if not is_said(key, bundle())] == []


@pytest.mark.parametrize("key", ["No result", "No results whatever", "Page found {}", "{} per fil"])
def test_a_word_that_streamlit_does_not_say_is_found_out(key: str) -> None:
    assert not is_said(key, bundle())


@pytest.mark.parametrize("name", TABLES)
def test_every_word_is_said_in_german(name: str) -> None:
    words = table(name)
    same = {key for key, german in words.items() if key == german}
    assert same == set()
    assert [german for german in words.values() if german in words] == [], "what is German would be translated again"
    assert [key for key, german in words.items() if german.count("{") > key.count("{")] == []


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("No results", "Nichts gefunden"),
        ("Press Enter to apply", "Eingabetaste: übernehmen"),
        ("Press Ctrl+Enter to submit form", "Strg + Eingabetaste: absenden"),
        ("10MB per file", "höchstens 10MB"),
        ("The page that you have requested does not seem to exist. Running the app's main page.", None),
        ("3 of 17", "3 von 17"),
        ("Error:", "Fehler:"),
        (" files are not allowed.", "Dateien dieser Art sind nicht erlaubt."),
        ("Connection failed with status 502.", "Die Verbindung kam nicht zustande (Status 502)."),
        ("Bund of Drachen", "Bund of Drachen"),
        ("Choose date, Mai 2022", "Datum wählen, Mai 2022"),
        ("Selected Date: May 03, 2022", "Gewähltes Datum: 03. Mai 2022"),
        ("1 option available.", "1 Eintrag zur Auswahl."),
        ("12 options available.", "12 Einträge zur Auswahl."),
        ("Hafen, selected", "Hafen, gewählt"),
        ("Open", "Open"),
        ("no results", "no results"),
        ("Hafen", "Hafen"),
        ("constructor", "constructor"),
    ],
)
def test_texts_are_put_in_german_as_a_whole_only(said: str, german: str | None) -> None:
    expected = "Diese Seite gibt es nicht. Gezeigt wird die Startseite." if german is None else german
    assert translated("TEXTS", said) == expected


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("Expand sidebar", "Menü"),
        ("Help for Grund", "Hilfe zu Grund"),
        ("Choose date, Mai 2022", "Datum wählen, Mai 2022"),
        ("Remove Hafen, Insel", "Hafen, Insel entfernen"),
        ("Close", "Schließen"),
        ("day, Fällig am", "Tag, Fällig am"),
        ("11 – November", "11 – November"),
        ("05 – May", "05 – Mai"),
        ("Add row: Einträge als Tabelle", "Zeile hinzufügen: Einträge als Tabelle"),
        ("Choose an option", "Bitte wählen"),
        ("Tag, Close", "Tag, Close"),
    ],
)
def test_names_are_put_in_german(said: str, german: str) -> None:
    assert translated("NAMES", said) == german


def translated(name: str, text: str) -> object:
    """Return a text as a German page says it, by one of `TABLES`; names may be any text, too."""
    return called("shell/words.js", "sayText" if name == "TEXTS" else "sayName", text)
