"""Read TOML files into types, every fault with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

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


def read_toml(path: Path, model: type[M], name: str) -> M:
    """Return what a TOML file says, as ``model``; messages call it ``name``.

    Raises `AtlasError`: one problem for every fault of the file, each with its place inside:
    ``instruments[2].stages[0].colour``.
    """
    return parse_toml(read_whole(path, name), model, name)


def parse_toml(content: bytes, model: type[M], name: str) -> M:
    """Return what the content of a TOML file says, as ``model``; messages call it ``name``.

    Raises `AtlasError` as `read_toml`.
    """
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise AtlasError(Problem(name, phrases.FILE_NOT_UTF8)) from error
    except tomllib.TOMLDecodeError as error:
        text = N_("Das ist kein gültiges TOML: {reason}. Bitte dort berichtigen.")
        raise AtlasError(Problem(name, text, {"reason": str(error)})) from error
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise AtlasError(*(_problem(name, detail) for detail in error.errors())) from error


def _problem(name: str, detail: ErrorDetails) -> Problem:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).lstrip(".")
    context = detail.get("ctx") or {}
    values = {
        "given": str(detail["input"])[:60],
        "expected": str(context.get("expected") or context.get("pattern") or ""),
        "reason": str(context.get("error") or detail["msg"]),
    }
    return Problem(f"{name}, {place}" if place else name, _SAYINGS.get(detail["type"], _OTHERWISE), values)
