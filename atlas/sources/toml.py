"""Read TOML files into types, every fault with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.phrases import N_
from atlas.sources.files import read_whole

M = TypeVar("M", bound=BaseModel)

_SAYINGS = {
    "missing": N_("Die Angabe fehlt. Bitte ergänzen."),
    "extra_forbidden": N_("Diese Angabe ist nicht vorgesehen. Bitte löschen oder die Schreibweise prüfen."),
    "string_pattern_mismatch": N_("„{given}“ hat nicht die erwartete Form ({expected})."),
    "string_too_short": N_("Der Text ist leer. Bitte ausfüllen."),
    "literal_error": phrases.NOT_ALLOWED_HERE,
    "enum": phrases.NOT_ALLOWED_HERE,
    "value_error": N_("Die Angaben passen nicht zusammen: {reason}."),
}
_OTHERWISE = N_("„{given}“ ist hier nicht gültig ({reason}).")
MOST_BYTES: Final = 262_144
"""So large a TOML file may be: ten times the largest there is."""
_MOST_DOTS, _MOST_TOLD = 300, 100
"""So many dots a line may have, as the parser's time grows with the square of a key's; so many faults of a file are told."""


def read_toml(path: Path, model: type[M], name: str) -> M:
    """Return what a TOML file says, as ``model``; messages call it ``name``.

    Raises `AtlasError`: one problem for every fault of the file, each with its place inside:
    ``instruments[2].stages[0].colour``.
    """
    return parse_toml(read_whole(path, name, MOST_BYTES), model, name)


def parse_toml(content: bytes, model: type[M], name: str) -> M:
    """Return what the content of a TOML file says, as ``model``; messages call it ``name``.

    Raises `AtlasError` as `read_toml`.
    """
    raw = load_toml(content, name)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise AtlasError(*(_problem(name, detail) for detail in error.errors()[:_MOST_TOLD])) from error


def load_toml(content: bytes, name: str) -> dict[str, Any]:
    """Return what the content of a TOML file says; raise `AtlasError` whatever is wrong with it."""
    too_much = N_("Die Datei ist zu groß oder zu tief geschachtelt. Bitte kürzen.")
    if len(content) > MOST_BYTES or any(len(line.split(b".")) > _MOST_DOTS for line in content.splitlines()):
        raise AtlasError(Problem(name, too_much))
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise AtlasError(Problem(name, phrases.FILE_NOT_UTF8)) from error
    except RecursionError as error:
        raise AtlasError(Problem(name, too_much)) from error
    except ValueError as error:  # beside the parser's own: a number of too many digits
        text = N_("Das ist kein gültiges TOML: {reason}. Bitte dort berichtigen.")
        raise AtlasError(Problem(name, text, {"reason": str(error)})) from error


def _problem(name: str, detail: ErrorDetails) -> Problem:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
    context = detail.get("ctx") or {}
    values = {
        "given": _shown(detail["input"]),
        "expected": str(context.get("expected") or context.get("pattern") or ""),
        "reason": str(context.get("error") or detail["msg"]),
    }
    return Problem(f"{name}, {place}" if place else name, _SAYINGS.get(detail["type"], _OTHERWISE), values)


def _shown(given: object) -> str:
    try:
        return str(given)[:60]
    except ValueError:  # a number of too many digits to write down
        return "…"
