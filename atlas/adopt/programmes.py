"""Begin a programme: its file from the template, a record and published totals without entries. All three or none."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template

from atlas.errors import AtlasError, Problem
from atlas.model.programme import KEY_PATTERN, TO_FILL_IN, Programme
from atlas.model.records import RECORD_COLUMNS, TOTAL_COLUMNS
from atlas.phrases import N_
from atlas.sources.boundaries import list_editions
from atlas.sources.store import Store
from atlas.sources.toml import parse_toml

_TEMPLATE = Path(__file__).with_name("programme.toml")
_LONGEST_KEY = 40


@dataclass(frozen=True)
class NewProgramme:
    """What a new programme is to be called, and where it takes place.

    Without title and territory something to be replaced stands in the file.
    """

    key: str
    """Name of its files."""
    boundary_set: str
    """Folder below ``geodata``."""
    today: date
    """By this day the sources are read, unless the file is corrected."""
    title: str = ""
    territory: str = ""
    """Name of the whole."""
    launched: date | None = None
    """First day of the programme; without it the first of this year, to be corrected in the file."""
    shipped: Path | None = None
    """Data folder of the program itself, which knows the names of the states."""


def begin_programme(wanted: NewProgramme, root: Path, store: Store | None = None) -> tuple[Path, ...]:
    """Write the files of a new programme and return their paths, the programme's own first.

    ``root`` is the data folder. The ``store``, where entries are kept if not in files, must not know any of that key
    yet. Raises `AtlasError`: everything that stands against it, at once; nothing is written then.
    """
    if problems := [*_key_problems(wanted.key, root, store), *_boundary_problems(wanted.boundary_set, root)]:
        raise AtlasError(*problems)
    own, record, totals = _paths(wanted.key, root)
    text = _filled(wanted)
    parse_toml(text.encode("utf-8", "surrogateescape"), Programme, str(own.relative_to(root)))
    # The programme's own file last: a running application reads the others as soon as it is there.
    _write_all({totals: f"{','.join(TOTAL_COLUMNS)}\n", record: f"{','.join(RECORD_COLUMNS)}\n", own: text})
    return own, record, totals


def _paths(key: str, root: Path) -> tuple[Path, Path, Path]:
    data = root / "data"
    return data / "programmes" / f"{key}.toml", data / "participation" / f"{key}.csv", data / "totals" / f"{key}.csv"


def _key_problems(key: str, root: Path, store: Store | None) -> list[Problem]:
    if not re.fullmatch(KEY_PATTERN, key) or len(key) > _LONGEST_KEY:
        text = N_(
            "„{given}“ ist kein Schlüssel: erlaubt sind a-z, 0-9 und _, zuerst ein Buchstabe, höchstens {most} Zeichen."
        )
        return [Problem("KEY", text, {"given": key[:80], "most": _LONGEST_KEY})]
    text = N_(
        "Die Datei gibt es schon; sie bleibt, wie sie ist. Bitte einen anderen Schlüssel wählen oder sie erst wegräumen."
    )
    problems = [Problem(str(path.relative_to(root)), text) for path in _paths(key, root) if path.exists()]
    if store and store.seed_sum(key) != "":
        text = N_(
            "In der Datenbank stehen schon Einträge eines Programms mit diesem Schlüssel. Bitte einen anderen wählen."
        )
        problems.append(Problem(key, text))
    return problems


def _boundary_problems(given: str, root: Path) -> list[Problem]:
    try:
        known = sorted({each.boundary_set for each in list_editions(root)})
    except AtlasError as error:
        return list(error.problems)
    if given in known:
        return []
    text = N_(
        "Gemeindegrenzen „{given}“ gibt es nicht; vorhanden: {known}. "
        "Neue nimmt auf: python -m atlas boundaries add DATEI --date JJJJ-MM-TT"
    )
    return [Problem("--boundary-set", text, {"given": given[:80], "known": ", ".join(known) or "–"})]


def _state_name(wanted: NewProgramme) -> str:
    """Return what the state with these boundaries is called, if one of the program's own sets knows it."""
    sets = list_editions(wanted.shipped) if wanted.shipped else ()
    key = wanted.boundary_set
    return next((str(each.states.at[key, "name"]) for each in sets if key in each.states.index), "")


def _filled(wanted: NewProgramme) -> str:
    german, english = TO_FILL_IN
    state = _state_name(wanted)
    short = wanted.key.upper().replace("_", " ")
    texts = {
        "key_text": wanted.key,
        "short": short,
        "title_de": wanted.title or f"{german} Name des Programms {short}",
        "title_en": wanted.title or f"{english} name of the programme {short}",
        "set": wanted.boundary_set,
        "territory_de": wanted.territory or state or f"{german} Name des Gebiets {wanted.boundary_set}",
        "territory_en": wanted.territory or f"{english} name of the territory {state or wanted.boundary_set}",
    }
    plain = {"key": wanted.key, "set_key": wanted.boundary_set, "retrieved": wanted.today.isoformat()}
    plain["launched"] = (wanted.launched or wanted.today.replace(month=1, day=1)).isoformat()
    quoted = {name: json.dumps(text, ensure_ascii=False) for name, text in texts.items()}  # TOML quotes like JSON
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(plain | quoted)


def _write_all(files: dict[Path, str]) -> None:
    made: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.new")
            made.append(draft)
            draft.write_text(text, encoding="utf-8", newline="\n")
            draft.replace(path)
            made[-1] = path
    except OSError as error:
        for each in made:
            with contextlib.suppress(OSError):
                each.unlink(missing_ok=True)
        text = N_("Die Datei kann nicht geschrieben werden: {reason}. Es wurde nichts angelegt.")
        raise AtlasError(Problem(str(path), text, {"reason": error.strerror or str(error)})) from error
