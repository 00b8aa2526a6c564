"""Read programmes and areas of responsibility."""

from __future__ import annotations

from pathlib import Path

from atlas.errors import AtlasError, Problem
from atlas.model.areas import Areas
from atlas.model.boundaries import BoundaryVersion
from atlas.model.programme import Programme
from atlas.phrases import N_
from atlas.sources.toml import read_toml


def read_programme(path: Path, shown_as: str | None = None) -> Programme:
    """Return the programme a TOML file describes; see `read_toml`."""
    return read_toml(path, Programme, shown_as)


def read_areas(
    path: Path, editions: dict[str, tuple[BoundaryVersion, ...]], shown_as: str | None = None
) -> Areas | None:
    """Return the areas of responsibility, None where there is no such file.

    Raises
    ------
    AtlasError
        As `read_toml`; and if a district does not exist.
    """
    if not path.is_file():
        return None
    found = read_toml(path, Areas, shown_as)
    known = {str(key) for edition in editions.get(found.boundary_set, ()) for key in edition.districts.index}
    unknown = [key for area in found.areas for key in area.districts if key not in known]
    if unknown:
        text = N_("Diese Kreise gibt es nicht: {list}. Bitte die Schlüssel berichtigen.")
        raise AtlasError(Problem(shown_as or str(path), text, {"list": ", ".join(unknown)}))
    return found
